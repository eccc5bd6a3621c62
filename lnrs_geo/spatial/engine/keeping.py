"""A square on disk: arrays one after another, and a head that says what they are.

Everything read back is checked against the sums in the head, so that a damaged or cut off file is no
square at all: it is then cut anew.
"""

import json
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from lnrs_geo.spatial.engine.identity import Marks
from lnrs_geo.spatial.engine.outlines import Floats
from lnrs_geo.spatial.engine.squares import CELLS_A_SIDE, SQUARE_M, Square

# To be raised whenever what is cut, or how it is kept, changes.
FORMAT = "2"
_MAGIC = b"lnrs-geo square\n"
_ALIGNED = 64
_PLAIN = ("marks", "boxes", "delicate", "joint", "land_groups")


@dataclass(frozen=True, slots=True)
class Kept:
    """A square as it is kept: by the marks of its polygons, not by their numbers in a run.

    Attributes
    ----------
    marks, boxes
        Marks of the k polygons it was cut from, shape (k, 2), and their bounds, shape (k, 4).
    delicate, joint
        True for polygons with a ring so small that it may hide in the arithmetic, and for those that
        overlap another of their group in the square, shape (k,).
    land_groups
        For each set of joint polygons that hangs together, whose united land stands behind the polygons
        in `square`: the mark of the group that it counts in.
    square
        What was cut from all of these.
    """

    marks: Marks
    boxes: Floats
    delicate: npt.NDArray[np.bool_]
    joint: npt.NDArray[np.bool_]
    land_groups: npt.NDArray[np.uint64]
    square: Square


def save(square: Kept, path: Path) -> None:
    """Write a square to a file.

    Raises
    ------
    OSError
        It cannot be written.
    """
    arrays = _arrays(square)
    head: list[dict[str, Any]] = []
    for name, values in arrays.items():
        plain = np.ascontiguousarray(values)
        arrays[name] = plain
        head.append({"name": name, "type": plain.dtype.str, "shape": plain.shape, "crc32": crc32(plain.data)})
    text = json.dumps({"format": FORMAT, "side": SQUARE_M, "cells": CELLS_A_SIDE, "arrays": head}).encode()
    with path.open("wb") as file:
        file.write(_MAGIC + len(text).to_bytes(8, "little") + crc32(text).to_bytes(4, "little") + text)
        for values in arrays.values():
            file.write(b"\0" * (-file.tell() % _ALIGNED))
            file.write(values.data)


def load(path: Path) -> Kept | None:
    """Read a square; None where the file is gone, damaged or of another kind."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except (OSError, ValueError):
        return None
    start = len(_MAGIC) + 12
    if len(data) < start or data[: len(_MAGIC)].tobytes() != _MAGIC:
        return None
    length = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 8].tobytes(), "little")
    text = data[start : start + length].tobytes()
    if len(text) != length or crc32(text) != int.from_bytes(data[start - 4 : start].tobytes(), "little"):
        return None
    head = json.loads(text)
    if (head["format"], head["side"], head["cells"]) != (FORMAT, SQUARE_M, CELLS_A_SIDE):
        return None
    arrays: dict[str, npt.NDArray[Any]] = {}
    at = start + length
    for one in head["arrays"]:
        at += -at % _ALIGNED
        kind = np.dtype(one["type"])
        stop = at + kind.itemsize * prod(one["shape"])
        raw = data[at:stop]
        if len(raw) != stop - at or crc32(raw.data) != one["crc32"]:
            return None
        arrays[one["name"]] = raw.view(kind).reshape(one["shape"])
        at = stop
    square = Square(**{name: arrays[name] for name in Square._fields})
    return Kept(square=square, **{name: arrays[name] for name in _PLAIN})


def _arrays(square: Kept) -> dict[str, npt.NDArray[Any]]:
    return {name: getattr(square, name) for name in _PLAIN} | square.square._asdict()
