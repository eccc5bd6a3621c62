"""What Defra's service would refuse is found among parcels, and a bad red line crashes nothing."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from lnrs_geo.model import Issue
from lnrs_geo.spatial import frames, normalise
from lnrs_geo.spatial.faults import find, overlaps, wrong_geometry
from lnrs_geo.spatial.read import read_layers
from tests.spatial.look import square

REAL = Path(os.environ.get("LNRS_GEO_REAL_DATA", "no-real-data"))
needs_real_data = pytest.mark.skipif(not REAL.is_dir(), reason="LNRS_GEO_REAL_DATA is not set")

# Defra's files, and the faults they are named for
FAULTY = {
    "habitats with incorrect geometry": {"wrong-geometry-type"},
    "no rlb polygons": {"red-line-missing"},
    "overlapping parcels": {"parcel-overlap", "red-line-sum"},
    "parcel outside redline": {"outside-red-line", "red-line-sum"},
    "parcel too small": {"parcel-too-small", "red-line-sum"},
    "self intersecting redline": {"red-line-invalid"},
    "three rlb polygons": {"red-line-several", "red-line-sum"},
    "no geometry column in RLB layer": {"red-line-missing"},
    "wrong geometry in RLB layer": {"red-line-wrong-geometry"},
    # Test trees stacked on one point
    "rural and urban trees": {"duplicate-geometry"},
    "urban trees all sizes": {"duplicate-geometry"},
}

NO_RED_LINE = frames.frame({name: [] for name in normalise.RED_LINE_COLUMNS})
SITE = square(0, 0, 100)


def parcels(shapes: Sequence[Any], **columns: Any) -> gpd.GeoDataFrame:
    """Return a parcel frame of area habitats H1, H2, ... in one plain layer, with changes."""
    size = len(shapes)
    usual: dict[str, Any] = {
        "source": "site.gpkg", "layer": "Habitats", "src_fid": [str(n + 1) for n in range(size)],
        "parcel_ref": [f"H{n + 1}" for n in range(size)], "template": "plain", "module": "area",
        "vertical": False, "count": np.nan, "size": np.nan, "units": np.nan, "geom_state": "ok",
    }  # fmt: skip
    rows: dict[str, list[Any]] = {}
    for name in normalise.PARCEL_COLUMNS:
        value = columns.get(name, usual.get(name, ""))
        rows[name] = list(value) if isinstance(value, list) else [value] * size
    rows["geometry"] = [shapely.from_wkt(shape) if isinstance(shape, str) else shape for shape in shapes]
    return frames.frame(rows, kinds={"vertical": bool})


def red_line(*shapes: Any, state: str = "ok", source: str = "site.gpkg") -> gpd.GeoDataFrame:
    """Return red lines as `normalise` does."""
    size = len(shapes)
    return frames.frame({
        "source": [source] * size, "layer": ["Red Line Boundary"] * size,
        "src_fid": [str(n + 1) for n in range(size)],
        "geometry": [shapely.from_wkt(shape) if isinstance(shape, str) else shape for shape in shapes],
        "geom_state": [state] * size,
    })  # fmt: skip


def told(issues: list[Issue]) -> list[tuple[str, str]]:
    """Return code and feature of each issue."""
    return [(issue.code, issue.feature) for issue in issues]


def box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """Return a rectangle inside or around the site, in metres from its corner."""
    return shapely.box(430_000 + west, 350_000 + south, 430_000 + east, 350_000 + north)


def line(*corners: tuple[float, float]) -> shapely.Geometry:
    """Return a line, in metres from the site's corner."""
    return shapely.linestrings([(430_000 + x, 350_000 + y) for x, y in corners])


def test_parcels_side_by_side_are_without_fault() -> None:
    """Two parcels that share an edge and fill the red line raise nothing."""
    both = [box(0, 0, 50, 100), box(50, 0, 100, 100)]
    assert find(parcels(both, template="older"), red_line=red_line(SITE)) == []


@pytest.mark.parametrize(("side_m", "faults"), [(0.99, 1), (1.0, 0)])
def test_smallest_parcel(side_m: float, faults: int) -> None:
    """A parcel under 1 m2 is told, one of 1 m2 is not."""
    issues = find(parcels([box(0, 0, side_m, 1)]), red_line=NO_RED_LINE)
    assert told(issues) == [("parcel-too-small", "H1")] * faults


@pytest.mark.parametrize(
    ("shape", "columns", "faults"),
    [
        pytest.param(box(0, 0, 100, 100), {"size": 10_000}, 0, id="square metres"),
        pytest.param(box(0, 0, 100, 100), {"size": 1.0}, 0, id="hectares"),
        pytest.param(box(0, 0, 100, 100), {"size": 9_901}, 0, id="within a hundredth"),
        pytest.param(box(0, 0, 100, 100), {"size": 9_899}, 1, id="beyond it"),
        pytest.param(box(0, 0, 100, 100), {"size": 127}, 1, id="another parcel's, perhaps"),
        pytest.param(box(0, 0, 5, 5), {"size": 120}, 0, id="within 0.01 ha"),
        pytest.param(box(0, 0, 5, 5), {"size": 126}, 1, id="beyond 0.01 ha"),
        pytest.param(line((0, 0), (200, 0)), {"module": "hedgerow", "size": 0.2}, 0, id="kilometres"),
        pytest.param(line((0, 0), (200, 0)), {"module": "watercourse", "size": 200}, 0, id="metres"),
        pytest.param(line((0, 0), (200, 0)), {"module": "hedgerow", "size": 0.3}, 1, id="a longer line"),
        pytest.param(box(0, 0, 9, 9), {"size": 900, "vertical": True}, 0, id="a wall is larger than its foot"),
        pytest.param(shapely.Point(430_000, 350_000), {"module": "tree", "size": 900}, 0, id="a tree is counted"),
        pytest.param(box(0, 0, 100, 100), {"size": 0}, 0, id="nothing stated"),
    ],
)  # fmt: skip
def test_a_stated_size_that_is_not_the_drawn_one(
    shape: shapely.Geometry, columns: dict[str, Any], faults: int
) -> None:
    """What the metric counts and what is drawn differ by over 0.01 ha or km and a hundredth, in no unit alike."""
    issues = find(parcels([shape], **columns), red_line=NO_RED_LINE)
    assert told(issues) == [("size-differs", "H1")] * faults


@pytest.mark.parametrize(("wide_m", "faults"), [(0.049, 0), (0.051, 1)])
def test_overlap_of_parcels(wide_m: float, faults: int) -> None:
    """Two parcels may share half a square metre, no more."""
    issues = find(parcels([box(0, 0, 10, 10), box(10 - wide_m, 0, 20, 10)]), red_line=NO_RED_LINE)
    assert told(issues) == [("parcel-overlap", "H1")] * faults


def test_overlap_counts_within_one_layer_and_not_for_vertical_ones() -> None:
    """Baseline and post tables lie on each other, and so do walls: neither is an overlap."""
    both = [box(0, 0, 10, 10), box(5, 0, 20, 10)]
    apart = ["Area Habitats Baseline", "Area Habitats Post-Intervention"]
    assert find(parcels(both, layer=apart), red_line=NO_RED_LINE) == []
    assert find(parcels(both, vertical=True), red_line=NO_RED_LINE) == []


def test_parcel_drawn_twice_is_one_fault() -> None:
    """The same outline from another corner is a duplicate, and no overlap besides."""
    again = shapely.polygons(np.roll(shapely.get_coordinates(box(0, 0, 10, 10))[:-1], 1, axis=0))
    issues = find(parcels([box(0, 0, 10, 10), again]), red_line=NO_RED_LINE)
    assert [(issue.code, issue.feature, issue.value) for issue in issues] == [
        ("duplicate-geometry", "H2", "H1")
    ]


@pytest.mark.parametrize(
    ("module", "shape", "wrong"),
    [
        ("area", "POLYGON ((0 0, 9 0, 9 9, 0 0))", False),
        ("area", "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)))", False),
        ("area", "LINESTRING (0 0, 9 9)", True),
        ("area", None, False),
        ("hedgerow", "MULTILINESTRING ((0 0, 9 9))", False),
        ("hedgerow", "POLYGON ((0 0, 9 0, 9 9, 0 0))", True),
        ("watercourse", "POINT (0 0)", True),
        ("tree", "MULTIPOINT ((0 0), (1 1))", False),
        ("tree", "LINESTRING (0 0, 9 9)", True),
        ("", "LINESTRING (0 0, 9 9)", False),
    ],
)
def test_type_of_geometry_must_fit_the_module(module: str, shape: str | None, wrong: bool) -> None:
    """Areas are polygons, hedgerows and watercourses lines, trees points; an unknown module is not judged."""
    frame = parcels([shape], module=module)
    assert wrong_geometry(frame).tolist() == [wrong]
    assert told(find(frame, red_line=NO_RED_LINE)) == [("wrong-geometry-type", "H1")] * wrong


@pytest.mark.parametrize(("beyond_m", "faults"), [(0.004, 0), (0.006, 1)])
def test_area_outside_the_red_line(beyond_m: float, faults: int) -> None:
    """Half a square metre outside is tolerated, more is told (and the sum with it)."""
    issues = find(parcels([box(0, 0, 100 + beyond_m, 100)]), red_line=red_line(SITE))
    assert told(issues) == [("outside-red-line", "H1"), ("red-line-sum", "")] * faults


@pytest.mark.parametrize(
    ("module", "shape", "faults"),
    [
        ("hedgerow", line((0, 50), (100.09, 50)), 0),
        ("hedgerow", line((0, 50), (100.11, 50)), 1),
        # A long way outside but never further than 0.1 m from the line
        ("watercourse", line((100.05, 0), (100.05, 100)), 0),
        # Both ends inside, the middle far out
        ("hedgerow", line((99, 10), (130, 50), (99, 90)), 1),
        ("tree", shapely.Point(430_100.09, 350_050), 0),
        ("tree", shapely.Point(430_100.11, 350_050), 1),
    ],
)
def test_line_or_point_outside_the_red_line(module: str, shape: shapely.Geometry, faults: int) -> None:
    """A hedgerow, watercourse or tree may lie 0.1 m outside the red line, no further."""
    issues = find(parcels([shape], module=module), red_line=red_line(SITE))
    assert told(issues) == [("outside-red-line", "H1")] * faults


def test_off_site_land_outside_is_where_it_should_be() -> None:
    """Off-site parcels beyond the red line are neither outside nor part of the sum; within they count."""
    shapes = [box(0, 0, 60, 100), box(60, 0, 100, 100), box(100, 0, 150, 100)]
    where = ["On-site", "Off-site", "Off-site"]
    assert find(parcels(shapes, location=where), red_line=red_line(SITE)) == []
    assert told(find(parcels(shapes, location="On-site"), red_line=red_line(SITE))) == [
        ("outside-red-line", "H3"), ("red-line-sum", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(("gap_m", "faults"), [(0.004, 0), (0.006, 1)])
def test_sum_of_parcels_against_the_red_line(gap_m: float, faults: int) -> None:
    """Parcels fill their red line but for half a square metre."""
    issues = find(parcels([box(0, 0, 100 - gap_m, 100)]), red_line=red_line(SITE))
    assert told(issues) == [("red-line-sum", "")] * faults


def test_red_line_of_one_file_is_not_held_against_another() -> None:
    """Each file has its own red line; shapefiles of one folder share theirs."""
    other = parcels([box(500, 0, 600, 100)], source="other.gpkg")
    assert find(other, red_line=red_line(SITE)) == []
    beside = parcels([box(500, 0, 600, 100)], source="site/Habitats.shp")
    issues = find(beside, red_line=red_line(SITE, source="site/Red Line Boundary.shp"))
    assert told(issues) == [("outside-red-line", "H1")]


@pytest.mark.parametrize(
    ("lines", "code", "checked"),
    [
        (red_line(), "red-line-missing", False),
        (red_line(SITE, box(200, 0, 210, 10)), "red-line-several", True),
        (red_line("POINT (430000 350000)"), "red-line-wrong-geometry", False),
        (red_line(None, state="missing"), "red-line-wrong-geometry", False),
        (red_line(SITE, state="changed"), "red-line-invalid", False),
        (red_line(SITE, state="repaired"), "red-line-invalid", True),
    ],
)
def test_bad_red_line_is_an_issue_and_no_crash(lines: gpd.GeoDataFrame, code: str, checked: bool) -> None:
    """None, several, of the wrong type or crossing itself: told, and used only where it can be."""
    found = {issue.code for issue in find(parcels([box(300, 0, 310, 10)], template="older"), red_line=lines)}
    assert code in found
    assert ("outside-red-line" in found) == checked


def test_plain_file_needs_no_red_line() -> None:
    """Parcels outside both templates are not asked for a red line."""
    assert find(parcels([box(0, 0, 10, 10)]), red_line=NO_RED_LINE) == []


@pytest.mark.parametrize(
    ("rows", "columns", "sheets"),
    [
        (248, {"baseline_habitat": "Grassland - Modified grassland"}, []),
        (249, {"baseline_habitat": "Grassland - Modified grassland"}, ["A-1"]),
        (247, {"baseline_habitat": "N/A", "retention": "Created"}, ["A-2"]),
        (247, {"baseline_habitat": "To be created", "retention": "Created", "location": "Off-site"}, []),
        (247, {"retention": "Lost", "proposed_habitat": "Urban - Vegetated garden"}, ["A-2"]),
        (247, {"retention": "Enhanced", "module": "hedgerow"}, ["B-3"]),
        (247, {"retention": "Created", "module": "hedgerow"}, []),
        (249, {"template": "newer", "table_stage": "post", "baseline_habitat": "Grassland - x"}, []),
    ],
)
def test_sheets_hold_so_many_rows(rows: int, columns: dict[str, str], sheets: list[str]) -> None:
    """A sheet of the workbook holds 248 rows, four of them 246."""
    shapes = [box(n * 10, 0, n * 10 + 9, 9) for n in range(rows)]
    if columns.get("module") == "hedgerow":
        shapes = [line((n * 10, 0), (n * 10, 9)) for n in range(rows)]
    issues = find(parcels(shapes, **columns), red_line=NO_RED_LINE)
    assert [issue.field for issue in issues if issue.code == "sheet-full"] == sheets


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_overlaps_tell_holding_from_sharing(order: tuple[int, int]) -> None:
    """A parcel within another shares its own area, one beside another nothing."""
    two = [box(0, 0, 10, 10), box(2, 2, 4, 4)]
    found = overlaps(np.array([*(two[n] for n in order), box(10, 0, 20, 10), None], dtype=object))
    assert (found.left.tolist(), found.right.tolist()) == ([0], [1])
    assert (found.overlap_m2.tolist(), found.contained.tolist()) == ([4.0], [True])


def test_line_across_a_notch_is_outside_between_its_corners() -> None:
    """A line is measured along its way: its corners may lie inside while its middle does not."""
    notched = shapely.difference(SITE, box(40, 20, 60, 100))
    issues = find(parcels([line((10, 50), (90, 50))], module="hedgerow"), red_line=red_line(notched))
    assert [(issue.code, issue.value) for issue in issues] == [("outside-red-line", "10.00")]


def test_parcels_without_geometry_are_passed_over() -> None:
    """A missing geometry raises nothing here: it was told when it was read."""
    assert find(parcels([None, box(0, 0, 100, 100)]), red_line=red_line(SITE)) == []


def test_no_parcels_have_no_faults() -> None:
    """An empty frame is checked without a word."""
    assert find(parcels([]), red_line=NO_RED_LINE) == []
    assert find(parcels([]), red_line=red_line(SITE)) == []


@needs_real_data
def test_real_habitat_parcels_overlap_as_counted_elsewhere() -> None:
    """4,403 real polygons: 2,110 partial overlaps, 1,610 of them under 0.01 m2, in seconds."""
    (path,) = (REAL / "derbyshire" / "habitat_parcels_pdnpa").glob("*.shp")
    (raw,) = read_layers(path)[0]
    shapes = np.array(raw.frame.geometry.array, dtype=object)
    start = time.perf_counter()
    found = overlaps(shapes)
    assert time.perf_counter() - start < 10
    partial_m2 = found.overlap_m2[~found.contained]
    assert (len(shapes), len(partial_m2), int((partial_m2 < 0.01).sum())) == (4403, 2110, 1610)
    # Independent: what the tree itself finds within another polygon
    inner, outer = shapely.STRtree(shapes).query(shapes, predicate="within")
    assert int(found.contained.sum()) == int((inner != outer).sum())


@needs_real_data
def test_real_templates_show_the_faults_in_their_names() -> None:
    """Defra's faulty files raise the fault they are named for; the sound ones raise nothing.

    But for stated sizes: half of the files state those of another drawing.
    """
    found: dict[str, set[str]] = {}
    # Of the sound files one of each kind: reading all takes longer than checking them
    sound = ("all unit and intervention types", "net gain met", "complete with slivers", "only bowtie parcel")
    for path in sorted((REAL / "metric_template").glob("*.gpkg")):
        if path.stem.partition(" - ")[2] not in (*FAULTY, *sound):
            continue
        read = normalise.parcels(read_layers(path)[0])
        codes = {issue.code for issue in find(read.frame, red_line=read.red_line)} - {"size-differs"}
        if codes:
            found[path.stem.partition(" - ")[2]] = codes
    assert found == FAULTY
