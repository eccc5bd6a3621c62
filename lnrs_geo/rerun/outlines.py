"""Hold the geometry of a new result against that of `results.gpkg`, for what no column tells."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from lnrs_geo.geopackage import LAYERS, by_dimension, uniform
from lnrs_geo.write import GEOPACKAGE

Key = tuple[Any, ...]

KEY = ("source", "src_fid", "stage", "part")
_LAYERS = tuple(name for name in LAYERS if name.startswith("parts"))
# Metres: what another order of vertices or a rounding of the last digit may make
_SAME = 1e-6


def read_outlines(folder: Path) -> dict[Key, shapely.Geometry | None] | None:
    """Return the geometry of every part of earlier results by its key; None where they do not tell.

    Parameters
    ----------
    folder
        The results.
    """
    path = folder / GEOPACKAGE
    found: dict[Key, shapely.Geometry | None] = {}
    if not path.is_file():
        return None
    try:
        for layer in _LAYERS:
            meta, _, wkb, values = pyogrio.raw.read(path, layer=layer, columns=list(KEY))
            names = meta["fields"].tolist()
            columns = [values[names.index(name)].tolist() for name in KEY]
            found |= dict(zip(zip(*columns, strict=True), shapely.from_wkb(wkb).tolist(), strict=True))
    except (DataLayerError, DataSourceError, ValueError, shapely.errors.GEOSException):
        return None  # an older version, or somebody's own work in the file
    return found


def moved(then: Mapping[Key, shapely.Geometry | None], parts: gpd.GeoDataFrame) -> dict[Key, float]:
    """Return by how many metres the outline of each part differs, where it does; infinity where one has none.

    Parameters
    ----------
    then
        The geometry as it was; parts that were not there are passed over.
    parts
        The parts of the new result.
    """
    keys = list(zip(*(parts[name].tolist() for name in KEY), strict=True))
    shapes = np.asarray(parts.geometry, dtype=object)
    found: dict[Key, float] = {}
    for layer, rows in by_dimension(shapes).items():
        now = uniform(shapes[rows], LAYERS[layer])
        for at, new in zip(np.arange(len(keys))[rows].tolist(), now.tolist(), strict=True):
            if keys[at] in then:
                distance = _distance(then[keys[at]], new)
                if distance > _SAME:
                    found[keys[at]] = distance
    return found


def _distance(old: shapely.Geometry | None, new: shapely.Geometry | None) -> float:
    if old is None or new is None:
        return 0.0 if old is new else float("inf")
    if shapely.equals_exact(old, new):
        return 0.0
    if old.is_empty or new.is_empty:
        return 0.0 if old.is_empty and new.is_empty else float("inf")
    # the order of vertices does not matter to it
    return float(shapely.hausdorff_distance(old, new))
