"""Drafts of crosswalk rows: sentences with what they ask for, and a lexicon that holds together."""

import random
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnrs_geo.draft import MeasureText, propose
from lnrs_geo.draft.lexicon import load_lexicon, read_lexicon
from lnrs_geo.draft.phrases.words import mentions, sentences
from lnrs_geo.errors import RuleError
from lnrs_geo.multiplier import habitats
from lnrs_geo.multiplier.crosswalk import COLUMNS, read_rows

CASES = tomllib.loads((Path(__file__).parent / "draft_cases.toml").read_text(encoding="utf-8"))["case"]
MODULES = {row.habitat: row.module.value for row in habitats.records()}
LEXICON = load_lexicon()


def draft(text: str) -> list[dict[str, str]]:
    return propose([MeasureText("M1", text)], lnrs_id="test")


def told(rows: list[dict[str, str]]) -> set[str]:
    return {f"{row['intervention']}: {row['habitat']}" for row in rows if row["habitat"]}


# Sentences


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_sentence_yields_the_rows_that_an_ecologist_expects(case: dict) -> None:
    """Each case of `draft_cases.toml` yields its rows and no other."""
    assert told(draft(case["text"])) == set(case["expect"])


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_row_names_the_module_of_its_habitat_and_words_of_the_text(case: dict) -> None:
    """A row's module is that of its habitat, and its phrase stands in the text."""
    plain = " ".join(case["text"].split())
    for row in draft(case["text"]):
        if row["habitat"]:
            assert row["module"] == MODULES.get(row["habitat"], "area")
            assert row["phrase"] and all(part in plain for part in row["phrase"].split(" ... "))
            assert row["note"].startswith(row["intervention"]) or row["intervention"] == "either"
            assert (row["verdict"], row["status"]) == ("yes", "proposed")


def test_there_are_cases_enough_and_none_stands_twice() -> None:
    """Sixty sentences at least, with a name and a text of their own."""
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len({case["text"] for case in CASES}) == len(CASES)


def test_a_text_without_habitats_has_one_row_that_says_so() -> None:
    """Where nothing is found the measure has one row, empty but for its status and a note."""
    (row,) = draft("Install bat boxes on barns.")
    assert {key: row[key] for key in ("module", "habitat", "intervention", "verdict", "phrase")} == {
        "module": "", "habitat": "", "intervention": "", "verdict": "", "phrase": "",
    }  # fmt: skip
    assert row["status"] == "proposed"
    assert "nothing found" in row["note"] and "bats" in row["note"]


@pytest.mark.parametrize("text", ["Keep dogs on leads near reedbeds.", "Bring about reedbeds."])
def test_a_habitat_named_is_told_and_nothing_is_claimed_of_it(text: str) -> None:
    """An empty row says which habitats the text names; whether it asks for them the draft cannot tell."""
    (row,) = draft(text)
    assert row["habitat"] == ""
    assert "no words were recognised" in row["note"]
    assert "names Wetland - Reedbeds: look whether it asks something for them" in row["note"]
    assert "in passing" not in row["note"] and "asks for no" not in row["note"]


def test_rows_can_be_read_as_a_crosswalk() -> None:
    """The crosswalk reader takes the drafted rows without an issue."""
    rows = draft("Create ponds. Restore rivers. Plant hedgerows and street trees.")
    good, issues = read_rows(rows, where="draft", lnrs_id="test")
    assert len(good) == len(rows) == 8
    assert issues == []
    assert {row.status for row in good} == {"proposed"}


def test_a_flag_of_the_layer_is_told_in_the_note() -> None:
    """A measure that the layer flags as not counting is drafted with a note that says so."""
    (row, *_) = propose([MeasureText("1", "Create ponds.", eligible="no")], lnrs_id="test")
    assert "flags this measure" in row["note"]


def test_a_measure_with_two_texts_is_drafted_once_by_both() -> None:
    """The same measure with two texts has the rows of both, each once."""
    rows = propose(
        [
            MeasureText("1", "Create fens."),
            MeasureText("1", "Create reedbeds."),
            MeasureText("1", "Create fens."),
        ],
        lnrs_id="t",
    )
    assert sorted(told(rows)) == ["create: Wetland - Fens (upland and lowland)", "create: Wetland - Reedbeds"]
    assert len(rows) == 2


def test_measures_are_sorted_as_people_count() -> None:
    """M2 comes before M10, and every row holds all columns of a crosswalk."""
    rows = propose([MeasureText(name, "Dig ditches.") for name in ("M10", "M2", "M1")], lnrs_id="derbyshire")
    assert [row["measure_id"] for row in rows] == ["M1", "M2", "M10"]
    assert all(tuple(row) == COLUMNS and row["lnrs_id"] == "derbyshire" for row in rows)


# Properties


@given(st.randoms(use_true_random=False))
def test_the_order_of_measures_changes_nothing(shuffler: random.Random) -> None:
    """The same measures in any order make the same rows."""
    measures = [MeasureText(str(number), case["text"]) for number, case in enumerate(CASES[:20])]
    measures += [MeasureText("3", "Create fens.")]
    mixed = list(measures)
    shuffler.shuffle(mixed)
    assert propose(mixed, lnrs_id="t") == propose(measures, lnrs_id="t")


@given(
    st.lists(
        st.sampled_from(
            "create restore manage plant of the and to on , . ( ) for new people bats / :".split()
        )
    )
)
def test_a_text_without_habitat_words_has_exactly_one_empty_row(words: list[str]) -> None:
    """Verbs and small words alone never make a row."""
    (row,) = draft(" ".join(words))
    assert row["habitat"] == "" and row["verdict"] == ""


WORDS = sorted({word for phrase in LEXICON.phrases for word in phrase.words if "*" not in word})


@given(
    st.lists(
        st.sampled_from(
            [
                *WORDS,
                "create",
                "restore",
                "of",
                "to",
                "where",
                "and",
                ",",
                "(",
                ")",
                ".",
                "with",
                "ones",
                "not",
            ]
        ),
        max_size=40,
    )
)
def test_no_text_stops_the_draft(words: list[str]) -> None:
    """Any heap of the lexicon's own words makes rows that a crosswalk may hold."""
    for row in draft(" ".join(words)):
        assert row["intervention"] in ("create", "enhance", "either", "")
        assert bool(row["habitat"]) == bool(row["module"]) == bool(row["verdict"])


# The lexicon


@pytest.mark.parametrize("phrase", LEXICON.phrases, ids=lambda phrase: " ".join(phrase.words))
def test_every_phrase_is_found_in_its_own_words(phrase) -> None:
    """A phrase that a text consists of is found there, and as a whole."""
    text = " ".join(word.replace("*", "thing") for word in phrase.words)
    (sentence,) = sentences(text)
    assert any(
        one.entry is phrase.entry and len(one.places) == len(phrase.words)
        for one in mentions(sentence, LEXICON)
    )


def test_every_habitat_of_the_lexicon_is_one_of_the_metric_under_its_module() -> None:
    """Each name is in the metric's table under that module, or a broad type of it with a star."""
    broad = {(row.broad, row.module.value) for row in habitats.records()}
    for entry in {phrase.entry for phrase in LEXICON.phrases if phrase.entry and phrase.entry.habitats}:
        for name in entry.names:
            starred = name.endswith(" - *") and (name.removesuffix(" - *"), entry.module) in broad
            assert starred or MODULES.get(name) == entry.module, name
        assert all(MODULES[name] == "hedgerow" for name in entry.also)


def test_every_habitat_worth_having_can_be_drafted() -> None:
    """Of the habitats of medium distinctiveness and above none is missing but those that nobody proposes by name."""
    named = {
        name
        for phrase in LEXICON.phrases
        if phrase.entry
        for name in (*phrase.entry.names, *phrase.entry.also)
    }
    broad = {name.removesuffix(" - *") for name in named if name.endswith(" - *")}
    missing = {
        row.habitat for row in habitats.records()
        if row.score >= 4 and row.habitat not in named and row.broad not in broad
    }  # fmt: skip
    marine = {name for name in missing if name.startswith(("Intertidal sediment", "Rocky shore"))}
    assert missing - marine == {
        "Sparsely vegetated land - Other inland rock and scree",
        "Species-rich native hedgerow with trees - associated with bank or ditch",
        "Native hedgerow with trees - associated with bank or ditch",
        "Ecologically valuable line of trees - associated with bank or ditch",
    }  # fmt: skip


LEAST = """
ground = []
topic = []
no_habitat = {{ phrases = [], followers = [], neutral = [] }}
verbs = {{}}
nouns = {{}}
words = {{}}
openings = {{}}
settings = {{}}
[[habitat]]
words = {words}
module = "area"
habitats = ["{habitat}"]
"""


@pytest.mark.parametrize(
    ("words", "habitat", "said"),
    [
        ('["fen", "fen"]', "Wetland - Reedbeds", "stands twice"),
        ('["fen"]', "Wetland - Fens", "no area habitat"),
        ('["hedge"]', "Native hedgerow", "no area habitat"),
        ('["fen"]', "Fenland - *", "no area habitat"),
    ],
)
def test_a_faulty_lexicon_is_refused(words: str, habitat: str, said: str) -> None:
    """A phrase that stands twice or a habitat that the metric does not know stops the program."""
    with pytest.raises(RuleError, match=said):
        read_lexicon(LEAST.format(words=words, habitat=habitat))
