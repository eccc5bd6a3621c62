"""On-site or off-site: what a parcel's location says of it."""

import re
from collections.abc import Mapping

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.multiplier.applications import Application

OFF_SITE, ON_SITE = ("offsite", "off"), ("onsite", "on")


def is_off_site(location: str, application: Application) -> bool | None:
    """Say whether a parcel lies off-site: by its location where that says so, else by its application.

    None where neither can be read.

    Examples
    --------
    >>> is_off_site("Off-site", Application()), is_off_site("Land off Mill Lane", Application())
    (True, None)
    """
    word = _word(location)
    if _is(word, OFF_SITE) or _is(word, ON_SITE):
        return _is(word, OFF_SITE)
    if word and application.off_site is None:
        return None
    return None if "off_site" in application.unreadable else bool(application.off_site)


def location_issues(location: str, place: Mapping[str, str]) -> list[Issue]:
    """Tell of a location that says neither."""
    word = _word(location)
    if not word or _is(word, OFF_SITE) or _is(word, ON_SITE):
        return []
    message = f"The location {location!r} is neither On-site nor Off-site."
    return [issue("location-unclear", message, field="location", value=location, **place)]


def _is(word: str, said: tuple[str, str]) -> bool:
    """Say whether a word is one of these, or the longer one with something after it."""
    return word in said or word.startswith(said[0])


def _word(location: str) -> str:
    return re.sub(r"[^a-z]", "", location.lower())
