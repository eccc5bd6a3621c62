"""Open a statutory metric: find its eighteen sheets of habitats, or say why the file is none.

Only cell values are read, as they were when the workbook was last saved. Nothing in the file is run, and
the file is never written.
"""

import hashlib
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lnrs_geo.errors import OptionError, SchemaError, SourceError
from lnrs_geo.model import Module, Retention, Significance, Stage
from lnrs_geo.multiplier import claims
from lnrs_geo.spatial.values import folded, text

ACCEPTED = "Statutory biodiversity metric 1.0.x and metric 4.1 are read."
# far beyond any metric (some 30 MB): a file that swells to more is no workbook but an attack
MOST_BYTES = 500_000_000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_CODE = re.compile(r"^\s*([A-F])\s*-\s*([123])(?!\d)")
_MODULES = {"A": Module.AREA, "B": Module.HEDGEROW, "C": Module.WATERCOURSE}
_ON_SITE = {"D": "A", "E": "B", "F": "C"}
_MODULE_WORDS = {Module.AREA: "habitat", Module.HEDGEROW: "hedge", Module.WATERCOURSE: "water"}
_STAGE_WORDS = {1: "baseline", 2: "creation", 3: "enhanc"}
# Sheets of the workbook's own that hold the drop-down of strategic significance
_LISTS = ("g3multipliers", "g7watercdata")


@dataclass(frozen=True, slots=True, order=True)
class SheetCode:
    """Which of the metric's sheets it is: `D-3` holds off-site (D) habitats that are enhanced (3)."""

    letter: str
    number: int

    def __str__(self) -> str:
        return f"{self.letter}-{self.number}"

    @property
    def off_site(self) -> bool:
        """Whether its rows lie off-site."""
        return self.letter in _ON_SITE

    @property
    def units_module(self) -> Module:
        """Kind of units: area (trees among them), hedgerow or watercourse."""
        return _MODULES[_ON_SITE.get(self.letter, self.letter)]

    @property
    def stage(self) -> Stage:
        """Before or after the development."""
        return Stage.BASELINE if self.number == 1 else Stage.POST

    @property
    def retention(self) -> Retention | None:
        """Created or Enhanced; None for a baseline, which may be kept, enhanced and lost in shares."""
        return {2: Retention.CREATED, 3: Retention.ENHANCED}.get(self.number)

    @property
    def most_rows(self) -> int:
        """How many rows the sheet takes (rules section 7; an off-site sheet is made as its on-site twin)."""
        twin = f"{_ON_SITE.get(self.letter, self.letter)}-{self.number}"
        return 246 if twin in ("A-2", "A-3", "B-3", "C-3") else 248


CODES = tuple(SheetCode(letter, number) for letter in "ABCDEF" for number in (1, 2, 3))


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as it was read: the cells of its sheets from A1 on, and its own drop-down strings.

    `names` and `cells` go by the sheet's code; `labels` gives the string that this workbook takes for a
    category, letter by letter.
    """

    path: Path
    sha256: str
    names: Mapping[SheetCode, str]
    cells: Mapping[SheetCode, Sequence[Sequence[Any]]]
    labels: Mapping[Significance, str]


def open_metric(path: str | Path) -> Metric:
    """Read the sheets A-1 to F-3 of a metric.

    Raises
    ------
    OptionError
        python-calamine is not installed.
    SourceError
        It cannot be read, or is no spreadsheet of the kind.
    SchemaError
        It is a spreadsheet, but no metric that is understood.
    """
    place = Path(path)
    content = _content(place)
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise OptionError(
            "A metric needs the package python-calamine, which is not installed.",
            where=str(place),
            fix="Install it with: pip install 'lnrs-geo[report]'.",
        ) from error
    try:
        workbook = CalamineWorkbook.from_path(str(place))
        names = _sheets(workbook.sheet_names, where=str(place))
        cells = {code: _cells(workbook, name) for code, name in names.items()}
        lists = [_cells(workbook, name) for name in workbook.sheet_names if folded(name) in _LISTS]
    except (CalamineError, OSError, ValueError) as error:
        raise SourceError(
            f"It cannot be read as a spreadsheet ({error}).",
            where=str(place),
            fix="Open it in Excel and save it again as .xlsm or .xlsx.",
        ) from error
    return Metric(place, hashlib.sha256(content).hexdigest(), names, cells, _labels(lists))


def _cells(workbook: Any, name: str) -> list[list[Any]]:
    """Return the cells of a sheet from A1 on, whatever rows and columns stand empty before the first."""
    rows: list[list[Any]] = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def _content(place: Path) -> bytes:
    """Return the bytes of the file, once it is known for a workbook of the newer kind."""
    try:
        content = place.read_bytes()
    except OSError as error:
        raise SourceError(
            f"It cannot be opened ({error.strerror or error}).",
            where=str(place),
            fix="Check the path, and that it is a file that you may read.",
        ) from error
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _refused(
                place,
                "It is protected by a password, so it cannot be read.",
                "Open it in Excel, remove the password (File, Info, Protect Workbook), and save a copy.",
            )
        raise _refused(
            place, "It is a file of the old Excel format (.xls).", "Save it as .xlsm or .xlsx in Excel."
        )
    try:
        with zipfile.ZipFile(place) as archive:
            parts = archive.infolist()
            broken = sum(one.file_size for one in parts) > MOST_BYTES or archive.testzip() is not None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise _refused(
            place,
            "It is no spreadsheet, or the file is damaged.",
            f"Give the metric itself, an .xlsm or .xlsx file; if it is one, fetch it again. {ACCEPTED}",
        ) from error
    except Exception as error:  # zlib.error and its like: a member that cannot be unpacked
        raise _refused(place, "The file is damaged.", "Fetch it again, or save it again in Excel.") from error
    if broken:
        raise _refused(place, "The file is damaged.", "Fetch it again, or save it again in Excel.")
    members = {one.filename for one in parts}
    if "xl/workbook.xml" not in members:
        kind = "a binary workbook (.xlsb)" if "xl/workbook.bin" in members else "no Excel workbook"
        raise _refused(place, f"It is {kind}.", "Save it as .xlsm or .xlsx in Excel and give that file.")
    return content


def _refused(place: Path, what: str, fix: str) -> SourceError:
    return SourceError(what, where=str(place), fix=fix)


def _sheets(names: Sequence[str], *, where: str) -> dict[SheetCode, str]:
    """Return the metric's sheets by their codes; a name need not be spelled well, but must not contradict."""
    found: dict[SheetCode, str] = {}
    for name in names:
        hit = _CODE.match(name)
        if hit is None:
            continue
        code = SheetCode(hit[1], int(hit[2]))
        if code in found:
            raise SchemaError(
                f"Two of its sheets are {code}: {found[code]!r} and {name!r}.",
                where=where,
                fix="Remove the copy, so that it is plain which rows count.",
            )
        found[code] = name
    if any(_of_metric_3(code, name) for code, name in found.items()):
        raise SchemaError(
            f"It is a metric 3.x by its sheets ({next(iter(found.values()))}), which is not read.",
            where=where,
            fix=f"Enter the project in the statutory biodiversity metric and give that file. {ACCEPTED}",
        )
    for code, name in found.items():
        _refuse_contradiction(code, name, where=where)
    if not found:
        raise SchemaError(
            f"It is no metric: none of its sheets is one of A-1 to F-3 (found: {', '.join(names[:8])}).",
            where=where,
            fix=f"Give the metric itself. {ACCEPTED} The small sites metric is another workbook and is not read.",
        )
    return found


def _of_metric_3(code: SheetCode, name: str) -> bool:
    """Tell a sheet of metric 3.0 or 3.1: `A-1 Site Habitat Baseline`, `C-1 Site River Baseline`."""
    plain = folded(name)
    return "river" in plain or (not code.off_site and "site" in plain and "onsite" not in plain)


def _refuse_contradiction(code: SheetCode, name: str, *, where: str) -> None:
    """Refuse a sheet whose name says something else than its code."""
    plain = folded(name)
    words = (
        "offsite" if code.off_site else "onsite",
        _MODULE_WORDS[code.units_module],
        _STAGE_WORDS[code.number],
    )
    if not all(word in plain for word in words):
        raise SchemaError(
            f"The sheet {name!r} does not say what a sheet {code} says of itself ({', '.join(words)}...).",
            where=where,
            fix="Give the sheet its own name again, as the empty metric has it.",
        )


def _labels(lists: Sequence[Sequence[Sequence[Any]]]) -> dict[Significance, str]:
    """Return the drop-down string for each category: the workbook's own where it has one, else the metric's."""
    own: dict[Significance, str] = {}
    for rows in lists:
        for cell in (one for row in rows for one in row if isinstance(one, str) and text(one)):
            claim = claims.read_label(cell)
            if claim.vocabulary == "long" and claim.significance is not None:
                own.setdefault(claim.significance, cell)
    return {one: own.get(one, claims.label(one)) for one in Significance}
