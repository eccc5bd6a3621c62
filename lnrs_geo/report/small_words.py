"""Small texts of the page: days, first letters, what is proposed, where a rule stands, options."""

import base64
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lnrs_geo.explain import OWN_READING

OPTIONS = {
    "tolerance_m": "Positional tolerance in m",
    "intervention": "Intervention, where the input names none",
    "layers": "Layers of parcels",
    "measures_layers": "Layers of measures",
    "map": "Columns named by the user",
    "crs": "Coordinate system named by the user",
    "dates": "Dates given for all parcels",
    "accept_proposed": "Proposed crosswalk rows accepted",
}


def day(text: str) -> str:
    """Return a day, month or year as people write it; anything else stays.

    Examples
    --------
    >>> day("2026-11-01"), day("2025-09"), day("2025"), day("unknown")
    ('1 November 2026', 'September 2025', '2025', 'unknown')
    """
    try:
        if len(text) == 10:
            found = date.fromisoformat(text)
            return f"{found.day} {found:%B %Y}"
        if len(text) == 7:
            return f"{date.fromisoformat(text + '-01'):%B %Y}"
    except ValueError:
        pass
    return text


def sentence(text: str) -> str:
    """Return a text with a capital letter first; the others stay as they are.

    Examples
    --------
    >>> sentence("in an APIB only")
    'In an APIB only'
    """
    return text[:1].upper() + text[1:]


def proposal(row: Mapping[str, Any]) -> str:
    """Say what is done with a parcel, from its last row of `parcels`.

    Examples
    --------
    >>> proposal({"stage": "post", "retention": "Created", "habitat": "Grassland - Lowland meadows"})
    'Created: Grassland - Lowland meadows'
    >>> proposal({"stage": "baseline", "retention": "Lost", "habitat": ""})
    'Lost: no habitat named'
    """
    habitat = row["habitat"] or "no habitat named"
    done = row["retention"] or ("Baseline only" if row["stage"] == "baseline" else "No retention category")
    return f"{done}: {habitat}"


def layer_of(source: str) -> str:
    """Return file and layer of a feature as words.

    Examples
    --------
    >>> layer_of("data/parcels.gpkg|Habitats"), layer_of("parcels.csv")
    ('data/parcels.gpkg, layer Habitats', 'parcels.csv')
    """
    dataset, _, layer = source.rpartition("|")
    return f"{dataset}, layer {layer}" if dataset else layer


def source(citation: str) -> str:
    """Return where a rule stands, in brackets.

    Examples
    --------
    >>> source("own")
    '(a cautious reading of this program, where the guide is silent)'
    """
    return f"({OWN_READING if citation == 'own' else citation})" if citation else ""


def option(name: str) -> str:
    """Return the name of an option for reading.

    Examples
    --------
    >>> option("tolerance_m"), option("some_other")
    ('Positional tolerance in m', 'Some other')
    """
    return OPTIONS.get(name) or sentence(name.replace("_", " "))


def option_value(value: Any) -> str:
    """Return the value of an option for reading.

    Examples
    --------
    >>> option_value(False), option_value({"parcel_ref": "ID"}), option_value([]), option_value(2.0)
    ('no', 'parcel_ref = ID', 'none given', '2')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "; ".join(f"{name} = {one}" for name, one in value.items()) or "none given"
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value)) or "none given"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if value not in ("", None) else "none given"


def data_uri(png: bytes) -> str:
    """Return a picture as an address that holds the picture itself.

    Examples
    --------
    >>> data_uri(b"png")
    'data:image/png;base64,cG5n'
    """
    return f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"


FILTERS: dict[str, Callable[..., str]] = {
    "data_uri": data_uri,
    "day": day,
    "layer_of": layer_of,
    "option": option,
    "option_value": option_value,
    "proposal": proposal,
    "sentence": sentence,
    "source": source,
}
