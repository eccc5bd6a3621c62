"""The decision on a part: which table its dates choose, what that table says, and why.

The policy is the one expression in `assign`: the first clause that applies decides. The clauses stand
in `figures` (what the dates leave standing), `table7` and `table8`.
"""

from dataclasses import dataclass

from lnrs_geo.model import Significance, Status
from lnrs_geo.multiplier.clause import Clause, parcel_not_located
from lnrs_geo.multiplier.criteria import Place, Row
from lnrs_geo.multiplier.figures import TWO_FIGURES, kept, not_applicable, two_figures
from lnrs_geo.multiplier.rules import Edition
from lnrs_geo.multiplier.table7 import table_7
from lnrs_geo.multiplier.table8 import table_8
from lnrs_geo.multiplier.trace import Step, steps


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for a part: `significance` is None only for an error and where none is due.

    `alternative` is the second figure where the dates leave two.
    """

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
    alternative: Significance | None = None


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
        or not_applicable(row)
        or (two_figures(row, table_7(row, place)) if row.regime.table in TWO_FIGURES else None)
        or (table_8(row, place) if row.regime.table == "table-8" else None)
        or parcel_not_located(row)
        or kept(row)
        or table_7(row, place)
    )
    rule = edition.rule(clause.rule)
    answered = clause.status in (Status.DECIDED, Status.PROVISIONAL)
    warnings = row.regime.warnings if answered else ()
    return Decision(
        significance=clause.significance,
        status=clause.status,
        ss_reason=clause.code,
        reason=" ".join((clause.sentence, *warnings)),
        rule_id=rule.rule_id,
        citation=rule.citation,
        regime=row.regime.table,
        regime_rule=row.regime.rule,
        review=clause.review or clause.status is Status.PROVISIONAL or (answered and row.regime.look),
        trace=steps(row, place, ss_reason=clause.code, sentence=clause.sentence),
        alternative=clause.alt,
    )


def _no_answer_possible(row: Row) -> Clause | None:
    if row.obstacle != "error":
        return None
    sentence = row.obstacle_note or "No answer can be computed."
    return Clause(None, Status.ERROR, "error", sentence, "own/no-answer")
