"""Gather what the user holds beside the map: documents for Table 8, dates of sites, an earlier file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from lnrs_geo import tables
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.modules import resolve_modules
from lnrs_geo.multiplier import claims
from lnrs_geo.multiplier.criteria import Judgement
from lnrs_geo.multiplier.documents import Listed, described_habitats
from lnrs_geo.settings import Source, Table, name_of
from lnrs_geo.spatial.normalise import Parcels
from lnrs_geo.spatial.values import identifier

TEXT_TABLES = (".csv", ".txt", ".tsv")
GEOMETRY_NAMES = ("wkt", "geom", "geometry", "the_geom", "shape")
# Fields by which a baseline is found again in an earlier file.
COMPARED = (
    "parcel_ref",
    "module",
    "retention",
    "baseline_habitat",
    "proposed_habitat",
    "baseline_ss",
    "site_ref",
)
REFERENCES = ("site_ref", "parcel_ref")
# What a parcel without a reference is called, by its place in the file: no two files mean the same by it.
MADE_UP = re.compile(r"row-\d+")


def is_list(source: Source | Table) -> bool:
    """Say whether documents are given as a list, not as a layer: a table without a geometry."""
    if isinstance(source, gpd.GeoDataFrame):
        return False
    if isinstance(source, list | pd.DataFrame):
        return True
    if Path(source).suffix.lower() not in TEXT_TABLES:
        return False
    table = tables.load_table(source)
    shapes = [at for at, name in enumerate(table.columns) if name.casefold() in GEOMETRY_NAMES]
    return not any(row[at].strip() for row in table.rows for at in shapes)


def table_rows(
    table: Table, role: str, require: Callable[..., object]
) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Read a table whose columns `require` looks at; counting its rows from 2 gives their lines.

    Returns
    -------
    The rows, and what the record of the run says of the table.
    """
    if isinstance(table, str | Path):
        where = name_of(table, role)
        columns, rows = tables.numbered_rows(table)
        require(columns, where=where)
        digest = hashlib.sha256(Path(table).read_bytes()).hexdigest()
        filled = sum(any(row.values()) for row in rows)
        return rows, {"role": role, "path": where, "sha256": digest, "rows": filled}
    records = table.to_dict("records") if isinstance(table, pd.DataFrame) else list(table)
    rows = [{str(k): "" if pd.isna(v) else str(v) for k, v in record.items()} for record in records]
    return rows, {"role": role, "path": f"<{role} frame>", "sha256": "", "rows": len(records)}


def tidy(row: Mapping[str, str]) -> dict[str, str]:
    """Write references as those of parcels are written: without double blanks, 14.0 as 14."""
    return {name: identifier(text) if name in REFERENCES else text for name, text in row.items()}


def unused(listed: Sequence[Listed], judgements: Collection[Judgement | None], *, where: str) -> list[Issue]:
    """Name the lines of a list that judge a parcel and serve no row."""
    used = {one.line for one in judgements if one}
    found = []
    for one in listed:
        if one.judgement and one.judgement.line not in used:
            message = (
                f"Line {one.judgement.line} judges {one.parcel_ref!r}, and no row that asks is called so."
            )
            found.append(issue("document-unused", message, dataset=where, feature=one.parcel_ref))
    return found


def unknown_authorities(
    listed: Sequence[Listed], authorities: gpd.GeoDataFrame | None, *, where: str
) -> list[Issue]:
    """Name the authorities of documents that the layer of authorities does not hold."""
    if authorities is None:
        return []
    known = set(authorities["zone_id"].str.casefold())
    names = dict.fromkeys(one.authority for one in listed if one.authority)
    return [
        issue(
            "document-authority-unknown",
            f"No planning authority is called {name!r}.",
            dataset=where,
            field="authority",
            value=name,
        )
        for name in names
        if name.casefold() not in known
    ]


def named_in(layer: gpd.GeoDataFrame) -> tuple[Listed, ...]:
    """Return the documents of a layer as lines of a list: they are specified, whatever they map."""
    pairs = dict.fromkeys(zip(layer["authority"], layer["document"], strict=True))
    return tuple(Listed(authority, document, "", "", "", None) for authority, document in pairs)


def unknown_habitats(layer: gpd.GeoDataFrame, *, where: str) -> list[Issue]:
    """Name the habitats of a layer of documents that the metric does not know."""
    unknown = dict.fromkeys(name for cell in layer["habitat"] for name in described_habitats(cell)[1])
    return [
        issue(
            "document-habitat-unknown",
            f"{name!r} is no habitat of the metric, so what the document describes there is open.",
            dataset=where,
            field="habitat",
            value=name,
        )
        for name in unknown
    ]


def earlier_claims(read: Parcels) -> tuple[claims.Earlier, list[Issue]]:
    """Return the baseline claims of an earlier file by site, reference and module.

    A reference that stands there twice with different values says nothing.
    """
    modules, _ = resolve_modules(read.frame)
    found: dict[tuple[str, str, str], claims.Claim] = {}
    unsure: dict[tuple[str, str, str], Any] = {}
    for feature, module in zip(read.frame.itertuples(index=False), modules, strict=True):
        if feature.table_stage == "post" or module is None or MADE_UP.fullmatch(feature.parcel_ref):
            continue
        key = (feature.site_ref, feature.parcel_ref, module.value)
        claim = claims.read_label(feature.baseline_ss)
        if key in found and found[key].significance is not claim.significance:
            unsure[key] = feature
        found.setdefault(key, claim)
    issues = [
        issue(
            "submitted-ambiguous",
            f"The earlier file holds baseline {key[1]!r} more than once, with different values.",
            dataset=feature.source,
            layer=feature.layer,
            feature=key[1],
        )
        for key, feature in unsure.items()
    ]
    certain = {key: claim for key, claim in found.items() if key not in unsure}
    return claims.Earlier(certain, frozenset(ref for _, ref, _ in unsure)), issues
