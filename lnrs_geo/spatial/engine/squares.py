"""Mapped polygons cut by the cells of one Ordnance Survey 10 km square."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lnrs_geo.spatial.engine.cutting import Cuttings, cut, first_edges
from lnrs_geo.spatial.engine.outlines import Floats, Ints, Outlines

SQUARE_M = 10_000.0
CELLS_A_SIDE = 50
CELL_M = SQUARE_M / CELLS_A_SIDE


class Square(NamedTuple):
    """What lies in one square, cell by cell; coordinates in metres from its south-western corner.

    Attributes
    ----------
    cell_starts
        The first entry of each cell and the end of the last, shape (cells + 1,).
    entry_owners, bases, starts
        Polygon of each entry; whether the cell's lower left corner lies in it (0 or 1); where its edges begin.
    edges, signs, kinds
        See `cutting.cut`.
    """

    cell_starts: Ints
    entry_owners: npt.NDArray[np.int32]
    bases: npt.NDArray[np.int8]
    starts: Ints
    edges: Floats
    signs: npt.NDArray[np.int8]
    kinds: npt.NDArray[np.int8]


def square_of(polygons: Outlines, origin: tuple[float, float]) -> Square:
    """Cut polygons by the cells of the square whose south-western corner is `origin`."""
    n = CELLS_A_SIDE
    # both are multiples of the last digit of national coordinates, so nothing is rounded here
    local = polygons._replace(corners=polygons.corners - np.array(origin))
    made = _room(0, 0)
    made = _room(*cut(local, n, CELL_M, made))
    cut(local, n, CELL_M, made)
    order, entries = np.argsort(made.cells, kind="stable"), np.argsort(made.entry_cells, kind="stable")
    entry_cells, entry_owners = made.entry_cells[entries], made.entry_owners[entries]
    starts = first_edges(made.cells[order], made.owners[order], entry_cells, entry_owners)
    cell_starts = np.searchsorted(entry_cells, np.arange(n * n + 1)).astype(np.int64)
    return Square(cell_starts, entry_owners, made.bases[entries], starts,
                  made.edges[order], made.signs[order], made.kinds[order])  # fmt: skip


def _room(n_edges: int, n_entries: int) -> Cuttings:
    """Return arrays to be filled."""
    return Cuttings(
        np.empty(n_edges, np.int16), np.empty(n_edges, np.int32), np.empty((n_edges, 4)),
        np.empty(n_edges, np.int8), np.empty(n_edges, np.int8),
        np.empty(n_entries, np.int16), np.empty(n_entries, np.int32), np.empty(n_entries, np.int8),
    )  # fmt: skip
