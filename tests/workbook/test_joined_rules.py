"""A row that was joined to a parcel is held against its own side and its own claim, and firm only if both are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import shapely.affinity
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import Commands
from lnrs_geo.cli.metric import workbook
from lnrs_geo.workbook import Given, WorkbookAudit, audit_workbook, tables
from lnrs_geo.workbook.writing import write_audit, write_document
from tests.flaws_world import BOW_TIE, CROSSWALK, MEADOW, STRATEGY, at, world, write_layer
from tests.workbook.metric_maker import HIGH, LOW, MEDIUM, Maker

AS_AT = date(2026, 6, 1)
BEFORE = {"application_date": "2024-09-21"}
KEPT = {
    "application_date": "2024-06",
    "granted": "2024-08",
    "gain_plan_submitted": "2024-09-01",
    "gain_plan_approved": "2024-10-01",
}
SECURED = {**BEFORE, "secured_on": "2024-10-01"}
BOTH = {"application_date": "2025-06-01", "agreed_date": "2024-06-01"}
SILENT = {"application_date": "2025-06-01", "secured_on": "2024-10-01", "agreement": "silent"}
BASELINE = {"baseline_habitat": MEADOW, "retention": "Lost", "proposed_habitat": None}


def row(claimed: str = HIGH, ref: str = "P1", size: float = 0.04, **said: Any) -> dict[str, Any]:
    """Return a row of a metric for the parcel P1."""
    return {
        "habitat_reference": ref,
        "claimed": claimed,
        "size": size,
        "habitat": "Other neutral grassland",
    } | said


@dataclass
class Case:
    """A metric and parcels of a made-up place where a measure is mapped for the west, published in 2025."""

    folder: Path
    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    shapes: Sequence[shapely.Geometry | None] = (at(10, 10),)

    def given(self, **cells: Any) -> Case:
        """Write metric and parcels; `cells` are columns of the parcels, one value for all or a list."""
        world(self.folder)
        n = len(self.shapes)
        columns = {
            "parcel_ref": [f"P{i + 1}" for i in range(n)],
            "retention": "Created",
            "proposed_habitat": MEADOW,
        }
        whole = {
            name: value if isinstance(value, list) else [value] * n
            for name, value in (columns | cells).items()
            if value is not None
        }
        frame = gpd.GeoDataFrame(whole, geometry=list(self.shapes), crs=27700)
        write_layer(frame, self.folder / "parcels.gpkg", "parcels")
        Maker(self.rows).save(self.folder / "m.xlsx")
        return self

    def audit(self, dates: Mapping[str, str] | None = None, **options: Any) -> WorkbookAudit:
        """Check the parcels and hold the metric against what was found."""
        strategy = str(self.folder / "strategy.toml")
        result = lnrs_geo.check(
            str(self.folder / "parcels.gpkg"),
            measures=str(self.folder / "measures.gpkg"),
            strategy=strategy,
            as_at=AS_AT,
            dates=dict(dates or {}),
            **options,
        )
        given = Given(
            as_at=AS_AT,
            strategies=[strategy],
            dates=dates,
            submitted="submitted" in options,
            applications="applications" in options,
        )
        return audit_workbook(self.folder / "m.xlsx", given=given, result=result)

    def earlier(self, value: str, ref: str = "P1") -> str:
        """Write an earlier file in which one parcel has that baseline."""
        frame = gpd.read_file(self.folder / "parcels.gpkg").iloc[:1].copy()
        frame["baseline_ss"], frame["parcel_ref"] = value, ref
        write_layer(frame, self.folder / "submitted.gpkg", "parcels")
        return str(self.folder / "submitted.gpkg")

    def applications(self, header: str, line: str) -> str:
        path = self.folder / "applications.csv"
        path.write_text(f"reference,{header}\n,{line}\n")
        return str(path)


def told(found: WorkbookAudit, at_line: int = 0) -> tuple[str, str, str]:
    """Return rule, verdict and the string to type of a line."""
    line = found.lines[at_line]
    return str(line.answer["regime_rule"]), line.check, line.type_this


def codes(found: WorkbookAudit) -> list[str]:
    return [one.code for one in found.issues]


# Rows in error


@pytest.mark.parametrize("dates", [None, KEPT])
def test_a_row_of_a_parcel_in_error_is_written_as_error(
    tmp_path: Path, dates: Mapping[str, str] | None
) -> None:
    """Without a geometry there is no size and no answer: no figure is made up, be the value kept or not."""
    case = Case(tmp_path, {"A-1": [row()], "A-2": [row()]}, (shapely.Polygon(), at(10, 10)))
    found = case.given(baseline_habitat=MEADOW, baseline_ss=HIGH, proposed_ss=HIGH).audit(dates)
    for line in tables.rows(found)[:2]:
        assert (line["status"], line["assessed"], line["check"]) == ("error", "in error", "")
        assert (line["parcel_size"], line["units_low"], line["type_this"]) == (None, None, "")
    write_audit(found, tmp_path / "out")
    with (tmp_path / "out.json").open("w") as file:
        write_document(found, file)
    assert json.loads((tmp_path / "out.json").read_text())["rows"][0]["parcel_size"] is None


def test_a_parcel_in_error_without_a_row_is_listed_without_a_size(tmp_path: Path) -> None:
    """It belongs among the parcels without a row, and can be written there."""
    found = Case(tmp_path, {"A-2": [row(ref="P2")]}, (None, at(10, 10))).given().audit()
    assert [(one["parcel_ref"], one["size"]) for one in tables.unlisted(found)] == [("P1", None)]
    write_audit(found, tmp_path / "out")


def test_the_command_ends_with_1_where_a_row_is_in_error(tmp_path: Path) -> None:
    """As a check of such parcels does; the results are written all the same."""
    case = Case(tmp_path, {"A-2": [row()]}, (shapely.Polygon(), at(10, 10))).given()
    assert run(case) == 1
    assert (tmp_path / "out" / "workbook.xlsx").exists()


def run(case: Case, *more: str) -> int:
    words = [str(case.folder / "m.xlsx")]
    for name, file in (
        ("parcels", "parcels.gpkg"),
        ("measures", "measures.gpkg"),
        ("strategy", "strategy.toml"),
    ):
        words += [f"--{name}", str(case.folder / file)]
    words += ["--as-at", str(AS_AT), "--out", str(case.folder / "out"), "-q", *more]
    return CliRunner().invoke(Commands(commands={"workbook": workbook}), ["workbook", *words]).exit_code


# The side of a row is its sheet


@pytest.mark.parametrize("own_column", [True, False])
def test_an_on_site_baseline_is_not_judged_by_off_site_rules(tmp_path: Path, own_column: bool) -> None:
    """Whoever says that the parcel is off-site: the sheet A-1 is on-site, where B3 keeps the value."""
    case = Case(tmp_path, {"A-1": [row()]})
    header, line = "application_date,off_site,secured_on", "2024-09-21,yes,2025-06-01"
    said = dict(zip(header.split(","), line.split(","), strict=True)) if own_column else {}
    case.given(**BASELINE, baseline_ss=HIGH, **said)
    options = {} if own_column else {"applications": case.applications(header, line)}
    found = case.audit(**options)
    assert told(found) == ("B3", "ok", "")
    assert found.lines[0].answer["strat_sig"] == "High"


def test_an_off_site_baseline_is_not_judged_by_on_site_rules(tmp_path: Path) -> None:
    """On-site, a parcel without location keeps its High by B3; on D-1 the question is B8, and open."""
    found = Case(tmp_path, {"D-1": [row()]}).given(**BASELINE, baseline_ss=HIGH).audit(BEFORE)
    assert told(found) == ("B8", "review", "")
    assert found.lines[0].answer["strat_sig"] == "Low"


def test_without_dates_an_off_site_baseline_is_low_by_its_own_rule(tmp_path: Path) -> None:
    """The parcel says nothing of its side and was judged by B4; the row stands on D-1."""
    found = Case(tmp_path, {"D-1": [row()]}).given(**BASELINE, baseline_ss=HIGH).audit()
    assert told(found) == ("B6", "baseline-not-low", LOW)


@pytest.mark.parametrize(
    ("code", "agreement", "off_site", "expected"),
    [
        ("A-2", "frozen", "yes", ("P2", "review", "")),
        ("D-2", "frozen", "no", ("P12", "ok", "")),
        ("D-2", "silent", "no", ("P12", "review", "")),
        ("D-2", "updates", "no", ("P12", "ok", "")),
    ],
)
def test_what_is_created_follows_the_rules_of_its_own_side(
    tmp_path: Path, code: str, agreement: str, off_site: str, expected: tuple[str, str, str]
) -> None:
    """What the map says is the parcel's, what an agreement says is the row's; where the map was not asked, open."""
    case = Case(tmp_path, {code: [row()]}).given(proposed_ss=HIGH)
    table = case.applications(
        "application_date,off_site,secured_on,agreement", f"2025-06-01,{off_site},2024-10-01,{agreement}"
    )
    found = case.audit(applications=table)
    assert told(found) == expected


def test_a_mismatch_of_sides_shows_the_lower_figure(tmp_path: Path) -> None:
    """A High that was judged for the other side is no figure to go on with: Low until a person has looked."""
    case = Case(tmp_path, {"A-2": [row()]}).given(proposed_ss=HIGH)
    table = case.applications(
        "application_date,off_site,secured_on,agreement", "2025-06-01,yes,2024-10-01,frozen"
    )
    found = case.audit(applications=table)
    answer = found.lines[0].answer
    assert (answer["strat_sig"], answer["ss_mult"], answer["alt_sig"]) == ("Low", 1, "")
    assert "location column" in answer["reason"]
    assert tables.assessed(found.lines[0]) == "for review (Low until a person has looked; High possible)"


def test_one_parcel_without_location_is_joined_to_neither_side(tmp_path: Path) -> None:
    """One land cannot be on-site and off-site; nor can its baseline and what is created there."""
    for number, codes_of in enumerate((("A-2", "D-2"), ("A-2", "D-1"))):
        folder = tmp_path / str(number)
        folder.mkdir()
        case = Case(folder, {code: [row(LOW, size=0.5)] for code in codes_of})
        found = case.given(baseline_habitat=MEADOW).audit()
        assert [line.parcel for line in found.lines] == [None, None]
        assert all("Rows of both sides" in line.why_not for line in found.lines)
        assert "workbook-reference-repeated" in codes(found)
        assert "workbook-size-differs" not in codes(found)


# What is open stays open


@pytest.mark.parametrize(
    ("ref", "value", "check", "status"),
    [
        ("P2", "High", "review", "provisional"),
        ("P1", "", "frozen-baseline-changed", "provisional"),
        ("P1", "Medium", "frozen-baseline-changed", "decided"),
        ("P1", "High", "ok", "decided"),
    ],
)
def test_the_metrics_claim_is_no_earlier_file(
    tmp_path: Path, ref: str, value: str, check: str, status: str
) -> None:
    """A kept baseline that the earlier file does not show, or shows blank, is not settled by repeating itself."""
    case = Case(tmp_path, {"A-1": [row()]}).given(**BASELINE, baseline_ss=MEDIUM)
    found = case.audit({"application_date": "2024-06"}, submitted=case.earlier(value, ref))
    assert (found.lines[0].check, found.lines[0].answer["status"]) == (check, status)
    assert found.lines[0].type_this == ""


def test_a_kept_value_that_the_parcels_file_lacks_is_the_metrics(tmp_path: Path) -> None:
    """There the claim itself was what was missing, and the metric has it."""
    found = Case(tmp_path, {"A-2": [row(MEDIUM)]}).given().audit(KEPT)
    assert told(found) == ("P6", "ok", "")
    assert found.lines[0].answer["strat_sig"] == "Medium"


@pytest.mark.parametrize("code", ["A-1", "A-2"])
def test_a_broken_outline_is_not_mended_by_a_kept_value(tmp_path: Path, code: str) -> None:
    """Where the parcel lies is not sure, so neither is which LNRS its dates are held against."""
    shape = shapely.affinity.translate(BOW_TIE, 430_010, 360_010)
    case = Case(tmp_path, {code: [row(size=0.18)]}, (shape,))
    found = case.given(baseline_habitat=MEADOW, baseline_ss=HIGH, proposed_ss=HIGH).audit(KEPT)
    answer = found.lines[0].answer
    assert (answer["status"], answer["ss_reason"]) == ("provisional", "repaired-geometry")
    assert (found.lines[0].check, found.lines[0].type_this) == ("review", "")


# Warnings


@pytest.mark.parametrize(
    ("code", "dates", "cells", "words", "look"),
    [
        (
            "D-1",
            SECURED,
            {**BASELINE, "location": "Off-site", "baseline_ss": HIGH},
            "Read the agreement",
            True,
        ),
        ("A-2", {**KEPT, "kind": "phased"}, {"proposed_ss": HIGH}, "the phase's own plan", False),
        ("A-2", {**KEPT, "gain_plan_approved": ""}, {"proposed_ss": HIGH}, "PAS says only that", False),
    ],
)
def test_warnings_of_the_dates_stay_with_the_row(
    tmp_path: Path, code: str, dates: Mapping[str, str], cells: Mapping[str, Any], words: str, look: bool
) -> None:
    """The clause of an agreement, the plans of phases, a plan that may need updating (B7, P9, P5)."""
    found = Case(tmp_path, {code: [row()]}).given(**cells).audit(dates)
    answer = found.lines[0].answer
    assert words in answer["reason"]
    assert (answer["status"], answer["review"]) == ("decided", look)


def test_strict_ends_with_1_where_a_clause_is_to_be_read(tmp_path: Path) -> None:
    """As `check --strict` does: the value stands, and a person must look."""
    case = Case(tmp_path, {"D-1": [row()]}).given(**BASELINE, location="Off-site", baseline_ss=HIGH)
    dates = ["--application-date", "2024-09-21", "--secured-on", "2024-10-01"]
    assert (run(case, *dates), run(case, *dates, "--strict")) == (0, 1)


# Two figures


@pytest.mark.parametrize("beside", [LOW, HIGH, ""])
@pytest.mark.parametrize(("code", "dates"), [("A-1", BOTH), ("D-2", SILENT)])
@pytest.mark.parametrize(("claimed", "second"), [(HIGH, "High"), (LOW, "Low"), ("", "")])
def test_the_second_figure_is_the_metrics_claim(
    tmp_path: Path, beside: str, code: str, dates: Mapping[str, str], claimed: str, second: str
) -> None:
    """Whatever the parcels' file repeats of it: Low by Table 7, and what the metric says (B3a, P12)."""
    case = Case(tmp_path, {code: [row(claimed)]}, (at(150, 10),))
    cells = (
        {**BASELINE, "baseline_ss": beside}
        if code == "A-1"
        else {"proposed_ss": beside, "location": "Off-site"}
    )
    case.given(**cells)
    area = gpd.GeoDataFrame({"name": ["X"]}, geometry=[at(-500, -500, 2000, 2000)], crs=27700)
    area.to_file(tmp_path / "area.gpkg")
    answer = case.audit(dates, area=str(tmp_path / "area.gpkg")).lines[0].answer
    assert (answer["status"], answer["strat_sig"], answer["alt_sig"]) == ("provisional", "Low", second)


@pytest.mark.parametrize("beside", [LOW, HIGH, ""])
def test_the_figure_of_the_map_stays_the_parcels(tmp_path: Path, beside: str) -> None:
    """Inside a measure Table 7 says High, whichever claim stood against it in the parcels' file."""
    found = Case(tmp_path, {"D-2": [row()]}).given(proposed_ss=beside, location="Off-site").audit(SILENT)
    answer = found.lines[0].answer
    assert (answer["strat_sig"], answer["alt_sig"]) == ("High", "High")
    assert tables.assessed(found.lines[0]) == "for review (both figures are High)"


@pytest.mark.parametrize("beside", [LOW, HIGH, ""])
def test_a_figure_of_the_map_that_is_open_stays_open(tmp_path: Path, beside: str) -> None:
    """Nobody knows whether the proposal is consistent: its Low beside a claimed Low is none yet."""
    case = Case(tmp_path, {"D-2": [row(LOW)]}).given(proposed_ss=beside, location="Off-site")
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK.replace("Grassland - *", "Heathland and shrub - *"))
    found = case.audit(SILENT)
    assert found.lines[0].check == "review"
    assert tables.assessed(found.lines[0]) == "for review (Low until a person has looked; High possible)"


# Sizes


def test_a_split_of_trees_is_told_in_trees(tmp_path: Path) -> None:
    """Trees are counted on the map and have hectares in the metric: neither is taken for the other."""
    trees = shapely.MultiPoint([(430010, 360010), (430200, 360010), (430210, 360010)])
    only = row(size=0.0366, broad="Individual trees", habitat="Rural tree")
    case = Case(tmp_path, {"A-2": [only]}, (trees,))
    case.given(proposed_habitat="Individual trees - Rural tree", module="tree", count=[3])
    (tmp_path / "crosswalk.csv").write_text(f"{CROSSWALK}x,M1,tree,*,either,yes,,published,,a test\n")
    area = gpd.GeoDataFrame({"name": ["X"]}, geometry=[at(-500, -500, 2000, 2000)], crs=27700)
    area.to_file(tmp_path / "area.gpkg")
    kept, new = tables.rows(case.audit(area=str(tmp_path / "area.gpkg")))
    assert (kept["size"], new["size"]) == (pytest.approx(0.0122), pytest.approx(0.0244))
    assert (kept["parcel_size"], kept["parcel_unit"]) == (3.0, "count")
    assert "keep 1 tree (0.0122 ha)" in kept["to_do"]
    assert new["to_do"].startswith("Add a row of 2 trees (0.0244 ha) for this part.")


def test_rows_on_alike_parts_keep_their_sizes_and_are_added_up(tmp_path: Path) -> None:
    """The metric's own sizes are shown beside the parcel's, and their sum is held against it."""
    case = Case(tmp_path, {"A-2": [row(size=5.0), row(size=7.0)]}, (at(0, 0, 40, 40),)).given()
    authorities = gpd.GeoDataFrame(
        {"name": ["P", "Q"]}, geometry=[at(-10, -10, 30, 100), at(20, -10, 80, 100)], crs=27700
    )
    authorities.to_file(tmp_path / "authorities.gpkg")
    found = case.audit(authorities=str(tmp_path / "authorities.gpkg"))
    assert [(one["size"], one["parcel_size"]) for one in tables.rows(found)] == [
        (5.0, pytest.approx(0.16)),
        (7.0, pytest.approx(0.16)),
    ]
    assert codes(found).count("workbook-size-differs") == 1


# And the rest


def test_a_row_without_habitat_is_not_joined(tmp_path: Path) -> None:
    """Whether a proposal is consistent depends on the habitat, which the row does not say."""
    found = Case(tmp_path, {"A-2": [row(habitat="", broad="")]}).given(proposed_ss=HIGH).audit()
    assert found.lines[0].parcel is None
    assert "names no habitat" in found.lines[0].why_not
    assert "workbook-habitat-differs" in codes(found)


def test_both_figures_low_is_not_high_possible(tmp_path: Path) -> None:
    """Both rules give Low: only the table is open."""
    found = Case(tmp_path, {"A-1": [row(LOW)]}).given(**BASELINE, baseline_ss=LOW).audit(BOTH)
    assert tables.assessed(found.lines[0]) == "for review (both figures are Low)"


def test_the_assumption_is_told_of_each_strategy(tmp_path: Path) -> None:
    """One is published by the day, the other not: no single sentence is true of both."""
    paths = []
    for name, published in (("one", "2025-01-15"), ("two", "2026-01-15")):
        (tmp_path / name).mkdir()
        world(tmp_path / name)
        text = STRATEGY.replace("2025-01-15", published)
        if name == "two":
            text = text.replace('lnrs_id = "x"', 'lnrs_id = "y"')
        path = tmp_path / name / "strategy.toml"
        path.write_text(text)
        paths.append(str(path))
    Maker({"A-1": [row()]}).save(tmp_path / "m.xlsx")
    given = Given(as_at=date(2025, 12, 1), strategies=paths)
    said = str(audit_workbook(tmp_path / "m.xlsx", given=given).run["assumption"])
    assert said.count("LNRS ") >= 2 and "Table 8 would apply" in said and "B4, B6 and P2" in said
