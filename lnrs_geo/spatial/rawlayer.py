"""A layer as it came from a file: nothing renamed, nothing dropped, nothing repaired."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from warnings import catch_warnings, simplefilter

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lnrs_geo.errors import LnrsGeoError, SourceError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue

# The layers of both Natural England templates: without geometry they are a fault, not a side table.
_TEMPLATE_LAYER = re.compile(
    r"red line boundary|habitats|hedgerows|rivers|urban trees"
    r"|(?:(?:vertical )?area habitats|hedgerows|watercourses|individual trees)"
    r" (?:baseline|post-intervention)",
    re.IGNORECASE,
)
# What drivers say that nobody needs to hear, for it is told in better words.
_IDLE_WARNINGS = (
    "appearing several times in gpkg_contents",
    "Ignoring invalid WKT",
    "too many members in array",  # said once a process: the issue on heights and M values says it always
)


@dataclass(frozen=True, slots=True)
class RawLayer:
    """A layer as a file holds it.

    Attributes
    ----------
    source
        The path exactly as the user gave it; for a file in a folder, folder/file.
    layer
        Its name as the driver tells it, the file's stem for formats of one layer.
    frame
        All columns and rows as they are; the index holds the feature ids of the file, the geometry
        column is called "geometry", `crs` is the file's or None. A geometry that is null, or
        cannot be read, is None.
    driver
        The format's name.
    sha256
        Of the file; of .dbf, .prj, .shp and .shx in that order for a shapefile, of all files for a
        file geodatabase, of the archive itself for its members.
    encoding
        Of the text, used or assumed; "" where the format fixes it.
    has_geometry
        False for a table.
    unreadable
        Ids (as text) of the features whose geometry is there but cannot be read.
    left_out
        How many rows of the file were not opened, because they lie far from where one looks.
    valid
        True for rows whose geometry is known to be valid, shape (rows,); None where nobody has looked.
    words
        By column, its different words in all rows, those left out too; columns of many words are absent.
    """

    source: str
    layer: str
    frame: gpd.GeoDataFrame
    driver: str
    sha256: str
    encoding: str
    has_geometry: bool
    unreadable: frozenset[str] = frozenset()
    left_out: int = 0
    valid: npt.NDArray[np.bool_] | None = field(default=None, compare=False)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class LayerLook:
    """What is known of a layer before it is read: name, geometry type ("" for a table), columns, CRS.

    `opened_as` is the name the driver wants, where it differs.
    """

    name: str
    geometry_type: str
    columns: tuple[str, ...] = ()
    crs: str = ""
    encoding: str = ""
    opened_as: str = ""


@dataclass(slots=True)
class LayerChoice:
    """Choose layers: those named, else every one with geometry; remember all that were on offer."""

    wanted: tuple[str, ...]
    issues: list[Issue]
    offered: list[str] = field(default_factory=list)

    def take(self, looks: list[LayerLook], *, label: str) -> list[LayerLook]:
        """Return the layers to read, in file order."""
        self.offered += [look.name for look in looks]
        if self.wanted:
            names = {name.casefold() for name in self.wanted}
            return [look for look in looks if look.name.casefold() in names]
        for look in looks:
            if not look.geometry_type and _TEMPLATE_LAYER.fullmatch(look.name.strip()):
                said = f"The layer {look.name} has no geometry; it was left out."
                self.issues.append(issue("layer-without-geometry", said, dataset=label, layer=look.name))
        return [look for look in looks if look.geometry_type]

    def missing(self) -> list[str]:
        """Return the names asked for that no file offers."""
        there = {name.casefold() for name in self.offered}
        return [name for name in self.wanted if name.casefold() not in there]


@contextmanager
def guarded(label: str, issues: list[Issue], *, layer: str = "") -> Iterator[None]:
    """Turn whatever a driver throws into a `SourceError`, and what it warns of into issues."""
    where = f"{label} ({layer})" if layer else label
    with catch_warnings(record=True) as caught:
        simplefilter("always")
        try:
            yield
        except (LnrsGeoError, MemoryError):
            raise
        except Exception as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            raise SourceError(
                f"It cannot be read ({reason}).", where=where, fix="Open it in a GIS and export it again."
            ) from error
    for said in dict.fromkeys(" ".join(str(warning.message).split()) for warning in caught):
        if not any(idle in said for idle in _IDLE_WARNINGS):
            issues.append(
                issue("driver-warning", f"The reader says: {said}", dataset=label, layer=layer, value=said)
            )


def frame_of(
    attributes: pd.DataFrame,
    geometries: list[object] | np.ndarray,
    *,
    label: str,
    layer: str,
    issues: list[Issue],
) -> gpd.GeoDataFrame:
    """Join columns and geometries; an input column called "geometry" or met twice gets a number.

    `attributes` carries the feature ids as its index.
    """
    names: list[str] = []
    taken = {"geometry"} if "geometry" in attributes.columns else set()
    for name in map(str, attributes.columns):
        new, number = name, 2
        while new in taken or new in names:
            new, number = f"{name}_{number}", number + 1
        if new != name:
            said = f"The column name {name} is taken; this one is called {new} here."
            issues.append(issue("duplicate-column", said, dataset=label, layer=layer, field=name, value=new))
        names.append(new)
    plain = attributes.set_axis(names, axis="columns")
    return gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(geometries, index=plain.index, dtype="geometry"))


def geometries_of(wkb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn well-known binary into geometries; the second array tells those there but not readable."""
    try:
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    except NotImplementedError:  # one shape of a kind unknown to GEOS spoils the whole array
        shapes = np.array([_shape_of(item) for item in wkb], dtype=object)
    there = np.array([item is not None for item in wkb], dtype=bool)
    return shapes, there & shapely.is_missing(shapes)


def unreadable_issues(fids: dict[str, str], *, label: str, layer: str) -> list[Issue]:
    """Return one issue per feature (id: reason) whose geometry cannot be read."""
    return [
        issue(
            "geometry-not-parsed",
            f"The geometry cannot be read: {why}.",
            dataset=label,
            layer=layer,
            feature=fid,
            value=why,
        )
        for fid, why in fids.items()
    ]


def _shape_of(item: bytes | None) -> shapely.Geometry | None:
    try:
        shape: shapely.Geometry | None = shapely.from_wkb(item, on_invalid="ignore")
    except NotImplementedError:
        return None
    return shape
