"""Lines that wander along an edge, through the whole program; answers worked out by hand (rules 7)."""

from collections.abc import Sequence

import pytest
from shapely.geometry import LineString, box

from tests.oracle import STRATEGY_ID, Case, Key, MappedPolygon, Parcel, Row, Zone
from tests.random_cases import EAST, NORTH
from tests.test_against_oracle import program_answer

FIELD = box(EAST, NORTH, EAST + 100, NORTH + 50)
"""A measure whose northern edge runs along y = 50; offsets below are metres north of that edge."""
INSIDE_MORE = [
    (10, -0.05),
    (40, -0.05),
    (41, 0.05),
    (50, 0.05),
    (51, -0.05),
    (80, -0.05),
    (81, 0.05),
    (90, 0.05),
]
OUTSIDE_MORE = [(x, -y) for x, y in INSIDE_MORE]
HIGH = ("High", "decided", STRATEGY_ID, "")
LOW = ("Low", "decided", STRATEGY_ID, "")


def hedge_case(offsets: Sequence[tuple[float, float]], *, authorities: tuple[Zone, ...] = ()) -> Case:
    """A created hedgerow along the northern edge of a measure that suits it, all in the strategy's area."""
    line = LineString([(EAST + x, NORTH + 50 + y) for x, y in offsets])
    return Case(
        "along an edge",
        (Parcel("H1", "hedgerow", "Created", "", "Native hedgerow", line),),
        (MappedPolygon("L1", "M1", "", FIELD),),
        (Row("M1", "hedgerow", "Native hedgerow", "either", "yes", "published"),),
        (Zone(STRATEGY_ID, "", FIELD.buffer(200)),),
        authorities,
    )


@pytest.mark.parametrize(
    ("offsets", "key", "reason"), [(INSIDE_MORE, HIGH, "consistent"), (OUTSIDE_MORE, LOW, "unmapped")]
)
def test_a_line_wandering_along_an_edge_is_one_part(
    offsets: Sequence[tuple[float, float]], key: Key, reason: str
) -> None:
    """It takes the answer of its longer side, decided, and is marked for review."""
    case = hedge_case(offsets)
    parts = program_answer(case)["H1", "post"]
    assert set(parts) == {key}
    part = parts[key]
    assert part.size == pytest.approx(case.parcels[0].geometry.length, abs=0.001)
    assert (part.reason, part.review, part.borderline) == (reason, True, True)


def test_a_line_that_leaves_the_edge_by_more_is_cut() -> None:
    """Twenty centimetres off the edge is another place."""
    offsets = [(x, 4 * y) for x, y in INSIDE_MORE]
    parts = program_answer(hedge_case(offsets))["H1", "post"]
    assert set(parts) == {HIGH, LOW}
    whole = LineString(offsets).length
    slope = LineString([(0, 0), (0.5, 0.2)]).length
    assert parts[HIGH].size == pytest.approx(30 + slope + slope + 29 + slope, abs=0.001)
    assert parts[HIGH].size + parts[LOW].size == pytest.approx(whole, abs=0.001)


def test_only_the_wandering_stretches_are_kept_together() -> None:
    """A line that comes from well outside is cut where it first meets the edge, and not again."""
    offsets = [(-20, 30), *INSIDE_MORE]
    parts = program_answer(hedge_case(offsets))["H1", "post"]
    first = LineString(offsets[:2]).length * 30 / 30.05
    assert {k: round(p.size, 3) for k, p in parts.items()} == {
        LOW: round(first, 3),
        HIGH: round(LineString(offsets).length - first, 3),
    }


def test_a_line_wandering_along_an_authority_boundary_is_one_part() -> None:
    """It lies with the authority of its longer side, though that is not the lower name."""
    districts = (
        Zone("Bexley", "", box(EAST - 100, NORTH - 100, EAST + 200, NORTH + 50)),
        Zone("Ashby", "", box(EAST - 100, NORTH + 50, EAST + 200, NORTH + 300)),
    )
    parts = program_answer(hedge_case(INSIDE_MORE, authorities=districts))["H1", "post"]
    assert set(parts) == {("High", "decided", STRATEGY_ID, "Bexley")}
