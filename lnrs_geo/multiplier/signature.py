"""On whose word a crosswalk row stands: the authority's, or a role's on a day.

Spreadsheet programs write days as they please, so only what can mean one day alone is read as one.
"""

import re
from collections.abc import Mapping
from datetime import date

from lnrs_geo.days import advice
from lnrs_geo.days import day_of as day_of  # asked for here by those who read signatures

# What a row needs to decide, by its status; a proposed row never does. That of a published row is the
# authority's word whether or not somebody wrote down where it stands.
NEEDED: Mapping[str, tuple[str, ...]] = {"published": (), "confirmed": ("reviewer_role", "reviewed_on")}
DECISIVE = tuple(NEEDED)
# What a draft writes into the source of its rows; a mark follows by which a later draft knows them.
DRAFTED = "lnrs-geo draft"
_MARK = re.compile(rf"{DRAFTED}(?: [0-9a-f]{{8}})?(?![\w-])[\s;:,.]*")


def own_source(text: str) -> str:
    """Return what a person wrote as the source of a row, without the mark that a draft left there.

    Examples
    --------
    >>> own_source("lnrs-geo draft da85c155"), own_source("lnrs-geo draft da85c155; site visit"), own_source("p. 3")
    ('', 'site visit', 'p. 3')
    """
    return _MARK.sub("", text).strip(" ;,") if _MARK.search(text) else text


def date_fault(text: str, *, as_at: date | None) -> str:
    """Say what is wrong with a `reviewed_on`; "" where it is blank or fine.

    Examples
    --------
    >>> date_fault("25.9.2026", as_at=None)
    "its reviewed_on '25.9.2026' is no date: write it as 2026-09-25"
    """
    day = day_of(text)
    if not text or (day and (as_at is None or day <= as_at)):
        return ""
    if day:
        return f"its reviewed_on {day} lies after {as_at}"
    return f"its reviewed_on {text!r} is no date: {advice(text, form='YYYY-MM-DD')}"


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
