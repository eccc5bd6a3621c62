"""An audit in words: what to do about a claim, why a value stays, and how the file writes a category."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from lnrs_geo.assumed import UNLESS
from lnrs_geo.model import Significance, Stage, Status
from lnrs_geo.multiplier import claims, rules

# Verdicts on decided rows that end in another value in the file.
TO_CORRECT = frozenset(
    {"wrong-high", "missed-high", "invalid-medium", "baseline-not-low", "blank", "unrecognised"}
)
BASELINE_LEFT = "It takes the value of its own baseline, which is left as it is: settle that first."
# What each verdict means, as the summary says it.
MEANINGS = {
    "unrecognised": "the words are none of the metric's",
    "blank": "no value where one is due",
    "invalid-medium": "Medium, which cannot be applied",
    "baseline-not-low": "a baseline that has to be Low",
    "frozen-baseline-changed": "a baseline that differs from the earlier file",
    "review": "open: a person must decide",
    "wrong-high": "claimed higher than it is",
    "missed-high": "claimed lower than it is",
    "ok": "the claim holds",
    "no_verdict": "nothing claimed, in error, or not applicable",
}
# How a reason begins that rests on a crosswalk row which nobody has confirmed
DRAFT = "DRAFT:"
# What the reason of a baseline says where no dates of the application were given
ASSUMED = "which is assumed here"
_KEPT = ("frozen", "as-secured", "as-approved")
_TEMPLATE_WORDS = {"older": "long", "newer": "short"}


def to_do(part: dict[str, Any]) -> str:
    """Say what to do about the claim of a part.

    Parameters
    ----------
    part
        A row of the parts of a result. Where it holds `baseline_left`, that tells whether the part is
        Retained and the file's own value of its baseline stays, so that nothing can follow it yet.

    Examples
    --------
    >>> to_do({"check": "wrong-high", "status": "decided", "strat_sig": "Low", "reason": "Not mapped."})
    'Enter Low: the claim is too high.'
    """
    verdict, answer = part["check"], part["strat_sig"]
    if part["status"] == Status.ERROR:
        return "Put the row right, as the reason says; until then it is in no total."
    if part["status"] == Status.NOT_APPLICABLE:
        return "Nothing: no strategic significance applies."
    if verdict == "frozen-baseline-changed":
        return "Put back the significance of the earlier file, or have it explained: this baseline keeps its value."
    if part["reason"].startswith(DRAFT):
        either_way = "; Medium cannot be applied either way" if verdict == "invalid-medium" else ""
        return f"Have a person confirm the crosswalk row first: it is only proposed{either_way}."
    if part["status"] == Status.PROVISIONAL:
        return _open(part)
    if waits_for_baseline(part):
        return "Settle its baseline first: Retained habitat takes that value."
    match verdict:
        case "unrecognised":
            return f"Enter {answer}: the words in the file are none of the metric's."
        case "blank":
            return f"Enter {answer}: the file gives no value."
        case "invalid-medium":
            return f"Enter {answer}: Medium cannot be applied once the strategy is published."
        case "baseline-not-low":
            unless = f", {UNLESS}" if assumes(part) else ""
            return f"Enter {answer}: a baseline is Low{unless}."
        case "wrong-high":
            return f"Enter {answer}: the claim is too high."
        case "missed-high":
            return f"Enter {answer}: the claim is too low."
        case "ok":
            return "Nothing: the claim holds."
    return f"Nothing is claimed here; {answer} is the answer."


def assumes(part: dict[str, Any]) -> bool:
    """Tell whether a baseline is Low for want of dates alone: it may still be older than the strategy."""
    return part["stage"] == Stage.BASELINE and ASSUMED in part["reason"]


def waits_for_baseline(part: dict[str, Any]) -> bool:
    """Tell whether a claim on Retained habitat is wrong by the value of a baseline that is not settled."""
    return part["check"] in TO_CORRECT and bool(part.get("baseline_left"))


def _open(part: dict[str, Any]) -> str:
    """Say what a person has to settle about a provisional part."""
    asked = "Have a person decide, as the reason says"
    match part["check"]:
        case "invalid-medium":
            return f"{asked}; Medium cannot be applied, so it is Low until then."
        case "unrecognised":
            return f"{asked}; the words in the file are none of the metric's."
        case "blank":
            return f"{asked}; the file gives no value."
    if part["alt_sig"]:
        if part["strat_sig"] == part["alt_sig"]:
            return f"Both figures are {part['strat_sig']}; have a person say which table applies, as the reason says."
        return f"Have a person decide between {part['strat_sig']} and {part['alt_sig']}, as the reason says."
    return f"{asked}; until then it counts as {part['strat_sig']}."


def why_left(part: dict[str, Any]) -> str:
    """Say why the file's own value of a part stays; empty where it may be corrected, or holds.

    Decided rows alone are written back (rules section 6); of those, baselines that keep the values
    they had are never rewritten (section 5).
    """
    if part["status"] == Status.ERROR:
        return "It is in error: there is no answer to write."
    if part["status"] == Status.PROVISIONAL:
        return _why_open(part)
    if part["status"] == Status.NOT_APPLICABLE or part["check"] in ("", "ok"):
        return ""
    if part["stage"] == Stage.BASELINE and part["regime"] in claims.FROZEN_REGIMES:
        return "The baseline keeps the value it had; it is never rewritten."
    if part["check"] not in TO_CORRECT or not part["strat_sig"]:
        return "No answer was found to write in its place."
    return BASELINE_LEFT if waits_for_baseline(part) else ""


def _why_open(part: dict[str, Any]) -> str:
    """Say why the file's own value of a provisional part stays."""
    if part["alt_sig"]:
        return "Two figures stand: a person must choose."
    if part["ss_reason"] not in _KEPT:
        return f"It is provisional ({part['ss_reason']}): a person must look."
    if part["stage"] == Stage.BASELINE and claims.read_label(part["claimed"]).significance:
        return "It keeps the value it had, which the earlier file does not show: compare it with what was submitted."
    return "It keeps the value it had, and no valid one is known: a person must look."


def corrects(part: dict[str, Any]) -> bool:
    """Tell whether the answer of a part is written over the claim."""
    return part["check"] in TO_CORRECT and part["status"] == Status.DECIDED and not why_left(part)


def in_file_words(answer: str, *, claimed: str, column: Sequence[str], template: str) -> str:
    """Return a category as the file itself would write it.

    Parameters
    ----------
    answer
        High, Medium or Low.
    claimed
        The claim that is replaced; where it is a category, its vocabulary is kept.
    column
        Everything claimed in the same column, which tells the vocabulary otherwise.
    template
        older, newer or plain, for columns that tell nothing.

    Examples
    --------
    >>> in_file_words("Low", claimed="", column=["High", "", "High"], template="older")
    'Low'
    """
    own = claims.read_label(claimed).vocabulary
    others = Counter(words for text in column if (words := claims.read_label(text).vocabulary))
    (most, times), *_ = [*others.most_common(1), ("", 0)]
    usual = most if times * 2 > others.total() else ""
    vocabulary = own or usual or _TEMPLATE_WORDS.get(template, "long")
    significance = Significance(answer)
    if vocabulary == "short":
        return claims.written(significance, vocabulary=vocabulary)
    return _long(significance, column)


def _long(significance: Significance, column: Sequence[str]) -> str:
    """Return the long string, in the spelling that the column prefers (tree layers have their own)."""
    category = rules.editions()[-1].categories[significance]
    spelled = {_folded(text): text for text in (category.label, *category.also_read)}
    met = Counter(spelled[key] for text in column if (key := _folded(text)) in spelled)
    other, times = max(
        ((text, met[text]) for text in category.also_read), key=lambda one: one[1], default=("", 0)
    )
    return other if times > met[category.label] else category.label


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
