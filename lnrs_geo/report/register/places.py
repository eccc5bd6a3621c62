"""Where the sites of a register lie, for their map."""

from collections.abc import Sequence

from lnrs_geo.report.register.facts import SiteFacts
from lnrs_geo.spatial import gridref


def places_of(sites: Sequence[SiteFacts]) -> list[tuple[str, float, float, str]]:
    """Return reference, easting, northing and outcome of every site whose grid reference can be read.

    The place is the middle of the square that the reference stands for.
    """
    found = []
    for site in sites:
        try:
            east, north = gridref.parse(site.grid_reference).middle
        except gridref.GridReferenceError:
            continue
        found.append((site.reference, float(east), float(north), site.outcome))
    return found
