"""Rows of a layer as Arrow writes them, and back: exactly the cells that there were, or a refusal."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

_INDEX, _SHAPE = "index", "shape"


class NotFaithful(ValueError):
    """A column's cells would not come back as they are."""


def to_bytes(frame: gpd.GeoDataFrame) -> bytes:
    """Return rows as an Arrow stream: columns by their number, the ids, and shapes as well-known binary.

    Raises
    ------
    NotFaithful
        A column holds cells that Arrow has no one type for.
    """
    import pyarrow as pa

    plain = [name for name in frame.columns if name != "geometry"]
    columns = {str(number): _arrow(frame[name]) for number, name in enumerate(plain)}
    columns[_INDEX] = _arrow(frame.index.to_series())
    shapes = np.asarray(frame["geometry"].array, dtype=object)
    columns[_SHAPE] = pa.array(
        shapely.to_wkb(shapes, byte_order=1, include_srid=True), type=pa.large_binary()
    )
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return bytes(sink.getvalue())


class Rows:
    """Rows picked from several blocks, put together again as a frame.

    Parameters
    ----------
    columns
        Names and types of the columns, in order, "geometry" among them.
    index
        Name and type of the ids.
    """

    def __init__(self, columns: Sequence[tuple[str, str]], index: tuple[str | None, str]) -> None:
        self.columns, self.index = columns, index
        self._picked: list[Any] = []
        self._shapes: list[np.ndarray[Any, Any]] = [np.empty(0, dtype=object)]

    def pick(self, block: bytes, rows: "np.ndarray[Any, Any]") -> None:
        """Take rows, by number, of one block."""
        import pyarrow as pa

        table = pa.ipc.open_stream(block).read_all()
        binary = table.column(_SHAPE)
        # one by one: Arrow would first copy all that are taken, and some are as long as the rest together
        self._shapes.append(
            shapely.from_wkb(np.array([binary[row].as_py() for row in rows.tolist()], dtype=object))
        )
        rest = table.drop_columns([_SHAPE])
        self._picked.append(rest if len(rows) == rest.num_rows else rest.take(pa.array(rows)))

    def frame(self, order: "np.ndarray[Any, Any]", crs: str | None) -> gpd.GeoDataFrame:
        """Return the rows in an order, as the frame that they came from."""
        name, kind = self.index
        ids = pd.Index(self._series(_INDEX, kind)[order], name=name, dtype=kind)
        shapes = np.concatenate(self._shapes)[order]
        made, number = {}, 0
        for column, dtype in self.columns:
            if column == "geometry":
                made[column] = gpd.GeoSeries(shapes, index=ids, crs=crs, dtype="geometry")
            else:
                made[column] = self._series(str(number), dtype).iloc[order].set_axis(ids)
                number += 1
        return gpd.GeoDataFrame(made, geometry="geometry", index=ids)

    def _cells(self, name: str) -> "np.ndarray[Any, Any]":
        """Return a column as plain Python values, None for nothing."""
        cells = [cell for table in self._picked for cell in table.column(name).to_pylist()]
        found = np.empty(len(cells), dtype=object)
        for row, cell in enumerate(cells):  # at once, numpy would unfold cells that are lists
            found[row] = cell
        return found

    def _series(self, name: str, kind: str) -> "pd.Series[Any]":
        dtype = pd.api.types.pandas_dtype(kind)
        if dtype.kind == "O" or not self._picked:  # texts too
            return pd.Series(self._cells(name), dtype=dtype)
        pieces = [table.column(name).to_pandas() for table in self._picked]
        found: pd.Series[Any] = pd.concat(pieces, ignore_index=True).astype(dtype)
        return found


def refuse_unfaithful(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> None:
    """Refuse a frame that has not come back as it was: its types, its ids, each cell, each shape.

    Raises
    ------
    NotFaithful
        The first column that differs is named.
    """
    if not before.columns.identical(after.columns) or before.crs != after.crs:
        raise NotFaithful("Its columns do not come back as they are.")
    if before.index.name != after.index.name or not before.index.equals(after.index):
        raise NotFaithful("The ids of its features do not come back as they are.")
    for name in before.columns:
        if name == "geometry":
            one, other = (
                shapely.to_wkb(np.asarray(frame[name].array, dtype=object), include_srid=True)
                for frame in (before, after)
            )
            same = bool(np.array_equal(one, other))
        else:
            same = before[name].dtype == after[name].dtype and _same_cells(before[name], after[name])
        if not same:
            raise NotFaithful(f"The column {name!r} does not come back as it is.")


def _same_cells(before: "pd.Series[Any]", after: "pd.Series[Any]") -> bool:
    if before.dtype != object:
        return before.equals(after)
    pairs = zip(before.tolist(), after.tolist(), strict=True)
    try:
        return all(
            type(one) is type(other) and bool(one == other or (one != one and other != other))
            for one, other in pairs
        )
    except ValueError:  # arrays are equal cell by cell only
        return False


def _arrow(column: "pd.Series[Any]") -> Any:
    import pyarrow as pa

    try:
        if isinstance(column.dtype, pd.StringDtype):
            return pa.array(
                column.astype(object).where(column.notna(), None).tolist(), type=pa.large_string()
            )
        if column.dtype == object:
            return pa.array(column.tolist(), from_pandas=False)
        plain = isinstance(column.dtype, np.dtype) and column.dtype.kind in "biuf"
        return pa.array(column.to_numpy() if plain else column)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise NotFaithful(f"The column {column.name!r} holds cells of several kinds.") from error
