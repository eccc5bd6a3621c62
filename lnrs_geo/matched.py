"""Parcels against mapped measures, as the frames `matches` and `measures_used` of a result."""

from collections.abc import Iterable, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from lnrs_geo import columns
from lnrs_geo.columns import MATCHES, MEASURES_USED
from lnrs_geo.frames import conform, from_rows
from lnrs_geo.gather import Inputs
from lnrs_geo.judge import Judge
from lnrs_geo.model import Module, Relation, Stage, Status
from lnrs_geo.parts import Part

BNG = "EPSG:27700"
# A measure that reaches over the border of its strategy area counts for nothing beyond it (rules section 4).
NO_SAY = "the map of LNRS {} has no say on the land where the parcel meets this measure"
# Where strategy areas overlap, no map can be told from another.
CONTESTED = (
    "the areas of LNRS {} overlap where the parcel meets this measure, so which of them applies is not known"
)


def source_of(feature: dict[str, Any]) -> str:
    """Return file and layer of a feature as one text."""
    return f"{feature['source']}|{feature['layer']}"


def words_by_lnrs(inputs: Inputs, column: str) -> dict[str, dict[str, str]]:
    """Return what the map of each LNRS says of its measures; different words for one measure are joined."""
    return {one.lnrs_id: _words(one.measures, column) for one in inputs.maps}


def _words(measures: gpd.GeoDataFrame, column: str) -> dict[str, str]:
    said: dict[str, dict[str, None]] = {}
    for name, words in zip(measures["measure_id"], measures[column], strict=True):
        said.setdefault(name, {})[words] = None
    return {name: "; ".join(one for one in words if one) for name, words in said.items()}


def matches(
    parts: Sequence[Part], features: Sequence[dict[str, Any]], judge: Judge, inputs: Inputs
) -> pd.DataFrame:
    """One row per parcel and mapped measure, with the verdict on what is proposed there."""
    terrain = judge.terrain
    measures = terrain.measures
    post = {part.row.feature: part.row for part in parts if part.row.row.stage is Stage.POST}
    module_of = {part.row.feature: part.row.row.module for part in parts}
    locations = inputs.measures["location_id"].tolist()
    texts, priorities = words_by_lnrs(inputs, "measure"), words_by_lnrs(inputs, "priority")
    lands, under = _lands(parts)
    useless = {part.row.feature for part in parts if part.decision.status is Status.ERROR}
    found: list[dict[str, Any]] = []
    over = measures.overlaps
    for parcel, entries in measures.overlaps_of.items():
        if parcel in useless:
            continue
        feature, module = features[parcel], module_of[parcel]
        met = measures.pairs.polygon[measures.pairs_of[parcel]]
        for i in entries:
            number = int(over.group[i])
            group = measures.groups[number]
            if group.beside:
                continue
            owner = terrain.owners[number]
            row = post.get(parcel)
            verdict = judge.verdict(row, number) if row else None
            own = lands.get(parcel, set())
            says = owner in own and (
                len(own) == 1 or over.size[i] <= 0 or (parcel, owner, group.measure_id) in under
            )
            unsaid = "" if says or not verdict else _unsaid(owner, own)
            verdict = verdict if says else None
            relation = (
                Relation.INSIDE
                if over.inside[i]
                else Relation.PARTIAL
                if over.size[i] > 0
                else Relation.TOUCH
            )
            names = sorted({str(locations[p]) for p in met if measures.group_of[p] == number})
            trees = float(feature["count"]) / terrain.sizes[parcel] if module is Module.TREE else 1.0
            found.append(
                {
                    "source": source_of(feature),
                    "src_fid": feature["src_fid"],
                    "parcel_ref": feature["parcel_ref"],
                    "module": module.value,
                    "measure_id": group.measure_id,
                    "measure": texts[owner][group.measure_id],
                    "priority": priorities[owner][group.measure_id],
                    "location_ids": ";".join(name for name in names if name),
                    "eligible": group.eligible,
                    "relation": relation.value,
                    "overlap": over.size[i] * trees,
                    "overlap_unit": module.plain_unit,
                    "share": over.share[i],
                    "habitat": row.proposal.habitat if row and row.proposal else "",
                    "intervention": _intervention(row.row.intervention) if row and row.proposal else "",
                    "verdict": verdict.answer.value if verdict else "",
                    "verdict_status": verdict.status if verdict else "",
                    "verdict_reason": verdict.reason if verdict else unsaid,
                    "verdict_source": verdict.source if verdict else "",
                    "lnrs_id": owner,
                }
            )
    return conform(from_rows(found, MATCHES), MATCHES)


def _unsaid(owner: str, lnrs_ids: Iterable[str]) -> str:
    """Say why a map of an LNRS has no verdict on land of these."""
    shared = next((one for one in lnrs_ids if ";" in one and owner in one.split(";")), "")
    return CONTESTED.format(" and ".join(shared.split(";"))) if shared else NO_SAY.format(owner)


def _lands(parts: Sequence[Part]) -> tuple[dict[int, set[str]], set[tuple[int, str, str]]]:
    """Return the LNRSs in which each proposal lies, and the measures under it on the land of each of them."""
    lands: dict[int, set[str]] = {}
    under: set[tuple[int, str, str]] = set()
    for part in parts:
        if part.row.row.stage is Stage.POST:
            feature, lnrs_id = part.row.feature, part.lnrs_id
            lands.setdefault(feature, set()).add(lnrs_id)
            under.update((feature, lnrs_id, name) for name in (*part.relies_on, *part.also_in))
    return lands, under


def _intervention(intervention: object) -> str:
    return str(intervention) if intervention is not None else "either"


def measures_used(parts: Sequence[Part], judge: Judge, inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the mapped polygons that a parcel lies in, and whether a High part relies on them."""
    measures, frame = judge.terrain.measures, inputs.measures
    owners = judge.terrain.owners
    wanted: dict[int, set[tuple[str, str]]] = {}
    for part in parts:
        relied_on = {(part.lnrs_id, name) for name in part.relies_on}
        wanted.setdefault(part.row.feature, set()).update(relied_on)
    used: dict[int, bool] = {}
    pairs = measures.pairs
    overlapping = (pairs.size > 0) & (pairs.polygon < len(frame))
    for parcel, polygon in zip(
        pairs.parcel[overlapping].tolist(), pairs.polygon[overlapping].tolist(), strict=True
    ):
        group = int(measures.group_of[polygon])
        relied = (owners[group], measures.groups[group].measure_id) in wanted.get(parcel, set())
        used[polygon] = used.get(polygon, False) or relied
    kept = frame.iloc[sorted(used)].reset_index(drop=True)
    kept = kept.assign(relied_on=[used[at] for at in sorted(used)])
    if len(inputs.maps) > 1:
        # ids of measures may be alike: say whose each is where its layer does not
        whose = [owners[int(measures.group_of[polygon])] for polygon in sorted(used)]
        kept["lnrs_id"] = kept["lnrs_id"].where(kept["lnrs_id"] != "", whose)
    return gpd.GeoDataFrame(kept[columns.names(MEASURES_USED)], geometry=kept.geometry, crs=BNG)
