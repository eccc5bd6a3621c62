"""A worker stays in one neighbourhood, and no task is forgotten or given twice."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnrs_geo.batch.attempt import Failure
from lnrs_geo.batch.lanes import Lanes, walk
from lnrs_geo.batch.pool import run
from tests.batch.chores import chores, who

TROUBLE = Failure("It failed.", "KeyError")


def middle(column: int, row: int) -> tuple[str, float, float]:
    return "E60000001", column * 10_000 + 5_000.0, row * 10_000 + 5_000.0


def test_walk_goes_from_square_to_next_square() -> None:
    """Over a field of squares each step of the walk crosses one side of a square, and none is missed."""
    places = [middle(column, row) for column, row in itertools.product(range(64), range(128))]
    steps = [places[at] for at in walk(places)]
    assert len(set(steps)) == len(places)
    far = [abs(a[1] - b[1]) + abs(a[2] - b[2]) for a, b in itertools.pairwise(steps)]
    # half of the curve's square is two runs of it at most: one step may lead from one to the other
    assert sorted(far)[:-1] == [10_000.0] * (len(places) - 2)


def test_walk_keeps_an_lnrs_together() -> None:
    """All places of one LNRS come before those of the next, however near they lie."""
    places = [(name, easting * 1_000.0, 0.0) for easting in range(20) for name in ("west", "east")]
    names = [places[at][0] for at in walk(places)]
    assert names == ["east"] * 20 + ["west"] * 20


def test_walk_bears_places_outside_the_grid() -> None:
    """A coordinate that lies nowhere in England has a place in the walk like any other."""
    assert sorted(walk([("a", -1e9, 1e9), ("a", 1e9, -5.0)])) == [0, 1]


def test_each_worker_begins_at_its_own_run() -> None:
    """Two workers share ten tasks as the first five and the last five."""
    lanes = Lanes(10, ["a", "b"], retries=0)
    taken = [(lanes.take("a"), lanes.take("b")) for _ in range(5)]
    assert taken == [(at, at + 5) for at in range(5)]
    assert not lanes


def test_who_has_finished_takes_over_the_further_half() -> None:
    """The idle worker leaves the busy one what lies next before it, and goes on in order itself."""
    lanes = Lanes(8, ["a", "b"], retries=0)
    for _ in range(4):
        lanes.take("b")
    assert [lanes.take("b"), lanes.take("a"), lanes.take("b"), lanes.take("a")] == [2, 0, 3, 1]


def test_a_worker_that_joins_takes_over_too() -> None:
    """A worker that nobody knew of at the start gets its share."""
    lanes = Lanes(4, ["a"], retries=0)
    assert [lanes.take("new"), lanes.take("new"), lanes.take("a")] == [2, 3, 0]


def test_a_failure_comes_after_all_others() -> None:
    """What failed is tried again when nothing else waits, as often as allowed."""
    lanes = Lanes(3, ["a"], retries=1)
    assert lanes.take("a") == 0
    assert not lanes.settled(0, TROUBLE)
    assert [lanes.take("a") for _ in range(4)] == [1, 2, 0, None]
    assert lanes.settled(0, TROUBLE)
    assert lanes.final(0, TROUBLE).tries == 2


@pytest.mark.parametrize("answer", ["an outcome", None, Failure("No.", "SourceError", lasting=True)])
def test_what_stands_is_not_tried_again(answer: object) -> None:
    """An outcome, and a refusal on purpose, stand at once."""
    lanes = Lanes(1, ["a"], retries=5)
    lanes.take("a")
    assert lanes.settled(0, answer)
    assert not lanes


@given(st.integers(0, 40), st.integers(1, 6), st.lists(st.integers(0, 8), max_size=80))
def test_every_task_is_given_once(count: int, workers: int, calls: list[int]) -> None:
    """Whoever asks in whatever order, each task is given to one worker and none is left."""
    lanes = Lanes(count, range(workers), retries=0)
    given_out = [lanes.take(name) for name in calls]
    while lanes:
        given_out.append(lanes.take(99))
    found = [index for index in given_out if index is not None]
    assert sorted(found) == list(range(count))


def test_processes_stay_in_their_run(tmp_path: Path) -> None:
    """In a run of two processes a worker's next task is nearly always the neighbour of its last."""
    pids = dict(run(chores(tmp_path, 40), who, workers=2))
    changes = sum(pids[at] != pids[at + 1] for at in range(39))
    assert changes <= 9  # alternating tasks would make 39; each time a lane is taken over, two
