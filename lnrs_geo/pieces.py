"""Read the results of a site, or of a packet of sites, back from disk row by row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lnrs_geo import atomic, gpkg_rows, packet, uniting, write
from lnrs_geo.columns import (
    INPUT_PREFIX,
    ISSUES,
    MATCHES,
    MEASURES_USED,
    PARCELS,
    PARTS,
    SITE,
    Column,
    Kind,
    names,
)
from lnrs_geo.errors import OutputError

# The tables that are brought together, and their columns; `trace` would point nowhere there.
TABLES: dict[str, tuple[Column, ...]] = {
    "parts": PARTS,
    "parcels": PARCELS,
    "matches": MATCHES,
    "issues": ISSUES,
    "measures_used": MEASURES_USED,
}
LAYERS = {"parts": ("parts", "parts_line", "parts_point")}
_ROWS = 5_000
_KINDS = {"BOOLEAN": uniting.BOOL, "INTEGER": uniting.INT, "MEDIUMINT": uniting.INT, "REAL": uniting.FLOAT}


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table: values by column, and geometry as a GeoPackage holds it, where there is any."""

    values: dict[str, Sequence[Any]]
    shapes: Sequence[bytes | None] | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Results on disk; `site` is empty for a packet, whose rows say their own."""

    site: str
    folder: Path
    lean: bool

    def own(self) -> dict[str, str]:
        """Return the input's own columns in `parcels`, and what each holds."""
        with self._told():
            return _lean_own(self.folder) if self.lean else _own(self.folder)

    def rows(self, table: str) -> Iterator[Rows]:
        """Return the rows of a table in pieces, `site` among their values save in `measures_used`."""
        with self._told():
            for rows in _lean_rows(self.folder, table) if self.lean else _rows(self.folder, table):
                if table != "measures_used" and self.site:
                    count = len(next(iter(rows.values.values())))
                    yield Rows({SITE.name: [self.site] * count, **rows.values}, rows.shapes)
                else:
                    yield rows

    def _told(self) -> _Told:
        return _Told(self.folder)


class _Told:
    """Says in words of the field that results are damaged."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, sqlite3.Error | OSError | KeyError | ValueError):
            raise OutputError(
                f"The results there are damaged ({error}).",
                where=str(self.folder),
                fix="Remove the folder and run the site again.",
            ) from error


def is_whole(folder: Path) -> bool:
    """Say whether a folder holds the whole result of a check, in either form.

    A replacement that a killed program had begun is finished first.
    """
    return _form(folder) is not None


def opened(site: str, folder: Path) -> Piece:
    """Return the results in a folder, as `Result.write` or `write_packet` made them.

    Raises
    ------
    OutputError
        There are none, both forms are there, or a packet was named as a site, or the other way round.
    """
    lean = _form(folder)
    if lean is None:
        raise OutputError("There are no results there.", where=str(folder), fix="Run the site again.")
    piece = Piece(site, Path(folder), lean)
    if (lean and _is_packet(Path(folder))) is bool(site):
        raise OutputError(
            "A packet holds many sites, and is given without one."
            if site
            else "These are the results of one site, which must be named.",
            where=str(folder),
        )
    return piece


def _form(folder: Path) -> bool | None:
    """Return True for the lean form, False for the other, None where there are no whole results."""
    folder = Path(folder)
    atomic.roll_forward(folder)
    whole = [all((folder / name).is_file() for name in files) for files in (write.FILES, packet.FILES)]
    if all(whole):
        raise OutputError(
            "Results of both forms are there.", where=str(folder), fix="Remove those that are out of date."
        )
    return None if not any(whole) else whole[1]


def _own(folder: Path) -> dict[str, str]:
    with closing(_database(folder)) as database:
        columns = database.execute('PRAGMA table_info("parcels")').fetchall()
        found = {}
        for _, name, kind, *_ in columns:
            if name.startswith(INPUT_PREFIX):
                quoted = name.replace('"', '""')
                asked = f'SELECT 1 FROM parcels WHERE "{quoted}" IS NOT NULL LIMIT 1'
                there = database.execute(asked).fetchone()
                found[name] = _KINDS.get(kind, uniting.TEXT) if there else uniting.NOTHING
    return found


def _rows(folder: Path, table: str) -> Iterator[Rows]:
    truth = {one.name for one in TABLES[table] if one.kind is Kind.BOOL}
    with closing(_database(folder)) as database:
        for layer in LAYERS.get(table, (table,)):
            cursor = database.execute(f'SELECT * FROM "{layer}" ORDER BY fid')
            labels = [one[0] for one in cursor.description]
            if table == "parcels":
                kinds = {row[1]: row[2] for row in database.execute('PRAGMA table_info("parcels")')}
                truth |= {name for name, kind in kinds.items() if kind == "BOOLEAN"}
            _require(labels, TABLES[table])
            while rows := cursor.fetchmany(_ROWS):
                values = dict(zip(labels, zip(*rows, strict=True), strict=True))
                shapes = values.pop("geom", None)
                del values["fid"]
                for name in truth:
                    values[name] = tuple(None if one is None else bool(one) for one in values[name])
                yield Rows({str(name): column for name, column in values.items()}, shapes)


def _database(folder: Path) -> sqlite3.Connection:
    uri = (folder.resolve() / write.GEOPACKAGE).as_uri()
    return sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True)


def _is_packet(folder: Path) -> bool:
    import pyarrow.parquet as pq

    with _Told(folder):
        return SITE.name in pq.read_schema(folder / "parts.parquet").names


def _lean_own(folder: Path) -> dict[str, str]:
    import pyarrow.parquet as pq

    path = folder / "parcels.parquet"
    own = [name for name in pq.read_schema(path).names if name.startswith(INPUT_PREFIX)]
    return uniting.own_kinds(pq.read_table(path, columns=own)) if own else {}


def _lean_rows(folder: Path, table: str) -> Iterator[Rows]:
    import pyarrow.parquet as pq
    import shapely

    with pq.ParquetFile(folder / f"{table}.parquet") as file:
        _require(file.schema_arrow.names, TABLES[table])
        for batch in file.iter_batches(_ROWS):
            if not len(batch):
                continue
            values: Mapping[str, Any] = {
                name: batch[name].to_pylist() for name in batch.schema.names if name != "trace"
            }
            wkb = values.get("geometry")
            shapes = None
            if wkb is not None:
                shapes = gpkg_rows.blobs(wkb, shapely.bounds(shapely.from_wkb(wkb)))
            yield Rows({name: column for name, column in values.items() if name != "geometry"}, shapes)


def _require(found: Sequence[str], columns: tuple[Column, ...]) -> None:
    missing = [name for name in names(columns) if name not in found]
    if missing:
        raise ValueError(f"columns are missing: {', '.join(missing)}")
