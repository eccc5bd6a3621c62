"""The commands that assess land: `check`, `site`, and `explain` for what they found."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.cli.codes import ROWS_IN_ERROR
from lnrs_geo.cli.evidence import outdated, report_after, report_option, require_report
from lnrs_geo.cli.options import RESULTS, common, judging, judging_options, shared_options
from lnrs_geo.cli.progress import bar_of
from lnrs_geo.errors import OptionError

if TYPE_CHECKING:
    from lnrs_geo.result import Result


@click.command()
@click.argument("parcels", nargs=-1, required=True, type=click.Path(path_type=str))
@shared_options
@judging_options
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["gpkg", "parquet"]),
    default="gpkg",
    show_default=True,
    help="How the results are written: GeoPackage with CSV and JSON, or for large work GeoParquet.",
)
@report_option
def check(parcels: tuple[str, ...], **options: Any) -> None:
    """Decide High or Low for every parcel in PARCELS, with the reason."""
    from lnrs_geo import chain, summary
    from lnrs_geo.write import require_format

    quiet = options["quiet"]
    out = options["out"] or (None if options["as_json"] else Path(RESULTS))
    require_format(options["file_format"])
    if options["report_formats"] is not None:
        if options["file_format"] != "gpkg":
            raise OptionError(
                "A report cannot be made from results as GeoParquet (--format parquet).",
                where="--report",
                fix="Leave out --format parquet, or --report.",
            )
        if out is None:
            raise OptionError(
                "With --json alone no results are written, so there is no folder for the report.",
                where="--report",
                fix="Name a folder with --out, or leave out --json or --report.",
            )
        require_report(options["report_formats"])
    result = chain.check(
        parcels,
        **judging(options),
        progress=None if quiet else bar_of("Assessing"),
    )
    files = result.write(out, file_format=options["file_format"]) if out else []
    if options["as_json"]:
        from lnrs_geo.write import write_document

        write_document(result, sys.stdout)
    if not quiet:
        for line in summary.lines(result, files):
            click.echo(line, err=True)
    if out and options["report_formats"] is not None:
        report_after(out, options["report_formats"], quiet=quiet)
    elif out and not quiet:
        for line in outdated(out):
            click.echo(line, err=True)
    finish(result, verbose=options["verbose"], strict=options["strict"])


@click.command()
@click.argument("boundary", type=click.Path(path_type=str))
@shared_options
def site(boundary: str, **options: Any) -> None:
    """List what is mapped inside BOUNDARY: measures, what would be consistent, what is left over."""
    from lnrs_geo.boundary import site as find

    found = find(boundary, **common(options))
    if options["out"]:
        found.write(options["out"])
    if options["as_json"]:
        click.echo(json.dumps(found.document(), ensure_ascii=False, indent=1))
    elif not options["quiet"]:
        for line in found.lines():
            click.echo(line)


@click.command()
@click.argument("ref")
@click.option(
    "--in",
    "folder",
    type=click.Path(path_type=Path),
    default=RESULTS,
    show_default=True,
    help="Results to read.",
)
@click.option("--source", default="", metavar="NAME", help="File or layer, where several use the reference.")
def explain(ref: str, folder: Path, source: str) -> None:
    """Tell in plain words how the parcel REF was decided, stage by stage and part by part."""
    from lnrs_geo.explain import explain as tell
    from lnrs_geo.write import read_results

    for line in tell(read_results(folder), ref, source=source):
        click.echo(line)


def finish(result: Result, *, verbose: bool, strict: bool) -> None:
    """List every issue where that is asked for, and end with the exit code of the rows."""
    if verbose:
        for one in result.issues.to_dict("records"):
            place = ": ".join(one[key] for key in ("dataset", "layer", "feature") if one[key])
            click.echo(f"{one['severity']} {one['code']} {place}: {one['message']} {one['fix']}", err=True)
    if result.has_errors or (strict and result.has_reviews):
        sys.exit(ROWS_IN_ERROR)
