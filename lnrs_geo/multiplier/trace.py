"""How a decision was reached: the questions asked, their answers, and what each rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from lnrs_geo.model import Retention, Stage
from lnrs_geo.multiplier import criteria
from lnrs_geo.multiplier.criteria import Land, Mapped, Place, Row

SETTLED_WITHOUT_PLACE = (
    "error", "not-applicable", "frozen", "as-secured", "as-approved", "baseline", "retained", "scores-zero",
)  # fmt: skip
LAND_WORDS = {
    Land.IN_AREA: "yes",
    Land.OTHER_LNRS: "no, in another LNRS",
    Land.CONTESTED: "not known, the areas of two LNRSs overlap there",
    Land.OUTSIDE: "no, outside every area given",
    Land.NOT_GIVEN: "not known, no area was given",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One question that was asked, its answer, and what the answer rests on."""

    question: str
    answer: str
    evidence: str = ""


def steps(row: Row, place: Place, *, ss_reason: str, sentence: str) -> tuple[Step, ...]:
    """List the questions that this row had to ask, with their answers."""
    regime = row.regime
    asked = [
        Step(
            "Which table applies?",
            f"{regime.table or 'none'}, row {regime.rule}",
            " ".join(one for one in (regime.reason, regime.citation) if one),
        )
    ]
    if ss_reason in SETTLED_WITHOUT_PLACE or (row.obstacle and ss_reason == row.obstacle):
        return (*asked, Step("What settles the row?", ss_reason, sentence))
    if regime.table == "table-8":
        return (*asked, *_documents(place), Step("What settles the row?", ss_reason, sentence))
    if row.held is not None and regime.table in ("both", "review"):
        asked.append(Step("Which value does the input hold?", row.held.value))
    if row.stage is Stage.BASELINE or row.retention is Retention.RETAINED:
        return (
            *asked,
            Step("What does Table 7 say?", "Low", "baseline and retained habitat is not looked up"),
        )
    asked.append(Step("Is the land in a strategy area that is loaded?", LAND_WORDS[place.land]))
    if not criteria.is_in_strategy_area(place):
        return tuple(asked)
    mapped = criteria.mapped_measures(place)
    asked.append(
        Step(
            "Limb a: is a potential measure mapped here?",
            "yes" if mapped else "no",
            ", ".join(dict.fromkeys(one.measure_id for one in mapped)),
        )
    )
    asked.extend(
        Step(
            f"Limb b: is the proposal consistent with {one.measure_id}?",
            one.answer.value + (" (repaired geometry)" if one.repaired else ""),
            f"{one.reason}{sourced(one)}",
        )
        for one in mapped
    )
    if place.in_apib or place.in_acb:
        asked.append(
            Step("Does it lie in an APIB or ACB?", "APIB" if place.in_apib else "ACB", "not the test")
        )
    return tuple(asked)


def _documents(place: Place) -> Iterable[Step]:
    """List the documents of the planning authority that map the land."""
    return [
        Step(f"Does {one.measure_id} map and describe the habitat here?", one.answer.value, one.reason)
        for one in place.documents or ()
    ]


def sourced(one: Mapped) -> str:
    """Return the source of a verdict as an addition to a sentence."""
    return f", {one.source}" if one.source else ""


def ids(measures: Iterable[Mapped]) -> list[str]:
    """Return the ids of measures, each once."""
    return list(dict.fromkeys(one.measure_id for one in measures))


def named(measures: Iterable[Mapped]) -> str:
    """Name measures within a sentence."""
    names = ids(measures)
    return f"measure {names[0]}" if len(names) == 1 else f"measures {', '.join(names)}"


def sources(measures: Iterable[Mapped]) -> str:
    """Say of each measure on whose word its verdict rests."""
    return "; ".join(f"{one.measure_id} {one.source or one.reason}" for one in measures)
