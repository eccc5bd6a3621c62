"""Rows (9): what grows with parcels, with polygons and with vertices, in time and in memory."""

from collections.abc import Iterator
from statistics import median

from tests.benchmarks import processes
from tests.benchmarks.in_memory import WORDS
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line, seconds

POLYGONS, VERTICES = (0.5, 1.0, 2.0, 4.0), (0.5, 1.0, 2.0, 4.0)


def growth(bench: Bench) -> Iterator[Line]:
    """Match the same number of parcels with more polygons, then with more vertices in each; then more parcels."""
    plan = bench.plan
    n = max(plan.small, plan.middle // 5)
    kinds = [("polygons", times, 1.0) for times in POLYGONS] + [
        ("vertices", 1.0, times) for times in VERTICES
    ]
    for what, polygons, vertices in kinds:
        name = f"growth-{what}-{polygons * vertices:g}"
        folder, said = bench.made(
            name, "growing", scale=plan.scale / 2, parcels=n, polygons=polygons, vertices=vertices
        )
        place = str(bench.folder / f"{name}-index")
        made = bench.once(f"{name}-index", "in_memory", "build", folder=str(folder), index=place)
        index = "" if "missing" in made else place
        names = ["plain_best", *(["indexed"] if index else [])]
        with processes.cores(1):
            found = processes.task(
                "in_memory", "timed", folder=str(folder), n=n, names=names, repeats=plan.repeats, index=index
            )
        took = found["seconds"]
        size = f"{said['polygons']:,} polygons, {said['vertices']:,} vertices"
        ratio = "; ".join(f"{WORDS[one]} {seconds(took[one])}" for one in names)
        build = f"index {made['seconds']:.1f} s" if index else ""
        yield Line("growth", f"more {what}: {size}", build, ratio)
    folder, _ = bench.county()
    before = 0.0
    for n in (plan.small, plan.middle, plan.large):
        with processes.cores(1):
            runs = [
                processes.task(
                    "file_to_file", "whole", folder=str(folder), n=n, out=str(bench.folder / "growth-out"),
                    env={"LNRS_GEO_CACHE": "off"}, matching="plain",
                )
                for _ in range(plan.repeats if n < plan.large else 1)
            ]  # fmt: skip
        took_s = median(one["seconds"] for one in runs)
        ratio = f"peak {max(one['peak_gb'] for one in runs):.2f} GB, {n / took_s:,.0f} parcels a second"
        more = f", {took_s / before:.1f} x the time before" if before else ""
        yield Line(
            "growth",
            f"more parcels: {n:,}, check and write, plain, no cache",
            f"{took_s:.2f} s",
            ratio + more,
        )
        before = took_s
