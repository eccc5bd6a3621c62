"""A task: some sites that one worker does in one go, and all that it has to know for it.

A task is small, frozen and can be pickled; it names what to read and where to write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from lnrs_geo.batch.one_file import Numbers, Place
from lnrs_geo.batch.sites import Site
from lnrs_geo.settings import Settings, Sources


class Work(StrEnum):
    """What is done with the sites of a task."""

    FILES = "files"
    ROWS = "rows"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a batch have in common.

    Attributes
    ----------
    here
        The folder from which relative paths are meant.
    out
        The folder of the batch.
    sources, settings
        As for `check`, without parcels and with the dates that hold for every site.
    site_column
        The column that names the site of a parcel.
    places
        The layers of one big file.
    folders
        Whether each assessed site has results in a folder of its own; None leaves it to their number,
        and no task has that.
    """

    here: Path
    out: Path
    sources: Sources
    settings: Settings
    site_column: str = "site_ref"
    places: tuple[Place, ...] = ()
    folders: bool | None = True


@dataclass(frozen=True, slots=True)
class Task:
    """Sites near each other, to be done one after the other.

    `rows` holds for each of them the ids of its features by layer, where they stand in one big file.
    """

    name: str
    work: Work
    job: Job
    sites: tuple[Site, ...]
    rows: tuple[Mapping[str, Numbers], ...] = field(default_factory=tuple)
