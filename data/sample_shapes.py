"""Shapes that look natural, drawn from a seed: blobs, meandering lines, and a tiled site.

All coordinates are metres in EPSG:27700 on a grid of 1 cm, which keeps the files small.
"""

import math
import random
from collections.abc import Sequence
from itertools import pairwise

from shapely import Polygon, make_valid, set_precision
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

Point = tuple[float, float]

GRID_M = 0.01


def rounded(x: float, y: float) -> Point:
    """Return a point on the 1 cm grid."""
    return round(x, 2), round(y, 2)


def on_grid(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape with every vertex on the 1 cm grid, still valid."""
    return set_precision(shape, GRID_M)


def blob(rng: random.Random, centre: Point, radius_m: float, *, vertices: int = 60) -> Polygon:
    """Return an irregular patch: a stretched circle whose edge is roughened by harmonics."""
    waves = [
        (k, rng.uniform(0.1, 0.32) / k**1.05, rng.uniform(0, math.tau))
        for k in range(2, max(4, min(vertices // 5, 240)))
    ]
    stretch, turn = rng.uniform(0.55, 1.0), rng.uniform(0, math.tau)
    ring = []
    for step in range(vertices):
        angle = math.tau * step / vertices
        reach = radius_m * max(0.25, 1 + sum(a * math.sin(k * angle + phase) for k, a, phase in waves))
        across, along = reach * math.cos(angle), reach * math.sin(angle) * stretch
        ring.append(rounded(centre[0] + across * math.cos(turn) - along * math.sin(turn),
                            centre[1] + across * math.sin(turn) + along * math.cos(turn)))  # fmt: skip
    return Polygon(ring)


def patch(rng: random.Random, centre: Point, radius_m: float, *, vertices: int) -> BaseGeometry:
    """Return a blob, now and then joined with a neighbour, with holes, or in several pieces."""
    shape = make_valid(blob(rng, centre, radius_m, vertices=vertices))
    luck = rng.random()
    if luck < 0.35:  # two lobes that grew together, or stayed apart
        away = radius_m * rng.uniform(0.7, 2.1)
        angle = rng.uniform(0, math.tau)
        beside = (centre[0] + away * math.cos(angle), centre[1] + away * math.sin(angle))
        other = blob(rng, beside, radius_m * rng.uniform(0.4, 0.8), vertices=vertices // 2 + 8)
        shape = unary_union([shape, make_valid(other)])
    if luck > 0.72:  # clearings
        for _ in range(rng.randint(1, 3)):
            angle, away = rng.uniform(0, math.tau), radius_m * rng.uniform(0, 0.35)
            inside = (centre[0] + away * math.cos(angle), centre[1] + away * math.sin(angle))
            shape = shape.difference(
                make_valid(blob(rng, inside, radius_m * rng.uniform(0.06, 0.2), vertices=18))
            )
    return on_grid(shape)


def wiggle(rng: random.Random, points: Sequence[Point], *, rough: float, step_m: float) -> list[Point]:
    """Return a line through `points`, bent between them by midpoint displacement.

    `rough` is the sideways displacement in parts of each piece's length.
    """
    line = [rounded(*points[0])]
    for here, there in pairwise(points):
        line += [*_bend(rng, here, there, rough, step_m), rounded(*there)]
    return line


def _bend(rng: random.Random, here: Point, there: Point, rough: float, step_m: float) -> list[Point]:
    """Return the points between two ends, halving until pieces are shorter than `step_m`."""
    length = math.dist(here, there)
    if length < step_m:
        return []
    shift = rng.uniform(-rough, rough)
    middle = (
        (here[0] + there[0]) / 2 - (there[1] - here[1]) * shift,
        (here[1] + there[1]) / 2 + (there[0] - here[0]) * shift,
    )
    before, after = _bend(rng, here, middle, rough, step_m), _bend(rng, middle, there, rough, step_m)
    return [*before, rounded(*middle), *after]


class Tiling:
    """A site tiled by irregular fields: columns A, B, ... from the west, rows 1, 2, ... from the south.

    Neighbouring fields share every vertex of their common edge, so they neither overlap nor gape.
    Nodes are numbered from the south-west corner: node (i, j) is left of column i and below row j,
    both counted from 0.

    Parameters
    ----------
    rng
        Source of all irregularity.
    origin
        South-west corner in metres.
    counts
        Columns and rows.
    size_m
        Mean width and height of a field.
    river
        Number of the upright line that meanders as a river, or -1.
    straight
        Level edges (i, j) that are drawn with a ruler.
    """

    def __init__(
        self, rng: random.Random, origin: Point, *, counts: tuple[int, int], size_m: Point,
        river: int = -1, straight: Sequence[tuple[int, int]] = (),
    ) -> None:  # fmt: skip
        self.columns, self.rows = counts
        width, height = size_m
        jitter = 0.16
        self.nodes = {
            (i, j): rounded(origin[0] + width * (i + rng.uniform(-jitter, jitter)),
                            origin[1] + height * (j + rng.uniform(-jitter, jitter)))
            for i in range(self.columns + 1) for j in range(self.rows + 1)
        }  # fmt: skip
        self.level: dict[tuple[int, int], list[Point]] = {}
        self.upright: dict[tuple[int, int], list[Point]] = {}
        for i in range(self.columns):
            for j in range(self.rows + 1):
                bends = 0 if (i, j) in straight else rng.choice((1, 3, 3))
                self.level[i, j] = self._edge(rng, (i, j), (i + 1, j), bends, 0.05)
        for i in range(self.columns + 1):
            for j in range(self.rows):
                bends, sway = (13, 0.16) if i == river else (rng.choice((1, 3, 3)), 0.05)
                self.upright[i, j] = self._edge(rng, (i, j), (i, j + 1), bends, sway)

    def _edge(
        self, rng: random.Random, here: tuple[int, int], there: tuple[int, int], bends: int, sway: float
    ) -> list[Point]:
        """Return the line between two nodes; `sway` is the amplitude in parts of the edge's length."""
        (x0, y0), (x1, y1) = self.nodes[here], self.nodes[there]
        phase = rng.choice((-1, 1))
        points = [(x0, y0)]
        for k in range(1, bends + 1):
            t = k / (bends + 1)
            wave = math.sin(math.tau * t) if bends > 3 else rng.uniform(-1, 1)
            shift = sway * (phase * wave + rng.uniform(-0.08, 0.08))
            across, up = x1 - x0, y1 - y0
            points.append(rounded(x0 + t * across - shift * up, y0 + t * up + shift * across))
        return [*points, (x1, y1)]

    def cell(self, label: str) -> Polygon:
        """Return the field of a label such as `C4`."""
        i, j = ord(label[0]) - ord("A"), int(label[1:]) - 1
        ring = (
            self.level[i, j]
            + self.upright[i + 1, j][1:]
            + self.level[i, j + 1][::-1][1:]
            + self.upright[i, j][::-1][1:]
        )
        return Polygon(ring[:-1])

    def labels(self) -> list[str]:
        """Return the labels of all fields, row by row."""
        return [f"{chr(ord('A') + i)}{j + 1}" for j in range(self.rows) for i in range(self.columns)]

    def line(self, path: str) -> list[Point]:
        """Return the line along edges: `U5.0-2` goes up line 5 past rows 0 to 2, `L3.1` along one edge."""
        kind, (fixed, run) = path[0], path[1:].split(".")
        first, last = (int(n) for n in (run.split("-") * 2)[:2])
        points: list[Point] = []
        for k in range(first, last + 1):
            edge = self.upright[int(fixed), k] if kind == "U" else self.level[k, int(fixed)]
            points += edge[1:] if points else edge
        return points

    def middle(self, path: str) -> Point:
        """Return the middle vertex of an edge, which lies exactly on it."""
        points = self.line(path)
        return points[len(points) // 2]
