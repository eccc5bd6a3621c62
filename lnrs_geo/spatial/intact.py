"""Hold a file against its name: whether it is of that kind, whole, and harmless.

GDAL trusts what it finds inside a file more than its name. So the first bytes must agree with the
name before a driver sees it; no driver has to guess.
"""

import hashlib
from enum import StrEnum
from pathlib import Path
from xml.parsers import expat

from lnrs_geo.errors import SourceError
from lnrs_geo.spatial.shapefile import check_shapefile, shapefile_parts


class Kind(StrEnum):
    """The formats that are read."""

    GPKG = "GPKG"
    SHAPEFILE = "ESRI Shapefile"
    GEOJSON = "GeoJSON"
    FLATGEOBUF = "FlatGeobuf"
    PARQUET = "Parquet"
    GEODATABASE = "OpenFileGDB"
    KML = "KML"
    GML = "GML"
    CSV = "CSV"


_MAGIC = {
    Kind.GPKG: (b"SQLite format 3\0",),
    Kind.SHAPEFILE: (b"\x00\x00\x27\x0a",),
    Kind.FLATGEOBUF: (b"fgb\x03fgb",),
    Kind.PARQUET: (b"PAR1",),
}
# How a message calls the formats that are known by their first bytes
_CALLED = {Kind.GPKG: "a GeoPackage", Kind.SHAPEFILE: "a shapefile"}
_FAMILIAR = (
    (b"SQLite format 3\0", "a GeoPackage or SQLite database"), (b"\x00\x00\x27\x0a", "a shapefile"),
    (b"PK\x03\x04", "a zip archive or an Office workbook"), (b"%PDF", "a PDF"), (b"PAR1", "Parquet"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"), (b"fgb", "FlatGeobuf"), (b"<", "XML or a web page"),
    (b"{", "JSON"),
)  # fmt: skip
_HASHED = frozenset({".shp", ".dbf", ".shx", ".prj", ".cpg"})
# What a program that has a database open has written and not yet put into the file: it is read with it
_WRITE_AHEAD = "-wal"
_CHUNK_BYTES = 1024 * 1024


def checked_sha256(path: Path, kind: Kind, *, label: str) -> str:
    """Hold the content of a file against its name, and return its SHA-256.

    Parameters
    ----------
    path
        A file, or the folder of a file geodatabase.
    kind
        What its ending promises.
    label
        What the user called it.

    Raises
    ------
    SourceError
        It is empty, something else, cut short, incomplete or unsafe.
    """
    if kind is Kind.GEODATABASE:
        files = sorted(item for item in path.rglob("*") if item.is_file()) if path.is_dir() else []
        if not any(item.suffix == ".gdbtable" for item in files):
            raise SourceError(
                "It is not a file geodatabase: there is no .gdbtable inside.",
                where=label, fix="Copy the whole .gdb folder.",
            )  # fmt: skip
        return sha256_of([item for item in files if item.suffix != ".lock"])
    if path.is_dir():
        raise SourceError("It is a folder with the name of a file.", where=label, fix="Rename the folder.")
    with path.open("rb") as stream:
        head = stream.read(512)
    if not head:
        raise SourceError("It is empty (0 bytes).", where=label, fix="Fetch or export it again.")
    magic = _MAGIC.get(kind, ())
    if magic and not head.startswith(magic):
        raise SourceError(
            f"It is not {_CALLED.get(kind, kind)}, as its name says, but {_looks_like(head)}.",
            where=label,
            fix="Give it its right ending, or export it again.",
        )
    if kind is Kind.GPKG:
        _check_gpkg_whole(path, head, label=label)
        ahead = path.with_name(path.name + _WRITE_AHEAD)
        return sha256_of([path, ahead] if ahead.is_file() and ahead.stat().st_size else [path])
    if kind is Kind.SHAPEFILE:
        check_shapefile(path, label=label)
        return sha256_of(
            [part for suffix, part in sorted(shapefile_parts(path).items()) if suffix in _HASHED]
        )
    if kind in {Kind.KML, Kind.GML}:
        _check_xml(path, kind, label=label)
    return sha256_of([path])


def _check_gpkg_whole(path: Path, head: bytes, *, label: str) -> None:
    """Refuse a database cut short: SQLite notices only when it happens to need a lost page.

    The header holds the page size at byte 16 and the number of pages at byte 28, the latter to be
    believed where the two counters at bytes 24 and 92 agree (SQLite file format, 1.3).
    """
    page_bytes = int.from_bytes(head[16:18], "big")
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    pages = int.from_bytes(head[28:32], "big")
    if head[24:28] == head[92:96] and path.stat().st_size < page_bytes * pages:
        raise SourceError(
            f"It is cut short: {path.stat().st_size:,} of {page_bytes * pages:,} bytes are there.",
            where=label,
            fix="Copy or download it again.",
        )


def _check_xml(path: Path, kind: Kind, *, label: str) -> None:
    """Refuse a document type or entities: they reach for other files, or unfold without end."""
    root: list[str] = []

    def refuse(*_: object) -> None:
        raise SourceError(
            "It declares a document type or entities (DOCTYPE), which are refused for safety.",
            where=label,
            fix="Remove the DOCTYPE from the file, or export it again.",
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda name, _: root.append(name.rpartition(":")[2])
    try:
        with path.open("rb") as stream:
            parser.ParseFile(stream)
    except expat.ExpatError as error:
        raise SourceError(
            f"It is not well-formed XML ({error}).", where=label, fix="Export it again."
        ) from error
    if kind is Kind.KML and root[0] != "kml":
        raise SourceError(
            f"It is XML but not KML: it begins with <{root[0]}>.", where=label, fix="Export it again."
        )
    if kind is Kind.GML and root[0] in {"kml", "html", "OGRVRTDataSource"}:
        raise SourceError(
            f"It is XML but not GML: it begins with <{root[0]}>.", where=label, fix="Export it again."
        )


def _looks_like(head: bytes) -> str:
    stripped = head.lstrip()
    for magic, name in _FAMILIAR:
        if stripped.startswith(magic):
            return name
    return "binary data" if b"\0" in head else "text"


def sha256_of(paths: list[Path]) -> str:
    """Return the SHA-256 of the contents of `paths`, one after the other, read piece by piece."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()
