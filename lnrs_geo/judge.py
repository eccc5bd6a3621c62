"""What a place means for a row: verdicts and decisions asked of the multiplier, each once.

To the splitter the answers are opaque codes; this is where a code and an answer are the same thing.
"""

from lnrs_geo.model import Significance, Status
from lnrs_geo.multiplier import overrides as overriding
from lnrs_geo.multiplier.consistency import Answer, Crosswalk, Proposal, Verdict
from lnrs_geo.multiplier.criteria import Land, Mapped, Place, Row
from lnrs_geo.multiplier.decide import Decision, assign
from lnrs_geo.multiplier.overrides import Override
from lnrs_geo.multiplier.rules import Edition
from lnrs_geo.rows import FeatureRow
from lnrs_geo.spatial.split import Cover, Piece
from lnrs_geo.terrain import Terrain

# Codes in the order in which parts are numbered (contract, `part`).
HIGH, MEDIUM, LOW, PROVISIONAL, ERROR = range(5)
# Which answer wins where several measures lie over one place (rules section 3).
STRONGEST_FIRST = (HIGH, PROVISIONAL, LOW)

FOREIGN = Verdict(
    Answer.OPEN, "the layer says that another LNRS maps this measure, whose crosswalk was not given"
)


class Judge:
    """Answers for the rows of a run; distinct facts are decided once.

    Parameters
    ----------
    terrain
        The surveyed land.
    crosswalk
        Verdicts on measures and proposals.
    overrides
        By parcel row number, where a person decided.
    edition
        The rules in force on the assessment date.
    lnrs_id
        Of the strategy that is loaded.
    area_given, map_complete
        Whether the strategy area is known, and all layers of its map are there.
    """

    def __init__(
        self,
        terrain: Terrain,
        crosswalk: Crosswalk,
        overrides: dict[int, Override],
        *,
        edition: Edition,
        lnrs_id: str,
        area_given: bool,
        map_complete: bool,
    ) -> None:
        self.terrain, self.crosswalk, self.overrides = terrain, crosswalk, overrides
        self.edition, self.lnrs_id = edition, lnrs_id
        self.area_given, self.map_complete = area_given, map_complete
        self.rest = len(terrain.lands)
        self.verdicts: dict[tuple[int, Proposal, Override | None], Verdict] = {}
        self._decisions: dict[tuple[Row, Place], Decision] = {}

    def decide(self, row: Row, place: Place) -> Decision:
        """Ask the multiplier, once for each distinct pair of facts."""
        key = (row, place)
        if key not in self._decisions:
            self._decisions[key] = assign(row, place, edition=self.edition)
        return self._decisions[key]

    def verdict(self, row: FeatureRow, group: int) -> Verdict | None:
        """Return what crosswalk and override say of a measure for a row; None where nobody asks."""
        if row.proposal is None:
            return None
        override = self.overrides.get(row.feature)
        key = (group, row.proposal, override)
        if key not in self.verdicts:
            one = self.terrain.groups[group]
            said = self.crosswalk.verdict(one.measure_id, row.proposal, eligible=one.eligible)
            self.verdicts[key] = FOREIGN if one.foreign else overriding.apply(override, said)
        return self.verdicts[key]

    def mapped(self, row: FeatureRow, group: int) -> Mapped | None:
        """Return a measure as the decision wants it; None where nobody asks."""
        verdict = self.verdict(row, group)
        if verdict is None:
            return None
        one = self.terrain.groups[group]
        return Mapped(
            one.measure_id,
            verdict.answer,
            verdict.reason,
            verdict.status,
            verdict.source,
            one.changed,
            one.beside,
        )

    def land(self, zone: int) -> Land:
        """Say how a zone lies to the strategy that is loaded (rules section 4)."""
        if not self.area_given:
            return Land.NOT_GIVEN
        lnrs_id = self.zone_name(zone)[0]
        return Land.OUTSIDE if not lnrs_id else Land.IN_AREA if lnrs_id == self.lnrs_id else Land.OTHER_LNRS

    def zone_name(self, zone: int) -> tuple[str, str]:
        """Return the LNRS id and the authority of a zone; without any area the strategy's own id."""
        if zone == self.rest:
            return ("" if self.area_given else self.lnrs_id, "")
        land = self.terrain.lands[zone]
        return (land.lnrs_id if self.area_given else self.lnrs_id, land.authority)

    def code(self, row: FeatureRow, zone: int, measures: tuple[Mapped, ...]) -> int:
        """Name the answer that a place would get, as a number that means nothing to the splitter."""
        return _code(self.decide(row.row, Place(self.land(zone), measures, self.map_complete)))

    def covers(self, row: FeatureRow, polygons: list[int]) -> list[Cover]:
        """Gather measure polygons by the answer they give a row, strongest first."""
        if row.proposal is None:
            return []
        by_code: dict[int, list[int]] = {}
        in_area = Land.NOT_GIVEN if not self.area_given else Land.IN_AREA
        for polygon in polygons:
            mapped = self.mapped(row, int(self.terrain.group_of[polygon]))
            if mapped is None or (mapped.beside and mapped.answer is not Answer.YES):
                continue
            code = _code(self.decide(row.row, Place(in_area, (mapped,), self.map_complete)))
            by_code.setdefault(code, []).append(polygon)
        return [
            Cover(code, self.terrain.polygons[by_code[code]]) for code in STRONGEST_FIRST if code in by_code
        ]

    def fitting(self, row: FeatureRow, piece: Piece, mapped: tuple[Mapped, ...]) -> tuple[Mapped, ...]:
        """Leave out measures that meet a part only in a sliver which took its neighbour's answer."""
        own = tuple(one for one in mapped if self.code(row, piece.zone, (one,)) == piece.code)
        for measures in (mapped, own, ()):
            if self.code(row, piece.zone, measures) == piece.code:
                return measures
        raise AssertionError(
            f"part of feature {row.feature}: no measure over it gives the answer it was cut for"
        )


def _code(decision: Decision) -> int:
    if decision.status is Status.PROVISIONAL:
        return PROVISIONAL
    return HIGH if decision.significance is Significance.HIGH else LOW
