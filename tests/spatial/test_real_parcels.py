"""Real parcels against copies of themselves moved by a hair; they are not in the repository."""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import affinity

from lnrs_geo.spatial.split import Cover, Zone, cut

REAL = os.environ.get("LNRS_GEO_REAL_DATA")
FILE = "derbyshire/habitat_parcels_pdnpa/landscape_character_2022_detailed_CFGH-override.shp"


@pytest.fixture(scope="module")
def parcels() -> list[shapely.Geometry]:
    """Return the 20 most intricate parcels and every hundredth of the others."""
    if not REAL:
        pytest.skip("LNRS_GEO_REAL_DATA is not set: the real parcels are not at hand")
    frame = gpd.read_file(Path(REAL) / FILE)
    sound = frame.geometry[frame.geometry.notna() & frame.geometry.is_valid].to_numpy()
    order = np.argsort(-shapely.get_num_coordinates(sound))
    return [*sound[order[:20]], *sound[order[20::100]]]


@pytest.mark.parametrize("by_m", [10.0, 1e-3, 1e-7])
def test_a_real_parcel_is_conserved(parcels: list[shapely.Geometry], by_m: float) -> None:
    """Parts sum to the parcel and do not overlap, without the grid."""
    assert len(parcels) > 50
    for parcel in parcels:
        moved = np.array([affinity.translate(parcel, by_m, by_m / 3)], dtype=object)
        found = cut(parcel, zones=[Zone(0, None, 2, True)], covers=[Cover(0, moved)])
        assert found.grid_change_m2 is None
        shapes = [piece.geometry for piece in found.pieces]
        assert sum(shape.area for shape in shapes) == pytest.approx(parcel.area, abs=0.01)
        if len(shapes) == 2:
            assert shapely.intersection(*shapes).area <= 0.001
