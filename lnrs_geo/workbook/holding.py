"""Hold the claim of every row against what was found: verdict, worth in units, and what to type where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lnrs_geo.assumed import UNLESS
from lnrs_geo.auditing.words import DRAFT, assumes, corrects, to_do
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Significance, Status
from lnrs_geo.multiplier.claims import parcel_verdict, read_label
from lnrs_geo.multiplier.units import PartUnits, SizedPart, by_part, claimed_multiplier, no_effect
from lnrs_geo.workbook.caveats import ONE_APPLICATION, says_something
from lnrs_geo.workbook.joining import NO_PARCELS, Joined, Parcel
from lnrs_geo.workbook.metric_rows import MetricRow, agrees
from lnrs_geo.workbook.metric_units import TOLERANCE, rederived
from lnrs_geo.workbook.own_side import answer_of
from lnrs_geo.workbook.regime_alone import NOT_ASSESSED, Answer, Dates
from lnrs_geo.workbook.sizes import size_of, told

LOOK_IT_UP = "Look it up with its parcel and the map (--parcels, --measures)"
STALE = "The units were calculated with another significance than the one entered."


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the metric, or one part of a row that has to be entered as several.

    Attributes
    ----------
    part, n_parts
        The first part stays in the row; each further one is a row to add (`is_new`).
    answer
        What was found, by the columns of the results; `check` is the verdict on this part alone.
    check
        The verdict on the row: `split-needed` where it has several parts.
    size
        Hectares or kilometres: as the row has them, or as a part of it is to be entered.
    worth
        Units of the part, claimed and assessed; None where no effect can be computed, as `units_note` says.
    cell, type_this
        The cell to change and the string to type there, in the workbook's own words; empty for nothing.
    """

    row: MetricRow
    part: int
    n_parts: int
    answer: Answer
    check: str
    size: float | None
    worth: PartUnits | None
    units_note: str
    cell: str
    type_this: str
    to_do: str
    parcel: Parcel | None = None
    why_not: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the metric has no row for it yet."""
        return self.part > 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What all rows are held against.

    `labels` are the workbook's own drop-down strings; `withheld` says why nothing is to be typed, if so;
    `submitted` is true where an earlier file tells what kept baselines were; `dated` where the dates of the
    application were given.
    """

    dates: Dates
    labels: Mapping[Significance, str]
    withheld: str = ""
    submitted: bool = False
    dated: bool = False


def lines_of(rows: Sequence[MetricRow], joined: Joined, terms: Terms) -> tuple[list[Line], list[Issue]]:
    """Hold every row's claim against what its parcel, or the dates alone, say of it."""
    lines: list[Line] = []
    issues: list[Issue] = []
    for at, row in enumerate(rows):
        parcel = joined.parcel_of.get(at)
        if parcel is None:
            # dates that only parcels or a table of sites tell are not those of a row without a parcel
            alone = not terms.dated or terms.dates.application.has_dates
            answer = terms.dates.answer(row) if alone else terms.dates.unknown(row)
            why_not = joined.why_not.get(at, "")
            if why_not != NO_PARCELS and says_something(answer):
                answer |= {"reason": f"{answer['reason']} By the dates alone: {ONE_APPLICATION}"}
            lines += _lines(row, [answer], [1.0], terms, None, why_not)
            continue
        parts = [parcel.parts[joined.part_of[at]]] if at in joined.part_of else list(parcel.parts)
        answers = [
            answer_of(row, part, parcel, terms.dates, submitted=terms.submitted, dated=terms.dated)
            for part in parts
        ]
        lines += _lines(row, answers, [float(part["size"]) for part in parts], terms, parcel, "")
        issues += _claims_differ(row, parts[0])
    issues += [one for row in rows for one in _units_issues(row)]
    return lines, issues


def _lines(
    row: MetricRow,
    answers: Sequence[Answer],
    sizes: Sequence[float],
    terms: Terms,
    parcel: Parcel | None,
    why_not: str,
) -> Iterator[Line]:
    check = parcel_verdict([one["check"] for one in answers])
    shares, note = _worth(row, answers, sizes)
    for at, answer in enumerate(answers):
        yield Line(
            row=row,
            part=at + 1,
            n_parts=len(answers),
            answer=answer,
            check=check,
            size=size_of(row, sizes, at),
            worth=shares[at] if shares else None,
            units_note=note,
            cell="" if at else row.cells["claimed"],
            type_this=_type_this(answer, terms, is_new=at > 0),
            to_do=_to_do(answer, at + 1, sizes, row, terms),
            parcel=parcel,
            why_not=why_not,
        )


def _worth(
    row: MetricRow, answers: Sequence[Answer], sizes: Sequence[float]
) -> tuple[tuple[PartUnits, ...], str]:
    """Return what each part of the row is worth; or nothing, and why."""
    if row.units is None:
        held = (
            f"{row.cells['units']} holds {row.units_text!r}"
            if row.units_text
            else f"{row.cells['units']} is empty"
        )
        value, _ = rederived(row)
        made = "" if value is None else f" From the row's own factors they would be {value:.6f}."
        return (), f"The metric states no units: {held}.{made}"
    if not agrees(row):
        return (), STALE
    if any(one["status"] == NOT_ASSESSED for one in answers):
        return (), "Not assessed, so no effect is known."
    alone = len(answers) == 1
    sized: list[SizedPart] = [
        (1.0 if alone else size, one["status"], one["ss_mult"])
        for one, size in zip(answers, sizes, strict=True)
    ]
    multiplier = claimed_multiplier(row.claim)
    return by_part(row.units, multiplier, sized), no_effect(row.units, multiplier, sized)


def _type_this(answer: Answer, terms: Terms, *, is_new: bool) -> str:
    """Return the string to type: decided answers only, in the workbook's own words."""
    if terms.withheld or not answer["strat_sig"] or answer["reason"].startswith(DRAFT):
        return ""
    wanted = answer["status"] == Status.DECIDED if is_new else corrects(answer)
    return terms.labels[Significance(answer["strat_sig"])] if wanted else ""


def _to_do(answer: Answer, part: int, sizes: Sequence[float], row: MetricRow, terms: Terms) -> str:
    n_parts = len(sizes)
    if answer["status"] == NOT_ASSESSED:
        match answer["check"]:
            case "invalid-medium":
                return f"Medium cannot be applied: it is Low or High. {LOOK_IT_UP}."
            case "blank":
                return f"The metric gives no value. {LOOK_IT_UP}."
            case "unrecognised":
                return f"The words are none of the metric's. {LOOK_IT_UP}."
        return f"{LOOK_IT_UP}."
    enter = _enter(answer, terms, is_new=part > 1)
    if n_parts == 1:
        return enter
    size = told(row, sizes, part - 1)
    if part > 1:
        return f"Add a row of {size} for this part. {enter}"
    others = f"{n_parts - 1} further row{'s' if n_parts > 2 else ''}"
    return f"Enter it as {n_parts} rows: keep {size} in this one, and add {others}. {enter}"


def _enter(answer: Answer, terms: Terms, *, is_new: bool) -> str:
    """Say what to type and on what that hangs, or why nothing is to be typed."""
    if terms.withheld and (is_new or corrects(answer)):
        still = f" A baseline is Low {UNLESS}." if assumes(answer) else ""
        return f"Type nothing: {terms.withheld}.{still}"
    words = to_do(answer)
    if corrects(answer) and assumes(answer) and "unless" not in words:
        return f"{words} That holds {UNLESS}."
    return words


def _claims_differ(row: MetricRow, part: Mapping[str, Any]) -> Iterator[Issue]:
    """Tell where the parcels' file repeats another claim than the metric makes."""
    beside = read_label(str(part["claimed"])).significance
    if beside is not None and beside is not row.claim.significance:
        message = f"The metric claims {row.claimed or 'nothing'!r}, the parcels' file {part['claimed']!r}."
        yield issue(
            "workbook-claim-differs", message, field=row.cells["claimed"], value=row.claimed, **row.place
        )


def _units_issues(row: MetricRow) -> Iterator[Issue]:
    """Tell of a units cell that holds no units, or other ones than the row's own factors give."""
    value, _ = rederived(row)
    cell = row.cells["units"]
    if row.units_text:
        made = "" if value is None else f" The row's own factors give {value:.6f}."
        message = f"{cell} holds {row.units_text!r} in place of units.{made}"
        yield issue("workbook-units-text", message, field=cell, value=row.units_text, **row.place)
    elif row.units is not None and value is not None and agrees(row) and not _equal(row.units, value):
        message = f"{cell} states {row.units:.6f} units, the row's own factors give {value:.6f}."
        yield issue("workbook-units-differ", message, field=cell, value=f"{row.units!r}", **row.place)


def _equal(stated: float, made: float) -> bool:
    return abs(Decimal(str(stated)) - Decimal(str(made))) <= Decimal(str(TOLERANCE)) * max(1, int(abs(made)))
