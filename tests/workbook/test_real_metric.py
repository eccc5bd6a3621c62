"""A real statutory metric, read whole: every filled row, its units to 1e-9, and its baselines with their cells."""

import csv
import os
import time
from datetime import date
from pathlib import Path

import pytest

from lnrs_geo.errors import SchemaError
from lnrs_geo.workbook import Given, WorkbookAudit, audit_workbook
from lnrs_geo.workbook.metric_file import open_metric
from lnrs_geo.workbook.metric_units import rederived

REAL = os.environ.get("LNRS_GEO_REAL_DATA")
pytestmark = pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real files at hand")
FOLDER = Path(REAL or ".")
AS_AT = date(2026, 11, 20)


@pytest.fixture(scope="module")
def found() -> WorkbookAudit:
    started = time.monotonic()
    result = audit_workbook(FOLDER / "workbook" / "test_metric.xlsm", given=Given(AS_AT))
    assert time.monotonic() - started < 5
    return result


def test_every_filled_row_is_read_as_another_reading_has_it(found: WorkbookAudit) -> None:
    """Sheet, row, size, claim and units of all thirty rows, against figures taken from the file by other means."""
    path = FOLDER / "oracles" / "statutory_workbook_units_with_ss.csv"
    with path.open(encoding="utf-8", newline="") as file:
        known = list(csv.DictReader(file))
    assert len(known) == len(found.rows) == 30
    for row, one in zip(found.rows, known, strict=True):
        assert (str(row.code), row.number) == (one["sheet"], int(one["excel_row"]))
        assert row.claimed == one["strategic_significance_label"]
        assert row.size == float(one["size"])
        assert row.habitat == one["habitat"].rpartition(" -> ")[2]
        assert rederived(row)[0] == pytest.approx(float(one["recomputed_units"]), abs=1e-9)
        assert (row.units_text or row.units) == (
            one["cached_units_from_workbook"]
            if row.units is None
            else float(one["cached_units_from_workbook"])
        )
    assert sum(row.units is not None for row in found.rows) == 29


def test_the_high_baselines_are_told_with_their_cells(found: WorkbookAudit) -> None:
    """Eleven baselines of D-1 are High and have to be Low, each at its own cell."""
    wrong = [line for line in found.lines if line.check == "baseline-not-low" and str(line.row.code) == "D-1"]
    assert [line.cell for line in wrong] == [f"M{number}" for number in range(11, 22)]
    assert {line.row.claim.significance for line in wrong} == {"High"}
    assert {line.type_this for line in wrong} == {
        "Area/compensation not in local strategy/ no local strategy"
    }
    assert float(sum(line.worth.low for line in wrong if line.worth)) == pytest.approx(84.5, abs=1e-9)


def test_the_words_in_the_units_cell_are_understood(found: WorkbookAudit) -> None:
    """One row has no units, for the workbook asks for its off-site reference; and nothing else is odd."""
    assert [(one.code, one.field) for one in found.issues] == [("workbook-units-text", "Z12")]


def test_what_is_no_metric_of_today_is_refused() -> None:
    """Metric 3.0 and another spreadsheet, each with its reason."""
    with pytest.raises(SchemaError, match=r"metric 3\.x"):
        open_metric(FOLDER / "workbook" / "test_metric_3.0.xlsm")
    with pytest.raises(SchemaError, match="It is no metric"):
        open_metric(FOLDER / "workbook" / "test_empty_non_metric.xlsx")
