"""What a run needs beside parcels: a strategy file with its measures, area and crosswalk, and authorities."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from tests.benchmarks.data import BNG, HABITATS, Land

CLEARANCE_M = 400.0
STRATEGY = """lnrs_id = "{lnrs_id}"
name = "Made-up strategy {lnrs_id} for measuring speed"
authority = "Made-up County Council"
status = "sample"
published = "2025-01-15"
published_source = "made up"
area = "{area}"

[crosswalk]
file = "{crosswalk}"
"""
OWN_MEASURES = """
[measures]
files = ["{measures}"]
"""


def crosswalk(lnrs_id: str = "bench") -> pd.DataFrame:
    """Say yes for some measures, no for others, and nothing for the rest."""
    said = dict.fromkeys((2, 3, 5, 9, 12, 15), "yes") | dict.fromkeys((1, 4, 6, 7, 10, 13, 16, 18), "no")
    rows = [
        {
            "lnrs_id": lnrs_id, "measure_id": f"B{code:02d}", "module": "area", "habitat": habitat,
            "intervention": "either", "verdict": verdict, "status": "published", "source": "made up",
        }
        for code, verdict in said.items()
        for habitat in HABITATS[code % 2 :]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def write_pack(folder: Path, of: Land, mapped: gpd.GeoDataFrame) -> None:
    """Write measures, strategy file, area, authorities and crosswalk into a folder."""
    mapped.to_file(folder / "measures.gpkg", layer="measures")
    inner = shapely.buffer(of.box, -CLEARANCE_M, join_style="mitre")
    write_strategy(folder, "bench", inner)
    west, south, east, north = of.box.bounds
    middle = west + of.side_m / 2 + 7.3
    halves = [shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)]
    names = {"authority": ["Made-up West District", "Made-up East District"]}
    gpd.GeoDataFrame(names, geometry=halves, crs=BNG).to_file(folder / "authorities.gpkg")


def write_strategy(folder: Path, lnrs_id: str, area: shapely.Geometry, *, measures: str = "") -> Path:
    """Write a strategy file with its area and crosswalk; `measures` is a file that it names as its own."""
    ending = "" if lnrs_id == "bench" else f"_{lnrs_id}"
    names = {"area": f"area{ending}.gpkg", "crosswalk": f"crosswalk{ending}.csv"}
    gpd.GeoDataFrame({"lnrs_id": [lnrs_id]}, geometry=[area], crs=BNG).to_file(folder / names["area"])
    crosswalk(lnrs_id).to_csv(folder / names["crosswalk"], index=False, lineterminator="\n")
    text = STRATEGY.format(lnrs_id=lnrs_id, **names)
    path = folder / f"strategy{ending}.toml"
    path.write_text(text + (OWN_MEASURES.format(measures=measures) if measures else ""), encoding="utf-8")
    return path
