"""Write the report of a register into the folder of its batch: all of its files, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from lnrs_geo import atomic
from lnrs_geo.errors import LnrsGeoError, OptionError, OutputError
from lnrs_geo.report.register.reading import read_register_report
from lnrs_geo.report.register.record import flat

if TYPE_CHECKING:
    from lnrs_geo.report.maps import Map
    from lnrs_geo.report.register.facts import RegisterReport, SiteFacts

    Progress = Callable[[Iterable[SiteFacts], int], Iterator[SiteFacts]]

_TOLD = 3
HTML, PDF, XLSX, MAPS, PICTURE = "report.html", "report.pdf", "report.xlsx", "maps", "sites.png"


def write_register_report(
    folder: Path,
    *,
    formats: Sequence[str] = ("html",),
    sites: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the report on the register of a batch beside its results.

    Parameters
    ----------
    folder
        The folder of a finished batch.
    formats
        Any of `html`, `pdf`, `xlsx` and `png` (the map of the sites, `maps/sites.png`).
    sites
        Write the report of every assessed site too, in the same formats, before the register's, which then
        leads to them.
    progress
        Goes through the sites while their reports are made, given how many there are.

    Returns
    -------
    list of Path
        The files written, the register's first.

    Raises
    ------
    OptionError
        The sites have no folders of their own, and reports of them were asked for.
    OutputError
        There is no finished batch, or a report cannot be written. Where it is that of single sites, all others
        are written.
    """
    folder = Path(folder)
    report = read_register_report(folder)
    written: list[Path] = []
    faults: list[str] = []
    if sites:
        written, faults = _write_sites(folder, report, formats, progress)
        report = read_register_report(folder)
    overview = _drawn(report) if set(formats) - {"xlsx"} else None
    names = [name for name, form in ((HTML, "html"), (PDF, "pdf"), (XLSX, "xlsx")) if form in formats]
    with ExitStack() as stack:
        if "png" in formats and overview:
            staging = stack.enter_context(atomic.replacing(folder / MAPS, [PICTURE]))
            (staging / PICTURE).write_bytes(overview.png)
            written = [folder / MAPS / PICTURE, *written]
        if names:
            staging = stack.enter_context(atomic.replacing(folder, names))
            _write_pages(staging, formats, report, overview)
    if faults:
        more = f" And {len(faults) - _TOLD} more." if len(faults) > _TOLD else ""
        raise OutputError(
            f"The report on the register is written, but those of {len(faults)} site(s) could not be made. "
            f"{' '.join(faults[:_TOLD])}{more}",
            where=str(folder),
            fix="See to these sites, then ask for the reports again.",
        )
    return [folder / name for name in names] + written


def _write_pages(staging: Path, formats: Sequence[str], report: RegisterReport, overview: Map | None) -> None:
    from lnrs_geo.report.register.page import page

    if "html" in formats:
        (staging / HTML).write_text(page(report, overview=overview), encoding="utf-8", newline="")
    if "pdf" in formats:
        from lnrs_geo.report.pdf import write_pdf

        write_pdf(page(report, overview=overview, links=False), staging / PDF)
    if "xlsx" in formats:
        from lnrs_geo.report.register.sheets import write_sheets

        write_sheets(report, staging / XLSX)


def _write_sites(
    folder: Path, report: RegisterReport, formats: Sequence[str], progress: Progress | None
) -> tuple[list[Path], list[str]]:
    """Write the report of every assessed site that has results of its own; one bad site stops no other.

    Returns
    -------
    The files, and a sentence for each site of which no report could be made.
    """
    from lnrs_geo.report import write_report

    assessed = [site for site in report.sites if site.assessed]
    placed = [site for site in assessed if site.results]
    if assessed and not placed:
        raise OptionError(
            "Its sites have no results in folders of their own.",
            where="--sites",
            fix="Make the batch again with --site-folders, or leave the option out.",
        )
    written: list[Path] = []
    faults = []
    for site in progress(placed, len(placed)) if progress else placed:
        try:
            written += write_report(folder / site.results, formats=formats)
        except LnrsGeoError as error:
            faults.append(f"{site.reference}: {error}")
    return written, faults


def _drawn(report: RegisterReport) -> Map | None:
    """Return the map of the sites; None where no site has a place."""
    from lnrs_geo.report.maps import sites_map
    from lnrs_geo.report.register.places import places_of

    points = places_of(report.sites)
    if not points:
        return None
    unplaced = len(report.sites) - len(points)
    title = f"{len(points)} sites of {report.title}"
    if unplaced:
        title += f" ({unplaced} without a place {'is' if unplaced == 1 else 'are'} not drawn)"
    run = dict(flat({"strategies": report.record.get("strategies", [])}))
    return sites_map(points, run={"notice": " ".join(report.notices), **run}, title=title)
