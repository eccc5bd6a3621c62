"""The commands for crosswalks, from a measure's words to metric habitats: `crosswalk draft`, `check`, `show`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.cli.codes import ROWS_IN_ERROR
from lnrs_geo.cli.options import pair
from lnrs_geo.errors import CrosswalkError, OptionError

if TYPE_CHECKING:
    from lnrs_geo.crosswalk_file.redrafts import Redraft
    from lnrs_geo.model import Issue
    from lnrs_geo.settings import Settings

STRATEGY = click.option(
    "--strategy", default="derbyshire", show_default=True, metavar="NAME|FILE.toml", help="The LNRS."
)
LAYERS = click.option("--measures-layer", multiple=True, metavar="NAME", help="A layer of the map to use.")
MAPS = click.option(
    "--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field."
)
CRS = click.option("--crs", metavar="EPSG:N", help="Coordinate system of files that state none.")
MOST_NAMES = 12
# Issues of the measures that concern a draft of their words, and how loudly
TOLD = {"lnrs-id-mismatch": "WARNING", "measure-left-out": "NOTE", "measure-id-missing": "NOTE"}


@click.group()
def crosswalk() -> None:
    """Which habitat is consistent with which measure: draft it, check it, show it."""


@crosswalk.command()
@click.argument("measures", nargs=-1, required=True, type=click.Path(path_type=str))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The crosswalk file.")
@STRATEGY
@LAYERS
@MAPS
@CRS
def draft(measures: tuple[str, ...], output: Path, **options: Any) -> None:
    """Propose rows for the measures of a map, or of a table of texts, for a person to judge.

    Where the file is there already, everything that somebody did in it stays as it is.
    """
    from lnrs_geo.crosswalk_file.keeping import NEW, load_crosswalk, write_crosswalk
    from lnrs_geo.crosswalk_file.redrafts import redraft
    from lnrs_geo.crosswalk_file.texts import at_risk, worded_measures
    from lnrs_geo.draft import MeasureText, propose
    from lnrs_geo.multiplier.crosswalk import read_rows
    from lnrs_geo.settings import Sources
    from lnrs_geo.strategy import load

    strategy = load(options["strategy"])
    lnrs_id = strategy.lnrs_id
    sources = Sources(
        measures=measures,
        strategy=options["strategy"],
        measures_layers=options["measures_layer"],
        field_map=dict(pair(text) for text in options["maps"]),
        crs=options["crs"],
    )
    there = output.exists()
    kept = load_crosswalk(output) if there else NEW
    read_rows(kept.numbered_rows(), where=str(output), lnrs_id=lnrs_id)
    worded, issues = worded_measures(sources, _settings(None))
    proposed = propose([MeasureText(*one) for one in worded], lnrs_id=lnrs_id)
    ids = list(dict.fromkeys(one.measure_id for one in worded))
    done = redraft(kept.rows, proposed, measure_ids=ids, lnrs_id=lnrs_id)
    read_rows(done.rows, where=str(output), lnrs_id=lnrs_id)
    if done.rows != kept.rows or not there:
        encoding = write_crosswalk(output, done.rows, like=kept)
        if encoding != kept.encoding:
            click.echo(
                f"NOTE: {kept.encoding} lacks letters of the new rows; it is {encoding} now.", err=True
            )
    said = f"LNRS {lnrs_id}, {strategy.name}" if strategy.name != lnrs_id else f"LNRS {lnrs_id}"
    for line in _drafted(done, ids, output, lnrs=said, was_there=there):
        click.echo(line, err=True)
    if risky := at_risk(ids):
        click.echo(
            f"NOTE: a spreadsheet program takes ids such as {_names(risky)} for numbers or dates and changes them: "
            "when you open the file there, set the column measure_id to Text.",
            err=True,
        )
    for line in _remarks(issues):
        click.echo(line, err=True)


@crosswalk.command()
@click.argument("file", type=click.Path(path_type=str))
@click.option("--measures", multiple=True, type=click.Path(path_type=str), help="The map; may be repeated.")
@click.option("--parcels", multiple=True, type=click.Path(path_type=str), help="Try it on these parcels.")
@click.option("--area", type=click.Path(path_type=str), help="Outline of the strategy area, for --parcels.")
@click.option("--layer", "layers", multiple=True, metavar="NAME", help="A layer of the parcels to use.")
@click.option(
    "--intervention",
    type=click.Choice(["created", "enhanced", "either"]),
    help="What is done to parcels that do not say.",
)
@click.option(
    "--as-at",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Assessment date; today by default.",
)
@STRATEGY
@LAYERS
@MAPS
@CRS
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(file: str, measures: tuple[str, ...], parcels: tuple[str, ...], **options: Any) -> None:
    """Look through the crosswalk FILE for what a person must mend; exit with 1 where there is anything."""
    from lnrs_geo.crosswalk_file.checking import examine
    from lnrs_geo.settings import Sources

    if parcels and not measures:
        raise OptionError(
            "Parcels can only be tried on a map.", where="--parcels", fix="Give the map with --measures too."
        )
    as_at = options["as_at"].date() if options["as_at"] else None
    findings = examine(
        file,
        sources=Sources(
            measures=measures,
            parcels=parcels,
            strategy=options["strategy"],
            area=options["area"],
            layers=options["layers"],
            measures_layers=options["measures_layer"],
            field_map=dict(pair(text) for text in options["maps"]),
            crs=options["crs"],
        ),
        settings=_settings(as_at, intervention=options["intervention"] or ""),
    )
    if options["as_json"]:
        click.echo(json.dumps(findings.document(), ensure_ascii=False, indent=1))
    else:
        for line in findings.lines():
            click.echo(line)
    if findings.to_mend:
        sys.exit(ROWS_IN_ERROR)


@crosswalk.command()
@click.argument("measure_id")
@click.option(
    "--crosswalk", "file", type=click.Path(path_type=str), help="The crosswalk; else the strategy's."
)
@click.option("--strategy", metavar="NAME|FILE.toml", help="The LNRS; derbyshire where no file is given.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(measure_id: str, file: str | None, strategy: str | None, as_json: bool) -> None:
    """Tell what is consistent with the measure MEASURE_ID, what is not, and on whose word."""
    from lnrs_geo.crosswalk_file.keeping import load_crosswalk
    from lnrs_geo.crosswalk_file.showing import show_measure
    from lnrs_geo.strategy import load

    pack = load(strategy or "derbyshire") if strategy or not file else None
    path = file or (pack.crosswalk if pack else None)
    if path is None:
        raise CrosswalkError(
            "The strategy names no crosswalk.", where=str(strategy), fix="Give one with --crosswalk."
        )
    rows = load_crosswalk(path).numbered_rows()
    shown = show_measure(
        rows,
        measure_id,
        where=str(path),
        lnrs_id=pack.lnrs_id if pack else "",
        as_at=_settings(None).as_at,
    )
    if as_json:
        click.echo(json.dumps(shown.document(), ensure_ascii=False, indent=1))
    else:
        for line in shown.lines():
            click.echo(line)


def _settings(as_at: Any, *, intervention: str = "") -> Settings:
    from lnrs_geo.chain import settings
    from lnrs_geo.settings import DEFAULT_TOLERANCE_M

    return settings(as_at=as_at, tolerance_m=DEFAULT_TOLERANCE_M, intervention=intervention)


def _drafted(done: Redraft, ids: Sequence[str], output: Path, *, lnrs: str, was_there: bool) -> Iterator[str]:
    """Tell what a draft for an LNRS made of a file."""
    from lnrs_geo.tables import same_number

    found = {row["measure_id"] for row in done.rows if row["habitat"]}
    blank = [name for name in ids if name not in found]
    yield f"{output}: {len(done.rows)} rows, drafted for {lnrs}; the input has {len(ids)} measures."
    changes = ((done.added, "added"), (done.renewed, "drafted anew"), (done.removed, "removed"))
    said = ", ".join(f"{count} {what}" for count, what in changes if count) or "nothing changed"
    yield f"Proposals: {said}."
    if was_there and done.new:
        yield f"New measures: {len(done.new)} ({_names(done.new)})."
    if done.vanished:
        yield f"No longer in the input, rows kept: {len(done.vanished)} ({_names(done.vanished)})."
    for name in done.vanished:
        if alike := same_number(name, ids):
            yield f"  {name} may be {' or '.join(alike)}, whose zeros a spreadsheet program has dropped."
    if done.withheld:
        told = [f"{row['measure_id']}: {row['habitat']} ({row['intervention']})" for row in done.withheld]
        yield f"Not added, because somebody has worked on the measure: {len(told)} ({_names(told)})."
    if blank:
        yield f"Nothing was found in the words of: {len(blank)} ({_names(blank)})."
    yield (
        "A proposal decides nothing until a person sets its status to confirmed, with reviewer_role and "
        "reviewed_on (such as 2026-09-01)."
    )


def _remarks(issues: Sequence[Issue]) -> Iterator[str]:
    """Tell what was met in reading the measures, as far as a draft is concerned; each kind once."""
    for code, what in TOLD.items():
        if same := [one for one in issues if one.code == code]:
            fix = f" {same[0].fix} --strategy names it." if code == "lnrs-id-mismatch" else ""
            yield f"{what}: {code} ({len(same)}): {same[0].message}{fix}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMES]) + (" ..." if len(names) > MOST_NAMES else "")
