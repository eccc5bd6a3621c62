"""Which table applies, by dates (rules section 5).

No dates of an application are asked for yet: the program assumes an application made on the
assessment date, after publication, and says so first in every output.
"""

from dataclasses import dataclass
from datetime import date

from lnrs_geo.model import Stage

ASSUMPTION = (
    "No dates were given: an application made on the assessment date, after publication of the LNRS, is "
    "assumed (rows B4, B6 and P2 of the transition rules)."
)
UNPUBLISHED = (
    "No dates were given: an application made on the assessment date is assumed. The LNRS is not published then, "
    "so Table 8 would apply (rows B2 and P1 of the transition rules)."
)
UNCLEAR = (
    "No dates were given: an application made on the assessment date is assumed. Whether the LNRS was published "
    "by then is not known to the day."
)


@dataclass(frozen=True, slots=True)
class Publication:
    """When the LNRS of a place was published: first and last possible day; both None for a draft."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Regime:
    """What decides a row: `table` is table-7, table-8 or review; `rule` the row of section 5."""

    table: str
    rule: str
    reason: str


def without_dates(stage: Stage, *, publication: Publication, as_at: date, off_site: bool) -> Regime:
    """Return the regime of a row where no date of the application is known (rules section 5).

    Parameters
    ----------
    publication
        Of the LNRS of the parcel's own location.
    off_site
        Off-site baselines follow row B6, all others B4.

    Examples
    --------
    >>> january = Publication(date(2025, 1, 1), date(2025, 1, 31))
    >>> without_dates(Stage.POST, publication=january, as_at=date(2026, 1, 1), off_site=False).rule
    'P2'
    """
    published = ("B6" if off_site else "B4") if stage is Stage.BASELINE else "P2"
    unpublished = "B2" if stage is Stage.BASELINE else "P1"
    if publication.first is None or publication.last is None:
        return Regime("table-8", unpublished, "The strategy is a draft, which decides nothing.")
    if publication.last <= as_at:
        return Regime("table-7", published, "The LNRS is published; no dates given.")
    if publication.first > as_at:
        return Regime("table-8", unpublished, "The LNRS is not published on the assessment date.")
    return Regime(
        "review",
        f"{published}|{unpublished}",
        f"The LNRS is known to be published between {publication.first:%-d %B %Y} and "
        f"{publication.last:%-d %B %Y}, and the assessment date lies between.",
    )


def assumption(publication: Publication, as_at: date) -> str:
    """Say what is assumed where no dates are given; every output begins with it."""
    table = without_dates(Stage.POST, publication=publication, as_at=as_at, off_site=False).table
    return {"table-7": ASSUMPTION, "table-8": UNPUBLISHED}.get(table, UNCLEAR)
