"""Tables as GeoParquet: columnar files for large work, quick to write and to read in part.

Geometry is well-known binary in EPSG:27700, described as the GeoParquet standard 1.1 says. pyarrow is
needed, which the extra `parquet` installs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lnrs_geo.errors import OptionError

if TYPE_CHECKING:
    import pyarrow as pa

GEOMETRY = "geometry"
# Rows of a group: what a reader takes into memory at once.
_GROUP_ROWS = 20_000


def require_pyarrow() -> None:
    """See that GeoParquet can be written here.

    Raises
    ------
    OptionError
        pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise OptionError(
            "GeoParquet needs the package pyarrow, which is not installed.",
            where="--format parquet",
            fix="Install it (pip install 'lnrs-geo[parquet]'), or take --format gpkg.",
        ) from None


def arrow_table(frame: pd.DataFrame, wkb: Sequence[bytes | None] | None = None) -> pa.Table:
    """Return a table as `frames.conform` returns it, with its geometry as well-known binary, as Arrow.

    Numbers that are NaN are absent, as they are in a GeoPackage.
    """
    import pyarrow as pa

    table = pa.table({str(name): _array(column) for name, column in frame.items()})
    return table if wkb is None else with_wkb(table, wkb)


def with_wkb(table: pa.Table, wkb: Sequence[bytes | None]) -> pa.Table:
    """Return a table with geometry as its last column."""
    import pyarrow as pa

    return table.append_column(GEOMETRY, pa.array(wkb, type=pa.binary()))


def described(schema: pa.Schema) -> pa.Schema:
    """Return a schema with the words by which readers know the geometry, where it has any."""
    if GEOMETRY not in schema.names:
        return schema
    column = {"encoding": "WKB", "geometry_types": [], "crs": _crs()}
    about = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
    return schema.with_metadata({b"geo": json.dumps(about).encode()})


class ParquetFile:
    """Appends tables to a Parquet file; small ones are gathered into groups of some thousand rows."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self.schema = described(schema)
        self._waiting: list[pa.Table] = []
        self._rows = 0
        self._writer = pq.ParquetWriter(path, self.schema, compression="zstd")

    def add(self, table: pa.Table) -> None:
        """Append the rows of a table with the same columns."""
        self._waiting.append(table.select(self.schema.names).cast(self.schema))
        self._rows += len(table)
        if self._rows >= _GROUP_ROWS:
            self._write()

    def close(self) -> None:
        """Write what waits, and end the file."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.concat_tables(self._waiting), row_group_size=_GROUP_ROWS)
        self._waiting, self._rows = [], 0


def write_table(table: pa.Table, path: Path) -> None:
    """Write one table as a Parquet file."""
    file = ParquetFile(path, table.schema)
    try:
        file.add(table)
    finally:
        file.close()


def arrow_type(kind: str) -> pa.DataType:
    """Return the Arrow type of `text`, `bool`, `int` or `float`."""
    import pyarrow as pa

    return {"text": pa.string(), "bool": pa.bool_(), "int": pa.int64(), "float": pa.float64()}[kind]


def arrays(values: Mapping[str, Sequence[Any]], kinds: Mapping[str, str]) -> pa.Table:
    """Return plain values by column as an Arrow table; `kinds` says what each column holds."""
    import pyarrow as pa

    return pa.table({name: pa.array(values[name], type=arrow_type(kind)) for name, kind in kinds.items()})


def _array(column: pd.Series[Any]) -> pa.Array:
    import pyarrow as pa

    if column.dtype == object:
        return pa.array(column.to_numpy(), type=pa.string())
    if isinstance(column.dtype, pd.Int64Dtype | pd.BooleanDtype):
        kind = pa.int64() if isinstance(column.dtype, pd.Int64Dtype) else pa.bool_()
        return pa.array([None if one is pd.NA else one for one in column.tolist()], type=kind)
    return pa.array(column.to_numpy(), from_pandas=True)


@cache
def _crs() -> dict[str, Any]:
    from pyproj import CRS

    return dict(CRS("EPSG:27700").to_json_dict())
