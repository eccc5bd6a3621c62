"""Bring the frames of a result to the kinds that their columns promise, whatever came in.

After this every writer sees the same five kinds, so that CSV, JSON and GeoPackage agree to the
last digit: rounding happens here and nowhere else.
"""

import datetime
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd

from lnrs_geo.columns import INPUT_PREFIX, Column, Kind, names

# NUL ends a string in GDAL; the replacement character shows that something stood there.
_NUL, _SHOWN = "\x00", "\ufffd"
_INT64 = range(-(2**63), 2**63)


def from_rows(rows: Iterable[Mapping[str, Any]], columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return a table of `rows` with exactly these columns; what a row lacks is missing."""
    kept = list(rows)
    return pd.DataFrame(
        {
            name: pd.Series(_values(kept, name), dtype=object, index=range(len(kept)))
            for name in names(columns)
        }
    )


def from_columns(values: Mapping[str, Sequence[Any]], columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return a table of whole columns, each of the kind promised: the quick way for many rows.

    Parameters
    ----------
    values
        The values of every column of `columns`, by name; all of one length.
    columns
        The columns promised.

    Raises
    ------
    ValueError
        A column promised is not there (a fault of the program, not of the data).
    """
    _require(values, columns)
    made = {column.name: _promised(values[column.name], column) for column in columns}
    return pd.DataFrame(made, index=pd.RangeIndex(len(values[columns[0].name])))


def empty(columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return a table of no rows with these columns, each of its kind."""
    return conform(from_rows([], columns), columns)


def conform(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return the columns promised, in their order and kinds, then the input's own (`in_...`).

    Text is never missing but empty; numbers are rounded to the decimals that are written;
    names that SQLite would take for one another get `_2`, `_3`.

    Parameters
    ----------
    frame
        Any table with at least `columns`; its other columns are dropped unless they begin with `in_`.
    columns
        The columns promised.

    Raises
    ------
    ValueError
        A column promised is not there (a fault of the program, not of the data).
    """
    _require(frame.columns, columns)
    made = {column.name: _promised(frame[column.name], column) for column in columns}
    # By position: an input may hold one name twice.
    own = [i for i, name in enumerate(frame.columns) if str(name).startswith(INPUT_PREFIX)]
    labels = distinct_names([*made, *(str(frame.columns[i]) for i in own)])[len(made) :]
    for label, i in zip(labels, own, strict=True):
        made[label] = _own(frame.iloc[:, i])
    return pd.DataFrame(made, index=pd.RangeIndex(len(frame)))


def distinct_names(labels: Sequence[str]) -> list[str]:
    """Return `labels` with `_2`, `_3` added where one differs from an earlier one by case alone.

    SQLite, and so GeoPackage, does not tell `Ref` from `ref`.

    Examples
    --------
    >>> distinct_names(["in_Ref", "in_ref", "in_ref_2", "in_REF"])
    ['in_Ref', 'in_ref_2', 'in_ref_2_2', 'in_REF_3']
    """
    taken: set[str] = set()
    result = []
    for label in (_writable(label) for label in labels):
        candidate, number = label, 1
        while candidate.casefold() in taken:
            number += 1
            candidate = f"{label}_{number}"
        taken.add(candidate.casefold())
        result.append(candidate)
    return result


def plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: no NaN, no sets, no dates, decimals as numbers.

    Examples
    --------
    >>> from decimal import Decimal
    >>> plain({"mult": Decimal("1.15"), "low": Decimal("1"), "gap": float("nan")})
    {'mult': 1.15, 'low': 1, 'gap': None}
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _writable(value)
    if isinstance(value, Mapping):
        return {_writable(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):  # 1.15 stays 1.15, 1 stays 1
        return plain(int(value)) if value.is_finite() and value == int(value) else plain(float(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)


def _values(rows: list[Mapping[str, Any]], name: str) -> list[Any]:
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def _require(found: Iterable[Any], columns: tuple[Column, ...]) -> None:
    missing = sorted(set(names(columns)) - set(found), key=names(columns).index)
    if missing:
        raise ValueError(f"The table lacks the columns {', '.join(missing)}.")


def _promised(given: Any, column: Column) -> Any:
    dtype = getattr(given, "dtype", None)
    # Nearly every column is of its kind already: going through 100,000 rows again costs seconds.
    if column.kind is Kind.BOOL and dtype == "bool":
        return np.array(given, dtype=bool)
    if column.kind is Kind.INT and isinstance(dtype, pd.Int64Dtype):
        return pd.array(given, dtype="Int64", copy=True)
    if column.kind in (Kind.DECIMAL, Kind.MULTIPLIER) and dtype == "float64":
        return _numbers(np.array(given, dtype=float), column)
    values = given if isinstance(given, list) else given.tolist()
    kinds = set(map(type, values))
    if column.kind is Kind.TEXT:
        return _text_column(
            values if kinds <= {str} else ["" if _absent(value) else str(value) for value in values]
        )
    if column.kind is Kind.BOOL:
        true = values if kinds <= {bool} else [not _absent(value) and bool(value) for value in values]
        return np.array(true, dtype=bool)
    if column.kind is Kind.INT and kinds <= {int}:
        return pd.array(np.array(values, dtype=np.int64), dtype="Int64")
    if column.kind is Kind.INT:
        return pd.array([None if _absent(value) else int(value) for value in values], dtype="Int64")
    if not kinds <= {int, float}:
        values = [math.nan if _absent(value) else float(value) for value in values]
    return _numbers(np.array(values, dtype=float), column)


def _numbers(numbers: np.ndarray[Any, np.dtype[np.float64]], column: Column) -> Any:
    numbers[~np.isfinite(numbers)] = math.nan
    if column.kind is Kind.MULTIPLIER:
        return numbers
    # Adding zero turns -0.0 into 0.0, which would print a sign.
    return np.round(numbers, column.decimals) + 0.0


def _own(series: pd.Series) -> Any:
    """Keep a column of the input as it is where its values are of one kind, else as text."""
    if isinstance(series.dtype, pd.Int64Dtype | pd.BooleanDtype) and series.notna().any():
        return series.array.copy()
    values = series.tolist()
    if not set(map(type, values)) <= {str, int, bool}:
        values = [None if _absent(value) else _python(value) for value in values]
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {bool}:
        return pd.array(values, dtype="boolean")
    if kinds == {int} and all(value is None or value in _INT64 for value in values):
        return pd.array(values, dtype="Int64")
    if kinds == {float}:
        return np.array([math.nan if value is None else value for value in values], dtype=float)
    if not kinds <= {str}:
        values = [None if value is None else _as_text(value) for value in values]
    return _text_column(values)


def _python(value: Any) -> Any:
    return value.item() if isinstance(value, np.bool_ | np.number) else value


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping | list | tuple | set | frozenset | np.ndarray):
        return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)
    if isinstance(value, bytes | datetime.date | datetime.time):
        return str(plain(value))
    return str(value)


def _text_column(values: list[Any]) -> "pd.Series[Any]":
    # A column of 100,000 rows says a few dozen things: those are looked at.
    joined = "".join(filter(None, set(values)))
    if _NUL in joined or not (joined.isascii() or _writable(joined) == joined):
        values = [value and _writable(value) for value in values]
    return pd.Series(values, dtype=object)  # said, because pandas would infer another type of text


def _writable(text: str) -> str:
    """Return `text` without what neither UTF-8 nor GDAL can carry: lone surrogates and NUL."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace(_NUL, _SHOWN)


def _absent(value: object) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    return isinstance(value, float | np.floating | Decimal) and bool(value != value)
