"""The record of a run says what was given, as data and as a command that does the same."""

import json
import shlex
import sqlite3
from contextlib import closing
from dataclasses import fields
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import main
from lnrs_geo.commandline import call_of, command_of
from lnrs_geo.settings import Settings, Sources
from tests.flaws_world import OVERRIDE, OVERRIDES_HEAD, SITE, at, world, write_layer

AS_AT = date(2026, 6, 1)


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Write a sound world, and return the options of a check of it from its folder."""
    monkeypatch.chdir(tmp_path)
    world(tmp_path)
    return {"measures": "measures.gpkg", "strategy": "strategy.toml", "as_at": AS_AT}


def run_of(folder: str) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(Path(folder, "result.json").read_text())["run"]
    return run


def test_command_does_what_was_done(options: dict[str, Any], tmp_path: Path) -> None:
    """Pasted into a shell, the command of a run with every sort of option makes the same results."""
    parcels = gpd.read_file("parcels.gpkg").rename(columns={"proposed_habitat": "New = habitat"})
    write_layer(parcels, tmp_path / "it's a site.gpkg", "my parcels")
    write_layer(parcels.assign(geometry=[at(60, 60)], parcel_ref="B1"), tmp_path / "-b.gpkg", "my parcels")
    Path("overrides.csv").write_text(OVERRIDES_HEAD + OVERRIDE)
    Path("measures.gpkg").rename("-m.gpkg")
    outline = gpd.GeoDataFrame({"name": ["x"]}, geometry=[SITE], crs=27700)
    outline.to_file(tmp_path / "land.gpkg", layer="land")
    dates = {
        "application_date": "2026-02",
        "off_site": "yes",
        "secured_on": "2026-04-01",
        "agreement": "frozen",
    }
    given = {
        **options, "measures": "-m.gpkg",
        "layers": ["my parcels"], "field_map": {"proposed_habitat": "New = habitat"}, "dates": dates,
        "crosswalk": "crosswalk.csv", "overrides": "overrides.csv", "area": "land.gpkg", "authorities": "land.gpkg",
        "apib": Path("land.gpkg"), "crs": "EPSG:27700", "intervention": "enhanced", "tolerance_m": 1.123456789,
        "accept_proposed": True,
    }  # fmt: skip
    result = lnrs_geo.check(["it's a site.gpkg", "-b.gpkg"], **given)
    result.write("first")
    command = run_of("first")["command"]
    words = shlex.split(command)
    assert words[0] == "lnrs-geo" and words[-2:] == ["it's a site.gpkg", "-b.gpkg"]
    done = CliRunner().invoke(main, [words[1], "--out", "second", *words[2:]])
    assert done.exit_code == 0, done.output
    for name in ("parts.csv", "parcels.csv"):
        assert Path("second", name).read_bytes() == Path("first", name).read_bytes()
    assert run_of("second")["call"] == run_of("first")["call"]
    assert run_of("second")["command"] == command


def test_every_input_and_setting_is_in_the_call() -> None:
    """A field that is added to the sources or settings is not forgotten here."""
    call = call_of(Sources(measures=("m.gpkg",)), Settings(AS_AT))
    renamed = {"strategy": "strategy", "further": "strategy", "field_map": "map"}
    names = {renamed.get(one.name, one.name) for kind in (Sources, Settings) for one in fields(kind)}
    assert names - call.keys() == {"matching"}


def test_every_input_is_in_the_command() -> None:
    """Each file that is given stands behind its own option."""
    names = (
        "crosswalk",
        "overrides",
        "area",
        "authorities",
        "apib",
        "acb",
        "documents",
        "applications",
        "submitted",
    )
    given = Sources(
        measures=("a", "b"), parcels=("p",), further=("two.toml",), **{one: f"{one}.x" for one in names}
    )
    words = shlex.split(command_of(call_of(given, Settings(AS_AT))))
    pairs = set(pairwise(words))
    assert {(f"--{one}", f"{one}.x") for one in names} <= pairs
    assert {
        ("--measures", "a"),
        ("--measures", "b"),
        ("--strategy", "derbyshire"),
        ("--strategy", "two.toml"),
    } <= pairs
    assert words[:3] == ["lnrs-geo", "check", "p"]


def test_frame_leaves_a_note_and_no_command(options: dict[str, Any]) -> None:
    """What is no file cannot be named; nobody is given a command that does something else."""
    frame = gpd.read_file("parcels.gpkg")
    run = lnrs_geo.check(frame, **options, overrides=[]).run
    assert run["command"] == ""
    assert run["call"]["parcels"] == [None] and run["call"]["overrides"] is None
    assert run["call"]["note"].startswith("parcels, overrides: given in memory")
    assert run["call"]["measures"] == ["measures.gpkg"]
    lnrs_geo.check(frame, **options).write("out")
    with closing(sqlite3.connect("out/results.gpkg")) as database:
        told = dict(
            database.execute(
                "select key, value from run where key like 'call%' or key = 'command'"
            ).fetchall()
        )
    assert told["call.measures.1"] == "measures.gpkg" and told["command"] == ""


def test_site_has_a_command_of_its_own(options: dict[str, Any], tmp_path: Path) -> None:
    """What `site` records can be pasted too."""
    gpd.GeoDataFrame(geometry=[SITE], crs=27700).to_file(tmp_path / "site.geojson")
    words = ["site", "site.geojson", "--measures", "measures.gpkg", "--strategy", "strategy.toml", "--json"]
    first = json.loads(CliRunner().invoke(main, [*words, "--as-at", "2026-06-01"]).stdout)
    command = shlex.split(first["run"]["command"])
    assert command[1:3] == ["site", "site.geojson"]
    again = json.loads(CliRunner().invoke(main, [*command[1:], "--json"]).stdout)
    assert {**again, "run": 0} == {**first, "run": 0}
