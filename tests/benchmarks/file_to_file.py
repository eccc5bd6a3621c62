"""Rows (6): a whole run from files to files, against the bare cost of reading and writing them.

Bare is: pyogrio reads the measures and the parcels whole; pyogrio writes every layer and table that the
program's results.gpkg has (with geometries and all columns), pandas writes parts.csv and parcels.csv,
and the json module writes result.json. What is written was read from the program's results before the
clock started. Nothing is checked, matched, decided, hashed, styled or replaced whole. Each side is a
process of its own with Python and its libraries loaded before the clock starts, on one core.
"""

import inspect
import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks import processes, program
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line, at_most, seconds

SLOWER_AT_MOST = 3.0


def file_to_file(bench: Bench) -> Iterator[Line]:
    """Compare `check` with an index, and without, with the bare cost."""
    folder, _ = bench.county()
    n = bench.plan.large
    given = {"folder": str(folder), "n": n}
    out = bench.empty("file-to-file")
    lacks = program.lacking("index") or program.lacking("check", "--matching")
    cache = bench.folder / "county-cache"
    ways = {"plain": program.NO_CACHE}
    if lacks:
        yield Line("file-to-file", f"{n:,} parcels: check and write, indexed", lacks)
    else:
        made = bench.once("county-cache", "one_site", "index", folder=str(folder), cache=str(cache))
        yield Line(
            "file-to-file", "`lnrs-geo index`, once", f"{made['seconds']:.0f} s", f"{made['mb']:.0f} MB"
        )
        ways = {"indexed": program.kept_in(cache)}
    took: dict[str, list[dict[str, float]]] = {name: [] for name in (*ways, "bare")}
    with processes.cores(1):
        for _ in range(bench.plan.repeats):
            for name, env in ways.items():
                found = processes.task(
                    "file_to_file", "whole", **given, out=str(out / name), env=env, matching=name
                )
                took[name].append(found)
            took["bare"].append(
                processes.task("file_to_file", "bare", **given, results=str(out / next(iter(ways))))
            )
    bare = [one["seconds"] for one in took["bare"]]
    parts = {key: median(one[key] for one in took["bare"]) for key in ("read", "write")}
    yield Line(
        "file-to-file", f"{n:,} parcels: bare reading and writing", seconds(bare),
        f"read {parts['read']:.2f} s, write {parts['write']:.2f} s",
    )  # fmt: skip
    for name in ways:
        own = [one["seconds"] for one in took[name]]
        split = {key: median(one[key] for one in took[name]) for key in ("check", "write", "peak_gb")}
        slower = median(own) / median(bare)
        yield Line(
            "file-to-file", f"{n:,} parcels: check and write, {name}", seconds(own),
            f"{slower:.2f} x bare; check {split['check']:.1f} s, write {split['write']:.1f} s",
            **at_most(slower, SLOWER_AT_MOST, "x"),
        )  # fmt: skip
        yield Line("file-to-file", "  peak of memory", f"{split['peak_gb']:.2f} GB")


# Tasks


def whole(folder: str, n: int, out: str, env: dict[str, str], matching: str) -> dict[str, float]:
    """Check a file of parcels and write the results."""
    import os

    os.environ.update(env)
    import lnrs_geo
    from tests.benchmarks import engine_way

    _loaded()
    engine_way.missing()
    known = inspect.signature(lnrs_geo.check).parameters
    options: dict[str, Any] = {"matching": matching} if "matching" in known else {}
    start = time.perf_counter()
    result = lnrs_geo.check(
        f"{folder}/parcels_{n}.gpkg",
        measures=f"{folder}/measures.gpkg",
        strategy=f"{folder}/strategy.toml",
        authorities=f"{folder}/authorities.gpkg",
        **options,
    )
    checked = time.perf_counter()
    result.write(out)
    written = time.perf_counter()
    return {
        "seconds": written - start,
        "check": checked - start,
        "write": written - checked,
        "peak_gb": processes.own_peak_gb(),
    }


def bare(folder: str, n: int, results: str) -> dict[str, float]:
    """Read the inputs, and write tables that are in memory already."""
    import tempfile

    import pandas as pd
    import pyogrio

    _loaded()
    place = Path(results)
    # straight from the layers: geopandas would turn a table without geometry into another kind of frame
    frames = {
        str(name): pyogrio.read_dataframe(place / "results.gpkg", layer=name)
        for name, _ in pyogrio.list_layers(place / "results.gpkg")
    }
    tables = {
        path.name: pd.read_csv(path, dtype=str, keep_default_na=False) for path in sorted(place.glob("*.csv"))
    }
    document = json.loads((place / "result.json").read_bytes())
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        start = time.perf_counter()
        for name in ("measures", f"parcels_{n}"):
            pyogrio.read_dataframe(f"{folder}/{name}.gpkg")
        read = time.perf_counter()
        for name, frame in frames.items():
            pyogrio.write_dataframe(
                frame, f"{scratch}/results.gpkg", layer=name, append=name != next(iter(frames))
            )
        for name, table in tables.items():
            table.to_csv(f"{scratch}/{name}", index=False, lineterminator="\n")
        with Path(scratch, "result.json").open("w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False)
        written = time.perf_counter()
    return {"seconds": written - start, "read": read - start, "write": written - read}


def _loaded() -> None:
    """Load the libraries that either side uses, by using them."""
    import tempfile

    import geopandas as gpd
    import pyogrio
    from shapely import Point

    with tempfile.TemporaryDirectory() as scratch:
        frame = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)], crs="EPSG:27700")
        pyogrio.write_dataframe(frame, f"{scratch}/a.gpkg")
        pyogrio.read_dataframe(f"{scratch}/a.gpkg")
