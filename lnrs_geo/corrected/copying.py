"""Copy a GeoPackage whole, also while others use it, and leave the original untouched."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from lnrs_geo.errors import SourceError
from lnrs_geo.spatial.intact import Kind, checked_sha256

_EXPORT = "Open it in a GIS and export it again."


def snapshot(source: Path, copy: Path) -> None:
    """Copy a GeoPackage as its readers see it, with what SQLite keeps beside it; leave it untouched.

    Changes that wait in a file ending in -wal, or a half-finished change to undo in one ending in
    -journal, are carried out in the copy. The source is never opened for writing.

    Raises
    ------
    SourceError
        It is no GeoPackage, damaged, or another program is writing it.
    """
    label, place = str(source), source.resolve()
    try:
        checked_sha256(place, Kind.GPKG, label=label)
        with place.open("rb") as stream:
            head = stream.read(20)
    except OSError as error:
        raise SourceError(
            f"It cannot be opened ({error.strerror or error}).",
            where=label,
            fix="Check that you may read it.",
        ) from error
    before = _marks(place)
    try:
        # Opened as a database, a file in WAL mode would get new files beside it
        is_wal = head[18] == 2 or before["-wal"] is not None
        with closing(sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True, timeout=2.0)) as held:
            beside = ("-wal",) if is_wal else _locked_out(held)
            shutil.copyfile(place, copy)
            for suffix in beside:
                if before[suffix] is not None:
                    shutil.copyfile(f"{place}{suffix}", f"{copy}{suffix}")
        if _marks(place) != before:
            raise SourceError(
                "Another program is writing it.", where=label, fix="Save and close it there, then run again."
            )
        _examine(copy, label)
    except sqlite3.Error as error:
        is_locked = getattr(error, "sqlite_errorcode", 0) & 0xFF in (
            sqlite3.SQLITE_BUSY,
            sqlite3.SQLITE_LOCKED,
        )
        raise SourceError(
            "Another program keeps it locked." if is_locked else f"It cannot be read ({error}).",
            where=label,
            fix="Close it there, then run again." if is_locked else _EXPORT,
        ) from error


def _marks(place: Path) -> dict[str, tuple[int, int] | None]:
    """Return size and time of the file and of those beside it; None where absent or empty."""
    marks: dict[str, tuple[int, int] | None] = {}
    for suffix in ("", "-wal", "-journal"):
        path = Path(f"{place}{suffix}")
        found = path.stat() if path.exists() else None
        marks[suffix] = (found.st_size, found.st_mtime_ns) if found and found.st_size else None
    return marks


def _locked_out(held: sqlite3.Connection) -> tuple[str, ...]:
    """Keep writers out as long as `held` is open; name what must be copied besides."""
    try:
        held.execute("BEGIN")
        held.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        return ("-journal",)  # left by a program that died; whoever reads the file must undo it first
    return ()


def _examine(copy: Path, label: str) -> None:
    with closing(sqlite3.connect(copy)) as database:
        (found,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise SourceError(f"It is damaged ({' '.join(found.split())}).", where=label, fix=_EXPORT)
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_contents'").fetchone():
            raise SourceError("It is an SQLite database but no GeoPackage.", where=label, fix=_EXPORT)
