"""Tell which layers of a GeoPackage cannot be edited, and leave the file untouched meanwhile."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from lnrs_geo.corrected import editing
from lnrs_geo.errors import SourceError

VIEW = "The layer is a view, which cannot be edited; enter the value by hand in the table behind it."
NO_IDS = (
    "The layer is a table without an integer primary key, so its rows cannot be told apart; "
    "enter the value by hand."
)


def uneditable(source: Path, layers: Iterable[str]) -> dict[str, str]:
    """Return the layers whose rows cannot be changed, each with the reason.

    Parameters
    ----------
    source
        A GeoPackage; it is only read, and no file is made beside it.
    layers
        Names of its layers.

    Raises
    ------
    SourceError
        It cannot be read.
    """
    place = source.resolve()
    # A file in WAL mode at rest would get new files beside it; one that others write may change meanwhile
    waits = Path(f"{place}-wal").exists()
    try:
        address = f"{place.as_uri()}?mode=ro{'' if waits else '&immutable=1'}"
        with closing(sqlite3.connect(address, uri=True, timeout=2.0)) as database:
            found = {}
            for layer in layers:
                if editing.is_view(database, layer):
                    found[layer] = VIEW
                elif not editing.has_feature_ids(database, layer):
                    found[layer] = NO_IDS
            return found
    except sqlite3.Error as error:
        raise SourceError(
            f"Its layers cannot be looked at ({error}).",
            where=str(source),
            fix="Close it in other programs, or open it in a GIS and export it again.",
        ) from error
