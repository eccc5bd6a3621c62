"""Layers are recognised by name and columns, whoever wrote them."""

import os
from pathlib import Path

import pytest

from lnrs_geo.errors import OptionError, SchemaError
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.schema import PARCEL_FIELDS, cut_names, find_column, recognise_parcels, require_mapped

REAL = Path(os.environ.get("LNRS_GEO_REAL_DATA", "no-real-data"))
needs_real_data = pytest.mark.skipif(not REAL.is_dir(), reason="LNRS_GEO_REAL_DATA is not set")

HABITATS = [
    "Parcel Ref", "Baseline Broad Habitat Type", "Baseline Habitat Type", "Area", "Baseline Condition",
    "Baseline Strategic Significance", "Retention Category", "Proposed Broad Habitat Type",
    "Proposed Habitat Type", "Proposed Condition", "Proposed Strategic Significance", "Location",
    "Site Name", "Baseline Distinctiveness", "Proposed Distinctiveness",
]  # fmt: skip
HABITATS_CUT = [
    "Parcel Ref", "Baseline B", "Baseline H", "Area", "Baseline C", "Baseline S", "Retention", "Proposed B",
    "Proposed H", "Proposed C", "Proposed S", "Location", "Site Name", "Baseline D", "Proposed D",
]  # fmt: skip
TREES_CUT = [
    "Tree Ref", "Baseline T", "Baseline C", "Baseline S", "Baseline_1", "Retention", "Category", "Proposed T",
    "Proposed C", "Proposed S", "Proposed_1", "Location", "Count", "Baseline R", "Proposed R",
]  # fmt: skip


def template_columns(name: str) -> list[str]:
    """Return the columns of a template layer as the project's own table has them."""
    return next(row["columns"] for row in schema._layouts() if row["name"] == name)


@pytest.mark.parametrize(
    ("name", "template", "module", "stage", "vertical"),
    [
        ("Habitats", "older", "area", "", False),
        ("Hedgerows", "older", "hedgerow", "", False),
        ("Rivers", "older", "watercourse", "", False),
        ("Urban Trees", "older", "tree", "", False),
        ("Area Habitats Baseline", "newer", "area", "baseline", False),
        ("Area Habitats Post-Intervention", "newer", "area", "post", False),
        ("Vertical Area Habitats Baseline", "newer", "area", "baseline", True),
        ("Vertical Area Habitats Post-Intervention", "newer", "area", "post", True),
        ("Hedgerows Baseline", "newer", "hedgerow", "baseline", False),
        ("Hedgerows Post-Intervention", "newer", "hedgerow", "post", False),
        ("Watercourses Baseline", "newer", "watercourse", "baseline", False),
        ("Watercourses Post-Intervention", "newer", "watercourse", "post", False),
        ("Individual Trees Baseline", "newer", "tree", "baseline", False),
        ("Individual Trees Post-Intervention", "newer", "tree", "post", False),
    ],
)
@pytest.mark.parametrize("as_shapefile", [False, True])
def test_every_template_layer_is_recognised(
    name: str, template: str, module: str, stage: str, vertical: bool, as_shapefile: bool
) -> None:
    """Each layer of both templates is known, in full and as a shapefile, and lacks nothing."""
    columns = template_columns(name)
    if as_shapefile:
        # GDAL drops the blank at the end of a cut name when it reads it back
        columns = [cut.strip() for cut in cut_names(columns).values()]
        name = name.replace(" ", "_").upper()
    found = recognise_parcels(name, columns, ["Point"])
    assert found is not None
    assert (found.template, found.module, found.stage, found.vertical) == (template, module, stage, vertical)
    assert (found.missing, found.renamed) == ((), ())
    assert found.columns.keys() & {"baseline_habitat", "baseline_tree_size"}


def test_fields_of_a_shapefile_are_the_right_ones() -> None:
    """Ten-character names stand for the fields they were cut from."""
    found = recognise_parcels("habitats", HABITATS_CUT, ["Polygon"])
    assert found is not None
    assert found.columns["baseline_habitat"] == ("Baseline B", "Baseline H")
    assert found.columns["retention"] == ("Retention",)
    assert found.columns["proposed_ss"] == ("Proposed S",)


def test_numbered_names_follow_the_order_of_the_template() -> None:
    """Baseline_1 of the trees is the type, Baseline T the size, Baseline R rural or urban."""
    found = recognise_parcels("Urban Trees", TREES_CUT, ["Point"])
    assert found is not None
    assert found.columns["baseline_tree_size"] == ("Baseline T",)
    assert found.columns["baseline_tree_type"] == ("Baseline_1",)
    assert found.columns["proposed_tree_place"] == ("Proposed R",)


def test_cut_names_number_as_gdal_does() -> None:
    """The tenth repeat of a cut name has two figures and no underscore."""
    cuts = list(cut_names([f"Baseline Tree {n}" for n in range(12)]).values())
    assert cuts[:2] == ["Baseline T", "Baseline_1"]
    assert cuts[-2:] == ["Baseline10", "Baseline11"]


@pytest.mark.parametrize("name", ["Red Line Boundary", "red_line_boundary", "Red Line Boundary (geom2)"])
def test_red_line_is_no_layer_of_parcels(name: str) -> None:
    """The red line is told apart by its name alone."""
    found = recognise_parcels(name, ["Area", "Site Name"], ["Polygon"])
    assert found is not None
    assert found.kind == "red-line"


def test_layer_of_another_name_is_known_by_its_columns() -> None:
    """A template layer exported under any name is recognised where the columns leave no doubt."""
    found = recognise_parcels("export 3", HABITATS_CUT, ["MultiPolygon"])
    assert found is not None
    assert (found.template, found.module) == ("older", "area")


def test_name_alone_proves_nothing() -> None:
    """A layer called Rivers with columns of its own is not the template's."""
    own = recognise_parcels("Rivers", ["name", "Parcel Ref", "Location"], ["LineString"])
    assert own is not None
    assert (own.template, own.module) == ("plain", "")
    assert recognise_parcels("Rivers", ["name", "catchment"], ["LineString"]) is None


def test_missing_and_renamed_columns_are_told() -> None:
    """What a template layer lacks is listed, and what bears a slightly different name is found."""
    columns = [name for name in HABITATS if name not in {"Baseline Condition", "Baseline Distinctiveness"}]
    columns[columns.index("Baseline Habitat Type")] = "baseline habitat type"
    columns.append("Baseline_Condition")
    found = recognise_parcels("Habitats", columns, ["Polygon"])
    assert found is not None
    assert found.missing == ("Baseline Distinctiveness",)
    assert found.renamed == (
        ("Baseline Habitat Type", "baseline habitat type"), ("Baseline Condition", "Baseline_Condition"),
    )  # fmt: skip
    assert found.columns["baseline_habitat"] == ("Baseline Broad Habitat Type", "baseline habitat type")


def test_exact_name_wins_over_a_similar_one() -> None:
    """An exact name is taken first, then one that differs in case and blanks, then a cut one."""
    assert find_column("Retention_", ["retention", "Retention_"]) == "Retention_"
    assert find_column("baseline_habitat", ["Baseline Habitat"]) == "Baseline Habitat"
    assert find_column("proposed_habitat", ["proposed_h"]) == "proposed_h"
    assert find_column("proposed_habitat", ["proposed_hectares"]) is None
    assert find_column("lad??nm", ["LAD23NM"]) == "LAD23NM"


def test_own_field_names_need_no_map() -> None:
    """Columns called as the fields are called make a plain layer."""
    found = recognise_parcels("parcels", ["parcel_ref", "Proposed_Habitat", "units"], ["Polygon"])
    assert found is not None
    assert (found.template, found.module) == ("plain", "")
    assert found.columns == {
        "parcel_ref": ("parcel_ref",), "proposed_habitat": ("Proposed_Habitat",), "units": ("units",),
    }  # fmt: skip


def test_size_alone_makes_no_parcels() -> None:
    """A basemap with a size column is not taken for parcels."""
    assert recognise_parcels("basemap", ["size", "count", "location"], ["Polygon"]) is None


def test_map_wins_over_recognition() -> None:
    """A mapped column replaces the template's two, the other fields stay."""
    found = recognise_parcels(
        "Habitats", [*HABITATS, "UKHab"], ["Polygon"], field_map={"proposed_habitat": "UKHab"}
    )
    assert found is not None
    assert found.columns["proposed_habitat"] == ("UKHab",)
    assert found.columns["retention"] == ("Retention Category",)


def test_map_makes_parcels_of_an_unknown_layer() -> None:
    """One mapped column is enough to read any layer, and a layer without it is left alone."""
    found = recognise_parcels("x", ["HAB"], ["Polygon"], field_map={"proposed_habitat": "HAB"})
    assert found is not None
    assert found.columns == {"proposed_habitat": ("HAB",)}
    assert recognise_parcels("x", ["OTHER"], ["Polygon"], field_map={"proposed_habitat": "HAB"}) is None


def test_mapped_column_that_is_nowhere_lists_what_is_there() -> None:
    """The message names the columns found and the nearest of them."""
    with pytest.raises(SchemaError) as caught:
        require_mapped({"retention": "Retenton"}, fields=PARCEL_FIELDS, found={"Habitats": HABITATS})
    assert "Parcel Ref" in str(caught.value)
    assert "'Retention Category'" in caught.value.fix


def test_unknown_field_of_a_map_is_refused() -> None:
    """A field that does not exist is an error of the option, naming those that do."""
    with pytest.raises(OptionError, match="baseline_habitat"):
        require_mapped({"habitat": "Area"}, fields=PARCEL_FIELDS, found={"Habitats": HABITATS})


@needs_real_data
def test_gdal_cuts_names_as_we_foresee(tmp_path: Path) -> None:
    """A real template written as shapefiles by GDAL lacks no column."""
    import pyogrio

    path = REAL / "metric_template" / "Post-intervention - all unit and intervention types.gpkg"
    for name in ("Habitats", "Hedgerows", "Rivers", "Urban Trees"):
        frame = pyogrio.read_dataframe(path, layer=name)
        with pytest.warns(RuntimeWarning):
            pyogrio.write_dataframe(frame.head(2), tmp_path / f"{name}.shp")
        info = pyogrio.read_info(tmp_path / f"{name}.shp")
        found = recognise_parcels(name, list(info["fields"]), [])
        assert found is not None
        assert (found.missing, found.renamed) == ((), ())
