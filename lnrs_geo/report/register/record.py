"""Find the record of a batch: in its ledger, else in what it published of it."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lnrs_geo.errors import OutputError
from lnrs_geo.packet import RUN_JSON
from lnrs_geo.write import GEOPACKAGE

SITES_CSV = "sites.csv"
# Where a batch keeps what it was begun with and how far it is
LEDGER = Path(".lnrs-geo-batch", "begun.json")


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What is recorded of a batch.

    Attributes
    ----------
    run
        What it was begun with: program, strategies, rules, register, options, files; empty where unknown.
    told
        What it said of the register when it ended, and of its strategies.
    altered
        `sites.csv` is not as the batch wrote it.
    """

    run: Mapping[str, Any]
    told: tuple[str, ...]
    altered: bool = False


def read_record(folder: Path) -> BatchRecord:
    """Return the record of the batch in a folder.

    Raises
    ------
    OutputError
        The batch is not finished.
    """
    begun: Any = None
    with suppress(OSError, ValueError):
        begun = json.loads((folder / LEDGER).read_text(encoding="utf-8"))
    if not isinstance(begun, dict) or not {"identity", "summary", "state"} <= begun.keys():
        run = _published(folder)
        return BatchRecord(run, tuple(_remarks(run)))
    if begun["state"] != "finished":
        raise OutputError(
            "The batch there is not finished.",
            where=str(folder),
            fix="Go on with it (`lnrs-geo batch ... --resume`), then ask for the report.",
        )
    noted = begun["summary"].get("files", {}).get(SITES_CSV)
    altered = noted is not None and noted != _digest(folder / SITES_CSV)
    return BatchRecord(begun["identity"], tuple(begun["summary"].get("notices", ())), altered)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _published(folder: Path) -> dict[str, Any]:
    """Return the record that stands beside the parts of all sites, where there is one."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return dict(json.loads((folder / RUN_JSON).read_text(encoding="utf-8"))["run"])
    path = folder / GEOPACKAGE
    with suppress(sqlite3.Error):
        if path.is_file():
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
                return nested(database.execute("select key, value from run order by fid"))
    return {}


def nested(rows: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return rows of key and value as they were before keys were joined by dots.

    Names of files hold dots of their own, so what follows `files.` is one name.

    Examples
    --------
    >>> nested([("files.a.gpkg", "12ab"), ("options.layers.1", "x"), ("rules", "UG-2026-06")])
    {'files': {'a.gpkg': '12ab'}, 'options': {'layers': ['x']}, 'rules': 'UG-2026-06'}
    """
    tree: dict[str, Any] = {}
    for key, value in rows:
        *above, last = key.split(".", 1) if key.startswith("files.") else key.split(".")
        branch = tree
        for name in above:
            branch = branch.setdefault(name, {})
        branch[last] = value
    return {name: _listed(one) for name, one in tree.items()}


def _listed(branch: Any) -> Any:
    if not isinstance(branch, dict):
        return branch
    made = {name: _listed(one) for name, one in branch.items()}
    numbered = list(made) == [str(at) for at in range(1, len(made) + 1)]
    return list(made.values()) if made and numbered else made


def flat(value: Any, key: str = "") -> list[tuple[str, str]]:
    """Return a record as rows of key and value, the other way round.

    Examples
    --------
    >>> flat({"options": {"layers": ["x"], "crs": None}})
    [('options.layers.1', 'x'), ('options.crs', '')]
    """
    if isinstance(value, Mapping):
        pairs: Iterable[tuple[object, Any]] = value.items()
    elif isinstance(value, list | tuple):
        pairs = enumerate(value, start=1)
    else:
        return [(key, "" if value is None else str(value))]
    return [row for name, one in pairs for row in flat(one, f"{key}.{name}" if key else str(name))]


def _remarks(run: Mapping[str, Any]) -> Iterable[str]:
    """Tell what the record says of the register besides its sites."""
    yield from run.get("in_no_row") or ()
    passed_over = run.get("passed_over") or ()
    if passed_over:
        yield f"{len(passed_over)} item(s) in the register's folder are no files of parcels and were passed over."
