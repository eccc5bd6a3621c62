"""What a batch works on: sites that can be looked at, and those refused before a file is opened."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from lnrs_geo.batch.register import Entry, Kind, Register
from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.multiplier.applications import read_application
from lnrs_geo.spatial import gridref

# Longer names, with the folders above them, are too much for some systems
_LONGEST_NAME = 80
_WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:|[\\/]vsi", re.IGNORECASE)
_LISTED = 3


@dataclass(frozen=True, slots=True)
class Site:
    """A site to assess or to screen.

    Attributes
    ----------
    at
        Its place among the rows of `sites.csv`.
    folder
        The name of its folder of results.
    file, layers
        Its parcels; no file where there is only a grid reference.
    site_ref
        What its parcels call it in the file's column of sites, where the register says so. Else the whole
        file is its, unless parcels there name several sites: then those that name its reference are.
    shared
        Whether other sites have parcels in the same file.
    dates
        Cells of its application, by column of `applications.csv`.
    """

    at: int
    reference: str
    folder: str
    file: Path | None = None
    layers: tuple[str, ...] = ()
    site_ref: str = ""
    shared: bool = False
    grid_reference: str = ""
    dates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row of the register that cannot be worked on, and why."""

    at: int
    reference: str
    why: str


@dataclass(frozen=True, slots=True)
class Dates:
    """Cells of applications beside the register: those for every site, and those of a table by reference."""

    of_all: Mapping[str, str] = field(default_factory=dict)
    of_site: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, *names: str, own: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
        """Return a site's cells: its row's go before the table's, those before the ones for every site."""
        found = dict(self.of_all)
        for name in names:
            found |= self.of_site.get(name, {}) if name else {}
        return found | dict(own)


def settle(register: Register, dates: Dates) -> list[Site | Refused]:
    """Judge every row of a register: the sites to work on, and the rows that are wrong, in their order."""
    entries = register.entries
    times: dict[str, list[str]] = {}
    for entry in entries:
        if not entry.fault:
            times.setdefault(entry.reference, []).append(entry.where)
    files = [_file_of(register, entry) for entry in entries]
    claims = _claims(entries, files)
    folders = folder_names([entry.reference for entry in entries])
    found: list[Site | Refused] = []
    for at, (entry, file) in enumerate(zip(entries, files, strict=True)):
        if entry.fault:
            found.append(Refused(at, entry.reference, f"{entry.where}: {entry.fault}"))
            continue
        cells = dates.of(entry.site_ref, entry.reference, own=entry.dates)
        faults = [
            *_reference_faults(entry, times),
            *_place_faults(entry, file),
            *_claim_faults(at, entries, claims.get(file, ()) if isinstance(file, Path) else ()),
            *date_faults(cells),
        ]
        if faults:
            found.append(Refused(at, entry.reference, f"{entry.where}: {' '.join(faults)}"))
            continue
        path = file if isinstance(file, Path) else None
        found.append(
            Site(
                at,
                entry.reference,
                folders[entry.reference],
                path,
                entry.layers,
                entry.site_ref if register.kind is not Kind.FOLDER else "",
                len(claims.get(path, ())) > 1 if path else False,
                entry.grid_reference,
                cells,
            )
        )
    return found


def entries_by_file(register: Register) -> dict[Path, list[Entry]]:
    """Return the rows of a register that name each file, by the file's full path."""
    found: dict[Path, list[Entry]] = {}
    for entry in register.entries:
        file = _file_of(register, entry)
        if isinstance(file, Path):
            found.setdefault(file.resolve(), []).append(entry)
    return found


def folder_names(references: Sequence[str]) -> dict[str, str]:
    """Return a folder name for each reference, safe on every system and different for each.

    Examples
    --------
    >>> folder_names(["BGS-1", "24/0012 A", "../x"])
    {'BGS-1': 'BGS-1', '24/0012 A': '24%2F0012%20A', '../x': '%2E.%2Fx-d6b96a97'}
    """
    distinct = dict.fromkeys(references)
    plain = {one: quote(one, safe="") for one in distinct}
    # two names that differ by case alone are one folder on Windows and macOS
    folded = Counter(name.casefold() for name in plain.values())
    names = {}
    for one, name in plain.items():
        odd = (
            len(name) > _LONGEST_NAME
            or name.startswith(".")
            or name.endswith(".")
            or _WINDOWS_DEVICES.fullmatch(name)
            or folded[name.casefold()] > 1
        )
        names[one] = f"{name[:_LONGEST_NAME]}-{_digest(one)[:8]}" if odd else name
        if names[one].startswith("."):
            names[one] = f"%2E{names[one][1:]}"
    if len({name.casefold() for name in names.values()}) < len(names):  # a reference that looks like a digest
        return {one: _digest(one) for one in names}
    return names


def _digest(reference: str) -> str:
    return sha256(reference.encode()).hexdigest()


def date_faults(cells: Mapping[str, str]) -> list[str]:
    """Return what cannot be read of the cells of an application, or cannot be so."""
    return list(read_application(cells)[1])


def _file_of(register: Register, entry: Entry) -> Path | str | None:
    """Return the file of a row; a text says why it is not opened."""
    if not entry.file:
        return None
    name = entry.file.strip()
    outside = (
        f"Its file {name!r} lies outside the register's folder, and is not opened. "
        "Put it there, and write its path from there."
    )
    if (
        Path(name).is_absolute()
        and "\0" not in name
        and Path(name).resolve().is_relative_to(register.folder.resolve())
    ):
        name = str(Path(name).resolve().relative_to(register.folder.resolve()))
    posix = PurePosixPath(name.replace("\\", "/"))
    if _ADDRESS.match(name) or posix.is_absolute() or ".." in posix.parts or "\0" in name:
        return outside
    path = register.folder / name
    try:
        if not path.exists() and "\\" in name:
            path = register.folder / posix
        if path.exists():
            return path
    except (OSError, ValueError):
        pass
    return f"There is no file {name!r} in the register's folder. Put it there, or correct the name."


def _reference_faults(entry: Entry, times: Mapping[str, Sequence[str]]) -> list[str]:
    if not entry.reference:
        return ["It has no reference. Give the site a reference of its own."]
    lines = times[entry.reference]
    if len(lines) == 1:
        return []
    others = [one for one in lines if one != entry.where]
    shown = ", ".join(others[:_LISTED]) + (" and others" if len(others) > _LISTED else "")
    return [f"The reference {entry.reference!r} stands on {shown} too. Give each site one row."]


def _place_faults(entry: Entry, file: Path | str | None) -> list[str]:
    if isinstance(file, str):
        return [file]
    if file is None and not entry.grid_reference:
        return ["It names no file and no grid reference. Give the site's file of parcels."]
    if file is None:
        try:
            gridref.parse(entry.grid_reference)
        except LnrsGeoError as error:
            return [str(error)]
    return []


def _claims(entries: Sequence[Entry], files: Sequence[Path | str | None]) -> dict[Path, list[int]]:
    """Return the rows that name each file."""
    found: dict[Path, list[int]] = {}
    for at, file in enumerate(files):
        if isinstance(file, Path) and entries[at].reference:
            found.setdefault(file, []).append(at)
    resolved: dict[Path, list[int]] = {}
    for file, rows in found.items():
        resolved.setdefault(file.resolve(), []).extend(rows)
    return {file: sorted(resolved[file.resolve()]) for file in found}


def _claim_faults(at: int, entries: Sequence[Entry], same_file: Sequence[int]) -> list[str]:
    """Tell of another site that has the same parcels: each parcel is one site's."""
    mine = entries[at]
    for other in same_file:
        one = entries[other]
        if other == at or one.reference == mine.reference:
            continue
        layers = [{name.casefold() for name in entry.layers} for entry in (mine, one)]
        apart = (mine.site_ref and one.site_ref and mine.site_ref != one.site_ref) or (
            all(layers) and layers[0].isdisjoint(layers[1])
        )
        if not apart:
            return [
                f"The same file is named for {one.reference!r} too ({one.where}). Name each site's own file, or "
                "say with layer or site_ref which of its parcels are whose."
            ]
    return []
