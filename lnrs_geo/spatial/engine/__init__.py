"""A fast way to match many parcels with many mapped polygons, exact where exactness decides.

    polygons -> cutting -> squares (kept by keeping, found again by identity) = ground
    parcels x ground -> sweeping: areas and distances -> matching -> hair: what only GEOS can tell

Mapped polygons are cut once by a grid of 200 m cells, 10 km square by square; what a parcel shares
with them is then a sum over a few edges. It needs numba (extra `fast`), which is imported when the
first parcel is matched and not before.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from lnrs_geo.errors import OptionError

if TYPE_CHECKING:
    from lnrs_geo.cache import Cache
    from lnrs_geo.spatial.match import Geometries, Overlaps, Pairs, Rows

# From this many areas on, starting the engine costs less than it saves.
MANY = 2_000
# Once it is started in a process, from this many on.
MANY_ONCE_STARTED = 300
# From this many on it pays within one run to unite and keep what it cuts for later runs.
VERY_MANY = 20_000
# Where its code has yet to be compiled, which takes some ten seconds.
WORTH_COMPILING = 60_000


def is_chosen(matching: str, n_areas: int) -> bool:
    """Say whether the engine matches a run.

    Parameters
    ----------
    matching
        auto, plain or indexed.
    n_areas
        How many parcels it could measure.

    Raises
    ------
    OptionError
        It is asked for, and numba is not installed.
    """
    if matching == "plain":
        return False
    if find_spec("numba") is None:
        if matching == "indexed":
            raise OptionError(
                "Indexed matching needs the package numba, which is not installed.",
                where="--matching indexed",
                fix="Install it with: pip install 'lnrs-geo[fast]', or leave the option away.",
            )
        return False
    if "lnrs_geo.spatial.engine.sweeping" in sys.modules:
        return matching == "indexed" or n_areas >= MANY_ONCE_STARTED
    return matching == "indexed" or n_areas >= (MANY if _is_compiled() else WORTH_COMPILING)


@dataclass(frozen=True, slots=True)
class Layer:
    """What parcels are matched with.

    Attributes
    ----------
    polygons, groups
        Valid polygons in EPSG:27700, shape (m,), and the group (measure) of each, shape (m,).
    labels
        What each group is called, the same in every run.
    cache, name
        Where squares are kept for later runs, and what the layer is called there; without either
        nothing is looked up and nothing kept.
    """

    polygons: Geometries
    groups: Rows
    labels: Sequence[str]
    cache: Cache | None = None
    name: str = ""


def match(
    parcels: Geometries, layer: Layer, *, reach_m: float, keep: bool
) -> tuple[Pairs, Overlaps, tuple[Rows, Rows]]:
    """Match parcels of any kind with mapped polygons; what the sweep cannot measure goes the plain way.

    Parameters
    ----------
    parcels
        Valid geometries in EPSG:27700, or None, shape (n,).
    layer
        What is mapped.
    reach_m
        How near a polygon's boundary has to come to a parcel to be told, in metres; below 0 nobody asks.
    keep
        Whether squares that are not there yet are made complete, and kept if the layer has a cache.

    Returns
    -------
    What `spatial.match.match` and `spatial.match.overlaps` return (without the pieces of pairs), and the
    row numbers of parcels and polygons that `spatial.tolerance.near_pairs` returns. Overlaps agree with
    theirs to 1e-9 of the parcel, everything else is equal.
    """
    from lnrs_geo.spatial.engine.mixed import match_mixed

    return match_mixed(parcels, layer, reach_m=reach_m, keep=keep)


def build(layer: Layer, *, area: Geometries | None = None) -> Iterator[str]:
    """Cut a layer ahead of any run and keep its squares; those that are there and fit are left.

    Parameters
    ----------
    layer
        What is mapped, with a cache and a name.
    area
        Polygons: squares that meet none of them are left out. None for all squares.

    Yields
    ------
    The name of each square once it is done.

    Raises
    ------
    OptionError
        numba is not installed.
    """
    is_chosen("indexed", len(layer.polygons))
    from lnrs_geo.spatial.engine.mixed import build_squares

    yield from build_squares(layer, area=area)


def _is_compiled() -> bool:
    """Say whether an earlier run left the compiled code where numba looks for it first."""
    version = f"py{sys.version_info.major}{sys.version_info.minor}"
    return any((Path(__file__).parent / "__pycache__").glob(f"sweeping.sweep-*.{version}.nbi"))
