"""What a crosswalk would decide on given parcels, and for which measures a person's word is still wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lnrs_geo import chain
from lnrs_geo.settings import INTERVENTIONS, Settings, Sources

REVIEW = "for review"
# Medium only where Table 8 applies
ANSWERS = ("High", "Medium", "Low", REVIEW)


@dataclass(slots=True)
class Tally:
    """Parts by their answer, and their sizes by answer within each unit (ha, km, count)."""

    parts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ANSWERS, 0))
    sizes: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, answer: str, size: float, unit: str) -> None:
        """Count a part."""
        self.parts[answer] += 1
        sizes = self.sizes.setdefault(unit, dict.fromkeys(ANSWERS, 0.0))
        sizes[answer] = round(sizes[answer] + size, 6)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Parts that are created or enhanced: all of them, by measure, and those where none is mapped.

    A High part counts for the measures that it relies on, any other part for every measure there.
    """

    parcels: tuple[str, ...]
    total: Tally
    unmapped: Tally
    by_measure: dict[str, Tally]
    in_error: int

    def document(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        return {
            "parcels": list(self.parcels),
            "total": asdict(self.total),
            "unmapped": asdict(self.unmapped),
            "by_measure": [{"measure_id": name, **asdict(one)} for name, one in self.by_measure.items()],
            "in_error": self.in_error,
        }

    def lines(self) -> Iterator[str]:
        """Tell it to a person at a terminal, measures with most to review first."""
        yield f"With {', '.join(self.parcels)}, parts created or enhanced:"
        told = [
            ("in all", self.total),
            *self.by_measure.items(),
            ("where no measure is mapped", self.unmapped),
        ]
        wide = max(len(_short(name)) for name, _ in told) + 2
        shown = [answer for answer in ANSWERS if answer != "Medium" or self.total.parts[answer]]
        yield f"  {'':{wide}}" + "".join(f"{answer:>12}" for answer in shown)
        for name, tally in told:
            if not sum(tally.parts.values()):
                continue
            waiting = [f"{sizes[REVIEW]:g} {unit}" for unit, sizes in tally.sizes.items() if sizes[REVIEW]]
            yield (
                f"  {_short(name):{wide}}"
                + "".join(f"{tally.parts[answer]:>12}" for answer in shown)
                + (f"   ({', '.join(waiting)} for review)" if waiting else "")
            )
        if self.in_error:
            yield f"  In error, in no total: {self.in_error} parts."


def look_ahead(path: str | Path, *, sources: Sources, settings: Settings) -> Outlook:
    """Check parcels with a crosswalk and count the answers; nothing is decided here.

    Raises
    ------
    LnrsGeoError
        A file cannot be read or used.
    """
    words = {code: word for word, code in INTERVENTIONS.items()}
    result = chain.check(
        sources.parcels,
        measures=sources.measures,
        strategy=sources.strategy,
        crosswalk=path,
        area=sources.area,
        layers=sources.layers,
        measures_layers=sources.measures_layers,
        field_map=sources.field_map,
        crs=sources.crs,
        intervention=words[settings.intervention],
        as_at=settings.as_at,
    )
    post = result.parts[(result.parts["stage"] == "post") & (result.parts["retention"] != "Retained")]
    known = frozenset(result.matches["measure_id"])
    total, unmapped, in_error = Tally(), Tally(), 0
    by_measure: dict[str, Tally] = {}
    for part in post.to_dict("records"):
        if part["status"] not in ("decided", "provisional"):
            in_error += part["status"] == "error"
            continue
        answer = REVIEW if part["status"] == "provisional" else part["strat_sig"]
        counted = (answer, part["size"], part["size_unit"])
        names = split_ids(part["measure_id"] or part["also_in"], known)
        total.add(*counted)
        for tally in [by_measure.setdefault(name, Tally()) for name in names] or [unmapped]:
            tally.add(*counted)
    ranked = sorted(by_measure, key=lambda name: (-by_measure[name].parts[REVIEW], name))
    return Outlook(
        tuple(str(one) if isinstance(one, str | Path) else "<parcels frame>" for one in sources.parcels),
        total,
        unmapped,
        {name: by_measure[name] for name in ranked},
        in_error,
    )


def split_ids(joined: str, known: Iterable[str]) -> list[str]:
    """Take ids apart that were joined by semicolons; an id that is a text may hold one itself.

    Examples
    --------
    >>> split_ids("M1;Plant hedges; lay them;M2", ["M1", "M2", "Plant hedges; lay them"])
    ['M1', 'Plant hedges; lay them', 'M2']
    """
    names = set(known)
    pieces = joined.split(";") if joined else []
    found: list[str] = []
    while pieces:
        taken = next((n for n in range(len(pieces), 0, -1) if ";".join(pieces[:n]) in names), 1)
        found.append(";".join(pieces[:taken]))
        pieces = pieces[taken:]
    return found


def _short(name: str, *, width: int = 40) -> str:
    return name if len(name) <= width else f"{name[: width - 3]}..."
