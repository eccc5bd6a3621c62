"""Lean results: one check, and many sites in one folder."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely

from lnrs_geo import geopackage, packet
from lnrs_geo.columns import PARTS, TRACE, names
from lnrs_geo.errors import OptionError
from lnrs_geo.frames import conform
from lnrs_geo.result import Result
from lnrs_geo.write import Tables
from tests.tables_example import example

ROOT = Path(__file__).parents[1]


def other() -> Tables:
    """Return the example with another trace first, another column of the input, and one polygon relied on."""
    tables = example()
    own = [name for name in tables.parcels if name.startswith("in_")]
    parcels = tables.parcels.drop(columns=own).assign(
        in_REF=[*["x"] * 5, *[None] * (len(tables.parcels) - 5)]
    )
    measures = tables.measures_used.assign(relied_on=[False, True])
    traces = [{"rule_id": "other", "steps": []}, *tables.traces[1:]]
    return dataclasses.replace(tables, parcels=parcels, measures_used=measures, traces=traces)


def test_lean_tables_are_those_of_the_result(tmp_path: Path) -> None:
    """Every table holds what the result holds; geopandas reads shapes and system."""
    tables = example()
    assert packet.write_lean(tables, tmp_path) == [tmp_path / name for name in packet.FILES]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(packet.FILES)
    parts = gpd.read_parquet(tmp_path / "parts.parquet")
    assert parts.crs.to_epsg() == 27700
    assert list(parts.columns) == [*names(PARTS), "trace", "geometry"]
    promised = conform(tables.parts, (*PARTS, TRACE))
    for name in promised.columns:
        left, right = parts[name].astype(object), promised[name].astype(object)
        assert left.where(left.notna(), None).tolist() == right.where(right.notna(), None).tolist(), name
    wkb = geopackage.wkb_of_parts(tables.parts.geometry)
    assert [None if one is None else one.wkb for one in parts.geometry] == [
        None if one is None else shapely.from_wkb(one).wkb for one in wkb
    ]
    parcels = pd.read_parquet(tmp_path / "parcels.parquet")
    assert parcels["in_mixed"].tolist()[:2] == ["a\r\nb", "3"]
    assert parcels["in_ref_2"].tolist() == list(range(len(parcels)))


def test_record_of_a_lean_result(tmp_path: Path) -> None:
    """run.json says what was read, and holds the traces to which the parts point."""
    packet.write_lean(example(), tmp_path)
    told = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert told["schema"] == packet.SCHEMA
    assert told["program"] == "lnrs-geo 0.1.0"
    assert told["run"]["inputs"][0]["path"] == "site.gpkg"
    assert len(told["traces"]) == 4


def test_result_writes_either_form(tmp_path: Path) -> None:
    """`Result.write` takes the format; one that does not exist is refused before anything is written."""
    result = Result(**{one.name: getattr(example(), one.name) for one in dataclasses.fields(Tables)})
    assert [path.name for path in result.write(tmp_path / "lean", file_format="parquet")] == list(
        packet.FILES
    )
    assert "results.gpkg" in [path.name for path in result.write(tmp_path / "usual")]
    with pytest.raises(OptionError, match="no format"):
        result.write(tmp_path / "none", file_format="shp")
    assert not (tmp_path / "none").exists()


def test_packet_names_the_site_of_every_row(tmp_path: Path) -> None:
    """Each table begins with `site`, rows in the order of the sites; a polygon stands once."""
    packet.write_packet(iter([("B", example()), ("A", other())]), tmp_path)
    for name in ("parts", "parcels", "matches", "issues"):
        table = pq.read_table(tmp_path / f"{name}.parquet")
        assert table.schema.names[0] == "site"
        count = len(table) // 2
        assert table["site"].to_pylist() == ["B"] * count + ["A"] * count
    measures = pq.read_table(tmp_path / "measures_used.parquet")
    assert measures["location_id"].to_pylist() == ["7", "8"]
    assert measures["relied_on"].to_pylist() == [True, True]


def test_packet_unites_columns_and_traces(tmp_path: Path) -> None:
    """Input columns of all sites are there; parts point to their own traces, each of which stands once."""
    packet.write_packet(iter([("B", example()), ("A", other())]), tmp_path)
    parcels = pq.read_table(tmp_path / "parcels.parquet")
    own = [name for name in parcels.schema.names if name.startswith("in_")]
    assert own == ["in_Ref", "in_ref_2", 'in_Größe, "m²"', "in_mixed", "in_flag", "in_lone"]
    count = len(parcels) // 2
    assert parcels["in_Ref"].to_pylist()[count : count + 6] == ["x"] * 5 + [None]
    assert parcels["in_ref_2"].to_pylist()[count:] == [None] * count
    told = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert [one["site"] for one in told["sites"]] == ["B", "A"]
    traces = [json.dumps(one) for one in told["traces"]]
    assert len(traces) == len(set(traces)) == 2
    parts = pq.read_table(tmp_path / "parts.parquet", columns=["site", "trace"]).to_pylist()
    pointed = {(one["site"], one["trace"]) for one in parts if one["trace"] is not None}
    assert pointed == {("B", 0), ("A", 1), ("A", 0)}


def test_packet_of_no_site(tmp_path: Path) -> None:
    """A packet of nothing is whole, with every table and column."""
    packet.write_packet(iter([]), tmp_path)
    assert pq.read_table(tmp_path / "parts.parquet").schema.names[:2] == ["site", "source"]


def test_packet_that_fails_changes_nothing(tmp_path: Path) -> None:
    """A site whose result cannot be taken leaves the older packet as it was."""
    packet.write_packet([("A", example())], tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    lacking = dataclasses.replace(example(), matches=example().matches.drop(columns="share"))
    with pytest.raises(ValueError, match="lacks the columns share"):
        packet.write_packet([("B", example()), ("C", lacking)], tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot limit the size of files")
@pytest.mark.parametrize("limit", [1_000, 12_000])
def test_full_disk(tmp_path: Path, limit: int) -> None:
    """A disk that fills up leaves the folder as it was, with one clear message."""
    program = f"""
import resource
from pathlib import Path
import pyarrow.parquet
from lnrs_geo.errors import OutputError
from lnrs_geo.packet import write_lean
from tests.tables_example import example
tables = example()
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    write_lean(tables, Path({str(tmp_path)!r}) / "out")
except OutputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "cannot be written" in done.stdout
    assert "nothing was changed" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_without_pyarrow(tmp_path: Path) -> None:
    """Where pyarrow is not installed one message says so and nothing is written; GeoPackages do without."""
    program = f"""
import sys
sys.modules["pyarrow"] = None
from pathlib import Path
from lnrs_geo.assembly import assemble
from lnrs_geo.errors import OptionError
from lnrs_geo.packet import write_lean, write_packet
from lnrs_geo.write import require_format, write_results
from tests.tables_example import example
folder = Path({str(tmp_path)!r})
for call in (
    lambda: require_format("parquet"),
    lambda: write_lean(example(), folder / "out"),
    lambda: write_packet(iter([]), folder / "out"),
    lambda: assemble([], folder / "out", file_format="parquet"),
):
    try:
        call()
    except OptionError as error:
        print(error)
assert not (folder / "out").exists()
write_results(example(), folder / "site")
assemble([("A", folder / "site")], folder / "all")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("pyarrow, which is not installed") == 4
    assert (tmp_path / "all" / "results.gpkg").exists()


def test_result_of_several_sites_says_whose_each_row_is(tmp_path: Path) -> None:
    """Each row has the site given for it, beside the rows of a site that was done alone."""
    tables = example()
    whose = {
        name: [f"S{at % 3}" for at in range(len(getattr(tables, name)))]
        for name in ("parts", "parcels", "matches", "issues")
    }
    whose["issues"][-1] = ""
    packet.write_packet([(whose, tables), ("alone", tables)], tmp_path)
    for name, sites in whose.items():
        found = pq.read_table(tmp_path / f"{name}.parquet")["site"].to_pylist()
        assert found == [*sites, *["alone"] * len(sites)], name
    told = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert [one["site"] for one in told["sites"]] == ["", "alone"]
