"""Draw a style as SLD 1.1 (OGC Symbology Encoding) for programs other than QGIS.

Written so that MapServer, which reads SLD in its own way, draws it too: see where the code says so.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from lnrs_geo.styles import Look, Rule, Shape, Style
from lnrs_geo.styles.qml import CASING_MM

_SLD, _SE, _OGC = (
    "http://www.opengis.net/sld",
    "http://www.opengis.net/se",
    "http://www.opengis.net/ogc",
)
# SLD counts in pixels; the standard's pixel is 0.28 mm.
_PIXELS_PER_MM = 1 / 0.28
# Names of hatch marks by the direction of their lines, as map servers know them.
_MARKS = {0: "shape://horline", 45: "shape://slash", 135: "shape://backslash"}
# MapServer drops plain white space at the ends of a text.
_SPACE = "\N{NO-BREAK SPACE}"
# Between a point's mark and its label, in millimetres.
_BESIDE_MM = 1.0


def document(style: Style) -> str:
    """Return the style as the text of an SLD file."""
    Xml.register_namespace("sld", _SLD)
    Xml.register_namespace("se", _SE)
    Xml.register_namespace("ogc", _OGC)
    root = Xml.Element(f"{{{_SLD}}}StyledLayerDescriptor", version="1.1.0")
    layer = Xml.SubElement(root, f"{{{_SLD}}}NamedLayer")
    _add(layer, "Name").text = style.layer
    user = Xml.SubElement(layer, f"{{{_SLD}}}UserStyle")
    _add(user, "Name").text = style.name
    # One feature style drawn after the other is how SLD says "beneath".
    for beneath in (True, False):
        rules = [rule for rule in style.rules if rule.beneath is beneath]
        if rules:
            _add_rules(_add(user, "FeatureTypeStyle"), style, rules)
    Xml.indent(root, " ")
    for label in root.iter(f"{{{_SE}}}Label"):  # white space is text there
        label.text = None
        label[-1].tail = (label[-1].tail or "").rstrip("\n ") or None
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _add(parent: Xml.Element, tag: str, **attributes: str) -> Xml.Element:
    return Xml.SubElement(parent, f"{{{_SE}}}{tag}", attributes)


def _add_rules(parent: Xml.Element, style: Style, rules: Iterable[Rule]) -> None:
    for rule in rules:
        element = _add(parent, "Rule")
        _add(element, "Name").text = rule.key
        _add(_add(element, "Description"), "Title").text = rule.legend
        _add_filter(element, rule)
        {Shape.AREA: _add_area, Shape.LINE: _add_line, Shape.POINT: _add_point}[style.shape](
            element, rule.look
        )
        if not rule.beneath:
            _add_label(element, style, rule)


def _add_filter(parent: Xml.Element, rule: Rule) -> None:
    chosen = Xml.SubElement(parent, f"{{{_OGC}}}Filter")
    if len(rule.where) > 1:
        chosen = Xml.SubElement(chosen, f"{{{_OGC}}}And")
    for name, value in rule.where:
        if isinstance(value, bool):
            # 1 and 0 in the GeoPackage and to MapServer, true and false to QGIS
            either = Xml.SubElement(chosen, f"{{{_OGC}}}Or")
            _add_equal(either, name, str(int(value)))
            _add_equal(either, name, str(value).lower())
        else:
            _add_equal(chosen, name, value)


def _add_equal(parent: Xml.Element, name: str, value: str) -> None:
    equal = Xml.SubElement(parent, f"{{{_OGC}}}PropertyIsEqualTo")
    Xml.SubElement(equal, f"{{{_OGC}}}PropertyName").text = name
    Xml.SubElement(equal, f"{{{_OGC}}}Literal").text = value


def _add_area(parent: Xml.Element, look: Look) -> None:
    if look.fill:
        fill = _add(_add(parent, "PolygonSymbolizer"), "Fill")
        _parameters(fill, {"fill": look.fill, "fill-opacity": f"{look.opacity:g}"})
    for angle in look.angles:
        fill = _add(_add(parent, "PolygonSymbolizer"), "Fill")
        graphic = _add(_add(fill, "GraphicFill"), "Graphic")
        mark = _add(graphic, "Mark")
        _add(mark, "WellKnownName").text = _MARKS[angle]
        _add_stroke(mark, look.hatch, look.stroke)
        _add(graphic, "Size").text = _pixels(look.gap)
    # No line symbolizer: MapServer fills an area with the colour of that.
    _add_stroke(_add(parent, "PolygonSymbolizer"), look.edge, look.width, look)


def _add_line(parent: Xml.Element, look: Look) -> None:
    casing = Look(opacity=look.opacity)
    _add_stroke(_add(parent, "LineSymbolizer"), look.edge, look.width + CASING_MM, casing)
    _add_stroke(_add(parent, "LineSymbolizer"), look.fill, look.width, look)


def _add_point(parent: Xml.Element, look: Look) -> None:
    graphic = _add(_add(parent, "PointSymbolizer"), "Graphic")
    mark = _add(graphic, "Mark")
    _add(mark, "WellKnownName").text = look.marker
    if look.fill and look.marker != "cross":  # no inside: MapServer gives its lines the colour of the fill
        _parameters(_add(mark, "Fill"), {"fill": look.fill})
    _add_stroke(mark, look.edge, look.width, look)
    _add(graphic, "Size").text = _pixels(look.size)


def _add_stroke(parent: Xml.Element, colour: str, width: float, look: Look | None = None) -> None:
    values = {"stroke": colour, "stroke-width": _pixels(width)}
    if look is not None:
        values["stroke-opacity"] = f"{look.opacity:g}"
        if look.dash:
            values["stroke-dasharray"] = " ".join(_pixels(length) for length in look.dash)
    _parameters(_add(parent, "Stroke"), values)


def _add_label(parent: Xml.Element, style: Style, rule: Rule) -> None:
    text = _add(parent, "TextSymbolizer")
    label = _add(text, "Label")
    for number, name in enumerate(style.label):
        if number and len(label):
            label[-1].tail = f"{_SPACE}/{_SPACE}"
        Xml.SubElement(label, f"{{{_OGC}}}PropertyName").text = name
    if rule.word:
        label[-1].tail = f"{_SPACE}{rule.word}"
    _parameters(_add(text, "Font"), {"font-family": "Open Sans", "font-size": "11"})
    if style.shape is Shape.POINT:
        _add_placement(text, rule.look)
    halo = _add(text, "Halo")
    _add(halo, "Radius").text = "2"
    _parameters(_add(halo, "Fill"), {"fill": "#ffffff"})
    _parameters(_add(text, "Fill"), {"fill": style.ink})


def _add_placement(text: Xml.Element, look: Look) -> None:
    """Put a label beside its mark, not upon it."""
    place = _add(_add(text, "LabelPlacement"), "PointPlacement")
    anchor = _add(place, "AnchorPoint")
    _add(anchor, "AnchorPointX").text = "0.5"
    _add(anchor, "AnchorPointY").text = "0"
    shift = _add(place, "Displacement")
    _add(shift, "DisplacementX").text = "0"
    _add(shift, "DisplacementY").text = _pixels(look.size / 2 + _BESIDE_MM)


def _parameters(parent: Xml.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        _add(parent, "SvgParameter", name=name).text = value


def _pixels(millimetres: float) -> str:
    return f"{millimetres * _PIXELS_PER_MM:.2f}".rstrip("0").rstrip(".")
