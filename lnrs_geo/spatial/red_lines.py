"""Check parcels against the red line of their own file.

A red line that cannot be used (none, a point, one that crosses itself) is an issue, and the checks
that need it are left out. Land marked off-site that lies outside is where it should be.
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.model import Issue, Module
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.schema import file_group
from lnrs_geo.spatial.validity import Geometries, GeomState
from lnrs_geo.spatial.values import folded

# Defra's metric service (rules section 7)
LARGEST_OUTSIDE_M2 = 0.5
LARGEST_OUTSIDE_M = 0.1
LARGEST_SUM_DIFFERENCE_M2 = 0.5

Mask = npt.NDArray[np.bool_]
Metres = npt.NDArray[np.float64]

_POLYGONAL = (3, 6)
# A stretch of line outside is measured at its vertices and every metre, or a thousand times
_STEP_M, _STEPS = 1.0, 1000


def check(parcels: gpd.GeoDataFrame, *, red_line: gpd.GeoDataFrame) -> list[Issue]:
    """Return what the red line of each file says against its parcels, as issues.

    Parameters
    ----------
    parcels
        Parcels whose geometry fits their module.
    red_line
        The red lines of the same files; may be empty.

    Notes
    -----
    Shapefiles of one folder count as one file. Files of neither template need no red line.
    """
    issues: list[Issue] = []
    line_groups = red_line["source"].map(file_group)
    for group, rows in parcels.groupby(parcels["source"].map(file_group), sort=False):
        lines = red_line[line_groups == group]
        if lines.empty:
            if rows["template"].isin(["older", "newer"]).any():
                Ledger(str(rows["source"].iloc[0]), "", issues).add(
                    "red-line-missing", "The file has no red line: parcels were not checked against one."
                )
            continue
        outline = _usable(lines, issues)
        if outline is not None:
            _note_outside(rows[rows.geometry.notna()], outline, issues)
    return issues


def _usable(lines: gpd.GeoDataFrame, issues: list[Issue]) -> shapely.Geometry | None:
    """Return a file's red line as one geometry, or None, with issues, where it cannot be used."""
    ledger = Ledger(lines["source"].iloc[0], lines["layer"].iloc[0], issues)
    outlines = []
    doubtful = False
    for fid, state, geometry in zip(lines["src_fid"], lines["geom_state"], lines.geometry, strict=True):
        if geometry is None or shapely.get_type_id(geometry) not in _POLYGONAL:
            kind = "not drawn" if geometry is None else f"drawn as {geometry.geom_type}"
            ledger.add("red-line-wrong-geometry", f"The red line is {kind}; it needs a polygon.", feature=fid)
            continue
        if state != GeomState.OK:
            ledger.add(
                "red-line-invalid", "The red line crosses or touches itself.", feature=fid, value=state
            )
            doubtful |= state == GeomState.CHANGED
        outlines.append(geometry)
    if len(outlines) > 1:
        ledger.add("red-line-several", f"There are {len(outlines)} red lines; together they are the site.",
                   value=str(len(outlines)))  # fmt: skip
    return None if doubtful or not outlines else shapely.union_all(outlines)


def _note_outside(rows: gpd.GeoDataFrame, outline: shapely.Geometry, issues: list[Issue]) -> None:
    """Compare the parcels of one file with its red line."""
    shapely.prepare(outline)
    shapes = np.array(rows.geometry.array, dtype=object)
    area = (rows["module"] == Module.AREA).to_numpy()
    away = (rows["location"].map(folded) == "offsite").to_numpy(dtype=bool) & _away(shapes, outline, area)
    beyond = _beyond(shapes, outline, area)
    refs = rows["parcel_ref"].to_numpy()
    for row in np.flatnonzero((beyond > np.where(area, LARGEST_OUTSIDE_M2, LARGEST_OUTSIDE_M)) & ~away):
        unit = "m2" if area[row] else "m"
        Ledger(rows["source"].iloc[row], rows["layer"].iloc[row], issues).add(
            "outside-red-line", f"The parcel reaches outside the red line by {beyond[row]:.2f} {unit}.",
            feature=refs[row], value=f"{beyond[row]:.2f}",
        )  # fmt: skip
    counted = rows[area & ~away & ~rows["vertical"].to_numpy(dtype=bool)]
    site_m2 = float(outline.area)
    for (source, layer), members in counted.groupby(["source", "layer"], sort=False):
        parcels_m2 = float(members.geometry.area.sum())
        if abs(parcels_m2 - site_m2) > LARGEST_SUM_DIFFERENCE_M2:
            Ledger(str(source), str(layer), issues).add(
                "red-line-sum",
                f"The parcels add up to {parcels_m2:.2f} m2, the red line encloses {site_m2:.2f} m2.",
                value=f"{parcels_m2 - site_m2:.2f}",
            )


def _away(shapes: Geometries, outline: shapely.Geometry, area: Mask) -> Mask:
    """Tell which parcels lie wholly outside the red line, an edge in common apart."""
    away: Mask = ~shapely.intersects(outline, shapes)
    unsure = np.flatnonzero(area & ~away)
    away[unsure] = shapely.area(shapely.intersection(shapes[unsure], outline)) <= LARGEST_OUTSIDE_M2
    return away


def _beyond(shapes: Geometries, outline: shapely.Geometry, area: Mask) -> Metres:
    """Return how far each parcel reaches outside: m2 of an area, metres from the red line of the rest."""
    beyond = np.zeros(len(shapes))
    out = np.flatnonzero(~shapely.covers(outline, shapes))
    areas, others = out[area[out]], out[~area[out]]
    beyond[areas] = shapely.area(shapely.difference(shapes[areas], outline))
    for row in others:
        stretch = shapely.difference(shapes[row], outline)
        step_m = max(_STEP_M, shapely.length(stretch) / _STEPS)
        places = shapely.points(shapely.get_coordinates(shapely.segmentize(stretch, step_m)))
        beyond[row] = shapely.distance(places, outline).max(initial=0.0)
    return beyond
