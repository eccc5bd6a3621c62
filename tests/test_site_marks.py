"""Marks of sites on names of files: files of different sites are different files, wherever they lie."""

import pytest

from lnrs_geo.site_marks import mark_of, marked, unmarked, without_marks
from lnrs_geo.spatial.schema import file_group

NAMES = ("all.gpkg", "/land/all.gpkg", "all.shp", "land/all.shp", "/land/all.shp", "all.geojson")


@pytest.mark.parametrize("name", NAMES)
def test_files_of_two_sites_are_of_two_groups(name: str) -> None:
    """A red line is held against the parcels of its own group alone."""
    one, other = (file_group(marked(name, number)) for number in (1, 12))
    assert one != other
    assert unmarked(one) == (file_group(name), 1)
    assert unmarked(other) == (file_group(name), 12)


@pytest.mark.parametrize("name", [*NAMES, ""])
def test_mark_is_taken_off_again(name: str) -> None:
    assert unmarked(marked(name, 30)) == (name, 30)
    assert unmarked(name) == (name, None)
    assert unmarked(mark_of(marked(name, 30))) == ("", 30)
    assert mark_of(name) == ""
    assert without_marks(f"In {marked(name, 30)}: odd.") == f"In {name}: odd."
