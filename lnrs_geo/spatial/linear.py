"""Cut lines and points by regions: on an edge is in, and a line is not cut where it wanders along one.

Rules section 7: a line on an edge (within 1e-6 m) is in, as is a tree; consecutive stretches that
leave the edge by more than that and never by more than 0.1 m are not cut, they take the answer of
the longer side together.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import shapely

from lnrs_geo.spatial.clip import Geometries, areal_only, surroundings
from lnrs_geo.spatial.match import ON_EDGE_M, Floats
from lnrs_geo.spatial.stretches import (
    Key,
    Stretch,
    forget_crossings,
    give_away_short,
    longer,
    merged,
    weakest,
)

# (zones: number, geometry or None for the rest, default code, covers count), (covers: code, geometry)
Lookup = tuple[list[tuple[int, shapely.Geometry | None, int, bool]], list[tuple[int, shapely.Geometry]]]

Edges = Callable[[Key, Key], shapely.Geometry]  # which edge parts two keys

ALONG_EDGE_M = 0.1
# Two cuts nearer than this are one point of the line.
SAME_POINT_M = 1e-5


@dataclass(frozen=True, slots=True)
class Stretches:
    """A line's parts by (code, zone), each with whether it wanders along an edge, and what was given away."""

    parts: dict[Key, tuple[shapely.Geometry, bool]]
    given_away: tuple[float, ...]


def cut_line(line: shapely.Geometry, *, lookup: Lookup) -> Stretches:
    """Cut a line (multipart allowed) where its answer changes.

    Returns
    -------
    Parts that sum to the line within 0.001 m.
    """
    zones, covers = _widened(lookup)
    regions = [zone[1] for zone in zones if zone[1] is not None] + [cover[1] for cover in covers]
    edges = shapely.union_all(shapely.boundary(np.array(regions, dtype=object))) if regions else None
    found: dict[Key, list[shapely.Geometry]] = {}
    wandering: set[Key] = set()
    given_away: list[float] = []
    for component in shapely.get_parts(line):
        stretches = _stretches(component, edges, (zones, covers))
        forget_crossings(stretches)
        if len(stretches) > 1:
            given_away += give_away_short(stretches, gaps_alone=True)
            _join_wanderers(component, stretches, edges=edges, lookup=(zones, covers))
            given_away += give_away_short(stretches)
        for one in merged(stretches):
            whole = one.start <= 0.0 and one.end >= component.length
            found.setdefault(one.key, []).append(component if whole else _substrings(component, [one])[0])
            if one.wanders:
                wandering.add(one.key)
    return Stretches(
        {key: (_lines(found[key]), key in wandering) for key in sorted(found)}, tuple(given_away)
    )


def cut_points(points: shapely.Geometry, *, lookup: Lookup) -> dict[Key, tuple[shapely.Geometry, bool]]:
    """Give each point its key; the flag says that it lies on the edge of two zones (the first has it)."""
    zones, covers = _widened(lookup)
    found: dict[Key, list[shapely.Geometry]] = {}
    on_edge: dict[Key, bool] = {}
    for point in shapely.get_parts(points):
        key = _key_at(point, (zones, covers))
        found.setdefault(key, []).append(point)
        claims = sum(1 for zone in zones if zone[1] is not None and shapely.intersects(zone[1], point))
        edge_of_last = any(
            zone[1] is not None and shapely.dwithin(shapely.boundary(zone[1]), point, 2 * ON_EDGE_M)
            for zone in zones
        )
        on_edge[key] = on_edge.get(key, False) or claims > 1 or edge_of_last
    return {
        key: (found[key][0] if len(found[key]) == 1 else shapely.multipoints(found[key]), on_edge[key])
        for key in sorted(found)
    }


def _widened(lookup: Lookup) -> Lookup:
    """Widen every region by the width of an edge, so that on the edge is in."""
    zones, covers = lookup
    wide = (
        [(n, None if g is None else shapely.buffer(g, ON_EDGE_M, quad_segs=2), d, c) for n, g, d, c in zones],
        [(code, shapely.buffer(g, ON_EDGE_M, quad_segs=2)) for code, g in covers],
    )
    for region in [zone[1] for zone in wide[0]] + [cover[1] for cover in wide[1]]:
        shapely.prepare(region)
    return wide


def _stretches(line: shapely.Geometry, edges: shapely.Geometry | None, lookup: Lookup) -> list[Stretch]:
    """Cut one line at every edge and name each stretch by the land under its middle."""
    total = float(line.length)
    at = [0.0, total]
    if edges is not None:
        at += _crossings(line, edges)
    stops = sorted(at)
    cuts = [stops[0]]
    cuts += [stop for before, stop in itertools.pairwise(stops) if stop - before > SAME_POINT_M]
    cuts[-1] = total
    if len(cuts) == 1:
        cuts = [0.0, total]
    stretches = [
        Stretch(start, end, _key_at(shapely.line_interpolate_point(line, (start + end) / 2), lookup))
        for start, end in itertools.pairwise(cuts)
    ]
    return merged(stretches)


def _crossings(line: shapely.Geometry, edges: shapely.Geometry) -> list[float]:
    """Say after how many metres a line meets edges: each pass of a line that crosses itself counts."""
    corners, starts = _milestones(line)
    segments = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1))
    shapely.prepare(edges)
    crossing = np.flatnonzero(shapely.intersects(edges, segments))
    met, which = shapely.get_coordinates(shapely.intersection(segments[crossing], edges), return_index=True)
    at = crossing[which]
    found: list[float] = (starts[at] + np.hypot(*(met - corners[at]).T)).tolist()
    return found


def _milestones(line: shapely.Geometry) -> tuple[Floats, Floats]:
    """Return the corners of a line, and after how many metres each is reached."""
    corners = shapely.get_coordinates(line)
    return corners, np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])


def _substrings(line: shapely.Geometry, stretches: list[Stretch]) -> Geometries:
    """Return the stretches of a line as lines."""
    corners, at = _milestones(line)
    found = []
    for one in stretches:
        ends = np.column_stack([np.interp([one.start, one.end], at, xy) for xy in corners.T])
        between = corners[np.searchsorted(at, one.start, "right") : np.searchsorted(at, one.end, "left")]
        found.append(shapely.linestrings(np.concatenate([ends[:1], between, ends[1:]])))
    return np.array(found, dtype=object)


def _key_at(point: shapely.Geometry, lookup: Lookup) -> Key:
    zones, covers = lookup
    for number, region, default, covered in zones:
        if region is None or shapely.intersects(region, point):
            if covered:
                for code, cover in covers:
                    if shapely.intersects(cover, point):
                        return code, number
            return default, number
    raise ValueError("zones must claim all land: the last one has no geometry")


def _join_wanderers(
    line: shapely.Geometry, stretches: list[Stretch], *, edges: shapely.Geometry | None, lookup: Lookup
) -> None:
    """Give each run of stretches that stay within 0.1 m of the edge of two keys that of its longer side."""
    shapes = _substrings(line, stretches)
    near = shapely.dwithin(edges, shapely.line_interpolate_point(shapes, 0.5, normalized=True), ALONG_EDGE_M)
    if not (near[:-1] & near[1:]).any():
        return
    lands = _lands(lookup, shapely.box(*surroundings(shapes, reach_m=1.0)))
    edge = cache(lambda one, other: _parting_edge(lands[one], lands[other]))
    stretches[:] = [
        part for at in range(len(stretches)) for part in _by_edge(shapes[at], stretches, at, edge)
    ]
    shapes = _substrings(line, stretches)
    pairs = [(min(a.key, b.key), max(a.key, b.key)) for a, b in itertools.pairwise(stretches)]
    joined = [a != b and _wander(shapes[at : at + 2], edge=edge(a, b)) for at, (a, b) in enumerate(pairs)]
    given: dict[int, Key] = {}
    for (wanders, pair), links in itertools.groupby(range(len(pairs)), lambda at: (joined[at], pairs[at])):
        run = {at for link in links for at in (link, link + 1)}
        lengths = {key: sum(stretches[at].length for at in run if stretches[at].key == key) for key in pair}
        side = longer(lengths)
        for at in run if wanders else ():
            given[at] = min(given.get(at, side), side, key=weakest)
    for at, key in given.items():
        stretches[at].key, stretches[at].wanders = key, True
    stretches[:] = merged(stretches)


def _by_edge(shape: shapely.Geometry, stretches: list[Stretch], at: int, edge: Edges) -> list[Stretch]:
    """Cut a stretch that begins along the edge of one key and ends along that of another where those meet."""
    own = stretches[at]
    if not 0 < at < len(stretches) - 1 or stretches[at - 1].key == stretches[at + 1].key:
        return [own]
    left, right = (
        shapely.buffer(edge(*sorted((own.key, beside.key))), ALONG_EDGE_M, quad_segs=16)
        for beside in (stretches[at - 1], stretches[at + 1])
    )
    if shapely.covers(left, shape) or shapely.covers(right, shape):
        return [own]
    leaves = min(_crossings(shape, shapely.boundary(left)), default=own.length)
    comes = own.length - min(_crossings(shape.reverse(), shapely.boundary(right)), default=own.length)
    middle = own.start + (leaves + comes) / 2
    return [own] if leaves < comes else [replace(own, end=middle), replace(own, start=middle)]


def _wander(shapes: Geometries, *, edge: shapely.Geometry) -> bool:
    """Say whether stretches leave an edge, all of them, and never by more than 0.1 m."""
    beside = shapely.buffer(edge, ALONG_EDGE_M, quad_segs=16)
    upon = shapely.buffer(edge, 3 * ON_EDGE_M, quad_segs=2)
    return bool((shapely.covers(beside, shapes) & ~shapely.covers(upon, shapes)).all())


def _parting_edge(one: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    """Return the edge of two lands where they meet, or nearly do, and no other."""
    lands = np.array([one, other], dtype=object)
    beside = shapely.buffer(lands[::-1], ALONG_EDGE_M, quad_segs=2)
    return shapely.union_all(shapely.intersection(shapely.boundary(lands), beside))


def _lands(lookup: Lookup, within: shapely.Geometry) -> dict[Key, shapely.Geometry]:
    """Return the land of each key within a box, as `_key_at` claims it."""
    zones, covers = lookup
    found: dict[Key, list[shapely.Geometry]] = {}
    rest = within
    for number, region, default, covered in zones:
        here = rest if region is None else shapely.intersection(rest, region)
        rest = shapely.difference(rest, here)
        for code, cover in covers if covered else ():
            found.setdefault((code, number), []).append(shapely.intersection(here, cover))
            here = shapely.difference(here, cover)
        found.setdefault((default, number), []).append(here)
    return {key: shapely.union_all(areal_only(np.array(own, dtype=object))) for key, own in found.items()}


def _lines(lines: list[shapely.Geometry]) -> shapely.Geometry:
    return lines[0] if len(lines) == 1 else shapely.multilinestrings(lines)
