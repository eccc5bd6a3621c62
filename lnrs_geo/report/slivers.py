"""Measures that a parcel meets by next to nothing: wherever the two limbs name one, how much stands beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lnrs_geo.report.facts import Limb, Row
from lnrs_geo.report.limbs import LOCATION, measure_of

# Less than this is told, by the unit of the overlap.
_LEAST = {"m2": 1.0, "m": 0.1}


def slivers(matches: Iterable[Row]) -> Mapping[tuple[str, str], str]:
    """Return the measures that overlap a parcel by a sliver, by LNRS and id, with the words for it.

    Parameters
    ----------
    matches
        The parcel's rows of `matches`.

    Examples
    --------
    >>> row = {"lnrs_id": "7", "measure_id": "R1", "relation": "partial", "overlap": 0.38, "overlap_unit": "m2"}
    >>> slivers([row])
    {('7', 'R1'): 'R1 (0.38 m² of the parcel)'}
    """
    return {
        (one.get("lnrs_id", ""), one["measure_id"]): f"{one['measure_id']} ({_overlap(one)} of the parcel)"
        for one in matches
        if one["relation"] != "touch"
        and one["overlap"] is not None
        and one["overlap"] < _LEAST.get(one["overlap_unit"], 0)
    }


def marked(limb: Limb, thin: Mapping[str, str]) -> Limb:
    """Return a step with the words for each sliver in place of its id.

    Parameters
    ----------
    limb
        A step of a trace.
    thin
        Words for a measure by its id.

    Examples
    --------
    >>> marked(Limb(LOCATION, "yes", "W1, R1"), {"R1": "R1 (0.38 m² of the parcel)"}).evidence
    'W1, R1 (0.38 m² of the parcel)'
    """
    if limb.question == LOCATION:
        names = (thin.get(one, one) for one in limb.evidence.split(", "))
        return replace(limb, evidence=", ".join(names))
    measure = measure_of(limb)
    if measure not in thin:
        return limb
    head, _, tail = limb.question.rpartition(measure)
    return replace(limb, question=f"{head}{thin[measure]}{tail}")


def _overlap(match: Row) -> str:
    unit = {"m2": "m²"}.get(match["overlap_unit"], match["overlap_unit"])
    return f"{match['overlap']:.2f} {unit}" if match["overlap"] >= 0.005 else f"less than 0.01 {unit}"
