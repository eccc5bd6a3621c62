"""What a place means for a row: verdicts and decisions asked of the multiplier, each once.

To the splitter the answers are opaque codes; this is where a code and an answer are the same thing.
"""

from collections.abc import Sequence
from dataclasses import replace

from lnrs_geo.brief import Brief
from lnrs_geo.mapped_land import MappedLand
from lnrs_geo.model import Retention, Significance, Stage, Status
from lnrs_geo.multiplier import overrides as overriding
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.consistency import Answer, Proposal, Verdict
from lnrs_geo.multiplier.criteria import Land, Mapped, Place, Row
from lnrs_geo.multiplier.decide import Decision, assign
from lnrs_geo.multiplier.documents import described, speaks_of, specified
from lnrs_geo.multiplier.overrides import Override
from lnrs_geo.multiplier.regime import Regime, of_either_lnrs, on_or_off_site, regime_of
from lnrs_geo.rows import FeatureRow
from lnrs_geo.spatial.split import Piece
from lnrs_geo.terrain import Terrain

Answered = tuple[Status, Significance | None, Significance | None]

_HIGH, _MEDIUM, _LOW = Significance.HIGH, Significance.MEDIUM, Significance.LOW
_DECIDED, _OPEN = Status.DECIDED, Status.PROVISIONAL
# Every answer there is: status, significance and second figure, in the order in which parts are
# numbered (contract, `part`). An answer's place here is its code.
ANSWERS: tuple[Answered, ...] = (
    *((_DECIDED, one, None) for one in (_HIGH, _MEDIUM, _LOW)),
    *((_OPEN, low, high) for low, high in (
        (_HIGH, _HIGH), (_MEDIUM, _HIGH), (_MEDIUM, _MEDIUM), (_LOW, _HIGH), (_LOW, _MEDIUM), (_LOW, _LOW),
        (_LOW, None),
    )),
    (Status.ERROR, None, None),
    (Status.NOT_APPLICABLE, None, None),
)  # fmt: skip
HIGH, MEDIUM, LOW = range(3)
# Which answer wins where several measures lie over one place: consistent, open, refused (rules section 3).
STRONGEST_FIRST = (HIGH, MEDIUM, *(code for code in range(3, len(ANSWERS) - 2)), LOW)

# Regimes that ask the Local Habitat Map, be it for one of two figures.
ASK_MEASURES = ("table-7", "both", "review")
FOREIGN = Verdict(
    Answer.OPEN, "the layer says that another LNRS maps this measure, whose crosswalk was not given"
)


class Judge:
    """Answers for the rows of a run; distinct facts are decided once.

    Parameters
    ----------
    terrain
        The surveyed land.
    brief
        Rules, dates, crosswalk and overrides.
    """

    def __init__(self, terrain: Terrain, brief: Brief) -> None:
        self.terrain, self.brief = terrain, brief
        self.edition, self.crosswalk = brief.edition, brief.crosswalk
        self.rest = len(terrain.lands)
        self._claimants = {one.whose: one.claimed_by for one in terrain.lands if one.claimed_by}
        self.verdicts: dict[tuple[int, Proposal, Override | None], Verdict] = {}
        self._decisions: dict[tuple[int, Place], Decision] = {}
        self._numbers: dict[Row, int] = {}
        self._stated_rows: dict[tuple[int, str], tuple[int, Row]] = {}
        self._regimes: dict[tuple[Stage, Application, str, bool], Regime] = {}
        self.measures = MappedLand(terrain.measures, terrain.geometries)
        self._documents = (
            MappedLand(terrain.documents, terrain.geometries) if terrain.documents is not None else None
        )

    # Which table, and so which map, answers

    def regime(self, row: FeatureRow, lnrs_id: str) -> Regime:
        """Say which table applies to a row in an LNRS; retained habitat follows its baseline (rules 2.12)."""
        return self._stated(row, lnrs_id)[1].regime

    def _stated(self, row: FeatureRow, lnrs_id: str) -> tuple[int, Row]:
        """Return what is known of a row in an LNRS, its regime included, and the number of those facts.

        Hashing the facts anew for every question would cost more than the questions.
        """
        key = (row.kind, lnrs_id)
        if key not in self._stated_rows:
            stated = replace(row.row, regime=self._regime(row, lnrs_id))
            self._stated_rows[key] = (self._numbers.setdefault(stated, len(self._numbers)), stated)
        return self._stated_rows[key]

    def _regime(self, row: FeatureRow, lnrs_id: str) -> Regime:
        if lnrs_id in self._claimants:
            return of_either_lnrs({one: self._regime(row, one) for one in self._claimants[lnrs_id]})
        retained = row.row.retention is Retention.RETAINED
        stage = Stage.BASELINE if retained else row.row.stage
        if row.off_site is None:
            return on_or_off_site(*(self._dated(stage, row, lnrs_id, off_site=off) for off in (False, True)))
        return self._dated(stage, row, lnrs_id, off_site=row.off_site)

    def _dated(self, stage: Stage, row: FeatureRow, lnrs_id: str, *, off_site: bool) -> Regime:
        key = (stage, row.application, lnrs_id, off_site)
        if key not in self._regimes:
            self._regimes[key] = regime_of(
                stage,
                row.application,
                publication=self.brief.publications.get(lnrs_id),
                as_at=self.brief.as_at,
                off_site=off_site,
            )
        return self._regimes[key]

    def map_of(self, row: FeatureRow, lnrs_id: str) -> MappedLand | None:
        """Return the map that answers for a row on the land of an LNRS; None where none is asked.

        Measures answer in the strategies that are loaded, documents of planning authorities wherever
        an LNRS is known not to be published yet.
        """
        table = self.regime(row, lnrs_id).table
        if table in ASK_MEASURES:
            return self.measures if self.brief.is_loaded(lnrs_id) and row.proposal is not None else None
        return self._documents if table == "table-8" and not row.row.obstacle else None

    # Answers

    def decide(self, row: FeatureRow, place: Place, *, lnrs_id: str) -> Decision:
        """Ask the multiplier about a row at a place in an LNRS, once for each distinct pair of facts."""
        number, stated = self._stated(row, lnrs_id)
        key = (number, place)
        if key not in self._decisions:
            self._decisions[key] = assign(stated, place, edition=self.edition)
        return self._decisions[key]

    def decide_held(self, row: FeatureRow, place: Place, *, lnrs_id: str, held: tuple[str, str]) -> Decision:
        """Ask about a row whose place has shown an obstacle: `held` is its code and its words."""
        _, stated = self._stated(row, lnrs_id)
        facts = replace(stated, scores_zero=False, obstacle=held[0], obstacle_note=held[1])
        return assign(facts, place, edition=self.edition)

    def place(self, row: FeatureRow, zone: int, mapped: tuple[Mapped, ...] = ()) -> Place:
        """Return a zone as the decision wants it, with what is mapped there."""
        lnrs_id, authority = self.zone_name(zone)
        if self.regime(row, lnrs_id).table != "table-8":
            claimed_by = self._claimants.get(lnrs_id, ())
            return Place(self.land(zone), mapped, self.brief.is_complete(lnrs_id), claimed_by=claimed_by)
        given = self.brief.documents
        if given is None:
            return Place(self.land(zone))
        return Place(
            self.land(zone),
            documents=mapped,
            authority=authority,
            specified=specified(given, authority=authority),
            authority_spoken_of=speaks_of(given, authority=authority),
            documents_complete=self.brief.documents_complete,
        )

    def verdict(self, row: FeatureRow, group: int) -> Verdict | None:
        """Return what crosswalk and override say of a measure for a row; None where nobody asks."""
        owner = self.terrain.owners[group]
        if row.proposal is None or self.map_of(row, owner) is not self.measures:
            return None
        key = (group, row.proposal, self.brief.overrides.get(row.feature))
        if key not in self.verdicts:
            one = self.terrain.measures.groups[group]
            said = self.brief.crosswalk_of(owner).verdict(one.measure_id, row.proposal, eligible=one.eligible)
            self.verdicts[key] = FOREIGN if one.foreign else overriding.apply(key[2], said)
        return self.verdicts[key]

    def mapped(self, row: FeatureRow, group: int, *, lnrs_id: str) -> Mapped | None:
        """Return a measure, or a document, as the decision wants it; None where nobody asks."""
        if self.terrain.documents is not None and self.map_of(row, lnrs_id) is self._documents:
            document = self.terrain.documents.groups[group]
            return described(
                row.subject,
                said=document.habitat,
                name=document.measure_id,
                whose=document.authority,
                repaired=document.changed,
            )
        verdict = self.verdict(row, group) if self.terrain.owners[group] == lnrs_id else None
        if verdict is None:
            return None
        one = self.terrain.measures.groups[group]
        return Mapped(
            one.measure_id,
            verdict.answer,
            verdict.reason,
            verdict.status,
            verdict.source,
            one.changed,
            one.beside,
        )

    def speaking(self, groups: Sequence[int], lnrs_id: str) -> list[int]:
        """Leave out the measures that other maps draw on the land of an LNRS whose own map is loaded."""
        if not self.brief.is_loaded(lnrs_id):
            return list(groups)
        return [group for group in groups if self.terrain.owners[group] == lnrs_id]

    def land(self, zone: int) -> Land:
        """Say how a zone lies to the strategies that are loaded (rules section 4)."""
        if not self.brief.area_given:
            return Land.NOT_GIVEN
        lnrs_id = self.lnrs_of(zone)
        return (
            Land.OUTSIDE
            if not lnrs_id
            else Land.CONTESTED
            if lnrs_id in self._claimants
            else Land.IN_AREA
            if self.brief.is_loaded(lnrs_id)
            else Land.OTHER_LNRS
        )

    def zone_name(self, zone: int) -> tuple[str, str]:
        """Return the LNRS that answers for a zone, and its authority; without any area the strategy's own id.

        Land that several LNRSs claim bears all their ids. No map is loaded under that name, so what one of
        them maps there makes nothing High.
        """
        own = self.brief.lnrs_id
        if zone == self.rest:
            return ("" if self.brief.area_given else own, "")
        land = self.terrain.lands[zone]
        return (land.whose if self.brief.area_given else own, land.authority)

    def lnrs_of(self, zone: int) -> str:
        """Return the LNRS that answers for a zone, empty outside every area."""
        return self.zone_name(zone)[0]

    def code(self, row: FeatureRow, zone: int, mapped: tuple[Mapped, ...]) -> int:
        """Name the answer that a place would get, as a number that means nothing to the splitter."""
        place = self.place(row, zone, mapped)
        return code_of(self.decide(row, place, lnrs_id=self.lnrs_of(zone)))

    def code_under(self, row: FeatureRow, group: int, *, lnrs_id: str) -> int | None:
        """Name the answer that a group of polygons of an LNRS's map gives a row; None where it gives none."""
        mapped = self.mapped(row, group, lnrs_id=lnrs_id)
        if mapped is None or (mapped.beside and mapped.answer is not Answer.YES):
            return None
        land = Land.IN_AREA if self.brief.area_given else Land.NOT_GIVEN
        place = (
            Place(land, (mapped,), self.brief.is_complete(lnrs_id))
            if self.map_of(row, lnrs_id) is self.measures
            else Place(land, documents=(mapped,))
        )
        return code_of(self.decide(row, place, lnrs_id=lnrs_id))

    def fitting(self, row: FeatureRow, piece: Piece, mapped: tuple[Mapped, ...]) -> tuple[Mapped, ...]:
        """Leave out what meets a part only in a sliver which took its neighbour's answer."""
        own = tuple(one for one in mapped if self.code(row, piece.zone, (one,)) == piece.code)
        for measures in (mapped, own, ()):
            if self.code(row, piece.zone, measures) == piece.code:
                return measures
        raise AssertionError(
            f"part of feature {row.feature}: no measure over it gives the answer it was cut for"
        )


def code_of(decision: Decision) -> int:
    """Return the number of an answer, for those who may not know what it means."""
    return ANSWERS.index((decision.status, decision.significance, decision.alternative))
