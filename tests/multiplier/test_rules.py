"""The rules are dated data with a citation each, and a malformed rule file is refused."""

import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any

import pytest

from lnrs_geo.errors import RuleError, RuleNotInForce
from lnrs_geo.model import Significance
from lnrs_geo.multiplier import rules

TEXT = files("lnrs_geo.multiplier").joinpath(rules.RULE_FILE).read_text(encoding="utf-8")
RULE_FILES = sorted(
    file.name for file in files("lnrs_geo.multiplier").iterdir() if file.name.endswith(".toml")
)


@pytest.mark.parametrize(
    ("as_at", "edition"),
    [
        (date(2024, 2, 1), "UG-2024-02"),
        (date(2025, 6, 30), "UG-2024-02"),
        (date(2025, 7, 1), "UG-2025-07"),
        (date(2026, 5, 31), "UG-2025-07"),
        (date(2026, 6, 1), "UG-2026-06"),
        (date(2030, 1, 1), "UG-2026-06"),
    ],
)
def test_the_edition_in_force_applies(as_at: date, edition: str) -> None:
    """The newest edition that had begun on the assessment date is the one applied."""
    assert rules.load_edition(as_at).id == edition


def test_a_date_before_the_first_edition_is_refused() -> None:
    """Before the first edition there are no rules; the error names both dates."""
    with pytest.raises(RuleNotInForce, match=r"2024-01-31.*2024-02-01"):
        rules.load_edition(date(2024, 1, 31))


@pytest.mark.parametrize("edition", rules.editions(), ids=lambda edition: edition.id)
def test_categories_are_exact(edition: rules.Edition) -> None:
    """Multipliers are exact decimals, and labels the drop-down strings, in every edition."""
    assert [edition.multiplier(category) for category in Significance] == [
        Decimal("1.15"),
        Decimal("1.1"),
        Decimal("1"),
    ]
    assert [edition.label(category) for category in Significance] == [
        "Formally identified in local strategy",
        "Location ecologically desirable but not in local strategy",
        "Area/compensation not in local strategy/ no local strategy",
    ]


@pytest.mark.parametrize("edition", rules.editions(), ids=lambda edition: edition.id)
def test_every_rule_says_where_it_stands(edition: rules.Edition) -> None:
    """A rule of an edition has a statement, a citation, and a name that carries the edition."""
    book = f"{edition.title} ({edition.name})"
    for rule in edition.rules.values():
        assert rule.rule_id == f"{edition.id}/{rule.id}"
        assert rule.citation
        assert ("own" in rule.citation) == rule.id.startswith("own/")
        if rule.id.startswith("table-"):
            assert rule.citation.startswith(f"{book}, ")
    assert all(category.citation.startswith(f"{book}, ") for category in edition.categories.values())
    assert (edition.publisher, edition.licence) == (
        "Department for Environment, Food and Rural Affairs",
        "Open Government Licence v3.0",
    )


@pytest.mark.parametrize(
    ("as_at", "rule", "place"),
    [
        (date(2024, 3, 1), "table-7/high", "Table 7, pp. 27-29"),
        (date(2024, 3, 1), "table-8/high", "Table 8, pp. 27-29"),
        (date(2025, 8, 1), "table-7/baseline", "p. 29; PAS"),
        (date(2026, 8, 1), "table-7/low", "section 4, Table 7"),
    ],
)
def test_pages_are_those_of_the_edition(as_at: date, rule: str, place: str) -> None:
    """The page or section cited is the one of the edition applied."""
    assert rules.load_edition(as_at).rule(rule).citation.endswith(place)


def test_an_unknown_rule_is_refused() -> None:
    """Asking an edition for a rule that it does not have is an error that names both."""
    with pytest.raises(RuleError, match=r"UG-2026-06 has no rule 'table-7/higher'"):
        rules.load_edition(date(2026, 7, 1)).rule("table-7/higher")


def _statements(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table that states something, anywhere in a rule file."""
    if isinstance(node, dict):
        if "statement" in node:
            yield f"{path} {node.get('id', '')}", node
        for key, child in node.items():
            yield from _statements(child, f"{path}/{key}")
    elif isinstance(node, list):
        for child in node:
            yield from _statements(child, path)


@pytest.mark.parametrize("name", RULE_FILES)
def test_rule_files_are_well_formed(name: str) -> None:
    """In every rule file a statement is a sentence with a full stop and has a citation."""
    data = tomllib.loads(files("lnrs_geo.multiplier").joinpath(name).read_text(encoding="utf-8"))
    stated = list(_statements(data, name))
    assert stated or name != rules.RULE_FILE
    for where, row in stated:
        sentence = row["statement"]
        assert sentence[0].isupper(), where
        assert sentence.endswith("."), where
        assert "  " not in sentence, where
        assert row.get("place") or row.get("also") or row.get("citation"), where


RULE_HIGH = 'id = "table-7/high"'
PLACE = 'place = { UG-2024-02 = "section 4", UG-2025-07 = "p. 29", UG-2026-06 = "section 4" }'

# what to replace in the real file, by what, and what the complaint must name
FLAWS = {
    "not TOML": ("[source.UG]", "[source.UG", "not valid TOML"),
    "a key twice": (RULE_HIGH, f"{RULE_HIGH}\n{RULE_HIGH}", "not valid TOML"),
    "an unknown key of a rule": (RULE_HIGH, f'{RULE_HIGH}\npage = "27"', "table-7/high, key 'page'"),
    "an unknown table": ("[source.UG]", "[extra]\n[source.UG]", "the file, key 'extra'"),
    "an unknown key of an edition": (
        'name = "July 2025"',
        'name = "July 2025"\npage = 1',
        "UG-2025-07, key 'page'",
    ),
    "an unknown key of a source": ("[source.UG]", "[source.UG]\nurl = 'x'", "source.UG, key 'url'"),
    "no statement": (
        'statement = "Medium is not available once the LNRS is published."',
        "",
        "'statement': it is missing",
    ),
    "an empty statement": ("Medium is not available once the LNRS is published.", " ", "key 'statement'"),
    "no citation": (f'also = "PAS"\n{PLACE}', "", "table-7/baseline, key 'place': there is no citation"),
    "an empty place": (PLACE, 'place = { UG-2024-02 = "" }', "key 'UG-2024-02'"),
    "an unheard-of edition": (PLACE, 'place = { UG-2020-01 = "p. 1" }', "key 'UG-2020-01'"),
    "an unheard-of source": ('also = "PAS; TCPA, paragraph 5"', 'also = "PAS; XYZ"', "'XYZ' names no"),
    "a rule twice": ('id = "table-7/low"', RULE_HIGH, "table-7/high, key 'id': it stands twice"),
    "an edition twice": ('id = "UG-2025-07"', 'id = "UG-2024-02"', "edition UG-2024-02, key 'id'"),
    "a category twice": ('significance = "Medium"', 'significance = "High"', "category High"),
    "a strange category": (
        'significance = "Medium"',
        'significance = "Middling"',
        "must be High, Medium or Low",
    ),
    "the same date twice": ("in_force = 2025-07-01", "in_force = 2024-02-01", "UG-2025-07, key 'in_force'"),
    "dates out of order": ("in_force = 2026-06-01", "in_force = 2025-06-01", "UG-2026-06, key 'in_force'"),
    "a date as text": ("in_force = 2026-06-01", 'in_force = "2026-06-01"', "it must be a date"),
    "a false day": ("in_force = 2026-06-01", "in_force = 2026-06-11", "its first day"),
    "a strange precision": ('precision = "month"', 'precision = "week"', "must be day or month"),
    "an edition without source": ('source = "UG"', 'source = "GU"', "is no [source]"),
    "a multiplier as number": ('multiplier = "1.15"', "multiplier = 1.15", "category High, key 'multiplier'"),
    "a multiplier in words": ('multiplier = "1.15"', 'multiplier = "more"', "'more' is no number"),
    "other spellings not listed": ("also_read = []", 'also_read = "x"', "it must be a list"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_flawed_rule_files_are_refused(flaw: str) -> None:
    """Each flaw of a rule file is refused with a message that names the file and the key."""
    old, new, complaint = FLAWS[flaw]
    assert old in TEXT
    with pytest.raises(RuleError) as refusal:
        rules.parse(TEXT.replace(old, new, 1), name="flawed.toml")
    assert refusal.value.where == "flawed.toml"
    assert complaint in str(refusal.value)


def test_a_category_may_not_be_missing() -> None:
    """A rule file that leaves out a category is refused."""
    start = TEXT.index('[[category]]\nsignificance = "Medium"')
    end = TEXT.index('[[category]]\nsignificance = "Low"')
    with pytest.raises(RuleError, match="Medium is missing"):
        rules.parse(TEXT[:start] + TEXT[end:], name="flawed.toml")


def test_a_rule_holds_only_in_the_editions_that_state_it() -> None:
    """A rule with a place in one edition is unknown to the others; one without holds in all."""
    text = TEXT.replace(PLACE, 'place = { UG-2026-06 = "section 4" }')
    first, _, last = rules.parse(text, name="changed.toml")
    assert "table-7/baseline" not in first.rules
    assert "table-7/baseline" in last.rules
    assert "own/open-verdict" in first.rules
