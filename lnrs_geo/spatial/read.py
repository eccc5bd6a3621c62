"""Open whatever a person hands over and return its layers as they are.

A fault of the file is a `SourceError` with one clear message; a fault of a feature is an issue and
the feature stays, with geometry None. Nothing is fetched from a network, and nothing is written
beside the file.

    path -> sources (refuse, unpack, judge) -> one reader per format -> RawLayer
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pyproj
import shapely

from lnrs_geo.errors import CRSError, LayerError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial.csv_wkt import read_csv
from lnrs_geo.spatial.geojson_layer import read_geojson
from lnrs_geo.spatial.geoparquet import read_parquet
from lnrs_geo.spatial.intact import Kind
from lnrs_geo.spatial.rawlayer import LayerChoice, LayerLook, RawLayer
from lnrs_geo.spatial.sources import Source, find_sources
from lnrs_geo.spatial.vector import look, read_vector, staged, walk

__all__ = ["RawLayer", "StreamedFeature", "list_layers", "read_layers", "stream"]

_READERS = {Kind.CSV: read_csv, Kind.GEOJSON: read_geojson, Kind.PARQUET: read_parquet}
# fiona's KML driver passes over features without geometry, so KML is not walked through with it.
_READ_WHOLE = frozenset({*_READERS, Kind.KML})


class StreamedFeature(NamedTuple):
    """One feature on its way past: id in the file, columns, geometry (None where null or unreadable)."""

    src_fid: str
    properties: dict[str, Any]
    geometry: shapely.Geometry | None


def read_layers(
    path: str | Path, *, layers: Sequence[str] = (), crs: str | None = None
) -> tuple[list[RawLayer], list[Issue]]:
    """Read the layers of a GIS file, an archive or a folder, with all their rows and columns.

    Parameters
    ----------
    path
        A GeoPackage, shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML, CSV with WKT, file
        geodatabase, a zip archive of these, or a folder of them (its sub-folders are not entered).
    layers
        Names of the layers to read, in any case; else every layer with geometry.
    crs
        The coordinate system of layers that name none, such as "EPSG:27700".

    Returns
    -------
    The layers in file order (a folder's files by name), and the issues met.

    Raises
    ------
    SourceError
        The file is absent, not what its name says, damaged or unsafe.
    LayerError
        A layer named is not there, or none has geometry.
    CRSError
        `crs` is no coordinate system.
    """
    assumed = _crs_option(crs)
    issues: list[Issue] = []
    choice = LayerChoice(tuple(layers), issues)
    found: list[tuple[Source, RawLayer]] = []
    with ExitStack() as stack:
        sources = find_sources(path, stack=stack, issues=issues)
        for source in sources:
            try:
                read = _READERS.get(source.kind, read_vector)(source, choice=choice, issues=issues)
            except LayerError as error:
                # Tables such as a crosswalk often lie beside the layers.
                if len(sources) == 1 or source.kind is not Kind.CSV:
                    raise
                said = f"{source.path.name} is a table without shapes; it was passed over."
                issues.append(issue("file-ignored", said, dataset=error.where, value=source.path.name))
                continue
            found += [(source, raw) for raw in read]
    if absent := choice.missing():
        raise LayerError(
            f"There is no layer {', '.join(repr(name) for name in absent)}.",
            where=str(path),
            fix=f"The layers there are: {', '.join(choice.offered) or 'none'}.",
        )
    if not found:
        raise LayerError(
            "None of its layers has geometry.",
            where=str(path),
            fix=f"Name another file, or a table by its name (found: {', '.join(choice.offered) or 'none'}).",
        )
    return [_with_crs(raw, assumed, issues) for raw in _told_apart(found)], issues


def list_layers(path: str | Path) -> list[LayerLook]:
    """List the layers that fiona sees in a file, archive or folder, tables included, without reading them.

    CSV, GeoJSON and GeoParquet hold one layer each and are listed by the file's stem.

    Raises
    ------
    SourceError
        As `read_layers`.
    """
    looks: list[LayerLook] = []
    with ExitStack() as stack:
        for source in find_sources(path, stack=stack, issues=[]):
            if source.kind in _READERS:
                looks.append(LayerLook(source.path.stem, "Unknown"))
            else:
                looks += look(
                    stack.enter_context(staged(source)), kind=source.kind, label=source.label, issues=[]
                )
    return looks


def stream(path: str | Path, layer: str | None = None) -> Iterator[StreamedFeature]:
    """Walk through the features of one layer without holding more than one of them.

    Use it to count or to peek where a file may be larger than memory. CSV, GeoJSON, GeoParquet
    and KML have to be read whole before the first feature comes.

    Parameters
    ----------
    path
        As for `read_layers`.
    layer
        Name of the layer; else the first with geometry.

    Raises
    ------
    SourceError, LayerError
        As `read_layers`.
    """
    with ExitStack() as stack:
        sources = find_sources(path, stack=stack, issues=[])
        offered: list[str] = []
        for source in sources:
            if source.kind in _READ_WHOLE:
                choice = LayerChoice((layer,) if layer else (), [])
                raws = _READERS.get(source.kind, read_vector)(source, choice=choice, issues=[])
                offered += choice.offered
                if raws:
                    yield from _features_of(raws[0])
                    return
                continue
            place = stack.enter_context(staged(source))
            looks = look(place, kind=source.kind, label=source.label, issues=[])
            offered += [item.name for item in looks]
            if chosen := LayerChoice((layer,) if layer else (), []).take(looks, label=source.label):
                for fid, properties, shape in walk(place, chosen[0], source=source):
                    yield StreamedFeature(fid, properties, shape)
                return
    raise LayerError(
        f"There is no layer {layer!r}." if layer else "None of its layers has geometry.",
        where=str(path),
        fix=f"The layers there are: {', '.join(offered) or 'none'}.",
    )


def _features_of(raw: RawLayer) -> Iterator[StreamedFeature]:
    columns = raw.frame.drop(columns="geometry").to_dict("records")
    for fid, properties, shape in zip(raw.frame.index, columns, raw.frame.geometry, strict=True):
        yield StreamedFeature(str(fid), {str(name): value for name, value in properties.items()}, shape)


def _crs_option(crs: str | None) -> pyproj.CRS | None:
    if not crs:
        return None
    try:
        return pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise CRSError(
            f"'{crs}' is no coordinate system that is known.", where="--crs", fix="Write it like EPSG:27700."
        ) from error


def _told_apart(found: list[tuple[Source, RawLayer]]) -> list[RawLayer]:
    """Name layers of the same name in one archive by their path inside it."""
    met = Counter((raw.source, raw.layer) for _, raw in found)
    return [
        replace(raw, layer=source.member) if source.member and met[raw.source, raw.layer] > 1 else raw
        for source, raw in found
    ]


def _with_crs(raw: RawLayer, assumed: pyproj.CRS | None, issues: list[Issue]) -> RawLayer:
    """Give a layer without coordinate system the one the user names, and remark on empty layers."""
    if raw.frame.empty:
        said = f"The layer {raw.layer} has no rows."
        issues.append(issue("layer-empty", said, dataset=raw.source, layer=raw.layer))
    if raw.frame.crs is not None or not raw.has_geometry:
        return raw
    if assumed is None:
        said = f"The layer {raw.layer} does not say which coordinate system it is in."
        issues.append(issue("crs-missing", said, dataset=raw.source, layer=raw.layer))
        return raw
    name = assumed.to_string()
    said = f"The layer {raw.layer} does not say which coordinate system it is in; {name} was taken as told."
    issues.append(issue("crs-as-told", said, dataset=raw.source, layer=raw.layer, value=name))
    return replace(raw, frame=raw.frame.set_crs(assumed))
