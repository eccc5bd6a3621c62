"""Rows (8): England in one sitting: 48 layers indexed ahead, a million parcels through `batch`."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import processes, program, sameness
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line, at_most

LONGEST_MIN, PEAK_GB = 15.0, 4.0
WHOLE = 48


def national(bench: Bench) -> Iterator[Line]:
    """Make the layers, index them, and run the batch once: the times of the first two are given apart."""
    plan = bench.plan
    start = time.monotonic()
    place = bench.folder / "england"
    given = {"layers": plan.layers, "scale": plan.layer_scale, "parcels": plan.national}
    said = bench.once("england", "england", "write", folder=str(place), **given)
    made = time.monotonic() - start
    size = f"{plan.layers} layers of {said['polygons']:,} polygons, {said['vertices']:,} vertices each"
    if plan.layers < WHOLE or plan.layer_scale < 1:
        size += " (REDUCED)"
    yield Line(
        "national",
        size,
        f"{said['layers_mb'] / 1000:.2f} GB",
        f"making it took {made:.0f} s (0: it was there)",
    )
    yield Line(
        "national", f"{plan.national:,} parcels, {said['sites']:,} sites", f"{said['parcels_mb']:.0f} MB"
    )
    lacks = program.lacking("index") or program.lacking("batch", "--strategy", "--workers")
    if lacks:
        yield Line("national", "batch with several strategies, indexed ahead", lacks)
        return
    cache = bench.folder / "england-cache"
    ahead = bench.once("england-cache", "national", "index", folder=str(place), cache=str(cache))
    yield Line(
        "national", "`lnrs-geo index` for every layer, one after another", f"{ahead['seconds'] / 60:.1f} min",
        f"{ahead['mb'] / 1000:.2f} GB; peak {ahead['peak_gb']:.2f} GB",
    )  # fmt: skip
    number, out = min(2, os.cpu_count() or 1), bench.empty("england-out")
    words = [*program.batch(place / "parcels.parquet"), *_strategies(place), f"--workers={number}"]
    words += [f"--authorities={place}/authorities.gpkg", f"--out={out}"]
    done = processes.run(words, env=program.kept_in(cache), watched=True, accept=1)
    minutes = done.seconds / 60
    what = f"batch, all strategies, --workers {number}, one run"
    rate = (
        f"{plan.national / done.seconds:,.0f} parcels a second; {program.size_mb(out) / 1000:.2f} GB written"
    )
    target = at_most(minutes, LONGEST_MIN * plan.layers / WHOLE, " min")
    yield Line("national", what, f"{minutes:.2f} min", rate, **target)
    yield Line("national", "  what came of the sites", "", sameness.outcomes(out))
    target = at_most(done.peak_gb, PEAK_GB, " GB")
    yield Line("national", "  peak of memory, all processes", f"{done.peak_gb:.2f} GB", **target)


def _strategies(place: Path) -> list[str]:
    return [f"--strategy={one}" for one in sorted(place.glob("strategy_*.toml"))]


# Task


def index(folder: str, cache: str) -> dict[str, Any]:
    """Index the layer of every strategy, one command each."""
    place = Path(folder)
    total, peak = 0.0, 0.0
    for strategy in sorted(place.glob("strategy_*.toml")):
        measures = place / f"measures_{strategy.stem.removeprefix('strategy_')}.gpkg"
        words = [*program.command(), "index", str(measures), f"--strategy={strategy}"]
        done = processes.run(words, env=program.kept_in(cache), watched=True)
        total, peak = total + done.seconds, max(peak, done.peak_gb)
    return {"seconds": total, "mb": program.size_mb(cache), "peak_gb": peak}
