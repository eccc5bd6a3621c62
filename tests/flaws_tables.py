"""Crosswalks, overrides and strategies that are wrong: their words, columns, dates and names."""

from lnrs_geo.errors import CrosswalkError, LayerError, OverrideError, SourceError, StrategyError
from tests.flaws_world import (
    CROSSWALK,
    OVERRIDE,
    OVERRIDES_HEAD,
    STRATEGY,
    Change,
    RunFlaw,
    given,
    in_world,
    text_file,
)

_COLUMNS = (
    "lnrs_id,measure_id,module,habitat,intervention,verdict,condition_note,status,complete,source,reviewer_role,"
    "reviewed_on,phrase,note"
)
_CELLS = {
    "lnrs_id": "x",
    "measure_id": "M1",
    "module": "area",
    "habitat": "Grassland - *",
    "intervention": "either",
    "verdict": "yes",
    "status": "published",
    "source": "a test",
}
_SIGNED = {"status": "confirmed", "reviewer_role": "county ecologist", "reviewed_on": "2025-03-03"}


def lines(*rows: dict[str, str]) -> str:
    """Return a crosswalk of sound rows of M1, with the cells that are told."""
    cells = [",".join({**_CELLS, **row}.get(name, "") for name in _COLUMNS.split(",")) for row in rows]
    return "\n".join((_COLUMNS, *cells, ""))


def crosswalk(content: str | bytes, name: str = "own.csv") -> Change:
    """Give a crosswalk of this content."""
    return text_file(name, content, "crosswalk")


def row(**cells: str) -> Change:
    """Give a crosswalk of one row with these cells."""
    return crosswalk(lines(cells))


# An unsigned row is nobody's word, so its measure stays open
_OPEN = {"status": "provisional", "reason": "open-verdict", "beside": ()}

CROSSWALK_FLAWS = [
    RunFlaw(
        "a crosswalk without its columns",
        text_file("crosswalk.csv", "measure,hab\nM1,x\n"),
        CrosswalkError,
        "measure, hab",
    ),
    RunFlaw(
        "a crosswalk with an unknown verdict",
        text_file("crosswalk.csv", CROSSWALK.replace(",yes,", ",perhaps,")),
        CrosswalkError,
        "line 2",
    ),
    RunFlaw(
        "a crosswalk with an unknown habitat",
        text_file("crosswalk.csv", CROSSWALK.replace("Grassland - *", "Hay")),
        issue="crosswalk-habitat-unknown",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "a crosswalk of another LNRS",
        text_file("crosswalk.csv", CROSSWALK.replace("\nx,", "\n14,")),
        issue="crosswalk-other-lnrs",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "an empty crosswalk",
        text_file("crosswalk.csv", CROSSWALK.split("\n")[0] + "\n"),
        issue="crosswalk-empty",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "a crosswalk that contradicts itself",
        text_file("crosswalk.csv", CROSSWALK + CROSSWALK.split("\n")[1].replace(",yes,", ",no,")),
        issue="crosswalk-contradiction",
        status="provisional",
        reason="open-verdict",
    ),
    RunFlaw(
        "a ragged crosswalk", text_file("crosswalk.csv", CROSSWALK + "x,M1\n"), SourceError, "Line 3 has 2 cells"
    ),
    *(
        RunFlaw(f"{name} in a crosswalk", row(**cells), CrosswalkError, ("own.csv", "line 2", said))
        for name, cells, said in (
            ("an unknown status", {"status": "agreed"}, "status is 'agreed', it takes published"),
            ("an unknown verdict", {"verdict": "perhaps"}, "verdict is 'perhaps', it takes yes"),
            ("an unknown module", {"module": "hegde"}, "module is 'hegde', it takes area"),
            ("an unknown intervention", {"intervention": "restore"}, "intervention is 'restore', it takes create"),
            ("no status", {"status": ""}, "status is ''"),
            ("no verdict", {"verdict": ""}, "verdict is ''"),
            ("no module", {"module": ""}, "module is ''"),
            ("no measure", {"measure_id": ""}, "measure_id is ''"),
            ("no habitat", {"habitat": ""}, "habitat is ''"),
            ("an unknown word for complete", {"habitat": "", "verdict": "", "complete": "maybe"}, "'maybe'"),
        )
    ),
    RunFlaw(
        "a crosswalk is wrong in two rows",
        crosswalk(lines({"status": "agreed"}, {}, {"module": "hegde"})),
        CrosswalkError,
        ("2 row(s)", "line 2: status", "line 4: module"),
    ),
    RunFlaw(
        "a crosswalk is wrong below an empty row",
        crosswalk(lines({"verdict": "perhaps"}).replace("\n", "\n" + "," * 13 + "\n", 1)),
        CrosswalkError,
        "line 3: verdict",
    ),
    RunFlaw(
        "a crosswalk is wrong below a cell of two lines",
        crosswalk(lines({"note": '"one\ntwo"'}, {"verdict": "perhaps"})),
        CrosswalkError,
        "line 4: verdict",
    ),
    RunFlaw(
        "a crosswalk lacks verdict and status",
        crosswalk("lnrs_id,measure_id,module,habitat\nx,M1,area,Grassland - *\n"),
        CrosswalkError,
        ("own.csv", "found: lnrs_id, measure_id, module, habitat", "It needs: lnrs_id"),
    ),
    RunFlaw(
        "a crosswalk has its columns in capitals", crosswalk(lines({}).replace("status", "Status", 1)), CrosswalkError,
        "Status",
    ),
    RunFlaw(
        "a crosswalk is a table of overrides", crosswalk(OVERRIDES_HEAD + OVERRIDE), CrosswalkError, "found: site_ref"
    ),
    RunFlaw("a crosswalk is the header of another table", crosswalk("a,b\n"), CrosswalkError, "found: a, b"),
    RunFlaw("a crosswalk is a workbook", crosswalk(b"PK\x03\x04\0\0", "own.xlsx"), SourceError, "not a text file"),
    RunFlaw("a crosswalk is in UTF-16 that does not say so", crosswalk(lines({}).encode("utf-16-le")), SourceError,
            "not a text file"),
    RunFlaw("a crosswalk is a GeoPackage", in_world(crosswalk="measures.gpkg"), SourceError, "not a text file"),
    RunFlaw("a crosswalk is a folder", in_world(crosswalk="."), SourceError, "directory"),
    RunFlaw("a crosswalk is not there", in_world(crosswalk="gone.csv"), SourceError, "gone.csv"),
    RunFlaw(
        "a crosswalk has a quotation mark that is not closed", row(note='"open'), SourceError, "quotation mark"
    ),
    *(
        RunFlaw(f"a confirmed row {name}", row(**{**_SIGNED, **cells}), issue="crosswalk-unsigned", says=said, **_OPEN)
        for name, cells, said in (
            ("is signed by nobody", {"reviewer_role": "", "reviewed_on": ""}, "no reviewer_role and no reviewed_on"),
            ("names no role", {"reviewer_role": ""}, "it has no reviewer_role"),
            ("names no day", {"reviewed_on": ""}, "it has no reviewed_on"),
            ("was signed in the future", {"reviewed_on": "2999-03-03"}, "reviewed_on 2999-03-03 lies after"),
            ("was signed on one of two days", {"reviewed_on": "01/09/2025"}, "may be 2025-09-01 or 2025-01-09"),
            ("was signed last week", {"reviewed_on": "last week"}, "'last week' is no date"),
        )
    ),
    RunFlaw(
        "a published row names no source", row(source=""), issue="crosswalk-source-missing", says="line 2",
        reason="consistent", beside=(),
    ),
    RunFlaw(
        "a crosswalk's habitat is garbled",
        crosswalk(lines({}, {"habitat": "Grassland â€“ *"})),
        issue="crosswalk-habitat-unknown",
        says="Line 3",
        **_OPEN,
    ),
    RunFlaw(
        "a crosswalk's only habitat is garbled",
        row(habitat="Grassland â€“ *"),
        issue="crosswalk-habitat-unknown",
        says="Line 2",
        **_OPEN,
    ),
    *(
        RunFlaw(f"a crosswalk {name} and is no flaw", crosswalk(content), reason="consistent")
        for name, content in (
            ("is separated by semicolons", lines({}).replace(",", ";")),
            ("is separated by tabs", lines({}).replace(",", "\t")),
            ("is in UTF-16", lines({}).encode("utf-16")),
            ("is in Windows-1252", lines({"note": "Café"}).encode("cp1252")),
            ("begins with a byte order mark", lines({}).encode("utf-8-sig")),
            ("holds a row twice", lines({}, {})),
            ("is signed by a role on a day", lines(_SIGNED)),
            ("is signed at a midnight", lines({**_SIGNED, "reviewed_on": "2025-03-03 00:00:00"})),
        )
    ),
]  # fmt: skip
OVERRIDE_FLAWS = [
    RunFlaw(
        "an override without a role",
        text_file("o.csv", OVERRIDES_HEAD + OVERRIDE.replace("county ecologist", ""), "overrides"),
        OverrideError,
        "line 2 lacks role",
    ),
    RunFlaw(
        "an override twice",
        text_file("o.csv", OVERRIDES_HEAD + OVERRIDE * 2, "overrides"),
        OverrideError,
        "line 3",
    ),
    RunFlaw(
        "an override of an unknown decision",
        text_file("o.csv", OVERRIDES_HEAD + OVERRIDE.replace("consistent", "fine"), "overrides"),
        OverrideError,
        "'fine'",
    ),
    RunFlaw(
        "another table given as overrides",
        text_file("o.csv", CROSSWALK, "overrides"),
        OverrideError,
        "justification",
    ),
    RunFlaw(
        "an override has its day first",
        text_file("o.csv", OVERRIDES_HEAD + OVERRIDE.replace("2025-03-03", "03/04/2025"), "overrides"),
        OverrideError,
        ("line 2", "'03/04/2025'"),
    ),
    RunFlaw(
        "a wrong override stands below an empty row",
        text_file(
            "o.csv", OVERRIDES_HEAD + ",,,,,\n" + OVERRIDE.replace("county ecologist", ""), "overrides"
        ),
        OverrideError,
        "line 3 lacks role",
    ),
    RunFlaw(
        "overrides are the header of another table",
        text_file("o.csv", "a,b\n", "overrides"),
        OverrideError,
        "found: a, b",
    ),
]
STRATEGY_FLAWS = [
    RunFlaw(
        "a strategy with an unknown key",
        text_file("strategy.toml", "colour = 'red'\n" + STRATEGY),
        StrategyError,
        "colour",
    ),
    RunFlaw(
        "a strategy with a date that cannot be",
        text_file("strategy.toml", STRATEGY.replace("2025-01-15", "2025-02-30")),
        StrategyError,
        "2025-02-30",
    ),
    RunFlaw(
        "a strategy whose crosswalk is not there",
        text_file("strategy.toml", STRATEGY.replace("crosswalk.csv", "gone.csv")),
        StrategyError,
        "gone.csv",
    ),
    RunFlaw(
        "a strategy of an unknown status",
        text_file("strategy.toml", STRATEGY.replace("sample", "final")),
        StrategyError,
        "'final'",
    ),
    RunFlaw(
        "a strategy that is no TOML",
        text_file("strategy.toml", "lnrs_id: x\n"),
        StrategyError,
        "not valid TOML",
    ),
    RunFlaw(
        "a strategy without its id",
        text_file("strategy.toml", STRATEGY.replace('lnrs_id = "x"\n', "")),
        StrategyError,
        "lnrs_id",
    ),
    RunFlaw(
        "a strategy whose layer is not given",
        text_file("strategy.toml", STRATEGY + '[measures]\nlayers = ["measures", "hedges"]\n'),
        issue="measures-incomplete",
    ),
    RunFlaw(
        "a strategy has its day of publication first",
        text_file("strategy.toml", STRATEGY.replace("2025-01-15", "15/01/2025")),
        StrategyError,
        ("published", "'15/01/2025'", "2025-09-14"),
    ),
    RunFlaw(
        "a strategy says not when it was published",
        text_file("strategy.toml", STRATEGY.replace('published = "2025-01-15"\n', "")),
        StrategyError,
        ("published", "needs a date of publication"),
    ),
    RunFlaw(
        "a strategy is in Windows-1252",
        text_file("strategy.toml", STRATEGY.replace("Nobody", "Café").encode("cp1252")),
        StrategyError,
        "not UTF-8",
    ),
    RunFlaw(
        "a strategy's outline is not there",
        text_file("strategy.toml", 'area = "gone.gpkg"\n' + STRATEGY),
        StrategyError,
        ("area", "gone.gpkg"),
    ),
    RunFlaw(
        "a strategy's outline is a crosswalk",
        text_file("strategy.toml", 'area = "crosswalk.csv"\n' + STRATEGY),
        LayerError,
        ("crosswalk.csv", "No column holds shapes"),
    ),
    RunFlaw(
        "a strategy file is not there", in_world(strategy="gone.toml"), StrategyError, ("gone.toml", "opened")
    ),
    *(
        RunFlaw(f"a strategy is named {name!r}", given(strategy=name), StrategyError, said)
        for name, said in (
            ("nowhere", ("no strategy of that name", "Known: derbyshire", ".toml")),
            ("derbyshir", "Did you mean the strategy 'derbyshire'?"),
            ("derbyshire.tom", "Did you mean the strategy 'derbyshire'?"),
            ("14", "Did you mean the strategy 'derbyshire'?"),
            ("somersett", "Did you mean the strategy 'somerset'?"),
            ("west-of-england", ("known area (LNRS 35", "strategies new MEASURES --lnrs-id 35")),
            ("West of England", ("known area (LNRS 35", "strategies new MEASURES --lnrs-id 35")),
            ("13", ("Cheshire is a known area", "strategies new MEASURES --lnrs-id 13")),
            ("", "no strategy of that name"),
        )
    ),
]
TABLE_FLAWS = [*CROSSWALK_FLAWS, *OVERRIDE_FLAWS, *STRATEGY_FLAWS]
