"""The mapped polygons of a run, square by square: as kept by an earlier run, or cut now."""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lnrs_geo.spatial.engine import Layer, keeping
from lnrs_geo.spatial.engine.cutting import BORDER
from lnrs_geo.spatial.engine.identity import Marks, label_marks, marks, places, places_of
from lnrs_geo.spatial.engine.keeping import Kept
from lnrs_geo.spatial.engine.outlines import Floats, Ints, Outlines, outlines
from lnrs_geo.spatial.engine.overlapping import sets, united
from lnrs_geo.spatial.engine.squares import SQUARE_M, Square, square_of
from lnrs_geo.spatial.gridref import grid_reference

KIND = "squares"
# A hole or an island smaller than this may hide in the arithmetic.
DELICATE_M2 = 0.01
Corner = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A square ready for a run.

    Attributes
    ----------
    square
        The square cut from k mapped polygons and, behind them, from the united land of joint polygons.
    rows
        The row of each polygon in the run; -1 for those that are not in it, and for united land.
    delicate, joint
        True for polygons of which only GEOS tells what they meet, and for those that overlap another of
        their group there.
    land_groups
        The group of each piece of united land, -1 for polygons; None where nobody has united it: GEOS
        then answers for joint polygons.
    """

    square: Square
    rows: Ints
    delicate: npt.NDArray[np.bool_]
    joint: npt.NDArray[np.bool_]
    land_groups: Ints | None


class Ground:
    """Mapped polygons and what is kept of them.

    Parameters
    ----------
    layer
        The polygons, their groups, and where squares of them are kept.
    """

    def __init__(self, layer: Layer) -> None:
        self.polygons, self.groups, self.labels = layer.polygons, layer.groups, layer.labels
        self.cache, self.name = layer.cache, layer.name
        self.boxes: Floats = shapely.bounds(layer.polygons)

    @cached_property
    def marks(self) -> Marks:
        """The mark of each polygon."""
        return marks(self.polygons, self.group_marks[self.groups])

    @cached_property
    def group_marks(self) -> npt.NDArray[np.uint64]:
        """The mark of each group."""
        return label_marks(self.labels)

    @cached_property
    def outlines(self) -> Outlines:
        """The polygons as arrays."""
        return outlines(self.polygons)

    def sheet(self, corner: Corner, *, around: Box, keep: bool) -> Sheet | None:
        """Return a square: as it was kept, or cut now and, where `keep`, kept for others; None where it is bare.

        Parameters
        ----------
        corner
            Its south-western corner.
        around
            Bounds of the parcels that will be asked about.
        """
        here = np.flatnonzero(meets(self.boxes, corner))
        if not len(here):
            return None
        kept = self._kept(corner)
        if kept is not None:
            at = places(self.marks[here], kept.marks)
            rows = np.full(len(kept.marks), -1, np.int64)
            rows[at[at >= 0]] = here[at >= 0]
            if (at >= 0).all() and not _touch(kept.boxes[rows < 0], around).any():
                return self._with_land(kept, rows)
        if not keep:
            shapes = self.outlines.take(here)
            own = square_of(shapes, corner)
            joint = _among(sets(own, self.groups[here]), len(here))
            return Sheet(own, here, shapes.least < DELICATE_M2, joint, None)
        made = self._made(here, corner)
        if self.cache and self.name:
            self.cache.keep(*self._key(corner), write=partial(keeping.save, made))
        return self._with_land(made, here)

    def _made(self, here: Ints, corner: Corner) -> Kept:
        """Cut a square from polygons and from the united land of those that overlap."""
        shapes = self.outlines.take(here)
        members = sets(square_of(shapes, corner), self.groups[here])
        land = united(self.polygons[here], members, corner)
        first = np.array([some[0] for some in members], np.int64)
        square = square_of(outlines(np.concatenate([self.polygons[here], land])), corner)
        # nobody asks how near united land comes
        behind = np.repeat(square.entry_owners, np.diff(square.starts)) >= len(here)
        square.kinds[behind] = BORDER
        return Kept(
            marks=self.marks[here],
            boxes=self.boxes[here],
            delicate=shapes.least < DELICATE_M2,
            joint=_among(members, len(here)),
            land_groups=self.group_marks[self.groups[here][first]],
            square=square,
        )

    def _with_land(self, kept: Kept, rows: Ints) -> Sheet:
        """Return what is kept of a square with the row numbers of this run."""
        groups = places_of(kept.land_groups, self.group_marks)
        none = np.zeros(len(groups), np.bool_)
        return Sheet(
            kept.square,
            np.concatenate([rows, np.full(len(groups), -1)]),
            np.concatenate([kept.delicate, none]),
            np.concatenate([kept.joint, none]),
            np.concatenate([np.full(len(rows), -1), groups]),
        )

    def _kept(self, corner: Corner) -> Kept | None:
        path = self.cache.find(*self._key(corner)) if self.cache and self.name else None
        return keeping.load(path) if path else None

    def _key(self, corner: Corner) -> tuple[str, ...]:
        return KIND, keeping.FORMAT, self.name, square_name(corner)


def meets(boxes: Floats, corner: Corner, *, reach_m: float = 0.0) -> npt.NDArray[np.bool_]:
    """Say which boxes come within a distance of the square with this south-western corner.

    A square holds its southern and western side, not the others.
    """
    east, north = corner
    return np.asarray(
        (boxes[:, 0] < east + SQUARE_M + reach_m) & (boxes[:, 2] >= east - reach_m)
        & (boxes[:, 1] < north + SQUARE_M + reach_m) & (boxes[:, 3] >= north - reach_m)
    )  # fmt: skip


def _among(members: list[list[int]], n: int) -> npt.NDArray[np.bool_]:
    """Mark the rows that are in any of some lists."""
    found = np.zeros(n, np.bool_)
    found[[one for some in members for one in some]] = True
    return found


def _touch(boxes: Floats, around: Box) -> npt.NDArray[np.bool_]:
    return np.asarray(
        (boxes[:, 0] <= around[2]) & (boxes[:, 2] >= around[0])
        & (boxes[:, 1] <= around[3]) & (boxes[:, 3] >= around[1])
    )  # fmt: skip


def corners(boxes: Floats) -> list[Corner]:
    """Return the south-western corners of the squares that boxes reach into, by easting and northing."""
    reached = pd.DataFrame(np.floor(boxes / SQUARE_M).astype(np.int64)).drop_duplicates()
    found = {
        (x, y)
        for x0, y0, x1, y1 in reached.itertuples(index=False)
        for x in range(x0, x1 + 1)
        for y in range(y0, y1 + 1)
    }
    return [(x * SQUARE_M, y * SQUARE_M) for x, y in sorted(found)]


def square_name(corner: Corner) -> str:
    """Return the name of a square: SK12, or its numbers outside the National Grid."""
    middle = (corner[0] + SQUARE_M / 2, corner[1] + SQUARE_M / 2)
    name = grid_reference(*middle, digits=2).replace(" ", "")
    return name or f"{corner[0] / SQUARE_M:.0f}_{corner[1] / SQUARE_M:.0f}"
