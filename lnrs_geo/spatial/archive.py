"""Unpack a zip archive that a stranger sent, or refuse it before anything is written.

The list of members is judged first: nothing that would land outside the folder, unfold into more
archives, fill the disk or ask for a password is unpacked. The copy lives in a temporary folder
for as long as the file is being read.
"""

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from lnrs_geo.errors import SourceError

MEMBERS_MAX = 1_000
UNPACKED_BYTES_MAX = 2 * 1024**3
ARCHIVE_SUFFIXES = frozenset({".zip", ".kmz", ".shz"})
_NESTED_SUFFIXES = ARCHIVE_SUFFIXES | {".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"}
_ENCRYPTED_FLAG = 0x1
_BY_HAND = "Unzip it yourself, look at what is inside, and name the layer file."


@contextmanager
def unpacked(path: Path, *, label: str) -> Iterator[Path]:
    """Give a temporary folder with the members of a zip archive, and remove it afterwards.

    Parameters
    ----------
    path
        The archive.
    label
        What the user called it; used in messages.

    Raises
    ------
    SourceError
        It is no zip archive, is damaged, or holds what `safe_members` refuses.
    """
    with tempfile.TemporaryDirectory(prefix="lnrs-geo-", ignore_cleanup_errors=True) as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _extract(archive, safe_members(archive, label=label), folder=Path(folder), label=label)
        except (zipfile.BadZipFile, zlib.error) as error:
            raise SourceError(
                f"It is not a zip archive, or is damaged ({error}).",
                where=label,
                fix="Zip it or fetch it again.",
            ) from error
        except (NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
            raise SourceError(f"It cannot be unpacked ({error}).", where=label, fix=_BY_HAND) from error
        yield Path(folder)


def safe_members(archive: zipfile.ZipFile, *, label: str) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """List the files in an archive by their path inside it, once all of them are known to be harmless.

    Raises
    ------
    SourceError
        A member has an absolute path or climbs out of the archive, is a link, an archive itself,
        encrypted or listed twice; or there are more than 1,000 members or 2 GB unpacked.
    """
    infos = archive.infolist()
    if len(infos) > MEMBERS_MAX:
        raise SourceError(
            f"It holds {len(infos):,} members; {MEMBERS_MAX:,} is the most.", where=label, fix=_BY_HAND
        )
    size_bytes = sum(info.file_size for info in infos)
    if size_bytes > UNPACKED_BYTES_MAX:
        raise SourceError(
            f"It would unpack to {size_bytes / 1024**3:.1f} GB; 2 GB is the most.", where=label, fix=_BY_HAND
        )
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for info in infos:
        # Some Windows programs write backslashes, against the format.
        name = info.filename.replace("\\", "/")
        inside = PurePosixPath(name)
        if fault := _fault(info, name, inside):
            raise SourceError(f"Its member '{info.filename}' {fault}.", where=label, fix=_BY_HAND)
        if info.is_dir() or name.endswith("/") or _is_litter(inside):
            continue
        # Two members that differ by case overwrite each other on Windows and macOS.
        if str(inside).casefold() in folded:
            raise SourceError(f"Its member '{info.filename}' is listed twice.", where=label, fix=_BY_HAND)
        folded.add(str(inside).casefold())
        members[inside] = info
    return members


def _fault(info: zipfile.ZipInfo, name: str, inside: PurePosixPath) -> str:
    if inside.is_absolute() or ":" in name.split("/")[0]:
        return "has an absolute path"
    if ".." in inside.parts:
        return "climbs out of the archive"
    if info.flag_bits & _ENCRYPTED_FLAG:
        return "is encrypted"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if inside.suffix.lower() in _NESTED_SUFFIXES and not _is_litter(inside):
        return "is an archive itself"
    return ""


def _is_litter(inside: PurePosixPath) -> bool:
    """Tell the files that macOS and Windows add to archives for themselves."""
    return "__MACOSX" in inside.parts or inside.name in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _extract(
    archive: zipfile.ZipFile, members: dict[PurePosixPath, zipfile.ZipInfo], *, folder: Path, label: str
) -> None:
    left_bytes = UNPACKED_BYTES_MAX
    for inside, info in members.items():
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as packed, target.open("wb") as copy:
            shutil.copyfileobj(packed, copy, 1024 * 1024)
            left_bytes -= copy.tell()
        if left_bytes < 0:  # the sizes in the list were lies
            raise SourceError("It unpacks to more than 2 GB.", where=label, fix=_BY_HAND)
