"""What a report says: facts taken from the results of a check, before anything is drawn or laid out.

    result.json -> facts -> page (HTML) -> PDF
    results.gpkg -> shapes -> maps

Rows of the results stay what they are, so that every number of a report is one of the result's, or a
sum of them made in `totals`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]  # a row of `result.json`, with the columns of `lnrs_geo.columns`


@dataclass(frozen=True, slots=True)
class ModuleTotal:
    """What is created or enhanced in one module, by answer; sizes in `unit` (ha, km or count).

    `high`, `medium` and `low` are decided parts; `review` provisional ones, whatever figure they show.
    Retained, in error and not applicable stand apart.
    """

    module: str
    unit: str
    high: float
    medium: float
    low: float
    review: float
    parcels: int
    parts: int


@dataclass(frozen=True, slots=True)
class UnitsTotal:
    """Biodiversity units of one kind (area with trees, hedgerow, watercourse), at one stage.

    `low` and `high` are the units claimed as assessed, with every provisional part Low, or High;
    `parcels` is how many parcels are in these sums. In none of them are `without`, which claim no units, and
    `unassessed`, which claim some that cannot be assessed: the row is in error, or claims no
    significance to go by.
    """

    kind: str
    stage: str
    retained: bool
    parcels: int
    without: int
    claimed: float
    low: float
    high: float
    unassessed: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of parcels (features of the input), and of parts, on the first page.

    A parcel counts as `split`, for `review`, in `error` or `not_applicable` where one of its stages or
    parts is, before or after the development. `noted` are decided with a note that a person must read.
    `created_or_enhanced` are all that are proposed, whatever became of them, in so many `parts`.
    `unclear` of them do not say which: they have no such retention category.
    `borderline` are parts, of both stages; `split_alike` rows of `parcels` whose verdict is that they are
    several rows, though the answer is the same in each.
    """

    parcels: int
    created_or_enhanced: int
    parts: int
    split: int
    review: int
    error: int
    not_applicable: int
    retained: int
    baseline_only: int
    claims: Mapping[str, int]  # verdict -> rows of `parcels`, those of both stages
    noted: int = 0
    borderline: int = 0
    split_alike: int = 0
    unclear: int = 0


@dataclass(frozen=True, slots=True)
class Limb:
    """A question as it was answered for a part, one of the two of Table 7 or another step of the trace."""

    question: str
    answer: str  # of the limbs: yes, no, open, not-listed, not-eligible, or not asked
    evidence: str


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One part: its row, how it was decided, and the words for a gain plan.

    Attributes
    ----------
    limbs
        Location and consistency, where Table 7 was asked; else empty.
    steps
        Every step of the trace: question, answer, evidence. A measure that the parcel meets by a sliver is
        named with its overlap, here and in `limbs` and `also_in`.
    statement, citation
        The rule applied, and where it stands.
    gain_plan
        The sentence for the gain plan; empty for baselines and rows without an answer.
    also_in
        Other measures mapped there, for reading.
    """

    row: Row
    limbs: tuple[Limb, ...]
    steps: tuple[Limb, ...]
    statement: str
    citation: str
    gain_plan: str
    also_in: str = ""


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """One feature of the input with everything found about it.

    Attributes
    ----------
    anchor
        Its name in links, the same on every run; letters, digits and hyphens.
    why
        Why it has a page: `error`, `wrong-claim`, `review`, `split`, `high`, `medium`, in this
        order; empty where it has none.
    stages
        Its rows of `parcels`, baseline before post.
    matches
        Mapped measures that it meets, those that overlap before those that touch.
    issues
        Issues that name it.
    apart
        What tells it from others of the same reference; empty where there is none.
    """

    source: str
    src_fid: str
    ref: str
    module: str
    anchor: str
    why: tuple[str, ...]
    stages: tuple[Row, ...]
    parts: tuple[PartFacts, ...]
    matches: tuple[Row, ...]
    issues: tuple[Row, ...]
    apart: str = ""

    @property
    def name(self) -> str:
        """Its reference, with what tells it apart where others have the same."""
        return f"{self.ref} ({self.apart})" if self.apart else self.ref


@dataclass(frozen=True, slots=True)
class Left:
    """Parcels that deserve a page and have none, because there are too many: how many, and where they are told."""

    parcels: int
    most: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report says.

    Attributes
    ----------
    title
        Names the files or the site.
    notices
        What every page must say: a sample, a draft, proposals accepted, a map that may be another's.
    run
        The record of the run (`result.json`, `run`).
    command
        The command line that does the same again; empty where the inputs were no files.
    parcels
        Every feature, in the order of the results; those with `why` have a page, save the ones in `left`.
    pages
        Those that have a page, the most pressing first.
    issues
        Every issue of the data.
    """

    title: str
    notices: tuple[str, ...]
    run: Mapping[str, Any]
    command: str
    totals: tuple[ModuleTotal, ...]
    units: tuple[UnitsTotal, ...]
    counts: Counts
    parcels: tuple[ParcelFacts, ...]
    pages: tuple[ParcelFacts, ...]
    left: Left
    issues: tuple[Row, ...]
