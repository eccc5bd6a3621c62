"""Find what Defra's metric service would refuse, and what contradicts itself, among parcels.

Needs the module of each parcel, so it runs after the chain has settled that. Nothing here changes
a parcel; only a geometry of the wrong type for its module keeps a row from being answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue, Module
from lnrs_geo.spatial import red_lines
from lnrs_geo.spatial.index import candidate_pairs
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.prepared import prepared
from lnrs_geo.spatial.schema import file_group
from lnrs_geo.spatial.validity import Geometries
from lnrs_geo.spatial.values import folded, is_due

# Defra's metric service: smallest parcel and largest tolerated overlap of two (rules section 7)
SMALLEST_PARCEL_M2 = 1.0
LARGEST_OVERLAP_M2 = 0.5
# A size that the input states may differ from the drawing by so much: 0.01 ha or km, or a hundredth
STATED_M2, STATED_M, STATED_SHARE = 100.0, 10.0, 0.01
# The statutory metric workbook: rows of a sheet, and the sheets that hold fewer
SHEET_ROWS = 248
SHORT_SHEET_ROWS = 246
SHORT_SHEETS = frozenset({"A-2", "A-3", "B-3", "C-3"})

Mask = npt.NDArray[np.bool_]
# The number of a layer, and what is remarked of it
Note = tuple[int, Issue]

# Type ids of GEOS that a module's parcels may have
_TYPES = {
    Module.AREA: ("polygons", (3, 6)),
    Module.HEDGEROW: ("lines", (1, 2, 5)),
    Module.WATERCOURSE: ("lines", (1, 2, 5)),
    Module.TREE: ("points", (0, 4)),
}
# Sheets of the workbook by module: on-site, off-site; trees stand among the area habitats
_SHEETS = {"area": "AD", "tree": "AD", "hedgerow": "BE", "watercourse": "CF"}


class Overlaps(NamedTuple):
    """Pairs of polygons that share land: row numbers, the land shared, and whether one holds the other."""

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    overlap_m2: npt.NDArray[np.float64]
    contained: Mask


def find(parcels: gpd.GeoDataFrame, *, red_line: gpd.GeoDataFrame) -> list[Issue]:
    """Return every fault of the parcels' geometry, as issues.

    Parameters
    ----------
    parcels
        The parcel frame of `normalise.parcels`, its modules settled ("" where unknown).
    red_line
        The red lines of the same files; may be empty.
    """
    wrong = wrong_geometry(parcels)
    rows = _Rows.of(parcels)
    fine = ~wrong & ~shapely.is_missing(rows.shapes)
    notes = [*_wrong_types(rows, wrong)]
    duplicates, already = _duplicates(rows, fine)
    notes += duplicates
    notes += _small(rows, fine & (rows.modules == Module.AREA))
    flat = fine & ~parcels["vertical"].to_numpy(dtype=bool)
    notes += _stated_sizes(rows, flat, parcels["size"].to_numpy(dtype=float, na_value=np.nan))
    notes += _overlaps(rows, flat & (rows.modules == Module.AREA), already=already)
    # layer by layer; the checks stay in their order
    issues = [one for _, one in sorted(notes, key=lambda note: note[0])]
    issues.extend(red_lines.check(parcels[~wrong], red_line=red_line))
    issues.extend(_sheets(parcels))
    return issues


def wrong_geometry(parcels: gpd.GeoDataFrame) -> Mask:
    """Tell for each parcel whether its geometry is of a type that its module cannot have.

    Shape (n,). Parcels without a geometry or a known module are not among them.
    """
    types = shapely.get_type_id(np.asarray(parcels.geometry.array))
    modules = parcels["module"].to_numpy()
    wrong = np.zeros(len(parcels), dtype=bool)
    for module, (_, fitting) in _TYPES.items():
        wrong |= (modules == module.value) & ~np.isin(types, (*fitting, -1))
    return wrong


def overlaps(polygons: Geometries, *, layers: npt.NDArray[np.intp] | None = None) -> Overlaps:
    """Find all pairs of polygons that share land, whether partly or one within the other.

    Parameters
    ----------
    polygons
        Shape (n,), valid, in metres; None overlaps nothing.
    layers
        The layer of each, where polygons of one layer alone are compared.

    Examples
    --------
    >>> found = overlaps(shapely.box([0, 1, 9], [0, 0, 0], [2, 3, 10], [1, 1, 1]))
    >>> found.left.tolist(), found.right.tolist(), found.overlap_m2.tolist()
    ([0], [1], [1.0])
    """
    boxes = shapely.bounds(polygons)
    left, right = candidate_pairs(boxes, boxes)
    once = left < right
    if layers is not None:
        once &= layers[left] == layers[right]
    left, right = left[once], right[once]
    ready = prepared(polygons)
    holds, held = (
        shapely.covers(ready[left], polygons[right]),
        shapely.covers(ready[right], polygons[left]),
    )
    contained = holds | held
    sharing = contained | shapely.overlaps(polygons[left], polygons[right])
    left, right, holds, contained = left[sharing], right[sharing], holds[sharing], contained[sharing]
    overlap_m2 = shapely.area(polygons[np.where(holds, right, left)])
    overlap_m2[~contained] = shapely.area(
        shapely.intersection(polygons[left[~contained]], polygons[right[~contained]])
    )
    return Overlaps(left, right, overlap_m2, contained)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is asked of parcels, as arrays; `layers` numbers the layers of all files, as they are met."""

    shapes: Geometries
    layers: npt.NDArray[np.intp]
    names: list[tuple[str, str]]
    modules: npt.NDArray[np.object_]
    refs: list[str]
    fids: list[str]

    @classmethod
    def of(cls, parcels: gpd.GeoDataFrame) -> "_Rows":
        numbers: dict[tuple[str, str], int] = {}
        places = zip(parcels["source"].tolist(), parcels["layer"].tolist(), strict=True)
        layers = [numbers.setdefault(one, len(numbers)) for one in places]
        return cls(
            np.array(parcels.geometry.array, dtype=object),
            np.array(layers, dtype=np.intp),
            list(numbers),
            parcels["module"].to_numpy(dtype=object),
            parcels["parcel_ref"].tolist(),
            parcels["src_fid"].tolist(),
        )

    def note(self, row: int, code: str, message: str, value: str) -> Note:
        """Return an issue of a parcel, with the number of its layer."""
        number = int(self.layers[row])
        dataset, layer = self.names[number]
        return number, issue(code, message, dataset=dataset, layer=layer, feature=self.refs[row], value=value)


def _wrong_types(rows: _Rows, wrong: Mask) -> Iterator[Note]:
    """Tell of every parcel of a type that its module cannot have."""
    for at in np.flatnonzero(wrong).tolist():
        module, drawn = rows.modules[at], rows.shapes[at].geom_type
        needed = _TYPES[Module(module)][0]
        yield rows.note(
            at, "wrong-geometry-type", f"It is drawn as {drawn}; module {module} needs {needed}.", drawn
        )


def _small(rows: _Rows, areas: Mask) -> Iterator[Note]:
    """Tell of every area parcel below the smallest size."""
    sizes = shapely.area(rows.shapes)
    for at in np.flatnonzero(areas & (sizes < SMALLEST_PARCEL_M2)).tolist():
        message = f"It has {sizes[at]:.4f} m2, less than {SMALLEST_PARCEL_M2:g} m2."
        yield rows.note(at, "parcel-too-small", message, f"{sizes[at]:.4f}")


def _stated_sizes(rows: _Rows, flat: Mask, stated: npt.NDArray[np.float64]) -> Iterator[Note]:
    """Tell of every parcel whose input states another size than is drawn, whichever unit is meant.

    Areas are stated in m2 or ha, lines in m or km; trees have a count instead, and what stands upright
    is larger than its footprint.
    """
    is_line = np.isin(rows.modules, (Module.HEDGEROW, Module.WATERCOURSE))
    drawn = np.where(is_line, shapely.length(rows.shapes), shapely.area(rows.shapes))
    apart = np.abs(
        stated[:, None] * np.column_stack([np.ones(len(drawn)), np.where(is_line, 1e3, 1e4)]) - drawn[:, None]
    )
    most = np.maximum(np.where(is_line, STATED_M, STATED_M2), STATED_SHARE * drawn)
    asked = flat & (is_line | (rows.modules == Module.AREA)) & (stated > 0)
    for at in np.flatnonzero(asked & (apart.min(axis=1) > most)).tolist():
        unit = "m" if is_line[at] else "m2"
        message = f"A size of {stated[at]:g} is stated; drawn are {drawn[at]:.2f} {unit}, which count here."
        yield rows.note(at, "size-differs", message, f"{stated[at]:g}")


def _duplicates(rows: _Rows, fine: Mask) -> tuple[list[Note], set[tuple[int, int]]]:
    """Tell of every parcel that its layer holds a second time; return the pairs of rows too."""
    first: dict[tuple[int, bytes], int] = {}
    pairs: set[tuple[int, int]] = set()
    notes = []
    places = np.flatnonzero(fine)
    shapes = shapely.to_wkb(shapely.normalize(rows.shapes[places]))
    for at, layer, shape in zip(places.tolist(), rows.layers[places].tolist(), shapes, strict=True):
        before = first.setdefault((layer, shape), at)
        if rows.fids[before] != rows.fids[at]:
            pairs.add((before, at))
            said = rows.refs[before]
            notes.append(
                rows.note(at, "duplicate-geometry", f"The parcel is drawn exactly as {said!r}.", said)
            )
    return notes, pairs


def _overlaps(rows: _Rows, areas: Mask, *, already: set[tuple[int, int]]) -> Iterator[Note]:
    """Tell of every two parcels of a layer that share more land than is tolerated."""
    places = np.flatnonzero(areas)
    found = overlaps(rows.shapes[places], layers=rows.layers[places])
    for left, right, overlap_m2, contained in zip(*found, strict=True):
        one, other = int(places[left]), int(places[right])
        if overlap_m2 <= LARGEST_OVERLAP_M2 or (one, other) in already:
            continue
        how = "share" if not contained else "lie one inside the other: they share"
        message = f"{rows.refs[one]!r} and {rows.refs[other]!r} {how} {overlap_m2:.2f} m2."
        yield rows.note(one, "parcel-overlap", message, f"{overlap_m2:.2f}")


def _sheets(parcels: gpd.GeoDataFrame) -> list[Issue]:
    """Raise an issue for every sheet of the metric workbook that a file has too many rows for."""
    known = parcels[parcels["module"].isin(list(_SHEETS))]
    newer = known["template"] == "newer"
    retention = known["retention"].str.casefold()
    # An area Lost with a successor is a Created row too, outside the newer template (rules section 2)
    succeeded = (retention == "lost") & ~newer & (known["module"] == "area") & _due(known["proposed_habitat"])
    after = known["table_stage"] != "baseline"
    members = {
        "1": (known["table_stage"] == "baseline") | (~newer & _due(known["baseline_habitat"])),
        "2": after & ((retention == "created") | succeeded),
        "3": after & (retention == "enhanced"),
    }
    off_site = known["location"].map(folded) == "offsite"
    letter = [_SHEETS[module][int(off)] for module, off in zip(known["module"], off_site, strict=True)]
    groups = known["source"].map({one: file_group(one) for one in known["source"].unique()})
    issues: list[Issue] = []
    for number, chosen in members.items():
        names = pd.Series(letter, index=known.index, dtype=object)[chosen] + f"-{number}"
        for (group, sheet), rows in names.groupby([groups[chosen], names]):
            most = SHORT_SHEET_ROWS if sheet in SHORT_SHEETS else SHEET_ROWS
            if len(rows) > most:
                Ledger(str(group), "", issues).add(
                    "sheet-full", f"{len(rows)} rows belong on sheet {sheet}, which holds {most}.",
                    field=str(sheet), value=str(len(rows)),
                )  # fmt: skip
    return issues


def _due(habitats: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell for each habitat whether it names one."""
    return habitats.map(is_due).astype(bool)
