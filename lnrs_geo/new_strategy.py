"""Write a strategy file for another area, and an empty crosswalk beside it.

layers -> spatial.recognise: which layers, which columns, which LNRS
that and what a person says -> NewStrategy -> strategy.toml, crosswalk.csv
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from lnrs_geo import strategy
from lnrs_geo.atomic import replacing
from lnrs_geo.days import possible_days
from lnrs_geo.errors import OptionError, SchemaError, SourceError
from lnrs_geo.multiplier.crosswalk import COLUMNS

CROSSWALK = "crosswalk.csv"


@dataclass(frozen=True, slots=True)
class NewStrategy:
    """What a strategy file shall say; texts may be empty where `strategy.load` allows it."""

    lnrs_id: str
    name: str
    authority: str
    status: str
    published: str = ""
    published_source: str = ""
    area: Path | None = None
    layers: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    edition: str = ""


def as_toml(new: NewStrategy, *, folder: Path) -> str:
    """Return a strategy file as text, with comments for whoever opens it.

    Parameters
    ----------
    new
        What the file shall say.
    folder
        Where it will stand; the file of the area is named from there.
    """
    source = [
        f"{key} = {_quoted(_one_line(text))}"
        for key, text in (("licence", new.licence), ("edition", new.edition))
        if text
    ]
    return "\n".join([
        f"# The Local Nature Recovery Strategy of {_one_line(new.name)}, for lnrs-geo.",
        "# Written by lnrs-geo strategies new: read it through, and correct what is wrong.",
        "",
        f"lnrs_id = {_quoted(new.lnrs_id)}",
        f"name = {_quoted(_one_line(new.name))}",
        f"authority = {_quoted(_one_line(new.authority))}",
        "# published, draft or sample: a consultation draft decides nothing",
        f"status = {_quoted(new.status)}",
        *_dated(new),
        *_outlined(new.area, folder),
        "",
        "# Layers that are named here and not given make the map incomplete; with none named, every layer",
        "# of the file in which a measure can be recognised is used.",
        "[measures]",
        f"layers = [{', '.join(map(_quoted, new.layers))}]",
        *_aliased(new.fields),
        "",
        "# Which habitat is consistent with which measure: an ecologist's rows.",
        "[crosswalk]",
        f'file = "{CROSSWALK}"',
        "",
        "# Where the layers are published, under which licence, in which edition (layers, licence, edition).",
        "[source]",
        *source,
        "",
    ])  # fmt: skip


def write(new: NewStrategy, path: Path, *, force: bool = False) -> tuple[strategy.Strategy, list[Path]]:
    """Write a strategy file, and an empty crosswalk beside it where there is none.

    A crosswalk that is there stays as it is, whatever `force` says: it is people's work.

    Returns
    -------
    The strategy as `strategy.load` reads it back, and the files written.

    Raises
    ------
    OptionError
        The file does not end in .toml, or is there and `force` is False; or the date is none.
    SourceError
        There is no file of the area.
    OutputError
        The folder cannot be written.
    """
    refuse_taken(path, force=force)
    _refuse_faults(new)
    files = {path.name: _encoded(as_toml(new, folder=path.parent))}
    if not (path.parent / CROSSWALK).exists():
        files[CROSSWALK] = _encoded(",".join(COLUMNS) + "\n")
    with replacing(path.parent, list(files)) as staging:
        for name, content in files.items():
            (staging / name).write_bytes(content)
    return strategy.load(path), [path.parent / name for name in files]


def refuse_taken(path: Path, *, force: bool) -> None:
    """Refuse a place for the strategy file that is taken, or whose name does not end in .toml.

    Raises
    ------
    OptionError
        As said.
    """
    if path.suffix.lower() != ".toml":
        raise OptionError("The name of a strategy file ends in .toml.", where=f"-o {path}",
                          fix="Name it FOLDER/strategy.toml.")  # fmt: skip
    if path.exists() and not force:
        raise OptionError(
            "There is a strategy file already.", where=str(path), fix="Name another with -o, or add --force."
        )


def refuse_no_area(area: Path | None) -> None:
    """Refuse an outline of the strategy area that is not there.

    Raises
    ------
    SourceError
        As said.
    SchemaError
        It holds no outline.
    """
    if area is not None and not area.is_file():
        raise SourceError(
            "There is no such file.", where=str(area), fix="Correct the path given with --area."
        )
    # read here, so that the help of the command does not wait for the readers
    from lnrs_geo.spatial.read import read_layers

    if area is not None and not any(layer.has_geometry for layer in read_layers(area)[0]):
        raise SchemaError(
            "There is no polygon in it.", where=str(area), fix="Give --area a file with the outline."
        )


def _refuse_faults(new: NewStrategy) -> None:
    """Refuse what `strategy.load` would refuse once the file is written."""
    if new.published:
        try:
            possible_days(new.published)
        except ValueError as error:
            raise OptionError(f"{new.published!r} is no date: {error}.", where="--published",
                              fix="Give the day, or the month or year alone.") from error  # fmt: skip
    refuse_no_area(new.area)


def _encoded(text: str) -> bytes:
    """Return a text in UTF-8, refusing what a terminal of another encoding made of somebody's words."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise OptionError(
            f"A text holds bytes that are no letters ({error.object[error.start : error.end]!r}).",
            where="strategies new",
            fix="Set the terminal to UTF-8 and type it again.",
        ) from error


def _dated(new: NewStrategy) -> list[str]:
    """Return the lines on the publication."""
    if not new.published:
        return ['# published = "2026-01"          once it is published: the day, or the month or year alone',
                '# published_source = "..."       who says so, and where']  # fmt: skip
    return [
        "# The day, or the month or year alone where no more is known: every rule is tried with both ends.",
        f"published = {_quoted(new.published)}",
        f"published_source = {_quoted(_one_line(new.published_source))}",
    ]


def _outlined(area: Path | None, folder: Path) -> list[str]:
    """Return the lines on the outline of the strategy area, its path as seen from the strategy file."""
    if area is None:
        return ["# Without an outline (or --area) a parcel that meets no measure stays open.",
                '# area = "outline.gpkg"']  # fmt: skip
    path = str(area.resolve())
    with suppress(ValueError):  # another drive has no way there
        path = os.path.relpath(path, folder.resolve())
    return [
        "# The outline of the strategy area, seen from this file.",
        f"area = {_quoted(Path(path).as_posix())}",
    ]


def _aliased(fields: Mapping[str, str]) -> list[str]:
    """Return the lines that say which column holds which field."""
    if not fields:
        return ["# The columns bear agreed names, which need no line here."]
    return [f"{name} = {_quoted(column)}" for name, column in fields.items()]


def _quoted(text: str) -> str:
    r"""Return a text as TOML writes it.

    Examples
    --------
    >>> print(_quoted('Sgùrr "A"'))
    "Sgùrr \"A\""
    """
    # TOML's short strings escape as JSON's do, and the delete character besides
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _one_line(text: str) -> str:
    """Return a person's words on one line, without the control characters that no comment may hold."""
    return " ".join("".join(" " if mark < " " or mark == "\x7f" else mark for mark in text).split())
