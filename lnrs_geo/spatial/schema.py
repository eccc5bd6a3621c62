"""Recognise whose layer it is: the metric's two templates, LNRS exports, or the user's own columns.

Column names compare exactly first, then without case, blanks and underscores, then as a shapefile
would have cut them to ten characters. The layouts themselves are data, in `layouts.toml`.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from rapidfuzz import process

from lnrs_geo.errors import OptionError, SchemaError
from lnrs_geo.spatial.values import folded

PARCEL_FIELDS = (
    "parcel_ref", "module", "retention", "baseline_habitat", "proposed_habitat", "baseline_ss",
    "proposed_ss", "count", "size", "units", "location", "site_ref",
)  # fmt: skip
MEASURE_FIELDS = ("location_id", "measure_id", "measure", "priority", "eligible")
# A column of sizes or counts alone does not make a layer of parcels
TELLING_FIELDS = frozenset(PARCEL_FIELDS) - {"count", "size", "units", "location", "site_ref"}
ADDED_FIELDS = ("site_ref", "units")
RED_LINE_NAMES = frozenset({"redlineboundary", "redline"})
SHAPEFILE_NAME_LENGTH = 10
# As many as a message can name and still be read; a template has some sixty
LISTED_COLUMNS = 15
# Formats that hold many layers; files of any other format belong with their neighbours in a folder
CONTAINERS = frozenset({".gpkg", ".gdb", ".sqlite", ".db", ".zip", ".kml", ".gml"})
GEOMETRY_TYPES = {
    "polygon": frozenset({"Polygon", "MultiPolygon"}),
    "line": frozenset({"LineString", "MultiLineString", "LinearRing"}),
    "point": frozenset({"Point", "MultiPoint"}),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read one layer of parcels: what it is, and which column holds which field.

    `columns` gives for each field the columns whose values are joined; `missing` the template's
    columns that the layer lacks; `renamed` pairs of a template's column and its name in the layer.
    """

    kind: str
    template: str
    module: str = ""
    vertical: bool = False
    stage: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()


def recognise_parcels(
    layer_name: str,
    columns: Sequence[str],
    geometry_types: Collection[str],
    *,
    field_map: Mapping[str, str] | None = None,
) -> Layout | None:
    """Tell which layout a layer has, or None where it is nobody's that is known.

    Parameters
    ----------
    layer_name, columns, geometry_types
        What the file says: the layer, its columns without the geometry, and the kinds of geometry
        in it ("MultiPolygon", ...); no kinds means any.
    field_map
        The user's `--map`: field to column. It wins over recognition where the layer has the column.

    Examples
    --------
    >>> recognise_parcels("Urban_Trees", ["Tree Ref", "Baseline T"], ["Point"]).module
    'tree'
    """
    name = folded(layer_name.partition("(")[0])
    if name in RED_LINE_NAMES:
        return Layout("red-line", "")
    mapped = {
        wanted: (column,)
        for wanted, given in (field_map or {}).items()
        if (column := find_column(given, columns)) is not None
    }
    found = _template(name, columns, geometry_types) or _plain(columns)
    if found is None:
        return Layout("parcels", "plain", columns=mapped) if mapped.keys() & TELLING_FIELDS else None
    if found.template != "plain":  # columns that a person added under the very names of fields
        mapped = {**{one: (one,) for one in ADDED_FIELDS if one in columns}, **mapped}
    return Layout(
        found.kind, found.template, found.module, found.vertical, found.stage,
        {**found.columns, **mapped}, found.missing, found.renamed,
    )  # fmt: skip


def find_column(wanted: str, columns: Sequence[str], *, cut: str = "") -> str | None:
    """Return the column that `wanted` means: exact, then tolerant, then cut as in a shapefile.

    `wanted` may hold `?` for any one letter (`lad??nm`). `cut` is the name a shapefile would give
    it, where that is not simply its first ten characters.
    """
    if wanted in columns:
        return wanted
    for name in (wanted, cut or wanted[:SHAPEFILE_NAME_LENGTH]):
        pattern = name if "?" in name else folded(name)
        for column in columns:
            if fnmatchcase(folded(column), pattern):
                return column
    return None


def cut_names(columns: Sequence[str]) -> dict[str, str]:
    """Return the names that a shapefile gives to columns: ten characters, repeats numbered.

    Examples
    --------
    >>> cut_names(["Baseline Tree Size", "Baseline Tree Type"])["Baseline Tree Type"]
    'Baseline_1'
    """
    cuts: dict[str, str] = {}
    taken: set[str] = set()
    for name in columns:
        cut, repeat = name[:SHAPEFILE_NAME_LENGTH], 0
        while cut.casefold() in taken:
            repeat += 1
            # GDAL: eight characters, then _1 to _9, then 10 and onwards
            cut = f"{name[:8]}_{repeat}" if repeat < SHAPEFILE_NAME_LENGTH else f"{name[:8]}{repeat}"
        taken.add(cut.casefold())
        cuts[name] = cut
    return cuts


def find_fields(names: Mapping[str, Sequence[str]], columns: Sequence[str]) -> dict[str, str]:
    """Return for each field the first of its possible columns that is there."""
    found = {}
    for wanted, candidates in names.items():
        hits = (find_column(candidate, columns) for candidate in candidates)
        if (hit := next((hit for hit in hits if hit is not None), None)) is not None:
            found[wanted] = hit
    return found


def known_names(table: str) -> dict[str, list[str]]:
    """Return the usual column names of `measures` or `zones`, by field."""
    return {wanted: list(names) for wanted, names in _data()[table].items()}


def require_mapped(
    field_map: Mapping[str, str], *, fields: Collection[str], found: Mapping[str, Sequence[str]]
) -> None:
    """Refuse a `--map` whose field does not exist or whose column no layer has.

    Parameters
    ----------
    field_map
        Field to column.
    fields
        The fields there are.
    found
        Columns by layer name.

    Raises
    ------
    OptionError
        There is no such field.
    SchemaError
        No layer has the column: the message lists columns that are there and the nearest names.
    """
    every = list(dict.fromkeys(column for columns in found.values() for column in columns))
    for wanted, column in field_map.items():
        if wanted not in fields:
            raise OptionError(
                f"There is no field {wanted!r} to map.",
                where=f"--map {wanted}={column}",
                fix=f"The fields are {', '.join(fields)}.",
            )
        if all(find_column(column, columns) is None for columns in found.values()):
            near = [match[0] for match in process.extract(column, every, limit=3, score_cutoff=60)]
            more = f" and {len(every) - LISTED_COLUMNS} more" if len(every) > LISTED_COLUMNS else ""
            raise SchemaError(
                f"No layer has a column {column!r}. Found: {', '.join(every[:LISTED_COLUMNS]) or 'none'}{more}.",
                where=f"--map {wanted}={column}",
                fix=f"Did you mean {' or '.join(map(repr, near))}?" if near else "Name one of these columns.",
            )


def listing(found: Mapping[str, Sequence[str]]) -> str:
    """Return the columns of each layer as a sentence can hold them."""
    most = max(3, LISTED_COLUMNS // max(len(found), 1))
    return "; ".join(
        f"layer {layer!r} with {', '.join(columns[:most]) or 'no columns'}"
        + (f" and {len(columns) - most} more" if len(columns) > most else "")
        for layer, columns in found.items()
    )


def file_group(source: str) -> str:
    """Return what a file belongs to: itself, or its folder where the format holds one layer a file.

    A template exported as shapefiles is several files in a folder, and its red line is one of them.

    Examples
    --------
    >>> file_group("site/Habitats.shp"), file_group("site.gpkg")
    ('site', 'site.gpkg')
    """
    path = PurePath(source)
    return source if path.suffix.casefold() in CONTAINERS else str(path.parent)


def _template(name: str, columns: Sequence[str], geometry_types: Collection[str]) -> Layout | None:
    """Recognise a template layer by its name, else by columns that no other layer has."""
    ranked: list[tuple[int, Layout]] = []
    for row in _layouts():
        found = _columns_found(row, columns)
        count = len(found)
        if folded(row["name"]) == name:
            told = {column for key, names in row["fields"].items() if _tells(key) for column in names}
            if count > 1 and told & found.keys():
                return _layout(row, found)
        elif (
            not row.get("vertical")
            and set(row["key"]) <= found.keys()
            and set(geometry_types) <= GEOMETRY_TYPES[row["geometry"]]
        ):
            ranked.append((count, _layout(row, found)))
    best = max((count for count, _ in ranked), default=0)
    first = [layout for count, layout in ranked if count == best]
    return first[0] if len(first) == 1 else None


def _tells(wanted: str) -> bool:
    """Tell whether a field says what grows there: without one, a name alone proves nothing."""
    return wanted.endswith(("_habitat", "_tree_size", "_tree_type"))


def _columns_found(row: Mapping[str, Any], columns: Sequence[str]) -> dict[str, str]:
    """Return, for each column of a template layer that is there, its name in the file."""
    cuts, also = cut_names(row["columns"]), _data()["also"]
    found: dict[str, str] = {}
    for wanted in row["columns"]:
        for name in (wanted, *also.get(wanted, ())):
            hit = find_column(name, columns, cut=cuts[wanted] if name == wanted else "")
            if hit is not None:
                found[wanted] = hit
                break
    return found


def _layout(row: Mapping[str, Any], found: Mapping[str, str]) -> Layout:
    """Make the layout of a template layer from the columns found."""
    cuts = cut_names(row["columns"])
    fields = {wanted: tuple(found[name] for name in names if name in found)
              for wanted, names in row["fields"].items()}  # fmt: skip
    usual = {name: {folded(cuts[name]), *map(folded, _data()["also"].get(name, ()))} for name in found}
    return Layout(
        kind="parcels",
        template=row["template"],
        module=row["module"],
        vertical=row.get("vertical", False),
        stage=row.get("stage", ""),
        columns={wanted: names for wanted, names in fields.items() if names},
        missing=tuple(name for name in row["columns"] if name not in found and name not in row["optional"]),
        renamed=tuple(
            (name, hit) for name, hit in found.items() if hit != name and folded(hit) not in usual[name]
        ),
    )


def _plain(columns: Sequence[str]) -> Layout | None:
    """Recognise a layer whose columns bear the field names of `--map` themselves."""
    found = find_fields({name: (name,) for name in PARCEL_FIELDS}, columns)
    if not found.keys() & TELLING_FIELDS:
        return None
    return Layout("parcels", "plain", columns={wanted: (column,) for wanted, column in found.items()})


@cache
def _data() -> dict[str, Any]:
    """Return `layouts.toml` as it stands."""
    return tomllib.loads(files("lnrs_geo.spatial").joinpath("layouts.toml").read_text(encoding="utf-8"))


@cache
def _layouts() -> list[dict[str, Any]]:
    """Return the template layers, those that equal another one filled in from it."""
    rows = {row["name"]: row for row in _data()["layout"]}
    return [{**rows[row["same_as"]], **row} if "same_as" in row else row for row in rows.values()]
