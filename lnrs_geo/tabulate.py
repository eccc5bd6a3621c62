"""Parts and facts into the frames of a result; nothing is decided here."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lnrs_geo import columns, matched, record
from lnrs_geo.columns import PARCELS, PARTS
from lnrs_geo.frames import conform, from_rows
from lnrs_geo.gather import Inputs
from lnrs_geo.judge import ASK_MEASURES, Judge
from lnrs_geo.model import Module, Retention, Significance, Stage, Status
from lnrs_geo.multiplier import claims, units
from lnrs_geo.multiplier.decide import Decision
from lnrs_geo.multiplier.rules import Edition
from lnrs_geo.parts import Part
from lnrs_geo.result import Result
from lnrs_geo.spatial import gridref
from lnrs_geo.spatial.normalise import Parcels

BNG = "EPSG:27700"
PER_UNIT = {Module.AREA: 10_000.0, Module.HEDGEROW: 1_000.0, Module.WATERCOURSE: 1_000.0, Module.TREE: 1.0}
ALONG_EDGE = " The line runs along an edge within 0.1 m and was not cut there: check on which side it stands."
# Land where no measure given can make anything High.
NOTHING_WOULD_BE = ("outside-area", "lnrs-not-loaded")
# The parcel takes the status of its least firm part.
LEAST_FIRM = (Status.ERROR, Status.PROVISIONAL, Status.DECIDED, Status.NOT_APPLICABLE)


def result(
    parts: Sequence[Part],
    *,
    read: Parcels,
    inputs: Inputs,
    judge: Judge,
    run: dict[str, Any],
) -> Result:
    """Put the frames of a run together, and its record with them."""
    features = read.frame.to_dict("records")
    edition = judge.edition
    trace_of: dict[Decision, int] = {}
    for part in parts:
        trace_of.setdefault(part.decision, len(trace_of))
    geometry = np.array([part.geometry for part in parts], dtype=object)
    gridrefs = _gridrefs(geometry)
    texts = matched.words_of(inputs, "measure")
    rows = []
    for part, reference in zip(parts, gridrefs, strict=True):
        row = _part_row(part, features[part.row.feature], texts, edition)
        row |= {
            "gridref": reference,
            "trace": trace_of[part.decision],
            "would_be_high": _would_be_high(part, judge),
            "strategy_status": inputs.strategy.status,
        }
        rows.append(row)
    shown = (*PARTS, columns.TRACE)
    frame = gpd.GeoDataFrame(
        conform(from_rows(rows, shown), shown), geometry=gpd.GeoSeries(geometry, crs=BNG)
    )
    return Result(
        parts=frame,
        parcels=_parcels(parts, rows, features, read.inputs).assign(notice=run["notice"]),
        matches=matched.matches(parts, features, judge, inputs),
        issues=record.issues_frame(inputs.issues),
        measures_used=matched.measures_used(parts, judge, inputs),
        run=run,
        traces=[
            record.trace(decision, statement=edition.rule(decision.rule_id.partition("/")[2]).statement)
            for decision in trace_of
        ],
    )


def part_size(part: Part, feature: dict[str, Any]) -> float:
    """Return the size of a part in m2, m or count; the trees of a multipoint are shared out evenly."""
    if part.row.row.module is not Module.TREE or part.geometry is None:
        return part.size
    points = float(shapely.get_num_geometries(feature["geometry"]))
    return float(feature["count"]) * part.size / points


def _part_row(part: Part, feature: dict[str, Any], texts: dict[str, str], edition: Edition) -> dict[str, Any]:
    facts, decision = part.row.row, part.decision
    size = part_size(part, feature)
    significance, other = decision.significance, decision.alternative
    return {
        "source": matched.source_of(feature),
        "src_fid": feature["src_fid"],
        "parcel_ref": feature["parcel_ref"],
        "part": part.number,
        "module": facts.module.value if feature["module"] else "",  # where nothing tells, nothing is said
        "stage": facts.stage.value,
        "retention": facts.retention.value if facts.retention else "",
        "habitat": facts.habitat,
        "size": size / PER_UNIT[facts.module],
        "size_unit": facts.module.size_unit if feature["module"] else "",
        "size_m": size,
        "strat_sig": significance.value if significance else "",
        "ss_mult": edition.multiplier(significance) if significance else None,
        "ss_label": edition.label(significance) if significance else "",
        "status": decision.status.value,
        "review": decision.review or part.along_edge,
        "ss_reason": decision.ss_reason,
        "reason": decision.reason + (ALONG_EDGE if part.along_edge else ""),
        "measure_id": ";".join(part.relies_on),
        "measure": ";".join(texts[name] for name in part.relies_on),
        "also_in": ";".join(part.also_in),
        "regime": decision.regime,
        "regime_rule": decision.regime_rule,
        "alt_sig": other.value if other else "",
        "alt_mult": edition.multiplier(other) if other else None,
        "rule_id": decision.rule_id,
        "lnrs_id": part.lnrs_id,
        "authority": part.authority,
        "claimed": part.row.claim.text,
        "check": _check(part),
        "borderline": part.borderline,
    }


def _check(part: Part) -> str:
    if not part.row.claim_due and part.row.claim.kind == "blank":
        return ""
    decision, row = part.decision, part.row.row
    due = row.stage is not Stage.BASELINE or bool(row.habitat)  # made from nothing: no baseline to value
    assessed = claims.Assessed(
        row.stage,
        decision.status,
        decision.significance,
        decision.regime,
        decision.regime_rule,
        value_due=due,
        earlier=part.row.earlier,
    )
    return claims.verdict(part.row.claim, assessed)


def _would_be_high(part: Part, judge: Judge) -> str:
    """List what the crosswalk makes consistent on the land of a Low part, measure by measure."""
    row, decision = part.row.row, part.decision
    asked = (
        row.stage is Stage.POST
        and row.retention is not Retention.RETAINED
        and decision.regime in ASK_MEASURES
    )
    if not asked or decision.significance is not Significance.LOW or decision.ss_reason in NOTHING_WOULD_BE:
        return ""
    mapped = judge.terrain.measures
    at = mapped.overlaps_of.get(part.row.feature, ())
    groups = [mapped.groups[int(mapped.overlaps.group[i])] for i in at]
    counting = {group.measure_id for group in groups if group.eligible != "no"}
    return "; ".join(
        f"{name}: {words}"
        for name in part.also_in
        if name in counting
        for words in judge.crosswalk.consistent_words(name, row.module)
    )


def _parcels(
    parts: Sequence[Part],
    rows: Sequence[dict[str, Any]],
    features: Sequence[dict[str, Any]],
    own: pd.DataFrame,
) -> pd.DataFrame:
    groups: dict[tuple[int, Stage], list[int]] = {}
    for at, part in enumerate(parts):
        groups.setdefault((part.row.feature, part.row.row.stage), []).append(at)
    stages: dict[int, list[Stage]] = {}
    for feature, stage in groups:
        stages.setdefault(feature, []).append(stage)
    found = [
        _parcel_row(
            [parts[i] for i in at],
            [rows[i] for i in at],
            features[feature],
            holds_units=units.stage_of_units(stages[feature]) is stage,
        )
        for (feature, stage), at in groups.items()
    ]
    frame = from_rows(found, PARCELS)
    inputs = own.iloc[[feature for feature, _ in groups]].reset_index(drop=True)
    return conform(pd.concat([frame, inputs], axis="columns"), PARCELS)


def _parcel_row(
    parts: Sequence[Part],
    rows: Sequence[dict[str, Any]],
    feature: dict[str, Any],
    *,
    holds_units: bool,
) -> dict[str, Any]:
    first = rows[0]
    module = parts[0].row.row.module
    whole = sum(row["size_m"] for row in rows)
    high = sum(row["size_m"] for row in rows if row["strat_sig"] == "High" and row["status"] == "decided")
    counted = [row for row in rows if row["ss_mult"] is not None]
    weight = sum(row["size_m"] for row in counted)
    weighted = sum(row["size_m"] * float(row["ss_mult"] or Decimal(0)) for row in counted)
    verdicts = [row["check"] for row in rows]
    return {
        **{
            key: first[key]
            for key in ("source", "src_fid", "parcel_ref", "module", "stage", "retention", "habitat")
        },
        "site_ref": feature["site_ref"],
        "location": feature["location"],
        "size": whole / PER_UNIT[module],
        "size_unit": first["size_unit"],
        "size_m": whole,
        "size_high": high / PER_UNIT[module],
        "share_high": high / whole if whole else 0.0,
        "mean_mult": weighted / weight if weight else None,
        "n_parts": len(rows),
        "needs_split": len(rows) > 1,
        "status": next(status.value for status in LEAST_FIRM if any(row["status"] == status for row in rows)),
        "review": any(row["review"] for row in rows),
        "check": claims.parcel_verdict(verdicts) if any(verdicts) or len(verdicts) == 1 else "",
        "gridref": first["gridref"],
        **(_units(parts, rows, feature) if holds_units else {}),
    }


def _units(parts: Sequence[Part], rows: Sequence[dict[str, Any]], feature: dict[str, Any]) -> dict[str, Any]:
    """Return the units claimed, and what the assessment makes of them (rules section 6)."""
    claimed = float(feature["units"])
    if claimed != claimed:
        return {}
    sized = [(row["size_m"], row["status"], row["ss_mult"]) for row in rows]
    found = units.units_range(claimed, units.claimed_multiplier(parts[0].row.claim), sized)
    low, high = found or (None, None)
    return {"units_claimed": claimed, "units_low": low, "units_high": high}


def _gridrefs(geometry: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> list[str]:
    points = shapely.point_on_surface(geometry)
    there = ~shapely.is_missing(points) & ~shapely.is_empty(points)
    found = [""] * len(geometry)
    xy = shapely.get_coordinates(points[there])
    for at, reference in zip(np.flatnonzero(there), gridref.grid_references(xy), strict=True):
        found[at] = reference
    return found
