"""The command `report`: the evidence for a gain plan, from results that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from lnrs_geo.cli.options import RESULTS
from lnrs_geo.cli.progress import bar_of
from lnrs_geo.errors import OptionError

MOST_PAGES = 100
FORMATS_HELP = "html, pdf, xlsx or png (the maps); several are joined by commas."


@click.command("report")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=RESULTS)
@click.option("--format", "formats", default="html", show_default=True, metavar="FORMATS", help=FORMATS_HELP)
@click.option(
    "--pages", default=str(MOST_PAGES), show_default=True, metavar="N|all",
    help="How many parcels get a page of their own, the most pressing first.",
)  # fmt: skip
@click.option("--sites", is_flag=True, help="For a batch: a report for every assessed site too.")
@click.option("-q", "--quiet", is_flag=True, help="No messages but errors.")
def report(folder: Path, formats: str, pages: str, sites: bool, quiet: bool) -> None:
    """Write the report on the results in DIR (lnrs-results by default) beside them.

    The HTML page holds its pictures, opens offline and prints well; the PDF is made from it. DIR may
    hold a batch: then the report is on its register.
    """
    from lnrs_geo.report.formats import require_formats
    from lnrs_geo.report.writing import SITES_CSV, write_report

    asked, most = require_formats(formats_of(formats)), most_pages(pages)
    if (folder / SITES_CSV).is_file():
        from lnrs_geo.report.register import write_register_report

        progress = None if quiet else bar_of("Reports of sites")
        files = write_register_report(folder, formats=asked, sites=sites, progress=progress)
    elif sites:
        raise OptionError("These are no results of a batch.", where="--sites", fix="Leave the option out.")
    else:
        files = write_report(
            folder, formats=asked, most_pages=most, progress=None if quiet else bar_of("Drawing maps")
        )
    if not quiet:
        click.echo("\n".join([told(files, folder), *outdated(folder, files)]), err=True)


def report_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option `--report`, for commands that make results."""
    return click.option(
        "--report", "report_formats", is_flag=False, flag_value="html", default=None, metavar="[FORMATS]",
        help=f"Write the report too: {FORMATS_HELP} Alone it means html; place it after the files.",
    )(command)  # fmt: skip


def report_after(out: Path, formats: str, *, quiet: bool = False) -> list[Path]:
    """Write the report on results that a command has just made, and say so.

    Parameters
    ----------
    out
        The folder of the results.
    formats
        What `--report` was given.
    quiet
        Say nothing.
    """
    from lnrs_geo.report.writing import write_report

    files = write_report(out, formats=formats_of(formats), progress=None if quiet else bar_of("Drawing maps"))
    if not quiet:
        click.echo("\n".join([told(files, out), *outdated(out, files)]), err=True)
    return files


def require_report(formats: str) -> None:
    """See, before the work begins, that the report asked for can be written.

    Raises
    ------
    OptionError
        There is no such format, or what it needs is not installed.
    """
    from lnrs_geo.report.formats import require_formats

    require_formats(formats_of(formats), where="--report")


def outdated(out: Path, written: Sequence[Path] = ()) -> list[str]:
    """Say which reports in the folder were not written now, and so may be of earlier results."""
    known = (out / name for name in ("report.html", "report.pdf", "report.xlsx"))
    old = [path.name for path in known if path.exists() and path not in written]
    said = f"NOTE: written earlier, perhaps from other results: {', '.join(old)} in {out}."
    return [f"{said} `lnrs-geo report` writes them again."] if old else []


def formats_of(text: str) -> list[str]:
    """Return formats that stand in one text, joined by commas.

    Examples
    --------
    >>> formats_of("HTML, pdf")
    ['html', 'pdf']
    """
    return [one.strip().lower() for one in text.split(",") if one.strip()]


def most_pages(text: str) -> int | None:
    """Return how many pages are meant; None for all.

    Raises
    ------
    OptionError
        It is neither a number nor the word.

    Examples
    --------
    >>> most_pages("20"), most_pages("all")
    (20, None)
    """
    if text.strip().lower() == "all":
        return None
    if text.strip().isdecimal():
        return int(text)
    raise OptionError(f"{text!r} is no number of pages.", where="--pages", fix="Give a number, or all.")


def told(files: list[Path], folder: Path) -> str:
    """Say which files were written, maps by their number.

    Examples
    --------
    >>> told([Path("out/report.html"), Path("out/maps/p1.png"), Path("out/maps/p2.png")], Path("out"))
    'Report: report.html, 2 maps (maps/) in out'
    """
    names = [file.name for file in files if file.parent == folder]
    others: dict[str, int] = {}
    for file in files:
        if file.parent != folder:
            place = "maps" if file.parent == folder / "maps" else "reports of sites"
            others[place] = others.get(place, 0) + 1
    names += [f"{count} {place}{' (maps/)' if place == 'maps' else ''}" for place, count in others.items()]
    return f"Report: {', '.join(names)} in {folder}"
