"""Answer for applications, without land: which table applies, and whom to tell of the publication.

PAS asks authorities to tell the applicants of live applications when the LNRS is published. This
module answers for one application or for a table of them, as rows, as words and as files.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from lnrs_geo import atomic
from lnrs_geo.errors import ApplicationsError
from lnrs_geo.model import Stage
from lnrs_geo.multiplier import cautions
from lnrs_geo.multiplier.applications import COLUMNS, Application, read_application
from lnrs_geo.multiplier.contact import to_contact
from lnrs_geo.multiplier.regime import IN_WORDS, Publication, Regime, assumption, regime_of
from lnrs_geo.multiplier.transition import sources

OUTCOME_COLUMNS = (
    "reference", "baseline_regime", "baseline_rule", "post_regime", "post_rule",
    "warnings", "missing", "contact", "contact_why", "fault",
)  # fmt: skip
CONTACT_COLUMNS = (
    "reference", "application_date", "granted", "gain_plan_submitted", "gain_plan_approved",
    "contact", "contact_why",
)  # fmt: skip
REGIME_CSV, CONTACTS_CSV = FILES = ("regime.csv", "applications-to-contact.csv")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the dates of one application lead to.

    Attributes
    ----------
    cells
        The application as it was entered, by column.
    baseline, post
        None where the application is in error: `faults` say why.
    contact
        yes, no or review: whether its applicant is to be told of the publication of the LNRS.
    assumed
        What is assumed where it has no dates.
    doubts
        What is odd about the application as it was entered, whichever row decides.
    """

    cells: Mapping[str, str]
    baseline: Regime | None
    post: Regime | None
    contact: str
    contact_why: str
    assumed: str = ""
    faults: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    off_site: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """What would have to be known, for either stage."""
        return tuple(dict.fromkeys(one for regime in self.regimes for one in regime.missing))

    @property
    def regimes(self) -> tuple[Regime, ...]:
        """The regimes of both stages; none where the application is in error."""
        return tuple(regime for regime in (self.baseline, self.post) if regime is not None)

    def row(self) -> dict[str, Any]:
        """Return the outcome under the names of `regime.csv`; lists where there may be several."""
        told = (warning for regime in self.regimes for warning in regime.warnings)
        values: dict[str, Any] = {
            "reference": self.cells["reference"],
            "warnings": [one for one in (self.assumed, *self.doubts, *dict.fromkeys(told)) if one],
            "missing": list(self.missing),
            "contact": self.contact,
            "contact_why": self.contact_why,
            "fault": " ".join(self.faults),
        }
        for stage, regime in (("baseline", self.baseline), ("post", self.post)):
            values[f"{stage}_regime"] = regime.table if regime else ""
            values[f"{stage}_rule"] = regime.rule if regime else ""
        return {column: values[column] for column in OUTCOME_COLUMNS}

    def document(self) -> dict[str, Any]:
        """Return both stages as `regime --json` prints them for one application."""
        return {
            stage: {
                "regime": regime.table,
                "regime_rule": regime.rule,
                "citation": regime.citation,
                "warnings": [*self.doubts, *regime.warnings],
                "missing": list(regime.missing),
                "reason": regime.reason,
            }
            for stage, regime in (("baseline", self.baseline), ("post", self.post))
            if regime is not None
        }


def answer(
    application: Application,
    faults: Sequence[str] = (),
    *,
    cells: Mapping[str, str],
    publication: Publication,
    as_at: date,
) -> Answer:
    """Return which table applies to one application, and whether to contact its applicant.

    Parameters
    ----------
    faults
        What cannot be read in it: with any of them it is in error and gets no answer.
    """
    given = {column: str(cells.get(column) or "").strip() for column in COLUMNS}
    if faults:
        why = "The application cannot be read: see its fault."
        return Answer(given, None, None, "review", why, faults=tuple(faults))
    off_site = bool(application.off_site)
    baseline, post = (
        regime_of(stage, application, publication=publication, as_at=as_at, off_site=off_site)
        for stage in (Stage.BASELINE, Stage.POST)
    )
    assumed = "" if application.has_dates else assumption(publication, as_at)
    contact, why = to_contact(application, publication=publication, as_at=as_at)
    doubts = cautions.beside_the_land(application)
    return Answer(given, baseline, post, contact, why, assumed=assumed, doubts=doubts, off_site=off_site)


def answer_table(
    rows: Sequence[Mapping[str, str]], *, where: str, publication: Publication, as_at: date
) -> list[Answer]:
    """Answer for every row of an `applications.csv`; a row with a fault stands in the answers as such.

    Raises
    ------
    ApplicationsError
        The table has no row, or none of the columns of applications.
    """
    if not rows:
        raise ApplicationsError(
            "It holds no application.", where=where, fix="Add a row for each application below the header."
        )
    if not set(rows[0]) & set(COLUMNS[1:]):
        raise ApplicationsError(
            f"It lacks columns of a table of applications (found: {', '.join(rows[0])}).",
            where=where,
            fix=f"It may have: {', '.join(COLUMNS)}.",
        )
    answers = []
    times = Counter(str(row.get("reference") or "").strip() for row in rows)
    for number, row in enumerate(rows, start=1):
        cells = {**row, "reference": str(row.get("reference") or "").strip()}
        doubts = []
        if not cells["reference"]:
            cells["reference"] = f"row {number}"
        elif times[cells["reference"]] > 1:
            doubts.append(f"The reference {cells['reference']!r} stands in {times[cells['reference']]} rows.")
        application, faults = read_application(cells)
        one = answer(application, faults, cells=cells, publication=publication, as_at=as_at)
        answers.append(replace(one, doubts=(*doubts, *one.doubts)))
    return answers


def unused_columns(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the columns of a table that mean nothing to this program."""
    return [name for name in (rows[0] if rows else ()) if name and name not in COLUMNS]


def words(one: Answer) -> Iterator[str]:
    """Tell the answer for one application to a person at a terminal."""
    if one.faults:
        yield f"In error: {' '.join(one.faults)}"
        return
    if one.assumed:
        yield one.assumed
        yield ""
    if one.doubts:
        yield from (f"Warning: {doubt}" for doubt in one.doubts)
        yield ""
    site = "off-site" if one.off_site else "on-site"
    cited = set()
    for what, regime in (
        (f"Baseline, {site}", one.baseline),
        (f"Created and enhanced habitat, {site}", one.post),
    ):
        if regime is None:
            continue
        yield f"{what}: {in_words(regime)} (row {regime.rule})."
        yield f"  Why: {regime.reason}"
        yield f"  Source: {regime.citation}"
        for warning in regime.warnings:
            yield f"  Warning: {warning}"
        if regime.missing:
            yield f"  To be known first: {', '.join(_said(column) for column in regime.missing)}"
        cited |= {cite.split()[0] for cite in regime.citation.split("; ")}
        yield ""
    for short, title in sources().items():
        if short in cited:
            yield f"{short}: {title}"


def table_words(answers: Sequence[Answer]) -> Iterator[str]:
    """Tell the answers for a table, a line for each application, then the list of whom to contact."""
    for said in dict.fromkeys(one.assumed for one in answers if one.assumed):
        yield said
        yield ""
    for one in answers:
        stages = [f"{regime.rule} {in_words(regime)}" for regime in one.regimes]
        both = f"baseline {stages[0]}; post {stages[1]}" if stages else f"IN ERROR: {' '.join(one.faults)}"
        missing = f"; to be known first: {', '.join(map(_said, one.missing))}" if one.missing else ""
        yield f"{one.cells['reference']}: {both}{missing}"
    for contact, title in (
        ("yes", "To be told of the publication of the LNRS"),
        ("review", "To be looked at, whether to contact them"),
    ):
        listed = [one for one in answers if one.contact == contact]
        yield ""
        yield f"{title}: {len(listed) or 'none'}"
        for one in listed:
            yield f"  {one.cells['reference']}: {one.contact_why}"


def in_words(regime: Regime) -> str:
    """Return what applies, in a few words."""
    if regime.table in ("both", "review") and regime.held:
        return f"{IN_WORDS[regime.table]}, Table 7 or {IN_WORDS[regime.held]}"
    return IN_WORDS[regime.table or "not-applicable"]


def _said(column: str) -> str:
    return "publication of the LNRS (published)" if column == "published" else column


def write(answers: Sequence[Answer], out: Path) -> list[Path]:
    """Write `regime.csv` and `applications-to-contact.csv` into a folder, both or none."""
    rows = [one.row() for one in answers]
    contacts = [
        {**one.cells, "contact": one.contact, "contact_why": one.contact_why}
        for one in answers
        if one.contact != "no"
    ]
    with atomic.replacing(out, FILES) as staging:
        _write_csv(staging / REGIME_CSV, OUTCOME_COLUMNS, rows)
        _write_csv(staging / CONTACTS_CSV, CONTACT_COLUMNS, contacts)
    return [out / name for name in FILES]


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            cells = (row[column] for column in columns)
            writer.writerow("; ".join(cell) if isinstance(cell, list) else cell for cell in cells)
