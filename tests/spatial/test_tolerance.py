"""Borderline and thin: flags worked out by hand, which never move a boundary."""

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from lnrs_geo.spatial import tolerance
from lnrs_geo.spatial.split import Cover, Zone, cut
from lnrs_geo.spatial.tolerance import borderline, mean_width_m, near_pairs, thin
from tests.shapes import EAST, NORTH

HIGH, LOW = 0, 2
REST = Zone(9, None, LOW, True)


def block(x: float, y: float, width: float, height: float) -> BaseGeometry:
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def cover(code: int, *polygons: BaseGeometry) -> Cover:
    return Cover(code, np.array(polygons, dtype=object))


def flags(
    parcel: BaseGeometry, *covers: Cover, zones: tuple[Zone, ...] = (REST,), tolerance_m: float = 2.0
) -> dict[int, bool]:
    """Cut a parcel and say of each code whether its part is borderline."""
    pieces = cut(parcel, zones=zones, covers=covers).pieces
    found = borderline(parcel, pieces, zones=zones, covers=covers, tolerance_m=tolerance_m)
    return {piece.code: flag for piece, flag in zip(pieces, found, strict=True)}


PARCEL = block(0, 0, 100, 100)


@pytest.mark.parametrize(("gap_m", "expected"), [(1.5, True), (1.99, True), (2.01, False), (50, False)])
def test_land_of_another_answer_within_the_tolerance(gap_m: float, expected: bool) -> None:
    """A Low parcel that a measure misses by less than 2 m; a High one whose measure ends within 2 m."""
    assert flags(PARCEL, cover(HIGH, block(100 + gap_m, 0, 50, 100))) == {LOW: expected}
    assert flags(PARCEL, cover(HIGH, block(-50, -50, 150 + gap_m, 200))) == {HIGH: expected}


def test_a_corner_within_the_tolerance_counts_only_from_a_square_metre() -> None:
    """A strip 1 cm by 10 m of a measure beside the parcel would make no part worth the name."""
    assert flags(PARCEL, cover(HIGH, block(101, 0, 0.01, 10))) == {LOW: False}
    assert flags(PARCEL, cover(HIGH, block(101, 0, 0.5, 10))) == {LOW: True}


def test_parts_of_a_split_parcel_are_firm_where_they_are_large() -> None:
    """A boundary through the middle moves the sizes, not the answers: both parts stay."""
    assert flags(PARCEL, cover(HIGH, block(-50, -50, 100, 200))) == {HIGH: False, LOW: False}


def test_a_part_that_could_vanish_is_borderline() -> None:
    """1.5 m of the parcel are High and could be none; the 98.5 m that are Low are firm."""
    assert flags(PARCEL, cover(HIGH, block(98.5, -50, 100, 200))) == {HIGH: True, LOW: False}
    assert flags(PARCEL, cover(HIGH, block(97.5, -50, 100, 200))) == {HIGH: False, LOW: False}


def test_a_difference_of_authority_alone_changes_no_answer() -> None:
    """The same answer on both sides of a zone's edge."""
    zones = (Zone(0, block(-500, -500, 601, 2000), LOW, True), REST)
    assert flags(PARCEL, zones=zones) == {LOW: False}


def test_the_edge_of_the_strategy_area_is_an_edge_where_the_answer_differs() -> None:
    """One metre beyond the parcel the measures no longer count."""
    zones = (Zone(0, block(-500, -500, 601, 2000), LOW, True), Zone(9, None, 3, False))
    assert flags(PARCEL, cover(HIGH, block(-50, -50, 500, 500)), zones=zones) == {HIGH: True}


def test_the_tolerance_is_the_users() -> None:
    """Five metres see what two do not; none sees nothing."""
    measure = cover(HIGH, block(103, 0, 50, 100))
    assert flags(PARCEL, measure, tolerance_m=5.0) == {LOW: True}
    assert flags(PARCEL, measure, tolerance_m=2.0) == {LOW: False}
    line = LineString([(EAST + 90, NORTH + 5), (EAST + 120, NORTH + 5)])
    assert flags(block(103, 0, 50, 100), measure, tolerance_m=0.0) == {HIGH: False}
    assert flags(line, measure, tolerance_m=0.0) == {HIGH: False, LOW: False}


def test_lines_and_trees_have_surroundings_too() -> None:
    """A hedge 1 m inside a measure, and a tree 1 m outside it."""
    measure = cover(HIGH, block(0, 0, 100, 100))
    assert flags(LineString([(EAST + 10, NORTH + 1), (EAST + 60, NORTH + 1)]), measure) == {HIGH: True}
    assert flags(LineString([(EAST + 10, NORTH + 9), (EAST + 60, NORTH + 9)]), measure) == {HIGH: False}
    assert flags(Point(EAST + 50, NORTH - 1), measure) == {LOW: True}
    assert flags(Point(EAST + 50, NORTH - 3), measure) == {LOW: False}


def test_where_geos_fails_the_flag_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can say that the answer would not change, and the run goes on."""

    def fail(*_: object, **__: object) -> None:
        raise shapely.GEOSException("made up")

    beside = cover(HIGH, block(150, 0, 50, 100))
    hedge = LineString([(EAST, NORTH), (EAST + 60, NORTH)])
    pieces = {parcel: cut(parcel, zones=[REST], covers=[]).pieces for parcel in (PARCEL, hedge)}
    for parcel in (PARCEL, hedge):
        assert borderline(parcel, pieces[parcel], zones=[REST], covers=[beside], tolerance_m=2.0) == [False]
    for name in ("cells", "trimmed"):
        monkeypatch.setattr(tolerance, name, fail)
    for parcel in (PARCEL, hedge):
        assert borderline(parcel, pieces[parcel], zones=[REST], covers=[beside], tolerance_m=2.0) == [True]


def test_a_part_round_which_no_edge_comes_near_is_firm_and_needs_no_overlay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two large parts are told apart from one that a moved edge could take; many polygons are one land."""
    halves = cover(HIGH, block(-50, -50, 60, 200), block(10, -50, 60, 200))
    pieces = cut(PARCEL, zones=[REST], covers=[halves]).pieces
    narrow = cover(HIGH, block(97, -50, 100, 200))
    part = cut(PARCEL, zones=[REST], covers=[narrow]).pieces
    monkeypatch.setattr(tolerance, "cells", None)
    assert borderline(PARCEL, pieces, zones=[REST], covers=[halves], tolerance_m=2.0) == [False, False]
    with pytest.raises(TypeError):  # no point of the narrow part is 2 m from its edges: it is looked at
        borderline(PARCEL, part, zones=[REST], covers=[narrow], tolerance_m=2.0)


def test_slivers_of_another_answer_inside_a_part_do_not_hide_its_core() -> None:
    """A needle of 0.9 m2 was given away; what it parts is wide enough on one side."""
    needle = cover(HIGH, block(-50, -50, 80, 200), block(60, 20, 0.01, 60))
    assert flags(PARCEL, needle) == {HIGH: False, LOW: False}
    both = cover(HIGH, block(-50, -50, 147, 200), block(98.5, -50, 0.009, 200))
    assert flags(PARCEL, both) == {HIGH: False, LOW: True}


def test_a_weak_cover_of_the_default_answer_changes_nothing() -> None:
    """Land refused by one measure and land under none are both Low: nothing could change."""
    refused = cover(LOW, block(101, 0, 50, 100))
    assert flags(PARCEL, refused) == {LOW: False}
    assert flags(PARCEL, cover(HIGH, block(300, 0, 5, 5)), refused) == {LOW: False}
    assert flags(PARCEL, cover(HIGH, block(101, 0, 50, 100)), refused) == {LOW: True}


def test_near_pairs_are_those_whose_boundary_comes_near() -> None:
    """Deep inside a measure is not near its edge; across a gap of 1.5 m is."""
    parcels = np.array(
        [PARCEL, block(40, 40, 10, 10), block(101.5, 0, 5, 5), None, Point(EAST, NORTH)], dtype=object
    )
    left, right = near_pairs(parcels, np.array([PARCEL], dtype=object), tolerance_m=2.0)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 0), (2, 0), (4, 0)]


def test_the_mean_width_of_a_strip_is_its_width() -> None:
    """Nearly: 1000 m by 1.5 m; a square has half its side, by the same rule."""
    shapes = np.array([block(0, 0, 1000, 1.5), block(0, 0, 8, 8)], dtype=object)
    assert mean_width_m(shapes).tolist() == pytest.approx([1.49775, 4.0], abs=1e-4)


def test_only_polygons_are_thin() -> None:
    """Thinner on average than the tolerance; lines and trees have no width to speak of."""
    triangle = Polygon([(EAST, NORTH), (EAST + 100, NORTH), (EAST + 100, NORTH + 3)])
    shapes = np.array([block(0, 0, 1000, 1.5), block(0, 0, 100, 5), triangle, LineString([(0, 0), (5, 0)]),
                       Point(0, 0)], dtype=object)  # fmt: skip
    assert thin(shapes, tolerance_m=2.0).tolist() == [True, False, True, False, False]
