"""Read GeoJSON in bulk once every feature has been judged, and hold what comes back against it."""

import numpy as np
import pyproj

from lnrs_geo.errors import SourceError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial.geojson import CheckedGeoJSON, checked_geojson
from lnrs_geo.spatial.rawlayer import LayerChoice, LayerLook, RawLayer, frame_of, guarded, unreadable_issues
from lnrs_geo.spatial.sources import Source
from lnrs_geo.spatial.vector import bulk, crs_of


def read_geojson(source: Source, *, choice: LayerChoice, issues: list[Issue]) -> list[RawLayer]:
    """Read a GeoJSON file whose every feature has been judged first.

    Raises
    ------
    SourceError
        It is no GeoJSON, or the driver alters it.
    """
    with guarded(source.label, issues):  # brackets nested a thousand deep end in a RecursionError
        checked = checked_geojson(source.path.read_bytes(), label=source.label)
    name = checked.name or source.path.stem
    if not choice.take([LayerLook(name, "Unknown")], label=source.label):
        return []
    issues += checked.issues
    with guarded(source.label, issues):
        shapes, unreadable, attributes = bulk(checked.to_bytes(), layer=None, encoding="")
    given = np.array([feature["geometry"] is not None for feature in checked.features], dtype=bool)
    if len(shapes) != len(given) or (given != np.array([shape is not None for shape in shapes])).any():
        raise SourceError(
            f"{len(given)} features stand in the file, but they do not all come back as they are.",
            where=source.label,
            fix="Open it in a GIS and export it again.",
        )
    fids = [str(fid) for fid in attributes.index]
    bad = {fids[at]: reason for at, reason in checked.unreadable.items()}
    bad |= {fids[at]: "GEOS refuses it" for at in np.flatnonzero(unreadable).tolist()}
    issues += unreadable_issues(bad, label=source.label, layer=name)
    for at, oddity in checked.oddities:
        said = f"The feature is malformed: {oddity}."
        issues.append(issue("geojson-malformed", said, dataset=source.label, layer=name, feature=fids[at]))
    frame = frame_of(attributes, shapes, label=source.label, layer=name, issues=issues)
    frame = frame.set_crs(_geojson_crs(checked, label=source.label, issues=issues), allow_override=True)
    return [RawLayer(source.label, name, frame, "GeoJSON", source.sha256, "", True, frozenset(bad))]


def _geojson_crs(checked: CheckedGeoJSON, *, label: str, issues: list[Issue]) -> pyproj.CRS | None:
    if "CRS84" in checked.crs.upper():
        return pyproj.CRS.from_epsg(4326)  # the same system; positions are longitude, latitude in both
    try:
        return crs_of(checked.crs)
    except pyproj.exceptions.CRSError:
        said = f"The coordinate system it names is unknown ({checked.crs})."
        issues.append(issue("crs-unreadable", said, dataset=label, value=checked.crs))
        return None
