"""The whole program against the oracle, on random worlds."""

import datetime as dt
import random
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from tests.oracle import (
    STRATEGY_ID,
    Case,
    Key,
    PartAnswer,
    Zone,
    answers,
    ask,
    stage_rows,
)
from tests.random_cases import cases, seeded_case

BNG = "EPSG:27700"
AS_AT = dt.date(2026, 9, 1)
STRATEGY_TOML = f"""
lnrs_id = "{STRATEGY_ID}"
name = "oracle"
title = "A made-up strategy"\nauthority = "Nobody"
status = "published"
published = "2025-01-01"
"""
CROSSWALK_COLUMNS = [
    "lnrs_id", "measure_id", "module", "habitat", "intervention", "verdict", "condition_note", "status",
    "complete", "source", "reviewer_role", "reviewed_on", "phrase", "note",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProgramPart:
    """One row of `result.parts`, as far as the oracle has a say in it."""

    size: float
    reason: str
    measures: frozenset[str]
    geometry: BaseGeometry
    review: bool
    borderline: bool


ProgramAnswer = dict[tuple[str, str], dict[Key, ProgramPart]]


# --- The adapter: all that these tests know of the program's interface -------------------------------


def program_answer(case: Case) -> ProgramAnswer:
    """Run the program on a case; parts by reference and stage, then by answer."""
    import lnrs_geo

    with tempfile.TemporaryDirectory() as folder:
        strategy, crosswalk = Path(folder, "strategy.toml"), Path(folder, "crosswalk.csv")
        strategy.write_text(STRATEGY_TOML, encoding="utf-8")
        crosswalk_frame(case).to_csv(crosswalk, index=False, lineterminator="\n")
        result = lnrs_geo.check(
            parcels_frame(case),
            measures=measures_frame(case),
            strategy=strategy,
            crosswalk=crosswalk,
            area=zones_frame(case.areas, "lnrs_id") if case.areas else None,
            authorities=zones_frame(case.authorities, "authority") if case.authorities else None,
            as_at=AS_AT,
        )
    found: ProgramAnswer = {}
    for row in result.parts.to_dict("records"):
        key = (row["strat_sig"], row["status"], row["lnrs_id"], row["authority"])
        stage = found.setdefault((row["parcel_ref"], row["stage"]), {})
        assert key not in stage, f"{row['parcel_ref']} {row['stage']}: two parts with the answer {key}"
        size = _size(row["module"], row["geometry"])
        assert row["size_m"] == pytest.approx(size, abs=0.0051)
        relied = frozenset(filter(None, row["measure_id"].split(";")))
        stage[key] = ProgramPart(
            size, row["ss_reason"], relied, row["geometry"], bool(row["review"]), bool(row["borderline"])
        )
    return found


def _size(module: str, geometry: BaseGeometry) -> float:
    if module == "tree":
        return 1.0
    return float(geometry.area if module == "area" else geometry.length)


def parcels_frame(case: Case) -> gpd.GeoDataFrame:
    """Parcels as a plain layer with the contract's columns."""
    columns = ["parcel_ref", "module", "retention", "baseline_habitat", "proposed_habitat"]
    rows = [{c: getattr(p, c) for c in columns} for p in case.parcels]
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=[p.geometry for p in case.parcels], crs=BNG)


def measures_frame(case: Case) -> gpd.GeoDataFrame:
    """Mapped measures with the contract's columns; no row where nothing is mapped."""
    rows = [[m.location_id, m.measure_id, f"Measure {m.measure_id}", m.eligible] for m in case.measures]
    columns = ["location_id", "measure_id", "measure", "eligible"]
    shapes = [m.geometry for m in case.measures]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns, dtype=str), geometry=shapes, crs=BNG)


def zones_frame(zones: tuple[Zone, ...], id_column: str) -> gpd.GeoDataFrame:
    """Strategy areas or authorities; only authorities have a kind."""
    frame = pd.DataFrame({id_column: [z.zone_id for z in zones]})
    if id_column == "authority":
        frame["kind"] = [z.kind for z in zones]
    return gpd.GeoDataFrame(frame, geometry=[z.geometry for z in zones], crs=BNG)


def crosswalk_frame(case: Case) -> pd.DataFrame:
    """Crosswalk rows with the contract's columns."""
    rows = [
        dict.fromkeys(CROSSWALK_COLUMNS, "")
        | {
            "lnrs_id": STRATEGY_ID,
            "measure_id": r.measure_id,
            "module": r.module,
            "habitat": r.habitat,
            "intervention": r.intervention,
            "verdict": r.verdict,
            "condition_note": "where the soil allows" if r.verdict == "conditional" else "",
            "status": r.status,
            "complete": "yes" if r.complete else "",
            "source": "made up for the tests",
            "reviewer_role": "ecologist" if r.status == "confirmed" else "",
            "reviewed_on": "2025-06-01" if r.status == "confirmed" else "",
        }
        for r in case.rows
    ]
    return pd.DataFrame(rows, columns=CROSSWALK_COLUMNS)


# --- The comparison -----------------------------------------------------------------------------------


def differences(case: Case, found: ProgramAnswer) -> list[str]:
    """Everything in which the program's answer is not the oracle's, save where that hangs on a hair."""
    expected, modules = answers(case), {p.parcel_ref: p.module for p in case.parcels}
    wrong = [f"{case.name}: rows {sorted(set(expected) ^ set(found))}"] if set(expected) != set(found) else []
    for at in sorted(set(expected) & set(found)):
        stage, parts = expected[at], found[at]
        where = f"{case.name} {' '.join(at)}"
        if stage.fragile:
            continue
        if set(stage.parts) != set(parts):
            wrong.append(f"{where}: expected {_sizes(stage.parts)}, found {_sizes(parts)}")
            continue
        within = 0.01 if modules[at[0]] == "area" else 0.001
        for key, part in stage.parts.items():
            got = parts[key]
            if abs(got.size - part.size) > within:
                wrong.append(f"{where} {key}: expected size {part.size:.5f}, found {got.size:.5f}")
            if got.reason not in part.reasons:
                wrong.append(f"{where} {key}: expected reason {sorted(part.reasons)}, found {got.reason}")
            if got.measures not in part.measures:
                relied = [sorted(m) for m in part.measures]
                wrong.append(f"{where} {key}: expected measures {relied}, found {sorted(got.measures)}")
    return wrong


def _sizes(parts: Mapping[Key, PartAnswer | ProgramPart]) -> dict[Key, float]:
    return {key: round(parts[key].size, 4) for key in sorted(parts)}


def misplaced(case: Case, found: ProgramAnswer, *, points: int) -> list[str]:
    """Points inside the program's own parts where the rules give another answer than the part's."""
    wrong = []
    scatter, expected = random.Random(case.name), answers(case)
    for parcel in (p for p in case.parcels if p.module == "area"):
        west, south, east, north = parcel.geometry.bounds
        places = [Point(scatter.uniform(west, east), scatter.uniform(south, north)) for _ in range(points)]
        for row in stage_rows(parcel):
            at = parcel.parcel_ref, row.stage
            absorbed, question = expected[at].absorbed, ask(case, parcel, row)
            for key, part in found.get(at, {}).items():
                for place in places:
                    if part.geometry.contains(place) and not any(a.intersects(place) for a in absorbed):
                        rules = question.at(place)[0]
                        if rules != key:
                            wrong.append(f"{case.name} {at} at {place.wkt}: part {key}, rules {rules}")
    return wrong


def check_seeds(seeds: range) -> None:
    """Compare the program with the oracle on the cases of these seeds, and say all that differs."""
    wrong: list[str] = []
    stages = skipped = 0
    for seed in seeds:
        case = seeded_case(seed)
        fragile = [bool(s.fragile) for s in answers(case).values()]
        stages, skipped = stages + len(fragile), skipped + sum(fragile)
        found = program_answer(case)
        wrong += differences(case, found)
        if not any(fragile):
            wrong += misplaced(case, found, points=20)
    assert not wrong, "\n".join(wrong[:20])
    assert skipped < 0.05 * stages


def test_program_and_oracle_agree_on_sixty_cases() -> None:
    """Parts, sizes, reasons and measures relied on are those of the oracle."""
    check_seeds(range(60))


@pytest.mark.slow
def test_program_and_oracle_agree_on_five_hundred_cases() -> None:
    """The same on many more worlds."""
    check_seeds(range(1000, 1500))


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_program_and_oracle_agree_on_whatever_hypothesis_draws(case: Case) -> None:
    """The same on drawn worlds, which shrink to a small one when they differ."""
    assert not differences(case, program_answer(case))
