"""Table 7: a created or enhanced habitat is High where a measure is mapped and it is consistent.

The policy is the one expression in `table_7`: the first clause that applies answers, in the order of
rules 2.12. Each clause stands below it, with the words of the report.
"""

from dataclasses import replace

from lnrs_geo.model import Retention, Significance, Stage, Status
from lnrs_geo.multiplier import criteria
from lnrs_geo.multiplier.cautions import contested_land
from lnrs_geo.multiplier.clause import Clause, habitat_scores_zero, parcel_not_located, row_unclear
from lnrs_geo.multiplier.consistency import BY_INTERVENTION, Answer
from lnrs_geo.multiplier.criteria import Land, Place, Row
from lnrs_geo.multiplier.trace import ids, named, sourced, sources

HIGH, LOW = Significance.HIGH, Significance.LOW
# A row that nobody has confirmed decides only where the user accepts proposals, for a draft.
PROPOSED, DRAFT = "proposed", "DRAFT: "
DECIDED, PROVISIONAL = Status.DECIDED, Status.PROVISIONAL


def table_7(row: Row, place: Place) -> Clause:
    """Answer for a row at a place where the LNRS is published (UG, Table 7)."""
    clause = (
        parcel_not_located(row)
        or _baseline(row)
        or _retained(row)
        or habitat_scores_zero(row)
        or row_unclear(row)
        or _outside_the_strategy(place)
        or _consistent(place)
        or _consistent_but_repaired(place)
        or _open(place)
        or _not_consistent(place)
        or _unmapped(place)
    )
    return _with_apib(clause, row, place)


def _baseline(row: Row) -> Clause | None:
    if row.stage is not Stage.BASELINE:
        return None
    if row.regime.table != "table-7":  # one of two figures
        sentence = "Baseline habitat is Low."
    elif row.regime.assumed:
        sentence = (
            "Baseline habitat is Low for an application made after publication of the LNRS, which is assumed here; "
            "it stands as submitted where the relevant date was before that."
        )
    else:
        sentence = f"Baseline habitat is Low. {row.regime.reason}"
    return Clause(LOW, DECIDED, "baseline", sentence, "table-7/baseline")


def _retained(row: Row) -> Clause | None:
    if row.retention is not Retention.RETAINED:
        return None
    return Clause(
        LOW,
        DECIDED,
        "retained",
        "Retained habitat takes the value of its own baseline, which is Low; the measures mapped here do "
        "not bear on it.",
        "table-7/retained",
    )


def _outside_the_strategy(place: Place) -> Clause | None:
    if criteria.is_in_strategy_area(place):
        return None
    if place.land is Land.CONTESTED:
        sentence = (
            f"{contested_land(place.claimed_by)} A person must say, and judge the proposal by that one."
        )
        return Clause(LOW, PROVISIONAL, "open-verdict", sentence, "own/areas-overlap")
    if place.land is Land.OTHER_LNRS:
        sentence = "The land lies in another LNRS, whose measures were not given."
        return Clause(LOW, PROVISIONAL, "lnrs-not-loaded", sentence, "own/lnrs-not-loaded")
    sentence = "The land lies outside every strategy area given."
    return Clause(LOW, PROVISIONAL, "outside-area", sentence, "own/outside-area")


def _consistent(place: Place) -> Clause | None:
    good = criteria.consistent_measures(place)
    if not good:
        return None
    overriding = [one for one in good if one.status == "override"]
    code = "override" if len(overriding) == len(good) else "consistent"
    draft = all(one.status == PROPOSED for one in good)
    return Clause(
        HIGH,
        DECIDED,
        code,
        f"{DRAFT if draft else ''}The land is mapped for {named(good)}, and the proposal is consistent with "
        f"{'it' if len(ids(good)) == 1 else 'them'} ({sources(overriding or good)}).",
        "own/override" if code == "override" else "table-7/high",
        review=draft,
    )


def _consistent_but_repaired(place: Place) -> Clause | None:
    doubtful = criteria.uncertain_by_repair(place)
    if not doubtful:
        return None
    return Clause(
        LOW,
        PROVISIONAL,
        "repaired-geometry",
        f"The proposal would be consistent with {named(doubtful)}, but the mapped polygon was invalid and its "
        "repair changed it too much to say whether it covers this land.",
        "own/repaired-geometry",
    )


def _open(place: Place) -> Clause | None:
    unsaid = criteria.open_measures(place)
    if not unsaid:
        return None
    missing = "; ".join(f"{one.measure_id}: {one.reason}" for one in unsaid)
    which = all(one.status == BY_INTERVENTION for one in unsaid)
    code = "unknown-intervention" if which else "open-verdict"
    return Clause(
        LOW,
        PROVISIONAL,
        code,
        f"The land is mapped for {named(unsaid)}, but whether the proposal is consistent is open ({missing}).",
        f"own/{code}",
    )


def _not_consistent(place: Place) -> Clause | None:
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
    draft = any(one.status == PROPOSED for one in refusing)
    why = "; ".join(f"{one.measure_id}: {one.reason}{sourced(one)}" for one in refusing)
    ones = "it" if len(ids(refusing)) == 1 else "any of them"
    return Clause(
        LOW,
        DECIDED,
        code,
        f"{DRAFT if draft else ''}The land is mapped for {named(refusing)}, but the proposal is not consistent with "
        f"{ones} ({why}).",
        "table-7/low" if code == "inconsistent" else f"own/{code}",
        review=draft,
    )


def _unmapped(place: Place) -> Clause:
    if not place.map_complete:
        return Clause(
            LOW,
            PROVISIONAL,
            "measures-incomplete",
            "No measure that was given is mapped here, but layers of the Local Habitat Map are absent.",
            "own/measures-incomplete",
        )
    if place.land is Land.NOT_GIVEN:
        return Clause(
            LOW,
            PROVISIONAL,
            "no-area-given",
            "No measure is mapped here, and without the strategy area it is not known whether the strategy "
            "covers this land.",
            "own/no-area-given",
        )
    if place.in_apib or place.in_acb:
        what = "an APIB" if place.in_apib else "an ACB"
        return Clause(
            LOW,
            DECIDED,
            "in-apib-only",
            f"The land lies in {what}, but no potential measure is mapped here; being in {what} is not the test.",
        )
    return Clause(LOW, DECIDED, "unmapped", "No potential measure is mapped here.")


def _with_apib(clause: Clause, row: Row, place: Place) -> Clause:
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
