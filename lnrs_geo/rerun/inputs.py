"""Hold the inputs of a run, as its record has them, against the files that are there now."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lnrs_geo import strategy as strategies
from lnrs_geo.errors import SourceError
from lnrs_geo.settings import name_of
from lnrs_geo.spatial.sources import find_sources
from lnrs_geo.strategy import Strategy

Record = Mapping[str, Any]

TABLES = ("crosswalk", "overrides", "applications")
# What the record calls the layers of an option, where it is not the option's own name
_ROLES = {"authorities": "authority"}
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class State:
    """Inputs that are gone, by name and role, and those that changed, each in a sentence."""

    gone: tuple[str, ...]
    changed: tuple[str, ...]


def looked_at(given: Mapping[str, Any], recorded: Sequence[Record]) -> State:
    """Compare the SHA-256 of every input with the record.

    Parameters
    ----------
    given
        The keywords of `check`.
    recorded
        The inputs as the record of the run has them.

    Raises
    ------
    StrategyError
        A strategy file cannot be read, or names a file that is not there.
    """
    then = _digests((one["role"], one["path"], one["sha256"]) for one in recorded)
    tables = {*TABLES, *(one["role"] for one in recorded if "rows" in one)}  # documents may be a list
    files = [one for one in given["strategy"] if one.lower().endswith(".toml")]
    gone = {f"{one} (strategy)": "strategy" for one in files if not Path(one).exists()}
    loaded = [strategies.load(one) for one in given["strategy"] if f"{one} (strategy)" not in gone]
    seen = [("strategy", one.path.name, one.sha256) for one in loaded]
    changed = []
    unsure = {"strategy"} if gone else set()
    for role, source in _sources(given, loaded):
        if not Path(source).exists():
            gone[f"{source} ({role})"] = role
            unsure.add(role)
            continue
        try:
            seen += [(role, *one) for one in (_table(source) if role in tables else _files(source))]
        except (SourceError, OSError):  # the run that follows says what is wrong with it
            changed.append(f"Input {source} ({role}) can no longer be read.")
            unsure.add(role)
    now = _digests(seen)
    for role, label in then:
        if (role, label) in now:
            changed += _change(role, label, then[role, label], now[role, label])
        elif role not in unsure:
            gone[f"{label} ({role})"] = role
    return State(tuple(gone), tuple(changed))


def changed_behind(then: Sequence[Record], now: Sequence[Record], told: Sequence[str]) -> Iterator[str]:
    """Say which inputs hold something else than they did, where two of one name hide it from `looked_at`.

    Of two files of one name that held the same, one may have changed: both digests are there still.

    Parameters
    ----------
    then, now
        The inputs as the records of the two runs have them.
    told
        The sentences of the inputs that are known to have changed.
    """
    before, after = _times_read(then), _times_read(now)
    for (role, label), digests in before.items():
        lost, come = digests - after[role, label], after[role, label] - digests
        if lost and come and not any(one.startswith(f"Input {label} ({role}) ") for one in told):
            yield from _change(role, label, set(lost), set(come))


def _times_read(recorded: Sequence[Record]) -> dict[tuple[str, str], Counter[str]]:
    """Return how often each digest was read under a name; a file has a record for each of its layers."""
    layers = Counter((one["role"], one["path"], one["sha256"], one.get("layer")) for one in recorded)
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (role, label, digest, _), times in layers.items():
        found[role, label][digest] = max(found[role, label][digest], times)
    return found


def otherwise_read(then: Sequence[Record], now: Sequence[Record]) -> Iterator[str]:
    """Say which inputs are read that were not, or come into the national grid in another way."""
    files = {(one["role"], one["path"]) for one in then}
    before = {_layer_of(one): one for one in then}
    for one in now:
        if (one["role"], one["path"]) not in files:
            files.add((one["role"], one["path"]))
            yield f"Input {one['path']} ({one['role']}) was not read then."
        old = before.get(_layer_of(one))
        if old is not None and old.get("transformation") != one.get("transformation"):
            yield (
                f"Layer {one['layer']} of {one['path']} was transformed by {old['transformation']}, "
                f"and is by {one['transformation']}."
            )


def _sources(given: Mapping[str, Any], loaded: Sequence[Strategy]) -> Iterator[tuple[str, str | Path]]:
    """Give every input but the strategy files with its role, those that strategy files name included."""
    yield from (("parcels", one) for one in given["parcels"])
    yield from (("measures", one) for one in given["measures"])
    for strategy in loaded:
        if not given["measures"]:
            yield from (("measures", one) for one in strategy.measure_files)
        # beside an area that is given, those of several strategies are read too
        if strategy.area and (given["area"] is None or len(given["strategy"]) > 1):
            yield "area", strategy.area
        if strategy.crosswalk and given["crosswalk"] is None:
            yield "crosswalk", strategy.crosswalk
    for name in (*TABLES, "area", "authorities", "apib", "acb", "documents", "submitted"):
        if given[name] is not None:
            yield _ROLES.get(name, name), given[name]


def _table(source: str | Path) -> Iterator[tuple[str, str]]:
    """Give a table as the record calls it, with its digest."""
    yield name_of(source, "table"), hashlib.sha256(Path(source).read_bytes()).hexdigest()


def _files(source: str | Path) -> Iterator[tuple[str, str]]:
    """Give every file behind a source of layers as the record calls it, with its digest."""
    with ExitStack() as stack:
        yield from [(one.label, one.sha256) for one in find_sources(source, stack=stack, issues=[])]


def _digests(
    seen: Iterator[tuple[str, str, str]] | list[tuple[str, str, str]],
) -> dict[tuple[str, str], set[str]]:
    """Return the digests of each input: two strategy files may well be called the same."""
    found: dict[tuple[str, str], set[str]] = {}
    for role, label, digest in seen:
        found.setdefault((role, label), set()).add(digest)
    return found


def _change(role: str, label: str, then: set[str], now: set[str]) -> Iterator[str]:
    """Say that an input holds something else now; of several of one name those that are not needed do not count."""
    if then <= now:
        return
    was, is_now = (", ".join(sorted(one[:_DIGITS] for one in some)) for some in (then - now, now - then))
    yield f"Input {label} ({role}) has changed: its SHA-256 began {was}, and begins {is_now}."


def _layer_of(one: Record) -> tuple[Any, ...]:
    return tuple(one.get(key) for key in ("role", "path", "layer", "sha256"))
