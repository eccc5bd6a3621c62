"""Whether results are still as they were written: a record of them is no proof that they are there."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from lnrs_geo.write import GEOPACKAGE

# SQLite counts there who has had a database open: looking at it in QGIS changes that, and no row.
_SQLITE_HEADER_BYTES = 100


def digests(files: Iterable[Path], *, under: Path) -> dict[str, str]:
    """Return the digest of each result file, by its path from the folder of the batch."""
    return {path.relative_to(under).as_posix(): _digest(path) for path in files}


def are_kept(told: Mapping[str, str], *, under: Path) -> bool:
    """Say whether every file is there with the contents that were noted of it."""
    try:
        return all(_digest(under / name) == digest for name, digest in told.items())
    except OSError:
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(_SQLITE_HEADER_BYTES if path.name == GEOPACKAGE else 0)
        return hashlib.file_digest(file, "sha256").hexdigest()
