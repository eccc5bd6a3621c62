"""Made-up land to measure the program on: a lattice of fields, and twenty measures mapped over it.

The land is a square of about the size of a county. Parcels are fields of the lattice, so neighbours
share their edges and none overlap. Some measures are drawn along the same field edges (coincident
edges), others freely: one polygon over nearly everything, uplands, river corridors, cells of rasters
(single ones, and regions with holes), and patches in clusters that overlap each other, whose numbers
of vertices have a heavy tail. Everything comes from one seed. A smaller `scale` makes a smaller
square of the same kind.
"""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from tests.benchmarks import shapes
from tests.benchmarks.shapes import Geometries, Point

SEED = 20_250
BNG = "EPSG:27700"
CORNER = (400_000.0, 330_000.0)
FULL_SIDE_M, MEAN_FIELD_M = 52_000.0, 160.0
POINTS_PER_EDGE = 9
SITE_FIELDS = 6  # a site has this many fields along each side
HABITATS = (
    "Grassland - Other neutral grassland",
    "Grassland - Lowland meadows",
    "Woodland and forest - Other woodland; broadleaved",
    "Heathland and shrub - Mixed scrub",
)


@dataclass(frozen=True, slots=True)
class Land:
    """The square and its fields; `fields` has shape (rows, columns)."""

    side_m: float
    fields: Geometries
    corner: tuple[float, float] = CORNER

    @property
    def box(self) -> shapely.Geometry:
        """The outline of the square."""
        x, y = self.corner
        return shapely.box(x, y, x + self.side_m, y + self.side_m)

    @property
    def at(self) -> Point:
        """The south-western corner as an array."""
        return np.array(self.corner)


@dataclass(frozen=True, slots=True)
class Kind:
    """How many shapes of which kind a layer has, and how many vertices: numbers for the whole square."""

    patches: int
    fields: int
    strips: int
    rivers: int
    cells: int
    raster_rows: int
    vertices: float  # of a patch in the middle
    most: int  # of a patch that is none of the huge ones
    huge: int  # patches with 8,000 to 50,000 vertices
    blanket: int  # vertices
    upland: int  # vertices

    def scaled(self, scale: float) -> "Kind":
        """Return the numbers for a part of the square; single large shapes lose vertices instead."""
        numbers = {
            name: max(4, int(getattr(self, name) * scale))
            for name in ("patches", "fields", "strips", "cells")
        }
        return replace(
            self,
            **numbers,
            rivers=max(1, int(self.rivers * scale)),
            raster_rows=max(12, int(self.raster_rows * scale**0.5)),
            huge=max(1, int(self.huge * scale)),
            blanket=max(200, int(self.blanket * scale)),
            upland=max(64, int(self.upland * scale)),
        )

    def growing(self, *, polygons: float = 1.0, vertices: float = 1.0) -> "Kind":
        """Return the numbers with some times the polygons, or some times the vertices in each."""
        numbers = {
            name: int(getattr(self, name) * polygons) for name in ("patches", "fields", "strips", "cells")
        }
        return replace(self, **numbers, vertices=self.vertices * vertices, most=int(self.most * vertices))


# About 20,000 polygons with 3.5 million vertices, at most 100,000
COUNTY = Kind(10_500, 5_000, 3_000, 110, 3_000, 200, 60.0, 4_000, 27, 100_000, 60_000)
# About 40,000 with 24 million, at most 360,000: a file of about 400 MB
HEAVY = Kind(10_500, 1_000, 500, 110, 25_000, 500, 900.0, 20_000, 180, 360_000, 200_000)
# About 175,000 with 5 million, at most 100,000: mostly cells of a raster with 8 vertices
AUTHORITY = Kind(15_000, 5_000, 2_000, 100, 156_000, 400, 60.0, 4_000, 27, 100_000, 60_000)


def land(*, scale: float = 1.0, seed: int = SEED, field_m: float = MEAN_FIELD_M) -> Land:
    """Lay out the fields; at scale 1 there are about 105,000."""
    random = np.random.default_rng(seed)
    side_m = FULL_SIDE_M * float(np.sqrt(scale))
    n = max(4, round(side_m / field_m))
    lines = []
    for start in CORNER:
        steps = np.exp(random.normal(0.0, 0.45, n))
        lines.append(start + np.append(0.0, np.cumsum(steps) / steps.sum() * side_m))
    x, y = np.meshgrid(*lines)
    step = np.min([np.diff(line).min() for line in lines])
    corners = np.stack([x, y], axis=-1) + random.uniform(-0.2, 0.2, (n + 1, n + 1, 2)) * step
    along = _edges(random, corners[:, :-1], corners[:, 1:])  # west to east
    up = _edges(random, corners[:-1], corners[1:])  # south to north
    # Round a field: its southern edge, eastern, northern backwards, western backwards.
    rings = np.concatenate(
        [along[:-1], up[:, 1:], np.flip(along[1:], axis=2), np.flip(up[:, :-1], axis=2)], axis=2
    )
    return Land(side_m, shapely.polygons(np.round(rings, 2)))


def _edges(random: np.random.Generator, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Return crooked lines between corners, shape (rows, columns, points, 2), their ends on the corners."""
    t = np.linspace(0.0, 1.0, POINTS_PER_EDGE)[:, None]
    straight = start[:, :, None] * (1 - t) + stop[:, :, None] * t
    bend = random.normal(0.0, 0.5, (*straight.shape[:3], 1)) * np.sin(np.pi * t)
    across = np.flip(stop - start, axis=-1) * (1, -1)
    length = np.linalg.norm(across, axis=-1, keepdims=True)
    return straight + bend * (across / length)[:, :, None]


def parcels(of: Land, n: int, *, seed: int = SEED, sites: str = "") -> gpd.GeoDataFrame:
    """Pick `n` parcels with the columns of the contract: whole sites of neighbouring fields.

    With `sites`, a column names the site of each parcel, beginning with that text.
    """
    random = np.random.default_rng([seed, n])
    rows, columns = of.fields.shape
    if n > rows * columns:
        raise ValueError(f"The land has {rows * columns} fields; make it larger.")
    site = (np.arange(rows)[:, None] // SITE_FIELDS) * columns + np.arange(columns)[None, :] // SITE_FIELDS
    rank = random.permutation(site.max() + 1)[site].ravel()
    chosen = np.argsort(rank, kind="stable")[:n]
    retention = random.choice(["Created", "Enhanced", "Retained"], n, p=[0.5, 0.4, 0.1])
    kept = random.choice(HABITATS, n)
    proposed = np.where(retention == "Created", random.choice(HABITATS, n), kept)
    columns_of = {
        "parcel_ref": [f"{sites}P{number:06d}" for number in range(n)],
        "retention": retention,
        "baseline_habitat": np.where(retention == "Created", "Cropland - Cereal crops", kept),
        "proposed_habitat": proposed,
        "proposed_ss": random.choice(["High", "Low"], n),
    }
    if sites:
        columns_of["site_ref"] = [f"{sites}{number:06d}" for number in rank[chosen]]
    return gpd.GeoDataFrame(columns_of, geometry=of.fields.ravel()[chosen], crs=BNG)


def measures(
    of: Land, *, scale: float = 1.0, seed: int = SEED, kind: Kind = COUNTY, lnrs_id: str = "bench"
) -> gpd.GeoDataFrame:
    """Map twenty measures over the land, with the field names that authorities agreed on."""
    random = np.random.default_rng([seed, 1])
    has = kind.scaled(scale)
    corner, side_m = of.at, of.side_m
    mapped: dict[int, Geometries] = {
        1: np.array([_blanket(random, of, has.blanket, holes=max(2, int(150 * scale)))]),
        2: np.array(
            [shapes.ring(random, corner + random.uniform(0.2, 0.8, 2) * side_m, side_m / 6, has.upland)]
        ),
        3: random.choice(of.fields.ravel(), min(has.fields, of.fields.size), replace=False),
        4: _strips(random, of, has.strips),
        5: shapes.rivers(random, corner, side_m, has.rivers, width_m=12.0),
        6: shapes.rivers(random, corner, side_m, max(1, has.rivers // 4), width_m=60.0),
        20: shapes.raster(random, corner + np.floor(side_m / 300.0) * 100.0, rows=has.raster_rows),
    }
    shares = random.dirichlet(np.full(13, 1.5))
    huge = (random.uniform(8_000, 50_000, has.huge) * min(1.0, scale * 4)).astype(int)
    for number, share in enumerate(shares, start=7):
        few, some = max(4, int(has.patches * share)), max(4, int(has.cells * share))
        lot = huge[number - 7 :: len(shares)]
        found = shapes.patches(random, corner, side_m, few, vertices=has.vertices, most=has.most, huge=lot)
        if number <= 8:  # dissolved into multipolygons, as some authorities publish them
            lots = np.array_split(found, max(1, len(found) // 100))
            found = np.array([shapely.union_all(lot) for lot in lots])
        mapped[number] = np.concatenate([found, shapes.cells(random, corner, side_m, some)])
    codes = [number for number, drawn in sorted(mapped.items()) for _ in drawn]
    return gpd.GeoDataFrame(
        {
            "lnrs_id": lnrs_id,
            "pm_loc_id": [f"L{at:06d}" for at in range(len(codes))],
            "pm_id": [f"B{code:02d}" for code in codes],
            "pm_desc": [f"Made-up potential measure {code}" for code in codes],
            "priority_1": [f"Priority {code % 6}" for code in codes],
        },
        geometry=np.concatenate([mapped[number] for number in sorted(mapped)]),
        crs=BNG,
    )


def shapes_of(frame: gpd.GeoDataFrame) -> Geometries:
    """Return the geometries of a frame as an array."""
    return np.asarray(frame.geometry.array, dtype=object)


def groups_of(measures: gpd.GeoDataFrame) -> npt.NDArray[np.int64]:
    """Number the measures: which of them each polygon is of."""
    _, groups = np.unique(measures["pm_id"].to_numpy(dtype=str), return_inverse=True)
    return groups.astype(np.int64)


def _blanket(random: np.random.Generator, of: Land, vertices: int, *, holes: int) -> shapely.Geometry:
    """Return one polygon over most of the land, with holes where the towns are."""
    radii = random.uniform(150.0, 1_200.0, holes)
    towns = [
        shapes.ring(random, of.at + random.uniform(0.2, 0.8, 2) * of.side_m, radius, 60) for radius in radii
    ]
    outer = shapes.ring(random, of.at + of.side_m / 2, of.side_m * 0.45, vertices)
    cut = shapely.get_parts(shapely.difference(outer, shapely.union_all(towns)))
    return cut[np.argmax(shapely.area(cut))]


def _strips(random: np.random.Generator, of: Land, n: int) -> Geometries:
    """Unite neighbouring fields, two to six in a row: edges that lie on those of parcels."""
    rows, columns = of.fields.shape
    lengths = np.minimum(random.integers(2, 7, n), columns)
    return np.array(
        [
            shapely.union_all(of.fields[row, start : start + length])
            for row, start, length in zip(
                random.integers(0, rows, n), random.integers(0, columns - lengths + 1), lengths, strict=True
            )
        ]
    )
