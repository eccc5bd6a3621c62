"""The commands on strategies: list those that are known, and write the file of another LNRS."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.cli.answers import a_date, filled
from lnrs_geo.cli.options import pair

if TYPE_CHECKING:
    from lnrs_geo.new_strategy import NewStrategy
    from lnrs_geo.spatial.recognise import Findings


@click.group("strategies", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_context
def strategies(ctx: click.Context, as_json: bool) -> None:
    """List the strategies that come with the program and the areas of England; or write a new one."""
    if ctx.invoked_subcommand is not None:
        return
    packs, areas = _packs(), _areas()
    if as_json:
        click.echo(json.dumps({"packs": packs, "areas": areas}, ensure_ascii=False, indent=1))
        return
    click.echo("Strategies that come with the program (--strategy NAME):\n")
    _table(packs, ("name", "lnrs_id", "lnrs", "status", "published", "crosswalk_rows"))
    click.echo("\nThe 48 areas; a date stands only where its source is known (--json shows it):\n")
    _table(areas, ("lnrs_id", "name", "authority", "published"))
    click.echo("\nFor an area without a strategy here: lnrs-geo strategies new MEASURES --lnrs-id ID")


@strategies.command()
@click.argument("measures", nargs=-1, required=True, type=click.Path(path_type=str))
@click.option("-o", "out", type=click.Path(path_type=Path), metavar="FOLDER/strategy.toml",
              help="The file to write; by default in a folder named after the LNRS.")  # fmt: skip
@click.option("--lnrs-id", metavar="ID|NAME", help="The LNRS; by default what the layer says.")
@click.option("--name", help="Its name; by default that of the area.")
@click.option("--authority", help="Its responsible authority; by default that of the area.")
@click.option(
    "--status", type=click.Choice(["published", "draft", "sample"]), help="A draft decides nothing."
)
@click.option(
    "--published", type=a_date, metavar="DATE", help="Day, month or year: 2025-09-14, 2025-09, 2025."
)
@click.option("--published-source", metavar="TEXT", help="Who says so, and where.")
@click.option(
    "--layer", "layers", multiple=True, metavar="NAME", help="A layer of measures; may be repeated."
)
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN",
              help="Which column holds a field: location_id, measure_id, measure, priority or eligible.")  # fmt: skip
@click.option("--area", type=click.Path(path_type=Path), help="Outline of the strategy area.")
@click.option("--licence", default="", metavar="TEXT", help="Of the layers.")
@click.option("--edition", default="", metavar="TEXT", help="Of the layers.")
@click.option("--force", is_flag=True, help="Replace a strategy file that is there.")
@click.option("--yes", "--no-input", "unasked", is_flag=True, help="Take every guess and ask nothing.")
def new(measures: tuple[str, ...], **options: Any) -> None:
    """Write the strategy file of another LNRS from its mapped MEASURES.

    What can be told from the layers and from the list of areas is filled in. Columns are told by
    their names, and likely ones are put to you on a terminal; where no name tells the measures,
    name their column with --map. Of the LNRS itself (its id, name, authority, status and
    publication) what is missing is asked on a terminal, and given by the options elsewhere.
    """
    from lnrs_geo.areas import plain
    from lnrs_geo.new_strategy import refuse_no_area, refuse_taken, write
    from lnrs_geo.spatial.recognise import look

    if options["out"]:
        refuse_taken(options["out"], force=options["force"])
    refuse_no_area(options["area"])
    found = look(measures, layers=options["layers"], field_map=dict(pair(text) for text in options["maps"]))
    for line in _told(found):
        click.echo(line, err=True)
    made = filled(found, options, asks=_on_terminal() and not options["unasked"])
    path = options["out"] or Path(plain(made.name) or "strategy") / "strategy.toml"
    _, files = write(made, path, force=options["force"])
    for line in _next(made, found, files, measures):
        click.echo(line, err=True)


def _packs() -> list[dict[str, Any]]:
    """Return what is to be said of each pack."""
    from lnrs_geo import strategy
    from lnrs_geo.tables import read_text_table

    rows = []
    for name in strategy.names():
        pack = strategy.load(name)
        book = read_text_table(pack.crosswalk) if pack.crosswalk else []
        rows.append({
            "name": name, "lnrs_id": pack.lnrs_id, "lnrs": pack.name, "title": pack.title,
            "authority": pack.authority, "status": pack.status, "published": pack.published_text,
            "published_source": pack.published_source,
            "crosswalk_rows": len(book),
        })  # fmt: skip
    return rows


def _areas() -> list[dict[str, str]]:
    """Return what is known of each area."""
    from lnrs_geo.areas import areas

    return [
        {"lnrs_id": one.lnrs_id, "name": one.name, "authority": one.authority,
         "published": one.published_text, "published_source": one.published_source}
        for one in areas()
    ]  # fmt: skip


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Print rows under a head, each column as wide as its widest cell."""
    lines = [columns, *(tuple(str(row[name]) for name in columns) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    for line in lines:
        cells = zip(line, widths, strict=True)
        click.echo("  " + "  ".join(cell.ljust(width) for cell, width in cells).rstrip())


def _told(found: Findings) -> list[str]:
    """Return what the layers say of themselves, in lines."""
    lines = [f"Layers of measures: {', '.join(found.layers)} ({found.polygons:,} rows)."]
    if found.left_out:
        lines.append(f"Not used, for no column in them tells a measure: {', '.join(found.left_out)}.")
    for name, column in found.columns.items():
        lines.append(f"  {name}: column {column}")
    for name, column in found.guesses.items():
        lines.append(f"  {name}: column {column}, guessed from its name")
    if found.lnrs_ids:
        lines.append(f"LNRS id in the rows: {', '.join(found.lnrs_ids)}.")
    return lines


def _next(made: NewStrategy, found: Findings, files: list[Path], measures: tuple[str, ...]) -> list[str]:
    """Return what was written, what is odd about it, and what to do next, in lines."""
    lines = [f"Wrote {' and '.join(map(str, files))} for {made.name} (LNRS {made.lnrs_id}, {made.status})."]
    if len(files) == 1:
        lines.append("The crosswalk beside it was there already and stays as it is.")
    if others := [one for one in found.lnrs_ids if one != made.lnrs_id]:
        lines.append(f"Mind that rows bear the LNRS id {', '.join(others)}: check will say so too.")
    if made.area is None:
        lines.append("No outline of the area is given (--area): a parcel that meets no measure stays open.")
    given = " ".join(f"--measures {_shell(path)}" for path in measures)
    strategy = _shell(str(files[0]))
    book = _shell(str(files[0].parent / "crosswalk.csv"))
    lines += [
        "Next: propose rows for the crosswalk, and have an ecologist judge them; then check parcels:",
        f"  lnrs-geo crosswalk draft {' '.join(map(_shell, measures))} --strategy {strategy} -o {book}",
        f"  lnrs-geo check PARCELS {given} --strategy {strategy}",
    ]
    return lines


def _shell(word: str) -> str:
    """Return a word as a shell takes it."""
    import shlex

    return shlex.quote(word)


def _on_terminal() -> bool:
    """Tell whether somebody is there to be asked."""
    return sys.stdin.isatty()
