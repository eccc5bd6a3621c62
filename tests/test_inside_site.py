"""What `site` tells of one strategy: its measures on its own land, and rows that hold for any habitat."""

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import main
from lnrs_geo.inside_site import DONE
from lnrs_geo.multiplier.crosswalk import INTERVENTIONS
from tests.test_several_strategies import AS_AT, HEAD, WEST, mapped, strategy

# 1,000 m by 200 m on both sides of the border, which crosses it from x = 430,090 to x = 430,180
OUTLINE = shapely.box(429_500, 360_200, 430_500, 360_400)
MEASURE = shapely.box(429_600, 360_200, 430_400, 360_400)
WHOLE_HA = 20.0


@pytest.fixture
def west(tmp_path: Path) -> Path:
    """Return a strategy whose measure reaches over its border."""
    return strategy(tmp_path / "west", "7", WEST, mapped(("M1", MEASURE)), {"M1": ("Grassland - *", "yes")})


@pytest.fixture
def unbounded(west: Path) -> Path:
    """Return the same strategy without an area."""
    path = west.with_name("unbounded.toml")
    path.write_text(west.read_text().replace('area = "area.gpkg"\n', ""))
    return path


def boundary(shape: shapely.Geometry = OUTLINE) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["site"]}, geometry=[shape], crs=27700)


def hectares(shape: shapely.Geometry) -> object:
    return pytest.approx(shape.area / 1e4, abs=1e-6)


@pytest.mark.parametrize("given", [True, False])
def test_a_measure_ends_with_its_strategy_area(west: Path, unbounded: Path, given: bool) -> None:
    """With an area, the user's or the strategy's own, hectares end at the border, and the rest is told."""
    area = boundary(WEST) if given else None
    found = lnrs_geo.site(boundary(), strategy=unbounded if given else west, area=area, as_at=AS_AT)
    own = MEASURE.intersection(WEST)
    (row,) = found.measures.to_dict("records")
    assert (row["overlap_ha"], row["share"]) == (hectares(own), pytest.approx(own.area / OUTLINE.area))
    assert "lnrs_id" not in found.measures.columns
    assert found.facts["outside_ha"] == hectares(OUTLINE - WEST)
    assert found.facts["unmapped_ha"] == hectares(OUTLINE - own)
    told = f"{found.facts['outside_ha']:.4f} ha lie outside the area of every strategy loaded"
    assert any(told in line for line in found.lines())


def test_without_an_area_measures_count_everywhere(unbounded: Path) -> None:
    """Where nobody says how far the strategy reaches, nothing is cut and nothing is told of it."""
    found = lnrs_geo.site(boundary(), strategy=unbounded, as_at=AS_AT)
    assert found.measures["overlap_ha"].tolist() == [hectares(MEASURE)]
    assert found.facts["outside_ha"] is None
    assert not any("outside" in line for line in found.lines())


def test_a_site_within_the_area_is_told_as_without(west: Path, unbounded: Path) -> None:
    """The area changes nothing of a site that lies in it, and no line speaks of land outside."""
    inside = boundary(shapely.box(429_500, 360_200, 430_000, 360_400))
    bounded, free = (lnrs_geo.site(inside, strategy=one, as_at=AS_AT) for one in (west, unbounded))
    assert bounded.measures.to_dict("records") == free.measures.to_dict("records")
    assert bounded.facts["outside_ha"] == 0.0
    assert not any("outside" in line for line in bounded.lines())


def test_a_sliver_beyond_the_area_is_not_worth_telling(west: Path) -> None:
    """Two outlines of one border never agree to the last millimetre: less than 1 m2 is no land outside."""
    for reach_m, told in ((0.004, 0.0), (0.02, pytest.approx(0.0002, abs=1e-6))):
        edge = boundary(shapely.box(428_000 - reach_m, 360_200, 429_000, 360_300))
        assert lnrs_geo.site(edge, strategy=west, as_at=AS_AT).facts["outside_ha"] == told


def test_a_site_beyond_the_area_has_no_measure(west: Path, tmp_path: Path) -> None:
    """All of it lies outside, whatever the map draws there."""
    beyond = boundary(shapely.box(430_300, 360_200, 430_400, 360_300))
    beyond.to_file(tmp_path / "beyond.gpkg")
    words = ["site", str(tmp_path / "beyond.gpkg"), "--strategy", str(west), "--as-at", "2026-11-20"]
    document = json.loads(CliRunner().invoke(main, [*words, "--json"]).stdout)
    assert (document["measures"], document["site"]["outside_ha"]) == ([], 1.0)
    assert "1.0000 ha lie outside" in CliRunner().invoke(main, words).stdout


def test_land_that_two_strategies_claim_is_told_as_such(west: Path, tmp_path: Path) -> None:
    """What either of them maps there is listed, the land counts once, and whose it is stays open."""
    land = shapely.box(429_500, 360_000, 433_000, 362_000)
    other = strategy(tmp_path / "east", "9", land, mapped(("M1", land)), {"M1": ("*", "no")})
    found = lnrs_geo.site(boundary(), strategy=[west, other], as_at=AS_AT)
    shared = OUTLINE & WEST & land
    assert found.facts["lnrs"]["7;9"] == hectares(shared)
    overlaps = found.measures.set_index("lnrs_id")["overlap_ha"]
    assert overlaps["7"] == hectares(MEASURE & OUTLINE & WEST)
    assert overlaps["9"] == hectares(OUTLINE & land)
    assert found.facts["outside_ha"] == hectares(OUTLINE - WEST - land)


def test_several_strategies_tell_the_land_of_none(west: Path, tmp_path: Path) -> None:
    """Land outside all of them is told, land of any of them is not."""
    land = shapely.box(430_300, 360_000, 433_000, 362_000)  # not as far as the western border
    other = strategy(tmp_path / "east", "9", land, mapped(("M1", land)), {"M1": ("*", "no")})
    found = lnrs_geo.site(boundary(), strategy=[west, other], as_at=AS_AT)
    assert found.facts["outside_ha"] == hectares(OUTLINE - WEST - land)


@pytest.mark.parametrize(
    ("module", "intervention", "words"),
    [
        ("hedgerow", "either", "any hedgerow habitat (created or enhanced)"),
        ("area", "create", "any area habitat (created)"),
        ("tree", "enhance", "any tree habitat (enhanced)"),
    ],
)
def test_a_row_for_any_habitat_names_its_module(
    west: Path, module: str, intervention: str, words: str
) -> None:
    """`*` holds for one module, and a reader is told for which; rows that name a habitat stay as they were."""
    row = "7,M1,{},{},{},yes,,published,,a table,,,,\n"
    rows = row.format(module, "*", intervention) + row.format("watercourse", "Ditches", "either")
    (west.parent / "crosswalk.csv").write_text(HEAD + rows)
    found = lnrs_geo.site(boundary(), strategy=west, as_at=AS_AT)
    assert sorted(found.measures["consistent"][0].split("; ")) == sorted([words, "Ditches (either)"])


def test_every_intervention_of_a_crosswalk_has_words() -> None:
    """What a row may say of the intervention can be told."""
    assert set(INTERVENTIONS) == set(DONE)
