"""Run the command `batch` and read what it has written."""

import csv
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from lnrs_geo.cli import main
from tests.batch import worlds


def run(*words: object) -> Result:
    """Run the program in this process; an error that is not one of its own is raised."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def batch(register: object, options: Mapping[str, Any], *more: object, out: str = "out") -> Result:
    return run("batch", register, *worlds.words(dict(options), "--out", out, *more))


def rows(out: str = "out") -> dict[str, dict[str, str]]:
    """Return the rows of sites.csv by reference, in their order."""
    with Path(out, "sites.csv").open(encoding="utf-8", newline="") as file:
        return {row["reference"]: row for row in csv.DictReader(file)}


def layers(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of a GeoPackage by table; of the record of a run not when it was."""
    with closing(sqlite3.connect(path)) as database:
        tables = [name for (name,) in database.execute("select table_name from gpkg_contents order by 1")]
        found = {name: database.execute(f'select * from "{name}" order by 1').fetchall() for name in tables}
    if "run" in found:
        found["run"] = [row for row in found["run"] if row[1] != "time"]
    return found


def contents(out: Path) -> dict[str, Any]:
    """Return all that a batch has written, as the contract compares it: equal means equal results."""
    found: dict[str, Any] = {}
    for path in sorted(one for one in out.rglob("*") if one.is_file() and ".lnrs-geo-batch" not in str(one)):
        name = str(path.relative_to(out))
        if path.suffix == ".gpkg":
            found[name] = layers(path)
        elif path.name == "result.json":
            found[name] = {key: value for key, value in json.loads(path.read_text()).items() if key != "run"}
        else:
            found[name] = path.read_bytes()
    return found
