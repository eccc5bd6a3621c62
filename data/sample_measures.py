"""The made-up measures of the sample strategy: their texts and where they are mapped.

No authority wrote any of this. The ids begin with SMP and the texts with "Sample measure" so that
nobody can take them for a published strategy's.
"""

import random
from dataclasses import dataclass

from sample_land import SEED, Land, exclusion
from sample_shapes import Point, blob, on_grid, patch
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring, unary_union


@dataclass(frozen=True, slots=True)
class Measure:
    """One made-up measure: how many places it is mapped at, how large they are, and where they lie."""

    text: str
    priority: str
    places: int
    radius_m: tuple[float, float]
    where: str = "anywhere"
    eligible: str = "yes"


MEASURES = {
    "SMP-W1": Measure("plant and join up native broadleaved woodland", "Woodland", 40, (60, 420)),
    "SMP-W2": Measure("bring neglected native woodland into good condition", "Woodland", 30, (50, 300)),
    "SMP-O1": Measure("plant traditional orchards and parkland trees", "Woodland", 18, (40, 130), "east"),
    "SMP-G1": Measure("make and improve species-rich grassland", "Grassland", 44, (60, 400)),
    "SMP-G2": Measure("bring back flower-rich upland hay meadows", "Grassland", 24, (60, 260), "west"),
    "SMP-H1": Measure("restore lowland heath and its mosaic", "Heath", 22, (80, 380), "west"),
    "SMP-B1": Measure("block drains and restore blanket bog", "Upland", 14, (200, 900), "west"),
    "SMP-T1": Measure("make fens, reedbeds and wet grassland", "Wetland", 30, (40, 240)),
    "SMP-P1": Measure("dig and restore ponds", "Wetland", 46, (15, 60)),
    "SMP-F1": Measure("let rivers use their floodplain again", "Rivers", 18, (90, 330), "river"),
    "SMP-R1": Measure("improve rivers and their banks", "Rivers", 18, (9, 24), "river-bank"),
    "SMP-HG1": Measure("plant, thicken and join hedgerows", "Farmland", 34, (120, 520), "east"),
    "SMP-TR1": Measure("plant trees outside woods", "Farmland", 28, (50, 260), "east"),
    "SMP-U1": Measure("green the built-up land", "Towns", 24, (80, 320), "east"),
    "SMP-Q1": Measure("keep open ground on old workings", "Towns", 14, (40, 200), "east"),
    "SMP-S1": Measure("help a rare butterfly along its colonies", "Species", 22, (60, 320), "west"),
    "SMP-M1": Measure("keep dogs on leads in the nesting season", "Access", 16, (120, 500), "west"),
    "SMP-E1": Measure("mapped for other purposes than net gain", "Grassland", 12, (80, 360),
                      eligible="no"),
}  # fmt: skip

# What is mapped on the three sites, by name of the ground; the third text says how it reaches beyond.
SITE_PLACES: list[tuple[str, str, str]] = [
    ("SMP-W1", "A1+A2+B1+B2+C1+C2+D1west", "south-west"),
    ("SMP-W1", "H8north", ""),
    ("SMP-W2", "C6+C7", ""),
    ("SMP-G1", "C1+C2+C3+D3south", ""),
    ("SMP-G1", "D4", ""),
    ("SMP-G2", "A5+A6", "west"),
    ("SMP-S1", "B5+B6", ""),
    ("SMP-M1", "C5", ""),
    ("SMP-E1", "D5+D6", ""),
    ("SMP-H1", "A7+A8+A9+B8+B9+B7west", "north-west"),
    ("SMP-B1", "C8+C9+D9", "north"),
    ("SMP-TR1", "A3", ""),
    ("SMP-TR1", "E2", ""),
    ("SMP-P1", "pond", ""),
    ("SMP-U1", "F1+F2+G1+G2+H1", "south"),
    ("SMP-HG1", "F3+G3+H3+F4+G4+H4", ""),
    ("SMP-T1", "E5+E6+F5+F6", ""),
    ("SMP-F1", "E7+F7+F8", ""),
    ("SMP-Q1", "G6", ""),
    ("SMP-G1", "a2+b1+b2+c2", "offsite"),
    ("SMP-G1", "sA1+sB1west", ""),
    ("SMP-T1", "sB2+sC2west", ""),
    ("SMP-U1", "sD1", ""),
]


def site_places(land: Land) -> list[tuple[str, BaseGeometry]]:
    """Return what is mapped on and round the three sites, measure by measure."""
    rng = random.Random(SEED + 1)
    ground = unary_union([land.farm.cell(label) for label in land.farm.labels()])
    offsite = unary_union([land.offsite.cell(label) for label in land.offsite.labels()])
    beyond: dict[str, tuple[Point, float]] = {
        "south-west": ((433960.0, 359500.0), 140), "west": ((433950.0, 359915.0), 85),
        "north-west": ((433990.0, 360130.0), 130), "north": ((434270.0, 360170.0), 105),
        "south": ((434620.0, 359400.0), 130), "offsite": ((444730.0, 361280.0), 150),
    }  # fmt: skip
    places = []
    for measure_id, ground_text, reach in SITE_PLACES:
        shape = land.shape(ground_text)
        if reach:
            centre, radius = beyond[reach]
            outside = blob(rng, centre, radius, vertices=90)
            border = land.areas["sample"] if reach == "offsite" else outside
            kept = outside.difference(offsite if reach == "offsite" else ground).intersection(border)
            shape = shape.intersection(land.areas["sample"]).union(kept)
        places.append((measure_id, shape))
    end = land.river.project(_point(land.farm.middle("U5.8")))
    start = land.river.project(_point(land.farm.nodes[5, 0])) - 1400
    places.append(("SMP-R1", substring(land.river, start, end).buffer(12, quad_segs=3, cap_style="flat")))
    places.append(("SMP-O1", _figure_of_eight(land)))
    return places


def _figure_of_eight(land: Land) -> BaseGeometry:
    """Return a place whose outline crosses itself at a corner of the site: field H9 and a lobe beyond."""
    corner = land.farm.nodes[8, 9]
    ring = list(land.shapes["H9"].normalize().exterior.coords)[:-1]
    turn = ring.index(corner)
    lobe = [(corner[0] + x, corner[1] + y) for x, y in ((12.0, 74.0), (61.0, 96.0), (88.0, 35.0))]
    clockwise = not Polygon(ring).exterior.is_ccw
    outline = ring[turn:] + ring[:turn] + [corner] + (lobe[::-1] if clockwise else lobe)
    return Polygon(outline)


def _point(at: Point) -> BaseGeometry:
    return LineString([at, at]).centroid


def background_places(land: Land) -> list[tuple[str, BaseGeometry]]:
    """Return the places of every measure over the whole strategy area, away from the sites."""
    rng = random.Random(SEED + 2)
    kept_clear = exclusion(land)
    free = land.areas["sample"].difference(kept_clear)
    places: list[tuple[str, BaseGeometry]] = []
    for measure_id, measure in MEASURES.items():
        count = 0
        while count < measure.places:
            shape = _draw(rng, land, measure, large=count == 0)
            if measure.where != "river-bank" and shape.intersects(kept_clear):
                continue
            shape = on_grid(shape.intersection(free))
            kept = [g for g in getattr(shape, "geoms", [shape]) if g.geom_type == "Polygon" and g.area > 80]
            if kept:
                places.append((measure_id, MultiPolygon(kept)))
                count += 1
    return places


def _draw(rng: random.Random, land: Land, measure: Measure, *, large: bool) -> BaseGeometry:
    """Return one place of a measure before it is trimmed to the strategy area."""
    west, south, east, north = land.areas["sample"].bounds
    if measure.where == "river-bank":
        start = rng.uniform(0, land.river.length - 2500)
        banks = substring(land.river, start, start + rng.uniform(700, 2500))
        return banks.buffer(rng.uniform(*measure.radius_m), quad_segs=2)
    if measure.where == "river":
        beside = land.river.interpolate(rng.uniform(0, land.river.length))
        centre = (beside.x + rng.uniform(-150, 150), beside.y + rng.uniform(-150, 150))
    else:
        bounds = {"west": (west, (west + east) / 2), "east": ((west + east) / 2, east)}
        left, right = bounds.get(measure.where, (west, east))
        centre = (rng.uniform(left, right), rng.uniform(south, north))
    low, high = measure.radius_m
    radius = high * 1.6 if large else low + (high - low) * 1.3 * rng.random() ** 1.6
    detail = 2700 if large and high >= 380 else 20 + int(radius**0.72)
    return patch(rng, centre, radius, vertices=detail)


def mapped(land: Land) -> list[tuple[dict[str, str], BaseGeometry]]:
    """Return the rows of the measures layer, in the field names that authorities agreed on."""
    rows = []
    for number, (measure_id, shape) in enumerate(site_places(land) + background_places(land), start=1):
        measure = MEASURES[measure_id]
        fields = {
            "lnrs_id": "sample",
            "pm_loc_id": f"SMP-L{number:04d}",
            "pm_id": measure_id,
            "pm_desc": f"Sample measure: {measure.text}",
            "priority_1": f"Sample priority: {measure.priority}",
            "eligible": measure.eligible,
        }
        rows.append((fields, shape))
    return rows
