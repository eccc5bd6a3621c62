"""The oracle against two further ways to the same sizes, on random cases."""

import random
from dataclasses import replace

import pytest
import shapely
from hypothesis import given, settings
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from tests.oracle import EDGE_M, STRATEGY_ID, Case, Key, Question, Zone, answer_at, answers, ask, stage_rows
from tests.random_cases import cases, seeded_case
from tests.test_against_oracle import ProgramAnswer, ProgramPart, differences


def sizes_by_overlay(question: Question) -> dict[Key, float]:
    """Area of each answer by unions and differences of whole layers, slivers left as they fall."""
    case = question.case

    def union(*wanted: str) -> BaseGeometry:
        said = zip(case.measures, question.verdicts, strict=True)
        return shapely.union_all([m.geometry for m, v in said if v in wanted])

    yes, open_ = union("yes"), union("open").difference(union("yes"))
    closed = union("inconsistent", "not-listed", "not-eligible").difference(yes.union(open_))
    unmapped = "decided" if case.areas else "provisional"
    parks_first = sorted(case.authorities, key=lambda z: (z.kind != "national-park", z.zone_id))
    found: dict[Key, float] = {}
    for lnrs_id, covered in layers(question.parcel.geometry, list(case.areas), STRATEGY_ID):
        for authority, land in layers(covered, parks_first, ""):
            rest = land.difference(shapely.union_all([yes, open_, closed]))
            here = [("High", "decided", land & yes), ("Low", "decided", land & closed),
                    ("Low", "provisional", land & open_), ("Low", unmapped, rest)]  # fmt: skip
            if question.row.fixed or lnrs_id != STRATEGY_ID:
                here = [("Low", question.row.fixed[0] if question.row.fixed else "provisional", land)]
            for significance, status, region in here:
                if region.area > EDGE_M:
                    key = (significance, status, lnrs_id, authority)
                    found[key] = found.get(key, 0.0) + region.area
    return found


def polygonal(land: BaseGeometry) -> BaseGeometry:
    """Leave out the points and lines in which neighbours touch."""
    return shapely.union_all([g for g in shapely.get_parts(land) if g.area])


def layers(land: BaseGeometry, zones: list[Zone], none_given: str) -> list[tuple[str, BaseGeometry]]:
    """Share land out among zones, first come first served; what is left has no name."""
    found = []
    for zone in zones:
        found.append((zone.zone_id, polygonal(land.intersection(zone.geometry))))
        land = polygonal(land.difference(zone.geometry))
    return [*found, ("" if zones else none_given, land)]


@pytest.mark.parametrize("seed", range(150))
def test_cells_and_layers_give_the_same_sizes(seed: int) -> None:
    """Cutting into cells and overlaying whole layers agree on every area."""
    case = seeded_case(seed)
    for parcel in case.parcels:
        for stage_row in stage_rows(parcel):
            found = answers(case)[parcel.parcel_ref, stage_row.stage]
            if parcel.module == "area" and not found.absorbed:
                expected = sizes_by_overlay(ask(case, parcel, stage_row))
                assert {k: p.size for k, p in found.parts.items()} == pytest.approx(expected, abs=1e-6)


def test_points_scattered_over_a_parcel_share_out_like_its_parts() -> None:
    """A dense scatter of points finds the shares of the parts within what chance allows."""
    for seed in range(10):
        case = seeded_case(seed)
        parcel = case.parcels[0]
        if parcel.module != "area":
            continue
        west, south, east, north = parcel.geometry.bounds
        scatter = random.Random(seed)
        points = [Point(scatter.uniform(west, east), scatter.uniform(south, north)) for _ in range(600)]
        inside = [p for p in points if parcel.geometry.contains(p)]
        for (ref, stage), found in answers(case).items():
            if ref == parcel.parcel_ref:
                seen = [answer_at(case, parcel, stage, p)[0] for p in inside]
                for key, part in found.parts.items():
                    share = part.size / parcel.geometry.area
                    assert seen.count(key) / len(inside) == pytest.approx(share, abs=0.1)


def test_a_seed_always_makes_the_same_case() -> None:
    """Random cases can be named by their seed, and few of them hang on a hair."""
    assert seeded_case(7) == seeded_case(7)
    stages = [s for seed in range(100) for s in answers(seeded_case(seed)).values()]
    assert sum(bool(s.fragile) for s in stages) < 0.05 * len(stages)


@pytest.mark.parametrize("seed", range(150))
def test_lines_are_high_where_an_overlay_says_so(seed: int) -> None:
    """Without zones, the High length of a line is what an overlay with the consistent measures keeps."""
    case = replace(seeded_case(seed), areas=(), authorities=())
    for parcel in case.parcels:
        for stage_row in stage_rows(parcel):
            found = answers(case)[parcel.parcel_ref, stage_row.stage]
            if parcel.module in ("hedgerow", "watercourse") and not (found.absorbed or found.fragile):
                question = ask(case, parcel, stage_row)
                said = zip(case.measures, question.verdicts, strict=True)
                consistent = shapely.union_all([m.geometry for m, v in said if v == "yes"])
                high = sum(p.size for k, p in found.parts.items() if k[0] == "High")
                assert high == pytest.approx(parcel.geometry.intersection(consistent).length, abs=1e-6)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(case=cases())
def test_parts_sum_to_their_parcel(case: Case) -> None:
    """Whatever is drawn, the parts of a parcel make up the whole of it."""
    for parcel in case.parcels:
        shape = parcel.geometry
        whole = {"area": shape.area, "tree": 1.0}.get(parcel.module, shape.length)
        for stage_row in stage_rows(parcel):
            parts = answers(case)[parcel.parcel_ref, stage_row.stage].parts
            assert sum(p.size for p in parts.values()) == pytest.approx(whole, abs=1e-6)


def echo(case: Case) -> ProgramAnswer:
    """The oracle's own answer in the shape of a program's."""
    return {
        at: {
            key: ProgramPart(p.size, min(p.reasons), min(p.measures, key=sorted), Point(), False, False)
            for key, p in stage.parts.items()
        }
        for at, stage in answers(case).items()
    }


def test_the_comparison_notices_every_kind_of_difference() -> None:
    """A wrong size, reason, measure, answer or row is told; the oracle's own answer is not."""
    case = next(
        c for c in map(seeded_case, range(500))
        if any(k[0] == "High" for s in answers(c).values() for k in s.parts)
        and not any(s.fragile for s in answers(c).values())
    )  # fmt: skip
    good = echo(case)
    assert differences(case, good) == []
    at, key = next((a, k) for a, parts in good.items() for k in parts if k[0] == "High")
    part = good[at][key]
    for other in (
        replace(part, size=part.size + 0.02),
        replace(part, reason="override"),
        replace(part, measures=frozenset({"M9"})),
    ):
        assert len(differences(case, {**good, at: {**good[at], key: other}})) == 1
    assert len(differences(case, {**good, at: {**good[at], ("Low", "decided", "99", ""): part}})) == 1
    assert len(differences(case, {a: p for a, p in good.items() if a != at})) == 1
