"""The legend beside a map: only what is on it, drawn as it is there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from lnrs_geo.report.maps import lettering
from lnrs_geo.report.maps.drawing import draw
from lnrs_geo.report.maps.paper import Paper
from lnrs_geo.styles import Look, Shape

_SWATCH, _GAP = (11.0, 5.0), 2.0  # width and height; between it and its words
_BETWEEN = 1.5


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a legend: what is drawn, and what it means; a heading where there is no look.

    A `plain` line has no casing.
    """

    words: str
    look: Look | None = None
    kind: Shape = Shape.AREA
    plain: bool = False


def height_mm(entries: Sequence[Entry], width_mm: float) -> float:
    """Return how high the legend is."""
    return sum(_height(one, width_mm) + _BETWEEN for one in entries)


def draw_legend(paper: Paper, entries: Sequence[Entry], *, left: float, top: float, width_mm: float) -> None:
    """Draw the legend downwards from `top`."""
    y = top
    for entry in entries:
        high = _height(entry, width_mm)
        _draw_entry(paper, entry, left, y, width_mm)
        y -= high + _BETWEEN


def _lines(entry: Entry, width_mm: float) -> list[str]:
    if entry.look is None:
        return lettering.wrapped(entry.words, lettering.NORMAL, width_mm, bold=True)
    return lettering.wrapped(entry.words, lettering.NORMAL, width_mm - _SWATCH[0] - _GAP, most=4)


def _height(entry: Entry, width_mm: float) -> float:
    text = len(_lines(entry, width_mm)) * lettering.line_mm(lettering.NORMAL)
    return text + 0.6 if entry.look is None else max(text, _SWATCH[1])


def _draw_entry(paper: Paper, entry: Entry, left: float, top: float, width_mm: float) -> None:
    lines = _lines(entry, width_mm)
    line = lettering.line_mm(lettering.NORMAL)
    x = left if entry.look is None else left + _SWATCH[0] + _GAP
    drop = 0.0 if entry.look is None else max(0.0, (_SWATCH[1] - len(lines) * line) / 2)
    for number, words in enumerate(lines):
        baseline = top - drop - (number + 0.78) * line
        paper.text((x, baseline), words, face=lettering.Face(bold=entry.look is None))
    if entry.look is not None and entry.plain:
        stroke = shapely.get_coordinates(_sample(entry.kind, left, top))
        paper.lines([stroke], colour=entry.look.edge, width=entry.look.width)
    elif entry.look is not None:
        draw(paper, _sample(entry.kind, left, top), entry.look, kind=entry.kind)


def _sample(kind: Shape, left: float, top: float) -> shapely.Geometry:
    """Return a small piece of what is meant."""
    width, height = _SWATCH
    middle = top - height / 2
    if kind is Shape.AREA:
        return shapely.box(left + 0.5, top - height + 0.5, left + width - 0.5, top - 0.5)
    if kind is Shape.LINE:
        return shapely.linestrings(np.array([(left + 0.5, middle), (left + width - 0.5, middle)]))
    return shapely.Point(left + width / 2, middle)
