"""Do tasks on a dask.distributed cluster that exists (the extra `dask`).

The cluster gets one task at a time for each of its workers, bound to that worker: it never holds more
than it works on, a worker stays in its neighbourhood, and when one dies it is known what it was doing.
"""

import pickle
import sys
import threading
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from importlib.metadata import version
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from lnrs_geo.batch.attempt import KILLED, Failure, attempt_packed, failure_of
from lnrs_geo.batch.lanes import Lanes
from lnrs_geo.errors import OptionError, SourceError

# What decides whether two machines give the same results, and whether they understand each other.
_PACKAGES = ("lnrs-geo", "shapely", "geopandas", "numpy", "distributed")
_UNLIKE = "versions"
_DIED = Failure("The worker died, as it does when its memory is used up.", KILLED)
_CONNECT_S = 5.0
_LOOK_S = 1.0
# So long may a cluster be without any worker (nannies need seconds to start one again).
_PATIENCE_S = 60.0
_ONE_AT_A_TIME = threading.Lock()


def on_cluster(
    work: Callable[[int], bytes], count: int, address: str, retries: int
) -> Iterator[tuple[int, Any]]:
    """Do tasks on the workers of a cluster; yield answers as they come.

    Parameters
    ----------
    work
        Gives a task, by its number, as bytes.
    count
        Number of tasks.
    address
        Where the scheduler listens.
    retries
        How often a task that failed is tried again.

    Raises
    ------
    OptionError
        dask.distributed is not installed, or versions differ.
    SourceError
        The cluster does not answer, has no workers, or was lost in the middle.
    """
    with _connected(address) as client:
        _require_same(client, address)
        crew = _Crew(client, address, work, Lanes(count, sorted(client.nthreads()), retries))
        try:
            crew.feed()
            while crew.busy():
                answers = crew.hear()
                crew.feed()  # before the caller has the answers, who may take his time over them
                yield from answers
        finally:
            crew.dismiss()


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        dask: Any = import_module("distributed")
    except ImportError as error:
        raise OptionError(
            "A cluster needs the package dask.distributed, which is not installed.",
            where="--scheduler",
            fix="Install it, there and here, with: pip install 'lnrs-geo[dask]'.",
        ) from error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dask.versions.VersionMismatchWarning)  # we look ourselves, and stop
        try:
            dask.comm.get_address_host_port(address)  # a client that meets a wrong address does not clean up
            client = dask.Client(address, timeout=_CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise SourceError(
                f"No scheduler of dask.distributed answers there within {_CONNECT_S:.0f} seconds.",
                where=address,
                fix="Start it, or correct the address (as in tcp://10.0.0.5:8786).",
            ) from error
    try:
        yield client
    finally:
        client.close(timeout=_CONNECT_S)


def _require_same(client: Any, address: str) -> None:
    """Stop unless the scheduler and every worker have the versions that stand here."""
    found = client.get_versions(packages=list(_PACKAGES))
    if not found["workers"]:
        raise SourceError("The cluster has no workers.", where=address, fix="Start them, and then this run.")
    places = [
        ("the scheduler", found["scheduler"]),
        *(("a worker", one) for one in found["workers"].values()),
    ]
    unlike = Counter(
        f"{text} on {place}" for place, one in places for text in _differences(one["packages"], _versions())
    )
    if unlike:
        said = "; ".join(text if n == 1 else f"{text} ({n} of them)" for text, n in unlike.items())
        raise _refusal(said, address)


def _refusal(said: str, address: str) -> OptionError:
    return OptionError(
        f"The cluster may not give the same results: {said}.",
        where=address,
        fix="Install the versions of this machine there, or those of the cluster here.",
    )


def _lost(address: str) -> SourceError:
    return SourceError(
        "The cluster was lost in the middle of the run, or has had no workers for a minute.",
        where=address,
        fix="What is finished is kept: start the cluster again, and then this run with --resume.",
    )


def _differences(theirs: Mapping[str, str | None], ours: Mapping[str, str]) -> list[str]:
    """What a machine of the cluster has otherwise than this one, in words."""
    return [
        f"{name} is {theirs.get(name) or 'absent'}, not {wanted},"
        for name, wanted in ours.items()
        if theirs.get(name) != wanted
    ]


@cache
def _versions() -> Mapping[str, str]:
    """The versions that stand here, as dask.distributed tells those of others."""
    return {"python": ".".join(map(str, sys.version_info)), **{name: version(name) for name in _PACKAGES}}


def _attempt_there(work: bytes, wanted: Mapping[str, str]) -> bytes:
    """Do a task on a worker, if it has the versions wanted (it may have joined in the middle)."""
    with _ONE_AT_A_TIME:  # memory is reckoned by the task, and not all that is called bears threads
        if unlike := _differences(_versions(), wanted):
            return pickle.dumps(Failure(f"{'; '.join(unlike)} on a worker", _UNLIKE))
        return attempt_packed(work)


class _Crew:
    """The workers of the cluster and the task that each is doing."""

    def __init__(self, client: Any, address: str, work: Callable[[int], bytes], lanes: Lanes) -> None:
        self._client = client
        self._address = address
        self._work = work
        self._lanes = lanes
        self._flying: dict[Any, tuple[int, str]] = {}  # future: its task and the worker it was meant for
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._last_seen = monotonic()

    def busy(self) -> bool:
        """Whether a task waits or is being done."""
        return bool(self._lanes or self._flying)

    def feed(self) -> None:
        """Give a task to each worker that has none; those that joined meanwhile are among them."""
        present = self._present()
        for worker in sorted(present - {worker for _, worker in self._flying.values()}):
            index = self._lanes.take(worker)
            if index is None:
                break
            future = self._client.submit(
                _attempt_there,
                self._work(index),
                _versions(),
                key=f"lnrs-geo-{uuid.uuid4().hex}",
                workers=[worker],
                pure=False,
            )
            self._flying[future] = index, worker
            future.add_done_callback(self._done.put)

    def _present(self) -> set[str]:
        try:
            present = set(self._client.nthreads())
        except (OSError, ValueError) as error:
            raise _lost(self._address) from error
        if present:
            self._last_seen = monotonic()
        elif monotonic() - self._last_seen > _PATIENCE_S:
            raise _lost(self._address)
        return present

    def hear(self) -> list[tuple[int, Any]]:
        """Wait until a task ends, or for a second; the answers that stand."""
        found = []
        with suppress(Empty):
            future = self._done.get(timeout=_LOOK_S)
            while True:
                if future in self._flying:
                    found.append((self._flying.pop(future)[0], self._answer(future)))
                future = self._done.get_nowait()
        return [
            (index, self._lanes.final(index, answer))
            for index, answer in [*found, *self._bereft()]
            if self._lanes.settled(index, answer)
        ]

    def _bereft(self) -> list[tuple[int, Any]]:
        """Take back the tasks whose workers are gone."""
        present = self._present()
        gone = [
            future
            for future, (_, worker) in self._flying.items()
            if worker not in present and not future.done()
        ]
        self._client.cancel(gone, force=True)
        return [(self._flying.pop(future)[0], _DIED) for future in gone]

    def _answer(self, future: Any) -> Any:
        from distributed import KilledWorker

        try:
            answer = pickle.loads(future.result(timeout=_CONNECT_S))
        except (KilledWorker, TimeoutError):  # with its answer still on it
            return _DIED
        except (CancelledError, OSError) as error:
            raise _lost(self._address) from error
        except Exception as error:  # the worker cannot read the task
            return failure_of(error)
        if isinstance(answer, Failure) and answer.kind == _UNLIKE:
            raise _refusal(answer.what, self._address)
        return answer

    def dismiss(self) -> None:
        """Take back what has not begun; what is being done ends by itself, to no effect."""
        if self._flying:
            with suppress(Exception):
                self._client.cancel(list(self._flying), force=True)
            self._flying.clear()
