"""Cut the edges of polygons at the lines of a grid, so that each cell knows what crosses it.

Nothing is overlaid here: an edge is cut where it meets a line, and the state of a cell's lower left
corner (inside or outside) follows from the crossings to its left. Whatever a polygon looks like,
holes and parts that touch included, its area in a cell is then a signed sum over a few edges.

All coordinates are metres from the south-western corner of the square: differences of that size keep
four digits more than national coordinates do, and taking the corner away from them loses none.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from lnrs_geo.spatial.engine.outlines import Floats, Ints, Outlines

# What `kinds` holds: the lower border of a cell, or a piece of a polygon's own edge, and then whether its
# first or second end is a corner of the polygon.
BORDER, OWN, FIRST_CORNER, SECOND_CORNER = 0, 1, 2, 4


class Cuttings(NamedTuple):
    """What polygons leave in the cells of a square, polygon by polygon.

    Attributes
    ----------
    cells, owners, edges, signs, kinds
        One edge a place: cell, polygon, ends (x0, y0, x1, y1 with x0 <= x1), +1 where the inside lies
        above, -1 below, 0 for an upright edge; and its kind.
    entry_cells, entry_owners, bases
        One entry for each polygon in a cell: whether the cell's lower left corner lies inside.
    """

    cells: npt.NDArray[np.int16]
    owners: npt.NDArray[np.int32]
    edges: Floats
    signs: npt.NDArray[np.int8]
    kinds: npt.NDArray[np.int8]
    entry_cells: npt.NDArray[np.int16]
    entry_owners: npt.NDArray[np.int32]
    bases: npt.NDArray[np.int8]


@njit(cache=True, nogil=True)
def _crossing(k: float, xa: float, ya: float, xb: float, yb: float) -> float:
    """Return where an edge meets the horizontal line y = k."""
    x = xa + (k - ya) * (xb - xa) / (yb - ya)
    return min(max(x, min(xa, xb)), max(xa, xb))


@njit(cache=True, nogil=True)
def cut(shapes: Outlines, n: int, side: float, made: Cuttings) -> tuple[int, int]:
    """Cut polygons by the cells of one square, or with empty arrays count what there will be.

    Parameters
    ----------
    shapes
        Polygons in metres from the south-western corner of the square.
    n, side
        Cells a side, and the width of a cell in metres.
    made
        Arrays to fill, as long as the numbers returned; or empty ones.

    Returns
    -------
    The number of edges and the number of entries.
    """
    corners, rings, ways, polygons = shapes.corners, shapes.rings, shapes.ways, shapes.polygons
    cells, owners, edges, signs, kinds = made.cells, made.owners, made.edges, made.signs, made.kinds
    entry_cells, entry_owners, bases = made.entry_cells, made.entry_owners, made.bases
    fill = len(cells) > 0 or len(entry_cells) > 0
    width = n * side
    steps = np.zeros((n, n + 1), np.int32)
    marked = np.full((n, n), -1, np.int32)
    n_edges, n_entries = 0, 0
    for p in range(len(polygons) - 1):
        west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
        for at in range(rings[polygons[p]], rings[polygons[p + 1]]):
            west, east = min(west, corners[at, 0]), max(east, corners[at, 0])
            south, north = min(south, corners[at, 1]), max(north, corners[at, 1])
        first_row, last_row = max(0, int(np.floor(south / side))), min(n - 1, int(np.floor(north / side)))
        first, last = max(0, int(np.floor(west / side))), min(n - 1, int(np.floor(east / side)))
        if first_row > last_row or first > last:
            continue
        steps[first_row : last_row + 1, :] = 0
        for ring in range(polygons[p], polygons[p + 1]):
            way = ways[ring]
            for at in range(rings[ring], rings[ring + 1] - 1):
                xa, ya, xb, yb = corners[at, 0], corners[at, 1], corners[at + 1, 0], corners[at + 1, 1]
                low, high = min(ya, yb), max(ya, yb)
                if high < 0 or low >= width or min(xa, xb) >= width:
                    continue
                bottom, top = int(np.floor(low / side)), int(np.floor(high / side))
                # where the edge crosses the lower border of a row, the state along that border changes
                for row in range(max(bottom + 1 if low >= bottom * side else bottom, 0), min(top, n - 1) + 1):
                    line = row * side
                    if not (low < line <= high):
                        continue
                    x = _crossing(line, xa, ya, xb, yb)
                    column = int(np.floor(x / side))
                    sign = -way if yb > ya else way
                    if column < 0:
                        steps[row, 0] += sign
                    elif column < n:
                        steps[row, column + 1] += sign
                        marked[row, column] = p
                        if fill:
                            cells[n_edges], owners[n_edges] = row * n + column, p
                            edges[n_edges, 0], edges[n_edges, 1] = x, line
                            edges[n_edges, 2], edges[n_edges, 3] = (column + 1) * side, line
                            signs[n_edges], kinds[n_edges] = sign, BORDER
                        n_edges += 1
                if max(xa, xb) < 0:
                    continue
                sign = way if xb > xa else (-way if xb < xa else 0)
                if xa > xb:
                    xa, ya, xb, yb = xb, yb, xa, ya
                for row in range(max(bottom, 0), min(top, n - 1) + 1):
                    # the stretch of the edge in this row, from west to east
                    x0, y0, x1, y1 = xa, ya, xb, yb
                    floor, ceiling = row * side, (row + 1) * side
                    if low < floor:
                        if ya < floor:
                            x0, y0 = _crossing(floor, xa, ya, xb, yb), floor
                        else:
                            x1, y1 = _crossing(floor, xa, ya, xb, yb), floor
                    if high > ceiling:
                        if ya > ceiling:
                            x0, y0 = _crossing(ceiling, xa, ya, xb, yb), ceiling
                        else:
                            x1, y1 = _crossing(ceiling, xa, ya, xb, yb), ceiling
                    c0, c1 = int(np.floor(x0 / side)), int(np.floor(x1 / side))
                    for column in range(max(c0, 0), min(c1, n - 1) + 1):
                        u0, v0, u1, v1 = x0, y0, x1, y1
                        left, right = column * side, (column + 1) * side
                        if x0 < left:
                            u0 = left
                            v0 = ya + (left - xa) * (yb - ya) / (xb - xa)
                            v0 = min(max(v0, min(y0, y1)), max(y0, y1))
                        if x1 > right:
                            u1 = right
                            v1 = ya + (right - xa) * (yb - ya) / (xb - xa)
                            v1 = min(max(v1, min(y0, y1)), max(y0, y1))
                        if u0 == u1 and v0 == v1:
                            continue
                        marked[row, column] = p
                        if fill:
                            cells[n_edges], owners[n_edges] = row * n + column, p
                            edges[n_edges, 0], edges[n_edges, 1] = u0, v0
                            edges[n_edges, 2], edges[n_edges, 3] = u1, v1
                            signs[n_edges] = sign if u0 < u1 else 0
                            kinds[n_edges] = OWN
                            if u0 == xa and v0 == ya:
                                kinds[n_edges] |= FIRST_CORNER
                            if u1 == xb and v1 == yb:
                                kinds[n_edges] |= SECOND_CORNER
                        n_edges += 1
        for row in range(first_row, last_row + 1):
            base = 0
            for column in range(last + 1):
                base += steps[row, column]
                if marked[row, column] == p or base != 0:
                    if fill:
                        entry_cells[n_entries], entry_owners[n_entries] = row * n + column, p
                        bases[n_entries] = base
                    n_entries += 1
    return n_edges, n_entries


@njit(cache=True, nogil=True)
def first_edges(
    cells: npt.NDArray[np.int16], owners: npt.NDArray[np.int32],
    entry_cells: npt.NDArray[np.int16], entry_owners: npt.NDArray[np.int32],
) -> Ints:  # fmt: skip
    """Say where the edges of each entry begin; edges and entries both sorted by cell, then polygon."""
    starts = np.empty(len(entry_cells) + 1, np.int64)
    at = 0
    for entry in range(len(entry_cells)):
        starts[entry] = at
        while at < len(cells) and cells[at] == entry_cells[entry] and owners[at] == entry_owners[entry]:
            at += 1
    starts[len(entry_cells)] = at
    return starts
