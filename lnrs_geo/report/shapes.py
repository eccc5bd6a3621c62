"""The geometry of a result, for drawing only: parts and mapped measures as `results.gpkg` holds them."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from lnrs_geo import atomic
from lnrs_geo.errors import OutputError
from lnrs_geo.report.notices import notices
from lnrs_geo.write import GEOPACKAGE

Geometries = npt.NDArray[np.object_]
Bounds = tuple[float, float, float, float]

_PART_LAYERS = ("parts", "parts_line", "parts_point")
_PART_COLUMNS = (
    "source", "src_fid", "parcel_ref", "part", "module", "stage", "retention", "size", "size_unit",
    "strat_sig", "ss_mult", "status", "measure_id", "alt_sig", "alt_mult", "lnrs_id",
)  # fmt: skip
_MEASURE_COLUMNS = ("location_id", "measure_id", "measure", "lnrs_id", "relied_on")


@dataclass(frozen=True, slots=True)
class Shape:
    """A row of a layer, with the columns that a map needs, and its geometry in EPSG:27700."""

    row: Mapping[str, Any]
    geometry: shapely.Geometry


class Layer:
    """Rows with geometry, found by the land they lie on.

    Parameters
    ----------
    rows
        The rows that have geometry.
    """

    def __init__(self, rows: Iterable[Shape]) -> None:
        self.shapes: tuple[Shape, ...] = tuple(rows)
        self._tree = shapely.STRtree([one.geometry for one in self.shapes])

    def within(self, bounds: Bounds) -> list[Shape]:
        """Return the rows that have land inside or on a rectangle, in their own order."""
        found = self._tree.query(shapely.box(*bounds), predicate="intersects")
        return [self.shapes[at] for at in sorted(found.tolist())]


class Shapes:
    """Parts and mapped measures of a result with their geometry, and what was stated of the run.

    Parameters
    ----------
    parts, measures
        Rows that have geometry.
    run
        Statements of the run by their dotted key, as the table `run` holds them.
    """

    def __init__(self, *, parts: Sequence[Shape], measures: Sequence[Shape], run: Mapping[str, str]) -> None:
        self.parts = Layer(parts)
        self.measures = Layer(measures)
        self.run = run
        self._of: dict[tuple[str, str], list[Shape]] = {}
        for one in parts:
            self._of.setdefault((one.row["source"], one.row["src_fid"]), []).append(one)

    def of(self, source: str, src_fid: str) -> list[Shape]:
        """Return the parts of one feature of the input, of both stages."""
        return self._of.get((source, src_fid), [])


def read_shapes(folder: Path) -> Shapes:
    """Read what there is to draw from the results in `folder`.

    Raises
    ------
    OutputError
        There is no `results.gpkg`, or it is damaged.
    """
    path = Path(folder) / GEOPACKAGE
    atomic.roll_forward(Path(folder))
    if not path.is_file():
        raise OutputError(
            "There is nothing to draw maps from.",
            where=str(folder),
            fix=f"Name the folder that holds {GEOPACKAGE}, or run `lnrs-geo check` again.",
        )
    try:
        parts = [one for layer in _PART_LAYERS for one in _rows(path, layer, _PART_COLUMNS)]
        measures = _rows(path, "measures_used", _MEASURE_COLUMNS)
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            run = dict(database.execute("SELECT key, value FROM run"))
            issues = [
                {"code": code, "message": message}
                for code, message in database.execute("SELECT code, message FROM issues")
            ]
    except (DataLayerError, DataSourceError, sqlite3.Error, ValueError) as error:
        raise OutputError(
            f"The results cannot be read ({error}).", where=str(path), fix="Run `lnrs-geo check` again."
        ) from error
    run["notice"] = " ".join(notices(run.get("notice") or "", issues))
    return Shapes(parts=parts, measures=measures, run=run)


def _rows(path: Path, layer: str, columns: Sequence[str]) -> list[Shape]:
    """Read a layer; rows without geometry (parts in error) have nothing to draw."""
    meta, _, wkb, values = pyogrio.raw.read(path, layer=layer, columns=list(columns))
    names = meta["fields"].tolist()
    geometry = shapely.from_wkb(wkb)
    rows = zip(*(_plain(column) for column in values), strict=True)
    return [
        Shape(dict(zip(names, row, strict=True)), shape)
        for row, shape in zip(rows, geometry, strict=True)
        if shape is not None and not shape.is_empty
    ]


def _plain(column: npt.NDArray[Any]) -> list[Any]:
    """Return a column's values; an absent number is none."""
    return [None if one != one else one for one in column.tolist()]  # only what is no number is not itself
