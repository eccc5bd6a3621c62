"""The words by which the prose of a strategy names habitats and what is to be done with them.

`lexicon.toml` holds them; nothing here is a word itself. The file is checked when it is loaded:
a habitat that the metric does not know, or a phrase that stands twice, stops the program.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lnrs_geo.errors import RuleError
from lnrs_geo.model import Module
from lnrs_geo.multiplier import habitats

LEXICON_FILE = "lexicon.toml"

Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """Phrases of one meaning: metric habitats, or (without any) the ground where something is done.

    Attributes
    ----------
    habitats, upland, urban, existing
        The metric's names as a rule, and those that take their place in the uplands, in towns, and
        where a habitat that is there is enhanced.
    also
        Habitats of the hedgerow module that the same words enhance.
    only
        The one intervention that is possible, "" where the verb decides.
    general
        Whether the phrase gives way to a more exact one of its `family`.
    vague
        Whether it settles no habitat of a place where something is done.
    removal
        Whether it is taking the thing away that helps.
    broad
        The broad types of the habitats or of the ground.
    """

    module: str = ""
    habitats: tuple[str, ...] = ()
    upland: tuple[str, ...] = ()
    urban: tuple[str, ...] = ()
    existing: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    only: str = ""
    family: str = ""
    note: str = ""
    general: bool = False
    vague: bool = False
    removal: bool = False
    broad: Words = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """Every metric name of the entry's own module."""
        return (*self.habitats, *self.upland, *self.urban, *self.existing)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to name an entry's habitats, word by word; a word ending in * stands for longer ones."""

    words: tuple[str, ...]
    entry: Entry | None  # None: the words hold a habitat's name and mean none


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything `lexicon.toml` holds, ready to be looked up.

    `by_head` are the phrases by their last word, which carries the meaning; `wild` those whose last
    word is open. `verbs` maps each form of a verb to its class, `base` each form to its plain form,
    and `nouns` each noun of doing to the verb that it stands for.
    """

    phrases: tuple[Phrase, ...]
    by_head: Mapping[str, tuple[Phrase, ...]]
    wild: tuple[Phrase, ...]
    verbs: Mapping[str, str]
    base: Mapping[str, str]
    nouns: Mapping[str, str]
    words: Mapping[str, Words]
    openings: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, Words]
    topics: tuple[tuple[str, tuple[str, ...]], ...]


def root(word: str) -> str:
    """Return a noun's singular, roughly: enough to compare two words.

    Examples
    --------
    >>> [root(word) for word in ("meadows", "marshes", "grass", "nurseries", "ditches", "canopies")]
    ['meadow', 'marsh', 'grass', 'nursery', 'ditch', 'canopy']
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def verb_forms(verb: str) -> tuple[str, ...]:
    """Return the forms that a regular verb takes in prose, its plain form first.

    Examples
    --------
    >>> verb_forms("restore")
    ('restore', 'restores', 'restored', 'restoring')
    >>> verb_forms("plan")
    ('plan', 'plans', 'planned', 'planning')
    """
    known = {
        "sow": ("sow", "sows", "sown", "sowed", "sowing"),
        "grow": ("grow", "grows", "grown", "growing"),
        "lay": ("lay", "lays", "laid", "laying"),
        "build": ("build", "builds", "built", "building"),
        "dig": ("dig", "digs", "dug", "digging"),
        "mow": ("mow", "mows", "mown", "mowing"),
        "bring": ("bring", "brings", "brought", "bringing"),
        "leave": ("leave", "leaves", "left", "leaving"),
        "make": ("make", "makes", "made", "making"),
        "let": ("let", "lets", "letting"),
    }
    if verb in known:
        return known[verb]
    ends = {"y": (verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing")}
    if re.search(r"[^aeiou]y$", verb):
        return (verb, *ends["y"])
    if verb.endswith("e"):
        return (verb, verb + "s", verb + "d", verb[:-1] + "ing")
    # plan, planned: one short syllable; longer verbs of the lexicon do not double, save a few
    doubles = re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprt]", verb) or verb.endswith(("mit", "wet", "fit"))
    stem = verb + verb[-1] if doubles else verb
    third = verb + ("es" if verb.endswith(("ch", "sh", "ss", "x")) else "s")
    return (verb, third, stem + "ed", stem + "ing")


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon that the package brings.

    Raises
    ------
    RuleError
        The file names a habitat that the metric does not know, or a phrase twice.
    """
    return read_lexicon(files("lnrs_geo.draft").joinpath(LEXICON_FILE).read_text(encoding="utf-8"))


def read_lexicon(text: str) -> Lexicon:
    """Read a lexicon; see `load_lexicon` for what it raises."""
    data = tomllib.loads(text)
    phrases = tuple(_phrases(data))
    faults = [f"the phrase {one!r} stands twice" for one, times in _count(phrases) if times > 1]
    faults += [
        f"the metric has no {phrase.entry.module} habitat {name!r}"
        for phrase in phrases
        if phrase.entry
        for name in phrase.entry.names
        if not _is_known(name, phrase.entry.module)
    ]
    if faults:
        raise RuleError(
            f"{'; '.join(dict.fromkeys(faults))}.", where=LEXICON_FILE, fix="Correct the lexicon."
        )
    by_head: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        by_head.setdefault(phrase.words[-1], []).append(phrase)
    forms = [
        (form, verb, kind)
        for kind, verbs in data["verbs"].items()
        for verb in verbs
        for form in verb_forms(verb)
    ]
    return Lexicon(
        phrases=phrases,
        by_head={head: tuple(some) for head, some in by_head.items()},
        wild=tuple(phrase for phrase in phrases if phrase.words[-1] == "*"),
        # the class that stands first in the file has the verb
        verbs={form: kind for form, _, kind in reversed(forms)},
        base={form: verb for form, verb, _ in reversed(forms)},
        nouns=data["nouns"],
        words={
            **{name: frozenset(words) for name, words in data["words"].items()},
            **{name: frozenset(data["no_habitat"][name]) for name in ("followers", "neutral")},
        },
        openings={name: tuple(some) for name, some in data["openings"].items()},
        settings={name: frozenset(words) for name, words in data["settings"].items()},
        topics=tuple((row["about"], tuple(row["words"])) for row in data["topic"]),
    )


def _phrases(data: Mapping[str, Any]) -> Iterator[Phrase]:
    for row in data["habitat"]:
        entry = _entry(row)
        yield from (Phrase(tuple(words.split()), entry) for words in row["words"])
    for row in data["ground"]:
        ground = Entry(broad=frozenset([row["broad"]]))
        yield from (Phrase(tuple(words.split()), ground) for words in row["words"])
    yield from (Phrase(tuple(words.split()), None) for words in data["no_habitat"]["phrases"])


def _entry(row: Mapping[str, Any]) -> Entry:
    names = tuple(row["habitats"])
    return Entry(
        module=row["module"],
        habitats=names,
        upland=tuple(row.get("upland", ())),
        urban=tuple(row.get("urban", ())),
        existing=tuple(row.get("existing", ())),
        also=tuple(row.get("also", ())),
        only=row.get("only", ""),
        family=row.get("family", ""),
        note=row.get("note", ""),
        general=row.get("general", False),
        vague=row.get("vague", False),
        removal=row.get("removal", False),
        broad=frozenset(name.split(" - ")[0] for name in names if row["module"] == Module.AREA),
    )


def _count(phrases: Iterable[Phrase]) -> list[tuple[str, int]]:
    return list(Counter(" ".join(phrase.words) for phrase in phrases).items())


def _is_known(name: str, module: str) -> bool:
    rows = [row for row in habitats.records() if row.module == module]
    if name.endswith(" - *"):
        return any(row.broad == name.removesuffix(" - *") for row in rows)
    return any(row.habitat == name for row in rows)
