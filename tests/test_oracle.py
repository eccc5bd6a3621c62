"""The oracle itself: cases whose answer was worked out by hand."""

import pytest
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from tests.oracle import (
    STRATEGY_ID,
    Case,
    Key,
    MappedPolygon,
    Parcel,
    PartAnswer,
    Row,
    Zone,
    answers,
    stage_rows,
    verdict,
)
from tests.random_cases import EAST, NORTH, SEALED

MEADOW = "Grassland - Other neutral grassland"
HIGH = ("High", "decided", STRATEGY_ID, "")
LOW = ("Low", "decided", STRATEGY_ID, "")
OPEN = ("Low", "provisional", STRATEGY_ID, "")
YES = Row("M1", "area", MEADOW, "create", "yes", "published")
EVERYWHERE = Zone(STRATEGY_ID, "", box(EAST - 100, NORTH - 100, EAST + 300, NORTH + 300))


def at(*corners: tuple[float, float]) -> list[tuple[float, float]]:
    """Corners given from the south-west corner of the world."""
    return [(EAST + x, NORTH + y) for x, y in corners]


def oblong(x: float, y: float, width: float, height: float) -> Polygon:
    """A rectangle given from the south-west corner of the world."""
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def meadow(shape: BaseGeometry, retention: str = "Created") -> Parcel:
    """A parcel of created meadow."""
    return Parcel("P1", "area", retention, "", MEADOW, shape)


def mapped(shape: BaseGeometry, measure_id: str = "M1", eligible: str = "") -> MappedPolygon:
    """A location of a measure."""
    return MappedPolygon(f"L-{measure_id}", measure_id, eligible, shape)


def post(case: Case) -> dict[Key, PartAnswer]:
    """Parts of the first parcel after the development."""
    return answers(case)[case.parcels[0].parcel_ref, "post"].parts


def sizes(case: Case) -> dict[Key, float]:
    """Sizes of those parts, to the tenth of a millimetre."""
    return {key: round(part.size, 4) for key, part in post(case).items()}


def row(verdict: str = "yes", habitat: str = MEADOW, status: str = "published", **other: object) -> Row:
    """A crosswalk row of measure M1 for areas and both interventions."""
    fields = {"measure_id": "M1", "module": "area", "intervention": "either", **other}
    return Row(habitat=habitat, verdict=verdict, status=status, **fields)  # type: ignore[arg-type]


DECLARED = row("", "", complete=True)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "open"),
        ([row()], "yes"),
        ([row(status="confirmed")], "yes"),
        ([row(status="proposed")], "open"),
        ([row("no")], "inconsistent"),
        ([row("no", status="proposed")], "open"),
        ([row("conditional")], "open"),
        ([row(), row("no")], "open"),
        ([row(), row("no", status="confirmed")], "open"),
        ([row(), row("no", status="proposed")], "yes"),
        ([row("no", "Grassland - *"), row()], "yes"),
        ([row("yes", "Grassland - *"), row("no")], "inconsistent"),
        ([row("yes", "*"), row("no", "Grassland - *")], "inconsistent"),
        ([row("yes", "*"), row("no", status="proposed")], "yes"),
        ([row("yes", "Heathland and shrub - *")], "open"),
        ([row(), row("no", "*")], "not-eligible"),
        ([row(), row("no", "*", status="proposed")], "yes"),
        ([row("yes", module="hedgerow")], "open"),
        ([row("yes", intervention="enhance")], "open"),
        ([row("yes", intervention="create")], "yes"),
        ([DECLARED], "not-listed"),
        ([DECLARED, row()], "yes"),
        ([DECLARED, row("yes", "Grassland - Modified grassland")], "not-listed"),
        ([DECLARED, row("yes", intervention="enhance")], "not-listed"),
        ([DECLARED, row(status="proposed")], "open"),
        ([row("", "", status="proposed", complete=True)], "open"),
        ([row("", "", module="hedgerow", complete=True)], "open"),
        ([row("yes", measure_id="M2")], "open"),
    ],
)
def test_verdict_follows_the_ranking(rows: list[Row], expected: str) -> None:
    """Firm rows come before proposed ones, exact names before broad types, not eligible before all."""
    case = Case("hand", (), (mapped(oblong(0, 0, 1, 1)),), tuple(rows))
    found = verdict(case, case.measures[0], module="area", habitat=MEADOW, intervention="create")
    assert found == expected


def test_the_flag_of_the_layer_beats_every_row() -> None:
    """A polygon flagged as not eligible is never a yes."""
    case = Case("hand", (), (mapped(oblong(0, 0, 1, 1), eligible="no"),), (YES,))
    found = verdict(case, case.measures[0], module="area", habitat=MEADOW, intervention="create")
    assert found == "not-eligible"


def test_a_parcel_half_inside_a_consistent_measure_is_split() -> None:
    """Half of a square is High, the other half Low."""
    parcel, measure = meadow(oblong(0, 0, 100, 100)), mapped(oblong(50, -10, 100, 200))
    case = Case("hand", (parcel,), (measure,), (YES,), (EVERYWHERE,))
    assert sizes(case) == {HIGH: 5000, LOW: 5000}
    assert post(case)[HIGH].measures == {frozenset({"M1"})}
    assert post(case)[LOW].reasons == {"unmapped"}


def test_yes_beats_open_beats_no_where_measures_overlap() -> None:
    """Three strips overlap: yes wins, then open, then the final no."""
    rows = (YES, row("no", measure_id="M2"))
    measures = (
        mapped(oblong(0, 0, 20, 100)),
        mapped(oblong(10, 0, 30, 100), "M3"),
        mapped(oblong(30, 0, 30, 100), "M2"),
    )
    case = Case("hand", (meadow(oblong(0, 0, 100, 100)),), measures, rows, (EVERYWHERE,))
    assert sizes(case) == {HIGH: 2000, OPEN: 2000, LOW: 6000}
    assert post(case)[LOW].reasons == {"inconsistent"}
    assert post(case)[OPEN].reasons == {"open-verdict"}


def test_without_an_area_unmapped_land_and_open_land_are_one_part() -> None:
    """Land of unknown coverage joins open land; the reason nearest to High is shown."""
    measures = (mapped(oblong(0, 0, 10, 100), "M2"), mapped(oblong(50, 0, 10, 100), "M3", eligible="no"))
    case = Case("hand", (meadow(oblong(0, 0, 100, 100)),), measures)
    assert sizes(case) == {OPEN: 9000, LOW: 1000}
    assert post(case)[OPEN].reasons == {"open-verdict"}
    assert post(case)[LOW].reasons == {"not-eligible"}
    bare = Case("hand", (meadow(oblong(0, 0, 10, 10)),))
    assert post(bare)[OPEN].reasons == {"no-area-given"}


def test_land_of_another_strategy_is_provisional_whatever_the_measures_say() -> None:
    """A consistent measure decides nothing outside the strategy's own area."""
    areas = (Zone(STRATEGY_ID, "", oblong(0, 0, 30, 100)), Zone("22", "", oblong(30, 0, 30, 100)))
    case = Case("hand", (meadow(oblong(0, 0, 100, 100)),), (mapped(oblong(0, 0, 100, 100)),), (YES,), areas)
    other, outside = ("Low", "provisional", "22", ""), ("Low", "provisional", "", "")
    assert sizes(case) == {HIGH: 3000, other: 3000, outside: 4000}
    assert post(case)[other].reasons == {"lnrs-not-loaded"}
    assert post(case)[outside].reasons == {"outside-area"}


def test_a_national_park_takes_precedence_over_districts() -> None:
    """The park's square is cut out of both districts, and baselines are split too."""
    authorities = (
        Zone("Ashby", "", oblong(0, 0, 50, 100)),
        Zone("Bexley", "", oblong(50, 0, 50, 100)),
        Zone("Moorland National Park", "national-park", oblong(40, 0, 20, 50)),
    )
    parcel = Parcel("P1", "area", "Lost", MEADOW, "", oblong(0, 0, 100, 100))
    case = Case("hand", (parcel,), (), (), (EVERYWHERE,), authorities)
    found = answers(case)
    assert set(found) == {("P1", "baseline")}
    by_authority = {key[3]: part.size for key, part in found["P1", "baseline"].parts.items()}
    assert by_authority == {"Ashby": 4500, "Bexley": 4500, "Moorland National Park": 1000}


def test_slivers_join_their_longest_neighbour_and_islands_stay() -> None:
    """A strip of half a square metre is absorbed; an island of the same size keeps its answer."""
    parcel = MultiPolygon([oblong(0, 0, 10, 10), oblong(20, 0, 1, 0.5)])
    measure = MultiPolygon([oblong(9.95, -5, 5, 20), oblong(19, -1, 5, 5)])
    case = Case("hand", (meadow(parcel),), (mapped(measure),), (YES,), (EVERYWHERE,))
    assert sizes(case) == {LOW: 100, HIGH: 0.5}


def test_a_sliver_takes_the_answer_with_the_longer_edge() -> None:
    """An enclosed strip of 0.4 m2 goes to the open land on its long side, not to the High on its end."""
    measures = (mapped(oblong(0, 0, 5, 10)), mapped(oblong(5, 5, 5, 5), "M2"))
    shape = shapely.union_all([oblong(0, 0, 5, 10), oblong(5, 5, 5, 5), oblong(5, 4.9, 4, 0.1)])
    case = Case("hand", (meadow(shape),), measures, (YES,), (EVERYWHERE,))
    assert sizes(case) == {HIGH: 50, OPEN: 25.4}


def test_measures_are_relied_on_by_the_land_they_add() -> None:
    """The largest comes first, then what adds most; one that adds nothing is not relied on; ties by id."""
    measures = (
        mapped(oblong(0, 0, 60, 10), "M4"),
        mapped(oblong(0, 0, 55, 10), "M1"),
        mapped(oblong(50, 0, 50, 10), "M3"),
        mapped(oblong(50, 0, 50, 10), "M2"),
    )
    rows = tuple(row(measure_id=f"M{n}") for n in range(1, 5))
    case = Case("hand", (meadow(oblong(0, 0, 100, 10)),), measures, rows)
    assert post(case)[HIGH].measures == {frozenset({"M4", "M2"})}


def test_a_hole_of_a_measure_is_not_in_it() -> None:
    """Land in the hole is unmapped."""
    measure = oblong(0, 0, 100, 100).difference(oblong(40, 40, 20, 20))
    case = Case("hand", (meadow(oblong(30, 30, 40, 40)),), (mapped(measure),), (YES,), (EVERYWHERE,))
    assert sizes(case) == {HIGH: 1200, LOW: 400}


def test_a_line_on_an_edge_is_in_and_an_area_beside_it_is_not() -> None:
    """The stretch along the edge is High; the neighbouring parcel only touches."""
    hedge = Parcel("P1", "hedgerow", "Created", "", "Native hedgerow", LineString(at((0, 10), (100, 10))))
    rows = (row(habitat="Native hedgerow", module="hedgerow"), YES)
    measures = (mapped(oblong(20, 0, 30, 10)),)
    assert sizes(Case("hand", (hedge,), measures, rows, (EVERYWHERE,))) == {HIGH: 30, LOW: 70}
    beside = meadow(oblong(20, 10, 30, 10))
    assert sizes(Case("hand", (beside,), measures, rows, (EVERYWHERE,))) == {LOW: 300}


def test_a_tree_on_a_corner_is_in_and_takes_the_lower_authority() -> None:
    """A point on an edge belongs to the measure, and to the first of two authorities."""
    tree = Parcel("P1", "tree", "Created", "", "Individual trees - Urban tree", Point(*at((20, 10))))
    rows = (row(habitat="*", module="tree"),)
    authorities = (Zone("Bexley", "", oblong(0, 0, 20, 20)), Zone("Ashby", "", oblong(20, 0, 20, 20)))
    case = Case("hand", (tree,), (mapped(oblong(20, 10, 30, 10)),), rows, (), authorities)
    assert sizes(case) == {("High", "decided", STRATEGY_ID, "Ashby"): 1}


def test_a_tree_on_the_edge_of_two_strategies_takes_the_lower_id() -> None:
    """Whichever comes first in the file, the lower id has the point."""
    tree = Parcel("P1", "tree", "Created", "", "Individual trees - Urban tree", Point(*at((20, 10))))
    west, east = oblong(0, 0, 20, 20), oblong(20, 0, 20, 20)
    for other, lnrs_id, status in (("22", STRATEGY_ID, "decided"), ("11", "11", "provisional")):
        for mine, theirs in ((west, east), (east, west)):
            areas = (Zone(other, "", theirs), Zone(STRATEGY_ID, "", mine))
            assert sizes(Case("hand", (tree,), (), (), areas)) == {("Low", status, lnrs_id, ""): 1}
            assert sizes(Case("hand", (tree,), (), (), areas[::-1])) == {("Low", status, lnrs_id, ""): 1}


@pytest.mark.parametrize(
    ("retention", "module", "before", "after", "expected"),
    [
        ("Retained", "area", MEADOW, "", [("baseline", "baseline"), ("post", "retained")]),
        ("Enhanced", "area", MEADOW, MEADOW, [("baseline", "baseline"), ("post", "")]),
        ("Created", "area", "", MEADOW, [("post", "")]),
        ("Created", "area", "To be created", MEADOW, [("post", "")]),
        ("Created", "area", MEADOW, MEADOW, [("baseline", "baseline"), ("post", "")]),
        ("Created", "area", "N/A", "", [("post", "no-proposed-habitat")]),
        ("Created", "area", "N/A", SEALED, [("post", "scores-zero")]),
        ("Lost", "area", MEADOW, MEADOW, [("baseline", "baseline"), ("post", "")]),
        ("Lost", "area", MEADOW, "", [("baseline", "baseline")]),
        ("Lost", "hedgerow", "Native hedgerow", "Native hedgerow", [("baseline", "baseline")]),
        ("", "area", MEADOW, "", [("baseline", "baseline")]),
        ("", "area", MEADOW, MEADOW, [("baseline", "baseline"), ("post", "unclear-retention")]),
    ],
)
def test_retention_says_which_rows_there_are(
    retention: str, module: str, before: str, after: str, expected: list[tuple[str, str]]
) -> None:
    """Each category has its rows; an empty reason is a row that goes to the map."""
    parcel = Parcel("P1", module, retention, before, after, oblong(0, 0, 1, 1))
    assert [(r.stage, r.fixed[1] if r.fixed else "") for r in stage_rows(parcel)] == expected


def test_lost_ground_with_a_proposal_is_created_ground() -> None:
    """The post row of a lost area is looked up as a creation."""
    rows = stage_rows(Parcel("P1", "area", "Lost", MEADOW, MEADOW, oblong(0, 0, 1, 1)))
    assert (rows[1].retention, rows[1].intervention) == ("Created", "create")


def test_sealed_surface_is_low_everywhere() -> None:
    """A habitat that scores nothing is decided outside the area and inside a measure alike."""
    parcel = Parcel("P1", "area", "Created", "", SEALED, oblong(0, 0, 100, 10))
    areas = (Zone(STRATEGY_ID, "", oblong(0, 0, 50, 50)),)
    case = Case("hand", (parcel,), (mapped(oblong(0, 0, 100, 100)),), (row(habitat="*"),), areas)
    assert sizes(case) == {LOW: 500, ("Low", "decided", "", ""): 500}
