"""What the sentences of a measure want done with each habitat that they name.

words      a text as sentences, and the phrases of the lexicon in them
clauses    one sentence: which words are verbs, and which clauses only say where or when
governing  the word that governs a habitat
readings   what that means: create, enhance, either, or nothing
"""
