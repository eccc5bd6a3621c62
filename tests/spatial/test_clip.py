"""Clipping to the surroundings of a parcel gives what an exact intersection gives."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from lnrs_geo.spatial import clip as clipping
from lnrs_geo.spatial.clip import clip, surroundings, trimmed
from tests.shapes import EAST, NORTH, polygons


def clipped(polygon: BaseGeometry, to: tuple[float, float, float, float]) -> BaseGeometry:
    return clip(np.array([polygon], dtype=object), to)[0]


def differ_by(one: BaseGeometry, other: BaseGeometry) -> float:
    return float(shapely.symmetric_difference(one, other).area)


def test_the_surroundings_reach_as_far_as_asked_and_a_metre_more_at_most() -> None:
    """On every side."""
    west, south, east, north = surroundings(box(0, 0, 10, 10.5), reach_m=50)
    assert -52 < west <= -50
    assert -52 < south <= -50
    assert 60 <= east < 62
    assert 60.5 <= north < 62.5


def test_the_sides_of_the_box_stand_where_no_data_do() -> None:
    """A corner of a polygon on a side of the box would turn the land inside out."""
    for side in surroundings(box(0, 0, 10, 10.123), reach_m=50):
        assert abs(side * 1e6 - round(side * 1e6)) > 0.01


@settings(max_examples=200, deadline=None, derandomize=True)
@given(polygon=polygons(), near=polygons(), reach_m=st.sampled_from([0.0, 0.1, 10.0]))
def test_it_is_the_exact_intersection(polygon: BaseGeometry, near: BaseGeometry, reach_m: float) -> None:
    """Valid, and the same land."""
    to = surroundings(near, reach_m=reach_m)
    found = clipped(polygon, to)
    assert found.is_valid
    assert differ_by(found, polygon.intersection(box(*to))) < 1e-6


def test_where_the_fast_way_fails_the_exact_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of GEOS is no end of the run."""

    def fail(*_: object) -> None:
        raise shapely.GEOSException("made up")

    monkeypatch.setattr(shapely, "clip_by_rect", fail)
    polygon = box(0, 0, 100, 100)
    to = surroundings(box(90, 90, 91, 91), reach_m=5)
    assert clipped(polygon, to).equals(polygon.intersection(box(*to)))


@pytest.mark.parametrize("size_m", [5, 600, 3000, 20_000, 60_000])
def test_a_county_is_clipped_by_way_of_tiles(size_m: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of the parcel, the land within the box is that of the county."""
    turn = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    reach = 30_000 * (1 + 0.1 * np.sin(40 * turn) + 0.02 * np.sin(900 * turn))
    county = Polygon(np.c_[EAST + reach * np.cos(turn), NORTH + reach * np.sin(turn)])
    for x in (0, 16_384, 28_000, -29_500):
        parcel = box(EAST + x, NORTH + 500, EAST + x + size_m, NORTH + 500 + size_m)
        to = surroundings(parcel, reach_m=50)
        assert differ_by(clipped(county, to), county.intersection(box(*to))) < 1e-4


def test_a_big_polygon_is_clipped_to_a_tile_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parcels on one tile share the work; only the small copy is clipped again."""
    clipping._on_tile.cache_clear()
    turn = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    polygon = Polygon(np.c_[EAST + 900 * np.cos(turn), NORTH + 900 * np.sin(turn)])
    for x in range(10):
        clipped(polygon, surroundings(box(EAST + x, NORTH, EAST + x + 1, NORTH + 1), reach_m=50))
    assert clipping._on_tile.cache_info().misses == len(clipping.TILES_M)


def test_only_polygons_of_many_vertices_are_trimmed() -> None:
    """A square stays as it is; a circle of thousands of vertices loses those far away."""
    square, circle = box(EAST, NORTH, EAST + 900, NORTH + 900), Point(EAST, NORTH).buffer(900, quad_segs=500)
    to = surroundings(box(EAST, NORTH + 880, EAST + 10, NORTH + 900), reach_m=50)
    found = trimmed(np.array([square, circle], dtype=object), to)
    assert found[0] is square
    assert shapely.get_num_coordinates(found[1]) < shapely.get_num_coordinates(circle) / 10
    assert differ_by(found[1], shapely.intersection(circle, box(*to))) == pytest.approx(0, abs=1e-6)


def test_one_polygon_that_cannot_be_clipped_fast_spoils_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """GEOS fails for the second of three: it is clipped exactly, the others as ever."""
    shapes = np.array([box(x, 0, x + 100, 100) for x in (-90, -50, -10)], dtype=object)
    to = surroundings(box(0, 0, 10, 10), reach_m=5)
    expected, fast = clip(shapes, to), shapely.clip_by_rect

    def fails(polygons: np.ndarray, *sides: float) -> object:
        if any(polygon is shapes[1] for polygon in polygons):
            raise shapely.GEOSException("made up")
        return fast(polygons, *sides)

    monkeypatch.setattr(shapely, "clip_by_rect", fails)
    for one, other in zip(clip(shapes, to), expected, strict=True):
        assert differ_by(one, other) == pytest.approx(0, abs=1e-9)
