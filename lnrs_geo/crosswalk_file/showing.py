"""What a crosswalk says of one measure: consistent, refused, on a condition, only proposed, and on whose word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from lnrs_geo.crosswalk_file.keeping import Cells
from lnrs_geo.errors import CrosswalkError
from lnrs_geo.model import Module
from lnrs_geo.multiplier.consistency import Answer, Crosswalk
from lnrs_geo.multiplier.crosswalk import CrosswalkRow, read_crosswalk
from lnrs_geo.tables import same_number

TITLES = {
    "excluded": "Does not count for any habitat",
    "consistent": "Consistent",
    "conditional": "Consistent on a condition",
    "not_consistent": "Not consistent",
    "complete": "Complete lists: what they leave out is not consistent",
    "proposed": "Only proposed: decides nothing until a person has confirmed it",
    "without_effect": "Without effect",
    "unreadable": "Cannot be read",
    "nothing_found": "Nothing was found in its words",
}
_EXPECTED = {"yes": (Answer.YES, "consistent"), "no": (Answer.NO, "not_consistent")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row as it works: the habitat, what it excepts or asks for, and who stands behind it."""

    line: int
    habitat: str
    module: str
    intervention: str
    word: str
    aside: str = ""

    @property
    def text(self) -> str:
        """The entry in words."""
        covers = "for every module" if not self.module else self.module
        act = {"either": "", "create": ", created", "enhance": ", enhanced"}[self.intervention]
        what = f"{self.habitat} ({covers}{act})" if self.habitat else covers
        return f"{what}{self.aside} [line {self.line}: {self.word}]"


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows of a measure, sorted by what they do; `sections` has the keys of `TITLES`."""

    measure_id: str
    sections: dict[str, list[Entry]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        told = {name: [asdict(one) for one in self.sections.get(name, ())] for name in TITLES}
        return {"schema": "lnrs-geo/crosswalk-show-1", "measure_id": self.measure_id, **told}

    def lines(self) -> Iterator[str]:
        """Tell it to a person at a terminal."""
        yield f"Measure {self.measure_id}"
        for name, title in TITLES.items():
            entries = self.sections.get(name, [])
            if entries:
                yield f"{title}:"
                yield from (f"  {one.text}" for one in entries)
            elif name == "consistent":
                yield f"{title}: nothing, on anybody's word."


def show_measure(
    rows: Iterable[Cells], measure_id: str, *, where: str, lnrs_id: str = "", as_at: date | None = None
) -> Shown:
    """Sort what a crosswalk says of a measure.

    Parameters
    ----------
    rows
        Of the file, blank ones where it has other lines (`KeptFile.numbered_rows`).
    lnrs_id
        Of the strategy; "" takes the rows of every one.
    as_at
        The assessment date, after which nobody can have reviewed a row.

    Raises
    ------
    CrosswalkError
        The rows cannot be read, or none is of that measure; the nearest ids are named.
    """
    book = Crosswalk(read_crosswalk(rows, where=where, lnrs_id=lnrs_id, as_at=as_at))
    wanted = " ".join(measure_id.split())
    unreadable = [row for row in book.unreadable if row.measure_id == wanted]
    if not book.of_measure(wanted) and not unreadable:
        raise _unknown(book, wanted, where)
    shown = Shown(wanted)
    for row in book.of_measure(wanted):
        section, aside = _section(row, book)
        shown.sections.setdefault(section, []).append(_entry(row, aside))
    for row in unreadable:
        aside = ": the metric knows no such habitat"
        shown.sections.setdefault("unreadable", []).append(_entry(row, aside))
    return shown


def _section(row: CrosswalkRow, book: Crosswalk) -> tuple[str, str]:
    """Say under which title a row belongs, and what must be told beside its habitat."""
    if row.names_nothing:
        return "nothing_found", f": {row.note}" if row.note else ""
    if not row.decisive:
        said = {"yes": "", "": ""}.get(row.verdict, f", {row.verdict}")
        return "proposed", f"{said}{', as a complete list' if row.complete else ''}"
    if row.complete:
        return "complete", ""
    if row.habitat == "*" and row.verdict == "no":
        return "excluded", ""
    verdicts = book.verdicts_of(row, Module(row.module))
    own, section = _EXPECTED.get(row.verdict, (Answer.OPEN, "conditional"))
    if not any(one.answer is own and not one.contradiction for one in verdicts):
        return "without_effect", f", {row.verdict}: {verdicts[0].reason}"
    if section == "conditional":
        return section, f": {row.condition_note or 'not stated'}"
    excepted = book.exceptions_to(row) if section == "consistent" else ()
    return section, f", but not {', '.join(excepted)}" if excepted else ""


def _entry(row: CrosswalkRow, aside: str) -> Entry:
    return Entry(row.line, row.habitat, row.module, row.intervention, row.on_whose_word, aside)


def _unknown(book: Crosswalk, measure_id: str, where: str) -> CrosswalkError:
    """Name the ids that may have been meant."""
    known = list(dict.fromkeys(row.measure_id for row in (*book.rows, *book.unreadable)))
    folded = {name.casefold(): name for name in known}
    near = [
        folded[name] for name in difflib.get_close_matches(measure_id.casefold(), folded, n=3, cutoff=0.4)
    ]
    near = list(dict.fromkeys([*same_number(measure_id, known), *near]))
    others = " Its rows of another LNRS were passed over." if book.issues and not known else ""
    return CrosswalkError(
        f"It has no row for the measure {measure_id!r}.{others}",
        where=where,
        fix=f"Nearest: {', '.join(near)}."
        if near
        else f"Its measures: {', '.join(known[:10])}{' ...' if len(known) > 10 else ''}."
        if known
        else "It has no rows yet: draft some with `lnrs-geo crosswalk draft`.",
    )
