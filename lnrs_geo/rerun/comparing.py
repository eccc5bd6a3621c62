"""Hold the parts of a new result against those of an earlier one, row by row."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lnrs_geo import frames, tabular
from lnrs_geo.columns import PARTS

if TYPE_CHECKING:
    from lnrs_geo.result import Result

Row = Mapping[str, Any]

# Sentences about an answer: where these alone differ, the answer is the same
WORDS = ("reason", "measure")
_LONGEST_SHOWN = 30
# What a reader asks first; of these as many are shown with what they were
FIRST = (
    "strat_sig",
    "status",
    "alt_sig",
    "ss_reason",
    "size",
    "habitat",
    "retention",
    "check",
    "regime_rule",
)
_SHOWN = 4
_KEY = ("source", "src_fid", "stage", "part")


@dataclass(frozen=True, slots=True)
class Difference:
    """A parcel of which something is decided otherwise.

    Attributes
    ----------
    lines
        What differs, part by part.
    answers
        Whether more than the words differ.
    """

    source: str
    parcel_ref: str
    lines: tuple[str, ...]
    answers: bool


def differences(then: Sequence[Row], result: Result) -> tuple[Difference, ...]:
    """Return the parcels whose parts are not as they were; numbers of traces do not count.

    Parameters
    ----------
    then
        The parts of `result.json`.
    result
        The new result.
    """
    old, new = ({tuple(row[name] for name in _KEY): row for row in rows} for rows in (then, _rows_of(result)))
    found: dict[tuple[Any, ...], list[tuple[str, bool]]] = {}
    names: dict[tuple[Any, ...], str] = {}
    for key in dict.fromkeys((*old, *new)):
        told = list(_of_part(old.get(key), new.get(key)))
        if told:
            found.setdefault(key[:2], []).extend(told)
            names.setdefault(key[:2], str((old.get(key) or new[key])["parcel_ref"]))
    return tuple(
        Difference(str(key[0]), names[key], tuple(line for line, _ in told), any(one for _, one in told))
        for key, told in found.items()
    )


def _rows_of(result: Result) -> list[dict[str, Any]]:
    """Return the parts as `result.json` would hold them."""
    text = io.StringIO()
    tabular.write_json_rows(frames.conform(result.parts, PARTS), PARTS, text)
    return list(json.loads(text.getvalue()))


def _of_part(old: Row | None, new: Row | None) -> Iterator[tuple[str, bool]]:
    """Say what differs of one part, if anything, and whether more than words do."""
    if old is None or new is None:
        one = old or new
        assert one is not None
        size = f"{one['size']} {one['size_unit']}, " if one["size"] is not None else ""
        what = (
            f"{one['stage']}, part {one['part']} ({size}{one['strat_sig'] or 'no answer'}, {one['status']})"
        )
        yield f"{what}: {'it is no longer there' if new is None else 'it was not there'}.", True
        return
    # a column that an older version did not have says nothing
    unlike = [name for name in new if name in old and old[name] != new[name]]
    if not unlike:
        return
    told = [name for name in FIRST if name in unlike and _is_short(old[name]) and _is_short(new[name])][
        :_SHOWN
    ]
    facts = [f"{name} was {_shown(old[name])}, is {_shown(new[name])}" for name in told]
    others = [name for name in unlike if name not in told]
    if others:
        facts.append(f"{'also' if told else 'not as they were:'} {', '.join(others)}")
    yield f"{new['stage']}, part {new['part']}: {'; '.join(facts)}.", not set(unlike) <= set(WORDS)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "empty" if value in (None, "") else str(value)


def _is_short(value: Any) -> bool:
    return len(str(value)) <= _LONGEST_SHOWN
