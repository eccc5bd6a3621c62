"""Write the report into the folder of the results: all of its files, or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from lnrs_geo import atomic
from lnrs_geo.report.formats import require_formats

if TYPE_CHECKING:
    from lnrs_geo.report.facts import ParcelFacts, Report
    from lnrs_geo.report.maps import Map

    Progress = Callable[[Iterable[ParcelFacts], int], Iterator[ParcelFacts]]

MOST_PAGES = 100
SITES_CSV = "sites.csv"
_OUR_MAP = re.compile(r"(parcel-[0-9]+[a-z0-9-]*|overview(-[0-9]+)?)\.png")
HTML, PDF, XLSX, MAPS, OVERVIEW = "report.html", "report.pdf", "report.xlsx", "maps", "overview"


def write_report(
    folder: Path,
    *,
    formats: Sequence[str] = ("html",),
    most_pages: int | None = MOST_PAGES,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the report on the results in `folder` beside them.

    Parameters
    ----------
    folder
        Results of a check, or of a batch: that gets the report on its register.
    formats
        Any of `html` (`report.html`), `pdf` (`report.pdf`), `xlsx` (`report.xlsx`) and `png` (`maps/`).
    most_pages
        How many parcels get a page of their own, the most pressing ones; None: all that deserve one.
    progress
        Goes through the parcels while their maps are drawn, given how many there are.

    Returns
    -------
    list of Path
        The files written. Only files of those names are replaced.

    Raises
    ------
    OptionError
        There is no such format, or what it needs is not installed.
    OutputError
        There are no results, or the report cannot be written; nothing has changed then.
    """
    asked = require_formats(formats)
    folder = Path(folder)
    if (folder / SITES_CSV).is_file():
        from lnrs_geo.report.register import write_register_report

        return write_register_report(folder, formats=asked, sites=False)
    from lnrs_geo.report.reading import read_report

    report = read_report(folder, most_pages=most_pages)
    overviews: list[Map] = []
    maps: dict[str, Map] = {}
    if set(asked) - {"xlsx"}:
        overviews, maps = drawn(folder, report, progress=progress)
    names = [name for name, form in ((HTML, "html"), (PDF, "pdf"), (XLSX, "xlsx")) if form in asked]
    pictures = {
        f"{OVERVIEW}{f'-{number}' if number > 1 else ''}.png": one.png
        for number, one in enumerate(overviews, start=1)
    }
    pictures |= {f"{anchor}.png": one.png for anchor, one in maps.items()}
    with ExitStack() as stack:
        if "png" in asked:
            staging = stack.enter_context(atomic.replacing(folder / MAPS, list(pictures)))
            for name, png in pictures.items():
                (staging / name).write_bytes(png)
        if names:
            staging = stack.enter_context(atomic.replacing(folder, names))
            _write_pages(staging, asked, report, maps, overviews)
    if "png" in asked:
        _drop_old_maps(folder / MAPS, kept=pictures)
    written = [folder / name for name in names]
    return written + ([folder / MAPS / name for name in pictures] if "png" in asked else [])


def _write_pages(
    staging: Path, asked: Sequence[str], report: Report, maps: Mapping[str, Map], overviews: Sequence[Map]
) -> None:
    """Write the files that stand in the folder itself."""
    if "html" in asked or "pdf" in asked:
        from lnrs_geo.report.page import page

        html = page(report, maps=maps, overviews=overviews)
        if "html" in asked:
            (staging / HTML).write_text(html, encoding="utf-8", newline="")
        if "pdf" in asked:
            from lnrs_geo.report.pdf import write_pdf

            write_pdf(html, staging / PDF)
    if "xlsx" in asked:
        from lnrs_geo.report.sheets import write_workbook

        write_workbook(report, staging / XLSX)


def _drop_old_maps(folder: Path, *, kept: Mapping[str, bytes]) -> None:
    """Remove maps that an earlier report drew of parcels which have no page now: they would mislead."""
    for path in folder.glob("*.png"):
        if path.name not in kept and _OUR_MAP.fullmatch(path.name):
            path.unlink()


def drawn(
    folder: Path, report: Report, *, progress: Progress | None = None
) -> tuple[list[Map], dict[str, Map]]:
    """Return the overview maps, and those of the parcels with a page that have geometry, by anchor.

    Parameters
    ----------
    folder
        The results.
    report
        The facts of them.
    progress
        Goes through the parcels, given how many there are.
    """
    from lnrs_geo.report.maps import overview_maps, parcel_map
    from lnrs_geo.report.shapes import read_shapes

    shapes = read_shapes(folder)
    placed = [one for one in report.pages if shapes.of(one.source, one.src_fid)]
    parcels = progress(placed, len(placed)) if progress else iter(placed)
    overviews = overview_maps(shapes, report) if shapes.parts.shapes else []
    return overviews, {one.anchor: parcel_map(shapes, one) for one in parcels}
