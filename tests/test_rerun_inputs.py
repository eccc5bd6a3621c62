"""`rerun` names every input that holds something else than it did, and compares all that was found."""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import main
from lnrs_geo.rerun import Again, run_again
from tests.flaws_world import MEADOW, at, world, write_layer
from tests.test_several_strategies import HEAD, ROW, mapped, strategy

CONIFERS = "Woodland and forest - Other coniferous woodland"


def draw(path: Path, *shapes: shapely.Geometry, **columns: Any) -> None:
    """Write parcels of meadow, A1 and so on."""
    cells = {
        "parcel_ref": [f"A{row + 1}" for row in range(len(shapes))],
        "retention": "Created",
        "proposed_habitat": MEADOW,
    }
    frame = gpd.GeoDataFrame({**cells, **columns}, geometry=list(shapes), crs=27700)
    write_layer(frame, path, "parcels")


def checked(folder: Path, **options: Any) -> dict[str, Any]:
    """Check, and write the results into `out`; return the record of the run."""
    result = lnrs_geo.check(as_at=date(2026, 6, 1), **options)
    result.write(folder / "out")
    return result.run


def digest(run: dict[str, Any]) -> str:
    (found,) = [one["sha256"] for one in run["inputs"] if one["role"] == "parcels"]
    return str(found)


@pytest.fixture
def two(tmp_path: Path) -> dict[str, Any]:
    """Write two strategies whose crosswalks hold the same, and a parcel in each; return what to check."""
    west = shapely.box(430_000, 360_000, 430_500, 361_000)
    east = shapely.box(430_500, 360_000, 431_000, 361_000)
    files = [
        str(strategy(tmp_path / name, lnrs_id, area, mapped(("M1", area)), {}))
        for name, lnrs_id, area in (("seven", "7", west), ("nine", "9", east))
    ]
    draw(tmp_path / "parcels.gpkg", at(100, 100), at(800, 100))
    return {"parcels": str(tmp_path / "parcels.gpkg"), "measures": [], "strategy": files}


def test_one_of_two_files_that_held_the_same_is_named(tmp_path: Path, two: dict[str, Any]) -> None:
    """Two crosswalks of one name and of the same bytes: the change of one is no less a change."""
    run = checked(tmp_path, **two)
    tables = [(one["path"], one["sha256"]) for one in run["inputs"] if one["role"] == "crosswalk"]
    assert len(tables) == 2
    assert len(set(tables)) == 1, "else there is nothing to tell apart"
    grassland = "Grassland - Other neutral grassland"
    (tmp_path / "seven" / "crosswalk.csv").write_text(
        HEAD + ROW.format(lnrs="7", id="M1", habitat=grassland, verdict="yes")
    )
    again = run_again(tmp_path / "out")
    assert not again.same
    assert [one.split(" has changed")[0] for one in again.changes] == ["Input crosswalk.csv (crosswalk)"]


def test_inputs_that_stayed_are_not_named(tmp_path: Path, two: dict[str, Any]) -> None:
    """Files that were read more than once, or of one name, are no changes."""
    checked(tmp_path, **two)
    again = run_again(tmp_path / "out")
    assert (again.same, again.changes) == (True, ())


@pytest.fixture
def still_open(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection to parcels in a sound world, which writes beside the file."""
    world(tmp_path)
    with closing(sqlite3.connect(tmp_path / "parcels.gpkg")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.commit()
        database.execute("PRAGMA journal_mode = wal")
        yield database


def test_what_another_program_has_not_yet_put_into_the_file_is_covered(
    tmp_path: Path, still_open: sqlite3.Connection
) -> None:
    """Of a GeoPackage that is open elsewhere the last changes stand beside it; they are read, so they count."""
    given = {name: str(tmp_path / f"{name}.gpkg") for name in ("parcels", "measures")}
    given["strategy"] = str(tmp_path / "strategy.toml")
    before = digest(checked(tmp_path, **given))
    content = (tmp_path / "parcels.gpkg").read_bytes()
    still_open.execute("UPDATE parcels SET proposed_habitat = ?", [CONIFERS])
    still_open.commit()
    assert (tmp_path / "parcels.gpkg").read_bytes() == content, "the change stands beside the file"
    again = run_again(tmp_path / "out")
    assert not again.same
    assert any("parcels.gpkg (parcels) has changed" in one for one in again.changes)
    assert digest(again.result.run) != before


def test_file_of_the_encoding_is_covered(tmp_path: Path) -> None:
    """What the .cpg of a shapefile says changes how its names are read."""
    options = world(tmp_path)
    frame = gpd.GeoDataFrame(
        {"parcel_ref": ["Åker"], "retention": ["Created"]}, geometry=[at(10, 10)], crs=27700
    )
    frame.to_file(tmp_path / "p.shp", encoding="UTF-8")
    checked(tmp_path, **{**options, "parcels": str(tmp_path / "p.shp")})
    (tmp_path / "p.cpg").write_text("ISO-8859-1")
    again = run_again(tmp_path / "out")
    assert not again.same
    assert any("p.shp (parcels) has changed" in one for one in again.changes)


def rerun_with(folder: Path, **columns: Any) -> Again:
    """Check a parcel that claims units and run that again with other columns."""
    options = world(folder)
    draw(folder / "parcels.gpkg", at(10, 10), at(40, 40), units=[2.0, 3.0], proposed_ss="High")
    checked(folder, **options)
    draw(folder / "parcels.gpkg", at(10, 10), at(40, 40), **{"proposed_ss": "High", **columns})
    return run_again(folder / "out")


def test_units_are_compared(tmp_path: Path) -> None:
    """The parts are as they were, the units that a parcel claims are not: that is not the same."""
    again = rerun_with(tmp_path, units=[9.0, 3.0])
    assert not again.same
    (one,) = again.differences
    assert one.parcel_ref == "A1"
    assert one.answers
    assert one.lines == (
        "post, the whole parcel: units_claimed was 2.0, is 9.0; units_low was 2.0, is 9.0; "
        "units_high was 2.0, is 9.0.",
    )


def test_columns_that_nothing_is_made_of_are_not_compared(tmp_path: Path) -> None:
    """A remark in the input is no decision; that the file is another one is said anyway."""
    again = rerun_with(tmp_path, units=[2.0, 3.0], remark="new")
    assert again.same
    assert len(again.changes) == 1
    assert "every answer, every reason and all units." in "\n".join(again.lines())


def test_reference_of_an_application_is_no_option_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that is recorded can be pasted, whatever the call in Python held."""
    options = world(tmp_path)
    run = checked(tmp_path, **options, dates={"reference": "S1", "application_date": "2025-06-01"})
    assert run["call"]["dates"]["reference"] == "S1"
    words = shlex.split(run["command"])
    assert "--application-date" in words
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, [*words[1:], "--out", "again", "-q"])
    assert done.exit_code == 0, done.output
    assert Path("again/parts.csv").read_bytes() == Path("out/parts.csv").read_bytes()
