"""Put together what came of all sites: `sites.csv`, and all parts in one GeoPackage or GeoParquet set."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from lnrs_geo import atomic, tabular
from lnrs_geo.assembly import assemble
from lnrs_geo.batch.ledger import Ledger
from lnrs_geo.batch.outcome import COLUMNS, UNDATED, Outcome, blank
from lnrs_geo.batch.sites import Refused, Site
from lnrs_geo.batch.task import Task, Work

SITES_CSV = "sites.csv"
# Whatever a batch writes into its folder, beside the folder of sites and the set of parts by LNRS
FILES = (
    SITES_CSV, "results.gpkg", "parcels.parquet", "matches.parquet", "issues.parquet",
    "measures_used.parquet", "run.json",
)  # fmt: skip
SITE_FILES = ("results.gpkg", "parcels.csv", "parts.csv", "result.json", "screening.json")
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
    files: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    without_folders: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether a site failed, or a row is in error."""
        return bool(self.counts.get(Outcome.FAILED.value) or self.errors)

    @property
    def has_reviews(self) -> bool:
        """Whether a person must look at a row before relying on it."""
        return bool(self.reviews)

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
    known: int,
    file_format: str,
) -> Report:
    """Write what is told of all sites together, and note that the batch is finished.

    Raises
    ------
    OutputError
        The files cannot be written; the batch can then be resumed.
    """
    records = ledger.records()
    told = {int(at): row for one in records.values() for at, row in one["rows"].items()}
    rows = [
        blank(site.reference, Outcome.FAILED, site.why) if isinstance(site, Refused) else told[site.at]
        for site in sites
    ]
    pieces = list(_pieces(ledger, tasks, records, told))
    files = assemble(pieces, ledger.out, file_format=file_format, run=_run(identity, rows)) if pieces else []
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
        ),
    }
    ledger.finish(identity, summary)
    written = (SITES_CSV, *(str(path.relative_to(ledger.out)) for path in files))
    return replace(Report.told_again(summary), known=known, files=written)


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


def _run(identity: Mapping[str, Any], rows: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return the record of the batch: nothing in it changes when the same is run again."""
    notices = dict.fromkeys(row["notice"] for row in rows if row["notice"])
    return {"notice": " ".join(notices), **identity, "sites": len(rows)}


def _sum(rows: Sequence[Mapping[str, str]], column: str) -> int:
    return sum(int(row[column]) for row in rows if row[column])


__all__ = ["FILES", "SITE_FILES", "Report", "put_together"]
