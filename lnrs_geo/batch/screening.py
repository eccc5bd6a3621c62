"""Say what is mapped at a grid reference. A grid reference has no outline, so this assesses nothing.

A grid reference names a square, of 1 m or of 10 km. The answer is given for its middle, with what else
the square reaches into. No circle or square is ever taken for the site's boundary.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from lnrs_geo import areas, atomic, record
from lnrs_geo.batch.land_held import SiteGatherer
from lnrs_geo.batch.sites import Site
from lnrs_geo.batch.task import Job
from lnrs_geo.gather import Inputs
from lnrs_geo.multiplier.cautions import contested_land
from lnrs_geo.spatial import gridref, zones

FILE = "screening.json"
SCHEMA = "lnrs-geo/screening-1"


@dataclass(frozen=True, slots=True)
class Screen:
    """What is mapped at a site of which only a grid reference is known.

    Attributes
    ----------
    statement
        What this is, and what it is not, in plain words.
    square_m
        The side of the square that the grid reference names.
    lnrs_ids, authorities
        Those at the middle of the square; then those that the square reaches into besides.
    measures
        One mapping for each mapped measure: its id, words and priority, and whether it lies `at` the
        middle (`point`) or elsewhere in the square (`square`).
    """

    reference: str
    grid_reference: str
    square_m: int
    statement: str
    notice: str
    lnrs_ids: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    lnrs_beside: tuple[str, ...] = ()
    authorities_beside: tuple[str, ...] = ()
    measures: Sequence[dict[str, Any]] = field(default_factory=tuple)

    def cells(self) -> dict[str, str]:
        """Return the cells that it fills of the site's row in `sites.csv`."""
        return {
            "lnrs_id": ";".join(self.lnrs_ids),
            "authority": ";".join(self.authorities),
            "gridref": self.grid_reference,
            "square_m": str(self.square_m),
            "measures_at_point": ";".join(one["measure_id"] for one in self.measures if one["at"] == "point"),
            "notice": self.notice,
        }

    def write(self, folder: Path) -> Path:
        """Write `screening.json`, whole or not at all, and return where it is."""
        document = {
            "schema": SCHEMA,
            "reference": self.reference,
            "statement": self.statement,
            "notice": self.notice,
            "grid_reference": self.grid_reference,
            "square_m": self.square_m,
            "lnrs": [_named(one) for one in self.lnrs_ids],
            "lnrs_elsewhere_in_square": [_named(one) for one in self.lnrs_beside],
            "authorities": list(self.authorities),
            "authorities_elsewhere_in_square": list(self.authorities_beside),
            "measures": list(self.measures),
        }
        with atomic.replacing(folder, [FILE]) as staging:
            text = json.dumps(document, ensure_ascii=False, indent=1)
            (staging / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
        return folder / FILE


def land_round(sites: Sequence[Site], job: Job) -> Inputs:
    """Read what is mapped round the grid references of these sites.

    Raises
    ------
    LandUnusable
        A file that all sites have in common cannot be read or used.
    """
    gatherer = SiteGatherer(job.sources, job.settings)
    squares = np.array([_box(gridref.parse(site.grid_reference)) for site in sites], dtype=object)
    gatherer.look_near(tuple(shapely.total_bounds(squares)))
    gatherer.stand_on(squares)
    return gatherer.land()


def screened(site: Site, inputs: Inputs, job: Job) -> Screen:
    """Say what is mapped at the grid reference of a site."""
    square = gridref.parse(site.grid_reference)
    box = _box(square)
    middle = shapely.Point(*square.middle)
    lands, _ = zones.resolve(inputs.areas, inputs.authorities, near=tuple(shapely.bounds(box)))
    here = next((land for land in lands if shapely.intersects(land.geometry, middle)), None)
    reached = [land for land in lands if shapely.intersects(land.geometry, box)]
    lnrs_ids = here.lnrs_ids if here and here.lnrs_id else ()
    authorities = (here.authority,) if here and here.authority else ()
    digits = 2 * (5 - int(np.log10(square.size_m)))
    named = gridref.grid_references([(square.easting_m, square.northing_m)], digits=digits)[0]
    found: dict[str, Any] = {
        "lnrs_ids": lnrs_ids,
        "authorities": authorities,
        "lnrs_beside": _others((one for land in reached for one in land.lnrs_ids), lnrs_ids),
        "authorities_beside": _others((land.authority for land in reached), authorities),
        "measures": _measures(inputs, middle, box, lands),
    }
    return Screen(
        site.reference,
        named,
        square.size_m,
        " ".join(_statement(named, square.size_m, inputs, found)),
        record.notice(inputs, accept_proposed=job.settings.accept_proposed),
        **found,
    )


def _statement(named: str, size_m: int, inputs: Inputs, found: dict[str, Any]) -> list[str]:
    """Say what was done, and what it is not."""
    said = [
        f"Screened by its grid reference alone: {named} stands for a square of {_length(size_m)}, and this is "
        "told of the middle of it. No boundary was given, so this is no assessment: no parcel was looked at, "
        "and nothing here is High or Low."
    ]
    if inputs.areas is None:
        said.append("No strategy area was given, so the LNRS is not known.")
    elif not found["lnrs_ids"]:
        said.append("It lies in no strategy area that was given.")
    elif not any(one.lnrs_id in found["lnrs_ids"] for one in inputs.maps):
        said.append("The measures of that LNRS are not loaded.")
    if len(found["lnrs_ids"]) > 1:
        said.append(contested_land(found["lnrs_ids"], how_much="the middle of it"))
    beside = [f"LNRS {one}" for one in found["lnrs_beside"]] + list(found["authorities_beside"])
    if beside:
        said.append(f"The square reaches into {', '.join(beside)} too.")
    elsewhere = sum(one["at"] == "square" for one in found["measures"])
    if elsewhere:
        said.append(f"{elsewhere} other measure(s) are mapped elsewhere in the square.")
    return said


def _measures(
    inputs: Inputs, middle: shapely.Point, box: shapely.Geometry, lands: Sequence[zones.Land]
) -> tuple[dict[str, Any], ...]:
    """Return the measures of each map at the middle and in the square, on its own land where areas are given."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in inputs.maps:
        ground = box
        if inputs.areas is not None:
            own = [land.geometry for land in lands if one.lnrs_id in land.lnrs_ids]
            ground = shapely.intersection(box, shapely.union_all(own))
        shapes = np.asarray(one.measures.geometry.array, dtype=object)
        for at in np.flatnonzero(shapely.intersects(shapes, ground)).tolist():
            row = one.measures.iloc[at]
            inside = shapely.intersects(shapes[at], middle) and shapely.intersects(ground, middle)
            key = (one.lnrs_id, str(row["measure_id"]))
            if inside or key not in found:
                found[key] = {
                    "measure_id": str(row["measure_id"]),
                    "measure": str(row["measure"]),
                    "priority": str(row["priority"]),
                    "eligible": str(row["eligible"]),
                    "at": "point" if inside else "square",
                }
    return tuple(found[key] for key in sorted(found, key=lambda one: (found[one]["at"], one)))


def _others(names: Any, here: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({name for name in names if name and name not in here}, key=zones.by_id))


def _box(square: gridref.GridSquare) -> shapely.Geometry:
    east, north, size = square
    return shapely.box(east, north, east + size, north + size)


def _length(size_m: int) -> str:
    """Say a side in metres, or in kilometres where it has one or more.

    Examples
    --------
    >>> _length(100), _length(10_000)
    ('100 m', '10 km')
    """
    return f"{size_m // 1000} km" if size_m >= 1000 else f"{size_m} m"


def _named(lnrs_id: str) -> dict[str, str]:
    known = areas.area(lnrs_id)
    return {"lnrs_id": lnrs_id, "name": known.name if known else ""}
