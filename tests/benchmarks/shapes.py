"""Shapes as they are found in Local Habitat Maps: rough patches, river corridors, and outlines of rasters."""

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Point = npt.NDArray[np.float64]

# The outlines below, in steps of half a cell; every one has 8 vertices: a square with a vertex in the
# middle of each side, and blocks of cells in the form of a T, a U, a Z and a step.
_CELLS = np.array(
    [
        [(0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (1, 2), (0, 2), (0, 1)],
        [(2, 0), (4, 0), (4, 2), (6, 2), (6, 4), (0, 4), (0, 2), (2, 2)],
        [(0, 0), (6, 0), (6, 4), (4, 4), (4, 2), (2, 2), (2, 4), (0, 4)],
        [(0, 0), (4, 0), (4, 2), (6, 2), (6, 4), (2, 4), (2, 2), (0, 2)],
        [(0, 0), (6, 0), (6, 2), (4, 2), (4, 4), (2, 4), (2, 6), (0, 6)],
    ]
)
_COMMON = (0.8, 0.05, 0.05, 0.05, 0.05)


def ring(random: np.random.Generator, centre: Point, radius_m: float, n: int) -> shapely.Geometry:
    """Return a rough polygon that its centre sees all of, hence always valid.

    The logarithm of its radius is a random walk that comes back to where it began.
    """
    walk = np.cumsum(random.normal(0.0, 1.0, n))
    walk -= np.linspace(0.0, walk[-1], n)
    radius = radius_m * np.exp(0.25 * (walk - walk.mean()) / (walk.std() or 1.0))
    angle = 2 * np.pi * (np.arange(n) + random.uniform(-0.3, 0.3, n)) / n
    return shapely.polygons(centre + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def patches(
    random: np.random.Generator,
    corner: Point,
    side_m: float,
    n: int,
    *,
    vertices: float = 60.0,
    most: int = 4_000,
    huge: npt.NDArray[np.int64] | tuple[int, ...] = (),
) -> Geometries:
    """Return patches round common centres: many small, a few with many vertices; `huge` gives those of the last."""
    hubs = corner + random.uniform(0.0, side_m, (max(1, n // 12), 2))
    centres = hubs[random.integers(0, len(hubs), n)] + random.normal(0.0, 350.0, (n, 2))
    counts = np.clip(np.exp(random.normal(np.log(vertices), 1.2, n)), 8, most).astype(int)
    radii = np.clip(np.exp(random.normal(np.log(90.0), 0.7, n)), 12.0, 1_000.0)
    if few := min(len(huge), n):
        counts[-few:] = np.maximum(8, np.asarray(huge)[:few])
        radii[-few:] = random.uniform(600.0, 3_000.0, few)
    return np.array([ring(random, *one) for one in zip(centres, radii, counts, strict=True)])


def rivers(
    random: np.random.Generator, corner: Point, side_m: float, n: int, *, width_m: float
) -> Geometries:
    """Return corridors along wandering lines; one that crosses itself has holes."""
    found = []
    for _ in range(n):
        turns = np.cumsum(random.normal(0.0, 0.15, random.integers(300, 1_800)))
        heading = random.uniform(0, 2 * np.pi) + 1.2 * np.sin(turns)
        steps = 14.0 * np.column_stack([np.cos(heading), np.sin(heading)])
        start = corner + random.uniform(0.2, 0.8, 2) * side_m
        found.append(
            shapely.buffer(shapely.linestrings(start + np.cumsum(steps, axis=0)), width_m, quad_segs=2)
        )
    return np.array(found)


def cells(
    random: np.random.Generator, corner: Point, side_m: float, n: int, *, cell_m: float = 25.0
) -> Geometries:
    """Return small blocks of a raster's cells, 8 vertices each; some lie on each other, many edge to edge."""
    hubs = random.uniform(0.0, side_m, (max(1, n // 40), 2))
    near = hubs[random.integers(0, len(hubs), n)] + random.normal(0.0, 6 * cell_m, (n, 2))
    low = np.floor(np.clip(near, 0.0, side_m - 4 * cell_m) / cell_m) * cell_m
    form = random.choice(len(_CELLS), n, p=_COMMON)
    size = np.where(form == 0, cell_m * random.integers(1, 4, n), cell_m) / 2
    return np.asarray(shapely.polygons(corner + low[:, None] + _CELLS[form] * size[:, None, None]))


def raster(
    random: np.random.Generator, corner: Point, *, rows: int, share: float = 0.45, cell_m: float = 25.0
) -> Geometries:
    """Return the regions of a raster above a threshold: outlines in steps, with holes, as classified maps have."""
    field = random.normal(size=(rows, rows))
    for axis in (0, 1, 0, 1):  # smoothed, so that cells of a kind lie together
        field = sum(np.roll(field, step, axis=axis) for step in (-2, -1, 0, 1, 2))
    inside = field > np.quantile(field, 1.0 - share)
    edge = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(edge == 1)
    _, stop = np.nonzero(edge == -1)
    low, high = np.column_stack([start, row]) * cell_m, np.column_stack([stop, row + 1]) * cell_m
    runs = shapely.box(*(corner + low).T, *(corner + high).T)
    return shapely.get_parts(shapely.union_all(runs))
