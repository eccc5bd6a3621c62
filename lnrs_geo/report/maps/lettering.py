"""Text on a map: one font, known widths, and nothing that a file's text could do but be read."""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.textpath import TextToPath

# The font that matplotlib brings, by its file: what is installed or configured elsewhere changes nothing.
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_FILES = {False: _FONTS / "DejaVuSans.ttf", True: _FONTS / "DejaVuSans-Bold.ttf"}
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_POINT_MM = 25.4 / 72
LINE_HEIGHT = 1.32  # of the font's size

SMALL, NORMAL, LARGE = 7.0, 7.6, 9.5  # points


@dataclass(frozen=True, slots=True)
class Face:
    """How letters look: their size in points, weight and colour."""

    size_pt: float = NORMAL
    bold: bool = False
    colour: str = "#141414"


@cache
def font(size_pt: float, *, bold: bool = False) -> FontProperties:
    """Return the font of a size."""
    return FontProperties(fname=str(_FILES[bold]), size=size_pt)


@cache
def _drawn() -> frozenset[int]:
    """Return the characters that both weights of the font can draw."""
    plain, bold = (get_font(str(path)).get_charmap() for path in _FILES.values())
    return frozenset(plain) & frozenset(bold)


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    r"""Return a text on one line, without control characters; what the font cannot draw becomes a sign.

    Examples
    --------
    >>> clean("Pond\n\u202e(west) \U0001F438")
    'Pond (west) �'
    """
    folded = unicodedata.normalize("NFC", " ".join(text.split()))
    shown = [one for one in folded if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn")]
    known = _drawn()
    return "".join(one if ord(one) in known else _UNKNOWN for one in shown)


def shortened(text: str, most: int) -> str:
    """Return a clean text of at most `most` characters; what is left out shows as three dots.

    Examples
    --------
    >>> shortened("Hedge along the lane", 10)
    'Hedge alo…'
    """
    plain = clean(text)
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


@lru_cache(maxsize=16384)
def width_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide a clean text is on paper."""
    width, _, _ = TextToPath().get_text_width_height_descent(text, font(size_pt, bold=bold), ismath=False)
    return float(width) * _POINT_MM


def line_mm(size_pt: float) -> float:
    """Return the height of a line of text on paper."""
    return size_pt * LINE_HEIGHT * _POINT_MM


def wrapped(text: str, size_pt: float, within_mm: float, *, bold: bool = False, most: int = 6) -> list[str]:
    """Return a text as lines no wider than `within_mm`; at most `most` lines, the last one cut with dots.

    Examples
    --------
    >>> wrapped("mapped measures that a parcel meets", 8, 30)
    ['mapped measures', 'that a parcel meets']
    """
    lines: list[str] = []
    rest = clean(text)
    while rest:
        if len(lines) == most - 1:
            lines.append(_cut(rest, size_pt, within_mm, bold=bold))
            break
        fitting = _fitting(rest, size_pt, within_mm, bold=bold)
        at = len(rest) if fitting == len(rest) else rest.rfind(" ", 0, fitting + 1)
        at = at if at > 0 else fitting  # a word wider than the line is broken
        lines.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return lines


def _fitting(text: str, size_pt: float, within_mm: float, *, bold: bool) -> int:
    """Return how many characters fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_mm(text[:middle], size_pt, bold=bold) <= within_mm:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, size_pt: float, within_mm: float, *, bold: bool) -> str:
    if width_mm(text, size_pt, bold=bold) <= within_mm:
        return text
    room = within_mm - width_mm("…", size_pt, bold=bold)
    return text[: _fitting(text, size_pt, room, bold=bold)].rstrip() + "…"
