"""One planning application: its dates and kind as people enter them, read with their faults.

The words of the cells are those of `applications.csv`. Nothing here decides which table applies;
it only says what was given, what cannot be read, and which orders of dates cannot be.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lnrs_geo.days import Days, possible_days

DATES = (
    "application_date", "agreed_date", "granted", "refused", "withdrawn",
    "gain_plan_submitted", "gain_plan_approved", "secured_on",
)  # fmt: skip
COLUMNS = ("reference", *DATES, "route", "kind", "off_site", "agreement", "exempt")
ROUTES = ("application", "no-application", "nsip")
KINDS = ("full", "phased", "s73", "s73-plan-stands", "appeal")
CLAUSES = ("frozen", "updates", "silent", "unknown")
YES_NO = ("yes", "no")
YES_NO_WORDS = {"true": "yes", "y": "yes", "1": "yes", "false": "no", "n": "no", "0": "no"}
WORDS = {"route": ROUTES, "kind": KINDS, "agreement": CLAUSES, "off_site": YES_NO, "exempt": YES_NO}

# In the order in which they happen (rules section 5); any of them may be blank.
_STEPS = ("agreed_date", "application_date", "granted", "gain_plan_submitted", "gain_plan_approved")
# Pairs of columns, the earlier first. Every pair, since those between may be blank.
ORDER = (
    *((earlier, later) for at, earlier in enumerate(_STEPS) for later in _STEPS[at + 1 :]),
    ("application_date", "refused"),
    ("application_date", "withdrawn"),
)
_WHY = {
    ("agreed_date", "application_date"): "an agreed date takes the place of a later application date",
    ("application_date", "granted"): "permission is granted after the application is made",
    ("granted", "gain_plan_submitted"): "a gain plan is submitted once permission is granted",
    ("gain_plan_submitted", "gain_plan_approved"): "a gain plan is approved once it is submitted",
}


@dataclass(frozen=True, slots=True)
class Application:
    """What is known of one application; a date that was not given is None.

    Attributes
    ----------
    agreed_date
        An earlier date agreed with the authority in place of the application date.
    secured_on
        Date of the agreement or covenant that secures off-site units.
    agreement
        What its clause says of the values: frozen, updates, silent, unknown; empty without one.
    unreadable
        Columns that held something which could not be read or cannot be so.
    """

    reference: str = ""
    application_date: Days | None = None
    agreed_date: Days | None = None
    granted: Days | None = None
    refused: Days | None = None
    withdrawn: Days | None = None
    gain_plan_submitted: Days | None = None
    gain_plan_approved: Days | None = None
    secured_on: Days | None = None
    route: str = "application"
    kind: str = "full"
    off_site: bool | None = None
    agreement: str = ""
    exempt: bool = False
    unreadable: tuple[str, ...] = ()

    @property
    def has_dates(self) -> bool:
        """Whether any date was given, a date that cannot be read included."""
        return bool(self.dates()) or not set(DATES).isdisjoint(self.unreadable)

    def dates(self) -> dict[str, Days]:
        """Return the dates that were given, by column."""
        given = {column: getattr(self, column) for column in DATES}
        return {column: days for column, days in given.items() if days is not None}


def read_application(
    cells: Mapping[str, str], *, name: Callable[[str], str] = str
) -> tuple[Application, tuple[str, ...]]:
    """Read the cells of one application; every fault is a sentence that names column and value.

    Parameters
    ----------
    cells
        Text by column; other columns are passed over, an empty or absent cell means not given.
    name
        What the reader of the faults calls a column.

    Examples
    --------
    >>> application, faults = read_application({"application_date": "2025-09", "kind": "Appeal"})
    >>> str(application.application_date), application.kind, faults
    ('September 2025', 'appeal', ())
    >>> read_application({"granted": "01/09/2025"})[0].unreadable
    ('granted',)
    """
    text = {column: str(cells.get(column) or "").strip() for column in COLUMNS}
    values: dict[str, Any] = {"reference": text["reference"]}
    faults: dict[str, str] = {}
    for column in DATES:
        if text[column]:
            try:
                values[column] = possible_days(text[column])
            except ValueError as error:
                faults[column] = f"{name(column)} is {text[column]!r}: {error}."
    for column, allowed in WORDS.items():
        word = word_of(text[column])
        if allowed is YES_NO:  # what a column of a database says for it
            word = YES_NO_WORDS.get(word, word)
        if word and word not in allowed:
            faults[column] = f"{name(column)} is {text[column]!r}: it takes {', '.join(allowed)}."
        elif word:
            values[column] = word == "yes" if allowed is YES_NO else word
    application, disorder = in_order(Application(**values, unreadable=tuple(faults)), name=name)
    return application, (*faults.values(), *disorder)


def word_of(text: str) -> str:
    """Return a cell as the vocabularies write their words: small, with hyphens.

    >>> word_of("S73 plan_stands")
    's73-plan-stands'
    """
    return "-".join(text.lower().replace("_", " ").split())


def in_order(
    application: Application, *, name: Callable[[str], str] = str
) -> tuple[Application, tuple[str, ...]]:
    """Return the application without dates whose order cannot be, and a sentence for each fault.

    An order that only some of the possible days allow is no fault.
    """
    found = dict(_disorder(application, name))
    if not found:
        return application, ()
    columns = {column for pair in found for column in pair}
    blank: dict[str, Any] = dict.fromkeys(columns)
    unreadable = tuple(column for column in COLUMNS if column in columns or column in application.unreadable)
    rest, more = in_order(replace(application, **blank, unreadable=unreadable), name=name)
    return rest, (*found.values(), *more)


def _disorder(application: Application, name: Callable[[str], str]) -> Iterator[tuple[tuple[str, str], str]]:
    dates = application.dates()
    wrong = [
        (earlier, later)
        for earlier, later in ORDER
        if earlier in dates and later in dates and dates[earlier].first > dates[later].last
    ]
    for earlier, later in wrong:
        # One wrong date spoils many pairs: the nearest ones say it all.
        between = [step for step in _STEPS if (earlier, step) in ORDER and (step, later) in ORDER]
        if any((earlier, step) in wrong or (step, later) in wrong for step in between):
            continue
        why = _WHY.get((earlier, later), "that order cannot be")
        said = f"{name(later)} ({dates[later]}) lies before {name(earlier)} ({dates[earlier]}): {why}."
        yield (earlier, later), said
    ends = [column for column in ("refused", "withdrawn") if column in dates]
    if "granted" in dates and ends and application.kind != "appeal" and "kind" not in application.unreadable:
        for column in ends:
            said = (
                f"{name('granted')} ({dates['granted']}) and {name(column)} ({dates[column]}) are both given: "
                f"only an appeal can have both ({name('kind')} appeal)."
            )
            yield ("granted", column), said


def narrowed(application: Application) -> dict[str, Days]:
    """Return the possible days by column, less those that the order of the steps rules out.

    Examples
    --------
    >>> autumn = Application(application_date=possible_days("2025-09"), granted=possible_days("2025-09-12"))
    >>> str(narrowed(autumn)["application_date"])
    '1 September 2025 to 12 September 2025'
    """
    dates = application.dates()
    pairs = [(earlier, later) for earlier, later in ORDER if earlier in dates and later in dates]
    for earlier, later in pairs:
        dates[later] = Days(max(dates[later].first, dates[earlier].first), dates[later].last)
    for earlier, later in reversed(pairs):
        dates[earlier] = Days(dates[earlier].first, min(dates[earlier].last, dates[later].last))
    return dates
