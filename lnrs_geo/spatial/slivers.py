"""Give connected slivers to their neighbour (rules section 7).

Boundaries drawn by different hands run beside each other and leave needles of land between them. A
connected piece under 1 m2 takes the answer of the piece with the longest shared edge; a piece that
shares no edge stays what it is.
"""

import heapq

import numpy as np
import numpy.typing as npt
import shapely

Key = tuple[int, int]
Geometries = npt.NDArray[np.object_]
# Metres of edge that a piece shares with others, by their numbers.
Shared = dict[int, dict[int, float]]

SMALLEST_PIECE_M2 = 1.0
# Two pieces cut from one parcel meet within arithmetic, not exactly.
SAME_EDGE_M = 1e-6
SHORTEST_SHARED_EDGE_M = 1e-4


def absorb(cells: dict[Key, shapely.Geometry]) -> tuple[dict[Key, shapely.Geometry], tuple[float, ...]]:
    """Give each connected piece under 1 m2 to its neighbour, the smallest first.

    Of neighbours that share equal edges the one with the higher code has it: codes come strongest
    first, so no hair's breadth of arithmetic makes land High.

    Parameters
    ----------
    cells
        Polygons by key; together they make up a parcel.

    Returns
    -------
    The polygons by key after the exchange, and the sizes in m2 of the pieces that changed hands.
    """
    keys = list(cells)
    pieces, where = shapely.get_parts(np.array(list(cells.values()), dtype=object), return_index=True)
    areas = shapely.area(pieces)
    if not (areas < SMALLEST_PIECE_M2).any() or len(pieces) == 1:
        return cells, ()
    # Overlays return pieces in an order that depends on how the parcel was drawn; ties go by place.
    order = np.lexsort((*np.round(shapely.bounds(pieces), 3).T[::-1], where))
    pieces, where, areas = pieces[order], where[order], areas[order]
    owner = [keys[at] for at in where]
    given_away = _exchange(areas.tolist(), owner, _shared_edges(pieces, areas))
    kept: dict[Key, list[shapely.Geometry]] = {}
    for piece, key in zip(pieces, owner, strict=True):
        kept.setdefault(key, []).append(piece)
    return {key: shapely.union_all(kept[key]) for key in sorted(kept)}, given_away


def _shared_edges(pieces: Geometries, areas: npt.NDArray[np.float64]) -> Shared:
    """Measure the edges that small pieces share with any other, all at once."""
    small = np.flatnonzero(areas < SMALLEST_PIECE_M2)
    beside = shapely.buffer(shapely.boundary(pieces[small]), SAME_EDGE_M, quad_segs=2)
    segments, piece_of = _segments(pieces)
    which, segment = shapely.STRtree(segments).query(beside, predicate="intersects")
    at, other = small[which], piece_of[segment]
    foreign = at != other
    lengths = shapely.length(shapely.intersection(segments[segment[foreign]], beside[which[foreign]]))
    total: dict[tuple[int, int], float] = {}
    for a, b, length in zip(at[foreign].tolist(), other[foreign].tolist(), lengths.tolist(), strict=True):
        total[a, b] = total.get((a, b), 0.0) + length
    shared: Shared = {}
    for (a, b), length in total.items():
        if length > SHORTEST_SHARED_EDGE_M:
            shared.setdefault(a, {})[b] = length
            shared.setdefault(b, {})[a] = length
    return shared


def _segments(pieces: Geometries) -> tuple[Geometries, npt.NDArray[np.int64]]:
    """Take the edges of pieces apart into straight segments, each with the number of its piece."""
    rings, piece_of_ring = shapely.get_rings(pieces, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = np.flatnonzero(ring[:-1] == ring[1:])
    return shapely.linestrings(np.stack([corners[same], corners[same + 1]], axis=1)), piece_of_ring[
        ring[same]
    ]


def _exchange(areas: list[float], owner: list[Key], shared: Shared) -> tuple[float, ...]:
    """Give each small piece away, the smallest first; `owner` then says whose every piece is."""
    members = [[at] for at in range(len(areas))]
    given_away: list[float] = []
    small = [_turn(at, areas, owner) for at, area in enumerate(areas) if area < SMALLEST_PIECE_M2]
    heapq.heapify(small)
    while small:
        *_, at, area = heapq.heappop(small)
        beside = shared.get(at)
        if not members[at] or area != areas[at] or not beside:
            continue
        # to the millimetre: what is nearer than that is a tie
        into = max(
            beside, key=lambda other: (round(beside[other], 3), owner[other][0], -owner[other][1], -other)
        )
        if owner[into] != owner[at]:
            given_away.append(area)
        for one in members[at]:
            owner[one] = owner[into]
        members[into] += members[at]
        members[at] = []
        areas[into] += area
        for other, length in shared.pop(at).items():
            del shared[other][at]
            if other != into:
                shared[into][other] = shared[other][into] = shared[into].get(other, 0.0) + length
        if areas[into] < SMALLEST_PIECE_M2:
            heapq.heappush(small, _turn(into, areas, owner))
    return tuple(given_away)


def _turn(at: int, areas: list[float], owner: list[Key]) -> tuple[float, Key, int, float]:
    """Say when a piece has its turn: by area to the square millimetre, then by whose it is.

    The last digits of an area depend on where its ring begins, so they must not decide.
    """
    return round(areas[at], 6), owner[at], at, areas[at]
