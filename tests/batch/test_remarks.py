"""What a register leaves out is told: parcels of sites that it does not name, and files that are no sites."""

from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.batch.remarks import Remarks
from tests.batch import worlds
from tests.batch.commands import batch, layers, rows
from tests.flaws_world import put

COLUMN = ("--map", "site_ref=site")


def run_record(out: str = "out") -> str:
    return str(layers(Path(out, "results.gpkg"))["run"])


def test_row_without_site_ref_takes_the_parcels_of_its_reference(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    """S001 has two parcels of the file's nine; the other sites' are told."""
    worlds.one_file_of(tmp_path, 5)
    put(tmp_path, {"register.csv": "reference,file\nS001,all.gpkg\n"})
    done = batch("register.csv", options, *COLUMN)
    assert done.exit_code == 0
    assert rows()["S001"]["parcels"] == "2"
    told = "all.gpkg: 7 parcel(s) belong to no row of the register, and are in no result ("
    assert told in done.stderr and told in run_record()
    assert "S002 3" in done.stderr
    assert told in batch("register.csv", options, *COLUMN, "--resume").stderr


def test_row_that_may_mean_any_of_several_sites_fails(tmp_path: Path, options: dict[str, Any]) -> None:
    """Two copies of one file under two references would have every parcel counted twice."""
    worlds.one_file_of(tmp_path, 3)
    worlds.one_file_of(tmp_path, 3, "copy.gpkg")
    put(tmp_path, {"register.csv": "reference,file,site_ref\nA,all.gpkg,\nB,copy.gpkg,S000\n"})
    done = batch("register.csv", options, *COLUMN)
    assert done.exit_code == 1
    found = rows()
    assert (found["A"]["outcome"], found["B"]["outcome"]) == ("failed", "assessed")
    assert "Its parcels name several sites" in found["A"]["why"]
    assert "a row and a site_ref for each" in found["A"]["why"]
    assert "copy.gpkg: 5 parcel(s) belong to no row" in done.stderr
    assert "all.gpkg: 6 parcel(s) belong to no row" in done.stderr


def test_file_of_a_folder_that_holds_several_sites_fails(tmp_path: Path, options: dict[str, Any]) -> None:
    (tmp_path / "files").mkdir()
    worlds.one_file_of(tmp_path / "files", 3, "bank.gpkg")
    assert batch("files", options, *COLUMN).exit_code == 1
    assert "Give each site a file of its own" in rows()["bank"]["why"]


def test_parcels_of_all_rows_are_left_over_by_none(tmp_path: Path, options: dict[str, Any]) -> None:
    """A row that is refused, or whose line is wrong elsewhere, has its parcels all the same."""
    worlds.one_file_of(tmp_path, 3)
    put(
        tmp_path,
        {
            "register.csv": "reference,file,site_ref,granted\n"
            "A,all.gpkg,S000,\nB,./all.gpkg,S001,\nC,all.gpkg,S002,soon\n"
        },
    )
    done = batch("register.csv", options, *COLUMN)
    assert [row["outcome"] for row in rows().values()] == ["assessed", "assessed", "failed"]
    assert "belong to no row" not in done.stderr
    assert "in_no_row" not in run_record()


@pytest.mark.parametrize("row", ["A,all.gpkg,A", "A,all.gpkg,C"])
def test_parcels_without_a_site_are_left_over_beside_one_site_too(
    tmp_path: Path, options: dict[str, Any], row: str
) -> None:
    frame = worlds.parcels_of(0, 3).assign(site=["A", "A", None])
    frame.to_file(tmp_path / "all.gpkg")
    put(tmp_path, {"register.csv": f"reference,file,site_ref\n{row}\n"})
    assert "without a site 1)." in batch("register.csv", options, *COLUMN).stderr


def test_whole_file_of_one_site_leaves_nothing_over(tmp_path: Path, options: dict[str, Any]) -> None:
    frame = worlds.parcels_of(0, 3).assign(site=["A", "A", None])
    frame.to_file(tmp_path / "all.gpkg")
    put(tmp_path, {"register.csv": "reference,file\nB,all.gpkg\n"})
    assert "belong to no row" not in batch("register.csv", options, *COLUMN).stderr
    assert rows()["B"]["parcels"] == "3"


def test_parcels_without_a_site_are_left_over(tmp_path: Path, options: dict[str, Any]) -> None:
    frame = worlds.parcels_of(0, 3).assign(site=["A", "B", None])
    frame.to_file(tmp_path / "all.gpkg")
    put(tmp_path, {"register.csv": "reference,file\nA,all.gpkg\n"})
    assert "2 parcel(s) belong to no row of the register, and are in no result (B 1, without a site 1)." in (
        batch("register.csv", options, *COLUMN).stderr
    )


def test_stray_files_of_a_folder_are_told_once(tmp_path: Path, options: dict[str, Any]) -> None:
    worlds.register_of(tmp_path, 2)
    put(tmp_path / "files", {"README.txt": "x", "thumbs.db": "x"})
    done = batch("files", options)
    assert done.exit_code == 0
    assert list(rows()) == ["S000", "S001"]
    told = "2 item(s) in the register's folder are no files of parcels and were passed over: README.txt, thumbs.db."
    assert done.stderr.count(told) == 1
    assert "README.txt" in run_record() and "thumbs.db" in run_record()
    assert told in batch("files", options, "--resume").stderr


def test_batch_inside_the_folder_of_its_register_is_resumed(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its results are no site of it."""
    worlds.register_of(tmp_path, 2)
    assert batch("files", options, out="files/out").exit_code == 0
    assert batch("files", options, "--resume", out="files/out").exit_code == 0
    assert list(rows("files/out")) == ["S000", "S001"]


def test_long_lists_are_cut_on_the_screen() -> None:
    files = tuple(f"f{at:02}.gpkg: x." for at in range(12))
    *first, more, passed_over = Remarks(tuple("abcdefghijkl"), files).lines()
    assert first == list(files[:10])
    assert more == "So it is of 2 more files: see the record of the run."
    assert passed_over.endswith("a, b, c, d, e, f, g, h, i, j and 2 more.")


def test_line_that_does_not_fit_fails_alone(tmp_path: Path, options: dict[str, Any]) -> None:
    register = worlds.register_of(tmp_path, 3)
    lines = register.read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace(",", ",,,,,x,", 1)
    register.write_text("".join([*lines, "S000,files/S000.geojson\n"]))
    done = batch(register, options)
    assert done.exit_code == 1
    with Path("out/sites.csv").open(encoding="utf-8") as file:
        outcomes = [line.split(",")[:2] for line in file.read().splitlines()[1:]]
    assert outcomes == [
        ["S000", "assessed"], ["S001", "failed"], ["S002", "assessed"], ["S000", "failed"],
    ]  # fmt: skip
    assert "line 3: It has 12 cells where the header has 7." in rows()["S001"]["why"]
