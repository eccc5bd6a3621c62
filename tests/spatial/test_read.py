"""Reading: every format gives back what was written, every flaw ends in one clear way."""

import hashlib
import json
import logging
import os
import sqlite3
import subprocess
import sys
import tempfile
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from lnrs_geo.errors import LayerError, LnrsGeoError, OptionError, SourceError
from lnrs_geo.spatial import geojson_layer, vector
from lnrs_geo.spatial.geojson import geometry_fault
from lnrs_geo.spatial.read import list_layers, read_layers, stream
from lnrs_geo.tables import load_table, read_text_table
from tests.flaws import FLAWS, SQUARE, Flaw, squares

REAL = os.environ.get("LNRS_GEO_REAL_DATA", "")
needs_real_data = pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set")


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    """Return a frame with text beyond ASCII, numbers, dates and a null geometry."""
    return gpd.GeoDataFrame(
        {
            "ref": ["A1", "Bryn Môr – 2", None],
            "count": np.array([3, 0, -1], dtype="int32"),
            "size": [0.1, 1 / 3, 2.5e6],
            "day": pd.to_datetime(["2025-09-10", "2024-02-29", "2026-01-01"]),
        },
        geometry=[
            shapely.Polygon(SQUARE, [[[2, 2], [3, 2], [3, 3], [2, 2]]]),
            shapely.box(400000.123456789, 300000, 400010, 300010),
            None,
        ],
        crs=27700,
    )


def write(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write `frame` in the format of the path's ending."""
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix == ".csv":
        frame.assign(
            day=frame["day"].dt.strftime("%Y-%m-%d"), wkt=frame.geometry.to_wkt(rounding_precision=-1)
        ).drop(columns="geometry").to_csv(path, index=False)
    elif path.suffix in {".kml", ".gml"}:
        frame.to_file(path, driver=path.suffix[1:].upper())
    elif path.suffix == ".zip":
        write(frame, path.with_suffix(".shp"))
        with zipfile.ZipFile(path, "w") as packed:
            for part in path.parent.glob(f"{path.stem}.*"):
                if part != path:
                    packed.write(part, f"deep/folder/{part.name}")
    elif path.suffix == ".gdb":
        frame.to_file(path, driver="OpenFileGDB")
    elif path.suffix == ".fgb":
        frame.to_file(path, SPATIAL_INDEX="NO")  # its index takes no null geometry
    elif path.suffix == ".shp":
        with warnings.catch_warnings(action="ignore"):  # a .dbf has dates but no times
            frame.to_file(path)
    else:
        frame.to_file(path)


@pytest.mark.parametrize(
    "suffix", ["gpkg", "shp", "zip", "geojson", "fgb", "parquet", "gdb", "gml", "csv", "kml"]
)
def test_every_format_gives_back_what_was_written(
    frame: gpd.GeoDataFrame, tmp_path: Path, suffix: str
) -> None:
    """Values, shapes, dates, order and ids survive each format."""
    path = tmp_path / f"site.{suffix}"
    if suffix == "kml":
        frame = frame.to_crs(4326)
    write(frame, path)
    (raw,), issues = read_layers(path, crs="EPSG:27700")
    assert {item.code for item in issues} <= {"crs-as-told"}
    got = raw.frame
    assert (raw.layer, raw.source, raw.has_geometry, len(got)) == ("site", str(path), True, 3)
    assert got.crs == frame.crs and got.geometry.name == "geometry"
    assert got.index.is_unique and pd.api.types.is_integer_dtype(got.index.dtype)
    tolerance = {"gml": 1e-8, "kml": 1e-8, "geojson": 1e-8, "gdb": 1e-4}.get(suffix, 0)
    for was, now in zip(frame.geometry, got.geometry, strict=True):
        assert (was is None) == (now is None)
        if was is not None:
            # Formats differ in the direction of rings and in Polygon or MultiPolygon.
            single = now.geoms[0] if now.geom_type == "MultiPolygon" else now
            assert was.normalize().equals_exact(shapely.force_2d(single).normalize(), tolerance)
    text = [None if value is None or value == "" or value != value else str(value) for value in got["ref"]]
    assert text == ["A1", "Bryn Môr – 2", None]
    assert [int(value) for value in got["count"]] == [3, 0, -1]
    assert [float(value) for value in got["size"]] == pytest.approx([0.1, 1 / 3, 2.5e6], rel=1e-14)
    assert [str(value)[:10].replace("/", "-") for value in got["day"]] == [
        "2025-09-10",
        "2024-02-29",
        "2026-01-01",
    ]


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.name)
def test_every_flaw_ends_as_it_should(flaw: Flaw, tmp_path: Path) -> None:
    """A bad file ends in the error or the issue that its flaw names."""
    path = flaw.make(tmp_path)
    if flaw.raises:
        with pytest.raises(flaw.raises) as caught:
            read_layers(path, **flaw.options)
        assert type(caught.value) is flaw.raises
        assert flaw.says in str(caught.value)
        assert caught.value.fix and caught.value.where
    else:
        layers, issues = read_layers(path, **flaw.options)
        assert layers
        assert flaw.issue in {item.code for item in issues}


def test_names_of_flaws_differ() -> None:
    """Each flaw has a name of its own."""
    assert len({flaw.name for flaw in FLAWS}) == len(FLAWS) >= 25


@pytest.mark.parametrize(
    "name", "a b.gpkg|Môr 郡.gpkg|a#b.shp|a?b.gpkg|a!b.shp|a!b!c.gpkg|a.zip!b.geojson".split("|")
)
def test_odd_characters_in_paths_work(tmp_path: Path, name: str) -> None:
    """Spaces, accents and marks that drivers take for syntax do not stop a file from being read."""
    folder = tmp_path / "one & two!three"
    folder.mkdir()
    path = folder / name
    plain = tmp_path / f"plain{path.suffix}"
    squares().to_file(plain, layer=path.stem)  # pyogrio cannot write to such names either
    for part in tmp_path.glob("plain.*"):
        part.rename(path.with_suffix(part.suffix))
    (raw,), _ = read_layers(path)
    assert (raw.layer, len(raw.frame)) == (path.stem, 2)
    assert len(list(stream(path))) == 2


def test_a_link_to_a_file_is_followed(tmp_path: Path) -> None:
    """A symbolic link reads as its target."""
    squares().to_file(tmp_path / "site.gpkg", layer="site")
    (tmp_path / "link.gpkg").symlink_to(tmp_path / "site.gpkg")
    assert len(read_layers(tmp_path / "link.gpkg")[0][0].frame) == 2


@pytest.mark.parametrize(
    "address",
    ["https://a.example/x.geojson", "HTTP://a.example/x.gpkg", "/vsicurl/https://a.example", "/vsizip/x.zip",
     "s3://bucket/x.gpkg", "file:///tmp/x.gpkg", "zip+https://a.example/x.zip", "\\vsimem\\x"],
)  # fmt: skip
def test_addresses_are_refused(address: str) -> None:
    """Whatever would reach the network or GDAL's virtual file systems is refused by its look."""
    with pytest.raises(SourceError, match="Addresses are not opened"):
        read_layers(address)


def test_layers_are_chosen_by_name_in_any_case(tmp_path: Path) -> None:
    """Named layers are read in file order, tables too; the others are left alone."""
    path = tmp_path / "site.gpkg"
    for layer in ("Habitats", "Hedgerows", "Rivers"):
        squares().to_file(path, layer=layer)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table layer_styles (fid integer primary key, qml text)")
        database.execute("insert into layer_styles values (1, 'x')")
        database.execute(
            "insert into gpkg_contents (table_name, data_type, srs_id)"
            " values ('layer_styles', 'attributes', 0)"
        )
    assert [raw.layer for raw in read_layers(path)[0]] == ["Habitats", "Hedgerows", "Rivers"]
    assert [raw.layer for raw in read_layers(path, layers=["RIVERS", "habitats"])[0]] == [
        "Habitats",
        "Rivers",
    ]
    (table,), _ = read_layers(path, layers=["layer_styles"])
    assert not table.has_geometry and list(table.frame["qml"]) == ["x"] and table.frame.geometry.isna().all()
    assert [look.geometry_type for look in list_layers(path)][-1] == ""


def test_a_folder_is_read_by_name_and_says_where_each_layer_came_from(tmp_path: Path) -> None:
    """Files of a folder come sorted, labelled folder/file; a table beside them is passed over."""
    squares().to_file(tmp_path / "b.geojson")
    squares().to_file(tmp_path / "a.shp")
    (tmp_path / "crosswalk.csv").write_text("measure_id,habitat\nM1,*\n")
    (tmp_path / "sub").mkdir()
    layers, issues = read_layers(tmp_path)
    assert [raw.source for raw in layers] == [str(tmp_path / "a.shp"), str(tmp_path / "b.geojson")]
    assert [item.code for item in issues] == ["file-ignored"]


def test_layers_of_the_same_name_in_an_archive_are_told_apart(tmp_path: Path) -> None:
    """Two shapefiles of one name in an archive bear their path inside it."""
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as packed:
        for folder in ("north", "south"):
            (tmp_path / folder).mkdir()
            squares().to_file(tmp_path / folder / "site.shp")
            for part in (tmp_path / folder).iterdir():
                packed.write(part, f"{folder}/{part.name}")
        packed.writestr("__MACOSX/north/._site.shp", b"litter")
    layers, _ = read_layers(tmp_path / "both.zip")
    assert [raw.layer for raw in layers] == ["north/site", "south/site"]
    assert {raw.source for raw in layers} == {str(tmp_path / "both.zip")}
    digest = hashlib.sha256((tmp_path / "both.zip").read_bytes()).hexdigest()
    assert {raw.sha256 for raw in layers} == {digest}


def test_a_refused_archive_writes_nothing_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A climbing member leaves no file behind, and the temporary folder is gone."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("good.geojson", "{}")
        packed.writestr("../evil.geojson", "{}")
    with pytest.raises(SourceError, match="climbs"):
        read_layers(tmp_path / "x.zip")
    assert not list(temporary.iterdir())
    assert sorted(item.name for item in tmp_path.iterdir()) == ["tmp", "x.zip"]


def test_reading_writes_nothing_beside_the_file(frame: gpd.GeoDataFrame, tmp_path: Path) -> None:
    """No .gfs, .shx or index appears next to what is read."""
    for suffix in ("gml", "gpkg", "shp", "geojson"):
        write(frame, tmp_path / f"site.{suffix}")
    before = sorted(item.name for item in tmp_path.iterdir())
    for made in ("site.gfs", "site.xsd"):
        (tmp_path / made).unlink(missing_ok=True)
    before = [name for name in before if not name.endswith((".gfs", ".xsd"))]
    for name in before:
        if name.endswith((".gml", ".gpkg", ".shp", ".geojson")):
            read_layers(tmp_path / name)
            list(stream(tmp_path / name))
    assert sorted(item.name for item in tmp_path.iterdir()) == before


def test_the_digest_of_a_shapefile_covers_its_parts(tmp_path: Path) -> None:
    """A change to the .prj or the .cpg alone changes the digest of a shapefile."""
    squares().to_file(tmp_path / "site.shp")
    (before,), _ = read_layers(tmp_path / "site.shp")
    parts = b"".join((tmp_path / f"site.{end}").read_bytes() for end in ("cpg", "dbf", "prj", "shp", "shx"))
    assert before.sha256 == hashlib.sha256(parts).hexdigest()


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1", "CP1252", None])
def test_text_of_a_shapefile_survives_its_encoding(tmp_path: Path, encoding: str | None) -> None:
    """Names come back whole with a .cpg, with a lying one and with none."""
    path = tmp_path / "site.shp"
    squares().to_file(path, encoding=encoding or "UTF-8")
    if encoding is None:
        path.with_suffix(".cpg").unlink()
    (raw,), issues = read_layers(path)
    assert list(raw.frame["name"]) == ["Môr", "Café"]
    assert [item.code for item in issues] == ([] if encoding else ["encoding-assumed"])
    assert raw.encoding


def test_curves_become_straight_lines(tmp_path: Path) -> None:
    """A half circle written as a curve comes back as a polygon of nearly its area."""
    curve = "CURVEPOLYGON(COMPOUNDCURVE(CIRCULARSTRING(0 0,1 1,2 0),(2 0,0 0)))"
    (tmp_path / "a.csv").write_text(f'ref,geom\nA,"{curve}"\nB,"POINT(1 2)"\nC,\n')
    (raw,), issues = read_layers(tmp_path / "a.csv")
    assert raw.frame.geometry.iloc[0].area == pytest.approx(np.pi / 2, rel=1e-3)
    assert raw.frame.geometry.iloc[2] is None and not raw.unreadable
    assert "curves-linearised" in {item.code for item in issues}


def test_long_and_broken_wkt_does_not_stop_a_table(tmp_path: Path) -> None:
    """A cell beyond csv's limit is read; one cut at 32,767 characters is a row without geometry."""
    ring = ", ".join(f"{x} {x % 7}" for x in range(60_000))
    long = f"POLYGON(({ring}, 0 0))"
    (tmp_path / "a.csv").write_text(
        f'WKT,ref\n"SRID=27700;{long}",A\n"{long[:32767]}",B\n', encoding="utf-8-sig"
    )
    (raw,), issues = read_layers(tmp_path / "a.csv")
    assert [shape is None for shape in raw.frame.geometry] == [False, True]
    assert raw.unreadable == {"2"} and list(raw.frame["ref"]) == ["A", "B"]
    assert [item.feature for item in issues if item.code == "geometry-not-parsed"] == ["2"]


def test_geojson_without_crs_is_wgs84_and_with_one_is_what_it_says(tmp_path: Path) -> None:
    """The old crs member is honoured; without it RFC 7946 holds."""
    square = {"type": "Polygon", "coordinates": [SQUARE]}
    feature = {"type": "Feature", "geometry": square, "properties": {"geometry": 7}}
    path = tmp_path / "a.geojson"
    for root, epsg in (
        (square, 4326),
        (feature, 4326),
        ({"type": "FeatureCollection", "features": [feature]}, 4326),
        (
            {
                "type": "FeatureCollection",
                "features": [feature],
                "crs": {"properties": {"name": "EPSG:27700"}},
            },
            27700,
        ),
        ({**feature, "crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}}, 27700),
        ({**feature, "crs": {"properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}, 4326),
    ):
        path.write_text(json.dumps(root), encoding="utf-8-sig")
        (raw,), _ = read_layers(path)
        assert raw.frame.crs.to_epsg() == epsg
        assert raw.frame.geometry.iloc[0].equals(shapely.Polygon(SQUARE))


def test_a_column_called_geometry_is_kept(tmp_path: Path) -> None:
    """An input column that bears the geometry's name is renamed, not lost."""
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [1, 2]},
        "properties": {"geometry": 7},
    }
    (tmp_path / "a.geojson").write_text(json.dumps(feature))
    (raw,), issues = read_layers(tmp_path / "a.geojson")
    assert list(raw.frame["geometry_2"]) == [7]
    assert [item.code for item in issues] == ["duplicate-column"]


@pytest.mark.parametrize(
    "value", ["1e999", "NaN", '{"a": [1, {"b": null}]}', "[1, 2]", '["x", "y"]', "1" * 23]
)
def test_odd_values_in_geojson_do_not_lose_a_row(tmp_path: Path, value: str) -> None:
    """Nested, endless and enormous values leave the feature count as it is."""
    rows = [
        f'{{"type":"Feature","id":{n},"properties":{{"v":{value},"n":{n}}},"geometry":null}}'
        for n in (7, 3, 3, -1)
    ]
    (tmp_path / "a.geojson").write_text('{"type":"FeatureCollection","features":[' + ",".join(rows) + "]}")
    (raw,), _ = read_layers(tmp_path / "a.geojson")
    assert list(raw.frame["n"]) == [7, 3, 3, -1]
    assert raw.frame.index.is_unique


def test_geometry_faults_are_named() -> None:
    """A fault inside a collection is found, a sound one passes."""
    point = {"type": "Point", "coordinates": [1, 2]}
    assert geometry_fault({"type": "GeometryCollection", "geometries": [point, point]}) == ""
    assert "true" in geometry_fault(
        {"type": "GeometryCollection", "geometries": [{**point, "coordinates": [1, True]}]}
    )
    assert "finite" in geometry_fault({**point, "coordinates": [1, 10**400]})
    assert "unknown" in geometry_fault({"type": "Curve", "coordinates": []})


def test_a_missing_pyarrow_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow the message names the extra to install."""
    squares().to_parquet(tmp_path / "a.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OptionError, match=r"lnrs-geo\[parquet\]"):
        read_layers(tmp_path / "a.parquet")


def test_rows_that_a_driver_loses_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer rows than announced is an error, never a shorter layer."""
    squares().to_file(tmp_path / "a.gpkg")
    whole = vector.bulk

    def short(*args: object, **words: object) -> tuple[object, ...]:
        shapes, unreadable, attributes = whole(*args, **words)  # type: ignore[arg-type]
        return shapes[:1], unreadable[:1], attributes[:1]

    monkeypatch.setattr(vector, "bulk", short)
    with pytest.raises(SourceError, match="2 features are announced but 1"):
        read_layers(tmp_path / "a.gpkg")


def test_a_geometry_that_the_driver_loses_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sound GeoJSON feature that comes back without its geometry is an error, not a null."""
    squares().to_file(tmp_path / "a.geojson")
    whole = vector.bulk

    def blind(*args: object, **words: object) -> tuple[object, ...]:
        shapes, unreadable, attributes = whole(*args, **words)  # type: ignore[arg-type]
        shapes[0] = None
        return shapes, unreadable, attributes

    monkeypatch.setattr(geojson_layer, "bulk", blind)
    with pytest.raises(SourceError, match="do not all come back"):
        read_layers(tmp_path / "a.geojson")


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "csv", "geojson", "kml"])
def test_streaming_gives_the_same_features(frame: gpd.GeoDataFrame, tmp_path: Path, suffix: str) -> None:
    """The walk through a layer meets the features that reading it gives."""
    path = tmp_path / f"site.{suffix}"
    write(frame.to_crs(4326) if suffix == "kml" else frame, path)
    (raw,), _ = read_layers(path)
    walked = list(stream(path))
    assert [item.src_fid for item in walked] == [str(fid) for fid in raw.frame.index]
    assert [item.geometry is None for item in walked] == [False, False, True]
    assert all("ref" in item.properties for item in walked)
    with pytest.raises(LayerError, match="The layers there are: site"):
        list(stream(path, "other"))


def test_opening_the_module_loads_no_driver() -> None:
    """Fiona and pyogrio are loaded when a file is read, not before."""
    code = "import sys, lnrs_geo.spatial.read; sys.exit(bool({'fiona', 'pyogrio'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nothing_is_logged_to_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Drivers' complaints end in issues, not on the screen."""
    squares().to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").write_text("nonsense")
    logging.getLogger("fiona").propagate = True
    read_layers(tmp_path / "a.shp")
    assert capfd.readouterr() == ("", "")


def test_tables_survive_spreadsheets(tmp_path: Path) -> None:
    """Delimiter, byte order mark, encoding, blank lines and empty columns do not change the rows."""
    wanted = [{"a": "1;2,3", "b": "Café – x"}, {"a": "", "b": "z"}]
    path = tmp_path / "t.csv"
    for delimiter, encoding in ((",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), (",", "utf-8")):
        lines = [
            f" a {delimiter}b{delimiter}",
            f'"1;2,3"{delimiter}Café – x{delimiter}',
            "",
            f"{delimiter}z{delimiter}",
        ]
        path.write_bytes("\r\n".join(lines).encode(encoding))
        assert read_text_table(path) == wanted
        assert load_table(path).delimiter == delimiter


def test_faulty_tables_name_the_line(tmp_path: Path) -> None:
    """A ragged row, a name met twice, no bytes and no text are each said."""
    path = tmp_path / "t.csv"
    for content, says in ((b"a,b\n1,2\n3\n", "Line 3 has 1"), (b"a,a\n1,2\n", "'a' twice"), (b"\n", "empty"),
                          (b"PK\0\0", "not a text file"), (b'a\n"x', "quotation mark")):  # fmt: skip
        path.write_bytes(content)
        with pytest.raises(SourceError, match=says):
            read_text_table(path)
    with pytest.raises(SourceError, match="cannot be opened"):
        read_text_table(tmp_path / "gone.csv")


@needs_real_data
def test_real_uploads_read_or_say_why() -> None:
    """Every template and uploaded boundary reads with all its features, or ends in one clear error."""
    files = [
        path
        for folder in ("metric_template", "boundary_uploads")
        for path in (Path(REAL) / folder).rglob("*.*")
    ]
    assert len(files) > 60
    for path in files:
        try:
            layers, _ = read_layers(path)
        except LnrsGeoError as error:
            assert error.what and error.fix
            continue
        if path.suffix == ".gpkg":
            with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as database:
                for raw in layers:
                    assert (
                        len(raw.frame)
                        == database.execute(f'select count(*) from "{raw.layer}"').fetchone()[0]
                    )


@needs_real_data
def test_bad_geojson_loses_no_feature() -> None:
    """Each of the bad files is refused, or gives as many rows as it holds features."""
    files = sorted((Path(REAL) / "bad_inputs").rglob("*.geojson"))
    assert len(files) > 100
    read = 0
    for path in files:
        try:
            (raw,), issues = read_layers(path)
        except LnrsGeoError as error:
            assert error.what and error.fix
            continue
        read += 1
        root = json.loads(path.read_text(encoding="utf-8"))
        assert len(raw.frame) == (len(root["features"]) if root["type"] == "FeatureCollection" else 1)
        assert raw.unreadable == {item.feature for item in issues if item.code == "geometry-not-parsed"}
        assert all(raw.frame.geometry.loc[int(fid)] is None for fid in raw.unreadable)
    assert read > 80
