"""Which parcels lie at a piece of land."""

import numpy as np
import pytest
import shapely

from lnrs_geo.spatial.around import lie_at

LAND = np.array([shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10)], dtype=object)


@pytest.mark.parametrize(
    ("shape", "lies"),
    [
        (shapely.box(2, 2, 3, 3), True),
        (shapely.box(14, 0, 20, 10), True),  # 4 m away
        (shapely.box(15, 0, 20, 10), True),  # exactly as far as the box reaches
        (shapely.box(15.1, 0, 20, 10), False),
        (shapely.Point(104, 14), True),
        (shapely.LineString([(40, 0), (60, 0)]), False),  # between the two
        (None, False),
        (shapely.Polygon(), False),
    ],
)
def test_land_within_the_box_counts(shape: shapely.Geometry | None, lies: bool) -> None:
    """Land counts as far as the box round a parcel reaches; what has no place lies nowhere."""
    shapes = np.array([shape, shapely.box(0, 0, 1, 1)], dtype=object)
    assert lie_at(shapes, LAND, reach_m=5.0).tolist() == [lies, True]


def test_no_land_is_met_by_nobody() -> None:
    """Without any polygon no parcel lies at it."""
    assert not lie_at(np.array([shapely.Point(0, 0)], dtype=object), LAND[:0], reach_m=5.0).any()
