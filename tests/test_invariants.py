"""What stays true whatever the shapes: drawn by hypothesis, checked through the whole program and its parts."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from shapely import affinity
from shapely.geometry.base import BaseGeometry

import lnrs_geo
from lnrs_geo.result import Result
from lnrs_geo.spatial.match import match, measure_sizes, overlaps
from lnrs_geo.spatial.split import Cover, Zone, cut
from tests import shapes
from tests.shapes import EAST, NORTH

AS_AT = dt.date(2026, 9, 1)
STRATEGY = """
lnrs_id = "14"
name = "made-up"
title = "A made-up strategy"
authority = "Nobody"
status = "published"
published = "2025-01-01"
"""
HABITATS = {
    "area": "Grassland - Other neutral grassland",
    "hedgerow": "Native hedgerow",
    "tree": "Individual trees - Rural tree",
}
VERDICTS = ("yes", "yes", "no", "conditional")
Geometries = Sequence[BaseGeometry]
quick = partial(
    settings,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@dataclass(frozen=True, slots=True)
class World:
    """Parcels (module, retention, shape), measures (id, verdict, shape), areas and authorities (id, shape)."""

    parcels: tuple[tuple[str, str, BaseGeometry], ...]
    measures: tuple[tuple[str, str, BaseGeometry], ...]
    areas: tuple[tuple[str, BaseGeometry], ...] = ()
    authorities: tuple[tuple[str, BaseGeometry], ...] = ()

    def changed(self, change: Callable[[BaseGeometry], BaseGeometry]) -> "World":
        """Return the same world with every shape changed."""
        return World(
            tuple((a, b, change(shape)) for a, b, shape in self.parcels),
            tuple((a, b, change(shape)) for a, b, shape in self.measures),
            tuple((a, change(shape)) for a, shape in self.areas),
            tuple((a, change(shape)) for a, shape in self.authorities),
        )


@st.composite
def worlds(draw: st.DrawFn, *, areal: bool = False) -> World:
    """Draw one to three parcels, up to five measures, and whether areas and authorities are given."""
    modules = st.just("area") if areal else st.sampled_from(["area", "area", "hedgerow", "tree"])
    kinds = {"area": shapes.polygons(), "hedgerow": shapes.lines(), "tree": shapes.points()}
    parcels = []
    for module in draw(st.lists(modules, min_size=1, max_size=3)):
        retention = draw(st.sampled_from(["Created", "Enhanced", "Created", "Lost", "Retained"]))
        parcels.append((module, retention, draw(kinds[module])))
    fields = [shape for module, _, shape in parcels if module == "area"]
    land = st.one_of(shapes.polygons(), shapes.copies(fields)) if fields else shapes.polygons()
    drawn = draw(st.lists(st.tuples(st.integers(0, 3), land), max_size=5))
    measures = tuple((f"M{n}", VERDICTS[n], shape) for n, shape in drawn)
    areas = draw(st.sampled_from(["none", "all", "half"]))
    split_at = EAST + draw(st.integers(0, 60))
    everything = shapely.box(EAST - 500, NORTH - 500, EAST + 500, NORTH + 500)
    west, east = (shapely.intersection(everything, half) for half in _halves(split_at))
    south_north = [("South", west), ("North", east)] if draw(st.booleans()) else []
    return World(
        tuple(parcels),
        measures,
        {"none": (), "all": (("14", everything),), "half": (("14", west), ("22", east))}[areas],
        tuple(south_north),
    )


def _halves(at: float) -> tuple[BaseGeometry, BaseGeometry]:
    return shapely.box(at - 2000, NORTH - 2000, at, NORTH + 2000), shapely.box(
        at, NORTH - 2000, at + 2000, NORTH + 2000
    )


# --- Running the program -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strategy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("strategy") / "strategy.toml"
    path.write_text(STRATEGY, encoding="utf-8")
    return path


def assess(world: World, strategy: Path, *, order: Sequence[int] | None = None) -> Result:
    """Check a world; `order` puts the parcels' rows in another order, and the measures' in reverse."""
    parcels = pd.DataFrame(
        [
            {
                "parcel_ref": f"P{n}",
                "module": module,
                "retention": retention,
                "baseline_habitat": HABITATS[module],
                "proposed_habitat": HABITATS[module],
            }
            for n, (module, retention, _) in enumerate(world.parcels)
        ]
    )
    measures = pd.DataFrame(
        [(f"L{n}", one[0], f"Measure {one[0]}") for n, one in enumerate(world.measures)],
        columns=["location_id", "measure_id", "measure"],
        dtype=str,
    )
    frame = _frame(parcels, [shape for *_, shape in world.parcels])
    layer = _frame(measures, [shape for *_, shape in world.measures])
    if order is not None:
        frame, layer = frame.iloc[list(order)].reset_index(drop=True), layer.iloc[::-1].reset_index(drop=True)
    return lnrs_geo.check(
        frame,
        measures=layer,
        strategy=strategy,
        crosswalk=_crosswalk(),
        area=_zones("lnrs_id", world.areas),
        authorities=_zones("authority", world.authorities),
        as_at=AS_AT,
    )


def _frame(columns: pd.DataFrame, geometry: Geometries) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs="EPSG:27700")


def _zones(column: str, zones: Sequence[tuple[str, BaseGeometry]]) -> gpd.GeoDataFrame | None:
    if not zones:
        return None
    return _frame(pd.DataFrame({column: [name for name, _ in zones]}), [shape for _, shape in zones])


def _crosswalk() -> list[dict[str, str]]:
    return [
        {
            "lnrs_id": "14", "measure_id": f"M{n}", "module": module, "habitat": "*", "intervention": "either",
            "verdict": verdict, "status": "published", "source": "made up for the tests",
            "condition_note": "where the soil allows" if verdict == "conditional" else "",
        }
        for n, verdict in enumerate(VERDICTS)
        for module in HABITATS
    ]  # fmt: skip


Answer = dict[tuple[str, ...], tuple[float, str]]


def answer(result: Result) -> Answer:
    """Return size and relied-on measures by parcel, stage, significance, status, LNRS and authority."""
    keys = ["parcel_ref", "stage", "strat_sig", "status", "lnrs_id", "authority"]
    return {
        tuple(str(row[key]) for key in keys): (float(_size(row["geometry"])), str(row["measure_id"]))
        for row in result.parts.to_dict("records")
    }


def _size(geometry: BaseGeometry) -> float:
    return float(measure_sizes(np.array([geometry], dtype=object))[0])


def same(one: Answer, other: Answer, *, within: float) -> None:
    """Assert that two answers have the same parts, of the same sizes."""
    assert set(one) == set(other)
    for key, (size, _) in one.items():
        assert other[key][0] == pytest.approx(size, abs=within), key


def fragile(world: World) -> bool:
    """Say whether a world hangs on a hair: some piece is so near to the smallest size that arithmetic decides."""
    layers = [shape for *_, shape in (*world.measures, *world.areas, *world.authorities)]
    for module, _, parcel in world.parcels:
        limit = {"area": 1.0, "hedgerow": 0.1, "tree": 0.0}[module]
        edges = shapely.boundary(np.array(layers, dtype=object)) if layers else np.empty(0, dtype=object)
        if module == "area":
            lines = shapely.union_all(np.append(edges, parcel.boundary))
            faces = shapely.get_parts(shapely.polygonize([lines]))
            sizes = shapely.area(faces)
        elif len(edges) and limit:
            sizes = shapely.length(shapely.get_parts(shapely.difference(parcel, shapely.union_all(edges))))
        else:
            continue
        if ((sizes > limit * 0.999) & (sizes < limit * 1.001)).any():
            return True
    return False


# --- Through the whole program ---------------------------------------------------------------------------


def check_every_part(world: World, strategy: Path) -> None:
    """Parts sum to their parcel, lie in it, do not overlap, and every row is told once per stage."""
    result = assess(world, strategy)
    parts = result.parts
    stages = {
        "Created": ["baseline", "post"],
        "Enhanced": ["baseline", "post"],
        "Retained": ["baseline", "post"],
    }
    expected: list[tuple[str, str]] = []
    for n, (module, retention, _) in enumerate(world.parcels):
        lost = ["baseline", "post"] if module == "area" else ["baseline"]
        expected += [(f"P{n}", stage) for stage in stages.get(retention, lost)]
    rows = list(zip(result.parcels["parcel_ref"], result.parcels["stage"], strict=True))
    assert sorted(rows) == sorted(expected)
    assert set(parts["status"]) <= {"decided", "provisional", "error"}
    assert result.parcels["share_high"].dropna().between(0, 1).all()
    assert result.matches["share"].between(0, 1).all()
    for (ref, _), own in parts.groupby(["parcel_ref", "stage"]):
        module, _, parcel = world.parcels[int(str(ref)[1:])]
        assert own["part"].tolist() == list(range(1, len(own) + 1))
        within = {"area": 0.01, "hedgerow": 0.001, "tree": 0.0}[module]
        assert sum(map(_size, own.geometry)) == pytest.approx(_size(parcel), abs=within)
        for at, shape in enumerate(own.geometry):
            if module == "area":
                assert shapely.difference(shape, parcel).area <= 0.001
                assert all(shapely.intersection(shape, other).area <= 0.001 for other in own.geometry[:at])
            else:
                assert shapely.covers(shapely.buffer(parcel, 1e-6), shape)


def check_high_parts(world: World, strategy: Path) -> None:
    """A High part lies in the measures it relies on, save slivers of less than 1 m2 each."""
    parts = assess(world, strategy).parts
    for row in parts[parts["strat_sig"] == "High"].to_dict("records"):
        relied = row["measure_id"].split(";")
        assert relied != [""]
        land = shapely.union_all([shape for name, _, shape in world.measures if name in relied])
        beyond = shapely.difference(row["geometry"], shapely.buffer(land, 1e-5))
        if row["module"] == "area":
            assert all(piece.area < 1.0 for piece in shapely.get_parts(beyond))
        elif row["module"] == "hedgerow":
            near_enough = shapely.buffer(land, 0.1 + 1e-5)
            assert all(
                piece.length < 0.1 or shapely.covers(near_enough, piece)
                for piece in shapely.get_parts(beyond)
            )
        else:
            assert beyond.is_empty


def check_order(world: World, strategy: Path, order: Sequence[int]) -> None:
    """Neither the order of rows nor the direction and start of rings and lines changes an answer."""
    if fragile(world):
        return
    here = answer(assess(world, strategy))
    same(here, answer(assess(world, strategy, order=order)), within=1e-6)
    same(here, answer(assess(world.changed(shapely.reverse), strategy)), within=1e-5)
    same(here, answer(assess(world.changed(shapely.normalize), strategy)), within=1e-5)


def check_moved(world: World, strategy: Path, by: tuple[float, float]) -> None:
    """Moving everything together changes nothing."""
    if fragile(world):
        return
    moved = world.changed(lambda shape: affinity.translate(shape, *by))
    same(answer(assess(world, strategy)), answer(assess(moved, strategy)), within=1e-3)


def check_added(world: World, strategy: Path, extra: BaseGeometry) -> None:
    """One more consistent measure never lowers the High share of a parcel."""
    more = replace(world, measures=(*world.measures, ("M0", "yes", extra)))
    before, after = (
        assess(one, strategy).parcels.set_index(["parcel_ref", "stage"]) for one in (world, more)
    )
    for at, row in before.iterrows():
        module = row["module"]
        # a sliver may go to the other side of a new boundary
        slack = {"area": 1.0, "hedgerow": 0.2, "tree": 0.0}[module] * 4
        assert after.loc[at, "size_high"] >= row["size_high"] - slack / {"area": 1e4, "hedgerow": 1e3}.get(
            module, 1
        )


def check_split_by_hand(world: World, at: float) -> None:
    """Two halves of a parcel overlap a measure by as much as the whole does, in all."""
    measures = np.array([shape for *_, shape in world.measures], dtype=object)
    groups = np.array([int(name[1:]) for name, *_ in world.measures], dtype=np.int64)
    for module, _, parcel in world.parcels:
        if module != "area" or not len(measures):
            continue
        halves = [shapely.intersection(parcel, half) for half in _halves(at)]
        halves = [
            half for half in halves if half.geom_type in ("Polygon", "MultiPolygon") and not half.is_empty
        ]
        if sum(half.area for half in halves) < parcel.area - 1e-6:
            continue
        whole, split_up = (
            _by_group(np.array(one, dtype=object), measures, groups) for one in ([parcel], halves)
        )
        for group in set(whole) | set(split_up):
            assert split_up.get(group, 0.0) == pytest.approx(whole.get(group, 0.0), abs=1e-4)


def _by_group(parcels: np.ndarray, measures: np.ndarray, groups: np.ndarray) -> dict[int, float]:
    found = overlaps(match(parcels, measures), groups, parcels=parcels)
    total: dict[int, float] = {}
    for group, size in zip(found.group.tolist(), found.size.tolist(), strict=True):
        total[group] = total.get(group, 0.0) + size
    return total


def check_cut(parcel: BaseGeometry, strong: Geometries, weak: Geometries, zone: BaseGeometry) -> None:
    """`cut` alone: pieces sum to the parcel, do not overlap, and lie where their answer holds."""
    covers = [
        Cover(code, np.array(polygons, dtype=object))
        for code, polygons in ((0, strong), (3, weak))
        if len(polygons)
    ]
    zones = [Zone(0, zone, 2, True), Zone(1, None, 3, False)]
    found = cut(parcel, zones=zones, covers=covers)
    assert found.grid_change_m2 is None
    pieces = [piece.geometry for piece in found.pieces]
    assert sum(map(_size, pieces)) == pytest.approx(_size(parcel), abs=0.01 if parcel.area else 0.001)
    assert len({(piece.code, piece.zone) for piece in found.pieces}) == len(pieces)
    if parcel.area:
        land = {0: shapely.union_all(strong), 3: shapely.union_all(weak)}
        for piece in found.pieces:
            if piece.zone == 0 and piece.code in land:
                outside = shapely.difference(piece.geometry, shapely.intersection(land[piece.code], zone))
                assert outside.area <= sum(found.sliver_sizes) + 1e-3


# --- Quick and long campaigns ----------------------------------------------------------------------------

PLACES = st.integers(0, 60).map(lambda n: EAST + n)
MOVES = st.sampled_from([(1000.0, -2000.0), (0.37, 0.37), (0.37, -7.0), (-20_000.0, 0.37)])
SEVERAL = st.lists(shapes.polygons(), max_size=3)


@quick(max_examples=40)
@given(world=worlds())
def test_every_parcel_is_told_once_and_its_parts_make_it_up(world: World, strategy: Path) -> None:
    """No row is lost; parts sum to the parcel within 0.01 m2 (0.001 m) and do not overlap."""
    check_every_part(world, strategy)


@quick(max_examples=40)
@given(world=worlds())
def test_a_high_part_lies_in_the_measures_it_relies_on(world: World, strategy: Path) -> None:
    """No buffer and no sliver of 1 m2 ever makes land High."""
    check_high_parts(world, strategy)


@quick(max_examples=20)
@given(world=worlds(), data=st.data())
def test_order_and_direction_change_nothing(world: World, data: st.DataObject, strategy: Path) -> None:
    """Rows in another order, rings the other way round and begun elsewhere."""
    check_order(world, strategy, data.draw(st.permutations(range(len(world.parcels)))))


@quick(max_examples=25)
@given(world=worlds(), by=MOVES)
def test_moving_everything_together_changes_nothing(
    world: World, by: tuple[float, float], strategy: Path
) -> None:
    """By whole metres and by odd ones."""
    check_moved(world, strategy, by)


@quick(max_examples=25)
@given(world=worlds(), extra=shapes.polygons())
def test_one_more_consistent_measure_never_makes_less_high(
    world: World, extra: BaseGeometry, strategy: Path
) -> None:
    """Nothing stacks, and nothing is taken away."""
    check_added(world, strategy, extra)


@quick(max_examples=80)
@given(world=worlds(areal=True), at=PLACES)
def test_splitting_a_parcel_by_hand_conserves_its_overlaps(world: World, at: float) -> None:
    """What the halves overlap is what the whole overlaps."""
    check_split_by_hand(world, at)


@quick(max_examples=200)
@given(
    parcel=st.one_of(shapes.polygons(), shapes.lines(), shapes.groves()),
    strong=SEVERAL,
    weak=SEVERAL,
    zone=shapes.polygons(),
)
def test_a_cut_makes_up_the_parcel(
    parcel: BaseGeometry, strong: list[BaseGeometry], weak: list[BaseGeometry], zone: BaseGeometry
) -> None:
    """Areas, lines and trees, with covers that overlap and a zone that claims a part."""
    check_cut(parcel, strong, weak, zone)


@quick(max_examples=150)
@given(parcel=shapes.polygons(), by=st.sampled_from([1e-3, 1e-5, 1e-7, 1e-9]), turn=st.integers(0, 7))
def test_a_copy_moved_by_a_hair_leaves_no_trace(parcel: BaseGeometry, by: float, turn: int) -> None:
    """Nearly coincident edges conserve the parcel; slivers are told."""
    angle = turn * np.pi / 4
    moved = affinity.translate(parcel, by * np.cos(angle), by * np.sin(angle))
    check_cut(parcel, [moved], [], shapely.box(EAST - 999, NORTH - 999, EAST + 999, NORTH + 999))


def test_a_frame_that_remembers_a_grid_is_not_rounded_to_it(strategy: Path) -> None:
    """Shapes of a frame may carry a precision; the program works in full precision all the same."""
    parcel = shapely.Polygon([(EAST, NORTH), (EAST + 10, NORTH), (EAST + 10, NORTH + 7)])
    measure = shapely.box(EAST + 3, NORTH, EAST + 20, NORTH + 10)
    coarse = World((("area", "Created", parcel),), (("M0", "yes", measure),)).changed(
        lambda shape: shapely.set_precision(shape, 1.0)
    )
    parts = assess(coarse, strategy).parts
    assert sorted(parts.loc[parts["stage"] == "post", "size_m"]) == pytest.approx([3.15, 31.85], abs=0.01)


@pytest.mark.slow
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds(), data=st.data(), by=MOVES, extra=shapes.polygons(), at=PLACES)
def test_all_of_it_on_many_worlds(
    world: World, data: st.DataObject, by: tuple[float, float], extra: BaseGeometry, at: float, strategy: Path
) -> None:
    """The same checks, on worlds that are drawn anew each time."""
    check_every_part(world, strategy)
    check_high_parts(world, strategy)
    check_order(world, strategy, data.draw(st.permutations(range(len(world.parcels)))))
    check_moved(world, strategy, by)
    check_added(world, strategy, extra)
    check_split_by_hand(world, at)


@pytest.mark.slow
@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    parcel=st.one_of(shapes.polygons(), shapes.lines(), shapes.groves()),
    strong=SEVERAL,
    weak=SEVERAL,
    zone=shapes.polygons(),
)
def test_cuts_of_many_parcels(
    parcel: BaseGeometry, strong: list[BaseGeometry], weak: list[BaseGeometry], zone: BaseGeometry
) -> None:
    """The same check of `cut`, on shapes that are drawn anew each time."""
    check_cut(parcel, strong, weak, zone)
