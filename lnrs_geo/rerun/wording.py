"""Say of a row what its columns were and are, short enough to be read."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

# What a reader asks first; of these as many are shown with what they were
FIRST = (
    "strat_sig",
    "status",
    "alt_sig",
    "ss_reason",
    "size",
    "habitat",
    "retention",
    "check",
    "regime_rule",
)
# Columns that follow from others, which are told before them
_FOLLOW = ("ss_mult", "ss_label", "alt_mult", "size_m", "rule_id")
MOST_SHOWN = 4
LONGEST = 60
# Letters left before the first that differ, where a long text begins as it did
_BEFORE = 15


def facts(old: Row, new: Row, unlike: Sequence[str]) -> str:
    """Say what the columns that differ were and are: the first few of them, and which others there are.

    Parameters
    ----------
    old, new
        A row as it was and as it is.
    unlike
        The names of the columns that differ.

    Examples
    --------
    >>> facts({"gridref": "SK 1", "ss_mult": 1.15}, {"gridref": "SK 2", "ss_mult": 1}, ["ss_mult", "gridref"])
    "gridref was 'SK 1', is 'SK 2'; ss_mult was 1.15, is 1"
    """
    ordered = sorted(unlike, key=lambda name: (_place(name), unlike.index(name)))
    told = []
    for name in ordered[:MOST_SHOWN]:
        pieces = cut(shown(old[name]), shown(new[name]))
        # words of several want marks, for sentences follow each other here
        was, now = (f"'{one}'" if " " in one and _is_text(old[name], new[name]) else one for one in pieces)
        told.append(f"{name} was {was}, is {now}")
    others = ordered[MOST_SHOWN:]
    if others:
        told.append(f"and {len(others)} more column{'s' if len(others) > 1 else ''} ({', '.join(others)})")
    return "; ".join(told)


def shown(value: Any) -> str:
    """Return a value as a reader would write it.

    Examples
    --------
    >>> shown(None), shown(True), shown(0.5), shown("two words")
    ('empty', 'true', '0.5', 'two words')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if value in (None, ""):
        return "empty"
    return str(value)


def cut(old: str, new: str) -> tuple[str, str]:
    """Return two texts that differ, each shortened so that what differs first is still seen.

    Examples
    --------
    >>> cut("short", "another")
    ('short', 'another')
    >>> [len(one) for one in cut("x" * 100 + "a", "x" * 100 + "b")]
    [17, 17]
    """
    at = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    long = max(len(old), len(new)) > LONGEST
    start = at - _BEFORE if long and at > LONGEST // 2 else 0
    return _piece(old, start), _piece(new, start)


def _is_text(*values: Any) -> bool:
    return any(isinstance(one, str) for one in values)


def _piece(text: str, start: int) -> str:
    piece = f"…{text[start:]}" if start else text
    return piece if len(piece) <= LONGEST else f"{piece[: LONGEST - 1]}…"


def _place(name: str) -> int:
    if name in FIRST:
        return FIRST.index(name)
    return len(FIRST) + (name in _FOLLOW)
