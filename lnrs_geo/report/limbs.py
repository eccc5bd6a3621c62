"""The two limbs of Table 7, location and consistency, taken from the trace of a decision."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lnrs_geo.report.facts import Limb

LOCATION = "Limb a: is a potential measure mapped here?"
CONSISTENCY = "Limb b: is the proposal consistent with a measure mapped here?"
NOT_ASKED = "not asked"
_LIMB = re.compile(r"limb ([ab])\b", re.IGNORECASE)
_MEASURE = re.compile(r"limb b: is the proposal consistent with (.*)\?", re.IGNORECASE | re.DOTALL)


def steps(trace: Mapping[str, Any]) -> tuple[Limb, ...]:
    """Return every step of a trace.

    Examples
    --------
    >>> steps({"steps": [{"question": "Why?", "answer": "frozen"}]})
    (Limb(question='Why?', answer='frozen', evidence=''),)
    """
    return tuple(
        Limb(one["question"], one["answer"], one.get("evidence") or "") for one in trace.get("steps", ())
    )


def limbs(asked: Sequence[Limb]) -> tuple[Limb, ...]:
    """Return the two limbs as they were answered: location once, consistency for each measure mapped there.

    Parameters
    ----------
    asked
        The steps of a trace.

    Returns
    -------
    The steps that answer the limbs, as they are, none left out. Without a measure there, consistency was
    not asked. Nothing where Table 7 did not come to the limbs.

    Examples
    --------
    >>> for limb in limbs([Limb(LOCATION, "no", "")]):
    ...     print(limb.question, limb.answer)
    Limb a: is a potential measure mapped here? no
    Limb b: is the proposal consistent with a measure mapped here? not asked
    """
    location = [one for one in asked if _letter(one) == "a"]
    consistency = [one for one in asked if _letter(one) == "b"]
    if location and not consistency:
        consistency = [Limb(CONSISTENCY, NOT_ASKED, "there is none to be consistent with")]
    return (*location, *consistency)


def measure_of(limb: Limb) -> str:
    """Return the measure that a step of limb b speaks of; empty for any other step.

    Examples
    --------
    >>> measure_of(Limb("Limb b: is the proposal consistent with W1?", "yes", "consistent"))
    'W1'
    """
    found = _MEASURE.fullmatch(limb.question)
    return found[1] if found and limb.answer != NOT_ASKED else ""


def _letter(step: Limb) -> str:
    found = _LIMB.match(step.question)
    return found[1].lower() if found else ""
