"""Tasks that write made-up land into files; each is called in a process of its own."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from tests.benchmarks import data, packs, program

SITE_PARCELS = 30


def county(folder: str, scale: float, sizes: list[int]) -> dict[str, Any]:
    """Write a county's measures, files of parcels of some sizes, and the outline of a site."""
    place, of = Path(folder), data.land(scale=scale)
    mapped = data.measures(of, scale=scale)
    packs.write_pack(place, of, mapped)
    for n in sizes:
        data.parcels(of, n).to_file(place / f"parcels_{n}.gpkg", layer="parcels")
    _site(of).to_file(place / "site.gpkg")
    return _said(place, mapped)


def growing(folder: str, scale: float, parcels: int, polygons: float, vertices: float) -> dict[str, Any]:
    """Write a county with some times the polygons, or some times the vertices in each."""
    place, of = Path(folder), data.land(scale=scale)
    kind = data.COUNTY.growing(polygons=polygons, vertices=vertices)
    mapped = data.measures(of, scale=scale, kind=kind)
    packs.write_pack(place, of, mapped)
    data.parcels(of, parcels).to_file(place / f"parcels_{parcels}.gpkg", layer="parcels")
    return _said(place, mapped)


def big(folder: str, scale: float) -> dict[str, Any]:
    """Write a layer of about 400 MB (at scale 1), and outlines of sites on it."""
    place, of = Path(folder), data.land(scale=max(scale, 0.003))
    mapped = data.measures(of, scale=max(scale, 0.003), kind=data.HEAVY)
    packs.write_pack(place, of, mapped)
    _site(of).to_file(place / "site.gpkg")
    return _said(place, mapped)


def million(folder: str, scale: float, sizes: list[int]) -> dict[str, Any]:
    """Write a county of small fields, so that it holds many parcels, as GeoParquet with a column of sites.

    The smaller numbers are spread over the county as the larger are: whole sites, drawn from all.
    """
    place = Path(folder)
    field_m = float(np.sqrt(data.FULL_SIDE_M**2 * scale / (1.05 * max(sizes))))
    of = data.land(scale=scale, field_m=min(field_m, data.MEAN_FIELD_M))
    mapped = data.measures(of, scale=scale)
    packs.write_pack(place, of, mapped)
    for n in sizes:
        data.parcels(of, n, sites="S").to_parquet(place / f"parcels_{n}.parquet")
    return _said(place, mapped)


def _site(of: data.Land) -> gpd.GeoDataFrame:
    outline = shapely.union_all(data.shapes_of(data.parcels(of, min(SITE_PARCELS, of.fields.size))))
    return gpd.GeoDataFrame(geometry=[outline], crs=data.BNG)


def _said(place: Path, mapped: gpd.GeoDataFrame) -> dict[str, Any]:
    vertices = shapely.get_num_coordinates(data.shapes_of(mapped))
    return {
        "polygons": len(mapped),
        "vertices": int(vertices.sum()),
        "most": int(vertices.max()),
        "megabytes": program.size_mb(place / "measures.gpkg"),
    }
