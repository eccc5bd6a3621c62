"""The two limbs of Table 7 as the trace of each part answered them."""

from lnrs_geo.report.facts import Limb, Report
from lnrs_geo.report.limbs import NOT_ASKED, limbs, measure_of, steps

REASONS_ON_LIMBS = {
    "consistent", "override", "inconsistent", "not-listed", "not-eligible", "unmapped", "in-apib-only",
    "open-verdict",
}  # fmt: skip


def test_limbs_answer_as_the_row_says(report: Report) -> None:
    """Limb a is yes inside a measure and no outside; limb b is yes for a High and never yes for a decided Low."""
    seen = set()
    for part in (one for parcel in report.parcels for one in parcel.parts):
        row = part.row
        if row["stage"] != "post" or row["ss_reason"] not in REASONS_ON_LIMBS:
            continue
        seen.add(row["ss_reason"])
        location, *consistency = part.limbs
        assert location.question.startswith("Limb a")
        assert all(one.question.startswith("Limb b") for one in consistency)
        answers = {one.answer for one in consistency}
        if row["ss_reason"] in ("unmapped", "in-apib-only"):
            assert (location.answer, answers) == ("no", {NOT_ASKED}), row["parcel_ref"]
        elif row["strat_sig"] == "High":
            assert location.answer == "yes"
            assert "yes" in answers, row["parcel_ref"]
        else:
            assert location.answer == "yes"
            assert "yes" not in answers, row["parcel_ref"]
    assert seen == REASONS_ON_LIMBS


def test_every_measure_keeps_its_step(report: Report) -> None:
    """Each measure that limb a names has an answer of its own to limb b."""
    several = 0
    for part in (one for parcel in report.parcels for one in parcel.parts):
        if part.limbs and part.limbs[0].answer == "yes":
            named = part.limbs[0].evidence.split(", ")
            assert [measure_of(one) for one in part.limbs[1:]] == named
            several += len(named) > 1
    assert several


def test_limbs_are_steps_and_no_step_is_lost(report: Report) -> None:
    """Every limb asked is one of the steps as it stands, so that a page can show the others apart."""
    for part in (one for parcel in report.parcels for one in parcel.parts):
        asked = [one for one in part.limbs if one.answer != NOT_ASKED]
        assert all(one in part.steps for one in asked)
        assert sum(one.question.startswith("Limb") for one in part.steps) == len(asked)


def test_rows_that_table_7_did_not_look_up_have_no_limbs(report: Report) -> None:
    """Baselines, retained habitat and land outside the strategy were not asked either question."""
    for part in (one for parcel in report.parcels for one in parcel.parts):
        if part.row["stage"] == "baseline" or part.row["retention"] == "Retained":
            assert part.limbs == ()
        if part.row["ss_reason"] in ("outside-area", "lnrs-not-loaded", "scores-zero"):
            assert part.limbs == ()


def test_a_measure_may_be_called_anything() -> None:
    """The id is read whole, question marks and lines within it too."""
    assert measure_of(Limb("Limb b: is the proposal consistent with why?\nhow??", "no", "")) == "why?\nhow?"
    assert measure_of(Limb("Limb a: is a potential measure mapped here?", "yes", "")) == ""
    assert steps({}) == ()
    assert limbs(()) == ()
