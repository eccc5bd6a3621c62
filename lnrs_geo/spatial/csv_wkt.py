"""Read a CSV file whose shapes are written out as text (well-known text, WKT)."""

import re
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely

from lnrs_geo.errors import LayerError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial.rawlayer import (
    LayerChoice,
    LayerLook,
    RawLayer,
    frame_of,
    geometries_of,
    guarded,
    unreadable_issues,
)
from lnrs_geo.spatial.sources import Source
from lnrs_geo.tables import load_table

WKT_COLUMNS = ("wkt", "geom", "geometry", "wkt_geom", "the_geom", "geom_wkt")
_SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)
_CURVED = re.compile(r"CURVE|CIRCULARSTRING|SURFACE|TIN|TRIANGLE", re.IGNORECASE)


def read_csv(source: Source, *, choice: LayerChoice, issues: list[Issue]) -> list[RawLayer]:
    """Read a CSV file as a layer: every other column stays the text it is, rows count from 1.

    Raises
    ------
    SourceError
        It cannot be read as a table.
    LayerError
        No column is named as a WKT column is.
    """
    table = load_table(source.path)
    at = next((table.columns.index(name) for name in table.columns if name.lower() in WKT_COLUMNS), None)
    if at is None:
        raise LayerError(
            f"No column holds shapes; found: {', '.join(table.columns) or 'none'}.",
            where=source.label,
            fix=f"Name the column with well-known text one of: {', '.join(WKT_COLUMNS)}.",
        )
    layer = source.path.stem
    if not choice.take([LayerLook(layer, "Unknown", table.columns)], label=source.label):
        return []
    if table.encoding not in {"utf-8", "utf-16"}:
        said = f"The file is not UTF-8; {table.encoding} was assumed."
        issues.append(
            issue("encoding-assumed", said, dataset=source.label, layer=layer, value=table.encoding)
        )
    index = pd.RangeIndex(1, len(table.rows) + 1, name="fid")
    texts = [row[at].strip() for row in table.rows]
    with guarded(source.label, issues, layer=layer):
        shapes, curved = _shapes([_SRID.sub("", text, count=1) for text in texts])
    bad = {
        str(fid): f"'{text[:24]}...{text[-12:]}' ({len(text):,} characters) is not whole WKT"
        for fid, text, shape in zip(index, texts, shapes, strict=True)
        if text and shape is None
    }
    issues += unreadable_issues(bad, label=source.label, layer=layer)
    if curved:
        said = f"The curves of {curved} rows were turned into short straight lines."
        issues.append(issue("curves-linearised", said, dataset=source.label, layer=layer))
    rest = [[cell for place, cell in enumerate(row) if place != at] for row in table.rows]
    names = [name for place, name in enumerate(table.columns) if place != at]
    attributes = pd.DataFrame(rest, index=index, columns=pd.Index(names), dtype=object)
    frame = frame_of(attributes, shapes, label=source.label, layer=layer, issues=issues)
    frame = frame.set_crs(_srid_crs(texts, label=source.label, layer=layer, issues=issues))
    return [RawLayer(source.label, layer, frame, "CSV", source.sha256, table.encoding, True, frozenset(bad))]


def _shapes(texts: list[str]) -> tuple[np.ndarray, int]:
    """Parse WKT; what cannot be parsed is None. Also counts the curves, which GDAL makes straight."""
    curved = [place for place, text in enumerate(texts) if _CURVED.search(text)]
    plain = np.array([text or None for text in texts], dtype=object)
    plain[curved] = None
    shapes = np.array(shapely.from_wkt(plain, on_invalid="ignore"), dtype=object)
    straight = _straightened([texts[place] for place in curved]) if curved else np.empty(0, dtype=object)
    for place, shape in zip(curved, straight, strict=True):
        shapes[place] = shape
    return shapes, sum(shape is not None for shape in straight)


def _straightened(texts: list[str]) -> np.ndarray:
    import pyogrio

    with tempfile.TemporaryDirectory(prefix="lnrs-geo-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "curves.csv"
        rows = "".join(f'{number},"{text.replace(chr(34), "")}"\n' for number, text in enumerate(texts))
        path.write_text("id,WKT\n" + rows, encoding="utf-8")
        _, _, wkb, _ = pyogrio.raw.read(path, columns=["id"])
    return geometries_of(wkb)[0]


def _srid_crs(texts: list[str], *, label: str, layer: str, issues: list[Issue]) -> pyproj.CRS | None:
    """Take the coordinate system from "SRID=27700;" where all rows agree on one."""
    srids = Counter(match.group(1) for text in texts if (match := _SRID.match(text)))
    if not srids:
        return None
    srid = srids.most_common(1)[0][0]
    if len(srids) == 1 and srids[srid] == sum(map(bool, texts)):
        try:
            return pyproj.CRS.from_epsg(int(srid))
        except pyproj.exceptions.CRSError:
            pass
    said = f"Its rows do not agree on one known coordinate system (SRID {', '.join(sorted(srids))})."
    issues.append(issue("crs-unreadable", said, dataset=label, layer=layer, value=", ".join(sorted(srids))))
    return None
