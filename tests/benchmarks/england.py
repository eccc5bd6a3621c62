"""England, simulated: one authority's layer drawn in 48 places side by side, and parcels spread over all.

Areas are squares of 52 km on a grid of 6 by 8 inside England's extent. Each has a strategy file of its
own, with its own measures, area and crosswalk. The layer has the character of the real ones: mostly
cells of rasters with 8 vertices, and a heavy tail. Moved by multiples of 52 km it meets the 10 km
squares of the National Grid differently in every place. Fields along a border stick out of their area
by some metres, as real ones do: their land is divided between two strategies.
"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from tests.benchmarks import data, packs, program

COLUMNS = 6
FIRST = (150_000.0, 60_000.0)


def place_of(number: int, side_m: float) -> tuple[float, float]:
    """Return the south-western corner of an area."""
    return FIRST[0] + number % COLUMNS * side_m, FIRST[1] + number // COLUMNS * side_m


def write(folder: str, layers: int, scale: float, parcels: int) -> dict[str, Any]:
    """Write strategies with measures and areas, authorities, and one file of parcels for all of them."""
    place, of = Path(folder), data.land(scale=scale)
    mapped = data.measures(of, scale=scale, kind=data.AUTHORITY)
    shares = np.diff(np.linspace(0, parcels, layers + 1).astype(int))
    lots, outlines = [], []
    for number, share in enumerate(shares, start=1):
        lnrs_id = f"E{number:02d}"
        step = np.array(place_of(number - 1, of.side_m)) - of.at
        own = mapped.set_geometry(_moved(data.shapes_of(mapped), step))
        own["lnrs_id"] = lnrs_id
        own.to_file(place / f"measures_{lnrs_id}.gpkg", layer="measures")
        outlines.append(_moved(np.array([of.box]), step)[0])
        packs.write_strategy(place, lnrs_id, outlines[-1], measures=f"measures_{lnrs_id}.gpkg")
        some = data.parcels(of, int(share), seed=data.SEED + number, sites=f"{lnrs_id}-")
        lots.append(some.set_geometry(_moved(data.shapes_of(some), step)))
    gpd.GeoDataFrame(
        {"authority": [f"Made-up Council {number}" for number in range(1, layers + 1)]},
        geometry=outlines,
        crs=data.BNG,
    ).to_file(place / "authorities.gpkg")
    everywhere = gpd.GeoDataFrame(pd.concat(lots, ignore_index=True), crs=data.BNG)
    everywhere.to_parquet(place / "parcels.parquet")
    return {
        "polygons": len(mapped),
        "vertices": int(shapely.get_num_coordinates(data.shapes_of(mapped)).sum()),
        "sites": int(everywhere["site_ref"].nunique()),
        "layers_mb": sum(program.size_mb(one) for one in place.glob("measures_*.gpkg")),
        "parcels_mb": program.size_mb(place / "parcels.parquet"),
    }


def _moved(shapes: data.Geometries, step: np.ndarray) -> data.Geometries:
    return np.asarray(shapely.transform(shapes, lambda corners: corners + step))
