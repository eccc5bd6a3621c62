"""Measure the program: `python -m tests.benchmarks.run` prints every row of the targets.

Run it from the project's folder. `--quick` takes small data (the targets are meant for the whole),
`--only one-site,national` some rows. What is compared takes turns (A B A B), three times or more, in
one run; figures are medians by the clock on the wall, so nothing else should run on the computer.
Seconds differ from one computer to another; the ratios are what counts. `--folder` keeps the made-up
data and indexes for the next run; `--json` writes the table to a file as well.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.agreement import agreement
from tests.benchmarks.evidence import evidence
from tests.benchmarks.file_to_file import file_to_file
from tests.benchmarks.growth import growth
from tests.benchmarks.in_memory import databases, first_run, in_memory
from tests.benchmarks.making import Bench
from tests.benchmarks.million import million
from tests.benchmarks.national import national
from tests.benchmarks.one_site import cold, one_site
from tests.benchmarks.plan import PLANS
from tests.benchmarks.table import Line, head
from tests.benchmarks.workers import workers

ROWS: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "in-memory": in_memory,
    "databases": databases,
    "first-run": first_run,
    "agreement": agreement,
    "one-site": one_site,
    "million": million,
    "file-to-file": file_to_file,
    "workers": workers,
    "national": national,
    "growth": growth,
    "cold": cold,
    "evidence": evidence,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; return 1 where a row failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.run", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--quick", action="store_true", help="small data")
    parser.add_argument("--plan", choices=PLANS, help=argparse.SUPPRESS)
    parser.add_argument(
        "--only", metavar="ROW,ROW", default=",".join(ROWS), help=f"some of: {', '.join(ROWS)}"
    )
    parser.add_argument(
        "--england",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="part of the areas and parcels of `national`",
    )
    parser.add_argument("--repeats", type=int, metavar="N", help="how often each way is timed (3)")
    parser.add_argument("--folder", type=Path, help="keep data and indexes here for the next run")
    parser.add_argument("--json", type=Path, help="write the table to this file too")
    given = parser.parse_args(argv)
    names = [name.strip() for name in given.only.split(",") if name.strip()]
    if unknown := [name for name in names if name not in ROWS]:
        parser.error(f"no row is called {unknown[0]}; there are: {', '.join(ROWS)}")
    plan = PLANS[given.plan or ("quick" if given.quick else "full")]
    if given.repeats:
        plan = replace(plan, repeats=given.repeats)
    started = time.monotonic()
    computer = f"Python {platform.python_version()}, {os.cpu_count()} cores; load {_load()}"
    print(f"lnrs-geo benchmark, {plan.name} size; {computer}")
    print(head())
    lines: list[Line] = []
    with ExitStack() as stack:
        folder = given.folder or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="lnrs-geo-benchmark-"))
        )
        bench = Bench(folder / plan.name, plan.reduced(given.england), say=_aside)
        for name in names:
            for line in _lines(name, bench):
                lines.append(line)
                print(line.text, flush=True)
    print(f"Took {(time.monotonic() - started) / 60:.1f} minutes; load {_load()}; {_verdicts(lines)}")
    if not plan.whole:
        print("Sizes or repeats are not those that the targets are meant for.")
    if given.json:
        facts = {"plan": plan.name, "python": platform.python_version(), "cores": os.cpu_count()}
        given.json.write_text(json.dumps({**facts, "lines": [line.as_dict() for line in lines]}, indent=1))
    return int(any(line.figure.startswith("FAILED") for line in lines))


def _lines(name: str, bench: Bench) -> Iterator[Line]:
    """Yield the lines of a row; one that fails says so and does not stop the others."""
    start = time.monotonic()
    try:
        yield from ROWS[name](bench)
    except Exception as error:
        said = (str(error) or type(error).__name__).splitlines()[-1]
        yield Line(name, said[:200], "FAILED")
    _aside(f"{name}: {time.monotonic() - start:.0f} s")


def _verdicts(lines: Sequence[Line]) -> str:
    met, missed = (sum(line.met is one for line in lines) for one in (True, False))
    failed = sum(line.figure == "FAILED" for line in lines)
    return f"{met} targets met, {missed} missed, {failed} rows failed"


def _aside(text: str) -> None:
    """Tell on a terminal what is being done."""
    if sys.stderr.isatty():
        print(f"  ... {text}", file=sys.stderr, flush=True)


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    sys.exit(main())
