"""The program's engine as one more way to shares: with squares that were kept ahead, or on a first run.

What is timed is the function that a run of the program calls, without the distances to boundaries that
it asks for beside overlaps: no other way gives them.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tests.benchmarks import methods
from tests.benchmarks.methods import Geometries, Rows, Shares

NAME = "benchmark"
NO_DISTANCES = -1.0


@cache
def missing() -> str:
    """Say why the engine cannot be measured, or nothing."""
    try:
        import numba  # noqa: F401

        from lnrs_geo.spatial import engine  # noqa: F401
    except ImportError as error:
        return f"not there: {error.name}"
    return ""


def build(polygons: Geometries, groups: Rows, *, folder: str | Path) -> list[str]:
    """Cut polygons ahead and keep the squares in a folder, as `lnrs-geo index` does; return their names."""
    from lnrs_geo.spatial import engine

    return list(engine.build(_layer(polygons, groups, folder)))


def shares(
    parcels: Geometries, polygons: Geometries, groups: Rows, *, folder: str | Path, keep: bool = False
) -> Shares:
    """Match and sum, opening the squares that are kept in a folder; `keep` keeps those that are cut now."""
    from lnrs_geo.spatial import engine

    layer = _layer(polygons, groups, folder)
    _, found, _ = engine.match(parcels, layer, reach_m=NO_DISTANCES, keep=keep)
    shape = (len(parcels), int(groups.max()) + 1)
    return methods.filled(found.parcel, found.group, found.share, shape=shape)


def first(parcels: Geometries, polygons: Geometries, groups: Rows, *, folder: str | Path) -> Shares:
    """Do what the program does by itself with an empty cache; `coverage.cover` chooses in the same way."""
    from lnrs_geo.spatial import engine

    if engine.is_chosen("auto", len(parcels)):
        keep = len(parcels) >= engine.VERY_MANY
        return shares(parcels, polygons, groups, folder=folder, keep=keep)
    return methods.program_plain(parcels, polygons, groups)


def in_threads(parcels: Geometries, copies: list[Geometries], groups: Rows, *, folder: str | Path) -> Shares:
    """Share the parcels out to threads, from west to east; each opens the index for itself.

    `copies` holds the polygons once for each thread: GEOS prepares a polygon in place, which two threads
    must not do to one at the same time.
    """
    if len(copies) == 1:
        return shares(parcels, copies[0], groups, folder=folder)
    order = np.argsort(shapely.bounds(parcels)[:, 0], kind="stable")
    lots = np.array_split(order, len(copies))
    with ThreadPoolExecutor(len(copies)) as pool:
        found = list(
            pool.map(lambda lot, own: shares(parcels[lot], own, groups, folder=folder), lots, copies)
        )
    together = np.empty((len(parcels), found[0].shape[1]))
    together[np.concatenate(lots)] = np.concatenate(found)
    return together


def _layer(polygons: Geometries, groups: Rows, folder: str | Path) -> Any:
    from lnrs_geo.cache import Cache
    from lnrs_geo.spatial import engine

    labels = [f"measure {number}" for number in range(int(groups.max()) + 1)]
    return engine.Layer(polygons, groups, labels, Cache(Path(folder), limit_bytes=10**12), NAME)
