"""Overrides in a batch: each speaks of one site, by the register's reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lnrs_geo import papers
from lnrs_geo.batch.sites import Refused, Site
from lnrs_geo.errors import OverrideError
from lnrs_geo.multiplier.overrides import require_columns
from lnrs_geo.settings import Sources, Table, name_of
from lnrs_geo.spatial.values import identifier


def check_overrides(sources: Sources, sites: Sequence[Site | Refused]) -> None:
    """Refuse overrides that do not say which site of the register they mean.

    Raises
    ------
    OverrideError
        One names no site where there are several, or a site that the register does not have.
    """
    known = {identifier(one.reference) for one in sites}
    known |= {identifier(one.site_ref) for one in sites if isinstance(one, Site) and one.site_ref}
    for line, row in _rows(sources):
        named = identifier(row.get("site_ref", ""))
        if named in known or (not named and len(sites) == 1):
            continue
        raise OverrideError(
            f"Line {line} names {f'the site {named!r}, which the register does not have' if named else 'no site'}.",
            where=name_of(sources.overrides, "overrides"),
            fix="In a batch, write the register's reference into site_ref.",
        )


def overrides_of(sources: Sources, site: Site) -> Table | None:
    """Return the overrides of one site with a file of its own; its parcels need not repeat its reference."""
    if sources.overrides is None:
        return None
    names = {identifier(site.reference), identifier(site.site_ref), ""}
    return [
        {**row, "site_ref": ""} for _, row in _rows(sources) if identifier(row.get("site_ref", "")) in names
    ]


def _rows(sources: Sources) -> list[tuple[int, dict[str, Any]]]:
    """Return the filled rows of the table with their lines."""
    if sources.overrides is None:
        return []
    rows, _ = papers.table_rows(sources.overrides, "overrides", require_columns)
    return [(line, row) for line, row in enumerate(rows, start=2) if any(row.values())]
