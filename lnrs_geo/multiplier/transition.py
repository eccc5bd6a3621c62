"""The rows of the transition between Tables 8 and 7: conditions, and the first that holds.

`transition.toml` says of each row what follows and where it stands; the condition of each is one
line here. Everything is judged on exact days: `regime.py` sees to dates that are not known so.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lnrs_geo.multiplier.facts import NOT_YET, Facts, NotKnown

RULE_FILE = "transition.toml"
CONDITIONS: dict[str, Callable[[Facts], bool]] = {
    "B1": lambda f: f.exempt or f.ended,
    "B2": lambda f: not f.published,
    "B2a": lambda f: f.kind == "s73",
    "B3a": lambda f: f.agreed < f.pub < f.app,
    "B3": lambda f: f.rel < f.pub,
    "B4": lambda f: f.rel > f.pub,
    "B5": lambda f: f.rel == f.pub,
    "B7": lambda f: f.secured < f.pub,
    "B6": lambda f: f.app > f.pub if f.secured == NOT_YET else f.secured >= f.pub,
    "B8": lambda f: f.secured == NOT_YET and f.app <= f.pub,
    "P0": lambda f: f.exempt or f.ended,
    "P1": lambda f: not f.published,
    "P2": lambda f: f.app > f.pub,
    "P3": lambda f: f.app <= f.pub < f.granted,
    "P4": lambda f: f.granted <= f.pub <= f.submitted,
    "P5": lambda f: f.submitted < f.pub <= f.approved,
    "P6": lambda f: f.approved < f.pub,
    "P7": lambda f: f.kind == "s73-plan-stands",
    "P8": lambda f: f.kind == "s73",
    "P9": lambda f: f.kind == "phased",
    "P10": lambda f: f.kind == "appeal",
    "P11": lambda f: f.route == "nsip",
    "P12": lambda f: f.off_site and f.under_agreement,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `transition.toml`; `number` is its place in the file.

    `look` is true where a person must look before relying on what it says.
    """

    id: str
    number: int
    condition: str
    so: str
    result: str
    cites: tuple[str, ...]
    warnings: tuple[str, ...]
    clauses: tuple[tuple[str, str], ...]
    held: str
    look: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One of the three tables: the rows in the order in which they are tried."""

    name: str
    rows: tuple[Row, ...]
    after_hand_on: tuple[Row, ...]
    held: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the first row that holds says.

    Attributes
    ----------
    rows
        Two where one hands on to another.
    held
        The value that stands beside Table 7 wherever this ends in both figures or in review.
    missing
        Columns without which the last row cannot be judged.
    """

    rows: tuple[Row, ...]
    result: str
    held: str
    warnings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """The id of the row; both, joined by /, where one hands on to another."""
        return "/".join(row.id for row in self.rows)

    @property
    def place(self) -> tuple[int, ...]:
        """Where the rows stand in the file, for an order among outcomes."""
        return tuple(row.number for row in self.rows)


@cache
def tables() -> Mapping[str, Table]:
    """Return the tables by name: baseline-on-site, baseline-off-site, post."""
    data = content()
    rows = {
        row["id"]: Row(
            id=row["id"],
            number=number,
            condition=row["condition"],
            so=row["so"],
            result=row["result"],
            cites=tuple(row["cites"]),
            warnings=tuple(row.get("warnings", ())),
            clauses=tuple(row.get("clauses", {}).items()),
            held=row.get("held", ""),
            look=row.get("look", False),
        )
        for number, row in enumerate(data["row"])
    }
    return {
        key: Table(
            name=table["name"],
            rows=tuple(rows[row_id] for row_id in table["order"]),
            after_hand_on=tuple(rows[row_id] for row_id in table.get("after_hand_on", ())),
            held=table["held"],
        )
        for key, table in data["table"].items()
    }


def sources() -> dict[str, str]:
    """Return the full title of each source by its short name."""
    return {short: source["title"] for short, source in content()["source"].items()}


@cache
def content() -> dict[str, Any]:
    """Return the rule file as it stands."""
    text = files("lnrs_geo.multiplier").joinpath(RULE_FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)


def first_match(table: Table, facts: Facts) -> Outcome:
    """Return what the first row of the table that holds says.

    A row whose condition needs something that is not known stops the table: no later row is tried.
    """
    before: tuple[Row, ...] = ()
    rows = table.rows
    while True:
        outcome = _first(rows, facts, before, table)
        if outcome.result != "hand-on":
            return outcome
        before, rows = outcome.rows, table.after_hand_on


def _first(rows: tuple[Row, ...], facts: Facts, before: tuple[Row, ...], table: Table) -> Outcome:
    told = tuple(warning for row in before for warning in row.warnings)
    for row in rows:
        held = row.held or table.held
        try:
            if not CONDITIONS[row.id](facts):
                continue
            result = dict(row.clauses).get(facts.agreement, row.result) if row.clauses else row.result
        except NotKnown as gap:
            return Outcome((*before, row), "review", held, told, gap.columns)
        if result == row.result:
            told = (*told, *row.warnings)
        return Outcome((*before, row), result, held, told)
    raise AssertionError(f"no row of the {table.name} table holds")  # the rows are exhaustive
