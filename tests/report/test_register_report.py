"""The report of a register says what `sites.csv` says, each number as it stands there, and no more than that."""

import csv
import json
import shlex
import shutil
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd
import pytest

from lnrs_geo.batch import outcome as batch_outcome
from lnrs_geo.batch.joining import SITES_CSV as BATCH_SITES_CSV
from lnrs_geo.errors import OptionError, OutputError
from lnrs_geo.report.register import page as register_page
from lnrs_geo.report.register import reading, words, write_register_report
from lnrs_geo.report.register.facts import ANSWERS, COUNTS, UNITS, RegisterReport, size_column
from lnrs_geo.report.register.places import places_of
from lnrs_geo.report.register.reading import read_register_report
from lnrs_geo.report.register.record import SITES_CSV
from lnrs_geo.report.register.sheets import SHEETS, write_sheets
from tests.batch import worlds
from tests.batch.commands import batch, run

ROOT = Path(__file__).parents[2]
SAMPLE = "data/sample"
SAMPLE_BATCH = (
    "batch", f"{SAMPLE}/register.csv", "--measures", f"{SAMPLE}/measures.gpkg", "--strategy",
    f"{SAMPLE}/strategy.toml", "--as-at", "2026-09-01",
)  # fmt: skip
ODD = "24/0012 A"
NASTY = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("http://x")'
SAMPLE_NOTICE = "The strategy is a made-up sample"


class Page(HTMLParser):
    """The numbers, links and tables of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[tuple[dict[str, str], list[tuple[str, str]]]] = []
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.text: list[str] = []
        self._in_row = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        if tag == "tr":
            self._in_row = True
            self.rows.append((found, []))
        if tag == "data" and self._in_row:
            self.rows[-1][1].append((found["data-column"], found["value"]))
        if tag == "a":
            self.links.append(found["href"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self._in_row = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def row(self, name: str, value: str) -> dict[str, float]:
        """Return the numbers of the one row with this attribute."""
        (found,) = [numbers for given, numbers in self.rows if given.get(name) == value]
        return {column: float(number) for column, number in found}


@pytest.fixture(scope="module")
def sample_batch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the batch of the sample register."""
    out = tmp_path_factory.mktemp("register") / "batch"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        done = run(
            "batch", f"{SAMPLE}/register.csv", "--measures", f"{SAMPLE}/measures.gpkg", "--strategy",
            f"{SAMPLE}/strategy.toml", "--as-at", "2026-09-01", "--out", out,
        )  # fmt: skip
    assert done.exit_code == 1  # a site of it fails on purpose
    return out


@pytest.fixture
def kept(sample_batch: Path, tmp_path: Path) -> Path:
    """Return a copy of the sample's batch that a test may change."""
    return Path(shutil.copytree(sample_batch, tmp_path / "batch"))


@pytest.fixture(scope="module")
def facts(sample_batch: Path) -> RegisterReport:
    return read_register_report(sample_batch)


@pytest.fixture(scope="module")
def rows(sample_batch: Path) -> list[dict[str, str]]:
    return table(sample_batch)


@pytest.fixture
def odd_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a batch of sites whose references are no plain names."""
    monkeypatch.chdir(tmp_path)
    options = worlds.land(tmp_path)
    lines = [worlds.HEAD]
    for number, name in enumerate((ODD, NASTY, FORMULA)):
        worlds.write_geojson(worlds.parcels_of(number, 2), tmp_path / f"s{number}.geojson")
        quoted = name.replace('"', '""')
        lines.append(f'"{quoted}",s{number}.geojson,,,,,\n')
    (tmp_path / "register.csv").write_text("".join(lines))
    assert batch("register.csv", options).exit_code == 0
    return tmp_path / "out"


def table(folder: Path) -> list[dict[str, str]]:
    with (folder / "sites.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def html_of(report: RegisterReport, **options: Any) -> Page:
    return Page(register_page.page(report, **options))


def changed(folder: Path, at: int, **cells: str) -> None:
    """Write other cells into a row of the table of sites."""
    found = table(folder)
    found[at] |= cells
    pd.DataFrame(found).to_csv(folder / "sites.csv", index=False)


# What is restated here because the report may not import the batch


def test_the_report_knows_what_a_batch_writes() -> None:
    """Columns, outcomes and the sentence about dates are those of the batch."""
    assert SITES_CSV == BATCH_SITES_CSV
    assert set(reading.OUTCOMES) == set(batch_outcome.Outcome) == set(words.OUTCOMES) == set(words.MEANINGS)
    assert reading.UNDATED == batch_outcome.UNDATED
    assert {*reading._NEEDED, *COUNTS} < set(batch_outcome.COLUMNS)
    assert {size_column(one, answer) for one in UNITS for answer in ANSWERS} == set(batch_outcome.SIZES)


# Golden facts


def test_every_number_of_a_site_is_that_of_the_table(
    facts: RegisterReport, rows: list[dict[str, str]]
) -> None:
    """Sizes and counts of each site stand on the page as `sites.csv` has them, none is left out or added."""
    page = html_of(facts)
    columns = [size_column(one, answer) for one in UNITS for answer in ANSWERS]
    seen = ("parcels", "parts_error", "claims_wrong", "parts_review", "issues_error", "layers_ignored")
    checked = 0
    for row in rows:
        wanted = {name: float(row[name]) for name in (*columns, *seen) if row[name] and float(row[name])}
        assert page.row("data-site", row["reference"]) == wanted
        checked += len(wanted)
    assert checked > 20


def test_a_site_with_nothing_for_review_has_its_numbers(odd_batch: Path) -> None:
    """The row of a site that is simply assessed says its sizes too, and that there is nothing to see to."""
    page = html_of(read_register_report(odd_batch))
    for row in table(odd_batch):
        assert row["outcome"] == "assessed"
        told = page.row("data-site", row["reference"])
        assert told["area_high_ha"] == float(row["area_high_ha"]) > 0
        assert told["area_low_ha"] == float(row["area_low_ha"]) > 0
    assert "Nothing: no site failed" in page.words


def test_the_totals_are_the_sums_of_the_table(facts: RegisterReport, rows: list[dict[str, str]]) -> None:
    """Each total is what the sites' cells add up to."""
    page, frame = html_of(facts), pd.DataFrame(rows)
    for module in UNITS:
        told = page.row("data-module", module)
        for answer in ("high", "low", "review"):
            assert told[answer] == pytest.approx(
                pd.to_numeric(frame[size_column(module, answer)]).sum(), abs=1e-9
            )
        assert told["sites"] == (frame[size_column(module, "high")] != "").sum()
    for name in register_page.COUNTED:
        told = page.row("data-count", name)
        numbers = pd.to_numeric(frame[name])
        assert told == {name: numbers.sum(), "sites": (numbers > 0).sum()}


def test_the_outcomes_are_counted(facts: RegisterReport, rows: list[dict[str, str]]) -> None:
    """The first table says how many sites came to what, those that came to nothing too."""
    page = html_of(facts)
    counts = Counter(row["outcome"] for row in rows)
    for name in reading.OUTCOMES:
        assert page.row("data-outcome", name) == {"outcomes": counts[name]}


def test_wrong_claims_and_reasons_are_those_of_the_parts(facts: RegisterReport, sample_batch: Path) -> None:
    """Verdicts and reasons are counted as the results of the single sites have them."""
    parts = pd.concat(
        pd.read_csv(path, keep_default_na=False) for path in sample_batch.glob("sites/*/parts.csv")
    )
    page = html_of(facts)
    wrong = parts.loc[parts["check"].isin(batch_outcome.WRONG_CLAIMS), "check"].value_counts()
    assert facts.wrong == wrong.to_dict() != {}
    for check, number in wrong.items():
        assert page.row("data-check", str(check))["claims"] == number
    waiting = parts.loc[parts["status"].isin(["provisional", "error"]), "ss_reason"].value_counts()
    assert {one.code: one.parts for one in facts.reasons or ()} == waiting.to_dict() != {}
    for code, number in waiting.items():
        assert page.row("data-reason", str(code))["parts"] == number


def test_failed_sites_are_told_with_their_words(facts: RegisterReport, rows: list[dict[str, str]]) -> None:
    """What is wrong with a site that failed stands on the page as the batch said it."""
    page = html_of(facts)
    (failed,) = [row for row in rows if row["outcome"] == "failed"]
    assert " ".join(failed["why"].split()) in page.words
    page.row("data-failed", failed["reference"])


def test_a_screened_site_is_never_taken_for_assessed(
    facts: RegisterReport, rows: list[dict[str, str]]
) -> None:
    """It stands in a table of its own, said to be no assessment, and has no size anywhere."""
    page = html_of(facts)
    (screened,) = [row for row in rows if row["outcome"] == "screened"]
    assert page.row("data-screened", screened["reference"]) == {"square_m": float(screened["square_m"])}
    assert page.row("data-site", screened["reference"]) == {}
    assert "No assessment" in page.words
    assert "17 other measure(s) are mapped elsewhere in the square." in page.words


def test_every_page_carries_the_notice(facts: RegisterReport) -> None:
    """A made-up strategy is named as such in the heading and in the margin of printed pages."""
    html = register_page.page(facts)
    assert SAMPLE_NOTICE in facts.notices[0]
    assert html.count(SAMPLE_NOTICE) >= 2
    assert '@top-center { content: "The strategy is a made\\2d up sample' in html


def test_the_same_facts_give_the_same_bytes(sample_batch: Path, facts: RegisterReport) -> None:
    """There is no clock in the page."""
    again = read_register_report(sample_batch)
    assert register_page.page(again) == register_page.page(facts)


# Links


def test_links_lead_to_what_is_there(odd_batch: Path) -> None:
    """The address of a site works whatever signs its reference has, and leads to its report where there is one."""
    report = read_register_report(odd_batch)
    for site in report.sites:
        assert (odd_batch / unquote(site.link)).is_dir(), site.link
    named = {site.reference: site for site in report.sites}
    (odd_batch / named[ODD].results / "report.html").write_text("a report")
    again = {site.reference: site for site in read_register_report(odd_batch).sites}
    assert again[ODD].has_report
    assert not again[NASTY].has_report
    assert (odd_batch / unquote(again[ODD].link)).read_text() == "a report"
    links = [one for one in html_of(read_register_report(odd_batch)).links if not one.startswith("#")]
    assert sorted(set(links)) == sorted(site.link for site in again.values())


def test_a_pdf_has_no_links_to_files(facts: RegisterReport) -> None:
    """A PDF is sent about alone: an address beside it would lead nowhere."""
    assert all(one.startswith("#") for one in html_of(facts, links=False).links)
    assert any(not one.startswith("#") for one in html_of(facts).links)


@pytest.mark.parametrize(
    "named", ["../elsewhere", "sites/..", "sites/SAMPLE-BANK-1/deeper", "elsewhere", "javascript:alert(1)"]
)
def test_no_link_leads_out_of_the_folder(kept: Path, named: str) -> None:
    """A table that somebody changed cannot lead a reader elsewhere."""
    for folder in ("../elsewhere", "", "sites/SAMPLE-BANK-1/deeper", "elsewhere"):
        (kept / folder).mkdir(exist_ok=True)
        (kept / folder / "result.json").write_text("{}")
    changed(kept, 0, results=named)
    assert read_register_report(kept).sites[0].link == ""


def test_markup_in_a_reference_stays_text(odd_batch: Path) -> None:
    """A reference is shown as it is written, and never runs."""
    page = html_of(read_register_report(odd_batch))
    assert page.tags["script"] == 0
    assert NASTY in page.words


# Long registers


def test_a_long_register_stays_readable(facts: RegisterReport, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many sites the pressing ones are listed, and the page says how many are not."""
    monkeypatch.setattr(register_page, "MOST_LISTED", 3)
    page = html_of(facts)
    listed = [given["data-site"] for given, _ in page.rows if "data-site" in given]
    assert listed == ["SAMPLE-BANK-1", "SAMPLE-BANK-2", "SAMPLE-BANK-4"]
    assert "3 sites are listed here" in page.words
    assert "1 are not" in page.words


# Records


def test_a_changed_table_is_said_to_be_changed(kept: Path) -> None:
    """Who changes a number in the table does not get a report that hides it."""
    assert not [one for one in read_register_report(kept).notices if "changed" in one]
    changed(kept, 0, area_high_ha="99.000000")
    report = read_register_report(kept)
    assert reading.ALTERED in report.notices
    assert html_of(report).row("data-site", "SAMPLE-BANK-1")["area_high_ha"] == 99


def test_a_batch_that_is_not_finished_has_no_report(kept: Path) -> None:
    """Its table might be that of an earlier run."""
    begun = kept / ".lnrs-geo-batch" / "begun.json"
    begun.write_text(json.dumps(json.loads(begun.read_text()) | {"state": "running"}))
    with pytest.raises(OutputError, match="not finished"):
        read_register_report(kept)


def test_what_is_in_no_row_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parcels that no row of the register names are not taken for assessed, with the batch's records or without."""
    monkeypatch.chdir(tmp_path)
    options = worlds.land(tmp_path)
    worlds.one_file_of(tmp_path, 3)
    (tmp_path / "register.csv").write_text(f"{worlds.HEAD}A,all.gpkg,,,S000,,\n")
    assert batch("register.csv", options, "--map", "site_ref=site").exit_code == 0
    said = "5 parcel(s) belong to no row of the register"
    assert said in html_of(read_register_report(tmp_path / "out")).words
    shutil.rmtree(tmp_path / "out" / ".lnrs-geo-batch")
    report = read_register_report(tmp_path / "out")
    assert len(report.remarks) == 1
    assert said in html_of(report).words


def test_the_record_is_found_without_the_ledger(kept: Path, facts: RegisterReport) -> None:
    """A folder copied without its hidden records still says how the batch was done."""
    shutil.rmtree(kept / ".lnrs-geo-batch")
    report = read_register_report(kept)
    assert report.record["files"] == facts.record["files"]
    assert report.record["strategies"] == facts.record["strategies"]
    assert report.record["options"]["measures"] == facts.record["options"]["measures"]
    assert report.notices == facts.notices
    assert report.command == ""


def test_without_any_record_the_table_still_makes_a_report(kept: Path) -> None:
    """What is not known is said to be so, and nothing is made up."""
    shutil.rmtree(kept / ".lnrs-geo-batch")
    (kept / "results.gpkg").unlink()
    report = read_register_report(kept)
    assert report.wrong is None
    assert report.reasons is None
    page = html_of(report)
    assert "no record of the batch" in page.words
    assert page.row("data-site", "SAMPLE-BANK-1")["claims_wrong"] == 34


def test_parts_of_another_run_are_not_counted(kept: Path) -> None:
    """Verdicts are told only where the parts are those that the table counts."""
    changed(kept, 0, parts="210")
    assert read_register_report(kept).wrong is None


def test_parts_are_counted_from_geoparquet_too(
    facts: RegisterReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other form of all parts together says the same, and its record is found."""
    pytest.importorskip("pyarrow")
    monkeypatch.chdir(ROOT)
    assert run(*SAMPLE_BATCH, "--format", "parquet", "--out", tmp_path / "out").exit_code == 1
    shutil.rmtree(tmp_path / "out" / ".lnrs-geo-batch")
    report = read_register_report(tmp_path / "out")
    assert report.wrong == facts.wrong != {}
    assert report.reasons == facts.reasons != ()
    assert report.record["options"]["format"] == "parquet"


def test_the_command_makes_the_same_batch_again(
    facts: RegisterReport, sample_batch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line that the report prints gives the same table of sites, by the same options."""
    monkeypatch.chdir(ROOT)
    program, *given = shlex.split(facts.command)
    assert program == "lnrs-geo"
    assert run(*given, "--out", tmp_path / "again").exit_code == 1
    assert (tmp_path / "again" / "sites.csv").read_bytes() == (sample_batch / "sites.csv").read_bytes()
    assert read_register_report(tmp_path / "again").record == facts.record


@pytest.mark.parametrize(
    ("cells", "said"),
    [({"outcome": "fine"}, "none that a batch writes"), ({"parcels": "many"}, "cannot be read"),
     ({"area_high_ha": "nan"}, "cannot be read")],
)  # fmt: skip
def test_a_broken_table_is_refused(kept: Path, cells: dict[str, str], said: str) -> None:
    """Nothing is reported from cells that a batch does not write."""
    changed(kept, 0, **cells)
    with pytest.raises(OutputError, match=said):
        read_register_report(kept)


def test_a_table_of_something_else_is_refused(tmp_path: Path) -> None:
    """A file that happens to be called `sites.csv` is no batch."""
    (tmp_path / "sites.csv").write_text("name,place\nA,B\n")
    with pytest.raises(OutputError, match="no table of sites"):
        read_register_report(tmp_path)


# Places, sheets and files


def test_sites_lie_where_their_grid_references_say(facts: RegisterReport) -> None:
    """A site is drawn in the middle of the square that its reference stands for; a failed one has no place."""
    found = {reference: rest for reference, *rest in places_of(facts.sites)}
    assert found["SAMPLE-BANK-3"] == [434_500.0, 359_500.0, "screened"]
    assert "SAMPLE-BANK-4" not in found


def test_the_workbook_says_the_same(
    facts: RegisterReport, rows: list[dict[str, str]], tmp_path: Path
) -> None:
    """Read back, the sheet of sites holds the cells of the table, numbers as numbers."""
    calamine = pytest.importorskip("python_calamine")
    write_sheets(facts, tmp_path / "report.xlsx")
    book = calamine.CalamineWorkbook.from_path(tmp_path / "report.xlsx")
    assert tuple(book.sheet_names) == SHEETS
    cells = book.get_sheet_by_name("Sites").to_python(skip_empty_area=False)
    for name in SHEETS:
        assert SAMPLE_NOTICE in str(book.get_sheet_by_name(name).to_python()), name
    top = [line[0] for line in cells].index("Site")
    head = cells[top]
    for row, found in zip(rows, cells[top + 1 :], strict=True):
        told = dict(zip(head, found, strict=True))
        assert told["Site"] == row["reference"]
        for name in (*COUNTS, *(size_column(one, answer) for one in UNITS for answer in ANSWERS)):
            assert told[name] == (float(row[name]) if row[name] else ""), (row["reference"], name)
        assert told["Why"] == row["why"]


def test_no_text_becomes_a_formula(odd_batch: Path, tmp_path: Path) -> None:
    """A reference that begins like a formula stays text."""
    openpyxl = pytest.importorskip("openpyxl")
    write_sheets(read_register_report(odd_batch), tmp_path / "report.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "report.xlsx")["Sites"].rows for cell in row]
    (found,) = [cell for cell in cells if cell.value == FORMULA]
    assert found.data_type == "s"
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_sites_without_folders_have_no_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of single sites need results of single sites, and the message says how to get them."""
    monkeypatch.chdir(tmp_path)
    options = worlds.land(tmp_path)
    worlds.register_of(tmp_path, 2)
    assert batch("register.csv", options, "--no-site-folders").exit_code == 0
    assert "no folders of their own" in html_of(read_register_report(tmp_path / "out")).words
    with pytest.raises(OptionError, match="--site-folders"):
        write_register_report(tmp_path / "out", sites=True)


@pytest.fixture(scope="module")
def written(sample_batch: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the sample's batch with its report in every form."""
    folder = Path(shutil.copytree(sample_batch, tmp_path_factory.mktemp("written") / "batch"))
    files = write_register_report(folder, formats=("html", "pdf", "xlsx", "png"))
    assert [str(file.relative_to(folder)) for file in files] == [
        "report.html", "report.pdf", "report.xlsx", "maps/sites.png",
    ]  # fmt: skip
    assert all(file.stat().st_size for file in files)
    return folder


def test_the_map_says_what_it_shows(written: Path) -> None:
    """The text beside the map counts the sites drawn by outcome, and tells of those without a place."""
    html = (written / "report.html").read_text(encoding="utf-8")
    (alt,) = [line.partition('alt="')[2] for line in html.splitlines() if line.startswith("<img ")]
    assert "3 sites" in alt
    assert "2 review" in alt
    assert "1 screened" in alt
    assert "(1 without a place is not drawn)" in html


def test_the_pdf_is_tagged_and_leads_to_no_file(written: Path) -> None:
    """It has a structure, a language and a title, its map has words, and its links stay inside."""
    pikepdf = pytest.importorskip("pikepdf")
    with pikepdf.open(written / "report.pdf") as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert "register.csv" in str(pdf.docinfo["/Title"])
        objects = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)]
        figures = [one for one in objects if one.get("/S") == "/Figure"]
        assert len(figures) == 1
        assert "3 sites" in str(figures[0].Alt)
        assert [one for one in objects if one.get("/S") == "/TH"]
        assert not [one for one in objects if one.get("/S") == "/URI"]


def test_a_report_changes_nothing_else(written: Path, sample_batch: Path) -> None:
    """The results of the batch are as they were, so that it can still be resumed and looked through."""
    for path in sample_batch.rglob("*"):
        if path.is_file():
            assert (written / path.relative_to(sample_batch)).read_bytes() == path.read_bytes(), path
    new = {path.name for path in written.iterdir()} - {path.name for path in sample_batch.iterdir()}
    assert new == {"report.html", "report.pdf", "report.xlsx", "maps"}


def test_every_site_gets_its_report_when_asked(odd_batch: Path) -> None:
    """The register's report leads to the report of each site; one bad site stops no other, and is named."""
    nasty = next(site for site in read_register_report(odd_batch).sites if site.reference == NASTY)
    (odd_batch / nasty.results / "result.json").write_text("{")
    with pytest.raises(OutputError, match="those of 1 site") as caught:
        write_register_report(odd_batch, sites=True)
    assert NASTY in str(caught.value)
    links = [one for one in Page((odd_batch / "report.html").read_text()).links if not one.startswith("#")]
    reports = {one for one in links if one.endswith("/report.html")}
    assert len(reports) == 2
    for one in reports:
        assert "<h1>" in (odd_batch / unquote(one)).read_text()


def test_a_register_of_failures_alone_has_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any place there is no map, and without any assessed site nothing is summed up."""
    monkeypatch.chdir(tmp_path)
    options = worlds.land(tmp_path)
    (tmp_path / "register.csv").write_text(f"{worlds.HEAD}A,gone.gpkg,,,,,\n")
    assert batch("register.csv", options).exit_code == 1
    (file,) = write_register_report(tmp_path / "out")
    page = Page(file.read_text())
    assert page.tags["img"] == 0
    assert page.row("data-outcome", "failed") == {"outcomes": 1}
    assert "nothing to sum up" in page.words
