"""Put rows into the empty layers of a GeoPackage, piece by piece, many times faster than by feature.

GDAL makes the layers, so that they are what every GIS expects; the rows go straight into SQLite. A
geometry is stored as the GeoPackage standard says (version 1.2, section 2.1.3): a header with the box
of the shape, then its well-known binary.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lnrs_geo import packed_index

Blobs = Sequence[bytes | None]

_SRS = 27700
# "GP", version 0, flags: little-endian with a box of x and y; then the system, and the box as
# least and greatest x, least and greatest y.
_HEAD = np.dtype([("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4"), ("box", "<f8", 4)])
_LITTLE_WITH_BOX = 0b11
# How the file looks to nobody else while it is made: a failure throws it away.
_UNSHARED = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -65536")


class Filler:
    """Appends rows to layers and tables of an open GeoPackage; `filling` gives one."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self._next: dict[str, int] = {}
        self._boxes: dict[str, list[npt.NDArray[np.float64]]] = {}
        self._triggers: dict[str, list[tuple[str, str]]] = {}

    def add(self, layer: str, columns: Sequence[Sequence[Any]], shapes: Blobs | None = None) -> None:
        """Append rows to a layer.

        Parameters
        ----------
        layer
            Its name.
        columns
            The values of its columns, in their order; truth values, numbers, texts or None.
        shapes
            Geometry as the file holds it (see `blobs`); None for a table without.
        """
        first = self._next.get(layer)
        if first is None:
            first = self._begin(layer)
        n = len(shapes if shapes is not None else columns[0])
        values = [range(first, first + n), *([shapes] if shapes is not None else []), *columns]
        self.database.executemany(
            f'INSERT INTO "{layer}" VALUES ({", ".join("?" * len(values))})', zip(*values, strict=True)
        )
        if shapes is not None:
            self._boxes.setdefault(layer, []).append(_boxes(shapes, first))
        self._next[layer] = first + n

    def finish(self) -> None:
        """Fill the spatial indexes, and tell readers how much there is and where."""
        for layer, after in self._next.items():
            boxes = np.vstack(self._boxes.get(layer) or [np.empty((0, 5))])
            if len(boxes):
                packed_index.fill(
                    self.database, f"rtree_{layer}_geom", boxes[:, 0].astype(np.int64), boxes[:, 1:]
                )
                extent = (*boxes[:, 1:3].min(axis=0).tolist(), *boxes[:, 3:].max(axis=0).tolist())
                self.database.execute(
                    "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
                    (*extent, layer),
                )
            self.database.execute(
                "UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (after - 1, layer)
            )
            for _, sql in self._triggers[layer]:
                self.database.execute(sql)

    def _begin(self, layer: str) -> int:
        """Set aside what would run for every row; it is put back in the end."""
        asked = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? ORDER BY rowid"
        self._triggers[layer] = self.database.execute(asked, (layer,)).fetchall()
        for name, _ in self._triggers[layer]:
            self.database.execute(f'DROP TRIGGER "{name}"')
        return 1


@contextmanager
def filling(path: Path) -> Iterator[Filler]:
    """Give the means to append rows to the GeoPackage `path`; on leaving its indexes are filled."""
    with closing(sqlite3.connect(path)) as database:
        for pragma in _UNSHARED:
            database.execute(pragma)
        with database:
            filler = Filler(database)
            yield filler
            filler.finish()


def blobs(wkb: Sequence[bytes | None], bounds: npt.NDArray[np.float64]) -> list[bytes | None]:
    """Return geometry as a GeoPackage holds it.

    Parameters
    ----------
    wkb
        Well-known binary, little-endian; None where there is no geometry.
    bounds
        West, south, east, north of each; shape (n, 4).
    """
    heads = np.zeros(len(wkb), dtype=_HEAD)
    heads["magic"], heads["flags"], heads["srs"] = b"GP", _LITTLE_WITH_BOX, _SRS
    heads["box"] = bounds[:, [0, 2, 1, 3]]
    raw, step = heads.tobytes(), _HEAD.itemsize
    return [
        None if shape is None else raw[at : at + step] + shape
        for at, shape in zip(range(0, len(raw), step), wkb, strict=True)
    ]


def wkb_of(shapes: Blobs) -> list[bytes | None]:
    """Return the well-known binary of geometry as `blobs` makes it."""
    return [None if shape is None else shape[_HEAD.itemsize :] for shape in shapes]


def wkb_type(shape: bytes) -> int:
    """Return the type of geometry of a shape as `blobs` makes it: 4 to 6 are points, lines, polygons."""
    return int.from_bytes(shape[_HEAD.itemsize + 1 : _HEAD.itemsize + 5], "little")


def values_of(table: pd.DataFrame) -> list[list[Any]]:
    """Return the columns of a table as `frames.conform` returns it, as a GeoPackage holds them."""
    return [_plain(column) for _, column in table.items()]


def _plain(column: "pd.Series[Any]") -> list[Any]:
    values: list[Any] = column.tolist()
    if isinstance(column.dtype, pd.Int64Dtype | pd.BooleanDtype):
        return [None if value is pd.NA else value for value in values]
    return values


def _boxes(shapes: Blobs, first: int) -> npt.NDArray[np.float64]:
    """Return row number, west, south, east, north of every row with a shape."""
    there = [at for at, shape in enumerate(shapes) if shape is not None]
    heads = np.frombuffer(b"".join((shapes[at] or b"")[: _HEAD.itemsize] for at in there), dtype=_HEAD)
    return np.column_stack([np.array(there, dtype=float) + first, heads["box"][:, [0, 2, 1, 3]]])
