"""Every claim of a metric is held against its answer: verdict, units, cell, and the string to type."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.model import Issue
from lnrs_geo.workbook import Given, WorkbookAudit, audit_workbook, tables
from lnrs_geo.workbook.holding import Line, Terms, lines_of
from lnrs_geo.workbook.joining import Parcel, join
from lnrs_geo.workbook.metric_file import open_metric
from lnrs_geo.workbook.metric_rows import read_rows
from lnrs_geo.workbook.splits import issues_of, room
from tests.workbook.metric_maker import ASKS, HIGH, LOW, MEDIUM, NAMES, Maker, cell
from tests.workbook.test_joining import parcel

AS_AT = date(2026, 11, 20)
BEFORE = {"application_date": "2024-09-21"}
KEPT = {
    **BEFORE,
    "granted": "2024-12-01",
    "gain_plan_submitted": "2025-01-05",
    "gain_plan_approved": "2025-02-01",
}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def alone(tmp_path: Path, rows: Rows, dates: Mapping[str, str] | None = None) -> WorkbookAudit:
    """Audit a metric by the dates alone."""
    path = Maker(rows).save(tmp_path / "metric.xlsx")
    return audit_workbook(path, given=Given(AS_AT, dates=dates))


def with_parcels(
    tmp_path: Path,
    rows: Rows,
    parcels: Sequence[Parcel],
    dates: Mapping[str, str] | None = None,
    **terms: Any,
) -> tuple[list[Line], list[Issue]]:
    """Hold a metric against parcels, as a check would have found them."""
    metric = open_metric(Maker(rows).save(tmp_path / "metric.xlsx"))
    found, _ = read_rows(metric)
    known = audit_workbook(metric, given=Given(AS_AT, dates=dates))
    base = Terms(dates=_dates(known, dates), labels=metric.labels)
    return lines_of(found, join(found, parcels, dataset="m"), replace(base, **terms))


def _dates(known: WorkbookAudit, dates: Mapping[str, str] | None) -> Any:
    from lnrs_geo.multiplier.applications import read_application
    from lnrs_geo.multiplier.regime import publication_of
    from lnrs_geo.multiplier.rules import load_edition
    from lnrs_geo.strategy import load
    from lnrs_geo.workbook.regime_alone import Dates

    strategy = load("derbyshire")
    published = {strategy.lnrs_id: publication_of(strategy)}
    return Dates(read_application(dates or {})[0], published, AS_AT, load_edition(AS_AT))


def assessed_part(**said: Any) -> Parcel:
    """Return a parcel whose one part has everything that a part of a result has."""
    return parcel(parts=[whole_part(**said)])


def whole_part(**said: Any) -> dict[str, Any]:
    multiplier = {"High": Decimal("1.15"), "Low": Decimal(1)}[said.get("strat_sig", "Low")]
    return {
        "stage": "post", "retention": "Created", "status": "decided", "strat_sig": "Low", "ss_mult": multiplier,
        "alt_sig": "", "ss_reason": "unmapped", "reason": "Nothing is mapped there.", "regime": "table-7",
        "regime_rule": "P2", "review": False, "measure_id": "", "gridref": "", "lnrs_id": "14", "authority": "",
        "claimed": "", "size": 1.0,
    } | said  # fmt: skip


# The dates alone


@pytest.mark.parametrize("code", ["A-1", "B-1", "C-1", "D-1", "E-1", "F-1"])
@pytest.mark.parametrize(
    ("claimed", "check", "typed"),
    [(HIGH, "baseline-not-low", LOW), (MEDIUM, "baseline-not-low", LOW), (LOW, "ok", ""), ("", "blank", LOW),
     ("Quite high", "unrecognised", LOW)],
)  # fmt: skip
def test_a_baseline_after_publication_is_low(
    tmp_path: Path, code: str, claimed: str, check: str, typed: str
) -> None:
    """Every baseline, on-site and off-site, of whatever kind, with the cell and the string to type."""
    line = alone(tmp_path, {code: [{"claimed": claimed}]}).lines[0]
    assert (line.check, line.cell, line.type_this) == (check, cell(code, "claimed"), typed)
    if claimed in (HIGH, MEDIUM):
        stated = line.row.units
        assert line.worth is not None and stated is not None
        factor = {HIGH: 1.15, MEDIUM: 1.1}[claimed]
        assert float(line.worth.low) == float(line.worth.high) == pytest.approx(stated / factor, abs=1e-9)


def test_an_older_baseline_keeps_what_was_submitted(tmp_path: Path) -> None:
    """A relevant date before publication freezes an on-site baseline, which is never rewritten."""
    line = alone(tmp_path, {"A-1": [{"claimed": HIGH}]}, BEFORE).lines[0]
    assert (line.check, line.type_this, line.answer["strat_sig"]) == ("ok", "", "High")
    assert line.answer["regime_rule"] == "B3"


def test_an_older_baseline_off_site_that_nobody_secured_is_for_review(tmp_path: Path) -> None:
    """Off-site baselines follow rows of their own (B8): open, and nothing to type."""
    found = alone(tmp_path, {"D-1": [{"claimed": HIGH}]}, BEFORE)
    line = found.lines[0]
    assert (line.check, line.type_this, line.answer["regime_rule"]) == ("review", "", "B8")
    assert tables.assessed(line).startswith("for review (")


@pytest.mark.parametrize(
    ("claimed", "check"),
    [(HIGH, ""), (LOW, ""), (MEDIUM, "invalid-medium"), ("", "blank"), ("?", "unrecognised")],
)
def test_what_is_created_is_not_decided_without_its_parcel(tmp_path: Path, claimed: str, check: str) -> None:
    """Medium and blanks are wrong anywhere; High and Low take the map, so nothing is typed."""
    line = alone(tmp_path, {"D-2": [{"claimed": claimed}]}).lines[0]
    assert (line.check, line.type_this, line.worth) == (check, "", None)
    assert tables.assessed(line) == "not assessed"


def test_habitat_that_scores_nothing_is_low_wherever_it_lies(tmp_path: Path) -> None:
    """Sealed surface is Low without a look at the map."""
    row = {
        "broad": "Urban",
        "habitat": "Developed land; sealed surface",
        "claimed": HIGH,
        "distinctiveness": 0,
    }
    line = alone(tmp_path, {"A-2": [row]}).lines[0]
    assert (line.check, line.type_this) == ("wrong-high", LOW)


def test_an_approved_plan_keeps_its_values(tmp_path: Path) -> None:
    """What was approved before publication stands, Medium included."""
    line = alone(tmp_path, {"A-2": [{"claimed": MEDIUM}]}, KEPT).lines[0]
    assert (line.check, line.answer["regime_rule"], line.type_this) == ("ok", "P6", "")


# With the parcels


@pytest.mark.parametrize(
    ("claimed", "found", "check", "typed"),
    [(HIGH, "Low", "wrong-high", LOW), (LOW, "High", "missed-high", HIGH), (HIGH, "High", "ok", ""),
     (MEDIUM, "High", "invalid-medium", HIGH), ("", "Low", "blank", LOW)],
)  # fmt: skip
def test_the_answer_of_the_parcel_is_the_rows(
    tmp_path: Path, claimed: str, found: str, check: str, typed: str
) -> None:
    """Verdict, string and units follow from the parcel's own answer."""
    rows = {"A-2": [{"habitat_reference": "P1", "claimed": claimed}]}
    (line,), _ = with_parcels(tmp_path, rows, [assessed_part(strat_sig=found)])
    assert (line.check, line.type_this, line.cell) == (check, typed, cell("A-2", "claimed"))
    if claimed in (HIGH, LOW):
        assert line.worth is not None and line.row.units is not None
        factor = {"High": 1.15, "Low": 1.0}[found] / {HIGH: 1.15, LOW: 1.0}[claimed]
        assert float(line.worth.low) == pytest.approx(line.row.units * factor, abs=1e-9)


def test_an_open_answer_keeps_the_value_and_gives_a_range(tmp_path: Path) -> None:
    """A provisional part is never High or Low alone, and nothing is typed for it."""
    rows = {"A-2": [{"habitat_reference": "P1", "claimed": HIGH}]}
    open_part = assessed_part(status="provisional", ss_reason="open-verdict", review=True)
    (line,), _ = with_parcels(tmp_path, rows, [open_part])
    assert (line.check, line.type_this) == ("review", "")
    assert tables.assessed(line) == "for review (Low until a person has looked; High possible)"
    assert line.worth is not None
    assert float(line.worth.high / line.worth.low) == pytest.approx(1.15)


def test_a_draft_types_nothing(tmp_path: Path) -> None:
    """Answers that rest on rows nobody confirmed are written nowhere."""
    rows = {"A-2": [{"habitat_reference": "P1", "claimed": HIGH}]}
    (line,), _ = with_parcels(tmp_path, rows, [assessed_part()], withheld="nobody confirmed it")
    assert (line.check, line.type_this) == ("wrong-high", "")
    assert line.to_do == "Type nothing: nobody confirmed it."


def test_a_split_parcel_becomes_rows_to_add(tmp_path: Path) -> None:
    """One row per part: the first stays, the others are to be added with their sizes, units and strings."""
    rows = {"A-2": [{"habitat_reference": "P1", "claimed": HIGH, "size": 1.0}]}
    parts = [whole_part(strat_sig="High", size=0.6), whole_part(size=0.4)]
    (kept, new), _ = with_parcels(tmp_path, rows, [parcel(parts=parts)])
    assert (kept.check, new.check) == ("split-needed", "split-needed")
    assert (kept.cell, kept.type_this, kept.is_new) == (cell("A-2", "claimed"), "", False)
    assert (new.cell, new.type_this, new.is_new) == ("", LOW, True)
    assert kept.worth is not None and new.worth is not None and kept.row.units is not None
    assert float(kept.worth.claimed) == pytest.approx(0.6 * kept.row.units, abs=1e-9)
    assert float(new.worth.low) == pytest.approx(0.4 * kept.row.units / 1.15, abs=1e-9)
    assert "0.6000 ha" in kept.to_do and "0.4000 ha" in new.to_do


def test_enhanced_rows_to_add_are_added_to_the_baseline_sheet_too(tmp_path: Path) -> None:
    """An enhancement sheet lists what its baseline sheet says, so the baseline row is split as often."""
    rows = {"A-1": [{}, {}], "A-3": [{"habitat_reference": "P1", "ref": 2}]}
    parts = [whole_part(retention="Enhanced", size=size) for size in (0.5, 0.3, 0.2)]
    lines, _ = with_parcels(tmp_path, rows, [parcel(retention="Enhanced", parts=parts)])
    found, _ = read_rows(open_metric(tmp_path / "metric.xlsx"))
    names = {line.row.code: line.row.sheet for line in lines}
    assert {str(one.code): (one.filled, one.to_add) for one in room(found, lines, names)} == {
        "A-1": (2, 2),
        "A-3": (1, 2),
    }


@pytest.mark.parametrize(("code", "takes"), [("A-2", 246), ("D-2", 246), ("B-2", 248)])
def test_a_sheet_that_cannot_take_the_rows_is_told(tmp_path: Path, code: str, takes: int) -> None:
    """The limit of the sheet counts, rows to be added included."""
    rows = [{"habitat_reference": f"R{n}"} for n in range(takes - 1)] + [{"habitat_reference": "P1"}]
    kind = {"A": "area", "D": "area", "B": "hedgerow"}[code[0]]
    parts = [whole_part(size=0.5, strat_sig="High"), whole_part(size=0.5)]
    habitat = "" if kind == "hedgerow" else "Grassland - Modified grassland"
    lines, _ = with_parcels(tmp_path, {code: rows}, [parcel(module=kind, habitat=habitat, parts=parts)])
    found, _ = read_rows(open_metric(tmp_path / "metric.xlsx"))
    rooms = room(found, lines, {found[0].code: NAMES[code]})
    assert [one.left for one in rooms] == [-1]
    assert [one.code for one in issues_of(rooms, dataset="m")] == ["workbook-sheet-full"]


def test_what_the_dates_keep_is_the_metrics_own_value(tmp_path: Path) -> None:
    """Where a value stands as approved, another one in the parcels' file does not correct it, but is told."""
    rows = {"A-2": [{"habitat_reference": "P1", "claimed": HIGH}]}
    kept = assessed_part(regime="as-approved", regime_rule="P6", claimed=LOW)
    (line,), issues = with_parcels(tmp_path, rows, [kept], KEPT, dated=True)
    assert (line.check, line.answer["strat_sig"], line.type_this) == ("ok", "High", "")
    assert [one.code for one in issues] == ["workbook-claim-differs"]


def test_a_baseline_that_differs_from_the_earlier_file_is_told(tmp_path: Path) -> None:
    """With an earlier file, a kept baseline is held against what it was there."""
    rows = {"A-1": [{"habitat_reference": "P1", "claimed": HIGH}]}
    part = whole_part(stage="baseline", retention="", regime="as-submitted", regime_rule="B3")
    before = parcel(stage="baseline", parts=[part])
    (line,), _ = with_parcels(tmp_path, rows, [before], BEFORE, submitted=True, dated=True)
    assert (line.check, line.type_this) == ("frozen-baseline-changed", "")


@pytest.mark.parametrize(("dated", "check"), [(True, "review"), (False, "wrong-high")])
def test_dates_that_were_asked_of_the_other_side_are_for_review(
    tmp_path: Path, dated: bool, check: str
) -> None:
    """An off-site row and a parcel taken as on-site: with dates the answer may be another one."""
    rows = {"D-2": [{"habitat_reference": "P1", "claimed": HIGH}]}
    (line,), _ = with_parcels(tmp_path, rows, [assessed_part()], dated=dated)
    assert line.check == check


def test_a_row_whose_dates_only_its_parcel_knows_is_left_open(tmp_path: Path) -> None:
    """A High baseline may be older than the strategy: without its parcel nothing is typed over it."""
    (line,), _ = with_parcels(tmp_path, {"A-1": [{"claimed": HIGH}]}, [parcel()], dated=True)
    assert (line.check, line.type_this, tables.assessed(line)) == ("", "", "not assessed")
    (line,), _ = with_parcels(tmp_path, {"A-1": [{"claimed": HIGH}]}, [parcel()], BEFORE, dated=True)
    assert (line.check, line.answer["regime_rule"]) == ("ok", "B3")


def test_stale_units_are_not_reckoned_with(tmp_path: Path) -> None:
    """Units that were calculated with another multiplier tell nothing of the claim."""
    rows = {"A-1": [{"claimed": HIGH, "multiplier": 1.0, "category": "Low Strategic Significance"}]}
    line = alone(tmp_path, rows).lines[0]
    assert (line.check, line.worth) == ("baseline-not-low", None)
    assert "another significance" in line.units_note


def test_words_in_place_of_units_are_told(tmp_path: Path) -> None:
    """The metric claims nothing there: no figure is made a claim, and what would come out is told."""
    found = alone(tmp_path, {"E-1": [{"claimed": HIGH, "units": ASKS}]})
    line = found.lines[0]
    assert line.worth is None
    assert ASKS in line.units_note and "4.600000" in line.units_note
    assert [(one.code, one.field, one.value) for one in found.issues] == [
        ("workbook-units-text", cell("E-1", "units"), ASKS)
    ]
    assert tables.corrections(found)[0]["units_claimed"] is None


def test_units_that_are_not_their_own_factors_are_told(tmp_path: Path) -> None:
    """A figure that somebody typed over the formula is no longer the row's."""
    found = alone(tmp_path, {"A-1": [{"units": 4.0 + 2e-8}, {"units": 4.0 + 5e-10}]})
    assert [(one.code, one.field) for one in found.issues] == [
        ("workbook-units-differ", cell("A-1", "units"))
    ]


def test_kinds_of_units_sides_and_stages_are_never_added_up(tmp_path: Path) -> None:
    """Totals stand apart for area, hedgerow and watercourse, on-site and off-site, before and after."""
    found = alone(tmp_path, {code: [{"claimed": HIGH}] for code in NAMES})
    totals = tables.totals(found)
    assert len({(one["units_module"], one["side"], one["stage"]) for one in totals}) == len(totals) == 12
    for one in totals:
        assert one["rows"] == (1 if one["stage"] == "baseline" else 2)
        if one["stage"] == "baseline":
            assert one["units_claimed"] / one["units_low"] == Decimal("1.15")
