"""The land of a run, surveyed once: which parcels meet which measures, zones and APIBs.

Everything here is plain fact: overlaps, and which polygons lie within the positional tolerance.
What the facts mean is asked of the multiplier later.
"""

from collections import defaultdict
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.gather import Inputs
from lnrs_geo.model import Issue
from lnrs_geo.spatial import match as matching
from lnrs_geo.spatial import tolerance, zones
from lnrs_geo.spatial.clip import Geometries
from lnrs_geo.spatial.match import Floats, Overlaps, Pairs, Rows
from lnrs_geo.spatial.zones import Land

# An overlap with an APIB worth a mark (rules 2.9).
APIB_M2 = 0.5
APIB_M = 0.1


@dataclass(frozen=True, slots=True)
class Group:
    """Polygons of one measure that share a verdict: same id, same flag, same soundness of geometry.

    `foreign` marks measures that bear the id of another LNRS in a layer that holds the strategy's own
    too; `beside` land that a badly broken polygon might cover beyond its repaired copy.
    """

    measure_id: str
    eligible: str
    changed: bool
    foreign: bool
    beside: bool


@dataclass(slots=True)
class Terrain:
    """All that is known of the land under the parcels; arrays are by parcel row unless said otherwise.

    `polygons` are the measure polygons (and hulls), `group_of` their group numbers; `near` and
    `zones_near` list, for a parcel, what lies within the tolerance without being met.
    """

    geometries: Geometries
    sizes: Floats
    polygons: Geometries
    group_of: Rows
    groups: list[Group]
    pairs: Pairs
    pairs_of: dict[int, npt.NDArray[np.int64]]
    overlaps: Overlaps
    overlaps_of: dict[int, npt.NDArray[np.int64]]
    lands: list[Land]
    zones_of: dict[int, list[int]]
    inside_zone: dict[int, int]
    near: dict[int, list[int]]
    zones_near: set[int]
    apib: Geometries
    apib_of: dict[int, list[int]]
    acb: Geometries
    acb_of: dict[int, list[int]]


def survey(parcels: gpd.GeoDataFrame, inputs: Inputs, *, tolerance_m: float) -> tuple[Terrain, list[Issue]]:
    """Match parcels with everything that is mapped; all frames normalised, in EPSG:27700."""
    measures, areas, authorities = inputs.measures, inputs.areas, inputs.authorities
    geometries = np.asarray(parcels.geometry.array, dtype=object)
    sizes = matching.measure_sizes(geometries)
    polygons, group_of, groups = _grouped(measures, inputs.strategy.lnrs_id)
    pairs = matching.match(geometries, polygons, crs=(parcels.crs, measures.crs))
    overlaps = matching.overlaps(pairs, group_of, parcels=geometries)
    lands: list[Land] = []
    issues: list[Issue] = []
    if (areas is not None or authorities is not None) and len(parcels) and parcels.geometry.notna().any():
        lands, issues = zones.resolve(areas, authorities, near=tuple(parcels.total_bounds))
    land_shapes = np.array([land.geometry for land in lands], dtype=object)
    in_zone = matching.match(geometries, land_shapes)
    apib_shapes, apib_of = _met(geometries, inputs.apib)
    acb_shapes, acb_of = _met(geometries, inputs.acb)
    near_left, near_right = tolerance.near_pairs(geometries, polygons, tolerance_m=tolerance_m)
    zones_left, _ = tolerance.near_pairs(geometries, land_shapes, tolerance_m=tolerance_m)
    terrain = Terrain(
        geometries=geometries,
        sizes=sizes,
        polygons=polygons,
        group_of=group_of,
        groups=groups,
        pairs=pairs,
        pairs_of=_places(pairs.parcel),
        overlaps=overlaps,
        overlaps_of=_places(overlaps.parcel),
        lands=lands,
        zones_of=_lists(in_zone.parcel[~in_zone.touch], in_zone.polygon[~in_zone.touch]),
        inside_zone=_only(in_zone),
        near=_lists(near_left, near_right),
        zones_near=set(zones_left.tolist()),
        apib=apib_shapes,
        apib_of=apib_of,
        acb=acb_shapes,
        acb_of=acb_of,
    )
    return terrain, issues


def lies_in(geometry: shapely.Geometry, polygons: Geometries, *, at_all: bool = False) -> bool:
    """Say whether land lies in polygons by more than 0.5 m2, 0.1 m, or at all (always so for a point)."""
    if not len(polygons):
        return False
    pairs = matching.match(
        np.array([geometry], dtype=object), np.array([shapely.union_all(polygons)], dtype=object)
    )
    limit = 0.0 if at_all else {2: APIB_M2, 1: APIB_M}.get(int(shapely.get_dimensions(geometry)), 0.0)
    return bool((pairs.size > limit).any())


def _grouped(measures: gpd.GeoDataFrame, lnrs_id: str) -> tuple[Geometries, Rows, list[Group]]:
    """Number the groups; hulls of badly broken polygons join at the end, as groups of their own."""
    numbers: dict[Group, int] = {}
    shapes: list[shapely.Geometry] = []
    group_of: list[int] = []
    changed = (measures["geom_state"] == "changed").tolist()
    # where the layer holds the strategy's own measures, those of another LNRS are not its own
    mixed = bool((measures["lnrs_id"] == lnrs_id).any())
    foreign = [mixed and one not in ("", lnrs_id) for one in measures["lnrs_id"]]
    facts = list(zip(measures["measure_id"], measures["eligible"], changed, foreign, strict=True))
    for fact, shape in zip(facts, measures.geometry, strict=True):
        shapes.append(shape)
        group_of.append(numbers.setdefault(Group(*fact, beside=False), len(numbers)))
    for fact, shape in zip(facts, measures["widest"], strict=True):
        if fact[2]:
            shapes.append(shape)
            group_of.append(numbers.setdefault(Group(*fact, beside=True), len(numbers)))
    return np.array(shapes, dtype=object), np.array(group_of, dtype=np.int64), list(numbers)


def _met(geometries: Geometries, layer: gpd.GeoDataFrame | None) -> tuple[Geometries, dict[int, list[int]]]:
    if layer is None:
        return np.empty(0, dtype=object), {}
    shapes = np.asarray(layer.geometry.array, dtype=object)
    shapes = shapes[~shapely.is_missing(shapes)]
    pairs = matching.match(geometries, shapes)
    return shapes, _lists(pairs.parcel[~pairs.touch], pairs.polygon[~pairs.touch])


def _places(parcel: Rows) -> dict[int, npt.NDArray[np.int64]]:
    """Say where the entries of each parcel stand in arrays sorted by parcel."""
    found, starts = np.unique(parcel, return_index=True)
    stops = np.append(starts, len(parcel))[1:]
    return {int(p): np.arange(a, b) for p, a, b in zip(found, starts, stops, strict=True)}


def _only(pairs: Pairs) -> dict[int, int]:
    """Say which parcels lie wholly in one polygon and in no other; a line on an edge lies in two."""
    real = ~pairs.touch
    met = np.bincount(pairs.parcel[real], minlength=int(pairs.parcel.max(initial=0)) + 1)
    whole = pairs.inside & (met[pairs.parcel] == 1)
    return dict(zip(pairs.parcel[whole].tolist(), pairs.polygon[whole].tolist(), strict=True))


def _lists(left: Rows, right: Rows) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        found[a].append(b)
    return {key: sorted(set(values)) for key, values in found.items()}
