"""The land of a run, surveyed once: which parcels meet which measures, zones and APIBs.

Everything here is plain fact: overlaps, and which polygons lie within the positional tolerance.
What the facts mean is asked of the multiplier later.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from lnrs_geo.coverage import Coverage, Group, Way, cover, listed
from lnrs_geo.gather import Inputs
from lnrs_geo.map_cover import cover_maps
from lnrs_geo.model import Issue
from lnrs_geo.spatial import match as matching
from lnrs_geo.spatial import tolerance, zones
from lnrs_geo.spatial.clip import Geometries, areal_only
from lnrs_geo.spatial.match import Floats, Pairs, Rows
from lnrs_geo.spatial.zones import Land

# An overlap with an APIB worth a mark (rules 2.9).
APIB_M2 = 0.5
APIB_M = 0.1


@dataclass(slots=True)
class Terrain:
    """All that is known of the land under the parcels; arrays are by parcel row unless said otherwise.

    `owners` gives the LNRS whose map holds a group of measures, by group number; `documents` are the
    polygons of documents that planning authorities specify (Table 8), None where no layer of them was
    given; `zones_near` lists the parcels with the edge of a zone within the tolerance.
    """

    geometries: Geometries
    sizes: Floats
    measures: Coverage
    owners: list[str]
    documents: Coverage | None
    lands: list[Land]
    zones_of: dict[int, list[int]]
    inside_zone: dict[int, int]
    zones_near: set[int]
    apib: Geometries
    apib_of: dict[int, list[int]]
    acb: Geometries
    acb_of: dict[int, list[int]]


def survey(parcels: gpd.GeoDataFrame, inputs: Inputs, *, way: Way) -> tuple[Terrain, list[Issue]]:
    """Match parcels with everything that is mapped; all frames normalised, in EPSG:27700.

    `way` says how they are matched with the measures, and how near is near.
    """
    areas, authorities = inputs.areas, inputs.authorities
    geometries = np.asarray(parcels.geometry.array, dtype=object)
    lands: list[Land] = []
    issues: list[Issue] = []
    if (areas is not None or authorities is not None) and len(parcels) and parcels.geometry.notna().any():
        lands, issues = zones.resolve(areas, authorities, near=tuple(parcels.total_bounds))
    land_shapes = np.array([land.geometry for land in lands], dtype=object)
    in_zone = matching.match(geometries, land_shapes)
    apib_shapes, apib_of = _met(geometries, inputs.apib)
    acb_shapes, acb_of = _met(geometries, inputs.acb)
    zones_left, _ = tolerance.near_pairs(geometries, land_shapes, tolerance_m=way.tolerance_m)
    mapped = cover_maps(geometries, inputs.maps, crs=parcels.crs, way=way)
    layer = inputs.documents
    terrain = Terrain(
        geometries=geometries,
        sizes=matching.measure_sizes(geometries),
        measures=mapped.coverage,
        owners=mapped.owners,
        documents=None
        if layer is None
        else cover(
            geometries,
            *_described(layer, lands, authorities),
            crs=(parcels.crs, layer.crs),
            way=Way(way.tolerance_m),
        ),
        lands=lands,
        zones_of=listed(in_zone.parcel[~in_zone.touch], in_zone.polygon[~in_zone.touch]),
        inside_zone=_only(in_zone),
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


def _described(
    layer: gpd.GeoDataFrame, lands: list[Land], authorities: gpd.GeoDataFrame | None
) -> tuple[Geometries, Rows, list[Group]]:
    """Number the groups of a layer of documents: one for each document, habitat and authority.

    A document says nothing beyond the land of the authority that specifies it. A group keeps the name
    of an authority whose land is not known, since what its document says there is open.
    """
    known = set(authorities["zone_id"].str.casefold()) if authorities is not None else set()
    numbers: dict[Group, int] = {}
    shapes: list[shapely.Geometry] = []
    group_of = []
    facts = zip(
        layer["document"], layer["geom_state"] == "changed", layer["habitat"], layer["authority"], layer.geometry,
        strict=True,
    )  # fmt: skip
    for name, changed, habitat, authority, shape in facts:
        placed = authority.casefold() in known
        group = Group(name, changed=bool(changed), habitat=habitat, authority="" if placed else authority)
        own = [land.geometry for land in lands if land.authority.casefold() == authority.casefold()]
        shapes.append(shapely.intersection(shape, shapely.union_all(own)) if placed else shape)
        group_of.append(numbers.setdefault(group, len(numbers)))
    found = areal_only(np.array(shapes, dtype=object))
    kept = shapely.get_dimensions(found) == 2
    return found[kept], np.array(group_of, dtype=np.int64)[kept], list(numbers)


def _met(geometries: Geometries, layer: gpd.GeoDataFrame | None) -> tuple[Geometries, dict[int, list[int]]]:
    if layer is None:
        return np.empty(0, dtype=object), {}
    shapes = np.asarray(layer.geometry.array, dtype=object)
    shapes = shapes[~shapely.is_missing(shapes)]
    pairs = matching.match(geometries, shapes)
    return shapes, listed(pairs.parcel[~pairs.touch], pairs.polygon[~pairs.touch])


def _only(pairs: Pairs) -> dict[int, int]:
    """Say which parcels lie wholly in one polygon and in no other; a line on an edge lies in two."""
    real = ~pairs.touch
    met = np.bincount(pairs.parcel[real], minlength=int(pairs.parcel.max(initial=0)) + 1)
    whole = pairs.inside & (met[pairs.parcel] == 1)
    return dict(zip(pairs.parcel[whole].tolist(), pairs.polygon[whole].tolist(), strict=True))
