"""Open the sources of a run: each layer brought into EPSG:27700, and a record kept of what was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from lnrs_geo import papers
from lnrs_geo.model import Issue
from lnrs_geo.settings import Settings, Source, Sources, Table
from lnrs_geo.spatial import crs, normalise
from lnrs_geo.spatial.frame_source import frame_layer
from lnrs_geo.spatial.read import RawLayer, read_layers

# GeoJSON without a word is in this system (RFC 7946): a default, which `--crs` may correct.
GEOJSON_DEFAULT = "EPSG:4326"
# `--crs` speaks of the land to be checked; a map layer that states its own system keeps it.
SUBJECTS = ("parcels", "boundary")


class Opener:
    """Opens layers and tables for one run; `issues` and `files` grow as it does.

    Parameters
    ----------
    sources
        What the user gave.
    settings
        How to judge it.
    """

    def __init__(self, sources: Sources, settings: Settings) -> None:
        self.sources, self.settings = sources, settings
        self.issues: list[Issue] = []
        self.files: list[dict[str, Any]] = []

    def layers(self, source: Source, role: str, wanted: Sequence[str] = ()) -> list[RawLayer]:
        """Read a source and bring its layers into EPSG:27700, noting each in the record."""
        if isinstance(source, gpd.GeoDataFrame):
            raw = [frame_layer(source, role)]
        else:
            raw, found = read_layers(source, layers=wanted, crs=self.sources.crs)
            self.issues += found
        return [self._brought(layer, role) if layer.has_geometry else layer for layer in raw]

    def table(self, table: Table | None, role: str, require: Callable[..., object]) -> list[dict[str, str]]:
        """Read a table whose columns `require` looks at, noting it in the record."""
        if table is None:
            return []
        rows, record = papers.table_rows(table, role, require)
        self.files.append(record)
        return rows

    def outlined(
        self, layers: list[RawLayer], kind: str, id_columns: Sequence[str] = ()
    ) -> tuple[gpd.GeoDataFrame, list[Issue]]:
        """Return layers of outlines normalised, and what was remarked; the frame is the caller's own."""
        return normalise.zones(layers, kind=kind, id_columns=id_columns)

    def mapped(self, fields: Sequence[str]) -> dict[str, str]:
        """Return what the user maps of these fields."""
        return {name: column for name, column in self.sources.field_map.items() if name in fields}

    def _brought(self, layer: RawLayer, role: str) -> RawLayer:
        """Return a layer in EPSG:27700."""
        by_default = layer.driver == "GeoJSON" and layer.frame.crs == GEOJSON_DEFAULT
        frame, how, issues = crs.to_bng(
            layer.frame,
            dataset=layer.source,
            layer=layer.layer,
            assume=self.sources.crs if by_default or role in SUBJECTS else None,
            default_crs=by_default,
        )
        self.issues += issues
        self.files.append(
            {
                "role": role,
                "path": layer.source,
                "layer": layer.layer,
                "sha256": layer.sha256,
                "driver": layer.driver,
                "encoding": layer.encoding,
                "features": len(frame),
                "crs": how.source_crs,
                "transformation": how.name,
                "accuracy_m": how.accuracy_m,
            }
        )
        # a feature that lost its place on the way has been told so: it is there, but not to be used
        came, left = (np.asarray(one.geometry.array, dtype=object) for one in (layer.frame, frame))
        lost = frame.index[shapely.is_missing(left) & ~shapely.is_missing(came)]
        return replace(layer, frame=frame, unreadable=layer.unreadable | set(map(str, lost)))
