"""The page in a real browser: no fault that axe knows, no request, no script needed, narrow screens.

The browser is Debian's chromium, or the one that LNRS_GEO_CHROMIUM names; without one these are skipped.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from lnrs_geo.report.facts import Report
from lnrs_geo.report.page import page
from lnrs_geo.report.reading import read_report, report_of
from lnrs_geo.report.writing import drawn
from lnrs_geo.write import read_results
from tests.report.reading_pages import save, shown

CHROMIUM = os.environ.get("LNRS_GEO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium here: install Debian's, or name one in LNRS_GEO_CHROMIUM"
)
pytestmark = needs_browser
NARROW, USUAL, HEIGHT = 320, 1280, 900
LONG = "Areferencewithoutanyplacetobreak" * 8


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser that runs as a process of its own, spoken to through pipes."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def path(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of the sample data with some of its maps, saved."""
    report = read_report(sample_folder, most_pages=25)
    overviews, maps = drawn(sample_folder, read_report(sample_folder, most_pages=4))
    return save(page(report, maps=maps, overviews=overviews), tmp_path_factory.mktemp("page"))


def faults(browser: Browser, path: Path, *, width: int) -> list[tuple[str, str]]:
    """Return what axe has to say of a page, with the first element concerned."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, bypass_csp=True)
    try:
        opened = context.new_page()
        opened.goto(path.as_uri())
        found = Axe().run(opened).response
    finally:
        context.close()
    assert found["passes"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]


@pytest.mark.parametrize("width", [NARROW, USUAL])
def test_axe_finds_no_fault(browser: Browser, path: Path, width: int) -> None:
    """All rules of axe hold, those of WCAG 2.2 AA and its good practice, on wide screens and on narrow ones."""
    assert faults(browser, path, width=width) == []


def test_axe_is_listened_to(browser: Browser, tmp_path: Path) -> None:
    """A page with a fault is told of: what the test above does not find is not there."""
    broken = save("<html><body><img src='data:,'></body></html>", tmp_path)
    assert "image-alt" in dict(faults(browser, broken, width=USUAL))


def test_opens_without_a_request_and_without_scripts(browser: Browser, path: Path) -> None:
    """With JavaScript off and the network watched only the file itself is asked for, and all of it shows."""
    context = browser.new_context(java_script_enabled=False)
    asked: list[str] = []
    complaints: list[str] = []
    try:
        opened = context.new_page()
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("console", lambda message: complaints.append(message.text))
        opened.goto(path.as_uri(), wait_until="networkidle")
        assert opened.locator("h1").inner_text() == "Strategic significance of habitat parcels"
        assert opened.locator("section.parcel").count() == 25
        assert opened.locator("section.parcel").last.is_visible()
        pictures = opened.locator("img")
        sizes = [pictures.nth(at).bounding_box() for at in range(pictures.count())]
    finally:
        context.close()
    assert [one for one in asked if not one.startswith("data:")] == [path.as_uri()]
    assert complaints == []
    assert sizes and all(one is not None and one["width"] > 100 and one["height"] > 50 for one in sizes)


@pytest.mark.parametrize("width", [NARROW, 768])
def test_narrow_screens_scroll_one_way(
    browser: Browser, sample_folder: Path, report: Report, tmp_path: Path, width: int
) -> None:
    """No page is wider than the screen, overlong references and file names included: tables scroll alone."""
    document: dict[str, Any] = read_results(sample_folder)
    for row in document["parcels"] + document["parts"] + document["matches"]:
        row["parcel_ref"] = LONG
    document["run"]["inputs"][0]["path"] = LONG
    document["run"]["command"] = LONG
    assert report.pages
    for number, html in enumerate((shown(report), shown(report_of(document, most_pages=20)))):
        folder = tmp_path / str(number)
        folder.mkdir()
        context = browser.new_context(viewport={"width": width, "height": HEIGHT})
        try:
            opened = context.new_page()
            opened.goto(save(html, folder).as_uri())
            assert opened.evaluate("document.documentElement.scrollWidth") == width
            cells = opened.evaluate(
                "[...document.querySelectorAll('td, th')].filter(c => c.scrollWidth > c.clientWidth + 1).length"
            )
            scrolling = opened.evaluate(
                "[...document.querySelectorAll('.scroll')].filter(d => d.scrollWidth > d.clientWidth).length"
            )
            widest = opened.evaluate(
                "Math.max(...[...document.querySelectorAll('table')].map(t => t.offsetWidth))"
            )
        finally:
            context.close()
        assert cells == 0
        assert widest <= 900  # an overlong text breaks, it does not widen its table
        assert scrolling > 10


def test_the_keyboard_reaches_and_shows_where_it_is(browser: Browser, path: Path) -> None:
    """The first stop is the link past the contents, seen once it has the focus; tables that scroll are stops too."""
    context = browser.new_context(viewport={"width": NARROW, "height": HEIGHT})
    try:
        opened = context.new_page()
        opened.goto(path.as_uri())
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.textContent") == "Skip to the content"
        box = opened.locator(".skip").bounding_box()
        assert box is not None and 0 <= box["x"] < NARROW
        opened.keyboard.press("Enter")
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.className") == "scroll"
        assert opened.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    finally:
        context.close()


def test_prints_with_notice_and_page_numbers(browser: Browser, path: Path, tmp_path: Path) -> None:
    """Printed from the browser each page carries the notice, and a parcel begins on a page of its own."""
    context = browser.new_context()
    try:
        opened = context.new_page()
        opened.goto(path.as_uri())
        opened.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True)
    finally:
        context.close()
    with pikepdf.open(tmp_path / "printed.pdf") as printed:
        assert len(printed.pages) > 25
        assert [round(float(one)) for one in printed.pages[0].MediaBox][2:] == [595, 842]
