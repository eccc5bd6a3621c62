"""From rows to parts: cut each row where its answer changes, and have every part decided.

Here the two worlds meet. The multiplier is asked what each measure means for a row; the spatial
layer is told where those answers lie, as opaque codes; the multiplier decides each part that
comes back.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely

from lnrs_geo.answers import Answers, Ground
from lnrs_geo.judge import STRONGEST_FIRST, Judge
from lnrs_geo.mapped_land import CLEARLY_M2, MappedLand
from lnrs_geo.model import Module, Significance, Status
from lnrs_geo.multiplier.criteria import Land, Place
from lnrs_geo.multiplier.decide import Decision
from lnrs_geo.reach import Reach
from lnrs_geo.rows import FeatureRow
from lnrs_geo.spatial import split
from lnrs_geo.spatial.match import measure_sizes
from lnrs_geo.spatial.split import Piece, Zone
from lnrs_geo.terrain import Terrain, lies_in

STRADDLING = (
    "straddling-vertical",
    "The habitat is vertical, so it is not split, and its footprint lies on land of different answers.",
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a row with its decision; `relies_on` and `also_in` are measure ids."""

    row: FeatureRow
    number: int
    geometry: shapely.Geometry | None
    size: float
    lnrs_id: str
    authority: str
    decision: Decision
    relies_on: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()
    borderline: bool = False
    along_edge: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell about a row once its parts are known; a code of `issues.toml`."""

    row: FeatureRow
    code: str
    message: str
    value: str = ""


class Assessor:
    """Cuts rows into parts and has them decided.

    Parameters
    ----------
    terrain
        The surveyed land.
    judge
        Answers for rows at places.
    tolerance_m
        Positional tolerance; it flags parts as borderline.
    """

    def __init__(self, terrain: Terrain, judge: Judge, *, tolerance_m: float) -> None:
        self.terrain, self.judge = terrain, judge
        self.answers = Answers(judge)
        self.reach = Reach(terrain, self.answers, tolerance_m=tolerance_m)
        self._named: dict[tuple[object, ...], tuple[str, ...]] = {}
        self.remarks: list[Remark] = []

    def parts(self, row: FeatureRow) -> list[Part]:
        """Return the parts of a row, numbered as the contract says."""
        geometry = self.terrain.geometries[row.feature]
        if geometry is None or row.row.obstacle == "error":
            rest = self.judge.rest
            number = self.terrain.inside_zone.get(row.feature, rest) if geometry is not None else rest
            decision = self.judge.decide(row, Place(Land.OUTSIDE), lnrs_id=self.judge.lnrs_of(number))
            return [self._finished(row, 1, geometry, number, decision)]
        zones = self.reach.zones(row)
        pieces = self._pieces(row, geometry, zones)
        if row.vertical and len({piece.code for piece in pieces}) > 1:
            return [self._straddling(row, geometry, pieces)]
        if row.vertical and len(pieces) > 1:
            largest = max(pieces, key=lambda piece: piece.geometry.area)
            pieces = [Piece(largest.code, largest.zone, geometry)]
        flags = self.reach.borderline(row, geometry, pieces, zones)
        order = sorted(
            range(len(pieces)), key=lambda at: (pieces[at].code, self.answers.zone_name(pieces[at].zone))
        )
        return [
            self._part(row, number, pieces, at, borderline=flags[at])
            for number, at in enumerate(order, start=1)
        ]

    def _pieces(self, row: FeatureRow, geometry: shapely.Geometry, zones: list[Zone]) -> list[Piece]:
        """Cut a parcel, or see at once that there is nothing to cut."""
        inside = self.terrain.inside_zone.get(row.feature)
        point = int(shapely.get_dimensions(geometry)) == 0
        zone = next((one for one in zones if one.number == inside), None)
        if not self.terrain.zones_of.get(row.feature):
            zone = zones[-1]  # no zone reaches the parcel: it lies in the rest, whole
        if zone is not None and not (point and row.feature in self.terrain.zones_near):
            code = self.reach.single_code(row, zone)
            if code is not None:
                return [Piece(code, zone.number, geometry)]
            land = [Zone(zone.number, None, zone.default, zone.covered)]
            cut = split.cut(geometry, zones=land, covers=self.reach.covers(row, zones))
        else:
            cut = split.cut(geometry, zones=zones, covers=self.reach.covers(row, zones))
        for size in cut.sliver_sizes:
            unit = "m2" if row.row.module is Module.AREA else "m"
            self.remarks.append(
                Remark(
                    row,
                    "sliver-absorbed",
                    f"A sliver of {size:.2f} {unit} takes the answer of its neighbour.",
                    f"{size:.2f}",
                )
            )
        if cut.grid_change_m2 is not None:
            self.remarks.append(
                Remark(
                    row,
                    "grid-used",
                    "The parcel could only be cut on a 1 mm grid, which changes its area by "
                    f"{cut.grid_change_m2:.3f} m2.",
                    f"{cut.grid_change_m2:.3f}",
                )
            )
        return list(cut.pieces)

    def _straddling(self, row: FeatureRow, geometry: shapely.Geometry, pieces: list[Piece]) -> Part:
        """Keep a vertical habitat whole: it is located by its footprint and never split (rules section 7)."""
        largest = max(pieces, key=lambda piece: piece.geometry.area)
        place = self.judge.place(row, largest.zone)
        decision = self.judge.decide_held(
            row, place, lnrs_id=self.judge.lnrs_of(largest.zone), held=STRADDLING
        )
        groups = self.judge.measures.groups_over(row.feature, geometry, whole=True)
        over = self._ids(groups, self.answers.lnrs_of(largest.zone))
        return self._finished(row, 1, geometry, largest.zone, decision, also_in=over)

    def _part(self, row: FeatureRow, number: int, pieces: list[Piece], at: int, *, borderline: bool) -> Part:
        piece, whole = pieces[at], len(pieces) == 1
        lnrs_id = self.answers.lnrs_of(piece.zone)
        land = self.answers.map_of(row, lnrs_id)
        groups: list[int] = []
        if land is not None:
            known = {} if whole else self._known(row, pieces, at, land)
            groups = land.groups_over(row.feature, piece.geometry, whole=whole, known=known)
        ground = Ground(piece.zone, tuple(groups), *self._in_areas(row, piece))
        decision, consistent = self.answers.decision(row, piece, ground)
        relies_on: tuple[str, ...] = ()
        if land is not None and consistent and decision.significance is Significance.HIGH:
            relies_on = land.relied_on(row.feature, piece.geometry, consistent=consistent)
        if land is not self.judge.measures:
            groups = self.judge.measures.groups_over(row.feature, piece.geometry, whole=whole)
        also_in = tuple(one for one in self._ids(groups, lnrs_id) if one not in relies_on)
        return self._finished(
            row, number, piece.geometry, piece.zone, decision, relies_on=relies_on, also_in=also_in,
            borderline=borderline, along_edge=piece.along_edge,
        )  # fmt: skip

    def _known(self, row: FeatureRow, pieces: list[Piece], at: int, land: MappedLand) -> dict[int, bool]:
        """Say which groups of polygons overlap a piece, as far as the cutting of its parcel tells.

        Land under two answers went to the stronger. So but for slivers a piece holds nothing of polygons
        whose answer is stronger than its own; and of polygons of its own answer it holds all that the
        pieces of stronger ones cannot hold.
        """
        piece = pieces[at]
        if math.isinf(piece.exchanged) or piece.code not in STRONGEST_FIRST:
            return {}
        rank = STRONGEST_FIRST.index
        stronger = [other for other in pieces if rank(other.code) < rank(piece.code)]
        taken = sum(other.geometry.area for other in stronger) + piece.exchanged + CLEARLY_M2
        lnrs_id = self.answers.lnrs_of(piece.zone)
        found: dict[int, bool] = {}
        for group, (_, overlap) in land.met(row.feature).items():
            code = self.answers.code_under(row, group, lnrs_id=lnrs_id)
            if code == piece.code and overlap > taken:
                found[group] = True
            elif code is not None and rank(code) < rank(piece.code) and not piece.exchanged:
                found[group] = False
        return found

    def _ids(self, groups: list[int], lnrs_id: str) -> tuple[str, ...]:
        """Return the ids of groups of measures that are mapped on land of an LNRS, not merely beside."""
        key = (lnrs_id, *groups)
        if key not in self._named:
            known = self.terrain.measures.groups
            own = [known[number] for number in self.judge.speaking(groups, lnrs_id)]
            self._named[key] = tuple(sorted({group.measure_id for group in own if not group.beside}))
        return self._named[key]

    def _in_areas(self, row: FeatureRow, piece: Piece) -> tuple[bool, bool]:
        """Say whether a part lies in an APIB, in an ACB, of a parcel that does by more than the limit."""
        terrain, found = self.terrain, []
        for shapes, of in ((terrain.apib, terrain.apib_of), (terrain.acb, terrain.acb_of)):
            near = shapes[of[row.feature]] if row.feature in of else shapes[:0]
            whole = len(near) > 0 and lies_in(terrain.geometries[row.feature], near)
            found.append(whole and lies_in(piece.geometry, near, at_all=True))
        return found[0], found[1]

    def _finished(
        self,
        row: FeatureRow,
        number: int,
        geometry: shapely.Geometry | None,
        zone: int,
        decision: Decision,
        *,
        relies_on: tuple[str, ...] = (),
        also_in: tuple[str, ...] = (),
        borderline: bool = False,
        along_edge: bool = False,
    ) -> Part:
        lnrs_id, authority = self.answers.zone_name(zone)
        # a row in error has no size: what was drawn does not say how long or large the habitat is
        known = geometry is not None and decision.status is not Status.ERROR
        size = self._size(row, geometry) if known else float("nan")
        return Part(
            row,
            number,
            geometry,
            size,
            lnrs_id,
            authority,
            decision,
            relies_on,
            also_in,
            borderline,
            along_edge,
        )

    def _size(self, row: FeatureRow, geometry: shapely.Geometry) -> float:
        """Return the size of a part in its own unit; that of a whole parcel is known."""
        if geometry is self.terrain.geometries[row.feature]:
            return float(self.terrain.sizes[row.feature])
        return float(measure_sizes(np.array([geometry], dtype=object))[0])
