"""How verdicts are told: why a parcel is several rows, what a wrong baseline hangs on, and in all places alike."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.report import verdicts
from lnrs_geo.report.facts import ParcelFacts, Report
from lnrs_geo.report.reading import report_of
from lnrs_geo.report.sheets import write_workbook
from tests.report.reading_pages import page_of, text, tree
from tests.report.test_sheets import table

SAME = (
    "because it crosses a boundary of planning authorities or strategy areas; the answer is the same in each"
)
CHANGES = "because its answer changes across it: one value cannot be right for the whole"
UNLESS = "unless the relevant date was before publication of the LNRS"


@pytest.fixture
def document(sample_folder: Path) -> dict[str, Any]:
    """Return what `result.json` of the sample data holds."""
    found: dict[str, Any] = json.loads((sample_folder / "result.json").read_text(encoding="utf-8"))
    return found


def parcel(report: Report, ref: str) -> ParcelFacts:
    """Return the first parcel of a reference."""
    return next(one for one in report.parcels if one.ref == ref)


def own_page(html: str, ref: str) -> str:
    """Return the words of a parcel's page."""
    return next(
        text(one)
        for one in tree(html).iter("section")
        if one.get("class") == "parcel" and text(one).startswith(f"{ref}. ")
    )


def line(html: str, ref: str) -> str:
    """Return the words of a parcel's line in the table of parcels."""
    (found,) = [one for one in tree(html).iter("table") if one[0].get("id") == "parcel-table"]
    return next(text(one) for one in found.iter("tr") if text(one).startswith(f"{ref} "))


def test_a_boundary_is_told_apart_from_an_answer_that_changes(
    document: dict[str, Any], tmp_path: Path
) -> None:
    """H021 lies in three authorities with one answer, H007 is High and Low: each says so, wherever it stands."""
    report, html = report_of(document), page_of(document)
    write_workbook(report, tmp_path / "report.xlsx")
    rows = {
        one["Parcel"]: one["Value entered, judged"]
        for one in table(tmp_path / "report.xlsx", "Parcels")
        if one["Stage"] == "After the development"
    }
    brief = {SAME: "it crosses a boundary, the answer is the same", CHANGES: "its answer changes across it"}
    for ref, parts, own, other in (("H021", 3, SAME, CHANGES), ("H007", 2, CHANGES, SAME)):
        for told in (own_page(html, ref), rows[ref]):
            assert f"ust be entered as {parts} rows, {own}" in told
            assert other not in told
        assert f"{parts} rows: {brief[own]}" in line(html, ref)
        assert brief[other] not in line(html, ref)
    assert "in each: agrees with the assessment" in rows["H021"]
    assert "part 1: agrees with the assessment; part 2: High entered, assessed lower" in rows["H007"]
    assert "More than one row, the answer is the same in each" in own_page(html, "H021")
    assert "Lies in: LNRS sample, Made-up Peaks National Park Authority" in own_page(html, "H021")


def test_the_first_page_counts_both_kinds_of_several_rows(document: dict[str, Any], tmp_path: Path) -> None:
    """The table of verdicts holds those that only cross a boundary apart from those whose answer changes."""
    report = report_of(document)
    told = [(code, rows) for code, _, rows, _ in verdicts.claims(report) if code == "split-needed"]
    assert told == [
        ("split-needed", report.counts.claims["split-needed"] - report.counts.split_alike),
        ("split-needed", report.counts.split_alike),
    ]
    assert 0 < report.counts.split_alike < report.counts.claims["split-needed"]
    write_workbook(report, tmp_path / "report.xlsx")
    found = [one for one in tree(page_of(document)).iter("table") if one[0].get("id") == "claims"]
    assert SAME in text(found[0]) and CHANGES in text(found[0])


@pytest.mark.parametrize("dates", ["none", "some", "all"])
def test_a_wrong_baseline_hangs_on_dates_that_were_assumed(
    document: dict[str, Any], dates: str, tmp_path: Path
) -> None:
    """Without dates for every parcel no place says that a baseline is wrong and no more; with them none hedges."""
    assumption = document["run"]["assumption"]
    document["run"]["assumption"] = {
        "none": assumption,
        "some": f"Dates were given for 1 of 9 parcels. For the others: {assumption}",
        "all": "Dates were given for every parcel; the transition rules (regime_rule) say which table applies.",
    }[dates]
    part = next(
        one for one in document["parts"] if one["check"] == "baseline-not-low" and one["stage"] == "baseline"
    )
    for one in document["parts"]:  # nothing else is wrong with it
        if (one["source"], one["src_fid"], one["stage"]) == (part["source"], part["src_fid"], "post"):
            one["check"] = "ok"
    html = page_of(document, most_pages=None)
    write_workbook(report_of(document), tmp_path / "report.xlsx")
    body = text(tree(html).find("body"))  # type: ignore[arg-type]
    judged = [one["Value entered, judged"] for name in ("Parcels", "Parts")
              for one in table(tmp_path / "report.xlsx", name)
              if one["Check (code)"] == "baseline-not-low"]  # fmt: skip
    hedged = f"baseline entered above Low, {UNLESS}"
    assert judged
    assert body.count("baseline entered above Low") > len(judged) / 2
    if dates == "all":
        assert UNLESS not in body
        assert not any(UNLESS in one for one in judged)
        return
    assert body.count(hedged) == body.count("baseline entered above Low")
    assert all(hedged in one for one in judged)
    assert f"The value entered is wrong, {UNLESS}" in own_page(html, part["parcel_ref"])


@pytest.mark.parametrize("retention", ["Retained", "Created"])
def test_a_retained_value_hangs_on_the_dates_like_its_baseline(
    document: dict[str, Any], retention: str
) -> None:
    """A retained High above its Low baseline is wrong only after publication; a created one is wrong."""
    part = next(
        one
        for one in document["parts"]
        if one["check"] == "wrong-high" and one["stage"] == "post" and one["status"] == "decided"
    )
    for one in (*document["parts"], *document["parcels"]):
        if (one["source"], one["src_fid"]) == (part["source"], part["src_fid"]):
            one["retention"] = retention
            one["check"] = "wrong-high" if one["stage"] == "post" else "ok"
    page = own_page(page_of(document, most_pages=None), part["parcel_ref"])
    assert ("High entered, assessed lower, unless" in page) == (retention == "Retained")
    assert (f"The value entered is wrong, {UNLESS}" in page) == (retention == "Retained")


def test_the_answer_says_what_was_assumed(document: dict[str, Any]) -> None:
    """The section with the answer carries the sentence on the dates."""
    document["run"]["assumption"] = "No dates were given: so it is."
    (answer,) = [
        one for one in tree(page_of(document)).iter("section") if one.get("aria-labelledby") == "answer"
    ]
    assert "No dates were given: so it is." in text(answer)


def test_the_answer_counts_borderline_parts_and_says_what_is_in_the_split_ones(
    document: dict[str, Any],
) -> None:
    """What a small error of position could change is counted; splits say that baselines are among them."""
    root = tree(page_of(document))
    (counts,) = [one for one in root.iter("table") if one[0].get("id") == "counts"]
    parts = sum(one["borderline"] for one in document["parts"])
    (row,) = [one for one in counts.iter("tr") if text(one).startswith("Borderline parts: ")]
    assert text(row[1]) == f"{parts} parts"
    assert "more than one row (retained and baselines included)" in text(counts)


def test_the_files_of_measures_come_before_what_the_strategy_file_says(document: dict[str, Any]) -> None:
    """What was read is named with its layer; edition and licence are told as the strategy file's."""
    measures = next(one for one in document["run"]["inputs"] if one["role"] == "measures")
    measures |= {"path": "other/map.gpkg", "layer": "pm", "features": 7}
    (checked,) = [
        one for one in tree(page_of(document)).iter("section") if one.get("aria-labelledby") == "checked"
    ]
    said = text(checked)
    assert (
        "Mapped measures Read from other/map.gpkg, layer pm: 7 features According to the strategy file:"
        in said
    )


def test_a_map_of_another_lnrs_is_a_notice_of_every_page(document: dict[str, Any]) -> None:
    """Where measures bear another LNRS's id, each page says so."""
    message = "3 rows are of LNRS 9, the strategy is 7."
    document["issues"].append(document["issues"][0] | {"code": "lnrs-id-mismatch", "message": message})
    report = report_of(document)
    assert report.notices[1:] == (f"The map may be that of another LNRS: {message}",)
    pages = [one for one in tree(page_of(document)).iter("section") if one.get("class") == "parcel"]
    assert pages and all(message in text(one) for one in pages)


def test_like_references_are_told_apart_everywhere(document: dict[str, Any]) -> None:
    """Two parcels H007 in two layers say which is which in heading, table, link and captions; others do not."""
    hedge = next(one for one in document["parts"] if one["parcel_ref"] == "HG06")
    fid = hedge["source"], hedge["src_fid"]
    for name in ("parts", "parcels", "matches"):
        for one in document[name]:
            if (one["source"], one["src_fid"]) == fid:
                one["parcel_ref"] = "H007"
    html = page_of(document, most_pages=None)
    root = tree(html)
    for called in ("H007 (Hedgerows)", "H007 (Area habitats)"):
        assert [text(one) for one in root.iter("a")].count(called) == 1
        assert [text(one) for one in root.iter("h3") if text(one).startswith(f"{called}. ")]
        captions = [text(one) for one in root.iter("caption")]
        assert f"Parts of {called}" in captions
        assert f"Mapped measures that {called} meets" in captions
    assert [one for one in root.iter("h3") if text(one).startswith("H021. ")]


def test_like_references_of_one_layer_are_told_apart_by_the_feature(document: dict[str, Any]) -> None:
    """Where module and layer are the same the id of the feature tells."""
    again = [copy.deepcopy(one) for one in document["parts"] if one["parcel_ref"] == "H001"]
    rows = [copy.deepcopy(one) for one in document["parcels"] if one["parcel_ref"] == "H001"]
    for one in (*again, *rows):
        one["src_fid"] = "999"
    document["parts"] += again
    document["parcels"] += rows
    names = [one.name for one in report_of(document).parcels if one.ref == "H001"]
    assert len(set(names)) == 2
    assert names[1] == "H001 (Habitats, feature 999)"


def test_an_overlong_reference_is_cut_in_tables_and_whole_on_its_page(document: dict[str, Any]) -> None:
    """Three hundred characters do not fill half a table; the parcel's own page has them all."""
    long = "x" * 300
    for name in ("parts", "parcels", "matches"):
        for one in document[name]:
            if one["parcel_ref"] == "H021":
                one["parcel_ref"] = long
    root = tree(page_of(document))
    assert [text(one) for one in root.iter("a") if text(one).startswith("xxx")] == ["x" * 47 + "…"]
    assert all(len(text(one)) < 100 for one in root.iter("caption"))
    assert [one for one in root.iter("h3") if text(one).startswith(long)]
    assert any(one.get("title") == long for one in root.iter("span"))


def test_a_measure_met_by_a_sliver_is_named_with_its_overlap(document: dict[str, Any]) -> None:
    """Limbs and other measures say how little it is; what is not little stands as it was."""
    facts = parcel(report_of(document), "H007")
    (part,) = [one for one in facts.parts if one.limbs and one.row["strat_sig"] == "High"]
    match = next(
        one for one in document["matches"] if one["parcel_ref"] == "H007" and one["relation"] != "touch"
    )
    name = match["measure_id"]
    match |= {"overlap": 0.38}
    thin = parcel(report_of(document), "H007")
    (after,) = [one for one in thin.parts if one.row is part.row or one.row == part.row]
    said = f"{name} (0.38 m² of the parcel)"
    assert not any("of the parcel)" in one.question + one.evidence for one in part.limbs)
    assert said in after.limbs[0].evidence
    assert f"Limb b: is the proposal consistent with {said}?" in [one.question for one in after.limbs]
    assert after.gain_plan == part.gain_plan
    body = own_page(page_of(document), "H007")
    assert body.count(f"consistent with {said}?") == sum(bool(one.limbs) and said in one.limbs[0].evidence
                                                        for one in thin.parts)  # fmt: skip
    match |= {"overlap": 1.0}
    whole = parcel(report_of(document), "H007")
    assert [one.limbs for one in whole.parts] == [one.limbs for one in facts.parts]
