"""Dates that are known to the day, the month or the year only.

A date of month precision means some day of that month, and no rule may pick one: whoever uses it
tries the first and the last possible day. What can mean one date alone is read as that, whatever
a spreadsheet program has added; of anything else `advice` says how to write it.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date

FORM = "YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"
# A year may come out of a spreadsheet as 2024.0, a day with the midnight that it stands for.
_DATE = re.compile(
    r"([0-9]{4})(?:\.0|-([0-9]{2})(?:-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|\+00(?::?00)?)?)?)?)?"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.-]([0-9]{1,2})[/.-]([0-9]{1,2})")
_YEAR_LAST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


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
        The text is no such date; the error's words are those of `advice`.

    Examples
    --------
    >>> possible_days("2024-02").last
    datetime.date(2024, 2, 29)
    >>> str(possible_days("2024-02")), str(possible_days("2024.0")), str(possible_days("2024-02-01 00:00:00"))
    ('February 2024', '2024', '1 February 2024')
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(advice(text))
    numbers = [int(one) for one in found.groups() if one]
    first_month, last_month = (numbers[1], numbers[1]) if len(numbers) > 1 else (1, 12)
    try:
        if len(numbers) == 3:
            return Days(date(*numbers), date(*numbers))
        first = date(numbers[0], first_month, 1)
    except ValueError as error:
        raise ValueError(advice(text)) from error
    return Days(first, date(first.year, last_month, calendar.monthrange(first.year, last_month)[1]))


def day_of(text: str) -> date | None:
    """Return the one day that a text names for certain; None where it names none.

    Examples
    --------
    >>> day_of("2026-09-01 00:00:00"), day_of("01/09/2026"), day_of("2026-09")
    (datetime.date(2026, 9, 1), None, None)
    """
    try:
        days = possible_days(text)
    except ValueError:
        return None
    return days.first if days.exact else None


def advice(text: str, *, form: str = FORM) -> str:
    """Say how to write a date that cannot be read: the end of a sentence, without its full stop.

    Examples
    --------
    >>> advice("21/09/2024"), advice("31/09/2025", form="YYYY-MM-DD")
    ('write it as 2024-09-21', 'there is no such day; write YYYY-MM-DD')
    >>> advice("01/09/2024")
    'it may be 2024-09-01 or 2024-01-09, for day and month cannot be told apart: write it as YYYY-MM-DD'
    """
    bare = re.split(r"[T ]00:00", text)[0]
    if found := _YEAR_FIRST.fullmatch(bare):
        orders = [(found[1], found[2], found[3])]
    elif found := _YEAR_LAST.fullmatch(bare):
        orders = [(found[3], found[2], found[1]), (found[3], found[1], found[2])]
    else:
        return f"write {form}"
    written = dict.fromkeys(f"{year}-{month:0>2}-{day:0>2}" for year, month, day in orders)
    meant = [one for one in written if _is_day(one)]
    if len(meant) > 1:
        return (
            f"it may be {' or '.join(meant)}, for day and month cannot be told apart: write it as YYYY-MM-DD"
        )
    return f"write it as {meant[0]}" if meant else f"there is no such day; write {form}"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def in_words(day: date) -> str:
    """Return a day as people write it.

    >>> in_words(date(2024, 9, 1))
    '1 September 2024'
    """
    return f"{day.day} {day:%B} {day.year}"
