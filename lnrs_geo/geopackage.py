"""Write the layers of a result into one GeoPackage that QGIS opens with its styles."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from lnrs_geo import gpkg_rows
from lnrs_geo.columns import RUN
from lnrs_geo.errors import OutputError
from lnrs_geo.frames import conform, from_rows
from lnrs_geo.styles import STYLES, qml, sld

Shapes = npt.NDArray[np.object_]

WORKING_CRS = "EPSG:27700"
# Version 1.2 is what QGIS 3.22 and older GIS read without remark.
_VERSION = "1.2"
# Layers, and the one type of geometry that the rows of each have.
LAYERS = {
    "parts": "MultiPolygon",
    "parts_line": "MultiLineString",
    "parts_point": "MultiPoint",
    "measures_used": "MultiPolygon",
}
_TYPE = shapely.GeometryType
_TYPES = {
    "MultiPolygon": (_TYPE.MULTIPOLYGON, _TYPE.POLYGON, shapely.multipolygons),
    "MultiLineString": (_TYPE.MULTILINESTRING, _TYPE.LINESTRING, shapely.multilinestrings),
    "MultiPoint": (_TYPE.MULTIPOINT, _TYPE.POINT, shapely.multipoints),
}
# Rows written at a time: memory does not grow with their number.
_ROWS = 5_000
# Day on which the styles were last changed: the time of a run has no place in its data.
_STYLES_OF = "2026-11-21T00:00:00.000Z"

_STYLE_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
    description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""


def write(
    path: Path,
    *,
    parts: tuple[pd.DataFrame, gpd.GeoSeries],
    measures_used: tuple[pd.DataFrame, gpd.GeoSeries],
    attributes: Mapping[str, pd.DataFrame],
) -> None:
    """Write the GeoPackage `path`: three layers of parts, the measures, tables and styles.

    Parameters
    ----------
    path
        The file to make.
    parts, measures_used
        A table as `frames.conform` returns it, and its geometry in EPSG:27700. A part without
        geometry stands in `parts` with none, so that no row is lost.
    attributes
        Tables without geometry by name.

    Raises
    ------
    OutputError
        Rows are missing from the file (a full disk that nobody reported, for one).
    ValueError
        Geometry is not in EPSG:27700 (a fault of the program, not of the data).
    """
    table, geometry = parts
    for shapes in (geometry, measures_used[1]):
        if shapes.crs is not None and shapes.crs != WORKING_CRS:
            raise ValueError(f"Geometry is in {shapes.crs.to_string()} instead of {WORKING_CRS}.")
    layers = {
        name: (table[rows], np.asarray(geometry, dtype=object)[rows])
        for name, rows in by_dimension(np.asarray(geometry, dtype=object)).items()
    }
    layers["measures_used"] = (measures_used[0], np.asarray(measures_used[1], dtype=object))
    create(path, {name: rows for name, (rows, _) in layers.items()}, attributes)
    with gpkg_rows.filling(path) as filler:
        for name, (rows, shapes) in layers.items():
            for at in range(0, len(rows), _ROWS):
                piece = slice(at, at + _ROWS)
                flat = uniform(shapes[piece], LAYERS[name])
                blobs = gpkg_rows.blobs(_wkb(flat).tolist(), shapely.bounds(flat))
                filler.add(name, gpkg_rows.values_of(rows.iloc[piece]), blobs)
        for name, rows in attributes.items():
            for at in range(0, len(rows), _ROWS):
                filler.add(name, gpkg_rows.values_of(rows.iloc[at : at + _ROWS]))
    expected = {name: len(rows) for name, (rows, _) in layers.items()}
    finish(path, expected | {name: len(rows) for name, rows in attributes.items()})


def create(path: Path, layers: Mapping[str, pd.DataFrame], attributes: Mapping[str, pd.DataFrame]) -> None:
    """Make the layers and tables of a GeoPackage without rows; the frames say which columns they have."""
    first: dict[str, Any] = {"dataset_options": {"VERSION": _VERSION}}
    for name, rows in layers.items():
        pyogrio.write_dataframe(
            gpd.GeoDataFrame(
                rows.iloc[:0].reset_index(drop=True), geometry=gpd.GeoSeries([], crs=WORKING_CRS)
            ),
            path,
            layer=name,
            driver="GPKG",
            geometry_type=LAYERS[name],
            layer_options={"GEOMETRY_NAME": "geom", "SPATIAL_INDEX": "YES"},
            **first,
        )
        first = {}
    for name, rows in attributes.items():
        pyogrio.write_dataframe(rows.iloc[:0], path, layer=name, driver="GPKG")


def finish(path: Path, expected: Mapping[str, int]) -> None:
    """See that all rows are there, and add the styles.

    Raises
    ------
    OutputError
        Rows are missing from the file (a full disk that nobody reported, for one).
    """
    with closing(sqlite3.connect(path)) as database, database:
        _check(database, expected)
        _add_styles(database)


def run_rows(run: Mapping[str, Any]) -> pd.DataFrame:
    """Return what is stated of the run as rows of key and value, nested keys joined by dots.

    Examples
    --------
    >>> run_rows({"inputs": [{"path": "a.gpkg"}], "strict": True}).values.tolist()
    [['inputs.1.path', 'a.gpkg'], ['strict', 'true']]
    """
    rows = [{"key": key, "value": value} for key, value in _flattened("", run)]
    return conform(from_rows(rows, RUN), RUN)


def _flattened(key: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        pairs = [(str(name), item) for name, item in value.items()]
    elif isinstance(value, list):
        pairs = [(str(number), item) for number, item in enumerate(value, start=1)]
    elif isinstance(value, bool):
        return [(key, "true" if value else "false")]
    else:
        return [(key, "" if value is None else str(value))]
    if not pairs:
        return [(key, "")]
    return [row for name, item in pairs for row in _flattened(f"{key}.{name}" if key else name, item)]


def wkb_of_parts(geometry: gpd.GeoSeries) -> list[bytes | None]:
    """Return the geometry of parts as the layers hold it, in well-known binary."""
    shapes = np.asarray(geometry, dtype=object)
    made = np.full(len(shapes), None, dtype=object)
    for name, rows in by_dimension(shapes).items():
        made[rows] = _wkb(uniform(shapes[rows], LAYERS[name]))
    return list(made)


def wkb_of_measures(geometry: gpd.GeoSeries) -> list[bytes | None]:
    """Return the geometry of mapped measures as their layer holds it, in well-known binary."""
    return list(_wkb(uniform(np.asarray(geometry, dtype=object), LAYERS["measures_used"])))


def by_dimension(shapes: Shapes) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which rows each layer of parts holds; a row that no layer can show stands in `parts`."""
    dimension = np.where(shapely.is_empty(shapes), -1, shapely.get_dimensions(shapes))
    collection = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    line = (dimension == 1) & ~collection
    point = (dimension == 0) & ~collection
    return {"parts": ~line & ~point, "parts_line": line, "parts_point": point}


def uniform(shapes: Shapes, kind: str) -> Shapes:
    """Return geometry of the one multipart type `kind`, flat; none where it cannot be of that type."""
    flat = shapely.force_2d(shapes) if (shapely.get_coordinate_dimension(shapes) > 2).any() else shapes
    types = shapely.get_type_id(flat)
    there = ~shapely.is_missing(flat) & ~shapely.is_empty(flat)
    made = np.full(len(flat), None, dtype=object)
    several, single, build = _TYPES[kind]
    made[there & (types == several)] = flat[there & (types == several)]
    lone = np.flatnonzero(there & (types == single))
    if len(lone):
        made[lone] = build(flat[lone], indices=np.arange(len(lone)))
    return made


def _wkb(flat: Shapes) -> Shapes:
    wkb: Shapes = shapely.to_wkb(flat, output_dimension=2, byte_order=1)
    return wkb


def _check(database: sqlite3.Connection, expected: Mapping[str, int]) -> None:
    for name, rows in expected.items():
        found = database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        if found != rows:
            raise OutputError(
                f"Layer {name} of the GeoPackage holds {found} rows instead of {rows}; nothing was changed.",
                fix="Free some space, or name another folder.",
            )


def _add_styles(database: sqlite3.Connection) -> None:
    """Add the table where QGIS looks for a layer's default style, known to every reader."""
    database.execute(_STYLE_TABLE)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES ('layer_styles', 'attributes', 'layer_styles', '', 0)"
    )
    database.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,"
        " styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
        " VALUES ('', '', ?, 'geom', ?, ?, ?, 1, ?, '', NULL, ?)",
        [
            (style.layer, style.name, qml.document(style), sld.document(style), style.description, _STYLES_OF)
            for style in STYLES
        ],
    )
