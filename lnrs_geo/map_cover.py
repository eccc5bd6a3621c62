"""How the parcels of a run meet the measures of every map that is loaded, as one coverage.

Each map is matched on its own, and only with the parcels that lie at its area.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely

from lnrs_geo.cache import Cache
from lnrs_geo.coverage import Coverage, Group, Way, cover, layer_of, places
from lnrs_geo.maps import LoadedMap
from lnrs_geo.spatial.clip import Geometries
from lnrs_geo.spatial.engine import Layer
from lnrs_geo.spatial.match import Overlaps, Pairs, Rows


class Mapped(NamedTuple):
    """Every measure that the parcels meet, and the LNRS whose map holds each group of them."""

    coverage: Coverage
    owners: list[str]


def cover_maps(
    geometries: Geometries,
    maps: Sequence[LoadedMap],
    *,
    crs: object,
    way: Way,
) -> Mapped:
    """Match parcels with the measures of each map; `crs` is the system of the parcels.

    Returns
    -------
    A coverage whose polygons are numbered as the rows of all maps, one map after the other; hulls of
    badly broken polygons follow at the end.
    """
    opened = [one for one in maps if one.opened] or list(maps[:1])
    found = [
        cover(
            _asked(geometries, one),
            *_grouped(one),
            crs=(crs, one.measures.crs),
            way=replace(way, name=squares_name(one)),
        )
        for one in opened
    ]
    owners = [one.lnrs_id for one, its in zip(opened, found, strict=True) for _ in its.groups]
    if len(found) == 1:
        return Mapped(found[0], owners)
    return Mapped(_joined(found, [len(one.measures) for one in opened]), owners)


def engine_layer(one: LoadedMap, *, cache: Cache) -> Layer:
    """Return a map as the engine matches it, to be cut ahead of any run."""
    polygons, group_of, groups = _grouped(one)
    return layer_of(polygons, group_of, groups, name=squares_name(one), cache=cache)


def squares_name(one: LoadedMap) -> str:
    """Say what the squares of a map are called in the cache: what is kept tells itself whether it still fits."""
    files = sorted({Path(source).name for source in one.measures["source"].unique()})
    return blake2b("\n".join([one.lnrs_id, *files]).encode("utf-8"), digest_size=10).hexdigest()


def _asked(geometries: Geometries, one: LoadedMap) -> Geometries:
    """Leave out the parcels to which a map has nothing to say."""
    left = geometries.copy()
    left[~one.is_asked_at(geometries)] = None
    return left


def _grouped(one: LoadedMap) -> tuple[Geometries, Rows, list[Group]]:
    """Number the groups; hulls of badly broken polygons join at the end, as groups of their own."""
    measures = one.measures
    numbers: dict[Group, int] = {}
    shapes: list[shapely.Geometry] = []
    group_of: list[int] = []
    changed = (measures["geom_state"] == "changed").tolist()
    # where the layer holds the strategy's own measures, those of another LNRS are not its own
    foreign = [one.bears_own_id and other not in ("", one.lnrs_id) for other in measures["lnrs_id"]]
    facts = list(zip(measures["measure_id"], measures["eligible"], changed, foreign, strict=True))
    for fact, shape in zip(facts, measures.geometry, strict=True):
        shapes.append(shape)
        group_of.append(numbers.setdefault(Group(*fact), len(numbers)))
    for fact, shape in zip(facts, measures["widest"], strict=True):
        if fact[2]:
            shapes.append(shape)
            group_of.append(numbers.setdefault(Group(*fact, beside=True), len(numbers)))
    return np.array(shapes, dtype=object), np.array(group_of, dtype=np.int64), list(numbers)


def _joined(found: Sequence[Coverage], rows: Sequence[int]) -> Coverage:
    """Put coverages of the same parcels together; `rows` says how many measures each map holds."""
    numbers = _numbers([len(one.polygons) for one in found], rows)
    polygons = np.empty(sum(len(one.polygons) for one in found), dtype=object)
    group_of = np.empty(len(polygons), dtype=np.int64)
    first_group = np.cumsum([0, *(len(one.groups) for one in found)])
    near: dict[int, list[int]] = {}
    for one, number, first in zip(found, numbers, first_group[:-1], strict=True):
        polygons[number] = one.polygons
        group_of[number] = one.group_of + first
        for parcel, met in one.near.items():
            near[parcel] = sorted({*near.get(parcel, ()), *number[met].tolist()})
    pairs = _pairs([(one.pairs, number) for one, number in zip(found, numbers, strict=True)])
    overlaps = _overlaps([(one.overlaps, first) for one, first in zip(found, first_group[:-1], strict=True)])
    return Coverage(
        polygons=polygons,
        group_of=group_of,
        groups=[group for one in found for group in one.groups],
        pairs=pairs,
        pairs_of=places(pairs.parcel),
        overlaps=overlaps,
        overlaps_of=places(overlaps.parcel),
        near=near,
    )


def _numbers(polygons: Sequence[int], rows: Sequence[int]) -> list[Rows]:
    """Number the polygons of each map anew: the measures of all maps first, then the hulls of all."""
    first_row = np.cumsum([0, *rows])
    hulls = np.subtract(polygons, rows)
    first_hull = first_row[-1] + np.cumsum([0, *hulls])
    return [
        np.concatenate([np.arange(count) + row, np.arange(more) + hull])
        for count, row, more, hull in zip(rows, first_row[:-1], hulls, first_hull[:-1], strict=True)
    ]


def _pairs(found: Iterable[tuple[Pairs, Rows]]) -> Pairs:
    told = list(found)
    parcel, polygon = _end_to_end((one.parcel, number[one.polygon]) for one, number in told)
    inside, size, piece = _end_to_end((one.inside, one.size, one.piece) for one, _ in told)
    order = np.lexsort((polygon, parcel))
    return Pairs(parcel[order], polygon[order], inside[order], size[order], piece[order])


def _overlaps(found: Iterable[tuple[Overlaps, Any]]) -> Overlaps:
    told = list(found)
    parcel, group = _end_to_end((one.parcel, one.group + first) for one, first in told)
    size, share, inside = _end_to_end((one.size, one.share, one.inside) for one, _ in told)
    order = np.lexsort((group, parcel))
    return Overlaps(parcel[order], group[order], size[order], share[order], inside[order])


def _end_to_end(columns: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Put arrays that stand in the same place one after the other."""
    return [np.concatenate(parts) for parts in zip(*columns, strict=True)]
