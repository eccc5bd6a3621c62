"""The overview: all parcels of a report, and each group of them nearer where they lie far apart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from lnrs_geo.report.facts import Report
from lnrs_geo.report.maps import furniture, looks, measures, sheet, told
from lnrs_geo.report.maps.drawing import draw, hatch, outline, shape_of
from lnrs_geo.report.maps.groups import Group, groups_of
from lnrs_geo.report.maps.labels import Label, Labels
from lnrs_geo.report.maps.legend import Entry
from lnrs_geo.report.maps.lettering import SMALL, clean, shortened
from lnrs_geo.report.maps.paper import Paper
from lnrs_geo.report.shapes import Shape as Row
from lnrs_geo.report.shapes import Shapes
from lnrs_geo.styles import Look, Shape

_MOST_NAMES, _MOST_MEASURES = 45, 20
_MOST_SMALL = 200  # marks so thick leave no room for names
# Smaller on paper, an eye would not find a parcel: it is drawn as a mark.
_LEAST_MM2, _LEAST_MM = 3.0, 3.0
_MARKS, _LINES = 0.62, 0.5  # of the size of a tree, and the width of a line, on the map of one parcel
_CLEAR_MM = 1.2
_FINER = 0.7  # measures lie closer together here

Ranks = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class _Part:
    row: Mapping[str, Any]
    kind: looks.Kind
    rank: int
    shape: shapely.Geometry
    drawn_as: Shape
    small: bool

    @property
    def look(self) -> Look:
        return _look(self.kind.key, self.drawn_as)

    @property
    def beneath(self) -> bool:
        """Whether it is drawn beneath the edges of measures."""
        return looks.beneath(self.kind.key, self.drawn_as)


def overview_map(shapes: Shapes, report: Report) -> sheet.Map:
    """Draw all parcels of a report on one map.

    Raises
    ------
    ValueError
        No parcel has geometry.
    """
    return overview_maps(shapes, report)[0]


def overview_maps(shapes: Shapes, report: Report) -> list[sheet.Map]:
    """Draw all parcels on one map and, where they lie in groups far apart, a map of each group.

    Parameters
    ----------
    shapes
        The geometry of the results.
    report
        The facts; parcels with a page are named first.

    Returns
    -------
    list of Map
        The whole first.

    Raises
    ------
    ValueError
        No parcel has geometry.
    """
    rows = _shown(shapes)
    if not rows:
        raise ValueError("There is no parcel with geometry to draw.")
    ranks = {(one.source, one.src_fid): rank for rank, one in enumerate(report.pages)}
    groups = groups_of(rows)
    maps = [_Overview(shapes, rows, ranks, title=f"{report.title}: all parcels", groups=groups)]
    for one in groups:
        title = f"{report.title}: {one.words}"
        maps.append(_Overview(shapes, one.rows, ranks, title=title, groups=()))
    return [one.drawn() for one in maps]


def _shown(shapes: Shapes) -> list[Row]:
    """Return what an overview shows of each parcel: how it lies after, or before where it has no after."""
    after = {_key(one) for one in shapes.parts.shapes if one.row["stage"] == "post"}
    return [one for one in shapes.parts.shapes if one.row["stage"] == "post" or _key(one) not in after]


def _key(one: Row) -> tuple[str, str]:
    return one.row["source"], one.row["src_fid"]


class _Overview:
    """A map of many parcels in the making."""

    def __init__(
        self, shapes: Shapes, rows: Sequence[Row], ranks: Ranks, *, title: str, groups: Sequence[Group]
    ) -> None:
        self.run, self.title, self.groups, self.rows = shapes.run, title, groups, rows
        bounds = shapely.total_bounds(np.array([one.geometry for one in rows], dtype=object))
        west, south, east, north = bounds.tolist()
        self.window = sheet.window_of((west, south, east, north))
        self.parts = sorted(
            (self._part(one, ranks) for one in rows), key=lambda one: looks.ORDER.index(one.kind.key)
        )
        near = shapes.measures.within(self.window.bounds_m)
        relied_on = [(one.row["lnrs_id"], one.row["measure_id"]) for one in near if one.row["relied_on"]]
        drawn = measures.on_paper(near, self.window, relied_on=relied_on)
        self.measures = [replace(one, look=_measure_look(relied_on=one.relied_on)) for one in drawn]

    def drawn(self) -> sheet.Map:
        texts = sheet.texts_of(self.run, self.title)
        png, width, height = sheet.made(self.window, texts, entries=self._legend(), land=self._land)
        return sheet.Map(png, width, height, self._alt(), clean(f"{self.title}; {told.place(self.window)}."))

    def _part(self, one: Row, ranks: Ranks) -> _Part:
        shape = self.window.on_paper(one.geometry)
        kind = shape_of(shape)
        small = (kind is Shape.AREA and shapely.area(shape) < _LEAST_MM2) or (
            kind is Shape.LINE and shapely.length(shape) < _LEAST_MM
        )
        rank = ranks.get(_key(one), len(ranks))
        if small:
            shape, kind = shapely.point_on_surface(shape), Shape.POINT
        return _Part(one.row, looks.kind_of(one.row), rank, shape, kind, small)

    def _land(self, paper: Paper) -> None:
        for measure in self.measures:
            hatch(paper, measure.shape, measure.look)
        furniture.crosses(paper, self.window)
        for part in self.parts:
            if part.drawn_as is Shape.AREA:
                draw(paper, part.shape, part.look, kind=part.drawn_as)
        marks = [part for part in self.parts if part.drawn_as is not Shape.AREA]
        for part in (one for one in marks if one.beneath):
            draw(paper, part.shape, part.look, kind=part.drawn_as)
        measures.draw_outlines(paper, self.measures)
        for part in sorted(marks, key=lambda one: one.drawn_as is Shape.POINT):
            if not part.beneath:
                draw(paper, part.shape, part.look, kind=part.drawn_as)
        clear = shapely.union_all([shapely.buffer(one.shape, _CLEAR_MM) for one in marks])
        self._label(paper, Labels(paper, self.window.frame, avoid=clear, keep_clear=clear))

    def _label(self, paper: Paper, labels: Labels) -> None:
        """Name the groups, else the parcels with a page before the others, then the measures."""
        for group in self.groups:
            land = shapely.bounds(self.window.on_paper(shapely.box(*group.bounds_m)))
            box = shapely.box(*(land + np.array([-2.5, -2.5, 2.5, 2.5])))
            outline(paper, box, width=0.4, dash=(2.0, 1.0))
            labels.put(Label(group.words, shapely.boundary(box), Shape.LINE, bold=True))
        named: set[str] = set()
        names = not self.groups and sum(one.small for one in self.parts) <= _MOST_SMALL
        for part in sorted(self.parts, key=lambda one: one.rank) if names else ():
            if part.row["parcel_ref"] in named or len(named) == _MOST_NAMES:
                continue
            words = shortened(part.row["parcel_ref"], 16)
            if labels.put(Label(words, part.shape, part.drawn_as, size_pt=SMALL, must=False)):
                named.add(part.row["parcel_ref"])
        for measure in self.measures[:_MOST_MEASURES] if not self.groups else ():
            words = shortened(measure.key[1], 20)
            labels.put(
                Label(
                    words,
                    measure.shape,
                    Shape.AREA,
                    ink=measures.INK,
                    size_pt=SMALL,
                    must=False,
                    pointed=False,
                )
            )
        labels.write()

    def _legend(self) -> list[Entry]:
        entries = [Entry("Parts of parcels")]
        shown = [(one.row, one.drawn_as) for one in self.parts]
        small = any(one.small for one in self.parts)
        again = looks.AGAIN | ({Shape.POINT: "tree, or parcel too small to draw"} if small else {})
        entries += [Entry(words, _look(key, kind), kind) for key, words, kind in looks.legend(shown, again)]
        if self.measures:
            entries.append(Entry("Mapped measures that a parcel meets"))
        for firm, words in ((True, "A High relies on it"), (False, "No High relies on it")):
            if any(one.relied_on is firm for one in self.measures):
                entries.append(Entry(words, _measure_look(relied_on=firm)))
        return entries

    def _alt(self) -> str:
        refs = {_key(one) for one in self.rows}
        said = [f"Map of {len(refs)} parcels; {told.place(self.window)}."]
        counts = Counter((shape_of(one.geometry), looks.kind_of(one.row).word) for one in self.rows)
        for kind, what in told.KINDS.items():
            own = sorted((word, number) for (drawn, word), number in counts.items() if drawn is kind)
            if own:
                said.append(
                    f"Parts that are {what}: {', '.join(f'{number} {word}' for word, number in own)}."
                )
        if self.groups:
            said.append(f"The parcels lie in {len(self.groups)} groups far apart: ")
            said[-1] += "; ".join(f"{one.words}, {told.middle_of(one.bounds_m)}" for one in self.groups) + "."
        said.append(told.measures_there([(one.key[1], one.relied_on) for one in self.measures]))
        return clean(" ".join(said))


def _look(key: str, kind: Shape) -> Look:
    look = looks.look_of(key, kind)
    if kind is Shape.LINE:
        return replace(look, width=look.width * _LINES)
    return replace(look, size=look.size * _MARKS) if kind is Shape.POINT else look


def _measure_look(*, relied_on: bool) -> Look:
    look = looks.measure_look(relied_on=relied_on)
    return replace(look, width=look.width * _FINER)
