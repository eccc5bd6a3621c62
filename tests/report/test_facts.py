"""The facts of a report: every number is the result's, counted again here from the CSV files."""

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lnrs_geo.errors import OutputError
from lnrs_geo.report.facts import Report
from lnrs_geo.report.reading import anchor, read_report, report_of, title, why

FEATURE = ["source", "src_fid"]
KINDS = {"area": "area", "tree": "area", "hedgerow": "hedgerow", "watercourse": "watercourse"}


def table(folder: Path, name: str) -> pd.DataFrame:
    """Return a CSV file of the results, texts as texts."""
    numbers = {"part", "size", "n_parts", "units_claimed", "units_low", "units_high", "ss_mult"}
    found = pd.read_csv(folder / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    for column in numbers & set(found.columns):
        found[column] = pd.to_numeric(found[column].replace("", None))
    return found


@pytest.fixture(params=["sample_folder", "units_folder"])
def folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def document(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return found


def part(**cells: object) -> dict[str, Any]:
    """Return what the reason for a page is read from."""
    return {"status": "decided", "check": "ok", "review": False, "strat_sig": "Low", **cells}


def test_sizes_are_the_sums_of_the_parts(folder: Path) -> None:
    """High, Low and what is for review add up, module by module, to the sizes in parts.csv."""
    parts = table(folder, "parts.csv")
    proposed = parts[
        (parts.stage == "post")
        & (parts.retention != "Retained")
        & parts.status.isin(["decided", "provisional"])
    ]
    found = {one.module: one for one in read_report(folder).totals}
    assert set(found) == set(proposed.module)
    for module, rows in proposed.groupby("module"):
        decided, one = rows[rows.status == "decided"], found[str(module)]
        for name in ("High", "Medium", "Low"):
            expected = decided.loc[decided.strat_sig == name, "size"].sum()
            assert getattr(one, name.lower()) == pytest.approx(expected, abs=1e-9), (module, name)
        assert one.review == pytest.approx(rows.loc[rows.status == "provisional", "size"].sum(), abs=1e-9)
        assert (one.parts, one.parcels) == (len(rows), len(rows[FEATURE].drop_duplicates()))
        assert {one.unit} == set(rows.size_unit)
    assert sum(one.high for one in found.values()) > 0
    assert sum(one.review for one in found.values()) > 0


def test_units_are_the_sums_of_the_parcels(units_folder: Path) -> None:
    """Units claimed and assessed add up by kind, stage and Retained; trees count as area, nothing else is mixed."""
    parcels = table(units_folder, "parcels.csv")
    parcels["kind"] = parcels.module.map(KINDS)
    parcels["kept"] = (parcels.stage == "post") & (parcels.retention == "Retained")
    claiming = parcels[parcels.units_claimed.notna()]
    assert set(claiming.module) == set(KINDS)
    found = {(one.kind, one.stage, one.retained): one for one in read_report(units_folder).units}
    assert set(found) >= set(claiming.groupby(["kind", "stage", "kept"]).groups)
    for key, rows in claiming.groupby(["kind", "stage", "kept"]):
        one, assessed = found[key], rows[rows.units_low.notna()]
        assert one.claimed == pytest.approx(assessed.units_claimed.sum(), abs=1e-9)
        assert one.low == pytest.approx(assessed.units_low.sum(), abs=1e-9)
        assert one.high == pytest.approx(assessed.units_high.sum(), abs=1e-9)
        assert (one.parcels, one.unassessed) == (len(assessed), len(rows) - len(assessed))
    assert sum(one.parcels + one.unassessed for one in found.values()) == len(claiming)
    assert any(one.high > one.low for one in found.values())
    assert any(one.unassessed for one in found.values())


def test_parcels_without_units_are_counted_once(units_folder: Path) -> None:
    """A parcel that claims none counts at the stage that its units would belong to, and at no other."""
    parcels = table(units_folder, "parcels.csv")
    silent = parcels.groupby(FEATURE).filter(lambda rows: rows.units_claimed.isna().all())
    expected = len(silent[FEATURE].drop_duplicates())
    assert sum(one.without for one in read_report(units_folder).units) == expected > 0


def test_no_units_claimed_gives_no_sum(report: Report) -> None:
    """Where no row claims units there is no sum of them, not a sum of nought."""
    assert report.units == ()


def test_counts_are_those_of_the_tables(folder: Path) -> None:
    """Numbers of parcels and parts on the first page are counted from both tables."""
    parts, parcels = table(folder, "parts.csv"), table(folder, "parcels.csv")

    def features(rows: pd.DataFrame) -> int:
        return len(rows[FEATURE].drop_duplicates())

    post = parts[parts.stage == "post"]
    proposed = post[post.retention != "Retained"]
    counts = read_report(folder).counts
    assert counts.parcels == features(parts)
    assert (counts.created_or_enhanced, counts.parts) == (features(proposed), len(proposed))
    assert counts.split == features(parcels[parcels.n_parts > 1]) > 0
    assert counts.review == features(parts[parts.status == "provisional"]) > 0
    assert counts.error == features(parts[parts.status == "error"])
    assert counts.not_applicable == 0
    assert counts.retained == features(post[post.retention == "Retained"]) > 0
    assert counts.baseline_only == features(parts) - features(post) > 0
    assert counts.noted == features(parts[(parts.status == "decided") & (parts.review == "true")]) > 0
    expected = parcels[parcels.check != ""].check.value_counts().to_dict()
    assert dict(counts.claims) == expected


def test_every_row_of_the_result_is_in_the_facts(folder: Path) -> None:
    """Parts, stages and measures of all parcels together are the result's rows, each once and unchanged."""
    result, report = document(folder), read_report(folder)

    def canonical(rows: Any) -> list[str]:
        return sorted(json.dumps(dict(row), sort_keys=True) for row in rows)

    assert canonical(one.row for parcel in report.parcels for one in parcel.parts) == canonical(
        result["parts"]
    )
    assert canonical(row for parcel in report.parcels for row in parcel.stages) == canonical(
        result["parcels"]
    )
    assert canonical(row for parcel in report.parcels for row in parcel.matches) == canonical(
        result["matches"]
    )
    assert canonical(report.issues) == canonical(result["issues"])
    for parcel in report.parcels:
        assert all(one.row["source"] == parcel.source for one in parcel.parts)
        assert [row["stage"] for row in parcel.stages] == sorted(row["stage"] for row in parcel.stages)


def test_facts_agree_with_the_answers_reasoned_by_hand(sample_folder: Path, report: Report) -> None:
    """Numbers of High, Low and provisional parts are those of expected.csv, which the program did not make."""
    path = Path(__file__).parents[2] / "data" / "sample" / "expected.csv"
    with path.open(encoding="utf-8", newline="") as file:
        expected = [row for row in csv.DictReader(file) if row["stage"] == "post"]

    def counted(rows: Any) -> dict[tuple[str, str], int]:
        keys = [(row["status"], row["strat_sig"]) for row in rows]
        return {key: keys.count(key) for key in keys}

    found = [one.row for parcel in report.parcels for one in parcel.parts if one.row["stage"] == "post"]
    assert counted(found) == counted(expected)


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([part()], ()),
        ([part(strat_sig="High")], ("high",)),
        ([part(strat_sig="High", status="provisional", review=True)], ("review",)),
        ([part(strat_sig="Medium")], ("medium",)),
        ([part(review=True)], ("review",)),
        ([part(status="error", check="", strat_sig="")], ("error",)),
        ([part(), part(check="wrong-high")], ("wrong-claim",)),
        ([part(check="missed-high", strat_sig="High")], ("wrong-claim", "high")),
        ([part(check="unrecognised")], ("wrong-claim",)),
        ([part(check="invalid-medium")], ("wrong-claim",)),
        ([part(check="baseline-not-low")], ("wrong-claim",)),
        ([part(check="frozen-baseline-changed", strat_sig="High")], ("wrong-claim", "high")),
        ([part(check="blank")], ()),
        ([part(check="review", status="provisional", review=True)], ("review",)),
    ],
)
def test_reason_for_a_page(rows: list[Mapping[str, Any]], reasons: tuple[str, ...]) -> None:
    """A parcel has a page for an error, a wrong claim, a review, a split, a High or a Medium, in this order."""
    assert why(rows, [{"needs_split": False}]) == reasons
    with_split = why(rows, [{"needs_split": False}, {"needs_split": True}])
    assert set(with_split) == {*reasons, "split"}
    order = ("error", "wrong-claim", "review", "split", "high", "medium")
    assert list(with_split) == sorted(with_split, key=order.index)


def test_pages_begin_with_the_most_pressing(report: Report) -> None:
    """Pages go from errors over wrong claims, reviews and splits to High; within a kind as in the results."""
    order = ("error", "wrong-claim", "review", "split", "high")
    ranks = [order.index(one.why[0]) for one in report.pages]
    assert ranks == sorted(ranks)
    assert set(ranks) == set(range(5))
    places = [report.parcels.index(one) for one in report.pages]
    for rank in range(5):
        own = [place for place, at in zip(places, ranks, strict=True) if at == rank]
        assert own == sorted(own)
    assert {one.anchor for one in report.pages} == {one.anchor for one in report.parcels if one.why}
    assert report.left.parcels == 0


def test_too_many_pages_are_left_and_told(sample_folder: Path, report: Report) -> None:
    """Beyond the most pages the least pressing parcels have none, and their number is told."""
    few = read_report(sample_folder, most_pages=7)
    assert [one.anchor for one in few.pages] == [one.anchor for one in report.pages[:7]]
    assert (few.left.parcels, few.left.most) == (len(report.pages) - 7, 7)
    assert len(few.parcels) == len(report.parcels)
    every = read_report(sample_folder, most_pages=None)
    assert len(every.pages) == len(report.pages)
    assert every.left.parcels == 0


def test_anchors_are_distinct_and_plain(report: Report) -> None:
    """Each parcel has a name of its own for links and files, of plain letters, digits and hyphens."""
    names = [one.anchor for one in report.parcels]
    assert len(set(names)) == len(names)
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)
    assert anchor(3, "../../etc/passwd") == "parcel-3-etc-passwd"
    assert anchor(3, "") == "parcel-3"
    assert len(anchor(3, "x" * 1000)) < 60


def test_issues_stand_with_the_parcel_that_they_name(report: Report) -> None:
    """An issue goes to the feature of that layer and reference, and none to another layer's."""
    of = {one.ref: [issue["code"] for issue in one.issues] for one in report.parcels}
    assert of["H110"] == ["geometry-changed", "size-differs"]
    assert of["AH-009"] == ["geometry-missing"]
    assert of["H001"] == []
    named = {one.issues[0]["layer"] for one in report.parcels if one.issues}
    assert "potential_measures" not in named


def test_repeated_references_keep_their_own_issue(sample_folder: Path) -> None:
    """An issue on a repeated reference goes to the feature whose id it names."""
    result = document(sample_folder)
    first = result["parts"][0]
    dataset, _, layer = first["source"].rpartition("|")
    issue = {**result["issues"][0], "dataset": dataset, "layer": layer}
    result["issues"] = [
        {**issue, "code": "duplicate-reference", "feature": first["src_fid"]},
        {**issue, "code": "duplicate-reference", "feature": first["parcel_ref"]},
        {**issue, "code": "thin-part", "feature": first["src_fid"]},
    ]
    found = report_of(result)
    assert [one["feature"] for one in found.parcels[0].issues] == [first["src_fid"]]
    assert not any(one.issues for one in found.parcels[1:])
    assert len(found.issues) == 3


def test_measures_that_only_touch_come_last(sample_folder: Path) -> None:
    """Measures that overlap a parcel stand before those that touch it."""
    result = document(sample_folder)
    rows = [one for one in result["matches"] if one["src_fid"] == result["matches"][0]["src_fid"]][:1]
    result["matches"] = [
        {**rows[0], "relation": "touch"},
        {**rows[0], "measure_id": "Z", "relation": "partial"},
    ]
    (parcel,) = [one for one in report_of(result).parcels if one.matches]
    assert [one["relation"] for one in parcel.matches] == ["partial", "touch"]


def test_notice_and_command_are_the_run_s(sample_folder: Path, report: Report) -> None:
    """The notice of the run is on every page; a record without a command line gives an empty one."""
    result = document(sample_folder)
    assert report.notices == (result["run"]["notice"],)
    assert "made-up sample" in report.notices[0]
    result["run"] |= {"notice": "", "command": "lnrs-geo check a.gpkg"}
    assert (report_of(result).notices, report_of(result).command) == ((), "lnrs-geo check a.gpkg")
    del result["run"]["command"]
    assert report_of(result).command == ""


def test_title_names_files_or_the_site() -> None:
    """A title names up to three files, one site where all parcels have it, and stays short."""
    run = {"inputs": [{"role": "parcels", "path": f"a/b/{one}.gpkg"} for one in "ppqrst"]}
    assert title(run, [{"site_ref": ""}]) == "p.gpkg, q.gpkg and 3 more files"
    assert title({"inputs": run["inputs"][:3]}, [{"site_ref": "S"}, {"site_ref": "T"}]) == "p.gpkg and q.gpkg"
    assert title({"inputs": []}, []) == "parcels"


def test_no_results_is_one_clear_message(tmp_path: Path) -> None:
    """A folder without results is refused as everywhere else."""
    with pytest.raises(OutputError, match="no results there"):
        read_report(tmp_path)


def test_not_applicable_is_in_no_total(with_strategy: Callable[..., Path]) -> None:
    """An exempt application's parts are counted as such and added to nothing."""
    found = read_report(with_strategy(status="published", dates={"exempt": "yes"}))
    assert found.totals == ()
    assert found.counts.not_applicable == found.counts.parcels > 0
    assert not any(one.gain_plan for parcel in found.parcels for one in parcel.parts)
