"""Strategy areas and authorities crossed into lands that do not overlap; worked out by hand."""

from collections.abc import Sequence

import geopandas as gpd
import pytest
import shapely
from shapely import box
from shapely.geometry.base import BaseGeometry

from lnrs_geo.spatial.zones import Land, resolve
from tests.shapes import EAST, NORTH

Row = tuple[str, str, BaseGeometry | None]
NEAR = (EAST, NORTH, EAST + 100, NORTH + 100)


def block(x: float, y: float, width: float, height: float) -> BaseGeometry:
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def zones(*rows: Row) -> gpd.GeoDataFrame:
    columns = {"zone_id": [r[0] for r in rows], "kind": [r[1] for r in rows], "geom_state": "ok"}
    return gpd.GeoDataFrame(columns, geometry=[r[2] for r in rows], crs="EPSG:27700")


def sizes(lands: Sequence[Land]) -> list[tuple[str, str, float]]:
    """Return (LNRS, authority, m2) in the order of the lands, which never overlap."""
    for at, one in enumerate(lands):
        for other in lands[:at]:
            assert shapely.intersection(one.geometry, other.geometry).area < 1e-6
    return [(land.lnrs_id, land.authority, round(float(land.geometry.area), 3)) for land in lands]


def test_areas_are_crossed_with_authorities() -> None:
    """Land of one area in one authority, and what only one of them covers."""
    lands, issues = resolve(
        zones(("14", "", block(0, 0, 60, 100))),
        zones(("Ashby", "", block(-20, 0, 50, 100)), ("Bexley", "", block(30, 0, 70, 100))),
        near=NEAR,
    )
    assert sizes(lands) == [
        ("14", "Ashby", 3000), ("14", "Bexley", 3000), ("", "Ashby", 2000), ("", "Bexley", 4000),
    ]  # fmt: skip
    assert issues == []


def test_one_of_the_two_may_be_absent() -> None:
    """Then its name is empty; with neither there is no land."""
    frame = zones(("14", "", block(0, 0, 10, 10)))
    assert sizes(resolve(frame, None, near=NEAR)[0]) == [("14", "", 100)]
    assert sizes(resolve(None, frame, near=NEAR)[0]) == [("", "14", 100)]
    assert resolve(None, None, near=NEAR) == ([], [])


def test_a_park_takes_precedence_over_districts_without_an_issue() -> None:
    """It comes first among the lands too, so that a tree on its edge is the park's."""
    lands, issues = resolve(
        None,
        zones(
            ("Ashby", "", block(0, 0, 100, 100)),
            ("Zeal National Park", "national-park", block(50, 0, 100, 100)),
        ),
        near=NEAR,
    )
    assert sizes(lands) == [("", "Zeal National Park", 10000), ("", "Ashby", 5000)]
    assert issues == []


def test_a_development_corporation_does_too() -> None:
    """And of a park and a corporation that overlap the lower name has it, with an issue."""
    lands, issues = resolve(
        None,
        zones(
            ("Ashby", "", block(0, 0, 100, 100)),
            ("Moor National Park", "national-park", block(0, 0, 40, 100)),
            ("Dock Corporation", "development-corporation", block(30, 0, 30, 100)),
        ),
        near=NEAR,
    )
    assert sizes(lands) == [
        ("", "Dock Corporation", 3000),
        ("", "Moor National Park", 3000),
        ("", "Ashby", 4000),
    ]
    assert [(one.code, one.feature, one.value) for one in issues] == [
        ("authorities-overlap", "Moor National Park", "1000.00")
    ]


def test_any_other_overlap_is_an_issue_and_goes_to_the_lowest_id() -> None:
    """Whatever the order of the rows."""
    rows = [("Bexley", "", block(40, 0, 60, 100)), ("Ashby", "", block(0, 0, 50, 100))]
    for frame in (zones(*rows), zones(*rows[::-1])):
        lands, issues = resolve(None, frame, near=NEAR)
        assert sizes(lands) == [("", "Ashby", 5000), ("", "Bexley", 5000)]
        assert [(one.code, one.feature, one.value) for one in issues] == [
            ("authorities-overlap", "Bexley", "1000.00")
        ]


def claims(lands: Sequence[Land]) -> dict[tuple[str, ...], float]:
    """Return m2 by the LNRSs that claim it; the lowest of them names the land."""
    assert all(not land.claimed_by or land.claimed_by[0] == land.lnrs_id for land in lands)
    found: dict[tuple[str, ...], float] = {}
    for (lnrs_id, _, size), land in zip(sizes(lands), lands, strict=True):
        names = land.claimed_by or (lnrs_id,)
        found[names] = found.get(names, 0.0) + size
    return found


def test_land_that_two_strategy_areas_claim_is_land_of_its_own() -> None:
    """It bears the lower id, stands before the rest of that one's land, and no `kind` gives it away."""
    rows = [("22", "national-park", block(0, 0, 50, 100)), ("9", "", block(40, 0, 60, 100))]
    for frame in (zones(*rows), zones(*rows[::-1])):
        lands, issues = resolve(frame, None, near=NEAR)
        assert claims(lands) == {("9", "22"): 1000, ("9",): 5000, ("22",): 4000}
        assert [land.claimed_by for land in lands] == [("9", "22"), (), ()]
        assert [(one.code, one.feature, one.value) for one in issues] == [("areas-overlap", "22", "1000.00")]
        assert "LNRS 9 and LNRS 22 overlap by 1000.0 m2" in issues[0].message


def test_three_strategy_areas_that_overlap() -> None:
    """Land is told apart by all that claim it, and crossed with authorities like any other."""
    areas = zones(
        ("1", "", block(0, 0, 60, 100)), ("2", "", block(40, 0, 60, 100)), ("3", "", block(0, 0, 100, 20))
    )
    lands, issues = resolve(areas, None, near=NEAR)
    assert claims(lands) == {
        ("1", "2", "3"): 400, ("1", "2"): 1600, ("1", "3"): 800, ("2", "3"): 800, ("1",): 3200, ("2",): 3200,
    }  # fmt: skip
    assert sorted(one.value for one in issues) == ["1200.00", "1200.00", "2000.00"]
    crossed, _ = resolve(areas, zones(("Ashby", "", block(-10, -10, 60, 120))), near=NEAR)
    assert {names: size for names, size in claims(crossed).items() if names != ("",)} == claims(lands)
    here = {land.claimed_by: land.geometry.area for land in crossed if land.authority == "Ashby"}
    assert here[("1", "2")] == pytest.approx(800)


@pytest.mark.parametrize(
    ("overlap", "contested"),
    [
        pytest.param(block(50, 0, 0.4, 2), False, id="under 1 m2"),
        pytest.param(block(50, 0, 0.6, 2), True, id="over 1 m2"),
        pytest.param(
            shapely.union(block(50, 0, 0.4, 2), block(50, 50, 0.4, 2)), False, id="two pieces under 1 m2"
        ),
        pytest.param(block(50, 0, 0.009, 500), False, id="a needle"),
        pytest.param(block(50, 0, 0.011, 500), True, id="a strip"),
    ],
)
def test_slivers_between_strategy_areas_are_nobodys_quarrel(overlap: BaseGeometry, contested: bool) -> None:
    """They stay with the lower id, and nothing is said of them."""
    one, other = block(0, 0, 50, 500), block(50, 0, 50, 500)
    lands, issues = resolve(
        zones(("14", "", shapely.union(one, overlap)), ("22", "", other)), None, near=NEAR
    )
    assert [one.code for one in issues] == (["areas-overlap"] if contested else [])
    found = claims(lands)
    assert (("14", "22") in found) == contested
    assert found["14",] == pytest.approx(25000 + (0 if contested else overlap.area), abs=0.001)
    assert sum(found.values()) == pytest.approx(50000, abs=0.001)


@pytest.mark.parametrize(("overlap_m", "told"), [(0.0049, False), (0.0051, True)])
def test_half_a_square_metre_of_overlap_is_not_worth_telling(overlap_m: float, told: bool) -> None:
    """It is still claimed once."""
    lands, issues = resolve(
        None,
        zones(("Ashby", "", block(0, 0, 50, 100)), ("Bexley", "", block(50 - overlap_m, 0, 50, 100))),
        near=NEAR,
    )
    assert sum(land.geometry.area for land in lands) == pytest.approx(10000 - 100 * overlap_m, abs=0.01)
    assert sizes(lands)[0] == ("", "Ashby", 5000)
    assert bool(issues) == told


def test_several_rows_of_one_id_are_one_land() -> None:
    """Overlapping rows of it are no overlap worth telling."""
    lands, issues = resolve(
        zones(("14", "", block(0, 0, 60, 50)), ("14", "", block(40, 0, 60, 50))), None, near=NEAR
    )
    assert sizes(lands) == [("14", "", 5000)]
    assert issues == []


def test_land_far_from_the_parcels_is_left_out() -> None:
    """So is a row without geometry; a land that reaches the parcels is clipped a kilometre off."""
    lands, _ = resolve(
        zones(("14", "", block(-9e5, -9e5, 2e6, 2e6)), ("15", "", None)),
        zones(("Far", "", block(50_000, 0, 10, 10))),
        near=NEAR,
    )
    assert sizes(lands) == [("14", "", 2100.0**2)]


def test_whoever_has_an_id_comes_before_nobody() -> None:
    """The first land has a line on an edge: an area before none, an authority before none."""
    lands, _ = resolve(
        zones(("14", "", block(0, 0, 50, 100))), zones(("Ashby", "", block(25, 0, 50, 100))), near=NEAR
    )
    assert [(land.lnrs_id, land.authority) for land in lands] == [("14", "Ashby"), ("14", ""), ("", "Ashby")]
