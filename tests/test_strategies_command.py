"""`lnrs-geo strategies`: the list, and strategy files written from layers of every known layout."""

import contextlib
import csv
import io
import json
import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner, Result

from lnrs_geo import strategy
from lnrs_geo.areas import areas
from lnrs_geo.cli import Commands, packs
from lnrs_geo.errors import OptionError
from lnrs_geo.multiplier.crosswalk import COLUMNS
from lnrs_geo.new_strategy import NewStrategy, write
from lnrs_geo.spatial.map_layers import measures
from lnrs_geo.spatial.read import read_layers

# The command as the program has it: its errors become messages and exit codes
MAIN = Commands("lnrs-geo", commands={"strategies": packs.strategies})
DRAFT = ("--lnrs-id", "44", "--status", "draft")
DATED = ("--status", "published", "--published", "2026-01-20", "--published-source", "a made-up page")
AGREED = {"lnrs_id": [14.0, 14.0], "pm_loc_id": [1, 2], "pm_id": ["A1", "B2"], "pm_desc": ["Plant", "Wet"],
          "priority_1": ["P1", "P2"]}  # fmt: skip
# As an independent authority publishes its hexagons
CODED = {"OBJECTID": [1, 2], "Mea_Code": ["A1", "B2"], "Measure": ["Plant", "Wet"], "Pri_Code": ["P1", "P2"]}
LIKELY = {"Measure_Code": ["A1", "B2"], "Measure_Description": ["Plant", "Wet"],
          "Priority_Name": ["P1", "P2"]}  # fmt: skip
ACB = {"acb_id": [1175, 1176], "area_ha": [0.5, 1.8], "description": ["a", "b"]}


def layer(path: Path, columns: Mapping[str, Sequence[object]], *, name: str | None = None) -> Path:
    """Write a layer of two squares with these columns; into a file that is there, as one more layer."""
    frame = gpd.GeoDataFrame(
        dict(columns), geometry=[shapely.box(0, 0, 50, 50), shapely.box(50, 0, 99, 50)], crs=27700
    )
    frame.to_file(path, layer=name or path.stem)
    return path


def run(*words: object, text: str | None = None) -> Result:
    """Run the command in this process; an error that is not one of its own is raised."""
    outcome = CliRunner().invoke(MAIN, ["strategies", *map(str, words)], input=text)
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome


def made(tmp_path: Path, *words: object, text: str | None = None) -> strategy.Strategy:
    """Write a strategy file with `strategies new` and read it back."""
    path = tmp_path / "own" / "strategy.toml"
    outcome = run("new", *words, "-o", path, text=text)
    assert outcome.exit_code == 0, outcome.stderr
    return strategy.load(path)


def refused(code: int, *words: object, text: str | None = None) -> str:
    """Run `strategies new` where it must fail and write nothing; return its message."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        outcome = run("new", *words, text=text)
        assert list(Path(folder).iterdir()) == []
    assert outcome.exit_code == code, outcome.output
    if text is None:  # the runner shows what was typed, some versions of it on standard output
        assert outcome.stdout == ""
    return outcome.stderr


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command think that somebody sits there."""
    monkeypatch.setattr(packs, "_on_terminal", lambda: True)


# The list


def test_list_shows_packs_and_all_areas() -> None:
    """Without a subcommand the packs stand first, then the 48 areas with what is known."""
    outcome = run()
    assert outcome.exit_code == 0
    lines = [line.split() for line in outcome.stdout.splitlines()]
    assert ["derbyshire", "14", "Derbyshire", "published", "2025-09", "0"] in lines
    for one in areas():
        assert " ".join([one.lnrs_id, one.name, one.authority, one.published_text]).split() in lines


def test_list_as_json_holds_the_sources() -> None:
    """With --json the same comes as data, the sources of the dates included."""
    found = json.loads(run("--json").stdout)
    assert [pack["name"] for pack in found["packs"]] == strategy.names()
    assert found["packs"][0]["crosswalk_rows"] == 0
    assert len(found["areas"]) == 48
    assert {one["lnrs_id"]: one["published_source"] for one in found["areas"]} == {
        one.lnrs_id: one.published_source for one in areas()
    }


def test_crosswalk_rows_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list says how many rows a pack's crosswalk has; blank lines are none."""
    folder = tmp_path / "packs" / "testshire"
    write(NewStrategy("99", "Testshire", "Testshire Council", "draft"), folder / "strategy.toml")
    row = "99,A1,area,*,,no,,proposed,,,,,,\n"
    (folder / "crosswalk.csv").write_text(",".join(COLUMNS) + "\n" + row + "," * 13 + "\n" + row, "utf-8")
    monkeypatch.setattr(strategy, "PACKS", tmp_path / "packs")
    found = json.loads(run("--json").stdout)["packs"]
    assert [(pack["name"], pack["status"], pack["crosswalk_rows"]) for pack in found] == [
        ("testshire", "draft", 2)
    ]


# What is found in a layer


def test_agreed_names_need_no_question_and_no_alias(tmp_path: Path) -> None:
    """Derbyshire's id in the rows (14.0) gives name, authority, date and source; no alias is written."""
    read = made(tmp_path, layer(tmp_path / "map.gpkg", AGREED, name="potential_measures"))
    assert (read.lnrs_id, read.name, read.authority) == ("14", "Derbyshire", "Derbyshire County Council")
    assert (read.status, read.published_text) == ("published", "2025-09")
    assert "Thriving with Nature" in read.published_source
    assert (dict(read.fields), read.measure_layers) == ({}, ("potential_measures",))
    assert read.crosswalk is not None
    assert read.crosswalk.read_text(encoding="utf-8") == ",".join(COLUMNS) + "\n"


def test_agreed_codes_of_hexagons_need_no_alias(tmp_path: Path) -> None:
    """Mea_Code, Measure and Pri_Code are known; the LNRS is told, by the name of its area."""
    path = layer(tmp_path / "hex.gpkg", CODED, name="Mapped Measures")
    read = made(tmp_path, path, "--lnrs-id", "North Yorkshire and York", *DATED)
    assert (read.lnrs_id, read.authority) == ("7", "North Yorkshire Council")
    assert (read.published_text, read.published_source) == ("2026-01-20", "a made-up page")
    assert (dict(read.fields), read.measure_layers) == ({}, ("Mapped Measures",))


def test_likely_names_become_aliases_that_work(tmp_path: Path) -> None:
    """Names that nobody agreed on are guessed, told as guesses, and the file makes the layer readable."""
    path = layer(tmp_path / "map.gpkg", LIKELY, name="m")
    outcome = run("new", path, *DRAFT, "-o", tmp_path / "own.toml")
    assert "measure_id: column Measure_Code, guessed from its name" in outcome.stderr
    read = strategy.load(tmp_path / "own.toml")
    assert dict(read.fields) == {"measure_id": "Measure_Code", "measure": "Measure_Description",
                                 "priority": "Priority_Name"}  # fmt: skip
    raw, _ = read_layers(path)
    frame, _ = measures(raw, aliases={**read.fields, "layers": list(read.measure_layers)})
    assert list(frame["measure_id"]) == ["A1", "B2"]
    assert list(frame["priority"]) == ["P1", "P2"]


def test_shapefile_with_cut_names_is_understood(tmp_path: Path) -> None:
    """Names cut to ten characters are found; the only layer, named after its file, is not stated."""
    with warnings.catch_warnings(action="ignore"):  # the writer says that it cuts the names: here it must
        path = layer(tmp_path / "map.shp", LIKELY)
    assert {column[:10] for column in LIKELY} == set(gpd.read_file(path).columns) - {"geometry"}
    read = made(tmp_path, path, *DRAFT)
    assert dict(read.fields) == {
        "measure_id": "Measure_Co",
        "measure": "Measure_De",
        "priority": "Priority_N",
    }
    assert read.measure_layers == ()


def test_every_theme_of_a_geopackage_is_named(tmp_path: Path) -> None:
    """One theme per layer: all layers of measures are stated, those of other things left out and told."""
    path = tmp_path / "themes.gpkg"
    for theme in ("Grassland", "Woodland", "Rivers"):
        layer(path, {"Action_Code": ["A1", "B2"], "Action": ["Plant", "Wet"]}, name=theme)
    layer(path, ACB, name="ACB")
    outcome = run("new", path, *DRAFT, "-o", tmp_path / "own.toml")
    read = strategy.load(tmp_path / "own.toml")
    assert read.measure_layers == ("Grassland", "Woodland", "Rivers")
    assert dict(read.fields) == {"measure_id": "Action_Code", "measure": "Action"}
    assert "Not used, for no column in them tells a measure: ACB." in outcome.stderr


def test_themes_in_files_of_their_own_are_named(tmp_path: Path) -> None:
    """Several files make one map: the layers of all of them are stated."""
    paths = [layer(tmp_path / f"{name}.geojson", CODED) for name in ("meadows", "woods")]
    assert made(tmp_path, *paths, *DRAFT).measure_layers == ("meadows", "woods")


def test_csv_with_wkt_is_read(tmp_path: Path) -> None:
    """A CSV whose shapes are well-known text serves as a layer."""
    path = tmp_path / "map.csv"
    path.write_text(
        'lnrs_id,pm_id,pm_desc,wkt\n44,A1,Plant,"POLYGON ((0 0, 9 0, 9 9, 0 0))"\n', encoding="utf-8"
    )
    read = made(tmp_path, path, *DATED)
    assert (read.lnrs_id, read.name) == ("44", "Dorset")


def test_column_told_by_the_person_wins(tmp_path: Path) -> None:
    """--map names the columns of a layout that nobody could guess, in any case, and keeps the file's own."""
    path = layer(tmp_path / "map.gpkg", {"k": [1, 2], "Wort": ["Plant", "Wet"]}, name="m")
    read = made(tmp_path, path, "--map", "measure_id=K", "--map", "measure=Wort", *DRAFT)
    assert dict(read.fields) == {"measure_id": "k", "measure": "Wort"}


def test_no_column_serves_two_fields(tmp_path: Path) -> None:
    """A column that the person gives to one field is not guessed for another."""
    path = layer(tmp_path / "map.gpkg", LIKELY, name="m")
    read = made(tmp_path, path, "--map", "location_id=Measure_Code", *DRAFT)
    assert dict(read.fields) == {"location_id": "Measure_Code", "measure": "Measure_Description",
                                 "priority": "Priority_Name"}  # fmt: skip


def test_draft_of_a_published_area_has_no_date(tmp_path: Path) -> None:
    """The known date is that of the published strategy: a draft, or a sample, does not take it over."""
    path = layer(tmp_path / "map.gpkg", AGREED, name="m")
    read = made(tmp_path, path, "--status", "draft")
    assert (read.lnrs_id, read.published, read.published_source) == ("14", None, "")
    assert "--published: The date" in refused(2, path, "--status", "sample")


def test_eligible_is_guessed_only_where_it_says_yes_or_no(tmp_path: Path) -> None:
    """A column that might say what counts is used when every cell is a yes or no that can be read."""
    core = layer(tmp_path / "a.gpkg", {**CODED, "Core_Supplementary": ["Core (BNG)", "Supplementary"]})
    words = layer(tmp_path / "b.gpkg", {**CODED, "BNG": ["perhaps", "yes"]})
    assert dict(made(tmp_path / "1", core, *DRAFT).fields) == {"eligible": "Core_Supplementary"}
    assert dict(made(tmp_path / "2", words, *DRAFT).fields) == {}


# What the file says


def test_whole_file_is_read_back(tmp_path: Path) -> None:
    """All that was told stands in the file, the outline as seen from there; a person can read it."""
    area = layer(tmp_path / "outline.gpkg", {"lnrs_id": [99, 99]})
    path = layer(tmp_path / "map.gpkg", CODED, name="m")
    read = made(
        tmp_path, path, "--lnrs-id", "99.0", "--name", "Sgùrr “Mòr” & Coast", "--authority", 'The "C\\D" Council',
        *DATED, "--area", area, "--licence", "OGL v3", "--edition", "January\n2026",
    )  # fmt: skip
    assert (read.lnrs_id, read.name, read.authority) == ("99", "Sgùrr “Mòr” & Coast", 'The "C\\D" Council')
    assert read.area is not None and read.area.samefile(area)
    assert dict(read.source) == {"licence": "OGL v3", "edition": "January 2026"}
    text = read.path.read_text(encoding="utf-8")
    assert 'area = "../outline.gpkg"' in text
    assert text.count("\n#") > 4


@pytest.mark.parametrize(
    "odd", ['"', "\\", "a\nlnrs_id = 1", "\t", "\x7f", "’‘“”–", "مرحبا", "🌿", "# no comment", "{x}", "'''"]
)
def test_no_text_breaks_the_file(tmp_path: Path, odd: str) -> None:
    """Whatever stands in a name, the file is valid and gives it back, blanks and line breaks tidied."""
    wanted = NewStrategy(
        "99", f"N {odd} E", f"{odd}.", "sample", "2026", f"S{odd}", layers=(f"l{odd}l",),
        fields={"measure": f"c{odd}c"}, licence=f"x{odd}",
    )  # fmt: skip
    read, _ = write(wanted, tmp_path / "strategy.toml")
    words = [f"N {odd} E", f"{odd}.", f"S{odd}", f"x{odd}"]
    assert [read.name, read.authority, read.published_source, read.source["licence"]] == [
        " ".join(text.replace("\x7f", " ").split()) for text in words
    ]
    assert (read.measure_layers, dict(read.fields)) == ((f"l{odd}l",), {"measure": f"c{odd}c"})


def test_bytes_that_are_no_letters_are_refused(tmp_path: Path) -> None:
    """What a terminal of another encoding made of a name is refused before a file is made."""
    with pytest.raises(OptionError, match="Set the terminal to UTF-8"):
        write(NewStrategy("99", "N\udcfc", "C", "draft"), tmp_path / "new" / "strategy.toml")
    assert list(tmp_path.iterdir()) == []


def test_default_place_is_named_after_the_lnrs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -o the file stands in a folder that bears the name of the LNRS; the next steps are told."""
    path = layer(tmp_path / "my map.gpkg", CODED, name="m")
    monkeypatch.chdir(tmp_path)
    outcome = run("new", path, "--lnrs-id", "48", *DATED)
    assert strategy.load("east-sussex-and-brighton-and-hove/strategy.toml").lnrs_id == "48"
    assert outcome.stdout == ""
    assert "lnrs-geo crosswalk draft" in outcome.stderr
    assert (f"lnrs-geo check PARCELS --measures '{path}' --strategy "
            "east-sussex-and-brighton-and-hove/strategy.toml") in outcome.stderr  # fmt: skip
    assert "a parcel that meets no measure stays open" in outcome.stderr


def test_nothing_is_overwritten_unless_told(tmp_path: Path) -> None:
    """A strategy file that is there stays; with --force it goes, but a crosswalk stays even then."""
    path = layer(tmp_path / "map.gpkg", CODED, name="m")
    out, book = tmp_path / "own" / "strategy.toml", tmp_path / "own" / "crosswalk.csv"
    assert run("new", path, *DRAFT, "-o", out).exit_code == 0
    book.write_text("people's work", encoding="utf-8")
    before = out.read_bytes()
    again = run("new", path, "--lnrs-id", "43", "--status", "draft", "-o", out)
    assert (again.exit_code, out.read_bytes()) == (2, before)
    assert "There is a strategy file already. Name another with -o, or add --force." in again.stderr
    forced = run("new", path, "--lnrs-id", "43", "--status", "draft", "-o", out, "--force")
    assert forced.exit_code == 0
    assert strategy.load(out).name == "Somerset"
    assert book.read_text(encoding="utf-8") == "people's work"
    assert "The crosswalk beside it was there already and stays as it is." in forced.stderr
    assert sorted(one.name for one in out.parent.iterdir()) == ["crosswalk.csv", "strategy.toml"]


# Nobody there to be asked


def test_what_is_missing_is_named_with_its_option(tmp_path: Path) -> None:
    """In a pipe nothing is asked: each thing that nothing tells ends the command with its option."""
    path = layer(tmp_path / "map.gpkg", CODED, name="m")
    cases = [
        ((), "--lnrs-id: The layer does not say which LNRS it is of."),
        (("--lnrs-id", "99"), "--name: The name of the LNRS is not known."),
        (("--lnrs-id", "99", "--name", "N"), "--authority: The responsible authority is not known."),
        (("--lnrs-id", "44"), "--status: It is not known here whether the strategy is published."),
        (("--lnrs-id", "44", "--status", "published"), "--published: The date of publication is not known"),
        (("--lnrs-id", "44", "--status", "sample"), "--published: The date of publication is not known"),
        (("--lnrs-id", "44", "--published", "2026"), "--published-source: A date of publication needs"),
        (("--lnrs-id", "14", "--published", "2025-08"), "--published-source: A date of publication needs"),
    ]
    for words, said in cases:
        message = refused(2, path, *words)
        assert said in message, words
        assert message.count("lnrs-geo: ") == 1


def test_no_input_asks_nothing_on_a_terminal_either(tmp_path: Path, terminal: None) -> None:
    """--yes and --no-input take the guesses and leave no question."""
    path = layer(tmp_path / "map.gpkg", LIKELY, name="m")
    for word in ("--yes", "--no-input"):
        assert "--lnrs-id" in refused(2, path, word, text="44\n")
    assert dict(made(tmp_path, path, *DRAFT, "--yes").fields)["measure_id"] == "Measure_Code"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--map", "measure_id"), 2, "is not of the form FIELD=COLUMN"),
        (("--map", "colour=Mea_Code"), 2, "There is no field 'colour' to map"),
        (("--map", "measure_id=Mea_Cod"), 3, "Did you mean 'Mea_Code'"),
        (("--layer", "nowhere"), 3, "There is no layer 'nowhere'"),
        (("--published", "2025-13"), 2, "--published"),
        (("--published", "September 2025"), 2, "YYYY-MM"),
        (("--status", "final"), 2, "--status"),
        (("--area", "nowhere.gpkg"), 3, "nowhere.gpkg: There is no such file."),
        (("-o", "strategy.txt"), 2, "ends in .toml"),
    ],
)
def test_bad_option_is_refused(tmp_path: Path, words: Sequence[str], code: int, said: str) -> None:
    """A wrong option ends the command with a message that names it, and nothing is written."""
    path = layer(tmp_path / "map.gpkg", CODED, name="m")
    assert said in refused(code, path, *DRAFT, *words)


def test_unknown_layout_lists_what_is_there(tmp_path: Path) -> None:
    """Where no column tells the measures, the fields found are listed with the way to name them."""
    message = refused(3, layer(tmp_path / "map.gpkg", {"k": [1, 2], "Wort": ["a", "b"]}, name="m"), *DRAFT)
    assert "No column tells the measures. Found: layer 'm' with k, Wort." in message
    assert "--map measure_id=COLUMN" in message
    assert "lnrs-geo: " in message


def test_layer_of_other_things_is_no_layer_of_measures(tmp_path: Path) -> None:
    """An ACB layer, or parcels, are refused, though a column's name might pass for a measure's."""
    acb = layer(tmp_path / "acb.gpkg", {**ACB, "Action": ["a", "b"]}, name="ACB")
    assert "No column tells the measures. Found: layer 'ACB' with acb_id" in refused(3, acb, *DRAFT)
    parcels = layer(tmp_path / "p.gpkg", {"parcel_ref": ["1", "2"], "Action": ["a", "b"]}, name="parcels")
    assert "No column tells the measures" in refused(3, parcels, *DRAFT)


def test_named_layer_without_measures_is_refused(tmp_path: Path) -> None:
    """A layer that the person names must hold measures: the map would have a hole otherwise."""
    path = layer(tmp_path / "map.gpkg", CODED, name="m")
    layer(path, ACB, name="ACB")
    assert "layer 'ACB'" in refused(3, path, "--layer", "m", "--layer", "ACB", *DRAFT)
    assert made(tmp_path, path, "--layer", "m", *DRAFT).measure_layers == ("m",)


@pytest.mark.parametrize("sits", [True, False])
def test_columns_that_nobody_knows_are_named_and_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sits: bool
) -> None:
    """On a terminal too: the message says that --map names them, and so does the help."""
    monkeypatch.setattr(packs, "_on_terminal", lambda: sits)
    message = refused(3, layer(tmp_path / "m.gpkg", {"k": ["A", "B"], "Wort": ["a", "b"]}), *DRAFT)
    assert (
        "--map measure_id=COLUMN or --map measure=COLUMN" in message and "they are not asked for" in message
    )
    told = " ".join(run("new", "--help").stdout.split())
    assert "where no name tells the measures, name their column with --map" in told
    assert "location_id, measure_id, measure, priority or eligible" in told


def test_a_date_that_can_be_told_is_put_right_by_the_message(tmp_path: Path) -> None:
    """`--published` written the other way round: the message has the date as it is to be written."""
    path = layer(tmp_path / "m.gpkg", AGREED)
    assert "'21/09/2024' is no date: write it as 2024-09-21." in refused(2, path, "--published", "21/09/2024")


def test_themes_in_different_columns_are_refused(tmp_path: Path) -> None:
    """A strategy file states one column a field, so layers that differ are named and not dropped."""
    path = layer(tmp_path / "map.gpkg", {"Action_Code": ["A", "B"]}, name="one")
    layer(path, {"Measure_Ref": ["A", "B"]}, name="two")
    assert "In these layers no column tells the measures as in the others" in refused(3, path, *DRAFT)


def test_several_ids_in_the_rows_are_not_chosen_from(tmp_path: Path) -> None:
    """Rows of two LNRSs make no id; one that is told against the rows is used and remarked on."""
    path = layer(tmp_path / "map.gpkg", {**CODED, "LNRS_ID": ["14", "15"]}, name="m")
    assert "The rows bear several LNRS ids: 14, 15." in refused(2, path)
    outcome = run("new", path, "--lnrs-id", "15", "--status", "draft", "-o", tmp_path / "own.toml")
    assert "Mind that rows bear the LNRS id 14" in outcome.stderr


# Somebody there to be asked


def test_only_what_nothing_tells_is_asked(tmp_path: Path, terminal: None) -> None:
    """A layer that says its LNRS, of an area with a known date, needs no answer at all."""
    read = made(tmp_path, layer(tmp_path / "map.gpkg", AGREED, name="m"), text="")
    assert (read.lnrs_id, read.published_text) == ("14", "2025-09")


def test_answers_fill_the_file(tmp_path: Path, terminal: None) -> None:
    """Guesses are offered and taken with Enter or corrected; a wrong date or column is asked again."""
    path = layer(tmp_path / "map.gpkg", {**LIKELY, "Text": ["x", "y"]}, name="m")
    answers = ["Ñandú Coast", "99", "Ñ", "Ñ Council", "sampl", "published", "soon", "2026-02", "their page",
               "", "Tex", "Text", "-"]  # fmt: skip
    read = made(tmp_path, path, text="\n".join(answers[1:]) + "\n")
    assert (read.lnrs_id, read.name, read.authority, read.status) == ("99", "Ñ", "Ñ Council", "published")
    assert (read.published_text, read.published_source) == ("2026-02", "their page")
    assert dict(read.fields) == {"measure_id": "Measure_Code", "measure": "Text"}


def test_area_may_be_named_in_an_answer(tmp_path: Path, terminal: None) -> None:
    """The question for the id takes the name of an area, and then name and authority are not asked."""
    path = layer(tmp_path / "map.gpkg", CODED, name="m")
    read = made(tmp_path, path, text="kent and medway\n")
    assert (read.lnrs_id, read.authority, read.published_text) == ("40", "Kent County Council", "2025-11")


def test_refusing_every_column_leaves_no_strategy(tmp_path: Path, terminal: None) -> None:
    """A person who says that no column tells the measures is told what to name."""
    path = layer(tmp_path / "map.gpkg", {"Action": ["a", "b"]}, name="m")
    assert "No column is left that tells the measures" in refused(2, path, *DRAFT, text="-\n")


def test_walking_away_writes_nothing(tmp_path: Path, terminal: None) -> None:
    """Input that ends half-way leaves nothing behind."""
    refused(1, layer(tmp_path / "map.gpkg", CODED, name="m"), text="99\n")


# Real layers


def test_real_acb_layer_is_refused(tmp_path: Path) -> None:
    """Three real polygons of another part of a Local Habitat Map are no measures."""
    folder = os.environ.get("LNRS_GEO_REAL_DATA")
    if not folder:
        pytest.skip("LNRS_GEO_REAL_DATA is not set: the real layer is not at hand")
    path = next((Path(folder) / "lnrs_schemas").glob("*.geojson"))
    assert "with acb_id, area_ha" in refused(3, path, *DRAFT)


def test_real_measure_texts_make_a_strategy(tmp_path: Path) -> None:
    """The columns of a published list of measures, put on squares, are understood without a question."""
    folder = os.environ.get("LNRS_GEO_REAL_DATA")
    if not folder:
        pytest.skip("LNRS_GEO_REAL_DATA is not set: the real measures are not at hand")
    text = (Path(folder) / "lnrs_west_of_england" / "measures.csv").read_text(encoding="utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["mapped_unmapped"] == "Mapped"][:2]
    assert len(rows) == 2
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    read = made(tmp_path, layer(tmp_path / "map.gpkg", columns, name="m"), "--lnrs-id", "35")
    assert (read.name, read.published_text) == ("West of England", "2024-11")
    assert dict(read.fields) == {"eligible": "core_supplementary"}
