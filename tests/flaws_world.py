"""A sound world of files for flaws to spoil, and the two kinds of flaw that need one.

A `RunFlaw` spoils what is given to a check; a `CommandFlaw` what is given to any other command.
The builders here return a change: a function that writes into the folder of the world and returns
further options of `lnrs_geo.check`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import shapely
import shapely.affinity

from lnrs_geo.errors import LnrsGeoError

Change: TypeAlias = Callable[[Path], Mapping[str, Any]]
# What a file holds: text, bytes, the rows of a layer (a GeoPackage or whatever its name says), or
# None for a folder.
Content: TypeAlias = str | bytes | gpd.GeoDataFrame | None

SITE = shapely.box(430_000, 360_000, 430_100, 360_100)
MEADOW = "Grassland - Other neutral grassland"
DEGREES = shapely.box(-1.55, 53.13, -1.54, 53.14)
LINE = shapely.LineString([(430_010, 360_010), (430_050, 360_050)])
BOW_TIE = shapely.Polygon([(0, 0), (60, 60), (60, 0), (0, 60)])
STRATEGY = """lnrs_id = "x"
name = "A test"
title = "A made-up title"
authority = "Nobody"
status = "sample"
published = "2025-01-15"
[crosswalk]
file = "crosswalk.csv"
"""
CROSSWALK = (
    "lnrs_id,measure_id,module,habitat,intervention,verdict,condition_note,status,complete,source\n"
    "x,M1,area,Grassland - *,either,yes,,published,,a test\n"
)
OVERRIDE = ",A1,consistent,It will be grazed.,county ecologist,2025-03-03\n"
OVERRIDES_HEAD = "site_ref,parcel_ref,decision,justification,role,date\n"
DRAFT = STRATEGY.replace('"sample"', '"draft"').replace('published = "2025-01-15"\n', "")
MEASURES_HEAD = ("pm_loc_id", "pm_id", "pm_desc", "lnrs_id")


@dataclass(frozen=True)
class RunFlaw:
    """One way for the inputs of a check to be wrong, or to be odd and yet right.

    `change` writes over or adds to the files of a sound `world` and returns further options of
    `lnrs_geo.check`. Either the run `raises` with pieces of its message (`says`), from Python and
    from the command alike (unless `python_only`). Or it ends with the `issue`, which says that too
    (told once, and none `beside` it but those), and the first parcel's parts at the `stage` have
    `status` (and `reason`, and `rule`). Or, where neither is named, it ends without any issue.
    """

    name: str
    change: Change
    raises: type[LnrsGeoError] | None = None
    says: str | tuple[str, ...] = ""
    issue: str = ""
    status: str = "decided"
    reason: str = ""
    rule: str = ""
    stage: str = "post"
    beside: tuple[str, ...] | None = None
    python_only: bool = False


@dataclass(frozen=True)
class CommandFlaw:
    """One way for a command to be used wrongly, or to meet a bad file.

    `words` are given to `lnrs-geo` in the folder of a sound `world`, to which `files` are added or
    whose files they replace. Either the command `raises` with pieces of its message (`says`) and
    writes nothing, or it ends with `code` and says that on standard output.
    """

    name: str
    words: Sequence[object]
    raises: type[Exception] | None = None
    says: str | tuple[str, ...] = ""
    code: int = 0
    files: Mapping[str, Content] = field(default_factory=dict)


def world(folder: Path) -> dict[str, Any]:
    """Write a sound parcel inside a sound measure, and return the options of a check of it."""
    parcels()(folder)
    measures()(folder)
    (folder / "strategy.toml").write_text(STRATEGY)
    (folder / "crosswalk.csv").write_text(CROSSWALK)
    return {
        "parcels": str(folder / "parcels.gpkg"),
        "measures": str(folder / "measures.gpkg"),
        "strategy": str(folder / "strategy.toml"),
    }


def at(x_m: float, y_m: float, width_m: float = 20, height_m: float = 20) -> shapely.Polygon:
    """Return a rectangle at metres from the corner of the site."""
    return shapely.box(430_000 + x_m, 360_000 + y_m, 430_000 + x_m + width_m, 360_000 + y_m + height_m)


def on_site(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape moved 10 m into the site."""
    return shapely.affinity.translate(shape, 430_010, 360_010)


def write_layer(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """Write a layer in the place of whatever file is there."""
    path.unlink(missing_ok=True)
    frame.to_file(path, layer=layer)


def parcels(*shapes: Any, crs: int = 27700, file: str = "parcels.gpkg", **columns: Any) -> Change:
    """Write parcels, one 20 m square by default; `columns` replace those of a sound parcel."""

    def change(folder: Path) -> Mapping[str, Any]:
        drawn = list(shapes) or [at(10, 10)]
        cells = {
            "parcel_ref": [f"A{row + 1}" for row in range(len(drawn))],
            "retention": "Created",
            "proposed_habitat": MEADOW,
            **columns,
        }
        cells = {
            name: [value] * len(drawn) if isinstance(value, str) else value
            for name, value in cells.items()
            if value is not None
        }
        write_layer(gpd.GeoDataFrame(cells, geometry=drawn, crs=crs), folder / file, "parcels")
        return {}

    return change


def template(layers: Mapping[str, gpd.GeoDataFrame]) -> Change:
    """Write layers of the older template in place of the plain parcels."""

    def change(folder: Path) -> Mapping[str, Any]:
        (folder / "parcels.gpkg").unlink()
        for layer, frame in layers.items():
            frame.to_file(folder / "parcels.gpkg", layer=layer)
        return {}

    return change


def habitats(*shapes: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Return enhanced grassland in the columns of the template; `columns` replace its cells."""
    cells = {
        "Parcel Ref": [f"A{row + 1}" for row in range(len(shapes))],
        "Baseline Broad Habitat Type": "Grassland",
        "Baseline Habitat Type": "Modified grassland",
        "Retention Category": "Enhanced",
        "Proposed Broad Habitat Type": "Grassland",
        "Proposed Habitat Type": "Other neutral grassland",
        **columns,
    }
    return gpd.GeoDataFrame(cells, geometry=list(shapes), crs=27700)


def red_line(shape: Any) -> gpd.GeoDataFrame:
    """Return a red line."""
    return gpd.GeoDataFrame({"Site Name": ["A"]}, geometry=[shape], crs=27700)


def measures(*rows: tuple[Any, ...], head: tuple[str, ...] = MEASURES_HEAD) -> Change:
    """Write measures, rows of cells with the geometry last; one around the site by default."""

    def change(folder: Path) -> Mapping[str, Any]:
        given = rows or (("L1", "M1", "Make meadows", "x", SITE),)
        *cells, shapes = zip(*given, strict=True)
        frame = gpd.GeoDataFrame(dict(zip(head, cells, strict=True)), geometry=list(shapes), crs=27700)
        write_layer(frame, folder / "measures.gpkg", "measures")
        return {}

    return change


def zones(option: str, *shapes: Any, **columns: Any) -> Change:
    """Write a layer and give it for the option whose name its file bears."""

    def change(folder: Path) -> Mapping[str, Any]:
        frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=27700)
        write_layer(frame, folder / f"{option}.gpkg", option)
        return {option: str(folder / f"{option}.gpkg")}

    return change


def text_file(name: str, content: str | bytes, option: str = "") -> Change:
    """Write a text, or bytes as they are, and give it for an option where one is named."""

    def change(folder: Path) -> Mapping[str, Any]:
        put(folder, {name: content})
        return {option: str(folder / name)} if option else {}

    return change


def given(**options: Any) -> Change:
    """Change no file and give these options."""
    return lambda _: options


def in_world(**files: str) -> Change:
    """Change no file and give, for each option, the path of this name in the folder of the world."""
    return lambda folder: {option: str(folder / name) for option, name in files.items()}


def together(*changes: Change) -> Change:
    """Make several changes, one after the other."""

    def change(folder: Path) -> Mapping[str, Any]:
        options: dict[str, Any] = {}
        for one in changes:
            options |= one(folder)
        return options

    return change


def emptied(name: str) -> Change:
    """Leave a layer of the world its columns and take away its rows."""

    def change(folder: Path) -> Mapping[str, Any]:
        put(folder, {name: gpd.read_file(folder / name).iloc[:0]})
        return {}

    return change


def put(folder: Path, files: Mapping[str, Content]) -> None:
    """Write files into a folder."""
    for name, content in files.items():
        if content is None:
            (folder / name).mkdir()
        elif isinstance(content, gpd.GeoDataFrame):
            (folder / name).unlink(missing_ok=True)
            content.to_file(folder / name, layer=Path(name).stem)
        else:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
