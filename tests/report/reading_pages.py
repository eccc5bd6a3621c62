"""Reads a page of the report back, as a browser would, for the tests that ask what it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import tinyhtml5

from lnrs_geo.report.facts import Report
from lnrs_geo.report.page import page
from lnrs_geo.report.reading import report_of


class Shown:
    """A map as the page takes it: one grey dot, with the words of a real one."""

    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
        "3a7e9b550000000a49444154789c636800000082008177cd72b60000000049454e44ae426082"
    )
    width_px = 1500
    height_px = 1000
    alt = "Map of the parcel, centred on SK 34039 59538."
    caption = "The parcel and the measures that it meets."


def tree(html: str) -> Element:
    """Return a page as a tree of elements."""
    return tinyhtml5.parse(html, namespace_html_elements=False)


def text(element: Element) -> str:
    """Return the words of an element, spaced as a reader sees them."""
    return " ".join("".join(element.itertext()).split())


def parents(root: Element) -> dict[Element, Element]:
    """Return the element in which each one stands."""
    return {child: parent for parent in root.iter() for child in parent}


def above(element: Element, found: dict[Element, Element]) -> Iterator[Element]:
    """Give the elements in which one stands, the nearest first."""
    while element in found:
        element = found[element]
        yield element


def shown(report: Report) -> str:
    """Return the page of a report, with a picture for each map."""
    return page(report, maps={one.anchor: Shown() for one in report.pages}, overviews=[Shown()])


def page_of(document: dict[str, Any], *, most_pages: int | None = 100) -> str:
    """Return the page of what `result.json` holds."""
    return shown(report_of(document, most_pages=most_pages))


def save(html: str, folder: Path) -> Path:
    """Write a page into a folder."""
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    return path
