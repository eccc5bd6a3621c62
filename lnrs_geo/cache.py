"""Keep what was costly to make, so that a later run finds it: a folder of files, each whole or not there.

An entry is one file, `kind/key.kept`. It is written under another name, flushed, and renamed, so
that nobody ever sees half of one; two programs that keep the same entry at once each rename a whole
one, and the later stands. What no longer fits under a limit goes, least recently used first. A cache
never stops a run: where it cannot be read or written, the run does without.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import platformdirs

from lnrs_geo.errors import OptionError

FOLDER_VARIABLE = "LNRS_GEO_CACHE"
LIMIT_VARIABLE = "LNRS_GEO_CACHE_LIMIT"
MEGABYTE = 1_000_000
DEFAULT_LIMIT = 20_000 * MEGABYTE
# A temporary file that nobody has written to for so long was left by a program that was killed.
STALE_S = 24 * 3600.0
# So many entries are kept before the folder is counted anew, for other programs keep things there too.
COUNT_EVERY = 200

_SUFFIX, _TEMPORARY = ".kept", ".making-"
_KIND = re.compile(r"[a-z]+")
_SEPARATOR = "+"
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is kept: its key (the first part is its kind), size, and when it was last used."""

    key: tuple[str, ...]
    bytes: int
    used: float
    path: Path

    @property
    def kind(self) -> str:
        """What sort of thing it is."""
        return self.key[0]


class Cache:
    """A folder in which things are kept for later runs.

    Parameters
    ----------
    folder
        Where; made when the first thing is kept. None: nothing is found and nothing kept.
    limit_bytes
        How much may be kept altogether.
    """

    def __init__(self, folder: Path | None, *, limit_bytes: int = DEFAULT_LIMIT) -> None:
        self.folder, self.limit_bytes = folder, limit_bytes
        self._total, self._uncounted = 0, COUNT_EVERY

    def require_folder(self) -> None:
        """See that nothing else stands where the folder is or shall be: a run does without, in silence.

        Raises
        ------
        OptionError
            A file stands there, or in the place of a folder above it.
        """
        above = () if self.folder is None else (self.folder, *self.folder.parents)
        there = next((place for place in above if os.path.lexists(place)), None)
        if there is not None and not there.is_dir():
            raise OptionError(
                "It is a file, not a folder, so that nothing can be kept.",
                where=f"{FOLDER_VARIABLE}, {there}",
                fix=f'Let {FOLDER_VARIABLE} name a folder, or "off" for none.',
            )

    def find(self, *key: str) -> Path | None:
        """Return the file of a key and note that it was used; None where there is none.

        Another program may remove the file at any time: who opens it must be ready for that.
        """
        path = self._path(key)
        if path is None or not path.is_file():
            return None
        with suppress(OSError):  # a cache that may only be read serves all the same
            os.utime(path)
        return path

    def keep(self, *key: str, write: Callable[[Path], None]) -> Path | None:
        """Keep a file under a key, in the place of an older one.

        Parameters
        ----------
        *key
            Texts that tell what it is; the first is the kind, in lower-case letters.
        write
            Makes the file at the path given. An `OSError` (no room, not allowed) means that it
            cannot be kept; other exceptions are passed on. Nothing is left behind by either.

        Returns
        -------
        The file, or None where it could not be kept.
        """
        path = self._path(key)
        if path is None:
            return None
        making = path.with_name(f"{_TEMPORARY}{os.getpid()}-{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                write(making)
                _flush(making)
                made_bytes = making.stat().st_size
                if made_bytes > self.limit_bytes:  # nothing else shall be lost for what cannot fit
                    return None
                making.replace(path)
            finally:
                with suppress(OSError):
                    making.unlink()
        except OSError:
            return None
        self._make_room(path, made_bytes)
        return path

    def entries(self, kind: str = "") -> list[Entry]:
        """List what is kept, of one kind or of all, the most recently used first."""
        found = []
        for path in self._files(kind):
            if path.suffix == _SUFFIX:
                with suppress(OSError):
                    about = path.stat()
                    key = (path.parent.name, *map(unquote, path.stem.split(_SEPARATOR)))
                    found.append(Entry(key, about.st_size, about.st_mtime, path))
        return sorted(found, key=lambda entry: (-entry.used, entry.key))

    def clear(self) -> int:
        """Remove everything that is kept; return the number of entries that were there."""
        removed = 0
        for path in self._files():
            with suppress(OSError):
                path.unlink()
                removed += path.suffix == _SUFFIX
        self._total, self._uncounted = 0, COUNT_EVERY
        return removed

    def _path(self, key: tuple[str, ...]) -> Path | None:
        """Return where a key's file stands; no two keys share one."""
        kind, *rest = key
        name = _SEPARATOR.join(quote(part, safe="") for part in rest)
        if not _KIND.fullmatch(kind) or not rest or len(name) > _LONGEST_NAME:
            raise ValueError(f"{key!r} can be no key of a cache")
        return None if self.folder is None else self.folder / kind / f"{name}{_SUFFIX}"

    def _files(self, kind: str = "") -> Iterator[Path]:
        """Yield the files of the cache, those in the making too; other people's files are none of them."""
        folders: list[Path] = []
        with suppress(OSError):
            if self.folder is not None:
                inside = [self.folder / kind] if kind else list(self.folder.iterdir())
                folders = [item for item in inside if _KIND.fullmatch(item.name) and item.is_dir()]
        for folder in folders:
            with suppress(OSError):
                for path in sorted(folder.iterdir()):
                    if path.suffix == _SUFFIX or path.name.startswith(_TEMPORARY):
                        yield path

    def _make_room(self, newest: Path, added_bytes: int) -> None:
        """Remove what was used least recently while more is kept than may be; the newest stays."""
        self._total, self._uncounted = self._total + added_bytes, self._uncounted + 1
        if self._total <= self.limit_bytes and self._uncounted < COUNT_EVERY:
            return
        self._remove_stale()
        entries = self.entries()
        total = sum(entry.bytes for entry in entries)
        for entry in reversed(entries):
            if total > self.limit_bytes and entry.path != newest:
                with suppress(OSError):  # gone already, or open on a system that then keeps it
                    entry.path.unlink()
                    total -= entry.bytes
        self._total, self._uncounted = total, 0

    def _remove_stale(self) -> None:
        for path in self._files():
            with suppress(OSError):
                if path.name.startswith(_TEMPORARY) and time.time() - path.stat().st_mtime > STALE_S:
                    path.unlink()


def default_cache() -> Cache:
    """Return the cache of this user, or the one that the environment names.

    `LNRS_GEO_CACHE` is a folder, or "off" for none; `LNRS_GEO_CACHE_LIMIT` is in megabytes.

    Raises
    ------
    OptionError
        The limit is no number.
    """
    named = os.environ.get(FOLDER_VARIABLE, "").strip()
    said = os.environ.get(LIMIT_VARIABLE, "").strip()
    if said and not said.isdecimal():
        raise OptionError(
            f"{said!r} is no number of megabytes.", where=LIMIT_VARIABLE, fix="Give a whole number."
        )
    limit_bytes = int(said) * MEGABYTE if said else DEFAULT_LIMIT
    if named.casefold() == "off":
        return Cache(None, limit_bytes=limit_bytes)
    folder = Path(named) if named else platformdirs.user_cache_path("lnrs-geo", appauthor=False)
    return Cache(folder, limit_bytes=limit_bytes)


def _flush(path: Path) -> None:
    """Have the system put a file on the disk, so that its new name never stands for less than all of it."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
