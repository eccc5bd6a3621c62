"""DuckDB with its spatial extension, on polygons that are cut into pieces first.

The extension comes as a package of the same version as DuckDB, so that nothing is downloaded here.
Tables are kept in small groups of rows: DuckDB shares out work by such groups, and the usual ones of
122,880 rows would leave the second thread idle.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tests.benchmarks.methods import Geometries, Rows, Shares, filled

ROWS_IN_A_GROUP = 2_048
# Pieces of one polygon do not overlap, so only where several polygons meet are they united.
CUT = """
CREATE OR REPLACE TEMP TABLE cut AS
SELECT p.id AS parcel, t.measure, t.source, p.size AS size,
       CASE WHEN ST_Within(t.shape, p.shape) THEN t.shape ELSE ST_Intersection(p.shape, t.shape) END AS shape
FROM parcels p JOIN pieces t ON ST_Intersects(p.shape, t.shape)
"""
SHARES = """
WITH sums AS (
    SELECT parcel, measure, any_value(size) AS size, sum(ST_Area(shape)) AS area, min(source) = max(source) AS one
    FROM cut GROUP BY parcel, measure),
united AS (
    SELECT c.parcel, c.measure, ST_Area(ST_Union_Agg(c.shape)) AS area
    FROM cut c JOIN sums s ON c.parcel = s.parcel AND c.measure = s.measure
    WHERE NOT s.one GROUP BY c.parcel, c.measure)
SELECT s.parcel, s.measure, coalesce(u.area, s.area) / s.size AS share
FROM sums s LEFT JOIN united u ON s.parcel = u.parcel AND s.measure = u.measure
"""


def missing() -> str:
    """Say what is not installed, or nothing."""
    try:
        import duckdb
        import duckdb_extension_spatial  # noqa: F401
        import duckdb_extensions  # noqa: F401
    except ImportError as error:
        return f"not installed: {error.name}"
    return "" if duckdb.__version__ else "DuckDB has no version"


class Duck:
    """A database in a folder with the tables of parcels and pieces."""

    def __init__(
        self, folder: str | Path, parcels: Geometries, pieces: Geometries, source: Rows, groups: Rows
    ):
        import duckdb
        import pandas as pd
        from duckdb_extensions import import_extension

        self._folder = tempfile.TemporaryDirectory(dir=folder)
        self.shape = (len(parcels), int(groups.max()) + 1)
        self.con: Any = duckdb.connect(config={"extension_directory": self._folder.name})
        import_extension("spatial", con=self.con)
        self.con.execute("LOAD spatial")
        self.con.execute(f"ATTACH '{self._folder.name}/land.db' AS land (ROW_GROUP_SIZE {ROWS_IN_A_GROUP})")
        self.con.execute("USE land")
        tables = {
            "parcels": pd.DataFrame(
                {"id": np.arange(len(parcels)), "size": shapely.area(parcels), "wkb": shapely.to_wkb(parcels)}
            ),
            "pieces": pd.DataFrame(
                {"measure": groups[source], "source": source, "wkb": shapely.to_wkb(pieces)}
            ),
        }
        for name, frame in tables.items():
            self.con.register("given", frame)
            self.con.execute(
                f"CREATE TABLE {name} AS SELECT * EXCLUDE wkb, ST_GeomFromWKB(wkb) AS shape FROM given"
            )
            self.con.unregister("given")

    def shares(self, threads: int) -> Shares:
        """Return the share of every parcel that each measure covers."""
        self.con.execute(f"SET threads = {threads}")
        self.con.execute(CUT)
        rows = self.con.execute(SHARES).fetchnumpy()
        return filled(rows["parcel"], rows["measure"], rows["share"], shape=self.shape)

    def close(self) -> None:
        """End the database and remove its folder."""
        self.con.close()
        self._folder.cleanup()
