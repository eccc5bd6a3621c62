"""What came of each site: one row of `sites.csv` each, counted from its parts.

A row holds nothing that changes from run to run: no time, no name of a machine.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from lnrs_geo.model import Module
from lnrs_geo.spatial import gridref
from lnrs_geo.spatial.zones import by_id

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

STATUSES = ("decided", "provisional", "error", "not-applicable")
UNITS = {Module.AREA: "ha", Module.HEDGEROW: "km", Module.WATERCOURSE: "km", Module.TREE: "count"}
_NOTED = "noted"
# What a person must look at, by status or as a note, and how it is told
TO_LOOK_AT = {
    "error": "part(s) in error, in no total",
    "provisional": "part(s) that a person must decide",
    _NOTED: "part(s) with a note to read",
}
# What is counted of a site's issues: a severity, or a code
ISSUES = {"issues_error": "error", "issues_warning": "warning", "layers_ignored": "layer-ignored"}
NO_ISSUES = dict.fromkeys(ISSUES, "0")
# Verdicts that say that a claim does not hold
WRONG_CLAIMS = frozenset(
    {
        "unrecognised",
        "invalid-medium",
        "baseline-not-low",
        "frozen-baseline-changed",
        "wrong-high",
        "missed-high",
    }
)
# `review` holds what is provisional: it may yet become High or Low
ANSWERS = ("High", "Medium", "Low", "review")


class Outcome(StrEnum):
    """What came of a site."""

    ASSESSED = "assessed"
    REVIEW = "review"
    SCREENED = "screened"
    FAILED = "failed"


def size_column(module: Module, answer: str) -> str:
    """Return the column of `sites.csv` that sums a module's parts of one answer.

    Examples
    --------
    >>> size_column(Module.AREA, "High")
    'area_high_ha'
    """
    return f"{module.value}_{answer.lower()}_{UNITS[module]}"


SIZES = tuple(size_column(module, answer) for module in Module for answer in ANSWERS)
COLUMNS = (
    "reference", "outcome", "why", "parcels", "parts",
    *(f"parts_{status.replace('-', '_')}" for status in STATUSES), "parts_review", "claims_wrong",
    *ISSUES, *SIZES, "lnrs_id", "authority", "gridref", "square_m", "measures_at_point", "results", "notice",
)  # fmt: skip


# Every output says first what is assumed (rules section 5)
UNDATED = (
    "No dates were given for this site: parcels that state none of their own are judged as of an application "
    "made on the assessment date, after publication."
)


def blank(reference: str, outcome: Outcome, why: str) -> dict[str, str]:
    """Return the row of a site without parts."""
    return {**dict.fromkeys(COLUMNS, ""), "reference": reference, "outcome": outcome.value, "why": why}


def rows_of(parts: "gpd.GeoDataFrame", keys: Sequence[int]) -> dict[int, dict[str, str]]:
    """Count the parts of every site.

    Parameters
    ----------
    parts
        Parts of a result, with their geometry.
    keys
        For each part the number of its site.

    Returns
    -------
    By site, the cells of its row that its parts tell; the sizes are those after the development,
    what is retained apart.
    """
    counts: dict[int, _Count] = {}
    bounds = shapely.bounds(np.asarray(parts.geometry.array, dtype=object)).tolist()
    columns = [parts[name].tolist() for name in _READ]
    for key, box, *cells in zip(keys, bounds, *columns, strict=True):
        counts.setdefault(key, _Count()).add(_Part(*cells), box)
    return {key: count.cells() for key, count in counts.items()}


def issues_of(issues: "pd.DataFrame", keys: Sequence[int], file: object) -> dict[int, dict[str, str]]:
    """Count the issues of every site by severity, and the layers that were ignored.

    What is said of the map, or of a table beside the register, is no site's own.

    Parameters
    ----------
    issues
        Issues of a result.
    keys
        For each issue the number of its site.
    file
        The file of their parcels.

    Returns
    -------
    By site with issues, the cells of its row.
    """
    found: dict[int, Counter[str]] = {}
    columns = (issues[name].tolist() for name in ("dataset", "severity", "code"))
    for key, dataset, severity, code in zip(keys, *columns, strict=True):
        if dataset == str(file) or str(dataset).startswith(f"{file}/"):
            found.setdefault(key, Counter()).update((severity, code))
    return {
        key: {column: str(count[counted]) for column, counted in ISSUES.items()}
        for key, count in found.items()
    }


class _Part(NamedTuple):
    source: str
    src_fid: str
    module: str
    stage: str
    retention: str
    size: float
    strat_sig: str
    status: str
    review: bool
    ss_reason: str
    lnrs_id: str
    authority: str
    check: str


_READ = _Part._fields


@dataclass(slots=True)
class _Count:
    """What is counted of one site."""

    parcels: set[tuple[str, str]] = field(default_factory=set)
    statuses: "Counter[str]" = field(default_factory=Counter)
    flagged: int = 0
    wrong: int = 0
    sizes: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    reasons: dict[str, "Counter[str]"] = field(default_factory=dict)
    lnrs_ids: set[str] = field(default_factory=set)
    authorities: set[str] = field(default_factory=set)
    boxes: list[list[float]] = field(default_factory=list)

    def add(self, part: _Part, box: list[float]) -> None:
        """Take one part, and its extent."""
        self.parcels.add((part.source, part.src_fid))
        self.statuses[part.status] += 1
        self.flagged += bool(part.review)
        self.wrong += part.check in WRONG_CLAIMS
        self.lnrs_ids.update(part.lnrs_id.split(";"))
        self.authorities.add(part.authority)
        if box[0] == box[0]:
            self.boxes.append(box)
        kind = part.status if part.status in TO_LOOK_AT else _NOTED if part.review else ""
        if kind:
            self.reasons.setdefault(kind, Counter())[part.ss_reason] += 1
        if (
            part.stage == "post"
            and part.retention != "Retained"
            and part.status in ("decided", "provisional")
        ):
            answer = part.strat_sig if part.status == "decided" else "review"
            self.sizes.setdefault((part.module, answer), []).append(float(part.size))

    def cells(self) -> dict[str, str]:
        """Return the cells of the site's row."""
        return {
            "outcome": (Outcome.REVIEW if self.reasons else Outcome.ASSESSED).value,
            "why": " ".join(
                _told(self.reasons[kind], words) for kind, words in TO_LOOK_AT.items() if kind in self.reasons
            ),
            "parcels": str(len(self.parcels)),
            "parts": str(sum(self.statuses.values())),
            **{f"parts_{status.replace('-', '_')}": str(self.statuses[status]) for status in STATUSES},
            "parts_review": str(self.flagged),
            "claims_wrong": str(self.wrong),
            **self._sums(),
            "lnrs_id": _listed(self.lnrs_ids),
            "authority": _listed(self.authorities),
            "gridref": self._place(),
        }

    def _sums(self) -> dict[str, str]:
        """Sum sizes by module and answer; a module that the site has not stays blank."""
        found = dict.fromkeys(SIZES, "")
        for module in dict.fromkeys(Module(name) for name, _ in self.sizes):
            for answer in ANSWERS:
                amount = math.fsum(self.sizes.get((module.value, answer), ()))
                whole = module is Module.TREE and amount.is_integer()
                found[size_column(module, answer)] = str(int(amount)) if whole else f"{amount:.6f}"
        return found

    def _place(self) -> str:
        """Return the grid reference of the middle of the site's extent."""
        if not self.boxes:
            return ""
        west, south, east, north = zip(*self.boxes, strict=True)
        return gridref.grid_reference((min(west) + max(east)) / 2, (min(south) + max(north)) / 2)


def _listed(names: set[str]) -> str:
    return ";".join(sorted(names - {""}, key=by_id))


def _told(reasons: "Counter[str]", words: str) -> str:
    """Say how many parts, of which reasons."""
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return f"{sum(reasons.values())} {words} ({', '.join(f'{name} {count}' for name, count in ordered)})."
