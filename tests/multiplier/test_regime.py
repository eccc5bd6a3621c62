"""Which table applies, by dates: the rows as data, every combination of dates, and dates not known to the day.

The oracle below was written straight from the tables of the rules, as one chain of questions for each
table, and shares nothing with the program but the names of the columns.
"""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lnrs_geo.days import Days
from lnrs_geo.model import Stage
from lnrs_geo.multiplier import rules
from lnrs_geo.multiplier.applications import CLAUSES, DATES, KINDS, ORDER, ROUTES, Application
from lnrs_geo.multiplier.regime import Publication, Regime, assumption, regime_of
from lnrs_geo.multiplier.transition import CONDITIONS, content, sources, tables

PUB = date(2025, 2, 2)
AS_AT = date(2026, 7, 1)
KNOWN = Publication(PUB, PUB)
DRAFT = Publication(None, None)
LATER = Publication(AS_AT + timedelta(1), AS_AT + timedelta(1))
BEFORE, ON, AFTER, TO_COME = PUB - timedelta(1), PUB, PUB + timedelta(1), AS_AT + timedelta(1)
REGIMES = {"table-7", "table-8", "as-submitted", "as-approved", "as-secured", "both", "review", ""}
RESULTS = (REGIMES - {""}) | {"not-applicable", "hand-on"}
STEPS = ("agreed_date", "application_date", "granted", "gain_plan_submitted", "gain_plan_approved")
WHERE = [(Stage.BASELINE, False), (Stage.BASELINE, True), (Stage.POST, False), (Stage.POST, True)]


def exact(**days: date | None) -> dict[str, Any]:
    return {column: Days(day, day) for column, day in days.items() if day is not None}


# The rule file


def test_file_and_conditions_agree() -> None:
    """Every row of the file has its condition, in the same order, and stands in the order of some table."""
    ids = [row["id"] for row in content()["row"]]
    assert ids == list(CONDITIONS)
    assert {row.id for table in tables().values() for row in table.rows} == set(ids)
    assert [row.id for row in tables()["post"].after_hand_on] == ["P2", "P3", "P4", "P5", "P6"]


KEYS = {"id", "condition", "so", "result", "cites", "warnings", "clauses", "held", "look"}


def test_rows_are_complete() -> None:
    """Every row says when it holds, what follows, with what result, and where it stands."""
    for row in content()["row"]:
        assert set(row) <= KEYS, row["id"]
        assert row["condition"].endswith(".") and row["so"].endswith("."), row["id"]
        assert {row["result"], *row.get("clauses", {}).values()} <= RESULTS, row["id"]
        assert set(row.get("clauses", {})) <= set(CLAUSES), row["id"]
        assert row["cites"] and {cite.split()[0] for cite in row["cites"]} <= set(sources()), row["id"]
        assert all(warning.endswith((".", "?")) for warning in row.get("warnings", [])), row["id"]


def test_sources_are_those_of_table_7() -> None:
    """The short names of sources mean the same in both rule files."""
    cited = {part.split(",")[0] for rule in rules.editions()[-1].rules.values()
             for part in rule.citation.split("; ") if part in ("PAS", "own")}  # fmt: skip
    assert cited == {"PAS", "own"} <= set(sources())
    assert sources()["UG"].startswith(rules.editions()[-1].title)


# The oracle


def oracle(stage: Stage, off_site: bool, a: dict[str, Any], pub: date | str) -> tuple[str, str, str]:
    """Return table, row and what is missing. `pub` is a day, "draft" or "unknown"; absent keys are blank."""
    if stage is Stage.POST:
        return oracle_post(off_site, a, pub)
    if over(a):
        return "", "B1", ""
    if not any(column in a for column in DATES):
        return oracle_undated(stage, off_site, a, pub)
    if pub == "unknown":
        return "review", "B2", "published"
    if pub == "draft" or pub > AS_AT:
        return "table-8", "B2", ""
    start = a.get("granted") if a["route"] == "no-application" else a.get("application_date")
    start_column = "granted" if a["route"] == "no-application" else "application_date"
    if off_site:
        secured = a.get("secured_on")
        if secured is not None and secured > AS_AT:
            secured = None
        if secured is not None:
            return ("as-secured", "B7", "") if secured < pub else ("table-7", "B6", "")
        if start is None:
            return "review", "B6", start_column
        return ("table-7", "B6", "") if start > pub else ("review", "B8", "")
    if a["kind"] == "s73":
        return "review", "B2a", ""
    agreed = a.get("agreed_date")
    if agreed is not None:
        if agreed > pub:
            return "table-7", "B4", ""
        if agreed == pub:
            return "both", "B5", ""
        if start is None:
            return "review", "B3a", start_column
        return ("both", "B3a", "") if start > pub else ("as-submitted", "B3", "")
    if start is None:
        return "review", "B3", start_column
    if start < pub:
        return "as-submitted", "B3", ""
    return ("table-7", "B4", "") if start > pub else ("both", "B5", "")


def over(a: dict[str, Any]) -> bool:
    if a["exempt"]:
        return True
    if a["kind"] == "appeal":
        return False
    return any(column in a and a[column] <= AS_AT for column in ("refused", "withdrawn"))


def oracle_undated(stage: Stage, off_site: bool, a: dict[str, Any], pub: date | str) -> tuple[str, str, str]:
    if pub == "draft" or (isinstance(pub, date) and pub > AS_AT):
        return "table-8", "P1" if stage is Stage.POST else "B2", ""
    if stage is Stage.BASELINE and off_site:
        return "table-7", "B6", ""
    if stage is Stage.BASELINE:
        return ("review", "B2a", "") if a["kind"] == "s73" else ("table-7", "B4", "")
    return by_kind(off_site, a) or progress(a, date.min, undated=True)


def oracle_post(off_site: bool, a: dict[str, Any], pub: date | str) -> tuple[str, str, str]:
    if over(a):
        return "", "P0", ""
    if not any(column in a for column in DATES):
        return oracle_undated(Stage.POST, off_site, a, pub)
    if pub == "unknown":
        return "review", "P1", "published"
    if pub == "draft" or pub > AS_AT:
        return "table-8", "P1", ""
    return by_kind(off_site, a) or progress(a, pub)


def by_kind(off_site: bool, a: dict[str, Any]) -> tuple[str, str, str] | None:
    if a["kind"] == "s73-plan-stands":
        return "as-approved", "P7", ""
    if a["kind"] in ("s73", "phased", "appeal"):
        return None
    if a["route"] == "nsip":
        return "review", "P11", ""
    if off_site and (a["agreement"] or ("secured_on" in a and a["secured_on"] <= AS_AT)):
        if a["agreement"] == "frozen":
            return "as-secured", "P12", ""
        return ("table-7", "P12", "") if a["agreement"] == "updates" else ("both", "P12", "")
    return None


def progress(a: dict[str, Any], pub: date, *, undated: bool = False) -> tuple[str, str, str]:
    by = {"s73": "P8/", "phased": "P9/", "appeal": "P10/"}.get(a["kind"], "")
    if undated:
        return "table-7", f"{by}P2", ""
    start_column = "granted" if a["route"] == "no-application" else "application_date"
    if start_column not in a:
        return "review", f"{by}P2", start_column
    if a[start_column] > pub:
        return "table-7", f"{by}P2", ""
    done = {column: day for column, day in a.items() if column in DATES and day <= AS_AT}
    if "granted" not in a and ("gain_plan_submitted" in done or "gain_plan_approved" in done):
        return "review", f"{by}P3", "granted"
    if "granted" not in done or done["granted"] > pub:
        return "table-7", f"{by}P3", ""
    if "gain_plan_submitted" not in a and "gain_plan_approved" in done:
        return "review", f"{by}P4", "gain_plan_submitted"
    if "gain_plan_submitted" not in done or done["gain_plan_submitted"] >= pub:
        return "table-7", f"{by}P4", ""
    if "gain_plan_approved" not in done or done["gain_plan_approved"] >= pub:
        return "table-7", f"{by}P5", ""
    return "as-approved", f"{by}P6", ""


def agrees(stage: Stage, off_site: bool, values: dict[str, Any], publication: Publication | None) -> Regime:
    """Hold one answer of the program against the oracle's."""
    dates = {column: values[column] for column in DATES if values.get(column) is not None}
    plain = {"route": "application", "kind": "full", "agreement": "", "exempt": False}
    particulars = {**plain, **{word: values[word] for word in plain if word in values}}
    pub: date | str = "unknown" if publication is None else publication.first or "draft"
    found = regime_of(
        stage,
        Application(**exact(**dates), **particulars),
        publication=publication,
        as_at=AS_AT,
        off_site=off_site,
    )
    wanted = oracle(stage, off_site, {**dates, **particulars}, pub)
    assert (found.table, found.rule, "".join(found.missing)) == wanted, (stage, off_site, dates, particulars)
    assert found.table in REGIMES and found.reason and found.citation
    assert bool(found.held) == (
        found.table in ("both", "review") and (stage is Stage.BASELINE or "P12" in found.rule)
    )
    return found


def orders(values: tuple[date | None, ...]) -> Iterator[dict[str, date | None]]:
    """Give every way to date the five steps with these days, or to leave them blank, that can be."""
    for days in itertools.product(values, repeat=len(STEPS)):
        present = [day for day in days if day is not None]
        if present == sorted(present):
            yield dict(zip(STEPS, days, strict=True))


def test_every_order_of_steps_for_every_kind() -> None:
    """Whatever steps are dated, whatever the kind and the route: one answer, the oracle's."""
    seen: set[str] = set()
    for steps, kind, route in itertools.product(orders((None, BEFORE, ON, AFTER)), KINDS, ROUTES):
        for stage, off_site in WHERE[:3]:
            values = {**steps, "kind": kind, "route": route}
            seen.add(agrees(stage, off_site, values, KNOWN).rule)
    assert {rule.split("/")[0] for rule in seen} >= set(CONDITIONS) - {"B1", "B2", "B7", "P0", "P1", "P12"}


def test_every_agreement() -> None:
    """Off-site units, secured before, on, after publication, to be secured or not, with every clause."""
    days = (None, BEFORE, ON, AFTER, TO_COME)
    for app, granted, secured in itertools.product(days, repeat=3):
        if app and granted and app > granted:
            continue
        for clause, kind, route in itertools.product(("", *CLAUSES), KINDS, ROUTES):
            values = {"application_date": app, "granted": granted, "secured_on": secured,
                      "agreement": clause, "kind": kind, "route": route}  # fmt: skip
            for stage in Stage:
                agrees(stage, True, values, KNOWN)


def test_every_end_and_every_publication() -> None:
    """Exempt, refused, withdrawn, under appeal; published, to be published, a draft, not known when."""
    days = (None, BEFORE, AFTER, TO_COME)
    ends = (None, AFTER, AS_AT, TO_COME)
    for app, granted, refused, withdrawn in itertools.product(days, days, ends, ends):
        starts = [day for day in (granted, refused, withdrawn) if day]
        if app and any(app > day for day in starts):
            continue
        for exempt, kind, publication in itertools.product((False, True), KINDS, (KNOWN, LATER, DRAFT, None)):
            if granted and (refused or withdrawn) and kind != "appeal":
                continue  # a fault of the application, whatever the rules say
            values = {"application_date": app, "granted": granted, "refused": refused, "withdrawn": withdrawn,
                      "exempt": exempt, "kind": kind}  # fmt: skip
            for stage, off_site in WHERE:
                agrees(stage, off_site, values, publication)


def test_steps_to_come() -> None:
    """A step dated after the assessment date has not happened, wherever in the order it stands."""
    for steps in orders((None, BEFORE, AFTER, TO_COME)):
        for stage, off_site in WHERE:
            found = agrees(stage, off_site, steps, KNOWN)
            to_come = [column for column, day in steps.items() if day == TO_COME]
            assert len([one for one in found.warnings if "is after the assessment date" in one]) == len(
                to_come
            )


# What cannot be read


@pytest.mark.parametrize("column", [*DATES, "route", "kind", "agreement", "exempt"])
def test_unreadable_cells_never_decide(column: str) -> None:
    """Where a cell cannot be read the answer is the one that every value of it gives, or a review naming it."""
    words = {"route": ROUTES, "kind": KINDS, "agreement": ("", *CLAUSES), "exempt": (False, True)}
    for steps in orders((None, BEFORE, AFTER)):
        for stage, off_site in WHERE:
            base = Application(**exact(**{key: day for key, day in steps.items() if key != column}))
            options = {"publication": KNOWN, "as_at": AS_AT, "off_site": off_site}
            found = regime_of(stage, replace(base, unreadable=(column,)), **options)
            values = words.get(column) or [Days(day, day) for day in (BEFORE, ON, AFTER)]
            possible = {
                regime_of(stage, replace(base, **{column: value}), **options).table for value in values
            }
            if found.table == "review":
                assert column in found.missing or possible == {"review"} or set(found.missing) - {column}
            else:
                assert found.table in possible
                assert column in DATES or possible == {found.table}


def test_disorder_is_not_relied_on() -> None:
    """Dates in an order that cannot be are taken for unreadable, and told of."""
    wrong = Application(**exact(application_date=AFTER, granted=BEFORE))
    found = regime_of(Stage.BASELINE, wrong, publication=KNOWN, as_at=AS_AT, off_site=False)
    assert (found.table, found.missing) == ("review", ("application_date",))
    assert any("lies before" in warning for warning in found.warnings)


# Dates not known to the day

SPAN = 5  # days; long enough for before, on and after, short enough to try every day of several dates


def spans() -> st.SearchStrategy[Days]:
    """Draw a date near publication or near the assessment, exact or not."""
    start = st.one_of(
        st.integers(-6, 4).map(lambda n: PUB + timedelta(n)),
        st.integers(-3, 1).map(lambda n: AS_AT + timedelta(n)),
    )
    return st.builds(
        lambda day, length: Days(day, day + timedelta(length)), start, st.sampled_from([0, 0, 1, 3, 5])
    )


APPLICATIONS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["full", "full", "full", *KINDS]),
        "route": st.sampled_from(["application", "application", *ROUTES]),
        "agreement": st.sampled_from(["", "", *CLAUSES]),
        "dates": st.dictionaries(st.sampled_from(DATES), spans(), min_size=1, max_size=4),
        "published": st.builds(lambda n, m: Days(PUB + timedelta(n), PUB + timedelta(n + m)),
                               st.integers(-2, 2), st.sampled_from([0, 0, 2, 5])),
        "where": st.sampled_from(WHERE),
    }
)  # fmt: skip


def possible(dates: dict[str, Days]) -> Iterator[dict[str, Days]]:
    """Give every choice of exact days within these dates that keeps the order of the steps."""
    days = [
        [one.first + timedelta(n) for n in range((one.last - one.first).days + 1)] for one in dates.values()
    ]
    for chosen in itertools.product(*days):
        exactly = dict(zip(dates, chosen, strict=True))
        if all(exactly[a] <= exactly[b] for a, b in ORDER if a in exactly and b in exactly):
            yield {column: Days(day, day) for column, day in exactly.items()}


def judged(drawn: dict[str, Any], dates: dict[str, Days]) -> Regime:
    stage, off_site = drawn["where"]
    rest = {column: days for column, days in dates.items() if column != "published"}
    application = Application(kind=drawn["kind"], route=drawn["route"], agreement=drawn["agreement"], **rest)
    publication = Publication(dates["published"].first, dates["published"].last)
    return regime_of(stage, application, publication=publication, as_at=AS_AT, off_site=off_site)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(APPLICATIONS)
def test_ends_stand_for_every_day(drawn: dict[str, Any]) -> None:
    """Trying the ends of a date says what trying every day of it says."""
    dates = {**drawn["dates"], "published": drawn["published"]}
    tried = [judged(drawn, days) for days in possible(dates)]
    if not tried or ("granted" in dates and {"refused", "withdrawn"} & dates.keys()):
        return
    outcomes = {one.table for one in tried}
    found = judged(drawn, dates)
    assert found.table == (outcomes.pop() if len(outcomes) == 1 else "review")
    assert set(found.rule.split("|")) <= {one.rule for one in tried}


@settings(max_examples=400, deadline=None, derandomize=True)
@given(APPLICATIONS, st.data())
def test_knowing_more_never_turns_an_answer(drawn: dict[str, Any], data: st.DataObject) -> None:
    """An answer that stands for a month stands for every part of it."""
    dates = {**drawn["dates"], "published": drawn["published"]}
    wide = judged(drawn, dates)
    if any("lies before" in warning or "both given" in warning for warning in wide.warnings):
        return
    narrow = {}
    for column, days in dates.items():
        ends = sorted(
            days.first + timedelta(data.draw(st.integers(0, (days.last - days.first).days))) for _ in "ab"
        )
        narrow[column] = Days(*ends)
    known = judged(drawn, narrow)
    if any("lies before" in warning for warning in known.warnings):
        return  # more exactly known, the order turns out impossible
    if wide.table != "review":
        assert known.table == wide.table
    if not known.missing and known.table == "review":
        assert wide.table == "review"


@pytest.mark.parametrize("month", [date(2025, 2, 1), date(2024, 2, 1)], ids=["28 days", "29 days"])
def test_every_day_of_two_months(month: date) -> None:
    """Publication and one step both known to the month: the same as all days of both, for every step."""
    last = (month.replace(month=3)) - timedelta(1)
    whole = Days(month, last)
    fixed = {"application_date": month - timedelta(90), "granted": month - timedelta(60),
             "gain_plan_submitted": month - timedelta(30)}  # fmt: skip
    for column in ("application_date", "agreed_date", "gain_plan_approved", "secured_on"):
        steps = {key: Days(day, day) for key, day in fixed.items() if column in ("gain_plan_approved",)}
        if column in ("agreed_date", "secured_on"):
            steps["application_date"] = Days(last, last)
        drawn = {"kind": "full", "route": "application", "agreement": "",
                 "where": (Stage.POST, False) if column == "gain_plan_approved"
                 else (Stage.BASELINE, column == "secured_on")}  # fmt: skip
        wide = {**steps, column: whole, "published": whole}
        outcomes = {judged(drawn, days).table for days in possible(wide)}
        found = judged(drawn, wide)
        assert len(outcomes) > 1 and found.table == "review"
        assert set(found.missing) == {column, "published"}


def test_only_what_matters_is_asked_for() -> None:
    """Of several dates not known to the day a review names those alone that can change the answer."""
    dates = {"application_date": Days(BEFORE - timedelta(40), BEFORE - timedelta(30)),
             "granted": Days(BEFORE - timedelta(29), BEFORE - timedelta(20)),
             "gain_plan_submitted": Days(BEFORE - timedelta(10), BEFORE),
             "gain_plan_approved": Days(BEFORE, AFTER)}  # fmt: skip
    found = regime_of(Stage.POST, Application(**dates), publication=KNOWN, as_at=AS_AT, off_site=False)
    assert (found.rule, found.missing) == ("P5|P6", ("gain_plan_approved",))
    assert "the values as approved" in found.reason and "Table 7" in found.reason


# No dates at all


@pytest.mark.parametrize(
    ("publication", "as_at", "table", "post", "baseline"),
    [
        (KNOWN, AS_AT, "table-7", "P2", "B4"),
        (KNOWN, PUB, "table-7", "P2", "B4"),
        (KNOWN, BEFORE, "table-8", "P1", "B2"),
        (Publication(date(2025, 9, 1), date(2025, 9, 30)), date(2025, 9, 30), "table-7", "P2", "B4"),
        (Publication(date(2025, 9, 1), date(2025, 9, 30)), date(2025, 9, 29), "review", "P1|P2", "B2|B4"),
        (Publication(date(2025, 9, 1), date(2025, 9, 30)), date(2025, 9, 1), "review", "P1|P2", "B2|B4"),
        (Publication(date(2025, 9, 1), date(2025, 9, 30)), date(2025, 8, 31), "table-8", "P1", "B2"),
        (DRAFT, date(2030, 1, 1), "table-8", "P1", "B2"),
        (None, AS_AT, "table-7", "P2", "B4"),
    ],
)
def test_no_dates(publication: Publication | None, as_at: date, table: str, post: str, baseline: str) -> None:
    """An application made on the assessment date is assumed, after publication where there was one."""
    for stage, rule in ((Stage.POST, post), (Stage.BASELINE, baseline)):
        found = regime_of(stage, Application(), publication=publication, as_at=as_at, off_site=False)
        assert (found.table, found.rule) == (table, rule)
        assert found.missing == (("published",) if table == "review" else ())
    said = assumption(publication, as_at)
    assert said.startswith("No dates were given")
    assert {"table-7": "B4, B6 and P2", "table-8": "Table 8", "review": "not known to the day"}[table] in said


def test_the_last_day_of_the_calendar() -> None:
    """Publication on any day leaves room for an application after it where none is dated."""
    found = regime_of(
        Stage.BASELINE, Application(), publication=Publication(AS_AT, AS_AT), as_at=AS_AT, off_site=False
    )
    assert (found.table, found.rule, found.warnings) == ("table-7", "B4", ())
