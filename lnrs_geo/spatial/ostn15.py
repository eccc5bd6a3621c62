"""OSTN15, Ordnance Survey's definition of the National Grid over ETRS89: from `convertbng` or PROJ."""

import warnings
from collections.abc import Callable

import numpy as np
import pyproj
from numpy.typing import NDArray
from pyproj.transformer import TransformerGroup

from lnrs_geo.errors import GridMissing

Array = NDArray[np.float64]

# Transverse Mercator of the National Grid on the ellipsoid of ETRS89: where OSTN15 counts its cells.
_ETRS89_PLANE = pyproj.Proj(
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=GRS80"
)
_CELL_M = 1000


def find() -> tuple[Callable[[Array], Array], str, float]:
    """Find OSTN15: a function from degrees to metres, its name, its accuracy in metres.

    Returns
    -------
    tuple
        The function takes longitudes and latitudes of ETRS89, shape (n, 2), and returns eastings and
        northings of EPSG:27700, NaN outside the coverage of OSTN15.

    Raises
    ------
    GridMissing
        Neither convertbng nor PROJ's own grid is there.
    """
    try:
        import convertbng
        from convertbng.cutil import convert_etrs89_to_osgb36
    except ImportError:
        return _proj_grid()

    def shift(degrees: Array) -> Array:
        # convertbng rounds positions to 1 mm, which would snap every vertex. At the corners of its
        # cells that rounding is exact (the grid itself is given in mm), so the corners are asked for
        # and interpolated here as Ordnance Survey prescribes: double precision throughout. Corners
        # outside the grid are NaN (its functions from degrees go on west and south of it instead).
        plane = np.column_stack(_ETRS89_PLANE(*degrees.T))
        inside = np.isfinite(plane.sum(axis=1))
        result = np.full_like(plane, np.nan)
        corner, part = np.divmod(plane[inside] / _CELL_M, 1)
        cells, which = np.unique(corner, axis=0, return_inverse=True)
        total = plane[inside]
        for step in ((0, 0), (1, 0), (0, 1), (1, 1)):
            node_m = (cells + step) * _CELL_M
            offset_m = np.column_stack(convert_etrs89_to_osgb36(*node_m.T)) - node_m
            weight = np.where(step, part, 1 - part).prod(axis=1)
            total += weight[:, None] * offset_m[which.ravel()]
        result[inside] = total
        return result

    # Largest error over Ordnance Survey's 40 test points: 1.5 mm.
    return shift, f"OSTN15 (convertbng {convertbng.__version__})", 0.002


def _proj_grid() -> tuple[Callable[[Array], Array], str, float]:
    """Find PROJ's own copy of OSTN15, which its packages for Python lack."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the missing grid is an error below
        group = TransformerGroup(4258, 27700, always_xy=True)
    # `only_best=True` neither raises nor warns: the grid must be seen in the operation itself.
    usable = [each for each in group.transformers if "OSTN15" in each.definition]
    if not group.best_available or not usable:
        raise GridMissing(
            "The OSTN15 grid is not at hand, and without it positions would be wrong by 2 m.",
            fix="Install it with: pip install convertbng",
        )

    def shift(degrees: Array) -> Array:
        metres = np.column_stack(usable[0].transform(*degrees.T))
        inside = np.asarray(((metres >= 0) & (metres <= (700_000, 1_250_000))).all(axis=1))
        return np.where(inside[:, None], metres, np.nan)

    return shift, "OSTN15 (PROJ grid)", 0.01
