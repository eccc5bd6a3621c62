"""Parts and facts into the frames of a result; nothing is decided here."""

import math
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lnrs_geo import columns, matched, record
from lnrs_geo.columns import PARTS
from lnrs_geo.frames import from_columns
from lnrs_geo.gather import Inputs
from lnrs_geo.judge import ASK_MEASURES, Judge
from lnrs_geo.model import Module, Retention, Significance, Stage
from lnrs_geo.multiplier import claims
from lnrs_geo.multiplier.decide import Decision
from lnrs_geo.multiplier.rules import Edition
from lnrs_geo.parcel_totals import PER_UNIT, parcels
from lnrs_geo.parts import Part
from lnrs_geo.result import Basis, Result
from lnrs_geo.spatial import gridref
from lnrs_geo.spatial.normalise import Parcels

BNG = "EPSG:27700"
ALONG_EDGE = " The line runs along an edge within 0.1 m and was not cut there: check on which side it stands."
# Land where no measure given can make anything High.
NOTHING_WOULD_BE = ("outside-area", "lnrs-not-loaded")
# and where nobody can tell whose measures count
WHOSE_LAND = "own/areas-overlap"

Places = npt.NDArray[np.intp]
# Values of some columns, by name; all of one length.
Columns = dict[str, Any]


def result(
    parts: Sequence[Part],
    *,
    read: Parcels,
    inputs: Inputs,
    judge: Judge,
    run: dict[str, Any],
) -> Result:
    """Put the frames of a run together, and its record with them."""
    decisions, which = _distinct([part.decision for part in parts])
    geometry = np.array([part.geometry for part in parts], dtype=object)
    sizes = _sizes(parts, read.frame)
    table = from_columns(
        {
            **_of_rows(parts, read.frame, sizes),
            **_of_decisions(decisions, which, judge.edition),
            **_of_parts(parts, inputs),
            "gridref": _gridrefs(geometry),
            "check": _checks(parts),
            "would_be_high": [_would_be_high(part, judge) for part in parts],
            "trace": which.tolist(),
        },
        (*PARTS, columns.TRACE),
    )
    plain = pd.DataFrame(read.frame.drop(columns="geometry"))
    features: list[dict[str, Any]] = plain.to_dict("records")  # type: ignore[assignment]
    return Result(
        parts=gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry, crs=BNG)),
        parcels=parcels(parts, table, sizes, read.frame, read.inputs).assign(notice=run["notice"]),
        matches=matched.matches(parts, features, judge, inputs),
        issues=record.issues_frame(inputs.issues),
        measures_used=matched.measures_used(parts, judge, inputs),
        run=run,
        traces=[
            record.trace(decision, statement=judge.edition.rule(decision.rule_id.partition("/")[2]).statement)
            for decision in decisions
        ],
        bases=_bases(parts),
    )


def _bases(parts: Sequence[Part]) -> list[Basis]:
    """Return what each parcel and stage was judged by, in the order in which their first parts stand."""
    first = {(part.row.feature, part.row.row.stage): part.row for part in reversed(parts)}
    order = dict.fromkeys((part.row.feature, part.row.row.stage) for part in parts)
    return [Basis(first[one].application, first[one].row, first[one].earlier) for one in order]


def _distinct(decisions: Sequence[Decision]) -> tuple[list[Decision], Places]:
    """Return the distinct decisions in the order in which they are met, and which one each part has."""
    numbers: dict[Decision, int] = {}
    known: dict[int, int] = {}  # one object stands for thousands of parts, and costs much to compare
    which = np.empty(len(decisions), dtype=np.intp)
    for at, decision in enumerate(decisions):
        number = known.get(id(decision))
        if number is None:
            number = known[id(decision)] = numbers.setdefault(decision, len(numbers))
        which[at] = number
    return list(numbers), which


def _sizes(parts: Sequence[Part], features: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Return sizes in m2, m or count; the trees of a multipoint are shared out evenly."""
    sizes = np.array([part.size for part in parts], dtype=float)
    trees = [
        at
        for at, part in enumerate(parts)
        if part.row.row.module is Module.TREE and part.geometry is not None
    ]
    if trees:
        of = np.array([parts[at].row.feature for at in trees], dtype=np.intp)
        points = shapely.get_num_geometries(np.asarray(features.geometry.array, dtype=object)[of])
        sizes[trees] = features["count"].to_numpy(dtype=float)[of] * sizes[trees] / points
    return sizes


def _of_rows(
    parts: Sequence[Part], features: gpd.GeoDataFrame, sizes: npt.NDArray[np.float64]
) -> dict[str, Sequence[Any]]:
    """Return what parts have from their parcel as it was read, and their size."""
    at = np.array([part.row.feature for part in parts], dtype=np.intp)
    source = (features["source"] + "|" + features["layer"]).to_numpy(dtype=object)
    told = (features["module"] != "").to_numpy()[at].tolist()  # where nothing tells, nothing is said
    facts = [part.row.row for part in parts]
    return {
        "source": source[at].tolist(),
        "src_fid": features["src_fid"].to_numpy(dtype=object)[at].tolist(),
        "parcel_ref": features["parcel_ref"].to_numpy(dtype=object)[at].tolist(),
        "module": [one.module.value if said else "" for one, said in zip(facts, told, strict=True)],
        "stage": [one.stage.value for one in facts],
        "retention": [one.retention.value if one.retention else "" for one in facts],
        "habitat": [one.habitat for one in facts],
        "size": sizes / np.array([PER_UNIT[one.module] for one in facts], dtype=float),
        "size_unit": [one.module.size_unit if said else "" for one, said in zip(facts, told, strict=True)],
        "size_m": sizes,
        "claimed": [part.row.claim.text for part in parts],
    }


def _of_decisions(decisions: Sequence[Decision], which: Places, edition: Edition) -> dict[str, Sequence[Any]]:
    """Return what parts have from their decision: each distinct one is put into words once."""
    chosen = [one.significance for one in decisions]
    others = [one.alternative for one in decisions]
    said: dict[str, list[Any]] = {
        "strat_sig": [one.value if one else "" for one in chosen],
        "ss_mult": [float(edition.multiplier(one)) if one else math.nan for one in chosen],
        "ss_label": [edition.label(one) if one else "" for one in chosen],
        "status": [one.status.value for one in decisions],
        "ss_reason": [one.ss_reason for one in decisions],
        "regime": [one.regime for one in decisions],
        "regime_rule": [one.regime_rule for one in decisions],
        "alt_sig": [one.value if one else "" for one in others],
        "alt_mult": [float(edition.multiplier(one)) if one else math.nan for one in others],
        "rule_id": [one.rule_id for one in decisions],
    }
    places = which.tolist()
    return {name: [values[at] for at in places] for name, values in said.items()}


def _of_parts(parts: Sequence[Part], inputs: Inputs) -> dict[str, Sequence[Any]]:
    """Return what each part has of its own: its measures, where it lies, what it says of itself."""
    texts = matched.words_by_lnrs(inputs, "measure")
    status = {lnrs_id: inputs.status_of(lnrs_id) for lnrs_id in {part.lnrs_id for part in parts}}
    return {
        "part": [part.number for part in parts],
        "review": [part.decision.review or part.along_edge for part in parts],
        "reason": [part.decision.reason + (ALONG_EDGE if part.along_edge else "") for part in parts],
        "measure_id": [";".join(part.relies_on) for part in parts],
        "measure": [";".join(texts[part.lnrs_id][name] for name in part.relies_on) for part in parts],
        "also_in": [";".join(part.also_in) for part in parts],
        "lnrs_id": [part.lnrs_id for part in parts],
        "authority": [part.authority for part in parts],
        "borderline": [part.borderline for part in parts],
        "strategy_status": [status[part.lnrs_id] for part in parts],
    }


def _checks(parts: Sequence[Part]) -> list[str]:
    """Return the verdict on what the input states; the same case is judged once."""
    known: dict[tuple[claims.Claim, claims.Assessed], str] = {}
    found = []
    for part in parts:
        claim, decision, row = part.row.claim, part.decision, part.row.row
        if not part.row.claim_due and claim.kind == "blank":
            found.append("")
            continue
        assessed = claims.Assessed(
            row.stage,
            decision.status,
            decision.significance,
            decision.regime,
            decision.regime_rule,
            # made from nothing: no baseline to value
            value_due=row.stage is not Stage.BASELINE or bool(row.habitat),
            earlier=part.row.earlier,
        )
        case = (claim, assessed)
        if case not in known:
            known[case] = claims.verdict(claim, assessed)
        found.append(known[case])
    return found


def _would_be_high(part: Part, judge: Judge) -> str:
    """List what the crosswalk makes consistent on the land of a Low part, measure by measure."""
    row, decision = part.row.row, part.decision
    if not part.also_in or decision.significance is not Significance.LOW:
        return ""
    asked = (
        row.stage is Stage.POST
        and row.retention is not Retention.RETAINED
        and decision.regime in ASK_MEASURES
        and decision.ss_reason not in NOTHING_WOULD_BE
        and not decision.rule_id.endswith(WHOSE_LAND)
    )
    if not asked:
        return ""
    mapped = judge.terrain.measures
    at = mapped.overlaps_of.get(part.row.feature, ())
    numbers = judge.speaking([int(mapped.overlaps.group[i]) for i in at], part.lnrs_id)
    counting = {mapped.groups[one].measure_id for one in numbers if mapped.groups[one].eligible != "no"}
    book = judge.brief.crosswalk_of(part.lnrs_id)
    return "; ".join(
        f"{name}: {words}"
        for name in part.also_in
        if name in counting
        for words in book.consistent_words(name, row.module)
    )


def _gridrefs(geometry: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> list[str]:
    points = shapely.point_on_surface(geometry)
    there = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    found = [""] * len(geometry)
    xy = shapely.get_coordinates(points[there])
    for at, reference in zip(np.flatnonzero(there), gridref.grid_references(xy), strict=True):
        found[at] = reference
    return found
