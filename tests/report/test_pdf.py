"""The PDF: tagged, with title and language, tables with heads, maps with their texts, nothing from outside."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from lnrs_geo.errors import OptionError
from lnrs_geo.report import formats
from lnrs_geo.report.facts import Report
from lnrs_geo.report.maps import parcel_map
from lnrs_geo.report.page import page
from lnrs_geo.report.pdf import write_pdf
from lnrs_geo.report.reading import read_report
from lnrs_geo.report.shapes import read_shapes
from lnrs_geo.report.writing import drawn
from tests.report.reading_pages import text, tree

PAGES = 5
# What draws: text, images and paths.
PAINTING = {"Tj", "TJ", "'", '"', "Do", "f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "sh"}


@pytest.fixture(scope="module")
def html(sample_folder: Path) -> str:
    """Return a page with the maps of the sample data."""
    report = read_report(sample_folder, most_pages=PAGES)
    overviews, maps = drawn(sample_folder, report)
    assert len(maps) >= 2
    return page(report, maps=maps, overviews=overviews)


@pytest.fixture(scope="module")
def pdf(html: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pikepdf.Pdf]:
    """Return that page as a PDF, read back."""
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    write_pdf(html, path)
    with pikepdf.open(path) as opened:
        yield opened


def elements(pdf: pikepdf.Pdf) -> list[tuple[Any, str]]:
    """Return every element of the structure with the name of the one in which it stands."""
    found: list[tuple[Any, str]] = []
    waiting = [(one, "/StructTreeRoot") for one in pdf.Root.StructTreeRoot.K]
    while waiting:
        element, above = waiting.pop()
        if isinstance(element, pikepdf.Dictionary) and "/S" in element:
            found.append((element, above))
            inside = element.get("/K", [])
            inside = inside if isinstance(inside, pikepdf.Array) else [inside]
            waiting += [(one, str(element.S)) for one in inside]
    return found


def pictures(pdf: pikepdf.Pdf) -> list[Any]:
    """Return the images in a file."""
    streams = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
    return [one for one in streams if str(one.get("/Subtype", "")) == "/Image"]


def test_says_that_it_is_accessible(pdf: pikepdf.Pdf, html: str) -> None:
    """It is marked as tagged PDF/UA-1, in British English, and viewers show its title."""
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"] == text(next(tree(html).iter("title")))
    assert all(str(one.Tabs) == "/S" for one in pdf.pages)


def test_is_the_same_document(pdf: pikepdf.Pdf, html: str) -> None:
    """Headings, tables, captions and maps of the page are in the structure, and headings are bookmarks."""
    root = tree(html)
    names = [str(element.S) for element, _ in elements(pdf)]
    for tag in ("h1", "h2", "h3", "h4", "h5"):
        assert names.count(f"/{tag.upper()}") == len(list(root.iter(tag)))
    captions = len([one for one in root.iter() if one.tag in ("caption", "figcaption")])
    assert names.count("/Caption") == captions
    with pdf.open_outline() as outline:
        heads = [one.title for one in outline.root[0].children]
    assert heads == [text(one) for one in root.iter("h2")]


def test_every_map_carries_its_text(pdf: pikepdf.Pdf, html: str) -> None:
    """Each figure has the alternative text of the page, and there is one for each map."""
    figures = [str(element.Alt) for element, _ in elements(pdf) if str(element.S) == "/Figure"]
    shown = [str(one.get("alt")) for one in tree(html).iter("img")]
    assert len(shown) >= PAGES
    assert sorted(figures) == sorted(shown)


def test_tables_are_tables(pdf: pikepdf.Pdf) -> None:
    """Rows stand in tables, cells in rows, and every head says whether of its column or its row."""
    allowed = {
        "/TR": {"/THead", "/TBody"},
        "/TH": {"/TR"},
        "/TD": {"/TR"},
        "/THead": {"/Table"},
        "/TBody": {"/Table"},
    }
    scopes = set()
    for element, above in elements(pdf):
        name = str(element.S)
        assert above in allowed.get(name, {above})
        if name == "/TH":
            scopes.add(str(element.A.Scope))
    assert scopes == {"/Column", "/Row"}


def test_lists_hold_items_alone(pdf: pikepdf.Pdf) -> None:
    """Lists, lists of facts too, hold items, and items a label and a body, as PDF 1.7 has it."""
    for element, above in elements(pdf):
        name = str(element.S)
        if above == "/L":
            assert name in ("/LI", "/L", "/Caption")
        if above == "/LI":
            assert name in ("/Lbl", "/LBody")
        if name in ("/Lbl", "/LBody"):
            assert above == "/LI"


def test_nothing_stands_outside_the_structure(pdf: pikepdf.Pdf) -> None:
    """Whatever is painted belongs to an element of the structure or is marked as no part of it."""
    known = {element.objgen for element, _ in elements(pdf)}
    parents = pdf.Root.StructTreeRoot.ParentTree.Nums
    owners = {int(parents[at]): parents[at + 1] for at in range(0, len(parents), 2)}
    passages = 0
    for page_ in pdf.pages:
        marks: list[tuple[str, Any]] = []
        for operands, operator in pikepdf.parse_content_stream(page_):
            if str(operator) in ("BMC", "BDC"):
                marks.append((str(operands[0]), operands[1] if len(operands) > 1 else None))
            elif str(operator) == "EMC":
                marks.pop()
            elif str(operator) in PAINTING:
                tag, properties = marks[-1]
                if tag != "/Artifact":
                    owner = owners[int(page_.StructParents)][int(properties.MCID)]
                    assert owner.objgen in known
                    passages += 1
    assert passages > 100


def test_the_margins_say_the_notice_on_every_page(pdf: pikepdf.Pdf, html: str, report: Report) -> None:
    """The running head with the notice and the page number are drawn, as no part of the document."""
    for page_ in pdf.pages:
        pagination = [
            operands[1]
            for operands, operator in pikepdf.parse_content_stream(page_)
            if str(operator) == "BDC" and str(operands[0]) == "/Artifact"
        ]
        assert sum(str(one.get("/Type")) == "/Pagination" for one in pagination) >= 3
    assert report.notices


def test_links_bear_their_words(pdf: pikepdf.Pdf, html: str) -> None:
    """A link says where it leads in the words of the page, and leads inside it."""
    said = {
        str(one.Contents)
        for page_ in pdf.pages
        for one in page_.get("/Annots", [])
        if str(one.Subtype) == "/Link"
    }
    assert said == {text(one) for one in tree(html).iter("a") if one.get("class") != "skip"}


def test_fonts_are_inside_and_nothing_is_fetched(pdf: pikepdf.Pdf, tmp_path: Path) -> None:
    """Every font is embedded; a page that names a file or an address gets neither of them."""
    descriptors = [
        one
        for one in pdf.objects
        if isinstance(one, pikepdf.Dictionary) and str(one.get("/Type", "")) == "/FontDescriptor"
    ]
    assert descriptors and all(
        {"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys()) for one in descriptors
    )
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"not read")
    asking = f'<html lang="en-GB"><title>t</title><p>x</p><img alt="a" src="{secret.as_uri()}"></html>'
    path = tmp_path / "asking.pdf"
    write_pdf(asking, path)
    with pikepdf.open(path) as made:
        assert not pictures(made)


def test_maps_keep_their_pixels(pdf: pikepdf.Pdf, sample_folder: Path) -> None:
    """A map in the PDF is the PNG's own pixels with its palette, not blown up to full colour."""
    shapes = read_shapes(sample_folder)
    pages = read_report(sample_folder, most_pages=PAGES).pages
    first = next(one for one in pages if shapes.of(one.source, one.src_fid))
    expected = Image.open(BytesIO(parcel_map(shapes, first).png)).convert("RGB")
    images = pictures(pdf)
    assert all(str(one.ColorSpace[0]) == "/Indexed" for one in images)
    drawn = [pikepdf.PdfImage(one).as_pil_image().convert("RGB") for one in images]
    assert any(one.size == expected.size and one.tobytes() == expected.tobytes() for one in drawn)


def test_the_same_page_gives_the_same_bytes(html: str, tmp_path: Path) -> None:
    """No clock and no chance goes into the file."""
    for name in ("one.pdf", "two.pdf"):
        write_pdf(html, tmp_path / name)
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


def test_says_what_weasyprint_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the system's libraries the message names the Debian packages, before any work is done."""
    import builtins

    real = builtins.__import__

    def lacking(name: str, *rest: Any, **more: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(OptionError, match=r"apt-get install libpango-1\.0-0 libpangoft2"):
        formats.require_formats(["pdf"])
