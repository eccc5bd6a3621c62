"""Results of the sample data to report on, and the facts of a report on them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo import check
from lnrs_geo.report.facts import Report
from lnrs_geo.report.reading import read_report

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
AS_AT = date(2026, 7, 1)
MAPS = {
    "measures": SAMPLE / "measures.gpkg",
    "strategy": SAMPLE / "strategy.toml",
    "authorities": SAMPLE / "authorities.gpkg",
    "apib": SAMPLE / "apib.gpkg",
    "overrides": SAMPLE / "overrides.csv",
}
# Layers of the farm whose rows can claim units, and how many they claim by feature
UNIT_LAYERS = ("Habitats", "Hedgerows", "Rivers", "Urban Trees")


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the results of both sites of the sample data; no row there claims units."""
    out = tmp_path_factory.mktemp("sample-results")
    parcels = [SAMPLE / "parcels.gpkg", SAMPLE / "parcels_service.gpkg"]
    check(parcels, as_at=AS_AT, **MAPS).write(out)
    return out


@pytest.fixture(scope="session")
def report(sample_folder: Path) -> Report:
    """Return the facts of the sample data."""
    return read_report(sample_folder)


@pytest.fixture(scope="session")
def units_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the results of the farm, most of whose rows claim units here."""
    folder = tmp_path_factory.mktemp("units")
    parcels = folder / "parcels.gpkg"
    parcels.write_bytes((SAMPLE / "parcels.gpkg").read_bytes())
    with closing(sqlite3.connect(parcels)) as database, database:
        for layer in UNIT_LAYERS:
            database.execute(f'ALTER TABLE "{layer}" ADD COLUMN "Units" REAL')
            database.execute(f'UPDATE "{layer}" SET "Units" = fid * 1.37 + 0.25 WHERE fid % 4 > 0')
    out = folder / "results"
    check([parcels], as_at=AS_AT, field_map={"units": "Units"}, **MAPS).write(out)
    return out


@pytest.fixture(scope="session")
def with_strategy(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a way to check the farm under a strategy of another status and name: where the results are."""

    def checked(*, status: str, name: str = "Elsewhere", **options: Any) -> Path:
        folder = tmp_path_factory.mktemp(status)
        for file in ("area.gpkg", "crosswalk.csv"):
            (folder / file).write_bytes((SAMPLE / file).read_bytes())
        lines = (SAMPLE / "strategy.toml").read_text("utf-8").splitlines()
        told = {"status": status, "name": name, **options.pop("strategy", {})}
        lines = [
            next((f'{key} = "{value}"' for key, value in told.items() if line.startswith(f"{key} = ")), line)
            for line in lines
        ]
        (folder / "strategy.toml").write_text("\n".join(lines), encoding="utf-8")
        given = MAPS | {"strategy": folder / "strategy.toml", "as_at": AS_AT} | options
        check([SAMPLE / "parcels.gpkg"], **given).write(folder / "results")
        return folder / "results"

    return checked
