"""Clipping to the surroundings of a parcel gives what an exact intersection gives."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from lnrs_geo.spatial import clip as clipping
from lnrs_geo.spatial.clip import clip, surroundings
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
