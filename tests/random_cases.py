"""Made-up worlds of a hundred metres, at random from a seed or drawn by hypothesis.

One builder, `build_case`, makes both: it asks a `Chooser` for every choice. Much lies on a common grid, so
that shared edges, touches and coincident boundaries are the rule rather than the exception; some shapes are
free-form or nudged by 5 mm, which makes slivers far below the smallest piece.
"""

import math
import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from tests.oracle import STRATEGY_ID, Case, MappedPolygon, Parcel, Row, Zone

T = TypeVar("T")
EAST, NORTH = 430000, 360000
AREA_HABITATS = (
    "Grassland - Other neutral grassland",
    "Grassland - Modified grassland",
    "Woodland and forest - Other woodland; broadleaved",
    "Heathland and shrub - Mixed scrub",
)
SEALED = "Urban - Developed land; sealed surface"
UNSEALED = "Urban - Artificial unvegetated, unsealed surface"
HABITATS = {
    "area": AREA_HABITATS,
    "hedgerow": ("Native hedgerow", "Species-rich native hedgerow"),
    "watercourse": ("Ditches", "Other rivers and streams"),
    "tree": ("Individual trees - Urban tree", "Individual trees - Rural tree"),
}
BROAD = {
    "area": ("Grassland - *", "Woodland and forest - *", "Heathland and shrub - *"),
    "tree": ("Individual trees - *",),
}


class Chooser(Protocol):
    """Whatever makes the choices: a seeded generator, or hypothesis, which can also shrink them."""

    def integer(self, low: int, high: int) -> int:
        """Choose a whole number from `low` to `high`, both included."""


class Seeded:
    """Choices from a seed: the same seed is the same case on every machine."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def integer(self, low: int, high: int) -> int:
        """Choose a whole number from `low` to `high`, both included."""
        return self._random.randint(low, high)


class Drawn:
    """Choices drawn by hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        """Choose a whole number from `low` to `high`, both included."""
        return self._draw(st.integers(low, high))


def seeded_case(seed: int) -> Case:
    """The random case of a seed."""
    return build_case(Seeded(seed), name=f"seed {seed}")


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Hypothesis strategy: any case that the builder can make."""
    return build_case(Drawn(draw), name="drawn")


def pick(choose: Chooser, options: Sequence[T]) -> T:
    """Choose one of several things; the first is the simplest."""
    return options[choose.integer(0, len(options) - 1)]


def chance(choose: Chooser, percent: int) -> bool:
    """True in about so many of a hundred cases."""
    return choose.integer(1, 100) > 100 - percent


def build_case(choose: Chooser, *, name: str) -> Case:
    """Build a world of 1-4 parcels, 0-6 mapped polygons and their crosswalk, areas and authorities."""
    parcels = tuple(_parcel(choose, f"P{n}") for n in range(1, choose.integer(1, 4) + 1))
    ids = [f"M{n}" for n in range(1, choose.integer(1, 4) + 1)]
    flags = {i: pick(choose, ("", "", "", "", "yes", "yes", "yes", "no")) for i in ids}
    measures = []
    for n in range(1, pick(choose, (0, 1, 2, 3, 4, 5, 6, 4, 5, 6, 6)) + 1):
        measure_id = pick(choose, ids)
        flag = pick(choose, ("", "yes", "no")) if chance(choose, 5) else flags[measure_id]
        measures.append(MappedPolygon(f"L{n}", measure_id, flag, _measure_shape(choose, parcels)))
    rows = tuple(row for i in ids for row in _rows(choose, i, parcels))
    return Case(name, parcels, tuple(measures), rows, _areas(choose), _authorities(choose))


def _parcel(choose: Chooser, parcel_ref: str) -> Parcel:
    module = pick(choose, ("area",) * 6 + ("hedgerow", "hedgerow", "watercourse", "tree", "tree"))
    habitats = HABITATS[module]
    before, after = pick(choose, habitats), pick(choose, habitats)
    retention = pick(choose, ("Created", "Enhanced") * 6 + ("Lost", "Lost", "Retained", ""))
    if module == "area" and retention in ("Created", "Lost") and chance(choose, 10):
        after = pick(choose, (SEALED, UNSEALED))
    if retention == "Created" and chance(choose, 50):
        before = pick(choose, ("", "N/A", "To be created"))
    if (retention in ("Lost", "") and chance(choose, 50)) or chance(choose, 3):
        after = ""
    if retention == "Retained":
        after = pick(choose, ("", before))
    shape = {"area": _polygon, "tree": _tree}.get(module, _line)(choose)
    return Parcel(parcel_ref, module, retention, before, after, shape)


def _rows(choose: Chooser, measure_id: str, parcels: Sequence[Parcel]) -> list[Row]:
    rows = []
    statuses = ("published", "confirmed", "published", "proposed")
    for _ in range(choose.integer(0, 6)):
        parcel = pick(choose, parcels)
        module = pick(choose, (parcel.module, parcel.module, parcel.module, "area", "hedgerow"))
        asked = parcel.proposed_habitat
        exact = (
            asked if module == parcel.module and asked not in ("", SEALED, UNSEALED) else HABITATS[module][0]
        )
        broad = exact.split(" - ")[0] + " - *" if module in BROAD else "*"
        others = (*HABITATS[module], *BROAD.get(module, ("*",)))
        habitat = pick(choose, (exact, exact, exact, exact, broad, broad, "*", pick(choose, others)))
        intervention = pick(choose, ("either", "either", "create", "enhance"))
        verdict = pick(choose, ("yes", "yes", "yes", "yes", "no", "no", "conditional"))
        rows.append(Row(measure_id, module, habitat, intervention, verdict, pick(choose, statuses)))
    if chance(choose, 40):
        module = pick(choose, parcels).module
        rows.append(Row(measure_id, module, "*", "either", "yes", "published"))
    if chance(choose, 30):
        module = pick(choose, (pick(choose, parcels).module, "area"))
        rows.append(Row(measure_id, module, "", "either", "", pick(choose, statuses), complete=True))
    return rows


def _measure_shape(choose: Chooser, parcels: Sequence[Parcel]) -> BaseGeometry:
    shape = _polygon(choose)
    how = choose.integer(1, 100)
    polygons = [p.geometry for p in parcels if p.module == "area"]
    if how > 88 and polygons:
        return pick(choose, polygons)
    if how > 80:
        return affinity.translate(shape, xoff=pick(choose, (-0.005, 0.005)))
    return shape


def _corner(choose: Chooser) -> tuple[float, float]:
    return EAST + 10.0 * choose.integer(0, 7), NORTH + 10.0 * choose.integer(0, 7)


def _polygon(choose: Chooser) -> BaseGeometry:
    x, y = _corner(choose)
    width, height = 10 * choose.integer(1, 7), 10 * choose.integer(1, 7)
    whole = box(x, y, x + width, y + height)
    kind = choose.integer(1, 100)
    if kind <= 45:
        return whole
    if kind <= 55:
        return Polygon([(x, y), (x + width, y), (x, y + height)])
    if kind <= 65:
        return Polygon([(x, y), (x + width + 5, y), (x + width + 5, y + 5), (x + 5, y + 5),
                        (x + 5, y + height + 5), (x, y + height + 5)])  # fmt: skip
    if kind <= 75:
        hole = box(x + 5, y + 5, x + 5 + width, y + 5 + height)
        return box(x, y, x + width + 10, y + height + 10).difference(hole)
    if kind <= 85:
        return MultiPolygon([whole, box(x + width + 10, y, x + width + 20, y + 20)])
    return _star(choose, x + 0.37, y + 0.61)


def _star(choose: Chooser, x: float, y: float) -> Polygon:
    corners = choose.integer(5, 9)
    points = []
    for n in range(corners):
        angle = 2 * math.pi * (n + choose.integer(0, 60) / 100) / corners
        reach = choose.integer(800, 4000) / 100
        points.append((round(x + reach * math.cos(angle), 2), round(y + reach * math.sin(angle), 2)))
    return Polygon(points)


def _line(choose: Chooser) -> BaseGeometry:
    corners = [_corner(choose) for _ in range(choose.integer(2, 4))]
    line = LineString(dict.fromkeys(corners)) if len(set(corners)) > 1 else None
    if line is None or not line.is_simple:
        x, y = corners[0]
        line = LineString([(x, y), (x + 10.0 * choose.integer(1, 6), y)])
    if chance(choose, 10):
        far = affinity.translate(LineString([(EAST, NORTH), (EAST, NORTH + 30)]), xoff=120)
        return MultiLineString([line, far])
    return line


def _tree(choose: Chooser) -> Point:
    if chance(choose, 60):
        return Point(_corner(choose))
    return Point(EAST + choose.integer(0, 10000) / 100, NORTH + choose.integer(0, 10000) / 100)


def _areas(choose: Chooser) -> tuple[Zone, ...]:
    kind = choose.integer(1, 100)
    if kind <= 35:
        return ()
    everything = box(EAST - 100, NORTH - 100, EAST + 300, NORTH + 300)
    if kind <= 65:
        return (Zone(STRATEGY_ID, "", everything),)
    split = EAST + 10 * choose.integer(1, 9)
    west = box(EAST - 100, NORTH - 100, split, NORTH + 300)
    east = box(split, NORTH - 100, split + 40, NORTH + 300)
    if kind <= 80:
        return (Zone(STRATEGY_ID, "", pick(choose, (west, _star(choose, EAST + 50, NORTH + 50)))),)
    other = pick(choose, ("22", "11"))
    mine, theirs = pick(choose, ((west, east), (east, west)))
    return tuple(pick(choose, ([Zone(STRATEGY_ID, "", mine), Zone(other, "", theirs)],
                               [Zone(other, "", theirs), Zone(STRATEGY_ID, "", mine)])))  # fmt: skip


def _authorities(choose: Chooser) -> tuple[Zone, ...]:
    kind = choose.integer(1, 100)
    if kind <= 45:
        return ()
    split = NORTH + 10 * choose.integer(2, 8)
    south, north = (
        box(EAST - 100, NORTH - 100, EAST + 300, split),
        box(EAST - 100, split, EAST + 300, NORTH + 300),
    )
    districts = (Zone("Ashby", "", north), Zone("Bexley", "", south))
    if kind <= 75:
        return districts
    return (*districts, Zone("Moorland National Park", "national-park", _polygon(choose)))
