"""Strategy files: what is read, and how each fault is named."""

import dataclasses
import hashlib
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo import strategy
from lnrs_geo.cli import main
from lnrs_geo.errors import StrategyError

GOOD = """\
lnrs_id = "7"
name = "Testshire"
title = "A test"
authority = "Testshire Council"
status = "published"
published = "2025-09"
published_source = "a page"
area = "area.gpkg"
authorities = ["One", "Two"]

[measures]
files = ["map.gpkg", "map.gdb"]
layers = ["woods", "rivers"]
measure_id = "Mea_Code"
measure = "Measure"

[crosswalk]
file = "habitats.csv"

[source]
layers = "a site"
licence = "OGL v3"
edition = "2"
"""


def write(folder: Path, text: str) -> Path:
    """Write a strategy file and the files that the good one names."""
    (folder / "area.gpkg").touch()
    (folder / "habitats.csv").touch()
    (folder / "map.gpkg").touch()
    (folder / "map.gdb").mkdir(exist_ok=True)
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def changed(old: str, new: str) -> str:
    """Return the good file with one text replaced."""
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_whole_file_is_read(tmp_path: Path) -> None:
    """Every key of a complete file arrives in the record, and files resolve beside it."""
    path = write(tmp_path, GOOD)
    read = strategy.load(path)
    assert dataclasses.asdict(dataclasses.replace(read, fields={}, source={})) == {
        "lnrs_id": "7", "name": "Testshire", "title": "A test", "authority": "Testshire Council",
        "status": "published", "published": (date(2025, 9, 1), date(2025, 9, 30)),
        "published_text": "2025-09", "published_source": "a page", "area": tmp_path / "area.gpkg",
        "authorities": ("One", "Two"), "measure_layers": ("woods", "rivers"), "fields": {},
        "crosswalk": tmp_path / "habitats.csv", "source": {}, "path": path,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "measure_files": (tmp_path / "map.gpkg", tmp_path / "map.gdb"),
    }  # fmt: skip
    assert dict(read.fields) == {"measure_id": "Mea_Code", "measure": "Measure"}
    assert dict(read.source) == {"layers": "a site", "licence": "OGL v3", "edition": "2"}


def test_record_cannot_be_changed(tmp_path: Path) -> None:
    """A strategy once read stays as it is, its tables included."""
    read = strategy.load(write(tmp_path, GOOD))
    with pytest.raises(dataclasses.FrozenInstanceError):
        read.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        read.fields["measure"] = "x"  # type: ignore[index]


def test_file_with_the_least_is_enough(tmp_path: Path) -> None:
    """Names and a status suffice for a draft; everything else is empty."""
    text = 'lnrs_id = 7\nname = "T"\nauthority = "C"\nstatus = "draft"\n'
    read = strategy.load(str(write(tmp_path, text)))
    assert (read.lnrs_id, read.published, read.published_text) == ("7", None, "")
    assert (read.area, read.crosswalk, read.authorities, read.measure_layers) == (None, None, (), ())
    assert not read.in_force


@pytest.mark.parametrize(
    ("stated", "first", "last"),
    [
        ('"2025-09-14"', date(2025, 9, 14), date(2025, 9, 14)),
        ("2025-09-14", date(2025, 9, 14), date(2025, 9, 14)),
        ('"2024-02"', date(2024, 2, 1), date(2024, 2, 29)),
        ('"2025"', date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_date_gives_its_first_and_last_day(tmp_path: Path, stated: str, first: date, last: date) -> None:
    """A date of day, month or year precision gives the days it may mean."""
    read = strategy.load(write(tmp_path, changed('"2025-09"', stated)))
    assert read.published == (first, last)
    assert read.published_text == stated.strip('"')


@pytest.mark.parametrize("stated", ['"14"', "14", "14.0", '" 14.00 "'])
def test_id_is_one_text_however_written(tmp_path: Path, stated: str) -> None:
    """Text, whole number and decimal number of an id are the same id."""
    assert strategy.load(write(tmp_path, changed('"7"', stated))).lnrs_id == "14"


FAULTS = [
    ('title = "A test"', 'titel = "A test"', "titel", "'title'"),
    ('title = "A test"', 'colour = "red"', "colour", "Known: lnrs_id"),
    ('title = "A test"', "title = 3", "title", "double quotes"),
    ('name = "Testshire"', "", "name", "Add a line name"),
    ('name = "Testshire"', 'name = ""', "name", "Add a line name"),
    ('lnrs_id = "7"', "lnrs_id = true", "lnrs_id", '"14"'),
    ('"published"', '"publshed"', "status", "'published'"),
    ('"published"', '"good"', "status", "Known: published, draft, sample"),
    ('"2025-09"', '"2025-13"', "published", "2025-09-14"),
    ('"2025-09"', '"2025-02-30"', "published", "2025-09-14"),
    ('"2025-09"', '"September 2025"', "published", "2025-09-14"),
    ('"2025-09"', "2025", "published", "2025-09-14"),
    ('"2025-09"', "2025-09-14T10:00:00", "published", "2025-09-14"),
    ('published = "2025-09"', "", "published", "2025-09-14"),
    ('"area.gpkg"', '"nowhere.gpkg"', "area", "take the key out"),
    ('"habitats.csv"', '"nowhere.csv"', "[crosswalk] file", "take the key out"),
    ('["One", "Two"]', '"One"', "authorities", '["one", "two"]'),
    ('["woods", "rivers"]', "[1, 2]", "[measures] layers", '["one", "two"]'),
    ('"map.gpkg", "map.gdb"', '"map.gpkg", "nowhere.gpkg"', "[measures] files", "take the key out"),
    ('"map.gpkg", "map.gdb"', '"map.gpkg", "map.gpkg"', "[measures] files", "Name each file once"),
    ('["map.gpkg", "map.gdb"]', '"map.gpkg"', "[measures] files", '["one", "two"]'),
    ('measure_id = "Mea_Code"', 'measureid = "Mea_Code"', "[measures] measureid", "'measure_id'"),
    ('measure_id = "Mea_Code"', "measure_id = 4", "[measures] measure_id", "double quotes"),
    ('licence = "OGL v3"', 'license = "OGL v3"', "[source] license", "'licence'"),
]


@pytest.mark.parametrize(("old", "new", "key", "advice"), FAULTS)
def test_fault_names_file_key_and_remedy(tmp_path: Path, old: str, new: str, key: str, advice: str) -> None:
    """Each fault is refused with the file, the key and how to put it right."""
    path = write(tmp_path, changed(old, new))
    with pytest.raises(StrategyError) as caught:
        strategy.load(path)
    assert caught.value.where == f"{path}, {key}"
    assert advice in f"{caught.value.what} {caught.value.fix}"
    assert caught.value.fix


def test_table_in_place_of_text_is_refused(tmp_path: Path) -> None:
    """A text where a table belongs is refused by its key."""
    text = 'crosswalk = "habitats.csv"\n' + changed('[crosswalk]\nfile = "habitats.csv"\n', "")
    path = write(tmp_path, text)
    with pytest.raises(StrategyError, match="crosswalk: It must be a table"):
        strategy.load(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name = ", "not valid TOML"),
        (b'name = "a"\nname = "b"', "not valid TOML"),
        ("name = 'é'".encode("latin-1"), "not UTF-8"),
    ],
)
def test_unreadable_file_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    """A file that is no TOML or no UTF-8 is refused with its path."""
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    with pytest.raises(StrategyError, match=said) as caught:
        strategy.load(path)
    assert caught.value.where == str(path)


def test_missing_file_and_unknown_name_are_refused(tmp_path: Path) -> None:
    """A path that is not there and a name that no pack bears are refused, the nearest named."""
    with pytest.raises(StrategyError, match="cannot be opened"):
        strategy.load(tmp_path / "none.toml")
    with pytest.raises(StrategyError, match="Did you mean the strategy 'derbyshire'"):
        strategy.load("darbyshire")
    with pytest.raises(StrategyError, match="Known: "):
        strategy.load("zzz")


@pytest.mark.parametrize("name", ["west-of-england", "West of England", "35"])
def test_known_area_without_a_pack_says_how_to_make_one(name: str) -> None:
    """An area of England for which no pack comes with the program is named, with the way to a file."""
    with pytest.raises(StrategyError) as caught:
        strategy.load(name)
    said = str(caught.value)
    assert "West of England is a known area (LNRS 35, West of England Combined Authority)" in said
    assert "no strategy of it comes with the program" in said
    assert "lnrs-geo strategies new MEASURES --lnrs-id 35" in said


def test_slip_in_the_name_of_an_area_is_noticed() -> None:
    """A name that is nearly an area's is answered with that area, an id of a pack with its name."""
    with pytest.raises(StrategyError, match="Did you mean the strategy 'west-of-england'"):
        strategy.load("west-of-engand")
    with pytest.raises(StrategyError, match="Did you mean the strategy 'derbyshire'"):
        strategy.load("14")


TEN_LINES = """\
lnrs_id = "35"
name = "West of England"
authority = "West of England Combined Authority"
status = "published"
published = "2024-11"
published_source = "a made-up page"
[measures]
layers = ["Mapped Measures"]
measure_id = "Code"
measure = "Action"
"""


def test_ten_lines_make_a_strategy_that_works(tmp_path: Path) -> None:
    """A file of ten lines serves `check`: its columns are read and its LNRS stands in the result."""
    assert len(TEN_LINES.splitlines()) == 10
    path = tmp_path / "own.toml"
    path.write_text(TEN_LINES, encoding="utf-8")
    measures = gpd.GeoDataFrame(
        {"Code": ["W1"], "Action": ["Make a meadow"]}, geometry=[shapely.box(0, 0, 100, 100)], crs=27700
    )
    measures.to_file(tmp_path / "map.gpkg", layer="Mapped Measures")
    parcels = gpd.GeoDataFrame(
        {"parcel_ref": ["in", "out"], "retention": "Created",
         "proposed_habitat": "Grassland - Other neutral grassland"},
        geometry=[shapely.box(10, 10, 20, 20), shapely.box(200, 200, 210, 210)], crs=27700,
    )  # fmt: skip
    meadow = {
        "lnrs_id": "35", "measure_id": "W1", "module": "area", "habitat": "Grassland - *",
        "intervention": "create", "verdict": "yes", "status": "confirmed", "reviewer_role": "ecologist",
        "reviewed_on": "2026-09-01",
    }  # fmt: skip
    result = lnrs_geo.check(parcels, measures=tmp_path / "map.gpkg", strategy=path, crosswalk=[meadow])
    post = result.parts[result.parts["stage"] == "post"].set_index("parcel_ref")
    assert post["strat_sig"].to_dict() == {"in": "High", "out": "Low"}
    assert post["measure_id"].to_dict() == {"in": "W1", "out": ""}
    assert post.loc["in", "measure"] == "Make a meadow"
    assert not [one for one in result.issues["code"] if one in ("lnrs-id-mismatch", "measures-incomplete")]


def test_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """A file saved by a Windows editor with a byte order mark is read."""
    path = write(tmp_path, GOOD)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert strategy.load(path).name == "Testshire"


@pytest.mark.parametrize("name", strategy.names())
def test_every_pack_loads(name: str) -> None:
    """Each pack that comes with the program is well formed and says where it comes from."""
    pack = strategy.load(name.upper())
    assert pack.published_source
    assert pack.source["layers"]
    assert pack.in_force


def test_derbyshire_says_what_is_known() -> None:
    """Derbyshire: id 14, September 2025 without a day, ten planning authorities, nothing invented."""
    pack = strategy.load("derbyshire")
    assert (pack.lnrs_id, pack.title) == ("14", "Thriving with Nature")
    assert pack.published == (date(2025, 9, 1), date(2025, 9, 30))
    assert len(pack.authorities) == 10
    assert "a21010ba5eab4162aca56a752669a241" in pack.source["layers"]
    assert pack.area is None
    assert pack.measure_layers == ()
    assert dict(pack.fields) == {}
    assert pack.crosswalk is not None
    assert len(pack.crosswalk.read_text(encoding="utf-8").splitlines()) == 1


def test_a_strategy_says_how_to_name_its_measures(tmp_path: Path) -> None:
    """A file of the user's is to be completed; one that comes with the program is never to be edited."""
    own = strategy.load(write(tmp_path, GOOD)).way_to_measures
    assert own == 'Name the files of its map there under [measures], as in files = ["measures.gpkg"].'
    pack = strategy.load("derbyshire").way_to_measures
    assert "lnrs-geo strategies new MEASURES --lnrs-id 14" in pack
    assert 'under [measures], as in files = ["measures.gpkg"].' in pack


def test_the_way_that_is_told_leads_there(tmp_path: Path) -> None:
    """Following the words for a pack gives a strategy file of one's own that names its map."""
    frame = gpd.GeoDataFrame(
        {"pm_id": ["M1"], "pm_desc": ["Make meadows"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=27700
    )
    frame.to_file(tmp_path / "measures.gpkg")
    path = tmp_path / "strategy.toml"
    words = ["strategies", "new", str(tmp_path / "measures.gpkg"), "--lnrs-id", "14", "-o", str(path)]
    assert CliRunner().invoke(main, words).exit_code == 0
    path.write_text(path.read_text().replace("[measures]", '[measures]\nfiles = ["measures.gpkg"]'))
    assert strategy.load(path).measure_files == (tmp_path / "measures.gpkg",)
