"""A run on stored rows is a run on the file, row for row; and whatever happens to them, no answer is wrong."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from lnrs_geo.cache import Cache
from lnrs_geo.opening import Opener
from lnrs_geo.settings import Settings, Sources
from lnrs_geo.spatial import fingerprint, layer_blocks, layer_store, normalise
from lnrs_geo.spatial.arrow_rows import NotFaithful
from lnrs_geo.spatial.layer_store import Asked, LayersRead, store_layers, stored_layers
from tests.spatial.look import square

REAL = Path(os.environ.get("LNRS_GEO_REAL_DATA", "no-real-data"))
needs_real_data = pytest.mark.skipif(not REAL.is_dir(), reason="LNRS_GEO_REAL_DATA is not set")
HERE = (430_000.0, 350_000.0, 430_050.0, 350_050.0)
BOW = shapely.Polygon([(439_000, 350_000), (439_100, 350_100), (439_100, 350_000), (439_000, 350_100)])


def read(path: str | Path, asked: Asked = Asked()) -> LayersRead:  # noqa: B008
    """Read a source of measures as a run does."""
    opener = Opener(
        Sources(measures=(str(path),), crs=asked.crs), Settings(as_at=pd.Timestamp("2026-01-01").date())
    )
    layers = opener.layers(path, "measures", asked.wanted)
    return LayersRead(layers, opener.issues, opener.files)


def keep(path: str | Path, cache: Cache, asked: Asked = Asked()) -> LayersRead:  # noqa: B008
    """Read a source and keep what was read."""
    seen = fingerprint.fingerprint(Path(path), cache=cache)
    found = read(path, asked)
    assert seen is not None
    assert store_layers(path, asked, found, seen=seen, cache=cache) is not None
    return found


def plain(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return a frame with its shapes as bytes, to be compared cell by cell."""
    shapes = {
        name: shapely.to_wkb(np.asarray(frame[name], dtype=object), include_srid=True)
        for name in ("geometry", "widest")
        if name in frame
    }
    return pd.DataFrame(frame).assign(**shapes)


def assert_same(stored: LayersRead | None, plainly: LayersRead, near: Any, aliases: Any = None) -> None:
    """Whatever a run makes of either is the same: measures, issues in their order, records."""
    assert stored is not None
    assert (stored.issues, stored.records) == (plainly.issues, plainly.records)
    for one, other in zip(stored.layers, plainly.layers, strict=True):
        assert (one.frame.dtypes == other.frame.dtypes).all()
        assert replace(one, frame=None, left_out=0) == replace(other, frame=None)
        assert len(one.frame) + one.left_out == len(other.frame)
        rows = other.frame.loc[one.frame.index]
        pd.testing.assert_frame_equal(plain(one.frame), plain(rows), check_index_type="equiv")
        assert one.frame.crs == other.frame.crs
    (a, said), (b, told) = (
        normalise.measures(one.layers, near=near, aliases=aliases) for one in (stored, plainly)
    )
    pd.testing.assert_frame_equal(plain(a), plain(b))
    assert said == told


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def measures(tmp_path: Path) -> Path:
    """Give a map with everything odd in it: columns of every type, blanks, a bow tie far off, no place."""
    shapes = [
        square(0, 0), square(5_000, 0), None, square(10, 10), shapely.Polygon(), BOW, square(9_000, 0),
        shapely.force_3d(square(20, 0), 7.0),
    ]  # fmt: skip
    columns = {
        "pm_loc_id": ["L1", "L1", "L2", "L3", "L4", " L3", "L6", None],
        "pm_id": ["M1", "M1", "M2", "M2", None, "M2", "M3", "M4"],
        "pm_desc": ["one", "two", "", None, "five", "six", "seven", "eight"],
        "eligible": [True, False, True, True, True, True, False, True],
        "lnrs_id": [14, 14, 14, 14, 14, 14, 9, 14],
        "area": [1.5, np.nan, 0.1, 3.0, 4.0, 5.0, 6.0, 7.0],
        "day": pd.to_datetime(["2025-01-01", None] * 4),
        "nothing": pd.Series([None] * 8, dtype=object),
    }
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=27700)
    path = tmp_path / "map.gpkg"
    frame.to_file(path, layer="measures")
    return path


@pytest.mark.parametrize("near", [HERE, None, (0.0, 0.0, 1.0, 1.0)], ids=["near", "all", "nowhere"])
def test_stored_rows_are_the_rows_of_the_file(near: Any, measures: Path, cache: Cache) -> None:
    """Columns, types, blanks, ids, issues and records come back as reading gives them."""
    found = keep(measures, cache)
    assert {one.code for one in found.issues} >= {"vertical-values-dropped"}
    assert_same(stored_layers(measures, Asked(), near=near, cache=cache), found, near)


@pytest.mark.parametrize("block_rows", [1, 2, 3])
def test_however_rows_lie_in_blocks(
    block_rows: int, measures: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of several blocks come together in the order of the file."""
    monkeypatch.setattr(layer_blocks, "BLOCK_ROWS", block_rows)
    found = keep(measures, cache)
    for near in (HERE, None):
        assert_same(stored_layers(measures, Asked(), near=near, cache=cache), found, near)


def test_only_blocks_near_are_opened(tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a layer spread over the land, a site opens a small part."""
    shapes = [square(100 * east, 100 * north) for east in range(40) for north in range(40)]
    frame = gpd.GeoDataFrame({"pm_id": [f"M{n}" for n in range(1600)]}, geometry=shapes, crs=27700)
    frame.to_file(tmp_path / "map.gpkg", layer="measures")
    monkeypatch.setattr(layer_blocks, "BLOCK_ROWS", 16)
    keep(tmp_path / "map.gpkg", cache)
    opened: list[int] = []
    pick = layer_blocks.Rows.pick

    def counted(self: Any, block: bytes, rows: Any) -> None:
        opened.append(len(rows))
        pick(self, block, rows)

    monkeypatch.setattr(layer_blocks.Rows, "pick", counted)
    found = stored_layers(tmp_path / "map.gpkg", Asked(), near=HERE, cache=cache)
    assert found is not None
    assert (len(found.layers[0].frame), found.layers[0].left_out) == (1, 1599)
    assert opened == [1]
    nowhere = (0.0, 0.0, 1.0, 1.0)
    nothing = stored_layers(tmp_path / "map.gpkg", Asked(), near=nowhere, cache=cache)
    assert_same(nothing, read(tmp_path / "map.gpkg"), nowhere)


def test_far_rows_of_a_location_come_too(measures: Path, cache: Cache) -> None:
    """A location is as sound as its worst row, however far that lies; blanks round its id do not matter."""
    keep(measures, cache)
    found = stored_layers(measures, Asked(), near=HERE, cache=cache)
    assert found is not None
    assert set(found.layers[0].frame["pm_id"].dropna()) == {"M1", "M2", "M4"}
    bow = [shape is not None and shape.equals(BOW) for shape in found.layers[0].frame.geometry]
    assert any(bow), "the broken row of L3 lies 9 km away"


def test_the_column_of_locations_is_the_strategys(tmp_path: Path, cache: Cache) -> None:
    """Where a strategy file says which column tells locations, far rows are found by that."""
    columns = {"PLACE": ["a", "a", "b"], "CODE": ["M", "M", "M"]}
    frame = gpd.GeoDataFrame(columns, geometry=[square(0, 0), square(9_000, 0), square(9_500, 0)], crs=27700)
    frame.to_file(tmp_path / "map.gpkg", layer="measures")
    found = keep(tmp_path / "map.gpkg", cache)
    aliases = {"location_id": "PLACE", "measure_id": ["CODE"]}
    stored = stored_layers(tmp_path / "map.gpkg", Asked(), near=HERE, aliases=aliases, cache=cache)
    assert_same(stored, found, HERE, aliases)
    assert stored is not None
    assert stored.layers[0].left_out == 1


def to_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.drop(columns=["day", "nothing"]).to_file(path.with_suffix(".shp"))


def to_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_crs(4326).to_file(path.with_suffix(".geojson"))


def to_csv(frame: gpd.GeoDataFrame, path: Path) -> None:
    shapes = ["" if shape is None else shape.wkt for shape in frame.geometry]
    pd.DataFrame(frame.drop(columns="geometry")).assign(wkt=shapes).to_csv(
        path.with_suffix(".csv"), index=False
    )


def to_parquet(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_parquet(path.with_suffix(".parquet"))


@pytest.mark.parametrize("write", [to_shapefile, to_geojson, to_csv, to_parquet])
def test_other_formats_come_back_as_well(
    write: Callable[[gpd.GeoDataFrame, Path], None], measures: Path, tmp_path: Path, cache: Cache
) -> None:
    """Shapefiles, GeoJSON by OSTN15, CSV told its system, GeoParquet."""
    folder = tmp_path / "other"
    folder.mkdir()
    write(gpd.read_file(measures), folder / "map.any")
    path = next(one for one in folder.iterdir() if one.suffix in (".shp", ".geojson", ".csv", ".parquet"))
    asked = Asked(crs="EPSG:27700") if path.suffix == ".csv" else Asked()
    found = keep(path, cache, asked)
    for near in (HERE, None):
        assert_same(stored_layers(path, asked, near=near, cache=cache), found, near)
    found = keep(folder, cache, asked)
    assert_same(stored_layers(folder, asked, near=HERE, cache=cache), found, HERE)


def test_a_copy_elsewhere_is_the_same_layer(measures: Path, tmp_path: Path, cache: Cache) -> None:
    """A layer is known by its contents: a copy in another folder is found, and called by its own path."""
    keep(measures, cache)
    copy = tmp_path / "copy" / measures.name
    copy.parent.mkdir()
    copy.write_bytes(measures.read_bytes())
    assert_same(stored_layers(copy, Asked(), near=HERE, cache=cache), read(copy), HERE)
    copy.rename(copy.with_name("other.gpkg"))
    assert stored_layers(copy.with_name("other.gpkg"), Asked(), near=HERE, cache=cache) is None


@pytest.mark.parametrize("asked", [Asked(("measures",)), Asked((), "EPSG:27700")])
def test_what_is_read_otherwise_is_another_entry(asked: Asked, measures: Path, cache: Cache) -> None:
    """Other layers wanted, or another system told: what was kept does not answer."""
    keep(measures, cache)
    assert stored_layers(measures, asked, near=HERE, cache=cache) is None


def changed(path: Path) -> None:
    """Change one letter of a layer, so that the file keeps its size."""
    data = path.read_bytes()
    assert b"seven" in data
    path.write_bytes(data.replace(b"seven", b"SEVEN"))


def test_a_changed_layer_is_read_anew(measures: Path, cache: Cache) -> None:
    """What was kept of an earlier state never answers for a later one."""
    keep(measures, cache)
    changed(measures)
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None


@pytest.mark.parametrize("how", ["in place", "new file"])
def test_a_change_that_hides_is_seen(how: str, measures: Path, cache: Cache) -> None:
    """Same path, same size, same time: the inode, or the time of the entry, gives it away."""
    settled(measures)
    keep(measures, cache)
    assert cache.entries("hashes"), "the digest is remembered"
    before = measures.stat()
    if how == "in place":
        changed(measures)
    else:
        other = measures.with_name("other.gpkg")
        other.write_bytes(measures.read_bytes())
        changed(other)
        other.replace(measures)
    os.utime(measures, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = measures.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None


def settled(path: Path) -> None:
    """Wait until a file has been left alone for long enough to be remembered."""
    long_ago = time.time() - 100
    os.utime(path, (long_ago, long_ago))
    time.sleep(2.1)  # the time of the entry cannot be set


def test_a_file_that_changes_while_it_is_read_is_not_kept(measures: Path, cache: Cache) -> None:
    """What was read of one state is not kept under another's name."""
    seen = fingerprint.fingerprint(measures, cache=cache)
    assert seen is not None
    found = read(measures)
    changed(measures)
    assert store_layers(measures, Asked(), found, seen=seen, cache=cache) is None
    assert cache.entries("layers") == []


def test_a_write_ahead_log_counts_as_part_of_the_layer(measures: Path, cache: Cache) -> None:
    """What a GIS has written and not yet folded in changes what is read."""
    keep(measures, cache)
    measures.with_name(measures.name + "-wal").write_bytes(b"\0" * 32)
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None


def test_another_version_of_the_program_reads_nothing_of_it(
    measures: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later format is another entry; so is what other libraries read."""
    keep(measures, cache)
    monkeypatch.setattr(layer_store, "FORMAT", "another")
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None
    monkeypatch.undo()
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is not None
    monkeypatch.setattr(gpd, "__version__", "99")
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None


def test_a_damaged_file_gives_no_answer(measures: Path, cache: Cache) -> None:
    """Any altered byte, any cut: the layer is read anew, or nothing that was altered had to be read."""
    found = keep(measures, cache)
    kept = cache.entries("layers")[0].path
    whole = kept.read_bytes()
    spoilt = 0
    for at in range(0, len(whole), 37):
        kept.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        stored = stored_layers(measures, Asked(), near=None, cache=cache)
        spoilt += stored is None
        if stored is not None:  # the extents and keys are not asked where all rows are wanted
            assert_same(stored, found, None)
    assert spoilt > 100
    for length in (0, 1, 50, len(whole) // 2, len(whole) - 1):
        kept.write_bytes(whole[:length])
        assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None
    kept.write_bytes(whole + b"\0")
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None


def test_damaged_extents_and_keys_are_noticed(measures: Path, cache: Cache) -> None:
    """What tells which rows are near is held against its digest as the rows are."""
    keep(measures, cache)
    kept = cache.entries("layers")[0].path
    whole = kept.read_bytes()
    with layer_store.BlockReader(kept) as reader:
        (told,) = reader.head["layers"]
    for start, length, _ in (
        told["bounds"],
        told["order"],
        *(told["codes"][n] for n in ("pm_loc_id", "pm_id")),
    ):
        at = start + length // 2
        kept.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None


def test_another_layers_file_under_this_name_gives_no_answer(
    measures: Path, tmp_path: Path, cache: Cache
) -> None:
    """A file of the cache that somebody renamed is told by what it says of itself."""
    keep(measures, cache)
    kept = cache.entries("layers")[0].path
    whole = kept.read_bytes()
    changed(measures)
    keep(measures, cache)
    newer = next(one.path for one in cache.entries("layers") if one.path != kept)
    newer.write_bytes(whole)
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_full_disk_keeps_no_layer(
    number: int, measures: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills while rows are written: nothing is kept, and nothing left."""
    found, seen = read(measures), fingerprint.fingerprint(measures, cache=cache)
    assert seen is not None
    calls = []

    def to_bytes(frame: Any) -> bytes:
        calls.append(1)
        if len(calls) == number:
            raise OSError(errno.ENOSPC, "No space left on device")
        return plainly(frame)

    plainly = layer_blocks.to_bytes
    monkeypatch.setattr(layer_blocks, "to_bytes", to_bytes)
    monkeypatch.setattr(layer_blocks, "BLOCK_ROWS", 1)
    assert store_layers(measures, Asked(), found, seen=seen, cache=cache) is None
    assert [path for path in (cache.folder or Path()).rglob("layers/*") if path.is_file()] == []


def test_what_would_not_come_back_is_not_kept(tmp_path: Path, cache: Cache) -> None:
    """A column that Arrow would change is told, and the layer read anew each time."""
    frame = gpd.GeoDataFrame({"pm_id": ["M1"], "odd": [{"a": 1}]}, geometry=[square(0, 0)], crs=27700)
    frame.to_file(tmp_path / "map.gpkg", layer="measures")
    found, seen = read(tmp_path / "map.gpkg"), fingerprint.fingerprint(tmp_path / "map.gpkg", cache=cache)
    layer = found.layers[0]
    for odd in ([1, "x"], [{"a": 1}, {"b": 2}], [b"x", "x"], [1, True], [1.0, 1]):
        two = pd.concat([layer.frame, layer.frame]).assign(odd=pd.Series(odd, dtype=object).to_numpy())
        two.index = pd.Index([1, 2], name="fid")
        spoilt = replace(found, layers=[replace(layer, frame=two)])
        assert seen is not None
        with pytest.raises(NotFaithful, match="odd"):
            store_layers(tmp_path / "map.gpkg", Asked(), spoilt, seen=seen, cache=cache)
    assert cache.entries("layers") == []


def test_a_remark_on_the_place_holds_for_that_place_alone(
    measures: Path, tmp_path: Path, cache: Cache
) -> None:
    """Where a driver's warning names the folder, a copy elsewhere is not told of it."""
    seen, found = fingerprint.fingerprint(measures, cache=cache), read(measures)
    assert seen is not None
    said = replace(found.issues[0], message=f"The reader says: {measures.parent.resolve()} is odd")
    told = replace(found, issues=[said, *found.issues[1:]])
    assert store_layers(measures, Asked(), told, seen=seen, cache=cache) is not None
    stored = stored_layers(measures, Asked(), near=HERE, cache=cache)
    assert stored is not None
    assert stored.issues[0] == said
    copy = tmp_path / "copy" / measures.name
    copy.parent.mkdir()
    copy.write_bytes(measures.read_bytes())
    assert stored_layers(copy, Asked(), near=HERE, cache=cache) is None


KEEPER = """
import sys
from pathlib import Path
from lnrs_geo.cache import Cache
from tests.spatial import test_layer_store as kept

cache = Cache(Path(sys.argv[2]))
print("begun", flush=True)
for _ in range(int(sys.argv[3])):
    kept.keep(sys.argv[1], cache)
"""


def keeper(measures: Path, cache: Cache, times: int) -> subprocess.Popen[str]:
    """Start another program that keeps a layer over and over, and wait until it has begun."""
    words = [sys.executable, "-c", KEEPER, str(measures), str(cache.folder), str(times)]
    program = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    assert program.stdout is not None
    assert program.stdout.readline() == "begun\n"
    program.stdout.close()
    return program


def test_two_programs_keep_one_layer_at_once(measures: Path, cache: Cache) -> None:
    """At every moment the layer is whole, or not there yet."""
    programs = [keeper(measures, cache, 8) for _ in range(2)]
    found, answers = read(measures), 0
    while any(program.poll() is None for program in programs):
        stored = stored_layers(measures, Asked(), near=HERE, cache=cache)
        if stored is not None:
            assert_same(stored, found, HERE)
            answers += 1
    assert [program.wait() for program in programs] == [0, 0]
    assert answers


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_kill_while_keeping_costs_time_only(measures: Path, cache: Cache) -> None:
    """Killed at whatever moment, a later run finds the layer whole or reads the file."""
    found, program = read(measures), None
    for number in range(5):
        program = keeper(measures, cache, 1000)
        time.sleep(0.003 + 0.05 * number)
        program.send_signal(signal.SIGKILL)
        program.wait()
        stored = stored_layers(measures, Asked(), near=HERE, cache=cache)
        if stored is not None:
            assert_same(stored, found, HERE)
        cache.clear()
    keep(measures, cache)
    assert_same(stored_layers(measures, Asked(), near=HERE, cache=cache), found, HERE)


def test_without_a_cache_the_file_is_read(measures: Path) -> None:
    """A cache that is off has nothing, and says nothing."""
    assert stored_layers(measures, Asked(), near=HERE, cache=Cache(None)) is None


def test_a_source_that_is_absent_is_for_the_reader_to_tell(measures: Path, cache: Cache) -> None:
    """No such file: the answer is no error, but none."""
    keep(measures, cache)
    measures.unlink()
    assert stored_layers(measures, Asked(), near=HERE, cache=cache) is None


def test_a_file_of_another_size_is_not_read_for_its_digest(
    measures: Path, tmp_path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a file that may be kept is read through."""
    keep(measures, cache)
    (tmp_path / "other.gpkg").write_bytes(b"x")
    monkeypatch.setattr(fingerprint, "fingerprint", lambda *_, **__: pytest.fail("it was read"))
    assert stored_layers(tmp_path / "other.gpkg", Asked(), near=HERE, cache=cache) is None


@needs_real_data
@pytest.mark.parametrize(
    "name",
    ["derbyshire/habitat_parcels_pdnpa", "derbyshire/districts_27700.gpkg", "derbyshire/watercourses",
     "derbyshire/peak_district_national_park.geojson"],
)  # fmt: skip
def test_real_layers_come_back(name: str, cache: Cache) -> None:
    """Layers that authorities have published come back as reading gives them, whole or in part."""
    found = keep(REAL / name, cache)
    west, south, east, north = found.layers[0].frame.total_bounds
    for near in (None, (west, south, (west + east) / 2, (south + north) / 2)):
        stored = stored_layers(REAL / name, Asked(), near=near, cache=cache)
        assert stored is not None
        assert (stored.issues, stored.records) == (found.issues, found.records)
        for one, other in zip(stored.layers, found.layers, strict=True):
            rows = other.frame.loc[one.frame.index]
            pd.testing.assert_frame_equal(plain(one.frame), plain(rows), check_index_type="equiv")
