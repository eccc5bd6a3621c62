"""A small, made-up site as `Tables`, with every kind of part: for tests of what is written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, MultiPolygon, Point, Polygon, box

from lnrs_geo.columns import ISSUES, MATCHES, MEASURES_USED, PARCELS, PARTS, TRACE, names
from lnrs_geo.frames import from_rows
from lnrs_geo.write import Tables

_LABELS = {
    "High": "Formally identified in local strategy",
    "Medium": "Location ecologically desirable but not in local strategy",
    "Low": "Area/compensation not in local strategy/ no local strategy",
    "": "",
}
_MULTIPLIERS = {"High": Decimal("1.15"), "Medium": Decimal("1.10"), "Low": Decimal("1"), "": None}
_EAST, _NORTH = 430_000, 360_000


def shape(*corners: tuple[float, float]) -> Polygon:
    """Return a polygon from corners in metres east and north of the example's origin."""
    return Polygon([(_EAST + east, _NORTH + north) for east, north in corners])


def rectangle(west: float, south: float, east: float, north: float) -> Polygon:
    """Return a rectangle in metres from the example's origin."""
    return box(_EAST + west, _NORTH + south, _EAST + east, _NORTH + north)


def line(*corners: tuple[float, float]) -> LineString:
    """Return a line from corners in metres from the example's origin."""
    return LineString([(_EAST + east, _NORTH + north) for east, north in corners])


def part(ref: str, geometry: object, **values: Any) -> dict[str, Any]:
    """Return one row of parts: a decided Low area after the development unless told otherwise."""
    row: dict[str, Any] = dict.fromkeys(names(PARTS), "")
    row |= {"source": "site.gpkg|Habitats", "src_fid": ref[1:], "parcel_ref": ref, "part": 1}
    row |= {"module": "area", "stage": "post", "retention": "Created", "size_unit": "ha"}
    row |= {"habitat": "Grassland - Other neutral grassland", "strat_sig": "Low", "status": "decided"}
    row |= {"ss_reason": "unmapped", "reason": "No mapped measure meets this part.", "review": False}
    row |= {"regime": "table-7", "regime_rule": "B4", "rule_id": "UG-2026-06/table-7/low", "lnrs_id": "14"}
    row |= {"authority": "Derbyshire Dales", "gridref": "SK 30000 60000", "strategy_status": "sample"}
    row |= {"borderline": False, "alt_mult": None, "claimed": "Low", "check": "ok", "trace": 0}
    row |= values
    area = getattr(geometry, "area", 0.0)
    length = getattr(geometry, "length", 0.0)
    plain = {"ha": area, "km": length, "count": 1.0}[row["size_unit"]]
    row |= {"size_m": plain, "size": plain / {"ha": 10_000, "km": 1_000, "count": 1}[row["size_unit"]]}
    row |= {"ss_mult": _MULTIPLIERS[row["strat_sig"]], "ss_label": _LABELS[row["strat_sig"]]}
    return row | {"geometry": geometry}


def _high(ref: str, geometry: object, **values: Any) -> dict[str, Any]:
    told = {"strat_sig": "High", "ss_reason": "consistent", "reason": "Consistent with GR2.", "trace": 1}
    told |= {"measure_id": "GR2", "measure": "Make species-rich grassland", "also_in": "WD1;WD4"}
    return part(ref, geometry, **{**told, "rule_id": "UG-2026-06/table-7/high", **values})


def _provisional(ref: str, geometry: object, **values: Any) -> dict[str, Any]:
    told = {
        "status": "provisional",
        "review": True,
        "ss_reason": "open-verdict",
        "check": "review",
        "trace": 2,
    }
    return part(ref, geometry, **{**told, "reason": "Nobody has said, “yes” or “no”; see WD1.", **values})


def example_parts() -> gpd.GeoDataFrame:
    """Return the parts of the example: areas, lines, points, and a row without geometry."""
    hedge = {"module": "hedgerow", "size_unit": "km", "habitat": "Native hedgerow"}
    tree = {"module": "tree", "size_unit": "count", "habitat": "Individual trees - Rural tree"}
    before = {"stage": "baseline", "retention": "Lost", "ss_reason": "baseline", "trace": 3}
    nothing = {"strat_sig": "", "ss_reason": "error", "gridref": "", "check": "", "trace": None}
    west, east = rectangle(0, 0, 120, 150), rectangle(120, 0, 300, 90)
    rows = [
        part("H1", west, **before),
        part("H2", east, **before),
        part("H3", rectangle(120, 90, 300, 200), **before),
        _high("H1", rectangle(0, 0, 120, 80)),
        part("H1", rectangle(0, 80, 120, 150), part=2),
        _provisional("H2", shape((120, 0), (210, 0), (210, 90), (120, 90))),
        _high("H4", MultiPolygon([rectangle(210, 0, 250, 90), rectangle(260, 20, 300, 70)])),
        part("H3", rectangle(120, 90, 180, 150), strat_sig="Medium", regime="table-8", ss_reason="table-8"),
        part("H5", rectangle(180, 90, 240, 150), status="not-applicable", **nothing | {"ss_reason": ""}),
        part("H6", rectangle(240, 90, 300, 150), **{**nothing, "status": "error", "module": ""}),
        part("H7", None, **{**nothing, "status": "error", "reason": "The geometry is missing."}),
        part("L1", line((0, 165), (140, 165)), **hedge, **before),
        _high("L1", line((0, 165), (70, 165)), **hedge),
        part("L1", line((70, 165), (140, 165)), part=2, **hedge),
        _provisional("L2", line((150, 165), (220, 175), (300, 160)), **hedge),
        part("L3", line((10, 185), (140, 190)), **{**nothing, **hedge, "status": "error"}),
        part("T1", Point(_EAST + 160, _NORTH + 190), **tree, **before),
        _high("T1", Point(_EAST + 160, _NORTH + 190), **tree),
        part("T2", Point(_EAST + 195, _NORTH + 190), **tree),
        _provisional("T3", Point(_EAST + 235, _NORTH + 190), **tree),
        part("T4", Point(_EAST + 275, _NORTH + 190), **{**nothing, **tree, "status": "error"}),
    ]
    table = from_rows(rows, (*PARTS, TRACE))
    return gpd.GeoDataFrame(table, geometry=[row["geometry"] for row in rows], crs="EPSG:27700")


def example_parcels(parts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a row per parcel and stage, with awkward columns of the input's own."""
    rows = [
        {
            **{name: row[name] for name in names(PARCELS) if name in row},
            "size_high": 0.12345678 if row["strat_sig"] == "High" else 0.0,
            "share_high": 1 / 3,
            "mean_mult": 1.05,
            "units_low": float("nan"),
            "n_parts": 1,
            "needs_split": False,
        }
        for row in parts[parts["part"] == 1].to_dict("records")
    ]
    table = from_rows(rows, PARCELS)
    count = len(table)
    table["in_Ref"] = [f"=H{i}+1" for i in range(count)]
    table["in_ref"] = np.arange(count)
    table['in_Größe, "m²"'] = [None, *(i + 0.1 for i in range(1, count))]
    table["in_mixed"] = ["a\r\nb", 3, 2.5, *[None] * (count - 3)]
    table["in_flag"] = [True, None, *[False] * (count - 2)]
    table["in_lone"] = ["x\ry", *["plain"] * (count - 1)]
    return table


def example() -> Tables:
    """Return the whole example."""
    parts = example_parts()
    matches = [
        {"source": "site.gpkg|Habitats", "src_fid": "1", "parcel_ref": "H1", "module": "area"}
        | {"measure_id": "GR2", "measure": "Make species-rich grassland", "location_ids": "7", "eligible": ""}
        | {
            "relation": "partial",
            "overlap": 9600.005,
            "overlap_unit": "m2",
            "share": 0.53333333,
            "verdict": "yes",
        }
    ]
    issues = [
        {"code": "geometry-missing", "severity": "error", "dataset": "site.gpkg", "layer": "Habitats"}
        | {"feature": "H7", "message": "The feature has no geometry, so no answer.", "fix": "Draw it."}
    ]
    measures = [
        {
            "location_id": "7",
            "measure_id": "GR2",
            "measure": "Make species-rich grassland",
            "relied_on": True,
        },
        {"location_id": "8", "measure_id": "WD1", "measure": "Plant a wood", "relied_on": False},
    ]
    shapes = [rectangle(-20, -20, 320, 80), shape((100, 60), (230, -10), (230, 130), (100, 130))]
    run = {"program": "lnrs-geo 0.1.0", "time": "2026-01-01T00:00:00Z", "strict": False, "inputs": []}
    run["inputs"] = [{"path": "site.gpkg", "sha256": "0" * 64, "accuracy_m": 0.1, "features": 7}]
    traces = [{"rule_id": "UG-2026-06/table-7/low", "multiplier": Decimal("1"), "steps": ["No measure."]}] * 4
    return Tables(
        parts=parts,
        parcels=example_parcels(parts),
        matches=from_rows(matches, MATCHES),
        issues=from_rows(issues, ISSUES),
        measures_used=gpd.GeoDataFrame(from_rows(measures, MEASURES_USED), geometry=shapes, crs="EPSG:27700"),
        run=run,
        traces=traces,
    )
