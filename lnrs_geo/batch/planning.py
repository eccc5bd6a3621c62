"""Cut a batch into tasks: which sites are done in one go, and in which order.

The cut depends on the data alone, never on the number of workers: by LNRS where the areas are known,
then by the 10 km square of the National Grid, then so that no task holds more parcels than a process
easily can.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import shapely

from lnrs_geo.batch.land_held import SiteGatherer
from lnrs_geo.batch.lanes import walk
from lnrs_geo.batch.one_file import Found, Numbers
from lnrs_geo.batch.sites import Dates, Refused, Site, date_faults, folder_names
from lnrs_geo.batch.task import Job, Task, Work
from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.gather import Gatherer
from lnrs_geo.spatial import gridref, normalise

# A packet ends where a square does once it holds `ENOUGH_PARCELS`: each costs a look at the map
MOST_PARCELS, ENOUGH_PARCELS = 5_000, 2_500
MOST_POINTS = 200
# Squares across: more of the map is not opened at once
_MOST_SQUARES = 4
_SQUARE_M = 10_000
Place = tuple[str, float, float]


def tasks_of_sites(sites: Sequence[Site], job: Job) -> list[Task]:
    """Return a task for each site with a file of its own, and one for each neighbourhood of grid references."""
    own = [site for site in sites if site.file is not None]
    points = [site for site in sites if site.file is None]
    tasks = [Task(f"site-{site.at:06}", Work.FILES, job, (site,)) for site in own]
    squares = [gridref.parse(site.grid_reference) for site in points]
    places = [("", float(one.easting_m), float(one.northing_m)) for one in squares]
    pieces = _cut(places, np.ones(len(points), dtype=np.int64), most=MOST_POINTS, enough=1)
    return tasks + [
        Task(f"points-{number:06}", Work.POINTS, job, tuple(points[at] for at in piece))
        for number, piece in enumerate(pieces)
    ]


def sites_in_file(found: Found, path: Path, dates: Dates) -> list[Site | Refused]:
    """Return the sites of one big file, in the order in which they are met."""
    folders = folder_names(found.names)
    sites: list[Site | Refused] = []
    for at, name in enumerate(found.names):
        cells = dates.of(name)
        if not name:
            why = f"{int(found.counts[at])} parcel(s) name no site, and are in no result. Fill in their site."
            sites.append(Refused(at, "", why))
        elif faults := date_faults(cells):
            sites.append(Refused(at, name, " ".join(faults)))
        else:
            sites.append(Site(at, name, folders[name], path, site_ref=name, shared=True, dates=cells))
    return sites


def tasks_in_file(found: Found, sites: Sequence[Site], job: Job) -> list[Task]:
    """Return the packets of one big file: whole sites, near each other."""
    middles = [found.middles[site.at] for site in sites]
    lnrs = _lnrs_at(np.array(middles).reshape(-1, 2), job)
    places = [(one, float(east), float(north)) for one, (east, north) in zip(lnrs, middles, strict=True)]
    counts = np.array([found.counts[site.at] for site in sites], dtype=np.int64)
    return [
        Task(
            f"packet-{number:06}",
            Work.ROWS,
            job,
            tuple(sites[at] for at in piece),
            tuple(_rows(found, sites[at]) for at in piece),
        )
        for number, piece in enumerate(_cut(places, counts, most=MOST_PARCELS, enough=ENOUGH_PARCELS))
    ]


def alone(task: Task) -> list[Task]:
    """Return a task for each site of a task, for one of them ends the process that works on it."""
    return [
        Task(f"{task.name}-{at:06}", task.work, task.job, (site,), task.rows[at : at + 1])
        for at, site in enumerate(task.sites)
    ]


def _rows(found: Found, site: Site) -> dict[str, Numbers]:
    return {layer: rows[site.at] for layer, rows in found.rows.items() if site.at in rows}


def _cut(places: Sequence[Place], counts: Numbers, *, most: int, enough: int) -> Iterator[list[int]]:
    """Cut places, walked in an order of neighbours, where the LNRS changes or there are too many.

    A piece that holds enough, or is some squares across, ends with its square.
    """
    piece: list[int] = []
    squares: list[tuple[float, float]] = []
    held, last = 0, ""
    for at in walk(places):
        lnrs_id, east, north = places[at]
        here = (east // _SQUARE_M, north // _SQUARE_M)
        moved = bool(squares) and here != squares[-1]
        full = held + counts[at] > most or (moved and (held >= enough or _across([*squares, here])))
        if piece and (full or lnrs_id != last):
            yield piece
            piece, squares, held = [], [], 0
        if moved or not squares:
            squares.append(here)
        piece.append(at)
        held, last = held + int(counts[at]), lnrs_id
    if piece:
        yield piece


def _across(squares: Sequence[tuple[float, float]]) -> bool:
    """Say whether squares, by column and row, reach further than one look at the map shall."""
    return any(max(line) - min(line) >= _MOST_SQUARES for line in zip(*squares, strict=True))


def _lnrs_at(middles: np.ndarray, job: Job) -> list[str]:
    """Return the LNRS at each place where the area file says so; what is wrong with it, each run tells."""
    nowhere = [""] * len(middles)
    if job.sources.area is None:
        return nowhere
    try:
        reader: Gatherer = SiteGatherer(job.sources, job.settings)
        frame, _ = normalise.zones(reader.layers(job.sources.area, "area"), kind="area")
    except LnrsGeoError:
        return nowhere
    shapes = np.asarray(frame.geometry.array, dtype=object)
    points, zones = shapely.STRtree(shapes).query(shapely.points(middles), predicate="intersects")
    found = list(nowhere)
    for point, zone in sorted(zip(points.tolist(), zones.tolist(), strict=True), reverse=True):
        found[point] = str(frame["zone_id"].iloc[zone])
    return found
