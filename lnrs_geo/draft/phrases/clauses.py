"""One sentence of a measure: which of its words can be verbs, and which only say where or when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lnrs_geo.draft.lexicon import Lexicon
from lnrs_geo.draft.phrases.words import Mention, Token

REFUSAL_REACH = 9  # words between a habitat and "should be avoided"


@dataclass(frozen=True, slots=True)
class Governor:
    """The word that rules a habitat.

    Attributes
    ----------
    kind
        The verb's class in the lexicon, "place" for a preposition, "not" where the habitat is not
        wanted, "" where nothing governs it.
    at
        The position of the word in its sentence, -1 where there is none.
    verb, kinds
        The verbs in their plain form ("restore and create"), and the class of each.
    quality
        Whether only the habitat's state is spoken of: "the condition of woodland".
    place
        Whether the habitat is where something is done for it: "open glades in woodland".
    to
        Whether other land becomes the habitat: "restore pasture to meadow".
    """

    kind: str = ""
    at: int = -1
    verb: str = ""
    kinds: tuple[str, ...] = ()
    quality: bool = False
    place: bool = False
    to: bool = False


class Clauses:
    """One sentence with the habitats that it names.

    `named` maps the position of each of their words to the habitat; `aside` are the positions of the
    clauses that only say where or when.
    """

    def __init__(self, sentence: Sequence[Token], found: Sequence[Mention], lexicon: Lexicon) -> None:
        self.words = [token.word for token in sentence]
        self.roots = [token.root for token in sentence]
        self.found = found
        self.lexicon = lexicon
        self.named = {place: mention for mention in found for place in mention.places}
        self.aside = frozenset(_asides(self.words, lexicon))

    def has(self, at: int, *lists: str) -> bool:
        """Whether the word at a position is in one of the lexicon's lists."""
        if not 0 <= at < len(self.words):
            return False
        return any(
            not {self.words[at], self.roots[at]}.isdisjoint(self.lexicon.words[name]) for name in lists
        )

    def joins(self, first: Mention, second: int) -> bool:
        """Whether only "and", commas, brackets or small words lie between a habitat and a later one."""
        between = range(first.head + 1, second)
        return any(self.has(at, "conjunctions", "openers") for at in between) and not any(
            self.verb_class(at) or self.has(at, "prepositions", "links") or at in self.named for at in between
            if not self.has(at, "conjunctions", "openers")
        )  # fmt: skip

    def verb_class(self, at: int) -> str:
        """Return the class of a verb that can govern what follows it, "" for any other word."""
        word = self.words[at]
        if at in self.named or self.has(at, "describing"):
            return ""
        kind = self.lexicon.verbs.get(word, "")
        if not kind:
            # an unknown word in -ing is a verb of its own
            return (
                "other" if word.endswith("ing") and len(word) > 5 and word not in self.lexicon.nouns else ""
            )
        if word == self.lexicon.base[word]:
            return "" if self.has(at, "nouns_too") and self._is_noun(at) else kind
        return kind if word.endswith("ing") else ""  # "newly planted woodland", "roosts"

    def is_noun_of_doing(self, at: int) -> bool:
        """Whether the word is "creation" and the like; "planting" may begin a clause of its own."""
        if not 0 <= at < len(self.words) or not self.lexicon.nouns.get(self.words[at]):
            return False
        return not (self.words[at].endswith("ing") and at + 1 in self.named)

    def is_refused(self, at: int) -> bool:
        """Whether "should be avoided" follows."""
        rest: list[str] = []
        for word in self.words[at + 1 : at + REFUSAL_REACH]:
            if word in self.lexicon.words["subordinators"] or word == ",":
                break
            rest.append(word)
        return any(one in " ".join(rest) for one in self.lexicon.openings["refusals"])

    def is_made(self, mention: Mention, verb: int) -> bool:
        """Whether a verb such as "make" brings a habitat about: "make fens", and not "make fens safe"."""
        if any(
            self.has(at, "made_instead") and at not in self.named for at in range(verb + 1, mention.first)
        ):
            return False
        last = mention
        for later in self.found:  # what is said of a list stands after its last habitat
            if later.first > last.head and self.joins(last, later.first):
                last = later
        at = max(last.head, verb) + 1
        while self.has(at, "neutral") and at not in self.named:
            at += 1
        ends = at >= len(self.words) or self.words[at] in (")", "to")
        return ends or self.has(at, "conjunctions", "prepositions", "subordinators", "openers")

    def _is_noun(self, at: int) -> bool:
        """Whether a word that can be both is a noun here: "the use of", "plant species", "open water"."""
        if self.has(at - 1, "before_nouns"):
            return True
        after = at + 1
        if after >= len(self.words):
            return False
        pair = f"{self.words[at]} {self.roots[after]}"
        return pair in self.lexicon.words["paired"] or (
            self.has(after, "after_nouns") and after not in self.named
        )


def _asides(words: Sequence[str], lexicon: Lexicon) -> Iterator[int]:
    """Yield the positions of clauses that only say where or when: "where arable farming does not pay"."""
    at = 0
    while at < len(words):
        end = at + 1
        asked = words[at] == "that" and words[max(at - 1, 0)] in lexicon.words["before_that"]
        if words[at] in lexicon.words["subordinators"] and not asked:
            brief = [
                one for one in range(at + 1, min(at + 4, len(words))) if words[one] in lexicon.words["asides"]
            ]
            if brief and words[at] in ("where", "if", "when"):
                end = brief[0] + 1  # "where possible" is no clause
            else:
                stops = (")",) if words[max(at - 1, 0)] == "(" else (",", ")")
                while end < len(words) and words[end] not in stops:
                    end += 1
            yield from range(at, end)
        at = end
