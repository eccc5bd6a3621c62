"""Made-up land to measure the program on: a lattice of fields, and twenty measures mapped over it.

The land is a square of about the size of a county. Parcels are fields of the lattice, so neighbours
share their edges and none overlap. Some measures are drawn along the same field edges (coincident
edges), others freely: one polygon over nearly everything, uplands, river corridors, and patches in
clusters that overlap each other, whose numbers of vertices have a heavy tail. Everything comes from
one seed. A smaller `scale` makes a smaller square of the same kind.
"""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Geometries = npt.NDArray[np.object_]

SEED = 20_250
BNG = "EPSG:27700"
WEST_M, SOUTH_M = 400_000.0, 330_000.0
FULL_SIDE_M, MEAN_FIELD_M = 52_000.0, 160.0
POINTS_PER_EDGE = 9
# At scale 1; the polygons come to about 20,000, the largest has about 100,000 vertices.
MOST_VERTICES = 100_000
N_PATCHES, N_FIELDS, N_STRIPS, N_RIVERS = 11_000, 5_000, 3_500, 110
CLEARANCE_M = 400.0
HABITATS = (
    "Grassland - Other neutral grassland",
    "Grassland - Lowland meadows",
    "Woodland and forest - Other woodland; broadleaved",
    "Heathland and shrub - Mixed scrub",
)
STRATEGY = """lnrs_id = "bench"
name = "Made-up strategy for measuring speed"
authority = "Made-up County Council"
status = "sample"
published = "2025-01-15"
published_source = "made up"
area = "area.gpkg"

[crosswalk]
file = "crosswalk.csv"
"""


@dataclass(frozen=True, slots=True)
class Land:
    """The square and its fields; `fields` has shape (rows, columns)."""

    side_m: float
    fields: Geometries

    @property
    def box(self) -> shapely.Geometry:
        """The outline of the square."""
        return shapely.box(WEST_M, SOUTH_M, WEST_M + self.side_m, SOUTH_M + self.side_m)


def land(*, scale: float = 1.0, seed: int = SEED) -> Land:
    """Lay out the fields; at scale 1 there are about 105,000."""
    random = np.random.default_rng(seed)
    side_m = FULL_SIDE_M * float(np.sqrt(scale))
    n = max(4, round(side_m / MEAN_FIELD_M))
    lines = []
    for start in (WEST_M, SOUTH_M):
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


def parcels(of: Land, n: int, *, seed: int = SEED) -> gpd.GeoDataFrame:
    """Pick `n` parcels with the columns of the contract: whole sites of neighbouring fields."""
    random = np.random.default_rng([seed, n])
    rows, columns = of.fields.shape
    if n > rows * columns:
        raise ValueError(f"The land has {rows * columns} fields; make it larger.")
    block = 6  # a site of 36 fields
    site = (np.arange(rows)[:, None] // block) * columns + np.arange(columns)[None, :] // block
    rank = random.permutation(site.max() + 1)[site].ravel()
    chosen = np.argsort(rank, kind="stable")[:n]
    retention = random.choice(["Created", "Enhanced", "Retained"], n, p=[0.5, 0.4, 0.1])
    kept = random.choice(HABITATS, n)
    proposed = np.where(retention == "Created", random.choice(HABITATS, n), kept)
    return gpd.GeoDataFrame(
        {
            "parcel_ref": [f"P{number:06d}" for number in range(n)],
            "retention": retention,
            "baseline_habitat": np.where(retention == "Created", "Cropland - Cereal crops", kept),
            "proposed_habitat": proposed,
            "proposed_ss": random.choice(["High", "Low"], n),
        },
        geometry=of.fields.ravel()[chosen],
        crs=BNG,
    )


def measures(of: Land, *, scale: float = 1.0, seed: int = SEED) -> gpd.GeoDataFrame:
    """Map twenty measures over the land, with the field names that authorities agreed on."""
    random = np.random.default_rng([seed, 1])
    mapped: dict[int, Geometries] = {
        1: np.array([_blanket(random, of, scale)]),
        2: np.array([_ring(random, _point(random, of), of.side_m / 6, max(64, int(60_000 * scale)))]),
        3: random.choice(of.fields.ravel(), max(4, int(N_FIELDS * scale)), replace=False),
        4: _strips(random, of, max(4, int(N_STRIPS * scale))),
        5: _rivers(random, of, max(1, int(N_RIVERS * scale)), width_m=12.0),
        6: _rivers(random, of, max(1, int(N_RIVERS * scale / 4)), width_m=60.0),
    }
    shares = random.dirichlet(np.full(14, 1.5))
    for number, share in enumerate(shares, start=7):
        patches = _patches(random, of, max(4, int(N_PATCHES * scale * share)), scale)
        if number <= 8:  # dissolved into multipolygons, as some authorities publish them
            lots = np.array_split(patches, max(1, len(patches) // 100))
            patches = np.array([shapely.union_all(lot) for lot in lots])
        mapped[number] = patches
    codes = [number for number, shapes in mapped.items() for _ in shapes]
    return gpd.GeoDataFrame(
        {
            "lnrs_id": "bench",
            "pm_loc_id": [f"L{at:06d}" for at in range(len(codes))],
            "pm_id": [f"B{code:02d}" for code in codes],
            "pm_desc": [f"Made-up potential measure {code}" for code in codes],
            "priority_1": [f"Priority {code % 6}" for code in codes],
        },
        geometry=np.concatenate(list(mapped.values())),
        crs=BNG,
    )


def crosswalk() -> pd.DataFrame:
    """Say yes for some measures, no for others, and nothing for the rest."""
    said = dict.fromkeys((2, 3, 5, 9, 12, 15), "yes") | dict.fromkeys((1, 4, 6, 7, 10, 13, 16, 18), "no")
    rows = [
        {
            "lnrs_id": "bench", "measure_id": f"B{code:02d}", "module": "area", "habitat": habitat,
            "intervention": "either", "verdict": verdict, "status": "published", "source": "made up",
        }
        for code, verdict in said.items()
        for habitat in HABITATS[code % 2 :]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def write_pack(folder: Path, of: Land, mapped: gpd.GeoDataFrame) -> None:
    """Write measures, strategy file, area, authorities and crosswalk into a folder."""
    mapped.to_file(folder / "measures.gpkg", layer="measures")
    inner = shapely.buffer(of.box, -CLEARANCE_M, join_style="mitre")
    gpd.GeoDataFrame({"lnrs_id": ["bench"]}, geometry=[inner], crs=BNG).to_file(folder / "area.gpkg")
    middle = WEST_M + of.side_m / 2 + 7.3
    bounds = of.box.bounds
    halves = [shapely.box(*bounds[:2], middle, bounds[3]), shapely.box(middle, *bounds[1:])]
    names = {"authority": ["Made-up West District", "Made-up East District"]}
    gpd.GeoDataFrame(names, geometry=halves, crs=BNG).to_file(folder / "authorities.gpkg")
    crosswalk().to_csv(folder / "crosswalk.csv", index=False, lineterminator="\n")
    (folder / "strategy.toml").write_text(STRATEGY, encoding="utf-8")


def _point(random: np.random.Generator, of: Land) -> np.ndarray:
    return np.array([WEST_M, SOUTH_M]) + random.uniform(0.2, 0.8, 2) * of.side_m


def _ring(random: np.random.Generator, centre: np.ndarray, radius_m: float, n: int) -> shapely.Geometry:
    """Return a rough polygon that its centre sees all of, hence always valid.

    The logarithm of its radius is a random walk that comes back to where it began.
    """
    walk = np.cumsum(random.normal(0.0, 1.0, n))
    walk -= np.linspace(0.0, walk[-1], n)
    radius = radius_m * np.exp(0.25 * (walk - walk.mean()) / (walk.std() or 1.0))
    angle = 2 * np.pi * (np.arange(n) + random.uniform(-0.3, 0.3, n)) / n
    return shapely.polygons(centre + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def _blanket(random: np.random.Generator, of: Land, scale: float) -> shapely.Geometry:
    """Return one polygon over most of the land, with holes where the towns are."""
    middle = np.array([WEST_M, SOUTH_M]) + of.side_m / 2
    n = max(200, int(MOST_VERTICES * scale))
    radii = random.uniform(150.0, 1_200.0, max(2, int(150 * scale)))
    towns = [_ring(random, _point(random, of), radius, 60) for radius in radii]
    holes = shapely.union_all(towns)
    outer = _ring(random, middle, of.side_m * 0.45, n)
    cut = shapely.get_parts(shapely.difference(outer, holes))
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


def _rivers(random: np.random.Generator, of: Land, n: int, *, width_m: float) -> Geometries:
    """Return corridors along wandering lines; one that crosses itself has holes."""
    shapes = []
    for _ in range(n):
        turns = np.cumsum(random.normal(0.0, 0.15, random.integers(300, 1_800)))
        heading = random.uniform(0, 2 * np.pi) + 1.2 * np.sin(turns)
        steps = 14.0 * np.column_stack([np.cos(heading), np.sin(heading)])
        line = shapely.linestrings(_point(random, of) + np.cumsum(steps, axis=0))
        shapes.append(shapely.buffer(line, width_m, quad_segs=2))
    return np.array(shapes)


def _patches(random: np.random.Generator, of: Land, n: int, scale: float) -> Geometries:
    """Return patches round common centres, many small, a few with tens of thousands of vertices."""
    hubs = np.array([WEST_M, SOUTH_M]) + random.uniform(0.0, of.side_m, (max(1, n // 12), 2))
    centres = hubs[random.integers(0, len(hubs), n)] + random.normal(0.0, 350.0, (n, 2))
    vertices = np.clip(np.exp(random.normal(np.log(60.0), 1.2, n)), 8, 4_000).astype(int)
    radii = np.clip(np.exp(random.normal(np.log(90.0), 0.7, n)), 12.0, 1_000.0)
    huge = random.random(n) < 0.0025
    vertices[huge] = (random.uniform(8_000, 50_000, int(huge.sum())) * min(1.0, scale * 4)).astype(int)
    radii[huge] = random.uniform(600.0, 3_000.0, int(huge.sum()))
    return np.array([_ring(random, *one) for one in zip(centres, radii, vertices, strict=True)])
