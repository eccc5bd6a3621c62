"""Ordnance Survey grid references: `SK 12345 67890` for easting 412345, northing 367890.

The lettering is Ordnance Survey's: squares of 500 km lettered A to Z without I from the north-west,
each divided into 25 squares of 100 km lettered the same way. The digits name the square that holds
the point by its south-west corner, so they are cut off, never rounded.
"""

import re
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lnrs_geo.errors import LnrsGeoError

_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_SQUARE_M = 100_000
# The lettered National Grid is 7 squares wide and 13 high, from the false origin west of Scilly.
_COLUMNS, _ROWS = 7, 13
_REFERENCE = re.compile(r"\s*([A-HJ-Z])\s*([A-HJ-Z])\s*([0-9]+)(?:\s+([0-9]+))?\s*", re.IGNORECASE)


class GridReferenceError(LnrsGeoError, ValueError):
    """A text is not a grid reference of the National Grid."""


class GridSquare(NamedTuple):
    """The square that a grid reference names: its south-west corner and its side."""

    easting_m: int
    northing_m: int
    size_m: int

    @property
    def middle(self) -> tuple[float, float]:
        """Easting and northing of its middle, half a side from the corner that the figures name.

        Examples
        --------
        >>> parse("TG 51409 13177").middle
        (651409.5, 313177.5)
        """
        return self.easting_m + self.size_m / 2, self.northing_m + self.size_m / 2


def square_letters(column: int, row: int) -> str:
    """Return the two letters of a 100 km square, counted from the grid's origin; else "".

    Examples
    --------
    >>> square_letters(4, 3)
    'SK'
    """
    if not (0 <= column < _COLUMNS and 0 <= row < _ROWS):
        return ""
    # The alphabet starts 1,000 km west of the origin and runs down from 2,000 km north of it.
    east, north = column + 10, row + 5
    return _LETTERS[(4 - north // 5) * 5 + east // 5] + _LETTERS[(4 - north % 5) * 5 + east % 5]


_CORNERS = {square_letters(column, row): (column, row) for column in range(_COLUMNS) for row in range(_ROWS)}


def grid_reference(easting_m: float, northing_m: float, *, digits: int = 10) -> str:
    """Return the grid reference of a position in EPSG:27700; "" outside the National Grid.

    Parameters
    ----------
    easting_m, northing_m
        Position in metres.
    digits
        How many figures, both halves together: 2 (10 km), 4 (1 km), 6, 8 or 10 (1 m).

    Raises
    ------
    GridReferenceError
        `digits` is none of these.

    Examples
    --------
    >>> grid_reference(651409.9, 313177.3)
    'TG 51409 13177'
    >>> grid_reference(651409.9, 313177.3, digits=6)
    'TG 514 131'
    """
    return grid_references([(easting_m, northing_m)], digits=digits)[0]


def grid_references(xy: Any, *, digits: int = 10) -> list[str]:
    """Return the grid references of many positions in EPSG:27700; "" for each outside the grid.

    Parameters
    ----------
    xy
        Array of shape (n, 2): easting and northing in metres. NaN gives "".
    digits
        As for `grid_reference`.

    Raises
    ------
    GridReferenceError
        `digits` is not 2, 4, 6, 8 or 10.

    Examples
    --------
    >>> grid_references([(412345, 367890), (-1, 0)])
    ['SK 12345 67890', '']
    """
    if digits not in (2, 4, 6, 8, 10):
        raise GridReferenceError(
            f"A grid reference cannot have {digits} figures.", fix="Ask for 2, 4, 6, 8 or 10."
        )
    half = digits // 2
    step_m = 10 ** (5 - half)
    metres: NDArray[np.float64] = np.asarray(xy, dtype=np.float64).reshape(-1, 2)
    limits = (_COLUMNS * _SQUARE_M, _ROWS * _SQUARE_M)
    inside = np.asarray(((metres >= 0) & (metres < limits)).all(axis=1))  # False for NaN as well
    whole = np.floor(np.where(inside[:, None], metres, 0)).astype(np.int64)
    squares, figures = whole // _SQUARE_M, whole % _SQUARE_M // step_m
    return [
        f"{square_letters(column, row)} {east:0{half}d} {north:0{half}d}" if known else ""
        for known, (column, row), (east, north) in zip(
            inside.tolist(), squares.tolist(), figures.tolist(), strict=True
        )
    ]


def parse(text: str) -> GridSquare:
    """Read a grid reference of 2 to 10 figures, in any case and with or without blanks.

    Returns
    -------
    GridSquare
        South-west corner of the square named, in EPSG:27700, and its side in metres.

    Raises
    ------
    GridReferenceError
        The text is no grid reference, or its letters lie outside the National Grid.

    Examples
    --------
    >>> parse("tg51409 13177")
    GridSquare(easting_m=651409, northing_m=313177, size_m=1)
    """
    fix = "Write two letters and 2 to 10 figures, like SK 12345 67890."
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise GridReferenceError(f"{text!r} is not a grid reference.", fix=fix)
    first, second, east, north = found.groups()
    if north is None:
        half = len(east) // 2
        # An odd count is left uneven on purpose, for the test below to refuse it.
        east, north = east[:half], east[half:]
    if len(east) != len(north) or not 1 <= len(east) <= 5:
        raise GridReferenceError(f"{text!r} has not two halves of 1 to 5 figures.", fix=fix)
    letters = (first + second).upper()
    if letters not in _CORNERS:
        raise GridReferenceError(f"{text!r}: {letters} is no square of the National Grid.", fix=fix)
    column, row = _CORNERS[letters]
    size_m = int(10 ** (5 - len(east)))
    return GridSquare(column * _SQUARE_M + int(east) * size_m, row * _SQUARE_M + int(north) * size_m, size_m)
