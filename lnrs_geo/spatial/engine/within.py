"""Does a polygon lie within another along whose edges it runs? Told without an overlay where that is safe.

Fields lie within mapped land that was drawn along the same hedges, so most of their edges are edges of
the other polygon too, to the last digit. The remaining edges then either keep clear of the other's
boundary or leave it at a common corner, and so lie all inside or all outside.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from lnrs_geo.spatial.engine.measuring import distance2, to_stretch2
from lnrs_geo.spatial.engine.outlines import Ints, Outlines

# Squared distance in m2 at which an edge keeps clear of another: rounding is a thousand times less.
CLEAR2 = 1e-12


@njit(cache=True, nogil=True)
def lies_within(inner: Outlines, left: Ints, outer: Outlines, right: Ints) -> npt.NDArray[np.bool_]:
    """Say of pairs whether the one surely lies within the other; False where that is not sure.

    The caller knows already that the area of the inner beyond the outer is nothing but rounding, and
    that no ring is so small as to vanish in it.

    Parameters
    ----------
    inner, left
        Outlines of polygons, and the one of each pair.
    outer, right
        Outlines of the others, and the one of each pair.
    """
    sure = np.zeros(len(left), np.bool_)
    for pair in range(len(left)):
        sure[pair] = _all_within(inner, left[pair], outer, right[pair])
    return sure


@njit(cache=True, nogil=True)
def _all_within(inner: Outlines, one: int, outer: Outlines, other: int) -> bool:
    for ring in range(inner.polygons[one], inner.polygons[one + 1]):
        for at in range(inner.rings[ring], inner.rings[ring + 1] - 1):
            xa, ya, xb, yb = (
                inner.corners[at, 0], inner.corners[at, 1], inner.corners[at + 1, 0], inner.corners[at + 1, 1]
            )  # fmt: skip
            if xa == xb and ya == yb:
                continue  # a corner drawn twice
            if not _edge_within(xa, ya, xb, yb, outer, other):
                return False
    return True


@njit(cache=True, nogil=True)
def _edge_within(xa: float, ya: float, xb: float, yb: float, outer: Outlines, other: int) -> bool:
    """Say whether an edge is one of the other's, or lies clear inside it but for its ends."""
    corners, rings = outer.corners, outer.rings
    clear = True
    crossings = 0
    x, y = (xa + xb) / 2, (ya + yb) / 2
    for ring in range(outer.polygons[other], outer.polygons[other + 1]):
        for at in range(rings[ring], rings[ring + 1] - 1):
            xc, yc, xd, yd = corners[at, 0], corners[at, 1], corners[at + 1, 0], corners[at + 1, 1]
            if xc == xd and yc == yd:
                continue
            if (yc > y) != (yd > y) and x < xc + (y - yc) * (xd - xc) / (yd - yc):
                crossings += 1
            if (
                max(xc, xd) < min(xa, xb) - 1e-3 or min(xc, xd) > max(xa, xb) + 1e-3
                or max(yc, yd) < min(ya, yb) - 1e-3 or min(yc, yd) > max(ya, yb) + 1e-3
            ):  # fmt: skip
                continue
            a_in_c, a_in_d = xa == xc and ya == yc, xa == xd and ya == yd
            b_in_c, b_in_d = xb == xc and yb == yc, xb == xd and yb == yd
            if (a_in_c and b_in_d) or (a_in_d and b_in_c):
                return True  # with no land beyond, on the right side too
            if a_in_c or a_in_d or b_in_c or b_in_d:
                # one corner in common: no more than that, if the far ends keep clear
                far_x, far_y = (xd, yd) if a_in_c or b_in_c else (xc, yc)
                own_x, own_y = (xb, yb) if a_in_c or a_in_d else (xa, ya)
                if (
                    to_stretch2(far_x, far_y, xa, ya, xb - xa, yb - ya) <= CLEAR2
                    or to_stretch2(own_x, own_y, xc, yc, xd - xc, yd - yc) <= CLEAR2
                ):
                    clear = False
            elif distance2((xa, ya, xb, yb), (xc, yc, xd, yd)) <= CLEAR2:
                clear = False
    return clear and crossings % 2 == 1
