"""Several strategies in one run, and measures named by strategy files, that are given wrongly."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import geopandas as gpd
import shapely

from lnrs_geo.errors import LayerError, OptionError, SchemaError, SourceError, StrategyError
from tests.flaws_world import CROSSWALK, MEASURES_HEAD, SITE, STRATEGY, Change, CommandFlaw, RunFlaw, put

# The sound world lies in the west; the second strategy begins at its eastern edge.
_EAST = shapely.box(430_100, 360_000, 430_200, 360_100)
_MAP = '[measures]\nfiles = ["measures.gpkg"]\n'
_EAST_MAP = '[measures]\nfiles = ["east.gpkg"]\n'
_TWO = {"measures": (), "strategy": ("strategy.toml", "east.toml")}


def _outline(shape: shapely.Geometry, **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["outline"], **columns}, geometry=[shape], crs=27700)


def _toml(lnrs_id: str, *, area: str = "", measures: str = _MAP) -> str:
    outline = f'area = "{area}"\n' if area else ""
    return outline + STRATEGY.replace('"x"', f'"{lnrs_id}"') + measures


def _east(*, area: str = "y.gpkg", measures: str = _EAST_MAP) -> str:
    return _toml("y", area=area, measures=measures).replace("crosswalk.csv", "east.csv")


def _woods() -> gpd.GeoDataFrame:
    cells = dict(zip(MEASURES_HEAD, ([one] for one in ("E1", "M1", "Make woods", "y")), strict=True))
    return gpd.GeoDataFrame(cells, geometry=[_EAST], crs=27700)


_FILES = {
    "strategy.toml": _toml("x", area="x.gpkg"),
    "east.toml": _east(),
    "east.csv": CROSSWALK.replace("x,M1", "y,M1"),
    "east.gpkg": _woods(),
    "x.gpkg": _outline(SITE),
    "y.gpkg": _outline(_EAST),
    "map.gpkg": _outline(SITE, lnrs_id=["x"]),
    "bare.gpkg": _outline(SITE),
}


def two(*, also: Mapping[str, Any] | None = None, **files: Any) -> Change:
    """Give two strategies, each with its map and outline; `files` replace theirs, `also` adds options."""

    def change(folder: Path) -> Mapping[str, Any]:
        put(folder, {**_FILES, **{name.replace("__", "."): content for name, content in files.items()}})
        return {
            key: tuple(str(folder / one) for one in value)
            if isinstance(value, tuple)
            else str(folder / value)
            if Path(str(value)).suffix in (".gpkg", ".csv", ".toml")
            else value
            for key, value in {**_TWO, **(also or {})}.items()
        }

    return change


def one(toml: str, **files: Any) -> Change:
    """Give one strategy, which is to name its measures itself."""

    def change(folder: Path) -> Mapping[str, Any]:
        put(
            folder,
            {"strategy.toml": toml, **{name.replace("__", "."): content for name, content in files.items()}},
        )
        return {"measures": ()}

    return change


STRATEGIES_FLAWS = [
    RunFlaw("two strategies are given rightly", two(), reason="consistent"),
    RunFlaw("one strategy names its measures rightly", one(_toml("x")), reason="consistent"),
    RunFlaw(
        "measures are given beside two strategies",
        two(also={"measures": ("measures.gpkg",)}),
        OptionError,
        ("--measures", "Several strategies", "files"),
    ),
    RunFlaw(
        "a crosswalk is given beside two strategies",
        two(also={"crosswalk": "crosswalk.csv"}),
        OptionError,
        ("--crosswalk", "Several strategies", "[crosswalk]"),
    ),
    RunFlaw(
        "a layer of measures is named beside two strategies",
        two(also={"measures_layers": ["measures"]}),
        OptionError,
        ("--measures-layer", "Several strategies"),
        python_only=True,
    ),
    RunFlaw(
        "a field of measures is mapped beside two strategies",
        two(also={"field_map": {"measure": "pm_desc"}}),
        OptionError,
        ("--map", "Several strategies", "[measures] measure ="),
        python_only=True,
    ),
    RunFlaw(
        "a strategy is loaded twice",
        two(also={"strategy": ("strategy.toml", "strategy.toml")}),
        OptionError,
        ("--strategy", "LNRS x is loaded twice"),
    ),
    RunFlaw(
        "two strategies of one LNRS",
        two(east__toml=_toml("x", area="y.gpkg")),
        OptionError,
        ("--strategy", "LNRS x is loaded twice"),
    ),
    RunFlaw(
        "no strategy at all",
        two(also={"strategy": ()}),
        OptionError,
        ("--strategy", "No strategy is named"),
        python_only=True,
    ),
    RunFlaw(
        "one of two strategies has no outline",
        two(east__toml=_east(area="")),
        StrategyError,
        ("east.toml", "No outline of LNRS y", "--area"),
    ),
    RunFlaw(
        "one of two strategies has the outline of another LNRS",
        two(y__gpkg=_outline(_EAST, lnrs_id=["z"])),
        StrategyError,
        ("east.toml", "No outline of LNRS y"),
    ),
    RunFlaw(
        "the outlines given lack one of two strategies",
        two(east__toml=_east(area=""), also={"area": "map.gpkg"}),
        StrategyError,
        ("east.toml", "No outline of LNRS y"),
    ),
    RunFlaw(
        "an outline given beside two strategies bears no id",
        two(also={"area": "bare.gpkg"}),
        SchemaError,
        ("bare.gpkg", "without an LNRS id", "lnrs_id"),
    ),
    RunFlaw(
        "one of two strategies names no measures",
        two(east__toml=_east(measures="")),
        StrategyError,
        ("east.toml, [measures] files", "names no measures"),
    ),
    RunFlaw(
        "one strategy in a list names no measures",
        two(also={"strategy": ("strategy.toml",)}, strategy__toml=_toml("x", measures="")),
        OptionError,
        ("--measures", "No mapped measures", "strategy.toml"),
        python_only=True,
    ),
    RunFlaw(
        "the second strategy is not there",
        two(also={"strategy": ("strategy.toml", "gone.toml")}),
        StrategyError,
        ("gone.toml", "opened"),
    ),
    RunFlaw(
        "neither the user nor the strategy names measures",
        one(STRATEGY),
        OptionError,
        ("--measures", "No mapped measures", "files = "),
        python_only=True,
    ),
    RunFlaw(
        "a strategy names measures that are not there",
        one(STRATEGY + '[measures]\nfiles = ["gone.gpkg"]\n'),
        StrategyError,
        ("[measures] files", "gone.gpkg"),
    ),
    RunFlaw(
        "a strategy names its measures twice",
        one(STRATEGY + '[measures]\nfiles = ["measures.gpkg", "measures.gpkg"]\n'),
        StrategyError,
        ("[measures] files", "named twice"),
    ),
    RunFlaw(
        "a strategy names its measures as a text",
        one(STRATEGY + '[measures]\nfiles = "measures.gpkg"\n'),
        StrategyError,
        ("[measures] files", "list of texts"),
    ),
    RunFlaw(
        "a strategy names a table as its measures",
        one(STRATEGY + '[measures]\nfiles = ["crosswalk.csv"]\n'),
        LayerError,
        ("crosswalk.csv", "No column holds shapes"),
    ),
    RunFlaw(
        "a strategy names a strategy as its measures",
        one(STRATEGY + '[measures]\nfiles = ["strategy.toml"]\n'),
        SourceError,
        "'.toml' are not read",
    ),
    RunFlaw(
        "one of two strategies has a broken crosswalk",
        two(strategy__toml=_toml("x", area="x.gpkg").replace("crosswalk.csv", "y.gpkg")),
        SourceError,
        "y.gpkg",
    ),
    RunFlaw(
        "the areas of two strategies overlap",
        two(y__gpkg=_outline(SITE.union(_EAST))),
        issue="areas-overlap",
        reason="open-verdict",
        status="provisional",
        beside=(),
    ),
    RunFlaw(
        "one of two strategies names a layer that its file lacks",
        two(strategy__toml=_toml("x", area="x.gpkg", measures=_MAP + 'layers = ["measures", "hedges"]\n')),
        issue="measures-incomplete",
        reason="consistent",
        beside=(),
    ),
]
_SITE_WORDS = ("site", "x.gpkg", "--strategy", "strategy.toml")
STRATEGIES_COMMAND_FLAWS = [
    CommandFlaw(
        "site is given measures beside two strategies",
        (*_SITE_WORDS, "--strategy", "east.toml", "--measures", "measures.gpkg"),
        OptionError,
        ("--measures", "Several strategies"),
        files=_FILES,
    ),
    CommandFlaw(
        "site is given two strategies, one of them without an outline",
        (*_SITE_WORDS, "--strategy", "east.toml"),
        StrategyError,
        "No outline of LNRS y",
        files={**_FILES, "east.toml": _east(area="")},
    ),
    *(
        CommandFlaw(
            f"{command} is given no measures",
            (command, "x.gpkg", "--strategy", "strategy.toml"),
            click.MissingParameter,
            "Missing option '--measures'",
            files={**_FILES, "strategy.toml": STRATEGY},
        )
        for command in ("check", "audit", "site")
    ),
    CommandFlaw(
        "audit is given a crosswalk beside two strategies",
        (
            "audit",
            "parcels.gpkg",
            *_SITE_WORDS[2:],
            "--strategy",
            "east.toml",
            "--crosswalk",
            "crosswalk.csv",
        ),
        OptionError,
        "--crosswalk",
        files=_FILES,
    ),
]
