"""What the judge says of rows, asked once for each kind of row and remembered for all rows alike.

Thousands of parcels share a few kinds, zones and measures. Here an answer goes by their numbers, so
that the dates, words and verdicts behind it need not be compared anew for every parcel.
"""

from dataclasses import dataclass, replace

import numpy as np

from lnrs_geo.judge import STRONGEST_FIRST, Judge
from lnrs_geo.mapped_land import MappedLand
from lnrs_geo.multiplier.criteria import Mapped, consistent_measures
from lnrs_geo.multiplier.decide import Decision
from lnrs_geo.rows import FeatureRow
from lnrs_geo.spatial.match import Rows
from lnrs_geo.spatial.split import Cover, Piece, Zone


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of the land of a part: its zone, the groups of polygons over it, APIB and ACB."""

    zone: int
    groups: tuple[int, ...]
    in_apib: bool
    in_acb: bool


class Answers:
    """The answers of a judge, by kind of row.

    Parameters
    ----------
    judge
        Answers for rows at places.
    """

    def __init__(self, judge: Judge) -> None:
        self.judge, self.rest = judge, judge.rest
        self._names: dict[int, tuple[str, str]] = {}
        self._facts: dict[tuple[object, ...], int] = {}
        self._maps: dict[tuple[int, str], MappedLand | None] = {}
        self._zones: dict[tuple[int, int], Zone] = {}
        self._codes: dict[tuple[int, str, int], int | None] = {}
        self._decisions: dict[tuple[int, int, Ground], tuple[Decision, tuple[int, ...]]] = {}

    def facts(self, row: FeatureRow) -> int:
        """Number all that bears on the answers for a row but where it lies: its kind, and an override."""
        override = self.judge.brief.overrides.get(row.feature)
        if override is None:
            return row.kind
        return self._facts.setdefault((row.kind, override), -1 - len(self._facts))

    def zone_name(self, zone: int) -> tuple[str, str]:
        """Return the LNRS id and the authority of a zone."""
        if zone not in self._names:
            self._names[zone] = self.judge.zone_name(zone)
        return self._names[zone]

    def lnrs_of(self, zone: int) -> str:
        """Return the LNRS id of a zone, empty outside every area."""
        return self.zone_name(zone)[0]

    def map_of(self, row: FeatureRow, lnrs_id: str) -> MappedLand | None:
        """Return the map that answers for a row on the land of an LNRS; None where none is asked."""
        key = (row.kind, lnrs_id)
        if key not in self._maps:
            self._maps[key] = self.judge.map_of(row, lnrs_id)
        return self._maps[key]

    def zone(self, row: FeatureRow, number: int) -> Zone:
        """Return a zone with the answer that a row gets there under no measure at all."""
        key = (self.facts(row), number)
        if key not in self._zones:
            land = None if number == self.rest else self.judge.terrain.lands[number].geometry
            covered = self.map_of(row, self.lnrs_of(number)) is not None
            self._zones[key] = Zone(number, land, self.judge.code(row, number, ()), covered)
        return self._zones[key]

    def code_under(self, row: FeatureRow, group: int, *, lnrs_id: str) -> int | None:
        """Return the answer that a row gets under a group of polygons of an LNRS's map; None for none."""
        key = (self.facts(row), lnrs_id, group)
        if key not in self._codes:
            self._codes[key] = self.judge.code_under(row, group, lnrs_id=lnrs_id)
        return self._codes[key]

    def codes(self, row: FeatureRow, polygons: Rows | list[int], *, lnrs_id: str) -> dict[int, list[int]]:
        """Gather polygons of an LNRS's map by the answer they give a row, strongest first."""
        found = self.map_of(row, lnrs_id)
        by_code: dict[int, list[int]] = {}
        if found is None or not len(polygons):
            return by_code
        numbers = np.asarray(polygons)
        groups = found.coverage.group_of[numbers].tolist()
        for polygon, group in zip(numbers.tolist(), groups, strict=True):
            code = self.code_under(row, group, lnrs_id=lnrs_id)
            if code is not None:
                by_code.setdefault(code, []).append(polygon)
        return {code: by_code[code] for code in sorted(by_code, key=STRONGEST_FIRST.index)}

    def covers(self, row: FeatureRow, polygons: Rows | list[int], *, lnrs_id: str) -> list[Cover]:
        """Return the land of those polygons, by the answer they give a row, strongest first."""
        found = self.map_of(row, lnrs_id)
        if found is None:
            return []
        by_code = self.codes(row, polygons, lnrs_id=lnrs_id)
        return [Cover(code, found.coverage.polygons[members]) for code, members in by_code.items()]

    def decision(self, row: FeatureRow, piece: Piece, ground: Ground) -> tuple[Decision, tuple[int, ...]]:
        """Return the decision for a piece, and the groups with which the proposal is consistent there."""
        key = (self.facts(row), piece.code, ground)
        if key not in self._decisions:
            self._decisions[key] = self._decide(row, piece, ground)
        return self._decisions[key]

    def _decide(self, row: FeatureRow, piece: Piece, ground: Ground) -> tuple[Decision, tuple[int, ...]]:
        lnrs_id = self.lnrs_of(ground.zone)
        said = {group: self.judge.mapped(row, group, lnrs_id=lnrs_id) for group in ground.groups}
        mapped = tuple(sorted({one for one in said.values() if one is not None}, key=_by_name))
        place = replace(
            self.judge.place(row, ground.zone, self.judge.fitting(row, piece, mapped)),
            in_apib=ground.in_apib,
            in_acb=ground.in_acb,
        )
        good = set(consistent_measures(place))
        decision = self.judge.decide(row, place, lnrs_id=lnrs_id)
        return decision, tuple(group for group, one in said.items() if one in good)


def _by_name(one: Mapped) -> tuple[object, ...]:
    return one.measure_id, one.answer, one.repaired
