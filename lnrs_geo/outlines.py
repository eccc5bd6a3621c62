"""Read the outlines of a run: strategy areas, planning authorities, APIB and ACB."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from lnrs_geo.errors import SchemaError, StrategyError
from lnrs_geo.opening import Opener
from lnrs_geo.roles import refuse_other_roles
from lnrs_geo.settings import Source, name_of
from lnrs_geo.strategy import Strategy


def area_of(opener: Opener, strategy: Strategy) -> gpd.GeoDataFrame | None:
    """Read the area of the only strategy: as the user gives it, else as the strategy file names it.

    Outlines without an id are of that strategy, unless others in the file have one.

    Raises
    ------
    SchemaError
        Some outlines have an id, and others have none.
    """
    source = opener.sources.area if opener.sources.area is not None else strategy.area
    frame = _zones(opener, source, "area")
    return None if frame is None else _named(frame, strategy.lnrs_id, where=name_of(source, "area"))


def areas_of(opener: Opener, strategies: Sequence[Strategy]) -> gpd.GeoDataFrame:
    """Read the areas of several strategies; what the user gives of an LNRS comes before its own file.

    Of an LNRS that is in none of the strategies, the outline of the first source that has it stands.

    Raises
    ------
    SchemaError
        An outline that the user gives does not say of which LNRS it is.
    StrategyError
        A strategy has no outline.
    """
    given = _zones(opener, opener.sources.area, "area")
    if given is not None and (given["zone_id"] == "").any():
        raise SchemaError(
            "It holds an outline without an LNRS id, and several strategies are loaded.",
            where=name_of(opener.sources.area, "area"),
            fix="Give each outline the id of its LNRS in a column lnrs_id.",
        )
    known = set() if given is None else set(given["zone_id"])
    read: dict[Path, gpd.GeoDataFrame] = {}
    frames: list[tuple[str, gpd.GeoDataFrame]] = [] if given is None else [("", given)]
    for strategy in strategies:
        if strategy.lnrs_id in known or strategy.area is None:
            continue
        place = strategy.area.resolve()
        if place not in read:
            read[place] = _zones(opener, strategy.area, "area")
        frames.append(
            (strategy.lnrs_id, _named(read[place].copy(), strategy.lnrs_id, where=str(strategy.area)))
        )
    for strategy in strategies:
        mine = (set(frame["zone_id"]) for owner, frame in frames if owner in ("", strategy.lnrs_id))
        if not any(strategy.lnrs_id in ids for ids in mine):
            raise StrategyError(
                f"No outline of LNRS {strategy.lnrs_id} is given, and several strategies are loaded.",
                where=str(strategy.path),
                fix='Name its file with area = "...", or give the outline, with that id, with --area.',
            )
    return _joined(frames)


def authorities(opener: Opener) -> gpd.GeoDataFrame | None:
    """Read the planning authorities; None where none are given."""
    return _zones(opener, opener.sources.authorities, "authority")


def plain(opener: Opener, source: Source | None, role: str) -> gpd.GeoDataFrame | None:
    """Read polygons of which only the place matters (APIB, ACB)."""
    if source is None:
        return None
    frame, issues = opener.outlined(opener.layers(source, role), "area")
    # one id for many sites is the rule in these layers, not a remark
    opener.issues += [one for one in issues if one.code != "zone-repeated"]
    return frame


def _zones(opener: Opener, source: Source | None, kind: str) -> gpd.GeoDataFrame | None:
    if source is None:
        return None
    columns = list(opener.mapped(("authority",)).values()) if kind == "authority" else []
    layers = opener.layers(source, kind)
    refuse_other_roles(layers, option="--area" if kind == "area" else "--authorities")
    frame, issues = opener.outlined(layers, kind, columns)
    opener.issues += issues
    return frame


def _named(frame: gpd.GeoDataFrame, lnrs_id: str, *, where: str) -> gpd.GeoDataFrame:
    """Give outlines that bear no id that of a strategy; beside others that do, nobody knows whose they are."""
    bare = frame["zone_id"] == ""
    if bare.any() and not bare.all():
        raise SchemaError(
            f"{int(bare.sum())} of its outlines bear no LNRS id, and others do.",
            where=where,
            fix="Give each outline the id of its LNRS in a column lnrs_id, or remove those of none.",
        )
    frame["zone_id"] = frame["zone_id"].where(~bare, lnrs_id)
    return frame


def _joined(frames: Sequence[tuple[str, gpd.GeoDataFrame]]) -> gpd.GeoDataFrame:
    """Join areas, each LNRS from one frame alone: the user's, its strategy's own, the first that has it."""
    owners = {owner for owner, _ in frames if owner}
    taken: set[str] = set()
    chosen = []
    for owner, frame in frames:
        ids = frame["zone_id"]
        others = owners - {owner} if owner else set()
        chosen.append(frame[~ids.isin(taken | others)])
        taken |= set(ids) - others
    joined = pd.concat([one for one in chosen if len(one)], ignore_index=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=frames[0][1].crs)
