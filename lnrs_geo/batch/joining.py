"""Put together what came of all sites: `sites.csv`, and all parts in one GeoPackage or GeoParquet set."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from lnrs_geo import atomic, tabular
from lnrs_geo.assembly import assemble
from lnrs_geo.batch import kept
from lnrs_geo.batch.ledger import Ledger, without_place
from lnrs_geo.batch.outcome import COLUMNS, UNDATED, Outcome, blank
from lnrs_geo.batch.remarks import Remarks
from lnrs_geo.batch.sites import Refused, Site
from lnrs_geo.batch.task import Task, Work

SITES_CSV = "sites.csv"
# Whatever a batch writes into its folder, beside the folder of sites and the set of parts by LNRS
FILES = (
    SITES_CSV, "results.gpkg", "parcels.parquet", "matches.parquet", "issues.parquet",
    "measures_used.parquet", "run.json",
)  # fmt: skip
_WITH_RESULTS = (Outcome.ASSESSED.value, Outcome.REVIEW.value)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a batch.

    Attributes
    ----------
    counts
        Sites by outcome.
    errors, reviews
        Parts in error, and parts that a person must look at, of all sites.
    undated
        Sites of which neither the register nor anything beside it gives a date.
    as_at
        The assessment date.
    known
        Sites that were done already when the batch was resumed.
    again
        Sites that were done already and had to be done again, because their results were gone or changed;
        0 where that holds of the files of all sites together alone, None where nothing was amiss.
    files
        The files written; none where the batch was finished before.
    notices
        What must be said of all of it first: a made-up sample, a draft.
    without_folders
        Sites have no folders of their own because they are so many, and nobody asked for folders.
    """

    counts: Mapping[str, int]
    errors: int
    reviews: int
    undated: int
    as_at: date
    known: int = 0
    again: int | None = None
    files: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    without_folders: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether a site failed, or a row is in error."""
        return bool(self.counts.get(Outcome.FAILED.value) or self.errors)

    @property
    def has_reviews(self) -> bool:
        """Whether a person must look at a row before relying on it; a site that was only screened is one."""
        return bool(self.reviews or self.counts.get(Outcome.SCREENED.value))

    @classmethod
    def told_again(cls, summary: Mapping[str, Any]) -> "Report":
        """Return the report of a batch that was finished before."""
        told = {name: summary[name] for name in ("counts", "errors", "reviews", "undated")}
        return cls(
            **told,
            as_at=date.fromisoformat(summary["as_at"]),
            known=sum(summary["counts"].values()),
            notices=tuple(summary["notices"]),
        )


def put_together(
    ledger: Ledger,
    sites: Sequence[Site | Refused],
    tasks: Sequence[Task],
    identity: Mapping[str, Any],
    *,
    records: Mapping[str, Mapping[str, Any]],
    remarks: Remarks,
) -> Report:
    """Write what is told of all sites together, and note that the batch is finished.

    Parameters
    ----------
    ledger, identity
        The records of the batch, and what it was begun with.
    sites, tasks
        The rows of the register, and what was done of them.
    records
        What came of each task.
    remarks
        What is to be told of the register besides.

    Raises
    ------
    OutputError
        The files cannot be written; the batch can then be resumed.
    """
    told = {int(at): row for one in records.values() for at, row in one["rows"].items()}
    rows = [
        blank(site.reference, Outcome.FAILED, site.why) if isinstance(site, Refused) else told[site.at]
        for site in sites
    ]
    pieces = list(_pieces(ledger, tasks, records, told))
    files = []
    if pieces:
        run = _run(identity, rows, remarks)
        files = assemble(pieces, ledger.out, file_format=identity["options"]["format"], run=run)
    with atomic.replacing(ledger.out, [SITES_CSV]) as staging:
        table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
        tabular.write_csv(table, (), staging / SITES_CSV)
    summary = {
        "counts": dict(Counter(row["outcome"] for row in rows)),
        "errors": _sum(rows, "parts_error"),
        "reviews": _sum(rows, "parts_review"),
        "undated": sum(isinstance(site, Site) and site.file is not None and not site.dates for site in sites),
        "as_at": identity["options"]["as_at"],
        "notices": list(
            dict.fromkeys(said for row in rows if (said := row["notice"].removeprefix(UNDATED).strip()))
        )
        + remarks.lines(),
        "files": kept.digests(_each_file([ledger.out / SITES_CSV, *files]), under=ledger.out),
    }
    ledger.finish(identity, summary)
    written = (SITES_CSV, *(str(path.relative_to(ledger.out)) for path in files))
    return replace(Report.told_again(summary), files=written)


def _pieces(
    ledger: Ledger,
    tasks: Sequence[Task],
    records: Mapping[str, Mapping[str, Any]],
    told: Mapping[int, Mapping[str, str]],
) -> Iterator[tuple[str, Path]]:
    """Return the folders with results in the order of the tasks, each with its site or "" for a packet."""
    for task in tasks:
        packets = records[task.name]["packets"]
        yield from (("", ledger.packet(name)) for name in packets)
        if packets or task.work is Work.POINTS:
            continue
        for site in task.sites:
            if told[site.at]["outcome"] in _WITH_RESULTS:
                yield site.reference, ledger.site(site.folder)


def _each_file(paths: Sequence[Path]) -> Iterator[Path]:
    """Return the files, those of a set one by one."""
    for path in paths:
        yield from sorted(path.rglob("*.parquet")) if path.is_dir() else [path]


def _run(identity: Mapping[str, Any], rows: Sequence[Mapping[str, str]], remarks: Remarks) -> dict[str, Any]:
    """Return the record of the batch: nothing in it changes when the same is run again."""
    notices = dict.fromkeys(row["notice"] for row in rows if row["notice"])
    told = {"notice": " ".join(notices), **without_place(identity), "sites": len(rows)}
    return told | {name: list(one) for name, one in asdict(remarks).items() if one}


def _sum(rows: Sequence[Mapping[str, str]], column: str) -> int:
    return sum(int(row[column]) for row in rows if row[column])


__all__ = ["FILES", "Report", "put_together"]
