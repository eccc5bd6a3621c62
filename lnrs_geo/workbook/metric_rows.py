"""The filled rows of a metric as records, each with the addresses of its cells.

A row counts where somebody entered something in it. The rows of totals end a sheet; they are never read
as data, and data below them is refused, since nobody could say what it counts for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lnrs_geo.errors import SchemaError, SourceError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Module
from lnrs_geo.multiplier import claims, habitats
from lnrs_geo.multiplier.claims import Claim
from lnrs_geo.multiplier.habitats import Habitat
from lnrs_geo.multiplier.units import claimed_multiplier
from lnrs_geo.spatial.values import text
from lnrs_geo.workbook.headers import Layout, find_layout
from lnrs_geo.workbook.metric_file import CODES, Metric, SheetCode

FACTORS = (
    "size", "baseline_size", "distinctiveness", "condition_score", "baseline_distinctiveness", "baseline_condition",
    "multiplier", "time", "difficulty", "encroachment", "riparian", "spatial_risk",
)  # fmt: skip
_TOTALS = ("total", "site area")
_NO_REFERENCE = frozenset({"", "n/a", "na", "none", "-", "tbc", "tba"})


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One filled row of a metric.

    Attributes
    ----------
    number
        Row number as Excel shows it.
    ref
        Number that the sheet gives the row; on the enhancement sheets that of its baseline row.
    habitat
        The metric's exact name where `found` knows it, else the words of the row.
    claimed, category
        The significance that a person chose, and what the workbook made of it.
    units, units_text
        Units in the row's own cell, without spatial risk; or the text that stands there instead.
    factors
        Cells that the units are made of: a number, or the text in place of one; absent columns are absent.
    cells
        Addresses by field.
    """

    code: SheetCode
    sheet: str
    number: int
    ref: str
    habitat_reference: str
    off_site_reference: str
    habitat: str
    found: Habitat | None
    irreplaceable: bool
    claimed: str
    category: str
    units: float | None
    units_text: str
    units_srm: float | None
    factors: Mapping[str, float | str]
    cells: Mapping[str, str]

    @property
    def claim(self) -> Claim:
        """What the row claims."""
        return claims.read_label(self.claimed)

    @property
    def size(self) -> float | None:
        """Size in hectares or kilometres; None where the cell holds no number."""
        return self.number_of("size")

    @property
    def module(self) -> Module:
        """Module of the metric; trees stand among the areas."""
        return self.found.module if self.found else self.code.units_module

    @property
    def key(self) -> str:
        """The habitat reference as it compares; empty where there is none."""
        plain = " ".join(self.habitat_reference.split()).casefold()
        return "" if plain in _NO_REFERENCE else plain

    @property
    def name(self) -> str:
        """What the row is called: its habitat reference, else its number in the sheet."""
        if self.key:
            return self.habitat_reference
        number = "Baseline ref" if self.code.number == 3 else "Ref"
        return f"{number} {self.ref}" if self.ref else f"row {self.number}"

    @property
    def place(self) -> dict[str, str]:
        """Where an issue about the row belongs."""
        return {"layer": self.sheet, "feature": f"{self.name} (row {self.number})"}

    def number_of(self, factor: str) -> float | None:
        """Return a factor where it is a number."""
        value = self.factors.get(factor)
        return value if isinstance(value, float) else None


def read_rows(metric: Metric) -> tuple[list[MetricRow], list[Issue]]:
    """Read every filled row, sheet by sheet, and say what is odd about them.

    Raises
    ------
    SchemaError
        The columns of a sheet are not understood, or data stands where it cannot be told from totals.
    SourceError
        No row is filled, or the workbook was never calculated.
    """
    rows: list[MetricRow] = []
    for code in CODES:
        if code in metric.names:
            rows += _of_sheet(metric, code)
    if not rows:
        raise SourceError(
            "No row of the sheets A-1 to F-3 is filled in.",
            where=str(metric.path),
            fix="Give the metric of the project, not the empty one.",
        )
    claiming = [row for row in rows if row.claim.significance]
    if claiming and all(row.number_of("multiplier") is None for row in claiming):
        raise SourceError(
            "None of its rows has a calculated multiplier: it was saved by a program that does not calculate.",
            where=str(metric.path),
            fix="Open it in Excel, let it calculate, save it and give that file.",
        )
    return rows, list(_issues(rows, metric))


def _of_sheet(metric: Metric, code: SheetCode) -> Iterator[MetricRow]:
    cells, name = metric.cells[code], metric.names[code]
    where = f"{metric.path} ({name})"
    if not cells:
        raise SchemaError(
            "The sheet is empty.", where=where, fix="Give the metric with its sheets as published."
        )
    layout = find_layout(cells, code, where=where)
    _refuse_swapped(cells, layout, where=where)
    ended = 0
    for at in range(layout.header + 1, len(cells)):
        cell = _Cells(cells[at], layout)
        if _is_total(cell, cells[at]):
            ended = ended or at + 1
        elif _is_filled(cell, code):
            if ended:
                _refuse_below_totals(cell, code, at, ended, where)
                continue
            yield _row(cell, layout, at, code, name)


class _Cells:
    """The cells of one row by field; an absent column holds nothing."""

    def __init__(self, row: Sequence[Any], layout: Layout) -> None:
        self._row, self._columns = row, layout.columns

    def raw(self, field: str) -> Any:
        column = self._columns.get(field)
        return self._row[column] if column is not None and column < len(self._row) else ""

    def text(self, field: str) -> str:
        return text(self.raw(field))

    def number(self, field: str) -> float | None:
        value = self.raw(field)
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if plain else None


def _is_filled(cell: _Cells, code: SheetCode) -> bool:
    """Tell whether anybody entered anything; a row that an enhancement sheet lists by itself counts too."""
    if cell.text("habitat") or cell.text("claimed") or cell.text("habitat_reference"):
        return True
    listed = cell.text("ref") not in ("", "0")
    return listed and (code.number == 3 or cell.number("size") is not None)


def _is_total(cell: _Cells, row: Sequence[Any]) -> bool:
    """Tell a row of totals: without a number of its own, it says so, or sums up sizes and says nothing."""
    if cell.text("ref") or cell.text("claimed") or cell.text("habitat_reference"):
        return False
    if any(isinstance(one, str) and one.strip().casefold().startswith(_TOTALS) for one in row):
        return True
    return cell.number("size") is not None and not cell.text("habitat")


def _refuse_below_totals(cell: _Cells, code: SheetCode, at: int, ended: int, where: str) -> None:
    """Refuse a row of data below the totals; what else stands there (a converter, notes) is passed over."""
    habitat = _habitat(cell, code)[1]
    if habitat is None and claims.read_label(cell.text("claimed")).kind == "blank":
        return
    raise SchemaError(
        f"Row {at + 1} is filled in below the totals in row {ended}, so it is not known whether it counts.",
        where=where,
        fix="Move it up to a free row of the sheet, or clear it.",
    )


def _refuse_swapped(cells: Sequence[Sequence[Any]], layout: Layout, *, where: str) -> None:
    """Refuse a sheet that holds the workbook's categories where the choices should be."""
    pairs = [
        tuple(
            claims.read_label(_Cells(row, layout).text(field)).vocabulary for field in ("claimed", "category")
        )
        for row in cells[layout.header + 1 :]
    ]
    if ("short", "long") in pairs:
        raise SchemaError(
            "The column of the significance chosen holds categories, and the next one the choices.",
            where=where,
            fix="Put the columns back as the metric has them.",
        )


def _habitat(cell: _Cells, code: SheetCode) -> tuple[str, Habitat | None]:
    """Return the habitat of a row as the metric names it, and what is known of it."""
    broad, own = cell.text("broad"), cell.text("habitat")
    said = f"{broad} - {own}" if broad and own else own
    scope = None if code.units_module is Module.AREA else code.units_module
    found = habitats.find(said, module=scope).habitat
    if found is not None and scope is None and found.module not in (Module.AREA, Module.TREE):
        found = None
    return (found.habitat if found else said), found


def _row(cell: _Cells, layout: Layout, at: int, code: SheetCode, name: str) -> MetricRow:
    habitat, found = _habitat(cell, code)
    factors: dict[str, float | str] = {}
    for factor in FACTORS:
        if factor in layout.columns:
            number = cell.number(factor)
            factors[factor] = cell.text(factor) if number is None else number
    units = cell.number("units")
    return MetricRow(
        code=code,
        sheet=name,
        number=at + 1,
        ref=cell.text("ref"),
        habitat_reference=cell.text("habitat_reference"),
        off_site_reference=cell.text("off_site_reference"),
        habitat=habitat,
        found=found,
        irreplaceable=cell.text("irreplaceable").casefold() == "yes",
        claimed=cell.text("claimed"),
        category=cell.text("category"),
        units=units,
        units_text=cell.text("units") if units is None else "",
        units_srm=cell.number("units_srm"),
        factors=factors,
        cells={field: layout.cell(field, at) for field in layout.columns},
    )


def _issues(rows: Sequence[MetricRow], metric: Metric) -> Iterator[Issue]:
    dataset = str(metric.path)
    for code in CODES:
        if code not in metric.names:
            message = f"The workbook has no sheet {code}: rows that it should hold were not looked at."
            yield issue("workbook-sheet-missing", message, dataset=dataset, layer=str(code))
    for row in rows:
        place = {"dataset": dataset, **row.place}
        if row.found is None and row.habitat:
            message = f"{row.habitat!r} is no habitat of the metric."
            yield issue("habitat-unknown", message, field=row.cells["habitat"], value=row.habitat, **place)
        if not agrees(row):
            message = (
                f"{row.cells['claimed']} says {row.claimed!r}, but the workbook has made {row.category or 'nothing'!r} "
                f"of it, times {row.factors['multiplier'] or 'nothing'}."
            )
            yield issue("workbook-not-calculated", message, field=row.cells["multiplier"], **place)


def agrees(row: MetricRow) -> bool:
    """Tell whether the workbook's own category and multiplier are those of the significance entered."""
    expected, number = claimed_multiplier(row.claim), row.number_of("multiplier")
    if expected is None:
        return True
    named = claims.read_label(row.category).significance
    return named is row.claim.significance and number is not None and abs(number - float(expected)) < 1e-9
