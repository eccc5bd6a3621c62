"""Printed overlaps come from GEOS: where a sum and GEOS could round to different digits, GEOS is asked.

Both agree far beyond the digits that are printed, so only figures that lie next to a half of the last
printed digit can differ: a few in ten thousand.
"""

from dataclasses import replace

import numpy as np

from lnrs_geo.spatial.engine.ground import Ground
from lnrs_geo.spatial.engine.matching import Flags, Matched
from lnrs_geo.spatial.engine.outlines import Floats, Geometries
from lnrs_geo.spatial.match import match_pairs, overlaps

# Decimals of an overlap in m2 and of a share as they are printed, and how far sum and GEOS may be apart:
# a hundred times what was ever seen.
SIZE_DECIMALS, SIZE_ERROR_M2 = 2, 1e-6
SHARE_DECIMALS, SHARE_ERROR = 6, 1e-9


def settled(matched: Matched, parcels: Geometries, ground: Ground) -> Matched:
    """Return the same with GEOS's figure wherever the printed one hangs on the last digit.

    Parameters
    ----------
    matched
        As `matching.match_areas` has it.
    parcels, ground
        What it was asked about.
    """
    found, pairs = matched.overlaps, matched.pairs
    open_ = _hangs(found.size, SIZE_DECIMALS, SIZE_ERROR_M2) | _hangs(
        found.share, SHARE_DECIMALS, SHARE_ERROR
    )
    open_ &= ~found.inside & (found.size > 0)
    if not open_.any():
        return matched
    n = int(ground.groups.max()) + 1
    keys = found.parcel * n + found.group
    chosen = np.isin(pairs.parcel * n + ground.groups[pairs.polygon], keys[open_])
    told = match_pairs(parcels, ground.polygons, left=pairs.parcel[chosen], right=pairs.polygon[chosen])
    exact = overlaps(told, ground.groups, parcels=parcels)
    at = np.searchsorted(keys, exact.parcel * n + exact.group)
    size, share = found.size.copy(), found.share.copy()
    size[at], share[at] = exact.size, exact.share
    return replace(matched, overlaps=replace(found, size=size, share=share))


def _hangs(values: Floats, decimals: int, error: float) -> Flags:
    """Say which values lie so near the middle between two printed figures that they may round either way."""
    scaled = values * 10**decimals
    return np.asarray(np.abs(scaled - np.floor(scaled) - 0.5) <= error * 10**decimals)
