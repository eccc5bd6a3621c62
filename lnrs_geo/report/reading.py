"""Read the facts of a report from `result.json`: what was found, feature by feature, and in which order."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lnrs_geo.report import limbs, totals, words
from lnrs_geo.report.answers import WRONG
from lnrs_geo.report.apart import told_apart
from lnrs_geo.report.facts import Left, ParcelFacts, PartFacts, Report, Row
from lnrs_geo.report.notices import notices
from lnrs_geo.report.own_issues import own_issues
from lnrs_geo.report.slivers import marked, slivers
from lnrs_geo.write import read_results

# Reasons for a page, the most pressing first.
WHY = ("error", "wrong-claim", "review", "split", "high", "medium")
# A title names so many files at most.
NAMED = 3
# A reference may be as long as a text; a link and the name of a picture may not.
LONGEST_REF = 40

Key = tuple[str, str]  # source and src_fid


def read_report(folder: Path, *, most_pages: int | None = 100) -> Report:
    """Return everything that a report says of the results in a folder.

    Parameters
    ----------
    folder
        Where `result.json` stands.
    most_pages
        How many parcels get a page; None for all that deserve one.

    Raises
    ------
    OutputError
        There are no results, they are damaged, or another version of the program wrote them.
    """
    return report_of(read_results(folder), most_pages=most_pages)


def report_of(document: Mapping[str, Any], *, most_pages: int | None = 100) -> Report:
    """Return everything that a report says of a result.

    Parameters
    ----------
    document
        The content of `result.json`.
    most_pages
        How many parcels get a page; None for all that deserve one.
    """
    run = document["run"]
    parcels = tuple(_parcels(document))
    deserving = sorted((one for one in parcels if one.why), key=lambda one: WHY.index(one.why[0]))
    pages = deserving if most_pages is None else deserving[:most_pages]
    return Report(
        title=title(run, document["parcels"]),
        notices=notices(run.get("notice") or "", document["issues"]),
        run=run,
        command=run.get("command") or "",
        totals=totals.modules(document["parts"]),
        units=totals.units(document["parcels"]),
        counts=totals.counts(document["parts"], document["parcels"]),
        parcels=parcels,
        pages=tuple(pages),
        left=Left(len(deserving) - len(pages), len(deserving) if most_pages is None else most_pages),
        issues=tuple(document["issues"]),
    )


def title(run: Mapping[str, Any], parcels: Iterable[Row]) -> str:
    """Name what was checked: the site where there is one, and the files of parcels.

    Examples
    --------
    >>> title({"inputs": [{"role": "parcels", "path": "maps/north.gpkg"}]}, [{"site_ref": "S1"}])
    'Site S1: north.gpkg'
    """
    paths = dict.fromkeys(one["path"] for one in run["inputs"] if one["role"] == "parcels")
    names = [re.split(r"[/\\]", str(path).rstrip("/\\"))[-1] for path in paths] or ["parcels"]
    shown = names[:NAMED]
    if len(names) > NAMED:
        shown = [*names[: NAMED - 1], f"{len(names) - NAMED + 1} more files"]
    files = " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
    sites = list(dict.fromkeys(one.get("site_ref") or "" for one in parcels))
    return f"Site {sites[0]}: {files}" if len(sites) == 1 and sites[0] else files


def _parcels(document: Mapping[str, Any]) -> Iterator[ParcelFacts]:
    """Give every feature in the order of the results."""
    parts, stages = _by_feature(document["parts"]), _by_feature(document["parcels"])
    matches = _by_feature(document["matches"])
    told = _Told(document)
    issues = own_issues(document["issues"], (rows[0] for rows in parts.values()), stages)
    apart = told_apart(rows[0] for rows in parts.values())
    for number, (key, rows) in enumerate(parts.items(), start=1):
        first = rows[0]
        yield ParcelFacts(
            source=first["source"],
            src_fid=first["src_fid"],
            ref=first["parcel_ref"],
            module=first["module"],
            anchor=anchor(number, first["parcel_ref"]),
            why=why(rows, stages.get(key, ())),
            stages=tuple(sorted(stages.get(key, ()), key=lambda one: one["stage"] != "baseline")),
            parts=tuple(told.parts(rows, matches.get(key, ()))),
            matches=tuple(sorted(matches.get(key, ()), key=lambda one: one["relation"] == "touch")),
            issues=issues.get(key, ()),
            apart=apart.get(key, ""),
        )


def anchor(number: int, ref: str) -> str:
    """Return the name of a parcel in links and of its pictures; the number tells like ones apart.

    Examples
    --------
    >>> anchor(12, "Field 7/b"), anchor(13, "ряд")
    ('parcel-12-field-7-b', 'parcel-13')
    """
    plain = re.sub(r"[^a-z0-9]+", "-", ref.lower())[:LONGEST_REF].strip("-")
    return f"parcel-{number}-{plain}" if plain else f"parcel-{number}"


def why(parts: Sequence[Row], stages: Sequence[Row]) -> tuple[str, ...]:
    """Return the reasons for which a feature has a page, the most pressing first; none where it needs none.

    Examples
    --------
    >>> why([{"status": "decided", "check": "wrong-high", "review": False, "strat_sig": "Low"}], [])
    ('wrong-claim',)
    """
    holds = {
        "error": any(one["status"] == "error" for one in parts),
        "wrong-claim": any(one["check"] in WRONG for one in parts),
        "review": any(one["status"] == "provisional" or one["review"] for one in parts),
        "split": any(one["needs_split"] for one in stages),
        "high": any(one["status"] == "decided" and one["strat_sig"] == "High" for one in parts),
        "medium": any(one["status"] == "decided" and one["strat_sig"] == "Medium" for one in parts),
    }
    return tuple(one for one in WHY if holds[one])


class _Told:
    """How parts were decided; what many share is put together once."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.run = document["run"]
        self.traces = document["traces"]
        self.steps = [limbs.steps(one) for one in self.traces]
        self.limbs = [limbs.limbs(one) for one in self.steps]

    def parts(self, rows: Sequence[Row], matches: Sequence[Row]) -> Iterator[PartFacts]:
        """Give the parts of a feature."""
        several: dict[str, int] = {}
        for row in rows:
            several[row["stage"]] = several.get(row["stage"], 0) + 1
        texts = {(one["lnrs_id"], one["measure_id"]): one["measure"] for one in map(_with_lnrs, matches)}
        thin = slivers(matches)
        for row in rows:
            trace = self.traces[row["trace"]]
            found = PartFacts(
                row=row,
                limbs=self.limbs[row["trace"]],
                steps=self.steps[row["trace"]],
                statement=trace["statement"],
                citation=trace["citation"],
                gain_plan="",
            )
            sentence = words.gain_plan(found, run=self.run, parts=several[row["stage"]], texts=texts)
            own = {
                name: said for (lnrs, name), said in thin.items() if not lnrs or row["lnrs_id"] in ("", lnrs)
            }
            also = ", ".join(own.get(one, one) for one in row["also_in"].split(";") if one)
            if own:
                found = replace(
                    found,
                    limbs=tuple(marked(one, own) for one in found.limbs),
                    steps=tuple(marked(one, own) for one in found.steps),
                )
            yield replace(found, gain_plan=sentence, also_in=also)


def _with_lnrs(match: Row) -> Row:
    return match if "lnrs_id" in match else {**match, "lnrs_id": ""}  # older results do not say


def _by_feature(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault((row["source"], row["src_fid"]), []).append(row)
    return found
