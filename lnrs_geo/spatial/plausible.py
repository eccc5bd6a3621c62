"""Tell whether numbers can be what the file says they are and, if not, what they look like.

A layer with the wrong coordinate reference system is the commonest fault of a boundary file, and the
worst: nothing breaks, the parcels just lie elsewhere. The numbers tell. Each system that is used for
English land puts Great Britain in a box of numbers of its own, and the boxes hardly meet.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lnrs_geo.spatial.gridref import square_letters

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Box(NamedTuple):
    """A rectangle of coordinates."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, x: Array, y: Array) -> Mask:
        """Tell for each pair of numbers whether it lies in the box."""
        return (x >= self.west) & (x <= self.east) & (y >= self.south) & (y <= self.north)


@dataclass(frozen=True, slots=True)
class _System:
    code: str
    words: str
    swapped: str
    britain: Box


BNG, WGS84 = "EPSG:27700", "EPSG:4326"
BRITAIN_DEGREES = Box(-9.5, 49.0, 2.5, 61.5)
BRITAIN_M = Box(0, 0, 700_000, 1_300_000)
# Natural England's layer of LNRS areas, in EPSG:27700.
ENGLAND_M = Box(82_643, 5_333, 655_993, 657_601)
_DEGREES = Box(-180, -90, 180, 90)
# All squares of 500 km that have a letter; beyond them a position is no longer one of this grid.
_LETTERED_M = Box(-1_000_000, -500_000, 1_500_000, 2_000_000)
_SYSTEMS = (
    _System(WGS84, "longitude and latitude in degrees", "latitude before longitude", BRITAIN_DEGREES),
    # From 1 km on, so that degrees elsewhere in the world are not taken for metres.
    _System(BNG, "National Grid metres", "northing before easting", Box(1e3, 1e3, 7e5, 1.3e6)),
    _System("EPSG:3857", "Web Mercator metres", "y before x", Box(-1.06e6, 6.27e6, 2.8e5, 8.75e6)),
)
# These boxes hold other lands where a file is in another metric system, so they tell something only
# where it says degrees or National Grid.
_MORE_SYSTEMS = (
    _System("EPSG:32630", "UTM metres, zone 30", "northing before easting", Box(1.3e5, 5.4e6, 8.6e5, 6.9e6)),
    _System("EPSG:3035", "ETRS89-LAEA metres", "northing before easting", Box(3e6, 3e6, 3.9e6, 4.4e6)),
)
# Squares of 100 km with land of England; with land of Scotland, Wales or the Isle of Man only.
# fmt: off
_ENGLAND = frozenset((
    "NT", "NU", "NY", "NZ", "OV", "SD", "SE", "TA", "SJ", "SK", "TF", "TG", "SO", "SP", "TL",
    "TM", "SS", "ST", "SU", "TQ", "TR", "SV", "SW", "SX", "SY", "SZ", "TV",
))
_ELSEWHERE = frozenset((
    "HP", "HT", "HU", "HW", "HX", "HY", "HZ", "NA", "NB", "NC", "ND", "NF", "NG", "NH", "NJ",
    "NK", "NL", "NM", "NN", "NO", "NR", "NS", "NW", "NX", "SC", "SH", "SM", "SN", "SR",
))
# fmt: on


@dataclass(frozen=True, slots=True)
class Survey:
    """What is wrong with each coordinate.

    `fault` holds 0 for a plausible coordinate, else the place in `faults` of what it looks like;
    `looks_like` holds, in the same places, the code of the system that the numbers fit, or "".
    """

    fault: NDArray[np.int8]
    faults: tuple[str, ...]
    looks_like: tuple[str, ...]

    @property
    def hopeless(self) -> bool:
        """True where there are coordinates and none of them is plausible."""
        return self.fault.size > 0 and bool((self.fault > 0).all())


def survey(xy: Array, *, stated: str, position: Array, in_metres: bool) -> Survey:
    """Find the coordinates that cannot be what they are said to be.

    Parameters
    ----------
    xy
        Numbers of the file, shape (n, 2).
    stated
        What they are said to be: EPSG:27700, EPSG:4326 (for any system in degrees), or another code.
    position
        Where they lie if that is true, shape (n, 2): metres of EPSG:27700 or degrees.
    in_metres
        Which of the two `position` holds.

    Returns
    -------
    Survey
        A plausible position elsewhere in the world is no fault.
    """
    if in_metres and len(xy):
        (west, south), (east, north) = np.minimum(xy, position).min(axis=0), position.max(axis=0)
        # Millions of vertices, nearly always all at home: NaN fails every comparison.
        if (
            BRITAIN_M.west <= west
            and BRITAIN_M.south <= south
            and east <= BRITAIN_M.east
            and (north <= BRITAIN_M.north and (west > _DEGREES.east or south > _DEGREES.north))
        ):
            return Survey(np.zeros(len(xy), dtype=np.int8), ("",), ("",))
    x, y = xy.T
    faults, looks_like = [""], [""]
    fault = np.zeros(len(xy), dtype=np.int8)
    home = (BRITAIN_M if in_metres else BRITAIN_DEGREES).holds(*position.T)
    zero = (x == 0) & (y == 0)
    if stated != WGS84:
        home &= ~_DEGREES.holds(x, y)

    def mark(where: Mask, words: str, code: str = "") -> None:
        where = where & ~home & (fault == 0)
        if where.any():
            fault[where] = len(faults)
            faults.append(words)
            looks_like.append(code)

    mark(~np.isfinite(xy.sum(axis=1)), "they are no numbers (NaN or infinite)")
    mark(zero, "they are zero")
    for system in _SYSTEMS + (_MORE_SYSTEMS if stated in (BNG, WGS84) else ()):
        if system.code != stated:
            mark(system.britain.holds(x, y), f"they look like {system.code} ({system.words})", system.code)
            swapped = f"they look like {system.code} with its axes swapped ({system.swapped})"
        else:
            swapped = f"their axes look swapped ({system.swapped})"
        mark(system.britain.holds(y, x), swapped)
    if stated != WGS84:
        mark(_DEGREES.holds(x, y), f"they look like degrees ({WGS84}), outside Great Britain", WGS84)
    possible = (_LETTERED_M if in_metres else _DEGREES).holds(*position.T)
    mark(~possible, "they are beyond what that system can hold")
    return Survey(fault, tuple(faults), tuple(looks_like))


def swapped_certainty(xy_m: Array) -> str:
    """Tell whether National Grid metres would lie in England if their axes were swapped.

    Returns
    -------
    str
        "certain" where all positions lie in squares of 100 km without any land and would all lie in
        England's if swapped; "possible" where they lie in squares of Scotland or Wales instead;
        else "" (Derbyshire swapped is Lancashire: no box can tell).
    """
    cells = np.floor(xy_m / 100_000).astype(np.int64)
    # Vertices follow one another: sorting only where the square changes spares minutes over millions.
    moved = np.append(True, (cells[1:] != cells[:-1]).any(axis=1)) if len(cells) else np.zeros(0, dtype=bool)
    squares = np.unique(cells[moved], axis=0).tolist()
    here = {square_letters(column, row) for column, row in squares}
    swapped = {square_letters(row, column) for column, row in squares}
    if not swapped or not swapped <= _ENGLAND or here & _ENGLAND:
        return ""
    return "possible" if here & _ELSEWHERE else "certain"
