"""Which mapped measures lie over a part of a parcel, and which of them a High part relies on."""

import numpy as np
import shapely

from lnrs_geo.spatial import split
from lnrs_geo.spatial.cover import greedy_cover
from lnrs_geo.spatial.match import NO_AREA_M2, match_pairs
from lnrs_geo.spatial.split import Cover
from lnrs_geo.terrain import Terrain


def measures_over(terrain: Terrain, feature: int, geometry: shapely.Geometry, *, whole: bool) -> list[int]:
    """Return the groups of measure polygons that overlap a part.

    Parameters
    ----------
    feature
        The parcel's row number.
    geometry
        The part.
    whole
        True where the part is all of the parcel: what overlaps the parcel then overlaps the part.
    """
    met = _met(terrain, feature)
    if whole:
        return list(met)
    return [
        group for group, inside in met.items() if inside or _meets(geometry, _land(terrain, feature, group))
    ]


def relied_on(
    terrain: Terrain, feature: int, geometry: shapely.Geometry, *, consistent: list[int]
) -> tuple[str, ...]:
    """Choose the measures that a High part relies on among its consistent groups (rules 2.6)."""
    met = _met(terrain, feature)
    if all(met[group] for group in consistent):
        # each of them covers all of the part, the largest share there can be: ties go by id
        return tuple(sorted(terrain.groups[group].measure_id for group in consistent)[:1])
    shapes: dict[str, list[shapely.Geometry]] = {}
    for group in consistent:
        land = geometry if met[group] else _land(terrain, feature, group)
        shapes.setdefault(terrain.groups[group].measure_id, []).append(land)
    return tuple(greedy_cover(geometry, {name: shapely.union_all(lands) for name, lands in shapes.items()}))


def _met(terrain: Terrain, feature: int) -> dict[int, bool]:
    """Return the groups that overlap a parcel, and whether one polygon of each covers all of it."""
    found = terrain.overlaps
    at = terrain.overlaps_of.get(feature, ())
    return {int(found.group[i]): bool(found.inside[i]) for i in at if found.size[i] > 0}


def _land(terrain: Terrain, feature: int, group: int) -> shapely.Geometry:
    """Unite a group's polygons round a parcel."""
    polygons = terrain.pairs.polygon[terrain.pairs_of[feature]]
    own = terrain.polygons[polygons[terrain.group_of[polygons] == group]]
    _, covers = split.localised(terrain.geometries[feature], zones=(), covers=[Cover(0, own)])
    return covers[0].polygons[0] if covers else shapely.Polygon()


def _meets(geometry: shapely.Geometry, land: shapely.Geometry) -> bool:
    only = np.zeros(1, dtype=np.int64)
    shapes = np.array([geometry], dtype=object), np.array([land], dtype=object)
    return bool((match_pairs(*shapes, left=only, right=only).size > NO_AREA_M2).any())
