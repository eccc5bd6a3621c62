"""The report as a workbook: the answer, every parcel, part, measure and issue, and how it was done."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lnrs_geo.report import answers, sheet_tables, verdicts
from lnrs_geo.report.facts import Report
from lnrs_geo.report.small_words import day, layer_of
from lnrs_geo.report.spreadsheet import Book, Sheet

INPUT = ("role", "path", "layer", "features", "crs", "transformation", "accuracy_m", "driver", "sha256")
FOR_REVIEW = (
    "High, Medium and Low are decided. What is for review counts at the lower figure until a person has looked, "
    "and could become higher."
)
BORDERLINE = "Borderline parts: a boundary moved by the positional tolerance could change the answer"
COUNTED = (
    ("parcels", "Parcels read"),
    ("created_or_enhanced", "Created or enhanced, or proposed without saying which"),
    ("unclear", "Of these: proposed without saying which (no such retention category)"),
    ("split", "To be entered as more than one row (retained and baselines included)"),
    ("review", "For review: a person must look"),
    ("noted", "Decided, with a note that a person must read"),
    ("error", "In error: no answer, in no total"),
    ("retained", "Retained: the value of their baseline"),
    ("baseline_only", "Lost, or baseline only"),
    ("not_applicable", "Not applicable: exempt, refused or withdrawn"),
)


def write_workbook(report: Report, path: Path) -> None:
    """Write the facts of a report as a workbook.

    Parameters
    ----------
    report
        The facts; all parcels are written, those without a page too.
    path
        The file to make. The same facts give the same bytes.
    """
    book = Book(f"Strategic significance: {report.title}", report.notices)
    _summary(book.sheet("Summary", f"Strategic significance: {report.title}", landscape=False), report)
    for name, about, columns, rows in (
        ("Parcels", "Parcels, a row for each stage", sheet_tables.parcel_columns(report.run),
         sheet_tables.stages(report.parcels)),
        ("Parts", "Parts of parcels, with the answer for each", sheet_tables.part_columns(report.run),
         sheet_tables.parts(report.parcels)),
        ("Measures", "Mapped measures that a parcel meets", sheet_tables.MEASURES,
         sheet_tables.matches(report.parcels)),
        ("Issues", "Issues of the data", sheet_tables.ISSUES, iter(report.issues)),
    ):  # fmt: skip
        book.sheet(name, about).table(columns, rows, beside=2 if name == "Issues" else 1)
    _method(book.sheet("How it was done", "How it was done"), report)
    book.save(path)


def _summary(sheet: Sheet, report: Report) -> None:
    run = report.run
    sheet.widths(44, 30, 16, 16, 16, 16, 12, 12)
    sheet.line("Date basis", run["assumption"])  # before anything that rests on it
    sheet.section("What was checked")
    sheet.line("Assessed as at", day(run["as_at"]))
    for one in _strategies(run):
        sheet.line("Strategy", f"{one['name']}: {_published(one)}")
    sheet.line("Rules", f"{run['rules']['title']}, edition {run['rules']['edition']}")
    for given in (one for one in run["inputs"] if one["role"] == "measures"):
        sheet.line("Measures read from", layer_of(f"{given['path']}|{given.get('layer') or ''}".rstrip("|")))
    _answer(sheet, report)
    if report.counts.claims:
        sheet.section("The significance that the input states", "Verdict", "Code", "Rows of parcels")
        for check, said, rows, _ in verdicts.claims(report):
            sheet.line((said, "long"), check, (rows, "whole"))


def _answer(sheet: Sheet, report: Report) -> None:
    """Write the answer: sizes, units, and how many parcels there are of each kind."""
    sheet.section(
        "What is created or enhanced",
        *("Module", "Unit", "High", "Medium", "Low", "For review", "Parcels", "Parts"),
    )
    for total in report.totals:
        sizes = ((one, total.unit) for one in (total.high, total.medium, total.low, total.review))
        counts = ((one, "whole") for one in (total.parcels, total.parts))
        sheet.line(answers.MODULES[total.module], total.unit, *sizes, *counts)
    sheet.line(FOR_REVIEW if report.totals else "nothing")
    sheet.section(
        "Biodiversity units that the input claims",
        "Kind", "Stage", "Claimed", "Assessed, parts for review Low", "Assessed, parts for review High",
        "Parcels", "Claim none", "Not assessed",
    )  # fmt: skip
    for one in report.units:
        stage = f"{answers.STAGES[one.stage]}{', retained' if one.retained else ''}"
        worth = ((units, "units") for units in (one.claimed, one.low, one.high))
        counts = ((number, "whole") for number in (one.parcels, one.without, one.unassessed))
        sheet.line(answers.KINDS_OF_UNITS[one.kind], stage, *worth, *counts)
    if not report.units:
        sheet.line("The input states none")
    sheet.section("Parcels", "What", "Parcels")
    for name, text in COUNTED:
        sheet.line(text, (getattr(report.counts, name), "whole"))
    sheet.line("Parts of what is created or enhanced", (report.counts.parts, "whole"))
    sheet.line((BORDERLINE, "long"), (report.counts.borderline, "whole"))


def _method(sheet: Sheet, report: Report) -> None:
    run = report.run
    sheet.widths(30, 60, 26, 10, 16, 30, 12, 12, 68)
    sheet.section("Inputs", *(one.replace("_m", " in m").capitalize() for one in INPUT))
    for given in run["inputs"]:
        sheet.line(*(_input(name, given) for name in INPUT))
    sheet.section("Record of the run", "What", "As recorded")
    for name, value in _record(
        "", {key: one for key, one in run.items() if key not in ("inputs", "command")}
    ):
        sheet.line(name, value)
    sheet.line("command to run it again", report.command or "not recorded")


def _input(name: str, given: Mapping[str, Any]) -> Any:
    value = given.get(name, given.get("rows") if name == "features" else None)
    return (value, "whole" if name == "features" else "m2") if _is_number(value) else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _record(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Give a record line by line, parts of a longer statement joined by dots."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _record(f"{name}.{key}" if name else str(key), one)
    elif isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value):
        for number, one in enumerate(value, start=1):
            yield from _record(f"{name}.{number}", one)
    elif isinstance(value, list | tuple):
        yield name, ", ".join(map(str, value))
    else:
        yield name, value


def _strategies(run: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return run.get("strategies") or [run["strategy"]]


def _published(strategy: Mapping[str, Any]) -> str:
    said = answers.STATUSES.get(strategy["status"], strategy["status"])
    dated = strategy["published"] and strategy["status"] != "draft"
    return f"{said}, {day(strategy['published'])}" if dated else said
