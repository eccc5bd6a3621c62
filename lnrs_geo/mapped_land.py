"""Which mapped polygons lie over a part of a parcel, and which measures a High part relies on."""

import numpy as np
import shapely

from lnrs_geo.coverage import Coverage
from lnrs_geo.spatial import split
from lnrs_geo.spatial.clip import Geometries
from lnrs_geo.spatial.cover import greedy_cover
from lnrs_geo.spatial.match import NO_AREA_M2, match_pairs
from lnrs_geo.spatial.split import Cover


class MappedLand:
    """The land of a coverage as single parcels meet it.

    Parameters
    ----------
    coverage
        The measures, or the documents of planning authorities.
    parcels
        The geometries of all parcels, by row number.
    """

    def __init__(self, coverage: Coverage, parcels: Geometries) -> None:
        self.coverage, self.parcels = coverage, parcels

    def groups_over(self, feature: int, geometry: shapely.Geometry, *, whole: bool) -> list[int]:
        """Return the groups of polygons that overlap a part.

        Parameters
        ----------
        feature
            The parcel's row number.
        geometry
            The part.
        whole
            True where the part is all of the parcel: what overlaps the parcel then overlaps the part.
        """
        met = self._met(feature)
        if whole:
            return list(met)
        return [
            group for group, inside in met.items() if inside or _meets(geometry, self._land(feature, group))
        ]

    def relied_on(
        self, feature: int, geometry: shapely.Geometry, *, consistent: list[int]
    ) -> tuple[str, ...]:
        """Choose the measures that a High part relies on among its consistent groups (rules 2.6)."""
        met, groups = self._met(feature), self.coverage.groups
        if all(met[group] for group in consistent):
            # each of them covers all of the part, the largest share there can be: ties go by id
            return tuple(sorted(groups[group].measure_id for group in consistent)[:1])
        shapes: dict[str, list[shapely.Geometry]] = {}
        for group in consistent:
            land = geometry if met[group] else self._land(feature, group)
            shapes.setdefault(groups[group].measure_id, []).append(land)
        return tuple(
            greedy_cover(geometry, {name: shapely.union_all(lands) for name, lands in shapes.items()})
        )

    def _met(self, feature: int) -> dict[int, bool]:
        """Return the groups that overlap a parcel, and whether one polygon of each covers all of it."""
        found = self.coverage.overlaps
        at = self.coverage.overlaps_of.get(feature, ())
        return {int(found.group[i]): bool(found.inside[i]) for i in at if found.size[i] > 0}

    def _land(self, feature: int, group: int) -> shapely.Geometry:
        """Unite a group's polygons round a parcel."""
        one = self.coverage
        polygons = one.pairs.polygon[one.pairs_of[feature]]
        own = one.polygons[polygons[one.group_of[polygons] == group]]
        _, covers = split.localised(self.parcels[feature], zones=(), covers=[Cover(0, own)])
        return covers[0].polygons[0] if covers else shapely.Polygon()


def _meets(geometry: shapely.Geometry, land: shapely.Geometry) -> bool:
    only = np.zeros(1, dtype=np.int64)
    shapes = np.array([geometry], dtype=object), np.array([land], dtype=object)
    return bool((match_pairs(*shapes, left=only, right=only).size > NO_AREA_M2).any())
