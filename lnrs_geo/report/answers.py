"""The answer for a part in words: a provisional one never reads as High or Low alone."""

from collections.abc import Mapping
from typing import Any

MODULES = {
    "area": "Area habitats",
    "hedgerow": "Hedgerows",
    "watercourse": "Watercourses",
    "tree": "Individual trees",
}
KINDS_OF_UNITS = {"area": "Area habitats with trees", "hedgerow": "Hedgerows", "watercourse": "Watercourses"}
STAGES = {"baseline": "Baseline", "post": "After the development"}
STATUSES = {
    "published": "published",
    "draft": "consultation draft, not published",
    "sample": "made-up sample",
}
CHECKS = {
    "ok": "agrees with the assessment",
    "unrecognised": "the value entered is none of the metric's",
    "blank": "no value entered where one is due",
    "invalid-medium": "Medium entered where it cannot be applied",
    "baseline-not-low": "a baseline entered above Low",
    "frozen-baseline-changed": "a frozen baseline was changed",
    "review": "for review: cannot be judged yet",
    "wrong-high": "High entered, assessed lower",
    "missed-high": "High missed: entered lower than assessed",
    "split-needed": "must be split: one value cannot be right for the whole",
}
WRONG = frozenset(
    {
        "unrecognised", "invalid-medium", "baseline-not-low", "frozen-baseline-changed", "wrong-high",
        "missed-high",
    }
)  # fmt: skip
WHY = {
    "error": "in error: no answer",
    "wrong-claim": "the value entered is wrong",
    "review": "for review",
    "split": "to be split",
    "high": "High",
    "medium": "Medium",
}
RELATIONS = {"inside": "inside", "partial": "partly inside", "touch": "touches only"}


def kind(part: Mapping[str, Any]) -> str:
    """Return what sort of answer a part has: high, medium, low, review, error or none.

    Examples
    --------
    >>> kind({"status": "provisional", "strat_sig": "Low"})
    'review'
    """
    undecided = {"provisional": "review", "error": "error", "not-applicable": "none"}
    return undecided.get(part["status"]) or str(part["strat_sig"]).lower() or "none"


def answer(part: Mapping[str, Any]) -> str:
    """Return the answer for a part in words.

    Parameters
    ----------
    part
        A row of `parts`.

    Examples
    --------
    >>> row = {"status": "provisional", "strat_sig": "Low", "ss_mult": 1, "alt_sig": "", "alt_mult": None}
    >>> answer(row)
    'for review (Low 1.0 until a person has looked; High possible)'
    >>> answer(row | {"status": "decided", "strat_sig": "High", "ss_mult": 1.15})
    'High (1.15)'
    """
    return pattern(part).format_map(
        {**part, "ss_mult": multiplier(part["ss_mult"]), "alt_mult": multiplier(part["alt_mult"])}
    )


def pattern(part: Mapping[str, Any]) -> str:
    """Return the words of an answer with the names of columns, in braces, for its figures.

    Examples
    --------
    >>> pattern({"status": "decided", "strat_sig": "High"})
    '{strat_sig} ({ss_mult})'
    """
    if part["status"] == "error":
        return "in error: no answer"
    if part["status"] == "not-applicable":
        return "not applicable"
    if part["status"] == "decided":
        return "{strat_sig} ({ss_mult})"
    if not part["alt_sig"]:
        return "for review ({strat_sig} {ss_mult} until a person has looked; High possible)"
    if part["alt_sig"] == part["strat_sig"]:
        return "for review ({strat_sig} {ss_mult} by both readings, but a person must look)"
    return "for review ({strat_sig} {ss_mult} until a person has looked; {alt_sig} {alt_mult} possible)"


def multiplier(value: float | None) -> str:
    """Return a multiplier as the guide writes it.

    Examples
    --------
    >>> multiplier(1), multiplier(1.1), multiplier(1.15), multiplier(None)
    ('1.0', '1.1', '1.15', '')
    """
    return "" if value is None else f"{value:.1f}" if round(value, 1) == value else f"{value:g}"


def intervention(word: str) -> str:
    """Return an intervention as a verb for reading.

    Examples
    --------
    >>> intervention("either"), intervention("create")
    ('create or enhance', 'create')
    """
    return {"either": "create or enhance"}.get(word, word)
