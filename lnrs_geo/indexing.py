"""Prepare mapped measures for later runs: keep their rows, and the squares that are cut from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lnrs_geo import maps
from lnrs_geo import strategy as strategies
from lnrs_geo.errors import OptionError, OutputError
from lnrs_geo.map_cover import engine_layer
from lnrs_geo.opening import Opener
from lnrs_geo.settings import Settings, Sources
from lnrs_geo.spatial import engine, fingerprint
from lnrs_geo.spatial.arrow_rows import NotFaithful
from lnrs_geo.spatial.layer_store import Asked, LayersRead, store_layers, stored_layers

if TYPE_CHECKING:
    from lnrs_geo.cache import Cache


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of one source of measures: the rows kept of it, or why it is read anew each time."""

    source: str
    layers: int
    rows: int
    was_there: bool = False
    not_kept: str = ""


@dataclass(frozen=True, slots=True)
class CutAhead:
    """The 10 km squares in which the measures are cut and kept now."""

    squares: tuple[str, ...]


def index(sources: Sources, settings: Settings, *, cache: Cache) -> Iterator[Prepared | CutAhead]:
    """Keep the rows of measures, so that a later run opens those near its parcels alone.

    Parameters
    ----------
    sources
        `measures`, with the layers, fields and coordinate system that later runs name too; where
        there are none, the measures that the strategy file names. With `area`, only the squares
        that meet it are made ahead.
    settings
        As of a run.
    cache
        Where to keep them.

    Yields
    ------
    Each source once it is done, then the squares.

    Raises
    ------
    OptionError
        Nothing can be kept: the cache is off or no folder, or a package is absent. Or no measures are
        given, and the strategy file names none.
    OutputError
        There is no room, or the source changes while it is read.
    LnrsGeoError
        A source cannot be read or used.
    """
    if cache.folder is None:
        raise OptionError(
            "It is off, so that nothing can be kept.", where="LNRS_GEO_CACHE", fix="Name a folder there."
        )
    cache.require_folder()
    for package in ("pyarrow", "numba"):
        if find_spec(package) is None:
            raise OptionError(
                f"Preparing a layer needs the package {package}, which is not installed.",
                where="lnrs-geo index",
                fix="Install it with: pip install 'lnrs-geo[fast]'",
            )
    named = strategies.load(sources.strategy)
    if not sources.measures and not named.measure_files:
        raise OptionError(
            f"No mapped measures are given, and the strategy of {named.name} names none.",
            where="lnrs-geo index",
            fix="Name their file (lnrs-geo index measures.gpkg), or let the strategy file do so. "
            + named.way_to_measures,
        )
    (strategy,) = maps.load_strategies(Opener(sources, settings))
    given = sources.measures or strategy.measure_files
    sources = replace(sources, measures=tuple(given))
    for source in given:
        yield _keep(str(source), sources, settings, cache)
    opener = Opener(sources, settings)
    whole = maps.open_map(opener, strategy, near=None)
    area = None
    if sources.area is not None:
        outlines = [layer.frame for layer in opener.layers(sources.area, "area") if layer.has_geometry]
        area = np.concatenate([np.asarray(one.geometry.array, dtype=object) for one in outlines])
    yield CutAhead(tuple(engine.build(engine_layer(whole, cache=cache), area=area)))


def _keep(source: str, sources: Sources, settings: Settings, cache: Cache) -> Prepared:
    """Keep the rows of one source, unless they are kept already."""
    asked = Asked(tuple(sources.measures_layers), sources.crs)
    found = stored_layers(source, asked, near=None, cache=cache)
    if found is not None:
        return _told(source, found, was_there=True)
    seen = _seen(source, cache)
    opener = Opener(replace(sources, measures=(source,)), settings)
    read = LayersRead(opener.layers(source, "measures", sources.measures_layers), opener.issues, opener.files)
    if seen is None:
        raise OutputError("It changes while it is read.", where=source, fix="Wait until it is finished.")
    try:
        if store_layers(source, asked, read, seen=seen, cache=cache) is None:
            raise OutputError(
                f"Its rows cannot be kept in {cache.folder}.",
                where=source,
                fix="Make room there, raise LNRS_GEO_CACHE_LIMIT, or name another folder with LNRS_GEO_CACHE.",
            )
    except NotFaithful as error:
        return replace(_told(source, read), not_kept=str(error))
    return _told(source, read)


def _seen(source: str, cache: Cache) -> fingerprint.Fingerprint | None:
    try:
        return fingerprint.fingerprint(Path(source), cache=cache)
    except (OSError, ValueError):
        return None  # reading it says what is wrong


def _told(source: str, read: LayersRead, *, was_there: bool = False) -> Prepared:
    rows = sum(len(layer.frame) for layer in read.layers)
    return Prepared(source, len(read.layers), rows, was_there)
