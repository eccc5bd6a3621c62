"""Words of the sample's tables: short names of habitats, claims and places, and what is expected.

The tables of parcels say in short what each parcel is and which answer the rules give it. The
answers were worked out by hand from the rules, not by the program: that makes them a test of it.
"""

from dataclasses import dataclass

from sample_land import EAST, NORTH, PARK, SOUTH

# Broad type, type, distinctiveness.
HABITATS: dict[str, tuple[str, str, str]] = {
    "CC": ("Cropland", "Cereal crops", "Low"),
    "MG": ("Grassland", "Modified grassland", "Low"),
    "ONG": ("Grassland", "Other neutral grassland", "Medium"),
    "LM": ("Grassland", "Lowland meadows", "V.High"),
    "UHM": ("Grassland", "Upland hay meadows", "V.High"),
    "UAG": ("Grassland", "Upland acid grassland", "Medium"),
    "TO": ("Grassland", "Traditional orchards", "High"),
    "FWM": ("Grassland", "Floodplain wetland mosaic and CFGM", "High"),
    "WRONG": ("Grassland", "Hay field with lots of flowers in it", "Medium"),  # no such habitat
    "LMDW": ("Woodland and forest", "Lowland mixed deciduous woodland", "High"),
    "OWB": ("Woodland and forest", "Other woodland; broadleaved", "Medium"),
    "OWM": ("Woodland and forest", "Other woodland; mixed", "Medium"),
    "OCW": ("Woodland and forest", "Other coniferous woodland", "Low"),
    "WW": ("Woodland and forest", "Wet woodland", "High"),
    "LH": ("Heathland and shrub", "Lowland heathland", "High"),
    "UH": ("Heathland and shrub", "Upland heathland", "High"),
    "MS": ("Heathland and shrub", "Mixed scrub", "Medium"),
    "GS": ("Heathland and shrub", "Gorse scrub", "Medium"),
    "BB": ("Wetland", "Blanket bog", "V.High"),
    "FEN": ("Wetland", "Fens (upland and lowland)", "V.High"),
    "REED": ("Wetland", "Reedbeds", "High"),
    "PMG": ("Wetland", "Purple moor grass and rush pastures", "V.High"),
    "PP": ("Lakes", "Ponds (priority habitat)", "High"),
    "DL": ("Urban", "Developed land; sealed surface", "V.Low"),
    "VG": ("Urban", "Vegetated garden", "Low"),
    "SUDS": ("Urban", "Sustainable drainage system", "Low"),
    "RAIN": ("Urban", "Rain garden", "Low"),
    "OMH": ("Urban", "Open mosaic habitats on previously developed land", "High"),
    "VDL": ("Urban", "Vacant or derelict land", "Low"),
    "FGW": ("Urban", "Facade-bound green wall", "Low"),
    "GGW": ("Urban", "Ground based green wall", "Low"),
    "RE": ("Sparsely vegetated land", "Ruderal/Ephemeral", "Low"),
    "TF": ("Sparsely vegetated land", "Tall forbs", "Low"),
}
HEDGES = {
    "NH": ("Native hedgerow", "Low"),
    "NHT": ("Native hedgerow with trees", "Medium"),
    "SRH": ("Species-rich native hedgerow", "Medium"),
    "SRHT": ("Species-rich native hedgerow with trees", "High"),
    "ORN": ("Non-native and ornamental hedgerow", "V.Low"),
    "LOT": ("Line of trees", "Low"),
}
RIVERS = {
    "PH": ("Priority habitat", "V.High"),
    "ORS": ("Other rivers and streams", "High"),
    "DIT": ("Ditches", "Medium"),
    "CUL": ("Culvert", "Low"),
}

# What a file claims of strategic significance, written as the older template writes it.
CLAIMS = {
    "H": "Formally identified in local strategy",
    "M": "Location ecologically desirable but not in local strategy",
    "L": "Area/compensation not in local strategy/ no local strategy",
    "T": "Within area formally identified in local strategy",
    "l": "Low",
    "-": "N/A",
    "X": "Regionally important",
    "": None,
}
# The newer template's words; it has no long strings.
SHORT_CLAIMS = {"H": "High", "L": "Low", "M": "Medium", "": None}

# Where a part lies: the strategy area and the planning authority.
PLACES = {
    "N": ("sample", NORTH),
    "S": ("sample", SOUTH),
    "P": ("sample", PARK),
    "E": ("sample", EAST),
    "En": ("neighbour", EAST),
    "Eo": ("", EAST),
    "0": ("", ""),
}

RANK = {"High": 0, "Low": 1, "Low?": 2, "error": 3}


@dataclass(frozen=True, slots=True)
class Expected:
    """One expected part; the columns of `expected.csv`."""

    source: str
    layer: str
    parcel_ref: str
    stage: str
    part: int
    lnrs_id: str
    authority: str
    strat_sig: str
    status: str
    ss_reason: str
    check: str
    measures: str


def expect(
    source: str, layer: str, ref: str, *, stage: str, places: str, answer: str, claim: str, measures: str
) -> list[Expected]:
    """Return the parts of one parcel and stage in the order of the results.

    Parameters
    ----------
    places
        Codes of the places the parcel lies in, such as `S N`.
    answer
        One or several of `High consistent`, `Low unmapped`, `Low? open-verdict` (a question mark
        for provisional), `error error`, joined by ` | `; `@En` at the end of one restricts it to
        that place, others hold in every place.
    measures
        The measures mapped on the parcel, short: `W1 G1`.
    """
    parts = []
    for text in answer.split(" | "):
        verdict, _, at = text.partition(" @")
        for place in at.split() or places.split():
            parts.append((*verdict.split(), *PLACES[place]))
    parts.sort(key=lambda part: (RANK[part[0]], part[2], part[3]))
    status = {"High": "decided", "Low": "decided", "Low?": "provisional", "error": "error"}
    return [
        Expected(
            source, layer, ref, stage, number, lnrs_id, authority,
            "" if word == "error" else word.rstrip("?"), status[word], reason,
            _check(stage, word, claim), ";".join(f"SMP-{short}" for short in measures.split()),
        )
        for number, (word, reason, lnrs_id, authority) in enumerate(parts, start=1)
    ]  # fmt: skip


def _check(stage: str, word: str, claim: str) -> str:
    """Return the verdict on a claim: the first of rule 6 that applies, where no dates are given."""
    category = {"H": "High", "T": "High", "M": "Medium", "L": "Low", "l": "Low"}.get(claim, "")
    if word == "error":
        return ""
    if claim == "X":
        return "unrecognised"
    if claim in ("", "-"):
        return "blank"
    if stage == "post" and category == "Medium":
        return "invalid-medium"
    if stage == "baseline" and category != "Low":
        return "baseline-not-low"
    if word == "Low?":
        return "review"
    if category == word:
        return "ok"
    return "wrong-high" if category == "High" else "missed-high"
