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
from lnrs_geo.spatial.slivers import SMALLEST_PIECE_M2

# Overlap of authorities that is worth telling (rules section 7).
OVERLAP_M2 = 0.5
# Strategy areas that overlap by less than this across were drawn by two hands: nobody means to claim that land.
NEEDLE_M = 0.01
PRECEDENCE_KINDS = ("national-park", "development-corporation")
ROUND_THE_PARCELS_M = 1000.0


@dataclass(frozen=True, slots=True)
class Land:
    """Land of one strategy area and one authority; "" where there is none, or none was given.

    `claimed_by` names the LNRSs whose areas overlap there, `lnrs_id` being the lowest of them; it is
    empty where no two claim the land.
    """

    lnrs_id: str
    authority: str
    geometry: shapely.Geometry
    claimed_by: tuple[str, ...] = ()

    @property
    def lnrs_ids(self) -> tuple[str, ...]:
        """Every LNRS that claims the land, the lowest id first; one that is "" where none does."""
        return self.claimed_by or (self.lnrs_id,)

    @property
    def whose(self) -> str:
        """All of these ids in one text, as results tell where land lies: "7;9" where two claim it."""
        return ";".join(self.lnrs_ids)


# Land by the LNRSs that claim it, or by the one authority that has it.
Claimed = tuple[tuple[str, ...], shapely.Geometry]


def resolve(
    areas: gpd.GeoDataFrame | None,
    authorities: gpd.GeoDataFrame | None,
    *,
    near: tuple[float, float, float, float],
) -> tuple[list[Land], list[Issue]]:
    """Cross strategy areas with authorities into lands that do not overlap.

    Parameters
    ----------
    areas, authorities
        Zone frames of `normalise.zones`, or None where the user gave none.
    near
        Bounds of the parcels: land further away is left out.

    Returns
    -------
    Lands by LNRS id, then authority (parks before districts), and the issues. A national park or
    development corporation takes precedence over districts; any other overlap of authorities goes to
    the lowest id (rules section 7). Where strategy areas overlap nobody can tell which applies: that
    is land of its own, claimed by both.
    """
    reach = ROUND_THE_PARCELS_M
    box = shapely.box(near[0] - reach, near[1] - reach, near[2] + reach, near[3] + reach)
    first = _precedence(authorities)
    area_land, area_issues = _by_claims(areas, box)
    authority_land, authority_issues = _disjoint(authorities, box)
    lands = _cross(area_land, authority_land)
    # The order decides who has a line or tree on an edge: whoever has an id before nobody, land that
    # two LNRSs claim before land of one, a park before a district, else the lowest id.
    lands.sort(
        key=lambda one: (
            by_id(one.lnrs_id),
            not one.claimed_by,
            [by_id(name) for name in one.claimed_by],
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


def _by_claims(frame: gpd.GeoDataFrame | None, box: shapely.Geometry) -> tuple[list[Claimed], list[Issue]]:
    """Part the land that one LNRS claims from the land that several claim."""
    if frame is None:
        return [], []
    usable, geometries = _reaching(frame, box)
    lands: list[Claimed] = []
    shared: dict[tuple[str, str], float] = {}
    for name in sorted(set(usable["zone_id"]), key=by_id):
        own = _land(geometries[(usable["zone_id"] == name).to_numpy()], box)
        left = own
        parted: list[Claimed] = []
        for names, land in lands:
            overlap = shapely.intersection(own, land) if shapely.intersects(own, land) else None
            if overlap is not None and overlap.area > NO_AREA_M2:
                # what is too little to argue over stays with the lowest id
                left = shapely.difference(left, land)
                both = _contested(overlap)
                if both is not None:
                    parted.append(((*names, name), both))
                    land = shapely.difference(land, both)
                    for other in names:
                        shared[other, name] = shared.get((other, name), 0.0) + float(both.area)
            parted.append((names, _areas(land)))
        lands = [*parted, ((name,), _areas(left))]
    issues = [
        issue(
            "areas-overlap",
            f"The areas of LNRS {other} and LNRS {name} overlap by {size:.1f} m2 near the parcels, so which of "
            "the two applies there is not known: what is created or enhanced on that land is for review.",
            feature=name,
            value=f"{size:.2f}",
        )
        for (other, name), size in shared.items()
    ]
    return [(names, land) for names, land in lands if land.area > NO_AREA_M2], issues


def _contested(overlap: shapely.Geometry) -> shapely.Geometry | None:
    """Return the pieces of an overlap that are more than slivers; None where there are none."""
    pieces = shapely.get_parts(_areas(overlap))
    pieces = pieces[shapely.area(pieces) >= SMALLEST_PIECE_M2]
    pieces = pieces[~shapely.is_empty(shapely.buffer(pieces, -NEEDLE_M / 2))]
    return shapely.union_all(pieces) if len(pieces) else None


def _reaching(frame: gpd.GeoDataFrame, box: shapely.Geometry) -> tuple[gpd.GeoDataFrame, Geometries]:
    """Return the rows that have land near the parcels, and their land."""
    usable = frame[frame.geometry.notna()]
    geometries = np.asarray(usable.geometry.array)
    reaching = shapely.intersects(geometries, box)
    return usable[reaching], geometries[reaching]


def _land(geometries: Geometries, box: shapely.Geometry) -> shapely.Geometry:
    return _areas(shapely.intersection(shapely.union_all(geometries), box))


def _areas(geometry: shapely.Geometry) -> shapely.Geometry:
    return areal_only(np.array([geometry], dtype=object))[0]


def _disjoint(frame: gpd.GeoDataFrame | None, box: shapely.Geometry) -> tuple[list[Claimed], list[Issue]]:
    """Let each authority claim its land in order of precedence and name, its rows united."""
    if frame is None:
        return [], []
    usable, geometries = _reaching(frame, box)
    rank = np.where(usable["kind"].isin(PRECEDENCE_KINDS), 0, 1)
    claimed: list[tuple[int, str, shapely.Geometry]] = []
    issues: list[Issue] = []
    claims = {(int(r), str(n)) for r, n in zip(rank, usable["zone_id"], strict=True)}
    for precedence, name in sorted(claims, key=lambda one: (one[0], by_id(one[1]))):
        land = _land(geometries[(rank == precedence) & (usable["zone_id"] == name).to_numpy()], box)
        for before, other, taken in claimed:
            if not shapely.intersects(land, taken):
                continue
            shared = float(shapely.intersection(land, taken).area)
            if shared > NO_AREA_M2:
                land = shapely.difference(land, taken)
            if shared > OVERLAP_M2 and before == precedence:
                issues.append(
                    issue(
                        "authorities-overlap",
                        f"{other or 'An unnamed area'} and {name or 'an unnamed area'} overlap by {shared:.1f} m2 "
                        f"near the parcels; that land is taken as {other!r}.",
                        feature=name,
                        value=f"{shared:.2f}",
                    )
                )
        claimed.append((precedence, name, _areas(land)))
    return [((name,), land) for _, name, land in claimed if not land.is_empty], issues


def _cross(areas: list[Claimed], authorities: list[Claimed]) -> list[Land]:
    """Intersect every area with every authority and keep what only one of them covers."""
    if not authorities:
        return [_named(names, "", land) for names, land in areas]
    if not areas:
        return [Land("", name, land) for (name,), land in authorities]
    left, right = _geometries(areas), _geometries(authorities)
    lands: list[Land] = []
    for a, b in zip(*candidate_pairs(shapely.bounds(left), shapely.bounds(right)), strict=True):
        both = _areas(shapely.intersection(left[a], right[b]))
        if both.area > NO_AREA_M2:
            lands.append(_named(areas[a][0], authorities[b][0][0], both))
    all_areas, all_authorities = shapely.union_all(left), shapely.union_all(right)
    for names, land in areas:
        lands.append(_named(names, "", _areas(shapely.difference(land, all_authorities))))
    for (name,), land in authorities:
        lands.append(Land("", name, _areas(shapely.difference(land, all_areas))))
    return [land for land in lands if land.geometry.area > NO_AREA_M2]


def _named(names: tuple[str, ...], authority: str, land: shapely.Geometry) -> Land:
    return Land(names[0], authority, land, names if len(names) > 1 else ())


def _geometries(claimed: list[Claimed]) -> Geometries:
    return np.array([land for _, land in claimed], dtype=object)
