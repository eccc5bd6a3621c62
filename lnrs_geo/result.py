"""The result of a run: frames to work with, and one call to write them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lnrs_geo.errors import OutputError
from lnrs_geo.packet import RUN_JSON, write_lean
from lnrs_geo.write import RESULT_JSON, Tables, require_format, write_results

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lnrs_geo.multiplier.applications import Application
    from lnrs_geo.multiplier.claims import Claim
    from lnrs_geo.multiplier.criteria import Row


@dataclass(frozen=True, slots=True)
class Basis:
    """What a parcel was judged by at a stage, beside its place.

    `row` holds no regime: that depends on the place. `earlier` is the claim of the same baseline in an
    earlier file, None where none was given, or where it has none.
    """

    application: "Application"
    row: "Row"
    earlier: "Claim | None" = None


@dataclass(frozen=True, slots=True)
class Result:
    """What `lnrs_geo.check` found, as frames with the columns of `lnrs_geo.columns`.

    Attributes
    ----------
    parts
        One row per part, EPSG:27700: significance, status, reason, regime, place.
    parcels
        One row per parcel and stage, with the input's own columns (`in_...`).
    matches
        One row per parcel and mapped measure.
    issues
        Everything odd about the data, with what to do about it.
    measures_used
        The mapped polygons that a parcel meets.
    run
        Program, inputs, strategy, rules, options and assumptions of the run.
    traces
        How each distinct decision was reached; `parts.trace` points here.
    bases
        What each row of `parcels` was judged by; for use in the same process, never written.
    """

    parts: "gpd.GeoDataFrame"
    parcels: "pd.DataFrame"
    matches: "pd.DataFrame"
    issues: "pd.DataFrame"
    measures_used: "gpd.GeoDataFrame"
    run: dict[str, Any]
    traces: list[dict[str, Any]]
    bases: Sequence[Basis] = field(default=(), repr=False)

    @property
    def has_errors(self) -> bool:
        """True where a row is in error: it has no answer and is in no total."""
        return bool((self.parts["status"] == "error").any())

    @property
    def has_reviews(self) -> bool:
        """True where a person must look at a row before relying on it."""
        return bool(self.parts["review"].any())

    def write(self, out: str | Path, *, file_format: str = "gpkg") -> list[Path]:
        """Write the result into a folder, all of its files or none.

        Parameters
        ----------
        out
            The folder, made where absent.
        file_format
            `gpkg` for `results.gpkg`, `parcels.csv`, `parts.csv` and `result.json`; `parquet`, for large
            work, for the tables as GeoParquet and `run.json`.

        Raises
        ------
        OptionError
            There is no such format, or pyarrow is not installed.
        OutputError
            They cannot be written, or the folder holds results in the other form; the folder is then as
            it was.
        """
        require_format(file_format)
        refuse_other_form(Path(out), file_format)
        if file_format == "parquet":
            return write_lean(self, Path(out))
        return write_results(
            Tables(
                parts=self.parts,
                parcels=self.parcels,
                matches=self.matches,
                issues=self.issues,
                measures_used=self.measures_used,
                run=self.run,
                traces=self.traces,
            ),
            Path(out),
        )


def refuse_other_form(out: Path, file_format: str) -> None:
    """Refuse a folder with results in the other form: old and new would stand side by side.

    Raises
    ------
    OutputError
        There are such results.
    """
    other = RESULT_JSON if file_format == "parquet" else RUN_JSON
    if (out / other).exists():
        raise OutputError(
            f"It holds results in the other form ({other}), which would stay beside these.",
            where=str(out),
            fix="Name another folder with --out, or remove the old results.",
        )
