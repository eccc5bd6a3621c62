"""Measures read by the column are what they would be read row by row."""

import random
from hashlib import blake2b
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lnrs_geo.spatial import frames, validity
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.map_layers import MEASURE_COLUMNS, _measure_rows, measures
from lnrs_geo.spatial.rawlayer import RawLayer
from lnrs_geo.spatial.values import flag, identifier, text
from tests.spatial.look import layer, square

SHAPES = [
    square(0, 0), square(0, 0), square(5, 5), None, shapely.Polygon(), shapely.Point(430_000, 350_000),
    shapely.LineString([(0, 0), (1, 1)]), shapely.Polygon([(0, 0), (30, 30), (30, 0), (0, 10)]),
    shapely.MultiPolygon([square(0, 0), square(40, 0)]),
    shapely.GeometryCollection([square(0, 0), shapely.Point(9, 9)]),
]  # fmt: skip
CELLS = [None, "", " ", "M1", "M2", "nan", float("nan"), 7, 7.0, "7", "14.0", "Null", "a\u00a0b"]
FLAGS = [None, "yes", "no", "perhaps", 1, 0, True, False, 1.0, "F", float("nan"), "unclear"]
FIELDS = {
    "location_id": "pm_loc_id", "measure_id": "pm_id", "measure": "pm_desc", "priority": "priority_1",
    "eligible": "eligible", "lnrs_id": "lnrs_id",
}  # fmt: skip


def random_layer(chance: random.Random) -> tuple[RawLayer, dict[str, str]]:
    """Return a layer of up to 15 rows with whatever may stand in them, some of its columns absent."""
    size = chance.choice([0, 1, 3, 15])
    fields = {name: column for name, column in FIELDS.items() if chance.random() < 0.8}
    columns = {
        column: pd.Series([chance.choice(FLAGS if name == "eligible" else CELLS) for _ in range(size)], dtype=object)
        for name, column in fields.items()
    }  # fmt: skip
    shapes = [None if row == 1 else chance.choice(SHAPES) for row in range(size)]
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=27700), crs=27700)
    return RawLayer("map.gpkg", "m", frame, "GPKG", "0" * 64, "", True, frozenset({"1"})), fields


def row_by_row(layer: RawLayer, fields: dict[str, str], ledger: Ledger) -> list[tuple[Any, ...]]:
    """Read measures one after the other, as one would explain it."""
    mended = frames.mend_told(layer, frames.fids(layer), ledger)
    found, outlines = [], {}
    for row, fid in enumerate(frames.fids(layer)):
        said = {name: layer.frame[column].iloc[row] for name, column in fields.items()}
        shape, state = mended.geometries[row], mended.states[row]
        code, words = text(said.get("measure_id")), text(said.get("measure"))
        if not (code or words):
            ledger.add("measure-left-out", "The row names no measure.", feature=fid)
            continue
        if shape is None:
            ledger.add(
                "measure-left-out", "The measure has no usable geometry.", feature=fid, value=code or words
            )
            continue
        if shape.geom_type not in ("Polygon", "MultiPolygon"):
            drawn = f"The measure is drawn as {shape.geom_type}."
            ledger.add("measure-not-polygon", drawn, feature=fid, value=code or words)
            continue
        if not code:
            ledger.add("measure-id-missing", "The measure has no code: its text serves.", feature=fid)
        eligible = flag(said.get("eligible"))
        if eligible is None:
            value = text(said["eligible"])
            ledger.add(
                "eligible-unreadable", f"{value!r} is neither yes nor no.",
                feature=fid, field="eligible", value=value,
            )  # fmt: skip
        place = text(said.get("location_id"))
        if not place:
            outline = blake2b(shapely.to_wkb(shape)).digest()
            place = outlines.setdefault(outline, f"{layer.layer}:{fid}")
        changed = state == validity.GeomState.CHANGED
        widest = validity.hull_of_invalid(mended.raw[row]) if changed else None
        found.append((
            layer.source, layer.layer, fid, place, code or words, words, text(said.get("priority")),
            "unclear" if eligible is None else eligible, identifier(said.get("lnrs_id")), shape, state, widest,
        ))  # fmt: skip
    return found


def test_columns_give_what_rows_give() -> None:
    """Cells, their types, shapes, and the issues in their order, whatever stands in the columns."""
    chance, odd = random.Random(4), set()
    for _ in range(300):
        one, fields = random_layer(chance)
        by_column, by_row = Ledger("map.gpkg", "m"), Ledger("map.gpkg", "m")
        rows, expected = _measure_rows(one, fields, by_column), row_by_row(one, fields, by_row)
        assert by_column.issues == by_row.issues
        assert list(rows) == list(MEASURE_COLUMNS)
        found = list(zip(*rows.values(), strict=True))
        assert found == expected
        kinds = [[type(cell) for cell in row] for row in found]
        assert kinds == [[type(cell) for cell in row] for row in expected]
        odd |= {issue.code for issue in by_row.issues}
    assert odd >= {"measure-left-out", "measure-not-polygon", "measure-id-missing", "eligible-unreadable",
                   "geometry-changed"}  # fmt: skip


def test_a_far_row_of_a_location_is_found_however_its_id_is_written() -> None:
    """Blanks round an id, another text of the measure: it is the same measure at the same location."""
    columns = {"pm_loc_id": ["L1", " L1", "L2"], "pm_id": ["M1"] * 3, "pm_desc": ["one", "two", "one"]}
    shapes = [square(0, 0), square(9_000, 0), square(9_000, 50)]
    near = (430_000.0, 350_000.0, 430_050.0, 350_050.0)
    frame, issues = measures([layer("Measures", columns, shapes)], near=near)
    assert frame.geometry.area.tolist() == [200.0]
    assert [issue.code for issue in issues] == ["measure-text-differs", "measure-rows-merged"]


def test_rows_that_were_not_opened_are_no_empty_file() -> None:
    """A map of which nothing lies near is a map, one without features is a fault."""
    bare = layer("Measures", {"pm_id": np.array([], dtype=object)}, [])
    read = RawLayer("map.gpkg", "m", bare.frame, "GPKG", "0" * 64, "", True, left_out=3)
    frame, issues = measures([read])
    assert (len(frame), issues) == (0, [])
