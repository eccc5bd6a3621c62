"""The units of a row come out of its own factors, and a cell that holds something else is told."""

from pathlib import Path

import pytest

from lnrs_geo.workbook.metric_file import open_metric
from lnrs_geo.workbook.metric_rows import read_rows
from lnrs_geo.workbook.metric_units import rederived
from tests.workbook.metric_maker import ASKS, HIGH, MEDIUM, NAMES, Maker

ODD = {
    "size": 1.2345,
    "distinctiveness": 6,
    "condition_score": 3,
    "time": 0.6325,
    "difficulty": 0.33,
    "riparian": 0.75,
}


@pytest.mark.parametrize("code", NAMES)
@pytest.mark.parametrize("claimed", [HIGH, MEDIUM])
def test_units_of_every_sheet_come_out(tmp_path: Path, code: str, claimed: str) -> None:
    """The figure that the workbook holds is made again to 1e-9."""
    rows, _ = read_rows(
        open_metric(Maker({code: [{**ODD, "claimed": claimed}]}).save(tmp_path / "metric.xlsx"))
    )
    value, why = rederived(rows[0])
    assert why == ""
    assert value == pytest.approx(rows[0].units, abs=1e-9)


def test_a_lengthened_watercourse_takes_its_baseline_as_it_is(tmp_path: Path) -> None:
    """Beyond the baseline's length there is no baseline to discount."""
    row = {**ODD, "size": 3.0, "baseline_size": 2.0}
    rows, _ = read_rows(open_metric(Maker({"C-3": [row]}).save(tmp_path / "metric.xlsx")))
    assert rederived(rows[0])[0] == pytest.approx(rows[0].units, abs=1e-9)


def test_a_missing_factor_is_named(tmp_path: Path) -> None:
    """Where a factor holds words, nothing is made up: the cell and the words are told."""
    row = {"time": "Check Data ⚠", "units": "Check Data ⚠"}
    rows, _ = read_rows(open_metric(Maker({"A-2": [row]}).save(tmp_path / "metric.xlsx")))
    value, why = rederived(rows[0])
    assert value is None
    assert "Check Data ⚠" in why and rows[0].cells["time"] in why


def test_words_in_the_units_cell_are_kept(tmp_path: Path) -> None:
    """What the workbook asks for in place of units is no number and no zero."""
    rows, _ = read_rows(open_metric(Maker({"E-2": [{"units": ASKS}]}).save(tmp_path / "metric.xlsx")))
    assert (rows[0].units, rows[0].units_text) == (None, ASKS)


def test_irreplaceable_habitat_is_left_to_the_metric(tmp_path: Path) -> None:
    """The metric counts it by rules of its own, which are not made again here."""
    rows, _ = read_rows(
        open_metric(Maker({"A-1": [{"irreplaceable": "Yes"}]}).save(tmp_path / "metric.xlsx"))
    )
    assert rederived(rows[0])[0] is None
