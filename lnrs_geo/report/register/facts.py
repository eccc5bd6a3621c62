"""What the report of a register says: facts from `sites.csv`, the record of the batch and all parts together.

Every number is a cell of `sites.csv`, or a sum of such cells made in `totals`; the kinds of wrong claims and
of reasons for review are counted from the parts of all sites, and left out where these are not at hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The modules with their units, and the answers, as `sites.csv` names its columns of sizes
UNITS = {"area": "ha", "hedgerow": "km", "watercourse": "km", "tree": "count"}
ANSWERS = ("high", "medium", "low", "review")
COUNTS = (
    "parcels", "parts", "parts_decided", "parts_provisional", "parts_error", "parts_not_applicable",
    "parts_review", "claims_wrong", "issues_error", "issues_warning", "layers_ignored",
)  # fmt: skip


def size_column(module: str, answer: str) -> str:
    """Return the column of `sites.csv` that sums a module's parts of one answer.

    Examples
    --------
    >>> size_column("hedgerow", "low")
    'hedgerow_low_km'
    """
    return f"{module}_{answer}_{UNITS[module]}"


@dataclass(frozen=True, slots=True)
class Amount:
    """A size: its module, its unit, and the column of `sites.csv` it stands in."""

    module: str
    unit: str
    column: str
    value: float


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """One row of the register with what came of it.

    Attributes
    ----------
    outcome
        assessed, review, screened or failed.
    why
        What a person must look at, what a screening is, or why the site failed.
    counts
        Whole numbers by column of `sites.csv`; none for a site that was not assessed.
    sizes
        By answer (high, medium, low, review) what is created or enhanced in each module that the site has.
    square_m
        Side of the square that the grid reference of a screened site stands for; None for others.
    undated
        No dates are known of it.
    link
        Address of its own report, else of its results, from the folder of the batch; empty where there are none.
    has_report
        Whether that is a report.
    wrong
        Claims found wrong, by verdict.
    """

    reference: str
    outcome: str
    why: str
    counts: Mapping[str, int]
    sizes: Mapping[str, tuple[Amount, ...]]
    lnrs_ids: tuple[str, ...]
    authorities: tuple[str, ...]
    grid_reference: str
    square_m: int | None
    measures_at_point: tuple[str, ...]
    undated: bool
    results: str
    link: str = ""
    has_report: bool = False
    wrong: Mapping[str, int] | None = None

    @property
    def assessed(self) -> bool:
        """Whether its parcels were assessed, be it that a person must look at some of them."""
        return self.outcome in ("assessed", "review")

    @property
    def pressing(self) -> bool:
        """Whether somebody has to do something about it."""
        faults = ("parts_error", "claims_wrong", "issues_error", "layers_ignored")
        return self.outcome in ("failed", "review") or any(self.counts.get(name) for name in faults)


@dataclass(frozen=True, slots=True)
class Total:
    """What all sites together create or enhance in one module, and on how many sites; sizes in `unit`."""

    module: str
    unit: str
    high: float
    medium: float
    low: float
    review: float
    sites: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why parts wait for a person: the code, and how many parts of how many sites."""

    code: str
    parts: int
    sites: int


@dataclass(frozen=True, slots=True)
class RegisterReport:
    """Everything the report of a register says.

    Attributes
    ----------
    title
        The name of the register.
    notices
        What every page must say: a sample, a draft, a table changed since.
    remarks
        What is told of the register besides its sites: files passed over, parcels in no row.
    record
        What the batch was begun with; empty where no record is at hand.
    command
        The command line that makes the same batch again; empty where the record does not tell it.
    outcomes
        Sites by outcome, each outcome named.
    counts
        Sums of the sites' counts.
    undated
        Sites assessed without any date.
    wrong
        Claims found wrong by verdict, of all sites; None where the parts are not at hand.
    reasons
        Why parts wait for a person, the most frequent first; None where the parts are not at hand.
    """

    title: str
    notices: tuple[str, ...]
    remarks: tuple[str, ...]
    record: Mapping[str, Any]
    command: str
    sites: tuple[SiteFacts, ...]
    outcomes: Mapping[str, int]
    totals: tuple[Total, ...]
    counts: Mapping[str, int]
    undated: int
    wrong: Mapping[str, int] | None
    reasons: tuple[Reason, ...] | None
