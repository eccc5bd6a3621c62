"""What is kept for later runs is whole or not there, whoever dies, whatever the disk does, and never too much."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lnrs_geo import cache as caching
from lnrs_geo.cache import STALE_S, Cache, default_cache
from lnrs_geo.errors import OptionError

# Keeps one entry over and over, each time of 300,000 bytes of one letter, until it is ended
KEEPER = """
import sys
from pathlib import Path
from lnrs_geo.cache import Cache

cache, letter = Cache(Path(sys.argv[1])), sys.argv[2].encode()

def write(path):
    with path.open("wb") as stream:
        for _ in range(300):
            stream.write(letter * 1000)

print("begun", flush=True)
for _ in range(int(sys.argv[3])):
    cache.keep("squares", "one", write=write)
"""


def writer(text: str) -> Callable[[Path], None]:
    """Return what writes a text to a path."""

    def write(path: Path) -> None:
        path.write_text(text)

    return write


def keeper(folder: Path, letter: str, times: int) -> subprocess.Popen[str]:
    """Start another program that keeps an entry, and wait until it has begun."""
    words = [sys.executable, "-c", KEEPER, str(folder), letter, str(times)]
    program = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "begun\n"
    program.stdout.close()
    return program


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    """An entry is found by its key, and only by that."""
    cache = Cache(tmp_path / "deep" / "kept")
    kept = cache.keep("layers", "1", "a", write=writer("x"))
    assert kept is not None
    assert cache.find("layers", "1", "a") == kept
    assert kept.read_text() == "x"
    assert cache.find("layers", "1", "b") is None
    assert [entry.key for entry in cache.entries()] == [("layers", "1", "a")]
    assert (cache.entries("squares"), cache.entries()[0].kind) == ([], "layers")


@pytest.mark.parametrize(
    ("one", "other"),
    [(("k", "a+b"), ("k", "a", "b")), (("k", "a", ""), ("k", "a")), (("k", "a/../b"), ("k", "b")),
     (("k", ".."), ("k", ".")), (("k", "é"), ("k", "e"))],
)  # fmt: skip
def test_no_two_keys_share_an_entry(one: tuple[str, ...], other: tuple[str, ...], tmp_path: Path) -> None:
    """Whatever letters a key is made of, it stays apart from others, and inside the folder."""
    cache = Cache(tmp_path / "kept")
    cache.keep(*one, write=writer("one"))
    cache.keep(*other, write=writer("other"))
    found = [cache.find(*key) for key in (one, other)]
    assert [path.read_text() for path in found if path] == ["one", "other"]
    assert {entry.key for entry in cache.entries()} == {one, other}
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("key", [("",), ("layers",), ("../up", "a"), ("layers", "a" * 300)])
def test_an_impossible_key_is_refused(key: tuple[str, ...], tmp_path: Path) -> None:
    """A kind is a word of lower-case letters, and a name can be a file's."""
    with pytest.raises(ValueError, match="no key"):
        Cache(tmp_path).find(*key)


def test_a_later_one_takes_the_place_of_an_earlier(tmp_path: Path) -> None:
    """What is kept under a key that is there is the newer one."""
    cache = Cache(tmp_path)
    cache.keep("layers", "a", write=writer("old"))
    kept = cache.keep("layers", "a", write=writer("new"))
    assert kept is not None
    assert kept.read_text() == "new"
    assert len(files_in(tmp_path)) == 1


def no_room(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["write", "fsync", "rename", "folder"])
def test_a_full_disk_keeps_nothing_and_leaves_nothing(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no room, the older entry stays, no rest lies about, and the run goes on without."""
    cache = Cache(tmp_path)
    cache.keep("layers", "a", write=writer("old"))

    def write(path: Path) -> None:
        path.write_text("half")
        if where == "write":
            no_room()

    if where == "fsync":
        monkeypatch.setattr(os, "fsync", no_room)
    if where == "rename":
        monkeypatch.setattr(Path, "replace", no_room)
    if where == "folder":
        monkeypatch.setattr(Path, "mkdir", no_room)
    assert cache.keep("layers", "a", write=write) is None
    monkeypatch.undo()
    assert [path.read_text() for path in tmp_path.rglob("*") if path.is_file()] == ["old"]


def test_other_faults_are_passed_on_and_leave_nothing(tmp_path: Path) -> None:
    """A fault that is no matter of the disk is not hidden."""

    def write(path: Path) -> None:
        path.write_text("half")
        raise KeyError("a fault")

    with pytest.raises(KeyError):
        Cache(tmp_path).keep("layers", "a", write=write)
    assert files_in(tmp_path) == []


def test_the_entry_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut after the renaming cannot leave an empty file under the name."""
    seen: list[list[str]] = []
    plain = os.fsync

    def fsync(handle: int) -> None:
        seen.append([path.suffix for path in (tmp_path / "layers").iterdir()])
        plain(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    Cache(tmp_path).keep("layers", "a", write=writer("x"))
    assert seen == [[""]]


def test_a_folder_that_may_not_be_written_is_done_without(tmp_path: Path) -> None:
    """A file stands where the folder should be: nothing is kept, found, or complained of."""
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file")
    assert cache.keep("layers", "a", write=writer("x")) is None
    assert (cache.find("layers", "a"), cache.entries(), cache.clear()) == (None, [], 0)


def test_two_programs_keep_the_same_entry_at_once(tmp_path: Path) -> None:
    """Whoever is last, what stands there is one program's whole file at every moment."""
    programs = [keeper(tmp_path, letter, 60) for letter in "ab"]
    looks = 0
    while any(program.poll() is None for program in programs):
        found = Cache(tmp_path).find("squares", "one")
        if found is not None:
            content = found.read_bytes()
            assert content in (b"a" * 300_000, b"b" * 300_000)
            looks += 1
    assert [program.wait() for program in programs] == [0, 0]
    assert looks
    assert len(files_in(tmp_path)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_program_that_is_killed_leaves_no_half_entry(tmp_path: Path) -> None:
    """At whatever moment it dies, the entry is whole or not there."""
    for number in range(12):
        program = keeper(tmp_path, "abcdefghijkl"[number], 10_000)
        time.sleep(0.004 * number)
        program.send_signal(signal.SIGKILL)
        program.wait()
        found = Cache(tmp_path).find("squares", "one")
        if found is not None:
            content = found.read_bytes()
            assert len(content) == 300_000
            assert len(set(content)) == 1
    assert Cache(tmp_path).find("squares", "one") is not None


def test_rests_of_a_killed_program_go_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary file that is written to stays, one that nobody has touched for a day goes."""
    cache = Cache(tmp_path)
    cache.keep("layers", "a", write=writer("x"))
    old, young = (tmp_path / "layers" / f"{caching._TEMPORARY}{name}" for name in ("1-old", "2-young"))
    for rest in (old, young):
        rest.write_text("half")
    long_ago = time.time() - STALE_S - 60
    os.utime(old, (long_ago, long_ago))
    Cache(tmp_path).keep("layers", "b", write=writer("x"))
    assert (old.exists(), young.exists()) == (False, True)
    assert len(cache.entries()) == 2


def test_least_recently_used_goes_first(tmp_path: Path) -> None:
    """Over the limit, what nobody asked for longest goes; what was just kept stays."""
    cache = Cache(tmp_path, limit_bytes=250)
    for number, name in enumerate("abc"):
        if name == "c":
            assert cache.find("layers", "a") is not None  # used now, and so younger than b
        kept = cache.keep("layers", name, write=writer("x" * 100))
        assert kept is not None
        if name != "c":
            then = time.time() - 1000 + number
            os.utime(kept, (then, then))
    assert sorted(entry.key[1] for entry in cache.entries()) == ["a", "c"]


def test_what_was_just_kept_stays_whatever_the_clock_says(tmp_path: Path) -> None:
    """A clock that was put back does not drive out the newest."""
    cache = Cache(tmp_path, limit_bytes=150)
    old = cache.keep("layers", "old", write=writer("x" * 100))
    assert old is not None
    os.utime(old, (time.time() + 9_999, time.time() + 9_999))
    cache.keep("layers", "new", write=writer("x" * 100))
    assert [entry.key[1] for entry in cache.entries()] == ["new"]


def test_what_is_too_big_is_not_kept_and_costs_nothing_else(tmp_path: Path) -> None:
    """One file over the limit drives out none of the others."""
    cache = Cache(tmp_path, limit_bytes=250)
    cache.keep("layers", "a", write=writer("x" * 100))
    assert cache.keep("layers", "b", write=writer("x" * 251)) is None
    assert [entry.key[1] for entry in cache.entries()] == ["a"]


def test_what_others_keep_counts_for_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every so often the folder is counted anew, with what other programs have put there."""
    monkeypatch.setattr(caching, "COUNT_EVERY", 3)
    mine, other = Cache(tmp_path, limit_bytes=1000), Cache(tmp_path)
    mine.keep("layers", "mine", write=writer("x"))
    for number in range(20):
        other.keep("layers", f"other-{number}", write=writer("x" * 100))
    for number in range(4):
        mine.keep("layers", f"mine-{number}", write=writer("x"))
    assert sum(entry.bytes for entry in mine.entries()) <= 1000


def test_clearing_removes_what_is_kept_and_nothing_else(tmp_path: Path) -> None:
    """Files that are none of the cache's stay where they are."""
    cache = Cache(tmp_path)
    cache.keep("layers", "a", write=writer("x"))
    cache.keep("squares", "a", write=writer("x"))
    for path in (tmp_path / "layers" / "notes.txt", tmp_path / "thesis.kept"):
        path.write_text("mine")
    assert cache.clear() == 2
    assert files_in(tmp_path) == ["notes.txt", "thesis.kept"]


def test_the_environment_says_where_and_how_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder and a limit in megabytes; without them the user's own folder."""
    monkeypatch.setenv("LNRS_GEO_CACHE", str(tmp_path))
    monkeypatch.setenv("LNRS_GEO_CACHE_LIMIT", "7")
    cache = default_cache()
    assert (cache.folder, cache.limit_bytes) == (tmp_path, 7_000_000)
    monkeypatch.delenv("LNRS_GEO_CACHE")
    monkeypatch.delenv("LNRS_GEO_CACHE_LIMIT")
    cache = default_cache()
    assert cache.folder is not None
    assert "lnrs-geo" in cache.folder.parts
    monkeypatch.setenv("LNRS_GEO_CACHE_LIMIT", "lots")
    with pytest.raises(OptionError, match="LNRS_GEO_CACHE_LIMIT"):
        default_cache()


def test_off_finds_and_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the cache off nothing is written anywhere."""
    monkeypatch.setenv("LNRS_GEO_CACHE", "off")
    monkeypatch.chdir(tmp_path)
    cache = default_cache()
    assert cache.keep("layers", "a", write=writer("x")) is None
    assert (cache.find("layers", "a"), cache.entries(), cache.clear()) == (None, [], 0)
    assert list(tmp_path.iterdir()) == []
