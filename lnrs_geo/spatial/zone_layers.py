"""Read what lies round the map: strategy areas and planning authorities."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from lnrs_geo.errors import SchemaError
from lnrs_geo.model import Issue
from lnrs_geo.spatial import frames, schema
from lnrs_geo.spatial.frames import Rows
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.values import identifier, texts

if TYPE_CHECKING:
    from lnrs_geo.spatial.read import RawLayer

ZONE_COLUMNS = ("zone_id", "kind", "geometry", "geom_state")

_POLYGONAL = (3, 6)
_NAME_OR_CODE = re.compile(
    r"^(name|code|authority|lpa|lad\d*(nm|cd)|npark\d*(nm|cd)|ref|reference)$", re.IGNORECASE
)


def zones(
    layers: "Sequence[RawLayer]", *, kind: str, id_columns: Sequence[str] = ()
) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Read strategy areas or planning authorities.

    Parameters
    ----------
    layers
        Layers as read, in EPSG:27700 and 2D.
    kind
        "area" for strategy areas (the id is the LNRS's; "" where the layer has none), "authority"
        for planning authorities (the id is the name).
    id_columns
        Columns to look for the id in, before the usual ones.

    Returns
    -------
    A frame with `ZONE_COLUMNS`, and the issues. Rows that share an id are parts of one zone.

    Raises
    ------
    SchemaError
        Authorities bear no name, or no layer holds a polygon.
    """
    issues: list[Issue] = []
    rows: Rows = {name: [] for name in ZONE_COLUMNS}
    usual = schema.known_names("zones")
    ids = (*id_columns, *usual["lnrs_id" if kind == "area" else "authority"])
    for layer in layers:
        columns = frames.attributes(layer)
        fields = schema.find_fields({"id": ids, "kind": usual["kind"]}, columns)
        if kind == "authority" and "id" not in fields:
            raise SchemaError(
                f"No column names the authorities. Found: {', '.join(columns) or 'no columns'}.",
                where=frames.place(layer),
                fix=f"Name it with --map authority=COLUMN, or call it one of {', '.join(ids)}.",
            )
        frames.extend(rows, _zone_rows(layer, fields, Ledger(layer.source, layer.layer, issues)))
    if not rows["zone_id"]:
        raise SchemaError(
            "There is no polygon in it.",
            where=", ".join(dict.fromkeys(layer.source for layer in layers)),
            fix="Give a file with the outlines.",
        )
    return frames.frame(rows), issues


def zone_kind(said: str, cells: Sequence[str]) -> str:
    """Return what kind of authority a row is: a national park by its word, its name or its ONS code.

    `said` is the cell of the `kind` column, `cells` those of name and code.

    Examples
    --------
    >>> [zone_kind("LPA", [cell]) for cell in ("Peak District National Park", "E26000006", "High Peak")]
    ['national-park', 'national-park', 'lpa']
    """
    kind = "-".join(said.casefold().replace("_", " ").replace("-", " ").split())
    if "national-park" in kind or "national park" in " ".join(cells).casefold():
        return "national-park"
    return "national-park" if any(cell.upper().startswith("E26") for cell in cells) else kind


def _zone_rows(layer: "RawLayer", fields: Mapping[str, str], ledger: Ledger) -> Rows:
    """Read the usable rows of one layer of areas."""
    fids = frames.fids(layer)
    mended = frames.mend_told(layer, fids, ledger)
    ids = [identifier(value) for value in layer.frame[fields["id"]]] if "id" in fields else [""] * len(fids)
    said = texts(layer.frame[fields["kind"]]) if "kind" in fields else [""] * len(fids)
    # any other column may speak of a park next door
    telling = {fields.get("id"), *(name for name in frames.attributes(layer) if _NAME_OR_CODE.search(name))}
    cells = [texts(layer.frame[name]) for name in sorted(one for one in telling if one)]
    rows: Rows = {name: [] for name in ZONE_COLUMNS}
    for row, fid in enumerate(fids):
        geometry = mended.geometries[row]
        if geometry is None or shapely.get_type_id(geometry) not in _POLYGONAL:
            ledger.add("zone-left-out", "The area has no polygon.", feature=fid, value=ids[row])
            continue
        if ids[row] and ids[row] in rows["zone_id"]:
            ledger.add(
                "zone-repeated", f"{ids[row]!r} stands there more than once.", feature=fid, value=ids[row]
            )
        values = (
            ids[row],
            zone_kind(said[row], [column[row] for column in cells]),
            geometry,
            mended.states[row],
        )
        for name, value in zip(ZONE_COLUMNS, values, strict=True):
            rows[name].append(value)
    return rows
