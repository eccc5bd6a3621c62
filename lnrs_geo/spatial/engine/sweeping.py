"""Sweep parcels over the cells of a square: areas of overlap, and how near the boundaries come.

The area that a parcel shares with a polygon is a sum over pairs of their edges: of the land under each
edge of the parcel that lies above each edge of the polygon, added or taken away as the inside lies
below or above. No overlay is built, holes need no care, and the order of the edges does not matter.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from lnrs_geo.spatial.engine.cutting import BORDER, FIRST_CORNER, SECOND_CORNER
from lnrs_geo.spatial.engine.measuring import SAME_CORNER, above, area_of, clip_side, distance2, edges_of
from lnrs_geo.spatial.engine.outlines import Floats, Ints, Outlines
from lnrs_geo.spatial.engine.squares import Square


class Window(NamedTuple):
    """Where a square lies: its south-western corner in EPSG:27700, cells a side, width of a cell in metres."""

    east: float
    north: float
    n: int
    side: float


@njit(cache=True, nogil=True)
def sweep(
    shapes: Outlines, boxes: Floats, chosen: Ints, square: Square, window: Window, reach: float
) -> tuple[Ints, npt.NDArray[np.int32], Floats, Floats]:
    """Measure the parcels chosen against everything in a square.

    Parameters
    ----------
    shapes, boxes
        All parcels in EPSG:27700, and their bounds.
    chosen
        Row numbers of the parcels that reach into the square.
    square, window
        The square as it was cut, and where it lies.
    reach
        Distances up to this many metres are measured.

    Returns
    -------
    For each pair that meets or comes near: parcel, polygon of the square, shared area in m2 within the
    square, and the least squared distance of their boundaries (infinite beyond `reach`, or one of the
    marks of `measuring`).
    """
    n, side = window.n, window.side
    n_polygons, most = 0, 0
    for owner in square.entry_owners:
        n_polygons = max(n_polygons, owner + 1)
    for parcel in chosen:
        most = max(most, shapes.rings[shapes.polygons[parcel + 1]] - shapes.rings[shapes.polygons[parcel]])
    # a ring has at most one and a half times as many corners after each of four cuts
    whole, here, rings = (
        np.empty((most + 8, 7)),
        np.empty((6 * most + 64, 7)),
        np.empty((2, 6 * most + 64, 2)),
    )
    stretches = np.empty((most + 8, 8))
    areas, nears = np.zeros(n_polygons), np.full(n_polygons, np.inf)
    seen, met = np.zeros(n_polygons, np.bool_), np.empty(n_polygons, np.int32)
    room, k = 1024, 0
    out_parcels, out_polygons = np.empty(room, np.int64), np.empty(room, np.int32)
    out_areas, out_nears = np.empty(room), np.empty(room)
    for parcel in chosen:
        west, south = boxes[parcel, 0] - window.east, boxes[parcel, 1] - window.north
        east, north = boxes[parcel, 2] - window.east, boxes[parcel, 3] - window.north
        around = (west - reach, south - reach, east + reach, north + reach)
        first, last = (
            max(0, int(np.floor((west - reach) / side))),
            min(n - 1, int(np.floor((east + reach) / side))),
        )
        low, high = (
            max(0, int(np.floor((south - reach) / side))),
            min(n - 1, int(np.floor((north + reach) / side))),
        )
        n_whole, n_stretches = _drawn(shapes, parcel, window, reach, rings[0], whole, stretches)
        n_met = 0
        for row in range(low, high + 1):
            for column in range(first, last + 1):
                cell = row * n + column
                if square.cell_starts[cell] == square.cell_starts[cell + 1]:
                    continue
                left, floor = column * side, row * side
                if west >= left and east <= left + side and south >= floor and north <= floor + side:
                    mine, n_mine = whole, n_whole
                elif west > left + side or east < left or south > floor + side or north < floor:
                    mine, n_mine = here, 0  # only within reach of it
                else:
                    bounds = (west, south, east, north)
                    mine, n_mine = here, _clipped(shapes, parcel, bounds, window, left, floor, rings, here)
                land = area_of(mine, n_mine)
                extent = _extent(mine, n_mine)
                for entry in range(square.cell_starts[cell], square.cell_starts[cell + 1]):
                    polygon = square.entry_owners[entry]
                    if not seen[polygon]:
                        seen[polygon] = True
                        met[n_met] = polygon
                        n_met += 1
                    area, near = _entry(square, entry, mine, n_mine, extent, stretches, n_stretches, around)
                    areas[polygon] += square.bases[entry] * land + area
                    nears[polygon] = min(nears[polygon], near)
        for at in range(n_met):
            polygon = met[at]
            if areas[polygon] != 0 or nears[polygon] <= reach * reach:
                if k == room:
                    room *= 2
                    out_parcels, out_polygons = _wider(out_parcels, room), _wider(out_polygons, room)
                    out_areas, out_nears = _wider(out_areas, room), _wider(out_nears, room)
                out_parcels[k], out_polygons[k] = parcel, polygon
                out_areas[k], out_nears[k] = areas[polygon], nears[polygon]
                k += 1
            areas[polygon], nears[polygon], seen[polygon] = 0.0, np.inf, False
    return out_parcels[:k], out_polygons[:k], out_areas[:k], out_nears[:k]


@njit(cache=True, nogil=True)
def _drawn(
    shapes: Outlines,
    parcel: int,
    window: Window,
    reach: float,
    ring: Floats,
    edges: Floats,
    stretches: Floats,
) -> tuple[int, int]:
    """Lay out a parcel's edges: as `edges_of` has them, and as stretches with their bounds widened by the reach."""
    n_edges, n_stretches = 0, 0
    for at_ring in range(shapes.polygons[parcel], shapes.polygons[parcel + 1]):
        m = _copied(shapes, at_ring, window, ring)
        n_edges = edges_of(ring, m, shapes.ways[at_ring], edges, n_edges)
        for at in range(m):
            after = at + 1 if at + 1 < m else 0
            xa, ya, xb, yb = ring[at, 0], ring[at, 1], ring[after, 0], ring[after, 1]
            stretch = stretches[n_stretches]
            stretch[0], stretch[1], stretch[2], stretch[3] = xa, ya, xb, yb
            stretch[4], stretch[5] = min(xa, xb) - reach, max(xa, xb) + reach
            stretch[6], stretch[7] = min(ya, yb) - reach, max(ya, yb) + reach
            n_stretches += 1
    return n_edges, n_stretches


@njit(cache=True, nogil=True)
def _copied(shapes: Outlines, ring: int, window: Window, to: Floats) -> int:
    """Copy a ring of a parcel into the coordinates of the square, and return how many corners it has."""
    first = shapes.rings[ring]
    m = int(shapes.rings[ring + 1] - first - 1)
    for at in range(m):
        to[at, 0], to[at, 1] = (
            shapes.corners[first + at, 0] - window.east,
            shapes.corners[first + at, 1] - window.north,
        )
    return m


@njit(cache=True, nogil=True)
def _clipped(
    shapes: Outlines, parcel: int, bounds: tuple[float, float, float, float],
    window: Window, left: float, floor: float, rings: Floats, edges: Floats,
) -> int:  # fmt: skip
    """Lay out the edges of what of a parcel with these bounds lies in a cell, and return how many they are."""
    west, south, east, north = bounds
    right, ceiling = left + window.side, floor + window.side
    n_edges = 0
    for ring in range(shapes.polygons[parcel], shapes.polygons[parcel + 1]):
        m, at = _copied(shapes, ring, window, rings[0]), 0
        # a side that the parcel does not reach cuts nothing
        if west < left:
            m, at = clip_side(rings[at], m, rings[1 - at], 0, left, True), 1 - at
        if east > right:
            m, at = clip_side(rings[at], m, rings[1 - at], 0, right, False), 1 - at
        if south < floor:
            m, at = clip_side(rings[at], m, rings[1 - at], 1, floor, True), 1 - at
        if north > ceiling:
            m, at = clip_side(rings[at], m, rings[1 - at], 1, ceiling, False), 1 - at
        n_edges = edges_of(rings[at], m, shapes.ways[ring], edges, n_edges)
    return n_edges


@njit(cache=True, nogil=True)
def _extent(edges: Floats, n: int) -> tuple[float, float, float]:
    """Return how far west, east and north edges reach."""
    west, east, top = np.inf, -np.inf, -np.inf
    for at in range(n):
        west, east, top = min(west, edges[at, 0]), max(east, edges[at, 2]), max(top, edges[at, 6])
    return west, east, top


@njit(cache=True, nogil=True)
def _entry(
    square: Square, entry: int, mine: Floats, n_mine: int, extent: tuple[float, float, float],
    stretches: Floats, n: int, around: tuple[float, float, float, float],
) -> tuple[float, float]:  # fmt: skip
    """Go through the edges of a polygon in a cell.

    Returns
    -------
    What they add to the land shared with the part of a parcel that lies in the cell (`mine`), and their
    least squared distance from the parcel's boundary (`stretches`).
    """
    edges, kinds, signs = square.edges, square.kinds, square.signs
    west, east, top = extent
    area, near = 0.0, np.inf
    for edge in range(square.starts[entry], square.starts[entry + 1]):
        x0, y0, x1, y1 = edges[edge, 0], edges[edge, 1], edges[edge, 2], edges[edge, 3]
        low, high = min(y0, y1), max(y0, y1)
        if signs[edge] != 0 and x1 > west and x0 < east and low < top:
            area += signs[edge] * above(mine, n_mine, x0, y0, x1, y1)
        if near < 0 or kinds[edge] == BORDER:
            continue
        if x1 < around[0] or high < around[1] or x0 > around[2] or low > around[3]:
            continue
        first, second = kinds[edge] & FIRST_CORNER != 0, kinds[edge] & SECOND_CORNER != 0
        for at in range(n):
            if (
                x1 < stretches[at, 4]
                or x0 > stretches[at, 5]
                or high < stretches[at, 6]
                or low > stretches[at, 7]
            ):
                continue
            xa, ya = stretches[at, 0], stretches[at, 1]
            if (first and x0 == xa and y0 == ya) or (second and x1 == xa and y1 == ya):
                near = SAME_CORNER
            else:
                near = min(near, distance2((xa, ya, stretches[at, 2], stretches[at, 3]), (x0, y0, x1, y1)))
            if near < 0:
                break
    return area, near


@njit(cache=True, nogil=True)
def _wider(values, room):  # type: ignore[no-untyped-def]
    """Return an array with room for more."""
    grown = np.empty(room, values.dtype)
    grown[: len(values)] = values
    return grown
