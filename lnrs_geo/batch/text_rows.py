"""Read a register's text table line by line: one that does not fit the header is told, and the others serve."""

from dataclasses import dataclass, field
from pathlib import Path

from lnrs_geo import tables


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: its number, its cells by column, and what is wrong with it."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    fault: str = ""


def header(path: Path) -> tuple[str, ...]:
    """Return the names of a table's columns.

    Raises
    ------
    SourceError
        It cannot be opened, is empty or is no text.
    """
    return tuple(name for name in tables.load_table(path, ragged_ok=True).columns if name)


def read_lines(path: Path) -> list[Line]:
    """Read the lines below the header that hold anything.

    Raises
    ------
    SourceError
        It cannot be opened, is empty or no text, its quotation marks do not close, or the header names
        a column twice.
    """
    table = tables.load_table(path, ragged_ok=True)
    rows = table.named(where=str(path))
    return [
        _line(number, row, table.misfits.get(number)) for number, row in zip(table.lines, rows, strict=True)
    ]


def _line(number: int, row: dict[str, str], misfit: str | None) -> Line:
    return Line(number, row, f"It has {misfit}. {tables.RAGGED_FIX}" if misfit else "")
