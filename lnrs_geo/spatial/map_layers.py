"""Read the mapped measures of a Local Habitat Map.

No schema binds an LNRS. Some publish a theme per layer, some one layer with codes; some repeat a
row for every priority. A strategy file's aliases say which column is which.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lnrs_geo.errors import SchemaError
from lnrs_geo.model import Issue
from lnrs_geo.spatial import frames, merge, schema, validity
from lnrs_geo.spatial.frames import Rows
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.values import flag, folded, identifier, text, texts

if TYPE_CHECKING:
    from lnrs_geo.spatial.read import RawLayer

MEASURE_COLUMNS = (
    "source", "layer", "src_fid", "location_id", "measure_id", "measure", "priority", "eligible", "lnrs_id",
    "geometry", "geom_state", "widest",
)  # fmt: skip

_POLYGONAL = (3, 6)


def measures(
    layers: "Sequence[RawLayer]",
    *,
    aliases: Mapping[str, Any] | None = None,
    lnrs_id: str = "",
    near: tuple[float, float, float, float] | None = None,
) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Read the mapped measures of a strategy: one row per measure at one location.

    Parameters
    ----------
    layers
        Layers as read, in EPSG:27700 and 2D; together they are the map.
    aliases
        Of the strategy file: `layers` (the layers to use), and for each field a column or a list
        of columns. Without `layers` every layer with a known column is used.
    lnrs_id
        The strategy's own id; a layer of another one raises an issue.
    near
        A box (west, south, east, north): measures at locations that do not reach into it are left
        out, unexamined. None keeps all.

    Returns
    -------
    A frame with `MEASURE_COLUMNS`, and the issues. `widest` is the largest land that any reading
    of a `changed` measure could cover, None for the others.

    Raises
    ------
    SchemaError
        No layer has a column of measures; or a layer that the strategy names has none.
    """
    aliases = aliases or {}
    names = {
        wanted: (*_listed(aliases.get(wanted, ())), *usual)
        for wanted, usual in schema.known_names("measures").items()
    }
    issues: list[Issue] = []
    rows: Rows = {name: [] for name in MEASURE_COLUMNS}
    for layer, fields in _select(layers, names, wanted=_listed(aliases.get("layers", ())), issues=issues):
        ledger = Ledger(layer.source, layer.layer, issues)
        frames.extend(rows, _measure_rows(_near(layer, fields, near), fields, ledger))
    # an empty frame may mean that nothing is mapped; an empty file is one that lost its features
    if not any(len(layer.frame) or layer.driver == "frame" for layer in layers):
        raise SchemaError(
            "There is no polygon in it.",
            where=", ".join(dict.fromkeys(layer.source for layer in layers)),
            fix="Give the layer of mapped measures with its features.",
        )
    _note_other_lnrs(rows, lnrs_id, issues)
    merged = merge.per_location(rows, issues)
    return frames.frame(merged), issues


def _select(
    layers: "Sequence[RawLayer]", names: Mapping[str, Sequence[str]], *, wanted: Sequence[str],
    issues: list[Issue],
) -> "list[tuple[RawLayer, dict[str, str]]]":  # fmt: skip
    """Choose the layers to use, with the column of each field."""
    named = [layer for layer in layers if folded(layer.layer) in {folded(name) for name in wanted}]
    there = {folded(layer.layer) for layer in layers}
    chosen = []
    for layer in layers:
        ledger = Ledger(layer.source, layer.layer, issues)
        fields = schema.find_fields(names, frames.attributes(layer))
        known = bool(fields.keys() & {"measure_id", "measure"}) and layer.has_geometry
        # None of the names met: a file exported under another name is still the map it is
        if known and (not named or any(layer is one for one in named)):
            chosen.append((layer, fields))
        elif not any(layer is one for one in named):
            ledger.add("layer-ignored", f"Layer {layer.layer!r} is not used as one of mapped measures.")
    lacking = [layer for layer in named if not any(layer is one for one, _ in chosen)]
    if lacking or not chosen:
        found = frames.columns_by_layer(lacking or layers)
        raise SchemaError(
            f"No column tells the measures. Found: {schema.listing(found)}.",
            where=", ".join(dict.fromkeys(layer.source for layer in (lacking or layers))),
            fix="State the columns in the strategy file's [measures] table "
            f"({', '.join(names)}), or with --map.",
        )
    for name in wanted:
        if folded(name) not in there:
            Ledger(chosen[0][0].source, name, issues).add(
                "measures-incomplete", f"The strategy names a layer {name!r} that was not given.", value=name
            )
    return chosen


def _near(
    layer: "RawLayer", fields: Mapping[str, str], box: tuple[float, float, float, float] | None
) -> "RawLayer":
    """Return a layer with the rows of those locations alone that reach into a box.

    Rows without usable geometry stay, for their issues; so do far rows of a location that reaches
    in, for a location is one row and as sound as its worst (see `merge`).
    """
    if box is None or not len(layer.frame):
        return layer
    west, south, east, north = shapely.bounds(frames.geometries(layer)).T
    with np.errstate(invalid="ignore"):
        far = (east < box[0]) | (west > box[2]) | (north < box[1]) | (south > box[3])  # NaN is not far
    if "location_id" in fields and far.any():
        names = [
            fields[name] for name in ("lnrs_id", "location_id", "measure_id", "measure") if name in fields
        ]
        keys = pd.MultiIndex.from_frame(layer.frame[names[: 3 if "measure_id" in fields else 4]].astype(str))
        far &= ~keys.isin(keys[~far])
    return replace(layer, frame=layer.frame[~far])


def _measure_rows(layer: "RawLayer", fields: Mapping[str, str], ledger: Ledger) -> Rows:
    """Read the usable rows of one layer of measures."""
    fids = frames.fids(layer)
    cells = {
        name: texts(layer.frame[fields[name]]) if name in fields else [""] * len(fids)
        for name in ("location_id", "measure_id", "measure", "priority", "lnrs_id")
    }
    eligible = layer.frame[fields["eligible"]] if "eligible" in fields else [""] * len(fids)
    mended = frames.mend_told(layer, fids, ledger)
    rows: Rows = {name: [] for name in MEASURE_COLUMNS}
    outlines: dict[bytes, str] = {}
    for row, (fid, said) in enumerate(zip(fids, eligible, strict=True)):
        geometry = mended.geometries[row]
        code, words = cells["measure_id"][row], cells["measure"][row]
        if not code and not words:
            ledger.add("measure-left-out", "The row names no measure.", feature=fid)
            continue
        if geometry is None:
            ledger.add(
                "measure-left-out", "The measure has no usable geometry.", feature=fid, value=code or words
            )
            continue
        if shapely.get_type_id(geometry) not in _POLYGONAL:
            ledger.add("measure-not-polygon", f"The measure is drawn as {geometry.geom_type}.",
                       feature=fid, value=code or words)  # fmt: skip
            continue
        if not code:
            ledger.add("measure-id-missing", "The measure has no code: its text serves.", feature=fid)
        read = flag(said)
        if read is None:
            ledger.add("eligible-unreadable", f"{text(said)!r} is neither yes nor no.",
                       feature=fid, field="eligible", value=text(said))  # fmt: skip
        outline = blake2b(shapely.to_wkb(geometry)).digest()
        changed = mended.states[row] == validity.GeomState.CHANGED
        values = {
            "source": layer.source, "layer": layer.layer, "src_fid": fid,
            # Where locations bear no id, rows of the very same outline are one location
            "location_id": cells["location_id"][row] or outlines.setdefault(outline, f"{layer.layer}:{fid}"),
            "measure_id": code or words, "measure": words, "priority": cells["priority"][row],
            "eligible": "unclear" if read is None else read, "lnrs_id": identifier(cells["lnrs_id"][row]),
            "geometry": geometry, "geom_state": mended.states[row],
            "widest": validity.hull_of_invalid(mended.raw[row]) if changed else None,
        }  # fmt: skip
        for name, value in values.items():
            rows[name].append(value)
    return rows


def _note_other_lnrs(rows: Mapping[str, Sequence[str]], lnrs_id: str, issues: list[Issue]) -> None:
    """Raise one issue where measures bear the id of another LNRS."""
    own = identifier(lnrs_id)
    others = [row for row, other in enumerate(rows["lnrs_id"]) if own and other and other != own]
    if others:
        found = sorted({rows["lnrs_id"][row] for row in others})
        ledger = Ledger(rows["source"][others[0]], rows["layer"][others[0]], issues)
        ledger.add(
            "lnrs-id-mismatch",
            f"{len(others)} rows are of LNRS {', '.join(found)}, the strategy is {own}.",
            field="lnrs_id", value=";".join(found),
        )  # fmt: skip


def _listed(given: object) -> tuple[str, ...]:
    """Return an alias, or several, as a tuple."""
    if isinstance(given, str):
        return (given,)
    return tuple(str(name) for name in given) if isinstance(given, list | tuple) else ()
