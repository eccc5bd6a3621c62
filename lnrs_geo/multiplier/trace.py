"""How a decision was reached: the questions asked, their answers, and what each rests on."""

from collections.abc import Iterable
from dataclasses import dataclass

from lnrs_geo.multiplier import criteria
from lnrs_geo.multiplier.criteria import Land, Mapped, Place, Row

SETTLED_WITHOUT_PLACE = (
    "error", "regime-review", "table-8-no-documents", "baseline", "retained", "scores-zero",
)  # fmt: skip
LAND_WORDS = {
    Land.IN_AREA: "yes",
    Land.OTHER_LNRS: "no, in another LNRS",
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
    """List the questions of Table 7 as far as this row had to ask them, with their answers."""
    asked = [Step("Which table applies?", f"{row.regime.table}, row {row.regime.rule}", row.regime.reason)]
    if ss_reason in SETTLED_WITHOUT_PLACE or (row.obstacle and ss_reason == row.obstacle):
        return (*asked, Step("What settles the row?", ss_reason, sentence))
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
