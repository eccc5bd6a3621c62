"""One layer in a file of blocks: rows that lie near each other stand together.

Extents, the order of the rows, and for each column a number per different text are blocks of their
own. They are read whole, and tell which of the blocks of rows are wanted.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from lnrs_geo.spatial import frames, map_layers, schema
from lnrs_geo.spatial.arrow_rows import NotFaithful, Rows, refuse_unfaithful, to_bytes
from lnrs_geo.spatial.blocks import BlockReader, Place
from lnrs_geo.spatial.rawlayer import RawLayer
from lnrs_geo.spatial.values import identifier

# A block of rows is closed at so many bytes of shapes, or so many rows
BLOCK_BYTES, BLOCK_ROWS = 256 * 1024, 1024
_BITS = 16
# Columns of no more different words are told with all of them: ids of LNRSs, kinds, flags
FEW_WORDS = 200

Add: TypeAlias = Callable[[bytes], Place]
Box: TypeAlias = tuple[float, float, float, float]


def written(layer: RawLayer, add: Add) -> dict[str, Any]:
    """Write a layer's blocks with `add`, and return what is to be said of it in the head.

    Raises
    ------
    NotFaithful
        Some of it would not come back as it is.
    """
    frame = layer.frame
    shapes = np.asarray(frame["geometry"].array, dtype=object)
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    order = _neighbours_together(bounds)
    frame = frame.iloc[order]
    numbered = {
        str(name): pd.factorize(map_layers.column_texts(frame[name], identifier))
        for name in frames.attributes(layer)
    }
    stops = _stops(frame)
    return {
        "layer": layer.layer,
        "driver": layer.driver,
        "sha256": layer.sha256,
        "encoding": layer.encoding,
        "has_geometry": layer.has_geometry,
        "unreadable": sorted(layer.unreadable),
        "left_out": layer.left_out,
        "crs": _crs_text(layer.frame),
        "columns": [[name, str(frame[name].dtype)] for name in frame.columns],
        "index": [frame.index.name, str(frame.index.dtype)],
        "valid": add(shapely.is_valid(shapes[order]).tobytes()),
        "bounds": add(bounds[order].astype("<f8").tobytes()),
        "order": add(order.astype("<i8").tobytes()),
        "codes": {name: add(numbers.astype("<i4").tobytes()) for name, (numbers, _) in numbered.items()},
        "words": {name: words.tolist() for name, (_, words) in numbered.items() if len(words) <= FEW_WORDS},
        "stops": stops,
        "rows": [add(to_bytes(frame.iloc[start:stop])) for start, stop in pairwise([0, *stops])],
    }


def layer(
    told: Mapping[str, Any], reader: BlockReader, *, near: Box | None, aliases: Mapping[str, Any]
) -> RawLayer:
    """Read a layer: all rows, or those of the locations that reach into a box.

    Raises
    ------
    DamagedFile
        A block is not what was written.
    """
    order = np.frombuffer(reader.block(told["order"]), dtype="<i8")
    wanted = np.arange(len(order)) if near is None else _near(told, reader, near, aliases)
    rows = _rows(told)
    stops = told["stops"]
    edges = np.searchsorted(wanted, [0, *stops])
    for number, (first, last) in enumerate(pairwise(edges.tolist())):
        if first < last:
            start = stops[number - 1] if number else 0
            rows.pick(reader.block(told["rows"][number]), wanted[first:last] - start)
    as_before = np.argsort(order[wanted], kind="stable")
    frame = rows.frame(as_before, told["crs"])
    valid = np.frombuffer(reader.block(told["valid"]), dtype=np.bool_)[wanted][as_before]
    return RawLayer(
        "",
        told["layer"],
        frame,
        told["driver"],
        told["sha256"],
        told["encoding"],
        told["has_geometry"],
        frozenset(told["unreadable"]),
        told["left_out"] + len(order) - len(wanted),
        valid,
        {name: frozenset(words) for name, words in told["words"].items()},
    )


def prove(before: RawLayer, told: Mapping[str, Any], reader: BlockReader) -> None:
    """Refuse a layer that does not come back as it was: each block of rows is read again and compared.

    Raises
    ------
    NotFaithful
        It does not.
    """
    bare = {
        name: told[name] for name in ("layer", "driver", "sha256", "encoding", "has_geometry", "left_out")
    }
    for name, value in {**bare, "unreadable": frozenset(told["unreadable"])}.items():
        if getattr(before, name) != value:
            raise NotFaithful(f"Of layer {before.layer!r}, {name} does not come back as it is.")
    order = np.frombuffer(reader.block(told["order"]), dtype="<i8")
    if not np.array_equal(np.sort(order), np.arange(len(before.frame))):
        raise NotFaithful(f"The rows of layer {before.layer!r} do not come back as they are.")
    for number, (start, stop) in enumerate(pairwise([0, *told["stops"]])):
        rows = _rows(told)
        rows.pick(reader.block(told["rows"][number]), np.arange(stop - start))
        back = rows.frame(np.arange(stop - start), told["crs"])
        refuse_unfaithful(before.frame.iloc[order[start:stop]], back)


def _rows(told: Mapping[str, Any]) -> Rows:
    name, kind = told["index"]
    return Rows([(column, dtype) for column, dtype in told["columns"]], (name, kind))


def _near(
    told: Mapping[str, Any], reader: BlockReader, near: Box, aliases: Mapping[str, Any]
) -> npt.NDArray[np.intp]:
    """Return the rows that bear on a box: those that reach into it, and others of their locations."""
    bounds = np.frombuffer(reader.block(told["bounds"]), dtype="<f8").reshape(-1, 4)
    wanted = ~map_layers.beyond(bounds, near)
    fields = schema.find_fields(map_layers.column_names(aliases), list(told["codes"]))
    names = map_layers.location_columns(fields)
    if names and wanted.any() and not wanted.all():
        # rows that share each key with some wanted row: those of its location, and perhaps a few more
        alike = np.ones(len(wanted), dtype=bool)
        for name in names:
            codes = np.frombuffer(reader.block(told["codes"][name]), dtype="<i4")
            alike &= np.isin(codes, np.unique(codes[wanted]))
        wanted |= alike
    return np.flatnonzero(wanted)


def _neighbours_together(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Return an order of rows along a curve that stays in a quarter before it goes on to the next.

    Rows without place come last.
    """
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    placed = np.isfinite(middle).all(axis=1)
    along = np.full(len(bounds), np.iinfo(np.int64).max)
    if placed.any():
        west_south = middle[placed].min(axis=0)
        span = max(float((middle[placed].max(axis=0) - west_south).max()), 1.0)
        cell = ((middle[placed] - west_south) / span * (2**_BITS - 1)).astype(np.int64)
        place = np.zeros(len(cell), dtype=np.int64)
        for bit in range(_BITS):
            for axis in (0, 1):
                place |= ((cell[:, axis] >> bit) & 1) << (2 * bit + axis)
        along[placed] = place
    return np.argsort(along, kind="stable")


def _stops(frame: gpd.GeoDataFrame) -> list[int]:
    """Return where each block of rows ends."""
    points = shapely.get_num_coordinates(np.asarray(frame["geometry"].array, dtype=object))
    stops, size, start = [], 0, 0
    for row, count in enumerate(points.tolist()):
        size += 16 * count
        if size >= BLOCK_BYTES or row + 1 - start >= BLOCK_ROWS:
            stops.append(row + 1)
            size, start = 0, row + 1
    return stops if start == len(frame) else [*stops, len(frame)]


def _crs_text(frame: gpd.GeoDataFrame) -> str | None:
    """Return a layer's coordinate system in the fewest words that still mean it."""
    if frame.crs is None:
        return None
    short = frame.crs.to_string()
    return short if pyproj.CRS.from_user_input(short) == frame.crs else str(frame.crs.to_wkt())
