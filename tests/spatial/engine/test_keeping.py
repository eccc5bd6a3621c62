"""Kept squares: never a wrong answer, at worst a square cut anew."""

from pathlib import Path

import numpy as np
import pytest
import shapely

pytest.importorskip("numba", reason="the engine needs the extra `fast`")

from lnrs_geo.cache import Cache
from lnrs_geo.spatial import engine
from lnrs_geo.spatial.engine import ground as ground_module
from lnrs_geo.spatial.engine import keeping
from lnrs_geo.spatial.engine.squares import square_of
from tests.spatial.engine.test_engine import EAST, NORTH, arrays, assert_alike

LABELS = ["measure 0", "measure 1", "measure 2"]
PARCELS = arrays([shapely.box(EAST + x, NORTH + 5, EAST + x + 40, NORTH + 45) for x in range(0, 400, 37)])


def mapped(*, moved: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    boxes = [
        shapely.box(EAST + x + moved, NORTH, EAST + x + 70 + moved, NORTH + 30) for x in range(0, 400, 60)
    ]
    return arrays(boxes), np.arange(len(boxes)) // 3


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the squares that are cut, the united land of overlapping polygons not among them."""
    made: list[int] = []

    def counted(outlines: object, corner: object) -> object:
        made.append(1)
        return square_of(outlines, corner)

    monkeypatch.setattr(ground_module, "square_of", counted)
    return made


def run(cache: Cache, polygons: np.ndarray, groups: np.ndarray) -> None:
    assert_alike(PARCELS, polygons, groups, keep=True, cache=cache)


def test_the_second_run_cuts_nothing(tmp_path: Path, cuts: list[int]) -> None:
    run(Cache(tmp_path), *mapped())
    assert cuts
    cuts.clear()
    run(Cache(tmp_path), *mapped())
    assert not cuts


@pytest.mark.parametrize("far", [False, True])
def test_polygons_that_are_not_opened_do_no_harm_where_no_parcel_is(
    tmp_path: Path, cuts: list[int], far: bool
) -> None:
    polygons, groups = mapped()
    x, side = (EAST + 3_000, 50) if far else (EAST, 90)
    extra = shapely.box(x, NORTH, x + side, NORTH + side)
    run(Cache(tmp_path), arrays([*polygons, extra]), np.append(groups, 1))
    cuts.clear()
    run(Cache(tmp_path), polygons, groups)
    assert bool(cuts) is not far


def test_a_changed_layer_is_cut_anew(tmp_path: Path, cuts: list[int]) -> None:
    run(Cache(tmp_path), *mapped())
    cuts.clear()
    run(Cache(tmp_path), *mapped(moved=1e-7))
    assert cuts


def test_a_layer_with_one_polygon_more_is_cut_anew(tmp_path: Path, cuts: list[int]) -> None:
    polygons, groups = mapped()
    run(Cache(tmp_path), polygons[:-1], groups[:-1])
    cuts.clear()
    run(Cache(tmp_path), polygons, groups)
    assert cuts


def test_polygons_that_count_in_another_measure_are_cut_anew(tmp_path: Path) -> None:
    polygons, groups = mapped()
    run(Cache(tmp_path), polygons, groups)
    run(Cache(tmp_path), polygons, np.flip(groups).copy())
    run(Cache(tmp_path), polygons, np.zeros_like(groups))


def test_a_polygon_that_is_there_twice(tmp_path: Path, cuts: list[int]) -> None:
    polygons, groups = mapped()
    twice = np.concatenate([polygons, polygons[:2]]), np.concatenate([groups, groups[:2]])
    run(Cache(tmp_path), *twice)
    cuts.clear()
    run(Cache(tmp_path), *twice)
    assert not cuts
    run(Cache(tmp_path), polygons, groups)


def square_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.kept"))


@pytest.mark.parametrize("harm", ["cut off", "the head", "empty", "another format", "gone"])
def test_a_damaged_square_is_cut_anew(
    tmp_path: Path, cuts: list[int], monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    run(Cache(tmp_path), *mapped())
    for path in square_files(tmp_path):
        data = bytearray(path.read_bytes())
        if harm == "cut off":
            data = data[:-40]
        elif harm == "the head":
            data[60] ^= 1
        elif harm == "empty":
            data = bytearray()
        path.write_bytes(bytes(data))
        if harm == "gone":
            path.unlink()
    if harm == "another format":
        monkeypatch.setattr(keeping, "FORMAT", "another")
    cuts.clear()
    run(Cache(tmp_path), *mapped())
    assert cuts


def test_every_byte_of_a_square_is_checked(tmp_path: Path) -> None:
    run(Cache(tmp_path), *mapped())
    path = square_files(tmp_path)[0]
    sound = path.read_bytes()
    padding = 0
    for at in range(0, len(sound), max(1, len(sound) // 400)):
        data = bytearray(sound)
        data[at] ^= 0x10
        path.write_bytes(bytes(data))
        if keeping.load(path) is not None:
            assert sound[at] == 0  # filling between two arrays
            padding += 1
    assert padding < 60


def test_building_ahead_leaves_nothing_for_the_run(tmp_path: Path, cuts: list[int]) -> None:
    polygons, groups = mapped()
    cache = Cache(tmp_path)
    names = list(engine.build(engine.Layer(polygons, groups, LABELS, cache, "layer")))
    assert names == ["SK37"]
    cuts.clear()
    run(cache, polygons, groups)
    assert not cuts
    assert list(engine.build(engine.Layer(polygons, groups, LABELS, cache, "layer"))) == names
    assert not cuts


def test_building_ahead_for_an_area_alone(tmp_path: Path) -> None:
    polygons = arrays(
        [shapely.box(x, NORTH + 100, x + 100, NORTH + 200) for x in (EAST + 100, EAST + 20_100)]
    )
    groups = np.array([0, 1])
    area = arrays([shapely.box(EAST + 10, NORTH + 10, EAST + 5_000, NORTH + 5_000)])
    assert list(
        engine.build(engine.Layer(polygons, groups, LABELS, Cache(tmp_path), "layer"), area=area)
    ) == ["SK37"]


def test_a_cache_that_keeps_nothing(cuts: list[int]) -> None:
    run(Cache(None), *mapped())
    cuts.clear()
    run(Cache(None), *mapped())
    assert cuts
