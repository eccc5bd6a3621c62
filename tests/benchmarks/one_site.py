"""Rows (4) and (9): one site. Against a layer of about 400 MB that was indexed; and what starting costs."""

import json
import time
from collections.abc import Iterator
from typing import Any

from tests.benchmarks import processes, program
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line, at_most, seconds, spread

FRESH_S, WARM_S = 1.0, 0.020
HELP_S, COLD_S = 0.3, 2.0


def one_site(bench: Bench) -> Iterator[Line]:
    """Time `lnrs-geo site --json` in fresh processes, and the same in a warm one."""
    folder, said = bench.made("big", "big", scale=bench.plan.big_scale)
    size = f"{said['polygons']:,} polygons, {said['vertices']:,} vertices, at most {said['most']:,}"
    yield Line("one-site", "layer", f"{said['megabytes']:.0f} MB", size)
    words = [*program.command(), "site", f"{folder}/site.gpkg", *program.pack(folder), "--json"]
    repeats = bench.plan.repeats + 2
    took = [processes.run(words, env=program.NO_CACHE).seconds for _ in range(repeats)]
    yield Line("one-site", "fresh process, nothing kept", seconds(took), spread(took))
    if why := program.lacking("index"):
        yield Line("one-site", "fresh process, layer indexed ahead", why)
        return
    place = bench.folder / "big-cache"
    made = bench.once("big-cache", "one_site", "index", folder=str(folder), cache=str(place))
    size = f"{made['mb']:.0f} MB, peak {made['peak_gb']:.2f} GB"
    yield Line("one-site", "`lnrs-geo index`, once", f"{made['seconds']:.0f} s", size)
    env = program.kept_in(place)
    runs = [processes.run(words, env=env, watched=False) for _ in range(repeats)]
    took = [one.seconds for one in runs]
    ratio = f"{spread(took)}; {max(one.peak_gb for one in runs):.2f} GB"
    target = at_most(sorted(took)[len(took) // 2], FRESH_S, " s")
    yield Line("one-site", "fresh process, layer indexed ahead", seconds(took), ratio, **target)
    same = _answer(runs[-1].out) == _answer(processes.run(words, env=program.NO_CACHE).out)
    yield Line("one-site", "  the answer is that of a run without", "", "", "identical output", same)
    warm = processes.task(
        "one_site", "warm", folder=str(folder), cache=str(place), calls=bench.plan.warm_calls
    )
    took = warm["seconds"][1:]
    yield Line(
        "one-site", "warm process, layer indexed ahead", seconds(took),
        f"{min(took) * 1000:.1f} to {max(took) * 1000:.1f} ms in {len(took)}; the first {warm['seconds'][0]:.2f} s",
        **at_most(sorted(took)[len(took) // 2] * 1000, WARM_S * 1000, " ms"),
    )  # fmt: skip


def cold(bench: Bench) -> Iterator[Line]:
    """Time whole processes of commands: `--help`, one site, few parcels; files new to the program."""
    folder, _ = bench.county()
    few = min(30, bench.plan.small)
    jobs = {
        "lnrs-geo --help": (["--help"], HELP_S),
        "lnrs-geo site, one boundary": (["site", f"{folder}/site.gpkg", *program.pack(folder)], COLD_S),
        f"lnrs-geo check, {few} parcels": (
            ["check", f"{folder}/parcels_{few}.gpkg", *program.pack(folder), f"--out={bench.folder}/cold"], COLD_S,
        ),
    }  # fmt: skip
    took: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(bench.plan.repeats + 2):
        for name, (words, _) in jobs.items():
            took[name].append(
                processes.run([*program.command(), *words], env=program.NO_CACHE, accept=1).seconds
            )
    for name, (_, target_s) in jobs.items():
        middle = sorted(took[name])[len(took[name]) // 2]
        what = f"{name}, whole process, no cache"
        yield Line("cold", what, seconds(took[name]), spread(took[name]), **at_most(middle, target_s, " s"))


# Tasks


def index(folder: str, cache: str) -> dict[str, Any]:
    """Index a layer ahead with the command that is there for it."""
    words = [*program.command(), "index", f"{folder}/measures.gpkg", f"--strategy={folder}/strategy.toml"]
    done = processes.run(words, env=program.kept_in(cache), watched=True)
    return {"seconds": done.seconds, "mb": program.size_mb(cache), "peak_gb": done.peak_gb}


def warm(folder: str, cache: str, calls: int) -> dict[str, Any]:
    """Ask for one site again and again in this process."""
    import os

    os.environ.update(program.kept_in(cache))
    import lnrs_geo

    took = []
    for _ in range(calls + 1):
        start = time.perf_counter()
        lnrs_geo.site(
            f"{folder}/site.gpkg",
            measures=f"{folder}/measures.gpkg",
            strategy=f"{folder}/strategy.toml",
            authorities=f"{folder}/authorities.gpkg",
        )
        took.append(time.perf_counter() - start)
    return {"seconds": took}


def _answer(text: str) -> Any:
    found = json.loads(text)
    found.pop("run", None)
    return found
