"""Tell what the rows of a split parcel hold: shapes as the layer takes them, sizes, identifiers."""

import math
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

import shapely

from lnrs_geo.corrected import editing
from lnrs_geo.corrected.editing import Table
from lnrs_geo.spatial.values import text

# Types of layers by what may stand in them: single shapes, or multipart ones (then always these)
_SINGLE = {"POLYGON": 2, "CURVEPOLYGON": 2, "LINESTRING": 1, "CURVE": 1}
_MULTI = {"MULTIPOLYGON": 2, "MULTISURFACE": 2, "MULTILINESTRING": 1, "MULTICURVE": 1}
# Units in which sizes are given, by dimension: units per m2 or m, and decimals worth writing
_UNITS = {2: ((Decimal(1), 2), (Decimal("0.0001"), 6)), 1: ((Decimal(1), 2), (Decimal("0.001"), 6))}
# A size on the ellipsoid, or of a drawing that was moved a little, still tells its unit
_SIZE_TOLERANCE = Decimal("0.05")
_MOST_DECIMALS = 12
# The outline of a repaired parcel may bulge by rounding; another coordinate system is far away
_SAME_PLACE_M = 1.0


@dataclass(frozen=True, slots=True)
class SplitPart:
    """A part of a parcel: its number, its land or line in EPSG:27700, and its significance.

    `ss_text` None leaves the user's value (provisional parts).
    """

    number: int
    geometry: shapely.Geometry
    ss_text: str | None


@dataclass(frozen=True, slots=True)
class SplitRow:
    """One row to write: the part's number, its shape as the layer holds it, its significance."""

    number: int
    shape: shapely.Geometry
    ss_text: str | None


def rows_of(parts: Sequence[SplitPart], table: Table, stored: object) -> tuple[list[SplitRow], str]:
    """Return the rows to write in order of parts, or why the layer cannot hold them.

    Parameters
    ----------
    parts
        Two or more.
    table
        The layer.
    stored
        The geometry of the whole as the layer holds it.

    Returns
    -------
    The rows and "", or no rows and the reason. Where the layer holds single shapes only, each piece of
    a part is a row.
    """
    whole = editing.bounds_of(stored)
    if whole is None or any(part.geometry.is_empty for part in parts):
        return [], "it has no geometry that can be split"
    if not table.flat:
        return [], "the layer wants heights or M values, and the parts have none"
    dimension = int(shapely.get_dimensions(parts[0].geometry))
    if dimension == 0:
        return [], "points are not split"
    rows = []
    for part in sorted(parts, key=lambda one: one.number):
        if not _is_inside(part.geometry.bounds, whole):
            return [], "its parts are in EPSG:27700 and the layer is not"
        pieces = _as_held(part.geometry, table.kind)
        if not pieces or int(shapely.get_dimensions(part.geometry)) != dimension:
            return [], f"a layer of type {table.kind} cannot hold its parts"
        rows += [SplitRow(part.number, piece, part.ss_text) for piece in pieces]
    return rows, ""


def _is_inside(part: tuple[float, float, float, float], whole: tuple[float, float, float, float]) -> bool:
    west, east, south, north = whole
    return bool(
        part[0] >= west - _SAME_PLACE_M
        and part[1] >= south - _SAME_PLACE_M
        and part[2] <= east + _SAME_PLACE_M
        and part[3] <= north + _SAME_PLACE_M
    )


def _as_held(shape: shapely.Geometry, kind: str) -> list[shapely.Geometry]:
    """Return a part as the rows of a layer of that type hold it; nothing where they cannot."""
    dimension = int(shapely.get_dimensions(shape))
    flat = shapely.force_2d(shape)
    if shape.geom_type == "GeometryCollection":
        return []
    if kind == "GEOMETRY":
        return [flat]
    if _MULTI.get(kind) == dimension:
        build = shapely.multipolygons if dimension == 2 else shapely.multilinestrings
        return [build(shapely.get_parts(flat))]
    if _SINGLE.get(kind) == dimension:
        joined = shapely.line_merge(flat, directed=True) if dimension == 1 else flat
        return list(shapely.get_parts(joined))
    return []


def shares(whole: object, shapes: Sequence[shapely.Geometry]) -> list[object] | None:
    """Share a size among the parts of what it measures, so that they sum to it.

    Whole numbers stay whole; others keep their decimals, and at least those of 0.01 m2 or 0.01 m.

    Parameters
    ----------
    whole
        The cell: a number or its text, in m2 or hectares, m or km.
    shapes
        The parts in EPSG:27700, all areas or all lines.

    Returns
    -------
    One size per shape, of the cell's own kind; None where the cell is not their common size in any
    unit, or a part would have none.

    Examples
    --------
    >>> shares(300, [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)])
    [100, 200]
    >>> shares("0.03", [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 30, 10)])
    ['0.01', '0.02']
    """
    try:
        given = Decimal(str(whole).strip())
    except InvalidOperation:
        return None
    dimension = int(shapely.get_dimensions(shapes[0]))
    measures = [Decimal(shape.area if dimension == 2 else shape.length) for shape in shapes]
    total = sum(measures, Decimal(0))
    if not given.is_finite() or given <= 0 or not total:
        return None
    digits = min(max(-int(given.as_tuple().exponent), 0), _MOST_DECIMALS)
    for factor, fine in _UNITS.get(dimension, ()):
        measured = total * factor
        if abs(given - measured) <= max(measured * _SIZE_TOLERANCE, Decimal(10) ** -digits / 2):
            places = 0 if isinstance(whole, int) else max(digits, fine)
            sizes = _apportioned(given, [measure / total for measure in measures], places)
            return [_like(whole, size) for size in sizes] if all(sizes) else None
    return None


def _like(whole: object, size: Decimal) -> object:
    if isinstance(whole, int):
        return int(size)
    return float(size) if isinstance(whole, float) else format(size.normalize(), "f")


def _apportioned(whole: Decimal, parts: Sequence[Decimal], places: int) -> list[Decimal]:
    """Round shares of a whole so that they sum to it: what is left goes to the largest remainders."""
    step = Decimal(10) ** -places
    exact = [whole * part for part in parts]
    sizes = [size.quantize(step, ROUND_FLOOR) for size in exact]
    left = int((whole - sum(sizes)) / step)
    for at in sorted(range(len(sizes)), key=lambda at: sizes[at] - exact[at])[:left]:
        sizes[at] += step
    return sizes


def uuids(cells: Mapping[str, Any], count: int) -> list[dict[str, object]]:
    """Return for each row its own `feature_uuid`, made from the parent's, and a `parent_uuid` if blank.

    Without a `feature_uuid` there is nothing to set. The same parent has the same children every time.
    """
    named = {name.casefold(): name for name in cells}
    own = named.get("feature_uuid", "")
    given = text(cells.get(own))
    if not given:
        return [{} for _ in range(count)]
    parent = named.get("parent_uuid", "")
    kept = {parent: given} if parent and not text(cells[parent]) else {}
    try:
        space = uuid.UUID(given)
    except ValueError:
        space = uuid.uuid5(uuid.NAMESPACE_URL, given)
    made = [str(uuid.uuid5(space, str(number))) for number in range(1, count + 1)]
    # Written as the parent's is: GIS put braces round it, some write capitals
    manner = "{{{}}}" if given.startswith("{") else "{}"
    return [{own: manner.format(one.upper() if given.isupper() else one), **kept} for one in made]


def portions(cell: object, shapes: Sequence[shapely.Geometry]) -> list[object] | None:
    """Share a number of the whole among parts by their sizes; None where the cell holds no number.

    The last part takes what is left, so that the parts sum to the whole.
    """
    try:
        whole = float(str(cell))
    except ValueError:
        return None
    if not math.isfinite(whole):
        return None
    sizes = [shape.area or shape.length for shape in shapes]
    first = [whole * size / sum(sizes) for size in sizes[:-1]]
    numbers = [*first, whole - sum(first)]
    return [str(number) for number in numbers] if isinstance(cell, str) else list(numbers)
