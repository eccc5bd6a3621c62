"""The benchmark's table, its processes and its comparisons say what happened."""

import json
import shutil
import sys

import geopandas as gpd
import pytest
from shapely import Point

from tests.benchmarks import processes, program, run, sameness, table
from tests.benchmarks.making import Bench
from tests.benchmarks.plan import FULL, QUICK
from tests.benchmarks.table import Line


def test_targets_are_met_or_missed():
    """A line tells its target and whether the value keeps to it, on either side."""
    assert [Line("a", "b", **table.at_most(one, 1.1)).met for one in (1.0, 1.1, 1.2)] == [True, True, False]
    assert [Line("a", "b", **table.at_least(one, 15)).met for one in (14.9, 15, 16)] == [False, True, True]
    assert Line("a", "b", **table.at_least(14.9, 15.0, "x")).text.split()[-4:] == [
        "at",
        "least",
        "15x",
        "MISSED",
    ]
    assert Line("a", "b", **table.at_most(14.9, 15.0, " s")).text.split()[-3:] == ["15", "s", "met"]
    assert Line("a", "b", "1.0 s").text.endswith("1.0 s")


def test_medians_are_compared():
    """One slow repeat changes nothing."""
    assert table.times([2.0, 90.0, 2.2], [1.0, 1.1, 1.2]) == pytest.approx(2.0)
    assert table.seconds([0.5, 0.0123, 0.01]) == "12.3 ms"


def test_a_process_is_timed_and_weighed():
    """The memory of all that a process starts counts together."""
    inner = "import time; held = bytearray(100_000_000); time.sleep(1.0)"
    outer = f"""
import subprocess, sys
both = [subprocess.Popen([sys.executable, "-c", {inner!r}]) for _ in range(2)]
print([one.wait() for one in both])
"""
    done = processes.run([sys.executable, "-c", outer], watched=True)
    assert done.out == "[0, 0]\n"
    assert done.seconds > 1.0
    if processes.PROC.is_dir():
        assert 0.2 < done.peak_gb < 1.0


@pytest.mark.parametrize("ending", ["import sys; sys.exit('gone')", "1 / 0"])
def test_a_process_that_fails_is_told(ending):
    """An error that nobody caught is a failure, though its exit code is one that results may have."""
    with pytest.raises(processes.FailedError, match=r"gone|division"):
        processes.run([sys.executable, "-c", ending], accept=0 if "gone" in ending else 1)


def test_a_task_has_a_process_of_its_own(tmp_path):
    """What a task returns comes back through JSON; two empty folders are no equal results."""
    said = processes.task("workers", "compared", first=str(tmp_path), second=str(tmp_path))
    assert "nothing was written" in said


def test_outcomes_are_counted(tmp_path):
    """A batch that failed quickly shows as such."""
    (tmp_path / "sites.csv").write_text("reference,outcome\na,failed\nb,review\nc,failed\n")
    assert sameness.outcomes(tmp_path) == "2 failed, 1 review"


def test_what_the_program_lacks_is_named():
    """A command or an option that is not there yet is named, one that is there is not."""
    assert program.lacking("check", "--measures", "--out") == ""
    assert "--no-such-thing" in program.lacking("check", "--no-such-thing")
    assert "no-such-command" in program.lacking("no-such-command")


def test_files_are_made_once(tmp_path, monkeypatch):
    """What is there is found again; asked for otherwise it is made anew."""
    made = []
    monkeypatch.setattr(processes, "task", lambda *_, **given: made.append(given) or {"n": len(made)})
    bench = Bench(tmp_path, QUICK)
    assert [bench.once("a", "m", "f", size=size)["n"] for size in (1, 1, 2)] == [1, 1, 2]


def test_the_row_of_england_can_be_reduced():
    """A part of the areas has that part of the parcels."""
    some = FULL.reduced(0.25)
    assert (some.layers, some.national, some.whole) == (12, 250_000, False)
    assert FULL.reduced(1.0).whole


def test_folders_are_compared_as_the_contract_says(tmp_path):
    """The record of a run may differ and rows may stand in another order; anything else is told."""
    first, second = tmp_path / "a", tmp_path / "b"
    frame = gpd.GeoDataFrame({"x": [1, 2]}, geometry=[Point(0, 0), Point(1, 1)], crs="EPSG:27700")
    for folder, rows in ((first, frame), (second, frame)):
        folder.mkdir()
        rows.to_file(folder / "results.gpkg", layer="parts")
        (folder / "parts.csv").write_text("a\n1\n")
        (folder / "result.json").write_text(json.dumps({"run": str(folder), "parts": [1]}))
        (folder / "log.txt").write_text(str(folder))
    assert sameness.differences(str(first), str(second)) == []
    (second / "parts.csv").write_text("a\n2\n")
    (second / "result.json").write_text(json.dumps({"run": "", "parts": [2]}))
    (second / "results.gpkg").unlink()
    frame.assign(x=[1, 3]).to_file(second / "results.gpkg", layer="parts")
    shutil.copy(first / "parts.csv", second / "parcels.csv")
    told = sameness.differences(str(first), str(second))
    assert told == ["parcels.csv: in one only", "parts.csv", "result.json", "results.gpkg"]


def test_rows_are_chosen_by_name(capsys):
    """A name that no row has is refused, with those that there are."""
    with pytest.raises(SystemExit, match="2"):
        run.main(["--only", "one-site,natoinal"])
    said = capsys.readouterr().err
    assert "natoinal" in said
    assert "file-to-file" in said


def test_a_row_that_fails_stops_no_other(monkeypatch, capsys, tmp_path):
    """It is in the table as failed, and the command ends with 1; the table goes into a file as well."""

    def broken(bench):
        yield Line("cold", "before")
        raise ValueError("no luck")

    monkeypatch.setitem(run.ROWS, "cold", broken)
    monkeypatch.setitem(run.ROWS, "growth", lambda _: iter([Line("growth", "after", **table.at_most(1, 2))]))
    options = ["--plan", "tiny", "--folder", str(tmp_path), "--json", str(tmp_path / "table.json")]
    assert run.main([*options, "--only", "cold,growth"]) == 1
    said = capsys.readouterr().out
    assert "no luck" in said
    assert "1 targets met, 0 missed, 1 rows failed" in said
    lines = json.loads((tmp_path / "table.json").read_text())["lines"]
    assert [line["what"] for line in lines] == ["before", "no luck", "after"]
    assert run.main([*options, "--only", "growth"]) == 0


@pytest.mark.slow
def test_every_row_runs(tmp_path, capsys):
    """The whole command works, on a few fields."""
    assert run.main(["--plan", "tiny", "--folder", str(tmp_path)]) == 0, capsys.readouterr().out
