"""Rows in memory: the engine against other ways, against databases, and on its first run.

Parcels and polygons are arrays of geometries, the process is warm, and every way ends with an array of
shares of shape (parcels, measures). Opening the index is part of the time; building it is told apart.
"""

import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import processes
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line, at_least, at_most, seconds, spread, times

FASTER = {"middle": 15.0, "large": 25.0}
FASTER_THAN_DATABASES = 8.0
FIRST_RUN_AT_MOST = 1.1
AGREEMENT = 1e-9
WORDS = {
    "plain_best": "STRtree + prepared",
    "indexed": "the program, indexed",
    "first": "the program, first run, no cache",
    "program_plain": "the program, plain way",
    "overlay": "geopandas overlay",
    "rtree_loop": "rtree + shapely loop",
}


def in_memory(bench: Bench) -> Iterator[Line]:
    """Rows (1): indexed against the other ways in Python."""
    folder, said = bench.county()
    size = f"{said['vertices']:,} vertices, at most {said['most']:,}"
    yield Line("in-memory", f"layer of {said['polygons']:,} polygons", f"{said['megabytes']:.0f} MB", size)
    index, made = _index(bench)
    if not index:
        yield Line("in-memory", "the program, indexed", made["missing"])
    else:
        yield Line(
            "in-memory", "building its index, all squares", f"{made['seconds']:.1f} s", f"{made['mb']:.0f} MB"
        )
    for words, names in (
        ("small", ("program_plain", "overlay", "rtree_loop")),
        ("middle", ()),
        ("large", ()),
    ):
        n = getattr(bench.plan, words)
        ways = ["plain_best", *(["indexed"] if index else []), *names]
        with processes.cores(1):
            found = processes.task(
                "in_memory",
                "timed",
                folder=str(folder),
                n=n,
                names=ways,
                repeats=bench.plan.repeats,
                index=index,
            )
        took = found["seconds"]
        for name in ways:
            what = f"{n:,} parcels, one core: {WORDS[name]}"
            faster = times(took["plain_best"], took[name])
            ratio = f"{faster:.2f} x as fast as STRtree + prepared"
            target = at_least(faster, FASTER[words], "x") if name == "indexed" and words in FASTER else {}
            yield Line("in-memory", what, seconds(took[name]), ratio, **target)
        yield _agreement("in-memory", found)


def databases(bench: Bench) -> Iterator[Line]:
    """Rows (1): indexed against DuckDB and PostGIS on pieces, each with one thread and with two."""
    index, made = _index(bench)
    for n in (bench.plan.middle, bench.plan.large):
        yield from _against_databases(bench, n, index)
    if not index:
        yield Line("databases", "the program, indexed", made["missing"])


def _against_databases(bench: Bench, n: int, index: str) -> Iterator[Line]:
    folder, _ = bench.county()
    server = processes.task("postgis", "new_folder")
    given = {"folder": str(folder), "n": n, "repeats": bench.plan.repeats, "index": index, "server": server}
    try:
        found = processes.task("in_memory", "against_databases", **given)
    finally:  # here, because a server outlives a process that crashes
        processes.task("postgis", "stop", folder=server)
    for name, why in found["missing"].items():
        yield Line("databases", f"{name}, {n:,} parcels", why)
    for name, took in found["built"].items():
        yield Line(
            "databases", f"{name}: cutting polygons into pieces", f"{took:.1f} s", "not in the times below"
        )
    for name, took in found["seconds"].items():
        threads = name.split()[-2]
        own = found["seconds"].get(f"indexed, {threads} {name.split()[-1]}")
        target: dict[str, Any] = {}
        ratio = spread(took)
        if own and not name.startswith("indexed"):
            slower = times(took, own)
            ratio = f"indexed is {slower:.1f} x as fast"
            target = {} if name.startswith("STRtree") else at_least(slower, FASTER_THAN_DATABASES, "x")
        yield Line("databases", f"{n:,} parcels: {name}", seconds(took), ratio, **target)
    if len(found["seconds"]) > 1:
        yield _agreement("databases", found)


def first_run(bench: Bench) -> Iterator[Line]:
    """Rows (2): the first run, with an empty cache, against STRtree + prepared."""
    folder, _ = bench.county()
    plan = bench.plan
    for n in sorted({min(10, plan.small), plan.small, plan.middle, plan.large}):
        with processes.cores(1):
            found = processes.task(
                "in_memory", "timed", folder=str(folder), n=n, names=["plain_best", "first"],
                repeats=plan.repeats * (5 if n <= plan.small else 1), index="",
            )  # fmt: skip
        took = found["seconds"]
        slower = times(took["first"], took["plain_best"])
        yield Line(
            "first-run", f"{n:,} parcels: {WORDS['first']}", seconds(took["first"]),
            f"{slower:.2f} x STRtree + prepared ({seconds(took['plain_best'])})",
            **at_most(slower, FIRST_RUN_AT_MOST, "x"),
        )  # fmt: skip
        yield _agreement("first-run", found)


def _agreement(row: str, found: dict[str, Any]) -> Line:
    figure = f"{found['difference']:.1e}"
    what = f"  largest difference of {found['shares']:,} shares, all ways"
    return Line(row, what, figure, **at_most(found["difference"], AGREEMENT))


def _index(bench: Bench) -> tuple[str, dict[str, Any]]:
    """Build the index of the county ahead; return its folder (empty where there is no engine), and what it took."""
    folder, _ = bench.county()
    place = bench.folder / "county-index"
    made = bench.once("county-index", "in_memory", "build", folder=str(folder), index=str(place))
    return "" if "missing" in made else str(place), made


# Tasks


def build(folder: str, index: str) -> dict[str, Any]:
    """Cut every square ahead of any parcel."""
    import tempfile

    from tests.benchmarks import engine_way, program

    if why := engine_way.missing():
        return {"missing": why}
    _, polygons, groups = arrays(folder, None)
    with tempfile.TemporaryDirectory() as scratch:  # compiled code is loaded
        engine_way.build(polygons[:1], groups[:1], folder=scratch)
    start = time.perf_counter()
    names = engine_way.build(polygons, groups, folder=index)
    return {"seconds": time.perf_counter() - start, "mb": program.size_mb(index), "squares": len(names)}


def timed(folder: str, n: int, names: list[str], repeats: int, index: str) -> dict[str, Any]:
    """Time ways in turns; compare every share with those of the first."""
    parcels, polygons, groups = arrays(folder, n)
    for name in names:  # to load and compile what it needs
        _way(name, (parcels[:5], polygons, groups), index)()
    return in_turns({name: _way(name, (parcels, polygons, groups), index) for name in names}, repeats)


def against_databases(folder: str, n: int, repeats: int, index: str, server: str) -> dict[str, Any]:
    """Time the databases and the engine in turns, with one thread and with two."""
    import tempfile

    import shapely

    from tests.benchmarks import duck, engine_way, methods, postgis

    parcels, polygons, groups = arrays(folder, n)
    ways: dict[str, Callable[[], Any]] = {}
    built, lacking = {}, {}
    opened: list[Any] = []
    counts = (1, 2)
    if index:
        copies = [polygons, shapely.from_wkb(shapely.to_wkb(polygons))]
        for number in counts:
            ways[f"indexed, {_threads(number)}"] = lambda number=number: engine_way.in_threads(
                parcels, copies[:number], groups, folder=index
            )
    with tempfile.TemporaryDirectory() as scratch:
        try:
            if why := duck.missing():
                lacking["DuckDB spatial"] = why
            else:
                start = time.perf_counter()
                pieces, source = methods.subdivided(polygons)
                built["DuckDB spatial (cut by shapely)"] = time.perf_counter() - start
                opened.append(duck.Duck(scratch, parcels, pieces, source, groups))
                for number in counts:
                    ways[f"DuckDB spatial, {_threads(number)}"] = lambda one=opened[-1], k=number: one.shares(
                        k
                    )
            if why := postgis.missing():
                lacking["PostGIS"] = why
            else:
                opened.append(
                    postgis.PostGIS(parcels, polygons, groups, folder=server, clock=time.perf_counter)
                )
                built["PostGIS (ST_Subdivide, index)"] = opened[-1].build_seconds
                for number in counts:
                    ways[f"PostGIS, {_threads(number)}"] = lambda one=opened[-1], k=number: one.shares(k)
            ways["STRtree + prepared, 1 thread"] = lambda: methods.plain_best(parcels, polygons, groups)
            for way in ways.values():  # caches of the servers are filled, code is loaded
                way()
            found = in_turns(ways, repeats)
        finally:
            for one in opened:
                one.close()
    return {**found, "built": built, "missing": lacking}


def in_turns(ways: dict[str, Callable[[], Any]], repeats: int) -> dict[str, Any]:
    """Call ways one after another, some times over, by the clock on the wall."""
    import numpy as np

    took: dict[str, list[float]] = {name: [] for name in ways}
    results = {}
    for _ in range(repeats):
        for name, way in ways.items():
            gc.collect()
            start = time.perf_counter()
            results[name] = way()
            took[name].append(time.perf_counter() - start)
    first = next(iter(results.values()))
    difference = max(float(np.abs(one - first).max(initial=0.0)) for one in results.values())
    return {"seconds": took, "difference": difference, "shares": int((first > 0).sum())}


def arrays(folder: str, n: int | None) -> tuple[Any, Any, Any]:
    """Read parcels and polygons, and number the measures."""
    import geopandas as gpd

    from tests.benchmarks import data

    measures = gpd.read_file(f"{folder}/measures.gpkg")
    parcels = None if n is None else data.shapes_of(gpd.read_file(f"{folder}/parcels_{n}.gpkg"))
    return parcels, data.shapes_of(measures), data.groups_of(measures)


def _way(name: str, given: tuple[Any, Any, Any], index: str) -> Callable[[], Any]:
    import shutil
    import tempfile

    from tests.benchmarks import engine_way, methods

    if name == "indexed":
        return lambda: engine_way.shares(*given, folder=index)
    if name == "first":
        scratch = tempfile.mkdtemp()

        def first() -> Any:
            shutil.rmtree(scratch, ignore_errors=True)
            Path(scratch).mkdir()
            return engine_way.first(*given, folder=scratch)

        return first
    return lambda: getattr(methods, name)(*given)


def _threads(number: int) -> str:
    return f"{number} thread" + ("s" if number > 1 else "")
