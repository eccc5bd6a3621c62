"""Write results lean, as GeoParquet: those of one check, or of many sites one after another.

One check makes `parts.parquet`, `parcels.parquet`, `matches.parquet`, `issues.parquet`,
`measures_used.parquet` and `run.json`. A packet is the same six files for many sites: each table begins
with the column `site`, save `measures_used`, where a mapped polygon stands once for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lnrs_geo import atomic
from lnrs_geo.columns import ISSUES, MATCHES, MEASURES_USED, PARCELS, PARTS, SITE, TRACE
from lnrs_geo.errors import OutputError
from lnrs_geo.write import Stated

if TYPE_CHECKING:
    import geopandas as gpd
    import pyarrow as pa

# Version of the lean files.
SCHEMA = "lnrs-geo/tables-1"
TABLES = {
    "parts": (*PARTS, TRACE),
    "parcels": PARCELS,
    "matches": MATCHES,
    "issues": ISSUES,
    "measures_used": MEASURES_USED,
}
SHAPED = ("parts", "measures_used")
RUN_JSON = "run.json"
FILES = (*(f"{name}.parquet" for name in TABLES), RUN_JSON)


# The site of a result; or, of one that holds several, by table the site of each row.
Whose = str | Mapping[str, Sequence[str]]


class Found(Stated, Protocol):
    """Whatever holds all tables of a check: a `Result`."""

    @property
    def measures_used(self) -> gpd.GeoDataFrame:
        """The mapped polygons that a parcel meets."""


def write_lean(found: Found, out: Path) -> list[Path]:
    """Write the tables of one check as GeoParquet, and its record, all of them or none.

    Raises
    ------
    OptionError
        pyarrow is not installed.
    OutputError
        They cannot be written; the folder is then as it was.
    """
    from lnrs_geo import frames

    tables = _tables(found)
    run = frames.plain(found.run)
    told = {"program": str(run.get("program") or "lnrs-geo"), "run": run}
    return _write(out, tables, told, [frames.plain(one) for one in found.traces])


def write_packet(results: Iterable[tuple[Whose, Found]], out: Path) -> list[Path]:
    """Write the results of many sites into one folder, all of them or none.

    Parameters
    ----------
    results
        Reference of the site and its result, one after another; each may be forgotten once it was
        taken. What is kept until the end is the rows, packed. For a result of several sites, by table
        the reference for each row, empty for what is said of none.
    out
        The folder, made where absent.

    Raises
    ------
    OptionError
        pyarrow is not installed.
    OutputError
        They cannot be written; the folder is then as it was.
    """
    from lnrs_geo import frames, geoparquet

    geoparquet.require_pyarrow()
    packet = _Packet()
    for whose, found in results:
        packet.add(whose, _tables(found), frames.plain(found.run), frames.plain(found.traces))
    program = next((one["run"].get("program") for one in packet.sites), None)
    told = {"program": str(program or "lnrs-geo"), "sites": packet.sites}
    return _write(out, packet.tables(), told, packet.traces)


@dataclass
class _Packet:
    """The rows of the sites so far."""

    sites: list[dict[str, Any]] = field(default_factory=list)
    traces: list[Any] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[pa.Table]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def add(
        self, whose: Whose, tables: Mapping[str, pa.Table], run: dict[str, Any], traces: list[Any]
    ) -> None:
        """Take the tables of a result; its traces are numbered on from those of the others."""
        import pyarrow as pa
        import pyarrow.compute as pc

        from lnrs_geo import tabular

        new = []
        for trace in traces:
            text = tabular.encoded(trace)
            if text not in self.numbers:
                self.numbers[text] = len(self.traces)
                self.traces.append(trace)
            new.append(self.numbers[text])
        for name, table in tables.items():
            if name == "parts" and len(table):
                moved = pc.take(pa.array(new, type=pa.int64()), table[TRACE.name])
                table = table.set_column(table.schema.get_field_index(TRACE.name), TRACE.name, moved)
            if name != "measures_used":
                sites = [whose] * len(table) if isinstance(whose, str) else list(whose[name])
                table = table.add_column(0, SITE.name, pa.array(sites, type=pa.string()))
            self.rows[name].append(table)
        self.sites.append({"site": whose if isinstance(whose, str) else "", "run": run})

    def tables(self) -> dict[str, pa.Table]:
        """Return the rows of all sites, columns of the inputs united."""
        from lnrs_geo import frames, geoparquet, uniting

        if not self.sites:
            return {
                name: geoparquet.arrow_table(
                    frames.empty(columns if name == "measures_used" else (SITE, *columns)),
                    [] if name in SHAPED else None,
                )
                for name, columns in TABLES.items()
            }
        made = {name: uniting.joined(tables) for name, tables in self.rows.items()}
        made["measures_used"] = uniting.distinct(made["measures_used"])
        return made


def _tables(found: Found) -> dict[str, pa.Table]:
    from lnrs_geo import frames, geopackage, geoparquet

    geoparquet.require_pyarrow()
    made = {}
    for name, columns in TABLES.items():
        frame = getattr(found, name)
        wkb = geopackage.wkb_of_parts(frame.geometry) if name == "parts" else None
        if name == "measures_used":
            wkb = geopackage.wkb_of_measures(frame.geometry)
        made[name] = geoparquet.arrow_table(frames.conform(frame, columns), wkb)
    return made


def _write(
    out: Path, tables: Mapping[str, pa.Table], told: Mapping[str, Any], traces: list[Any]
) -> list[Path]:
    from lnrs_geo import geoparquet, tabular

    with atomic.replacing(Path(out), FILES) as staging:
        try:
            for name, table in tables.items():
                geoparquet.write_table(table, staging / f"{name}.parquet")
        except OSError as error:
            raise OutputError(
                f"The tables cannot be written ({error.strerror or error}); nothing was changed.",
                where=str(out),
                fix="Free some space, or name another folder.",
            ) from error
        with (staging / RUN_JSON).open("w", encoding="utf-8", newline="") as file:
            file.write(f'{{\n"schema": {tabular.encoded(SCHEMA)}')
            for key, value in told.items():
                file.write(f",\n{tabular.encoded(key)}: {tabular.encoded(value)}")
            file.write(',\n"traces": ')
            tabular.write_json_list(traces, file)
            file.write("\n}\n")
    return [Path(out) / name for name in FILES]
