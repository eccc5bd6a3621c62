"""The command `workbook`: from a metric to corrections and a spreadsheet, with parcels and without."""

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.utils
import openpyxl.utils.cell
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

import lnrs_geo
from lnrs_geo.cli import Commands
from lnrs_geo.cli.metric import workbook
from lnrs_geo.errors import OutputError
from lnrs_geo.workbook import Given, audit_workbook
from lnrs_geo.workbook.writing import FILES, write_audit
from tests.workbook.metric_maker import CATEGORIES, HIGH, LOW, Maker, cell
from tests.workbook.test_holding import AS_AT

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
MAPPED = {
    "measures": SAMPLE / "measures.gpkg", "strategy": SAMPLE / "strategy.toml", "area": SAMPLE / "area.gpkg",
    "authorities": SAMPLE / "authorities.gpkg", "apib": SAMPLE / "apib.gpkg", "overrides": SAMPLE / "overrides.csv",
}  # fmt: skip
LETTERS = {"area": "A", "tree": "A", "hedgerow": "B", "watercourse": "C"}
COLUMNS = [
    "sheet", "cell", "row_reference", "module", "stage", "claimed", "assessed", "check", "units_claimed",
    "units_assessed", "type_this",
]  # fmt: skip
# Text that a spreadsheet program would take for a formula, a link or a number
HOSTILE = ('=HYPERLINK("http://x.example")', "+1+1", "-2", "@SUM(1)", "https://x.example", "007")


def run(*words: str | Path) -> Result:
    group = Commands(commands={"workbook": workbook})
    return CliRunner().invoke(group, ["workbook", *map(str, words)])


def corrections(folder: Path) -> list[dict[str, str]]:
    with (folder / "corrections.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pages(folder: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(folder / "workbook.xlsx"))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def of_page(rows: list[list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, lnrs_geo.Result]:
    """Return a metric that holds a row for each parcel of the sample data, and their check."""
    given = {name: str(path) for name, path in MAPPED.items()}
    checked = lnrs_geo.check(str(SAMPLE / "parcels.gpkg"), as_at=AS_AT, **given)  # type: ignore[arg-type]
    claims = checked.parts.groupby(["source", "src_fid", "stage"])["claimed"].first()
    long = {words.casefold(): words for words in CATEGORIES}
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in checked.parcels.to_dict("records"):
        if one["stage"] == "post" and one["retention"] == "Retained":
            continue
        number = (
            "1" if one["stage"] == "baseline" else {"Created": "2", "Enhanced": "3"}.get(one["retention"])
        )
        if one["module"] not in LETTERS or number is None:
            continue
        letter = LETTERS[one["module"]]
        letter = {"A": "D", "B": "E", "C": "F"}[letter] if one["location"] == "Off-site" else letter
        broad, _, kind = one["habitat"].rpartition(" - ")
        claimed = claims[one["source"], one["src_fid"], one["stage"]]
        rows.setdefault(f"{letter}-{number}", []).append(
            {
                "habitat_reference": one["parcel_ref"],
                "broad": broad,
                "habitat": kind,
                "size": 0.0041 if one["module"] == "tree" else one["size"],
                "claimed": long.get(claimed.casefold(), claimed),
            }
        )
    return Maker(rows).save(tmp_path_factory.mktemp("sample") / "metric.xlsx"), checked


def test_the_sample_as_a_metric_gets_the_answers_of_the_sample(
    sample: tuple[Path, lnrs_geo.Result], tmp_path: Path
) -> None:
    """Row by row, the verdict is the one that the audit of the parcels gives for the same claim."""
    metric, checked = sample
    options = [word for name, path in MAPPED.items() for word in (f"--{name}", str(path))]
    done = run(
        metric, "--parcels", SAMPLE / "parcels.gpkg", *options, "--as-at", str(AS_AT), "--out", tmp_path
    )
    assert done.exit_code in (0, 1), done.output
    rows = of_page(pages(tmp_path)["Rows"])
    joined = [row for row in rows if row["parcel_source"]]
    known = {
        (one["parcel_ref"], one["module"], one["stage"]): one for one in checked.parcels.to_dict("records")
    }
    assert len(joined) > 120
    for row in joined:
        ref = row["row_reference"].partition(", part ")[0]
        parcel = known[ref, row["module"], row["stage"]]
        assert row["parts"] == parcel["n_parts"]
        assert row["check"] == parcel["check"], row
        assert row["habitat"] == parcel["habitat"]
    assert {"wrong-high", "missed-high", "invalid-medium", "split-needed", "ok", "review"} <= {
        row["check"] for row in joined
    }
    assert all(row["not_joined"] for row in rows if not row["parcel_source"])
    assert "split-needed" in done.stderr and "Rows to add in" in done.stderr
    assert "made-up sample" in done.stderr


def test_every_cell_that_is_named_is_the_one_to_change(
    sample: tuple[Path, lnrs_geo.Result], tmp_path: Path
) -> None:
    """Typing the strings into the cells named, and nothing else, leaves no claim on a decided row wrong."""
    metric, _ = sample
    options = [word for name, path in MAPPED.items() for word in (f"--{name}", str(path))]
    common = ["--parcels", SAMPLE / "parcels.gpkg", *options, "--as-at", str(AS_AT), "-q"]
    run(metric, *common, "--out", tmp_path / "first")
    book = openpyxl.load_workbook(metric)
    todo = [row for row in corrections(tmp_path / "first") if row["type_this"] and row["cell"]]
    assert len(todo) > 5
    for row in todo:
        column = openpyxl.utils.cell.coordinate_from_string(row["cell"])[0]
        page, number = book[row["sheet"]], int(row["cell"].removeprefix(column))
        assert (page[row["cell"]].value or "") == row["claimed"]
        at = openpyxl.utils.column_index_from_string(column)
        category, multiplier = CATEGORIES[row["type_this"]]
        page[row["cell"]] = row["type_this"]
        page.cell(number, at + 1).value, page.cell(number, at + 2).value = category, multiplier
    book.save(tmp_path / "mended.xlsx")
    run(tmp_path / "mended.xlsx", *common, "--out", tmp_path / "second")
    left = {row["check"] for row in corrections(tmp_path / "second") if row["check"] != "split-needed"}
    assert left <= {"ok", "review", ""} | {
        row["check"] for row in corrections(tmp_path / "first") if not row["type_this"]
    }
    assert not [row for row in corrections(tmp_path / "second") if row["type_this"] and row["cell"]
                and row["check"] != "split-needed"]  # fmt: skip


def test_without_parcels_the_dates_alone_are_asked(tmp_path: Path) -> None:
    """Baselines and Medium are told; what takes the map is left open, and the first line says what is assumed."""
    rows = {"A-1": [{"claimed": HIGH}], "D-2": [{"claimed": HIGH}, {"claimed": "Medium"}]}
    metric = Maker(rows).save(tmp_path / "metric.xlsx")
    done = run(metric, "--out", tmp_path / "out", "--as-at", str(AS_AT))
    assert done.exit_code == 0, done.output
    assert done.stderr.startswith("No dates were given")
    found = corrections(tmp_path / "out")
    assert list(found[0]) == COLUMNS
    assert [(row["check"], row["assessed"], row["type_this"]) for row in found] == [
        ("baseline-not-low", "Low", LOW),
        ("", "not assessed", ""),
        ("invalid-medium", "not assessed", ""),
    ]
    assert (found[0]["cell"], found[0]["units_claimed"], found[0]["units_assessed"]) == (
        cell("A-1", "claimed"), "4.600000", "4.000000",
    )  # fmt: skip


def test_the_metric_is_never_written(tmp_path: Path) -> None:
    """Its bytes stay as they are, also where it bears the name of a result."""
    metric = Maker({"A-1": [{"claimed": HIGH}]}).save(tmp_path / "workbook.xlsx")
    before = hashlib.sha256(metric.read_bytes()).hexdigest()
    done = run(metric, "--out", tmp_path)
    assert done.exit_code == 3 and "would replace the metric" in done.stderr
    assert run(metric, "--out", tmp_path / "out").exit_code == 0
    assert hashlib.sha256(metric.read_bytes()).hexdigest() == before
    assert not (tmp_path / "corrections.csv").exists()
    with pytest.raises(OutputError):
        write_audit(audit_workbook(metric, given=Given(AS_AT)), tmp_path)


def test_text_of_the_metric_is_text_in_both_files(tmp_path: Path) -> None:
    """Nothing that somebody typed becomes a formula, a link or a number."""
    rows = {
        "A-1": [
            {"habitat_reference": f"'{one}", "claimed": one, "habitat": one, "broad": ""} for one in HOSTILE
        ]
    }

    def spoil(book: Any) -> None:
        page = book["A-1 On-Site Habitat Baseline"]
        for at, one in enumerate(HOSTILE, start=1):
            for name in ("habitat_reference", "claimed", "habitat"):
                page[cell("A-1", name, at)].value = one
                page[cell("A-1", name, at)].data_type = "s"

    metric = Maker(rows, spoil=spoil).save(tmp_path / "metric.xlsx")
    done = run(metric, "--out", tmp_path / "out", "-q")
    assert done.exit_code == 0, done.output
    found = corrections(tmp_path / "out")
    assert [row["row_reference"] for row in found] == [
        f"'{one}" if one[0] in "=+-@" else one for one in HOSTILE
    ]
    assert not [value for row in found for value in row.values() if value[:1] in tuple("=+-@")]
    page = of_page(pages(tmp_path / "out")["Rows"])
    assert [row["row_reference"] for row in page] == list(HOSTILE)
    book = openpyxl.load_workbook(tmp_path / "out" / "workbook.xlsx")
    kinds = Counter(
        one.data_type for name in book.sheetnames for row in book[name].iter_rows() for one in row
    )
    assert kinds["f"] == 0
    assert not [
        one for name in book.sheetnames for row in book[name].iter_rows() for one in row if one.hyperlink
    ]


def test_the_spreadsheet_holds_numbers_as_numbers_and_the_notice_on_every_sheet(tmp_path: Path) -> None:
    """It can be reckoned with and filtered, and no printed page is without its notice."""
    strategy = str(SAMPLE / "strategy.toml")
    metric = Maker({"A-1": [{"claimed": HIGH}]}).save(tmp_path / "metric.xlsx")
    done = run(metric, "--strategy", strategy, "--out", tmp_path / "out", "-q")
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(tmp_path / "out" / "workbook.xlsx")
    assert book.sheetnames == [
        "Summary", "Corrections", "Rows", "Totals", "Rows to add", "Room", "Parcels without a row", "Issues",
        "How it was done", "What the columns mean",
    ]  # fmt: skip
    for page in book.worksheets:
        assert "made-up sample" in page.oddHeader.center.text
    page = book["Rows"]
    at = {one.value: one.column for one in page[1]}
    assert page.freeze_panes == "A2" and page.auto_filter.ref
    assert (page.cell(2, at["units_claimed"]).value, page.cell(2, at["units_low"]).value) == (4.6, 4)
    assert book.properties.title == "Strategic significance in metric.xlsx"
    assert of_page(pages(tmp_path / "out")["How it was done"])[0]["key"] == "program"
    told = {row["key"]: row["value"] for row in of_page(pages(tmp_path / "out")["How it was done"])}
    assert told["inputs.1.sha256"] == hashlib.sha256(metric.read_bytes()).hexdigest()


def test_json_goes_to_standard_output_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --out nothing is written, and the document holds every row."""
    metric = Maker({"A-1": [{"claimed": HIGH}], "B-2": [{}]}).save(tmp_path / "metric.xlsx")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    done = run(metric, "--json")
    assert list((tmp_path / "here").iterdir()) == []
    document = json.loads(done.stdout)
    assert document["schema"] == "lnrs-geo/workbook-1"
    assert [(row["row_reference"], row["check"]) for row in document["rows"]] == [
        ("Ref 1", "baseline-not-low"),
        ("Ref 1", ""),
    ]
    assert document["metric"]["sha256"] == hashlib.sha256(metric.read_bytes()).hexdigest()
    assert document["run"]["assumption"].startswith("No dates were given")


def test_the_same_metric_gives_the_same_corrections(tmp_path: Path) -> None:
    """Two runs make the same bytes."""
    metric = Maker({"A-1": [{"claimed": HIGH}]}).save(tmp_path / "metric.xlsx")
    for name in ("one", "two"):
        run(metric, "--out", tmp_path / name, "-q")
    one, two = ((tmp_path / name / "corrections.csv").read_bytes() for name in ("one", "two"))
    assert one == two
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(FILES)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--measures", "m.gpkg"), 2, "--measures can only be used on parcels"),
        (("--overrides", "o.csv"), 2, "--overrides can only be used on parcels"),
        (("--application-date", "21/09/2024"), 2, "--application-date"),
        (("--strategy", "nowhere"), 3, "There is no strategy of that name"),
        (("--parcels", "p.gpkg"), 2, "--measures"),
        (("--as-at", "2020-01-01"), 2, "2020-01-01"),
    ],
)
def test_wrong_usage_is_told_and_nothing_written(
    tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    """Options that cannot mean anything stop the command with the reason."""
    metric = Maker({"A-1": [{}]}).save(tmp_path / "metric.xlsx")
    done = run(metric, *words, "--out", tmp_path / "out")
    assert done.exit_code == code, done.output
    assert told in done.stderr
    assert not (tmp_path / "out").exists()


def test_no_metric_ends_with_3_and_one_message(tmp_path: Path) -> None:
    """The file, what is wrong with it, and how to put it right."""
    (tmp_path / "metric.xlsm").write_text("no workbook")
    done = run(tmp_path / "metric.xlsm", "--out", tmp_path / "out")
    assert done.exit_code == 3
    assert done.stderr.count("\n") == 1 and "metric.xlsm: It is no spreadsheet" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("strict", "code"), [((), 0), (("--strict",), 1)])
def test_strict_ends_with_1_where_a_person_must_look(
    tmp_path: Path, strict: tuple[str, ...], code: int
) -> None:
    """An open row is no fault, save for who asks for it."""
    metric = Maker({"D-1": [{"claimed": HIGH}]}).save(tmp_path / "metric.xlsx")
    assert (
        run(metric, "--application-date", "2024-09-21", *strict, "--out", tmp_path / "out").exit_code == code
    )
