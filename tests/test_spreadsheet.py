"""A crosswalk goes through LibreOffice and a person's hands, and comes back as it was, with what they wrote.

LibreOffice itself converts; openpyxl stands in for the person at the keyboard.
"""

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result
from shapely import box

import lnrs_geo
from lnrs_geo.cli import Commands
from lnrs_geo.cli.words import crosswalk
from lnrs_geo.multiplier.crosswalk import COLUMNS, read_rows
from lnrs_geo.tables import read_text_table

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
openpyxl = pytest.importorskip("openpyxl", reason="openpyxl, which edits as a person would, is not installed")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")

BNG = "EPSG:27700"
ROLE = "county ecologist"
STRATEGY = """
lnrs_id = "14"
name = "Example"
authority = "Example Council"
status = "published"
published = "2025-01-15"
"""
# comma, quotation mark, UTF-8; then the columns, all of them as text (2)
UTF_8 = "44,34,76,1"
AS_TEXT = f"{UTF_8},{'/'.join(f'{n}/2' for n in range(1, len(COLUMNS) + 1))}"
# ids that a spreadsheet program takes for numbers, beside twenty that it leaves alone
ODD_IDS = ("14", "1.10", "007")
WORDS = (
    "Create “flower-rich” lowland meadows – wet, or dry",
    'Create lowland meadows, "as of old", on the café\'s field',
    "Create lowland meadows; Gwaun Cwm-llêch – 5 % of it, or more",
)
MEASURES = {name: WORDS[n % 3] for n, name in enumerate((*ODD_IDS, *(f"M{n}" for n in range(1, 21))))}


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Have LibreOffice turn a file into another kind, in a folder of its own and with a fresh profile."""
    profile = tmp_path_factory.mktemp("profile")

    def run(source: Path, kind: str, *, infilter: str = "") -> Path:
        target = tmp_path_factory.mktemp("converted")
        words = [str(SOFFICE), "--headless", f"-env:UserInstallation={profile.as_uri()}"]
        words += [f"--infilter=CSV:{infilter}"] if infilter else []
        words += ["--convert-to", kind, "--outdir", str(target), str(source)]
        subprocess.run(words, check=True, capture_output=True, timeout=120)
        return target / f"{source.stem}.{kind.partition(':')[0]}"

    return run


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a map of those measures side by side, a meadow in each, and a draft of their crosswalk."""
    monkeypatch.chdir(tmp_path)
    Path("strategy.toml").write_text(STRATEGY, encoding="utf-8")
    strips = [box(430_000 + 100 * n, 360_000, 430_100 + 100 * n, 360_100) for n in range(len(MEASURES))]
    named = {"pm_loc_id": [f"L-{name}" for name in MEASURES], "pm_id": list(MEASURES)}
    told = named | {"pm_desc": list(MEASURES.values())}
    gpd.GeoDataFrame(told, geometry=strips, crs=BNG).to_file("map.gpkg", layer="measures", driver="GPKG")
    meadows = {
        "parcel_ref": [f"in {name}" for name in MEASURES],
        "retention": "Created",
        "proposed_habitat": "Grassland - Lowland meadows",
    }
    shapes = [strip.buffer(-20) for strip in strips]
    gpd.GeoDataFrame(meadows, geometry=shapes, crs=BNG).to_file(
        "parcels.gpkg", layer="parcels", driver="GPKG"
    )
    outline = gpd.GeoDataFrame(
        {"lnrs_id": ["14"]}, geometry=[box(429_000, 359_000, 433_000, 361_000)], crs=BNG
    )
    outline.to_file("area.gpkg", driver="GPKG")
    done = command("draft", "map.gpkg", "--strategy", "strategy.toml", "-o", "crosswalk.csv")
    assert done.exit_code == 0, done.stderr
    return tmp_path / "crosswalk.csv"


def command(*words: object) -> Result:
    group = Commands(name="lnrs-geo")
    group.add_command(crosswalk)
    return CliRunner().invoke(group, ["crosswalk", *map(str, words)])


def checked(path: Path) -> tuple[int, dict[str, Any]]:
    """Check a crosswalk against the map at the command line."""
    done = command(
        "check",
        path,
        "--strategy",
        "strategy.toml",
        "--measures",
        "map.gpkg",
        "--as-at",
        "2026-11-20",
        "--json",
    )
    return done.exit_code, json.loads(done.stdout)


def answers(path: Path) -> dict[str, tuple[str, str, str]]:
    """Assess the meadows: significance, code and reason by the measure that they lie in."""
    result = lnrs_geo.check(
        "parcels.gpkg", measures="map.gpkg", strategy="strategy.toml", crosswalk=path, area="area.gpkg",
        as_at=date(2026, 11, 20),
    )  # fmt: skip
    post = result.parts[result.parts["stage"] == "post"]
    columns = ("parcel_ref", "strat_sig", "ss_reason", "reason")
    cells = zip(*(post[name] for name in columns), strict=True)
    return {ref.removeprefix("in "): (sig, code, reason) for ref, sig, code, reason in cells}


def confirm(path: Path, *, date_format: str = "", only: tuple[str, ...] | None = None) -> Path:
    """Confirm rows of a workbook as a person would: status, role, and the day as a date cell."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    at = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        if only is None or str(sheet.cell(line, at["measure_id"]).value) in only:
            sheet.cell(line, at["status"]).value = "confirmed"
            sheet.cell(line, at["reviewer_role"]).value = ROLE
            day = sheet.cell(line, at["reviewed_on"])
            day.value = date(2026, 9, 1)
            if date_format:
                day.number_format = date_format
    book.save(path)
    return path


def back(convert: Callable[..., Path], path: Path) -> Path:
    """Save a spreadsheet as CSV in UTF-8, cells as they are shown."""
    return convert(path, f"csv:Text - txt - csv (StarCalc):{UTF_8}")


def test_confirmed_rows_come_back_and_decide(world: Path, convert: Callable[..., Path]) -> None:
    """Twenty rows confirmed in LibreOffice make twenty meadows High on the ecologist's word, and three wait."""
    drafted = read_text_table(world)
    before = answers(world)
    assert {(sig, code) for sig, code, _ in before.values()} == {("Low", "open-verdict")}
    twenty = tuple(name for name in MEASURES if name.startswith("M"))
    returned = back(convert, confirm(convert(world, "xlsx", infilter=AS_TEXT), only=twenty))

    rows, issues = read_rows(
        read_text_table(returned), where="crosswalk.csv", lnrs_id="14", as_at=date(2026, 11, 20)
    )
    assert issues == []
    assert [row.measure_id for row in rows] == [row["measure_id"] for row in drafted]
    assert {row.reviewed_on for row in rows if row.decisive} == {"2026-09-01"}
    for old, new in zip(drafted, read_text_table(returned), strict=True):
        untouched = [name for name in COLUMNS if name not in ("status", "reviewer_role", "reviewed_on")]
        assert {name: new[name] for name in untouched} == {name: old[name] for name in untouched}
    assert any("“" in row["phrase"] for row in drafted), "the draft quotes the words of the map"

    exit_code, found = checked(returned)
    assert (exit_code, found["issues"]) == (0, [])
    assert (found["counts"]["confirmed"]["yes"], found["counts"]["proposed"]["yes"]) == (20, 3)
    after = answers(returned)
    assert {name for name, (sig, _, _) in after.items() if sig == "High"} == set(twenty)
    assert all(f"{ROLE} on 2026-09-01" in after[name][2] for name in twenty)
    assert {after[name][:2] for name in ODD_IDS} == {("Low", "open-verdict")}


def test_draft_laid_over_what_came_back(world: Path, convert: Callable[..., Path]) -> None:
    """After the spreadsheet a new draft still knows which rows nobody touched, and touches no other."""
    returned = back(convert, confirm(convert(world, "xlsx", infilter=AS_TEXT), only=("M1", "007")))
    came_back = read_text_table(returned)
    done = command("draft", "map.gpkg", "--strategy", "strategy.toml", "-o", returned)
    assert "nothing changed" in done.stderr
    assert read_text_table(returned) == came_back
    changed = dict.fromkeys(MEASURES, "Restore lowland heathland")
    with Path("texts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("measure_id", "measure"), *changed.items()])
    command("draft", "texts.csv", "--strategy", "strategy.toml", "-o", returned)
    by_measure = {row["measure_id"]: row for row in read_text_table(returned)}
    assert {name for name, row in by_measure.items() if row["status"] == "confirmed"} == {"M1", "007"}
    meadows = [name for name, row in by_measure.items() if row["habitat"] == "Grassland - Lowland meadows"]
    assert sorted(meadows) == ["007", "M1"]


def test_opendocument_and_back_loses_nothing(world: Path, convert: Callable[..., Path]) -> None:
    """LibreOffice's own format keeps every cell where the columns are taken as text."""
    returned = back(convert, convert(world, "ods", infilter=AS_TEXT))
    assert read_text_table(returned) == read_text_table(world)


def test_ids_that_became_numbers_are_named_and_decide_nothing(
    world: Path, convert: Callable[..., Path]
) -> None:
    """Opened without a thought, 007 becomes 7 and 1.10 becomes 1.1; that is told, and nothing is High by it."""
    returned = back(convert, confirm(convert(world, "xlsx", infilter=UTF_8)))
    ids = {row["measure_id"] for row in read_text_table(returned)}
    assert {"7", "1.1", "14"} < ids
    exit_code, found = checked(returned)
    changed = {
        one["feature"]: one["message"] for one in found["issues"] if one["code"] == "crosswalk-id-changed"
    }
    assert exit_code == 1
    assert sorted(changed) == ["1.1", "7"]
    assert "'007'" in changed["7"]
    after = answers(returned)
    assert after["14"][0] == "High", "a whole number is the same text before and after"
    assert {after[name][:2] for name in ("007", "1.10")} == {("Low", "open-verdict")}
    told = command("draft", "map.gpkg", "--strategy", "strategy.toml", "-o", "new.csv").stderr
    assert "ids such as 1.10, 007 for numbers" in told


@pytest.mark.parametrize("date_format", ["dd/mm/yyyy", "mm-dd-yy"])
def test_a_day_in_a_countrys_form_is_named_not_guessed(
    world: Path, convert: Callable[..., Path], date_format: str
) -> None:
    """LibreOffice writes date cells as its locale has them; which number is the month nobody can know."""
    twenty = convert(world, "xlsx", infilter=AS_TEXT)
    returned = back(convert, confirm(twenty, date_format=date_format, only=("M1",)))
    (written,) = {row["reviewed_on"] for row in read_text_table(returned)} - {""}
    assert sorted(int(part) % 2000 for part in written.split("/")) == [1, 9, 26], (
        "a form of one country or another"
    )
    exit_code, found = checked(returned)
    (one,) = found["issues"]
    assert (exit_code, one["code"], one["feature"]) == (1, "crosswalk-unsigned", "M1")
    assert repr(written) in one["message"]
    sig, code, reason = answers(returned)["M1"]
    assert (sig, code) == ("Low", "open-verdict")
    assert repr(written) in reason


def test_letters_read_in_a_wrong_encoding_are_named(world: Path, convert: Callable[..., Path]) -> None:
    """Windows-1252 taken for granted garbles quotes and dashes; the rows still decide, and it is told."""
    windows = "44,34,1,1" + AS_TEXT.removeprefix(UTF_8)
    returned = back(convert, confirm(convert(world, "xlsx", infilter=windows)))
    exit_code, found = checked(returned)
    assert exit_code == 1
    assert {one["code"] for one in found["issues"]} == {"crosswalk-garbled"}
    assert {sig for sig, _, _ in answers(returned).values()} == {"High"}
