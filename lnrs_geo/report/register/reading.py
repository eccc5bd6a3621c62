"""Read the facts of a register's report from the folder of a batch."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from lnrs_geo import atomic
from lnrs_geo.errors import LnrsGeoError, OutputError
from lnrs_geo.report.register import all_parts
from lnrs_geo.report.register.again import command_of_batch
from lnrs_geo.report.register.facts import (
    ANSWERS,
    COUNTS,
    UNITS,
    Amount,
    Reason,
    RegisterReport,
    SiteFacts,
    Total,
    size_column,
)
from lnrs_geo.report.register.record import SITES_CSV, BatchRecord, read_record
from lnrs_geo.tables import read_text_table

OUTCOMES = ("assessed", "review", "screened", "failed")
REPORT_HTML = "report.html"
# What `sites.csv` says of each site without dates, before any other notice
UNDATED = (
    "No dates were given for this site: parcels that state none of their own are judged as of an application "
    "made on the assessment date, after publication."
)
ALTERED = (
    "The table sites.csv is not as the batch wrote it: somebody has changed it, or another program has saved it. "
    "This report says what stands there now."
)
_RESULT_FILES = ("result.json", "screening.json")
_NEEDED = ("reference", "outcome", "why", "parcels", "lnrs_id", "authority", "gridref", "results", "notice")


def read_register_report(folder: Path) -> RegisterReport:
    """Return what the report of a register says.

    Parameters
    ----------
    folder
        The folder of a finished batch.

    Raises
    ------
    OutputError
        It holds no finished batch, or its table of sites cannot be read.
    """
    atomic.roll_forward(folder)
    rows = _rows(folder)
    record = read_record(folder)
    counted = all_parts.count(folder)
    sites = [_site(row, folder, at) for at, row in enumerate(rows, start=2)]
    assessed = sum(site.counts.get("parts", 0) for site in sites)
    if counted is not None and counted.parts != assessed:
        counted = None  # parts of another run: nothing is said of them
    if counted is not None:
        sites = [
            replace(site, wrong=counted.wrong.get(site.reference, {})) if site.assessed else site
            for site in sites
        ]
    return RegisterReport(
        title=str(record.run.get("register", {}).get("name") or folder.resolve().name),
        notices=_notices(rows, record),
        remarks=tuple(one for one in record.told if one not in _said(rows)),
        record=record.run,
        command=command_of_batch(record.run),
        sites=tuple(sites),
        outcomes=dict.fromkeys(OUTCOMES, 0) | dict(Counter(site.outcome for site in sites)),
        totals=tuple(_totals(sites)),
        counts={name: sum(site.counts.get(name, 0) for site in sites) for name in COUNTS},
        undated=sum(site.undated and site.assessed for site in sites),
        wrong=None if counted is None else _sum(counted.wrong.values()),
        reasons=None if counted is None else tuple(_reasons(counted.reasons)),
    )


def _rows(folder: Path) -> list[dict[str, str]]:
    try:
        rows = read_text_table(folder / SITES_CSV)
    except LnrsGeoError as error:
        raise OutputError(
            f"Its table of sites cannot be read: {error.what}",
            where=error.where or str(folder),
            fix="Name the folder that `lnrs-geo batch` has written.",
        ) from error
    absent = [name for name in _NEEDED if rows and name not in rows[0]]
    if absent:
        raise OutputError(
            f"It is no table of sites: it lacks {', '.join(absent)}.",
            where=str(folder / SITES_CSV),
            fix="Name the folder that `lnrs-geo batch` has written.",
        )
    return rows


def _site(row: Mapping[str, str], folder: Path, line: int) -> SiteFacts:
    if row["outcome"] not in OUTCOMES:
        raise OutputError(
            f"The outcome {row['outcome']!r} is none that a batch writes.",
            where=f"{folder / SITES_CSV}, row {line}",
            fix="Make the batch again, or undo what was changed in the table.",
        )
    results = _results(row["results"], folder)
    has_report = bool(results) and (folder / results / REPORT_HTML).is_file()
    found = (
        REPORT_HTML
        if has_report
        else next((name for name in _RESULT_FILES if results and (folder / results / name).is_file()), "")
    )
    try:
        counts = {name: int(row[name]) for name in COUNTS if row.get(name)}
        sizes = {answer: tuple(_amounts(row, answer)) for answer in ANSWERS}
        square_m = int(row["square_m"]) if row.get("square_m") else None
    except ValueError as error:
        raise OutputError(
            f"A number of the site {row['reference']!r} cannot be read ({error}).",
            where=f"{folder / SITES_CSV}, row {line}",
            fix="Undo what was changed in the table, or make the batch again.",
        ) from error
    return SiteFacts(
        reference=row["reference"],
        outcome=row["outcome"],
        why=row["why"],
        counts=counts,
        sizes=sizes,
        lnrs_ids=_listed(row["lnrs_id"]),
        authorities=_listed(row["authority"]),
        grid_reference=row["gridref"],
        square_m=square_m,
        measures_at_point=_listed(row.get("measures_at_point", "")),
        undated=row["notice"].startswith(UNDATED),
        results=results,
        # a folder may bear signs such as %2F as they stand, which an address must write once more
        link=quote(f"{results}/{found if has_report else ''}") if found else "",
        has_report=has_report,
    )


def _results(named: str, folder: Path) -> str:
    """Return the folder of a site's results; a name that leads elsewhere is none."""
    path = PurePosixPath(named)
    plain = len(path.parts) == 2 and path.parts[0] == "sites" and ".." not in path.parts
    return named if plain and "\\" not in named and (folder / named).is_dir() else ""


def _amounts(row: Mapping[str, str], answer: str) -> list[Amount]:
    found = []
    for module, unit in UNITS.items():
        column = size_column(module, answer)
        if not row.get(column):
            continue
        value = float(row[column])
        if not math.isfinite(value) or value < 0:
            raise ValueError(f"{column} = {row[column]}")
        found.append(Amount(module, unit, column, value))
    return found


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name for name in names.split(";") if name)


def _totals(sites: Sequence[SiteFacts]) -> list[Total]:
    """Sum what the sites create or enhance, to the six decimals of the table."""
    found = []
    for module, unit in UNITS.items():
        mine = [
            one
            for site in sites
            for amounts in site.sizes.values()
            for one in amounts
            if one.module == module
        ]
        if not mine:
            continue
        sums = {
            answer: round(
                math.fsum(one.value for one in mine if one.column == size_column(module, answer)), 6
            )
            for answer in ANSWERS
        }
        there = sum(
            any(one.module == module for amounts in site.sizes.values() for one in amounts) for site in sites
        )
        found.append(Total(module, unit, **sums, sites=there))
    return found


def _said(rows: Sequence[Mapping[str, str]]) -> dict[str, None]:
    """Return what the rows say first, each sentence once; that a site has no dates is told of the sites."""
    said = (row["notice"].removeprefix(UNDATED).strip() for row in rows)
    return dict.fromkeys(one for one in said if one)


def _notices(rows: Sequence[Mapping[str, str]], record: BatchRecord) -> tuple[str, ...]:
    return (*_said(rows), *([ALTERED] if record.altered else []))


def _sum(counts: object) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:  # type: ignore[attr-defined]
        total.update(one)
    return dict(sorted(total.items(), key=lambda pair: (-pair[1], pair[0])))


def _reasons(reasons: Mapping[str, Mapping[str, int]]) -> list[Reason]:
    found = [Reason(code, sum(sites.values()), len(sites)) for code, sites in reasons.items()]
    return sorted(found, key=lambda one: (-one.parts, one.code))
