"""PostGIS on a server of its own, started in a temporary folder and stopped at the end.

The server listens on a socket in that folder and on no port of the network. It does not start as
root: run by root, it belongs to the user `nobody`. Every query goes through psql.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import shapely

from tests.benchmarks.methods import Geometries, Rows, Shares, filled

HOMES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin")
SETTINGS = {
    "listen_addresses": "''", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
    "shared_buffers": "512MB", "work_mem": "256MB", "maintenance_work_mem": "512MB", "jit": "off",
    "max_wal_size": "4GB", "parallel_setup_cost": "0", "parallel_tuple_cost": "0",
    "min_parallel_table_scan_size": "0", "min_parallel_index_scan_size": "0", "temp_buffers": "256MB",
}  # fmt: skip
LOAD = """
CREATE EXTENSION postgis;
CREATE TABLE parcels (id int, size float8, shape geometry);
CREATE TABLE polygons (source int, measure int, shape geometry);
\\copy parcels from '{folder}/parcels.csv' csv
\\copy polygons from '{folder}/polygons.csv' csv
CREATE INDEX ON parcels USING gist (shape);
VACUUM ANALYZE parcels;
"""
PIECES = """
CREATE TABLE pieces AS SELECT source, measure, ST_Subdivide(shape, 256) AS shape FROM polygons;
CREATE INDEX ON pieces USING gist (shape);
VACUUM ANALYZE pieces;
"""
# Pieces of one polygon do not overlap, so only where several polygons meet are they united.
SHARES = """
SET max_parallel_workers_per_gather = {workers};
CREATE TEMP TABLE cut AS
    SELECT p.id AS parcel, t.measure, t.source, p.size,
           CASE WHEN ST_CoveredBy(t.shape, p.shape) THEN t.shape ELSE ST_Intersection(p.shape, t.shape) END AS shape
    FROM parcels p JOIN pieces t ON ST_Intersects(p.shape, t.shape);
CREATE TEMP TABLE sums AS
    SELECT parcel, measure, min(size) AS size, sum(ST_Area(shape)) AS area, min(source) = max(source) AS one
    FROM cut GROUP BY parcel, measure;
CREATE TEMP TABLE united AS
    SELECT c.parcel, c.measure, ST_Area(ST_Union(c.shape)) AS area
    FROM cut c JOIN sums s USING (parcel, measure) WHERE NOT s.one GROUP BY c.parcel, c.measure;
COPY (SELECT s.parcel, s.measure, coalesce(u.area, s.area) / s.size
      FROM sums s LEFT JOIN united u USING (parcel, measure)) TO STDOUT (FORMAT csv);
"""


def missing() -> str:
    """Say what is not installed, or nothing."""
    if _programs() is None:
        return "not installed: postgresql (initdb, pg_ctl, psql)"
    asked = subprocess.run([_program("pg_config"), "--sharedir"], check=False, capture_output=True, text=True)
    share = Path(asked.stdout.strip() or "/usr/share/postgresql/15")
    return "" if (share / "extension" / "postgis.control").exists() else "not installed: postgis"


class PostGIS:
    """A server with the tables of parcels and pieces; `build_seconds` is what cutting took."""

    def __init__(
        self, parcels: Geometries, polygons: Geometries, groups: Rows, *, folder: str | Path,
        clock: Callable[[], float],
    ):  # fmt: skip
        self.shape = (len(parcels), int(groups.max()) + 1)
        self.folder = Path(folder)
        if user := _user():
            shutil.chown(self.folder, user)
        try:
            self._start()
            _write(self.folder / "parcels.csv", [np.arange(len(parcels)), shapely.area(parcels)], parcels)
            _write(self.folder / "polygons.csv", [np.arange(len(polygons)), groups], polygons)
            self._psql(LOAD.format(folder=self.folder))
            start = clock()
            self._psql(PIECES)
            self.build_seconds = clock() - start
        except BaseException:
            self.close()
            raise

    def shares(self, threads: int) -> Shares:
        """Return the share of every parcel that each measure covers; a second thread is a second process."""
        said = self._psql(SHARES.format(workers=threads - 1))
        rows = np.array([line.split(",") for line in said.splitlines() if "," in line], dtype=float).reshape(
            -1, 3
        )
        return filled(rows[:, 0].astype(int), rows[:, 1].astype(int), rows[:, 2], shape=self.shape)

    def close(self) -> None:
        """Stop the server and remove its folder."""
        stop(self.folder)

    def _start(self) -> None:
        land = f"{self.folder}/land"
        _run(
            self.folder,
            "initdb",
            "-D",
            land,
            "-A",
            "trust",
            "-U",
            "bench",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C",
        )
        settings = "".join(f" -c {name}={value}" for name, value in SETTINGS.items())
        words = f"-k {self.folder}{settings}"
        _run(self.folder, "pg_ctl", "-D", land, "-o", words, "-l", f"{self.folder}/log", "-w", "start")

    def _psql(self, script: str) -> str:
        words = ("-h", str(self.folder), "-U", "bench", "-d", "postgres", "-q", "-A", "-t", "-X")
        return _run(self.folder, "psql", *words, "-v", "ON_ERROR_STOP=1", text=script)


def stop(folder: str | Path) -> None:
    """Stop the server of a folder, if there is one, and remove the folder; the server may have lost its owner."""
    place = Path(folder)
    if (place / "land" / "postmaster.pid").exists():
        _run(place, "pg_ctl", "-D", f"{place}/land", "-m", "immediate", "-w", "stop")
    shutil.rmtree(place, ignore_errors=True)


def new_folder() -> str:
    """Make a folder for a server: of a short name, as paths of sockets must be."""
    return tempfile.mkdtemp(prefix="lnrs-geo-pg-")


def _user() -> str | None:
    """Name the user that the server belongs to, where this process is root's."""
    return "nobody" if hasattr(os, "geteuid") and os.geteuid() == 0 else None


def _run(folder: Path, name: str, *words: str, text: str = "") -> str:
    # what the server says goes to its log; a pipe that it kept open would never end
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            [_program(name), *words], input=text, stdout=out, stderr=err, text=True, check=False,
            user=_user(), cwd=folder, env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
        )  # fmt: skip
        for stream in (out, err):
            stream.seek(0)
        if done.returncode:
            raise RuntimeError(f"{name}: {err.read().strip()[-300:]}")
        return out.read()


def _programs() -> Path | None:
    """Return the folder of the newest server that is installed."""
    beside = shutil.which("initdb")
    found = [path.parent for home in HOMES for path in sorted(Path("/").glob(f"{home[1:]}/initdb"))]
    return found[-1] if found else Path(beside).parent if beside else None


def _program(name: str) -> str:
    folder = _programs()
    beside = folder / name if folder else None
    return str(beside) if beside and beside.exists() else name


def _write(path: Path, columns: list[np.ndarray], shapes: Geometries) -> None:
    """Write a table for COPY; geometries as hexadecimal WKB."""
    with path.open("w", encoding="ascii") as file:
        for *values, shape in zip(*columns, shapely.to_wkb(shapes, hex=True), strict=True):
            file.write(",".join([*map(repr, (one.item() for one in values)), shape]) + "\n")
    path.chmod(0o644)
