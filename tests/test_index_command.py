"""`index` prepares measures for later runs; `cache` tells what is kept, and clears it."""

import json
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result

from lnrs_geo import indexing
from lnrs_geo.cache import Cache
from lnrs_geo.cli import main
from lnrs_geo.spatial.layer_store import Asked, stored_layers

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
    assert done.stderr == f"{MEASURES}: {rows:,} rows in 1 layer, kept.\n"
    assert stored_layers(MEASURES, Asked(), near=None, cache=cache) is not None
    again = run("index", MEASURES, "--strategy", STRATEGY)
    assert again.stderr == f"{MEASURES}: {rows:,} rows in 1 layer, kept already.\n"
    assert run("index", MEASURES, "--strategy", STRATEGY, "-q").stderr == ""


def test_squares_are_asked_for_with_all_measures_and_the_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the engine cuts ahead is the whole map, within the area alone where one is given."""
    asked = []
    monkeypatch.setattr(indexing, "build_squares", lambda *given, **_: asked.append(given))
    area = str(SAMPLE / "authorities.gpkg")
    run("index", MEASURES, "--strategy", STRATEGY)
    run("index", MEASURES, "--strategy", STRATEGY, "--area", area)
    (whole, everywhere), (_, land) = asked
    assert len(whole) == len(gpd.read_file(MEASURES))
    assert everywhere is None
    assert len(land) == len(gpd.read_file(area))


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
    assert run("index", MEASURES, "--strategy", STRATEGY).stderr.endswith(", kept.\n")
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
