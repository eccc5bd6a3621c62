"""Units at another significance against what Excel made of whole rows of the metric.

The oracles hold every factor of a row, Excel's own cached result, and the multiplier of strategic
significance in it. The program knows none of those factors: it divides by one multiplier and takes
another. Both ways must give the same.

A baseline or created row is the product of its factors. An enhanced row is
(gain in score * time * difficulty + score before) * size * significance * spatial risk: the
multiplier stands outside the bracket, over the existing value too (rules section 2, point 10).
"""

import csv
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from lnrs_geo.multiplier import units

REAL = os.environ.get("LNRS_GEO_REAL_DATA")
pytestmark = pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real files at hand")
ORACLES = Path(REAL or "") / "oracles"

MULTIPLIERS = tuple(map(Decimal, ("1", "1.1", "1.15")))
CLOSE = Decimal("1e-9")
CONDITIONS = {"Poor": 1, "Fairly Poor": "1.5", "Moderate": 2, "Fairly Good": "2.5", "Good": 3}
# The one row whose columns do not give its units. Both banks of this river are encroached upon
# ("Minor/ Minor", cell O10 of sheet F-1), and the factor for that has no column in the oracle.
NOT_IN_THE_COLUMNS = {("F-1", "10"): Decimal("0.95")}

Row = dict[str, str]


def _read(name: str) -> list[Row]:
    if not REAL:
        return []
    with (ORACLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


WORKBOOK = _read("statutory_workbook_units_with_ss.csv")
NUMERIC = [row for row in WORKBOOK if re.fullmatch(r"[\d.]+", row["cached_units_from_workbook"])]
LIBRARY = _read("bng_library_ss_values.csv")


def _name(row: Row) -> str:
    return f"{row['sheet']}-{row.get('excel_row') or row['ref']}"


def _units(row: Row, significance: Decimal) -> Decimal:
    """Return the units of a row of the workbook at a multiplier, from its factors alone."""

    def factor(name: str) -> Decimal:
        return Decimal(row[name] or "1")

    score = factor("distinctiveness_score") * factor("condition_score")
    over_all = factor("size") * significance * factor("spatial_risk_multiplier")
    over_gain = factor("time_multiplier") * factor("difficulty_multiplier")
    if row["stage"] == "enhanced":
        # the workbook enhances within one habitat, so only the condition in brackets was other
        found = re.search(r"^(.*) \((.*)\) -> (.*)$", row["habitat"])
        assert found and found[1] == found[3]
        before = factor("distinctiveness_score") * Decimal(CONDITIONS[found[2]])
        return ((score - before) * over_gain + before) * over_all
    return score * over_gain * over_all


def _close(left: Decimal, right: Decimal) -> bool:
    return abs(left - right) <= CLOSE * max(Decimal(1), abs(right))


def test_workbook_has_the_rows_that_this_counts_on() -> None:
    """29 of the 30 rows hold units; the other holds the workbook's demand for a reference."""
    assert (len(WORKBOOK), len(NUMERIC)) == (30, 29)
    assert {row["stage"] for row in NUMERIC} == {"baseline", "created", "enhanced"}
    assert {row["ss_multiplier"] for row in NUMERIC} == {"1", "1.1", "1.15"}


@pytest.mark.parametrize("row", NUMERIC, ids=_name)
def test_factors_give_what_excel_has_in_the_cell(row: Row) -> None:
    """The formula of this test gives Excel's own figure of each row, so it may serve as a measure."""
    missing = NOT_IN_THE_COLUMNS.get((row["sheet"], row["excel_row"]), Decimal(1))
    found = _units(row, Decimal(row["ss_multiplier"])) * missing
    assert _close(found, Decimal(row["cached_units_from_workbook"]))


def test_one_row_is_not_in_its_columns() -> None:
    """One row alone needs a factor from outside the oracle's columns: its encroachment."""
    lacking = [
        (row["sheet"], row["excel_row"])
        for row in NUMERIC
        if not _close(_units(row, Decimal(row["ss_multiplier"])), Decimal(row["cached_units_from_workbook"]))
    ]
    assert lacking == list(NOT_IN_THE_COLUMNS)


@pytest.mark.parametrize("row", NUMERIC, ids=_name)
def test_units_at_another_significance_are_the_workbooks(row: Row) -> None:
    """From Excel's figure and the claimed multiplier come the units that the factors give at any other."""
    missing = NOT_IN_THE_COLUMNS.get((row["sheet"], row["excel_row"]), Decimal(1))
    claimed = Decimal(row["ss_multiplier"])
    for assessed in MULTIPLIERS:
        found = units.units_range(
            float(row["cached_units_from_workbook"]), claimed, [(float(row["size"]), "decided", assessed)]
        )
        assert found is not None
        assert found[0] == found[1]
        assert _close(found[0], _units(row, assessed) * missing)


@pytest.mark.parametrize("row", NUMERIC, ids=_name)
def test_open_row_lies_between_all_low_and_all_high(row: Row) -> None:
    """A provisional row goes from the workbook's units at Low to those at High."""
    missing = NOT_IN_THE_COLUMNS.get((row["sheet"], row["excel_row"]), Decimal(1))
    claimed = Decimal(row["ss_multiplier"])
    found = units.units_range(
        float(row["cached_units_from_workbook"]),
        claimed,
        [(float(row["size"]), "provisional", MULTIPLIERS[0])],
    )
    assert found is not None
    assert _close(found[0], _units(row, MULTIPLIERS[0]) * missing)
    assert _close(found[1], _units(row, MULTIPLIERS[2]) * missing)


def test_multiplier_is_over_the_whole_enhanced_result() -> None:
    """An enhanced row at High is 15 % over Low; the gain alone at High would be less than Excel has."""
    enhanced = [row for row in NUMERIC if row["stage"] == "enhanced" and row["ss_multiplier"] == "1.15"]
    assert len(enhanced) == 8
    for row in enhanced:
        cell = Decimal(row["cached_units_from_workbook"])
        low = _units(row, Decimal(1))
        assert _close(cell, low * Decimal("1.15"))
        condition = CONDITIONS[re.search(r"\((.*)\)", row["habitat"])[1]]  # type: ignore[index]
        before = Decimal(row["size"]) * Decimal(row["distinctiveness_score"]) * Decimal(condition)
        gain_alone = before + (low - before) * Decimal("1.15")
        assert gain_alone < cell - Decimal("0.01")


# Rows of the other oracle, which gives no factors: scores, years of 3.5 % and difficulty of the
# metric that its condition and habitat stand for. (distinctiveness, condition before, after, years,
# difficulty, encroachment)
FACTORS = {
    ("A-2", "H001"): ("4", "0", "2.5", 15, "0.67", "1"),
    ("A-2", "H005"): ("4", "0", "2", 15, "1", "1"),
    # Minor beside the water, Minor and none on the banks
    ("C-3", "R002"): ("4", "2", "3", 4, "1", "0.784"),
}


def _library_units(row: Row, significance: Decimal) -> Decimal:
    score, before, after, years, difficulty, encroachment = FACTORS[row["sheet"], row["ref"]]
    was, will = Decimal(score) * Decimal(before), Decimal(score) * Decimal(after)
    gain = (will - was) * Decimal("0.965") ** years * Decimal(difficulty)
    return (gain + was) * Decimal(encroachment) * Decimal(row["size"]) * significance


@pytest.mark.parametrize("row", [row for row in LIBRARY if (row["sheet"], row["ref"]) in FACTORS], ids=_name)
def test_library_rows_at_another_significance(row: Row) -> None:
    """Rows that another program computed go from their multiplier to any other as their factors do."""
    claimed, cell = Decimal(row["ss_multiplier"]), Decimal(row["expected_units"])
    assert _close(_library_units(row, claimed), cell)
    for assessed in MULTIPLIERS:
        found = units.units_range(float(cell), claimed, [(float(row["size"]), "decided", assessed)])
        assert found is not None
        assert _close(found[0], _library_units(row, assessed))


def test_library_rows_without_condition_are_left_out() -> None:
    """The other rows state no condition, so nothing but their own figure could be held against them."""
    left_out = [row for row in LIBRARY if (row["sheet"], row["ref"]) not in FACTORS]
    assert len(LIBRARY) == 7
    assert len(left_out) == 4
    assert all(not row["condition"] for row in left_out)
