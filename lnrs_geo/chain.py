"""The chain: from parcels and mapped measures to High or Low for every part, with the reason.

    gather -> rows -> faults -> terrain -> parts -> tabulate -> Result

This is where the spatial layer and the multiplier meet; `check` is the whole of the main job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from lnrs_geo import applied, gather, overridden, papers, record, remarks, tabulate
from lnrs_geo.brief import Brief
from lnrs_geo.cache import default_cache
from lnrs_geo.coverage import Way
from lnrs_geo.errors import OptionError
from lnrs_geo.judge import Judge
from lnrs_geo.model import Issue
from lnrs_geo.modules import resolve_modules
from lnrs_geo.multiplier.applications import COLUMNS as APPLICATION_COLUMNS
from lnrs_geo.multiplier.applications import read_application
from lnrs_geo.multiplier.rules import load_edition
from lnrs_geo.parts import Assessor
from lnrs_geo.result import Result
from lnrs_geo.rows import FeatureRow, Known, feature_rows
from lnrs_geo.settings import (
    DEFAULT_TOLERANCE_M,
    INTERVENTIONS,
    MATCHINGS,
    Settings,
    Source,
    Sources,
    Table,
    name_of,
    several_strategies,
)
from lnrs_geo.spatial import faults as geometry_faults
from lnrs_geo.spatial.normalise import Parcels
from lnrs_geo.terrain import survey

Progress = Callable[[Iterable[FeatureRow], int], Iterable[FeatureRow]]


def check(
    parcels: Source | Sequence[Source],
    *,
    measures: Source | Sequence[Source] = (),
    strategy: str | Path | Sequence[str | Path] = "derbyshire",
    crosswalk: Table | None = None,
    overrides: Table | None = None,
    area: Source | None = None,
    authorities: Source | None = None,
    apib: Source | None = None,
    acb: Source | None = None,
    documents: Source | Table | None = None,
    applications: Table | None = None,
    submitted: Source | None = None,
    dates: Mapping[str, object] | None = None,
    layers: Sequence[str] = (),
    measures_layers: Sequence[str] = (),
    field_map: Mapping[str, str] | None = None,
    crs: str | None = None,
    intervention: str = "",
    as_at: date | None = None,
    tolerance_m: float = DEFAULT_TOLERANCE_M,
    accept_proposed: bool = False,
    matching: str = "auto",
    progress: Progress | None = None,
) -> Result:
    """Decide the strategic significance of every parcel: High or Low, with the reason.

    Parameters
    ----------
    parcels, measures
        Files, folders or GeoDataFrames with parcels, and with the mapped potential measures; no measures
        where the strategy file names them.
    strategy
        A pack's name or a strategy file; or several, each file with measures, crosswalk and area of its
        own. Each part is then judged by the LNRS of its own land.
    crosswalk, overrides
        Files or tables with the columns of the contract.
    area, authorities, apib, acb
        Strategy areas, planning authorities, and the other layers of the Local Habitat Map.
    documents
        For Table 8, before the LNRS is published: a layer of what documents of the planning authority
        map and describe, or a list of them.
    applications, dates
        A table of sites with the dates of their applications, by `site_ref`; and dates that hold for
        every parcel without its own, by column (`{"application_date": "2024-09-21"}`).
    submitted
        An earlier file, whose baselines those that stand as submitted or secured are held against.
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
    accept_proposed
        Let crosswalk rows decide that nobody has confirmed: for drafts only, and every output says so.
    matching
        How parcels are matched with what is mapped: "auto", "plain", or "indexed" (which needs numba).
        The answers are the same.
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
    first, *further = several_strategies(strategy)
    sources = Sources(
        measures=several(measures),
        parcels=several(parcels),
        strategy=first,
        further=tuple(further),
        crosswalk=crosswalk,
        overrides=overrides,
        area=area,
        authorities=authorities,
        apib=apib,
        acb=acb,
        documents=documents,
        applications=applications,
        submitted=submitted,
        layers=tuple(layers),
        measures_layers=tuple(measures_layers),
        field_map=dict(field_map or {}),
        crs=crs,
    )
    chosen = settings(
        as_at=as_at,
        tolerance_m=tolerance_m,
        intervention=intervention,
        dates=dates,
        accept_proposed=accept_proposed,
        matching=matching,
    )
    return run(sources, chosen, progress=progress)


def settings(
    *,
    as_at: date | None = None,
    tolerance_m: float = DEFAULT_TOLERANCE_M,
    intervention: str = "",
    dates: Mapping[str, object] | None = None,
    accept_proposed: bool = False,
    matching: str = "auto",
) -> Settings:
    """Check the settings of a run; this is the one place that asks the clock for the date.

    Raises
    ------
    OptionError
        A value makes no sense, or the dates stand in an order that cannot be.
    """
    if intervention not in INTERVENTIONS:
        raise OptionError(
            f"{intervention!r} is no intervention.",
            where="--intervention",
            fix="Give created, enhanced or either.",
        )
    if matching not in MATCHINGS:
        raise OptionError(
            f"{matching!r} is no way of matching.", where="--matching", fix=f"Give {', '.join(MATCHINGS)}."
        )
    if not 0 <= tolerance_m <= 100:
        raise OptionError(
            f"A tolerance of {tolerance_m} m makes no sense.",
            where="--tolerance",
            fix="Give metres from 0 to 100.",
        )
    if as_at is not None and not isinstance(as_at, date):
        raise OptionError(
            f"{as_at!r} is no date.", where="as_at", fix="Give a datetime.date, or --as-at YYYY-MM-DD."
        )
    day = as_at.date() if isinstance(as_at, datetime) else as_at
    cells = {name: str(value) for name, value in (dates or {}).items() if value not in (None, "")}
    for name in cells:
        if name not in APPLICATION_COLUMNS:
            raise OptionError(
                f"{name!r} is no column of an application.",
                where="dates",
                fix=f"There are: {', '.join(APPLICATION_COLUMNS)}.",
            )
    application, faults = read_application(cells)
    if faults:
        raise OptionError(" ".join(faults), where=", ".join(application.unreadable), fix="Correct the dates.")
    return Settings(
        day or date.today(), tolerance_m, INTERVENTIONS[intervention], cells, accept_proposed, matching
    )


def run(
    sources: Sources,
    settings: Settings,
    *,
    progress: Progress | None = None,
    gatherer: gather.Gatherer | None = None,
) -> Result:
    """Do the job of `check` on gathered sources and settings; `gatherer` reads them where one is given."""
    edition = load_edition(settings.as_at)
    gatherer = gatherer or gather.Gatherer(sources, settings)
    read = gatherer.parcels(bare_ok=bool(settings.intervention))
    gatherer.look_near(tuple(read.frame.total_bounds))
    inputs = gatherer.land()
    issues = gatherer.issues

    modules, said = resolve_modules(read.frame)
    issues += said
    read.frame["module"] = [module.value if module else "" for module in modules]
    issues += geometry_faults.find(read.frame, red_line=read.red_line)
    wrong_type = geometry_faults.wrong_geometry(read.frame)
    known, said = _known(gatherer, read, inputs, settings)
    issues += said
    rows, said = feature_rows(
        read.frame, modules, wrong_type, intervention=settings.intervention, known=known
    )
    issues += said

    issues += remarks.agreements_not_asked(rows, read.frame)
    named = name_of(gatherer.sources.documents, "documents")
    issues += papers.unused(inputs.listed or (), {row.row.judgement for row in rows}, where=named)
    issues += papers.unknown_authorities(inputs.listed or (), inputs.authorities, where=named)

    way = Way(settings.tolerance_m, settings.matching, default_cache())
    terrain, said = survey(read.frame, inputs, way=way)
    issues += said
    brief = Brief(
        edition=edition,
        as_at=settings.as_at,
        lnrs_id=inputs.strategy.lnrs_id,
        publications=record.publications(inputs, terrain),
        crosswalk=inputs.crosswalk,
        documents=inputs.listed,
        area_given=inputs.areas is not None,
        map_complete=inputs.map_complete,
        others={one.lnrs_id: one for one in inputs.maps[1:]},
        documents_complete=inputs.documents_complete,
    )
    accepted, said = overridden.by_feature(inputs.overrides, rows, read, Judge(terrain, brief))
    issues += said
    judge = Judge(terrain, replace(brief, overrides=accepted))
    assessor = Assessor(terrain, judge, tolerance_m=settings.tolerance_m)
    parts = [
        part for row in (progress(rows, len(rows)) if progress else rows) for part in assessor.parts(row)
    ]
    issues += remarks.while_cutting(assessor.remarks, read.frame)
    issues += remarks.of_parts(parts, read.frame, tolerance_m=settings.tolerance_m)
    issues += remarks.contradictions(judge)
    issues += remarks.baselines_not_low(parts, read.frame)
    if inputs.listed is not None:
        issues += remarks.documents_not_asked(parts)
    if known.earlier is not None:
        issues += remarks.not_in_earlier_file(parts, read.frame, ambiguous=known.earlier.ambiguous)
    issues += remarks.overrides_without_effect(parts, accepted, read.frame)
    issues += remarks.lost_in_apib(rows, read, terrain)
    told = record.run_record(
        inputs,
        edition=edition,
        settings=settings,
        sources=sources,
        assumed=record.assumed_of(inputs, known.applications, settings.as_at),
    )
    return tabulate.result(parts, read=read, inputs=inputs, judge=judge, run=told)


def _known(
    gatherer: gather.Gatherer, read: Parcels, inputs: gather.Inputs, settings: Settings
) -> tuple[Known, list[Issue]]:
    """Gather what the user says of parcels beside their own rows: dates, documents, earlier claims."""
    sites, where = gatherer.applications()
    dated, issues = applied.applications(read, options=settings.dates, sites=sites, where=where)
    earlier = gatherer.earlier()
    before, said = papers.earlier_claims(earlier) if earlier is not None else (None, [])
    if before is not None:
        refs = read.frame[["site_ref", "parcel_ref"]].drop_duplicates()["parcel_ref"]
        before = replace(before, shared=frozenset(refs[refs.duplicated()]))
    return Known(dated, inputs.listed or (), before), [*issues, *said]


def several(sources: Source | Sequence[Source]) -> tuple[Source, ...]:
    """Return one source, or a list of them, as a tuple."""
    if isinstance(sources, list | tuple):
        return tuple(sources)
    return (sources,)
