"""Read what many sites have in common once for each process: maps, areas, authorities.

A worker does many sites one after the other. What `check` reads anew for every run is held here
between them: layers as they were read, and outlines ready for use.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import geopandas as gpd

from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.gather import Gatherer, Inputs
from lnrs_geo.model import Issue
from lnrs_geo.settings import Settings, Source, Sources
from lnrs_geo.spatial.fingerprint import State, states
from lnrs_geo.spatial.read import RawLayer

# A layer takes about three times its file's bytes; more than this is read again each time.
MOST_FILE_BYTES = 300_000_000
# Areas, authorities, APIB and ACB
MOST_OUTLINES = 4
Own = Callable[[], tuple[list[RawLayer], list[Issue]]]
Made = tuple[gpd.GeoDataFrame, list[Issue]]


class LandUnusable(Exception):
    """What all sites have in common cannot be read or used: `cause` says what, where and how to mend it."""

    def __init__(self, cause: LnrsGeoError) -> None:
        super().__init__(str(cause))
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Reading:
    """Layers as they were read, with what was remarked and recorded."""

    layers: tuple[RawLayer, ...]
    issues: tuple[Issue, ...]
    files: tuple[Mapping[str, Any], ...]
    file_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Outlines:
    """Layers, and what was made of them."""

    layers: tuple[RawLayer, ...]
    made: Made


@dataclass(slots=True)
class Shelf:
    """The readings held, the least recently used of which go first."""

    most_bytes: int = MOST_FILE_BYTES
    readings: "OrderedDict[tuple[Any, ...], Reading]" = field(default_factory=OrderedDict)
    outlines: "OrderedDict[tuple[Any, ...], Outlines]" = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: tuple[Any, ...], read: Callable[[], Reading]) -> Reading:
        """Return a reading, made by `read` where it is not held."""
        with self.lock:
            if key in self.readings:
                self.readings.move_to_end(key)
                return self.readings[key]
        made = read()
        with self.lock:
            self.readings[key] = made
            while len(self.readings) > 1 and self._bytes() > self.most_bytes:
                self.readings.popitem(last=False)
            if self._bytes() > self.most_bytes:
                self.readings.clear()
        return made

    def outlined(self, layers: list[RawLayer], words: tuple[Any, ...], make: Callable[[], Made]) -> Made:
        """Return layers of outlines as `make` normalises them, if they are held as they are here."""
        key = (*words, *map(id, layers))
        with self.lock:
            held = {id(layer) for reading in self.readings.values() for layer in reading.layers}
            if key in self.outlines:
                return self.outlines[key].made
        made = make()
        if held.issuperset(map(id, layers)):
            with self.lock:
                # with the layers, whose ids are then no other's
                self.outlines[key] = Outlines(tuple(layers), made)
                while len(self.outlines) > MOST_OUTLINES:
                    self.outlines.popitem(last=False)
        return made

    def _bytes(self) -> int:
        return sum(one.file_bytes for one in self.readings.values())


SHELF = Shelf()


class SiteGatherer(Gatherer):
    """Gathers the inputs of one site: its own parcels, and land that is held for the next site.

    Parameters
    ----------
    sources, settings
        As for any run.
    parcels
        Gives the site's layers as they stand in its file, and what was remarked; None has the run read
        the file itself.
    """

    def __init__(self, sources: Sources, settings: Settings, *, parcels: Own | None = None) -> None:
        super().__init__(sources, settings)
        self._parcels = parcels

    def layers(self, source: Source, role: str, wanted: Sequence[str] = ()) -> list[RawLayer]:
        """Read a source, or return it as it was read for an earlier site."""
        if role == "parcels" and self._parcels is not None:
            raw, issues = self._parcels()
            self.issues += issues
            return [self._brought(one, role) if one.has_geometry else one for one in raw]
        if role == "parcels" or not isinstance(source, str | Path):
            return super().layers(source, role, wanted)
        key = (str(Path(source).absolute()), str(source), role, tuple(wanted), self.sources.crs)
        seen = _states(source)

        def read() -> Reading:
            reader = Gatherer(self.sources, self.settings)
            layers = reader.layers(source, role, wanted)
            size = sum(one[1] for one in seen)
            return Reading(tuple(layers), tuple(reader.issues), tuple(reader.files), size)

        held = SHELF.get((*key, seen), read)
        self.issues += held.issues
        self.files += [dict(one) for one in held.files]
        return list(held.layers)

    def outlined(self, layers: list[RawLayer], kind: str, id_columns: Sequence[str] = ()) -> Made:
        """Return outlines ready for use, as they were made ready for an earlier site."""
        frame, issues = SHELF.outlined(
            layers, (kind, *id_columns), lambda: super(SiteGatherer, self).outlined(layers, kind, id_columns)
        )
        return frame.copy(), list(issues)

    def land(self) -> Inputs:
        """Read everything but the parcels; an error there is no fault of the site."""
        try:
            return super().land()
        except LnrsGeoError as error:
            raise LandUnusable(error) from error


def _states(source: str | Path) -> tuple[State, ...]:
    """Return by what a changed file is known; nothing where it cannot be looked at: reading it says why."""
    try:
        return states(Path(source))
    except OSError:
        return ()
