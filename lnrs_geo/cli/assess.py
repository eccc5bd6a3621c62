"""The commands that assess land: `check`, `site`, and `explain` for what they found."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.cli.codes import ROWS_IN_ERROR
from lnrs_geo.cli.options import common, judging, judging_options, shared_options

if TYPE_CHECKING:
    from lnrs_geo.result import Result
    from lnrs_geo.rows import FeatureRow

SHOW_PROGRESS_AFTER_S = 2.0
DEFAULT_OUT = "lnrs-results"


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
def check(parcels: tuple[str, ...], **options: Any) -> None:
    """Decide High or Low for every parcel in PARCELS, with the reason."""
    from lnrs_geo import chain, summary
    from lnrs_geo.write import require_format

    quiet = options["quiet"]
    require_format(options["file_format"])
    result = chain.check(
        parcels,
        **judging(options),
        progress=None if quiet else progress_bar,
    )
    out = options["out"] or (None if options["as_json"] else Path(DEFAULT_OUT))
    files = result.write(out, file_format=options["file_format"]) if out else []
    if options["as_json"]:
        from lnrs_geo.write import write_document

        write_document(result, sys.stdout)
    if not quiet:
        for line in summary.lines(result, files):
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
    default=DEFAULT_OUT,
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


def progress_bar(rows: Iterable[FeatureRow], length: int) -> Iterator[FeatureRow]:
    """Show a bar on a terminal once the work has taken two seconds; never in a pipe."""
    if not sys.stderr.isatty():
        yield from rows
        return
    started = time.monotonic()
    bar = None
    for done, row in enumerate(rows):
        yield row
        if bar is None and time.monotonic() - started > SHOW_PROGRESS_AFTER_S:
            bar = click.progressbar(length=length, label="Assessing", file=sys.stderr)
            bar.update(done)
        if bar is not None:
            bar.update(1)
    if bar is not None:
        bar.render_finish()
