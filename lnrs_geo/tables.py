"""Read the small text tables that people keep in spreadsheets: crosswalks, overrides, registers.

Spreadsheet programs change the delimiter with the country and the encoding with the mood; the
words in the cells must survive both. Only the standard library is used here, because the
multiplier reads its tables without any geometry package.
"""

import csv
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lnrs_geo.errors import SourceError

NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
RAGGED_FIX = "Put text that holds the delimiter in quotation marks, or fill in the missing cells."
_DELIMITERS = (",", ";", "\t")
# A WKT cell of a county outline passes csv's default of 131,072 characters; 2**31 - 1 is the most
# that a C long holds on every platform.
_FIELD_CHARACTERS = 2**31 - 1
# csv keeps that limit for the whole process, so two threads must not set and restore it at once.
_LIMIT_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class TextTable:
    """A text table as it stands in the file.

    `columns` are the header's names, stripped; `rows` hold as many cells each; `lines` tells the
    line of the file on which each row ends; `misfits` says by line what is wrong with rows that had
    more or fewer cells than the header.
    """

    columns: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    encoding: str
    delimiter: str
    misfits: dict[int, str]

    def named(self, *, where: str) -> list[dict[str, str]]:
        """Return the rows by the header's names.

        Raises
        ------
        SourceError
            The header names a column twice.
        """
        seen: set[str] = set()
        for name in self.columns:
            if name in seen:
                raise SourceError(
                    f"The header names the column '{name}' twice.",
                    where=where,
                    fix="Rename or remove one of the two.",
                )
            seen.add(name)
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def read_text_table(path: str | Path) -> list[dict[str, str]]:
    """Read a spreadsheet's CSV file as a list of rows, each a mapping of column to text.

    Parameters
    ----------
    path
        A file with one header line; comma, semicolon or tab separated; UTF-8 (with or without a
        byte order mark), UTF-16 with one, or Windows-1252.

    Returns
    -------
    One mapping per row in file order; an empty cell is "".

    Raises
    ------
    SourceError
        No such file, empty, the header names a column twice, or a row has more or fewer cells
        than the header; the line is named.
    """
    return load_table(path).named(where=str(path))


def numbered_rows(path: str | Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Read a table as `read_text_table` does, with blank rows where the file has other lines.

    Returns
    -------
    The header's names, and the rows.
    """
    table = load_table(path)
    rows = table.named(where=str(path))
    return table.columns, with_blank_lines(rows, table.lines, columns=table.columns)


def with_blank_lines(
    rows: Sequence[dict[str, str]], lines: Sequence[int], *, columns: Sequence[str]
) -> list[dict[str, str]]:
    """Put blank rows where the file has other lines, so that counting from 2 gives the lines of the file.

    Examples
    --------
    >>> with_blank_lines([{"a": "x"}], [4], columns=["a"])
    [{'a': ''}, {'a': ''}, {'a': 'x'}]
    """
    blank = dict.fromkeys(columns, "")
    found: list[dict[str, str]] = []
    for row, line in zip(rows, lines, strict=True):
        found += [blank] * (line - 2 - len(found))
        found.append(row)
    return found


def filled_rows(
    rows: Iterable[Mapping[str, str]], *, columns: Sequence[str], require: Callable[[list[str]], object]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows that hold anything in these columns, trimmed, each with its line in the file.

    `require` is shown the column names of the first row, and raises where they will not do.
    """
    for line, raw in enumerate(rows, start=2):
        if line == 2:
            require(list(raw))
        text = {name: str(raw.get(name) or "").strip() for name in columns}
        if any(text.values()):
            yield line, text


def load_table(path: str | Path, *, ragged_ok: bool = False) -> TextTable:
    """Read a delimited text file without judging its column names.

    With `ragged_ok` a row that does not fit the header is cut or filled up, and told in `misfits`.

    Raises
    ------
    SourceError
        No such file, empty, not text, or (without `ragged_ok`) ragged; the line is named.
    """
    text, encoding = decode_text(_content(path), where=str(path))
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = _delimiter(header_line)
    with _LIMIT_LOCK:
        former = csv.field_size_limit(_FIELD_CHARACTERS)
        try:
            reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
            numbered = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
        except csv.Error as error:
            raise SourceError(
                f"Line {reader.line_num} is not well-formed CSV ({error}).",
                where=str(path),
                fix="Look for a quotation mark that is not closed, or save the table again as CSV.",
            ) from error
        finally:
            csv.field_size_limit(former)
    if not numbered:
        raise SourceError("It is empty.", where=str(path), fix="Save it again with a header line and rows.")
    columns = [name.strip() for name in numbered[0][1]]
    body = numbered[1:]
    # Spreadsheets add empty columns on the right; they are no column unless a row fills them.
    while (
        columns and not columns[-1] and not any("".join(row[len(columns) - 1 :]).strip() for _, row in body)
    ):
        columns.pop()
    misfits = {line: said for line, row in body if (said := _misfit(row, columns=columns))}
    if misfits and not ragged_ok:
        line, said = next(iter(misfits.items()))
        raise SourceError(f"Line {line} has {said}.", where=str(path), fix=RAGGED_FIX)
    rows = [[*row, *[""] * len(columns)][: len(columns)] for _, row in body]
    return TextTable(tuple(columns), rows, [line for line, _ in body], encoding, delimiter, misfits)


def decode_text(data: bytes, *, where: str) -> tuple[str, str]:
    """Return the text of `data` and the encoding it turned out to have; no byte is lost.

    Raises
    ------
    SourceError
        It holds NUL bytes and no byte order mark: not text at all.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        # Latin-1 last: it gives every byte a character, which cp1252 leaves out for five.
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
        if b"\0" in data:
            raise SourceError(
                "It is not a text file.", where=where, fix="Export or save it again as UTF-8 text."
            )
    for encoding in encodings:
        try:
            return data.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding
        except UnicodeDecodeError:
            continue
    raise SourceError("It is not UTF-16 as its first bytes say.", where=where, fix="Save it again as UTF-8.")


def _content(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SourceError(
            f"It cannot be opened ({error.strerror or error}).",
            where=str(path),
            fix="Check the name and that you may read it.",
        ) from error


def _delimiter(header_line: str) -> str:
    """Return the delimiter that cuts the header into most columns; a comma when none does."""
    cuts = {mark: len(next(csv.reader([header_line], delimiter=mark), [])) for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: cuts[mark])


def _misfit(row: list[str], *, columns: list[str]) -> str:
    """Say how a row does not fit the header; nothing where it does. A column without a name may be wanting."""
    least = max((at for at, name in enumerate(columns, start=1) if name), default=len(columns))
    if len(row) < least or any(cell.strip() for cell in row[len(columns) :]):
        return f"{len(row)} cells where the header has {least}"
    return ""


def same_number(wanted: str, offered: Iterable[str]) -> list[str]:
    """Return the ids that a spreadsheet program makes one of: 007 becomes 7, and 1.10 becomes 1.1.

    Examples
    --------
    >>> same_number("7", ["007", "7.1", "70", "M7"])
    ['007']
    """
    if not NUMBER.fullmatch(wanted):
        return []
    return [
        one
        for one in offered
        if one != wanted and NUMBER.fullmatch(one) and plain_number(one) == plain_number(wanted)
    ]


def plain_number(number: str) -> str:
    """Return a number as a spreadsheet program writes it: without zeros at either end."""
    whole, point, rest = number.partition(".")
    rest = rest.rstrip("0") if point else ""
    return f"{whole.lstrip('0') or '0'}{'.' if rest else ''}{rest}"
