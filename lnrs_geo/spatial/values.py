"""Read single cells: the many ways of writing nothing, numbers as text, yes and no.

Files of this trade say `Null`, `<Null>`, a blank, a non-breaking space or nothing at all and mean
the same; an identifier is 14 here and 14.0 there. Everything that reads a cell comes through here.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np

NOTHING = frozenset({"", "null", "<null>", "none", "nan", "<na>", "nat"})
NO_VALUE_DUE = frozenset({"n/a", "na", "to be created"})

_ORDINAL = re.compile(r"^\d+\s*\.\s*(?=\D)")
_GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_WHOLE = re.compile(r"^(-?\d+)\.0+$")
_YES = frozenset({"yes", "y", "true", "t", "1", "eligible", "core (bng)"})
_NO = frozenset({"no", "n", "false", "f", "0", "not eligible", "ineligible", "core", "supplementary"})


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """Return a name as it compares: lower case, without blanks, underscores and punctuation.

    Examples
    --------
    >>> folded("Baseline_Habitat Type") == folded("baseline habitat type")
    True
    """
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def text(value: object) -> str:
    r"""Return a cell as text: "" for nothing, whole numbers without decimals, blanks tidied.

    Examples
    --------
    >>> text(" <Null> "), text(14.0), text("Modified\u00a0 grassland")
    ('', '14', 'Modified grassland')
    """
    if value is None:
        return ""
    if isinstance(value, float | np.floating):
        number = float(value)
        if np.isnan(number):
            return ""
        return str(int(number)) if number.is_integer() else repr(number)
    # str.split without an argument also cuts at non-breaking spaces
    words = " ".join(str(value).split())
    return "" if words.casefold() in NOTHING else words


def texts(values: Iterable[object]) -> list[str]:
    """Return a column as texts, cell by cell."""
    return [text(value) for value in values]


def identifier(value: object) -> str:
    """Return an LNRS id as text, so that '14', 14 and 14.0 are one.

    Examples
    --------
    >>> identifier("14.0"), identifier(14), identifier("14")
    ('14', '14', '14')
    """
    return _WHOLE.sub(r"\1", text(value))


def without_ordinal(value: str) -> str:
    """Return a drop-down value without the number some templates put before it.

    Examples
    --------
    >>> without_ordinal("2. Retained")
    'Retained'
    """
    return _ORDINAL.sub("", value)


def is_due(value: str) -> bool:
    """Tell whether a cleaned cell names something: not blank, not N/A, not "To be created"."""
    return bool(value) and value.casefold() not in NO_VALUE_DUE


def number(value: object) -> float | None:
    """Return a cell as a number; NaN where it is blank, None where it cannot be read.

    Examples
    --------
    >>> number("1,598"), number("a lot")
    (1598.0, None)
    """
    words = text(value)
    if not is_due(words):
        return float("nan")
    if _GROUPED.match(words):
        words = words.replace(",", "")
    try:
        found = float(words)
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def flag(value: object) -> str | None:
    """Return "yes" or "no", "" where the cell is blank, None where it cannot be read.

    Examples
    --------
    >>> flag(True), flag("Supplementary"), flag("perhaps")
    ('yes', 'no', None)
    """
    words = identifier(value).casefold()
    if words in _YES:
        return "yes"
    if words in _NO:
        return "no"
    return None if words else ""


def as_given(value: Any) -> str | int | float | bool | None:
    """Return a cell of the input as a text or number that loses nothing; None for nothing."""
    # .item(): the plain Python value behind a numpy scalar
    plain = value.item() if isinstance(value, np.generic) and not isinstance(value, np.datetime64) else value
    if plain is None or plain != plain:
        return None
    if isinstance(plain, bool | int | float | str):
        return plain
    if isinstance(plain, dt.date | dt.time):
        # NaT is a datetime by type, and unequal to itself: it went out above
        return plain.isoformat()
    if isinstance(plain, bytes):
        return plain.hex()
    if isinstance(plain, list | dict | tuple | np.ndarray):
        return json.dumps(plain.tolist() if isinstance(plain, np.ndarray) else plain, default=str)
    return str(plain)
