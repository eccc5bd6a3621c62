"""One try of one task: what comes back is always an answer, an outcome or why there is none.

A task travels with the function that does it as one short text of bytes, so that a process which only
passes it on needs nothing of either.
"""

import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from lnrs_geo.errors import LnrsGeoError, OutputError

Task = TypeVar("Task")
KILLED = "killed"


@dataclass(frozen=True)
class Failure:
    """Why a task has no outcome.

    Attributes
    ----------
    what
        The reason in words.
    kind
        The name of the exception, or `killed` where the worker process itself was ended.
    tries
        How often the task was begun.
    trace
        Where in the program it happened, for whoever mends the program; empty for `killed`.
    lasting
        Another try would end the same: the program itself refused the data.
    """

    what: str
    kind: str
    tries: int = 1
    trace: str = ""
    lasting: bool = False


def packed(do: Callable[[Task], Any], task: Task) -> bytes:
    """Write a task, and the function that does it, as bytes for another process."""
    return pickle.dumps((do, task))


def attempt(do: Callable[[Task], Any], task: Task) -> Any:
    """Do a task once; whatever goes wrong inside comes back as a `Failure`."""
    try:
        return do(task)
    except (Exception, SystemExit) as error:
        return failure_of(error)


def attempt_packed(work: bytes) -> bytes:
    """Do a task that came as bytes, and give the answer as bytes."""
    try:
        do, task = pickle.loads(work)
        return pickle.dumps(attempt(do, task))
    except Exception as error:  # one of the two cannot travel
        return pickle.dumps(failure_of(error))


def failure_of(error: BaseException) -> Failure:
    """Say what stopped a task: in the program's own words where it stopped on purpose."""
    meant = isinstance(error, LnrsGeoError)
    return Failure(
        what=str(error) if meant else f"The program failed ({type(error).__name__}: {error}).",
        kind=type(error).__name__,
        trace="".join(traceback.format_exception(error)),
        # a disk that is full or held by a run that is just ending may be free at the next try
        lasting=meant and not isinstance(error, OutputError),
    )
