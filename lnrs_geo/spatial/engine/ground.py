"""The mapped polygons of a run, square by square: as kept by an earlier run, or cut now."""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.spatial.engine import Layer, keeping
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
    own, rows
        The square cut from polygons, and the row of each in the run (-1: not in it).
    delicate, joint
        By polygon of the square: True where only GEOS tells what it meets, and where it overlaps
        another of its group there.
    lands, land_groups
        The square cut from the united land of joint polygons, and the group of each; None where nobody
        has united it: GEOS then answers for them.
    """

    own: Square
    rows: Ints
    delicate: npt.NDArray[np.bool_]
    joint: npt.NDArray[np.bool_]
    lands: Square | None
    land_groups: Ints


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
        return marks(self.polygons, self.groups, self.labels)

    @cached_property
    def outlines(self) -> Outlines:
        """The polygons as arrays."""
        return outlines(self.polygons)

    def is_kept(self, corner: Corner) -> bool:
        """Say whether something is kept of a square."""
        return bool(self.cache and self.name and self.cache.find(*self._key(corner)))

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
                groups = places_of(kept.land_groups, label_marks(self.labels))
                return Sheet(kept.own, rows, kept.delicate, kept.joint, kept.lands, groups)
        own_outlines = self.outlines.take(here)
        own, delicate = square_of(own_outlines, corner), own_outlines.least < DELICATE_M2
        members = sets(own, self.groups[here])
        joint = np.zeros(len(here), np.bool_)
        joint[[one for some in members for one in some]] = True
        if not keep:
            return Sheet(own, here, delicate, joint, None, np.empty(0, np.int64))
        lands = square_of(outlines(united(self.polygons[here], members, corner)), corner)
        groups = self.groups[here][np.array([some[0] for some in members], np.int64)]
        if self.cache and self.name:
            land_groups = label_marks(self.labels)[groups]
            made = Kept(self.marks[here], self.boxes[here], own, delicate, joint, lands, land_groups)
            self.cache.keep(*self._key(corner), write=partial(keeping.save, made))
        return Sheet(own, here, delicate, joint, lands, groups)

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


def _touch(boxes: Floats, around: Box) -> npt.NDArray[np.bool_]:
    return np.asarray(
        (boxes[:, 0] <= around[2]) & (boxes[:, 2] >= around[0])
        & (boxes[:, 1] <= around[3]) & (boxes[:, 3] >= around[1])
    )  # fmt: skip


def corners(boxes: Floats) -> list[Corner]:
    """Return the south-western corners of the squares that boxes reach into, by easting and northing."""
    reached = np.unique(np.floor(boxes / SQUARE_M).astype(np.int64), axis=0)
    found = {
        (x, y) for x0, y0, x1, y1 in reached.tolist() for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)
    }
    return [(x * SQUARE_M, y * SQUARE_M) for x, y in sorted(found)]


def square_name(corner: Corner) -> str:
    """Return the name of a square: SK12, or its numbers outside the National Grid."""
    middle = (corner[0] + SQUARE_M / 2, corner[1] + SQUARE_M / 2)
    name = grid_reference(*middle, digits=2).replace(" ", "")
    return name or f"{corner[0] / SQUARE_M:.0f}_{corner[1] / SQUARE_M:.0f}"
