"""How the oracle cuts a parcel into cells, joins them to pieces, and drops slivers (rules 7 and 2.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import shapely
import shapely.ops
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

NOISE = 1e-4
Adjacency = dict[tuple[int, int], float]
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Cut:
    """Cells of a parcel: shapes, sizes in m2 or m, one point within each, and who shares an edge."""

    shapes: list[BaseGeometry]
    sizes: list[float]
    points: list[Point]
    shared: Adjacency


def cut_area(parcel: BaseGeometry, cutters: Sequence[BaseGeometry]) -> Cut:
    """Cut an area by every boundary that crosses it; cells meet in identical vertices."""
    boundaries = [parcel.boundary, *(c.boundary for c in cutters if c.intersects(parcel))]
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(boundaries)]))
    cells, points = [], []
    for face in faces:
        point = face.representative_point()
        if parcel.contains(point):
            cells.append(face)
            points.append(point)
    owner: dict[frozenset[tuple[float, ...]], int] = {}
    shared: Adjacency = {}
    for i, cell in enumerate(cells):
        for ring in (cell.exterior, *cell.interiors):
            corners = list(ring.coords)
            for a, b in pairwise(corners):
                j = owner.setdefault(frozenset((a, b)), i)
                if j != i:
                    shared[j, i] = shared.get((j, i), 0.0) + Point(a).distance(Point(b))
    return Cut(cells, [c.area for c in cells], points, shared)


def cut_line(parcel: BaseGeometry, cutters: Sequence[BaseGeometry]) -> Cut:
    """Cut a line where it meets any boundary; a stretch that runs along an edge is a cell of its own."""
    shapes: list[BaseGeometry] = []
    shared: Adjacency = {}
    for line in shapely.get_parts(parcel):
        first = len(shapes)
        corners = list(line.coords)
        for a, b in pairwise(corners):
            segment = LineString([a, b])
            places = {0.0, segment.length}
            for cutter in cutters:
                met = shapely.get_coordinates(segment.intersection(cutter.boundary))
                places.update(segment.project(Point(xy)) for xy in met)
            stops = sorted(places)
            for start, end in pairwise(stops):
                if end - start > 1e-7:
                    shapes.append(shapely.ops.substring(segment, start, end))
        shared.update({(i, i + 1): 1.0 for i in range(first, len(shapes) - 1)})
    points = [s.interpolate(0.5, normalized=True) for s in shapes]
    return Cut(shapes, [s.length for s in shapes], points, shared)


def pieces(keys: Sequence[Key], shared: Adjacency) -> list[list[int]]:
    """Join the cells of one answer that share an edge to connected pieces."""
    parent = list(range(len(keys)))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for i, j in shared:
        if keys[i] == keys[j]:
            parent[root(i)] = root(j)
    groups: dict[int, list[int]] = {}
    for i in range(len(keys)):
        groups.setdefault(root(i), []).append(i)
    return list(groups.values())


def absorb_slivers(cut: Cut, native: Sequence[Key], *, least: float, is_line: bool) -> tuple[list[Key], str]:
    """Give each connected piece under `least` the answer of the piece with the longest shared edge.

    Smallest first, one at a time. The second value says why the outcome hangs on a hair, or is empty.
    """
    # Silent: pieces of a line share a point, not an edge; the longer neighbour is taken.
    # Silent: the answer taken is the whole of it, LNRS and authority included.
    keys, fragile = list(native), ""
    while True:
        groups = pieces(keys, cut.shared)
        sizes = [sum(cut.sizes[i] for i in g) for g in groups]
        where = {cell: n for n, g in enumerate(groups) for cell in g}
        edges: list[dict[int, float]] = [{} for _ in groups]
        for (i, j), length in cut.shared.items():
            a, b = where[i], where[j]
            if a != b:
                edges[a][b] = sizes[b] if is_line else edges[a].get(b, 0.0) + length
                edges[b][a] = sizes[a] if is_line else edges[b].get(a, 0.0) + length
        near = [n for n, s in enumerate(sizes) if edges[n] and least / 2 < s < least * 2]
        if near:
            fragile = fragile or "a piece near the smallest size"
        small = [n for n, s in enumerate(sizes) if edges[n] and s < least]
        if not small:
            return keys, fragile
        n = min(small, key=lambda m: sizes[m])
        best = max(edges[n], key=lambda m: edges[n][m])
        if sizes[n] > NOISE * least:
            if any(m in small for m in edges[n]):
                fragile = fragile or "a sliver beside a sliver"
            rivals = {keys[groups[m][0]] for m, e in edges[n].items() if e > edges[n][best] - 1e-3}
            if len(rivals) > 1:
                fragile = fragile or "a sliver between equal neighbours"
        for cell in groups[n]:
            keys[cell] = keys[groups[best][0]]


def wanders(cut: Cut, native: Sequence[Key], cutters: Sequence[BaseGeometry]) -> str:
    """Say so where a piece of a line stays off an edge by less than 0.15 m: the along-edge rule may apply."""
    for group in pieces(native, cut.shared):
        corners = [Point(xy) for i in group for xy in shapely.get_coordinates(cut.shapes[i])]
        for cutter in cutters:
            if 1e-6 < max(cutter.boundary.distance(c) for c in corners) <= 0.15:
                return "a line along an edge"
    return ""


def relied_on(covers: list[tuple[float, frozenset[str]]], *, least: float) -> frozenset[frozenset[str]]:
    """Choose measures greedily by largest size not yet covered, ties by id (rules 2.6).

    `covers` holds the size of each cell of the part and the consistent measures there. More than one
    choice comes back where it depends on how near two sizes are a tie, or how little is still to cover.
    """
    return frozenset(
        _greedy(covers, tie=tie, stop=stop)
        for tie in (1e-6, 0.006)
        for stop in (1e-6, least / 100, least / 2)
    )


def _greedy(covers: list[tuple[float, frozenset[str]]], *, tie: float, stop: float) -> frozenset[str]:
    chosen: set[str] = set()
    while True:
        gains: dict[str, float] = {}
        for size, measures in covers:
            if not measures & chosen:
                for measure in measures:
                    gains[measure] = gains.get(measure, 0.0) + size
        if not gains or (max(gains.values()) <= stop and chosen):
            return frozenset(chosen)
        chosen.add(min(m for m, g in gains.items() if g >= max(gains.values()) - tie))
