"""Which land a map shows, and where on the paper a place of it lies."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.report.maps.paper import Box

# A tree or a parcel of 1 m2 is shown with some land round it.
SMALLEST_M = 100.0
_MARGIN = 0.12  # of the larger side, on each side
_BEYOND_MM = 3.0  # what is cut off is cut outside the frame, so that no cut edge is drawn
_SIMPLER_MM = 0.04  # a third of a pixel


@dataclass(frozen=True, slots=True)
class Window:
    """Land in EPSG:27700 (metres) and the frame on the paper (millimetres) that it fills."""

    left_m: float
    bottom_m: float
    metres_per_mm: float
    frame: Box

    @property
    def bounds_m(self) -> Box:
        """The land shown: west, south, east, north."""
        return (
            self.left_m,
            self.bottom_m,
            self.left_m + (self.frame[2] - self.frame[0]) * self.metres_per_mm,
            self.bottom_m + (self.frame[3] - self.frame[1]) * self.metres_per_mm,
        )

    @property
    def middle_m(self) -> tuple[float, float]:
        """Its middle: easting and northing."""
        west, south, east, north = self.bounds_m
        return (west + east) / 2, (south + north) / 2

    @property
    def near_m(self) -> Box:
        """The land shown and a rim beyond the frame."""
        rim = _BEYOND_MM * self.metres_per_mm
        west, south, east, north = self.bounds_m
        return west - rim, south - rim, east + rim, north + rim

    def x(self, easting_m: float) -> float:
        """Return where an easting lies on the paper."""
        return self.frame[0] + (easting_m - self.left_m) / self.metres_per_mm

    def y(self, northing_m: float) -> float:
        """Return where a northing lies on the paper."""
        return self.frame[1] + (northing_m - self.bottom_m) / self.metres_per_mm

    def on_paper(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return a shape as it is drawn: cut to the frame, without what is finer than a pixel."""
        near = shapely.box(*self.near_m)
        flat = shapely.force_2d(shape)
        if not shapely.is_valid(flat):
            flat = shapely.make_valid(flat)  # for drawing only
        cut = flat if shapely.covers(near, shapely.envelope(flat)) else shapely.intersection(flat, near)
        placed = shapely.transform(cut, self._placed)
        # Topology is kept: a thin parcel does not vanish.
        return shapely.simplify(placed, _SIMPLER_MM, preserve_topology=True)

    def _placed(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        corner = np.array([self.left_m, self.bottom_m])
        placed: npt.NDArray[np.float64] = (xy - corner) / self.metres_per_mm + np.array(self.frame[:2])
        return placed


def window_on(bounds_m: Box, frame: Box, *, margin: float = _MARGIN) -> Window:
    """Return the window that shows `bounds_m` (west, south, east, north) with some land round it.

    Examples
    --------
    >>> window_on((0, 0, 1, 1), (0, 0, 100, 50)).bounds_m
    (-99.5, -49.5, 100.5, 50.5)
    """
    west, south, east, north = bounds_m
    rim = margin * max(east - west, north - south)
    wide = max(east - west + 2 * rim, SMALLEST_M)
    high = max(north - south + 2 * rim, SMALLEST_M)
    width_mm, height_mm = frame[2] - frame[0], frame[3] - frame[1]
    metres_per_mm = max(wide / width_mm, high / height_mm)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    left = middle_x - metres_per_mm * width_mm / 2
    return Window(left, middle_y - metres_per_mm * height_mm / 2, metres_per_mm, frame)


def round_length(metres: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 and so on that is no longer than `metres`.

    Examples
    --------
    >>> [round_length(one) for one in (99, 100, 1234)]
    [50.0, 100.0, 1000.0]
    """
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in (1, 2, 5) if step * power <= metres * (1 + 1e-9))
