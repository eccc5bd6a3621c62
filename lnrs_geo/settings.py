"""What the user gave: the sources of a run, and how to read and judge them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from lnrs_geo.errors import OptionError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Source: TypeAlias = "str | Path | gpd.GeoDataFrame"
# A CSV file, rows as mappings, or a pandas frame with the columns of the contract.
Table: TypeAlias = "str | Path | list[dict[str, Any]] | pd.DataFrame"

DEFAULT_TOLERANCE_M = 2.0
MATCHINGS = ("auto", "plain", "indexed")
INTERVENTIONS = {"created": "create", "enhanced": "enhance", "either": "either", "": ""}


@dataclass(frozen=True, slots=True)
class Sources:
    """Files or frames of a run; an absent one is None or empty.

    `strategy` is the first strategy or the only one, `further` those beside it. `layers` and
    `measures_layers` name layers where a file holds several; `field_map` maps fields of the contract
    to columns; `crs` is what `--crs` says of files that state none.
    """

    measures: tuple[Source, ...]
    parcels: tuple[Source, ...] = ()
    strategy: str | Path = "derbyshire"
    crosswalk: Table | None = None
    overrides: Table | None = None
    area: Source | None = None
    authorities: Source | None = None
    apib: Source | None = None
    acb: Source | None = None
    documents: Source | Table | None = None
    applications: Table | None = None
    submitted: Source | None = None
    layers: tuple[str, ...] = ()
    measures_layers: tuple[str, ...] = ()
    field_map: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    further: tuple[str | Path, ...] = ()

    @property
    def strategies(self) -> tuple[str | Path, ...]:
        """Every strategy of the run, in the order given."""
        return (self.strategy, *self.further)


@dataclass(frozen=True, slots=True)
class Settings:
    """How to judge: the assessment date, the positional tolerance, an intervention for all rows.

    `intervention` is create, enhance, either, or empty where each row says its own. `dates` are cells
    of an application, by column of `applications.csv`, that hold for every parcel without its own;
    `accept_proposed` lets proposed crosswalk rows decide, for a draft. `matching` says how parcels are
    matched with what is mapped: auto, plain or indexed; the answers are the same.
    """

    as_at: date
    tolerance_m: float = DEFAULT_TOLERANCE_M
    intervention: str = ""
    dates: Mapping[str, str] = field(default_factory=dict)
    accept_proposed: bool = False
    matching: str = "auto"


def several_strategies(strategy: str | Path | Sequence[str | Path]) -> tuple[str | Path, ...]:
    """Return one strategy, or a list of them, as a tuple.

    Raises
    ------
    OptionError
        The list is empty.

    Examples
    --------
    >>> several_strategies("derbyshire"), several_strategies(["a.toml", "b.toml"])
    (('derbyshire',), ('a.toml', 'b.toml'))
    """
    if isinstance(strategy, str | Path):
        return (strategy,)
    if not strategy:
        raise OptionError("No strategy is named.", where="--strategy", fix="Name one or more.")
    return tuple(strategy)


def name_of(source: object, role: str) -> str:
    """Return what a source is called in messages and records."""
    if isinstance(source, Path):
        return source.name if source.is_absolute() else str(source)
    return source if isinstance(source, str) else f"<{role} frame>"
