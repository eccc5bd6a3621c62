"""Write small GeoPackages (OGC 12-128r15, version 1.2) that come out equal every time.

The general writers leave the time of writing in the file and choose column types of their own; the
metric's templates need given types, geometry columns of given names, and nothing that changes.
"""

import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

WRITTEN = "2025-01-15T00:00:00.000Z"
EPSG = 27700

CORE = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
  description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
  geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer to write: columns with their SQL types, and rows of a shape and the columns' values."""

    name: str
    geometry_column: str
    geometry_type: str
    columns: dict[str, str]
    rows: Sequence[tuple[BaseGeometry | None, dict[str, Any]]]


def write(path: Path, layers: Sequence[Layer], *, description: str) -> None:
    """Write layers to a new GeoPackage; `description` is what a reader of the file is told first."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA page_size = 4096")
        base.execute("PRAGMA application_id = 0x47504B47")
        base.execute("PRAGMA user_version = 10200")
        base.executescript(CORE)
        _write_systems(base)
        for layer in layers:
            _write_layer(base, layer, description)
    base.execute("VACUUM")
    base.close()


def _write_systems(base: sqlite3.Connection) -> None:
    """Write the coordinate systems that the standard asks for, and the British National Grid."""
    bng, wgs84 = (CRS.from_epsg(code).to_wkt("WKT1_GDAL") for code in (EPSG, 4326))
    base.executemany(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)",
        [
            ("Undefined cartesian SRS", -1, "NONE", -1, "undefined", "undefined cartesian"),
            ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic"),
            ("WGS 84 geodetic", 4326, "EPSG", 4326, wgs84, "longitude/latitude on the WGS 84 ellipsoid"),
            ("OSGB36 / British National Grid", EPSG, "EPSG", EPSG, bng, None),
        ],
    )


def _write_layer(base: sqlite3.Connection, layer: Layer, description: str) -> None:
    """Write one layer with its entry in the table of contents."""
    columns = ", ".join(f"{_quoted(name)} {kind}" for name, kind in layer.columns.items())
    base.execute(
        f"CREATE TABLE {_quoted(layer.name)} (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
        f"{_quoted(layer.geometry_column)} {layer.geometry_type}, {columns})"
    )
    shapes = [shape for shape, _ in layer.rows if shape is not None]
    box = [float(v) for v in shapely.total_bounds(shapes)] if shapes else [None] * 4
    base.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
        (layer.name, layer.name, description, WRITTEN, *box, EPSG),
    )
    base.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
        (layer.name, layer.geometry_column, layer.geometry_type, EPSG),
    )
    places = ", ".join("?" * (len(layer.columns) + 1))
    head = ", ".join(_quoted(name) for name in (layer.geometry_column, *layer.columns))
    for shape, values in layer.rows:
        unknown = set(values) - set(layer.columns)
        if unknown:
            raise KeyError(f"{layer.name}: no column {sorted(unknown)}")
        base.execute(
            f"INSERT INTO {_quoted(layer.name)} ({head}) VALUES ({places})",
            (_blob(shape, layer.geometry_type), *(values.get(name) for name in layer.columns)),
        )


def _blob(shape: BaseGeometry | None, geometry_type: str) -> bytes | None:
    """Return a shape as the standard's binary: header, extent of all but points, then WKB."""
    if shape is None:
        return None
    if geometry_type == "MULTIPOLYGON" and shape.geom_type == "Polygon":
        shape = shapely.MultiPolygon([shape])
    if shape.geom_type.upper() != geometry_type:
        raise TypeError(f"{shape.geom_type} in a layer of {geometry_type}")
    extent = b""
    if shape.geom_type != "Point":
        west, south, east, north = shape.bounds
        extent = struct.pack("<4d", west, east, south, north)
    flags = 1 | (2 if extent else 0)  # little endian; extent of four numbers
    head = struct.pack("<2sBBi", b"GP", 0, flags, EPSG)
    return head + extent + bytes(shapely.to_wkb(shape, byte_order=1))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
