"""Turn layers of any known layout into the program's own frames, and say what was odd in them.

`parcels` reads what a metric holds; `measures` and `zones` (see `map_layers`, `zone_layers`) read the Local
Habitat Map, strategy areas and planning authorities. Coordinates are in EPSG:27700 before any of
this; not one row is dropped here without an issue.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lnrs_geo.errors import SchemaError
from lnrs_geo.model import Issue
from lnrs_geo.spatial import frames, schema, trees, validity
from lnrs_geo.spatial.frames import Rows
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.map_layers import measures
from lnrs_geo.spatial.schema import Layout
from lnrs_geo.spatial.values import as_given, is_due, number, text, texts, without_ordinal
from lnrs_geo.spatial.zone_layers import zones

if TYPE_CHECKING:
    from lnrs_geo.spatial.read import RawLayer

__all__ = ["PARCEL_COLUMNS", "Parcels", "measures", "parcels", "zones"]

PARCEL_COLUMNS = (
    "source", "layer", "src_fid", "parcel_ref", "site_ref", "template", "table_stage", "module", "vertical",
    "retention", "baseline_habitat", "proposed_habitat", "baseline_ss", "proposed_ss", "location",
    "count", "size", "units", "geometry", "geom_state",
)  # fmt: skip
RED_LINE_COLUMNS = ("source", "layer", "src_fid", "geometry", "geom_state")
# Text fields of the template hold no more (Defra's metric service)
LONGEST_TEXT = 999

_PLAIN_TEXTS = ("baseline_ss", "proposed_ss", "location", "site_ref")
_NUMBERS = ("count", "size", "units")
_KINDS: dict[str, type] = {"vertical": bool, **dict.fromkeys(_NUMBERS, float)}
_TREE_CELLS = tuple(f"{stage}_tree_{what}" for stage in ("baseline", "proposed")
                    for what in ("size", "type", "place"))  # fmt: skip
# The newer template keeps the parent's outline as text in this column
_OUTLINES = frozenset({"parent_geom"})


class Parcels(NamedTuple):
    """Parcels as the program sees them, the input's own columns, red lines, and the issues raised."""

    frame: gpd.GeoDataFrame
    inputs: pd.DataFrame
    red_line: gpd.GeoDataFrame
    issues: list[Issue]


def parcels(
    layers: "Sequence[RawLayer]", *, field_map: Mapping[str, str] | None = None, bare_ok: bool = False
) -> Parcels:
    """Read the parcels of a metric from its layers, whichever template or columns they have.

    Parameters
    ----------
    layers
        Layers as read, in EPSG:27700 and 2D.
    field_map
        The user's `--map`: field to column.
    bare_ok
        Whether polygons without any known column will do (`--intervention` is given).

    Returns
    -------
    Parcels
        `frame` with `PARCEL_COLUMNS` and one row for each input row, `inputs` with the input's own
        columns as `in_...`, `red_line`, and the issues.

    Raises
    ------
    SchemaError
        No layer has a column that is known, or none has one that `field_map` names.
    """
    field_map = field_map or {}
    schema.require_mapped(field_map, fields=schema.PARCEL_FIELDS, found=frames.columns_by_layer(layers))
    issues: list[Issue] = []
    rows: Rows = {name: [] for name in PARCEL_COLUMNS}
    red_rows: Rows = {name: [] for name in RED_LINE_COLUMNS}
    used: list[RawLayer] = []
    for layer, layout in _choose(layers, field_map=field_map, bare_ok=bare_ok):
        ledger = Ledger(layer.source, layer.layer, issues)
        if layout is None:
            ledger.add("layer-ignored", f"Layer {layer.layer!r} is no layer of parcels.")
        elif layout.kind == "red-line":
            frames.extend(red_rows, _red_line(layer))
        else:
            frames.extend(rows, _parcel_rows(layer, layout, ledger))
            used.append(layer)
    return Parcels(frames.frame(rows, kinds=_KINDS), _inputs(used), frames.frame(red_rows), issues)


def _choose(
    layers: "Sequence[RawLayer]", *, field_map: Mapping[str, str], bare_ok: bool
) -> "list[tuple[RawLayer, Layout | None]]":
    """Pair each layer with its layout; None for one that has none beside others that have."""
    chosen: list[tuple[RawLayer, Layout | None]] = []
    for layer in layers:
        names = set(gpd.GeoSeries(frames.geometries(layer)).geom_type.dropna())
        chosen.append(
            (
                layer,
                schema.recognise_parcels(layer.layer, frames.attributes(layer), names, field_map=field_map),
            )
        )
    known = [(layer, layout) for layer, layout in chosen if layout is not None and layout.kind == "parcels"]
    files = {layer.source for layer, _ in known}
    # Files beside those of an exported template are its folder's other business
    folders = {schema.file_group(layer.source) for layer, layout in known if layout.template != "plain"}
    bare = [
        layer
        for layer, layout in chosen
        if layout is None and layer.source not in files and schema.file_group(layer.source) not in folders
    ]
    accepted = [id(layer) for layer in bare if layer.has_geometry and bare_ok]
    if (bare and not bare_ok) or not (accepted or known):
        found = frames.columns_by_layer(bare or layers)
        raise SchemaError(
            f"No column says what the parcels are. Found: {schema.listing(found)}.",
            where=(bare or list(layers))[0].source if layers else "",
            fix="Name the columns with --map (for instance --map proposed_habitat=COLUMN), give "
            "--intervention for land without attributes, or use `lnrs-geo site` to see what is mapped there.",
        )
    return [
        (layer, Layout("parcels", "plain") if id(layer) in accepted else layout) for layer, layout in chosen
    ]


def _parcel_rows(layer: "RawLayer", layout: Layout, ledger: Ledger) -> Rows:
    """Read every row of one layer of parcels."""
    size = len(layer.frame)
    fids = frames.fids(layer)
    for name in layout.missing:
        ledger.add("column-missing", f"The template's column {name!r} is not there.", field=name)
    for name, hit in layout.renamed:
        ledger.add("column-renamed", f"Column {hit!r} was read as {name!r}.", field=name, value=hit)

    def cells(wanted: str) -> list[str]:
        names = layout.columns.get(wanted, ())
        parts = [texts(layer.frame[name]) for name in names]
        return [_joined(row) for row in zip(*parts, strict=True)] if parts else [""] * size

    rows: Rows = {name: cells(name) for name in _PLAIN_TEXTS}
    refs = _references(cells("parcel_ref"), fids, ledger, has_column="parcel_ref" in layout.columns)
    rows["retention"] = [without_ordinal(value) for value in cells("retention")]
    rows["baseline_habitat"], rows["proposed_habitat"] = cells("baseline_habitat"), cells("proposed_habitat")
    if layout.module == "tree":
        trees_of = trees.tree_habitats(
            {name: cells(name) for name in _TREE_CELLS},
            features=refs,
            retention=rows["retention"],
            ledger=ledger,
        )
        for name, habitats in zip(("baseline_habitat", "proposed_habitat"), trees_of, strict=True):
            rows[name] = rows[name] if name in layout.columns else habitats
    modules = cells("module")
    rows["module"] = [value.casefold() or layout.module for value in modules]
    mended = frames.mend(layer)
    ledger.issues.extend(validity.issues_of(mended.repairs, refs, dataset=layer.source, layer=layer.layer))
    for name in _NUMBERS:
        rows[name] = _numbers(layer, layout, name, refs, ledger)
    # A point of no stated module is a tree: no other module has points
    points = np.isin(shapely.get_type_id(mended.geometries), (0, 4))
    is_tree = [
        module == "tree" or (not module and point)
        for module, point in zip(rows["module"], points, strict=True)
    ]
    rows["count"] = trees.tree_counts(
        rows["count"], features=refs, is_tree=is_tree, ledger=ledger, has_column="count" in layout.columns
    )
    _note_long_texts(layer, refs, ledger)
    fixed = {"source": layer.source, "layer": layer.layer, "template": layout.template,
             "table_stage": layout.stage, "vertical": layout.vertical}  # fmt: skip
    return {
        **rows,
        **{name: [value] * size for name, value in fixed.items()},
        "src_fid": fids,
        "parcel_ref": refs,
        "geometry": list(mended.geometries),
        "geom_state": mended.states,
    }


def _joined(parts: Sequence[str]) -> str:
    """Return broad and habitat type as "Broad - Type"; what stands for no habitat stays alone."""
    if len(parts) == 1:
        return parts[0]
    broad, kind = parts
    if not is_due(kind) or not is_due(broad) or kind.startswith(f"{broad} - "):
        return kind or broad
    return f"{broad} - {kind}"


def _references(given: Sequence[str], fids: Sequence[str], ledger: Ledger, *, has_column: bool) -> list[str]:
    """Return every row's reference, made from the row number where there is none."""
    blank = [f"row-{fid}" for ref, fid in zip(given, fids, strict=True) if not ref]
    ledger.add_rows("reference-missing", "The parcel has no reference", features=blank,
                    field="parcel_ref", at_once=not has_column)  # fmt: skip
    times = Counter(ref for ref in given if ref)
    for ref, fid in zip(given, fids, strict=True):
        if times[ref] > 1:
            ledger.add("duplicate-reference", f"Reference {ref!r} stands for {times[ref]} rows of the layer.",
                       feature=fid, field="parcel_ref", value=ref)  # fmt: skip
    return [ref or f"row-{fid}" for ref, fid in zip(given, fids, strict=True)]


def _numbers(
    layer: "RawLayer", layout: Layout, wanted: str, refs: Sequence[str], ledger: Ledger
) -> list[float]:
    """Return a column of numbers, NaN where blank or unreadable (with an issue)."""
    result = []
    for column in layout.columns.get(wanted, ())[:1]:
        for ref, value in zip(refs, layer.frame[column], strict=True):
            found = number(value)
            if found is None:
                ledger.add("number-unreadable", f"{text(value)!r} is no number.",
                           feature=ref, field=column, value=text(value))  # fmt: skip
            result.append(float("nan") if found is None else found)
    return result or [float("nan")] * len(refs)


def _note_long_texts(layer: "RawLayer", refs: Sequence[str], ledger: Ledger) -> None:
    """Raise an issue for every text longer than the template holds."""
    for name in frames.attributes(layer):
        if name in _OUTLINES or layer.frame[name].dtype.kind in "ifubM":
            continue
        for ref, value in zip(refs, layer.frame[name], strict=True):
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                ledger.add("text-too-long", f"The text has {len(value)} characters.",
                           feature=ref, field=name, value=f"{value[:40]}...")  # fmt: skip


def _red_line(layer: "RawLayer") -> Rows:
    """Read a red line; whether it can be used is for `faults` to say."""
    mended = frames.mend(layer)
    size = len(mended.states)
    return {
        "source": [layer.source] * size,
        "layer": [layer.layer] * size,
        "src_fid": frames.fids(layer),
        "geometry": list(mended.geometries),
        "geom_state": mended.states,
    }


def _inputs(layers: "Sequence[RawLayer]") -> pd.DataFrame:
    """Gather the input's own columns, names prefixed with in_, None where there is nothing."""
    size = sum(len(layer.frame) for layer in layers)
    columns: dict[str, list[Any]] = {}
    start = 0
    for layer in layers:
        stop = start + len(layer.frame)
        for name in frames.attributes(layer):
            cells = columns.setdefault(f"in_{name}", [None] * size)
            cells[start:stop] = [as_given(value) for value in layer.frame[name]]
        start = stop
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()},
                        index=pd.RangeIndex(size))  # fmt: skip
