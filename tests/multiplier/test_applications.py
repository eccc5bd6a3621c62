"""Reading one planning application: its cells, their faults, and orders of dates that cannot be."""

import itertools
from datetime import date

import pytest

from lnrs_geo.days import Days, possible_days
from lnrs_geo.multiplier.applications import (
    COLUMNS,
    DATES,
    KINDS,
    WORDS,
    Application,
    in_order,
    narrowed,
    read_application,
)


def test_columns_are_those_of_the_contract() -> None:
    """People keep files with these names."""
    assert (
        tuple(
            "reference application_date agreed_date granted refused withdrawn gain_plan_submitted "
            "gain_plan_approved secured_on route kind off_site agreement exempt".split()
        )
        == COLUMNS
    )
    assert set(DATES) | set(WORDS) | {"reference"} == set(COLUMNS)


def test_everything_given() -> None:
    """Each cell finds its place; case and blanks around words do not matter."""
    application, faults = read_application(
        {
            "reference": " 24/00921/FUL ",
            "application_date": "2024-09-21",
            "agreed_date": "2024-08",
            "granted": " 2024-12-11 ",
            "gain_plan_submitted": "2025",
            "route": "Application",
            "kind": " S73 plan stands",
            "off_site": "YES",
            "agreement": "Frozen",
            "exempt": "No",
            "officer": "not a column",
        }
    )
    assert faults == ()
    assert application == Application(
        reference="24/00921/FUL",
        application_date=possible_days("2024-09-21"),
        agreed_date=possible_days("2024-08"),
        granted=possible_days("2024-12-11"),
        gain_plan_submitted=possible_days("2025"),
        kind="s73-plan-stands",
        off_site=True,
        agreement="frozen",
    )
    assert application.has_dates


def test_nothing_given() -> None:
    """Blank cells and absent columns are the same: nothing is known, nothing is wrong."""
    blank, faults = read_application(dict.fromkeys(COLUMNS, " "))
    assert (blank, faults) == read_application({}) == (Application(), ())
    assert not blank.has_dates
    assert blank.off_site is None


@pytest.mark.parametrize("column", DATES)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("01/09/2025", "it may be 2025-09-01 or 2025-01-09, for day and month cannot be told apart: "
                       "write it as YYYY-MM-DD"),
        ("21/09/2024", "write it as 2024-09-21"),
        ("31/09/2025", "there is no such day; write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"),
        ("2025-13-01", "there is no such day; write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"),
        ("soon", "write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"),
        ("2025-09-10 09:30:00", "write YYYY-MM-DD, or YYYY-MM or YYYY where no more is known"),
    ],
)  # fmt: skip
def test_no_date(column: str, text: str, said: str) -> None:
    """A cell that is no date is a fault naming column, value and how to write it; it is not relied on."""
    application, faults = read_application({column: text})
    assert faults == (f"{column} is {text!r}: {said}.",)
    assert application.unreadable == (column,)
    assert getattr(application, column) is None
    assert application.has_dates


@pytest.mark.parametrize(("text", "meant"), [("2024.0", "2024"), ("2024-06-01 00:00:00", "2024-06-01")])
def test_what_a_spreadsheet_added(text: str, meant: str) -> None:
    """A year as a decimal number and a day with its midnight are read as what they are."""
    application, faults = read_application({"granted": text})
    assert (application.granted, faults) == (possible_days(meant), ())


@pytest.mark.parametrize("column", WORDS)
def test_no_word(column: str) -> None:
    """A word that the column does not take is a fault naming those it does."""
    application, (fault,) = read_application({column: "perhaps"})
    assert fault == f"{column} is 'perhaps': it takes {', '.join(WORDS[column])}."
    assert application.unreadable == (column,)


def test_all_faults_at_once() -> None:
    """Whoever mends a file wants to know everything that is wrong with it."""
    _, faults = read_application({"granted": "x", "kind": "y", "exempt": "z", "refused": "2025-99"})
    assert [fault.split()[0] for fault in faults] == ["granted", "refused", "kind", "exempt"]


def test_faults_in_the_words_of_options() -> None:
    """The command names its options, not the columns behind them."""
    _, faults = read_application(
        {"granted": "2025-01-01", "gain_plan_submitted": "2024-01-01"},
        name=lambda column: f"--{column.replace('_', '-')}",
    )
    assert faults == (
        "--gain-plan-submitted (1 January 2024) lies before --granted (1 January 2025): "
        "a gain plan is submitted once permission is granted.",
    )


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("agreed_date", "application_date"),
        ("agreed_date", "granted"),
        ("application_date", "granted"),
        ("application_date", "gain_plan_submitted"),
        ("granted", "gain_plan_submitted"),
        ("granted", "gain_plan_approved"),
        ("gain_plan_submitted", "gain_plan_approved"),
        ("application_date", "refused"),
        ("application_date", "withdrawn"),
    ],
)
def test_impossible_order(earlier: str, later: str) -> None:
    """Two dates the wrong way round are one fault, and neither is relied on; the same day is no fault."""
    application, (fault,) = read_application({earlier: "2025-03-02", later: "2025-03-01"})
    assert fault.startswith(f"{later} (1 March 2025) lies before {earlier} (2 March 2025): ")
    assert set(application.unreadable) == {earlier, later}
    assert application.dates() == {}
    assert read_application({earlier: "2025-03-01", later: "2025-03-01"})[1] == ()


def test_order_that_may_be() -> None:
    """Dates known to the month or year are at fault only where no possible day would do."""
    assert read_application({"application_date": "2025-03", "granted": "2025-03-01"})[1] == ()
    assert read_application({"application_date": "2025", "granted": "2025-01"})[1] == ()
    assert len(read_application({"application_date": "2025-04", "granted": "2025-03"})[1]) == 1


def test_one_wrong_date_is_told_once() -> None:
    """A year mistyped spoils every pair that it is in; the nearest pair says it."""
    cells = {"application_date": "2052-01-05", "granted": "2025-03-01", "gain_plan_submitted": "2025-04-01"}
    _, faults = read_application(cells)
    assert len(faults) == 1
    assert "granted (1 March 2025) lies before application_date (5 January 2052)" in faults[0]


@pytest.mark.parametrize("end", ["refused", "withdrawn"])
@pytest.mark.parametrize("kind", KINDS)
def test_granted_and_refused(kind: str, end: str) -> None:
    """Permission granted and refused both is a fault, save on appeal."""
    application, faults = read_application({"granted": "2025-03-01", end: "2025-02-01", "kind": kind})
    assert bool(faults) == (kind != "appeal")
    assert bool(application.unreadable) == (kind != "appeal")
    if faults:
        assert "only an appeal" in faults[0]


def test_what_is_left_is_in_order() -> None:
    """Whatever days the five steps are given, no wrong order is left once the faults are told."""
    steps = ("agreed_date", "application_date", "granted", "gain_plan_submitted", "gain_plan_approved")
    for days in itertools.product((None, 1, 2, 3, 4), repeat=5):
        given = {
            step: Days(date(2025, 1, day), date(2025, 1, day))
            for step, day in zip(steps, days, strict=True)
            if day
        }
        application, faults = in_order(Application(**given))
        left = [days.first for days in application.dates().values()]
        ordered = [application.dates()[step].first for step in steps if step in application.dates()]
        assert ordered == sorted(ordered) and len(left) == len(ordered)
        was = [given[step].first for step in steps if step in given]
        assert bool(faults) == (was != sorted(was))
        assert in_order(application) == (application, ())


def test_the_order_narrows_the_days() -> None:
    """What came before a known day came no later, what came after it no earlier, over blanks as well."""
    application = Application(
        agreed_date=possible_days("2025"),
        application_date=possible_days("2025-02"),
        gain_plan_submitted=possible_days("2025-02-10"),
        gain_plan_approved=possible_days("2025"),
        refused=Days(date(2025, 1, 1), date(2025, 2, 5)),
        secured_on=possible_days("2025"),
    )
    assert {column: str(days) for column, days in narrowed(application).items()} == {
        "agreed_date": "1 January 2025 to 5 February 2025",
        "application_date": "1 February 2025 to 5 February 2025",
        "refused": "1 February 2025 to 5 February 2025",
        "gain_plan_submitted": "10 February 2025",
        "gain_plan_approved": "10 February 2025 to 31 December 2025",
        "secured_on": "2025",
    }
