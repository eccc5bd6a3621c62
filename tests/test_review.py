"""What a reader of the rules found wrong once, so that it stays right."""

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import lnrs_geo
from lnrs_geo.result import Result

AS_AT = date(2026, 11, 20)
MEADOW = "Grassland - Lowland meadows"
STRATEGY = """
lnrs_id = "14"
name = "made up"
authority = "nobody"
status = "published"
published = "2025-01-01"
"""


def box(*corners: float) -> shapely.Geometry:
    x, y = 430000, 360000
    west, south, east, north = corners
    return shapely.box(x + west, y + south, x + east, y + north)


def frame(geometry: list[shapely.Geometry], **columns: Any) -> gpd.GeoDataFrame:
    words = {
        name: value if isinstance(value, list) else [value] * len(geometry) for name, value in columns.items()
    }
    return gpd.GeoDataFrame(words, geometry=geometry, crs=27700)


def meadow(*shapes: shapely.Geometry, **columns: Any) -> gpd.GeoDataFrame:
    words = {"retention": "Created", "proposed_habitat": MEADOW} | columns
    return frame(list(shapes), parcel_ref=[f"P{n}" for n in range(len(shapes))], **words)


def row(**words: str) -> dict[str, str]:
    usual = {
        "measure_id": "M1",
        "module": "area",
        "habitat": MEADOW,
        "intervention": "either",
        "verdict": "yes",
    }
    return usual | {"status": "published"} | words


@pytest.fixture
def answer(tmp_path: Path) -> Any:
    """Run the program on parcels and one measure, 100 m square, and whatever else a test gives."""
    (tmp_path / "strategy.toml").write_text(STRATEGY)

    def run(parcels: gpd.GeoDataFrame, **options: Any) -> Result:
        usual = {
            "measures": frame([box(0, 0, 100, 100)], location_id="L1", measure_id="M1", measure="Hay"),
            "crosswalk": [row()],
            "area": frame([box(-5000, -5000, 5000, 5000)], lnrs_id=["14"]),
        }
        return lnrs_geo.check(parcels, strategy=tmp_path / "strategy.toml", as_at=AS_AT, **(usual | options))

    return run


def post(result: Result) -> pd.DataFrame:
    return result.parts[result.parts["stage"] == "post"]


@pytest.mark.parametrize("said", ["", "N/A", "To be created"])
def test_either_is_tried_whatever_a_blank_is_written_with(answer: Any, said: str) -> None:
    """A blank category never becomes creation by itself."""
    parcels = meadow(box(10, 10, 20, 20), retention=said)
    result = answer(parcels, crosswalk=[row(intervention="create")], intervention="either")
    assert post(result)[["status", "ss_reason", "retention"]].values.tolist() == [
        ["provisional", "unknown-intervention", ""]
    ]


def test_a_measure_of_another_lnrs_takes_no_verdict_from_this_one(answer: Any) -> None:
    """In a layer of two strategies the crosswalk of one says nothing about the other's measures."""
    measures = frame(
        [box(0, 0, 100, 100), box(200, 0, 300, 100)],
        lnrs_id=["14", "15"], location_id=["L1", "L2"], measure_id="M1", measure="Hay",
    )  # fmt: skip
    found = post(answer(meadow(box(10, 10, 20, 20), box(210, 10, 220, 20)), measures=measures))
    assert found[["strat_sig", "status"]].values.tolist() == [["High", "decided"], ["Low", "provisional"]]


def test_two_refusals_stay_a_refusal_where_the_intervention_is_not_known(answer: Any) -> None:
    """Creation refused and enhancement not listed is Low either way."""
    rows = [row(intervention="create", verdict="no"), row(habitat="", verdict="", complete="yes")]
    found = post(answer(meadow(box(10, 10, 20, 20), retention=""), crosswalk=rows, intervention="either"))
    assert found[["status", "ss_reason"]].values.tolist() == [["decided", "inconsistent"]]


@pytest.mark.parametrize("kind", ["LPA", "National Park Authority", ""])
def test_a_park_is_known_by_its_name_whatever_its_kind_says(answer: Any, kind: str) -> None:
    """A park takes precedence by kind, code or name; a remark about a neighbour makes no park."""
    authorities = frame(
        [box(-500, -500, 500, 500), box(-500, -500, 500, 500)],
        authority=["Aardvark", "Upland National Park"], kind=["", kind], note=["near a National Park", ""],
    )  # fmt: skip
    found = post(answer(meadow(box(10, 10, 20, 20)), authorities=authorities))
    assert found["authority"].tolist() == ["Upland National Park"]


@pytest.mark.parametrize(("away", "expected"), [(1.5, True), (1.9, True), (2.5, False)])
def test_a_tree_near_an_edge_is_borderline(answer: Any, away: float, expected: bool) -> None:
    """However little land lies within the tolerance of a tree, the edge may be on its other side."""
    tree = shapely.Point(430100 + away, 360050)
    parcels = meadow(tree, module="tree", proposed_habitat="Individual trees - Rural tree", count=1)
    rows = [row(module="tree", habitat="Individual trees - Rural tree")]
    found = post(answer(parcels, crosswalk=rows))
    assert found[["strat_sig", "borderline"]].values.tolist() == [["Low", expected]]


def test_a_row_in_error_has_no_size(answer: Any) -> None:
    """A polygon in a hedgerow row is no length, and meets no measure by metres."""
    parcels = meadow(box(10, 10, 60, 60), module="hedgerow", proposed_habitat="Native hedgerow")
    result = answer(parcels)
    assert post(result)["status"].tolist() == ["error"]
    assert post(result)["size"].isna().all()
    assert result.parcels["size"].isna().all()
    assert result.matches.empty


def test_ids_go_by_number_where_areas_overlap(answer: Any) -> None:
    """Of two strategies that claim the land the lower id is 14, not 102."""
    area = frame([box(-500, -500, 500, 500)] * 2, lnrs_id=["102", "14"])
    assert post(answer(meadow(box(10, 10, 20, 20)), area=area))["lnrs_id"].tolist() == ["14;102"]


def test_one_match_for_a_measure_whatever_its_locations_say(answer: Any) -> None:
    """Two locations of one measure with different priorities are one row, with both."""
    measures = frame(
        [box(0, 0, 50, 100), box(50, 0, 100, 100)],
        location_id=["L1", "L2"], measure_id="M1", measure="Hay", priority=["A", "B"],
    )  # fmt: skip
    matches = answer(meadow(box(10, 10, 90, 90)), measures=measures).matches
    assert matches[["priority", "share", "location_ids"]].values.tolist() == [["A; B", 1.0, "L1;L2"]]


def test_the_apib_limit_is_the_parcels(answer: Any) -> None:
    """0.8 m2 in an APIB count, though a measure's edge cuts them into 0.4 and 0.4."""
    apib = frame([box(99.6, 50, 100.4, 51)], apib_id=["A"])
    found = post(answer(meadow(box(90, 40, 110, 60)), apib=apib))
    assert found["review"].tolist() == [True, True]


def test_an_override_elsewhere_is_refused(answer: Any) -> None:
    """Outside the strategy area an override settles nothing, and says so."""
    words = {"justification": "agreed", "role": "ecologist", "date": "2026-01-01", "decision": "consistent"}
    result = answer(
        meadow(box(10, 10, 20, 20)),
        area=frame([box(3000, 3000, 4000, 4000)], lnrs_id=["14"]),
        overrides=[{"site_ref": "", "parcel_ref": "P0", **words}],
    )
    assert "override-refused" in set(result.issues["code"])
    assert post(result)["ss_reason"].tolist() == ["outside-area"]


def test_a_high_baseline_is_told_what_would_excuse_it(answer: Any) -> None:
    """Nobody gave dates, so the check says when a High baseline would stand."""
    parcels = meadow(box(10, 10, 20, 20), baseline_habitat=MEADOW, baseline_ss="High")
    result = answer(parcels)
    told = result.issues.set_index("code").loc["baseline-not-low", "message"]
    assert "unless the relevant date was before" in told
    assert set(result.parts.loc[result.parts["stage"] == "baseline", "check"]) == {"baseline-not-low"}


def test_a_layer_that_claims_only_baselines_owes_no_other_claim(answer: Any) -> None:
    """A column of baseline significance does not make the proposed one missing."""
    parcels = meadow(box(10, 10, 20, 20), baseline_habitat=MEADOW, baseline_ss="Low")
    assert post(answer(parcels))["check"].tolist() == [""]


def test_a_draft_does_not_claim_to_be_published(answer: Any, tmp_path: Path) -> None:
    """The first line of every output says which rows were applied."""
    (tmp_path / "strategy.toml").write_text(STRATEGY.replace('"published"\n', '"draft"\n', 1))
    run = answer(meadow(box(10, 10, 20, 20))).run
    assert "Table 8 would apply" in run["assumption"]
    assert "P2" not in run["assumption"]


def test_baseline_lost_in_an_apib_is_listed_for_the_newer_template(answer: Any, tmp_path: Path) -> None:
    """The newer template has no Lost: what its other table neither retains nor enhances is lost."""
    path = tmp_path / "site.gpkg"
    shapes = [box(10, 10, 20, 20), box(30, 10, 40, 20)]
    words = {"Habitat Ref": ["AH-1", "AH-2"], "Baseline Broad Habitat Type": "Grassland"}
    words |= {"Baseline Habitat Type": "Lowland meadows", "Baseline Strategic Significance": "Low"}
    frame(shapes, **words).to_file(path, layer="Area Habitats Baseline")
    words |= {"Retention Category": ["Retained", "Created"], "Proposed Broad Habitat Type": "Urban"}
    words |= {"Proposed Habitat Type": "Developed land; sealed surface"}
    frame(shapes, **words).to_file(path, layer="Area Habitats Post-Intervention")
    issues = answer(path, apib=frame([box(0, 0, 100, 100)], apib_id=["A"])).issues
    assert issues.loc[issues["code"] == "lost-in-apib", "feature"].tolist() == ["AH-2"]


@pytest.mark.parametrize("given", ["parcels", "measures"])
def test_parcels_or_measures_are_no_outline_of_a_strategy(answer: Any, given: str) -> None:
    """Land outside a file of parcels is not land outside every measure."""
    parcels = meadow(box(10, 10, 20, 20))
    measures = frame([box(0, 0, 100, 100)], location_id="L1", measure_id="M1", measure="Hay")
    with pytest.raises(lnrs_geo.SchemaError, match="not like outlines"):
        answer(parcels, area=parcels if given == "parcels" else measures)


def test_an_override_is_dated_so_that_nobody_mistakes_the_day(answer: Any) -> None:
    """01/03/2025 is the first of March, or the third of January."""
    words = {"justification": "agreed", "role": "ecologist", "date": "01/03/2025", "decision": "consistent"}
    with pytest.raises(lnrs_geo.LnrsGeoError, match="write it as YYYY-MM-DD"):
        answer(meadow(box(10, 10, 20, 20)), overrides=[{"site_ref": "", "parcel_ref": "P0", **words}])


def test_a_high_part_relies_on_its_own_strategys_land_alone(answer: Any) -> None:
    """Of two measures that tie, one whose land is partly another strategy's does not win by that land."""
    measures = frame(
        [box(0, 0, 100, 100), box(0, 0, 50, 100), box(50, 0, 100, 100)],
        lnrs_id=["14", "14", "15"], location_id=["L1", "L2", "L3"], measure_id=["M2", "M1", "M1"], measure="Hay",
    )  # fmt: skip
    rows = [row(), row(measure_id="M2")]
    found = post(answer(meadow(box(10, 10, 90, 90)), measures=measures, crosswalk=rows))
    assert found[["strat_sig", "measure_id"]].values.tolist() == [["High", "M2"]]
