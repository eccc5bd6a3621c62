"""What tells parcels apart that have the same reference: the module, the layer, else the feature."""

from collections.abc import Iterable, Mapping

from lnrs_geo.report.answers import MODULES
from lnrs_geo.report.facts import Row
from lnrs_geo.report.small_words import layer_of

Key = tuple[str, str]  # source and src_fid


def told_apart(firsts: Iterable[Row]) -> Mapping[Key, str]:
    """Return what to say behind a reference that several parcels have; nothing for the others.

    Parameters
    ----------
    firsts
        A row of `parts` for each parcel.

    Examples
    --------
    >>> row = {"source": "a.gpkg|Habitats", "src_fid": "1", "parcel_ref": "H1", "module": "area"}
    >>> told_apart([row, row | {"source": "a.gpkg|Hedgerows", "module": "hedgerow"}])
    {('a.gpkg|Habitats', '1'): 'Area habitats', ('a.gpkg|Hedgerows', '1'): 'Hedgerows'}
    """
    by_ref: dict[str, list[Row]] = {}
    for one in firsts:
        by_ref.setdefault(one["parcel_ref"], []).append(one)
    found: dict[Key, str] = {}
    for rows in by_ref.values():
        if len(rows) > 1:
            found |= _words(rows)
    return found


def _words(rows: list[Row]) -> dict[Key, str]:
    """Return the shortest words that are another's in no row."""
    ways = (
        lambda one: MODULES.get(one["module"], one["module"]),
        lambda one: one["source"].rpartition("|")[2],
        lambda one: f"{one['source'].rpartition('|')[2]}, feature {one['src_fid']}",
        lambda one: f"{layer_of(one['source'])}, feature {one['src_fid']}",
    )
    told: list[str] = []
    for way in ways:
        told = [way(one) for one in rows]
        if len(set(told)) == len(rows):
            break
    return {(one["source"], one["src_fid"]): said for one, said in zip(rows, told, strict=True)}
