"""Where the sample lies: its sites, strategy areas, planning authorities and the protected sites.

Everything is made up. The places are chosen so that each situation a checker must tell apart occurs
once and on purpose: boundaries run along field edges except where a parcel is meant to be cut.
"""

import random
from dataclasses import dataclass

from sample_shapes import Point, Tiling, blob, rounded, wiggle
from shapely import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import split, unary_union

SEED = 20250115

FARM_ORIGIN = (434000.0, 359500.0)
OFFSITE_ORIGIN = (444800.0, 361200.0)
SERVICE_ORIGIN = (431000.0, 355800.0)

NORTH = "Sample Northfield District"
SOUTH = "Sample Southmoor District"
EAST = "Sample Eastvale District"
PARK = "Made-up Peaks National Park Authority"

# Fields cut by a boundary: the edges between which the cut runs, and a name for the first-named side.
FARM_CUTS = {
    "D1": ("L0.3", "L1.3", "west"),
    "D3": ("U3.2", "U4.2", "south"),
    "B7": ("L6.1", "L7.1", "west"),
    "H8": ("U7.7", "U8.7", "north"),
}


@dataclass(frozen=True, slots=True)
class Land:
    """The ground of the sample: every named shape from which parcels and measures are put together."""

    farm: Tiling
    offsite: Tiling
    service: Tiling
    shapes: dict[str, BaseGeometry]
    areas: dict[str, BaseGeometry]
    authorities: dict[str, BaseGeometry]
    apib: dict[str, BaseGeometry]
    river: LineString

    def shape(self, text: str) -> BaseGeometry:
        """Return the shape of a text such as `D2-pond` (without the pond) or `A9+B9` (joined)."""
        first, *holes = text.split("-")
        joined = unary_union([self.shapes[name] for name in first.split("+")])
        return joined.difference(unary_union([self.shapes[name] for name in holes])) if holes else joined


def lay_out() -> Land:
    """Return the sample's ground, the same each time."""
    rng = random.Random(SEED)
    farm = Tiling(rng, FARM_ORIGIN, counts=(8, 9), size_m=(90, 70), river=5, straight=[(6, 4)])
    offsite = Tiling(rng, OFFSITE_ORIGIN, counts=(5, 2), size_m=(80, 70))
    service = Tiling(rng, SERVICE_ORIGIN, counts=(4, 2), size_m=(85, 75))
    slot = _insert_slot(farm)
    shapes: dict[str, BaseGeometry] = {label: farm.cell(label) for label in farm.labels()}
    shapes |= {label.lower(): offsite.cell(label) for label in offsite.labels()}
    shapes |= {f"s{label}": service.cell(label) for label in service.labels()}
    shapes |= _cut_fields(rng, farm, shapes)
    shapes |= _cut_service(rng, service, shapes)
    centre = shapes["D2"].centroid
    shapes["pond"] = blob(rng, (centre.x, centre.y), 11, vertices=28)
    shapes["sliver"] = slot
    bow = OFFSITE_ORIGIN[0] - 90, OFFSITE_ORIGIN[1] + 60
    corners = [(0, 0), (46.4, 31.2), (45.1, -2.3), (3.7, 33.8)]
    shapes["bowtie"] = Polygon([rounded(bow[0] + x, bow[1] + y) for x, y in corners])
    lens, upper = _lenses(farm, shapes["D4"])
    border = _border(rng, offsite)
    return Land(
        farm, offsite, service, shapes,
        areas=_areas(rng, offsite, border),
        authorities=_authorities(rng, farm, lens, upper),
        apib={
            "SAMPLE-A1": shapes["H5"].union(shapes["H6"]),
            "SAMPLE-A2": shapes["A9"].union(shapes["B9"]),
            "SAMPLE-A3": blob(rng, (437800.0, 363900.0), 420, vertices=90),
            "SAMPLE-A4": blob(rng, (430300.0, 364800.0), 600, vertices=120),
        },
        river=_river(rng, farm),
    )  # fmt: skip


def _insert_slot(farm: Tiling) -> Polygon:
    """Put two vertices 4 m apart into the edge of B3 and C3; return the sliver that lies on them in B3."""
    edge = farm.upright[2, 2]
    (x0, y0), (x1, y1) = edge[0], edge[1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    along = (x1 - x0) / length, (y1 - y0) / length
    low = rounded(x0 + 8 * along[0], y0 + 8 * along[1])
    high = rounded(x0 + 12 * along[0], y0 + 12 * along[1])
    edge[1:1] = [low, high]
    tip = rounded((low[0] + high[0]) / 2 - 0.3 * along[1], (low[1] + high[1]) / 2 + 0.3 * along[0])
    return Polygon([low, high, tip])


def _cut(rng: random.Random, field: BaseGeometry, ends: tuple[Point, Point]) -> list[BaseGeometry]:
    """Return the two sides of a field, cut by a winding line between two vertices of its edge."""
    line = LineString(wiggle(rng, list(ends), rough=0.12, step_m=14))
    pieces = [piece for piece in split(field, line).geoms if piece.area > 1]
    if len(pieces) != 2:
        raise ValueError(f"the cut makes {len(pieces)} pieces")
    return pieces


def _side(pieces: list[BaseGeometry], side: str) -> BaseGeometry:
    """Return the piece furthest to a side: west, east, south or north."""
    sign = -1 if side in ("west", "south") else 1
    axis = 0 if side in ("west", "east") else 1
    return max(pieces, key=lambda piece: sign * piece.centroid.coords[0][axis])


def _cut_fields(rng: random.Random, farm: Tiling, shapes: dict[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Return the sides of the farm's cut fields, named such as `D1west`."""
    sides = {}
    for label, (start, stop, side) in FARM_CUTS.items():
        # An edge reads level.column or upright.row, so that `L0.3` is the south edge of D1.
        pieces = _cut(rng, shapes[label], (farm.middle(start), farm.middle(stop)))
        sides[label + side] = _side(pieces, side)
    return sides


def _cut_service(
    rng: random.Random, service: Tiling, shapes: dict[str, BaseGeometry]
) -> dict[str, BaseGeometry]:
    """Return both sides of the two cut fields of the newer template's site."""
    sides = {}
    for label, row in (("sB1", 0), ("sC2", 1)):
        column = ord(label[1]) - ord("A")
        ends = service.middle(f"L{row}.{column}"), service.middle(f"L{row + 1}.{column}")
        pieces = _cut(rng, shapes[label], ends)
        sides |= {label + side: _side(pieces, side) for side in ("west", "east")}
    return sides


def _lenses(farm: Tiling, field: BaseGeometry) -> tuple[list[Point], list[Point]]:
    """Return two lines through D4, from west to east: the districts' boundary and the park's."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = (farm.nodes[n] for n in ((3, 3), (4, 3), (4, 4), (3, 4)))

    def at(u: float, v: float) -> Point:
        return rounded((1 - u) * (1 - v) * ax + u * (1 - v) * bx + u * v * cx + (1 - u) * v * dx,
                       (1 - u) * (1 - v) * ay + u * (1 - v) * by + u * v * cy + (1 - u) * v * dy)  # fmt: skip

    lower = [(ax, ay), at(0.2, 0.27), at(0.5, 0.34), at(0.8, 0.25), (bx, by)]
    upper = [(dx, dy), at(0.15, 0.75), at(0.45, 0.66), at(0.82, 0.72), (cx, cy)]
    if not all(field.covers(LineString(line)) for line in (lower, upper)):
        raise ValueError("a boundary leaves D4")
    return lower, upper


def _border(rng: random.Random, offsite: Tiling) -> tuple[list[Point], list[Point]]:
    """Return the strategy's eastern border, south and north of the point where the neighbour begins."""
    low, mid, high = (offsite.middle(f"L{j}.2") for j in (0, 1, 2))
    south = wiggle(rng, [(444300.0, 352400.0), (445300.0, 357500.0), low], rough=0.1, step_m=260)
    north = wiggle(rng, [high, (444500.0, 364200.0), (443400.0, 368300.0)], rough=0.1, step_m=260)
    return south + wiggle(rng, [low, mid], rough=0.1, step_m=20)[1:], (
        wiggle(rng, [mid, high], rough=0.1, step_m=20) + north[1:]
    )


def _areas(
    rng: random.Random, offsite: Tiling, border: tuple[list[Point], list[Point]]
) -> dict[str, BaseGeometry]:
    """Return the sample's strategy area and a neighbour's, which begins north of a line at the border."""
    south, north = border
    outline = [north[-1], (436000.0, 369200.0), (428600.0, 368000.0), (425200.0, 362000.0),
               (426400.0, 355600.0), (432300.0, 352200.0), (438500.0, 351600.0), south[0]]  # fmt: skip
    west = wiggle(rng, outline, rough=0.1, step_m=260)
    edge = offsite.line("L1.2-4")
    start = edge.index(north[0])
    far = wiggle(rng, [edge[-1], (447800.0, 361000.0), (448600.0, 365200.0), (446900.0, 369000.0),
                       north[-1]], rough=0.08, step_m=300)  # fmt: skip
    return {
        "sample": Polygon(south + north[1:] + west[1:-1]),
        "neighbour": Polygon(edge[start:] + far[1:] + north[::-1][1:-1]),
    }


def _authorities(
    rng: random.Random, farm: Tiling, lens: list[Point], upper: list[Point]
) -> dict[str, BaseGeometry]:
    """Return three districts that share the land out between them, and a park over two of them."""
    west, south, east, north = 415000.0, 342000.0, 455000.0, 378000.0
    along = farm.line("L3.0-2") + lens[1:] + farm.line("L3.4-7")[1:]
    into = wiggle(rng, [(west, 361500.0), (424000.0, 358800.0), along[0]], rough=0.08, step_m=350)
    out = wiggle(rng, [along[-1], (439500.0, 361100.0), (443000.0, 358900.0)], rough=0.08, step_m=350)
    line = into + along[1:] + out[1:]
    upward = wiggle(rng, [line[-1], (442600.0, 366000.0), (443700.0, north)], rough=0.08, step_m=350)
    downward = wiggle(rng, [(443900.0, south), (442500.0, 350000.0), line[-1]], rough=0.08, step_m=350)
    ring = farm.line("U4.4-8")[::-1] + upper[::-1][1:] + farm.line("L4.0-2")[::-1][1:]
    round_west = [ring[-1], (431900.0, 358300.0), (428000.0, 357000.0), (421500.0, 354200.0),
                  (418800.0, 362000.0), (424000.0, 370800.0), (431000.0, 372600.0), ring[0]]  # fmt: skip
    return {
        NORTH: Polygon(line + upward[1:] + [(west, north)]),
        SOUTH: Polygon([(west, south), *downward, *line[::-1][1:]]),
        EAST: Polygon(downward + upward[1:] + [(east, north), (east, south)]),
        PARK: Polygon(ring + wiggle(rng, round_west, rough=0.1, step_m=350)[1:-1]),
    }


def _river(rng: random.Random, farm: Tiling) -> LineString:
    """Return the river that runs through the farm, from far below it to far above."""
    course = farm.line("U5.0-8")
    below = wiggle(rng, [(437200.0, 353300.0), (435500.0, 356500.0), (434300.0, 358600.0), course[0]],
                   rough=0.22, step_m=45)  # fmt: skip
    above = wiggle(rng, [course[-1], (434700.0, 362400.0), (433300.0, 365100.0), (434200.0, 368000.0)],
                   rough=0.22, step_m=45)  # fmt: skip
    return LineString(below + course[1:] + above[1:])


def exclusion(land: Land) -> BaseGeometry:
    """Return the ground round the sites that background measures stay away from."""
    sites = []
    for tiling, reach_m in ((land.farm, 60), (land.offsite, 150), (land.service, 60)):
        fields = unary_union([tiling.cell(label) for label in tiling.labels()])
        sites.append(box(*fields.bounds).buffer(reach_m))
    return unary_union(sites)
