"""Table 8: before the LNRS is published, documents that the planning authority specifies decide.

High where such a document maps and describes the habitat; Medium only where the authority specifies
no suitable one and importance, linkage and professional judgement are set out; Low otherwise (UG,
Table 8). Whether a document does so is the user's judgement, and every answer says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from lnrs_geo.errors import DocumentsError
from lnrs_geo.model import Significance, Stage, Status
from lnrs_geo.multiplier.clause import Clause, parcel_not_located, row_unclear
from lnrs_geo.multiplier.consistency import Answer
from lnrs_geo.multiplier.criteria import Judgement, Mapped, Place, Row
from lnrs_geo.multiplier.habitats import Habitat

COLUMNS = (
    "authority", "document", "site_ref", "parcel_ref", "stage", "significance",
    "importance", "linkage", "judgement", "role", "date",
)  # fmt: skip
ARGUMENTS = ("importance", "linkage", "judgement")
PROVISIONAL, DECIDED = Status.PROVISIONAL, Status.DECIDED
HIGH, MEDIUM, LOW = Significance.HIGH, Significance.MEDIUM, Significance.LOW


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list of documents: a document of an authority, or a judgement on one parcel.

    A line without `parcel_ref` says that the authority specifies `document`, or none where that is
    empty; `stage` empty serves both stages.
    """

    authority: str
    document: str
    site_ref: str
    parcel_ref: str
    stage: str
    judgement: Judgement | None


def read_list(rows: Iterable[Mapping[str, str]], *, where: str) -> tuple[Listed, ...]:
    """Read a list of documents and of judgements on parcels.

    Raises
    ------
    DocumentsError
        Columns are missing or a line breaks a condition of Table 8: all faults at once.
    """
    good: list[Listed] = []
    faults: list[str] = []
    for line, raw in enumerate(rows, start=2):
        if line == 2 and not {"authority", "document"} <= set(raw):
            raise DocumentsError(
                f"It lacks columns of a list of documents (found: {', '.join(raw)}).",
                where=where,
                fix=f"It may have: {', '.join(COLUMNS)}.",
            )
        text = {key: str(raw.get(key) or "").strip() for key in COLUMNS}
        if not any(text.values()):
            continue
        fault = _fault(text)
        if fault:
            faults.append(f"line {line}: {fault}")
            continue
        good.append(
            Listed(
                text["authority"], text["document"], text["site_ref"], text["parcel_ref"],
                text["stage"].lower(), _judgement(text),
            )
        )  # fmt: skip
    if faults:
        raise DocumentsError(
            f"{len(faults)} line(s) cannot be used: {'; '.join(faults[:10])}.",
            where=where,
            fix="Correct these cells and run again.",
        )
    return tuple(good)


def find_judgement(
    rows: Iterable[Listed], *, site_ref: str, parcel_ref: str, stage: Stage
) -> Judgement | None:
    """Return the judgement on a parcel at a stage; a line without a site serves every site."""
    own = [
        one
        for one in rows
        if one.judgement and one.parcel_ref == parcel_ref and one.stage in ("", stage.value)
    ]
    fitting = [one for one in own if one.site_ref == site_ref] or [one for one in own if not one.site_ref]
    return fitting[0].judgement if fitting else None


def table_8(row: Row, place: Place) -> Clause:
    """Answer for a row at a place whose LNRS is not published (UG, Table 8)."""
    return (
        _nothing_given(row, place)
        or parcel_not_located(row)
        or row_unclear(row)
        or _high(row, place)
        or _document_not_located(row, place)
        or _medium(row, place)
        or _open(row, place)
        or _authority_not_covered(row, place)
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


def _low(row: Row) -> Clause:
    sentence = (
        f"{row.regime.reason} Table 8: no specified document maps and describes the habitat here, on the user's "
        "judgement."
    )
    return Clause(LOW, DECIDED, "table-8", sentence, "table-8/low")


def _judged(row: Row, place: Place) -> Judgement | None:
    """Return the judgement on a row where it serves the place: not beyond the land of its authority."""
    judged = row.judgement
    return judged if judged and _serves(judged.authority, place.authority) else None


def _judgement(text: Mapping[str, str]) -> Judgement | None:
    if not text["parcel_ref"]:
        return None
    significance = Significance(text["significance"].capitalize())
    arguments = "; ".join(f"{key}: {text[key]}" for key in ARGUMENTS if text[key])
    return Judgement(significance, text["document"], text["role"], text["date"], arguments, text["authority"])


def _fault(text: Mapping[str, str]) -> str:
    """Name what keeps a line from being used; "" where nothing does."""
    if not text["parcel_ref"]:
        spare = [key for key in ("significance", "site_ref", *ARGUMENTS) if text[key]]
        if spare:
            return f"{spare[0]} is given, but no parcel_ref"
        return "" if text["authority"] or text["document"] else "neither authority nor document is given"
    said = text["significance"].lower()
    checks = (
        (said in ("high", "medium", "low"), f"significance is {text['significance']!r}, it takes High, Medium or Low"),
        (text["stage"].lower() in ("", *Stage), f"stage is {text['stage']!r}, it takes baseline, post or nothing"),
        (said != "high" or bool(text["document"]), "High needs the document that maps and describes the habitat"),
        (said != "medium" or not text["document"], "Medium stands only where no suitable document is specified"),
        (said != "medium" or all(text[key] for key in ARGUMENTS), f"Medium needs {', '.join(ARGUMENTS)}"),
        (bool(text["role"]), "role is missing"),
        (_is_date(text["date"]), f"date is {text['date']!r}, write it as 2026-09-01"),
    )  # fmt: skip
    return next((words for fine, words in checks if not fine), "")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def specified(rows: Iterable[Listed], *, authority: str) -> tuple[str, ...]:
    """Return the documents that a list names for an authority, or for any."""
    names = (one.document for one in rows if one.document and _serves(one.authority, authority))
    return tuple(dict.fromkeys(names))


def speaks_of(rows: Iterable[Listed], *, authority: str) -> bool:
    """Say whether a list holds anything on an authority, or anything that serves every authority."""
    here = authority.casefold()
    return any(not one.authority or one.authority.casefold() == here for one in rows)


def _serves(whose: str, authority: str) -> bool:
    """Say whether a document of one authority, or of none in particular, concerns land of another."""
    return not whose or not authority or whose.casefold() == authority.casefold()


def described(habitat: Habitat | None, *, said: str, name: str, whose: str, repaired: bool) -> Mapped | None:
    """Say what a document's polygon means for a habitat; None where it is of no concern.

    Parameters
    ----------
    habitat
        Of the row, None where its name is not the metric's.
    said
        The habitats that the document describes there, joined by semicolons: the metric's names,
        `<broad type> - *`, or `*`.
    name
        The document's.
    whose
        The authority that specifies it, where it is not known in which authority the land lies.
    repaired
        Whether the polygon had to be changed beyond the limits of rules section 7.
    """
    names = {one.strip().casefold() for one in said.split(";") if one.strip()}
    if not names:
        reason = "it maps the land, but which habitats it describes there is not said"
        return Mapped(name, Answer.OPEN, reason, repaired=repaired)
    if habitat is None:
        return Mapped(name, Answer.OPEN, "the habitat of the row is not known", repaired=repaired)
    if not names & {"*", habitat.habitat.casefold(), f"{habitat.broad} - *".casefold()}:
        return None
    if whose:
        reason = f"it is a document of {whose}, and in which authority the land lies is not known"
        return Mapped(name, Answer.OPEN, reason, repaired=repaired)
    return Mapped(name, Answer.YES, "it maps and describes the habitat", repaired=repaired)
