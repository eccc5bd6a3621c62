"""What a user says of the documents that a planning authority specifies for Table 8.

A list names documents and judges parcels; a layer says what documents map and which habitats they
describe there. Both are the user's judgement, read here with their faults; `table8` decides by them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from lnrs_geo.days import advice, day_of
from lnrs_geo.errors import DocumentsError
from lnrs_geo.model import Significance, Stage
from lnrs_geo.multiplier import habitats
from lnrs_geo.multiplier.consistency import Answer
from lnrs_geo.multiplier.criteria import Judgement, Mapped
from lnrs_geo.tables import filled_rows

COLUMNS = (
    "authority", "document", "site_ref", "parcel_ref", "stage", "significance",
    "importance", "linkage", "judgement", "role", "date",
)  # fmt: skip
ARGUMENTS = ("importance", "linkage", "judgement")


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


def read_list(
    rows: Iterable[Mapping[str, str]], *, where: str, as_at: date | None = None
) -> tuple[Listed, ...]:
    """Read a list of documents and of judgements on parcels.

    Parameters
    ----------
    where
        The list's name, for messages.
    as_at
        The assessment date, after which nobody can have judged; None where it does not matter.

    Raises
    ------
    DocumentsError
        Columns are missing or a line breaks a condition of Table 8: all faults at once.
    """
    good: list[Listed] = []
    faults: list[str] = []
    judged: dict[tuple[str, str, str], int] = {}
    required = partial(require_columns, where=where)
    for line, text in filled_rows(rows, columns=COLUMNS, require=required):
        key = (text["site_ref"], text["parcel_ref"], text["stage"].lower())
        fault = _fault(text, as_at=as_at)
        if not fault and text["parcel_ref"] and judged.setdefault(key, line) != line:
            fault = f"it judges parcel {text['parcel_ref']!r} again, after line {judged[key]}"
        if fault:
            faults.append(f"line {line}: {fault}")
            continue
        good.append(
            Listed(
                text["authority"], text["document"], text["site_ref"], text["parcel_ref"],
                text["stage"].lower(), _judgement(text, line),
            )
        )  # fmt: skip
    if faults:
        raise DocumentsError(
            f"{len(faults)} line(s) cannot be used: {'; '.join(faults[:10])}.",
            where=where,
            fix="Correct these cells and run again.",
        )
    return tuple(good)


def require_columns(found: Sequence[str], *, where: str) -> None:
    """Refuse a table that is no list of documents.

    Raises
    ------
    DocumentsError
        It names neither authorities nor documents.
    """
    if not {"authority", "document"} <= set(found):
        raise DocumentsError(
            f"It lacks columns of a list of documents (found: {', '.join(found)}).",
            where=where,
            fix=f"It may have: {', '.join(COLUMNS)}.",
        )


def find_judgement(
    rows: Iterable[Listed], *, site_ref: str, parcel_ref: str, stage: Stage
) -> Judgement | None:
    """Return the judgement on a parcel at a stage.

    A line without a site serves every site, one without a stage both; a line that says more goes before.
    """
    own = [
        one
        for one in rows
        if one.judgement
        and one.parcel_ref == parcel_ref
        and one.site_ref in ("", site_ref)
        and one.stage in ("", stage.value)
    ]
    best = max(own, key=lambda one: (bool(one.site_ref), bool(one.stage)), default=None)
    return best.judgement if best else None


def _judgement(text: Mapping[str, str], line: int) -> Judgement | None:
    if not text["parcel_ref"]:
        return None
    significance = Significance(text["significance"].capitalize())
    arguments = "; ".join(f"{key}: {text[key]}" for key in ARGUMENTS if text[key])
    return Judgement(
        significance, text["document"], text["role"], text["date"], arguments, text["authority"], line
    )


def _fault(text: Mapping[str, str], *, as_at: date | None) -> str:
    """Name what keeps a line from being used; "" where nothing does."""
    if not text["parcel_ref"]:
        spare = [key for key in ("significance", "site_ref", *ARGUMENTS) if text[key]]
        if spare:
            return f"{spare[0]} is given, but no parcel_ref"
        return "" if text["authority"] or text["document"] else "neither authority nor document is given"
    said, day = text["significance"].lower(), day_of(text["date"])
    checks = (
        (said in ("high", "medium", "low"), f"significance is {text['significance']!r}, it takes High, Medium or Low"),
        (text["stage"].lower() in ("", *Stage), f"stage is {text['stage']!r}, it takes baseline, post or nothing"),
        (said != "high" or bool(text["document"]), "High needs the document that maps and describes the habitat"),
        (said != "medium" or not text["document"], "Medium stands only where no suitable document is specified"),
        (said != "medium" or all(text[key] for key in ARGUMENTS), f"Medium needs {', '.join(ARGUMENTS)}"),
        (bool(text["role"]), "role is missing"),
        (day is not None, f"date is {text['date']!r}: {advice(text['date'])}"),
        (day is None or as_at is None or day <= as_at, f"its date {text['date']} lies after {as_at}"),
    )  # fmt: skip
    return next((words for fine, words in checks if not fine), "")


def specified(rows: Iterable[Listed], *, authority: str) -> tuple[str, ...]:
    """Return the documents that a list names for an authority, or for any."""
    names = (one.document for one in rows if one.document and serves(one.authority, authority))
    return tuple(dict.fromkeys(names))


def speaks_of(rows: Iterable[Listed], *, authority: str) -> bool:
    """Say whether a list holds anything on an authority, or anything that serves every authority."""
    here = authority.casefold()
    return any(not one.authority or one.authority.casefold() == here for one in rows)


def serves(whose: str, authority: str) -> bool:
    """Say whether a document of one authority, or of none in particular, concerns land of another."""
    return not whose or not authority or whose.casefold() == authority.casefold()


def described_habitats(said: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """Read the habitats of a document's polygon: those the metric knows, and words that it does not.

    Names are joined by semicolons, which some names hold themselves, so the longest name is tried first.

    Examples
    --------
    >>> names, unknown = described_habitats("Woodland and forest - Other woodland; broadleaved; Hay")
    >>> sorted(names), unknown
    (['Woodland and forest - Other woodland; broadleaved'], ('Hay',))
    """
    words = [one.strip() for one in said.split(";")]
    broad = {f"{one} - *".casefold(): f"{one} - *" for one in habitats.broad_types()} | {"*": "*"}
    names: set[str] = set()
    unknown: list[str] = []
    at = 0
    while at < len(words):
        for stop in range(len(words), at, -1):
            text = "; ".join(words[at:stop])
            found = habitats.find(text).habitat
            name = broad.get(text.casefold(), found.habitat if found else "")
            if name:
                names.add(name)
                at = stop
                break
        else:
            unknown += [words[at]] if words[at] else []
            at += 1
    return frozenset(names), tuple(unknown)


def described(
    habitat: habitats.Habitat | None, *, said: str, name: str, whose: str, repaired: bool
) -> Mapped | None:
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
    names, unknown = _described_habitats(said)
    reason = ""
    if not names and not unknown:
        reason = "it maps the land, but which habitats it describes there is not said"
    elif habitat is None:
        reason = "the habitat of the row is not known"
    elif not names & {"*", habitat.habitat, f"{habitat.broad} - *"}:
        if not unknown:
            return None
        reason = f"it describes {', '.join(unknown)}, which is no habitat of the metric and may be meant for this one"
    elif whose:
        reason = f"it is a document of {whose}, and whether the land lies in its area is not known"
    if reason:
        return Mapped(name, Answer.OPEN, reason, repaired=repaired)
    return Mapped(name, Answer.YES, "it maps and describes the habitat", repaired=repaired)


_described_habitats = lru_cache(maxsize=1024)(described_habitats)
