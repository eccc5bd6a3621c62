"""From features to rows: each feature's module, stages, habitats and claims, still without a place.

One feature of a file stands for one row (baseline or post) or two. What the multiplier says of a
feature's words is asked here, so that matching and splitting see geometry alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from lnrs_geo.issues import issue
from lnrs_geo.model import Intervention, Issue, Module, Retention, Stage
from lnrs_geo.multiplier import claims, habitats, retention
from lnrs_geo.multiplier.consistency import Proposal
from lnrs_geo.multiplier.criteria import Row
from lnrs_geo.multiplier.regime import Publication, Regime, without_dates
from lnrs_geo.settings import Settings

MODULE_BY_DIMENSION = {2: Module.AREA, 0: Module.TREE}


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A feature at a stage: `feature` is its row number in the parcel frame.

    `proposal` is None where no measure needs to be asked (baseline, retained, unclear rows).
    """

    feature: int
    row: Row
    proposal: Proposal | None
    claim: claims.Claim
    claim_due: bool
    vertical: bool


def resolve_modules(parcels: gpd.GeoDataFrame) -> tuple[list[Module | None], list[Issue]]:
    """Say which module each feature belongs to (contract: layer, column, habitat, then geometry).

    Returns
    -------
    The module of each feature, None where it cannot be told, and an issue for each of those.
    """
    dimension = shapely.get_dimensions(np.asarray(parcels.geometry.array))
    modules: list[Module | None] = []
    issues: list[Issue] = []
    for at, feature in enumerate(parcels.itertuples(index=False)):
        module, problem = _module(feature, int(dimension[at]))
        modules.append(module)
        if problem:
            issues.append(
                issue(
                    "module-unknown",
                    problem,
                    dataset=feature.source,
                    layer=feature.layer,
                    feature=feature.parcel_ref,
                    field="module",
                    value=feature.module,
                )
            )
    return modules, issues


def _module(feature: object, dimension: int) -> tuple[Module | None, str]:
    said = str(feature.module)  # type: ignore[attr-defined]
    if said in set(Module):
        return Module(said), ""
    if said:
        return None, f"{said!r} is no module; the metric has {', '.join(Module)}."
    for text in (feature.proposed_habitat, feature.baseline_habitat):  # type: ignore[attr-defined]
        found = habitats.find(text).habitat
        if found is not None:
            return found.module, ""
    if dimension in MODULE_BY_DIMENSION:
        return MODULE_BY_DIMENSION[dimension], ""
    if dimension == 1:
        return None, "A line may be a hedgerow or a watercourse, and neither a layer nor a column says which."
    return Module.AREA, ""  # no geometry: in error whatever its module


def feature_rows(
    parcels: gpd.GeoDataFrame,
    modules: list[Module | None],
    wrong_type: npt.NDArray[np.bool_],
    *,
    settings: Settings,
    publication: Publication,
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
    publication
        Of the LNRS that is loaded.
    """
    rows: list[FeatureRow] = []
    issues: list[Issue] = []
    silent = _layers_without_claims(parcels)
    for at, feature in enumerate(parcels.itertuples(index=False)):
        module = modules[at]
        raw = retention.RawRow(
            feature.template,
            feature.table_stage,
            (module or Module.AREA).value,
            feature.retention,
            feature.baseline_habitat,
            feature.proposed_habitat,
        )
        given = Intervention(settings.intervention) if settings.intervention in set(Intervention) else None
        either = settings.intervention == "either"
        fault = _fault(feature, module, bool(wrong_type[at]))
        for stage in retention.stages(
            raw, default_intervention=given or (Intervention.CREATE if either else None)
        ):
            place = {"dataset": feature.source, "layer": feature.layer, "feature": feature.parcel_ref}
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
                    regime=_regime(stage.stage, publication, settings, "off" in feature.location.lower()),
                    claim_due=(feature.source, feature.layer, stage.stage) not in silent,
                )
            )  # fmt: skip
    return rows, issues


def _feature_row(
    at: int,
    feature: object,
    module: Module,
    stage: retention.StageRow,
    found: habitats.HabitatMatch,
    *,
    fault: tuple[str, str],
    either: bool,
    regime: Regime,
    claim_due: bool,
) -> FeatureRow:
    habitat = found.habitat
    obstacle, note = fault
    if not obstacle and stage.stage is Stage.POST and stage.retention is not Retention.RETAINED:
        obstacle, note = _unclear(stage, found)
    row = Row(
        module=module,
        stage=stage.stage,
        retention=None if either else stage.retention,
        intervention=None if either else stage.intervention,
        habitat=habitat.habitat if habitat else stage.habitat_text,
        regime=regime,
        scores_zero=bool(habitat and habitat.scores_zero and not obstacle),
        obstacle=obstacle,
        obstacle_note=note,
    )
    asks = (
        row.stage is Stage.POST
        and stage.retention in (Retention.CREATED, Retention.ENHANCED)
        and not row.obstacle
        and not row.scores_zero
        and regime.table == "table-7"
    )
    text = feature.baseline_ss if stage.stage is Stage.BASELINE else feature.proposed_ss  # type: ignore[attr-defined]
    return FeatureRow(
        feature=at,
        row=row,
        proposal=Proposal(module, habitat.habitat, habitat.broad, row.intervention)
        if asks and habitat
        else None,
        claim=claims.read_label(text),
        claim_due=claim_due,
        vertical=bool(feature.vertical),  # type: ignore[attr-defined]
    )


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


@lru_cache(maxsize=64)
def _regime(stage: Stage, publication: Publication, settings: Settings, off_site: bool) -> Regime:
    return without_dates(stage, publication=publication, as_at=settings.as_at, off_site=off_site)


def _layers_without_claims(parcels: gpd.GeoDataFrame) -> set[tuple[str, str, Stage]]:
    """Layers of no template that hold no significance at a stage claim nothing there, so none is missing."""
    plain = parcels[parcels["template"] == "plain"]
    return {
        (str(source), str(layer), stage)
        for stage, column in ((Stage.BASELINE, "baseline_ss"), (Stage.POST, "proposed_ss"))
        for (source, layer), cells in plain.groupby(["source", "layer"])[column]
        if (cells == "").all()
    }
