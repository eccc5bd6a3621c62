"""Refuse what is given for something that it is not: fields that do not exist, parcels as outlines."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd

from lnrs_geo.errors import OptionError, SchemaError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.multiplier.consistency import Crosswalk
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.read import RawLayer
from lnrs_geo.tables import same_number

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


def refuse_repeats(sources: Sequence[object], layers: Sequence[RawLayer]) -> None:
    """Refuse what is given twice, be it in a folder and by its name: its parcels would count twice."""
    named = [str(Path(one).resolve()) for one in sources if isinstance(one, str | Path)]
    # files in one archive go by its name, and may well be alike in their layers
    read = [
        f"{Path(one.source).resolve()} {one.layer}"
        for one in layers
        if one.driver != "frame" and not one.source.lower().endswith(".zip")
    ]
    for keys in (named, read):
        for at, key in enumerate(keys):
            if key in keys[:at]:
                raise OptionError("It is given twice.", where=key, fix="Name each file of parcels once.")


def ids_changed(book: Crosswalk, measures: gpd.GeoDataFrame) -> list[Issue]:
    """Name measures without a row whose id a spreadsheet program may have changed in the crosswalk."""
    written = dict.fromkeys(row.measure_id for row in book.rows)
    found = []
    for name in sorted(set(measures["measure_id"]) - written.keys()):
        alike = [one for one in written if name in same_number(one, [name])]
        if alike:
            message = (
                f"Measure {name!r} has no row, but the crosswalk speaks of {' and '.join(map(repr, alike))}, of "
                "which a spreadsheet program makes the same number."
            )
            found.append(issue("crosswalk-id-changed", message, feature=name, value=alike[0]))
    return found
