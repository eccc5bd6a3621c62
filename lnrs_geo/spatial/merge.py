"""Bring repeated rows of one measure at one location together.

An LNRS may write a row for every priority that a measure serves, or a row for every polygon of a
location. One measure at one place is one row in this program.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from lnrs_geo.model import Issue
from lnrs_geo.spatial.frames import Rows
from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.validity import WORST_LAST


def per_location(rows: Rows, issues: list[Issue]) -> Rows:
    """Return one row per LNRS, location and measure, in the order of first appearance.

    Rows of the same geometry count once, others are united. Of differing texts the first is kept;
    differing priorities are joined by "; "; where one row says not eligible, that stands. The worst
    `geom_state` of the rows is kept.

    Parameters
    ----------
    rows
        Columns of `MEASURE_COLUMNS`, each a list.
    issues
        Takes a count of the rows merged, and every contradiction.
    """
    groups: dict[tuple[str, str, str], list[int]] = {}
    keys = zip(rows["lnrs_id"], rows["location_id"], rows["measure_id"], strict=True)
    for row, key in enumerate(keys):
        groups.setdefault(key, []).append(row)
    spare = sum(len(members) - 1 for members in groups.values())
    if not spare:
        return rows
    merged: Rows = {name: [] for name in rows}
    united = 0
    for members in groups.values():
        one = {name: cells[members[0]] for name, cells in rows.items()}
        if len(members) > 1:
            one |= _settled(rows, members, issues)
            united += len(members) - 1 - _repeats(rows, members)
        for name, value in one.items():
            merged[name].append(value)
    first = next(members[0] for members in groups.values() if len(members) > 1)
    Ledger(rows["source"][first], rows["layer"][first], issues).add(
        "measure-rows-merged",
        f"{spare} rows repeat a measure at a location: {spare - united} with the same geometry counted "
        f"once, {united} united with it.",
        value=str(spare),
    )
    return merged


def _settled(rows: Rows, members: Sequence[int], issues: list[Issue]) -> dict[str, Any]:
    """Return what the rows of one measure at one location come to."""
    first = members[0]
    ledger = Ledger(rows["source"][first], rows["layer"][first], issues)
    value = f"{rows['location_id'][first]}/{rows['measure_id'][first]}"
    said = {name: list(dict.fromkeys(rows[name][row] for row in members if rows[name][row]))
            for name in ("measure", "priority", "eligible")}  # fmt: skip
    if len({words.casefold() for words in said["measure"]}) > 1:
        ledger.add("measure-text-differs", f"One measure at one location has {len(said['measure'])} texts.",
                   feature=rows["src_fid"][first], field="measure", value=value)  # fmt: skip
    if len(said["eligible"]) > 1:
        ledger.add("eligible-differs", "One measure at one location is eligible and is not.",
                   feature=rows["src_fid"][first], field="eligible", value=value)  # fmt: skip
    shapes = [rows["geometry"][row] for row in members]
    widest = [rows["widest"][row] for row in members]
    return {
        "measure": said["measure"][0] if said["measure"] else "",
        "priority": "; ".join(said["priority"]),
        # the least that any row says of it stands
        "eligible": next(
            (one for one in ("no", "unclear") if one in said["eligible"]), "".join(said["eligible"])
        ),
        "geometry": shapely.union_all(shapes) if _repeats(rows, members) < len(members) - 1 else shapes[0],
        "geom_state": max((rows["geom_state"][row] for row in members), key=WORST_LAST.index),
        "widest": None
        if all(hull is None for hull in widest)
        else shapely.union_all([hull or shape for hull, shape in zip(widest, shapes, strict=True)]),
    }


def _repeats(rows: Rows, members: Sequence[int]) -> int:
    """Return how many of the rows have a geometry that another of them has."""
    shapes = shapely.normalize(np.array([rows["geometry"][row] for row in members], dtype=object))
    return len(members) - len(set(shapely.to_wkb(shapes).tolist()))
