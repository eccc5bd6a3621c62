"""How far a row reaches: the zones and the mapped polygons that bear on it, and what is borderline."""

from dataclasses import replace

import numpy as np
import shapely

from lnrs_geo.answers import Answers
from lnrs_geo.judge import HIGH, STRONGEST_FIRST
from lnrs_geo.rows import FeatureRow
from lnrs_geo.spatial import tolerance
from lnrs_geo.spatial.clip import Geometries, areal_only
from lnrs_geo.spatial.match import ON_EDGE_M
from lnrs_geo.spatial.split import Cover, Piece, Zone
from lnrs_geo.terrain import Terrain

# Each side of a border is as wide as an edge, and a little more for the arithmetic.
KEEP_OFF_M = 2.5 * ON_EDGE_M
NOWHERE = np.empty(0, dtype=np.int64)


class Reach:
    """What the splitter has to know of the land round a row.

    Parameters
    ----------
    terrain
        The surveyed land.
    answers
        Answers for rows at places.
    tolerance_m
        Positional tolerance; it flags parts as borderline.
    """

    def __init__(self, terrain: Terrain, answers: Answers, *, tolerance_m: float) -> None:
        self.terrain, self.answers, self.tolerance_m = terrain, answers, tolerance_m
        self._lands = np.array([land.geometry for land in terrain.lands], dtype=object)

    def zones(self, row: FeatureRow) -> list[Zone]:
        """Return the zones a parcel reaches into, the rest of the land last."""
        numbers = self.terrain.zones_of.get(row.feature, [])
        if row.feature in self.terrain.zones_near or not numbers:
            numbers = sorted({*numbers, *self._zones_around(row)})
        return [self.answers.zone(row, number) for number in [*numbers, self.answers.rest]]

    def _zones_around(self, row: FeatureRow) -> list[int]:
        around = shapely.box(*shapely.bounds(self.terrain.geometries[row.feature]))
        found: list[int] = np.flatnonzero(shapely.dwithin(self._lands, around, self.tolerance_m)).tolist()
        return found

    def covers(self, row: FeatureRow, zones: list[Zone], *, near: bool = False) -> list[Cover]:
        """Gather the polygons that a parcel meets by the answer they would give, strongest first.

        Where a parcel reaches into LNRSs that different maps answer for, each map stays on its own land.
        """
        mapped = list(dict.fromkeys(self.answers.lnrs_of(zone.number) for zone in zones if zone.covered))
        found: list[Cover] = []
        for lnrs_id in mapped:
            polygons = self._met(row, lnrs_id, near=near)
            covers = self.answers.covers(row, polygons, lnrs_id=lnrs_id)
            if covers and len(mapped) > 1:
                covers = self._on_own_land(covers, row, zones, lnrs_id)
            found += covers
        return sorted(found, key=lambda cover: STRONGEST_FIRST.index(cover.code))

    def _on_own_land(
        self, covers: list[Cover], row: FeatureRow, zones: list[Zone], lnrs_id: str
    ) -> list[Cover]:
        """Keep the map of an LNRS on its own zones.

        On the edge is in, so a line or tree on a border meets the maps of both sides: the map of the side
        that does not have it keeps away by more than the width of an edge.
        """
        own = frozenset(zone.number for zone in zones if self.answers.lnrs_of(zone.number) == lnrs_id)
        if int(shapely.get_dimensions(self.terrain.geometries[row.feature])) == 2:
            return [replace(one, zones=own) for one in covers]
        land = shapely.union_all([zone.geometry for zone in zones if zone.geometry and zone.number in own])
        first = next(at for at, zone in enumerate(zones) if zone.number in own)
        before = shapely.union_all([zone.geometry for zone in zones[:first]])
        land = shapely.difference(land, shapely.buffer(before, KEEP_OFF_M))
        return [replace(one, polygons=_within(one.polygons, land)) for one in covers]

    def _met(self, row: FeatureRow, lnrs_id: str, *, near: bool) -> list[int]:
        """Return the polygons of an LNRS's map that a parcel meets, with those within the tolerance or without."""
        found = self.answers.map_of(row, lnrs_id)
        if found is None:
            return []
        one = found.coverage
        met: list[int] = one.pairs.polygon[one.pairs_of.get(row.feature, NOWHERE)].tolist()
        return sorted({*met, *one.near.get(row.feature, [])}) if near else met

    def single_code(self, row: FeatureRow, zone: Zone) -> int | None:
        """Return the one answer of a parcel in one zone; None where measures have to cut it."""
        lnrs_id = self.answers.lnrs_of(zone.number)
        found = self.answers.map_of(row, lnrs_id)
        at = found.coverage.pairs_of.get(row.feature) if found is not None else None
        if found is None or at is None:
            return zone.default
        pairs = found.coverage.pairs
        met, inside = pairs.polygon[at], pairs.inside[at]
        codes = self.answers.codes(row, met, lnrs_id=lnrs_id)
        if all(code == zone.default for code in codes):
            return zone.default
        base = list(self.answers.codes(row, met[inside], lnrs_id=lnrs_id))
        code = base[0] if base else zone.default
        beside = self.answers.codes(row, met[~inside & (pairs.size[at] > 0)], lnrs_id=lnrs_id)
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
            if (one := self.answers.map_of(row, self.answers.lnrs_of(zone.number))) is not None
        ]
        near = {polygon for one in maps for polygon in one.coverage.near.get(row.feature, [])}
        if not near and not at_zone_edge:
            return on_edge
        firm = self._firm(row, pieces[0], near) if len(pieces) == 1 and not at_zone_edge else []
        if HIGH in firm:
            return on_edge
        covers = self.covers(row, zones, near=True)
        if firm and covers[0].code == firm[0]:
            return on_edge  # one polygon gives all the land round the parcel its answer, and none is stronger
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

    def _firm(self, row: FeatureRow, piece: Piece, near: set[int]) -> list[int]:
        """Return the answers, strongest first, of polygons over a parcel whose own edges are not near it."""
        lnrs_id = self.answers.lnrs_of(piece.zone)
        found = self.answers.map_of(row, lnrs_id)
        at = found.coverage.pairs_of.get(row.feature) if found is not None else None
        if found is None or at is None:
            return []
        pairs = found.coverage.pairs
        firm = [polygon for polygon in pairs.polygon[at][pairs.inside[at]].tolist() if polygon not in near]
        return list(self.answers.codes(row, firm, lnrs_id=lnrs_id))


def _within(polygons: Geometries, land: shapely.Geometry) -> Geometries:
    """Return what lies within a piece of land; what only touches it goes."""
    found: Geometries = areal_only(shapely.intersection(polygons, land))
    kept: Geometries = found[shapely.get_dimensions(found) == 2]
    return kept
