"""The tables of the report's workbook: what stands in which column, row by row of the facts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, cast

from lnrs_geo.assumed import assumes_dates
from lnrs_geo.report import answers, verdicts
from lnrs_geo.report.facts import ParcelFacts, PartFacts, Row
from lnrs_geo.report.small_words import layer_of
from lnrs_geo.report.spreadsheet import Cell, Column, Kind, Typed
from lnrs_geo.report.words import DRAFT

# A parcel with one of its stages, parts or matches
Stage = tuple[ParcelFacts, Row]
Part = tuple[ParcelFacts, PartFacts]

NOT_YET = "nothing until a person has looked"
UNCONFIRMED = "nothing: it is a DRAFT, which rests on a crosswalk row that nobody has confirmed"
STATUSES = {
    "decided": "decided",
    "provisional": "for review",
    "error": "in error",
    "not-applicable": "not applicable",
}


def stages(parcels: Iterable[ParcelFacts]) -> Iterator[Stage]:
    """Give the rows of the sheet of parcels."""
    return ((parcel, row) for parcel in parcels for row in parcel.stages)


def parts(parcels: Iterable[ParcelFacts]) -> Iterator[Part]:
    """Give the rows of the sheet of parts."""
    return ((parcel, part) for parcel in parcels for part in parcel.parts)


def matches(parcels: Iterable[ParcelFacts]) -> Iterator[Stage]:
    """Give the rows of the sheet of measures."""
    return ((parcel, row) for parcel in parcels for row in parcel.matches)


def parcel_columns(run: Mapping[str, Any]) -> tuple[Column, ...]:
    """Return the columns of the sheet of parcels.

    Parameters
    ----------
    run
        The record of the run: what was assumed of the dates bears on the words of a verdict.
    """
    assumed = assumes_dates(run)
    return _judged(_PARCELS, lambda pair: verdicts.of_stage(pair[0], pair[1], assumed=assumed))


def part_columns(run: Mapping[str, Any]) -> tuple[Column, ...]:
    """Return the columns of the sheet of parts.

    Parameters
    ----------
    run
        The record of the run.
    """
    assumed = assumes_dates(run)

    def judged(pair: Part) -> str:
        return verdicts.of_row(pair[1].row, assumed=assumed)

    return _judged(_PARTS, judged)


def _judged(columns: tuple[Column, ...], words: Callable[[Any], Cell]) -> tuple[Column, ...]:
    """Put the column with the verdict in words before the one with its code."""
    at = columns.index(_CHECK)
    return (*columns[:at], Column("Value entered, judged", 34, "long", words), *columns[at:])


def _of(name: str, words: dict[str, str] | None = None) -> Any:
    """Return how to find a column of a row, in words where there are some for it."""

    def found(pair: tuple[ParcelFacts, Row | PartFacts]) -> Cell:
        row = pair[1].row if isinstance(pair[1], PartFacts) else pair[1]
        value = cast("Cell", row.get(name))
        return words.get(value, value) if words and isinstance(value, str) else value

    return found


def _sized(name: str, unit: str = "size_unit") -> Any:
    """Return how to find a size, shown by its unit."""

    def found(pair: tuple[ParcelFacts, Row | PartFacts]) -> Typed:
        row = pair[1].row if isinstance(pair[1], PartFacts) else pair[1]
        return row[name], cast("Kind", row[unit])

    return found


def _answer(pair: Part) -> str:
    return answers.answer(pair[1].row)


def _firm(name: str) -> Any:
    """Return how to find what only a decided part has: a person must look at the others first."""
    return lambda pair: pair[1].row[name] if pair[1].row["status"] == "decided" else None


def _to_enter(pair: Part) -> str:
    row = pair[1].row
    if row["status"] == "decided" and row["reason"].startswith(DRAFT):
        return UNCONFIRMED
    return str(row["ss_label"]) if row["status"] == "decided" else NOT_YET if row["ss_label"] else ""


def _limb(letter: str) -> Any:
    def found(pair: Part) -> str:
        said = [one for one in pair[1].limbs if one.question.lower().startswith(f"limb {letter}")]
        return "\n".join(_step(one.question, one.answer, one.evidence) for one in said)

    return found


def _steps(pair: Part) -> str:
    return "\n".join(_step(one.question, one.answer, one.evidence) for one in pair[1].steps)


def _step(question: str, answer: str, evidence: str) -> str:
    return f"{question} {answer}{f' ({evidence})' if evidence else ''}"


_WHICH = (
    Column("Parcel", 14, "text", lambda pair: pair[0].ref),
    Column("File and layer", 42, "long", lambda pair: layer_of(pair[0].source)),
    Column("Feature", 9, "text", lambda pair: pair[0].src_fid),
    Column("Module", 18, "text", lambda pair: answers.MODULES.get(pair[0].module, pair[0].module)),
)
_WHAT = (
    Column("Stage", 20, "text", _of("stage", answers.STAGES)),
    Column("Retention", 11, "text", _of("retention")),
    Column("Habitat", 44, "long", _of("habitat")),
    Column("Size", 11, "ha", _sized("size")),
    Column("Unit", 7, "text", _of("size_unit")),
)
_CHECK = Column("Check (code)", 18, "text", _of("check"))
_PARCELS = (
    *_WHICH,
    Column("Site", 12, "text", _of("site_ref")),
    Column("On-site or off-site", 12, "text", _of("location")),
    *_WHAT,
    Column("Size decided High", 11, "ha", _sized("size_high")),
    Column("Share decided High", 10, "share", _of("share_high")),
    Column("Mean multiplier, parts for review at the lower figure", 12, "multiplier", _of("mean_mult")),
    Column("Units claimed", 11, "units", _of("units_claimed")),
    Column("Units, parts for review Low", 12, "units", _of("units_low")),
    Column("Units, parts for review High", 12, "units", _of("units_high")),
    Column("Parts", 7, "whole", _of("n_parts")),
    Column("Must be split", 8, "text", _of("needs_split")),
    Column("Status", 14, "text", _of("status", STATUSES)),
    Column("A person must look", 10, "text", _of("review")),
    _CHECK,
    Column("Grid reference", 17, "text", _of("gridref")),
)
_PARTS = (
    *_WHICH,
    Column("Part", 6, "whole", _of("part")),
    *_WHAT,
    Column("Answer", 34, "long", _answer),
    Column("Multiplier, decided", 11, "multiplier", _firm("ss_mult")),
    Column("To enter in the metric", 34, "long", _to_enter),
    Column("A person must look", 10, "text", _of("review")),
    Column("Value entered", 34, "long", _of("claimed")),
    _CHECK,
    Column("Reason", 70, "long", _of("reason")),
    Column("Reason (code)", 18, "text", _of("ss_reason")),
    Column("Limb a, location", 40, "long", _limb("a")),
    Column("Limb b, consistency", 70, "long", _limb("b")),
    Column("Relies on measures", 18, "long", _of("measure_id")),
    Column("Other measures mapped there", 18, "long", _of("also_in")),
    Column("Would be consistent there", 40, "long", _of("would_be_high")),
    Column("For the gain plan", 90, "long", lambda pair: pair[1].gain_plan),
    Column("How it was decided", 100, "long", _steps),
    Column("Rule", 26, "text", _of("rule_id")),
    Column("What the rule says", 44, "long", lambda pair: pair[1].statement),
    Column("Where it stands", 30, "long", lambda pair: pair[1].citation),
    Column("Which table, by the dates", 14, "text", _of("regime")),
    Column("Row of the transition rules", 12, "text", _of("regime_rule")),
    Column("LNRS", 10, "text", _of("lnrs_id")),
    Column("Status of the strategy", 14, "text", _of("strategy_status", answers.STATUSES)),
    Column("Planning authority", 28, "text", _of("authority")),
    Column("Borderline", 10, "text", _of("borderline")),
    Column("Grid reference", 17, "text", _of("gridref")),
)
MEASURES = (
    *_WHICH,
    Column("LNRS", 10, "text", _of("lnrs_id")),
    Column("Measure", 14, "text", _of("measure_id")),
    Column("Text of the measure", 50, "long", _of("measure")),
    Column("Priority", 24, "long", _of("priority")),
    Column("Mapped locations", 20, "long", _of("location_ids")),
    Column("Counts, by the layer's flag", 12, "text", _of("eligible")),
    Column("The parcel lies", 14, "text", _of("relation", answers.RELATIONS)),
    Column("Overlap", 13, "m2", _sized("overlap", "overlap_unit")),
    Column("Unit of overlap", 8, "text", _of("overlap_unit")),
    Column("Share of parcel", 9, "share", _of("share")),
    Column("Habitat looked up", 44, "long", _of("habitat")),
    Column("Intervention looked up", 12, "text", _of("intervention")),
    Column("Consistent?", 12, "text", _of("verdict")),
    Column("Why", 50, "long", _of("verdict_reason")),
    Column("Status of the crosswalk row", 12, "text", _of("verdict_status")),
    Column("On whose word", 44, "long", _of("verdict_source")),
)
ISSUES = (
    Column("Severity", 10, "text", itemgetter("severity")),
    Column("Issue", 26, "text", itemgetter("code")),
    Column("File", 34, "long", itemgetter("dataset")),
    Column("Layer", 26, "text", itemgetter("layer")),
    Column("Feature", 14, "text", itemgetter("feature")),
    Column("Column", 20, "text", itemgetter("field")),
    Column("Value found", 24, "long", itemgetter("value")),
    Column("What is wrong", 60, "long", itemgetter("message")),
    Column("What to do", 60, "long", itemgetter("fix")),
)
