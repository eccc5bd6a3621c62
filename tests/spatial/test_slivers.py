"""Slivers go to the neighbour with the longest shared edge; worked out by hand."""

import time

import pytest
import shapely
from shapely import LineString, box
from shapely.geometry.base import BaseGeometry

from lnrs_geo.spatial.slivers import absorb

HIGH, LOW = (0, 0), (2, 0)
MIDDLE = (1, 0)


def areas(cells: dict[tuple[int, int], BaseGeometry]) -> dict[tuple[int, int], float]:
    return {key: round(float(shape.area), 6) for key, shape in cells.items()}


def test_nothing_small_is_left_as_it_is() -> None:
    """A piece of exactly 1 m2 is large enough."""
    cells = {HIGH: box(0, 0, 1, 1), LOW: box(1, 0, 100, 1)}
    assert absorb(cells) == (cells, ())


def test_a_small_piece_goes_to_its_neighbour() -> None:
    """Half a square metre beside a field takes the field's answer, and is told."""
    kept, sizes = absorb({HIGH: box(0, 0, 0.5, 1), LOW: box(0.5, 0, 50, 1)})
    assert areas(kept) == {LOW: 50.0}
    assert sizes == pytest.approx((0.5,))


def test_the_longest_shared_edge_decides_not_the_larger_neighbour() -> None:
    """A needle 5 m long lies along HIGH for 5 m and along the larger LOW for 0.1 m."""
    needle = box(0, 0, 5, 0.1)
    kept, _ = absorb({HIGH: box(0, 0.1, 5, 2), MIDDLE: needle, LOW: box(5, 0, 500, 100)})
    assert areas(kept) == {HIGH: 10.0, LOW: 49500.0}


def test_of_equal_edges_the_higher_code_has_it() -> None:
    """A needle between two fields goes to the weaker answer, whichever stands first."""
    needle = box(0, 0, 5, 0.1)
    above, below = box(0, 0.1, 5, 5), box(0, -5, 5, 0)
    for one, other in ((above, below), (below, above)):
        kept, _ = absorb({HIGH: one, MIDDLE: needle, LOW: other})
        assert areas(kept)[LOW] == pytest.approx(other.area + 0.5)


def test_an_isolated_small_piece_stays() -> None:
    """It shares no edge with anything; neither does one that meets a corner only."""
    cells = {HIGH: box(10, 10, 10.5, 10.5), LOW: box(0, 0, 10, 10)}
    kept, sizes = absorb(cells)
    assert areas(kept) == {HIGH: 0.25, LOW: 100.0}
    assert sizes == ()


def test_small_pieces_that_make_a_large_one_together_stay_with_it() -> None:
    """Twelve slivers in a chain, alternately of two answers: the answers merge, and no land is lost."""
    cells = {
        HIGH: shapely.multipolygons([box(i, 0, i + 1, 0.3) for i in range(0, 12, 2)]),
        LOW: shapely.multipolygons([box(i, 0, i + 1, 0.3) for i in range(1, 12, 2)]),
    }
    kept, sizes = absorb(cells)
    assert sum(areas(kept).values()) == pytest.approx(3.6)
    assert all(part.area >= 1 for shape in kept.values() for part in shapely.get_parts(shape))
    assert sizes


def test_a_chain_of_slivers_reaches_the_field_at_its_end() -> None:
    """Two slivers in a row: the first goes to the second, both go to the field."""
    cells = {HIGH: box(0, 0, 0.2, 1), MIDDLE: box(0.2, 0, 0.5, 1), LOW: box(0.5, 0, 30, 1)}
    kept, sizes = absorb(cells)
    assert areas(kept) == {LOW: 30.0}
    assert sizes == pytest.approx((0.2, 0.5))


def test_only_the_small_part_of_a_multipart_answer_changes_hands() -> None:
    """The large part of the same answer stays where it is."""
    high = shapely.multipolygons([box(0, 0, 0.5, 1), box(20, 0, 30, 1)])
    kept, sizes = absorb({HIGH: high, LOW: box(0.5, 0, 20, 1)})
    assert areas(kept) == {HIGH: 10.0, LOW: 20.0}
    assert sizes == pytest.approx((0.5,))


def test_edges_that_meet_within_arithmetic_are_shared() -> None:
    """A gap of a ten-millionth of a metre is no gap."""
    kept, _ = absorb({HIGH: box(0, 0, 0.5, 1), LOW: box(0.5 + 1e-7, 0, 50, 1)})
    assert list(kept) == [LOW]


def test_five_thousand_slivers_take_seconds() -> None:
    """Along one large field with as many vertices; each used to be compared with all the others."""
    count = 5000
    teeth = shapely.multipolygons([box(2 * i, 0, 2 * i + 1, 0.5) for i in range(count)])
    outline = LineString([(x, y) for i in range(count) for x, y in
                          [(2 * i, 0.5), (2 * i + 1, 0.5), (2 * i + 1, 0), (2 * i + 2, 0)]])  # fmt: skip
    field = shapely.Polygon([*outline.coords, (2 * count, 50), (0, 50)])
    start = time.process_time()
    kept, sizes = absorb({HIGH: teeth, LOW: field})
    assert time.process_time() - start < 5
    assert len(sizes) == count
    assert areas(kept) == {LOW: pytest.approx(2 * count * 50.0)}


def test_ties_do_not_depend_on_the_order_in_which_pieces_come() -> None:
    """A small square between two equals of one key has the same heir whichever is listed first."""
    strips = [shapely.box(0, y, 0.8, top) for y, top in ((0, 8), (8, 8.2), (8.2, 9.3), (9.3, 17))]
    answers = set()
    for order in ((0, 2), (2, 0)):
        cells = {
            (0, 1): strips[1],
            (3, 0): strips[3],
            (3, 1): shapely.MultiPolygon([strips[at] for at in order]),
        }
        kept, _ = absorb(cells)
        answers.add(tuple((key, round(shape.area, 6)) for key, shape in kept.items()))
    assert len(answers) == 1
