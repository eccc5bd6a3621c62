"""Find the columns of a metric's sheet by their headings: nothing is taken from a fixed place.

A heading stands in two rows, the upper of which serves groups of columns; a column that has none of its
own takes that of the group. The significance that a person chooses and the category that the workbook
works out from it bear one title: they are told apart by standing, in this order, before the multiplier.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lnrs_geo.errors import SchemaError
from lnrs_geo.model import Module
from lnrs_geo.workbook.metric_file import SheetCode

SIGNIFICANCE = "strategic significance"
MULTIPLIER = "strategic significance multiplier"
# The headings stand near the top; below that, a row that says the same is somebody's note.
_WITHIN = 25
_SIZE = r"area \(h(ecta)?res\)|area \(ha\)|length \(km\)"
_UNITS = r"(habitat|hedge|hedgerow|river|watercourse) units"

# Fields that a sheet must have, by the number in its code: what the heading reads, and which of several
# columns it is (only: there must be one; first or last: of those left of the significance).
_REQUIRED: dict[int, dict[str, tuple[str, str]]] = {
    1: {"ref": ("ref", "only"), "units": (f"total {_UNITS}", "only")},
    2: {"ref": ("ref", "only"), "units": (f"{_UNITS} delivered", "only")},
    3: {"ref": ("baseline ref", "only"), "units": (f"{_UNITS} delivered", "only")},
}
_ALWAYS = {"habitat_reference": ("habitat reference( number)?", "only"), "size": (_SIZE, "last")}
_HABITAT = {1: "habitat type", 2: "proposed habitat", 3: "proposed habitat"}
_BROAD = {1: "broad habitat", 2: "broad habitat", 3: "proposed broad habitat"}
# Fields whose absence costs no more than a remark
_OPTIONAL = {
    "off_site_reference": ("off-site reference", "only"),
    "irreplaceable": ("irreplaceable habitat", "only"),
    "condition": ("condition", "first"),
    "baseline_distinctiveness": ("baseline distinctiveness score", "only"),
    "baseline_condition": ("baseline condition score", "only"),
    "time": ("final time to target multiplier", "only"),
    "difficulty": ("difficulty multiplier applied", "only"),
    "units_srm": (rf"(total )?{_UNITS}( delivered)? \((inc\.? )?srm\)", "only"),
}
# A score or multiplier stands right of what it rates: the heading left of it, and its own.
_BESIDE = {
    "distinctiveness": ("distinctiveness", "score"),
    "condition_score": ("condition", "score"),
    "encroachment": ("extent of encroachment", "multiplier"),
    "riparian": ("extent of encroachment for both banks", "multiplier"),
    "spatial_risk": ("spatial risk category", "(spatial risk )?multiplier"),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a sheet keeps its fields: row of the headings and column by field, both counted from 0."""

    header: int
    columns: dict[str, int]

    def cell(self, field: str, row: int) -> str:
        """Return the address of a field in the row of that number, counted from 0; empty without the field."""
        return address(self.columns[field], row) if field in self.columns else ""


def address(column: int, row: int) -> str:
    """Return a cell's address as Excel writes it, both numbers counted from 0.

    Examples
    --------
    >>> address(0, 0), address(25, 10), address(26, 11), address(701, 0), address(702, 0)
    ('A1', 'Z11', 'AA12', 'ZZ1', 'AAA1')
    """
    letters, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return f"{letters}{row + 1}"


def find_layout(rows: Sequence[Sequence[Any]], code: SheetCode, *, where: str) -> Layout:
    """Find the headings of a sheet and the column of each field.

    Raises
    ------
    SchemaError
        A column that is needed is not there, or there is more than one that it could be.
    """
    hits = [
        (at, column)
        for at, row in enumerate(rows[:_WITHIN])
        for column, cell in enumerate(row)
        if _plain(cell) == MULTIPLIER
    ]
    if len(hits) != 1:
        told = (
            f"{len(hits)} times ({', '.join(address(column, at) for at, column in hits)})" if hits else "not"
        )
        raise _refused(f"The heading 'Strategic significance multiplier' is {told} in the sheet.", where)
    header, multiplier = hits[0]
    above = rows[header - 1] if header else []
    labels = [
        _plain(cell) or (_plain(above[column]) if column < len(above) else "")
        for column, cell in enumerate(rows[header])
    ]
    if multiplier < 2 or labels[multiplier - 2 : multiplier] != [SIGNIFICANCE, SIGNIFICANCE]:
        raise _refused(
            f"Left of the multiplier ({address(multiplier, header)}) there are not the two columns "
            "'Strategic significance' that a metric has there.",
            where,
        )
    columns = {"claimed": multiplier - 2, "category": multiplier - 1, "multiplier": multiplier}
    before = multiplier - 2
    for field, (pattern, which) in {**_REQUIRED[code.number], **_ALWAYS, **_habitat(code)}.items():
        found = _find(labels, pattern, which, before=before)
        if len(found) != 1:
            told = ", ".join(f"{labels[one]!r} in {address(one, header)}" for one in found) or "none"
            raise _refused(f"It needs one column of the field {field}; found: {told}.", where)
        columns[field] = found[0]
    for field, (pattern, which) in _OPTIONAL.items():
        found = _find(labels, pattern, which, before=before)
        if len(found) == 1:
            columns[field] = found[0]
    for field, (beside, pattern) in _BESIDE.items():
        found = _find(labels, beside, "first" if pattern == "score" else "only", before=before)
        if len(found) == 1 and re.fullmatch(pattern, _at(labels, found[0] + 1)):
            columns[field] = found[0] + 1
    if code.units_module is Module.WATERCOURSE and code.number == 3:
        columns["baseline_size"] = _find(labels, _SIZE, "first", before=before)[0]
    return Layout(header, columns)


def _habitat(code: SheetCode) -> dict[str, tuple[str, str]]:
    if code.units_module is Module.AREA:
        return {"broad": (_BROAD[code.number], "first"), "habitat": (_HABITAT[code.number], "first")}
    if code.number == 3:
        return {"habitat": ("proposed habitat", "first")}
    return {
        "habitat": ("habitat type" if code.units_module is Module.HEDGEROW else "watercourse type", "first")
    }


def _find(labels: Sequence[str], pattern: str, which: str, *, before: int) -> list[int]:
    """Return the columns with that heading: all of them, or the first or last left of the significance."""
    found = [column for column, label in enumerate(labels) if re.fullmatch(pattern, label)]
    if which == "only":
        return found
    left = [column for column in found if column < before]
    return left[:1] if which == "first" else left[-1:]


def _at(labels: Sequence[str], column: int) -> str:
    return labels[column] if column < len(labels) else ""


def _plain(cell: Any) -> str:
    return " ".join(cell.split()).casefold() if isinstance(cell, str) else ""


def _refused(what: str, where: str) -> SchemaError:
    return SchemaError(
        what,
        where=where,
        fix="Give the metric with its sheets as they were published; columns may be hidden, not moved or renamed.",
    )
