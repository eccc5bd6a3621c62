"""Which application each parcel belongs to: by its own columns, a table of sites, or the options."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import pandas as pd

from lnrs_geo.errors import ApplicationsError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.multiplier.applications import COLUMNS, DATES, Application, read_application
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.normalise import Parcels

Cells = dict[str, str]
# What a GIS program adds to a day when it writes it as a time.
MIDNIGHT = ("T00:00:00", " 00:00:00")


def applications(
    read: Parcels, *, options: Mapping[str, str], sites: Sequence[Mapping[str, str]], where: str
) -> tuple[list[Application], list[Issue]]:
    """Give each parcel its application; a cell of the parcel goes before its site's, that before an option.

    Parameters
    ----------
    options
        Cells that hold for every parcel, by column of `applications.csv`.
    sites
        Rows of a table; `reference` is the parcel's `site_ref`. A row without a reference, and an only
        row where no parcel names a site, serves every parcel.
    where
        The table's name, for messages.

    Raises
    ------
    ApplicationsError
        The table has no column of applications, or a reference twice.
    """
    table = _by_reference(sites, where=where)
    issues = [
        issue("application-unclear", fault, dataset=where, feature=reference)
        for reference, cells in table.items()
        for fault in _read(tuple(cells.items()))[1]
    ]
    own = _own_cells(read.inputs)
    refs = read.frame["site_ref"].tolist()
    only = next(iter(table.values())) if len(table) == 1 and not any(refs) else {}
    found = []
    for at, feature in enumerate(read.frame.itertuples(index=False)):
        site = table.get(feature.site_ref) or table.get("") or only
        above = {**options, **site}
        application, faults = _read(tuple({**above, **own[at]}.items()))
        found.append(application)
        told = _read(tuple(above.items()))[1] if own[at] else faults
        place = {"dataset": feature.source, "layer": feature.layer, "feature": feature.parcel_ref}
        issues += [issue("application-unclear", fault, **place) for fault in faults if fault not in told]
    if table:
        issues += _unmatched(set(refs), set(table), where=where, serves_all=bool(only) or "" in table)
    return found, issues


@lru_cache(maxsize=4096)
def _read(cells: tuple[tuple[str, str], ...]) -> tuple[Application, tuple[str, ...]]:
    return read_application(dict(cells))


def _by_reference(sites: Sequence[Mapping[str, str]], *, where: str) -> dict[str, Cells]:
    """Return the filled cells of each row by its reference."""
    if sites and not set(COLUMNS[1:]) & set(sites[0]):
        raise ApplicationsError(
            f"It lacks columns of a table of applications (found: {', '.join(sites[0])}).",
            where=where,
            fix=f"It may have: {', '.join(COLUMNS)}.",
        )
    table: dict[str, Cells] = {}
    for line, row in enumerate(sites, start=2):
        cells = {name: text for name in COLUMNS if (text := str(row.get(name) or "").strip())}
        reference = cells.pop("reference", "")
        if reference in table:
            raise ApplicationsError(
                f"Line {line} speaks again of {reference or 'every site'!r}.",
                where=where,
                fix="Keep one row for each reference.",
            )
        if cells or reference:
            table[reference] = cells
    return table


def _own_cells(inputs: pd.DataFrame) -> list[Cells]:
    """Return what the parcels' own columns say; without a date among them other words mean something else."""
    names = {str(column).removeprefix("in_"): str(column) for column in inputs.columns}
    columns = {
        wanted: names[found]
        for wanted in COLUMNS
        if wanted != "reference" and (found := schema.find_column(wanted, list(names))) is not None
    }
    if not set(DATES) & columns.keys():
        return [{} for _ in range(len(inputs))]
    rows: list[Cells] = [{} for _ in range(len(inputs))]
    for wanted, column in columns.items():
        for at, value in enumerate(inputs[column].tolist()):
            text = "" if value is None or value != value else _day(str(value).strip())
            if text:
                rows[at][wanted] = text
    return rows


def _day(text: str) -> str:
    head, sign, _ = text.partition(next((one for one in MIDNIGHT if one in text), "\n"))
    return head if sign else text


def _unmatched(refs: set[str], table: set[str], *, where: str, serves_all: bool) -> list[Issue]:
    """Name the sites without a row, which fall under what is assumed without dates, and rows without a site."""
    issues = []
    if not serves_all:
        for ref in sorted(refs - table):
            message = f"No row speaks of site {ref!r}: its parcels are taken as having no dates of their own."
            issues.append(issue("application-missing", message, dataset=where, value=ref))
    spare = sorted(table - refs - {""}) if not (serves_all and len(table) == 1) else []
    for ref in spare:
        issues.append(
            issue("application-unused", f"No parcel names the site {ref!r}.", dataset=where, feature=ref)
        )
    return issues
