"""The sentence for the gain plan says what the row says, and never more."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.report.facts import Limb, PartFacts, Report
from lnrs_geo.report.findings import found
from lnrs_geo.report.reading import read_report, report_of

APPLIED = "has been applied"
# The farm is checked without dates
ASSUMED = "No dates were given: this is said assuming an application made after publication of the LNRS. "


def parts(report: Report) -> list[PartFacts]:
    return [one for parcel in report.parcels for one in parcel.parts]


def sentence(report: Report, ref: str, number: int = 1) -> str:
    """Return the sentence of a parcel's part after the development."""
    (found,) = [
        one.gain_plan
        for one in parts(report)
        if (one.row["parcel_ref"], one.row["part"], one.row["stage"]) == (ref, number, "post")
    ]
    return found


@pytest.fixture(scope="module")
def published_folder(with_strategy: Callable[..., Path]) -> Path:
    """Return the farm checked under a strategy that is published."""
    return with_strategy(status="published", name="Elsewhere", strategy={"title": "Wild at heart"})


@pytest.fixture(scope="module")
def published(published_folder: Path) -> Report:
    return read_report(published_folder)


def changed(folder: Path, ref: str, *, run: Mapping[str, Any] | None = None, **cells: object) -> str:
    """Return the sentence of a parcel's first part after the development with other cells in its row."""
    document = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    (row,) = [
        one for one in document["parts"] if (one["parcel_ref"], one["part"], one["stage"]) == (ref, 1, "post")
    ]
    row |= cells
    document["run"] |= run or {}
    return sentence(report_of(document), ref)


def test_high_names_strategy_measure_and_whose_word(published: Report) -> None:
    """A High says which strategy was applied, the measure with its text, on whose word, and the multiplier."""
    assert sentence(published, "R01") == (
        f"{ASSUMED}The published Elsewhere Local Nature Recovery Strategy (“Wild at heart”, 15 January 2025) has been "
        "applied: parcel R01 (0.187 km, enhanced to Other rivers and streams) lies on land mapped for measure "
        "SMP-R1 (“Sample measure: improve rivers and their banks”), and the proposal is consistent with it "
        "(published: Made-up sample strategy, table of measures). Strategic significance: High (1.15)."
    )


def test_low_inside_a_measure_says_why(published: Report) -> None:
    """A Low inside a measure names the measure and the word on which the proposal is not consistent."""
    assert sentence(published, "H004") == (
        f"{ASSUMED}The published Elsewhere Local Nature Recovery Strategy (“Wild at heart”, 15 January 2025) has been "
        "applied: parcel H004 (0.5977 ha, created as Woodland and forest - Other coniferous woodland) lies on "
        "land mapped for measure SMP-W1 (“Sample measure: plant and join up native broadleaved woodland”), but "
        "the proposal is not consistent with it (SMP-W1: not consistent, published: Made-up sample strategy, "
        "table of measures). Strategic significance: Low (1.0)."
    )


def test_parts_have_sentences_of_their_own(published: Report) -> None:
    """Of a parcel to be split each part says its own number, size and answer."""
    first, second = sentence(published, "H007", 1), sentence(published, "H007", 2)
    assert "part 1 of 2 of parcel H007 (0.3241 ha" in first
    assert first.endswith("Strategic significance: High (1.15).")
    assert "no potential measure is mapped where part 2 of 2 of parcel H007 (0.3187 ha" in second
    assert second.endswith("lies. Strategic significance: Low (1.0).")


def test_every_sentence_ends_in_its_own_answer(published: Report, report: Report) -> None:
    """Decided parts state their row's significance; no provisional part ever states one as final."""
    for part in parts(published) + parts(report):
        row, said = part.row, part.gain_plan
        if row["stage"] == "baseline" or row["status"] in ("error", "not-applicable"):
            assert said == ""
        elif row["status"] == "decided":
            mult = {"High": "1.15", "Low": "1.0"}[row["strat_sig"]]
            assert f"Strategic significance: {row['strat_sig']} ({mult})." in said, row["parcel_ref"]
            assert ("A person must look" in said) == row["review"]
            assert ("borderline" in said) == row["borderline"]
        else:
            assert "cannot yet be stated" in said
            assert "until a person has looked" in said
            assert "Strategic significance:" not in said
            assert APPLIED not in said


def test_applied_only_where_the_map_was_asked(published: Report) -> None:
    """Nothing is claimed to have been applied to retained habitat, zero scores, or land of another LNRS."""
    asked = {
        "consistent",
        "override",
        "inconsistent",
        "not-listed",
        "not-eligible",
        "unmapped",
        "in-apib-only",
    }
    post = [one for one in parts(published) if one.row["stage"] == "post"]
    assert {one.row["ss_reason"] for one in post if APPLIED in one.gain_plan} == asked
    for one in post:
        decided = one.row["status"] == "decided"
        assert (APPLIED in one.gain_plan) == (decided and one.row["ss_reason"] in asked)


def test_sample_says_it_is_made_up(report: Report) -> None:
    """Under a sample every sentence begins by saying so, and none says that an LNRS was applied."""
    said = [one.gain_plan for one in parts(report) if one.gain_plan]
    assert len(said) > 100
    assert all(one.startswith("This is a made-up sample and says nothing about real land.") for one in said)
    assert not any(APPLIED in one or "published Made-up" in one for one in said)


def test_draft_decides_nothing(with_strategy: Callable[..., Path]) -> None:
    """Under a consultation draft nothing is applied and every sentence says that it is a draft."""
    draft = read_report(with_strategy(status="draft"))
    said = [one.gain_plan for one in parts(draft) if one.gain_plan]
    assert said
    assert all("consultation draft, which decides nothing" in one for one in said)
    assert not any(APPLIED in one for one in said)


def test_override_names_role_and_day(published: Report) -> None:
    """A High that rests on a person says whose override it was and when."""
    assert "(override by the county ecologist on 2025-03-03: Made up: The meadow" in sentence(
        published, "H038"
    )
    assert "override by the county ecologist" in sentence(published, "H046")
    assert sentence(published, "H046").endswith("Strategic significance: Low (1.0).")


def test_what_the_reason_adds_stays(published: Report) -> None:
    """A warning at the end of the reason, such as harm to an APIB, is in the sentence."""
    assert "check that it does no harm there." in sentence(published, "H055")
    assert "runs along an edge within 0.1 m" in sentence(published, "HG05")
    for part in parts(published):
        if part.gain_plan:
            assert part.gain_plan.count(part.row["reason"][-30:]) == 1 or "where p" in part.gain_plan


def test_accepted_proposals_are_a_draft(with_strategy: Callable[..., Path]) -> None:
    """With proposed rows accepted every sentence says so; one that rests on them applies nothing."""
    accepted = read_report(with_strategy(status="published", accept_proposed=True))
    assert all(one.gain_plan.startswith("DRAFT: ") for one in parts(accepted) if one.gain_plan)
    assert APPLIED not in sentence(accepted, "H035")
    assert "DRAFT: The land is mapped" in sentence(accepted, "H035")


def test_values_kept_say_as_what(with_strategy: Callable[..., Path]) -> None:
    """A value that stands as approved says so, and no LNRS is said to have been applied."""
    dates = {
        "application_date": "2024-09-02",
        "granted": "2024-12-05",
        "gain_plan_submitted": "2025-01-10",
        "gain_plan_approved": "2025-01-12",
    }
    said = sentence(read_report(with_strategy(status="published", dates=dates)), "H001")
    assert said.endswith(
        "The value stands as approved: High. Strategic significance, as approved: High (1.15)."
    )
    assert APPLIED not in said


def test_table_8_rests_on_the_user(with_strategy: Callable[..., Path], tmp_path: Path) -> None:
    """Before publication a document decides, on the user's judgement, and the sentence says both."""
    listed = tmp_path / "documents.csv"
    listed.write_text(
        "authority,document,parcel_ref,stage,significance,role,date,judgement\n"
        "Sample Southmoor District,Made-up green plan,H001,post,High,made-up officer,2025-01-02,it is described\n",
        encoding="utf-8",
    )
    folder = with_strategy(status="published", documents=listed, dates={"application_date": "2024-09-02"},
                           strategy={"published": "2026-12-31"})  # fmt: skip
    said = sentence(read_report(folder), "H001")
    assert "Table 8: Made-up green plan maps and describes the habitat here, on the user's judgement" in said
    assert said.endswith("Strategic significance: High (1.15).")
    assert APPLIED not in said


def test_two_figures_are_both_told(published_folder: Path) -> None:
    """A part with two figures names both; equal ones still want a person."""
    open_row = {"status": "provisional", "review": True, "regime": "both", "ss_reason": "regime-review"}
    low = {"strat_sig": "Low", "ss_mult": 1, "alt_sig": "Medium", "alt_mult": 1.1}
    said = changed(published_folder, "H001", **open_row, **low)
    assert said.endswith("It counts as Low (1.0) only until a person has looked; Medium (1.1) is possible.")
    same = {"strat_sig": "High", "ss_mult": 1.15, "alt_sig": "High", "alt_mult": 1.15}
    said = changed(published_folder, "H001", **open_row, **same)
    assert said.endswith("By both readings it would be High (1.15), but a person must look first.")


def test_each_of_several_strategies_speaks_for_its_own_land(published_folder: Path) -> None:
    """With several strategies the one of the row's LNRS is named; a row of none has none applied."""
    facts = {"title": "", "published_source": "", "sha256": ""}
    several = [
        {
            **facts,
            "lnrs_id": "sample",
            "name": "North Downs LNRS",
            "status": "published",
            "published": "2025-09",
        },
        {**facts, "lnrs_id": "14", "name": "South", "status": "published", "published": "2025"},
        {**facts, "lnrs_id": "15", "name": "West", "status": "draft", "published": ""},
    ]
    run = {"strategies": several}
    said = changed(published_folder, "H001", run=run)
    assert said.startswith(
        ASSUMED + "The published North Downs LNRS (September 2025) has been applied: parcel H001"
    )
    said = changed(published_folder, "H001", run=run, lnrs_id="14")
    assert said.startswith(
        ASSUMED + "The published South Local Nature Recovery Strategy (2025) has been applied:"
    )
    for other in ("15", "99", ""):
        assert APPLIED not in changed(published_folder, "H001", run=run, lnrs_id=other)


def test_without_an_area_the_one_map_was_asked(published_folder: Path) -> None:
    """Where no area was given the only map was asked everywhere; where one was, land of no LNRS was not."""
    assert APPLIED in changed(published_folder, "H001", run={"area_given": False}, lnrs_id="")
    assert APPLIED not in changed(published_folder, "H001", run={"area_given": True}, lnrs_id="")


def test_reasons_in_other_words_stand_as_they_are(published_folder: Path) -> None:
    """A reason that is not recognised word by word is quoted, not paraphrased."""
    said = changed(published_folder, "H001", reason="Worded otherwise.")
    assert "woodland): Worded otherwise. Strategic significance: High (1.15)." in said


def test_a_sliver_is_not_nothing(published_folder: Path) -> None:
    """A size that would round to nought is told in square metres."""
    assert "(0.3 m², created as" in changed(published_folder, "H001", size=0.00003, size_m=0.3)


def test_an_override_beside_another_word_is_told_with_its_measure() -> None:
    """Where a person overrode one of two consistent measures, the one relied on is told on its own word."""
    first, second = (
        ("W1", "consistent, published: the strategy"),
        ("G1", "consistent, override by the ecologist on a day"),
    )
    limbs = [Limb("Limb a: is a potential measure mapped here?", "yes", "W1, G1")]
    limbs += [
        Limb(f"Limb b: is the proposal consistent with {one}?", "yes", said) for one, said in (first, second)
    ]
    row = {
        "lnrs_id": "1", "measure_id": "W1",
        "reason": "The land is mapped for measures W1, G1, and the proposal is consistent with them (G1 override by "
        "the ecologist on a day). More.",
    }  # fmt: skip
    said = found(PartFacts(row, tuple(limbs), (), "", "", ""), "parcel A", {("1", "W1"): "Plant a wood."})
    assert said == (
        "parcel A lies on land mapped for measure W1 (“Plant a wood”), and the proposal is consistent with it "
        "(published: the strategy). More."
    )
