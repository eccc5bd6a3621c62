"""How the verdicts on what the input states are told: what they hang on, and why a parcel is several rows.

A verdict is a code. What it means for a parcel depends on what was assumed of its dates, and on whether
its parts differ.
"""

from collections.abc import Iterator, Sequence

from lnrs_geo.assumed import UNLESS, assumes_dates
from lnrs_geo.report.answers import CHECKS, STAGES, WHY, WRONG
from lnrs_geo.report.facts import ParcelFacts, Report, Row

BOUNDARY = "it crosses a boundary of planning authorities or strategy areas; the answer is the same in each"
DIFFERS = "its answer changes across it: one value cannot be right for the whole"
BRIEFLY = {
    True: "it crosses a boundary, the answer is the same in each",
    False: "its answer changes across it",
}
SPLIT = "split-needed"
_BASELINE = "baseline-not-low"
_SHOWN = ("strat_sig", "ss_mult", "status", "alt_sig", "alt_mult")


def words(check: str, *, assumed: bool) -> str:
    """Return a verdict in words; that on a baseline hangs on the dates.

    Parameters
    ----------
    check
        The code.
    assumed
        Whether dates were assumed: nobody may read then that a baseline is wrong and no more.

    Examples
    --------
    >>> words("baseline-not-low", assumed=True)
    'a baseline entered above Low, unless the relevant date was before publication of the LNRS'
    """
    told = CHECKS.get(check, check)
    return f"{told}, {UNLESS}" if assumed and check == _BASELINE else told


def of_row(row: Row, *, assumed: bool) -> str:
    """Return the verdict on a part, or on a parcel of one, in words; empty where there is none.

    Examples
    --------
    >>> of_row({"check": "wrong-high", "retention": "Retained"}, assumed=True)
    'High entered, assessed lower, unless the relevant date was before publication of the LNRS'
    """
    if not row["check"]:
        return ""
    told = words(row["check"], assumed=assumed)
    return f"{told}, {UNLESS}" if assumed and _is_kept(row) else told


def _is_kept(row: Row) -> bool:
    """Tell whether a wrong value is that of a baseline which is retained: it hangs on the dates alike."""
    return row["retention"] == "Retained" and row["check"] in ("invalid-medium", "wrong-high", "missed-high")


def alike(parts: Sequence[Row]) -> bool:
    """Tell whether all parts have the same answer: significance, multiplier and status."""
    return len({tuple(one[name] for name in _SHOWN) for one in parts}) == 1


def split(parts: Sequence[Row], *, assumed: bool, brief: bool = False) -> str:
    """Say as how many rows the parts of one stage are entered, why, and what is found of the value in each.

    Parameters
    ----------
    parts
        The rows of `parts` of a parcel at one stage, more than one.
    assumed
        Whether dates were assumed.
    brief
        In few words, for a cell.
    """
    told = f"must be entered as {len(parts)} rows, because {BOUNDARY if alike(parts) else DIFFERS}"
    if brief:
        told = f"{len(parts)} rows: {BRIEFLY[alike(parts)]}"
    own: dict[str, list[int]] = {}
    for one in parts:
        if one["check"]:
            own.setdefault(one["check"], []).append(one["part"])
    if len(own) == 1 and len(parts) == len(next(iter(own.values()))):
        return f"{told}. Value entered, in each: {words(next(iter(own)), assumed=assumed)}"
    by_part = (
        f"part{'' if len(which) == 1 else 's'} {', '.join(map(str, which))}: {words(check, assumed=assumed)}"
        for check, which in own.items()
    )
    return f"{told}. Value entered, {'; '.join(by_part)}" if own else told


def of_stage(parcel: ParcelFacts, stage: Row, *, assumed: bool, brief: bool = False) -> str:
    """Return the verdict on one stage of a parcel in words; empty where there is none.

    Parameters
    ----------
    parcel
        The parcel.
    stage
        Its row of `parcels`.
    assumed
        Whether dates were assumed.
    brief
        In few words, for a cell.
    """
    if stage["check"] != SPLIT:
        return of_row(stage, assumed=assumed)
    return split(_parts(parcel, stage["stage"]), assumed=assumed, brief=brief)


def told(parcel: ParcelFacts, *, assumed: bool) -> Iterator[tuple[str, str, bool]]:
    """Give what there is to say of the values entered: of which stage, the words, and whether one is wrong.

    Parameters
    ----------
    parcel
        The parcel; what agrees is not told.
    assumed
        Whether dates were assumed.
    """
    stages: dict[str, list[Row]] = {}
    for one in parcel.stages:
        if one["check"] not in ("", "ok"):
            stages.setdefault(of_stage(parcel, one, assumed=assumed, brief=True), []).append(one)
    for said, rows in stages.items():
        whose = "Both" if len(rows) > 1 else "Baseline" if rows[0]["stage"] == "baseline" else "After"
        yield whose, said, any(one["check"] in WRONG for one in rows)


def reason(why: str, parcel: ParcelFacts, *, assumed: bool) -> str:
    """Return why a parcel has a page in words.

    Parameters
    ----------
    why
        One of the parcel's reasons.
    parcel
        The parcel.
    assumed
        Whether dates were assumed.
    """
    rows = [one.row for one in parcel.parts]
    if why == "review" and not any(one["status"] == "provisional" for one in rows):
        return "decided, with a note to read"
    wrong = [one for one in rows if one["check"] in WRONG]
    if why == "wrong-claim" and assumed and all(one["check"] == _BASELINE or _is_kept(one) for one in wrong):
        return f"{WHY[why]}, {UNLESS}"
    if why == "split" and all(alike(_parts(parcel, one)) for one in STAGES if _parts(parcel, one)):
        return "more than one row, the answer is the same in each"
    return WHY[why]


def claims(report: Report) -> Iterator[tuple[str, str, int, str]]:
    """Give the lines of the table of verdicts: code, words, number of rows, and which of the split ones.

    Parameters
    ----------
    report
        The facts.
    """
    assumed = assumes_dates(report.run)
    for check, rows in report.counts.claims.items():
        if check != SPLIT:
            yield check, words(check, assumed=assumed), rows, ""
            continue
        same = report.counts.split_alike
        if rows > same:
            yield check, f"more than one row, because {DIFFERS}", rows - same, "differs"
        if same:
            yield check, f"more than one row, because {BOUNDARY}", same, "alike"


def _parts(parcel: ParcelFacts, stage: str) -> list[Row]:
    return [one.row for one in parcel.parts if one.row["stage"] == stage]
