"""Every case in `cases/regime/*.toml`: a sentence on the dates of an application, and which table applies."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.days import possible_days
from lnrs_geo.model import Stage
from lnrs_geo.multiplier.applications import COLUMNS, read_application
from lnrs_geo.multiplier.regime import Publication, Regime, regime_of
from lnrs_geo.multiplier.transition import content

FOLDER = Path(__file__).parent / "cases" / "regime"
KEYS = {"name", "cites", "file", "application", "published", "as_at", "stage", "off_site", "expect"}
EXPECTED = {"regime", "rule", "missing", "held", "warns", "reason"}


def load() -> list[dict[str, Any]]:
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        text = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [{**text.get("given", {}), **case, "file": path.stem} for case in text["case"]]
    return found


CASES = load()


def publication(text: str) -> Publication | None:
    if text == "unknown":
        return None
    if text == "draft":
        return Publication(None, None)
    days = possible_days(text)
    return Publication(days.first, days.last)


def solve(case: dict[str, Any]) -> Regime:
    application, _ = read_application(case["application"])
    return regime_of(
        Stage(case["stage"]),
        application,
        publication=publication(case["published"]),
        as_at=date.fromisoformat(case["as_at"]),
        off_site=case.get("off_site", False),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    """The dates lead to the table and the row that were worked out by hand."""
    found, wanted = solve(case), case["expect"]
    assert (found.table, found.rule) == (wanted["regime"], wanted["rule"])
    assert found.reason.endswith(".") and found.citation
    if "missing" in wanted:
        assert list(found.missing) == wanted["missing"]
    if "held" in wanted:
        assert found.held == wanted["held"]
    assert wanted.get("reason", "") in found.reason
    warns = wanted.get("warns")
    if warns == "":
        assert not found.warnings
    for text in [warns] if isinstance(warns, str) else warns or []:
        assert text in " ".join(found.warnings)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case_is_well_formed(case: dict[str, Any]) -> None:
    """A misspelt word in a case would test nothing."""
    assert set(case) <= KEYS and {"name", "cites", "application", "published", "as_at", "stage"} <= set(case)
    assert set(case["expect"]) <= EXPECTED and {"regime", "rule"} <= set(case["expect"])
    assert set(case["application"]) <= set(COLUMNS)


def test_every_row_is_reached() -> None:
    """Each row of the rule file holds in at least one case, alone, and no two cases bear one name."""
    rules = [case["expect"]["rule"] for case in CASES if not case["expect"].get("missing")]
    reached = {row for rule in rules if "|" not in rule for row in rule.split("/")}
    assert reached == {row["id"] for row in content()["row"]}
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) >= 80
