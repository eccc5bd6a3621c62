"""The sums of a report: sizes and units that may be added, and how many parcels there are of each kind."""

import math
from collections.abc import Iterable, Sequence

from lnrs_geo.model import Module, Retention, Significance, Stage, Status
from lnrs_geo.report.answers import CHECKS
from lnrs_geo.report.facts import Counts, ModuleTotal, Row, UnitsTotal
from lnrs_geo.report.verdicts import SPLIT, alike

SAID = (Retention.CREATED, Retention.ENHANCED)
# Trees are counted in area units; the three kinds are never put together.
KIND = {
    Module.AREA: "area",
    Module.TREE: "area",
    Module.HEDGEROW: "hedgerow",
    Module.WATERCOURSE: "watercourse",
}
KINDS = tuple(dict.fromkeys(KIND.values()))
# Sizes and units of a result have so many decimals, so a sum of them has no more.
DECIMALS = 6


def modules(parts: Iterable[Row]) -> tuple[ModuleTotal, ...]:
    """Add up what is created or enhanced, module by module, as decided High, Medium, Low and for review.

    Parameters
    ----------
    parts
        Rows of `parts`. Retained ones are left out, and those in error or not applicable.
    """
    rows: dict[str, list[Row]] = {}
    for one in parts:
        if _proposed(one) and one["status"] in (Status.DECIDED, Status.PROVISIONAL):
            rows.setdefault(one["module"], []).append(one)
    return tuple(_module(module, rows[module]) for module in Module if module in rows)


def _module(module: Module, rows: Sequence[Row]) -> ModuleTotal:
    def total(status: Status, *answers: Significance) -> float:
        return _sum(
            one["size"]
            for one in rows
            if one["status"] == status and (one["strat_sig"] in answers or not answers)
        )

    return ModuleTotal(
        module=module.value,
        unit=module.size_unit,
        high=total(Status.DECIDED, Significance.HIGH),
        medium=total(Status.DECIDED, Significance.MEDIUM),
        low=total(Status.DECIDED, Significance.LOW),
        review=total(Status.PROVISIONAL),
        parcels=_features(rows),
        parts=len(rows),
    )


def units(parcels: Sequence[Row]) -> tuple[UnitsTotal, ...]:
    """Add up the biodiversity units that the input claims, kinds, stages and Retained apart.

    Parameters
    ----------
    parcels
        Rows of `parcels`. A feature's units belong to its stage after the development where it has one,
        so one without units is counted at that stage alone.

    Returns
    -------
    Nothing where no row claims any units.
    """
    if all(one["units_claimed"] is None for one in parcels):
        return ()
    later = {(one["source"], one["src_fid"]) for one in parcels if one["stage"] == Stage.POST}
    groups: dict[tuple[str, str, bool], list[Row]] = {}
    for one in parcels:
        superseded = one["stage"] == Stage.BASELINE and (one["source"], one["src_fid"]) in later
        if one["module"] in KIND and not (superseded and one["units_claimed"] is None):
            kept = one["stage"] == Stage.POST and one["retention"] == Retention.RETAINED
            groups.setdefault((KIND[Module(one["module"])], one["stage"], kept), []).append(one)
    ordered = sorted(groups, key=lambda key: (KINDS.index(key[0]), key[1] != Stage.BASELINE, key[2]))
    return tuple(_units(*key, groups[key]) for key in ordered)


def _units(kind: str, stage: str, retained: bool, rows: Sequence[Row]) -> UnitsTotal:
    claiming = [one for one in rows if one["units_claimed"] is not None]
    assessed = [one for one in claiming if one["units_low"] is not None]
    return UnitsTotal(
        kind=kind,
        stage=stage,
        retained=retained,
        parcels=len(assessed),
        without=len(rows) - len(claiming),
        claimed=_sum(one["units_claimed"] for one in assessed),
        low=_sum(one["units_low"] for one in assessed),
        high=_sum(one["units_high"] for one in assessed),
        unassessed=len(claiming) - len(assessed),
    )


def counts(parts: Sequence[Row], parcels: Sequence[Row]) -> Counts:
    """Count parcels, features of the input that is, and parts.

    Parameters
    ----------
    parts, parcels
        Rows of the tables of those names.
    """
    proposed = [one for one in parts if _proposed(one)]
    after = [one for one in parts if one["stage"] == Stage.POST]
    review = [one for one in parts if one["status"] == Status.PROVISIONAL]
    verdicts = [one["check"] for one in parcels if one["check"]]
    order = [*CHECKS, *dict.fromkeys(verdicts)]
    return Counts(
        parcels=_features(parts),
        created_or_enhanced=_features(proposed),
        parts=len(proposed),
        split=_features(one for one in parcels if one["needs_split"]),
        review=_features(review),
        error=_features(one for one in parts if one["status"] == Status.ERROR),
        not_applicable=_features(one for one in parts if one["status"] == Status.NOT_APPLICABLE),
        retained=_features(one for one in after if one["retention"] == Retention.RETAINED),
        baseline_only=_features(parts) - _features(after),
        claims={one: verdicts.count(one) for one in dict.fromkeys(order) if one in set(verdicts)},
        noted=_features(one for one in parts if one["status"] == Status.DECIDED and one["review"]),
        borderline=sum(bool(one["borderline"]) for one in parts),
        split_alike=_split_alike(parts, parcels),
        unclear=_features(one for one in proposed if one["retention"] not in SAID),
    )


def _split_alike(parts: Iterable[Row], parcels: Iterable[Row]) -> int:
    """Count the rows that are split though the answer is the same in all their parts."""
    own: dict[tuple[str, str, str], list[Row]] = {}
    for one in parts:
        own.setdefault((one["source"], one["src_fid"], one["stage"]), []).append(one)
    split = (one for one in parcels if one["check"] == SPLIT)
    return sum(alike(own[one["source"], one["src_fid"], one["stage"]]) for one in split)


def _proposed(part: Row) -> bool:
    """Tell whether a part is created or enhanced, or would be if its row said so."""
    return bool(part["stage"] == Stage.POST and part["retention"] != Retention.RETAINED)


def _features(rows: Iterable[Row]) -> int:
    return len({(one["source"], one["src_fid"]) for one in rows})


def _sum(numbers: Iterable[float | None]) -> float:
    return round(math.fsum(one for one in numbers if one is not None), DECIMALS)
