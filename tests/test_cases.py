"""Every case in `cases/*.toml`: a sentence, the land it speaks of, and the answer worked out by hand.

The sentences of the rules stand in `cases/sentences/*.toml` with an id each; a case says in `covers` which
of them it shows, and a sentence that no case can show says where else it is tested, or why it is not.
"""

import math
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lnrs_geo import summary
from lnrs_geo.cli.codes import DONE, ROWS_IN_ERROR
from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.result import Result
from tests.case_worlds import FOLDER, Case, load_cases, solve

CASES = load_cases()
ROOT = Path(__file__).parent.parent
MULTIPLIERS = {"High": 1.15, "Medium": 1.1, "Low": 1.0}
LABELS = {
    "High": "Formally identified in local strategy",
    "Medium": "Location ecologically desirable but not in local strategy",
    "Low": "Area/compensation not in local strategy/ no local strategy",
}
UPWARDS = ("Low", "Medium", "High")
KEPT = ("as-submitted", "as-approved", "as-secured")
TWO_FIGURES = ("both", "review")
REASONS = {
    "consistent", "override", "baseline", "frozen", "retained", "inconsistent", "not-eligible", "not-listed",
    "scores-zero", "unmapped", "in-apib-only", "open-verdict", "no-proposed-habitat", "unclear-retention",
    "unknown-habitat", "unknown-intervention", "outside-area", "lnrs-not-loaded", "no-area-given",
    "measures-incomplete", "repaired-geometry", "straddling-vertical", "regime-review", "table-8",
    "table-8-no-documents", "as-secured", "as-approved", "not-applicable", "error",
}  # fmt: skip
KEYS_OF_A_CASE = {
    "name", "cites", "covers", "file", "parcel", "parcels", "layer", "bare", "measures", "crosswalk", "area",
    "authorities", "apib", "acb", "overrides", "strategy", "options", "expect", "issues", "no_issues",
    "parcel_check", "baseline_check", "refused", "baseline_rows", "dates", "applications", "documents",
    "documents_list", "list_columns", "submitted", "told", "not_told", "assumes", "summary", "exit",
    "parcel_rows", "strategies", "load", "change",
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: Case, tmp_path: Path) -> None:
    """The program gives the answer that was worked out by hand."""
    if "refused" in case:
        with pytest.raises(LnrsGeoError, match=case["refused"]):
            solve(case, tmp_path)
        return
    result = solve(case, tmp_path)
    for stage in ("post", "baseline"):
        wanted = [part for part in case["expect"] if part.get("stage", "post") == stage]
        found = result.parts[result.parts["stage"] == stage]
        if stage == "baseline" and not wanted:
            continue  # a case about what is proposed need not speak of what was there
        assert found["ss_reason"].tolist() == [part["ss_reason"] for part in wanted], told(found)
        for expected, (_, part) in zip(wanted, found.iterrows(), strict=True):
            compare(part, expected, whole=result)
    if "baseline_rows" in case:
        assert (result.parts["stage"] == "baseline").sum() == case["baseline_rows"]
    codes = set(result.issues["code"])
    assert set(case.get("issues", [])) <= codes
    assert not set(case.get("no_issues", [])) & codes
    for word, stage in (("parcel_check", "post"), ("baseline_check", "baseline")):
        if word in case:
            rows = result.parcels[result.parcels["stage"] == stage]
            assert rows["check"].tolist() == [case[word]]
    if "parcel_rows" in case:
        for wanted, (_, row) in zip(case["parcel_rows"], result.parcels.iterrows(), strict=True):
            assert {word: row[word] for word in wanted} == wanted
    say(case, result)
    always_true(result)


def compare(part: "pd.Series[Any]", expected: dict[str, Any], *, whole: Result) -> None:
    """Hold one part against what a case says of it; what a case does not name is left open."""
    wanted = {"status": "decided", **expected}
    if wanted.pop("stage", "") == "baseline":
        assert part["stage"] == "baseline"
    for word in ("says", "would_be_high"):
        column = {"says": "reason"}.get(word, word)
        text = wanted.pop(word, None)
        assert text is None or (text in part[column] if text else part[column] == ""), part[column]
    unsaid = wanted.pop("says_not", None)
    assert unsaid is None or unsaid not in part["reason"], part["reason"]
    share = wanted.pop("share", None)
    if share is not None:
        same = (whole.parts["parcel_ref"] == part["parcel_ref"]) & (whole.parts["stage"] == part["stage"])
        assert part["size_m"] / whole.parts.loc[same, "size_m"].sum() == pytest.approx(share, abs=1e-6)
    mult = wanted.pop("ss_mult", None)
    assert mult is None or float(part["ss_mult"]) == mult
    size = wanted.pop("size_m", None)
    assert size is None or part["size_m"] == pytest.approx(size, abs=0.01)
    if "relies_on" in wanted:
        wanted["measure_id"] = wanted.pop("relies_on")
    assert {word: part[word] for word in wanted} == wanted, part["reason"]


def say(case: Case, result: Result) -> None:
    """Hold what a run tells of itself against a case: its issues, its assumption, its summary, its exit."""
    messages = {code: " ".join(rows["message"]) for code, rows in result.issues.groupby("code")}
    for code, text in case.get("told", {}).items():
        assert text in messages.get(code, ""), messages
    for code, text in case.get("not_told", {}).items():
        assert code in messages and text not in messages[code], messages
    assert case.get("assumes", "") in result.run["assumption"]
    printed = "\n".join(summary.lines(result, []))
    for text in case.get("summary", []):
        assert text in printed, printed
    if "exit" in case:
        assert (ROWS_IN_ERROR if result.has_errors else DONE) == case["exit"]


def always_true(result: Result) -> None:
    """Check what holds of every answer, whatever the case is about."""
    for _, part in result.parts.iterrows():
        significance, status, regime = part["strat_sig"], part["status"], part["regime"]
        assert part["ss_label"] == LABELS.get(significance, "")
        for name, mult in ((significance, part["ss_mult"]), (part["alt_sig"], part["alt_mult"])):
            assert (None if math.isnan(mult) else mult) == MULTIPLIERS.get(name)
        assert part["review"] or status != "provisional"
        assert (status == "not-applicable") == (regime == "") or status == "error"
        if status in ("error", "not-applicable"):
            assert (significance, part["alt_sig"], part["measure_id"], part["check"]) == ("", "", "", "")
            assert not part["review"] or status == "error"
            continue
        assert regime in ("table-7", "table-8", *KEPT, *TWO_FIGURES)
        always_true_of_regime(part)
    for _, parts in result.parts.groupby(["src_fid", "stage"]):
        assert parts["part"].tolist() == list(range(1, len(parts) + 1))


def always_true_of_regime(part: "pd.Series[Any]") -> None:
    """Check what holds of every answer that one table, or the value kept, gives."""
    significance, other, decided = part["strat_sig"], part["alt_sig"], part["status"] == "decided"
    assert significance in UPWARDS
    if part["regime"] == "table-7":
        assert significance != "Medium"
        assert significance != "High" or (decided and part["stage"] == "post")
        assert bool(part["measure_id"]) == (significance == "High")
    elif part["regime"] in TWO_FIGURES:
        # Medium is there only as the lower of two figures
        assert significance != "Medium" or other == "High"
        assert not decided and (not other or UPWARDS.index(other) >= UPWARDS.index(significance))
        assert bool(part["measure_id"]) == (significance == "High")
    else:
        assert part["measure_id"] == ""
        assert decided or significance == "Low"
    assert not other or part["regime"] in TWO_FIGURES


def told(parts: pd.DataFrame) -> str:
    return "\n".join(f"{p.strat_sig} {p.status} {p.ss_reason}: {p.reason}" for p in parts.itertuples())


# What the cases cover together


@pytest.fixture(scope="module")
def sentences() -> dict[str, dict[str, str]]:
    """Return the sentences of the rules by id: what each says, and where it is tested if by no case."""
    rows: dict[str, dict[str, str]] = {}
    for path in sorted((FOLDER / "sentences").glob("*.toml")):
        rows |= tomllib.loads(path.read_text(encoding="utf-8"))
    return rows


def test_every_sentence_of_the_rules_is_covered(sentences: dict[str, dict[str, str]]) -> None:
    """A sentence has a case, or names the tests that stand for it, or says why it has none."""
    covered = {id_ for case in CASES for id_ in case.get("covers", [])}
    assert covered <= sentences.keys()
    for id_, row in sentences.items():
        assert row.keys() <= {"says", "elsewhere", "not_reached"}, id_
        assert (id_ in covered) == (not {"elsewhere", "not_reached"} & row.keys()), id_
        for path in row.get("elsewhere", "").split():
            assert (ROOT / path).exists(), path


def test_every_reason_is_reached() -> None:
    """The cases give every reason code there is."""
    reached = {part["ss_reason"] for case in CASES for part in case.get("expect", [])}
    assert reached == REASONS


def test_cases_are_well_formed() -> None:
    """Names are sentences that stand once, every case cites its rule, and no word is misspelt."""
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) >= 60
    for case in CASES:
        assert case.keys() <= KEYS_OF_A_CASE, case["name"]
        assert case["cites"].startswith(("UG", "PAS", "TCPA", "rules", "contract", "own")), case["name"]
        assert case["name"][0].isupper(), case["name"]
        assert " " in case["name"].strip("."), case["name"]
