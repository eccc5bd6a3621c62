"""The chain: from parcels and mapped measures to High or Low for every part, with the reason.

    gather -> rows -> faults -> terrain -> parts -> tabulate -> Result

This is where the spatial layer and the multiplier meet; `check` is the whole of the main job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from lnrs_geo import gather, overridden, record, remarks, tabulate
from lnrs_geo.errors import OptionError
from lnrs_geo.judge import Judge
from lnrs_geo.multiplier.rules import load_edition
from lnrs_geo.parts import Assessor
from lnrs_geo.result import Result
from lnrs_geo.rows import FeatureRow, feature_rows, resolve_modules
from lnrs_geo.settings import DEFAULT_TOLERANCE_M, INTERVENTIONS, Settings, Source, Sources, Table
from lnrs_geo.spatial import faults
from lnrs_geo.terrain import survey

Progress = Callable[[Iterable[FeatureRow], int], Iterable[FeatureRow]]


def check(
    parcels: Source | Sequence[Source],
    *,
    measures: Source | Sequence[Source],
    strategy: str | Path = "derbyshire",
    crosswalk: Table | None = None,
    overrides: Table | None = None,
    area: Source | None = None,
    authorities: Source | None = None,
    apib: Source | None = None,
    acb: Source | None = None,
    layers: Sequence[str] = (),
    measures_layers: Sequence[str] = (),
    field_map: Mapping[str, str] | None = None,
    crs: str | None = None,
    intervention: str = "",
    as_at: date | None = None,
    tolerance_m: float = DEFAULT_TOLERANCE_M,
    progress: Progress | None = None,
) -> Result:
    """Decide the strategic significance of every parcel: High or Low, with the reason.

    Parameters
    ----------
    parcels, measures
        Files, folders or GeoDataFrames with parcels, and with the mapped potential measures.
    strategy
        A pack's name or a strategy file.
    crosswalk, overrides
        Files or tables with the columns of the contract.
    area, authorities, apib, acb
        Strategy areas, planning authorities, and the other layers of the Local Habitat Map.
    layers, measures_layers
        Names of the layers to use, where a file holds several.
    field_map
        Field of the contract to column of the data.
    crs
        Coordinate system of files that state none, such as "EPSG:27700".
    intervention
        "created", "enhanced" or "either", for parcels that do not say.
    as_at
        The assessment date; today where none is given.
    tolerance_m
        Positional tolerance in metres. It flags, it never decides.
    progress
        Wraps the rows as they are assessed, given their number; for a progress bar.

    Returns
    -------
    Frames of parts, parcels, matches and issues, and the record of the run.

    Raises
    ------
    LnrsGeoError
        A file cannot be read or used; what, where and how to put it right.
    """
    sources = Sources(
        measures=several(measures),
        parcels=several(parcels),
        strategy=strategy,
        crosswalk=crosswalk,
        overrides=overrides,
        area=area,
        authorities=authorities,
        apib=apib,
        acb=acb,
        layers=tuple(layers),
        measures_layers=tuple(measures_layers),
        field_map=dict(field_map or {}),
        crs=crs,
    )
    return run(
        sources, settings(as_at=as_at, tolerance_m=tolerance_m, intervention=intervention), progress=progress
    )


def settings(*, as_at: date | None, tolerance_m: float, intervention: str) -> Settings:
    """Check the settings of a run; this is the one place that asks the clock for the date."""
    if intervention not in INTERVENTIONS:
        raise OptionError(
            f"{intervention!r} is no intervention.",
            where="--intervention",
            fix="Give created, enhanced or either.",
        )
    if not 0 <= tolerance_m <= 100:
        raise OptionError(
            f"A tolerance of {tolerance_m} m makes no sense.",
            where="--tolerance",
            fix="Give metres from 0 to 100.",
        )
    return Settings(as_at or date.today(), tolerance_m, INTERVENTIONS[intervention])


def run(sources: Sources, settings: Settings, *, progress: Progress | None = None) -> Result:
    """Do the job of `check` on gathered sources and settings."""
    edition = load_edition(settings.as_at)
    gatherer = gather.Gatherer(sources)
    read = gatherer.parcels(bare_ok=bool(settings.intervention))
    gatherer.look_near(tuple(read.frame.total_bounds))
    inputs = gatherer.land()
    issues = gatherer.issues

    modules, said = resolve_modules(read.frame)
    issues += said
    read.frame["module"] = [module.value if module else "" for module in modules]
    issues += faults.find(read.frame, red_line=read.red_line)
    wrong_type = faults.wrong_geometry(read.frame)
    publication = record.publication_of(inputs.strategy)
    rows, said = feature_rows(read.frame, modules, wrong_type, settings=settings, publication=publication)
    issues += said

    terrain, said = survey(read.frame, inputs, tolerance_m=settings.tolerance_m)
    issues += said
    accepted, said = overridden.by_feature(inputs.overrides, rows, read, terrain, inputs.crosswalk)
    issues += said
    judge = Judge(
        terrain,
        inputs.crosswalk,
        accepted,
        edition=edition,
        lnrs_id=inputs.strategy.lnrs_id,
        area_given=inputs.areas is not None,
        map_complete=inputs.map_complete,
    )
    assessor = Assessor(terrain, judge, tolerance_m=settings.tolerance_m)
    parts = [
        part for row in (progress(rows, len(rows)) if progress else rows) for part in assessor.parts(row)
    ]
    issues += remarks.while_cutting(assessor.remarks, read.frame)
    issues += remarks.of_parts(parts, read.frame, tolerance_m=settings.tolerance_m)
    issues += remarks.contradictions(judge)
    issues += remarks.baselines_not_low(parts, read.frame)
    issues += remarks.overrides_without_effect(parts, accepted, read.frame)
    issues += remarks.lost_in_apib(rows, read, terrain)
    return tabulate.result(parts, read=read, inputs=inputs, judge=judge, settings=settings, sources=sources)


def several(sources: Source | Sequence[Source]) -> tuple[Source, ...]:
    """Return one source, or a list of them, as a tuple."""
    if isinstance(sources, list | tuple):
        return tuple(sources)
    return (sources,)
