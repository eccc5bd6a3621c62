"""Maps of parcels, their parts and the mapped measures: pictures that need no network and read in grey.

    shapes -> window (which land) -> paper (millimetres) -> sheet (legend, scale, north, licence) -> PNG

Each comes with a text alternative that carries its facts. Everything is drawn from `results.gpkg`.
"""

from lnrs_geo.report.maps.overview import overview_map, overview_maps
from lnrs_geo.report.maps.parcel import parcel_map
from lnrs_geo.report.maps.sheet import Map
from lnrs_geo.report.maps.sites import sites_map

__all__ = ["Map", "overview_map", "overview_maps", "parcel_map", "sites_map"]
