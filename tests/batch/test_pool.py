"""Tasks are done wherever they shall be, each once, and what goes wrong with one stays with it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.batch import pool, processes
from lnrs_geo.errors import OptionError
from tests.batch.chores import chores, do, end_at_once, stray, threads, tries, who
from tests.batch.dask_cluster import patience

ROOT = Path(__file__).parents[2]
HERE_AND_IN_TWO = pytest.mark.parametrize("workers", [1, 2])


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    with patience(60):
        yield


def squares(count: int, *, without: int | None = None) -> dict[int, tuple[int, int]]:
    return {number: (number, number**2) for number in range(count) if number != without}


def alive(pid: int) -> bool:
    """Whether a process runs; one that waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], Any], seconds: float = 15) -> bool:
    """Whether the condition comes true in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


# Answers


@HERE_AND_IN_TWO
def test_every_task_is_answered_once(tmp_path: Path, workers: int) -> None:
    """Each task gives its outcome under its own position, and is begun once."""
    answers = list(pool.run(chores(tmp_path, 12), do, workers=workers))
    assert sorted(answers) == sorted(squares(12).items())
    assert [len(tries(tmp_path, number)) for number in range(12)] == [1] * 12


def test_two_processes_do_the_work(tmp_path: Path) -> None:
    """With two workers two processes are at work, neither of them this one."""
    pids = dict(pool.run(chores(tmp_path, 40), who, workers=2))
    assert len(set(pids.values())) == 2
    assert os.getpid() not in pids.values()
    assert set(dict(pool.run(chores(tmp_path, 3), who)).values()) == {os.getpid()}


def test_answers_come_as_tasks_end(tmp_path: Path) -> None:
    """A slow task holds up no answer of another."""
    order = [index for index, _ in pool.run(chores(tmp_path, 8, at_0="nap"), do, workers=2)]
    assert order[0] != 0
    assert sorted(order) == list(range(8))


def test_no_tasks_no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing to do starts nothing."""
    monkeypatch.setattr(processes, "_serve", end_at_once)
    assert list(pool.run([], do, workers=2)) == []


@HERE_AND_IN_TWO
def test_progress_counts_answers(tmp_path: Path, workers: int) -> None:
    """Progress is told once for each answer, also a failure."""
    told: list[tuple[int, int]] = []
    tasks = chores(tmp_path, 5, at_2="refusal", at_3="bug 1")
    list(pool.run(tasks, do, workers=workers, progress=lambda *at: told.append(at)))
    assert told == [(done, 5) for done in range(1, 6)]


def test_tasks_begin_no_sooner_than_needed(tmp_path: Path) -> None:
    """While nobody takes the answers, no more than one task for each worker is on its way."""
    answers = pool.run(chores(tmp_path, 30), do, workers=2)
    next(answers)
    time.sleep(0.3)
    # the answers that came together, and one further task for each worker
    assert sum(bool(tries(tmp_path, number)) for number in range(30)) <= 4
    assert len(list(answers)) == 29


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"workers": 0}, "--workers"),
        ({"retries": -1}, "retries"),
        ({"workers": 2, "scheduler": "tcp://127.0.0.1:9"}, "--scheduler"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], where: str) -> None:
    """Options that contradict each other are refused before anything begins."""
    with pytest.raises(OptionError) as caught:
        pool.run([1], do, **options)  # type: ignore[list-item]
    assert caught.value.where == where


# Failures inside a task


@HERE_AND_IN_TWO
@pytest.mark.parametrize("mishap", ["bug", "exit"])
def test_a_task_that_always_fails_ends_as_a_failure(tmp_path: Path, workers: int, mishap: str) -> None:
    """An error nobody meant is met again at each retry, told in the end, and stops no other task."""
    answers = dict(pool.run(chores(tmp_path, 6, at_2=mishap), do, workers=workers, retries=2))
    failure = answers.pop(2)
    assert answers == squares(6, without=2)
    assert isinstance(failure, pool.Failure)
    assert (failure.tries, len(tries(tmp_path, 2))) == (3, 3)
    if mishap == "bug":
        assert failure.kind == "KeyError"
        assert failure.what == "The program failed (KeyError: 'column')."
        assert "in meet" in failure.trace


@HERE_AND_IN_TWO
def test_what_the_program_refuses_is_not_tried_again(tmp_path: Path, workers: int) -> None:
    """A file that is refused on purpose is refused in its own words, at the first try."""
    answers = dict(pool.run(chores(tmp_path, 4, at_1="refusal"), do, workers=workers))
    failure = answers[1]
    assert isinstance(failure, pool.Failure)
    assert failure.what == "site.gpkg: It is empty. Export it again."
    assert (failure.kind, failure.tries, len(tries(tmp_path, 1))) == ("SourceError", 1, 1)


@HERE_AND_IN_TWO
def test_a_fault_that_passes_leaves_no_trace(tmp_path: Path, workers: int) -> None:
    """A task that fails twice and then not has its outcome."""
    answers = dict(pool.run(chores(tmp_path, 6, at_0="bug 2"), do, workers=workers, retries=2))
    assert answers == squares(6)
    assert len(tries(tmp_path, 0)) == 3


@HERE_AND_IN_TWO
def test_no_retries(tmp_path: Path, workers: int) -> None:
    """With `retries=0` the first failure stands."""
    answers = dict(pool.run(chores(tmp_path, 2, at_0="bug 1"), do, workers=workers, retries=0))
    assert answers[0].tries == 1 == len(tries(tmp_path, 0))  # type: ignore[union-attr]


def test_an_outcome_that_cannot_travel(tmp_path: Path) -> None:
    """An outcome that cannot be pickled is a failure of its task, not of the run."""
    answers = dict(pool.run(chores(tmp_path, 2), stray, workers=2, retries=0))
    assert all(isinstance(answer, pool.Failure) for answer in answers.values())


# Processes that die


def test_a_killed_worker_costs_time_only(tmp_path: Path) -> None:
    """A process killed in its task is replaced, the task done again, and no other begun twice."""
    answers = dict(pool.run(chores(tmp_path, 10, at_1="kill 1", at_6="kill 2"), do, workers=2))
    assert answers == squares(10)
    assert [len(tries(tmp_path, number)) for number in range(10)] == [1, 2, 1, 1, 1, 1, 3, 1, 1, 1]


def test_a_task_that_kills_every_worker_ends_as_a_failure(tmp_path: Path) -> None:
    """The task that no process survives is given up after its retries; the others are done."""
    answers = dict(pool.run(chores(tmp_path, 8, at_3="kill"), do, workers=2, retries=1))
    failure = answers.pop(3)
    assert answers == squares(8, without=3)
    assert isinstance(failure, pool.Failure)
    assert (failure.kind, failure.tries, len(tries(tmp_path, 3))) == ("killed", 2, 2)
    assert "SIGKILL" in failure.what


def test_an_idle_worker_may_be_killed_too(tmp_path: Path) -> None:
    """A process killed from outside, at whatever moment, is replaced."""
    answers = {}
    for index, pid in pool.run(chores(tmp_path, 12), who, workers=2):
        if index in (2, 8):
            os.kill(pid, signal.SIGKILL)  # type: ignore[arg-type]
        answers[index] = pid
    assert sorted(answers) == list(range(12))
    assert all(isinstance(pid, int) for pid in answers.values())
    assert len(set(answers.values())) >= 3


def test_processes_that_never_begin_stop_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that die before their first task are a fault of the set-up, told after three of them."""
    monkeypatch.setattr(processes, "_serve", end_at_once)
    with pytest.raises(OptionError, match=r"--workers: .*before they have begun \(code 7\).*__main__"):
        list(pool.run(chores(tmp_path, 4), do, workers=2))


def test_a_process_that_has_grown_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that a process does not give back goes with it; a lean process stays."""
    monkeypatch.setattr(processes, "_MOST_BYTES", 1)
    pids = dict(pool.run(chores(tmp_path, 4), who, workers=2))
    assert len(set(pids.values())) == 4


# The end of a run


def test_a_worker_leaves_ctrl_c_to_the_program(tmp_path: Path) -> None:
    """Ctrl-C, which a terminal sends to all, ends no worker by itself, nor does it fail a task."""
    answers = dict(pool.run(chores(tmp_path, 4, at_1="interrupt 1"), do, workers=2))
    assert answers == squares(4)
    assert len(tries(tmp_path, 1)) == 1


def test_closing_the_answers_ends_the_processes(tmp_path: Path) -> None:
    """Whoever takes no more answers leaves no process behind, also not one in a long task."""
    answers = pool.run(chores(tmp_path, 6, at_3="sleep"), do, workers=2)
    next(answers)
    while not wait_for(lambda: tries(tmp_path, 3), 2.0):  # it is handed out while answers are taken
        next(answers)
    answers.close()  # type: ignore[attr-defined]
    pids = {pid for number in range(6) for pid in tries(tmp_path, number)}
    assert not [pid for pid in pids if alive(pid)]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_run(tmp_path: Path, sign: signal.Signals) -> None:
    """Ctrl-C, or the death of the program, ends its workers in the middle of their tasks."""
    script = (
        "import signal\n"
        "from pathlib import Path\n"
        "from lnrs_geo.batch.pool import run\n"
        "from tests.batch.chores import chores, do\n"
        # as at a terminal; a shell has its background programs ignore Ctrl-C
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"list(run(chores(Path({str(tmp_path)!r}), 2, at_0='sleep', at_1='sleep'), do, workers=2))\n"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE, text=True
    )
    try:
        assert wait_for(lambda: tries(tmp_path, 0) and tries(tmp_path, 1)), "the workers did not begin"
        pids = [*tries(tmp_path, 0), *tries(tmp_path, 1)]
        assert all(alive(pid) for pid in pids)
        # a terminal sends Ctrl-C to the whole group; nobody else is told of a kill
        os.killpg(program.pid, sign) if sign == signal.SIGINT else program.send_signal(sign)
        assert wait_for(lambda: not any(alive(pid) for pid in pids))
        _, said = program.communicate(timeout=15)
        assert said.count("Traceback") <= 1, said  # the workers say nothing
    finally:
        with suppress(ProcessLookupError):  # nobody of the group is left
            os.killpg(program.pid, signal.SIGKILL)
        program.communicate()


# Threads


def test_each_process_computes_in_one_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers share the cores and not each other's; what the user has set stands, here nothing changes."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert set(dict(pool.run(chores(tmp_path, 2), threads, workers=2)).values()) == {"1"}
    assert "OMP_NUM_THREADS" not in os.environ
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert set(dict(pool.run(chores(tmp_path, 2), threads, workers=2)).values()) == {"3"}
