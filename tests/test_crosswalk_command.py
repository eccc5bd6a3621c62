"""A crosswalk is drafted, drafted again without loss, checked and shown, at the command line as people do it."""

import codecs
import csv
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import geopandas as gpd
import pytest
from click.testing import CliRunner, Result
from shapely import box

from lnrs_geo.cli import Commands
from lnrs_geo.cli.words import crosswalk
from lnrs_geo.crosswalk_file.keeping import load_crosswalk, write_crosswalk
from lnrs_geo.crosswalk_file.redrafts import is_untouched, marked, redraft
from lnrs_geo.errors import OutputError
from lnrs_geo.multiplier.crosswalk import COLUMNS, read_rows
from lnrs_geo.tables import read_text_table

BNG = "EPSG:27700"
MEADOW, HEATH = "Grassland - Lowland meadows", "Heathland and shrub - Lowland heathland"
STRATEGY = """
lnrs_id = "x"
name = "Example"
authority = "Example Council"
status = "published"
published = "2025-01-15"
"""
TEXTS = {
    "M1": "Create lowland meadows on arable land – “flower-rich”, with seed of the parish",
    "M2": "Restore lowland heathland",
    "M10": "Manage visitors and their dogs",
}
CONFIRMED = {"status": "confirmed", "reviewer_role": "county ecologist", "reviewed_on": "2026-09-01"}

Cells = dict[str, str]
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `lnrs-geo crosswalk ...` in a folder with a strategy, a map and a table of texts."""
    monkeypatch.chdir(tmp_path)
    Path("strategy.toml").write_text(STRATEGY, encoding="utf-8")
    texts(TEXTS)
    layer(TEXTS)
    group = Commands(name="lnrs-geo")
    group.add_command(crosswalk)

    def call(*words: object) -> Result:
        done = CliRunner().invoke(group, ["crosswalk", *map(str, words)])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return call


def texts(said: dict[str, str], name: str = "texts.csv") -> None:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("measure_id", "measure"), *said.items()])


def layer(said: dict[str, str], name: str = "map.gpkg", **columns: list[str]) -> None:
    """Draw each measure as a strip of 100 m by 100 m, one after the other eastwards."""
    strips = [box(430_000 + 100 * n, 360_000, 430_100 + 100 * n, 360_100) for n in range(len(said))]
    told = {
        "pm_loc_id": [f"L{n}" for n in range(len(said))],
        "pm_id": list(said),
        "pm_desc": list(said.values()),
    }
    frame = gpd.GeoDataFrame(told | columns, geometry=strips, crs=BNG)
    frame.to_file(name, layer="measures", driver="GPKG")


def rows_of(name: str = "crosswalk.csv") -> list[Cells]:
    return read_text_table(name)


def edit(name: str = "crosswalk.csv", **by_measure: Cells) -> None:
    """Change the first row of each measure as a person would, and leave the rest of the file alone."""
    kept = load_crosswalk(name)
    for measure_id, change in by_measure.items():
        next(row for row in kept.rows if row["measure_id"] == measure_id).update(change)
    write_crosswalk(name, kept.rows, like=kept)


def row(**words: str) -> Cells:
    """Return a published row of M1 for meadows unless told otherwise."""
    usual = {"lnrs_id": "x", "measure_id": "M1", "module": "area", "habitat": MEADOW, "intervention": "either",
             "verdict": "yes", "status": "published", "source": "p. 3"}  # fmt: skip
    return dict.fromkeys(COLUMNS, "") | usual | words


DRAFT = ("--strategy", "strategy.toml", "-o", "crosswalk.csv")


# Draft


@pytest.mark.parametrize("source", ["texts.csv", "map.gpkg"])
def test_draft_proposes_and_decides_nothing(run: Run, source: str) -> None:
    """From a table or a layer: every measure has a row, each is proposed, marked and readable."""
    done = run("draft", source, *DRAFT)
    assert (done.exit_code, done.stdout) == (0, "")
    rows = rows_of()
    assert list(rows[0]) == list(COLUMNS)
    assert [one["measure_id"] for one in rows] == ["M1", "M2", "M10"]
    assert [one["habitat"] for one in rows] == [MEADOW, HEATH, ""]
    assert {one["status"] for one in rows} == {"proposed"}
    assert all(is_untouched(one) for one in rows)
    read, issues = read_rows(rows, where="crosswalk.csv", lnrs_id="x")
    assert (len(read), issues) == (3, [])
    for text in (
        "3 rows, drafted for LNRS x, Example; the input has 3 measures",
        "3 added",
        "Nothing was found in the words of: 1 (M10)",
        "confirmed",
    ):
        assert text in done.stderr


@pytest.mark.parametrize("form", ["gpkg", "csv"])
def test_draft_warns_of_the_measures_of_another_lnrs(run: Run, form: str) -> None:
    """Rows are drafted for the strategy chosen; a layer or table that says another one is told of."""

    def drafted(*ids: str) -> str:
        if form == "gpkg":
            layer(TEXTS, "own.gpkg", lnrs_id=list(ids))
        else:
            lines = [f"{one},{name},Create fens" for one, name in zip(ids, TEXTS, strict=True)]
            Path("own.csv").write_text(
                "\n".join(["lnrs_id,measure_id,measure", *lines, ""]), encoding="utf-8"
            )
        done = run("draft", f"own.{form}", *DRAFT)
        assert done.exit_code == 0
        assert {one["lnrs_id"] for one in rows_of()} == {"x"}
        return done.stderr

    told = drafted("sample", "x", "14.0")
    assert "drafted for LNRS x, Example; the input has 3 measures" in told
    assert (
        "WARNING: lnrs-id-mismatch (1): 2 rows are of LNRS 14, sample, the strategy is x. Check that" in told
    )
    assert "--strategy names it." in told
    assert "lnrs-id-mismatch" not in drafted("x", "", "x")


def test_draft_reads_columns_of_any_name(run: Run) -> None:
    """--map names the columns of a table as it does those of a layer."""
    Path("own.csv").write_text("Ref;Words;Counts\nA1;Create lowland meadows;no\n", encoding="utf-8")
    maps = [
        word for pair in ("measure_id=Ref", "measure=Words", "eligible=Counts") for word in ("--map", pair)
    ]
    assert run("draft", "own.csv", *DRAFT, *maps).exit_code == 0
    (one,) = rows_of()
    assert (one["measure_id"], one["habitat"]) == ("A1", MEADOW)
    assert "not counting" in one["note"], "the flag of the table goes into the draft"


def test_draft_reads_a_spreadsheet(run: Run) -> None:
    """A workbook is read as it shows: ids that are texts keep their zeros."""
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed")
    book = openpyxl.Workbook()
    for cells in (("measure_id", "measure"), ("007", TEXTS["M1"]), (14, TEXTS["M2"])):
        book.active.append(cells)
    book.save("texts.xlsx")
    assert run("draft", "texts.xlsx", *DRAFT).exit_code == 0
    assert [(one["measure_id"], one["habitat"]) for one in rows_of()] == [("007", MEADOW), ("14", HEATH)]


def test_csv_with_shapes_is_a_layer(run: Run) -> None:
    """A delimited file with well-known text is a map, and is read as `check` reads it."""
    wkt = "POLYGON ((430000 360000, 430100 360000, 430100 360100, 430000 360000))"
    Path("map.csv").write_text(
        f'pm_id,pm_desc,wkt\nM1,Create lowland meadows,"{wkt}"\nM2,Plant,\n', encoding="utf-8"
    )
    done = run("draft", "map.csv", *DRAFT, "--crs", "EPSG:27700")
    assert [(one["measure_id"], one["habitat"]) for one in rows_of()] == [("M1", MEADOW)]
    assert "measure-left-out (1)" in done.stderr, "a measure without land is told, not drafted"


def test_draft_takes_several_layers_and_several_texts_of_a_measure(run: Run) -> None:
    """A map may keep a theme per layer, and say more of a measure in one than in another."""
    layer({"M1": TEXTS["M1"]}, "one.gpkg")
    layer({"M1": "Restore lowland heathland", "M2": TEXTS["M2"]}, "two.gpkg", pm_loc_id=["L8", "L9"])
    assert run("draft", "one.gpkg", "two.gpkg", *DRAFT).exit_code == 0
    found = [(one["measure_id"], one["habitat"]) for one in rows_of()]
    assert sorted(found) == [("M1", MEADOW), ("M1", HEATH), ("M2", HEATH)]


def test_draft_warns_of_ids_that_spreadsheets_change(run: Run) -> None:
    """Nothing in a file keeps a program from making 7 of 007, so the person is told."""
    texts({"007": TEXTS["M1"], "1.10": TEXTS["M2"], "M3": TEXTS["M2"]})
    said = run("draft", "texts.csv", *DRAFT).stderr
    assert "007, 1.10 for numbers" in said
    assert "Text" in said


# Drafting again


def test_redraft_of_an_untouched_file_changes_no_byte(run: Run) -> None:
    """The same measures give the same file."""
    run("draft", "texts.csv", *DRAFT)
    before = Path("crosswalk.csv").read_bytes()
    assert "nothing changed" in run("draft", "map.gpkg", *DRAFT).stderr
    assert Path("crosswalk.csv").read_bytes() == before


TOUCHES: list[Cells] = [
    CONFIRMED,
    {"status": "published", "source": "the strategy, table 3"},
    {"status": "published"},
    {"verdict": "no"},
    {"note": "not on the limestone"},
    {"reviewer_role": "ecologist"},
    {"habitat": "Grassland - Other neutral grassland"},
    {"intervention": "either"},
    {"source": "my own reading"},
    {"source": ""},
    {"phrase": ""},
    {"module": "", "habitat": "", "verdict": "", "intervention": ""},
]


@pytest.mark.parametrize("touch", TOUCHES, ids=lambda touch: ", ".join(touch))
def test_redraft_leaves_alone_what_a_person_touched(run: Run, touch: Cells) -> None:
    """Whatever cell somebody changed, that row stays, where it is, though the text now says something else."""
    run("draft", "texts.csv", *DRAFT)
    edit(M1=touch)
    before = rows_of()
    texts({"M1": "Restore lowland heathland", "M2": TEXTS["M2"], "M10": TEXTS["M10"]})
    done = run("draft", "texts.csv", *DRAFT)
    assert rows_of() == before
    assert "Not added, because somebody has worked on the measure: 1 (M1: Heathland" in done.stderr


def test_redraft_leaves_alone_a_row_with_a_column_of_its_own(run: Run) -> None:
    """A column that somebody added holds somebody's work."""
    run("draft", "texts.csv", *DRAFT)
    rows = [{**one, "seen": "yes" if one["measure_id"] == "M1" else ""} for one in rows_of()]
    write_crosswalk("crosswalk.csv", rows)
    texts({"M1": "Manage dogs", "M2": "Manage dogs"})
    run("draft", "texts.csv", *DRAFT)
    after = rows_of()
    assert after[0] == rows[0]
    assert after[1]["habitat"] == "", "the untouched one follows the text"
    assert list(after[0]) == [*COLUMNS, "seen"]


def test_redraft_adds_renews_removes_and_lists(run: Run) -> None:
    """New measures come, vanished ones stay and are listed, proposals of old words go, each where it belongs."""
    run("draft", "texts.csv", *DRAFT)
    edit(M2=CONFIRMED)
    confirmed = rows_of()[1]
    texts(
        {
            "M1": "Make meadows: create lowland meadows",
            "M3": "Create reedbeds",
            "M10": "Restore lowland heathland",
        }
    )
    done = run("draft", "texts.csv", *DRAFT)
    rows = rows_of()
    assert [one["measure_id"] for one in rows[:3]] == ["M1", "M2", "M10"]
    assert rows[1] == confirmed
    assert rows[2]["habitat"] == HEATH
    assert {one["measure_id"] for one in rows[3:]} == {"M3"}
    assert "New measures: 1 (M3)." in done.stderr
    assert "No longer in the input, rows kept: 1 (M2)." in done.stderr
    assert "1 removed" in done.stderr


def test_redraft_keeps_rows_of_other_strategies(run: Run) -> None:
    """A file may serve several strategies; a draft of one is not about the others."""
    other = marked(row(lnrs_id="y", status="proposed", source="lnrs-geo draft"))
    write_crosswalk("crosswalk.csv", [other])
    run("draft", "texts.csv", *DRAFT)
    rows = rows_of()
    assert rows[0] == other
    assert len(rows) == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_redraft_keeps_the_habits_of_the_file(run: Run, encoding: str, delimiter: str, newline: str) -> None:
    """Delimiter, encoding, line ends, column order and columns of a person's own survive, and so do their words."""
    columns = ["my own", *reversed(COLUMNS)]
    mine = row(measure_id="M2", note='“quoted”, "straight"; a – dash, é and a\nnew line', source="p. 3") | {
        "my own": "x"
    }
    habits = load_like(columns, delimiter, encoding, newline)
    write_crosswalk("crosswalk.csv", [mine], like=habits)
    run("draft", "texts.csv", *DRAFT)
    kept = load_crosswalk("crosswalk.csv")
    assert (kept.delimiter, kept.encoding, kept.newline) == (delimiter, encoding, newline)
    assert list(kept.columns) == columns
    assert kept.rows[0] == mine
    assert [one["measure_id"] for one in kept.rows] == ["M2", "M1", "M10"]
    data = Path("crosswalk.csv").read_bytes()
    assert data.startswith(codecs.BOM_UTF8) is (encoding == "utf-8-sig")


def load_like(columns: list[str], delimiter: str, encoding: str, newline: str) -> Any:
    from lnrs_geo.crosswalk_file.keeping import KeptFile

    return KeptFile(tuple(columns), [], [], delimiter, encoding, newline)


def test_redraft_says_when_the_encoding_lacks_a_letter(run: Run) -> None:
    """What an old encoding cannot hold is written in UTF-8 rather than lost."""
    write_crosswalk("crosswalk.csv", [row(note="é")], like=load_like(list(COLUMNS), ",", "cp1252", "\n"))
    texts({"Ω2": "Restore lowland heathland"})
    assert "it is utf-8 now" in run("draft", "texts.csv", *DRAFT).stderr
    assert [one["measure_id"] for one in rows_of()] == ["M1", "Ω2"]
    assert rows_of()[0]["note"] == "é"


def test_redraft_adds_columns_that_an_older_file_lacks(run: Run) -> None:
    """A file with the needed columns alone grows those that the draft fills."""
    Path("crosswalk.csv").write_text("measure_id,module,habitat,verdict,status\nM1,area,*,yes,proposed\n")
    run("draft", "texts.csv", *DRAFT)
    assert set(rows_of()[0]) == set(COLUMNS)
    assert [(one["measure_id"], one["habitat"]) for one in rows_of()] == [
        ("M1", "*"),
        ("M2", HEATH),
        ("M10", ""),
    ]


def test_proposals_for_a_measure_that_somebody_works_on_are_not_forced_on_them() -> None:
    """A row that a person has deleted does not come back while they work on that measure."""
    proposed = [row(habitat=one, status="proposed", source="lnrs-geo draft") for one in (MEADOW, HEATH)]
    done = redraft([row(**CONFIRMED)], proposed, measure_ids=["M1"], lnrs_id="x")
    assert done.rows == [row(**CONFIRMED)]
    assert [one["habitat"] for one in done.withheld] == [HEATH]
    assert (done.added, done.new, done.vanished) == (0, (), ())


def test_measures_differ_by_the_case_of_their_ids() -> None:
    """M1 and m1 are two measures, as they are in the map."""
    proposed = [row(measure_id=one, status="proposed", source="lnrs-geo draft") for one in ("M1", "m1")]
    assert [
        one["measure_id"] for one in redraft([], proposed, measure_ids=["M1", "m1"], lnrs_id="x").rows
    ] == ["M1", "m1"]


def test_draft_replaces_whole_or_not_at_all(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk refuses, the old file stands as it was and nothing is left beside it."""
    write_crosswalk("crosswalk.csv", [row()])
    before, names = Path("crosswalk.csv").read_bytes(), sorted(tmp_path.iterdir())

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    done = run("draft", "texts.csv", *DRAFT)
    assert (done.exit_code, "No space left" in done.stderr) == (3, True)
    assert Path("crosswalk.csv").read_bytes() == before
    assert sorted(tmp_path.iterdir()) == names


def test_written_file_has_the_rights_of_the_old_one(tmp_path: Path) -> None:
    """Colleagues who could read the crosswalk still can."""
    path = tmp_path / "crosswalk.csv"
    write_crosswalk(path, [row()])
    path.chmod(0o664)
    write_crosswalk(path, [row(), row()])
    assert stat.S_IMODE(path.stat().st_mode) == 0o664
    (tmp_path / "link.csv").symlink_to(path)
    write_crosswalk(tmp_path / "link.csv", [row()])
    assert (tmp_path / "link.csv").is_symlink()
    assert len(rows_of(str(path))) == 1
    with pytest.raises(OutputError, match="folder"):
        write_crosswalk(tmp_path, [row()])


# Check


def check(run: Run, *rows: Cells, words: tuple[object, ...] = ()) -> tuple[int, dict[str, Any]]:
    """Write a crosswalk, check it, and return the exit code and the findings."""
    write_crosswalk("crosswalk.csv", rows)
    done = run(
        "check", "crosswalk.csv", "--strategy", "strategy.toml", "--as-at", "2026-11-20", "--json", *words
    )
    return done.exit_code, json.loads(done.stdout)


def test_check_of_a_clean_file(run: Run) -> None:
    """Nothing to mend: exit 0, and the rows counted by status and verdict."""
    rows = [
        row(),
        row(measure_id="M2", verdict="no", **CONFIRMED),
        row(measure_id="M2", habitat="", verdict="", complete="yes"),
    ]
    code, found = check(run, *rows)
    assert (code, found["to_mend"], found["issues"], found["rows"]) == (0, 0, [], 3)
    assert found["counts"]["published"] == {
        "yes": 1,
        "no": 0,
        "conditional": 0,
        "complete list": 1,
        "nothing found": 0,
    }
    assert found["counts"]["confirmed"]["no"] == 1


def test_check_of_a_fresh_draft_is_clean(run: Run) -> None:
    """What the program writes it does not find fault with."""
    run("draft", "map.gpkg", *DRAFT)
    done = run("check", "crosswalk.csv", "--strategy", "strategy.toml", "--measures", "map.gpkg")
    assert done.exit_code == 0
    assert "To mend: nothing." in done.stdout
    assert "Measures of the map: 3." in done.stdout


FAULTS: list[tuple[list[Cells], str, str, int]] = [
    ([row(habitat="Grassland - Lowland medow")], "crosswalk-habitat-unknown", MEADOW, 1),
    ([row(source="")], "crosswalk-source-missing", "Line 2 is published, but names no source", 1),
    ([row(source="lnrs-geo draft da85c155")], "crosswalk-source-missing", "names no source", 1),
    ([row(**{**CONFIRMED, "reviewer_role": ""})], "crosswalk-unsigned", "no reviewer_role", 1),
    (
        [row(**{**CONFIRMED, "reviewed_on": "01/09/2026"})],
        "crosswalk-unsigned",
        "2026-09-01 or 2026-01-09",
        1,
    ),
    ([row(**{**CONFIRMED, "reviewed_on": "2026-11-21"})], "crosswalk-unsigned", "lies after 2026-11-20", 1),
    ([row(status="proposed", reviewed_on="soon")], "crosswalk-date", "'soon' is no date", 1),
    ([row(), row(verdict="no")], "crosswalk-contradiction", "lines 2, 3", 1),
    ([row(lnrs_id="y"), row()], "crosswalk-other-lnrs", "1 row(s)", 0),
    ([row(lnrs_id="y")], "crosswalk-empty", "No row is of LNRS 'x'", 1),
    ([row(note="create â€œmeadowsâ€\x9d")], "crosswalk-garbled", "line 2", 1),
]


@pytest.mark.parametrize(
    ("rows", "code", "says", "exit_code"), FAULTS, ids=[f"{case[1]}: {case[2]}" for case in FAULTS]
)
def test_check_names_what_there_is_to_mend(
    run: Run, rows: list[Cells], code: str, says: str, exit_code: int
) -> None:
    """Each fault has its code, its line and what to do; mere remarks leave the exit code at 0."""
    done, found = check(run, *rows)
    (one,) = [one for one in found["issues"] if one["code"] == code]
    assert says in one["message"]
    assert one["fix"]
    assert done == exit_code


MAP = ("--measures", "map.gpkg")


def test_check_against_a_map(run: Run) -> None:
    """Measures without a row and rows without a measure are remarks; an id that a spreadsheet changed is a fault."""
    layer({"M1": "x", "M2": "y", "007": "z"})
    code, found = check(run, row(), row(measure_id="old"), words=MAP)
    told = [(one["code"], one["feature"]) for one in found["issues"]]
    assert told == [
        ("crosswalk-row-without-measure", "old"),
        ("crosswalk-measure-without-row", "M2"),
        ("crosswalk-measure-without-row", "007"),
    ]
    assert (code, found["measures"]) == (0, 3)
    code, found = check(run, row(), row(measure_id="7"), row(measure_id="m2"), words=MAP)
    changed = [one["message"] for one in found["issues"] if one["code"] == "crosswalk-id-changed"]
    assert code == 1
    assert "'7' (line 3), but it has '007', of which a spreadsheet" in changed[0]
    assert "'m2' (line 4), but it has 'M2'; these" in changed[1]


@pytest.mark.parametrize(
    ("flags", "rows", "says"),
    [
        (["no"], [row()], "flags it as not counting, so line 2"),
        (["no"], [row(status="proposed")], ""),
        (["no"], [row(verdict="no")], ""),
        (["no", "yes"], [row()], ""),
        (["yes"], [row(habitat="*", verdict="no", module="")], "flags it as counting, but line 2"),
        (["no"], [row(habitat="*", verdict="no", module="")], ""),
        (["yes"], [row()], ""),
        (["perhaps"], [row()], ""),
    ],
)
def test_check_of_flags(run: Run, flags: list[str], rows: list[Cells], says: str) -> None:
    """The map's flag beats every row, so rows that say otherwise deserve a word."""
    strips = [box(430_000 + 100 * n, 360_000, 430_100 + 100 * n, 360_100) for n in range(len(flags))]
    columns = {"pm_loc_id": list("ab")[: len(flags)], "pm_id": "M1", "pm_desc": "x", "eligible": flags}
    gpd.GeoDataFrame(columns, geometry=strips, crs=BNG).to_file("map.gpkg", layer="measures", driver="GPKG")
    code, found = check(run, *rows, words=MAP)
    told = [one["message"] for one in found["issues"] if one["code"] == "crosswalk-flag-differs"]
    assert (code, bool(told)) == (int(bool(says)), bool(says))
    assert says in "".join(told)


def test_check_counts_what_would_be_decided(run: Run) -> None:
    """On parcels: what is High, what is Low, what waits for a person, measure by measure and in all."""
    places = [(0, MEADOW), (1, MEADOW), (2, MEADOW), (5, MEADOW)]
    shapes = [box(430_010 + 100 * n, 360_010, 430_060 + 100 * n, 360_060) for n, _ in places]
    told = {
        "parcel_ref": ["A", "B", "C", "D"],
        "retention": "Created",
        "proposed_habitat": [one for _, one in places],
    }
    gpd.GeoDataFrame(told, geometry=shapes, crs=BNG).to_file("parcels.gpkg", layer="parcels", driver="GPKG")
    gpd.GeoDataFrame({"lnrs_id": ["x"]}, geometry=[box(429_000, 359_000, 432_000, 362_000)], crs=BNG).to_file(
        "area.gpkg"
    )
    rows = (row(), row(measure_id="M2", verdict="no"), row(measure_id="M10", status="proposed"))
    words = (*MAP, "--parcels", "parcels.gpkg", "--area", "area.gpkg")
    code, found = check(run, *rows, words=words)
    outlook = found["outlook"]
    assert code == 0
    assert outlook["total"]["parts"] == {"High": 1, "Medium": 0, "Low": 2, "for review": 1}
    assert outlook["unmapped"]["parts"]["Low"] == 1
    counted = {
        one["measure_id"]: {k: n for k, n in one["parts"].items() if n} for one in outlook["by_measure"]
    }
    assert counted == {"M10": {"for review": 1}, "M1": {"High": 1}, "M2": {"Low": 1}}
    assert next(iter(counted)) == "M10", "most to review first"
    assert outlook["by_measure"][0]["sizes"]["ha"]["for review"] == 0.25
    text = run("check", "crosswalk.csv", "--strategy", "strategy.toml", *words).stdout
    assert "(0.25 ha for review)" in text
    assert "Medium" not in text


def test_check_of_parcels_needs_the_map(run: Run) -> None:
    """Without the map nothing can be tried, and that is the user's slip."""
    write_crosswalk("crosswalk.csv", [row()])
    done = run("check", "crosswalk.csv", "--parcels", "parcels.gpkg", "--strategy", "strategy.toml")
    assert (done.exit_code, "--measures" in done.stderr) == (2, True)


def test_lines_are_those_of_the_file(run: Run) -> None:
    """Blank lines and cells of several lines do not lead a person to the wrong row."""
    write_crosswalk("crosswalk.csv", [row(note="one\ntwo"), row(measure_id="M2", source="")])
    text = Path("crosswalk.csv").read_text().replace("x,M2", "\n\nx,M2")
    Path("crosswalk.csv").write_text(text)
    done = run("check", "crosswalk.csv", "--strategy", "strategy.toml")
    assert "Line 6 is published" in done.stdout


# Show


def test_show_sorts_the_rows_of_a_measure_by_what_they_do(run: Run) -> None:
    """Consistent, refused, on a condition, proposed, complete lists, each with its habitat and its word."""
    grass = {"habitat": "Grassland - *", "source": "table 3"}
    rows = [
        row(**grass),
        row(habitat="Grassland - Bracken", verdict="no", **CONFIRMED),
        row(habitat=HEATH, verdict="conditional", condition_note="on acid soil", intervention="create"),
        row(habitat="", verdict="", complete="yes"),
        row(module="hedgerow", habitat="Native hedgerow", status="proposed", source="lnrs-geo draft 0"),
        row(habitat="Urban - *"),
        row(habitat="Urban - *", verdict="no"),
        row(habitat="Hay"),
        row(habitat=MEADOW, status="confirmed"),
        row(measure_id="M2"),
    ]
    write_crosswalk("crosswalk.csv", rows)
    done = run("show", "M1", "--crosswalk", "crosswalk.csv", "--json")
    shown = json.loads(done.stdout)
    where = {
        name: [one["line"] for one in entries] for name, entries in shown.items() if isinstance(entries, list)
    }
    assert {name: lines for name, lines in where.items() if lines} == {
        "consistent": [2], "not_consistent": [3], "conditional": [4], "complete": [5], "proposed": [6, 10],
        "without_effect": [7, 8], "unreadable": [9],
    }  # fmt: skip
    text = run("show", "M1", "--crosswalk", "crosswalk.csv").stdout
    for line in (
        "Grassland - * (area), but not Grassland - Bracken [line 2: published: table 3]",
        "Grassland - Bracken (area) [line 3: confirmed by the county ecologist on 2026-09-01: p. 3]",
        f"{HEATH} (area, created): on acid soil [line 4",
        "Native hedgerow (hedgerow) [line 6: proposed: lnrs-geo draft 0]",
        "lines 7, 8 of the crosswalk contradict each other",
        "Hay (area): the metric knows no such habitat [line 9",
        "it has no reviewer_role and no reviewed_on, so it counts as proposed",
    ):
        assert line in text


def test_show_of_a_measure_that_does_not_count(run: Run) -> None:
    """An exclusion comes first, and what it overrules is told as such."""
    write_crosswalk("crosswalk.csv", [row(), row(habitat="*", verdict="no", module="")])
    lines = run("show", "M1", "--crosswalk", "crosswalk.csv").stdout.splitlines()
    assert lines[1:3] == [
        "Does not count for any habitat:",
        "  * (for every module) [line 3: published: p. 3]",
    ]
    assert (
        "  Grassland - Lowland meadows (area), yes: the measure does not count for any habitat"
        in "\n".join(lines)
    )
    assert "Consistent: nothing, on anybody's word." in lines


def test_show_of_a_measure_in_whose_words_nothing_was_found(run: Run) -> None:
    """The draft's note says why a person must write the rows."""
    run("draft", "texts.csv", *DRAFT)
    text = run("show", "M10", "--crosswalk", "crosswalk.csv").stdout
    assert "Nothing was found in its words:" in text
    assert "nothing found" in text


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [("m1", "M1"), ("M 10", "M10"), ("7", "007"), ("nothing like it", "Its measures: M1, M10, 007")],
)
def test_show_of_an_unknown_measure_names_the_nearest(run: Run, asked: str, nearest: str) -> None:
    """A slip of the pen costs one look, not a search."""
    write_crosswalk("crosswalk.csv", [row(measure_id=one) for one in ("M1", "M10", "007")])
    done = run("show", asked, "--crosswalk", "crosswalk.csv")
    assert (done.exit_code, done.stdout) == (3, "")
    (line,) = done.stderr.splitlines()
    assert f"no row for the measure {asked!r}" in line
    assert nearest in line


def test_show_takes_the_crosswalk_of_a_strategy(run: Run) -> None:
    """--strategy finds the file, and passes over the rows of other strategies."""
    Path("strategy.toml").write_text(STRATEGY + '[crosswalk]\nfile = "own.csv"\n', encoding="utf-8")
    write_crosswalk("own.csv", [row(), row(lnrs_id="y", habitat=HEATH)])
    text = run("show", "M1", "--strategy", "strategy.toml").stdout
    assert MEADOW in text
    assert HEATH not in text
    assert HEATH in run("show", "M1", "--crosswalk", "own.csv").stdout


# Bad input


HEAD = ",".join(COLUMNS)
BAD: list[tuple[str, bytes, str, str]] = [
    ("empty", b"", "empty", "header"),
    ("blank", b"\n\n", "empty", "header"),
    ("no crosswalk", b"a,b\n1,2\n", "lacks columns", "It needs: lnrs_id"),
    (
        "unknown words",
        f"{HEAD}\nx,M1,area,*,both,maybe,,old,,,,,,\n".encode(),
        "line 2: status is 'old'",
        "Correct these",
    ),
    ("ragged", f"{HEAD}\nx,M1\n".encode(), "Line 2 has 2 cells", "quotation marks"),
    ("open quote", f'{HEAD}\nx,"M1,area\n'.encode(), "not well-formed", "quotation mark"),
    ("column twice", b"measure_id,habitat,verdict,status,status\n1,2,3,4,5\n", "'status' twice", "Rename"),
    ("no text", b"PK\x03\x04\0\0\0", "not a text file", "UTF-8"),
    ("cut UTF-16", b"\xff\xfea\0b", "UTF-16", "UTF-8"),
]


@pytest.mark.parametrize("command", ["draft", "check", "show"])
@pytest.mark.parametrize(
    ("content", "says", "fix"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_unusable_crosswalk_is_told_in_one_line(
    run: Run, command: str, content: bytes, says: str, fix: str
) -> None:
    """What is wrong, where, and how to put it right; exit 3; and a draft leaves the file as it is."""
    Path("crosswalk.csv").write_bytes(content)
    words: dict[str, tuple[object, ...]] = {
        "draft": ("draft", "texts.csv", *DRAFT),
        "check": ("check", "crosswalk.csv", "--strategy", "strategy.toml"),
        "show": ("show", "M1", "--crosswalk", "crosswalk.csv"),
    }
    done = run(*words[command])
    assert (done.exit_code, done.stdout) == (3, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("lnrs-geo: crosswalk.csv: ")
    assert says in line
    assert fix in line
    assert Path("crosswalk.csv").read_bytes() == content


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("draft", "gone.csv", *DRAFT), 3, "gone.csv"),
        (("draft", "gone.xlsx", *DRAFT), 3, "gone.xlsx"),
        (("draft", "strategy.toml", *DRAFT), 3, "strategy.toml"),
        (("draft", "texts.csv", "-o", "no/such/folder.csv", "--strategy", "strategy.toml"), 3, "folder.csv"),
        (("draft", "texts.csv", "-o", ".", "--strategy", "strategy.toml"), 3, "directory"),
        (("draft", "texts.csv"), 2, "--output"),
        (("draft", *DRAFT), 2, "MEASURES"),
        (("draft", "texts.csv", *DRAFT, "--map", "measure=Words"), 3, "Words"),
        (("draft", "texts.csv", *DRAFT, "--map", "words"), 2, "FIELD=COLUMN"),
        (("draft", "texts.csv", "map.gpkg", *DRAFT), 3, "texts beside layers"),
        (("draft", "odd.csv", *DRAFT), 3, "a, b"),
        (("draft", "bad.xlsx", *DRAFT), 3, "spreadsheet"),
        (("check", "gone.csv", "--strategy", "strategy.toml"), 3, "gone.csv"),
        (("check", ".", "--strategy", "strategy.toml"), 3, "directory"),
        (("show", "M1", "--strategy", "strategy.toml"), 3, "--crosswalk"),
        (("show", "M1", "--strategy", "nowhere"), 3, "nowhere"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_misuse_is_told(run: Run, words: tuple[object, ...], code: int, says: str) -> None:
    """A wrong name or option ends in one short message, and nothing is written."""
    Path("odd.csv").write_text("a,b\n1,2\n")
    Path("bad.xlsx").write_bytes(b"no workbook")
    done = run(*words)
    assert (done.exit_code, done.stdout) == (code, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("crosswalk.csv").exists()


def test_group_is_one_command_with_three() -> None:
    """The integrator adds one object to the program."""
    assert isinstance(crosswalk, click.Group)
    assert set(crosswalk.commands) == {"draft", "check", "show"}
