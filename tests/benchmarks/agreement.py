"""Rows (3): every share and every decision is the same whichever way parcels were matched."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.benchmarks import processes, program
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line

WAYS = ("plain", "indexed")
# what a decision is, among the columns of parts.csv
DECISIONS = (
    "parcel_ref", "part", "stage", "strat_sig", "status", "review", "ss_reason", "measure_id", "also_in", "borderline"
)  # fmt: skip


def agreement(bench: Bench) -> Iterator[Line]:
    """Run `check` both ways and compare what it wrote."""
    folder, _ = bench.county()
    if why := program.lacking("check", "--matching"):
        yield Line("agreement", "check --matching plain and indexed", why)
        return
    n = bench.plan.middle
    out = bench.empty("agreement")
    cache = program.kept_in(bench.empty("agreement-cache"))
    for way in WAYS:
        words = [*program.command(), "check", f"{folder}/parcels_{n}.gpkg", *program.pack(folder)]
        done = processes.run([*words, f"--matching={way}", f"--out={out}/{way}"], env=cache, accept=1)
        yield Line(
            "agreement", f"{n:,} parcels: check --matching {way}, whole process", f"{done.seconds:.1f} s"
        )
    found = processes.task("agreement", "compared", first=f"{out}/plain", second=f"{out}/indexed")
    yield Line(
        "agreement", f"decisions of {found['parts']:,} parts", f"{found['decisions']} differ", "", "none differs",
        found["decisions"] == 0, found["decisions"],
    )  # fmt: skip
    yield Line("agreement", "files written", "", found["files"], "identical output", found["same"])


def compared(first: str, second: str) -> dict[str, Any]:
    """Count the decisions that differ between two folders of results, and name the files that do."""
    import pandas as pd

    from tests.benchmarks import sameness

    left, right = (
        pd.read_csv(Path(one) / "parts.csv", dtype=str, keep_default_na=False) for one in (first, second)
    )
    columns = [name for name in DECISIONS if name in left]
    if len(left) == len(right):
        decisions = int((left[columns] != right[columns]).any(axis=1).sum())
    else:
        rows = [set(one[columns].itertuples(index=False, name=None)) for one in (left, right)]
        decisions = len(rows[0] ^ rows[1])
    found = sameness.differences(first, second)
    return {"parts": len(left), "decisions": decisions, "files": sameness.said(found), "same": not found}
