"""Whom an authority tells when its LNRS is published.

PAS asks authorities to contact the applicants of live applications then, since their
post-development values have to be assessed again.
"""

from datetime import date

from lnrs_geo.multiplier.applications import Application, in_order
from lnrs_geo.multiplier.facts import NOT_YET, Facts, NotKnown
from lnrs_geo.multiplier.regime import Publication, deciding, possible_facts


def to_contact(application: Application, *, publication: Publication, as_at: date) -> tuple[str, str]:
    """Return whether to contact the applicant when the LNRS is published (PAS), and why.

    To be contacted: live applications made by the day of publication whose gain plan was not
    approved before it. Where no LNRS is published the assessment date stands for that day.
    """
    application, _ = in_order(application)
    if not application.has_dates:
        return "review", "No dates are given."
    facts = possible_facts(application, publication=publication, as_at=as_at, off_site=False)
    try:
        found = [(one, _contact(one)) for one in facts]
    except NotKnown as gap:
        return "review", f"{' and '.join(gap.columns)} must be known."
    if len({said[0] for _, said in found}) == 1:
        return found[0][1]
    columns = deciding([(one, said[0]) for one, said in found])
    return "review", f"The day must be known: {' and '.join(columns)}."


def _contact(facts: Facts) -> tuple[str, str]:
    if facts.exempt:
        return "no", "The development is exempt."
    if facts.ended:
        return "no", "The application was refused or withdrawn."
    until = facts.pub if facts.published else facts.as_at
    if facts.app > until:
        return "no", f"It was made after {'publication' if facts.published else 'the assessment date'}."
    if facts.approved < until or (facts.approved != NOT_YET and not facts.published):
        return "no", "Its gain plan was approved before publication."
    if not facts.published:
        return "yes", "It is live, and no gain plan has been approved."
    made = "was made on or before the day of publication"
    return "yes", f"It is live, {made}, and no gain plan was approved before that day."
