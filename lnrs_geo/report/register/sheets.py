"""The report of a register as a workbook: the answer, every site, and how it was done."""

from pathlib import Path

from lnrs_geo.report import answers, verdicts
from lnrs_geo.report.register import words
from lnrs_geo.report.register.facts import ANSWERS, COUNTS, UNITS, RegisterReport, SiteFacts, size_column
from lnrs_geo.report.register.record import flat
from lnrs_geo.report.small_words import sentence
from lnrs_geo.report.spreadsheet import Book, Cell, Column, Kind, Sheet, Typed

SHEETS = ("Summary", "Sites", "How it was done")
_NO_BOUNDARY = "Sites that failed, or were only screened, are in no sum here."
_KINDS: dict[str, Kind] = {"ha": "ha", "km": "km", "count": "count"}


def write_sheets(report: RegisterReport, path: Path) -> None:
    """Write the facts of a register's report as a workbook.

    Parameters
    ----------
    report
        The facts; all sites are written.
    path
        The file to make. The same facts give the same bytes.
    """
    title = f"Strategic significance of a register: {report.title}"
    book = Book(title, (*report.notices, *(f"Not in this report: {one}" for one in report.remarks)))
    summary, sites, method = SHEETS
    _summary(book.sheet(summary, title, landscape=False), report)
    about = "Sites of the register, with the columns of sites.csv"
    book.sheet(sites, about).table(_columns(), report.sites)
    _method(book.sheet(method, method), report)
    book.save(path)


def _summary(sheet: Sheet, report: RegisterReport) -> None:
    sheet.widths(58, 22, 14, 14, 14, 14, 12)
    if report.undated:
        sheet.line("Date basis", words.UNDATED)  # before anything that rests on it
    sheet.section("What came of the sites", "Outcome", "Sites", "What it means")
    for name, sites in report.outcomes.items():
        sheet.line(sentence(words.outcome(name)), (sites, "whole"), words.MEANINGS[name])
    sheet.section(
        "What is created or enhanced on the sites assessed",
        *("Kind", "Unit", "High", "Medium", "Low", "For review", "Sites"),
    )
    for one in report.totals:
        sizes = ((size, _KINDS[one.unit]) for size in (one.high, one.medium, one.low, one.review))
        sheet.line(answers.MODULES[one.module], one.unit, *sizes, (one.sites, "whole"))
    sheet.line(_NO_BOUNDARY if report.totals else "nothing")
    sheet.section("Sums over the sites assessed", "Column of sites.csv", "Number")
    for name in COUNTS:
        sheet.line(name, (report.counts[name], "whole"))
    if report.wrong:
        sheet.section("Values entered that are wrong, in parts of both stages", "Verdict", "Code", "Parts")
        for check, parts in report.wrong.items():
            said = verdicts.words(check, assumed=bool(report.undated))
            sheet.line((sentence(said), "long"), check, (parts, "whole"))
    if report.reasons:
        sheet.section("Parts without a decision, of both stages", "Reason", "Code", "Parts", "Sites")
        for why in report.reasons:
            counts = ((why.parts, "whole"), (why.sites, "whole"))
            sheet.line((words.reason(why.code), "long"), why.code, *counts)


def _columns() -> list[Column]:
    """Return the columns of the table of sites; what is not known of a site stays empty."""
    sizes = [
        (size_column(module, answer), _KINDS[unit]) for module, unit in UNITS.items() for answer in ANSWERS
    ]
    return [
        Column("Site", 18, "text", lambda site: site.reference),
        Column("Outcome", 20, "text", lambda site: words.outcome(site.outcome)),
        Column("Why", 70, "long", lambda site: site.why),
        Column("Grid reference", 17, "text", lambda site: site.grid_reference),
        Column("Square in m", 9, "whole", lambda site: site.square_m),
        Column("Authority", 22, "long", lambda site: "; ".join(site.authorities)),
        Column("LNRS", 14, "long", lambda site: "; ".join(site.lnrs_ids)),
        *(_counted(name) for name in COUNTS),
        *(_sized(name, kind) for name, kind in sizes),
        Column("Measures at the point", 24, "long", lambda site: "; ".join(site.measures_at_point)),
        Column("Dates", 14, "text", lambda site: "none given" if site.undated else ""),
        Column("Results", 30, "long", lambda site: site.results),
    ]


def _counted(name: str) -> Column:
    return Column(name, len(name) + 3, "whole", lambda site: site.counts.get(name))


def _sized(name: str, kind: Kind) -> Column:
    def found(site: SiteFacts) -> Cell | Typed:
        return next(
            (one.value for amounts in site.sizes.values() for one in amounts if one.column == name), None
        )

    return Column(name, len(name) + 3, kind, found)


def _method(sheet: Sheet, report: RegisterReport) -> None:
    sheet.widths(44, 80)
    sheet.section("Record of the batch", "What", "As recorded")
    for name, value in flat(report.record):
        sheet.line((name, "long"), (value, "long"))
    sheet.line("Command to run it again", (report.command or "not recorded", "long"))
