"""The benchmark works: its data are sound and its ways agree. How fast they are is not tested."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

import lnrs_geo
from tests.benchmarks import data, methods

SCALE = 0.003
OTHERS = (methods.overlay, methods.rtree_loop, methods.program)


@pytest.fixture(scope="module")
def small() -> tuple[data.Land, gpd.GeoDataFrame]:
    of = data.land(scale=SCALE)
    return of, data.measures(of, scale=SCALE)


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
    parcels = np.asarray(data.parcels(of, 200).geometry.array)
    assert shapely.is_valid(parcels).all()
    assert shapely.union_all(parcels).area == pytest.approx(shapely.area(parcels).sum(), abs=0.01)
    drawn = set(shapely.to_wkb(shapely.normalize(np.asarray(mapped.geometry.array))))
    assert drawn & set(shapely.to_wkb(shapely.normalize(parcels)))


@pytest.mark.parametrize("method", OTHERS, ids=lambda one: one.__name__)
def test_ways_agree(small, method):
    """Every way finds the shares of the plain best way, within 1e-9."""
    of, mapped = small
    parcels = np.asarray(data.parcels(of, 200).geometry.array, dtype=object)
    polygons = np.asarray(mapped.geometry.array, dtype=object)
    groups = mapped["pm_id"].str[1:].astype(np.int64).to_numpy() - 1
    expected = methods.plain_best(parcels, polygons, groups)
    assert 0 < (expected > 0).sum() < expected.size
    assert ((expected > 0) & (expected < 1)).any()
    np.testing.assert_allclose(method(parcels, polygons, groups), expected, rtol=0, atol=1e-9)


def test_pack_can_be_checked(small, tmp_path):
    """The program decides the benchmark's parcels, High and Low, with none in error."""
    of, mapped = small
    data.write_pack(tmp_path, of, mapped)
    result = lnrs_geo.check(
        data.parcels(of, 60),
        measures=tmp_path / "measures.gpkg",
        strategy=tmp_path / "strategy.toml",
        authorities=tmp_path / "authorities.gpkg",
    )
    assert {"High", "Low"} <= set(result.parts["strat_sig"])
    assert not result.has_errors
