"""What every map has round its land: frame, grid ticks, scale bar, north arrow."""

import math

import numpy as np
import shapely

from lnrs_geo.report.maps import lettering
from lnrs_geo.report.maps.looks import GREY, INK, PAPER
from lnrs_geo.report.maps.paper import Paper
from lnrs_geo.report.maps.window import Window, round_length
from lnrs_geo.spatial.gridref import grid_reference, square_letters

_SQUARE_M = 100_000
_TICKS = 7
_ROOM_MM = 5.0  # a label nearer to the end of its side would run into others
_TICK_MM, _CROSS_MM = 1.2, 1.0
_TICK = lettering.Face(6.6)


def interval_m(window: Window) -> float:
    """Return how far apart the grid ticks are: a round number of metres, about five to a side."""
    west, _, east, _ = window.bounds_m
    at_least = (east - west) / _TICKS
    step = round_length(at_least)
    # the next longer one of 1, 2, 5, 10
    return next(
        one for one in (step, 2 * step, 2.5 * step, 5 * step) if one >= at_least * 0.999 and _is_round(one)
    )


def _is_round(metres: float) -> bool:
    return math.isclose(round_length(metres), metres)


def frame_and_grid(paper: Paper, window: Window) -> None:
    """Draw the frame, with ticks and labels of the National Grid outside it."""
    west, south, east, north = window.bounds_m
    left, bottom, right, top = window.frame
    step = interval_m(window)
    eastings, northings = _multiples(west, east, step), _multiples(south, north, step)
    for easting in eastings:
        x = window.x(easting)
        paper.lines([np.array([(x, bottom), (x, bottom - _TICK_MM)])], colour=INK, width=0.25, cap="butt")
        if not left + _ROOM_MM < x < right - _ROOM_MM:
            continue
        paper.text((x, bottom - 1.6), _tick(easting, south, step, 0), face=_TICK, across="center", up="top")
    for northing in northings:
        y = window.y(northing)
        paper.lines([np.array([(left, y), (left - _TICK_MM, y)])], colour=INK, width=0.25, cap="butt")
        if not bottom + _ROOM_MM < y < top - _ROOM_MM:
            continue
        words = _tick(northing, west, step, 1)
        paper.text((left - 1.7, y), words, face=_TICK, across="center", turned=True)
    paper.area(shapely.box(left, bottom, right, top), edge=INK, width=0.35)


def crosses(paper: Paper, window: Window) -> None:
    """Mark where the grid lines cross on the land."""
    west, south, east, north = window.bounds_m
    step, arm = interval_m(window), _CROSS_MM
    for easting in _multiples(west, east, step):
        for northing in _multiples(south, north, step):
            x, y = window.x(easting), window.y(northing)
            strokes = [np.array([(x - arm, y), (x + arm, y)]), np.array([(x, y - arm), (x, y + arm)])]
            paper.lines(strokes, colour=GREY, width=0.15)


def scale_bar(paper: Paper, window: Window, at: tuple[float, float], *, most_mm: float = 46) -> float:
    """Draw a bar of round metres or kilometres, half of it dark; return its length in metres."""
    metres = round_length(most_mm * window.metres_per_mm)
    length = metres / window.metres_per_mm
    x, y = at
    for dark, start in ((True, 0.0), (False, length / 2)):
        half = shapely.box(x + start, y, x + start + length / 2, y + 1.4)
        paper.area(half, fill=INK if dark else PAPER, edge=INK, width=0.25)
    unit, per = ("km", 1000) if metres >= 1000 else ("m", 1)
    for share in (0.0, 0.5, 1.0):
        end = f" {unit}" if share == 1 else ""
        words = f"{metres * share / per:g}{end}"
        # The unit stands beside the figure, which stays under the end of the bar.
        paper.text((x + length * share, y - 0.8), words, face=_TICK, across="center", up="top")
    return metres


def north_arrow(paper: Paper, at: tuple[float, float]) -> None:
    """Draw an arrow to grid north, whose lower end is at a place."""
    x, y = at
    right = shapely.Polygon([(x, y + 8), (x + 2, y), (x, y + 1.6)])
    left = shapely.Polygon([(x, y + 8), (x - 2, y), (x, y + 1.6)])
    paper.area(right, fill=INK, edge=INK, width=0.25)
    paper.area(left, fill=PAPER, edge=INK, width=0.25)
    paper.text((x + 3, y + 4.4), "N", face=lettering.Face(lettering.LARGE, bold=True))
    paper.text((x + 3, y + 1.2), "grid north", face=lettering.Face(lettering.SMALL))


def length_words(metres: float) -> str:
    """Return a length as people read it.

    Examples
    --------
    >>> length_words(250), length_words(12_345), length_words(20_000)
    ('250 m', '12.3 km', '20 km')
    """
    return f"{metres:,.0f} m" if metres < 2000 else f"{metres / 1000:,.1f}".removesuffix(".0") + " km"


def place_words(window: Window) -> str:
    """Return the grid reference of the middle, or its coordinates outside the National Grid."""
    easting, northing = window.middle_m
    wide = window.bounds_m[2] - window.bounds_m[0]
    digits = 10 if wide < 2000 else 8 if wide < 20_000 else 6
    reference = grid_reference(easting, northing, digits=digits)
    return reference or f"{easting:.0f}, {northing:.0f} in metres"


def _tick(value: float, other: float, step: float, axis: int) -> str:
    """Return the label of a tick: letters of the grid square and the digits that the step needs."""
    place = (value, other) if axis == 0 else (other, value)
    column, row = (math.floor(one / _SQUARE_M) for one in place)
    letters = square_letters(column, row)
    if not letters:
        return f"{value:.0f}"
    digits = max(1, 5 - math.floor(math.log10(step)))
    within = math.floor(value % _SQUARE_M / 10 ** (5 - digits))
    return f"{letters} {within:0{digits}d} {'EN'[axis]}"


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
