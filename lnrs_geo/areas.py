"""The 48 areas of England's Local Nature Recovery Strategies: ids, names, responsible authorities.

The facts stand in `strategies/areas.csv`. Ids and names are those of Defra's list of the strategies
(its layer of the areas has 16 twice: Lancashire is 6). The authorities are those of that layer, save
three whose names were written wrongly there (Cheshire West and Chester, Tees Valley, West
Northamptonshire) and North of Tyne's, which the North East Combined Authority has followed.

A date of publication stands there only where a source says it, with that source and no more precise
than it. None means that it is not known here, never that the strategy is not published.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lnrs_geo.days import Days, possible_days
from lnrs_geo.tables import read_text_table

FILE = Path(__file__).parent / "strategies" / "areas.csv"


@dataclass(frozen=True, slots=True)
class Area:
    """What is known of one strategy area.

    Attributes
    ----------
    published
        The first and the last day on which its strategy may have been published; None where no
        source for the date is known.
    published_text
        That date as it is stated, `2025-09`; empty where there is none.
    published_source
        Who says so, and where.
    """

    lnrs_id: str
    name: str
    authority: str
    published: Days | None
    published_text: str
    published_source: str

    @property
    def pack_name(self) -> str:
        """The name that a strategy pack of this area bears, as in `--strategy west-of-england`."""
        return plain(self.name)


@cache
def areas() -> tuple[Area, ...]:
    """Return all areas in the order of their ids.

    Examples
    --------
    >>> len(areas())
    48
    """
    return tuple(
        Area(
            lnrs_id=row["lnrs_id"],
            name=row["name"],
            authority=row["authority"],
            published=possible_days(row["published"]) if row["published"] else None,
            published_text=row["published"],
            published_source=row["published_source"],
        )
        for row in read_text_table(FILE)
    )


def area(lnrs_id: object) -> Area | None:
    """Return the area of an id, None where there is none; 14, 14.0 and "14" are one.

    Examples
    --------
    >>> area(14.0).authority, area("49")
    ('Derbyshire County Council', None)
    """
    wanted = one_id(lnrs_id)
    return next((one for one in areas() if one.lnrs_id == wanted), None)


def named(name: str) -> Area | None:
    """Return the area of a name, however it is written; None where there is none.

    Examples
    --------
    >>> named("east-sussex and Brighton and Hove").lnrs_id
    '48'
    """
    wanted = plain(name)
    return next((one for one in areas() if one.pack_name == wanted), None)


def one_id(value: object) -> str:
    """Return an LNRS id as text, so that '14', 14 and 14.0 are one (rules, section 8).

    Examples
    --------
    >>> [one_id(value) for value in (14, 14.0, " 14.00 ", "sample")]
    ['14', '14', '14', 'sample']
    """
    return re.sub(r"\.0+$", "", str(value).strip())


def plain(name: str) -> str:
    """Return a name as a file or an option can bear it: small letters and hyphens.

    Examples
    --------
    >>> plain("Shropshire and Telford & Wrekin")
    'shropshire-and-telford-and-wrekin'
    """
    return "-".join(re.findall(r"\w+", name.casefold().replace("&", " and ").replace("_", " ")))
