"""Read the polygons of documents that planning authorities specify for Table 8."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from lnrs_geo.errors import SchemaError
from lnrs_geo.model import Issue
from lnrs_geo.spatial import frames, schema
from lnrs_geo.spatial.frames import Rows
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.values import texts

if TYPE_CHECKING:
    from lnrs_geo.spatial.read import RawLayer

DOCUMENT_COLUMNS = ("document", "habitat", "authority", "geometry", "geom_state")
NAMES = {
    "document": ("document", "doc_name", "title", "name"),
    "habitat": ("habitat", "habitats"),
    "authority": ("authority", "lpa"),
}

_POLYGONAL = (3, 6)


def documents(layers: "Sequence[RawLayer]") -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Read what documents map and describe: one row per polygon.

    Parameters
    ----------
    layers
        Layers as read, in EPSG:27700 and 2D, with columns `document`, `habitat` (the metric's names
        joined by semicolons; empty where the document does not say) and `authority`.

    Returns
    -------
    A frame with `DOCUMENT_COLUMNS`, and the issues.

    Raises
    ------
    SchemaError
        No column names the documents, or there is no polygon.
    """
    issues: list[Issue] = []
    rows: Rows = {name: [] for name in DOCUMENT_COLUMNS}
    for layer in layers:
        columns = frames.attributes(layer)
        fields = schema.find_fields(NAMES, columns)
        if "document" not in fields:
            raise SchemaError(
                f"No column names the documents. Found: {', '.join(columns) or 'no columns'}.",
                where=frames.place(layer),
                fix="Call it document, and say in columns habitat and authority what it describes, and whose it is.",
            )
        fids = frames.fids(layer)
        ledger = Ledger(layer.source, layer.layer, issues)
        mended = frames.mend_told(layer, fids, ledger)
        said = {
            wanted: texts(layer.frame[fields[wanted]]) if wanted in fields else [""] * len(fids)
            for wanted in NAMES
        }
        for at, fid in enumerate(fids):
            geometry = mended.geometries[at]
            if geometry is None or shapely.get_type_id(geometry) not in _POLYGONAL:
                message = "The document has no polygon here."
                ledger.add("document-left-out", message, feature=fid, value=said["document"][at])
                continue
            name = said["document"][at] or layer.layer
            values = (name, said["habitat"][at], said["authority"][at], geometry, mended.states[at])
            for column, value in zip(DOCUMENT_COLUMNS, values, strict=True):
                rows[column].append(value)
    if not rows["document"]:
        raise SchemaError(
            "There is no polygon in it.",
            where=", ".join(dict.fromkeys(layer.source for layer in layers)),
            fix="Give a layer with what the documents map, or a list of documents.",
        )
    return frames.frame(rows), issues
