"""What the dates leave standing: values kept as they were, and two figures side by side (rules section 5)."""

from lnrs_geo.model import Significance, Status
from lnrs_geo.multiplier.clause import Clause
from lnrs_geo.multiplier.criteria import Row

# Regimes under which the value entered then stands: the reason code and the word for it.
KEPT = {
    "as-submitted": ("frozen", "submitted"),
    "as-approved": ("as-approved", "approved"),
    "as-secured": ("as-secured", "secured"),
}
TWO_FIGURES = ("both", "review")
STRONGEST_LAST = (Significance.LOW, Significance.MEDIUM, Significance.HIGH)


def not_applicable(row: Row) -> Clause | None:
    """Leave out what needs no gain: an exempt, refused or withdrawn application (rows B1 and P0)."""
    if row.regime.table:
        return None
    return Clause(
        None, Status.NOT_APPLICABLE, "not-applicable", row.regime.reason, "transition/not-applicable"
    )


def kept(row: Row) -> Clause | None:
    """Keep the value as submitted, approved or secured; it is never rewritten (rows B3, B7, P6, P7, P12)."""
    if row.regime.table not in KEPT:
        return None
    code, word = KEPT[row.regime.table]
    rule = f"transition/{row.regime.table}"
    if row.held is None:
        sentence = f"{row.regime.reason} The value stands as {word}, but no valid one is known."
        return Clause(Significance.LOW, Status.PROVISIONAL, code, sentence, rule)
    # PAS keeps a Medium or High baseline on a condition that only a person can look into
    doubt = row.regime.table == "as-submitted" and row.held is not Significance.LOW
    condition = " It stands if it was justified then: check that." if doubt else ""
    sentence = f"{row.regime.reason} The value stands as {word}: {row.held}.{condition}"
    return Clause(row.held, Status.DECIDED, code, sentence, rule, review=doubt)


def two_figures(row: Row, under_table_7: Clause) -> Clause:
    """Show the lower figure and the other one, where the dates do not say which of them holds.

    Parameters
    ----------
    under_table_7
        The answer of Table 7, which is one of the figures; the value in the input is the other.
    """
    rule, table_7 = "own/regime-review", under_table_7.significance or Significance.LOW
    open_too = under_table_7.status is Status.PROVISIONAL  # then its Low is no answer yet
    says = f"is itself open here ({table_7} until a person has looked)" if open_too else f"says {table_7}"
    if row.held is None:
        sentence = f"{row.regime.reason} No valid value is known to set against Table 7, which {says}."
        if open_too:
            sentence += f" Under Table 7: {under_table_7.sentence}"
        return Clause(Significance.LOW, Status.PROVISIONAL, "regime-review", sentence, rule)
    lower, higher = sorted((table_7, row.held), key=STRONGEST_LAST.index)
    other = f"the value {KEPT[row.regime.held][1]}" if row.regime.held in KEPT else "the value claimed"
    which = (
        f"Table 7 and {other} both say {table_7}, but a person must still say which holds."
        if lower is higher and not open_too
        else f"Table 7 {says}, {other} is {row.held}; a person must say which holds."
    )
    sentence = f"{row.regime.reason} {which} Under Table 7: {under_table_7.sentence}"
    return Clause(lower, Status.PROVISIONAL, "regime-review", sentence, rule, alt=higher)
