"""Polygons as plain arrays of corners, for compiled code."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from numba import njit

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Type id of GEOS
_POLYGON = 3


class Outlines(NamedTuple):
    """Rings of polygons one after another.

    Attributes
    ----------
    corners
        Corners of all rings in metres, shape (c, 2); each ring ends where it begins.
    rings
        Where each ring begins in `corners`, and the end of the last, shape (r + 1,).
    ways
        +1 where the inside lies to the left of a ring as it runs, -1 where to the right, shape (r,).
    polygons
        The first ring of each polygon, and the end of the last, shape (n + 1,).
    least
        The area in m2 of each polygon's smallest ring, shape (n,).
    """

    corners: Floats
    rings: Ints
    ways: npt.NDArray[np.int8]
    polygons: Ints
    least: Floats

    def take(self, chosen: Ints) -> "Outlines":
        """Return the outlines of some polygons, in the order given."""
        rings, polygons = _spread(self.polygons, chosen)
        corners, ends = _spread(self.rings, rings)
        return Outlines(self.corners[corners], ends, self.ways[rings], polygons, self.least[chosen])


def outlines(geometries: Geometries) -> Outlines:
    """Take polygons apart.

    Parameters
    ----------
    geometries
        Valid polygons and multipolygons, none missing or empty, shape (n,).
    """
    if not len(geometries):
        nothing = np.zeros(1, np.int64)
        return Outlines(np.empty((0, 2)), nothing, np.empty(0, np.int8), nothing, np.empty(0))
    corners = shapely.get_coordinates(geometries)
    # most are one ring, and need not be taken apart one by one
    single = (shapely.get_type_id(geometries) == _POLYGON) & (shapely.get_num_interior_rings(geometries) == 0)
    parts, whose = shapely.get_parts(geometries[~single], return_index=True)
    others, part = shapely.get_rings(parts, return_index=True)
    count = np.ones(len(geometries), np.int64)
    count[~single] = np.bincount(whose[part], minlength=int((~single).sum()))
    polygons = np.append(0, np.cumsum(count))
    lengths = np.repeat(shapely.get_num_coordinates(geometries), count)
    outer = np.ones(len(lengths), np.bool_)
    ringed = np.repeat(~single, count)
    lengths[ringed] = shapely.get_num_coordinates(others)
    outer[ringed] = np.diff(part, prepend=-1) != 0
    rings = np.append(0, np.cumsum(lengths))
    areas = _ring_areas(corners, rings)
    ways = np.where((areas > 0) == outer, 1, -1).astype(np.int8)
    least = np.minimum.reduceat(np.abs(areas), polygons[:-1])
    return Outlines(corners, rings, ways, polygons, least)


def _spread(starts: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """Return the places from the start of each one chosen to its end, and where each then begins."""
    lengths = starts[chosen + 1] - starts[chosen]
    ends = np.append(0, np.cumsum(lengths))
    return np.arange(ends[-1]) - np.repeat(ends[:-1] - starts[chosen], lengths), ends


@njit(cache=True, nogil=True)
def _ring_areas(corners: Floats, rings: Ints) -> Floats:
    """Return the signed area of each ring, positive where it runs anticlockwise."""
    areas = np.empty(len(rings) - 1)
    for ring in range(len(areas)):
        first = rings[ring]
        total = 0.0
        for at in range(first, rings[ring + 1] - 1):
            total += (corners[at, 0] - corners[first, 0]) * (corners[at + 1, 1] - corners[first, 1])
            total -= (corners[at + 1, 0] - corners[first, 0]) * (corners[at, 1] - corners[first, 1])
        areas[ring] = total / 2
    return areas
