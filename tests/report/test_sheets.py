"""The workbook of the report, read back: numbers are the result's, texts stay texts, notices stand first."""

import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from lnrs_geo.report.facts import Report
from lnrs_geo.report.reading import read_report, report_of
from lnrs_geo.report.sheets import write_workbook
from lnrs_geo.report.spreadsheet import Book

SHEETS = ["Summary", "Parcels", "Parts", "Measures", "Issues", "How it was done"]
# Beginnings that a spreadsheet may take for a formula, a link or a number
NASTY = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "{=A1}",
    "http://example.org",
    "mailto:a@b.c",
    "internal:A1",
    "0012",
    "1e5",
)


@pytest.fixture(scope="module")
def book(units_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook of the farm, whose rows claim units."""
    path = tmp_path_factory.mktemp("sheets") / "report.xlsx"
    write_workbook(read_report(units_folder), path)
    return path


def sheet(path: Path, name: str) -> list[list[Any]]:
    """Return all cells of a sheet."""
    found: list[list[Any]] = (
        CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)
    )
    return found


def table(path: Path, name: str, first: str = "Parcel") -> list[dict[str, Any]]:
    """Return the rows of a sheet's table by their headings."""
    rows = sheet(path, name)
    top = next(at for at, row in enumerate(rows) if row[0] == first)
    return [dict(zip(map(str, rows[top]), row, strict=True)) for row in rows[top + 1 :]]


def numbers(rows: Sequence[Sequence[Any]], name: str) -> list[float]:
    """Return the numbers of the line that begins with a name."""
    (line,) = [row for row in rows if row[0] == name]
    return [cell for cell in line if isinstance(cell, float)]


def test_sheets_stand_in_their_order(book: Path) -> None:
    """There are six sheets, from the answer to how it was done."""
    assert CalamineWorkbook.from_path(str(book)).sheet_names == SHEETS


def test_parts_hold_the_result_s_numbers_and_words(book: Path, units_folder: Path) -> None:
    """Every part has a row with its size as an unrounded number; only decided ones show a multiplier."""
    parts = json.loads((units_folder / "result.json").read_text("utf-8"))["parts"]
    rows = table(book, "Parts")
    assert len(rows) == len(parts)
    by_key = {
        (one["source"].rpartition("|")[2], one["src_fid"], one["stage"], one["part"]): one for one in parts
    }
    stages = {"Baseline": "baseline", "After the development": "post"}
    reviews = 0
    for row in rows:
        layer = row["File and layer"].rpartition("layer ")[2]
        part = by_key.pop((layer, row["Feature"], stages[row["Stage"]], row["Part"]))
        assert (row["Size"], row["Unit"]) == (part["size"], part["size_unit"])
        assert row["Parcel"] == part["parcel_ref"]
        assert row["Reason"] == part["reason"]
        if part["status"] == "decided":
            assert row["Multiplier, decided"] == part["ss_mult"]
            assert row["To enter in the metric"] == part["ss_label"]
            assert row["Answer"].startswith(f"{part['strat_sig']} (")
        else:
            reviews += 1
            assert row["Multiplier, decided"] == ""
            assert row["To enter in the metric"] == "nothing until a person has looked"
            assert row["Answer"].startswith("for review (Low 1.0 until a person has looked")
    assert not by_key
    assert reviews


def test_parcels_hold_sizes_and_units(book: Path, units_folder: Path) -> None:
    """Every stage of every parcel has a row with sizes, shares and units as the result has them."""
    parcels = json.loads((units_folder / "result.json").read_text("utf-8"))["parcels"]
    rows = table(book, "Parcels")
    columns = {
        "Size": "size", "Size decided High": "size_high", "Share decided High": "share_high",
        "Mean multiplier, parts for review at the lower figure": "mean_mult", "Units claimed": "units_claimed",
        "Units, parts for review Low": "units_low", "Units, parts for review High": "units_high",
        "Parts": "n_parts",
    }  # fmt: skip

    def canonical(found: Sequence[dict[str, Any]], names: Sequence[str], ref: str) -> list[str]:
        return sorted(str([one[ref], *("" if one[name] in (None, "") else float(one[name]) for name in names)])
                      for one in found)  # fmt: skip

    assert canonical(rows, list(columns), "Parcel") == canonical(
        parcels, list(columns.values()), "parcel_ref"
    )
    assert any(row["Units claimed"] for row in rows)
    assert {row["Must be split"] for row in rows} == {"yes", "no"}


def test_summary_holds_the_totals(book: Path, units_folder: Path) -> None:
    """The first sheet shows the totals, units and counts of the facts."""
    report, rows = read_report(units_folder), sheet(book, "Summary")
    for name, total in zip(("Area habitats", "Hedgerows", "Watercourses", "Individual trees"), report.totals,
                           strict=True):  # fmt: skip
        found = [one for one in rows if one[0] == name and one[1] == total.unit]
        assert found[0][2:8] == [
            total.high,
            total.medium,
            total.low,
            total.review,
            total.parcels,
            total.parts,
        ]
    units = [row for row in rows if row[0] == "Area habitats with trees"]
    assert [row[2:8] for row in units] == [
        [one.claimed, one.low, one.high, one.parcels, one.without, one.unassessed]
        for one in report.units
        if one.kind == "area"
    ]
    assert numbers(rows, "For review: a person must look") == [report.counts.review]
    assert numbers(rows, "Parcels read") == [report.counts.parcels]
    (wrong,) = [row for row in rows if row[1] == "wrong-high"]
    assert wrong[2] == report.counts.claims["wrong-high"]


def test_measures_and_issues_are_complete(book: Path, units_folder: Path) -> None:
    """All matches and all issues have a row; overlaps are numbers."""
    result = json.loads((units_folder / "result.json").read_text("utf-8"))
    rows = table(book, "Measures")
    assert sorted((one["Measure"], one["Overlap"], one["Share of parcel"]) for one in rows) == sorted(
        (one["measure_id"], one["overlap"], one["share"]) for one in result["matches"]
    )
    issues = table(book, "Issues", "Severity")
    assert [one["What is wrong"] for one in issues] == [one["message"] for one in result["issues"]]


def test_inputs_have_their_sums(book: Path, units_folder: Path) -> None:
    """Each input file stands with its SHA-256, and the record with the command line."""
    run = json.loads((units_folder / "result.json").read_text("utf-8"))["run"]
    rows = sheet(book, "How it was done")
    assert {one["sha256"] for one in run["inputs"]} <= {cell for row in rows for cell in row}
    assert [run["rules"]["edition"]] == [row[1] for row in rows if row[0] == "rules.edition"]
    assert [run["command"]] == [row[1] for row in rows if row[0] == "command to run it again"]


def test_every_sheet_says_the_notice_first(book: Path, units_folder: Path) -> None:
    """A sample's notice stands in the second row of every sheet and in the margin of every printed page."""
    (notice,) = read_report(units_folder).notices
    for name in SHEETS:
        assert sheet(book, name)[1][0] == f"NOTE: {notice}"
    read = openpyxl.load_workbook(book)
    assert [read[name].oddHeader.center.text for name in SHEETS] == [notice] * len(SHEETS)


def test_heads_stay_and_filter(book: Path) -> None:
    """In each table the row of headings stays in sight, filters all rows and is printed on every page."""
    read = openpyxl.load_workbook(book)
    for name, first in (("Parcels", "B4"), ("Parts", "B4"), ("Measures", "B4"), ("Issues", "C4")):
        made = read[name]
        assert made.freeze_panes == first
        assert made.auto_filter.ref == f"A3:{openpyxl.utils.get_column_letter(made.max_column)}{made.max_row}"
        assert made.print_title_rows == "$3:$3"
        assert all(made.column_dimensions[letter].width > 5 for letter in "ABC")


def test_document_has_title_and_language(book: Path) -> None:
    """The properties of the document state its title and that it is in British English."""
    with zipfile.ZipFile(book) as content:
        core = content.read("docProps/core.xml").decode()
    assert "<dc:title>Strategic significance: parcels.gpkg</dc:title>" in core
    assert "<dc:language>en-GB</dc:language>" in core


def test_texts_never_become_formulas_links_or_numbers(sample_folder: Path, tmp_path: Path) -> None:
    """Whatever a text of the input begins with, it is kept as text, character by character."""
    result = json.loads((sample_folder / "result.json").read_text("utf-8"))
    for number, text in enumerate(NASTY):
        for name in ("parts", "parcels", "matches"):
            for row in result[name]:
                if row["src_fid"] == result["parts"][2 * number]["src_fid"]:
                    row |= {"parcel_ref": text}
        result["parts"][number] |= {"reason": text, "claimed": text, "authority": text, "habitat": text}
        result["matches"][number] |= {"measure": text, "verdict_source": text}
        result["issues"][number] |= {"message": text, "value": text}
        result["run"]["inputs"][number] |= {"path": text, "sha256": text}
    result["run"] |= {"notice": "=HYPERLINK(1) & more", "command": "=cmd|' /C calc'!A0"}
    path = tmp_path / "report.xlsx"
    write_workbook(report_of(result), path)
    read = openpyxl.load_workbook(path)
    cells = [cell for name in SHEETS for row in read[name].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    texts = [cell.value for cell in cells if cell.data_type == "s"]
    assert all(texts.count(one) >= 5 for one in NASTY)
    assert "=cmd|' /C calc'!A0" in texts
    with zipfile.ZipFile(path) as content:
        assert not [name for name in content.namelist() if "external" in name or "_rels/sheet" in name]
        whole = "".join(content.read(name).decode() for name in content.namelist() if name.startswith("xl/"))
    assert not re.search(r"<f[ >]|<hyperlink", whole)
    assert read["Parts"].oddHeader.center.text == "=HYPERLINK(1) && more"


def test_long_texts_and_ampersands_fit(report: Report, tmp_path: Path) -> None:
    """A text longer than a cell or a margin can hold is cut with a mark, without a warning."""
    parcel = report.parcels[0]
    long = replace(parcel, ref="r" * 40_000)
    path = tmp_path / "report.xlsx"
    notice = "Soil & water " * 100
    write_workbook(replace(report, notices=(notice,), parcels=(long,)), path)
    assert table(path, "Parcels")[0]["Parcel"] == "r" * 32_766 + "…"
    header = openpyxl.load_workbook(path)["Parts"].oddHeader.center.text
    assert header.startswith("Soil && water Soil")
    assert header.endswith("…")
    assert len(header) < 255
    assert header.count("&") % 2 == 0


def test_a_control_character_stays_readable(report: Report, tmp_path: Path) -> None:
    """A character that XML cannot hold does not break the workbook."""
    path = tmp_path / "report.xlsx"
    write_workbook(replace(report, parcels=(replace(report.parcels[0], ref="a\x07b"),)), path)
    assert table(path, "Parcels")[0]["Parcel"] in ("a\x07b", "a_x0007_b")


def test_the_same_facts_give_the_same_bytes(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the clock nor the place goes into the workbook."""
    write_workbook(report, tmp_path / "first.xlsx")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    write_workbook(report, tmp_path / "second.xlsx")
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "first.xlsx") as content:
        days = re.findall(r">(\d{4}-\d\d-\d\d)T", content.read("docProps/core.xml").decode())
        assert days == ["2000-01-01"] * 2
        assert {item.date_time[0] for item in content.infolist()} == {1980}


def test_nothing_to_list_says_none(report: Report, tmp_path: Path) -> None:
    """Tables without rows say none, and no notice leaves no margin."""
    path = tmp_path / "report.xlsx"
    write_workbook(replace(report, notices=(), parcels=(), issues=(), totals=()), path)
    assert [row[0] for row in sheet(path, "Issues")] == ["Issues of the data", "Severity", "none"]
    assert openpyxl.load_workbook(path)["Issues"].oddHeader.center.text is None


def test_a_sheet_that_is_full_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    """Rows beyond what a sheet can hold are left out with a line that says where they are."""
    monkeypatch.setattr("lnrs_geo.report.spreadsheet._MOST_ROWS", 10)
    path = tmp_path / "report.xlsx"
    write_workbook(replace(report, notices=()), path)
    rows = sheet(path, "Issues")
    assert len(rows) == 10
    assert rows[-1][0] == "From row 8 on there is no room: the rest stands in result.json."


def test_a_book_closes_what_it_opened(tmp_path: Path) -> None:
    """A book of one line can be read back."""
    made = Book("Title", ())
    made.sheet("Only", "About").line("text", (1.5, "ha"), True, None)
    made.save(tmp_path / "one.xlsx")
    assert sheet(tmp_path / "one.xlsx", "Only") == [["About", "", ""], ["text", 1.5, "yes"]]
