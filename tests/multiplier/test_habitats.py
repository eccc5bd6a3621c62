"""The metric's habitat names are recognised however they are written, and never guessed."""

import csv
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lnrs_geo.model import Module
from lnrs_geo.multiplier import habitats

MODIFIED = "Grassland - Modified grassland"
SCOTS = "Woodland and forest - Other Scot's pine woodland"
SEALED = "Urban - Developed land; sealed surface"
UNSEALED = "Urban - Artificial unvegetated, unsealed surface"
SCORES = {"V.High": {8}, "High": {6}, "Medium": {4}, "Low": {2}, "V.Low": {0, 1}}

# The descriptive tree types of the older template: they tell where a tree stands, not which habitat
# it is (a column of its own does), and must not be taken for one.
TREE_PLACES = {"Hedgerow tree", "Park/garden tree", "Street tree", "Woodland tree"}


def test_table_has_every_module_in_full() -> None:
    """The table holds 130 area habitats, 13 hedgerows, 5 watercourses and 2 trees."""
    counts = {module: sum(row.module is module for row in habitats.records()) for module in Module}
    assert counts == {Module.AREA: 130, Module.HEDGEROW: 13, Module.WATERCOURSE: 5, Module.TREE: 2}


def test_names_are_unique_and_built_from_their_parts() -> None:
    """Every name is unique, and is broad and type for areas and trees, the type alone for lines."""
    rows = habitats.records()
    assert len({row.habitat for row in rows}) == len(rows)
    for row in rows:
        bare = row.module in (Module.HEDGEROW, Module.WATERCOURSE)
        assert row.habitat == (row.type if bare else f"{row.broad} - {row.type}")
        assert row.source


def test_scores_agree_with_categories() -> None:
    """A habitat's score is the one of its distinctiveness category."""
    for row in habitats.records():
        assert row.score in SCORES[row.distinctiveness], row.habitat


def test_table_has_no_dirt() -> None:
    """No cell has stray blanks, and a UKHab code looks like one, never like a page number."""
    for row in habitats.records():
        for text in (row.habitat, row.broad, row.type, row.ukhab, row.source, *row.other_names):
            assert text == " ".join(text.split())
        for code in filter(None, row.ukhab.split("/")):
            assert re.fullmatch(r"[a-z]\d([a-z]\d?)?", code), (row.habitat, code)
        assert row.type != "undefined"


def test_every_spelling_means_one_habitat() -> None:
    """No two habitats of the metric can be written alike."""
    scope = habitats._scope(habitats.records(), None)
    assert all(len(fits) == 1 for fits in scope.spelled.values())


@pytest.mark.parametrize(
    ("name", "score"), [(SEALED, 0), ("Non-native and ornamental hedgerow", 1), (MODIFIED, 2)]
)
def test_zero_score_tells_not_the_category(name: str, score: int) -> None:
    """Only a score of 0 counts as scoring zero; a V.Low hedgerow scores 1."""
    row = habitats.find(name).habitat
    assert row is not None
    assert row.score == score
    assert row.scores_zero is (score == 0)


def test_habitats_that_score_zero() -> None:
    """Exactly five habitats score zero."""
    assert {row.type for row in habitats.records() if row.scores_zero} == {
        "Developed land; sealed surface",
        "Artificial unvegetated, unsealed surface",
        "Built linear features",
        "Unvegetated garden",
        "Watercourse footprint",
    }


@pytest.mark.parametrize("row", habitats.records(), ids=lambda row: row.habitat)
def test_every_name_is_found(row: habitats.Habitat) -> None:
    """Each name is found exactly; bare, in capitals, with its broad type doubled and by old names too."""
    assert habitats.find(row.habitat) == habitats.HabitatMatch(row, "exact")
    assert habitats.find(row.habitat, module=row.module).habitat == row
    doubled = f"{row.broad} - {row.broad} - {row.type}"
    for text in (row.type, row.habitat.upper(), f"{row.broad} - {row.type}", doubled, *row.other_names):
        assert habitats.find(text).habitat == row, text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("grassland - modified grassland", MODIFIED),
        ("  Grassland  -  Modified grassland ", MODIFIED),
        ("Grassland\u00a0- Modified grassland", MODIFIED),
        ("Grassland \u2013 Modified grassland", MODIFIED),
        ("Grassland \u2014 Modified grassland", MODIFIED),
        ("Grassland-Modified grassland", MODIFIED),
        ("Other Scot\u2019s Pine woodland", SCOTS),
        ("Other Scots pine woodland", SCOTS),
        ("Other Scots' pine woodland", SCOTS),
        ("Developed land, sealed surface", SEALED),
        ("Artificial unvegetated; unsealed surface", UNSEALED),
        ("Heathland & shrub - Mixed scrub", "Heathland and shrub - Mixed scrub"),
        ("Lakes - Ponds (Non- Priority Habitat)", "Lakes - Ponds (non-priority habitat)"),
        ("Cropland - Cereal crops winter stubble", "Cropland - Winter stubble"),
        ("Urban - Urban Tree", "Individual trees - Urban tree"),
        ("Hedge Ornamental Non Native", "Non-native and ornamental hedgerow"),
        ("Hedgerows - Native hedgerow", "Native hedgerow"),
        ("Rivers - Priority habitat", "Priority habitat"),
    ],
)
def test_spellings_are_tolerated(text: str, name: str) -> None:
    """Case, dashes, blanks, punctuation, apostrophes, ampersands and old names do not matter."""
    match = habitats.find(text)
    assert match.habitat is not None
    assert (match.habitat.habitat, match.how) == (name, "normalised")


@pytest.mark.parametrize("text", ["", "  ", "N/A", "n/a", "To be created", "Null", "<Null>", "None"])
def test_blanks_are_no_habitats(text: str) -> None:
    """What stands for nothing is neither a habitat nor near one."""
    assert habitats.is_blank(text)
    assert habitats.find(text) == habitats.HabitatMatch(None, "none")


@pytest.mark.parametrize("text", ["modified grasland", "Urban - Modified grassland"])
def test_misspelled_names_are_not_guessed(text: str) -> None:
    """A slip of the pen or the wrong broad type is no match; the right name is offered first."""
    match = habitats.find(text)
    assert (match.habitat, match.how) == (None, "none")
    assert match.nearest[0] == MODIFIED
    assert len(match.nearest) == habitats.NEAREST


@pytest.mark.parametrize("text", ["Urban - Vacant/derelict land/ bareground", "Lakes - Ditches", "\u2014"])
def test_names_without_one_successor_are_not_guessed(text: str) -> None:
    """Old names that became two habitats, or none, stay unresolved."""
    assert habitats.find(text).habitat is None


def test_bare_name_of_two_broad_types_is_left_to_a_person() -> None:
    """A type name that stands under two broad types is not guessed; both are offered."""
    base = next(row for row in habitats.records() if row.habitat == MODIFIED)
    twins = tuple(
        habitats.Habitat(f"{broad} - Mire", broad, "Mire", base.module, "High", 6, "", (), "made up")
        for broad in ("Wetland", "Grassland")
    )
    match = habitats.find_among(twins, "mire")
    assert match == habitats.HabitatMatch(None, "none", ("Grassland - Mire", "Wetland - Mire"))
    assert habitats.find_among(twins, "Wetland - Mire").habitat == twins[0]


def test_module_narrows_the_search() -> None:
    """A hedgerow is not found among area habitats; its own name is what is offered."""
    match = habitats.find("native hedgerow", module=Module.AREA)
    assert match == habitats.HabitatMatch(None, "none", ("Native hedgerow",))


def test_broad_types_are_listed() -> None:
    """The broad types are those of the table, each once."""
    assert habitats.broad_types()[0] == "Cropland"
    assert {"Individual trees", "Hedgerow", "Watercourses"} <= set(habitats.broad_types())
    assert len(habitats.broad_types()) == len({row.broad for row in habitats.records()})


def _real_data() -> Path:
    folder = os.environ.get("LNRS_GEO_REAL_DATA")
    if not folder:
        pytest.skip("LNRS_GEO_REAL_DATA is not set: no real template files to read")
    return Path(folder)


def _template_names(path: Path) -> set[tuple[Module, str]]:
    """Every habitat name in one template file, with the module of its layer."""
    columns = [
        (Module.AREA, "Habitats", '"{0} Broad Habitat Type" || \' - \' || "{0} Habitat Type"'),
        (Module.HEDGEROW, "Hedgerows", '"{0} Hedge Type"'),
        (Module.WATERCOURSE, "Rivers", '"{0} River Type"'),
        (Module.TREE, "Urban Trees", '"{0} Tree Type"'),
    ]
    names = set()
    with closing(sqlite3.connect(path)) as file:
        layers = {name for (name,) in file.execute("SELECT table_name FROM gpkg_contents")}
        for module, layer, column in columns:
            for stage in ("Baseline", "Proposed") if layer in layers else ():
                rows = file.execute(f'SELECT DISTINCT {column.format(stage)} FROM "{layer}"')
                names |= {(module, text) for (text,) in rows if text is not None}
    return names


def test_names_in_real_templates_resolve() -> None:
    """Every habitat name in the real template files is known to the table, in its own module."""
    files = sorted((_real_data() / "metric_template").glob("*.gpkg"))
    names = set()
    for path in files:
        if path.read_bytes()[:6] == b"SQLite":
            names |= _template_names(path)
    unknown = {
        (module, text)
        for module, text in names
        if not habitats.is_blank(text) and habitats.find(text, module=module).habitat is None
    }
    assert len(names) > 100
    assert unknown == {(Module.TREE, text) for text in TREE_PLACES}


def test_table_agrees_with_published_scores() -> None:
    """Each published score of a habitat is the table's."""
    path = _real_data() / "habitats" / "BNG-Habitat-Data.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["Habitat Group"]]
    assert len(rows) > 140
    for row in rows:
        found = habitats.find(f"{row['Habitat Group']} - {row['Habitat Type']}").habitat
        assert found is not None, row["Habitat Type"]
        assert found.score == int(row["Distinctiveness Score"]), row["Habitat Type"]
