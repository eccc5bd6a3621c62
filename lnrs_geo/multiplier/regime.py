"""Which table applies, by dates (rules section 5).

The rows themselves are judged on exact days in `transition.py`. Here every possible day of a date
that is known to the month or year only is tried by its ends, and the outcomes are put together:
one table whichever day it was, or a review that says what would have to be known.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from lnrs_geo.days import Days
from lnrs_geo.model import Stage
from lnrs_geo.multiplier import cautions
from lnrs_geo.multiplier.applications import ORDER, Application, in_order, narrowed
from lnrs_geo.multiplier.facts import Facts
from lnrs_geo.multiplier.transition import Outcome, first_match, tables
from lnrs_geo.strategy import Strategy

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
IN_WORDS = {
    "table-7": "Table 7",
    "table-8": "Table 8",
    "as-submitted": "the values as submitted",
    "as-approved": "the values as approved",
    "as-secured": "the values as secured",
    "both": "both figures",
    "review": "a person must look",
    "not-applicable": "not applicable",
}


@dataclass(frozen=True, slots=True)
class Publication:
    """When the LNRS of a place was published: first and last possible day; both None for a draft."""

    first: date | None
    last: date | None


def publication_of(strategy: Strategy) -> Publication:
    """Return when a strategy was published; a draft was not, whatever date it bears."""
    return Publication(*((strategy.published if strategy.in_force else None) or (None, None)))


@dataclass(frozen=True, slots=True)
class Regime:
    """What decides a row, and the row of section 5 that says so.

    Attributes
    ----------
    table
        table-7, table-8, as-submitted, as-approved, as-secured, both, review; empty where no value
        is called for.
    rule
        The row: `B3`; `P10/P4` where one hands on to another; `B3|B4` where a day is not known.
    missing
        Columns (and `published`) that would have to be known for a firmer answer.
    held
        For both and review: the value beside Table 7, as-submitted or as-secured, if there is one.
    assumed
        Whether it rests on no date of the application at all.
    look
        Whether a person must look before relying on a value that stands.
    """

    table: str
    rule: str
    reason: str
    citation: str = ""
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    held: str = ""
    assumed: bool = False
    look: bool = False


def regime_of(
    stage: Stage, application: Application, *, publication: Publication | None, as_at: date, off_site: bool
) -> Regime:
    """Return which table applies to a row of that stage, by the dates of its application.

    Parameters
    ----------
    stage
        Retained habitat follows its baseline: give Stage.BASELINE for it.
    publication
        Of the LNRS of the parcel's own location; None where it is not known when it was published.
    as_at
        The assessment date; what is dated later has not happened yet.

    Examples
    --------
    >>> from lnrs_geo.days import possible_days
    >>> made = Application(application_date=possible_days("2024-09-21"))
    >>> february = Publication(date(2025, 2, 2), date(2025, 2, 2))
    >>> regime_of(Stage.BASELINE, made, publication=february, as_at=date(2026, 1, 1), off_site=False).rule
    'B3'
    """
    key = "post" if stage is Stage.POST else "baseline-off-site" if off_site else "baseline-on-site"
    application, disorder = in_order(application)
    outcomes = [
        (facts, first_match(tables()[key], facts))
        for facts in possible_facts(application, publication=publication, as_at=as_at, off_site=off_site)
    ]
    regime = _together(outcomes, application, publication)
    told = cautions.of(
        application, as_at=as_at, stage=stage, off_site=off_site, rule=regime.rule, missing=regime.missing
    )
    warnings = (*disorder, *regime.warnings, *told)
    # an agreement whose clause no row came to ask is for a person to read
    unread = off_site and stage is Stage.POST and "/" in regime.rule
    look = regime.look or (unread and bool(application.agreement or application.secured_on))
    return replace(regime, warnings=warnings, assumed=not application.has_dates, look=look)


def on_or_off_site(on_site: Regime, off_site: Regime) -> Regime:
    """Return one regime where it is not known whether a parcel is off-site: both tried, as with a day."""
    if on_site.table == off_site.table:
        rules = dict.fromkeys((on_site.rule, off_site.rule))
        missing = dict.fromkeys((*on_site.missing, *off_site.missing))
        if on_site.table == "review":
            missing |= {"off_site": None}
        return replace(
            on_site,
            rule="|".join(rules),
            warnings=tuple(dict.fromkeys((*on_site.warnings, *off_site.warnings))),
            missing=tuple(missing),
            look=on_site.look or off_site.look,
        )
    return Regime(
        table="review",
        rule=f"{on_site.rule}|{off_site.rule}",
        reason=f"Whether the parcel is off-site cannot be read. On-site: {on_site.reason} Off-site: {off_site.reason}",
        citation="; ".join(dict.fromkeys((on_site.citation, off_site.citation))),
        missing=("off_site",),
    )


def of_either_lnrs(regimes: Mapping[str, Regime]) -> Regime:
    """Return one regime for land that several LNRSs claim: it stands where they agree, else a review.

    `regimes` holds what each of them says, by LNRS id.
    """
    first, *others = regimes.values()
    rule = "|".join(dict.fromkeys(one.rule for one in regimes.values()))
    warnings = tuple(dict.fromkeys(told for one in regimes.values() for told in one.warnings))
    missing = tuple(dict.fromkeys(column for one in regimes.values() for column in one.missing))
    if all(one.table == first.table for one in others):
        look = any(one.look for one in regimes.values())
        return replace(first, rule=rule, warnings=warnings, missing=missing, look=look)
    told = " ".join(f"LNRS {lnrs_id}: {one.reason}" for lnrs_id, one in regimes.items())
    return Regime(
        table="review",
        rule=rule,
        reason=f"{cautions.contested_land(regimes)} {told}",
        citation="; ".join(dict.fromkeys(one.citation for one in regimes.values())),
        warnings=warnings,
        missing=missing,
    )


def possible_facts(
    application: Application, *, publication: Publication | None, as_at: date, off_site: bool
) -> Iterator[Facts]:
    """Give the application on exact days: every combination of first and last days that can be.

    Without any dates it is an application made on the assessment date, after publication.
    """
    days = narrowed(application)
    in_force = None if publication is None else publication.first is not None
    if publication and publication.first and publication.last:
        days["published"] = Days(publication.first, publication.last)
    if not application.has_dates:
        # The last day there is lies after publication, the day of publication itself included.
        days |= dict.fromkeys(("application_date", "granted"), Days(date.max, date.max))
        if in_force is None:
            in_force, days["published"] = True, Days(date.min, date.min)
    ends = [dict.fromkeys((one.first, one.last)) for one in days.values()]
    for chosen in product(*ends):
        exact = dict(zip(days, chosen, strict=True))
        if all(exact[a] <= exact[b] for a, b in ORDER if a in exact and b in exact):
            yield Facts(application, exact, as_at, in_force, off_site)


def deciding(outcomes: Sequence[tuple[Facts, object]]) -> tuple[str, ...]:
    """Return the columns not known to the day whose day alone can change what comes out."""
    columns = {column: None for facts, _ in outcomes for column in facts.days}
    found = []
    for column in columns:
        by_rest: dict[tuple[tuple[str, date], ...], set[object]] = {}
        for facts, outcome in outcomes:
            rest = tuple((one, day) for one, day in facts.days.items() if one != column)
            by_rest.setdefault(rest, set()).add(outcome)
        if any(len(group) > 1 for group in by_rest.values()):
            found.append(column)
    return tuple(found)


def _together(
    outcomes: list[tuple[Facts, Outcome]], application: Application, publication: Publication | None
) -> Regime:
    """Return one regime from the outcomes of all possible days."""
    distinct = sorted({outcome: None for _, outcome in outcomes}, key=lambda one: one.place)
    missing = {column: None for outcome in distinct for column in outcome.missing}
    if len({outcome.result for outcome in distinct}) == 1:
        table = distinct[0].result
        reason = " Or: ".join(dict.fromkeys(_reason(outcome) for outcome in distinct))
    else:
        table = "review"
        unsettled = deciding([(facts, outcome.result) for facts, outcome in outcomes])
        missing |= dict.fromkeys(unsettled)
        reason = _split_reason(distinct, unsettled, application, publication)
    rows = {row: None for outcome in distinct for row in outcome.rows}
    held = next((outcome.held for outcome in distinct if outcome.held), "")
    return Regime(
        table="" if table == "not-applicable" else table,
        rule="|".join(dict.fromkeys(outcome.rule for outcome in distinct)),
        reason=reason,
        citation="; ".join(dict.fromkeys(cite for row in rows for cite in row.cites)),
        warnings=tuple(dict.fromkeys(one for outcome in distinct for one in outcome.warnings)),
        missing=tuple(missing),
        held=held if table in ("both", "review") else "",
        look=any(row.look for row in rows),
    )


def _reason(outcome: Outcome) -> str:
    row = outcome.rows[-1]
    before = [f"{one.condition} {one.so}" for one in outcome.rows[:-1]]
    if outcome.missing:
        needed = f"Whether row {row.id} holds is not known without {' and '.join(outcome.missing)}: {row.condition}"
        return " ".join([*before, needed])
    return " ".join([*before, row.condition, row.so])


def _split_reason(
    distinct: Sequence[Outcome],
    unsettled: Sequence[str],
    application: Application,
    publication: Publication | None,
) -> str:
    """Say which outcomes are possible, and what must be known to the day."""
    given = application.dates()
    if publication and publication.first and publication.last:
        given["published"] = Days(publication.first, publication.last)
    outcomes = dict.fromkeys(f"row {one.rule}: {IN_WORDS[one.result]}" for one in distinct)
    days = " and ".join(f"{column} ({given[column]})" for column in unsettled)
    return f"The dates leave open which holds ({'; '.join(outcomes)}). The day must be known: {days}."


def assumption(publication: Publication | None, as_at: date) -> str:
    """Say what is assumed where no dates are given; every output begins with it."""
    regime = regime_of(Stage.POST, Application(), publication=publication, as_at=as_at, off_site=False)
    return {"table-7": ASSUMPTION, "table-8": UNPUBLISHED}.get(regime.table, UNCLEAR)
