"""Registers of small made-up sites: squares in one sound measure, each site in a file of its own."""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from tests.flaws_world import MEADOW, world, zones

HEAD = "reference,file,layer,grid_reference,site_ref,application_date,granted\n"
AS_AT = "2026-09-01"
# The squares of the world's site: 100 m wide from here
WEST, SOUTH = 430_000, 360_000


def square(x_m: float, y_m: float, width_m: float = 10) -> shapely.Polygon:
    """Return a square at metres from the corner of the mapped land."""
    return shapely.box(WEST + x_m, SOUTH + y_m, WEST + x_m + width_m, SOUTH + y_m + width_m)


def parcels_of(number: int, count: int = 2) -> gpd.GeoDataFrame:
    """Return the parcels of a site: the first in the measure, the others half out of it or beyond it."""
    x = (number * 7) % 80
    shapes = [square(x, 5), square(x, 95), square(x, 120)][:count]
    return gpd.GeoDataFrame(
        {
            "parcel_ref": [f"P{at}" for at in range(1, len(shapes) + 1)],
            "retention": "Created",
            "proposed_habitat": MEADOW,
        },
        geometry=shapes,
        crs=27700,
    )


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer as GeoJSON in EPSG:27700, which is quicker made than a GeoPackage."""
    document = json.loads(frame.to_json(drop_id=True))
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    path.write_text(json.dumps(document))


def land(folder: Path) -> dict[str, Any]:
    """Write what all sites have in common, and return the options of a check of one of them."""
    options = world(folder)
    (folder / "parcels.gpkg").unlink()
    options.pop("parcels")
    options |= zones(
        "area", shapely.box(WEST - 5000, SOUTH - 5000, WEST + 5000, SOUTH + 5000), lnrs_id=["x"]
    )(folder)
    options |= zones(
        "authorities", shapely.box(WEST - 5000, SOUTH - 5000, WEST + 5000, SOUTH + 5000), name=["Northvale"]
    )(folder)
    return options


def register_of(folder: Path, count: int) -> Path:
    """Write so many site files and a register of them."""
    lines = [HEAD]
    (folder / "files").mkdir()
    for number in range(count):
        write_geojson(parcels_of(number, 1 + number % 3), folder / "files" / f"S{number:03}.geojson")
        dates = ("2025-10-01,", "2024-06-01,2025-06-01", ",")[number % 3]
        lines.append(f"S{number:03},files/S{number:03}.geojson,,,,{dates}\n")
    (folder / "register.csv").write_text("".join(lines))
    return folder / "register.csv"


def one_file_of(folder: Path, count: int, name: str = "all.gpkg") -> Path:
    """Write one file with the parcels of so many sites, mixed among each other."""
    frames = [parcels_of(number, 1 + number % 3).assign(site=f"S{number:03}") for number in range(count)]
    frame = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=27700)
    frame = frame.iloc[[at * 7 % len(frame) for at in range(len(frame))] if len(frame) % 7 else slice(None)]
    path = folder / name
    if path.suffix == ".parquet":
        frame.to_parquet(path, row_group_size=5)
    elif path.suffix == ".geojson":
        write_geojson(frame, path)
    else:
        cut = {name: name[:10] for name in frame.columns} if path.suffix == ".shp" else {}
        frame.rename(columns=cut).to_file(path, layer=path.stem)
    return path


def words(options: dict[str, Any], *more: object) -> list[str]:
    """Return options as the words of the command."""
    given = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    return [*given, "--as-at", AS_AT, *map(str, more)]
