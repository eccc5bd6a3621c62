"""The commands that prepare later runs: `index` for mapped measures, `cache` for what is kept of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.cli.options import pair
from lnrs_geo.errors import OptionError

if TYPE_CHECKING:
    from lnrs_geo.cache import Cache, Entry
    from lnrs_geo.indexing import CutAhead, Prepared


@click.command("index")
@click.argument("measures", nargs=-1, type=click.Path(path_type=str))
@click.option("--measures-layer", multiple=True, metavar="NAME", help="A layer of the measures file to use.")
@click.option(
    "--strategy", "strategies", multiple=True, default=("derbyshire",), show_default=True,
    metavar="NAME|FILE.toml", help="The LNRS; may be repeated where each file names its measures.",
)  # fmt: skip
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field.")
@click.option("--crs", metavar="EPSG:N", help="Coordinate system of files that state none.")
@click.option("--area", type=click.Path(path_type=str), help="Prepare the grid squares of this area alone.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
def prepare(measures: tuple[str, ...], **options: Any) -> None:
    """Prepare MEASURES, so that later runs open only what lies near their parcels.

    Give later runs the same --measures-layer and --crs. Without MEASURES, those that the strategy
    file names are prepared. A file that changes is read anew by whatever run comes next.
    """
    from lnrs_geo.cache import default_cache
    from lnrs_geo.chain import settings
    from lnrs_geo.indexing import index
    from lnrs_geo.settings import Sources

    if measures and len(options["strategies"]) > 1:
        raise OptionError(
            "Measures are named beside several strategies.",
            where="--strategy",
            fix="Name the measures in each strategy file ([measures] files), or prepare one strategy at a time.",
        )
    for strategy in options["strategies"]:
        sources = Sources(
            measures=measures,
            strategy=strategy,
            measures_layers=options["measures_layer"],
            field_map=dict(pair(text) for text in options["maps"]),
            crs=options["crs"],
            area=options["area"],
        )
        for done in index(sources, settings(), cache=default_cache()):
            if not options["quiet"]:
                click.echo(_prepared(done), err=True)


@click.command("cache")
@click.option("--clear", is_flag=True, help="Remove everything that is kept.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(*, clear: bool, as_json: bool) -> None:
    """Show what is kept for later runs, or remove it.

    LNRS_GEO_CACHE names another folder, or "off" for none; LNRS_GEO_CACHE_LIMIT is the most that
    is kept, in megabytes: what was used least recently goes first.
    """
    from lnrs_geo.cache import MEGABYTE, default_cache

    kept = default_cache()
    kept.require_folder()
    entries = kept.entries()
    if clear:
        removed = kept.clear()
        click.echo(f"Removed {removed:,} files ({_megabytes(entries)} MB) from {_folder(kept)}.", err=True)
        return
    if as_json:
        document = {
            "folder": str(kept.folder) if kept.folder else None,
            "limit_mb": kept.limit_bytes / MEGABYTE,
            "total_mb": sum(entry.bytes for entry in entries) / MEGABYTE,
            "entries": [
                {"kind": entry.kind, "what": _what(entry), "mb": entry.bytes / MEGABYTE, "last_used": _day(entry)}
                for entry in entries
            ],
        }  # fmt: skip
        click.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    click.echo(f"{_folder(kept)}: {_megabytes(entries)} of {kept.limit_bytes / MEGABYTE:,.0f} MB")
    for line in _lines(entries):
        click.echo(line)


def _lines(entries: Sequence[Entry]) -> Iterator[str]:
    """Tell of each layer in a line, and of each other kind in one."""
    from lnrs_geo.spatial.layer_store import KIND

    rows = [(one.kind, _what(one), _megabytes([one]), _day(one)) for one in entries if one.kind == KIND]
    for kind in sorted({one.kind for one in entries} - {KIND}):
        same = [one for one in entries if one.kind == kind]
        rows.append((kind, f"{len(same):,} files", _megabytes(same), _day(same[0])))
    table = [("kind", "what", "MB", "last used"), *rows] if rows else []
    widths = [max(len(row[at]) for row in table) for at in range(4)] if rows else []
    for row in table:
        kind, what, size, day = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {kind}  {what}  {size.strip().rjust(widths[2])}  {day}".rstrip()


def _prepared(done: Prepared | CutAhead) -> str:
    """Tell what became of one source, or of the squares."""
    from lnrs_geo.indexing import CutAhead

    if isinstance(done, CutAhead):
        names = f" ({done.squares[0]} to {done.squares[-1]})" if done.squares else ""
        return f"{len(done.squares):,} grid square(s) of 10 km{names} are cut and kept."
    what = f"{done.source}: {done.rows:,} rows in {done.layers} layer{'s' if done.layers != 1 else ''}"
    if done.not_kept:
        return f"NOTE: {what}, not kept. {done.not_kept} Every run reads it anew."
    return f"{what}, {'kept already' if done.was_there else 'kept'}."


def _what(entry: Entry) -> str:
    from lnrs_geo.spatial.layer_store import KIND, described

    return described(entry.path) if entry.kind == KIND else " ".join(entry.key[1:])


def _folder(kept: Cache) -> str:
    return str(kept.folder) if kept.folder else "No folder (LNRS_GEO_CACHE is off)"


def _megabytes(entries: Sequence[Entry]) -> str:
    return f"{sum(entry.bytes for entry in entries) / 1_000_000:,.1f}"


def _day(entry: Entry) -> str:
    return datetime.fromtimestamp(entry.used).astimezone().strftime("%Y-%m-%d %H:%M")
