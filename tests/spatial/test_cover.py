"""Which measures a High part relies on (rules 2.6); worked out by hand."""

from shapely import LineString, MultiPoint, Point, Polygon, box

from lnrs_geo.spatial.cover import greedy_cover

PART = box(0, 0, 100, 10)


def test_the_largest_comes_first_and_the_rest_only_for_what_is_left() -> None:
    """B covers 60 m, then C adds 25 m where A adds 20 m; A still adds 15 m; D adds nothing."""
    measures = {
        "A": box(80, 0, 100, 10),
        "B": box(0, 0, 60, 10),
        "C": box(60, 0, 85, 10),
        "D": box(10, 0, 50, 10),
    }
    assert greedy_cover(PART, measures) == ["B", "C", "A"]


def test_ties_go_by_id() -> None:
    """Two measures of equal size: the lower id first, in whatever order they are given."""
    west, east = box(0, 0, 50, 10), box(50, 0, 100, 10)
    assert greedy_cover(PART, {"M2": west, "M1": east}) == ["M1", "M2"]
    assert greedy_cover(PART, {"M1": west, "M2": east}) == ["M1", "M2"]
    assert greedy_cover(PART, {"M2": PART, "M1": PART}) == ["M1"]


def test_a_tie_is_one_after_what_is_already_covered() -> None:
    """After B both A and C would add 20 m."""
    measures = {"C": box(40, 0, 80, 10), "A": box(80, 0, 100, 10), "B": box(0, 0, 60, 10)}
    assert greedy_cover(PART, measures) == ["B", "A", "C"]


def test_a_measure_that_only_touches_is_not_relied_on() -> None:
    """Neither is one that lies elsewhere; it ends though the part is not covered."""
    measures = {"A": box(100, 0, 120, 10), "B": box(0, 0, 60, 10), "C": box(500, 0, 600, 10)}
    assert greedy_cover(PART, measures) == ["B"]
    assert greedy_cover(PART, {}) == []
    assert greedy_cover(PART, {"A": Polygon()}) == []


def test_lines_and_trees_on_the_edge_rely_on_the_measure() -> None:
    """On the edge is in."""
    field = box(0, 0, 100, 10)
    assert greedy_cover(LineString([(0, 10), (100, 10)]), {"A": field}) == ["A"]
    assert greedy_cover(Point(100, 10), {"A": field, "B": box(200, 0, 210, 10)}) == ["A"]
    two = {"A": box(0, 0, 40, 10), "B": box(0, 0, 100, 10)}
    assert greedy_cover(LineString([(0, 5), (100, 5)]), two) == ["B"]
    assert greedy_cover(
        MultiPoint([(1, 1), (60, 1), (70, 1)]), {"A": box(0, 0, 40, 10), "B": box(50, 0, 99, 10)}
    ) == [
        "B",
        "A",
    ]
