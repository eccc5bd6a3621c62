"""What somebody claimed as strategic significance, and whether it holds.

A claim is read with tolerance, in the words of any template; a result is written back in the
file's own words; and each part of a parcel gets one verdict on its claim.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from lnrs_geo.model import Significance, Stage, Status
from lnrs_geo.multiplier import rules

# Rows of the transition rules that make a baseline Low (rules section 5).
BASELINE_LOW_RULES = frozenset({"B4", "B6"})
# Regimes under which a baseline keeps the values it had.
FROZEN_REGIMES = frozenset({"as-submitted", "as-secured"})

_ORDER = (Significance.LOW, Significance.MEDIUM, Significance.HIGH)


@dataclass(frozen=True, slots=True)
class Claim:
    """What the input says of strategic significance.

    `kind` tells whether it names a category, nothing, N/A or something unheard of; `vocabulary`
    is long for the drop-down strings and short for plain High, Medium and Low, else empty.
    """

    text: str
    kind: Literal["significance", "blank", "n/a", "unrecognised"]
    significance: Significance | None = None
    vocabulary: Literal["long", "short", ""] = ""


@dataclass(frozen=True, slots=True)
class Assessed:
    """What this program found of the part that a claim is held against.

    `significance` is None for parts in error or not applicable. `regime_rule` may name two rows
    (dates known to the month). `value_due` is false where the template wants no value, such as the
    baseline of a feature made from nothing. `earlier` is the claim for the same baseline in an
    earlier file, where one is given.
    """

    stage: Stage
    status: Status
    significance: Significance | None
    regime: str
    regime_rule: str
    value_due: bool = True
    earlier: Claim | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The baseline claims of an earlier file, by site, reference and module.

    `ambiguous` are references that stand there more than once, with different values; `shared` those that
    several sites of the file that is checked have.
    """

    claims: Mapping[tuple[str, str, str], Claim]
    ambiguous: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    def find(self, *, site_ref: str, parcel_ref: str, module: str) -> Claim | None:
        """Return the claim of the same baseline; None where there is none, or more than one might be it.

        Where only one of the two files names sites, the reference alone has to tell.
        """
        exact = self.claims.get((site_ref, parcel_ref, module))
        if exact is not None or parcel_ref in self.ambiguous | self.shared:
            return exact
        others = [
            claim
            for (site, *rest), claim in self.claims.items()
            if rest == [parcel_ref, module] and not (site and site_ref)
        ]
        return others[0] if len(others) == 1 else None


def read_label(text: str) -> Claim:
    """Read a claimed strategic significance in the words of any template.

    Case, white space, spaces round "/" and a trailing "strategic significance" do not matter.

    Examples
    --------
    >>> read_label(" formally identified in local strategy ").significance
    <Significance.HIGH: 'High'>
    >>> read_label("Low Strategic Significance").vocabulary, read_label("Very high").kind
    ('short', 'unrecognised')
    """
    key = _key(text)
    if key in ("", "null", "<null>", "none", "nan"):
        return Claim(text, "blank")
    if key in ("n/a", "na"):
        return Claim(text, "n/a")
    known = _known()
    for spelled in (key, key.removesuffix(" strategic significance")):
        if spelled in known:
            significance, vocabulary = known[spelled]
            return Claim(text, "significance", significance, vocabulary)
    return Claim(text, "unrecognised")


def label(significance: Significance) -> str:
    """Return the metric's exact drop-down string of a category.

    Examples
    --------
    >>> label(Significance.HIGH)
    'Formally identified in local strategy'
    """
    return rules.editions()[-1].label(significance)


def written(significance: Significance, *, vocabulary: str) -> str:
    """Return a category in a file's own words: the long string, or plain High, Medium, Low.

    Examples
    --------
    >>> written(Significance.LOW, vocabulary="short")
    'Low'
    """
    return significance.value if vocabulary == "short" else label(significance)


def verdict(claim: Claim, part: Assessed) -> str:
    """Say whether a claim holds for one part of a parcel; the first finding that applies.

    The findings stand in the order of rules section 6: unrecognised, blank, invalid-medium,
    baseline-not-low, frozen-baseline-changed, review, wrong-high, missed-high, ok. Empty for parts
    in error and not applicable. Where Table 8 leaves Medium in play, a claim above the answer counts
    as wrong-high and one below it as missed-high, so that `ok` always means equal.

    Examples
    --------
    >>> part = Assessed(Stage.POST, Status.DECIDED, Significance.LOW, "table-7", "P2")
    >>> verdict(read_label("High"), part)
    'wrong-high'
    """
    claimed = claim.significance
    if part.status in (Status.ERROR, Status.NOT_APPLICABLE):
        return ""
    if claim.kind == "unrecognised":
        return "unrecognised"
    if claimed is None and part.value_due:  # N/A is no value either where one is due
        return "blank"
    if part.stage is Stage.POST and part.regime == "table-7" and claimed is Significance.MEDIUM:
        return "invalid-medium"
    if _is_made_low(part) and claimed not in (None, Significance.LOW):
        return "baseline-not-low"
    if _is_frozen(part) and part.earlier is not None and claimed is not part.earlier.significance:
        return "frozen-baseline-changed"
    if part.status is Status.PROVISIONAL:
        return "review"
    if claimed is None or part.significance is None or claimed is part.significance:
        return "ok"
    above = _ORDER.index(claimed) > _ORDER.index(part.significance)
    return "wrong-high" if above else "missed-high"


def parcel_verdict(verdicts: Sequence[str]) -> str:
    """Return the verdict of a parcel at one stage from those of its parts.

    A parcel of several parts needs splitting before any one claim can hold; one whose parts are
    all without verdict (in error, or not applicable) has none either.

    Examples
    --------
    >>> parcel_verdict(["ok"]), parcel_verdict(["ok", "wrong-high"])
    ('ok', 'split-needed')
    """
    if len(verdicts) > 1 and any(verdicts):
        return "split-needed"
    return verdicts[0] if verdicts else ""


def _is_made_low(part: Assessed) -> bool:
    """Whether the part is a baseline that the transition rules make Low."""
    if part.stage is not Stage.BASELINE or part.regime != "table-7":
        return False  # a table that stopped at such a row for want of a date makes nothing Low
    named = set(re.findall(r"[BP]\d+[a-z]?", part.regime_rule))
    return bool(named) and named <= BASELINE_LOW_RULES


def _is_frozen(part: Assessed) -> bool:
    return part.stage is Stage.BASELINE and part.regime in FROZEN_REGIMES


@cache
def _known() -> dict[str, tuple[Significance, Literal["long", "short"]]]:
    """Every spelling of every edition, by its key: what was a valid label once is still read."""
    known: dict[str, tuple[Significance, Literal["long", "short"]]] = {}
    for edition in rules.editions():
        for category in edition.categories.values():
            known[_key(category.significance.value)] = (category.significance, "short")
            for text in (category.label, *category.also_read):
                known[_key(text)] = (category.significance, "long")
    return known


def _key(text: str) -> str:
    return re.sub(r"\s*/\s*", "/", " ".join(text.split()).casefold())
