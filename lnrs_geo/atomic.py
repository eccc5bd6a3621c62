"""Put a set of files into a folder all together or not at all, also when the program is killed.

The steps, each of which may be the last one that happens:

1. the files are made in a hidden folder inside the folder (so on the same disk) and flushed;
2. the hidden folder is renamed: from now on the new files are the results, whatever comes;
3. the old files of the same names go, then the new ones move in, then the hidden folder goes.

Before step 2 the old files are untouched. After it, whoever comes next, to read or to write,
first carries out what is left of step 3. Old and new files never stand side by side.
"""

import errno
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from lnrs_geo.errors import OutputError

STAGING = ".lnrs-geo-staging"
COMMITTED = ".lnrs-geo-commit"
# SQLite would replay a journal left by an older GeoPackage into the new one.
_COMPANIONS = ("-wal", "-shm", "-journal")


@contextmanager
def replacing(folder: Path, names: Sequence[str], *, tree: str = "") -> Iterator[Path]:
    """Give an empty folder to write `names` into; on leaving they replace those in `folder`.

    Parameters
    ----------
    folder
        Where the files shall stand; made, with its parents, where absent. Other files stay.
    names
        The files that the block makes, every one of them.
    tree
        A folder of Parquet files that the block makes besides; it replaces an older one as a whole.

    Raises
    ------
    OutputError
        The folder cannot be made or written, another run is writing there, or a file is absent.
        Nothing has changed then, save where the message says that the results wait.
    """
    made = _make(folder)
    try:
        with _guarded(folder), _locked(folder, wait=False):
            with _guarded(folder, committed=True):
                _finish(folder)
            _refuse_folders(folder, names)
            _refuse_foreign(folder / tree if tree else None)
            with _staged(folder) as staging:
                yield staging
                _flush(staging, [*names, *([tree] if tree else [])])
                staging.rename(folder / COMMITTED)
            with _guarded(folder, committed=True):
                _sync(folder)
                _finish(folder)
    except BaseException:
        _remove_empty(made)
        raise


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Give an empty hidden folder, without what a killed run left in it; none stays on failure."""
    staging = folder / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        yield staging
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def roll_forward(folder: Path) -> bool:
    """Finish a replacement that a killed program had begun; True where there was one.

    Raises
    ------
    OutputError
        The folder may not be written.
    """
    if not (folder / COMMITTED).is_dir():
        return False
    with _guarded(folder, committed=True), _locked(folder, wait=True):
        _finish(folder)
    return True


def _make(folder: Path) -> list[Path]:
    """Make `folder` and its parents; return those that were not there, outermost first."""
    made: list[Path] = []
    with _guarded(folder):
        try:
            absent = [path for path in (folder, *folder.parents) if not os.path.lexists(path)]
            for path in reversed(absent):
                path.mkdir()
                made.append(path)
        except BaseException:
            _remove_empty(made)
            raise
    if not folder.is_dir():
        raise OutputError(
            "It is a file, not a folder.", where=str(folder), fix="Name another folder for the results."
        )
    return made


def _remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders, innermost first; one that holds anything stays."""
    for path in reversed(folders):
        with suppress(OSError):
            path.rmdir()


def _flush(staging: Path, names: Sequence[str]) -> None:
    """See that exactly `names` are there, and on the disk."""
    found = sorted(path.name for path in staging.iterdir())
    if found != sorted(names):
        raise OutputError(
            f"The results are incomplete: {', '.join(found) or 'no file'} of {', '.join(sorted(names))}.",
            where=str(staging.parent),
        )
    for name in names:
        for path in (*(staging / name).rglob("*"), staging / name):
            _sync(path)
    _sync(staging)


def _finish(folder: Path) -> None:
    """Do what is left of step 3. A name still in the hidden folder has only an old file outside."""
    committed = folder / COMMITTED
    if not committed.is_dir():
        return
    waiting = sorted(path.name for path in committed.iterdir())
    for name in waiting:
        for old in (name, *(name + suffix for suffix in _COMPANIONS)):
            _remove(folder / old)
    _sync(folder)  # no new file may reach the disk before the last old one has left it
    for name in waiting:
        (committed / name).replace(folder / name)
    _sync(folder)
    committed.rmdir()
    _sync(folder)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
        return
    with suppress(FileNotFoundError):
        path.unlink()


def _refuse_foreign(tree: Path | None) -> None:
    """See that a folder which is to be replaced holds nothing but what an earlier run put there."""
    if tree is None or not os.path.lexists(tree):
        return
    if tree.is_symlink() or not tree.is_dir():
        raise OutputError(
            "It bears the name of a result folder.",
            where=str(tree),
            fix="Rename it, or name another folder for the results.",
        )
    for path in tree.rglob("*"):
        ours = (
            path.parent == tree if path.is_dir() else path.parent.parent == tree and path.suffix == ".parquet"
        )
        if not ours or (path.is_dir() and "=" not in path.name):
            raise OutputError(
                "The folder holds what is no part of the results, and would be replaced.",
                where=str(path),
                fix="Move it away, or name another folder for the results.",
            )


def _refuse_folders(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        if (folder / name).is_dir() and not (folder / name).is_symlink():
            raise OutputError(
                "A folder bears the name of a result file.",
                where=str(folder / name),
                fix="Rename it, or name another folder for the results.",
            )


@contextmanager
def _locked(folder: Path, *, wait: bool) -> Iterator[None]:
    """Keep other runs out of `folder`; the system lifts the lock when a program dies."""
    if sys.platform == "win32":  # folders cannot be opened there: two runs at once stay unguarded
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutputError(
                "Another run is writing its results there.",
                where=str(folder),
                fix="Wait for it, or name another folder.",
            ) from None
        except OSError:
            pass  # some network disks know no locks
        yield
    finally:
        os.close(handle)


def _sync(path: Path) -> None:
    """Have the system put a file, or the list of a folder's files, on the disk."""
    folder = path.is_dir()
    if folder and sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some disks cannot flush folders; that costs safety at a power cut, not the results.
        if not folder or error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(handle)


@contextmanager
def _guarded(folder: Path, *, committed: bool = False) -> Iterator[None]:
    """Say in words of the field what the system refused, and whether the new results are safe."""
    try:
        yield
    except OSError as error:
        cause = error.strerror or str(error)
        if committed:
            raise OutputError(
                f"The new results are complete but could not take their places ({cause}).",
                where=str(folder),
                fix="Close programs that have the old files open and run any command on this folder again.",
            ) from error
        raise OutputError(
            f"The results cannot be written there ({cause}); nothing was changed.",
            where=str(folder),
            fix="Free some space, see to the permissions, or name another folder.",
        ) from error
