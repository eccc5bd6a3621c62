"""A person's override of limb b, within its limits (rules section 3).

An override settles whether a proposal is consistent with what is mapped there, or a condition. It
cannot put a measure where none is mapped, make an excluded measure count, or touch baseline or
retained habitat.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from lnrs_geo.days import advice, day_of
from lnrs_geo.errors import OverrideError
from lnrs_geo.multiplier.consistency import Answer, Verdict
from lnrs_geo.tables import filled_rows

COLUMNS = ("site_ref", "parcel_ref", "decision", "justification", "role", "date")
DECISIONS = ("consistent", "not-consistent")


@dataclass(frozen=True, slots=True)
class Override:
    """One line of `overrides.csv`; `role` is an office, never a person's name."""

    site_ref: str
    parcel_ref: str
    consistent: bool
    justification: str
    role: str
    date: str

    @property
    def on_whose_word(self) -> str:
        """Say who decided, when and why."""
        return f"override by the {self.role} on {self.date}: {self.justification.rstrip('.')}"


def require_columns(found: Sequence[str], *, where: str) -> None:
    """Refuse a table that is no file of overrides.

    Raises
    ------
    OverrideError
        It names neither parcels nor decisions.
    """
    if not {"parcel_ref", "decision"} <= set(found):
        raise OverrideError(
            f"It lacks columns of an overrides file (found: {', '.join(found)}).",
            where=where,
            fix=f"It needs: {', '.join(COLUMNS)}.",
        )


def read_overrides(
    rows: Iterable[Mapping[str, str]], *, where: str, as_at: date | None = None
) -> tuple[Override, ...]:
    """Read the rows of an `overrides.csv`; nobody can have decided after `as_at`.

    Raises
    ------
    OverrideError
        A cell is missing or unreadable, or two rows speak of one parcel: all faults at once.
    """
    good: dict[tuple[str, str], Override] = {}
    faults: list[str] = []
    required = partial(require_columns, where=where)
    for line, text in filled_rows(rows, columns=COLUMNS, require=required):
        day = day_of(text["date"])
        missing = [key for key in COLUMNS[1:] if not text[key]]
        key = (text["site_ref"], text["parcel_ref"])
        if missing:
            faults.append(f"line {line} lacks {', '.join(missing)}")
        elif day is None:
            faults.append(f"line {line}: date is {text['date']!r}: {advice(text['date'])}")
        elif as_at is not None and day > as_at:
            faults.append(f"line {line}: its date {text['date']} lies after {as_at}")
        elif text["decision"].lower() not in DECISIONS:
            faults.append(f"line {line}: decision is {text['decision']!r}, it takes {' or '.join(DECISIONS)}")
        elif key in good:
            faults.append(f"line {line} speaks again of parcel {text['parcel_ref']!r}")
        else:
            good[key] = Override(
                *key,
                text["decision"].lower() == "consistent",
                text["justification"],
                text["role"],
                text["date"],
            )
    if faults:
        raise OverrideError(
            f"{'; '.join(faults[:10])}.",
            where=where,
            fix="Every override needs a parcel, a decision, a justification, a role and a date.",
        )
    return tuple(good.values())


def find(overrides: Iterable[Override], *, site_ref: str, parcel_ref: str) -> Override | None:
    """Return the override of a parcel; one without a site serves that reference on every site."""
    own = [one for one in overrides if one.parcel_ref == parcel_ref]
    return next(
        (one for one in own if one.site_ref == site_ref), next((one for one in own if not one.site_ref), None)
    )


def apply(override: Override | None, verdict: Verdict) -> Verdict:
    """Return the verdict with the override in its place, where an override may take it.

    A measure that is not eligible stays so (rules section 3); a verdict that already says what the
    override says keeps its own, stronger source.
    """
    if override is None or verdict.answer is Answer.NOT_ELIGIBLE:
        return verdict
    already = (Answer.YES,) if override.consistent else (Answer.NO, Answer.NOT_LISTED)
    if verdict.answer in already:
        return verdict
    said = "consistent" if override.consistent else "not consistent"
    return Verdict(Answer.YES if override.consistent else Answer.NO, said, "override", override.on_whose_word)
