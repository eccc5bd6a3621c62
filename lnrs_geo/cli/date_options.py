"""The columns of `applications.csv` as options of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from lnrs_geo.errors import OptionError
from lnrs_geo.multiplier.applications import CLAUSES, COLUMNS, KINDS, ROUTES, read_application

_HELP = {
    "reference": "What the application is called.",
    "application_date": "When the application was made.",
    "agreed_date": "An earlier date agreed in its place (Schedule 7A, paragraph 5(3)).",
    "granted": "When permission was granted.",
    "refused": "When it was refused.",
    "withdrawn": "When it was withdrawn.",
    "gain_plan_submitted": "When the biodiversity gain plan was submitted.",
    "gain_plan_approved": "When the biodiversity gain plan was approved.",
    "secured_on": "When off-site units were secured by agreement or covenant.",
    "route": f"One of {', '.join(ROUTES)}.",
    "kind": f"One of {', '.join(KINDS)}.",
    "off_site": "The land is off-site (yes or no; yes where neither is said).",
    "agreement": f"What the off-site agreement's clause says: {', '.join(CLAUSES)}.",
    "exempt": "The development is exempt (yes or no; yes where neither is said).",
}
ADVICE = "Correct it; dates are written as 2024-09-21, or 2024-09 or 2024 where no more is known."
_METAVARS = {"reference": "TEXT", "route": "ROUTE", "kind": "KIND", "agreement": "CLAUSE"}


def option_name(column: str) -> str:
    """Return the option of a column of `applications.csv`: its name with dashes."""
    return f"--{column.replace('_', '-')}"


def date_options(*columns: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds an option for each of these columns of `applications.csv`."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        flag: dict[str, Any]
        for column in reversed(columns):
            if column in ("off_site", "exempt"):
                # alone it means yes; the column's words may follow it
                flag = {"is_flag": False, "flag_value": "yes", "metavar": "[yes|no]"}
            else:
                flag = {"metavar": _METAVARS.get(column, "DATE")}
            command = click.option(option_name(column), column, help=_HELP[column], **flag)(command)
        return command

    return add


def cells_of(options: dict[str, Any]) -> dict[str, str]:
    """Return the cells of an application that were given as options, by column.

    Raises
    ------
    OptionError
        One of them cannot be read, or two cannot both be so; every fault is named.
    """
    cells = {column: options[column] for column in COLUMNS if options.get(column) is not None}
    application, faults = read_application(cells, name=option_name)
    if faults:
        raise OptionError(
            " ".join(faults), where=", ".join(map(option_name, application.unreadable)), fix=ADVICE
        )
    return cells
