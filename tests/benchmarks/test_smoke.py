"""The benchmark's data are sound and its ways agree. How fast they are is not tested."""

import subprocess
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

import lnrs_geo
from tests.benchmarks import data, duck, engine_way, england, in_memory, methods, packs, postgis, program

SCALE = 0.003
SMALL = {"scale": SCALE, "sizes": [60]}


@pytest.fixture(scope="module")
def small() -> tuple[data.Land, gpd.GeoDataFrame]:
    of = data.land(scale=SCALE)
    return of, data.measures(of, scale=SCALE)


@pytest.fixture(scope="module")
def work(small) -> tuple[data.Geometries, data.Geometries, np.ndarray, np.ndarray]:
    """Parcels, polygons, the measure of each, and the shares that the plain best way finds."""
    of, mapped = small
    given = data.shapes_of(data.parcels(of, 200)), data.shapes_of(mapped), data.groups_of(mapped)
    expected = methods.plain_best(*given)
    assert 0 < (expected > 0).sum() < expected.size
    assert ((expected > 0) & (expected < 1)).any()
    return *given, expected


def agree(shares: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(shares, expected, rtol=0, atol=in_memory.AGREEMENT)


# Data


def test_measures_are_valid_and_twenty(small):
    """Twenty measures are mapped, all polygons are valid, and some of one measure overlap each other."""
    _, mapped = small
    assert mapped["pm_id"].nunique() == 20
    assert mapped.is_valid.all()
    united = mapped.dissolve("pm_id").area
    assert (mapped.area.groupby(mapped["pm_id"]).sum() > united + 1.0).sum() > 3


def test_data_come_from_the_seed(small):
    """The same seed maps the same land, another seed another."""
    of, mapped = small
    again = data.measures(data.land(scale=SCALE), scale=SCALE)
    assert again.geometry.to_wkb().tolist() == mapped.geometry.to_wkb().tolist()
    other = data.measures(of, scale=SCALE, seed=1)
    assert other.geometry.to_wkb().tolist() != mapped.geometry.to_wkb().tolist()


def test_parcels_share_edges_and_do_not_overlap(small):
    """Parcels are valid, do not overlap, and some are drawn exactly as a mapped polygon."""
    of, mapped = small
    parcels = data.shapes_of(data.parcels(of, 200))
    assert shapely.is_valid(parcels).all()
    assert shapely.union_all(parcels).area == pytest.approx(shapely.area(parcels).sum(), abs=0.01)
    drawn = set(shapely.to_wkb(shapely.normalize(data.shapes_of(mapped))))
    assert drawn & set(shapely.to_wkb(shapely.normalize(parcels)))


def test_a_layer_of_an_authority_is_mostly_cells():
    """Most polygons have 8 vertices, as cells of a raster do; a few have a great many; all are valid."""
    of = data.land(scale=0.01)
    mapped = data.shapes_of(data.measures(of, scale=0.01, kind=data.AUTHORITY))
    corners = shapely.get_num_coordinates(mapped)
    assert np.median(corners) == 9  # the first corner is there twice
    assert corners.max() > 500
    assert shapely.is_valid(mapped).all()
    assert (shapely.get_num_interior_rings(shapely.get_parts(mapped)) > 0).any()


def test_layers_grow_as_they_are_told():
    """Twice the polygons, or twice the vertices in each, are about that."""
    of = data.land(scale=0.02)
    kinds = [data.COUNTY.growing(polygons=times, vertices=more) for times, more in ((1, 1), (2, 1), (1, 3))]
    usual, more, finer = (data.shapes_of(data.measures(of, scale=0.02, kind=kind)) for kind in kinds)
    assert 1.7 < len(more) / len(usual) < 2.3
    assert len(finer) == pytest.approx(len(usual), rel=0.1)
    patches = [np.median(shapely.get_num_coordinates(one)[-150:]) for one in (usual, finer)]
    assert patches[1] >= patches[0]
    assert shapely.get_num_coordinates(finer).sum() > 1.3 * shapely.get_num_coordinates(usual).sum()


def test_pieces_are_small_and_cover_the_same_land(work):
    """No piece has more vertices than asked for, and those of a polygon add up to it."""
    _, polygons, _, _ = work
    pieces, source = methods.subdivided(polygons, most=64, narrowest_m=1.0)
    assert shapely.get_num_coordinates(polygons).max() > 64
    assert shapely.get_num_coordinates(pieces).max() <= 64
    np.testing.assert_allclose(np.bincount(source, shapely.area(pieces)), shapely.area(polygons), rtol=1e-9)


# Ways


@pytest.mark.parametrize("name", ["overlay", "rtree_loop", "program_plain"])
def test_ways_agree(work, name):
    """Every way finds the shares of the plain best way, within 1e-9."""
    *given, expected = work
    agree(getattr(methods, name)(*given), expected)


def test_the_engine_agrees(work, tmp_path):
    """So does the engine, before anything is kept, with what it kept, in chunks, and in two threads."""
    if why := engine_way.missing():
        pytest.skip(why)
    *given, expected = work
    agree(engine_way.first(*given, folder=tmp_path), expected)
    agree(engine_way.shares(*given, folder=tmp_path, keep=True), expected)
    assert program.size_mb(tmp_path) > 0
    agree(engine_way.shares(*given, folder=tmp_path), expected)
    parcels, polygons, groups = given
    copies = [polygons, shapely.from_wkb(shapely.to_wkb(polygons))]
    agree(engine_way.in_threads(parcels, copies, groups, folder=tmp_path), expected)


def test_duckdb_agrees(work, tmp_path):
    """So does DuckDB on pieces."""
    if why := duck.missing():
        pytest.skip(f"DuckDB: {why}")
    parcels, polygons, groups, expected = work
    pieces, source = methods.subdivided(polygons, most=64)
    base = duck.Duck(tmp_path, parcels, pieces, source, groups)
    try:
        for threads in (1, 2):
            agree(base.shares(threads), expected)
    finally:
        base.close()


def test_postgis_agrees(work):
    """So does PostGIS on pieces, and nothing is left of the server."""
    if why := postgis.missing():
        pytest.skip(f"PostGIS: {why}")
    *given, expected = work
    folder = Path(postgis.new_folder())
    try:
        server = postgis.PostGIS(*given, folder=folder, clock=time.perf_counter)
        process = (folder / "land" / "postmaster.pid").read_text().split()[0]
        for threads in (1, 2):
            agree(server.shares(threads), expected)
    finally:
        postgis.stop(folder)
    assert not folder.exists()
    asked = subprocess.run(["ps", "-o", "stat=", "-p", process], check=False, capture_output=True, text=True)
    assert asked.stdout.strip()[:1] in ("", "Z")  # a dead process may wait to be buried


# Packs


def test_pack_can_be_checked(small, tmp_path):
    """The program decides the benchmark's parcels, High and Low, with none in error."""
    of, mapped = small
    packs.write_pack(tmp_path, of, mapped)
    result = lnrs_geo.check(
        data.parcels(of, 60),
        measures=tmp_path / "measures.gpkg",
        strategy=tmp_path / "strategy.toml",
        authorities=tmp_path / "authorities.gpkg",
    )
    assert {"High", "Low"} <= set(result.parts["strat_sig"])
    assert not result.has_errors


def test_england_is_one_layer_in_many_places(tmp_path):
    """Every area has the same polygons in its own place, and its share of parcels on it."""
    said = england.write(str(tmp_path), layers=3, scale=SCALE, parcels=100)
    layers = [gpd.read_file(one) for one in sorted(tmp_path.glob("measures_*.gpkg"))]
    assert {len(one) for one in layers} == {said["polygons"]}
    first, *others = (data.shapes_of(one) for one in layers)
    for other in others:
        np.testing.assert_allclose(shapely.area(other), shapely.area(first), rtol=1e-6)
        assert (shapely.bounds(other) != shapely.bounds(first)).any(axis=1).all()
    parcels = gpd.read_parquet(tmp_path / "parcels.parquet")
    assert len(parcels) == 100
    assert parcels["parcel_ref"].is_unique
    areas = [gpd.read_file(one).geometry[0] for one in sorted(tmp_path.glob("area_E*.gpkg"))]
    middles = shapely.centroid(data.shapes_of(parcels))
    inside = [int(shapely.contains(area, middles).sum()) for area in areas]
    assert sum(inside) == 100
    assert min(inside) >= 33
