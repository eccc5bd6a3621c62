"""The rules of strategic significance as data: dated editions, categories and citations.

`table7.toml` holds them; nothing here is a rule itself. An edition is chosen by the assessment
date, and every answer can name the rule it rests on and where that rule stands.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from lnrs_geo.errors import RuleError, RuleNotInForce
from lnrs_geo.model import Significance

RULE_FILE = "table7.toml"

Row = dict[str, Any]  # one table of the file
Keys = frozenset[str]
NONE: Keys = frozenset()

_TOP = frozenset({"source", "edition", "category", "rule"})
_SOURCE = frozenset({"title", "publisher", "licence"})
_EDITION = frozenset({"id", "name", "source", "in_force", "precision"})
_CATEGORY = frozenset({"significance", "multiplier", "label", "also_read", "place"})
_RULE = frozenset({"id", "statement", "applies"})
_RULE_OPTIONAL = frozenset({"also", "place"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of an edition: what it says in our words, and where it stands."""

    id: str
    edition_id: str
    statement: str
    citation: str
    applies: str

    @property
    def rule_id(self) -> str:
        """The rule's name in results, such as `UG-2026-06/table-7/high`."""
        return f"{self.edition_id}/{self.id}"


@dataclass(frozen=True, slots=True)
class Category:
    """One category of strategic significance: its multiplier and its exact drop-down string."""

    significance: Significance
    multiplier: Decimal
    label: str
    also_read: tuple[str, ...]
    citation: str


@dataclass(frozen=True, slots=True)
class Edition:
    """The rules in force from a date on. `in_force` is the first day of a month known to the month."""

    id: str
    name: str
    in_force: date
    precision: str
    title: str
    publisher: str
    licence: str
    categories: Mapping[Significance, Category]
    rules: Mapping[str, Rule]

    def rule(self, rule_id: str) -> Rule:
        """Return the rule of that id, such as `table-7/high`.

        Raises
        ------
        RuleError
            The edition has no such rule.
        """
        if rule_id not in self.rules:
            raise RuleError(f"{self.id} has no rule {rule_id!r}.", where=RULE_FILE)
        return self.rules[rule_id]

    def multiplier(self, significance: Significance) -> Decimal:
        """Return the factor of a category, exactly as the guide prints it."""
        return self.categories[significance].multiplier

    def label(self, significance: Significance) -> str:
        """Return the metric's exact drop-down string of a category."""
        return self.categories[significance].label


def load_edition(as_at: date) -> Edition:
    """Return the edition of the rules in force on the assessment date.

    Raises
    ------
    RuleNotInForce
        The date is before the first edition.

    Examples
    --------
    >>> load_edition(date(2026, 11, 20)).rule("table-7/high").rule_id
    'UG-2026-06/table-7/high'
    """
    known = editions()
    started = [edition for edition in known if edition.in_force <= as_at]
    if not started:
        first = known[0]
        raise RuleNotInForce(
            f"No rules were in force on {as_at}; the first edition, {first.id}, began on {first.in_force}.",
            where=RULE_FILE,
            fix="Give an assessment date from then on (--as-at).",
        )
    return started[-1]


@cache
def editions() -> tuple[Edition, ...]:
    """Return every edition known, the earliest first."""
    text = files("lnrs_geo.multiplier").joinpath(RULE_FILE).read_text(encoding="utf-8")
    return parse(text, name=RULE_FILE)


def parse(text: str, *, name: str) -> tuple[Edition, ...]:
    """Read a rule file from its text and refuse it whole if anything in it is amiss.

    Parameters
    ----------
    name
        The file's name, for messages.

    Raises
    ------
    RuleError
        An unknown or missing key, a wrong value, a rule without citation, an id twice, or
        editions out of order.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise RuleError(f"It is not valid TOML: {fault}.", where=name) from fault
    return _Reader(name).editions(data)


class _Reader:
    """Turns the tables of one rule file into editions; every complaint names file and key."""

    def __init__(self, name: str) -> None:
        self.name = name

    def editions(self, data: Row) -> tuple[Edition, ...]:
        self._keys(data, "the file", required=_TOP)
        sources = self._table(data, "source")
        for short, row in sources.items():
            self._keys(row, f"source.{short}", required=_SOURCE)
            self._texts(row, f"source.{short}", _SOURCE)
        heads = self._rows(data, "edition", "id", required=_EDITION)
        for where, row in heads.items():
            self._edition(row, where, sources)
        days = [row["in_force"] for row in heads.values()]
        for earlier, later, where in zip(days, days[1:], list(heads)[1:], strict=False):
            if later <= earlier:
                raise self._fault(where, "in_force", f"{later} does not come after {earlier}")
        categories = self._rows(data, "category", "significance", required=_CATEGORY)
        rules = self._rows(data, "rule", "id", required=_RULE, optional=_RULE_OPTIONAL)
        names = {row["id"] for row in heads.values()}
        for where, row in (*categories.items(), *rules.items()):
            self._place(row, where, names, sources)
        return tuple(self._build(row, sources, categories, rules) for row in heads.values())

    def _build(self, head: Row, sources: Row, categories: dict[str, Row], rules: dict[str, Row]) -> Edition:
        source = sources[head["source"]]
        book = f"{source['title']} ({head['name']})"
        by_significance = {}
        for where, row in categories.items():
            category = self._category(row, where, cite=_cite(row, head["id"], book))
            by_significance[category.significance] = category
        missing = [category for category in Significance if category not in by_significance]
        if missing:
            raise self._fault("category", "significance", f"{missing[0].value} is missing")
        by_id = {
            row["id"]: Rule(
                row["id"], head["id"], row["statement"], _cite(row, head["id"], book), row["applies"]
            )
            for row in rules.values()
            if "place" not in row or head["id"] in row["place"]
        }
        return Edition(
            id=head["id"],
            name=head["name"],
            in_force=head["in_force"],
            precision=head["precision"],
            title=source["title"],
            publisher=source["publisher"],
            licence=source["licence"],
            categories=MappingProxyType(by_significance),
            rules=MappingProxyType(by_id),
        )

    def _edition(self, row: Row, where: str, sources: Row) -> None:
        self._texts(row, where, _EDITION - {"in_force"})
        if row["source"] not in sources:
            raise self._fault(where, "source", f"{row['source']!r} is no [source] of the file")
        if type(row["in_force"]) is not date:
            raise self._fault(where, "in_force", "it must be a date")
        if row["precision"] not in ("day", "month"):
            raise self._fault(where, "precision", "it must be day or month")
        if row["precision"] == "month" and row["in_force"].day != 1:
            raise self._fault(where, "in_force", "a date known to the month is its first day")

    def _category(self, row: Row, where: str, *, cite: str) -> Category:
        self._texts(row, where, {"significance", "multiplier", "label"})
        try:
            significance = Significance(row["significance"])
        except ValueError as fault:
            raise self._fault(where, "significance", "it must be High, Medium or Low") from fault
        try:
            multiplier = Decimal(row["multiplier"])
        except InvalidOperation as fault:
            raise self._fault(where, "multiplier", f"{row['multiplier']!r} is no number") from fault
        also = row["also_read"]
        if not isinstance(also, list) or not all(isinstance(text, str) and text for text in also):
            raise self._fault(where, "also_read", "it must be a list of texts")
        return Category(significance, multiplier, row["label"], tuple(also), cite)

    def _place(self, row: Row, where: str, names: set[str], sources: Row) -> None:
        """Check that a rule or category says where it stands."""
        if "statement" in row:
            self._texts(row, where, _RULE | (_RULE_OPTIONAL & {"also"} & row.keys()))
        place = self._table(row, "place", where=where) if "place" in row else {}
        self._keys(place, f"{where} place", required=NONE, optional=frozenset(names))
        self._texts(place, f"{where} place", place)
        for part in row.get("also", "").split(";") if "also" in row else ():
            if part.split(",")[0].strip() not in sources:
                raise self._fault(where, "also", f"{part.strip()!r} names no [source] of the file")
        if not place and "also" not in row:
            raise self._fault(where, "place", "there is no citation: give `place` or `also`")
        if "label" in row and set(place) != names:
            raise self._fault(where, "place", "a category needs a citation in every edition")

    def _rows(
        self, data: Row, table: str, key: str, *, required: Keys, optional: Keys = NONE
    ) -> dict[str, Row]:
        """Return the rows of an array of tables, named for messages, after checking keys and ids."""
        rows = data[table]
        if not isinstance(rows, list) or not rows:
            raise self._fault(table, table, "it must be one or more [[tables]]")
        named: dict[str, Row] = {}
        for number, row in enumerate(rows, start=1):
            where = f"{table} {row.get(key, number)}"
            self._keys(row, where, required=required, optional=optional)
            if where in named:
                raise self._fault(where, key, "it stands twice")
            named[where] = row
        return named

    def _table(self, data: Row, key: str, *, where: str = "the file") -> Row:
        if not isinstance(data[key], dict) or not data[key]:
            raise self._fault(where, key, "it must be a table with entries")
        return dict(data[key])

    def _keys(self, row: Row, where: str, *, required: Keys, optional: Keys = NONE) -> None:
        if not isinstance(row, dict):
            raise self._fault(where, where, "it must be a table")
        for key in sorted(row.keys() - required - optional):
            raise self._fault(where, key, "the key is not known")
        for key in sorted(required - row.keys()):
            raise self._fault(where, key, "it is missing")

    def _texts(self, row: Row, where: str, keys: Iterable[str]) -> None:
        for key in keys:
            if not isinstance(row[key], str) or not row[key].strip():
                raise self._fault(where, key, "it must be a text")

    def _fault(self, where: str, key: str, what: str) -> RuleError:
        return RuleError(f"In {where}, key {key!r}: {what}.", where=self.name)


def _cite(row: Row, edition_id: str, book: str) -> str:
    place = row.get("place", {}).get(edition_id, "")
    return "; ".join(part for part in (f"{book}, {place}" if place else "", row.get("also", "")) if part)
