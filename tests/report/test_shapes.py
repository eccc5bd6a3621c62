"""The geometry that maps are drawn from is the result's own."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
import shapely

from lnrs_geo.errors import OutputError
from lnrs_geo.report.facts import Report
from lnrs_geo.report.maps import overview_maps, parcel_map
from lnrs_geo.report.shapes import Shapes, read_shapes


@pytest.fixture(scope="module")
def shapes(sample_folder: Path) -> Shapes:
    """Return the shapes of the sample data."""
    return read_shapes(sample_folder)


def test_every_part_of_the_result_is_there_with_its_answer(shapes: Shapes, sample_folder: Path) -> None:
    """Rows of the three layers and those of `result.json` say the same, part by part."""
    rows = json.loads((sample_folder / "result.json").read_text("utf-8"))["parts"]
    fields = (
        "source",
        "src_fid",
        "part",
        "stage",
        "strat_sig",
        "ss_mult",
        "status",
        "alt_sig",
        "alt_mult",
        "size",
    )
    drawn = [tuple(one.row[name] for name in fields) for one in shapes.parts.shapes]
    there = [tuple(one[name] for name in fields) for one in rows]
    without = Counter(there) - Counter(drawn)
    assert not Counter(drawn) - Counter(there)
    assert all(one[6] == "error" for one in without)


def test_sizes_are_those_of_the_geometry(shapes: Shapes) -> None:
    """A part is drawn from the geometry that its size was taken from."""
    areas = [
        one for one in shapes.parts.shapes if one.row["size_unit"] == "ha" and one.row["status"] == "decided"
    ]
    assert areas
    for one in areas:
        assert shapely.area(one.geometry) / 10_000 == pytest.approx(one.row["size"], abs=1e-6)


def test_a_rectangle_finds_what_lies_in_it(shapes: Shapes) -> None:
    """What lies on a piece of land is found by it, what lies elsewhere is not."""
    one = shapes.parts.shapes[0]
    found = shapes.parts.within(one.geometry.bounds)
    assert one in found
    assert len(found) < len(shapes.parts.shapes)
    assert shapes.parts.within((0, 0, 1, 1)) == []


def test_parcels_of_the_sample_can_be_drawn(shapes: Shapes, report: Report) -> None:
    """Parcels of every module and reason for a page have a map that names each of their parts."""
    chosen = {}
    for one in report.pages:
        chosen.setdefault((one.module, one.why[0]), one)
    assert len({module for module, _ in chosen}) == 4
    for parcel in chosen.values():
        if not shapes.of(parcel.source, parcel.src_fid):
            continue
        alt = parcel_map(shapes, parcel).alt
        assert parcel.ref in alt
        for part in parcel.parts:
            if part.row["stage"] == "post" and part.row["status"] != "error":
                assert f"Part {part.row['part']}, " in alt
        for match in parcel.matches:
            assert match["measure_id"] in alt


def test_the_overview_of_the_sample_counts_every_parcel(shapes: Shapes, report: Report) -> None:
    """The first map shows all parcels that have geometry, those of its groups each of them once."""
    whole, *groups = overview_maps(shapes, report)
    parcels = {(one.row["source"], one.row["src_fid"]) for one in shapes.parts.shapes}
    assert f"Map of {len(parcels)} parcels;" in whole.alt
    assert sum(int(one.alt.split()[2]) for one in groups) == len(parcels)
    assert report.run["notice"]


def test_results_without_a_geopackage_are_refused(tmp_path: Path) -> None:
    """Where there is nothing to draw from, the message names the folder and the way out."""
    with pytest.raises(OutputError, match="nothing to draw") as caught:
        read_shapes(tmp_path)
    assert "results.gpkg" in str(caught.value)


def test_a_damaged_geopackage_is_refused(tmp_path: Path) -> None:
    """A file that is none is one clear message, not a crash."""
    (tmp_path / "results.gpkg").write_bytes(b"no GeoPackage")
    with pytest.raises(OutputError, match="cannot be read"):
        read_shapes(tmp_path)


def test_a_map_of_another_lnrs_is_in_the_notice_of_the_maps(sample_folder: Path, tmp_path: Path) -> None:
    """An issue that measures bear another LNRS's id becomes part of what stands on every map."""
    copied = tmp_path / "results.gpkg"
    copied.write_bytes((sample_folder / "results.gpkg").read_bytes())
    before = read_shapes(tmp_path).run["notice"]
    with closing(sqlite3.connect(copied)) as database, database:
        database.execute(
            "UPDATE issues SET code = 'lnrs-id-mismatch', message = 'Rows of LNRS 9.' WHERE fid = 1"
        )
    assert (
        read_shapes(tmp_path).run["notice"]
        == f"{before} The map may be that of another LNRS: Rows of LNRS 9."
    )
