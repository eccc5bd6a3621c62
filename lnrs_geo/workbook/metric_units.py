"""The units of a metric's row, made again from the row's own factors.

They show that the row was read as the workbook means it: the figure in the cell must come out. The
formulas are those of the workbook's sheets; the multiplier of strategic significance is one factor of
each, so a row is worth in proportion to it.
"""

from collections.abc import Callable

from lnrs_geo.model import Module
from lnrs_geo.workbook.metric_rows import MetricRow

TOLERANCE = 1e-9
_WATER = ("encroachment", "riparian")
_BASELINE = ("size", "distinctiveness", "condition_score", "multiplier")
_CREATED = (*_BASELINE, "time", "difficulty")
_ENHANCED = (*_CREATED, "baseline_distinctiveness", "baseline_condition")

Get = Callable[[str], float]


def rederived(row: MetricRow) -> tuple[float | None, str]:
    """Return the units of a row from its factors, without spatial risk; or None, and why not.

    Returns
    -------
    Units, and an empty text; or None, and a sentence.
    """
    if row.irreplaceable:
        return None, "The metric counts irreplaceable habitat by rules of its own."
    names = {1: _BASELINE, 2: _CREATED, 3: _ENHANCED}[row.code.number]
    if row.code.units_module is Module.WATERCOURSE:
        names = (*names, *_WATER, *(("baseline_size",) if row.code.number == 3 else ()))
    missing = [name for name in names if row.number_of(name) is None]
    if missing:
        told = ", ".join(
            f"{name.replace('_', ' ')} ({row.cells.get(name) or 'no such column'}: "
            f"{row.factors.get(name) or 'nothing'})"
            for name in missing
        )
        return None, f"The row lacks factors: {told}."
    factors = {name: row.number_of(name) or 0.0 for name in names}
    return _units(row, factors.__getitem__), ""


def _units(row: MetricRow, get: Get) -> float:
    water = row.code.units_module is Module.WATERCOURSE
    banks = get("encroachment") * get("riparian") if water else 1.0
    if row.code.number < 3:
        after = get("size") * get("distinctiveness") * get("condition_score") * get("multiplier")
        return after * banks * (get("time") * get("difficulty") if row.code.number == 2 else 1.0)
    # what is gained over the baseline is discounted, the baseline itself is not; all of it times significance
    condition = get("baseline_condition")
    if row.code.letter == "A":
        condition = min(condition, get("condition_score"))
    before_size = min(get("size"), get("baseline_size")) if water else get("size")
    before = before_size * get("baseline_distinctiveness") * condition
    after = get("size") * get("distinctiveness") * get("condition_score")
    gained = (after - before) * get("difficulty") * get("time")
    return (gained + before) * get("multiplier") * banks
