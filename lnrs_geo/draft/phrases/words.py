"""Take the text of a measure apart: its sentences, its words, and the habitats that they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lnrs_geo.draft.lexicon import Entry, Lexicon, Phrase, root

# Letters with their apostrophe, numbers, or one sign; "e.g." is one word and ends no sentence, nor
# do "in-field" and "re-establish" hold a word of their own.
PIECE = re.compile(
    r"\b(?:e\.g|i\.e|etc)\b\.?|for example|(?:re|in|on|off|over)-[a-z]+|[^\W\d_]+(?:['’][^\W\d_]+)?|\d[\d.,]*|[^\w\s]",
    re.IGNORECASE,
)
QUOTES = "'’‘\"“”`*-–—\N{SOFT HYPHEN}\N{NON-BREAKING HYPHEN}"
SPELLED = {
    "e.g": "eg", "i.e": "ie", "for example": "example", "re-creation": "creation", "re-create": "create",
}  # fmt: skip
END = frozenset(".!?;")
# Between the last two words of a phrase, as in "calcareous and neutral grassland".
LONGEST_GAP = 6


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign of a text: in small letters, in the singular, and where it stands."""

    word: str
    root: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase of the lexicon found in a sentence; `places` are the positions of its words."""

    entry: Entry | None
    places: tuple[int, ...]

    @property
    def first(self) -> int:
        """Position of its first word."""
        return self.places[0]

    @property
    def head(self) -> int:
        """Position of its last word, the one that is counted."""
        return self.places[-1]


def sentences(text: str) -> Iterator[list[Token]]:
    """Yield the words of each sentence; the points of a list after a colon stay with its opening.

    Examples
    --------
    >>> [[token.word for token in one] for one in sentences("Dig ponds, e.g. on farms. Plant hedges.")]
    [['dig', 'ponds', ',', 'eg', 'on', 'farms'], ['plant', 'hedges']]
    """
    sentence: list[Token] = []
    for token in _tokens(text):
        if token.word in END:
            if sentence:
                yield sentence
            sentence = []
        else:
            sentence.append(token)
    if sentence:
        yield sentence


def _tokens(text: str) -> Iterator[Token]:
    in_list = False
    end = 0
    for piece in PIECE.finditer(text):
        if "\n" in text[end : piece.start()] and end:
            # a point of a list goes on with its opening, another line begins a sentence
            yield Token("," if in_list and piece.group() in QUOTES + "•·▪o" else ".", "", end, end)
        word = piece.group().lower().replace("’", "'").rstrip(".,") or piece.group()
        end = piece.end()
        if word in QUOTES or word in "•·▪":
            continue
        in_list = word == ":" or (in_list and word not in (".", "!", "?"))
        word = "," if word == ";" and in_list else SPELLED.get(word, re.sub("^re-", "re", word))
        yield Token(word, root(word), piece.start(), end)


def mentions(sentence: list[Token], lexicon: Lexicon) -> list[Mention]:
    """Find the phrases of the lexicon in a sentence, the longest where several fit.

    Phrases that share their last word stand side by side ("calcareous and neutral grassland" is
    two), but a general one gives way.
    """
    found: list[Mention] = []
    for head in range(len(sentence)):
        token = sentence[head]
        for key in {token.word, token.root}:
            for phrase in (*lexicon.by_head.get(key, ()), *lexicon.wild):
                places = _places(phrase, sentence, head, lexicon)
                if places:
                    found.append(Mention(phrase.entry, places))
    found = list(dict.fromkeys(found))
    kept = [one for one in found if not any(_outdoes(other, one) for other in found)]
    return sorted(kept, key=lambda one: (one.head, one.first))


def _outdoes(other: Mention, one: Mention) -> bool:
    mine, theirs = set(one.places), set(other.places)
    if other == one or not mine & theirs:
        return False
    if mine < theirs:
        return True
    if theirs < mine:
        return False
    if mine == theirs:
        return other.entry is None
    if one.head == other.head:  # two kinds of one thing, unless one of them says less
        return bool(one.entry and one.entry.general and not (other.entry and other.entry.general))
    # the longer, else the later: in "wood pasture woodland" what counts comes last
    return (len(theirs), other.head) > (len(mine), one.head)


def _places(phrase: Phrase, sentence: list[Token], head: int, lexicon: Lexicon) -> tuple[int, ...]:
    """Return where each word of the phrase stands if its last one stands at `head`, else nothing."""
    places = [head]
    at = head - 1
    for number, word in enumerate(reversed(phrase.words[:-1])):
        at = _before_aside(sentence, at)
        if number == 0:
            at = _before_gap(word, sentence, at, lexicon)
        if at < 0 or not _fits(word, sentence[at]):
            return ()
        places.append(at)
        at -= 1
    return tuple(reversed(places))


def _fits(word: str, token: Token) -> bool:
    return word in (token.word, token.root) or (word.endswith("*") and token.word.startswith(word[:-1]))


def _before_aside(sentence: list[Token], at: int) -> int:
    """Step over a word in brackets, as in "wet (carr) woodland"."""
    if at >= 3 and sentence[at].word == ")" and sentence[at - 2].word == "(":
        return at - 3
    return at


def _before_gap(word: str, sentence: list[Token], at: int, lexicon: Lexicon) -> int:
    """Step over "and neutral" in "calcareous and neutral grassland"; `at` where there is no such gap."""
    adjectives = lexicon.words["adjectives"]
    # "hedge and tree planting" has no hedge trees: an adjective must stand before the last word
    if word not in adjectives or at < 0 or _fits(word, sentence[at]) or sentence[at].word not in adjectives:
        return at
    for back in range(at, max(at - LONGEST_GAP, -1), -1):
        if sentence[back].word == word:
            return back
        if sentence[back].word not in adjectives | lexicon.words["conjunctions"]:
            return at
    return at
