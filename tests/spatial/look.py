"""Make layers as a reader would hand them over, without any file."""

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import shapely

from lnrs_geo.spatial.read import RawLayer


def layer(
    name: str,
    columns: Mapping[str, Sequence[Any]],
    geometries: Sequence[Any],
    *,
    source: str = "site.gpkg",
    unreadable: frozenset[str] = frozenset(),
) -> RawLayer:
    """Return a layer whose feature ids begin at 1; geometries may be WKT."""
    shapes = [shapely.from_wkt(shape) if isinstance(shape, str) else shape for shape in geometries]
    frame = gpd.GeoDataFrame(dict(columns), geometry=shapes, crs="EPSG:27700")
    frame.index += 1
    return RawLayer(source, name, frame, "GPKG", "0" * 64, "", True, unreadable)


def table(name: str, columns: Mapping[str, Sequence[Any]], *, source: str = "site.gpkg") -> RawLayer:
    """Return a layer without geometry."""
    shapes = [None] * len(next(iter(columns.values())))
    frame = gpd.GeoDataFrame(dict(columns), geometry=shapes, crs=None)
    return RawLayer(source, name, frame, "GPKG", "0" * 64, "", False)


def square(east: float, north: float, side_m: float = 10.0) -> shapely.Geometry:
    """Return a square with its south-west corner at the place given, in Derbyshire."""
    return shapely.box(430_000 + east, 350_000 + north, 430_000 + east + side_m, 350_000 + north + side_m)
