"""The sample data: made again it is the same, and it holds what its tables say it holds."""

import csv
import importlib
import os
import sqlite3
import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from lnrs_geo import strategy
from lnrs_geo.model import Stage
from lnrs_geo.multiplier.applications import read_application
from lnrs_geo.multiplier.regime import Publication, regime_of

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "data" / "sample"
REAL = os.environ.get("LNRS_GEO_REAL_DATA")
TEMPLATE = "metric_template/Post-intervention - all unit and intervention types.gpkg"

# Every reason that a check without dates can give, save those that need a file left out.
REASONS = {
    "consistent", "override", "baseline", "retained", "inconsistent", "not-eligible", "not-listed",
    "scores-zero", "unmapped", "in-apib-only", "open-verdict", "no-proposed-habitat", "unclear-retention",
    "unknown-habitat", "unknown-intervention", "outside-area", "lnrs-not-loaded", "repaired-geometry",
    "straddling-vertical", "error",
}  # fmt: skip


@pytest.fixture(scope="module")
def expected() -> list[dict[str, str]]:
    with (SAMPLE / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def measures() -> gpd.GeoDataFrame:
    return gpd.read_file(SAMPLE / "measures.gpkg", layer="potential_measures")


@pytest.fixture(scope="module")
def mended(measures: gpd.GeoDataFrame) -> dict[str, shapely.Geometry]:
    """Return the ground of each measure, by id."""
    whole = measures.assign(geometry=measures.geometry.make_valid())
    return {key: shapely.union_all(rows.geometry.array) for key, rows in whole.groupby("pm_id")}


@pytest.fixture(scope="module")
def parcels() -> dict[tuple[str, str, str], shapely.Geometry]:
    """Every shape of both templates by file, layer and reference."""
    found = {}
    for source in ("parcels.gpkg", "parcels_service.gpkg"):
        for layer, _ in pyogrio.list_layers(SAMPLE / source):
            if layer != "Red Line Boundary":
                frame = gpd.read_file(SAMPLE / source, layer=layer)
                refs = next(c for c in frame.columns if c in ("Parcel Ref", "Tree Ref", "Habitat Ref"))
                for ref, shape in zip(frame[refs], frame.geometry, strict=True):
                    found[source, layer, ref] = shape
    return found


def dump(path: Path) -> list[str]:
    """Return the whole content of a GeoPackage as statements."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
        content = list(base.iterdump())
    base.close()
    return content


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make the sample twice over, with the script as a user runs it."""
    folders = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    for folder in folders:
        subprocess.run([sys.executable, str(ROOT / "data" / "make_sample.py"), str(folder)], check=True)
    return folders


def test_two_runs_give_the_same_content(remade: tuple[Path, Path]) -> None:
    """Running the script twice gives every file with the same content."""
    for first in remade[0].iterdir():
        second = remade[1] / first.name
        if first.suffix == ".gpkg":
            assert dump(first) == dump(second)
        else:
            assert first.read_bytes() == second.read_bytes()


def test_committed_sample_is_what_the_script_makes(remade: tuple[Path, Path]) -> None:
    """The files kept are those the script makes: texts to the byte, shapes to a centimetre or two."""
    assert {p.name for p in remade[0].iterdir()} == {p.name for p in SAMPLE.iterdir()}
    for made in remade[0].iterdir():
        kept = SAMPLE / made.name
        if made.suffix not in (".gpkg", ".geojson"):
            assert made.read_bytes() == kept.read_bytes(), f"{made.name}: run python data/make_sample.py"
            continue
        assert pyogrio.list_layers(made).tolist() == pyogrio.list_layers(kept).tolist()
        for layer, _ in pyogrio.list_layers(made):
            new, old = gpd.read_file(made, layer=layer), gpd.read_file(kept, layer=layer)
            assert new.drop(columns="geometry").equals(old.drop(columns="geometry")), (made.name, layer)
            # Other versions of GEOS may begin a ring elsewhere or round a vertex the other way.
            apart = new.make_valid().hausdorff_distance(old.make_valid(), align=False)
            assert (new.geometry.isna() == old.geometry.isna()).all()
            assert apart.fillna(0).max() < 0.03, (made.name, layer)


def test_sample_stays_small_and_says_it_is_made_up() -> None:
    """All files together stay under 2 MB, and each layer's description says that it is made up."""
    assert sum(p.stat().st_size for p in SAMPLE.iterdir()) < 2_000_000
    for path in SAMPLE.glob("*.gpkg"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
            rows = base.execute("select description, srs_id, last_change from gpkg_contents").fetchall()
        base.close()
        assert rows
        assert all(text.startswith("MADE-UP") and srs == 27700 for text, srs, _ in rows)
        assert {moment for _, _, moment in rows} == {"2025-01-15T00:00:00.000Z"}


def test_map_is_rich_enough(measures: gpd.GeoDataFrame) -> None:
    """There are at least 16 measures and 400 places, holed, many-cornered and overlapping themselves."""
    assert measures.pm_id.nunique() >= 16
    assert len(measures) >= 400
    assert list(measures.columns) == ["lnrs_id", "pm_loc_id", "pm_id", "pm_desc", "priority_1", "eligible",
                                      "geometry"]  # fmt: skip
    assert measures.pm_loc_id.is_unique
    assert measures.pm_desc.str.startswith("Sample measure: ").all()
    assert (measures.geometry.count_coordinates() > 2000).sum() >= 2
    assert measures.geometry.explode().count_interior_rings().gt(0).sum() >= 20
    assert measures.geometry.map(lambda shape: len(shape.geoms) > 1).sum() >= 10
    assert measures[~measures.geometry.is_valid].pm_id.tolist() == ["SMP-O1"]
    pairs = measures.geometry.sindex.query(measures.geometry, predicate="overlaps")
    ids = measures.pm_id.to_numpy()
    assert (ids[pairs[0]] == ids[pairs[1]]).any()
    assert (ids[pairs[0]] != ids[pairs[1]]).any()
    assert set(measures[measures.eligible == "no"].pm_id) == {"SMP-E1"}


def test_every_reason_occurs(expected: list[dict[str, str]]) -> None:
    """Each reason that needs no dates is expected of at least one part."""
    assert {row["ss_reason"] for row in expected} == REASONS
    assert {row["status"] for row in expected} == {"decided", "provisional", "error"}
    assert {row["check"] for row in expected} == {
        "", "ok", "blank", "unrecognised", "invalid-medium", "baseline-not-low", "review", "wrong-high",
        "missed-high",
    }  # fmt: skip


def test_expectations_name_the_parcels_that_are_there(
    expected: list[dict[str, str]], parcels: dict[tuple[str, str, str], shapely.Geometry]
) -> None:
    """Every parcel has an expectation and every expectation a parcel."""
    assert {(r["source"], r["layer"], r["parcel_ref"]) for r in expected} == set(parcels)


def test_measures_lie_where_the_tables_say(
    expected: list[dict[str, str]],
    parcels: dict[tuple[str, str, str], shapely.Geometry],
    mended: dict[str, shapely.Geometry],
) -> None:
    """The measures named for a parcel are exactly those that its shape meets."""
    for row in expected:
        shape = parcels[row["source"], row["layer"], row["parcel_ref"]]
        if shape is None:
            continue
        shape = shapely.make_valid(shape)
        met = {key for key, ground in mended.items() if _meets(shape, ground)}
        assert met == set(filter(None, row["measures"].split(";"))), row["parcel_ref"]


def _meets(shape: shapely.Geometry, ground: shapely.Geometry) -> bool:
    """Whether a parcel shares more than a trace with a measure's ground; an edge counts for a line."""
    if shape.area:
        return bool(shape.intersection(ground).area > 0.01)
    if shape.length:
        return bool(shape.intersection(ground.buffer(1e-6)).length > 0.1)
    return bool(shape.distance(ground) <= 1e-6)


def test_parts_lie_where_the_tables_say(
    expected: list[dict[str, str]], parcels: dict[tuple[str, str, str], shapely.Geometry]
) -> None:
    """Strategy and authority of the expected parts are those that the parcel's shape meets."""
    areas = gpd.read_file(SAMPLE / "area.gpkg").set_index("lnrs_id").geometry
    districts = gpd.read_file(SAMPLE / "authorities.gpkg").set_index("name")
    park = districts[districts.kind == "national-park"].geometry.union_all()
    found = {name: row.geometry if row.kind == "national-park" else row.geometry.difference(park)
             for name, row in districts.iterrows()}  # fmt: skip
    places = defaultdict(set)
    for row in expected:
        places[row["source"], row["layer"], row["parcel_ref"]].add((row["lnrs_id"], row["authority"]))
    for key, said in places.items():
        shape = parcels[key]
        if shape is None:
            assert said == {("", "")}
            continue
        shape = shapely.make_valid(shape)
        outside = shape.difference(areas.union_all())
        assert {name for _, name in said} == {n for n, ground in found.items() if _meets(shape, ground)}, key
        strategies = {n for n, ground in areas.items() if _meets(shape, ground)}
        assert {n for n, _ in said} == strategies | ({""} if outside.area > 0.01 else set()), key


def test_cut_parcels_are_cut_and_others_are_not(
    expected: list[dict[str, str]],
    parcels: dict[tuple[str, str, str], shapely.Geometry],
    mended: dict[str, shapely.Geometry],
) -> None:
    """A parcel expected both High and unmapped has real size on both sides; a High one none outside."""
    answers = defaultdict(set)
    for row in expected:
        if row["stage"] == "post" and row["lnrs_id"] == "sample":
            key = row["source"], row["layer"], row["parcel_ref"]
            answers[key].add((row["strat_sig"], row["ss_reason"], row["measures"]))
    for key, said in answers.items():
        shape = parcels[key]
        if not shape.area or not any(sig == "High" for sig, _, _ in said):
            continue
        ground = shapely.union_all([mended[m] for _, _, ids in said for m in ids.split(";") if m])
        bare = shape.difference(ground).area
        if len(said) == 2:
            assert min(bare, shape.area - bare) > 500, key
        elif key[2] != "H105":  # crosses the strategy's border, where the map ends
            assert bare < 0.01, key


def test_farm_is_tiled_by_its_parcels() -> None:
    """The parcels on the site neither overlap nor leave a gap, the sliver beside its field included."""
    habitats = gpd.read_file(SAMPLE / "parcels.gpkg", layer="Habitats")
    outline = gpd.read_file(SAMPLE / "parcels.gpkg", layer="Red Line Boundary").geometry[0]
    site = habitats[habitats.Location == "On-site"]
    assert len(site) >= 60
    assert abs(site.geometry.area.sum() - outline.area) < 0.05
    assert abs(site.geometry.union_all().area - outline.area) < 0.05
    assert (site.geometry.area < 1).sum() == 1
    assert site.geometry.explode().count_interior_rings().sum() == 1
    assert (site.geometry.count_geometries() > 1).sum() == 1
    boundary = gpd.read_file(SAMPLE / "site.geojson")
    assert boundary.crs == "EPSG:27700"
    assert boundary.geometry[0].equals(outline)


def test_line_along_an_edge_stays_within_ten_centimetres(
    parcels: dict[tuple[str, str, str], shapely.Geometry], mended: dict[str, shapely.Geometry]
) -> None:
    """One hedge runs beside a measure's edge, longer inside than out; another lies exactly on it."""
    edge = mended["SMP-HG1"].boundary
    beside = parcels["parcels.gpkg", "Hedgerows", "HG05"]
    assert 0.02 < beside.hausdorff_distance(edge.intersection(beside.buffer(1))) < 2
    assert max(edge.distance(shapely.Point(xy)) for xy in beside.coords) < 0.1
    assert 0.5 < beside.intersection(mended["SMP-HG1"]).length / beside.length < 0.9
    upon = parcels["parcels.gpkg", "Hedgerows", "HG04"]
    assert upon.difference(edge.buffer(1e-6)).length < 1e-6
    tree = parcels["parcels.gpkg", "Urban Trees", "T05"]
    assert tree.distance(mended["SMP-TR1"].boundary) < 1e-9


def test_sample_strategy_loads() -> None:
    """The sample's strategy file is read with the files beside it."""
    sample = strategy.load(SAMPLE / "strategy.toml")
    assert (sample.lnrs_id, sample.status) == ("sample", "sample")
    assert sample.area == SAMPLE / "area.gpkg"
    assert sample.crosswalk == SAMPLE / "crosswalk.csv"
    assert sample.measure_layers == ("potential_measures",)
    names = set(gpd.read_file(SAMPLE / "authorities.gpkg").name)
    assert set(sample.authorities) == names


def test_crosswalk_has_rows_of_every_kind() -> None:
    """All verdicts, interventions, ranks and modules occur, wildcards, complete lists, and one gap."""
    with (SAMPLE / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (strategy.PACKS / "derbyshire" / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == []
    assert {row["status"] for row in rows} == {"published", "confirmed", "proposed"}
    assert {row["verdict"] for row in rows if not row["complete"]} == {"yes", "no", "conditional"}
    assert {row["intervention"] for row in rows if not row["complete"]} == {"create", "enhance", "either"}
    assert {row["module"] for row in rows} == {"area", "hedgerow", "watercourse", "tree"}
    assert {"*", "Grassland - *"} <= {row["habitat"] for row in rows}
    assert all(row["habitat"] == "" for row in rows if row["complete"])
    measures = set(gpd.read_file(SAMPLE / "measures.gpkg").pm_id)
    assert measures - {row["measure_id"] for row in rows} == {"SMP-S1"}


@pytest.mark.skipif(REAL is None, reason="LNRS_GEO_REAL_DATA is not set: no real template to compare with")
def test_layers_and_columns_are_those_of_the_older_template() -> None:
    """Layers, columns, their types and geometry columns are those of a real file of the template."""
    found = []
    for path in (Path(str(REAL)) / TEMPLATE, SAMPLE / "parcels.gpkg"):
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
            shapes = base.execute("select table_name, column_name, geometry_type_name, srs_id, z, m "
                                  "from gpkg_geometry_columns order by table_name").fetchall()  # fmt: skip
            columns = {
                name: [(c[1], c[2], c[5]) for c in base.execute(f'pragma table_info("{name}")')]
                for name, *_ in shapes
            }
        base.close()
        found.append((shapes, columns))
    assert found[0] == found[1]


def test_applications_fall_under_the_rows_that_their_lines_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows of the transition rules that stand beside each made-up application are those that decide it."""
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    lines = importlib.import_module("sample_applications").APPLICATIONS
    with (SAMPLE / "applications.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(lines)
    published = strategy.load(SAMPLE / "strategy.toml").published
    assert published
    for row, (_, told) in zip(rows, lines, strict=True):
        application, faults = read_application(row)
        assert not faults
        found = [
            regime_of(
                stage,
                application,
                publication=Publication(*published),
                as_at=date(2026, 11, 20),
                off_site=bool(application.off_site),
            ).rule
            for stage in Stage
        ]
        assert " ".join(found) == told, row["reference"]
