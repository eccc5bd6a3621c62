"""Whether two folders hold the same results, as the contract defines it.

CSV files are equal byte by byte, JSON without the record of the run, GeoPackages row by row, and
GeoParquet by what is in its columns.
"""

import csv
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

RECORDS = {"run"}  # they say when and where
# a journal, marks and locks of a run are no results
RESULTS = {".csv", ".json", ".gpkg", ".parquet"}


def differences(first: str, second: str) -> list[str]:
    """Name the files in which two folders differ."""
    left, right = _files(Path(first)), _files(Path(second))
    if not left and not right:
        return ["nothing was written"]
    lone = sorted(set(left) ^ set(right))
    return [f"{name}: in one only" for name in lone] + [
        name for name in sorted(set(left) & set(right)) if not _equal(left[name], right[name])
    ]


def outcomes(folder: str | Path) -> str:
    """Count what came of the sites of a batch, so that no speed comes of work left undone."""
    with (Path(folder) / "sites.csv").open(encoding="utf-8", newline="") as file:
        counts = Counter(row["outcome"] for row in csv.DictReader(file))
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))


def said(found: list[str]) -> str:
    """Put what `differences` found in words."""
    return f"{len(found)} files differ: {', '.join(found[:3])}" if found else "identical output"


def _files(folder: Path) -> dict[str, Path]:
    found = (one for one in folder.rglob("*") if one.is_file() and one.suffix.lower() in RESULTS)
    named = {str(one.relative_to(folder)): one for one in found}
    return {name: one for name, one in named.items() if not any(p.startswith(".") for p in Path(name).parts)}


def _equal(first: Path, second: Path) -> bool:
    if first.stat().st_size == second.stat().st_size and first.read_bytes() == second.read_bytes():
        return True
    if first.suffix == ".json":
        return _document(first) == _document(second)
    if first.suffix == ".gpkg":
        return _tables(first) == _tables(second)
    if first.suffix == ".parquet":
        import geopandas as gpd

        return bool(gpd.read_parquet(first).equals(gpd.read_parquet(second)))
    return False


def _document(path: Path) -> Any:
    found = json.loads(path.read_bytes())
    return (
        {key: value for key, value in found.items() if key not in RECORDS}
        if isinstance(found, dict)
        else found
    )


def _tables(path: Path) -> dict[str, Counter[Any]]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
        names = [name for (name,) in file.execute("SELECT table_name FROM gpkg_contents")]
        return {
            name: Counter(file.execute(f'SELECT * FROM "{name}"')) for name in names if name not in RECORDS
        }
