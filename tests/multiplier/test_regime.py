"""Which table applies where no dates of an application are known."""

from datetime import date

import pytest

from lnrs_geo.model import Stage
from lnrs_geo.multiplier.regime import Publication, without_dates

DAY = Publication(date(2025, 9, 15), date(2025, 9, 15))
MONTH = Publication(date(2025, 9, 1), date(2025, 9, 30))
YEAR = Publication(date(2025, 1, 1), date(2025, 12, 31))
DRAFT = Publication(None, None)


@pytest.mark.parametrize(
    ("publication", "as_at", "table", "post", "baseline"),
    [
        (DAY, date(2026, 1, 1), "table-7", "P2", "B4"),
        (DAY, date(2025, 9, 15), "table-7", "P2", "B4"),
        (DAY, date(2025, 9, 14), "table-8", "P1", "B2"),
        (MONTH, date(2025, 9, 30), "table-7", "P2", "B4"),
        (MONTH, date(2025, 9, 29), "review", "P2|P1", "B4|B2"),
        (MONTH, date(2025, 9, 1), "review", "P2|P1", "B4|B2"),
        (MONTH, date(2025, 8, 31), "table-8", "P1", "B2"),
        (YEAR, date(2025, 12, 30), "review", "P2|P1", "B4|B2"),
        (YEAR, date(2025, 12, 31), "table-7", "P2", "B4"),
        (DRAFT, date(2030, 1, 1), "table-8", "P1", "B2"),
    ],
)
def test_regime_by_publication(
    publication: Publication, as_at: date, table: str, post: str, baseline: str
) -> None:
    """Both ends of a date known to the month or year are tried; where they differ a person looks."""
    for stage, rule in ((Stage.POST, post), (Stage.BASELINE, baseline)):
        regime = without_dates(stage, publication=publication, as_at=as_at, off_site=False)
        assert (regime.table, regime.rule) == (table, rule)
        assert regime.reason.endswith(".")


@pytest.mark.parametrize(("stage", "rule"), [(Stage.BASELINE, "B6"), (Stage.POST, "P2")])
def test_off_site(stage: Stage, rule: str) -> None:
    """Off-site baseline follows its own row, what is proposed off-site the same as on-site."""
    assert without_dates(stage, publication=DAY, as_at=date(2026, 1, 1), off_site=True).rule == rule
