"""What is mapped inside a site boundary: every measure, what would be consistent, what is left over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from lnrs_geo import atomic, chain, record
from lnrs_geo.errors import SourceError
from lnrs_geo.gather import Gatherer
from lnrs_geo.inside_site import inside
from lnrs_geo.issues import issue
from lnrs_geo.multiplier.rules import load_edition
from lnrs_geo.settings import DEFAULT_TOLERANCE_M, Source, Sources, Table, several_strategies
from lnrs_geo.spatial import validity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

RED_LINE = "red line boundary"
FILES = ("site.json", "site_measures.csv")


@dataclass(frozen=True, slots=True)
class Site:
    """What `lnrs_geo.site` found inside a boundary.

    Attributes
    ----------
    measures
        One row per mapped measure: priority, hectares, share of the site, and what would be
        consistent there by the crosswalk.
    facts
        Size in ha, grid reference, land under no measure, land outside the areas of the strategies
        loaded (None where no area is given), land by LNRS and by authority, APIB and ACB.
    issues
        Everything odd about the data.
    run
        The record of the run.
    """

    measures: pd.DataFrame
    facts: dict[str, Any]
    issues: pd.DataFrame
    run: dict[str, Any]

    def document(self) -> dict[str, Any]:
        """Return everything as one JSON-able mapping."""
        return {
            "schema": "lnrs-geo/site-1",
            "site": self.facts,
            "measures": self.measures.to_dict("records"),
            "issues": self.issues.to_dict("records"),
            "run": self.run,
        }

    def write(self, out: str | Path) -> list[Path]:
        """Write `site.json` and `site_measures.csv`, both or none."""
        with atomic.replacing(Path(out), FILES) as staging:
            text = json.dumps(self.document(), ensure_ascii=False, indent=1)
            (staging / FILES[0]).write_text(text + "\n", encoding="utf-8", newline="\n")
            self.measures.to_csv(staging / FILES[1], index=False, lineterminator="\n", encoding="utf-8")
        return [Path(out) / name for name in FILES]

    def lines(self) -> Iterator[str]:
        """Tell it to a person at a terminal."""
        facts = self.facts
        if self.run["notice"]:
            yield f"NOTE: {self.run['notice']}"
        yield f"Site of {facts['size_ha']:.4f} ha at {facts['gridref']}."
        for title, found in (("LNRS", facts["lnrs"]), ("Planning authority", facts["authorities"])):
            shares = [f"{name or 'none'} ({ha:.4f} ha)" for name, ha in found.items()]
            if shares:
                yield f"{title}: {'; '.join(shares)}."
        yield ""
        if self.measures.empty:
            yield "No potential measure is mapped inside the boundary."
        for row in self.measures.to_dict("records"):
            flag = "" if row["eligible"] != "no" else "  (flagged as not counting)"
            whose = f"LNRS {row['lnrs_id']}: " if "lnrs_id" in row else ""
            yield f"{whose}{row['measure_id']}  {row['overlap_ha']:.4f} ha, {row['share']:.1%}{flag}"
            yield f"    {row['measure']}"
            if row["priority"]:
                yield f"    Priority: {row['priority']}"
            yield f"    Consistent there: {row['consistent'] or 'nothing that the crosswalk confirms'}"
        yield ""
        yield f"Under no measure: {facts['unmapped_ha']:.4f} ha, {facts['unmapped_share']:.1%}."
        if facts["outside_ha"]:
            yield (
                f"Of that, {facts['outside_ha']:.4f} ha lie outside the area of every strategy loaded: "
                "what is mapped there is not told."
            )
        if facts["outside_ha"] is None:
            yield "No strategy area was given (--area), so whether the site lies in this LNRS is not known."
        for name in ("apib_ha", "acb_ha"):
            if facts[name] is not None:
                yield f"In an {name[:-3].upper()}: {facts[name]:.4f} ha (that alone is not the test)."
        for one in self.issues.to_dict("records"):
            yield f"{one['severity']}: {one['message']} {one['fix']}"
        yield "This lists what is mapped. Whether a parcel is High is decided by `lnrs-geo check`."


def site(
    boundary: Source,
    *,
    measures: Source | Sequence[Source] = (),
    strategy: str | Path | Sequence[str | Path] = "derbyshire",
    crosswalk: Table | None = None,
    area: Source | None = None,
    authorities: Source | None = None,
    apib: Source | None = None,
    acb: Source | None = None,
    layers: Sequence[str] = (),
    measures_layers: Sequence[str] = (),
    field_map: Mapping[str, str] | None = None,
    crs: str | None = None,
    as_at: date | None = None,
) -> Site:
    """List what the Local Habitat Map proposes inside a boundary.

    Parameters
    ----------
    boundary
        A file or frame with the site's polygon or polygons; they count as one site.

    The others are those of `lnrs_geo.check`. Where an area is given, the measures of a strategy count on
    its own land alone; with several strategies the table says whose they are (`lnrs_id`).

    Raises
    ------
    LnrsGeoError
        A file cannot be read or used, or the boundary holds no usable polygon.
    """
    first, *further = several_strategies(strategy)
    sources = Sources(
        measures=chain.several(measures), parcels=(boundary,), strategy=first, further=tuple(further),
        crosswalk=crosswalk, area=area, authorities=authorities, apib=apib, acb=acb, layers=tuple(layers),
        measures_layers=tuple(measures_layers), field_map=dict(field_map or {}), crs=crs,
    )  # fmt: skip
    settings = chain.settings(as_at=as_at, tolerance_m=DEFAULT_TOLERANCE_M, intervention="")
    edition = load_edition(settings.as_at)
    gatherer = Gatherer(sources, settings)
    outline = _outline(gatherer, boundary)
    gatherer.look_near(tuple(shapely.bounds(outline)))
    gatherer.stand_on(np.array([outline], dtype=object))
    inputs = gatherer.land()
    facts, table = inside(outline, inputs)
    return Site(
        measures=table,
        facts=facts,
        issues=record.issues_frame(inputs.issues),
        run=record.run_record(
            inputs,
            edition=edition,
            settings=settings,
            sources=sources,
            assumed=record.assumed_of(inputs, (), settings.as_at),
            command="site",
        ),
    )


def _outline(gatherer: Gatherer, boundary: Source) -> shapely.Geometry:
    """Unite the polygons of a boundary file; in a template, those of its red line alone."""
    layers = [
        layer
        for layer in gatherer.layers(boundary, "boundary", gatherer.sources.layers)
        if layer.has_geometry
    ]
    red = [layer for layer in layers if layer.layer.strip().casefold() == RED_LINE]
    shapes: list[shapely.Geometry] = []
    for layer in red or layers:
        mended, _, repairs = validity.repair(np.asarray(layer.frame.geometry.array, dtype=object))
        features = [str(fid) for fid in layer.frame.index]
        gatherer.issues += validity.issues_of(repairs, features, dataset=layer.source, layer=layer.layer)
        polygonal = shapely.get_dimensions(mended) == 2
        left_out = int((~polygonal & ~shapely.is_missing(mended)).sum())
        if left_out:
            gatherer.issues.append(
                issue(
                    "boundary-not-polygon",
                    f"{left_out} feature(s) of the boundary are no polygons and were left out.",
                    dataset=layer.source,
                    layer=layer.layer,
                )
            )
        shapes += list(mended[polygonal])
    if not shapes:
        raise SourceError(
            "It holds no usable polygon.",
            where=str(boundary) if isinstance(boundary, str | Path) else "<boundary frame>",
            fix="Give the site's boundary as a polygon.",
        )
    return shapely.union_all(np.array(shapes, dtype=object))
