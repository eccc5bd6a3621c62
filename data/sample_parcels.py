"""Turn the tables of parcels into the older template's layers, and into what is expected of them."""

import random

import shapely
from sample_gpkg import Layer
from sample_land import SEED, Land
from sample_shapes import rounded
from sample_tables import AREAS, HEDGEROWS, OFFSITE_AREAS, TREES, WATERCOURSES, Line
from sample_words import CLAIMS, HABITATS, HEDGES, RIVERS, Expected, expect
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

SOURCE = "parcels.gpkg"
SITE_NAME = "Made-up Farm (sample site)"
OFFSITE_RISK = "Compensation inside LPA boundary or NCA of impact site"
SHORT, LONG = "TEXT(99)", "TEXT(999)"

TIMING = {
    "Habitat created in advance/years": SHORT,
    "Delay in starting habitat creation/years": SHORT,
    "Spatial risk category": SHORT,
    "Location": SHORT,
}
SURVEY = {
    "Site Name": LONG, "Survey Date": "DATE", "Survey Details": LONG, "Comment": LONG,
    "Mapped by": LONG, "Company": LONG, "Base Map": LONG,
}  # fmt: skip
LINE_SURVEY = {("Comments" if name == "Comment" else name): kind for name, kind in SURVEY.items()}
GRADES = {"Baseline Distinctiveness": LONG, "Proposed Distinctiveness": LONG}

HABITAT_COLUMNS = {
    "Parcel Ref": SHORT, "Baseline Broad Habitat Type": SHORT, "Baseline Habitat Type": SHORT,
    "Area": "MEDIUMINT", "Baseline Condition": SHORT, "Baseline Strategic Significance": SHORT,
    "Retention Category": SHORT, "Proposed Broad Habitat Type": SHORT, "Proposed Habitat Type": SHORT,
    "Proposed Condition": SHORT, "Proposed Strategic Significance": SHORT, **TIMING, **SURVEY, **GRADES,
}  # fmt: skip
HEDGE_COLUMNS = {
    "Parcel Ref": SHORT, "Baseline Hedge Type": SHORT, "Baseline Condition": SHORT,
    "Baseline Strategic Significance": SHORT, "Retention Category": SHORT, "Proposed Hedge Type": SHORT,
    "Proposed Condition": SHORT, "Proposed Strategic Significance": SHORT, "Length": "MEDIUMINT",
    **TIMING, **LINE_SURVEY, **GRADES,
}  # fmt: skip
RIVER_COLUMNS = {
    "Parcel Ref": SHORT, "Baseline River Type": SHORT, "Baseline Condition": SHORT,
    "Baseline Strategic Significance": SHORT, "Baseline Encroachment into Watercourse": SHORT,
    "Baseline Encroachment into riparian zone": SHORT, "Retention Category": SHORT,
    "Proposed River Type": SHORT, "Proposed Condition": SHORT, "Proposed Strategic Significance": SHORT,
    "Length": "MEDIUMINT", **TIMING, "Proposed Encroachment into Watercourse": SHORT,
    "Proposed Encroachment into riparian zone": SHORT, **LINE_SURVEY, "Enhancement Type": LONG, **GRADES,
}  # fmt: skip
TREE_COLUMNS = {
    "Tree Ref": SHORT, "Baseline Tree Size": SHORT, "Baseline Condition": SHORT,
    "Baseline Strategic Significance": SHORT, "Baseline Tree Type": SHORT, "Retention Category": SHORT,
    "Category": SHORT, "Proposed Tree Size": SHORT, "Proposed Condition": SHORT,
    "Proposed Strategic Significance": SHORT, "Proposed Tree Type": SHORT, "Location": SHORT,
    "Habitat Created/Enhanced in advance/years": SHORT,
    "Delay in starting habitat creation/enhancement in years": SHORT, "Spatial risk category": SHORT,
    **SURVEY, "Count": "MEDIUMINT", "Baseline Rural or Urban Tree": LONG,
    "Proposed Rural or Urban Tree": LONG,
}  # fmt: skip


def layers(land: Land) -> list[Layer]:
    """Return the older template's five layers."""
    rng = random.Random(SEED + 3)
    outline = red_line(land)
    boundary = {"Area": round(outline.area, 2), "Site Name": SITE_NAME}
    areas = [_area_row(land, line) for line in AREAS + OFFSITE_AREAS]
    hedges = [_line_row(land, line, kinds=HEDGES, name="Hedge Type") for line in HEDGEROWS]
    rivers = [_line_row(land, line, kinds=RIVERS, name="River Type") for line in WATERCOURSES]
    trees = [_tree_row(rng, land, line) for line in TREES]
    return [
        Layer("Red Line Boundary", "geometry", "POLYGON", {"Area": "REAL", "Site Name": SHORT},
              [(outline, boundary)]),
        Layer("Habitats", "geom", "MULTIPOLYGON", HABITAT_COLUMNS, areas),
        Layer("Hedgerows", "geom", "LINESTRING", HEDGE_COLUMNS, hedges),
        Layer("Rivers", "geom", "LINESTRING", RIVER_COLUMNS, rivers),
        Layer("Urban Trees", "geometry", "POINT", TREE_COLUMNS, trees),
    ]  # fmt: skip


def red_line(land: Land) -> BaseGeometry:
    """Return the farm's red line: all its fields together."""
    return shapely.union_all([land.farm.cell(label) for label in land.farm.labels()])


def expected() -> list[Expected]:
    """Return what the rules give for every parcel of the older template, stage by stage."""
    tables = {
        "Habitats": AREAS + OFFSITE_AREAS,
        "Hedgerows": HEDGEROWS,
        "Rivers": WATERCOURSES,
        "Urban Trees": TREES,
    }
    rows: list[Expected] = []
    for layer, lines in tables.items():
        for ref, _, measures, places, before, _, _, claims, answer in lines:
            claimed = dict(zip(("baseline", "post"), claims.split("/"), strict=True))
            for stage, verdict in (("baseline", "Low baseline" if before != "-" else ""), ("post", answer)):
                if verdict:
                    rows += expect(SOURCE, layer, ref, stage=stage, places=places, answer=verdict,
                                   claim=claimed[stage], measures=measures)  # fmt: skip
    return rows


def path_line(land: Land, text: str) -> LineString:
    """Return the line of a path along field edges, set off or shortened where the table says so."""
    path, _, how = text.partition(" ")
    points = land.farm.line(path)
    line = LineString(points)
    if how == "short":
        return LineString([rounded(*p) for p in shapely.ops.substring(line, 4, line.length - 4).coords])
    if how != "along":
        return line
    # The measure lies south of this straight edge: 5 cm inside for most of its way, then 5 cm outside.
    (x0, y0), (x1, y1) = points[0], points[-1]
    right = (y1 - y0) / line.length, -(x1 - x0) / line.length
    steps = [(0.1, 0.05), (0.6, 0.05), (0.65, -0.05), (0.9, -0.05)]
    return LineString(
        [rounded(x0 + t * (x1 - x0) + d * right[0], y0 + t * (y1 - y0) + d * right[1]) for t, d in steps]
    )


def _common(line: Line, *, offsite: bool) -> dict[str, str | None]:
    """Return the columns that all layers share."""
    _, _, _, _, before, retention, after, claims, _ = line
    claimed_before, claimed_after = claims.split("/")
    return {
        "Baseline Strategic Significance": CLAIMS[claimed_before],
        "Retention Category": retention or None,
        "Proposed Strategic Significance": CLAIMS[claimed_after],
        "Baseline Condition": "N/A - Other" if before == "-" else "Moderate",
        "Proposed Condition": "Moderate" if after else None,
        "Spatial risk category": OFFSITE_RISK if offsite else "N/A",
        "Location": "Off-site" if offsite else "On-site",
        "Site Name": SITE_NAME,
        "Survey Date": "2025-02-20",
        "Survey Details": "Made-up survey",
        "Mapped by": "Made up by a script",
        "Base Map": "None",
    }  # fmt: skip


def _timing(line: Line) -> dict[str, str]:
    """Return years in advance and of delay where something is created or enhanced."""
    if line[5] not in ("Created", "Enhanced", "Lost"):
        return {}
    return {"Habitat created in advance/years": "0", "Delay in starting habitat creation/years": "0"}


def _area_row(land: Land, line: Line) -> tuple[BaseGeometry | None, dict[str, object]]:
    """Return the shape and columns of an area parcel."""
    ref, ground, _, _, before, _, after, _, _ = line
    shape = land.shape(ground) if ground else None
    values: dict[str, object] = {"Parcel Ref": ref, **_common(line, offsite=ref >= "H101"), **_timing(line)}
    for stage, code in (("Baseline", before), ("Proposed", after)):
        if code == "-":
            values |= {f"{stage} Broad Habitat Type": "N/A", f"{stage} Habitat Type": "N/A"}
        elif code:
            broad, kind, grade = HABITATS[code]
            values |= {f"{stage} Broad Habitat Type": broad, f"{stage} Habitat Type": kind,
                       f"{stage} Distinctiveness": grade}  # fmt: skip
            if broad in ("Cropland", "Urban"):
                values[f"{stage} Condition"] = "Condition Assessment N/A"
    values["Area"] = round(abs(shape.area)) if shape is not None else None
    return shape, values


def _line_row(
    land: Land, line: Line, *, kinds: dict[str, tuple[str, str]], name: str
) -> tuple[BaseGeometry, dict[str, object]]:
    """Return the shape and columns of a hedgerow or watercourse; `name` is that of its type column."""
    ref, ground, _, _, before, _, after, _, _ = line
    shape = path_line(land, ground)
    values: dict[str, object] = {"Parcel Ref": ref, **_common(line, offsite=False), **_timing(line)}
    for stage, code in (("Baseline", before), ("Proposed", after)):
        kind, grade = kinds.get(code, ("N/A" if code else None, None))
        values |= {f"{stage} {name}": kind, f"{stage} Distinctiveness": grade}
        if name == "River Type" and code in kinds:
            values |= {f"{stage} Encroachment into Watercourse": "No Encroachment",
                       f"{stage} Encroachment into riparian zone": "Minor/No Encroachment"}  # fmt: skip
    values["Length"] = round(shape.length)
    return shape, values


def _tree_row(rng: random.Random, land: Land, line: Line) -> tuple[BaseGeometry, dict[str, object]]:
    """Return the point and columns of one or several trees."""
    ref, ground, _, _, before, retention, after, _, _ = line
    if ground.startswith("on "):
        shape = Point(land.farm.middle(ground[3:]))
    else:
        field = land.shape(ground)
        middle = field.centroid
        shape = Point(rounded(middle.x + rng.uniform(-12, 12), middle.y + rng.uniform(-9, 9)))
    values: dict[str, object] = {"Tree Ref": ref, **_common(line, offsite=ref == "T12")}
    if _timing(line):
        values |= {"Habitat Created/Enhanced in advance/years": "0",
                   "Delay in starting habitat creation/enhancement in years": "0"}  # fmt: skip
    for stage, kind in (("Baseline", before), ("Proposed", after)):
        if not kind:
            continue
        known = kind in ("Rural", "Urban")
        values |= {
            f"{stage} Tree Size": "N/A" if kind == "-" else "Small" if retention == "Created" else "Medium",
            f"{stage} Tree Type": {"-": "N/A", "Rural": "Hedgerow tree"}.get(kind, "Street tree"),
            f"{stage} Rural or Urban Tree": kind if known else "N/A" if kind == "-" else None,
        }
    values["Category"] = {"Created": "Newly Planted", "Lost": "Lost"}.get(retention, "Existing")
    values["Count"] = 5 if ref == "T10" else 1
    return shape, values
