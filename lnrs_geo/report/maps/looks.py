"""How a part is drawn on a map: the looks of the layers' styles, made to stand out on white paper.

The report and QGIS show the same hues and patterns. Where a hatch of the style is too faint beside its
fill for a printed page, it is darkened here until it is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from lnrs_geo.report import answers
from lnrs_geo.styles import STYLES, Look, Shape

# Contrast that WCAG 2.2 asks of a graphic (1.4.11)
GRAPHIC = 3.0
INK, GREY, PAPER = "#141414", "#767676", "#ffffff"
_KEPT = "retained"

# From what lies beneath to what a person must see on top
ORDER = ("baseline", "none", _KEPT, "low", "medium", "high", "review", "error")
_LEGENDS = {
    "baseline": "Before the development: dashed",
    _KEPT: "Retained: takes the value of its baseline",
}
_SEVERAL = {"review": "For review: no figure is settled until a person has looked"}
AGAIN = {Shape.AREA: "land", Shape.LINE: "line", Shape.POINT: "tree"}
# What lay there before is an outline; a line has none, and a band as broad as on a screen would hide what
# runs along it.
_LINE_BEFORE = Look(edge=INK, width=0.55, dash=(3.0, 2.0))
# In the pictures' own words; "?" alone would say too little
WORDS = {
    "none": "n/a",
    "low": "Low",
    "medium": "Medium",
    "high": "High",
    "review": "for review",
    "error": "error",
}
_STYLED = {"none": "not-applicable", "review": "provisional"}
_LAYERS = {Shape.AREA: "parts", Shape.LINE: "parts_line", Shape.POINT: "parts_point"}
_RETAINED = {
    Shape.AREA: Look(fill=PAPER, hatch="#6a6a6a", angles=(90,), gap=1.6, stroke=0.2),
    Shape.LINE: Look(fill=PAPER, width=0.9),
    Shape.POINT: Look(fill=PAPER, marker="diamond", size=3.6),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of thing a row of `parts` is on a map: one of `ORDER`, with the word for its label."""

    key: str
    word: str


def kind_of(row: Mapping[str, Any]) -> Kind:
    """Return how a part counts on a map.

    Examples
    --------
    >>> kind_of({"stage": "post", "retention": "Created", "status": "provisional", "strat_sig": "Low"})
    Kind(key='review', word='for review')
    """
    answer = answers.kind(row)
    word = WORDS[answer]
    if row["stage"] == "baseline":
        return Kind("baseline", f"before: {word}")
    if row["retention"] == "Retained" and answer in ("low", "medium", "high"):
        return Kind(_KEPT, f"Retained, {word}")
    return Kind(answer, word)


def legend(
    rows: Iterable[tuple[Mapping[str, Any], Shape]], again: Mapping[Shape, str]
) -> list[tuple[str, str, Shape]]:
    """Return key, words and shape of each line of a legend, what a person must see first.

    Parameters
    ----------
    rows
        Parts, and what each is drawn as; each kind is explained once.
    again
        What is said of a kind that is drawn in another way besides.
    """
    kinds: dict[tuple[str, Shape], None] = {}
    words: dict[str, set[str]] = {}
    for row, shape in rows:
        key = kind_of(row).key
        kinds[key, shape] = None
        words.setdefault(key, set()).add(answers.answer(row))
    named: set[str] = set()
    lines = []
    for key, shape in sorted(kinds, key=lambda one: (-ORDER.index(one[0]), one[1].value)):
        lines.append((key, f"The same: {again[shape]}" if key in named else _words(key, words[key]), shape))
        named.add(key)
    return lines


def _words(key: str, said: set[str]) -> str:
    """Return the words of a kind; where its parts differ, none of their figures."""
    if key in _LEGENDS:
        return _LEGENDS[key]
    if len(said) > 1:
        return _SEVERAL.get(key, WORDS[key])
    (answer,) = said
    return answer[:1].upper() + answer[1:]


@cache
def look_of(key: str, shape: Shape) -> Look:
    """Return how parts of a kind are drawn, their patterns at least three times as light or dark as their fill."""
    if key == _KEPT:
        return _RETAINED[shape]
    if beneath(key, shape):
        return _LINE_BEFORE
    style = next(one for one in STYLES if one.layer == _LAYERS[shape])
    look = next(one.look for one in style.rules if one.key == _STYLED.get(key, key))
    fill = blended(look.fill, look.opacity) if look.fill else ""
    hatch = standing_out(look.hatch, fill or PAPER) if look.hatch else ""
    return replace(look, fill=fill, hatch=hatch, opacity=1.0)


def beneath(key: str, shape: Shape) -> bool:
    """Tell whether parts of a kind are drawn beneath the edges of measures: lines as they lay before."""
    return (key, shape) == ("baseline", Shape.LINE)


def measure_look(*, relied_on: bool) -> Look:
    """Return how a mapped measure is drawn."""
    style = next(one for one in STYLES if one.layer == "measures_used")
    return next(one.look for one in style.rules if one.where == (("relied_on", relied_on),))


def blended(colour: str, opacity: float) -> str:
    """Return the colour that a half-transparent one makes on white.

    Examples
    --------
    >>> blended("#000000", 0.5)
    '#808080'
    """
    return _hex(tuple(255 + (one - 255) * opacity for one in _channels(colour)))


def standing_out(colour: str, ground: str, *, ratio: float = GRAPHIC) -> str:
    """Return the colour itself where it stands out from its ground, else a darker one that does.

    Examples
    --------
    >>> standing_out("#9a4f7e", "#ffffff")
    '#9a4f7e'
    """
    darker = colour
    for step in range(20):
        darker = _hex(tuple(one * (1 - step / 20) for one in _channels(colour)))
        if contrast(darker, ground) >= ratio:
            break
    return darker


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it, 1 to 21.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [one / 255 for one in _channels(colour)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _hex(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(one):02x}" for one in channels)
