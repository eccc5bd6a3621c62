"""Read the mapped measures of a Local Habitat Map.

No schema binds an LNRS. Some publish a theme per layer, some one layer with codes; some repeat a
row for every priority. A strategy file's aliases say which column is which.
"""

from collections.abc import Callable, Mapping, Sequence
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
from lnrs_geo.spatial.values import flag, folded, identifier, text

if TYPE_CHECKING:
    from lnrs_geo.spatial.read import RawLayer

MEASURE_COLUMNS = (
    "source", "layer", "src_fid", "location_id", "measure_id", "measure", "priority", "eligible", "lnrs_id",
    "geometry", "geom_state", "widest",
)  # fmt: skip

_POLYGONAL = (3, 6)
_UNCLEAR = "unclear"


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
    names = column_names(aliases)
    issues: list[Issue] = []
    rows: Rows = {name: [] for name in MEASURE_COLUMNS}
    for layer, fields in _select(layers, names, wanted=_listed(aliases.get("layers", ())), issues=issues):
        ledger = Ledger(layer.source, layer.layer, issues)
        frames.extend(rows, _measure_rows(_near(layer, fields, near), fields, ledger))
    # an empty frame may mean that nothing is mapped; an empty file is one that lost its features
    if not any(len(layer.frame) + layer.left_out or layer.driver == "frame" for layer in layers):
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


def column_names(aliases: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the columns that may hold each field of a measure: a strategy's own first, then the usual."""
    return {
        wanted: (*_listed(aliases.get(wanted, ())), *usual)
        for wanted, usual in schema.known_names("measures").items()
    }


def location_columns(fields: Mapping[str, str]) -> list[str]:
    """Return the columns that tell one measure at one location from others; none where locations bear no id."""
    if "location_id" not in fields:
        return []
    measure = "measure_id" if "measure_id" in fields else "measure"
    return [fields[name] for name in ("lnrs_id", "location_id", measure) if name in fields]


def beyond(bounds: "np.ndarray[Any, Any]", box: tuple[float, float, float, float]) -> "np.ndarray[Any, Any]":
    """Tell which extents, shape (n, 4), lie wholly outside a box; one of NaN has no place, and is not far."""
    west, south, east, north = bounds.T
    with np.errstate(invalid="ignore"):
        far: np.ndarray[Any, Any] = (east < box[0]) | (west > box[2]) | (north < box[1]) | (south > box[3])
    return far


def _near(
    layer: "RawLayer", fields: Mapping[str, str], box: tuple[float, float, float, float] | None
) -> "RawLayer":
    """Return a layer with the rows of those locations alone that reach into a box.

    Rows without usable geometry stay, for their issues; so do far rows of a location that reaches
    in, for a location is one row and as sound as its worst (see `merge`).
    """
    if box is None or not len(layer.frame):
        return layer
    far = beyond(shapely.bounds(frames.geometries(layer)), box)
    if (names := location_columns(fields)) and far.any():
        keys = pd.MultiIndex.from_arrays([column_texts(layer.frame[name], identifier) for name in names])
        far &= ~keys.isin(keys[~far])
    valid = layer.valid[~far] if layer.valid is not None else None
    return replace(layer, frame=layer.frame[~far], valid=valid)


def _measure_rows(layer: "RawLayer", fields: Mapping[str, str], ledger: Ledger) -> Rows:
    """Read the usable rows of one layer of measures."""
    fids = np.array(frames.fids(layer), dtype=object)
    readers = dict.fromkeys(("location_id", "measure_id", "measure", "priority"), text)
    cells = {
        name: column_texts(layer.frame[fields[name]], reader)
        if name in fields
        else np.full(len(fids), "", dtype=object)
        for name, reader in {**readers, "lnrs_id": identifier, "eligible": _flag}.items()
    }
    flags = cells["eligible"]
    mended = frames.mend_told(layer, fids.tolist(), ledger)
    named = (cells["measure_id"] != "") | (cells["measure"] != "")
    drawn = named & ~shapely.is_missing(mended.geometries)
    usable = drawn & np.isin(shapely.get_type_id(mended.geometries), _POLYGONAL)
    # Few rows are odd, and only those pass through Python one by one
    for row in np.flatnonzero(~usable | (cells["measure_id"] == "") | (flags == _UNCLEAR)):
        fid, what = fids[row], cells["measure_id"][row] or cells["measure"][row]
        if not named[row]:
            ledger.add("measure-left-out", "The row names no measure.", feature=fid)
        elif not drawn[row]:
            ledger.add("measure-left-out", "The measure has no usable geometry.", feature=fid, value=what)
        elif not usable[row]:
            drawn_as = mended.geometries[row].geom_type
            ledger.add("measure-not-polygon", f"The measure is drawn as {drawn_as}.", feature=fid, value=what)
        if not usable[row]:
            continue
        if not cells["measure_id"][row]:
            ledger.add("measure-id-missing", "The measure has no code: its text serves.", feature=fid)
        if flags[row] == _UNCLEAR:
            said = text(layer.frame[fields["eligible"]].iloc[row])
            ledger.add("eligible-unreadable", f"{said!r} is neither yes nor no.",
                       feature=fid, field="eligible", value=said)  # fmt: skip
    kept = {name: column[usable] for name, column in cells.items()}
    states = np.array(mended.states, dtype=object)[usable]
    raw, geometries, used = mended.raw[usable], mended.geometries[usable], fids[usable]
    widest = np.full(len(used), None, dtype=object)
    for row in np.flatnonzero(states == str(validity.GeomState.CHANGED)):
        widest[row] = validity.hull_of_invalid(raw[row])
    columns = {
        "source": [layer.source] * len(used), "layer": [layer.layer] * len(used), "src_fid": used,
        "location_id": _locations(kept["location_id"], geometries, used, layer=layer.layer),
        "measure_id": np.where(kept["measure_id"] != "", kept["measure_id"], kept["measure"]),
        "measure": kept["measure"], "priority": kept["priority"], "eligible": kept["eligible"],
        "lnrs_id": kept["lnrs_id"],
        "geometry": geometries, "geom_state": states, "widest": widest,
    }  # fmt: skip
    return {name: list(columns[name]) for name in MEASURE_COLUMNS}


def bears_id(layer: "RawLayer", lnrs_id: str, *, aliases: Mapping[str, Any]) -> bool:
    """Say whether any row of a layer bears the id of an LNRS, be it far from where one looks.

    What decides whether rows of another id are foreign must not hang on which parcels are looked at.
    """
    column = schema.find_fields(column_names(aliases), frames.attributes(layer)).get("lnrs_id")
    if column is None:
        return False
    words = layer.words.get(column) if layer.left_out else None
    found = words if words is not None else set(column_texts(layer.frame[column], identifier))
    return identifier(lnrs_id) in found


def column_texts(column: "pd.Series[Any]", reader: Callable[[object], str] = text) -> "np.ndarray[Any, Any]":
    """Read a column cell by cell as texts; words that are repeated are read once."""
    values = column.tolist()
    known = {value: reader(value) for value in {one for one in values if type(one) is str}}
    read = [known[value] if type(value) is str else reader(value) for value in values]
    return np.array(read, dtype=object)


def _flag(value: object) -> str:
    """Return what a cell says of a measure's counting: yes, no, unclear, or "" for nothing."""
    read = flag(value)
    return _UNCLEAR if read is None else read


def _locations(
    given: "np.ndarray[Any, Any]",
    geometries: validity.Geometries,
    fids: "np.ndarray[Any, Any]",
    *,
    layer: str,
) -> list[str]:
    """Return the id of each row's location; where there is none, rows of the very same outline share one."""
    ids: list[str] = given.tolist()
    bare = np.flatnonzero(given == "")
    outlines: dict[bytes, str] = {}
    for row, outline in zip(bare.tolist(), shapely.to_wkb(geometries[bare]), strict=True):
        ids[row] = outlines.setdefault(blake2b(outline).digest(), f"{layer}:{fids[row]}")
    return ids


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
