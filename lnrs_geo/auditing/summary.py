"""The summary of an audit that a person reads: verdicts, their worth in units, what is left to do."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from lnrs_geo.auditing import Audit, copy_name
from lnrs_geo.auditing.copies import is_draft
from lnrs_geo.auditing.tables import VERDICTS, records
from lnrs_geo.auditing.words import MEANINGS, assumes
from lnrs_geo.model import Stage
from lnrs_geo.summary import head_lines, issue_lines

KINDS = {
    "area": "Area units, trees among them",
    "hedgerow": "Hedgerow units",
    "watercourse": "Watercourse units",
}
STAGES = {Stage.BASELINE.value: "before", Stage.POST.value: "after"}
# As many references as a line can name and still be read
LISTED = 6


def lines(found: Audit, files: Sequence[Path]) -> Iterator[str]:
    """Tell how many claims hold, what the others are worth, what a person must settle, where the files are."""
    yield from head_lines(found.result)
    yield from _verdicts(found)
    yield from _worth(found)
    yield from _left_alone(found.left_alone)
    yield from _copies(found, written=bool(files))
    yield from issue_lines(found.result.issues)
    if files:
        out = files[0].parent
        names = [file.name for file in files if file.parent == out]
        yield f"Files: {', '.join(names)} in {out}"


def _verdicts(found: Audit) -> Iterator[str]:
    parts = found.parts
    stages = [parts[parts["stage"] == stage] for stage in STAGES]
    yield f"{len(parts[['source', 'src_fid']].drop_duplicates())} parcels in {len(parts)} parts, before and after:"
    yield f"  {'verdict on the claim':26}{'before':>8}{'after':>8}"
    for name in ("ok", *(one for one in VERDICTS if one != "ok"), "no_verdict"):
        counts = [int((rows["check"] == name.replace("no_verdict", "")).sum()) for rows in stages]
        if any(counts):
            label = name if name != "no_verdict" else "no verdict"
            yield f"  {label:26}{counts[0]:>8}{counts[1]:>8}   {MEANINGS[name]}"
    split = found.parcels[found.parcels["check"] == "split-needed"]
    if len(split):
        count = len(split[["source", "src_fid"]].drop_duplicates())
        yield f"  To be entered as several rows: {count} {'parcel' if count == 1 else 'parcels'} ({_refs(split)})."


def _worth(found: Audit) -> Iterator[str]:
    """Tell the effect for each kind of units; kinds and stages are never put together."""
    totals = found.totals[(found.totals["scope"] == "file") & (found.totals["with_units"] > 0)]
    if totals.empty:
        yield "Effect in biodiversity units: none can be given, for no row has both units and a claim to go by."
        yield "  --map units=COLUMN names the column that holds the units."
        return
    yield "Effect of the findings in biodiversity units, from those that the input claims:"
    for kind, title in KINDS.items():
        for stage, when in STAGES.items():
            rows = totals[(totals["units_module"] == kind) & (totals["stage"] == stage)]
            for kept, apart in ((False, ""), (True, ", Retained")):
                own = rows[rows["retained"] == kept]
                if len(own):
                    yield f"  {title}, {when} the development{apart}: {_change(own)}"
    without = found.parcels[(found.parcels["units_note"] != "") & found.parcels["units_claimed"].notna()]
    if len(without):
        yield f"  Units claimed but not assessed: {len(without)} rows ({_refs(without)}); audit-parcels.csv says why."


def _change(rows: pd.DataFrame) -> str:
    claimed, low, high = (rows[name].sum() for name in ("units_claimed", "units_low", "units_high"))
    count = int(rows["with_units"].sum())
    assessed = _range(low, high, sign="")
    effect = _range(rows["effect_low"].sum(), rows["effect_high"].sum(), sign="+")
    return f"claimed {claimed:.4f}, assessed {assessed}; effect {effect} ({count} rows)."


def _range(low: float, high: float, *, sign: str) -> str:
    least, most = (format(round(value, 4) + 0.0, f"{sign}.4f") for value in (low, high))
    return least if least == most else f"{least} to {most}"


def _left_alone(left: pd.DataFrame) -> Iterator[str]:
    if left.empty:
        yield "Left to a person: nothing."
        return
    yield f"Left to a person, with the file's own value kept: {len(left)} parts (left-alone.csv)."
    for why, rows in sorted(left.groupby("why", sort=False), key=lambda one: (-len(one[1]), str(one[0]))):
        yield f"  {len(rows):>5}  {why} ({_refs(rows)})"


def _copies(found: Audit, *, written: bool) -> Iterator[str]:
    if is_draft(found.result.run):
        yield (
            "Nothing is written back: the answers are a draft (--accept-proposed). Have the crosswalk rows "
            "confirmed, then audit again without it."
        )
        return
    if not found.copies:
        yield "Nothing is written back."
        return
    verb = "Written back" if written else "Would be written back, with --out"
    for copy in found.copies:
        split = f", {len(copy.parts_of)} rows split" if copy.parts_of else ""
        cells = len(copy.corrections) + sum(
            part.ss_text is not None for one in copy.splits for part in one.parts
        )
        yield f"{verb}: {copy_name(copy)} ({cells} values put right{split})"
    were = "were" if written else "would be"
    if any(row["corrected"] and assumes(row) for row in records(found.parts)):
        yield (
            f"  Baselines {were} set to Low because an application after publication is assumed: give the dates "
            "first where that is not so."
        )
    if found.parcels["units_claimed"].notna().any():
        yield "  Units in the copy are still those of the significance claimed: compute them again in the metric."
    if any(copy.splits for copy in found.copies):
        own = "have" if written else "would have"
        yield (
            f"  The parts of rows that {were} split {own} references and sizes of their own (sizes that do not "
            "agree with the drawing stay as they are: split-size-left); provisional parts keep the claimed value."
        )


def _refs(rows: pd.DataFrame) -> str:
    refs = list(dict.fromkeys(rows["parcel_ref"].tolist()))
    return ", ".join([*refs[:LISTED], *(["..."] if len(refs) > LISTED else [])])
