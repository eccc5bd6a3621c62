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

from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.result import Result
from tests.case_worlds import FOLDER, Case, load_cases, solve

CASES = load_cases()
ROOT = Path(__file__).parent.parent
MULTIPLIERS = {"High": 1.15, "Low": 1.0}
LABELS = {
    "High": "Formally identified in local strategy",
    "Low": "Area/compensation not in local strategy/ no local strategy",
}
# Reasons of the contract that no case can reach yet, and why.
NOT_REACHED = {
    "frozen": "a baseline is frozen by dates, which are not asked for yet",
    "table-8": "needs the documents of a planning authority, which cannot be given yet",
    "as-secured": "needs the date of an agreement, which cannot be given yet",
    "as-approved": "needs the date of an approval, which cannot be given yet",
    "not-applicable": "needs a refused, withdrawn or exempt application, which cannot be given yet",
}
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
    "parcel_check", "refused", "baseline_rows",
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
    if "parcel_check" in case:
        post = result.parcels[result.parcels["stage"] == "post"]
        assert post["check"].tolist() == [case["parcel_check"]]
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


def always_true(result: Result) -> None:
    """Check what holds of every answer under Table 7, whatever the case is about."""
    for _, part in result.parts.iterrows():
        significance, status = part["strat_sig"], part["status"]
        assert significance in ("High", "Low") if status != "error" else significance == ""
        assert part["ss_label"] == LABELS.get(significance, "")
        mult = part["ss_mult"]
        assert (None if math.isnan(mult) else mult) == MULTIPLIERS.get(significance)
        assert part["review"] or status != "provisional"
        assert bool(part["measure_id"]) == (significance == "High")
        assert significance != "High" or (status == "decided" and part["stage"] == "post")
    for _, parts in result.parts.groupby(["src_fid", "stage"]):
        assert parts["part"].tolist() == list(range(1, len(parts) + 1))


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


def test_every_reason_is_reached_or_excused() -> None:
    """The cases give every reason code there is, save those that need dates or documents."""
    reached = {part["ss_reason"] for case in CASES for part in case.get("expect", [])}
    assert reached == REASONS - NOT_REACHED.keys()


def test_cases_are_well_formed() -> None:
    """Names are sentences that stand once, every case cites its rule, and no word is misspelt."""
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) >= 60
    for case in CASES:
        assert case.keys() <= KEYS_OF_A_CASE, case["name"]
        assert case["cites"].startswith(("UG", "PAS", "rules", "own")), case["name"]
        assert case["name"][0].isupper(), case["name"]
        assert " " in case["name"].strip("."), case["name"]
