"""Clip big polygons to the surroundings of a parcel, so that cutting costs what is near.

A mapped measure may be one polygon for a county. It is clipped to a tile once, and from there to
each parcel on the tile; what lies within the box asked for keeps every vertex it had.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Box = tuple[float, float, float, float]

# GEOS's fast clipping goes wrong, silently or with an exception, where a corner of the polygon lies on
# a side of the box, or an edge of it meets a corner of the box. So the sides stand at odd fractions of
# a metre, eastings and northings at different ones, where no data do.
EAST_M, NORTH_M = 0.1234567891, 0.7182818285
# Smaller polygons are clipped as they are.
MANY_VERTICES = 1000
# (side, margin) of the tiles in metres, coarse to fine; a tile with its margin lies within the coarser one's.
TILES_M = ((16384.0, 512.0), (1024.0, 256.0))


def surroundings(geometry: shapely.Geometry | Geometries, *, reach_m: float) -> Box:
    """Return a box about geometries that reaches `reach_m` further on all sides, or a little more."""
    xmin, ymin, xmax, ymax = (float(v) for v in shapely.total_bounds(geometry))
    return (
        math.floor(xmin - reach_m) - 1 + EAST_M,
        math.floor(ymin - reach_m) - 1 + NORTH_M,
        math.ceil(xmax + reach_m) + EAST_M,
        math.ceil(ymax + reach_m) + NORTH_M,
    )


def clip(polygons: Geometries, box: Box, *, once: bool = False) -> Geometries:
    """Clip valid polygons to a box from `surroundings`; fast where that gives a valid polygon.

    `once` says that nobody will ask about other boxes there, so that tiles would not pay.
    """
    bounds = shapely.bounds(polygons)
    within = (
        (bounds[:, 0] >= box[0])
        & (bounds[:, 1] >= box[1])
        & (bounds[:, 2] <= box[2])
        & (bounds[:, 3] <= box[3])
    )
    result = polygons.copy()
    cross = np.flatnonzero(~within)
    if len(cross):
        nearest = polygons[cross]
        if not once:
            nearest = np.array([_nearest_tile(polygon, box) for polygon in nearest], dtype=object)
        result[cross] = _clip_all(nearest, box)
    return result


def trimmed(polygons: Geometries, box: Box) -> Geometries:
    """Clip to a box those polygons that have many vertices; to clip the others would cost more than it saves."""
    many = shapely.get_num_coordinates(polygons) >= MANY_VERTICES
    if not many.any():
        return polygons
    result = polygons.copy()
    result[many] = clip(polygons[many], box)
    return result


def areal_only(geometries: Geometries) -> Geometries:
    """Drop the points and lines that an intersection of touching polygons leaves behind."""
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == 7)
    for at in mixed:
        parts = shapely.get_parts(geometries[at])
        geometries[at] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return geometries


def _clip_all(polygons: Geometries, box: Box) -> Geometries:
    """Clip polygons fast, and those slowly for which that gives no valid polygon."""
    try:
        found: Geometries = shapely.clip_by_rect(polygons, *box)
    except shapely.GEOSException:
        if len(polygons) > 1:  # one of them fails: each by itself, then
            return np.array([_clip_all(polygons[[at]], box)[0] for at in range(len(polygons))], dtype=object)
        found = np.array([None], dtype=object)
    good = shapely.is_empty(found) | ((shapely.get_dimensions(found) == 2) & shapely.is_valid(found))
    if not good.all():
        found[~good] = areal_only(shapely.intersection(polygons[~good], shapely.box(*box)))
    return found


def _nearest_tile(polygon: shapely.Geometry, box: Box) -> shapely.Geometry:
    """Return a big polygon clipped to the smallest tile that holds the box."""
    if shapely.get_num_coordinates(polygon) < MANY_VERTICES:
        return polygon
    for level in reversed(range(len(TILES_M))):
        side, _ = TILES_M[level]
        column, row = math.floor((box[0] + box[2]) / 2 / side), math.floor((box[1] + box[3]) / 2 / side)
        tile = _tile_box(level, column, row)
        if tile[0] <= box[0] and tile[1] <= box[1] and tile[2] >= box[2] and tile[3] >= box[3]:
            return _on_tile(_Itself(polygon), level, column, row)
    return polygon


def _tile_box(level: int, column: int, row: int) -> Box:
    side, margin = TILES_M[level]
    west, south = column * side - margin + EAST_M, row * side - margin + NORTH_M
    return west, south, west + side + 2 * margin, south + side + 2 * margin


@dataclass(frozen=True, slots=True, eq=False)
class _Itself:
    """A polygon that is known by being itself: comparing vertices would cost more than clipping."""

    polygon: shapely.Geometry

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.polygon is other.polygon

    def __hash__(self) -> int:
        return id(self.polygon)


@lru_cache(maxsize=8192)
def _on_tile(polygon: _Itself, level: int, column: int, row: int) -> shapely.Geometry:
    whole = polygon.polygon
    if level:
        scale = TILES_M[level - 1][0] / TILES_M[level][0]
        whole = _on_tile(polygon, level - 1, math.floor(column / scale), math.floor(row / scale))
    return _clip_all(np.array([whole], dtype=object), _tile_box(level, column, row))[0]
