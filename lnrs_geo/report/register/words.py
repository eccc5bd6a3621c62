"""What the report of a register says of outcomes and reasons, in plain words."""

OUTCOMES = {
    "assessed": "assessed",
    "review": "assessed, for review",
    "screened": "screened only",
    "failed": "failed",
}
MEANINGS = {
    "assessed": "Every part has its answer, and none waits for a person.",
    "review": "Assessed; a person must look at some of it before relying on it.",
    "screened": "A grid reference alone and no boundary: no assessment. In no total.",
    "failed": "Its row or its file could not be used: nothing is known of it. In no total.",
}
UNDATED = (
    "Where no dates were given, an application made on the assessment date, after publication of the LNRS, is "
    "assumed."
)
# Names of the modules beside a size, where the unit does not tell
BESIDE = {"area": "", "hedgerow": "hedgerow", "watercourse": "watercourse", "tree": ""}
# Why a part has no decision, by `ss_reason`
REASONS = {
    "open-verdict": "Nobody has said whether the proposal is consistent with a measure mapped there, or the "
    "areas of two strategies overlap",
    "no-proposed-habitat": "The row names no proposed habitat",
    "unknown-habitat": "The habitat named is none of the metric's",
    "unclear-retention": "The row does not say what is done with the habitat",
    "unknown-intervention": "The row does not say whether it is created or enhanced",
    "outside-area": "It lies outside every strategy area given",
    "lnrs-not-loaded": "It lies in an LNRS whose measures were not given",
    "no-area-given": "No measure is mapped there, and no strategy area was given",
    "measures-incomplete": "No measure is mapped there, and some layers of the map were not given",
    "repaired-geometry": "An outline was broken, and its repair changes what may lie there",
    "straddling-vertical": "It stands upright on a boundary and cannot be split",
    "regime-review": "The dates leave open which figure holds",
    "frozen": "The dates keep the value submitted, and the input holds no valid one",
    "as-approved": "The dates keep the value approved, and the input holds no valid one",
    "as-secured": "The dates keep the value secured, and the input holds no valid one",
    "table-8-no-documents": "Table 8 applies, and no documents were given",
    "error": "In error: no answer can be computed",
}
# Options of a batch that the report of a check has not
OPTIONS = {
    "measures": "Measures",
    "strategy": "Strategy",
    "further": "Further strategies",
    "area": "Strategy area",
    "apib": "APIB layer",
    "acb": "ACB layer",
    "documents": "Documents of the planning authority (Table 8)",
    "applications": "Table of applications",
    "submitted": "Earlier file to compare baselines with",
    "field_map": "Columns named by the user",
    "as_at": "Assessed as at",
    "site_ref": "Column that names the site of a parcel",
    "format": "Form of all parts together",
    "folders": "A folder of results for each site",
}
# Where the words end that are the same for every site that was screened
_SCREENED = "nothing here is High or Low."


def option(name: str) -> str:
    """Return what an option of a batch is called; empty where it is called as in a check.

    Examples
    --------
    >>> option("apib"), option("tolerance_m")
    ('APIB layer', '')
    """
    return OPTIONS.get(name, "")


def besides(why: str) -> str:
    """Return what a screening says of this site alone.

    Examples
    --------
    >>> besides("Screened alone: nothing here is High or Low. It lies in no strategy area that was given.")
    'It lies in no strategy area that was given.'
    """
    _, found, rest = why.partition(_SCREENED)
    return rest.strip() if found else why


def outcome(name: str) -> str:
    """Return an outcome in words.

    Examples
    --------
    >>> outcome("screened")
    'screened only'
    """
    return OUTCOMES[name]


def reason(code: str) -> str:
    """Return why a part has no decision; a code that is not known here stands for itself.

    Examples
    --------
    >>> reason("regime-review"), reason("some-other")
    ('The dates leave open which figure holds', 'some-other')
    """
    return REASONS.get(code, code)
