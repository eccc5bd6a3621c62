"""Draw a style as QML, the form in which QGIS (3.22 and newer) loads it by itself."""

from xml.etree import ElementTree as Xml

from lnrs_geo.styles import Look, Rule, Shape, Style

_SYMBOL = {Shape.AREA: "fill", Shape.LINE: "line", Shape.POINT: "marker"}
_GEOMETRY = {Shape.POINT: "0", Shape.LINE: "1", Shape.AREA: "2"}
# QGIS's numbers of label placements: within an area, along a line, round a point.
_PLACEMENT = {Shape.AREA: "4", Shape.LINE: "2", Shape.POINT: "6"}
# A line's colour is drawn on an edge this much wider, in mm.
CASING_MM = 0.7

Layers = list[tuple[str, dict[str, str], "Look | None"]]


def document(style: Style) -> str:
    """Return the style as the text of a QML file."""
    root = Xml.Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling", labelsEnabled="1")
    renderer = Xml.SubElement(
        root, "renderer-v2", type="RuleRenderer", symbollevels="1", forceraster="0", enableorderby="0"
    )
    rules = Xml.SubElement(renderer, "rules", key=_key(style, "root"))
    symbols = Xml.SubElement(renderer, "symbols")
    for number, rule in enumerate(style.rules):
        Xml.SubElement(
            rules,
            "rule",
            key=_key(style, rule.key),
            symbol=str(number),
            label=rule.legend,
            filter=_expression(rule),
        )
        _add_symbol(symbols, str(number), style.shape, rule, level=0 if rule.beneath else number + 1)
    _add_labels(root, style)
    Xml.SubElement(root, "layerGeometryType").text = _GEOMETRY[style.shape]
    Xml.indent(root, " ")
    text = Xml.tostring(root, encoding="unicode", short_empty_elements=True)
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{text}\n"


def _key(style: Style, name: str) -> str:
    return f"{{lnrs-geo-{style.layer}-{name}}}"


def _expression(rule: Rule) -> str:
    return " AND ".join(
        f'"{name}" = {value!s}'.lower() if isinstance(value, bool) else f"\"{name}\" = '{value}'"
        for name, value in rule.where
    )


def _label(style: Style) -> str:
    fields = " || ' / ' || ".join(f'to_string("{name}")' for name in style.label)
    words = [rule for rule in style.rules if rule.word]
    if not words:
        return fields
    cases = " ".join(f"WHEN {_expression(rule)} THEN {fields} || '\\n{rule.word}'" for rule in words)
    return f"CASE {cases} END"


def _add_symbol(parent: Xml.Element, name: str, shape: Shape, rule: Rule, *, level: int) -> None:
    look = rule.look
    symbol = Xml.SubElement(
        parent,
        "symbol",
        name=name,
        type=_SYMBOL[shape],
        alpha=f"{look.opacity:g}",
        clip_to_extent="1",
        force_rhr="0",
    )
    layers = {Shape.AREA: _area, Shape.LINE: _line, Shape.POINT: _point}[shape](look)
    for number, (kind, options, stroke) in enumerate(layers):
        layer = Xml.SubElement(
            symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(level)}
        )
        _add_options(layer, options)
        if stroke is not None:  # the line that a hatch repeats
            inner = Xml.SubElement(
                layer, "symbol", name=f"@{name}@{number}", type="line", alpha="1", clip_to_extent="1"
            )
            line = Xml.SubElement(
                inner, "layer", {"class": "SimpleLine", "enabled": "1", "locked": "0", "pass": "0"}
            )
            _add_options(line, _stroke(stroke.hatch, stroke.stroke))


def _area(look: Look) -> Layers:
    layers: Layers = []
    if look.fill:
        layers.append(
            ("SimpleFill", {"color": _rgba(look.fill), "style": "solid", "outline_style": "no"}, None)
        )
    for angle in look.angles:
        layers.append(
            (
                "LinePatternFill",
                {
                    "angle": str(angle),
                    "distance": f"{look.gap:g}",
                    "distance_unit": "MM",
                    "line_width": f"{look.stroke:g}",
                    "line_width_unit": "MM",
                    "color": _rgba(look.hatch),
                },
                look,
            )
        )
    # An outline of its own, so that dashes can be told in millimetres.
    layers.append(("SimpleLine", _stroke(look.edge, look.width, look.dash), None))
    return layers


def _line(look: Look) -> Layers:
    edge = _stroke(look.edge, look.width + CASING_MM)
    return [("SimpleLine", edge, None), ("SimpleLine", _stroke(look.fill, look.width, look.dash), None)]


def _point(look: Look) -> Layers:
    marker = {
        "name": look.marker,
        "color": _rgba(look.fill) if look.fill else "255,255,255,0",
        "outline_color": _rgba(look.edge),
        "outline_style": "dash" if look.dash else "solid",
        "outline_width": f"{look.width:g}",
        "outline_width_unit": "MM",
        "size": f"{look.size:g}",
        "size_unit": "MM",
        "scale_method": "diameter",
    }
    return [("SimpleMarker", marker, None)]


def _stroke(colour: str, width: float, dash: tuple[float, ...] = ()) -> dict[str, str]:
    return {
        "line_color": _rgba(colour),
        "line_width": f"{width:g}",
        "line_width_unit": "MM",
        "line_style": "solid",
        "capstyle": "flat",
        "joinstyle": "round",
        "use_custom_dash": "1" if dash else "0",
        "customdash": ";".join(f"{length:g}" for length in dash) or "5;2",
        "customdash_unit": "MM",
    }


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _add_options(parent: Xml.Element, options: dict[str, str]) -> None:
    table = Xml.SubElement(parent, "Option", type="Map")
    for name in sorted(options):
        Xml.SubElement(table, "Option", name=name, value=options[name], type="QString")


def _add_labels(root: Xml.Element, style: Style) -> None:
    labeling = Xml.SubElement(root, "labeling", type="simple")
    settings = Xml.SubElement(labeling, "settings", calloutType="simple")
    text = Xml.SubElement(
        settings,
        "text-style",
        fieldName=_label(style),
        isExpression="1",
        fontFamily="Open Sans",
        fontSize="8",
        fontSizeUnit="Point",
        textColor=_rgba(style.ink),
        fontWeight="63",
        textOpacity="1",
        multilineHeight="0.9",
    )
    # White round the letters: they must read on the dark blue as on an aerial photograph.
    Xml.SubElement(
        text,
        "text-buffer",
        bufferDraw="1",
        bufferSize="1.2",
        bufferSizeUnits="MM",
        bufferColor="255,255,255,255",
        bufferOpacity="1",
        bufferJoinStyle="128",
    )
    Xml.SubElement(settings, "text-format", multilineAlign="1", wrapChar="", plussign="0", formatNumbers="0")
    Xml.SubElement(
        settings,
        "placement",
        placement=_PLACEMENT[style.shape],
        placementFlags="10",
        dist="1.5",
        distUnits="MM",
        polygonPlacementFlags="2",
        predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR",
        offsetType="1",
        quadOffset="4",
        priority="5",
    )
    Xml.SubElement(
        settings,
        "rendering",
        drawLabels="1",
        obstacle="0" if style.shape is Shape.AREA else "1",
        obstacleType="1",
        scaleVisibility="0",
        fontMinPixelSize="3",
        fontMaxPixelSize="10000",
    )
