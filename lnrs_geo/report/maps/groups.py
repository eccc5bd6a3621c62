"""Parcels that lie far apart, such as a site and land off-site, as groups that each get a map."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from lnrs_geo.report.maps.paper import Box
from lnrs_geo.report.shapes import Shape as Row

# Of the larger side of all the land: nearer parcels belong together.
_NEAR = 0.05
# A group larger than this part of the whole shows well enough on the map of it.
_LARGE = 0.45
_MOST = 6
_LETTERS = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Group:
    """Parcels near each other: the rows that show them, and the land they take up."""

    name: str
    rows: tuple[Row, ...]
    bounds_m: Box

    @property
    def words(self) -> str:
        """Its name, and how many parcels are in it."""
        parcels = len({(one.row["source"], one.row["src_fid"]) for one in self.rows})
        return f"{self.name}: {parcels} parcel{'' if parcels == 1 else 's'}"


def groups_of(rows: Sequence[Row]) -> list[Group]:
    """Return the groups in which the rows lie, from west to east; none where one map shows them well."""
    shapes = np.array([one.geometry for one in rows], dtype=object)
    whole = _side(shapely.total_bounds(shapes))
    boxes = shapely.box(*shapely.bounds(shapes).T)
    land = shapely.get_parts(shapely.union_all(shapely.buffer(boxes, _NEAR * whole / 2, quad_segs=2)))
    if not 2 <= len(land) <= _MOST:
        return []
    land = land[np.argsort(shapely.bounds(land)[:, 0], kind="stable")]
    places = shapely.STRtree(land).query(shapely.centroid(boxes), predicate="within")
    owner = dict(zip(places[0].tolist(), places[1].tolist(), strict=True))
    found = []
    for number in range(len(land)):
        own = tuple(row for at, row in enumerate(rows) if owner[at] == number)
        bounds = shapely.total_bounds(np.array([one.geometry for one in own], dtype=object))
        if _side(bounds) > _LARGE * whole:
            return []
        west, south, east, north = (float(one) for one in bounds)
        found.append(Group(f"Group {_LETTERS[number]}", own, (west, south, east, north)))
    return found


def _side(bounds: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    west, south, east, north = bounds.tolist()
    return float(max(east - west, north - south, 1.0))
