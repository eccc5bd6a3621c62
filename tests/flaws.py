"""Ways for a file to be wrong, each with what must come of it.

A flaw has a name, makes a bad file in a folder, and says which error or which issue answers it.
Add one by appending it to a list; no test has to be changed. There are lists of

    Flaw         what cannot be opened or parsed              here
    RunFlaw      what a check is given: parcels and maps      flaws_land.py
                 dates and tables of applications             flaws_dates.py
                 documents for Table 8, earlier files         flaws_papers.py
                 crosswalks, overrides, strategies            flaws_tables.py
                 several strategies in one run                flaws_strategies.py
    CommandFlaw  what any other command is given              flaws_commands.py
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

from lnrs_geo.errors import CRSError, LayerError, LnrsGeoError, SourceError
from tests.flaws_commands import COMMAND_FLAWS as ONE_COMMAND_FLAWS
from tests.flaws_dates import DATE_FLAWS
from tests.flaws_land import MAP_FLAWS, PARCEL_FLAWS
from tests.flaws_papers import PAPER_FLAWS
from tests.flaws_strategies import STRATEGIES_COMMAND_FLAWS, STRATEGIES_FLAWS
from tests.flaws_tables import TABLE_FLAWS

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
RUN_FLAWS = [*PARCEL_FLAWS, *MAP_FLAWS, *TABLE_FLAWS, *DATE_FLAWS, *PAPER_FLAWS, *STRATEGIES_FLAWS]
COMMAND_FLAWS = [*ONE_COMMAND_FLAWS, *STRATEGIES_COMMAND_FLAWS]
EVERY_FLAW = [*FLAWS, *RUN_FLAWS, *COMMAND_FLAWS]
