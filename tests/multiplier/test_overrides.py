"""An override settles consistency or a condition, and nothing else."""

import pytest

from lnrs_geo.errors import OverrideError
from lnrs_geo.multiplier.consistency import Answer, Verdict
from lnrs_geo.multiplier.overrides import Override, apply, find, read_overrides

ROW = {
    "site_ref": "", "parcel_ref": "P1", "decision": "consistent", "justification": "soil survey",
    "role": "county ecologist", "date": "2026-11-01",
}  # fmt: skip


def override(**change: str) -> Override:
    (one,) = read_overrides([{**ROW, **change}], where="overrides.csv")
    return one


@pytest.mark.parametrize(
    ("before", "decision", "after", "status"),
    [
        (Answer.OPEN, "consistent", Answer.YES, "override"),
        (Answer.OPEN, "not-consistent", Answer.NO, "override"),
        (Answer.NO, "consistent", Answer.YES, "override"),
        (Answer.NOT_LISTED, "consistent", Answer.YES, "override"),
        (Answer.YES, "not-consistent", Answer.NO, "override"),
        # it says what the row says already: the row keeps its word
        (Answer.YES, "consistent", Answer.YES, "published"),
        (Answer.NO, "not-consistent", Answer.NO, "published"),
        (Answer.NOT_LISTED, "not-consistent", Answer.NOT_LISTED, "published"),
        # no person makes an excluded measure count
        (Answer.NOT_ELIGIBLE, "consistent", Answer.NOT_ELIGIBLE, "published"),
        (Answer.NOT_ELIGIBLE, "not-consistent", Answer.NOT_ELIGIBLE, "published"),
    ],
)
def test_apply(before: Answer, decision: str, after: Answer, status: str) -> None:
    """What an override makes of each answer of the crosswalk."""
    verdict = apply(override(decision=decision), Verdict(before, "as the row says", "published"))
    assert (verdict.answer, verdict.status) == (after, status)


def test_without_override_nothing_changes() -> None:
    """No override, no change."""
    verdict = Verdict(Answer.OPEN, "no row")
    assert apply(None, verdict) is verdict


def test_source_names_role_date_and_justification() -> None:
    """Outputs show who decided, when and why."""
    source = apply(override(), Verdict(Answer.OPEN, "no row")).source
    for text in ("override", "county ecologist", "2026-11-01", "soil survey"):
        assert text in source


@pytest.mark.parametrize(
    ("change", "text"),
    [
        *(({name: ""}, f"lacks {name}") for name in ROW if name != "site_ref"),
        ({"decision": "Medium"}, "it takes consistent or not-consistent"),
        ({"decision": "High"}, "it takes consistent or not-consistent"),
    ],
)
def test_incomplete_or_unreadable_override_is_refused(change: dict[str, str], text: str) -> None:
    """Medium and High are no decisions, and nothing but the site may be left blank."""
    with pytest.raises(OverrideError, match=text):
        override(**change)


def test_two_overrides_of_one_parcel_are_refused() -> None:
    """Of two decisions about one parcel nobody knows which holds."""
    with pytest.raises(OverrideError, match="line 3 speaks again of parcel 'P1'"):
        read_overrides([ROW, {**ROW, "decision": "not-consistent"}], where="overrides.csv")


def test_blank_rows_are_passed_over() -> None:
    """A blank line at the end of a file is no fault."""
    assert len(read_overrides([ROW, dict.fromkeys(ROW, "")], where="overrides.csv")) == 1


def test_a_sites_own_override_goes_before_one_for_every_site() -> None:
    """The same reference stands on many sites, so the site is asked first."""
    general, own = override(decision="not-consistent"), override(site_ref="Mill Lane")
    assert find([general, own], site_ref="Mill Lane", parcel_ref="P1") is own
    assert find([general, own], site_ref="Field End", parcel_ref="P1") is general
    assert find([own], site_ref="Field End", parcel_ref="P1") is None
    assert find([general, own], site_ref="Mill Lane", parcel_ref="P2") is None
