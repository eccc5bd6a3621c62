"""Do one task: assess or screen its sites, write what comes of each, then note that it is done.

This is what a worker runs. It may be begun again at any time: the same task writes the same results.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from lnrs_geo import chain
from lnrs_geo.batch import kept, together
from lnrs_geo.batch.land_held import LandUnusable, SiteGatherer
from lnrs_geo.batch.ledger import Ledger, guarded
from lnrs_geo.batch.outcome import NO_ISSUES, UNDATED, Outcome, blank, issues_of, rows_of
from lnrs_geo.batch.persons_word import overrides_of
from lnrs_geo.batch.screening import land_round, screened
from lnrs_geo.batch.site_rows import Rows, read_rows, rows_of_site
from lnrs_geo.batch.sites import Site
from lnrs_geo.batch.task import Job, Task, Work
from lnrs_geo.batch.together import Together
from lnrs_geo.commandline import noted
from lnrs_geo.errors import LnrsGeoError, OutputError
from lnrs_geo.packet import write_packet
from lnrs_geo.result import Result

NO_PARCEL = "It holds no parcel."
ROWS_ALONE = "The site's own rows alone were read from its file, which check reads whole."
REPORT = "Please report this with the file; the other sites are not touched by it."


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task, in short: the sites done, or the error of what all sites have in common.

    `land` holds the kind of that error, what, where and fix.
    """

    name: str
    sites: int
    land: tuple[str, str, str, str] | None = None


def do(task: Task) -> Done:
    """Do one task.

    Raises
    ------
    OutputError
        Results cannot be written.
    """
    if Path.cwd() != task.job.here:  # a worker of a cluster: paths are named as the user named them
        os.chdir(task.job.here)
    ledger = Ledger(task.job.out)
    noted = Noted()
    files: list[Path] = []
    try:
        if task.work is Work.POINTS:
            files += _screen(task, noted)
        elif task.job.folders:
            packet = _sheltered(_packet, task) if task.work is Work.ROWS else None
            for site, result in _results(task, noted, packet):
                files += result.write(ledger.site(site.folder))
        else:
            written = write_packet(_packed(task, noted), ledger.packet(task.name))
            if any(row["outcome"] != Outcome.FAILED for row in noted.rows.values()):
                noted.packets.append(task.name)
                files += written
    except LandUnusable as error:
        cause = error.cause
        return Done(task.name, 0, (type(cause).__name__, cause.what, cause.where, cause.fix))
    with guarded(task.job.out):
        noted.files |= kept.digests(files, under=task.job.out)
    ledger.record(task.name, noted.record())
    return Done(task.name, len(task.sites))


@dataclass(slots=True)
class Noted:
    """What is noted of a task while it is done.

    Attributes
    ----------
    rows
        The row of each of its sites.
    packets
        The packets that hold their results.
    files
        The digest of each file of results.
    mixed
        Files with parcels besides those of the site.
    """

    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    packets: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    mixed: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """Return it as the ledger keeps it."""
        return {
            "rows": {str(at): dict(row) for at, row in sorted(self.rows.items())},
            "packets": self.packets,
            "files": self.files,
            "mixed": self.mixed,
        }

    @classmethod
    def joined(cls, records: Sequence[Mapping[str, Any]]) -> "Noted":
        """Return what is noted of several tasks as if they were one."""
        found = cls()
        for one in records:
            found.rows |= {int(at): row for at, row in one["rows"].items()}
            found.packets += one["packets"]
            found.files |= one["files"]
            found.mixed += one["mixed"]
        return found


def _packed(task: Task, noted: Noted) -> Iterator[tuple[str | Mapping[str, Sequence[str]], Result]]:
    """Assess the sites of a task, all in one run where that can be, and fill in the row of each."""
    packet = _sheltered(_packet, task) if task.work is Work.ROWS else None
    if isinstance(packet, Rows) and len(task.sites) > 1:
        try:
            found = together.assess(task.job, task.sites, packet, task.rows)
        except (OutputError, LandUnusable, MemoryError):
            raise
        except Exception:  # whose fault it is shows when they are done one after the other
            pass
        else:
            _note(task, found, noted)
            yield found.sites([site.reference for site in task.sites]), found.result
            return
    for site, result in _results(task, noted, packet):
        yield site.reference, result


def _note(task: Task, found: Together, noted: Noted) -> None:
    """Fill in the row of each site of a packet that was done in one run."""
    counted = rows_of(found.result.parts, found.numbers["parts"].tolist())
    issues = issues_of(found.result.issues, found.numbers["issues"].tolist(), task.sites[0].file)
    for number, site in enumerate(task.sites):
        cells = counted.get(number)
        noted.rows[site.at] = _row(task.job, site, found.result, cells, issues.get(number, NO_ISSUES))


def _row(
    job: Job, site: Site, result: Result, counted: Mapping[str, str] | None, issues: Mapping[str, str]
) -> dict[str, str]:
    """Return the row of a site from what is counted of its parts; it has none where no parcel was read."""
    if counted is None:
        return blank(site.reference, Outcome.FAILED, NO_PARCEL)
    return {
        **blank(site.reference, Outcome.ASSESSED, ""),
        **counted,
        **issues,
        "results": f"sites/{site.folder}" if job.folders else "",
        "notice": " ".join(one for one in ("" if site.dates else UNDATED, str(result.run["notice"])) if one),
    }


def _results(task: Task, noted: Noted, packet: Rows | str | None) -> Iterator[tuple[Site, Result]]:
    """Assess the sites of a task one after the other, and fill in the row of each."""
    for at, site in enumerate(task.sites):
        own = task.rows[at] if task.rows else None
        found = (
            packet
            if isinstance(packet, str)
            else _sheltered(_assess, task.job, site, packet, own, noted.mixed)
        )
        if isinstance(found, str):
            noted.rows[site.at] = blank(site.reference, Outcome.FAILED, found)
            continue
        counted = rows_of(found.parts, [site.at] * len(found.parts)).get(site.at)
        issues = issues_of(found.issues, [site.at] * len(found.issues), site.file)
        noted.rows[site.at] = _row(task.job, site, found, counted, issues.get(site.at, NO_ISSUES))
        if counted is not None:
            yield site, found


def _assess(job: Job, site: Site, packet: Rows | None, own: Any, mixed: list[str]) -> Result:
    """Do what `check` does with the parcels of one site."""
    file = site.file
    assert file is not None
    sources = replace(
        job.sources, parcels=(file,), layers=site.layers or job.sources.layers, applications=None
    )
    if packet is None:
        sources = replace(sources, overrides=overrides_of(job.sources, site))
    settings = replace(job.settings, dates=dict(site.dates))
    if packet is not None:
        gatherer = SiteGatherer(sources, settings, parcels=lambda: packet.of(own))
    else:
        gatherer = SiteGatherer(
            sources,
            settings,
            parcels=lambda: rows_of_site(
                site, layers=sources.layers, column=job.site_column, crs=sources.crs, mixed=mixed
            ),
        )
    found = chain.run(sources, settings, gatherer=gatherer)
    whole = packet is None and not site.site_ref and str(file) not in mixed
    return found if whole else replace(found, run=noted(found.run, ROWS_ALONE))


def _packet(task: Task) -> Rows:
    """Read the rows of all sites of a task together."""
    file = task.sites[0].file
    assert file is not None
    layers = {name for rows in task.rows for name in rows}
    ids = {
        name: np.sort(np.concatenate([rows[name] for rows in task.rows if name in rows])) for name in layers
    }
    return read_rows(file, task.job.places, ids, crs=task.job.sources.crs)


def _screen(task: Task, noted: Noted) -> Iterator[Path]:
    """Screen the sites of a task; where one of them cannot be, the others are all the same."""
    ledger = Ledger(task.job.out)
    land = _sheltered(land_round, task.sites, task.job)
    for site in task.sites:
        found = land if isinstance(land, str) else _sheltered(screened, site, land, task.job)
        if isinstance(found, str):
            noted.rows[site.at] = blank(site.reference, Outcome.FAILED, found)
            continue
        yield found.write(ledger.site(site.folder))
        noted.rows[site.at] = {
            **blank(site.reference, Outcome.SCREENED, found.statement),
            **found.cells(),
            "results": f"sites/{site.folder}",
        }


def _sheltered(work: Callable[..., Any], *given: Any) -> Any:
    """Do what concerns one site; a text says why it failed. This is the one place where that is caught.

    What cannot be written, or is wrong with the land of all sites, is no fault of a site and passes.
    """
    try:
        return work(*given)
    except (OutputError, LandUnusable, MemoryError):
        raise
    except LnrsGeoError as error:
        return " ".join(str(error).split())
    except Exception as error:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        with suppress(Exception):
            said = " ".join(said.split())
        return f"The program itself failed on this site ({said}). {REPORT}"
