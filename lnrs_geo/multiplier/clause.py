"""What one clause of the policy says of a part, before rule, regime and trace are added."""

from dataclasses import dataclass

from lnrs_geo.model import Significance, Status
from lnrs_geo.multiplier.criteria import Row


@dataclass(frozen=True, slots=True)
class Clause:
    """An answer in the making: `alt` is the second figure where the dates leave two."""

    significance: Significance | None
    status: Status
    code: str
    sentence: str
    rule: str = "table-7/low"
    review: bool = False
    alt: Significance | None = None


def parcel_not_located(row: Row) -> Clause | None:
    """Hold what a broken outline leaves unsure: where the parcel lies (rules section 7)."""
    if row.obstacle != "repaired-geometry":
        return None
    return Clause(
        Significance.LOW, Status.PROVISIONAL, row.obstacle, row.obstacle_note, "own/repaired-geometry"
    )


def habitat_scores_zero(row: Row) -> Clause | None:
    """Settle a habitat that yields no units (rules 2.11)."""
    if not row.scores_zero:
        return None
    return Clause(
        Significance.LOW,
        Status.DECIDED,
        "scores-zero",
        f"{row.habitat} has a distinctiveness score of 0, so it is Low wherever it lies.",
        "table-7/scores-zero",
    )


def row_unclear(row: Row) -> Clause | None:
    """Hold a row that does not say what is to be done."""
    if not row.obstacle:
        return None
    return Clause(
        Significance.LOW, Status.PROVISIONAL, row.obstacle, row.obstacle_note, f"own/{row.obstacle}"
    )
