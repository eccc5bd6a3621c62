"""Dates known to the day, the month or the year, and how they read."""

from datetime import date

import pytest

from lnrs_geo.days import Days, advice, day_of, possible_days


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2025-09-10", date(2025, 9, 10), date(2025, 9, 10), "10 September 2025"),
        ("2025-09", date(2025, 9, 1), date(2025, 9, 30), "September 2025"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("2024.0", date(2024, 1, 1), date(2024, 12, 31), "2024"),
        ("2024-06-01 00:00:00", date(2024, 6, 1), date(2024, 6, 1), "1 June 2024"),
        ("2024-06-01T00:00:00", date(2024, 6, 1), date(2024, 6, 1), "1 June 2024"),
        ("2024-06-01T00:00:00.000Z", date(2024, 6, 1), date(2024, 6, 1), "1 June 2024"),
        ("2024-06-01T00:00:00+00:00", date(2024, 6, 1), date(2024, 6, 1), "1 June 2024"),
        ("2024-06-01T00:00", date(2024, 6, 1), date(2024, 6, 1), "1 June 2024"),
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
    "text", ["", "01/09/2025", "2025-9-1", "2025-13", "2025-02-30", "20250901", "202409", "202409.0",
             "2024.01", "2024.5", "2025-09-10T00:30", "2025-09-10T00:00+01:00", "2025-09 00:00", "0000",
             "2025-02-30 00:00:00"]
)  # fmt: skip
def test_no_date(text: str) -> None:
    """Any other form, and a day that no calendar has, is refused."""
    with pytest.raises(ValueError):
        possible_days(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("21/09/2024", "write it as 2024-09-21"),
        ("09/21/2024", "write it as 2024-09-21"),
        ("21.9.2024 00:00:00", "write it as 2024-09-21"),
        ("2025-9-1", "write it as 2025-09-01"),
        ("2024/06/01", "write it as 2024-06-01"),
        ("05/05/2024", "write it as 2024-05-05"),
        (
            "01/09/2024",
            "it may be 2024-09-01 or 2024-01-09, for day and month cannot be told apart: write it as YYYY-MM-DD",
        ),
        ("31/09/2025", "there is no such day; write FORM"),
        ("2025-02-30", "there is no such day; write FORM"),
        ("30/02/2025", "there is no such day; write FORM"),
        ("soon", "write FORM"),
        ("09/2024", "write FORM"),
        ("01/09/24", "write FORM"),
    ],
)
def test_advice(text: str, said: str) -> None:
    """What has one meaning is written out, of two both are named, and a day that is none is called so."""
    assert advice(text, form="FORM") == said
    with pytest.raises(ValueError, match="^" + said.partition("FORM")[0]):
        possible_days(text)


def test_only_a_day_is_one_day() -> None:
    """A month or a year is many days, and what cannot be read is none."""
    assert day_of("2026-09-01T00:00:00Z") == date(2026, 9, 1)
    assert [day_of(text) for text in ("2026-09", "2026", "01/09/2026", "")] == [None] * 4
