"""Put invalid geometry right, and say by how much that moved it.

Only the invalid few pass through Python. Two readings of an invalid polygon are compared: GEOS's
linework method (what lies inside an odd number of rings) and its structure method (rings as shells
and holes). Where neither strays from the area that the raw coordinates enclose, the repair is
harmless; where one does, nobody knows what was meant and the row is `changed`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue

# Our own numbers: beyond either of them nobody should rely on a repaired geometry
HARMLESS_CHANGE_M2 = 1.0
HARMLESS_SHARE = 0.001

Geometries = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]

# Type ids of GEOS
_POLYGON, _FIRST_MULTI, _COLLECTION = 3, 4, 7
_SINGLE_AND_MULTI = {0: (0, 4), 1: (1, 2, 5), 2: (_POLYGON, 6)}
_MULTI = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}
_PLACE = re.compile(r"^(?P<reason>[^\[]*)\[(?P<x>\S+) (?P<y>\S+)\]")


class GeomState(StrEnum):
    """What became of a geometry on the way in."""

    OK = "ok"
    REPAIRED = "repaired"
    CHANGED = "changed"
    MISSING = "missing"
    UNREADABLE = "unreadable"


WORST_LAST = (GeomState.OK, GeomState.REPAIRED, GeomState.CHANGED)


@dataclass(frozen=True, slots=True)
class Repair:
    """One geometry that was not fine: what was wrong, where, and what the repair changed.

    `row` counts from 0 in the array given; `easting` and `northing` are NaN where GEOS names no
    place; `change_m2` is the larger departure of the two readings from the raw area.
    """

    row: int
    state: GeomState
    reason: str
    easting: float = float("nan")
    northing: float = float("nan")
    change_m2: float = 0.0


def repair(
    geometries: Geometries, *, valid: Flags | None = None
) -> tuple[Geometries, Geometries, list[Repair]]:
    """Return geometries put right, the state of each, and what was wrong with the ones that were not.

    Parameters
    ----------
    geometries
        Shape (n,), 2D, in metres; None where there is none.
    valid
        True for those that an earlier look found valid, shape (n,); the others are looked at.

    Returns
    -------
    Geometries of shape (n,), None where missing or unreadable; their `GeomState` of shape (n,);
    one `Repair` for each that is not `ok`, in order.

    Examples
    --------
    >>> bow_tie = shapely.from_wkt("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))")
    >>> mended, states, repairs = repair(np.array([bow_tie], dtype=object))
    >>> mended[0].area, str(states[0]), repairs[0].reason, repairs[0].change_m2
    (50.0, 'changed', 'Self-intersection', 50.0)
    """
    mended = np.array(geometries, dtype=object)
    states = np.full(len(mended), GeomState.OK, dtype=object)
    found: dict[int, Repair] = {}
    for row in _where(shapely.is_missing(mended) | shapely.is_empty(mended)):
        reason = "No geometry" if mended[row] is None else "Empty geometry"
        found[row] = Repair(row, GeomState.MISSING, reason)
        mended[row] = None
    for row in _where(shapely.get_type_id(mended) == _COLLECTION):
        mended[row], lost = _one_kind(mended[row])
        if lost:
            found[row] = Repair(row, GeomState.REPAIRED, f"Collection: {lost} dropped")
    known = np.zeros(len(mended), dtype=bool) if valid is None else valid
    asked = np.flatnonzero(~shapely.is_missing(mended) & ~known)
    for row in asked[~shapely.is_valid(mended[asked])].tolist():
        mended[row], found[row] = _mend(mended[row], row)
    for row, fact in found.items():
        states[row] = fact.state
    return mended, states, [found[row] for row in sorted(found)]


def issues_of(repairs: Sequence[Repair], features: Sequence[str], *, dataset: str, layer: str) -> list[Issue]:
    """Return repairs as issues; `features` are the ids of all rows of the array repaired."""
    codes = {
        GeomState.MISSING: "geometry-missing",
        GeomState.UNREADABLE: "geometry-unreadable",
        GeomState.REPAIRED: "geometry-repaired",
        GeomState.CHANGED: "geometry-changed",
    }
    found = []
    for fact in repairs:
        place = "" if np.isnan(fact.easting) else f" at {fact.easting:.2f}, {fact.northing:.2f}"
        change = {
            GeomState.REPAIRED: f"; repaired, changing {fact.change_m2:.2f} m2",
            GeomState.CHANGED: f"; a repair changes up to {fact.change_m2:.2f} m2",
        }.get(fact.state, "")
        found.append(
            issue(
                codes[fact.state],
                f"{fact.reason}{place}{change}.",
                dataset=dataset,
                layer=layer,
                feature=features[fact.row],
                value=f"{fact.change_m2:.2f}" if change else "",
            )
        )
    return found


def hull_of_invalid(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the largest land that any reading of an invalid polygon could cover.

    The invalid parts count with their convex hulls, the valid ones as they are. Where every part
    is valid alone (they overlap, say), all count with their hulls.

    Examples
    --------
    >>> hull_of_invalid(shapely.from_wkt("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))")).area
    100.0
    """
    parts = shapely.get_parts(shapely.get_parts(geometry))
    parts = parts[shapely.get_type_id(parts) == _POLYGON]
    doubtful = ~shapely.is_valid(parts)
    if not doubtful.any():
        doubtful[:] = True
    return shapely.union_all(np.where(doubtful, shapely.convex_hull(parts), parts))


def _where(mask: npt.NDArray[np.bool_]) -> list[int]:
    """Return the row numbers where a mask holds."""
    return [int(row) for row in np.flatnonzero(mask)]


def _mend(raw: shapely.Geometry, row: int) -> tuple[shapely.Geometry | None, Repair]:
    """Repair one invalid geometry."""
    reason, easting, northing = _why(raw)
    readings: list[shapely.Geometry | None] = []
    # Without finite coordinates there is no land to argue about
    if np.isfinite(shapely.get_coordinates(raw)).all():
        dimension = int(shapely.get_dimensions(raw))
        readings = [_reading(raw, dimension, method=method) for method in ("structure", "linework")]
    usable = [reading for reading in readings if reading is not None]
    if not usable:
        return None, Repair(row, GeomState.UNREADABLE, reason, easting, northing)
    # GEOS adds ring areas by the shoelace formula whether or not the rings cross
    area = float(shapely.area(raw))
    changes = [abs((0.0 if reading is None else float(shapely.area(reading))) - area) for reading in readings]
    change_m2 = max(changes)
    harmless = change_m2 <= HARMLESS_CHANGE_M2 and change_m2 <= HARMLESS_SHARE * area
    state = GeomState.REPAIRED if harmless and len(usable) == len(readings) else GeomState.CHANGED
    return usable[0], Repair(row, state, reason, easting, northing, change_m2)


def _reading(raw: shapely.Geometry, dimension: int, *, method: str) -> shapely.Geometry | None:
    """Return one of GEOS's readings of an invalid geometry, None where it leaves nothing valid."""
    options = {"keep_collapsed": False} if method == "structure" else {}
    try:
        reading = _of_dimension(shapely.make_valid(raw, method=method, **options), dimension)
        if reading is not None and not shapely.is_valid(reading):
            # GEOS 3.14's structure method can hand back two parts that share an edge
            reading = _of_dimension(shapely.union_all(shapely.get_parts(reading)), dimension)
    except shapely.GEOSException:
        return None
    return reading if reading is not None and shapely.is_valid(reading) else None


def _why(raw: shapely.Geometry) -> tuple[str, float, float]:
    """Return GEOS's reason for calling a geometry invalid, and the place it names."""
    told = str(shapely.is_valid_reason(raw))
    place = _PLACE.match(told)
    if place is None:
        return told, float("nan"), float("nan")
    return place["reason"].strip(), float(place["x"]), float(place["y"])


def _one_kind(collection: shapely.Geometry) -> tuple[shapely.Geometry | None, str]:
    """Return what a collection holds of its highest dimension, and the kinds dropped for it."""
    kept = _of_dimension(collection, int(shapely.get_dimensions(collection)))
    kinds = {part.geom_type for part in _leaves(collection)} - {part.geom_type for part in _leaves(kept)}
    return kept, ", ".join(sorted(kinds))


def _of_dimension(geometry: Any, dimension: int) -> shapely.Geometry | None:
    """Return the parts of one dimension (0 points, 1 lines, 2 polygons), None where there are none."""
    if geometry is None or shapely.is_empty(geometry):
        return None
    wanted = _SINGLE_AND_MULTI[dimension]
    if shapely.get_type_id(geometry) in wanted:
        return geometry
    parts = [part for part in _leaves(geometry) if shapely.get_type_id(part) in wanted]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else _MULTI[dimension](parts)


def _leaves(geometry: Any) -> list[shapely.Geometry]:
    """Return the single parts of a geometry, however deep its collections are nested."""
    if geometry is None:
        return []
    if shapely.get_type_id(geometry) < _FIRST_MULTI:
        return [geometry]
    return [leaf for part in shapely.get_parts(geometry) for leaf in _leaves(part)]
