"""Read a register of sites, in any of its kinds, as rows that say what is known of each site.

    a table         CSV or XLSX: reference, file, layer, grid_reference, site_ref and dates
    a folder        of files that bear the references of their sites
    JSON            of the biodiversity gain sites register
    one file        with a column that names the site of each parcel

Nothing is judged here: a row that is wrong is a row all the same, and is told of later.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

from lnrs_geo import tables
from lnrs_geo.batch import text_rows, workbook_rows
from lnrs_geo.batch.site_files import has_shapes, site_files
from lnrs_geo.batch.text_rows import Line
from lnrs_geo.errors import SchemaError, SourceError
from lnrs_geo.multiplier.applications import COLUMNS as APPLICATION_COLUMNS
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.values import identifier

COLUMNS = ("reference", "file", "layer", "grid_reference", "site_ref")
DATE_COLUMNS = APPLICATION_COLUMNS[1:]
# What the register's own exports and interface call these columns
_OTHER_NAMES = {"reference": ("referenceNumber", "reference-number"), "grid_reference": ("gridReference",)}
_TEXT_TABLES = (".csv", ".tsv", ".txt")
_SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_FIX_KIND = (
    "Give a CSV or XLSX table of sites, a folder of site files, the register's JSON, or one file of parcels "
    "with a column that names their site."
)


class Kind(StrEnum):
    """In which form a register comes."""

    TABLE = "table"
    FOLDER = "folder"
    JSON = "json"
    ONE_FILE = "one file"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a register as it stands there, trimmed.

    `where` says how a person finds it again (`line 7`); `dates` are the filled cells of columns that
    `applications.csv` has. `fault` tells of a row that cannot be read: then only its reference may stand here.
    """

    where: str
    reference: str
    file: str = ""
    layer: str = ""
    grid_reference: str = ""
    site_ref: str = ""
    dates: tuple[tuple[str, str], ...] = ()
    fault: str = ""

    @property
    def layers(self) -> tuple[str, ...]:
        """The names in the cell `layer`, between semicolons."""
        return tuple(one.strip() for one in self.layer.split(";") if one.strip())


@dataclass(frozen=True, slots=True)
class Register:
    """A register: its kind, the folder that its files lie in, and its rows (none for one big file).

    `passed_over` names what lies in the folder of site files and holds no parcels.
    """

    path: Path
    kind: Kind
    folder: Path
    entries: tuple[Entry, ...]
    passed_over: tuple[str, ...] = ()


def read_register(path: str | Path) -> Register:
    """Read a register of sites.

    Parameters
    ----------
    path
        A CSV or XLSX table, a folder of site files, the register's JSON, or one file of parcels.

    Raises
    ------
    SourceError
        It is not there, or cannot be read.
    SchemaError
        It has no column of references, or none that says where the sites lie.
    """
    place = Path(path)
    if not place.exists():
        raise SourceError("There is no such register.", where=str(path), fix="Check the name.")
    suffix = place.suffix.lower()
    if place.is_dir():
        if suffix == ".gdb":
            return _one_file(place)
        return _folder(place)
    if suffix in _SPREADSHEETS:
        columns, rows = workbook_rows.read_first_table(place, wanted=_names("reference"))
        return _table(place, columns, [Line(at, row) for at, row in enumerate(rows, start=2)])
    if suffix in _TEXT_TABLES:
        columns = text_rows.header(place)
        if has_shapes(columns):
            return _one_file(place)
        return _table(place, columns, text_rows.read_lines(place))
    if suffix in (".json", ".geojson"):
        return _json(place)
    return _one_file(place)


def _one_file(path: Path) -> Register:
    return Register(path, Kind.ONE_FILE, path.parent, ())


def _names(field: str) -> tuple[str, ...]:
    return (field, *_OTHER_NAMES.get(field, ()))


def _table(path: Path, columns: Sequence[str], lines: Sequence[Line]) -> Register:
    """Read the rows of a table; those that hold nothing are passed over."""
    fields = _fields(columns)
    if "reference" not in fields or not {"file", "grid_reference"} & fields.keys():
        raise SchemaError(
            "It lacks columns of a register: "
            + ("reference." if "reference" not in fields else "file or grid_reference.")
            + f" Found: {', '.join(columns) or 'no columns'}.",
            where=str(path),
            fix=f"A register has: {', '.join(COLUMNS)}, and any column of applications.csv.",
        )
    _refuse_misspelt(path, columns, fields)
    entries = [
        _entry(
            f"line {line.number}",
            {field: line.cells.get(column) for field, column in fields.items()},
            fault=line.fault,
        )
        for line in lines
        if line.fault or any(text.strip() for text in line.cells.values())
    ]
    return _filled(Register(path, Kind.TABLE, path.parent, tuple(entries)))


def _refuse_misspelt(path: Path, columns: Sequence[str], fields: Mapping[str, str]) -> None:
    """Refuse a column that is nearly one of a register: a date that nobody reads would change answers."""
    for column in columns:
        meant = get_close_matches(column.strip().lower(), (*COLUMNS, *DATE_COLUMNS), n=1, cutoff=0.88)
        if column not in fields.values() and meant and meant[0] not in fields:
            raise SchemaError(
                f"Its column {column!r} is not read; {meant[0]} is probably meant.",
                where=str(path),
                fix=f"Call it {meant[0]}, or something less like it.",
            )


def _fields(columns: Sequence[str]) -> dict[str, str]:
    """Return the column of each field that is there."""
    found: dict[str, str] = {}
    for field in (*COLUMNS, *DATE_COLUMNS):
        hits = (schema.find_column(name, list(columns)) for name in _names(field))
        hit = next((one for one in hits if one is not None), None)
        if hit is not None and hit not in found.values():
            found[field] = hit
    return found


def _entry(where: str, cells: Mapping[str, str | None], *, fault: str = "") -> Entry:
    text = {field: str(cells.get(field) or "").strip() for field in (*COLUMNS, *DATE_COLUMNS)}
    if fault:  # which cell is whose is not known
        return Entry(where, identifier(text["reference"]), fault=fault)
    return Entry(
        where=where,
        reference=identifier(text["reference"]),
        file=text["file"],
        layer=text["layer"],
        grid_reference=text["grid_reference"],
        site_ref=identifier(text["site_ref"]),
        dates=tuple((name, text[name]) for name in DATE_COLUMNS if text[name]),
    )


def _folder(folder: Path) -> Register:
    """Take every file of parcels, and every folder of them, for a site that is called as it is."""
    try:
        found, passed_over = site_files(folder)
    except OSError as error:
        raise SourceError(
            f"It cannot be opened ({error.strerror or error}).",
            where=str(folder),
            fix="Check that you may read it.",
        ) from error
    if not found:
        raise SourceError("The folder holds no site file.", where=str(folder), fix=_FIX_KIND)
    entries = [
        Entry(one.name, one.name if one.is_dir() and one.suffix.lower() != ".gdb" else one.stem, one.name)
        for one in found
    ]
    return Register(folder, Kind.FOLDER, folder, tuple(entries), tuple(passed_over))


def _json(path: Path) -> Register:
    """Read the register's JSON: a list of sites, alone or under `sites`; or GeoJSON, which is one big file."""
    try:
        text, _ = tables.decode_text(path.read_bytes(), where=str(path))
        document = json.loads(text)
    except OSError as error:
        raise SourceError(
            f"It cannot be opened ({error.strerror or error}).",
            where=str(path),
            fix="Check that you may read it.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"It is not JSON ({error}).", where=str(path), fix="Fetch or export it again."
        ) from error
    if isinstance(document, dict) and document.get("type") in ("FeatureCollection", "Feature"):
        return _one_file(path)
    if isinstance(document, dict):
        document = document.get("sites", [document])
    known = {name for field in COLUMNS for name in _names(field)}
    if not isinstance(document, list) or not any(
        isinstance(one, dict) and known & one.keys() for one in document
    ):
        raise SchemaError(
            "It holds no list of sites with references.",
            where=str(path),
            fix="Give the register's JSON: a list of sites, each with a referenceNumber.",
        )
    entries = [_site(f"site {at}", one) for at, one in enumerate(document, start=1)]
    return _filled(Register(path, Kind.JSON, path.parent, tuple(entries)))


def _site(where: str, given: Any) -> Entry:
    """Read one site. Its `startDate` is the register's own: it is no date of an application."""
    if not isinstance(given, dict):
        return Entry(where, "")
    fields = _fields([str(name) for name in given])
    cells = {field: given[column] for field, column in fields.items()}
    plain = {field: value for field, value in cells.items() if isinstance(value, str | int | float)}
    return _entry(where, {field: str(value) for field, value in plain.items()})


def _filled(register: Register) -> Register:
    if not register.entries:
        raise SourceError("It holds no site.", where=str(register.path), fix="Give a row for each site.")
    return register
