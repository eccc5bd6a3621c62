"""Mapped measures on a map: each with its own dashes and hatch, its id beside it, above the parcels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from lnrs_geo.report.maps.drawing import hatch, outline
from lnrs_geo.report.maps.labels import Label, Labels
from lnrs_geo.report.maps.legend import Entry
from lnrs_geo.report.maps.lettering import clean, shortened
from lnrs_geo.report.maps.looks import GRAPHIC, PAPER, contrast, measure_look
from lnrs_geo.report.maps.paper import Paper
from lnrs_geo.report.maps.window import Window
from lnrs_geo.report.shapes import Shape as Row
from lnrs_geo.styles import STYLES, Look, Shape

# Told apart without colour; the first ones differ most. After the last they begin again.
_DASHES = ((), (4.0, 1.4), (0.9, 0.9), (5.0, 1.1, 0.9, 1.1), (2.0, 1.0), (5.0, 1.0, 0.9, 1.0, 0.9, 1.0))
_ANGLES = (135, 45, 110, 70, 160, 20)
_HATCHED = 4  # where there are more, only those that a High relies on are
_HATCH_GAP, _HATCH_STROKE = 4.5, 0.22
_NAMED = 9  # in the legend; the others are counted
# The line runs just inside the edge: the edge of a parcel there stays seen, and on which side the measure lies.
_INSIDE_MM = 0.75
_ROOM_MM2 = 20.0
_DRAWN_INSIDE = "the line runs just inside the edge"
INK = next(one.ink for one in STYLES if one.layer == "measures_used")
OTHERS = replace(measure_look(relied_on=False), width=0.25, dash=(0.6, 0.8))

Key = tuple[str, str]  # strategy, measure


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mapped measure as it lies on the paper: all its places on the map together."""

    key: Key
    text: str
    touched: bool
    shape: shapely.Geometry
    relied_on: bool
    look: Look


def on_paper(
    rows: Sequence[Row], window: Window, *, relied_on: Sequence[Key], touched: Sequence[Key] = ()
) -> list[Drawn]:
    """Return the measures of a map in the order of their ids, with the look of each.

    Parameters
    ----------
    rows
        Mapped places of measures.
    window
        The land that the map shows.
    relied_on
        Measures that a High on this map relies on: a thicker line.
    touched
        Measures that the parcel only touches.
    """
    by_key: dict[Key, list[Row]] = {}
    for one in rows:
        by_key.setdefault((one.row["lnrs_id"], one.row["measure_id"]), []).append(one)
    drawn = []
    few = len(set(by_key) - set(touched)) <= _HATCHED
    for number, (key, own) in enumerate(sorted(by_key.items())):
        parts = [window.on_paper(one.geometry) for one in own]
        areas = [one for part in parts for one in shapely.get_parts(part) if shapely.get_dimensions(one) == 2]
        if not areas:
            continue
        base = measure_look(relied_on=key in relied_on)
        look = replace(
            base,
            dash=_DASHES[number % len(_DASHES)],
            hatch=base.edge if key in relied_on or (few and key not in touched) else "",
            angles=(_ANGLES[number % len(_ANGLES)],),
            gap=_HATCH_GAP,
            stroke=_HATCH_STROKE,
        )
        # Places of one measure that meet are one area to the eye.
        shape = polygons(shapely.union_all(areas))
        drawn.append(Drawn(key, own[0].row["measure"], key in touched, shape, key in relied_on, look))
    return drawn


def draw_hatches(paper: Paper, drawn: Sequence[Drawn], land: shapely.Geometry, *, fill: str = PAPER) -> None:
    """Hatch measures on some of the land, which has a fill; on a dark one the lines are white.

    What is only touched has no hatch: its outline shows where it ends.
    """
    for one in drawn:
        ink = one.look.hatch if contrast(one.look.edge, fill) >= GRAPHIC else PAPER
        if one.look.hatch:
            hatch(paper, polygons(shapely.intersection(one.shape, land)), replace(one.look, hatch=ink))


def draw_outlines(paper: Paper, drawn: Sequence[Drawn]) -> None:
    """Draw the edges of measures, each just inside where it runs."""
    for one in drawn:
        for piece in shapely.get_parts(one.shape):
            inner = shapely.buffer(piece, -_INSIDE_MM, join_style="mitre", quad_segs=2)
            shape = piece if shapely.is_empty(inner) else inner
            outline(paper, shape, width=one.look.width, dash=one.look.dash, ink=one.look.edge)


def put_labels(labels: Labels, drawn: Sequence[Drawn], *, free: shapely.Geometry) -> None:
    """Write the id of each measure on it, beside the parcels where there is room."""
    for one in drawn:
        beside = polygons(shapely.intersection(one.shape, free))
        shape = one.shape if shapely.area(beside) < _ROOM_MM2 else beside
        labels.put(Label(shortened(one.key[1], 24), shape, Shape.AREA, ink=INK, must=len(drawn) <= _NAMED))


def entries(drawn: Sequence[Drawn], *, several_strategies: bool) -> list[Entry]:
    """Return what the legend says of the measures."""
    if not drawn:
        return []
    named = [Entry(f"Mapped measures that a parcel meets ({_DRAWN_INSIDE})")]
    for one in drawn[:_NAMED]:
        whose = f"LNRS {one.key[0]}: " if several_strategies else ""
        firm = " (a High relies on it)" if one.relied_on else " (touches only)" if one.touched else ""
        named.append(Entry(f"{whose}{clean(one.key[1])}{firm}: {shortened(one.text, 75)}", one.look))
    if len(drawn) > _NAMED:
        named.append(Entry(f"and {len(drawn) - _NAMED} more, each labelled on the map", drawn[_NAMED].look))
    return named


def polygons(shape: shapely.Geometry) -> shapely.Geometry:
    """Return what of a shape is land."""
    pieces = [one for one in shapely.get_parts(shape) if shapely.get_dimensions(one) == 2]
    return shapely.multipolygons(np.array(pieces, dtype=object)) if pieces else shapely.MultiPolygon()
