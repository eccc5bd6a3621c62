"""Made-up shapes and facts for the tests of maps."""

from typing import Any

import shapely

from lnrs_geo.report.facts import Counts, Left, ParcelFacts, Report
from lnrs_geo.report.shapes import Shape, Shapes

RUN = {
    "notice": "",
    "strategy.name": "Sample strategy",
    "strategy.title": "Made up",
    "measures_source.edition": "first",
    "measures_source.licence": "OGL v3",
}
UNITS = {"area": "ha", "hedgerow": "km", "watercourse": "km", "tree": "count"}


def part(geometry: Any, **fields: Any) -> Shape:
    """Return a part: decided, Low, created, of parcel P1, save what `fields` say."""
    module = fields.get("module", "area")
    row = {
        "source": "a.gpkg|Habitats", "src_fid": "1", "parcel_ref": "P1", "part": 1, "module": module,
        "stage": "post", "retention": "Created", "size": 1.0, "size_unit": UNITS[module],
        "strat_sig": "Low", "ss_mult": 1.0, "status": "decided", "measure_id": "", "alt_sig": "",
        "alt_mult": None, "lnrs_id": "sample",
    }  # fmt: skip
    return Shape(row | fields, geometry)


def high(geometry: Any, **fields: Any) -> Shape:
    """Return a part that is High."""
    return part(geometry, **({"strat_sig": "High", "ss_mult": 1.15, "measure_id": "W1"} | fields))


def review(geometry: Any, **fields: Any) -> Shape:
    """Return a part for review."""
    return part(geometry, **({"status": "provisional"} | fields))


def measure(geometry: Any, name: str = "W1", **fields: Any) -> Shape:
    """Return a mapped measure."""
    row = {"location_id": "L1", "measure_id": name, "measure": f"Text of {name}", "lnrs_id": "sample"}
    return Shape(row | {"relied_on": False} | fields, geometry)


def match(name: str = "W1", relation: str = "partial", share: float = 0.5) -> dict[str, Any]:
    """Return a row of `matches`."""
    return {"measure_id": name, "lnrs_id": "sample", "relation": relation, "share": share}


def facts(shapes: Shapes, *, matches: tuple[dict[str, Any], ...] = (), src_fid: str = "1") -> ParcelFacts:
    """Return the facts of a feature."""
    row = shapes.of("a.gpkg|Habitats", src_fid)[0].row
    return ParcelFacts(
        row["source"], src_fid, row["parcel_ref"], row["module"], f"parcel-{src_fid}", (), (), (), matches, ()
    )  # fmt: skip


def world(parts: list[Shape], measures: list[Shape] | None = None, **run: str) -> Shapes:
    """Return shapes, with a run whose statements `run` changes."""
    return Shapes(parts=parts, measures=measures or [], run=RUN | run)


def report_of(shapes: Shapes, *, pages: tuple[ParcelFacts, ...] = ()) -> Report:
    """Return a report on these shapes."""
    counts = Counts(1, 1, 1, 0, 0, 0, 0, 0, 0, {})
    return Report("Site", (), {}, "", (), (), counts, (), pages, Left(0, 100), ())


def square(x: float, y: float, side: float) -> Any:
    """Return a square by its lower left corner."""
    return shapely.box(x, y, x + side, y + side)
