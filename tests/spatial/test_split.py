"""A parcel is cut where its answer changes; worked out by hand."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box
from shapely.geometry.base import BaseGeometry

from lnrs_geo.spatial import slivers, split
from lnrs_geo.spatial.split import Cover, Cut, Zone, cut
from tests.shapes import EAST, NORTH

HIGH, LOW, OPEN = 0, 2, 3
REST = Zone(9, None, LOW, True)


def block(x: float, y: float, width: float, height: float) -> BaseGeometry:
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def cover(code: int, *polygons: BaseGeometry) -> Cover:
    return Cover(code, np.array(polygons, dtype=object))


PARCEL = block(0, 0, 100, 10)


def sizes(found: Cut) -> dict[tuple[int, int], float]:
    """Return m2 by (code, zone); one piece for each."""
    areas = {(piece.code, piece.zone): round(float(piece.geometry.area), 4) for piece in found.pieces}
    assert len(areas) == len(found.pieces)
    return areas


def test_a_parcel_without_covers_is_whole() -> None:
    """It is the very geometry that came in."""
    found = cut(PARCEL, zones=[REST], covers=[])
    assert [(piece.code, piece.zone, piece.geometry) for piece in found.pieces] == [(LOW, 9, PARCEL)]


def test_a_parcel_under_a_cover_is_whole_though_many_polygons_make_it() -> None:
    """Boundaries between polygons of one answer do not cut."""
    tiles = [block(x, 0, 10, 10) for x in range(0, 100, 10)]
    found = cut(PARCEL, zones=[REST], covers=[cover(HIGH, *tiles)])
    assert [(piece.code, piece.geometry) for piece in found.pieces] == [(HIGH, PARCEL)]


def test_the_first_cover_has_what_lies_under_two() -> None:
    """40 m under HIGH, 30 m more under OPEN, the rest under none."""
    covers = [cover(HIGH, block(0, 0, 40, 50)), cover(OPEN, block(20, 0, 50, 50))]
    assert sizes(cut(PARCEL, zones=[REST], covers=covers)) == {(HIGH, 9): 400, (OPEN, 9): 300, (LOW, 9): 300}
    assert sizes(cut(PARCEL, zones=[REST], covers=covers[::-1])) == {
        (HIGH, 9): 200,
        (OPEN, 9): 500,
        (LOW, 9): 300,
    }


def test_a_cover_that_only_touches_cuts_nothing() -> None:
    """A shared edge or corner is no overlap."""
    covers = [cover(HIGH, block(100, 0, 10, 10), block(0, 10, 100, 10), block(-10, -10, 10, 10))]
    assert sizes(cut(PARCEL, zones=[REST], covers=covers)) == {(LOW, 9): 1000}


def test_a_part_may_be_in_several_pieces() -> None:
    """Two islands of HIGH are one part."""
    covers = [cover(HIGH, block(10, 0, 10, 10), block(50, 0, 10, 10))]
    found = cut(PARCEL, zones=[REST], covers=covers)
    assert sizes(found) == {(HIGH, 9): 200, (LOW, 9): 800}
    assert shapely.get_num_geometries(found.pieces[0].geometry) == 2


def test_a_multipart_parcel_is_cut_in_all_its_parts() -> None:
    """One part inside, one half inside."""
    parcel = MultiPolygon([block(0, 0, 10, 10), block(20, 0, 10, 10)])
    assert sizes(cut(parcel, zones=[REST], covers=[cover(HIGH, block(0, 0, 25, 10))])) == {
        (HIGH, 9): 150,
        (LOW, 9): 50,
    }


def test_zones_cut_even_where_the_answer_is_the_same() -> None:
    """Strategy areas and authorities always split; the first zone claims what two cover."""
    zones = [Zone(0, block(-10, -10, 40, 50), LOW, True), Zone(1, block(20, -10, 50, 50), LOW, True), REST]
    assert sizes(cut(PARCEL, zones=zones, covers=[])) == {(LOW, 0): 300, (LOW, 1): 400, (LOW, 9): 300}


def test_covers_do_not_count_in_a_zone_that_is_not_covered() -> None:
    """Outside the loaded strategy its measures decide nothing."""
    zones = [Zone(0, block(-10, -10, 60, 50), LOW, True), Zone(9, None, OPEN, False)]
    assert sizes(cut(PARCEL, zones=zones, covers=[cover(HIGH, PARCEL)])) == {(HIGH, 0): 500, (OPEN, 9): 500}


def test_a_sliver_goes_to_its_neighbour_and_is_told() -> None:
    """A measure that reaches 9 cm into a parcel 10 m wide: 0.9 m2."""
    found = cut(PARCEL, zones=[REST], covers=[cover(HIGH, block(99.91, 0, 50, 10))])
    assert sizes(found) == {(LOW, 9): 1000}
    assert found.sliver_sizes == pytest.approx((0.9,), abs=1e-6)
    assert found.pieces[0].geometry is PARCEL


@pytest.mark.parametrize("side_m", [0.01, 0.001, 0.0001])
def test_a_parcel_smaller_than_the_arithmetic_is_not_lost(side_m: float) -> None:
    """It has the answer of its middle."""
    parcel = block(10, 10, side_m, side_m)
    for covers, code in (([cover(HIGH, block(0, 0, 50, 50))], HIGH), ([], LOW)):
        found = cut(parcel, zones=[Zone(0, block(0, 0, 100, 100), LOW, True), REST], covers=covers)
        assert [(piece.code, piece.zone, piece.geometry) for piece in found.pieces] == [(code, 0, parcel)]


def test_a_needle_is_cut_like_any_other() -> None:
    """A triangle 100 m long and 4 cm wide, cut in the middle: a quarter of its 2 m2 is the point's."""
    needle = Polygon([(EAST, NORTH), (EAST + 100, NORTH), (EAST + 100, NORTH + 0.04)])
    found = cut(needle, zones=[REST], covers=[cover(HIGH, block(0, -10, 80, 50))])
    assert sizes(found) == {(HIGH, 9): 1.28, (LOW, 9): 0.72} or found.sliver_sizes
    assert sum(sizes(found).values()) == pytest.approx(2.0, abs=1e-4)


@pytest.mark.parametrize("shift_m", [1e-3, 1e-5, 1e-7, 1e-9])
def test_a_copy_of_the_parcel_moved_by_a_hair_does_not_shred_it(shift_m: float) -> None:
    """Nearly coincident edges make slivers, and they go to the land beside them."""
    turn = np.linspace(0, 2 * np.pi, 500, endpoint=False)
    reach = 100 + 10 * np.sin(9 * turn)
    parcel = Polygon(np.c_[EAST + reach * np.cos(turn), NORTH + reach * np.sin(turn)])
    moved = affinity.translate(parcel, shift_m, shift_m / 3)
    found = cut(parcel, zones=[REST], covers=[cover(HIGH, moved)])
    assert [piece.code for piece in found.pieces] == [HIGH]
    assert found.pieces[0].geometry is parcel


def test_lines_and_trees_are_cut_by_the_same_call() -> None:
    """A hedge runs 40 m in a measure; a tree stands on its edge."""
    covers = [cover(HIGH, block(0, 0, 40, 10))]
    hedge = LineString([(EAST, NORTH + 5), (EAST + 100, NORTH + 5)])
    found = cut(hedge, zones=[REST], covers=covers)
    assert {piece.code: round(piece.geometry.length, 4) for piece in found.pieces} == {HIGH: 40, LOW: 60}
    assert [piece.code for piece in cut(Point(EAST + 40, NORTH + 5), zones=[REST], covers=covers).pieces] == [
        HIGH
    ]


def failing_first(function: Callable[..., object], times: int) -> Callable[..., object]:
    """Return a function that raises what GEOS raises, `times` times."""
    left = [times]

    def flaky(*args: object, **named: object) -> object:
        if left[0]:
            left[0] -= 1
            raise shapely.GEOSException("TopologyException: made up")
        return function(*args, **named)

    return flaky


@pytest.mark.parametrize("where", ["cells", "localised"])
def test_a_grid_of_one_millimetre_is_the_last_resort(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an exception of GEOS the parcel is cut on the grid, conserves its area, and says so."""
    parcel = affinity.translate(Polygon([(0, 0), (100.00049, 0), (100, 10), (0, 10)]), EAST, NORTH)
    layer = [cover(HIGH, block(-10, -10, 50.0004, 50), block(20, 0, 10, 10))]
    zones = [Zone(0, block(-50, -50, 100, 200), LOW, True), REST]
    monkeypatch.setattr(split, where, failing_first(getattr(split, where), 1))
    found = cut(parcel, zones=zones, covers=layer)
    assert found.grid_change_m2 is not None
    assert all(shapely.get_precision(piece.geometry) == 0 for piece in found.pieces)
    assert found.grid_change_m2 == pytest.approx(-0.00245, abs=1e-4)
    assert sizes(found) == {(HIGH, 0): 400, (LOW, 0): 100, (LOW, 9): 500}
    assert sum(sizes(found).values()) == pytest.approx(parcel.area + found.grid_change_m2, abs=1e-4)


def test_a_parcel_thinner_than_the_grid_survives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapping would leave nothing of it."""
    parcel = block(10, 10, 50, 0.0002)
    monkeypatch.setattr(split, "cells", failing_first(split.cells, 1))
    found = cut(parcel, zones=[REST], covers=[])
    assert [piece.code for piece in found.pieces] == [LOW]
    assert found.pieces[0].geometry.area == pytest.approx(0.01)


def test_without_an_exception_no_grid_is_used() -> None:
    """Full double precision is the rule."""
    assert (
        cut(PARCEL, zones=[REST], covers=[cover(HIGH, block(33.3333333333, 0, 9, 9))]).grid_change_m2 is None
    )


@pytest.mark.parametrize("count", [3, 40])
def test_polygons_of_many_vertices_and_holes_sum_up(count: int) -> None:
    """Holes in the parcel and in the measure, none of which nest."""
    holes = [block(10 * x, 10 * y, 4, 4) for x in range(count) for y in range(count)]
    others = [block(10 * x + 2, 10 * y + 2, 4, 4) for x in range(count) for y in range(count)]
    parcel = block(-3, -3, 10 * count, 10 * count).difference(shapely.union_all(holes))
    measure = block(-3, -3, 5 * count, 10 * count).difference(shapely.union_all(others))
    found = cut(parcel, zones=[REST], covers=[cover(HIGH, measure)])
    by_code = sizes(found)
    assert by_code[HIGH, 9] == pytest.approx(parcel.intersection(measure).area, abs=0.01)
    assert sum(by_code.values()) == pytest.approx(parcel.area, abs=0.01)


def test_slivers_are_looked_for_only_where_something_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parcel of one answer is never taken apart."""

    def never(_: object) -> None:
        raise AssertionError("absorb was called")

    monkeypatch.setattr(slivers, "absorb", never)
    assert len(cut(PARCEL, zones=[REST], covers=[cover(HIGH, block(-1, -1, 200, 200))]).pieces) == 1


def _names(found: Sequence[Zone]) -> list[int]:
    return [zone.number for zone in found]


def test_clipping_keeps_zones_and_drops_far_covers() -> None:
    """A zone that does not reach the parcel stays in its place, empty; the rest of the land stays too."""
    zones = [Zone(0, block(5000, 0, 10, 10), LOW, True), REST]
    near, covers = split.localised(PARCEL, zones=zones, covers=[cover(HIGH, block(5000, 0, 10, 10))])
    assert _names(near) == [0, 9]
    assert near[0].geometry is not None
    assert near[0].geometry.is_empty
    assert covers == []


def test_pieces_tell_how_much_land_changed_hands() -> None:
    """None, a sliver of 0.5 m2, and not to be told: between zones, on a grid, of a line."""
    half = cover(HIGH, block(-50, -50, 100, 200))
    sliver = cover(HIGH, block(-50, -50, 100, 200), block(90, -50, 0.05, 200))
    zones = [Zone(0, block(-500, -500, 510, 2000), LOW, True), REST]
    assert {piece.exchanged for piece in cut(PARCEL, zones=[REST], covers=[half]).pieces} == {0}
    exchanged = {round(piece.exchanged, 6) for piece in cut(PARCEL, zones=[REST], covers=[sliver]).pieces}
    assert exchanged == {0.5}
    for parcel in (PARCEL, LineString([(EAST, NORTH + 5), (EAST + 100, NORTH + 5)])):
        assert {piece.exchanged for piece in cut(parcel, zones=zones, covers=[half]).pieces} == {np.inf}
