"""Pairs of which the sums leave open how they meet: GEOS's predicates on the polygons themselves decide."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.spatial.engine.outlines import Floats, Geometries, Ints, Outlines, outlines
from lnrs_geo.spatial.engine.within import lies_within
from lnrs_geo.spatial.match import match_pairs
from lnrs_geo.spatial.prepared import prepared

Flags = npt.NDArray[np.bool_]

# Polygons with more corners than this are left to GEOS, which prepares them once for all their parcels.
MANY_CORNERS = 2_000


class Settled(NamedTuple):
    """Of each pair asked: does it meet, does the parcel lie inside, the land shared in m2, and was it overlaid."""

    meets: Flags
    inside: Flags
    size: Floats
    overlaid: Flags


class Asked(NamedTuple):
    """Pairs that hang on a hair, sorted by parcel, then polygon.

    Attributes
    ----------
    left, right
        Row numbers of parcel and polygon.
    nothing, all_of_it
        Pairs that surely share no land but rounding, or all of the parcel but rounding; of the others
        everything is asked of GEOS.
    """

    left: Ints
    right: Ints
    nothing: Flags
    all_of_it: Flags


def settle(parcels: Geometries, shapes: Outlines, polygons: Geometries, asked: Asked) -> Settled:
    """Decide pairs that hang on a hair.

    Parameters
    ----------
    parcels, shapes
        All parcels, as geometries and as outlines.
    polygons
        All mapped polygons.
    """
    left, right, nothing, all_of_it = asked
    flags = np.zeros((3, len(left)), np.bool_)
    found = Settled(flags[0], flags[1], np.zeros(len(left)), flags[2])
    at = np.flatnonzero(nothing)
    found.meets[at] = _meeting(parcels, polygons, left[at], right[at])
    at = np.flatnonzero(all_of_it)
    sure = _surely_within(shapes, polygons, left[at], right[at])
    found.meets[at[sure]] = found.inside[at[sure]] = True
    found.size[at[sure]] = shapely.area(parcels[left[at[sure]]])
    rest = ~nothing & ~all_of_it
    rest[at[~sure]] = True
    at = np.flatnonzero(rest)
    found.overlaid[at] = True
    told = match_pairs(parcels, polygons, left=left[at], right=right[at])
    place = np.searchsorted(left[at] * len(polygons) + right[at], told.parcel * len(polygons) + told.polygon)
    found.meets[at[place]], found.inside[at[place]], found.size[at[place]] = True, told.inside, told.size
    return found


def _meeting(parcels: Geometries, polygons: Geometries, left: Ints, right: Ints) -> Flags:
    used, which = np.unique(right, return_inverse=True)
    asked = prepared(polygons[used])
    order = np.argsort(right, kind="stable")  # each polygon is asked in a row
    meets = np.empty(len(left), np.bool_)
    meets[order] = shapely.intersects(asked[which[order]], parcels[left[order]])
    return meets


def _surely_within(shapes: Outlines, polygons: Geometries, left: Ints, right: Ints) -> Flags:
    small = np.flatnonzero(shapely.get_num_coordinates(polygons[right]) <= MANY_CORNERS)
    sure = np.zeros(len(left), np.bool_)
    used, which = np.unique(right[small], return_inverse=True)
    sure[small] = lies_within(shapes, left[small], outlines(polygons[used]), which)
    return sure
