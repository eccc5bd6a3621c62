"""Options that several commands share, and what they mean to the functions behind them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from lnrs_geo.cli.date_options import cells_of, date_options
from lnrs_geo.errors import OptionError
from lnrs_geo.multiplier.applications import COLUMNS
from lnrs_geo.settings import MATCHINGS

RESULTS = "lnrs-results"  # where results go, and are looked for, unless --out says otherwise


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `check` and `site` have in common."""
    file = click.Path(path_type=str)
    for option in reversed(
        (
            click.option(
                "--measures",
                type=file,
                multiple=True,
                help="Mapped measures; may be repeated. Not needed where the strategy file names them.",
            ),
            click.option(
                "--measures-layer", multiple=True, metavar="NAME", help="A layer of the measures file to use."
            ),
            click.option(
                "--strategy",
                "strategies",
                multiple=True,
                default=("derbyshire",),
                show_default=True,
                metavar="NAME|FILE.toml",
                help="The LNRS; may be repeated, each file with measures and area of its own.",
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
            click.option(
                "--out",
                type=click.Path(path_type=Path),
                help="Folder for the files (check: lnrs-results, audit: lnrs-audit, workbook: lnrs-workbook).",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
            click.option("-v", "--verbose", is_flag=True, help="List every issue."),
            click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
        )
    ):
        command = option(command)
    return command


def judging_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that `check` and `audit` have beside those of `site`."""
    file = click.Path(path_type=str)
    for option in reversed(
        (
            click.option("--overrides", type=file, help="CSV: a person's decisions on single parcels."),
            click.option(
                "--documents", type=file, help="Table 8: a layer or list of the authority's documents."
            ),
            click.option(
                "--applications", type=file, help="CSV: dates of the sites, by the parcels' site_ref."
            ),
            click.option(
                "--submitted", type=file, help="An earlier file, to hold kept baselines against."
            ),
            click.option(
                "--intervention",
                type=click.Choice(["created", "enhanced", "either"]),
                help="What is done to parcels that do not say.",
            ),
            click.option(
                "--tolerance", type=float, default=2.0, show_default=True, metavar="METRES",
                help="Flags, never decides.",
            ),
            click.option(
                "--accept-proposed", is_flag=True,
                help="For drafts only: let unconfirmed crosswalk rows decide.",
            ),
            click.option(
                "--matching", type=click.Choice(MATCHINGS), default=MATCHINGS[0], show_default=True,
                help="How parcels are matched; the answers are the same.",
            ),
            click.option("--strict", is_flag=True, help="Exit with 1 where a row needs a person too."),
            date_options(*COLUMNS[1:]),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def judging(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of `check` and `audit` as the keywords of their functions."""
    return {
        **common(options),
        "overrides": options["overrides"],
        "documents": options["documents"],
        "applications": options["applications"],
        "submitted": options["submitted"],
        "dates": cells_of(options),
        "intervention": options["intervention"] or "",
        "tolerance_m": options["tolerance"],
        "accept_proposed": options["accept_proposed"],
        "matching": options["matching"],
    }


def common(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that `check` and `site` share as the keywords of their functions."""
    named = options["strategies"]
    _require_measures(options)
    return {
        "measures": options["measures"],
        "strategy": named[0] if len(named) == 1 else named,
        "crosswalk": options["crosswalk"],
        "area": options["area"],
        "authorities": options["authorities"],
        "apib": options["apib"],
        "acb": options["acb"],
        "layers": options["layers"],
        "measures_layers": options["measures_layer"],
        "field_map": dict(pair(text) for text in options["maps"]),
        "crs": options["crs"],
        "as_at": options["as_at"].date() if options["as_at"] else None,
    }


def _require_measures(options: dict[str, Any]) -> None:
    """Ask for `--measures` where the one strategy names none, before anything else is read."""
    from lnrs_geo.strategy import load

    named = options["strategies"]
    if not options["measures"] and len(named) == 1 and not load(named[0]).measure_files:
        context = click.get_current_context()
        raise click.MissingParameter(ctx=context, param_hint="'--measures'", param_type="option")


def pair(text: str) -> tuple[str, str]:
    """Read FIELD=COLUMN.

    Raises
    ------
    OptionError
        The text is not of that form.
    """
    field, sign, column = text.partition("=")
    if not sign or not field.strip() or not column.strip():
        raise OptionError(
            f"{text!r} is not of the form FIELD=COLUMN.",
            where="--map",
            fix="Write the field, =, and the column that holds it, as in --map parcel_ref=ID.",
        )
    return field.strip(), column.strip()
