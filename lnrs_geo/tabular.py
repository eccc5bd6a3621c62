"""Write tables as CSV and as JSON, the same bytes for the same rows, piece by piece."""

import json
import re
from collections.abc import Iterator
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
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(_quoted([str(name) for name in frame.columns])) + "\n")
        for piece in _pieces(frame):
            cells = [_csv_cells(piece[name], formats.get(name, "")) for name in frame.columns]
            file.writelines(",".join(row) + "\n" for row in zip(*cells, strict=True))


def write_json_rows(frame: pd.DataFrame, columns: tuple[Column, ...], file: TextIO) -> None:
    """Write a table as a JSON list of objects, one row a line; missing numbers are null."""
    # Multipliers read 1, not 1.0: as the metric prints them.
    formats = {column.name: "g" for column in columns if column.kind is Kind.MULTIPLIER}
    names = [encoded(str(name)).replace("%", "%%") for name in frame.columns]
    line = "{" + ", ".join(f"{name}: %s" for name in names) + "}"
    before = "\n"
    file.write("[")
    for piece in _pieces(frame):
        cells = [_json_cells(piece[name], formats.get(name, "")) for name in frame.columns]
        file.write(before + ",\n".join(line % row for row in zip(*cells, strict=True)))
        before = ",\n"
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


def _csv_cells(series: "pd.Series[Any]", number_format: str) -> list[str]:
    if series.dtype == object:
        return _quoted(["" if value is None else value for value in series])
    return _plain_cells(series, number_format, gaps=series.isna(), gap="")


def _json_cells(series: "pd.Series[Any]", number_format: str) -> list[str]:
    if series.dtype == object:
        return ["null" if value is None else encode_basestring(value) for value in series]
    gaps = series.isna()
    if series.dtype == float:  # JSON knows neither NaN nor infinity
        gaps |= ~np.isfinite(series)
    return _plain_cells(series, number_format, gaps=gaps, gap="null")


def _plain_cells(
    series: "pd.Series[Any]", number_format: str, *, gaps: "pd.Series[bool]", gap: str
) -> list[str]:
    """Write truth values and numbers; `gap` where there is none."""
    values = series.tolist()
    if pd.api.types.is_bool_dtype(series.dtype):
        texts = ["true" if value is True else "false" for value in values]
    elif number_format:
        texts = [format(value, number_format) for value in values]
    else:
        texts = [repr(value) for value in values]
    if gaps.any():
        texts = [gap if absent else text for text, absent in zip(texts, gaps.tolist(), strict=True)]
    return texts


def _quoted(cells: list[str]) -> list[str]:
    if not _QUOTED.search("".join(cells)):
        return cells
    return ['"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in cells]
