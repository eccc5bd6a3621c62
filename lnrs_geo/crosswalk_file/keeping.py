"""A crosswalk file as it stands on the disk: read with its habits, written back with them, whole or not at all."""

import codecs
import csv
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lnrs_geo.errors import OutputError
from lnrs_geo.multiplier.crosswalk import COLUMNS, require_columns
from lnrs_geo.tables import load_table, read_text_table, with_blank_lines

Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A crosswalk with everything about it that a person may have chosen.

    `lines` tells the line of the file on which each row ends.
    """

    columns: tuple[str, ...]
    rows: list[Cells]
    lines: list[int]
    delimiter: str = ","
    encoding: str = "utf-8"
    newline: str = "\n"

    def numbered_rows(self) -> list[Cells]:
        """Return the rows with blank ones where the file has other lines, so that counting gives its lines."""
        return with_blank_lines(self.rows, self.lines, columns=self.columns)


# What a new file is like.
NEW = KeptFile(COLUMNS, [], [])


def load_crosswalk(path: str | Path) -> KeptFile:
    """Read a crosswalk file without judging its words.

    Raises
    ------
    SourceError
        It cannot be opened, is empty, not text or ragged, or names a column twice.
    CrosswalkError
        It lacks columns of a crosswalk.
    """
    rows = read_text_table(path)
    table = load_table(path)
    require_columns(table.columns, where=str(path))
    data = Path(path).read_bytes()
    return KeptFile(
        table.columns,
        rows,
        table.lines,
        table.delimiter,
        "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else table.encoding,
        "\r\n" if "\r\n" in data.decode(table.encoding) else "\n",
    )


def write_crosswalk(path: str | Path, rows: Sequence[Mapping[str, str]], *, like: KeptFile = NEW) -> str:
    """Write a crosswalk in the place of the old file, if there is one, whole or not at all.

    Parameters
    ----------
    rows
        Cells by column; columns that `like` lacks are added on the right.
    like
        The file whose columns, delimiter, encoding and line ends to keep.

    Returns
    -------
    The encoding written: UTF-8 where the old one has no sign for a letter of the rows.

    Raises
    ------
    OutputError
        The file cannot be written; the old one stands as it was.
    """
    known = dict.fromkeys(name for row in rows for name in row)
    columns = [*like.columns, *(name for name in known if name not in like.columns)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=like.delimiter, lineterminator=like.newline)
    writer.writerow(columns)
    writer.writerows([[row.get(name, "") for name in columns] for row in rows])
    encoding = like.encoding
    try:
        content = text.getvalue().encode(encoding)
    except UnicodeEncodeError:
        encoding = "utf-8"
        content = text.getvalue().encode(encoding)
    _replace(Path(path), content)
    return encoding


def _replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of a file by one renaming, which happens or does not."""
    target = path.resolve()
    if target.is_dir():
        raise OutputError("It is a folder.", where=str(path), fix="Name a file such as crosswalk.csv.")
    beside: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        beside = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        beside.replace(target)
    except OSError as error:
        raise OutputError(
            f"It cannot be written ({error.strerror or error}); nothing was changed.",
            where=str(path),
            fix="Close programs that have it open, see to the permissions, or name another file.",
        ) from error
    finally:
        if beside is not None:
            with suppress(OSError):
                beside.unlink()


def _umask() -> int:
    """Return the rights that new files are not given; the system tells them only when they are set."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
