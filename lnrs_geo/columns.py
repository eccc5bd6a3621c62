"""Every column of the results: its name, kind and meaning, once for all files.

The chain builds its frames from these tables; the writer, the published JSON Schema and the
tests are held against them.
"""

from dataclasses import dataclass
from enum import StrEnum

# Names of the input's own columns in `parcels` begin with this.
INPUT_PREFIX = "in_"


class Kind(StrEnum):
    """What a column holds, and so how it is written."""

    TEXT = "text"
    BOOL = "bool"
    INT = "int"
    DECIMAL = "decimal"
    MULTIPLIER = "multiplier"  # 1.15, 1.1 or 1: as the metric prints it, no zeros added


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `decimals` is how many are written of a decimal kind."""

    name: str
    kind: Kind
    meaning: str
    decimals: int = 0


def _text(name: str, meaning: str) -> Column:
    return Column(name, Kind.TEXT, meaning)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, Kind.BOOL, meaning)


def _whole(name: str, meaning: str) -> Column:
    return Column(name, Kind.INT, meaning)


def _decimal(name: str, decimals: int, meaning: str) -> Column:
    return Column(name, Kind.DECIMAL, meaning, decimals)


_SOURCE = _text("source", "File and layer as given.")
_SRC_FID = _text("src_fid", "Id of the feature in that layer.")
_REF = _text("parcel_ref", "The user's own reference, made from the row number where there is none.")
_MODULE = _text("module", "Module of the metric: area, hedgerow, watercourse or tree.")
_STAGE = _text("stage", "Before (baseline) or after (post) the development.")
_RETENTION = _text("retention", "Retained, Enhanced, Created or Lost.")
_HABITAT = _text("habitat", "The metric's exact habitat name, after matching.")
_SIZE = _decimal("size", 6, "Size computed from the geometry, in `size_unit`.")
_SIZE_UNIT = _text("size_unit", "Unit of `size`: ha, km or count.")
_SIZE_M = _decimal("size_m", 2, "Size in m2 (areas), m (lines) or count (trees).")
_GRIDREF = _text("gridref", "Ordnance Survey grid reference of 10 figures.")
_REVIEW = _flag("review", "True where a person must look before relying on it.")
_MEASURE_ID = _text("measure_id", "Id of the mapped potential measure.")
_MEASURE = _text("measure", "Text of the mapped potential measure.")
_PRIORITY = _text("priority", "Priority of the strategy that the measure serves.")
_ELIGIBLE = _text("eligible", "Whether the layer says that the measure counts: yes, no or empty.")

# First in the tables that hold many sites.
SITE = _text("site", "Reference of the site in the register.")

PARTS: tuple[Column, ...] = (
    _SOURCE,
    _SRC_FID,
    _REF,
    _whole("part", "Number of the part within its parcel and stage, from 1."),
    _MODULE,
    _STAGE,
    _RETENTION,
    _HABITAT,
    _SIZE,
    _SIZE_UNIT,
    _SIZE_M,
    _text("strat_sig", "Strategic significance: High, Medium or Low; empty for error and not-applicable."),
    Column("ss_mult", Kind.MULTIPLIER, "Multiplier of that significance: 1.15, 1.1, 1 or empty."),
    _text("ss_label", "The metric's exact drop-down string for that significance."),
    _text("status", "How firm the answer is: decided, provisional, error or not-applicable."),
    _REVIEW,
    _text("ss_reason", "Code of the reason; for a Low the one nearest to High."),
    _text("reason", "The reason as a sentence."),
    _text("measure_id", "Ids of the measures that a High relies on, joined by semicolons."),
    _text("measure", "Texts of the measures that a High relies on, joined by semicolons."),
    _text("also_in", "Other measures mapped there."),
    _text("regime", "Which answer applies by the dates: table-7, table-8, as-submitted and so on."),
    _text("regime_rule", "Rule that chose the regime, such as B3 or P4."),
    _text("alt_sig", "The second significance where both are shown."),
    Column("alt_mult", Kind.MULTIPLIER, "Multiplier of the second significance."),
    _text("rule_id", "Edition, table and line of the rule applied."),
    _text("lnrs_id", "Id of the Local Nature Recovery Strategy where the part lies."),
    _text("authority", "Planning authority where the part lies."),
    _GRIDREF,
    _text("claimed", "Strategic significance that the input states."),
    _text("check", "Verdict on the significance that the input states."),
    _flag("borderline", "True where the positional tolerance could change the answer."),
    _text("would_be_high", "For a Low inside a measure: habitats and interventions consistent there."),
    _text("strategy_status", "Status of the strategy: published, draft or sample."),
)

# Only in result.json, where the traces are; elsewhere the number would point nowhere.
TRACE = _whole("trace", "Place of the decision's trace in `traces`, from 0.")

PARCELS: tuple[Column, ...] = (
    _SOURCE,
    _SRC_FID,
    _REF,
    _text("site_ref", "The user's reference of the site."),
    _MODULE,
    _STAGE,
    _RETENTION,
    _HABITAT,
    _text("location", "Whether the parcel is on-site or off-site, as the input has it."),
    _SIZE,
    _SIZE_UNIT,
    _SIZE_M,
    _decimal("size_high", 6, "Size of the decided High parts, in `size_unit`."),
    _decimal("share_high", 6, "Share of the parcel that is decided High, 0 to 1."),
    _decimal("mean_mult", 6, "Multiplier averaged over the parts by size."),
    _decimal("units_claimed", 6, "Biodiversity units that the input claims."),
    _decimal("units_low", 6, "Those units after assessment, every provisional part taken as Low."),
    _decimal("units_high", 6, "Those units after assessment, every provisional part taken as High."),
    _whole("n_parts", "Number of parts."),
    _flag("needs_split", "True where the parcel must be entered as more than one row."),
    _text("status", "Least firm status among the parts."),
    _REVIEW,
    _text("check", "Verdict on the significance that the input states."),
    _GRIDREF,
    _text("notice", "What must be said of the whole run: a made-up sample, a draft that nobody confirmed."),
)

MATCHES: tuple[Column, ...] = (
    _SOURCE,
    _SRC_FID,
    _REF,
    _MODULE,
    _MEASURE_ID,
    _MEASURE,
    _PRIORITY,
    _text("location_ids", "Ids of the mapped locations met, joined by semicolons."),
    _ELIGIBLE,
    _text("relation", "How the parcel lies to the measure: inside, partial or touch."),
    _decimal("overlap", 2, "Overlap of parcel and measure, in `overlap_unit`."),
    _text("overlap_unit", "Unit of `overlap`: m2, m or count."),
    _decimal("share", 6, "Share of the parcel that the overlap makes up, 0 to 1."),
    _text("habitat", "Habitat for which consistency was looked up."),
    _text("intervention", "Intervention for which consistency was looked up."),
    _text("verdict", "Consistency verdict of the crosswalk; empty where that map has no say."),
    _text("verdict_status", "Status of the crosswalk row: published, confirmed or proposed."),
    _text("verdict_reason", "Why the verdict is so, as a sentence."),
    _text("verdict_source", "Where the crosswalk row comes from."),
    _text("lnrs_id", "Id of the strategy whose map holds the measure."),
)

ISSUES: tuple[Column, ...] = (
    _text("code", "Stable code of the fault or remark."),
    _text("severity", "error, warning or info."),
    _text("dataset", "File concerned, as given."),
    _text("layer", "Layer concerned."),
    _text("feature", "Feature concerned: its id or reference."),
    _text("field", "Column concerned."),
    _text("value", "What was found there."),
    _text("message", "What is wrong, as a sentence."),
    _text("fix", "What to do about it."),
)

MEASURES_USED: tuple[Column, ...] = (
    _text("location_id", "Id of the mapped location."),
    _MEASURE_ID,
    _MEASURE,
    _PRIORITY,
    _ELIGIBLE,
    _text("lnrs_id", "Id of the strategy that maps it."),
    _flag("relied_on", "True where a High part relies on it."),
)

RUN: tuple[Column, ...] = (
    _text("key", "What is stated; parts of a longer statement are joined by dots."),
    _text("value", "The statement."),
)


def names(columns: tuple[Column, ...]) -> list[str]:
    """Return the names of `columns` in their order.

    Examples
    --------
    >>> names(RUN)
    ['key', 'value']
    """
    return [column.name for column in columns]
