"""The command `rerun`: the same check from the record of its results, and whether it decides the same."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lnrs_geo.cli.progress import bar_of
from lnrs_geo.errors import OptionError

DIFFERS = 1


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the new results; none are kept without."
)
@click.option(
    "--from",
    "start",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder where the check was run, for paths that were given from there; the current one by default.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def rerun(folder: Path, out: Path | None, start: Path | None, quiet: bool) -> None:
    """Run the check that made the results in DIR again, and say whether it decides the same.

    Names every input whose contents have changed since, or that is gone; then does the same check, as at
    the same date, and compares the parts of every parcel. Ends with 0 where all are the same, with 1 where
    some differ, with 3 where an input is gone.
    """
    from lnrs_geo.rerun import run_again

    if out is not None and out.resolve() == folder.resolve():
        raise OptionError(
            "The new results would replace those that they are held against.",
            where="--out",
            fix="Name another folder.",
        )
    found = run_again(folder, start=start, progress=None if quiet else bar_of("Assessing"))
    files = found.result.write(out) if out else []
    if not quiet:
        for line in found.lines():
            click.echo(line)
        if files:
            click.echo(f"Files: {', '.join(one.name for one in files)} in {out}", err=True)
    if not found.same:
        sys.exit(DIFFERS)
