"""Several strategies in one run: what is opened, what is recorded, and that each is as on its own."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import main
from lnrs_geo.coverage import Coverage, Way, cover
from lnrs_geo.errors import SourceError
from lnrs_geo.map_cover import _grouped, cover_maps
from lnrs_geo.maps import NO_CROSSWALK, LoadedMap, joined
from lnrs_geo.result import Result
from lnrs_geo.spatial import normalise
from lnrs_geo.spatial.frame_source import frame_layer
from lnrs_geo.strategy import load

AS_AT = date(2026, 11, 20)
MEADOW, WOOD = "Grassland - Lowland meadows", "Woodland and forest - Lowland mixed deciduous woodland"
# Two LNRSs that meet at a slant, and a third far to the east
BORDER = [(430_000.0, 360_000.0), (430_900.0, 362_000.0)]
WEST = shapely.Polygon([(428_000, 360_000), *BORDER, (428_000, 362_000)])
EAST = shapely.Polygon([BORDER[0], (433_000, 360_000), (433_000, 362_000), BORDER[1]])
FAR = shapely.box(460_000, 360_000, 470_000, 362_000)
ROW = "{lnrs},{id},area,{habitat},either,{verdict},,published,,a table,,,,\n"
HEAD = (
    "lnrs_id,measure_id,module,habitat,intervention,verdict,condition_note,status,complete,source,"
    "reviewer_role,reviewed_on,phrase,note\n"
)


def strategy(
    folder: Path,
    lnrs_id: str,
    area: shapely.Geometry,
    measures: gpd.GeoDataFrame | bytes,
    rows: Mapping[str, tuple[str, str]],
) -> Path:
    """Write a strategy with its map, its outline and its crosswalk into a folder of its own."""
    folder.mkdir()
    if isinstance(measures, bytes):
        (folder / "map.gpkg").write_bytes(measures)
    else:
        measures.to_file(folder / "map.gpkg", layer="measures")
    gpd.GeoDataFrame({"name": [lnrs_id]}, geometry=[area], crs=27700).to_file(folder / "area.gpkg")
    lines = [ROW.format(lnrs=lnrs_id, id=name, habitat=h, verdict=v) for name, (h, v) in rows.items()]
    (folder / "crosswalk.csv").write_text(HEAD + "".join(lines))
    (folder / "strategy.toml").write_text(
        f'lnrs_id = "{lnrs_id}"\nname = "{folder.name}"\nauthority = "Nobody"\nstatus = "published"\n'
        'published = "2025-01-15"\narea = "area.gpkg"\n[measures]\nfiles = ["map.gpkg"]\n'
        '[crosswalk]\nfile = "crosswalk.csv"\n'
    )
    return folder / "strategy.toml"


def mapped(*rows: tuple[str, shapely.Geometry], text: str = "") -> gpd.GeoDataFrame:
    """Return measures by id and land."""
    cells = {
        "pm_loc_id": [f"L{n}" for n in range(len(rows))],
        "pm_id": [name for name, _ in rows],
        "pm_desc": [f"{text}{name}" for name, _ in rows],
    }
    return gpd.GeoDataFrame(cells, geometry=[shape for _, shape in rows], crs=27700)


def created(*shapes: shapely.Geometry, habitat: str = MEADOW) -> gpd.GeoDataFrame:
    """Return created habitat."""
    cells = {"parcel_ref": [f"P{n}" for n in range(len(shapes))], "retention": "Created"}
    return gpd.GeoDataFrame({**cells, "proposed_habitat": habitat}, geometry=list(shapes), crs=27700)


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    """Return two strategies whose measures bear the same ids and reach over the border."""
    west = mapped(
        ("M1", shapely.box(429_800, 360_200, 430_500, 360_600)),
        ("M2", shapely.box(429_000, 361_000, 430_200, 361_500)),
        text="western ",
    )
    east = mapped(
        ("M1", shapely.box(430_100, 360_400, 431_000, 361_200)),
        ("M2", shapely.box(430_000, 361_300, 432_000, 361_800)),
        text="eastern ",
    )
    return [
        strategy(tmp_path / "west", "7", WEST, west, {"M1": ("Grassland - *", "yes"), "M2": ("*", "no")}),
        strategy(tmp_path / "east", "9", EAST, east, {"M1": (WOOD, "yes"), "M2": ("Grassland - *", "yes")}),
    ]


def test_each_part_is_as_its_own_strategy_alone_decides_it(two: list[Path]) -> None:
    """What a run of both says of the land of one LNRS is what a run of that one says of it."""
    rng = np.random.default_rng(20260101)
    corners = rng.uniform((429_600, 360_050), (431_000, 361_800), (90, 2))
    sides = rng.uniform(20, 260, (90, 2))
    boxes = shapely.box(*corners.T, *(corners + sides).T)
    boxes = shapely.intersection(boxes, shapely.box(428_000, 360_000, 433_000, 362_000))
    lines = shapely.linestrings(np.stack([corners, corners + sides * (-1, 1)], axis=1))
    parcels = created(*boxes, *lines)
    parcels["module"] = ["area"] * len(boxes) + ["hedgerow"] * len(lines)
    parcels.loc[len(boxes) :, "proposed_habitat"] = "Native hedgerow"
    parcels.loc[: len(boxes) - 1 : 3, "proposed_habitat"] = WOOD
    outlines = gpd.GeoDataFrame({"lnrs_id": ["7", "9"]}, geometry=[WEST, EAST], crs=27700)
    both = told(lnrs_geo.check(parcels, strategy=two, as_at=AS_AT))
    # alone, a strategy has to be told where the other begins
    alone = [told(lnrs_geo.check(parcels, strategy=one, area=outlines, as_at=AS_AT)) for one in two]
    own = pd.concat([parts[parts["lnrs_id"] == name] for parts, name in zip(alone, "79", strict=True)])
    assert set(both["ss_reason"]) >= {"consistent", "not-eligible", "open-verdict", "unmapped"}
    assert both.groupby("parcel_ref")["lnrs_id"].nunique().eq(2).sum() > 10  # many lie on both sides
    keys = ["parcel_ref", "lnrs_id", "strat_sig", "status"]
    both, own = (one.sort_values(keys, ignore_index=True) for one in (both, own))
    apart = shapely.hausdorff_distance(both.pop("geometry").to_numpy(), own.pop("geometry").to_numpy())
    assert apart.max() < 1e-5
    # over the border the other map may or may not say something else, and that alone is borderline; which
    # point of a part its grid reference is of hangs on where its outline begins
    unlike = ["borderline", "gridref"]
    pd.testing.assert_frame_equal(both.drop(columns=unlike), own.drop(columns=unlike))


def told(result: Result) -> pd.DataFrame:
    """Return what a run says of each part, but for the number, which counts other parts too."""
    return pd.DataFrame(result.parts).drop(columns=["part", "trace"])


@pytest.mark.parametrize(("east_m", "opened"), [(0.0, True), (-240.0, True), (-260.0, False)])
def test_only_a_map_at_which_parcels_lie_is_opened(tmp_path: Path, east_m: float, opened: bool) -> None:
    """The layer of an LNRS without parcels within 250 m is not opened: what is no file raises nothing."""
    near = strategy(tmp_path / "near", "7", WEST, mapped(("M1", WEST)), {"M1": ("Grassland - *", "yes")})
    closed = strategy(tmp_path / "closed", "11", FAR, b"this is no GeoPackage", {})
    (tmp_path / "closed" / "crosswalk.csv").write_text("this is no crosswalk\n")
    # the last parcel ends so many metres before the third LNRS
    edge = FAR.bounds[0] + east_m
    parcels = created(
        shapely.box(429_000, 361_000, 429_100, 361_100), shapely.box(edge - 9, 361_000, edge, 361_009)
    )
    if opened:
        with pytest.raises(SourceError, match=r"closed.map\.gpkg"):
            lnrs_geo.check(parcels, strategy=[near, closed], as_at=AS_AT)
        return
    result = lnrs_geo.check(parcels, strategy=[near, closed], as_at=AS_AT)
    assert result.parts["ss_reason"].tolist() == ["consistent", "outside-area"]
    assert [one["opened"] for one in result.run["strategies"]] == [True, False]
    read = [Path(one["path"]).parent.name + "/" + Path(one["path"]).name for one in result.run["inputs"]]
    assert "near/map.gpkg" in read and "closed/area.gpkg" in read
    assert not {"closed/map.gpkg", "closed/crosswalk.csv"} & set(read)


def test_a_map_between_parcels_is_not_opened(tmp_path: Path) -> None:
    """Parcels on both sides of an LNRS open nothing of it: each parcel counts, not the box round all."""
    ends = [shapely.box(x, 360_000, x + 2_000, 362_000) for x in (420_000, 480_000)]
    files = [
        strategy(tmp_path / name, name, area, mapped(("M1", area)), {"M1": ("Grassland - *", "yes")})
        for name, area in zip(("1", "2"), ends, strict=True)
    ]
    between = strategy(tmp_path / "3", "3", FAR, b"this is no GeoPackage", {})
    parcels = created(*(shapely.buffer(end.centroid, 50) for end in ends))
    result = lnrs_geo.check(parcels, strategy=[*files, between], as_at=AS_AT)
    assert result.parts[["lnrs_id", "ss_reason"]].to_numpy().tolist() == [
        ["1", "consistent"],
        ["2", "consistent"],
    ]


def test_a_parcel_is_matched_with_the_maps_at_which_it_lies_alone(tmp_path: Path, two: list[Path]) -> None:
    """What is said of a parcel hangs on no other parcel of the run: a map that lies elsewhere is not asked."""
    wide = strategy(
        tmp_path / "wide", "11", FAR, mapped(("W", shapely.box(429_000, 360_000, 470_000, 362_000))), {}
    )
    here, there = (
        shapely.box(430_700, 360_500, 430_800, 360_600),
        shapely.box(461_000, 361_000, 461_100, 361_100),
    )
    one = lnrs_geo.check(created(here, habitat=WOOD), strategy=[*two, wide], as_at=AS_AT)
    many = lnrs_geo.check(created(here, there, habitat=WOOD), strategy=[*two, wide], as_at=AS_AT)
    assert one.matches["measure"].tolist() == ["eastern M1"]
    assert many.matches["measure"].tolist() == ["eastern M1", "W"]
    pd.testing.assert_frame_equal(told(one), told(many).iloc[:1])


def test_record_names_every_strategy(two: list[Path]) -> None:
    """The record of the run lists the strategies; the first stands where the only one would."""
    parcels = created(shapely.box(429_900, 360_300, 430_400, 360_500))
    run = lnrs_geo.check(parcels, strategy=two, as_at=AS_AT).run
    assert [(one["lnrs_id"], one["name"], one["opened"]) for one in run["strategies"]] == [
        ("7", "west", True), ("9", "east", True),
    ]  # fmt: skip
    assert run["strategy"] == {key: run["strategies"][0][key] for key in run["strategy"]}
    assert run["crosswalk_rows"] == 4
    assert [Path(one["path"]).name for one in run["inputs"] if one["role"] == "measures"] == ["map.gpkg"] * 2
    assert "strategies" not in lnrs_geo.check(parcels, strategy=two[0], as_at=AS_AT).run


def test_measures_say_whose_they_are(two: list[Path]) -> None:
    """Measures of one id are told apart by their LNRS, and so is which of them a High relies on."""
    parcels = created(shapely.box(430_150, 360_420, 430_480, 360_580))  # under both M1, west and east
    result = lnrs_geo.check(parcels, strategy=two, as_at=AS_AT)
    used = result.measures_used[["lnrs_id", "measure", "relied_on"]].to_numpy().tolist()
    assert used == [["7", "western M1", True], ["9", "eastern M1", False]]
    verdicts = dict(zip(result.matches["measure"], result.matches["verdict"], strict=True))
    assert verdicts == {"western M1": "yes", "eastern M1": "open"}


def test_one_strategy_that_names_its_measures_is_as_one_that_is_given_them(
    two: list[Path], tmp_path: Path
) -> None:
    """Naming the map in the strategy file, or on each run, gives the same bytes."""
    parcels = created(shapely.box(429_900, 360_300, 430_400, 360_500))
    for out, measures in (("named", ()), ("given", tmp_path / "west" / "map.gpkg")):
        lnrs_geo.check(parcels, measures=measures, strategy=two[0], as_at=AS_AT).write(tmp_path / out)
    for name in ("parts.csv", "parcels.csv"):
        assert (tmp_path / "named" / name).read_bytes() == (tmp_path / "given" / name).read_bytes()


def test_site_counts_each_measure_on_its_own_land(two: list[Path]) -> None:
    """Inside a site on both sides the hectares of a measure end at the border, and so does what is covered."""
    outline = shapely.box(429_700, 360_200, 431_000, 360_600)
    boundary = gpd.GeoDataFrame({"name": ["site"]}, geometry=[outline], crs=27700)
    found = lnrs_geo.site(boundary, strategy=two, as_at=AS_AT)
    western = shapely.box(429_800, 360_200, 430_500, 360_600).intersection(WEST)
    eastern = shapely.box(430_100, 360_400, 431_000, 360_600).intersection(EAST)
    rows = {row["lnrs_id"]: row for row in found.measures.to_dict("records")}
    assert {name: (row["measure"], row["overlap_ha"]) for name, row in rows.items()} == {
        "7": ("western M1", pytest.approx(western.area / 1e4, abs=1e-6)),
        "9": ("eastern M1", pytest.approx(eastern.area / 1e4, abs=1e-6)),
    }
    assert rows["7"]["share"] == pytest.approx(western.area / outline.area, abs=1e-6)
    assert "Grassland" in rows["7"]["consistent"] and "Woodland" in rows["9"]["consistent"]
    bare = outline.area - western.area - eastern.area
    assert found.facts["unmapped_ha"] == pytest.approx(bare / 1e4, abs=1e-6)
    assert any(line.startswith("LNRS 9: M1  ") for line in found.lines())


def test_commands_take_a_strategy_more_than_once(two: list[Path], tmp_path: Path) -> None:
    """`check`, `audit` and `site` take several strategies, without any measures."""
    parcels, outline = tmp_path / "parcels.gpkg", tmp_path / "site.gpkg"
    created(shapely.box(429_900, 360_300, 430_400, 360_500)).to_file(parcels)
    gpd.GeoDataFrame(
        {"name": ["s"]}, geometry=[shapely.box(429_900, 360_300, 430_400, 360_500)], crs=27700
    ).to_file(outline)
    words = [word for one in two for word in ("--strategy", str(one))] + [
        "--as-at",
        "2026-11-20",
        "--json",
        "-q",
    ]
    documents: dict[str, Any] = {}
    for command, source in (("check", parcels), ("audit", parcels), ("site", outline)):
        done = CliRunner().invoke(main, [command, str(source), *words])
        assert (done.exit_code, done.stderr) == (0, "")
        documents[command] = json.loads(done.stdout)
        assert [one["lnrs_id"] for one in documents[command]["run"]["strategies"]] == ["7", "9"]
    assert [part["lnrs_id"] for part in documents["check"]["parts"]] == ["7", "9", "9"]


def test_maps_together_are_one_coverage(two: list[Path]) -> None:
    """Maps matched one by one and put together are numbered as one frame of all of them would be."""
    bow = shapely.Polygon([(430_200, 360_300), (430_300, 360_400), (430_300, 360_300), (430_200, 360_400)])
    maps = []
    for path, extra in zip(two, (bow, shapely.affinity.translate(bow, 60, 60)), strict=True):
        rows = pd.concat([gpd.read_file(path.parent / "map.gpkg"), mapped(("M3", extra))])
        frame = gpd.GeoDataFrame(rows.assign(lnrs_id=load(path).lnrs_id), geometry="geometry", crs=27700)
        measures, _ = normalise.measures([frame_layer(frame, "measures")])
        maps.append(LoadedMap(load(path), NO_CROSSWALK, measures, complete=True))
    parcels = created(*(shapely.box(430_000 + x, 360_300, 430_090 + x, 360_450) for x in range(0, 500, 45)))
    shapes = np.asarray(parcels.geometry.array, dtype=object)
    found = cover_maps(shapes, maps, crs=parcels.crs, way=Way(2.0))
    frame = joined(maps)
    # in one frame the ids have to tell the LNRSs apart
    frame["measure_id"] = frame["lnrs_id"] + " " + frame["measure_id"]
    whole = cover(
        shapes, *_grouped(replace(maps[0], measures=frame)), crs=(parcels.crs, frame.crs), way=Way(2.0)
    )
    names = [
        f"{owner} {group.measure_id}"
        for owner, group in zip(found.owners, found.coverage.groups, strict=True)
    ]
    assert facts(found.coverage, names) == facts(whole, [group.measure_id for group in whole.groups])
    assert any(group.beside for group in whole.groups) and any(whole.near.values())
    for one in (found.coverage, whole):
        for parcel, at in one.pairs_of.items():
            assert (one.pairs.parcel[at] == parcel).all()
        for parcel, at in one.overlaps_of.items():
            assert (one.overlaps.parcel[at] == parcel).all()
    order = np.lexsort((found.coverage.pairs.polygon, found.coverage.pairs.parcel))
    assert (order == np.arange(len(order))).all()


def facts(one: Coverage, names: list[str]) -> tuple[Any, ...]:
    """Return what a coverage says, with names for the numbers of groups."""
    kind = [(name, group.beside) for name, group in zip(names, one.groups, strict=True)]
    pairs, over = one.pairs, one.overlaps
    return (
        shapely.to_wkb(one.polygons).tolist(),
        [kind[group] for group in one.group_of],
        list(
            zip(
                pairs.parcel.tolist(),
                pairs.polygon.tolist(),
                pairs.inside.tolist(),
                pairs.size.tolist(),
                strict=True,
            )
        ),
        sorted(
            (p, *kind[g], size)
            for p, g, size in zip(over.parcel.tolist(), over.group, over.size.tolist(), strict=True)
        ),
        one.near,
    )


def test_each_area_comes_from_one_source(two: list[Path]) -> None:
    """What the user gives of an LNRS comes first, then its own file, then any file that has it."""
    # the western file holds all of the country, and has the eastern border in another place
    country = gpd.GeoDataFrame(
        {"lnrs_id": ["7", "9", "11"]},
        geometry=[WEST, shapely.box(432_000, 360_000, 433_000, 362_000), FAR],
        crs=27700,
    )
    country.to_file(two[0].parent / "area.gpkg")
    spots = [shapely.Point(x, 361_000).buffer(20) for x in (429_000, 431_500, 465_000)]
    result = lnrs_geo.check(created(*spots), strategy=two, as_at=AS_AT)
    assert result.parts["lnrs_id"].tolist() == ["7", "9", "11"]
    assert result.parts["ss_reason"].tolist()[2] == "lnrs-not-loaded"
    given = gpd.GeoDataFrame({"lnrs_id": ["7", "9"]}, geometry=[WEST, WEST.union(EAST)], crs=27700)
    result = lnrs_geo.check(created(*spots), strategy=two, area=given, as_at=AS_AT)
    assert result.parts["lnrs_id"].tolist() == ["7;9", "9", ""]
    assert [one["path"] for one in result.run["inputs"] if one["role"] == "area"] == ["<area frame>"]
