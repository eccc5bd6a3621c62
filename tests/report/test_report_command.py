"""The command `report`: which files it writes, that it writes all or none, and what it refuses."""

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from lnrs_geo.cli import Commands, main
from lnrs_geo.cli.evidence import report as command
from lnrs_geo.cli.evidence import report_after, report_option
from lnrs_geo.report import write_report
from lnrs_geo.report.reading import read_report

RESULTS = {"results.gpkg", "parcels.csv", "parts.csv", "result.json"}


@pytest.fixture
def results(sample_folder: Path, tmp_path: Path) -> Path:
    """Return results that a test may write into."""
    return Path(shutil.copytree(sample_folder, tmp_path / "results"))


def run(*words: object) -> Result:
    """Run the command; an error that is not one of the program's own is raised."""
    group = Commands(commands={"report": command})
    outcome = CliRunner().invoke(group, ["report", *map(str, words)])
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome


def names(folder: Path) -> set[str]:
    """Return what stands in a folder."""
    return {path.name for path in folder.iterdir()}


def test_writes_html_beside_the_results(results: Path) -> None:
    """By default one HTML file is added; the results stay byte for byte; standard output stays empty."""
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    outcome = run(results, "--pages", "2")
    assert outcome.exit_code == 0
    assert outcome.stdout == ""
    assert outcome.stderr == f"Report: report.html in {results}\n"
    assert names(results) == RESULTS | {"report.html"}
    assert {name: (results / name).read_bytes() for name in before} == before


def test_writes_every_format(results: Path) -> None:
    """HTML, PDF and XLSX appear, and a PNG for the overview and each parcel with a page and geometry."""
    assert run(results, "--format", "html,pdf,xlsx,png", "--pages", "3", "-q").output == ""
    assert names(results) == RESULTS | {"report.html", "report.pdf", "report.xlsx", "maps"}
    assert (results / "report.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert (results / "report.xlsx").read_bytes().startswith(b"PK")
    pages = read_report(results, most_pages=3).pages
    anchors = {one.anchor for one in pages if any(part.row["size"] is not None for part in one.parts)}
    drawn = {path.stem for path in (results / "maps").iterdir()}
    assert {one for one in drawn if not one.startswith("overview")} == anchors != set()
    assert "overview" in drawn
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in (results / "maps").iterdir())


def test_pages_are_as_many_as_asked_for(results: Path) -> None:
    """`--pages 2` gives two pages and says how many are left; `all` gives every parcel that needs one its own."""
    needing = len(read_report(results, most_pages=None).pages)
    write_report(results, most_pages=2)
    page = (results / "report.html").read_text("utf-8")
    assert page.count('<section class="parcel"') == 2
    assert f"{needing - 2}</data> more parcels deserve a page" in page
    run(results, "--pages", "all", "-q")
    page = (results / "report.html").read_text("utf-8")
    assert page.count('<section class="parcel"') == needing
    assert "deserve a page" not in page


def test_an_older_report_is_replaced_and_other_files_stay(results: Path) -> None:
    """Files of the report's names are replaced; maps of parcels that have no page now go; nothing else does."""
    (results / "maps").mkdir()
    for name in ("parcel-9999-old.png", "overview-7.png", "mine.png", "notes.txt"):
        (results / "maps" / name).write_text("old")
    (results / "report.html").write_text("old")
    (results / "report.pdf").write_text("old")
    run(results, "--format", "html,png", "--pages", "1", "-q")
    assert "<h1>" in (results / "report.html").read_text("utf-8")
    assert (results / "report.pdf").read_text("utf-8") == "old"
    left = names(results / "maps")
    assert {"mine.png", "notes.txt"} <= left
    assert not {"parcel-9999-old.png", "overview-7.png"} & left


def test_all_of_it_or_nothing(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the PDF fails, neither page nor maps nor an empty folder stays."""
    import lnrs_geo.report.pdf as module

    def failing(*_: Any) -> None:
        raise RuntimeError("no paper")

    monkeypatch.setattr(module, "write_pdf", failing)
    with pytest.raises(RuntimeError, match="no paper"):
        write_report(results, formats=("html", "pdf", "png"), most_pages=1)
    assert names(results) == RESULTS


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "docx"), "--format: 'docx' is no format of reports. There are: html, pdf, xlsx, png"),
        (("--format", ","), "--format: No format of the report is named."),
        (("--pages", "few"), "--pages: 'few' is no number of pages. Give a number, or all."),
        (("--pages", "-1"), "--pages: '-1' is no number of pages."),
        (("--sites",), "--sites: These are no results of a batch."),
    ],
)
def test_wrong_usage(results: Path, words: tuple[str, ...], message: str) -> None:
    """What the options cannot mean ends with 2 and one message, and nothing is written."""
    outcome = run(results, *words)
    assert outcome.exit_code == 2
    assert message in outcome.stderr
    assert names(results) == RESULTS


def test_says_which_package_is_missing(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the message says how to install it; what needs less still works."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "lnrs_geo.report.formats.find_spec", lambda name: None if name == "weasyprint" else found(name)
    )
    outcome = run(results, "--format", "html,pdf")
    assert outcome.exit_code == 2
    assert "needs weasyprint, which is not installed" in outcome.stderr
    assert "pip install 'lnrs-geo[report]'" in outcome.stderr
    assert names(results) == RESULTS
    assert run(results, "--pages", "0").exit_code == 0


def test_refuses_what_holds_no_results(tmp_path: Path) -> None:
    """An empty folder, and results of another version, end with 3 and one message; nothing is written."""
    outcome = run(tmp_path)
    assert outcome.exit_code == 3
    assert "There are no results there" in outcome.stderr
    (tmp_path / "result.json").write_text(json.dumps({"schema": "lnrs-geo/result-99"}))
    outcome = run(tmp_path)
    assert outcome.exit_code == 3
    assert "result-99" in outcome.stderr
    assert names(tmp_path) == {"result.json"}


def test_hands_a_batch_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with `sites.csv` gets the report on its register, with sites where they are asked for."""
    import lnrs_geo.report.register as register

    asked: list[tuple[Path, tuple[str, ...], bool]] = []

    def taken(folder: Path, *, formats: tuple[str, ...], sites: bool, **_: Any) -> list[Path]:
        asked.append((folder, tuple(formats), sites))
        return [folder / "report.html"]

    monkeypatch.setattr(register, "write_register_report", taken)
    (tmp_path / "sites.csv").write_text("reference\n")
    assert run(tmp_path, "--format", "pdf,html", "--sites").exit_code == 0
    write_report(tmp_path, formats=["html"])
    assert asked == [(tmp_path, ("html", "pdf"), True), (tmp_path, ("html",), False)]


def test_check_writes_the_report_too(tmp_path: Path) -> None:
    """`check --report` makes it with the results; without, one that stands there is told to be older."""
    sample, out = Path("data/sample"), tmp_path / "out"
    words = ["check", sample / "parcels.gpkg", "--measures", sample / "measures.gpkg", "--out", out]
    words += ["--strategy", sample / "strategy.toml", "--layer", "Rivers"]
    made = CliRunner().invoke(main, [*map(str, words), "--report"])
    assert made.exit_code == 0
    assert f"Report: report.html in {out}" in made.stderr
    page = (out / "report.html").read_bytes()
    again = CliRunner().invoke(main, list(map(str, words)))
    assert (out / "report.html").read_bytes() == page
    assert f"NOTE: written earlier, perhaps from other results: report.html in {out}." in again.stderr
    lean = CliRunner().invoke(main, [*map(str, words), "--format", "parquet", "--report"])
    assert (lean.exit_code, "--report" in lean.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "told", "untold"),
    [
        (("--report", "nonsense"), "--report: 'nonsense' is no format of reports.", "--format"),
        (("--json", "--report"), "--report: With --json alone no results are written", "GeoP"),
        (
            ("--format", "parquet", "--report"),
            "--report: A report cannot be made from results as GeoParquet",
            "--json",
        ),
    ],
)
def test_a_report_that_cannot_be_made_is_told_by_its_own_option(
    tmp_path: Path, words: tuple[str, ...], told: str, untold: str
) -> None:
    """Before anything is read, in words of what was typed, and of nothing else."""
    done = CliRunner().invoke(main, ["check", str(tmp_path / "absent.gpkg"), *words])
    assert done.exit_code == 2
    assert told in done.stderr
    assert untold not in done.stderr


def test_tells_reports_that_it_did_not_write(results: Path) -> None:
    """A PDF of earlier results does not pass for a new one."""
    (results / "report.pdf").write_bytes(b"%PDF")
    outcome = run(results, "--pages", "0")
    assert f"NOTE: written earlier, perhaps from other results: report.pdf in {results}." in outcome.stderr


def test_the_option_of_other_commands(results: Path) -> None:
    """`--report` alone means HTML, with formats those, and without it there is none."""

    @click.command()
    @report_option
    @click.option("--quiet", is_flag=True)
    def other(report_formats: str | None, quiet: bool) -> None:
        click.echo(repr(report_formats))

    said = [
        CliRunner().invoke(other, words).output.strip() for words in ([], ["--report"], ["--report=pdf,html"])
    ]
    assert said == ["None", "'html'", "'pdf,html'"]
    assert CliRunner().invoke(other, ["--report", "--quiet"]).output.strip() == "'html'"
    assert report_after(results, "html", quiet=True) == [results / "report.html"]
