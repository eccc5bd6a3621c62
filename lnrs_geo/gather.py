"""Gather the inputs of a run: read, bring into EPSG:27700, normalise; files or frames alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np

from lnrs_geo import applied, maps, outlines, papers
from lnrs_geo.errors import ApplicationsError, DocumentsError
from lnrs_geo.maps import LoadedMap
from lnrs_geo.model import Issue
from lnrs_geo.multiplier import documents
from lnrs_geo.multiplier import overrides as overriding
from lnrs_geo.multiplier.consistency import Crosswalk
from lnrs_geo.multiplier.documents import Listed
from lnrs_geo.multiplier.overrides import Override
from lnrs_geo.opening import Opener
from lnrs_geo.roles import check_map, refuse_repeats
from lnrs_geo.settings import Settings, Sources, name_of
from lnrs_geo.spatial import document_layers, normalise, schema
from lnrs_geo.spatial.clip import Geometries
from lnrs_geo.strategy import Strategy


@dataclass(slots=True)
class Inputs:
    """Everything a run works on, normalised, with the issues met and a record of each file.

    `maps` holds a map for each strategy of the run, in the order given; `measures` those of all of
    them, map after map.
    """

    maps: tuple[LoadedMap, ...]
    overrides: tuple[Override, ...]
    measures: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame | None
    authorities: gpd.GeoDataFrame | None
    apib: gpd.GeoDataFrame | None
    acb: gpd.GeoDataFrame | None
    documents: gpd.GeoDataFrame | None = None
    listed: tuple[Listed, ...] | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    @property
    def strategy(self) -> Strategy:
        """The first strategy, or the only one."""
        return self.maps[0].strategy

    @property
    def crosswalk(self) -> Crosswalk:
        """The crosswalk of the first strategy, or of the only one."""
        return self.maps[0].crosswalk

    @property
    def map_complete(self) -> bool:
        """False where a layer of the first strategy's map is known to be absent (rules section 4)."""
        return self.maps[0].complete

    @property
    def documents_complete(self) -> bool:
        """False where some of the documents for Table 8 could not be placed."""
        return not any(one.code == "document-left-out" for one in self.issues)

    def status_of(self, lnrs_id: str) -> str:
        """Return the status of the strategy that speaks for an LNRS; empty where none that is loaded does.

        With one strategy it is that one's, wherever the land lies.
        """
        if len(self.maps) == 1:
            return self.strategy.status
        ids = lnrs_id.split(";")
        return next((one.strategy.status for one in self.maps if one.lnrs_id in ids), "")


class Gatherer(Opener):
    """Reads the sources of one run and keeps the record of what was read."""

    def __init__(self, sources: Sources, settings: Settings) -> None:
        super().__init__(sources, settings)
        self.near: maps.Box | None = None
        self.ground: Geometries | None = None
        check_map(sources.field_map)

    def land(self) -> Inputs:
        """Read everything but the parcels.

        Raises
        ------
        LnrsGeoError
            A file cannot be read or used; the first one met is named.
        """
        first, *further = strategies = maps.load_strategies(self)
        areas: gpd.GeoDataFrame | None
        if further:
            areas = outlines.areas_of(self, strategies)
            opened = [
                maps.open_where_parcels_lie(self, one, areas=areas, ground=self.ground) for one in strategies
            ]
        else:
            opened = [maps.open_map(self, first, near=self.near)]
            areas = outlines.area_of(self, first)
        authorities = outlines.authorities(self)
        loaded = tuple(maps.with_crosswalk(self, one) for one in opened)
        rows = self.table(self.sources.overrides, "overrides", overriding.require_columns)
        rows = [papers.tidy(row) for row in rows]
        where = name_of(self.sources.overrides, "overrides")
        overrides = overriding.read_overrides(rows, where=where, as_at=self.settings.as_at)
        documents, listed = self._documents()
        return Inputs(
            maps=loaded,
            overrides=overrides,
            measures=maps.joined(loaded),
            areas=areas,
            authorities=authorities,
            apib=outlines.plain(self, self.sources.apib, "apib"),
            acb=outlines.plain(self, self.sources.acb, "acb"),
            documents=documents,
            listed=listed,
            files=self.files,
            issues=self.issues,
        )

    def look_near(self, bounds: tuple[float, float, float, float]) -> None:
        """Limit what is examined of the map to the surroundings of these bounds; NaN limits nothing."""
        self.near = maps.box_round(bounds) or self.near

    def stand_on(self, ground: Geometries) -> None:
        """Say which land is asked about: of several maps, those that lie elsewhere stay closed."""
        self.ground = ground

    def parcels(self, *, bare_ok: bool) -> normalise.Parcels:
        """Read the parcels of all files together."""
        raw = [
            layer
            for one in self.sources.parcels
            for layer in self.layers(one, "parcels", self.sources.layers)
        ]
        refuse_repeats(self.sources.parcels, raw)
        fields = self.mapped(schema.PARCEL_FIELDS)
        read = normalise.parcels(raw, field_map=fields, bare_ok=bare_ok)
        self.issues += read.issues
        self.stand_on(np.asarray(read.frame.geometry.array, dtype=object))
        return read

    def earlier(self) -> normalise.Parcels | None:
        """Read the earlier file that baselines are held against; None where none is given."""
        if self.sources.submitted is None:
            return None
        raw = self.layers(self.sources.submitted, "submitted")
        there = [str(column) for layer in raw for column in layer.frame.columns]
        # a column that the comparison does without, or that the file has not, is not asked for
        mapped = self.mapped(papers.COMPARED).items()
        fields = {name: column for name, column in mapped if schema.find_column(column, there) is not None}
        read = normalise.parcels(raw, field_map=fields, bare_ok=False)
        self.issues += read.issues
        return read

    def applications(self) -> tuple[list[dict[str, str]], str]:
        """Read the table of applications, and say what it is called."""
        rows = self.table(self.sources.applications, "applications", applied.require_columns)
        where = name_of(self.sources.applications, "applications")
        if self.sources.applications is not None and not any(any(row.values()) for row in rows):
            raise ApplicationsError("It holds no application.", where=where, fix="Give a row for each site.")
        return rows, where

    def _documents(self) -> tuple[gpd.GeoDataFrame | None, tuple[Listed, ...] | None]:
        """Read the documents for Table 8: a layer, or a list; a layer's documents are listed too."""
        source = self.sources.documents
        if source is None:
            return None, None
        if papers.is_list(source):
            rows = [papers.tidy(row) for row in self.table(source, "documents", documents.require_columns)]
            where = name_of(source, "documents")
            if not any(any(row.values()) for row in rows):
                raise DocumentsError("It holds no document.", where=where, fix="Give a line for each.")
            return None, documents.read_list(rows, where=where, as_at=self.settings.as_at)
        layer, issues = document_layers.documents(self.layers(source, "documents"))
        self.issues += [*issues, *papers.unknown_habitats(layer, where=name_of(source, "documents"))]
        return layer, papers.named_in(layer)
