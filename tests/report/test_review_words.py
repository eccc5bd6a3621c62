"""What a report must not say: a final Low where Table 7 is open, a Low for the lower of two figures, and the like."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from openpyxl import load_workbook

import lnrs_geo
from lnrs_geo.report import answers
from lnrs_geo.report.facts import ParcelFacts, Report
from lnrs_geo.report.page import MOST_OF_A_CODE, page
from lnrs_geo.report.reading import read_report
from lnrs_geo.report.sheets import write_workbook
from tests.flaws_world import CROSSWALK, MEADOW, STRATEGY, at, world, write_layer
from tests.report.reading_pages import text, tree

OPEN = CROSSWALK.replace("yes,,published", "conditional,,published")
P12 = {"application_date": "2024-06", "secured_on": "2024-07-01", "agreement": "silent", "off_site": "yes"}
ASSUMPTION = "No dates were given: an application made on the assessment date, after publication of the LNRS"


def reported(
    folder: Path, *shapes: shapely.Geometry, given: Mapping[str, Any] | None = None, **columns: Sequence[Any]
) -> Report:
    """Return the facts of a check of parcels A1, A2 and so on; the files that stand in the folder are kept."""
    kept = {one.name: one.read_bytes() for one in folder.glob("*.*")}
    options = world(folder)
    if "strategy.toml" not in kept:
        (folder / "strategy.toml").write_text(STRATEGY.replace('"sample"', '"published"'))
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    cells: dict[str, Sequence[Any]] = {
        "parcel_ref": [f"A{row + 1}" for row in range(len(shapes))],
        "retention": ["Created"] * len(shapes),
        "proposed_habitat": [MEADOW] * len(shapes),
    }
    frame = gpd.GeoDataFrame(cells | columns, geometry=list(shapes), crs=27700)
    write_layer(frame, Path(options["parcels"]), "parcels")
    lnrs_geo.check(as_at=date(2026, 6, 1), **options, **(given or {})).write(folder / "out")
    return read_report(folder / "out", most_pages=None)


def everywhere(folder: Path) -> str:
    """Write a layer that holds the whole site, and return its path."""
    path = folder / "everywhere.gpkg"
    gpd.GeoDataFrame({"name": ["x"]}, geometry=[at(-500, -500, 2000, 2000)], crs=27700).to_file(path)
    return str(path)


def cells_of(report: Report, folder: Path, sheet: str) -> list[list[Any]]:
    write_workbook(report, folder / "report.xlsx")
    return [list(row) for row in load_workbook(folder / "report.xlsx")[sheet].iter_rows(values_only=True)]


def column(rows: list[list[Any]], heading: str) -> list[Any]:
    """Return the cells below a heading."""
    top = next(number for number, row in enumerate(rows) if heading in row)
    return [row[rows[top].index(heading)] for row in rows[top + 1 :]]


def codes(parcel: ParcelFacts) -> list[str]:
    return [one["code"] for one in parcel.issues]


@pytest.mark.parametrize("dates", [P12, {"route": "nsip", "application_date": "2024-06"}], ids=["P12", "P11"])
def test_open_verdict_beside_a_second_figure_leaves_high_possible(
    tmp_path: Path, dates: Mapping[str, str]
) -> None:
    """The crosswalk leaves it open: whatever was claimed, no words make the Low of Table 7 a final one."""
    (tmp_path / "crosswalk.csv").write_text(OPEN)
    report = reported(
        tmp_path, *(at(5 + 25 * column, 5) for column in range(4)), given={"dates": dates},
        proposed_ss=["Low", "Medium", "High", ""], units=[1.0, 1.0, 1.0, 1.0],
    )  # fmt: skip
    found = {one.ref: one.parts[0] for one in report.parcels}
    assert [one.row["alt_sig"] for one in found.values()] == ["Low", "Medium", "High", ""]
    assert report.parcels[0].stages[0]["units_high"] == 1.15, "High is possible by the units too"
    said = {ref: answers.answer(one.row) for ref, one in found.items()}
    assert said["A1"] == "for review (Low 1.0 until a person has looked; High possible)"
    assert said["A2"] == "for review (Low 1.0 until a person has looked; Medium 1.1 possible, and High too)"
    assert said["A3"] == "for review (Low 1.0 until a person has looked; High 1.15 possible)"
    for one in found.values():
        assert "By both readings" not in one.gain_plan
        assert "Table 7 says Low" not in one.row["reason"]
        assert "both say Low" not in one.row["reason"]
        assert "is itself open here" in one.row["reason"]
        assert "High" in one.gain_plan.rpartition("It counts as")[2]
        assert one.gain_plan.endswith("; what Table 7 says is open as well.")


def test_two_figures_of_a_decided_table_7_stay_two(tmp_path: Path) -> None:
    """Where the crosswalk says no, Table 7 does say Low: two figures that are Low are Low by both readings."""
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK.replace("yes,,published", "no,,published"))
    report = reported(tmp_path, at(5, 5), given={"dates": P12}, proposed_ss=["Low"])
    (part,) = report.parcels[0].parts
    assert answers.answer(part.row) == "for review (Low 1.0 by both readings, but a person must look)"
    assert part.gain_plan.endswith("By both readings it would be Low (1.0), but a person must look first.")


def test_what_is_for_review_counts_at_the_lower_figure(tmp_path: Path) -> None:
    """The lower of two figures may be a Medium: nothing says that what is for review counts as Low."""
    report = reported(tmp_path, at(5, 5), given={"dates": P12}, proposed_ss=["Medium"])
    (part,) = report.parcels[0].parts
    assert (part.row["strat_sig"], part.row["alt_sig"]) == ("Medium", "High")
    said = text(tree(page(report, maps={})))
    assert "counts at the lower figure until a person has looked" in said
    assert "counts as Low" not in said
    assert "could become High" not in said
    headings = [str(one) for row in cells_of(report, tmp_path, "Parcels") for one in row]
    assert any("parts for review at the lower figure" in one for one in headings)
    summary = " ".join(str(one) for row in cells_of(report, tmp_path, "Summary") for one in row)
    assert "counts at the lower figure" in summary
    assert "counts as Low" not in summary


def test_assumption_comes_first(tmp_path: Path) -> None:
    """It stands under the title, before the contents; in the sheet before what was checked; in what is pasted."""
    report = reported(tmp_path, at(5, 5))
    said = text(tree(page(report, maps={})).find("body"))  # type: ignore[arg-type]
    assert 0 < said.index(ASSUMPTION) < said.index("Contents What was checked")
    summary = [row for row in cells_of(report, tmp_path, "Summary") if any(row)]
    assert summary[1][0] == "Date basis"
    assert summary[1][1].startswith(ASSUMPTION)
    (part,) = report.parcels[0].parts
    assert part.gain_plan.startswith(
        "No dates were given: this is said assuming an application made after publication of the LNRS. "
    )
    dated = reported(tmp_path, at(5, 5), given={"dates": {"application_date": "2026-05-01"}})
    assert dated.parcels[0].parts[0].row["strat_sig"] == "High"
    assert "assuming" not in dated.parcels[0].parts[0].gain_plan


def test_draft_answer_is_not_entered_in_the_metric(tmp_path: Path) -> None:
    """A High that rests on a row which nobody confirmed gives no text to enter, and says why."""
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK.replace("published", "proposed"))
    report = reported(tmp_path, at(5, 5), given={"accept_proposed": True})
    assert report.parcels[0].parts[0].row["ss_label"]
    assert column(cells_of(report, tmp_path, "Parts"), "To enter in the metric") == [
        "nothing: it is a DRAFT, which rests on a crosswalk row that nobody has confirmed"
    ]
    (tmp_path / "crosswalk.csv").write_text(CROSSWALK)
    firm = reported(tmp_path, at(5, 5), given={"accept_proposed": True})
    assert column(cells_of(firm, tmp_path, "Parts"), "To enter in the metric") == [
        firm.parcels[0].parts[0].row["ss_label"]
    ]


def test_every_feature_of_a_code_is_named(tmp_path: Path) -> None:
    """Habitat lost inside an APIB is listed for the site: beyond the first ones by their references."""
    many = MOST_OF_A_CODE + 9
    report = reported(
        tmp_path, *(at(column % 8 * 11, column // 8 * 11, 8, 8) for column in range(many)),
        given={"apib": everywhere(tmp_path)}, retention=["Lost"] * many, baseline_habitat=[MEADOW] * many,
        proposed_habitat=[""] * many, module=["area"] * many,
    )  # fmt: skip
    named = [one["feature"] for one in report.issues if one["code"] == "lost-in-apib"]
    assert len(named) == many
    root = tree(page(report, maps={}))
    (row,) = [one for one in root.iter("tr") if one.get("data-code") == "lost-in-apib"]
    (rest,) = [one for one in root.iter("p") if one.get("data-others") == "lost-in-apib"]
    assert all(f"{one} (parcels): " in text(row) for one in named[:MOST_OF_A_CODE])
    assert text(rest) == (f"lost-in-apib, the other features: parcels: {', '.join(named[MOST_OF_A_CODE:])}.")


def test_row_that_does_not_say_what_is_done_is_not_called_created(tmp_path: Path) -> None:
    """A row without a retention category is counted apart among those that are created or enhanced."""
    report = reported(
        tmp_path, at(5, 5), at(30, 5), at(55, 5), retention=["Created", "", "Retained"],
        baseline_habitat=[MEADOW] * 3, module=["area"] * 3,
    )  # fmt: skip
    assert (report.counts.created_or_enhanced, report.counts.unclear) == (2, 1)
    said = text(tree(page(report, maps={})))
    assert "2 of them are created or enhanced or proposed without saying which (1), in 2 parts." in said
    summary = cells_of(report, tmp_path, "Summary")
    assert ["Created or enhanced, or proposed without saying which", 2] in [row[:2] for row in summary]
    clear = reported(tmp_path, at(5, 5))
    assert "1 of them is created or enhanced, in 1 part." in text(tree(page(clear, maps={})))


def test_issue_of_one_parcel_does_not_stand_with_another_of_its_reference(tmp_path: Path) -> None:
    """The value that an issue quotes tells whose it is; the reference alone does not."""
    report = reported(
        tmp_path, at(5, 5), at(30, 5), at(55, 5), parcel_ref=["X", "X", "1"],
        proposed_habitat=[MEADOW, "Bad", "Bad too"],
    )  # fmt: skip
    first, second, other = report.parcels
    assert codes(first) == ["duplicate-reference"]
    assert codes(second) == ["duplicate-reference", "habitat-unknown"]
    assert [(one["code"], one["value"]) for one in other.issues] == [("habitat-unknown", "Bad too")]
    assert not any("One of the parcels" in one["message"] for one in second.issues)


def test_issue_that_cannot_be_told_apart_says_so(tmp_path: Path) -> None:
    """Where nothing tells which of the parcels of a reference it is, each page says that it is one of them."""
    report = reported(tmp_path, at(5, 5), at(30, 5), parcel_ref=["X", "X"], proposed_habitat=["Bad", "Bad"])
    for parcel in report.parcels:
        told = [one["message"] for one in parcel.issues if one["code"] == "habitat-unknown"]
        assert told
        assert all(one.startswith("One of the parcels called X: 'Bad' is no habitat") for one in told)


def test_parcel_with_no_value_entered_says_so_in_the_table(tmp_path: Path) -> None:
    """A claim that is missing is not one that agrees; the parcel has no page, so its row must say it."""
    report = reported(
        tmp_path, at(500, 5), at(530, 5), given={"area": everywhere(tmp_path)}, proposed_ss=["", "Low"]
    )
    missing, agreeing = report.parcels
    assert (missing.stages[-1]["check"], agreeing.stages[-1]["check"], missing.why) == ("blank", "ok", ())
    root = tree(page(report, maps={}))
    rows = [one for one in root.iter("tr") if one.get("data-fid")]
    assert len(rows) == 2
    assert "After: no value entered where one is due" in text(rows[0])
    assert "agrees" not in text(rows[0])
    assert "agrees" in text(rows[1])
