"""The row of a site is counted from its parts."""

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from lnrs_geo.batch.outcome import COLUMNS, SIZES, Outcome, blank, issues_of, rows_of

PART = {
    "source": "a|b", "src_fid": "1", "module": "area", "stage": "post", "retention": "Created", "size": 0.25,
    "strat_sig": "High", "status": "decided", "review": False, "ss_reason": "consistent", "lnrs_id": "14",
    "authority": "Derby", "check": "",
}  # fmt: skip


def row(*parts: dict[str, Any]) -> dict[str, str]:
    """Return the row of one site with these parts, each with what differs from a sound one."""
    frame = gpd.GeoDataFrame(
        [{**PART, **one} for one in parts],
        geometry=[shapely.box(430_000, 360_000, 430_100, 360_050)] * len(parts),
        crs=27700,
    )
    return rows_of(frame, [0] * len(parts))[0]


def test_sound_site_is_assessed() -> None:
    found = row({}, {"src_fid": "2", "strat_sig": "Low", "size": 0.5})
    assert (found["outcome"], found["why"], found["parcels"], found["parts"]) == ("assessed", "", "2", "2")
    assert (found["area_high_ha"], found["area_low_ha"], found["area_medium_ha"]) == (
        "0.250000", "0.500000", "0.000000",
    )  # fmt: skip
    assert found["gridref"] == "SK 30050 60025"


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (
            {"status": "provisional", "ss_reason": "open-verdict"},
            "1 part(s) that a person must decide (open-verdict 1).",
        ),
        ({"status": "error", "ss_reason": "error"}, "1 part(s) in error, in no total (error 1)."),
        ({"review": True}, "1 part(s) with a note to read (consistent 1)."),
    ],
)  # fmt: skip
def test_one_part_to_look_at_makes_a_site_for_review(part: dict[str, Any], why: str) -> None:
    found = row({}, part)
    assert (found["outcome"], found["why"]) == ("review", why)


def test_reasons_are_told_most_frequent_first() -> None:
    said = [{"status": "provisional", "review": True, "ss_reason": name} for name in ("b", "c", "a", "b")]
    assert row(*said)["why"] == "4 part(s) that a person must decide (b 2, a 1, c 1)."


def test_baseline_and_retained_are_in_no_sum_and_provisional_apart() -> None:
    found = row(
        {},
        {"stage": "baseline", "strat_sig": "Low"},
        {"retention": "Retained"},
        {"status": "provisional", "strat_sig": "Low", "review": True},
        {"status": "not-applicable", "strat_sig": ""},
        {"status": "error", "strat_sig": ""},
    )
    sums = [found[name] for name in SIZES[:4]]
    assert sums == ["0.250000", "0.000000", "0.000000", "0.250000"]
    counts = [
        found[f"parts_{name}"] for name in ("decided", "provisional", "error", "not_applicable", "review")
    ]
    assert counts == ["3", "1", "1", "1", "1"]


def test_modules_are_summed_apart_and_trees_are_counted() -> None:
    found = row({"module": "tree", "size": 3.0}, {"module": "hedgerow", "strat_sig": "Low", "size": 0.1})
    assert (found["tree_high_count"], found["tree_low_count"]) == ("3", "0")
    assert (found["hedgerow_high_km"], found["hedgerow_low_km"]) == ("0.000000", "0.100000")
    assert (found["area_high_ha"], found["watercourse_low_km"]) == ("", "")


def test_lands_are_listed_as_people_sort_them() -> None:
    found = row(
        {"lnrs_id": "14"}, {"lnrs_id": "9", "authority": "Ashfield"}, {"lnrs_id": "", "authority": ""}
    )
    assert (found["lnrs_id"], found["authority"]) == ("9;14", "Ashfield;Derby")


def test_sites_are_counted_apart() -> None:
    frame = gpd.GeoDataFrame(
        [PART, {**PART, "size": 0.5}, PART], geometry=[None, shapely.Point(430_000, 360_000), None], crs=27700
    )
    found = rows_of(frame, [5, 3, 5])
    assert {key: (one["parts"], one["area_high_ha"], one["gridref"]) for key, one in found.items()} == {
        5: ("2", "0.500000", ""),
        3: ("1", "0.500000", "SK 30000 60000"),
    }


def test_claims_that_do_not_hold_are_counted() -> None:
    """An open claim, and one that is blank, are not wrong."""
    found = row(
        *({"check": one} for one in ("wrong-high", "missed-high", "invalid-medium", "ok", "review", "blank"))
    )
    assert found["claims_wrong"] == "3"


def test_issues_of_the_own_file_are_counted_by_site() -> None:
    """What is said of the map is no site's own; a folder of files is one source."""
    said = [
        ("a.gpkg", "warning", "overlap"), ("a.gpkg", "error", "no-geometry"), ("a.gpkg", "info", "layer-ignored"),
        ("map.gpkg", "error", "x"), ("", "warning", "x"), ("a.gpkg/b.csv", "warning", "x"),
        ("a.gpkg.bak", "error", "x"),
    ]  # fmt: skip
    issues = pd.DataFrame(said, columns=["dataset", "severity", "code"])
    assert issues_of(issues, [1, 1, 1, 1, 1, 2, 1], Path("a.gpkg")) == {
        1: {"issues_error": "1", "issues_warning": "1", "layers_ignored": "1"},
        2: {"issues_error": "0", "issues_warning": "1", "layers_ignored": "0"},
    }


def test_row_without_parts_has_every_column() -> None:
    assert tuple(blank("A", Outcome.FAILED, "x")) == COLUMNS
