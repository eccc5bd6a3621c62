"""Results of many sites in one GeoPackage, or in a set of GeoParquet files."""

import dataclasses
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from lnrs_geo import packet, pieces
from lnrs_geo.assembly import PARQUET, assemble
from lnrs_geo.columns import ISSUES, MATCHES, MEASURES_USED, PARCELS, PARTS, names
from lnrs_geo.errors import OptionError, OutputError
from lnrs_geo.write import Tables, write_results
from tests.tables_example import example

ROOT = Path(__file__).parents[1]
LAYERS = ["parts", "parts_line", "parts_point", "measures_used", "parcels", "matches", "issues", "run"]


def moved() -> Tables:
    """Return the example 500 m further east, in another LNRS, with other columns of the input."""
    tables = example()
    parts = tables.parts.assign(
        geometry=shapely.transform(tables.parts.geometry.array, lambda xy: xy + np.array([500, 0])),
        lnrs_id="15",
    )
    parts["lnrs_id"] = [*["7/a"] * 2, *parts["lnrs_id"][2:-1], ""]
    own = [name for name in tables.parcels if name.startswith("in_")]
    count = len(tables.parcels)
    parcels = tables.parcels.drop(columns=own)
    parcels["in_REF"] = range(count)
    parcels["in_flag"] = pd.Series([None] * count, dtype=object)
    parcels["in_new"] = [1.5, *range(1, count)]
    measures = tables.measures_used.assign(relied_on=[False, True])
    return dataclasses.replace(tables, parts=parts, parcels=parcels, measures_used=measures)


SITES = {"B": example, "A": moved}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, Path]]]:
    """Return the results of two sites on disk: each form, and both in one packet."""
    folder = tmp_path_factory.mktemp("sites")
    for site, make in SITES.items():
        write_results(make(), folder / "usual" / site)
        packet.write_lean(make(), folder / "lean" / site)
    packet.write_packet(((site, make()) for site, make in SITES.items()), folder / "packet")
    return {
        "usual": [(site, folder / "usual" / site) for site in SITES],
        "lean": [(site, folder / "lean" / site) for site in SITES],
        "packet": [("", folder / "packet")],
    }


def rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    """Return the rows of a GeoPackage's table as SQLite holds them."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f'SELECT * FROM "{table}"').fetchall()


def test_geopackage_holds_every_row_of_every_site(found: dict[str, Any], tmp_path: Path) -> None:
    """Rows are those of the sites' own files, in the order given, with the site before them."""
    assert assemble(found["usual"], tmp_path, run={"sites": 2}) == [tmp_path / "results.gpkg"]
    assert [path.name for path in tmp_path.iterdir()] == ["results.gpkg"]
    for layer in ("parts", "parts_line", "parts_point", "matches", "issues"):
        given = [
            (site, row[1:]) for site, folder in found["usual"] for row in rows(folder / "results.gpkg", layer)
        ]
        shaped = layer.startswith("parts")
        made = rows(tmp_path / "results.gpkg", layer)
        assert [row[0] for row in made] == list(range(1, len(given) + 1))
        if shaped:
            assert [(row[2], (row[1], *row[3:])) for row in made] == given
        else:
            assert [(row[1], row[2:]) for row in made] == given
    assert rows(tmp_path / "results.gpkg", "run") == [(1, "sites", "2")]


def test_geopackage_opens_as_that_of_one_site(found: dict[str, Any], tmp_path: Path) -> None:
    """Layers, types, styles and spatial indexes are those of a single result; `site` comes first."""
    assemble(found["usual"], tmp_path)
    path, single = tmp_path / "results.gpkg", found["usual"][0][1] / "results.gpkg"
    assert pyogrio.list_layers(path).tolist() == pyogrio.list_layers(single).tolist()
    promised = {"measures_used": MEASURES_USED, "matches": MATCHES, "issues": ISSUES, "parcels": PARCELS}
    for layer in LAYERS[:-1]:
        info = pyogrio.read_info(path, layer=layer)
        assert info["geometry_type"] == pyogrio.read_info(single, layer=layer)["geometry_type"]
        site = [] if layer == "measures_used" else ["site"]
        expected = [*site, *names(promised.get(layer, PARTS))]
        assert list(info["fields"])[: len(expected)] == expected
        assert info["features"] == len(rows(path, layer))
    assert rows(path, "layer_styles") == rows(single, "layer_styles")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for layer in LAYERS[:4]:
            assert database.execute(f"SELECT rtreecheck('rtree_{layer}_geom')").fetchone() == ("ok",)
    # by the index: only the second site lies there
    east = pyogrio.read_dataframe(path, layer="parts", bbox=(430_600, 360_000, 430_900, 360_300))
    assert set(east["site"]) == {"A"}
    extent = pyogrio.read_info(path, layer="parts", force_total_bounds=True)["total_bounds"]
    assert extent == (430_000.0, 360_000.0, 430_800.0, 360_200.0)


@pytest.mark.parametrize("form", ["lean", "packet"])
@pytest.mark.parametrize("file_format", ["gpkg", "parquet"])
def test_every_form_of_the_sites_gives_the_same(
    found: dict[str, Any], tmp_path: Path, form: str, file_format: str
) -> None:
    """Whether sites were kept one by one, lean, or in a packet shows in no row."""
    assemble(found["usual"], tmp_path / "usual", file_format=file_format)
    assemble(found[form], tmp_path / form, file_format=file_format)
    if file_format == "gpkg":
        for layer in LAYERS:
            made = [rows(tmp_path / one / "results.gpkg", layer) for one in ("usual", form)]
            assert made[0] == made[1], layer
        return
    for name in PARQUET[:-1]:
        made = [pq.read_table(tmp_path / one / name) for one in ("usual", form)]
        assert made[0].equals(made[1]), name
    keys = ["site", "parcel_ref", "stage", "part"]
    made = [gpd.read_parquet(tmp_path / one / "parts").sort_values(keys) for one in ("usual", form)]
    assert made[0].reset_index(drop=True).equals(made[1].reset_index(drop=True))


def test_parts_stand_by_lnrs(found: dict[str, Any], tmp_path: Path) -> None:
    """A folder for each LNRS, named so that readers find it; all parts are there once, with shape and system."""
    files = assemble(found["lean"], tmp_path, file_format="parquet", run={"program": "x", "sites": 2})
    assert [path.name for path in files] == ["parts", *PARQUET]
    assert {path.parent.name for path in tmp_path.glob("parts/*/*.parquet")} == {
        "lnrs_id=14", "lnrs_id=15", "lnrs_id=7%2Fa", "lnrs_id=none",
    }  # fmt: skip
    parts = gpd.read_parquet(tmp_path / "parts")
    assert parts.crs.to_epsg() == 27700
    assert parts.columns[0] == "site"
    assert parts["lnrs_id"].astype(str).value_counts().to_dict() == {"14": 21, "15": 18, "7/a": 2, "none": 1}
    assert {"trace"}.isdisjoint(parts.columns)
    assert (~parts.geometry.isna()).sum() == 40
    told = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert told["run"] == {"program": "x", "sites": 2}
    issues = pq.read_table(tmp_path / "issues.parquet")
    assert issues["site"].to_pylist() == ["B", "A"]


def test_input_columns_of_all_sites(found: dict[str, Any], tmp_path: Path) -> None:
    """Columns are united by name whatever their case; kinds that differ become text, an empty one decides nothing."""
    assemble(found["usual"], tmp_path, file_format="parquet")
    table = pq.read_table(tmp_path / "parcels.parquet")
    kinds = {one.name: str(one.type) for one in table.schema if one.name.startswith("in_")}
    assert kinds == {
        "in_Ref": "string", "in_ref_2": "int64", 'in_Größe, "m²"': "double", "in_mixed": "string",
        "in_flag": "bool", "in_lone": "string", "in_new": "double",
    }  # fmt: skip
    count = len(table) // 2
    assert table["in_Ref"].to_pylist()[count - 1 : count + 2] == [f"=H{count - 1}+1", "0", "1"]
    assert table["in_new"].to_pylist()[count - 1 : count + 1] == [None, 1.5]
    assert table["in_flag"].to_pylist()[:3] == [True, None, False]


def test_mapped_polygon_stands_once(found: dict[str, Any], tmp_path: Path) -> None:
    """A polygon that several sites meet is there once, relied on where any site does."""
    assemble(found["usual"], tmp_path)
    made = pyogrio.read_dataframe(tmp_path / "results.gpkg", layer="measures_used")
    assert made[["location_id", "relied_on"]].values.tolist() == [["7", True], ["8", True]]
    single = pyogrio.read_dataframe(found["usual"][0][1] / "results.gpkg", layer="measures_used")
    assert made.geometry.geom_equals(single.geometry).all()


def test_pieces_make_one_table(
    found: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows read and written a few at a time are the rows taken at once."""
    assemble(found["usual"], tmp_path / "once")
    assemble(found["packet"], tmp_path / "once_parquet", file_format="parquet")
    monkeypatch.setattr("lnrs_geo.pieces._ROWS", 3)
    monkeypatch.setattr("lnrs_geo.geoparquet._GROUP_ROWS", 4)
    assemble(found["usual"], tmp_path / "few")
    assemble(found["packet"], tmp_path / "few_parquet", file_format="parquet")
    for layer in LAYERS:
        made = [rows(tmp_path / one / "results.gpkg", layer) for one in ("once", "few")]
        assert made[0] == made[1], layer
    for name in (*PARQUET[:-1], "parts/lnrs_id=15/part-0.parquet"):
        assert pq.read_table(tmp_path / "once_parquet" / name).equals(
            pq.read_table(tmp_path / "few_parquet" / name)
        ), name


def test_no_sites(tmp_path: Path) -> None:
    """Nothing assembled is whole: every layer, every file."""
    assemble([], tmp_path / "a")
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "a" / "results.gpkg")][:8] == LAYERS
    assemble([], tmp_path / "b", file_format="parquet")
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == sorted(["parts", *PARQUET])


def test_what_is_no_result_is_told(found: dict[str, Any], tmp_path: Path) -> None:
    """No results, both forms at once, a packet as a site, a site without name, a wrong format: one message each."""
    (site, usual), (_, lean) = found["usual"][0], found["lean"][0]
    both = tmp_path / "both"
    write_results(example(), both)
    packet.write_lean(example(), both)
    cases = [
        ([(site, tmp_path / "nowhere")], "no results there"),
        ([(site, both)], "both forms"),
        ([(site, found["packet"][0][1])], "A packet holds many sites"),
        ([("", usual)], "must be named"),
        ([("", lean)], "must be named"),
    ]
    for given, words in cases:
        with pytest.raises(OutputError, match=words):
            assemble(given, tmp_path / "out")
    with pytest.raises(OptionError, match="no format"):
        assemble(found["usual"], tmp_path / "out", file_format="csv")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["usual", "lean"])
@pytest.mark.parametrize("file_format", ["gpkg", "parquet"])
def test_damaged_site_changes_nothing(
    found: dict[str, Any], tmp_path: Path, form: str, file_format: str
) -> None:
    """A site whose file is cut short is named, and the older results stay."""
    make = {"usual": write_results, "lean": packet.write_lean}[form]
    make(example(), tmp_path / "C")
    assemble(found["usual"], tmp_path / "out", file_format=file_format)
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    for path in (tmp_path / "C").glob("*.gpkg" if form == "usual" else "parts.parquet"):
        path.write_bytes(path.read_bytes()[:5_000])
    with pytest.raises(OutputError, match=r"damaged.*"):
        assemble([*found["usual"], ("C", tmp_path / "C")], tmp_path / "out", file_format=file_format)
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before


def test_finished_sites_are_known(found: dict[str, Any], tmp_path: Path) -> None:
    """A folder is whole with all files of one form; one that a killed run left half placed is finished first."""
    assert all(pieces.is_whole(folder) for form in found.values() for _, folder in form)
    assert not pieces.is_whole(tmp_path)
    program = f"""
import os, signal
from pathlib import Path
from lnrs_geo.packet import write_lean
from tests.tables_example import example
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_lean(example(), Path({str(tmp_path / "killed")!r}))
"""
    if sys.platform != "win32":
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
        assert done.returncode == -9
        assert not (tmp_path / "killed" / "run.json").exists()
        assert pieces.is_whole(tmp_path / "killed")
    write_results(example(), tmp_path / "half")
    (tmp_path / "half" / "parts.csv").unlink()
    assert not pieces.is_whole(tmp_path / "half")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of files")
@pytest.mark.parametrize(("file_format", "limit"), [("gpkg", 60_000), ("gpkg", 250_000), ("parquet", 9_000)])
def test_full_disk(found: dict[str, Any], tmp_path: Path, file_format: str, limit: int) -> None:
    """A disk that fills up leaves the folder as it was, with one clear message."""
    program = f"""
import resource
from pathlib import Path
import pyarrow.parquet
from lnrs_geo.assembly import assemble
from lnrs_geo.errors import OutputError
sites = {[(site, str(folder)) for site, folder in found["usual"]]!r}
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    assemble(sites, Path({str(tmp_path)!r}) / "out", file_format={file_format!r})
except OutputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "cannot be written" in done.stdout, done.stdout
    assert "nothing was changed" in done.stdout
    assert list(tmp_path.iterdir()) == []
