"""Which measures a High part relies on: the fewest that cover it, chosen greedily (rules 2.6)."""

from collections.abc import Mapping

import numpy as np
import shapely

from lnrs_geo.spatial.match import NO_AREA_M2, ON_EDGE_M, measure_sizes, of_dimension


def greedy_cover(part: shapely.Geometry, measures: Mapping[str, shapely.Geometry]) -> list[str]:
    """Choose measures by the largest share not yet covered, ties by id, until the part is covered.

    Parameters
    ----------
    part
        The part in EPSG:27700.
    measures
        The land of each consistent measure by its id, united and clipped to the surroundings.

    Returns
    -------
    The ids in the order chosen.
    """
    left = part
    dimension = int(shapely.get_dimensions(part))
    lineal = dimension < 2
    chosen: list[str] = []
    remaining = dict(sorted(measures.items()))
    while remaining and _size(left, dimension) > NO_AREA_M2:
        gains = {
            name: _size(
                shapely.intersection(left, shapely.buffer(land, ON_EDGE_M) if lineal else land), dimension
            )
            for name, land in remaining.items()
        }
        # rounding to the printed 2 decimals of a share would hide real differences; 1e-6 hides only arithmetic
        best = max(remaining, key=lambda name: round(gains[name], 6))
        if gains[best] <= NO_AREA_M2:
            break
        chosen.append(best)
        land = remaining.pop(best)
        left = shapely.difference(left, shapely.buffer(land, ON_EDGE_M) if lineal else land)
    return chosen


def _size(geometry: shapely.Geometry, dimension: int) -> float:
    return float(measure_sizes(np.array([of_dimension(geometry, dimension)], dtype=object))[0])
