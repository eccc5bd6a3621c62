"""lnrs-geo: strategic significance of habitat parcels under a Local Nature Recovery Strategy.

    import lnrs_geo
    result = lnrs_geo.check("parcels.gpkg", measures="measures.gpkg", strategy="derbyshire")
    result.parts
    lnrs_geo.audit(result).write("out")

Frames are accepted wherever files are. The rules alone, without geometry, are in
`lnrs_geo.multiplier`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lnrs_geo.errors import (
    CrosswalkError,
    CRSError,
    LnrsGeoError,
    OptionError,
    OutputError,
    RuleNotInForce,
    SchemaError,
    SourceError,
    StrategyError,
)

if TYPE_CHECKING:
    from lnrs_geo.auditing import audit
    from lnrs_geo.boundary import Site, site
    from lnrs_geo.chain import check
    from lnrs_geo.result import Result

# Loaded on first use, so that `lnrs-geo --help` answers before geopandas is imported.
_LATER = {
    "audit": "lnrs_geo.auditing",
    "check": "lnrs_geo.chain",
    "site": "lnrs_geo.boundary",
    "Site": "lnrs_geo.boundary",
    "Result": "lnrs_geo.result",
}

__all__ = [
    "CRSError",
    "CrosswalkError",
    "LnrsGeoError",
    "OptionError",
    "OutputError",
    "Result",
    "RuleNotInForce",
    "SchemaError",
    "Site",
    "SourceError",
    "StrategyError",
    "audit",
    "check",
    "site",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LATER[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
