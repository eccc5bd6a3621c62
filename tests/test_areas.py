"""The 48 areas: every id once, Defra's names, and no date without its source."""

import csv
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from lnrs_geo import areas, strategy
from lnrs_geo.days import possible_days

# Where the list of authorities departs from Defra's layer, whose names these are
MENDED = {
    "Cheshire": "Cheshire West & Cheshire Council",
    "North of Tyne": "North of Tyne Combined Authority",
    "Tees Valley": "Tees Valley Mayoral Combined Authority",
    "West Northamptonshire": "West Nothamptonshire Council",
}


@pytest.fixture
def real() -> Path:
    """Return the folder of Defra's own files on the areas."""
    folder = os.environ.get("LNRS_GEO_REAL_DATA")
    if not folder:
        pytest.skip("LNRS_GEO_REAL_DATA is not set: the real list of areas is not at hand")
    return Path(folder) / "lnrs_areas"


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Read a table whose cells may be long."""
    before = csv.field_size_limit(10**8)
    try:
        yield from csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    finally:
        csv.field_size_limit(before)


def test_every_id_from_1_to_48_stands_once_in_order() -> None:
    """There are 48 areas, and their ids are 1 to 48."""
    assert [one.lnrs_id for one in areas.areas()] == [str(number) for number in range(1, 49)]
    assert len({one.name for one in areas.areas()}) == 48
    assert len({one.pack_name for one in areas.areas()}) == 48
    assert all(one.authority and one.name == one.name.strip() for one in areas.areas())


def test_a_date_and_its_source_stand_together() -> None:
    """A date of publication has its source with an address; what has no source has no date."""
    dated = [one for one in areas.areas() if one.published_text]
    assert len(dated) >= 5
    for one in areas.areas():
        assert bool(one.published_text) == bool(one.published) == bool(one.published_source)
    for one in dated:
        assert "https://" in one.published_source
        assert one.published == possible_days(one.published_text)


def test_derbyshire_is_what_its_pack_says() -> None:
    """The list and the pack state the same of Derbyshire: September 2025, the day not established."""
    one, pack = areas.area("14"), strategy.load("derbyshire")
    assert one is not None and one.published is not None
    assert (one.name, one.authority, one.published_text) == (pack.name, pack.authority, pack.published_text)
    assert (one.published.first, one.published.last) == (date(2025, 9, 1), date(2025, 9, 30))
    assert not one.published.exact


@pytest.mark.parametrize("said", ["35", 35, 35.0, " 35 ", "35.00"])
def test_an_id_is_found_however_it_is_written(said: object) -> None:
    """Text, whole number and decimal number of an id are the same id."""
    one = areas.area(said)
    assert one is not None and one.name == "West of England"


@pytest.mark.parametrize("said", ["", "0", "49", "350", "Derbyshire", None, "14.5"])
def test_what_is_no_id_finds_nothing(said: object) -> None:
    """An id that there is not gives None, never a near one."""
    assert areas.area(said) is None


@pytest.mark.parametrize(
    ("said", "lnrs_id"),
    [
        ("West of England", "35"),
        ("west-of-england", "35"),
        ("WEST_OF_ENGLAND", "35"),
        ("Leicestershire Leicester and Rutland", "19"),
        ("east sussex and brighton and hove", "48"),
        ("Shropshire and Telford & Wrekin", "17"),
    ],
)
def test_a_name_is_found_however_it_is_written(said: str, lnrs_id: str) -> None:
    """Case, hyphens, commas and the sign & make no difference to a name."""
    one = areas.named(said)
    assert one is not None and one.lnrs_id == lnrs_id


def test_no_name_is_found_by_half() -> None:
    """Half a name, or none, finds nothing."""
    assert areas.named("Northamptonshire") is None
    assert areas.named("") is None


def test_names_and_ids_are_defras(real: Path) -> None:
    """Ids and names equal Defra's list, and the names those of its map."""
    ours = {one.name: one.lnrs_id for one in areas.areas()}
    theirs = {row["LNRS Name"]: row["LNRS ID"] for row in rows(real / "LNRS-Strategies.csv")}
    assert ours == theirs
    drawn = json.loads((real / "lnrs.json").read_text(encoding="utf-8"))["features"]
    assert sorted(one["properties"]["Name"] for one in drawn) == sorted(ours)


def test_only_lancashire_departs_from_the_layer_of_areas(real: Path) -> None:
    """Defra's layer gives 16 to two areas; every other id is the one listed here."""
    ours = {one.name: one.lnrs_id for one in areas.areas()}
    wrong = {row["Name"]: row["LNRS_ID"] for row in rows(real / "LNRS-sites.csv")
             if ours[row["Name"]] != row["LNRS_ID"]}  # fmt: skip
    assert wrong == {"Lancashire": "16"}


def test_authorities_are_those_of_the_layer_but_for_four(real: Path) -> None:
    """The responsible authorities are Defra's, but for slips of the pen and a dissolved authority."""
    ours = {one.name: one.authority for one in areas.areas()}
    other = {row["Name"]: row["Responsible_Authority"] for row in rows(real / "LNRS-sites.csv")
             if ours[row["Name"]] != row["Responsible_Authority"]}  # fmt: skip
    assert other == MENDED
