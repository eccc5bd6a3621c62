"""The one wrapper of the spatial index."""

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lnrs_geo.spatial import index
from lnrs_geo.spatial.index import candidate_pairs
from tests.shapes import boxes

NAN = [np.nan] * 4


def pairs(left: list[list[float]], right: list[list[float]], margin_m: float = 0.0) -> list[tuple[int, int]]:
    found = candidate_pairs(np.array(left).reshape(-1, 4), np.array(right).reshape(-1, 4), margin_m=margin_m)
    return list(zip(*(rows.tolist() for rows in found), strict=True))


@pytest.fixture(params=[0, 1000], ids=["rtree", "few"], autouse=True)
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "FEW_PAIRS", request.param)


def test_boxes_that_share_an_edge_or_a_corner_meet() -> None:
    """A touch is a candidate; what is apart is none; the order is left, then right."""
    left = [[0, 0, 1, 1], [5, 5, 6, 6]]
    right = [[5, 4, 6, 5], [1, 0, 2, 1], [1, 1, 2, 2], [2.5, 0, 3, 1]]
    assert pairs(left, right) == [(0, 1), (0, 2), (1, 0)]


def test_rows_without_a_box_meet_nothing_and_keep_their_numbers() -> None:
    """Absent geometries have boxes of NaN; the rows after them are still called by their own number."""
    assert pairs([NAN, [0, 0, 1, 1]], [NAN, NAN, [0, 0, 1, 1]]) == [(1, 2)]
    assert pairs([NAN], [[0, 0, 1, 1]]) == []
    assert pairs([], [[0, 0, 1, 1]]) == []
    assert pairs([[0, 0, 1, 1]], []) == []


def test_the_margin_widens_every_side() -> None:
    """Two metres of margin reach two metres and no more."""
    sides = [[-3, 0, -2, 1], [3, 0, 4, 1], [0, -3, 1, -2], [0, 3, 1, 4], [3.01, 0, 4, 1]]
    assert pairs([[0, 0, 1, 1]], sides, margin_m=2.0) == [(0, 0), (0, 1), (0, 2), (0, 3)]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(left=st.lists(boxes(), max_size=12), right=st.lists(boxes(), max_size=12))
def test_it_agrees_with_another_index(left: list[shapely.Geometry], right: list[shapely.Geometry]) -> None:
    """The pairs are those of shapely's own tree."""
    tree = shapely.STRtree(right)
    expected = sorted(zip(*(rows.tolist() for rows in tree.query(left)), strict=True)) if left else []
    found = pairs(shapely.bounds(left).tolist(), shapely.bounds(right).tolist())
    assert found == expected
