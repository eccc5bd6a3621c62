"""What a batch was begun with: the register, the options, and every input by its contents.

A run that resumes a batch must have the same, or its results would not be those of one run.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from lnrs_geo import strategy as strategies
from lnrs_geo.batch.register import Kind, Register
from lnrs_geo.batch.sites import Refused, Site
from lnrs_geo.batch.task import Job
from lnrs_geo.cache import Cache, default_cache
from lnrs_geo.errors import SourceError
from lnrs_geo.multiplier.rules import load_edition
from lnrs_geo.record import program_version, told_of
from lnrs_geo.settings import Sources
from lnrs_geo.spatial.fingerprint import fingerprint

# Small files are quicker read than remembered
_NO_CACHE = Cache(None)


def identity_of(
    register: Register, sites: Iterable[Site | Refused], job: Job, *, file_format: str
) -> dict[str, Any]:
    """Return what must be the same for a run that resumes the batch.

    Raises
    ------
    SourceError
        An input is not there or cannot be read.
    """
    sources, settings = job.sources, job.settings
    shared = _inputs(sources)
    files = {str(path): _digest(path, default_cache()) for path in shared}
    own = {str(site.file) for site in sites if isinstance(site, Site) and site.file is not None}
    own |= {str(register.path)} if register.kind is not Kind.FOLDER else set()
    listing = {"register entries": ", ".join(entry.file for entry in register.entries)}
    options = {name: _plain(getattr(sources, name)) for name in _names(sources)}
    options |= {name: _plain(getattr(settings, name)) for name in _names(settings)}
    return {
        "here": str(job.here),
        "program": program_version(),
        "strategies": [told_of(strategies.load(one)) for one in sources.strategies],
        "rules": load_edition(settings.as_at).id,
        "register": {"name": register.path.name, "kind": register.kind.value}
        | (listing if register.kind is Kind.FOLDER else {}),
        "options": {**options, "site_ref": job.site_column, "format": file_format, "folders": job.folders},
        "files": {**files, **{path: _digest(Path(path), _NO_CACHE, lenient=True) for path in sorted(own)}},
    }


def _inputs(sources: Sources) -> list[Path]:
    """Return every file that all sites have in common, those that strategy files name included."""
    found: list[Any] = [
        *sources.measures, sources.crosswalk, sources.overrides, sources.area, sources.authorities, sources.apib,
        sources.acb, sources.documents, sources.applications, sources.submitted,
    ]  # fmt: skip
    for named in sources.strategies:
        strategy = strategies.load(named)
        found += [strategy.path, strategy.area, strategy.crosswalk, *strategy.measure_files]
    return list(dict.fromkeys(Path(one) for one in found if one is not None))


def _digest(path: Path, cache: Cache, *, lenient: bool = False) -> str:
    """Return the SHA-256 of a file, or one for all the files of a source.

    A site's own file that cannot be read fails later, with its site.
    """
    try:
        found = fingerprint(path, cache=cache)
    except OSError as error:
        if lenient:
            return "unreadable"
        raise SourceError(
            f"It cannot be opened ({error.strerror or error}).",
            where=str(path),
            fix="Check the name and that you may read it.",
        ) from error
    if found is None:
        raise SourceError(
            "It changes while it is read.", where=str(path), fix="Wait until whoever writes it has finished."
        )
    own = [digest for name, digest in found.contents if name == path.name]
    return own[0] if len(found.contents) == len(own) else found.digest


def _names(record: Any) -> list[str]:
    """Return the fields that are options; how parcels are matched changes no answer."""
    return [one.name for one in fields(record) if one.name not in ("parcels", "matching")]


def _plain(value: Any) -> Any:
    """Return an option as JSON gives it back."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in sorted(value.items())}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
