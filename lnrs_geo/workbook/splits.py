"""Rows that a metric has to take for parcels that are split, and whether its sheets can hold them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.workbook.holding import Line
from lnrs_geo.workbook.metric_file import SheetCode
from lnrs_geo.workbook.metric_rows import MetricRow


@dataclass(frozen=True, slots=True)
class Room:
    """How many rows of a sheet are filled, how many are to be added, and how many it takes."""

    code: SheetCode
    sheet: str
    filled: int
    to_add: int

    @property
    def left(self) -> int:
        """Rows left over; negative where it does not take them all."""
        return self.code.most_rows - self.filled - self.to_add


def room(rows: Sequence[MetricRow], lines: Sequence[Line], names: Mapping[SheetCode, str]) -> list[Room]:
    """Return the room of every sheet that has rows, or is to have more.

    An enhancement sheet lists what its baseline sheet says is enhanced: so a split there takes the same
    rows on the baseline sheet, where that row is not to be split as often anyway.
    """
    filled = Counter(row.code for row in rows)
    added: Counter[SheetCode] = Counter()
    baselines: dict[tuple[SheetCode, str], int] = {}
    for line in lines:
        if line.part != 1:
            continue
        code, more = line.row.code, line.n_parts - 1
        if code.number > 1:
            added[code] += more
        if code.number != 2:
            key = (SheetCode(code.letter, 1), line.row.ref or f"row {line.row.number}")
            baselines[key] = max(baselines.get(key, 0), more)
    for (code, _), more in baselines.items():
        added[code] += more
    return [
        Room(code, names[code], filled[code], added[code])
        for code in sorted(names)
        if filled[code] or added[code]
    ]


def issues_of(rooms: Sequence[Room], *, dataset: str) -> Iterator[Issue]:
    """Tell of sheets that cannot take the rows to be added."""
    for one in rooms:
        if one.left < 0:
            message = (
                f"{one.sheet} takes {one.code.most_rows} rows; {one.filled} are filled and {one.to_add} would be "
                "added for parcels that are split."
            )
            yield issue("workbook-sheet-full", message, dataset=dataset, layer=one.sheet)
