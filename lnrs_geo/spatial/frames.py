"""From a layer as read to lists of cells, and from lists of cells to a frame."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.validity import Geometries, GeomState, Repair, issues_of, repair
from lnrs_geo.spatial.values import text, texts

if TYPE_CHECKING:
    from lnrs_geo.spatial.read import RawLayer

BNG = "EPSG:27700"

Rows = dict[str, list[Any]]


class Mended(NamedTuple):
    """A layer's geometries as they came, put right, the state of each, and what was wrong."""

    raw: Geometries
    geometries: Geometries
    states: list[str]
    repairs: list[Repair]


def attributes(layer: "RawLayer") -> list[str]:
    """Return the names of a layer's columns other than its geometry."""
    return [str(name) for name in layer.frame.columns if name != "geometry"]


def place(layer: "RawLayer") -> str:
    """Return how a message names a layer."""
    return f"{layer.source}: {layer.layer}"


def columns_by_layer(layers: "Sequence[RawLayer]") -> dict[str, list[str]]:
    """Return the columns of each layer; the file is named too where there are several."""
    several = len({layer.source for layer in layers}) > 1
    return {place(layer) if several else layer.layer: attributes(layer) for layer in layers}


def geometries(layer: "RawLayer") -> Geometries:
    """Return a layer's geometries; None throughout where it is a plain table."""
    if not layer.has_geometry or "geometry" not in layer.frame.columns:
        return np.full(len(layer.frame), None, dtype=object)
    return np.array(layer.frame["geometry"].to_numpy(), dtype=object)


def mend(layer: "RawLayer") -> Mended:
    """Return a layer's geometries put right; features that the reader could not read stay told apart."""
    raw = geometries(layer)
    mended, states, repairs = repair(raw, valid=layer.valid)
    # The reader raised an issue for these already
    known = {row for row, fid in enumerate(layer.frame.index) if text(fid) in layer.unreadable}
    told = [GeomState.UNREADABLE if row in known else state for row, state in enumerate(states)]
    return Mended(raw, mended, [str(state) for state in told],
                  [fact for fact in repairs if fact.row not in known])  # fmt: skip


def fids(layer: "RawLayer") -> list[str]:
    """Return the feature ids of a layer as texts."""
    return texts(layer.frame.index)


def extend(rows: Rows, more: Mapping[str, list[Any]]) -> None:
    """Add the rows of one layer to those of the layers before it."""
    for name, values in rows.items():
        values.extend(more[name])


def frame(rows: Rows, *, kinds: Mapping[str, type] | None = None) -> gpd.GeoDataFrame:
    """Make a frame in EPSG:27700; columns are of plain objects but for those of other `kinds`."""
    kinds = kinds or {}
    plain = {name: pd.Series(cells, dtype=kinds.get(name, object)) for name, cells in rows.items()
             if name != "geometry"}  # fmt: skip
    made = gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(rows["geometry"], crs=BNG), crs=BNG)
    return made[list(rows)]


def mend_told(layer: "RawLayer", fids: Sequence[str], ledger: Ledger) -> Mended:
    """Return a layer's geometries put right, with an issue for each repair that can be used."""
    mended = mend(layer)
    # A row that is dropped for its geometry gets the one issue that says so
    told = [fact for fact in mended.repairs if mended.geometries[fact.row] is not None]
    ledger.issues.extend(issues_of(told, fids, dataset=layer.source, layer=layer.layer))
    return mended
