"""Recognise layers of mapped measures whose layout nobody stated: which layers, which columns.

What bears an agreed name is known; what bears a likely one is a guess, and told as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import NoReturn

from lnrs_geo.errors import SchemaError
from lnrs_geo.spatial import frames, schema
from lnrs_geo.spatial.rawlayer import RawLayer
from lnrs_geo.spatial.read import read_layers
from lnrs_geo.spatial.values import flag, identifier

# Names that are not agreed on and yet say what they hold; a person confirms them where one is asked.
LIKELY: dict[str, tuple[str, ...]] = {
    "location_id": ("location_code", "location_ref", "loc_id", "loc_code", "hex_id"),
    "measure_id": (
        "measure_code", "measure_ref", "measure_no", "measure_number", "meas_code", "meas_id", "mea_id",
        "pm_code", "pm_ref", "action_id", "action_code", "action_ref",
    ),
    "measure": (
        "potential_measure", "measure_name", "measure_description", "measure_text", "measure_title",
        "meas_desc", "meas_name", "mea_desc", "mea_name", "pm_name", "pm_text", "measures", "action",
        "action_name", "action_description",
    ),
    "priority": (
        "priority_code", "priority_id", "priority_ref", "priority_name", "priority_description", "pri_name",
        "pri_desc", "priorities",
    ),
    "eligible": ("bng_eligible", "eligible_bng", "core_supplementary", "bng"),
}  # fmt: skip
TELLING = ("measure_id", "measure")
# Of the other layers of a Local Habitat Map, which decide nothing in Table 7
OTHER_KEYS = ("apib_id", "acb_id", "acib_id")


@dataclass(frozen=True, slots=True)
class Findings:
    """What layers of mapped measures tell of themselves.

    Attributes
    ----------
    layers, left_out
        Names of the layers that hold measures, and of those that do not.
    columns
        Column of each field that is told by a person or bears an agreed name.
    guesses
        Column of each further field, guessed from a likely name.
    aliases
        Of `columns`, those that a person told.
    lnrs_ids
        Every LNRS id that the rows bear.
    every_column
        All columns of the layers that hold measures.
    must_name
        False where the only layer bears the name of its file: to name it would say nothing.
    polygons
        How many rows there are.
    """

    layers: tuple[str, ...]
    left_out: tuple[str, ...]
    columns: Mapping[str, str]
    guesses: Mapping[str, str]
    aliases: Mapping[str, str]
    lnrs_ids: tuple[str, ...]
    every_column: tuple[str, ...]
    must_name: bool
    polygons: int


def look(
    measures: Sequence[str | Path],
    *,
    layers: Sequence[str] = (),
    field_map: Mapping[str, str] | None = None,
) -> Findings:
    """Look at files of mapped measures: which layers, which columns, which LNRS.

    Parameters
    ----------
    measures
        Vector files, or folders of them; together they are the map.
    layers
        Names of the layers to use; else every layer in which a measure can be recognised.
    field_map
        The columns that a person names, by field.

    Raises
    ------
    SourceError
        A file cannot be read.
    SchemaError
        No layer tells its measures, a named one does not, or they tell them in different columns.
    OptionError
        `field_map` names a field that does not exist.
    """
    told = dict(field_map or {})
    raw = [layer for path in measures for layer in read_layers(path, layers=layers)[0]]
    schema.require_mapped(told, fields=schema.MEASURE_FIELDS, found=frames.columns_by_layer(raw))
    known = schema.known_names("measures")
    sure = {name: (*([told[name]] if name in told else []), *known[name]) for name in schema.MEASURE_FIELDS}
    likely = {name: (*sure[name], *LIKELY[name]) for name in sure}
    # A layer with agreed names shows what the others are: side layers, whatever their columns are called
    chosen = _telling(raw, sure) or _telling([layer for layer in raw if not _is_other(layer)], likely)
    if not chosen or (layers and len(chosen) < len(raw)):
        _refuse(raw, chosen)
    if not any(len(layer.frame) for layer in chosen):
        raise SchemaError(
            "There is no polygon in it.",
            where=", ".join(dict.fromkeys(layer.source for layer in chosen)),
            fix="Give the layer of mapped measures with its features.",
        )
    every = tuple(dict.fromkeys(name for layer in chosen for name in frames.attributes(layer)))
    columns = schema.find_fields(sure, every)
    guesses = _guesses(chosen, columns, every)
    one = {name: (*sure[name], *([guesses[name]] if name in guesses else [])) for name in sure}
    if len(alike := _telling(chosen, one)) < len(chosen):
        # A strategy file states one column for each field, for all its layers
        _refuse(chosen, alike)
    return Findings(
        layers=tuple(layer.layer for layer in chosen),
        left_out=tuple(layer.layer for layer in raw if not any(layer is one for one in chosen)),
        columns=columns,
        guesses=guesses,
        aliases={name: columns[name] for name in columns if name in told},
        lnrs_ids=_lnrs_ids(chosen, known["lnrs_id"]),
        every_column=every,
        must_name=len(raw) > 1 or PurePath(raw[0].source).stem.casefold() != raw[0].layer.casefold(),
        polygons=sum(len(layer.frame) for layer in chosen),
    )


def _telling(layers: Sequence[RawLayer], names: Mapping[str, Sequence[str]]) -> list[RawLayer]:
    """Return the layers in which a column tells the measure."""
    return [
        layer
        for layer in layers
        if layer.has_geometry
        and any(name in schema.find_fields(names, frames.attributes(layer)) for name in TELLING)
    ]


def _is_other(layer: RawLayer) -> bool:
    """Tell whether a layer is plainly something else: an APIB or ACB layer, parcels, a red line."""
    columns = frames.attributes(layer)
    if any(schema.find_column(key, columns) for key in OTHER_KEYS):
        return True
    return schema.recognise_parcels(layer.layer, columns, ()) is not None


def _guesses(layers: Sequence[RawLayer], columns: Mapping[str, str], every: Sequence[str]) -> dict[str, str]:
    """Return the likeliest column of each field that no agreed name tells; no column serves two fields."""
    found: dict[str, str] = {}
    for name in LIKELY:
        if name in columns:
            continue
        free = [column for column in every if column not in {*columns.values(), *found.values()}]
        hit = schema.find_fields({name: LIKELY[name]}, free).get(name)
        if hit is not None and (name != "eligible" or _are_flags(layers, hit)):
            found[name] = hit
    return found


def _are_flags(layers: Sequence[RawLayer], column: str) -> bool:
    """Tell whether every cell of a column says yes, no or nothing."""
    cells = [flag(cell) for layer in layers if column in layer.frame for cell in layer.frame[column].unique()]
    return None not in cells and any(cells)


def _lnrs_ids(layers: Sequence[RawLayer], names: Sequence[str]) -> tuple[str, ...]:
    """Return every LNRS id that rows bear, in order."""
    found: set[str] = set()
    for layer in layers:
        column = schema.find_fields({"id": names}, frames.attributes(layer)).get("id")
        if column is not None:
            found |= {identifier(cell) for cell in layer.frame[column].unique()}
    return tuple(sorted(found - {""}))


def _refuse(layers: Sequence[RawLayer], good: Sequence[RawLayer]) -> NoReturn:
    """Raise the error for layers whose measures cannot be told, with the columns that are there."""
    bad = [layer for layer in layers if not any(layer is one for one in good)]
    found = frames.columns_by_layer(bad)
    what = (
        "No column tells the measures"
        if not good
        else "In these layers no column tells the measures as in the others"
    )
    raise SchemaError(
        f"{what}. Found: {schema.listing(found)}.",
        where=", ".join(dict.fromkeys(layer.source for layer in bad)),
        fix="Name the columns with --map measure_id=COLUMN or --map measure=COLUMN "
        f"(fields: {', '.join(schema.MEASURE_FIELDS)}), and the layers of measures with --layer; "
        "they are not asked for.",
    )
