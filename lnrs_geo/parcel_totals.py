"""Parts into one row per parcel and stage: sizes, shares, the mean multiplier, the units."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from lnrs_geo.columns import PARCELS
from lnrs_geo.frames import conform, from_columns
from lnrs_geo.model import Module, Significance, Stage, Status
from lnrs_geo.multiplier import claims, units
from lnrs_geo.parts import Part

PER_UNIT = {Module.AREA: 10_000.0, Module.HEDGEROW: 1_000.0, Module.WATERCOURSE: 1_000.0, Module.TREE: 1.0}
# The parcel takes the status of its least firm part.
LEAST_FIRM = (Status.ERROR, Status.PROVISIONAL, Status.DECIDED, Status.NOT_APPLICABLE)
# What a row of `parcels` has from its first part.
_OF_FIRST = (
    "source",
    "src_fid",
    "parcel_ref",
    "module",
    "stage",
    "retention",
    "habitat",
    "size_unit",
    "gridref",
)

Numbers = npt.NDArray[np.float64]


def parcels(
    parts: Sequence[Part], table: pd.DataFrame, sizes: Numbers, features: pd.DataFrame, own: pd.DataFrame
) -> pd.DataFrame:
    """Return a row per parcel and stage, in the order in which their first parts stand.

    Parameters
    ----------
    parts
        The parts of a run.
    table
        The same parts as rows of `PARTS`.
    sizes
        Their sizes in m2, m or count as they were computed, not rounded; shape (n_parts,).
    features
        The parcels as they were read.
    own
        The input's own columns, row by row as `features`.
    """
    numbers: dict[tuple[int, Stage], int] = {}
    group = np.fromiter(
        (numbers.setdefault((part.row.feature, part.row.row.stage), len(numbers)) for part in parts),
        dtype=np.intp,
        count=len(parts),
    )
    n = len(numbers)
    first = np.full(n, len(parts), dtype=np.intp)
    np.minimum.at(first, group, np.arange(len(parts)))
    at = np.array([feature for feature, _ in numbers], dtype=np.intp)

    def total(of: Numbers) -> Numbers:
        return np.bincount(group, weights=of, minlength=n).astype(np.float64)

    multiplier = table["ss_mult"].to_numpy(dtype=float)
    counted = ~np.isnan(multiplier)
    high = ((table["strat_sig"] == Significance.HIGH) & (table["status"] == Status.DECIDED)).to_numpy()
    whole, weight = total(sizes), total(np.where(counted, sizes, 0.0))
    size_high = total(np.where(high, sizes, 0.0))
    weighted = total(np.where(counted, sizes * multiplier, 0.0))
    n_parts = np.bincount(group, minlength=n)
    per_unit = np.array([PER_UNIT[parts[i].row.row.module] for i in first.tolist()], dtype=np.float64)
    nothing = np.zeros(n)
    found = {name: table[name].to_numpy(dtype=object)[first].tolist() for name in _OF_FIRST}
    found |= {name: features[name].to_numpy(dtype=object)[at].tolist() for name in ("site_ref", "location")}
    found |= {
        "size": whole / per_unit,
        "size_m": whole,
        "size_high": size_high / per_unit,
        "share_high": np.divide(size_high, whole, out=nothing.copy(), where=whole != 0),
        "mean_mult": np.divide(weighted, weight, out=nothing + np.nan, where=weight != 0),
        "n_parts": n_parts.tolist(),
        "needs_split": n_parts > 1,
        "status": _least_firm(table["status"].tolist(), group, n),
        "review": total(table["review"].to_numpy(dtype=float)) > 0,
        "check": _verdicts(table["check"].tolist(), group, n),
        "notice": [""] * n,
    }
    found |= _units(parts, numbers, features["units"].to_numpy(dtype=float), group, (sizes, table))
    frame = from_columns(found, PARCELS)
    return conform(pd.concat([frame, own.iloc[at].reset_index(drop=True)], axis="columns"), PARCELS)


def _least_firm(status: Sequence[str], group: npt.NDArray[np.intp], n: int) -> list[str]:
    rank = {one.value: at for at, one in enumerate(LEAST_FIRM)}
    least = np.full(n, len(LEAST_FIRM), dtype=np.intp)
    np.minimum.at(least, group, np.array([rank[one] for one in status], dtype=np.intp))
    return [LEAST_FIRM[at].value for at in least.tolist()]


def _verdicts(checks: Sequence[str], group: npt.NDArray[np.intp], n: int) -> list[str]:
    """Return the verdict on each parcel; one whose parts are all without has none."""
    of: list[list[str]] = [[] for _ in range(n)]
    for number, check in zip(group.tolist(), checks, strict=True):
        of[number].append(check)
    return [claims.parcel_verdict(one) if any(one) else "" for one in of]


def _units(
    parts: Sequence[Part],
    numbers: dict[tuple[int, Stage], int],
    claimed: Numbers,
    group: npt.NDArray[np.intp],
    sized: tuple[Numbers, pd.DataFrame],
) -> dict[str, Numbers]:
    """Return the units claimed, and what the assessment makes of them (rules section 6)."""
    columns = {name: np.full(len(numbers), np.nan) for name in ("units_claimed", "units_low", "units_high")}
    stages: dict[int, list[Stage]] = {}
    for feature, stage in numbers:
        if claimed[feature] == claimed[feature]:
            stages.setdefault(feature, []).append(stage)
    wanted = {
        numbers[feature, stage]: feature
        for feature, own in stages.items()
        for stage in own
        if units.stage_of_units(own) is stage
    }
    of: dict[int, list[int]] = {number: [] for number in wanted}
    for at, number in enumerate(group.tolist() if wanted else ()):
        if number in of:
            of[number].append(at)
    sizes, table = sized
    status, shown = table["status"].tolist(), table["ss_mult"].tolist()
    for number, own_parts in of.items():
        rows = [(float(sizes[i]), status[i], None if shown[i] != shown[i] else shown[i]) for i in own_parts]
        found = units.units_range(
            float(claimed[wanted[number]]), units.claimed_multiplier(parts[own_parts[0]].row.claim), rows
        )
        columns["units_claimed"][number] = float(claimed[wanted[number]])
        if found is not None:
            columns["units_low"][number], columns["units_high"][number] = map(float, found)
    return columns
