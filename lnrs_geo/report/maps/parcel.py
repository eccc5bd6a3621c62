"""The map of one parcel: its parts, the measures it meets, its neighbours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from lnrs_geo.report import answers
from lnrs_geo.report.facts import ParcelFacts
from lnrs_geo.report.maps import furniture, looks, measures, sheet, told
from lnrs_geo.report.maps.drawing import draw, outline, seen_as, shape_of
from lnrs_geo.report.maps.labels import Label, Labels
from lnrs_geo.report.maps.legend import Entry
from lnrs_geo.report.maps.lettering import clean, shortened
from lnrs_geo.report.maps.looks import PAPER
from lnrs_geo.report.maps.paper import Paper
from lnrs_geo.report.shapes import Shape as Row
from lnrs_geo.report.shapes import Shapes
from lnrs_geo.styles import Look, Shape

_MOST_LABELS, _MOST_PIECES, _MOST_NAMES = 24, 6, 14
_CLEAR_MM = 1.5
_SMALL = {
    Shape.AREA: "land",
    Shape.LINE: "too thin to show",
    Shape.POINT: "too small to show",
}
_SAME_MM2, _SAME_MM = 0.5, 0.3
_NEIGHBOURS = {
    Shape.AREA: Look(edge="#8a8a8a", width=0.25),
    Shape.LINE: Look(fill="#8a8a8a", edge="#8a8a8a", width=0.6),
    Shape.POINT: Look(fill="#ffffff", edge="#8a8a8a", width=0.25, size=1.8),
}


def parcel_map(shapes: Shapes, parcel: ParcelFacts) -> sheet.Map:
    """Draw a parcel with its parts, the measures that it meets and its neighbours.

    Parameters
    ----------
    shapes
        The geometry of the results.
    parcel
        The parcel.

    Raises
    ------
    ValueError
        The parcel has no geometry (`Shapes.of` says so).
    """
    own = shapes.of(parcel.source, parcel.src_fid)
    if not own:
        raise ValueError(f"Parcel {parcel.ref} has no geometry to draw.")
    return _ParcelMap(shapes, parcel, own).drawn()


class _ParcelMap:
    """A map in the making: what lies where is found once, then drawn from beneath to the top."""

    def __init__(self, shapes: Shapes, parcel: ParcelFacts, own: Sequence[Row]) -> None:
        self.shapes, self.parcel = shapes, parcel
        self.window = sheet.window_of(_bounds(own))
        post = [one for one in own if one.row["stage"] == "post"]
        before = [one for one in own if one.row["stage"] == "baseline"]
        self.parts = post or before
        self.before = before if post and self._differ(before, post) else []
        near = shapes.parts.within(self.window.bounds_m)
        stage = self.parts[0].row["stage"]
        self.neighbours = [
            one
            for one in near
            if (one.row["source"], one.row["src_fid"]) != (parcel.source, parcel.src_fid)
            and one.row["stage"] == stage
        ]
        met = {(one["lnrs_id"], one["measure_id"]): one["relation"] for one in parcel.matches}
        self.touched = [key for key, relation in met.items() if relation == "touch"]
        rows = shapes.measures.within(self.window.bounds_m)
        self.met = [one for one in rows if _key(one) in met]
        self.others = [one for one in rows if _key(one) not in met]
        self.relied_on = [
            (one.row["lnrs_id"], name)
            for one in self.parts
            for name in (one.row["measure_id"] or "").split(";")
            if name
        ]
        self.measures = measures.on_paper(
            self.met, self.window, relied_on=self.relied_on, touched=self.touched
        )

    def drawn(self) -> sheet.Map:
        texts = sheet.texts_of(self.shapes.run, self._title())
        png, width, height = sheet.made(self.window, texts, entries=self._legend(), land=self._land)
        return sheet.Map(png, width, height, self._alt(), self._caption())

    def _differ(self, before: Sequence[Row], post: Sequence[Row]) -> bool:
        """Return whether the parcel lay otherwise before, by what an eye could see."""
        if not before:
            return False
        one, other = (
            shapely.union_all([self.window.on_paper(row.geometry) for row in rows]) for rows in (before, post)
        )
        apart = shapely.symmetric_difference(one, other)
        return bool(shapely.area(apart) > _SAME_MM2 or shapely.hausdorff_distance(one, other) > _SAME_MM)

    def _land(self, paper: Paper) -> None:
        window, drawn = self.window, self.measures
        parts = [(looks.kind_of(one.row), one.row, window.on_paper(one.geometry)) for one in self.parts]
        parts.sort(key=lambda one: looks.ORDER.index(one[0].key))
        seen = [(kind, *one) for kind, _, shape in parts for one in seen_as(shape)]
        land = [one for one in parts if shape_of(one[2]) is Shape.AREA]
        parcel = shapely.union_all([shape for _, _, shape in land]) if land else shapely.MultiPolygon()
        free = shapely.difference(shapely.box(*window.frame), parcel)
        neighbours = [(one, window.on_paper(one.geometry)) for one in self.neighbours]
        measures.draw_hatches(paper, drawn, free)
        self._draw_neighbours(paper, neighbours, trees=False)
        for one in self.others:
            look = measures.OTHERS
            paper.area(window.on_paper(one.geometry), edge=look.edge, width=look.width, dash=look.dash)
        furniture.crosses(paper, window)
        for one in self.before:
            shape = window.on_paper(one.geometry)
            draw(paper, shape, looks.look_of("baseline", shape_of(shape)), kind=shape_of(shape))
        for kind, drawn_as, shape in seen:
            if looks.beneath(kind.key, drawn_as):
                draw(paper, shape, looks.look_of(kind.key, drawn_as), kind=drawn_as)
            if drawn_as is Shape.AREA:
                look = looks.look_of(kind.key, Shape.AREA)
                draw(paper, shape, look, kind=Shape.AREA)
                measures.draw_hatches(paper, drawn, shape, fill=look.fill or PAPER)
        if land and parts[0][0].key != "baseline":
            outline(paper, parcel, width=0.6)
        measures.draw_outlines(paper, drawn)
        for kind, drawn_as, shape in seen:
            if drawn_as is not Shape.AREA and not looks.beneath(kind.key, drawn_as):
                draw(paper, shape, looks.look_of(kind.key, drawn_as), kind=drawn_as)
        self._draw_neighbours(paper, neighbours, trees=True)  # seen on the parcel as well
        self._label(paper, parts, neighbours, free)

    def _label(
        self,
        paper: Paper,
        parts: Sequence[tuple[looks.Kind, Mapping[str, Any], shapely.Geometry]],
        neighbours: Sequence[tuple[Row, shapely.Geometry]],
        free: shapely.Geometry,
    ) -> None:
        """Name parts, then measures, then neighbours, the larger ones first."""
        shapes = [shape for _, _, shape in parts]
        thin = [
            shapely.buffer(one, _CLEAR_MM)
            for shape in shapes
            for drawn_as, one in seen_as(shape)
            if drawn_as is not Shape.AREA
        ]
        avoid, clear = shapely.union_all([*shapes, *thin]), shapely.union_all(thin)
        labels = Labels(paper, self.window.frame, avoid=avoid, keep_clear=clear)
        largest = sorted(parts, key=lambda one: -(one[1]["size"] or 0))
        for number, (kind, row, shape) in enumerate(largest):
            pieces = sorted(shapely.get_parts(shape), key=shapely.area, reverse=True)
            again = pieces[1:_MOST_PIECES] if shape_of(shape) is Shape.AREA else []
            words = f"{row['part']} {kind.word}"
            must = number < _MOST_LABELS
            labels.put(Label(words, pieces[0] if again else shape, shape_of(shape), bold=True, must=must))
            for piece in again:
                labels.put(Label(words, piece, Shape.AREA, bold=True, must=False))
        measures.put_labels(labels, self.measures, free=free)
        self._name_neighbours(labels, neighbours)
        labels.write()

    def _draw_neighbours(
        self, paper: Paper, neighbours: Sequence[tuple[Row, shapely.Geometry]], *, trees: bool
    ) -> None:
        for _, shape in neighbours:
            kind = shape_of(shape)
            if trees is not (kind is Shape.POINT):
                continue
            look = _NEIGHBOURS[kind]
            if kind is Shape.AREA:
                paper.area(shape, edge=look.edge, width=look.width)
            elif kind is Shape.LINE:
                strokes = [shapely.get_coordinates(one) for one in shapely.get_parts(shape)]
                paper.lines(strokes, colour=look.edge, width=look.width)
            else:
                draw(paper, shape, look, kind=kind)

    def _name_neighbours(self, labels: Labels, neighbours: Sequence[tuple[Row, shapely.Geometry]]) -> None:
        """Write references of neighbours where there is room, the largest first, each once."""
        named: set[str] = set()
        largest = sorted(neighbours, key=lambda one: -shapely.area(one[1]))
        for one, shape in largest:
            reference = one.row["parcel_ref"]
            if len(named) == _MOST_NAMES or shape_of(shape) is not Shape.AREA:
                break
            if reference in named:
                continue
            words = shortened(reference, 16)
            label = Label(words, shape, Shape.AREA, ink="#5f5f5f", size_pt=6.6, must=False, pointed=False)
            if labels.put(label):
                named.add(reference)

    def _legend(self) -> list[Entry]:
        entries = [Entry(f"Parts of {shortened(self.parcel.name, 40)}")]
        shown = [
            (one.row, drawn_as)
            for one in self.parts
            for drawn_as, _ in seen_as(self.window.on_paper(one.geometry))
        ]
        entries += [
            Entry(words, looks.look_of(key, kind), kind) for key, words, kind in looks.legend(shown, _SMALL)
        ]
        for kind in sorted({shape_of(one.geometry) for one in self.before}):
            entries.append(Entry("The parcel as it lay before", looks.look_of("baseline", kind), kind))
        drawn = self.measures
        several = len({one.key[0] for one in drawn}) > 1
        entries += measures.entries(drawn, several_strategies=several)
        if not drawn:
            entries.append(Entry("No mapped measure meets this parcel"))
        around = []
        if self.others:
            around.append(Entry("Measures that only other parcels meet", measures.OTHERS))
        for kind in sorted({shape_of(one.geometry) for one in self.neighbours}):
            around.append(
                Entry(f"Other parcels ({told.KINDS[kind]})", _NEIGHBOURS[kind], kind, kind is Shape.LINE)
            )
        return entries + ([Entry("Round about"), *around] if around else [])

    def _title(self) -> str:
        first = self.parts[0].row
        stage = answers.STAGES[first["stage"]].lower()
        return f"{self.parcel.name}, {answers.MODULES[self.parcel.module].lower()}, {stage}"

    def _caption(self) -> str:
        what = "its parts and the mapped measures that it meets" if self.met else "its parts"
        return clean(f"{shortened(self.parcel.name, 80)} with {what}; {told.place(self.window)}.")

    def _alt(self) -> str:
        first = self.parts[0].row
        when = "after the development" if first["stage"] == "post" else "before the development"
        said = [f"Map of parcel {self.parcel.name} {when}; {told.place(self.window)}."]
        for one in sorted(self.parts, key=lambda row: row.row["part"])[:_MOST_LABELS]:
            said.append(f"Part {one.row['part']}, {told.size(one.row)}: {told.answer(one.row)}.")
        if len(self.parts) > _MOST_LABELS:
            counts = Counter(looks.kind_of(one.row).word for one in self.parts)
            told_of = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
            said.append(f"{len(self.parts)} parts in all: {told_of}.")
        if self.before:
            said.append("The parcel lay otherwise before the development; that outline is dashed.")
        said.append(told.measures_met(self.parcel.matches, self.relied_on))
        said.append(told.neighbours({one.row["parcel_ref"] for one in self.neighbours}))
        return clean(" ".join(one for one in said if one))


def _key(one: Row) -> measures.Key:
    return one.row["lnrs_id"], one.row["measure_id"]


def _bounds(rows: Sequence[Row]) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.total_bounds(np.array([one.geometry for one in rows], dtype=object))
    return float(west), float(south), float(east), float(north)
