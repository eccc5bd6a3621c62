"""From features to rows: each feature's module, stages, habitats and claims, still without a place.

One feature of a file stands for one row (baseline or post) or two. What the multiplier says of a
feature's words is asked here, so that matching and splitting see geometry alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from lnrs_geo.issues import issue
from lnrs_geo.location import is_off_site, location_issues
from lnrs_geo.model import Intervention, Issue, Module, Retention, Significance, Stage
from lnrs_geo.multiplier import claims, habitats, retention
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.consistency import Proposal
from lnrs_geo.multiplier.criteria import Row
from lnrs_geo.multiplier.documents import Listed, find_judgement
from lnrs_geo.multiplier.regime import Regime
from lnrs_geo.own_baselines import OwnBaselines

# A row learns which table applies when its place is known.
NOT_ASKED = Regime("", "", "")


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A feature at a stage: `feature` is its row number in the parcel frame.

    `row` says nothing yet of the table that applies: that depends on the place. `proposal` is None
    where no measure could be asked (baseline, retained, unclear rows); `subject` is the habitat that
    the row speaks of, None where the metric does not know it; `earlier` the claim of the same
    baseline in an earlier file.
    """

    feature: int
    row: Row
    proposal: Proposal | None
    subject: habitats.Habitat | None
    claim: claims.Claim
    claim_due: bool
    vertical: bool
    application: Application
    off_site: bool | None
    earlier: claims.Claim | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the user says of parcels beside their own rows.

    `applications` go by parcel row number; `documents` are the lines of a list for Table 8; `earlier`
    holds the baseline claims of an earlier file, None where none was given.
    """

    applications: Sequence[Application]
    documents: Sequence[Listed] = ()
    earlier: claims.Earlier | None = None


def feature_rows(
    parcels: gpd.GeoDataFrame,
    modules: list[Module | None],
    wrong_type: npt.NDArray[np.bool_],
    *,
    intervention: str,
    known: Known,
) -> tuple[list[FeatureRow], list[Issue]]:
    """Turn every feature into its rows, with what is unclear about each.

    Parameters
    ----------
    parcels
        The parcel frame of `normalise.parcels`.
    modules
        Of each feature; None puts its rows in error.
    wrong_type
        Features whose geometry does not fit their module; they are in error too.
    intervention
        Of features that say nothing: create, enhance, either or empty.
    known
        Dates, documents and earlier claims.
    """
    rows: list[FeatureRow] = []
    issues: list[Issue] = []
    silent = _layers_without_claims(parcels)
    own = OwnBaselines(parcels, modules)
    for at, feature in enumerate(parcels.itertuples(index=False)):
        module = modules[at]
        place = {"dataset": feature.source, "layer": feature.layer, "feature": feature.parcel_ref}
        issues += [*location_issues(feature.location, place), *own.issues(feature, module)]
        raw = retention.RawRow(
            feature.template,
            feature.table_stage,
            (module or Module.AREA).value,
            feature.retention,
            feature.baseline_habitat,
            feature.proposed_habitat,
        )
        given = Intervention(intervention) if intervention in set(Intervention) else None
        either = intervention == "either"
        fault = _fault(feature, module, bool(wrong_type[at]))
        for stage in retention.stages(
            raw, default_intervention=given or (Intervention.CREATE if either else None)
        ):
            for remark in stage.issues:
                issues.append(
                    issue(remark.code, remark.message, field=remark.field, value=remark.value, **place)
                )
            found = _find(stage.habitat_text, module)
            issues += _habitat_issues(stage, found, place)
            rows.append(
                _feature_row(
                    at, feature, module or Module.AREA, stage, found,
                    fault=fault,
                    either=either and feature.template == "plain" and habitats.is_blank(feature.retention),
                    known=known,
                    own=own.claim(feature, module),
                    claim_due=(feature.source, feature.layer, stage.stage) not in silent,
                )
            )  # fmt: skip
    return rows, issues


def _feature_row(
    at: int,
    feature: Any,
    module: Module,
    stage: retention.StageRow,
    found: habitats.HabitatMatch,
    *,
    fault: tuple[str, str],
    either: bool,
    known: Known,
    own: claims.Claim,
    claim_due: bool,
) -> FeatureRow:
    habitat = found.habitat
    obstacle, note = fault
    if not obstacle and stage.stage is Stage.POST and stage.retention is not Retention.RETAINED:
        obstacle, note = _unclear(stage, found)
    is_baseline = stage.stage is Stage.BASELINE
    claim = claims.read_label(feature.baseline_ss if is_baseline else feature.proposed_ss)
    earlier = (
        known.earlier.find(site_ref=feature.site_ref, parcel_ref=feature.parcel_ref, module=module)
        if known.earlier
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
        if known.earlier and earlier is None and _is_kept_ground(stage)
        else _held(stage, claim, earlier or own),
        judgement=find_judgement(
            known.documents,
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
    application = known.applications[at]
    return FeatureRow(
        feature=at,
        row=row,
        proposal=Proposal(module, habitat.habitat, habitat.broad, row.intervention)
        if asks and habitat
        else None,
        subject=habitat,
        claim=claim,
        claim_due=claim_due,
        vertical=bool(feature.vertical),
        application=application,
        off_site=is_off_site(feature.location, application),
        earlier=earlier if is_baseline else None,
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


def _fault(feature: object, module: Module | None, wrong_type: bool) -> tuple[str, str]:
    """Name the fault of a feature that no stage can get past; "" where there is none."""
    state = str(feature.geom_state)  # type: ignore[attr-defined]
    if state == "missing":
        return "error", "The feature has no geometry, so no answer can be computed."
    if state == "unreadable":
        return "error", "The geometry cannot be read, so no answer can be computed."
    if module is None:
        return (
            "error",
            "The module of the feature is not known, so no answer can be computed; give --map module=.",
        )
    if wrong_type:
        return "error", f"The geometry does not fit the {module} module, so no answer can be computed."
    if state == "changed":
        return (
            "repaired-geometry",
            "The geometry is invalid and its repair changes the area by more than 1 m2 or 0.1 %, so where the parcel "
            "lies is not certain.",
        )
    return "", ""


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


def _habitat_issues(
    stage: retention.StageRow, found: habitats.HabitatMatch, place: Mapping[str, str]
) -> Iterator[Issue]:
    field = "baseline_habitat" if stage.stage is Stage.BASELINE else "proposed_habitat"
    if found.habitat is None and stage.habitat_text:
        nearest = f" Nearest: {'; '.join(found.nearest)}." if found.nearest else ""
        yield issue(
            "habitat-unknown",
            f"{stage.habitat_text!r} is no habitat of the metric.{nearest}",
            field=field,
            value=stage.habitat_text,
            **place,
        )
    elif found.habitat is not None and found.how == "normalised":
        yield issue(
            "habitat-read-as",
            f"{stage.habitat_text!r} is read as {found.habitat.habitat!r}.",
            field=field,
            value=stage.habitat_text,
            **place,
        )


@lru_cache(maxsize=4096)
def _find(text: str, module: Module | None) -> habitats.HabitatMatch:
    if not text:
        return habitats.HabitatMatch(None, "none")
    return habitats.find(text, module=module)


def _layers_without_claims(parcels: gpd.GeoDataFrame) -> set[tuple[str, str, Stage]]:
    """Layers of no template that hold no significance at a stage claim nothing there, so none is missing."""
    plain = parcels[parcels["template"] == "plain"]
    return {
        (str(source), str(layer), stage)
        for stage, column in ((Stage.BASELINE, "baseline_ss"), (Stage.POST, "proposed_ss"))
        for (source, layer), cells in plain.groupby(["source", "layer"])[column]
        if (cells == "").all()
    }
