"""The answers of Table 7 worked out the slow way, to hold the program's answers against.

Nothing of the program is used. A parcel is cut by every boundary there is into cells (stretches for a
line, the point itself for a tree), each cell is asked the rules at one point of its own, and like answers
are added up. There is no index, no tolerance beyond those that the rules name, and no regard for speed.

Where the rules are silent the choice made here is a comment beginning "Silent:". An answer that hangs on
a hair (a piece close to the 1 m2 limit, two equal neighbours) is marked in `StageAnswer.fragile`.
"""

from dataclasses import dataclass

import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from tests.oracle_pieces import Cut, absorb_slivers, cut_area, cut_line, relied_on, wanders

STRATEGY_ID = "14"
EDGE_M = 1e-6
NEAREST_TO_HIGH = (
    "inconsistent", "not-listed", "not-eligible", "in-apib-only", "unmapped",
    "repaired-geometry", "open-verdict", "straddling-vertical", "measures-incomplete", "no-area-given",
    "lnrs-not-loaded", "outside-area",
)  # fmt: skip
SCORES_ZERO = frozenset(
    {"Urban - Developed land; sealed surface", "Urban - Artificial unvegetated, unsealed surface"}
)
NO_HABITAT = frozenset({"", "N/A", "To be created"})
FIRM = frozenset({"published", "confirmed"})

Key = tuple[str, str, str, str]
"""strat_sig, status, lnrs_id, authority."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One habitat feature of a made-up site."""

    parcel_ref: str
    module: str
    retention: str
    baseline_habitat: str
    proposed_habitat: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class MappedPolygon:
    """One location carrying one potential measure."""

    location_id: str
    measure_id: str
    eligible: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Row:
    """One crosswalk row; an empty habitat with `complete` declares the list complete for the module."""

    measure_id: str
    module: str
    habitat: str
    intervention: str
    verdict: str
    status: str
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """A strategy area (`zone_id` is an LNRS id) or a planning authority (`zone_id` is its name)."""

    zone_id: str
    kind: str
    geometry: BaseGeometry


@dataclass(frozen=True, slots=True)
class Case:
    """A small world with everything the answer depends on."""

    name: str
    parcels: tuple[Parcel, ...]
    measures: tuple[MappedPolygon, ...] = ()
    rows: tuple[Row, ...] = ()
    areas: tuple[Zone, ...] = ()
    authorities: tuple[Zone, ...] = ()


@dataclass(frozen=True, slots=True)
class StageRow:
    """One row of a parcel: its stage, and either an answer fixed beforehand or the question to ask."""

    stage: str
    retention: str
    habitat: str
    fixed: tuple[str, str] | None  # status and reason of a Low that no map can change
    intervention: str = ""


@dataclass(frozen=True, slots=True)
class PartAnswer:
    """What one part should say; more than one entry in a set where the rules leave it open."""

    size: float
    reasons: frozenset[str]
    measures: frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class StageAnswer:
    """All parts of one parcel and stage, and why they are not worth comparing where that is so."""

    parts: dict[Key, PartAnswer]
    fragile: str
    absorbed: tuple[BaseGeometry, ...]


def stage_rows(parcel: Parcel) -> list[StageRow]:
    """Say which rows a parcel has, from its retention category (rules 2.1, 2.2, 2.11, 2.12)."""
    rows = []
    before, after = parcel.baseline_habitat, parcel.proposed_habitat
    if before not in NO_HABITAT:
        rows.append(StageRow("baseline", parcel.retention, before, ("decided", "baseline")))
    retention = parcel.retention
    if retention == "Lost" and parcel.module == "area" and after:
        retention = "Created"
    if retention == "Lost" or (retention == "" and not after):
        return rows
    if retention == "Retained":
        rows.append(StageRow("post", retention, before, ("decided", "retained")))
    elif retention == "":
        rows.append(StageRow("post", retention, after, ("provisional", "unclear-retention")))
    elif after in NO_HABITAT:
        rows.append(StageRow("post", retention, after, ("provisional", "no-proposed-habitat")))
    elif after in SCORES_ZERO:
        rows.append(StageRow("post", retention, after, ("decided", "scores-zero")))
    else:
        intervention = "create" if retention == "Created" else "enhance"
        rows.append(StageRow("post", retention, after, None, intervention))
    return rows


def verdict(case: Case, polygon: MappedPolygon, *, module: str, habitat: str, intervention: str) -> str:
    """Say what the crosswalk makes of a proposal inside one mapped polygon (rules 3).

    Returns `yes`, `open`, or the reason of a final no: `inconsistent`, `not-listed`, `not-eligible`.
    """
    if polygon.eligible == "no":
        return "not-eligible"
    own = [r for r in case.rows if r.measure_id == polygon.measure_id and r.module == module]
    # Silent: a `*` "no" row is a row like others, so it serves its own module and intervention only.
    covering = [r for r in own if r.habitat and r.intervention in (intervention, "either")]
    firm = [r for r in covering if r.status in FIRM]
    if any(r.habitat == "*" and r.verdict == "no" for r in firm):
        return "not-eligible"
    broad = habitat.split(" - ")[0] + " - *"
    for pattern in (habitat, broad, "*"):
        said = {r.verdict for r in firm if r.habitat == pattern}
        if said:
            return {"yes": "yes", "no": "inconsistent"}.get(said.pop(), "open") if len(said) == 1 else "open"
    # Silent: a matching proposed row under a complete list stays open ("anything open: any proposed row"),
    # and the habitat listed for the other intervention only is not listed ("counts as no row").
    if any(r.habitat in (habitat, broad, "*") for r in covering):
        return "open"
    if any(not r.habitat and r.complete and r.status in FIRM for r in own):
        return "not-listed"
    return "open"


@dataclass(frozen=True, slots=True)
class Question:
    """One row of one parcel, with the verdict of every mapped polygon on it."""

    case: Case
    parcel: Parcel
    row: StageRow
    verdicts: tuple[str, ...]

    def answer(self, *, measures: list[int], areas: list[int], authorities: list[int]) -> tuple[Key, str]:
        """Apply rules 3 and 4 at a place from what is mapped there (positions in the case)."""
        authority = self._authority(authorities)
        ids = sorted(self.case.areas[i].zone_id for i in areas)
        lnrs_id = (ids[0] if ids else "") if self.case.areas else STRATEGY_ID
        if self.row.fixed:
            status, reason = self.row.fixed
            return ("Low", status, lnrs_id, authority), reason
        if lnrs_id != STRATEGY_ID:
            reason = "lnrs-not-loaded" if lnrs_id else "outside-area"
            return ("Low", "provisional", lnrs_id, authority), reason
        said = {self.verdicts[i] for i in measures}
        if "yes" in said:
            return ("High", "decided", lnrs_id, authority), "consistent"
        if "open" in said:
            return ("Low", "provisional", lnrs_id, authority), "open-verdict"
        if not said and not self.case.areas:
            return ("Low", "provisional", lnrs_id, authority), "no-area-given"
        return ("Low", "decided", lnrs_id, authority), nearest(said or {"unmapped"})

    def _authority(self, positions: list[int]) -> str:
        here = [self.case.authorities[i] for i in positions]
        parks = [z for z in here if z.kind == "national-park"]
        return min((z.zone_id for z in parks or here), default="")

    def cutters(self) -> list[BaseGeometry]:
        """Every polygon whose boundary may change the answer of this row."""
        zones = [z.geometry for z in (*self.case.areas, *self.case.authorities)]
        return zones if self.row.fixed else zones + [m.geometry for m in self.case.measures]

    def at(self, point: Point) -> tuple[Key, str, list[int]]:
        """Key, reason and mapped polygons at one point."""
        inside = shapely.contains if self.parcel.module == "area" else _within_edge

        case = self.case
        layers = (case.measures, case.areas, case.authorities)
        shapes = [[thing.geometry for thing in layer] for layer in layers]
        measures, areas, authorities = ([i for i, g in enumerate(s) if inside(g, point)] for s in shapes)
        key, reason = self.answer(measures=measures, areas=areas, authorities=authorities)
        return key, reason, measures


def _within_edge(polygon: BaseGeometry, point: Point) -> bool:
    return bool(polygon.distance(point) <= EDGE_M)


def nearest(reasons: set[str]) -> str:
    """The reason nearest to High; a reason that stands alone in its part is in no order."""
    return min(reasons, key=lambda r: NEAREST_TO_HIGH.index(r) if r in NEAREST_TO_HIGH else -1)


def ask(case: Case, parcel: Parcel, row: StageRow) -> Question:
    """Put the question of one row, looking every mapped polygon up in the crosswalk."""
    return Question(case, parcel, row, tuple(
        "" if row.fixed else verdict(
            case, m, module=parcel.module, habitat=row.habitat, intervention=row.intervention)
        for m in case.measures
    ))  # fmt: skip


def answer_at(case: Case, parcel: Parcel, stage: str, point: Point) -> tuple[Key, str]:
    """The answer at one point of a parcel, straight from the rules."""
    row = next(r for r in stage_rows(parcel) if r.stage == stage)
    key, reason, _ = ask(case, parcel, row).at(point)
    return key, reason


def answers(case: Case) -> dict[tuple[str, str], StageAnswer]:
    """The parts of every parcel and stage of a case, keyed by reference and stage."""
    return {(p.parcel_ref, r.stage): _stage(ask(case, p, r)) for p in case.parcels for r in stage_rows(p)}


def _stage(question: Question) -> StageAnswer:
    module, geometry = question.parcel.module, question.parcel.geometry
    if module == "tree":
        cut = Cut([geometry], [1.0], [geometry], {})
    elif module == "area":
        cut = cut_area(geometry, question.cutters())
    else:
        cut = cut_line(geometry, question.cutters())
    found = [question.at(point) for point in cut.points]
    native = [key for key, _, _ in found]
    least = 1.0 if module == "area" else 0.1
    keys, fragile = absorb_slivers(cut, native, least=least, is_line=module not in ("area", "tree"))
    if isinstance(cut.shapes[0], LineString) and len(set(native)) > 1:
        fragile = fragile or wanders(cut, native, question.cutters())
    parts = {}
    for key in set(keys):
        mine = [i for i, k in enumerate(keys) if k == key]
        own = [(found[i][1], cut.sizes[i]) for i in mine if native[i] == key]
        covers = [(cut.sizes[i], _consistent(question, found[i][2])) for i in mine]
        relied = relied_on(covers, least=least) if key[0] == "High" else frozenset({frozenset[str]()})
        parts[key] = PartAnswer(sum(cut.sizes[i] for i in mine), _reasons(own, least), relied)
    absorbed = tuple(s for s, k, n in zip(cut.shapes, keys, native, strict=True) if k != n)
    return StageAnswer(parts, fragile, absorbed)


def _consistent(question: Question, positions: list[int]) -> frozenset[str]:
    # Silent: measures are relied on by measure, so its polygons count together.
    return frozenset(question.case.measures[i].measure_id for i in positions if question.verdicts[i] == "yes")


def _reasons(own: list[tuple[str, float]], least: float) -> frozenset[str]:
    # Silent: how much land of a reason makes it count; every reading from a hair to half a sliver passes.
    totals: dict[str, float] = {}
    for reason, size in own:
        totals[reason] = totals.get(reason, 0.0) + size
    most = max(totals, key=lambda r: totals[r])
    sets = [
        {r for r, s in totals.items() if s > limit} | {most} for limit in (EDGE_M, least / 100, least / 2)
    ]
    return frozenset(nearest(s) for s in sets)
