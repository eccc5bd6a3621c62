"""Rows (7): two workers of this machine, and two of a Dask cluster, against one process."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import processes, program
from tests.benchmarks.making import Bench
from tests.benchmarks.table import Line, at_least, seconds, times

FASTER, FASTER_DASK = 1.7, 1.5
START_WITHIN_S = 60.0


def workers(bench: Bench) -> Iterator[Line]:
    """Send a register through one process, two workers, and a cluster of two, all in the plain way."""
    plan = bench.plan
    n = plan.large
    folder, _ = bench.made("register", "million", scale=plan.scale, sizes=[n])
    if why := program.lacking("batch", "--workers"):
        yield Line("workers", f"{n:,} parcels: two workers", why)
        return
    plain = [] if program.lacking("batch", "--matching") else ["--matching=plain"]
    words = [*program.batch(f"{folder}/parcels_{n}.parquet"), *program.pack(folder), *plain]
    why = program.lacking("batch", "--scheduler") or _no_dask()
    with cluster(2) if not why else _nothing() as address:
        ways = {"one process": ["--workers=1"], "--workers 2": ["--workers=2"]}
        if address:
            ways["Dask, 2 workers"] = [f"--scheduler={address}"]
        took: dict[str, list[float]] = {name: [] for name in ways}
        outs = {name: bench.folder / f"workers-{at}" for at, name in enumerate(ways)}
        for _ in range(plan.repeats):
            for name, options in ways.items():
                out = bench.empty(outs[name].name)
                done = processes.run([*words, *options, f"--out={out}"], env=program.NO_CACHE, accept=1)
                took[name].append(done.seconds)
    if why:
        yield Line("workers", f"{n:,} parcels: Dask, 2 workers", why)
    targets = {"--workers 2": FASTER, "Dask, 2 workers": FASTER_DASK}
    for name in ways:
        faster = times(took["one process"], took[name])
        target = at_least(faster, targets[name], "x") if name in targets else {}
        ratio = f"{faster:.2f} x as fast as one process"
        what = f"{n:,} parcels: {name}, plain way, whole process"
        yield Line("workers", what, seconds(took[name]), ratio, **target)
        if name in targets:
            said = processes.task(
                "workers", "compared", first=str(outs["one process"]), second=str(outs[name])
            )
            yield Line("workers", "  its output", "", said, "identical output", said == "identical output")


def compared(first: str, second: str) -> str:
    """Say whether two folders hold the same results."""
    from tests.benchmarks import sameness

    return sameness.said(sameness.differences(first, second))


@contextmanager
def cluster(number: int) -> Iterator[str]:
    """Start a scheduler and workers of one thread each as processes of their own; yield the address."""
    with tempfile.TemporaryDirectory() as scratch:
        note = Path(scratch, "scheduler.json")
        common = ["--scheduler-file", str(note), "--no-dashboard"]
        jobs = [["scheduler", "--host", "127.0.0.1", "--port", "0", *common]]
        jobs += [
            ["worker", "--host", "127.0.0.1", "--nthreads", "1", "--local-directory", scratch, *common]
            for _ in range(number)
        ]
        running: list[subprocess.Popen[bytes]] = []
        try:
            for job in jobs:
                words = [sys.executable, "-m", "dask", *job]
                running.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                _await(note.exists)
            import json

            address = str(json.loads(note.read_text(encoding="utf-8"))["address"])
            processes.task("workers", "joined", address=address, number=number)
            yield address
        finally:
            for process in reversed(running):
                process.terminate()
            for process in running:
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()


def joined(address: str, number: int) -> int:
    """Wait until the workers have joined the scheduler."""
    from distributed import Client

    with Client(address, timeout=START_WITHIN_S) as client:
        client.wait_for_workers(number, timeout=START_WITHIN_S)
    return number


@contextmanager
def _nothing() -> Iterator[str]:
    yield ""


def _no_dask() -> str:
    asked = subprocess.run([sys.executable, "-c", "import distributed"], check=False, capture_output=True)
    return "not installed: dask.distributed" if asked.returncode else ""


def _await(done: "object") -> None:
    end = time.monotonic() + START_WITHIN_S
    while not done():  # type: ignore[operator]
        if time.monotonic() > end:
            raise processes.FailedError("The Dask scheduler did not start.")
        time.sleep(0.05)
