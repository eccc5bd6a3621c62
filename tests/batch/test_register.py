"""Registers are read in every kind, and nothing of a row is judged on the way."""

import datetime as dt
import json
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest

from lnrs_geo.batch.register import Entry, Kind, read_register
from lnrs_geo.errors import OptionError, SchemaError, SourceError
from tests.batch.worlds import parcels_of, write_geojson


def table(folder: Path, text: str, name: str = "register.csv") -> Path:
    (folder / name).write_text(text)
    return folder / name


def workbook(folder: Path, *rows: list[object], first: str = "Notes") -> Path:
    """Write a workbook whose first sheet holds something else."""
    book = openpyxl.Workbook()
    book.active.title = first
    book.active.append(["Read me"])
    sheet = book.create_sheet("Sites")
    for row in rows:
        sheet.append(row)
    book.save(folder / "register.xlsx")
    return folder / "register.xlsx"


def test_table_gives_its_rows_with_their_lines_and_dates(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "Reference;File;granted;note\nA;a.gpkg;2025-01-02;x\n\n B ;;;y\n",
    )
    register = read_register(path)
    assert (register.kind, register.folder) == (Kind.TABLE, tmp_path)
    assert register.entries == (
        Entry("line 2", "A", "a.gpkg", dates=(("granted", "2025-01-02"),)),
        Entry("line 4", "B"),
    )


def test_table_of_the_registers_own_words_is_read(tmp_path: Path) -> None:
    register = read_register(table(tmp_path, "referenceNumber,gridReference\nBGS-1,NZ142306\n"))
    assert register.entries == (Entry("line 2", "BGS-1", grid_reference="NZ142306"),)


@pytest.mark.parametrize(
    ("text", "says"),
    [("file\na.gpkg\n", "reference"), ("reference,size\nA,2\n", "file or grid_reference")],
)
def test_table_without_the_columns_of_a_register_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        read_register(table(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",,\n",
        "reference,file\n",
        "reference,file\n,\n",
        'reference,file\nA,"b\n',
        "reference,file,file\nA,b,c\n",
    ],
)
def test_table_that_is_unusable_as_a_whole_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises((SourceError, SchemaError)):
        read_register(table(tmp_path, text))


def test_line_that_does_not_fit_the_header_is_told_and_the_others_serve(tmp_path: Path) -> None:
    """Its cells may be anybody's, so only its reference is kept, to find it again."""
    path = table(tmp_path, "reference,file,granted\nA,a.gpkg,2025\nB,b, c.gpkg,2025\n\nC\nD,d.gpkg,,,\n")
    fine, more, less, padded = read_register(path).entries
    assert (fine.fault, padded) == ("", Entry("line 6", "D", "d.gpkg"))
    assert (more.where, more.reference, more.file, more.dates) == ("line 3", "B", "", ())
    assert "It has 4 cells where the header has 3." in more.fault
    assert (less.where, less.reference) == ("line 5", "C")
    assert "It has 1 cells where the header has 3." in less.fault


def test_columns_without_a_name_may_be_filled(tmp_path: Path) -> None:
    path = table(tmp_path, "reference,file,,\nA,a.gpkg,a note,\nB,b.gpkg\n")
    assert [(one.file, one.fault) for one in read_register(path).entries] == [("a.gpkg", ""), ("b.gpkg", "")]


def test_workbook_gives_days_and_whole_numbers_as_people_write_them(tmp_path: Path) -> None:
    """The sheet with the column counts, wherever it stands in the workbook."""
    path = workbook(
        tmp_path,
        ["reference", "file", "application_date", "exempt"],
        [101, "a.gpkg", dt.datetime(2024, 9, 21), True],
        [None, None, None, None],
        ["B", None, "2025-09", None],
    )
    register = read_register(path)
    assert register.entries == (
        Entry("line 2", "101", "a.gpkg", dates=(("application_date", "2024-09-21"), ("exempt", "yes"))),
        Entry("line 4", "B", dates=(("application_date", "2025-09"),)),
    )


def test_workbook_without_a_sheet_of_references_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"Notes \(Read me\)"):
        read_register(workbook(tmp_path, ["name"], ["A"]))


def test_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read as a spreadsheet"):
        read_register(table(tmp_path, "reference,file\n", "register.xlsx"))


def test_workbook_without_its_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(OptionError, match=r"lnrs-geo\[xlsx\]"):
        read_register(workbook(tmp_path, ["reference", "file"], ["A", "a.gpkg"]))


def test_folder_gives_a_site_for_each_file_or_folder_of_parcels(tmp_path: Path) -> None:
    """Whatever else lies there is named as passed over, but for parts of a shapefile, journals and batches."""
    parcels_of(0)[["retention", "geometry"]].to_file(tmp_path / "BGS-2.shp")
    write_geojson(parcels_of(0), tmp_path / "BGS-1.geojson")
    for name in ("BGS-3", "empty", "out/.lnrs-geo-batch", "own.gdb"):
        (tmp_path / name).mkdir(parents=True)
    stray = [".DS_Store", "BGS-4.dbf", "README.txt", "map.qgz", "notes.qmd", "thumbs.db"]
    for name in (*stray, "BGS-1.gpkg-wal", "BGS-3/a.gpkg", "BGS-5.zip", "out/results.gpkg"):
        (tmp_path / name).write_text("x")
    table(tmp_path, "reference,file\nA,a\n", "list.csv")
    table(tmp_path, 'parcel_ref,wkt\nA,"POINT(0 0)"\n', "BGS-6.csv")
    table(tmp_path, "", "BGS-7.csv")
    register = read_register(tmp_path)
    assert register.kind is Kind.FOLDER
    assert {one.file: one.reference for one in register.entries} == {
        "BGS-1.geojson": "BGS-1", "BGS-2.shp": "BGS-2", "BGS-3": "BGS-3", "BGS-5.zip": "BGS-5",
        "BGS-6.csv": "BGS-6", "BGS-7.csv": "BGS-7", "own.gdb": "own",
    }  # fmt: skip
    assert sorted(register.passed_over) == sorted([*stray, "empty", "list.csv"])


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README.txt").write_text("x")
    with pytest.raises(SourceError, match="no site file"):
        read_register(tmp_path)


SITE = {"referenceNumber": "BGS-1", "gridReference": "SO54787860", "startDate": "2023-06-29T00:00:00"}


@pytest.mark.parametrize("document", [{"sites": [SITE]}, [SITE], SITE])
def test_json_of_the_register_gives_its_sites(tmp_path: Path, document: object) -> None:
    """Its startDate is the register's own, and no date of an application."""
    register = read_register(table(tmp_path, json.dumps(document), "sites.json"))
    assert register.kind is Kind.JSON
    assert register.entries == (Entry("site 1", "BGS-1", grid_reference="SO54787860"),)


def test_json_keeps_a_row_for_a_site_that_is_none(tmp_path: Path) -> None:
    register = read_register(
        table(tmp_path, json.dumps([SITE, "x", {"referenceNumber": None}]), "sites.json")
    )
    assert [one.reference for one in register.entries] == ["BGS-1", "", ""]


@pytest.mark.parametrize("text", ["[1, 2]", "{", '{"sites": 3}', "[]"])
def test_json_that_is_no_register_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises((SchemaError, SourceError)):
        read_register(table(tmp_path, text, "sites.json"))


def test_layers_of_parcels_are_one_big_file(tmp_path: Path) -> None:
    """GeoJSON and CSV with shapes are told from registers by what they hold."""
    write_geojson(parcels_of(0), tmp_path / "a.json")
    table(tmp_path, 'site_ref,wkt\nA,"POINT(0 0)"\n', "a.csv")
    gpd.GeoDataFrame(parcels_of(0)).to_file(tmp_path / "a.gpkg")
    kinds = {read_register(tmp_path / name).kind for name in ("a.json", "a.csv", "a.gpkg")}
    assert kinds == {Kind.ONE_FILE}


def test_register_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such register"):
        read_register(tmp_path / "gone.csv")
