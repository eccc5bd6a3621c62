"""A crosswalk as people keep it: one row per measure and habitat, checked and named as the metric does.

The file is `crosswalk.csv` of the contract. This module reads its words; `consistency` asks it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lnrs_geo.errors import CrosswalkError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Module
from lnrs_geo.multiplier import habitats

DECISIVE = ("published", "confirmed")
STATUSES = (*DECISIVE, "proposed")
VERDICTS = ("yes", "no", "conditional")
INTERVENTIONS = ("create", "enhance", "either")
COLUMNS = (
    "lnrs_id", "measure_id", "module", "habitat", "intervention", "verdict", "condition_note", "status",
    "complete", "source", "reviewer_role", "reviewed_on", "phrase", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """One line of `crosswalk.csv`; `habitat` is the metric's name, `<broad type> - *` or `*`."""

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

    @property
    def decisive(self) -> bool:
        """True where the authority published the row or a person confirmed it."""
        return self.status in DECISIVE

    @property
    def is_signed(self) -> bool:
        """False for a published row without a source, or a confirmed one without a role or date."""
        needed = {"published": (self.source,), "confirmed": (self.reviewer_role, self.reviewed_on)}
        return all(needed.get(self.status, ()))

    @property
    def on_whose_word(self) -> str:
        """Say who stands behind the row."""
        by = f" by the {self.reviewer_role}" if self.reviewer_role else ""
        on = f" on {self.reviewed_on}" if self.reviewed_on else ""
        origin = f": {self.source}" if self.source else ""
        return f"{self.status}{by}{on}{origin}"

    @property
    def specificity(self) -> int:
        """2 for one habitat, 1 for a broad type, 0 for every habitat."""
        return 0 if self.habitat == "*" else 1 if self.habitat.endswith(" - *") else 2


def read_rows(
    rows: Iterable[Mapping[str, str]], *, where: str, lnrs_id: str = ""
) -> tuple[list[CrosswalkRow], list[Issue]]:
    """Read rows with the columns of `crosswalk.csv`; rows of other LNRSs are left out, with an issue.

    Raises
    ------
    CrosswalkError
        Columns are missing, or words stand where the vocabulary knows none: all of them at once.
    """
    good: list[CrosswalkRow] = []
    issues: list[Issue] = []
    faults: list[str] = []
    others = 0
    for line, raw in enumerate(rows, start=2):
        text = {key: str(raw.get(key) or "").strip() for key in COLUMNS}
        if line == 2 and not {"measure_id", "habitat", "verdict", "status"} <= set(raw):
            raise CrosswalkError(
                f"It lacks columns of a crosswalk (found: {', '.join(raw)}).",
                where=where,
                fix=f"It needs: {', '.join(COLUMNS)}.",
            )
        if not any(text.values()):
            continue
        # a spreadsheet makes 14.0 of 14 (rules section 8)
        if text["lnrs_id"] and lnrs_id and re.sub(r"\.0+$", "", text["lnrs_id"]) != lnrs_id:
            others += 1
            continue
        fault = _fault(text)
        if fault:
            faults.append(f"line {line}: {fault}")
            continue
        habitat, problem = _metric_habitat(text["habitat"], module=text["module"])
        if problem:
            issues.append(
                issue(
                    "crosswalk-habitat-unknown",
                    f"Line {line} of the crosswalk names the habitat {text['habitat']!r}, which the metric "
                    f"does not know{problem}; the row is not used, and its measure stays open.",
                    dataset=where,
                    feature=text["measure_id"],
                    field=text["module"].lower(),
                    value=text["habitat"],
                )
            )
            continue
        good.append(_row(text, habitat, line))
    if faults:
        raise CrosswalkError(
            f"{len(faults)} row(s) cannot be read: {'; '.join(faults[:10])}.",
            where=where,
            fix="Correct these cells and run again.",
        )
    if others:
        issues.append(
            issue(
                "crosswalk-other-lnrs",
                f"{others} row(s) of the crosswalk belong to another LNRS than {lnrs_id!r} and are not used.",
                dataset=where,
                value=str(others),
            )
        )
    unsigned = [str(row.line) for row in good if not row.is_signed]
    if unsigned:
        lines = ", ".join(unsigned[:10]) + (" ..." if len(unsigned) > 10 else "")
        message = f"{len(unsigned)} row(s) do not say on whose word they stand but are used: line {lines}."
        issues.append(issue("crosswalk-unsigned", message, dataset=where, value=str(len(unsigned))))
    return good, issues


def _fault(text: Mapping[str, str]) -> str:
    """Name the first word of a row that the vocabulary does not know; "" where all is well."""
    complete = text["complete"].lower() in ("yes", "true", "1")
    checks = (
        ("measure_id", text["measure_id"] != "", "a measure id"),
        ("status", text["status"].lower() in STATUSES, " or ".join(STATUSES)),
        (
            "module",
            text["module"].lower() in set(Module)
            or (text["module"] == "" and text["habitat"] == "*" and text["verdict"].lower() == "no"),
            " or ".join(Module),
        ),
        (
            "verdict",
            (complete and not text["habitat"]) or text["verdict"].lower() in VERDICTS,
            " or ".join(VERDICTS),
        ),
        ("intervention", text["intervention"].lower() in (*INTERVENTIONS, ""), " or ".join(INTERVENTIONS)),
        ("habitat", complete or text["habitat"] != "", "a habitat, '<broad type> - *' or '*'"),
    )
    for column, fine, wanted in checks:
        if not fine:
            return f"{column} is {text[column]!r}, it takes {wanted}"
    return ""


def _row(text: Mapping[str, str], habitat: str, line: int) -> CrosswalkRow:
    return CrosswalkRow(
        measure_id=text["measure_id"],
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
        reviewed_on=text["reviewed_on"],
        line=line,
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
