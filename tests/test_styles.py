"""Styles: every row is drawn once, and no category by colour alone."""

import itertools
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from lnrs_geo.columns import MEASURES_USED, PARTS, names
from lnrs_geo.model import Significance, Stage, Status
from lnrs_geo.styles import STYLES, Look, Rule, Shape, Style, qml, sld
from lnrs_geo.write import write_results
from tests.tables_example import example
from tests.test_write import gpkg_rows

SE, OGC = "{http://www.opengis.net/se}", "{http://www.opengis.net/ogc}"
BY_LAYER = {style.layer: style for style in STYLES}
each_style = pytest.mark.parametrize("style", STYLES, ids=list(BY_LAYER))


def hits(style: Style, row: dict[str, str | bool]) -> list[Rule]:
    """Return the rules that draw `row`."""
    return [rule for rule in style.rules if all(row[name] == value for name, value in rule.where)]


def lightness(colour: str) -> float:
    """Return the lightness of a colour as the eye has it, 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def pattern(look: Look) -> tuple[object, ...]:
    """Return what is left of a look without its colours."""
    return (bool(look.fill), look.angles, look.dash, look.marker, look.width, look.size)


@pytest.mark.parametrize("layer", ["parts", "parts_line", "parts_point"])
def test_every_part_is_drawn_once(layer: str) -> None:
    """One rule, and only one, draws each combination of stage, status and significance."""
    for stage, status, significance in itertools.product(Stage, Status, [*Significance, ""]):
        if stage is Stage.POST and status is Status.DECIDED and not significance:
            continue  # a decided part has a significance
        row: dict[str, str | bool] = {"stage": stage, "status": status, "strat_sig": significance}
        assert len(hits(BY_LAYER[layer], row)) == 1, row


def test_every_measure_is_drawn_once() -> None:
    """Measures are drawn whether a High relies on them or not."""
    for relied_on in (True, False):
        assert len(hits(BY_LAYER["measures_used"], {"relied_on": relied_on})) == 1


@each_style
def test_without_colour(style: Style) -> None:
    """Any two categories differ in pattern, or by far in lightness and in their words."""
    for one, other in itertools.combinations(style.rules, 2):
        if pattern(one.look) == pattern(other.look):
            assert abs(lightness(one.look.fill) - lightness(other.look.fill)) > 0.3
            assert one.word != other.word
        if style.layer != "measures_used":
            assert one.word != other.word


@each_style
def test_fields_exist(style: Style) -> None:
    """Rules and labels name columns that the layer has."""
    known = names(MEASURES_USED if style.layer == "measures_used" else PARTS)
    assert {name for rule in style.rules for name, _ in rule.where} | set(style.label) <= set(known)


@each_style
def test_qml_states_every_rule(style: Style) -> None:
    """QML holds a rule and a symbol per category, the baseline on the lowest level."""
    root = Xml.fromstring(qml.document(style))
    rules = root.findall("renderer-v2/rules/rule")
    assert [rule.get("label") for rule in rules] == [rule.legend for rule in style.rules]
    symbols = {symbol.get("name"): symbol for symbol in root.findall("renderer-v2/symbols/symbol")}
    assert list(symbols) == [rule.get("symbol") for rule in rules]
    levels = [{layer.get("pass") for layer in symbol.findall("layer")} for symbol in symbols.values()]
    lowest = [number for number, level in enumerate(levels) if level == {"0"}]
    assert lowest == [number for number, rule in enumerate(style.rules) if rule.beneath]
    label = root.find("labeling/settings/text-style")
    assert label is not None
    assert style.label[0] in str(label.get("fieldName"))


@each_style
def test_sld_states_every_rule(style: Style) -> None:
    """SLD draws the baseline first, and labels a category by reference, part and word."""
    root = Xml.fromstring(sld.document(style))
    groups = root.findall(f".//{SE}FeatureTypeStyle")
    drawn = [name.text for group in groups for name in group.findall(f"{SE}Rule/{SE}Name")]
    assert sorted(map(str, drawn)) == sorted(rule.key for rule in style.rules)
    if style.layer != "measures_used":
        assert drawn[0] == "baseline"
        assert len(groups) == 2
        (high,) = (rule for rule in root.iter(f"{SE}Rule") if rule.findtext(f"{SE}Name") == "high")
        label = high.find(f"{SE}TextSymbolizer/{SE}Label")
        assert label is not None
        assert "".join(label.itertext()).replace("\N{NO-BREAK SPACE}", " ") == "parcel_ref / part High"
        literals = [literal.text for literal in high.iter(f"{OGC}Literal")]
        assert literals == ["post", "decided", "High"]
    else:
        assert [literal.text for literal in root.iter(f"{OGC}Literal")] == ["0", "false", "1", "true"]
    if style.shape is Shape.AREA:
        assert root.find(f".//{SE}GraphicFill") is not None
        assert root.find(f".//{SE}LineSymbolizer") is None, "MapServer would fill the area with it"


def test_geopackage_holds_the_default_styles(tmp_path: Path) -> None:
    """The GeoPackage carries QML and SLD of every layer, marked as the default."""
    write_results(example(), tmp_path)
    rows = {row[3]: row for row in gpkg_rows(tmp_path / "results.gpkg", "layer_styles")}
    assert set(rows) == set(BY_LAYER)
    for layer, row in rows.items():
        assert row[4] == "geom"
        assert row[8] == 1
        assert (row[6], row[7]) == (qml.document(BY_LAYER[layer]), sld.document(BY_LAYER[layer]))
