"""Would the answer change if a boundary moved by the positional tolerance? A flag, never a decision."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.spatial.clip import Geometries, areal_only, surroundings, trimmed
from lnrs_geo.spatial.index import candidate_pairs
from lnrs_geo.spatial.match import Flags, Rows
from lnrs_geo.spatial.split import ROUND_THE_PARCEL_M, Cover, Piece, Zone, cells, localised

# Land of another answer must be more than this to count as a part that a moved boundary would make.
WORTH_A_PART_M2 = 1.0
# A circle of this radius is larger than any sliver.
NO_SLIVER_M = 1.0


def near_pairs(parcels: Geometries, polygons: Geometries, *, tolerance_m: float) -> tuple[Rows, Rows]:
    """Find the parcels whose surroundings a polygon's boundary crosses.

    Parameters
    ----------
    parcels
        Any geometries in EPSG:27700, shape (n,).
    polygons
        Polygons in EPSG:27700, shape (m,).

    Returns
    -------
    Row numbers of parcels and polygons whose boundary comes within `tolerance_m` of the parcel.
    """
    left, right = candidate_pairs(shapely.bounds(parcels), shapely.bounds(polygons), margin_m=tolerance_m)
    order = np.argsort(right, kind="stable")
    left, right = left[order], right[order]
    used, where = np.unique(right, return_inverse=True)
    edges = shapely.boundary(polygons[used])
    shapely.prepare(edges)
    near = shapely.dwithin(edges[where], parcels[left], tolerance_m)
    return left[near], right[near]


def borderline(
    parcel: shapely.Geometry,
    pieces: Sequence[Piece],
    *,
    zones: Sequence[Zone],
    covers: Sequence[Cover],
    tolerance_m: float,
) -> list[bool]:
    """Say for each piece whether a boundary moved by the tolerance could change its answer.

    A piece is borderline where land of another code, which the parcel does not have, comes within the
    tolerance; and where all of it lies within the tolerance of another code, so that it could vanish
    (own reading of rules section 7). A difference of zone alone changes no answer.

    Parameters
    ----------
    zones, covers
        As for `split.cut`, the covers with every polygon within the tolerance of the parcel.
    """
    if tolerance_m <= 0:
        return [False] * len(pieces)
    areal = int(shapely.get_dimensions(parcel)) == 2
    own = {piece.code for piece in pieces}
    try:
        if areal and len(zones) == 1 and zones[0].geometry is None:
            default, number = zones[0].default, zones[0].number
            covers = [one for one in covers if one.zones is None or number in one.zones]
            if len(pieces) == 1:
                return [_meets_another(parcel, pieces[0].code, default, covers, tolerance_m)]
            alien = not own.issuperset([default, *(cover.code for cover in covers)])
            if not alien and _all_have_a_core(parcel, pieces, covers, tolerance_m):
                return [False] * len(pieces)
        around = shapely.buffer(parcel, tolerance_m, quad_segs=8)
        # round a tree all land is small: any of it may be where the tree stands
        least = WORTH_A_PART_M2 if areal else 0.0
        by_code: dict[int, list[shapely.Geometry]] = {}
        near_zones, near_covers = localised(around, zones=zones, covers=covers)
        for (code, _), land in cells(around, zones=near_zones, covers=near_covers).items():
            if land.area > least:
                by_code.setdefault(code, []).append(land)
        return [_could_change(piece, by_code, own, tolerance_m) for piece in pieces]
    except shapely.GEOSException:
        # a flag is no answer: where its overlay fails, nobody can say that nothing would change
        return [True] * len(pieces)


def _all_have_a_core(
    parcel: shapely.Geometry, pieces: Sequence[Piece], covers: Sequence[Cover], tolerance_m: float
) -> bool:
    """Say whether each piece has a point which no edge comes near, so that no moved edge takes all of it.

    The land round that point is of one answer, and no sliver: that of the piece.
    """
    box = surroundings(parcel, reach_m=tolerance_m + ROUND_THE_PARCEL_M)
    polygons = [trimmed(cover.polygons, box) for cover in covers]
    edges = shapely.boundary(np.concatenate([np.array([parcel], dtype=object), *polygons]))
    clear = max(tolerance_m, NO_SLIVER_M)
    middles = shapely.point_on_surface(np.array([piece.geometry for piece in pieces], dtype=object))
    return not any(shapely.dwithin(edges, middle, clear).any() for middle in middles)


def _meets_another(
    parcel: shapely.Geometry, own: int, default: int, covers: Sequence[Cover], tolerance_m: float
) -> bool:
    """Say whether land of another code, worth a part, comes near a parcel that is all of one code."""
    found: dict[int, float] = {}
    for code, land in _lands(shapely.buffer(parcel, tolerance_m, quad_segs=8), default, covers):
        found[code] = found.get(code, 0.0) + land.area
        if code != own and found[code] > WORTH_A_PART_M2:
            return True
    return False


def _lands(
    around: shapely.Geometry, default: int, covers: Sequence[Cover]
) -> Iterator[tuple[int, shapely.Geometry]]:
    """Part land by codes, one after the other, so that whoever has seen enough need not cut the rest."""
    box = surroundings(around, reach_m=ROUND_THE_PARCEL_M)
    telling = list(covers)
    while telling and telling[-1].code == default:
        telling.pop()  # under the last cover and under none the answer is the same
    here = around
    for cover in telling:
        under = shapely.union_all(areal_only(shapely.intersection(here, trimmed(cover.polygons, box))))
        yield cover.code, under
        here = areal_only(np.array([shapely.difference(here, under)], dtype=object))[0]
    yield default, here


def _could_change(
    piece: Piece, by_code: dict[int, list[shapely.Geometry]], own: set[int], tolerance_m: float
) -> bool:
    others = [land for code, lands in by_code.items() if code != piece.code for land in lands]
    if not others:
        return False
    strangers = [land for code, lands in by_code.items() if code not in own for land in lands]
    if any(shapely.dwithin(piece.geometry, land, tolerance_m) for land in strangers):
        return True
    if not any(shapely.dwithin(piece.geometry, land, tolerance_m) for land in others):
        return False
    reach = shapely.buffer(shapely.union_all(np.array(others, dtype=object)), tolerance_m, quad_segs=8)
    return bool(shapely.covers(reach, piece.geometry))


def mean_width_m(polygons: Geometries) -> npt.NDArray[np.float64]:
    """Return the average width of polygons: twice the area over the perimeter, as of a long strip."""
    perimeter = shapely.length(polygons)
    widths = np.zeros(len(polygons))
    np.divide(2 * shapely.area(polygons), perimeter, out=widths, where=perimeter > 0)
    return widths


def thin(polygons: Geometries, *, tolerance_m: float) -> Flags:
    """Say which polygons are thinner on average than the tolerance (rules section 7)."""
    return np.asarray((shapely.get_dimensions(polygons) == 2) & (mean_width_m(polygons) < tolerance_m))
