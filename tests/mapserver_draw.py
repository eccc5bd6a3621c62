"""Draw a result's layers with MapServer by the SLD that the GeoPackage carries, and report what it read.

Run by the Python that has mapscript, not by the tests' own:
`python3 mapserver_draw.py results.gpkg folder`. Writes a picture of each layer and one of all of them, and
to standard output a JSON object: the map's extent, and the classes that MapServer made of each style.
Mapscript is imported inside the functions, so that the file can be looked through where there is none.
"""

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

LAYERS = {"parts": "polygon", "measures_used": "polygon", "parts_line": "line", "parts_point": "point"}
WIDTH, HEIGHT = 1400, 1000
# The standard's pixel of 0.28 mm: one of the SLD is one of the picture.
RESOLUTION = 72


def main(geopackage: str, folder: str) -> None:
    """Write the pictures and the report."""
    with closing(sqlite3.connect(geopackage)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleSLD FROM layer_styles"))
    drawn = prepared(geopackage, folder)
    layers = {name: with_layer(drawn, geopackage, name, styles[name]) for name in LAYERS}
    save(drawn, f"{folder}/all.png")
    for name in LAYERS:
        for other, layer in layers.items():
            layer.status = int(other == name)
        save(drawn, f"{folder}/{name}.png")
    extent = [drawn.extent.minx, drawn.extent.miny, drawn.extent.maxx, drawn.extent.maxy]
    told = {
        name: [as_read(layer.getClass(i)) for i in range(layer.numclasses)] for name, layer in layers.items()
    }
    print(json.dumps({"extent": extent, "classes": told}))


def prepared(geopackage: str, folder: str) -> Any:
    """Return a map without layers that covers what the GeoPackage holds."""
    import mapscript

    fonts = Path(folder) / "fonts.txt"
    fonts.write_text("", encoding="utf-8")
    drawn = mapscript.mapObj()
    drawn.setSize(WIDTH, HEIGHT)
    drawn.resolution = drawn.defresolution = RESOLUTION
    drawn.units = mapscript.MS_METERS
    drawn.imagecolor.setRGB(255, 255, 255)
    drawn.selectOutputFormat("png")
    with closing(sqlite3.connect(geopackage)) as database:
        boxes = database.execute("SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE min_x NOT NULL")
        west, south, east, north = zip(*boxes, strict=True)
    margin = 0.05 * max(max(east) - min(west), max(north) - min(south))
    drawn.setExtent(min(west) - margin, min(south) - margin, max(east) + margin, max(north) + margin)
    return drawn


def with_layer(drawn: Any, geopackage: str, name: str, sld: str) -> Any:
    """Add a layer to the map, drawn as its SLD says."""
    import mapscript

    layer = mapscript.layerObj(drawn)
    layer.name = name
    layer.type = getattr(mapscript, f"MS_LAYER_{LAYERS[name].upper()}")
    layer.status = mapscript.MS_ON
    layer.setConnectionType(mapscript.MS_OGR, "")
    layer.connection = geopackage
    layer.data = name
    if layer.applySLD(sld, name) != mapscript.MS_SUCCESS:
        raise SystemExit(f"MapServer does not take the SLD of {name}")
    return layer


def save(drawn: Any, path: str) -> None:
    """Draw the layers that are on."""
    drawn.draw().save(path)


def as_read(one: Any) -> dict[str, Any]:
    """Return what MapServer made of a rule of the SLD."""
    styles = [one.getStyle(i) for i in range(one.numstyles)]
    label = one.getLabel(0) if one.numlabels else None
    return {
        "name": one.name,
        "title": one.title,
        "filter": one.getExpressionString(),
        "styles": [
            {
                "colour": style.color.toHex() if style.color.red >= 0 else "",
                "edge": style.outlinecolor.toHex() if style.outlinecolor.red >= 0 else "",
                "symbol": style.symbolname,
                "size": style.size,
                "width": style.width,
                "dash": style.patternlength,
            }
            for style in styles
        ],
        "label": one.getTextString() or (label.getTextString() if label else None),
    }


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
