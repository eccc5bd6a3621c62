"""Open a result's layers in QGIS without a screen, report their default styles, draw them.

Run by the Python that has QGIS, not by the tests' own: `python3 qgis_render.py results.gpkg map.png`.
Writes the picture and, to standard output, a JSON object by layer. QGIS is imported inside the
functions, so that the file can be looked through where there is none.
"""

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

LAYERS = ("parts_point", "parts_line", "measures_used", "parts")  # topmost first


def report(layer: Any) -> dict[str, object]:
    """Say what QGIS made of the style that it found in the file."""
    from qgis.core import QgsExpression

    renderer = layer.renderer()
    rules = renderer.rootRule().children() if renderer.type() == "RuleRenderer" else []
    label = layer.labeling().settings().fieldName if layer.labeling() else ""
    reference = "measure_id" if layer.name() == "measures_used" else "parcel_ref"
    return {
        "renderer": renderer.type(),
        "levels": renderer.usingSymbolLevels(),
        "rules": [[rule.label(), rule.filterExpression()] for rule in rules],
        "parse_errors": [rule.label() for rule in rules if rule.filter().hasParserError()],
        "labels_on": layer.labelsEnabled(),
        "label": label,
        "label_error": QgsExpression(label).parserErrorString(),
        "rows": [[row[reference], drawing(rules, layer, row)] for row in layer.getFeatures()],
        "crs": layer.crs().authid(),
    }


def by_sld(path: str, name: str, file: Path) -> list[list[object]]:
    """Say which rules draw each row once the layer has the SLD that the file holds in place of its own style."""
    from qgis.core import QgsVectorLayer

    with closing(sqlite3.connect(path)) as database:
        (text,) = database.execute(
            "SELECT styleSLD FROM layer_styles WHERE f_table_name = ?", [name]
        ).fetchone()
    file.write_text(text, encoding="utf-8")
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    fault, read = layer.loadSldStyle(str(file))
    if not read or layer.renderer().type() != "RuleRenderer":
        return [[name, [fault]]]
    rules = layer.renderer().rootRule().children()
    reference = "measure_id" if name == "measures_used" else "parcel_ref"
    return [[row[reference], drawing(rules, layer, row)] for row in layer.getFeatures()]


def drawing(rules: Any, layer: Any, feature: Any) -> list[str]:
    """Return the legends of the rules that draw a feature."""
    from qgis.core import QgsExpression, QgsExpressionContext, QgsExpressionContextUtils

    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    return [rule.label() for rule in rules if QgsExpression(rule.filterExpression()).evaluate(context)]


def main(path: str, picture: str) -> None:
    """Write the report and the picture."""
    from qgis.core import (
        QgsApplication,
        QgsMapRendererParallelJob,
        QgsMapSettings,
        QgsRectangle,
        QgsVectorLayer,
    )
    from qgis.PyQt.QtCore import QSize
    from qgis.PyQt.QtGui import QColor

    application = QgsApplication([], False)
    application.initQgis()
    layers = [QgsVectorLayer(f"{path}|layername={name}", name, "ogr") for name in LAYERS]
    told = {layer.name(): report(layer) for layer in layers}
    for name in LAYERS:
        told[name]["rows_by_sld"] = by_sld(path, name, Path(picture).with_name(f"{name}.sld"))
    print(json.dumps(told))
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(layers[0].crs())
    extent = QgsRectangle()
    for layer in layers:
        extent.combineExtentWith(layer.extent())
    extent.scale(1.1)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(1400, 1000))
    settings.setOutputDpi(144)
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture)
    # Leave at once: QGIS may crash while Python takes its objects apart.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
