"""How large a row is, or each part that it has to be entered as: as the metric counts it, and in words."""

import math
from collections.abc import Sequence
from typing import Any

from lnrs_geo.model import Module
from lnrs_geo.workbook.metric_rows import MetricRow


def known(size: Any) -> float | None:
    """Return a size that was computed; None where a row in error has none.

    Examples
    --------
    >>> known(0.5), known(float("nan"))
    (0.5, None)
    """
    number = math.nan if size is None else float(size)
    return number if math.isfinite(number) else None


def size_of(row: MetricRow, sizes: Sequence[float], at: int) -> float | None:
    """Return the hectares or kilometres that a row has, or that one of its parts is to be entered with.

    Parameters
    ----------
    sizes
        Of the parts of the row's parcel, as they were measured. Trees are counted: they share what the row
        states.
    """
    if len(sizes) == 1:
        return row.size
    if row.module is not Module.TREE:
        return known(sizes[at])
    whole = known(sum(sizes))
    return row.size * sizes[at] / whole if row.size is not None and whole else None


def told(row: MetricRow, sizes: Sequence[float], at: int) -> str:
    """Say how much a part is: hectares or kilometres; of trees, how many."""
    size = size_of(row, sizes, at)
    measured = "" if size is None else f"{size:.4f} {row.code.units_module.size_unit}"
    if row.module is not Module.TREE or known(sizes[at]) is None:
        return measured or "unknown size"
    trees = f"{sizes[at]:g} tree{'' if sizes[at] == 1 else 's'}"
    return f"{trees} ({measured})" if measured else trees
