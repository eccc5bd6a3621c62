"""What was found of a metric as plain rows, for the CSV, the spreadsheet and the JSON alike."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from lnrs_geo.columns import Column, Kind
from lnrs_geo.model import Stage, Status
from lnrs_geo.multiplier.units import UNITS_MODULES
from lnrs_geo.workbook import WorkbookAudit
from lnrs_geo.workbook.holding import Line
from lnrs_geo.workbook.metric_units import rederived
from lnrs_geo.workbook.own_side import map_is_open
from lnrs_geo.workbook.regime_alone import NOT_ASSESSED
from lnrs_geo.workbook.sizes import known

Row = dict[str, Any]


def _text(name: str, meaning: str) -> Column:
    return Column(name, Kind.TEXT, meaning)


def _units(name: str, meaning: str) -> Column:
    return Column(name, Kind.DECIMAL, meaning, 6)


_SHEET = _text("sheet", "Sheet of the metric, as it is called there.")
_CELL = _text("cell", "Cell to change; empty for a row that is to be added.")
_REFERENCE = _text("row_reference", "Habitat reference of the row, else its number in the sheet.")
_MODULE = _text("module", "Module of the metric: area, hedgerow, watercourse or tree.")
_STAGE = _text("stage", "Before (baseline) or after (post) the development.")
_CLAIMED = _text("claimed", "Strategic significance that the metric states.")
_ASSESSED = _text("assessed", "What was found; `for review` where a person must look first.")
_CHECK = _text("check", "Verdict on the claim; empty where there is none.")
_UNITS_CLAIMED = _units(
    "units_claimed", "Units in the row's own cell, without spatial risk; a part has its share."
)
_TYPE_THIS = _text("type_this", "The string to type into the cell, letter by letter; empty for nothing.")
_TO_DO = _text("to_do", "What to do about the row.")
_SIZE = Column(
    "size",
    Kind.DECIMAL,
    "Hectares (areas and trees) or kilometres (lines): as the row has them, or as a part is to be entered.",
    6,
)

CORRECTIONS: tuple[Column, ...] = (
    _SHEET, _CELL, _REFERENCE, _MODULE, _STAGE, _CLAIMED, _ASSESSED, _CHECK, _UNITS_CLAIMED,
    _text("units_assessed", "Those units as assessed; a range (low to high) where a person must look first."),
    _TYPE_THIS,
)  # fmt: skip
# In a spreadsheet there is room to say what a correction hangs on
CORRECTIONS_TOLD: tuple[Column, ...] = (*CORRECTIONS, _TO_DO)
ROWS: tuple[Column, ...] = (
    _SHEET,
    _CELL,
    _REFERENCE,
    Column("row", Kind.INT, "Row number in the sheet; that of the row to be split for one to be added."),
    Column("part", Kind.INT, "Part of the row, from 1; each further one is a row to be added."),
    Column("parts", Kind.INT, "How many rows it has to be entered as."),
    _MODULE,
    _STAGE,
    _text("retention", "Created or Enhanced; a baseline row says nothing of it."),
    _text("habitat", "The metric's exact habitat name."),
    _SIZE,
    Column("parcel_size", Kind.DECIMAL, "Size of the joined parcel's outline; trees are counted.", 6),
    _text("parcel_unit", "Unit of `parcel_size`: ha, km or count."),
    _CLAIMED,
    _ASSESSED,
    _text("status", "decided, provisional, error, not-applicable or not-assessed."),
    _CHECK,
    _UNITS_CLAIMED,
    _units("units_low", "Those units as assessed, Low where a person must look first."),
    _units("units_high", "Those units as assessed, High where a person must look first."),
    _units("effect_low", "`units_low` less `units_claimed`."),
    _units("effect_high", "`units_high` less `units_claimed`."),
    _units("units_rederived", "Units made again from the row's own factors, for comparison."),
    _text("units_note", "Why no effect in units is given."),
    _text("regime_rule", "Rule that chose the table by the dates, such as B6 or P2."),
    _text("ss_reason", "Code of the reason."),
    _text("reason", "The reason as a sentence."),
    _text("measure_id", "Ids of the measures that a High relies on."),
    _text("parcel_source", "File and layer of the parcel that the row was joined to."),
    _text("not_joined", "Why the row was not joined to a parcel."),
    _TYPE_THIS,
    _TO_DO,
)
TO_ADD: tuple[Column, ...] = (
    _SHEET, _REFERENCE, Column("part", Kind.INT, "Part of the row, from 1; part 1 stays in the row."), _SIZE,
    _ASSESSED, _TYPE_THIS, _TO_DO,
)  # fmt: skip
ROOM: tuple[Column, ...] = (
    _SHEET,
    Column("filled", Kind.INT, "Rows that are filled."),
    Column("to_add", Kind.INT, "Rows to be added for parcels that are split."),
    Column("takes", Kind.INT, "Rows that the sheet takes."),
    Column("left", Kind.INT, "Rows left over; negative where they do not fit."),
)
UNLISTED: tuple[Column, ...] = (
    _text("parcel_ref", "Reference of the parcel."),
    _MODULE,
    _STAGE,
    _text("retention", "Retained, Enhanced, Created or Lost."),
    _text("habitat", "The metric's exact habitat name."),
    Column("size", Kind.DECIMAL, "Size of the outline, in `size_unit`.", 6),
    _text("size_unit", "ha, km or count."),
    _text("source", "File and layer of the parcel."),
    _text("why", "Why no row was joined to it."),
)
TOTALS: tuple[Column, ...] = (
    _text(
        "units_module",
        "Kind of units: area (trees among them), hedgerow or watercourse; never summed together.",
    ),
    _text("side", "On-site or off-site."),
    _STAGE,
    Column("rows", Kind.INT, "Filled rows."),
    Column("with_effect", Kind.INT, "Rows whose units are in the sums; of the others no effect is known."),
    _UNITS_CLAIMED,
    _units("units_low", "As assessed, Low where a person must look first."),
    _units("units_high", "As assessed, High where a person must look first."),
)


def corrections(found: WorkbookAudit) -> list[Row]:
    """Return a row for every row of the metric, and for every row to be added."""
    rows = []
    for line in found.lines:
        worth = line.worth
        units = "" if worth is None else f"{worth.low:.6f}"
        if worth is not None and worth.low != worth.high:
            units = f"{worth.low:.6f} to {worth.high:.6f}"
        split = f", part {line.part} of {line.n_parts}" if line.n_parts > 1 else ""
        rows.append(
            {
                "sheet": line.row.sheet,
                "cell": line.cell,
                "row_reference": f"{line.row.name}{split}",
                "module": line.row.module.value,
                "stage": line.row.code.stage.value,
                "claimed": line.row.claimed,
                "assessed": assessed(line),
                "check": line.check,
                "units_claimed": line.row.units
                if worth is None and line.n_parts == 1
                else worth and worth.claimed,
                "units_assessed": units,
                "type_this": line.type_this,
            }
        )
    return rows


def rows(found: WorkbookAudit) -> list[Row]:
    """Return everything that is known of every row."""
    result = []
    for short, line in zip(corrections(found), found.lines, strict=True):
        row, answer, worth = line.row, line.answer, line.worth
        result.append(
            short
            | {
                "row": row.number,
                "part": line.part,
                "parts": line.n_parts,
                "retention": row.code.retention.value if row.code.retention else "",
                "habitat": row.habitat,
                "size": line.size,
                "parcel_size": known(line.parcel.record["size"]) if line.parcel else None,
                "parcel_unit": str(line.parcel.record["size_unit"]) if line.parcel else "",
                "status": answer["status"],
                "units_low": worth and worth.low,
                "units_high": worth and worth.high,
                "effect_low": worth and worth.effect_low,
                "effect_high": worth and worth.effect_high,
                "units_rederived": rederived(row)[0] if line.part == 1 else None,
                "units_note": line.units_note,
                "regime_rule": answer["regime_rule"],
                "ss_reason": answer["ss_reason"],
                "reason": answer["reason"],
                "measure_id": answer.get("measure_id", ""),
                "parcel_source": str(line.parcel.record["source"]) if line.parcel else "",
                "not_joined": line.why_not,
                "to_do": line.to_do,
            }
        )
    return result


def corrections_told(found: WorkbookAudit) -> list[Row]:
    """Return the corrections with what to do about each, and unless what."""
    told = zip(corrections(found), found.lines, strict=True)
    return [row | {"to_do": line.to_do} for row, line in told]


def to_add(found: WorkbookAudit) -> list[Row]:
    """Return the parts of every row that has to be split, the one that stays first."""
    return [row for row in rows(found) if row["parts"] > 1]


def room(found: WorkbookAudit) -> list[Row]:
    """Return how many rows each sheet has and takes."""
    return [
        {
            "sheet": one.sheet,
            "filled": one.filled,
            "to_add": one.to_add,
            "takes": one.code.most_rows,
            "left": one.left,
        }
        for one in found.rooms
    ]


def unlisted(found: WorkbookAudit) -> list[Row]:
    """Return the parcels that no row was joined to."""
    kept = [column.name for column in UNLISTED if column.name != "why"]
    return [
        {name: parcel.record[name] for name in kept} | {"size": known(parcel.record["size"]), "why": why}
        for parcel, why in found.unlisted
    ]


def totals(found: WorkbookAudit) -> list[Row]:
    """Add up units, kinds of units, sides and stages apart."""
    return list(_totals(found.lines))


def assessed(line: Line) -> str:
    """Say what was found of a row; what is open is never High or Low alone."""
    answer = line.answer
    match answer["status"]:
        case Status.DECIDED:
            return str(answer["strat_sig"])
        case Status.PROVISIONAL if answer["alt_sig"] == answer["strat_sig"] and not map_is_open(answer):
            return f"for review (both figures are {answer['strat_sig']})"
        case Status.PROVISIONAL if answer["alt_sig"] not in ("", answer["strat_sig"]):
            return f"for review ({answer['strat_sig']} or {answer['alt_sig']})"
        case Status.PROVISIONAL:
            return f"for review ({answer['strat_sig']} until a person has looked; High possible)"
        case Status.ERROR:
            return "in error"
        case Status.NOT_APPLICABLE:
            return "not applicable"
    return NOT_ASSESSED.replace("-", " ")


def _totals(lines: Sequence[Line]) -> Iterator[Row]:
    for module in UNITS_MODULES:
        for off_site in (False, True):
            for stage in Stage:
                own = [
                    line
                    for line in lines
                    if (line.row.code.units_module, line.row.code.off_site, line.row.code.stage)
                    == (module, off_site, stage)
                ]
                if not own:
                    continue
                known = [line for line in own if line.worth is not None]
                shares = [line.worth for line in known if line.worth is not None]
                yield {
                    "units_module": module.value,
                    "side": "off-site" if off_site else "on-site",
                    "stage": stage.value,
                    "rows": sum(not line.is_new for line in own),
                    "with_effect": sum(not line.is_new for line in known),
                    "units_claimed": sum((one.claimed for one in shares), Decimal(0)) if shares else None,
                    "units_low": sum((one.low for one in shares), Decimal(0)) if shares else None,
                    "units_high": sum((one.high for one in shares), Decimal(0)) if shares else None,
                }
