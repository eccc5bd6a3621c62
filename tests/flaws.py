"""Ways for a file to be wrong, each with what must come of it.

A flaw has a name, makes a bad file in a folder, and says which error or which issue answers it.
Add one by appending a `Flaw` to a list and the list to `FLAWS`; no test has to be changed.
"""

import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
import shapely.affinity

from lnrs_geo.errors import (
    CrosswalkError,
    CRSError,
    LayerError,
    LnrsGeoError,
    OverrideError,
    SchemaError,
    SourceError,
    StrategyError,
)

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]


@dataclass(frozen=True)
class Flaw:
    """One way to be wrong.

    Either `raises` with a fragment of the message (`says`), or `issue` (a code). `options` are
    keyword arguments for `read_layers`.
    """

    name: str
    make: Callable[[Path], Path]
    raises: type[LnrsGeoError] | None = None
    says: str = ""
    issue: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def squares(*, crs: int | None = 27700) -> gpd.GeoDataFrame:
    """Return two square parcels, 10 m and 20 m wide, with names that are not ASCII."""
    shapes = [shapely.box(400000, 300000, 400010, 300010), shapely.box(400020, 300000, 400040, 300020)]
    return gpd.GeoDataFrame({"ref": ["A1", "B2"], "name": ["Môr", "Café"]}, geometry=shapes, crs=crs)


def _text(name: str, content: str) -> Callable[[Path], Path]:
    return _bytes(name, content.encode())


def _bytes(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def _frame(name: str, *, crs: int | None = 27700, **words: Any) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        squares(crs=crs).to_file(folder / name, **words)
        return folder / name

    return make


def _without(suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = _frame("site.shp")(folder)
        path.with_suffix(suffix).unlink()
        return path

    return make


def _cut(name: str, *, part: str = "", share: float = 0.5) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = _frame(name)(folder)
        victim = path.with_suffix(part) if part else path
        data = victim.read_bytes()
        victim.write_bytes(data[: int(len(data) * share)])
        return path

    return make


def _zip(members: Mapping[str, bytes], *, name: str = "site.zip") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / name, "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return folder / name

    return make


def _patched_zip(offset_local: int, offset_central: int, value: bytes) -> Callable[[Path], Path]:
    """Make a zip of one member and overwrite bytes of its two headers."""

    def make(folder: Path) -> Path:
        path = _zip({"a.geojson": b"{}"})(folder)
        data = bytearray(path.read_bytes())
        central = data.index(b"PK\x01\x02")
        data[offset_local : offset_local + len(value)] = value
        data[central + offset_central : central + offset_central + len(value)] = value
        path.write_bytes(data)
        return path

    return make


def _strange_dbf(folder: Path) -> Path:
    path = _frame("site.shp")(folder)
    squares().iloc[:1].to_file(folder / "other.shp")
    (folder / "other.dbf").replace(folder / "site.dbf")
    return path


def _link_zip(folder: Path) -> Path:
    info = zipfile.ZipInfo("a.geojson")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(folder / "site.zip", "w") as archive:
        archive.writestr(info, "/etc/hostname")
    return folder / "site.zip"


def _two_layers(folder: Path) -> Path:
    squares().to_file(folder / "site.gpkg", layer="Habitats")
    squares().to_file(folder / "site.gpkg", layer="Hedgerows")
    return folder / "site.gpkg"


def _changed_gpkg(change: Callable[[sqlite3.Connection], None]) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "site.gpkg"
        squares().to_file(path, layer="site")
        with closing(sqlite3.connect(path)) as database, database:
            for (trigger,) in database.execute(
                "select name from sqlite_master where type='trigger'"
            ).fetchall():
                database.execute(f'drop trigger "{trigger}"')
            change(database)
        return path

    return make


def _ring_of_three(database: sqlite3.Connection) -> None:
    blob = database.execute("select geom from site where fid = 1").fetchone()[0]
    wkb = struct.pack("<BIII", 1, 3, 1, 3) + struct.pack("<6d", 0, 0, 1, 0, 1, 1)
    database.execute("update site set geom = ? where fid = 1", (blob[:40] + wkb,))


def _second_geometry(database: sqlite3.Connection) -> None:
    database.execute("alter table site add column geom2 POLYGON")
    # The format allows one geometry column per table; files that break it have lost the constraint.
    database.execute("alter table gpkg_geometry_columns rename to former")
    database.execute("create table gpkg_geometry_columns as select * from former")
    database.execute("insert into gpkg_geometry_columns values ('site', 'geom2', 'POLYGON', 27700, 0, 0)")


def _no_crs(database: sqlite3.Connection) -> None:
    database.execute("update gpkg_geometry_columns set srs_id = -1")


def _no_geographic_crs(database: sqlite3.Connection) -> None:
    database.execute("update gpkg_geometry_columns set srs_id = 0")


def _template_table(folder: Path) -> Path:
    path = _frame("site.gpkg", layer="Habitats")(folder)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute('create table "Red Line Boundary" (fid integer primary key, name text)')
        database.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, srs_id)"
            " values ('Red Line Boundary', 'attributes', 'rlb', 0)"
        )
    return path


def _features(*geometries: object) -> str:
    features = [{"type": "Feature", "properties": {"ref": "A"}, "geometry": item} for item in geometries]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def _empty_folder(folder: Path) -> Path:
    (folder / "notes.txt").write_text("nothing here")
    return folder


def _bare_geodatabase(folder: Path) -> Path:
    (folder / "a.gdb").mkdir()
    return folder / "a.gdb"


def _stray_file(folder: Path) -> Path:
    _frame("site.gpkg")(folder)
    (folder / "notes.txt").write_text("read me")
    return folder


def _lying_cpg(folder: Path) -> Path:
    path = _frame("site.shp", encoding="ISO-8859-1")(folder)
    path.with_suffix(".cpg").write_text("UTF-8")
    return path


def _empty_layer(folder: Path) -> Path:
    squares().iloc[:0].to_file(folder / "site.gpkg", geometry_type="Polygon")
    return folder / "site.gpkg"


_KML = '<?xml version="1.0"?>{}<kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>'
_ENTITY = '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/hostname">]>'

FILE_FLAWS = [
    Flaw("the file is not there", lambda folder: folder / "gone.gpkg", SourceError, "no such file"),
    Flaw("a web address", lambda _: Path("/vsicurl/x.gpkg"), SourceError, "Addresses are not opened"),
    Flaw("an empty file", _bytes("site.gpkg", b""), SourceError, "empty (0 bytes)"),
    Flaw("an empty archive", _bytes("site.zip", b""), SourceError, "empty (0 bytes)"),
    Flaw("text named as a GeoPackage", _text("site.gpkg", "hello"), SourceError, "but text"),
    Flaw("a web page named as a shapefile", _text("site.shp", "<html>"), SourceError, "XML or a web page"),
    Flaw(
        "a workbook named as a GeoPackage", _bytes("a.gpkg", b"PK\x03\x04.."), SourceError, "Office workbook"
    ),
    Flaw("a workbook", _bytes("metric.xlsx", b"PK\x03\x04.."), SourceError, "'.xlsx' are not read"),
    Flaw(
        "the .dbf of a shapefile", _bytes("site.dbf", b"\x03"), SourceError, "Name the file that ends in .shp"
    ),
    Flaw("a GeoPackage cut short", _cut("site.gpkg"), SourceError, "cut short"),
    Flaw("a FlatGeobuf cut short", _cut("site.fgb", share=0.9), SourceError, "site.fgb"),
    Flaw("a shapefile cut short", _cut("site.shp", part=".shp"), SourceError, ".shp file is cut short"),
    Flaw("a .dbf cut short", _cut("site.shp", part=".dbf", share=0.9), SourceError, ".dbf file is cut short"),
    Flaw("a shapefile without .shx", _without(".shx"), SourceError, "no .shx file"),
    Flaw("a shapefile without .dbf", _without(".dbf"), SourceError, "no .dbf file"),
    Flaw("a shapefile without .prj", _without(".prj"), issue="crs-missing"),
    Flaw("a shapefile without .cpg", _without(".cpg"), issue="encoding-assumed"),
    Flaw("a .cpg that lies", _lying_cpg, issue="encoding-assumed"),
    Flaw("a .dbf of another shapefile", _strange_dbf, SourceError, "do not belong together"),
    Flaw("a GeoPackage of undefined CRS", _changed_gpkg(_no_crs), issue="crs-missing"),
    Flaw("a GeoPackage of undefined degrees", _changed_gpkg(_no_geographic_crs), issue="crs-missing"),
    Flaw("no CRS, but one is told", _without(".prj"), issue="crs-as-told", options={"crs": "EPSG:27700"}),
    Flaw("a CRS that is none", _frame("a.gpkg"), CRSError, "EPSG:27700", options={"crs": "British"}),
    Flaw(
        "a layer that is not there", _two_layers, LayerError, "Habitats, Hedgerows", options={"layers": ["x"]}
    ),
    Flaw("a layer without rows", _empty_layer, issue="layer-empty"),
    Flaw(
        "a ring of three positions in a GeoPackage",
        _changed_gpkg(_ring_of_three),
        issue="geometry-not-parsed",
    ),
    Flaw("two geometry columns", _changed_gpkg(_second_geometry), issue="several-geometry-columns"),
    Flaw("a template layer without geometry", _template_table, issue="layer-without-geometry"),
    Flaw("a folder with nothing to read", _empty_folder, SourceError, "no file that can be read"),
    Flaw("a folder with a stray file", _stray_file, issue="file-ignored"),
    Flaw(
        "a geodatabase without tables",
        _bare_geodatabase,
        SourceError,
        ".gdbtable",
    ),
]
ARCHIVE_FLAWS = [
    Flaw("text named as an archive", _text("site.zip", "PK not really"), SourceError, "not a zip archive"),
    Flaw("a member that climbs", _zip({"../../x.geojson": b"{}"}), SourceError, "climbs out"),
    Flaw("a member that climbs by backslash", _zip({"..\\x.geojson": b"{}"}), SourceError, "climbs out"),
    Flaw("a member with an absolute path", _zip({"/tmp/x.geojson": b"{}"}), SourceError, "absolute path"),
    Flaw("a member on a drive", _zip({"C:\\x.geojson": b"{}"}), SourceError, "absolute path"),
    Flaw("an archive in an archive", _zip({"inner.zip": b"PK"}), SourceError, "archive itself"),
    Flaw(
        "more than 1,000 members", _zip({f"{n}.txt": b"" for n in range(1001)}), SourceError, "1,001 members"
    ),
    Flaw(
        "more than 2 GB unpacked", _patched_zip(22, 24, b"\xff\xff\xff\xfe"), SourceError, "2 GB is the most"
    ),
    Flaw("an encrypted member", _patched_zip(6, 8, b"\x01\x00"), SourceError, "'a.geojson' is encrypted"),
    Flaw(
        "a member that does not fit its checksum", _patched_zip(14, 16, b"\1\2\3\4"), SourceError, "damaged"
    ),
    Flaw("a member that is a link", _link_zip, SourceError, "is a link"),
    Flaw(
        "a member listed twice", _zip({"a.geojson": b"{}", "A.geojson": b"{}"}), SourceError, "listed twice"
    ),
    Flaw("an archive of letters", _zip({"letter.docx": b"x"}), SourceError, "found: letter.docx"),
]
TEXT_FLAWS = [
    Flaw("a DOCTYPE in KML", _text("site.kml", _KML.format(_ENTITY)), SourceError, "DOCTYPE"),
    Flaw("a bare DOCTYPE", _text("a.kml", _KML.format("<!DOCTYPE kml>")), SourceError, "DOCTYPE"),
    Flaw("a DOCTYPE in GML", _text("site.gml", _KML.format(_ENTITY)), SourceError, "DOCTYPE"),
    Flaw("KML without features", _text("site.kml", _KML.format("")), LayerError, "None of its layers"),
    Flaw("XML named as KML", _text("site.kml", "<html></html>"), SourceError, "begins with <html>"),
    Flaw("KML that breaks off", _text("site.kml", "<kml><Document>"), SourceError, "not well-formed XML"),
    Flaw("a virtual dataset named as GML", _text("a.gml", "<OGRVRTDataSource/>"), SourceError, "not GML"),
    Flaw("JSON that breaks off", _text("site.geojson", '{"type": "Feat'), SourceError, "not JSON"),
    Flaw("JSON of another kind", _text("site.json", '{"mock": "data"}'), SourceError, "not GeoJSON"),
    Flaw("brackets without end", _text("a.geojson", "[" * 100_000), SourceError, "no end"),
    Flaw("a blank GeoJSON", _text("site.geojson", "   \n"), SourceError, "nothing but blanks"),
    Flaw(
        "a ring that is not closed",
        _text("a.geojson", _features(_polygon(SQUARE[:4]))),
        issue="geometry-not-parsed",
    ),
    Flaw(
        "a ring of three positions",
        _text("a.geojson", _features(_polygon(SQUARE[:3]))),
        issue="geometry-not-parsed",
    ),
    Flaw(
        "a position of one number",
        _text("a.geojson", _features({"type": "Point", "coordinates": [1]})),
        issue="geometry-not-parsed",
    ),
    Flaw(
        "a position of texts",
        _text("a.geojson", _features({"type": "Point", "coordinates": ["1", "2"]})),
        issue="geometry-not-parsed",
    ),
    Flaw(
        "a point labelled as a polygon",
        _text("a.geojson", _features({"type": "Polygon", "coordinates": [1, 2]})),
        issue="geometry-not-parsed",
    ),
    Flaw(
        "a member twice in an object",
        _text("a.geojson", _features(None).replace('"ref"', '"a": 1, "a"')),
        issue="geojson-malformed",
    ),
    Flaw(
        "a crs member without a name",
        _text("a.geojson", _features(None)[:-1] + ', "crs": 5}'),
        issue="crs-unreadable",
    ),
    Flaw("truncated WKT", _text("a.csv", 'ref,wkt\nA,"POLYGON((0 0,1 0,1"\n'), issue="geometry-not-parsed"),
    Flaw(
        "truncated WKT of curves",
        _text("a.csv", 'ref,wkt\nA,"CURVEPOLYGON((0 0,1"\n'),
        issue="geometry-not-parsed",
    ),
    Flaw(
        "WKT of mixed systems",
        _text("a.csv", "wkt\nSRID=27700;POINT(0 0)\nPOINT(1 1)\n"),
        issue="crs-unreadable",
    ),
    Flaw("a CSV without shapes", _text("a.csv", "ref,x,y\nA,1,2\n"), LayerError, "found: ref, x, y"),
    Flaw("a ragged CSV", _text("a.csv", "ref,wkt\nA,POINT(1 2),x\n"), SourceError, "Line 2 has 3 cells"),
    Flaw(
        "a quotation mark left open",
        _text("a.csv", 'ref,wkt\nA,"POLYGON((0 0\n'),
        SourceError,
        "quotation mark",
    ),
    Flaw(
        "a CSV with one name twice", _text("a.csv", "ref,ref,wkt\nA,B,POINT(1 2)\n"), issue="duplicate-column"
    ),
    Flaw(
        "a CSV in Windows-1252", _bytes("a.csv", b"ref,wkt\nCaf\xe9,POINT(1 2)\n"), issue="encoding-assumed"
    ),
    Flaw("Parquet that is none", _bytes("a.parquet", b"PAR1 and nothing"), SourceError, "a.parquet"),
]
FLAWS = [*FILE_FLAWS, *ARCHIVE_FLAWS, *TEXT_FLAWS]

# --- Rows, geometry and side files: what a whole check makes of them --------------------------------

SITE = shapely.box(430_000, 360_000, 430_100, 360_100)
MEADOW = "Grassland - Other neutral grassland"
BOW_TIE = shapely.Polygon([(0, 0), (60, 60), (60, 0), (0, 60)])
STRATEGY = """lnrs_id = "x"
name = "A test"
title = "A made-up title"
authority = "Nobody"
status = "sample"
published = "2025-01-15"
[crosswalk]
file = "crosswalk.csv"
"""
CROSSWALK = (
    "lnrs_id,measure_id,module,habitat,intervention,verdict,condition_note,status,complete,source\n"
    "x,M1,area,Grassland - *,either,yes,,published,,a test\n"
)
OVERRIDE = ",A1,consistent,It will be grazed.,county ecologist,2025-03-03\n"
OVERRIDES_HEAD = "site_ref,parcel_ref,decision,justification,role,date\n"
MEASURES_HEAD = ("pm_loc_id", "pm_id", "pm_desc", "lnrs_id")


@dataclass(frozen=True)
class RunFlaw:
    """One way for the inputs of a check to be wrong.

    `change` writes over or adds to the files of a sound `world` and returns further options of
    `lnrs_geo.check`. Either the run `raises` with a piece of its message (`says`), or it ends with
    the `issue`, and the first parcel's parts after the development have `status` (and `reason`).
    """

    name: str
    change: Callable[[Path], Mapping[str, Any]]
    raises: type[LnrsGeoError] | None = None
    says: str = ""
    issue: str = ""
    status: str = "decided"
    reason: str = ""


def world(folder: Path) -> dict[str, Any]:
    """Write a sound parcel inside a sound measure, and return the options of a check of it."""
    _parcels()(folder)
    _measures()(folder)
    (folder / "strategy.toml").write_text(STRATEGY)
    (folder / "crosswalk.csv").write_text(CROSSWALK)
    return {
        "parcels": str(folder / "parcels.gpkg"),
        "measures": str(folder / "measures.gpkg"),
        "strategy": str(folder / "strategy.toml"),
    }


def at(x_m: float, y_m: float, width_m: float = 20, height_m: float = 20) -> shapely.Polygon:
    """Return a rectangle at metres from the corner of the site."""
    return shapely.box(430_000 + x_m, 360_000 + y_m, 430_000 + x_m + width_m, 360_000 + y_m + height_m)


def _on_site(shape: shapely.Geometry) -> shapely.Geometry:
    return shapely.affinity.translate(shape, 430_010, 360_010)


def _written(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    path.unlink(missing_ok=True)
    frame.to_file(path, layer=layer)


def _parcels(
    *shapes: Any, crs: int = 27700, file: str = "parcels.gpkg", **columns: Any
) -> Callable[[Path], Mapping[str, Any]]:
    """Write parcels, one 20 m square by default; `columns` replace those of a sound parcel."""

    def change(folder: Path) -> Mapping[str, Any]:
        drawn = list(shapes) or [at(10, 10)]
        cells = {
            "parcel_ref": [f"A{row + 1}" for row in range(len(drawn))],
            "retention": "Created",
            "proposed_habitat": MEADOW,
            **columns,
        }
        cells = {
            name: [value] * len(drawn) if isinstance(value, str) else value
            for name, value in cells.items()
            if value is not None
        }
        _written(gpd.GeoDataFrame(cells, geometry=drawn, crs=crs), folder / file, "parcels")
        return {}

    return change


def template(layers: Mapping[str, gpd.GeoDataFrame]) -> Callable[[Path], Mapping[str, Any]]:
    """Write layers of the older template in place of the plain parcels."""

    def change(folder: Path) -> Mapping[str, Any]:
        (folder / "parcels.gpkg").unlink()
        for layer, frame in layers.items():
            frame.to_file(folder / "parcels.gpkg", layer=layer)
        return {}

    return change


def habitats(*shapes: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Return enhanced grassland in the columns of the template; `columns` replace its cells."""
    cells = {
        "Parcel Ref": [f"A{row + 1}" for row in range(len(shapes))],
        "Baseline Broad Habitat Type": "Grassland",
        "Baseline Habitat Type": "Modified grassland",
        "Retention Category": "Enhanced",
        "Proposed Broad Habitat Type": "Grassland",
        "Proposed Habitat Type": "Other neutral grassland",
        **columns,
    }
    return gpd.GeoDataFrame(cells, geometry=list(shapes), crs=27700)


def red_line(shape: Any) -> gpd.GeoDataFrame:
    """Return a red line."""
    return gpd.GeoDataFrame({"Site Name": ["A"]}, geometry=[shape], crs=27700)


def _measures(
    *rows: tuple[Any, ...], head: tuple[str, ...] = MEASURES_HEAD
) -> Callable[[Path], Mapping[str, Any]]:
    """Write measures, rows of cells with the geometry last; one around the site by default."""

    def change(folder: Path) -> Mapping[str, Any]:
        given = rows or (("L1", "M1", "Make meadows", "x", SITE),)
        *cells, shapes = zip(*given, strict=True)
        frame = gpd.GeoDataFrame(dict(zip(head, cells, strict=True)), geometry=list(shapes), crs=27700)
        _written(frame, folder / "measures.gpkg", "measures")
        return {}

    return change


def _file(name: str, content: str, option: str = "") -> Callable[[Path], Mapping[str, Any]]:
    def change(folder: Path) -> Mapping[str, Any]:
        (folder / name).write_text(content, encoding="utf-8")
        return {option: str(folder / name)} if option else {}

    return change


def _zones(option: str, *shapes: Any, **columns: Any) -> Callable[[Path], Mapping[str, Any]]:
    def change(folder: Path) -> Mapping[str, Any]:
        frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=27700)
        _written(frame, folder / f"{option}.gpkg", option)
        return {option: str(folder / f"{option}.gpkg")}

    return change


_DEGREES = shapely.box(-1.55, 53.13, -1.54, 53.14)
_LINE = shapely.LineString([(430_010, 360_010), (430_050, 360_050)])
_SWAPPED = shapely.box(160_010, 530_010, 160_030, 530_030)  # England lies where northing comes first
_EMPTY = shapely.Polygon()
_LONG = "A1" * 600

PARCEL_FLAWS = [
    RunFlaw(
        "a parcel that crosses itself",
        _parcels(_on_site(BOW_TIE)),
        issue="geometry-changed",
        status="provisional",
        reason="repaired-geometry",
    ),
    RunFlaw("a parcel with null geometry", _parcels(None), issue="geometry-missing", status="error"),
    RunFlaw("a parcel with empty geometry", _parcels(_EMPTY), issue="geometry-missing", status="error"),
    RunFlaw(
        "a parcel without extent",
        _parcels(_on_site(shapely.Polygon([(0, 0), (9, 9), (0, 0), (0, 0)]))),
        issue="geometry-unreadable",
        status="error",
    ),
    RunFlaw("overlapping parcels", _parcels(at(10, 10), at(20, 20)), issue="parcel-overlap"),
    RunFlaw("a parcel in a parcel", _parcels(at(10, 10), at(15, 15, 5, 5)), issue="parcel-overlap"),
    RunFlaw(
        "a reference twice",
        _parcels(at(10, 10), at(40, 40), parcel_ref=["A1", "A1"]),
        issue="duplicate-reference",
    ),
    RunFlaw(
        "a blank reference", _parcels(at(10, 10), at(40, 40), parcel_ref=["", "B"]), issue="reference-missing"
    ),
    RunFlaw("a parcel drawn twice", _parcels(at(10, 10), at(10, 10)), issue="duplicate-geometry"),
    RunFlaw("a parcel too small", _parcels(at(10, 10, 0.9, 0.9)), issue="parcel-too-small"),
    RunFlaw(
        "an area drawn as a line", _parcels(_LINE, module="area"), issue="wrong-geometry-type", status="error"
    ),
    RunFlaw(
        "a hedgerow drawn as a polygon",
        _parcels(at(10, 10), module="hedgerow", proposed_habitat="Native hedgerow"),
        issue="wrong-geometry-type",
        status="error",
    ),
    RunFlaw(
        "a line of no module",
        _parcels(_LINE, proposed_habitat="A row of bushes"),
        issue="module-unknown",
        status="error",
    ),
    RunFlaw(
        "a module there is not", _parcels(at(10, 10), module="hegde"), issue="module-unknown", status="error"
    ),
    RunFlaw(
        "a tree of no count",
        _parcels(shapely.Point(430_020, 360_020), proposed_habitat="Individual trees - Rural tree"),
        issue="tree-count-assumed",
        status="provisional",
    ),
    RunFlaw(
        "an unknown habitat",
        _parcels(proposed_habitat="Hay field"),
        issue="habitat-unknown",
        status="provisional",
        reason="unknown-habitat",
    ),
    RunFlaw(
        "no proposed habitat",
        _parcels(proposed_habitat="To be created"),
        issue="no-proposed-habitat",
        status="provisional",
        reason="no-proposed-habitat",
    ),
    RunFlaw(
        "an unknown retention category",
        _parcels(retention="Relocated"),
        issue="retention-unknown",
        status="provisional",
        reason="unknown-intervention",
    ),
    RunFlaw(
        "no retention category",
        _parcels(retention=""),
        issue="retention-missing",
        status="provisional",
        reason="unclear-retention",
    ),
    RunFlaw("a size that is no number", _parcels(size="big"), issue="number-unreadable"),
    RunFlaw("a text longer than the template's", _parcels(notes=_LONG), issue="text-too-long"),
    RunFlaw("degrees labelled as National Grid", _parcels(_DEGREES), CRSError, "Assign EPSG:4326"),
    RunFlaw(
        "one parcel of coordinates that cannot be",
        _parcels(at(10, 10), shapely.box(9e8, 9e8, 9e8 + 9, 9e8 + 9)),
        issue="coordinate-implausible",
    ),
    RunFlaw(
        "northing before easting",
        _parcels(_SWAPPED),
        issue="axes-maybe-swapped",
        status="provisional",
        reason="no-area-given",
    ),
    RunFlaw("heights", _parcels(shapely.force_3d(at(10, 10), z=7.0)), issue="vertical-values-dropped"),
    RunFlaw(
        "a parcel that is not in England",
        _parcels(at(-180_000, 500_000)),
        issue="outside-england",
        status="provisional",
        reason="no-area-given",
    ),
    RunFlaw(
        "no column that is known",
        _parcels(parcel_ref=None, retention=None, proposed_habitat=None, colour="red"),
        SchemaError,
        "layer 'parcels' with colour",
    ),
    RunFlaw(
        "land outside the red line",
        template(
            {
                "Red Line Boundary": red_line(at(0, 0, 50, 50)),
                "Habitats": habitats(at(0, 0, 50, 50), at(60, 60)),
            }
        ),
        issue="outside-red-line",
    ),
    RunFlaw(
        "parcels that leave a gap in the red line",
        template({"Red Line Boundary": red_line(SITE), "Habitats": habitats(at(0, 0, 50, 50))}),
        issue="red-line-sum",
    ),
    RunFlaw(
        "a red line that crosses itself",
        template({"Red Line Boundary": red_line(_on_site(BOW_TIE)), "Habitats": habitats(at(10, 10))}),
        issue="red-line-invalid",
    ),
    RunFlaw(
        "a red line that is a point",
        template(
            {"Red Line Boundary": red_line(shapely.Point(430_010, 360_010)), "Habitats": habitats(at(10, 10))}
        ),
        issue="red-line-wrong-geometry",
    ),
    RunFlaw(
        "a template without its red line",
        template({"Habitats": habitats(at(10, 10))}),
        issue="red-line-missing",
    ),
    RunFlaw(
        "a line in the layer of areas",
        template({"Red Line Boundary": red_line(SITE), "Habitats": habitats(_LINE)}),
        issue="wrong-geometry-type",
        status="error",
    ),
    RunFlaw(
        "retained, with another habitat",
        template({"Habitats": habitats(at(10, 10), **{"Retention Category": "Retained"})}),
        issue="retained-changes-habitat",
    ),
    RunFlaw(
        "lost without a successor",
        template(
            {
                "Habitats": habitats(
                    at(10, 10),
                    **{
                        "Retention Category": "Lost",
                        "Proposed Broad Habitat Type": None,
                        "Proposed Habitat Type": None,
                    },
                )
            }
        ),
        issue="lost-without-successor",
        status="",
    ),
]
MAP_FLAWS = [
    RunFlaw(
        "measures of an unknown layout",
        _measures(("L1", "M1", "Hay", "x", SITE), head=("a", "b", "c", "d")),
        SchemaError,
        "layer 'measures' with a, b, c, d",
    ),
    RunFlaw(
        "a measure that crosses itself",
        _measures(("L1", "M1", "Hay", "x", _on_site(BOW_TIE))),
        issue="geometry-changed",
        status="provisional",
        reason="repaired-geometry",
    ),
    RunFlaw("measures of another LNRS", _measures(("L1", "M1", "Hay", "14", SITE)), issue="lnrs-id-mismatch"),
    RunFlaw(
        "a measure without geometry",
        _measures(("L1", "M1", "Hay", "x", SITE), ("L2", "M2", "Hay", "x", None)),
        issue="measure-left-out",
    ),
    RunFlaw(
        "a measure drawn as a line",
        _measures(("L1", "M1", "Hay", "x", SITE), ("L2", "M2", "Hay", "x", _LINE)),
        issue="measure-not-polygon",
    ),
    RunFlaw(
        "a measure of no name",
        _measures(("L1", "M1", "Hay", "x", SITE), ("L2", "", "", "x", SITE)),
        issue="measure-left-out",
    ),
    RunFlaw(
        "a measure without code",
        _measures(("L1", "M1", "Hay", "x", SITE), ("L2", "", "Bees", "x", SITE)),
        issue="measure-id-missing",
    ),
    RunFlaw(
        "a measure's row repeated",
        _measures(*[("L1", "M1", "Hay", "x", SITE)] * 2),
        issue="measure-rows-merged",
    ),
    RunFlaw(
        "a measure's row repeated in other words",
        _measures(("L1", "M1", "Hay", "x", SITE), ("L1", "M1", "Bees", "x", SITE)),
        issue="measure-text-differs",
    ),
    RunFlaw(
        "a flag that says neither yes nor no",
        _measures(("L1", "M1", "Hay", "perhaps", SITE), head=("pm_loc_id", "pm_id", "pm_desc", "eligible")),
        issue="eligible-unreadable",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "measures in degrees labelled as National Grid",
        _measures(("L1", "M1", "Hay", "x", _DEGREES)),
        CRSError,
        "EPSG:4326",
    ),
    RunFlaw(
        "an area that is a line", _zones("area", _LINE, lnrs_id=["x"]), SchemaError, "There is no polygon"
    ),
    RunFlaw(
        "an area beside a point",
        _zones("area", SITE, shapely.Point(430_000, 360_000), lnrs_id=["x", "y"]),
        issue="zone-left-out",
    ),
    RunFlaw(
        "areas that overlap",
        _zones("area", SITE, at(50, 50, 500, 500), lnrs_id=["x", "y"]),
        issue="areas-overlap",
    ),
    RunFlaw(
        "authorities without names",
        _zones("authorities", SITE, population=[9]),
        SchemaError,
        "--map authority=",
    ),
    RunFlaw(
        "districts that overlap",
        _zones("authorities", SITE, at(0, 0, 50, 50), name=["North", "South"]),
        issue="authorities-overlap",
    ),
    RunFlaw(
        "an APIB layer of points",
        _zones("apib", shapely.Point(430_000, 360_000), name=["Pond"]),
        SchemaError,
        "There is no polygon",
    ),
]
TABLE_FLAWS = [
    RunFlaw(
        "a crosswalk without its columns",
        _file("crosswalk.csv", "measure,hab\nM1,x\n"),
        CrosswalkError,
        "measure, hab",
    ),
    RunFlaw(
        "a crosswalk with an unknown verdict",
        _file("crosswalk.csv", CROSSWALK.replace(",yes,", ",perhaps,")),
        CrosswalkError,
        "line 2",
    ),
    RunFlaw(
        "a crosswalk with an unknown habitat",
        _file("crosswalk.csv", CROSSWALK.replace("Grassland - *", "Hay")),
        issue="crosswalk-habitat-unknown",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "a crosswalk of another LNRS",
        _file("crosswalk.csv", CROSSWALK.replace("\nx,", "\n14,")),
        issue="crosswalk-other-lnrs",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "an empty crosswalk",
        _file("crosswalk.csv", CROSSWALK.split("\n")[0] + "\n"),
        issue="crosswalk-empty",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "a crosswalk that contradicts itself",
        _file("crosswalk.csv", CROSSWALK + CROSSWALK.split("\n")[1].replace(",yes,", ",no,")),
        issue="crosswalk-contradiction",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "a ragged crosswalk", _file("crosswalk.csv", CROSSWALK + "x,M1\n"), SourceError, "Line 3 has 2 cells"
    ),
    RunFlaw(
        "an override without a role",
        _file("o.csv", OVERRIDES_HEAD + OVERRIDE.replace("county ecologist", ""), "overrides"),
        OverrideError,
        "line 2 lacks role",
    ),
    RunFlaw(
        "an override twice",
        _file("o.csv", OVERRIDES_HEAD + OVERRIDE * 2, "overrides"),
        OverrideError,
        "line 3",
    ),
    RunFlaw(
        "an override of an unknown decision",
        _file("o.csv", OVERRIDES_HEAD + OVERRIDE.replace("consistent", "fine"), "overrides"),
        OverrideError,
        "'fine'",
    ),
    RunFlaw(
        "another table given as overrides",
        _file("o.csv", CROSSWALK, "overrides"),
        OverrideError,
        "justification",
    ),
    RunFlaw(
        "a strategy with an unknown key",
        _file("strategy.toml", "colour = 'red'\n" + STRATEGY),
        StrategyError,
        "colour",
    ),
    RunFlaw(
        "a strategy with a date that cannot be",
        _file("strategy.toml", STRATEGY.replace("2025-01-15", "2025-02-30")),
        StrategyError,
        "2025-02-30",
    ),
    RunFlaw(
        "a strategy whose crosswalk is not there",
        _file("strategy.toml", STRATEGY.replace("crosswalk.csv", "gone.csv")),
        StrategyError,
        "gone.csv",
    ),
    RunFlaw(
        "a strategy of an unknown status",
        _file("strategy.toml", STRATEGY.replace("sample", "final")),
        StrategyError,
        "'final'",
    ),
    RunFlaw(
        "a strategy that is no TOML", _file("strategy.toml", "lnrs_id: x\n"), StrategyError, "not valid TOML"
    ),
    RunFlaw(
        "a strategy without its id",
        _file("strategy.toml", STRATEGY.replace('lnrs_id = "x"\n', "")),
        StrategyError,
        "lnrs_id",
    ),
    RunFlaw(
        "a strategy whose layer is not given",
        _file("strategy.toml", STRATEGY + '[measures]\nlayers = ["measures", "hedges"]\n'),
        issue="measures-incomplete",
    ),
]
RUN_FLAWS = [*PARCEL_FLAWS, *MAP_FLAWS, *TABLE_FLAWS]
