"""A strategy pack: what the program must know of one Local Nature Recovery Strategy.

A pack is a TOML file with the strategy's names, its publication date, the names of its layers and
fields, and the files that belong to it (its measures, its area, its crosswalk). The packs that come with the
program stand in `lnrs_geo/strategies`; anybody can write another and name it by its path.
"""

import difflib
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NoReturn, cast

from lnrs_geo import areas, days
from lnrs_geo.errors import StrategyError
from lnrs_geo.toml_table import Table, nearest

StrategyStatus = Literal["published", "draft", "sample"]

PACKS = Path(__file__).parent / "strategies"
STATUSES = ("published", "draft", "sample")
MEASURE_FIELDS = ("location_id", "measure_id", "measure", "priority", "eligible")
SOURCE_KEYS = ("layers", "licence", "edition")
TOP_KEYS = ("lnrs_id", "name", "title", "authority", "status", "published", "published_source",
            "area", "authorities", "measures", "crosswalk", "source")  # fmt: skip
REQUIRED = ("lnrs_id", "name", "authority", "status")


@dataclass(frozen=True, slots=True)
class Strategy:
    """One strategy as its file states it; paths are complete, texts are trimmed.

    Attributes
    ----------
    published
        First and last day on which it may have been published (equal where the day is known);
        None for a draft without a date.
    published_text
        The date as the file states it, for reports: `2025-09`.
    fields
        Column of the measures layer for each field that needs an alias (`measure_id` and so on).
    source
        Where the layers are published (`layers`), under which `licence`, in which `edition`.
    measure_files
        The files of the mapped measures; none where the user names them on each run.
    """

    lnrs_id: str
    name: str
    title: str
    authority: str
    status: StrategyStatus
    published: tuple[date, date] | None
    published_text: str
    published_source: str
    area: Path | None
    authorities: tuple[str, ...]
    measure_layers: tuple[str, ...]
    fields: Mapping[str, str]
    crosswalk: Path | None
    source: Mapping[str, str]
    path: Path
    sha256: str
    measure_files: tuple[Path, ...] = ()

    @property
    def in_force(self) -> bool:
        """Whether its map decides anything: a consultation draft does not (UG, section 4)."""
        return self.status != "draft"

    @property
    def way_to_measures(self) -> str:
        """How a strategy file comes to name its measures; the files of the program are no place for that."""
        under = 'under [measures], as in files = ["measures.gpkg"].'
        if PACKS not in self.path.parents:
            return f"Name the files of its map there {under}"
        return (
            "It comes with the program, so write a file of your own with: lnrs-geo strategies new MEASURES "
            f"--lnrs-id {self.lnrs_id}, and name the files of the map in it {under}"
        )


def names() -> list[str]:
    """Return the names of the strategy packs that come with the program.

    Examples
    --------
    >>> "derbyshire" in names()
    True
    """
    return sorted(file.parent.name for file in PACKS.glob("*/strategy.toml"))


def load(name_or_path: str | Path) -> Strategy:
    """Read a strategy: a pack by its name, or any file that ends in `.toml`.

    Parameters
    ----------
    name_or_path
        The name of a pack, upper or lower case, or the path of a strategy file. Files that it
        names resolve beside it.

    Raises
    ------
    StrategyError
        There is no such pack or file, or the file is malformed: an unknown key, a wrong type, a
        date that cannot be, a file that is not there.

    Examples
    --------
    >>> derbyshire = load("derbyshire")
    >>> derbyshire.lnrs_id, derbyshire.published_text
    ('14', '2025-09')
    >>> [str(day) for day in derbyshire.published]
    ['2025-09-01', '2025-09-30']
    """
    path = _locate(name_or_path)
    try:
        content = path.read_bytes()
        values = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        fix = "Check the path and the right to read it."
        raise StrategyError("It cannot be opened.", where=str(path), fix=fix) from error
    except UnicodeDecodeError as error:
        raise StrategyError("It is not UTF-8 text.", where=str(path), fix="Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        fix = "Mend that line; the strategies that come with the program show the form."
        raise StrategyError(f"It is not valid TOML: {error}.", where=str(path), fix=fix) from error
    return _build(Table(path, "", values), sha256=hashlib.sha256(content).hexdigest())


def possible_days(text: str) -> tuple[date, date]:
    """Return the first and the last day that a date of day, month or year precision may mean.

    Raises
    ------
    ValueError
        The text is no such date.

    Examples
    --------
    >>> [str(day) for day in possible_days("2024-02")]
    ['2024-02-01', '2024-02-29']
    """
    found = days.possible_days(text)
    return found.first, found.last


def _locate(name_or_path: str | Path) -> Path:
    """Return the path of the strategy file that the user named."""
    text = str(name_or_path)
    if text.lower().endswith(".toml"):
        return Path(text)
    known = {name.lower(): name for name in names()}
    if text.lower() not in known:
        _refuse_name(text)
    return PACKS / known[text.lower()] / "strategy.toml"


def _refuse_name(text: str) -> NoReturn:
    """Raise the error for a name that no pack bears: a known area without a pack, or a slip of the pen."""
    packs = tuple(names())
    one = areas.area(text) or areas.named(text)
    if one is not None and one.pack_name not in packs:
        raise StrategyError(
            f"{one.name} is a known area (LNRS {one.lnrs_id}, {one.authority}), but no strategy of it comes "
            "with the program.",
            where=text,
            fix=f"Make one from its mapped measures with: lnrs-geo strategies new MEASURES --lnrs-id "
            f"{one.lnrs_id}, and name the strategy.toml that it writes.",
        )
    every = (*packs, *(area.pack_name for area in areas.areas()))
    near = difflib.get_close_matches(areas.plain(one.name if one else text), every, n=1, cutoff=0.6)
    fix = f"Did you mean the strategy {near[0]!r}?" if near else f"Known: {', '.join(packs)}."
    raise StrategyError(
        "There is no strategy of that name.",
        where=text or "--strategy",
        fix=f"{fix} A file of your own ends in .toml.",
    )


def _build(top: Table, *, sha256: str) -> Strategy:
    """Return the record of a strategy file whose content has been read."""
    top.only(TOP_KEYS)
    for key in REQUIRED:
        if top.values.get(key, "") == "":
            top.refuse(key, "It is missing.", f"Add a line {key} = ...")
    status = top.text("status")
    if status not in STATUSES:
        top.refuse("status", f"{status!r} is no status.", nearest(status, STATUSES, what="status"))
    measures = top.table("measures", ("files", "layers", *MEASURE_FIELDS))
    source = top.table("source", SOURCE_KEYS)
    published, published_text = _published(top, status=status)
    return Strategy(
        lnrs_id=_lnrs_id(top),
        name=top.text("name"),
        title=top.text("title"),
        authority=top.text("authority"),
        status=cast(StrategyStatus, status),
        published=published,
        published_text=published_text,
        published_source=top.text("published_source"),
        area=top.file("area"),
        authorities=top.texts("authorities"),
        measure_layers=measures.texts("layers"),
        fields=_texts_of(measures, MEASURE_FIELDS),
        crosswalk=top.table("crosswalk", ("file",)).file("file"),
        source=_texts_of(source, SOURCE_KEYS),
        path=top.path,
        sha256=sha256,
        measure_files=measures.files("files"),
    )


def _published(top: Table, *, status: str) -> tuple[tuple[date, date] | None, str]:
    """Return the possible days of publication and the date as it was stated."""
    value = top.values.get("published", "")
    # TOML turns an unquoted 2025-01-15 into a date: as good as the text (a time of day is refused below).
    text = value.isoformat() if isinstance(value, date) else value
    fix = 'Write it as "2025-09-14", or "2025-09" or "2025" where the day or month is not known.'
    if not isinstance(text, str):
        top.refuse("published", f"It must be a date, not {value!r}.", fix)
    text = text.strip()
    if not text:
        if status != "draft":
            top.refuse("published", f"A strategy of status {status} needs a date of publication.", fix)
        return None, ""
    try:
        return possible_days(text), text
    except ValueError as error:
        top.refuse("published", f"{text!r} is no date: {error}.", fix)


def _lnrs_id(top: Table) -> str:
    """Return the strategy's id as text: 14, 14.0 and "14" are one."""
    value = top.values["lnrs_id"]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        top.refuse("lnrs_id", f"It must be a text or a number, not {value!r}.", 'Write it as "14".')
    return areas.one_id(value)


def _texts_of(table: Table, keys: tuple[str, ...]) -> Mapping[str, str]:
    """Return the texts that a table holds under `keys`, those that are absent left out."""
    return MappingProxyType({key: table.text(key) for key in keys if table.text(key)})
