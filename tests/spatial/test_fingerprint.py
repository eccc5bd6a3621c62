"""A file is told by its contents, and read for that only where something about it has changed."""

import os
import time
from pathlib import Path

import pytest

from lnrs_geo.cache import Cache
from lnrs_geo.spatial import fingerprint as prints
from lnrs_geo.spatial.fingerprint import fingerprint


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a file that nobody has touched of late: the clock runs ahead."""
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "map.gpkg"
    file.write_bytes(b"one")
    later = time.time_ns() + 60_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: later)
    return file


def read_again(path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Tell whether the contents are read once more."""
    reads = []

    def sha256_of(paths: list[Path]) -> str:
        reads.append(paths)
        return plainly(paths)

    plainly = prints.sha256_of
    with monkeypatch.context() as patch:
        patch.setattr(prints, "sha256_of", sha256_of)
        assert fingerprint(path, cache=cache) is not None
    return bool(reads)


def test_a_file_left_alone_is_read_once(path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its digest is remembered, also under another spelling of its path."""
    first = fingerprint(path, cache=cache)
    assert not read_again(path, cache, monkeypatch)
    assert not read_again(path.parent / "." / ".." / "data" / path.name, cache, monkeypatch)
    assert fingerprint(path, cache=cache) == first


def test_a_file_just_touched_is_not_remembered(
    path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second change might fall into the same tick of the disk's clock."""
    just_now = path.stat().st_ctime_ns + 1_900_000_000
    monkeypatch.setattr(time, "time_ns", lambda: just_now)
    fingerprint(path, cache=cache)
    assert cache.entries() == []


@pytest.mark.parametrize("how", ["size", "mtime", "inode", "beside"])
def test_whatever_changes_has_it_read_again(
    how: str, path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Size, time, inode, or a file that has appeared beside it."""
    first = fingerprint(path, cache=cache)
    about = path.stat()
    if how == "size":
        path.write_bytes(b"three")
    if how == "mtime":
        path.write_bytes(b"two")
    if how == "inode":
        path.with_name("new").write_bytes(b"two")
        path.with_name("new").replace(path)
    if how == "beside":
        path.with_name("map.gpkg-wal").write_bytes(b"two")
    if how != "mtime":
        os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert read_again(path, cache, monkeypatch)
    second = fingerprint(path, cache=cache)
    assert first is not None
    assert second is not None
    assert first.digest != second.digest


def test_the_same_contents_are_the_same_digest(path: Path, cache: Cache) -> None:
    """A copy is known by what is in it."""
    copy = path.parent.parent / path.name
    copy.write_bytes(path.read_bytes())
    one, other = fingerprint(path, cache=cache), fingerprint(copy, cache=cache)
    assert one is not None
    assert other is not None
    assert one.digest == other.digest


def test_what_is_remembered_is_checked(path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    """A memory that was altered or cut short is none."""
    fingerprint(path, cache=cache)
    kept = cache.entries("hashes")[0].path
    whole = kept.read_bytes()
    for spoilt in (whole.replace(b'.gpkg", "', b'.gpkg", "0'), whole[:-30], b"", b"\xff\xfe"):
        kept.write_bytes(spoilt)
        assert read_again(path, cache, monkeypatch)
        assert not read_again(path, cache, monkeypatch)


def test_every_part_of_a_shapefile_and_of_a_folder_counts(path: Path, cache: Cache) -> None:
    """The encoding of a shapefile stands in a file of its own; a folder is all that lies in it."""
    shp, folder = path.with_name("map.shp"), path.parent
    for suffix in (".shp", ".dbf", ".shx", ".cpg"):
        shp.with_suffix(suffix).write_bytes(b"x")
    (folder / "more.gdb").mkdir()
    (folder / "more.gdb" / "a.gdbtable").write_bytes(b"x")
    seen = set()
    for part in (None, shp.with_suffix(".cpg"), folder / "more.gdb" / "a.gdbtable", path):
        if part is not None:
            part.write_bytes(b"other")
        one, other = fingerprint(shp, cache=cache), fingerprint(folder, cache=cache)
        assert one is not None
        assert other is not None
        seen |= {one.digest, other.digest}
    assert len(seen) == 2 + 4  # the shapefile in two states, the folder in four


def test_a_file_that_changes_meanwhile_has_no_fingerprint(
    path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of one state and half of another is neither."""

    def sha256_of(paths: list[Path]) -> str:
        path.write_bytes(b"another")
        return "0" * 64

    monkeypatch.setattr(prints, "sha256_of", sha256_of)
    assert fingerprint(path, cache=cache) is None
    assert cache.entries() == []
