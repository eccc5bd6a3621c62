"""Four ways to the same figures: the share of each parcel that each measure covers.

Land under several polygons of one measure counts once. Every way takes parcels, polygons and the
measure number of each polygon, and returns an array of shares of shape (parcels, measures). All
but the last are written without the program.
"""

from collections import defaultdict
from collections.abc import Callable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from rtree.index import Index

from lnrs_geo.spatial import match as matching

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
    shapely.prepare(polygons)
    meets = shapely.intersects(polygons[right], parcels[left])
    left, right = left[meets], right[meets]
    inside = shapely.covers(polygons[right], parcels[left])
    shapely.destroy_prepared(polygons)
    whole = np.zeros((len(parcels), n_groups), dtype=bool)
    whole[left[inside], groups[right[inside]]] = True
    rest = ~whole[left, groups[right]]
    left, right = left[rest], right[rest]
    pieces = shapely.intersection(parcels[left], polygons[right])
    shares = _united(left, groups[right], pieces, parcels=parcels, n_groups=n_groups)
    shares[whole] = 1.0
    return shares


def program(parcels: Geometries, polygons: Geometries, groups: Rows) -> Shares:
    """Let the program do it."""
    pairs = matching.match(parcels, polygons)
    found = matching.overlaps(pairs, groups, parcels=parcels)
    shares = np.zeros((len(parcels), int(groups.max()) + 1))
    shares[found.parcel, found.group] = found.share
    return shares


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
