"""A metric is read by its headings: every row with its own cells, no total as a row, and no other file as one."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.utils
import pytest

from lnrs_geo.errors import LnrsGeoError, SchemaError, SourceError
from lnrs_geo.model import Significance
from lnrs_geo.workbook.headers import address
from lnrs_geo.workbook.metric_file import CODES, open_metric
from lnrs_geo.workbook.metric_rows import read_rows
from tests.workbook.metric_maker import CAPACITY, HEADERS, HIGH, LOW, NAMES, Maker, cell, columns

HABITATS = {
    "A": "Modified grassland",
    "D": "Modified grassland",
    "B": "Native hedgerow",
    "E": "Native hedgerow",
}


def sheet(book: openpyxl.Workbook, code: str) -> Any:
    return book[NAMES[code]]


def spoilt(code: str, **cells: Any) -> Callable[[openpyxl.Workbook], None]:
    """Return what sets single cells of a sheet."""

    def spoil(book: openpyxl.Workbook) -> None:
        for where, value in cells.items():
            sheet(book, code)[where] = value

    return spoil


def test_every_sheet_is_read_with_its_own_cells(tmp_path: Path) -> None:
    """Each of the eighteen sheets gives its row, and the cell named is the one that holds the significance."""
    rows = {code: [{"habitat_reference": f"P-{code}", "claimed": HIGH}] for code in NAMES}
    path = Maker(rows).save(tmp_path / "metric.xlsx")
    found, issues = read_rows(open_metric(path))
    assert [str(row.code) for row in found] == [str(code) for code in CODES]
    assert issues == []
    book = openpyxl.load_workbook(path)
    for row in found:
        code = str(row.code)
        assert row.cells["claimed"] == cell(code, "claimed")
        assert row.cells["category"] == cell(code, "category")
        assert row.number == HEADERS[code] + 1
        assert sheet(book, code)[row.cells["claimed"]].value == row.claimed == HIGH
        assert sheet(book, code)[row.cells["habitat_reference"]].value == row.habitat_reference == f"P-{code}"
        assert sheet(book, code)[row.cells["size"]].value == row.size == 1.0
        assert row.found is not None, row.habitat
        assert row.found.type == HABITATS.get(code[0], "Ditches")


def test_the_last_row_that_a_sheet_takes_is_read(tmp_path: Path) -> None:
    """A full sheet is read to its last row, and the totals below it are no row."""
    rows = {
        code: [{"habitat_reference": f"R{n}"} for n in range(CAPACITY[code])]
        for code in ("A-1", "D-2", "E-3")
    }
    found, _ = read_rows(open_metric(Maker(rows).save(tmp_path / "metric.xlsx")))
    for code, own in rows.items():
        mine = [row for row in found if str(row.code) == code]
        assert len(mine) == len(own) == mine[0].code.most_rows
        assert mine[-1].number == HEADERS[code] + len(own)


def test_gaps_between_rows_shift_nothing(tmp_path: Path) -> None:
    """Rows that stand apart keep their own numbers and cells."""
    path = Maker({"A-2": [{"habitat_reference": "one"}]}).save(tmp_path / "metric.xlsx")
    book = openpyxl.load_workbook(path)
    page, header = sheet(book, "A-2"), HEADERS["A-2"]
    for at, (_, _heading) in enumerate(columns("A-2"), start=2):
        page.cell(header + 9, at, page.cell(header + 1, at).value)
    page[cell("A-2", "habitat_reference", 9)] = "nine"
    book.save(path)
    found, _ = read_rows(open_metric(path))
    assert [(row.name, row.number, row.cells["claimed"]) for row in found] == [
        ("one", header + 1, cell("A-2", "claimed", 1)),
        ("nine", header + 9, cell("A-2", "claimed", 9)),
    ]


def test_a_row_whose_comment_begins_with_total_is_still_a_row(tmp_path: Path) -> None:
    """What somebody writes beside a row does not end the sheet."""
    rows = [{"comment": "Total loss of the sward", "habitat_reference": f"R{n}"} for n in range(3)]
    found, _ = read_rows(open_metric(Maker({"A-1": rows}).save(tmp_path / "metric.xlsx")))
    assert [row.name for row in found] == ["R0", "R1", "R2"]


def test_a_row_without_significance_is_not_lost(tmp_path: Path) -> None:
    """A row that somebody left unfinished is read, so that its blank can be told."""
    rows = {
        "A-1": [{"claimed": "", "habitat": "", "broad": "", "habitat_reference": ""}],
        "B-3": [{"claimed": ""}],
    }
    found, _ = read_rows(open_metric(Maker(rows).save(tmp_path / "metric.xlsx")))
    assert [(str(row.code), row.claim.kind) for row in found] == [("A-1", "blank"), ("B-3", "blank")]


@pytest.mark.parametrize("code", ["A-1", "B-1", "F-3"])
def test_data_below_the_totals_is_refused(tmp_path: Path, code: str) -> None:
    """Nobody knows whether it counts, so it is neither read nor passed over; totals need not say what they are."""
    below = CAPACITY[code] + 4
    habitat = HABITATS.get(code[0], "Ditches")
    spoil = spoilt(code, **{cell(code, "claimed", below): HIGH, cell(code, "habitat", below): habitat})
    path = Maker({code: [{}]}, spoil=spoil).save(tmp_path / "metric.xlsx")
    with pytest.raises(SchemaError, match=f"Row {HEADERS[code] + below} is filled in below the totals"):
        read_rows(open_metric(path))


def test_swapped_columns_are_refused(tmp_path: Path) -> None:
    """Where the category stands in the place of the choice, no cell to change is named."""
    rows = {"A-1": [{"claimed": "High strategic significance", "category": HIGH, "multiplier": 1.15}]}
    path = Maker(rows).save(tmp_path / "metric.xlsx")
    with pytest.raises(SchemaError, match="holds categories"):
        read_rows(open_metric(path))


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        ("multiplier", "Factor", "is not in the sheet"),
        ("category", "Something else", "there are not the two columns"),
        ("habitat_reference", "Notes", "the field habitat_reference; found: none"),
        ("comment", "Habitat reference number", "the field habitat_reference; found: .* in .* in "),
        ("ref", "Number", "the field ref; found: none"),
    ],
)
def test_a_heading_that_is_not_as_it_should_be_is_refused(
    tmp_path: Path, name: str, value: str, match: str
) -> None:
    """A column is never guessed: the sheet and what is missing are named."""
    path = Maker({"A-1": [{}]}, spoil=spoilt("A-1", **{cell("A-1", name, 0): value})).save(
        tmp_path / "metric.xlsx"
    )
    with pytest.raises(SchemaError, match=match) as error:
        read_rows(open_metric(path))
    assert NAMES["A-1"] in error.value.where


def test_a_workbook_that_was_not_calculated_is_told(tmp_path: Path) -> None:
    """A significance whose category or multiplier is another one's is an issue at its cell."""
    rows = {
        "A-1": [
            {"claimed": HIGH, "multiplier": 1.0},
            {"claimed": LOW, "category": "Medium strategic significance"},
        ]
    }
    _, issues = read_rows(open_metric(Maker(rows).save(tmp_path / "metric.xlsx")))
    assert [(one.code, one.field) for one in issues] == [
        ("workbook-not-calculated", cell("A-1", "multiplier", 1)),
        ("workbook-not-calculated", cell("A-1", "multiplier", 2)),
    ]


def test_a_workbook_without_any_calculated_value_is_refused(tmp_path: Path) -> None:
    """A program that does not calculate leaves the cells empty; no row can be read then."""
    rows = {"A-1": [{"multiplier": "", "category": "", "units": ""}]}
    with pytest.raises(SourceError, match="saved by a program that does not calculate"):
        read_rows(open_metric(Maker(rows).save(tmp_path / "metric.xlsx")))


def test_a_missing_sheet_is_told(tmp_path: Path) -> None:
    """Rows of a sheet that somebody removed are not silently left out."""

    def spoil(book: openpyxl.Workbook) -> None:
        book.remove(sheet(book, "B-2"))

    _, issues = read_rows(open_metric(Maker({"A-1": [{}]}, spoil=spoil).save(tmp_path / "metric.xlsx")))
    assert [(one.code, one.layer) for one in issues] == [("workbook-sheet-missing", "B-2")]


def test_the_workbooks_own_strings_are_used(tmp_path: Path) -> None:
    """Excel matches the choice letter by letter, so the string comes from the workbook's own list."""

    def spoil(book: openpyxl.Workbook) -> None:
        book["G-3 Multipliers"]["L6"] = "Area/compensation not in local strategy / no local strategy"

    metric = open_metric(Maker({"A-1": [{}]}, spoil=spoil).save(tmp_path / "metric.xlsx"))
    assert metric.labels[Significance.LOW] == "Area/compensation not in local strategy / no local strategy"
    assert metric.labels[Significance.HIGH] == HIGH


# Files that are no metric


def named(**names: str) -> Maker:
    return Maker({"A-1": [{}]}, names={code.replace("_", "-"): name for code, name in names.items()})


def put_ole(path: Path, mark: str) -> Path:
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512 + mark.encode("utf-16-le") + b"\0" * 512)
    return path


def put_zip(path: Path, *members: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in members:
            archive.writestr(name, "x")
    return path


def cut(path: Path) -> Path:
    whole = Maker({"A-1": [{}]}).save(path).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def damaged(path: Path) -> Path:
    """Return a workbook with some bytes of a sheet overwritten."""
    whole = bytearray(Maker({"A-1": [{}]}).save(path).read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.getinfo("xl/worksheets/sheet2.xml").header_offset + 200
    whole[at : at + 400] = b"\xff" * 400
    path.write_bytes(whole)
    return path


def plain(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.save(path)
    return path


def text(path: Path) -> Path:
    path.write_text("sheet,cell\n")
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda path: named(A_1="A-1 Site Habitat Baseline").save(path), "metric 3.x"),
        (lambda path: named(C_1="C-1 Site River Baseline").save(path), "metric 3.x"),
        (lambda path: named(D_1="D-1 On-Site Habitat Baseline").save(path), "does not say what a sheet D-1 says"),
        (lambda path: named(D_1="A-1 On-Site Baseline (2)").save(path), "Two of its sheets are A-1"),
        (lambda path: Maker().save(path), "No row of the sheets A-1 to F-3 is filled in"),
        (plain, "none of its sheets is one of A-1 to F-3"),
        (lambda path: put_ole(path, "EncryptedPackage"), "protected by a password"),
        (lambda path: put_ole(path, "Workbook"), "old Excel format"),
        (lambda path: put_zip(path, "xl/workbook.bin"), "binary workbook"),
        (lambda path: put_zip(path, "content.xml"), "no Excel workbook"),
        (lambda path: put_zip(path, "xl/workbook.xml"), "cannot be read as a spreadsheet"),
        (text, "no spreadsheet, or the file is damaged"),
        (cut, "no spreadsheet, or the file is damaged"),
        (damaged, "damaged"),
        (folder, "cannot be opened"),
        (lambda path: path, "cannot be opened"),
    ],
)  # fmt: skip
def test_what_is_no_metric_is_refused(tmp_path: Path, make: Callable[[Path], Path], match: str) -> None:
    """One clear message: what, where, and how to put it right."""
    path = make(tmp_path / "metric.xlsx")
    with pytest.raises(LnrsGeoError, match=match) as error:
        read_rows(open_metric(path))
    assert str(path) in error.value.where
    assert error.value.fix.endswith(".")


def test_columns_are_lettered_as_excel_does() -> None:
    """Every cell of a wide sheet has the address that a spreadsheet library gives it."""
    for at in range(0, 1500, 7):
        assert address(at, 4) == f"{openpyxl.utils.get_column_letter(at + 1)}5"


def test_a_day_in_a_cell_stops_nothing(tmp_path: Path) -> None:
    """Cells of other kinds (days, yes and no) are read as text where text stands."""
    spoil = spoilt(
        "A-1", **{cell("A-1", "comment", 1): date(2026, 1, 1), cell("A-1", "habitat_reference", 1): 7}
    )
    found, _ = read_rows(open_metric(Maker({"A-1": [{}]}, spoil=spoil).save(tmp_path / "metric.xlsx")))
    assert found[0].name == "7"
