"""A crosswalk as people keep it: one row per measure and habitat, checked and named as the metric does.

The file is `crosswalk.csv` of the contract. This module reads its words; `consistency` asks it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from lnrs_geo.days import day_of
from lnrs_geo.errors import CrosswalkError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Module
from lnrs_geo.multiplier import habitats
from lnrs_geo.multiplier.signature import DECISIVE, own_source, what_lacks
from lnrs_geo.tables import filled_rows

STATUSES = (*DECISIVE, "proposed")
VERDICTS = ("yes", "no", "conditional")
INTERVENTIONS = ("create", "enhance", "either")
COLUMNS = (
    "lnrs_id", "measure_id", "module", "habitat", "intervention", "verdict", "condition_note", "status",
    "complete", "source", "reviewer_role", "reviewed_on", "phrase", "note",
)  # fmt: skip
NEEDED = ("measure_id", "habitat", "verdict", "status")


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """One line of `crosswalk.csv`; `habitat` is the metric's name, `<broad type> - *` or `*`.

    `lacks` says what keeps a confirmed row from counting as one; "" where nothing does.
    """

    measure_id: str
    module: str
    habitat: str
    intervention: str
    verdict: str
    status: str
    complete: bool
    condition_note: str
    source: str
    reviewer_role: str
    reviewed_on: str
    line: int
    note: str = ""
    lacks: str = ""

    @property
    def decisive(self) -> bool:
        """True where the authority published the row, or a person confirmed it and signed."""
        return self.status in DECISIVE and not self.lacks

    @property
    def counts_as(self) -> str:
        """Return the status by which the row ranks: an unsigned one counts as proposed (own)."""
        return self.status if self.decisive else "proposed"

    @property
    def names_nothing(self) -> bool:
        """True for the row of a draft that recognised nothing in a measure's words."""
        return not self.habitat and not self.complete

    @property
    def on_whose_word(self) -> str:
        """Say who stands behind the row; a draft's mark is no source once somebody does."""
        by = f" by the {self.reviewer_role}" if self.reviewer_role else ""
        on = f" on {self.reviewed_on}" if self.reviewed_on else ""
        source = self.source if self.status == "proposed" else own_source(self.source)
        origin = f": {source}" if source else ""
        but = f" ({self.lacks}, so it counts as proposed)" if self.lacks else ""
        return f"{self.status}{by}{on}{origin}{but}"

    @property
    def specificity(self) -> int:
        """2 for one habitat, 1 for a broad type, 0 for every habitat."""
        return 0 if self.habitat == "*" else 1 if self.habitat.endswith(" - *") else 2


class Reading(NamedTuple):
    """The rows of a crosswalk, the issues met, and the rows whose habitat the metric does not know."""

    rows: list[CrosswalkRow]
    issues: list[Issue]
    unreadable: list[CrosswalkRow]


def read_rows(
    rows: Iterable[Mapping[str, str]], *, where: str, lnrs_id: str = "", as_at: date | None = None
) -> tuple[list[CrosswalkRow], list[Issue]]:
    """Read rows with the columns of `crosswalk.csv`; see `read_crosswalk`."""
    return read_crosswalk(rows, where=where, lnrs_id=lnrs_id, as_at=as_at)[:2]


def read_crosswalk(
    rows: Iterable[Mapping[str, str]], *, where: str, lnrs_id: str = "", as_at: date | None = None
) -> Reading:
    """Read rows with the columns of `crosswalk.csv`; rows of other LNRSs are left out, with an issue.

    Parameters
    ----------
    where
        Name of the file, for messages.
    lnrs_id
        Of the strategy; "" takes the rows of every one.
    as_at
        The assessment date, after which no review can have been; None where it does not matter.

    Raises
    ------
    CrosswalkError
        Columns are missing, or words stand where the vocabulary knows none: all of them at once.
    """
    read = Reading([], [], [])
    faults: list[str] = []
    others = 0
    required = partial(require_columns, where=where)
    for line, text in filled_rows(rows, columns=COLUMNS, require=required):
        if lnrs_id and not is_of(text["lnrs_id"], lnrs_id):
            others += 1
            continue
        fault = _fault(text)
        if fault:
            faults.append(f"line {line}: {fault}")
            continue
        habitat, problem = _metric_habitat(text["habitat"], module=text["module"])
        row = _row(text, habitat or text["habitat"], line, as_at)
        (read.unreadable if problem else read.rows).append(row)
        if problem:
            read.issues.append(_unknown_habitat(row, problem, where))
    if faults:
        raise CrosswalkError(
            f"{len(faults)} row(s) cannot be read: {_first(faults)}.",
            where=where,
            fix="Correct these cells and run again.",
        )
    if others:
        message = (
            f"{others} row(s) of the crosswalk belong to another LNRS than {lnrs_id!r} and are not used."
        )
        read.issues.append(issue("crosswalk-other-lnrs", message, dataset=where, value=str(others)))
    unsigned = [f"line {row.line} ({row.status}): {row.lacks}" for row in read.rows if row.lacks]
    if unsigned:
        message = (
            f"{len(unsigned)} row(s) do not say who confirmed them, so they count as proposed and their "
            f"measures stay open: {_first(unsigned)}."
        )
        read.issues.append(issue("crosswalk-unsigned", message, dataset=where, value=str(len(unsigned))))
    sourceless = [
        str(row.line) for row in read.rows if row.status == "published" and not own_source(row.source)
    ]
    if sourceless:
        message = f"{len(sourceless)} published row(s) name no source: line {_first(sourceless)}."
        read.issues.append(
            issue("crosswalk-source-missing", message, dataset=where, value=str(len(sourceless)))
        )
    return read


def require_columns(found: Sequence[str], *, where: str) -> None:
    """Refuse a table that is no crosswalk.

    Raises
    ------
    CrosswalkError
        A column that every crosswalk has is not there.
    """
    if not set(NEEDED) <= set(found):
        raise CrosswalkError(
            f"It lacks columns of a crosswalk (found: {', '.join(found)}).",
            where=where,
            fix=f"It needs: {', '.join(COLUMNS)}.",
        )


def is_of(written: str, lnrs_id: str) -> bool:
    """Tell whether a row with this `lnrs_id` serves a strategy; a blank one serves any.

    Examples
    --------
    >>> is_of("14.0", "14"), is_of("", "14"), is_of("140", "14")
    (True, True, False)
    """
    # a spreadsheet makes 14.0 of 14 (rules section 8)
    return re.sub(r"\.0+$", "", written.strip()) in ("", lnrs_id)


def _fault(text: Mapping[str, str]) -> str:
    """Name the first word of a row that the vocabulary does not know; "" where all is well."""
    complete = text["complete"].lower() in ("yes", "true", "1")
    # what a draft leaves where it recognised nothing
    nothing = text["status"].lower() == "proposed" and not text["habitat"] and not text["verdict"]
    excluded = text["habitat"] == "*" and text["verdict"].lower() == "no"
    module_blank = text["module"] == "" and (excluded or (nothing and not complete))
    checks = (
        (
            "complete",
            text["complete"].lower() in ("", "yes", "true", "1", "no", "false", "0"),
            "yes or nothing",
        ),
        ("measure_id", text["measure_id"] != "", "a measure id"),
        ("status", text["status"].lower() in STATUSES, " or ".join(STATUSES)),
        ("module", module_blank or text["module"].lower() in set(Module), " or ".join(Module)),
        (
            "verdict",
            nothing or (complete and not text["habitat"]) or text["verdict"].lower() in VERDICTS,
            " or ".join(VERDICTS),
        ),
        ("intervention", text["intervention"].lower() in (*INTERVENTIONS, ""), " or ".join(INTERVENTIONS)),
        (
            "habitat",
            nothing or complete or text["habitat"] != "",
            "a habitat, '<broad type> - *' or '*'",
        ),
    )
    for column, fine, wanted in checks:
        if not fine:
            return f"{column} is {text[column]!r}, it takes {wanted}"
    return ""


def _row(text: Mapping[str, str], habitat: str, line: int, as_at: date | None) -> CrosswalkRow:
    day = day_of(text["reviewed_on"])
    return CrosswalkRow(
        # the ids of a map are tidied in the same way
        measure_id=" ".join(text["measure_id"].split()),
        module=text["module"].lower(),
        habitat=habitat,
        intervention=text["intervention"].lower() or "either",
        verdict=text["verdict"].lower(),
        status=text["status"].lower(),
        # a row that names a habitat is a verdict on it, whatever its `complete` cell repeats
        complete=text["complete"].lower() in ("yes", "true", "1") and not text["habitat"],
        condition_note=text["condition_note"],
        source=text["source"],
        reviewer_role=text["reviewer_role"],
        reviewed_on=day.isoformat() if day else text["reviewed_on"],
        line=line,
        note=text["note"],
        lacks=what_lacks(text, as_at=as_at),
    )


def _unknown_habitat(row: CrosswalkRow, problem: str, where: str) -> Issue:
    stays = ", and its measure stays open" if row.decisive else ""
    return issue(
        "crosswalk-habitat-unknown",
        f"Line {row.line} of the crosswalk names the habitat {row.habitat!r}, which the metric does not "
        f"know{problem}; the row is not used{stays}.",
        dataset=where,
        feature=row.measure_id,
        field=row.module,
        value=row.habitat,
    )


def _metric_habitat(text: str, *, module: str) -> tuple[str, str]:
    """Return the metric's name of a crosswalk habitat and, where there is none, the nearest names."""
    if text in ("", "*"):
        return text, ""
    if text.endswith("*"):
        broad = text.removesuffix("*").rstrip().removesuffix("-").rstrip()
        rows = (row for row in habitats.records() if row.module == module.lower())
        known = {row.broad.casefold(): row.broad for row in rows}
        name = known.get(broad.casefold())
        return (f"{name} - *", "") if name else ("", f" as a broad type of the {module.lower()} module")
    found = habitats.find(text, module=Module(module.lower()) if module else None)
    if found.habitat is None:
        return "", f" (nearest: {'; '.join(found.nearest)})" if found.nearest else " at all"
    return found.habitat.habitat, ""


def _first(texts: Sequence[str], *, most: int = 10) -> str:
    return "; ".join(texts[:most]) + (f"; and {len(texts) - most} more" if len(texts) > most else "")
