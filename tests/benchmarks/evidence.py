"""Rows (11): evidence. A report of 50 parcels, that of a register of 400 sites, and a workbook read."""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.batch import worlds
from tests.benchmarks import processes, program
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line, at_most, seconds, spread
from tests.workbook.metric_maker import CATEGORIES, Maker

PAGES, SITES, ROWS = 50, 400, 200
REPORT_S, REGISTER_S, WORKBOOK_S = 30.0, 60.0, 5.0
SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def evidence(bench: Bench) -> Iterator[Line]:
    """Time whole processes on made-up land; the sample's report has a map on each of its pages."""
    folder = bench.empty("evidence")
    results = folder / "results"
    words = ["check", SAMPLE / "parcels.gpkg", f"--measures={SAMPLE}/measures.gpkg", f"--out={results}"]
    _run([*words, f"--strategy={SAMPLE}/strategy.toml"])
    report = ["report", results, f"--pages={PAGES}"]
    yield _line(bench, f"report of {PAGES} parcels with maps, HTML", [*report, "--format=html"], REPORT_S)
    yield _line(bench, "  the same with PDF and XLSX", [*report, "--format=html,pdf,xlsx"], REPORT_S)
    batch = _register(folder)
    yield _line(bench, f"summary of a register of {SITES} sites, HTML", ["report", batch], REGISTER_S)
    claims = [{"claimed": words} for words in CATEGORIES]
    metric = Maker({"A-1": [claims[at % len(claims)] for at in range(ROWS)]}).save(folder / "metric.xlsx")
    words = ["workbook", metric, f"--strategy={SAMPLE}/strategy.toml", f"--out={folder}/audit"]
    yield _line(bench, f"workbook of {ROWS} rows, read and answered", words, WORKBOOK_S)


def _register(folder: Path) -> Path:
    """Make a register of small sites and run it."""
    sites = folder / "sites"
    sites.mkdir()
    options = worlds.land(sites)
    out = folder / "batch"
    _run(["batch", worlds.register_of(sites, SITES), *worlds.words(options), f"--out={out}"])
    return out


def _line(bench: Bench, what: str, words: Sequence[object], most_s: float) -> Line:
    took = [_run(words).seconds for _ in range(bench.plan.repeats)]
    return Line(
        "evidence", what, seconds(took), spread(took), **at_most(statistics.median(took), most_s, " s")
    )


def _run(words: Sequence[object]) -> processes.Finished:
    return processes.run([*program.command(), *map(str, words)], env=program.NO_CACHE, accept=1)
