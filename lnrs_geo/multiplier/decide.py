"""The decision of Table 7: High or Low, with its reason, rule and trace.

The policy is the one expression in `assign`: the first clause that applies decides, in the order of
rules 2.12. Each clause stands below it, with the words of the report.
"""

from dataclasses import dataclass, replace

from lnrs_geo.model import Retention, Significance, Stage, Status
from lnrs_geo.multiplier import criteria
from lnrs_geo.multiplier.consistency import BY_INTERVENTION, Answer
from lnrs_geo.multiplier.criteria import Land, Place, Row
from lnrs_geo.multiplier.rules import Edition
from lnrs_geo.multiplier.trace import Step, ids, named, sourced, sources, steps

HIGH, LOW = Significance.HIGH, Significance.LOW
DECIDED, PROVISIONAL, ERROR = Status.DECIDED, Status.PROVISIONAL, Status.ERROR


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for a part: `significance` is None only for an error."""

    significance: Significance | None
    status: Status
    ss_reason: str
    reason: str
    rule_id: str
    citation: str
    regime: str
    regime_rule: str
    review: bool
    trace: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Clause:
    """What a clause says before rule, regime and trace are added."""

    significance: Significance | None
    status: Status
    code: str
    sentence: str
    rule: str = "table-7/low"
    review: bool = False


def assign(row: Row, place: Place, *, edition: Edition) -> Decision:
    """Decide the strategic significance of a parcel, or of a part of it, at a place.

    Parameters
    ----------
    row
        The parcel at a stage: module, retention, intervention, habitat, regime.
    place
        The land: strategy area, measures mapped there with their verdicts, APIB.
    edition
        The edition of the user guide in force on the assessment date.

    Returns
    -------
    The decision with its rule, its citation and the trace of questions asked.
    """
    clause = (
        _no_answer_possible(row)
        or _not_yet_published(row)
        or _parcel_not_located(row)
        or _baseline(row)
        or _retained(row)
        or _habitat_scores_zero(row)
        or _row_unclear(row)
        or _outside_the_strategy(place)
        or _consistent(place)
        or _consistent_but_repaired(place)
        or _open(place)
        or _not_consistent(place)
        or _unmapped(place)
    )
    clause = _with_apib(clause, row, place)
    rule = edition.rule(clause.rule)
    return Decision(
        significance=clause.significance,
        status=clause.status,
        ss_reason=clause.code,
        reason=clause.sentence,
        rule_id=rule.rule_id,
        citation=rule.citation,
        regime=row.regime.table,
        regime_rule=row.regime.rule,
        review=clause.review or clause.status is PROVISIONAL,
        trace=steps(row, place, ss_reason=clause.code, sentence=clause.sentence),
    )


def _no_answer_possible(row: Row) -> _Clause | None:
    if row.obstacle != "error":
        return None
    return _Clause(None, ERROR, "error", row.obstacle_note or "No answer can be computed.", "own/no-answer")


def _not_yet_published(row: Row) -> _Clause | None:
    if row.regime.table == "table-7":
        return None
    if row.regime.table == "review":
        return _Clause(
            LOW,
            PROVISIONAL,
            "regime-review",
            f"{row.regime.reason} Whether Table 7 or Table 8 applies is not known, so a person must look.",
            "own/regime-review",
        )
    return _Clause(
        LOW,
        PROVISIONAL,
        "table-8-no-documents",
        f"{row.regime.reason} Table 8 applies, and no documents specified by the planning authority were given.",
        "own/table-8-no-documents",
    )


def _parcel_not_located(row: Row) -> _Clause | None:
    if row.obstacle != "repaired-geometry":
        return None
    return _Clause(LOW, PROVISIONAL, row.obstacle, row.obstacle_note, "own/repaired-geometry")


def _baseline(row: Row) -> _Clause | None:
    if row.stage is not Stage.BASELINE:
        return None
    sentence = (
        "Baseline habitat is Low for an application made after publication of the LNRS, which is assumed here; "
        "it stands as submitted where the relevant date was before that."
    )
    return _Clause(LOW, DECIDED, "baseline", sentence, "table-7/baseline")


def _retained(row: Row) -> _Clause | None:
    if row.retention is not Retention.RETAINED:
        return None
    return _Clause(
        LOW,
        DECIDED,
        "retained",
        "Retained habitat takes the value of its own baseline, which is Low; the measures mapped here do "
        "not bear on it.",
        "table-7/retained",
    )


def _habitat_scores_zero(row: Row) -> _Clause | None:
    if not row.scores_zero:
        return None
    return _Clause(
        LOW,
        DECIDED,
        "scores-zero",
        f"{row.habitat} has a distinctiveness score of 0, so it is Low wherever it lies.",
        "table-7/scores-zero",
    )


def _row_unclear(row: Row) -> _Clause | None:
    if not row.obstacle:
        return None
    return _Clause(LOW, PROVISIONAL, row.obstacle, row.obstacle_note, f"own/{row.obstacle}")


def _outside_the_strategy(place: Place) -> _Clause | None:
    if criteria.is_in_strategy_area(place):
        return None
    if place.land is Land.OTHER_LNRS:
        sentence = "The land lies in another LNRS, whose measures were not given."
        return _Clause(LOW, PROVISIONAL, "lnrs-not-loaded", sentence, "own/lnrs-not-loaded")
    sentence = "The land lies outside every strategy area given."
    return _Clause(LOW, PROVISIONAL, "outside-area", sentence, "own/outside-area")


def _consistent(place: Place) -> _Clause | None:
    good = criteria.consistent_measures(place)
    if not good:
        return None
    overriding = [one for one in good if one.status == "override"]
    code = "override" if len(overriding) == len(good) else "consistent"
    return _Clause(
        HIGH,
        DECIDED,
        code,
        f"The land is mapped for {named(good)}, and the proposal is consistent with "
        f"{'it' if len(ids(good)) == 1 else 'them'} ({sources(overriding or good)}).",
        "own/override" if code == "override" else "table-7/high",
    )


def _consistent_but_repaired(place: Place) -> _Clause | None:
    doubtful = criteria.uncertain_by_repair(place)
    if not doubtful:
        return None
    return _Clause(
        LOW,
        PROVISIONAL,
        "repaired-geometry",
        f"The proposal would be consistent with {named(doubtful)}, but the mapped polygon was invalid and its "
        "repair changed it too much to say whether it covers this land.",
        "own/repaired-geometry",
    )


def _open(place: Place) -> _Clause | None:
    unsaid = criteria.open_measures(place)
    if not unsaid:
        return None
    missing = "; ".join(f"{one.measure_id}: {one.reason}" for one in unsaid)
    which = all(one.status == BY_INTERVENTION for one in unsaid)
    code = "unknown-intervention" if which else "open-verdict"
    return _Clause(
        LOW,
        PROVISIONAL,
        code,
        f"The land is mapped for {named(unsaid)}, but whether the proposal is consistent is open ({missing}).",
        f"own/{code}",
    )


def _not_consistent(place: Place) -> _Clause | None:
    refusing = criteria.refusing_measures(place)
    if not refusing:
        return None
    # the refusal nearest to High is the one to name: an override, a no, a list, an exclusion
    order = (Answer.NO, Answer.NOT_LISTED, Answer.NOT_ELIGIBLE)
    first = min(refusing, key=lambda one: (one.status != "override", order.index(one.answer), one.measure_id))
    code = (
        "override"
        if first.status == "override"
        else {Answer.NO: "inconsistent", Answer.NOT_LISTED: "not-listed"}.get(first.answer, "not-eligible")
    )
    why = "; ".join(f"{one.measure_id}: {one.reason}{sourced(one)}" for one in refusing)
    ones = "it" if len(ids(refusing)) == 1 else "any of them"
    return _Clause(
        LOW,
        DECIDED,
        code,
        f"The land is mapped for {named(refusing)}, but the proposal is not consistent with {ones} ({why}).",
        "table-7/low" if code == "inconsistent" else f"own/{code}",
    )


def _unmapped(place: Place) -> _Clause:
    if not place.map_complete:
        return _Clause(
            LOW,
            PROVISIONAL,
            "measures-incomplete",
            "No measure that was given is mapped here, but layers of the Local Habitat Map are absent.",
            "own/measures-incomplete",
        )
    if place.land is Land.NOT_GIVEN:
        return _Clause(
            LOW,
            PROVISIONAL,
            "no-area-given",
            "No measure is mapped here, and without the strategy area it is not known whether the strategy "
            "covers this land.",
            "own/no-area-given",
        )
    if place.in_apib or place.in_acb:
        what = "an APIB" if place.in_apib else "an ACB"
        return _Clause(
            LOW,
            DECIDED,
            "in-apib-only",
            f"The land lies in {what}, but no potential measure is mapped here; being in {what} is not the test.",
        )
    return _Clause(LOW, DECIDED, "unmapped", "No potential measure is mapped here.")


def _with_apib(clause: _Clause, row: Row, place: Place) -> _Clause:
    """Mark what is created inside an APIB for review; what is enhanced gets a note (rules 2.9)."""
    if not place.in_apib or row.stage is not Stage.POST or row.scores_zero or clause.status is not DECIDED:
        return clause
    if row.retention is Retention.CREATED:
        harm = (
            "harm to one would make it inconsistent, most likely, so " if clause.significance is HIGH else ""
        )
        note = f" It is created inside an APIB: {harm}check that it does no harm there."
    elif row.retention is Retention.ENHANCED:
        note = " It lies inside an APIB."
    elif row.retention is None:
        note = " It lies inside an APIB: if it is created there, check it for harm."
    else:
        return clause
    review = clause.review or row.retention is not Retention.ENHANCED
    return replace(clause, sentence=clause.sentence + note, review=review)
