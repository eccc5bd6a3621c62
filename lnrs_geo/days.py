"""Dates that are known to the day, the month or the year only.

A date of month precision means some day of that month, and no rule may pick one: whoever uses it
tries the first and the last possible day.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

FORM = "YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day that a date may mean; equal where the day is known."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        """Whether the day is known."""
        return self.first == self.last

    def __str__(self) -> str:
        if self.exact:
            return in_words(self.first)
        whole = (
            self.first.day == 1 and self.last.day == calendar.monthrange(self.last.year, self.last.month)[1]
        )
        if whole and (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first:%B} {self.first.year}"
        if whole and self.first.year == self.last.year and (self.first.month, self.last.month) == (1, 12):
            return str(self.first.year)
        return f"{in_words(self.first)} to {in_words(self.last)}"


def possible_days(text: str) -> Days:
    """Return the first and the last day that a date of day, month or year precision may mean.

    Raises
    ------
    ValueError
        The text is no such date.

    Examples
    --------
    >>> possible_days("2024-02").last
    datetime.date(2024, 2, 29)
    >>> str(possible_days("2024-02"))
    'February 2024'
    """
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", text):
        raise ValueError(f"{text!r} is not written as YYYY-MM-DD, YYYY-MM or YYYY")
    numbers = [int(number) for number in text.split("-")]
    if len(numbers) == 3:
        day = date(*numbers)
        return Days(day, day)
    first_month, last_month = (numbers[1], numbers[1]) if len(numbers) == 2 else (1, 12)
    first = date(numbers[0], first_month, 1)
    return Days(first, date(numbers[0], last_month, calendar.monthrange(numbers[0], last_month)[1]))


def in_words(day: date) -> str:
    """Return a day as people write it.

    >>> in_words(date(2024, 9, 1))
    '1 September 2024'
    """
    return f"{day.day} {day:%B} {day.year}"
