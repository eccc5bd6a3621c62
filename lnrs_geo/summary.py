"""The summary that a person reads when a run is done."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from lnrs_geo.model import Module, Severity
from lnrs_geo.result import Result

NAMES = {
    Module.AREA: ("Area habitats", "ha", 4),
    Module.HEDGEROW: ("Hedgerows", "km", 3),
    Module.WATERCOURSE: ("Watercourses", "km", 3),
    Module.TREE: ("Individual trees", "trees", 0),
}
STAGES = {"baseline": "baseline", "post": "after the development"}
REGIMES = {
    "table-7": "Table 7",
    "table-8": "Table 8",
    "as-submitted": "as submitted",
    "as-approved": "as approved",
    "as-secured": "as secured",
    "both": "both figures shown",
    "review": "a person must look",
}
ELSEWHERE = ("outside-area", "lnrs-not-loaded")


def lines(result: Result, files: list[Path]) -> Iterator[str]:
    """Tell what was checked, the answer, what a person must look at, and where the files are."""
    yield from head_lines(result)
    yield from _answer(result.parts)
    yield from _regimes(result.parts)
    yield from _review(result.parts)
    yield from issue_lines(result.issues)
    if files:
        yield f"Files: {', '.join(file.name for file in files)} in {files[0].parent}"


def head_lines(result: Result) -> Iterator[str]:
    """Tell what every summary begins with: what is assumed, the strategy, the rules and the date."""
    run = result.run
    yield run["assumption"]
    if run["notice"]:
        yield f"NOTE: {run['notice']}"
    loaded = run.get("strategies", [run["strategy"]])
    named = "; ".join(f"{one['name']}, {_published(one)}" for one in loaded)
    yield (
        f"{'Strategy' if len(loaded) == 1 else 'Strategies'}: {named}. "
        f"Rules: {run['rules']['edition']}. Assessed as at {run['as_at']}."
    )
    yield ""


def _published(strategy: dict[str, Any]) -> str:
    published = (
        f"published {strategy['published']}" if strategy["status"] != "draft" else "a draft, not published"
    )
    return published if strategy.get("opened", True) else f"{published} (no parcel lies there)"


def _answer(parts: pd.DataFrame) -> Iterator[str]:
    post = parts[(parts["stage"] == "post") & (parts["retention"] != "Retained")]
    parcels = parts[["source", "src_fid"]].drop_duplicates()
    yield f"{len(parcels)} parcels; created or enhanced: {_parcels(post)} parcels in {len(post)} parts."
    if post.empty:
        yield "Nothing is created or enhanced, so nothing was looked up in Table 7."
        return
    left_out = post["status"] == "not-applicable"
    if left_out.all():
        yield "None of it needs a biodiversity gain: the applications are exempt, refused or withdrawn."
        return
    post = post[~left_out]
    if left_out.any():
        yield f"  In no total, since exempt, refused or withdrawn: {int(left_out.sum())} parts."
    if post["ss_reason"].isin(ELSEWHERE).all():
        yield "NOTE: none of it lies in the strategy area. Check the coordinates, the strategy and the area."
    medium = ((post["status"] == "decided") & (post["strat_sig"] == "Medium")).any()
    shown = ("High", "Medium", "Low") if medium else ("High", "Low")
    yield f"  {'':18}{''.join(f'{name:>14}' for name in shown)}{'for review':>14}"
    for module, (name, unit, decimals) in NAMES.items():
        rows = post[post["module"] == module]
        if rows.empty:
            continue
        decided = rows["status"] == "decided"
        sums = [
            *(rows.loc[decided & (rows["strat_sig"] == name), "size"].sum() for name in shown),
            rows.loc[rows["status"] == "provisional", "size"].sum(),
        ]
        cells = "".join(f"{f'{amount:.{decimals}f} {unit}':>14}" for amount in sums)
        yield f"  {name:18}{cells}"
    kept = parts[(parts["stage"] == "post") & (parts["retention"] == "Retained")]
    if len(kept):
        low = (kept["status"] == "decided").all() and (kept["strat_sig"] == "Low").all()
        yield f"  Retained{', Low' if low else ''} as its baseline: {_parcels(kept)} parcels."
    gone = parcels.merge(
        parts.loc[parts["stage"] == "post", ["source", "src_fid"]], how="left", indicator=True
    )
    lost = int((gone["_merge"] == "left_only").sum())
    if lost:
        yield f"  Lost, or baseline only: {lost} parcels."
    split = post.groupby(["source", "src_fid"]).size()
    if (split > 1).any():
        yield f"  To be split into parts: {int((split > 1).sum())} parcels."


def _regimes(parts: pd.DataFrame) -> Iterator[str]:
    """Tell which table applied by the dates, where it was not Table 7 alone."""
    applied = parts[parts["regime"] != ""]
    if applied["regime"].isin(["table-7"]).all():
        return
    yield "  By the dates (regime_rule):"
    names = [(one.stage, REGIMES[str(one.regime)], one.regime_rule) for one in applied.itertuples()]
    for (stage, words, rule), count in sorted(Counter(names).items()):
        yield f"    {STAGES[str(stage)]}: {words}, row {rule}: {count} parts"


def _parcels(parts: pd.DataFrame) -> int:
    return len(parts[["source", "src_fid"]].drop_duplicates())


def _review(parts: pd.DataFrame) -> Iterator[str]:
    wrong = parts[parts["status"] == "error"]
    if len(wrong):
        refs = ", ".join(dict.fromkeys(wrong["parcel_ref"].tolist()))
        yield f"In error, in no total: {_parcels(wrong)} parcels ({_short(refs)})."
    open_parts = parts[parts["status"] == "provisional"]
    if len(open_parts):
        counts = open_parts["ss_reason"].value_counts()
        differ = (open_parts["alt_sig"] != "") & (open_parts["alt_sig"] != open_parts["strat_sig"])
        also = f"; {int(differ.sum())} of them have two different figures" if differ.any() else ""
        yield f"For review, counted at the lower figure until a person has looked: {len(open_parts)} parts{also}."
        for reason in sorted(counts.index, key=lambda name: (-counts[name], name)):
            refs = ", ".join(
                dict.fromkeys(open_parts.loc[open_parts["ss_reason"] == reason, "parcel_ref"].tolist())
            )
            yield f"  {reason:22}{counts[reason]:>5}  {_short(refs)}"
    noted = parts[(parts["status"] == "decided") & parts["review"]]
    if len(noted):
        refs = ", ".join(dict.fromkeys(noted["parcel_ref"].tolist()))
        yield f"Decided, with a note to read: {len(noted)} parts ({_short(refs)})."


def issue_lines(issues: pd.DataFrame) -> Iterator[str]:
    """Tell the issues of the data by their codes, the most frequent first, each with its first message."""
    if issues.empty:
        yield "Issues of the data: none."
        return
    by_severity = [
        f"{int((issues['severity'] == level).sum())} {level}"
        for level in Severity
        if (issues["severity"] == level).any()
    ]
    yield f"Issues of the data: {', '.join(by_severity)}."
    for code, rows in sorted(issues.groupby("code", sort=False), key=lambda pair: (-len(pair[1]), pair[0])):
        first = rows.iloc[0]
        place = f"{first['feature']}: " if first["feature"] else ""
        yield f"  {code:26}{len(rows):>5}  {place}{first['message']}"


def _short(text: str, *, width: int = 60) -> str:
    return text if len(text) <= width else f"{text[: width - 3].rsplit(',', 1)[0]}, ..."
