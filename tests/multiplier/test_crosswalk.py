"""A crosswalk file is read row by row, and every fault of it is named at once."""

import re
from datetime import date

import pytest

from lnrs_geo.errors import CrosswalkError
from lnrs_geo.multiplier.crosswalk import COLUMNS, CrosswalkRow, read_crosswalk, read_rows

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


AS_AT = date(2026, 11, 20)
CONFIRMED = {"status": "confirmed", "source": ""}


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({}, ""),
        ({"reviewer_role": "", "reviewed_on": ""}, ""),
        ({"reviewed_on": "2026-11-21"}, ""),
        (CONFIRMED, ""),
        ({**CONFIRMED, "reviewer_role": ""}, "it has no reviewer_role"),
        ({**CONFIRMED, "reviewed_on": ""}, "it has no reviewed_on"),
        ({**CONFIRMED, "reviewer_role": "", "reviewed_on": ""}, "it has no reviewer_role and no reviewed_on"),
        ({**CONFIRMED, "reviewed_on": "2026-11-20"}, ""),
        ({**CONFIRMED, "reviewed_on": "2026-11-21"}, "its reviewed_on 2026-11-21 lies after 2026-11-20"),
        (
            {**CONFIRMED, "reviewed_on": "last week"},
            "its reviewed_on 'last week' is no date: write YYYY-MM-DD",
        ),
        (
            {**CONFIRMED, "reviewed_on": "2026-02-30"},
            "its reviewed_on '2026-02-30' is no date: there is no such day; write YYYY-MM-DD",
        ),
        ({**CONFIRMED, "reviewed_on": "46266"}, "its reviewed_on '46266' is no date: write YYYY-MM-DD"),
        (
            {**CONFIRMED, "reviewed_on": "01/09/2026"},
            "its reviewed_on '01/09/2026' is no date: it may be 2026-09-01 or 2026-01-09, for day and month "
            "cannot be told apart: write it as YYYY-MM-DD",
        ),
        (
            {**CONFIRMED, "reviewed_on": "25.9.2026"},
            "its reviewed_on '25.9.2026' is no date: write it as 2026-09-25",
        ),
        ({**CONFIRMED, "reviewed_on": "2026-09"}, "its reviewed_on '2026-09' is no date: write YYYY-MM-DD"),
        ({"status": "proposed", "source": "", "reviewed_on": "soon"}, ""),
    ],
)
def test_what_a_row_lacks_to_stand_on_somebodys_word(change: dict[str, str], lacks: str) -> None:
    """A confirmation without role or day, or of a day that cannot be, is nobody's word."""
    ((row,), issues) = read_rows([{**ROW, **change}], where="crosswalk.csv", as_at=AS_AT)
    assert row.lacks == lacks
    assert row.decisive is (row.status != "proposed" and not lacks)
    assert [one.code for one in issues] == (["crosswalk-unsigned"] if lacks else [])
    if lacks:
        assert f"line 2 ({row.status}): {lacks}." in issues[0].message
        assert row.counts_as == "proposed"
        assert f"{lacks}, so it counts as proposed" in row.on_whose_word


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("lnrs-geo draft da85c155", ""),
        ("lnrs-geo draft", ""),
        ("lnrs-geo draft da85c155; site visit in May", ": site visit in May"),
        ("p. 3, lnrs-geo draft da85c155", ": p. 3"),
        ("lnrs-geo drafts compared", ": lnrs-geo drafts compared"),
        ("Statement p. 3,", ": Statement p. 3,"),
    ],
)
def test_the_mark_of_a_draft_is_nobodys_source(source: str, shown: str) -> None:
    """Once a person has confirmed a row it stands on that person's word, not on the draft's."""
    confirmed = {**ROW, **CONFIRMED, "reviewer_role": "GIS officer", "source": source}
    published = {**ROW, "status": "published", "reviewer_role": "", "reviewed_on": "", "source": source}
    rows, _ = read_rows([confirmed, published], where="crosswalk.csv", as_at=AS_AT)
    said = [f"confirmed by the GIS officer on 2026-01-01{shown}", f"published{shown}"]
    assert [row.on_whose_word for row in rows] == said
    ((proposed,), _) = read_rows([{**ROW, "status": "proposed", "source": source}], where="crosswalk.csv")
    assert proposed.on_whose_word.endswith(f": {source}")


def test_without_an_assessment_date_no_day_has_yet_to_come() -> None:
    """Who reads a crosswalk for its own sake asks no clock."""
    ((row,), _) = read_rows([{**ROW, **CONFIRMED, "reviewed_on": "2126-01-01"}], where="crosswalk.csv")
    assert row.decisive


@pytest.mark.parametrize("written", ["2026-09-01", " 2026-09-01 ", "2026-09-01 00:00:00", "2026-09-01T00:00"])
def test_a_day_with_its_midnight_is_that_day(written: str) -> None:
    """A date cell comes out of some programs with a time that nobody wrote."""
    (row,), issues = read({**CONFIRMED, "reviewed_on": written})
    assert (row.reviewed_on, issues) == ("2026-09-01", [])


def test_rows_that_nobody_signed_are_told_at_once() -> None:
    """One message counts them all, names the first ten and says what becomes of them."""
    _, issues = read_rows([{**ROW, **CONFIRMED, "reviewer_role": ""}] * 12, where="crosswalk.csv")
    (one,) = issues
    assert (one.code, one.value, one.dataset) == ("crosswalk-unsigned", "12", "crosswalk.csv")
    assert "count as proposed" in one.message
    assert one.message.count("line ") == 10
    assert "and 2 more" in one.message


def test_published_rows_without_a_source_decide_and_are_told() -> None:
    """The authority's word counts, but a reader must be able to look it up."""
    rows, (one,) = read_rows([{**ROW, "source": ""}] * 2, where="crosswalk.csv")
    assert all(row.decisive for row in rows)
    assert (one.code, one.value) == ("crosswalk-source-missing", "2")
    assert "line 2; 3" in one.message


NOTHING = dict.fromkeys(COLUMNS, "") | {
    "measure_id": "M1",
    "status": "proposed",
    "note": "nothing was recognised",
}


@pytest.mark.parametrize("change", [{}, {"module": "area"}, {"note": ""}, {"intervention": "create"}])
def test_draft_row_that_names_nothing_is_kept(change: dict[str, str]) -> None:
    """Where a draft recognised nothing it leaves a row for a person to fill in, and that is no fault."""
    rows, issues = read_rows([{**NOTHING, **change}], where="crosswalk.csv")
    assert [(row.names_nothing, row.decisive) for row in rows] == [(True, False)]
    assert not issues


@pytest.mark.parametrize(
    "change",
    [
        {"status": "confirmed"},
        {"status": "published"},
        {"verdict": "yes"},
        {"complete": "yes"},
        {"measure_id": ""},
    ],
)
def test_half_a_row_is_refused(change: dict[str, str]) -> None:
    """A row that decides must say about what; only a draft may leave that open."""
    with pytest.raises(CrosswalkError, match="line 2: "):
        read_rows([{**NOTHING, **change}], where="crosswalk.csv")


def test_rows_that_cannot_be_read_are_kept_apart() -> None:
    """Whether a row with an unknown habitat might decide depends on who stands for it."""
    changes = [{"habitat": "Hay"}, {"habitat": "Hay", "status": "proposed"}, {}]
    reading = read_crosswalk([{**ROW, **change} for change in changes], where="crosswalk.csv")
    assert [(row.line, row.habitat, row.decisive) for row in reading.unreadable] == [
        (2, "Hay", True),
        (3, "Hay", False),
    ]
    assert [row.line for row in reading.rows] == [4]
    stays_open = ["its measure stays open" in one.message for one in reading.issues]
    assert stays_open == [True, False]


def test_measure_ids_are_tidied_as_a_maps_are() -> None:
    """A blank that does not break is still a blank, here as in the layer."""
    (row,), _ = read({"measure_id": "Create\u00a0 meadow"})
    assert row.measure_id == "Create meadow"
