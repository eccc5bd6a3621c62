"""The engine against the plain way and against an overlay that knows neither."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("numba", reason="the engine needs the extra `fast`")

from lnrs_geo.cache import Cache
from lnrs_geo.spatial import engine
from lnrs_geo.spatial.match import match, overlaps
from lnrs_geo.spatial.tolerance import near_pairs

# Around the corner where four 10 km squares meet; cells are 200 m wide.
EAST, NORTH = 430_000.0, 370_000.0
REACH_M = 2.0


def arrays(shapes: list[shapely.Geometry]) -> np.ndarray:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def star(
    random: np.random.Generator, x: float, y: float, radius: float, n: int, *, digits: int = 1
) -> shapely.Geometry:
    angles = np.sort(random.uniform(0, 2 * np.pi, n))
    radii = radius * random.uniform(0.2, 1.0, n)
    ring = np.round(np.column_stack([x + radii * np.cos(angles), y + radii * np.sin(angles)]), digits)
    return shapely.make_valid(shapely.polygons(ring))


def parts_of(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the polygonal part of a shape, if it has any land."""
    lands = [one for one in shapely.get_parts(shape) if shapely.get_dimensions(one) == 2 and one.area > 0]
    return [lands[0] if len(lands) == 1 else shapely.union_all(arrays(lands))] if lands else []


def world(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Make parcels, mapped polygons and their groups: everything that was ever a trap."""
    random = np.random.default_rng(seed)
    spread = float(random.choice([60.0, 300.0, 2_000.0]))

    def place() -> tuple[float, float]:
        x, y = random.uniform(-spread, spread, 2)
        if random.random() < 0.3:  # on the line between squares, or between cells
            x = round(x / 200) * 200
        if random.random() < 0.3:
            y = round(y / 200) * 200
        return EAST + x, NORTH + y

    def one() -> shapely.Geometry:
        x, y = place()
        kind = random.integers(0, 8)
        size = float(random.choice([3.0, 40.0, 200.0, 900.0]))
        if kind == 0:
            return shapely.box(x, y, x + size, y + size * 0.6)
        if kind == 1:  # a needle
            return shapely.box(x, y, x + size, y + 10 ** random.uniform(-6, -1))
        if kind == 2:  # with a hole, and something in the hole
            hole = shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2)
            return shapely.difference(shapely.box(x, y, x + size, y + size), hole)
        if kind == 3:  # of parts
            return shapely.union_all(
                [shapely.box(x, y, x + size, y + 5), shapely.box(x, y + 9, x + size, y + 12)]
            )
        if kind == 4:  # corners between the digits of a grid
            return star(random, x, y, size, int(random.integers(3, 60)), digits=9)
        if kind == 5:  # a hole as small as a needle
            outer = shapely.box(x, y, x + size, y + size)
            return shapely.difference(
                outer, shapely.box(x + 1, y + 1, x + 2, y + 1 + 10 ** random.uniform(-9, -2))
            )
        return star(random, x, y, size, int(random.integers(3, 60)))

    mapped = [part for _ in range(random.integers(1, 9)) for part in parts_of(one())]
    drawn = [part for _ in range(random.integers(1, 6)) for part in parts_of(one())]
    for shape in list(mapped):
        roll = random.random()
        if roll < 0.25:  # drawn twice, once as a parcel: all edges coincide
            drawn.append(shape)
        elif roll < 0.4:  # half of it: shares some edges
            x, y = shapely.get_coordinates(shapely.centroid(shape))[0]
            drawn += parts_of(shapely.intersection(shape, shapely.box(x, y - 5e3, x + 5e3, y + 5e3)))
        elif roll < 0.5:  # its outside: shares edges without sharing land
            drawn += parts_of(shapely.difference(shapely.envelope(shape), shape))
        elif roll < 0.6:  # beside it by less than anyone can draw
            drawn.append(shapely.transform(shape, lambda xy: xy + 10 ** random.uniform(-9, -5)))
        elif roll < 0.7:
            mapped.append(shape)
    groups = random.integers(0, 3, len(mapped))
    return arrays(drawn), arrays(mapped), np.asarray(groups, np.int64)


def assert_alike(
    parcels: np.ndarray,
    polygons: np.ndarray,
    groups: np.ndarray,
    *,
    keep: bool = False,
    cache: Cache | None = None,
) -> None:
    valid = shapely.is_valid(parcels)
    parcels = parcels[valid]
    sound = shapely.is_valid(polygons)
    polygons, groups = polygons[sound], groups[sound]
    if not len(parcels) or not len(polygons):
        return
    labels = [f"measure {n}" for n in range(3)]
    layer = engine.Layer(polygons, groups, labels, cache=cache, name="layer" if cache else "")
    pairs, found, near = engine.match(parcels, layer, reach_m=REACH_M, keep=keep)
    plain = match(parcels, polygons)
    for name in ("parcel", "polygon", "inside", "touch"):
        np.testing.assert_array_equal(getattr(pairs, name), getattr(plain, name), err_msg=name)
    sums = overlaps(plain, groups, parcels=parcels)
    for name in ("parcel", "group", "inside"):
        np.testing.assert_array_equal(getattr(found, name), getattr(sums, name), err_msg=name)
    np.testing.assert_allclose(found.share, sums.share, rtol=0, atol=1e-9)
    whole = shapely.area(parcels)[pairs.parcel]
    assert (np.abs(pairs.size - plain.size) <= np.maximum(1e-9 * whole, 1e-8)).all()
    left, right = near_pairs(parcels, polygons, tolerance_m=REACH_M)
    assert {*zip(*near, strict=True)} == {*zip(left, right, strict=True)}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_random_layers_as_the_plain_way_has_them(seed: int) -> None:
    assert_alike(*world(seed))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_kept_squares_answer_as_fresh_ones(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    cache = Cache(tmp_path_factory.mktemp("cache"))
    for _ in range(2):
        assert_alike(*world(seed), keep=True, cache=cache)


@pytest.mark.parametrize("seed", [1570, 5391])
def test_worlds_in_which_a_sum_once_differed_from_the_overlay(seed: int) -> None:
    assert_alike(*world(seed))


FIELD = shapely.box(EAST + 10, NORTH + 10, EAST + 110, NORTH + 110)


def moved(shape: shapely.Geometry, east: float) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + np.array([east, 0.0]))


@pytest.mark.parametrize("gap", [0.0, 1e-9, 5e-7, 2e-6, 1.9999999, 2.0, 2.0000001, 2.000002])
def test_a_polygon_beside_a_parcel(gap: float) -> None:
    assert_alike(arrays([FIELD]), arrays([moved(FIELD, 100 + gap)]), np.array([0]))


@pytest.mark.parametrize("overlap", [1e-10, 1e-9, 9e-9, 2e-8, 1e-6, 1e-3])
def test_a_polygon_that_hardly_overlaps_a_parcel(overlap: float) -> None:
    assert_alike(arrays([FIELD]), arrays([moved(FIELD, 100 - overlap)]), np.array([0]))


@pytest.mark.parametrize("width", [1e-7, 1e-6, 1e-4, 0.01])
def test_a_hole_or_an_island_of_next_to_nothing(width: float) -> None:
    speck = shapely.box(EAST + 50, NORTH + 50, EAST + 50 + width, NORTH + 50 + width)
    around = shapely.box(EAST - 100, NORTH - 100, EAST + 300, NORTH + 300)
    far = shapely.box(EAST + 500, NORTH, EAST + 600, NORTH + 50)
    assert_alike(arrays([FIELD]), arrays([shapely.difference(around, speck)]), np.array([0]))
    assert_alike(arrays([FIELD]), arrays([shapely.union_all([speck, far])]), np.array([0]))


@pytest.mark.parametrize("out", [0.0, 1e-10, 1e-9, -1e-9])
def test_a_parcel_that_leaves_by_less_than_a_hair(out: float) -> None:
    """The two share a corner, and from there one edge runs beside the other's."""
    x, y, _, _ = FIELD.bounds
    parcel = shapely.Polygon([(x, y), (x + 50, y - out), (x + 50, y + 40), (x, y + 40)])
    assert_alike(arrays([parcel]), arrays([FIELD]), np.array([0]))


def test_corners_drawn_twice() -> None:
    ring = [*shapely.get_coordinates(FIELD)]
    twice = shapely.Polygon([point for point in ring for _ in range(2)])
    half = shapely.box(EAST + 10, NORTH + 10, EAST + 60, NORTH + 110)
    assert_alike(arrays([half, twice, FIELD]), arrays([FIELD, twice, half]), np.array([0, 1, 2]))


def test_lines_points_and_missing_parcels_beside_areas() -> None:
    line = shapely.LineString([(EAST, NORTH), (EAST + 60, NORTH + 60)])
    mixed = [
        FIELD,
        line,
        shapely.Point(EAST + 50, NORTH + 50),
        None,
        shapely.box(EAST + 20, NORTH + 20, EAST + 20.5, NORTH + 20.5),
    ]
    parcels, polygons, groups = arrays(mixed), arrays([FIELD, moved(FIELD, 30)]), np.array([0, 0])
    layer = engine.Layer(polygons, groups, ["measure"])
    pairs, found, near = engine.match(parcels, layer, reach_m=REACH_M, keep=False)
    plain = match(parcels, polygons)
    sums = overlaps(plain, groups, parcels=parcels)
    for name in ("parcel", "polygon", "inside", "size"):
        np.testing.assert_allclose(getattr(pairs, name), getattr(plain, name), rtol=1e-12, err_msg=name)
    for name in ("parcel", "group", "share"):
        np.testing.assert_allclose(getattr(found, name), getattr(sums, name), rtol=1e-12, err_msg=name)
    assert {*zip(*near, strict=True)} == {
        *zip(*near_pairs(parcels, polygons, tolerance_m=REACH_M), strict=True)
    }


@pytest.mark.parametrize(("printed", "unit"), [(0.125, 1.0), (0.0000125, 10_000.0)])
def test_figures_next_to_a_half_are_those_of_the_overlay(printed: float, unit: float) -> None:
    """0.125 m2, or a share of 0.0000125: the next digit hangs on the last bit of an area."""
    sliver = printed * unit / 100
    polygon = shapely.box(EAST + 110 - sliver, NORTH - 7.3, EAST + 400, NORTH + 501.1)
    parcels, polygons, groups = arrays([FIELD]), arrays([polygon]), np.array([0])
    _, found, _ = engine.match(parcels, engine.Layer(polygons, groups, ["m"]), reach_m=-1, keep=False)
    exact = overlaps(match(parcels, polygons), groups, parcels=parcels)
    assert found.size.tolist() == exact.size.tolist()
    assert found.share.tolist() == exact.share.tolist()
