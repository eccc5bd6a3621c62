"""What the command `batch` says on the screen, and with which exit code it ends."""

import hashlib
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lnrs_geo.batch import doing
from lnrs_geo.cli import batch as command
from lnrs_geo.cli.batch import Bar, Lines, progress
from lnrs_geo.errors import OptionError
from tests.batch import worlds
from tests.batch.commands import batch, contents, layers, rows, run
from tests.batch.test_resume import begun
from tests.flaws_world import put


def test_first_failed_sites_are_named(tmp_path: Path, options: dict[str, Any]) -> None:
    lines = "".join(f"S{at:02},gone.gpkg\n" for at in range(12))
    put(tmp_path, {"register.csv": f"reference,file\n{lines}"})
    said = batch("register.csv", options).stderr.splitlines()
    named = [line for line in said if line.startswith("failed ")]
    assert len(named) == 10
    assert named[0].startswith("failed S00: line 2: There is no file 'gone.gpkg'")
    assert said[-1] == f"and 2 more, see {Path('out/sites.csv')}"
    everything = batch("register.csv", options, "-v", "--resume").stderr
    assert everything.count("failed S") == 12 and "more, see" not in everything
    assert batch("register.csv", options, "-q", "--resume").stderr == ""


def test_lines_of_progress_come_every_half_minute(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter((0.0, 29.0, 31.0, 60.0, 62.0))
    lines = Lines(clock=lambda: next(times))
    for done in (0, 10, 62, 90, 124):
        lines(done, 400)
    lines.end()
    assert capsys.readouterr().err.splitlines() == [
        "62 of 400 sites, 2.0 sites/s, 3 min left",
        "124 of 400 sites, 2.0 sites/s, 2 min left",
    ]


@pytest.mark.parametrize(
    ("terminal", "words", "kind"),
    [
        (True, {"quiet": False, "verbose": False}, Bar),
        (False, {"quiet": False, "verbose": True}, Lines),
        (False, {"quiet": False, "verbose": False}, type(None)),
        (True, {"quiet": True, "verbose": False}, type(None)),
    ],
)
def test_bar_is_for_a_terminal_and_lines_are_for_who_asks(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, words: dict[str, bool], kind: type
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert type(progress(**words)) is kind


def test_lines_of_progress_are_plain_in_a_pipe(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "LINE_EVERY_S", 1e-4)
    register = worlds.register_of(tmp_path, 2)
    said = batch(register, options, "-v").stderr
    assert "2 of 2 sites, " in said and "\r" not in said
    assert "2 of 2 sites, " not in batch(register, options).stderr


def test_screened_site_is_for_review_where_that_is_strict(tmp_path: Path, options: dict[str, Any]) -> None:
    """It is no assessment, so that nothing was decided of it."""
    put(tmp_path, {"register.csv": "reference,grid_reference\nA,SK3005060050\n"})
    assert batch("register.csv", options).exit_code == 0
    assert batch("register.csv", options, "--strict", "--resume").exit_code == 1


def test_row_of_a_site_tells_wrong_claims_issues_and_ignored_layers(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    """The same whether sites are done one by one or together."""
    frames = [worlds.parcels_of(at, 2).assign(site=f"S{at}") for at in range(2)]
    frames[0]["post_ss"] = "Low"
    frames[1]["post_ss"] = ""
    frames[1].loc[1, "parcel_ref"] = "P1"
    everything = pd.concat(frames, ignore_index=True)
    everything.to_file(tmp_path / "all.gpkg", layer="Habitats")
    words = ("all.gpkg", options, "--map", "site_ref=site", "--map", "proposed_ss=post_ss")
    batch(*words)
    found = rows()
    names = ("claims_wrong", "issues_error", "issues_warning", "layers_ignored")
    assert int(found["S0"]["claims_wrong"]) > 0 and found["S1"]["claims_wrong"] == "0"
    assert int(found["S1"]["issues_warning"]) + int(found["S1"]["issues_error"]) > 0
    batch(*words, "--no-site-folders", out="lean")
    for reference, row in rows("lean").items():
        assert [row[name] for name in names] == [found[reference][name] for name in names]


def test_unfinished_batch_says_both_ways_out(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = worlds.register_of(tmp_path, 3)
    begun(monkeypatch, register, options)
    done = batch(register, options)
    assert done.exit_code == 2
    assert "--resume" in done.stderr and "another folder with --out" in done.stderr


def test_folder_where_a_run_is_at_work_says_what_to_do(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    register = worlds.register_of(tmp_path, 1)
    real, said = doing.do, []

    def do(task: Any) -> Any:
        said.append(batch(register, options, "--resume").stderr)
        return real(task)

    monkeypatch.setattr(doing, "do", do)
    batch(register, options)
    assert "Wait for it, or name another folder with --out." in said[0]


@pytest.mark.parametrize("out", ["taken", "taken/below"])
def test_results_in_a_file_are_refused(tmp_path: Path, options: dict[str, Any], out: str) -> None:
    register = worlds.register_of(tmp_path, 1)
    put(tmp_path, {"taken": "mine"})
    for more in ((), ("--resume",)):
        done = batch(register, options, *more, out=out)
        assert done.exit_code == 3
        assert "taken: It is a file, not a folder. Name a folder for the results with --out." in done.stderr
    assert Path("taken").read_text() == "mine"


def test_batch_is_resumed_from_another_folder_by_full_names_alone(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results tell files by their names, so those of a batch are all named from one place."""
    register = worlds.register_of(tmp_path, 3)
    batch("register.csv", options)
    batch(register, options, out="full")
    before = contents(Path("out"))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    done = batch("../register.csv", options, "--resume", out="../out")
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert "the same files under other names" in done.stderr and f"in the folder {tmp_path}." in done.stderr
    assert contents(tmp_path / "out") == before
    assert batch(register, options, "--resume", out="../full").exit_code == 0


def test_package_that_an_option_or_a_register_needs_is_wrong_usage(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    worlds.one_file_of(tmp_path, 2, "all.parquet")
    for name in ("distributed", "python_calamine", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    register = worlds.register_of(tmp_path, 2)
    put(tmp_path, {"register.xlsx": b"x"})
    cluster = (register, options, "--scheduler", "tcp://127.0.0.1:1")
    workbook, layer = ("register.xlsx", options), ("all.parquet", options, "--map", "site_ref=site")
    for words, extra in ((cluster, "dask"), (workbook, "xlsx"), (layer, "parquet")):
        done = batch(*words)
        assert done.exit_code == 2
        assert f"lnrs-geo[{extra}]" in done.stderr
    assert run("batch", "gone.xlsx", *worlds.words(options)).exit_code == 3


def test_worker_that_lacks_a_package_stops_the_run(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No site is at fault."""

    def lacks(*_: Any) -> None:
        raise OptionError("GeoParquet needs the package pyarrow, which is not installed.")

    monkeypatch.setattr(doing, "write_packet", lacks)
    done = batch(worlds.register_of(tmp_path, 2), options, "--no-site-folders")
    assert done.exit_code == 3
    assert "needs the package pyarrow" in done.stderr and "--resume" in done.stderr
    assert not Path("out/sites.csv").exists()


def test_record_of_a_batch_names_map_rules_and_files(tmp_path: Path, options: dict[str, Any]) -> None:
    """Digests are those that anybody can take of the files; publication and edition stand beside."""
    batch(worlds.register_of(tmp_path, 1), options)
    record = {str(row[-2]): str(row[-1]) for row in layers(Path("out/results.gpkg"))["run"]}
    of_files = [value for name, value in record.items() if name.startswith("files.") and "measures" in name]
    assert of_files == [hashlib.sha256(Path(options["measures"]).read_bytes()).hexdigest()]
    told = " ".join(f"{name}={value}" for name, value in record.items() if name.startswith("strategies"))
    assert "name=A test" in told and "published=" in told and "measures_source" in told
    assert record["rules"].startswith("UG-")
