"""Which mapped measures a parcel falls in, and by how much: areas, lines and points.

Exact predicates come before any overlay: only pairs that cross a boundary are ever clipped.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.errors import CRSError
from lnrs_geo.spatial.clip import areal_only, clip, surroundings
from lnrs_geo.spatial.index import candidate_pairs
from lnrs_geo.spatial.prepared import prepared

Geometries = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Double precision at British coordinates is about 1e-10 m: an overlap below this is arithmetic, a touch.
NO_AREA_M2 = 1e-6
# A line or tree this near to an edge lies on it, and on the edge is in (rules section 7).
ON_EDGE_M = 1e-6
# A line that only meets a corner runs in the widened edge for a few times its width: still a touch.
NO_LENGTH_M = 1e-4


@dataclass(frozen=True, slots=True)
class Pairs:
    """Parcels against polygons, one entry a pair that meets; sorted by parcel, then polygon.

    `size` is the overlap in the parcel's own unit: m2 for areas, m for lines, 1 for a point.
    `piece` is the overlapping geometry; None where the parcel lies wholly inside, or only touches.
    """

    parcel: Rows
    polygon: Rows
    inside: Flags
    size: Floats
    piece: Geometries

    @property
    def touch(self) -> Flags:
        """Pairs that meet without overlapping."""
        return np.asarray(~self.inside & (self.size == 0.0))


def match(parcels: Geometries, polygons: Geometries, *, crs: tuple[object, object] | None = None) -> Pairs:
    """Find which polygons each parcel falls in, and by how much.

    Parameters
    ----------
    parcels
        Array of n valid geometries in EPSG:27700: polygons, lines or points, mixed; None matches nothing.
    polygons
        Array of m valid polygons in EPSG:27700.
    crs
        The systems of both, where the caller wants them compared.

    Raises
    ------
    CRSError
        The systems differ. Nothing is transformed silently here.
    """
    if crs is not None:
        require_same_crs(*crs)
    left, right = candidate_pairs(shapely.bounds(parcels), shapely.bounds(polygons), margin_m=ON_EDGE_M)
    return match_pairs(parcels, polygons, left=left, right=right)


def require_same_crs(parcels: object, polygons: object) -> None:
    """Refuse layers in different coordinate systems.

    Raises
    ------
    CRSError
        The systems differ. Nothing is transformed silently here.
    """
    if parcels != polygons:
        raise CRSError(
            f"Parcels are in {parcels}, the layer to match in {polygons}.",
            fix="Bring both into EPSG:27700 first.",
        )


def match_pairs(parcels: Geometries, polygons: Geometries, *, left: Rows, right: Rows) -> Pairs:
    """Do the work of `match` on candidate pairs: row numbers of parcels and of polygons."""
    order = np.argsort(right, kind="stable")  # each polygon is prepared once and asked in a row
    left, right = left[order], right[order]
    dimension = shapely.get_dimensions(parcels[left])
    areal = dimension == 2
    numbers, which = np.unique(right, return_inverse=True)
    asked = prepared(polygons[numbers])[which]
    meets = np.zeros(len(left), dtype=bool)
    meets[areal] = shapely.intersects(asked[areal], parcels[left[areal]])
    meets[~areal] = shapely.dwithin(asked[~areal], parcels[left[~areal]], ON_EDGE_M)
    left, right, dimension = left[meets], right[meets], dimension[meets]
    inside = shapely.covers(asked[meets], parcels[left])
    points = dimension == 0
    single = points & (shapely.get_type_id(parcels[left]) == 0)
    inside |= single  # on the edge is in, and a single point cannot be partly in
    piece = np.full(len(left), None, dtype=object)
    size = np.zeros(len(left))
    _clip(parcels, polygons, left, right, inside, dimension, piece, size)
    order = np.lexsort((right, left))
    return Pairs(left[order], right[order], inside[order], size[order], piece[order])


def _clip(
    parcels: Geometries,
    polygons: Geometries,
    left: Rows,
    right: Rows,
    inside: Flags,
    dimension: npt.NDArray[np.int64],
    piece: Geometries,
    size: Floats,
) -> None:
    """Fill `piece` and `size`: the parcel's own size where inside, else that of the intersection."""
    used, of = np.unique(left, return_inverse=True)
    whole = measure_sizes(parcels[used])[of]  # by pair
    size[inside] = whole[inside]
    partial = np.flatnonzero(~inside & (dimension == 2))
    if len(partial):
        cut = areal_only(shapely.intersection(parcels[left[partial]], polygons[right[partial]]))
        area = shapely.area(cut)
        real = area > NO_AREA_M2
        size[partial[real]] = area[real]
        piece[partial[real]] = cut[real]
    for at in np.flatnonzero(~inside & (dimension < 2)):
        parcel = parcels[left[at]]
        cut = shapely.intersection(parcel, edge_included(polygons[right[at]], near=parcel))
        cut = of_dimension(cut, int(dimension[at]))
        amount = float(measure_sizes(np.array([cut], dtype=object))[0])
        if amount > (NO_LENGTH_M if dimension[at] == 1 else 0):
            whole_parcel = abs(amount - whole[at]) < ON_EDGE_M
            inside[at] = whole_parcel
            size[at] = whole[at] if whole_parcel else amount
            piece[at] = None if whole_parcel else cut


def edge_included(polygon: shapely.Geometry, *, near: shapely.Geometry) -> shapely.Geometry:
    """Return the part of a polygon round a line or point, with its edge widened so that on it is in.

    The widening is `ON_EDGE_M`, a millionth of a metre: it stands for the arithmetic of an edge, not
    for a tolerance (rules section 7: no buffer ever makes a parcel High).
    """
    local = clip(np.array([polygon], dtype=object), surroundings(near, reach_m=5.0))[0]
    return shapely.buffer(local, ON_EDGE_M, quad_segs=2)


def of_dimension(geometry: shapely.Geometry, dimension: int) -> shapely.Geometry:
    """Drop what is of another dimension: the points where a line meets a corner."""
    if shapely.get_type_id(geometry) != 7:
        return geometry if shapely.get_dimensions(geometry) == dimension else shapely.GeometryCollection()
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == dimension])


def measure_sizes(geometries: Geometries) -> Floats:
    """Return each geometry's size in its own unit: m2, m, or the number of points."""
    dimension = np.where(shapely.is_empty(geometries), -1, shapely.get_dimensions(geometries))
    sizes = np.where(dimension == 2, shapely.area(geometries), shapely.length(geometries))
    return np.asarray(np.where(dimension == 0, shapely.get_num_geometries(geometries), sizes), dtype=float)


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Parcels against groups of polygons (measures), one entry a pair; sorted by parcel, then group."""

    parcel: Rows
    group: Rows
    size: Floats
    share: Floats
    inside: Flags


def overlaps(pairs: Pairs, groups: Rows, *, parcels: Geometries) -> Overlaps:
    """Sum overlaps by group, counting land once where polygons of a group overlap each other.

    Parameters
    ----------
    pairs
        From `match`.
    groups
        The group number of each polygon, shape (m,).
    parcels
        The parcels matched, shape (n,).
    """
    if not len(pairs.parcel):
        none, flags = np.empty(0, dtype=np.int64), np.empty(0, dtype=bool)
        return Overlaps(none, none, np.empty(0), np.empty(0), flags)
    n_groups = int(groups.max()) + 1
    keys, where = np.unique(pairs.parcel * n_groups + groups[pairs.polygon], return_inverse=True)
    inside = np.zeros(len(keys), dtype=bool)
    inside[where[pairs.inside]] = True
    size = np.zeros(len(keys))
    count = np.zeros(len(keys), dtype=np.int64)
    clipped = np.flatnonzero(~inside[where] & (pairs.size > 0))
    np.add.at(size, where[clipped], pairs.size[clipped])
    np.add.at(count, where[clipped], 1)
    several = clipped[count[where[clipped]] > 1]
    parcel, group = keys // n_groups, keys % n_groups
    for key, pieces in _grouped(where[several], pairs.piece[several]):
        size[key] = _together(pieces, parcels[parcel[key]])
    used, of = np.unique(parcel, return_inverse=True)
    whole = measure_sizes(parcels[used])[of]
    size[inside] = whole[inside]
    share = np.divide(size, whole, out=np.zeros(len(keys)), where=whole > 0)
    share[inside] = 1.0
    return Overlaps(parcel, group, size, share, inside)


def _together(pieces: Geometries, parcel: shapely.Geometry) -> float:
    """Return the size of pieces of a parcel that may lie on each other, counting each stretch once."""
    if int(shapely.get_dimensions(parcel)) == 1:
        # Two cuts of one slanting line differ in the last digit and would not unite: what of the
        # line lies within the width of an edge of any of them is theirs.
        along = shapely.union_all(shapely.buffer(pieces, ON_EDGE_M, quad_segs=2, cap_style="flat"))
        return float(min(shapely.length(shapely.intersection(parcel, along)), parcel.length))
    return float(measure_sizes(np.array([shapely.union_all(pieces)], dtype=object))[0])


def _grouped(keys: Rows, pieces: Geometries) -> list[tuple[int, Geometries]]:
    """Gather pieces by key."""
    order = np.argsort(keys, kind="stable")
    keys, pieces = keys[order], pieces[order]
    found, starts = np.unique(keys, return_index=True)
    return list(zip(found.tolist(), np.split(pieces, starts[1:]), strict=True)) if len(keys) else []
