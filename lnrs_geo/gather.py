"""Gather the inputs of a run: read, bring into EPSG:27700, normalise; files or frames alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from lnrs_geo import applied, papers
from lnrs_geo import strategy as strategies
from lnrs_geo.errors import ApplicationsError, DocumentsError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.multiplier import documents
from lnrs_geo.multiplier import overrides as overriding
from lnrs_geo.multiplier.consistency import Crosswalk
from lnrs_geo.multiplier.crosswalk import require_columns
from lnrs_geo.multiplier.documents import Listed
from lnrs_geo.multiplier.overrides import Override
from lnrs_geo.roles import MEASURE_FIELDS, check_map, ids_changed, refuse_other_roles, refuse_repeats
from lnrs_geo.settings import Settings, Source, Sources, Table, name_of
from lnrs_geo.spatial import crs, document_layers, normalise, schema
from lnrs_geo.spatial.frame_source import frame_layer
from lnrs_geo.spatial.read import RawLayer, read_layers
from lnrs_geo.strategy import Strategy

# GeoJSON without a word is in this system (RFC 7946): a default, which `--crs` may correct.
GEOJSON_DEFAULT = "EPSG:4326"
# `--crs` speaks of the land to be checked; a map layer that states its own system keeps it.
SUBJECTS = ("parcels", "boundary")
# Further than any tolerance, and than the surroundings that the splitting looks at.
NEAR_M = 250.0
# Issues by which part of the Local Habitat Map is known to be missing: whole layers, or features
# that could not be placed. No Low may be made of that (rules section 4).
MAP_LACKS = ("measures-incomplete", "measure-left-out", "measure-not-polygon")


@dataclass(slots=True)
class Inputs:
    """Everything a run works on, normalised, with the issues met and a record of each file."""

    strategy: Strategy
    crosswalk: Crosswalk
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
    def map_complete(self) -> bool:
        """False where a layer of the Local Habitat Map is known to be absent (rules section 4)."""
        return not any(one.code in MAP_LACKS for one in self.issues)

    @property
    def documents_complete(self) -> bool:
        """False where some of the documents for Table 8 could not be placed."""
        return not any(one.code == "document-left-out" for one in self.issues)


class Gatherer:
    """Reads the sources of one run and keeps the record of what was read."""

    def __init__(self, sources: Sources, settings: Settings) -> None:
        self.sources, self.settings = sources, settings
        self.near: tuple[float, float, float, float] | None = None
        self.issues: list[Issue] = []
        self.files: list[dict[str, Any]] = []
        check_map(sources.field_map)

    def land(self) -> Inputs:
        """Read everything but the parcels.

        Raises
        ------
        LnrsGeoError
            A file cannot be read or used; the first one met is named.
        """
        strategy = strategies.load(self.sources.strategy)
        self.files.append({"role": "strategy", "path": strategy.path.name, "sha256": strategy.sha256})
        raw = self._measure_layers(strategy)
        given = self._mapped(MEASURE_FIELDS)
        found = {
            f"{layer.source}: {layer.layer}": [str(c) for c in layer.frame.columns if c != "geometry"]
            for layer in raw
        }
        schema.require_mapped(given, fields=MEASURE_FIELDS, found=found)
        measures, issues = normalise.measures(
            raw, aliases=self._aliases(strategy), lnrs_id=strategy.lnrs_id, near=self.near
        )
        self.issues += issues
        area = self.sources.area if self.sources.area is not None else strategy.area
        areas = self._zones(area, "area", strategy)
        authorities = self._zones(self.sources.authorities, "authority", strategy)
        book = self._crosswalk(strategy)
        self.issues += ids_changed(book, measures)
        rows = self._table(self.sources.overrides, "overrides", overriding.require_columns)
        rows = [papers.tidy(row) for row in rows]
        where = name_of(self.sources.overrides, "overrides")
        overrides = overriding.read_overrides(rows, where=where, as_at=self.settings.as_at)
        documents, listed = self._documents()
        return Inputs(
            strategy=strategy,
            crosswalk=book,
            overrides=overrides,
            measures=measures,
            areas=areas,
            authorities=authorities,
            apib=self._plain(self.sources.apib, "apib"),
            acb=self._plain(self.sources.acb, "acb"),
            documents=documents,
            listed=listed,
            files=self.files,
            issues=self.issues,
        )

    def look_near(self, bounds: tuple[float, float, float, float]) -> None:
        """Limit what is examined of the map to the surroundings of these bounds; NaN limits nothing."""
        if not any(value != value for value in bounds):
            self.near = (bounds[0] - NEAR_M, bounds[1] - NEAR_M, bounds[2] + NEAR_M, bounds[3] + NEAR_M)

    def parcels(self, *, bare_ok: bool) -> normalise.Parcels:
        """Read the parcels of all files together."""
        raw = [
            layer
            for one in self.sources.parcels
            for layer in self.layers(one, "parcels", self.sources.layers)
        ]
        refuse_repeats(self.sources.parcels, raw)
        fields = self._mapped(schema.PARCEL_FIELDS)
        read = normalise.parcels(raw, field_map=fields, bare_ok=bare_ok)
        self.issues += read.issues
        return read

    def earlier(self) -> normalise.Parcels | None:
        """Read the earlier file that baselines are held against; None where none is given."""
        if self.sources.submitted is None:
            return None
        raw = self.layers(self.sources.submitted, "submitted")
        there = [str(column) for layer in raw for column in layer.frame.columns]
        # a column that the comparison does without, or that the file has not, is not asked for
        mapped = self._mapped(papers.COMPARED).items()
        fields = {name: column for name, column in mapped if schema.find_column(column, there) is not None}
        read = normalise.parcels(raw, field_map=fields, bare_ok=False)
        self.issues += read.issues
        return read

    def applications(self) -> tuple[list[dict[str, str]], str]:
        """Read the table of applications, and say what it is called."""
        rows = self._table(self.sources.applications, "applications", applied.require_columns)
        where = name_of(self.sources.applications, "applications")
        if self.sources.applications is not None and not any(any(row.values()) for row in rows):
            raise ApplicationsError("It holds no application.", where=where, fix="Give a row for each site.")
        return rows, where

    def layers(self, source: Source, role: str, wanted: Sequence[str] = ()) -> list[RawLayer]:
        """Read a source and bring its layers into EPSG:27700, noting each in the record."""
        if isinstance(source, gpd.GeoDataFrame):
            raw = [frame_layer(source, role)]
        else:
            raw, found = read_layers(source, layers=wanted, crs=self.sources.crs)
            self.issues += found
        result = []
        for layer in raw:
            if not layer.has_geometry:
                result.append(layer)
                continue
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
            result.append(replace(layer, frame=frame, unreadable=layer.unreadable | set(map(str, lost))))
        return result

    def _measure_layers(self, strategy: Strategy) -> list[RawLayer]:
        """Read the measures; frames, which bear no name, stand for the strategy's layers in their order."""
        sources = self.sources.measures
        names = strategy.measure_layers
        if len(names) != len(sources) or not all(isinstance(one, gpd.GeoDataFrame) for one in sources):
            return [
                layer
                for one in sources
                for layer in self.layers(one, "measures", self.sources.measures_layers)
            ]
        return [
            replace(layer, layer=name)
            for one, name in zip(sources, names, strict=True)
            for layer in self.layers(one, "measures")
        ]

    def _mapped(self, fields: Sequence[str]) -> dict[str, str]:
        """Return what the user maps of these fields."""
        return {name: column for name, column in self.sources.field_map.items() if name in fields}

    def _aliases(self, strategy: Strategy) -> dict[str, Any]:
        layers = self.sources.measures_layers or strategy.measure_layers
        return {
            **strategy.fields,
            **self._mapped(MEASURE_FIELDS),
            **({"layers": list(layers)} if layers else {}),
        }

    def _zones(self, source: Source | None, kind: str, strategy: Strategy) -> gpd.GeoDataFrame | None:
        if source is None:
            return None
        columns = [self.sources.field_map["authority"]] if "authority" in self.sources.field_map else []
        layers = self.layers(source, kind)
        refuse_other_roles(layers, option="--area" if kind == "area" else "--authorities")
        frame, issues = normalise.zones(layers, kind=kind, id_columns=columns if kind == "authority" else [])
        self.issues += issues
        if kind == "area":
            # a strategy area without ids is the area of the strategy that is loaded
            frame["zone_id"] = frame["zone_id"].where(frame["zone_id"] != "", strategy.lnrs_id)
        return frame

    def _plain(self, source: Source | None, role: str) -> gpd.GeoDataFrame | None:
        """Read polygons of which only the place matters (APIB, ACB)."""
        if source is None:
            return None
        frame, issues = normalise.zones(self.layers(source, role), kind="area")
        # one id for many sites is the rule in these layers, not a remark
        self.issues += [one for one in issues if one.code != "zone-repeated"]
        return frame

    def _documents(self) -> tuple[gpd.GeoDataFrame | None, tuple[Listed, ...] | None]:
        """Read the documents for Table 8: a layer, or a list; a layer's documents are listed too."""
        source = self.sources.documents
        if source is None:
            return None, None
        if papers.is_list(source):
            rows = [papers.tidy(row) for row in self._table(source, "documents", documents.require_columns)]
            where = name_of(source, "documents")
            if not any(any(row.values()) for row in rows):
                raise DocumentsError("It holds no document.", where=where, fix="Give a line for each.")
            return None, documents.read_list(rows, where=where, as_at=self.settings.as_at)
        layer, issues = document_layers.documents(self.layers(source, "documents"))
        self.issues += [*issues, *papers.unknown_habitats(layer, where=name_of(source, "documents"))]
        return layer, papers.named_in(layer)

    def _crosswalk(self, strategy: Strategy) -> Crosswalk:
        given = self.sources.crosswalk if self.sources.crosswalk is not None else strategy.crosswalk
        where = name_of(given, "crosswalk")
        book = Crosswalk.from_rows(
            self._table(given, "crosswalk", require_columns),
            where=where,
            lnrs_id=strategy.lnrs_id,
            as_at=self.settings.as_at,
            accept_proposed=self.settings.accept_proposed,
        )
        self.issues += book.issues
        if not book.rows and not book.unreadable:
            self.issues.append(
                issue(
                    "crosswalk-empty",
                    "There is no crosswalk row for this strategy, so every proposal inside a measure stays open.",
                    dataset=where,
                )
            )
        return book

    def _table(self, table: Table | None, role: str, require: Callable[..., object]) -> list[dict[str, str]]:
        """Read a table whose columns `require` looks at, noting it in the record."""
        if table is None:
            return []
        rows, record = papers.table_rows(table, role, require)
        self.files.append(record)
        return rows
