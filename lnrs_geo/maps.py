"""The maps of a run: of each strategy its measures, its crosswalk, and whether it is all there.

With one strategy its map is what the user gives. With several, each strategy file names its own map,
which is opened only where parcels lie: nothing of an LNRS without parcels is read but its outline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lnrs_geo import strategy as strategies
from lnrs_geo.cache import default_cache
from lnrs_geo.errors import OptionError, StrategyError
from lnrs_geo.issues import issue
from lnrs_geo.multiplier.consistency import Crosswalk
from lnrs_geo.multiplier.crosswalk import require_columns
from lnrs_geo.opening import Opener
from lnrs_geo.roles import MEASURE_FIELDS, ids_changed
from lnrs_geo.settings import Source, Sources, name_of
from lnrs_geo.spatial import frames, map_layers, normalise, schema
from lnrs_geo.spatial.around import lie_at
from lnrs_geo.spatial.clip import Geometries
from lnrs_geo.spatial.layer_store import Asked, stored_layers
from lnrs_geo.spatial.map_layers import MEASURE_COLUMNS
from lnrs_geo.spatial.match import Flags
from lnrs_geo.spatial.read import RawLayer
from lnrs_geo.strategy import Strategy

Box = tuple[float, float, float, float]

# Further than any tolerance, and than the surroundings that the splitting looks at.
NEAR_M = 250.0
# Issues by which part of the Local Habitat Map is known to be missing: whole layers, or features
# that could not be placed. No Low may be made of that (rules section 4).
MAP_LACKS = ("measures-incomplete", "measure-left-out", "measure-not-polygon")


NO_CROSSWALK = Crosswalk.from_rows((), where="")


@dataclass(frozen=True, slots=True, eq=False)
class LoadedMap:
    """The map of one LNRS that the run goes by.

    Attributes
    ----------
    measures
        Normalised, in EPSG:27700; empty where the layer was not opened.
    complete
        False where a part of it is known to be absent (rules section 4).
    land
        Polygons of the strategy area, where several strategies are loaded: parcels elsewhere have
        nothing to do with this map. None where the one map of the run is asked everywhere.
    opened
        Whether the measures and the crosswalk were read.
    bears_own_id
        Whether any row of the layer bears the id of this LNRS, be it far from all parcels: rows of
        another id are then foreign.
    """

    strategy: Strategy
    crosswalk: Crosswalk
    measures: gpd.GeoDataFrame
    complete: bool
    land: Geometries | None = None
    opened: bool = True
    bears_own_id: bool = False

    @property
    def lnrs_id(self) -> str:
        """Id of the LNRS."""
        return self.strategy.lnrs_id

    def is_asked_at(self, geometries: Geometries) -> Flags:
        """Say which parcels lie where this map may bear on them."""
        if self.land is None:
            return np.ones(len(geometries), dtype=bool)
        return lie_at(geometries, self.land, reach_m=NEAR_M)


def load_strategies(opener: Opener) -> list[Strategy]:
    """Read the strategy files of a run, noting each in the record.

    Raises
    ------
    OptionError
        No measures are given and the one strategy names none; or several strategies are given
        together with what each of their files has to name itself, or one of them twice.
    StrategyError
        A file cannot be used, or one of several names no measures.
    """
    sources = opener.sources
    found: list[Strategy] = []
    for named in sources.strategies:
        one = strategies.load(named)
        opener.files.append({"role": "strategy", "path": one.path.name, "sha256": one.sha256})
        if any(one.lnrs_id == other.lnrs_id for other in found):
            raise OptionError(
                f"LNRS {one.lnrs_id} is loaded twice.",
                where="--strategy",
                fix="Name one strategy of each LNRS.",
            )
        found.append(one)
    if len(found) > 1:
        _refuse_one_for_all(sources)
        for one in found:
            if not one.measure_files:
                raise StrategyError(
                    "It names no measures, and several strategies are loaded.",
                    where=f"{one.path}, [measures] files",
                    fix=one.way_to_measures,
                )
    elif not sources.measures and not found[0].measure_files:
        raise OptionError(
            "No mapped measures are given.",
            where="--measures",
            fix=f"Name their file with it, or let {found[0].path.name} do so. {found[0].way_to_measures}",
        )
    return found


def _refuse_one_for_all(sources: Sources) -> None:
    """Refuse, where several strategies are loaded, what would be taken for the map of every one of them."""
    fields = [name for name in sources.field_map if name in MEASURE_FIELDS]
    given = (
        ("--measures", sources.measures, '[measures] files = ["..."]'),
        ("--measures-layer", sources.measures_layers, '[measures] layers = ["..."]'),
        ("--map", fields, f'[measures] {fields[0] if fields else ""} = "..."'),
        ("--crosswalk", sources.crosswalk is not None, '[crosswalk] file = "..."'),
    )
    for option, value, key in given:
        if value:
            raise OptionError(
                "Several strategies are loaded, and of which one this speaks cannot be told.",
                where=option,
                fix=f"Let each strategy file name its own: {key}.",
            )


def open_map(opener: Opener, strategy: Strategy, *, near: Box | None) -> LoadedMap:
    """Read the measures of a strategy, still without its crosswalk.

    Parameters
    ----------
    near
        Limits what is examined of the map; None examines all.
    """
    before = len(opener.issues)
    raw = _measure_layers(opener, strategy, near=near)
    given = opener.mapped(MEASURE_FIELDS)
    found = {
        f"{layer.source}: {layer.layer}": [str(c) for c in layer.frame.columns if c != "geometry"]
        for layer in raw
    }
    schema.require_mapped(given, fields=MEASURE_FIELDS, found=found)
    measures, issues = normalise.measures(
        raw, aliases=_aliases(opener, strategy), lnrs_id=strategy.lnrs_id, near=near
    )
    opener.issues += issues
    complete = not any(one.code in MAP_LACKS for one in opener.issues[before:])
    aliases = _aliases(opener, strategy)
    own = any(map_layers.bears_id(layer, strategy.lnrs_id, aliases=aliases) for layer in raw)
    return LoadedMap(strategy, NO_CROSSWALK, measures, complete, bears_own_id=own)


def open_where_parcels_lie(
    opener: Opener, strategy: Strategy, *, areas: gpd.GeoDataFrame, ground: Geometries | None
) -> LoadedMap:
    """Read the measures of one of several strategies, unless no parcel lies at its area.

    Parameters
    ----------
    areas
        The strategy areas of the run.
    ground
        The parcels; None reads the map whole.
    """
    land = np.asarray(areas.geometry.array[areas["zone_id"] == strategy.lnrs_id], dtype=object)
    if ground is None:
        return replace(open_map(opener, strategy, near=None), land=land)
    here = ground[lie_at(ground, land, reach_m=NEAR_M)]
    if not len(here):
        nothing = frames.frame({name: [] for name in MEASURE_COLUMNS})
        return LoadedMap(strategy, NO_CROSSWALK, nothing, complete=True, land=land, opened=False)
    return replace(open_map(opener, strategy, near=box_round(shapely.total_bounds(here))), land=land)


def box_round(bounds: Sequence[float]) -> Box | None:
    """Return the box within which a map is examined for parcels of these bounds; None where they have none."""
    west, south, east, north = (float(value) for value in bounds)
    if any(value != value for value in (west, south, east, north)):
        return None
    return west - NEAR_M, south - NEAR_M, east + NEAR_M, north + NEAR_M


def joined(maps: Sequence[LoadedMap]) -> gpd.GeoDataFrame:
    """Return the measures of all maps in one frame, map after map."""
    first, *others = (one.measures for one in maps)
    filled = [one for one in (first, *others) if len(one)]
    if not others or not filled:
        return first
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=first.crs)


def with_crosswalk(opener: Opener, one: LoadedMap) -> LoadedMap:
    """Return a map with the crosswalk that goes with it; one that was not opened needs none."""
    if not one.opened:
        return one
    book = _crosswalk(opener, one.strategy)
    opener.issues += ids_changed(book, one.measures)
    return replace(one, crosswalk=book)


def _crosswalk(opener: Opener, strategy: Strategy) -> Crosswalk:
    """Read the crosswalk of a strategy: as the user gives it, else as the strategy file names it."""
    given = opener.sources.crosswalk if opener.sources.crosswalk is not None else strategy.crosswalk
    where = name_of(given, "crosswalk")
    book = Crosswalk.from_rows(
        opener.table(given, "crosswalk", require_columns),
        where=where,
        lnrs_id=strategy.lnrs_id,
        as_at=opener.settings.as_at,
        accept_proposed=opener.settings.accept_proposed,
    )
    opener.issues += book.issues
    if not book.rows and not book.unreadable:
        opener.issues.append(
            issue(
                "crosswalk-empty",
                f"There is no crosswalk row for LNRS {strategy.lnrs_id} ({strategy.name}), so every proposal "
                "inside a measure of it stays open.",
                dataset=where,
            )
        )
    return book


def _measure_layers(opener: Opener, strategy: Strategy, *, near: Box | None) -> list[RawLayer]:
    """Read the measures; frames, which bear no name, stand for the strategy's layers in their order."""
    sources: Sequence[Source] = opener.sources.measures or strategy.measure_files
    names = strategy.measure_layers
    if len(names) != len(sources) or not all(isinstance(one, gpd.GeoDataFrame) for one in sources):
        return [layer for one in sources for layer in _kept_or_read(opener, strategy, one, near=near)]
    return [
        replace(layer, layer=name)
        for one, name in zip(sources, names, strict=True)
        for layer in opener.layers(one, "measures")
    ]


def _kept_or_read(opener: Opener, strategy: Strategy, source: Source, *, near: Box | None) -> list[RawLayer]:
    """Return the layers of a source of measures: the rows near, where they are kept, else all of them."""
    wanted = opener.sources.measures_layers
    if not isinstance(source, gpd.GeoDataFrame):
        asked, aliases = Asked(tuple(wanted), opener.sources.crs), _aliases(opener, strategy)
        held = stored_layers(source, asked, near=near, aliases=aliases, cache=default_cache())
        if held is not None:
            opener.issues += held.issues
            opener.files += held.records
            return held.layers
    return opener.layers(source, "measures", wanted)


def _aliases(opener: Opener, strategy: Strategy) -> dict[str, Any]:
    layers = opener.sources.measures_layers or strategy.measure_layers
    return {
        **strategy.fields,
        **opener.mapped(MEASURE_FIELDS),
        **({"layers": list(layers)} if layers else {}),
    }
