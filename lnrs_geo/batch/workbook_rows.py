"""Read the table of a spreadsheet as rows of text, for which the optional package python-calamine is needed."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lnrs_geo.errors import OptionError, SchemaError, SourceError
from lnrs_geo.spatial.values import folded, text


def read_first_table(path: Path, *, wanted: Sequence[str]) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Read the first sheet whose header has one of the wanted columns.

    The header is the first row of a sheet that holds anything. Cells come as text: dates as
    2024-09-21, whole numbers without decimals.

    Returns
    -------
    The header's names, and the rows; counting these from 2 gives the rows of the sheet where the header
    is its first.

    Raises
    ------
    OptionError
        python-calamine is not installed.
    SourceError
        It is no spreadsheet.
    SchemaError
        No sheet has such a column, or a header names one twice.
    """
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise OptionError(
            "A spreadsheet needs the package python-calamine, which is not installed.",
            where=str(path),
            fix="Install it with: pip install 'lnrs-geo[xlsx]'. Or save the table as CSV.",
        ) from error
    seen: list[str] = []
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            table = _table(rows)
            seen.append(f"{name} ({', '.join(one for one in table[0] if one) or 'empty'})")
            if {folded(one) for one in table[0]} & {folded(one) for one in wanted}:
                return _named(*table, where=f"{path} ({name})")
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            f"It cannot be read as a spreadsheet ({error}).",
            where=str(path),
            fix="Open it and save it again, or save the table as CSV.",
        ) from error
    raise SchemaError(
        f"None of its sheets has a column {wanted[0]}. Found: {'; '.join(seen) or 'no sheet'}.",
        where=str(path),
        fix=f"Call the column of the sites' references {wanted[0]}.",
    )


def _table(rows: Sequence[Sequence[Any]]) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows below it, as text."""
    texts = [[_text(cell) for cell in row] for row in rows]
    start = next((at for at, row in enumerate(texts) if any(row)), len(texts))
    return (texts[start], texts[start + 1 :]) if start < len(texts) else ([], [])


def _named(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, where: str
) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    named = [at for at, name in enumerate(header) if name]
    names = [header[at] for at in named]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SchemaError(
            f"The header names the column {twice[0]!r} twice.",
            where=where,
            fix="Rename or remove one of the two.",
        )
    return tuple(names), [{header[at]: row[at] if at < len(row) else "" for at in named} for row in rows]


def _text(cell: Any) -> str:
    """Return a cell as text; a day as 2024-09-21, whether or not midnight is written with it.

    Examples
    --------
    >>> _text(dt.datetime(2024, 9, 21)), _text(14.0), _text(True)
    ('2024-09-21', '14', 'yes')
    """
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return text(cell)
