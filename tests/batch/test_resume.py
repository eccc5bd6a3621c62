"""A batch that was stopped goes on where it stopped, and ends as one that nobody stopped."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.batch import doing, joining, pool, running
from lnrs_geo.batch.ledger import FOLDER
from tests.batch import worlds
from tests.batch.commands import batch, contents, rows, run
from tests.flaws_world import put

# Sites enough for a kill to fall among them, few enough to be done in seconds
SITES = 12


class Stopped(BaseException):
    """The program ends here, as if it had been killed."""


def stopped_after(monkeypatch: pytest.MonkeyPatch, sites: int) -> None:
    """Have the program end when so many sites are done."""
    real, done = doing.do, []

    def do(task: Any) -> Any:
        if len(done) == sites:
            raise Stopped
        done.append(task.name)
        return real(task)

    monkeypatch.setattr(doing, "do", do)


def begun(monkeypatch: pytest.MonkeyPatch, register: Path, options: dict[str, Any]) -> None:
    """Begin a batch and stop it when two sites are done."""
    with monkeypatch.context() as patch:
        stopped_after(patch, 2)
        with pytest.raises(Stopped):
            batch(register, options)


def test_resumed_batch_repeats_no_finished_site(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register = worlds.register_of(tmp_path, 5)
    batch(register, options, out="undisturbed")
    begun(monkeypatch, register, options)
    assert not Path("out/sites.csv").exists()
    times = {path: path.stat().st_mtime_ns for path in Path("out/sites").rglob("*.csv")}
    assert len(times) == 2 * 2
    done: list[str] = []
    real = doing.do
    monkeypatch.setattr(doing, "do", lambda task: (done.append(task.sites[0].reference), real(task))[1])
    told = batch(register, options, "--resume")
    assert sorted(done) == ["S002", "S003", "S004"]
    assert all(path.stat().st_mtime_ns == then for path, then in times.items())
    assert "2 of them were done before, and not repeated." in told.stderr
    assert contents(Path("out")) == contents(Path("undisturbed"))


def test_unfinished_batch_is_not_begun_again(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register = worlds.register_of(tmp_path, 3)
    begun(monkeypatch, register, options)
    done = batch(register, options)
    assert done.exit_code == 2
    assert "--resume" in done.stderr


def test_nothing_to_resume_is_said(tmp_path: Path, options: dict[str, Any]) -> None:
    done = batch(worlds.register_of(tmp_path, 1), options, "--resume")
    assert done.exit_code == 2
    assert "no batch to resume" in done.stderr
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("change", "more", "says"),
    [
        ({"register.csv": worlds.HEAD + "S000,files/S000.geojson,,,,,\n"}, (), "register.csv has changed"),
        ({"crosswalk.csv": "lnrs_id,measure_id\n"}, (), "crosswalk.csv has changed"),
        ({"files/S001.geojson": "{}"}, (), "S001.geojson has changed"),
        ({}, ("--tolerance", "3"), "options tolerance_m was 2.0 and is 3.0"),
        ({}, ("--format", "parquet"), "options format was 'gpkg' and is 'parquet'"),
        ({}, ("--as-at", "2026-09-02"), "options as_at was '2026-09-01' and is '2026-09-02'"),
        ({}, ("--granted", "2026-01-01"), "options dates granted"),
    ],
)
def test_batch_is_resumed_with_the_same_only(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, Any],
    more: tuple[str, ...],
    says: str,
) -> None:
    """What differs is named, and nothing is touched."""
    register = worlds.register_of(tmp_path, 3)
    begun(monkeypatch, register, options)
    put(tmp_path, change)
    before = contents(Path("out"))
    done = batch(register, options, "--resume", *more)
    assert done.exit_code == 2
    assert says in done.stderr
    assert contents(Path("out")) == before


def test_what_changes_no_answer_may_differ(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register = worlds.register_of(tmp_path, 3)
    begun(monkeypatch, register, options)
    assert batch(register, options, "--resume", "--matching", "plain", "--strict").exit_code == 0


def test_resumed_batch_keeps_the_day_on_which_it_was_begun(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next morning the same command goes on with yesterday's date, as one undisturbed run would."""
    register = worlds.register_of(tmp_path, 3)
    words = worlds.words(options, "--out", "out")
    undated = [word for word in words if word not in ("--as-at", worlds.AS_AT)]
    begun(monkeypatch, register, options)
    done = run("batch", register, *undated, "--resume")
    assert done.exit_code == 0
    assert f"Assessed as at {worlds.AS_AT}." in done.stderr
    batch(register, options, out="undisturbed")
    assert contents(Path("out")) == contents(Path("undisturbed"))


def test_finished_batch_is_told_again(tmp_path: Path, options: dict[str, Any]) -> None:
    register = worlds.register_of(tmp_path, 3)
    put(tmp_path, {"register.csv": register.read_text() + "B,,,,,,\n"})
    batch(register, options)
    before = contents(Path("out"))
    done = batch(register, options, "--resume")
    assert done.exit_code == 1, "a site failed"
    assert "4 sites: 3 assessed" in done.stderr
    assert contents(Path("out")) == before


@pytest.mark.parametrize("also", [(), ("--scheduler", "tcp://127.0.0.1:1")])
def test_results_of_a_batch_are_never_replaced(
    tmp_path: Path, options: dict[str, Any], also: tuple[str, ...]
) -> None:
    """Neither by another register nor by a run that then cannot begin."""
    register = worlds.register_of(tmp_path, 3)
    batch(register, options)
    before = contents(Path("out"))
    put(tmp_path, {"register.csv": worlds.HEAD + "S000,files/S000.geojson,,,,,\n"})
    refused = batch(register, options, *also)
    assert refused.exit_code == 2
    assert "holds the results of a batch" in refused.stderr and "--out" in refused.stderr
    assert contents(Path("out")) == before


def test_results_of_a_check_are_not_taken_for_a_batch(tmp_path: Path, options: dict[str, Any]) -> None:
    """A folder with other files is used as it is, and they stay until the batch is finished."""
    register = worlds.register_of(tmp_path, 1)
    (tmp_path / "out" / "sites" / "X").mkdir(parents=True)
    put(tmp_path / "out" / "sites" / "X", {"parts.csv": "mine"})
    assert batch(register, options).exit_code == 0
    assert Path("out/sites/X/parts.csv").read_text() == "mine"


@pytest.mark.parametrize("moment", ["record", "assemble", "write_csv", "finish"])
def test_stopped_between_two_steps_it_ends_the_same(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    register = worlds.register_of(tmp_path, 3)
    batch(register, options, out="undisturbed")
    place = {
        "record": (doing.Ledger, "record"),
        "assemble": (joining, "assemble"),
        "write_csv": (joining.tabular, "write_csv"),
        "finish": (doing.Ledger, "finish"),
    }[moment]

    def stop(*_: Any, **__: Any) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        if moment == "write_csv":  # the sites' own tables are written by the same function
            real = joining.tabular.write_csv
            patch.setattr(joining.tabular, "write_csv", lambda *given: real(*given) if given[1] else stop())
        else:
            patch.setattr(*place, stop)
        with pytest.raises(Stopped):
            batch(register, options)
    assert batch(register, options, "--resume").exit_code == 0
    assert contents(Path("out")) == contents(Path("undisturbed"))


def test_site_that_ends_its_process_is_told_and_passed(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a packet that cannot be done, its sites are done one by one."""
    worlds.one_file_of(tmp_path, 4)
    real = pool.run

    def mortal(tasks: Any, do: Any, **more: Any) -> Any:
        """Answer as the pool does of a task whose process was killed each time."""
        for number, task in enumerate(tasks):
            if any(site.reference == "S002" for site in task.sites):
                yield number, pool.Failure("Its process was ended 3 times.", "killed", 3)
            else:
                yield from ((number, answer) for _, answer in real([task], do, **more))

    monkeypatch.setattr(running.pool, "run", mortal)
    assert batch("all.gpkg", options, "--map", "site_ref=site", "--no-site-folders").exit_code == 1
    found = rows()
    assert {name: row["outcome"] for name, row in found.items()} == {
        "S000": "assessed", "S001": "assessed", "S002": "failed", "S003": "assessed",
    }  # fmt: skip
    assert "ended 3 times" in found["S002"]["why"]


def test_second_batch_in_the_same_folder_is_kept_out(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    register = worlds.register_of(tmp_path, 1)
    real = doing.do

    def do(task: Any) -> Any:
        second = batch(register, options, "--resume")
        assert second.exit_code == 3
        assert "Another batch is at work there" in second.stderr
        return real(task)

    monkeypatch.setattr(doing, "do", do)
    assert batch(register, options).exit_code == 0


def command(register: Path, options: dict[str, Any], *more: object) -> list[str]:
    """Return the command for a process of its own."""
    program = "import sys; from lnrs_geo.cli import main; main()"
    return [sys.executable, "-c", program, "batch", str(register), *worlds.words(options, *more)]


def killed_and_resumed(
    register: Path,
    options: dict[str, Any],
    seeds: range,
    *more: object,
) -> None:
    """Kill a batch at random moments, resume it until it ends, and compare it with one left in peace."""
    folder = register.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    words = {"cwd": folder, "env": environment, "capture_output": True, "text": True}
    began = time.monotonic()
    whole = subprocess.run(command(register, options, "--out", "peace", *more), **words)  # type: ignore[call-overload]
    lasted = time.monotonic() - began
    assert whole.returncode == 0, whole.stderr
    expected = contents(folder / "peace")
    for seed in seeds:
        chance, kills = random.Random(seed), 0
        shutil.rmtree(folder / "out", ignore_errors=True)
        for attempt in range(20):
            resume = ["--resume"] if (folder / "out" / FOLDER / "begun.json").exists() else []
            process = subprocess.Popen(
                command(register, options, "--out", "out", *resume, *more),
                cwd=folder, env=environment, start_new_session=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            patience = chance.uniform(0.1, 0.6) * lasted if kills < 3 and attempt < 12 else 600
            began = time.monotonic()
            try:
                ended = process.wait(timeout=patience)
            except subprocess.TimeoutExpired:
                # the workers with it, or left behind to find out themselves
                (os.killpg if chance.random() < 0.5 else os.kill)(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
                continue
            assert ended == 0
            if kills:
                break
            # the computer was busier while the first run was timed
            lasted = time.monotonic() - began
            shutil.rmtree(folder / "out")
        assert kills, f"seed {seed}: no kill fell into the run"
        assert contents(folder / "out") == expected, f"seed {seed}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_batch_ends_as_one_left_in_peace(tmp_path: Path, options: dict[str, Any], seed: int) -> None:
    killed_and_resumed(worlds.register_of(tmp_path, SITES), options, range(seed, seed + 1))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_batch_killed_at_many_moments(tmp_path: Path, options: dict[str, Any], seed: int) -> None:
    """Sixty sites, one process or two, with folders of sites or without."""
    more = [(), ("--workers", 2), ("--format", "parquet"), ("--no-site-folders", "--workers", 2)][seed % 4]
    killed_and_resumed(worlds.register_of(tmp_path, 60), options, range(seed, seed + 1), *more)
