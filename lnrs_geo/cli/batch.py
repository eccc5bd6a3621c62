"""The command `batch`: every site of a register in one run."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lnrs_geo.cli.codes import ROWS_IN_ERROR
from lnrs_geo.cli.options import judging, judging_options, shared_options
from lnrs_geo.cli.progress import SHOW_PROGRESS_AFTER_S
from lnrs_geo.errors import OptionError

if TYPE_CHECKING:
    from lnrs_geo.batch.joining import Report
    from lnrs_geo.settings import Settings, Sources

# Between lines of progress where no terminal can show a bar
LINE_EVERY_S = 30.0
FAILURES_SHOWN = 10
DEFAULT_OUT = "lnrs-batch"


@click.command("batch")
@click.argument("register", type=click.Path(path_type=str))
@shared_options
@judging_options
@click.option(
    "--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes to work with."
)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask cluster to work on, such as tcp://host:8786.")
@click.option(
    "--resume", is_flag=True, help="Go on with the batch in --out; finished sites are not repeated."
)
@click.option(
    "--format", "file_format", type=click.Choice(["gpkg", "parquet"]), default="gpkg", show_default=True,
    help="How all parts together are written.",
)  # fmt: skip
@click.option(
    "--site-folders/--no-site-folders", default=None,
    help="Results of each site in a folder of its own, or only all of them together. Default: up to 1,000 sites.",
)  # fmt: skip
def every_site(register: str, **options: Any) -> None:
    """Assess every site of REGISTER; sites with a grid reference alone are screened.

    REGISTER is a CSV or XLSX table (columns reference, file, layer, grid_reference, site_ref and dates),
    a folder of files called by the references of their sites, the register's JSON, or one file with a
    column that names the site of each parcel (--map site_ref=COLUMN).

    Files go to the folder lnrs-batch by default (--out): sites.csv with one row for each site, the results
    of each in sites/, and all parts together. One bad site never stops the others. A run that was
    stopped goes on with --resume, given the same register, options and files.
    """
    from lnrs_geo.batch.running import Manner, run_batch
    from lnrs_geo.batch.task import Job

    if options["as_json"]:
        raise OptionError(
            "A batch has no one result to print.",
            where="--json",
            fix="Read sites.csv and the files in --out.",
        )
    out = options["out"] or Path(DEFAULT_OUT)
    sources, settings = gathered(judging(options))
    bar = progress(quiet=options["quiet"], verbose=options["verbose"])
    manner = Manner(
        workers=options["workers"],
        scheduler=options["scheduler"],
        resume=options["resume"],
        date_named=options["as_at"] is not None,
        progress=bar,
    )
    job = Job(
        Path.cwd(), out, sources, settings,
        site_column=sources.field_map.get("site_ref", "site_ref"), folders=options["site_folders"],
    )  # fmt: skip
    try:
        report = run_batch(register, job, file_format=options["file_format"], manner=manner)
    finally:
        if bar is not None:
            bar.end()
    if not options["quiet"]:
        tell(report, sources, out)
        if report.counts.get("failed"):
            tell_failures(out, most=None if options["verbose"] else FAILURES_SHOWN)
    if report.has_errors or (options["strict"] and report.has_reviews):
        sys.exit(ROWS_IN_ERROR)


def gathered(options: dict[str, Any]) -> tuple[Sources, Settings]:
    """Return the keywords of `check` as the two records that it makes of them."""
    from lnrs_geo import chain
    from lnrs_geo.settings import Sources, several_strategies

    names = ("as_at", "tolerance_m", "intervention", "dates", "accept_proposed", "matching")
    settings = chain.settings(**{name: options.pop(name) for name in names if name in options})
    first, *further = several_strategies(options.pop("strategy"))
    return Sources(**options, strategy=first, further=tuple(further)), settings


def progress(*, quiet: bool, verbose: bool) -> Bar | None:
    """Choose how to tell of the work: a bar on a terminal; else a line now and then, to who asks for more."""
    if quiet:
        return None
    if sys.stderr.isatty():
        return Bar()
    return Lines() if verbose else None


class Bar:
    """Shows on a terminal, after two seconds, how many sites are done, how fast, and what is left."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._first = 0
        self._width = 0
        self._next = SHOW_PROGRESS_AFTER_S
        self._every = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Tell of so many sites done, of all."""
        now = self._clock()
        if self._began is None:
            self._began, self._first = now, done
        spent = now - self._began
        if spent < self._next:
            return
        rate = (done - self._first) / spent
        left = f", {duration((total - done) / rate)} left" if rate else ""
        per = f"{rate:.1f} sites/s" if rate >= 1 else f"{rate * 60:.1f} sites/min"
        self._show(f"{done} of {total} sites, {per}{left}")
        self._next = spent + self._every

    def end(self) -> None:
        """Take the line away."""
        if self._width:
            self._show("")
            click.echo("\r", nl=False, err=True)

    def _show(self, line: str) -> None:
        """Put a line in the place of the one before."""
        click.echo(f"\r{line:<{self._width}}", nl=False, err=True)
        self._width = len(line)


class Lines(Bar):
    """Tells the same in a pipe or a log, a plain line every half minute at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._next = self._every = LINE_EVERY_S

    def _show(self, line: str) -> None:
        click.echo(line, err=True)


def duration(seconds: float) -> str:
    """Say a time as people do.

    Examples
    --------
    >>> duration(42), duration(200), duration(9000)
    ('42 s', '3 min', '2 h 30 min')
    """
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def tell(report: Report, sources: Sources, out: Path) -> None:
    """Tell what came of the batch, what is assumed first."""
    from lnrs_geo import strategy as strategies
    from lnrs_geo.multiplier.regime import assumption, publication_of

    lines = []
    if report.undated:
        loaded = [strategies.load(one) for one in sources.strategies]
        assumed = [
            f"LNRS {one.lnrs_id}: {said}" if len(loaded) > 1 else said
            for one in loaded
            for said in [assumption(publication_of(one), report.as_at)]
        ]
        lines.append(
            f"No dates are given for {report.undated} site(s); of their parcels without dates: {' '.join(assumed)}"
        )
    lines += [f"NOTE: {one}" for one in report.notices]
    shown = ("assessed", "review", "screened", "failed")
    lines.append(
        f"{sum(report.counts.values())} sites: "
        + ", ".join(f"{report.counts.get(one, 0)} {one}" for one in shown)
        + f". Assessed as at {report.as_at.isoformat()}."
    )
    if report.known:
        lines.append(f"{report.known} of them were done before, and not repeated.")
    if report.again:
        lines.append(
            f"{report.again} of them were done before and done again: their results were gone or changed."
        )
    elif report.again == 0:
        lines.append("Files of all sites together were gone or changed, and were put together again.")
    if report.counts.get("screened"):
        lines.append("Sites that were screened have no boundary: that is no assessment.")
    if report.errors or report.reviews:
        lines.append(f"{report.errors} part(s) in error; {report.reviews} for a person to look at.")
    if report.without_folders:
        lines.append("So many sites have no folders of their own, which --site-folders writes.")
    if report.files:
        lines.append(f"Files: {', '.join(report.files)} in {out}")
    for line in lines:
        click.echo(line, err=True)


def tell_failures(out: Path, *, most: int | None) -> None:
    """List the sites that failed with their reasons: all of them, or the first."""
    from lnrs_geo.tables import read_text_table

    failed = [row for row in read_text_table(out / "sites.csv") if row["outcome"] == "failed"]
    for row in failed[:most]:
        click.echo(f"failed {row['reference'] or '(no reference)'}: {row['why']}", err=True)
    if most is not None and len(failed) > most:
        click.echo(f"and {len(failed) - most} more, see {out / 'sites.csv'}", err=True)
