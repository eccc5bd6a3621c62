"""The newer template keeps baselines in a table of their own: find there what a retained feature was.

Its post-intervention table repeats the baseline's significance beside the retained feature. The value
that stands is that of the baseline itself (rules 2.2), so it is looked up by reference.
"""

import re
from collections.abc import Sequence
from typing import Any

import geopandas as gpd

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Module
from lnrs_geo.multiplier import claims, retention
from lnrs_geo.multiplier.claims import Claim

# A child of a split feature bears its parent's reference and a number (AH-012-1).
_CHILD = re.compile(r"-\d+$")


class OwnBaselines:
    """The baseline claims of the newer template's baseline tables.

    Parameters
    ----------
    parcels
        The parcel frame of `normalise.parcels`.
    modules
        Of each feature.
    """

    def __init__(self, parcels: gpd.GeoDataFrame, modules: Sequence[Module | None]) -> None:
        self._claims: dict[tuple[str, Module | None, str], Claim] = {}
        for feature, module in zip(parcels.itertuples(index=False), modules, strict=True):
            if feature.table_stage == "baseline":
                key = (feature.source, module, feature.parcel_ref)
                self._claims.setdefault(key, claims.read_label(feature.baseline_ss))

    def claim(self, feature: Any, module: Module | None) -> Claim:
        """Return what the baseline of a feature claims: in its own table where there is one, else beside it."""
        beside = claims.read_label(feature.baseline_ss)
        if feature.table_stage != "post":
            return beside
        for ref in (feature.parcel_ref, _CHILD.sub("", feature.parcel_ref)):
            found = self._claims.get((feature.source, module, ref))
            if found is not None:
                return found
        return beside

    def issues(self, feature: Any, module: Module | None) -> list[Issue]:
        """Tell of a retained feature that repeats its baseline's significance wrongly."""
        if feature.table_stage != "post" or retention.read_category(feature.retention) != "Retained":
            return []
        own, beside = self.claim(feature, module), claims.read_label(feature.baseline_ss)
        if own.significance is beside.significance or beside.significance is None:
            return []
        message = (
            f"The table repeats its baseline as {beside.text!r}, the baseline's own table says {own.text!r}."
        )
        return [
            issue(
                "retained-baseline-differs",
                message,
                dataset=feature.source,
                layer=feature.layer,
                feature=feature.parcel_ref,
                field="baseline_ss",
                value=beside.text,
            )
        ]
