"""What stands in the files of a result."""

import csv
import dataclasses
import datetime
import io
import json
import math
import sqlite3
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import jsonschema
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from lnrs_geo import atomic, columns
from lnrs_geo.columns import ISSUES, MATCHES, MEASURES_USED, PARCELS, PARTS, TRACE, Column, Kind, names
from lnrs_geo.errors import OutputError
from lnrs_geo.frames import distinct_names, empty
from lnrs_geo.write import FILES, SCHEMA, Tables, read_results, write_document, write_results
from tests.tables_example import example

ROOT = Path(__file__).parents[1]
LAYERS = {
    "parts": "MultiPolygon",
    "parts_line": "MultiLineString",
    "parts_point": "MultiPoint",
    "measures_used": "MultiPolygon",
}
ATTRIBUTES = {"parcels": PARCELS, "matches": MATCHES, "issues": ISSUES, "run": columns.RUN}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the example's results."""
    folder = tmp_path_factory.mktemp("written") / "deep" / "out"
    assert write_results(example(), folder) == [folder / name for name in FILES]
    return folder


def schema() -> dict[str, Any]:
    """Return the published JSON Schema."""
    text = files("lnrs_geo").joinpath("schemas/result-1.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def bare(**changed: Any) -> Tables:
    """Return tables of no rows."""
    nothing = gpd.GeoSeries([], crs="EPSG:27700")
    tables = Tables(
        parts=gpd.GeoDataFrame(empty((*PARTS, TRACE)), geometry=nothing),
        parcels=empty(PARCELS),
        matches=empty(MATCHES),
        issues=empty(ISSUES),
        measures_used=gpd.GeoDataFrame(empty(MEASURES_USED), geometry=nothing),
        run={},
        traces=[],
    )
    return dataclasses.replace(tables, **changed)


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8"), newline=""), strict=True))


def gpkg_rows(path: Path, table: str) -> list[tuple[Any, ...]]:
    """Return the rows of a GeoPackage's table as SQLite holds them."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(f'SELECT * FROM "{table}"').fetchall()


def test_files_and_nothing_else(out: Path) -> None:
    """The folder holds the four files of the contract and no working file."""
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)


def test_result_fits_its_schema(out: Path) -> None:
    """result.json is as the published schema says, and its columns are those of the table of columns."""
    result = read_results(out)
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(result)
    assert list(result["parts"][0]) == [*names(PARTS), "trace"]
    assert [row["trace"] for row in result["parts"]][:4] == [3, 3, 3, 1]
    assert result["traces"][0]["multiplier"] == 1
    assert result["program"] == "lnrs-geo 0.1.0"


@pytest.mark.parametrize(
    ("name", "promised"),
    [("part", (*PARTS, TRACE)), ("parcel", PARCELS), ("match", MATCHES), ("issue", ISSUES)],
)
def test_schema_states_the_columns(name: str, promised: tuple[Column, ...]) -> None:
    """The schema names every column with its meaning, requires it, and no other."""
    stated = schema()["$defs"][name]
    assert {key: value["description"] for key, value in stated["properties"].items()} == {
        column.name: column.meaning for column in promised
    }
    assert stated["required"] == names(promised)
    assert stated["additionalProperties"] is False


def test_schema_refuses_what_it_should() -> None:
    """A wrong status, a missing column and a foreign version do not fit the schema."""
    good = {"schema": SCHEMA, "program": "x", "run": {}, "traces": []}
    good |= {"parts": [], "parcels": [], "matches": [], "issues": []}
    validator = jsonschema.Draft202012Validator(schema())
    assert validator.is_valid(good)
    issue = dict.fromkeys(names(ISSUES), "") | {"severity": "warning"}
    assert validator.is_valid(good | {"issues": [issue]})
    assert not validator.is_valid(good | {"issues": [issue | {"severity": "bad"}]})
    assert not validator.is_valid(good | {"issues": [{"severity": "warning"}]})
    assert not validator.is_valid(good | {"schema": "lnrs-geo/result-2"})


def test_csv_is_plain(out: Path) -> None:
    """CSV has no byte order mark, LF only, every column promised, fixed decimals and true or false."""
    data = (out / "parts.csv").read_bytes()
    assert data.startswith(b"source,src_fid,parcel_ref,part,module,")
    assert data.endswith(b"\n")
    assert b"\r" not in data
    rows = csv_rows(out / "parts.csv")
    assert list(rows[0]) == names(PARTS)
    first, high, medium, error = rows[0], rows[3], rows[7], rows[9]
    assert (first["size"], first["size_m"], first["review"]) == ("1.800000", "18000.00", "false")
    assert [row["ss_mult"] for row in (first, high, medium, error)] == ["1", "1.15", "1.1", ""]
    assert rows[5]["review"] == "true"
    assert rows[5]["reason"] == "Nobody has said, “yes” or “no”; see WD1."


def test_input_columns_survive(out: Path) -> None:
    """The input's own values reach every file as they were, names that collide with a number added."""
    rows = csv_rows(out / "parcels.csv")
    own = [name for name in rows[0] if name.startswith("in_")]
    assert own == ["in_Ref", "in_ref_2", 'in_Größe, "m²"', "in_mixed", "in_flag", "in_lone"]
    assert [rows[0][name] for name in own] == ["=H0+1", "0", "", "a\r\nb", "true", "x\ry"]
    assert [rows[1][name] for name in own] == ["=H1+1", "1", "1.1", "3", "", "plain"]
    parcels = read_results(out)["parcels"]
    assert [parcels[0][name] for name in own] == ["=H0+1", 0, None, "a\r\nb", True, "x\ry"]
    stored = pyogrio.read_dataframe(out / "results.gpkg", layer="parcels")
    assert list(stored.columns) == list(rows[0])
    assert stored["in_mixed"].tolist()[:2] == ["a\r\nb", "3"]


@pytest.mark.parametrize(
    ("values", "text", "stored"),
    [
        ([1, 2**63], ["1", "9223372036854775808"], ["1", "9223372036854775808"]),
        ([datetime.date(2025, 9, 1), None], ["2025-09-01", ""], ["2025-09-01", None]),
        ([pd.Timestamp("2025-09-01T12:00Z"), pd.NaT], ["2025-09-01T12:00:00+00:00", ""], None),
        ([b"\x00\xff", None], ["00ff", ""], ["00ff", None]),
        ([np.array([1, 2]), ["a"]], ["[1, 2]", '["a"]'], ["[1, 2]", '["a"]']),
        ([Decimal("1.10"), "é\x00"], ["1.10", "é\ufffd"], ["1.10", "é\ufffd"]),
        (["a\x00b", None], ["a\ufffdb", ""], ["a\ufffdb", None]),
        (["\udc80", "x"], ["\\udc80", "x"], ["\\udc80", "x"]),
        ([math.inf, 1e-9], ["inf", "1e-09"], [math.inf, 1e-9]),
        ([None, None], ["", ""], [None, None]),
        ([np.int64(3), np.float32("nan")], ["3", ""], [3, None]),
    ],
)
def test_odd_input_values(
    tmp_path: Path, values: list[Any], text: list[str], stored: list[Any] | None
) -> None:
    """Values of any type reach CSV and GeoPackage without loss, and JSON without NaN."""
    parcels = example().parcels.iloc[:2].drop(columns=[c for c in example().parcels if c.startswith("in_")])
    own = pd.Series(values, dtype=object)
    write_results(bare(parcels=pd.concat([parcels, own.rename("in_odd")], axis=1)), tmp_path)
    assert [row["in_odd"] for row in csv_rows(tmp_path / "parcels.csv")] == text
    found = [row[-1] for row in gpkg_rows(tmp_path / "results.gpkg", "parcels")]
    assert found == (stored or [value or None for value in text])
    jsonschema.Draft202012Validator(schema()).validate(read_results(tmp_path))
    assert "Infinity" not in (tmp_path / "result.json").read_text(encoding="utf-8")


def test_repeated_input_names(tmp_path: Path) -> None:
    """Two columns of one and the same name both reach the files."""
    parcels = example().parcels.iloc[:1, : len(PARCELS)].copy()
    parcels = pd.concat([parcels, pd.DataFrame([["x", "y"]], columns=["in_a", "in_a"])], axis=1)
    write_results(bare(parcels=parcels), tmp_path)
    (row,) = csv_rows(tmp_path / "parcels.csv")
    assert (row["in_a"], row["in_a_2"]) == ("x", "y")


def test_files_agree(out: Path) -> None:
    """CSV, JSON and GeoPackage state the same values."""
    result = read_results(out)
    table = csv_rows(out / "parts.csv")
    layers = [pyogrio.read_dataframe(out / "results.gpkg", layer=name) for name in list(LAYERS)[:3]]
    key = ["parcel_ref", "stage", "part"]
    stored = {tuple(row[name] for name in key): row for layer in layers for row in layer.to_dict("records")}
    assert len(stored) == len(table) == len(result["parts"]) == 21
    for text, row in zip(table, result["parts"], strict=True):
        layer = stored[tuple(row[name] for name in key)]
        for column in PARTS:
            value = row[column.name]
            if column.kind in (Kind.DECIMAL, Kind.MULTIPLIER):
                assert (text[column.name] == "") is (value is None) is bool(pd.isna(layer[column.name]))
                assert value is None or float(text[column.name]) == value == layer[column.name]
            else:
                assert value == layer[column.name]
                shown = str(value).lower() if column.kind is Kind.BOOL else str(value)
                assert text[column.name] == shown


def test_geopackage_layers(out: Path) -> None:
    """Layers have one geometry type each, EPSG:27700, a spatial index; tables are attributes."""
    path = out / "results.gpkg"
    assert [name for name, _ in pyogrio.list_layers(path)] == [*LAYERS, *ATTRIBUTES, "layer_styles"]
    for name, kind in LAYERS.items():
        info = pyogrio.read_info(path, layer=name)
        assert (info["geometry_type"], info["crs"]) == (kind, "EPSG:27700")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kinds = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents"))
        indexed = {row[0] for row in database.execute("SELECT table_name FROM gpkg_extensions")}
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
    assert kinds == dict.fromkeys(LAYERS, "features") | dict.fromkeys(
        [*ATTRIBUTES, "layer_styles"], "attributes"
    )
    assert indexed >= set(LAYERS)
    assert broken == []


def test_geopackage_can_be_worked_on(out: Path, tmp_path: Path) -> None:
    """A GIS that adds or removes features finds the counts, the spatial index and the extent in order."""
    path = tmp_path / "results.gpkg"
    path.write_bytes((out / "results.gpkg").read_bytes())
    with closing(sqlite3.connect(path)) as database:
        asked = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = 'parts'"
        assert database.execute(asked).fetchone() == (430_000, 360_000, 430_300, 360_200)
    added = pyogrio.read_dataframe(path, layer="parts").iloc[:2]
    pyogrio.write_dataframe(added, path, layer="parts", driver="GPKG", append=True)
    assert pyogrio.read_info(path, layer="parts")["features"] == 13
    west = shapely.box(430_000, 360_000, 430_010, 360_010)
    assert len(pyogrio.read_dataframe(path, layer="parts", bbox=west.bounds)) == 3
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT rtreecheck('rtree_parts_geom')").fetchone() == ("ok",)
        kept = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'parts'"
        names_kept = {name for (name,) in database.execute(kept)}
    assert names_kept >= {
        "rtree_parts_geom_insert", "rtree_parts_geom_delete",
        "trigger_insert_feature_count_parts", "trigger_delete_feature_count_parts",
    }  # fmt: skip


def test_no_part_is_lost(out: Path) -> None:
    """Parts stand in the layer of their geometry; one without geometry stands in `parts` with none."""
    found = {name: pyogrio.read_dataframe(out / "results.gpkg", layer=name) for name in LAYERS}
    assert {name: len(layer) for name, layer in found.items()} == {
        "parts": 11,
        "parts_line": 5,
        "parts_point": 5,
        "measures_used": 2,
    }
    lost = found["parts"].set_index("parcel_ref").loc["H7"]
    assert lost.geometry is None
    assert lost.status == "error"
    whole = example().parts
    shown = found["parts"][found["parts"].status == "decided"].geometry
    given = whole[(whole.module == "area") & (whole.status == "decided")].geometry
    assert set(shown.geom_type) == {"MultiPolygon"}
    pieces = [[piece.wkb for piece in shapely.get_parts(shape)] for shape in shown]
    assert pieces == [[piece.wkb for piece in shapely.get_parts(shape)] for shape in given]
    assert found["parts"].review.dtype == bool
    assert found["measures_used"].relied_on.tolist() == [True, False]


def test_shapes_that_no_layer_shows(tmp_path: Path) -> None:
    """Empty shapes and mixed collections keep their row in `parts`, without a shape."""
    shapes = ["POINT EMPTY", "LINESTRING EMPTY", "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))"]
    shapes += ["MULTIPOINT (1 2, 3 4)", "LINESTRING Z (1 2 3, 4 5 6)"]
    table = example().parts.iloc[: len(shapes)].set_geometry(gpd.GeoSeries.from_wkt(shapes), crs="EPSG:27700")
    write_results(bare(parts=table), tmp_path)
    found = {name: pyogrio.read_dataframe(tmp_path / FILES[0], layer=name) for name in LAYERS}
    assert found["parts"].geometry.tolist() == [None] * 3
    assert found["parts_line"].geometry.to_wkt().tolist() == ["MULTILINESTRING ((1 2, 4 5))"]
    assert len(found["parts_point"]) == 1


def test_names_that_sqlite_confuses() -> None:
    """Names that differ by case alone get a number, whichever comes first, and never one that is taken."""
    assert distinct_names(["in_ref", "in_REF", "in_REF_2"]) == ["in_ref", "in_REF_2", "in_REF_2_2"]
    assert distinct_names(["in_SS\x00", "in_ß"]) == ["in_SS\ufffd", "in_ß"]


def test_run_is_a_table_of_keys(out: Path) -> None:
    """What is known of the run stands in rows of key and value."""
    rows = dict(row[1:] for row in gpkg_rows(out / "results.gpkg", "run"))
    assert rows["inputs.1.path"] == "site.gpkg"
    assert rows["strict"] == "false"


def test_same_inputs_same_bytes(out: Path, tmp_path: Path) -> None:
    """A second run writes the same bytes, and a GeoPackage equal row by row."""
    write_results(example(), tmp_path)
    for name in FILES[1:]:
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes(), name
    for name in [*LAYERS, *ATTRIBUTES, "layer_styles"]:
        assert gpkg_rows(tmp_path / FILES[0], name) == gpkg_rows(out / FILES[0], name), name


def test_document_is_the_file(out: Path) -> None:
    """What goes to standard output is result.json to the byte."""
    stream = io.StringIO()
    write_document(example(), stream)
    assert stream.getvalue().encode("utf-8") == (out / "result.json").read_bytes()


def test_paths_that_no_encoding_holds(tmp_path: Path) -> None:
    """A file name with stray bytes in what is said of the run does not stop the writing."""
    write_results(bare(run={"inputs": [{"path": "\udce9.gpkg"}]}), tmp_path)
    assert read_results(tmp_path)["run"]["inputs"][0]["path"] == "\\udce9.gpkg"


def test_empty_results(tmp_path: Path) -> None:
    """A run that found nothing still writes every layer with its type and every column."""
    write_results(bare(), tmp_path)
    for name, kind in LAYERS.items():
        info = pyogrio.read_info(tmp_path / FILES[0], layer=name)
        promised = MEASURES_USED if name == "measures_used" else PARTS
        assert (info["geometry_type"], info["features"], info["crs"]) == (kind, 0, "EPSG:27700")
        assert list(info["fields"]) == names(promised)
        assert dict(zip(info["fields"], info["ogr_types"], strict=True)) == {
            column.name: {
                Kind.TEXT: "OFTString",
                Kind.BOOL: "OFTInteger",
                Kind.INT: "OFTInteger64",
            }.get(column.kind, "OFTReal")
            for column in promised
        }
    assert (tmp_path / "parts.csv").read_text() == ",".join(names(PARTS)) + "\n"
    jsonschema.Draft202012Validator(schema()).validate(read_results(tmp_path))


def test_pieces_make_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: Path) -> None:
    """Rows written piece by piece are the rows written at once."""
    monkeypatch.setattr("lnrs_geo.tabular._ROWS", 4)
    write_results(example(), tmp_path)
    for name in FILES[1:]:
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()


def test_numbers_at_the_edge(tmp_path: Path) -> None:
    """NaN and infinity become empty and null, minus zero plain zero, counts stay whole."""
    parcels = example().parcels.iloc[:1, : len(PARCELS)].copy()
    parcels["size"], parcels["size_m"], parcels["share_high"] = math.inf, -0.001, float("nan")
    parcels["units_claimed"], parcels["n_parts"] = Decimal("0.1234565"), 2.0
    write_results(bare(parcels=parcels), tmp_path)
    (row,) = csv_rows(tmp_path / "parcels.csv")
    assert (row["size"], row["size_m"], row["share_high"], row["n_parts"]) == ("", "0.00", "", "2")
    (stated,) = read_results(tmp_path)["parcels"]
    assert (stated["size"], stated["size_m"], stated["share_high"]) == (None, 0, None)
    assert float(row["units_claimed"]) == stated["units_claimed"]


def test_fault_of_the_program_is_loud(tmp_path: Path) -> None:
    """A table without a promised column, or in other coordinates, writes nothing."""
    with pytest.raises(ValueError, match="lacks the columns check"):
        write_results(bare(parcels=empty(PARCELS).drop(columns="check")), tmp_path / "out")
    with pytest.raises(ValueError, match="EPSG:4326"):
        write_results(bare(parts=example().parts.to_crs("EPSG:4326")), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of files")
@pytest.mark.parametrize("limit", [3_000, 20_000, 100_000])
def test_full_disk(tmp_path: Path, limit: int) -> None:
    """A disk that fills up while any of the files is written leaves the folder as it was."""
    program = f"""
import resource, sys
from pathlib import Path
from lnrs_geo.errors import OutputError
from lnrs_geo.write import write_results
from tests.tables_example import example
tables = example()
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    write_results(tables, Path({str(tmp_path)!r}) / "out")
except OutputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "cannot be written" in done.stdout
    assert "nothing was changed" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_reader_finishes_what_a_killed_run_began(tmp_path: Path) -> None:
    """Results of a run killed while its files took their places are found whole."""
    write_results(bare(run={"program": "old"}), tmp_path)
    program = f"""
import os, signal
from pathlib import Path
from lnrs_geo.write import write_results
from tests.tables_example import example
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_results(example(), Path({str(tmp_path)!r}))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert not (tmp_path / "result.json").exists()
    assert (tmp_path / atomic.COMMITTED).is_dir()
    assert read_results(tmp_path)["program"] == "lnrs-geo 0.1.0"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_reading_what_is_not_there(tmp_path: Path) -> None:
    """No results, damaged ones and those of another version each give one clear message."""
    with pytest.raises(OutputError, match="There are no results there"):
        read_results(tmp_path / "nowhere")
    path = tmp_path / "result.json"
    path.write_text('{"schema": "lnrs-geo/result-1", "parts": [', encoding="utf-8")
    with pytest.raises(OutputError, match="damaged or not finished"):
        read_results(tmp_path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(OutputError, match="damaged or not finished"):
        read_results(tmp_path)
    for text in ('{"schema": "lnrs-geo/result-9"}', "[]"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(OutputError, match="this program reads 'lnrs-geo/result-1'"):
            read_results(tmp_path)
