"""Judge a GeoJSON file feature by feature before GDAL sees it (RFC 7946).

GDAL skips a feature it cannot read, closes rings, and turns text into numbers without a word. So
the file is parsed here first: what is wrong becomes an issue, an unreadable geometry becomes none,
and the number of features is known and can be held against what comes back.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Any

from lnrs_geo.errors import SourceError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.tables import decode_text

_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_WORLD = "EPSG:4326"
_AGAIN = "Export it again as GeoJSON, for example from QGIS."


@dataclass(slots=True)
class CheckedGeoJSON:
    """What a GeoJSON file holds after the check.

    `features` are well-formed; the geometry of each is null or readable. `unreadable` are the
    positions (0-based) of those whose geometry was put to null, `faults` their reasons. `crs` is the
    name the file gives, EPSG:4326 where it gives none, "" where what it gives cannot be understood.
    """

    name: str
    crs: str
    encoding: str
    features: list[dict[str, Any]] = field(default_factory=list)
    unreadable: dict[int, str] = field(default_factory=dict)
    oddities: list[tuple[int, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def to_bytes(self) -> bytes:
        """Return the checked features as UTF-8 GeoJSON, for the reader; the CRS is set afterwards."""
        collection = {"type": "FeatureCollection", "features": self.features}
        try:
            text = json.dumps(collection, ensure_ascii=False, allow_nan=False)
        except ValueError:  # 1e999 and its like pass the parser as infinity
            text = json.dumps(_finite(collection), ensure_ascii=False)
        return text.encode("utf-8", "replace")


def checked_geojson(data: bytes, *, label: str) -> CheckedGeoJSON:
    """Parse GeoJSON and separate what can be read from what cannot.

    Parameters
    ----------
    data
        The bytes of the file: a FeatureCollection, a single Feature or a bare geometry.
    label
        What the user called the file.

    Raises
    ------
    SourceError
        It is not JSON, or JSON of another kind.
    """
    text, encoding = decode_text(data, where=label)
    repeated: set[str] = set()
    root = _parsed(text, repeated, label=label)
    kind = root.get("type")
    if kind == "FeatureCollection":
        listed = root.get("features")
        if not isinstance(listed, list):
            raise SourceError('Its "features" are missing or not a list.', where=label, fix=_AGAIN)
    elif kind == "Feature":
        listed = [root]
    elif isinstance(kind, str) and (kind in _DEPTH or kind == "GeometryCollection"):
        listed = [{"type": "Feature", "properties": {}, "geometry": root}]
    else:
        its = f"its type is {_shown(kind)}" if "type" in root else 'it has no "type"'
        raise SourceError(
            f"It is JSON but not GeoJSON: {its}.",
            where=label,
            fix='The outermost "type" must be FeatureCollection, Feature or a geometry type. ' + _AGAIN,
        )
    name = root.get("name")
    checked = CheckedGeoJSON(
        name if kind == "FeatureCollection" and isinstance(name, str) else "", _WORLD, encoding
    )
    _take_crs(root, checked, label=label)
    if encoding not in {"utf-8", "utf-16"}:
        said = f"The file is not UTF-8 as GeoJSON must be; {encoding} was assumed."
        checked.issues.append(issue("encoding-assumed", said, dataset=label, value=encoding))
    if repeated:
        said = f"Members stand twice in one object ({', '.join(sorted(repeated))}); the last one was taken."
        checked.issues.append(
            issue("geojson-malformed", said, dataset=label, value=", ".join(sorted(repeated)))
        )
    for position, raw in enumerate(listed):
        checked.features.append(_feature(raw, position, checked))
    return checked


def geometry_fault(geometry: object) -> str:
    """Say what makes a GeoJSON geometry unreadable; "" where nothing does.

    Examples
    --------
    >>> geometry_fault({"type": "Point", "coordinates": [400000]})
    'a position needs two numbers'
    >>> geometry_fault({"type": "Point", "coordinates": [400000, 300000]})
    ''
    """
    if not isinstance(geometry, dict):
        return f"the geometry is {_shown(geometry)}, not an object"
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list):
            return 'a GeometryCollection needs a list of "geometries"'
        return next(filter(None, (geometry_fault(member) for member in members)), "")
    if not isinstance(kind, str) or kind not in _DEPTH:
        return f"the geometry type {_shown(kind)} is unknown"
    if "coordinates" not in geometry:
        return f'the {kind} has no "coordinates"'
    return _coordinates_fault(geometry["coordinates"], kind, _DEPTH[kind])


def _coordinates_fault(found: object, kind: str, depth: int) -> str:
    if depth == 0:
        return _position_fault(found)
    if not isinstance(found, list):
        return f"the coordinates of the {kind} are not nested deeply enough"
    for member in found:
        if fault := _coordinates_fault(member, kind, depth - 1):
            return fault
    if depth == 1 and "LineString" in kind and len(found) < 2 and (found or kind != "LineString"):
        return "a line needs two positions"
    if depth == 1 and "Polygon" in kind:
        if len(found) < 4:
            return "a ring needs four positions"
        if found[0] != found[-1]:
            return "a ring is not closed (its first and last positions differ)"
    return ""


def _position_fault(found: object) -> str:
    if isinstance(found, list) and any(isinstance(number, list) for number in found):
        return "the coordinates are nested too deeply"
    if not isinstance(found, list) or len(found) < 2:
        return "a position needs two numbers"
    for number in found:
        if isinstance(number, bool) or not isinstance(number, int | float):
            return f"a position holds {_shown(number)}, which is not a number"
    # An integer of hundreds of digits is no coordinate either, and cannot become a float.
    if any(abs(number) > 1e300 or math.isnan(number) for number in found):
        return "a position holds a number without a finite value"
    return ""


def _feature(raw: object, position: int, checked: CheckedGeoJSON) -> dict[str, Any]:
    """Return a well-formed feature, noting what had to be left out."""
    clean: dict[str, Any] = {"type": "Feature", "properties": {}, "geometry": None}
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        found = f"of type {_shown(raw.get('type'))}" if isinstance(raw, dict) else _shown(raw)
        checked.unreadable[position] = f"the member of features is {found}, not a Feature"
        if not isinstance(raw, dict):
            return clean
    else:
        geometry = raw.get("geometry")
        if "geometry" not in raw:
            checked.unreadable[position] = 'the feature has no "geometry"'
        elif geometry is not None and (fault := geometry_fault(geometry)):
            checked.unreadable[position] = fault
        elif geometry is not None and geometry.get("coordinates") != []:
            clean["geometry"] = geometry  # empty coordinates mean no geometry (RFC 7946, 3.1)
    properties = raw.get("properties")
    if isinstance(properties, dict):
        clean["properties"] = properties
    elif properties is not None:
        checked.oddities.append((position, f"its properties are {_shown(properties)}, not an object"))
    if isinstance(raw.get("id"), str | int | float) and not isinstance(raw["id"], bool):
        clean["id"] = raw["id"]
    elif raw.get("id") is not None:
        checked.oddities.append((position, "its id is neither text nor a number"))
    return clean


def _parsed(text: str, repeated: set[str], *, label: str) -> dict[str, Any]:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.update(name for name in record if names.count(name) > 1)
        return record

    if not text.strip():
        raise SourceError("It holds nothing but blanks.", where=label, fix=_AGAIN)
    try:
        root = json.loads(text, object_pairs_hook=members, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise SourceError(f"It is not JSON ({error.msg} at {place}).", where=label, fix=_AGAIN) from error
    except (RecursionError, ValueError) as error:
        raise SourceError("Its brackets or numbers have no end.", where=label, fix=_AGAIN) from error
    if not isinstance(root, dict):
        raise SourceError(f"It is JSON but not GeoJSON: it holds {_shown(root)}.", where=label, fix=_AGAIN)
    return root


def _take_crs(root: dict[str, Any], checked: CheckedGeoJSON, *, label: str) -> None:
    """Take the coordinate system from the "crs" member, which RFC 7946 dropped and programs still write."""
    if "crs" not in root:
        return
    crs = root["crs"]
    inner = crs.get("properties") if isinstance(crs, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    if isinstance(name, str) and name.strip():
        checked.crs = name.strip()
        return
    checked.crs = ""
    said = 'Its "crs" member does not name a coordinate system.'
    checked.issues.append(issue("crs-unreadable", said, dataset=label, value=_shown(crs)))


def _finite(value: Any) -> Any:
    """Replace numbers without a finite value by none, at any depth."""
    if isinstance(value, dict):
        return {name: _finite(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_finite(member) for member in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _shown(value: object) -> str:
    """Show a JSON value in a message, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "..."
