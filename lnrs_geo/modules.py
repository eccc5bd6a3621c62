"""Say which module of the metric each feature belongs to, before anything else is asked of it."""

import geopandas as gpd
import numpy as np
import shapely

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Module
from lnrs_geo.multiplier import habitats

MODULE_BY_DIMENSION = {2: Module.AREA, 0: Module.TREE}


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
