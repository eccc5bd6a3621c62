"""What compiled code measures of edges: areas above them, distances between them, rings cut at a line."""

from numba import njit

from lnrs_geo.spatial.engine.outlines import Floats

# Instead of a squared distance: boundaries that share a corner to the last digit, and such as cross each other.
SAME_CORNER, CROSSING = -1.0, -2.0
# The two ends of a stretch: x, y, x, y.
Stretch = tuple[float, float, float, float]


@njit(cache=True, nogil=True)
def clip_side(source: Floats, m: int, target: Floats, axis: int, limit: float, beyond: bool) -> int:
    """Keep what of a closed ring lies on one side of a line; the ring may then run along that line."""
    k = 0
    for at in range(m):
        after = at + 1 if at + 1 < m else 0
        xa, ya, xb, yb = source[at, 0], source[at, 1], source[after, 0], source[after, 1]
        a = source[at, axis] - limit if beyond else limit - source[at, axis]
        b = source[after, axis] - limit if beyond else limit - source[after, axis]
        if a >= 0:
            target[k, 0], target[k, 1] = xa, ya
            k += 1
        if (a > 0 and b < 0) or (a < 0 and b > 0):
            t = a / (a - b)
            if axis == 0:
                target[k, 0], target[k, 1] = limit, ya + t * (yb - ya)
            else:
                target[k, 0], target[k, 1] = xa + t * (xb - xa), limit
            k += 1
    return k


@njit(cache=True, nogil=True)
def distance2(one: Stretch, other: Stretch) -> float:
    """Return the squared distance between two stretches, or that they cross."""
    ax, ay, bx, by = one
    cx, cy, dx, dy = other
    rx, ry, sx, sy = bx - ax, by - ay, dx - cx, dy - cy
    c_side, d_side = rx * (cy - ay) - ry * (cx - ax), rx * (dy - ay) - ry * (dx - ax)
    a_side, b_side = sx * (ay - cy) - sy * (ax - cx), sx * (by - cy) - sy * (bx - cx)
    if (
        ((c_side > 0) != (d_side > 0))
        and ((a_side > 0) != (b_side > 0))
        and c_side * d_side * a_side * b_side != 0
    ):
        return CROSSING
    return min(
        min(to_stretch2(ax, ay, cx, cy, sx, sy), to_stretch2(bx, by, cx, cy, sx, sy)),
        min(to_stretch2(cx, cy, ax, ay, rx, ry), to_stretch2(dx, dy, ax, ay, rx, ry)),
    )


@njit(cache=True, nogil=True)
def to_stretch2(px: float, py: float, ax: float, ay: float, rx: float, ry: float) -> float:
    """Return the squared distance of a point from a stretch that begins in a and goes along r."""
    length2 = rx * rx + ry * ry
    t = 0.0
    if length2 > 0:
        t = min(max(((px - ax) * rx + (py - ay) * ry) / length2, 0.0), 1.0)
    ux, uy = px - ax - t * rx, py - ay - t * ry
    return ux * ux + uy * uy


@njit(cache=True, nogil=True)
def above(edges: Floats, m: int, x0: float, y0: float, x1: float, y1: float) -> float:
    """Return how much of a parcel lies above an edge; `edges` are the parcel's m, each with its sign."""
    total = 0.0
    slope = (y1 - y0) / (x1 - x0)
    lowest = min(y0, y1)
    for at in range(m):
        left, right = max(edges[at, 0], x0), min(edges[at, 2], x1)
        if left >= right or edges[at, 6] <= lowest:
            continue
        tilt = edges[at, 5]
        d0 = edges[at, 1] + (left - edges[at, 0]) * tilt - y0 - (left - x0) * slope
        d1 = edges[at, 1] + (right - edges[at, 0]) * tilt - y0 - (right - x0) * slope
        if d0 >= 0 and d1 >= 0:
            part = (d0 + d1) / 2
        elif d0 <= 0 and d1 <= 0:
            continue
        elif d0 > 0:
            part = d0 * d0 / (2 * (d0 - d1))
        else:
            part = d1 * d1 / (2 * (d1 - d0))
        total += edges[at, 4] * part * (right - left)
    return total


@njit(cache=True, nogil=True)
def edges_of(ring: Floats, m: int, way: int, edges: Floats, k: int) -> int:
    """Append the edges of a closed ring that are not upright: ends, sign, slope and greatest height."""
    for at in range(m):
        after = at + 1 if at + 1 < m else 0
        xa, ya, xb, yb = ring[at, 0], ring[at, 1], ring[after, 0], ring[after, 1]
        if xa == xb:
            continue
        sign = -way
        if xa > xb:
            xa, ya, xb, yb, sign = xb, yb, xa, ya, way
        edges[k, 0], edges[k, 1], edges[k, 2], edges[k, 3], edges[k, 4] = xa, ya, xb, yb, sign
        edges[k, 5], edges[k, 6] = (yb - ya) / (xb - xa), max(ya, yb)
        k += 1
    return k


@njit(cache=True, nogil=True)
def area_of(edges: Floats, m: int) -> float:
    """Return the area inside rings, of which `edges` holds m edges."""
    total = 0.0
    for at in range(m):
        total += edges[at, 4] * (edges[at, 2] - edges[at, 0]) * (edges[at, 1] + edges[at, 3]) / 2
    return total
