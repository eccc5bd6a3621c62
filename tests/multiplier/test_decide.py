"""The decision of Table 7: each clause, and the order in which they are asked."""

from dataclasses import replace
from datetime import date

import pytest

from lnrs_geo.model import Intervention, Module, Retention, Stage
from lnrs_geo.multiplier import (
    Answer,
    Decision,
    Land,
    Mapped,
    Place,
    Regime,
    Row,
    assign,
    load_edition,
)
from lnrs_geo.multiplier.rules import editions

EDITION = load_edition(date(2026, 11, 20))
TABLE_7 = Regime("table-7", "P2", "The LNRS is published; no dates given.")
DRAFT = Regime("table-8", "P1", "The strategy is a draft.")
UNSURE = Regime("review", "P2|P1", "Published some day this month.")
MEADOW = Row(
    Module.AREA,
    Stage.POST,
    Retention.CREATED,
    Intervention.CREATE,
    "Grassland - Lowland meadows",
    TABLE_7,
)
BASELINE = replace(MEADOW, stage=Stage.BASELINE, retention=Retention.LOST, intervention=None)
RETAINED = replace(MEADOW, retention=Retention.RETAINED, intervention=None)
ENHANCED = replace(MEADOW, retention=Retention.ENHANCED, intervention=Intervention.ENHANCE)
SEALED = replace(MEADOW, habitat="Urban - Developed land; sealed surface", scores_zero=True)
OBSTACLES = (
    "unknown-habitat", "unclear-retention", "no-proposed-habitat", "unknown-intervention",
    "straddling-vertical",
)  # fmt: skip


def measure(answer: Answer, name: str = "M1", **told: object) -> Mapped:
    return Mapped(name, answer, f"{answer} is the reason", **told)  # type: ignore[arg-type]


YES, OPEN, NO = measure(Answer.YES), measure(Answer.OPEN), measure(Answer.NO)
LISTED_OUT, BARRED = measure(Answer.NOT_LISTED), measure(Answer.NOT_ELIGIBLE)
BROKEN = measure(Answer.YES, repaired=True)
BESIDE = measure(Answer.YES, repaired=True, beside=True)
OVERRIDE_YES = measure(Answer.YES, status="override")
OVERRIDE_NO = measure(Answer.NO, status="override")


def inside(*measures: Mapped, land: Land = Land.IN_AREA, **told: bool) -> Place:
    return Place(land, measures, **told)


def decide(row: Row, place: Place) -> Decision:
    return assign(row, place, edition=EDITION)


# row, place -> significance, status, reason, rule
HIGH, LOW = "High decided", "Low decided"
FOR_REVIEW = "Low provisional"
CLAUSES = [
    (MEADOW, inside(YES), HIGH, "consistent", "table-7/high"),
    (ENHANCED, inside(YES), HIGH, "consistent", "table-7/high"),
    (MEADOW, inside(), LOW, "unmapped", "table-7/low"),
    (MEADOW, inside(NO), LOW, "inconsistent", "table-7/low"),
    (MEADOW, inside(LISTED_OUT), LOW, "not-listed", "own/not-listed"),
    (MEADOW, inside(BARRED), LOW, "not-eligible", "own/not-eligible"),
    (MEADOW, inside(OPEN), FOR_REVIEW, "open-verdict", "own/open-verdict"),
    (MEADOW, inside(OVERRIDE_YES), HIGH, "override", "own/override"),
    (MEADOW, inside(OVERRIDE_NO), LOW, "override", "own/override"),
    (MEADOW, inside(BROKEN), FOR_REVIEW, "repaired-geometry", "own/repaired-geometry"),
    (MEADOW, inside(BESIDE), FOR_REVIEW, "repaired-geometry", "own/repaired-geometry"),
    (BASELINE, inside(YES), LOW, "baseline", "table-7/baseline"),
    (RETAINED, inside(YES), LOW, "retained", "table-7/retained"),
    (SEALED, inside(YES), LOW, "scores-zero", "table-7/scores-zero"),
    *((replace(MEADOW, obstacle=one), inside(YES), FOR_REVIEW, one, f"own/{one}") for one in OBSTACLES),
    (replace(MEADOW, obstacle="error"), inside(YES), " error", "error", "own/no-answer"),
    (MEADOW, inside(YES, land=Land.OUTSIDE), FOR_REVIEW, "outside-area", "own/outside-area"),
    (MEADOW, inside(YES, land=Land.OTHER_LNRS), FOR_REVIEW, "lnrs-not-loaded", "own/lnrs-not-loaded"),
    (MEADOW, inside(land=Land.NOT_GIVEN), FOR_REVIEW, "no-area-given", "own/no-area-given"),
    (MEADOW, inside(map_complete=False), FOR_REVIEW, "measures-incomplete", "own/measures-incomplete"),
    (MEADOW, inside(in_apib=True), LOW, "in-apib-only", "table-7/low"),
    (MEADOW, inside(in_acb=True), LOW, "in-apib-only", "table-7/low"),
    (
        replace(MEADOW, regime=DRAFT),
        inside(YES),
        FOR_REVIEW,
        "table-8-no-documents",
        "own/table-8-no-documents",
    ),
    (replace(MEADOW, regime=UNSURE), inside(YES), FOR_REVIEW, "regime-review", "own/regime-review"),
    # several measures at one place
    (MEADOW, inside(NO, OPEN, YES), HIGH, "consistent", "table-7/high"),
    (MEADOW, inside(YES, OVERRIDE_YES), HIGH, "consistent", "table-7/high"),
    (MEADOW, inside(BROKEN, YES), HIGH, "consistent", "table-7/high"),
    (MEADOW, inside(NO, OPEN, BARRED), FOR_REVIEW, "open-verdict", "own/open-verdict"),
    (MEADOW, inside(BROKEN, OPEN), FOR_REVIEW, "repaired-geometry", "own/repaired-geometry"),
    (MEADOW, inside(BARRED, LISTED_OUT, NO), LOW, "inconsistent", "table-7/low"),
    (MEADOW, inside(BARRED, LISTED_OUT), LOW, "not-listed", "own/not-listed"),
    (MEADOW, inside(NO, OVERRIDE_NO), LOW, "override", "own/override"),
    (MEADOW, inside(NO, BESIDE), FOR_REVIEW, "repaired-geometry", "own/repaired-geometry"),
    # land and map matter only where no measure answers
    (MEADOW, inside(YES, land=Land.NOT_GIVEN, map_complete=False), HIGH, "consistent", "table-7/high"),
    (MEADOW, inside(NO, land=Land.NOT_GIVEN, map_complete=False), LOW, "inconsistent", "table-7/low"),
    (MEADOW, inside(NO, in_apib=True), LOW, "inconsistent", "table-7/low"),
]


@pytest.mark.parametrize(("row", "place", "answer", "reason", "rule"), CLAUSES)
def test_clause(row: Row, place: Place, answer: str, reason: str, rule: str) -> None:
    """Each kind of row and place has its answer, its reason and its rule."""
    decision = decide(row, place)
    assert f"{decision.significance or ''} {decision.status}" == answer
    assert decision.ss_reason == reason
    assert decision.rule_id == f"UG-2026-06/{rule}"
    assert decision.citation
    assert decision.reason.endswith(".") or row.obstacle


# Each fact settles the row before the next one is asked (rules 2.12).
FIRST_TO_LAST = [
    ("error", {"obstacle": "error"}),
    ("table-8-no-documents", {"regime": DRAFT}),
    ("baseline", {"stage": Stage.BASELINE}),
    ("retained", {"retention": Retention.RETAINED}),
    ("scores-zero", {"scores_zero": True}),
    ("unknown-habitat", {"obstacle": "unknown-habitat"}),
]


@pytest.mark.parametrize("first", range(len(FIRST_TO_LAST)), ids=[name for name, _ in FIRST_TO_LAST])
def test_order_of_a_row(first: int) -> None:
    """Regime, then baseline, Retained, habitats that score nothing, what is unclear, and only then the land."""
    row = MEADOW
    for _, change in reversed(FIRST_TO_LAST[first:]):
        row = replace(row, **change)  # type: ignore[arg-type]
    for place in (inside(YES), inside(YES, land=Land.OUTSIDE), inside(land=Land.NOT_GIVEN)):
        assert decide(row, place).ss_reason == FIRST_TO_LAST[first][0]


@pytest.mark.parametrize(
    ("row", "place", "review", "note"),
    [
        (MEADOW, inside(YES, in_apib=True), True, "created inside an APIB"),
        (MEADOW, inside(NO, in_apib=True), True, "created inside an APIB"),
        (ENHANCED, inside(YES, in_apib=True), False, "inside an APIB"),
        (MEADOW, inside(YES, in_acb=True), False, ""),
        (MEADOW, inside(YES), False, ""),
        (SEALED, inside(in_apib=True), False, ""),
        (RETAINED, inside(in_apib=True), False, ""),
        (BASELINE, inside(in_apib=True), False, ""),
        (MEADOW, inside(OPEN, in_apib=True), True, ""),
    ],
)
def test_apib(row: Row, place: Place, review: bool, note: str) -> None:
    """Created inside an APIB is for review, Enhanced carries a note, nothing else is touched."""
    decision = decide(row, place)
    assert decision.review is review
    assert (note or "inside an APIB") in decision.reason or not note
    assert bool(note) == ("inside an APIB" in decision.reason)
    assert decision.significance == decide(row, replace(place, in_apib=False)).significance


def test_provisional_is_always_for_review() -> None:
    """Whatever is provisional, a person must look at."""
    for row, place, *_ in CLAUSES:
        decision = decide(row, place)
        assert decision.review or decision.status != "provisional"


def test_every_edition_has_every_rule() -> None:
    """No decision can ask an edition for a rule that it does not have."""
    for edition in editions():
        for row, place, _, _, rule in CLAUSES:
            assert assign(row, place, edition=edition).rule_id == f"{edition.id}/{rule}"


def test_medium_is_never_given() -> None:
    """Table 7 knows High and Low only."""
    assert {str(decide(row, place).significance) for row, place, *_ in CLAUSES} == {"High", "Low", "None"}


def test_reason_names_measures_once_and_open_ones_with_what_they_lack() -> None:
    """A sentence names each measure once, and for an open one what is missing."""
    twice = inside(OPEN, replace(OPEN, repaired=True), measure(Answer.OPEN, "M2"))
    reason = decide(MEADOW, twice).reason
    assert "measures M1, M2" in reason
    assert "M2: open is the reason" in reason
