"""One big file with the parcels of many sites: which rows are whose, and where, found in one pass.

That pass reads the column of sites and the extents, and keeps some thirty bytes of each parcel; later
each packet of sites reads its own rows. Formats that can only be read whole (GeoJSON, CSV, KML, GML,
archives, folders) are held whole by each process that works on them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from lnrs_geo.errors import SchemaError
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.intact import Kind
from lnrs_geo.spatial.rawlayer import LayerChoice, guarded
from lnrs_geo.spatial.read import read_layers
from lnrs_geo.spatial.shapefile import shapefile_encoding
from lnrs_geo.spatial.sources import Source, find_sources
from lnrs_geo.spatial.values import text
from lnrs_geo.spatial.vector import crs_of, look, staged

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
STREAMED = frozenset({Kind.GPKG, Kind.SHAPEFILE, Kind.FLATGEOBUF, Kind.GEODATABASE})
BNG = "EPSG:27700"


@dataclass(frozen=True, slots=True)
class Place:
    """One layer of the file, as whoever reads rows of it has to know it.

    `kind` is the format where rows can be read alone, "" where the file is read whole.
    """

    layer: str
    opened_as: str = ""
    geometry_type: str = ""
    encoding: str = ""
    kind: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the first pass reads of a layer: the site of each row, its id, and its middle in EPSG:27700."""

    place: Place
    columns: tuple[str, ...]
    cells: Sequence[object]
    ids: Numbers
    middles: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """The sites of a file.

    Attributes
    ----------
    names
        The sites in the order in which they are met; "" stands for parcels that name none.
    rows
        By layer and site, ids of features in ascending order.
    middles
        Easting and northing of each site, near enough to say what lies near what.
    counts
        Parcels of each site.
    places
        The layers, in file order.
    """

    names: tuple[str, ...]
    rows: Mapping[str, Mapping[int, Numbers]]
    middles: Floats
    counts: Numbers
    places: tuple[Place, ...]


def find_sites(path: Path, *, column: str, layers: Sequence[str], crs: str | None) -> Found:
    """Look through a file for its sites.

    Parameters
    ----------
    path
        The file.
    column
        The column that names the site of a parcel.
    layers
        Layers to use; else every one of parcels.
    crs
        The coordinate system of a file that states none.

    Raises
    ------
    SourceError
        It cannot be read.
    SchemaError
        No parcel names its site.
    """
    scans, seen = [], {}
    for scan in _scans(path, column, layers, crs):
        layout = schema.recognise_parcels(scan.place.layer, list(scan.columns), ())
        has_sites = schema.find_column(column, list(scan.columns)) is not None
        seen[scan.place.layer] = list(scan.columns)
        red = layout is not None and layout.kind == "red-line"
        # without sites: a red line of all of them together, or no layer of parcels
        if has_sites or (layout is not None and not red):
            scans.append((scan, red))
    names: dict[str, int] = {}
    numbered = [
        (scan, red, _numbers(scan.cells, names, grow=not red)) for scan, red in sorted(scans, key=_last)
    ]
    if not names or set(names) == {""}:
        raise SchemaError(
            f"No parcel says which site it is of. Found: {schema.listing(seen)}.",
            where=str(path),
            fix="Name the column of the sites with --map site_ref=COLUMN, or use `lnrs-geo check` for one site.",
        )
    return Found(
        tuple(names),
        {scan.place.layer: _by_site(sites, scan.ids) for scan, _, sites in numbered},
        _middles(numbered, len(names)),
        np.bincount(
            np.concatenate([sites for _, red, sites in numbered if not red]), minlength=len(names)
        ).astype(np.int64),
        tuple(scan.place for scan, _ in scans),
    )


def _last(one: tuple[Scan, bool]) -> bool:
    """Sort red lines behind parcels: a red line alone makes no site."""
    return one[1]


def _numbers(cells: Sequence[object], names: dict[str, int], *, grow: bool) -> Numbers:
    """Number the sites of rows; -1 for one that `names` does not hold and may not learn."""
    codes, distinct = pd.factorize(np.asarray(cells, dtype=object), use_na_sentinel=False)
    known = []
    for cell in distinct:
        name = text(cell)
        known.append(names.setdefault(name, len(names)) if grow else names.get(name, -1))
    return np.asarray(known, dtype=np.int64)[codes] if known else np.empty(0, dtype=np.int64)


def _by_site(sites: Numbers, ids: Numbers) -> dict[int, Numbers]:
    order = np.lexsort((ids, sites))
    sites, ids = sites[order], ids[order]
    starts = np.flatnonzero(np.r_[True, sites[1:] != sites[:-1]]) if len(sites) else np.empty(0, dtype=int)
    return {int(sites[at]): piece for at, piece in zip(starts, np.split(ids, starts[1:]), strict=True)}


def _middles(numbered: Sequence[tuple[Scan, bool, Numbers]], count: int) -> Floats:
    """Return the mean of the middles of each site's parcels; the grid's origin where none has a place."""
    sums, times = np.zeros((count, 2)), np.zeros(count)
    for scan, red, sites in numbered:
        placed = np.isfinite(scan.middles).all(axis=1) & (sites >= 0) & (not red)
        np.add.at(sums, sites[placed], scan.middles[placed])
        np.add.at(times, sites[placed], 1)
    return np.asarray(sums / np.maximum(times, 1)[:, None])


def _scans(path: Path, column: str, layers: Sequence[str], crs: str | None) -> Iterator[Scan]:
    with ExitStack() as stack:
        sources = find_sources(path, stack=stack, issues=[])
        if len(sources) == 1 and not sources[0].member:
            source = sources[0]
            if source.kind in STREAMED:
                yield from _streamed(source, column, layers, crs)
                return
            if source.kind is Kind.PARQUET:
                from lnrs_geo.batch.parquet_rows import scan

                cells, ids, bounds, columns, own_crs = scan(source, column)
                place = Place(source.path.stem, kind=str(source.kind), sha256=source.sha256)
                yield Scan(place, columns, cells, ids, _middle(bounds, own_crs or crs))
                return
    for raw in read_layers(path, layers=layers, crs=crs)[0]:
        names = tuple(str(name) for name in raw.frame.columns if name != "geometry")
        hit = schema.find_column(column, list(names))
        yield Scan(
            Place(raw.layer),
            names,
            raw.frame[hit].tolist() if hit else [""] * len(raw.frame),
            np.asarray(raw.frame.index, dtype=np.int64),
            _middle(shapely.bounds(np.asarray(raw.frame.geometry.array, dtype=object)), raw.frame.crs),
        )


def _streamed(source: Source, column: str, layers: Sequence[str], crs: str | None) -> Iterator[Scan]:
    import pyogrio

    encoding = ""
    if source.kind is Kind.SHAPEFILE:
        encoding, _ = shapefile_encoding(source.path, label=source.label)
    choice = LayerChoice(tuple(layers), [])
    with staged(source) as path:
        for one in choice.take(
            look(path, kind=source.kind, label=source.label, issues=[]), label=source.label
        ):
            name = source.path.stem if source.kind in (Kind.SHAPEFILE, Kind.FLATGEOBUF) else one.name
            hit = schema.find_column(column, list(one.columns))
            with guarded(source.label, [], layer=name):
                words: dict[str, Any] = {"layer": one.opened_as, "encoding": encoding or None}
                _, ids, _, cells = pyogrio.raw.read(
                    path, columns=[hit] if hit else [], read_geometry=False, return_fids=True, **words
                )
                own = crs_of(pyogrio.read_info(path, **words)["crs"])
                bounds = pyogrio.read_bounds(path, layer=one.opened_as)[1].T if one.geometry_type else None
            yield Scan(
                Place(name, one.opened_as, one.geometry_type, encoding, str(source.kind), source.sha256),
                one.columns,
                cells[0] if hit else [""] * len(ids),
                np.asarray(ids, dtype=np.int64),
                np.full((len(ids), 2), np.nan) if bounds is None else _middle(bounds, own or crs),
            )


def _middle(bounds: Floats, crs: Any) -> Floats:
    """Return middles in EPSG:27700, good to some metres: they say only what lies near what."""
    found = (bounds[:, :2] + bounds[:, 2:]) / 2
    try:
        known = pyproj.CRS.from_user_input(crs or BNG)
        if known != pyproj.CRS.from_user_input(BNG):
            turn = pyproj.Transformer.from_crs(known, BNG, always_xy=True)
            found = np.column_stack(turn.transform(found[:, 0], found[:, 1]))
    except pyproj.exceptions.ProjError:
        pass  # the run of the site says what is wrong with its coordinates
    return np.asarray(found, dtype=np.float64)
