"""A row is joined to the parcel of its own reference, or to none, with the reason told."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.workbook.joining import NO_REFERENCE, Joined, Parcel, join
from lnrs_geo.workbook.metric_file import open_metric
from lnrs_geo.workbook.metric_rows import MetricRow, read_rows
from tests.workbook.metric_maker import Maker, cell

GRASS = "Grassland - Modified grassland"


def parcel(ref: str = "P1", *, parts: Sequence[Mapping[str, Any]] = ({},), **said: Any) -> Parcel:
    """Return a created area parcel of one hectare, unless something else is said."""
    whole = {
        "parcel_ref": ref, "module": "area", "stage": "post", "retention": "Created", "habitat": GRASS, "size": 1.0,
        "size_unit": "ha", "location": "", "source": "p.gpkg|Habitats",
    } | said  # fmt: skip
    part = {
        "status": "decided",
        "strat_sig": "Low",
        "regime": "table-7",
        "regime_rule": "P2",
        "size_unit": "ha",
    }
    return Parcel(whole, [{"size": whole["size"], **part, **own} for own in parts])


def joined(
    tmp_path: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], *parcels: Parcel
) -> tuple[list[MetricRow], Joined]:
    found, _ = read_rows(open_metric(Maker(rows).save(tmp_path / "metric.xlsx")))
    return found, join(found, parcels, dataset="metric.xlsx")


def test_each_row_finds_the_parcel_of_its_reference(tmp_path: Path) -> None:
    """Order, case, blanks and numbers for text make no difference; another reference does."""
    rows = {"A-2": [{"habitat_reference": ref} for ref in ("h 2", "H1", 7, "H3")]}
    one, two, seven = parcel("H1"), parcel("H  2"), parcel("7")
    _, found = joined(tmp_path, rows, one, two, seven)
    assert {at: found.parcel_of[at].record["parcel_ref"] for at in found.parcel_of} == {
        0: "H  2",
        1: "H1",
        2: "7",
    }
    assert found.why_not == {3: "No parcel bears the reference 'H3'."}
    assert found.unlisted == []


@pytest.mark.parametrize("nothing", ["", "N/A", "-", "TBC"])
def test_a_row_without_a_reference_is_joined_to_nothing(tmp_path: Path, nothing: str) -> None:
    """Its number in the sheet is no reference: parcel 1 need not be row 1."""
    _, found = joined(tmp_path, {"A-2": [{"habitat_reference": nothing}]}, parcel("1"))
    assert (found.parcel_of, found.why_not) == ({}, {0: NO_REFERENCE})
    assert [why for _, why in found.unlisted] == ["No row of the metric names it."]


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        ("A-2", {"stage": "baseline"}, "is there as area baseline Created, the row is area post Created"),
        ("A-3", {}, "is there as area post Created, the row is area post Enhanced"),
        ("A-2", {"module": "hedgerow"}, "is there as hedgerow post Created"),
        ("B-2", {}, "is there as area post Created, the row is hedgerow post Created"),
        ("A-1", {}, "the row is area baseline"),
    ],
)
def test_a_reference_of_other_land_or_work_is_not_enough(
    tmp_path: Path, code: str, said: Mapping[str, Any], told: str
) -> None:
    """The answer of another stage, work or module would be a wrong one."""
    _, found = joined(tmp_path, {code: [{"habitat_reference": "P1"}]}, parcel(**said))
    assert found.parcel_of == {}
    assert told in found.why_not[0]
    assert [why for _, why in found.unlisted] == ["The metric names it, but not in a row that fits."]


def test_trees_stand_among_the_areas(tmp_path: Path) -> None:
    """A tree is a row of the habitat sheets, whose hectares say nothing of a count."""
    row = {"broad": "Individual trees", "habitat": "Rural tree", "habitat_reference": "T1", "size": 0.0041}
    tree = parcel("T1", module="tree", habitat="Individual trees - Rural tree", size=3.0)
    rows, found = joined(tmp_path, {"A-2": [row]}, tree)
    assert found.parcel_of == {0: tree}
    assert rows[0].module == "tree"
    assert found.issues == []


def test_another_habitat_is_not_joined(tmp_path: Path) -> None:
    """Whether it is consistent depends on the habitat, so the parcel's answer is not the row's."""
    rows, found = joined(
        tmp_path, {"A-2": [{"habitat": "Other neutral grassland", "habitat_reference": "P1"}]}, parcel()
    )
    assert found.parcel_of == {}
    assert [(one.code, one.field) for one in found.issues] == [
        ("workbook-habitat-differs", cell("A-2", "habitat"))
    ]
    assert found.issues[0].feature == rows[0].place["feature"]


def test_the_other_side_of_the_boundary_is_not_joined(tmp_path: Path) -> None:
    """An off-site sheet and a parcel that says On-site contradict each other."""
    _, found = joined(tmp_path, {"D-2": [{"habitat_reference": "P1"}]}, parcel(location="On-site"))
    assert found.parcel_of == {}
    assert [one.code for one in found.issues] == ["workbook-location-differs"]


def test_one_reference_on_both_sides_is_told_apart(tmp_path: Path) -> None:
    """On-site and off-site parcels may bear one reference; each row finds its own."""
    here, there = parcel(location="On-site"), parcel(location="Off-site")
    rows, found = joined(
        tmp_path, {code: [{"habitat_reference": "P1"}] for code in ("A-2", "D-2")}, there, here
    )
    assert [found.parcel_of[at].record["location"] for at, _ in enumerate(rows)] == ["On-site", "Off-site"]


def test_two_parcels_of_one_reference_are_not_guessed(tmp_path: Path) -> None:
    """Which of the two the row means cannot be told."""
    _, found = joined(
        tmp_path, {"A-2": [{"habitat_reference": "P1"}]}, parcel(), parcel(source="q.gpkg|Habitats")
    )
    assert found.parcel_of == {}
    assert [one.code for one in found.issues] == ["workbook-reference-repeated"]
    assert len(found.unlisted) == 2


TWO = ({"size": 0.6, "strat_sig": "High"}, {"size": 0.4})


def test_rows_of_a_split_parcel_are_told_by_their_sizes(tmp_path: Path) -> None:
    """A metric that has the parts already is held against each of them."""
    rows = {"A-2": [{"habitat_reference": "P1", "size": size} for size in (0.401, 0.595)]}
    _, found = joined(tmp_path, rows, parcel(parts=TWO))
    assert found.part_of == {0: 1, 1: 0}


@pytest.mark.parametrize("sizes", [(0.5, 0.5), (0.6, 0.6), (0.6, 0.3), (0.6, 0.4, 0.0)])
def test_rows_of_a_split_parcel_are_not_guessed(tmp_path: Path, sizes: Sequence[float]) -> None:
    """Where the sizes do not say which part a row is, none is joined."""
    rows = {"A-2": [{"habitat_reference": "P1", "size": size} for size in sizes]}
    _, found = joined(tmp_path, rows, parcel(parts=TWO))
    assert found.parcel_of == {}
    assert [one.code for one in found.issues] == ["workbook-reference-repeated"]
    assert found.why_not.keys() == set(range(len(sizes)))


def test_rows_of_a_parcel_with_one_answer_all_have_it(tmp_path: Path) -> None:
    """Several rows of one undivided parcel share its answer, and their sizes are added up."""
    rows = {"A-2": [{"habitat_reference": "P1", "size": size} for size in (0.7, 0.3)]}
    _, found = joined(tmp_path, rows, parcel())
    assert found.part_of == {0: 0, 1: 0}
    assert found.issues == []


@pytest.mark.parametrize(("size", "told"), [(1.01, False), (0.99, False), (1.011, True), (0.98, True)])
def test_sizes_that_differ_are_told(tmp_path: Path, size: float, told: bool) -> None:
    """More than a hundredth of a hectare between row and outline is for a person to look at."""
    _, found = joined(tmp_path, {"A-2": [{"habitat_reference": "P1", "size": size}]}, parcel())
    assert [one.code for one in found.issues] == ["workbook-size-differs"] * told
    assert found.parcel_of.keys() == {0}


def test_retained_parcels_want_no_row_of_their_own(tmp_path: Path) -> None:
    """A metric keeps what is retained as a share of its baseline row."""
    _, found = joined(tmp_path, {"A-2": [{}]}, parcel(retention="Retained"), parcel("P2", stage="baseline"))
    assert [one.record["parcel_ref"] for one, _ in found.unlisted] == ["P2"]
