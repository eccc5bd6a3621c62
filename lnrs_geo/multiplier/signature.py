"""On whose word a crosswalk row stands: the authority's, or a role's on a day.

Spreadsheet programs write days as they please, so only what can mean one day alone is read as one.
"""

import re
from collections.abc import Mapping
from datetime import date

# What a row needs to decide, by its status; a proposed row never does. That of a published row is the
# authority's word whether or not somebody wrote down where it stands.
NEEDED: Mapping[str, tuple[str, ...]] = {"published": (), "confirmed": ("reviewer_role", "reviewed_on")}
DECISIVE = tuple(NEEDED)
# a date cell comes out of some programs with the midnight that it stands for
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_DAY_OR_MONTH_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


def day_of(text: str) -> date | None:
    """Return the day that a cell names for certain, written as 2026-09-01; None where it names none.

    Examples
    --------
    >>> day_of("2026-09-01 00:00:00"), day_of("01/09/2026")
    (datetime.date(2026, 9, 1), None)
    """
    found = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def date_fault(text: str, *, as_at: date | None) -> str:
    """Say what is wrong with a `reviewed_on`; "" where it is blank or fine.

    Examples
    --------
    >>> date_fault("01/09/2026", as_at=None)
    "its reviewed_on '01/09/2026' may be 2026-09-01 or 2026-01-09"
    """
    day = day_of(text)
    if not text or (day and (as_at is None or day <= as_at)):
        return ""
    if day:
        return f"its reviewed_on {day} lies after {as_at}"
    written = _DAY_OR_MONTH_FIRST.fullmatch(text)
    if written:
        one, two, year = written[1].zfill(2), written[2].zfill(2), written[3]
        both = [f"{year}-{month}-{day}" for day, month in ((one, two), (two, one))]
        meant = [text for text in dict.fromkeys(both) if day_of(text)]
        if meant:
            return f"its reviewed_on {text!r} may be {' or '.join(meant)}"
    return f"its reviewed_on {text!r} is no date such as 2026-09-01"


def what_lacks(text: Mapping[str, str], *, as_at: date | None) -> str:
    """Say what keeps a row from standing on somebody's word (rules section 3); "" where nothing does.

    A confirmed row needs a role and a date; a date that cannot be read, or that has not come, is
    worse than none. A proposed row stands on nobody's word and lacks nothing.

    Parameters
    ----------
    text
        The cells of a row by their columns.
    as_at
        The assessment date; None where it does not matter.
    """
    needed = NEEDED.get(text["status"].lower())
    if not needed:
        return ""
    absent = [name for name in needed if not text[name]]
    faults = (
        f"it has no {' and no '.join(absent)}" if absent else "",
        date_fault(text["reviewed_on"], as_at=as_at),
    )
    return ", and ".join(fault for fault in faults if fault)
