"""Measure the program: `python -m tests.benchmarks.run [--quick]` prints one table.

Run it from the project's folder. Every measurement has a process of its own, all on one core, so
that the peak of memory is its own and nothing is warm from before but the files. Ways that are
compared take turns (A B A B), and medians are shown. Whole commands are timed by the clock, all else
in seconds of the processor, which other work on the computer disturbs less. Seconds differ from one
computer to another; the ratios are what counts.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ONE_SITE = 30
AGREEMENT = 1e-9
SLOWER_AT_MOST, HELP_S, SITE_S, PEAK_GB = 1.3, 0.3, 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: scale of the land, numbers of parcels, repeats."""

    scale: float
    sizes: tuple[int, int, int]
    repeats: int


FULL = Plan(1.0, (1_000, 10_000, 100_000), 5)
QUICK = Plan(0.2, (300, 1_500, 6_000), 3)


def main(argv: Sequence[str] | None = None) -> None:
    """Run all rows and print the table; or, as a process of its own, one task."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="small data, under three minutes")
    options.add_argument("--task", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    given = options.parse_args(argv)
    if given.task:
        name, *words = given.task
        print(json.dumps(TASKS[name](*words)))
        return
    if hasattr(os, "sched_setaffinity"):  # children inherit it
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    started = time.monotonic()
    plan = QUICK if given.quick else FULL
    print(f"Python {platform.python_version()}, {platform.machine()}, load before: {_load()}")
    print(f"{'what':<58}{'measured':>13}{'compared with':>56}")
    with tempfile.TemporaryDirectory(prefix="lnrs-geo-benchmark-") as folder:
        made = _task("make", folder, str(plan.scale), *map(str, (ONE_SITE, *plan.sizes)))
        size = f"{made['polygons']:,} with {made['vertices']:,} vertices, at most {made['most']:,}"
        _row("polygons of measures, and their file", f"{made['megabytes']:.1f} MB", size)
        _matching(folder, plan)
        _commands(folder, plan)
        _whole_runs(folder, plan)
    print(f"Took {(time.monotonic() - started) / 60:.1f} minutes, load after: {_load()}")
    if given.quick:
        print("The data were small: the targets are meant for a run without --quick.")


def _matching(folder: str, plan: Plan) -> None:
    """Compare the program's match and overlaps with other ways, and check that all agree."""
    for n, others in zip(plan.sizes[:2], (["overlay", "rtree_loop"], []), strict=True):
        names = ["plain_best", "program", *others]
        found = _task("ways", folder, str(n), str(plan.repeats if not others else 3), *names)
        medians = {name: statistics.median(found["seconds"][name]) for name in names}
        for name in names:
            ratio = medians[name] / medians["plain_best"]
            against = f"{ratio:.2f} x plain_best"
            if name == "program":
                against += _verdict(ratio <= SLOWER_AT_MOST, f"{SLOWER_AT_MOST} x")
            _row(f"match and overlaps, {n:,} parcels: {name}", f"{medians[name]:.2f} s", against)
        agree = _verdict(found["difference"] <= AGREEMENT, f"{AGREEMENT:g}")
        _row(f"  largest difference of {found['shares']:,} shares", f"{found['difference']:.1e}", agree)


def _commands(folder: str, plan: Plan) -> None:
    """Time whole processes of the command, by the clock on the wall."""
    command = _command()
    common = [f"--measures={folder}/measures.gpkg", f"--strategy={folder}/strategy.toml",
              f"--authorities={folder}/authorities.gpkg"]  # fmt: skip
    jobs = {
        "lnrs-geo --help": ([*command, "--help"], HELP_S),
        "lnrs-geo site, one boundary": ([*command, "site", f"{folder}/site.gpkg", *common], SITE_S),
        f"lnrs-geo check, {ONE_SITE} parcels": (
            [*command, "check", f"{folder}/parcels_{ONE_SITE}.gpkg", *common, f"--out={folder}/out"],
            SITE_S,
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    failed: dict[str, str] = {}
    for _ in range(plan.repeats):
        for name, (words, _) in jobs.items():
            start = time.perf_counter()
            done = subprocess.run(words, check=False, capture_output=True, text=True)
            seconds[name].append(time.perf_counter() - start)
            if done.returncode:
                failed[name] = done.stderr.strip().splitlines()[-1]
    for name, (_, target_s) in jobs.items():
        median = statistics.median(seconds[name])
        against = (
            f"FAILED: {failed[name]}" if name in failed else _verdict(median < target_s, f"{target_s} s")
        )
        _row(f"{name}, whole process", f"{median:.2f} s", against)


def _whole_runs(folder: str, plan: Plan) -> None:
    """Run `lnrs_geo.check` on more and more parcels, and tell what grows."""
    before: dict[str, float] = {}
    for n in plan.sizes:
        found = _task("whole", folder, str(n)) | _task("reading", folder, str(n))
        total = found["check"] + found["write"]
        _row(f"check and write, {n:,} parcels", f"{total:.1f} s", f"{n / total:,.0f} parcels a second")
        for name, words in (("read", "reading"), ("match", "match and overlaps"), ("write", "writing")):
            growth = f", {found[name] / before[name]:.1f} x the row before" if before else ""
            _row(f"  {words}", f"{found[name]:.2f} s", f"{found[name] / total:.0%} of it{growth}")
        peak_gb = found["peak_gb"]
        _row("  peak of memory", f"{peak_gb:.2f} GB", _verdict(peak_gb < PEAK_GB, f"{PEAK_GB} GB"))
        before = found


def make(folder: str, scale: str, *sizes: str) -> dict[str, Any]:
    """Write the land's measures, and a file of parcels of each size."""
    import geopandas as gpd
    import numpy as np
    import shapely

    from tests.benchmarks import data

    place, of = Path(folder), data.land(scale=float(scale))
    mapped = data.measures(of, scale=float(scale))
    data.write_pack(place, of, mapped)
    for n in map(int, sizes):
        data.parcels(of, n).to_file(place / f"parcels_{n}.gpkg", layer="parcels")
    outline = data.parcels(of, ONE_SITE).geometry.array
    site = gpd.GeoDataFrame(geometry=[shapely.union_all(np.asarray(outline))], crs=data.BNG)
    site.to_file(place / "site.gpkg")
    vertices = shapely.get_num_coordinates(np.asarray(mapped.geometry.array))
    return {
        "polygons": len(mapped),
        "vertices": int(vertices.sum()),
        "most": int(vertices.max()),
        "megabytes": (place / "measures.gpkg").stat().st_size / 1e6,
    }


def ways(folder: str, n: str, repeats: str, *names: str) -> dict[str, Any]:
    """Time the ways named in turns; compare every share with those of the first."""
    import numpy as np

    from tests.benchmarks import methods

    parcels, polygons, groups = _arrays(folder, n)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    shares = {}
    for _ in range(int(repeats)):
        for name in names:
            start = time.process_time()
            shares[name] = getattr(methods, name)(parcels, polygons, groups)
            seconds[name].append(time.process_time() - start)
    first = shares[names[0]]
    difference = max(float(np.abs(one - first).max()) for one in shares.values())
    return {"seconds": seconds, "difference": difference, "shares": int((first > 0).sum())}


def whole(folder: str, n: str) -> dict[str, float]:
    """Check a file of parcels and write the results, once, and tell the peak of memory."""
    import resource

    import lnrs_geo

    start = time.process_time()
    result = lnrs_geo.check(
        f"{folder}/parcels_{n}.gpkg",
        measures=f"{folder}/measures.gpkg",
        strategy=f"{folder}/strategy.toml",
        authorities=f"{folder}/authorities.gpkg",
    )
    checked = time.process_time()
    result.write(f"{folder}/results_{n}")
    written = time.process_time()
    unit = 1 if sys.platform == "darwin" else 1024
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
    return {"check": checked - start, "write": written - checked, "peak_gb": peak_gb}


def reading(folder: str, n: str) -> dict[str, float]:
    """Time what `check` does first: reading both files, and matching."""
    from lnrs_geo.spatial.read import read_layers
    from tests.benchmarks import methods

    start = time.process_time()
    for name in ("measures", f"parcels_{n}"):
        read_layers(f"{folder}/{name}.gpkg")
    read = time.process_time() - start
    arrays = _arrays(folder, n)
    start = time.process_time()
    methods.program(*arrays)
    return {"read": read, "match": time.process_time() - start}


def _arrays(folder: str, n: str) -> tuple[Any, Any, Any]:
    import geopandas as gpd
    import numpy as np

    parcels = gpd.read_file(f"{folder}/parcels_{n}.gpkg")
    measures = gpd.read_file(f"{folder}/measures.gpkg")
    _, groups = np.unique(measures["pm_id"].to_numpy(dtype=str), return_inverse=True)
    shapes = (np.asarray(frame.geometry.array, dtype=object) for frame in (parcels, measures))
    return *shapes, groups.astype(np.int64)


TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "make": make, "ways": ways, "whole": whole, "reading": reading,
}  # fmt: skip


def _task(*words: str) -> dict[str, Any]:
    """Run a task in a process of its own and return what it found."""
    command = [sys.executable, "-m", "tests.benchmarks.run", "--task", *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout))


def _command() -> list[str]:
    """Return the words that start the program."""
    beside = Path(sys.executable).parent / "lnrs-geo"
    found = str(beside) if beside.exists() else shutil.which("lnrs-geo")
    return [found] if found else [sys.executable, "-c", "from lnrs_geo.cli import main; main()"]


def _verdict(good: bool, target: str) -> str:
    return f" (target {target}: {'met' if good else 'MISSED'})"


def _row(what: str, measured: str, against: str = "") -> None:
    print(f"{what:<58}{measured:>13}{against:>56}", flush=True)


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
