"""Write the layers of a result into one GeoPackage that QGIS opens with its styles."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from lnrs_geo.columns import RUN
from lnrs_geo.errors import OutputError
from lnrs_geo.frames import conform, from_rows
from lnrs_geo.styles import STYLES, qml, sld

WORKING_CRS = "EPSG:27700"
# Version 1.2 is what QGIS 3.22 and older GIS read without remark.
_VERSION = "1.2"
# Layer of parts by the dimension of their geometry, and the one type that its rows have.
_LAYERS = {"parts": "MultiPolygon", "parts_line": "MultiLineString", "parts_point": "MultiPoint"}
_SINGLE = {"MultiPolygon": "Polygon", "MultiLineString": "LineString", "MultiPoint": "Point"}
# Day on which the styles were last changed: the time of a run has no place in its data.
_STYLES_OF = "2026-11-20T00:00:00.000Z"

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
    layers = _by_dimension(table, geometry)
    layers["measures_used"] = _multi(measures_used[0], measures_used[1], "MultiPolygon")
    first: dict[str, Any] = {"dataset_options": {"VERSION": _VERSION}}
    for name, layer in layers.items():
        pyogrio.write_dataframe(
            layer,
            path,
            layer=name,
            driver="GPKG",
            geometry_type=_LAYERS.get(name, "MultiPolygon"),
            layer_options={"GEOMETRY_NAME": "geom", "SPATIAL_INDEX": "YES"},
            **first,
        )
        first = {}
    for name, rows in attributes.items():
        pyogrio.write_dataframe(rows, path, layer=name, driver="GPKG")
    expected = {name: len(rows) for name, rows in (*layers.items(), *attributes.items())}
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


def _by_dimension(table: pd.DataFrame, geometry: gpd.GeoSeries) -> dict[str, gpd.GeoDataFrame]:
    shapes = np.asarray(geometry, dtype=object)
    dimension = np.where(shapely.is_empty(shapes), -1, shapely.get_dimensions(shapes))
    # What no layer can show stands in `parts` without a shape: the row is what matters.
    collection = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    line = (dimension == 1) & ~collection
    point = (dimension == 0) & ~collection
    chosen = {"parts": ~line & ~point, "parts_line": line, "parts_point": point}
    return {name: _multi(table[rows], geometry[rows], _LAYERS[name]) for name, rows in chosen.items()}


def _multi(table: pd.DataFrame, geometry: gpd.GeoSeries, kind: str) -> gpd.GeoDataFrame:
    """Give every row a geometry of the one multipart type `kind`, flat, or none."""
    shapes = shapely.force_2d(np.asarray(geometry, dtype=object))
    types = np.array([None if shape is None else shape.geom_type for shape in shapes], dtype=object)
    build = {
        "Polygon": shapely.multipolygons,
        "LineString": shapely.multilinestrings,
        "Point": shapely.multipoints,
    }[_SINGLE[kind]]
    made = np.empty(len(shapes), dtype=object)
    for i, (shape, found) in enumerate(zip(shapes, types, strict=True)):
        if shape is None or shape.is_empty:
            continue
        if found == kind:
            made[i] = shape
        elif found == _SINGLE[kind]:
            made[i] = build([shape])
    return gpd.GeoDataFrame(table.reset_index(drop=True), geometry=gpd.GeoSeries(made, crs=WORKING_CRS))


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
