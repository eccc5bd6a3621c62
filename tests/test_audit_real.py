"""Every real metric is audited: its verdicts as in a table, its copy right and otherwise untouched.

`real_verdicts.csv` holds what must come of each file: counts only, nothing out of the files. None of
them lies where a strategy is loaded, so a made-up one covers England, with measures over every other
parcel: what is claimed there meets both answers.
"""

import csv
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import astuple, dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.auditing import Audit, audit
from lnrs_geo.cli import Commands
from lnrs_geo.cli.assess import check
from lnrs_geo.cli.claimed import audit as audit_command
from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.spatial.read import read_layers

REAL = os.environ.get("LNRS_GEO_REAL_DATA")
pytestmark = pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real files at hand")
FOLDER = Path(REAL or "") / "metric_template"
TABLE = Path(__file__).parent / "real_verdicts.csv"
SIGNIFICANCE = {"Baseline Strategic Significance", "Proposed Strategic Significance"}
# A buffer over lines and trees, so that a measure can hold them
AROUND_M = 3.0

STRATEGY = """
lnrs_id = "made-up"
name = "Made-up strategy over all England (not a real LNRS)"
title = "A made-up recovery of nature"
authority = "Made-up Council"
status = "sample"
published = "2025-01-15"
published_source = "made up"
area = "area.gpkg"
[crosswalk]
file = "crosswalk.csv"
"""
# LAND serves areas, LINES the other modules; neither leaves anything open
CROSSWALK = """lnrs_id,measure_id,module,habitat,intervention,verdict,status,complete,source
made-up,LAND,area,*,either,yes,published,,made up
made-up,LAND,hedgerow,,,,published,yes,made up
made-up,LAND,watercourse,,,,published,yes,made up
made-up,LAND,tree,,,,published,yes,made up
made-up,LINES,area,,,,published,yes,made up
made-up,LINES,hedgerow,*,either,yes,published,,made up
made-up,LINES,watercourse,*,either,yes,published,,made up
made-up,LINES,tree,*,either,yes,published,,made up
"""


@dataclass(frozen=True)
class Expected:
    """One row of the table: verdicts before and after, and what the copy holds."""

    file: str
    before: str
    after: str
    left_alone: str
    cells: str
    rows_split: str
    says: str

    def __str__(self) -> str:
        return self.file


def _table() -> list[Expected]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Expected(**row) for row in csv.DictReader(file)]


def _measures(path: Path) -> gpd.GeoDataFrame:
    """Return made-up measures: over every other parcel, by its own outline or around it."""
    names, shapes = [], []
    for layer in read_layers(path)[0]:
        if layer.layer.startswith("Red Line"):
            continue
        for at, shape in enumerate(layer.frame.geometry):
            if at % 2 or shape is None or shape.is_empty or not shape.is_valid:
                continue
            land = shape.geom_type.endswith("Polygon")
            names.append("LAND" if land else "LINES")
            shapes.append(shapely.force_2d(shape) if land else shape.buffer(AROUND_M))
    return gpd.GeoDataFrame({"pm_id": names, "pm_desc": "made up"}, geometry=shapes, crs=27700)


@cache
def _folder() -> TemporaryDirectory[str]:
    """Return a folder for all tests of this module; it goes when the process ends."""
    return TemporaryDirectory()


@cache
def _strategy() -> Path:
    """Write the made-up strategy once."""
    place = Path(_folder().name)
    (place / "strategy.toml").write_text(STRATEGY, encoding="utf-8")
    (place / "crosswalk.csv").write_text(CROSSWALK, encoding="utf-8")
    england = gpd.GeoDataFrame(
        {"lnrs_id": ["made-up"]}, geometry=[shapely.box(8e4, 0, 67e4, 67e4)], crs=27700
    )
    england.to_file(place / "area.gpkg", layer="area")
    return place / "strategy.toml"


def _audited(path: Path, *, like: str) -> Audit:
    measures = _measures(FOLDER / like)
    return audit(lnrs_geo.check(path, measures=measures, strategy=_strategy(), as_at=date(2026, 7, 1)))


@cache
def _audit(name: str) -> Audit:
    return _audited(FOLDER / name, like=name)


@cache
def _written(name: str) -> tuple[Audit, Path]:
    """Write what comes of a file once; the audit as written, and the corrected copy."""
    out = Path(_folder().name) / name
    written, files = _audit(name).write(out)
    assert files[-1] == out / f"corrected-{name}"
    return written, files[-1]


def _found(name: str) -> Expected:
    """Return what comes of a file, in the columns of the table."""
    try:
        found = _audit(name)
    except LnrsGeoError as error:
        return Expected(name, "", "", "", "", "", error.what)
    verdicts = [
        _counts(one or "none" for one in found.parts.loc[found.parts["stage"] == stage, "check"])
        for stage in ("baseline", "post")
    ]
    cells = sum(len(copy.corrections) for copy in found.copies)
    split = sum(len(copy.splits) for copy in found.copies)
    left = _counts(found.left_alone["status"])
    return Expected(name, *verdicts, left, str(cells), str(split), "")


def _counts(names: Iterator[str]) -> str:
    return "; ".join(f"{name} {times}" for name, times in sorted(Counter(names).items()))


def test_table_has_every_file() -> None:
    """Each real metric stands in the table once, and nothing else does."""
    rows = [row.file for row in _table()]
    assert len(rows) == len(set(rows))
    assert set(rows) == {path.name for path in FOLDER.glob("*.gpkg")}
    assert len(rows) == 48


@pytest.mark.parametrize("row", _table(), ids=str)
def test_verdicts_are_those_of_the_table(row: Expected) -> None:
    """The counts of each verdict before and after, of what is left alone and what is written back, stand."""
    assert _found(row.file) == row


def test_every_verdict_occurs() -> None:
    """The made-up measures make the real claims right and wrong in every way that needs no earlier file."""
    met = {word.rpartition(" ")[0] for row in _table() for word in f"{row.before}; {row.after}".split("; ")}
    assert {
        "ok",
        "wrong-high",
        "missed-high",
        "invalid-medium",
        "baseline-not-low",
        "blank",
        "review",
        "none",
    } <= met


def _rows(path: Path, layer: str) -> tuple[list[tuple[str, str]], dict[int, tuple[object, ...]]]:
    """Return the columns of a layer with their types, and its rows by feature id."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = bytes
        info = database.execute(f'pragma table_info("{layer}")').fetchall()
        columns = [(row[1].decode(), row[2].decode()) for row in info]
        (key,) = [row[1].decode() for row in info if row[5]]
        listed = ", ".join(f'"{name}"' for name, _ in columns)
        rows = database.execute(f'select "{key}", {listed} from "{layer}"').fetchall()
        return columns, {row[0]: row[1:] for row in rows}


def _layers(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute("select table_name, data_type from gpkg_contents order by 1").fetchall()


def _to_put_right() -> list[str]:
    return [row.file for row in _table() if row.cells not in ("", "0") or row.rows_split not in ("", "0")]


@pytest.mark.parametrize("name", _to_put_right())
def test_copy_differs_in_significance_alone(name: str) -> None:
    """The copy has the file's layers, columns, types and rows; only the cells corrected are others."""
    written, target = _written(name)
    (copy,) = written.copies
    source = FOLDER / name
    assert _layers(source) == _layers(target)
    split = set(copy.parts_of)
    changed = {}
    for layer, kind in _layers(source):
        if kind != "features":
            continue
        columns, before = _rows(source, layer)
        same, after = _rows(target, layer)
        assert columns == same
        if not any(key[0] == layer for key in split):
            assert before.keys() == after.keys()
        for fid, row in before.items():
            for (column, _), old, new in zip(columns, row, after[fid], strict=True):
                if old != new and (layer, fid) not in split:
                    changed[layer, fid, column] = new
    want = {(one.layer, one.fid, one.column): one.text.encode() for one in copy.corrections}
    assert changed == {key: text for key, text in want.items() if key[:2] not in split}
    assert {column for _, _, column in changed} <= SIGNIFICANCE


@pytest.mark.parametrize("name", _to_put_right())
def test_corrected_copy_holds(name: str) -> None:
    """Audited again, the copy holds no claim that would be written back, and leaves the same rows alone."""
    written, target = _written(name)
    assert not (written.result.issues["code"] == "split-not-written").any()
    again = _audited(target, like=name)
    wrong = again.parts[(again.parts["status"] == "decided") & ~again.parts["check"].isin(["ok", ""])]
    assert wrong[["parcel_ref", "stage", "claimed", "strat_sig", "check"]].to_dict("records") == []
    assert again.copies == ()
    assert len(again.left_alone) == len(written.left_alone)


def test_file_that_cannot_be_read_ends_as_check_ends(tmp_path: Path) -> None:
    """A file that is none ends with 3 and the message of `check`, and nothing is written."""
    (row,) = [row for row in _table() if row.says]
    options = ["--measures", str(FOLDER / row.file), "--out", str(tmp_path / "out")]
    commands = Commands(commands=[audit_command, check])
    ends = [
        CliRunner().invoke(commands, [name, str(FOLDER / row.file), *options]) for name in ("audit", "check")
    ]
    assert [one.exit_code for one in ends] == [3, 3]
    assert ends[0].stderr == ends[1].stderr
    assert row.says in ends[0].stderr
    assert not (tmp_path / "out").exists()


def test_table_is_of_counts_alone() -> None:
    """The table holds no text of the files: names of verdicts and statuses, numbers, and our own messages."""
    for row in _table():
        for cell in astuple(row)[1:6]:
            for word in filter(None, cell.split("; ")):
                assert word.rpartition(" ")[2].isdigit() or word.isdigit()
