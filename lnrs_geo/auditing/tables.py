"""The tables of an audit: every verdict with what it is worth, by part, parcel, site and file.

Everything here is read from the frames of a result; nothing is decided again. Area units (those of
trees among them), hedgerow units and watercourse units stand in rows of their own, always.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from lnrs_geo import columns
from lnrs_geo.auditing.words import to_do, why_left
from lnrs_geo.columns import Column, Kind
from lnrs_geo.model import Module, Retention, Stage
from lnrs_geo.multiplier import units
from lnrs_geo.multiplier.claims import read_label
from lnrs_geo.multiplier.units import PartUnits, SizedPart
from lnrs_geo.result import Result

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

# The verdicts on parts, in the order in which they are tried (rules section 6).
VERDICTS = (
    "unrecognised", "blank", "invalid-medium", "baseline-not-low", "frozen-baseline-changed", "review",
    "wrong-high", "missed-high", "ok",
)  # fmt: skip
UNITS = ("units_claimed", "units_low", "units_high", "effect_low", "effect_high")


def _of(table: Sequence[Column], *wanted: str) -> tuple[Column, ...]:
    by_name = {column.name: column for column in table}
    return tuple(by_name[name] for name in wanted)


def _units(whose: str) -> tuple[Column, ...]:
    return (
        Column("units_claimed", Kind.DECIMAL, f"Biodiversity units that the input claims{whose}.", 6),
        Column("units_low", Kind.DECIMAL, "Those units as assessed, every provisional part Low.", 6),
        Column("units_high", Kind.DECIMAL, "Those units as assessed, every provisional part High.", 6),
        Column("effect_low", Kind.DECIMAL, "`units_low` less `units_claimed`.", 6),
        Column("effect_high", Kind.DECIMAL, "`units_high` less `units_claimed`.", 6),
    )


def column_of(verdict: str) -> str:
    """Return the column of the totals that counts a verdict.

    Examples
    --------
    >>> column_of("wrong-high")
    'wrong_high'
    """
    return verdict.replace("-", "_")


_WHERE = (*_of(columns.PARTS, "source", "src_fid", "parcel_ref"), *_of(columns.PARCELS, "site_ref"))
_TO_DO = Column("to_do", Kind.TEXT, "What to do about the claim.")

PARTS: tuple[Column, ...] = (
    *_WHERE,
    *_of(columns.PARTS, "part", "module", "stage", "retention", "habitat", "size", "size_unit"),
    *_of(columns.PARTS, "claimed", "strat_sig", "ss_mult", "alt_sig", "alt_mult", "status", "check"),
    *_units(" for the part, by its share of the size"),
    *_of(columns.PARTS, "regime", "regime_rule", "ss_reason", "reason"),
    _TO_DO,
    Column("corrected", Kind.TEXT, "Text set in the corrected copy; empty where the file's own stays."),
)
PARCELS: tuple[Column, ...] = (
    *_WHERE,
    *_of(columns.PARCELS, "module", "stage", "retention", "habitat", "location", "size", "size_unit"),
    *_of(columns.PARTS, "claimed"),
    *_of(columns.PARCELS, "n_parts", "status", "check"),
    *_units(""),
    Column("units_note", Kind.TEXT, "Why no effect in units is given."),
)
TOTALS: tuple[Column, ...] = (
    Column("scope", Kind.TEXT, "What is added up: a site, or a file."),
    Column("name", Kind.TEXT, "Reference of the site, or the file as given."),
    Column("units_module", Kind.TEXT, "Kind of units: area (trees among them), hedgerow or watercourse."),
    *_of(columns.PARTS, "stage"),
    Column("retained", Kind.BOOL, "True for what is Retained after the development, which stands apart."),
    Column("parcels", Kind.INT, "Number of parcels."),
    Column("parts", Kind.INT, "Number of parts."),
    *(Column(column_of(one), Kind.INT, f"Parts with the verdict {one}.") for one in VERDICTS),
    Column("no_verdict", Kind.INT, "Parts without a verdict: nothing claimed, in error, or not applicable."),
    Column("split_needed", Kind.INT, "Parcels that must be entered as several rows."),
    Column("with_units", Kind.INT, "Parcels whose units are in the sums; of the others no effect is known."),
    *_units(", for those parcels"),
)
LEFT_ALONE: tuple[Column, ...] = (
    *_WHERE,
    *_of(columns.PARTS, "part", "module", "stage", "claimed", "strat_sig", "alt_sig", "status", "check"),
    Column("why", Kind.TEXT, "Why the file's own value stays."),
    _TO_DO,
)


def runs(parts: Sequence[Row]) -> list[list[int]]:
    """Return the row numbers of the parts of each parcel and stage, in their order.

    Parts of a parcel follow one another, numbered from 1. Going by that, and not by names, keeps
    frames apart, which all have the same one.
    """
    found: list[list[int]] = []
    for at, part in enumerate(parts):
        if part["part"] == 1:
            found.append([])
        found[-1].append(at)
    return found


def rows_of(result: Result) -> tuple[list[Row], list[Row]]:
    """Return a row per part and a row per parcel and stage, each with its effect in units.

    Parameters
    ----------
    result
        What a check found; `parcels.units_claimed` holds the units that the input claims.

    Returns
    -------
    Rows with the columns of `PARTS` (all but `corrected`) and `baseline_left`, and of `PARCELS`.
    """
    given, sizes = records(result.parts.drop(columns="geometry")), _exact_sizes(result)
    parts: list[Row] = []
    whole: list[Row] = []
    for ats, parcel in zip(runs(given), records(result.parcels), strict=True):
        own = [given[at] for at in ats]
        claimed, words = parcel["units_claimed"], own[0]["claimed"]
        multiplier = units.claimed_multiplier(read_label(words))
        sized: list[SizedPart] = [(sizes[at], given[at]["status"], given[at]["ss_mult"]) for at in ats]
        shares = units.by_part(claimed, multiplier, sized)
        for row, worth in zip(own, [_worth([one]) for one in shares] or [{}] * len(own), strict=True):
            parts.append(row | worth | {"site_ref": parcel["site_ref"]})
        note = units.no_effect(claimed, multiplier, sized)
        whole.append(
            parcel | dict.fromkeys(UNITS) | {"units_claimed": claimed} | _worth(shares)
            | {"claimed": words, "units_note": note}
        )  # fmt: skip
    _follow_baselines(parts)
    for row in parts:
        row["to_do"] = to_do(row)
    return parts, whole


def _follow_baselines(parts: Sequence[Row]) -> None:
    """Mark each Retained part whose baseline keeps the file's own value or is open (`baseline_left`).

    The baseline is the feature's own; where the file keeps it in another layer, the one of the same
    name, by which an earlier file finds it too.
    """
    left: dict[tuple[str, ...], bool] = {}
    for row in parts:
        if row["stage"] == Stage.BASELINE:
            stays = bool(why_left(row))
            for key in _names(row):
                left[key] = left.get(key, False) or stays
    for row in parts:
        if row["stage"] == Stage.POST and row["retention"] == Retention.RETAINED:
            row["baseline_left"] = next((left[key] for key in _names(row) if key in left), False)


def _names(row: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a feature is known by: its place in the file, and its name there."""
    return (
        (row["source"], row["src_fid"]),
        (row["source"].rpartition("|")[0], row["site_ref"], row["module"], row["parcel_ref"]),
    )


def records(frame: "pd.DataFrame") -> list[Row]:
    """Return the rows of a frame, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _worth(shares: Sequence[PartUnits]) -> Row:
    """Return the units of parts, added up; nothing where there are none."""
    sums = {name: [getattr(one, name.removeprefix("units_")) for one in shares] for name in UNITS}
    return {name: sum(values, Decimal(0)) for name, values in sums.items() if values}


def _exact_sizes(result: Result) -> list[float]:
    """Return the size of each part, unrounded, in m2, m or count: units are shared by it."""
    shapes = np.asarray(result.parts.geometry.array, dtype=object)
    area, length = shapely.area(shapes), shapely.length(shapes)
    counted = result.parts["size_m"].to_numpy(dtype=float)
    return [float(size) for size in np.select([area > 0, length > 0], [area, length], counted)]


def totals(parts: Sequence[Row], parcels: Sequence[Row]) -> list[Row]:
    """Add up verdicts and units for each site and each file, kinds of units and stages apart.

    Rows without `site_ref` are in the totals of their file alone.
    """
    made: dict[tuple[Any, ...], Row] = {}
    for row in parcels:
        for total in _totals_of(row, made):
            total["parcels"] += 1
            total["split_needed"] += row["check"] == "split-needed"
            if not row["units_note"]:
                total["with_units"] += 1
                for name in UNITS:
                    total[name] = (total[name] or Decimal(0)) + row[name]
    for row in parts:
        for total in _totals_of(row, made):
            total["parts"] += 1
            total[column_of(row["check"]) if row["check"] else "no_verdict"] += 1
    order = {name: at for at, name in enumerate((*units.UNITS_MODULES, "", *Stage))}
    return [
        made[key]
        for key in sorted(
            made, key=lambda key: (key[0] != "site", key[1], order[key[2]], order[key[3]], key[4])
        )
    ]


def _totals_of(row: Row, made: dict[tuple[Any, ...], Row]) -> list[Row]:
    """Return the rows of totals that a part or parcel counts in, made where they are not there yet."""
    # a row whose module nobody knows is counted, in no kind of units
    kind = units.units_module(Module(row["module"])).value if row["module"] else ""
    kept = row["stage"] == Stage.POST and row["retention"] == Retention.RETAINED
    found = []
    for scope, name in (("site", row["site_ref"]), ("file", row["source"].rpartition("|")[0])):
        if not name:
            continue
        key = (scope, name, kind, row["stage"], kept)
        if key not in made:
            counted: Row = {column.name: 0 for column in TOTALS if column.kind is Kind.INT}
            made[key] = {
                **counted,
                **dict.fromkeys(UNITS),
                **dict(zip(("scope", "name", "units_module", "stage", "retained"), key, strict=True)),
            }
        found.append(made[key])
    return found
