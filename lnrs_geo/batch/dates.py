"""Dates of sites that stand beside the register: options, and a table of applications."""

from collections.abc import Iterable

from lnrs_geo import papers
from lnrs_geo.applied import require_columns
from lnrs_geo.batch.sites import Dates
from lnrs_geo.errors import ApplicationsError
from lnrs_geo.settings import Settings, Sources, name_of
from lnrs_geo.spatial.values import identifier


def dates_beside(sources: Sources, settings: Settings) -> Dates:
    """Return the cells of applications that options and the table of applications give.

    A row of the table serves the site of its reference; one without a reference serves every site.

    Raises
    ------
    ApplicationsError
        The table cannot be read, or has a reference twice.
    """
    if sources.applications is None:
        return Dates(dict(settings.dates))
    rows, _ = papers.table_rows(sources.applications, "applications", require_columns)
    where = name_of(sources.applications, "applications")
    if not rows:
        return Dates(dict(settings.dates))
    columns = require_columns(list(rows[0]), where=where)
    of_site: dict[str, dict[str, str]] = {}
    for line, row in enumerate(rows, start=2):
        cells = {name: row[column].strip() for name, column in columns.items() if row[column].strip()}
        reference = identifier(cells.pop("reference", ""))
        if not cells and not reference:
            continue
        if reference in of_site:
            raise ApplicationsError(
                f"Line {line} speaks again of {reference or 'every site'!r}.",
                where=where,
                fix="Keep one row for each reference.",
            )
        of_site[reference] = cells
    of_all = {**settings.dates, **of_site.pop("", {})}
    return Dates(of_all, of_site)


def refuse_unused(dates: Dates, references: Iterable[str], *, sources: Sources) -> None:
    """Refuse rows of the table that name no site: what they say would be lost without a word.

    Parameters
    ----------
    references
        What the register calls its sites, and what their files call them.

    Raises
    ------
    ApplicationsError
        There are such rows.
    """
    unused = sorted(set(dates.of_site) - set(references))
    if unused:
        more = f" and {len(unused) - 5} more" if len(unused) > 5 else ""
        raise ApplicationsError(
            f"It speaks of sites that the register does not name: {', '.join(unused[:5])}{more}.",
            where=name_of(sources.applications, "applications"),
            fix="In a batch rows go by the register's references: write those, or remove the rows.",
        )
