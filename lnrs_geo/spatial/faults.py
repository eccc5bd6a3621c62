"""Find what Defra's metric service would refuse, and what contradicts itself, among parcels.

Needs the module of each parcel, so it runs after the chain has settled that. Nothing here changes
a parcel; only a geometry of the wrong type for its module keeps a row from being answered.
"""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lnrs_geo.model import Issue, Module
from lnrs_geo.spatial import red_lines
from lnrs_geo.spatial.index import candidate_pairs
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.schema import file_group
from lnrs_geo.spatial.validity import Geometries
from lnrs_geo.spatial.values import folded, is_due

# Defra's metric service: smallest parcel and largest tolerated overlap of two (rules section 7)
SMALLEST_PARCEL_M2 = 1.0
LARGEST_OVERLAP_M2 = 0.5
# The statutory metric workbook: rows of a sheet, and the sheets that hold fewer
SHEET_ROWS = 248
SHORT_SHEET_ROWS = 246
SHORT_SHEETS = frozenset({"A-2", "A-3", "B-3", "C-3"})

Mask = npt.NDArray[np.bool_]

# Type ids of GEOS that a module's parcels may have
_TYPES = {
    Module.AREA: ("polygons", (3, 6)),
    Module.HEDGEROW: ("lines", (1, 2, 5)),
    Module.WATERCOURSE: ("lines", (1, 2, 5)),
    Module.TREE: ("points", (0, 4)),
}
# Sheets of the workbook by module: on-site, off-site; trees stand among the area habitats
_SHEETS = {"area": "AD", "tree": "AD", "hedgerow": "BE", "watercourse": "CF"}


class Overlaps(NamedTuple):
    """Pairs of polygons that share land: row numbers, the land shared, and whether one holds the other."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    overlap_m2: npt.NDArray[np.float64]
    contained: Mask


def find(parcels: gpd.GeoDataFrame, *, red_line: gpd.GeoDataFrame) -> list[Issue]:
    """Return every fault of the parcels' geometry, as issues.

    Parameters
    ----------
    parcels
        The parcel frame of `normalise.parcels`, its modules settled ("" where unknown).
    red_line
        The red lines of the same files; may be empty.
    """
    wrong = wrong_geometry(parcels)
    issues: list[Issue] = []
    for (source, layer), rows in parcels.groupby(["source", "layer"], sort=False):
        ledger = Ledger(str(source), str(layer), issues)
        _note_wrong_types(rows[wrong[rows.index]], ledger)
        fine = rows[~wrong[rows.index] & rows.geometry.notna()]
        pairs = _note_duplicates(fine, ledger)
        areas = fine[(fine["module"] == Module.AREA) & ~fine["vertical"]]
        _note_small(fine[fine["module"] == Module.AREA], ledger)
        _note_overlaps(areas, ledger, already=pairs)
    issues.extend(red_lines.check(parcels[~wrong], red_line=red_line))
    issues.extend(_sheets(parcels))
    return issues


def wrong_geometry(parcels: gpd.GeoDataFrame) -> Mask:
    """Tell for each parcel whether its geometry is of a type that its module cannot have.

    Shape (n,). Parcels without a geometry or a known module are not among them.
    """
    types = shapely.get_type_id(np.asarray(parcels.geometry.array))
    modules = parcels["module"].to_numpy()
    wrong = np.zeros(len(parcels), dtype=bool)
    for module, (_, fitting) in _TYPES.items():
        wrong |= (modules == module.value) & ~np.isin(types, (*fitting, -1))
    return wrong


def overlaps(polygons: Geometries) -> Overlaps:
    """Find all pairs of polygons that share land, whether partly or one within the other.

    Parameters
    ----------
    polygons
        Shape (n,), valid, in metres; None overlaps nothing.

    Examples
    --------
    >>> found = overlaps(shapely.box([0, 1, 9], [0, 0, 0], [2, 3, 10], [1, 1, 1]))
    >>> found.left.tolist(), found.right.tolist(), found.overlap_m2.tolist()
    ([0], [1], [1.0])
    """
    boxes = shapely.bounds(polygons)
    left, right = candidate_pairs(boxes, boxes)
    once = left < right
    left, right = left[once], right[once]
    shapely.prepare(polygons)
    holds, held = (
        shapely.covers(polygons[left], polygons[right]),
        shapely.covers(polygons[right], polygons[left]),
    )
    shapely.destroy_prepared(polygons)
    contained = holds | held
    sharing = contained | shapely.overlaps(polygons[left], polygons[right])
    left, right, holds, contained = left[sharing], right[sharing], holds[sharing], contained[sharing]
    overlap_m2 = shapely.area(polygons[np.where(holds, right, left)])
    overlap_m2[~contained] = shapely.area(
        shapely.intersection(polygons[left[~contained]], polygons[right[~contained]])
    )
    return Overlaps(left, right, overlap_m2, contained)


def _note_wrong_types(rows: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Raise an issue for every parcel of a type that its module cannot have."""
    for ref, module, geometry in zip(rows["parcel_ref"], rows["module"], rows.geometry, strict=True):
        ledger.add("wrong-geometry-type",
                   f"It is drawn as {geometry.geom_type}; module {module} needs {_TYPES[Module(module)][0]}.",
                   feature=ref, value=geometry.geom_type)  # fmt: skip


def _note_small(rows: gpd.GeoDataFrame, ledger: Ledger) -> None:
    """Raise an issue for every area parcel below the smallest size."""
    small = rows[rows.geometry.area < SMALLEST_PARCEL_M2]
    for ref, area_m2 in zip(small["parcel_ref"], small.geometry.area, strict=True):
        ledger.add("parcel-too-small", f"It has {area_m2:.4f} m2, less than {SMALLEST_PARCEL_M2:g} m2.",
                   feature=ref, value=f"{area_m2:.4f}")  # fmt: skip


def _note_duplicates(rows: gpd.GeoDataFrame, ledger: Ledger) -> set[tuple[str, str]]:
    """Raise an issue for every parcel drawn a second time; return the pairs of feature ids."""
    first: dict[bytes, tuple[str, str]] = {}
    pairs: set[tuple[str, str]] = set()
    shapes = shapely.to_wkb(shapely.normalize(np.asarray(rows.geometry.array)))
    for shape, fid, ref in zip(shapes, rows["src_fid"], rows["parcel_ref"], strict=True):
        before = first.setdefault(shape, (fid, ref))
        if before[0] != fid:
            pairs.add((before[0], fid))
            ledger.add("duplicate-geometry", f"The parcel is drawn exactly as {before[1]!r}.",
                       feature=ref, value=before[1])  # fmt: skip
    return pairs


def _note_overlaps(rows: gpd.GeoDataFrame, ledger: Ledger, *, already: set[tuple[str, str]]) -> None:
    """Raise an issue for every two parcels that share more land than is tolerated."""
    found = overlaps(np.array(rows.geometry.array, dtype=object))
    fids, refs = rows["src_fid"].to_numpy(), rows["parcel_ref"].to_numpy()
    for left, right, overlap_m2, contained in zip(*found, strict=True):
        if overlap_m2 <= LARGEST_OVERLAP_M2 or (fids[left], fids[right]) in already:
            continue
        how = "share" if not contained else "lie one inside the other: they share"
        ledger.add("parcel-overlap", f"{refs[left]!r} and {refs[right]!r} {how} {overlap_m2:.2f} m2.",
                   feature=refs[left], value=f"{overlap_m2:.2f}")  # fmt: skip


def _sheets(parcels: gpd.GeoDataFrame) -> list[Issue]:
    """Raise an issue for every sheet of the metric workbook that a file has too many rows for."""
    known = parcels[parcels["module"].isin(list(_SHEETS))]
    newer = known["template"] == "newer"
    retention = known["retention"].str.casefold()
    # An area Lost with a successor is a Created row too, outside the newer template (rules section 2)
    succeeded = (retention == "lost") & ~newer & (known["module"] == "area") & _due(known["proposed_habitat"])
    after = known["table_stage"] != "baseline"
    members = {
        "1": (known["table_stage"] == "baseline") | (~newer & _due(known["baseline_habitat"])),
        "2": after & ((retention == "created") | succeeded),
        "3": after & (retention == "enhanced"),
    }
    off_site = known["location"].map(folded) == "offsite"
    letter = [_SHEETS[module][int(off)] for module, off in zip(known["module"], off_site, strict=True)]
    groups = known["source"].map(file_group)
    issues: list[Issue] = []
    for number, chosen in members.items():
        names = pd.Series(letter, index=known.index, dtype=object)[chosen] + f"-{number}"
        for (group, sheet), rows in names.groupby([groups[chosen], names]):
            most = SHORT_SHEET_ROWS if sheet in SHORT_SHEETS else SHEET_ROWS
            if len(rows) > most:
                Ledger(str(group), "", issues).add(
                    "sheet-full", f"{len(rows)} rows belong on sheet {sheet}, which holds {most}.",
                    field=str(sheet), value=str(len(rows)),
                )  # fmt: skip
    return issues


def _due(habitats: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell for each habitat whether it names one."""
    return habitats.map(is_due).astype(bool)
