"""Tell a file by its contents without reading it every time.

Reading 400 MB only to learn that nothing has changed takes longer than the answer does. So the
digest is remembered by path, size, times and inode; where any of these differs, the contents are
read again. A file that was touched in the last two seconds is not remembered: some disks count time
in steps of that length, and a second change within a step would not show.
"""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from lnrs_geo.cache import Cache
from lnrs_geo.spatial.intact import sha256_of
from lnrs_geo.spatial.shapefile import shapefile_parts

KIND, FORMAT = "hashes", "2"
SETTLED_NS = 2_000_000_000
# What the drivers open beside a file: SQLite's unfinished writes, and schemas of GML
_BESIDE_NAME, _BESIDE_STEM = ("-wal", "-journal"), (".gfs", ".xsd")

# Name, bytes, time of the contents, time of the entry, inode
State: TypeAlias = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells a source: the SHA-256 of each of its files by name, and the state they were seen in."""

    contents: tuple[tuple[str, str], ...]
    states: tuple[State, ...]

    @property
    def digest(self) -> str:
        """One digest of all names and contents."""
        return hashlib.sha256(json.dumps(self.contents).encode()).hexdigest()


def states(path: Path) -> tuple[State, ...]:
    """Return the state of every file that reading `path` may open, by name.

    Raises
    ------
    OSError
        One of them cannot be looked at.
    """
    found = []
    for item in _files(path):
        about = item.stat()
        name = item.relative_to(path if path.is_dir() else path.parent).as_posix()
        found.append((name, about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino))
    return tuple(sorted(found))


def total_bytes(path: Path) -> int:
    """Return the bytes of all files of a source together."""
    return sum(size for _, size, *_ in states(path))


def fingerprint(path: Path, *, cache: Cache) -> Fingerprint | None:
    """Return the fingerprint of a source, from memory where nothing about its files has changed.

    Parameters
    ----------
    path
        A file, a file geodatabase, or a folder of files.
    cache
        Where digests are remembered.

    Returns
    -------
    The fingerprint; None where the files change while they are read.

    Raises
    ------
    OSError
        A file cannot be read.
    """
    now_ns = time.time_ns()
    seen = states(path)
    place = str(path.resolve())
    key = (KIND, FORMAT, hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest())
    if (known := _remembered(cache.find(*key), place, seen)) is not None:
        return Fingerprint(known, seen)
    base = path if path.is_dir() else path.parent
    contents = tuple((name, sha256_of([base / name])) for name, *_ in seen)
    if states(path) != seen:
        return None
    if all(now_ns - max(changed, entered) > SETTLED_NS for _, _, changed, entered, _ in seen):
        text = json.dumps({"path": place, "files": seen, "contents": contents}, sort_keys=True)
        line = f"{hashlib.sha256(text.encode()).hexdigest()} {text}\n"
        cache.keep(*key, write=lambda making: _write(making, line))
    return Fingerprint(contents, seen)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _remembered(path: Path | None, place: str, seen: tuple[State, ...]) -> tuple[tuple[str, str], ...] | None:
    """Return the digests in a file of the cache, where it is whole and of files in the same state."""
    try:
        check, _, text = path.read_text(encoding="utf-8").strip().partition(" ") if path else ("", "", "")
    except (OSError, ValueError):
        return None
    if not text or hashlib.sha256(text.encode()).hexdigest() != check:
        return None
    told = json.loads(text)
    same = told["path"] == place and [tuple(state) for state in told["files"]] == list(seen)
    return tuple((str(name), str(digest)) for name, digest in told["contents"]) if same else None


def _files(path: Path) -> list[Path]:
    """Return the files that reading a source may open."""
    if path.is_dir():
        inside = path.rglob("*") if path.suffix.lower() == ".gdb" else path.glob("*")
        found: list[Path] = []
        for item in inside:
            if item.is_dir() and item.suffix.lower() == ".gdb" and path.suffix.lower() != ".gdb":
                found += [deep for deep in item.rglob("*") if deep.is_file()]
            elif item.is_file() and not item.name.startswith("."):
                found.append(item)
        return found
    if path.suffix.lower() == ".shp":
        return sorted({path, *shapefile_parts(path).values()})
    beside = [path.with_name(path.name + end) for end in _BESIDE_NAME]
    beside += [path.with_suffix(end) for end in _BESIDE_STEM]
    return [path, *(item for item in beside if item.is_file())]
