"""Write the tables of a run as GeoPackage, CSV and JSON, all of them or none; read JSON back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from lnrs_geo import atomic
from lnrs_geo.columns import ISSUES, MATCHES, MEASURES_USED, PARCELS, PARTS, TRACE
from lnrs_geo.errors import OptionError, OutputError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# Version of result.json; its JSON Schema is lnrs_geo/schemas/result-1.json.
SCHEMA = "lnrs-geo/result-1"
GEOPACKAGE, PARCELS_CSV, PARTS_CSV, RESULT_JSON = "results.gpkg", "parcels.csv", "parts.csv", "result.json"
FILES = (GEOPACKAGE, PARCELS_CSV, PARTS_CSV, RESULT_JSON)
FORMATS = ("gpkg", "parquet")


@dataclass(frozen=True)
class Tables:
    """All that a run has to say, as tables (columns: see `lnrs_geo.columns`).

    `parts` holds the column `trace` besides: the place of each part's decision in `traces`.
    """

    parts: gpd.GeoDataFrame
    parcels: pd.DataFrame
    matches: pd.DataFrame
    issues: pd.DataFrame
    measures_used: gpd.GeoDataFrame
    run: dict[str, Any]
    traces: list[dict[str, Any]]


class Stated(Protocol):
    """Whatever holds the tables that `result.json` states: `Tables`, or a `Result`."""

    @property
    def parts(self) -> gpd.GeoDataFrame:
        """Parts, one row each."""

    @property
    def parcels(self) -> pd.DataFrame:
        """Parcels, one row per stage."""

    @property
    def matches(self) -> pd.DataFrame:
        """Parcels and the mapped measures that they meet."""

    @property
    def issues(self) -> pd.DataFrame:
        """Faults and remarks."""

    @property
    def run(self) -> dict[str, Any]:
        """What was read, with which versions and options."""

    @property
    def traces(self) -> list[dict[str, Any]]:
        """Distinct decisions."""


def write_results(tables: Tables, out: Path) -> list[Path]:
    """Write `results.gpkg`, `parcels.csv`, `parts.csv` and `result.json` into the folder `out`.

    Parameters
    ----------
    tables
        The tables of a run; geometry in EPSG:27700.
    out
        The folder, made where absent. Only files of those four names are replaced.

    Returns
    -------
    list of Path
        The four files.

    Raises
    ------
    OutputError
        They cannot be written; the folder is then as it was.
    ValueError
        A table lacks a column (a fault of the program, not of the data).
    """
    from pyogrio.errors import DataLayerError, DataSourceError

    from lnrs_geo import frames, geopackage, tabular

    parts, flat = _conformed(tables)
    measures = frames.conform(tables.measures_used, MEASURES_USED)
    shown = parts.drop(columns=TRACE.name)
    run = frames.plain(tables.run)
    with atomic.replacing(Path(out), FILES) as staging:
        tabular.write_csv(shown, PARTS, staging / PARTS_CSV)
        tabular.write_csv(flat["parcels"], PARCELS, staging / PARCELS_CSV)
        with (staging / RESULT_JSON).open("w", encoding="utf-8", newline="") as file:
            _write_json(file, parts=parts, flat=flat, run=run, traces=tables.traces)
        try:
            geopackage.write(
                staging / GEOPACKAGE,
                parts=(shown, tables.parts.geometry),
                measures_used=(measures, tables.measures_used.geometry),
                attributes=flat | {"run": geopackage.run_rows(run)},
            )
        except (DataLayerError, DataSourceError, sqlite3.Error) as error:
            raise OutputError(
                f"The GeoPackage cannot be written ({error}); nothing was changed.",
                where=str(out),
                fix="Free some space, or name another folder.",
            ) from error
    return [Path(out) / name for name in FILES]


def require_format(file_format: str) -> None:
    """See that results can be written in a format, before the work begins.

    Raises
    ------
    OptionError
        There is no such format, or what it needs is not installed.
    """
    from lnrs_geo import geoparquet

    if file_format not in FORMATS:
        raise OptionError(
            f"{file_format!r} is no format of results.",
            where="--format",
            fix=f"There are: {', '.join(FORMATS)}.",
        )
    if file_format == "parquet":
        geoparquet.require_pyarrow()


def write_document(tables: Stated, file: TextIO) -> None:
    """Write what `result.json` holds to an open text file, such as standard output.

    Parameters
    ----------
    tables
        The tables of a run: `Tables`, or a `Result`.
    file
        An open text file; the document is written in pieces.
    """
    from lnrs_geo import frames

    parts, flat = _conformed(tables)
    _write_json(file, parts=parts, flat=flat, run=frames.plain(tables.run), traces=tables.traces)


def read_results(out: Path) -> dict[str, Any]:
    """Return the content of `result.json` in the folder `out`.

    A replacement that a killed program had begun is finished first.

    Raises
    ------
    OutputError
        There are no results, they are damaged, or another version of the program wrote them.
    """
    path = Path(out) / RESULT_JSON
    atomic.roll_forward(Path(out))
    try:
        with path.open(encoding="utf-8") as file:
            result = json.load(file)
    except FileNotFoundError:
        raise OutputError(
            "There are no results there.", where=str(out), fix=f"Name the folder that holds {RESULT_JSON}."
        ) from None
    except OSError as error:
        raise OutputError(
            f"The results cannot be read ({error.strerror or error}).", where=str(path)
        ) from error
    except (ValueError, RecursionError) as error:
        raise OutputError(
            "The file is damaged or not finished.", where=str(path), fix="Run `lnrs-geo check` again."
        ) from error
    found = result.get("schema") if isinstance(result, dict) else None
    if found != SCHEMA:
        raise OutputError(
            f"The file says it is {found!r}; this program reads {SCHEMA!r}.",
            where=str(path),
            fix="Run `lnrs-geo check` again with this version of the program.",
        )
    return dict(result)


def _conformed(tables: Stated) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the parts, and the other tables of `result.json` by name, in the kinds promised."""
    from lnrs_geo import frames

    flat = {"parcels": frames.conform(tables.parcels, PARCELS)}
    flat["matches"] = frames.conform(tables.matches, MATCHES)
    flat["issues"] = frames.conform(tables.issues, ISSUES)
    return frames.conform(tables.parts, (*PARTS, TRACE)), flat


def _write_json(
    file: TextIO,
    *,
    parts: pd.DataFrame,
    flat: Mapping[str, pd.DataFrame],
    run: dict[str, Any],
    traces: list[dict[str, Any]],
) -> None:
    """Write the document row by row: the whole of it never stands in memory."""
    from lnrs_geo import frames, tabular

    program = str(run.get("program") or "lnrs-geo")
    lists = {"parts": (parts, (*PARTS, TRACE)), "parcels": (flat["parcels"], PARCELS)}
    lists |= {"matches": (flat["matches"], MATCHES), "issues": (flat["issues"], ISSUES)}
    # The schema's name comes first, so that a person or a program sees at once what this is.
    file.write(f'{{\n"schema": {tabular.encoded(SCHEMA)},\n"program": {tabular.encoded(program)},\n')
    file.write(f'"run": {tabular.encoded(run)}')
    for name, (frame, columns) in lists.items():
        file.write(f',\n"{name}": ')
        tabular.write_json_rows(frame, columns, file)
    file.write(',\n"traces": ')
    tabular.write_json_list([frames.plain(trace) for trace in traces], file)
    file.write("\n}\n")
