"""Parcels, measures and outlines that are wrong: in their shapes, their cells or their places."""

import shapely

from lnrs_geo.errors import CRSError, OptionError, SchemaError
from tests.flaws_world import (
    BOW_TIE,
    DEGREES,
    LINE,
    SITE,
    RunFlaw,
    at,
    emptied,
    habitats,
    measures,
    on_site,
    parcels,
    red_line,
    template,
    together,
    zones,
)

SWAPPED = shapely.box(160_010, 530_010, 160_030, 530_030)  # England lies where northing comes first
EMPTY = shapely.Polygon()
LONG = "A1" * 600

PARCEL_FLAWS = [
    RunFlaw(
        "a parcel that crosses itself",
        parcels(on_site(BOW_TIE)),
        issue="geometry-changed",
        status="provisional",
        reason="repaired-geometry",
    ),
    RunFlaw("a parcel with null geometry", parcels(None), issue="geometry-missing", status="error"),
    RunFlaw("a parcel with empty geometry", parcels(EMPTY), issue="geometry-missing", status="error"),
    RunFlaw(
        "a parcel without extent",
        parcels(on_site(shapely.Polygon([(0, 0), (9, 9), (0, 0), (0, 0)]))),
        issue="geometry-unreadable",
        status="error",
    ),
    RunFlaw("overlapping parcels", parcels(at(10, 10), at(20, 20)), issue="parcel-overlap"),
    RunFlaw("a parcel in a parcel", parcels(at(10, 10), at(15, 15, 5, 5)), issue="parcel-overlap"),
    RunFlaw(
        "a reference twice",
        parcels(at(10, 10), at(40, 40), parcel_ref=["A1", "A1"]),
        issue="duplicate-reference",
    ),
    RunFlaw(
        "a blank reference", parcels(at(10, 10), at(40, 40), parcel_ref=["", "B"]), issue="reference-missing"
    ),
    RunFlaw("a parcel drawn twice", parcels(at(10, 10), at(10, 10)), issue="duplicate-geometry"),
    RunFlaw("a size of another parcel", parcels(at(10, 10), size=[900]), issue="size-differs"),
    RunFlaw("a parcel too small", parcels(at(10, 10, 0.9, 0.9)), issue="parcel-too-small"),
    RunFlaw(
        "an area drawn as a line", parcels(LINE, module="area"), issue="wrong-geometry-type", status="error"
    ),
    RunFlaw(
        "a hedgerow drawn as a polygon",
        parcels(at(10, 10), module="hedgerow", proposed_habitat="Native hedgerow"),
        issue="wrong-geometry-type",
        status="error",
    ),
    RunFlaw(
        "a line of no module",
        parcels(LINE, proposed_habitat="A row of bushes"),
        issue="module-unknown",
        status="error",
    ),
    RunFlaw(
        "a module there is not", parcels(at(10, 10), module="hegde"), issue="module-unknown", status="error"
    ),
    RunFlaw(
        "a tree of no count",
        parcels(shapely.Point(430_020, 360_020), proposed_habitat="Individual trees - Rural tree"),
        issue="tree-count-assumed",
        status="provisional",
    ),
    RunFlaw(
        "an unknown habitat",
        parcels(proposed_habitat="Hay field"),
        issue="habitat-unknown",
        status="provisional",
        reason="unknown-habitat",
    ),
    RunFlaw(
        "no proposed habitat",
        parcels(proposed_habitat="To be created"),
        issue="no-proposed-habitat",
        status="provisional",
        reason="no-proposed-habitat",
    ),
    RunFlaw(
        "an unknown retention category",
        parcels(retention="Relocated"),
        issue="retention-unknown",
        status="provisional",
        reason="unknown-intervention",
    ),
    RunFlaw(
        "no retention category",
        parcels(retention=""),
        issue="retention-missing",
        status="provisional",
        reason="unclear-retention",
    ),
    RunFlaw("a size that is no number", parcels(size="big"), issue="number-unreadable"),
    RunFlaw("a text longer than the template's", parcels(notes=LONG), issue="text-too-long"),
    RunFlaw("degrees labelled as National Grid", parcels(DEGREES), CRSError, "Assign EPSG:4326"),
    RunFlaw(
        "one parcel of coordinates that cannot be",
        parcels(at(10, 10), shapely.box(9e8, 9e8, 9e8 + 9, 9e8 + 9)),
        issue="coordinate-implausible",
    ),
    RunFlaw(
        "northing before easting",
        parcels(SWAPPED),
        issue="axes-maybe-swapped",
        status="provisional",
        reason="no-area-given",
    ),
    RunFlaw("heights", parcels(shapely.force_3d(at(10, 10), z=7.0)), issue="vertical-values-dropped"),
    RunFlaw(
        "a parcel that is not in England",
        parcels(at(-180_000, 500_000)),
        issue="outside-england",
        status="provisional",
        reason="no-area-given",
    ),
    RunFlaw(
        "no column that is known",
        parcels(parcel_ref=None, retention=None, proposed_habitat=None, colour="red"),
        SchemaError,
        "layer 'parcels' with colour",
    ),
    RunFlaw(
        "land outside the red line",
        template(
            {
                "Red Line Boundary": red_line(at(0, 0, 50, 50)),
                "Habitats": habitats(at(0, 0, 50, 50), at(60, 60)),
            }
        ),
        issue="outside-red-line",
    ),
    RunFlaw(
        "parcels that leave a gap in the red line",
        template({"Red Line Boundary": red_line(SITE), "Habitats": habitats(at(0, 0, 50, 50))}),
        issue="red-line-sum",
    ),
    RunFlaw(
        "a red line that crosses itself",
        template({"Red Line Boundary": red_line(on_site(BOW_TIE)), "Habitats": habitats(at(10, 10))}),
        issue="red-line-invalid",
    ),
    RunFlaw(
        "a red line that is a point",
        template(
            {"Red Line Boundary": red_line(shapely.Point(430_010, 360_010)), "Habitats": habitats(at(10, 10))}
        ),
        issue="red-line-wrong-geometry",
    ),
    RunFlaw(
        "a template without its red line",
        template({"Habitats": habitats(at(10, 10))}),
        issue="red-line-missing",
    ),
    RunFlaw(
        "a line in the layer of areas",
        template({"Red Line Boundary": red_line(SITE), "Habitats": habitats(LINE)}),
        issue="wrong-geometry-type",
        status="error",
    ),
    RunFlaw(
        "retained, with another habitat",
        template({"Habitats": habitats(at(10, 10), **{"Retention Category": "Retained"})}),
        issue="retained-changes-habitat",
    ),
    RunFlaw(
        "lost without a successor",
        template(
            {
                "Habitats": habitats(
                    at(10, 10),
                    **{
                        "Retention Category": "Lost",
                        "Proposed Broad Habitat Type": None,
                        "Proposed Habitat Type": None,
                    },
                )
            }
        ),
        issue="lost-without-successor",
        status="",
    ),
]
MAP_FLAWS = [
    RunFlaw(
        "measures of an unknown layout",
        measures(("L1", "M1", "Hay", "x", SITE), head=("a", "b", "c", "d")),
        SchemaError,
        "layer 'measures' with a, b, c, d",
    ),
    RunFlaw(
        "a measure that crosses itself",
        measures(("L1", "M1", "Hay", "x", on_site(BOW_TIE))),
        issue="geometry-changed",
        status="provisional",
        reason="repaired-geometry",
    ),
    RunFlaw("measures of another LNRS", measures(("L1", "M1", "Hay", "14", SITE)), issue="lnrs-id-mismatch"),
    RunFlaw(
        "a measure without geometry",
        measures(("L1", "M1", "Hay", "x", SITE), ("L2", "M2", "Hay", "x", None)),
        issue="measure-left-out",
    ),
    RunFlaw(
        "a measure drawn as a line",
        measures(("L1", "M1", "Hay", "x", SITE), ("L2", "M2", "Hay", "x", LINE)),
        issue="measure-not-polygon",
    ),
    RunFlaw(
        "a measure of no name",
        measures(("L1", "M1", "Hay", "x", SITE), ("L2", "", "", "x", SITE)),
        issue="measure-left-out",
    ),
    RunFlaw(
        "a measure without code",
        measures(("L1", "M1", "Hay", "x", SITE), ("L2", "", "Bees", "x", SITE)),
        issue="measure-id-missing",
    ),
    RunFlaw(
        "a measure's row repeated",
        measures(*[("L1", "M1", "Hay", "x", SITE)] * 2),
        issue="measure-rows-merged",
    ),
    RunFlaw(
        "a measure's row repeated in other words",
        measures(("L1", "M1", "Hay", "x", SITE), ("L1", "M1", "Bees", "x", SITE)),
        issue="measure-text-differs",
    ),
    RunFlaw(
        "a flag that says neither yes nor no",
        measures(("L1", "M1", "Hay", "perhaps", SITE), head=("pm_loc_id", "pm_id", "pm_desc", "eligible")),
        issue="eligible-unreadable",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "measures in degrees labelled as National Grid",
        measures(("L1", "M1", "Hay", "x", DEGREES)),
        CRSError,
        "EPSG:4326",
    ),
    RunFlaw(
        "an outline without an id beside one that has it",
        zones("area", SITE, at(50, 50, 500, 500), lnrs_id=["x", None]),
        SchemaError,
        "bear no LNRS id",
    ),
    RunFlaw("an area that is a line", zones("area", LINE, lnrs_id=["x"]), SchemaError, "There is no polygon"),
    RunFlaw(
        "an area beside a point",
        zones("area", SITE, shapely.Point(430_000, 360_000), lnrs_id=["x", "y"]),
        issue="zone-left-out",
    ),
    RunFlaw(
        "areas that overlap",
        zones("area", SITE, at(50, 50, 500, 500), lnrs_id=["x", "y"]),
        issue="areas-overlap",
    ),
    RunFlaw(
        "authorities without names",
        zones("authorities", SITE, population=[9]),
        SchemaError,
        "--map authority=",
    ),
    RunFlaw(
        "districts that overlap",
        zones("authorities", SITE, at(0, 0, 50, 50), name=["North", "South"]),
        issue="authorities-overlap",
    ),
    RunFlaw(
        "an APIB layer of points",
        zones("apib", shapely.Point(430_000, 360_000), name=["Pond"]),
        SchemaError,
        "There is no polygon",
    ),
    RunFlaw(
        "a file of parcels is given twice",
        lambda folder: {"parcels": [str(folder / "parcels.gpkg")] * 2},
        OptionError,
        ("parcels.gpkg", "given twice"),
    ),
    RunFlaw(
        "the map has no rows, and so would make every parcel of the area Low",
        together(emptied("measures.gpkg"), zones("area", SITE, lnrs_id=["x"])),
        SchemaError,
        ("measures.gpkg", "There is no polygon"),
    ),
]
