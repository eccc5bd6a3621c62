"""What there is to mend in a crosswalk: in its own rows, against a map, and what it would decide."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lnrs_geo import strategy as strategies
from lnrs_geo.crosswalk_file.keeping import KeptFile, load_crosswalk
from lnrs_geo.crosswalk_file.outlook import Outlook, look_ahead
from lnrs_geo.crosswalk_file.texts import WordedMeasure, worded_measures
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Module, Severity
from lnrs_geo.multiplier.consistency import Crosswalk
from lnrs_geo.multiplier.crosswalk import STATUSES, VERDICTS, CrosswalkRow, read_crosswalk
from lnrs_geo.multiplier.signature import date_fault, own_source
from lnrs_geo.settings import Settings, Sources
from lnrs_geo.tables import same_number

SCHEMA = "lnrs-geo/crosswalk-check-1"
COMPLETE, NOTHING = "complete list", "nothing found"
KINDS = (*VERDICTS, COMPLETE, NOTHING)
# What typographic quotes, dashes and accents become when UTF-8 is taken for Windows-1252.
_GARBLED = re.compile("\u00e2\u20ac|\u00c3[\u0080-\u00bf]|\u00c2[\u00a0-\u00bf]")
MOST_LINES = 12  # of one kind of issue; the JSON holds all


@dataclass(frozen=True, slots=True)
class Findings:
    """What `crosswalk check` found.

    Attributes
    ----------
    counts
        Rows by their status and their verdict, as they are written.
    measures
        How many measures the map has; None where none was given.
    issues
        What there is to mend (warnings), and remarks.
    outlook
        What the crosswalk would decide on parcels; None where none were given.
    """

    path: str
    lnrs_id: str
    as_at: date
    counts: Counter[tuple[str, str]]
    measures: int | None
    issues: tuple[Issue, ...]
    outlook: Outlook | None

    @property
    def to_mend(self) -> list[Issue]:
        """The issues that ask for a change of rows."""
        return [one for one in self.issues if one.severity is not Severity.INFO]

    def document(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return {
            "schema": SCHEMA,
            "crosswalk": self.path,
            "lnrs_id": self.lnrs_id,
            "as_at": self.as_at.isoformat(),
            "rows": self.counts.total(),
            "counts": {status: {kind: self.counts[status, kind] for kind in KINDS} for status in STATUSES},
            "measures": self.measures,
            "to_mend": len(self.to_mend),
            "issues": [{name: str(getattr(one, name)) for name in Issue.__slots__} for one in self.issues],
            "outlook": self.outlook.document() if self.outlook else None,
        }

    def lines(self) -> Iterator[str]:
        """Tell it to a person at a terminal."""
        yield f"{self.path}: {self.counts.total()} rows for LNRS {self.lnrs_id}, as at {self.as_at}."
        yield f"  {'':12}" + "".join(f"{kind:>15}" for kind in KINDS)
        for status in STATUSES:
            yield f"  {status:12}" + "".join(f"{self.counts[status, kind]:>15}" for kind in KINDS)
        if self.measures is not None:
            yield f"Measures of the map: {self.measures}."
        remarks = [one for one in self.issues if one.severity is Severity.INFO]
        for title, issues in (("To mend", self.to_mend), ("Remarks", remarks)):
            yield f"{title}: {len(issues) or 'nothing'}."
            yield from _by_kind(issues)
        if self.outlook:
            yield ""
            yield from self.outlook.lines()


def examine(path: str | Path, *, sources: Sources, settings: Settings) -> Findings:
    """Look through a crosswalk file for what a person must mend.

    Parameters
    ----------
    path
        The crosswalk.
    sources
        The strategy; `measures` of its map and `parcels` where there are any.
    settings
        The assessment date, and how to judge the parcels.

    Raises
    ------
    LnrsGeoError
        A file cannot be read or used at all.
    """
    lnrs_id = strategies.load(sources.strategy).lnrs_id
    where = str(path)
    file = load_crosswalk(path)
    reading = read_crosswalk(file.numbered_rows(), where=where, lnrs_id=lnrs_id, as_at=settings.as_at)
    rows = sorted([*reading.rows, *reading.unreadable], key=lambda row: row.line)
    # the reader tells of these in one sentence for all rows, a check row by row
    summed_up = ("crosswalk-unsigned", "crosswalk-source-missing")
    issues = [one for one in reading.issues if one.code not in summed_up]
    if not rows and issues:
        message = f"No row is of LNRS {lnrs_id!r}: is this the crosswalk of another strategy?"
        issues.insert(0, issue("crosswalk-empty", message, dataset=where))
    issues += _garbled(file, where)
    issues += [found for row in rows for found in _of_row(row, where, settings.as_at)]
    issues += _contradictions(Crosswalk(reading), where)
    measures: list[WordedMeasure] | None = None
    if sources.measures:
        measures, _ = worded_measures(sources, settings)
        issues += _against_map(rows, measures, where)
    return Findings(
        path=where,
        lnrs_id=lnrs_id,
        as_at=settings.as_at,
        counts=Counter((row.status, _kind(row)) for row in rows),
        measures=None if measures is None else len({one.measure_id for one in measures}),
        issues=tuple(issues),
        outlook=look_ahead(where, sources=sources, settings=settings) if sources.parcels else None,
    )


def _kind(row: CrosswalkRow) -> str:
    return COMPLETE if row.complete else row.verdict or NOTHING


def _garbled(file: KeptFile, where: str) -> Iterator[Issue]:
    """Name the lines that some program has read in another encoding than they were written in."""
    lines = [
        str(line)
        for line, row in zip(file.lines, file.rows, strict=True)
        if any(_GARBLED.search(text) for text in row.values())
    ]
    if lines:
        message = f"Letters are garbled in {_named(lines)}: a program has taken UTF-8 for another encoding."
        yield issue("crosswalk-garbled", message, dataset=where, value=str(len(lines)))


def _of_row(row: CrosswalkRow, where: str, as_at: date) -> Iterator[Issue]:
    place = {"dataset": where, "feature": row.measure_id, "value": row.habitat}
    if row.lacks:
        message = (
            f"Line {row.line} is {row.status}, but {row.lacks}; it counts as proposed until that is mended."
        )
        yield issue("crosswalk-unsigned", message, **place)
    elif fault := date_fault(row.reviewed_on, as_at=as_at):
        yield issue("crosswalk-date", f"Line {row.line} is {row.status}, and {fault}.", **place)
    if row.status == "published" and not own_source(row.source):
        yield issue(
            "crosswalk-source-missing", f"Line {row.line} is published, but names no source.", **place
        )


def _contradictions(book: Crosswalk, where: str) -> list[Issue]:
    """Ask the crosswalk about each habitat that its rows name, as parcels would."""
    found = {}
    for row in book.rows:
        for said in book.verdicts_of(row, Module(row.module or Module.AREA)) if row.habitat else ():
            if said.contradiction:
                message = f"Measure {row.measure_id}, {row.habitat}: {said.reason}."
                found[message] = issue(
                    "crosswalk-contradiction",
                    message,
                    dataset=where,
                    feature=row.measure_id,
                    value=row.habitat,
                )
    return list(found.values())


def _against_map(
    rows: Sequence[CrosswalkRow], measures: Sequence[WordedMeasure], where: str
) -> Iterator[Issue]:
    """Hold the rows against the measures of a map: ids on one side only, flags that say otherwise."""
    flags: dict[str, set[str]] = {}
    for one in measures:
        flags.setdefault(one.measure_id, set()).add(one.eligible)
    by_measure: dict[str, list[CrosswalkRow]] = {}
    for row in rows:
        by_measure.setdefault(row.measure_id, []).append(row)
    bare = [name for name in flags if name not in by_measure]
    for name, own in by_measure.items():
        place = {"dataset": where, "feature": name}
        if name in flags:
            if said := _flag_differs(own, flags[name]):
                yield issue("crosswalk-flag-differs", f"Measure {name}: {said}.", field="eligible", **place)
            continue
        alike = same_number(name, flags) or [one for one in flags if one.casefold() == name.casefold()]
        lines = _lines(own)
        if alike:
            message = (
                f"The map has no measure {name!r} ({lines}), but it has {' and '.join(map(repr, alike))}"
            )
            why = ", of which a spreadsheet program makes the same number" if same_number(name, flags) else ""
            yield issue("crosswalk-id-changed", f"{message}{why}; these rows decide nothing.", **place)
        else:
            message = f"The map has no measure {name!r} ({lines})."
            yield issue("crosswalk-row-without-measure", message, **place)
    for name in bare:
        message = f"Measure {name} of the map has no row."
        yield issue("crosswalk-measure-without-row", message, dataset=where, feature=name)


def _flag_differs(rows: Sequence[CrosswalkRow], flags: set[str]) -> str:
    """Say how the rows that decide and the flags of the map contradict each other; "" where they do not."""
    decisive = [row for row in rows if row.decisive]
    excluding = [row for row in decisive if row.habitat == "*" and row.verdict == "no" and not row.module]
    granting = [row for row in decisive if row.verdict in ("yes", "conditional")]
    if flags == {"no"} and granting:
        return f"the map flags it as not counting, so {_lines(granting)} of the crosswalk has no effect"
    if "yes" in flags and excluding:
        return (
            f"the map flags it as counting, but {_lines(excluding)} of the crosswalk excludes every habitat"
        )
    return ""


def _lines(rows: Sequence[CrosswalkRow]) -> str:
    return _named([str(row.line) for row in rows])


def _named(numbers: Sequence[str]) -> str:
    more = f" and {len(numbers) - 10} more" if len(numbers) > 10 else ""
    return f"line{'s' if len(numbers) > 1 else ''} {', '.join(numbers[:10])}{more}"


def _by_kind(issues: Sequence[Issue]) -> Iterator[str]:
    """Tell issues kind by kind, each kind with what to do about it."""
    for code in dict.fromkeys(one.code for one in issues):
        same = [one for one in issues if one.code == code]
        yield f"  {code} ({len(same)}): {same[0].fix}"
        yield from (f"    {one.message}" for one in same[:MOST_LINES])
        if len(same) > MOST_LINES:
            yield f"    and {len(same) - MOST_LINES} more (--json lists all)."
