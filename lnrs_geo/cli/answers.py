"""Answers that a new strategy file needs: found in the layers, known of the area, given or asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.errors import OptionError

if TYPE_CHECKING:
    from lnrs_geo.new_strategy import NewStrategy
    from lnrs_geo.spatial.recognise import Findings

WORDS = {
    "location_id": "the location's id",
    "measure_id": "the measure's code",
    "measure": "the measure's text",
    "priority": "the priority",
    "eligible": "whether the measure counts for strategic significance (yes or no)",
}
NONE = "-"


def filled(found: Findings, options: Mapping[str, Any], *, asks: bool) -> NewStrategy:
    """Put together what was found, what is known of the area and what the person says.

    Parameters
    ----------
    found
        What the layers of measures tell.
    options
        The options of `strategies new`, by name.
    asks
        Whether somebody is there to be asked for what nothing else tells.

    Raises
    ------
    OptionError
        Something is not known and nobody can be asked: the option to give it with is named.
    """
    from lnrs_geo.areas import area
    from lnrs_geo.new_strategy import NewStrategy

    def value(option: str, question: str, *, missing: str, fix: str = "", kind: Any = str) -> str:
        if options[option]:
            return str(options[option])
        if not asks:
            raise OptionError(missing, where=f"--{option.replace('_', '-')}", fix=fix or "Give it.")
        return str(click.prompt(question, type=kind, err=True)).strip()

    lnrs_id = _lnrs_id(found, options, value)
    one = area(lnrs_id)
    known = {"name": one.name, "authority": one.authority} if one else {}
    name, authority = (
        options[key] or known.get(key) or value(key, f"The {words}", missing=f"The {words} is not known.")
        for key, words in (("name", "name of the LNRS"), ("authority", "responsible authority"))
    )
    dated = one if one and one.published_text else None
    status = options["status"] or ("published" if options["published"] or dated else "")
    status = status or value(
        "status",
        "Is it published, a draft or a sample",
        missing="It is not known here whether the strategy is published.",
        fix="Give --status published with --published and --published-source, or --status draft.",
        kind=click.Choice(["published", "draft", "sample"]),
    )
    published, source = options["published"] or "", options["published_source"] or ""
    if dated and status == "published" and published in ("", dated.published_text):
        published, source = dated.published_text, source or dated.published_source
    if status != "draft":
        published = published or value(
            "published",
            "Published on (2025-09-14, 2025-09 or 2025)",
            missing="The date of publication is not known here.",
            fix="Give the day, or the month or year alone; or --status draft.",
            kind=a_date,
        )
    if status == "published":
        source = source or value(
            "published_source", "Who says so, and where", missing="A date of publication needs its source."
        )
    layers = found.layers if found.must_name or options["layers"] else ()
    return NewStrategy(
        lnrs_id, name, authority, status, published, source, options["area"], layers,
        {**found.aliases, **_accepted(found, asks=asks)}, options["licence"], options["edition"],
    )  # fmt: skip


def _lnrs_id(found: Findings, options: Mapping[str, Any], value: Callable[..., str]) -> str:
    """Return the id: as told, by the area's name, as the rows say where they agree, or as asked."""
    from lnrs_geo.areas import area, named, one_id

    if not options["lnrs_id"]:
        by_name = named(options["name"]) if options["name"] else None
        if by_name is not None:
            return by_name.lnrs_id
        if len(found.lnrs_ids) == 1:
            return found.lnrs_ids[0]
    several = f"The rows bear several LNRS ids: {', '.join(found.lnrs_ids)}."
    said = value(
        "lnrs_id",
        "LNRS id, or the name of the area",
        missing=several if found.lnrs_ids else "The layer does not say which LNRS it is of.",
        fix="Give the id or the name; lnrs-geo strategies lists the areas.",
    )
    one = area(said) or named(said)
    return one.lnrs_id if one else one_id(said)


def _accepted(found: Findings, *, asks: bool) -> dict[str, str]:
    """Return the columns guessed, as the person confirms or corrects them where one is asked."""
    if not asks:
        return dict(found.guesses)

    def column(said: str) -> str:
        if said != NONE and said not in found.every_column:
            raise click.BadParameter(f"There is no such column: {', '.join(found.every_column)}.")
        return said

    answers = {
        name: click.prompt(
            f"Column of {WORDS[name]} ({NONE} for none)", default=guess, value_proc=column, err=True
        )
        for name, guess in found.guesses.items()
    }
    kept = {name: said for name, said in answers.items() if said != NONE}
    if not {"measure_id", "measure"} & (found.columns.keys() | kept.keys()):
        raise OptionError(
            "No column is left that tells the measures.",
            where="strategies new",
            fix="Name one with --map measure_id=COLUMN or --map measure=COLUMN.",
        )
    return kept


def a_date(said: str) -> str:
    """Return a date that was typed, or have it asked again."""
    from lnrs_geo.days import possible_days

    try:
        possible_days(said.strip())
    except ValueError as error:
        raise click.BadParameter(f"{said.strip()!r} is no date: {error}.") from error
    return said.strip()
