"""Read the rows of single sites from a file that holds many, just as `check` reads a whole file."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lnrs_geo.batch import parquet_rows
from lnrs_geo.batch.one_file import Numbers, Place
from lnrs_geo.batch.sites import Site
from lnrs_geo.errors import SourceError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.intact import Kind
from lnrs_geo.spatial.rawlayer import RawLayer, frame_of, geometries_of, guarded, unreadable_issues
from lnrs_geo.spatial.read import read_layers
from lnrs_geo.spatial.sources import Source
from lnrs_geo.spatial.values import texts
from lnrs_geo.spatial.vector import crs_of, staged

_NAMED = 5
_CURVED = re.compile(r"curve|circular|surface", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rows:
    """Layers with rows of several sites, and what was remarked of them."""

    layers: tuple[RawLayer, ...]
    issues: tuple[Issue, ...]

    def of(self, ids: Mapping[str, Numbers]) -> tuple[list[RawLayer], list[Issue]]:
        """Return the layers with these rows alone, and the remarks that are not about other rows."""
        layers, mine = [], {}
        for layer in self.layers:
            wanted = ids.get(layer.layer)
            if wanted is None or not len(wanted):
                continue
            names = frozenset(map(str, wanted.tolist()))
            mine[layer.layer] = names
            places = layer.frame.index.get_indexer(wanted)
            if (places < 0).any():
                raise KeyError(f"{layer.layer} lacks rows of the site")
            frame = layer.frame.take(places)
            layers.append(replace(layer, frame=frame, unreadable=layer.unreadable & names))
        issues = [
            one
            for one in self.issues
            if not one.feature or not one.layer or one.feature in mine.get(one.layer, ())
        ]
        return layers, [one for one in issues if not one.layer or one.layer in mine]


def read_rows(path: Path, places: Sequence[Place], ids: Mapping[str, Numbers], *, crs: str | None) -> Rows:
    """Read rows of a file, by layer and feature id in ascending order.

    Raises
    ------
    SourceError
        The file cannot be read, or has changed since it was looked through.
    """
    issues: list[Issue] = []
    if any(not place.kind for place in places):
        layers, issues = read_layers(path, layers=[place.layer for place in places], crs=crs)
        return Rows(tuple(layers), tuple(issues))
    found = []
    for place in places:
        wanted = ids.get(place.layer)
        if wanted is not None and len(wanted):
            layer = _rows_of_layer(path, place, wanted, issues)
            found.append(_with_crs(layer, crs, issues))
    return Rows(tuple(found), tuple(issues))


def rows_of_site(
    site: Site, *, layers: Sequence[str], column: str, crs: str | None, mixed: list[str]
) -> tuple[list[RawLayer], list[Issue]]:
    """Read the rows of one site from its file, which may hold those of others.

    Parameters
    ----------
    column
        The column that names the site of a parcel. It must be there where other sites are known to be
        in the file.
    mixed
        Receives the file where it holds parcels besides those of the site.

    Raises
    ------
    SourceError
        The file cannot be read, has no such column though it is shared, no row of the site, or several
        sites none of which the register means.
    """
    path = site.file
    assert path is not None
    read, issues = read_layers(path, layers=layers, crs=crs)
    rows = Rows(tuple(read), tuple(issues))
    named: dict[str, list[str]] = {}
    sites: dict[str, None] = {}
    without = []
    for layer in read:
        columns = [str(name) for name in layer.frame.columns if name != "geometry"]
        layout = schema.recognise_parcels(layer.layer, columns, ())
        hit = schema.find_column(column, columns)
        if hit is not None:
            named[layer.layer] = texts(layer.frame[hit])
            if layout is None or layout.kind != "red-line":
                sites |= dict.fromkeys(named[layer.layer])
        elif layout is not None and layout.kind == "parcels" and len(layer.frame):
            without.append(layer.layer)
    several = [name for name in sites if name]
    if len(several) > 1 or (site.site_ref and sites.keys() - {site.site_ref}):
        mixed.append(str(path))
    site_ref = site.site_ref
    if not site_ref and len(several) > 1:
        site_ref = _meant(site, several)
    if not site_ref or (not named and not site.shared):
        return read, issues
    ids = {
        name: layer.frame.index.to_numpy()[np.array([one == site_ref for one in named[name]], dtype=bool)]
        for layer in read
        for name in [layer.layer]
        if name in named
    }
    if named and without:
        raise SourceError(
            f"Its layer {without[0]!r} does not say which site its parcels are of.",
            where=str(path),
            fix=f"Give the layer the column {column}, or name the layers to use in the register.",
        )
    if not any(len(one) for one in ids.values()):
        why = (
            f"No parcel in it is of the site {site_ref!r}."
            if named
            else f"It holds several sites, and no column {column} that tells them apart."
        )
        raise SourceError(
            why,
            where=str(path),
            fix="Correct site_ref, or say which column names the site: --map site_ref=COLUMN.",
        )
    return rows.of(ids)


def _meant(site: Site, several: Sequence[str]) -> str:
    """Return the site's own name among several; whoever took all of them would count parcels twice."""
    if site.reference in several:
        return site.reference
    more = f" and {len(several) - _NAMED} more" if len(several) > _NAMED else ""
    raise SourceError(
        "Its parcels name several sites, and the register does not say which of them is meant: "
        f"{', '.join(several[:_NAMED])}{more}.",
        where=str(site.file),
        fix="Give each site a file of its own, or a table as the register with a row and a site_ref for each.",
    )


def _rows_of_layer(path: Path, place: Place, ids: Numbers, issues: list[Issue]) -> RawLayer:
    source = Source(path, str(path), Kind(place.kind), place.sha256)
    with guarded(source.label, issues, layer=place.layer):
        if source.kind is Kind.PARQUET:
            frame = parquet_rows.read_rows(source, ids)
            shapes, crs = np.asarray(frame.geometry.array, dtype=object), frame.crs
            attributes = pd.DataFrame(frame.drop(columns=frame.columns[frame.dtypes == "geometry"]))
            unreadable, curves = np.zeros(len(frame), dtype=bool), ""
        else:
            with staged(source) as file:
                shapes, unreadable, attributes, info = _streamed(file, place, ids)
            crs = crs_of(info["crs"])
            curves = str(info["geometry_type"])
    if len(attributes) != len(ids):
        raise SourceError(
            f"{len(ids)} rows were there and {len(attributes)} are now.",
            where=f"{source.label} ({place.layer})",
            fix="Leave the file as it is while the batch runs, and begin again.",
        )
    if _CURVED.search(f"{curves} {place.geometry_type}"):
        said = f"Its curves ({curves}) were turned into short straight lines."
        issues.append(issue("curves-linearised", said, dataset=source.label, layer=place.layer))
    attributes.index = pd.Index(ids, name="fid")
    bad = {str(ids[at]): "its binary form is broken" for at in np.flatnonzero(unreadable).tolist()}
    issues += unreadable_issues(bad, label=source.label, layer=place.layer)
    frame = frame_of(attributes, shapes, label=source.label, layer=place.layer, issues=issues).set_crs(crs)
    has_geometry = bool(place.geometry_type) or source.kind is Kind.PARQUET
    return RawLayer(
        source.label,
        place.layer,
        frame,
        place.kind,
        place.sha256,
        place.encoding,
        has_geometry,
        frozenset(bad),
    )


def _streamed(
    file: Path, place: Place, ids: Numbers
) -> tuple[np.ndarray, np.ndarray, pd.DataFrame, dict[str, Any]]:
    import pyogrio

    words: dict[str, Any] = {"layer": place.opened_as, "encoding": place.encoding or None}
    info = pyogrio.read_info(file, **words)
    _, _, wkb, _ = pyogrio.raw.read(file, columns=[], fids=ids, **words)
    shapes, unreadable = geometries_of(np.full(len(ids), None, dtype=object) if wkb is None else wkb)
    if not len(info["fields"]):
        return shapes, unreadable, pd.DataFrame(index=range(len(ids))), info
    attributes = pyogrio.read_dataframe(file, read_geometry=False, fids=ids, **words)
    return shapes, unreadable, attributes, info


def _with_crs(raw: RawLayer, crs: str | None, issues: list[Issue]) -> RawLayer:
    """Give a layer without coordinate system the one the user names, in the words of `read_layers`."""
    if raw.frame.crs is not None or not raw.has_geometry:
        return raw
    if crs is None:
        said = f"The layer {raw.layer} does not say which coordinate system it is in."
        issues.append(issue("crs-missing", said, dataset=raw.source, layer=raw.layer))
        return raw
    said = f"The layer {raw.layer} does not say which coordinate system it is in; {crs} was taken as told."
    issues.append(issue("crs-as-told", said, dataset=raw.source, layer=raw.layer, value=crs))
    return replace(raw, frame=raw.frame.set_crs(crs))
