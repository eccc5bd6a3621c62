"""What stays together on printed pages, and what keeps inside their margins."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.report.reading_pages import page_of

pytest.importorskip(
    "weasyprint", reason="the PDF needs WeasyPrint and Pango", exc_type=(ImportError, OSError)
)  # type: ignore[arg-type]

MM = 96 / 25.4
PAGE_MM = (210, 16)  # how wide a page is, and its margins


@pytest.fixture(scope="module")
def document(sample_folder: Path) -> dict[str, Any]:
    """Return what `result.json` of the sample data holds."""
    found: dict[str, Any] = json.loads((sample_folder / "result.json").read_text(encoding="utf-8"))
    return found


def printed(html: str, fragment: str, above_mm: float = 0) -> list[list[tuple[str, float]]]:
    """Return the words of each page, each with its right end in mm, of a fragment under some empty space."""
    import weasyprint

    head = re.sub(r"@(top|bottom)-[a-z]+ \{ content:[^}]*\}", "", html[: html.index("<body>")])
    space = f'<div style="height: {above_mm}mm"></div>'
    pages = weasyprint.HTML(string=f"{head}<body>{space}{fragment}</body></html>").render().pages
    return [
        [
            (box.text, (box.position_x + box.width) / MM)
            for box in page._page_box.children[0].descendants()
            if hasattr(box, "text")
        ]
        for page in pages
    ]


@pytest.mark.parametrize("above_mm", [200, 225, 235, 240, 245])
def test_the_command_is_not_torn_from_its_heading(document: dict[str, Any], above_mm: float) -> None:
    """Wherever on a page it begins, "To run it again" stands over its command."""
    document["run"]["command"] = "lnrs-geo check " + "--parcels some/where/a.gpkg " * 20
    html = page_of(document, most_pages=0)
    (fragment,) = re.findall(r'<div class="together">.*?</div>', html, re.DOTALL)
    pages = [" ".join(words for words, _ in one) for one in printed(html, fragment, above_mm)]
    (holding,) = [one for one in pages if "To run it again" in one]
    assert "lnrs-geo check" in holding
    assert holding.replace(" ", "").count("a.gpkg") == 20


@pytest.mark.parametrize("above_mm", [150, 200])
def test_a_table_of_parts_that_fits_a_page_is_on_one(document: dict[str, Any], above_mm: float) -> None:
    """The parts of H021, three before and three after, are not torn apart."""
    html = page_of(document, most_pages=None)
    found = re.findall(r'<div class="scroll"(?:(?!<div).)*?Parts of H021.*?</div>', html, re.DOTALL)
    pages = [" ".join(words for words, _ in one) for one in printed(html, found[0], above_mm)]
    holding = [one for one in pages if "Baseline" in one or "After" in one]
    assert len(holding) == 1
    assert "Parts of H021" in holding[0]


def test_an_overlong_reference_keeps_inside_the_margins(document: dict[str, Any]) -> None:
    """A reference of 300 characters breaks in headings, captions and tables."""
    long = json.loads(json.dumps(document).replace('"H021"', json.dumps("x" * 300)))
    html = page_of(long, most_pages=None)
    section = next(
        one
        for one in re.findall(r'<section class="parcel".*?</section>', html, re.DOTALL)
        if "x" * 300 in one
    )
    pages = printed(html, f"{section}<table><caption>{'x' * 300}</caption><tr><td>y</td></tr></table>")
    wide, margin = PAGE_MM
    assert max(end for one in pages for _, end in one) <= wide - margin + 0.1
