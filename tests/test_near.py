"""Only the map near the parcels is examined, and nothing that bears on an answer is lost by it."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import lnrs_geo
from lnrs_geo.gather import Gatherer

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
AS_AT = date(2026, 11, 20)


def checked(parcels: gpd.GeoDataFrame, measures: object) -> pd.DataFrame:
    result = lnrs_geo.check(
        parcels, measures=measures, strategy=SAMPLE / "strategy.toml", authorities=SAMPLE / "authorities.gpkg",
        as_at=AS_AT,
    )  # fmt: skip
    return result.parts.drop(columns=["geometry", "trace"]).rename_axis(None)


@pytest.fixture(scope="module")
def corner() -> gpd.GeoDataFrame:
    """Give two created meadows in a corner of the sample, far from most of its measures."""
    shapes = [shapely.box(434000, 359500, 434300, 359700), shapely.box(434300, 359700, 434400, 359900)]
    words = {
        "parcel_ref": ["A", "B"],
        "retention": "Created",
        "proposed_habitat": "Grassland - Lowland meadows",
    }
    return gpd.GeoDataFrame(words, geometry=shapes, crs=27700)


def test_examining_near_gives_the_answers_of_examining_all(
    corner: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measures far from the parcels are left unexamined, which changes no part."""
    near = checked(corner, SAMPLE / "measures.gpkg")
    monkeypatch.setattr(Gatherer, "look_near", lambda *_: None)
    pd.testing.assert_frame_equal(near, checked(corner, SAMPLE / "measures.gpkg"))


def test_a_far_row_of_a_location_that_reaches_in_still_counts(corner: gpd.GeoDataFrame) -> None:
    """A location is as sound as its worst row: one that is broken far away makes it uncertain here."""
    here, far = shapely.box(433000, 359000, 435000, 361000), shapely.box(460000, 390000, 460010, 390010)
    bow = shapely.Polygon([(460000, 390000), (460100, 390100), (460100, 390000), (460000, 390100)])
    words = {"pm_loc_id": ["L1", "L1"], "pm_id": ["SMP-G1", "SMP-G1"], "pm_desc": ["meadows", "meadows"]}
    answers = {
        name: set(checked(corner, gpd.GeoDataFrame(words, geometry=[here, other], crs=27700))["ss_reason"])
        for name, other in (("sound", far), ("broken", bow))
    }
    assert answers == {"sound": {"consistent"}, "broken": {"repaired-geometry"}}


@pytest.mark.parametrize("shape", [None, shapely.Polygon()], ids=["null", "empty"])
def test_a_measure_without_place_is_not_overlooked(
    corner: gpd.GeoDataFrame, shape: shapely.Geometry | None, tmp_path: Path
) -> None:
    """No index holds a measure without geometry, but it makes the map incomplete all the same."""
    far = shapely.box(460000, 390000, 460010, 390010)
    measures = gpd.GeoDataFrame(
        {"pm_loc_id": ["L1", "L2"], "pm_id": ["M1", "M2"], "pm_desc": ["far", "nowhere"]},
        geometry=gpd.GeoSeries([far, shape]),
        crs=27700,
    )
    measures.to_file(tmp_path / "map.gpkg", layer="measures")
    parts = checked(corner, tmp_path / "map.gpkg")
    assert set(parts.loc[parts["stage"] == "post", "ss_reason"]) == {"measures-incomplete"}
