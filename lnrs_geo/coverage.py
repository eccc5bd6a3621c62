"""Polygons of one kind (measures, documents) and how the parcels of a run meet them: plain facts."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.cache import Cache
from lnrs_geo.spatial import engine, tolerance
from lnrs_geo.spatial.clip import Geometries
from lnrs_geo.spatial.match import Overlaps, Pairs, Rows, match, overlaps, require_same_crs


@dataclass(frozen=True, slots=True)
class Group:
    """Polygons of one measure that share a verdict: same id, same flag, same soundness of geometry.

    `foreign` marks measures that bear the id of another LNRS in a layer that holds the strategy's own
    too; `beside` land that a badly broken polygon might cover beyond its repaired copy. A polygon of a
    planning authority's document bears the document's name as its id; `habitat` and `authority` say
    what it describes there, and for whom.
    """

    measure_id: str
    eligible: str = ""
    changed: bool = False
    foreign: bool = False
    beside: bool = False
    habitat: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which polygons each parcel meets, by group, and which lie within the tolerance of it.

    `group_of` gives the group number of a polygon; `pairs_of`, `overlaps_of` and `near` go by the
    parcel's row number.
    """

    polygons: Geometries
    group_of: Rows
    groups: list[Group]
    pairs: Pairs
    pairs_of: dict[int, npt.NDArray[np.int64]]
    overlaps: Overlaps
    overlaps_of: dict[int, npt.NDArray[np.int64]]
    near: dict[int, list[int]]


@dataclass(frozen=True, slots=True)
class Way:
    """How parcels are matched with what is mapped; the answers are the same.

    Attributes
    ----------
    tolerance_m
        Positional tolerance: polygons within it are told too.
    matching
        auto, plain or indexed.
    cache, name
        Where squares of the layer are kept for later runs, and what it is called there; without
        either nothing is kept.
    """

    tolerance_m: float
    matching: str = "plain"
    cache: Cache | None = None
    name: str = ""


def cover(
    geometries: Geometries,
    polygons: Geometries,
    group_of: Rows,
    groups: list[Group],
    *,
    crs: tuple[Any, Any],
    way: Way,
) -> Coverage:
    """Match parcels with polygons; `crs` holds the systems of both, which must be one."""
    require_same_crs(*crs)
    areas = int((shapely.get_dimensions(geometries) == 2).sum())
    if len(polygons) and areas and engine.is_chosen(way.matching, areas):
        layer = layer_of(polygons, group_of, groups, name=way.name, cache=way.cache)
        keep = way.matching == "indexed" or areas >= engine.VERY_MANY
        pairs, found, near = engine.match(geometries, layer, reach_m=way.tolerance_m, keep=keep)
    else:
        pairs = match(geometries, polygons)
        found = overlaps(pairs, group_of, parcels=geometries)
        near = tolerance.near_pairs(geometries, polygons, tolerance_m=way.tolerance_m)
    return Coverage(
        polygons=polygons,
        group_of=group_of,
        groups=groups,
        pairs=pairs,
        pairs_of=places(pairs.parcel),
        overlaps=found,
        overlaps_of=places(found.parcel),
        near=listed(*near),
    )


def layer_of(
    polygons: Geometries, group_of: Rows, groups: list[Group], *, name: str, cache: Cache | None
) -> engine.Layer:
    """Return polygons and their groups as the engine matches them; all facts of a group make its label."""
    return engine.Layer(polygons, group_of, [repr(one) for one in groups], cache, name)


def listed(left: Rows, right: Rows) -> dict[int, list[int]]:
    """List for each number on the left those it is paired with, in order, each once."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        found[a].append(b)
    return {key: sorted(set(values)) for key, values in found.items()}


def places(parcel: Rows) -> dict[int, npt.NDArray[np.int64]]:
    """Say where the entries of each parcel stand in arrays sorted by parcel."""
    found, starts = np.unique(parcel, return_index=True)
    stops = np.append(starts, len(parcel))[1:]
    return {int(p): np.arange(a, b) for p, a, b in zip(found, starts, stops, strict=True)}
