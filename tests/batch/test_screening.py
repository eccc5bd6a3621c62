"""A grid reference says what is mapped there, and that this is no assessment."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from lnrs_geo.batch.screening import Screen, land_round, screened
from lnrs_geo.batch.sites import Site
from lnrs_geo.batch.task import Job
from lnrs_geo.settings import Settings, Sources
from tests.batch.commands import rows, run
from tests.batch.worlds import land, words
from tests.flaws_world import measures, zones

EAST = shapely.box(430_050, 355_000, 440_000, 365_000)
WEST = shapely.box(420_000, 355_000, 430_050, 365_000)


def screen(folder: Path, grid_reference: str, *changes: Any, **given: Any) -> Screen:
    """Screen one grid reference in a world with the mapped land SK 300 600 to SK 301 601."""
    options = land(folder)
    for change in changes:
        options |= change(folder)
    options |= given
    sources = Sources(
        measures=(options["measures"],),
        strategy=options["strategy"],
        area=options["area"],
        authorities=options["authorities"],
    )
    job = Job(Path.cwd(), folder / "out", sources, Settings(date(2026, 9, 1)))
    site = Site(0, "BGS-1", "BGS-1", grid_reference=grid_reference)
    return screened(site, land_round([site], job), job)


def test_point_in_a_measure(tmp_path: Path) -> None:
    found = screen(tmp_path, "SK3005060050")
    assert (found.grid_reference, found.square_m) == ("SK 30050 60050", 1)
    assert (found.lnrs_ids, found.authorities) == (("x",), ("Northvale",))
    assert [(one["measure_id"], one["at"]) for one in found.measures] == [("M1", "point")]
    assert found.cells()["measures_at_point"] == "M1"
    assert "made-up sample" in found.notice


@pytest.mark.parametrize(
    ("grid_reference", "size"),
    [
        ("SK3005060050", "1 m"),
        ("SK 3005 6005", "10 m"),
        ("SK300600", "100 m"),
        ("SK 30 60", "1 km"),
        ("SK36", "10 km"),
    ],
)
def test_statement_says_what_the_square_is_and_that_it_is_no_assessment(
    tmp_path: Path, grid_reference: str, size: str
) -> None:
    said = screen(tmp_path, grid_reference).statement
    assert f"stands for a square of {size}," in said
    assert "No boundary was given, so this is no assessment" in said
    assert "nothing here is High or Low" in said


def test_measure_elsewhere_in_the_square_is_told_apart(tmp_path: Path) -> None:
    """The middle of SK 30 60 is 500 m from the corner where the measure lies."""
    found = screen(tmp_path, "SK 30 60")
    assert [(one["measure_id"], one["at"]) for one in found.measures] == [("M1", "square")]
    assert found.cells()["measures_at_point"] == ""
    assert "1 other measure(s) are mapped elsewhere in the square." in found.statement


def test_one_measure_at_the_point_and_elsewhere_is_one(tmp_path: Path) -> None:
    twice = measures(
        ("L2", "M1", "Make meadows", "x", shapely.box(430_060, 360_060, 430_090, 360_090)),
        ("L1", "M1", "Make meadows", "x", shapely.box(430_000, 360_000, 430_055, 360_055)),
    )
    found = screen(tmp_path, "SK 300 600", twice)
    assert [(one["measure_id"], one["at"]) for one in found.measures] == [("M1", "point")]


def test_square_across_a_border_names_the_others(tmp_path: Path) -> None:
    areas = zones("area", EAST, WEST, lnrs_id=["x", "9"])
    found = screen(tmp_path, "SK 30 60", areas)
    assert (found.lnrs_ids, found.lnrs_beside) == (("x",), ("9",))
    assert "The square reaches into LNRS 9 too." in found.statement


def test_place_that_two_strategies_claim_is_told_as_such(tmp_path: Path) -> None:
    areas = zones("area", EAST.union(WEST), WEST, lnrs_id=["x", "9"])
    found = screen(tmp_path, "SK3002060050", areas)
    assert found.lnrs_ids == ("9", "x")
    assert [one["measure_id"] for one in found.measures] == ["M1"]
    assert "The strategy areas of LNRS 9 and LNRS x overlap on the middle of it" in found.statement


def test_measures_drawn_onto_the_land_of_another_lnrs_are_not_told_there(tmp_path: Path) -> None:
    """The measure lies on both sides of the border; its LNRS has no say on the other."""
    areas = zones("area", EAST, WEST, lnrs_id=["x", "9"])
    found = screen(tmp_path, "SK3002060050", areas)
    assert found.lnrs_ids == ("9",)
    assert found.cells()["measures_at_point"] == ""
    assert "The measures of that LNRS are not loaded." in found.statement


@pytest.mark.parametrize(("edge_m", "at"), [(0.4, "square"), (0.6, "point")])
def test_a_square_of_1_m_is_told_of_its_middle_too(tmp_path: Path, edge_m: float, at: str) -> None:
    """A reference of 10 figures stands for a square as any other: its corner is not the place."""
    land_m = shapely.box(430_000, 360_000, 430_050 + edge_m, 360_100)
    found = screen(tmp_path, "SK3005060050", measures(("L1", "M1", "Make meadows", "x", land_m)))
    assert [(one["measure_id"], one["at"]) for one in found.measures] == [("M1", at)]


def test_land_of_no_area_is_said(tmp_path: Path) -> None:
    found = screen(tmp_path, "NZ142306")
    assert (found.lnrs_ids, found.authorities, found.measures) == ((), (), ())
    assert "It lies in no strategy area that was given." in found.statement


def test_no_area_is_said(tmp_path: Path) -> None:
    found = screen(tmp_path, "SK 300 600", area=None, authorities=None)
    assert "No strategy area was given, so the LNRS is not known." in found.statement


def test_document_holds_no_geometry(tmp_path: Path) -> None:
    """Neither a circle nor a square is drawn as a boundary."""
    screen(tmp_path, "SK 300 600").write(tmp_path / "found")
    document = json.loads((tmp_path / "found" / "screening.json").read_text())
    assert document["schema"] == "lnrs-geo/screening-1"
    assert document["statement"].startswith("Screened by its grid reference alone: SK 300 600 stands for")
    assert set(document) == {
        "schema", "reference", "statement", "notice", "grid_reference", "square_m", "lnrs",
        "lnrs_elsewhere_in_square", "authorities", "authorities_elsewhere_in_square", "measures",
    }  # fmt: skip


def test_register_of_grid_references_is_screened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The register's JSON: no site is assessed, and the exit code is that of a run without faults."""
    monkeypatch.chdir(tmp_path)
    options = land(tmp_path)
    sites = [
        {"referenceNumber": "BGS-1", "gridReference": "SK3005060050", "siteSize": 16.52},
        {"referenceNumber": "BGS-2", "gridReference": "NZ142306"},
    ]
    (tmp_path / "sites.json").write_text(json.dumps({"sites": sites}))
    done = run("batch", "sites.json", *words(options, "--out", "out"))
    assert done.exit_code == 0
    assert "that is no assessment" in done.stderr
    found = rows()
    assert [row["outcome"] for row in found.values()] == ["screened", "screened"]
    assert (found["BGS-1"]["square_m"], found["BGS-2"]["square_m"]) == ("1", "100")
    assert all("no assessment" in row["why"] and row["parts"] == "" for row in found.values())
    assert sorted(path.name for path in Path("out/sites").iterdir()) == ["BGS-1", "BGS-2"]
