"""Limb b of Table 7: whether a habitat, created or enhanced, is consistent with a mapped measure.

No national list answers this, so the answer is looked up in a crosswalk that a person owns
(rules section 3). This module turns its rows into a verdict and says on whose word it rests.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from lnrs_geo.model import Intervention, Issue, Module
from lnrs_geo.multiplier import habitats
from lnrs_geo.multiplier.crosswalk import CrosswalkRow, Reading, read_crosswalk


class Answer(StrEnum):
    """What a crosswalk says of one measure and one proposal, nearest to High first."""

    YES = "yes"
    OPEN = "open"
    NO = "no"
    NOT_LISTED = "not-listed"
    NOT_ELIGIBLE = "not-eligible"


REFUSALS = (Answer.NO, Answer.NOT_LISTED, Answer.NOT_ELIGIBLE)
# Status of a verdict that is open only because creation and enhancement differ.
BY_INTERVENTION = "depends on the intervention"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be done: the habitat by its metric name and the intervention.

    `intervention` is None where both are to be tried (`--intervention either`).
    """

    module: Module
    habitat: str
    broad: str
    intervention: Intervention | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one measure and one proposal, and why.

    `status` is what the row it rests on counts as (published, confirmed, proposed), `layer` where the
    measures layer itself excludes the measure, `override` for a person's override, else empty.
    """

    answer: Answer
    reason: str
    status: str = ""
    source: str = ""
    contradiction: bool = False


class Crosswalk:
    """The rows of a crosswalk, by measure.

    Parameters
    ----------
    reading
        What was read of a crosswalk.
    accept_proposed
        Whether proposed rows decide where no published or confirmed one matches: for a first look at
        a map that nobody has reviewed, never for a statement.

    Examples
    --------
    >>> book = Crosswalk.from_rows(
    ...     [{"measure_id": "M1", "module": "area", "habitat": "Grassland - *", "intervention": "create",
    ...       "verdict": "yes", "status": "published", "source": "the strategy, table 3"}],
    ...     where="crosswalk.csv")
    >>> meadow = Proposal(Module.AREA, "Grassland - Lowland meadows", "Grassland", Intervention.CREATE)
    >>> book.verdict("M1", meadow).answer.value
    'yes'
    """

    def __init__(self, reading: Reading, *, accept_proposed: bool = False) -> None:
        self.rows = tuple(reading.rows)
        self.issues: tuple[Issue, ...] = tuple(reading.issues)
        self.unreadable = tuple(reading.unreadable)
        self.accept_proposed = accept_proposed
        self._by_measure: dict[str, list[CrosswalkRow]] = {}
        for row in self.rows:
            self._by_measure.setdefault(row.measure_id, []).append(row)
        self._consistent: dict[tuple[str, Module], tuple[CrosswalkRow, ...]] = {}

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Mapping[str, str]],
        *,
        where: str,
        lnrs_id: str = "",
        as_at: date | None = None,
        accept_proposed: bool = False,
    ) -> "Crosswalk":
        """Read the rows of a `crosswalk.csv`; see `crosswalk.read_crosswalk` for what it takes and raises."""
        reading = read_crosswalk(rows, where=where, lnrs_id=lnrs_id, as_at=as_at)
        return cls(reading, accept_proposed=accept_proposed)

    def of_measure(self, measure_id: str) -> tuple[CrosswalkRow, ...]:
        """Return the rows of a measure in file order."""
        return tuple(self._by_measure.get(measure_id, ()))

    def verdict(self, measure_id: str, proposal: Proposal, *, eligible: str = "") -> Verdict:
        """Say whether the proposal is consistent with the measure (rules section 3).

        Parameters
        ----------
        eligible
            The flag of the measures layer: "yes", "no", "unclear" where it cannot be read, or "" where
            the layer has none.
        """
        if proposal.intervention is None:
            return self._either(measure_id, proposal, eligible=eligible)
        if eligible == "no":
            return Verdict(
                Answer.NOT_ELIGIBLE,
                "the measures layer flags this measure as not counting for strategic significance",
                "layer",
                "eligibility flag of the measures layer",
            )
        if eligible == "unclear":
            reason = "the flag of the measures layer cannot be read, so whether this measure counts is open"
            return Verdict(Answer.OPEN, reason)
        rows = [row for row in self.of_measure(measure_id) if row.module in (proposal.module, "")]
        serving = [row for row in rows if _serves(row, proposal)]
        decisive = [row for row in serving if row.decisive]
        if decisive:
            return self._of_rank(decisive, measure_id, proposal)
        if serving and self.accept_proposed:
            said = self._of_rank(serving, measure_id, proposal)
            return replace(said, source=f"only proposed, accepted for a draft ({said.source})")
        proposed = [row for row in serving if row.module]
        if proposed:
            said = _most_specific(proposed)
            best = max(proposed, key=lambda row: row.specificity)
            return said if said.contradiction else _from_row(Answer.OPEN, _only_proposed(best), best)
        return self._no_row(measure_id, rows, proposal)

    def consistent_with(self, measure_id: str, module: Module) -> tuple[CrosswalkRow, ...]:
        """Return the rows by which something would be consistent with the measure, in file order.

        A row that another one excludes or contradicts makes nothing consistent, so it is left out.
        """
        key = (measure_id, module)
        if key not in self._consistent:
            self._consistent[key] = tuple(
                row
                for row in self.of_measure(measure_id)
                if row.module == module and row.verdict == "yes" and not row.complete
                if any(
                    said.answer is Answer.YES and (said.status == "proposed") is not row.decisive
                    for said in self.verdicts_of(row, module)
                )
            )
        return self._consistent[key]

    def verdicts_of(self, row: CrosswalkRow, module: Module) -> list[Verdict]:
        """Return what the crosswalk says of the very habitat that a row names, done as the row says."""
        return [self.verdict(row.measure_id, one) for one in _proposals_of(row, module)]

    def exceptions_to(self, row: CrosswalkRow) -> tuple[str, ...]:
        """Return the habitats that finer rows except from a row that makes something consistent."""
        within = row.habitat.removesuffix("*")
        excepted = [
            one.habitat
            for one in self.of_measure(row.measure_id)
            if one.module == row.module and one.verdict != "yes" and one.habitat
            if one.decisive or not row.decisive
            if one.specificity > row.specificity and one.habitat.startswith(within)
            if row.intervention == "either" or one.intervention in ("either", row.intervention)
        ]
        return tuple(dict.fromkeys(excepted))

    def consistent_words(self, measure_id: str, module: Module) -> tuple[str, ...]:
        """Tell each row by which something would be consistent, with the habitats that it excepts."""
        told = []
        for row in self.consistent_with(measure_id, module):
            excepted = self.exceptions_to(row)
            but = f" but not {', '.join(excepted)}" if excepted else ""
            told.append(f"{row.habitat} ({row.intervention}{'' if row.decisive else ', only proposed'}){but}")
        return tuple(told)

    def _of_rank(self, rows: list[CrosswalkRow], measure_id: str, proposal: Proposal) -> Verdict:
        """Answer by rows of one rank; an exclusion beats the others.

        An answer for many habitats is held open where the measure has a row of that rank or above that
        cannot be read (own): it may have been meant for this very habitat, and would then decide.
        """
        barred = [row for row in rows if row.habitat == "*" and row.verdict == "no"]
        if barred:
            return _from_row(Answer.NOT_ELIGIBLE, "the measure does not count for any habitat", barred[0])
        said = _most_specific(rows)
        unreadable = self._unreadable_rows(measure_id, proposal.module)
        doubtful = any(row.decisive or not rows[0].decisive for row in unreadable)
        if not doubtful or any(row.habitat == proposal.habitat for row in rows):
            return said
        reason = "a row of this measure names a habitat that the metric does not know, and may be meant for this one"
        return replace(said, answer=Answer.OPEN, reason=reason)

    def _unreadable_rows(self, measure_id: str, module: Module) -> list[CrosswalkRow]:
        return [row for row in self.unreadable if row.measure_id == measure_id and row.module == module]

    def _no_row(self, measure_id: str, rows: list[CrosswalkRow], proposal: Proposal) -> Verdict:
        other = [row for row in rows if not row.complete and row.module and _serves_habitat(row, proposal)]
        aside = f"; its row for this habitat covers only '{other[0].intervention}'" if other else ""
        complete = [row for row in rows if row.complete and row.decisive and row.module == proposal.module]
        unreadable = self._unreadable_rows(measure_id, proposal.module)
        if complete and not unreadable:
            return _from_row(
                Answer.NOT_LISTED, f"not among the habitats listed for this measure{aside}", complete[0]
            )
        if unreadable:
            aside += "; a row of this measure names a habitat that the metric does not know"
        own = self.of_measure(measure_id)
        if own and all(row.names_nothing for row in own):
            aside += "; nothing in the words of this measure was recognised"
        return Verdict(
            Answer.OPEN,
            f"the crosswalk has no row for this measure with this habitat and intervention{aside}",
        )

    def _either(self, measure_id: str, proposal: Proposal, *, eligible: str) -> Verdict:
        """Both interventions tried: the same answer stands, different answers leave it open (own)."""
        both = [
            self.verdict(
                measure_id,
                Proposal(proposal.module, proposal.habitat, proposal.broad, one),
                eligible=eligible,
            )
            for one in Intervention
        ]
        order = list(Answer)
        nearest = min(both, key=lambda one: order.index(one.answer))
        # two different refusals are a refusal all the same
        if both[0].answer == both[1].answer or nearest.answer in REFUSALS:
            return nearest
        return Verdict(
            Answer.OPEN,
            f"creation: {both[0].reason}; enhancement: {both[1].reason}; the intervention must be known",
            BY_INTERVENTION,
            both[0].source or both[1].source,
            any(one.contradiction for one in both),
        )


def _proposals_of(row: CrosswalkRow, module: Module) -> list[Proposal]:
    """Return what a row speaks of: its habitat, created or enhanced as the row says."""
    broad = row.habitat.removesuffix(" - *")
    if row.specificity == 2:
        found = habitats.find(row.habitat, module=module).habitat
        broad = found.broad if found else ""
    return [
        Proposal(module, row.habitat, broad, one)
        for one in Intervention
        if row.intervention in ("either", one)
    ]


def _serves_habitat(row: CrosswalkRow, proposal: Proposal) -> bool:
    return row.habitat in ("*", f"{proposal.broad} - *", proposal.habitat)


def _serves(row: CrosswalkRow, proposal: Proposal) -> bool:
    return _serves_habitat(row, proposal) and row.intervention in ("either", proposal.intervention)


def _most_specific(rows: list[CrosswalkRow]) -> Verdict:
    finest = max(row.specificity for row in rows)
    best = [row for row in rows if row.specificity == finest]
    if len({row.verdict for row in best}) > 1:
        lines = ", ".join(str(row.line) for row in best)
        said = _from_row(Answer.OPEN, f"lines {lines} of the crosswalk contradict each other", best[0])
        return replace(said, contradiction=True)
    row = best[0]
    if row.verdict == "yes":
        return _from_row(Answer.YES, "consistent", row)
    if row.verdict == "no":
        return _from_row(Answer.NO, "not consistent", row)
    return _from_row(Answer.OPEN, f"consistent on a condition: {row.condition_note or 'not stated'}", row)


def _from_row(answer: Answer, reason: str, row: CrosswalkRow) -> Verdict:
    return Verdict(answer, reason, row.counts_as, row.on_whose_word)


def _only_proposed(row: CrosswalkRow) -> str:
    if row.lacks:
        return f"the crosswalk row is {row.status}, but {row.lacks}, so it counts as only proposed"
    return "the crosswalk row is only proposed, no authority or person has confirmed it"
