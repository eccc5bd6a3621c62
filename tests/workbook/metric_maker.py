"""Make a metric for the tests: the sheets A-1 to F-3 laid out as such a workbook is, with made-up rows.

Nothing is taken from a real file: headings are those that any metric has, in places of their own. The
figures that a workbook would calculate are written as values, as they are when it was saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import openpyxl.utils
from openpyxl.worksheet.worksheet import Worksheet

HIGH = "Formally identified in local strategy"
MEDIUM = "Location ecologically desirable but not in local strategy"
LOW = "Area/compensation not in local strategy/ no local strategy"
CATEGORIES = {
    HIGH: ("High strategic significance ", 1.15),
    MEDIUM: ("Medium strategic significance ", 1.1),
    LOW: ("Low Strategic Significance", 1.0),
}
ASKS = "Off-site reference required ▲"
NAMES = {
    "A-1": "A-1 On-Site Habitat Baseline",
    "A-2": "A-2 On-Site Habitat Creation",
    "A-3": "A-3 On-Site Habitat Enhancement",
    "D-1": "D-1 Off-Site Habitat Baseline",
    "D-2": "D-2 Off-Site Habitat Creation",
    "D-3": "D-3 Off-Site Habitat Enhancment",
    "B-1": "B-1 On-Site Hedge Baseline",
    "B-2": "B-2 On-Site Hedge Creation",
    "B-3": "B-3 On-Site Hedge Enhancement",
    "E-1": "E-1 Off-Site Hedge Baseline",
    "E-2": "E-2 Off-Site Hedge Creation",
    "E-3": "E-3 Off-Site Hedge Enhancement",
    "C-1": "C-1 On-Site WaterC' Baseline",
    "C-2": "C-2 On-Site WaterC' Creation",
    "C-3": "C-3 On-Site WaterC' Enhancement",
    "F-1": "F-1 Off-Site WaterC' Baseline",
    "F-2": "F-2 Off-Site WaterC' Creation",
    "F-3": "F-3 Off-Site WaterC Enhancement",
}
# Row of the headings in each sheet, counted from 1: it differs
HEADERS = {code: 9 + (int(code[2]) * 3 + ord(code[0])) % 4 for code in NAMES}
CAPACITY = {code: 246 if code in ("A-2", "D-2") or code[2] == "3" else 248 for code in NAMES}

Column = tuple[str, str]  # a field of a row, and its heading


def columns(code: str) -> list[Column]:
    """Return the columns of a sheet from the left: what they hold, and their heading."""
    letter, number = code[0], code[2]
    off_site, module = (
        letter in "DEF",
        {"A": "area", "D": "area", "B": "hedge", "E": "hedge"}.get(letter, "water"),
    )
    size = "Area (hectares) " if module == "area" else "Length (km)"
    kind = {"area": "Habitat", "hedge": "Hedge", "water": "Watercourse"}[module]
    srm = [("spatial_category", "Spatial risk category"), ("spatial_risk", "Spatial risk multiplier")]
    significance = [
        ("claimed", "Strategic significance"),
        ("category", "Strategic significance"),
        ("multiplier", "Strategic significance multiplier"),
    ]
    rated = [
        ("band", "Distinctiveness"), ("distinctiveness", "Score"),
        ("condition", "Condition "), ("condition_score", "Score"),
    ]  # fmt: skip
    banks = [
        ("extent", "Extent of encroachment"), ("encroachment", "Multiplier"),
        ("extent_banks", "Extent of encroachment for both banks"), ("riparian", "Multiplier"),
    ] if module == "water" else []  # fmt: skip
    ends: list[Column] = [("comment", "User comments"), ("habitat_reference", "Habitat reference number ")]
    if off_site:
        ends.append(("off_site_reference", "Off-site reference"))
    named: list[Column]
    if number == "1":
        named = [("broad", "Broad Habitat"), ("habitat", " Habitat Type")] if module == "area" else [
            ("habitat", "Habitat type" if module == "hedge" else "Watercourse type")
        ]  # fmt: skip
        first: list[Column] = [("group", "Condition Group"), ("ref", "Ref"), *named]
        units = f"Total {kind.lower() if module != 'hedge' else 'hedgerow'} units"
        extra = [("shadow", " Habitat type")] if module == "area" else []
        risk = [("units_srm", f"{units} (SRM)"), *srm] if off_site else []
        middle = [("irreplaceable", "Irreplaceable habitat"), ("size", size), *rated, *significance, *banks]
        return [*first, *middle, *risk, ("units", units), *ends, *extra]
    risks = [("time", "Final Time to target multiplier"), ("difficulty", "Difficulty multiplier applied")]
    units = f"{kind} units delivered"
    risk = [*srm, ("units_srm", f"{units} (inc SRM)")] if off_site else []
    tail = [*significance, *risks, *banks, *risk, ("units", units), *ends]
    if number == "2":
        named = [("broad", "Broad Habitat"), ("habitat", "Proposed habitat"), ("shadow", "Proposed habitat")]
        if module != "area":
            named = [("habitat", "Habitat type" if module == "hedge" else "Watercourse type")]
        return [("ref", "Ref"), *named, ("size", size), *rated, *tail, ("baseline", "Baseline ref")]
    named = [("broad", "Proposed Broad Habitat")] if module == "area" else []
    before: list[Column] = [
        ("ref", "Baseline ref"), ("baseline_habitat", "Baseline habitat"),
        ("baseline_size", "Total habitat area (hectares)" if module == "area" else "Length (km)"),
        ("baseline_distinctiveness", "Baseline distinctiveness score"),
        ("baseline_condition", "Baseline condition score"),
        ("baseline_category", "Baseline strategic significance category"),
    ]  # fmt: skip
    if module == "water":
        before.append(("baseline_category_again", "Strategic significance"))
    return [*before, *named, ("habitat", "Proposed habitat"), ("size", size), *rated, *tail]


@dataclass
class Maker:
    """Rows by sheet, and what is wrong with the workbook: `spoil` changes it before it is saved."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    spoil: Callable[[openpyxl.Workbook], None] | None = None

    def save(self, path: Path) -> Path:
        """Write the workbook."""
        book = openpyxl.Workbook()
        start = book.active
        assert isinstance(start, Worksheet)
        start.title = "Start"
        for code, name in NAMES.items():
            self._sheet(book.create_sheet(self.names.get(code, name)), code)
        lists = book.create_sheet("G-3 Multipliers")
        for at, (words, (category, number)) in enumerate(CATEGORIES.items(), start=4):
            lists.cell(at, 12, words), lists.cell(at, 13, category), lists.cell(at, 14, number)
        if self.spoil:
            self.spoil(book)
        book.save(path)
        return path

    def _sheet(self, sheet: Worksheet, code: str) -> None:
        header, fields = HEADERS[code], columns(code)
        sheet.cell(2, 4, "Project Name:      Map Reference: ")
        sheet.cell(3, 4, sheet.title)
        places = {name: at for at, (name, _) in enumerate(fields, start=2)}
        for name, heading in fields:
            # some headings stand in the upper of two rows alone, as merged cells do
            upper = name in ("size", "units", "units_srm")
            sheet.cell(header - upper, places[name], heading)
        sheet.cell(header - 1, places["claimed"], "Strategic significance")
        own = list(self.rows.get(code, ()))
        if code[2] != "3":
            # rows are numbered whether filled or not; thirty of them show it
            for at in range(min(CAPACITY[code], len(own) + 30)):
                sheet.cell(header + 1 + at, places["ref"], at + 1)
        for at, row in enumerate(own, start=1):
            for name, value in filled(code, row, at).items():
                if name in places and value not in (None, ""):
                    sheet.cell(header + at, places[name], value)
        total = header + CAPACITY[code] + 1
        sheet.cell(total, places["size"], sum(row.get("size") or 0 for row in own))
        if code[0] in "AD" and code[2] != "3":
            sheet.cell(total, places["habitat"], "Total habitat area")
            sheet.cell(total + 4, places["habitat"], "M² to hectares conversion tool:")


def cell(code: str, name: str, nth: int = 1) -> str:
    """Return the address of a field in the nth row of data, by how the sheet was made."""
    places = {one: at for at, (one, _) in enumerate(columns(code), start=2)}
    return f"{openpyxl.utils.get_column_letter(places[name])}{HEADERS[code] + nth}"


def filled(code: str, row: Mapping[str, Any], at: int) -> dict[str, Any]:
    """Return a row with everything that a workbook works out from what a person enters."""
    whole: dict[str, Any] = {
        "ref": at, "habitat": "Modified grassland" if code[0] in "AD" else "Native hedgerow", "broad": "Grassland",
        "size": 1.0, "distinctiveness": 2, "condition": "Moderate", "condition_score": 2, "claimed": LOW,
        "irreplaceable": "No", "time": 0.8, "difficulty": 0.67, "spatial_risk": 1, "baseline_size": 2.0,
        "baseline_distinctiveness": 2, "baseline_condition": 1, "encroachment": 0.8, "riparian": 0.95,
        "off_site_reference": "BGS-1",
    } | dict(row)  # fmt: skip
    if code[0] in "CF" and "habitat" not in row:
        whole["habitat"] = "Ditches"
    category, multiplier = CATEGORIES.get(whole["claimed"], ("", ""))
    whole = {"category": category, "multiplier": multiplier} | whole
    if "units" not in row:
        whole["units"] = units(code, whole) if whole["multiplier"] != "" else ""
    return whole


def units(code: str, row: Mapping[str, Any]) -> float:
    """Return a row's units as the metric's own formula has them, written out for each sheet."""
    size, score, condition = row["size"], row["distinctiveness"], row["condition_score"]
    significance, water = row["multiplier"], code[0] in "CF"
    banks = row["encroachment"] * row["riparian"] if water else 1
    if code[2] == "1":
        return float(size * score * condition * significance * banks)
    if code[2] == "2":
        return float(size * score * condition * significance * row["time"] * row["difficulty"] * banks)
    base = row["baseline_distinctiveness"] * row["baseline_condition"]
    base *= row["baseline_size"] if water and size > row["baseline_size"] else size
    gained = (size * score * condition - base) * (row["difficulty"] * row["time"])
    return float((gained + base) * significance * banks)
