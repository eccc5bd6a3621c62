"""QGIS opens a result with its styles by itself. Skipped where QGIS is not installed."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lnrs_geo.styles import STYLES
from lnrs_geo.write import write_results
from tests.tables_example import example

_SCRIPT = Path(__file__).with_name("qgis_render.py")
# The system's Python, which is the one that QGIS brings its modules to.
_PYTHON = os.environ.get("LNRS_GEO_QGIS_PYTHON") or shutil.which("python3", path="/usr/bin") or ""


def _environment(home: Path) -> dict[str, str]:
    home.mkdir(mode=0o700, exist_ok=True)
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LD_LIBRARY_PATH")}
    told = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "QGIS_CUSTOM_CONFIG_PATH"), str(home))
    return kept | told | {"QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    """Return what QGIS reports of the example's layers, and its picture of them."""
    folder = tmp_path_factory.mktemp("qgis")
    settings = _environment(folder / "home")
    probe = [_PYTHON, "-c", "from qgis.core import Qgis"]
    if not _PYTHON or subprocess.run(probe, env=settings, capture_output=True, check=False).returncode:
        pytest.skip("QGIS is not installed for the system's Python")
    write_results(example(), folder / "out")
    picture = folder / "map.png"
    done = subprocess.run(
        [_PYTHON, str(_SCRIPT), str(folder / "out" / "results.gpkg"), str(picture)],
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), picture


def test_default_style_is_loaded(drawn: tuple[dict[str, Any], Path]) -> None:
    """Each layer comes up with its rules, levels and labels without anybody setting a style."""
    report, _ = drawn
    for style in STYLES:
        layer = report[style.layer]
        assert layer["renderer"] == "RuleRenderer"
        assert layer["levels"]
        assert [legend for legend, _ in layer["rules"]] == [rule.legend for rule in style.rules]
        assert layer["parse_errors"] == []
        assert layer["label_error"] == ""
        assert layer["labels_on"]
        assert style.label[0] in layer["label"]
        assert layer["crs"] == "EPSG:27700"


def test_each_row_meets_one_rule(drawn: tuple[dict[str, Any], Path]) -> None:
    """QGIS finds one legend line for every row, the ones with odd references too."""
    report, _ = drawn
    for style in STYLES:
        assert [row for row in report[style.layer]["rows"] if len(row[1]) != 1] == []
    found = {legend for style in STYLES for _, (legend,) in report[style.layer]["rows"]}
    assert found == {rule.legend for style in STYLES for rule in style.rules}


def test_sld_draws_the_same_rows(drawn: tuple[dict[str, Any], Path]) -> None:
    """QGIS, given the SLD in place of its own style, draws each row by the rule of the same name."""
    report, _ = drawn
    for style in STYLES:
        assert report[style.layer]["rows_by_sld"] == report[style.layer]["rows"]


def test_colours_and_labels_are_on_the_map(drawn: tuple[dict[str, Any], Path]) -> None:
    """The picture shows High in solid blue, Low pale, the hatches, and labels in ink on white."""
    pixels = read_png(drawn[1])
    assert share(pixels, (0x26, 0x87, 0xBD)) > 0.1, "High: blue at 85 %"
    assert share(pixels, (0xE9, 0xE4, 0xD3)) > 0.05, "Low: pale at 80 %"
    assert share(pixels, (0xE6, 0x9F, 0x00), within=40) > 0.005, "provisional: orange hatch"
    assert share(pixels, (0xD5, 0x5E, 0x00), within=12) > 0.003, "error: red hatch"
    assert share(pixels, (0x56, 0xB4, 0xE9), within=40) > 0.01, "Medium: sky blue"
    assert share(pixels, (0x9A, 0x4F, 0x7E), within=12) > 0.005, "measures: purple"
    assert share(pixels, (0x14, 0x14, 0x14), within=4) > 0.001, "labels"
    assert share(pixels, (0x00, 0x72, 0xB2), within=4) > 0.0005, "High lines and trees: blue"


def share(pixels: np.ndarray[Any, Any], colour: tuple[int, int, int], *, within: int = 6) -> float:
    """Return the share of the picture that has this colour, each channel `within` so much."""
    near = np.abs(pixels.astype(int) - np.array(colour)).max(axis=2) <= within
    return float(near.mean())


def read_png(path: Path) -> np.ndarray[Any, Any]:
    """Return a picture as rows of red, green, blue (QGIS reads it: no further package needed)."""
    raw = subprocess.run(
        [_PYTHON, "-c", _TO_RAW, str(path)],
        env=_environment(path.parent / "home"),
        capture_output=True,
        check=True,
    )
    head, _, body = raw.stdout.partition(b"\n")
    width, height = map(int, head.split())
    return np.frombuffer(body, dtype=np.uint8).reshape(height, width, 4)[:, :, 2::-1]


_TO_RAW = """
import sys
from qgis.PyQt.QtGui import QImage
image = QImage(sys.argv[1]).convertToFormat(QImage.Format_RGB32)
bits = image.bits()
bits.setsize(image.byteCount() if hasattr(image, "byteCount") else image.sizeInBytes())
sys.stdout.buffer.write(f"{image.width()} {image.height()}\\n".encode() + bytes(bits))
"""
