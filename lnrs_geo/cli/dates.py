"""The command `regime`: which table applies, by the dates of an application or of a table of them."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.cli.codes import ROWS_IN_ERROR
from lnrs_geo.cli.date_options import cells_of, date_options, option_name
from lnrs_geo.days import in_words, possible_days
from lnrs_geo.errors import OptionError
from lnrs_geo.multiplier.applications import COLUMNS, read_application

if TYPE_CHECKING:
    from lnrs_geo.multiplier.regime import Publication
    from lnrs_geo.strategy import Strategy


@click.command()
@click.argument("applications", required=False, type=click.Path(path_type=str))
@date_options(*COLUMNS)
@click.option(
    "--strategy", default="derbyshire", show_default=True, metavar="NAME|FILE.toml", help="The LNRS."
)
@click.option("--published", metavar="DATE", help="When it was published, instead of what the strategy says.")
@click.option(
    "--as-at",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Assessment date; today by default.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the files.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def regime(applications: str | None, **options: Any) -> None:
    """Tell which table applies, Table 7 or 8 or values that stand, by dates.

    The dates are those of the options, or of every row of APPLICATIONS, a table with the same
    columns; for a table it also lists the applicants to be told of the publication of the LNRS.
    A DATE is YYYY-MM-DD, or YYYY-MM or YYYY where no more is known.
    """
    from lnrs_geo import regime_report
    from lnrs_geo.multiplier.rules import load_edition
    from lnrs_geo.strategy import load
    from lnrs_geo.tables import read_text_table

    cells = cells_of(options)
    if applications is not None and cells:
        raise OptionError(
            "The dates are in the table already.",
            where=", ".join(option_name(column) for column in cells),
            fix="Give the table, or the options, not both.",
        )
    as_at = options["as_at"].date() if options["as_at"] else date.today()
    edition = load_edition(as_at)
    strategy = load(options["strategy"])
    publication = _publication(options["published"], strategy)
    if applications is None:
        application, _ = read_application(cells)
        answers = [regime_report.answer(application, cells=cells, publication=publication, as_at=as_at)]
        document: Any = answers[0].document()
        lines = regime_report.words(answers[0])
    else:
        rows = read_text_table(applications)
        answers = regime_report.answer_table(rows, where=applications, publication=publication, as_at=as_at)
        document = [one.row() for one in answers]
        lines = regime_report.table_words(answers)
        for name in regime_report.unused_columns(rows):
            click.echo(f"{applications}: the column {name!r} is not used.", err=True)
    files = regime_report.write(answers, options["out"]) if options["out"] else []
    if options["as_json"]:
        for assumed in dict.fromkeys(one.assumed for one in answers if one.assumed):
            click.echo(assumed, err=True)
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        for line in lines:
            click.echo(line)
        click.echo("")
        sample = "a made-up sample, " if strategy.status == "sample" else ""
        click.echo(
            f"LNRS {strategy.name}, {sample}{_published(publication)}; assessment date {in_words(as_at)}; "
            f"rules of {edition.id}."
        )
    for file in files:
        click.echo(f"Written: {file}", err=True)
    if any(one.faults for one in answers):
        sys.exit(ROWS_IN_ERROR)


def _publication(text: str | None, strategy: Strategy) -> Publication:
    """Return when the LNRS was published; a draft was not, unless the user says that it was."""
    from lnrs_geo.multiplier.regime import Publication, publication_of

    if text is None:
        return publication_of(strategy)
    try:
        days = possible_days(text.strip())
    except ValueError as error:
        raise OptionError(
            f"{text!r} is no date: {error}.",
            where="--published",
            fix="Give the day, or the month or year alone where no more is known.",
        ) from error
    return Publication(days.first, days.last)


def _published(publication: Publication) -> str:
    from lnrs_geo.days import Days

    if publication.first is None or publication.last is None:
        return "a draft, which counts as not published"
    return f"published {Days(publication.first, publication.last)}"
