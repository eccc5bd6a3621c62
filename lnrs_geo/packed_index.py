"""Fill the spatial index of a GeoPackage layer at once, its boxes packed tightly.

SQLite's R*Tree keeps its nodes in an ordinary table: a node is a blob of a depth (2 bytes, the root's
alone), a count (2 bytes) and its entries (8 bytes of id, 4 bytes for each of least and greatest x and
y), all big-endian (https://www.sqlite.org/rtree.html, section 5). Entered one by one, 100,000 boxes
take seconds; sorted into strips and packed they take a moment, and the index is smaller.
"""

import sqlite3

import numpy as np
import numpy.typing as npt

_ENTRY = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_HEAD = np.dtype([("depth", ">u2"), ("count", ">u2")])


def fill(
    database: sqlite3.Connection, index: str, ids: npt.NDArray[np.int64], bounds: npt.NDArray[np.float64]
) -> None:
    """Fill an empty index.

    Parameters
    ----------
    database
        The open GeoPackage.
    index
        Name of the virtual table, such as `rtree_parts_geom`.
    ids, bounds
        Rows of the layer, and their boxes as west, south, east, north; shapes (n,) and (n, 4).
    """
    if not len(ids):
        return
    (size,) = database.execute(f'SELECT length(data) FROM "{index}_node" WHERE nodeno = 1').fetchone()
    room = (size - _HEAD.itemsize) // _ENTRY.itemsize
    entries = np.empty(len(ids), dtype=_ENTRY)
    entries["id"] = ids
    entries["box"] = _outward(bounds)[:, [0, 2, 1, 3]]
    entries = entries[_strips(bounds, room)]
    levels = [entries]
    while len(levels[-1]) > room:
        levels.append(_above(levels[-1], room))
    # The root is node 1; below it every level's nodes are numbered on.
    first = 1
    numbers = []
    for level in reversed(levels):
        count = -(-len(level) // room)
        numbers.append(np.arange(first, first + count))
        first += count
    numbers.reverse()
    for depth, (level, own) in enumerate(zip(levels, numbers, strict=True)):
        if depth:
            level["id"] = numbers[depth - 1]
        blobs = _blobs(level, room, size, depth=depth if depth == len(levels) - 1 else 0)
        database.executemany(
            f'INSERT OR REPLACE INTO "{index}_node" (nodeno, data) VALUES (?, ?)',
            zip(own.tolist(), blobs, strict=True),
        )
        where, key = ("parent", "nodeno, parentnode") if depth else ("rowid", "rowid, nodeno")
        database.executemany(
            f'INSERT INTO "{index}_{where}" ({key}) VALUES (?, ?)',
            zip(level["id"].tolist(), np.repeat(own, room)[: len(level)].tolist(), strict=True),
        )


def _outward(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return bounds of single precision that hold the given ones."""
    near = bounds.astype(np.float32)
    low, high = np.float32(-np.inf), np.float32(np.inf)
    near[:, :2] = np.where(near[:, :2] > bounds[:, :2], np.nextafter(near[:, :2], low), near[:, :2])
    near[:, 2:] = np.where(near[:, 2:] < bounds[:, 2:], np.nextafter(near[:, 2:], high), near[:, 2:])
    return near


def _strips(bounds: npt.NDArray[np.float64], room: int) -> npt.NDArray[np.intp]:
    """Order boxes into strips from west to east, each from south to north, `room` boxes to a node."""
    nodes = -(-len(bounds) // room)
    per_strip = room * int(np.ceil(np.sqrt(nodes)))
    strip = np.empty(len(bounds), dtype=np.intp)
    strip[np.argsort(bounds[:, 0] + bounds[:, 2], kind="stable")] = np.arange(len(bounds)) // per_strip
    return np.lexsort((bounds[:, 1] + bounds[:, 3], strip))


def _above(level: npt.NDArray[np.void], room: int) -> npt.NDArray[np.void]:
    """Return one entry for each node of a level, its box around theirs."""
    starts = np.arange(0, len(level), room)
    made = np.empty(len(starts), dtype=_ENTRY)
    for at, widest in enumerate((np.minimum, np.maximum, np.minimum, np.maximum)):
        made["box"][:, at] = widest.reduceat(level["box"][:, at].astype(np.float32), starts)
    return made


def _blobs(level: npt.NDArray[np.void], room: int, size: int, *, depth: int) -> list[bytes]:
    raw = level.tobytes()
    step = room * _ENTRY.itemsize
    blobs = []
    for start in range(0, len(raw), step):
        entries = raw[start : start + step]
        head = np.array((depth, len(entries) // _ENTRY.itemsize), dtype=_HEAD).tobytes()
        blobs.append((head + entries).ljust(size, b"\0"))
    return blobs
