"""The statutory metric as a workbook: every row's claim held against what was found, cell by cell.

    metric file -> rows -> joined to the parcels of a check, or judged by the dates alone
                -> verdict, units, cell and string to type -> corrections.csv, workbook.xlsx

The metric itself is read and never written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lnrs_geo import record
from lnrs_geo.errors import OptionError
from lnrs_geo.model import Issue
from lnrs_geo.multiplier.applications import Application, read_application
from lnrs_geo.multiplier.regime import assumption, publication_of
from lnrs_geo.multiplier.rules import load_edition
from lnrs_geo.record import BY_STATUS
from lnrs_geo.result import Result
from lnrs_geo.strategy import Strategy, load
from lnrs_geo.workbook import caveats
from lnrs_geo.workbook.holding import Line, Terms, lines_of
from lnrs_geo.workbook.joining import NO_PARCELS, Joined, Parcel, join, parcels_of
from lnrs_geo.workbook.metric_file import Metric, open_metric
from lnrs_geo.workbook.metric_rows import MetricRow, read_rows
from lnrs_geo.workbook.regime_alone import Dates
from lnrs_geo.workbook.splits import Room, issues_of, room


@dataclass(frozen=True, slots=True)
class WorkbookAudit:
    """What was found of a metric.

    Attributes
    ----------
    metric, rows
        The file as it was read, and its filled rows.
    lines
        Every row, or part of a row that has to be split, with verdict, units, and what to type where.
    unlisted
        Parcels that no row of the metric names, with the reason.
    rooms
        How many rows each sheet has, is to be given, and takes.
    issues
        What is odd about the metric, and where it does not fit the parcels.
    run
        What it rests on: program, date, strategy, rules, every input with its sha256.
    withheld
        Why nothing is to be typed, whatever was found; empty where answers may be.
    result
        The check of the parcels, where there were any.
    """

    metric: Metric
    rows: Sequence[MetricRow]
    lines: Sequence[Line]
    unlisted: Sequence[tuple[Parcel, str]]
    rooms: Sequence[Room]
    issues: Sequence[Issue]
    run: Mapping[str, Any]
    result: Result | None
    withheld: str = ""

    @property
    def are_foreign(self) -> bool:
        """Whether the parcels given do not seem to be this metric's."""
        return self.withheld == caveats.FOREIGN


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says beside the metric: `strategies` by name or file, `dates` by column.

    `as_at` is the assessment date; `submitted` whether the check was given an earlier file; `applications`
    whether it was given a table of dates.
    """

    as_at: date
    strategies: Sequence[str | Path] = ("derbyshire",)
    dates: Mapping[str, str] | None = None
    submitted: bool = False
    applications: bool = False


def audit_workbook(
    metric: str | Path | Metric, *, given: Given, result: Result | None = None
) -> WorkbookAudit:
    """Hold every row of a metric against a check of its parcels, or against the dates alone.

    Parameters
    ----------
    metric
        The workbook (statutory metric 1.0.x or metric 4.1), or one that was opened.
    given
        Strategies, dates and the assessment date; those of the check, where there is one.
    result
        What `lnrs_geo.check` found of the parcels.

    Raises
    ------
    LnrsGeoError
        The file cannot be read or understood; what, where and how to put it right.
    """
    opened = metric if isinstance(metric, Metric) else open_metric(metric)
    rows, issues = read_rows(opened)
    dataset = str(opened.path)
    application, faults = read_application(given.dates or {})
    if faults:
        raise OptionError(" ".join(faults), where=", ".join(application.unreadable), fix="Correct the dates.")
    strategies = [load(one) for one in given.strategies]
    dates = Dates(
        application,
        {one.lnrs_id: publication_of(one) for one in strategies},
        given.as_at,
        load_edition(given.as_at),
    )
    joined = join(rows, parcels_of(result), dataset=dataset) if result else _nothing_joined(rows)
    run = _run(opened, result, dates, strategies)
    foreign = result is not None and caveats.are_foreign(rows, joined)
    withheld = caveats.withheld(result.run if result else None, strategies, foreign=foreign)
    terms = Terms(
        dates=dates,
        labels=opened.labels,
        withheld=withheld,
        submitted=given.submitted,
        dated=application.has_dates or given.applications or _parcels_dated(run),
    )
    lines, said = lines_of(rows, joined, terms)
    if result is not None:
        alone = [one for one in lines if one.parcel is None and caveats.says_something(one.answer)]
        run = caveats.with_notice(caveats.with_assumption(run, len(alone)), withheld)
    if foreign:
        issues.append(caveats.foreign_issue(rows, dataset=dataset))
    rooms = room(rows, lines, opened.names)
    issues += [*joined.issues, *said, *issues_of(rooms, dataset=dataset)]
    return WorkbookAudit(
        opened, rows, lines, joined.unlisted, rooms, _ordered(issues, dataset), run, result, withheld
    )


def _nothing_joined(rows: Sequence[MetricRow]) -> Joined:
    return Joined(why_not=dict.fromkeys(range(len(rows)), NO_PARCELS))


def _parcels_dated(run: Mapping[str, Any]) -> bool:
    """Tell whether parcels bear dates of their own, as the run's first sentence says."""
    return "Dates were given" in str(run["assumption"])


def _ordered(issues: Sequence[Issue], dataset: str) -> list[Issue]:
    """Return issues as a result orders them, the errors first, each naming the file."""
    rank = {name: at for at, name in enumerate(record.SEVERITY_ORDER)}
    named = [
        one
        if one.dataset
        else Issue(**{name: getattr(one, name) for name in Issue.__slots__} | {"dataset": dataset})
        for one in dict.fromkeys(issues)
    ]
    return sorted(named, key=lambda one: rank[one.severity])


def _run(
    metric: Metric, result: Result | None, dates: Dates, strategies: Sequence[Strategy]
) -> dict[str, Any]:
    """Return what the audit rests on: the run of the check and the metric, or the dates and the metric."""
    itself = {"role": "metric", "path": str(metric.path), "sha256": metric.sha256}
    if result is not None:
        return {**result.run, "inputs": [itself, *result.run["inputs"]]}
    first = strategies[0]
    notice = " ".join(dict.fromkeys(BY_STATUS[one.status] for one in strategies if one.status in BY_STATUS))
    return {
        "program": f"lnrs-geo {record.program_version()}",
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "as_at": dates.as_at.isoformat(),
        "assumption": f"{_assumption(dates.application, strategies, dates.as_at)} {caveats.ONE_APPLICATION}",
        "notice": notice,
        "strategy": record.told_of(first),
        **({"strategies": [record.told_of(one) for one in strategies]} if len(strategies) > 1 else {}),
        "rules": {
            "edition": dates.edition.id,
            "title": dates.edition.title,
            "publisher": dates.edition.publisher,
        },
        "inputs": [itself],
        "options": {"dates": {name: str(days) for name, days in dates.application.dates().items()}},
    }


def _assumption(application: Application, strategies: Sequence[Strategy], as_at: date) -> str:
    """Say what is assumed of the dates, for each strategy where they differ in it."""
    if application.has_dates:
        return "The dates given decide which table applies (regime_rule)."
    told = [(one, assumption(publication_of(one), as_at)) for one in strategies]
    if len({said for _, said in told}) == 1:
        return told[0][1]
    return " ".join(f"LNRS {one.lnrs_id} ({one.name}): {said}" for one, said in told)
