"""From rows to parts: cut each row where its answer changes, and have every part decided.

Here the two worlds meet. The multiplier is asked what each measure means for a row; the spatial
layer is told where those answers lie, as opaque codes; the multiplier decides each part that
comes back.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from lnrs_geo.judge import HIGH, STRONGEST_FIRST, Judge
from lnrs_geo.mapped_land import measures_over, relied_on
from lnrs_geo.model import Module, Status
from lnrs_geo.multiplier.criteria import Land, Place, Row, consistent_measures
from lnrs_geo.multiplier.decide import Decision
from lnrs_geo.rows import FeatureRow
from lnrs_geo.spatial import split, tolerance
from lnrs_geo.spatial.match import measure_sizes
from lnrs_geo.spatial.split import Cover, Piece, Zone
from lnrs_geo.terrain import Terrain, lies_in


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
        self.terrain, self.judge, self.tolerance_m = terrain, judge, tolerance_m
        self.remarks: list[Remark] = []

    def parts(self, row: FeatureRow) -> list[Part]:
        """Return the parts of a row, numbered as the contract says."""
        geometry = self.terrain.geometries[row.feature]
        if geometry is None or row.row.obstacle == "error":
            number = (
                self.terrain.inside_zone.get(row.feature, self.judge.rest)
                if geometry is not None
                else self.judge.rest
            )
            return [self._finished(row, 1, geometry, number, self.judge.decide(row.row, Place(Land.OUTSIDE)))]
        zones = self._zones(row)
        covers = self._covers(row, self.terrain.pairs_of.get(row.feature, ()))
        pieces = self._pieces(row, geometry, zones, covers)
        if row.vertical and len({piece.code for piece in pieces}) > 1:
            return [self._straddling(row, geometry, pieces)]
        if row.vertical and len(pieces) > 1:
            largest = max(pieces, key=lambda piece: piece.geometry.area)
            pieces = [Piece(largest.code, largest.zone, geometry)]
        flags = self._borderline(row, geometry, pieces, zones)
        order = sorted(
            range(len(pieces)), key=lambda at: (pieces[at].code, self.judge.zone_name(pieces[at].zone))
        )
        return [
            self._part(row, number, pieces[at], whole=len(pieces) == 1, borderline=flags[at])
            for number, at in enumerate(order, start=1)
        ]

    def _zones(self, row: FeatureRow) -> list[Zone]:
        """Return the zones a parcel reaches into, the rest of the land last."""
        numbers = self.terrain.zones_of.get(row.feature, [])
        if row.feature in self.terrain.zones_near or not numbers:
            numbers = sorted({*numbers, *self._zones_around(row)})
        return [
            Zone(
                number,
                None if number == self.judge.rest else self.terrain.lands[number].geometry,
                self.judge.code(row, number, ()),
                row.proposal is not None and self.judge.land(number) in (Land.IN_AREA, Land.NOT_GIVEN),
            )
            for number in [*numbers, self.judge.rest]
        ]

    def _zones_around(self, row: FeatureRow) -> list[int]:
        around = shapely.box(*shapely.bounds(self.terrain.geometries[row.feature]))
        shapes = np.array([land.geometry for land in self.terrain.lands], dtype=object)
        return (
            np.flatnonzero(shapely.dwithin(shapes, around, self.tolerance_m)).tolist() if len(shapes) else []
        )

    def _covers(
        self, row: FeatureRow, at: "np.ndarray[tuple[int], np.dtype[np.int64]] | tuple[int, ...]"
    ) -> list[Cover]:
        """Gather the polygons that a parcel meets by the answer they would give, strongest first."""
        return self.judge.covers(row, [int(self.terrain.pairs.polygon[i]) for i in at])

    def _pieces(
        self, row: FeatureRow, geometry: shapely.Geometry, zones: list[Zone], covers: list[Cover]
    ) -> list[Piece]:
        """Cut a parcel, or see at once that there is nothing to cut."""
        inside = self.terrain.inside_zone.get(row.feature)
        point = int(shapely.get_dimensions(geometry)) == 0
        zone = next((one for one in zones if one.number == inside), None)
        if not self.terrain.zones_of.get(row.feature):
            zone = zones[-1]  # no zone reaches the parcel: it lies in the rest, whole
        if zone is not None and not (point and row.feature in self.terrain.zones_near):
            code = self._single_code(row, zone)
            if code is not None:
                return [Piece(code, zone.number, geometry)]
            zones = [Zone(zone.number, None, zone.default, zone.covered)]
        cut = split.cut(geometry, zones=zones, covers=covers)
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

    def _single_code(self, row: FeatureRow, zone: Zone) -> int | None:
        """Return the one answer of a parcel in one zone; None where measures have to cut it."""
        at = self.terrain.pairs_of.get(row.feature)
        if not zone.covered or at is None:
            return zone.default
        pairs = self.terrain.pairs
        whole = [int(pairs.polygon[i]) for i in at if pairs.inside[i]]
        partial = [int(pairs.polygon[i]) for i in at if not pairs.inside[i] and pairs.size[i] > 0]
        base = [cover.code for cover in self.judge.covers(row, whole)]
        code = base[0] if base else zone.default
        if not base:
            return code if all(cover.code == code for cover in self.judge.covers(row, partial)) else None
        stronger = STRONGEST_FIRST[: STRONGEST_FIRST.index(code)]
        return None if any(cover.code in stronger for cover in self.judge.covers(row, partial)) else code

    def _straddling(self, row: FeatureRow, geometry: shapely.Geometry, pieces: list[Piece]) -> Part:
        """Keep a vertical habitat whole: it is located by its footprint and never split (rules section 7)."""
        facts = row.row
        held = Row(
            facts.module, facts.stage, facts.retention, facts.intervention, facts.habitat, facts.regime, False,
            "straddling-vertical",
            "The habitat is vertical, so it is not split, and its footprint lies on land of different answers.",
        )  # fmt: skip
        largest = max(pieces, key=lambda piece: piece.geometry.area)
        decision = self.judge.decide(held, Place(self.judge.land(largest.zone)))
        groups = measures_over(self.terrain, row.feature, geometry, whole=True)
        over = {one.measure_id for g in groups if not (one := self.terrain.groups[g]).beside}
        return self._finished(row, 1, geometry, largest.zone, decision, also_in=tuple(sorted(over)))

    def _borderline(
        self, row: FeatureRow, geometry: shapely.Geometry, pieces: list[Piece], zones: list[Zone]
    ) -> list[bool]:
        on_edge = [piece.on_edge or piece.along_edge for piece in pieces]
        near = self.terrain.near.get(row.feature, [])
        if row.proposal is None or not (near or row.feature in self.terrain.zones_near):
            return on_edge
        at = self.terrain.pairs_of.get(row.feature, ())
        met = [int(self.terrain.pairs.polygon[i]) for i in at]
        firm = [
            int(self.terrain.pairs.polygon[i])
            for i in at
            if self.terrain.pairs.inside[i] and int(self.terrain.pairs.polygon[i]) not in set(near)
        ]
        single = len(pieces) == 1 and row.feature not in self.terrain.zones_near
        if single and any(cover.code == HIGH for cover in self.judge.covers(row, firm)):
            return on_edge
        covers = self.judge.covers(row, sorted({*met, *near}))
        inside = self.terrain.inside_zone.get(row.feature)
        if inside is not None and row.feature not in self.terrain.zones_near:
            # no zone's edge comes near: its one zone is all the land there is
            zones = [
                Zone(one.number, None, one.default, one.covered) for one in zones if one.number == inside
            ]
        answers = {piece.code for piece in pieces} | {cover.code for cover in covers}
        if len(answers | {zone.default for zone in zones}) == 1:
            return on_edge  # whatever moves, the answer is the same
        moved = tolerance.borderline(
            geometry, pieces, zones=zones, covers=covers, tolerance_m=self.tolerance_m
        )
        return [a or b for a, b in zip(on_edge, moved, strict=True)]

    def _part(self, row: FeatureRow, number: int, piece: Piece, *, whole: bool, borderline: bool) -> Part:
        groups = measures_over(self.terrain, row.feature, piece.geometry, whole=whole)
        mapped = tuple(
            sorted(
                {one for group in groups if (one := self.judge.mapped(row, group)) is not None},
                key=lambda one: (one.measure_id, one.answer, one.repaired),
            )
        )
        in_apib, in_acb = self._in_areas(row, piece)
        mapped = self.judge.fitting(row, piece, mapped)
        place = Place(self.judge.land(piece.zone), mapped, self.judge.map_complete, in_apib, in_acb)
        decision = self.judge.decide(row.row, place)
        relies_on: tuple[str, ...] = ()
        if decision.significance == "High":
            good = set(consistent_measures(place))
            consistent = [group for group in groups if self.judge.mapped(row, group) in good]
            relies_on = relied_on(self.terrain, row.feature, piece.geometry, consistent=consistent)
        over = {self.terrain.groups[g].measure_id for g in groups if not self.terrain.groups[g].beside}
        return self._finished(
            row, number, piece.geometry, piece.zone, decision,
            relies_on=relies_on, also_in=tuple(sorted(over - set(relies_on))),
            borderline=borderline, along_edge=piece.along_edge,
        )  # fmt: skip

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
        lnrs_id, authority = self.judge.zone_name(zone)
        # a row in error has no size: what was drawn does not say how long or large the habitat is
        known = geometry is not None and decision.status is not Status.ERROR
        size = float(measure_sizes(np.array([geometry], dtype=object))[0]) if known else float("nan")
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
