"""A dask.distributed cluster for tests: a scheduler and workers, each a process of its own, on 127.0.0.1."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 40.0


class Cluster:
    """Starts and ends the processes; what they say is kept beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.file = folder / "scheduler.json"

    def begin(self) -> None:
        """Start the scheduler, on a port that is free."""
        self.scheduler = self._start("scheduler", "--no-dashboard", "--no-show")
        self._wait(self.file.exists)
        self.address = str(json.loads(self.file.read_text(encoding="utf-8"))["address"])

    def add_workers(self, count: int, *, fakes: Path | None = None) -> None:
        """Start workers, each with its nanny; `fakes` is a folder that Python looks into first."""
        started = len(self.processes)
        for _ in range(count):
            self._start(
                "worker", "--nthreads", "1", "--nanny", "--no-dashboard", "--memory-limit", "0", fakes=fakes
            )
        logs = [self.folder / f"{at}.log" for at in range(started, started + count)]
        self._wait(lambda: all("Registered to" in log.read_text(encoding="utf-8") for log in logs))

    def _start(self, role: str, *options: str, fakes: Path | None = None) -> subprocess.Popen[bytes]:
        log = self.folder / f"{len(self.processes)}.log"
        # should the tests themselves be killed, the processes end by and by
        own = ["--port", "0", "--idle-timeout", "90s"]
        if role == "worker":
            own = ["--local-directory", str(self.folder), "--death-timeout", "30"]
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", f"distributed.cli.dask_{role}", "--host", "127.0.0.1"),
                    *("--scheduler-file", str(self.file), *own, *options),
                ],
                cwd=self.folder,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, filter(None, (fakes, ROOT))))},
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def _wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not condition():
            ended = [at for at, one in enumerate(self.processes) if one.poll() is not None]
            if ended or time.monotonic() > end:
                said = "\n".join(log.read_text(encoding="utf-8")[-2000:] for log in self.folder.glob("*.log"))
                raise RuntimeError(f"the cluster did not start:\n{said}")
            time.sleep(0.05)

    def end_workers(self) -> None:
        """Kill the workers and their nannies (a nanny's worker is of its group)."""
        for process in self.processes[1:]:
            _kill(process)

    def end(self) -> None:
        """Kill every process."""
        for process in reversed(self.processes):
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Let a test that waits for ever fail instead."""

    def give_up(*_: object) -> None:
        raise AssertionError(f"the test waits for longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def cluster(folder: Path, *, workers: int) -> Iterator[Cluster]:
    """Run a scheduler and so many workers while the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Cluster(folder)
    try:
        made.begin()
        made.add_workers(workers)
        yield made
    finally:
        made.end()
