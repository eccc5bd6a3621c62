"""The command line: what goes where, what its exit codes mean, and that equal runs are equal."""

import csv
import json
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner, Result

from lnrs_geo.cli import main

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
NAMES = {"results.gpkg", "parcels.csv", "parts.csv", "result.json"}
MAP = ("--measures", SAMPLE / "measures.gpkg", "--strategy", SAMPLE / "strategy.toml")
# The sample run of the README
FULL = (*MAP, "--authorities", SAMPLE / "authorities.gpkg", "--apib", SAMPLE / "apib.gpkg",
        "--overrides", SAMPLE / "overrides.csv")  # fmt: skip
MEADOW = "Grassland - Other neutral grassland"
CLAIM_HIGH = "Formally identified in local strategy"


def run(*words: object) -> Result:
    """Run the command in this process; an error that is not one of its own is raised."""
    outcome = CliRunner().invoke(main, [str(word) for word in words])
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome


def process(*words: object, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run the command as a process of its own."""
    start = [sys.executable, "-c", "from lnrs_geo.cli import main; main()"]
    return subprocess.run(
        [*start, *map(str, words)], capture_output=True, text=True, check=False, timeout=120, cwd=cwd
    )


def parcels(path: Path, rows: Sequence[tuple[str, str, shapely.Geometry]]) -> Path:
    """Write created parcels: reference, habitat, shape."""
    refs, habitats, shapes = zip(*rows, strict=True)
    frame = gpd.GeoDataFrame(
        {"parcel_ref": refs, "retention": "Created", "proposed_habitat": habitats},
        geometry=list(shapes),
        crs=27700,
    )
    frame.to_file(path, layer=path.stem)
    return path


def in_measure() -> shapely.Geometry:
    """Return a square of 20 m in the middle of the ground of a mapped measure, of no other one."""
    found = gpd.read_file(SAMPLE / "measures.gpkg")
    found = found[found.pm_id == "SMP-W1"]
    return shapely.box(*found.geometry.iloc[0].representative_point().buffer(10).bounds)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of the sample run of both templates."""
    out = tmp_path_factory.mktemp("first") / "out"
    done = run("check", SAMPLE / "parcels.gpkg", SAMPLE / "parcels_service.gpkg", *FULL, "--out", out, "-q")
    assert (done.exit_code, done.output) == (1, "")  # the sample holds a row in error
    return out


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with one parcel that nothing is wrong with."""
    return parcels(
        tmp_path_factory.mktemp("good") / "good.gpkg",
        [("A1", MEADOW, shapely.box(434500, 359500, 434600, 359600))],
    )


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- The sample run of the README against what was worked out by hand --------------------------------


def test_sample_run_gives_what_was_worked_out_by_hand(first: Path) -> None:
    """Each part of both templates has the answer, the reason, the place and the check of expected.csv."""
    fields = ("strat_sig", "status", "ss_reason", "lnrs_id", "authority", "check")
    want = {
        (Path(row["source"]).name, row["layer"], row["parcel_ref"], row["stage"], row["part"]): tuple(
            row[name] for name in fields
        )
        for row in table(SAMPLE / "expected.csv")
    }
    got = {}
    for row in table(first / "parts.csv"):
        source, _, layer = row["source"].rpartition("|")
        key = (Path(source).name, layer, row["parcel_ref"], row["stage"], row["part"])
        assert key not in got
        got[key] = tuple(row[name] for name in fields)
    assert want.keys() == got.keys()
    assert [(key, got[key], want[key]) for key in want if got[key] != want[key]] == []


def test_sample_run_meets_the_measures_worked_out_by_hand(first: Path) -> None:
    """Each parcel of the sample meets the measures that expected.csv lists, and no others."""
    want = {
        (Path(row["source"]).name, row["layer"], row["parcel_ref"]): {
            name for name in row["measures"].split(";") if name
        }
        for row in table(SAMPLE / "expected.csv")
    }
    met: dict[tuple[str, str, str], set[str]] = {key: set() for key in want}
    for row in json.loads((first / "result.json").read_text(encoding="utf-8"))["matches"]:
        source, _, layer = row["source"].rpartition("|")
        if row["relation"] != "touch":  # the end of a line on an edge, an area beside one
            met[Path(source).name, layer, row["parcel_ref"]].add(row["measure_id"])
    assert [(key, met[key], want[key]) for key in want if met[key] != want[key]] == []


# --- Exit codes and streams --------------------------------------------------------------------------


def test_exit_0_when_done(good: Path, tmp_path: Path) -> None:
    """A run without rows in error ends with 0, its words on standard error and nothing on standard output."""
    done = run("check", good, *MAP, "--out", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "1 parcels" in done.stderr
    assert {one.name for one in (tmp_path / "out").iterdir()} == NAMES


def test_exit_1_with_rows_in_error(tmp_path: Path) -> None:
    """A row that cannot be answered makes the run end with 1, its results written."""
    parcels(tmp_path / "bad.gpkg", [("A1", MEADOW, shapely.LineString([(434500, 359500), (434600, 359600)]))])
    done = run("check", tmp_path / "bad.gpkg", *MAP, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert {row["status"] for row in table(tmp_path / "out" / "parts.csv")} == {"error"}
    assert "In error" in done.stderr


def test_strict_counts_rows_for_review(tmp_path: Path) -> None:
    """A parcel that a person must look at ends with 0, with --strict with 1; a sound one with 0 both times."""
    odd = parcels(tmp_path / "odd.gpkg", [("A1", "Hay", shapely.box(434500, 359500, 434600, 359600))])
    built = "Urban - Developed land; sealed surface"
    fine = parcels(tmp_path / "fine.gpkg", [("A1", built, shapely.box(434500, 359500, 434600, 359600))])
    ends = [
        run("check", path, *MAP, "--area", SAMPLE / "area.gpkg", "--out", tmp_path / "out", *more).exit_code
        for path in (odd, fine) for more in ([], ["--strict"])
    ]  # fmt: skip
    assert ends == [0, 1, 0, 0]


def test_json_is_alone_on_standard_output(good: Path, tmp_path: Path) -> None:
    """--json prints the result and nothing else, writes no file, and leaves messages to standard error."""
    done = process("check", good, *MAP, "--json", cwd=tmp_path)
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert {part["parcel_ref"] for part in document["parts"]} == {"A1"}
    assert "1 parcels" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_json_with_out_writes_the_same(good: Path, tmp_path: Path) -> None:
    """--json with --out prints what result.json holds."""
    done = run("check", good, *MAP, "--json", "--out", tmp_path / "out", "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads(
        (tmp_path / "out" / "result.json").read_text(encoding="utf-8")
    )


def test_verbose_lists_every_issue(tmp_path: Path) -> None:
    """-v tells every issue with its code, its feature and what to do."""
    square = shapely.box(434500, 359500, 434600, 359600)
    path = parcels(tmp_path / "twice.gpkg", [("A1", MEADOW, square), ("A1", "Hay", square)])
    quiet = run("check", path, *MAP, "--out", tmp_path / "out", "-q")
    assert quiet.output == ""
    plain = run("check", path, *MAP, "--out", tmp_path / "out").stderr
    full = run("check", path, *MAP, "--out", tmp_path / "out", "-v").stderr
    assert full.startswith(plain)
    said = full.removeprefix(plain)
    for code in ("duplicate-reference", "duplicate-geometry", "habitat-unknown"):
        assert code in said
    assert "Give every parcel in the layer a reference of its own." in said
    issues = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))["issues"]
    assert len(said.splitlines()) == len(issues)


def test_quiet_still_tells_errors(tmp_path: Path) -> None:
    """-q does not keep back the message of a run that cannot be done."""
    done = run("check", tmp_path / "gone.gpkg", *MAP, "-q", "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words", [["--help"], ["check", "--help"], ["site", "-h"], ["explain", "-h"]], ids=" ".join
)
def test_help_is_quick(words: list[str]) -> None:
    """Help loads no geometry package and takes less than 0.3 s of work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = process(*words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ")
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.3


def test_no_progress_bar_in_a_pipe(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where standard error is no terminal, no bar is drawn even when the work is slow."""
    monkeypatch.setattr("lnrs_geo.cli.progress.SHOW_PROGRESS_AFTER_S", -1.0)
    done = run("check", good, *MAP, "--out", tmp_path / "out")
    assert done.exit_code == 0
    assert not re.search(r"Assessing|\r|\x1b|[#\[]{2}", done.output)


def test_version_is_told() -> None:
    """--version names the program and a number."""
    assert re.fullmatch(r"lnrs-geo, version \d+\.\d+\.\d+\n", run("--version").stdout)


# --- Inputs ------------------------------------------------------------------------------------------


def test_several_files_and_a_folder(tmp_path: Path) -> None:
    """Files named one by one and the folder that holds them give the same answers."""
    folder = tmp_path / "sites"
    folder.mkdir()
    one = parcels(folder / "a.gpkg", [("A1", MEADOW, shapely.box(434500, 359500, 434600, 359600))])
    two = parcels(folder / "b.geojson", [("B1", MEADOW, in_measure())])
    assert run("check", one, two, *MAP, "--out", tmp_path / "named", "-q").exit_code == 0
    assert run("check", folder, *MAP, "--out", tmp_path / "folder", "-q").exit_code == 0
    rows = [
        [(Path(row["source"].partition("|")[0]).name, row["parcel_ref"], row["strat_sig"], row["ss_reason"])
         for row in table(tmp_path / name / "parts.csv")]
        for name in ("named", "folder")
    ]  # fmt: skip
    assert rows[0] == rows[1]
    assert {name for name, *_ in rows[0]} == {"a.gpkg", "b.geojson"}


def test_layer_picks_one(tmp_path: Path) -> None:
    """--layer reads that layer alone."""
    done = run("check", SAMPLE / "parcels.gpkg", *MAP, "--layer", "Rivers", "--out", tmp_path / "out", "-q")
    assert done.exit_code == 0
    assert {row["module"] for row in table(tmp_path / "out" / "parts.csv")} == {"watercourse"}


def test_map_names_the_columns(tmp_path: Path) -> None:
    """--map reads columns of any name."""
    frame = gpd.GeoDataFrame(
        {"plot": ["Z9"], "to": [MEADOW], "what": ["Created"]}, geometry=[in_measure()], crs=27700
    )
    frame.to_file(tmp_path / "own.gpkg")
    maps = [
        word
        for pair in ("parcel_ref=plot", "proposed_habitat=to", "retention=what")
        for word in ("--map", pair)
    ]
    done = run("check", tmp_path / "own.gpkg", *MAP, *maps, "--out", tmp_path / "out", "-q")
    assert done.exit_code == 0
    (row,) = table(tmp_path / "out" / "parts.csv")
    assert (row["parcel_ref"], row["habitat"], row["retention"]) == ("Z9", MEADOW, "Created")


# words, exit code, what the message must name
MISUSE = [
    (["--map", "colour=x"], 2, "colour", "parcel_ref"),
    (["--map", "parcel_ref"], 2, "FIELD=COLUMN", "--map"),
    (["--map", "=x"], 2, "FIELD=COLUMN", "--map"),
    (["--map", "parcel_ref=Parcl Ref"], 3, "'Parcl Ref'", "Did you mean 'Parcel Ref'"),
    (["--layer", "Hedges"], 3, "'Hedges'", "Hedgerows"),
    (["--measures-layer", "nope"], 3, "'nope'", "potential_measures"),
    (["--measures", "gone.gpkg"], 3, "gone.gpkg", "Check the name"),
    (["--strategy", "nowhere"], 3, "nowhere", "derbyshire"),
    (["--strategy", "gone.toml"], 3, "gone.toml", "Check"),
    (["--crosswalk", "gone.csv"], 3, "gone.csv", "Check"),
    (["--overrides", "gone.csv"], 3, "gone.csv", "Check"),
    (["--area", "gone.gpkg"], 3, "gone.gpkg", "Check"),
    (["--as-at", "2020-01-01"], 2, "2020-01-01", "2024-02-01"),
    (["--tolerance", "-1"], 2, "--tolerance", "metres"),
    (["--tolerance", "nan"], 2, "--tolerance", "metres"),
    (["--crs", "EPSG:4326"], 3, "--crs", "EPSG:27700"),
    (["--crs", "Bristol"], 3, "--crs", "EPSG:27700"),
]


@pytest.mark.parametrize(
    ("words", "code", "names", "fix"), MISUSE, ids=[" ".join(case[0]) for case in MISUSE]
)
def test_misuse_is_told_in_one_line(
    words: list[str], code: int, names: str, fix: str, tmp_path: Path
) -> None:
    """An option that is wrong ends in one short message with what is wrong and what to do; nothing is written."""
    done = run("check", SAMPLE / "parcels.gpkg", *MAP, *words, "--out", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (code, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("lnrs-geo: ")
    assert names in line
    assert fix in line
    assert len(line) < 600, "nobody reads a wall of text"
    assert line.count("--map:") <= 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [["check"], ["check", "x.gpkg"], ["check", "x.gpkg", *map(str, MAP), "--as-at", "soon"], ["chek"], ["site"],
     ["check", "x.gpkg", *map(str, MAP), "--intervention", "lost"]],
    ids=lambda words: words[0] + str(len(words)),
)  # fmt: skip
def test_wrong_usage_is_2(words: list[str]) -> None:
    """What the command does not understand ends with 2 and a hint on standard error."""
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--help" in done.stderr or "-h" in done.stderr


def test_land_without_attributes_is_sent_to_site(tmp_path: Path) -> None:
    """A bare boundary is refused with the names of the command and the options that would do."""
    done = run("check", SAMPLE / "site.geojson", *MAP, "--out", tmp_path / "out")
    assert done.exit_code == 3
    for word in ("lnrs-geo site", "--map", "--intervention"):
        assert word in done.stderr
    assert not (tmp_path / "out").exists()


# --- Outputs -----------------------------------------------------------------------------------------


def test_only_our_own_names_are_replaced(good: Path, tmp_path: Path) -> None:
    """A second run replaces its four files and leaves everything else in the folder alone."""
    out = tmp_path / "out"
    out.mkdir()
    for name in (*NAMES, "notes.txt", "parts.csv.bak"):
        (out / name).write_text("old")
    assert run("check", good, *MAP, "--out", out, "-q").exit_code == 0
    assert {one.name for one in out.iterdir()} == {*NAMES, "notes.txt", "parts.csv.bak"}
    assert (out / "notes.txt").read_text() == (out / "parts.csv.bak").read_text() == "old"
    assert all((out / name).read_bytes() != b"old" for name in NAMES)


def test_results_of_before_survive_a_run_that_fails(good: Path, tmp_path: Path) -> None:
    """Exit 3 leaves the results of an earlier run as they were."""
    out = tmp_path / "out"
    run("check", good, *MAP, "--out", out, "-q")
    before = {one.name: one.read_bytes() for one in out.iterdir()}
    assert run("check", tmp_path / "gone.gpkg", *MAP, "--out", out).exit_code == 3
    assert {one.name: one.read_bytes() for one in out.iterdir()} == before


def test_default_folder(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --out the files stand in lnrs-results."""
    monkeypatch.chdir(tmp_path)
    assert run("check", good, *MAP, "-q").exit_code == 0
    assert {one.name for one in (tmp_path / "lnrs-results").iterdir()} == NAMES


# --- explain and site --------------------------------------------------------------------------------


def test_explain_tells_the_parcel(first: Path) -> None:
    """The command explain names the answer, the measure, the rule and both stages."""
    done = run("explain", "H001", "--in", first)
    assert (done.exit_code, done.stderr) == (0, "")
    for words in (
        "H001",
        "SMP-W1",
        "Before the development",
        "After the development",
        "High (x 1.15)",
        "Table 7",
    ):
        assert words in done.stdout


def test_explain_of_an_unknown_reference(first: Path) -> None:
    """A reference that is not there is wrong usage, and some that are there are named."""
    done = run("explain", "H999", "--in", first)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "'H999'" in done.stderr
    assert "H109" in done.stderr


def test_explain_source_tells_files_apart(tmp_path: Path) -> None:
    """One reference in two files is told twice, with --source once; a source that is not there is said."""
    square = shapely.box(434500, 359500, 434600, 359600)
    paths = [parcels(tmp_path / f"{name}.gpkg", [("A1", MEADOW, square)]) for name in ("north", "south")]
    run("check", *paths, *MAP, "--out", tmp_path / "out", "-q")
    told = [run("explain", "A1", "--in", tmp_path / "out", *more).stdout.count("After the development")
            for more in ([], ["--source", "north"])]  # fmt: skip
    assert told == [2, 1]
    done = run("explain", "A1", "--in", tmp_path / "out", "--source", "east")
    assert done.exit_code == 2
    assert "'east'" in done.stderr


def test_explain_without_results(tmp_path: Path) -> None:
    """A folder without results is named, with what it should hold."""
    done = run("explain", "H001", "--in", tmp_path)
    assert (done.exit_code, done.stdout) == (3, "")
    (line,) = done.stderr.splitlines()
    assert str(tmp_path) in line
    assert "result.json" in line


def test_site_to_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command site tells the size, the measures and the land without one, and writes nothing."""
    monkeypatch.chdir(tmp_path)
    done = run("site", SAMPLE / "site.geojson", *MAP)
    assert done.exit_code == 0
    for words in ("Site of 44.", "SMP-W1", "Priority:", "Consistent there:", "Under no measure"):
        assert words in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_site_as_json_and_files(tmp_path: Path) -> None:
    """With --json, site prints what --out writes, and its hectares equal a plain intersection."""
    done = run("site", SAMPLE / "site.geojson", *MAP, "--json", "--out", tmp_path / "out")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert document == json.loads((tmp_path / "out" / "site.json").read_text(encoding="utf-8"))
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"site.json", "site_measures.csv"}
    outline = gpd.read_file(SAMPLE / "site.geojson").geometry.union_all()
    found = gpd.read_file(SAMPLE / "measures.gpkg")
    here = {
        name: shapely.union_all(shapely.make_valid(rows.geometry.to_numpy())).intersection(outline).area
        / 10_000
        for name, rows in found.groupby("pm_id")
    }
    want = {name: pytest.approx(ha, abs=2e-6) for name, ha in here.items() if ha > 1e-6}
    assert {row["measure_id"]: row["overlap_ha"] for row in document["measures"]} == want


def test_site_quiet_prints_nothing() -> None:
    """With -q, site prints nothing but errors."""
    done = run("site", SAMPLE / "site.geojson", *MAP, "-q")
    assert (done.exit_code, done.output) == (0, "")


# --- Equal inputs, equal results ---------------------------------------------------------------------


def _rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        names = [row[0] for row in base.execute("select table_name from gpkg_contents order by 1")]
        return {name: base.execute(f'select * from "{name}"').fetchall() for name in names if name != "run"}


def test_two_runs_are_equal(first: Path, tmp_path: Path) -> None:
    """A second run in a process of its own gives the same bytes of CSV and JSON, and the same rows."""
    done = process(
        "check",
        SAMPLE / "parcels.gpkg",
        SAMPLE / "parcels_service.gpkg",
        *FULL,
        "--out",
        tmp_path / "out",
        "-q",
    )
    assert done.returncode == 1
    for name in ("parts.csv", "parcels.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (first / name).read_bytes()
    documents = []
    for folder in (first, tmp_path / "out"):
        document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        del document["run"]
        documents.append(json.dumps(document))
    assert documents[0] == documents[1]
    assert _rows_of(first / "results.gpkg") == _rows_of(tmp_path / "out" / "results.gpkg")


def test_order_of_rows_does_not_matter(first: Path, tmp_path: Path) -> None:
    """With the rows of parcels and measures in another order, the same parts come out."""
    shutil.copy(SAMPLE / "parcels.gpkg", tmp_path / "parcels.gpkg")
    shutil.copy(SAMPLE / "measures.gpkg", tmp_path / "measures.gpkg")
    for name, layers in (("parcels.gpkg", ("Habitats", "Hedgerows", "Rivers", "Urban Trees")),
                         ("measures.gpkg", ("potential_measures",))):  # fmt: skip
        for layer in layers:
            frame = gpd.read_file(SAMPLE / name, layer=layer)
            frame.sample(frac=1, random_state=7).to_file(tmp_path / name, layer=layer)
    words = [tmp_path / "measures.gpkg" if word == SAMPLE / "measures.gpkg" else word for word in FULL]
    run("check", tmp_path / "parcels.gpkg", *words, "--out", tmp_path / "out", "-q")
    drop = {"source", "src_fid"}
    want, got = (
        sorted(
            tuple((name, value) for name, value in row.items() if name not in drop)
            for row in table(folder / "parts.csv")
            if "parcels.gpkg|" in row["source"]
        )
        for folder in (first, tmp_path / "out")
    )
    assert len(want) > 200
    assert got == want


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX file system")
def test_folder_that_cannot_be_written(good: Path, tmp_path: Path) -> None:
    """An --out that is a file is refused in one line."""
    (tmp_path / "out").write_text("mine")
    done = run("check", good, *MAP, "--out", tmp_path / "out", "-q")
    assert done.exit_code == 3
    (line,) = done.stderr.splitlines()
    assert "out" in line
    assert (tmp_path / "out").read_text() == "mine"
