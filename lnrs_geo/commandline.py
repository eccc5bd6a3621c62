"""What a run was asked to do, as data, and as a command line that a person can paste.

A report shows the command, and `lnrs-geo rerun` goes by the data: both say what was given, not what
was made of it. Only the assessment date is the one used, because today is another day tomorrow.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lnrs_geo.multiplier.applications import COLUMNS
from lnrs_geo.settings import DEFAULT_TOLERANCE_M, INTERVENTIONS, Settings, Sources

# Inputs of which there is one, in the order of the command's help
SINGLE = (
    "crosswalk",
    "overrides",
    "area",
    "authorities",
    "apib",
    "acb",
    "documents",
    "applications",
    "submitted",
)
IN_MEMORY = "given in memory, not as a file: this record alone cannot run it again"
_TYPED_AS = {kept: word for word, kept in INTERVENTIONS.items()}


def call_of(sources: Sources, settings: Settings) -> dict[str, Any]:
    """Return everything that a run was given, paths as they were given.

    Returns
    -------
    `parcels` and the keywords of `lnrs_geo.check`; `strategy` is a list, `map` is `field_map`. How parcels
    are matched is left out: the answers are the same. What was given as a frame or table in memory is
    None, and `note` then says so; else `note` is empty.
    """
    in_memory: dict[str, None] = {}

    def path(name: str, given: object) -> str | None:
        if given is None or isinstance(given, str | Path):
            return None if given is None else str(given)
        in_memory[name] = None
        return None

    call: dict[str, Any] = {
        "parcels": [path("parcels", one) for one in sources.parcels],
        "measures": [path("measures", one) for one in sources.measures],
        "strategy": [str(one) for one in sources.strategies],
        **{name: path(name, getattr(sources, name)) for name in SINGLE},
        "dates": dict(settings.dates),
        "layers": list(sources.layers),
        "measures_layers": list(sources.measures_layers),
        "map": dict(sources.field_map),
        "crs": sources.crs,
        "intervention": _TYPED_AS[settings.intervention],
        "as_at": settings.as_at.isoformat(),
        "tolerance_m": settings.tolerance_m,
        "accept_proposed": settings.accept_proposed,
    }
    return {**call, "note": f"{', '.join(in_memory)}: {IN_MEMORY}." if in_memory else ""}


def command_of(call: Mapping[str, Any], *, command: str = "check") -> str:
    """Return a call as a command line, each word quoted as a shell needs it; empty where it has a note.

    Examples
    --------
    >>> from datetime import date
    >>> given = Sources(parcels=("my site.gpkg",), measures=("map.gpkg",), strategy="derbyshire")
    >>> command_of(call_of(given, Settings(date(2026, 6, 1))))
    "lnrs-geo check 'my site.gpkg' --measures map.gpkg --strategy derbyshire --as-at 2026-06-01"
    """
    if call["note"]:
        return ""
    parcels, options = list(call["parcels"]), list(_options(call))
    if any(one.startswith("-") for one in parcels):  # after -- nothing is taken for an option
        return shlex.join(["lnrs-geo", command, *options, "--", *parcels])
    return shlex.join(["lnrs-geo", command, *parcels, *options])


def noted(run: Mapping[str, Any], why: str) -> dict[str, Any]:
    """Return the record of a run whose call alone would not do the same, with the reason."""
    return {**run, "call": {**run["call"], "note": why}, "command": ""}


def _options(call: Mapping[str, Any]) -> Iterator[str]:
    """Give the words of all options that say more than the defaults do."""
    for name, values in (
        ("measures", call["measures"]),
        ("measures-layer", call["measures_layers"]),
        ("strategy", call["strategy"]),
        *((name, [call[name]]) for name in SINGLE if call[name] is not None),
        ("layer", call["layers"]),
        ("map", [f"{field}={column}" for field, column in call["map"].items()]),
        ("crs", [call["crs"]] if call["crs"] else []),
        ("intervention", [call["intervention"]] if call["intervention"] else []),
        ("as-at", [call["as_at"]]),
    ):
        for value in values:
            yield from (f"--{name}", value)
    for column in COLUMNS:  # whichever was named first
        # a reference joins the rows of a table of applications; the command takes none, and nothing hangs on it
        if column in call["dates"] and column != "reference":
            yield from (f"--{column.replace('_', '-')}", call["dates"][column])
    if call["tolerance_m"] != DEFAULT_TOLERANCE_M:
        yield from ("--tolerance", str(call["tolerance_m"]))
    if call["accept_proposed"]:
        yield "--accept-proposed"
