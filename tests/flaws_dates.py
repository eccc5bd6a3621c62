"""Dates that cannot be read or cannot be so: as options, in parcels' own columns, in a table of sites."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from lnrs_geo.errors import ApplicationsError, OptionError, RuleNotInForce, SourceError
from tests.flaws_world import (
    CROSSWALK,
    OVERRIDE,
    OVERRIDES_HEAD,
    Change,
    RunFlaw,
    at,
    given,
    in_world,
    parcels,
    text_file,
    together,
)

# Each is wrong wherever it stands; the sentence, the cells, and what must be said of them
WRONG: list[tuple[str, Mapping[str, str], str]] = [
    ("a date is a word", {"application_date": "soon"}, "application_date is 'soon'"),
    ("a date has its day first", {"granted": "01/09/2025"}, "day and month cannot be told apart"),
    ("a date is the 30th of February", {"granted": "2025-02-30"}, "there is no such day"),
    ("a date lacks its noughts", {"granted": "2025-9-1"}, "granted is '2025-9-1'"),
    (
        "permission was granted before the application was made",
        {"application_date": "2025-03-01", "granted": "2025-02-01"},
        "granted (1 February 2025) lies before application_date (1 March 2025)",
    ),
    (
        "a gain plan was submitted before permission was granted",
        {"application_date": "2024-09-21", "granted": "2025-02-01", "gain_plan_submitted": "2025-01-31"},
        "(31 January 2025) lies before",
    ),
    (
        "a gain plan was approved before it was submitted",
        {"application_date": "2024-09-21", "granted": "2024-12-11", "gain_plan_submitted": "2025-02-27",
         "gain_plan_approved": "2025-02-26"},
        "gain_plan_approved (26 February 2025) lies before gain_plan_submitted (27 February 2025)",
    ),
    (
        "a gain plan was approved before permission was granted, and never submitted",
        {"application_date": "2024-09-21", "granted": "2025-02", "gain_plan_approved": "2025-01"},
        "(January 2025) lies before",
    ),
    (
        "the agreed date is later than the application",
        {"agreed_date": "2025-05-01", "application_date": "2025-03-01"},
        "application_date (1 March 2025) lies before agreed_date (1 May 2025)",
    ),
    (
        "an application was refused before it was made",
        {"application_date": "2025-03-01", "refused": "2025-01-01"},
        "refused (1 January 2025) lies before application_date (1 March 2025)",
    ),
    (
        "an application was withdrawn before it was made",
        {"application_date": "2025-03-01", "withdrawn": "2024"},
        "withdrawn (2024) lies before application_date (1 March 2025)",
    ),
    (
        "an application was granted and refused",
        {"application_date": "2024-09-21", "granted": "2025-03-01", "refused": "2025-04-01"},
        "only an appeal can have both",
    ),
    ("the route is of no known word", {"application_date": "2025-03-01", "route": "bypass"}, "route is 'bypass'"),
    ("the kind is of no known word", {"application_date": "2025-03-01", "kind": "outline"}, "kind is 'outline'"),
    (
        "the agreement is of no known word",
        {"application_date": "2025-03-01", "off_site": "yes", "agreement": "perhaps"},
        "agreement is 'perhaps'",
    ),
    ("exempt is maybe", {"application_date": "2025-03-01", "exempt": "maybe"}, "exempt is 'maybe'"),
]  # fmt: skip


# Whether the land is off-site decides only where there is an agreement
_OFF_SITE = {"application_date": "2025-03-01", "off_site": "perhaps", "agreement": "silent"}


def as_options(cells: Mapping[str, object]) -> Change:
    """Give cells of an application as options."""
    return given(dates=dict(cells))


def as_columns(cells: Mapping[str, Any]) -> Change:
    """Give cells of an application as the parcels' own columns."""
    return parcels(**cells)


def sites(*lines: str, head: str = "reference,application_date,granted") -> Change:
    """Give a table of applications to a parcel of site S1."""
    return together(
        parcels(site_ref="S1"), text_file("sites.csv", "\n".join((head, *lines, "")), "applications")
    )


def one_site(cells: Mapping[str, str]) -> Change:
    """Give one application in a table."""
    return sites(",".join(("S1", *cells.values())), head=",".join(("reference", *cells)))


def no_dashes(said: str) -> tuple[str, ...]:
    """Return the pieces of a message that it has in common for a column and for its option."""
    for column in (
        "gain_plan_submitted",
        "gain_plan_approved",
        "application_date",
        "agreed_date",
    ):
        said = said.replace(column, "\n")
    return tuple(piece.strip() for piece in said.split("\n") if piece.strip())


OPTION_FLAWS = [
    *(
        RunFlaw(f"{name}, as an option", as_options(cells), OptionError, no_dashes(said))
        for name, cells, said in WRONG
    ),
    RunFlaw("off-site is perhaps, as an option", as_options(_OFF_SITE), OptionError, "is 'perhaps'"),
    RunFlaw(
        "three options are wrong at once",
        as_options({"granted": "soon", "refused": "2025-02-30", "kind": "outline"}),
        OptionError,
        ("granted is 'soon'", "refused is '2025-02-30'", "kind is 'outline'"),
    ),
    RunFlaw(
        "the assessment date lies before the first rules",
        given(as_at=date(2020, 1, 1)),
        RuleNotInForce,
        ("2020-01-01", "began on 2024-02-01", "--as-at"),
    ),
    RunFlaw(
        "the assessment date is a text",
        given(as_at="2025-09-01"),
        OptionError,
        "2025-09-01",
        python_only=True,
    ),
    RunFlaw(
        "a date is given for no column of an application",
        as_options({"grantd": "2025-03-01"}),
        OptionError,
        ("'grantd'", "gain_plan_submitted"),
        python_only=True,
    ),
]

# A wrong cell leaves the parcel to a person; its row of the transition rules must not be guessed
_OPEN = {"issue": "application-unclear", "status": "provisional", "reason": "regime-review", "beside": ()}
COLUMN_FLAWS = [
    *(RunFlaw(f"{name}, in a parcel's columns", as_columns(cells), says=said, **_OPEN) for name, cells, said in WRONG),
    RunFlaw(
        "off-site is perhaps, in a parcel's columns",
        as_columns(_OFF_SITE),
        says="off_site is 'perhaps'",
        **{**_OPEN, "beside": ("off-site-not-said",)},
    ),
    RunFlaw(
        "a time of day stands in a parcel's column of dates",
        as_columns({"application_date": [pd.Timestamp("2024-09-21 12:30")]}),
        says="application_date is '2024-09-21T12:30:00'",
        **_OPEN,
    ),
    RunFlaw(
        "one parcel of two has a date that is a word",
        parcels(at(10, 10), at(40, 40), application_date=["soon", "2025-03-01"]),
        says="'soon'",
        **_OPEN,
    ),
    RunFlaw(
        "a parcel's grant lies before the application of the options",
        together(as_columns({"granted": "2025-01-01"}), as_options({"application_date": "2025-03-01"})),
        says="granted (1 January 2025) lies before application_date (1 March 2025)",
        **_OPEN,
    ),
]  # fmt: skip

_S1_TWICE = parcels(at(10, 10), at(40, 40), site_ref="S1")
APPLICATION_FLAWS = [
    # a cell is read in one way wherever it stands, so some of them will do here
    *(RunFlaw(f"{name}, in a table of sites", one_site(cells), says=said, **_OPEN) for name, cells, said in WRONG[::3]),
    RunFlaw(
        "off-site is perhaps, in a table of sites",
        one_site(_OFF_SITE),
        says="off_site is 'perhaps'",
        **{**_OPEN, "beside": ("off-site-not-said",)},
    ),
    RunFlaw(
        "a bad date of a site serves two parcels and is told once",
        together(sites("S1,soon,"), _S1_TWICE),
        says="'soon'",
        **_OPEN,
    ),
    RunFlaw(
        "a site's grant lies before the application of the options",
        together(sites("S1,2025-01-01", head="reference,granted"), as_options({"application_date": "2025-03-01"})),
        says="granted (1 January 2025) lies before application_date (1 March 2025)",
        **_OPEN,
    ),
    RunFlaw(
        "a bad date stands in the row of another site",
        sites("S1,2025-09-21,", "S2,soon,"),
        issue="application-unclear",
        says="'soon'",
        reason="consistent",
        rule="P2",
    ),
    RunFlaw(
        "a site has no row in the table",
        together(sites("S2,2024-09-21,"), parcels(at(10, 10), at(40, 40), site_ref=["S1", "S2"])),
        issue="application-missing",
        says="'S1'",
        reason="consistent",
        rule="P2",
        beside=(),
    ),
    RunFlaw(
        "a parcel of no site stands beside one that has a row",
        together(sites("S2,2024-09-21,", "S3,2024-09-21,"), parcels(at(10, 10), at(40, 40), site_ref=["", "S2"])),
        issue="application-missing",
        reason="consistent",
        rule="P2",
        beside=("application-unused",),
    ),
    RunFlaw(
        "no row of the table speaks of the site",
        sites("S2,2024-09-21,", "S3,2024-09-21,"),
        ApplicationsError,
        ("sites.csv", "None of its references", "--map site_ref=COLUMN"),
    ),
    RunFlaw(
        "a row of the table speaks of no site",
        sites("S1,2024-09-21,", "S2,2024-09-21,"),
        issue="application-unused",
        says="'S2'",
        reason="consistent",
        rule="P3",
        beside=(),
    ),
    RunFlaw(
        "a column of dates in the table is misspelt",
        sites("S1,2024-09-21,full", head="reference,aplication_date,kind"),
        issue="application-column-unused",
        says="'aplication_date'",
        beside=(),
    ),
    RunFlaw(
        "a table of sites has no column of applications",
        sites("S1,here", head="reference,place"),
        ApplicationsError,
        ("sites.csv", "found: reference, place", "application_date"),
    ),
    RunFlaw(
        "a table of sites is a crosswalk",
        text_file("sites.csv", CROSSWALK, "applications"),
        ApplicationsError,
        "found: lnrs_id",
    ),
    RunFlaw(
        "a table of sites is a table of overrides",
        text_file("sites.csv", OVERRIDES_HEAD + OVERRIDE, "applications"),
        ApplicationsError,
        "found: site_ref",
    ),
    RunFlaw(
        "a table of sites speaks of one site twice",
        sites("S1,2024-09-21,", "S2,2024-09-21,", "S1,2025-09-21,"),
        ApplicationsError,
        ("Line 4", "'S1'"),
    ),
    RunFlaw(
        "a table of sites speaks of one site twice, below an empty row",
        sites("S1,2024-09-21,", ",,", "S1,2025-09-21,"),
        ApplicationsError,
        ("Line 4", "'S1'"),
    ),
    RunFlaw(
        "a table of sites holds two rows for every site",
        sites("2024-09-21,", "2025-09-21,", head="application_date,granted"),
        ApplicationsError,
        "Line 3",
    ),
    RunFlaw(
        "a table of sites holds nothing but its header", sites(), ApplicationsError, ("sites.csv", "no application")
    ),
    RunFlaw(
        "a table of sites is the header of another table", sites(head="a,b"), ApplicationsError, "found: a, b"
    ),
    RunFlaw("a table of sites is ragged", sites("S1,2024-09-21"), SourceError, "Line 2 has 2 cells"),
    RunFlaw(
        "a table of sites names a column twice",
        sites("S1,2025-01-01,2025-01-01", head="reference,granted,granted"),
        SourceError,
        "'granted' twice",
    ),
    RunFlaw("a table of sites is empty", text_file("sites.csv", "", "applications"), SourceError, "It is empty"),
    RunFlaw("a table of sites is blank", text_file("sites.csv", "\n\n", "applications"), SourceError, "empty"),
    RunFlaw("a table of sites is a folder", in_world(applications="."), SourceError, "directory"),
    RunFlaw("a table of sites is not there", in_world(applications="gone.csv"), SourceError, "gone.csv"),
    RunFlaw("a table of sites is a GeoPackage", in_world(applications="parcels.gpkg"), SourceError, "not a text file"),
    RunFlaw(
        "a table of sites is a workbook",
        text_file("sites.xlsx", b"PK\x03\x04\0\0", "applications"),
        SourceError,
        "not a text file",
    ),
]  # fmt: skip

_MIDNIGHT = pd.Timestamp("2024-09-21")
# What programs and spreadsheets make of a day that somebody entered: row P3 says that it was read
SOUND_DATES = [
    *(
        RunFlaw(f"a column holds {what} and is no flaw", as_columns({"application_date": [cell]}), rule="P3")
        for what, cell in (
            ("days", date(2024, 9, 21)),
            ("days as times", _MIDNIGHT),
            ("days as times of a zone", _MIDNIGHT.tz_localize("UTC")),
            ("days as texts with midnight", "2024-09-21T00:00:00"),
            ("years as numbers", 2024),
            ("months", "2024-09"),
        )
    ),
    RunFlaw(
        "a column kind stands without dates and means something else",
        as_columns({"kind": "outline"}),
        issue="application-column-unused",
        rule="P2",
    ),
    RunFlaw(
        "a table of sites is separated by semicolons and is no flaw",
        sites("S1;2024-09-21", head="reference;application_date"),
        rule="P3",
    ),
    RunFlaw(
        "a table of sites has its columns in capitals and is no flaw",
        sites("S1,2024-09-21", head="Reference,Application Date"),
        rule="P3",
    ),
    RunFlaw(
        "a table of sites is in UTF-16 and is no flaw",
        together(
            parcels(site_ref="S1"),
            text_file("sites.csv", "reference,application_date\nS1,2024-09-21\n".encode("utf-16"), "applications"),
        ),
        rule="P3",
    ),
    RunFlaw(
        "a table of sites holds days with midnight and is no flaw", sites("S1,2024-09-21 00:00:00,"), rule="P3"
    ),
    RunFlaw(
        "a frame of sites holds days as times and is no flaw",
        together(
            parcels(site_ref="S1"),
            given(applications=pd.DataFrame({"reference": ["S1"], "application_date": [_MIDNIGHT]})),
        ),
        rule="P3",
    ),
    RunFlaw(
        "a frame of sites holds days and blanks and is no flaw",
        together(
            parcels(site_ref="S1"),
            given(applications=[{"reference": "S1", "application_date": date(2024, 9, 21), "granted": None}]),
        ),
        rule="P3",
    ),
]  # fmt: skip
DATE_FLAWS = [*OPTION_FLAWS, *COLUMN_FLAWS, *APPLICATION_FLAWS, *SOUND_DATES]
