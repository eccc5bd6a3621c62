"""What a map shows in words, for those who do not see it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lnrs_geo.report import answers
from lnrs_geo.report.maps import furniture
from lnrs_geo.report.maps.window import Window
from lnrs_geo.spatial.gridref import grid_reference
from lnrs_geo.styles import Shape

KINDS = {Shape.AREA: "land", Shape.LINE: "lines", Shape.POINT: "trees"}
_MOST = 12


def place(window: Window) -> str:
    """Say where a map lies and how much land it shows."""
    west, south, east, north = window.bounds_m
    wide, high = furniture.length_words(east - west), furniture.length_words(north - south)
    return (
        f"centre at grid reference {furniture.place_words(window)}, grid north at the top, "
        f"{wide} from west to east and {high} from south to north"
    )


def size(row: Mapping[str, Any]) -> str:
    """Return the size of a part with its unit.

    Examples
    --------
    >>> size({"size": 0.620789, "size_unit": "ha"}), size({"size": 1, "size_unit": "count"})
    ('0.6208 ha', '1 tree')
    """
    if row["size"] is None:
        return "size unknown"
    if row["size_unit"] == "count":
        return f"{row['size']:g} tree{'' if row['size'] == 1 else 's'}"
    decimals = {"ha": 4, "km": 3}[row["size_unit"]]
    least = 10**-decimals
    if 0 < row["size"] < least / 2:
        return f"less than {least:.{decimals}f} {row['size_unit']}"
    return f"{row['size']:,.{decimals}f} {row['size_unit']}"


def answer(row: Mapping[str, Any]) -> str:
    """Return the answer for a part; what is retained says so."""
    words = answers.answer(row)
    return f"retained, {words}" if row["retention"] == "Retained" and row["stage"] == "post" else words


def measures_met(matches: Sequence[Mapping[str, Any]], relied_on: Collection[tuple[str, str]]) -> str:
    """Name the mapped measures that a parcel meets and how it lies to them."""
    if not matches:
        return "No mapped measure meets the parcel."
    told = []
    for one in matches[:_MOST]:
        share = "" if one["relation"] == "touch" else f", {one['share']:.1%} of the parcel"
        firm = ", a High relies on it" if (one["lnrs_id"], one["measure_id"]) in relied_on else ""
        told.append(f"{one['measure_id']} ({answers.RELATIONS[one['relation']]}{share}{firm})")
    more = f" and {len(matches) - _MOST} more" if len(matches) > _MOST else ""
    return f"Mapped measures that the parcel meets: {', '.join(told)}{more}."


def neighbours(references: Collection[str]) -> str:
    """Name the other parcels on a map."""
    if not references:
        return ""
    named = sorted(references)
    shown = ", ".join(named[:_MOST]) + (f" and {len(named) - _MOST} more" if len(named) > _MOST else "")
    return f"Other parcels in outline: {shown}."


def measures_there(named: Sequence[tuple[str, bool]]) -> str:
    """Name the mapped measures on a map, those that a High relies on first.

    Examples
    --------
    >>> measures_there([("G1", False), ("W1", True)])
    'Mapped measures: W1 (a High relies on it), G1.'
    """
    if not named:
        return "No mapped measure that a parcel meets lies there."
    ordered = sorted(named, key=lambda one: (not one[1], one[0]))
    told = [f"{name} (a High relies on it)" if firm else name for name, firm in ordered]
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return f"Mapped measures: {', '.join(told[:_MOST])}{more}."


def middle_of(bounds_m: tuple[float, float, float, float]) -> str:
    """Return the grid reference of the middle of some land."""
    west, south, east, north = bounds_m
    return grid_reference((west + east) / 2, (south + north) / 2, digits=8) or "outside the National Grid"
