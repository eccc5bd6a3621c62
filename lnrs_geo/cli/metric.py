"""The command `workbook`: the rows of a statutory metric, held against what is found."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.cli.codes import ROWS_IN_ERROR
from lnrs_geo.cli.date_options import cells_of
from lnrs_geo.cli.options import judging, judging_options, shared_options
from lnrs_geo.cli.progress import bar_of
from lnrs_geo.errors import OptionError

if TYPE_CHECKING:
    from lnrs_geo.workbook import WorkbookAudit

DEFAULT_OUT = "lnrs-workbook"
# Options that say nothing where there are no parcels
_OF_PARCELS = {
    "measures": "--measures", "measures_layer": "--measures-layer", "crosswalk": "--crosswalk", "area": "--area",
    "authorities": "--authorities", "apib": "--apib", "acb": "--acb", "layers": "--layer", "maps": "--map",
    "crs": "--crs", "overrides": "--overrides", "documents": "--documents", "applications": "--applications",
    "submitted": "--submitted", "intervention": "--intervention", "accept_proposed": "--accept-proposed",
}  # fmt: skip


@click.command()
@click.argument("metric", type=click.Path(path_type=str))
@click.option(
    "--parcels",
    multiple=True,
    type=click.Path(path_type=str),
    help="The parcels that the metric is of; may be repeated. They are joined to its rows by habitat reference.",
)
@shared_options
@judging_options
def workbook(metric: str, parcels: tuple[str, ...], **options: Any) -> None:
    """Hold every row of the statutory metric METRIC against what is found.

    METRIC is the workbook of the statutory biodiversity metric (1.0.x) or of metric 4.1. For every row: the
    strategic significance claimed and found, its worth in units, the cell to change and the exact string to
    type. Files go to the folder lnrs-workbook by default (--out); the metric itself is never written.

    With --parcels and --measures rows are joined to parcels by their habitat reference. Without them only
    what the dates alone decide is looked at: baselines, Medium, blanks.
    """
    from lnrs_geo.workbook import Given, audit_workbook, telling
    from lnrs_geo.workbook.metric_file import open_metric
    from lnrs_geo.workbook.writing import write_audit, write_document

    if not parcels:
        _refuse_without_parcels(options)
    opened = open_metric(metric)  # a file that is none is told before parcels are worked on
    result = None
    if parcels:
        from lnrs_geo import chain

        result = chain.check(
            parcels, **judging(options), progress=None if options["quiet"] else bar_of("Assessing")
        )
    as_at = date.fromisoformat(result.run["as_at"]) if result else _day(options)
    given = Given(
        as_at=as_at,
        strategies=options["strategies"],
        dates=cells_of(options),
        submitted=bool(options["submitted"]),
        applications=bool(options["applications"]),
    )
    found = audit_workbook(opened, given=given, result=result)
    out = options["out"] or (None if options["as_json"] else Path(DEFAULT_OUT))
    files = write_audit(found, out) if out else []
    if options["as_json"]:
        write_document(found, sys.stdout)
    if not options["quiet"]:
        for line in telling.lines(found, files):
            click.echo(line, err=True)
    if options["verbose"]:
        for one in found.issues:
            place = ": ".join(word for word in (one.layer, one.feature, one.field) if word)
            click.echo(f"{one.severity} {one.code} {place}: {one.message} {one.fix}", err=True)
    if _ends_with_1(found, strict=options["strict"]):
        sys.exit(ROWS_IN_ERROR)


def _ends_with_1(found: WorkbookAudit, *, strict: bool) -> bool:
    """Tell whether rows are in error; with `strict` also whether a person must look at any, or at the parcels."""
    answers = [line.answer for line in found.lines]
    failed = any(one["status"] == "error" for one in answers) or bool(
        found.result and found.result.has_errors
    )
    looks = any(one["review"] for one in answers) or bool(found.result and found.result.has_reviews)
    return failed or (strict and (found.are_foreign or looks))


def _refuse_without_parcels(options: dict[str, Any]) -> None:
    given = [option for name, option in _OF_PARCELS.items() if options[name]]
    if given:
        raise OptionError(
            f"{', '.join(given)} can only be used on parcels.",
            where="--parcels",
            fix="Give the parcels that the metric is of too, or leave that out.",
        )


def _day(options: dict[str, Any]) -> date:
    """Return the assessment date: as given, else today."""
    from lnrs_geo.chain import settings

    return settings(as_at=options["as_at"].date() if options["as_at"] else None).as_at
