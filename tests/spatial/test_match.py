"""Which polygons a parcel falls in, and by how much: answers worked out by hand."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from lnrs_geo.errors import CRSError
from lnrs_geo.spatial.match import Pairs, match, overlaps
from tests.shapes import EAST, NORTH, polygons


def shapes(*geometries: BaseGeometry | None) -> np.ndarray:
    return np.array(geometries, dtype=object)


def block(x: float, y: float, width: float, height: float) -> BaseGeometry:
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def line(*corners: tuple[float, float]) -> BaseGeometry:
    return LineString([(EAST + x, NORTH + y) for x, y in corners])


def tree(x: float, y: float) -> BaseGeometry:
    return Point(EAST + x, NORTH + y)


FIELD = block(0, 0, 100, 50)


def only(pairs: Pairs) -> tuple[bool, float, bool]:
    """Return (inside, size, touch) of the one pair."""
    assert len(pairs.parcel) == 1
    return bool(pairs.inside[0]), float(pairs.size[0]), bool(pairs.touch[0])


@pytest.mark.parametrize(
    ("parcel", "inside", "size", "touch"),
    [
        pytest.param(block(10, 10, 5, 5), True, 25.0, False, id="inside"),
        pytest.param(FIELD, True, 5000.0, False, id="the same polygon"),
        pytest.param(block(90, 40, 20, 20), False, 100.0, False, id="partial"),
        pytest.param(block(100, 0, 10, 50), False, 0.0, True, id="touches along an edge"),
        pytest.param(block(100, 50, 10, 10), False, 0.0, True, id="touches at a corner"),
        pytest.param(
            MultiPolygon([block(10, 10, 5, 5), block(200, 0, 5, 5)]), False, 25.0, False, id="one part of two"
        ),
        pytest.param(line((10, 10), (20, 10)), True, 10.0, False, id="line inside"),
        pytest.param(line((90, 10), (110, 10)), False, 10.0, False, id="line partial"),
        pytest.param(line((10, 50), (60, 50)), True, 50.0, False, id="line on the edge"),
        pytest.param(line((10, 50 + 9e-7), (60, 50 + 9e-7)), True, 50.0, False, id="line on the edge nearly"),
        pytest.param(line((90, 50), (110, 50)), False, 10.0, False, id="line on the edge and beyond"),
        pytest.param(line((95, 55), (105, 45)), False, 0.0, True, id="line through a corner"),
        pytest.param(line((100, 50), (120, 70)), False, 0.0, True, id="line from a corner"),
        pytest.param(line((100, 25), (120, 25)), False, 0.0, True, id="line from the edge"),
        pytest.param(tree(50, 25), True, 1.0, False, id="tree inside"),
        pytest.param(tree(50, 50), True, 1.0, False, id="tree on the edge"),
        pytest.param(tree(50, 50 + 9e-7), True, 1.0, False, id="tree on the edge nearly"),
        pytest.param(tree(100, 50), True, 1.0, False, id="tree on the corner"),
        pytest.param(
            MultiPoint([tree(50, 50), tree(50, 25), tree(50, 51)]), False, 2.0, False, id="two trees of three"
        ),
    ],
)
def test_one_parcel_in_one_field(parcel: BaseGeometry, inside: bool, size: float, touch: bool) -> None:
    """A touch is no overlap for an area; for a line or a tree the edge is in."""
    found = only(match(shapes(parcel), shapes(FIELD)))
    assert found == (inside, pytest.approx(size, abs=1e-5), touch)


@pytest.mark.parametrize(
    "parcel", [line((10, 50.00001), (60, 50.00001)), tree(50, 50.00001), block(101, 0, 1, 1)]
)
def test_what_is_off_the_edge_is_no_pair(parcel: BaseGeometry) -> None:
    """A hundredth of a millimetre off is off: there is no buffer."""
    assert len(match(shapes(parcel), shapes(FIELD)).parcel) == 0


def test_pairs_come_by_parcel_then_polygon_and_absent_parcels_are_left_out() -> None:
    """Row numbers are those of the input."""
    pairs = match(
        shapes(None, block(0, 0, 10, 10), block(500, 0, 1, 1), FIELD), shapes(block(5, 0, 50, 50), FIELD)
    )
    assert list(zip(pairs.parcel.tolist(), pairs.polygon.tolist(), strict=True)) == [
        (1, 0),
        (1, 1),
        (3, 0),
        (3, 1),
    ]
    assert pairs.size.tolist() == pytest.approx([50, 100, 2500, 5000])
    assert pairs.piece[1] is None
    assert pairs.piece[0].equals(block(5, 0, 5, 10))


def test_nothing_to_match_gives_no_pairs() -> None:
    """Empty layers on either side are fine."""
    assert len(match(shapes(), shapes(FIELD)).parcel) == 0
    assert len(match(shapes(FIELD), shapes()).parcel) == 0


def test_other_coordinates_are_an_error() -> None:
    """Nothing is transformed silently."""
    with pytest.raises(CRSError, match="EPSG:4326"):
        match(shapes(FIELD), shapes(FIELD), crs=("EPSG:27700", "EPSG:4326"))
    assert len(match(shapes(FIELD), shapes(FIELD), crs=("EPSG:27700", "EPSG:27700")).parcel) == 1


def grouped(
    parcels: np.ndarray, polygons: np.ndarray, groups: list[int]
) -> list[tuple[int, int, float, float, bool]]:
    found = overlaps(match(parcels, polygons), np.array(groups, dtype=np.int64), parcels=parcels)
    return [
        (int(p), int(g), round(float(size), 6), round(float(share), 6), bool(inside))
        for p, g, size, share, inside in zip(
            found.parcel, found.group, found.size, found.share, found.inside, strict=True
        )
    ]


def test_land_is_counted_once_where_polygons_of_one_measure_overlap() -> None:
    """Two locations of measure 0 cover 60 m of 100 m together, not 80 m; measure 1 is counted by itself."""
    layer = shapes(block(0, 0, 40, 50), block(20, 0, 40, 50), block(50, 0, 50, 50))
    assert grouped(shapes(FIELD), layer, [0, 0, 1]) == [(0, 0, 3000, 0.6, False), (0, 1, 2500, 0.5, False)]


def test_a_line_is_counted_once_too() -> None:
    """The same for metres."""
    hedge = line((0, 25), (100, 25))
    layer = shapes(block(0, 0, 40, 50), block(20, 0, 40, 50))
    assert grouped(shapes(hedge), layer, [0, 0]) == [
        (0, 0, pytest.approx(60, abs=1e-5), pytest.approx(0.6), False)
    ]


def test_inside_one_location_of_a_measure_is_all_of_it() -> None:
    """A second location that overlaps in part adds nothing."""
    parcel = block(10, 10, 10, 10)
    assert grouped(shapes(parcel), shapes(block(15, 0, 50, 50), FIELD), [3, 3]) == [(0, 3, 100, 1, True)]


def test_a_touch_has_size_nothing() -> None:
    """It is still told, as a touch."""
    assert grouped(shapes(block(100, 0, 10, 10)), shapes(FIELD), [0]) == [(0, 0, 0, 0, False)]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    parcels=st.lists(polygons(), min_size=1, max_size=4), layer=st.lists(polygons(), min_size=1, max_size=4)
)
def test_it_agrees_with_a_plain_overlay(parcels: list[BaseGeometry], layer: list[BaseGeometry]) -> None:
    """Pair by pair the overlap is that of shapely's intersection, without index or predicates."""
    pairs = match(shapes(*parcels), shapes(*layer))
    found = {
        (int(p), int(q)): float(s) for p, q, s in zip(pairs.parcel, pairs.polygon, pairs.size, strict=True)
    }
    for p, parcel in enumerate(parcels):
        for q, polygon in enumerate(layer):
            expected = shapely.intersection(parcel, polygon).area
            assert found.get((p, q), 0.0) == pytest.approx(expected, abs=1e-5)
            assert ((p, q) in found) == parcel.intersects(polygon)


def test_slanting_lines_count_once_where_polygons_of_a_measure_overlap() -> None:
    """Two cuts of one line differ in their last digits; the stretch they share is counted once."""
    rng, origin = np.random.default_rng(7), np.array([430000, 350000])
    for _ in range(200):
        lines = np.array([shapely.LineString(np.round(rng.uniform(0, 60, (4, 2)), 1) + origin)], dtype=object)
        corners = np.round(rng.uniform(0, 40, (2, 2)), 1) + origin
        polygons = shapely.box(*corners.T, *(corners + 20.3).T)
        found = overlaps(match(lines, polygons), np.zeros(2, dtype=np.int64), parcels=lines)
        expected = shapely.length(shapely.intersection(lines[0], shapely.union_all(polygons)))
        assert found.size.sum() == pytest.approx(expected, abs=1e-4)


def test_two_threads_may_match_with_the_same_polygons() -> None:
    """What a caller gives is never prepared in place: GEOS would crash where another thread asks it."""
    mapped = shapely.buffer(shapely.points(np.arange(0, 4_000, 40), 0), 60, quad_segs=64)
    west, south = np.indices((40, 4)).reshape(2, -1) * 100.0 - 45
    parcels = shapely.box(west, south, west + 90, south + 90)
    alone = match(parcels, mapped)
    assert len(alone.parcel)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: match(parcels, mapped), range(8)))
    assert all(np.array_equal(one.size, alone.size) for one in found)
    assert not shapely.is_prepared(mapped).any()
