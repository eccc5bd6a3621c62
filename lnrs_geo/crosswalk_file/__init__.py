"""A crosswalk file that an ecologist owns: drafted, drafted again, checked, shown and kept.

keeping   the file as it stands, with its delimiter, encoding and columns of its own; written whole
redrafts  a new draft laid over a person's file, of which nothing that a person did is lost
texts     the measures of a map or a table, each once with its words
checking  what there is to mend in a crosswalk, and what it would decide
showing   what it says of one measure
"""
