"""The command `audit`: what somebody claimed, held against what is found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from lnrs_geo.cli.assess import finish
from lnrs_geo.cli.options import judging, judging_options, shared_options
from lnrs_geo.cli.progress import bar_of

# A folder of its own: results of a later check would not fit the audit beside them
DEFAULT_OUT = "lnrs-audit"


@click.command()
@click.argument("parcels", nargs=-1, required=True, type=click.Path(path_type=str))
@shared_options
@judging_options
def audit(parcels: tuple[str, ...], **options: Any) -> None:
    """Hold every strategic significance claimed in PARCELS against what is found.

    Says what each difference is worth in biodiversity units, from the units that the input claims
    (--map units=COLUMN), and writes GeoPackages again with the decided values put right. Values that
    a person must settle stay, and are listed. Files go to the folder lnrs-audit by default (--out).

    With --submitted, baselines that keep the values they had are compared with that earlier file by
    parcel reference, module and site reference.
    """
    from lnrs_geo import chain
    from lnrs_geo.auditing import audit as hold
    from lnrs_geo.auditing import write_document
    from lnrs_geo.auditing.summary import lines

    quiet = options["quiet"]
    found = hold(chain.check(parcels, **judging(options), progress=None if quiet else bar_of("Assessing")))
    out = options["out"] or (None if options["as_json"] else Path(DEFAULT_OUT))
    files: list[Path] = []
    if out:
        found, files = found.write(out)
    if options["as_json"]:
        write_document(found, sys.stdout)
    if not quiet:
        for line in lines(found, files):
            click.echo(line, err=True)
    finish(found.result, verbose=options["verbose"], strict=options["strict"])
