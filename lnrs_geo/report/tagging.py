"""What the structure of a PDF still needs to be PDF/UA-1 once WeasyPrint has made it.

WeasyPrint (70) names the heads of a table without saying whether of a row or of a column, nests pairs
of a list of facts in a way that PDF 1.7 does not know, calls links by their target, and leaves the
texts in the margins neither in the structure nor marked as no part of it.
"""

from collections.abc import Iterator
from typing import Any

import pydyf


def finish(document: Any, pdf: Any) -> None:
    """Put the structure right; WeasyPrint calls this before it writes the file.

    Parameters
    ----------
    document
        The `weasyprint.Document`.
    pdf
        The `pydyf.PDF` made from it.
    """
    _name_links(document)
    objects = {one.number: one for one in pdf.objects}
    elements = [one for one in pdf.objects if _is_element(one)]
    for element in elements:
        if element["S"] == "/TH":
            _scope(element, objects)
        elif element["S"] == "/TD":
            element.get("A", {}).pop("Headers", None)  # they go by ids without a tree of ids; scope says it
        elif element["S"] == "/L":
            for pair in _children(element, objects):
                _pair(pair, objects)
    _mark_margins(pdf, objects, elements)


def _name_links(document: Any) -> None:
    """Give every link the words that it bears on the page, in place of the id that it leads to."""
    for page in document.pages:
        for _, _, _, box in page.links:
            if getattr(box, "link_annotation", None) and box.element is not None:
                words = " ".join("".join(box.element.itertext()).split())
                box.link_annotation["Contents"] = pydyf.String(words)


def _scope(head: Any, objects: dict[int, Any]) -> None:
    """Say whether a head is of its column or of its row."""
    group = objects[_number(objects[_number(head["P"])]["P"])]
    head["A"] = pydyf.Dictionary(
        {**head.get("A", {"O": "/Table"}), "Scope": "/Column" if group["S"] == "/THead" else "/Row"}
    )
    head.pop("ID", None)


def _pair(pair: Any, objects: dict[int, Any]) -> None:
    """Make name and value of a list of facts one item with its label, where they stand in a division."""
    if pair["S"] != "/Div":
        return
    pair["S"] = "/LI"
    for at, part in enumerate(one for one in _children(pair, objects) if one["S"] == "/LI"):
        part["S"] = "/LBody" if at else "/Lbl"
        for body in _children(part, objects):
            body["S"] = "/NonStruct" if body["S"] == "/LBody" else body["S"]


def _mark_margins(pdf: Any, objects: dict[int, Any], elements: list[Any]) -> None:
    """Mark what stands in the margins of pages as no part of the document."""
    root = objects[_number(pdf.catalog["StructTreeRoot"])]
    reached: set[int] = set()
    waiting = [_number(one) for one in root["K"]]
    while waiting:
        number = waiting.pop()
        if number not in reached:
            reached.add(number)
            waiting += [one.number for one in _children(objects[number], objects)]
    parents = objects[_number(root["ParentTree"])]["Nums"]
    for page, owners in _owners(pdf, objects, parents):
        loose = {at for at, owner in enumerate(owners) if _number(owner) not in reached}
        operators = objects[_number(page["Contents"])].stream
        for at, operator in enumerate(operators):
            # a marked passage is three entries: its tag, its number, BDC
            if operator == b"BDC" and operators[at - 1].get("MCID") in loose:
                operators[at - 2 : at] = ["/Artifact", pydyf.Dictionary({"Type": "/Pagination"})]
        for at in loose:
            owners[at] = b"null"
    for element in elements:
        if element.number not in reached:
            element.free = "f"


def _owners(pdf: Any, objects: dict[int, Any], parents: Any) -> Iterator[tuple[Any, Any]]:
    """Give every page with the elements that own its passages, in the order of their numbers."""
    pages = [objects[_number(one)] for one in pdf.page_references]
    of_key = dict(zip(parents[::2], parents[1::2], strict=True))
    for page in pages:
        yield page, of_key[page["StructParents"]]


def _children(element: Any, objects: dict[int, Any]) -> list[Any]:
    """Return the elements inside an element."""
    found = [objects[_number(one)] for one in element.get("K", ()) if isinstance(one, bytes)]
    return [one for one in found if _is_element(one)]


def _is_element(one: Any) -> bool:
    return isinstance(one, pydyf.Dictionary) and one.get("Type") == "/StructElem"


def _number(reference: bytes) -> int:
    return int(reference.split()[0])
