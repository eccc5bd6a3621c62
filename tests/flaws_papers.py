"""What the user holds beside the map and gets wrong: documents for Table 8, and an earlier file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from lnrs_geo.errors import CRSError, DocumentsError, SchemaError, SourceError
from tests.flaws_world import (
    BOW_TIE,
    CROSSWALK,
    DEGREES,
    DRAFT,
    LINE,
    MEADOW,
    SITE,
    Change,
    RunFlaw,
    at,
    emptied,
    in_world,
    on_site,
    parcels,
    put,
    text_file,
    together,
)

# Table 8 applies where the strategy is a draft
_NOT_PUBLISHED = text_file("strategy.toml", DRAFT)
_HEAD = "authority,document,site_ref,parcel_ref,stage,significance,importance,linkage,judgement,role,date\n"


def layer(*shapes: Any, **columns: Any) -> Change:
    """Give a layer of documents, by default one that describes meadows all over the site."""

    def change(folder: Path) -> Mapping[str, Any]:
        drawn = list(shapes) or [SITE]
        cells = {"document": ["Nature plan"] * len(drawn), "habitat": [MEADOW] * len(drawn), **columns}
        cells = {name: cell for name, cell in cells.items() if cell is not None}
        put(folder, {"papers.gpkg": gpd.GeoDataFrame(cells, geometry=drawn, crs=27700)})
        return {"documents": str(folder / "papers.gpkg")}

    return together(_NOT_PUBLISHED, change)


def listed(*lines: str, head: str = _HEAD) -> Change:
    """Give a list of documents and judgements."""
    content = head + "".join(f"{line}\n" for line in lines)
    return together(_NOT_PUBLISHED, text_file("papers.csv", content, "documents"))


_ENHANCED = {"retention": "Enhanced", "baseline_habitat": "Grassland - Modified grassland"}
HIGH = ",Nature plan,,A1,post,High,,,,planner,2025-03-03"
MEDIUM = ",,,A1,post,Medium,rare,near a meadow,it links two,planner,2025-03-03"

LAYER_FLAWS = [
    RunFlaw(
        "a layer of documents names no document",
        layer(document=None, paper=["Nature plan"]),
        SchemaError,
        ("papers.gpkg", "Found: habitat, paper", "Call it document"),
    ),
    RunFlaw(
        "a layer of documents has no polygon",
        layer(shapely.Point(430_010, 360_010)),
        SchemaError,
        "There is no polygon",
    ),
    RunFlaw(
        "a layer of documents has no rows",
        together(layer(), emptied("papers.gpkg")),
        SchemaError,
        "There is no polygon",
    ),
    RunFlaw("a layer of documents is in degrees", layer(DEGREES), CRSError, "EPSG:4326"),
    RunFlaw(
        "a layer of documents holds parcels", in_world(documents="parcels.gpkg"), SchemaError, "Found: parcel_ref"
    ),
    RunFlaw("a layer of documents is not there", in_world(documents="gone.gpkg"), SourceError, "gone.gpkg"),
    RunFlaw(
        "a document is given as it was printed",
        text_file("plan.pdf", b"%PDF-1.4", "documents"),
        SourceError,
        "'.pdf' are not read",
    ),
    RunFlaw(
        "a document is drawn as a line beside one that is drawn well",
        layer(SITE, LINE),
        issue="document-left-out",
        status="decided",
        reason="table-8",
        beside=(),
    ),
    RunFlaw(
        "a document describes a habitat that the metric does not know",
        layer(habitat=["Hay"]),
        issue="document-habitat-unknown",
        says="'Hay'",
        status="provisional",
        reason="table-8",
        beside=(),
    ),
    RunFlaw(
        "a document's polygon crosses itself",
        together(layer(on_site(BOW_TIE)), parcels(at(12, 35, 5, 5))),
        issue="geometry-changed",
        status="provisional",
        reason="repaired-geometry",
        beside=(),
    ),
    RunFlaw(
        "a document says not what it describes", layer(habitat=None), status="provisional", reason="table-8"
    ),
]  # fmt: skip

LIST_FLAWS = [
    RunFlaw(
        "a High rests on no document",
        listed(HIGH.replace("Nature plan", "")),
        DocumentsError,
        ("line 2", "High needs the document"),
    ),
    RunFlaw(
        "a Medium is not argued",
        listed(MEDIUM.replace("it links two", "")),
        DocumentsError,
        ("line 2", "Medium needs importance, linkage, judgement"),
    ),
    RunFlaw(
        "a Medium rests on a document",
        listed(MEDIUM.replace(",,,A1", ",Nature plan,,A1")),
        DocumentsError,
        ("line 2", "Medium stands only where no suitable document"),
    ),
    RunFlaw(
        "a judgement is of no known significance",
        listed(HIGH.replace("High", "Highest")),
        DocumentsError,
        ("line 2", "'Highest'"),
    ),
    RunFlaw(
        "a judgement is of no known stage",
        listed(HIGH.replace("post", "after")),
        DocumentsError,
        ("line 2", "stage is 'after'"),
    ),
    RunFlaw(
        "a judgement has its day first",
        listed(HIGH.replace("2025-03-03", "03/04/2025")),
        DocumentsError,
        ("line 2", "'03/04/2025'"),
    ),
    RunFlaw(
        "a judgement has no date", listed(HIGH.replace("2025-03-03", "")), DocumentsError, ("line 2", "date is ''")
    ),
    RunFlaw(
        "a judgement is nobody's", listed(HIGH.replace("planner", "")), DocumentsError, ("line 2", "role is missing")
    ),
    RunFlaw(
        "a judgement names a site and no parcel",
        listed(",Nature plan,S1,,,,,,,,"),
        DocumentsError,
        ("line 2", "site_ref is given, but no parcel_ref"),
    ),
    RunFlaw(
        "a judgement names no parcel",
        listed(HIGH.replace("A1", "")),
        DocumentsError,
        ("line 2", "significance is given, but no parcel_ref"),
    ),
    RunFlaw(
        "a line names neither authority nor document",
        listed(",,,,,,,,,planner,2025-03-03"),
        DocumentsError,
        ("line 2", "neither authority nor document"),
    ),
    RunFlaw(
        "two judgements are wrong at once",
        listed(HIGH.replace("planner", ""), HIGH.replace("A1", "A2").replace("post", "after")),
        DocumentsError,
        ("2 line(s)", "line 2: role", "line 3: stage"),
    ),
    RunFlaw(
        "a wrong judgement stands below an empty row",
        listed("," * 10, HIGH.replace("planner", "")),
        DocumentsError,
        "line 3: role is missing",
    ),
    RunFlaw(
        "one parcel is judged High and Low",
        listed(HIGH, HIGH.replace("High", "Low")),
        DocumentsError,
        ("line 3", "A1"),
    ),
    RunFlaw(
        "a parcel is judged before anybody can have judged it",
        listed(HIGH.replace("2025-03-03", "2999-03-03")),
        DocumentsError,
        ("line 2", "2999-03-03"),
    ),
    RunFlaw(
        "one parcel is judged Low, but High after the development, which is no flaw",
        together(listed(HIGH.replace("High", "Low").replace("post", ""), HIGH), parcels(**_ENHANCED)),
        reason="table-8",
    ),
    RunFlaw(
        "a judgement is on a parcel that is not there",
        listed(HIGH, HIGH.replace("A1", "Z9")),
        issue="document-unused",
        says="'Z9'",
        reason="table-8",
        beside=(),
    ),
    RunFlaw(
        "a list of documents is a crosswalk",
        together(_NOT_PUBLISHED, text_file("papers.csv", CROSSWALK, "documents")),
        DocumentsError,
        ("found: lnrs_id", "It may have: authority"),
    ),
    RunFlaw("a list of documents is the header of another table", listed(head="a,b\n"), DocumentsError, "found: a, b"),
    RunFlaw("a list of documents holds nothing but its header", listed(), DocumentsError, "papers.csv"),
    RunFlaw("a list of documents is ragged", listed(",Nature plan"), SourceError, "Line 2 has 2 cells"),
    RunFlaw("a list of documents is empty", listed(head=""), SourceError, "It is empty"),
    RunFlaw("a list of documents is not there", in_world(documents="gone.csv"), SourceError, "gone.csv"),
    RunFlaw(
        "a list of documents is separated by semicolons and is no flaw",
        listed(HIGH.replace(",", ";"), head=_HEAD.replace(",", ";")),
        reason="table-8",
    ),
    RunFlaw(
        "documents are given though Table 7 applies",
        text_file("papers.csv", _HEAD + HIGH + "\n", "documents"),
        issue="documents-not-asked",
        reason="consistent",
    ),
]  # fmt: skip

_BEFORE = {
    **_ENHANCED,
    "baseline_ss": "Medium",
    # the baseline keeps its value, so that an earlier file can speak of it
    "application_date": "2024-09-21",
}


def earlier(*shapes: Any, **columns: Any) -> Change:
    """Give an earlier file beside a parcel whose baseline is to stay Medium."""

    def change(folder: Path) -> Mapping[str, Any]:
        parcels(*shapes, file="earlier.gpkg", **{**_BEFORE, **columns})(folder)
        return {"submitted": str(folder / "earlier.gpkg")}

    return together(parcels(**_BEFORE), change)


_KEPT = {"stage": "baseline", "reason": "frozen", "rule": "B3"}
_NOT_KNOWN = {**_KEPT, "status": "provisional"}
EARLIER_FLAWS = [
    RunFlaw("an earlier file is not there", in_world(submitted="gone.gpkg"), SourceError, "gone.gpkg"),
    RunFlaw(
        "an earlier file is text named as a GeoPackage",
        text_file("earlier.gpkg", "hello", "submitted"),
        SourceError,
        ("earlier.gpkg", "but text"),
    ),
    RunFlaw(
        "an earlier file is a workbook",
        text_file("earlier.xlsx", b"PK\x03\x04", "submitted"),
        SourceError,
        "'.xlsx' are not read",
    ),
    RunFlaw(
        "an earlier file holds measures and no parcels",
        in_world(submitted="measures.gpkg"),
        SchemaError,
        ("measures.gpkg", "pm_loc_id"),
    ),
    RunFlaw(
        "an earlier file has no rows",
        together(earlier(), emptied("earlier.gpkg")),
        issue="submitted-missing",
        says="earlier file",
        beside=("layer-empty",),
        **_NOT_KNOWN,
    ),
    RunFlaw(
        "an earlier file holds a reference twice with different values",
        earlier(at(10, 10), at(40, 40), parcel_ref=["A1", "A1"], baseline_ss=["High", "Low"]),
        issue="submitted-ambiguous",
        says="'A1'",
        beside=("duplicate-reference",),
        **_NOT_KNOWN,
    ),
    RunFlaw(
        "an earlier file is of another site, and none of its references is known",
        earlier(parcel_ref="Z9"),
        issue="submitted-missing",
        beside=(),
        **_NOT_KNOWN,
    ),
    RunFlaw(
        "an earlier file holds a reference twice with one value, which is taken",
        earlier(at(10, 10), at(40, 40), parcel_ref=["A1", "A1"]),
        issue="duplicate-reference",
        **_KEPT,
    ),
    RunFlaw(
        "an earlier file claims what is no significance",
        earlier(baseline_ss="rather high"),
        **_NOT_KNOWN,
    ),
]  # fmt: skip
PAPER_FLAWS = [*LAYER_FLAWS, *LIST_FLAWS, *EARLIER_FLAWS]
