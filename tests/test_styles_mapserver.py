"""MapServer draws a result by the SLD that it carries. Skipped where mapscript is not installed."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest
import shapely

from lnrs_geo.geopackage import LAYERS
from lnrs_geo.styles import STYLES
from lnrs_geo.write import write_results
from tests.tables_example import example

_SCRIPT = Path(__file__).with_name("mapserver_draw.py")
# The system's Python, which is the one that Debian brings mapscript to.
_PYTHON = os.environ.get("LNRS_GEO_MAPSCRIPT_PYTHON") or shutil.which("python3", path="/usr/bin") or ""

Colour = tuple[int, int, int]
HIGH, LOW, REVIEW, MEDIUM = (0x26, 0x87, 0xBD), (0xE9, 0xE4, 0xD3), (0xFD, 0xF1, 0xD5), (0x78, 0xC3, 0xED)
BLUE, PALE, ORANGE, INK = (0x00, 0x72, 0xB2), (0xE4, 0xDD, 0xC8), (0xE6, 0x9F, 0x00), (0x2B, 0x2B, 0x2B)
RED, PURPLE, WHITE = (0xD5, 0x5E, 0x00), (0x9A, 0x4F, 0x7E), (0xFF, 0xFF, 0xFF)
# Where a part of each answer must show which colours, in a square of so many metres round a point on it
# (fills of areas are as opaque as the style says, on white).
SEEN: dict[str, dict[tuple[str, str], tuple[float, tuple[Colour, ...]]]] = {
    "parts": {
        ("decided", "High"): (8, (HIGH,)),
        ("decided", "Low"): (8, (LOW,)),
        ("decided", "Medium"): (8, (MEDIUM, INK)),
        ("provisional", "Low"): (8, (REVIEW, ORANGE)),
        ("not-applicable", ""): (8, (WHITE,)),
        ("error", ""): (8, (WHITE, RED)),
    },
    "parts_line": {
        ("decided", "High"): (1.5, (BLUE,)),
        ("decided", "Low"): (1.5, (PALE,)),
        ("provisional", "Low"): (3, (ORANGE, INK)),
        ("error", ""): (3, (RED, WHITE)),
    },
    "parts_point": {
        ("decided", "High"): (2, (BLUE,)),
        ("decided", "Low"): (2, (PALE,)),
        ("provisional", "Low"): (2, (ORANGE,)),
        ("error", ""): (2, (RED,)),
    },
}


class Drawing:
    """What MapServer read of the styles, and its pictures of the layers."""

    def __init__(self, folder: Path, told: dict[str, Any]) -> None:
        self.classes: dict[str, list[dict[str, Any]]] = told["classes"]
        self._extent: tuple[float, float, float, float] = tuple(told["extent"])
        self._pictures = {name: picture(folder / f"{name}.png") for name in LAYERS}

    def round(self, layer: str, at: shapely.Point, metres: float) -> "np.ndarray[Any, Any]":
        """Return the pixels in a square of half-width `metres` round a place."""
        pixels = self._pictures[layer]
        west, _, east, north = self._extent
        scale = pixels.shape[1] / (east - west)
        column, row, reach = (round(n * scale) for n in (at.x - west, north - at.y, metres))
        return pixels[row - reach : row + reach + 1, column - reach : column + reach + 1]


def picture(path: Path) -> "np.ndarray[Any, Any]":
    """Return a picture as rows of red, green, blue from 0 to 255."""
    return np.rint(matplotlib.image.imread(path)[:, :, :3] * 255).astype(int)


def shows(pixels: "np.ndarray[Any, Any]", colour: Colour, *, within: int = 12) -> bool:
    """Tell whether some of the pixels have this colour, not single ones along an edge."""
    near = np.abs(pixels - np.array(colour)).max(axis=2) <= within
    return bool(near.mean() > 0.02)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawing:
    """Return MapServer's pictures of the example."""
    if (
        not _PYTHON
        or subprocess.run([_PYTHON, "-c", "import mapscript"], capture_output=True, check=False).returncode
    ):
        pytest.skip("mapscript (Debian: python3-mapscript) is not installed for the system's Python")
    folder = tmp_path_factory.mktemp("mapserver")
    write_results(example(), folder / "out")
    done = subprocess.run(
        [_PYTHON, str(_SCRIPT), str(folder / "out" / "results.gpkg"), str(folder)],
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return Drawing(folder, json.loads(done.stdout))


def test_every_rule_is_read(drawn: Drawing) -> None:
    """MapServer makes a class of each rule, with its filter."""
    for style in STYLES:
        classes = {one["name"]: one for one in drawn.classes[style.layer]}
        assert sorted(classes) == sorted(rule.key for rule in style.rules)
        for rule in style.rules:
            for field, _ in rule.where:
                assert field in classes[rule.key]["filter"]


def test_labels_keep_their_spaces(drawn: Drawing) -> None:
    """A label reads "H1 / 1 High" in MapServer too, which drops white space at the ends of a text."""
    labels = {one["name"]: one["label"] for one in drawn.classes["parts"]}
    pieces = [piece.strip('"') for piece in labels["high"].strip("()").split("+")]
    assert "".join(pieces).replace("\N{NO-BREAK SPACE}", " ") == "[parcel_ref] / [part] High"
    assert labels["baseline"] is None


@pytest.mark.parametrize("layer", list(SEEN))
def test_answers_have_their_own_colours(drawn: Drawing, layer: str) -> None:
    """High, Low and what is for review are drawn in their own colours where they lie, and in no other's."""
    parts = example().parts
    post = parts[parts["stage"].eq("post") & ~parts.geometry.is_empty & parts.geometry.notna()]
    dimension = {"parts": 2, "parts_line": 1, "parts_point": 0}[layer]
    telling = {one for _, colours in SEEN[layer].values() for one in colours} - {INK, WHITE}
    met = set()
    for row in post[shapely.get_dimensions(post.geometry) == dimension].itertuples():
        answer = (str(row.status), str(row.strat_sig))
        metres, colours = SEEN[layer][answer]
        pixels = drawn.round(layer, beside_label(row.geometry), metres)
        for colour in colours:
            assert shows(pixels, colour), (row.parcel_ref, colour)
        for colour in telling - set(colours):
            assert not shows(pixels, colour), (row.parcel_ref, colour)
        met.add(answer)
    assert met == set(SEEN[layer])


def beside_label(shape: shapely.Geometry) -> shapely.Point:
    """Return a place on the shape away from its middle, where the label is."""
    if shape.geom_type == "LineString":
        return shapely.line_interpolate_point(shape, 0.15, normalized=True)
    if shape.geom_type == "Point":
        return shape
    largest = max(getattr(shape, "geoms", [shape]), key=lambda one: one.area)
    west, south, _, _ = largest.bounds
    return shapely.Point(west + 12, south + 12)


def test_areas_are_outlined_not_filled(drawn: Drawing) -> None:
    """A baseline and a measure that nothing relies on are outlines: what lies within shows."""
    baseline = shapely.Point(430_260, 360_190)  # within the baseline of H3, where no part is after
    assert (drawn.round("parts", baseline, 5) == 255).all()
    edge = drawn.round("parts", shapely.Point(430_300, 360_195), 4)
    assert (edge.max(axis=2) < 120).any()
    unused = shapely.Point(430_210, 360_118)  # within WD1 alone
    assert (drawn.round("measures_used", unused, 5) == 255).all()
    assert shows(drawn.round("measures_used", shapely.Point(430_320, 360_050), 2), PURPLE)


def test_labels_stand_beside_their_marks(drawn: Drawing) -> None:
    """No label covers the middle of the mark of a tree."""
    parts = example().parts
    for row in parts[parts["module"].eq("tree") & parts["stage"].eq("post")].itertuples():
        _, (colour, *_) = SEEN["parts_point"][str(row.status), str(row.strat_sig)]
        middle = drawn.round("parts_point", row.geometry, 0.3)
        near = np.abs(middle - np.array(colour)).max(axis=2) <= 12
        assert near.mean() > 0.7, row.parcel_ref
