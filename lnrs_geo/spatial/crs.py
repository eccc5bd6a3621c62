"""EPSG:27700 by OSTN15, or not at all.

The 7-parameter fallback that PROJ takes where the OSTN15 grid is missing is wrong by 2 m, enough to
move a parcel across a boundary, so it is never used. A layer in another system first goes to ETRS89
(WGS84 counts as ETRS89, as Ordnance Survey has it), from there by OSTN15 to the National Grid.
"""

import math
import re
import warnings
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from pyproj.aoi import AreaOfInterest
from pyproj.transformer import TransformerGroup

from lnrs_geo.errors import CRSError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial import ostn15, plausible
from lnrs_geo.spatial.plausible import BNG, BRITAIN_DEGREES, WGS84, Array, Survey

_REPROJECT = "Save the layer in EPSG:27700 by OSTN15 with a GIS, and use that file."
_GREAT_BRITAIN = AreaOfInterest(*BRITAIN_DEGREES)
_OSGB36 = re.compile(r"osgb[ _]?(19)?36|ordnance survey of great britain 1936", re.IGNORECASE)
_WGS84 = re.compile(r"world geodetic system 1984|wgs[ _]?(19)?84", re.IGNORECASE)
_ETRS89 = re.compile(r"european terrestrial reference system 1989|etrs[ _]?(19)?89", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Transformation:
    """How a layer came into EPSG:27700: from where, by what, and how well."""

    source_crs: str
    name: str
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class _Route:
    """From the numbers of a file to degrees of ETRS89, or straight to EPSG:27700 (`in_metres`)."""

    source_crs: str
    family: str
    in_metres: bool
    steps: tuple[pyproj.Transformer, ...] = ()
    name: str = ""
    accuracy_m: float = 0.0

    def follow(self, xy: Array) -> Array:
        """Return the positions of `xy`; not finite where there is none."""
        for step in self.steps:
            xy = np.column_stack(step.transform(*xy.T))
        return xy


def to_bng(
    frame: gpd.GeoDataFrame,
    *,
    dataset: str,
    layer: str,
    assume: str | None = None,
    default_crs: bool = False,
) -> tuple[gpd.GeoDataFrame, Transformation, list[Issue]]:
    """Bring a layer into the National Grid (EPSG:27700), flat, with every row kept.

    Parameters
    ----------
    frame
        Layer as read; its `crs` is the file's own, or None.
    dataset, layer
        Names for messages and issues.
    assume
        Coordinate reference system that the user gave for a file without one, like "EPSG:27700".
    default_crs
        True where `frame.crs` is no statement of the file but the default of its format (GeoJSON
        without a `crs` member). `assume` then wins, unless the numbers fit the default only.

    Returns
    -------
    tuple
        The layer in EPSG:27700, how it got there, and an issue per odd row. A row that cannot be
        transformed has geometry None.

    Raises
    ------
    CRSError
        No system is stated, `assume` contradicts the file, no path leads to ETRS89, or no coordinate
        can be what the file says.
    GridMissing
        OSTN15 is needed and is not at hand.
    """
    where = f"{dataset} ({layer})" if layer else dataset
    place = {"dataset": dataset, "layer": layer}
    geometries = np.asarray(frame.geometry.array, dtype=object)
    xy, rows = shapely.get_coordinates(geometries, return_index=True)
    settled = frame.crs is not None and not default_crs
    route, position, survey = _choose(_candidates(frame.crs, assume, default_crs, where), xy)
    if survey.hopeless:
        raise _refusal(xy, survey, route=route, where=where, settled=settled)
    found: list[Issue] = []
    vertical = int((shapely.has_z(geometries) | _has_m(geometries)).sum())
    if vertical:
        message = f"Heights or M values were left out; number of features that had them: {vertical}."
        found.append(issue("vertical-values-dropped", message, value=str(vertical), **place))

    # A coordinate at fault belongs to a row that is told so once, by its first.
    bad_rows, first = np.unique(rows[survey.fault > 0], return_index=True)
    for row, at in zip(bad_rows, np.flatnonzero(survey.fault > 0)[first], strict=True):
        message = f"Coordinates cannot be {route.source_crs}: {survey.faults[survey.fault[at]]}."
        found.append(_row_issue("coordinate-implausible", message, frame, int(row), xy[at], place))

    flat = shapely.force_2d(geometries) if vertical else geometries.copy()
    if route.source_crs == BNG:
        transformation, bng = Transformation(BNG, "none", 0.0), xy
    else:
        bng, transformation = _transform(position, route)
        lost = np.unique(rows[~np.isfinite(bng).all(axis=1)])
        for row in np.setdiff1d(lost, bad_rows):
            at = int(np.searchsorted(rows, row))
            message = "The feature lies where OSTN15 is not defined, so it has no place in EPSG:27700."
            found.append(_row_issue("outside-ostn15", message, frame, int(row), xy[at], place))
        flat[lost] = None
        flat = shapely.set_coordinates(flat, bng[~np.isin(rows, lost)])

    found += _outside_england(frame, flat, bad_rows, place)
    if route.family == BNG:
        sound = slice(None)
        if len(bad_rows) or not np.isfinite(bng).all():
            sound = ~np.isin(rows, bad_rows) & np.isfinite(bng).all(axis=1)
        certainty = plausible.swapped_certainty(bng[sound])
        if certainty == "certain":
            words = "their axes look swapped (northing before easting): swapped, they lie in England"
            swapped = Survey(np.ones(len(xy), dtype=np.int8), ("", words), ("", ""))
            raise _refusal(xy, swapped, route=route, where=where, settled=settled)
        if certainty:
            message = "All features lie outside England, and in it if northing comes before easting."
            found.append(issue("axes-maybe-swapped", message, **place))
    series = gpd.GeoSeries(flat, index=frame.index, crs=BNG)
    name = frame.geometry.name
    return frame.assign(**{name: series}).set_geometry(name), transformation, found


def _candidates(stated: pyproj.CRS | None, assume: str | None, default_crs: bool, where: str) -> list[_Route]:
    """Return the routes that may serve, the preferred one first."""
    if stated is None and assume is None:
        raise CRSError(
            "It states no coordinate reference system.",
            where=where,
            fix="Give --crs EPSG:27700 if its numbers are National Grid metres, else their own system.",
        )
    given = None if assume is None else _route(assume, where=f"--crs {assume}")
    own = None if stated is None else _route(stated, where=where)
    if given and own and not default_crs and given.source_crs != own.source_crs:
        raise CRSError(
            f"It is in {own.source_crs} by its own statement, not in {given.source_crs} as --crs says.",
            where=where,
            fix="Leave out --crs, or correct the system that the file states.",
        )
    return [route for route in (given, own) if route]


def _choose(routes: list[_Route], xy: Array) -> tuple[_Route, Array, Survey]:
    """Take the first route that the numbers fit at all; where none does, the first."""
    tried = []
    for route in routes:
        position = route.follow(xy)
        found = plausible.survey(xy, stated=route.family, position=position, in_metres=route.in_metres)
        tried.append((route, position, found))
        if not found.hopeless:
            return tried[-1]
    return tried[0]


def _route(crs: Any, *, where: str) -> _Route:
    """Find the way from a system to ETRS89, or to EPSG:27700 where it shares its datum."""
    try:
        flat = _horizontal(pyproj.CRS.from_user_input(crs))
    except pyproj.exceptions.CRSError as error:
        raise CRSError(
            "This is no coordinate reference system.", where=where, fix="Write it like EPSG:27700."
        ) from error
    datum_crs = flat.geodetic_crs
    # Only at pyproj's usual confidence: with less, a shifted grid still passes for EPSG:27700.
    name = f"EPSG:{code}" if (code := flat.to_epsg()) else flat.name
    if datum_crs is None or datum_crs.datum is None or not (flat.is_geographic or flat.is_projected):
        raise CRSError(f"No path is known from {name} to EPSG:27700.", where=where, fix=_REPROJECT)
    # By its size, for the unit's name has many spellings.
    unit = flat.axis_info[0].unit_conversion_factor
    degrees = flat.type_name == "Geographic 2D CRS" and math.isclose(unit, math.radians(1), rel_tol=1e-9)
    datum, ellipsoid = datum_crs.datum.name, str(datum_crs.ellipsoid and datum_crs.ellipsoid.name)
    # Only the datum of Great Britain uses the Airy ellipsoid of 1830 (Ireland's is a modified one).
    nameless = datum.lower().startswith("unknown") and ellipsoid.lower().startswith("airy 1830")
    # Within a datum both ways are pure projections: no grid, no loss.
    unproject = () if degrees else (pyproj.Transformer.from_crs(flat, datum_crs, always_xy=True),)
    if _OSGB36.search(datum) or nameless:
        project = pyproj.Transformer.from_crs(4277, 27700, always_xy=True)
        route = _Route(
            "EPSG:4277" if degrees else name, WGS84 if degrees else name, True, (*unproject, project)
        )
        probes = np.array([[400_000.0, 300_000.0], [250_000.0, 800_000.0], [600_000.0, 150_000.0]])
        # Some programs write the scale with a digit less: a third of a millimetre.
        if np.allclose(route.follow(probes), probes, rtol=0, atol=1e-3):
            return _Route(BNG, BNG, True)
        return route
    for pattern, geographic in ((_WGS84, WGS84), (_ETRS89, "EPSG:4258")):
        if pattern.search(datum) and not datum.lower().startswith("unknown"):
            return _Route(geographic if degrees else name, WGS84 if degrees else name, False, unproject)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a missing grid is told below
        group = TransformerGroup(flat, 4258, always_xy=True, area_of_interest=_GREAT_BRITAIN)  # type: ignore[arg-type]
    best = group.transformers[0] if group.transformers else None
    # A "ballpark" operation ignores the difference of the datums; its accuracy is -1.
    if best is None or not group.best_available or best.accuracy < 0:
        raise CRSError(f"No sure path is known from {name} to ETRS89.", where=where, fix=_REPROJECT)
    family = WGS84 if degrees else name
    return _Route(name, family, False, (best,), best.description, best.accuracy)


def _horizontal(crs: pyproj.CRS) -> pyproj.CRS:
    """Take off heights and the 7 parameters that old files carry along with their system."""
    if crs.is_compound:
        return _horizontal(crs.sub_crs_list[0])
    if crs.is_bound and crs.source_crs is not None:
        return _horizontal(crs.source_crs)
    return crs.to_2d()


def _transform(position: Array, route: _Route) -> tuple[Array, Transformation]:
    """Bring positions on a route to EPSG:27700; NaN outside the coverage of OSTN15."""
    if route.in_metres:
        return position, Transformation(route.source_crs, "none (same datum)", 0.0)
    shift, name, accuracy_m = ostn15.find()
    if route.name:
        name = f"{route.name} + {name}"
    return shift(position), Transformation(route.source_crs, name, route.accuracy_m + accuracy_m)


def _refusal(xy: Array, survey: Survey, *, route: _Route, where: str, settled: bool) -> CRSError:
    """Return the error for a layer none of whose coordinates can be what it says."""
    kind = int(survey.fault[0])
    fix = "Correct the coordinates and export the layer again."
    if code := survey.looks_like[kind]:
        fix = f"Assign {code} to the layer and export it again." if settled else f"Give --crs {code} instead."
    x, y = xy[0]
    what = (
        f"The coordinates cannot be {route.source_crs}: {survey.faults[kind]}; "
        f"the first is {x:.10g}, {y:.10g}."
    )
    return CRSError(what, where=where, fix=fix)


def _row_issue(
    code: str, message: str, frame: gpd.GeoDataFrame, row: int, xy: Array, place: dict[str, str]
) -> Issue:
    value = f"{xy[0]:.10g}, {xy[1]:.10g}"
    return issue(code, message, feature=str(frame.index[row]), field="geometry", value=value, **place)


def _outside_england(frame: gpd.GeoDataFrame, flat: Any, bad_rows: Any, place: dict[str, str]) -> list[Issue]:
    """Name the rows whose whole extent lies outside the box round England."""
    west, south, east, north = shapely.bounds(flat).T
    box = plausible.ENGLAND_M
    outside = (east < box.west) | (west > box.east) | (north < box.south) | (south > box.north)
    message = "The feature lies outside the extent of England."
    return [
        _row_issue("outside-england", message, frame, int(row), np.array([west[row], south[row]]), place)
        for row in np.setdiff1d(np.flatnonzero(outside), bad_rows)
    ]


def _has_m(geometries: Any) -> Any:
    # shapely tells of M values from 2.1 on; older ones never keep them.
    return shapely.has_m(geometries) if hasattr(shapely, "has_m") else np.zeros(len(geometries), dtype=bool)
