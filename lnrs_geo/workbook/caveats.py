"""What an audit of a metric hangs on beyond the rules: whose parcels they are, and what was assumed of dates."""

from collections.abc import Mapping, Sequence
from typing import Any

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.strategy import Strategy
from lnrs_geo.workbook.joining import Joined
from lnrs_geo.workbook.metric_rows import MetricRow
from lnrs_geo.workbook.regime_alone import NOT_ASSESSED, Answer

ONE_APPLICATION = (
    "All rows are taken to be of one application, and off-site land to lie in the strategies named."
)
# Why nothing is named to be typed, whatever was found of a row
FOREIGN = "none of the metric's rows was joined to the parcels given, which may not be this metric's"
PROPOSED = "crosswalk rows that nobody has confirmed were accepted (--accept-proposed)"
CONSULTED = "the strategy is a draft, and its map decides nothing"


def are_foreign(rows: Sequence[MetricRow], joined: Joined) -> bool:
    """Tell whether the parcels contradict the metric: there are both, and no row was joined to any."""
    return bool(rows) and not joined.parcel_of


def foreign_issue(rows: Sequence[MetricRow], *, dataset: str) -> Issue:
    """Return the issue that the parcels do not seem to be this metric's, with what can be told of why."""
    without = sum(not row.key for row in rows)
    told = f"None of its {len(rows)} filled rows was joined to a parcel"
    if without:
        told += f" ({without} of them without a habitat reference)"
    return issue(
        "workbook-parcels-foreign", f"{told}: the parcels given may not be its own.", dataset=dataset
    )


def withheld(run: Mapping[str, Any] | None, strategies: Sequence[Strategy], *, foreign: bool) -> str:
    """Say why nothing is to be typed at all; empty where answers may be.

    Parameters
    ----------
    run
        The record of the check of the parcels, where there was one.
    strategies
        The strategies named; one that is a sample decides as if published, and its notice says the rest.
    foreign
        Whether the parcels contradict the metric.
    """
    if foreign:
        return FOREIGN
    if run is not None and run["options"]["accept_proposed"]:
        return PROPOSED
    return CONSULTED if all(one.status == "draft" for one in strategies) else ""


def with_notice(run: Mapping[str, Any], why_nothing: str) -> dict[str, Any]:
    """Return a record whose notice says first that parcels and metric do not fit, where they do not."""
    if why_nothing != FOREIGN:
        return dict(run)
    said = f"{FOREIGN[0].upper()}{FOREIGN[1:]}: nothing is to be typed."
    return {**run, "notice": " ".join(one for one in (said, str(run["notice"])) if one)}


def with_assumption(run: Mapping[str, Any], by_dates_alone: int) -> dict[str, Any]:
    """Return a record that says what was assumed of rows without a parcel beside rows that have one."""
    if not by_dates_alone:
        return dict(run)
    rows = "1 row" if by_dates_alone == 1 else f"{by_dates_alone} rows"
    said = f"What is said of {rows} not joined to a parcel goes by the dates alone. {ONE_APPLICATION}"
    return {**run, "assumption": f"{run['assumption']} {said}"}


def says_something(answer: Answer) -> bool:
    """Tell whether the dates alone said anything of a row: an answer, or that its claim cannot stand."""
    return bool(answer["status"] != NOT_ASSESSED or answer["check"])
