"""Read GeoParquet, for which the optional package pyarrow is needed."""

import numpy as np

from lnrs_geo.errors import OptionError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial.rawlayer import LayerChoice, LayerLook, RawLayer, frame_of, guarded
from lnrs_geo.spatial.sources import Source


def require_pyarrow(label: str) -> None:
    """See that GeoParquet can be read; `label` is what the user calls the file.

    Raises
    ------
    OptionError
        pyarrow is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise OptionError(
            "GeoParquet needs the package pyarrow, which is not installed.",
            where=label,
            fix="Install it with: pip install 'lnrs-geo[parquet]'. Or export the layer as GeoPackage.",
        ) from error


def read_parquet(source: Source, *, choice: LayerChoice, issues: list[Issue]) -> list[RawLayer]:
    """Read a GeoParquet file; its rows count from 0.

    Raises
    ------
    OptionError
        pyarrow is not installed.
    SourceError
        It is Parquet without a geometry column.
    """
    import geopandas as gpd

    require_pyarrow(source.label)
    layer = source.path.stem
    if not choice.take([LayerLook(layer, "Unknown")], label=source.label):
        return []
    with guarded(source.label, issues, layer=layer):
        # An open file, not a path: pyarrow reads some characters of a path as an address.
        with source.path.open("rb") as stream:
            frame = gpd.read_parquet(stream)
        shapes, crs = np.asarray(frame.geometry.array, dtype=object), frame.crs
        others = [
            str(name) for name in frame.columns[frame.dtypes == "geometry"] if name != frame.geometry.name
        ]
        attributes = frame.drop(columns=[frame.geometry.name, *others]).reset_index(drop=True)
        attributes.index.name = "fid"
    if others:
        said = f"The layer {layer} has several geometry columns; {frame.geometry.name} was taken."
        issues.append(
            issue(
                "several-geometry-columns", said, dataset=source.label, layer=layer, value=", ".join(others)
            )
        )
    joined = frame_of(attributes, shapes, label=source.label, layer=layer, issues=issues).set_crs(crs)
    return [RawLayer(source.label, layer, joined, "Parquet", source.sha256, "", True)]
