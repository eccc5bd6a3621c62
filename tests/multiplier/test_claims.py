"""Claims are read in anybody's words, held against the answer, and written back in the file's own."""

import itertools

import pytest

from lnrs_geo.model import Significance, Stage, Status
from lnrs_geo.multiplier.claims import Assessed, Claim, label, parcel_verdict, read_label, verdict, written

HIGH, MEDIUM, LOW = Significance.HIGH, Significance.MEDIUM, Significance.LOW
BASE, POST = Stage.BASELINE, Stage.POST
DECIDED, PROVISIONAL = Status.DECIDED, Status.PROVISIONAL
LONG_HIGH = "Formally identified in local strategy"
LONG_MEDIUM = "Location ecologically desirable but not in local strategy"
LONG_LOW = "Area/compensation not in local strategy/ no local strategy"


def test_labels_are_the_drop_down_strings() -> None:
    """The strings written are the metric's own, letter for letter."""
    assert [label(category) for category in (HIGH, MEDIUM, LOW)] == [LONG_HIGH, LONG_MEDIUM, LONG_LOW]


@pytest.mark.parametrize(
    ("text", "significance", "vocabulary"),
    [
        (LONG_HIGH, HIGH, "long"),
        (LONG_MEDIUM, MEDIUM, "long"),
        (LONG_LOW, LOW, "long"),
        ("Within area formally identified in local strategy", HIGH, "long"),
        ("AREA/COMPENSATION NOT IN LOCAL STRATEGY/NO LOCAL STRATEGY", LOW, "long"),
        ("Area / compensation  not in local strategy /\u00a0no local strategy ", LOW, "long"),
        ("High", HIGH, "short"),
        (" medium ", MEDIUM, "short"),
        ("LOW", LOW, "short"),
        ("High strategic significance ", HIGH, "short"),
        ("Low Strategic Significance", LOW, "short"),
    ],
)
def test_claims_are_read_with_tolerance(text: str, significance: Significance, vocabulary: str) -> None:
    """Case, blanks, spaces round a slash and a trailing phrase do not matter."""
    claim = read_label(text)
    assert (claim.kind, claim.significance, claim.vocabulary) == ("significance", significance, vocabulary)
    assert claim.text == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "blank"),
        ("  ", "blank"),
        ("Null", "blank"),
        ("<Null>", "blank"),
        ("N/A", "n/a"),
        ("n / a", "n/a"),
        ("1.15", "unrecognised"),
        ("Very high", "unrecognised"),
        ("strategic significance", "unrecognised"),
        ("Formally identified", "unrecognised"),
    ],
)
def test_other_texts_name_no_category(text: str, kind: str) -> None:
    """Nothing, N/A and unheard-of texts are told apart and name no category."""
    claim = read_label(text)
    assert (claim.kind, claim.significance, claim.vocabulary) == (kind, None, "")


@pytest.mark.parametrize("category", Significance)
@pytest.mark.parametrize("vocabulary", ["long", "short"])
def test_written_categories_read_back(category: Significance, vocabulary: str) -> None:
    """What is written in a file's vocabulary reads back as the same category in that vocabulary."""
    claim = read_label(written(category, vocabulary=vocabulary))
    assert (claim.significance, claim.vocabulary) == (category, vocabulary)


# claim, stage, status, answer, regime, row of the regime, value due -> verdict
VERDICTS = [
    ("bogus", POST, DECIDED, HIGH, "table-7", "P2", True, "unrecognised"),
    ("bogus", POST, PROVISIONAL, LOW, "table-7", "P2", True, "unrecognised"),
    ("bogus", BASE, DECIDED, LOW, "table-7", "B4", False, "unrecognised"),
    ("", POST, DECIDED, HIGH, "table-7", "P2", True, "blank"),
    ("N/A", POST, DECIDED, HIGH, "table-7", "P2", True, "blank"),
    ("", POST, PROVISIONAL, LOW, "table-7", "P2", True, "blank"),
    ("", BASE, DECIDED, LOW, "table-7", "B4", False, "ok"),
    ("N/A", BASE, DECIDED, LOW, "table-7", "B4", False, "ok"),
    ("N/A", BASE, PROVISIONAL, LOW, "review", "B8", False, "review"),
    ("Medium", POST, DECIDED, LOW, "table-7", "P2", True, "invalid-medium"),
    ("Medium", POST, DECIDED, HIGH, "table-7", "P4", True, "invalid-medium"),
    ("Medium", POST, PROVISIONAL, LOW, "table-7", "P2", True, "invalid-medium"),
    ("Medium", BASE, DECIDED, LOW, "table-7", "B4", True, "baseline-not-low"),
    ("High", BASE, DECIDED, LOW, "table-7", "B6", True, "baseline-not-low"),
    ("High", BASE, PROVISIONAL, LOW, "table-7", "B4", True, "baseline-not-low"),
    ("High", BASE, DECIDED, LOW, "table-7", "B4;B6", True, "baseline-not-low"),
    ("High", BASE, PROVISIONAL, LOW, "review", "B3;B4", True, "review"),
    ("Low", BASE, DECIDED, LOW, "table-7", "B4", True, "ok"),
    ("Medium", BASE, DECIDED, MEDIUM, "as-submitted", "B3", True, "ok"),
    ("Medium", BASE, PROVISIONAL, LOW, "both", "B5", True, "review"),
    ("Medium", POST, DECIDED, MEDIUM, "table-8", "P1", True, "ok"),
    ("High", POST, PROVISIONAL, LOW, "table-7", "P2", True, "review"),
    ("Low", POST, PROVISIONAL, LOW, "table-7", "P2", True, "review"),
    ("High", POST, DECIDED, LOW, "table-7", "P2", True, "wrong-high"),
    ("High", POST, DECIDED, MEDIUM, "table-8", "P1", True, "wrong-high"),
    ("Medium", POST, DECIDED, LOW, "table-8", "P1", True, "wrong-high"),
    ("Low", POST, DECIDED, HIGH, "table-7", "P2", True, "missed-high"),
    ("Medium", POST, DECIDED, HIGH, "table-8", "P1", True, "missed-high"),
    ("High", POST, DECIDED, HIGH, "table-7", "P2", True, "ok"),
    ("Low", POST, DECIDED, LOW, "table-7", "P3", True, "ok"),
]


@pytest.mark.parametrize(("text", "stage", "status", "answer", "regime", "row", "due", "expected"), VERDICTS)
def test_verdicts(
    text: str,
    stage: Stage,
    status: Status,
    answer: Significance,
    regime: str,
    row: str,
    due: bool,
    expected: str,
) -> None:
    """The first finding of the list that applies is the verdict."""
    part = Assessed(stage, status, answer, regime, row, value_due=due)
    assert verdict(read_label(text), part) == expected


@pytest.mark.parametrize("status", [Status.ERROR, Status.NOT_APPLICABLE])
@pytest.mark.parametrize("text", ["", "bogus", "Medium", "High", "Low"])
@pytest.mark.parametrize("stage", Stage)
def test_rows_without_answer_have_no_verdict(status: Status, text: str, stage: Stage) -> None:
    """A part in error or not applicable gets no verdict whatever was claimed."""
    assert verdict(read_label(text), Assessed(stage, status, None, "table-7", "B4")) == ""


@pytest.mark.parametrize(
    ("text", "earlier", "regime", "rule", "expected"),
    [
        ("Low", "Medium", "as-submitted", "B3", "frozen-baseline-changed"),
        ("High", "Low", "as-secured", "B7", "frozen-baseline-changed"),
        ("Medium", "Location ecologically desirable but not in local strategy", "as-submitted", "B3", "ok"),
        ("Low", "Medium", "table-7", "B4", "ok"),
        ("High", "Medium", "table-7", "B4", "baseline-not-low"),
        ("Medium", "High", "both", "B5", "ok"),
    ],
)
def test_frozen_baselines_are_held_against_an_earlier_file(
    text: str, earlier: str, regime: str, rule: str, expected: str
) -> None:
    """Only a baseline that the rules freeze must stay as an earlier file had it."""
    claim = read_label(text)
    part = Assessed(BASE, DECIDED, claim.significance, regime, rule, earlier=read_label(earlier))
    if expected == "baseline-not-low":
        part = Assessed(BASE, DECIDED, LOW, regime, rule, earlier=read_label(earlier))
    assert verdict(claim, part) == expected


def test_ok_always_means_equal() -> None:
    """Whatever the facts, a valid claim is ok only where it equals a decided answer."""
    regimes = ["table-7", "table-8", "as-submitted", "as-approved", "both", "review"]
    statuses = [DECIDED, PROVISIONAL]
    for stage, status, answer, regime, claimed in itertools.product(
        Stage, statuses, Significance, regimes, Significance
    ):
        claim = Claim(claimed.value, "significance", claimed, "short")
        found = verdict(claim, Assessed(stage, status, answer, regime, "B3"))
        assert found
        if found == "ok":
            assert claimed is answer
            assert status is DECIDED


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], ""),
        ([""], ""),
        (["wrong-high"], "wrong-high"),
        (["ok", "ok"], "split-needed"),
        (["ok", ""], "split-needed"),
        (["", ""], ""),
    ],
)
def test_parcels_of_several_parts_need_splitting(verdicts: list[str], expected: str) -> None:
    """One claim cannot hold for several parts; a single part's verdict is the parcel's."""
    assert parcel_verdict(verdicts) == expected
