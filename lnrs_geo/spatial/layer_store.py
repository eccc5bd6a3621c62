"""Layers of measures that were read before: a later run opens the rows near its parcels alone.

What is kept is what reading gave: each layer in EPSG:27700 with all its columns, the issues met and
the record of the file. Rows lie in blocks of neighbours; extents and the keys of locations lie apart,
so that the rows near a place are found without opening the others. A layer is found again by its
file's contents; what cannot be kept exactly as it was read is not kept.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from importlib.util import find_spec
from json import dumps
from pathlib import Path
from typing import Any, TypeAlias

from lnrs_geo.cache import Cache
from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.model import Issue, Severity
from lnrs_geo.spatial import fingerprint, layer_blocks, ostn15
from lnrs_geo.spatial.arrow_rows import NotFaithful
from lnrs_geo.spatial.blocks import BlockReader, write_blocks
from lnrs_geo.spatial.fingerprint import Fingerprint
from lnrs_geo.spatial.rawlayer import RawLayer

# Of the files that are kept; another number, and none of the older ones is opened again
KIND, FORMAT = "layers", "4"

Box: TypeAlias = tuple[float, float, float, float]
_NOWHERE: Box = (-1e9, -1e9, -1e9, -1e9)


@dataclass(frozen=True, slots=True)
class LayersRead:
    """What reading a source gave: its layers in EPSG:27700, the issues met, a record of each layer."""

    layers: list[RawLayer]
    issues: list[Issue]
    records: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source is read with: the layers wanted, and the system of files that state none."""

    wanted: tuple[str, ...] = ()
    crs: str | None = None


def stored_layers(
    path: str | Path,
    asked: Asked,
    *,
    near: Box | None,
    aliases: Mapping[str, Any] | None = None,
    cache: Cache,
) -> LayersRead | None:
    """Return what reading a source of measures would give, with the rows near a place alone.

    Parameters
    ----------
    path
        The source, as the user names it.
    asked
        With what it would be read.
    near
        A box (west, south, east, north); None for all rows.
    aliases
        Of the strategy file: they tell the column of locations, for all rows of a location that
        reaches into the box are wanted.
    cache
        Where layers are kept.

    Returns
    -------
    The layers, with the issues and records of the whole of them; None where the source, as it is
    now, is not kept.
    """
    place = Path(path)
    try:
        held = {entry.key[2] for entry in cache.entries(KIND)} if find_spec("pyarrow") else set()
        # A file of another size is none of those kept: no need to read it for that
        if not held or not place.exists() or str(fingerprint.total_bytes(place)) not in held:
            return None
        seen = fingerprint.fingerprint(place, cache=cache)
        found = None if seen is None else cache.find(*_key(asked, seen))
    except (OSError, ValueError):
        return None  # reading it will say what is wrong
    if seen is None or found is None:
        return None
    try:
        read = _read(found, path, _key(asked, seen), near=near, aliases=aliases or {})
        changed = fingerprint.states(place) != seen.states
    # Whatever a damaged file brings about, it is read anew
    except (OSError, ValueError, LookupError, TypeError, ArithmeticError, LnrsGeoError):
        return None
    return None if changed else read


def store_layers(
    path: str | Path, asked: Asked, read: LayersRead, *, seen: Fingerprint, cache: Cache
) -> Path | None:
    """Keep what reading a source gave.

    Parameters
    ----------
    path, asked
        The source as it was named, and with what it was read.
    read
        What reading gave.
    seen
        The source's fingerprint, taken before it was read.
    cache
        Where to keep it.

    Returns
    -------
    The file; None where there is no room, or the source has changed in the meantime.

    Raises
    ------
    NotFaithful
        Something in it would not come back as it is.
    """
    place = Path(path)
    key = _key(asked, seen)
    bound = _bound(place, read)

    def write(making: Path) -> None:
        def make(add: layer_blocks.Add) -> dict[str, Any]:
            return {
                "key": key,
                "named": f"{place.name}: {', '.join(layer.layer for layer in read.layers)}",
                "path": [str(path), str(place.resolve())] if bound else [],
                "shift": ostn15.find()[1] if any(map(_shifted, read.records)) else "",
                "issues": [{**asdict(one), "dataset": _inside(path, one.dataset)} for one in read.issues],
                "records": [{**one, "path": _inside(path, one["path"])} for one in read.records],
                "layers": [
                    {**layer_blocks.written(layer, add), "source": _inside(path, layer.source)}
                    for layer in read.layers
                ],
            }

        write_blocks(making, make)
        _prove(making, path, key, read)

    try:
        if fingerprint.states(place) != seen.states:
            return None
    except OSError:
        return None
    return cache.keep(*key, write=write)


def described(file: Path) -> str:
    """Return what a kept file is of: the name of the source, and of its layers."""
    try:
        with BlockReader(file) as reader:
            return str(reader.head["named"])
    except (OSError, ValueError, LookupError):
        return "damaged"


def _key(asked: Asked, seen: Fingerprint) -> tuple[str, ...]:
    """Return under which key a source is kept: names and contents, with what and by what it is read."""
    wanted = sorted({name.casefold() for name in asked.wanted})
    told = dumps([seen.digest, wanted, asked.crs, _readers()])
    size = sum(size for _, size, *_ in seen.states)
    return KIND, FORMAT, str(size), sha256(told.encode()).hexdigest()


def _readers() -> list[str]:
    """Return the versions of the libraries that reading depends on."""
    import fiona
    import geopandas as gpd
    import pandas as pd
    import pyogrio
    import pyproj
    import shapely

    libraries = (fiona, gpd, pd, pyogrio, pyproj, shapely)
    versions = [f"{one.__name__} {one.__version__}" for one in libraries]
    return [*versions, pyogrio.__gdal_version_string__, shapely.geos_version_string]


def _read(
    file: Path, path: str | Path, key: Sequence[str], *, near: Box | None, aliases: Mapping[str, Any]
) -> LayersRead:
    """Read a kept file as if `path` had been read."""
    with BlockReader(file) as reader:
        head = reader.head
        if head["key"] != list(key) or head["path"] not in ([], [str(path), str(Path(path).resolve())]):
            raise ValueError("It was kept of something else.")
        if head["shift"] and head["shift"] != ostn15.find()[1]:
            raise ValueError("It was brought here by another copy of OSTN15.")
        layers = [
            replace(
                layer_blocks.layer(told, reader, near=near, aliases=aliases),
                source=_outside(path, told["source"]),
            )
            for told in head["layers"]
        ]
    issues = [
        Issue(**{**one, "severity": Severity(one["severity"]), "dataset": _outside(path, one["dataset"])})
        for one in head["issues"]
    ]
    records = [{**one, "path": _outside(path, one["path"])} for one in head["records"]]
    return LayersRead(layers, issues, records)


def _prove(making: Path, path: str | Path, key: Sequence[str], before: LayersRead) -> None:
    """Refuse a file that does not give back what it was made of."""
    after = _read(making, path, key, near=_NOWHERE, aliases={})
    sources = [[one.source for one in read.layers] for read in (before, after)]
    if (after.issues, after.records, sources[1]) != (before.issues, before.records, sources[0]):
        raise NotFaithful("The remarks on it do not come back as they are.")
    with BlockReader(making) as reader:
        for layer, told in zip(before.layers, reader.head["layers"], strict=True):
            layer_blocks.prove(layer, told, reader)


def _shifted(record: Mapping[str, Any]) -> bool:
    return not str(record["transformation"]).startswith("none")


def _bound(path: Path, read: LayersRead) -> bool:
    """Tell whether a message speaks of the place of the file, so that it holds for that place alone."""
    words = [text for one in read.issues for text in (one.message, one.value)]
    return any(place in text for text in words for place in (str(path), str(path.resolve().parent)))


def _inside(path: str | Path, name: str) -> str:
    """Return the name of a file as seen from the source: "." for itself, "./x" for x in it."""
    if name in ("", str(path)):
        return "." if name else ""
    above = f"{Path(path)}{os.sep}"
    if not name.startswith(above):
        raise NotFaithful(f"{name!r} is no part of it.")
    return f"./{name.removeprefix(above)}"


def _outside(path: str | Path, name: str) -> str:
    """Return the name of a file as the user would see it: what `_inside` was told."""
    if name in ("", "."):
        return str(path) if name else ""
    return str(Path(path) / name.removeprefix("./"))
