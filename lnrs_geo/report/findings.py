"""What the map and the crosswalk gave for a part, in words that name the parcel and quote the measures.

The row's reason says the same of "the land". Where its beginning is recognised word by word it is said
better here, and whatever the reason adds stays; where it is not, the reason stands as it is.
"""

from collections.abc import Iterable, Mapping

from lnrs_geo.report.facts import PartFacts, Row
from lnrs_geo.report.limbs import measure_of

Texts = Mapping[tuple[str, str], str]  # text of a measure by LNRS and id

REFUSALS = ("no", "not-listed", "not-eligible")
# How the evidence of a consistent measure begins, and how the word of a person does
_YES, _OVERRIDE = "consistent", "override by the "


def found(part: PartFacts, named: str, texts: Texts) -> str:
    """Say what was found for a part whose answer rests on a map.

    Parameters
    ----------
    part
        A decided part.
    named
        The parcel, or part of it, in words.
    texts
        Texts of measures by LNRS and id.
    """
    reason = part.row["reason"]
    verdicts = {measure_of(one): (one.answer, one.evidence) for one in part.limbs if measure_of(one)}
    for head, said in (
        *_consistent(part.row, named, verdicts, texts),
        *_refused(part.row, named, verdicts, texts),
        ("No potential measure is mapped here.", f"no potential measure is mapped where {named} lies."),
        ("The land lies in ", f"{named} lies in "),
    ):
        if reason.startswith(head):
            return f"{said}{reason[len(head) :]}"
    return f"{named}: {reason}"


def _consistent(
    row: Row, named: str, verdicts: Mapping[str, tuple[str, str]], texts: Texts
) -> list[tuple[str, str]]:
    """Return how the reason of a High may begin, with the words that take its place.

    The reason names every consistent measure, of which the part relies on some; where a person overrode
    some of the verdicts it quotes those alone.
    """
    good = {one: _whose_word(said) for one, (answer, said) in verdicts.items() if answer == "yes"}
    relied = [one for one in good if one in row["measure_id"].split(";")]
    if not relied:
        return []
    several = len(relied) > 1
    words = "; ".join(f"{one} {good[one]}" for one in relied) if several else good[relied[0]]
    said = (
        f"{named} lies on land mapped for {_quoted(row, relied, texts)}, and the proposal is consistent with "
        f"{'them' if several else 'it'} ({words})."
    )
    which = "it" if len(good) == 1 else "them"
    overriding = {one: word for one, word in good.items() if word.startswith(_OVERRIDE)}
    return [
        (
            f"The land is mapped for {_plain(good)}, and the proposal is consistent with {which} "
            f"({'; '.join(f'{one} {word}' for one, word in quoted.items())}).",
            said,
        )
        for quoted in (good, overriding)
    ]


def _refused(
    row: Row, named: str, verdicts: Mapping[str, tuple[str, str]], texts: Texts
) -> list[tuple[str, str]]:
    """Return how the reason of a Low inside measures begins, with the words that take its place."""
    refusing = {one: said for one, (answer, said) in verdicts.items() if answer in REFUSALS}
    if not refusing:
        return []
    told = "; ".join(f"{one}: {said}" for one, said in refusing.items())
    which = "it" if len(refusing) == 1 else "any of them"
    rest = f"but the proposal is not consistent with {which} ({told})."
    return [
        (
            f"The land is mapped for {_plain(refusing)}, {rest}",
            f"{named} lies on land mapped for {_quoted(row, refusing, texts)}, {rest}",
        )
    ]


def _whose_word(evidence: str) -> str:
    """Return on whose word a measure is consistent, from the evidence of its step."""
    return evidence.removeprefix(_YES).removeprefix(", ") or _YES


def _plain(measures: Iterable[str]) -> str:
    """Name measures as reasons do."""
    names = list(measures)
    return f"measure {names[0]}" if len(names) == 1 else f"measures {', '.join(names)}"


def _quoted(row: Row, measures: Iterable[str], texts: Texts) -> str:
    """Name measures, each with its text."""
    names = [f"{one}{_text(row, one, texts)}" for one in measures]
    if len(names) == 1:
        return f"measure {names[0]}"
    return f"measures {', '.join(names[:-1])} and {names[-1]}"


def _text(row: Row, measure_id: str, texts: Texts) -> str:
    """Return the text of a measure as an aside: that of its own LNRS, else the only one there is."""
    text = texts.get((row["lnrs_id"], measure_id), "")
    if not text:
        alike = {said for (_, one), said in texts.items() if one == measure_id}
        text = alike.pop() if len(alike) == 1 else ""
    return f" (“{text.rstrip('. ')}”)" if text and text != measure_id else ""
