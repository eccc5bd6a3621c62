"""Recognise the metric's habitat names, however they were written.

The table `habitats.csv` holds every area habitat, hedgerow, watercourse and individual tree of
the statutory metric under its exact drop-down name. A name is looked up exactly, then without
regard to how it is spelled; a name that fits no habitat, or more than one, is never guessed.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from lnrs_geo.model import Module

# What templates, spreadsheets and GIS software leave where there is no habitat.
BLANKS = frozenset({"", "n/a", "na", "null", "<null>", "none", "nan", "to be created"})

# The broad type as it is written in front of a name, beside the spelling in the table.
BROAD_SPELLINGS = {
    "Individual trees": ("Individual tree",),
    "Hedgerow": ("Hedgerows",),
    "Watercourses": ("Watercourse", "Rivers", "River"),
}

NEAREST = 3  # names offered where none fits


@dataclass(frozen=True, slots=True)
class Habitat:
    """One habitat of the metric, as its row in `habitats.csv` tells it.

    `habitat` is the exact name: "Broad - Type" for areas and trees, bare for hedgerows and
    watercourses. `ukhab` is empty where no code of the UK Habitat Classification is established.
    """

    habitat: str
    broad: str
    type: str
    module: Module
    distinctiveness: str
    score: int
    ukhab: str
    other_names: tuple[str, ...]
    source: str

    @property
    def scores_zero(self) -> bool:
        """Whether the habitat yields no units at all (developed land; sealed surface, say).

        The score tells it, not the category: a hedgerow of category V.Low scores 1.
        """
        return self.score == 0


@dataclass(frozen=True, slots=True)
class HabitatMatch:
    """What a name was found to mean, how, and the nearest names where it means nothing."""

    habitat: Habitat | None
    how: Literal["exact", "normalised", "none"]
    nearest: tuple[str, ...] = ()


def is_blank(text: str) -> bool:
    """Whether the text names no habitat at all: empty, N/A, Null or To be created.

    Examples
    --------
    >>> is_blank(" n/a "), is_blank("To be created"), is_blank("Bracken")
    (True, True, False)
    """
    return " ".join(text.split()).casefold() in BLANKS


@lru_cache(maxsize=8192)  # a file names few habitats, each of them many times
def find(text: str, *, module: Module | None = None) -> HabitatMatch:
    r"""Find the metric habitat that a name means, or the names nearest to it.

    Parameters
    ----------
    text
        A name as a file holds it, with or without its broad type.
    module
        Look among the habitats of this module alone.

    Examples
    --------
    >>> find("grassland \u2013 Modified Grassland").habitat.habitat
    'Grassland - Modified grassland'
    >>> find("Developed land, sealed surface").habitat.scores_zero
    True
    """
    return find_among(records(), text, module=module)


def find_among(table: tuple[Habitat, ...], text: str, *, module: Module | None = None) -> HabitatMatch:
    """Find a name in a habitat table of your own; `find` looks in the metric's."""
    if is_blank(text):
        return HabitatMatch(None, "none")
    scope = _scope(table, module)
    found = scope.exact.get(text)
    if found is not None:
        return HabitatMatch(found, "exact")
    fits = scope.spelled.get(_key(text), ())
    if len(fits) == 1:
        return HabitatMatch(fits[0], "normalised")
    if fits:  # the bare name of several broad types: a person must choose
        return HabitatMatch(None, "none", tuple(sorted(row.habitat for row in fits)))
    elsewhere = find_among(table, text).habitat if module is not None else None
    if elsewhere is not None:  # a habitat, but not of this module: its name says more than any likeness
        return HabitatMatch(None, "none", (elsewhere.habitat,))
    return HabitatMatch(None, "none", _nearest(scope, text))


@cache
def records() -> tuple[Habitat, ...]:
    """Return every habitat of the metric: areas, trees, hedgerows, watercourses."""
    text = files("lnrs_geo.multiplier").joinpath("habitats.csv").read_text(encoding="utf-8")
    return tuple(
        Habitat(
            habitat=row["habitat"],
            broad=row["broad"],
            type=row["type"],
            module=Module(row["module"]),
            distinctiveness=row["distinctiveness"],
            score=int(row["score"]),
            ukhab=row["ukhab"],
            other_names=tuple(name for name in row["other_names"].split("|") if name),
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def broad_types() -> tuple[str, ...]:
    """Return the broad habitat types, in the table's order ("Cropland" first, "Watercourses" last)."""
    return tuple(dict.fromkeys(row.broad for row in records()))


@dataclass(frozen=True, slots=True)
class _Scope:
    """The names of one module (or of all): exact, and spelled in any way."""

    exact: Mapping[str, Habitat]
    spelled: Mapping[str, tuple[Habitat, ...]]


@cache
def _scope(table: tuple[Habitat, ...], module: Module | None) -> _Scope:
    rows = [row for row in table if module is None or row.module is module]
    spelled: dict[str, tuple[Habitat, ...]] = {}
    for row in rows:
        for key in {_key(name) for name in _spellings(row)}:
            spelled[key] = (*spelled.get(key, ()), row)
    return _Scope({row.habitat: row for row in rows}, spelled)


def _spellings(row: Habitat) -> Iterable[str]:
    """Every way of writing one habitat: bare, with its broad type, with it twice, and old names."""
    yield from (row.habitat, row.type, *row.other_names)
    for broad in (row.broad, *BROAD_SPELLINGS.get(row.broad, ())):
        yield f"{broad} - {row.type}"
        yield f"{broad} - {broad} - {row.type}"


def _key(text: str) -> str:
    """Reduce a name to its words, so that case, dashes, commas and apostrophes do not matter."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("&", " and ")
    plain = re.sub(r"['`\u2018\u2019\u02bc\u00b4]", "", plain)  # Scot's or Scots, straight or curly
    return " ".join(re.findall(r"\w+", plain))


def _nearest(scope: _Scope, text: str) -> tuple[str, ...]:
    # Imported here: only a name that fits nothing needs it.
    from rapidfuzz import fuzz, process

    hits = process.extract(_key(text), list(scope.spelled), scorer=fuzz.WRatio, limit=4 * NEAREST)
    ranked = sorted(hits, key=lambda hit: (-hit[1], hit[0]))
    names = [row.habitat for key, _, _ in ranked for row in scope.spelled[key]]
    return tuple(dict.fromkeys(names))[:NEAREST]
