"""The command `batch`: every site of a register as `check` would have it, and no bad one stops the others."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.batch import doing, running
from lnrs_geo.cli import main
from lnrs_geo.cli.batch import Bar
from lnrs_geo.errors import OptionError
from tests.batch import worlds
from tests.batch.commands import batch, contents, layers, rows, run
from tests.flaws_world import put

DATES = ({"application_date": "2025-10-01"}, {"application_date": "2024-06-01", "granted": "2025-06-01"}, {})


def test_each_site_is_what_check_makes_of_it(tmp_path: Path, options: dict[str, Any]) -> None:
    """The same files, byte for byte, with the dates of the site's row of the register."""
    register = worlds.register_of(tmp_path, 6)
    done = batch(register, options)
    assert done.exit_code == 0
    for number, reference in enumerate(rows()):
        file = tmp_path / "files" / f"{reference}.geojson"
        words = [f"--{name.replace('_', '-')}={value}" for name, value in DATES[number % 3].items()]
        assert run("check", file, *worlds.words(options, "--out", "alone", *words)).exit_code == 0
        assert contents(Path("alone")) == contents(Path("out", "sites", reference))


def test_all_parts_stand_together_with_their_sites(tmp_path: Path, options: dict[str, Any]) -> None:
    batch(worlds.register_of(tmp_path, 5), options)
    together = layers(Path("out/results.gpkg"))
    with closing(sqlite3.connect("out/results.gpkg")) as database:
        sites = [site for (site,) in database.execute("select site from parts order by fid")]
    assert list(dict.fromkeys(sites)) == list(rows())
    assert len(together["parts"]) == sum(int(row["parts"]) for row in rows().values())


def test_row_of_a_site_counts_its_parts(tmp_path: Path, options: dict[str, Any]) -> None:
    """S001 has a parcel in the measure and one half out of it; its sizes are those of result.json."""
    batch(worlds.register_of(tmp_path, 3), options)
    row = rows()["S001"]
    assert (row["outcome"], row["why"], row["results"]) == ("assessed", "", "sites/S001")
    assert (row["parcels"], row["parts"], row["parts_decided"], row["parts_review"]) == ("2", "3", "3", "0")
    assert (row["area_high_ha"], row["area_low_ha"]) == ("0.015000", "0.005000")
    assert (row["hedgerow_high_km"], row["tree_low_count"]) == ("", "")
    assert (row["lnrs_id"], row["authority"], row["gridref"]) == ("x", "Northvale", "SK 30012 60055")
    assert "made-up sample" in row["notice"]


def test_site_for_review_says_what_to_look_at(tmp_path: Path, options: dict[str, Any]) -> None:
    frame = worlds.parcels_of(0, 1).assign(proposed_habitat="Grassland - Of my own")
    worlds.write_geojson(frame, tmp_path / "A.geojson")
    put(tmp_path, {"register.csv": "reference,file\nA,A.geojson\n"})
    done = batch("register.csv", options)
    assert done.exit_code == 0
    row = rows()["A"]
    assert (row["outcome"], row["area_review_ha"], row["area_high_ha"]) == ("review", "0.010000", "0.000000")
    assert row["why"] == "1 part(s) that a person must decide (unknown-habitat 1)."
    assert batch("register.csv", options, "--strict", out="strict").exit_code == 1


def test_site_with_a_row_in_error_is_for_review_and_the_exit_code_says_so(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    frame = worlds.parcels_of(0, 2)
    frame.geometry = [frame.geometry[0], None]
    worlds.write_geojson(frame, tmp_path / "A.geojson")
    put(tmp_path, {"register.csv": "reference,file\nA,A.geojson\n"})
    assert batch("register.csv", options).exit_code == 1
    assert rows()["A"]["why"] == "1 part(s) in error, in no total (error 1)."


def test_wrong_rows_and_bad_files_fail_alone(tmp_path: Path, options: dict[str, Any]) -> None:
    """Every row of the register has its row, in its order, and the sound ones their results."""
    worlds.register_of(tmp_path, 2)
    put(
        tmp_path,
        {
            "files/bad.gpkg": b"no database",
            "files/empty.geojson": '{"type": "FeatureCollection", "features": []}',
            "register.csv": worlds.HEAD
            + "A,files/S000.geojson,,,,,\nB,files/bad.gpkg,,,,,\nC,gone.gpkg,,,,,\n,,,,,,\n,files/x,,,,,\n"
            "D,files/empty.geojson,,,,,\nE,files/S001.geojson,,,,soon,\n",
        },
    )
    done = batch("register.csv", options, "-v")
    assert done.exit_code == 1
    found = rows()
    assert [(name, row["outcome"]) for name, row in found.items()] == [
        ("A", "assessed"), ("B", "failed"), ("C", "failed"), ("", "failed"), ("D", "failed"), ("E", "failed"),
    ]  # fmt: skip
    assert "bad.gpkg: It is not a GeoPackage" in found["B"]["why"]
    assert found["D"]["why"]
    assert "application_date is 'soon'" in found["E"]["why"]
    assert "failed C: line 4: There is no file 'gone.gpkg'" in done.stderr
    assert {path.name for path in Path("out/sites").iterdir()} == {"A"}


def test_register_where_nothing_can_be_assessed_still_ends(tmp_path: Path, options: dict[str, Any]) -> None:
    put(tmp_path, {"register.csv": "reference,file\nA,a.gpkg\nB,b.gpkg\n"})
    assert batch("register.csv", options).exit_code == 1
    assert [row["outcome"] for row in rows().values()] == ["failed", "failed"]
    assert not Path("out/results.gpkg").exists()


def test_crash_inside_one_site_is_told_and_passed(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is caught where one site is done, so it is tried once and leaves its neighbours alone."""
    real, crashes = doing.chain.run, []

    def run_or_crash(sources: Any, settings: Any, **more: Any) -> Any:
        if "S001" in str(sources.parcels):
            crashes.append(sources.parcels)
            raise ZeroDivisionError("by\nnought")
        return real(sources, settings, **more)

    monkeypatch.setattr(doing.chain, "run", run_or_crash)
    assert batch(worlds.register_of(tmp_path, 3), options).exit_code == 1
    assert [row["outcome"] for row in rows().values()] == ["assessed", "failed", "assessed"]
    why = rows()["S001"]["why"]
    assert "ZeroDivisionError: by nought" in why
    assert "report this" in why
    assert len(crashes) == 1


@pytest.mark.parametrize("kind", [KeyboardInterrupt])
def test_user_who_stops_the_program_stops_it(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise kind

    monkeypatch.setattr(doing.chain, "run", stop)
    done = CliRunner().invoke(
        main, ["batch", str(worlds.register_of(tmp_path, 2)), *worlds.words(options, "--out", "out")]
    )
    assert done.exit_code != 0
    assert not Path("out/sites.csv").exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"measures.gpkg": b"nothing"}, "measures.gpkg"),
        ({"crosswalk.csv": "a,b\n1,2\n"}, "crosswalk.csv"),
        ({"strategy.toml": "x"}, "strategy.toml"),
    ],
)
def test_land_of_all_sites_that_cannot_be_read_ends_the_batch(
    tmp_path: Path, options: dict[str, Any], change: dict[str, Any], says: str
) -> None:
    """One message, exit code 3, and nothing written: no site is at fault."""
    register = worlds.register_of(tmp_path, 3)
    put(tmp_path, change)
    done = batch(register, options)
    assert done.exit_code == 3
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not Path("out").exists()


def test_register_that_cannot_be_read_ends_the_batch(tmp_path: Path, options: dict[str, Any]) -> None:
    done = batch("gone.csv", options)
    assert (done.exit_code, Path("out").exists()) == (3, False)


def test_json_of_a_batch_is_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    assert batch(worlds.register_of(tmp_path, 1), options, "--json").exit_code == 2


def test_folder_is_a_register(tmp_path: Path, options: dict[str, Any]) -> None:
    """The references are the names of the files; every option holds for every site."""
    worlds.register_of(tmp_path, 3)
    done = batch("files", options, "--application-date", "2025-10-01")
    assert done.exit_code == 0
    assert list(rows()) == ["S000", "S001", "S002"]
    assert "No dates are given" not in done.stderr
    told = json.loads(Path("out/sites/S000/result.json").read_text())
    assert told["run"]["options"]["dates"] == {"application_date": "2025-10-01"}


@pytest.mark.parametrize("name", ["all.gpkg", "all.parquet", "all.geojson"])
def test_one_file_gives_what_each_site_alone_gives(
    tmp_path: Path, options: dict[str, Any], name: str
) -> None:
    """But for the file and the id that a parcel has in it."""
    worlds.one_file_of(tmp_path, 7, name)
    assert batch(name, options, "--map", "site_ref=site").exit_code == 0
    for number in (1, 4):
        reference = f"S{number:03}"
        alone = lnrs_geo.check(
            worlds.parcels_of(number, 1 + number % 3).assign(site=reference),
            **{key: value for key, value in options.items() if key != "as_at"},
            field_map={"site_ref": "site"},
            as_at=date.fromisoformat(worlds.AS_AT),
        )
        alone.write("alone")
        told = [
            json.loads(Path(one, "result.json").read_text()) for one in ("alone", f"out/sites/{reference}")
        ]
        for table in ("parts", "parcels", "matches"):
            here, there = ([_placeless(row) for row in one[table]] for one in told)
            assert here == there, table
        assert [one["code"] for one in told[0]["issues"]] == [one["code"] for one in told[1]["issues"]]
        source = {row["source"] for row in told[1]["parts"]}
        assert source == {f"{name}|{'all'}"}


def _placeless(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in ("source", "src_fid")}


def test_one_file_gives_the_same_whether_sites_have_folders_or_not(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    worlds.one_file_of(tmp_path, 7)
    batch("all.gpkg", options, "--map", "site_ref=site")
    batch("all.gpkg", options, "--map", "site_ref=site", "--no-site-folders", out="lean")
    assert not Path("lean/sites").exists()
    told, lean = (layers(Path(out, "results.gpkg")) for out in ("out", "lean"))
    told.pop("run"), lean.pop("run")
    # what is said of the map is told once for a packet, and polygons of the map stand in the order of the map
    for table in ("issues", "measures_used"):
        found = [
            {str(row[1:]) for row in one.pop(table) if row[1] or table != "issues"} for one in (told, lean)
        ]
        assert found[0] >= found[1], table
    assert told == lean
    assert [_without(row, "results") for row in rows().values()] == [
        _without(row, "results") for row in rows("lean").values()
    ]


def test_many_sites_have_folders_only_where_the_user_asks(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing them would take longer than the work; the summary says so, also when it is told again."""
    monkeypatch.setattr(running, "MOST_FOLDERS", 3)
    worlds.one_file_of(tmp_path, 4)
    words = ("all.gpkg", options, "--map", "site_ref=site")
    said = "So many sites have no folders of their own, which --site-folders writes."
    assert said in batch(*words, out="many").stderr
    assert said in batch(*words, "--resume", out="many").stderr
    assert not Path("many/sites").exists()
    assert said not in batch(*words, "--no-site-folders", out="none").stderr
    assert said not in batch(*words, "--site-folders", out="asked").stderr
    assert len(list(Path("asked/sites").iterdir())) == 4
    monkeypatch.setattr(running, "MOST_FOLDERS", 4)
    assert said not in batch(*words, out="few").stderr
    assert len(list(Path("few/sites").iterdir())) == 4


def test_results_without_folders_need_pyarrow_and_say_so_first(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file_format: str) -> None:
        if file_format == "parquet":
            raise OptionError("GeoParquet needs the package pyarrow, which is not installed.")

    monkeypatch.setattr(running, "require_format", refuse)
    monkeypatch.setattr(running, "MOST_FOLDERS", 1)
    worlds.one_file_of(tmp_path, 2)
    for more in ((), ("--no-site-folders",)):
        done = batch("all.gpkg", options, "--map", "site_ref=site", *more)
        assert done.exit_code == 2
        assert "need the package pyarrow" in done.stderr
        assert "--site-folders" in done.stderr
        assert not Path("out").exists()


def _without(row: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in row.items() if key != name}


def test_register_may_share_one_file_among_sites(tmp_path: Path, options: dict[str, Any]) -> None:
    worlds.one_file_of(tmp_path, 4)
    put(
        tmp_path,
        {"register.csv": "reference,file,site_ref\nA,all.gpkg,S001\nB,all.gpkg,S002\nC,all.gpkg,S9\n"},
    )
    assert batch("register.csv", options, "--map", "site_ref=site").exit_code == 1
    assert [(row["outcome"], row["parcels"]) for row in rows().values()] == [
        ("assessed", "2"), ("assessed", "3"), ("failed", ""),
    ]  # fmt: skip


def test_parquet_set_is_written_by_lnrs(tmp_path: Path, options: dict[str, Any]) -> None:
    batch(worlds.register_of(tmp_path, 3), options, "--format", "parquet")
    assert Path("out/parts/lnrs_id=x/part-0.parquet").exists()
    assert Path("out/parcels.parquet").exists()
    assert not Path("out/results.gpkg").exists()


def test_table_of_applications_serves_sites_by_reference(tmp_path: Path, options: dict[str, Any]) -> None:
    """A cell of the register comes before the table's; a row without a reference serves every site."""
    worlds.register_of(tmp_path, 3)
    put(
        tmp_path,
        {"dates.csv": "reference,application_date,kind\nS000,2025-01-01,full\nS002,2025-02-02,\n,,phased\n"},
    )
    batch("register.csv", options, "--applications", "dates.csv")
    dates = [
        json.loads(Path(f"out/sites/{name}/result.json").read_text())["run"]["options"]["dates"]
        for name in ("S000", "S001", "S002")
    ]
    assert dates == [
        {"application_date": "2025-10-01", "kind": "full"},
        {"application_date": "2024-06-01", "granted": "2025-06-01", "kind": "phased"},
        {"application_date": "2025-02-02", "kind": "phased"},
    ]


def test_two_workers_give_what_one_gives(tmp_path: Path, options: dict[str, Any]) -> None:
    register = worlds.register_of(tmp_path, 8)
    batch(register, options)
    batch(register, options, "--workers", "2", out="two")
    assert contents(Path("out")) == contents(Path("two"))


def test_same_register_gives_the_same_bytes(tmp_path: Path, options: dict[str, Any]) -> None:
    register = worlds.register_of(tmp_path, 3)
    batch(register, options)
    before = contents(Path("out"))
    batch(register, options)
    assert contents(Path("out")) == before


def test_assumption_is_told_first(tmp_path: Path, options: dict[str, Any]) -> None:
    done = batch(worlds.register_of(tmp_path, 3), options)
    first, second, third, *_ = done.stderr.splitlines()
    assert first.startswith("No dates are given for 1 site(s)")
    assert "made-up sample" in second
    assert third.startswith("3 sites: 3 assessed, 0 review, 0 screened, 0 failed.")
    assert done.stdout == ""
    assert batch(tmp_path / "register.csv", options, "-q", out="quiet").stderr == ""


def test_progress_tells_rate_and_time_left_after_two_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    """What a resumed batch had done before counts in no rate."""
    times = iter((0.0, 1.0, 10.0, 20.0))
    bar = Bar(clock=lambda: next(times))
    bar(100, 400)
    bar(110, 400)
    assert capsys.readouterr().err == ""
    bar(120, 400)
    assert capsys.readouterr().err == "\r120 of 400 sites, 2.0 sites/s, 2 min left"
    bar(110, 400)
    assert "30.0 sites/min, 10 min left" in capsys.readouterr().err
    bar.end()
    assert capsys.readouterr().err.strip() == ""
