"""Make the sample data of `data/sample`: a made-up strategy, its map, two sites and what is expected.

    python data/make_sample.py [FOLDER]

Everything is drawn from one seed, so that every run gives the same content.
"""

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import sample_parcels
import sample_service
from sample_applications import application_rows
from sample_crosswalk import crosswalk_rows
from sample_gpkg import Layer, write
from sample_land import PARK, Land, lay_out
from sample_measures import mapped
from sample_register import register_rows
from sample_tables import OVERRIDES
from shapely.geometry import mapping

MADE_UP = (
    "MADE-UP SAMPLE DATA for trying out and testing lnrs-geo. Not a real Local Nature Recovery Strategy, "
    "site or survey; nothing in it may be relied on."
)

STRATEGY = """\
# MADE UP: a sample strategy for trying out and testing lnrs-geo. It is no real LNRS.
lnrs_id = "sample"
name = "Made-up sample strategy (not a real LNRS)"
title = "A made-up recovery of nature"
authority = "Made-up County Council"
status = "sample"
published = "2025-01-15"
published_source = "made up"
area = "area.gpkg"
authorities = [
    "Sample Northfield District",
    "Sample Southmoor District",
    "Sample Eastvale District",
    "Made-up Peaks National Park Authority",
]

# The layer has the field names that authorities agreed on, which need no alias.
[measures]
layers = ["potential_measures"]

[crosswalk]
file = "crosswalk.csv"

[source]
layers = "data/sample/measures.gpkg, made by data/make_sample.py"
licence = "the licence of lnrs-geo"
edition = "sample 1"
"""


def make(folder: Path) -> None:
    """Write all files of the sample to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    land = lay_out()
    _write_map(folder, land)
    write(folder / "parcels.gpkg", sample_parcels.layers(land), description=MADE_UP)
    write(folder / "parcels_service.gpkg", sample_service.layers(land), description=MADE_UP)
    boundary = {
        "type": "FeatureCollection",
        "name": "site",
        "description": MADE_UP,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"site_ref": "SAMPLE-1", "name": sample_parcels.SITE_NAME},
                "geometry": mapping(sample_parcels.red_line(land)),
            }
        ],
    }
    (folder / "site.geojson").write_text(json.dumps(boundary) + "\n", encoding="utf-8", newline="\n")
    (folder / "strategy.toml").write_text(STRATEGY, encoding="utf-8", newline="\n")
    _write_table(folder / "crosswalk.csv", crosswalk_rows())
    _write_table(folder / "applications.csv", application_rows())
    _write_table(folder / "register.csv", register_rows())
    _write_table(
        folder / "overrides.csv",
        [
            {"site_ref": "", "parcel_ref": ref, "decision": decision, "justification": f"Made up: {why}.",
             "role": role, "date": "2025-03-03"}
            for ref, decision, why, role in OVERRIDES
        ],
    )  # fmt: skip
    answers = sample_parcels.expected() + sample_service.expected()
    _write_table(folder / "expected.csv", [asdict(answer) for answer in answers])


def _write_map(folder: Path, land: Land) -> None:
    """Write what authorities publish: measures, strategy areas, planning authorities, protected sites."""
    fields = ("lnrs_id", "pm_loc_id", "pm_id", "pm_desc", "priority_1", "eligible")
    measures = [(shape, values) for values, shape in mapped(land)]
    areas = [
        (shape, {"lnrs_id": key, "name": f"Made-up strategy area: {key}"})
        for key, shape in land.areas.items()
    ]
    authorities = [
        (shape, {"name": name, "kind": "national-park" if name == PARK else "district"})
        for name, shape in land.authorities.items()
    ]
    protected = [
        (shape, {"lnrs_id": "sample", "apib_id": key, "apib_type": "Made-up Local Wildlife Site",
                 "apib_name": f"Sample site {key}"})
        for key, shape in land.apib.items()
    ]  # fmt: skip
    for file, layer, columns, rows in (
        ("measures.gpkg", "potential_measures", fields, measures),
        ("area.gpkg", "strategy_areas", ("lnrs_id", "name"), areas),
        ("authorities.gpkg", "authorities", ("name", "kind"), authorities),
        ("apib.gpkg", "apib", ("lnrs_id", "apib_id", "apib_type", "apib_name"), protected),
    ):
        content = Layer(layer, "geom", "MULTIPOLYGON", dict.fromkeys(columns, "TEXT"), rows)
        write(folder / file, [content], description=MADE_UP)


def _write_table(path: Path, rows: Sequence[dict[str, object] | dict[str, str]]) -> None:
    """Write rows as CSV: UTF-8, LF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "sample")
