"""Rows of another LNRS in a layer are foreign whichever parcels are looked at: one alone, several, kept or not."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import main

STRATEGY = """lnrs_id = "7"
name = "Made-up"
authority = "Made-up Council"
status = "sample"
published = "2025-01-15"
published_source = "made up"
[crosswalk]
file = "crosswalk.csv"
"""
CROSSWALK = """lnrs_id,measure_id,module,habitat,intervention,verdict,status,source
7,M7,area,Grassland - Other neutral grassland,either,yes,published,made up
7,M1,area,Grassland - Other neutral grassland,either,yes,published,made up
"""


def square(x: float) -> shapely.Polygon:
    return shapely.box(430_000 + x, 360_000, 430_100 + x, 360_100)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a layer with a row of LNRS 14 here, and the strategy's own far away."""
    monkeypatch.setenv("LNRS_GEO_CACHE", str(tmp_path / "cache"))
    (tmp_path / "strategy.toml").write_text(STRATEGY)
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK)
    rows = {"lnrs_id": ["14", "7"], "pm_id": ["M7", "M1"], "pm_desc": ["seven", "one"]}
    gpd.GeoDataFrame(rows, geometry=[square(0), square(5_000)], crs=27700).to_file(tmp_path / "measures.gpkg")
    return tmp_path


def answers(folder: Path, *places: float) -> dict[str, tuple[str, str]]:
    parcels = gpd.GeoDataFrame(
        {
            "parcel_ref": [f"P{x:.0f}" for x in places],
            "retention": "Created",
            "proposed_habitat": "Grassland - Other neutral grassland",
        },
        geometry=[square(x).buffer(-20) for x in places],
        crs=27700,
    )
    area = gpd.GeoDataFrame({"lnrs_id": ["7"]}, geometry=[square(0).buffer(20_000)], crs=27700)
    found = lnrs_geo.check(
        parcels, measures=str(folder / "measures.gpkg"), strategy=str(folder / "strategy.toml"), area=area
    ).parts
    post = found[found["stage"] == "post"]
    return {
        ref: (sig, status)
        for ref, sig, status in zip(post["parcel_ref"], post["strat_sig"], post["status"], strict=True)
    }


@pytest.mark.parametrize("kept", [False, True])
def test_a_foreign_row_decides_nothing_whoever_else_is_looked_at(folder: Path, kept: bool) -> None:
    if kept:
        words = ["index", str(folder / "measures.gpkg"), "--strategy", str(folder / "strategy.toml")]
        assert CliRunner().invoke(main, words).exit_code == 0
    alone = answers(folder, 0)
    together = answers(folder, 0, 5_000)
    assert alone["P0"] == together["P0"] == ("Low", "provisional")
    assert together["P5000"] == ("High", "decided")
