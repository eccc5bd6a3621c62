"""When the engine matches a run, and when the plain way costs less."""

import sys

import pytest

from lnrs_geo.errors import OptionError
from lnrs_geo.spatial import engine

LOADED = "lnrs_geo.spatial.engine.sweeping"


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A process in which nothing was matched yet, on a machine where the code is compiled."""
    monkeypatch.delitem(sys.modules, LOADED, raising=False)
    monkeypatch.setattr(engine, "_is_compiled", lambda: True)
    return monkeypatch


@pytest.mark.parametrize(("n", "chosen"), [(1, False), (1_999, False), (2_000, True), (100_000, True)])
def test_many_areas_are_worth_starting_it(fresh: pytest.MonkeyPatch, n: int, chosen: bool) -> None:
    fresh.setattr(engine, "find_spec", lambda _: object())
    assert engine.is_chosen("auto", n) is chosen


def test_few_are_enough_once_it_is_started(fresh: pytest.MonkeyPatch) -> None:
    fresh.setattr(engine, "find_spec", lambda _: object())
    fresh.setitem(sys.modules, LOADED, object())
    assert engine.is_chosen("auto", 300)
    assert not engine.is_chosen("auto", 299)


def test_compiling_has_to_be_worth_it(fresh: pytest.MonkeyPatch) -> None:
    fresh.setattr(engine, "find_spec", lambda _: object())
    fresh.setattr(engine, "_is_compiled", lambda: False)
    assert not engine.is_chosen("auto", 10_000)
    assert engine.is_chosen("auto", 60_000)
    assert engine.is_chosen("indexed", 1)


def test_the_user_has_the_last_word(fresh: pytest.MonkeyPatch) -> None:
    fresh.setattr(engine, "find_spec", lambda _: object())
    assert not engine.is_chosen("plain", 10**6)
    assert engine.is_chosen("indexed", 1)


def test_without_numba_the_plain_way_serves_and_indexed_says_why_not(fresh: pytest.MonkeyPatch) -> None:
    fresh.setattr(engine, "find_spec", lambda _: None)
    assert not engine.is_chosen("auto", 10**6)
    with pytest.raises(OptionError, match="numba") as error:
        engine.is_chosen("indexed", 1)
    assert "lnrs-geo[fast]" in str(error.value.fix)
