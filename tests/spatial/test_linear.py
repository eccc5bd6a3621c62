"""Lines and points cut by regions: on an edge is in; worked out by hand."""

from collections.abc import Sequence

import hypothesis.strategies as st
import pytest
import shapely
from hypothesis import given
from shapely import LineString, MultiLineString, MultiPoint, Point, box
from shapely.geometry.base import BaseGeometry

from lnrs_geo.spatial.linear import Lookup, cut_line, cut_points

IN, OUT = 0, 2
FIELD = box(0, 0, 100, 50)
Lengths = dict[tuple[int, int], float]


def one_field(*fields: BaseGeometry) -> Lookup:
    """A cover of code IN over these fields, in the one zone there is."""
    return [(0, None, OUT, True)], [(IN, shapely.union_all(fields or (FIELD,)))]


def two_zones(split: float) -> Lookup:
    """Zone 0 west of a line, zone 1 east of it, the rest zone 2; one answer everywhere."""
    return [
        (0, box(-500, -500, split, 500), OUT, True),
        (1, box(split, -500, 500, 500), OUT, True),
        (2, None, OUT, True),
    ], []


def lengths(line: BaseGeometry, lookup: Lookup) -> Lengths:
    """Return metres by (code, zone), having checked that the parts sum to the line."""
    parts = cut_line(line, lookup=lookup).parts
    assert sum(part.length for part, _ in parts.values()) == pytest.approx(line.length, abs=0.001)
    return {key: round(part.length, 3) for key, (part, _) in parts.items()}


@pytest.mark.parametrize(
    ("corners", "expected"),
    [
        pytest.param([(10, 10), (60, 10)], {(IN, 0): 50}, id="inside"),
        pytest.param([(90, 10), (120, 10)], {(IN, 0): 10, (OUT, 0): 20}, id="leaves"),
        pytest.param([(-10, 10), (110, 10)], {(IN, 0): 100, (OUT, 0): 20}, id="runs through"),
        pytest.param([(10, 50), (60, 50)], {(IN, 0): 50}, id="on the edge"),
        pytest.param([(10, 50 + 9e-7), (60, 50 + 9e-7)], {(IN, 0): 50}, id="on the edge nearly"),
        pytest.param([(90, 50), (130, 50)], {(IN, 0): 10, (OUT, 0): 30}, id="on the edge and beyond"),
        pytest.param([(95, 55), (105, 45)], {(OUT, 0): 14.142}, id="through a corner"),
        pytest.param([(100, 25), (130, 25)], {(OUT, 0): 30}, id="from the edge outwards"),
        pytest.param([(50, 10), (150, 40), (150, 10), (50, 40)], {(IN, 0): 104.403, (OUT, 0): 134.403},
                     id="crosses itself on the edge"),
        pytest.param([(50, 25), (150, 25), (50, 25)], {(IN, 0): 100, (OUT, 0): 100}, id="there and back"),
        pytest.param([(50, 10), (150, 10), (150, 40), (50, 40), (50, 10)], {(IN, 0): 130, (OUT, 0): 130},
                     id="a ring"),
        pytest.param([(100, 10), (150, 10), (150, 40), (50, 40), (50, 10), (100, 10)],
                     {(IN, 0): 130, (OUT, 0): 130}, id="a ring that begins on the edge"),
        pytest.param([(99.95, 10), (120, 10)], {(OUT, 0): 20.05}, id="5 cm inside go to the longer side"),
        pytest.param([(99.85, 10), (120, 10)], {(IN, 0): 0.15, (OUT, 0): 20}, id="15 cm inside stay"),
    ],
)  # fmt: skip
def test_one_line_in_one_field(corners: Sequence[tuple[float, float]], expected: Lengths) -> None:
    """Each stretch has the answer of the land beneath it, whichever way the line was drawn."""
    assert lengths(LineString(corners), one_field()) == expected
    assert lengths(LineString(corners[::-1]), one_field()) == expected


def test_every_part_of_a_multipart_line_is_cut_by_itself() -> None:
    """Also where one lies upon the other."""
    line = MultiLineString([[(50, 25), (150, 25)], [(50, 25), (150, 25)], [(0, 200), (7, 200)]])
    assert lengths(line, one_field()) == {(IN, 0): 100, (OUT, 0): 107}


def test_the_lengths_given_away_are_told() -> None:
    """Five centimetres on either end of a field lane."""
    cut = cut_line(LineString([(99.95, 10), (120, 10)]), lookup=one_field())
    assert cut.given_away == pytest.approx((0.05,), abs=1e-5)


def test_a_short_line_stays_though_it_is_short() -> None:
    """It has no neighbour to take its answer from; a line without length has the answer of its place."""
    assert lengths(LineString([(10, 10), (10.05, 10)]), one_field()) == {(IN, 0): 0.05}
    assert lengths(LineString([(10, 10), (10, 10)]), one_field()) == {(IN, 0): 0}


def test_a_short_gap_between_two_fields_is_closed() -> None:
    """Eight centimetres between two fields take the fields' answer, and the line is one part."""
    assert lengths(LineString([(90, 10), (120, 10)]), one_field(FIELD, box(100.08, 0, 200, 50))) == {
        (IN, 0): 30
    }


def zigzag(off_m: float, *, along: str = "y") -> LineString:
    """A line that swings over y = 50 (or x = 50): 30 m below or west of it for every 10 m beyond."""
    corners = [(10, -off_m), (40, -off_m), (41, off_m), (51, off_m), (52, -off_m), (82, -off_m)]
    return LineString([(a, 50 + b) if along == "y" else (50 + b, a) for a, b in corners])


def test_a_line_that_swings_over_an_edge_by_less_than_ten_centimetres_is_not_cut() -> None:
    """It takes the answer of its longer side, and says that it wanders."""
    parts = cut_line(zigzag(0.09), lookup=one_field()).parts
    assert {key: wanders for key, (_, wanders) in parts.items()} == {(IN, 0): True}
    parts = cut_line(zigzag(-0.09), lookup=one_field()).parts
    assert {key: wanders for key, (_, wanders) in parts.items()} == {(OUT, 0): True}


def test_a_line_that_swings_further_is_cut() -> None:
    """Twelve centimetres are more than ten."""
    parts = cut_line(zigzag(0.12), lookup=one_field()).parts
    assert {key: wanders for key, (_, wanders) in parts.items()} == {(IN, 0): False, (OUT, 0): False}


def test_a_line_that_swings_over_an_authority_edge_is_not_cut() -> None:
    """It lies with the authority of its longer side: west, then east, whichever is the lower number."""
    for off_m, zone in ((0.05, 0), (-0.05, 1)):
        parts = cut_line(zigzag(off_m, along="x"), lookup=two_zones(50)).parts
        assert {key: wanders for key, (_, wanders) in parts.items()} == {(OUT, zone): True}


# Ashby lies south of y = 50; north of it Bexley has the west and Calder the east of x = 50.
ASHBY, BEXLEY, CALDER = box(-500, -500, 500, 50), box(-500, 50, 50, 500), box(50, 50, 500, 500)
THREE: Lookup = (
    [(0, ASHBY, OUT, True), (1, BEXLEY, OUT, True), (2, CALDER, OUT, True), (3, None, OUT, True)],
    [],
)


def by_zone(line: BaseGeometry, lookup: Lookup = THREE) -> dict[int, tuple[float, bool]]:
    parts = cut_line(line, lookup=lookup).parts
    return {zone: (round(part.length, 1), wanders) for (_, zone), (part, wanders) in parts.items()}


@pytest.mark.parametrize(
    ("corners", "expected"),
    [
        pytest.param([(0, 49.95), (20, 49.95), (20.1, 50.05), (60, 50.05), (60.1, 49.95), (90, 49.95), (90.1, 50.05),
                      (130, 50.05)], {1: (50.0, True), 2: (80.1, True)}, id="from one edge to the next"),
        pytest.param([(0, 49.95), (40, 49.95), (40.1, 50.05), (60, 50.05), (60.1, 49.95), (130, 49.95)],
                     {0: (130.1, True)}, id="one side is longer along both"),
        pytest.param([(-10, 50.05), (30, 50.05), (30.1, 49.95), (70, 49.95), (70.1, 50.05), (130, 50.05)],
                     {1: (60.0, True), 2: (80.0, True)}, id="the stretch in the middle is halved where they meet"),
        pytest.param([(-10, 49.95), (30, 49.95), (45, 50.05), (49.95, 50.05), (49.95, 80)],
                     {0: (47.5, False), 1: (42.4, False)}, id="turns off along another edge"),
    ],
)  # fmt: skip
def test_a_line_that_wanders_from_one_edge_to_another_is_judged_along_each(
    corners: Sequence[tuple[float, float]], expected: dict[int, tuple[float, bool]]
) -> None:
    """Ashby meets Bexley along one edge and Calder along another: neither has what lies along the other's."""
    assert by_zone(LineString(corners)) == expected
    assert by_zone(LineString(corners[::-1])) == expected


def test_a_gap_of_a_millimetre_is_no_third_side_of_a_wandering_line() -> None:
    """Two authorities drawn by two hands: the line that swings over both is one part all the same."""
    zones = [
        (0, box(-500, -500, 50, 500), OUT, True),
        (1, box(50.001, -500, 500, 500), OUT, True),
        (2, None, OUT, True),
    ]
    assert by_zone(zigzag(0.05, along="x"), (zones, [])) == {0: (72.0, True)}


def test_which_way_a_line_was_drawn_is_no_reason_for_a_side_to_be_longer() -> None:
    """It swings 1.0306 m to the north and 1.0305 m to the south, each but for the width of an edge."""
    line = LineString([(47.3, 47), (47.6, 50.03), (49.6, 49.97), (49.97, 60.8), (47, 60.85)])
    there, back = (by_zone(one) for one in (line, line.reverse()))
    assert there == back


@st.composite
def hedges(draw: st.DrawFn) -> LineString:
    """Lines along the edges of the three, which swing a little, and now and then more, to either side."""
    offs = st.sampled_from([-3, 0.2, 0, *[-0.08, -0.03, 0.03, 0.08] * 8])
    steps = st.tuples(st.sampled_from([0.05, 0.3, 2, 11, 11]), offs)
    along, corners = draw(st.sampled_from([-20.0, 20.0, 45.0])), []
    turn = draw(st.sampled_from([49.93, 50.04, 500.0]))
    for step, off in draw(st.lists(steps, min_size=8, max_size=25)):
        corners.append((along, 50 + off) if along < turn else (50 + off, along + 0.2))
        along += step
    return LineString(corners)


@given(hedges())
def test_drawn_backwards_a_wandering_line_has_the_same_parts(line: LineString) -> None:
    """They sum to the line, and no part lies further than 0.1 m from the land that has it."""
    there, back = (cut_line(one, lookup=THREE).parts for one in (line, line.reverse()))
    assert {key: wanders for key, (_, wanders) in there.items()} == {
        key: wanders for key, (_, wanders) in back.items()
    }
    for key, (part, _) in there.items():
        assert part.length == pytest.approx(back[key][0].length, abs=0.003)
        # a stretch under 0.1 m may have gone to its neighbour
        beside = shapely.difference(part, shapely.buffer((ASHBY, BEXLEY, CALDER)[key[1]], 0.1001))
        assert all(one.length < 0.1 for one in shapely.get_parts(beside))
    assert sum(part.length for part, _ in there.values()) == pytest.approx(line.length, abs=0.001)


def test_of_two_equal_sides_the_weaker_answer_has_a_wandering_line() -> None:
    """Ten metres on either side of the edge: no hair's breadth makes a line High."""
    line = LineString([(10, 49.95), (20, 49.95), (20, 50.05), (30, 50.05)])
    assert list(cut_line(line, lookup=one_field()).parts) == [(OUT, 0)]


def test_an_edge_digitised_twice_does_not_shred_a_line() -> None:
    """Two authorities whose common edge differs by a millimetre: the gap of nobody's land is given away."""
    zones = [
        (0, box(-500, -500, 50, 500), OUT, True),
        (1, box(50.001, -500, 500, 500), OUT, True),
        (2, None, OUT, True),
    ]
    assert lengths(LineString([(0, 0), (100, 0)]), (zones, [])) == {(OUT, 0): 50.001, (OUT, 1): 49.999}


def test_a_line_on_the_edge_of_two_authorities_takes_the_lower_number() -> None:
    """It is in both, and the first claims it."""
    assert lengths(LineString([(50, 0), (50, 30)]), two_zones(50)) == {(OUT, 0): 30}


def test_a_tree_on_the_edge_of_a_field_is_in() -> None:
    """On the edge, on the corner, and within a millionth of a metre of either."""
    for x, y in ((50, 50), (100, 50), (50, 50 + 9e-7), (50, 25)):
        assert list(cut_points(Point(x, y), lookup=one_field())) == [(IN, 0)]
    assert list(cut_points(Point(50, 50.00001), lookup=one_field())) == [(OUT, 0)]


def test_a_tree_on_the_edge_of_two_authorities_takes_the_lower_number_and_says_so() -> None:
    """Off the edge it says nothing."""
    found = cut_points(Point(50, 7), lookup=two_zones(50))
    assert {key: on_edge for key, (_, on_edge) in found.items()} == {(OUT, 0): True}
    found = cut_points(Point(50.1, 7), lookup=two_zones(50))
    assert {key: on_edge for key, (_, on_edge) in found.items()} == {(OUT, 1): False}


def test_trees_of_one_feature_are_told_apart() -> None:
    """Two in the field, one outside; none is lost."""
    found = cut_points(MultiPoint([(10, 10), (50, 50), (50, 60)]), lookup=one_field())
    assert {key: shapely.get_num_geometries(shape) for key, (shape, _) in found.items()} == {
        (IN, 0): 2,
        (OUT, 0): 1,
    }
