"""The spreadsheet of what was found of a metric: sheets made alike, text as text and numbers as numbers."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lnrs_geo.columns import ISSUES, RUN, Column, Kind
from lnrs_geo.workbook import WorkbookAudit, tables, telling

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# Excel's own limits
_MOST_LETTERS, _MOST_HEADER, _MOST_HEIGHT = 32_767, 255, 400
# A printed page across holds that many letters and can still be read
_ACROSS = 170
_LINE_HEIGHT = 15
# of the summary, whose letters are all of one width: wider than those that columns are measured by
_LETTERS_OF_LINE, _WIDTH_OF_LINE = 88, 100
# First columns by which a row is known; they are printed again on each page across
_REPEATED = (["sheet", "cell", "row_reference"],)
# A column without a width of its own has this one
_WIDTH = 13
_WIDTHS = {
    "sheet": 31, "row_reference": 24, "habitat": 36, "reason": 60, "to_do": 48, "type_this": 34, "claimed": 34,
    "assessed": 26, "message": 70, "fix": 50, "units_note": 40, "not_joined": 40, "why": 44, "source": 36, "key": 30,
    "value": 90, "parcel_source": 36, "dataset": 30, "layer": 30, "feature": 30, "measure_id": 16, "check": 18,
    "ss_reason": 20, "cell": 8, "row": 8, "part": 6, "parts": 6, "stage": 10, "module": 12, "column": 22,
    "meaning": 100, "units_rederived": 15, "units_claimed": 14, "units_assessed": 24,
}  # fmt: skip
_COLUMNS = (
    Column("sheet", Kind.TEXT, "Sheet of this spreadsheet."),
    Column("column", Kind.TEXT, "Heading of a column there."),
    Column("meaning", Kind.TEXT, "What it holds."),
)


def write_xlsx(found: WorkbookAudit, issues: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write everything that was found into a new spreadsheet.

    Parameters
    ----------
    found
        The audit.
    issues
        Its issues, as plain rows.
    path
        The file to make.
    """
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    title = f"Strategic significance in {found.metric.path.name}"
    run = [{"key": key, "value": value} for key, value in _flat(found.run)]
    pages: list[tuple[str, Sequence[Column], Sequence[Mapping[str, Any]]]] = [
        ("Corrections", tables.CORRECTIONS_TOLD, tables.corrections_told(found)),
        ("Rows", tables.ROWS, tables.rows(found)),
        ("Totals", tables.TOTALS, tables.totals(found)),
        ("Rows to add", tables.TO_ADD, tables.to_add(found)),
        ("Room", tables.ROOM, tables.room(found)),
        ("Parcels without a row", tables.UNLISTED, tables.unlisted(found)),
        ("Issues", ISSUES, issues),
        ("How it was done", RUN, run),
    ]
    meanings = [
        {"sheet": name, "column": one.name, "meaning": one.meaning}
        for name, columns, _ in pages
        for one in columns
    ]
    with xlsxwriter.Workbook(str(path), options) as book:
        day = date.fromisoformat(found.run["as_at"])
        # a day, not the clock: the same metric gives the same file
        made = datetime(day.year, day.month, day.day)
        book.set_properties(
            {"title": title, "subject": "Strategic significance, row by row", "created": made}
        )
        maker = _Pages(book, notice=str(found.run["notice"] or title))
        maker.words("Summary", title, list(telling.lines(found)))
        for name, columns, rows in (*pages, ("What the columns mean", _COLUMNS, meanings)):
            maker.table(name, columns, rows)


def _flat(value: Any, key: str = "") -> list[tuple[str, str]]:
    """Return a record as pairs of a dotted key and a text."""
    if isinstance(value, Mapping):
        pairs = [(f"{key}.{name}" if key else str(name), one) for name, one in value.items()]
    elif isinstance(value, list | tuple):
        pairs = [(f"{key}.{at}", one) for at, one in enumerate(value, start=1)]
    else:
        return [(key, "" if value is None else str(value))]
    return [flat for name, one in pairs for flat in _flat(one, name)]


class _Pages:
    """The sheets of the spreadsheet: headings that stay, filters, and the notice when printed."""

    def __init__(self, book: "Workbook", *, notice: str) -> None:
        self._book = book
        self._notice = f"&C{notice.replace('&', '&&')}"[:_MOST_HEADER]
        self._head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8ECEF"}
        )
        self._text = book.add_format(
            {"text_wrap": True, "valign": "top", "num_format": "@", "align": "left", "indent": 1}
        )
        self._line = book.add_format(
            {
                "text_wrap": True,
                "valign": "top",
                "num_format": "@",
                "font_name": "Courier New",
                "font_size": 10,
            }
        )
        self._whole = book.add_format({"valign": "top", "num_format": "0"})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._decimals = {
            places: book.add_format({"valign": "top", "num_format": f"0.{'0' * places}"})
            for places in (2, 4, 6)
        }

    def words(self, name: str, title: str, lines: Sequence[str]) -> None:
        """Add a sheet of sentences, one under the other."""
        sheet = self._sheet(name, across=1)
        sheet.set_column(0, 0, _WIDTH_OF_LINE)
        sheet.write_string(0, 0, title[:_MOST_LETTERS], self._title)
        for at, line in enumerate(lines, start=2):
            sheet.set_row(at, _height([(line, _LETTERS_OF_LINE)]))
            sheet.write_string(at, 0, line[:_MOST_LETTERS], self._line)

    def table(self, name: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> None:
        """Add a sheet with one row under the headings for each row; numbers as numbers, text as text."""
        widths = [_WIDTHS.get(column.name, _WIDTH) for column in columns]
        sheet = self._sheet(name, across=math.ceil(sum(widths) / _ACROSS))
        for at, column in enumerate(columns):
            sheet.set_column(at, at, widths[at])
            sheet.write_string(0, at, column.name, self._head)
        for number, row in enumerate(rows, start=1):
            told = [str(row[column.name]) if column.kind is Kind.TEXT else "" for column in columns]
            sheet.set_row(number, _height(list(zip(told, widths, strict=True))))
            for at, column in enumerate(columns):
                self._cell(sheet, (number, at), row[column.name], column)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        if [column.name for column in columns[:3]] in _REPEATED:
            sheet.repeat_columns(0, 2)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)

    def _cell(self, sheet: "Worksheet", place: tuple[int, int], value: Any, column: Column) -> None:
        if value is None or value == "":
            sheet.write_blank(*place, None, self._text)
        elif column.kind is Kind.DECIMAL:
            number = round(float(value), column.decimals)
            sheet.write_number(*place, number, self._places(column.decimals))
        elif column.kind is Kind.INT:
            sheet.write_number(*place, int(value), self._whole)
        else:
            sheet.write_string(*place, str(value)[:_MOST_LETTERS], self._text)

    def _places(self, decimals: int) -> "Format":
        return self._decimals.get(decimals, self._decimals[6])

    def _sheet(self, name: str, *, across: int) -> "Worksheet":
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(across, 0)
        sheet.set_header(self._notice)
        sheet.set_footer("&L&A&RPage &P of &N")
        return sheet


def _height(cells: Sequence[tuple[str, int]]) -> float:
    """Return how high a row has to be for its texts to be seen, given the widths of their columns."""
    # words break early: a line holds somewhat less than the column is wide
    lines = max(
        sum(math.ceil(len(piece) / (width * 0.9)) or 1 for piece in text.split("\n")) for text, width in cells
    )
    return float(min(_MOST_HEIGHT, _LINE_HEIGHT * max(1, lines)))
