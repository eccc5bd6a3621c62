"""The command `lnrs-geo`: data to standard output or files, messages to standard error.

Exit codes: 0 done; 1 done, with rows in error (with `--strict` also rows for review); 2 wrong
usage; 3 an input could not be read or used. Each module beside this one holds a family of commands.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from lnrs_geo.cli.again import rerun
from lnrs_geo.cli.assess import check, explain, site
from lnrs_geo.cli.batch import every_site
from lnrs_geo.cli.claimed import audit
from lnrs_geo.cli.codes import UNUSABLE_INPUT, WRONG_USAGE
from lnrs_geo.cli.dates import regime
from lnrs_geo.cli.evidence import report
from lnrs_geo.cli.index import prepare, show
from lnrs_geo.cli.metric import workbook
from lnrs_geo.cli.packs import strategies
from lnrs_geo.cli.words import crosswalk
from lnrs_geo.errors import LnrsGeoError, OptionError, RuleNotInForce


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


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lnrs-geo", prog_name="lnrs-geo")
def main() -> None:
    """Strategic significance of habitat parcels under a Local Nature Recovery Strategy."""


COMMANDS = (
    check, site, explain, report, rerun, audit, workbook, every_site, regime, crosswalk, strategies, prepare, show,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)
