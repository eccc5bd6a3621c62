"""A workbook for people: text stays text, numbers are numbers, and every sheet says what must be said first.

Texts come from somebody's file. None of them becomes a formula, a link or a number, whatever it begins
with. No clock goes in, so that the same facts give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["text", "long", "whole", "ha", "km", "count", "m2", "m", "share", "units", "multiplier"]
Cell = str | float | bool | None
# What a number is written beside the text that says of what kind it is: a size by its unit
Typed = tuple[Cell, Kind]

NUMBERS: dict[str, str] = {
    "whole": "#,##0",
    "ha": "#,##0.0000",
    "km": "#,##0.000",
    "count": "#,##0",
    "m2": "#,##0.00",
    "m": "#,##0.00",
    "share": "0.0%",
    "units": "#,##0.0000",
    "multiplier": "0.0#",
}
LOOKS: dict[str, dict[str, Any]] = {
    "heading": {"bold": True, "font_size": 14},
    "notice": {"bold": True, "font_color": "#9C0006"},
    "section": {"bold": True, "font_size": 12},
    "head": {"bold": True, "bottom": 1, "bg_color": "#E7E6E6"},
}
LANGUAGE = "en-GB"
# Limits of the format: characters of a cell, rows of a sheet, characters of a printed margin
_LONGEST, _MOST_ROWS, _MARGIN = 32_767, 1_048_576, 255
_A4 = 9
# Points that a line of text takes, and the most that a row may be high
_LINE, _HIGHEST = 15, 405
# Characters that still can be read on a page's width; what is broader is printed over several pages
_READABLE = 260
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_MADE = dt.datetime(2000, 1, 1)  # a fixed day: the time of the run stands in the sheets


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its width in characters, what its cells are, and how one is found."""

    heading: str
    width: float
    kind: Kind
    of: Callable[[Any], Cell | Typed]


class Book:
    """A workbook in the making; `save` writes it.

    Parameters
    ----------
    title
        Of the document.
    notices
        What every sheet must say first, on the screen and on paper.
    """

    def __init__(self, title: str, notices: Sequence[str]) -> None:
        import xlsxwriter

        self.title, self.notices = title, tuple(notices)
        self._bytes = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._bytes, _OPTIONS)
        self._book.set_properties({"title": title, "created": _MADE})
        self._styles: dict[tuple[str, str], Any] = {}

    def sheet(self, name: str, about: str, *, landscape: bool = True) -> Sheet:
        """Add a sheet; it begins with what it is about and the notices."""
        made = self._book.add_worksheet(name)
        made.set_paper(_A4)
        if landscape:
            made.set_landscape()
        said = " ".join(self.notices)
        if said:
            made.set_header(f"&C{_margin(said)}")
        made.set_footer(f"&L{_margin(self.title, _MARGIN - 20)}&RPage &P of &N")
        sheet = Sheet(made, self.style)
        made.fit_to_pages(1, 0)
        sheet.line((about, "heading"))
        for one in self.notices:
            sheet.line((f"NOTE: {one}", "notice"))
        return sheet

    def style(self, kind: str, look: str = "") -> Any:
        """Return the format of cells of a kind that look in a way; each is made once."""
        if (kind, look) not in self._styles:
            shape: dict[str, Any] = {"valign": "top", "num_format": NUMBERS.get(kind, "@")}
            shape["text_wrap"] = kind == "long" or look == "head"
            shape["indent"] = int(kind not in NUMBERS and look in ("", "head"))  # off the number before it
            self._styles[kind, look] = self._book.add_format({**shape, **LOOKS.get(look, {})})
        return self._styles[kind, look]

    def save(self, path: Path) -> None:
        """Write the workbook, its language among the properties of the document."""
        self._book.close()
        with zipfile.ZipFile(self._bytes) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
            for item in made.infolist():
                content = made.read(item)
                if item.filename == "docProps/core.xml":
                    told = f"<dc:language>{LANGUAGE}</dc:language></cp:coreProperties>".encode()
                    content = content.replace(b"</cp:coreProperties>", told)
                kept.writestr(item, content)


class Sheet:
    """A sheet that is written line by line from the top."""

    def __init__(self, sheet: Any, style: Callable[[str, str], Any]) -> None:
        self._sheet = sheet
        self._style = style
        self._widths: list[float] = []
        self._lines = 1
        self.at = 0

    def widths(self, *widths: float) -> None:
        """Set the widths of the first columns, in characters."""
        self._widths = list(widths)
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)

    def line(self, *cells: Cell | tuple[Cell, str], kind: Kind = "text") -> None:
        """Write a line. A cell may say how it looks, or of what kind its number is; None stays empty."""
        for column, cell in enumerate(cells):
            value, how = cell if isinstance(cell, tuple) else (cell, kind)
            self._write(column, value, how if how in NUMBERS or how == "long" else "text", how)
        self._next()

    def section(self, title: str, *heads: str) -> None:
        """Begin a section, with the heads of its table where there is one."""
        self.at += 1
        self.line((title, "section"))
        if heads:
            self.line(*((head, "head") for head in heads))

    def table(self, columns: Sequence[Column], rows: Iterable[Any], *, beside: int = 1) -> None:
        """Write a table as the rest of the sheet: heads that stay in sight and filter it.

        Parameters
        ----------
        columns
            Its columns.
        rows
            What the columns are found from, a row each.
        beside
            How many of the first columns stay in sight.
        """
        top = self.at
        self.widths(*(one.width for one in columns))
        self.line(*((one.heading, "head") for one in columns))
        across = math.ceil(sum(self._widths) / _READABLE)
        if across > 1:
            self._sheet.fit_to_pages(across, 0)
            self._sheet.repeat_columns(0, beside - 1)
        for number, row in enumerate(rows):
            if self.at >= _MOST_ROWS - 1:
                self.line(f"From row {number + 1:,} on there is no room: the rest stands in result.json.")
                break
            for column, one in enumerate(columns):
                found = one.of(row)
                value, kind = found if isinstance(found, tuple) else (found, one.kind)
                self._write(column, value, kind)
            self._next()
        if self.at == top + 1:
            self.line("none")
        self._sheet.freeze_panes(top + 1, beside)
        self._sheet.repeat_rows(top)
        self._sheet.autofilter(top, 0, self.at - 1, len(columns) - 1)

    def _write(self, column: int, value: Cell, kind: str, look: str = "") -> None:
        if value is None or value == "":
            return
        style = self._style(kind, look if look != kind else "")
        if isinstance(value, bool):
            self._sheet.write_string(self.at, column, "yes" if value else "no", style)
        elif isinstance(value, int | float):
            self._sheet.write_number(self.at, column, value, style)
        else:
            cut = value if len(value) <= _LONGEST else f"{value[: _LONGEST - 1]}…"
            self._sheet.write_string(self.at, column, cut, style)
            if kind == "long" or look == "head":
                self._lines = max(self._lines, self._lines_of(cut, column))

    def _lines_of(self, text: str, column: int) -> int:
        """Return how many lines a text takes in its column, as far as that can be told without its font."""
        width = self._widths[column] if column < len(self._widths) else 8
        return sum(max(1, math.ceil(len(line) / (width - 1))) for line in text.split("\n"))

    def _next(self) -> None:
        """Go on to the next row; not every program makes a row as high as its text wants."""
        if self._lines > 1:
            self._sheet.set_row(self.at, min(self._lines * _LINE, _HIGHEST))
        self._lines = 1
        self.at += 1


def _margin(text: str, most: int = _MARGIN - 2) -> str:
    """Return a text for a printed margin, where & is a command and there is room for little.

    Examples
    --------
    >>> _margin("Field & hedge"), _margin("a long text", 7)
    ('Field && hedge', 'a long…')
    """
    plain = " ".join(text.split()).replace("&", "&&")
    if len(plain) <= most:
        return plain
    cut = plain[: most - 1].rstrip()
    return f"{cut[:-1] if cut.count('&') % 2 else cut}…"
