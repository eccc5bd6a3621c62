"""What the sweep over all squares says of each pair of a parcel and a mapped polygon."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lnrs_geo.spatial.engine.ground import Ground, corners, meets
from lnrs_geo.spatial.engine.outlines import Floats, Ints, Outlines
from lnrs_geo.spatial.engine.squares import CELL_M, CELLS_A_SIDE
from lnrs_geo.spatial.engine.sweeping import Window, sweep

Flags = npt.NDArray[np.bool_]
# United land of polygons that lie on each other: parcel, group and area in m2, one entry a piece.
Lands = tuple[Ints, Ints, Floats]


@dataclass(frozen=True, slots=True)
class Sums:
    """One entry a pair that meets or comes near, sorted by parcel, then polygon.

    Attributes
    ----------
    area, near2
        Shared area in m2; least squared distance of the boundaries in m2, or a mark of `measuring`.
    delicate
        True where only GEOS tells how they meet.
    joint, alone
        True for polygons that lie on others of their group in a square that the parcel reaches, and the
        area shared in the other squares.
    """

    parcel: Ints
    polygon: Ints
    area: Floats
    near2: Floats
    delicate: Flags
    joint: Flags
    alone: Floats


def swept(
    shapes: Outlines, boxes: Floats, ground: Ground, *, reach_m: float, keep: bool
) -> tuple[Sums, Lands | None]:
    """Sweep all squares that parcels reach.

    Parameters
    ----------
    shapes, boxes
        The parcels and their bounds.
    ground
        The mapped polygons.
    reach_m, keep
        As for `matching.match_areas`.

    Returns
    -------
    The sums, and the united land of joint polygons; None where some of it was not united.
    """
    found = []
    lands: list[Lands] = []
    complete = True
    for corner in corners(boxes + np.array([-reach_m, -reach_m, reach_m, reach_m])):
        chosen = np.flatnonzero(meets(boxes, corner, reach_m=reach_m))
        if not len(chosen):
            continue
        low, high = boxes[chosen, :2].min(axis=0) - reach_m, boxes[chosen, 2:].max(axis=0) + reach_m
        sheet = ground.sheet(corner, around=(*low, *high), keep=keep)
        if sheet is None:
            continue
        window = Window(corner[0], corner[1], CELLS_A_SIDE, CELL_M)
        parcel, polygon, area, near = sweep(shapes, boxes, chosen, sheet.square, window, reach_m)
        known = sheet.rows[polygon] >= 0
        own = polygon[known]
        found.append(
            (parcel[known], sheet.rows[own], area[known], near[known], sheet.delicate[own], sheet.joint[own])
        )
        if sheet.land_groups is None:
            complete &= not sheet.joint.any()
            continue
        land = (sheet.land_groups[polygon] >= 0) & (area > 0)
        lands.append((parcel[land], sheet.land_groups[polygon[land]], area[land]))
    sums = _summed(found, len(ground.polygons))
    if not complete:
        return sums, None
    nothing = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    parcels_of, groups_of, areas = (np.concatenate(one) for one in zip(nothing, *lands, strict=True))
    return sums, (parcels_of, groups_of, areas)


def _summed(found: list[tuple[Ints, Ints, Floats, Floats, Flags, Flags]], n: int) -> Sums:
    """Put together what different squares say of one pair."""
    if not found:
        nothing, flags = np.empty(0, np.int64), np.empty(0, np.bool_)
        return Sums(nothing, nothing, np.empty(0), np.empty(0), flags, flags, np.empty(0))
    parcel, row, area, near, delicate, joint = (np.concatenate(one) for one in zip(*found, strict=True))
    keys = parcel * n + row
    order = np.argsort(keys, kind="stable")
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    alone = np.where(joint, 0.0, area)
    return Sums(
        parcel[order][first], row[order][first], np.add.reduceat(area[order], first),
        np.minimum.reduceat(near[order], first), np.logical_or.reduceat(delicate[order], first),
        np.logical_or.reduceat(joint[order], first), np.add.reduceat(alone[order], first),
    )  # fmt: skip
