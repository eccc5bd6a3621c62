"""Table 8: before the LNRS is published, documents that the planning authority specifies decide.

High where such a document maps and describes the habitat; Medium only where the authority specifies
no suitable one and importance, linkage and professional judgement are set out; Low otherwise (UG,
Table 8). Whether a document does so is the user's judgement, and every answer says so.
"""

from lnrs_geo.model import Significance, Status
from lnrs_geo.multiplier.clause import Clause, habitat_scores_zero, parcel_not_located, row_unclear
from lnrs_geo.multiplier.consistency import Answer
from lnrs_geo.multiplier.criteria import Judgement, Place, Row
from lnrs_geo.multiplier.documents import serves

PROVISIONAL, DECIDED = Status.PROVISIONAL, Status.DECIDED
HIGH, MEDIUM, LOW = Significance.HIGH, Significance.MEDIUM, Significance.LOW


def table_8(row: Row, place: Place) -> Clause:
    """Answer for a row at a place whose LNRS is not published (UG, Table 8)."""
    return (
        _nothing_given(row, place)
        or parcel_not_located(row)
        or row_unclear(row)
        or _high(row, place)
        or _document_not_located(row, place)
        or _medium(row, place)
        or _judged_low(row, place)
        or _open(row, place)
        or _judged_elsewhere(row, place)
        or _authority_not_covered(row, place)
        or _documents_incomplete(row, place)
        or _low(row)
    )


def _nothing_given(row: Row, place: Place) -> Clause | None:
    if place.documents is not None:
        return None
    sentence = f"{row.regime.reason} Table 8 applies, and no documents specified by the planning authority were given."
    return Clause(LOW, PROVISIONAL, "table-8-no-documents", sentence, "own/table-8-no-documents")


def _high(row: Row, place: Place) -> Clause | None:
    mapped = [one for one in place.documents or () if one.answer is Answer.YES and not one.repaired]
    judged = _judged(row, place)
    listed = judged if judged and judged.significance is HIGH else None
    if not mapped and listed is None:
        return None
    if row.scores_zero:
        return habitat_scores_zero(row)
    names = ", ".join(dict.fromkeys(one.measure_id for one in mapped)) or (listed.document if listed else "")
    word = f" ({listed.on_whose_word})" if listed and not mapped else ""
    sentence = (
        f"{row.regime.reason} Table 8: {names} maps and describes the habitat here, on the user's "
        f"judgement{word}."
    )
    return Clause(HIGH, DECIDED, "table-8", sentence, "table-8/high")


def _document_not_located(row: Row, place: Place) -> Clause | None:
    doubtful = [one for one in place.documents or () if one.answer is Answer.YES and one.repaired]
    if not doubtful:
        return None
    sentence = (
        f"{row.regime.reason} Table 8: {doubtful[0].measure_id} would describe the habitat, but its polygon was "
        "invalid and its repair changed it too much to say whether it covers this land."
    )
    return Clause(LOW, PROVISIONAL, "repaired-geometry", sentence, "own/repaired-geometry")


def _medium(row: Row, place: Place) -> Clause | None:
    judged = _judged(row, place)
    if judged is None or judged.significance is not MEDIUM:
        return None
    if row.scores_zero:
        return habitat_scores_zero(row)
    if place.specified:
        sentence = (
            f"{row.regime.reason} Table 8: Medium is claimed, but the authority specifies "
            f"{', '.join(place.specified)}; whether none of them is suitable, a person must say."
        )
        return Clause(LOW, PROVISIONAL, "table-8", sentence, "table-8/medium")
    sentence = (
        f"{row.regime.reason} Table 8: no suitable document is specified, and importance, linkage and judgement "
        f"are set out, on the user's judgement ({judged.on_whose_word})."
    )
    return Clause(MEDIUM, DECIDED, "table-8", sentence, "table-8/medium")


def _open(row: Row, place: Place) -> Clause | None:
    unsaid = [one for one in place.documents or () if one.answer is Answer.OPEN]
    if not unsaid:
        return None
    missing = "; ".join(f"{one.measure_id}: {one.reason}" for one in unsaid)
    sentence = (
        f"{row.regime.reason} Table 8: whether a document describes the habitat here is open ({missing})."
    )
    return Clause(LOW, PROVISIONAL, "table-8", sentence, "own/table-8-no-documents")


def _judged_low(row: Row, place: Place) -> Clause | None:
    judged = _judged(row, place)
    return _low(row) if judged is not None and judged.significance is LOW else None


def _judged_elsewhere(row: Row, place: Place) -> Clause | None:
    if row.judgement is None or _judged(row, place) is not None or row.judgement.significance is LOW:
        return None
    sentence = (
        f"{row.regime.reason} Table 8: the judgement on this parcel rests on {row.judgement.authority}, while the "
        f"land lies in {place.authority}."
    )
    return Clause(LOW, PROVISIONAL, "table-8-no-documents", sentence, "own/table-8-no-documents")


def _authority_not_covered(row: Row, place: Place) -> Clause | None:
    if place.authority_spoken_of:
        return None
    whose = (
        "the documents given are those of another planning authority"
        if place.authority
        else "the documents given are those of one planning authority, while in whose area the land lies is not known"
    )
    sentence = f"{row.regime.reason} Table 8 applies, and {whose}."
    return Clause(LOW, PROVISIONAL, "table-8-no-documents", sentence, "own/table-8-no-documents")


def _documents_incomplete(row: Row, place: Place) -> Clause | None:
    if place.documents_complete:
        return None
    sentence = (
        f"{row.regime.reason} Table 8: no document describes the habitat here, but some could not be placed."
    )
    return Clause(LOW, PROVISIONAL, "table-8-no-documents", sentence, "own/table-8-no-documents")


def _low(row: Row) -> Clause:
    sentence = (
        f"{row.regime.reason} Table 8: no specified document maps and describes the habitat here, on the user's "
        "judgement."
    )
    return Clause(LOW, DECIDED, "table-8", sentence, "table-8/low")


def _judged(row: Row, place: Place) -> Judgement | None:
    """Return the judgement on a row where it serves the place: not beyond the land of its authority."""
    judged = row.judgement
    return judged if judged and serves(judged.authority, place.authority) else None
