"""Treat a GeoDataFrame as if it were a layer of a file."""

import hashlib

import geopandas as gpd
import numpy as np
import shapely

from lnrs_geo.errors import SourceError
from lnrs_geo.spatial.read import RawLayer


def frame_layer(frame: gpd.GeoDataFrame, role: str) -> RawLayer:
    """Treat a frame as a layer of a file that bears its role as a name."""
    name = frame.active_geometry_name
    if name is None:
        raise SourceError(
            "The frame has no geometry column.", where=f"<{role} frame>", fix="Call set_geometry first."
        )
    renamed = frame if name == "geometry" else frame.rename_geometry("geometry")
    geometries = np.asarray(renamed.geometry.array, dtype=object)
    if (shapely.get_precision(geometries) > 0).any():
        # a geometry that remembers a grid would round every overlay to it
        renamed = renamed.set_geometry(
            gpd.GeoSeries(shapely.set_precision(geometries, 0), renamed.index, crs=frame.crs)
        )
    shapes = shapely.to_wkb(np.asarray(renamed.geometry.array), byte_order=1).tolist()
    digest = hashlib.sha256(b"".join(shape or b"-" for shape in shapes))
    digest.update(renamed.drop(columns="geometry").to_csv(index=True).encode())
    return RawLayer(f"<{role} frame>", "frame", renamed, "frame", digest.hexdigest(), "", True)
