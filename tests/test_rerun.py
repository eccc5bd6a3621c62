"""`rerun` does a check again from the record of its results, and says what has changed."""

import json
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner, Result

import lnrs_geo
from lnrs_geo import record
from lnrs_geo.cli import main
from tests.batch import worlds
from tests.flaws_world import CROSSWALK, OVERRIDE, OVERRIDES_HEAD, SITE, at, world, write_layer
from tests.test_several_strategies import mapped, strategy

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
CHECK = (
    "check",
    "parcels.gpkg",
    "--measures",
    "measures.gpkg",
    "--strategy",
    "strategy.toml",
    "-q",
    "--out",
    "out",
)


@pytest.fixture(autouse=True)
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a sound world with two parcels, and work in its folder."""
    monkeypatch.chdir(tmp_path)
    world(tmp_path)
    draw(at(10, 10), at(60, 60))
    return tmp_path


def draw(*shapes: shapely.Geometry, path: str = "parcels.gpkg", habitat: str = "") -> None:
    """Write parcels A1, A2 and so on in the place of those that are there."""
    cells: dict[str, Any] = {
        "parcel_ref": [f"A{row}" for row in range(1, len(shapes) + 1)],
        "retention": "Created",
    }
    cells["proposed_habitat"] = habitat or "Grassland - Other neutral grassland"
    write_layer(gpd.GeoDataFrame(cells, geometry=list(shapes), crs=27700), Path(path), "parcels")


def run(*words: object) -> Result:
    """Run the program in this process; an error that is not one of its own is raised."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def edited(change: Mapping[str, Any], path: str = "out/result.json") -> None:
    """Write other things into the record of a run."""
    document = json.loads(Path(path).read_text())
    document["run"] |= change
    Path(path).write_text(json.dumps(document))


def record_of(path: str = "out/result.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(path).read_text())["run"]
    return found


def test_sample_is_the_same_again(tmp_path: Path) -> None:
    """All sorts of parcels, decided with every sort of input, come out as they were, part by part."""
    files = {name: SAMPLE / f"{name}.gpkg" for name in ("measures", "authorities", "apib")}
    options = [word for name, path in files.items() for word in (f"--{name}", path)]
    done = run("check", SAMPLE / "parcels.gpkg", SAMPLE / "parcels_service.gpkg", *options, "--strategy",
               SAMPLE / "strategy.toml", "--overrides", SAMPLE / "overrides.csv", "--application-date", "2025-10",
               "--off-site", "--as-at", "2026-06-01", "--out", "out", "-q")  # fmt: skip
    assert done.exit_code == 1, "the sample has rows in error"
    again = run("rerun", "out", "--out", "again")
    parts = len(Path("out/parts.csv").read_text().splitlines()) - 1
    assert again.exit_code == 0
    assert (
        again.stdout.splitlines()[0] == "Run again as at 2026-06-01, with the call that the results record."
    )
    assert again.stdout.splitlines()[1].startswith(f"The same: {parts} part(s) of ")
    assert len(again.stdout.splitlines()) == 2
    for name in ("parts.csv", "parcels.csv"):
        assert Path("again", name).read_bytes() == Path("out", name).read_bytes()


def test_changed_crosswalk_is_named_with_what_it_changes() -> None:
    run(*CHECK)
    Path("crosswalk.csv").write_text(CROSSWALK.replace(",yes,", ",no,"))
    done = run("rerun", "out")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert [line for line in lines if "SHA-256" in line] == [
        line for line in lines if line.startswith("Input ") and "crosswalk.csv" in line
    ]
    assert "Not the same: 2 of 2 parcel(s) differ." in lines
    assert "strat_sig was High, is Low" in done.stdout
    (said,) = (line for line in lines if "SHA-256" in line)
    assert lines[-1] == f"Why: not as they were: {said.split()[1]} (crosswalk)."


def test_change_that_bears_on_nothing_is_named_and_the_decisions_are_the_same() -> None:
    """A file of other bytes is another file, even where it says the same of these parcels."""
    run(*CHECK)
    Path("crosswalk.csv").write_text(CROSSWALK + CROSSWALK.splitlines()[1].replace("M1", "M99") + "\n")
    Path("strategy.toml").write_text(Path("strategy.toml").read_text() + "# a remark\n")
    done = run("rerun", "out")
    assert done.exit_code == 0
    assert "Input crosswalk.csv (crosswalk) has changed" in done.stdout.replace(str(Path.cwd()) + "/", "")
    assert "Input strategy.toml (strategy) has changed" in done.stdout
    assert done.stdout.count("has changed") == 2


def test_one_parcel_that_changes_is_told_alone() -> None:
    """A parcel that was moved out of the measure, one that is gone and one that is new are named; the rest not."""
    draw(*(at(5 + 15 * number, 5, 10, 10) for number in range(4)))
    run(*CHECK)
    frame = gpd.read_file("parcels.gpkg")
    frame.loc[1, "geometry"] = at(20, -500, 10, 10)
    frame = frame[frame["parcel_ref"] != "A4"]
    write_layer(frame, Path("parcels.gpkg"), "parcels")
    done = run("rerun", "out", "--out", "new")
    assert done.exit_code == 1
    told = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  A")]
    assert told == ["A2", "A4"]
    assert "it is no longer there" in done.stdout
    # and the other way round: what is new was not there then
    back = run("rerun", "new")
    assert back.exit_code == 0
    draw(*(at(5 + 15 * number, 5, 10, 10) for number in range(5)))
    assert "post, part 1 (0.01 ha, High, decided): it was not there." in run("rerun", "new").stdout


def test_only_the_first_of_many_are_listed() -> None:
    """A list of a thousand parcels helps nobody; how many more there are is said."""
    draw(*(at(4 * number, 0, 2, 2) for number in range(23)))
    run(*CHECK)
    Path("crosswalk.csv").write_text(CROSSWALK.replace(",yes,", ",no,"))
    lines = run("rerun", "out").stdout.splitlines()
    assert sum(line.startswith("  A") for line in lines) == 20
    assert "  and 3 more parcel(s)." in lines


def test_words_alone_are_told_apart_from_answers() -> None:
    """Where only the text of a measure was mended, every answer still stands, and that is said."""
    run(*CHECK)
    layer = gpd.read_file("measures.gpkg")
    write_layer(layer.assign(pm_desc="Another text"), Path("measures.gpkg"), "measures")
    done = run("rerun", "out")
    assert done.exit_code == 1
    assert "Not the same: 2 of 2 parcel(s) differ, 2 of them in words alone." in done.stdout
    assert "strat_sig" not in done.stdout


@pytest.mark.parametrize("name", ["parcels.gpkg", "measures.gpkg", "overrides.csv", "strategy.toml"])
def test_input_that_is_gone_is_named(name: str) -> None:
    """Nothing is run, nothing written; a change beside it is named too."""
    Path("overrides.csv").write_text(OVERRIDES_HEAD + OVERRIDE)
    run(*CHECK, "--overrides", "overrides.csv", "--crosswalk", "crosswalk.csv")
    Path(name).unlink()
    Path("crosswalk.csv").write_text(CROSSWALK + "\n")
    done = run("rerun", "out", "--out", "new")
    assert done.exit_code == 3
    assert f"These inputs are gone: {name} (" in done.stderr
    assert "Input crosswalk.csv (crosswalk) has changed" in done.stderr
    assert not Path("new").exists()


def test_file_that_a_strategy_names_and_that_is_gone_is_named() -> None:
    run(*CHECK)
    Path("crosswalk.csv").unlink()
    done = run("rerun", "out")
    assert done.exit_code == 3
    assert "crosswalk.csv" in done.stderr


def test_input_that_can_no_longer_be_read_is_named() -> None:
    """What stops the check now is a change since then."""
    run(*CHECK)
    Path("measures.gpkg").write_bytes(b"no longer a database")
    done = run("rerun", "out")
    assert done.exit_code == 3
    assert "Input measures.gpkg (measures) can no longer be read." in done.stderr
    assert "cannot be run again as it was" in done.stderr


def test_file_gone_from_a_folder_is_named_and_one_that_came_too(tmp_path: Path) -> None:
    """A folder of parcels is the files in it."""
    Path("site").mkdir()
    draw(at(10, 10), path="site/a.gpkg")
    draw(at(40, 40), path="site/b.gpkg")
    run("check", "site", *CHECK[2:])
    draw(at(70, 70), path="site/c.gpkg")
    done = run("rerun", "out")
    assert done.exit_code == 1
    assert f"Input {Path('site', 'c.gpkg')} (parcels) was not read then." in done.stdout
    Path("site/b.gpkg").unlink()
    done = run("rerun", "out")
    assert done.exit_code == 3
    assert f"gone: {Path('site', 'b.gpkg')} (parcels)." in done.stderr


def test_paths_are_taken_from_where_the_check_was_run(
    sound: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another folder the inputs are not there, until it is said where they are."""
    run(*CHECK)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree("out", elsewhere / "sent")
    monkeypatch.chdir(elsewhere)
    done = run("rerun", "sent")
    assert done.exit_code == 3 and "--from" in done.stderr
    done = run("rerun", "sent", "--from", sound, "--out", "new")
    assert done.exit_code == 0
    assert (elsewhere / "new" / "result.json").exists() and Path.cwd() == elsewhere


def test_date_of_the_check_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check without a date was made as at its own day: before publication, say; today is another."""
    result = lnrs_geo.check(
        "parcels.gpkg", measures="measures.gpkg", strategy="strategy.toml", as_at=date(2024, 12, 1)
    )
    result.write("out")
    done = run("rerun", "out")
    assert (done.exit_code, done.stdout.splitlines()[0][:28]) == (0, "Run again as at 2024-12-01, ")
    call = record_of()["call"]
    edited({"call": {**call, "as_at": "2026-06-01"}})
    assert run("rerun", "out").exit_code == 1, "the date has no bearing, so the test shows nothing"


def test_complete_paths_from_python_are_the_same_again() -> None:
    """A `Path` from the root goes by its name alone in the record of a table."""
    Path("overrides.csv").write_text(OVERRIDES_HEAD + OVERRIDE)
    here = Path.cwd()
    lnrs_geo.check(
        here / "parcels.gpkg", measures=here / "measures.gpkg", strategy=here / "strategy.toml",
        crosswalk=here / "crosswalk.csv", overrides=here / "overrides.csv",
    ).write("out")  # fmt: skip
    assert run("rerun", "out").exit_code == 0
    Path("overrides.csv").write_text(OVERRIDES_HEAD)
    assert "Input overrides.csv (overrides) has changed" in run("rerun", "out").stdout


def test_several_strategies_are_run_again(tmp_path: Path) -> None:
    """Each with its own map; the one where no parcel lies stays closed, and is not missed."""
    west = shapely.box(428_000, 358_000, 430_050, 362_000)
    east = shapely.box(430_050, 358_000, 433_000, 362_000)
    far = shapely.box(460_000, 360_000, 470_000, 362_000)
    rows = {"M1": ("Grassland - *", "yes")}
    paths = [
        strategy(tmp_path / name, lnrs_id, area, mapped(("M1", area.buffer(-10))), rows)
        for name, lnrs_id, area in (("west", "7", west), ("east", "9", east), ("far", "11", far))
    ]
    words = [word for path in paths for word in ("--strategy", path.relative_to(tmp_path))]
    assert run("check", "parcels.gpkg", *words, "--out", "out", "-q").exit_code == 0
    assert [one["opened"] for one in record_of()["strategies"]] == [True, True, False]
    done = run("rerun", "out")
    assert done.exit_code == 0, done.stdout
    assert len(done.stdout.splitlines()) == 2
    book = tmp_path / "east" / "crosswalk.csv"
    book.write_text(book.read_text().replace(",yes,", ",no,"))
    done = run("rerun", "out")
    assert done.exit_code == 1
    assert f"Input {Path('east', 'crosswalk.csv')} (crosswalk) has changed" in done.stdout


def test_layers_and_lists_beside_the_map_are_looked_at_too() -> None:
    """Applications, documents as a list, an earlier file: each is named where it changes."""
    Path("applications.csv").write_text("reference,application_date\ns1,2025-02-01\n")
    Path("documents.txt").write_text("authority,document\nNobody,A plan\n")
    shutil.copy("parcels.gpkg", "earlier.gpkg")
    gpd.GeoDataFrame({"name": ["Nobody"]}, geometry=[SITE], crs=27700).to_file("who.gpkg", layer="who")
    done = run(*CHECK, "--applications", "applications.csv", "--documents", "documents.txt", "--submitted",
               "earlier.gpkg", "--authorities", "who.gpkg", "--apib", "who.gpkg", "--acb", "who.gpkg", "--area",
               "who.gpkg")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert len(run("rerun", "out").stdout.splitlines()) == 2
    for name in ("applications.csv", "documents.txt"):
        Path(name).write_text(Path(name).read_text() + "\n")
    draw(at(10, 10), path="earlier.gpkg")
    gpd.GeoDataFrame({"name": ["Nobody", "x"]}, geometry=[SITE, SITE], crs=27700).to_file(
        "who.gpkg", layer="who"
    )
    said = run("rerun", "out").stdout
    named = {line.split()[1] + line.split()[2] for line in said.splitlines() if line.startswith("Input ")}
    assert named == {
        "applications.csv(applications)", "documents.txt(documents)", "earlier.gpkg(submitted)",
        *(f"who.gpkg({role})" for role in ("authority", "apib", "acb", "area")),
    }  # fmt: skip


def test_site_of_a_batch_is_run_again() -> None:
    """A site with a file of its own is what `check` makes of it; so is its folder, with its dates."""
    options = {name: value for name, value in worlds.land(Path.cwd()).items() if name != "authorities"}
    register = worlds.register_of(Path.cwd(), 2)
    assert run("batch", register, *worlds.words(options, "--out", "all", "-q")).exit_code == 0
    assert record_of("all/sites/S000/result.json")["call"]["dates"] == {"application_date": "2025-10-01"}
    for name in ("S000", "S001"):
        done = run("rerun", f"all/sites/{name}")
        assert (done.exit_code, "The same" in done.stdout) == (0, True), done.output
    done = run("rerun", "all")
    assert done.exit_code == 3 and "results of a batch" in done.stderr


@pytest.mark.parametrize("head", ["reference,site_ref,file\n", "reference,file\n"])
def test_site_with_rows_of_a_shared_file_says_why_not(head: str) -> None:
    """`check` would read the rows of the other sites too, so no command is given that claims to be the same."""
    options = worlds.land(Path.cwd())
    worlds.one_file_of(Path.cwd(), 3, "all.gpkg")
    cells = ("S000,S000,all.gpkg\n", "S001,S001,all.gpkg\n") if "site_ref" in head else ("S001,all.gpkg\n",)
    Path("register.csv").write_text(head + "".join(cells))
    done = run(
        "batch", "register.csv", *worlds.words(options, "--map", "site_ref=site", "--out", "all", "-q")
    )
    assert Path("all/sites/S001/result.json").exists(), done.output
    assert record_of("all/sites/S001/result.json")["command"] == ""
    done = run("rerun", "all/sites/S001")
    assert done.exit_code == 3
    assert "own rows alone were read" in done.stderr or "judged in one run" in done.stderr


def test_frame_cannot_be_run_again() -> None:
    frame = gpd.read_file("parcels.gpkg")
    lnrs_geo.check(frame, measures="measures.gpkg", strategy="strategy.toml").write("out")
    done = run("rerun", "out")
    assert done.exit_code == 3
    assert "parcels: given in memory, not as a file" in done.stderr


def test_results_of_another_version_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing else has changed, the version is the reason there is."""
    run(*CHECK)
    edited({"program": "lnrs-geo 0.0.1", "libraries": {**record_of()["libraries"], "shapely": "1.8"}})
    done = run("rerun", "out")
    assert done.exit_code == 0
    assert f"The program was lnrs-geo 0.0.1, and is lnrs-geo {record.program_version()}." in done.stdout
    assert "shapely 1.8 then" in done.stdout


def test_difference_without_a_known_reason_is_to_be_reported() -> None:
    """Results that were edited, say: nothing in the record explains that."""
    run(*CHECK)
    text = Path("out/result.json").read_text()
    Path("out/result.json").write_text(text.replace('"strat_sig": "High"', '"strat_sig": "Low"', 1))
    done = run("rerun", "out")
    assert done.exit_code == 1
    assert "strat_sig was Low, is High" in done.stdout
    assert done.stdout.splitlines()[-1] == "Why: nothing that is recorded has changed. Please report this."


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"call": None}, "an older version made them"),
        ({"call": {}}, "is damaged"),
        ({"call": {"parcels": "a.gpkg"}}, "is damaged"),
        ({"call": []}, "is damaged"),
    ],
)
def test_record_that_says_too_little_is_refused(change: dict[str, Any], says: str) -> None:
    run(*CHECK)
    edited(change)
    done = run("rerun", "out")
    assert done.exit_code == 3
    assert says in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("parcels", [5]), ("parcels", [None]), ("map", {"size": 1}), ("tolerance_m", "2")]
)
def test_record_with_another_sort_of_value_is_refused(name: str, value: object) -> None:
    run(*CHECK)
    edited({"call": {**record_of()["call"], name: value}})
    done = run("rerun", "out")
    assert done.exit_code == 3
    assert "is damaged" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"), [("as_at", "yesterday"), ("intervention", "x"), ("tolerance_m", 1e9)]
)
def test_record_with_an_impossible_value_is_refused(name: str, value: object) -> None:
    """That is a fault of the record, not of how the command was used."""
    run(*CHECK)
    edited({"call": {**record_of()["call"], name: value}})
    assert run("rerun", "out").exit_code == 3


def test_address_in_a_record_is_not_opened() -> None:
    """A record may come from anybody: it opens files and nothing else."""
    run(*CHECK)
    edited({"call": {**record_of()["call"], "parcels": ["/vsicurl/https://example.org/a.gpkg"]}})
    done = run("rerun", "out")
    assert done.exit_code == 3 and "gone" in done.stderr


def told_of(done: Result, start: str) -> str:
    """Return the first line that begins so."""
    return next(one.strip() for one in done.stdout.splitlines() if one.strip().startswith(start))


def test_old_and_new_are_told_of_each_column_that_differs() -> None:
    """Also of a long one, shortened where it still tells; of many columns the first four, and which others."""
    run(*CHECK)
    draw(at(10, 10), at(60, 60), habitat="Woodland and forest - Lowland mixed deciduous woodland")
    line = told_of(done := run("rerun", "out"), "post, part 1")
    assert done.exit_code == 1
    assert (
        "habitat was 'Grassland - Other neutral grassland', is 'Woodland and forest - Lowland mixed deciduous woodland'"
        in line
    )
    assert line.count(" was ") == 4
    number, names = line.split("; and ")[1].removesuffix(").").split(" more columns (")
    assert int(number) == len(names.split(", ")) > 1
    assert "reason" in names
    draw(at(10, 10), at(60, 60))
    layer = gpd.read_file("measures.gpkg")
    write_layer(layer.assign(pm_desc="x" * 200 + "another end"), Path("measures.gpkg"), "measures")
    run(*CHECK)
    write_layer(layer.assign(pm_desc="x" * 200 + "one more end"), Path("measures.gpkg"), "measures")
    line = told_of(run("rerun", "out"), "post, part 1")
    assert "xxanother end', is '…xx" in line and "xxone more end'." in line
    assert max(len(word) for word in line.replace("; ", ", ").split(", ")) < 90


def test_a_parcel_that_moved_says_from_where_to_where() -> None:
    """The grid reference of then and of now, not that it is another one."""
    run(*CHECK)
    draw(at(10, 10), at(62, 62))
    assert "gridref was 'SK " in told_of(run("rerun", "out"), "post, part 1: gridref")


def test_an_outline_that_changes_no_column_is_told() -> None:
    """The same size at the same grid reference, and yet other land."""
    here = shapely.box(430_010.5, 360_010.5, 430_030.5, 360_030.5)
    corners = [(10.5, 10.5), (30.5, 10.5), (30.5, 30.75), (20.5, 30.5), (10.5, 30.25)]
    draw(here, at(60, 60))
    run(*CHECK)
    there = shapely.Polygon([(430_000 + x, 360_000 + y) for x, y in corners])
    assert there.area == here.area
    draw(there, at(60, 60))
    done = run("rerun", "out")
    assert done.exit_code == 1
    line = told_of(done, "post, part 1")
    assert line == "post, part 1: every column is as it was, its outline is not; it differs by up to 0.250 m."
    assert "Not the same: 1 of 2 parcel(s) differ, 1 of them in geometry alone." in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Why: not as they were: parcels.gpkg (parcels)")
    Path("out/results.gpkg").unlink()
    done = run("rerun", "out")
    assert (done.exit_code, "The same" in done.stdout) == (0, True)
    assert "Geometry was compared by size and grid reference alone" in done.stdout


def test_vertices_in_another_order_are_the_same_outline() -> None:
    """The same land drawn from another corner the other way round is no other land."""
    draw(at(10, 10), at(60, 60))
    run(*CHECK)
    draw(
        shapely.Polygon([*at(10, 10).exterior.coords][2:-1] + [*at(10, 10).exterior.coords][:2]).reverse(),
        at(60, 60),
    )
    done = run("rerun", "out")
    assert (done.exit_code, "The same" in done.stdout, "has changed" in done.stdout) == (0, True, True)


def test_a_geopackage_that_was_spoiled_costs_the_outlines_alone() -> None:
    run(*CHECK)
    Path("out/results.gpkg").write_bytes(b"no longer a database")
    done = run("rerun", "out")
    assert (done.exit_code, "Geometry was compared by size" in done.stdout) == (0, True)


def test_other_versions_are_the_reason_where_no_input_changed() -> None:
    """The last line names them with what they were."""
    run(*CHECK)
    text = Path("out/result.json").read_text()
    Path("out/result.json").write_text(text.replace('"strat_sig": "High"', '"strat_sig": "Low"', 1))
    edited({"program": "lnrs-geo 0.0.1", "rules": {**record_of()["rules"], "edition": "UG-1"}})
    last = run("rerun", "out").stdout.splitlines()[-1]
    assert last.startswith(
        "Why: no input has changed, but other versions did the work: the program (lnrs-geo 0.0.1 "
    )
    assert "the rules (UG-1 then, " in last


def test_results_are_not_replaced_by_those_they_are_held_against() -> None:
    run(*CHECK)
    before = Path("out/result.json").read_bytes()
    done = run("rerun", "out", "--out", "./out/")
    assert done.exit_code == 2
    assert Path("out/result.json").read_bytes() == before


def test_geoparquet_is_not_compared() -> None:
    """The message says so; it does not say that nothing is there."""
    run(*CHECK, "--format", "parquet")
    done = run("rerun", "out")
    assert done.exit_code == 3 and "GeoParquet" in done.stderr


def test_quiet_says_nothing() -> None:
    run(*CHECK)
    done = run("rerun", "out", "-q")
    assert (done.exit_code, done.output) == (0, "")
