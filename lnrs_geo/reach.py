"""How far a row reaches: the zones and the mapped polygons that bear on it, and what is borderline."""

import numpy as np
import shapely

from lnrs_geo.judge import HIGH, STRONGEST_FIRST, Judge
from lnrs_geo.rows import FeatureRow
from lnrs_geo.spatial import tolerance
from lnrs_geo.spatial.clip import Geometries, areal_only
from lnrs_geo.spatial.split import Cover, Piece, Zone
from lnrs_geo.terrain import Terrain


class Reach:
    """What the splitter has to know of the land round a row.

    Parameters
    ----------
    terrain
        The surveyed land.
    judge
        Answers for rows at places.
    tolerance_m
        Positional tolerance; it flags parts as borderline.
    """

    def __init__(self, terrain: Terrain, judge: Judge, *, tolerance_m: float) -> None:
        self.terrain, self.judge, self.tolerance_m = terrain, judge, tolerance_m
        self._lands = np.array([land.geometry for land in terrain.lands], dtype=object)

    def zones(self, row: FeatureRow) -> list[Zone]:
        """Return the zones a parcel reaches into, the rest of the land last."""
        numbers = self.terrain.zones_of.get(row.feature, [])
        if row.feature in self.terrain.zones_near or not numbers:
            numbers = sorted({*numbers, *self._zones_around(row)})
        return [
            Zone(
                number,
                None if number == self.judge.rest else self.terrain.lands[number].geometry,
                self.judge.code(row, number, ()),
                self.judge.map_of(row, self.judge.lnrs_of(number)) is not None,
            )
            for number in [*numbers, self.judge.rest]
        ]

    def _zones_around(self, row: FeatureRow) -> list[int]:
        around = shapely.box(*shapely.bounds(self.terrain.geometries[row.feature]))
        found: list[int] = np.flatnonzero(shapely.dwithin(self._lands, around, self.tolerance_m)).tolist()
        return found

    def covers(self, row: FeatureRow, zones: list[Zone], *, near: bool = False) -> list[Cover]:
        """Gather the polygons that a parcel meets by the answer they would give, strongest first.

        Where a parcel reaches into LNRSs that different maps answer for, each map stays on its own land.
        """
        mapped = list(dict.fromkeys(self.judge.lnrs_of(zone.number) for zone in zones if zone.covered))
        found: list[Cover] = []
        for lnrs_id in mapped:
            polygons = self._met(row, lnrs_id, near=near)
            covers = self.judge.covers(row, polygons, lnrs_id=lnrs_id)
            if len(mapped) > 1:
                own = [
                    zone.geometry
                    for zone in zones
                    if zone.geometry and self.judge.lnrs_of(zone.number) == lnrs_id
                ]
                land = shapely.union_all(own)
                covers = [Cover(one.code, _within(one.polygons, land)) for one in covers]
            found += covers
        return sorted(found, key=lambda cover: STRONGEST_FIRST.index(cover.code))

    def _met(self, row: FeatureRow, lnrs_id: str, *, near: bool) -> list[int]:
        """Return the polygons of an LNRS's map that a parcel meets, with those within the tolerance or without."""
        found = self.judge.map_of(row, lnrs_id)
        if found is None:
            return []
        one = found.coverage
        met = [int(one.pairs.polygon[i]) for i in one.pairs_of.get(row.feature, ())]
        return sorted({*met, *one.near.get(row.feature, [])}) if near else met

    def single_code(self, row: FeatureRow, zone: Zone) -> int | None:
        """Return the one answer of a parcel in one zone; None where measures have to cut it."""
        lnrs_id = self.judge.lnrs_of(zone.number)
        found = self.judge.map_of(row, lnrs_id)
        at = found.coverage.pairs_of.get(row.feature) if found is not None else None
        if found is None or at is None:
            return zone.default
        pairs = found.coverage.pairs
        whole = [int(pairs.polygon[i]) for i in at if pairs.inside[i]]
        partial = [int(pairs.polygon[i]) for i in at if not pairs.inside[i] and pairs.size[i] > 0]
        base = [cover.code for cover in self.judge.covers(row, whole, lnrs_id=lnrs_id)]
        code = base[0] if base else zone.default
        beside = [cover.code for cover in self.judge.covers(row, partial, lnrs_id=lnrs_id)]
        if not base:
            return code if all(other == code for other in beside) else None
        stronger = STRONGEST_FIRST[: STRONGEST_FIRST.index(code)]
        return None if any(other in stronger for other in beside) else code

    def borderline(
        self, row: FeatureRow, geometry: shapely.Geometry, pieces: list[Piece], zones: list[Zone]
    ) -> list[bool]:
        """Say of each piece whether its answer would change if a boundary moved by the tolerance."""
        on_edge = [piece.on_edge or piece.along_edge for piece in pieces]
        at_zone_edge = row.feature in self.terrain.zones_near
        maps = [
            one
            for zone in zones
            if (one := self.judge.map_of(row, self.judge.lnrs_of(zone.number))) is not None
        ]
        near = {polygon for one in maps for polygon in one.coverage.near.get(row.feature, [])}
        if not near and not at_zone_edge:
            return on_edge
        if len(pieces) == 1 and not at_zone_edge:
            lnrs_id = self.judge.lnrs_of(pieces[0].zone)
            pairs = maps[0].coverage.pairs
            at = maps[0].coverage.pairs_of.get(row.feature, ())
            firm = [number for i in at if pairs.inside[i] and (number := int(pairs.polygon[i])) not in near]
            if any(cover.code == HIGH for cover in self.judge.covers(row, firm, lnrs_id=lnrs_id)):
                return on_edge
        covers = self.covers(row, zones, near=True)
        inside = self.terrain.inside_zone.get(row.feature)
        if inside is not None and not at_zone_edge:
            # no zone's edge comes near: its one zone is all the land there is
            zones = [
                Zone(one.number, None, one.default, one.covered) for one in zones if one.number == inside
            ]
        answers = {piece.code for piece in pieces} | {cover.code for cover in covers}
        if len(answers | {zone.default for zone in zones}) == 1:
            return on_edge  # whatever moves, the answer is the same
        moved = tolerance.borderline(
            geometry, pieces, zones=zones, covers=covers, tolerance_m=self.tolerance_m
        )
        return [a or b for a, b in zip(on_edge, moved, strict=True)]


def _within(polygons: Geometries, land: shapely.Geometry) -> Geometries:
    """Return what lies within a piece of land; what only touches it goes."""
    found: Geometries = areal_only(shapely.intersection(polygons, land))
    kept: Geometries = found[shapely.get_dimensions(found) == 2]
    return kept
