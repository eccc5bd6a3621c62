"""What lies inside the outline of a site: measures with their shares, LNRSs, authorities, APIB and ACB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import shapely

from lnrs_geo.gather import Inputs
from lnrs_geo.maps import LoadedMap
from lnrs_geo.model import Module
from lnrs_geo.spatial import gridref, match, zones
from lnrs_geo.spatial.clip import areal_only, clip, surroundings

ROUND_THE_SITE_M = 5.0
# Less land than this is what arithmetic leaves over.
LEFT_M2 = 1.0

DONE = {"create": "created", "enhance": "enhanced", "either": "created or enhanced"}

MEASURE_COLUMNS = (
    "measure_id", "measure", "priority", "eligible", "locations", "overlap_ha", "share", "consistent",
)  # fmt: skip


def inside(outline: shapely.Geometry, inputs: Inputs) -> tuple[dict[str, Any], pd.DataFrame]:
    """Measure everything that is mapped inside the outline, each measure on the land of its own LNRS.

    Without an area there is no telling whose land it is, and every measure counts all over the site.
    """
    whole = float(outline.area)
    lands, issues = zones.resolve(inputs.areas, inputs.authorities, near=tuple(shapely.bounds(outline)))
    inputs.issues += issues
    several = len(inputs.maps) > 1
    rows: list[dict[str, Any]] = []
    pieces: list[shapely.Geometry] = []
    loaded = {one.lnrs_id for one in inputs.maps}
    for one in inputs.maps:
        ground = _on_land_of({one.lnrs_id}, outline, lands) if inputs.areas is not None else outline
        found, mapped_there = _measured(ground, one, whole=whole)
        rows += [{"lnrs_id": one.lnrs_id, **row} for row in found] if several else found
        pieces += mapped_there
    mapped = float(shapely.union_all(pieces).area) if len(pieces) else 0.0
    centre = shapely.get_coordinates(shapely.point_on_surface(outline))
    facts = {
        "size_ha": round(whole / 10_000, 6),
        "gridref": gridref.grid_references(centre)[0],
        "unmapped_ha": round((whole - mapped) / 10_000, 6),
        "unmapped_share": round(1 - mapped / whole, 6),
        "outside_ha": None
        if inputs.areas is None
        else _hectares_left(whole - float(_on_land_of(loaded, outline, lands).area)),
        "lnrs": {} if inputs.areas is None else _by(lands, attrgetter("whose"), outline),
        "authorities": {} if inputs.authorities is None else _by(lands, attrgetter("authority"), outline),
        "apib_ha": _covered_ha(inputs.apib, outline),
        "acb_ha": _covered_ha(inputs.acb, outline),
    }
    columns = [*(("lnrs_id",) if several else ()), *MEASURE_COLUMNS]
    table = pd.DataFrame(rows, columns=columns)
    by = ["overlap_ha", "measure_id", *(("lnrs_id",) if several else ())]
    return facts, table.sort_values(by, ascending=[name != "overlap_ha" for name in by], ignore_index=True)


def _on_land_of(
    lnrs_ids: set[str], outline: shapely.Geometry, lands: Sequence[zones.Land]
) -> shapely.Geometry:
    """Return the part of a site on the land of LNRSs: beyond it, their measures count for nothing."""
    own = shapely.union_all([land.geometry for land in lands if lnrs_ids.intersection(land.lnrs_ids)])
    return areal_only(np.array([shapely.intersection(outline, own)], dtype=object))[0]


def _measured(
    ground: shapely.Geometry, one: LoadedMap, *, whole: float
) -> tuple[list[dict[str, Any]], list[shapely.Geometry]]:
    """Return a row for each measure of a map on this ground, and the land that they cover.

    `whole` is the area of the site, of which the shares are.
    """
    if ground.is_empty:
        return [], []
    here = np.array([ground], dtype=object)
    # a measure may have more corners than all else together: only those round the site are looked at
    near = surroundings(ground, reach_m=ROUND_THE_SITE_M)
    polygons = clip(np.asarray(one.measures.geometry.array, dtype=object), near, once=True)
    pairs = match.match(here, polygons)
    names = sorted(set(one.measures["measure_id"]))
    number = {name: at for at, name in enumerate(names)}
    group = one.measures["measure_id"].map(number).to_numpy(dtype=np.int64)
    found = match.overlaps(pairs, group, parcels=here)
    rows = [
        _measure_row(
            one,
            names[int(g)],
            size,
            size / whole,
            pairs.polygon[(pairs.size > 0) & (group[pairs.polygon] == g)],
        )
        for g, size in zip(found.group, found.size, strict=True)
        if size > 0
    ]
    return rows, list(np.where(pairs.inside, ground, pairs.piece)[pairs.size > 0])


def _measure_row(
    one: LoadedMap, measure_id: str, size: float, share: float, polygons: np.ndarray[Any, Any]
) -> dict[str, Any]:
    met = one.measures.iloc[np.unique(polygons)]
    flags = set(met["eligible"])
    return {
        "measure_id": measure_id,
        "measure": met["measure"].iloc[0],
        "priority": met["priority"].iloc[0],
        "eligible": flags.pop() if len(flags) == 1 else "in part",
        "locations": len(met),
        "overlap_ha": round(size / 10_000, 6),
        "share": round(share, 6),
        "consistent": "" if met["eligible"].eq("no").all() else "; ".join(_consistent(one, measure_id)),
    }


def _consistent(one: LoadedMap, measure_id: str) -> Iterator[str]:
    """Tell what would be consistent with a measure, module after module."""
    for module in Module:
        rows = one.crosswalk.consistent_with(measure_id, module)
        for row, words in zip(rows, one.crosswalk.consistent_words(measure_id, module), strict=True):
            # a row for any habitat serves its own module alone, and a star does not say which
            any_habitat = f"any {module} habitat ({DONE[row.intervention]}"
            yield words.replace(f"* ({row.intervention}", any_habitat) if row.habitat == "*" else words


def _hectares_left(size_m2: float) -> float:
    return round(size_m2 / 10_000, 6) if size_m2 > LEFT_M2 else 0.0


def _by(
    lands: Sequence[zones.Land], name_of: Callable[[zones.Land], str], outline: shapely.Geometry
) -> dict[str, float]:
    """Hectares of the site by LNRS ("7;9" where both claim the land) or by authority; "" is land of none."""
    found: dict[str, float] = {}
    for land in lands:
        size = float(shapely.intersection(outline, land.geometry).area)
        if size > match.NO_AREA_M2:
            found[name_of(land)] = found.get(name_of(land), 0.0) + size
    rest = float(outline.area) - sum(found.values())
    if rest > LEFT_M2:
        found[""] = found.get("", 0.0) + rest
    return {name: round(size / 10_000, 6) for name, size in sorted(found.items())}


def _covered_ha(layer: Any, outline: shapely.Geometry) -> float | None:
    if layer is None:
        return None
    shapes = np.asarray(layer.geometry.array, dtype=object)
    near = shapes[shapely.intersects(shapes, outline)]
    covered = shapely.intersection(outline, shapely.union_all(near)).area if len(near) else 0.0
    return round(float(covered) / 10_000, 6)
