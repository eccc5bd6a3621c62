"""Layers of every known layout become the same frames, and what was odd in them is told."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from lnrs_geo.errors import SchemaError
from lnrs_geo.model import Issue
from lnrs_geo.spatial.normalise import PARCEL_COLUMNS, measures, parcels, zones
from lnrs_geo.spatial.read import read_layers
from tests.spatial.look import layer, square, table

REAL = Path(os.environ.get("LNRS_GEO_REAL_DATA", "no-real-data"))
needs_real_data = pytest.mark.skipif(not REAL.is_dir(), reason="LNRS_GEO_REAL_DATA is not set")

BOW_TIE = "POLYGON ((0 0, 30 30, 30 0, 0 10, 0 0))"


def codes(issues: list[Issue]) -> Counter[str]:
    """Count issues by code."""
    return Counter(issue.code for issue in issues)


def habitats(**changes: list[Any]) -> dict[str, list[Any]]:
    """Return one row of the older template's habitats, with changes."""
    row = {
        "Parcel Ref": ["H1"], "Baseline Broad Habitat Type": ["Grassland"],
        "Baseline Habitat Type": ["Modified grassland"], "Area": [676], "Baseline Condition": ["Poor"],
        "Baseline Distinctiveness": ["Low"],
        "Baseline Strategic Significance": ["Formally identified in local strategy"],
        "Retention Category": ["Lost"], "Proposed Broad Habitat Type": ["Urban"],
        "Proposed Habitat Type": ["Vegetated garden"], "Proposed Condition": ["Poor"],
        "Proposed Distinctiveness": ["Low"], "Proposed Strategic Significance": [None],
        "Location": ["On-site"], "Site Name": ["Field"],
    }  # fmt: skip
    return {**row, **{name.replace("_", " "): values for name, values in changes.items()}}


def trees(**changes: list[Any]) -> dict[str, list[Any]]:
    """Return one row of the older template's trees, with changes."""
    row = {
        "Tree Ref": ["T1"], "Baseline Tree Size": ["Medium"], "Baseline Condition": ["Good"],
        "Baseline Strategic Significance": ["Low"], "Baseline Tree Type": ["Street tree"],
        "Retention Category": ["Retained"], "Proposed Tree Size": [None], "Proposed Condition": [None],
        "Proposed Strategic Significance": [None], "Proposed Tree Type": [None], "Count": [1],
        "Baseline Rural or Urban Tree": ["Rural"], "Proposed Rural or Urban Tree": [None],
    }  # fmt: skip
    return {**row, **{name.replace("_", " "): values for name, values in changes.items()}}


def only_row(read: Any) -> pd.Series:
    """Return the single parcel of a frame."""
    assert len(read.frame) == 1
    return read.frame.iloc[0]


def test_older_habitats_become_a_parcel() -> None:
    """Each field stands where the contract wants it, broad and type joined."""
    read = parcels([layer("Habitats", habitats(), [square(0, 0)])])
    row = only_row(read)
    assert tuple(read.frame.columns) == PARCEL_COLUMNS
    assert read.frame.crs.to_epsg() == 27700
    assert (row["source"], row["layer"], row["src_fid"], row["parcel_ref"]) == (
        "site.gpkg",
        "Habitats",
        "1",
        "H1",
    )
    assert (row["template"], row["table_stage"], row["module"], bool(row["vertical"])) == (
        "older",
        "",
        "area",
        False,
    )
    assert (row["retention"], row["baseline_habitat"]) == ("Lost", "Grassland - Modified grassland")
    assert row["proposed_habitat"] == "Urban - Vegetated garden"
    assert (row["baseline_ss"], row["proposed_ss"]) == ("Formally identified in local strategy", "")
    assert (row["size"], row["location"], row["site_ref"], row["geom_state"]) == (676.0, "On-site", "", "ok")
    assert np.isnan(row["count"])
    assert np.isnan(row["units"])
    assert read.issues == []


@pytest.mark.parametrize("nothing", [None, "Null", "<Null>", "", "  ", "\u00a0", float("nan"), "NULL"])
def test_every_way_of_writing_nothing_is_nothing(nothing: Any) -> None:
    """Null in words, a blank and a non-breaking space all come out empty."""
    columns = habitats(
        Retention_Category=[nothing], Proposed_Broad_Habitat_Type=[nothing], Proposed_Habitat_Type=[nothing]
    )
    row = only_row(parcels([layer("Habitats", columns, [square(0, 0)])]))
    assert (row["retention"], row["proposed_habitat"]) == ("", "")


@pytest.mark.parametrize(
    ("broad", "kind", "expected"),
    [
        ("Grassland", "Modified\u00a0 grassland ", "Grassland - Modified grassland"),
        ("N/A", "N/A", "N/A"),
        (None, "To be created", "To be created"),
        ("Grassland", None, "Grassland"),
        (None, "Modified grassland", "Modified grassland"),
        ("Grassland", "Grassland - Modified grassland", "Grassland - Modified grassland"),
    ],
)
def test_broad_and_type_are_joined(broad: Any, kind: Any, expected: str) -> None:
    """Broad and type make the metric's name, and N/A and To be created stay as they are."""
    columns = habitats(Baseline_Broad_Habitat_Type=[broad], Baseline_Habitat_Type=[kind])
    assert only_row(parcels([layer("Habitats", columns, [square(0, 0)])]))["baseline_habitat"] == expected


def test_ordinal_of_a_retention_is_stripped() -> None:
    """`2. Retained` is Retained."""
    columns = habitats(Retention_Category=["2. Retained"])
    assert only_row(parcels([layer("Habitats", columns, [square(0, 0)])]))["retention"] == "Retained"


def test_numeric_reference_has_no_decimals() -> None:
    """A reference that a spreadsheet made a float is the whole number again."""
    columns = habitats(Parcel_Ref=[14.0])
    assert only_row(parcels([layer("Habitats", columns, [square(0, 0)])]))["parcel_ref"] == "14"


def test_blank_reference_is_made_from_the_row() -> None:
    """A row without a reference gets one, and an issue."""
    read = parcels([layer("Habitats", habitats(Parcel_Ref=[None]), [square(0, 0)])])
    assert only_row(read)["parcel_ref"] == "row-1"
    assert codes(read.issues) == {"reference-missing": 1}


def test_layer_without_references_is_told_once() -> None:
    """Where the whole column is absent one issue counts the rows."""
    shapes = [square(0, 0), square(20, 0)]
    read = parcels([layer("plots", {"proposed_habitat": ["a", "b"]}, shapes)])
    assert list(read.frame["parcel_ref"]) == ["row-1", "row-2"]
    (issue,) = [issue for issue in read.issues if issue.code == "reference-missing"]
    assert issue.value == "2"


def test_duplicate_references_are_told_row_by_row_and_kept() -> None:
    """Both rows of a repeated reference get an issue and stay; another layer may use it again."""
    two = {name: values * 2 for name, values in habitats().items()}
    hedge = {"Parcel Ref": ["H1"], "Baseline Hedge Type": ["Native hedgerow"]}
    read = parcels([
        layer("Habitats", two, [square(0, 0), square(20, 0)]),
        layer("Hedgerows", hedge, ["LINESTRING (0 0, 9 9)"]),
    ])  # fmt: skip
    assert len(read.frame) == 3
    told = [issue for issue in read.issues if issue.code == "duplicate-reference"]
    assert [(issue.feature, issue.layer) for issue in told] == [("1", "Habitats"), ("2", "Habitats")]


def test_missing_column_is_told_once_each() -> None:
    """Each column that the template has and the layer lacks is one issue; the rest is read."""
    columns = habitats()
    del columns["Baseline Condition"], columns["Proposed Strategic Significance"]
    read = parcels([layer("Habitats", columns, [square(0, 0)])])
    missing = [issue.field for issue in read.issues if issue.code == "column-missing"]
    assert missing == ["Baseline Condition", "Proposed Strategic Significance"]
    assert only_row(read)["proposed_ss"] == ""


def test_long_text_is_kept_and_told() -> None:
    """A text of 1,000 characters is an issue, one of 999 and the parent's outline are not."""
    columns = habitats() | {
        "Comment": ["x" * 1000],
        "Survey Details": ["x" * 999],
        "parent_geom": ["P" * 5000],
    }
    read = parcels([layer("Habitats", columns, [square(0, 0)])])
    assert [issue.field for issue in read.issues] == ["Comment"]
    assert read.inputs.loc[0, "in_Comment"] == "x" * 1000


def test_unreadable_number_is_left_out_and_told() -> None:
    """A size in words becomes NaN with an issue; a thousands comma is read."""
    read = parcels([layer("Habitats", habitats(Area=["much"]), [square(0, 0)])])
    assert np.isnan(only_row(read)["size"])
    assert codes(read.issues) == {"number-unreadable": 1}
    assert only_row(parcels([layer("Habitats", habitats(Area=["1,676"]), [square(0, 0)])]))["size"] == 1676.0


@pytest.mark.parametrize(
    ("changes", "baseline", "proposed", "told"),
    [
        ({}, "Individual trees - Rural tree", "", 0),
        ({"Baseline_Rural_or_Urban_Tree": [None]}, "Individual trees - Urban tree", "", 1),
        ({"Baseline_Rural_or_Urban_Tree": [None], "Baseline_Tree_Type": ["Rural tree"]},
         "Individual trees - Rural tree", "", 0),
        ({"Baseline_Tree_Size": ["N/A"], "Baseline_Tree_Type": ["N/A"],
          "Baseline_Rural_or_Urban_Tree": [None], "Retention_Category": ["Created"],
          "Proposed_Tree_Size": ["Small"],
          "Proposed_Rural_or_Urban_Tree": ["Urban"]}, "N/A", "Individual trees - Urban tree", 0),
        ({"Baseline_Tree_Size": [None], "Baseline_Tree_Type": [None], "Baseline_Rural_or_Urban_Tree": [None],
          "Retention_Category": ["Created"]}, "N/A", "", 0),
        ({"Baseline_Tree_Size": [None], "Baseline_Tree_Type": [None], "Baseline_Rural_or_Urban_Tree": [None]},
         "Individual trees - Urban tree", "", 1),
        ({"Proposed_Tree_Size": ["Large"]},
         "Individual trees - Rural tree", "Individual trees - Urban tree", 1),
        ({"Proposed_Tree_Size": ["Null"], "Proposed_Rural_or_Urban_Tree": ["Null"]},
         "Individual trees - Rural tree", "", 0),
    ],
)  # fmt: skip
def test_habitat_of_a_tree(changes: dict[str, list[Any]], baseline: str, proposed: str, told: int) -> None:
    """A tree is urban or rural by its column, urban with an issue where that is blank, N/A where none is."""
    read = parcels([layer("Urban Trees", trees(**changes), ["POINT (1 1)"])])
    row = only_row(read)
    assert (row["baseline_habitat"], row["proposed_habitat"]) == (baseline, proposed)
    assert codes(read.issues)["tree-type-assumed"] == told


@pytest.mark.parametrize(
    ("count", "expected", "told"), [(3, 3.0, 0), (None, 1.0, 1), (0, 1.0, 1), (-2, 1.0, 1)]
)
def test_count_of_trees(count: Any, expected: float, told: int) -> None:
    """A point stands for its count, for one tree with an issue where that is missing."""
    read = parcels([layer("Urban Trees", trees(Count=[count]), ["POINT (1 1)"])])
    assert (only_row(read)["count"], codes(read.issues)["tree-count-assumed"]) == (expected, told)


def test_newer_template_says_its_stage() -> None:
    """The table of the newer template gives module, stage and vertical."""
    columns = {"Habitat Ref": ["AH-012-1"], "Parent Ref": ["AH-012"], "Baseline Broad Habitat Type": [None],
               "Baseline Habitat Type": ["To be created"], "Retention Category": ["Created"],
               "Proposed Broad Habitat Type": ["Urban"], "Proposed Habitat Type": ["Facade-bound green wall"],
               "Proposed Strategic Significance": ["High"]}  # fmt: skip
    row = only_row(parcels([layer("Vertical Area Habitats Post-Intervention", columns, [square(0, 0)])]))
    assert (row["template"], row["table_stage"], row["module"], bool(row["vertical"])) == (
        "newer",
        "post",
        "area",
        True,
    )
    assert (row["parcel_ref"], row["baseline_habitat"], row["proposed_ss"]) == (
        "AH-012-1",
        "To be created",
        "High",
    )


def test_red_line_is_returned_apart() -> None:
    """The red line is in its own frame, and a red line without geometry adds no row."""
    read = parcels([
        layer("Red Line Boundary", {"Area": [1.0]}, [square(0, 0)]),
        layer("Habitats", habitats(), [square(0, 0)]),
    ])  # fmt: skip
    assert (len(read.frame), list(read.red_line["layer"])) == (1, ["Red Line Boundary"])
    read = parcels(
        [table("Red Line Boundary", {"Area": [1.0]}), layer("Habitats", habitats(), [square(0, 0)])]
    )
    assert list(read.red_line["geom_state"]) == ["missing"]


def test_unknown_layer_beside_a_template_is_ignored_aloud() -> None:
    """A basemap in a template file is left out with an info issue."""
    read = parcels([
        layer("Habitats", habitats(), [square(0, 0)]), layer("Topography", {"Height": [1.0]}, [square(0, 0)])
    ])  # fmt: skip
    assert len(read.frame) == 1
    assert [(issue.code, issue.layer) for issue in read.issues] == [("layer-ignored", "Topography")]


def test_unknown_layer_beside_own_columns_is_ignored_aloud() -> None:
    """The same holds in a file whose parcels bear the contract's own field names."""
    own = layer("plots", {"parcel_ref": ["1"], "proposed_habitat": ["x"]}, [square(0, 0)])
    read = parcels([own, layer("Topography", {"Height": [1.0]}, [square(0, 0)])])
    assert (len(read.frame), codes(read.issues)["layer-ignored"]) == (1, 1)


def test_file_without_known_columns_is_refused() -> None:
    """Bare polygons are refused, naming site and --map, unless an intervention is given."""
    bare = layer("fields", {"OWNER": ["x"]}, [square(0, 0)], source="fields.gpkg")
    with pytest.raises(SchemaError) as caught:
        parcels([bare])
    assert "OWNER" in str(caught.value)
    assert "lnrs-geo site" in caught.value.fix
    assert "--map" in caught.value.fix
    read = parcels([bare], bare_ok=True)
    assert (only_row(read)["template"], only_row(read)["module"]) == ("plain", "")
    # A second file is the user's own wish and is not passed over because the first was understood
    with pytest.raises(SchemaError, match="OWNER"):
        parcels([layer("Habitats", habitats(), [square(0, 0)]), bare])


def test_red_line_alone_holds_no_parcels() -> None:
    """A file with nothing but a red line is refused."""
    with pytest.raises(SchemaError):
        parcels([layer("Red Line Boundary", {"Area": [1.0]}, [square(0, 0)])], bare_ok=True)


def test_inputs_lose_nothing() -> None:
    """The input's own columns come back prefixed, value by value, None where a layer has none."""
    when = pd.Timestamp("2026-05-01")
    read = parcels([
        layer("Habitats", habitats() | {"Survey Date": [when]}, [square(0, 0)]),
        layer("Urban Trees", trees(Count=[2]), ["POINT (1 1)"]),
    ])  # fmt: skip
    assert list(read.inputs.index) == list(read.frame.index) == [0, 1]
    assert read.inputs.loc[0, "in_Survey Date"] == "2026-05-01T00:00:00"
    assert read.inputs.loc[0, "in_Area"] == 676
    assert read.inputs.loc[0, "in_Proposed Strategic Significance"] is None
    assert read.inputs.loc[0, "in_Tree Ref"] is None
    assert read.inputs.loc[1, "in_Count"] == 2


def test_geometry_states_reach_the_frame() -> None:
    """Missing, unreadable and changed geometry keeps its row and says so."""
    four = {name: values * 4 for name, values in habitats(Parcel_Ref=["H"]).items()}
    four["Parcel Ref"] = ["A", "B", "C", "D"]
    read = parcels([
        layer("Habitats", four, [square(0, 0), None, None, BOW_TIE], unreadable=frozenset({"3"}))
    ])  # fmt: skip
    assert list(read.frame["geom_state"]) == ["ok", "missing", "unreadable", "changed"]
    # The reader told of the third already
    assert [(issue.code, issue.feature) for issue in read.issues] == [
        ("geometry-missing", "B"), ("geometry-changed", "D"),
    ]  # fmt: skip


def test_module_column_is_read_without_case() -> None:
    """A `module` column of the user's is taken in lower case."""
    read = parcels([layer("x", {"parcel_ref": ["1"], "Module": ["Hedgerow"]}, ["LINESTRING (0 0, 1 1)"])])
    assert only_row(read)["module"] == "hedgerow"


def test_empty_layer_gives_an_empty_frame() -> None:
    """A template layer without rows is no error."""
    read = parcels([layer("Habitats", {name: [] for name in habitats()}, [])])
    assert (len(read.frame), tuple(read.frame.columns), read.issues) == (0, PARCEL_COLUMNS, [])


# -- measures --

LNRS = {
    "lnrs_id": [14],
    "pm_loc_id": [7.0],
    "pm_id": ["M1"],
    "pm_desc": ["Plant trees"],
    "priority_1": ["P1"],
}


def rows_of(**changes: list[Any]) -> dict[str, list[Any]]:
    """Return rows of an LNRS export, as many as the longest change."""
    size = max((len(values) for values in changes.values()), default=1)
    return {name: changes.get(name, values * size) for name, values in LNRS.items()} | changes


def test_agreed_field_names_need_no_alias() -> None:
    """The names that authorities share are read, ids as text."""
    frame, issues = measures([layer("Measures", rows_of(), [square(0, 0)])], lnrs_id="14.0")
    row = frame.iloc[0]
    assert (row["location_id"], row["measure_id"], row["measure"], row["priority"]) == (
        "7",
        "M1",
        "Plant trees",
        "P1",
    )
    assert (row["lnrs_id"], row["eligible"], row["geom_state"], row["widest"]) == ("14", "", "ok", None)
    assert issues == []


def test_coded_layer_without_locations_is_read() -> None:
    """A layer of codes takes equal outlines as one location and every other row as its own."""
    columns = {"Mea_Code": ["a", "b", "a"], "Measure": ["A", "B", "A"], "Pri_Code": ["1", "1", "2"]}
    frame, issues = measures([layer("Hex", columns, [square(0, 0), square(0, 0), square(50, 0)])])
    assert list(frame["location_id"]) == ["Hex:1", "Hex:1", "Hex:3"]
    assert issues == []


def test_repeated_row_of_one_geometry_is_merged() -> None:
    """A row for every priority becomes one row with all priorities, and one issue counts them."""
    columns = rows_of(priority_1=["P1", "P2", "P1"])
    frame, issues = measures([layer("Measures", columns, [square(0, 0)] * 3)])
    assert (len(frame), frame.iloc[0]["priority"]) == (1, "P1; P2")
    assert frame.geometry.area.iloc[0] == 100.0
    (issue,) = issues
    assert (issue.code, issue.value) == ("measure-rows-merged", "2")


def test_other_geometry_of_one_key_is_united() -> None:
    """Two polygons of one measure at one location become one multipolygon."""
    columns = rows_of(pm_id=["M1", "M1"])
    frame, issues = measures([layer("Measures", columns, [square(0, 0), square(5, 0)])])
    assert (len(frame), frame.geometry.area.iloc[0]) == (1, 150.0)
    assert codes(issues) == {"measure-rows-merged": 1}


def test_other_text_of_one_key_is_told() -> None:
    """Two texts of one measure at one location are an issue; the first is kept."""
    columns = rows_of(pm_desc=["Plant trees", "Fell trees"])
    frame, issues = measures([layer("Measures", columns, [square(0, 0)] * 2)])
    assert list(frame["measure"]) == ["Plant trees"]
    assert codes(issues) == {"measure-rows-merged": 1, "measure-text-differs": 1}


@pytest.mark.parametrize(
    ("said", "expected"),
    [("yes", "yes"), (True, "yes"), (1, "yes"), (1.0, "yes"), ("Core (BNG)", "yes"), ("Supplementary", "no"),
     ("no", "no"), (False, "no"), (0, "no"), (None, ""), ("F", "no")],
)  # fmt: skip
def test_eligible_is_read_in_many_words(said: Any, expected: str) -> None:
    """Yes and no come in many words."""
    frame, issues = measures([layer("Measures", rows_of(eligible=[said]), [square(0, 0)])])
    assert (frame.iloc[0]["eligible"], issues) == (expected, [])


def test_unreadable_eligible_is_told() -> None:
    """What is neither yes nor no is left open, with an issue."""
    frame, issues = measures([layer("Measures", rows_of(eligible=["perhaps"]), [square(0, 0)])])
    assert (frame.iloc[0]["eligible"], codes(issues)) == ("unclear", {"eligible-unreadable": 1})


def test_contradicting_eligibility_is_no_and_told() -> None:
    """One row that says not eligible beats the others of that measure there."""
    frame, issues = measures([layer("Measures", rows_of(eligible=["yes", "no"]), [square(0, 0)] * 2)])
    assert (frame.iloc[0]["eligible"], codes(issues)["eligible-differs"]) == ("no", 1)


def test_measures_of_another_lnrs_are_told_once() -> None:
    """However many rows, one issue counts those of another strategy."""
    columns = rows_of(lnrs_id=["14.0", "9", "9"], pm_loc_id=[1, 2, 3])
    frame, issues = measures([layer("Measures", columns, [square(0, 0)] * 3)], lnrs_id="14")
    assert len(frame) == 3
    (issue,) = issues
    assert (issue.code, issue.value) == ("lnrs-id-mismatch", "9")
    assert issue.message.startswith("2 rows")


def test_rows_without_usable_geometry_are_dropped_aloud() -> None:
    """A measure without land, as a line, or without a name goes out with an issue each."""
    columns = rows_of(pm_id=["M1", "M2", None, "M4"], pm_desc=["a", "b", None, "d"], pm_loc_id=[1, 2, 3, 4])
    shapes = [None, "LINESTRING (0 0, 9 9)", square(0, 0), square(0, 0)]
    frame, issues = measures([layer("Measures", columns, shapes)])
    assert list(frame["measure_id"]) == ["M4"]
    assert codes(issues) == {"measure-left-out": 2, "measure-not-polygon": 1}


def test_text_serves_where_the_code_is_blank() -> None:
    """Without a code the measure's text is its id, with an issue."""
    frame, issues = measures([layer("Measures", rows_of(pm_id=[None]), [square(0, 0)])])
    assert (frame.iloc[0]["measure_id"], codes(issues)) == ("Plant trees", {"measure-id-missing": 1})


def test_changed_measure_carries_its_widest_reading() -> None:
    """A measure that can be read in two ways says how much land it could be at most."""
    frame, issues = measures([layer("Measures", rows_of(), [BOW_TIE])])
    assert (frame.iloc[0]["geom_state"], codes(issues)) == ("changed", {"geometry-changed": 1})
    assert frame.iloc[0]["widest"].area > frame.geometry.area.iloc[0]


def test_aliases_select_layers_and_columns() -> None:
    """A strategy's aliases name the layers and columns; another layer is ignored, an absent one told."""
    theme = {"CODE": ["w"], "TXT": ["Wet the wood"]}
    aliases = {"layers": ["woodland", "Wetland"], "measure_id": "CODE", "measure": ["TEXT", "TXT"]}
    frame, issues = measures(
        [layer("Woodland", theme, [square(0, 0)]), layer("Core", rows_of(), [square(0, 0)])], aliases=aliases
    )
    assert list(frame["measure"]) == ["Wet the wood"]
    assert codes(issues) == {"layer-ignored": 1, "measures-incomplete": 1}


def test_unknown_layout_of_measures_lists_the_fields() -> None:
    """A layer of nobody's layout is refused with the columns found and the aliases there are."""
    with pytest.raises(SchemaError) as caught:
        measures([layer("ACB", {"acb_id": [1], "area_ha": [2.0]}, [square(0, 0)])])
    assert "acb_id" in caught.value.what
    assert "area_ha" in caught.value.what
    assert "measure_id" in caught.value.fix


# -- areas and authorities --


def test_strategy_area_bears_its_id_or_none() -> None:
    """The id of a strategy area is a text, "" where the layer gives none."""
    frame, issues = zones([layer("a", {"LNRS_ID": [14.0]}, [square(0, 0)])], kind="area")
    assert (list(frame["zone_id"]), list(frame["kind"]), issues) == (["14"], [""], [])
    frame, _ = zones([layer("a", {"x": [1]}, [square(0, 0)])], kind="area")
    assert list(frame["zone_id"]) == [""]


@pytest.mark.parametrize(
    ("columns", "name", "kind"),
    [
        ({"name": ["Peak District National Park"]}, "Peak District National Park", "national-park"),
        ({"lad19nm": ["High Peak"], "lad19cd": ["E07000037"]}, "High Peak", ""),
        ({"NAME": ["The Park"], "reference": ["E26000006"]}, "The Park", "national-park"),
        ({"code": ["E07000032"]}, "E07000032", ""),
        ({"authority": ["New Town"], "name": ["x"], "kind": ["Development Corporation"]},
         "New Town", "development-corporation"),
    ],
)  # fmt: skip
def test_authorities_bear_name_and_kind(columns: dict[str, list[str]], name: str, kind: str) -> None:
    """An authority is named by the first known column; parks and corporations are told apart."""
    frame, issues = zones([layer("a", columns, [square(0, 0)])], kind="authority")
    assert (list(frame["zone_id"]), list(frame["kind"]), issues) == ([name], [kind], [])


def test_authorities_without_names_are_refused() -> None:
    """Authorities that nobody can name are an error listing the columns."""
    with pytest.raises(SchemaError, match="shape_len"):
        zones([layer("a", {"shape_len": [1.0]}, [square(0, 0)])], kind="authority")


def test_zone_without_polygon_is_left_out_aloud() -> None:
    """A zone without land is told; a file without any is refused."""
    frame, issues = zones([layer("a", {"name": ["A", "B"]}, [square(0, 0), None])], kind="authority")
    assert (list(frame["zone_id"]), codes(issues)) == (["A"], {"zone-left-out": 1})
    with pytest.raises(SchemaError):
        zones([layer("a", {"name": ["A"]}, [None])], kind="authority")


# -- real files --


@needs_real_data
def test_real_templates_are_read_whole() -> None:
    """All rows of Defra's files become parcels of the four modules, faults where their names say so."""
    modules: Counter[str] = Counter()
    found: dict[str, Counter[str]] = {}
    for path in sorted((REAL / "metric_template").glob("*.gpkg")):
        if path.name.startswith("Not a valid"):
            continue
        read = parcels(read_layers(path)[0])
        modules.update(read.frame["module"])
        if read.issues:
            found[path.stem.removeprefix("Baseline - ")] = codes(read.issues)
    assert modules == {"area": 780, "hedgerow": 206, "watercourse": 65, "tree": 306}
    assert found == {
        "duplicate habitat ref": {"duplicate-reference": 2},
        "missing columns in Habitats": {"column-missing": 2},
        "only bowtie parcel": {"geometry-changed": 1},
        "wrong column names in Habitats": {"column-renamed": 2},
    }


@needs_real_data
def test_real_areas_are_read() -> None:
    """The strategy area bears id 14, the park is a park, and districts have names."""
    derbyshire = REAL / "derbyshire"
    area, _ = zones(read_layers(derbyshire / "lnrs_area_27700.gpkg")[0], kind="area")
    assert list(area["zone_id"]) == ["14"]
    districts, _ = zones(read_layers(derbyshire / "districts_27700.gpkg")[0], kind="authority")
    assert "E07000032" in set(districts["zone_id"])
    assert shapely.is_valid(np.asarray(districts.geometry.array)).all()
