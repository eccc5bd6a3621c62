"""What goes wrong in commands beside `check`: their files, their options, and where they shall write."""

import click
import geopandas as gpd

from lnrs_geo.errors import (
    ApplicationsError,
    CrosswalkError,
    LayerError,
    OptionError,
    OutputError,
    RuleNotInForce,
    SchemaError,
    SourceError,
    StrategyError,
)
from tests.flaws_tables import lines
from tests.flaws_world import CROSSWALK, MEADOW, SITE, STRATEGY, CommandFlaw, at

_STRATEGY = ("--strategy", "strategy.toml")
_MAP = ("--measures", "measures.gpkg", *_STRATEGY)
_OUT = ("--out", "out")
_HEAD = "reference,application_date,granted\n"
# One claim to put right, so that a file given twice would be put right twice
_CLAIMED = gpd.GeoDataFrame(
    {"parcel_ref": ["A1"], "retention": ["Created"], "proposed_habitat": [MEADOW], "proposed_ss": ["Low"]},
    geometry=[at(10, 10)],
    crs=27700,
)


def _layer(**columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[SITE], crs=27700)


def _table(
    name: str, content: str | bytes, raises: type[Exception], says: str | tuple[str, ...]
) -> CommandFlaw:
    return CommandFlaw(
        f"regime is given a table that {name}",
        ("regime", "sites.csv", *_STRATEGY, *_OUT),
        raises,
        says,
        files={"sites.csv": content},
    )


REGIME_FLAWS = [
    *(
        CommandFlaw(f"regime is told that {name}", ("regime", *_STRATEGY, *words, *_OUT), OptionError, said)
        for name, words, said in (
            ("an application was made on one of two days", ("--application-date", "01/09/2025"),
             ("--application-date", "'01/09/2025'", "cannot be told apart")),
            ("permission came before the application", ("--granted", "2025-02-01", "--application-date", "2025-03-01"),
             ("--granted", "lies before", "--application-date")),
            ("a gain plan came before permission", ("--gain-plan-submitted", "2025-01", "--granted", "2025-03-01"),
             ("--gain-plan-submitted", "lies before", "--granted")),
            ("it may be exempt", ("--exempt", "maybe"), ("--exempt", "'maybe'", "yes, no")),
            ("it takes a route of no known word", ("--route", "bypass"), ("--route", "'bypass'", "nsip")),
            ("it is of a kind of no known word", ("--kind", "outline"), ("--kind", "'outline'", "phased")),
            ("the LNRS was published soon", ("--published", "soon"), ("--published", "'soon'")),
            ("the LNRS was published on 30 February", ("--published", "2025-02-30"), ("--published", "2025-02-30")),
        )
    ),
    CommandFlaw(
        "regime is given dates and a table",
        ("regime", "sites.csv", "--granted", "2025-01-01", *_STRATEGY, *_OUT),
        OptionError,
        ("--granted", "in the table already"),
        files={"sites.csv": _HEAD + "A,2024-09-21,\n"},
    ),
    CommandFlaw(
        "regime is asked as at a day before the first rules",
        ("regime", "--as-at", "2020-01-01", *_STRATEGY, *_OUT),
        RuleNotInForce,
        "2024-02-01",
    ),
    CommandFlaw(
        "regime is asked as at no day", ("regime", "--as-at", "soon", *_OUT), click.BadParameter, ("--as-at", "'soon'")
    ),
    CommandFlaw(
        "regime is asked of an unknown strategy", ("regime", "--strategy", "nowhere", *_OUT), StrategyError, "nowhere"
    ),
    _table("has no column of applications", "reference,place\nA,x\n", ApplicationsError, "found: reference, place"),
    _table("is a crosswalk", CROSSWALK, ApplicationsError, "found: lnrs_id"),
    _table("holds nothing but its header", _HEAD, ApplicationsError, "It holds no application"),
    _table("is empty", "", SourceError, "It is empty"),
    _table("is ragged", _HEAD + "A\n", SourceError, "Line 2 has 1 cells"),
    _table("is a workbook", b"PK\x03\x04\0\0", SourceError, "not a text file"),
    CommandFlaw("regime is given a folder", ("regime", ".", *_STRATEGY, *_OUT), SourceError, "directory"),
    CommandFlaw("regime is given a file that is not there", ("regime", "gone.csv", *_OUT), SourceError, "gone.csv"),
    CommandFlaw(
        "one row of a table of applications is in error and the others are answered",
        ("regime", "sites.csv", *_STRATEGY),
        says=("A: IN ERROR: application_date is 'soon'", "B: baseline B3"),
        code=1,
        files={"sites.csv": _HEAD + "A,soon,\nB,2024-09-21,\n"},
    ),
    CommandFlaw(
        "one application of a table was granted before it was made",
        ("regime", "sites.csv", *_STRATEGY),
        says="A: IN ERROR: granted (1 February 2025) lies before application_date (1 March 2025)",
        code=1,
        files={"sites.csv": _HEAD + "A,2025-03-01,2025-02-01\n"},
    ),
    CommandFlaw(
        "a table of applications holds a reference twice and is answered with a doubt",
        ("regime", "sites.csv", *_STRATEGY, "--json"),
        says="The reference 'A' stands in 2 rows.",
        files={"sites.csv": _HEAD + "A,2024-09-21,\nA,2025-09-21,\n"},
    ),
    CommandFlaw(
        "a table of applications holds days with midnight and is no flaw",
        ("regime", "sites.csv", *_STRATEGY),
        says="A: baseline B3",
        files={"sites.csv": _HEAD + "A,2024-09-21 00:00:00,\n"},
    ),
    CommandFlaw(
        "a table of applications is separated by semicolons and is no flaw",
        ("regime", "sites.csv", *_STRATEGY),
        says="A: baseline B3",
        files={"sites.csv": "reference;application_date\nA;2024-09-21\n"},
    ),
]  # fmt: skip


_TEXTS = "measure_id,measure\nM1,Create lowland meadows\n"
_DRAFT = ("crosswalk", "draft", "texts.csv", "-o", "new.csv", *_STRATEGY)
_LOOK = ("crosswalk", "check", "own.csv", *_STRATEGY)
_SHOW = ("crosswalk", "show", "M1", "--crosswalk", "own.csv")
_SIGNED = {"status": "confirmed", "reviewer_role": "county ecologist", "reviewed_on": "2025-03-03"}
# Crosswalks that no command can use
_USELESS: list[tuple[str, str | bytes, type[Exception], str]] = [
    ("lacks verdict and status", "lnrs_id,measure_id,habitat\nx,M1,*\n", CrosswalkError, "It lacks columns"),
    ("is the header of another table", "a,b\n", CrosswalkError, "found: a, b"),
    ("holds an unknown status", lines({"status": "agreed"}), CrosswalkError, "line 2: status is 'agreed'"),
    ("holds an unknown verdict", lines({"verdict": "perhaps"}), CrosswalkError, "line 2: verdict is 'perhaps'"),
    ("holds an unknown module", lines({"module": "hegde"}), CrosswalkError, "line 2: module is 'hegde'"),
    ("is wrong below an empty row", lines({"verdict": "perhaps"}).replace("\n", "\n\n", 1), CrosswalkError, "line 3"),
    ("is ragged", lines({}) + "x,M1\n", SourceError, "Line 3 has 2 cells"),
    ("is empty", "", SourceError, "It is empty"),
    ("is no text", b"PK\x03\x04\0\0", SourceError, "not a text file"),
]  # fmt: skip
# What `crosswalk check` has to find, by its code
_TO_MEND = [
    ("is signed by nobody", lines({"status": "confirmed"}), "crosswalk-unsigned (1)", "no reviewer_role"),
    ("was signed in the future", lines({**_SIGNED, "reviewed_on": "2999-03-03"}), "crosswalk-unsigned (1)",
     "2999-03-03"),
    ("was signed on one of two days", lines({**_SIGNED, "reviewed_on": "01/09/2025"}), "crosswalk-unsigned (1)",
     "2025-09-01 or 2025-01-09"),
    ("was published last week", lines({"reviewed_on": "last week"}), "crosswalk-date (1)", "'last week'"),
    ("has garbled letters", lines({"note": "CafÃ©"}), "crosswalk-garbled (1)", "line 2"),
    ("names no source", lines({"source": ""}), "crosswalk-source-missing (1)", "Line 2"),
    ("names an unknown habitat", lines({"habitat": "Hay"}), "crosswalk-habitat-unknown (1)", "'Hay'"),
    ("contradicts itself", lines({}, {"verdict": "no"}), "crosswalk-contradiction (1)", "M1"),
    ("is of another LNRS", lines({"lnrs_id": "14"}), "crosswalk-empty (1)", "No row is of LNRS 'x'"),
]  # fmt: skip

CROSSWALK_FLAWS = [
    *(
        CommandFlaw(f"{command[1]} meets a crosswalk that {name}", command, raises, said, files={file: content})
        for command, file in ((_DRAFT, "new.csv"), (_LOOK, "own.csv"), (_SHOW, "own.csv"))
        for name, content, raises, said in _USELESS
    ),
    *(
        CommandFlaw(f"check finds a crosswalk that {name}", _LOOK, says=said, code=1, files={"own.csv": content})
        for name, content, *said in _TO_MEND
    ),
    CommandFlaw(
        "a crosswalk separated by semicolons is checked and is no flaw",
        _LOOK,
        says="To mend: nothing.",
        files={"own.csv": lines({}).replace(",", ";")},
    ),
    *(
        CommandFlaw(f"draft is given a table that {name}", _DRAFT, raises, said, files={"texts.csv": content})
        for name, content, raises, said in (
            ("is a crosswalk", CROSSWALK, SchemaError, "No column holds the texts of measures"),
            ("holds nothing but its header", "measure_id,measure\n", SchemaError, "texts.csv"),
            ("holds blank rows", "measure_id,measure,n\n,,1\n", SchemaError, "texts.csv"),
            ("is ragged", "measure_id,measure\nM1\n", SourceError, "Line 2 has 1 cells"),
            ("is empty", "", SourceError, "It is empty"),
        )
    ),
    *(
        CommandFlaw(
            f"draft is {name}", (*_DRAFT, *words), raises, said, files={"texts.csv": _TEXTS, "a.csv": "a,b\n"}
        )
        for name, words, raises, said in (
            ("given a table beside a layer", ("measures.gpkg",), SourceError, "texts beside layers"),
            ("told of a column that is not there", ("--map", "measure=Words"), SchemaError, "'Words'"),
            ("told of a field that there is not", ("--map", "colour=measure"), OptionError, "colour"),
            ("told of a field without its column", ("--map", "measure"), OptionError, "FIELD=COLUMN"),
            ("asked of an unknown strategy", ("--strategy", "nowhere"), StrategyError, "nowhere"),
            ("to write into a folder", ("-o", "."), SourceError, "directory"),
            ("to write into a folder that is not there", ("-o", "no/such.csv"), OutputError, "no/such.csv"),
            ("to write below a file", ("-o", "a.csv/new.csv"), OutputError, "Not a directory"),
            ("to write over another table", ("-o", "a.csv"), CrosswalkError, "found: a, b"),
            ("to write over a layer", ("-o", "measures.gpkg"), SourceError, "not a text file"),
        )
    ),
    CommandFlaw(
        "draft is given a layer of parcels",
        ("crosswalk", "draft", "parcels.gpkg", "-o", "new.csv", *_STRATEGY),
        SchemaError,
        "No column tells the measures",
    ),
    CommandFlaw(
        "draft is given a workbook that is none",
        ("crosswalk", "draft", "texts.xlsx", "-o", "new.csv", *_STRATEGY),
        SourceError,
        "cannot be read as a spreadsheet",
        files={"texts.xlsx": b"no workbook"},
    ),
    *(
        CommandFlaw(f"check is {name}", ("crosswalk", "check", *words), raises, said)
        for name, words, raises, said in (
            ("given a crosswalk that is not there", ("gone.csv", *_STRATEGY), SourceError, "gone.csv"),
            ("given a folder", (".", *_STRATEGY), SourceError, "directory"),
            ("given a strategy for a crosswalk", ("strategy.toml", *_STRATEGY), CrosswalkError, "It lacks columns"),
            ("given a map that is not there", ("crosswalk.csv", *_STRATEGY, "--measures", "gone.gpkg"), SourceError,
             "gone.gpkg"),
            ("given parcels for a map", ("crosswalk.csv", *_STRATEGY, "--measures", "parcels.gpkg"), SchemaError,
             "No column tells the measures"),
            ("given parcels without a map", ("crosswalk.csv", *_STRATEGY, "--parcels", "parcels.gpkg"), OptionError,
             "--measures"),
            ("given measures for parcels", ("crosswalk.csv", *_MAP, "--parcels", "measures.gpkg"), SchemaError,
             "No column says what the parcels are"),
            ("asked as at no day", ("crosswalk.csv", "--as-at", "01/09/2025"), click.BadParameter, "'01/09/2025'"),
        )
    ),
    CommandFlaw(
        "show is asked of a measure that there is not",
        ("crosswalk", "show", "M9", *_STRATEGY),
        CrosswalkError,
        ("'M9'", "Nearest: M1"),
    ),
    CommandFlaw(
        "show is asked of a strategy without a crosswalk",
        ("crosswalk", "show", "M1", *_STRATEGY),
        CrosswalkError,
        "--crosswalk",
        files={"strategy.toml": STRATEGY.split("[crosswalk]")[0]},
    ),
    CommandFlaw(
        "show is asked of a misspelt strategy",
        ("crosswalk", "show", "M1", "--strategy", "derbyshir"),
        StrategyError,
        "Did you mean the strategy 'derbyshire'?",
    ),
]  # fmt: skip

_NEW = ("--lnrs-id", "44", "--status", "draft", "-o", "own/strategy.toml")
_GOOD = {"pm_loc_id": ["L1"], "pm_id": ["M1"], "pm_desc": ["Make meadows"]}
STRATEGY_FLAWS = [
    *(
        CommandFlaw(
            f"strategies new is given {name}",
            ("strategies", "new", file, *_NEW),
            raises,
            said,
            files={} if content is None else {file: content},
        )
        for name, file, content, raises, said in (
            ("a map that is not there", "gone.gpkg", None, SourceError, "gone.gpkg"),
            ("parcels for a map", "parcels.gpkg", None, SchemaError, "No column tells the measures"),
            ("a table of texts for a map", "texts.csv", _TEXTS, LayerError, "No column holds shapes"),
            ("a strategy for a map", "strategy.toml", None, SourceError, "'.toml' are not read"),
            ("text named as a GeoPackage", "map.gpkg", "hello", SourceError, "but text"),
            ("a layer of an unknown layout", "map.gpkg", _layer(a=["1"], b=["x"]), SchemaError, "with a, b"),
            ("a layer of important areas", "map.gpkg", _layer(apib_id=["1"], action=["x"]), SchemaError, "apib_id"),
            ("a layer without rows", "map.gpkg", _layer(**_GOOD).iloc[:0], SchemaError, "map.gpkg"),
        )
    ),
    CommandFlaw(
        "strategies new is given an empty folder",
        ("strategies", "new", "folder", *_NEW),
        SourceError,
        "no file that can be read",
        files={"folder": None},
    ),
    *(
        CommandFlaw(
            f"strategies new is told of {name}", ("strategies", "new", "measures.gpkg", *_NEW, *words), raises, said
        )
        for name, words, raises, said in (
            ("a layer that is not there", ("--layer", "x"), LayerError, ("'x'", "measures")),
            ("a field that there is not", ("--map", "colour=x"), OptionError, "'colour'"),
            ("a field without its column", ("--map", "measure"), OptionError, "FIELD=COLUMN"),
            ("a column that is not there", ("--map", "measure=x"), SchemaError, "'x'"),
            ("an outline that is not there", ("--area", "gone.gpkg"), SourceError, "gone.gpkg"),
            ("an outline that is a crosswalk", ("--area", "crosswalk.csv"), LayerError, "No column holds shapes"),
            ("a file that is there", ("-o", "strategy.toml"), OptionError, "--force"),
            ("a file of another ending", ("-o", "strategy.txt"), OptionError, ".toml"),
            ("a publication that is no day", ("--published", "soon"), click.BadParameter, ("--published", "'soon'")),
            ("an unknown status", ("--status", "final"), click.BadParameter, ("--status", "'final'")),
        )
    ),
]  # fmt: skip

_TWICE: list[tuple[str, tuple[str, ...], dict[str, object]]] = [
    ("twice", ("parcels.gpkg", "parcels.gpkg"), {}),
    ("twice in two spellings", ("parcels.gpkg", "./parcels.gpkg"), {}),
    ("by itself and in its folder", ("site", "site/plan.gpkg"), {"site": None, "site/plan.gpkg": _CLAIMED}),
    ("twice as GeoJSON", ("plan.geojson", "plan.geojson"), {"plan.geojson": _CLAIMED.to_crs(4326)}),
]
OUTPUT_FLAWS = [
    *(
        CommandFlaw(
            f"{command} is given a file {name}",
            (command, *files, *_MAP, *_OUT),
            OptionError,
            "given twice",
            files={"parcels.gpkg": _CLAIMED, **more},
        )
        for command in ("audit", "check")
        for name, files, more in _TWICE
    ),
    *(
        CommandFlaw(
            f"{words[0]} shall write into {name}",
            (*words, "--out", out),
            OutputError,
            said,
            files={"taken": "people's work"},
        )
        for words in (
            ("check", "parcels.gpkg", *_MAP),
            ("audit", "parcels.gpkg", *_MAP),
            ("site", "parcels.gpkg", *_MAP),
            ("regime", "--granted", "2025-03-01", *_STRATEGY),
        )
        for name, out, said in (
            ("a folder that is a file", "taken", ("taken", "It is a file, not a folder")),
            ("a folder below a file", "taken/out", ("taken/out", "Not a directory")),
        )
    ),
    CommandFlaw(
        "check shall write where a folder bears the name of a result",
        ("check", "parcels.gpkg", *_MAP, *_OUT),
        OutputError,
        ("out/results.gpkg", "A folder bears the name"),
        files={"out": None, "out/results.gpkg": None},
    ),
    CommandFlaw(
        "check is told of a field without its column",
        ("check", "parcels.gpkg", *_MAP, "--map", "parcel_ref", *_OUT),
        OptionError,
        ("--map", "FIELD=COLUMN"),
    ),
    CommandFlaw(
        "check is asked as at the 30th of February",
        ("check", "parcels.gpkg", *_MAP, "--as-at", "2025-02-30", *_OUT),
        click.BadParameter,
        ("--as-at", "'2025-02-30'"),
    ),
    CommandFlaw(
        "audit is asked as at one of two days",
        ("audit", "parcels.gpkg", *_MAP, "--as-at", "01/09/2025", *_OUT),
        click.BadParameter,
        ("--as-at", "'01/09/2025'"),
    ),
    CommandFlaw(
        "audit is told that an application may be exempt",
        ("audit", "parcels.gpkg", *_MAP, "--exempt", "maybe", *_OUT),
        OptionError,
        ("--exempt", "'maybe'"),
    ),
    CommandFlaw(
        "audit is given an earlier file that is not there",
        ("audit", "parcels.gpkg", *_MAP, "--submitted", "gone.gpkg", *_OUT),
        SourceError,
        "gone.gpkg",
    ),
]  # fmt: skip
COMMAND_FLAWS = [*REGIME_FLAWS, *CROSSWALK_FLAWS, *STRATEGY_FLAWS, *OUTPUT_FLAWS]
