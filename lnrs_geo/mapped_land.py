"""Which mapped polygons lie over a part of a parcel, and which measures a High part relies on."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import shapely

from lnrs_geo.coverage import Coverage
from lnrs_geo.spatial import split
from lnrs_geo.spatial.clip import Geometries, surroundings, trimmed
from lnrs_geo.spatial.cover import greedy_cover
from lnrs_geo.spatial.match import NO_AREA_M2, match_pairs
from lnrs_geo.spatial.split import Cover

# More than this no arithmetic makes of nothing.
CLEARLY_M2 = 0.01


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

    def groups_over(
        self,
        feature: int,
        geometry: shapely.Geometry,
        *,
        whole: bool,
        known: Mapping[int, bool] = MappingProxyType({}),
    ) -> list[int]:
        """Return the groups of polygons that overlap a part.

        Parameters
        ----------
        feature
            The parcel's row number.
        geometry
            The part.
        whole
            True where the part is all of the parcel: what overlaps the parcel then overlaps the part.
        known
            What is known already: whether a group overlaps the part.
        """
        met = self.met(feature)
        if whole:
            return list(met)
        return [
            group
            for group, (inside, _) in met.items()
            if inside or (known[group] if group in known else self._meets(feature, geometry, group))
        ]

    def relied_on(
        self, feature: int, geometry: shapely.Geometry, *, consistent: Sequence[int]
    ) -> tuple[str, ...]:
        """Choose the measures that a High part relies on among its consistent groups (rules 2.6)."""
        met, groups = self.met(feature), self.coverage.groups
        names = sorted({groups[group].measure_id for group in consistent})
        if all(met[group][0] for group in consistent):
            # each of them covers all of the part, the largest share there can be: ties go by id
            return tuple(names[:1])
        if len(names) == 1 and geometry.area > CLEARLY_M2:
            return tuple(names)
        shapes: dict[str, list[shapely.Geometry]] = {}
        for group in consistent:
            land = geometry if met[group][0] else self._land(feature, group)
            shapes.setdefault(groups[group].measure_id, []).append(land)
        return tuple(
            greedy_cover(geometry, {name: shapely.union_all(lands) for name, lands in shapes.items()})
        )

    def met(self, feature: int) -> dict[int, tuple[bool, float]]:
        """Return the groups that overlap a parcel: whether one polygon covers all of it, and the overlap."""
        found = self.coverage.overlaps
        at = self.coverage.overlaps_of.get(feature)
        if at is None:
            return {}
        at = at[found.size[at] > 0]
        facts = zip(found.inside[at].tolist(), found.size[at].tolist(), strict=True)
        return dict(zip(found.group[at].tolist(), facts, strict=True))

    def _meets(self, feature: int, geometry: shapely.Geometry, group: int) -> bool:
        """Say whether a group overlaps a part by more than the arithmetic."""
        if int(shapely.get_dimensions(geometry)) == 2:
            box = surroundings(self.parcels[feature], reach_m=split.ROUND_THE_PARCEL_M)
            polygons = trimmed(self._polygons(feature, group), box)
            shared = shapely.area(shapely.intersection(geometry, polygons))
            if shared.max() > NO_AREA_M2 or shared.sum() <= NO_AREA_M2:
                return bool(shared.max() > NO_AREA_M2)
        only = np.zeros(1, dtype=np.int64)
        shapes = np.array([geometry], dtype=object), np.array([self._land(feature, group)], dtype=object)
        return bool((match_pairs(*shapes, left=only, right=only).size > NO_AREA_M2).any())

    def _land(self, feature: int, group: int) -> shapely.Geometry:
        """Unite a group's polygons round a parcel."""
        own = self._polygons(feature, group)
        _, covers = split.localised(self.parcels[feature], zones=(), covers=[Cover(0, own)])
        return covers[0].polygons[0] if covers else shapely.Polygon()

    def _polygons(self, feature: int, group: int) -> Geometries:
        one = self.coverage
        met = one.pairs.polygon[one.pairs_of[feature]]
        own: Geometries = one.polygons[met[one.group_of[met] == group]]
        return own
