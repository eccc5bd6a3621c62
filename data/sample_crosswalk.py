"""The made-up crosswalk: which metric habitats each sample measure is consistent with.

Rows of every kind occur: published, confirmed and proposed; yes, no and conditional; exact habitats,
wildcards for a broad type and for everything; lists declared complete; all modules. One measure,
SMP-S1, has no row at all: nobody has said yet what it means in metric habitats.
"""

GRASS, WOOD, HEATH = "Grassland - ", "Woodland and forest - ", "Heathland and shrub - "
WET, URBAN, LAKE, TREE = "Wetland - ", "Urban - ", "Lakes - ", "Individual trees - "

# module, habitat, intervention, verdict, status, note: a condition, or `complete`.
YES, NO, IF = "yes", "no", "conditional"
PUBLISHED, CONFIRMED, PROPOSED = "published", "confirmed", "proposed"
Row = tuple[str, str, str, str, str, str]

CROSSWALK: dict[str, list[Row]] = {
    "SMP-W1": [
        ("area", WOOD + "Lowland mixed deciduous woodland", "create", YES, PUBLISHED, ""),
        ("area", WOOD + "Other woodland; broadleaved", "either", YES, PUBLISHED, ""),
        ("area", WOOD + "Other coniferous woodland", "either", NO, PUBLISHED, ""),
        ("area", WOOD + "*", "enhance", YES, CONFIRMED, ""),
        ("area", GRASS + "*", "either", NO, CONFIRMED, ""),
        ("tree", TREE + "Rural tree", "create", YES, CONFIRMED, ""),
        ("hedgerow", "Native hedgerow with trees", "create", YES, CONFIRMED, ""),
    ],
    "SMP-W2": [("area", WOOD + "Lowland mixed deciduous woodland", "enhance", YES, PUBLISHED, "")],
    "SMP-O1": [
        ("area", GRASS + "Traditional orchards", "create", YES, PUBLISHED, ""),
        ("area", WOOD + "Wood-pasture and parkland", "either", YES, CONFIRMED, ""),
    ],
    "SMP-G1": [
        ("area", GRASS + "*", "either", YES, CONFIRMED, ""),
        ("area", GRASS + "Modified grassland", "either", NO, PUBLISHED, ""),
        ("area", GRASS + "Lowland meadows", "either", NO, PROPOSED, ""),
        ("area", WOOD + "*", "create", NO, CONFIRMED, ""),
    ],
    "SMP-G2": [
        ("area", GRASS + "Upland hay meadows", "create", YES, PROPOSED, ""),
        ("area", GRASS + "*", "enhance", YES, PROPOSED, ""),
    ],
    "SMP-H1": [
        ("area", HEATH + "Lowland heathland", "either", YES, PUBLISHED, ""),
        ("area", HEATH + "Mixed scrub", "create", IF, PUBLISHED, "only as the edge of a heath"),
        ("area", HEATH + "Bramble scrub", "either", NO, CONFIRMED, ""),
    ],
    "SMP-B1": [
        ("area", WET + "Blanket bog", "enhance", YES, PUBLISHED, ""),
        ("area", "", "either", "", PUBLISHED, "complete"),
    ],
    "SMP-T1": [
        ("area", WET + "Fens (upland and lowland)", "either", YES, PUBLISHED, ""),
        ("area", WET + "Reedbeds", "either", YES, PUBLISHED, ""),
        ("area", WET + "Purple moor grass and rush pastures", "either", YES, CONFIRMED, ""),
        ("area", GRASS + "Modified grassland", "either", NO, CONFIRMED, ""),
    ],
    "SMP-P1": [
        ("area", LAKE + "Ponds (priority habitat)", "create", YES, PUBLISHED, ""),
        ("area", LAKE + "Ponds (non-priority habitat)", "create", YES, CONFIRMED, ""),
    ],
    "SMP-F1": [
        ("area", GRASS + "Floodplain wetland mosaic and CFGM", "create", IF, PUBLISHED,
         "only where the river reaches it once in two years"),
        ("area", WOOD + "Wet woodland", "create", YES, PUBLISHED, ""),
    ],
    "SMP-R1": [
        ("watercourse", "Other rivers and streams", "enhance", YES, PUBLISHED, ""),
        ("watercourse", "Priority habitat", "enhance", YES, PUBLISHED, ""),
        ("watercourse", "Ditches", "either", NO, CONFIRMED, ""),
        ("area", "", "either", "", CONFIRMED, "complete"),
    ],
    "SMP-HG1": [
        ("hedgerow", "Species-rich native hedgerow", "either", YES, PUBLISHED, ""),
        ("hedgerow", "Species-rich native hedgerow with trees", "either", YES, PUBLISHED, ""),
        ("hedgerow", "Native hedgerow", "enhance", YES, CONFIRMED, ""),
        ("hedgerow", "Non-native and ornamental hedgerow", "either", NO, CONFIRMED, ""),
        ("area", "", "either", "", CONFIRMED, "complete"),
    ],
    "SMP-TR1": [
        ("tree", TREE + "Rural tree", "create", YES, PUBLISHED, ""),
        ("tree", TREE + "Urban tree", "create", IF, PUBLISHED, "only where the soil is not sealed"),
        ("area", "", "either", "", CONFIRMED, "complete"),
    ],
    "SMP-U1": [
        ("area", URBAN + "Facade-bound green wall", "create", YES, PUBLISHED, ""),
        ("area", URBAN + "Rain garden", "create", YES, PUBLISHED, ""),
        ("area", URBAN + "Biodiverse green roof", "create", YES, CONFIRMED, ""),
        ("area", URBAN + "Sustainable drainage system", "create", YES, CONFIRMED, ""),
        ("area", URBAN + "*", "create", NO, CONFIRMED, ""),
        ("tree", TREE + "Urban tree", "create", YES, PUBLISHED, ""),
    ],
    "SMP-Q1": [
        ("area", URBAN + "Open mosaic habitats on previously developed land", "create", YES, PUBLISHED, ""),
        ("area", "Sparsely vegetated land - *", "either", YES, PROPOSED, ""),
    ],
    "SMP-M1": [
        ("area", "*", "either", NO, CONFIRMED, ""),
        ("area", GRASS + "Other neutral grassland", "enhance", YES, PROPOSED, ""),
    ],
    "SMP-E1": [("area", GRASS + "Lowland meadows", "either", YES, PUBLISHED, "")],
}  # fmt: skip


def crosswalk_rows() -> list[dict[str, str]]:
    """Return the crosswalk in the columns of a crosswalk file."""
    rows = []
    for measure_id, entries in CROSSWALK.items():
        for module, habitat, intervention, verdict, status, note in entries:
            complete = note == "complete"
            row = {
                "lnrs_id": "sample", "measure_id": measure_id, "module": module, "habitat": habitat,
                "intervention": "" if complete else intervention, "verdict": verdict,
                "condition_note": "" if complete else note, "status": status,
                "complete": "yes" if complete else "",
            }  # fmt: skip
            rows.append(row | _provenance(status))
    return rows


def _provenance(status: str) -> dict[str, str]:
    """Return who stands for a row: the (made-up) authority, a role on a date, or a program."""
    if status == PUBLISHED:
        return {"source": "Made-up sample strategy, table of measures", "reviewer_role": "",
                "reviewed_on": "", "phrase": "", "note": ""}  # fmt: skip
    if status == CONFIRMED:
        return {"source": "Sample review", "reviewer_role": "county ecologist",
                "reviewed_on": "2025-02-10", "phrase": "", "note": ""}  # fmt: skip
    return {"source": "words of the measure's text", "reviewer_role": "", "reviewed_on": "",
            "phrase": "made-up phrase", "note": "to be confirmed by an ecologist"}  # fmt: skip
