"""The report as one HTML page that needs nothing else: styles and pictures stand inside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from lnrs_geo.assumed import assumes_dates
from lnrs_geo.report.facts import ParcelFacts, Report, Row
from lnrs_geo.report.layout import render

# A longer table helps nobody and makes the PDF slow: what is left out stands in the CSV.
MOST_LISTED = 500
MOST_OF_A_CODE = 20
SEVERITIES = ("error", "warning", "info")


class Drawn(Protocol):
    """A map as `lnrs_geo.report.maps` draws it."""

    @property
    def png(self) -> bytes:
        """The picture."""

    @property
    def width_px(self) -> int:
        """How wide it is."""

    @property
    def height_px(self) -> int:
        """How high it is."""

    @property
    def alt(self) -> str:
        """What it shows, for those who do not see it."""

    @property
    def caption(self) -> str:
        """What stands beneath it."""


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues of one code and severity: how many, the first of them, and what to do about them.

    `others` are the features that the rest name, each once, by their layer or file; `unnamed` is how many
    name none.
    """

    code: str
    severity: str
    times: int
    fix: str
    shown: tuple[Row, ...]
    others: Mapping[str, Sequence[str]]
    unnamed: int


def page(report: Report, *, maps: Mapping[str, Drawn], overviews: Sequence[Drawn] = ()) -> str:
    """Return the report as HTML; the same facts and maps give the same text.

    Parameters
    ----------
    report
        The facts.
    maps
        Maps of parcels by their anchor.
    overviews
        The map of them all and, where they lie far apart, of each group.
    """
    listed = _listed(report.parcels)
    return render(
        "report.html.j2",
        report=report,
        notices=report.notices,
        program=report.run["program"],
        maps=maps,
        overviews=overviews,
        listed=listed,
        unlisted=len(report.parcels) - len(listed),
        paged={one.anchor for one in report.pages},
        issue_groups=grouped(report.issues),
        assumed=assumes_dates(report.run),
    )


def grouped(issues: Sequence[Row]) -> list[IssueGroup]:
    """Return issues by code, the most serious first, else by the alphabet.

    Parameters
    ----------
    issues
        Rows of `issues`.
    """
    ordered = sorted(issues, key=lambda one: (SEVERITIES.index(one["severity"]), one["code"]))
    groups = []
    for (severity, code), rows in groupby(ordered, key=lambda one: (one["severity"], one["code"])):
        same = list(rows)
        fixes = list(dict.fromkeys(one["fix"] for one in same if one["fix"]))
        shown, rest = tuple(same[:MOST_OF_A_CODE]), same[MOST_OF_A_CODE:]
        others: dict[str, dict[str, None]] = {}
        for one in rest:
            if one["feature"]:
                others.setdefault(one["layer"] or one["dataset"], {})[one["feature"]] = None
        named = {where: tuple(names) for where, names in others.items()}
        unnamed = sum(not one["feature"] for one in rest)
        fix = fixes[0] if fixes else ""
        groups.append(IssueGroup(code, severity, len(same), fix, shown, named, unnamed))
    return groups


def _listed(parcels: Sequence[ParcelFacts]) -> list[ParcelFacts]:
    """Return the parcels for the table, in their order: all, or those with a reason for a page first."""
    if len(parcels) <= MOST_LISTED:
        return list(parcels)
    ranked = sorted(range(len(parcels)), key=lambda at: (not parcels[at].why, at))
    return [parcels[at] for at in sorted(ranked[:MOST_LISTED])]
