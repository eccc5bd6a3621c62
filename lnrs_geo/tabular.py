"""Write tables as CSV and as JSON, the same bytes for the same rows, piece by piece."""

import json
import re
from collections.abc import Callable, Iterator
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from lnrs_geo.columns import Column, Kind

# Rows turned into text at a time: 100,000 parts need no more memory than 5,000.
_ROWS = 5_000
# RFC 4180 quotes these. The csv module of Python 3.11 leaves a lone carriage return bare.
_QUOTED = re.compile('[",\r\n]')
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


class _Cells(dict[Any, str]):
    """Values of a column to the cells that state them; each distinct value is put into words once.

    A cell stands between `before` and `after`, what parts it from its neighbours.
    """

    def __init__(self, words: Callable[[Any], str], before: str, after: str) -> None:
        super().__init__()
        self.words, self.before, self.after = words, before, after

    def __missing__(self, value: Any) -> str:
        cell = self[value] = f"{self.before}{self.words(value)}{self.after}"
        return cell


def write_csv(frame: pd.DataFrame, columns: tuple[Column, ...], path: Path) -> None:
    """Write a table as CSV: UTF-8 without a mark, LF, fixed decimals, `true` and `false`.

    Parameters
    ----------
    frame
        A table as `frames.conform` returns it; columns beyond `columns` follow them.
    columns
        The columns promised, with their decimals.
    path
        The file to make.
    """
    # Text that begins with = + - or @ is written as it is. Other programs find parcels by
    # equality of these texts, and a spreadsheet is told at import that a column is text.
    formats = {column.name: _number_format(column) for column in columns}
    names = list(frame.columns)
    ends = [*[","] * (len(names) - 1), "\n"]
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(_quoted(str(name)) for name in names) + "\n")
        for piece in _pieces(frame):
            cells = [
                _cells(piece[name], formats.get(name, ""), _Cells(_quoted, "", end), gap="")
                for name, end in zip(names, ends, strict=True)
            ]
            file.write(_side_by_side(cells))


def write_json_rows(frame: pd.DataFrame, columns: tuple[Column, ...], file: TextIO) -> None:
    """Write a table as a JSON list of objects, one row a line; missing numbers are null."""
    # Multipliers read 1, not 1.0: as the metric prints them.
    formats = {column.name: "g" for column in columns if column.kind is Kind.MULTIPLIER}
    names = list(frame.columns)
    begins = [(", " if at else ",\n{") + f"{encoded(str(name))}: " for at, name in enumerate(names)]
    ends = [*[""] * (len(names) - 1), "}"]
    skip = 1  # the comma before the first row
    file.write("[")
    for piece in _pieces(frame):
        cells = [
            _cells(piece[name], formats.get(name, ""), _Cells(encode_basestring, begin, end), gap="null")
            for name, begin, end in zip(names, begins, ends, strict=True)
        ]
        file.write(_side_by_side(cells)[skip:])
        skip = 0
    file.write("\n]" if len(frame) else "]")


def write_json_list(items: list[Any], file: TextIO) -> None:
    """Write a list of plain values as JSON, one a line."""
    file.write("[")
    for number, item in enumerate(items):
        file.write(("," if number else "") + "\n" + encoded(item))
    file.write("\n]" if items else "]")


def encoded(value: Any) -> str:
    """Return a plain value as JSON."""
    return _JSON.encode(value)


def _pieces(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for start in range(0, len(frame), _ROWS):
        yield frame.iloc[start : start + _ROWS]


def _number_format(column: Column) -> str:
    if column.kind is Kind.DECIMAL:
        return f".{column.decimals}f"
    return "g" if column.kind is Kind.MULTIPLIER else ""


def _cells(series: "pd.Series[Any]", number_format: str, cells: _Cells, *, gap: str) -> list[str]:
    """Return the cells of a column; `gap` where there is no value."""
    before, after = cells.before, cells.after
    if series.dtype == object:
        cells[None] = f"{before}{gap}{after}"
        return list(map(cells.__getitem__, series))
    missing = series.isna()
    if series.dtype == "float64" and gap:  # JSON knows neither NaN nor infinity
        missing |= ~np.isfinite(series)
    whole = isinstance(series.dtype, pd.Int64Dtype)
    values = (series.to_numpy(dtype=np.int64, na_value=0) if whole else series).tolist()
    if pd.api.types.is_bool_dtype(series.dtype):
        words = f"{before}false{after}", f"{before}true{after}"
        texts = [words[value is True] for value in values]
    elif number_format:
        texts = [f"{before}{value:{number_format}}{after}" for value in values]
    else:
        texts = [f"{before}{value!r}{after}" for value in values]
    if missing.any():
        absent = f"{before}{gap}{after}"
        texts = [absent if gone else text for text, gone in zip(texts, missing.tolist(), strict=True)]
    return texts


def _side_by_side(columns: list[list[str]]) -> str:
    """Return the cells of all columns as one text, row after row."""
    width = len(columns)
    texts = [""] * (width * len(columns[0]))
    for at, column in enumerate(columns):
        texts[at::width] = column
    return "".join(texts)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell
