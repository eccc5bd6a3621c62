"""Layers come into EPSG:27700 by OSTN15, and numbers that cannot be true are told apart."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon

from lnrs_geo.errors import CRSError, GridMissing
from lnrs_geo.spatial.crs import Transformation, to_bng

REAL = Path(os.environ.get("LNRS_GEO_REAL_DATA", "no-real-data"))
needs_real_data = pytest.mark.skipif(not REAL.is_dir(), reason="LNRS_GEO_REAL_DATA is not set")

BY_CONVERTBNG = "OSTN15 (convertbng"
DERBY_M = (435_000.0, 336_000.0)
DERBY_DEGREES = (-1.4807, 52.9206)
DERBY_MERCATOR = (-164_830.0, 6_969_900.0)
# Near Truro: its axes swapped lie in a square of the grid that holds no land.
TRURO_M = (182_000.0, 44_000.0)
ESRI_WITHOUT_CODE = (
    'PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",SPHEROID["Airy_1830",'
    '6377563.396,299.3249646]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION['
    '"Transverse_Mercator"],PARAMETER["False_Easting",400000.0],PARAMETER["False_Northing",-100000.0],'
    'PARAMETER["Central_Meridian",-2.0],PARAMETER["Scale_Factor",0.9996012717],PARAMETER['
    '"Latitude_Of_Origin",49.0],UNIT["Meter",1.0]]'
)
SEVEN_PARAMETERS = "+towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489"
NATIONAL_GRID = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy +units=m"
)


def layer(*shapes, crs=27700, **columns):
    points = [Point(each) if isinstance(each, tuple) else each for each in shapes]
    return gpd.GeoDataFrame(columns, geometry=points, crs=crs, index=[f"f{n}" for n in range(len(points))])


def bring(frame, **options):
    return to_bng(frame, dataset="site.gpkg", layer="Habitats", **options)


def codes(issues):
    return [each.code for each in issues]


def apart_m(frame, xy):
    return np.hypot(*(shapely.get_coordinates(frame.geometry.array) - np.asarray(xy)).T)


@pytest.fixture
def without_convertbng(monkeypatch):
    """Make `import convertbng` fail, whether or not it was imported before."""
    for name in ("convertbng", "convertbng.cutil"):
        monkeypatch.setitem(sys.modules, name, None)


# --- what is accepted ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:27700",
        "EPSG:7405",
        ESRI_WITHOUT_CODE,
        NATIONAL_GRID,
        f"{NATIONAL_GRID} {SEVEN_PARAMETERS}",
        NATIONAL_GRID.replace("0.9996012717", "0.999601272"),
    ],
)
def test_national_grid_in_every_dress_stays_as_it_is(crs):
    """Whatever way a file writes the National Grid, not one bit of its coordinates changes."""
    shape = Polygon([(435_000.123456789, 336_000.1), (435_100.7, 336_000.3), (435_050.9, 336_080.2)])
    result, transformation, issues = bring(layer(shape, crs=crs, note=["a"]))
    assert transformation == Transformation("EPSG:27700", "none", 0.0)
    assert shapely.equals_identical(result.geometry.iloc[0], shape)
    assert result.crs.to_epsg() == 27700
    assert (list(result["note"]), list(result.index), issues) == (["a"], ["f0"], [])


@pytest.mark.parametrize("crs", [NATIONAL_GRID, ESRI_WITHOUT_CODE])
def test_a_grid_that_only_resembles_it_is_moved(crs):
    """A grid of the same name and datum but with a shifted origin is not taken for the National Grid."""
    shifted = str(crs).replace("x_0=400000", "x_0=400100").replace('Easting",400000.0', 'Easting",400100.0')
    x, y = DERBY_M
    result, transformation, _ = bring(layer((x + 100, y), crs=shifted))
    assert apart_m(result, [DERBY_M]).max() < 1e-5
    assert transformation.name == "none (same datum)"
    with pytest.raises(CRSError, match="as --crs says"):
        bring(layer((x + 100, y), crs=shifted), assume="EPSG:27700")


@pytest.mark.parametrize(
    ("crs", "stated"),
    [
        ("EPSG:4326", "EPSG:4326"),
        ("OGC:CRS84", "EPSG:4326"),
        (pyproj.CRS(4326).to_wkt("WKT1_ESRI"), "EPSG:4326"),
        ("EPSG:4979", "EPSG:4326"),
        ("EPSG:9518", "EPSG:4326"),
        ("EPSG:4258", "EPSG:4258"),
        ("EPSG:3857", "EPSG:3857"),
        ("ESRI:102100", "EPSG:3857"),
        ("EPSG:32630", "EPSG:32630"),
        ("EPSG:32631", "EPSG:32631"),
        ("EPSG:25830", "EPSG:25830"),
        ("EPSG:3035", "EPSG:3035"),
    ],
)
def test_every_dress_of_wgs84_and_etrs89_leads_to_the_same_place(crs, stated):
    """Degrees, Web Mercator, UTM and LAEA of WGS84 or ETRS89 all go by OSTN15 to one position."""
    target, _, _ = bring(layer(DERBY_DEGREES, crs=4258))
    plain = pyproj.CRS(crs).geodetic_crs
    xy = pyproj.Transformer.from_crs(plain, crs, always_xy=True).transform(*DERBY_DEGREES)
    result, transformation, issues = bring(layer(xy[:2], crs=crs))
    assert apart_m(result, shapely.get_coordinates(target.geometry.array)).max() < 0.001
    assert transformation.source_crs == stated
    assert transformation.name.startswith(BY_CONVERTBNG)
    assert (transformation.accuracy_m, issues) == (0.002, [])


@pytest.mark.usefixtures("without_convertbng")
@pytest.mark.parametrize("crs", [4277, pyproj.CRS(4277).to_wkt("WKT1_ESRI")])
def test_osgb36_degrees_are_only_projected(crs):
    """EPSG:4277 shares the datum of the National Grid: no grid is needed, none is used."""
    degrees = pyproj.Transformer.from_crs(27700, 4277, always_xy=True).transform(*DERBY_M)
    result, transformation, _ = bring(layer(degrees, crs=crs))
    assert apart_m(result, [DERBY_M]).max() < 1e-5
    assert transformation == Transformation("EPSG:4277", "none (same datum)", 0.0)


def test_another_datum_goes_to_etrs89_first_and_says_how_well():
    """A system of an older European datum is accepted, its own accuracy added to OSTN15's."""
    # The published mean of western Europe, good to 10 m; the datums differ by some 140 m here.
    mean = "+proj=utm +zone=30 +ellps=intl +towgs84=-87,-98,-121 +units=m"
    xy = pyproj.Transformer.from_crs("+proj=longlat +datum=WGS84", mean, always_xy=True).transform(
        *DERBY_DEGREES
    )
    target, _, _ = bring(layer(DERBY_DEGREES, crs=4258))
    result, transformation, _ = bring(layer(xy, crs=23030))
    assert apart_m(result, shapely.get_coordinates(target.geometry.array)).max() < 10
    assert "ED50" in transformation.name
    assert transformation.accuracy_m >= 1


@pytest.mark.parametrize("crs", ["EPSG:4267", 'LOCAL_CS["site",UNIT["metre",1]]', "EPSG:5701"])
def test_a_system_without_a_sure_path_is_refused(crs):
    """No path, or one that ignores the difference of two datums, is an error and not a guess."""
    with pytest.raises(CRSError, match="path is known"):
        bring(layer(DERBY_DEGREES, crs=crs))


# --- how well ------------------------------------------------------------------------------------


@needs_real_data
def test_the_forty_official_points_within_2_mm(capsys):
    """Ordnance Survey's 40 test points come out within 2 mm."""
    points = pd.read_csv(REAL / "ostn15" / "OSTN15_40_test_points.csv")
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(points.lon_etrs89, points.lat_etrs89), crs=4258)
    result, transformation, _ = bring(frame)
    error_m = apart_m(result, points[["easting_osgb36", "northing_osgb36"]].to_numpy())
    with capsys.disabled():
        print(f" [convertbng: {error_m.max() * 1000:.2f} mm at most over {len(points)} points]", end="")
    assert len(points) == 40
    assert error_m.max() <= transformation.accuracy_m == 0.002


IN_A_PROCESS_OF_ITS_OWN = """
    import sys, warnings
    warnings.simplefilter("error")
    sys.modules["convertbng"] = sys.modules["convertbng.cutil"] = None
    import geopandas as gpd, numpy as np, pandas as pd, pyproj
    from lnrs_geo.spatial.crs import to_bng
    folder = sys.argv[1]
    pyproj.datadir.append_data_dir(folder + "/ostn15")
    points = pd.read_csv(folder + "/ostn15/OSTN15_40_test_points.csv")
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(points.lon_etrs89, points.lat_etrs89), crs=4258)
    paris = gpd.GeoDataFrame(geometry=gpd.points_from_xy([2.35, -8.0], [48.9, 50.0]), crs=4258)
    result, transformation, _ = to_bng(frame, dataset="points", layer="")
    error_m = np.hypot(result.geometry.x - points.easting_osgb36, result.geometry.y - points.northing_osgb36)
    lost, _, issues = to_bng(paris, dataset="paris", layer="")
    print(transformation.name, transformation.accuracy_m, error_m.max(), lost.geometry.isna().all(), sep="|")
"""


@needs_real_data
def test_projs_own_grid_within_1_cm(capsys):
    """Without convertbng PROJ's grid serves, within the 1 cm that is then stated."""
    # The search path of PROJ belongs to the whole process, hence another one.
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(IN_A_PROCESS_OF_ITS_OWN), str(REAL)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", *sys.path])},
    )
    assert run.returncode == 0, run.stderr
    name, accuracy_m, worst_m, lost = run.stdout.strip().split("|")
    with capsys.disabled():
        print(f" [PROJ grid: {float(worst_m) * 1000:.2f} mm at most]", end="")
    assert (name, float(accuracy_m), lost) == ("OSTN15 (PROJ grid)", 0.01, "True")
    assert float(worst_m) <= 0.01


@pytest.mark.usefixtures("without_convertbng")
@pytest.mark.filterwarnings("ignore:Best transformation")  # the look whether PROJ has the grid
@pytest.mark.parametrize("crs", [4326, 4258, 3857, 32630])
def test_without_any_grid_it_refuses(crs):
    """Neither convertbng nor PROJ's grid: an error that says how to get it, never the 2 m fallback."""
    if pyproj.transformer.TransformerGroup(4258, 27700).best_available:
        pytest.skip("this machine's PROJ has the OSTN15 grid")
    xy = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(*DERBY_DEGREES)
    with pytest.raises(GridMissing, match="pip install convertbng"):
        bring(layer(xy, crs=crs))


@needs_real_data
def test_one_square_in_both_systems_within_1_cm():
    """The hectare that Ordnance Survey gives in both systems coincides within 1 cm."""
    grid = gpd.read_file(REAL / "ostn15" / "hectares_OSGB36_test.gpkg")
    degrees = gpd.read_file(REAL / "ostn15" / "hectares_WGS84_test.gpkg")
    assert (grid.crs.to_epsg(), degrees.crs.to_epsg()) == (27700, 4326)
    result, _, _ = bring(degrees)
    assert apart_m(result, shapely.get_coordinates(grid.geometry.array)).max() <= 0.01


@needs_real_data
def test_districts_have_the_areas_that_ons_published():
    """Eleven districts in degrees get the areas that ONS itself computed in the National Grid."""
    files = sorted((REAL / "derbyshire" / "districts").glob("*.geojson"))
    assert len(files) == 11
    for path in files:
        result, _, _ = bring(gpd.read_file(path))
        row = result.iloc[0]
        # ONS used the NTv2 form of the grid, some mm off; the 2 m fallback is up to 3,727 m2 off.
        assert abs(row.geometry.area - float(row["st_areashape"])) < 40, path.name
        assert abs(row.geometry.length - float(row["st_lengthshape"])) < 0.08, path.name


@given(st.floats(-5.5, 1.5), st.floats(50.2, 55.5))
def test_interpolation_agrees_with_convertbng_itself(lon, lat):
    """Full precision differs from convertbng's own answer by no more than its rounding to 1 mm."""
    cutil = pytest.importorskip("convertbng.cutil")
    result, _, _ = bring(layer((lon, lat), crs=4258))
    theirs = np.column_stack(cutil.convert_bng([lon], [lat]))
    assert np.abs(shapely.get_coordinates(result.geometry.array) - theirs).max() < 0.0008


def test_positions_are_not_snapped_to_millimetres():
    """Vertices keep double precision: none is moved onto a grid of 1 mm."""
    degrees = [(-1.48 + n * 1.7e-7, 52.92) for n in range(50)]
    result, _, _ = bring(layer(*degrees, crs=4258))
    millimetres = shapely.get_coordinates(result.geometry.array) * 1000
    assert np.abs(millimetres - np.round(millimetres)).max() > 0.1
    steps = np.diff(millimetres[:, 0])
    assert steps.max() - steps.min() < 0.001


def test_a_million_coordinates_take_seconds():
    """200,000 rectangles in degrees (1,000,000 coordinates) are transformed within ten seconds."""
    west, south = np.random.default_rng(1).uniform((-2, 52.7), (-1.2, 53.5), (200_000, 2)).T
    boxes = shapely.box(west, south, west + 0.001, south + 0.001)
    frame = gpd.GeoDataFrame(geometry=boxes, crs=4326)
    start = time.process_time()
    bring(frame)
    assert time.process_time() - start < 10


# --- numbers that cannot be true ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("crs", "xy", "says"),
    [
        (
            27700,
            DERBY_DEGREES,
            r"look like EPSG:4326 \(longitude and latitude in degrees\).*Assign EPSG:4326",
        ),
        (27700, DERBY_DEGREES[::-1], r"EPSG:4326 with its axes swapped"),
        (27700, (120.0, 14.0), r"look like degrees"),
        (27700, DERBY_MERCATOR, r"look like EPSG:3857.*Assign EPSG:3857"),
        (27700, (602_000.0, 5_864_000.0), r"look like EPSG:32630"),
        (27700, (3_560_000.0, 3_370_000.0), r"look like EPSG:3035"),
        (27700, TRURO_M[::-1], r"northing before easting"),
        (27700, (830_000.0, 250_000.0), r"northing before easting"),
        (27700, (9e9, 9e9), r"beyond what"),
        (27700, (0.0, 0.0), r"are zero"),
        (27700, (np.nan, 336_000.0), r"no numbers"),
        (27700, (np.inf, 336_000.0), r"no numbers"),
        (4326, DERBY_M, r"look like EPSG:27700 \(National Grid metres\).*Assign EPSG:27700"),
        (4326, DERBY_MERCATOR, r"look like EPSG:3857"),
        (4326, DERBY_DEGREES[::-1], r"latitude before longitude"),
        (4326, (0.0, 0.0), r"are zero"),
        (4326, (200.0, 95.0), r"beyond what"),
        (4326, (np.nan, np.nan), r"no numbers"),
        (4277, DERBY_DEGREES[::-1], r"latitude before longitude"),
        (
            f"+proj=longlat +ellps=airy {SEVEN_PARAMETERS}",
            DERBY_DEGREES[::-1],
            r"their axes look swapped \(latitude",
        ),
        (3857, DERBY_M, r"look like EPSG:27700.*Assign EPSG:27700"),
        (3857, DERBY_DEGREES, r"look like EPSG:4326"),
        (3857, (0.0, 0.0), r"are zero"),
        (32630, DERBY_DEGREES, r"look like EPSG:4326"),
        (32630, DERBY_M, r"look like EPSG:27700"),
    ],
)
def test_impossible_numbers_are_named(crs, xy, says):
    """A layer whose numbers cannot be what it states is refused, with what they look like."""
    with pytest.raises(CRSError, match=says) as caught:
        bring(layer(xy, xy, crs=crs))
    assert str(caught.value).startswith("site.gpkg (Habitats): The coordinates cannot be ")


@pytest.mark.parametrize(
    ("crs", "good", "bad"),
    [
        (27700, DERBY_M, DERBY_DEGREES),
        (27700, DERBY_M, (0.0, 0.0)),
        (4326, DERBY_DEGREES, DERBY_DEGREES[::-1]),
        (4326, DERBY_DEGREES, DERBY_M),
        (3857, DERBY_MERCATOR, DERBY_M),
    ],
)
def test_a_few_impossible_rows_do_not_stop_the_layer(crs, good, bad):
    """Where some rows are plausible, each other row is kept and told."""
    line = LineString([good, bad, bad])
    result, _, issues = bring(layer(good, line, good, bad, crs=crs))
    assert [(each.code, each.feature) for each in issues] == [
        ("coordinate-implausible", "f1"),
        ("coordinate-implausible", "f3"),
    ]
    assert "look" in issues[0].message or "zero" in issues[0].message
    assert list(result.index) == ["f0", "f1", "f2", "f3"]
    assert apart_m(result.iloc[[0]], [DERBY_M]).max() < 1000
    if crs == 27700:
        assert shapely.equals_identical(result.geometry.loc["f1"], line)
    else:
        assert result.geometry.isna().tolist() == [False, True, False, True]


def test_swapped_axes_that_could_be_true_are_only_remarked():
    """London with northing first lies in Galloway: a warning, since the layer may mean Galloway."""
    result, _, issues = bring(layer((180_000.0, 530_000.0), (181_000.0, 531_000.0)))
    assert codes(issues) == ["axes-maybe-swapped"]
    assert result.geometry.notna().all()


# --- positions elsewhere --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "xy", "told"),
    [
        ("Inverness", (266_000.0, 845_000.0), ["outside-england"]),
        ("Shetland", (447_000.0, 1_141_000.0), ["outside-england"]),
        ("Cardiff", (318_000.0, 176_000.0), []),
        ("the North Sea", (660_000.0, 600_000.0), ["outside-england"]),
        ("west of Scilly", (50_000.0, 4_000.0), ["outside-england"]),
    ],
)
def test_plausible_positions_outside_england_are_kept(place, xy, told):
    """Scotland, Wales and the sea are kept where they are; off England's extent they are told."""
    result, _, issues = bring(layer(xy))
    assert apart_m(result, [xy]).max() == 0, place
    assert codes(issues) == told


def test_scotland_in_degrees_is_transformed():
    """OSTN15 covers Scotland too, so a Scottish row has a place, and is told."""
    result, _, issues = bring(layer((-4.2247, 57.4778), DERBY_DEGREES, crs=4326))
    assert apart_m(result.iloc[[0]], [(266_700.0, 845_100.0)]).max() < 500
    assert [(each.code, each.feature) for each in issues] == [("outside-england", "f0")]


@pytest.mark.parametrize("xy", [(2.3579, 48.9287), (-8.0, 50.0), (3.2, 52.0), (-74.0, 40.7), (-2.0, 49.45)])
def test_beyond_ostn15_a_row_has_no_place_but_stays(xy):
    """Off the coverage of OSTN15 no position is made up: geometry None, and an issue."""
    result, _, issues = bring(layer(xy, DERBY_DEGREES, LineString([xy, DERBY_DEGREES]), crs=4326))
    assert result.geometry.isna().tolist() == [True, False, True]
    assert [(each.code, each.feature) for each in issues] == [
        ("outside-ostn15", "f0"),
        ("outside-ostn15", "f2"),
    ]
    alone, _, issues = bring(layer(xy, crs=4326))
    assert alone.geometry.isna().all()
    assert codes(issues) == ["outside-ostn15"]


# --- which system ----------------------------------------------------------------------------------


def test_no_system_is_an_error_naming_the_option():
    """A layer that states no system is not guessed at."""
    with pytest.raises(CRSError, match="--crs EPSG:27700"):
        bring(layer(DERBY_M, crs=None))


def test_the_users_word_serves_a_file_without_a_system():
    """--crs stands in where the file says nothing, and is checked against the numbers."""
    result, transformation, _ = bring(layer(DERBY_M, crs=None), assume="EPSG:27700")
    assert (transformation.name, result.crs.to_epsg()) == ("none", 27700)
    with pytest.raises(CRSError, match=r"Give --crs EPSG:4326 instead"):
        bring(layer(DERBY_DEGREES, crs=None), assume="EPSG:27700")
    with pytest.raises(CRSError, match="no coordinate reference system"):
        bring(layer(DERBY_M, crs=None), assume="EPSG:banana")


def test_the_users_word_may_not_contradict_the_file():
    """--crs against the file's own statement is an error; the same system in another dress is none."""
    with pytest.raises(CRSError, match="not in EPSG:4326 as --crs says"):
        bring(layer(DERBY_M), assume="EPSG:4326")
    for crs in (ESRI_WITHOUT_CODE, "EPSG:7405"):
        assert bring(layer(DERBY_M, crs=crs), assume="EPSG:27700")[1].name == "none"
    assert bring(layer(DERBY_DEGREES, crs="OGC:CRS84"), assume="EPSG:4326")[2] == []


def test_metres_in_a_geojson_without_system():
    """GeoJSON's default gives way to --crs; without it the error names the option to give."""
    frame = layer(DERBY_M, crs=4326)
    with pytest.raises(CRSError, match=r"look like EPSG:27700.*Give --crs EPSG:27700"):
        bring(frame, default_crs=True)
    result, transformation, _ = bring(frame, assume="EPSG:27700", default_crs=True)
    assert (transformation.source_crs, apart_m(result, [DERBY_M]).max()) == ("EPSG:27700", 0)


def test_degrees_in_a_geojson_stay_degrees_beside_other_files_that_need_the_option():
    """--crs EPSG:27700 for the files that need it does not spoil a true GeoJSON of the same run."""
    frame = layer(DERBY_DEGREES, crs=4326)
    _, transformation, _ = bring(frame, assume="EPSG:27700", default_crs=True)
    assert transformation.source_crs == "EPSG:4326"


@needs_real_data
@pytest.mark.parametrize(
    ("name", "source_crs"),
    [
        ("geojson-land-boundary-27700.geojson", "EPSG:27700"),
        ("land-boundary-4258.geojson", "EPSG:4258"),
        ("land-boundary-4326.geojson", "EPSG:4326"),
        ("geopackage-land-boundary-4326.gpkg", "EPSG:4326"),
    ],
)
def test_real_boundaries_in_right_systems(name, source_crs):
    """Boundary files that say the right thing are read without a remark."""
    result, transformation, issues = bring(gpd.read_file(REAL / "boundary_uploads" / name))
    assert (transformation.source_crs, issues) == (source_crs, [])
    assert result.geometry.notna().all()


# --- shape of the result ---------------------------------------------------------------------------


@pytest.mark.parametrize(("crs", "xy"), [(27700, DERBY_M), (4326, DERBY_DEGREES)])
def test_heights_and_m_values_are_dropped_and_counted(crs, xy):
    """The result is flat; how many features lost a height is said once."""
    x, y = xy
    shapes = [Point(x, y, 80.0), Point(x, y), LineString([(x, y, 1), (x, y + 0.001, 2)])]
    expected = 2
    if hasattr(shapely, "has_m"):
        shapes += [shapely.from_wkt(f"POINT M ({x} {y} 5)"), shapely.from_wkt(f"POINT ZM ({x} {y} 5 6)")]
        expected = 4
    frame = layer(*shapes, crs=crs)
    result, _, issues = bring(frame)
    assert not shapely.has_z(result.geometry.array).any()
    assert {shapely.get_coordinate_dimension(each) for each in result.geometry} == {2}
    assert [(each.code, each.value) for each in issues] == [("vertical-values-dropped", str(expected))]
    assert str(expected) in issues[0].message
    assert frame.geometry.iloc[0].has_z, "the input must stay as it was"


def test_rows_without_geometry_and_other_column_names_pass_through():
    """Missing and empty geometries stay, as do the name of the column and the input itself."""
    frame = layer(None, Polygon(), DERBY_DEGREES, crs=4326, note=[1, 2, 3]).rename_geometry("geom")
    before = frame.copy()
    result, _, issues = bring(frame)
    assert result.geometry.name == "geom"
    assert list(result.columns) == list(frame.columns)
    assert result.geometry.isna().tolist() == [True, False, False]
    assert result.geometry.is_empty.tolist() == [False, True, False]
    assert issues == []
    assert frame.equals(before)


@pytest.mark.parametrize("crs", [27700, 4326])
def test_an_empty_layer_is_no_fault(crs):
    """A layer without rows, or without any geometry, goes through."""
    for frame in (layer(crs=crs), layer(None, crs=crs)):
        result, _, issues = bring(frame)
        assert (len(result), issues) == (len(frame), [])
        assert result.crs.to_epsg() == 27700
