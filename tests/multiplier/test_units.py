"""What claimed units are worth at another significance: exact, by part, and never guessed."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnrs_geo.model import Module, Stage
from lnrs_geo.multiplier import units
from lnrs_geo.multiplier.claims import read_label

ONE, MEDIUM, HIGH = Decimal("1"), Decimal("1.1"), Decimal("1.15")
MULTIPLIERS = (ONE, MEDIUM, HIGH)


def test_high_is_fifteen_per_cent_over_low() -> None:
    """Units claimed as Low are worth exactly 15 % more as High, and back again."""
    assert units.units_at(Decimal("2.00"), claimed=ONE, assessed=HIGH) == Decimal("2.3")
    assert units.units_at(Decimal("2.3"), claimed=HIGH, assessed=ONE) == 2


@given(st.decimals(min_value="0.000001", max_value="100000", places=6), st.sampled_from(MULTIPLIERS))
def test_same_multiplier_changes_nothing(whole: Decimal, multiplier: Decimal) -> None:
    """A claim that holds leaves the units as they are, to the last digit."""
    assert units.units_range(whole, multiplier, [(3.0, "decided", multiplier)]) == (whole, whole)


def test_parts_share_the_units_by_size() -> None:
    """A parcel claimed High with a Low quarter loses the 15 % of that quarter alone."""
    parts = [(0.75, "decided", HIGH), (0.25, "decided", ONE)]
    assert units.units_range(9.2, HIGH, parts) == (Decimal("8.9"), Decimal("8.9"))
    high, low = units.by_part(9.2, HIGH, parts)
    assert (high.claimed, high.effect_low, low.claimed, low.effect_low) == (
        Decimal("6.9"), 0, Decimal("2.3"), Decimal("-0.3"),
    )  # fmt: skip


def test_provisional_part_counts_from_low_to_high() -> None:
    """A part that a person must look at gives a range, whatever figures are shown for it."""
    for shown in (ONE, MEDIUM, HIGH, None):
        parts = [(1.0, "decided", ONE), (1.0, "provisional", shown)]
        assert units.units_range(4, ONE, parts) == (4, Decimal("4.3"))


def test_medium_is_a_multiplier_like_any_other() -> None:
    """Units claimed at Medium are taken down to Low by its 1.1."""
    assert units.units_range(1.1, MEDIUM, [(1.0, "decided", ONE)]) == (1, 1)


@given(
    st.floats(0.001, 1e6),
    st.sampled_from(MULTIPLIERS),
    st.lists(
        st.tuples(
            st.floats(0.0001, 1e5),
            st.sampled_from(["decided", "provisional"]),
            st.sampled_from(MULTIPLIERS),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_range_holds_together(
    whole: float, claimed: Decimal, parts: list[tuple[float, str, Decimal]]
) -> None:
    """Low is never over high, both stay within all Low and all High, and the parts sum to the claim."""
    found = units.units_range(whole, claimed, parts)
    assert found is not None
    exact = Decimal(str(whole))
    slack = exact * Decimal("1e-20")
    assert exact / claimed - slack <= found[0] <= found[1] <= exact / claimed * HIGH + slack
    shares = units.by_part(whole, claimed, parts)
    assert abs(sum(one.claimed for one in shares) - exact) <= slack
    certain = all(status == "decided" for _, status, _ in parts)
    assert (found[0] == found[1]) is certain


DECIDED = [(1.0, "decided", ONE)]


@pytest.mark.parametrize(
    ("whole", "claimed", "parts", "says"),
    [
        (float("nan"), ONE, DECIDED, "no units"),
        (None, ONE, DECIDED, "no units"),
        (0.0, ONE, DECIDED, "are 0"),
        (-2.5, ONE, DECIDED, "are -2.5"),
        (float("inf"), ONE, DECIDED, "are inf"),
        (1.0, None, DECIDED, "significance that can be read"),
        (1.0, ONE, [], "in error"),
        (1.0, ONE, [(0.0, "error", None)], "in error"),
        (1.0, ONE, [(1.0, "decided", ONE), (1.0, "error", None)], "in error"),
        (1.0, ONE, [(1.0, "not-applicable", None)], "No multiplier applies"),
        (1.0, ONE, [(0.0, "decided", ONE), (0.0, "decided", HIGH)], "no size"),
        (1.0, ONE, [(1.0, "decided", ONE), (float("nan"), "decided", HIGH)], "no size"),
    ],
)
def test_no_effect_is_said_not_guessed(
    whole: float | None, claimed: Decimal | None, parts: list[tuple[float, str, Decimal | None]], says: str
) -> None:
    """Without units, a claim, an answer or sizes nothing is computed, and a sentence says why."""
    assert units.units_range(whole, claimed, parts) is None
    assert units.by_part(whole, claimed, parts) == ()
    assert says in units.no_effect(whole, claimed, parts)


def test_one_part_needs_no_size() -> None:
    """Where there is nothing to share, a parcel of size 0 keeps its units."""
    assert units.units_range(2, ONE, [(0.0, "decided", HIGH)]) == (Decimal("2.3"), Decimal("2.3"))


def test_every_multiplier_to_every_other() -> None:
    """Going from one multiplier to another and back gives the same figure for all nine pairs."""
    for claimed, assessed in product(MULTIPLIERS, MULTIPLIERS):
        there = units.units_at(Decimal("7.654321"), claimed=claimed, assessed=assessed)
        back = units.units_at(there, claimed=assessed, assessed=claimed)
        assert abs(back - Decimal("7.654321")) < Decimal("1e-24")


def test_claim_gives_its_multiplier() -> None:
    """Each label stands for its multiplier; blank, N/A and strange words stand for none."""
    said = {"Low": ONE, "Location ecologically desirable but not in local strategy": MEDIUM, "high": HIGH}
    assert {text: units.claimed_multiplier(read_label(text)) for text in said} == said
    assert [units.claimed_multiplier(read_label(text)) for text in ("", "N/A", "Very high")] == [None] * 3


def test_units_of_a_row_belong_to_its_last_stage() -> None:
    """A row with both stages claims the units after the development, a baseline alone its own."""
    assert units.stage_of_units([Stage.BASELINE, Stage.POST]) is Stage.POST
    assert units.stage_of_units([Stage.POST]) is Stage.POST
    assert units.stage_of_units([Stage.BASELINE]) is Stage.BASELINE


def test_trees_count_in_area_units() -> None:
    """There are three kinds of units; trees share those of areas."""
    assert {module: units.units_module(module) for module in Module} == {
        Module.AREA: Module.AREA, Module.TREE: Module.AREA,
        Module.HEDGEROW: Module.HEDGEROW, Module.WATERCOURSE: Module.WATERCOURSE,
    }  # fmt: skip
    assert set(units.UNITS_MODULES) == {units.units_module(module) for module in Module}
