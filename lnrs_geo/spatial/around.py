"""Which parcels lie at a piece of land: a first look by boxes, before anything is opened or matched."""

import numpy as np
import shapely

from lnrs_geo.spatial.clip import Geometries
from lnrs_geo.spatial.match import Flags
from lnrs_geo.spatial.prepared import prepared


def lie_at(geometries: Geometries, land: Geometries, *, reach_m: float) -> Flags:
    """Say of each geometry whether land reaches into the box round it.

    Parameters
    ----------
    geometries
        Any geometries in EPSG:27700, shape (n,); a missing or empty one lies nowhere.
    land
        Polygons in EPSG:27700, shape (m,).
    reach_m
        By how much the box is wider than the geometry on each side.

    Examples
    --------
    >>> trees, field = shapely.points([(0, 0), (40, 0)]), np.array([shapely.box(50, 0, 60, 10)])
    >>> lie_at(trees, field, reach_m=20).tolist()
    [False, True]
    """
    west, south, east, north = shapely.bounds(geometries).T
    there = np.isfinite(west)
    boxes = shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m)[there]
    met = np.zeros(len(boxes), dtype=bool)
    for polygon in prepared(land):
        met |= shapely.intersects(polygon, boxes)
    found = np.zeros(len(geometries), dtype=bool)
    found[there] = met
    return found
