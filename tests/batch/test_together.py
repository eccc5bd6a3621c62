"""Sites judged in one run: what `check` makes of each alone, and nothing of one in another."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from lnrs_geo import chain, outlines, tabular
from lnrs_geo.batch import doing, land_held, planning, together
from lnrs_geo.batch.dates import dates_beside
from lnrs_geo.batch.one_file import find_sites
from lnrs_geo.batch.outcome import COLUMNS
from lnrs_geo.batch.sites import Site
from lnrs_geo.batch.task import Job, Task
from lnrs_geo.batch.together import Together
from lnrs_geo.columns import MATCHES, PARCELS, PARTS
from lnrs_geo.frames import conform
from lnrs_geo.result import Result
from lnrs_geo.settings import Settings, Sources
from lnrs_geo.site_marks import marked
from tests.batch import worlds
from tests.batch.commands import batch, contents, layers, rows
from tests.batch.worlds import square
from tests.flaws_world import MEADOW, OVERRIDES_HEAD, habitats, put, red_line

HEDGE = "Native hedgerow"
DAY = date.fromisoformat(worlds.AS_AT)
TABLES = {"parts": PARTS, "parcels": PARCELS, "matches": MATCHES}


def parcel(site: str, ref: str, shape: shapely.Geometry | None, **cells: Any) -> dict[str, Any]:
    sound = {"retention": "Created", "proposed_habitat": MEADOW, "baseline_habitat": "", "proposed_ss": ""}
    return {"site": site, "parcel_ref": ref, **sound, **cells, "geometry": shape}


def odd_sites() -> gpd.GeoDataFrame:
    """Return the parcels of six sites on the same ground, each with something odd of its own."""
    bow_tie = shapely.Polygon(
        [(430_000, 360_000), (430_060, 360_060), (430_060, 360_000), (430_000, 360_060)]
    )
    held = [
        parcel("A", "P1", square(0, 0, 30), application_date="2024-03-01"),
        parcel("A", "P2", square(20, 20, 30), baseline_habitat=MEADOW, retention="Enhanced"),
        parcel("B", "P1", square(0, 0, 30)),
        parcel("B", "P1", square(50, 0, 30)),
        parcel("B", "P3", square(0, 0, 30)),
        parcel("C", "P1", square(80, 80, 40), proposed_ss="High"),
        parcel("C", "P2", None),
        parcel("C", "P3", square(300, 300, 0.5)),
        parcel("D", "P1", bow_tie, proposed_habitat="Grassland - Of my own"),
        parcel("D", "", square(0, 90, 20), retention="Retained", baseline_habitat=MEADOW, proposed_ss="Low"),
        parcel(
            "E", "H1", shapely.LineString([(429_980, 360_010), (430_150, 360_010)]), proposed_habitat=HEDGE
        ),
        parcel("E", "T1", shapely.Point(430_020, 360_020), proposed_habitat="Individual trees - Rural tree"),
        parcel("F", "P1", square(-10, -10, 200), retention="Lost", baseline_habitat=MEADOW),
    ]
    frame = gpd.GeoDataFrame(held, geometry="geometry", crs=27700)
    return frame.iloc[[at * 5 % len(frame) for at in range(len(frame))]].reset_index(drop=True)


def task_of(path: Path, options: Mapping[str, Any], *, whole: bool = False) -> Task:
    """Return the one packet of a file, as a batch plans it; `whole` makes one of several."""
    given = {key: value for key, value in options.items() if key not in ("measures", "as_at")}
    sources = Sources((options["measures"],), field_map={"site_ref": "site"}, **given)
    found = find_sites(path, column="site", layers=(), crs=None)
    job = Job(Path.cwd(), Path("out"), sources, Settings(DAY), "site", found.places, folders=False)
    dates = dates_beside(sources, job.settings)
    sites = [one for one in planning.sites_in_file(found, path, dates) if isinstance(one, Site)]
    task, *others = planning.tasks_in_file(found, sites, job)
    assert whole or not others
    held = [pair for one in (task, *others) for pair in zip(one.sites, one.rows, strict=True)]
    return replace(task, sites=tuple(site for site, _ in held), rows=tuple(ids for _, ids in held))


def together_of(task: Task) -> Together:
    return together.assess(task.job, task.sites, doing._packet(task), task.rows)


def alone(task: Task) -> Iterator[tuple[int, Result]]:
    """Do the sites of a task one after the other, each as `check` does its file."""
    packet = doing._packet(task)
    for number, site in enumerate(task.sites):
        yield number, doing._assess(task.job, site, packet, task.rows[number], [])


def csv_of(frame: pd.DataFrame, table: str, *, without: tuple[str, ...] = ()) -> bytes:
    """Return the bytes of a table but for some columns, and the input's own."""
    columns = tuple(one for one in TABLES[table] if one.name not in without)
    kept = [one.name for one in columns]
    tabular.write_csv(conform(frame, TABLES[table])[kept], columns, Path("table.csv"))
    return Path("table.csv").read_bytes()


def issues_of(frame: pd.DataFrame, dataset: str) -> list[tuple[Any, ...]]:
    return list(frame[frame["dataset"] == dataset].itertuples(index=False, name=None))


def assert_as_alone(task: Task) -> None:
    """Compare a packet with each of its sites alone: every byte of its rows, every remark on its parcels."""
    found = together_of(task)
    sites = found.sites([site.reference for site in task.sites])
    dataset = str(task.sites[0].file)
    for number, result in alone(task):
        reference = task.sites[number].reference
        for table in TABLES:
            frame = getattr(found.result, table)
            mine = frame[np.array(sites[table], dtype=object) == reference]
            assert csv_of(mine, table) == csv_of(getattr(result, table), table), (reference, table)
        own = found.result.issues[np.array(sites["issues"], dtype=object) == reference]
        assert issues_of(own, dataset) == issues_of(result.issues, dataset), reference
    assert "\x1e" not in repr([getattr(found.result, table).to_dict() for table in (*TABLES, "issues")])
    assert "\x1e" not in repr(found.result.run)


@contextmanager
def counted(patch: pytest.MonkeyPatch, where: object, name: str) -> Iterator[list[Any]]:
    calls: list[Any] = []
    real = getattr(where, name)

    def count(*given: Any, **more: Any) -> Any:
        calls.append(given)
        return real(*given, **more)

    with patch.context() as one:
        one.setattr(where, name, count)
        yield calls


@pytest.mark.parametrize("crs", [27700, 4326])
def test_each_site_is_as_if_it_were_alone(tmp_path: Path, options: dict[str, Any], crs: int) -> None:
    """Repeats, overlaps and claims count within a site; what is said of a parcel goes to its site."""
    put(tmp_path, {"overrides.csv": f"{OVERRIDES_HEAD}C,P1,not-consistent,Too wet.,ecologist,2025-03-03\n"})
    odd_sites().to_crs(crs).to_file("all.gpkg", layer="all")
    task = task_of(Path("all.gpkg"), {**options, "overrides": "overrides.csv"})
    assert len(task.sites) == 6
    assert_as_alone(task)


def test_each_site_is_what_check_makes_of_its_own_file(tmp_path: Path, options: dict[str, Any]) -> None:
    """Byte for byte as parts.csv has it, but for the file and the id that a parcel has in it."""
    odd_sites().to_file("all.gpkg", layer="all")
    task = task_of(Path("all.gpkg"), options)
    found = together_of(task)
    sites = found.sites([site.reference for site in task.sites])
    for site in task.sites:
        frame = odd_sites()
        frame[frame["site"] == site.reference].to_file("own.gpkg", layer="all")
        own = chain.check("own.gpkg", field_map={"site_ref": "site"}, as_at=DAY, **options)
        mine = found.result.parts[np.array(sites["parts"], dtype=object) == site.reference]
        assert len(mine)
        # a parcel without a reference is called after its id
        left, right = (one.assign(parcel_ref="").drop(columns=["trace"]) for one in (mine, own.parts))
        without = ("source", "src_fid", "parcel_ref")
        assert csv_of(left, "parts", without=without) == csv_of(right, "parts", without=without)


def test_layers_of_a_template_are_judged_site_by_site(tmp_path: Path, options: dict[str, Any]) -> None:
    """A red line is its own site's, which the parcels of the site next door do not fill."""
    lines = [red_line(square(x, 0, 40)).assign(site=site) for site, x in (("A", 0), ("B", 50))]
    pd.concat(lines).to_file("all.gpkg", layer="Red Line Boundary")
    habitats(square(0, 0, 40), square(50, 0, 30), square(0, 50, 40), site=["A", "B", "C"]).to_file(
        "all.gpkg", layer="Habitats"
    )
    task = task_of(Path("all.gpkg"), options)
    assert_as_alone(task)
    found = together_of(task)
    of: dict[str, set[str]] = {"A": set(), "B": set(), "C": set(), "": set()}
    for site, code in zip(found.sites(["A", "B", "C"])["issues"], found.result.issues["code"], strict=True):
        of[site].add(code)
    assert "red-line-sum" in of["B"] - of["A"]
    assert "red-line-missing" in of["C"] - of["A"] - of["B"]


def test_nothing_leaks_between_sites_on_the_same_ground(tmp_path: Path, options: dict[str, Any]) -> None:
    """The same parcel, reference and all, stands in two sites: neither is a duplicate."""
    same = [parcel(site, "P1", square(0, 0)) for site in ("A", "B", "C")]
    gpd.GeoDataFrame(same, geometry="geometry", crs=27700).to_file("all.gpkg", layer="all")
    found = together_of(task_of(Path("all.gpkg"), options))
    assert found.result.parts["strat_sig"].tolist() == ["High"] * 3
    assert not {"duplicate-reference", "duplicate-geometry", "parcel-overlap"} & set(
        found.result.issues["code"]
    )


def test_sites_keep_dates_of_their_own_in_one_run(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(
        tmp_path,
        {
            "dates.csv": "reference,application_date,granted,secured_on,agreement\n"
            "A,2025-10-01,,,\nB,2024-06-01,2025-06-01,,\nD,,,2024-05-01,frozen\nE,,,2024-05-01,frozen\n"
        },
    )
    frame = odd_sites()
    frame["location"] = ["Off-site" if site == "E" else "On-site" for site in frame["site"]]
    frame.to_file("all.gpkg", layer="all")
    task = task_of(Path("all.gpkg"), {**options, "applications": "dates.csv"})
    with counted(monkeypatch, together.chain, "run") as runs:
        found = together_of(task)
    assert len(runs) == 1
    assert_as_alone(task)
    sites = found.sites([site.reference for site in task.sites])
    regimes = set(zip(sites["parts"], found.result.parts["regime_rule"], strict=True))
    print(regimes)
    assert len({rule for _, rule in regimes}) > 1
    # E has its parcels off-site, as its agreement asks; D has not, and E does not speak for it
    unasked = [
        s for s, c in zip(sites["issues"], found.result.issues["code"], strict=True) if "off-site" in c
    ]
    assert unasked == ["D"]


def test_sites_whose_dates_cannot_be_given_by_reference_are_done_apart(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    odd_sites().replace({"site": {"A": "1.0", "B": "2"}}).to_file("all.gpkg", layer="all")
    task = task_of(Path("all.gpkg"), options)
    sites = [
        replace(site, dates={"application_date": f"2025-0{at + 1}-01"}) for at, site in enumerate(task.sites)
    ]
    with pytest.raises(together.Apart):
        together_of(replace(task, sites=tuple(sites)))


def test_map_that_lacks_something_near_some_sites_alone_is_asked_site_by_site(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    """No Low may be made where a measure could not be placed; elsewhere it may."""
    measures = gpd.read_file(options["measures"])
    astray = measures.iloc[[0]].assign(pm_loc_id="L9")
    astray.geometry = [shapely.LineString([(431_000, 360_000), (431_050, 360_000)])]
    pd.concat([measures, astray]).to_file(options["measures"], layer="measures")
    near = [parcel("A", "P1", square(300, 0)), parcel("B", "P1", square(990, 0))]
    gpd.GeoDataFrame(near, geometry="geometry", crs=27700).to_file("all.gpkg", layer="all")
    task = task_of(Path("all.gpkg"), options)
    with pytest.raises(together.Apart):
        together_of(task)
    assert {result.parts["status"].iloc[0] for _, result in alone(task)} == {"decided", "provisional"}
    # where it lacks something of which nobody knows where it lies, each site is told the same
    astray.geometry = [None]
    pd.concat([measures, astray]).to_file(options["measures"], layer="measures")
    assert_as_alone(task)


def test_foreign_measures_are_asked_site_by_site(tmp_path: Path, options: dict[str, Any]) -> None:
    measures = gpd.read_file(options["measures"])
    other = measures.iloc[[0]].assign(lnrs_id="y", pm_loc_id="L9")
    pd.concat([measures.assign(lnrs_id="x"), other]).to_file(options["measures"], layer="measures")
    odd_sites().to_file("all.gpkg", layer="all")
    with pytest.raises(together.Apart):
        together_of(task_of(Path("all.gpkg"), options))


def test_site_without_a_column_that_the_user_names_fails_as_alone(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    """Another site's layer has the column; that helps nobody."""
    for site, layer, cells in (("A", "areas", {}), ("B", "more", {"Number": 3})):
        frame = gpd.GeoDataFrame([parcel(site, "P1", square(0, 0), **cells)], geometry="geometry", crs=27700)
        frame.to_file("all.gpkg", layer=layer)
    words = ("--map", "site_ref=site", "--map", "count=Number", "--no-site-folders")
    assert batch("all.gpkg", options, *words).exit_code == 1
    assert {name: row["outcome"] == "failed" for name, row in rows().items()} == {"A": True, "B": False}


def test_bad_site_of_a_packet_fails_alone(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The packet is done again site by site, and the sound ones have their results."""
    worlds.one_file_of(tmp_path, 5)
    words = ("--map", "site_ref=site", "--no-site-folders")
    assert batch("all.gpkg", options, *words, out="sound").exit_code == 0
    real = chain.geometry_faults.find

    def find(parcels: gpd.GeoDataFrame, **more: Any) -> Any:
        if "S002" in set(parcels["site_ref"]):
            raise ZeroDivisionError("by nought")
        return real(parcels, **more)

    monkeypatch.setattr(chain.geometry_faults, "find", find)
    with counted(monkeypatch, doing, "do") as tries:
        assert batch("all.gpkg", options, *words).exit_code == 1
    assert len(tries) == 1
    found, sound = rows(), rows("sound")
    assert "ZeroDivisionError: by nought" in found.pop("S002")["why"]
    sound.pop("S002")
    assert found == sound
    told, whole = (layers(Path(out, "results.gpkg"))["parts"] for out in ("out", "sound"))
    assert sorted(row[2:] for row in told) == sorted(row[2:] for row in whole if "S002" not in row)


def test_packet_is_one_run(tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    worlds.one_file_of(tmp_path, 7)
    with counted(monkeypatch, together.chain, "run") as runs:
        batch("all.gpkg", options, "--map", "site_ref=site", "--no-site-folders")
    assert len(runs) == 1
    assert len(rows()) == 7


def test_packets_are_the_same_whoever_does_them(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MOST_PARCELS", 4)
    worlds.one_file_of(tmp_path, 7)
    words = ("all.gpkg", options, "--map", "site_ref=site", "--no-site-folders", "--format", "parquet")
    batch(*words)
    batch(*words, "--workers", 2, out="two")
    assert contents(Path("out")) == contents(Path("two"))


def test_outlines_are_made_ready_once(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Areas and authorities serve every site of the process as the first one left them."""
    worlds.one_file_of(tmp_path, 5)
    monkeypatch.setattr(land_held, "SHELF", land_held.Shelf())
    task = task_of(Path("all.gpkg"), options)
    found = list(alone(task))
    with counted(monkeypatch, outlines.Opener, "outlined") as made:
        assert [one.parts["authority"].tolist() for _, one in alone(task)] == [
            one.parts["authority"].tolist() for _, one in found
        ]
    assert made == []


def test_axes_of_a_site_are_judged_by_its_own_land(tmp_path: Path, options: dict[str, Any]) -> None:
    """A lies in Scotland, and in England if its axes are swapped; that B lies in England says nothing of it."""
    far = shapely.box(180_000, 530_000, 180_020, 530_020)
    held = [parcel("A", "P1", far), parcel("B", "P1", square(0, 0))]
    gpd.GeoDataFrame(held, geometry="geometry", crs=27700).to_file("all.gpkg", layer="all")
    task = task_of(Path("all.gpkg"), options, whole=True)
    assert_as_alone(task)
    assert "axes-maybe-swapped" in set(together_of(task).result.issues["code"])


def test_no_remark_shows_the_marks_of_sites(tmp_path: Path, options: dict[str, Any]) -> None:
    odd_sites().to_file("all.gpkg", layer="all")
    found = together_of(task_of(Path("all.gpkg"), options)).result
    said = found.issues.assign(message=f"In {marked('all.gpkg', 3)}.", dataset=marked("all.gpkg", 3))
    told = together.told_apart(replace(found, issues=said))
    assert set(told.result.issues["message"]) == {"In all.gpkg."}
    assert set(told.result.issues["dataset"]) == {"all.gpkg"}
    assert set(told.numbers["issues"]) == {3}


def test_file_of_before_is_compared_site_by_site(tmp_path: Path, options: dict[str, Any]) -> None:
    worlds.one_file_of(tmp_path, 3)
    task = task_of(Path("all.gpkg"), {**options, "submitted": "all.gpkg"})
    with pytest.raises(together.Apart):
        together_of(task)


def test_row_of_a_site_is_that_of_its_own_run(tmp_path: Path, options: dict[str, Any]) -> None:
    odd_sites().to_file("all.gpkg", layer="all")
    batch("all.gpkg", options, "--map", "site_ref=site", "--no-site-folders")
    batch("all.gpkg", options, "--map", "site_ref=site", "--site-folders", out="folders")
    lean, own = rows(), rows("folders")
    assert list(lean) == list(own)
    for name in set(COLUMNS) - {"results"}:
        assert [row[name] for row in lean.values()] == [row[name] for row in own.values()], name
