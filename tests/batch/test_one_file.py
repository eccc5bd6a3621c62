"""One big file: its sites are found in one pass, cut into packets, and read back row by row."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from lnrs_geo.batch import planning
from lnrs_geo.batch.one_file import Found, find_sites
from lnrs_geo.batch.site_rows import Rows, read_rows, rows_of_site
from lnrs_geo.batch.sites import Dates, Refused, Site
from lnrs_geo.batch.task import Job
from lnrs_geo.errors import SchemaError, SourceError
from lnrs_geo.issues import issue
from lnrs_geo.settings import Settings, Sources
from lnrs_geo.spatial.read import RawLayer, read_layers
from tests.batch.worlds import one_file_of, parcels_of, square, write_geojson
from tests.flaws_world import habitats, red_line

FORMATS = ("all.gpkg", "all.parquet", "all.fgb", "all.shp", "all.geojson")


def look(path: Path, column: str = "site") -> Found:
    return find_sites(path, column=column, layers=(), crs=None)


def sited(shapes: Sequence[shapely.Geometry], sites: Sequence[object]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame({"site": list(sites)}, geometry=list(shapes), crs=27700)
    return frame.assign(retention="Created", parcel_ref="P")


def tasks(found: Found, path: Path, *, area: Path | None = None) -> list[list[str]]:
    """Return the references of the sites of each packet."""
    sources = Sources(measures=(), area=area)
    job = Job(Path(), Path(), sources, Settings(date(2026, 9, 1)), "site", found.places)
    sites = [one for one in planning.sites_in_file(found, path, Dates()) if isinstance(one, Site)]
    return [[site.reference for site in task.sites] for task in planning.tasks_in_file(found, sites, job)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_row_is_found_with_its_site(tmp_path: Path, name: str) -> None:
    path = one_file_of(tmp_path, 12, name)
    raw = read_layers(path)[0][0]
    found = look(path)
    assert sorted(found.names) == [f"S{number:03}" for number in range(12)]
    assert found.names[0] == raw.frame["site"].iloc[0], "sites come in the order in which they are met"
    for number, site in enumerate(found.names):
        mine = raw.frame[raw.frame["site"] == site]
        assert found.rows[raw.layer][number].tolist() == sorted(mine.index)
        assert found.counts[number] == len(mine)
        middles = (mine.bounds[["minx", "miny"]].to_numpy() + mine.bounds[["maxx", "maxy"]].to_numpy()) / 2
        assert found.middles[number] == pytest.approx(middles.mean(axis=0))


@pytest.mark.parametrize("name", FORMATS)
def test_rows_read_alone_are_those_of_the_whole_file(tmp_path: Path, name: str) -> None:
    """Columns, kinds, ids, shapes and what is said of the file are as if the whole had been read."""
    path = one_file_of(tmp_path, 9, name)
    layers, issues = read_layers(path)
    found = look(path)
    wanted = [found.names.index("S004"), found.names.index("S007")]
    ids = {layer: np.sort(np.concatenate([rows[at] for at in wanted])) for layer, rows in found.rows.items()}
    rows = read_rows(path, found.places, ids, crs=None)
    (mine,), said = rows.of(ids)
    expected = layers[0].frame.loc[ids[layers[0].layer]]
    assert_geodataframe_equal(mine.frame, expected, check_index_type=False)
    assert (mine.source, mine.layer, mine.driver, mine.sha256, mine.encoding, mine.has_geometry) == (
        layers[0].source, layers[0].layer, layers[0].driver, layers[0].sha256, layers[0].encoding, True,
    )  # fmt: skip
    assert said == issues


def test_layers_of_a_template_are_taken_together(tmp_path: Path) -> None:
    """A red line is its site's, and makes no site."""
    path = tmp_path / "all.gpkg"
    red_line(square(0, 0, 50)).assign(site=["A"]).to_file(path, layer="Red Line Boundary")
    habitats(square(0, 0), square(20, 0), site=["A", "B"]).to_file(path, layer="Habitats")
    habitats(square(40, 0), site=["B"]).to_file(path, layer="Urban Trees")
    found = look(path)
    assert found.names == ("A", "B")
    assert found.counts.tolist() == [1, 2]
    assert {layer: sorted(rows) for layer, rows in found.rows.items()} == {
        "Red Line Boundary": [0],
        "Habitats": [0, 1],
        "Urban Trees": [1],
    }


def test_parcels_without_a_site_are_a_row_of_their_own(tmp_path: Path) -> None:
    """Those of a layer without the column too: no parcel goes out unsaid."""
    path = tmp_path / "all.gpkg"
    habitats(square(0, 0), square(20, 0), site=["A", None]).to_file(path, layer="Habitats")
    habitats(square(40, 0)).to_file(path, layer="Urban Trees")
    rows = planning.sites_in_file(look(path), path, Dates())
    (blank,) = [one for one in rows if isinstance(one, Refused)]
    assert "2 parcel(s) name no site" in blank.why
    assert [one.reference for one in rows if isinstance(one, Site)] == ["A"]


@pytest.mark.parametrize("column", ["site_ref", "nothing"])
def test_file_without_the_column_is_refused(tmp_path: Path, column: str) -> None:
    with pytest.raises(SchemaError, match=r"(?s)Found: .*site.*--map site_ref="):
        look(one_file_of(tmp_path, 2), column)


def test_numbers_as_sites_are_read_as_people_write_them(tmp_path: Path) -> None:
    path = tmp_path / "all.gpkg"
    sited([square(0, 0), square(20, 0)], [14.0, 15.0]).to_file(path)
    assert look(path).names == ("14", "15")


@pytest.mark.parametrize(
    ("most", "enough", "packets"),
    [(3, 1, [["A"], ["B", "C"], ["D"]]), (9, 1, [["A"], ["B", "C", "D"]]), (9, 9, [["A", "B", "C", "D"]])],
)
def test_packets_hold_whole_sites_near_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, enough: int, packets: list[list[str]]
) -> None:
    """A is 20 km from the others, and goes with them where those alone are not enough."""
    monkeypatch.setattr(planning, "MOST_PARCELS", most)
    monkeypatch.setattr(planning, "ENOUGH_PARCELS", enough)
    shapes = [square(0, 0), square(20_000, 0), square(20, 0), square(40, 0), square(60, 0), square(80, 0)]
    path = tmp_path / "all.gpkg"
    sited(shapes, ["B", "A", "C", "C", "D", "D"]).to_file(path)
    assert sorted(sorted(one) for one in tasks(look(path), path)) == packets


def test_packet_does_not_reach_far(tmp_path: Path) -> None:
    """However few parcels there are: the map of half the country would have to be read for them."""
    path = tmp_path / "all.gpkg"
    frame = sited([square(x * 10_000, 0) for x in range(12)], [f"S{at:02}" for at in range(12)])
    frame.to_file(path)
    found = tasks(look(path), path)
    assert sum(len(one) for one in found) == 12
    assert all(int(max(one)[1:]) - int(min(one)[1:]) < 4 for one in found)


def test_packets_hold_sites_of_one_lnrs(tmp_path: Path) -> None:
    path, area = tmp_path / "all.gpkg", tmp_path / "area.gpkg"
    sited([square(x, 0) for x in (0, 40, 80)], ["A", "B", "C"]).to_file(path)
    land = gpd.GeoDataFrame(
        {"lnrs_id": ["2", "1"]}, geometry=[square(-5, -5, 60), square(70, -5, 60)], crs=27700
    )
    land.to_file(area)
    assert sorted(tasks(look(path), path, area=area)) == [["A", "B"], ["C"]]


def test_packets_depend_on_the_data_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another order of the rows in the file changes nothing in which sites go together."""
    monkeypatch.setattr(planning, "ENOUGH_PARCELS", 1)
    frame = sited(
        [square(x * 900, y * 900) for x in range(30) for y in range(4)], [f"S{at}" for at in range(120)]
    )
    frame.to_file(tmp_path / "one.gpkg")
    frame.iloc[::-1].to_file(tmp_path / "two.gpkg")
    one, two = (
        {frozenset(names) for names in tasks(look(tmp_path / name), tmp_path / name)}
        for name in ("one.gpkg", "two.gpkg")
    )
    assert one == two
    assert len(one) == 3


def of_site(
    path: Path, *, column: str = "site", mixed: list[str] | None = None, **site: Any
) -> list[RawLayer]:
    """Return the layers of a site as its row of the register names it."""
    told = Site(0, site.pop("reference", "X"), "X", path, **site)
    return rows_of_site(told, layers=(), column=column, crs=None, mixed=[] if mixed is None else mixed)[0]


def test_rows_of_one_site_of_a_file(tmp_path: Path) -> None:
    path = one_file_of(tmp_path, 6)
    (layer,) = of_site(path, site_ref="S004", shared=True)
    assert set(layer.frame["site"]) == {"S004"}
    with pytest.raises(SourceError, match="No parcel in it is of the site 'S9'"):
        of_site(path, site_ref="S9")


def test_row_that_does_not_say_which_site_takes_the_one_of_its_reference(tmp_path: Path) -> None:
    """Else none: whoever took all parcels of the file would count those of others."""
    path = one_file_of(tmp_path, 8)
    mixed: list[str] = []
    (layer,) = of_site(path, reference="S004", mixed=mixed)
    assert set(layer.frame["site"]) == {"S004"}
    assert mixed == [str(path)]
    with pytest.raises(
        SourceError, match=r"all.gpkg: .*several sites.* S0.*and 3 more.*a row and a site_ref for each"
    ):
        of_site(path, reference="Y")


def test_one_site_named_in_a_file_is_the_whole_file(tmp_path: Path) -> None:
    """Whatever it is called there, and whether or not every parcel says so; a red line may name others."""
    path = tmp_path / "all.gpkg"
    red_line(square(0, 0, 50)).assign(site=["B"]).to_file(path, layer="Red Line Boundary")
    habitats(square(0, 0), square(20, 0), site=["A", None]).to_file(path, layer="Habitats")
    mixed: list[str] = []
    assert [len(one.frame) for one in of_site(path, reference="Y", mixed=mixed)] == [1, 2]
    assert mixed == []


def test_file_without_the_column_serves_one_site_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    write_geojson(parcels_of(0), path)
    assert len(of_site(path, column="site_ref", site_ref="A")[0].frame) == 2
    with pytest.raises(SourceError, match="no column site_ref that tells them apart"):
        of_site(path, column="site_ref", site_ref="A", shared=True)


def test_file_that_changed_since_it_was_looked_through_is_refused(tmp_path: Path) -> None:
    path = one_file_of(tmp_path, 6)
    found = look(path)
    ids = {layer: np.concatenate(list(rows.values())) for layer, rows in found.rows.items()}
    gone = {layer: np.append(one, 9999) for layer, one in ids.items()}
    with pytest.raises(SourceError):
        read_rows(path, found.places, gone, crs=None)


def test_what_is_said_of_other_rows_is_left_out() -> None:
    """A shape that cannot be read is told of its own site alone; what is said of the layer, of every one."""
    frame = sited([square(0, 0), square(20, 0)], ["A", "B"])
    layer = RawLayer("a", "b", frame, "GPKG", "", "", True, frozenset({"0", "1"}))
    said = [
        issue("geometry-not-parsed", "x", dataset="a", layer="b", feature="0"),
        issue("geometry-not-parsed", "x", dataset="a", layer="b", feature="1"),
        issue("crs-missing", "x", dataset="a", layer="b"),
    ]
    (mine,), told = Rows((layer,), tuple(said)).of({"b": np.array([1])})
    assert mine.unreadable == {"1"}
    assert told == said[1:]
