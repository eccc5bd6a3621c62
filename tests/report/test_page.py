"""The HTML page: its order and its structure, what it says of open answers, and that texts stay texts."""

import copy
import itertools
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lnrs_geo.report.answers import answer
from lnrs_geo.report.facts import Report
from lnrs_geo.report.page import MOST_LISTED
from tests.report.reading_pages import page_of, shown, text, tree

HOSTILE = '"><script>alert(1)</script><img src=http://example.org/x onerror=alert(1)>{{ 7*7 }}'


@pytest.fixture(scope="module")
def document(sample_folder: Path) -> dict[str, Any]:
    """Return what `result.json` of the sample data holds."""
    return json.loads((sample_folder / "result.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    """Return the page of the sample data."""
    return shown(report)


def test_reads_in_the_order_of_a_planning_officer(html: str) -> None:
    """What was checked comes first, then the answer, the map, the parcels, the issues, the method, the limits."""
    heads = [text(one) for one in tree(html).iter("h2")]
    assert heads == [
        "Contents", "What was checked", "The answer", "Overview map", "Table of parcels",
        "Parcels one by one", "Issues of the data", "How it was done", "What this report does not decide",
    ]  # fmt: skip


def test_headings_go_down_one_step_at_a_time(html: str) -> None:
    """There is one h1, and no heading is more than one level below the one before."""
    levels = [int(one.tag[1]) for one in tree(html).iter() if re.fullmatch("h[1-6]", str(one.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_link_leads_somewhere_on_the_page(html: str) -> None:
    """No id stands twice, and every link leads to one that is there."""
    root = tree(html)
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    targets = [one.get("href") for one in root.iter("a")]
    assert len(ids) == len(set(ids))
    assert {str(one)[1:] for one in targets} <= set(ids)
    assert all(str(one).startswith("#") for one in targets)


def test_every_table_has_a_caption_and_scoped_heads(html: str) -> None:
    """A table names itself, and each of its heads says of what it is one."""
    tables = list(tree(html).iter("table"))
    assert len(tables) > 20
    for table in tables:
        assert table[0].tag == "caption" and text(table[0])
        assert {one.get("scope") for one in table.iter("th")} <= {"col", "row"}
        for row in table.iter("tr"):
            assert "th" in [cell.tag for cell in row]


def test_every_map_has_a_text_and_a_caption(html: str, report: Report) -> None:
    """The pictures stand inside the page, with words for those who do not see them."""
    pictures = list(tree(html).iter("img"))
    assert len(pictures) == len(report.pages) + 1
    assert all(
        one.get("alt") and str(one.get("src")).startswith("data:image/png;base64,") for one in pictures
    )
    assert all(len(list(one.iter("figcaption"))) == 1 for one in tree(html).iter("figure"))


def test_holds_no_script_and_asks_for_nothing(html: str) -> None:
    """No script, no form, no style sheet, font or frame from elsewhere, and no attribute that runs anything."""
    root = tree(html)
    assert not [
        one for tag in ("script", "iframe", "object", "embed", "form", "base") for one in root.iter(tag)
    ]
    assert not [name for one in root.iter() for name in one.attrib if name.startswith("on")]
    assert [one.get("href") for one in root.iter("link")] == ["data:,"]
    assert not re.search(r"@import|url\(|https?:", "".join(str(one.text) for one in root.iter("style")))


def test_the_notice_of_a_sample_is_on_every_page(html: str, report: Report) -> None:
    """A made-up strategy is told of at the head, on each parcel's page and in the margin of printed ones."""
    root, (notice,) = tree(html), report.notices
    sections = [one for one in root.iter("section") if one.get("class") == "parcel"]
    assert len(sections) == len(report.pages) > 0
    assert all(notice in text(one) for one in sections)
    margin = re.search(r"@top-center \{ content: \"(.*)\"; \}", html)
    assert margin
    assert re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), margin[1]) == notice


def test_an_open_answer_never_reads_as_low_or_high_alone(html: str, document: dict[str, Any]) -> None:
    """Wherever a provisional part is shown, its figure stands with the words that a person must look."""
    root = tree(html)
    answers = [one for one in root.iter("span") if (one.get("class") or "").startswith("answer")]
    assert len(answers) > len(document["parts"]) / 2
    marked = [text(one) for one in answers if one.get("class") == "answer review"]
    assert marked and all(
        re.fullmatch(r"for review \(Low 1\.0 until a person has looked; High possible\)", one)
        for one in marked
    )
    open_parts = [one for one in document["parts"] if one["status"] == "provisional"]
    for part in open_parts:
        (row,) = [
            row
            for section in root.iter("section")
            if (section.get("data-source"), section.get("data-fid")) == (part["source"], part["src_fid"])
            for row in section.iter("tr")
            if (row.get("data-stage"), row.get("data-part")) == (part["stage"], str(part["part"]))
        ]
        assert answer(part) in text(row)


@pytest.mark.parametrize(
    ("alternative", "said"),
    [
        (("", None), "for review (Low 1.0 until a person has looked; High possible)"),
        (("Medium", 1.1), "for review (Low 1.0 until a person has looked; Medium 1.1 possible)"),
        (("Low", 1), "for review (Low 1.0 by both readings, but a person must look)"),
    ],
)
def test_the_second_figure_is_told(alternative: tuple[str, float | None], said: str) -> None:
    """Where the dates leave two figures the words name the second one."""
    part = {"status": "provisional", "strat_sig": "Low", "ss_mult": 1}
    assert answer({**part, "alt_sig": alternative[0], "alt_mult": alternative[1]}) == said


def test_texts_of_the_input_stay_texts(document: dict[str, Any]) -> None:
    """Markup, template code and quotes in any text of the result are shown, and make no element."""
    changed = copy.deepcopy(document)
    run = changed["run"]
    run["notice"] = run["assumption"] = run["command"] = run["program"] = HOSTILE
    run["strategy"] |= {"name": HOSTILE, "title": HOSTILE, "published_source": HOSTILE}
    run["measures_source"] = {HOSTILE: HOSTILE}
    run["inputs"][1] |= {"path": HOSTILE, "layer": HOSTILE, "crs": HOSTILE, "transformation": HOSTILE}
    run["options"] |= {"map": {HOSTILE: HOSTILE}, HOSTILE: HOSTILE}
    for table, kept in (
        ("parts", {"stage", "status", "module", "check", "size_unit", "strat_sig", "alt_sig", "regime"}),
        ("parcels", {"stage", "status", "module", "check", "size_unit"}),
        ("matches", {"module", "relation", "overlap_unit"}),
        ("issues", {"severity"}),
    ):
        for row in changed[table]:
            row |= {
                name: HOSTILE for name, value in row.items() if isinstance(value, str) and name not in kept
            }
    for trace in changed["traces"]:
        trace |= {"statement": HOSTILE, "citation": HOSTILE, "rule_id": HOSTILE}
        for step in trace["steps"]:
            step |= {"answer": HOSTILE, "evidence": HOSTILE}
    root = tree(page_of(changed, most_pages=3))
    assert not list(root.iter("script"))
    assert all(str(one.get("src")).startswith("data:") for one in root.iter("img"))
    assert not [name for one in root.iter() for name in one.attrib if name.startswith("on")]
    body = "".join(root.itertext())
    assert body.count(HOSTILE) > 50  # as it is: neither markup nor template code was understood


def test_a_long_register_of_parcels_stays_readable(document: dict[str, Any]) -> None:
    """Beyond some hundred parcels the table keeps those that matter and tells how many it leaves out."""
    many = copy.deepcopy(document)
    dull = next(
        one
        for one in document["parcels"]
        if one["stage"] == "baseline" and one["check"] == "ok" and one["retention"] == "Created"
    )
    part = next(
        one for one in document["parts"] if one["src_fid"] == dull["src_fid"] and one["stage"] == "baseline"
    )
    for number in range(MOST_LISTED):
        many["parcels"].insert(0, dull | {"src_fid": f"x{number}"})
        many["parts"].insert(0, part | {"src_fid": f"x{number}"})
    html = page_of(many, most_pages=2)
    root = tree(html)
    (table,) = [table for table in root.iter("table") if table[0].get("id") == "parcel-table"]
    fids = [one.get("data-fid") for one in table.iter("tr") if one.get("data-fid")]
    parcels = len({(one["source"], one["src_fid"]) for one in many["parcels"]})
    assert len(fids) == MOST_LISTED
    assert f"{parcels - MOST_LISTED} are not" in text(root)
    # every parcel with a reason for a page is among them
    needed = {one["src_fid"] for one in document["parcels"] if one["needs_split"]}
    assert needed <= set(fids)
    assert re.search(r"\d+ more parcels deserve a page and have none here", text(root))


def test_nothing_but_baselines_makes_a_page_too(document: dict[str, Any]) -> None:
    """Without anything created or enhanced, without measures, issues or pages, the report still stands."""
    bare = copy.deepcopy(document)
    bare["parts"] = [one for one in bare["parts"] if one["stage"] == "baseline" and one["check"] == "ok"][:2]
    keys = [(one["source"], one["src_fid"]) for one in bare["parts"]]
    bare["parcels"] = [
        one
        for one in bare["parcels"]
        if (one["source"], one["src_fid"]) in keys and one["stage"] == "baseline"
    ]
    bare["matches"], bare["issues"] = [], []
    body = text(tree(page_of(bare)))
    assert "Nothing is created or enhanced" in body
    assert "Parcels one by one" not in body


def test_the_same_results_give_the_same_bytes(sample_folder: Path, html: str) -> None:
    """Another process, with other hashes of texts, writes the same page: no clock, nothing left to chance."""
    program = (
        "import sys; from pathlib import Path; from lnrs_geo.report.reading import read_report;"
        "from tests.report.reading_pages import shown;"
        "sys.stdout.reconfigure(encoding='utf-8'); print(shown(read_report(Path(sys.argv[1]))), end='')"
    )
    made = subprocess.run(
        [sys.executable, "-c", program, str(sample_folder)],
        capture_output=True, check=True, timeout=120, cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert made.stdout.decode("utf-8") == html
