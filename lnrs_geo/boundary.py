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
from lnrs_geo.gather import Gatherer, Inputs
from lnrs_geo.issues import issue
from lnrs_geo.model import Module
from lnrs_geo.multiplier.regime import publication_of
from lnrs_geo.multiplier.rules import load_edition
from lnrs_geo.settings import DEFAULT_TOLERANCE_M, Source, Sources, Table
from lnrs_geo.spatial import gridref, match, validity, zones

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

RED_LINE = "red line boundary"
FILES = ("site.json", "site_measures.csv")
MEASURE_COLUMNS = (
    "measure_id", "measure", "priority", "eligible", "locations", "overlap_ha", "share", "consistent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """What `lnrs_geo.site` found inside a boundary.

    Attributes
    ----------
    measures
        One row per mapped measure: priority, hectares, share of the site, and what would be
        consistent there by the crosswalk.
    facts
        Size in ha, grid reference, land under no measure, land by LNRS and by authority, APIB and ACB.
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
            yield f"{row['measure_id']}  {row['overlap_ha']:.4f} ha, {row['share']:.1%}{flag}"
            yield f"    {row['measure']}"
            if row["priority"]:
                yield f"    Priority: {row['priority']}"
            yield f"    Consistent there: {row['consistent'] or 'nothing confirmed yet'}"
        yield ""
        yield f"Under no measure: {facts['unmapped_ha']:.4f} ha, {facts['unmapped_share']:.1%}."
        for name in ("apib_ha", "acb_ha"):
            if facts[name] is not None:
                yield f"In an {name[:-3].upper()}: {facts[name]:.4f} ha (that alone is not the test)."
        for one in self.issues.to_dict("records"):
            yield f"{one['severity']}: {one['message']} {one['fix']}"
        yield "This lists what is mapped. Whether a parcel is High is decided by `lnrs-geo check`."


def site(
    boundary: Source,
    *,
    measures: Source | Sequence[Source],
    strategy: str | Path = "derbyshire",
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

    The others are those of `lnrs_geo.check`.

    Raises
    ------
    LnrsGeoError
        A file cannot be read or used, or the boundary holds no usable polygon.
    """
    sources = Sources(
        measures=chain.several(measures), parcels=(boundary,), strategy=strategy, crosswalk=crosswalk, area=area,
        authorities=authorities, apib=apib, acb=acb, layers=tuple(layers), measures_layers=tuple(measures_layers),
        field_map=dict(field_map or {}), crs=crs,
    )  # fmt: skip
    settings = chain.settings(as_at=as_at, tolerance_m=DEFAULT_TOLERANCE_M, intervention="")
    edition = load_edition(settings.as_at)
    gatherer = Gatherer(sources, settings)
    outline = _outline(gatherer, boundary)
    gatherer.look_near(tuple(shapely.bounds(outline)))
    inputs = gatherer.land()
    facts, table = _inside(outline, inputs)
    return Site(
        measures=table,
        facts=facts,
        issues=record.issues_frame(inputs.issues),
        run=record.run_record(
            inputs,
            edition=edition,
            settings=settings,
            sources=sources,
            assumed=record.assumed((), publication_of(inputs.strategy), settings.as_at),
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


def _inside(outline: shapely.Geometry, inputs: Inputs) -> tuple[dict[str, Any], pd.DataFrame]:
    """Measure everything that is mapped inside the outline."""
    here = np.array([outline], dtype=object)
    whole = float(outline.area)
    polygons = np.asarray(inputs.measures.geometry.array, dtype=object)
    pairs = match.match(here, polygons)
    names = sorted(set(inputs.measures["measure_id"]))
    number = {name: at for at, name in enumerate(names)}
    group = inputs.measures["measure_id"].map(number).to_numpy(dtype=np.int64)
    found = match.overlaps(pairs, group, parcels=here)
    rows = [
        _measure_row(
            inputs, names[int(g)], size, share, pairs.polygon[(pairs.size > 0) & (group[pairs.polygon] == g)]
        )
        for g, size, share in zip(found.group, found.size, found.share, strict=True)
        if size > 0
    ]
    pieces = np.where(pairs.inside, outline, pairs.piece)[pairs.size > 0]
    mapped = float(shapely.union_all(pieces).area) if len(pieces) else 0.0
    centre = shapely.get_coordinates(shapely.point_on_surface(outline))
    lands, issues = zones.resolve(inputs.areas, inputs.authorities, near=tuple(shapely.bounds(outline)))
    inputs.issues += issues
    facts = {
        "size_ha": round(whole / 10_000, 6),
        "gridref": gridref.grid_references(centre)[0],
        "unmapped_ha": round((whole - mapped) / 10_000, 6),
        "unmapped_share": round(1 - mapped / whole, 6),
        "lnrs": _by(lands, "lnrs_id", outline) if inputs.areas is not None else {},
        "authorities": _by(lands, "authority", outline) if inputs.authorities is not None else {},
        "apib_ha": _covered_ha(inputs.apib, outline),
        "acb_ha": _covered_ha(inputs.acb, outline),
    }
    table = pd.DataFrame(rows, columns=list(MEASURE_COLUMNS))
    return facts, table.sort_values(["overlap_ha", "measure_id"], ascending=[False, True], ignore_index=True)


def _measure_row(
    inputs: Inputs, measure_id: str, size: float, share: float, polygons: np.ndarray[Any, Any]
) -> dict[str, Any]:
    met = inputs.measures.iloc[np.unique(polygons)]
    flags = set(met["eligible"])
    consistent = [
        words for module in Module for words in inputs.crosswalk.consistent_words(measure_id, module)
    ]
    return {
        "measure_id": measure_id,
        "measure": met["measure"].iloc[0],
        "priority": met["priority"].iloc[0],
        "eligible": flags.pop() if len(flags) == 1 else "in part",
        "locations": len(met),
        "overlap_ha": round(size / 10_000, 6),
        "share": round(share, 6),
        "consistent": "" if met["eligible"].eq("no").all() else "; ".join(consistent),
    }


def _by(lands: Sequence[zones.Land], attribute: str, outline: shapely.Geometry) -> dict[str, float]:
    """Hectares of the site by LNRS or by authority; "" is land of none."""
    found: dict[str, float] = {}
    for land in lands:
        size = float(shapely.intersection(outline, land.geometry).area)
        if size > match.NO_AREA_M2:
            found[getattr(land, attribute)] = found.get(getattr(land, attribute), 0.0) + size
    rest = float(outline.area) - sum(found.values())
    if rest > 1.0:
        found[""] = found.get("", 0.0) + rest
    return {name: round(size / 10_000, 6) for name, size in sorted(found.items())}


def _covered_ha(layer: Any, outline: shapely.Geometry) -> float | None:
    if layer is None:
        return None
    shapes = np.asarray(layer.geometry.array, dtype=object)
    near = shapes[shapely.intersects(shapes, outline)]
    covered = shapely.intersection(outline, shapely.union_all(near)).area if len(near) else 0.0
    return round(float(covered) / 10_000, 6)
