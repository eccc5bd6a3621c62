"""Put labels on a map so that none hides another, and what is too small for its label gets a pointer."""

import math
from dataclasses import dataclass

import numpy as np
import shapely

from lnrs_geo.report.maps import lettering
from lnrs_geo.report.maps.looks import INK, PAPER
from lnrs_geo.report.maps.paper import Box, Paper
from lnrs_geo.styles import Shape

_PAD = 0.7  # round the words, in mm
_RINGS = (5.0, 8.0, 12.0, 17.0, 23.0, 30.0, 40.0)
_NEAR_RINGS = (3.0, 6.0)  # for a label that may be left out: long pointers confuse more than they tell
_DIRECTIONS = [math.radians(angle) for angle in range(20, 380, 30)]
_LITTLE_MM2 = 12.0
_MOST_HIDDEN = 0.45  # of a part that its own label may cover


@dataclass(frozen=True, slots=True)
class Label:
    """Words for a shape on the paper.

    Attributes
    ----------
    must
        It is drawn even where it hides something; else it is left out where there is no room.
    pointed
        It may stand beside its shape, with a line to it.
    """

    words: str
    shape: shapely.Geometry
    kind: Shape
    ink: str = INK
    bold: bool = False
    size_pt: float = lettering.NORMAL
    must: bool = True
    pointed: bool = True


class Labels:
    """The labels of a map.

    Parameters
    ----------
    paper
        What they are written on.
    frame
        Where they must stay.
    avoid
        Land that labels beside their shapes should leave free.
    keep_clear
        Land that no label may hide: lines and trees.
    """

    def __init__(
        self, paper: Paper, frame: Box, *, avoid: shapely.Geometry, keep_clear: shapely.Geometry
    ) -> None:
        self._paper, self._frame = paper, frame
        self._avoid, self._keep_clear = avoid, keep_clear
        self._taken: list[Box] = []
        self._put: list[tuple[Label, tuple[float, float], Box]] = []

    def put(self, label: Label) -> bool:
        """Give a label the best free place; False where it is left out."""
        inside = shapely.intersection(label.shape, shapely.box(*self._frame))
        if shapely.is_empty(inside):
            return False
        at = _anchor(self._free(inside, label.kind), label.kind)
        width = lettering.width_mm(lettering.clean(label.words), label.size_pt, bold=label.bold) + 2 * _PAD
        height = lettering.line_mm(label.size_pt) + 0.4
        box = self._place(label, inside, at, width, height)
        if box is None:
            return False
        self._taken.append(box)
        self._put.append((label, at, box))
        return True

    def write(self) -> None:
        """Write the labels that have a place: every pointer first, so that none crosses out words."""
        for label, at, box in self._put:
            self._point(label, at, box)
        for label, _, box in self._put:
            self._write(label, box)

    def _free(self, shape: shapely.Geometry, kind: Shape) -> shapely.Geometry:
        """Return the piece of some land where nothing is written yet; all of it where that is little."""
        if kind is not Shape.AREA:
            return shape
        hidden = shapely.union_all([self._keep_clear, *(shapely.box(*one) for one in self._taken)])
        free = shapely.difference(shape, hidden)
        return free if shapely.area(free) > _LITTLE_MM2 else shape

    def _place(
        self, label: Label, inside: shapely.Geometry, at: tuple[float, float], width: float, height: float
    ) -> Box | None:
        own = self._kept_in(_around(at, width, height))
        if label.kind is Shape.AREA and not self._cost(own):
            hidden = shapely.area(shapely.intersection(inside, shapely.box(*own)))
            if hidden <= _MOST_HIDDEN * shapely.area(inside):
                return own
        if not label.pointed:
            return None
        best, least = None, math.inf
        for ring in _RINGS if label.must else _NEAR_RINGS:
            for turn in _DIRECTIONS:
                middle = (
                    at[0] + math.cos(turn) * (ring + width / 2),
                    at[1] + math.sin(turn) * (ring + height / 2),
                )
                box = _around(middle, width, height)
                if box != self._kept_in(box):
                    continue
                cost = self._cost(box)
                hidden = shapely.area(shapely.intersection(self._avoid, shapely.box(*box)))
                # Near is better than far, free land better than near.
                total = cost * 50 + hidden * 3 + ring
                if total < least and (label.must or not cost):
                    best, least = box, total
            if best is not None and least <= ring + 1:
                break
        return best or (own if label.must else None)

    def _kept_in(self, box: Box) -> Box:
        """Return the box moved into the frame."""
        left, bottom, right, top = self._frame
        east = max(left + 0.5 - box[0], 0) or min(right - 0.5 - box[2], 0)
        north = max(bottom + 0.5 - box[1], 0) or min(top - 0.5 - box[3], 0)
        return box[0] + east, box[1] + north, box[2] + east, box[3] + north

    def _cost(self, box: Box) -> float:
        """Return how many square millimetres of labels, lines and trees the box would hide."""
        clear = shapely.area(shapely.intersection(self._keep_clear, shapely.box(*box)))
        return float(clear) + sum(
            max(0.0, min(box[2], one[2]) - max(box[0], one[0]))
            * max(0.0, min(box[3], one[3]) - max(box[1], one[1]))
            for one in self._taken
        )

    def _point(self, label: Label, at: tuple[float, float], box: Box) -> None:
        left, bottom, right, top = box
        if not (left <= at[0] <= right and bottom <= at[1] <= top):
            end = min(max(at[0], left), right), min(max(at[1], bottom), top)
            pointer = [np.array([at, end])]
            self._paper.lines(pointer, colour=PAPER, width=1.0)
            self._paper.lines(pointer, colour=label.ink, width=0.3)
            if label.kind is Shape.AREA:
                self._paper.area(
                    shapely.buffer(shapely.Point(at), 0.5), fill=label.ink, edge=PAPER, width=0.2
                )

    def _write(self, label: Label, box: Box) -> None:
        left, bottom, right, top = box
        self._paper.area(shapely.box(*box), fill=PAPER, edge=label.ink, width=0.15)
        self._paper.text(
            ((left + right) / 2, (bottom + top) / 2),
            label.words,
            face=lettering.Face(label.size_pt, label.bold, label.ink),
            across="center",
            up="center_baseline",
        )


def _around(middle: tuple[float, float], width: float, height: float) -> Box:
    x, y = middle
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _anchor(shape: shapely.Geometry, kind: Shape) -> tuple[float, float]:
    """Return the place that stands for a shape: deep inside its largest piece, or half-way along it."""
    pieces = shapely.get_parts(shape)
    if kind is Shape.AREA:
        areas = [one for one in pieces if shapely.area(one) > 0] or list(pieces)
        largest = max(areas, key=shapely.area)
        if shapely.area(largest) > 0:
            try:
                deepest = shapely.get_point(shapely.maximum_inscribed_circle(largest, tolerance=0.3), 0)
            except shapely.GEOSException:
                deepest = shapely.point_on_surface(largest)
        else:
            deepest = shapely.point_on_surface(largest)
        return float(shapely.get_x(deepest)), float(shapely.get_y(deepest))
    if kind is Shape.LINE:
        longest = max(pieces, key=shapely.length)
        middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    else:
        middle = shapely.get_point(shapely.shortest_line(shapely.centroid(shape), shape), 1)
    return float(shapely.get_x(middle)), float(shapely.get_y(middle))
