"""A crosswalk file is read row by row, and every fault of it is named at once."""

import re

import pytest

from lnrs_geo.errors import CrosswalkError
from lnrs_geo.multiplier.crosswalk import CrosswalkRow, read_rows

ROW = {
    "lnrs_id": "14", "measure_id": "M1", "module": "area", "habitat": "Grassland - Lowland meadows",
    "intervention": "create", "verdict": "yes", "condition_note": "", "status": "published", "complete": "",
    "source": "a made-up table", "reviewer_role": "ecologist", "reviewed_on": "2026-01-01", "phrase": "", "note": "",
}  # fmt: skip


def read(*changes: dict[str, str]) -> tuple[list[CrosswalkRow], list[str]]:
    """Read rows that differ from the usual one; the codes of the issues come with them."""
    rows, issues = read_rows([{**ROW, **change} for change in changes], where="crosswalk.csv", lnrs_id="14")
    return rows, [issue.code for issue in issues]


def test_words_are_read_without_regard_to_case_and_blanks() -> None:
    """People write Yes, YES and yes."""
    told = {"module": " Area", "verdict": "YES ", "status": "Published", "intervention": "Create"}
    (row,), issues = read(told)
    assert (row.module, row.verdict, row.status, row.intervention) == ("area", "yes", "published", "create")
    assert not issues


@pytest.mark.parametrize(
    ("written", "module", "meant"),
    [
        ("lowland meadows", "area", "Grassland - Lowland meadows"),
        ("GRASSLAND -*", "area", "Grassland - *"),
        ("Grassland *", "area", "Grassland - *"),
        ("*", "area", "*"),
        ("native hedgerow", "hedgerow", "Native hedgerow"),
        ("Hedgerow - *", "hedgerow", "Hedgerow - *"),
        ("Individual trees - *", "tree", "Individual trees - *"),
    ],
)
def test_habitats_get_the_name_of_the_metric(written: str, module: str, meant: str) -> None:
    """A habitat is found however it is spelt."""
    (row,), issues = read({"habitat": written, "module": module})
    assert (row.habitat, issues) == (meant, [])


@pytest.mark.parametrize(
    ("written", "module"),
    [
        ("Grassland - Flowery medow land", "area"),
        ("Gras - *", "area"),
        ("Native hedgerow", "area"),
        ("Individual trees - *", "area"),
        ("Grassland - *", "hedgerow"),
    ],
)
def test_unknown_habitat_is_an_issue_and_no_row(written: str, module: str) -> None:
    """A habitat that the module does not have can match nothing, so its row is left out aloud."""
    rows, issues = read({"habitat": written, "module": module})
    assert (rows, issues) == ([], ["crosswalk-habitat-unknown"])


@pytest.mark.parametrize(("lnrs_id", "kept"), [("14", 1), ("14.0", 1), ("", 1), ("7", 0), ("140", 0)])
def test_rows_of_other_strategies_are_left_out(lnrs_id: str, kept: int) -> None:
    """Ids compare as text, 14 and 14.0 are one, and a row without an id serves any strategy."""
    rows, issues = read({"lnrs_id": lnrs_id})
    assert len(rows) == kept
    assert issues == ([] if kept else ["crosswalk-other-lnrs"])


@pytest.mark.parametrize(
    "change",
    [
        {"measure_id": ""},
        {"status": "draft"},
        {"status": ""},
        {"module": "meadow"},
        {"module": ""},
        {"module": "", "habitat": "*"},
        {"module": "", "habitat": "*", "verdict": "conditional"},
        {"verdict": "maybe"},
        {"verdict": ""},
        {"intervention": "both"},
        {"habitat": ""},
        {"habitat": "", "complete": "yes", "module": ""},
    ],
)
def test_word_that_is_not_known_is_refused(change: dict[str, str]) -> None:
    """A word outside the vocabulary is never guessed; the message names its line."""
    with pytest.raises(CrosswalkError, match=r"line 3: "):
        read({}, change)


def test_all_faults_are_named_at_once() -> None:
    """Nobody wants to mend a file one message at a time."""
    with pytest.raises(CrosswalkError, match=re.escape("2 row(s) cannot be read: line 2: verdict")) as error:
        read({"verdict": "maybe"}, {}, {"status": "old"})
    assert "line 4: status" in str(error.value)


def test_missing_columns_are_named() -> None:
    """A file that is no crosswalk is refused with the columns found."""
    with pytest.raises(CrosswalkError, match="Code, Name"):
        read_rows([{"Code": "1", "Name": "x"}], where="crosswalk.csv")


def test_blank_rows_do_not_move_the_line_numbers() -> None:
    """A blank line is passed over, and the next row still knows its line."""
    rows, issues = read_rows([ROW, dict.fromkeys(ROW, ""), ROW], where="crosswalk.csv")
    assert [row.line for row in rows] == [2, 4]
    assert not issues


@pytest.mark.parametrize(
    ("change", "complete"),
    [
        ({"complete": "yes", "habitat": "", "verdict": ""}, True),
        ({"complete": "TRUE", "habitat": "", "verdict": ""}, True),
        ({"complete": "yes"}, False),
        ({"complete": "no"}, False),
    ],
)
def test_complete_is_a_row_without_habitat(change: dict[str, str], complete: bool) -> None:
    """A row that names a habitat is a verdict on it, whatever its `complete` cell repeats."""
    (row,), _ = read(change)
    assert row.complete is complete


def test_blank_intervention_means_either() -> None:
    """A row that names no intervention covers both."""
    (row,), _ = read({"intervention": ""})
    assert row.intervention == "either"


@pytest.mark.parametrize(
    ("habitat", "specificity"), [("*", 0), ("Grassland - *", 1), ("Grassland - Bracken", 2)]
)
def test_specificity(habitat: str, specificity: int) -> None:
    """One habitat is more specific than a broad type, and that more than all."""
    (row,), _ = read({"habitat": habitat})
    assert row.specificity == specificity


def test_rows_that_nobody_signed_are_told() -> None:
    """A confirmation without role or date, or a publication without source, is used but named."""
    usual = {"measure_id": "M1", "module": "area", "habitat": "*", "intervention": "either", "verdict": "yes"}
    rows = [
        usual | {"status": "published", "source": "LNRS, table 3"},
        usual | {"status": "published"},
        usual | {"status": "confirmed", "reviewer_role": "ecologist"},
        usual | {"status": "proposed"},
    ]
    _, issues = read_rows(rows, where="crosswalk.csv")
    assert [(one.code, one.value) for one in issues] == [("crosswalk-unsigned", "2")]
