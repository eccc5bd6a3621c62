"""Bring the results of many sites together in one GeoPackage, or in a set of GeoParquet files.

The sites' own results on disk are all that is read, in the order given, a few thousand rows at a time:
whether the work that made them was killed and taken up again shows nowhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from lnrs_geo import atomic, pieces, uniting
from lnrs_geo.columns import RUN, SITE, Column, Kind, names
from lnrs_geo.errors import OutputError
from lnrs_geo.packet import RUN_JSON, SCHEMA, SHAPED
from lnrs_geo.pieces import TABLES, Piece, Rows
from lnrs_geo.write import GEOPACKAGE, require_format

if TYPE_CHECKING:
    from lnrs_geo.geoparquet import ParquetFile
    from lnrs_geo.gpkg_rows import Filler

PARTS_TREE = "parts"
PARQUET = (*(f"{name}.parquet" for name in TABLES if name != PARTS_TREE), RUN_JSON)
# The partition of parts that lie in no LNRS. Hive's own name for it makes geopandas fail.
NO_LNRS = "none"
_KIND = {Kind.TEXT: uniting.TEXT, Kind.BOOL: uniting.BOOL, Kind.INT: uniting.INT}
# Layer of parts by the type of their geometry in well-known binary.
_LAYER_OF = {6: "parts", 5: "parts_line", 4: "parts_point"}


class _Sink(Protocol):
    """Takes the rows of all sites."""

    def add(self, table: str, rows: Rows) -> None:
        """Append rows to a table."""


def assemble(
    results: Iterable[tuple[str, Path]],
    out: Path,
    *,
    file_format: str = "gpkg",
    run: Mapping[str, Any] | None = None,
) -> list[Path]:
    """Write the results of many sites together, whole or not at all.

    Each table begins with the column `site`, save `measures_used`, where a mapped polygon stands once.

    Parameters
    ----------
    results
        Reference of the site and the folder of its results, in the order in which the rows shall
        stand; an empty reference for a packet, whose rows say their own site.
    out
        The folder, made where absent.
    file_format
        `gpkg` for `results.gpkg`; `parquet` for `parts/lnrs_id=.../part-0.parquet` and a file for
        each of the other tables.
    run
        What is to be said of the whole run.

    Raises
    ------
    OptionError
        There is no such format, or pyarrow is not installed.
    OutputError
        A folder holds no whole results, or the files cannot be written; `out` is then as it was.
    """
    from lnrs_geo import frames

    require_format(file_format)
    found = [pieces.opened(site, Path(folder)) for site, folder in results]
    own = uniting.united(piece.own() for piece in found)
    told = frames.plain(run or {})
    if file_format == "parquet":
        with atomic.replacing(Path(out), PARQUET, tree=PARTS_TREE) as staging:
            _write_parquet(staging, found, own, told)
        return [Path(out) / name for name in (PARTS_TREE, *PARQUET)]
    with atomic.replacing(Path(out), [GEOPACKAGE]) as staging:
        try:
            _write_geopackage(staging / GEOPACKAGE, found, own, told)
        except sqlite3.Error as error:
            raise OutputError(
                f"The GeoPackage cannot be written ({error}); nothing was changed.",
                where=str(out),
                fix="Free some space, or name another folder.",
            ) from error
    return [Path(out) / GEOPACKAGE]


def _fill(sink: _Sink, found: Sequence[Piece], own: Mapping[str, str]) -> None:
    marks = _relied_on(found)
    written: set[bytes] = set()
    for piece in found:
        kinds = piece.own()
        for table in TABLES:
            for rows in piece.rows(table):
                if table == "measures_used":
                    sink.add(table, _once(rows, marks, written))
                elif table == "parcels":
                    sink.add(table, Rows(_with_own(rows.values, kinds, own), None))
                else:
                    sink.add(table, rows)


def _relied_on(found: Sequence[Piece]) -> dict[bytes, bool]:
    """Say of every mapped polygon whether a High part of any site relies on it."""
    marks: dict[bytes, bool] = {}
    for piece in found:
        for rows in piece.rows("measures_used"):
            for mark, relied in zip(_marks(rows), rows.values["relied_on"], strict=True):
                marks[mark] = marks.get(mark, False) or bool(relied)
    return marks


def _marks(rows: Rows) -> list[bytes]:
    values = [rows.values[name] for name in names(TABLES["measures_used"]) if name != "relied_on"]
    return [uniting.digest(row, shape) for *row, shape in zip(*values, rows.shapes or (), strict=True)]


def _once(rows: Rows, marks: Mapping[bytes, bool], written: set[bytes]) -> Rows:
    """Return the polygons that were not written yet."""
    kept, flags = [], []
    for at, mark in enumerate(_marks(rows)):
        if mark not in written:
            written.add(mark)
            kept.append(at)
            flags.append(marks[mark])
    values: dict[str, Sequence[Any]] = {
        name: [column[at] for at in kept] for name, column in rows.values.items()
    }
    shapes = rows.shapes or ()
    return Rows(values | {"relied_on": flags}, [shapes[at] for at in kept])


def _with_own(
    values: Mapping[str, Sequence[Any]], kinds: Mapping[str, str], own: Mapping[str, str]
) -> dict[str, Sequence[Any]]:
    """Return the rows of `parcels` with the input's own columns of all sites."""
    made = {name: values[name] for name in (SITE.name, *names(TABLES["parcels"]))}
    there = {name.casefold(): name for name in kinds}
    nothing = [None] * len(made[SITE.name])
    for label, wanted in own.items():
        name = there.get(label.casefold())
        made[label] = nothing if name is None else uniting.fitted(values[name], kinds[name], wanted=wanted)
    return made


def _columns(table: str) -> tuple[Column, ...]:
    return TABLES[table] if table == "measures_used" else (SITE, *TABLES[table])


class _GeoPackage:
    """Appends rows to the layers of a GeoPackage."""

    def __init__(self, filler: Filler, own: Mapping[str, str]) -> None:
        self.filler, self.own = filler, own
        self.counts: dict[str, int] = {}

    def add(self, table: str, rows: Rows) -> None:
        """Append rows to a table; parts go into the layer of their geometry."""
        labels = [*names(_columns(table)), *(self.own if table == "parcels" else ())]
        columns = [rows.values[name] for name in labels]
        if table != "parts" or rows.shapes is None:
            self._add(table, columns, rows.shapes)
            return
        layers = [_layer(shape) for shape in rows.shapes]
        for layer in dict.fromkeys(layers):
            at = [i for i, one in enumerate(layers) if one == layer]
            self._add(layer, [[column[i] for i in at] for column in columns], [rows.shapes[i] for i in at])

    def _add(
        self, layer: str, columns: Sequence[Sequence[Any]], shapes: Sequence[bytes | None] | None
    ) -> None:
        self.filler.add(layer, columns, shapes)
        self.counts[layer] = self.counts.get(layer, 0) + len(columns[0])


def _layer(shape: bytes | None) -> str:
    from lnrs_geo import gpkg_rows

    return "parts" if shape is None else _LAYER_OF[gpkg_rows.wkb_type(shape)]


def _write_geopackage(
    path: Path, found: Sequence[Piece], own: Mapping[str, str], told: dict[str, Any]
) -> None:
    import pandas as pd

    from lnrs_geo import frames, geopackage, gpkg_rows

    empty = {table: frames.empty(_columns(table)) for table in TABLES}
    dtypes = {uniting.TEXT: object, uniting.BOOL: "boolean", uniting.INT: "Int64", uniting.FLOAT: float}
    for name, kind in own.items():
        empty["parcels"][name] = pd.Series([], dtype=dtypes[kind])  # type: ignore[call-overload]
    layers = {
        name: empty["measures_used" if name == "measures_used" else "parts"] for name in geopackage.LAYERS
    }
    tables = {name: empty[name] for name in TABLES if name not in SHAPED}
    about = geopackage.run_rows(told)
    geopackage.create(path, layers, {**tables, "run": frames.empty(RUN)})
    with gpkg_rows.filling(path) as filler:
        sink = _GeoPackage(filler, own)
        _fill(sink, found, own)
        filler.add("run", gpkg_rows.values_of(about))
    nothing = dict.fromkeys((*layers, *tables), 0)
    geopackage.finish(path, {**nothing, **sink.counts, "run": len(about)})


class _GeoParquet:
    """Appends rows to Parquet files; parts go into one for each LNRS."""

    def __init__(self, folder: Path, own: Mapping[str, str], files: ExitStack) -> None:
        from lnrs_geo import geoparquet, gpkg_rows

        self.folder, self.own, self.files = folder, own, files
        self._parquet, self._wkb = geoparquet, gpkg_rows.wkb_of
        self._open: dict[str, ParquetFile] = {}
        (folder / PARTS_TREE).mkdir()
        for table in TABLES:
            if table != PARTS_TREE:
                self._file(f"{table}.parquet", self._kinds(table), shaped=table in SHAPED)

    def add(self, table: str, rows: Rows) -> None:
        """Append rows to a table."""
        kinds = self._kinds(table)
        made = self._parquet.arrays(rows.values, kinds)
        if rows.shapes is not None:
            made = self._parquet.with_wkb(made, self._wkb(rows.shapes))
        if table != PARTS_TREE:
            self._open[f"{table}.parquet"].add(made)
            return
        # the place of the file says the LNRS; a column would say it twice
        del kinds["lnrs_id"]
        of = rows.values["lnrs_id"]
        for lnrs_id in dict.fromkeys(of):
            name = f"{PARTS_TREE}/lnrs_id={quote(lnrs_id, safe='') or NO_LNRS}/part-0.parquet"
            if name not in self._open:
                (self.folder / name).parent.mkdir()
                self._file(name, kinds, shaped=True)
            self._open[name].add(made.take([at for at, one in enumerate(of) if one == lnrs_id]))

    def _kinds(self, table: str) -> dict[str, str]:
        kinds = {one.name: _KIND.get(one.kind, uniting.FLOAT) for one in _columns(table)}
        return kinds | (dict(self.own) if table == "parcels" else {})

    def _file(self, name: str, kinds: Mapping[str, str], *, shaped: bool) -> None:
        schema = self._parquet.arrays({one: [] for one in kinds}, kinds)
        if shaped:
            schema = self._parquet.with_wkb(schema, [])
        file = self._parquet.ParquetFile(self.folder / name, schema.schema)
        self.files.callback(file.close)
        self._open[name] = file


def _write_parquet(
    folder: Path, found: Sequence[Piece], own: Mapping[str, str], told: dict[str, Any]
) -> None:
    from lnrs_geo import tabular

    with ExitStack() as files:
        _fill(_GeoParquet(folder, own, files), found, own)
    about = {"schema": SCHEMA, "program": str(told.get("program") or "lnrs-geo"), "run": told}
    (folder / RUN_JSON).write_text(tabular.encoded(about) + "\n", encoding="utf-8")
