"""Issues that only show once parcels have been matched and cut."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from lnrs_geo.applied import off_site_unsaid
from lnrs_geo.issues import issue
from lnrs_geo.judge import Judge
from lnrs_geo.model import Issue, Retention, Significance, Stage
from lnrs_geo.multiplier.claims import FROZEN_REGIMES
from lnrs_geo.multiplier.overrides import Override
from lnrs_geo.parts import Part, Remark
from lnrs_geo.rows import FeatureRow
from lnrs_geo.site_marks import mark_of
from lnrs_geo.spatial import tolerance
from lnrs_geo.spatial.match import ON_EDGE_M
from lnrs_geo.spatial.normalise import Parcels
from lnrs_geo.terrain import Terrain, lies_in


def while_cutting(remarks: Sequence[Remark], frame: gpd.GeoDataFrame) -> list[Issue]:
    """Turn what was noted while cutting into issues, one for each feature and message."""
    found: dict[tuple[int, str, str], Issue] = {}
    for remark in remarks:
        feature = frame.iloc[remark.row.feature]
        key = (remark.row.feature, remark.code, remark.message)
        found[key] = issue(
            remark.code,
            remark.message,
            dataset=feature["source"],
            layer=feature["layer"],
            feature=feature["parcel_ref"],
            value=remark.value,
        )
    return list(found.values())


def of_parts(parts: Sequence[Part], frame: gpd.GeoDataFrame, *, tolerance_m: float) -> list[Issue]:
    """Name the thin parts, and the lines that run along an edge (rules section 7)."""
    shapes = np.array([part.geometry for part in parts], dtype=object)
    is_thin = tolerance.thin(shapes, tolerance_m=tolerance_m)
    found = []
    for part, thin in zip(parts, is_thin, strict=True):
        if not thin and not part.along_edge:
            continue
        feature = frame.iloc[part.row.feature]
        stage = part.row.row.stage.value
        place = {"dataset": feature["source"], "layer": feature["layer"], "feature": feature["parcel_ref"]}
        if thin:
            message = f"Part {part.number} ({stage}) is thinner on average than {tolerance_m:g} m."
            found.append(issue("thin-part", message, **place))
        if part.along_edge:
            message = f"Part {part.number} ({stage}) runs along an edge within 0.1 m and was not cut there."
            found.append(issue("along-edge", message, **place))
    return found


def contradictions(judge: Judge) -> list[Issue]:
    """Name the crosswalk rows that contradict each other, where a parcel met them."""
    found = {}
    for (group, proposal, _), verdict in judge.verdicts.items():
        if verdict.contradiction:
            name = judge.terrain.measures.groups[group].measure_id
            message = f"Measure {name}, {proposal.habitat}: {verdict.reason}."
            found[message] = issue("crosswalk-contradiction", message, feature=name, value=proposal.habitat)
    return list(found.values())


def lost_in_apib(rows: Sequence[FeatureRow], read: Parcels, terrain: Terrain) -> list[Issue]:
    """List baseline habitat that is lost inside an APIB (rules 2.9).

    The newer template has no category for it: there the baseline is lost where its file's other table
    neither retains nor enhances anything, if it has such a table.
    """
    issues = []
    for row in rows:
        at = terrain.apib_of.get(row.feature)
        if row.row.stage is not Stage.BASELINE or not at:
            continue
        ground = terrain.geometries[row.feature]
        feature = read.frame.iloc[row.feature]
        if feature["template"] == "newer":
            ground = _not_kept(ground, feature, read)
        elif row.row.retention is not Retention.LOST:
            continue
        if not ground.is_empty and lies_in(ground, terrain.apib[at]):
            place = {
                "dataset": feature["source"],
                "layer": feature["layer"],
                "feature": feature["parcel_ref"],
            }
            message = f"{row.row.habitat} is lost inside an APIB."
            issues.append(issue("lost-in-apib", message, value=row.row.habitat, **place))
    return issues


def _not_kept(ground: shapely.Geometry, feature: pd.Series, read: Parcels) -> shapely.Geometry:
    """Return the ground of a newer baseline row on which its file retains and enhances nothing."""
    frame = read.frame
    after = (frame["source"] == feature["source"]) & (frame["table_stage"] == "post")
    after &= (frame["module"] == feature["module"]) & frame.geometry.notna()
    if not after.any():
        return shapely.Polygon()
    kept = frame[after & frame["retention"].str.casefold().isin(["retained", "enhanced"])]
    around = kept.geometry.array[shapely.intersects(np.asarray(kept.geometry.array), ground)]
    if int(shapely.get_dimensions(ground)) < 2:
        around = shapely.buffer(np.asarray(around), ON_EDGE_M)
    return shapely.difference(ground, shapely.union_all(np.asarray(around)))


def baselines_not_low(parts: Sequence[Part], frame: gpd.GeoDataFrame) -> list[Issue]:
    """Tell of baselines that claim more than Low, with what would excuse them (rules section 5)."""
    found = {}
    for part in parts:
        claim = part.row.claim.significance
        row, decision = part.row.row, part.decision
        if row.stage is not Stage.BASELINE or decision.regime != "table-7" or decision.significance is None:
            continue
        if claim in (None, Significance.LOW):
            continue
        feature = frame.iloc[part.row.feature]
        unless = "" if part.row.application.has_dates else ", unless the relevant date was before publication"
        message = f"The baseline claims {claim}; it is Low{unless}."
        place = {"dataset": feature["source"], "layer": feature["layer"], "feature": feature["parcel_ref"]}
        found[part.row.feature] = issue("baseline-not-low", message, value=part.row.claim.text, **place)
    return list(found.values())


def not_in_earlier_file(
    parts: Sequence[Part], frame: gpd.GeoDataFrame, *, ambiguous: Collection[str]
) -> list[Issue]:
    """Tell of baselines that stand as they were, but are not found in the earlier file that was given."""
    found = {}
    for part in parts:
        row, regime = part.row.row, part.decision.regime
        if row.stage is not Stage.BASELINE or regime not in FROZEN_REGIMES or part.row.earlier is not None:
            continue
        feature = frame.iloc[part.row.feature]
        if feature["parcel_ref"] in ambiguous:
            continue  # that has been told
        message = "The earlier file holds no baseline of this reference, so which value stands is not known."
        place = {"dataset": feature["source"], "layer": feature["layer"], "feature": feature["parcel_ref"]}
        found[part.row.feature] = issue("submitted-missing", message, **place)
    asked = (*FROZEN_REGIMES, "both", "review")
    if not any(part.decision.regime in asked and part.row.row.stage is Stage.BASELINE for part in parts):
        found[-1] = issue("submitted-unused", "No baseline keeps the value it had, so nothing was compared.")
    return list(found.values())


def agreements_not_asked(rows: Sequence[FeatureRow], frame: gpd.GeoDataFrame) -> list[Issue]:
    """Tell of off-site agreements that nobody asks for, site by site where several are judged together."""
    marks = {one: mark_of(one) for one in frame["source"].unique()}
    sources = frame["source"].tolist()
    sites: dict[str, list[FeatureRow]] = {}
    for row in rows:
        sites.setdefault(marks[sources[row.feature]], []).append(row)
    return [
        replace(one, dataset=mark)
        for mark, own in sites.items()
        for one in off_site_unsaid([row.application for row in own], [row.off_site for row in own])
    ]


def documents_not_asked(parts: Sequence[Part]) -> list[Issue]:
    """Tell that documents were given for nothing, where Table 8 applies to no part."""
    if any(part.decision.regime == "table-8" for part in parts):
        return []
    return [issue("documents-not-asked", "Table 8 applies to no row, so no document was asked.")]


def overrides_without_effect(
    parts: Sequence[Part], accepted: Mapping[int, Override], frame: gpd.GeoDataFrame
) -> list[Issue]:
    """Refuse the overrides of parcels that lie wholly outside the strategy (rules sections 3 and 4)."""
    elsewhere: dict[int, bool] = {}
    for part in parts:
        if part.row.feature in accepted and part.row.row.stage is Stage.POST:
            outside = part.decision.ss_reason in ("outside-area", "lnrs-not-loaded")
            elsewhere[part.row.feature] = elsewhere.get(part.row.feature, True) and outside
    return [
        issue(
            "override-refused",
            f"The override of parcel {accepted[feature].parcel_ref!r} is refused: it lies outside the strategy.",
            dataset=frame["source"].iloc[feature],
            layer=frame["layer"].iloc[feature],
            feature=accepted[feature].parcel_ref,
        )
        for feature, outside in elsewhere.items()
        if outside
    ]
