"""Dates known to the day, the month or the year, and how they read."""

from datetime import date

import pytest

from lnrs_geo.days import Days, possible_days


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2025-09-10", date(2025, 9, 10), date(2025, 9, 10), "10 September 2025"),
        ("2025-09", date(2025, 9, 1), date(2025, 9, 30), "September 2025"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
    ],
)
def test_precision(text: str, first: date, last: date, words: str) -> None:
    """A month means any of its days, a year any of its own, and both read as they were written."""
    days = possible_days(text)
    assert days == Days(first, last)
    assert str(days) == words
    assert days.exact == (first == last)


def test_part_of_a_month() -> None:
    """Days that are no whole month are named by both ends."""
    assert str(Days(date(2025, 9, 1), date(2025, 9, 12))) == "1 September 2025 to 12 September 2025"
    assert str(Days(date(2025, 9, 1), date(2025, 10, 31))) == "1 September 2025 to 31 October 2025"


@pytest.mark.parametrize(
    "text", ["", "01/09/2025", "2025-9-1", "2025-13", "2025-02-30", "20250901", "2025-09-10T00:00", "0000"]
)
def test_no_date(text: str) -> None:
    """Any other form, and a day that no calendar has, is refused."""
    with pytest.raises(ValueError):
        possible_days(text)
