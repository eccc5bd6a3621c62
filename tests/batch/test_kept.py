"""A record of results is no proof of them: what was removed or changed is done again, and nothing else is."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.batch import doing, planning, running
from lnrs_geo.batch.ledger import FOLDER, Ledger
from tests.batch import worlds
from tests.batch.commands import batch, contents, rows
from tests.batch.test_resume import begun
from tests.flaws_world import put

PARCELS_IN_ONE = ("--map", "site_ref=site")


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the references of sites in the order in which they are done, again and again."""
    found: list[str] = []
    real = doing.do

    def do(task: Any) -> Any:
        found.extend(site.reference for site in task.sites)
        return real(task)

    monkeypatch.setattr(doing, "do", do)
    return found


def removed(folder: Path) -> None:
    shutil.rmtree(folder)


def shortened(folder: Path) -> None:
    path = folder / "parts.csv"
    path.write_bytes(path.read_bytes()[:-10])


def emptied(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "results.gpkg")) as database:
        database.execute("create table mine (a)")


LOST = [removed, shortened, emptied]


@pytest.mark.parametrize("lose", LOST)
def test_site_of_an_unfinished_batch_whose_results_are_lost_is_done_again(
    tmp_path: Path,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[Path], None],
    done: list[str],
) -> None:
    register = worlds.register_of(tmp_path, 4)
    batch(register, options, out="undisturbed")
    begun(monkeypatch, register, options)
    done.clear()
    lose(Path("out/sites/S000"))
    said = batch(register, options, "--resume")
    assert (said.exit_code, sorted(done)) == (0, ["S000", "S002", "S003"])
    assert "1 of them were done before, and not repeated." in said.stderr
    assert "1 of them were done before and done again: their results were gone or changed." in said.stderr
    assert contents(Path("out")) == contents(Path("undisturbed"))


@pytest.mark.parametrize("lose", LOST)
def test_site_of_a_finished_batch_whose_results_are_lost_is_done_again(
    tmp_path: Path, options: dict[str, Any], lose: Callable[[Path], None], done: list[str]
) -> None:
    register = worlds.register_of(tmp_path, 3)
    batch(register, options)
    before = contents(Path("out"))
    done.clear()
    lose(Path("out/sites/S001"))
    said = batch(register, options, "--resume")
    assert (said.exit_code, done) == (0, ["S001"])
    assert "1 of them were done before and done again" in said.stderr
    assert contents(Path("out")) == before
    assert "done again" not in batch(register, options, "--resume").stderr


def test_screening_that_is_gone_is_done_again(
    tmp_path: Path, options: dict[str, Any], done: list[str]
) -> None:
    put(tmp_path, {"register.csv": "reference,grid_reference\nA,SK3005060050\nB,NZ142306\n"})
    batch("register.csv", options)
    before = contents(Path("out"))
    done.clear()
    Path("out/sites/A/screening.json").unlink()
    assert "done again" in batch("register.csv", options, "--resume").stderr
    assert done == ["A"]
    assert contents(Path("out")) == before


@pytest.mark.parametrize("name", ["sites.csv", "results.gpkg"])
def test_files_of_all_sites_that_are_gone_are_put_together_again(
    tmp_path: Path, options: dict[str, Any], name: str, done: list[str]
) -> None:
    register = worlds.register_of(tmp_path, 2)
    batch(register, options)
    before = contents(Path("out"))
    done.clear()
    Path("out", name).unlink()
    said = batch(register, options, "--resume")
    assert (said.exit_code, done) == (0, [])
    assert "Files of all sites together were gone or changed, and were put together again." in said.stderr
    assert contents(Path("out")) == before


@pytest.mark.parametrize("file_format", ["gpkg", "parquet"])
def test_sites_without_folders_are_done_again_where_their_rows_are_lost(
    tmp_path: Path, options: dict[str, Any], file_format: str, done: list[str]
) -> None:
    """Nothing else holds them: the packets go when the batch is finished."""
    worlds.one_file_of(tmp_path, 4)
    words = (options, *PARCELS_IN_ONE, "--no-site-folders", "--format", file_format)
    batch("all.gpkg", *words)
    assert not list(Path("out", FOLDER, "packets").iterdir())
    before = contents(Path("out"))
    done.clear()
    assert batch("all.gpkg", *words, "--resume").exit_code == 0
    assert done == []
    if file_format == "gpkg":
        with closing(sqlite3.connect("out/results.gpkg")) as database:
            # triggers of the spatial index call functions that only GDAL has
            database.execute("delete from issues")
            database.execute("delete from parcels where site = 'S001'")
            database.commit()
    else:
        next(Path("out/parts").rglob("*.parquet")).unlink()
    assert "4 of them were done before and done again" in batch("all.gpkg", *words, "--resume").stderr
    assert len(done) == 4
    assert contents(Path("out")) == before


def test_stop_while_packets_are_removed_loses_nothing(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    worlds.one_file_of(tmp_path, 3)
    words = ("all.gpkg", options, *PARCELS_IN_ONE, "--no-site-folders")

    def stop(ledger: Ledger) -> None:
        next(ledger.folder.glob("packets/*/parts.parquet")).unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "clear_packets", stop)
        assert batch(*words).exit_code != 0
    done.clear()
    said = batch(*words, "--resume")
    assert (said.exit_code, done) == (0, [])
    assert "done again" not in said.stderr


def test_packet_that_is_lost_in_the_middle_is_done_again(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    monkeypatch.setattr(planning, "MOST_PARCELS", 2)
    worlds.one_file_of(tmp_path, 4)
    words = ("all.gpkg", options, *PARCELS_IN_ONE, "--no-site-folders")
    batch(*words, out="undisturbed")
    with monkeypatch.context() as patch:
        patch.setattr(running, "put_together", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            batch(*words)
    packets = sorted(one for one in Path("out", FOLDER, "packets").iterdir() if one.is_dir())
    assert len(packets) > 2
    (packets[1] / "parcels.parquet").unlink()
    every = len(done) // 2
    done.clear()
    assert batch(*words, "--resume").exit_code == 0
    assert 0 < len(done) < every
    assert contents(Path("out")) == contents(Path("undisturbed"))


def test_looking_at_results_in_a_gis_changes_none(
    tmp_path: Path, options: dict[str, Any], done: list[str]
) -> None:
    """QGIS sets a database to write ahead, and back; a person's own files stand for themselves."""
    register = worlds.register_of(tmp_path, 2)
    batch(register, options)
    for path in (Path("out/results.gpkg"), Path("out/sites/S000/results.gpkg")):
        before = path.read_bytes()
        with closing(sqlite3.connect(path)) as database:
            for mode in ("wal", "delete"):
                database.execute(f"pragma journal_mode = {mode}").fetchone()
        assert path.read_bytes() != before
    put(Path("out/sites/S000"), {"notes.txt": "mine"})
    done.clear()
    assert "done again" not in batch(register, options, "--resume").stderr
    assert done == []


def test_site_that_failed_has_no_results_to_lose(
    tmp_path: Path, options: dict[str, Any], done: list[str]
) -> None:
    put(tmp_path, {"a.gpkg": b"no database", "register.csv": "reference,file\nA,a.gpkg\n"})
    batch("register.csv", options)
    done.clear()
    assert batch("register.csv", options, "--resume").exit_code == 1
    assert (done, rows()["A"]["outcome"]) == ([], "failed")


def test_other_version_of_the_records_is_told(tmp_path: Path, options: dict[str, Any]) -> None:
    """Records of a version that noted no files cannot vouch for them."""
    register = worlds.register_of(tmp_path, 1)
    batch(register, options)
    note = Path("out", FOLDER, "begun.json")
    note.write_text(note.read_text().replace("lnrs-geo/batch-2", "lnrs-geo/batch-1"))
    said = batch(register, options, "--resume")
    assert said.exit_code == 3
    assert "Another version of the program began the batch." in said.stderr
