"""What is told of a register besides its sites: files passed over, and parcels that no row of it names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lnrs_geo.batch.one_file import find_sites
from lnrs_geo.batch.register import Entry, Register
from lnrs_geo.batch.sites import entries_by_file
from lnrs_geo.batch.task import Job
from lnrs_geo.errors import LnrsGeoError

_SHOWN = 10
_SITES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Remarks:
    """What must be told of a register, lest somebody take it for assessed.

    Attributes
    ----------
    passed_over
        Names in the register's folder that are no files of parcels.
    in_no_row
        A sentence for each file with parcels of sites that the register does not name.
    """

    passed_over: tuple[str, ...] = ()
    in_no_row: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return what is shown of it: of long lists the first."""
        lines = list(self.in_no_row[:_SHOWN])
        if len(self.in_no_row) > _SHOWN:
            lines.append(f"So it is of {len(self.in_no_row) - _SHOWN} more files: see the record of the run.")
        if self.passed_over:
            lines.append(
                f"{len(self.passed_over)} item(s) in the register's folder are no files of parcels and were "
                f"passed over: {listed(self.passed_over, _SHOWN)}."
            )
        return lines


def listed(names: Sequence[str], shown: int) -> str:
    """Return names as a list, of which a long one says how many follow.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def parcels_in_no_row(register: Register, mixed: Iterable[str], job: Job) -> tuple[str, ...]:
    """Say of each file with several sites which of its parcels belong to no row of the register.

    Parameters
    ----------
    mixed
        The files, as the sites name them.
    """
    entries = entries_by_file(register)
    found = []
    for name in sorted(set(mixed)):
        said = _of_file(Path(name), entries.get(Path(name).resolve(), []), job)
        if said:
            found.append(said)
    return tuple(found)


def _of_file(path: Path, entries: Sequence[Entry], job: Job) -> str:
    layers: tuple[str, ...] = job.sources.layers
    if entries and all(one.layers for one in entries):
        layers = tuple(dict.fromkeys(name for one in entries for name in one.layers))
    try:
        found = find_sites(path, column=job.site_column, layers=layers, crs=job.sources.crs)
    except LnrsGeoError:
        return ""  # its own sites say what is wrong with it
    claimed = {one.site_ref or one.reference for one in entries}
    left = {
        name: count
        for name, count in zip(found.names, found.counts.tolist(), strict=True)
        if count and name not in claimed
    }
    if not left:
        return ""
    shown = [f"{name or 'without a site'} {count}" for name, count in left.items()]
    return (
        f"{path}: {sum(left.values())} parcel(s) belong to no row of the register, and are in no result "
        f"({listed(shown, _SITES_SHOWN)})."
    )
