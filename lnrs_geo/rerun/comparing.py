"""Hold the parts of a new result against those of an earlier one, row by row."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lnrs_geo import frames, tabular
from lnrs_geo.columns import PARCELS, PARTS, Column
from lnrs_geo.rerun.outlines import KEY, Key, moved
from lnrs_geo.rerun.wording import facts

if TYPE_CHECKING:
    import pandas as pd
    import shapely

    from lnrs_geo.result import Result

Row = Mapping[str, Any]

# Sentences about an answer: where these alone differ, the answer is the same
WORDS = ("reason", "measure", "notice")
# What is told of a whole parcel and of none of its parts
WHOLE = ("site_ref", "location", "units_claimed", "units_low", "units_high")
_KEY = KEY


@dataclass(frozen=True, slots=True)
class Difference:
    """A parcel of which something is decided otherwise.

    Attributes
    ----------
    lines
        What differs, part by part.
    answers
        Whether more than the words differ.
    outline
        Whether the geometry alone differs.
    """

    source: str
    parcel_ref: str
    lines: tuple[str, ...]
    answers: bool
    outline: bool = False


def differences(
    then: Sequence[Row],
    result: Result,
    stages: Sequence[Row] = (),
    outlines: Mapping[Key, shapely.Geometry | None] | None = None,
) -> tuple[Difference, ...]:
    """Return the parcels whose parts, or units, are not as they were; numbers of traces do not count.

    Parameters
    ----------
    then
        The parts of `result.json`.
    result
        The new result.
    stages
        The parcels of `result.json`. The input's own columns there are its files', and not compared.
    outlines
        The geometry of the parts there, by key, where that is known.
    """
    rows_now = _rows_of(result.parts, PARTS)
    old, new = ({tuple(row[name] for name in _KEY): row for row in rows} for rows in (then, rows_now))
    found: dict[tuple[Any, ...], list[tuple[str, bool]]] = {}
    names: dict[tuple[Any, ...], str] = {}
    for key in dict.fromkeys((*old, *new)):
        told = list(_of_part(old.get(key), new.get(key)))
        if told:
            found.setdefault(key[:2], []).extend(told)
            names.setdefault(key[:2], str((old.get(key) or new[key])["parcel_ref"]))
    before = {tuple(row[name] for name in _KEY[:-1]): row for row in stages}
    for row in _rows_of(result.parcels, PARCELS):
        key = tuple(row[name] for name in _KEY[:-1])
        # sizes and answers of a whole parcel follow from its parts
        told = list(_of_stage(before[key], row, whole=key[:2] in found)) if key in before else []
        if told:
            found.setdefault(key[:2], []).extend(told)
            names.setdefault(key[:2], str(row["parcel_ref"]))
    elsewhere: dict[tuple[Any, ...], list[str]] = {}
    for key, metres in moved(outlines or {}, result.parts).items():
        # where the columns of a part already tell that it is another, its outline says no more
        if key in old and not any(_of_part(old[key], new[key])):
            elsewhere.setdefault(key[:2], []).append(_of_outline(key, metres))
            names.setdefault(key[:2], str(new[key]["parcel_ref"]))
    return tuple(
        Difference(
            source=str(key[0]),
            parcel_ref=names[key],
            lines=(*(line for line, _ in found.get(key, ())), *elsewhere.get(key, ())),
            answers=any(one for _, one in found.get(key, ())),
            outline=key not in found,
        )
        for key in dict.fromkeys((*found, *elsewhere))
    )


def _of_outline(key: Key, metres: float) -> str:
    """Say that geometry differs of a part whose columns do not."""
    what = f"{key[2]}, part {key[3]}: every column is as it was, its outline is not"
    if metres == float("inf"):
        return f"{what}: one of the two has none."
    return (
        f"{what}; it differs by up to {metres:.3f} m." if metres >= 0.0005 else f"{what}, by less than 1 mm."
    )


def _rows_of(frame: pd.DataFrame, columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """Return a table as `result.json` would hold it."""
    text = io.StringIO()
    tabular.write_json_rows(frames.conform(frame, columns), columns, text)
    return list(json.loads(text.getvalue()))


def _of_stage(old: Row, new: Row, *, whole: bool) -> Iterator[tuple[str, bool]]:
    """Say what differs of a whole parcel at one stage; where its parts do, only what no part tells."""
    names = WHOLE if whole else [one.name for one in PARCELS]
    unlike = [name for name in names if name in old and name in new and old[name] != new[name]]
    if unlike:
        told = facts(old, new, unlike)
        yield f"{new['stage']}, the whole parcel: {told}.", not set(unlike) <= set(WORDS)


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
    yield f"{new['stage']}, part {new['part']}: {facts(old, new, unlike)}.", not set(unlike) <= set(WORDS)
