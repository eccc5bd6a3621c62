"""Judge all sites of a packet in one run, and tell its result apart by site afterwards.

Thousands of parcels are matched with the map at once. Each site is read as a file of its own, marked
with its number, so that nothing is judged across sites. Where one run cannot stand for a run of each
site, `Apart` says so, and the sites are done one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from lnrs_geo import chain, maps
from lnrs_geo.batch.land_held import SiteGatherer
from lnrs_geo.batch.one_file import Numbers
from lnrs_geo.batch.site_rows import Rows
from lnrs_geo.batch.sites import Site
from lnrs_geo.batch.task import Job
from lnrs_geo.commandline import noted
from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.gather import Inputs
from lnrs_geo.maps import LoadedMap
from lnrs_geo.model import Issue
from lnrs_geo.multiplier.applications import COLUMNS as APPLICATION_COLUMNS
from lnrs_geo.result import Result
from lnrs_geo.settings import Settings, Source, Sources
from lnrs_geo.site_marks import marked, unmarked, without_marks
from lnrs_geo.spatial import frames, normalise, plausible, schema
from lnrs_geo.spatial.read import RawLayer
from lnrs_geo.spatial.values import identifier

_SQUARE_M = 100_000.0
SITES_TOGETHER = "Several sites were judged in one run, each by its own rows and dates."
# A place that nothing lies near
_NOWHERE = (-1e9, -1e9, -1e9, -1e9)
# Tables of a result that say of each row which file it is from
_OF_FILES = {"parts": "source", "parcels": "source", "matches": "source", "issues": "dataset"}


class Apart(Exception):
    """One run cannot stand for a run of each site."""


@dataclass(frozen=True, slots=True)
class Together:
    """The result of a packet, and whose each row is.

    Attributes
    ----------
    result
        Of all sites.
    numbers
        By table, for each row the place of its site in the packet; -1 for what is said of none, as of
        the map.
    """

    result: Result
    numbers: Mapping[str, NDArray[np.int64]]

    def sites(self, names: Sequence[str]) -> dict[str, list[str]]:
        """Return the site of each row by table, given the names of the packet's sites."""
        told = [*names, ""]  # the last is that of -1
        return {table: [told[at] for at in numbers.tolist()] for table, numbers in self.numbers.items()}


def assess(job: Job, sites: Sequence[Site], rows: Rows, ids: Sequence[Mapping[str, Numbers]]) -> Together:
    """Do what `check` does with the parcels of every site, all in one run.

    Parameters
    ----------
    rows
        The rows of all of them, as they were read.
    ids
        For each site the ids of its features, by layer.

    Raises
    ------
    Apart
        The sites must be done one after the other.
    """
    if job.sources.submitted is not None:
        raise Apart("which references several sites have bears on what an earlier file says")
    file = sites[0].file
    assert file is not None
    sources = replace(job.sources, parcels=(file,), applications=None)
    alike = all(site.dates == sites[0].dates for site in sites)
    settings = replace(job.settings, dates=dict(sites[0].dates) if alike else {})
    gatherer = PacketGatherer(sources, settings, sites=sites, rows=rows, ids=ids, alike=alike)
    return told_apart(chain.run(sources, settings, gatherer=gatherer))


def told_apart(result: Result) -> Together:
    """Take the marks off a result, and say whose each row is."""
    frames, numbers = {}, {}
    for table, column in _OF_FILES.items():
        frame = getattr(result, table)
        codes, distinct = pd.factorize(frame[column].to_numpy(dtype=object))
        names, of = zip(*map(unmarked, distinct), strict=True) if len(distinct) else ((), ())
        plain = np.array([*names, ""], dtype=object)[codes]
        frames[table] = frame.assign(**{column: plain})
        known = np.array([-1 if one is None else one for one in of] or [-1], dtype=np.int64)
        numbers[table] = known[codes]
    frames["issues"]["message"] = [without_marks(one) for one in frames["issues"]["message"]]
    run = {**noted(result.run, SITES_TOGETHER), "inputs": _files(result.run["inputs"])}
    return Together(replace(result, **frames, run=run), numbers)


def _files(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the record of each layer once, with the features of all sites."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in records:
        name = unmarked(one["path"])[0]
        key = (str(one["role"]), name, str(one.get("layer", "")))
        if key in found and "features" in one:
            found[key]["features"] += one["features"]
        else:
            found.setdefault(key, {**one, "path": name})
    return list(found.values())


class PacketGatherer(SiteGatherer):
    """Gathers the inputs of all sites of a packet, each site's parcels as a file of its own.

    Parameters
    ----------
    sources, settings
        As for any run.
    sites, rows, ids
        As for `assess`.
    alike
        Whether all sites have the same dates, which the settings then hold.
    """

    def __init__(
        self,
        sources: Sources,
        settings: Settings,
        *,
        sites: Sequence[Site],
        rows: Rows,
        ids: Sequence[Mapping[str, Numbers]],
        alike: bool,
    ) -> None:
        super().__init__(sources, settings)
        self.sites, self.rows, self.ids, self.alike = sites, rows, ids, alike

    def layers(self, source: Source, role: str, wanted: Sequence[str] = ()) -> list[RawLayer]:
        """Return the layers of every site, site after site; else as for one site."""
        if role != "parcels":
            return super().layers(source, role, wanted)
        found: list[RawLayer] = []
        kinds: set[tuple[str, ...]] = set()
        brought = self._brought_together(role)
        rows = self.rows if brought is None else replace(self.rows, layers=brought)
        for number, ids in enumerate(self.ids):
            layers, issues = rows.of(ids)
            layers = [replace(one, source=marked(one.source, number)) for one in layers]
            self.issues += [_marked(one, number) for one in issues]
            kind = tuple(one.layer for one in layers)
            if kind not in kinds:
                self._require_columns(layers)
                kinds.add(kind)
            if brought is None:
                layers = [self._brought(one, role) if one.has_geometry else one for one in layers]
            found += layers
        return found

    def _brought_together(self, role: str) -> tuple[RawLayer, ...] | None:
        """Return the rows of all sites in EPSG:27700; None where each site's must be judged apart.

        A layer is judged by all of its numbers: what system they fit, whether axes look swapped. Where
        nothing at all is odd, and each square alone would be fine, so is every site.
        """
        if self.sources.crs is not None:
            return None
        reader = SiteGatherer(self.sources, self.settings)
        try:
            layers = tuple(
                reader._brought(one, role) if one.has_geometry else one for one in self.rows.layers
            )
        except LnrsGeoError:
            return None
        if reader.issues or any(map(_looks_swapped_somewhere, layers)):
            return None
        self.files += reader.files
        return layers

    def _require_columns(self, layers: list[RawLayer]) -> None:
        """Refuse what is refused of one site: that none of its layers has a column that the user names."""
        fields = self.mapped(schema.PARCEL_FIELDS)
        schema.require_mapped(fields, fields=schema.PARCEL_FIELDS, found=frames.columns_by_layer(layers))

    def parcels(self, *, bare_ok: bool) -> normalise.Parcels:
        """Read the parcels of all sites together."""
        read = super().parcels(bare_ok=bare_ok)
        if not self.alike:
            numbers = [unmarked(one)[1] for one in read.frame["source"]]
            named = [identifier(self.sites[at or 0].site_ref) for at in numbers]
            if read.frame["site_ref"].tolist() != named:
                raise Apart("the dates of a site could not be given to its parcels by their reference")
        return read

    def applications(self) -> tuple[list[dict[str, str]], str]:
        """Return the dates of the sites as a table, where they differ."""
        if self.alike:
            return [], ""
        nothing = dict.fromkeys(APPLICATION_COLUMNS, "")
        return [{**nothing, **site.dates, "reference": site.site_ref} for site in self.sites], ""

    def land(self) -> Inputs:
        """Read everything but the parcels."""
        inputs = super().land()
        for one in inputs.maps:
            if one.opened:
                self._require_everywhere(one)
        return inputs

    def _require_everywhere(self, one: LoadedMap) -> None:
        """See that what is known of a map as a whole is known at each site: only what lies near is examined."""
        whose = set(one.measures["lnrs_id"])
        if one.lnrs_id in whose and whose - {"", one.lnrs_id}:
            raise Apart("measures of another LNRS are foreign only where the strategy's own lie near")
        if not one.complete:
            reader = SiteGatherer(self.sources, self.settings)
            try:
                elsewhere = maps.open_map(reader, one.strategy, near=_NOWHERE)
            except LnrsGeoError as error:
                raise Apart("whether the map is complete at each site is not known") from error
            if elsewhere.complete:
                raise Apart("what the map lacks lies near some of the sites alone")


def _looks_swapped_somewhere(layer: RawLayer) -> bool:
    """Say whether some of a layer's squares of 100 km, alone, might be taken for others with axes swapped."""
    if not layer.has_geometry:
        return False
    xy = shapely.get_coordinates(np.asarray(layer.frame.geometry.array, dtype=object))
    corners = np.unique(xy // _SQUARE_M, axis=0) * _SQUARE_M
    return any(plausible.swapped_certainty(one.reshape(1, 2)) for one in corners)


def _marked(one: Issue, number: int) -> Issue:
    return replace(one, dataset=marked(one.dataset, number)) if one.dataset else one
