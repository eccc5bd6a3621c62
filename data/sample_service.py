"""The sample's second site in the newer template: one table per kind of feature and stage.

Lines of the tables: reference; parent reference; shape; measures mapped there; baseline habitat;
retention category; proposed habitat; significance claimed before/after; answer. Baseline tables use
the first five and the claim before. `*` as baseline stands for `To be created`. All lies in one
district, so a parcel has as many parts as its answer has.
"""

from sample_gpkg import Layer
from sample_land import Land
from sample_shapes import rounded
from sample_words import HABITATS, HEDGES, RIVERS, SHORT_CLAIMS, Expected, expect
from shapely import LineString, Point, Polygon, union_all
from shapely.geometry.base import BaseGeometry

SOURCE = "parcels_service.gpkg"
PLACE = "S"
TREES = {"Rural": ("Rural tree", "Medium"), "Urban": ("Urban tree", "Medium")}

Line = tuple[str, str, str, str, str, str, str, str, str]

TABLES: dict[str, list[Line]] = {
    "Area Habitats Baseline": [
        ("AH-001", "", "sA1", "G1", "MG", "", "", "L/", ""),
        ("AH-002", "", "sB1", "G1", "CC", "", "", "L/", ""),
        ("AH-003", "", "sC1", "", "MG", "", "", "L/", ""),
        ("AH-004", "", "sD1", "U1", "MG", "", "", "L/", ""),
        ("AH-005", "", "sA2", "", "ONG", "", "", "H/", ""),
        ("AH-006", "", "sB2", "T1", "MG", "", "", "L/", ""),
        ("AH-007", "", "sC2", "T1", "MG", "", "", "L/", ""),
        ("AH-008", "", "sD2", "", "MG", "", "", "L/", ""),
    ],
    "Area Habitats Post-Intervention": [
        ("AH-001", "", "sA1", "G1", "MG", "Enhanced", "ONG", "L/H", "High consistent"),
        ("AH-002-1", "AH-002", "sB1west", "G1", "CC", "Created", "LM", "L/H", "High consistent"),
        ("AH-002-2", "AH-002", "sB1east", "", "CC", "Created", "LM", "L/L", "Low unmapped"),
        ("AH-003", "", "sC1", "", "MG", "Retained", "MG", "L/L", "Low retained"),
        ("AH-004", "", "sD1", "U1", "MG", "Created", "DL", "L/L", "Low scores-zero"),
        ("AH-005", "", "sA2", "", "ONG", "Retained", "ONG", "L/H", "Low retained"),
        ("AH-006", "", "sB2", "T1", "MG", "Created", "FEN", "L/L", "High consistent"),
        ("AH-007", "", "sC2", "T1", "MG", "Created", "REED", "L/H", "High consistent | Low unmapped"),
        ("AH-008-1", "AH-008", "sD2", "", "MG", "Created", "OWB", "L/H", "Low unmapped"),
        ("AH-009", "", "nowhere", "", "*", "Created", "ONG", "/L", "error error"),
    ],
    "Vertical Area Habitats Baseline": [("VA-001", "", "wall 0.5", "U1", "GGW", "", "", "L/", "")],
    "Vertical Area Habitats Post-Intervention": [
        ("VA-001", "", "wall 0.5", "U1", "GGW", "Retained", "GGW", "L/L", "Low retained"),
        ("VA-002", "", "wall 0.3", "U1", "*", "Created", "FGW", "/H", "High consistent"),
        ("VA-003", "", "wall 0.0", "U1", "*", "Created", "FGW", "/H", "Low? straddling-vertical"),
        ("VA-004", "", "wall -0.5", "", "*", "Created", "FGW", "/L", "Low unmapped"),
    ],
    "Hedgerows Baseline": [
        ("HD-001", "", "U1.1", "T1", "NH", "", "", "L/", ""),
        ("HD-002", "", "U1.0", "G1", "NH", "", "", "L/", ""),
    ],
    "Hedgerows Post-Intervention": [
        ("HD-001", "", "U1.1", "T1", "NH", "Retained", "NH", "L/L", "Low retained"),
        ("HD-002", "", "U1.0", "G1", "NH", "Enhanced", "SRH", "L/H", "Low? open-verdict"),
        ("HD-003", "", "U4.1", "", "*", "Created", "NHT", "/L", "Low unmapped"),
    ],
    "Watercourses Baseline": [("WC-001", "", "L2.3", "", "DIT", "", "", "L/", "")],
    "Watercourses Post-Intervention": [
        ("WC-001", "", "L2.3", "", "DIT", "Enhanced", "DIT", "L/L", "Low unmapped"),
    ],
    "Individual Trees Baseline": [("IT-001", "", "tree sC1", "", "Rural", "", "", "L/", "")],
    "Individual Trees Post-Intervention": [
        ("IT-001", "", "tree sC1", "", "Rural", "Retained", "Rural", "L/L", "Low retained"),
        ("IT-002", "", "tree sD1", "U1", "*", "Created", "Urban", "/H", "High consistent"),
        ("IT-003", "", "tree sD2", "", "*", "Created", "Rural", "/L", "Low unmapped"),
    ],
}

# What differs between the kinds of feature: type columns, size column before and after, SQL geometry.
KINDS: dict[str, tuple[str, str, str, str]] = {
    "Area Habitats": ("Habitat Type", "Area (hectares)", "Area", "MULTIPOLYGON"),
    "Vertical Area Habitats": ("Habitat Type", "Area (hectares)", "Area", "MULTIPOLYGON"),
    "Hedgerows": ("Hedge Type", "Length (m)", "Length (m)", "LINESTRING"),
    "Watercourses": ("River Type", "Length (m)", "Length (m)", "LINESTRING"),
    "Individual Trees": ("Tree Type", "Count", "Count", "POINT"),
}


def layers(land: Land) -> list[Layer]:
    """Return the newer template's layers."""
    outline = union_all([land.service.cell(label) for label in land.service.labels()])
    boundary = {"Area": round(outline.area / 1e4, 4), "Site Name": "Made-up second site (sample)"}
    made = [Layer("Red Line Boundary", "geom", "POLYGON", {"Area": "REAL", "Site Name": "TEXT"},
                  [(outline, boundary)])]  # fmt: skip
    for name, lines in TABLES.items():
        kind, _, stage = name.rpartition(" ")
        columns = _columns(kind, post=stage != "Baseline")
        rows = [_row(land, kind, line, post=stage != "Baseline") for line in lines]
        made.append(Layer(name, "geom", KINDS[kind][3], columns, rows))
    return made


def expected() -> list[Expected]:
    """Return what the rules give for every row of the newer template."""
    rows: list[Expected] = []
    for layer, lines in TABLES.items():
        stage = "baseline" if layer.endswith("Baseline") else "post"
        for ref, _, ground, measures, _, _, _, claims, answer in lines:
            claim = claims.split("/")[0 if stage == "baseline" else 1]
            places = "0" if ground == "nowhere" else PLACE
            rows += expect(SOURCE, layer, ref, stage=stage, places=places, answer=answer or "Low baseline",
                           claim=claim, measures=measures)  # fmt: skip
    return rows


def _columns(kind: str, *, post: bool) -> dict[str, str]:
    """Return the columns of a table with their SQL types."""
    type_name, size_before, size_after, _ = KINDS[kind]
    tree, water, area = kind == "Individual Trees", kind == "Watercourses", type_name == "Habitat Type"
    before = (["Baseline Tree Size"] if tree else []) + (["Baseline Broad Habitat Type"] if area else [])
    before += [f"Baseline {type_name}", *(["Baseline Rural or Urban Tree"] if tree else [])]
    before += [] if tree else ["Baseline Distinctiveness"]
    before += ["Baseline Condition", "Baseline Strategic Significance"]
    before += ["Baseline Encroachment into Watercourse", "Baseline Encroachment into riparian zone"] * water
    before += ["Irreplaceable Habitat"] * area
    if not post:
        size = {size_before: "INTEGER" if tree else "REAL"}
        return _text(["Habitat Ref", *before]) | size | _text(["Comment", "feature_uuid"])
    after = [name.replace("Baseline", "Proposed") for name in before if name != "Irreplaceable Habitat"]
    timing = ["Habitat created in advance/years", "Delay in starting habitat creation/years",
              "Spatial risk category"]  # fmt: skip
    more = (["Baseline Length"] if type_name in ("Hedge Type", "River Type") else []) + ["Retention Category"]
    last = (["Category"] if tree else []) + (["Enhancement Type"] if water else []) + timing
    size = {size_after: "INTEGER" if tree else "REAL"}
    texts = _text(["Habitat Ref", "Parent Ref", *before, *more, *after, *last])
    return texts | size | _text(["parent_uuid", "parent_geom"])


def _text(names: list[str]) -> dict[str, str]:
    return dict.fromkeys(names, "TEXT")


def _row(land: Land, kind: str, line: Line, *, post: bool) -> tuple[BaseGeometry | None, dict[str, object]]:
    """Return the shape and columns of one feature."""
    ref, parent, ground, _, before, retention, after, claims, _ = line
    type_name, size_before, size_after, _ = KINDS[kind]
    shape = _shape(land, ground)
    size = (
        {"MULTIPOLYGON": round(shape.area / 1e4, 4), "LINESTRING": round(shape.length, 1), "POINT": 1}
        if shape
        else {"MULTIPOLYGON": 0.5}  # what the surveyor measured; the outline was never drawn
    )
    size_name = size_after if post else size_before
    values: dict[str, object] = {"Habitat Ref": ref, size_name: size[KINDS[kind][3]]}
    values |= _habitat("Baseline", kind, before, claim=claims.split("/")[0])
    if not post:
        return shape, values | {"Comment": "Made-up sample"}
    values |= {"Parent Ref": parent or ref if before != "*" else None, "Retention Category": retention}
    values |= _habitat("Proposed", kind, after, claim=claims.split("/")[1])
    if retention != "Retained":
        values |= {"Habitat created in advance/years": "0", "Delay in starting habitat creation/years": "0"}
    if type_name == "Tree Type":
        values["Category"] = "Newly Planted" if retention == "Created" else "Existing"
    return shape, values | {"Spatial risk category": "N/A"}


def _habitat(stage: str, kind: str, code: str, *, claim: str) -> dict[str, object]:
    """Return the columns that describe a habitat before or after."""
    type_name = KINDS[kind][0]
    if code == "*":
        empty: dict[str, object] = {f"{stage} {type_name}": "To be created"}
        broad = {f"{stage} Broad Habitat Type": "To be created"}
        return empty | (broad if type_name == "Habitat Type" else {})
    found = (HABITATS | HEDGES | RIVERS | TREES)[code]
    values: dict[str, object] = {
        f"{stage} {type_name}": found[-2],
        f"{stage} Condition": "Moderate",
        f"{stage} Strategic Significance": SHORT_CLAIMS[claim],
    }
    if type_name == "Tree Type":
        return values | {f"{stage} Tree Size": "Small", f"{stage} Rural or Urban Tree": code}
    if type_name == "River Type":
        values |= {f"{stage} Encroachment into Watercourse": "No Encroachment",
                   f"{stage} Encroachment into riparian zone": "No Encroachment/No Encroachment"}  # fmt: skip
    if type_name == "Habitat Type":
        values |= {f"{stage} Broad Habitat Type": found[0]}
        values |= {"Irreplaceable Habitat": "No"} if stage == "Baseline" else {}
    return values | {f"{stage} Distinctiveness": found[-1]}


def _shape(land: Land, ground: str) -> BaseGeometry | None:
    """Return the shape of a field, an edge, a tree in a field, a wall near the edge of D1, or none."""
    if ground == "nowhere":
        return None
    if ground.startswith("tree "):
        middle = land.shapes[ground[5:]].centroid
        return Point(rounded(middle.x + 6, middle.y - 4))
    if ground.startswith("wall "):
        # The footprint of a wall 24 m long and 0.6 m deep, so far east of the edge of C1 and D1.
        x, y = land.service.middle("U3.0")
        x += float(ground[5:]) * 100
        corners = [(x - 12, y), (x + 12, y), (x + 12, y + 0.6), (x - 12, y + 0.6)]
        return Polygon([rounded(*corner) for corner in corners])
    if ground[0] in "UL":
        return LineString(land.service.line(ground))
    return land.shapes[ground]
