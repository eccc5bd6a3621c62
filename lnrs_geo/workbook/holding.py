"""Hold the claim of every row against what was found: verdict, worth in units, and what to type where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lnrs_geo.auditing.words import DRAFT, corrects, to_do
from lnrs_geo.issues import issue
from lnrs_geo.location import is_off_site
from lnrs_geo.model import Issue, Significance, Stage, Status
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.claims import parcel_verdict, read_label
from lnrs_geo.multiplier.regime import Regime
from lnrs_geo.multiplier.units import PartUnits, SizedPart, by_part, claimed_multiplier, no_effect
from lnrs_geo.workbook.joining import Joined, Parcel
from lnrs_geo.workbook.metric_rows import MetricRow, agrees
from lnrs_geo.workbook.metric_units import TOLERANCE, rederived
from lnrs_geo.workbook.regime_alone import NOT_ASSESSED, Answer, Dates, check_of, keeps_values

LOOK_IT_UP = "Look it up with its parcel and the map (--parcels, --measures)"
STALE = "The units were calculated with another significance than the one entered."
# What an answer has from the part of a parcel that it is of
_OF_PART = (
    "stage", "retention", "status", "strat_sig", "ss_mult", "alt_sig", "ss_reason", "reason", "regime", "regime_rule",
    "review", "measure_id", "gridref", "lnrs_id", "authority",
)  # fmt: skip


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

    @property
    def is_assessed(self) -> bool:
        """Whether there is an answer to hold the claim against."""
        return bool(self.answer["status"] != NOT_ASSESSED)


@dataclass(frozen=True, slots=True)
class Terms:
    """What all rows are held against.

    `labels` are the workbook's own drop-down strings; `draft` is true where nothing may be relied on;
    `submitted` where an earlier file tells what kept baselines were; `dated` where the dates of the
    application were given; `off_site` is what was said of all parcels that do not say it themselves.
    """

    dates: Dates
    labels: Mapping[Significance, str]
    draft: bool = False
    submitted: bool = False
    dated: bool = False
    off_site: bool | None = None


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
            lines += _lines(row, [answer], [1.0], terms, None, joined.why_not.get(at, ""))
            continue
        parts = [parcel.parts[joined.part_of[at]]] if at in joined.part_of else list(parcel.parts)
        answers = [_held(row, part, parcel, terms) for part in parts]
        lines += _lines(row, answers, [float(part["size"]) for part in parts], terms, parcel, "")
        issues += _claims_differ(row, parts[0])
    issues += [one for row in rows for one in _units_issues(row)]
    return lines, issues


def _held(row: MetricRow, part: Mapping[str, Any], parcel: Parcel, terms: Terms) -> Answer:
    """Return what a part of the row's parcel says of the row's own claim."""
    answer: Answer = {name: part[name] for name in _OF_PART} | {"claimed": row.claimed}
    if not answer["retention"] and row.code.retention:
        answer["retention"] = row.code.retention.value
    said = str(parcel.record["location"]).strip()
    taken = is_off_site(said, Application(off_site=terms.off_site))
    if terms.dated and taken is not None and taken is not row.code.off_site:
        side = "off-site" if row.code.off_site else "on-site"
        answer |= {
            "status": Status.PROVISIONAL.value,
            "ss_reason": "regime-review",
            "reason": (
                f"The metric has it {side}, and the parcel was not taken as that, so the dates may speak of it "
                f"otherwise. Say so in the parcels' location column, or with --off-site. {answer['reason']}"
            ),
            "review": True,
        }
        return answer | {"check": check_of(row.claim, answer)}
    if not keeps_values(answer):
        return answer | {"check": check_of(row.claim, answer)}
    if terms.submitted and answer["stage"] == Stage.BASELINE and answer["status"] == Status.DECIDED:
        return answer | {"check": check_of(row.claim, answer, earlier=read_label(answer["strat_sig"]))}
    # what the dates keep is the value entered: here the metric's own, whatever the parcels' file repeats of it
    words = f"By the dates of its application (row {answer['regime_rule']})."
    return answer | terms.dates.under(Regime(answer["regime"], answer["regime_rule"], words), row)


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
            size=sizes[at] if parcel else row.size,
            worth=shares[at] if shares else None,
            units_note=note,
            cell="" if at else row.cells["claimed"],
            type_this=_type_this(answer, terms, is_new=at > 0),
            to_do=_to_do(answer, at + 1, len(answers), sizes, row),
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
    if terms.draft or not answer["strat_sig"] or answer["reason"].startswith(DRAFT):
        return ""
    wanted = answer["status"] == Status.DECIDED if is_new else corrects(answer)
    return terms.labels[Significance(answer["strat_sig"])] if wanted else ""


def _to_do(answer: Answer, part: int, n_parts: int, sizes: Sequence[float], row: MetricRow) -> str:
    if answer["status"] == NOT_ASSESSED:
        match answer["check"]:
            case "invalid-medium":
                return f"Medium cannot be applied: it is Low or High. {LOOK_IT_UP}."
            case "blank":
                return f"The metric gives no value. {LOOK_IT_UP}."
            case "unrecognised":
                return f"The words are none of the metric's. {LOOK_IT_UP}."
        return f"{LOOK_IT_UP}."
    if n_parts == 1:
        return to_do(answer)
    unit = "ha" if row.code.units_module == "area" else "km"
    if part > 1:
        return f"Add a row of {sizes[part - 1]:.4f} {unit} for this part. {to_do(answer)}"
    others = f"{n_parts - 1} further row{'s' if n_parts > 2 else ''}"
    return f"Enter it as {n_parts} rows: keep {sizes[0]:.4f} {unit} in this one, and add {others}. {to_do(answer)}"


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
