"""Polygons of one measure that lie on each other, whose land must count once."""

from collections import defaultdict

import numpy as np
import shapely
from numba import njit

from lnrs_geo.spatial.clip import areal_only
from lnrs_geo.spatial.engine.outlines import Geometries, Ints
from lnrs_geo.spatial.engine.squares import CELL_M, CELLS_A_SIDE, SQUARE_M, Square

# Less than this in a cell is arithmetic.
OVERLAP_M2 = 1e-8


def sets(square: Square, groups: Ints) -> list[list[int]]:
    """Return the sets of polygons of one group that hang together by overlapping in a square.

    Parameters
    ----------
    square
        The square as cut from the polygons.
    groups
        The group of each polygon, shape (n,).

    Returns
    -------
    Row numbers, ascending in each set; polygons that overlap no other of their group are in none.
    """
    return _sets(*(one.tolist() for one in _overlapping(square, groups)))


def united(polygons: Geometries, members: list[list[int]], corner: tuple[float, float]) -> Geometries:
    """Unite the polygons of each set, as far as they lie in the square with this south-western corner."""
    box = shapely.box(*corner, corner[0] + SQUARE_M, corner[1] + SQUARE_M)
    land = np.empty(len(members), dtype=object)
    for at, rows in enumerate(members):
        shapes = polygons[rows]
        beyond = ~shapely.covers(box, shapes)
        shapes[beyond] = areal_only(shapely.intersection(shapes[beyond], box))
        land[at] = areal_only(np.array([shapely.union_all(shapes)], dtype=object))[0]
    return land


def _sets(left: list[int], right: list[int]) -> list[list[int]]:
    """Gather numbers that hang together through pairs."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for a, b in zip(left, right, strict=True):
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    sets = defaultdict(list)
    for one in sorted(parent):
        sets[root(one)].append(one)
    return list(sets.values())


def _overlapping(square: Square, groups: Ints) -> tuple[Ints, Ints]:
    """Return pairs of polygons of one group that overlap in some cell."""
    pairs = _pairs(square, groups, CELLS_A_SIDE, CELL_M, OVERLAP_M2)
    pairs = np.unique(pairs, axis=0)
    return pairs[:, 0], pairs[:, 1]


@njit(cache=True, nogil=True)
def _pairs(square: Square, groups: Ints, n: int, side: float, limit: float) -> Ints:
    owners, cell_starts = square.entry_owners, square.cell_starts
    found = [(np.int64(0), np.int64(0)) for _ in range(0)]
    for cell in range(n * n):
        for a in range(cell_starts[cell], cell_starts[cell + 1]):
            for b in range(a + 1, cell_starts[cell + 1]):
                if groups[owners[a]] != groups[owners[b]]:
                    continue
                if _shared(square, a, b, cell // n * side, side) > limit:
                    found.append((np.int64(owners[a]), np.int64(owners[b])))
    pairs = np.empty((len(found), 2), np.int64)
    for at in range(len(found)):
        pairs[at, 0], pairs[at, 1] = found[at]
    return pairs


@njit(cache=True, nogil=True)
def _shared(square: Square, a: int, b: int, floor: float, side: float) -> float:
    """Return the area that the polygons of two entries share in their cell."""
    bases, starts, edges, signs = square.bases, square.starts, square.edges, square.signs
    area = float(bases[a] * bases[b]) * side * side
    if bases[a] != 0:
        area += bases[a] * _alone(square, b, floor + side)
    if bases[b] != 0:
        area += bases[b] * _alone(square, a, floor + side)
    for i in range(starts[a], starts[a + 1]):
        if signs[i] == 0:
            continue
        tilt = (edges[i, 3] - edges[i, 1]) / (edges[i, 2] - edges[i, 0])
        for j in range(starts[b], starts[b + 1]):
            x0, x1 = max(edges[i, 0], edges[j, 0]), min(edges[i, 2], edges[j, 2])
            if signs[j] == 0 or x0 >= x1:
                continue
            slope = (edges[j, 3] - edges[j, 1]) / (edges[j, 2] - edges[j, 0])
            p0, p1 = edges[i, 1] + (x0 - edges[i, 0]) * tilt, edges[i, 1] + (x1 - edges[i, 0]) * tilt
            q0, q1 = edges[j, 1] + (x0 - edges[j, 0]) * slope, edges[j, 1] + (x1 - edges[j, 0]) * slope
            higher = (max(p0, q0) + max(p1, q1)) / 2
            d0, d1 = p0 - q0, p1 - q1
            if (d0 > 0 and d1 < 0) or (d0 < 0 and d1 > 0):
                # the mean of the two ends is too much where the edges cross
                higher -= abs(d0) * abs(d1) / (2 * (abs(d0) + abs(d1)))
            area += signs[i] * signs[j] * (floor + side - higher) * (x1 - x0)
    return area


@njit(cache=True, nogil=True)
def _alone(square: Square, a: int, ceiling: float) -> float:
    """Return the area above the edges of one entry, up to the top of its cell."""
    area = 0.0
    for i in range(square.starts[a], square.starts[a + 1]):
        x0, y0, x1, y1 = square.edges[i]
        area += square.signs[i] * (ceiling - (y0 + y1) / 2) * (x1 - x0)
    return area
