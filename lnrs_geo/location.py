"""On-site or off-site: what a parcel's location says of it."""

import re
from collections.abc import Mapping

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.multiplier.applications import Application

OFF_SITE, ON_SITE = ("offsite", "off"), ("onsite", "on")


def is_off_site(location: str, application: Application) -> bool | None:
    """Say whether a parcel lies off-site: by its location where that says so, else by its application.

    None where the application says it in words that cannot be read.

    Examples
    --------
    >>> is_off_site("Off-site", Application()), is_off_site("Land off Mill Lane", Application())
    (True, False)
    """
    word = _word(location)
    if word in OFF_SITE or word in ON_SITE:
        return word in OFF_SITE
    return None if "off_site" in application.unreadable else bool(application.off_site)


def location_issues(location: str, place: Mapping[str, str]) -> list[Issue]:
    """Tell of a location that says neither."""
    if _word(location) in ("", *OFF_SITE, *ON_SITE):
        return []
    message = f"The location {location!r} is neither On-site nor Off-site."
    return [issue("location-unclear", message, field="location", value=location, **place)]


def _word(location: str) -> str:
    return re.sub(r"[^a-z]", "", location.lower())
