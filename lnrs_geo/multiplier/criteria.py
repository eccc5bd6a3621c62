"""One small function per question that Table 7 asks: the facts go in, a plain answer comes out.

`Row` is what is known of a parcel at a stage wherever it lies; `Place` is what is known of the land.
`decide.assign` puts the answers together.
"""

from dataclasses import dataclass
from enum import StrEnum

from lnrs_geo.model import Intervention, Module, Retention, Significance, Stage
from lnrs_geo.multiplier.consistency import Answer
from lnrs_geo.multiplier.regime import Regime


class Land(StrEnum):
    """How a place lies to the strategy areas (rules section 4)."""

    IN_AREA = "in-area"
    OTHER_LNRS = "other-lnrs"
    CONTESTED = "contested"
    OUTSIDE = "outside"
    NOT_GIVEN = "not-given"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the user judges of one parcel under Table 8; `role` is an office, never a person's name.

    `authority` is the planning authority whose documents it rests on, empty where it is not said; `line`
    that of the list.
    """

    significance: Significance
    document: str
    role: str
    date: str
    arguments: str = ""
    authority: str = ""
    line: int = 0

    @property
    def on_whose_word(self) -> str:
        """Say who judged, when and why."""
        return f"by the {self.role} on {self.date}" + (f": {self.arguments}" if self.arguments else "")


@dataclass(frozen=True, slots=True)
class Row:
    """A parcel at a stage, wherever it lies.

    `obstacle` is the reason code of a fault that settles the row before its place is asked
    (`error`, `repaired-geometry`, `unknown-habitat`, `unclear-retention`, `no-proposed-habitat`,
    `unknown-intervention`, `straddling-vertical`), `obstacle_note` the fault in words. `held` is the
    value that the input holds, None where it holds no valid one: what was submitted, approved or
    secured; of a retained habitat that of its own baseline.
    """

    module: Module
    stage: Stage
    retention: Retention | None
    intervention: Intervention | None
    habitat: str
    regime: Regime
    scores_zero: bool = False
    obstacle: str = ""
    obstacle_note: str = ""
    held: Significance | None = None
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Mapped:
    """One mapped measure over a place, with the verdict on the row's proposal.

    `repaired` is true where the measure's geometry had to be repaired beyond the limits of rules
    section 7; `beside` where the place only lies in what that measure might cover if it were larger.
    """

    measure_id: str
    answer: Answer
    reason: str
    status: str = ""
    source: str = ""
    repaired: bool = False
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The land of a part: strategy area, the measures mapped there, what the map is known to lack.

    `claimed_by` are the LNRSs whose areas overlap there, where the land is contested.
    For Table 8: `documents` of the planning authority that map the land (None where no documents were
    given at all), the names of those `specified` in a list, and whether the place's `authority` (empty
    where it is not known) is spoken of in what was given; `documents_complete` is false where a part
    of them could not be placed.
    """

    land: Land
    measures: tuple[Mapped, ...] = ()
    map_complete: bool = True
    in_apib: bool = False
    in_acb: bool = False
    documents: tuple[Mapped, ...] | None = None
    authority: str = ""
    specified: tuple[str, ...] = ()
    authority_spoken_of: bool = True
    documents_complete: bool = True
    claimed_by: tuple[str, ...] = ()


def is_in_strategy_area(place: Place) -> bool:
    """Is the land covered by a strategy that is loaded, as far as is known? (rules section 4)."""
    return place.land in (Land.IN_AREA, Land.NOT_GIVEN)


def mapped_measures(place: Place) -> tuple[Mapped, ...]:
    """Limb a, location: which measures does the Local Habitat Map propose here? (rules 2.3a)."""
    return tuple(one for one in place.measures if not one.beside)


def consistent_measures(place: Place) -> tuple[Mapped, ...]:
    """Limb b, consistency: with which of them is the proposal consistent? (rules 2.3b)."""
    return tuple(one for one in mapped_measures(place) if one.answer is Answer.YES and not one.repaired)


def uncertain_by_repair(place: Place) -> tuple[Mapped, ...]:
    """Which consistent measures cannot be located well enough? (rules section 7)."""
    return tuple(one for one in place.measures if one.answer is Answer.YES and one.repaired)


def open_measures(place: Place) -> tuple[Mapped, ...]:
    """For which measures has nobody yet said whether the proposal is consistent? (rules section 3)."""
    return tuple(one for one in mapped_measures(place) if one.answer is Answer.OPEN)


def refusing_measures(place: Place) -> tuple[Mapped, ...]:
    """With which measures is the proposal not consistent, on somebody's word? (rules 2.4)."""
    return tuple(
        one
        for one in mapped_measures(place)
        if one.answer in (Answer.NO, Answer.NOT_LISTED, Answer.NOT_ELIGIBLE)
    )
