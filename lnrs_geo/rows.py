"""From features to rows: each feature's module, stages, habitats and claims, still without a place.

One feature of a file stands for one row (baseline or post) or two. What the multiplier says of a
feature's words is asked here, so that matching and splitting see geometry alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from lnrs_geo.issues import issue
from lnrs_geo.location import location_issues
from lnrs_geo.model import Issue, Module, Stage
from lnrs_geo.multiplier import claims, habitats, retention
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.consistency import Proposal
from lnrs_geo.multiplier.criteria import Row
from lnrs_geo.multiplier.documents import Listed
from lnrs_geo.own_baselines import OwnBaselines
from lnrs_geo.said import Reader, Said


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """A feature at a stage: `feature` is its row number in the parcel frame.

    Rows of one `kind` are alike in `row`, `proposal`, `subject`, `application` and `off_site`: at one
    place, and without an override, they get one answer. `row` says nothing yet of the table that applies:
    that depends on the place. `proposal` is None where no measure could be asked (baseline, retained,
    unclear rows); `subject` is the habitat that the row speaks of, None where the metric does not know
    it; `earlier` the claim of the same baseline in an earlier file.
    """

    feature: int
    kind: int
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
    reader = Reader(known.documents, known.earlier, intervention=intervention)
    for at, feature in enumerate(parcels.itertuples(index=False)):
        module = modules[at]
        place = {"dataset": feature.source, "layer": feature.layer, "feature": feature.parcel_ref}
        issues += [*location_issues(feature.location, place), *own.issues(feature, module)]
        fault = _fault(feature.geom_state, module, bool(wrong_type[at]))
        for one in reader.read(
            feature,
            module or Module.AREA,
            application=known.applications[at],
            fault=fault,
            own=own.claim(feature, module),
        ):
            for remark in one.stage.issues:
                issues.append(
                    issue(remark.code, remark.message, field=remark.field, value=remark.value, **place)
                )
            issues += _habitat_issues(one.stage, one.found, place)
            due = (feature.source, feature.layer, one.stage.stage) not in silent
            rows.append(_of_feature(at, one, claim_due=due))
    return rows, issues


def _of_feature(feature: int, said: Said, *, claim_due: bool) -> FeatureRow:
    return FeatureRow(
        feature=feature,
        kind=said.kind,
        row=said.row,
        proposal=said.proposal,
        subject=said.found.habitat,
        claim=said.claim,
        claim_due=claim_due,
        vertical=said.vertical,
        application=said.application,
        off_site=said.off_site,
        earlier=said.earlier,
    )


def _fault(state: str, module: Module | None, wrong_type: bool) -> tuple[str, str]:
    """Name the fault of a feature that no stage can get past; "" where there is none."""
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


def _layers_without_claims(parcels: gpd.GeoDataFrame) -> set[tuple[str, str, Stage]]:
    """Layers of no template that hold no significance at a stage claim nothing there, so none is missing."""
    plain = parcels[parcels["template"] == "plain"]
    return {
        (str(source), str(layer), stage)
        for stage, column in ((Stage.BASELINE, "baseline_ss"), (Stage.POST, "proposed_ss"))
        for (source, layer), cells in plain.groupby(["source", "layer"])[column]
        if (cells == "").all()
    }
