"""Write what was found of a metric: `corrections.csv` and `workbook.xlsx`, both or neither.

Text of the metric is text in both: it never becomes a formula, a link or a number.
"""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from lnrs_geo import atomic, frames
from lnrs_geo.columns import ISSUES, Column, Kind
from lnrs_geo.errors import OptionError, OutputError
from lnrs_geo.workbook import WorkbookAudit, tables
from lnrs_geo.workbook.pages import write_xlsx

SCHEMA = "lnrs-geo/workbook-1"
CORRECTIONS_CSV, WORKBOOK_XLSX = "corrections.csv", "workbook.xlsx"
FILES = (CORRECTIONS_CSV, WORKBOOK_XLSX)
# What a spreadsheet program takes for the beginning of a formula
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")


def write_audit(found: WorkbookAudit, out: str | Path) -> list[Path]:
    """Write the corrections and the spreadsheet into a folder.

    Raises
    ------
    OptionError
        XlsxWriter is not installed.
    OutputError
        They cannot be written, or one would replace the metric; the folder is then as it was.
    """
    folder = Path(out)
    for name in FILES:
        target = folder / name
        if target.exists() and target.samefile(found.metric.path):
            raise OutputError(
                "The results would replace the metric.",
                where=str(target),
                fix="Name another folder with --out.",
            )
    _require_xlsxwriter()
    with atomic.replacing(folder, FILES) as staging:
        with (staging / CORRECTIONS_CSV).open("w", encoding="utf-8", newline="") as file:
            write_corrections(found, file)
        write_xlsx(found, issue_rows(found), staging / WORKBOOK_XLSX)
    return [folder / name for name in FILES]


def write_corrections(found: WorkbookAudit, file: TextIO) -> None:
    """Write the corrections as CSV: UTF-8, LF, decimals fixed; text that looks like a formula begins with '."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([column.name for column in tables.CORRECTIONS])
    for row in tables.corrections(found):
        writer.writerow([_csv_cell(row[column.name], column) for column in tables.CORRECTIONS])


def write_document(found: WorkbookAudit, file: TextIO) -> None:
    """Write everything as one JSON document to an open text file, such as standard output."""
    document = {
        "schema": SCHEMA,
        "program": found.run["program"],
        "run": frames.plain(dict(found.run)),
        "metric": {"path": str(found.metric.path), "sha256": found.metric.sha256},
        "rows": [
            _plain(row, tables.ROWS) | {"units_assessed": row["units_assessed"]} for row in tables.rows(found)
        ],
        "totals": [_plain(row, tables.TOTALS) for row in tables.totals(found)],
        "room": [_plain(row, tables.ROOM) for row in tables.room(found)],
        "parcels_without_row": [_plain(row, tables.UNLISTED) for row in tables.unlisted(found)],
        "issues": [_plain(row, ISSUES) for row in issue_rows(found)],
    }
    json.dump(document, file, ensure_ascii=False, indent=1, allow_nan=False)
    file.write("\n")


def _plain(row: Mapping[str, Any], columns: Sequence[Column]) -> dict[str, Any]:
    return {column.name: _number(row[column.name], column) for column in columns}


def _number(value: Any, column: Column) -> Any:
    if column.kind is Kind.DECIMAL and value is not None:
        return round(float(value), column.decimals)
    return value


def _csv_cell(value: Any, column: Column) -> str:
    if value is None:
        return ""
    if column.kind is Kind.DECIMAL:
        return f"{float(value):.{column.decimals}f}"
    words = str(value)
    return f"'{words}" if _FORMULA.match(words) else words


def issue_rows(found: WorkbookAudit) -> list[dict[str, Any]]:
    """Return the issues as plain rows."""
    return [{column.name: str(getattr(one, column.name)) for column in ISSUES} for one in found.issues]


def _require_xlsxwriter() -> None:
    try:
        import xlsxwriter  # noqa: F401
    except ImportError as error:
        raise OptionError(
            "The spreadsheet needs the package XlsxWriter, which is not installed.",
            fix="Install it with: pip install 'lnrs-geo[report]'. Or give --json without --out.",
        ) from error
