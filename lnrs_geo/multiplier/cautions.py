"""What a person should be told of an application beside the row that decides it.

None of it changes an answer: it names dates that have not come, blanks that happened not to matter,
and particulars that a row earlier in the table left no room for.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date

from lnrs_geo.days import in_words
from lnrs_geo.model import Stage
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.transition import content

STEPS = ("granted", "refused", "withdrawn", "gain_plan_submitted", "gain_plan_approved", "secured_on")


def of(
    application: Application,
    *,
    as_at: date,
    stage: Stage,
    off_site: bool,
    rule: str,
    missing: Collection[str],
) -> tuple[str, ...]:
    """Return the warnings, as sentences, on one application at one stage.

    Parameters
    ----------
    rule
        The row that decided, as `Regime.rule` names it.
    missing
        What the answer already says is missing.
    """
    steps = STEPS if off_site else STEPS[:-1]
    return (
        *_not_yet(application, as_at, steps),
        *_kind(application, stage, off_site, rule),
        *_before_net_gain(application, rule),
        *_unsecured(application, rule),
        *(f"{column} cannot be read; this answer does not rest on it." for column in application.unreadable
          if column not in missing and (column in steps or column in ("application_date", "agreed_date"))),
        *(f"{column} is blank{why}; this answer does not rest on it."
          for column, why in blanks(application, as_at).items() if column not in missing),
    )  # fmt: skip


def blanks(application: Application, as_at: date) -> dict[str, str]:
    """Return the columns that should not be blank beside the other dates, and why."""
    dates = application.dates()
    found = {}
    start = "granted" if application.route == "no-application" else "application_date"
    if application.has_dates and start not in dates:
        found[start] = " although other dates are given"
    happened = {column for column, days in dates.items() if days.first <= as_at}
    if "granted" not in dates and happened & {"gain_plan_submitted", "gain_plan_approved"}:
        found["granted"] = " although a gain plan is dated"
    if "gain_plan_submitted" not in dates and "gain_plan_approved" in happened:
        found["gain_plan_submitted"] = " although the gain plan's approval is dated"
    return {column: why for column, why in found.items() if column not in application.unreadable}


def _not_yet(application: Application, as_at: date, steps: Collection[str]) -> Iterator[str]:
    dates = application.dates()
    for column in ("agreed_date", "application_date"):
        if column in dates and dates[column].first > as_at:
            yield f"{column} ({dates[column]}) is after the assessment date, {in_words(as_at)}."
    for column in steps:
        if column in dates and dates[column].first > as_at:
            yield (
                f"{column} ({dates[column]}) is after the assessment date, {in_words(as_at)}: "
                "it counts as not yet happened."
            )
        elif column in dates and dates[column].last > as_at:
            yield (
                f"{column} ({dates[column]}) may be after the assessment date, {in_words(as_at)}: "
                "it was tried as done and as not yet done."
            )


def _before_net_gain(application: Application, rule: str) -> Iterator[str]:
    """Warn of an application made before there was any duty: it is exempt, and nobody entered it so."""
    made = application.application_date
    mandatory = content()["mandatory"]
    if made is None or application.route != "application" or rule in ("B1", "P0"):
        return
    if made.last < mandatory["from"]:
        yield f"application_date ({made}): {mandatory['warning']} ({'; '.join(mandatory['cites'])})."


def _unsecured(application: Application, rule: str) -> Iterator[str]:
    """Warn where the row that decides takes off-site units as not secured although they have an agreement."""
    if application.secured_on is not None or "secured_on" in application.unreadable:
        return
    if application.agreement and {"B6", "B8"} & set(re.split(r"[|/]", rule)):
        yield "secured_on is blank although an agreement is given: the off-site units are taken as not secured yet."


def beside_the_land(application: Application) -> tuple[str, ...]:
    """Return a warning where on-site land comes with what is asked for off-site land only.

    Of one application only: a development may have land of both kinds, and its parcels are told apart.
    """
    given = [
        column
        for column, is_given in (
            ("secured_on", application.secured_on is not None),
            ("agreement", application.agreement != ""),
        )
        if is_given and not application.off_site
    ]
    if not given:
        return ()
    verb = "are" if len(given) > 1 else "is"
    return (
        f"{' and '.join(given)} {verb} not asked for on-site land: off_site says whether it is off-site.",
    )


def _kind(application: Application, stage: Stage, off_site: bool, rule: str) -> Iterator[str]:
    if application.route == "no-application" and application.application_date is not None:
        yield "application_date is not used: where permission needs no application the date of grant stands for it."
    if application.kind == "appeal" and application.withdrawn is not None:
        yield "An appeal is taken as live although withdrawn is dated: enter an appeal that ended with another kind."
    if application.route == "nsip" and "P11" not in rule and rule not in ("B1", "P0"):
        yield "The transition rules do not speak of nationally significant infrastructure: have this looked at."
    handed_on = stage is Stage.POST and "/" in rule
    if handed_on and off_site and (application.agreement or application.secured_on is not None):
        yield (
            "The off-site units are under an agreement, but the kind of permission comes first in the rules: "
            "read the agreement's clause."
        )


def contested_land(lnrs_ids: Iterable[str], *, how_much: str = "this land") -> str:
    """Say that strategy areas overlap at a place, so that nobody can tell which of them applies."""
    names = " and ".join(f"LNRS {one}" for one in lnrs_ids)
    return (
        f"The strategy areas of {names} overlap on {how_much}, so which of them applies there is not known."
    )
