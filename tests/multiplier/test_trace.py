"""The trace tells which questions were asked, what the answers were, and what they rest on."""

from dataclasses import replace
from datetime import date

import pytest

from lnrs_geo.multiplier import Answer, Land, Mapped, Place, Row, assign, load_edition
from tests.multiplier.test_decide import BASELINE, CLAUSES, DRAFT, MEADOW, RETAINED, SEALED

EDITION = load_edition(date(2026, 11, 20))
TABLE, SETTLES = "Which table applies?", "What settles the row?"
AREA = "Is the land in a strategy area that is loaded?"
LIMB_A = "Limb a: is a potential measure mapped here?"


def questions(row: Row, place: Place) -> dict[str, tuple[str, str]]:
    """Return the answer and the evidence of each question asked."""
    trace = assign(row, place, edition=EDITION).trace
    return {step.question: (step.answer, step.evidence) for step in trace}


def test_a_looked_up_row_is_asked_both_limbs() -> None:
    """Location first, then each measure's consistency with its source."""
    measures = (
        Mapped("M1", Answer.YES, "consistent", "published", "published (p. 4)"),
        Mapped("M2", Answer.NO, "not consistent", "confirmed"),
    )
    asked = questions(MEADOW, Place(Land.IN_AREA, measures))
    assert asked[TABLE] == ("table-7, row P2", MEADOW.regime.reason)
    assert asked[AREA][0] == "yes"
    assert asked[LIMB_A] == ("yes", "M1, M2")
    answer, evidence = asked["Limb b: is the proposal consistent with M1?"]
    assert answer == "yes"
    assert "published (p. 4)" in evidence
    assert asked["Limb b: is the proposal consistent with M2?"][0] == "no"
    assert SETTLES not in asked


@pytest.mark.parametrize("row", [BASELINE, RETAINED, SEALED, replace(MEADOW, obstacle="unknown-habitat")])
def test_a_row_settled_beforehand_is_not_asked_of_its_place(row: Row) -> None:
    """Baseline, Retained, habitats that score nothing and rows that are unclear never come to the map."""
    asked = questions(row, Place(Land.IN_AREA, (Mapped("M1", Answer.YES, "consistent"),)))
    assert list(asked) == [TABLE, SETTLES]


def test_land_outside_is_not_asked_for_measures() -> None:
    """Where no strategy is loaded the map has nothing to say."""
    asked = questions(MEADOW, Place(Land.OUTSIDE, (Mapped("M1", Answer.YES, "consistent"),)))
    assert list(asked) == [TABLE, AREA]


def test_unmapped_land_in_an_apib() -> None:
    """Limb a fails, and the trace says that an APIB is not the test."""
    asked = questions(MEADOW, Place(Land.IN_AREA, in_apib=True))
    assert asked[LIMB_A] == ("no", "")
    assert asked["Does it lie in an APIB or ACB?"] == ("APIB", "not the test")


def test_repaired_measure_is_marked() -> None:
    """The trace shows that the outline of a measure is not sure."""
    asked = questions(MEADOW, Place(Land.IN_AREA, (Mapped("M1", Answer.YES, "consistent", repaired=True),)))
    assert "repaired" in asked["Limb b: is the proposal consistent with M1?"][0]


def test_a_draft_is_settled_by_its_regime() -> None:
    """A draft is told by the first question already."""
    assert list(questions(replace(MEADOW, regime=DRAFT), Place(Land.IN_AREA))) == [TABLE, SETTLES]


def test_every_trace_begins_with_the_table_and_asks_nothing_twice() -> None:
    """Whatever the decision, its trace is in order."""
    for row, place, *_ in CLAUSES:
        trace = assign(row, place, edition=EDITION).trace
        asked = [(step.question, step.answer) for step in trace]
        assert asked[0][0] == TABLE
        assert len(asked) >= 2
