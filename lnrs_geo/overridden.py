"""Give each override to the parcels it names, and refuse those that it may not settle."""

from collections.abc import Sequence

from lnrs_geo.issues import issue
from lnrs_geo.judge import Judge
from lnrs_geo.model import Issue, Stage
from lnrs_geo.multiplier import overrides as overriding
from lnrs_geo.multiplier.consistency import Answer
from lnrs_geo.multiplier.overrides import Override
from lnrs_geo.rows import FeatureRow
from lnrs_geo.spatial.normalise import Parcels


def by_feature(
    given: Sequence[Override],
    rows: Sequence[FeatureRow],
    read: Parcels,
    judge: Judge,
) -> tuple[dict[int, Override], list[Issue]]:
    """Find the parcels that overrides speak of.

    Returns
    -------
    The override of each parcel row number that may have one, and an issue for each that names no
    parcel, or one where there is nothing to settle: a baseline, retained habitat, land outside every
    mapped measure or in the areas of two strategies, measures that do not count (rules section 3).
    """
    accepted: dict[int, Override] = {}
    refused: dict[int, str] = {}
    named: dict[int, Override] = {}
    if not given:
        return {}, []
    of_ref: dict[str, list[Override]] = {}
    for one in given:
        of_ref.setdefault(one.parcel_ref, []).append(one)
    places = list(zip(read.frame["site_ref"], read.frame["parcel_ref"], strict=True))
    for row in rows:
        site_ref, parcel_ref = places[row.feature]
        found = overriding.find(of_ref.get(parcel_ref, ()), site_ref=site_ref, parcel_ref=parcel_ref)
        if found is None:
            continue
        named[row.feature] = found
        why = _why_not(row, judge)
        if why:
            # what bars the row after the development says more than that it has a baseline
            refused[row.feature] = why if row.row.stage is Stage.POST else refused.get(row.feature, why)
        else:
            accepted[row.feature] = found
    issues = [
        issue(
            "override-refused",
            f"The override of parcel {named[feature].parcel_ref!r} is refused: {why}.",
            dataset=read.frame["source"].iloc[feature],
            layer=read.frame["layer"].iloc[feature],
            feature=named[feature].parcel_ref,
        )
        for feature, why in refused.items()
        if feature not in accepted
    ]
    used = set(named.values())
    issues += [
        issue("override-unused", f"No parcel {one.parcel_ref!r} was given.", feature=one.parcel_ref)
        for one in given
        if one not in used
    ]
    return accepted, issues


def _why_not(row: FeatureRow, judge: Judge) -> str:
    """Say why an override may settle nothing about a row; "" where it may."""
    if row.row.stage is Stage.BASELINE:
        return "a baseline is not looked up in Table 7"
    mapped, terrain = judge.terrain.measures, judge.terrain
    zones = terrain.zones_of.get(row.feature, ())
    if zones and all(terrain.lands[one].claimed_by for one in zones):
        return "the areas of several strategies overlap there, so which of them applies is not known"
    looked_up = [one for one in judge.brief.loaded if judge.map_of(row, one) is judge.measures]
    if row.proposal is None or not looked_up:
        return "its row is not looked up in Table 7"
    over, owners = mapped.overlaps, judge.terrain.owners
    groups = [int(over.group[i]) for i in mapped.overlaps_of.get(row.feature, ()) if over.size[i] > 0]
    groups = [one for one in groups if owners[one] in looked_up and not mapped.groups[one].beside]
    if not groups:
        return "no measure is mapped there"
    verdicts = [
        judge.brief.crosswalk_of(owners[group]).verdict(one.measure_id, row.proposal, eligible=one.eligible)
        for group in groups
        if (one := mapped.groups[group])
    ]
    if all(verdict.answer is Answer.NOT_ELIGIBLE for verdict in verdicts):
        return "no measure that is mapped there counts"
    return ""
