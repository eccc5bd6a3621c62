"""`index` prepares measures for later runs; `cache` tells what is kept, and clears it."""

import json
import shutil
import sys
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from click.testing import CliRunner, Result

from lnrs_geo import indexing
from lnrs_geo.cache import Cache
from lnrs_geo.cli import main
from lnrs_geo.spatial.layer_store import Asked, stored_layers
from lnrs_geo.strategy import PACKS

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
MEASURES, STRATEGY = str(SAMPLE / "measures.gpkg"), str(SAMPLE / "strategy.toml")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    monkeypatch.setenv("LNRS_GEO_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("LNRS_GEO_CACHE_LIMIT", raising=False)
    return Cache(tmp_path / "cache")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_what_is_indexed_is_stored(cache: Cache) -> None:
    """The rows of the measures are found by a later run; a second indexing finds them itself."""
    done = run("index", MEASURES, "--strategy", STRATEGY)
    assert (done.exit_code, done.stdout) == (0, "")
    rows = len(gpd.read_file(MEASURES))
    cut = "6 grid square(s) of 10 km (SK25 to SK46) are cut and kept.\n"
    assert done.stderr == f"{MEASURES}: {rows:,} rows in 1 layer, kept.\n{cut}"
    assert stored_layers(MEASURES, Asked(), near=None, cache=cache) is not None
    again = run("index", MEASURES, "--strategy", STRATEGY)
    assert again.stderr == f"{MEASURES}: {rows:,} rows in 1 layer, kept already.\n{cut}"
    assert run("index", MEASURES, "--strategy", STRATEGY, "-q").stderr == ""


def test_squares_are_cut_of_all_measures_or_within_an_area(cache: Cache, tmp_path: Path) -> None:
    """A run on the whole map then cuts none itself; with an area only its squares are cut."""
    box = tmp_path / "box.gpkg"
    frame = gpd.GeoDataFrame(
        {"lnrs_id": ["sample"]}, geometry=[shapely.box(432_000, 352_000, 433_000, 353_000)], crs=27700
    )
    frame.to_file(box)
    few = run("index", MEASURES, "--strategy", STRATEGY, "--area", str(box)).stderr
    assert few.splitlines()[-1] == "1 grid square(s) of 10 km (SK35 to SK35) are cut and kept."
    run("index", MEASURES, "--strategy", STRATEGY)
    kept = {entry.path.name: entry.path.stat().st_mtime_ns for entry in cache.entries("squares")}
    assert len(kept) == 6
    done = run("check", str(SAMPLE / "parcels.gpkg"), "--measures", MEASURES, "--strategy", STRATEGY,
               "--matching", "indexed", "--out", str(tmp_path / "out"))  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert {entry.path.name for entry in cache.entries("squares")} == set(kept)


@pytest.mark.parametrize("way", ["plain", "indexed", "kept"])
def test_the_files_are_the_same_whichever_way_parcels_were_matched(tmp_path: Path, way: str) -> None:
    if way == "kept":
        run("index", MEASURES, "--strategy", STRATEGY)
    common = [
        str(SAMPLE / "parcels.gpkg"),
        "--measures",
        MEASURES,
        "--strategy",
        STRATEGY,
        "--as-at",
        "2026-01-01",
    ]
    run("check", *common, "--out", str(tmp_path / "auto"))
    matching = "plain" if way == "plain" else "indexed"
    run("check", *common, "--matching", matching, "--out", str(tmp_path / way))
    for name in ("parts.csv", "parcels.csv"):
        assert (tmp_path / way / name).read_bytes() == (tmp_path / "auto" / name).read_bytes()
    one, other = (
        json.loads((tmp_path / folder / "result.json").read_text("utf-8")) for folder in ("auto", way)
    )
    del one["run"], other["run"]
    assert one == other


def test_the_cache_is_shown_and_cleared(cache: Cache) -> None:
    """Each layer by its file's name, with size and limit; after clearing nothing is there."""
    run("index", MEASURES, "--strategy", STRATEGY)
    first, *rows = run("cache").stdout.splitlines()
    assert first.startswith(f"{cache.folder}: ")
    assert first.endswith(" of 20,000 MB")
    assert any(row.split()[:2] == ["layers", "measures.gpkg:"] for row in rows)
    told = json.loads(run("cache", "--json").stdout)
    assert {entry["kind"] for entry in told["entries"]} >= {"layers"}
    assert (told["folder"], told["limit_mb"]) == (str(cache.folder), 20_000)
    count = len(cache.entries())
    assert run("cache", "--clear").stderr.startswith(f"Removed {count} files")
    assert cache.entries() == []
    assert len(run("cache").stdout.splitlines()) == 1


def test_a_damaged_layer_is_named_so_and_indexed_anew(cache: Cache) -> None:
    """What cannot be opened is shown as that, and the next indexing replaces it."""
    run("index", MEASURES, "--strategy", STRATEGY)
    cache.entries("layers")[0].path.write_bytes(b"")
    assert "damaged" in run("cache").stdout
    assert run("index", MEASURES, "--strategy", STRATEGY).stderr.splitlines()[0].endswith(", kept.")
    assert stored_layers(MEASURES, Asked(), near=None, cache=cache) is not None


def test_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be kept, `index` says why and `cache` says that it is off."""
    monkeypatch.setenv("LNRS_GEO_CACHE", "off")
    done = run("index", MEASURES, "--strategy", STRATEGY)
    assert (done.exit_code, done.stderr.startswith("lnrs-geo: LNRS_GEO_CACHE: It is off")) == (2, True)
    assert "off" in run("cache").stdout


def test_without_pyarrow_there_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package that is missing is named, with the way to install it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr(indexing, "find_spec", lambda _: None)
    done = run("index", MEASURES, "--strategy", STRATEGY)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'lnrs-geo[fast]'" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [(["no-such.gpkg"], "no such file"), ([STRATEGY], "are not read"), ([], "No mapped measures")],
)
def test_what_cannot_be_indexed_is_told(words: list[str], said: str) -> None:
    """A fault of the file is told as any command tells it."""
    done = run("index", *words, "--strategy", STRATEGY)
    assert done.exit_code in (2, 3)
    assert said in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "lnrs-geo strategies new MEASURES --lnrs-id 14"),
        (["--strategy", STRATEGY], 'Name the files of its map there under [measures], as in files = ["'),
    ],
)
def test_index_without_measures_names_no_option_that_it_has_not(words: list[str], told: str) -> None:
    """The message tells how to name measures to this command, and how in a strategy file of one's own."""
    done = run("index", *words)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "lnrs-geo index measures.gpkg" in done.stderr
    assert told in done.stderr
    assert "--measures:" not in done.stderr
    assert str(PACKS) not in done.stderr


@pytest.mark.parametrize("below", ["", "sub/folder"])
def test_a_file_in_the_place_of_the_cache_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    """`index` and `cache` say that it is no folder; a check does without, its answers and files unchanged."""
    place = tmp_path / "cache.txt"
    place.write_text("somebody's notes")
    common = ["check", str(SAMPLE / "parcels.gpkg"), "--measures", MEASURES, "--strategy", STRATEGY,
              "--as-at", "2026-01-01", "--matching", "indexed", "-q"]  # fmt: skip
    run(*common, "--out", str(tmp_path / "usual"))
    monkeypatch.setenv("LNRS_GEO_CACHE", str(place / below))
    for words in (
        ["index", MEASURES, "--strategy", STRATEGY],
        ["cache"],
        ["cache", "--clear"],
        ["cache", "--json"],
    ):
        done = run(*words)
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert f"LNRS_GEO_CACHE, {place}: It is a file, not a folder" in done.stderr
    done = run(*common, "--out", str(tmp_path / "out"))
    assert (done.exit_code, done.output) == (0, "")
    for name in ("parts.csv", "parcels.csv"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "usual" / name).read_bytes()
    assert place.read_text() == "somebody's notes"


def test_no_room_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that the layer does not fit under is a fault with a remedy."""
    monkeypatch.setenv("LNRS_GEO_CACHE_LIMIT", "0")
    done = run("index", MEASURES, "--strategy", STRATEGY)
    assert (done.exit_code, "LNRS_GEO_CACHE_LIMIT" in done.stderr) == (3, True)


def test_a_map_of_nobodys_layout_is_refused() -> None:
    """A layer that no run could use is not prepared in silence."""
    done = run("index", str(SAMPLE / "authorities.gpkg"), "--strategy", STRATEGY)
    assert done.exit_code == 3
    assert "No column tells the measures" in done.stderr


def test_several_strategies_are_prepared_one_after_the_other(tmp_path: Path) -> None:
    """Each by the measures that its file names; measures beside them are refused."""
    files = []
    for name in ("a", "b"):
        folder = tmp_path / name
        shutil.copytree(SAMPLE, folder)
        text = (folder / "strategy.toml").read_text("utf-8")
        (folder / "strategy.toml").write_text(
            text.replace("[measures]", '[measures]\nfiles = ["measures.gpkg"]'), "utf-8"
        )
        files += ["--strategy", str(folder / "strategy.toml")]
    done = run("index", *files)
    assert done.exit_code == 0, done.stderr
    assert sum("rows in 1 layer" in line for line in done.stderr.splitlines()) == 2
    refused = run("index", MEASURES, *files)
    assert refused.exit_code == 2
    assert "several strategies" in refused.stderr
