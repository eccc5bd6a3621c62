"""Areas by the sweep, lines, points and the smallest areas the plain way, told together."""

from collections.abc import Iterator

import numpy as np
import shapely

from lnrs_geo.spatial import tolerance
from lnrs_geo.spatial.engine import Layer
from lnrs_geo.spatial.engine.ground import Ground, corners, square_name
from lnrs_geo.spatial.engine.matching import match_areas, suited
from lnrs_geo.spatial.engine.outlines import outlines
from lnrs_geo.spatial.engine.printable import settled
from lnrs_geo.spatial.engine.squares import SQUARE_M
from lnrs_geo.spatial.match import Geometries, Overlaps, Pairs, Rows, match, overlaps


def match_mixed(
    parcels: Geometries, layer: Layer, *, reach_m: float, keep: bool
) -> tuple[Pairs, Overlaps, tuple[Rows, Rows]]:
    """Do the work of `engine.match`."""
    polygons = layer.polygons
    fit, shapes = suited(parcels)
    rest = parcels.copy()
    rest[fit] = None
    pairs = match(rest, polygons)
    plain = pairs, overlaps(pairs, layer.groups, parcels=parcels), _near(rest, polygons, reach_m)
    if not fit.any():
        return plain
    ground = Ground(layer)
    areas = match_areas(parcels[fit], shapes, ground, reach_m=reach_m, keep=keep)
    areas = settled(areas, parcels[fit], ground)
    row = np.flatnonzero(fit)
    return (
        _pairs(plain[0], areas.pairs, row),
        _overlaps(plain[1], areas.overlaps, row),
        (
            np.concatenate([plain[2][0], row[areas.near_parcels]]),
            np.concatenate([plain[2][1], areas.near_polygons]),
        ),
    )


def _near(parcels: Geometries, polygons: Geometries, reach_m: float) -> tuple[Rows, Rows]:
    if reach_m < 0:
        nothing = np.empty(0, np.int64)
        return nothing, nothing
    return tolerance.near_pairs(parcels, polygons, tolerance_m=reach_m)


def _pairs(plain: Pairs, areas: Pairs, row: Rows) -> Pairs:
    parcel = np.concatenate([plain.parcel, row[areas.parcel]])
    polygon = np.concatenate([plain.polygon, areas.polygon])
    order = np.lexsort((polygon, parcel))
    rest = (
        np.concatenate([getattr(one, name) for one in (plain, areas)])[order]
        for name in ("inside", "size", "piece")
    )
    return Pairs(parcel[order], polygon[order], *rest)


def _overlaps(plain: Overlaps, areas: Overlaps, row: Rows) -> Overlaps:
    parcel = np.concatenate([plain.parcel, row[areas.parcel]])
    group = np.concatenate([plain.group, areas.group])
    order = np.lexsort((group, parcel))
    rest = (
        np.concatenate([getattr(one, name) for one in (plain, areas)])[order]
        for name in ("size", "share", "inside")
    )
    return Overlaps(parcel[order], group[order], *rest)


def build_squares(layer: Layer, *, area: Geometries | None) -> Iterator[str]:
    """Do the work of `engine.build`."""
    ground = Ground(layer)
    wanted = None if area is None else shapely.union_all(area)
    for corner in corners(ground.boxes):
        box = shapely.box(*corner, corner[0] + SQUARE_M, corner[1] + SQUARE_M)
        if wanted is not None and not shapely.intersects(wanted, box):
            continue
        if ground.sheet(corner, around=tuple(box.bounds), keep=True) is None:
            continue
        # the first parcel ever matched has the code compiled; better now than in somebody's run
        small = np.array([shapely.box(*corner, corner[0] + 1.5, corner[1] + 1.5)])
        match_areas(small, outlines(small), ground, reach_m=1.0, keep=False)
        yield square_name(corner)
