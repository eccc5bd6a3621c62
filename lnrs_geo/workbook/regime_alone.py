"""What the dates alone say of a metric's row, wherever its land lies.

They settle every baseline, Medium, and what they keep as it was. What is created or enhanced under Table 7
has to be looked up on the map: without its parcel there is no answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from lnrs_geo.model import Significance, Stage, Status
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.claims import Assessed, Claim, verdict
from lnrs_geo.multiplier.criteria import Land, Place, Row
from lnrs_geo.multiplier.decide import assign
from lnrs_geo.multiplier.figures import TWO_FIGURES
from lnrs_geo.multiplier.regime import Publication, Regime, of_either_lnrs, regime_of
from lnrs_geo.multiplier.retention import INTERVENTIONS
from lnrs_geo.multiplier.rules import Edition
from lnrs_geo.workbook.metric_rows import MetricRow

# What a part says of itself, by the columns of the results; `check` holds the verdict on the row's claim.
Answer = dict[str, Any]

NOT_ASSESSED = "not-assessed"
NEEDS_PARCEL = (
    "Whether a measure is mapped there, and the proposal consistent with it, takes the parcel itself."
)
UNKNOWN_DATES = "The dates go by the parcels, and the row was not joined to one, so its own are not known."


@dataclass(frozen=True, slots=True)
class Dates:
    """What is known of the one application that a metric is of.

    `publications` tell, by LNRS id, when the strategies named were published; off-site land is taken to
    lie in them too.
    """

    application: Application
    publications: Mapping[str, Publication]
    as_at: date
    edition: Edition

    def regime(self, row: MetricRow) -> Regime:
        """Return which table applies to a row."""
        return regime_by(self.application, tuple(self.publications.items()), self.as_at, row.code.stage,
                         row.code.off_site)  # fmt: skip

    def answer(self, row: MetricRow) -> Answer:
        """Return what the dates say of a row; its status is `not-assessed` where they do not say enough."""
        return self.under(self.regime(row), row)

    def unknown(self, row: MetricRow) -> Answer:
        """Return what can be said of a row whose application has dates that only its parcel could tell."""
        return _not_assessed(Regime("review", "", UNKNOWN_DATES), row)

    def under(
        self,
        regime: Regime,
        row: MetricRow,
        *,
        earlier: Claim | None = None,
        obstacle: tuple[str, str] = ("", ""),
    ) -> Answer:
        """Return what a row comes to under a regime, as far as that can be told without the map.

        `earlier` is what an earlier file claims in place of the row, `obstacle` what is wrong with the
        row's parcel: a code, and words.
        """
        scores_zero = bool(row.found and row.found.scores_zero)
        created = row.code.stage is Stage.POST
        if created and (regime.table in TWO_FIGURES or (regime.table == "table-7" and not scores_zero)):
            return _not_assessed(regime, row)
        asked = replace(
            asked_of(row, regime),
            held=(earlier or row.claim).significance,
            obstacle=obstacle[0],
            obstacle_note=obstacle[1],
        )
        found = assign(asked, Place(Land.NOT_GIVEN), edition=self.edition)
        answer: Answer = {
            "stage": row.code.stage.value,
            "retention": row.code.retention.value if row.code.retention else "",
            "status": found.status.value,
            "strat_sig": found.significance.value if found.significance else "",
            "ss_mult": self.edition.multiplier(found.significance) if found.significance else None,
            "alt_sig": found.alternative.value if found.alternative else "",
            "ss_reason": found.ss_reason,
            "reason": found.reason,
            "regime": found.regime,
            "regime_rule": found.regime_rule,
            "review": found.review,
            "claimed": row.claimed,
        }
        return answer | {"check": check_of(row.claim, answer, earlier=earlier)}


def asked_of(row: MetricRow, regime: Regime) -> Row:
    """Return what the rules are asked about a row under a regime: what it says of itself, its claim included."""
    return Row(
        module=row.module,
        stage=row.code.stage,
        retention=row.code.retention,
        intervention=INTERVENTIONS[row.code.retention] if row.code.retention else None,
        habitat=row.habitat,
        regime=regime,
        scores_zero=bool(row.found and row.found.scores_zero),
        held=row.claim.significance,
    )


def check_of(claim: Claim, answer: Answer, *, earlier: Claim | None = None) -> str:
    """Return the verdict on a row's claim, held against an answer (rules section 6)."""
    held_against = Assessed(
        stage=Stage(answer["stage"]),
        status=Status(answer["status"]),
        significance=Significance(answer["strat_sig"]) if answer["strat_sig"] else None,
        regime=answer["regime"],
        regime_rule=answer["regime_rule"],
        earlier=earlier,
    )
    return verdict(claim, held_against)


def _not_assessed(regime: Regime, row: MetricRow) -> Answer:
    """Return what is wrong with a claim wherever its land lies: Medium, none at all, words of no metric."""
    answer: Answer = {
        "stage": row.code.stage.value,
        "retention": row.code.retention.value if row.code.retention else "",
        "status": Status.PROVISIONAL.value,
        "strat_sig": "",
        "ss_mult": None,
        "alt_sig": "",
        "ss_reason": "",
        "reason": " ".join([regime.reason, NEEDS_PARCEL, *regime.warnings]),
        "regime": regime.table,
        "regime_rule": regime.rule,
        "review": False,
        "claimed": row.claimed,
    }
    found = check_of(row.claim, answer)
    return answer | {"status": NOT_ASSESSED, "check": "" if found == "review" else found}


@lru_cache(maxsize=64)
def regime_by(
    application: Application,
    publications: tuple[tuple[str, Publication | None], ...],
    as_at: date,
    stage: Stage,
    off_site: bool,
) -> Regime:
    """Return which table applies on land of one LNRS, or of several that claim it."""
    by_lnrs = {
        lnrs_id: regime_of(stage, application, publication=one, as_at=as_at, off_site=off_site)
        for lnrs_id, one in publications
    }
    return of_either_lnrs(by_lnrs) if len(by_lnrs) > 1 else next(iter(by_lnrs.values()))
