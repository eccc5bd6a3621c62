"""The sheet of a map: notice, title, the land with its legend beside it, scale, north, and whose data it is."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import shapely

from lnrs_geo.report.maps import furniture, lettering
from lnrs_geo.report.maps.legend import Entry, draw_legend, height_mm
from lnrs_geo.report.maps.looks import INK
from lnrs_geo.report.maps.paper import Box, Paper, untouched
from lnrs_geo.report.maps.window import Window, window_on

WIDTH_MM = 190.5  # 1,500 pixels
_LEFT, _EDGE = 7.5, 2.0
_FRAME: Box = (_LEFT, 0.0, _LEFT + 120.0, 112.0)
_LEGEND_LEFT = _FRAME[2] + 4
_LEGEND_WIDTH = WIDTH_MM - _LEGEND_LEFT - _EDGE
_INNER = WIDTH_MM - 2 * _EDGE
_TICK_LABELS, _STRIP = 5.0, 17.0  # under the frame: labels alone; with scale, place and north
_LINE, _TITLE_LINE, _FINE = (
    lettering.line_mm(one) for one in (lettering.NORMAL, lettering.LARGE, lettering.SMALL)
)


@dataclass(frozen=True, slots=True)
class Map:
    """A picture with the words that stand for it.

    Attributes
    ----------
    png
        The picture; the same results give the same bytes.
    width_px, height_px
        Its size.
    alt
        What it shows, for those who do not see it: the facts, not the colours.
    caption
        What stands under it.
    """

    png: bytes
    width_px: int
    height_px: int
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Texts:
    """What is written round a map: its title, and lines of every map of the run."""

    title: str
    notice: str
    credits: tuple[str, ...]


def texts_of(run: Mapping[str, str], title: str) -> Texts:
    """Return the texts round a map: from what is stated of the run, by dotted key."""
    return Texts(title, run.get("notice", ""), tuple(licences(run)))


def licences(run: Mapping[str, str]) -> list[str]:
    """Return whence the measures were read and, for each strategy, what its file says they are.

    The file of a strategy tells edition and licence of the map that its authors knew. Whether that map was
    read is another matter, so the files come first.

    Examples
    --------
    >>> licences({"strategy.name": "Derbyshire", "measures_source.licence": "OGL v3"})
    ['Mapped measures, according to the strategy file: Derbyshire; edition not stated; licence: OGL v3.']
    """
    read = _measures_read(run)
    numbers = sorted({int(key.split(".")[1]) for key in run if key.startswith("strategies.")})
    opened = [one for one in numbers if run.get(f"strategies.{one}.opened") != "false"]
    named = [(f"strategies.{one}.", f"strategies.{one}.") for one in opened or numbers]
    told = []
    for facts, source in named or [("strategy.", "")]:
        title = run.get(f"{facts}title", "")
        name = run.get(f"{facts}name", "") + (f', "{title}"' if title else "")
        edition = run.get(f"{source}measures_source.edition") or "not stated"
        licence = run.get(f"{source}measures_source.licence") or "not stated"
        told.append(f"{name or 'strategy not named'}; edition {edition}; licence: {licence}.")
    if len(told) == 1:
        head = f"Mapped measures read from {read}; " if read else "Mapped measures, "
        return [f"{head}according to the strategy file: {told[0]}"]
    first = [f"Mapped measures read from {read}."] if read else []
    return first + [f"Mapped measures, according to the strategy file: {one}" for one in told]


def _measures_read(run: Mapping[str, str]) -> str:
    """Return the files that measures were read from, each with its layers."""
    layers: dict[str, list[str]] = {}
    for number in itertools.count(1):
        role = run.get(f"inputs.{number}.role")
        if role is None:
            break
        if role == "measures":
            path = re.split(r"[/\\]", run.get(f"inputs.{number}.path", "").rstrip("/\\"))[-1]
            layers.setdefault(path, []).append(run.get(f"inputs.{number}.layer", ""))
    told = (f"{path}{_layers([one for one in own if one])}" for path, own in layers.items())
    return " and ".join(told)


def _layers(names: Sequence[str]) -> str:
    return f" ({', '.join(names)})" if names else ""


def window_of(bounds_m: Box) -> Window:
    """Return the window that a map shows of some land."""
    return window_on(bounds_m, _FRAME)


def made(
    window: Window, texts: Texts, *, entries: Sequence[Entry], land: Callable[[Paper], None]
) -> tuple[bytes, int, int]:
    """Draw a sheet; return the picture and its width and height in pixels.

    Parameters
    ----------
    window
        The land shown, of `window_of`.
    texts
        What stands above and below.
    entries
        The legend.
    land
        Draws the land itself, inside the frame.
    """
    with untouched():
        return _made(window, texts, entries, land)


def _made(
    window: Window, texts: Texts, entries: Sequence[Entry], land: Callable[[Paper], None]
) -> tuple[bytes, int, int]:
    notice = lettering.wrapped(
        texts.notice, lettering.NORMAL, _INNER - 3, bold=True, most=30
    )  # never cut short
    title = lettering.wrapped(texts.title, lettering.LARGE, _INNER, bold=True, most=2)
    small = [
        one for words in texts.credits for one in lettering.wrapped(words, lettering.SMALL, _INNER, most=3)
    ]
    above = (len(notice) * _LINE + 3.5 if notice else 0) + len(title) * _TITLE_LINE + 1.5 + _EDGE
    below = max(_STRIP, height_mm(entries, _LEGEND_WIDTH) + 3 - _FRAME[3])
    paper = Paper(WIDTH_MM, -below - len(small) * _FINE - _EDGE, _FRAME[3] + above)
    paper.clip(_FRAME)
    land(paper)
    paper.clip(None)
    furniture.frame_and_grid(paper, window)
    _strip(paper, window)
    draw_legend(paper, entries, left=_LEGEND_LEFT, top=_FRAME[3], width_mm=_LEGEND_WIDTH)
    _head(paper, notice, title)
    for number, words in enumerate(small):
        paper.text((_EDGE, -below - (number + 0.78) * _FINE), words, face=lettering.Face(lettering.SMALL))
    return paper.png()


def _strip(paper: Paper, window: Window) -> None:
    """Draw scale, place and north under the land."""
    left, bottom, right, _ = _FRAME
    top = bottom - _TICK_LABELS
    furniture.scale_bar(paper, window, (left + 2, top - 4))
    furniture.north_arrow(paper, (right - 17, bottom - _STRIP + 2.5))
    middle = left + 54
    paper.text(
        (middle, top - 3.2), f"Centre {furniture.place_words(window)}", face=lettering.Face(lettering.SMALL)
    )
    apart = furniture.length_words(furniture.interval_m(window))
    paper.text(
        (middle, top - 6.6), f"OS National Grid, ticks {apart} apart", face=lettering.Face(lettering.SMALL)
    )


def _head(paper: Paper, notice: Sequence[str], title: Sequence[str]) -> None:
    """Write what every page must say, in a box, and the title."""
    top = paper.top_mm - _EDGE
    if notice:
        bottom = top - len(notice) * _LINE - 2
        box = shapely.box(_EDGE, bottom, paper.width_mm - _EDGE, top)
        paper.area(box, fill="#fdf0d0", edge=INK, width=0.4)
        for number, words in enumerate(notice):
            paper.text(
                (_EDGE + 1.5, top - 1 - (number + 0.78) * _LINE), words, face=lettering.Face(bold=True)
            )
        top = bottom - 1.5
    for number, words in enumerate(title):
        paper.text(
            (_EDGE, top - (number + 0.78) * _TITLE_LINE),
            words,
            face=lettering.Face(lettering.LARGE, bold=True),
        )
