"""The corrected file is the input but for the cells and rows that were to change."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from decimal import Decimal
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given

from lnrs_geo import atomic
from lnrs_geo.corrected import Child, Correction, Split, SplitPart, uneditable, write_corrected
from lnrs_geo.corrected.part_rows import shares
from lnrs_geo.errors import OutputError, SourceError

REAL = os.environ.get("LNRS_GEO_REAL_DATA")
TEMPLATES = sorted(Path(REAL).glob("metric_template/*.gpkg")) if REAL else []
SS = "Proposed Strategic Significance"
HIGH, LOW = (
    "Formally identified in local strategy",
    "Area/compensation not in local strategy/ no local strategy",
)
EAST, NORTH = 430_000.0, 350_000.0


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def line(*xy: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString([(EAST + x, NORTH + y) for x, y in xy])


def layer(
    path: Path, name: str, columns: Mapping[str, list[Any]], shapes: list[Any], kind: str, **words: Any
) -> None:
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=words.pop("crs", "EPSG:27700"))
    pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", geometry_type=kind, **words)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Two areas, a hedge and a tree as the older template keeps them: sizes in whole m2 and m."""
    path = tmp_path / "in" / "site.gpkg"
    path.parent.mkdir()
    layer(
        path, "Habitats",
        {"Parcel Ref": ["AH-012", "AH-012-1"], "Area": np.array([301, 100], dtype="int32"),
         SS: [LOW, LOW], "Note [own]": ["It's", None]},
        [box(0, 0, 30, 10), box(0, 50, 10, 60)], "MultiPolygon", promote_to_multi=True,
    )  # fmt: skip
    layer(
        path, "Hedgerows", {"Parcel Ref": ["H1"], "Length": np.array([30], dtype="int32"), SS: ["N/A"]},
        [line((0, 0), (10, 0), (30, 0))], "LineString",
    )  # fmt: skip
    layer(path, "Urban Trees", {"Tree Ref": ["T1"], SS: [LOW]}, [shapely.Point(EAST, NORTH)], "Point")
    return path


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """Two areas as the newer template keeps them: hectares, references and ids of parents."""
    path = tmp_path / "newer.gpkg"
    layer(
        path, "Area Habitats Post-Intervention",
        {"Habitat Ref": ["AH-1", "AH-2-1"], "Parent Ref": [None, "AH-2"], "Area": [0.03, 0.1], SS: ["Low", "Low"],
         "feature_uuid": ["{DA0A8D1E-3F1C-4B52-9B06-0D64F1B6A111}", "da0a8d1e-3f1c-4b52-9b06-0d64f1b6a112"],
         "parent_uuid": [None, "da0a8d1e-3f1c-4b52-9b06-0d64f1b6a113"]},
        [box(0, 0, 30, 10), box(0, 50, 10, 60)], "Polygon",
    )  # fmt: skip
    return path


def two(left: str | None = HIGH, right: str | None = LOW) -> tuple[SplitPart, ...]:
    """The first area in two parts of 100 and 200 m2."""
    return SplitPart(2, box(10, 0, 30, 10), right), SplitPart(1, box(0, 0, 10, 10), left)


def area_split(parts: tuple[SplitPart, ...], fid: int = 1, **words: Any) -> Split:
    words = {"layer": "Habitats", "ref_column": "Parcel Ref", "parent_ref_column": "", **words}
    return Split(fid=fid, column=SS, size_columns=words.pop("size_columns", ("Area",)), parts=parts, **words)


def newer_split(parts: tuple[SplitPart, ...], fid: int = 1) -> Split:
    words = {
        "layer": "Area Habitats Post-Intervention",
        "ref_column": "Habitat Ref",
        "parent_ref_column": "Parent Ref",
    }
    return area_split(parts, fid, **words)


def query(path: Path, sql: str, *words: Any) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        return database.execute(sql, words).fetchall()


def by_hand(path: Path, sql: str) -> sqlite3.Connection:
    """Change a file as other software would; the connection stays open."""
    database = sqlite3.connect(path)
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        database.create_function(name, 1, lambda _: 0)
    database.execute(sql)
    database.commit()
    return database


def content(path: Path) -> dict[str, list[Any]]:
    """Every object of the database and every row of every table, with the kind of each cell."""
    found: dict[str, list[Any]] = {"sqlite_master": query(path, "SELECT * FROM sqlite_master")}
    for pragma in ("user_version", "application_id", "page_size", "encoding", "schema_version"):
        found[pragma] = query(path, f"PRAGMA {pragma}")
    for (raw,) in query(path, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        name = raw.decode()
        columns = [row[1].decode() for row in query(path, f'PRAGMA table_info("{name}")')]
        kinds = ", ".join(f'typeof("{column}")' for column in columns)
        found[name] = [
            dict(zip(columns, zip(row, row[len(columns) :], strict=False), strict=False))
            for row in query(path, f'SELECT *, {kinds} FROM "{name}"')
        ]
    return found


def whole(path: Path) -> None:
    """The database is sound, for SQLite and for whoever reads layers."""
    assert query(path, "PRAGMA integrity_check") == [(b"ok",)]
    for (raw,) in query(path, "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"):
        name = raw.decode()
        frame = pyogrio.read_dataframe(path, layer=name)
        assert len(frame) == query(path, f'SELECT count(*) FROM "{name}"')[0][0]
        assert pyogrio.read_info(path, layer=name)["features"] == len(frame)


# --- Cells --------------------------------------------------------------------------------------------


def test_only_the_cells_named_change(older: Path, tmp_path: Path) -> None:
    """Cells are set in the rows and columns named; every other byte of every table stays."""
    before, digest = content(older), sha256(older.read_bytes()).digest()
    out = tmp_path / "out" / "site.gpkg"
    made = write_corrected(
        older, out, splits=[],
        corrections=[Correction("Habitats", 2, SS, HIGH), Correction("Hedgerows", 1, SS, LOW)],
    )  # fmt: skip
    before["Habitats"][1][SS] = (HIGH.encode(), b"text")
    before["Hedgerows"][0][SS] = (LOW.encode(), b"text")
    assert content(out) == before
    whole(out)
    assert made.children == () and made.issues == ()
    assert sha256(older.read_bytes()).digest() == digest
    assert [path.name for path in older.parent.iterdir()] == ["site.gpkg"]
    assert [path.name for path in out.parent.iterdir()] == ["site.gpkg"]


@pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real files at hand")
@pytest.mark.parametrize("name", [path.name for path in TEMPLATES if not path.name.startswith("Not a valid")])
def test_real_file_differs_in_its_significance_cells_alone(name: str, tmp_path: Path) -> None:
    """With every significance cell set anew, a real file equals the input in all other cells and objects."""
    (source,) = [path for path in TEMPLATES if path.name == name]
    before, digest = content(source), sha256(source.read_bytes()).digest()
    beside = sorted(path.name for path in source.parent.iterdir())
    corrections = []
    for table in ("Habitats", "Hedgerows", "Rivers", "Urban Trees"):
        for row in before.get(table, []):
            for column in [column for column in row if column.endswith("Strategic Significance")]:
                said = LOW if row[column][0] == HIGH.encode() else HIGH
                corrections.append(Correction(table, row["fid"][0], column, said))
                row[column] = (said.encode(), b"text")
    assert len(corrections) > 1
    out = tmp_path / name
    write_corrected(source, out, corrections=corrections, splits=[])
    assert content(out) == before
    assert sha256(source.read_bytes()).digest() == digest
    assert sorted(path.name for path in source.parent.iterdir()) == beside


@pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real files at hand")
@pytest.mark.filterwarnings("ignore:Table Red Line Boundary appearing several times")
def test_real_files_hold_parts(tmp_path: Path) -> None:
    """The first area and line of every real file can be split; areas, lengths and indexes are right."""
    split_layers: dict[str, int] = {}
    for source in TEMPLATES:
        if source.name.startswith("Not a valid"):
            continue
        splits = {}
        for name, size in (("Habitats", "Area"), ("Hedgerows", "Length"), ("Rivers", "Length")):
            if not query(source, "SELECT 1 FROM sqlite_master WHERE name = ?", name):
                continue
            shapes = pyogrio.read_dataframe(source, layer=name, columns=[], fid_as_index=True).geometry
            wanted = 2 if name == "Habitats" else 1
            shapes = shapes[shapes.is_valid & (shapely.get_dimensions(shapes) == wanted)]
            if shapes.empty:
                continue
            west, south, east, north = shapes.iloc[0].bounds
            if east - west > north - south:
                middle = (west + east) / 2
                halves = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
            else:
                middle = (south + north) / 2
                halves = shapely.box(west, south, east, middle), shapely.box(west, middle, east, north)
            parts = [SplitPart(at, shapes.iloc[0] & half, HIGH) for at, half in enumerate(halves, start=1)]
            fid = int(shapes.index[0])
            splits[name] = Split(name, fid, SS, "Parcel Ref", "", (size,), tuple(parts))
        out = tmp_path / source.name
        made = write_corrected(source, out, corrections=[], splits=splits.values())
        assert {one.code for one in made.issues} <= {"split-size-left"}
        stale = {one.layer for one in made.issues}
        old_rows, new_rows = content(source), content(out)
        assert query(out, "PRAGMA integrity_check") == [(b"ok",)]
        for name, split in splits.items():
            split_layers[name] = split_layers.get(name, 0) + 1
            (size,) = split.size_columns
            children = [child for child in made.children if child.layer == name]
            fids = [child.fid for child in children]
            before = pyogrio.read_dataframe(source, layer=name, fid_as_index=True)
            after = pyogrio.read_dataframe(out, layer=name, fid_as_index=True)
            assert len(after) == len(before) + len(children) - 1
            measured = after.loc[fids].area if name == "Habitats" else after.loc[fids].length
            stated = before.loc[split.fid, size]
            assert (name in stale) == (abs(stated / measured.sum() - 1) > 0.05)
            if name in stale:
                assert set(after.loc[fids, size]) == {stated}
            else:
                assert after.loc[fids, size].sum() == stated
                assert (measured * stated / measured.sum() - after.loc[fids, size]).abs().max() < 1.0
            for fid in fids:
                near = pyogrio.read_dataframe(
                    out, layer=name, bbox=after.geometry[fid].bounds, fid_as_index=True
                )
                assert fid in near.index
            rest = [row for row in old_rows[name] if row["fid"][0] != split.fid]
            assert [row for row in new_rows[name] if row["fid"][0] not in fids] == rest
    assert len(split_layers) == 3 and min(split_layers.values()) > 10, split_layers


def test_triggers_of_a_person_sleep_meanwhile(older: Path, tmp_path: Path) -> None:
    """A trigger that stamps rows, by functions of its own too, changes nothing and is there afterwards."""
    sql = 'CREATE TRIGGER stamp AFTER UPDATE ON "Habitats" BEGIN UPDATE "Habitats" SET "Note [own]" = whoever(); END'
    by_hand(older, sql).close()
    before, out = content(older), tmp_path / "out.gpkg"
    write_corrected(older, out, corrections=[Correction("Habitats", 1, SS, HIGH)], splits=[])
    after = content(out)
    before["Habitats"][0][SS] = (HIGH.encode(), b"text")
    assert after["Habitats"] == before["Habitats"]
    assert sorted(row[4] or b"" for row in after["sqlite_master"]) == sorted(
        row[4] or b"" for row in before["sqlite_master"]
    )


def test_column_or_row_that_is_not_there_is_told(older: Path, tmp_path: Path) -> None:
    """A correction of something unknown writes nothing; SQLite would take the name for a text."""
    for wrong, said in (
        (Correction("Habitats", 1, "Proposed Significance", HIGH), "no column 'Proposed Significance'"),
        (Correction("Habitats", 9, SS, HIGH), "no row 9"),
        (Correction("Habitat", 1, SS, HIGH), "'Habitat' is no table"),
    ):
        with pytest.raises(OutputError, match=said) as told:
            write_corrected(older, tmp_path / "out" / "site.gpkg", corrections=[wrong], splits=[])
        assert told.value.where == str(older)
        assert not (tmp_path / "out").exists()


def test_layers_that_cannot_be_edited_are_told(older: Path) -> None:
    """Views, and tables whose rows no id tells apart, are named with why; the file is not touched."""
    by_hand(older, "CREATE VIEW Seen AS SELECT * FROM Habitats").close()
    by_hand(older, "CREATE TABLE Bare (name TEXT PRIMARY KEY)").close()
    by_hand(older, "PRAGMA journal_mode = WAL").close()
    digest = sha256(older.read_bytes()).digest()
    told = uneditable(older, ["Habitats", "Seen", "Bare"])
    assert told.keys() == {"Seen", "Bare"}
    assert told["Seen"].startswith("The layer is a view")
    assert "without an integer primary key" in told["Bare"]
    assert [path.name for path in older.parent.iterdir()] == ["site.gpkg"]
    assert sha256(older.read_bytes()).digest() == digest
    for layer in told:
        with pytest.raises(OutputError, match=f"'{layer}' is no table with an integer primary key"):
            write_corrected(
                older, older.parent / "out.gpkg", corrections=[Correction(layer, 1, SS, HIGH)], splits=[]
            )


def test_layers_of_a_file_that_is_being_written_are_told(older: Path) -> None:
    """What waits beside the file counts; a file that is no database is named."""
    with closing(by_hand(older, "PRAGMA journal_mode = WAL")) as held:
        held.execute("CREATE VIEW Seen AS SELECT * FROM Habitats")
        held.commit()
        assert uneditable(older, ["Seen", "Habitats"]).keys() == {"Seen"}
    older.write_bytes(b"no database" * 100)
    with pytest.raises(SourceError, match="cannot be looked at") as told:
        uneditable(older, ["Habitats"])
    assert told.value.where == str(older)


# --- Parts --------------------------------------------------------------------------------------------


def test_parts_stand_in_the_place_of_their_parcel(older: Path, tmp_path: Path) -> None:
    """Parts share id, size and significance as they should; references go on where one is taken."""
    before, out = content(older), tmp_path / "out.gpkg"
    made = write_corrected(older, out, corrections=[], splits=[area_split(two())])
    assert made.children == (Child("Habitats", 1, 1, 1, "AH-012-2"), Child("Habitats", 1, 2, 3, "AH-012-3"))
    assert made.issues == ()
    whole(out)
    after = content(out)
    frame = pyogrio.read_dataframe(out, layer="Habitats", fid_as_index=True)
    assert frame["Parcel Ref"].to_dict() == {1: "AH-012-2", 2: "AH-012-1", 3: "AH-012-3"}
    assert frame["Area"].to_dict() == {1: 100, 2: 100, 3: 201}
    assert frame[SS].to_dict() == {1: HIGH, 2: LOW, 3: LOW}
    assert [row["Note [own]"][0] for row in after["Habitats"]] == [b"It's", None, b"It's"]
    assert frame.geometry[1].equals(box(0, 0, 10, 10)) and frame.geometry[3].equals(box(10, 0, 30, 10))
    assert set(frame.geom_type) == {"MultiPolygon"} and frame.crs == "EPSG:27700"
    for bounds, found in (((1, 1, 2, 2), {1}), ((25, 1, 26, 2), {3}), ((1, 51, 2, 52), {2})):
        window = box(*bounds).bounds
        assert (
            set(pyogrio.read_dataframe(out, layer="Habitats", bbox=window, fid_as_index=True).index) == found
        )
    assert query(out, 'SELECT id FROM "rtree_Habitats_geom" ORDER BY id') == [(1,), (2,), (3,)]
    # The header tells the extent, which a reader may trust more than the shape
    assert after["Habitats"][2]["geom"][0][:8] == before["Habitats"][0]["geom"][0][:8]
    counted = {
        "gpkg_ogr_contents",
        "sqlite_sequence",
        "Habitats",
        *(name for name in after if "rtree_Habitats" in name),
    }
    assert {name: after[name] for name in after.keys() - counted} == {
        name: before[name] for name in before.keys() - counted
    }
    assert after["Habitats"][1] == before["Habitats"][1]


def test_id_of_a_deleted_row_is_not_given_again(older: Path, tmp_path: Path) -> None:
    """Notes that someone took of row 2 must not seem to speak of a part."""
    by_hand(older, 'DELETE FROM "Habitats" WHERE fid = 2').close()
    out = tmp_path / "out.gpkg"
    made = write_corrected(older, out, corrections=[], splits=[area_split(two())])
    assert [(child.fid, child.reference) for child in made.children] == [(1, "AH-012-1"), (3, "AH-012-2")]
    whole(out)


def test_provisional_part_keeps_the_value_of_the_user(older: Path, tmp_path: Path) -> None:
    """A part without an answer keeps the cell; a correction of another cell reaches every part."""
    out = tmp_path / "out.gpkg"
    own = Correction("Habitats", 1, "Note [own]", "seen")
    write_corrected(older, out, corrections=[own], splits=[area_split(two(HIGH, None))])
    frame = pyogrio.read_dataframe(out, layer="Habitats", fid_as_index=True)
    assert frame[SS].to_dict() == {1: HIGH, 2: LOW, 3: LOW}
    assert [row["Note [own]"][0] for row in content(out)["Habitats"]] == [b"seen", None, b"seen"]


def test_pieces_of_a_line_are_rows_where_the_layer_holds_single_lines(older: Path, tmp_path: Path) -> None:
    """A part in two pieces makes two rows of one significance; pieces that meet are one line."""
    ends = shapely.MultiLineString([line((0, 0), (10, 0)), line((20, 0), (30, 0))])
    middle = shapely.MultiLineString([line((10, 0), (12, 0)), line((12, 0), (20, 0))])
    split = area_split(
        (SplitPart(1, ends, HIGH), SplitPart(2, middle, None)), layer="Hedgerows", size_columns=("Length",)
    )
    out = tmp_path / "out.gpkg"
    made = write_corrected(older, out, corrections=[], splits=[split])
    whole(out)
    assert [(child.number, child.fid, child.reference) for child in made.children] == [
        (1, 1, "H1-1"), (1, 2, "H1-2"), (2, 3, "H1-3"),
    ]  # fmt: skip
    frame = pyogrio.read_dataframe(out, layer="Hedgerows", fid_as_index=True)
    assert frame[SS].to_dict() == {1: HIGH, 2: HIGH, 3: "N/A"}
    assert frame["Length"].to_dict() == {1: 10, 2: 10, 3: 10}
    assert set(frame.geom_type) == {"LineString"}
    assert frame.geometry[3].equals(line((10, 0), (20, 0)))


def test_newer_template_names_parents(newer: Path, tmp_path: Path) -> None:
    """Parts have ids of their own, the same every time; a parent that is named already stays."""
    second = (SplitPart(1, box(0, 50, 5, 60), "High"), SplitPart(2, box(5, 50, 10, 60), "Low"))
    splits = [newer_split(two("High", "Low")), newer_split(second, fid=2)]
    out, again = tmp_path / "out.gpkg", tmp_path / "again.gpkg"
    made = write_corrected(newer, out, corrections=[], splits=splits)
    write_corrected(newer, again, corrections=[], splits=splits)
    assert content(out) == content(again)
    whole(out)
    frame = pyogrio.read_dataframe(out, layer="Area Habitats Post-Intervention", fid_as_index=True)
    assert frame["Habitat Ref"].to_dict() == {1: "AH-1-1", 3: "AH-1-2", 2: "AH-2-1-1", 4: "AH-2-1-2"}
    assert frame["Parent Ref"].to_dict() == {1: "AH-1", 3: "AH-1", 2: "AH-2", 4: "AH-2"}
    assert frame["Area"].to_dict() == {1: 0.01, 3: 0.02, 2: 0.1, 4: 0.1}
    assert set(frame.geom_type) == {"Polygon"}
    ids = frame["feature_uuid"]
    assert ids.is_unique and not set(ids) & set(pyogrio.read_dataframe(newer)["feature_uuid"])
    parent = uuid.UUID("da0a8d1e-3f1c-4b52-9b06-0d64f1b6a111")
    assert ids[1] == f"{{{uuid.uuid5(parent, '1')}}}".upper() and ids[4] == str(uuid.UUID(ids[4]))
    assert frame["parent_uuid"].to_dict() == dict.fromkeys((1, 3), f"{{{parent}}}".upper()) | dict.fromkeys(
        (2, 4), "da0a8d1e-3f1c-4b52-9b06-0d64f1b6a113"
    )
    # 0.1 is no size of 100 m2
    assert [(one.code, one.feature, one.field) for one in made.issues] == [
        ("split-size-left", "AH-2-1", "Area")
    ]


def test_row_that_the_layer_cannot_hold_in_parts_stays_whole(older: Path, tmp_path: Path) -> None:
    """Points, layers with heights and layers in degrees keep their row, and an issue says why."""
    square = box(0, 0, 30, 10)
    words = {"Parcel Ref": ["A"], "Area": [300.0], SS: [LOW]}
    layer(older, "High", words, [shapely.force_3d(square, 5.0)], "Polygon Z")
    degrees = gpd.GeoSeries([square], crs="EPSG:27700").to_crs("EPSG:4326").iloc[0]
    layer(older, "Round", words, [degrees], "Polygon", crs="EPSG:4326")
    layer(older, "Lines", words, [square.boundary], "LineString")
    layer(older, "Any", words, [square], "Unknown")
    points = tuple(SplitPart(at, shapely.Point(EAST, NORTH), HIGH) for at in (1, 2))
    splits = [
        area_split(points, layer="Urban Trees", ref_column="Tree Ref", size_columns=()),
        *(area_split(two(), layer=name) for name in ("High", "Round", "Lines")),
        area_split(
            (*two()[:1], SplitPart(1, shapely.GeometryCollection([two()[1].geometry]), HIGH)), layer="Any"
        ),
    ]
    before, out = content(older), tmp_path / "out.gpkg"
    made = write_corrected(older, out, corrections=[], splits=splits)
    assert content(out) == before and made.children == ()
    assert [(one.code, one.layer, one.feature) for one in made.issues] == [
        ("split-not-written", "Urban Trees", "T1"), ("split-not-written", "High", "A"),
        ("split-not-written", "Round", "A"), ("split-not-written", "Lines", "A"),
        ("split-not-written", "Any", "A"),
    ]  # fmt: skip
    for one, why in zip(
        made.issues, ("points", "heights", "EPSG:27700", "LINESTRING", "GEOMETRY"), strict=True
    ):
        assert why in one.message


def test_no_reference_is_made_from_nothing(older: Path, tmp_path: Path) -> None:
    """Where the row has no reference, or a number, the parts keep what it has and an issue says so."""
    layer(
        older, "Numbered", {"Ref": np.array([7]), "Area": [None], SS: [LOW]}, [box(0, 0, 30, 10)], "Unknown"
    )
    by_hand(older, 'UPDATE "Habitats" SET "Parcel Ref" = \' \' WHERE fid = 1').close()
    out = tmp_path / "out.gpkg"
    numbered = area_split(two(), layer="Numbered", ref_column="Ref")
    made = write_corrected(older, out, corrections=[], splits=[area_split(two()), numbered])
    assert [(one.code, one.feature) for one in made.issues] == [
        ("split-reference-left", "row-1"), ("split-reference-left", "7"),
    ]  # fmt: skip
    assert [child.reference for child in made.children] == ["", "", "7", "7"]
    assert pyogrio.read_dataframe(out, layer="Numbered")["Ref"].tolist() == [7, 7]
    assert pyogrio.read_dataframe(out, layer="Numbered").geom_type.tolist() == ["Polygon", "Polygon"]
    whole(out)


def test_index_and_count_are_right_without_triggers(older: Path, tmp_path: Path) -> None:
    """Where other software dropped the triggers, index and count are right all the same."""
    with closing(sqlite3.connect(older)) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
    out = tmp_path / "out.gpkg"
    write_corrected(older, out, corrections=[], splits=[area_split(two())])
    whole(out)
    assert query(out, "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = 'Habitats'") == [(3,)]
    window = box(25, 1, 26, 2).bounds
    assert pyogrio.read_dataframe(out, layer="Habitats", bbox=window)["Parcel Ref"].tolist() == ["AH-012-3"]


@pytest.mark.parametrize("parts", [two() * 1, two()[:1]])
def test_faults_of_the_program_are_told_as_such(
    parts: tuple[SplitPart, ...], older: Path, tmp_path: Path
) -> None:
    """Splitting a row twice, or into one, is refused before anything is written."""
    splits = [area_split(parts)] * len(parts)
    with pytest.raises(ValueError, match="A row is split"):
        write_corrected(older, tmp_path / "out" / "site.gpkg", corrections=[], splits=splits)
    assert not (tmp_path / "out").exists()


# --- Sizes --------------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(2, 500), min_size=2, max_size=6),
    st.sampled_from(["m2", "ha", "whole", "text"]),
    st.floats(0.995, 1.005),
)
def test_sizes_of_parts_sum_to_the_size_of_the_whole(widths: list[float], unit: str, drift: float) -> None:
    """Whatever unit and kind, sizes sum to what was given and each is near its own geometry."""
    edges = np.cumsum([0.0, *widths])
    shapes = [box(west, 0, east, 20) for west, east in pairwise(edges)]
    square_metres = sum(shape.area for shape in shapes) * drift
    cell: object = {"m2": square_metres, "ha": round(square_metres / 10_000, 4), "whole": round(square_metres),
                    "text": f"{square_metres / 10_000:.6f}"}[unit]  # fmt: skip
    sizes = shares(cell, shapes)
    assert sizes is not None and {type(size) for size in sizes} == {type(cell)}
    total = sum(Decimal(str(size)) for size in sizes)
    assert abs(total - Decimal(str(cell))) <= Decimal("1e-9")
    factor = 10_000 if unit in ("ha", "text") else 1
    for size, shape in zip(sizes, shapes, strict=True):
        assert abs(float(str(size)) * factor - shape.area) <= 0.02 * shape.area + 1.0


@pytest.mark.parametrize("cell", [0, -5, 450, "three", float("inf"), 0.3, True])
def test_size_of_something_else_is_no_size(cell: object) -> None:
    """What is not the size of 300 m2 in m2 or hectares is not shared."""
    assert shares(cell, [box(0, 0, 10, 10), box(10, 0, 30, 10)]) is None


def test_no_part_is_without_size() -> None:
    """Whole hectares are too coarse for parts under half a hectare: nothing is made of them."""
    assert shares(1, [box(0, 0, 90, 100), box(90, 0, 100, 100)]) is None
    assert shares(1.0, [box(0, 0, 90, 100), box(90, 0, 100, 100)]) == [0.9, 0.1]


def test_lengths_are_told_in_metres_or_kilometres() -> None:
    """A length of 30 m is 30 or 0.03."""
    pieces = [line((0, 0), (10, 0)), line((10, 0), (30, 0))]
    assert shares(30, pieces) == [10, 20]
    assert shares(0.03, pieces) == [0.01, 0.02]
    assert shares(0.003, pieces) is None


# --- Inputs that are odd ------------------------------------------------------------------------------


def fix(older: Path, out: Path) -> None:
    write_corrected(older, out, corrections=[Correction("Habitats", 1, SS, HIGH)], splits=[])


def test_changes_that_wait_beside_the_file_are_in_the_copy(older: Path, tmp_path: Path) -> None:
    """A file in WAL mode, open elsewhere, is copied with its last changes; nothing beside it changes."""
    by_hand(older, "PRAGMA journal_mode = WAL").close()
    with closing(by_hand(older, 'UPDATE "Habitats" SET "Parcel Ref" = \'new\' WHERE fid = 2')):
        beside = {path.name: path.read_bytes() for path in older.parent.iterdir()}
        assert len(beside) == 3
        fix(older, tmp_path / "out" / "site.gpkg")
        assert {path.name: path.read_bytes() for path in older.parent.iterdir()} == beside
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["site.gpkg"]
    frame = pyogrio.read_dataframe(tmp_path / "out" / "site.gpkg", layer="Habitats")
    assert frame["Parcel Ref"].tolist() == ["AH-012", "new"]
    assert frame[SS].tolist() == [HIGH, LOW]


def test_wal_mode_at_rest_leaves_no_file_beside_the_input(older: Path, tmp_path: Path) -> None:
    """A file in WAL mode that nobody has open gets no companions by being copied."""
    by_hand(older, "PRAGMA journal_mode = WAL").close()
    digest = sha256(older.read_bytes()).digest()
    fix(older, tmp_path / "out.gpkg")
    assert [path.name for path in older.parent.iterdir()] == ["site.gpkg"]
    assert sha256(older.read_bytes()).digest() == digest
    assert query(tmp_path / "out.gpkg", "PRAGMA journal_mode") == [(b"delete",)], (
        "nobody could read it on a CD"
    )
    whole(tmp_path / "out.gpkg")


def test_file_that_changes_meanwhile_is_refused(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy taken while another program wrote could be half old, half new."""
    copyfile = shutil.copyfile

    def slow(source: Path, copy: Path) -> None:
        copyfile(source, copy)
        os.utime(source, ns=(0, 0))

    monkeypatch.setattr(shutil, "copyfile", slow)
    with pytest.raises(SourceError, match="Another program is writing it"):
        fix(older, tmp_path / "out" / "site.gpkg")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot kill a process so")
def test_change_that_was_never_finished_is_undone_in_the_copy(older: Path, tmp_path: Path) -> None:
    """A program that died while writing leaves half a change: the copy has none of it."""
    script = (
        "import os, signal, sqlite3, sys\n"
        "database = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "database.execute('PRAGMA cache_size = 1')\n"
        "database.execute('BEGIN')\n"
        "database.execute('CREATE TABLE filler AS SELECT randomblob(100000)')\n"
        "database.execute('UPDATE gpkg_contents SET description = randomblob(90000)')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    before = content(older)
    done = subprocess.run([sys.executable, "-c", script, str(older)], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    beside = {path.name: path.read_bytes() for path in older.parent.iterdir()}
    assert beside["site.gpkg-journal"], "the case is not what it should be"
    fix(older, tmp_path / "out.gpkg")
    assert {path.name: path.read_bytes() for path in older.parent.iterdir()} == beside
    before["Habitats"][0][SS] = (HIGH.encode(), b"text")
    assert content(tmp_path / "out.gpkg") == before
    whole(tmp_path / "out.gpkg")


def test_locked_file_is_refused(older: Path, tmp_path: Path) -> None:
    """A file that another program is writing gives one clear message and no output."""
    with closing(sqlite3.connect(older, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SourceError, match="Another program keeps it locked") as caught:
            fix(older, tmp_path / "out" / "site.gpkg")
    assert str(older) in str(caught.value) and not (tmp_path / "out").exists()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("Not a GeoPackage at all")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8192])


def _spoilt(path: Path) -> None:
    data = bytearray(path.read_bytes())
    (root,) = query(path, "SELECT rootpage FROM sqlite_master WHERE name = 'Habitats'")[0]
    data[(root - 1) * 4096 : root * 4096] = b"\xff" * 4096
    path.write_bytes(data)


def _plain(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (x)")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(_empty, "empty"), (_text, "not a GeoPackage"), (_cut, "cut short"), (_spoilt, "damaged"),
     (_plain, "no GeoPackage"), (Path.unlink, "cannot be opened")],
)  # fmt: skip
def test_input_that_is_none_is_refused(
    spoil: Callable[[Path], None], said: str, older: Path, tmp_path: Path
) -> None:
    """Damaged files and other files give one clear message, and an older output stays as it was."""
    spoil(older)
    out = tmp_path / "out" / "site.gpkg"
    out.parent.mkdir()
    out.write_text("older")
    with pytest.raises(SourceError, match=said) as caught:
        fix(older, out)
    assert str(caught.value).startswith(f"{older}: ") and str(caught.value).endswith(".")
    assert out.read_text() == "older" and len(list(out.parent.iterdir())) == 1


def test_input_is_never_the_output(older: Path) -> None:
    """Naming the input as the output is refused."""
    digest = sha256(older.read_bytes()).digest()
    with pytest.raises(OutputError, match="input itself"):
        fix(older, older.parent / ".." / "in" / "site.gpkg")
    assert sha256(older.read_bytes()).digest() == digest


def test_stands_beside_other_results(older: Path, tmp_path: Path) -> None:
    """It can be one of several files that appear together, and replaces an older one with its journal."""
    out = tmp_path / "out"
    out.mkdir()
    shutil.copyfile(older, out / "site.gpkg")
    (out / "site.gpkg-wal").write_text("of the older one")
    with atomic.replacing(out, ["site.gpkg", "list.csv"]) as staging:
        fix(older, staging / "site.gpkg")
        (staging / "list.csv").write_text("a")
    assert sorted(path.name for path in out.iterdir()) == ["list.csv", "site.gpkg"]
    assert pyogrio.read_dataframe(out / "site.gpkg", layer="Habitats")[SS].tolist() == [HIGH, LOW]
