"""Which cells and rows of the input files an audit puts right: decided answers, and nothing else.

A GeoPackage given as a file is copied with the right values; every other value, row and column of
the copy is the file's own. What cannot be written is named with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from lnrs_geo.auditing.tables import Row, runs
from lnrs_geo.auditing.words import BASELINE_LEFT, DRAFT, corrects, in_file_words, why_left
from lnrs_geo.corrected import Correction, Split, SplitPart, uneditable
from lnrs_geo.errors import OptionError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Module, Retention, Stage, Status
from lnrs_geo.result import Result
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.read import list_layers

NO_GEOPACKAGE = "Only GeoPackages given as files are written back; enter the value by hand."
OF_A_DRAFT = "The answers are a draft (--accept-proposed), of which nothing is written back."
NO_COLUMN = "The layer has no column for it."
POINTS = "Points are not split; enter its parts by hand."
SEVERAL_ANSWERS = "Its parts differ at this stage, and one cell cannot hold two answers; enter them by hand."
SS_FIELDS = {Stage.BASELINE.value: "baseline_ss", Stage.POST.value: "proposed_ss"}


@dataclass(slots=True)
class Copy:
    """What is changed in the copy of one file: single cells, and rows that become several.

    `parts_of` gives, for a row that is split (layer, feature id), the row numbers of its parts.
    """

    source: Path
    name: str
    corrections: list[Correction] = field(default_factory=list)
    splits: list[Split] = field(default_factory=list)
    parts_of: dict[tuple[str, int], list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer of a GeoPackage: its layout, and everything claimed in it at each stage."""

    name: str
    layout: schema.Layout
    parent_ref: str
    claimed: Mapping[str, Sequence[str]]

    def column(self, wanted: str) -> str:
        """Return the column that holds a field; empty where there is none."""
        return next(iter(self.layout.columns.get(wanted, ())), "")

    def words(self, part: Row) -> str:
        """Return the answer of a part as this layer writes it."""
        return in_file_words(
            part["strat_sig"],
            claimed=part["claimed"],
            column=self.claimed[part["stage"]],
            template=self.layout.template,
        )


class Plan:
    """What to write back from the parts of a result, and why the rest stays.

    `copies` are the files to make. `corrected` gives the text set for a part, `left` the reason why
    a claim that does not hold, or is open, stays as it is; both by the row number of the part.
    `issues` name layers that cannot be edited.

    Raises
    ------
    OptionError
        A GeoPackage was given twice.
    """

    def __init__(self, result: Result, parts: Sequence[Row]) -> None:
        self.copies: list[Copy] = []
        self.corrected: dict[int, str] = {}
        self.left = {at: why for at, part in enumerate(parts) if (why := why_left(part))}
        self._parts = parts
        self._shapes = np.asarray(result.parts.geometry.array, dtype=object)
        self.issues: list[Issue] = []
        self._is_draft = is_draft(result.run)
        self._field_map: dict[str, str] = result.run["options"]["map"]
        by_file: dict[str, dict[str, list[int]]] = {}
        for at, part in enumerate(parts):
            path, _, layer = part["source"].rpartition("|")
            by_file.setdefault(path, {}).setdefault(layer, []).append(at)
        for path, layers in by_file.items():
            self._plan_file(path, layers)

    def _plan_file(self, path: str, layers: Mapping[str, list[int]]) -> None:
        wrong = [at for own in layers.values() for at in own if self._corrects(at)]
        place = Path(path)
        if place.suffix.casefold() != ".gpkg" or not place.is_file():
            self._leave(wrong, OF_A_DRAFT if self._is_draft else NO_GEOPACKAGE)
            return
        features = {name: self._features(own) for name, own in layers.items()}
        if not wrong and not any(self._cut(own) for groups in features.values() for own in groups):
            return
        if self._is_draft:
            self._leave(wrong, OF_A_DRAFT)
            return
        copy = Copy(place, self._free_name(place))
        closed = self._leave_closed(place, layers)
        for layer in self._layers(place, {name: own for name, own in layers.items() if name not in closed}):
            for own in features[layer.name]:
                self._plan_feature(own, layer, copy)
        if copy.corrections or copy.splits:
            self.copies.append(copy)

    def _leave_closed(self, place: Path, layers: Mapping[str, list[int]]) -> set[str]:
        """Leave alone what stands in layers that cannot be edited, such as views; return their names."""
        closed = uneditable(place, layers)
        for name, why in closed.items():
            wrong = [at for at in layers[name] if self._corrects(at)]
            self._leave(wrong, why)
            if wrong:
                self.issues.append(issue("layer-not-written", why, dataset=str(place), layer=name))
        return set(closed)

    def _free_name(self, place: Path) -> str:
        """Return the file's name, numbered where an input of another folder has it too."""
        taken = {copy.name.casefold() for copy in self.copies}
        name, times = place.name, 1
        while name.casefold() in taken:
            times += 1
            name = f"{place.stem}-{times}{place.suffix}"
        return name

    def _features(self, ats: Sequence[int]) -> list[dict[str, list[int]]]:
        """Return the parts of each feature by stage."""
        groups: dict[str, dict[str, list[int]]] = {}
        for run in runs([self._parts[at] for at in ats]):
            own = [ats[at] for at in run]
            first = self._parts[own[0]]
            stages = groups.setdefault(first["src_fid"], {})
            if first["stage"] in stages:
                raise OptionError(
                    "The file was given twice, so its rows would be put right twice.",
                    where=first["source"].rpartition("|")[0],
                    fix="Name each file once.",
                )
            stages[first["stage"]] = own
        return list(groups.values())

    def _layers(self, path: Path, layers: Mapping[str, list[int]]) -> Iterator[_Layer]:
        """Look at the file's columns again and recognise its layers as they were when it was read."""
        columns = {look.name: look.columns for look in list_layers(path)}
        for name, ats in layers.items():
            kinds = set(gpd.GeoSeries(self._shapes[ats]).geom_type.dropna())
            layout = schema.recognise_parcels(name, columns[name], kinds, field_map=self._field_map)
            claimed: dict[str, list[str]] = {stage.value: [] for stage in Stage}
            for at in ats:
                claimed[self._parts[at]["stage"]].append(self._parts[at]["claimed"])
            newer = layout is not None and layout.template == "newer"
            parent = schema.find_column("Parent Ref", columns[name]) if newer else None
            # land without any known column holds no claim, but may have to be split
            yield _Layer(name, layout or schema.Layout("parcels", "plain"), parent or "", claimed)

    def _cut(self, own: Mapping[str, list[int]]) -> list[int]:
        """Return the parts by which a feature is split: of the stage that has most, if one is decided."""
        # where both have as many, those after the development: their answers differ
        most = max(
            (own[stage] for stage in (Stage.POST.value, Stage.BASELINE.value) if stage in own), key=len
        )
        firm = any(self._parts[at]["status"] == Status.DECIDED for at in most)
        return most if len(most) > 1 and firm else []

    def _plan_feature(self, own: Mapping[str, list[int]], layer: _Layer, copy: Copy) -> None:
        cut = self._cut(own)
        if cut and self._parts[cut[0]]["module"] == Module.TREE:
            self._leave(cut, POINTS)
        for stage in (Stage.BASELINE.value, Stage.POST.value):
            ats, column = own.get(stage, []), layer.column(SS_FIELDS[stage])
            if stage == Stage.POST and any(at in self.left for at in own.get(Stage.BASELINE.value, [])):
                kept = [at for at in ats if self._parts[at]["retention"] == Retention.RETAINED]
                self._leave(kept, BASELINE_LEFT)
            if not column:
                self._leave(ats, NO_COLUMN)
            elif ats is not cut:
                self._set_cell(ats, column, layer, copy)
        if cut and self._parts[cut[0]]["module"] != Module.TREE:
            self._split(cut, layer, copy)

    def _set_cell(self, ats: Sequence[int], column: str, layer: _Layer, copy: Copy) -> None:
        """Set the cell of a row that stays one at this stage; nothing where its parts disagree."""
        texts = {layer.words(self._parts[at]) if self._corrects(at) else "" for at in ats}
        if not texts - {""}:
            return
        if len(texts) > 1:
            self._leave(ats, SEVERAL_ANSWERS)
            return
        (words,) = texts
        self.corrected |= dict.fromkeys(ats, words)
        copy.corrections.append(Correction(layer.name, int(self._parts[ats[0]]["src_fid"]), column, words))

    def _split(self, cut: Sequence[int], layer: _Layer, copy: Copy) -> None:
        """Put the parts of a row in its place, each with its own answer where that is decided."""
        first = self._parts[cut[0]]
        fid, column = int(first["src_fid"]), layer.column(SS_FIELDS[first["stage"]])
        texts = {at: layer.words(self._parts[at]) for at in cut if column and self._corrects(at)}
        self.corrected |= texts
        copy.parts_of[layer.name, fid] = list(cut)
        sizes, shared = ([name] if (name := layer.column(wanted)) else [] for wanted in ("size", "units"))
        copy.splits.append(
            Split(
                layer=layer.name,
                fid=fid,
                column=column,
                ref_column=layer.column("parcel_ref"),
                parent_ref_column=layer.parent_ref,
                size_columns=sizes,
                parts=tuple(
                    SplitPart(self._parts[at]["part"], self._shapes[at], texts.get(at)) for at in cut
                ),
                shared_columns=shared,
            )
        )

    def _corrects(self, at: int) -> bool:
        """Tell whether the answer of a part is to be written, as far as is known yet."""
        return at not in self.left and corrects(self._parts[at])

    def _leave(self, ats: Sequence[int], why: str) -> None:
        self.left |= {at: why for at in ats if self._corrects(at)}


def is_draft(run: Mapping[str, Any]) -> bool:
    """Tell whether crosswalk rows that nobody confirmed decided in a run (--accept-proposed)."""
    return bool(run["options"]["accept_proposed"]) or DRAFT in run["notice"]
