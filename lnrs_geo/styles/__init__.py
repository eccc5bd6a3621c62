"""How the layers of a result look: one table of rules, drawn as QML for QGIS and as SLD for others.

Every category differs in three ways: by lightness (High dark, Low pale), by pattern (solid,
hatched one way, both ways) and by the word on its label; the hues are of a palette that people
with colour-blindness tell apart. The map also reads when printed in grey.
"""

from dataclasses import dataclass
from enum import StrEnum

_BLUE, _SKY, _ORANGE, _RED, _PURPLE = "#0072b2", "#56b4e9", "#e69f00", "#d55e00", "#9a4f7e"
_PALE, _GREY, _INK, _WHITE = "#e4ddc8", "#8a8a8a", "#2b2b2b", "#ffffff"


class Shape(StrEnum):
    """What a layer draws."""

    AREA = "area"
    LINE = "line"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class Look:
    """How a category is drawn; widths, sizes and distances in millimetres on paper.

    Areas: `fill` (empty: none), `hatch` its lines' colour, `angles` their directions in degrees
    anticlockwise from east, `gap` their distance, `stroke` their width; `edge`, `width`, `dash`.
    Lines: `fill` over a wider `edge`. Points: `marker` of `size`, `fill`, `edge`.
    """

    fill: str = ""
    edge: str = _INK
    width: float = 0.3
    dash: tuple[float, ...] = ()
    hatch: str = ""
    angles: tuple[int, ...] = ()
    gap: float = 2.0
    stroke: float = 0.45
    marker: str = "circle"
    size: float = 3.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the legend: which rows (every field equals its value), how, and their word."""

    key: str
    legend: str
    where: tuple[tuple[str, str | bool], ...]
    look: Look
    word: str = ""
    beneath: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """The default style of one layer; `label` are the fields before a rule's word, `ink` their colour."""

    layer: str
    name: str
    description: str
    shape: Shape
    rules: tuple[Rule, ...]
    label: tuple[str, ...] = ("parcel_ref", "part")
    ink: str = "#141414"


_POST, _DECIDED = ("stage", "post"), ("status", "decided")

_KINDS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("baseline", "Baseline (outline)", "", (("stage", "baseline"),)),
    ("low", "Low, decided", "Low", (_POST, _DECIDED, ("strat_sig", "Low"))),
    ("medium", "Medium, decided", "Medium", (_POST, _DECIDED, ("strat_sig", "Medium"))),
    ("high", "High, decided", "High", (_POST, _DECIDED, ("strat_sig", "High"))),
    ("provisional", "Provisional: a person must look", "?", (_POST, ("status", "provisional"))),
    ("not-applicable", "Not applicable", "n/a", (_POST, ("status", "not-applicable"))),
    ("error", "Error: no answer", "error", (_POST, ("status", "error"))),
)

# Drawn from first to last: what a person must see lies on top.
_AREAS = {
    "baseline": Look(edge=_INK, width=1.0, dash=(2.4, 1.2), opacity=0.75),
    "low": Look(fill=_PALE, opacity=0.8),
    "medium": Look(fill=_SKY, hatch=_INK, angles=(0,), gap=3.0, opacity=0.8),
    "high": Look(fill=_BLUE, opacity=0.85),
    "provisional": Look(fill="#fdf0d0", hatch=_ORANGE, angles=(45,), width=0.5, opacity=0.9),
    "not-applicable": Look(edge=_GREY, dash=(0.6, 1.0), width=0.5),
    "error": Look(hatch=_RED, angles=(45, 135), edge=_RED, width=0.8, gap=2.4),
}
_LINES = {
    "baseline": Look(fill=_GREY, edge=_GREY, width=3.0, opacity=0.45),
    "low": Look(fill=_PALE, width=1.0),
    "medium": Look(fill=_SKY, width=1.2, dash=(6.0, 1.0)),
    "high": Look(fill=_BLUE, width=1.6),
    "provisional": Look(fill=_ORANGE, width=1.2, dash=(2.4, 1.6)),
    "not-applicable": Look(fill=_WHITE, edge=_GREY, width=0.5, dash=(0.6, 1.0)),
    "error": Look(fill=_WHITE, edge=_RED, width=0.9, dash=(0.9, 0.9)),
}
_POINTS = {
    "baseline": Look(size=5.4, width=0.5, dash=(1.0, 0.8)),
    "low": Look(fill=_PALE, size=3.2),
    "medium": Look(fill=_SKY, marker="square", size=3.2),
    "high": Look(fill=_BLUE, size=3.8),
    "provisional": Look(fill=_ORANGE, marker="triangle", size=4.2),
    "not-applicable": Look(edge=_GREY, size=2.6, width=0.4),
    "error": Look(fill=_WHITE, edge=_RED, marker="cross", size=4.0, width=0.9),
}


def _of_parts(layer: str, name: str, shape: Shape, looks: dict[str, Look]) -> Style:
    rules = tuple(
        Rule(key, legend, where, looks[key], word, beneath=key == "baseline")
        for key, legend, word, where in _KINDS
    )
    description = "After the development by significance and status; baseline as an outline beneath"
    return Style(layer, name, description, shape, rules)


STYLES: tuple[Style, ...] = (
    _of_parts("parts", "Strategic significance", Shape.AREA, _AREAS),
    _of_parts("parts_line", "Strategic significance", Shape.LINE, _LINES),
    _of_parts("parts_point", "Strategic significance", Shape.POINT, _POINTS),
    Style(
        "measures_used",
        "Mapped measures",
        "Mapped potential measures that parcels meet",
        Shape.AREA,
        (
            Rule(
                "met",
                "Mapped measure, not relied on",
                (("relied_on", False),),
                Look(edge=_PURPLE, width=0.4, dash=(3.0, 1.5)),
            ),
            Rule(
                "relied-on",
                "Mapped measure that a High relies on",
                (("relied_on", True),),
                Look(edge=_PURPLE, width=0.8, hatch=_PURPLE, angles=(135,), gap=6.0, stroke=0.3),
            ),
        ),
        label=("measure_id",),
        ink="#6b2f56",
    ),
)
