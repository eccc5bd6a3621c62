"""Look into a vector file with fiona, then read its layers in bulk with pyogrio.

fiona tells what a file holds without loading it (layers, columns, geometry type, CRS, encoding)
and can walk through features one by one; pyogrio hands over a whole layer as arrays. Both see a
path only after `sources` has judged the file.
"""

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from lnrs_geo.errors import SourceError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial.intact import Kind
from lnrs_geo.spatial.rawlayer import (
    LayerChoice,
    LayerLook,
    RawLayer,
    frame_of,
    geometries_of,
    guarded,
    unreadable_issues,
)
from lnrs_geo.spatial.shapefile import shapefile_encoding
from lnrs_geo.spatial.sources import Source

_CURVED = re.compile(r"curve|circular|surface", re.IGNORECASE)
_ONE_LAYER = {Kind.SHAPEFILE, Kind.FLATGEOBUF}
# GML may name schemas on the network; nothing is fetched, and nothing is written beside the file.
_OPEN_OPTIONS: dict[Kind, dict[str, str]] = {Kind.GML: {"DOWNLOAD_SCHEMA": "NO", "WRITE_GFS": "NO"}}


def look(path: Path, *, kind: Kind, label: str, issues: list[Issue]) -> list[LayerLook]:
    """List the layers of a file with their geometry type, columns, CRS and encoding.

    Raises
    ------
    SourceError
        The driver cannot open it.
    """
    import fiona

    looks = []
    with guarded(label, issues):
        registered = _registered_twice(path) if kind is Kind.GPKG else {}
        seen: set[str] = set()
        for opened_as in fiona.listlayers(path, **_OPEN_OPTIONS.get(kind, {})):
            name = registered.get(opened_as, opened_as)
            if name in seen and opened_as in registered:
                said = f"The layer {name} has several geometry columns; the one registered first was taken."
                issues.append(
                    issue("several-geometry-columns", said, dataset=label, layer=name, value=opened_as)
                )
                continue
            seen.add(name)
            # KML is read by fiona's GDAL but not on its list of drivers.
            options: dict[str, Any] = {"allow_unsupported_drivers": True, **_OPEN_OPTIONS.get(kind, {})}
            with fiona.open(path, layer=opened_as, **options) as layer:
                shape = layer.schema["geometry"]
                looks.append(
                    LayerLook(
                        name,
                        "" if shape in (None, "None") else str(shape),
                        tuple(layer.schema["properties"]),
                        layer.crs_wkt or "",
                        layer.encoding or "",
                        opened_as,
                    )
                )
    return looks


def read_vector(source: Source, *, choice: LayerChoice, issues: list[Issue]) -> list[RawLayer]:
    """Read the chosen layers of a file that GDAL knows.

    Raises
    ------
    SourceError
        The driver cannot read it, or gives back fewer features than the file holds.
    """
    encoding = ""
    if source.kind is Kind.SHAPEFILE:
        encoding, remarks = shapefile_encoding(source.path, label=source.label)
        issues += remarks
    with staged(source) as path:
        looks = look(path, kind=source.kind, label=source.label, issues=issues)
        if source.kind in _ONE_LAYER:  # a staged copy, or a renamed file, would tell another name
            looks = [
                LayerLook(source.path.stem, x.geometry_type, x.columns, x.crs, encoding, x.opened_as)
                for x in looks
            ]
        return [
            _read_layer(path, chosen, source=source, encoding=encoding, issues=issues)
            for chosen in choice.take(looks, label=source.label)
        ]


def walk(
    path: Path, chosen: LayerLook, *, source: Source
) -> Iterator[tuple[str, dict[str, Any], shapely.Geometry | None]]:
    """Walk through a layer with fiona, one feature in memory at a time: id, columns, geometry.

    Raises
    ------
    SourceError
        The driver stops half-way.
    """
    import fiona

    options: dict[str, Any] = {"allow_unsupported_drivers": True, **_OPEN_OPTIONS.get(source.kind, {})}
    if source.kind is Kind.SHAPEFILE:
        options["encoding"] = shapefile_encoding(source.path, label=source.label)[0]
    # The guard covers single steps: a generator that holds it would catch its caller's warnings too.
    with ExitStack() as stack:
        with guarded(source.label, [], layer=chosen.name):
            features = stack.enter_context(fiona.open(path, layer=chosen.opened_as, **options))
            steps = iter(features)
        while True:
            with guarded(source.label, [], layer=chosen.name):
                feature = next(steps, None)
            if feature is None:
                return
            yield str(feature.id), dict(feature.properties), _shape(feature.geometry)


@contextmanager
def staged(source: Source) -> Iterator[Path]:
    """Give a path that the drivers take as it is.

    pyogrio reads "!" as the mark of an archive member; for such a path a temporary folder holds
    links (or copies) under a plain name.
    """
    if "!" not in str(source.path.absolute()):
        yield source.path.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="lnrs-geo-", ignore_cleanup_errors=True) as folder:
        siblings = [source.path]
        if source.kind is Kind.SHAPEFILE:
            siblings = [item for item in source.path.parent.iterdir() if item.stem == source.path.stem]
        for item in siblings:
            target = Path(folder) / item.name.replace("!", "_")
            try:
                target.symlink_to(item.absolute(), target_is_directory=item.is_dir())
            except OSError:  # Windows grants links to few
                shutil.copytree(item, target) if item.is_dir() else shutil.copyfile(item, target)
        yield Path(folder) / source.path.name.replace("!", "_")


def crs_of(text: str | None) -> pyproj.CRS | None:
    """Return a coordinate system from a driver's words; None where there is none to speak of.

    A GeoPackage says "Undefined Cartesian SRS" or "Undefined geographic SRS" for want of one.
    """
    if not text:
        return None
    crs = pyproj.CRS.from_user_input(text)
    if crs.is_engineering or crs.name.casefold().startswith("undefined "):
        return None
    return crs


def _shape(geometry: Any) -> shapely.Geometry | None:
    try:
        return None if geometry is None else shapely.geometry.shape(geometry)
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return None


def _read_layer(
    path: Path, chosen: LayerLook, *, source: Source, encoding: str, issues: list[Issue]
) -> RawLayer:
    import pyogrio

    label, options = source.label, _OPEN_OPTIONS.get(source.kind, {})
    with guarded(label, issues, layer=chosen.name):
        info = pyogrio.read_info(path, layer=chosen.opened_as, force_feature_count=True, **options)
        shapes, unreadable, attributes = bulk(
            path, layer=chosen.opened_as, encoding=encoding, options=options
        )
        crs = crs_of(info["crs"])
    if len(attributes) < info["features"]:
        raise SourceError(
            f"{info['features']} features are announced but {len(attributes)} can be read.",
            where=f"{label} ({chosen.name})",
            fix="The file is damaged: export it again.",
        )
    if _CURVED.search(f"{info['geometry_type']} {chosen.geometry_type}"):
        said = f"Its curves ({info['geometry_type']}) were turned into short straight lines."
        issues.append(issue("curves-linearised", said, dataset=label, layer=chosen.name))
    bad = {
        str(attributes.index[at]): "its binary form is broken" for at in np.flatnonzero(unreadable).tolist()
    }
    issues += unreadable_issues(bad, label=label, layer=chosen.name)
    frame = frame_of(attributes, shapes, label=label, layer=chosen.name, issues=issues).set_crs(crs)
    has_geometry = bool(chosen.geometry_type)
    return RawLayer(
        label, chosen.name, frame, str(source.kind), source.sha256, encoding, has_geometry, frozenset(bad)
    )


def bulk(
    data: Path | bytes, *, layer: str | None, encoding: str, options: dict[str, str] | None = None
) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Read a layer whole: geometries, which of them are unreadable, and columns indexed by feature id."""
    import pyogrio

    words: dict[str, Any] = {"layer": layer, "encoding": encoding or None, **(options or {})}
    meta, fids, wkb, _ = pyogrio.raw.read(data, columns=[], return_fids=True, **words)
    if wkb is None:
        wkb = np.full(len(fids), None, dtype=object)
    shapes, unreadable = geometries_of(wkb)
    fields = list(pyogrio.read_info(data, **words)["fields"])
    index = pd.Index(fids, name="fid")
    if not fields:
        return shapes, unreadable, pd.DataFrame(index=index)
    if len(set(fields)) < len(fields):  # read_dataframe would keep one of each name
        meta, _, _, columns = pyogrio.raw.read(data, read_geometry=False, **words)
        attributes = pd.concat([pd.Series(column) for column in columns], axis="columns")
        attributes.columns = pd.Index(meta["fields"])
    else:
        attributes = pyogrio.read_dataframe(data, read_geometry=False, **words)
    if len(attributes) != len(index):
        raise ValueError(f"{len(index)} geometries but {len(attributes)} rows")
    return shapes, unreadable, attributes.set_axis(index, axis="index")


def _registered_twice(gpkg: Path) -> dict[str, str]:
    """Return the driver's names "table (column)" of tables with several geometry columns, by table."""
    query = "select table_name, column_name from gpkg_geometry_columns"
    try:
        with closing(sqlite3.connect(f"{gpkg.as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(query).fetchall()
    except sqlite3.Error:  # the driver will say it better
        return {}
    tables = [table for table, _ in rows]
    return {f"{table} ({column})": table for table, column in rows if tables.count(table) > 1}
