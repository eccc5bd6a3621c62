"""Shapes for hypothesis to draw: on a 0.1 m grid in Derbyshire, so that edges and corners often coincide."""

import math
from collections.abc import Sequence

import hypothesis.strategies as st
import shapely
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, affinity
from shapely.geometry.base import BaseGeometry

EAST, NORTH = 430_000.0, 350_000.0
SITE_M = 60


def _on_grid(shape: BaseGeometry) -> BaseGeometry:
    """Round to the grid; the shape must not remember it, or every later overlay would be rounded too."""
    return shapely.set_precision(shapely.set_precision(shape, 0.1), 0.0)


def _at(tenths: int, origin: float) -> float:
    return origin + tenths / 10


@st.composite
def corners(draw: st.DrawFn) -> tuple[float, float]:
    """Places on the grid; every other one on whole tens of metres, where edges meet."""
    step = draw(st.sampled_from([1, 100]))
    tenths = st.integers(0, SITE_M * 10 // step)
    return _at(draw(tenths) * step, EAST), _at(draw(tenths) * step, NORTH)


@st.composite
def boxes(draw: st.DrawFn) -> Polygon:
    """Rectangles from 0.1 m to 40 m wide."""
    x, y = draw(corners())
    sides = st.one_of(st.integers(1, 4).map(lambda n: n * 10.0), st.integers(1, 400).map(lambda n: n / 10))
    return shapely.box(x, y, round(x + draw(sides), 1), round(y + draw(sides), 1))


@st.composite
def stars(draw: st.DrawFn) -> Polygon:
    """Polygons round a centre, with 4 to 9 corners at any distance."""
    x, y = draw(corners())
    reaches = draw(st.lists(st.integers(20, 250), min_size=4, max_size=9))
    turns = [2 * math.pi * n / len(reaches) for n in range(len(reaches))]
    ring = [
        (round(x + reach / 10 * math.cos(turn), 1), round(y + reach / 10 * math.sin(turn), 1))
        for turn, reach in zip(turns, reaches, strict=True)
    ]
    return Polygon(ring)


@st.composite
def rings(draw: st.DrawFn) -> Polygon:
    """Rectangles with a rectangular hole."""
    x, y = draw(corners())
    wide = draw(st.integers(50, 400)) / 10
    edge = draw(st.integers(1, 20)) / 10
    hole = shapely.box(x + edge, y + edge, x + wide - edge, y + wide - edge)
    return _on_grid(shapely.box(x, y, x + wide, y + wide).difference(hole))


@st.composite
def needles(draw: st.DrawFn) -> Polygon:
    """Triangles up to 50 m long and 0.1 m wide."""
    x, y = draw(corners())
    long, rise = draw(st.integers(10, 500)), draw(st.integers(0, 100))
    tip = (_at(long, x), _at(rise, y))
    return Polygon([(x, y), tip, (tip[0], round(tip[1] + 0.1, 1))])


@st.composite
def multiparts(draw: st.DrawFn) -> MultiPolygon:
    """Two rectangles, one to the east of the other and apart from it."""
    one, other = draw(boxes()), draw(boxes())
    away = affinity.translate(other, one.bounds[2] - other.bounds[0] + 0.1)
    return MultiPolygon([one, _on_grid(away)])


def polygons() -> st.SearchStrategy[BaseGeometry]:
    """Valid polygons of every kind above."""
    return st.one_of(boxes(), stars(), rings(), multiparts(), needles()).filter(_sound)


@st.composite
def copies(draw: st.DrawFn, of: Sequence[BaseGeometry]) -> BaseGeometry:
    """One of these polygons again, or beside itself by a step that leaves edges coincident or nearly so."""
    shift = draw(st.sampled_from([(0.0, 0.0), (10.0, 0.0), (0.0, -10.0), (0.1, 0.0), (0.001, 0.001)]))
    return affinity.translate(draw(st.sampled_from(list(of))), *shift)


@st.composite
def lines(draw: st.DrawFn) -> BaseGeometry:
    """Lines of 2 to 5 corners that may cross themselves, closed rings, and pairs of lines."""
    ends = draw(st.lists(corners(), min_size=2, max_size=5, unique=True))
    kind = draw(st.sampled_from(["line", "line", "ring", "pair"]))
    if kind == "ring" and len(ends) > 2:
        return LineString([*ends, ends[0]])
    if kind == "pair":
        more = draw(st.lists(corners(), min_size=2, max_size=3, unique=True))
        return MultiLineString([ends, more])
    return LineString(ends)


def points() -> st.SearchStrategy[Point]:
    """Trees, often on a corner of something."""
    return corners().map(Point)


def groves() -> st.SearchStrategy[MultiPoint]:
    """Two to four trees in one feature."""
    return st.lists(corners(), min_size=2, max_size=4, unique=True).map(MultiPoint)


def _sound(shape: BaseGeometry) -> bool:
    return bool(shape.is_valid and shape.area > 0 and shape.geom_type in ("Polygon", "MultiPolygon"))
