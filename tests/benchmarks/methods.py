"""Ways to the same figures: the share of each parcel that each measure covers.

Land under several polygons of one measure counts once. Every way takes parcels, polygons and the
measure number of each polygon, and returns an array of shares of shape (parcels, measures). All
but the last are written without the program. The databases and the engine have modules of their own.
"""

from collections import defaultdict
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Rows = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]
Method = Callable[[Geometries, Geometries, Rows], Shares]


def overlay(parcels: Geometries, polygons: Geometries, groups: Rows) -> Shares:
    """Intersect both layers with the overlay of geopandas, then dissolve inside each measure."""
    left = gpd.GeoDataFrame({"parcel": np.arange(len(parcels))}, geometry=parcels)
    right = gpd.GeoDataFrame({"measure": groups}, geometry=polygons)
    pieces = gpd.overlay(left, right, how="intersection", keep_geom_type=True)
    return _united(
        pieces["parcel"].to_numpy(),
        pieces["measure"].to_numpy(),
        np.asarray(pieces.geometry.array, dtype=object),
        parcels=parcels,
        n_groups=int(groups.max()) + 1,
    )


def rtree_loop(parcels: Geometries, polygons: Geometries, groups: Rows) -> Shares:
    """Ask an rtree for each parcel, clip whatever it names, unite: the loop that most scripts have."""
    from rtree.index import Index

    index = Index((at, tuple(box), None) for at, box in enumerate(shapely.bounds(polygons)))
    shares = np.zeros((len(parcels), int(groups.max()) + 1))
    for number, parcel in enumerate(parcels):
        pieces = defaultdict(list)
        for at in index.intersection(parcel.bounds):
            if parcel.intersects(polygons[at]):
                pieces[groups[at]].append(parcel.intersection(polygons[at]))
        for measure, found in pieces.items():
            shares[number, measure] = shapely.union_all(found).area / parcel.area
    return shares


def plain_best(parcels: Geometries, polygons: Geometries, groups: Rows) -> Shares:
    """Query an STRtree, tell pairs apart by prepared predicates, and clip only those that cross an edge."""
    n_groups = int(groups.max()) + 1
    left, right = shapely.STRtree(polygons).query(parcels)
    order = np.argsort(right, kind="stable")
    left, right = left[order], right[order]
    near = polygons[np.unique(right)]  # to prepare all would cost few parcels more than to match them
    shapely.prepare(near)
    meets = shapely.intersects(polygons[right], parcels[left])
    left, right = left[meets], right[meets]
    inside = shapely.covers(polygons[right], parcels[left])
    shapely.destroy_prepared(near)
    whole = np.zeros((len(parcels), n_groups), dtype=bool)
    whole[left[inside], groups[right[inside]]] = True
    rest = ~whole[left, groups[right]]
    left, right = left[rest], right[rest]
    pieces = shapely.intersection(parcels[left], polygons[right])
    shares = _united(left, groups[right], pieces, parcels=parcels, n_groups=n_groups)
    shares[whole] = 1.0
    return shares


def program_plain(parcels: Geometries, polygons: Geometries, groups: Rows) -> Shares:
    """Let the program do it in the way that needs no index."""
    from lnrs_geo.spatial import match as matching

    pairs = matching.match(parcels, polygons)
    found = matching.overlaps(pairs, groups, parcels=parcels)
    shares = np.zeros((len(parcels), int(groups.max()) + 1))
    shares[found.parcel, found.group] = found.share
    return shares


def filled(parcel: Rows, group: Rows, share: Shares, *, shape: tuple[int, int]) -> Shares:
    """Return an array of shares from rows of parcel, measure and share."""
    shares = np.zeros(shape)
    shares[parcel, group] = share
    return shares


def subdivided(
    polygons: Geometries, *, most: int = 256, narrowest_m: float = 25.0
) -> tuple[Geometries, Rows]:
    """Cut polygons in halves until no piece has more than so many vertices; tell which each is a piece of."""
    found, sources = [], []
    shapes, source = polygons, np.arange(len(polygons))
    while len(shapes):
        parts, at = shapely.get_parts(shapes, return_index=True)
        areal = shapely.get_type_id(parts) == 3
        shapes, source = parts[areal], source[at[areal]]
        west, south, east, north = shapely.bounds(shapes).T
        wide = east - west >= north - south
        small = (shapely.get_num_coordinates(shapes) <= most) | (
            np.maximum(east - west, north - south) < narrowest_m
        )
        found.append(shapes[small])
        sources.append(source[small])
        left = ~small
        shapes, source, wide = shapes[left], source[left], wide[left]
        west, south, east, north = west[left], south[left], east[left], north[left]
        x, y = (west + east) / 2, (south + north) / 2
        first = shapely.box(west, south, np.where(wide, x, east), np.where(wide, north, y))
        second = shapely.box(np.where(wide, x, west), np.where(wide, south, y), east, north)
        halves = [_areal(shapely.intersection(shapes, half)) for half in (first, second)]
        shapes, source = np.concatenate(halves), np.concatenate([source, source])
    return np.concatenate(found), np.concatenate(sources)


def _areal(shapes: Geometries) -> Geometries:
    """Take the polygons out of collections, which `get_parts` would open by one level only."""
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == 7)
    for at in mixed:
        parts = shapely.get_parts(shapes[at])
        shapes[at] = shapely.multipolygons(shapely.get_parts(parts[shapely.get_dimensions(parts) == 2]))
    return shapes


def _united(parcel: Rows, group: Rows, pieces: Geometries, *, parcels: Geometries, n_groups: int) -> Shares:
    """Return shares from clipped pieces; only where a measure has several are they united."""
    keys = parcel * n_groups + group
    order = np.argsort(keys, kind="stable")
    keys, pieces = keys[order], pieces[order]
    found, starts, counts = np.unique(keys, return_index=True, return_counts=True)
    size = shapely.area(pieces[starts])
    for at in np.flatnonzero(counts > 1):
        size[at] = shapely.union_all(pieces[starts[at] : starts[at] + counts[at]]).area
    shares = np.zeros(len(parcels) * n_groups)
    shares[found] = size / shapely.area(parcels)[found // n_groups]
    return shares.reshape(len(parcels), n_groups)
