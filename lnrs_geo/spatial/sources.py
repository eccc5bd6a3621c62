"""Find out what a path is before any driver opens it: which files, and of which kind.

GDAL follows addresses and unfolds archives wherever it meets them. So addresses are refused here,
and archives are unpacked under our own rules.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from lnrs_geo.errors import SourceError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial.archive import ARCHIVE_SUFFIXES, unpacked
from lnrs_geo.spatial.intact import Kind, checked_sha256, sha256_of
from lnrs_geo.spatial.shapefile import SIDECARS

SUFFIXES = {
    ".gpkg": Kind.GPKG, ".shp": Kind.SHAPEFILE, ".geojson": Kind.GEOJSON, ".json": Kind.GEOJSON,
    ".fgb": Kind.FLATGEOBUF, ".parquet": Kind.PARQUET, ".geoparquet": Kind.PARQUET, ".gdb": Kind.GEODATABASE,
    ".kml": Kind.KML, ".gml": Kind.GML, ".csv": Kind.CSV, ".tsv": Kind.CSV,
}  # fmt: skip
_READABLE = (
    "Name a GeoPackage, shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML, CSV with WKT, "
    "file geodatabase, a zip of one, or a folder of them."
)
_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]+://|(?:https?|ftp|file|mailto|data):|[\\/]vsi)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read: where it is, what the user calls it, and its kind.

    `member` is the path inside an archive without the suffix, "" outside archives.
    """

    path: Path
    label: str
    kind: Kind
    sha256: str
    member: str = ""


def find_sources(path: str | Path, *, stack: ExitStack, issues: list[Issue]) -> list[Source]:
    """List the files behind a path: itself, the members of an archive, or the files of a folder.

    Parameters
    ----------
    path
        What the user named.
    stack
        Keeps temporary copies of archives until it is closed.
    issues
        Receives `file-ignored` for files of a folder or archive that are of no known kind.

    Raises
    ------
    SourceError
        An address, no such file, not what its name says, damaged, or nothing readable inside.
    """
    label = str(path)
    if _ADDRESS.match(label):
        raise SourceError(
            "Addresses are not opened.", where=label, fix="Download the file and name your copy."
        )
    place = Path(path)
    try:
        if not place.exists():
            raise SourceError("There is no such file or folder.", where=label, fix="Check the name.")
    except (OSError, ValueError) as error:
        raise SourceError(f"It cannot be opened ({error}).", where=label, fix="Check the name.") from error
    if place.is_dir() and place.suffix.lower() != ".gdb":
        sources = list(_inside(place, label=label, stack=stack, issues=issues))
        if not sources:
            raise SourceError("The folder holds no file that can be read.", where=label, fix=_READABLE)
        return sources
    return _one(place, label=label, stack=stack, issues=issues)


def _one(path: Path, *, label: str, stack: ExitStack, issues: list[Issue]) -> list[Source]:
    suffix = path.suffix.lower()
    try:
        if suffix in ARCHIVE_SUFFIXES:
            return _from_archive(path, label=label, stack=stack, issues=issues)
        kind = SUFFIXES.get(suffix)
        if kind is None:
            hint = "Name the file that ends in .shp. " if suffix in SIDECARS else ""
            what = f"Files that end in '{suffix}' are not read." if suffix else "Its name has no ending."
            raise SourceError(what, where=label, fix=hint + _READABLE)
        return [Source(path, label, kind, checked_sha256(path, kind, label=label))]
    except OSError as error:
        raise SourceError(
            f"It cannot be opened ({error.strerror or error}).",
            where=label,
            fix="Check that you may read it.",
        ) from error


def _from_archive(path: Path, *, label: str, stack: ExitStack, issues: list[Issue]) -> list[Source]:
    if path.stat().st_size == 0:
        raise SourceError("It is empty (0 bytes).", where=label, fix="Fetch or export it again.")
    folder = stack.enter_context(unpacked(path, label=label))
    digest = sha256_of([path])
    members = sorted(
        (item for item in folder.rglob("*") if _candidate(item)), key=lambda item: item.as_posix()
    )
    sources = []
    for member in members:
        inside = member.relative_to(folder)
        if any(parent.suffix.lower() == ".gdb" for parent in inside.parents):
            continue
        kind = SUFFIXES.get(member.suffix.lower())
        if kind is None:
            _ignore(inside.as_posix(), label=label, issues=issues)
            continue
        checked_sha256(member, kind, label=f"{label}/{inside.as_posix()}")
        sources.append(Source(member, label, kind, digest, inside.with_suffix("").as_posix()))
    if not sources:
        found = ", ".join(item.relative_to(folder).as_posix() for item in members[:10]) or "nothing"
        raise SourceError(f"It holds no layer that can be read (found: {found}).", where=label, fix=_READABLE)
    return sources


def _inside(folder: Path, *, label: str, stack: ExitStack, issues: list[Issue]) -> Iterator[Source]:
    try:
        entries = sorted((item for item in folder.iterdir() if _candidate(item)), key=lambda item: item.name)
    except OSError as error:
        raise SourceError(
            f"It cannot be opened ({error}).", where=label, fix="Check that you may read it."
        ) from error
    for entry in entries:
        entry_label = str(Path(label) / entry.name)
        if entry.suffix.lower() in SUFFIXES or entry.suffix.lower() in ARCHIVE_SUFFIXES:
            yield from _one(entry, label=entry_label, stack=stack, issues=issues)
        else:
            _ignore(entry.name, label=label, issues=issues)


def _candidate(item: Path) -> bool:
    """Tell what deserves a look: not hidden, no part of something else, no plain sub-folder."""
    if item.name.startswith(".") or item.name.lower().endswith((".shp.xml", "-wal", "-shm", "-journal")):
        return False
    return item.suffix.lower() == ".gdb" if item.is_dir() else item.suffix.lower() not in SIDECARS


def _ignore(name: str, *, label: str, issues: list[Issue]) -> None:
    issues.append(
        issue(
            "file-ignored",
            f"{name} is of no kind that is read; it was passed over.",
            dataset=label,
            value=name,
        )
    )
