"""The record of a run: what went in, which rules applied, what was assumed, how each decision went."""

import platform
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import pandas as pd

from lnrs_geo import areas
from lnrs_geo.columns import ISSUES
from lnrs_geo.commandline import call_of, command_of
from lnrs_geo.frames import conform, from_rows
from lnrs_geo.gather import Inputs
from lnrs_geo.maps import LoadedMap
from lnrs_geo.model import Issue
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.decide import Decision
from lnrs_geo.multiplier.regime import Publication, assumption, publication_of
from lnrs_geo.multiplier.rules import Edition
from lnrs_geo.settings import Settings, Sources
from lnrs_geo.strategy import Strategy
from lnrs_geo.terrain import Terrain

SEVERITY_ORDER = ("error", "warning", "info")
ACCEPTED = (
    "DRAFT: crosswalk rows that a program proposed and nobody confirmed were accepted (--accept-proposed); "
    "nothing here may be relied on."
)
BY_STATUS = {
    "sample": "The strategy is a made-up sample: no answer here says anything about real land.",
    "draft": "The strategy is a consultation draft: its map decides nothing, and Table 8 applies.",
}
LIBRARIES = ("geopandas", "shapely", "pyproj", "pyogrio", "fiona", "rtree", "convertbng", "numpy", "pandas")


def program_version() -> str:
    """Return the version of the program as it is installed."""
    return _version("lnrs-geo") or "0 (not installed)"


def run_record(
    inputs: Inputs,
    *,
    edition: Edition,
    settings: Settings,
    sources: Sources,
    assumed: str,
    command: str = "check",
) -> dict[str, Any]:
    """Return everything needed to run it again and to see what it rests on; `assumed` comes first.

    `command` is the one of `lnrs-geo` that does the same.
    """
    strategy = inputs.strategy
    call = call_of(sources, settings)
    several = {"strategies": [_told(one) for one in inputs.maps]} if len(inputs.maps) > 1 else {}
    return {
        "program": f"lnrs-geo {program_version()}",
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "as_at": settings.as_at.isoformat(),
        "assumption": assumed,
        "notice": notice(inputs, accept_proposed=settings.accept_proposed),
        "strategy": _facts(strategy),
        **several,
        "measures_source": dict(strategy.source),
        "rules": {"edition": edition.id, "title": edition.title, "publisher": edition.publisher},
        "inputs": inputs.files,
        "crosswalk_rows": sum(len(one.crosswalk.rows) for one in inputs.maps),
        "options": {
            "tolerance_m": settings.tolerance_m,
            "intervention": settings.intervention,
            "layers": list(sources.layers),
            "measures_layers": list(sources.measures_layers),
            "map": dict(sources.field_map),
            "crs": sources.crs or "",
            "dates": dict(settings.dates),
            "accept_proposed": settings.accept_proposed,
        },
        "call": call,
        "command": command_of(call, command=command),
        "area_given": inputs.areas is not None,
        "map_complete": all(one.complete for one in inputs.maps),
        "libraries": {name: _version(name) for name in LIBRARIES} | {"python": platform.python_version()},
    }


def told_of(strategy: Strategy) -> dict[str, str | dict[str, str]]:
    """Return what is to be known of a strategy and of where its map comes from."""
    return {**_facts(strategy), "measures_source": dict(strategy.source)}


def _facts(strategy: Strategy) -> dict[str, str]:
    """Return what the file of a strategy says of it."""
    return {
        "lnrs_id": strategy.lnrs_id,
        "name": strategy.name,
        "title": strategy.title,
        "status": strategy.status,
        "published": strategy.published_text,
        "published_source": strategy.published_source,
        "sha256": strategy.sha256,
    }


def _told(one: LoadedMap) -> dict[str, Any]:
    """Return what is to be known of one of several strategies; one without parcels was not opened."""
    return {
        **told_of(one.strategy),
        "opened": one.opened,
        "map_complete": one.complete,
        "crosswalk_rows": len(one.crosswalk.rows),
    }


def publications(inputs: Inputs, terrain: Terrain) -> dict[str, Publication]:
    """Return when the LNRS of each zone was published, as far as is known."""
    found = {}
    for lnrs_id in {one for land in terrain.lands for one in land.lnrs_ids}:
        known = areas.area(lnrs_id)
        if known is not None and known.published is not None:
            found[lnrs_id] = Publication(known.published.first, known.published.last)
    return found | {one.lnrs_id: publication_of(one.strategy) for one in inputs.maps}


def assumed_of(inputs: Inputs, applications: Sequence[Application], as_at: date) -> str:
    """Say what is assumed of the parcels without dates, for each strategy whose map was opened."""
    maps = _opened(inputs)
    told = {one: assumed(applications, publication_of(one.strategy), as_at) for one in maps}
    if len(set(told.values())) == 1:
        return told[maps[0]]
    return " ".join(f"LNRS {one.lnrs_id} ({one.strategy.name}): {said}" for one, said in told.items())


def _opened(inputs: Inputs) -> list[LoadedMap]:
    """Return the maps that bear on the run; all of them where no parcel lies at any."""
    return [one for one in inputs.maps if one.opened] or list(inputs.maps)


def assumed(applications: Sequence[Application], publication: Publication, as_at: date) -> str:
    """Say what is assumed of the parcels without dates; every output begins with it."""
    dated = sum(one.has_dates for one in applications)
    if not dated:
        return assumption(publication, as_at)
    if dated == len(applications):
        return (
            "Dates were given for every parcel; the transition rules (regime_rule) say which table applies."
        )
    others = assumption(publication, as_at)
    return f"Dates were given for {dated} of {len(applications)} parcels. For the others: {others}"


def notice(inputs: Inputs, *, accept_proposed: bool) -> str:
    """Return the warning that a sample, a draft or unconfirmed rows carry into every output."""
    if len(inputs.maps) == 1:
        told = [BY_STATUS.get(inputs.strategy.status, "")]
    else:
        told = [
            f"LNRS {one.lnrs_id} ({one.strategy.name}): {BY_STATUS[one.strategy.status]}"
            for one in _opened(inputs)
            if one.strategy.status in BY_STATUS
        ]
    return " ".join(one for one in (*told, ACCEPTED if accept_proposed else "") if one)


def trace(decision: Decision, *, statement: str) -> dict[str, Any]:
    """Return how a decision was reached, for `result.json` and `explain`."""
    return {
        "rule_id": decision.rule_id,
        "statement": statement,
        "citation": decision.citation,
        "ss_reason": decision.ss_reason,
        "steps": [
            {"question": step.question, "answer": step.answer, "evidence": step.evidence}
            for step in decision.trace
        ],
    }


def issues_frame(issues: Sequence[Issue]) -> pd.DataFrame:
    """Return issues as a frame: errors first, else in the order in which they were met, none twice."""
    distinct = list(dict.fromkeys(issues))
    ordered = sorted(distinct, key=lambda one: SEVERITY_ORDER.index(one.severity))
    rows = [{name: getattr(one, name) for name in Issue.__slots__} for one in ordered]
    return conform(from_rows([{**row, "severity": str(row["severity"])} for row in rows], ISSUES), ISSUES)


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
