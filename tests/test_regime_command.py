"""The command `lnrs-geo regime`: for one application by options, for many by a table, and the contact list."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lnrs_geo.cli import main
from lnrs_geo.cli.dates import option_name, regime
from lnrs_geo.days import possible_days
from lnrs_geo.multiplier.applications import COLUMNS, read_application
from lnrs_geo.multiplier.contact import to_contact
from lnrs_geo.multiplier.regime import Publication
from lnrs_geo.regime_report import CONTACT_COLUMNS, FILES, OUTCOME_COLUMNS

PAS = ("--published", "2025-02-02", "--as-at", "2026-07-01")
DERBYSHIRE = ("--as-at", "2026-07-01")
EXAMPLE_ONE = ("--application-date", "2024-09-21")
EXAMPLE_TWO = (*EXAMPLE_ONE, "--granted", "2024-12-11", "--gain-plan-submitted", "2025-02-27")


def run(*words: object) -> Result:
    """Run the command in this process; an error that is not one of its own is raised."""
    outcome = CliRunner().invoke(main, ["regime", *map(str, words)])
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome


def document(*words: object) -> dict[str, dict[str, object]]:
    outcome = run(*words, "--json")
    assert outcome.exit_code == 0, outcome.stderr
    return json.loads(outcome.stdout)


def rules(*words: object) -> tuple[str, str]:
    found = document(*words)
    return str(found["baseline"]["regime_rule"]), str(found["post"]["regime_rule"])


def table(path: Path, *rows: dict[str, str]) -> Path:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [",".join(columns), *(",".join(row.get(column, "") for column in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_example_one() -> None:
    """PAS, example one: the baseline stays as calculated."""
    assert rules(*EXAMPLE_ONE, *PAS)[0] == "B3"


def test_example_two() -> None:
    """PAS, example two: baseline as submitted, Table 7 for what is created."""
    found = document(*EXAMPLE_TWO, *PAS)
    assert (found["baseline"]["regime"], found["post"]["regime"]) == ("as-submitted", "table-7")
    assert found["post"]["regime_rule"] == "P4"


def test_derbyshire() -> None:
    """Applied on 10 September 2025, granted in December: baseline review, Table 7 for what is created."""
    found = document("--application-date", "2025-09-10", "--granted", "2025-12", *DERBYSHIRE)
    assert (found["baseline"]["regime"], found["baseline"]["missing"]) == ("review", ["published"])
    assert (found["post"]["regime"], found["post"]["missing"]) == ("table-7", [])


def test_keys_of_the_json() -> None:
    """Other programs read these keys."""
    found = document(*EXAMPLE_ONE, *PAS)
    assert set(found) == {"baseline", "post"}
    for stage in found.values():
        assert set(stage) == {"regime", "regime_rule", "citation", "warnings", "missing", "reason"}
        assert isinstance(stage["warnings"], list) and isinstance(stage["missing"], list)


def test_words() -> None:
    """At a terminal: what applies at either stage, the row, its source, the warnings, what must be known."""
    outcome = run(*EXAMPLE_ONE, "--granted", "2024-12-11", "--gain-plan-submitted", "2025-01-27", *PAS)
    assert outcome.exit_code == 0 and outcome.stderr == ""
    assert "Baseline, on-site: the values as submitted (row B3)." in outcome.stdout
    assert "Created and enhanced habitat, on-site: Table 7 (row P5)." in outcome.stdout
    assert "Source: PAS; TCPA Sch 7A para 5" in outcome.stdout
    assert "Warning: PAS says only" in outcome.stdout
    assert "PAS: LNRS & Strategic Significance Multiplier Transition" in outcome.stdout
    assert "published 2 February 2025; assessment date 1 July 2026; rules of UG-2026-06" in outcome.stdout
    review = run("--application-date", "2025-09-10", *DERBYSHIRE).stdout
    assert "a person must look, Table 7 or the values as submitted (row B3|B4)" in review
    assert "To be known first: publication of the LNRS (published)" in review
    assert "(September 2025)" in review


def test_no_dates() -> None:
    """Without dates the assumption is said first: on the screen, or beside the JSON."""
    assert run(*DERBYSHIRE).stdout.startswith(
        "No dates were given: an application made on the assessment date"
    )
    outcome = run(*DERBYSHIRE, "--json")
    assert outcome.stderr.startswith("No dates were given")
    assert json.loads(outcome.stdout)["post"]["regime_rule"] == "P2"
    assert "Table 8 would apply" in run("--as-at", "2025-08-31").stdout
    assert "No dates" not in run(*EXAMPLE_ONE, *PAS).stdout


def test_every_column_is_an_option() -> None:
    """Whoever knows the file knows the options."""
    named = {name for option in regime.params for name in option.opts}
    assert {option_name(column) for column in COLUMNS} <= named
    assert option_name("gain_plan_submitted") == "--gain-plan-submitted"


def test_off_site_and_exempt() -> None:
    """`--off-site` and `--exempt` alone mean yes; the words of the column may follow."""
    secured = (*EXAMPLE_ONE, "--secured-on", "2024-10-01", *PAS)
    assert rules(*secured) == ("B3", "P3")
    assert rules("--off-site", *secured) == rules("--off-site", "yes", *secured) == ("B7", "P12")
    assert rules("--off-site", "no", *secured) == ("B3", "P3")
    assert rules("--agreement", "frozen", *secured, "--off-site") == ("B7", "P12")
    assert rules("--exempt", *EXAMPLE_ONE, *PAS) == ("B1", "P0")
    assert rules(*EXAMPLE_ONE, "--exempt", "no", *PAS) == ("B3", "P3")
    assert document("--exempt", *EXAMPLE_ONE, *PAS)["post"]["regime"] == ""
    assert "off-site" in run("--off-site", *secured).stdout


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--granted", "01/09/2025"], "--granted is '01/09/2025'"),
        (["--gain-plan-submitted", "2025-13"], "--gain-plan-submitted is '2025-13'"),
        (["--kind", "outline"], "--kind is 'outline'"),
        (["--off-site", "perhaps"], "--off-site is 'perhaps'"),
        (
            ["--application-date", "2025-03-01", "--granted", "2025-02-01"],
            "--granted (1 February 2025) lies before",
        ),
        (["--application-date", "21/09/2024"], "--application-date is '21/09/2024': write it as 2024-09-21."),
        (["--application-date", "31/09/2025"], "--application-date is '31/09/2025': there is no such day;"),
        (["--published", "soon"], "--published: 'soon' is no date"),
        (["--published", "2/2/2025"], "'2/2/2025' is no date: write it as 2025-02-02."),
        (["--as-at", "2026"], "--as-at"),
    ],
)
def test_wrong_options(words: list[str], named: str) -> None:
    """A fault of an option is wrong usage; the message names the option with its dashes."""
    outcome = run(*words)
    assert outcome.exit_code == 2
    assert named in outcome.stderr
    assert outcome.stdout == ""


def test_errors_of_others() -> None:
    """No such strategy, and no rules in force yet."""
    assert run("--strategy", "nowhere").exit_code == 3
    outcome = run("--as-at", "2020-01-01")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert "No rules were in force" in outcome.stderr


def test_table_and_options_together(tmp_path: Path) -> None:
    """The dates come from one place."""
    path = table(tmp_path / "a.csv", {"reference": "A", "application_date": "2024-09-21"})
    outcome = run(path, "--granted", "2025-01-01")
    assert outcome.exit_code == 2
    assert "--granted" in outcome.stderr


REGISTER: tuple[dict[str, str], ...] = (
    {"reference": "early", "application_date": "2024-09-21"},
    {"reference": "on the day", "application_date": "2025-02-02"},
    {"reference": "late", "application_date": "2025-02-03"},
    {"reference": "exempt", "application_date": "2024-09-21", "exempt": "yes"},
    {"reference": "refused", "application_date": "2024-09-21", "refused": "2024-12-01"},
    {"reference": "appeal", "application_date": "2024-09-21", "refused": "2024-12-01", "kind": "appeal"},
    {
        "reference": "approved",
        "application_date": "2024-09-21",
        "granted": "2024-10-01",
        "gain_plan_submitted": "2024-11-01",
        "gain_plan_approved": "2025-02-01",
    },
    {
        "reference": "approved on the day",
        "application_date": "2024-09-21",
        "granted": "2024-10-01",
        "gain_plan_submitted": "2024-11-01",
        "gain_plan_approved": "2025-02-02",
    },
    {"reference": "no date"},
    {"reference": "some day", "application_date": "2025-02"},
    {"reference": "no start", "granted": "2024-10-01"},
)
CONTACTS = {"early": "yes", "on the day": "yes", "appeal": "yes", "approved on the day": "yes",
            "no date": "review", "some day": "review", "no start": "review"}  # fmt: skip


def test_table(tmp_path: Path) -> None:
    """A row for every application, and the list of whom to contact on publication."""
    out = tmp_path / "out"
    outcome = run(table(tmp_path / "applications.csv", *REGISTER), *PAS, "--out", out)
    assert outcome.exit_code == 0, outcome.stderr
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    found = rows_of(out / "regime.csv")
    assert tuple(found[0]) == OUTCOME_COLUMNS
    assert [row["reference"] for row in found] == [row["reference"] for row in REGISTER]
    by_reference = {row["reference"]: row for row in found}
    assert by_reference["early"]["baseline_regime"] == "as-submitted"
    assert by_reference["late"]["post_rule"] == "P2"
    assert by_reference["exempt"]["baseline_regime"] == ""
    assert by_reference["no start"]["missing"] == "application_date"
    assert by_reference["no date"]["warnings"].startswith("No dates were given")
    assert {row["reference"]: row["contact"] for row in found if row["contact"] != "no"} == CONTACTS
    contacts = rows_of(out / "applications-to-contact.csv")
    assert tuple(contacts[0]) == CONTACT_COLUMNS
    assert {row["reference"]: row["contact"] for row in contacts} == CONTACTS
    assert contacts[0]["application_date"] == "2024-09-21"
    assert "early: baseline B3 the values as submitted; post P3 Table 7" in outcome.stdout
    assert "To be told of the publication of the LNRS: 4" in outcome.stdout
    assert b"\r" not in (out / "regime.csv").read_bytes()


def test_table_as_json(tmp_path: Path) -> None:
    """`--json` prints the rows as a list, with lists where there may be several values."""
    outcome = run(table(tmp_path / "applications.csv", *REGISTER), *PAS, "--json")
    found = json.loads(outcome.stdout)
    assert len(found) == len(REGISTER)
    assert tuple(found[0]) == OUTCOME_COLUMNS
    assert found[-1]["missing"] == ["application_date"]


def test_row_with_a_fault(tmp_path: Path) -> None:
    """A row that cannot be read is in error and says why; the others are answered; the exit code is 1."""
    path = table(
        tmp_path / "a.csv",
        {"reference": "good", "application_date": "2024-09-21"},
        {"reference": "bad", "application_date": "21/09/2024"},
    )
    outcome = run(path, *PAS, "--json")
    assert outcome.exit_code == 1
    good, bad = json.loads(outcome.stdout)
    assert (good["baseline_rule"], good["fault"]) == ("B3", "")
    assert (bad["baseline_rule"], bad["post_regime"], bad["contact"]) == ("", "", "review")
    assert "application_date is '21/09/2024'" in bad["fault"]
    assert "bad: IN ERROR: application_date is" in run(path, *PAS).stdout


def test_odd_tables(tmp_path: Path) -> None:
    """Columns not used are told of, a blank reference gets a name, a reference twice is told of."""
    path = table(
        tmp_path / "a.csv",
        {"reference": "A", "application_date": "2024-09-21", "ward": "North"},
        {"reference": "A", "application_date": "2024-09-22"},
        {"application_date": "2024-09-23"},
    )
    outcome = run(path, *PAS, "--json")
    assert "the column 'ward' is not used" in outcome.stderr
    found = json.loads(outcome.stdout)
    assert [row["reference"] for row in found] == ["A", "A", "row 3"]
    assert "stands in 2 rows" in found[0]["warnings"][0]


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "It is empty"), ("reference\n", "no application"), ("name,ward\nA,North\n", "lacks columns")],
)
def test_useless_tables(tmp_path: Path, text: str, said: str) -> None:
    """A file that is no table of applications is refused with one message, and nothing is written."""
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    outcome = run(path, "--out", tmp_path / "out")
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert said in outcome.stderr
    assert not (tmp_path / "out").exists()


def test_absent_table(tmp_path: Path) -> None:
    """A file that is not there is an input that cannot be read."""
    assert run(tmp_path / "none.csv").exit_code == 3


def test_only_its_own_files_are_replaced(tmp_path: Path) -> None:
    """Other files of the folder stay; a second run gives the same bytes."""
    path = table(tmp_path / "a.csv", *REGISTER)
    (tmp_path / "notes.txt").write_text("keep", encoding="utf-8")
    run(path, *PAS, "--out", tmp_path)
    first = {name: (tmp_path / name).read_bytes() for name in FILES}
    run(path, *PAS, "--out", tmp_path)
    assert first == {name: (tmp_path / name).read_bytes() for name in FILES}
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "keep"


def test_one_application_to_files(tmp_path: Path) -> None:
    """What the options say can be written down as well, under its reference."""
    run("--reference", "24/1", *EXAMPLE_TWO, *PAS, "--out", tmp_path)
    (row,) = rows_of(tmp_path / "regime.csv")
    assert (row["reference"], row["baseline_rule"], row["post_rule"], row["contact"]) == (
        "24/1",
        "B3",
        "P4",
        "yes",
    )


@pytest.mark.parametrize(
    ("cells", "published", "contact"),
    [
        ({"application_date": "2024-09-21"}, "2025-02-02", "yes"),
        ({"application_date": "2024-09-21"}, "draft", "yes"),
        ({"application_date": "2025-01-20"}, "draft", "no"),
        ({"application_date": "2025-01-20"}, "2025-02-02", "no"),
        ({"application_date": "2024-09-21", "withdrawn": "2024-10-01"}, "draft", "no"),
        ({"application_date": "2024-09-21", "withdrawn": "2025-02-01"}, "draft", "yes"),
        ({"application_date": "2024-01-01", "granted": "2024-02-01", "gain_plan_submitted": "2024-03-01",
          "gain_plan_approved": "2024-12-31"}, "draft", "no"),
        ({"application_date": "2024-01-01", "granted": "2024-02-01", "gain_plan_submitted": "2024-03-01",
          "gain_plan_approved": "2025-01-14"}, "2025-02-02", "no"),
        ({"route": "no-application", "granted": "2024-09-21"}, "2025-02-02", "yes"),
        ({"route": "no-application", "application_date": "2024-09-21"}, "2025-02-02", "review"),
        ({"application_date": "2024-09"}, "2024-09", "review"),
        ({"application_date": "2024-09", "exempt": "yes"}, "2024-09", "no"),
        ({"application_date": "2024-08"}, "2024-09", "yes"),
    ],
)  # fmt: skip
def test_to_contact(cells: dict[str, str], published: str, contact: str) -> None:
    """Before publication, on 14 January 2025, the assessment date stands for the day of publication."""
    if published == "draft":
        publication = Publication(None, None)
    else:
        days = possible_days(published)
        publication = Publication(days.first, days.last)
    application, _ = read_application(cells)
    found, why = to_contact(application, publication=publication, as_at=date(2025, 1, 14))
    assert (found, why.endswith(".")) == (contact, True)


@pytest.mark.parametrize(
    ("publication", "why"),
    [
        (
            Publication(date(2025, 2, 2), date(2025, 2, 2)),
            "It is live, was made on or before the day of publication, and no gain plan was approved before that day.",
        ),
        (Publication(None, None), "It is live, and no gain plan has been approved."),
    ],
)
def test_why_to_contact(publication: Publication, why: str) -> None:
    """The reason is true whether the strategy is published already or not."""
    application, _ = read_application({"application_date": "2024-09-21"})
    assert to_contact(application, publication=publication, as_at=date(2026, 7, 1)) == ("yes", why)


@pytest.mark.parametrize(
    ("cells", "warned"),
    [
        ({"application_date": "2024-02-11"}, True),
        ({"application_date": "2024-01"}, True),
        ({"application_date": "2023"}, True),
        ({"application_date": "2024-02-12"}, False),
        ({"application_date": "2024-02"}, False),
        ({"application_date": "2024-02-11", "exempt": "yes"}, False),
        ({"application_date": "2024-02-11", "refused": "2024-03-01"}, False),
        ({"application_date": "2024-02-11", "route": "nsip"}, False),
    ],
)
def test_before_net_gain(cells: dict[str, str], warned: bool) -> None:
    """An application made before there was any duty is to be entered as exempt; every stage says so."""
    options = [word for column, said in cells.items() for word in (option_name(column), said)]
    for stage in document(*options, *PAS).values():
        told = [one for one in stage["warnings"] if "12 February 2024 (small sites: 2 April 2024)" in one]
        assert bool(told) == warned
        assert not warned or ("exempt" in told[0] and "TCPA Sch 7A" in told[0])


@pytest.mark.parametrize(
    ("words", "warned"),
    [
        (["--off-site", "--agreement", "frozen"], True),
        (["--off-site", "--agreement", "silent", "--application-date", "2025-03-01"], True),
        (["--off-site", "--application-date", "2025-03-01"], False),
        (["--off-site", "--agreement", "frozen", "--secured-on", "2024-10-01"], False),
        (["--agreement", "frozen"], False),
        (["--off-site", "--agreement", "frozen", "--exempt"], False),
    ],
)
def test_agreement_without_its_date(words: list[str], warned: bool) -> None:
    """Off-site units under an agreement whose date is blank count as not secured, and that is said."""
    found = document(*EXAMPLE_ONE, *words, *PAS)
    said = (
        "secured_on is blank although an agreement is given: the off-site units are taken as not secured yet."
    )
    assert (said in found["baseline"]["warnings"]) == warned
    assert said not in found["post"]["warnings"]


def test_agreement_on_site(tmp_path: Path) -> None:
    """What is asked for off-site land only is told of where it comes with on-site land."""
    secured = ("--secured-on", "2024-10-01")
    both = "secured_on and agreement are not asked for on-site land"
    assert f"Warning: {both}" in run(*EXAMPLE_ONE, *secured, "--agreement", "frozen", *PAS).stdout
    assert "Warning: agreement is not asked" in run(*EXAMPLE_ONE, "--agreement", "frozen", *PAS).stdout
    for stage in document(*EXAMPLE_ONE, *secured, *PAS).values():
        assert any(one.startswith("secured_on is not asked") for one in stage["warnings"])
    assert "not asked" not in run(*EXAMPLE_ONE, *secured, "--off-site", *PAS).stdout
    assert "not asked" not in run(*EXAMPLE_ONE, *PAS).stdout
    row = {"reference": "A", "application_date": "2024-09-21", "secured_on": "2024-10-01"}
    (one,) = json.loads(run(table(tmp_path / "a.csv", row), *PAS, "--json").stdout)
    assert any("not asked" in warning for warning in one["warnings"])
