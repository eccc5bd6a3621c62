"""The lines of the benchmark's table: figure, ratio, target, and whether the target is met."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

WIDTHS = (12, 64, 14, 44, 24)
HEADS = ("row", "what", "figure", "ratio", "target")
NOT_YET = "not there yet"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; `value` is what the target is about, in the target's own unit."""

    row: str
    what: str
    figure: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None
    value: float | None = None

    @property
    def text(self) -> str:
        """The line as it is printed."""
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        words = (self.row, self.what, self.figure, self.ratio, self.target)
        cells = [f"{word:<{wide}}" for word, wide in zip(words, WIDTHS, strict=True)]
        return " ".join([*cells, verdict]).rstrip()

    def as_dict(self) -> dict[str, Any]:
        """The line as it is kept in a file."""
        return asdict(self)


def head() -> str:
    """Return the line above the table."""
    return " ".join(f"{word:<{wide}}" for word, wide in zip(HEADS, WIDTHS, strict=True)) + " met?"


def at_most(value: float, limit: float, unit: str = "") -> dict[str, Any]:
    """Return the fields of a line whose target is a largest value."""
    return {"target": f"at most {limit:g}{unit}", "met": value <= limit, "value": value}


def at_least(value: float, limit: float, unit: str = "") -> dict[str, Any]:
    """Return the fields of a line whose target is a smallest value."""
    return {"target": f"at least {limit:g}{unit}", "met": value >= limit, "value": value}


def seconds(values: Sequence[float]) -> str:
    """Return the median of some times in a unit that suits it."""
    middle = statistics.median(values)
    return f"{middle * 1000:.1f} ms" if middle < 0.1 else f"{middle:.2f} s"


def spread(values: Sequence[float]) -> str:
    """Return the shortest and the longest of some times."""
    return f"{min(values):.3g} to {max(values):.3g} s in {len(values)}"


def times(of: Sequence[float], against: Sequence[float]) -> float:
    """Return how many times longer than `against` the times `of` are, by their medians."""
    return statistics.median(of) / statistics.median(against)
