"""Which application each parcel belongs to: by its own columns, a table of sites, or the options."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from lnrs_geo.errors import ApplicationsError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.multiplier.applications import COLUMNS, DATES, WORDS, Application, read_application, word_of
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.normalise import Parcels
from lnrs_geo.spatial.values import identifier

Cells = dict[str, str]
# Columns that mean one thing alone, with a date beside them or without.
CERTAIN = ("off_site", "exempt")
# A shapefile cuts both to `gain_plan_`: which of them a column was, nobody can tell then.
CUT_ALIKE = ("gain_plan_submitted", "gain_plan_approved")
CUT_NAMES = ("gain_plan_", "gain_pla_1")


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
        The table has no column of applications, a reference twice, or no row for any parcel.
    """
    table, issues = _by_reference(sites, where=where)
    for reference, cells in table.items():
        faults = _faults({**options, **cells})
        issues += [issue("application-unclear", fault, dataset=where, feature=reference) for fault in faults]
    own, said = _own_cells(read)
    issues += said
    refs = read.frame["site_ref"].tolist()
    serves_all = not any(refs) and len(table) == 1
    if table and not serves_all and "" not in table and table.keys().isdisjoint(refs):
        raise ApplicationsError(
            "None of its references is the site_ref of a parcel."
            if any(refs)
            else "No parcel names its site: site_ref is empty in all of them.",
            where=where,
            fix="Say which column of the parcels names the site (--map site_ref=COLUMN), or correct the references.",
        )
    found = []
    for at, feature in enumerate(read.frame.itertuples(index=False)):
        site = table.get(feature.site_ref) or table.get("") or (_only(table) if serves_all else {})
        above = {**options, **site}
        application, faults = _read(tuple({**above, **own[at]}.items()))
        found.append(application)
        place = {"dataset": feature.source, "layer": feature.layer, "feature": feature.parcel_ref}
        # what is wrong with a site's row, or with it and an option, is told once, of the table
        told = _faults(above) if own[at] else faults
        issues += [issue("application-unclear", fault, **place) for fault in faults if fault not in told]
    if table:
        issues += _unmatched(set(refs), set(table), where=where, serves_all=serves_all or "" in table)
    return found, issues


def off_site_unsaid(applications: Iterable[Application], off_site: Iterable[bool | None]) -> list[Issue]:
    """Tell of agreements that nobody asks for, because no parcel under them is off-site."""
    pairs = list(zip(applications, off_site, strict=True))
    given = {one for one, _ in pairs if one.agreement or one.secured_on}
    asked = {one for one, off in pairs if off is not False}
    if not given or given & asked:
        return []
    message = (
        "An off-site agreement is given, but no parcel of the application is off-site: it is not asked for."
    )
    return [issue("off-site-not-said", message)]


@lru_cache(maxsize=4096)
def _read(cells: tuple[tuple[str, str], ...]) -> tuple[Application, tuple[str, ...]]:
    return read_application(dict(cells))


def _faults(cells: Mapping[str, str]) -> tuple[str, ...]:
    return _read(tuple(cells.items()))[1]


def _only(table: Mapping[str, Cells]) -> Cells:
    return next(iter(table.values()))


def require_columns(found: Sequence[str], *, where: str) -> dict[str, str]:
    """Find the columns of a table of applications, by what they hold.

    Raises
    ------
    ApplicationsError
        It has none of them.
    """
    columns = {one: hit for one in COLUMNS if (hit := schema.find_column(one, found)) is not None}
    if not set(COLUMNS[1:]) & columns.keys():
        raise ApplicationsError(
            f"It lacks columns of a table of applications (found: {', '.join(found)}).",
            where=where,
            fix=f"It may have: {', '.join(COLUMNS)}.",
        )
    return columns


def _by_reference(sites: Sequence[Mapping[str, str]], *, where: str) -> tuple[dict[str, Cells], list[Issue]]:
    """Return the filled cells of each row by its reference, and what is odd about the table."""
    if not sites:
        return {}, []
    names = list(sites[0])
    columns = require_columns(names, where=where)
    issues = [
        issue("application-column-unused", f"The column {name!r} is not used.", dataset=where, field=name)
        for name in names
        if name not in columns.values()
    ]
    table: dict[str, Cells] = {}
    for line, row in enumerate(sites, start=2):
        cells = {one: text for one, name in columns.items() if (text := str(row.get(name) or "").strip())}
        reference = identifier(cells.pop("reference", ""))
        if not cells and not reference:
            continue
        if reference in table:
            raise ApplicationsError(
                f"Line {line} speaks again of {reference or 'every site'!r}.",
                where=where,
                fix="Keep one row for each reference.",
            )
        table[reference] = cells
    return table, issues


def _own_cells(read: Parcels) -> tuple[list[Cells], list[Issue]]:
    """Return what the parcels' own columns say, layer by layer."""
    rows: list[Cells] = [{} for _ in range(len(read.inputs))]
    issues: list[Issue] = []
    for (source, layer), group in read.frame.groupby(["source", "layer"], sort=False):
        inputs = read.inputs.loc[group.index].dropna(axis="columns", how="all")
        names = {str(column).removeprefix("in_"): str(column) for column in inputs.columns}
        # two frames bear one name, and may spell a column each in its own way
        columns = {
            one: [names[name] for name in names if schema.find_column(one, [name]) is not None]
            for one in COLUMNS[1:]
        }
        cut = [name for name in CUT_NAMES if name in names]
        if cut:
            columns |= {one: [names[cut[0]]] for one in CUT_ALIKE if one not in names}
            message = (
                "A shapefile has cut the names of the gain plan's dates, so which is which cannot be told: "
                f"{', '.join(cut)}."
            )
            issues.append(issue("application-column-cut", message, dataset=str(source), layer=str(layer)))
        dated = any(columns[one] for one in DATES)
        for one, hits in columns.items():
            texts = {
                int(str(at)): f"{text} ({column})" if column.removeprefix("in_") in cut else text
                for column in reversed(hits)
                for at, value in inputs[column].items()
                if (text := _text(value))
            }
            if (
                dated
                or one in CERTAIN
                or {word_of(text) for text in texts.values()} & set(WORDS.get(one, ()))
            ):
                for at, text in texts.items():
                    rows[at][one] = text
            elif texts:  # without a date beside it, `kind` of a hedge speaks of something else
                message = f"The column {hits[0].removeprefix('in_')!r} is not read as one of an application."
                issues.append(
                    issue(
                        "application-column-unused", message, dataset=str(source), layer=str(layer), field=one
                    )
                )
    return rows, issues


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value).strip()


def _unmatched(refs: set[str], table: set[str], *, where: str, serves_all: bool) -> list[Issue]:
    """Name the sites without a row, which fall under what is assumed without dates, and rows without a site."""
    issues = []
    if not serves_all:
        for ref in sorted(refs - table):
            site = f"site {ref!r}" if ref else "parcels that name no site"
            message = f"No row speaks of {site}: they are taken as having no dates of their own."
            issues.append(issue("application-missing", message, dataset=where, value=ref))
    spare = sorted(table - refs - {""}) if not (serves_all and len(table) == 1) else []
    for ref in spare:
        message = f"No parcel names the site {ref!r}."
        issues.append(issue("application-unused", message, dataset=where, feature=ref))
    return issues
