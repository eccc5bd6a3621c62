"""A sheet of paper measured in millimetres, on which a map is drawn."""

import io
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Literal

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox
from PIL import Image

from lnrs_geo.report.maps import lettering
from lnrs_geo.report.maps.lettering import Face

Points = Sequence[tuple[float, float]]
Across = Literal["left", "center", "right"]
Up = Literal["bottom", "baseline", "center", "center_baseline", "top"]
Box = tuple[float, float, float, float]  # left, bottom, right, top in mm

DPI = 200
PLAIN = Face()
_MM, _POINTS_PER_MM = 25.4, 72 / 25.4
# Flat areas and their soft edges need no more colours, and the file is a third of the size.
_COLOURS = 128
_BEGIN, _ON, _CLOSE = Path.MOVETO, Path.LINETO, Path.CLOSEPOLY


def untouched() -> AbstractContextManager[None]:
    """Keep a person's own settings of matplotlib away from what is drawn inside."""
    return mpl.rc_context({key: value for key, value in mpl.rcParamsDefault.items() if key != "backend"})


class Paper:
    """A sheet to draw on; every length is in millimetres, every later thing lies on top.

    Parameters
    ----------
    width_mm
        Its width; x counts from its left edge.
    bottom_mm, top_mm
        Where its lower and upper edge lie on the scale of y.
    """

    def __init__(self, width_mm: float, bottom_mm: float, top_mm: float) -> None:
        self.width_mm, self.bottom_mm, self.top_mm = width_mm, bottom_mm, top_mm
        # Whole pixels, so that every edge of the sheet is sharp.
        size = [round(mm * DPI / _MM) / DPI for mm in (width_mm, top_mm - bottom_mm)]
        self._figure = Figure(figsize=(size[0], size[1]), dpi=DPI, facecolor="white", edgecolor="white")
        self._canvas = FigureCanvasAgg(self._figure)
        self._scale = Affine2D().translate(0, -bottom_mm).scale(DPI / _MM)
        self._clip: Bbox | None = None
        self._order = 0

    def clip(self, box: Box | None) -> None:
        """Keep what is drawn from now on inside a box; None lifts that."""
        self._clip = None
        if box is not None:
            corners = self._scale.transform([box[:2], box[2:]])
            self._clip = Bbox(corners)

    def area(
        self, shape: shapely.Geometry, *, fill: str = "", edge: str = "", width: float = 0.0,
        dash: Sequence[float] = (),
    ) -> None:  # fmt: skip
        """Draw polygons: filled, outlined, or both; `dash` gives lengths on and off."""
        path = _polygons(shape)
        if path is None:
            return
        self._add(
            PathPatch(
                path,
                facecolor=fill or "none",
                edgecolor=edge or "none",
                linewidth=width * _POINTS_PER_MM,
                linestyle=_pattern(dash, width),
                joinstyle="round",
                capstyle="butt",
            )
        )

    def lines(
        self, strokes: Iterable[npt.NDArray[np.float64]], *, colour: str, width: float,
        dash: Sequence[float] = (), cap: str = "round",
    ) -> None:  # fmt: skip
        """Draw lines, each an array of shape (n, 2)."""
        segments = list(strokes)
        if not segments:
            return
        self._add(
            LineCollection(
                segments,
                colors=colour,
                linewidths=width * _POINTS_PER_MM,
                linestyles=[_pattern(dash, width)],
                capstyle="butt" if dash else cap,
                joinstyle="round",
            )
        )

    def text(
        self, at: tuple[float, float], words: str, *, face: Face = PLAIN,
        across: Across = "left", up: Up = "baseline", turned: bool = False,
    ) -> None:  # fmt: skip
        """Write one line; `across` (left, center, right) and `up` say where `at` lies on it."""
        self._add(
            Text(
                *at,
                lettering.clean(words),
                fontproperties=lettering.font(face.size_pt, bold=face.bold),
                color=face.colour,
                horizontalalignment=across,
                verticalalignment=up,
                rotation=90 if turned else 0,
                rotation_mode="anchor",
                parse_math=False,  # a reference like "$x_1$" is a name, never a formula
            )
        )

    def png(self) -> tuple[bytes, int, int]:
        """Return the picture as PNG, and its width and height in pixels; the same drawing, the same bytes."""
        self._canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.asarray(self._canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        picture = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
        few = picture.quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        file = io.BytesIO()
        few.save(file, "PNG", compress_level=6, dpi=(DPI, DPI))
        return file.getvalue(), picture.width, picture.height

    def _add(self, artist: Artist) -> None:
        self._order += 1
        artist.set_zorder(self._order)
        artist.set_transform(self._scale)
        artist.set_snap(False)
        self._figure.add_artist(artist, clip=False)
        if self._clip is not None:
            artist.set_clip_box(self._clip)
            artist.set_clip_on(True)


def rectangle(box: Box) -> shapely.Geometry:
    """Return a box as a polygon."""
    return shapely.box(*box)


def _pattern(dash: Sequence[float], width: float) -> tuple[float, tuple[float, ...]] | str:
    """Return dashes as matplotlib counts them: in points."""
    if not dash:
        return "solid"
    # matplotlib multiplies the pattern of a line by its width
    factor = 1 / max(width, 1e-6)
    return (0.0, tuple(length * factor for length in dash))


def _polygons(shape: shapely.Geometry) -> Path | None:
    """Return polygons with their holes as one path."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    if not len(rings):
        return None
    points, codes = [], []
    for ring in rings:
        xy = shapely.get_coordinates(ring)
        points.append(xy)
        codes.append(np.full(len(xy), _ON, dtype=Path.code_type))
        codes[-1][0], codes[-1][-1] = _BEGIN, _CLOSE
    return Path(np.concatenate(points), np.concatenate(codes))
