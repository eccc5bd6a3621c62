"""Do many tasks here, in several processes of this machine, or on a cluster: the answers are the same.

A task is a small frozen record that names what to read and where to write; the function that does it
writes its results itself, whole or not at all, into a folder that all can see, and may be begun again.
So a process that dies costs time and nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from lnrs_geo.batch.attempt import Failure, attempt, packed
from lnrs_geo.batch.lanes import Lanes, walk
from lnrs_geo.errors import OptionError

__all__ = ["Failure", "run", "walk"]

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


def run(
    tasks: Sequence[Task],
    do: Callable[[Task], Outcome],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    retries: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[int, Outcome | Failure]]:
    """Do every task once and say how each ended, whatever happens to the processes on the way.

    Parameters
    ----------
    tasks
        Small records that can be pickled, neighbours side by side (`walk` orders them): each worker
        does a run of them, one after the other.
    do
        A function at the top of a module. It may be begun again for the same task.
    workers
        Processes of this machine; 1 does everything in this process. A script of your own that asks
        for more needs the line ``if __name__ == "__main__":``.
    scheduler
        Address of a dask.distributed scheduler (``tcp://host:8786``), instead of `workers`. Each of
        its workers does one task at a time.
    retries
        How often a task is tried again that failed or whose process died, after all others. What
        the program refuses on purpose (`LnrsGeoError`) is not, save when results could not be
        written.
    progress
        Called with the number of tasks answered and of all, once for each answer.

    Returns
    -------
    iterator of (int, outcome or Failure)
        The position of each task and its answer, in the order in which they end. Tasks begin when
        the first is asked for; closing the iterator ends the processes.

    Raises
    ------
    OptionError
        The options contradict each other; dask.distributed is asked for and not installed, or
        versions on the cluster differ; processes do not start.
    SourceError
        The cluster does not answer, has no workers, or was lost in the middle.

    Examples
    --------
    >>> dict(run([3, 0], (6).__floordiv__))[0]
    2
    """
    if workers < 1 or retries < 0:
        raise OptionError("It is less than there can be.", where="--workers" if workers < 1 else "retries")
    if scheduler is not None and workers > 1:
        raise OptionError(
            "Workers of this machine and a cluster were both asked for.",
            where="--scheduler",
            fix="Give --workers or --scheduler, not both.",
        )
    return _counted(_answers(tasks, do, workers, scheduler, retries), len(tasks), progress)


def _answers(
    tasks: Sequence[Task], do: Callable[[Task], Outcome], workers: int, scheduler: str | None, retries: int
) -> Iterator[tuple[int, Any]]:
    if not tasks:
        return iter(())

    def work(index: int) -> bytes:
        return packed(do, tasks[index])

    if scheduler is not None:
        from lnrs_geo.batch.cluster import on_cluster

        return on_cluster(work, len(tasks), scheduler, retries)
    if workers == 1 or len(tasks) == 1:
        return _here(tasks, do, Lanes(len(tasks), [0], retries))
    from lnrs_geo.batch.processes import in_processes

    workers = min(workers, len(tasks))
    return in_processes(work, Lanes(len(tasks), range(workers), retries), workers)


def _here(tasks: Sequence[Task], do: Callable[[Task], Any], lanes: Lanes) -> Iterator[tuple[int, Any]]:
    """Do the tasks in this process, one after the other."""
    while (index := lanes.take(0)) is not None:
        answer = attempt(do, tasks[index])
        if lanes.settled(index, answer):
            yield index, lanes.final(index, answer)


def _counted(
    answers: Iterator[tuple[int, Any]], total: int, progress: Callable[[int, int], None] | None
) -> Iterator[tuple[int, Any]]:
    for done, answer in enumerate(answers, start=1):
        if progress is not None:
            progress(done, total)
        yield answer
