"""Refuse what is given for something that it is not: fields that do not exist, parcels as outlines."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lnrs_geo.errors import OptionError, SchemaError
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.read import RawLayer

MEASURE_FIELDS = ("location_id", "measure_id", "measure", "priority", "eligible")
AUTHORITY_FIELDS = ("authority",)


def refuse_other_roles(layers: Sequence[RawLayer], *, option: str) -> None:
    """Refuse parcels or measures given as outlines: land outside them would pass for land outside the map."""
    for layer in layers:
        columns = [str(name) for name in layer.frame.columns if name != "geometry"]
        layout = schema.recognise_parcels(layer.layer, columns, ())
        is_measures = "measure_id" in schema.find_fields(schema.known_names("measures"), columns)
        if layout is not None or is_measures:
            what = "mapped measures" if is_measures else "parcels or a site"
            raise SchemaError(
                f"Its layer {layer.layer!r} looks like {what}, not like outlines.",
                where=layer.source,
                fix=f"Give {option} the outlines of strategy areas or authorities.",
            )


def check_map(field_map: Mapping[str, str]) -> None:
    """Refuse a `--map` that names no field."""
    known = (*schema.PARCEL_FIELDS, *MEASURE_FIELDS, *AUTHORITY_FIELDS)
    for name in field_map:
        if name not in known:
            raise OptionError(
                f"{name}= names no field.", where="--map", fix=f"The fields are: {', '.join(known)}."
            )


def refuse_repeats(layers: Sequence[RawLayer]) -> None:
    """Refuse a layer that is given twice, be it in a folder and by its name: its parcels would count twice."""
    seen: set[tuple[Path, str]] = set()
    for layer in layers:
        key = (Path(layer.source).resolve(), layer.layer)
        if key in seen and layer.driver != "frame":
            raise OptionError("It is given twice.", where=layer.source, fix="Name each file of parcels once.")
        seen.add(key)
