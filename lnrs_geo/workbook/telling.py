"""The audit of a metric in words, for the terminal and the first sheet of the spreadsheet."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lnrs_geo.assumed import UNLESS, assumes_dates
from lnrs_geo.auditing.words import MEANINGS, assumes
from lnrs_geo.issues import kinds
from lnrs_geo.model import Severity
from lnrs_geo.workbook import WorkbookAudit, tables
from lnrs_geo.workbook.holding import Line

KINDS = {
    "area": "Area units, trees among them",
    "hedgerow": "Hedgerow units",
    "watercourse": "Watercourse units",
}
STAGES = {"baseline": "before", "post": "after"}
SPLIT = "to be entered as several rows"
UNCHANGED = "The metric itself was not changed"
TYPE_THEM = "type the strings into the cells named in corrections.csv"
LISTED = 6


def lines(found: WorkbookAudit, files: Sequence[Path] = ()) -> Iterator[str]:
    """Tell what was held against what, how many claims hold, what they are worth, and what is left to do."""
    yield from head(found)
    yield ""
    yield from _counts(found)
    yield from _worth(found)
    yield from _open(found)
    yield from _unmatched(found)
    yield from _issues(found)
    wanted = any(line.type_this for line in found.lines)
    yield (
        f"{UNCHANGED}: {TYPE_THEM}." if wanted else f"{UNCHANGED}, and corrections.csv names nothing to type."
    )
    if files:
        yield f"Files: {', '.join(file.name for file in files)} in {files[0].parent}"


def head(found: WorkbookAudit) -> Iterator[str]:
    """Tell what everything rests on; the assumption comes first."""
    run = found.run
    yield str(run["assumption"])
    if run["notice"]:
        yield f"NOTE: {run['notice']}"
    loaded: Sequence[Mapping[str, Any]] = run.get("strategies", [run["strategy"]])
    named = "; ".join(
        f"{one['name']}, {'a draft, not published' if one['status'] == 'draft' else 'published ' + one['published']}"
        for one in loaded
    )
    yield (
        f"{'Strategy' if len(loaded) == 1 else 'Strategies'}: {named}. Rules: {run['rules']['edition']}. "
        f"Assessed as at {run['as_at']}."
    )
    if found.result is None:
        yield (
            "No parcels were given, so only what the dates alone decide was held against the metric: baselines, "
            "Medium, blanks."
        )


def _counts(found: WorkbookAudit) -> Iterator[str]:
    rows = [line for line in found.lines if not line.is_new]
    sheets = len({line.row.sheet for line in rows})
    joined = sum(line.parcel is not None for line in rows)
    told = f"; {joined} joined to parcels" if found.result is not None else ""
    yield f"{found.metric.path.name}: {len(rows)} filled rows in {sheets} sheets{told}."
    for check, count in Counter(line.check for line in rows).most_common():
        own = [line for line in rows if line.check == check]
        meaning = MEANINGS.get(
            check, SPLIT if check == "split-needed" else "no verdict: not assessed, or none is due"
        )
        unless = (
            f", {UNLESS}" if check == "baseline-not-low" and any(assumes(one.answer) for one in own) else ""
        )
        yield f"  {check or '-':22}{count:>5}  {meaning}{unless}"
        if check not in ("ok", ""):
            yield f"  {'':22}       {_cells(own)}"
    typed = [line for line in found.lines if line.type_this and not line.is_new]
    yield f"Cells to change: {len(typed)}.{_hangs_on(found, typed)}"


def _hangs_on(found: WorkbookAudit, typed: Sequence[Line]) -> str:
    """Say what the corrections hang on, or why there are none."""
    if found.withheld:
        return f" None is named, for {found.withheld}."
    if not typed or not assumes_dates(found.run):
        return ""
    low = sum(assumes(line.answer) for line in typed)
    baselines = f"; {low} of them are baselines, to be Low {UNLESS}" if low else ""
    return f" They rest on the dates assumed above{baselines}."


def _worth(found: WorkbookAudit) -> Iterator[str]:
    for row in tables.totals(found):
        name = f"{KINDS[row['units_module']]}, {row['side']}, {STAGES[row['stage']]} the development"
        if not row["with_effect"]:
            yield f"  {name}: no effect is known ({row['rows']} rows)."
            continue
        low, high = f"{row['units_low']:.4f}", f"{row['units_high']:.4f}"
        span = low if low == high else f"{low} to {high}"
        of = "" if row["with_effect"] == row["rows"] else f" ({row['with_effect']} of {row['rows']} rows)"
        yield f"  {name}: claimed {row['units_claimed']:.4f}, as assessed {span}{of}."


def _open(found: WorkbookAudit) -> Iterator[str]:
    review = [line for line in found.lines if line.answer["status"] == "provisional" and not line.is_new]
    if review:
        yield f"For review, their values stay until a person has looked: {len(review)} rows ({_cells(review)})."
    missing = [line for line in found.lines if line.answer["status"] == "not-assessed"]
    if missing and found.result is not None:
        yield f"Not assessed, for they were not joined to a parcel: {len(missing)} rows ({_cells(missing)})."
    for one in found.rooms:
        if one.to_add:
            yield f"Rows to add in {one.sheet}: {one.to_add}; {one.filled} of {one.code.most_rows} are filled."


def _unmatched(found: WorkbookAudit) -> Iterator[str]:
    if found.result is None:
        return
    rows = [line for line in found.lines if line.why_not]
    if rows:
        yield f"Rows without a parcel: {len(rows)} ({_cells(rows)})."
    if found.unlisted:
        refs = {
            (parcel.record["source"], parcel.record["src_fid"]): str(parcel.record["parcel_ref"])
            for parcel, _ in found.unlisted
        }
        apart = (
            f"; before and after the development counted apart, {len(found.unlisted)}"
            if len(found.unlisted) > len(refs)
            else ""
        )
        yield f"Parcels without a row: {len(refs)} ({_short(list(refs.values()))}){apart}."


def _issues(found: WorkbookAudit) -> Iterator[str]:
    if not found.issues:
        yield "Issues of the metric: none."
        return
    by_severity = Counter(one.severity for one in found.issues)
    told = ", ".join(f"{by_severity[level]} {level}" for level in Severity if by_severity[level])
    yield f"Issues of the metric: {told}."
    for code, count in Counter(one.code for one in found.issues).most_common():
        first = next(one for one in found.issues if one.code == code)
        place = f"{first.layer} {first.feature}: ".lstrip() if first.layer else ""
        yield f"  {code:26}{count:>5}  {place}{first.message} {kinds()[code].fix}"


def _cells(lines: Sequence[Line]) -> str:
    return _short([f"{line.row.code}!{line.row.cells['claimed']}" for line in lines])


def _short(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more
