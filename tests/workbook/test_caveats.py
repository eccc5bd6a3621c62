"""Parcels of another project, rows without a parcel, assumed dates, samples and drafts: told wherever answers are."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.assumed import UNLESS
from lnrs_geo.workbook.caveats import ONE_APPLICATION
from tests.flaws_world import DRAFT
from tests.workbook.metric_maker import HIGH, LOW, Maker
from tests.workbook.test_holding import AS_AT
from tests.workbook.test_workbook_command import SAMPLE, corrections, of_page, pages, run

GIVEN = (
    "--parcels", SAMPLE / "parcels.gpkg", "--measures", SAMPLE / "measures.gpkg", "--as-at", str(AS_AT),
    "--strategy", SAMPLE / "strategy.toml",
)  # fmt: skip
BASELINE = {"habitat": "Cereal crops", "broad": "Cropland", "claimed": HIGH}
# H001 is a parcel of the sample; the others are of no file
OTHERS = {"D-1": [BASELINE | {"habitat_reference": ref} for ref in ("X1", "X2", "")]}


def metric(tmp_path: Path, rows: Mapping[str, Any]) -> Path:
    return Maker(rows).save(tmp_path / "metric.xlsx")


def both(folder: Path, *words: str | Path) -> tuple[str, dict[str, Any], dict[str, list[list[Any]]]]:
    """Return what the terminal says, the JSON document, and the sheets of the spreadsheet."""
    done = run(*words, "--json", "--out", folder)
    assert done.exit_code == 0, done.output
    return done.stderr, json.loads(done.stdout), pages(folder)


def said(sheets: Mapping[str, list[list[Any]]], name: str = "Summary") -> str:
    return "\n".join(" ".join(map(str, row)) for row in sheets[name])


def test_parcels_of_another_project_are_told_and_nothing_is_to_be_typed(tmp_path: Path) -> None:
    """Where no row finds a parcel, the parcels contradict the metric: no cell of it is to be changed."""
    terminal, document, sheets = both(tmp_path / "out", metric(tmp_path, OTHERS), *GIVEN)
    assert "NOTE: None of the metric's rows was joined to the parcels given" in terminal
    assert "Cells to change: 0. None is named, for none of the metric's rows was joined" in terminal
    assert document["run"]["notice"].startswith("None of the metric's rows was joined")
    assert "made-up sample" in document["run"]["notice"]
    (one,) = (one for one in document["issues"] if one["code"] == "workbook-parcels-foreign")
    assert one["severity"] == "error"
    assert "3 filled rows" in one["message"] and "(1 of them without a habitat reference)" in one["message"]
    assert "workbook-parcels-foreign" in said(sheets, "Issues")
    rows = corrections(tmp_path / "out")
    assert [(row["check"], row["type_this"]) for row in rows] == [("baseline-not-low", "")] * 3
    for row in document["rows"]:
        assert (
            row["to_do"].startswith("Type nothing: none of the metric's rows was joined")
            and UNLESS in row["to_do"]
        )
    assert "Type nothing" in said(sheets, "Corrections")
    assert "names nothing to type" in terminal
    assert run(tmp_path / "metric.xlsx", *GIVEN, "--strict", "--out", tmp_path / "strict").exit_code == 1


def test_one_row_that_is_joined_is_enough(tmp_path: Path) -> None:
    """Then the parcels are the metric's, and rows without one are judged by the dates, which is said of them."""
    rows = {"A-1": [BASELINE | {"habitat_reference": "H001"}], **OTHERS}
    terminal, document, sheets = both(tmp_path / "out", metric(tmp_path, rows), *GIVEN)
    assert "; 1 joined to parcels" in terminal and "workbook-parcels-foreign" not in terminal
    for told in (
        terminal.splitlines()[0],
        document["run"]["assumption"],
        said(sheets),
        said(sheets, "How it was done"),
    ):
        assert (
            f"What is said of 3 rows not joined to a parcel goes by the dates alone. {ONE_APPLICATION}"
            in told
        )
    for row in document["rows"]:
        assert (ONE_APPLICATION in row["reason"]) is (not row["parcel_source"])
    assert [row["type_this"] for row in corrections(tmp_path / "out")] == [LOW] * 4


def test_rows_that_all_have_a_parcel_bear_no_such_caveat(tmp_path: Path) -> None:
    rows = {"A-1": [BASELINE | {"habitat_reference": "H001"}]}
    terminal, document, _ = both(tmp_path / "out", metric(tmp_path, rows), *GIVEN)
    assert ONE_APPLICATION not in terminal + json.dumps(document)


@pytest.mark.parametrize("given", [(), GIVEN])
@pytest.mark.parametrize("claimed", [HIGH, "", "Quite high"])
def test_a_baseline_by_an_assumed_date_is_no_bare_instruction(
    tmp_path: Path, given: tuple[str | Path, ...], claimed: str
) -> None:
    """What is to be typed over it holds unless the relevant date was earlier: wherever that is read."""
    rows = {"A-1": [BASELINE | {"habitat_reference": "H001", "claimed": claimed}]}
    terminal, document, sheets = both(tmp_path / "out", metric(tmp_path, rows), *given)
    assert f"They rest on the dates assumed above; 1 of them are baselines, to be Low {UNLESS}." in terminal
    assert (f"a baseline that has to be Low, {UNLESS}" in terminal) is (claimed == HIGH)
    assert UNLESS in document["rows"][0]["to_do"]
    for name in ("Summary", "Corrections", "Rows"):
        assert UNLESS in said(sheets, name)
    assert of_page(sheets["Corrections"])[0]["type_this"] == LOW


def test_a_known_date_leaves_no_unless(tmp_path: Path) -> None:
    """An application that was made after publication makes the baseline Low, and that is that."""
    words = metric(tmp_path, {"A-1": [BASELINE]}), "--application-date", "2026-01-10"
    terminal, document, sheets = both(tmp_path / "out", *words)
    assert "Cells to change: 1.\n" in terminal
    assert UNLESS not in terminal + json.dumps(document) + said(sheets, "Rows")


def test_a_sample_is_typed_and_a_draft_is_not(tmp_path: Path) -> None:
    """A sample decides as if published, with its notice everywhere; a draft has nothing typed, and says why."""
    rows = {
        "A-1": [BASELINE],
        "A-2": [{"broad": "Urban", "habitat": "Developed land; sealed surface", "claimed": HIGH}],
    }
    book, sample = metric(tmp_path, rows), SAMPLE / "strategy.toml"
    terminal, document, sheets = both(tmp_path / "sample", book, "--strategy", sample)
    assert [row["type_this"] for row in corrections(tmp_path / "sample")] == [LOW, LOW]
    for told in (terminal, document["run"]["notice"], said(sheets)):
        assert "made-up sample" in told
    draft = tmp_path / "draft.toml"
    draft.write_text(DRAFT.partition("[")[0])
    terminal, document, _ = both(tmp_path / "draft", book, "--strategy", draft)
    assert [row["type_this"] for row in corrections(tmp_path / "draft")] == ["", ""]
    assert "consultation draft" in document["run"]["notice"]
    assert "Cells to change: 0. None is named, for the strategy is a draft" in terminal


def test_parcels_are_counted_as_they_are_named(tmp_path: Path) -> None:
    """Those that are named and the more that there are make the number told; a parcel has two stages and one name."""
    terminal, document, _ = both(tmp_path / "out", metric(tmp_path, OTHERS), *GIVEN)
    (line,) = (one for one in terminal.splitlines() if one.startswith("Parcels without a row"))
    number = int(line.split(": ")[1].split()[0])
    names, _, more = line.partition("(")[2].partition(")")[0].partition(" and ")
    assert number == len(names.split(", ")) + int(more.split()[0])
    listed = document["parcels_without_row"]
    assert (
        line.endswith(f"before and after the development counted apart, {len(listed)}.")
        and len(listed) > number
    )
