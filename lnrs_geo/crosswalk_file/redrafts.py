"""Lay a new draft over a crosswalk that people have worked on, and lose nothing of their work.

A drafted row carries in its `source` a mark made of its own cells. Where the mark still fits, nobody
has touched the row and a later draft may renew or remove it; every other row is a person's.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lnrs_geo.crosswalk_file.keeping import Cells
from lnrs_geo.multiplier.crosswalk import COLUMNS, is_of

_MARKED = re.compile(r"(.*\S) ([0-9a-f]{8})")
_CONTENT = tuple(name for name in COLUMNS if name != "source")
# What a proposal is about; a person who has spoken of that needs no other one.
_SUBJECT = ("measure_id", "module", "habitat", "complete")
_KEY = (*_SUBJECT, "intervention", "verdict")


@dataclass(frozen=True, slots=True)
class Redraft:
    """A draft laid over a file.

    Attributes
    ----------
    rows
        What the file shall hold, old rows in their order.
    new, vanished
        Ids of measures that had no row, and of those that the draft does not speak of any more.
    added, renewed, removed
        How many proposals came, were drafted anew in their place, went.
    withheld
        Proposals for measures on which a person has worked, which were therefore not added.
    """

    rows: list[Cells]
    new: tuple[str, ...]
    vanished: tuple[str, ...]
    added: int
    renewed: int
    removed: int
    withheld: tuple[Cells, ...]


def marked(row: Mapping[str, str]) -> Cells:
    """Return a drafted row with the mark by which a later draft knows that nobody has touched it.

    Examples
    --------
    >>> row = marked({"measure_id": "M1", "status": "proposed", "source": "lnrs-geo draft"})
    >>> is_untouched(row), is_untouched({**row, "note": "on the limestone"})
    (True, False)
    """
    cells = {name: row.get(name, "") for name in COLUMNS}
    return {**cells, "source": f"{cells['source'] or 'draft'} {_digest(cells, cells['source'] or 'draft')}"}


def is_untouched(row: Mapping[str, str]) -> bool:
    """Tell whether a row is exactly what the program drafted: nothing changed, nothing added."""
    mark = _MARKED.fullmatch(row.get("source", "").strip())
    has_more = any(text.strip() for name, text in row.items() if name not in COLUMNS)
    return mark is not None and not has_more and mark[2] == _digest(row, mark[1])


def redraft(
    old_rows: Sequence[Cells],
    new_rows: Iterable[Mapping[str, str]],
    *,
    measure_ids: Iterable[str],
    lnrs_id: str,
) -> Redraft:
    """Lay a draft over the rows of a file; what a person did stays as it is, where it is.

    Parameters
    ----------
    old_rows
        The rows of the file; none where there is no file yet.
    new_rows
        What `draft.propose` says now.
    measure_ids
        Of all measures that were drafted.
    lnrs_id
        Of the strategy; rows of another one are none of the draft's business.
    """
    ids = tuple(dict.fromkeys(measure_ids))
    drafted = set(ids)
    own = [is_of(row.get("lnrs_id", ""), lnrs_id) for row in old_rows]
    untouched = [mine and is_untouched(row) for row, mine in zip(old_rows, own, strict=True)]
    hands = [row for row, mine, bare in zip(old_rows, own, untouched, strict=True) if mine and not bare]
    spoken_of = {_cells(row, _SUBJECT) for row in hands}
    worked_on = {_id(row) for row in hands}
    fresh: dict[tuple[str, ...], Cells] = {}
    for new in new_rows:
        fresh.setdefault(_cells(new, _KEY), marked(new))
    kept: list[Cells] = []
    last: dict[str, int] = {}
    counts: Counter[str] = Counter()
    for row, bare in zip(old_rows, untouched, strict=True):
        if not bare or _id(row) not in drafted:
            kept.append(row)
            last[_id(row)] = len(kept) - 1
            continue
        now = fresh.pop(_cells(row, _KEY), None)
        if now is None:
            counts["removed"] += 1
        elif all(now[name] == row.get(name, "").strip() for name in COLUMNS):
            kept.append(row)
        else:
            counts["renewed"] += 1
            kept.append({**row, **now})
        last[_id(row)] = len(kept) - 1
    added = [row for row in fresh.values() if _id(row) not in worked_on]
    withheld = [row for row in fresh.values() if _id(row) in worked_on and row["habitat"]]
    there = {_id(row) for row, mine in zip(old_rows, own, strict=True) if mine}
    return Redraft(
        _placed(kept, added, last),
        tuple(one for one in ids if one not in there),
        tuple(sorted(there - drafted - {""})),
        len(added),
        counts["renewed"],
        counts["removed"],
        tuple(row for row in withheld if _cells(row, _SUBJECT) not in spoken_of),
    )


def _placed(kept: Sequence[Cells], added: Sequence[Cells], last: Mapping[str, int]) -> list[Cells]:
    """Put each new row after the last one of its measure (-1: before all others), or at the end."""
    after: dict[int, list[Cells]] = {}
    for row in added:
        after.setdefault(last.get(_id(row), len(kept)), []).append(row)
    rows = after.pop(-1, [])
    for at, row in enumerate(kept):
        rows += [row, *after.get(at, ())]
    return [*rows, *after.get(len(kept), ())]


def _digest(row: Mapping[str, str], source: str) -> str:
    """Make the mark of a row; blanks do not count, for spreadsheet programs trim them."""
    words = [" ".join(row.get(name, "").split()) for name in _CONTENT]
    return hashlib.sha256("\x1f".join([*words, source]).encode()).hexdigest()[:8]


def _cells(row: Mapping[str, str], names: Sequence[str]) -> tuple[str, ...]:
    words = (" ".join(row.get(name, "").split()) for name in names)
    # M1 and m1 may be two measures, Create and create are one word
    return tuple(
        said if name == "measure_id" else said.casefold() for name, said in zip(names, words, strict=True)
    )


def _id(row: Mapping[str, str]) -> str:
    return " ".join(row.get("measure_id", "").split())
