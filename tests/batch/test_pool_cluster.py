"""A dask.distributed cluster gives the answers of one process, and its faults are told in words."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lnrs_geo.batch import cluster as on_dask
from lnrs_geo.batch import pool
from lnrs_geo.errors import OptionError, SourceError
from tests.batch.chores import chores, do, tries, who
from tests.batch.dask_cluster import Cluster, cluster, patience

distributed = pytest.importorskip("distributed", reason="the cluster is the extra `dask`")
pytestmark = pytest.mark.enable_socket


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    with patience(60):
        yield


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and two workers with nannies, which start a killed worker anew."""
    with cluster(tmp_path_factory.mktemp("cluster"), workers=2) as made:
        yield made


@pytest.fixture
def address(running: Cluster) -> str:
    """The address of the cluster when both workers are there."""
    with distributed.Client(running.address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=20)
    return running.address


def written(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="ascii") for path in folder.glob("*.done")}


# Answers


def test_the_cluster_gives_what_one_process_gives(tmp_path: Path, address: str) -> None:
    """Answers and files are the same from one process, from two, and from a cluster."""
    found = []
    for at, options in enumerate(({}, {"workers": 2}, {"scheduler": address})):
        folder = tmp_path / str(at)
        folder.mkdir()
        tasks = chores(folder, 12, at_4="bug 1", at_7="refusal")
        answers = pool.run(tasks, do, **options)  # type: ignore[arg-type]
        found.append(
            (
                {index: getattr(answer, "what", answer) for index, answer in answers},
                written(folder),
                [len(tries(folder, number)) for number in range(12)],
            )
        )
    assert len(found[0][0]) == 12 and len(found[0][1]) == 11
    assert found[0] == found[1] == found[2]


def test_both_workers_stay_in_their_neighbourhood(tmp_path: Path, address: str) -> None:
    """Two workers are at work, and each does a run of neighbours."""
    pids = dict(pool.run(chores(tmp_path, 24), who, scheduler=address))
    assert len(set(pids.values())) == 2
    assert pids[0] == pids[1] != pids[12] == pids[13]


def test_the_cluster_is_given_no_more_than_it_works_on(tmp_path: Path, address: str) -> None:
    """While nobody takes the answers, each worker has one task at most, and closing takes back the rest."""
    answers = pool.run(chores(tmp_path, 30), do, scheduler=address)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert sum(bool(tries(tmp_path, number)) for number in range(30)) <= 4


def test_a_bug_is_a_failure_of_its_task(tmp_path: Path, address: str) -> None:
    """A task that always fails says so after its retries, with the place in the program."""
    answers = dict(pool.run(chores(tmp_path, 4, at_1="bug"), do, scheduler=address, retries=1))
    failure = answers.pop(1)
    assert isinstance(failure, pool.Failure)
    assert (failure.kind, failure.tries, len(tries(tmp_path, 1))) == ("KeyError", 2, 2)
    assert "in meet" in failure.trace
    assert sorted(answers) == [0, 2, 3]


# Workers that die


def test_a_killed_worker_of_the_cluster_costs_time_only(tmp_path: Path, address: str) -> None:
    """A worker killed in its task: the task is done again, no other is, and nothing is lost."""
    answers = dict(pool.run(chores(tmp_path, 8, at_5="kill 1"), do, scheduler=address))
    assert answers == {number: (number, number**2) for number in range(8)}
    assert [len(tries(tmp_path, number)) for number in range(8)] == [1, 1, 1, 1, 1, 2, 1, 1]


def test_a_task_that_kills_workers_of_the_cluster_ends_as_a_failure(tmp_path: Path, address: str) -> None:
    """The task that no worker survives is given up; the others are done."""
    answers = dict(pool.run(chores(tmp_path, 6, at_1="kill"), do, scheduler=address, retries=1))
    failure = answers.pop(1)
    assert isinstance(failure, pool.Failure)
    assert (failure.kind, failure.tries, len(tries(tmp_path, 1))) == ("killed", 2, 2)
    assert sorted(answers) == [0, 2, 3, 4, 5]


def test_a_cluster_lost_in_the_middle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the scheduler dies, the run stops with a message; it does not wait for ever."""
    monkeypatch.setattr(on_dask, "_CONNECT_S", 1.0)
    with cluster(tmp_path / "cluster", workers=1) as made:
        answers = pool.run(chores(tmp_path, 8, at_3="sleep"), do, scheduler=made.address)
        next(answers)
        made.scheduler.kill()
        with pytest.raises(SourceError, match="lost in the middle"):
            list(answers)


def test_a_cluster_that_loses_all_its_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last worker stays away, the run stops with a message; it does not wait for ever."""
    monkeypatch.setattr(on_dask, "_PATIENCE_S", 1.0)
    with cluster(tmp_path / "cluster", workers=1) as made:
        answers = pool.run(chores(tmp_path, 8), do, scheduler=made.address)
        next(answers)
        made.end_workers()
        with pytest.raises(SourceError, match="has had no workers"):
            list(answers)


# Before the run


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "nonsense", "carrier-pigeon://127.0.0.1:1"])
def test_an_address_where_nobody_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that is wrong, or where nothing listens, is told within seconds."""
    monkeypatch.setattr(on_dask, "_CONNECT_S", 1.0)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = address.format(port=port)
    with pytest.raises(SourceError, match="No scheduler of dask") as caught:
        list(pool.run([1], do, scheduler=address))  # type: ignore[list-item]
    assert caught.value.where == address


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where dask.distributed is not installed, the message says how to have it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(OptionError, match=r"pip install 'lnrs-geo\[dask\]'"):
        list(pool.run([1], do, scheduler="tcp://127.0.0.1:1"))  # type: ignore[list-item]


@pytest.mark.parametrize("package", ["lnrs-geo", "python", "shapely", "geopandas"])
def test_other_versions_than_here_are_refused(
    package: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster with another version of what shapes the results does no task."""
    there = on_dask._versions()
    monkeypatch.setattr(on_dask, "_versions", lambda: {**there, package: "0.0.1"})
    with pytest.raises(OptionError) as caught:
        list(pool.run(chores(tmp_path, 2), do, scheduler=address))
    assert caught.value.what == (
        "The cluster may not give the same results: "
        f"{package} is {there[package]}, not 0.0.1, on the scheduler; "
        f"{package} is {there[package]}, not 0.0.1, on a worker (2 of them)."
    )
    assert not tries(tmp_path, 0)


def test_workers_that_are_absent_or_join_with_other_versions(tmp_path: Path) -> None:
    """No workers is an error; one that joins later with another shapely does no task but stops the run."""
    fakes = tmp_path / "fakes"
    label = fakes / "shapely-1.8.0.dist-info" / "METADATA"
    label.parent.mkdir(parents=True)
    label.write_text("Metadata-Version: 2.1\nName: shapely\nVersion: 1.8.0\n", encoding="ascii")
    with cluster(tmp_path / "cluster", workers=0) as made:
        with pytest.raises(SourceError, match="The cluster has no workers"):
            list(pool.run(chores(tmp_path, 2), do, scheduler=made.address))
        made.add_workers(1)
        answers = pool.run(chores(tmp_path, 40, at_1="sleep"), do, scheduler=made.address)
        assert next(answers)[0] == 0
        made.add_workers(1, fakes=fakes)
        with pytest.raises(OptionError, match=r"shapely is 1\.8\.0, not .*, on a worker"):
            list(answers)
        assert sum(bool(tries(tmp_path, number)) for number in range(40)) == 2
