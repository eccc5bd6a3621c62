"""Rows (5): ten times the parcels take ten times as long, in memory that does not grow with them."""

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from tests.benchmarks import processes, program, sameness
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line, at_most, seconds

SLOWER_AT_MOST, PEAK_GB = 10.5, 2.0


def million(bench: Bench) -> Iterator[Line]:
    """Match many parcels in chunks, and send them through the program as one big file."""
    plan = bench.plan
    few, many = plan.million // 10, plan.million
    folder, _ = bench.made("million", "million", scale=plan.scale, sizes=[few, many])
    yield from _matching(bench, str(folder), few, many)
    lacks = program.lacking("batch", "--out") or program.lacking("index")
    if lacks:
        yield Line("million", f"batch of one file, {many:,} parcels", lacks)
        return
    cache = bench.folder / "million-cache"
    made = bench.once("million-cache", "one_site", "index", folder=str(folder), cache=str(cache))
    yield Line("million", "`lnrs-geo index`, once", f"{made['seconds']:.0f} s", f"{made['mb']:.0f} MB")
    took: dict[int, list[float]] = {few: [], many: []}
    peaks: dict[int, float] = {}
    for _ in range(plan.repeats):
        for n in (few, many):
            out = bench.empty("million-out")
            words = [*program.batch(f"{folder}/parcels_{n}.parquet"), *program.pack(folder), f"--out={out}"]
            done = processes.run(words, env=program.kept_in(cache), watched=True, accept=1)
            took[n].append(done.seconds)
            peaks[n] = max(peaks.get(n, 0.0), done.peak_gb)
    yield Line("million", "  what came of the sites", "", sameness.outcomes(bench.folder / "million-out"))
    yield from _compared("batch of one file, parts in GeoParquet, no site folders", took, peaks, few, many)


def _matching(bench: Bench, folder: str, few: int, many: int) -> Iterator[Line]:
    place = bench.folder / "million-index"
    made = bench.once("million-index", "in_memory", "build", folder=folder, index=str(place))
    if "missing" in made:
        yield Line("million", f"matching {many:,} parcels in chunks", made["missing"])
        return
    took: dict[int, list[float]] = {few: [], many: []}
    peaks: dict[int, float] = {}
    with processes.cores(1):
        for _ in range(bench.plan.repeats):
            for n in (few, many):
                found = processes.task("million", "matched", folder=folder, n=n, index=str(place))
                took[n].append(found["seconds"])
                peaks[n] = max(peaks.get(n, 0.0), found["peak_gb"])
    yield from _compared("matching alone, chunks read from the file", took, peaks, few, many)


def _compared(
    what: str, took: dict[int, list[float]], peaks: dict[int, float], few: int, many: int
) -> Iterator[Line]:
    for n in (few, many):
        rate = f"{n / median(took[n]):,.0f} parcels a second"
        yield Line("million", f"{n:,} parcels: {what}", seconds(took[n]), rate)
    slower = median(took[many]) / median(took[few])
    yield Line(
        "million",
        f"  ten times the parcels: {what}",
        f"{slower:.2f} x",
        **at_most(slower, SLOWER_AT_MOST, "x"),
    )
    grows = f"{peaks[few]:.2f} GB with a tenth"
    yield Line(
        "million", "  peak of memory", f"{peaks[many]:.2f} GB", grows, **at_most(peaks[many], PEAK_GB, " GB")
    )


# Task


def matched(folder: str, n: int, index: str, chunk: int = 50_000) -> dict[str, Any]:
    """Read parcels in chunks from the file and match each; the clock runs for the matching alone.

    The index is opened again for each chunk, as in a run whose chunks go to several workers.
    """
    import pyarrow.parquet as pq
    import shapely

    from tests.benchmarks import engine_way, in_memory

    _, polygons, groups = in_memory.arrays(folder, None)
    engine_way.shares(polygons[:1], polygons[:1], groups[:1], folder=index)  # code is loaded
    took, count, total = 0.0, 0, 0.0
    for batch in pq.ParquetFile(f"{folder}/parcels_{n}.parquet").iter_batches(chunk, columns=["geometry"]):
        parcels = shapely.from_wkb(batch.column(0).to_numpy(zero_copy_only=False))
        start = time.perf_counter()
        total += float(engine_way.shares(parcels, polygons, groups, folder=index).sum())
        took += time.perf_counter() - start
        count += len(parcels)
    return {"seconds": took, "parcels": count, "sum": total, "peak_gb": processes.own_peak_gb()}
