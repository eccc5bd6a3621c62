"""Run a batch: read the register, do its tasks, and put what comes of them together.

register -> sites -> tasks -> [workers: read, check, write, note] -> sites.csv and all parts together
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from lnrs_geo import errors
from lnrs_geo.batch import doing, kept, planning, pool
from lnrs_geo.batch.dates import dates_beside, refuse_unused
from lnrs_geo.batch.identity import identity_of
from lnrs_geo.batch.joining import FILES, Report, put_together
from lnrs_geo.batch.ledger import FINISHED, Ledger, check_resumable
from lnrs_geo.batch.one_file import find_sites
from lnrs_geo.batch.outcome import Outcome, blank
from lnrs_geo.batch.persons_word import check_overrides
from lnrs_geo.batch.register import Kind, Register, read_register
from lnrs_geo.batch.remarks import Remarks, parcels_in_no_row
from lnrs_geo.batch.sites import Dates, Refused, Site, settle
from lnrs_geo.batch.task import Job, Task
from lnrs_geo.errors import LnrsGeoError, OptionError, OutputError, SourceError
from lnrs_geo.settings import Settings
from lnrs_geo.write import require_format

# The form of results that have no folder of their own
LEAN = "parquet"
# More folders take longer to write than their sites to assess, and nobody opens them one by one
MOST_FOLDERS = 1_000
# Told of the sites done, and of all
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Manner:
    """How the work is done, which changes no answer: processes, a cluster, and whom to tell of it.

    `date_named` says whether the user named the assessment date; else a batch that is resumed keeps
    the one that it was begun with.
    """

    workers: int = 1
    scheduler: str | None = None
    resume: bool = False
    date_named: bool = True
    progress: Progress | None = None


def run_batch(
    register: str | Path,
    job: Job,
    *,
    file_format: str = "gpkg",
    manner: Manner | None = None,
) -> Report:
    """Assess every site of a register, and write what came of each.

    Parameters
    ----------
    register
        A table, a folder, the register's JSON, or one big file.
    job
        Where results go, and what `check` would be given for each site but its parcels and dates.
    file_format
        How all parts together are written: `gpkg` or `parquet`.
    manner
        How the work is done.

    Raises
    ------
    SourceError, SchemaError
        The register, or an input that all sites have in common, cannot be read.
    OptionError
        The batch begun there is another, or is unfinished and not to be resumed.
    OutputError
        Results cannot be written.
    """
    manner = manner or Manner()
    require_format(file_format)
    if job.folders is False:
        _require_lean()
    _refuse_file(job.out)
    ledger = Ledger(job.out)
    new = not ledger.folder.exists()
    listed = read_register(register)
    begun = ledger.read()
    if begun is not None and manner.resume and not manner.date_named:
        job = replace(job, settings=_dated_as(job.settings, begun["identity"]["options"]["as_at"]))
    asked = job.folders
    dates = dates_beside(job.sources, job.settings)
    job, sites, tasks = _planned(listed, job, dates)
    refuse_unused(dates, _names_of(sites), sources=job.sources)
    check_overrides(job.sources, sites)
    _refuse_foreign(job.out, register, begun=begun is not None)
    if not job.folders:
        _require_lean()
    identity = identity_of(listed, sites, job, file_format=file_format)
    check_resumable(begun, identity, out=job.out, resume=manner.resume)
    with ledger.locked():
        bare = asked is None and not job.folders
        if begun is None:
            ledger.begin(identity)
            known, again = 0, None
        elif (taken := _taken_up(ledger, begun, identity, sum(len(task.sites) for task in tasks))) is None:
            return replace(Report.told_again(begun["summary"]), without_folders=bare)
        else:
            known, again = taken
        try:
            _do_all(tasks, ledger, manner)
        except LnrsGeoError:
            if new and not ledger.records():
                ledger.forget()
            raise
        if identity_of(listed, sites, job, file_format=file_format) != identity:
            raise SourceError(
                "The register, or a file that it names, changed while the batch ran; nothing was put together.",
                where=str(register),
                fix="Run the batch anew, in another folder or with this one removed.",
            )
        records = ledger.records()
        mixed = {file for one in records.values() for file in one["mixed"]}
        remarks = Remarks(listed.passed_over, parcels_in_no_row(listed, mixed, job))
        report = put_together(ledger, sites, tasks, identity, records=records, remarks=remarks)
        return replace(report, known=known, again=again, without_folders=bare)


def _taken_up(
    ledger: Ledger, begun: Mapping[str, Any], identity: Mapping[str, Any], sites: int
) -> tuple[int, int | None] | None:
    """Take a batch up where it was left, whose results may have been removed or changed since.

    Parameters
    ----------
    sites
        Number of sites to do, the done ones included.

    Returns
    -------
    The sites that are done, and how many more were (`Report.again`); None where it is finished and all
    of its results are there.
    """
    finished = begun["state"] == FINISHED
    if finished:
        ledger.clear_packets()
    lost = ledger.drop_lost()
    known = len(_rows_of(ledger.records().values()))
    if not finished:
        return known, lost or None
    if not lost and kept.are_kept(begun["summary"]["files"], under=ledger.out):
        return None
    ledger.begin(identity)
    return known, sites - known


def _refuse_file(out: Path) -> None:
    """Refuse results in a file, or below one, before anything is read."""
    there = next((one for one in (out, *out.parents) if one.exists()), out)
    if there.exists() and not there.is_dir():
        raise OutputError(
            "It is a file, not a folder.", where=str(there), fix="Name a folder for the results with --out."
        )


def _require_lean() -> None:
    """See that results can be kept without a folder for each site."""
    try:
        require_format(LEAN)
    except OptionError as error:
        raise OptionError(
            "Results of sites without folders of their own need the package pyarrow, which is not installed.",
            where="--no-site-folders",
            fix="Install it with: pip install 'lnrs-geo[parquet]'. Or give --site-folders.",
        ) from error


def _names_of(sites: Sequence[Site | Refused]) -> set[str]:
    """Return what sites are called, by the register and by their files."""
    return {one.reference for one in sites} | {one.site_ref for one in sites if isinstance(one, Site)}


def _refuse_foreign(out: Path, register: str | Path, *, begun: bool) -> None:
    """Refuse a folder whose files are somebody else's, or sites of the register."""
    if Path(register).is_dir() and out.resolve() == Path(register).resolve():
        raise OutputError(
            "It is the register's own folder: results would be taken for sites.",
            where=str(out),
            fix="Name another folder with --out.",
        )
    there = [name for name in FILES if (out / name).exists()]
    if there and not begun:
        raise OutputError(
            f"There is {there[0]} already, and no batch wrote it.",
            where=str(out),
            fix="Name another folder with --out, or move the file away.",
        )


def _planned(register: Register, job: Job, dates: Dates) -> tuple[Job, list[Site | Refused], list[Task]]:
    """Return the rows of a register and the tasks that do them."""
    if register.kind is not Kind.ONE_FILE:
        rows = settle(register, dates)
        sites = [one for one in rows if isinstance(one, Site)]
        job = _settled(job, sum(site.file is not None for site in sites))
        return job, rows, planning.tasks_of_sites(sites, job)
    found = find_sites(register.path, column=job.site_column, layers=job.sources.layers, crs=job.sources.crs)
    rows = planning.sites_in_file(found, register.path, dates)
    sites = [one for one in rows if isinstance(one, Site)]
    job = _settled(replace(job, places=found.places), len(sites))
    return job, rows, planning.tasks_in_file(found, sites, job)


def _settled(job: Job, sites: int) -> Job:
    """Settle whether so many sites have folders of their own, where the user does not say."""
    return job if job.folders is not None else replace(job, folders=sites <= MOST_FOLDERS)


def _dated_as(settings: Settings, day: str) -> Settings:
    return replace(settings, as_at=date.fromisoformat(day))


def _do_all(tasks: Sequence[Task], ledger: Ledger, manner: Manner) -> None:
    """Do every task that is not done; a site that ends its process again and again is told as failed."""
    total = sum(len(task.sites) for task in tasks)
    done = ledger.records()
    waiting = [task for task in tasks if task.name not in done]
    before = total - sum(len(task.sites) for task in waiting)
    broken = _do(waiting, ledger, manner, of=(before, total))
    for task in broken:
        # one site may end the process of all that are done with it
        each = planning.alone(task) if len(task.sites) > 1 else []
        _do([one for one in each if one.name not in done], ledger, replace(manner, progress=None), of=(0, 0))
        if each:
            found = ledger.records()
            pieces = [found[one.name] for one in each]
            ledger.record(task.name, doing.Noted.joined(pieces).record())


def _do(tasks: Sequence[Task], ledger: Ledger, manner: Manner, *, of: tuple[int, int]) -> list[Task]:
    """Do tasks; return those of several sites that could not be done together."""
    done, total = of
    broken = []
    if manner.progress and tasks:
        manner.progress(done, total)
    answers = pool.run(tasks, doing.do, workers=manner.workers, scheduler=manner.scheduler)
    for number, answer in answers:
        task = tasks[number]
        if isinstance(answer, pool.Failure):
            # what concerns one site is caught with it: a worker that cannot write, or lacks a package for it
            if answer.kind in (OutputError.__name__, OptionError.__name__):
                raise OutputError(
                    answer.what, where=str(ledger.out), fix="See to that, then go on with --resume."
                )
            if len(task.sites) > 1:
                broken.append(task)
            else:
                ledger.record(task.name, doing.Noted(_failed(task, answer)).record())
        elif answer.land is not None:
            kind, what, where, fix = answer.land
            raise getattr(errors, kind, LnrsGeoError)(what, where=where, fix=fix)
        done += len(task.sites)
        if manner.progress:
            manner.progress(done, total)
    return broken


def _failed(task: Task, failure: pool.Failure) -> dict[int, dict[str, str]]:
    said = " ".join(f"{failure.what} {doing.REPORT}".split())
    return {site.at: blank(site.reference, Outcome.FAILED, said) for site in task.sites}


def _rows_of(records: Iterable[Mapping[str, object]]) -> dict[int, dict[str, str]]:
    return {int(at): row for one in records for at, row in dict(one["rows"]).items()}  # type: ignore[call-overload]
