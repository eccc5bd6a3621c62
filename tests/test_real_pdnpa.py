"""4,403 real habitat polygons cut by a real strategy area, real authorities and measures of real shapes.

The classes of the polygons are those of a landscape survey, so the habitats proposed here are the
test's own, and so is what the crosswalk says of them. Run with `-s` to see the figures.
"""

import os
import time
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import main

REAL = os.environ.get("LNRS_GEO_REAL_DATA")
pytestmark = pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real polygons at hand")
LAND = Path(REAL or "") / "derbyshire"
BNG = "EPSG:27700"
LOST_M2 = 0.01  # parts of a parcel sum to it within this (rules section 7)
SHARED_M2 = 0.001
LONGEST_S = 90.0

# By the first letter of a class; exact names of the metric's drop-down
HABITATS = {
    "C": "Woodland and forest - Other woodland; broadleaved",
    "D": "Heathland and shrub - Upland heathland",
    "E": "Grassland - Upland acid grassland",
    "F": "Wetland - Blanket bog",
    "G": "Lakes - Reservoirs",
    "H": "Urban - Developed land; sealed surface",
    "0": "Grassland - Bracken",
}
# measure, habitat, verdict; a heath is left without a row, so it stays open
CROSSWALK = (
    ("RIVER", "Grassland - *", "yes"),
    ("RIVER", "Wetland - Blanket bog", "conditional"),
    ("RIVER", "Woodland and forest - *", "no"),
    ("WOOD", "Woodland and forest - *", "yes"),
    ("WOOD", "Grassland - *", "no"),
    ("HEATH", "Heathland and shrub - *", "yes"),
    ("HEATH", "Grassland - Bracken", "no"),
    ("GRASS", "Grassland - Upland acid grassland", "yes"),
    ("GRASS", "Wetland - *", "conditional"),
    ("GRASS", "Woodland and forest - *", "no"),
    ("GRASS", "Heathland and shrub - *", "no"),
)


@dataclass(frozen=True)
class Cut:
    """The parcels as they went in, and what came of them."""

    parcels: gpd.GeoDataFrame
    result: lnrs_geo.Result
    seconds: float


def _parcels() -> gpd.GeoDataFrame:
    (path,) = (LAND / "habitat_parcels_pdnpa").glob("*.shp")
    frame = gpd.read_file(path)
    kinds = frame["Class_low"].str[0]
    return frame.assign(
        ref=[f"P{row:04d}" for row in range(len(frame))],
        grows=kinds.map(HABITATS),
        category="Created",
    )


def _measures(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make a map: land along rivers, woods as one multipolygon, heath and grass polygon by polygon."""
    rows: list[tuple[str, shapely.Geometry]] = []
    for river in ("derwent", "dove", "goyt"):
        lines = gpd.read_file(LAND / "watercourses" / f"{river}.geojson").to_crs(BNG)
        rows += [("RIVER", reach) for reach in shapely.buffer(np.asarray(lines.geometry), 60.0, quad_segs=4)]
    kinds = parcels["Class_low"].str[0]
    woods = parcels.geometry[kinds == "C"]
    rows.append(("WOOD", shapely.union_all(shapely.buffer(np.asarray(woods), 12.0, quad_segs=2))))
    # As they are, so that edges coincide with those of parcels
    rows += [("HEATH", shape) for shape in parcels.geometry[kinds == "D"]]
    # Moved, so that they cut their neighbours
    rows += [("GRASS", shape) for shape in parcels.geometry[kinds == "E"].translate(37.25, -18.5)]
    names, shapes = zip(*rows, strict=True)
    number = [f"L{row}" for row in range(len(rows))]
    return gpd.GeoDataFrame(
        {"lnrs_id": "14", "pm_loc_id": number, "pm_id": names, "pm_desc": names},
        geometry=list(shapes),
        crs=BNG,
    )


def _authorities() -> gpd.GeoDataFrame:
    districts = gpd.read_file(LAND / "districts_27700.gpkg").rename(columns={"code": "authority"})
    park = gpd.read_file(LAND / "peak_district_national_park.geojson").to_crs(BNG)
    park = park[["name", "geometry"]].rename(columns={"name": "authority"}).assign(kind="national-park")
    return gpd.GeoDataFrame(pd.concat([districts.assign(kind=""), park], ignore_index=True), crs=BNG)


def _crosswalk() -> pd.DataFrame:
    rows = [
        {"lnrs_id": "14", "measure_id": measure, "module": "area", "habitat": habitat, "intervention": "either",
         "verdict": verdict, "condition_note": "where the peat is deep" if verdict == "conditional" else "",
         "status": "published", "source": "this test"}
        for measure, habitat, verdict in CROSSWALK
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def cut() -> Cut:
    parcels = _parcels()
    given = parcels.rename(
        columns={"ref": "parcel_ref", "grows": "proposed_habitat", "category": "retention"}
    )
    measures, authorities = _measures(parcels), _authorities()
    started = time.perf_counter()
    result = lnrs_geo.check(
        given,
        measures=measures,
        strategy="derbyshire",
        crosswalk=_crosswalk(),
        area=str(LAND / "lnrs_area_27700.gpkg"),
        authorities=authorities,
        as_at=pd.Timestamp("2026-07-01").date(),
    )
    return Cut(parcels, result, time.perf_counter() - started)


def test_no_land_is_lost_or_won(cut: Cut) -> None:
    """The parts of every parcel sum to it within 0.01 m2 and differ from it by no more land."""
    parts = cut.result.parts
    assert len(parts) > 4_600
    united = parts.groupby("parcel_ref").geometry.agg(lambda shapes: shapely.area(shapes.to_numpy()).sum())
    whole = cut.parcels.set_index("ref").area
    assert set(united.index) == set(whole.index)
    off = (united.astype(float) - whole).abs()
    print(f"\n{len(parts)} parts of {len(whole)} parcels in {cut.seconds:.1f} s")
    print(f"parts against parcel, worst: {off.max():.3g} m2 ({off.idxmax()})")
    assert off.max() < LOST_M2
    # Equal sums could hide land in the wrong place
    outside = shapely.difference(
        np.asarray(parts.geometry.array),
        cut.parcels.set_index("ref").geometry.loc[parts["parcel_ref"]].to_numpy(),
    )
    beyond = pd.Series(shapely.area(outside)).groupby(parts["parcel_ref"].to_numpy()).sum()
    print(f"land of parts outside their parcel, worst: {beyond.max():.3g} m2 ({beyond.idxmax()})")
    assert beyond.max() < LOST_M2


def test_parts_of_a_parcel_do_not_overlap(cut: Cut) -> None:
    """No two parts of one parcel share more than 0.001 m2."""
    worst, where, pairs = 0.0, "", 0
    for ref, shapes in cut.result.parts.groupby("parcel_ref").geometry:
        for one, other in combinations(shapes, 2):
            pairs += 1
            shared = shapely.intersection(one, other).area
            if shared > worst:
                worst, where = shared, str(ref)
    print(f"\n{pairs} pairs of parts, worst overlap: {worst:.3g} m2 ({where})")
    assert pairs > 400
    assert worst < SHARED_M2


def test_every_parcel_has_an_answer(cut: Cut) -> None:
    """Each polygon that goes in is decided, provisional or in error, and each kind of answer occurs."""
    parts, parcels = cut.result.parts, cut.result.parcels
    assert sorted(parcels["parcel_ref"]) == sorted(cut.parcels["ref"])
    assert set(parcels["stage"]) == {"post"}
    assert set(parts["status"]) <= {"decided", "provisional", "error"}
    assert set(parcels["status"]) <= {"decided", "provisional", "error"}
    assert {"consistent", "inconsistent", "open-verdict", "unmapped", "outside-area", "scores-zero"} <= set(
        parts["ss_reason"]
    )
    print("\n" + parts.groupby(["status", "ss_reason"]).size().to_string())


def test_it_is_done_in_time(cut: Cut) -> None:
    """The whole run takes less than a minute and a half."""
    assert cut.seconds < LONGEST_S


def test_answers_are_those_of_the_place(cut: Cut) -> None:
    """A point inside each decided part lies in a measure that is consistent, or in none, as the part says."""
    measures = _measures(cut.parcels)
    yes = {
        (measure, habitat.partition(" - ")[0]) for measure, habitat, verdict in CROSSWALK if verdict == "yes"
    }
    parts = cut.result.parts[cut.result.parts["ss_reason"].isin(["consistent", "unmapped"])]
    big = parts[parts.geometry.area > 100.0]
    inside = gpd.GeoDataFrame(
        big[["parcel_ref", "habitat", "strat_sig"]], geometry=big.geometry.representative_point(), crs=BNG
    )
    met = inside.sjoin(measures, predicate="within")
    at = met.groupby(level=0)["pm_id"].agg(set)
    checked = 0
    for row in inside.itertuples():
        here = at.get(row.Index, set())
        broad = row.habitat.partition(" - ")[0]
        fits = any((measure, broad) in yes for measure in here)
        if row.strat_sig == "High":
            assert fits, (row.parcel_ref, row.habitat, here)
        else:
            assert not here, (row.parcel_ref, row.habitat, here)
        checked += 1
    assert checked > 1_000


def test_file_with_map_gives_the_same(cut: Cut, tmp_path: Path) -> None:
    """The same polygons from a file, their columns named with --map, get the same parts."""
    few = cut.parcels.iloc[:400]
    few.to_file(tmp_path / "land.gpkg", layer="land")
    _measures(cut.parcels).to_file(tmp_path / "map.gpkg", layer="potential_measures")
    _crosswalk().to_csv(tmp_path / "crosswalk.csv", index=False)
    _authorities().to_file(tmp_path / "authorities.gpkg", layer="authorities")
    words = [
        "check", tmp_path / "land.gpkg", "--measures", tmp_path / "map.gpkg", "--crosswalk",
        tmp_path / "crosswalk.csv", "--area", LAND / "lnrs_area_27700.gpkg", "--authorities",
        tmp_path / "authorities.gpkg", "--map", "parcel_ref=ref", "--map", "proposed_habitat=grows",
        "--map", "retention=category", "--map", "authority=authority", "--as-at", "2026-07-01",
        "--out", tmp_path / "out", "--quiet",
    ]  # fmt: skip
    outcome = CliRunner().invoke(main, [str(word) for word in words])
    assert (outcome.exit_code, outcome.output) == (0, "")
    columns = ["parcel_ref", "part", "habitat", "size_m", "strat_sig", "ss_reason", "lnrs_id", "authority"]
    got = pd.read_csv(tmp_path / "out" / "parts.csv", dtype={"lnrs_id": str}, keep_default_na=False)[columns]
    frame = cut.result.parts
    want = frame[frame["parcel_ref"].isin(few["ref"])][columns].reset_index(drop=True)
    assert got["size_m"].astype(float).to_numpy() == pytest.approx(want["size_m"].astype(float), abs=0.006)
    pd.testing.assert_frame_equal(
        got.drop(columns="size_m").astype(str), want.drop(columns="size_m").astype(str), check_dtype=False
    )


def test_districts_by_code(cut: Cut) -> None:
    """A layer of authorities that has nothing but codes serves with --map authority=code."""
    result = lnrs_geo.check(
        cut.parcels.iloc[::50].rename(columns={"grows": "proposed_habitat", "category": "retention"}),
        measures=_measures(cut.parcels),
        strategy="derbyshire",
        crosswalk=_crosswalk(),
        area=str(LAND / "lnrs_area_27700.gpkg"),
        authorities=str(LAND / "districts_27700.gpkg"),
        field_map={"authority": "code", "parcel_ref": "ref"},
    )
    assert {name[:3] for name in result.parts["authority"]} <= {"E06", "E07", ""}
    assert (result.parts["authority"] != "").sum() > 10
