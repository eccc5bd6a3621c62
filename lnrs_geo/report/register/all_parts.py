"""Count the parts of all sites together: which claims are wrong, and what waits for a person."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lnrs_geo.assembly import PARTS_TREE
from lnrs_geo.report.answers import WRONG
from lnrs_geo.write import GEOPACKAGE

_LAYERS = ("parts", "parts_line", "parts_point")
_COLUMNS = ("site", "check", "status", "ss_reason")
_OPEN = ("provisional", "error")


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of parts.

    Attributes
    ----------
    parts
        How many parts there are.
    wrong
        By site, claims found wrong by verdict.
    reasons
        By reason, the parts without a decision by site.
    """

    parts: int
    wrong: Mapping[str, Mapping[str, int]]
    reasons: Mapping[str, Mapping[str, int]]


def count(folder: Path) -> Counted | None:
    """Count the parts in the folder of a batch; None where they are not at hand.

    Parameters
    ----------
    folder
        It holds `results.gpkg`, or the set of GeoParquet files `parts`.
    """
    groups = _of_geopackage(folder / GEOPACKAGE) or _of_parquet(folder / PARTS_TREE)
    if not groups:
        return None
    wrong: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for (site, check, status, reason), parts in groups.items():
        if check in WRONG:
            wrong.setdefault(site, Counter())[check] += parts
        if status in _OPEN:
            reasons.setdefault(reason, Counter())[site] += parts
    return Counted(sum(groups.values()), wrong, reasons)


def _of_geopackage(path: Path) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    if not path.is_file():
        return found
    named = ", ".join(f'"{name}"' for name in _COLUMNS)
    try:
        # read as it is: nothing may be written beside results that somebody keeps
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            for layer in _LAYERS:
                for *group, parts in database.execute(
                    f'select {named}, count(*) from "{layer}" group by {named}'
                ):
                    found[tuple(map(str, group))] += parts
    except sqlite3.Error:
        return Counter()
    return found


def _of_parquet(folder: Path) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    if not folder.is_dir():
        return found
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return found
    try:
        for path in sorted(folder.rglob("*.parquet")):
            found.update(_rows(pq.ParquetFile(path)))
    except (OSError, pa.ArrowException, KeyError):
        return Counter()
    return found


def _rows(file: object) -> Iterator[tuple[str, ...]]:
    for batch in file.iter_batches(columns=list(_COLUMNS)):  # type: ignore[attr-defined]
        yield from zip(*(batch.column(name).to_pylist() for name in _COLUMNS), strict=True)
