"""Do tasks in several processes of this machine, and outlive the death of any of them.

One pipe and one task at a time for each process: when one dies it is known which task it was doing,
and nothing else is lost. (The pool of the standard library gives up all tasks when a process dies.)
"""

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from lnrs_geo.batch.attempt import KILLED, Failure, attempt_packed
from lnrs_geo.batch.lanes import Lanes
from lnrs_geo.errors import OptionError

# Each process has one core: libraries that share work out among threads would only get in each other's way.
_THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "GDAL_NUM_THREADS",
    "OGR_GPKG_NUM_THREADS",
)
# A process that still holds as much between two tasks is replaced by a fresh one.
_MOST_BYTES = 1_500_000_000
_STARTS = 3
_PATIENCE_S = 5.0


def in_processes(work: Callable[[int], bytes], lanes: Lanes, workers: int) -> Iterator[tuple[int, Any]]:
    """Do every waiting task in `workers` processes; yield answers as they come.

    Parameters
    ----------
    work
        Gives a task, by its number, as bytes.
    lanes
        The tasks; the lanes bear the names 0, 1, ... of the processes.
    workers
        Number of processes.

    Raises
    ------
    OptionError
        The processes end before they have begun.
    """
    crew = _Crew(work, lanes)
    try:
        crew.start(workers)
        while crew.busy():
            answers = crew.hear()
            crew.feed()  # before the caller has the answers, who may take his time over them
            yield from answers
    finally:
        crew.dismiss()


class _Crew:
    """The processes of a run, each with a lane of its own."""

    def __init__(self, work: Callable[[int], bytes], lanes: Lanes) -> None:
        self._work = work
        self._lanes = lanes
        self._workers: dict[int, _Worker] = {}
        self._stillborn = 0

    def start(self, count: int) -> None:
        for lane in range(count):
            self._workers[lane] = _Worker()

    def busy(self) -> bool:
        """Whether a task waits or is being done."""
        return bool(self._lanes) or any(worker.task is not None for worker in self._workers.values())

    def feed(self) -> None:
        """Give a task to each process that has none."""
        for lane, worker in self._workers.items():
            if worker.ready and worker.task is None and (index := self._lanes.take(lane)) is not None:
                worker.give(index, self._work(index))

    def hear(self) -> list[tuple[int, Any]]:
        """Wait until a process answers, begins or dies; the answers that stand."""
        heard = wait([worker.pipe for worker in self._workers.values()])
        answers = []
        for lane, worker in list(self._workers.items()):
            if worker.pipe not in heard:
                continue
            index, answer = worker.hear()
            if index is not None and self._lanes.settled(index, answer):
                answers.append((index, self._lanes.final(index, answer)))
            self._stillborn = 0 if worker.ready else self._stillborn + 1
            if self._stillborn >= _STARTS:
                raise OptionError(
                    f"The worker processes end before they have begun (code {worker.code()}).",
                    where="--workers",
                    fix="Run with one worker; a script of your own needs the line: if __name__ == '__main__':",
                )
            grown = index is not None and worker.held_bytes > _MOST_BYTES  # a fresh one may be no smaller
            if (worker.ended or grown) and self.busy():
                worker.dismiss()
                self._workers[lane] = _Worker()
        return answers

    def dismiss(self) -> None:
        """End all processes, also those in the middle of a task."""
        for worker in self._workers.values():
            worker.process.terminate()
        for worker in self._workers.values():
            worker.dismiss()


class _Worker:
    """One process, the pipe to it, and the task that it is doing."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with _one_thread():
            self.process.start()
        theirs.close()  # or its death would not end the pipe
        self.task: int | None = None
        self.ready = False
        self.ended = False
        self.held_bytes = 0

    def give(self, index: int, work: bytes) -> None:
        self.task = index
        with suppress(OSError):  # it has died: the next look at the pipe says so
            self.pipe.send_bytes(work)

    def hear(self) -> tuple[int | None, Any]:
        """Read what there is in the pipe: the task answered, if any, and its answer."""
        index = self.task
        try:
            self.held_bytes = int.from_bytes(self.pipe.recv_bytes())
            if not self.ready:
                self.ready = True
                return None, None
            answer = pickle.loads(self.pipe.recv_bytes())
        except (EOFError, OSError):
            self.ended = True
            answer = Failure(f"The worker process was ended from outside ({self.code()}).", KILLED)
        self.task = None
        return index, answer

    def code(self) -> str:
        """How the process ended, as the system says it."""
        self.process.join(_PATIENCE_S)
        code = self.process.exitcode
        return signal.Signals(-code).name if code is not None and code < 0 else str(code)

    def dismiss(self) -> None:
        """End the process: a closed pipe tells it to go, a signal makes it."""
        self.pipe.close()
        self.process.join(_PATIENCE_S)
        for end in (self.process.terminate, self.process.kill):
            if self.process.is_alive():
                end()
                self.process.join(_PATIENCE_S)
        self.process.close()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that start in the block compute in one thread, unless the user has set another number."""
    unset = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(unset, "1"))
    try:
        yield
    finally:
        for name in unset:
            del os.environ[name]


def _serve(pipe: Connection) -> None:
    """Be a worker: do what comes through the pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        pipe.send_bytes(_held_bytes().to_bytes(8))
        while True:
            answer = attempt_packed(pipe.recv_bytes())
            pipe.send_bytes(_held_bytes().to_bytes(8))
            pipe.send_bytes(answer)


def _end_with_parent() -> None:
    """End at once when the parent dies: a resumed run must not meet a worker of the killed one."""
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _held_bytes() -> int:
    """Memory that belongs to this process alone (files mapped into it are shared); 0 where unknown."""
    try:
        _, resident, shared = Path("/proc/self/statm").read_text(encoding="ascii").split()[:3]
        return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
