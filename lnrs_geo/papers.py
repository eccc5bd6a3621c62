"""Gather what the user holds beside the map: documents for Table 8, dates of sites, an earlier file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from lnrs_geo import tables
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.modules import resolve_modules
from lnrs_geo.multiplier import claims, habitats
from lnrs_geo.multiplier.table8 import Listed
from lnrs_geo.settings import Source, Table
from lnrs_geo.spatial.normalise import Parcels

TEXT_TABLES = (".csv", ".txt", ".tsv")
GEOMETRY_NAMES = ("wkt", "geom", "geometry", "the_geom", "shape")


def is_list(source: Source | Table) -> bool:
    """Say whether documents are given as a list, not as a layer: a table without a geometry."""
    if isinstance(source, gpd.GeoDataFrame):
        return False
    if isinstance(source, list | pd.DataFrame):
        return True
    if Path(source).suffix.lower() not in TEXT_TABLES:
        return False
    columns = {name.casefold() for name in tables.load_table(source).columns}
    return not columns & set(GEOMETRY_NAMES)


def named_in(layer: gpd.GeoDataFrame) -> tuple[Listed, ...]:
    """Return the documents of a layer as lines of a list: they are specified, whatever they map."""
    pairs = dict.fromkeys(zip(layer["authority"], layer["document"], strict=True))
    return tuple(Listed(authority, document, "", "", "", None) for authority, document in pairs)


def unknown_habitats(layer: gpd.GeoDataFrame, *, where: str) -> list[Issue]:
    """Name the habitats of a layer of documents that the metric does not know."""
    broad = {f"{one} - *".casefold() for one in habitats.broad_types()}
    known = {one.habitat.casefold() for one in habitats.records()} | broad | {"*", ""}
    said = {name.strip() for cell in layer["habitat"] for name in cell.split(";")}
    return [
        issue(
            "document-habitat-unknown",
            f"{name!r} is no habitat of the metric, so no row can be it.",
            dataset=where,
            field="habitat",
            value=name,
        )
        for name in sorted(said)
        if name.casefold() not in known
    ]


def earlier_claims(read: Parcels) -> tuple[claims.Earlier, list[Issue]]:
    """Return the baseline claims of an earlier file by site, reference and module.

    A reference that stands there twice with different values says nothing.
    """
    modules, _ = resolve_modules(read.frame)
    found: dict[tuple[str, str, str], claims.Claim] = {}
    unsure: dict[tuple[str, str, str], Any] = {}
    for feature, module in zip(read.frame.itertuples(index=False), modules, strict=True):
        if feature.table_stage == "post" or module is None:
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
    return claims.Earlier({key: claim for key, claim in found.items() if key not in unsure}), issues
