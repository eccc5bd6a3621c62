"""A mark for each mapped polygon, by which what was kept of it is known again."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import shapely
from numba import njit

from lnrs_geo.spatial.engine.outlines import Geometries, Ints

# Two numbers of 64 bits for each polygon, shape (n, 2).
Marks = npt.NDArray[np.uint64]

# Odd numbers without pattern (the fractions of square roots), to mix digits with.
_ONE, _TWO = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_SHIFT = np.uint64(29)


def marks(polygons: Geometries, group_marks: npt.NDArray[np.uint64]) -> Marks:
    """Mark polygons by their corners, to the last digit, and by the group that they count in.

    A polygon that is there twice in one group has two marks: the second time it is marked as such.

    Parameters
    ----------
    polygons
        Shape (n,).
    group_marks
        The mark of the group of each, shape (n,).
    """
    corners, owner = shapely.get_coordinates(polygons, return_index=True)
    words = np.ascontiguousarray(corners).view(np.uint64)
    starts = np.searchsorted(owner, np.arange(len(polygons) + 1))
    found = _mixed(words, starts, group_marks)
    order = np.lexsort((found[:, 1], found[:, 0]))
    again = np.flatnonzero((np.diff(found[order], axis=0) == 0).all(axis=1)) + 1
    times = 0
    for before, at in zip([-1, *again], again, strict=False):
        times = times + 1 if at == before + 1 else 1
        found[order[at], 1] += np.uint64(times)
    return found


def label_marks(labels: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return a number for the name of each group."""
    digests = [blake2b(one.encode("utf-8"), digest_size=8).digest() for one in labels]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def places(wanted: Marks, there: Marks) -> Ints:
    """Say at which row each mark stands in another list of distinct marks, -1 where it does not."""
    order = np.lexsort((there[:, 1], there[:, 0]))
    stock = there[order]
    at = np.searchsorted(stock[:, 0], wanted[:, 0])
    found = np.full(len(wanted), -1, np.int64)
    pending = np.flatnonzero(at < len(stock))
    while len(pending):
        same = stock[at[pending], 0] == wanted[pending, 0]
        pending = pending[same]
        hit = stock[at[pending], 1] == wanted[pending, 1]
        found[pending[hit]] = order[at[pending[hit]]]
        pending = pending[~hit]
        at[pending] += 1
        pending = pending[at[pending] < len(stock)]
    return found


def places_of(wanted: npt.NDArray[np.uint64], there: npt.NDArray[np.uint64]) -> Ints:
    """Say at which place each number stands among distinct others, -1 where it does not."""
    known = {int(one): at for at, one in enumerate(there)}
    return np.array([known.get(int(one), -1) for one in wanted], np.int64)


@njit(cache=True, nogil=True)
def _mixed(words: Marks, starts: Ints, seeds: npt.NDArray[np.uint64]) -> Marks:
    found = np.empty((len(starts) - 1, 2), np.uint64)
    for polygon in range(len(starts) - 1):
        a, b = seeds[polygon], seeds[polygon] ^ _TWO
        for corner in range(starts[polygon], starts[polygon + 1]):
            x, y = words[corner, 0], words[corner, 1]
            a = (a ^ x) * _ONE
            a = (a ^ (a >> _SHIFT) ^ y) * _TWO
            b = (b ^ y) * _TWO
            b = (b ^ (b >> _SHIFT) ^ x) * _ONE
        found[polygon, 0], found[polygon, 1] = a ^ (a >> _SHIFT), b ^ (b >> _SHIFT)
    return found
