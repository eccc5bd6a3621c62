"""The command `lnrs-geo`: data to standard output or files, messages to standard error.

Exit codes: 0 done; 1 done, with rows in error (with `--strict` also rows for review); 2 wrong
usage; 3 an input could not be read or used.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.errors import LnrsGeoError, OptionError, RuleNotInForce

if TYPE_CHECKING:
    from lnrs_geo.rows import FeatureRow

DONE, ROWS_IN_ERROR, WRONG_USAGE, UNUSABLE_INPUT = range(4)
SHOW_PROGRESS_AFTER_S = 2.0
DEFAULT_OUT = "lnrs-results"


class Commands(click.Group):
    """Turns every error of the program into its one message and its exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command named."""
        try:
            return super().invoke(ctx)
        except (OptionError, RuleNotInForce) as error:
            click.echo(f"lnrs-geo: {error}", err=True)
            sys.exit(WRONG_USAGE)
        except LnrsGeoError as error:
            click.echo(f"lnrs-geo: {error}", err=True)
            sys.exit(UNUSABLE_INPUT)


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `check` and `site` have in common."""
    file = click.Path(path_type=str)
    for option in reversed(
        (
            click.option(
                "--measures",
                type=file,
                multiple=True,
                required=True,
                help="Mapped measures; may be repeated.",
            ),
            click.option(
                "--measures-layer", multiple=True, metavar="NAME", help="A layer of the measures file to use."
            ),
            click.option(
                "--strategy",
                default="derbyshire",
                show_default=True,
                metavar="NAME|FILE.toml",
                help="The LNRS.",
            ),
            click.option(
                "--crosswalk", type=file, help="CSV: which habitat is consistent with which measure."
            ),
            click.option("--area", type=file, help="Outline of the strategy area, or of several."),
            click.option("--authorities", type=file, help="Outlines of the planning authorities."),
            click.option("--apib", type=file, help="Areas of particular importance for biodiversity."),
            click.option("--acb", type=file, help="Areas that could become of particular importance."),
            click.option(
                "--layer", "layers", multiple=True, metavar="NAME", help="A layer of the input to use."
            ),
            click.option(
                "--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field."
            ),
            click.option("--crs", metavar="EPSG:N", help="Coordinate system of files that state none."),
            click.option(
                "--as-at",
                type=click.DateTime(["%Y-%m-%d"]),
                metavar="YYYY-MM-DD",
                help="Assessment date; today by default.",
            ),
            click.option("--out", type=click.Path(path_type=Path), help="Folder for the files."),
            click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
            click.option("-v", "--verbose", is_flag=True, help="List every issue."),
            click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
        )
    ):
        command = option(command)
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lnrs-geo", prog_name="lnrs-geo")
def main() -> None:
    """Strategic significance of habitat parcels under a Local Nature Recovery Strategy."""


@main.command()
@click.argument("parcels", nargs=-1, required=True, type=click.Path(path_type=str))
@shared_options
@click.option(
    "--overrides", type=click.Path(path_type=str), help="CSV: a person's decisions on single parcels."
)
@click.option(
    "--intervention",
    type=click.Choice(["created", "enhanced", "either"]),
    help="What is done to parcels that do not say.",
)
@click.option(
    "--tolerance", type=float, default=2.0, show_default=True, metavar="METRES", help="Flags, never decides."
)
@click.option("--strict", is_flag=True, help="Exit with 1 where a row needs a person too.")
def check(parcels: tuple[str, ...], **options: Any) -> None:
    """Decide High or Low for every parcel in PARCELS, with the reason."""
    from lnrs_geo import chain, summary

    quiet = options["quiet"]
    result = chain.check(
        parcels,
        **_common(options),
        overrides=options["overrides"],
        intervention=options["intervention"] or "",
        tolerance_m=options["tolerance"],
        progress=None if quiet else _progress,
    )
    out = options["out"] or (None if options["as_json"] else Path(DEFAULT_OUT))
    files = result.write(out) if out else []
    if options["as_json"]:
        from lnrs_geo.write import write_document

        write_document(result, sys.stdout)
    if not quiet:
        for line in summary.lines(result, files):
            click.echo(line, err=True)
    if options["verbose"]:
        for one in result.issues.to_dict("records"):
            place = ": ".join(one[key] for key in ("dataset", "layer", "feature") if one[key])
            click.echo(f"{one['severity']} {one['code']} {place}: {one['message']} {one['fix']}", err=True)
    if result.has_errors or (options["strict"] and result.has_reviews):
        sys.exit(ROWS_IN_ERROR)


@main.command()
@click.argument("boundary", type=click.Path(path_type=str))
@shared_options
def site(boundary: str, **options: Any) -> None:
    """List what is mapped inside BOUNDARY: measures, what would be consistent, what is left over."""
    from lnrs_geo.boundary import site as find

    found = find(boundary, **_common(options))
    if options["out"]:
        found.write(options["out"])
    if options["as_json"]:
        click.echo(json.dumps(found.document(), ensure_ascii=False, indent=1))
    elif not options["quiet"]:
        for line in found.lines():
            click.echo(line)


@main.command()
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


def _common(options: dict[str, Any]) -> dict[str, Any]:
    return {
        "measures": options["measures"],
        "strategy": options["strategy"],
        "crosswalk": options["crosswalk"],
        "area": options["area"],
        "authorities": options["authorities"],
        "apib": options["apib"],
        "acb": options["acb"],
        "layers": options["layers"],
        "measures_layers": options["measures_layer"],
        "field_map": dict(_pair(text) for text in options["maps"]),
        "crs": options["crs"],
        "as_at": options["as_at"].date() if options["as_at"] else None,
    }


def _pair(text: str) -> tuple[str, str]:
    field, sign, column = text.partition("=")
    if not sign or not field.strip() or not column.strip():
        raise OptionError(f"{text!r} is not of the form FIELD=COLUMN.", where="--map")
    return field.strip(), column.strip()


def _progress(rows: Iterable[FeatureRow], length: int) -> Iterator[FeatureRow]:
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
