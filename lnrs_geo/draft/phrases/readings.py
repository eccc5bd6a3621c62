"""Read what a sentence wants done with each habitat that it names: create, enhance, or nothing.

Where no word of the lexicon governs a habitat, nothing is proposed: it is only where something
happens. The metric's meaning decides between the two: one grassland turned into another is
enhanced, a grassland on arable land is created.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lnrs_geo.draft.lexicon import Entry, Lexicon
from lnrs_geo.draft.phrases.clauses import Governor
from lnrs_geo.draft.phrases.governing import LONGEST_REACH, Sentence
from lnrs_geo.draft.phrases.words import Mention, Token

NOTHING = ("", "")
CREATES = frozenset({"create", "expand"})
ENHANCES = frozenset({"restore", "enhance", "protect", "water"})
# a margin on a field, a green roof on a house: created, though the broad type stays
NEVER_ENHANCED = frozenset({"Cropland", "Urban"})
# what one does to keep a habitat that was just created
CARE = frozenset({"manage", "maintain", "graze", "conserve", "protect"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be done with a habitat: `intervention` is "" where it is not to be proposed.

    `why` says in words what the answer rests on; `first` and `last` are the positions of the words.
    """

    entry: Entry
    intervention: str
    why: str
    first: int
    last: int


def is_measure(sentence: Sequence[Token], lexicon: Lexicon) -> bool:
    """Whether a sentence may ask for something: advice, permits and benefits do not."""
    words = [token.word for token in sentence]
    text = " ".join(words) + " "
    if text.startswith(lexicon.openings["advice"]) or any(one in text for one in lexicon.openings["within"]):
        return False
    return words[0] not in lexicon.openings["benefits"] or not set(words[:7]).isdisjoint(
        lexicon.openings["reports"]
    )


def read_sentence(sentence: Sequence[Token], found: Sequence[Mention], lexicon: Lexicon) -> list[Reading]:
    """Return a reading for each habitat that a sentence names, in its order."""
    clauses = Sentence(sentence, found, lexicon)
    readings: list[Reading] = []
    for number, mention in enumerate(found):
        entry = mention.entry
        if entry is None or not entry.habitats:
            continue
        governor = clauses.governor(mention)
        # "lowland meadows (species-rich grassland)" explains itself
        explains = number > 0 and clauses.words[found[number - 1].head + 1 : mention.first] == ["("]
        if explains and (before := found[number - 1].entry) and before.habitats and not before.general:
            continue
        intervention, why = _intervention(entry, mention, governor, clauses)
        first = min(governor.at, mention.first) if governor.at >= 0 else mention.first
        readings.append(Reading(entry, intervention, why, first, max(mention.head, governor.at)))
    return [*readings, *_of_the_others(readings, clauses)]


def _of_the_others(readings: Sequence[Reading], clauses: Sentence) -> Iterator[Reading]:
    """Read "and restore old ones": the word stands for the habitat named before."""
    for at, word in enumerate(clauses.words):
        meant = [reading for reading in readings if reading.last < at and reading.intervention]
        if word != "ones" or not meant:
            continue
        mention = Mention(meant[-1].entry, (at,))
        governor = clauses.governor(mention)
        intervention, why = _intervention(meant[-1].entry, mention, governor, clauses)
        yield replace(meant[-1], intervention=intervention, why=why, first=max(governor.at, 0), last=at)


def _intervention(entry: Entry, mention: Mention, governor: Governor, clauses: Sentence) -> tuple[str, str]:
    """Return the intervention and why; both empty where nothing is to be proposed."""
    kinds = frozenset(governor.kinds)
    said = f"the text says {governor.verb!r}"
    if not kinds or not _does_something(entry, governor) or _is_source(mention, clauses, governor):
        return NOTHING
    between = clauses.words[governor.at + 1 : mention.first] if governor.at < mention.first else []
    if entry.only:
        return entry.only, said
    if governor.quality:
        if entry.vague and governor.place:
            return NOTHING
        return "enhance", f"{said}, of its state"
    if governor.to:
        return _becomes(entry, mention, governor, clauses)
    if "either" in kinds:
        return "either", said
    if kinds & CREATES or governor.kind in ("use", "leave"):
        if _was_its_kind(entry, governor, clauses):
            return "enhance", f"{said} from land of the same broad type"
        if "create" in kinds and "expand" not in kinds and "existing" in between and "new" not in between:
            return NOTHING
        if kinds & ENHANCES and not set(governor.verb.split(" and ")[1:]) <= CARE:
            return "either", said
        if _stands_on_its_kind(entry, mention, clauses):
            return "either", f"{said}, in part on land of the same broad type, which is enhancement"
        return "create", said
    if kinds == {"protect"}:
        return "enhance", f"{said}: confirm that more than keeping it is meant"
    if kinds <= {"restore"} and not clauses.lexicon.words["lost"].isdisjoint(between):
        return "either", f"{said} of what was lost: creation where nothing is left of it"
    return ("enhance", said) if kinds & ENHANCES else NOTHING


def _does_something(entry: Entry, governor: Governor) -> bool:
    """Whether what is done is something for the metric, and for this habitat."""
    kind = governor.kind
    if kind in ("", "place", "not", "other", "avoid", "allow", "block"):
        return False
    if kind == "remove" or entry.removal:
        return entry.removal and kind in ("remove", "water", "become")
    if kind == "water":
        return entry.module == "watercourse" or len(set(governor.kinds)) > 1
    if kind == "use":
        return entry.family == "suds"
    if kind == "leave":
        return "Cropland" in entry.broad
    return kind != "become" or governor.to or entry.module == "watercourse"


def _becomes(entry: Entry, mention: Mention, governor: Governor, clauses: Sentence) -> tuple[str, str]:
    """Judge "X to Y" by what X is: the same broad type is enhanced, any other is created."""
    sources = [
        other.entry.broad
        for other in clauses.found
        if other.entry
        and governor.at < other.head < mention.first
        and not clauses.joins(other, mention.first)
    ]
    broad = frozenset[str]().union(*sources)
    said = f"the text says {governor.verb!r} to it"
    if broad & entry.broad:
        if broad - entry.broad:
            return "either", f"{said} from land of its own broad type and from other land"
        return "enhance", f"{said} from land of the same broad type"
    if broad:
        return "create", f"{said} from land of another broad type"
    if governor.kind == "restore":
        return "either", f"{said} and not from what: enhancement only from land of the same broad type"
    return "create", said


def _is_source(mention: Mention, clauses: Sentence, governor: Governor) -> bool:
    """Whether the habitat is what becomes another: "restore grassland to heathland"."""
    if governor.kind not in ("become", "restore"):
        return False
    for at in range(mention.head + 1, len(clauses.words)):
        if clauses.words[at] in ("to", "into"):
            if clauses.has(at - 1, "adjacency"):
                return False
            later = next((one for one in clauses.found if one.first > at and one.entry), None)
            return bool(later and later.entry and later.entry.habitats) and not any(
                clauses.verb_class(one) for one in range(at + 1, later.first if later else at)
            )
        if clauses.verb_class(at) or clauses.has(at, "prepositions"):
            return False
    return False


def _was_its_kind(entry: Entry, governor: Governor, clauses: Sentence) -> bool:
    """Whether land of the same broad type becomes it: "diversify poor grassland to create meadows"."""
    if governor.at < 1 or clauses.words[governor.at - 1] != "to":
        return False
    earlier = [one for one in clauses.found if one.entry and one.head < governor.at]
    for one in earlier:
        same = one.entry and one.entry.broad & entry.broad
        kinds = {"restore", "become", "enhance"}
        if one.entry and not one.entry.habitats:  # less mowing of lawns makes meadows of them
            kinds |= {"not", "avoid"}
        if same and clauses.governor(one).kind in kinds:
            return True
    return False


def _stands_on_its_kind(entry: Entry, mention: Mention, clauses: Sentence) -> bool:
    """Whether it is created on land of its own broad type: "create meadows on improved grassland"."""
    for other in clauses.found:
        if not mention.head < other.first < mention.head + LONGEST_REACH or other.head in clauses.aside:
            continue
        at = other.first - 1
        while at > mention.head and (clauses.has(at, "small", "conjunctions") or at in clauses.named):
            at -= 1
        same = other.entry and other.entry.broad & entry.broad - NEVER_ENHANCED
        if same and clauses.words[at] in ("on", "from", "in", "within"):
            return True
    return False
