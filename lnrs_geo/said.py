"""What features say of themselves: stages, habitats and claims, read once for all that say the same.

A file of thousands of parcels holds a few hundred different rows, whatever is known of their place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lnrs_geo.location import is_off_site
from lnrs_geo.model import Intervention, Module, Retention, Significance, Stage
from lnrs_geo.multiplier import claims, habitats, retention
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.consistency import Proposal
from lnrs_geo.multiplier.criteria import Row
from lnrs_geo.multiplier.documents import Listed, find_judgement
from lnrs_geo.multiplier.regime import Regime

# A row learns which table applies when its place is known.
NOT_ASKED = Regime("", "", "")


@dataclass(frozen=True, slots=True)
class Said:
    """What a feature says of one stage; features that say the same share it.

    `kind` numbers what bears on the answer: `row`, `proposal`, habitat, `application` and `off_site`.
    """

    stage: retention.StageRow
    found: habitats.HabitatMatch
    row: Row
    proposal: Proposal | None
    claim: claims.Claim
    vertical: bool
    application: Application
    off_site: bool | None
    earlier: claims.Claim | None
    kind: int


class Reader:
    """Reads what features say of themselves; the same words are read once.

    Parameters
    ----------
    documents
        The lines of a list for Table 8.
    earlier
        The baseline claims of an earlier file, None where none was given.
    intervention
        Of features that say nothing: create, enhance, either or empty.
    """

    def __init__(
        self, documents: Sequence[Listed], earlier: claims.Earlier | None, *, intervention: str
    ) -> None:
        self._documents, self._earlier = documents, earlier
        self._either = intervention == "either"
        given = Intervention(intervention) if intervention in set(Intervention) else None
        self._default = given or (Intervention.CREATE if self._either else None)
        # what is said of single parcels, by reference, keeps alike features apart
        self._by_reference = bool(documents) or earlier is not None
        self._seen: dict[tuple[Any, ...], list[Said]] = {}
        self._kinds: dict[tuple[Any, ...], int] = {}

    def read(
        self,
        feature: Any,
        module: Module,
        *,
        application: Application,
        fault: tuple[str, str],
        own: claims.Claim,
    ) -> list[Said]:
        """Return what a feature says, stage by stage.

        Parameters
        ----------
        feature
            A row of the parcel frame.
        application
            The feature's own; the caller keeps it as long as the reader.
        fault
            What no stage can get past: its code and its words, empty where there is nothing.
        own
            The claim of the feature's own baseline.
        """
        key = (
            feature.template, feature.table_stage, module, feature.retention, feature.baseline_habitat,
            feature.proposed_habitat, feature.baseline_ss, feature.proposed_ss, feature.location,
            feature.vertical, fault, own.text, id(application),
            *((feature.site_ref, feature.parcel_ref) if self._by_reference else ()),
        )  # fmt: skip
        if key not in self._seen:
            raw = retention.RawRow(
                feature.template,
                feature.table_stage,
                module.value,
                feature.retention,
                feature.baseline_habitat,
                feature.proposed_habitat,
            )
            self._seen[key] = [
                self._row(feature, module, stage, fault=fault, own=own, application=application)
                for stage in retention.stages(raw, default_intervention=self._default)
            ]
        return self._seen[key]

    def _row(
        self,
        feature: Any,
        module: Module,
        stage: retention.StageRow,
        *,
        fault: tuple[str, str],
        own: claims.Claim,
        application: Application,
    ) -> Said:
        found = _find(stage.habitat_text, module)
        habitat = found.habitat
        obstacle, note = fault
        if not obstacle and stage.stage is Stage.POST and stage.retention is not Retention.RETAINED:
            obstacle, note = _unclear(stage, found)
        is_baseline = stage.stage is Stage.BASELINE
        either = self._either and feature.template == "plain" and habitats.is_blank(feature.retention)
        claim = claims.read_label(feature.baseline_ss if is_baseline else feature.proposed_ss)
        earlier = (
            self._earlier.find(site_ref=feature.site_ref, parcel_ref=feature.parcel_ref, module=module)
            if self._earlier
            else None
        )
        row = Row(
            module=module,
            stage=stage.stage,
            retention=None if either else stage.retention,
            intervention=None if either else stage.intervention,
            habitat=habitat.habitat if habitat else stage.habitat_text,
            regime=NOT_ASKED,
            scores_zero=bool(habitat and habitat.scores_zero and not obstacle),
            obstacle=obstacle,
            obstacle_note=note,
            held=None
            if self._earlier and earlier is None and _is_kept_ground(stage)
            else _held(stage, claim, earlier or own),
            judgement=find_judgement(
                self._documents,
                site_ref=feature.site_ref,
                parcel_ref=feature.parcel_ref,
                stage=Stage.BASELINE if stage.retention is Retention.RETAINED else stage.stage,
            ),
        )
        asks = (
            row.stage is Stage.POST
            and stage.retention in (Retention.CREATED, Retention.ENHANCED)
            and not row.obstacle
            and not row.scores_zero
        )
        proposal = (
            Proposal(module, habitat.habitat, habitat.broad, row.intervention) if asks and habitat else None
        )
        off_site = is_off_site(feature.location, application)
        kind = (row, proposal, habitat, application, off_site)
        return Said(
            stage=stage,
            found=found,
            row=row,
            proposal=proposal,
            claim=claim,
            vertical=bool(feature.vertical),
            application=application,
            off_site=off_site,
            earlier=earlier if is_baseline else None,
            kind=self._kinds.setdefault(kind, len(self._kinds)),
        )


def _is_kept_ground(stage: retention.StageRow) -> bool:
    """Say whether a row has the value of a baseline, which an earlier file can hold."""
    return stage.stage is Stage.BASELINE or stage.retention is Retention.RETAINED


def _held(stage: retention.StageRow, claim: claims.Claim, baseline: claims.Claim) -> Significance | None:
    """Return the value that stands where the dates keep it: as in an earlier file, else as claimed.

    Retained habitat has the value of its own baseline (rules 2.2).
    """
    if stage.stage is Stage.POST and stage.retention is not Retention.RETAINED:
        return claim.significance
    return baseline.significance


def _unclear(stage: retention.StageRow, found: habitats.HabitatMatch) -> tuple[str, str]:
    """Name what keeps a post-development row from being looked up; "" where nothing does."""
    said = " ".join(remark.message for remark in stage.issues)
    if any(remark.code == "retention-unknown" for remark in stage.issues):
        return "unknown-intervention", f"{said} Whether the habitat is created or enhanced is not known."
    if stage.problem:
        return stage.problem, said or "The row does not say what is created or enhanced."
    if found.habitat is None:
        nearest = f" Nearest names: {'; '.join(found.nearest)}." if found.nearest else ""
        return "unknown-habitat", f"{stage.habitat_text!r} is no habitat of the metric.{nearest}"
    return "", ""


def _find(text: str, module: Module) -> habitats.HabitatMatch:
    return habitats.find(text, module=module) if text else habitats.HabitatMatch(None, "none")
