"""What `draft` proposes for real measures, against what an ecologist put down for forty of them.

`draft_sample.csv` was judged by reading the measures, before and without the program. A `core` row is
what the text clearly asks for, an `acceptable` one is neither missed nor wrong, and a measure with one
row without a habitat fits nothing. It holds no words of the measures, which are not ours to publish.
Run with `-s` to see the figures.
"""

import csv
import os
import random
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from lnrs_geo.draft import MeasureText, propose
from lnrs_geo.multiplier import habitats
from lnrs_geo.multiplier.crosswalk import INTERVENTIONS

REAL = os.environ.get("LNRS_GEO_REAL_DATA")
needs_measures = pytest.mark.skipif(not REAL, reason="LNRS_GEO_REAL_DATA is not set: no real measures")
MEASURES = Path(REAL or "") / "lnrs_west_of_england" / "measures.csv"
SAMPLE = Path(__file__).parent / "draft_sample.csv"
WEST_OF_ENGLAND = "35"
SEED = 20261121
MAPPED, OTHERS = 28, 12  # measures drawn of each kind
PRECISION, RECALL = 0.9, 0.8
ANY = " - *"


@dataclass(frozen=True)
class Row:
    """One habitat of one measure; an empty one says that nothing fits."""

    measure_id: str
    habitat: str
    module: str
    intervention: str
    weight: str = ""
    why: str = ""
    verdict: str = ""

    def __str__(self) -> str:
        said = self.why or self.verdict
        return f"{self.measure_id:>4}  {self.habitat} ({self.module}, {self.intervention})  {said}".rstrip()

    def fits(self, other: "Row") -> bool:
        """Whether both say the same of one measure, `either` agreeing with both interventions."""
        return (
            (self.measure_id, self.habitat, self.module) == (other.measure_id, other.habitat, other.module)
        ) and (self.intervention == other.intervention or "either" in (self.intervention, other.intervention))

    def answers(self, other: "Row") -> bool:
        """Whether this row settles the other, as one for the whole of its broad type does."""
        wide = {
            one.broad + ANY
            for one in habitats.records()
            if (one.habitat, one.module) == (other.habitat, other.module)
        }
        return self.fits(other) or (self.habitat in wide and self.fits(replace(other, habitat=self.habitat)))


@dataclass(frozen=True)
class Score:
    """The rows proposed for the sample, sorted by whether the sample bears them out."""

    right: tuple[Row, ...]
    wrong: tuple[Row, ...]
    met: tuple[Row, ...]
    missing: tuple[Row, ...]

    @property
    def precision(self) -> float:
        return len(self.right) / max(len(self.right) + len(self.wrong), 1)

    @property
    def recall(self) -> float:
        return len(self.met) / (len(self.met) + len(self.missing))

    def __str__(self) -> str:
        return "\n".join(
            (
                f"precision {self.precision:.3f}: {len(self.right)} right, {len(self.wrong)} wrong",
                *(f"  wrong   {row}" for row in self.wrong),
                f"recall {self.recall:.3f}: {len(self.met)} core rows met, {len(self.missing)} missing",
                *(f"  missing {row}" for row in self.missing),
            )
        )


@cache
def _sample() -> tuple[Row, ...]:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return tuple(Row(**row) for row in csv.DictReader(file))


@cache
def _measures() -> tuple[dict[str, str], ...]:
    with MEASURES.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _proposed() -> tuple[Row, ...]:
    """Propose rows for the texts alone: whether a measure counts is not what is judged here."""
    drawn = {row.measure_id for row in _sample()}
    texts = [
        MeasureText(row["measure_id"], row["measure"], "")
        for row in _measures()
        if row["measure_id"] in drawn
    ]
    rows = propose(texts, lnrs_id=WEST_OF_ENGLAND)
    names = ("measure_id", "habitat", "module", "intervention", "verdict")
    return tuple(Row(**{name: str(row.get(name, "")) for name in names}) for row in rows)


def _score(sample: tuple[Row, ...], proposed: tuple[Row, ...]) -> Score:
    """Compare; a row with the verdict no proposes nothing to do, so it is never right."""
    rows = [row for row in proposed if row.habitat]
    right = [row for row in rows if row.verdict != "no" and any(row.fits(one) for one in sample)]
    core = [row for row in sample if row.weight == "core"]
    met = [one for one in core if any(row.answers(one) for row in right)]
    return Score(
        tuple(right),
        tuple(row for row in rows if row not in right),
        tuple(met),
        tuple(one for one in core if one not in met),
    )


@needs_measures
def test_draft_agrees_with_an_ecologist() -> None:
    """Nine of ten proposed rows are right, and four of five rows that have to be there are."""
    score = _score(_sample(), _proposed())
    print(f"\n{score}")
    assert score.precision >= PRECISION and score.recall >= RECALL, f"\n{score}"


@needs_measures
def test_nothing_is_proposed_where_nothing_fits() -> None:
    """Each measure has habitats or one empty row, and the empty one alone where nothing fits."""
    empty = Counter(row.measure_id for row in _proposed() if not row.habitat)
    full = {row.measure_id for row in _proposed() if row.habitat}
    assert set(empty) | full == {row.measure_id for row in _sample()}
    assert set(empty).isdisjoint(full)
    assert set(empty.values()) <= {1}
    nothing = {row.measure_id for row in _sample() if not row.habitat}
    too_many = [str(row) for row in _proposed() if row.habitat and row.measure_id in nothing]
    assert not too_many, "\n" + "\n".join(too_many)


@needs_measures
def test_the_draw_can_be_repeated() -> None:
    """The forty measures are those that chance picked."""
    kinds: dict[bool, list[str]] = {True: [], False: []}
    for row in _measures():
        kinds[row["mapped_unmapped"] == "Mapped"].append(row["measure_id"])
    draw = random.Random(SEED)
    drawn = draw.sample(sorted(kinds[True]), MAPPED) + draw.sample(sorted(kinds[False]), OTHERS)
    assert set(drawn) == {row.measure_id for row in _sample()}


def test_sample_is_sound() -> None:
    """Forty measures, habitats that the metric knows under their module, and no row twice."""
    rows = _sample()
    assert len({row.measure_id for row in rows}) == MAPPED + OTHERS
    known = {(one.habitat, str(one.module)) for one in habitats.records()}
    known |= {(one.broad + ANY, str(one.module)) for one in habitats.records()}
    times = Counter(row.measure_id for row in rows)
    for row in rows:
        assert row.why, row
        if row.habitat:
            assert (row.habitat, row.module) in known, row
            assert row.intervention in INTERVENTIONS, row
            assert row.weight in {"core", "acceptable"}, row
        else:
            assert (row.module, row.intervention, row.weight) == ("", "", ""), row
            assert times[row.measure_id] == 1, row
    keys = [(row.measure_id, row.habitat, row.module) for row in rows]
    assert len(keys) == len(set(keys))


def test_score_counts_what_it_says() -> None:
    """Rows count by habitat, module and intervention, and a broad type answers for its habitats."""
    meadow, hedge = "Grassland - Lowland meadows", "Native hedgerow"
    sample = (
        Row("1", meadow, "area", "enhance", "core"),
        Row("1", "Grassland - Other neutral grassland", "area", "either", "acceptable"),
        Row("2", hedge, "hedgerow", "enhance", "core"),
        Row("2", "Hedgerow - *", "hedgerow", "enhance", "acceptable"),
        Row("3", "", "", ""),
    )
    right = (
        Row("1", "Grassland - Other neutral grassland", "area", "create"),
        Row("2", "Hedgerow - *", "hedgerow", "either"),
    )
    wrong = (
        Row("1", meadow, "area", "create"),
        Row("1", meadow, "area", "enhance", verdict="no"),
        Row("1", "Grassland - *", "area", "enhance"),
        Row("2", hedge, "area", "enhance"),
        Row("3", meadow, "area", "enhance"),
    )
    score = _score(sample, (*right, *wrong, Row("4", "", "", "")))
    assert (score.right, score.wrong) == (right, wrong)
    assert (score.met, score.missing) == ((sample[2],), (sample[0],))
    assert (score.precision, score.recall) == (2 / 7, 1 / 2)
    assert "missing    1  Grassland - Lowland meadows (area, enhance)" in str(score)
