"""Strategy areas and planning authorities, made into one set of lands that do not overlap."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial.clip import Geometries, areal_only
from lnrs_geo.spatial.index import candidate_pairs
from lnrs_geo.spatial.match import NO_AREA_M2

# Overlap of authorities, or of strategy areas, that is worth telling (rules section 7).
OVERLAP_M2 = 0.5
PRECEDENCE_KINDS = ("national-park", "development-corporation")
ROUND_THE_PARCELS_M = 1000.0


@dataclass(frozen=True, slots=True)
class Land:
    """Land of one strategy area and one authority; "" where there is none, or none was given."""

    lnrs_id: str
    authority: str
    geometry: shapely.Geometry


def resolve(
    areas: gpd.GeoDataFrame | None,
    authorities: gpd.GeoDataFrame | None,
    *,
    near: tuple[float, float, float, float],
) -> tuple[list[Land], list[Issue]]:
    """Cross strategy areas with authorities, each piece of land claimed once.

    Parameters
    ----------
    areas, authorities
        Zone frames of `normalise.zones`, or None where the user gave none.
    near
        Bounds of the parcels: land further away is left out.

    Returns
    -------
    Lands by LNRS id, then authority (parks before districts), and an issue for every overlap over 0.5 m2. A national
    park or development corporation takes precedence over districts; any other overlap goes to the
    lowest id (rules section 7).
    """
    reach = ROUND_THE_PARCELS_M
    box = shapely.box(near[0] - reach, near[1] - reach, near[2] + reach, near[3] + reach)
    first = _precedence(authorities)
    area_land, area_issues = _disjoint(areas, box, code="areas-overlap")
    authority_land, authority_issues = _disjoint(authorities, box, code="authorities-overlap")
    lands = _cross(area_land, authority_land)
    # The order decides who has a line or tree on an edge: whoever has an id before nobody, a park
    # before a district, else the lowest id.
    lands.sort(
        key=lambda one: (
            by_id(one.lnrs_id),
            one.authority not in first,
            by_id(one.authority),
        )
    )
    return lands, area_issues + authority_issues


def by_id(name: str) -> tuple[bool, bool, int, str]:
    """Sort ids as people do: numbers by value, then names, then nothing at all.

    Examples
    --------
    >>> sorted(["", "Derby", "14", "9"], key=by_id)
    ['9', '14', 'Derby', '']
    """
    number = name.isdecimal()
    return not name, not number, int(name) if number else 0, name


def _precedence(authorities: gpd.GeoDataFrame | None) -> set[str]:
    """Return the authorities that take precedence over districts."""
    if authorities is None:
        return set()
    return set(authorities.loc[authorities["kind"].isin(PRECEDENCE_KINDS), "zone_id"])


def _disjoint(
    frame: gpd.GeoDataFrame | None, box: shapely.Geometry, *, code: str
) -> tuple[list[tuple[str, shapely.Geometry]], list[Issue]]:
    """Unite rows of one id, then let each id claim its land in order of precedence and name."""
    if frame is None:
        return [], []
    usable = frame[frame.geometry.notna()]
    geometries = np.asarray(usable.geometry.array)
    reaching = shapely.intersects(geometries, box)
    usable, geometries = usable[reaching], geometries[reaching]
    rank = np.where(usable["kind"].isin(PRECEDENCE_KINDS), 0, 1)
    claimed: list[tuple[int, str, shapely.Geometry]] = []
    issues: list[Issue] = []
    claims = {(int(r), str(n)) for r, n in zip(rank, usable["zone_id"], strict=True)}
    for precedence, name in sorted(claims, key=lambda one: (one[0], by_id(one[1]))):
        mine = geometries[(rank == precedence) & (usable["zone_id"] == name).to_numpy()]
        land = shapely.intersection(shapely.union_all(mine), box)
        for before, other, taken in claimed:
            if not shapely.intersects(land, taken):
                continue
            shared = float(shapely.intersection(land, taken).area)
            if shared > NO_AREA_M2:
                land = shapely.difference(land, taken)
            if shared > OVERLAP_M2 and before == precedence:
                issues.append(
                    issue(
                        code,
                        f"{other or 'An unnamed area'} and {name or 'an unnamed area'} overlap by {shared:.1f} m2 "
                        f"near the parcels; that land is taken as {other!r}.",
                        feature=name,
                        value=f"{shared:.2f}",
                    )
                )
        claimed.append((precedence, name, areal_only(np.array([land], dtype=object))[0]))
    return [(name, land) for _, name, land in claimed if not land.is_empty], issues


def _cross(
    areas: list[tuple[str, shapely.Geometry]], authorities: list[tuple[str, shapely.Geometry]]
) -> list[Land]:
    """Intersect every area with every authority and keep what only one of them covers."""
    if not authorities:
        return [Land(name, "", land) for name, land in areas]
    if not areas:
        return [Land("", name, land) for name, land in authorities]
    left, right = _geometries(areas), _geometries(authorities)
    lands: list[Land] = []
    for a, b in zip(*candidate_pairs(shapely.bounds(left), shapely.bounds(right)), strict=True):
        both = areal_only(np.array([shapely.intersection(left[a], right[b])], dtype=object))[0]
        if both.area > NO_AREA_M2:
            lands.append(Land(areas[a][0], authorities[b][0], both))
    all_areas, all_authorities = shapely.union_all(left), shapely.union_all(right)
    for name, land in areas:
        lands.append(Land(name, "", shapely.difference(land, all_authorities)))
    for name, land in authorities:
        lands.append(Land("", name, shapely.difference(land, all_areas)))
    return [
        Land(land.lnrs_id, land.authority, areal_only(np.array([land.geometry], dtype=object))[0])
        for land in lands
        if land.geometry.area > NO_AREA_M2
    ]


def _geometries(named: list[tuple[str, shapely.Geometry]]) -> Geometries:
    return np.array([land for _, land in named], dtype=object)
