"""Cut a parcel into parts where the answer changes.

Nothing here knows what an answer means: codes are opaque numbers. Covers come strongest first, so
land under two of them takes the code of the first; land under none takes the default of its zone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from lnrs_geo.spatial import slivers
from lnrs_geo.spatial.clip import Box, Geometries, areal_only, clip, surroundings
from lnrs_geo.spatial.linear import cut_line, cut_points
from lnrs_geo.spatial.match import NO_AREA_M2

LAST_RESORT_GRID_M = 0.001
ROUND_THE_PARCEL_M = 50.0


@dataclass(frozen=True, slots=True)
class Cover:
    """Land under polygons that give it `code`; of an area in the `zones` of these numbers alone, if given."""

    code: int
    polygons: Geometries
    zones: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """Land of one strategy area and one authority; `geometry` None stands for all that is left.

    `default` is the code of land under no cover; `covered` is False where covers do not count.
    """

    number: int
    geometry: shapely.Geometry | None
    default: int
    covered: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the parcel (multipart allowed) of one code in one zone.

    `along_edge` is true where a stretch of a line wanders along an edge and was not cut; `on_edge` where
    a point lies on the edge of two zones. `exchanged` is how much land of the parcel changed hands as
    slivers, in m2; infinite where that alone does not tell the piece from the land of its code.
    """

    code: int
    zone: int
    geometry: shapely.Geometry
    along_edge: bool = False
    on_edge: bool = False
    exchanged: float = math.inf


@dataclass(frozen=True, slots=True)
class Cut:
    """The pieces of a parcel by (code, zone), the slivers that were given away, and a grid's toll.

    `sliver_sizes` are in m2 or m. `grid_change_m2` is None unless the last-resort grid was needed.
    """

    pieces: tuple[Piece, ...]
    sliver_sizes: tuple[float, ...] = ()
    grid_change_m2: float | None = None


def cut(parcel: shapely.Geometry, *, zones: Sequence[Zone], covers: Sequence[Cover]) -> Cut:
    """Cut a parcel by zones and covers; connected slivers go to their neighbour (rules section 7).

    Parameters
    ----------
    parcel
        A valid polygon, line or point (multipart allowed) in EPSG:27700.
    zones
        In the order in which they claim land; together they must claim all of the parcel.
    covers
        Strongest first.

    Returns
    -------
    Pieces that do not overlap and sum to the parcel within 0.01 m2 (lines 0.001 m).
    """
    dimension = int(shapely.get_dimensions(parcel))
    if dimension < 2:
        near = localised(parcel, zones=zones, covers=covers)
        return _lineal(parcel, *near) if dimension == 1 else _punctual(parcel, *near)
    try:
        return _areal(parcel, *localised(parcel, zones=zones, covers=covers))
    except shapely.GEOSException:
        return _on_grid(parcel, zones=zones, covers=covers)


def _on_grid(parcel: shapely.Geometry, *, zones: Sequence[Zone], covers: Sequence[Cover]) -> Cut:
    """Cut a parcel on a 1 mm grid: the last resort, for this parcel alone (rules section 7)."""
    box = surroundings(parcel, reach_m=ROUND_THE_PARCEL_M)
    snapped = shapely.set_precision(parcel, LAST_RESORT_GRID_M)
    if snapped.is_empty:
        snapped = parcel  # thinner than the grid
    near_zones, near_covers = localised(
        snapped,
        zones=[
            Zone(one.number, _snapped(one.geometry, box), one.default, one.covered) if one.geometry else one
            for one in zones
        ],
        covers=[
            replace(
                one, polygons=np.array([_snapped(polygon, box) for polygon in one.polygons], dtype=object)
            )
            for one in covers
        ],
    )
    result = _areal(snapped, near_zones, near_covers)
    # a geometry remembers its grid, and whatever is laid over it later would be rounded too
    pieces = tuple(
        replace(piece, geometry=shapely.set_precision(piece.geometry, 0.0), exchanged=math.inf)
        for piece in result.pieces
    )
    return Cut(pieces, result.sliver_sizes, float(snapped.area - parcel.area))


def _snapped(polygon: shapely.Geometry, box: Box) -> shapely.Geometry:
    local = clip(np.array([polygon], dtype=object), box)
    return areal_only(shapely.set_precision(local, LAST_RESORT_GRID_M))[0]


def localised(
    parcel: shapely.Geometry, *, zones: Sequence[Zone], covers: Sequence[Cover]
) -> tuple[list[Zone], list[Cover]]:
    """Clip zones and covers to the surroundings of a parcel, so that cutting costs what is near."""
    box = surroundings(parcel, reach_m=ROUND_THE_PARCEL_M)
    near_zones = [
        zone
        if zone.geometry is None
        else Zone(
            zone.number, clip(np.array([zone.geometry], dtype=object), box)[0], zone.default, zone.covered
        )
        for zone in zones
    ]
    near_covers = []
    for cover in covers:
        local = clip(cover.polygons, box)
        local = local[~shapely.is_empty(local)]
        if len(local):
            near_covers.append(replace(cover, polygons=np.array([_union(local)], dtype=object)))
    return near_zones, near_covers


def _union(polygons: Geometries) -> shapely.Geometry:
    return polygons[0] if len(polygons) == 1 else shapely.union_all(polygons)


def cells(
    land: shapely.Geometry, *, zones: Sequence[Zone], covers: Sequence[Cover]
) -> dict[tuple[int, int], shapely.Geometry]:
    """Partition land by (code, zone) without minding slivers; zones and covers already local."""
    found: dict[tuple[int, int], list[shapely.Geometry]] = {}
    rest = land
    for zone in zones:
        if zone.geometry is None:
            here, rest = rest, shapely.Polygon()
        else:
            here, rest = _apart(rest, zone.geometry)
        for cover in covers if zone.covered else ():
            if cover.zones is not None and zone.number not in cover.zones:
                continue
            under, here = _apart(here, cover.polygons[0])
            if under.area > NO_AREA_M2:
                found.setdefault((cover.code, zone.number), []).append(under)
        if here.area > NO_AREA_M2:
            found.setdefault((zone.default, zone.number), []).append(here)
        if rest.is_empty:
            break
    return {key: _union(np.array(found[key], dtype=object)) for key in sorted(found)}


def _apart(land: shapely.Geometry, polygon: shapely.Geometry) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return the land inside a polygon and the land outside it."""
    inside = _areas(shapely.intersection(land, polygon))
    # a cut that only scrapes an edge would leave dust on both sides: the land stays as it was
    if inside.area <= NO_AREA_M2:
        return shapely.Polygon(), land
    outside = _areas(shapely.difference(land, polygon))
    if outside.area <= NO_AREA_M2:
        return land, shapely.Polygon()
    return inside, outside


def _areas(geometry: shapely.Geometry) -> shapely.Geometry:
    return areal_only(np.array([geometry], dtype=object))[0]


def _areal(parcel: shapely.Geometry, zones: Sequence[Zone], covers: Sequence[Cover]) -> Cut:
    found = cells(parcel, zones=zones, covers=covers)
    if not found:
        # the parcel is no larger than the arithmetic: it lies where its middle lies
        middle = cut_points(parcel.representative_point(), lookup=_regions(zones, covers))
        return Cut(tuple(Piece(code, zone, parcel) for code, zone in middle))
    if len(found) == 1:
        return Cut(tuple(Piece(code, zone, parcel) for code, zone in found))
    kept, given_away = slivers.absorb(found)
    if len(kept) == 1:
        (code, zone) = next(iter(kept))
        return Cut((Piece(code, zone, parcel),), given_away)
    exchanged = sum(given_away) if len({zone for _, zone in kept}) == 1 else math.inf
    pieces = tuple(Piece(code, zone, kept[code, zone], exchanged=exchanged) for code, zone in sorted(kept))
    return Cut(pieces, given_away)


def _lineal(parcel: shapely.Geometry, zones: Sequence[Zone], covers: Sequence[Cover]) -> Cut:
    stretches = cut_line(parcel, lookup=_regions(zones, covers))
    pieces = [
        Piece(key[0], key[1], geometry, along_edge=wandering)
        for key, (geometry, wandering) in sorted(stretches.parts.items())
    ]
    return Cut(tuple(pieces), stretches.given_away)


def _punctual(parcel: shapely.Geometry, zones: Sequence[Zone], covers: Sequence[Cover]) -> Cut:
    found = cut_points(parcel, lookup=_regions(zones, covers))
    return Cut(
        tuple(Piece(*key, geometry, on_edge=on_edge) for key, (geometry, on_edge) in sorted(found.items()))
    )


def _regions(
    zones: Sequence[Zone], covers: Sequence[Cover]
) -> tuple[list[tuple[int, shapely.Geometry | None, int, bool]], list[tuple[int, shapely.Geometry]]]:
    return (
        [(zone.number, zone.geometry, zone.default, zone.covered) for zone in zones],
        [(cover.code, cover.polygons[0]) for cover in covers],
    )
