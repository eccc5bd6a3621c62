"""Every real file goes through the command and ends in results or in one clear message.

`real_outcomes.csv` holds what must come of each: file names and figures, nothing out of the files.
Its column `parts` counts the parts by status (for `site`: the measures), `issues` the issues about
the file by code, `says` and `fix` are pieces of the message of a file that is refused.
"""

import csv
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from json import loads
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lnrs_geo.cli import main

REAL = os.environ.get("LNRS_GEO_REAL_DATA")
pytestmark = pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real files at hand")
DATA = Path(REAL or "")
SAMPLE = Path(__file__).parents[1] / "data" / "sample"
TABLE = Path(__file__).parent / "real_outcomes.csv"
BARE = ("boundary_uploads", "bad_inputs")  # land without attributes: what is done there must be told
PLACELESS = {"geometry-missing", "geometry-not-parsed", "outside-ostn15", "coordinate-implausible"}
ENDINGS = {".geojson", ".json", ".gpkg", ".zip"}


@dataclass(frozen=True)
class Expected:
    """One row of the table of outcomes."""

    command: str
    file: str
    exit: int
    parts: str
    issues: str
    says: str
    fix: str

    def __str__(self) -> str:
        return f"{self.command} {self.file}"


def _table() -> list[Expected]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Expected(**{**row, "exit": int(row["exit"])}) for row in csv.DictReader(file)]  # type: ignore[arg-type]


def _words(command: str, file: str, out: Path) -> list[str]:
    words = [command, str(DATA / file), "--measures", str(SAMPLE / "measures.gpkg"), "--strategy",
             str(SAMPLE / "strategy.toml"), "--as-at", "2026-07-01", "--out", str(out)]  # fmt: skip
    bare = command == "check" and file.startswith(BARE)
    return [*words, "--intervention", "created"] if bare else words


@cache
def _run(command: str, file: str) -> tuple[Result, dict[str, str], str, str]:
    """Run the command; return its end, the files it wrote as text, and counts of parts and issues."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        outcome = CliRunner().invoke(main, _words(command, file, out))
        if not out.exists():
            return outcome, {}, "", ""
        written = {
            one.name: one.read_text(encoding="utf-8") for one in out.iterdir() if one.suffix != ".gpkg"
        }
    document = loads(written["result.json" if command == "check" else "site.json"])
    kinds = (
        [part["status"] for part in document["parts"]]
        if command == "check"
        else ["measure"] * len(document["measures"])
    )
    codes = [one["code"] for one in document["issues"] if one["dataset"].startswith(str(DATA / file))]
    return outcome, written, _counts(kinds), _counts(codes)


def _counts(names: list[str]) -> str:
    return "; ".join(f"{name} {times}" for name, times in sorted(Counter(names).items()))


def _files() -> set[tuple[str, str]]:
    """Return every command and file that the table must have a row for."""
    found = set()
    for path in (*DATA.glob("metric_template/*.gpkg"), *(
        path for folder in BARE for path in DATA.glob(f"{folder}/**/*") if path.suffix in ENDINGS
    )):  # fmt: skip
        name = path.relative_to(DATA).as_posix()
        found.add(("check", name))
        if name.startswith("boundary_uploads"):
            found.add(("site", name))
    return found


def test_table_has_every_file() -> None:
    """Each real file stands in the table once for each command, and nothing else does."""
    rows = [(row.command, row.file) for row in _table()]
    assert len(rows) == len(set(rows)) > 180
    assert set(rows) == _files()


@pytest.mark.parametrize("row", _table(), ids=str)
def test_file_ends_as_the_table_says(row: Expected) -> None:
    """The file ends in results with these figures, or in exit 3 with one message and nothing written."""
    outcome, written, parts, issues = _run(row.command, row.file)
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    assert (outcome.exit_code, parts, issues) == (row.exit, row.parts, row.issues), outcome.output
    assert row.exit in {0, 1, 3}
    if row.exit == 3:
        assert not written
        assert outcome.stdout == ""
        (line,) = outcome.stderr.splitlines()
        assert line.startswith(f"lnrs-geo: {DATA / row.file}")
        assert row.says and row.says in line
        assert row.fix and row.fix in line.rpartition(row.says)[2]
        # Words of programmers, and values nobody printed on purpose
        assert not re.search(r"Traceback|Errno|NoneType|object at|\bnan\b|<class", line)
    else:
        assert (row.exit == 1) == ("error" in parts)
        assert written


@pytest.mark.parametrize("row", [row for row in _table() if row.exit != 3], ids=str)
def test_issues_tell_what_and_how(row: Expected) -> None:
    """Every issue has a message that ends as a sentence does, and says what to do."""
    _, written, _, _ = _run(row.command, row.file)
    issues = loads(written["result.json" if row.command == "check" else "site.json"])["issues"]
    for one in issues:
        assert one["message"].endswith((".", "messages of this type will be suppressed", ")")), one["message"]
        assert one["fix"].endswith("."), one["fix"]


def test_feature_without_a_place_is_told_so_once() -> None:
    """A feature that has no place in EPSG:27700 is named once, with its cause, not also as undrawn."""
    twice = []
    for row in _table():
        if row.command == "check" and row.exit != 3:
            issues = loads(_run("check", row.file)[1]["result.json"])["issues"]
            told = Counter(
                (one["layer"], one["feature"].removeprefix("row-"))
                for one in issues
                if one["code"] in PLACELESS
            )
            twice += [(row.file, *place) for place, times in told.items() if times > 1]
    assert not twice


@pytest.mark.parametrize(
    "name",
    ["metric_template/Not a valid geopackage.gpkg", "metric_template/Baseline - habitats with incorrect geometry.gpkg",
     "boundary_uploads/shapefile-land-boundary-without-projection.zip"],
)  # fmt: skip
def test_process_ends_as_the_call_does(name: str, tmp_path: Path) -> None:
    """The command run as a process has the exit code and the messages of the call."""
    (row,) = [row for row in _table() if (row.command, row.file) == ("check", name)]
    done = subprocess.run(
        [sys.executable, "-c", "from lnrs_geo.cli import main; main()", *_words("check", name, tmp_path / "out")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == row.exit
    assert done.stdout == ""
    outcome = _run("check", name)[0]
    if row.exit == 3:
        assert done.stderr == outcome.stderr
        assert not (tmp_path / "out").exists()
    else:
        assert (tmp_path / "out" / "parts.csv").exists()


# --- Rows of the valid files, counted by SQL from the retention table of the rules alone --------------

# layer: module, expressions that hold the habitat before and after
LAYERS = {
    "Habitats": ("area", '"Baseline Habitat Type"', '"Proposed Habitat Type"'),
    "Hedgerows": ("hedgerow", '"Baseline Hedge Type"', '"Proposed Hedge Type"'),
    "Rivers": ("watercourse", '"Baseline River Type"', '"Proposed River Type"'),
    "Urban Trees": ("tree", '"Baseline Tree Size"', '"Proposed Tree Size"'),
}
# A habitat is due where the cell holds one
DUE = "coalesce(lower(trim({0})), '') not in ('', 'n/a', 'null', '<null>', 'none', 'to be created')"
BLANK = "('', 'n/a', 'null', '<null>', 'none')"
WORD = "lower(trim(coalesce(\"Retention Category\", '')))"
CATEGORY = f"case when {WORD} in {BLANK} then '' else {WORD} end"


def _count(layer: str, database: sqlite3.Connection) -> Counter[tuple[str, str, str]]:
    module, before, after = LAYERS[layer]
    was, will = DUE.format(before), DUE.format(after)
    kind = f"({CATEGORY})"
    # stage, retention, condition (rules section 2, "What a retention category means")
    table = [
        ("baseline", "Retained", f"{kind} = 'retained'"),
        ("post", "Retained", f"{kind} = 'retained'"),
        ("baseline", "Enhanced", f"{kind} = 'enhanced'"),
        ("post", "Enhanced", f"{kind} = 'enhanced'"),
        ("baseline", "Created", f"{kind} = 'created' and {was}"),
        ("post", "Created", f"{kind} = 'created'"),
        ("baseline", "Lost", f"{kind} = 'lost'"),
        ("baseline", "", f"{kind} = '' and (not {will} or {was})"),
        ("post", "", f"{kind} = '' and {will}"),
    ]
    if module == "area":
        table.append(("post", "Created", f"{kind} = 'lost' and {will}"))
    found: Counter[tuple[str, str, str]] = Counter()
    for stage, retention, condition in table:
        (times,) = database.execute(f'select count(*) from "{layer}" where {condition}').fetchone()
        found[module, stage, retention] += times
    return +found


def _valid() -> list[str]:
    return [row.file for row in _table() if row.file.startswith("metric_template") and row.exit != 3]


@pytest.mark.parametrize("name", _valid())
def test_rows_are_those_counted_by_sql(name: str) -> None:
    """Rows by module, stage and retention equal a count over the GeoPackage, and each row has parts."""
    want: Counter[tuple[str, str, str]] = Counter()
    with closing(sqlite3.connect(f"file:{DATA / name}?mode=ro", uri=True)) as database:
        there = {row[0] for row in database.execute("select table_name from gpkg_contents")}
        for layer in LAYERS.keys() & there:
            want += _count(layer, database)
    _, written, _, _ = _run("check", name)
    rows = list(csv.DictReader(written["parcels.csv"].splitlines()))
    assert Counter((row["module"], row["stage"], row["retention"]) for row in rows) == want
    parts = list(csv.DictReader(written["parts.csv"].splitlines()))
    key = ("source", "src_fid", "module", "stage", "retention")
    assert Counter(tuple(row[field] for field in key) for row in rows) == Counter(
        {tuple(row[field] for field in key): 1 for row in parts}
    )


def test_sql_counts_see_every_category() -> None:
    """The files hold rows of each category, both stages and all modules, so the counts mean something."""
    seen = set()
    for name in _valid():
        seen |= {
            (row["module"], row["stage"], row["retention"])
            for row in csv.DictReader(_run("check", name)[1]["parcels.csv"].splitlines())
        }
    assert {module for module, _, _ in seen} == {"area", "hedgerow", "watercourse", "tree"}
    assert {("area", "post", kind) for kind in ("Retained", "Enhanced", "Created")} <= seen
    assert {("baseline", "Lost"), ("baseline", ""), ("baseline", "Created")} & {(s, r) for _, s, r in seen}
