"""Processes that are measured: how long by the clock on the wall, and how much memory at most.

Memory is that of the process and of all that it started, shared pages counted once (Linux says so;
elsewhere it is that of the largest of them). Pages of mapped files count, as they do for the system.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROC = Path("/proc")
LOOK_EVERY_S = 0.2
MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


class FailedError(Exception):
    """A process that was measured failed; the message is the last line that it said."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a process took, and what it printed."""

    seconds: float
    peak_gb: float
    out: str


def run(
    words: Sequence[str], *, env: Mapping[str, str] | None = None, watched: bool = False, accept: int = 0
) -> Finished:
    """Run a process to its end; `watched` follows the memory of its children too, `accept` is a further exit code."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(words, stdout=out, stderr=err, env={**os.environ, **(env or {})})
        peak = _Peak(process.pid)
        if watched:
            peak.start()
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - start
        process.returncode = code = os.waitstatus_to_exitcode(status)
        peak.over.set()
        for stream in (out, err):
            stream.seek(0)
        said = err.read().decode(errors="replace")
        # an error that nobody caught ends with 1 too
        if code not in (0, accept) or "Traceback (most recent call last)" in said:
            lines = [line for line in said.splitlines() if line.strip()] or [f"exit code {code}"]
            raise FailedError(lines[-1].strip()[:300])
        largest = max(peak.most_bytes, usage.ru_maxrss * MAXRSS_UNIT)
        return Finished(elapsed, largest / 1e9, out.read().decode())


def task(module: str, name: str, /, **given: Any) -> Any:
    """Call a function of a module of the benchmark in a process of its own, and return what it returns.

    What it returns goes through JSON, and so does what it is given.
    """
    words = [sys.executable, "-m", "tests.benchmarks.task", module, name, json.dumps(given)]
    done = run(words)
    return json.loads(done.out.splitlines()[-1])


@contextmanager
def cores(number: int) -> Iterator[None]:
    """Keep this process, and those that it starts meanwhile, to some cores (where the system can)."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[-number:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def own_peak_gb() -> float:
    """Return the most memory that this process has had, not counting the process that started it."""
    status = PROC / "self" / "status"
    if status.exists():
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return float(fields["VmHWM"].split()[0]) * 1024 / 1e9
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_UNIT / 1e9


class _Peak(threading.Thread):
    """Looks again and again at how much memory a process and its descendants have."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.most_bytes, self.over = root, 0, threading.Event()

    def run(self) -> None:
        while PROC.is_dir() and not self.over.wait(LOOK_EVERY_S):
            self.most_bytes = max(self.most_bytes, sum(map(_memory_bytes, _family(self.root))))


def _family(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    children = defaultdict(list)
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            children[int(after_name[1])].append(int(folder.name))
    found = [root]
    for one in found:
        found += children[one]
    return found


def _memory_bytes(number: int) -> int:
    try:
        lines = (PROC / str(number) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
