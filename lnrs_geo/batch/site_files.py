"""Tell the site files of a folder from whatever else lies there."""

from collections.abc import Iterable
from pathlib import Path

from lnrs_geo.batch import text_rows
from lnrs_geo.batch.ledger import FOLDER
from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.spatial.archive import ARCHIVE_SUFFIXES
from lnrs_geo.spatial.csv_wkt import WKT_COLUMNS
from lnrs_geo.spatial.shapefile import SIDECARS
from lnrs_geo.spatial.sources import SUFFIXES

TABLES = frozenset({".csv", ".tsv"})
LAYERS = frozenset(SUFFIXES) - TABLES
_COMPANIONS = ("-wal", "-shm", "-journal", ".shp.xml", ".lock")


def site_files(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the files, and folders of files, that hold parcels; and the names of what was passed over.

    Parts of a shapefile and journals of a database are neither, nor is the folder of a batch.

    Raises
    ------
    OSError
        The folder cannot be read.
    """
    items = sorted(folder.iterdir(), key=lambda item: item.name)
    shapefiles = {item.stem for item in items if item.suffix.lower() == ".shp"}
    found, passed_over = [], []
    for item in items:
        part = item.suffix.lower() in SIDECARS and item.stem in shapefiles
        if part or item.name.lower().endswith(_COMPANIONS) or (item / FOLDER).exists():
            continue
        if _holds_parcels(item):
            found.append(item)
        else:
            passed_over.append(item.name)
    return found, passed_over


def _holds_parcels(item: Path) -> bool:
    """Say whether something is a file of a kind that is read, or a folder of such."""
    suffix = item.suffix.lower()
    if item.name.startswith("."):
        return False
    if suffix in TABLES and item.is_file():
        return _may_have_shapes(item)
    if suffix in LAYERS or suffix in ARCHIVE_SUFFIXES:
        return True
    try:
        return item.is_dir() and any(_holds_parcels(one) for one in item.iterdir())
    except OSError:
        return True  # reading it says why it cannot be


def _may_have_shapes(table: Path) -> bool:
    """Say whether a text table has a column of shapes; one that cannot be read may have."""
    try:
        return has_shapes(text_rows.header(table))
    except LnrsGeoError:
        return True


def has_shapes(columns: Iterable[str]) -> bool:
    """Say whether one of a table's columns is named as those of well-known text are."""
    return any(name.lower() in WKT_COLUMNS for name in columns)
