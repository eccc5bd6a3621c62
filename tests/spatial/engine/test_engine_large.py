"""The engine on big and on real land, against overlays of GEOS that share nothing with it."""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

pytest.importorskip("numba", reason="the engine needs the extra `fast`")

from lnrs_geo.spatial import engine
from lnrs_geo.spatial.match import NO_AREA_M2
from tests.spatial.engine.test_engine import EAST, NORTH, arrays, assert_alike, star

REAL = os.environ.get("LNRS_GEO_REAL_DATA")


def shares_by_overlay(
    parcels: np.ndarray, polygons: np.ndarray, groups: np.ndarray
) -> dict[tuple[int, int], float]:
    """Overlay parcels with polygons pair by pair and unite the pieces of each group.

    Less than NO_AREA_M2 of a polygon is a touch, and what a polygon covers is covered: where outlines
    run beside each other within rounding, an overlay alone loses some 1e-9 of the parcel.
    """
    left, right = shapely.STRtree(polygons).query(parcels, predicate="intersects")
    pieces = shapely.intersection(parcels[left], polygons[right])
    covered = shapely.covers(polygons[right], parcels[left])
    land: dict[tuple[int, int], list[shapely.Geometry]] = {}
    found: dict[tuple[int, int], float] = {}
    for parcel, polygon, piece, whole in zip(
        left.tolist(), right.tolist(), pieces, covered.tolist(), strict=True
    ):
        key = (parcel, int(groups[polygon]))
        if whole:
            found[key] = 1.0
        elif piece.area > NO_AREA_M2:
            land.setdefault(key, []).append(piece)
    return {key: shapely.union_all(own).area / parcels[key[0]].area for key, own in land.items()} | found


def assert_shares_of_overlay(parcels: np.ndarray, polygons: np.ndarray, groups: np.ndarray) -> int:
    labels = [f"measure {n}" for n in range(int(groups.max()) + 1)]
    _, found, _ = engine.match(parcels, engine.Layer(polygons, groups, labels), reach_m=-1, keep=False)
    told = dict(
        zip(zip(found.parcel.tolist(), found.group.tolist(), strict=True), found.share.tolist(), strict=True)
    )
    wanted = shares_by_overlay(parcels, polygons, groups)
    for key in told.keys() | wanted.keys():
        assert told.get(key, 0.0) == pytest.approx(wanted.get(key, 0.0), abs=1e-9), key
    return sum(0 < share < 1 for share in wanted.values())


def fields(random: np.random.Generator, n: int, spread: float) -> np.ndarray:
    found = []
    while len(found) < n:
        x, y = random.uniform(-spread, spread, 2)
        shape = star(random, EAST + x, NORTH + y, float(random.uniform(20, 150)), int(random.integers(4, 40)))
        found += [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon" and one.area > 1]
    return arrays(found[:n])


def test_polygons_of_a_hundred_thousand_corners() -> None:
    random = np.random.default_rng(1)
    turns = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    big = []
    for at in range(3):
        reach = 2_000 + 900 * np.sin(turns * 7 + at) + 40 * np.sin(turns * 4_001) + 3 * np.sin(turns * 20_011)
        ring = np.column_stack([EAST + 300 * at + reach * np.cos(turns), NORTH + reach * np.sin(turns)])
        big.append(shapely.polygons(ring))
    polygons = arrays([*big, shapely.difference(big[2], big[0])])
    assert shapely.is_valid(polygons).all()
    parcels = fields(random, 250, 3_500)
    assert assert_shares_of_overlay(parcels, polygons, np.array([0, 0, 1, 2])) > 50


def test_parcels_on_the_lines_between_squares() -> None:
    random = np.random.default_rng(2)
    polygons = fields(random, 120, 300)
    lines = [shapely.box(EAST - 40, NORTH + y, EAST + 40, NORTH + y + 30) for y in range(-200, 200, 10)]
    whole = [
        shapely.box(EAST - 250, NORTH - 250, EAST, NORTH),
        shapely.box(EAST - 10_000, NORTH, EAST, NORTH + 10_000),
    ]
    parcels, groups = arrays([*lines, *whole]), np.arange(120) % 4
    assert assert_shares_of_overlay(parcels, polygons, groups) > 50
    assert_alike(parcels, polygons, groups % 3)


@pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real polygons at hand")
def test_the_real_habitats_of_the_peak_district() -> None:
    """Half of the real parcels as measures over the other half; they overlap, touch and contain each other."""
    (path,) = (Path(REAL or "") / "derbyshire" / "habitat_parcels_pdnpa").glob("*.shp")
    frame = gpd.read_file(path)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    sound = shapely.is_valid(shapes) & (shapely.get_dimensions(shapes) == 2) & ~shapely.is_empty(shapes)
    frame, shapes = frame[sound], shapely.force_2d(shapes[sound])
    classes = np.unique(frame["Class_low"].astype(str), return_inverse=True)[1] % 3
    odd = np.arange(len(shapes)) % 2 == 1
    polygons = np.concatenate([shapes[odd], shapely.buffer(shapes[~odd][:300], 3.0)])
    groups = np.concatenate([classes[odd], classes[~odd][:300]])
    assert_alike(shapes[~odd], polygons, groups)
    assert assert_shares_of_overlay(shapes[~odd], polygons, groups) > 500
