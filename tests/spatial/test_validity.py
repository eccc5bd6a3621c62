"""Invalid geometry is put right, and what the repair changed is told."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from lnrs_geo.spatial.validity import _reading, hull_of_invalid, issues_of, repair


def repaired(*texts: str | None) -> tuple[list[shapely.Geometry | None], list[str], list]:
    """Repair geometries given as WKT."""
    raw = np.array([None if text is None else shapely.from_wkt(text) for text in texts], dtype=object)
    mended, states, repairs = repair(raw)
    return list(mended), [str(state) for state in states], repairs


def test_valid_geometry_comes_back_as_it_was() -> None:
    """What is valid is the same object, state ok, without a word."""
    box = shapely.box(0, 0, 1, 1)
    mended, states, repairs = repair(np.array([box], dtype=object))
    assert mended[0] is box
    assert (list(states), repairs) == (["ok"], [])


@pytest.mark.parametrize("text", [None, "POLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY"])
def test_null_and_empty_are_missing(text: str | None) -> None:
    """A null and an empty geometry are one: missing, and None."""
    mended, states, repairs = repaired(text)
    assert (mended, states, len(repairs)) == ([None], ["missing"], 1)


def test_bow_tie_is_changed_and_names_its_crossing() -> None:
    """A bow-tie tells reason, place and change, for nobody knows which land was meant."""
    mended, states, (fact,) = repaired("POLYGON ((0 0, 30 30, 30 0, 0 10, 0 0))")
    assert states == ["changed"]
    assert fact.reason == "Self-intersection"
    assert (fact.easting, fact.northing) == pytest.approx((7.5, 7.5))
    # Both triangles together against their difference, by hand: 37.5 + 337.5 - 300
    assert mended[0].area == pytest.approx(375.0)
    assert fact.change_m2 == pytest.approx(75.0)


def test_spike_is_repaired_without_change() -> None:
    """A spike of no width changes no area: repaired, not changed."""
    mended, states, (fact,) = repaired("POLYGON ((0 0, 0 10, 10 10, 10 0, 5 0, 5 -3, 5 0, 0 0))")
    assert (mended[0].area, states, fact.change_m2) == (100.0, ["repaired"], 0.0)
    assert mended[0].geom_type == "Polygon"


@pytest.mark.parametrize(
    ("side_m", "change_m2", "state"),
    [(1000, 0.9, "repaired"), (1000, 1.1, "changed"), (10, 0.09, "repaired"), (10, 0.11, "changed")],
)
def test_both_limits_of_a_harmless_change(side_m: float, change_m2: float, state: str) -> None:
    """Beyond 1 m2, or beyond a thousandth of the area, a repair is a change."""
    # A bow-tie of 1 m on the square's edge: its two triangles cancel out in the raw area
    bow = [(side_m, 0), (side_m + 1, 2 * change_m2), (side_m + 1, 0), (side_m, 2 * change_m2)]
    ring = shapely.polygons([(0, 0), *bow, (side_m, side_m), (0, side_m), (0, 0)])
    _, states, (fact,) = repair(np.array([ring], dtype=object))
    assert fact.change_m2 == pytest.approx(change_m2)
    assert str(states[0]) == state


def test_both_readings_are_compared() -> None:
    """The reading further from the raw area counts: even-odd drops an overlap that the other keeps."""
    two = shapely.multipolygons([shapely.box(0, 0, 10, 10), shapely.box(5, 1, 15, 9)])
    mended, states, (fact,) = repair(np.array([two], dtype=object))
    assert mended[0].area == pytest.approx(140.0)
    # Raw 180; the structure method gives 140, the linework method 100
    assert (str(states[0]), fact.change_m2) == ("changed", pytest.approx(80.0))


@pytest.mark.parametrize(
    "text", ["LINESTRING (1 1, 1 1)", "POLYGON ((0 0, 5 5, 0 0, 0 0))", "MULTILINESTRING ((1 1, 1 1))"]
)
def test_degenerate_geometry_is_unreadable(text: str) -> None:
    """Lines of one point and polygons of two never crash: they hold nothing."""
    mended, states, repairs = repaired(text)
    assert (mended, states, len(repairs)) == ([None], ["unreadable"], 1)


def test_infinite_coordinates_are_unreadable() -> None:
    """A coordinate that is no number cannot be repaired."""
    line = shapely.linestrings([[0.0, 0.0], [np.inf, 1.0]])
    mended, states, _ = repair(np.array([line], dtype=object))
    assert (mended[0], str(states[0])) == (None, "unreadable")


def test_only_the_polygons_of_a_collection_stay() -> None:
    """A collection keeps its highest dimension and names what it lost."""
    mended, states, (fact,) = repaired(
        "GEOMETRYCOLLECTION (POLYGON ((0 0, 0 1, 1 1, 1 0, 0 0)), LINESTRING (0 0, 5 5))"
    )
    assert (mended[0].geom_type, states) == ("Polygon", ["repaired"])
    assert "LineString" in fact.reason


def test_line_with_a_dead_piece_keeps_the_rest() -> None:
    """A multiline loses its piece of no length and stays a line."""
    mended, states, _ = repaired("MULTILINESTRING ((0 0, 5 5), (1 1, 1 1))")
    assert (mended[0].geom_type, states) == ("LineString", ["repaired"])


def test_reading_that_is_invalid_itself_is_mended() -> None:
    """GEOS's structure method can return two parts that share an edge: united they still count."""
    twisted = shapely.from_wkt("POLYGON ((1 0, 1 1, 0 0, 0 1, 1 1, 0 0, 1 0))")
    reading = _reading(twisted, 2, method="structure")
    assert reading is not None
    assert (reading.is_valid, reading.area) == (True, pytest.approx(1.0))


def test_hull_takes_the_invalid_part_only() -> None:
    """The bow-tie counts with its hull, the sound square as it is."""
    bow_tie = shapely.polygons([[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]])
    notched = shapely.polygons([[20, 0], [30, 0], [30, 10], [25, 5], [20, 10], [20, 0]])
    assert hull_of_invalid(shapely.multipolygons([bow_tie, notched])).area == pytest.approx(100 + 75)


def test_hull_of_overlapping_sound_parts_takes_all() -> None:
    """Where each part is valid alone, every one counts with its hull."""
    notched = shapely.polygons([[20, 0], [30, 0], [30, 10], [25, 5], [20, 10], [20, 0]])
    over = shapely.box(20, 0, 30, 2)
    assert hull_of_invalid(shapely.multipolygons([notched, over])).area == pytest.approx(100.0)


def test_issues_name_feature_place_and_change() -> None:
    """Each repair becomes one issue at its feature, with the change in m2 as value."""
    _, _, repairs = repaired("POLYGON ((0 0, 30 30, 30 0, 0 10, 0 0))", None)
    changed, missing = issues_of(repairs, ["A", "B"], dataset="site.gpkg", layer="Habitats")
    assert (changed.code, changed.feature, changed.value) == ("geometry-changed", "A", "75.00")
    assert "7.50, 7.50" in changed.message
    assert (missing.code, missing.feature) == ("geometry-missing", "B")


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=3, max_size=9))
def test_whatever_is_drawn_comes_out_valid_or_not_at_all(corners: list[tuple[int, int]]) -> None:
    """No ring, however twisted, crashes the repair or leaves it invalid."""
    ring = shapely.polygons([*corners, corners[0]])
    mended, states, repairs = repair(np.array([ring], dtype=object))
    assert (mended[0] is None) == (str(states[0]) == "unreadable")
    assert mended[0] is None or (mended[0].is_valid and mended[0].area > 0)
    assert (str(states[0]) == "ok") == (not repairs)
    if str(states[0]) == "changed":
        assert hull_of_invalid(ring).buffer(1e-6).covers(mended[0])


def test_what_is_known_to_be_valid_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bow_tie = shapely.from_wkt("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))")
    square = shapely.box(0, 0, 1, 1)
    asked: list[int] = []
    is_valid = shapely.is_valid

    def counted(geometries: object) -> object:
        asked.append(np.size(geometries))
        return is_valid(geometries)

    monkeypatch.setattr(shapely, "is_valid", counted)
    shapes = np.array([square, bow_tie, None, square], dtype=object)
    mended, states, repairs = repair(shapes, valid=np.array([True, False, False, True]))
    assert asked[0] == 1
    assert [str(state) for state in states] == ["ok", "changed", "missing", "ok"]
    assert [fact.row for fact in repairs] == [1, 2]
    assert mended[0] is square
