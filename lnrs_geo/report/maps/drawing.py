"""Draw shapes in the look of their kind: filled and hatched areas, lines with a casing, marked points."""

import math

import numpy as np
import shapely

from lnrs_geo.report.maps.looks import INK, PAPER
from lnrs_geo.report.maps.paper import Paper
from lnrs_geo.styles import Look, Shape
from lnrs_geo.styles.qml import CASING_MM

_CIRCLE = 10  # segments of a quarter
_SMALL_MM, _THIN_MM = 2.0, 0.9


def shape_of(geometry: shapely.Geometry) -> Shape:
    """Return what a geometry is drawn as."""
    dimension = int(shapely.get_dimensions(geometry))
    return {0: Shape.POINT, 1: Shape.LINE}.get(dimension, Shape.AREA)


def seen_as(shape: shapely.Geometry) -> list[tuple[Shape, shapely.Geometry]]:
    """Return how the pieces of a shape on the paper are drawn, so that an eye finds each of them.

    Land or a line too small to see becomes a mark, and land too thin a line round it.
    """
    kind = shape_of(shape)
    if kind is Shape.POINT:
        return [(kind, shape)]
    found: dict[Shape, list[shapely.Geometry]] = {}
    for piece in shapely.get_parts(shape):
        left, bottom, right, top = shapely.bounds(piece)
        if max(right - left, top - bottom) < _SMALL_MM:
            found.setdefault(Shape.POINT, []).append(shapely.point_on_surface(piece))
        elif kind is Shape.LINE:
            found.setdefault(Shape.LINE, []).append(piece)
        elif shapely.is_empty(shapely.buffer(piece, -_THIN_MM / 2, quad_segs=1)):
            found.setdefault(Shape.LINE, []).append(shapely.get_exterior_ring(piece))
        else:
            found.setdefault(Shape.AREA, []).append(piece)
    build = {
        Shape.AREA: shapely.multipolygons,
        Shape.LINE: shapely.multilinestrings,
        Shape.POINT: shapely.multipoints,
    }
    return [(one, build[one](np.array(pieces, dtype=object))) for one, pieces in found.items()]


def draw(paper: Paper, shape: shapely.Geometry, look: Look, *, kind: Shape) -> None:
    """Draw a shape on the paper (in millimetres) in a look."""
    if shapely.is_empty(shape):
        return
    if kind is Shape.AREA:
        _area(paper, shape, look)
    elif kind is Shape.LINE:
        _line(paper, shape, look)
    else:
        _points(paper, shape, look)


def _area(paper: Paper, shape: shapely.Geometry, look: Look) -> None:
    if look.fill:
        paper.area(shape, fill=look.fill)
    hatch(paper, shape, look)
    # A thin pale line under the dark one sets the edge off from dark land and hatches beside it.
    paper.area(shape, edge=PAPER, width=look.width + 0.5)
    paper.area(shape, edge=look.edge, width=look.width, dash=look.dash)


def _line(paper: Paper, shape: shapely.Geometry, look: Look) -> None:
    strokes = [shapely.get_coordinates(one) for one in shapely.get_parts(shape) if shapely.length(one)]
    if not look.fill:  # no casing: the line alone
        paper.lines(strokes, colour=PAPER, width=look.width + 0.6)
        paper.lines(strokes, colour=look.edge, width=look.width, dash=look.dash, cap="butt")
        return
    paper.lines(strokes, colour=PAPER, width=look.width + CASING_MM + 0.6)
    paper.lines(strokes, colour=look.edge, width=look.width + CASING_MM, cap="butt")
    paper.lines(strokes, colour=look.fill or PAPER, width=look.width, dash=look.dash, cap="butt")


def _points(paper: Paper, shape: shapely.Geometry, look: Look) -> None:
    for x, y in shapely.get_coordinates(shape):
        if look.marker == "cross":
            arm = look.size / 2
            strokes = [np.array([(x - arm, y - arm * turn), (x + arm, y + arm * turn)]) for turn in (1, -1)]
            paper.lines(strokes, colour=PAPER, width=look.width + 0.8)
            paper.lines(strokes, colour=look.edge, width=look.width)
            continue
        mark = marker(look.marker, float(x), float(y), look.size)
        paper.area(mark, fill=look.fill, edge=PAPER, width=look.width + 0.7)
        paper.area(mark, fill=look.fill, edge=look.edge, width=look.width, dash=look.dash)


def marker(name: str, x: float, y: float, size: float) -> shapely.Geometry:
    """Return the outline of a mark of a size at a place."""
    half = size / 2
    if name == "circle":
        return shapely.buffer(shapely.Point(x, y), half, quad_segs=_CIRCLE)
    corners = {
        "square": [(-half, -half), (half, -half), (half, half), (-half, half)],
        "diamond": [(0, -half), (half, 0), (0, half), (-half, 0)],
        "triangle": [(-half, -0.45 * size), (half, -0.45 * size), (0, 0.55 * size)],
    }[name]
    return shapely.Polygon([(x + east, y + north) for east, north in corners])


def outline(
    paper: Paper, shape: shapely.Geometry, *, width: float, dash: tuple[float, ...] = (), ink: str = INK
) -> None:
    """Draw the edge of areas, with a pale rim so that it shows on dark land as well."""
    paper.area(shape, edge=PAPER, width=width + 0.7)
    paper.area(shape, edge=ink, width=width, dash=dash)


def hatch(paper: Paper, shape: shapely.Geometry, look: Look) -> None:
    """Draw the hatch of a look inside areas; lines of neighbours run on into each other."""
    if shapely.is_empty(shape):
        return
    for angle in look.angles if look.hatch else ():
        strokes = shapely.intersection(_ruled(shapely.bounds(shape), angle, look.gap), shape)
        lines = [one for one in shapely.get_parts(strokes) if shapely.get_type_id(one) == 1]
        paper.lines(
            (shapely.get_coordinates(one) for one in lines), colour=look.hatch, width=look.stroke, cap="butt"
        )


def _ruled(
    bounds: "np.ndarray[tuple[int], np.dtype[np.float64]]", angle: int, gap: float
) -> shapely.Geometry:
    """Return parallel lines across a box, at places that do not depend on the box."""
    left, bottom, right, top = bounds
    along = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    across = np.array([-along[1], along[0]])
    corners = np.array([(left, bottom), (left, top), (right, bottom), (right, top)])
    reach = corners @ along
    steps = np.arange(
        math.floor((corners @ across).min() / gap), math.ceil((corners @ across).max() / gap) + 1
    )
    starts = np.outer(steps * gap, across) + reach.min() * along
    ends = np.outer(steps * gap, across) + reach.max() * along
    return shapely.multilinestrings(shapely.linestrings(np.stack([starts, ends], axis=1)))
