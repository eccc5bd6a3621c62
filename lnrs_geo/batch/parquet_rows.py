"""Rows of a GeoParquet file, read some thousands at a time: the whole of it never stands in memory."""

import io
import json
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from lnrs_geo.errors import SourceError
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.geoparquet import require_pyarrow
from lnrs_geo.spatial.rawlayer import guarded
from lnrs_geo.spatial.sources import Source

# Many programs write a million rows into one row group
AT_ONCE = 20_000
Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]


def scan(
    source: Source, column: str
) -> tuple[list[object], Numbers, Floats, tuple[str, ...], pyproj.CRS | None]:
    """Read the column of sites and the extents of every row.

    Returns
    -------
    The cells, the rows' numbers, their bounds (n, 4), the names of the columns, and the coordinate system.

    Raises
    ------
    OptionError
        pyarrow is not installed.
    SourceError
        It is no GeoParquet.
    """
    require_pyarrow(source.label)
    import pyarrow.parquet as pq

    with guarded(source.label, []), source.path.open("rb") as stream:
        file = pq.ParquetFile(stream)
        geo = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
        name = geo.get("primary_column", "")
        if name not in file.schema_arrow.names:
            raise SourceError(
                "It is Parquet without a geometry column.", where=source.label, fix="Export it as GeoParquet."
            )
        columns = tuple(one for one in file.schema_arrow.names if one not in geo.get("columns", {name: {}}))
        hit = schema.find_column(column, list(columns))
        told = geo["columns"][name]
        own = pyproj.CRS.from_user_input(told.get("crs", "OGC:CRS84")) if told.get("crs", 1) else None
        cells: list[object] = []
        bounds = []
        for some in file.iter_batches(AT_ONCE, columns=[name, *([hit] if hit else [])]):
            cells += some.column(hit).to_pylist() if hit else [""] * some.num_rows
            shapes = shapely.from_wkb(some.column(name).to_pylist(), on_invalid="ignore")
            bounds.append(shapely.bounds(shapes).reshape(-1, 4))
    extents = np.concatenate(bounds) if bounds else np.empty((0, 4))
    return cells, np.arange(len(cells), dtype=np.int64), extents, columns, own


def read_rows(source: Source, rows: Numbers) -> gpd.GeoDataFrame:
    """Read these rows, in their order, as `read_layers` would; the index counts all rows of the file from 0."""
    require_pyarrow(source.label)
    import pyarrow as pa
    import pyarrow.parquet as pq

    with source.path.open("rb") as stream:
        file = pq.ParquetFile(stream)
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        groups = _groups(rows, starts)
        pieces, at = [], 0
        first = np.concatenate([np.arange(starts[one], starts[one + 1]) for one in groups] or [rows])
        for some in file.iter_batches(AT_ONCE, row_groups=groups):
            here = first[at : at + some.num_rows]
            pieces.append(some.filter(pa.array(np.isin(here, rows))))
            at += some.num_rows
        found = pa.Table.from_batches(pieces, schema=file.schema_arrow)
        table = found.take(pa.array(np.argsort(np.argsort(rows))))
    # Written and read again, so that what pandas and geopandas noted in the file holds for its rows too.
    copy = io.BytesIO()
    pq.write_table(table, copy)
    copy.seek(0)
    return gpd.read_parquet(copy)


def _groups(rows: Numbers, starts: Numbers) -> Sequence[int]:
    return [int(one) for one in np.unique(np.searchsorted(starts, rows, side="right") - 1)]
