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
    "split-needed": "must be entered as more than one row",
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
    "split": "to be entered as more than one row",
    "high": "High",
    "medium": "Medium",
}
# What the reason says of Table 7 beside a second figure where it is itself open, and where there is no second
OPEN_TOO = ("Table 7 is itself open here", "Table 7, which is itself open here")
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
    if not part["alt_sig"] or (part["alt_sig"] == part["strat_sig"] and table_7_open(part)):
        return "for review ({strat_sig} {ss_mult} until a person has looked; High possible)"
    if part["alt_sig"] == part["strat_sig"]:
        return "for review ({strat_sig} {ss_mult} by both readings, but a person must look)"
    too = ", and High too" if part["alt_sig"] != "High" and table_7_open(part) else ""
    return f"for review ({{strat_sig}} {{ss_mult}} until a person has looked; {{alt_sig}} {{alt_mult}} possible{too})"


def table_7_open(part: Mapping[str, Any]) -> bool:
    """Tell whether one of two figures is that of Table 7 and is itself no answer yet, so that High is possible.

    The figures alone do not say it: an open verdict of the crosswalk shows as Low. The reason does.

    Examples
    --------
    >>> table_7_open({"status": "provisional", "reason": "Silent. Table 7 is itself open here (Low until ...)."})
    True
    """
    return part["status"] == "provisional" and any(one in part.get("reason", "") for one in OPEN_TOO)


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
