"""The table `matches` tells of which LNRS each measure is, and no verdict of a map that has no say."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import main
from tests.test_several_strategies import AS_AT, EAST, MEADOW, WEST, WOOD, created, mapped, strategy

# In the east, so near the border that the western map is looked at too
BEYOND = shapely.box(430_300, 360_420, 430_400, 360_580)
SHOWN = ["measure", "lnrs_id", "relation", "verdict"]


@pytest.fixture
def strategies(tmp_path: Path) -> list[Path]:
    """Return two strategies whose measures bear one id; the western one reaches far over the border."""
    west = mapped(
        ("M1", shapely.box(429_000, 360_200, 432_000, 360_600)),
        ("M2", shapely.box(430_290, 360_200, 432_000, 360_600)),
        text="western ",
    )
    east = mapped(("M1", shapely.box(429_000, 360_400, 432_000, 361_200)), text="eastern ")
    rows = {"M1": ("Grassland - *", "yes"), "M2": ("Grassland - *", "yes")}
    return [
        strategy(tmp_path / "west", "7", WEST, west, rows),
        strategy(tmp_path / "east", "9", EAST, east, {"M1": (WOOD, "yes")}),
    ]


def shown(result: lnrs_geo.Result) -> list[list[str]]:
    return sorted(result.matches[SHOWN].to_numpy().tolist())


def test_a_map_says_nothing_beyond_its_own_land(strategies: list[Path]) -> None:
    """Where a parcel lies in one LNRS alone, the verdict of the other's measure over it is empty, and why is told."""
    result = lnrs_geo.check(created(BEYOND), strategy=strategies, as_at=AS_AT)
    assert result.parts[["lnrs_id", "strat_sig", "also_in"]].to_numpy().tolist() == [["9", "Low", "M1"]]
    assert shown(result) == [
        ["eastern M1", "9", "inside", "open"],
        ["western M1", "7", "inside", ""],
        ["western M2", "7", "inside", ""],
    ]
    silent = result.matches[result.matches["lnrs_id"] == "7"]
    assert set(silent["verdict_reason"]) == {
        "the map of LNRS 7 has no say on the land where the parcel meets this measure"
    }
    assert set(silent["verdict_source"]) | set(silent["verdict_status"]) == {""}


def test_of_a_parcel_on_both_sides_each_map_judges_its_own_measures(strategies: list[Path]) -> None:
    """A measure of the west that meets the parcel in the east alone is judged by nobody."""
    # the border crosses y = 360,500 at x = 430,225
    result = lnrs_geo.check(
        created(shapely.box(430_100, 360_450, 430_600, 360_550)), strategy=strategies, as_at=AS_AT
    )
    assert result.parts["lnrs_id"].tolist() == ["7", "9"]
    assert shown(result) == [
        ["eastern M1", "9", "inside", "open"],
        ["western M1", "7", "inside", "yes"],
        ["western M2", "7", "partial", ""],
    ]


def test_a_touch_on_the_own_land_keeps_its_verdict(strategies: list[Path]) -> None:
    """A measure that only touches decides nothing; what its crosswalk says is told where its map has a say."""
    result = lnrs_geo.check(
        created(shapely.box(429_200, 360_600, 430_600, 360_700)), strategy=strategies, as_at=AS_AT
    )
    assert ["western M1", "7", "touch", "yes"] in shown(result)


def test_one_strategy_with_an_area_says_nothing_outside_it(strategies: list[Path], tmp_path: Path) -> None:
    """Outside the area of the only strategy its measures are named without a verdict; without an area with one."""
    parcels = created(BEYOND)
    bounded = lnrs_geo.check(parcels, strategy=strategies[0], as_at=AS_AT)
    assert shown(bounded) == [["western M1", "7", "inside", ""], ["western M2", "7", "inside", ""]]
    text = strategies[0].read_text()
    (tmp_path / "west" / "open.toml").write_text(text.replace('area = "area.gpkg"\n', ""))
    anywhere = lnrs_geo.check(parcels, strategy=tmp_path / "west" / "open.toml", as_at=AS_AT)
    assert shown(anywhere) == [["western M1", "7", "inside", "yes"], ["western M2", "7", "inside", "yes"]]


@pytest.mark.parametrize("override", [False, True])
def test_no_map_judges_land_that_two_strategies_claim(
    strategies: list[Path], tmp_path: Path, override: bool
) -> None:
    """Neither verdict stands there, an override is refused, and both measures are told."""
    everywhere = gpd.GeoDataFrame({"lnrs_id": ["7", "9"]}, geometry=[WEST.union(EAST)] * 2, crs=27700)
    row = {"parcel_ref": "P0", "decision": "consistent", "justification": "Seen", "role": "ecologist"}
    given = [{"site_ref": "", **row, "date": "2026-01-01"}] if override else None
    parcels = created(BEYOND)
    parcels["parcel_ref"] = "P0"
    result = lnrs_geo.check(parcels, strategy=strategies, area=everywhere, overrides=given, as_at=AS_AT)
    part = result.parts.iloc[0]
    assert (part["lnrs_id"], part["status"], part["strat_sig"]) == ("7;9", "provisional", "Low")
    assert (part["measure_id"], part["also_in"], part["would_be_high"]) == ("", "M1;M2", "")
    assert part["rule_id"].endswith("own/areas-overlap")
    assert set(result.matches["verdict"]) == {""}
    assert set(result.matches["verdict_reason"]) == {
        "the areas of LNRS 7 and 9 overlap where the parcel meets this measure, so which of them applies is not "
        "known"
    }
    assert ("override-refused" in set(result.issues["code"])) is override


def test_a_baseline_and_a_retained_habitat_are_not_asked(strategies: list[Path]) -> None:
    """Where nobody asks for a verdict there is nothing to explain either."""
    parcels = created(BEYOND).assign(retention="Retained", baseline_habitat=MEADOW)
    found = lnrs_geo.check(parcels, strategy=strategies, as_at=AS_AT).matches
    assert len(found) == 3
    assert set(found["verdict"]) | set(found["verdict_reason"]) == {""}


@pytest.mark.parametrize("file_format", ["gpkg", "parquet"])
def test_every_file_holds_the_lnrs_as_its_last_column(
    strategies: list[Path], tmp_path: Path, file_format: str
) -> None:
    """What is read back says of which LNRS each measure is; other columns stand where they stood."""
    pytest.importorskip("pyarrow", reason="GeoParquet needs the extra `parquet`")
    parcels = created(BEYOND)
    lnrs_geo.check(parcels, strategy=strategies, as_at=AS_AT).write(tmp_path / "out", file_format=file_format)
    if file_format == "parquet":
        tables = [pd.read_parquet(tmp_path / "out" / "matches.parquet")]
    else:
        with closing(sqlite3.connect(tmp_path / "out" / "results.gpkg")) as database:
            tables = [pd.read_sql("SELECT * FROM matches", database)]
        document = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
        tables.append(pd.DataFrame(document["matches"]))
    for table in tables:
        assert list(table.columns)[-2:] == ["verdict_source", "lnrs_id"]
        assert sorted(table["lnrs_id"]) == ["7", "7", "9"]


def test_explain_says_why_there_is_no_verdict(strategies: list[Path], tmp_path: Path) -> None:
    """Whoever asks about a parcel reads whose measures lie over it and which of them bear on it."""
    parcels = created(BEYOND)
    lnrs_geo.check(parcels, strategy=strategies, as_at=AS_AT).write(tmp_path / "out")
    words = ["explain", "P0", "--in", str(tmp_path / "out")]
    told = " ".join(CliRunner().invoke(main, words).stdout.split())
    assert "The map of LNRS 7 has no say on the land where the parcel meets this measure." in told
    assert "To create Grassland - Lowland meadows: open" in told
    assert "LNRS 7: M1: inside," in told
    assert "LNRS 9: M1: inside," in told
