"""Change single cells and rows of a GeoPackage by SQLite alone, so that all else stays as it is.

GIS libraries would write whole layers anew: other column types, no styles, new ids. Here a copy of
the file is opened as the database that it is. Its triggers keep the spatial index and call functions
of the GeoPackage standard that SQLite lacks (ST_IsEmpty, ST_MinX, ...), so these are given to it.
"""

import math
import sqlite3
import struct
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import shapely

from lnrs_geo.errors import OutputError

_HEADER_BYTES = 8
# Prefixes of the triggers that GeoPackages bring along; any other was put there by a person
_OWN_TRIGGERS = ("rtree_{}_", "trigger_insert_feature_count_{}", "trigger_delete_feature_count_{}")


@dataclass(frozen=True, slots=True)
class Table:
    """A layer as the database knows it.

    `key` is the column of the feature ids; `geometry` the geometry column registered first ("" for a
    table without one), `kind` its type as registered, `flat` whether 2D shapes may stand in it.
    """

    name: str
    key: str
    columns: tuple[str, ...]
    geometry: str
    kind: str
    flat: bool


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a copy for changes that are kept together when the block ends well, else not at all."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
        database.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)
        for at, name in enumerate(("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY")):
            database.create_function(name, 1, _bound(at), deterministic=True)
        database.execute("PRAGMA trusted_schema = ON")  # else triggers may not call the five
        database.execute("PRAGMA journal_mode = DELETE")  # one file, whatever the source was
        database.execute("BEGIN IMMEDIATE")
        yield database
        database.execute("COMMIT")


@contextmanager
def triggers_asleep(database: sqlite3.Connection, layers: Collection[str]) -> Iterator[None]:
    """Keep triggers that a person added to these layers from changing other cells meanwhile.

    They are taken out and put back word for word; those of the GeoPackage itself stay.
    """
    asleep = []
    for name, layer, sql in database.execute(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid"
    ).fetchall():
        own = tuple(prefix.format(layer).casefold() for prefix in _OWN_TRIGGERS)
        if layer.casefold() in {one.casefold() for one in layers} and not name.casefold().startswith(own):
            asleep.append((name, sql))
    for name, _ in asleep:
        database.execute(f"DROP TRIGGER {_quoted(name)}")
    yield
    for _, sql in asleep:
        database.execute(sql)


def table_of(database: sqlite3.Connection, layer: str) -> Table:
    """Return what the database says of a layer.

    Raises
    ------
    OutputError
        There is no such table (a view cannot be changed), or it has no feature ids.
    """
    columns = _columns(database, layer)
    keys = _keys(columns)
    if is_view(database, layer) or len(keys) != 1:
        raise OutputError(
            f"Layer {layer!r} is no table with an integer primary key, so its rows cannot be told apart.",
            fix="Open it in a GIS and export it again.",
        )
    registered = database.execute(
        "SELECT column_name, upper(geometry_type_name), z, m FROM gpkg_geometry_columns"
        " WHERE lower(table_name) = lower(?) ORDER BY rowid",
        (layer,),
    ).fetchone() or ("", "", 0, 0)
    geometry, kind, z, m = registered
    return Table(layer, keys[0], tuple(name for name, *_ in columns), geometry, kind, 1 not in (z, m))


def is_view(database: sqlite3.Connection, layer: str) -> bool:
    """Tell whether a layer shows what tables hold, and holds nothing of its own."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'view' AND lower(name) = lower(?)"
    return database.execute(query, (layer,)).fetchone() is not None


def has_feature_ids(database: sqlite3.Connection, layer: str) -> bool:
    """Tell whether the rows of a table can be told apart by the ids that GIS programs show."""
    return len(_keys(_columns(database, layer))) == 1


def _columns(database: sqlite3.Connection, layer: str) -> list[tuple[str, str, int]]:
    """Return name, type and place in the primary key of each column."""
    return database.execute("SELECT name, upper(type), pk FROM pragma_table_info(?)", (layer,)).fetchall()


def _keys(columns: Sequence[tuple[str, str, int]]) -> list[str]:
    """Return the column of the feature ids; nothing where it is no integer, or there are several."""
    keys = [(name, kind) for name, kind, place in columns if place]
    return [name for name, kind in keys if kind == "INTEGER" and len(keys) == 1]


def cell(database: sqlite3.Connection, table: Table, *, fid: int, column: str) -> object:
    """Return one cell as it is stored.

    Raises
    ------
    OutputError
        There is no such column or row.
    """
    found = database.execute(
        f"SELECT {_known(table, column)} FROM {_quoted(table.name)} WHERE {_quoted(table.key)} = ?", (fid,)
    ).fetchone()
    if found is None:
        raise OutputError(
            f"Layer {table.name!r} has no row {fid}.", fix="Run the check again on the file as it is now."
        )
    value: object = found[0]
    return value


def column_of(database: sqlite3.Connection, table: Table, column: str) -> list[object]:
    """Return a whole column as it is stored (columns as `cell` knows them)."""
    return [
        value for (value,) in database.execute(f"SELECT {_known(table, column)} FROM {_quoted(table.name)}")
    ]


def set_cells(database: sqlite3.Connection, table: Table, *, fid: int, cells: Mapping[str, object]) -> None:
    """Set cells of one row (columns as `cell` knows them)."""
    wanted = ", ".join(f"{_known(table, column)} = ?" for column in cells)
    database.execute(
        f"UPDATE {_quoted(table.name)} SET {wanted} WHERE {_quoted(table.key)} = ?", (*cells.values(), fid)
    )


def add_row(database: sqlite3.Connection, table: Table, *, fid: int, cells: Mapping[str, object]) -> int:
    """Add a row that is a copy of another but for `cells`; return its id, the next that is free.

    All columns are copied by the database itself, so that no cell goes through this program.
    """
    (new,) = database.execute(f"SELECT max({_quoted(table.key)}) FROM {_quoted(table.name)}").fetchone()
    if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        # An id once given is never given again
        used = database.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).fetchone()
        new = max(new, *(used or (0,)))
    given = {table.key: new + 1, **cells}
    columns = ", ".join(map(_quoted, table.columns))
    values = ", ".join("?" if column in given else _quoted(column) for column in table.columns)
    database.execute(
        f"INSERT INTO {_quoted(table.name)} ({columns}) SELECT {values} FROM {_quoted(table.name)}"
        f" WHERE {_quoted(table.key)} = ?",
        (*(given[column] for column in table.columns if column in given), fid),
    )
    return int(new) + 1


def settle(database: sqlite3.Connection, table: Table, *, fids: Collection[int]) -> None:
    """Make the spatial index and the count of features right, also where triggers for that are missing."""
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if (index := f"rtree_{table.name}_{table.geometry}") in tables:
        for fid in fids:
            bounds = bounds_of(cell(database, table, fid=fid, column=table.geometry))
            if bounds is not None:
                database.execute(
                    f"INSERT OR REPLACE INTO {_quoted(index)} VALUES (?, ?, ?, ?, ?)", (fid, *bounds)
                )
    if "gpkg_ogr_contents" in tables:
        database.execute(
            f"UPDATE gpkg_ogr_contents SET feature_count = (SELECT count(*) FROM {_quoted(table.name)})"
            " WHERE lower(table_name) = lower(?) AND feature_count IS NOT NULL",
            (table.name,),
        )


def bounds_of(blob: object) -> tuple[float, float, float, float] | None:
    """Return west, east, south and north of a stored geometry; None where it is empty or is none."""
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) <= _HEADER_BYTES or blob[3] & 0x10:
        return None
    order = "<" if blob[3] & 1 else ">"
    try:
        if (blob[3] >> 1) & 7:
            west, east, south, north = struct.unpack_from(f"{order}4d", blob, _HEADER_BYTES)
            return None if math.isnan(west) else (west, east, south, north)
        shape = shapely.from_wkb(blob[_HEADER_BYTES:])
    except (struct.error, shapely.errors.ShapelyError, NotImplementedError):
        return None
    if shape.is_empty:
        return None
    west, south, east, north = shape.bounds
    return west, east, south, north


def encoded(shape: shapely.Geometry, *, like: bytes) -> bytes:
    """Return a 2D shape as a GeoPackage stores it, with the system and the manner of another blob."""
    srs = int.from_bytes(like[4:8], "little" if like[3] & 1 else "big", signed=True)
    with_bounds = bool((like[3] >> 1) & 7)
    west, south, east, north = shape.bounds
    bounds = struct.pack("<4d", west, east, south, north) if with_bounds else b""
    head = b"GP\0" + bytes([0b011 if with_bounds else 0b001]) + struct.pack("<i", srs)
    return head + bounds + bytes(shapely.to_wkb(shape, byte_order=1, output_dimension=2))


def _is_empty(blob: object) -> int | None:
    return None if blob is None else int(bounds_of(blob) is None)


def _bound(at: int) -> Callable[[object], float | None]:
    def bound(blob: object) -> float | None:
        bounds = bounds_of(blob)
        return None if bounds is None else bounds[at]

    return bound


def _known(table: Table, column: str) -> str:
    """Quote a column's name; one that is not there would be read as a text of that name."""
    if column not in table.columns:
        raise OutputError(
            f"Layer {table.name!r} has no column {column!r}.",
            fix="Run the check again on the file as it is now.",
        )
    return _quoted(column)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
