"""Match many parcels with many mapped polygons: which meet, how, and by how much.

    swept: sums by pair -> what is plain from the sums | what hangs on a hair: GEOS

Sums of areas decide only where they are far from every limit. Where a pair might touch, lie just inside
or share next to nothing, GEOS's predicates on the polygons themselves decide, as they do in the plain way.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.spatial.engine.ground import DELICATE_M2, Ground
from lnrs_geo.spatial.engine.hair import Asked, settle
from lnrs_geo.spatial.engine.measuring import SAME_CORNER
from lnrs_geo.spatial.engine.outlines import Floats, Geometries, Ints, Outlines, outlines
from lnrs_geo.spatial.engine.swept import Lands, Sums, swept
from lnrs_geo.spatial.match import Overlaps, Pairs, match_pairs, overlaps

Flags = npt.NDArray[np.bool_]

# Smaller parcels are left to GEOS.
SMALLEST_M2 = 1.0
# Boundaries this near may touch: far more than arithmetic, far less than any drawing.
MAY_TOUCH_M = 1e-6
# Sums nearer than this to nothing or to the whole parcel decide nothing where boundaries may touch.
HAIR_M2 = 1e-3
# The error of a sum: measured below 1e-9 m2 for parcels of hectares; it grows with the parcel.
ROUNDING_M2, ROUNDING_SHARE = 1e-7, 1e-12


@dataclass(frozen=True, slots=True)
class Matched:
    """What matching found: pairs and overlaps as the plain way gives them, and who comes near whom.

    `pairs.piece` is None throughout. `near_parcels` and `near_polygons` pair parcels with polygons whose
    boundary comes within the reach asked for.
    """

    pairs: Pairs
    overlaps: Overlaps
    near_parcels: Ints
    near_polygons: Ints


def suited(parcels: Geometries) -> tuple[Flags, Outlines]:
    """Say which parcels the sweep can measure: polygons of at least 1 m2 without tiny rings; with their outlines."""
    fit = (shapely.get_dimensions(parcels) == 2) & ~shapely.is_empty(parcels)
    fit &= shapely.area(parcels) >= SMALLEST_M2
    shapes = outlines(parcels[fit])
    sound = shapes.least >= DELICATE_M2
    fit[fit] = sound
    return fit, shapes if sound.all() else shapes.take(np.flatnonzero(sound))


def match_areas(
    parcels: Geometries, shapes: Outlines, ground: Ground, *, reach_m: float, keep: bool
) -> Matched:
    """Match areas with mapped polygons.

    Parameters
    ----------
    parcels, shapes
        Valid polygons that are `suited`, in EPSG:27700, shape (n,), and their outlines.
    ground
        The mapped polygons.
    reach_m
        How near a boundary has to come to be told, in metres; below 0 nobody asks.
    keep
        Whether squares that nobody has cut yet are made and kept for later runs.
    """
    sums, lands = swept(shapes, shapely.bounds(parcels), ground, reach_m=max(reach_m, MAY_TOUCH_M), keep=keep)
    whole = shapely.area(parcels)
    here = whole[sums.parcel]
    slack = ROUNDING_M2 + ROUNDING_SHARE * here
    may_touch = (sums.near2 <= MAY_TOUCH_M**2) | sums.delicate
    nothing, all_of_it = sums.area <= slack, here - sums.area <= slack
    margin = HAIR_M2 + ROUNDING_SHARE * here
    plainly = (sums.area > margin) & (here - sums.area > margin)
    asked = ~plainly & (may_touch | ~(nothing | all_of_it))
    partial = plainly
    inside = all_of_it & ~asked
    # boundaries with a corner in common meet, whatever else; without land in common they touch
    touch = asked & (sums.near2 == SAME_CORNER) & nothing & ~sums.delicate
    asked &= ~touch
    size = np.where(inside, here, np.where(partial, sums.area, 0.0))
    doubtful = np.flatnonzero(asked)
    sound = ~sums.delicate[doubtful]
    asked_of = Asked(
        sums.parcel[doubtful], sums.polygon[doubtful], nothing[doubtful] & sound, all_of_it[doubtful] & sound
    )
    told = settle(parcels, shapes, ground.polygons, asked_of)
    inside[doubtful], size[doubtful] = told.inside, told.size
    met = partial | inside | touch
    met[doubtful] = told.meets
    pairs = Pairs(
        sums.parcel[met],
        sums.polygon[met],
        inside[met],
        size[met],
        np.full(int(met.sum()), None, dtype=object),
    )
    near = _near(sums, met, inside, size, parcels, ground, reach_m=reach_m)
    overlaid = np.zeros(len(met), np.bool_)
    overlaid[doubtful] = told.overlaid
    alone = np.where(sums.joint, np.maximum(sums.alone, 0.0), size)
    found = _overlaps(pairs, overlaid[met], sums.joint[met], alone[met], lands, ground, parcels, whole)
    return Matched(pairs, found, sums.parcel[near], sums.polygon[near])


def _near(
    sums: Sums,
    met: Flags,
    inside: Flags,
    size: Floats,
    parcels: Geometries,
    ground: Ground,
    *,
    reach_m: float,
) -> Flags:
    """Say of which pairs the polygon's boundary comes within reach of the parcel."""
    if reach_m < 0:
        return np.zeros(len(met), np.bool_)
    distance = np.sqrt(np.maximum(sums.near2, 0.0))
    near = distance <= reach_m
    near |= met & ~inside & (size > 0)  # the boundary runs through the parcel
    unsure = (np.abs(distance - reach_m) <= MAY_TOUCH_M) | (sums.delicate & ~near)
    unsure &= ~(met & ~inside & (size > 0))
    at = np.flatnonzero(unsure)
    used, which = np.unique(sums.polygon[at], return_inverse=True)
    edges = shapely.boundary(ground.polygons[used])
    shapely.prepare(edges)
    near[at] = shapely.dwithin(edges[which], parcels[sums.parcel[at]], reach_m)
    return near


def _overlaps(
    pairs: Pairs,
    overlaid: Flags,
    joint: Flags,
    alone: Floats,
    lands: Lands | None,
    ground: Ground,
    parcels: Geometries,
    whole: Floats,
) -> Overlaps:
    """Sum overlaps by group, counting land once where polygons of a group lie on each other.

    GEOS does it where one of the pairs hung on a hair (`overlaid`), and where the land of polygons
    that lie on each other (`joint`) was not united ahead; of such `alone` is what lies clear of the others.
    """
    n = int(ground.groups.max(initial=0)) + 1
    keys, where = np.unique(pairs.parcel * n + ground.groups[pairs.polygon], return_inverse=True)
    real = pairs.size > 0
    inside, overlapping, for_geos = (
        np.bincount(where, flags, len(keys)) > 0 for flags in (pairs.inside, real, overlaid & real)
    )
    if lands is not None:
        at = np.searchsorted(keys, lands[0] * n + lands[1])
        known = at < len(keys)
        known[known] = keys[at[known]] == (lands[0] * n + lands[1])[known]
        size = np.bincount(at[known], lands[2][known], len(keys)) + np.bincount(where, alone, len(keys))
    else:
        size = np.bincount(where, pairs.size, len(keys))
        several = np.bincount(where, real, len(keys)) > 1
        for_geos |= several & (np.bincount(where, joint & real, len(keys)) > 0)
    chosen = np.flatnonzero((for_geos & ~inside)[where])
    told = match_pairs(parcels, ground.polygons, left=pairs.parcel[chosen], right=pairs.polygon[chosen])
    exact = overlaps(told, ground.groups, parcels=parcels)
    size[np.searchsorted(keys, exact.parcel * n + exact.group)] = exact.size
    parcel = keys // n
    size = np.where(overlapping, size, 0.0)
    size[inside] = whole[parcel[inside]]
    share = size / whole[parcel]
    share[inside] = 1.0
    return Overlaps(parcel, keys % n, np.asarray(size, np.float64), share, inside)
