"""A table of a strategy file: what it holds, and errors that point at the key where it is wrong."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from lnrs_geo.errors import StrategyError


@dataclass(frozen=True, slots=True)
class Table:
    """A TOML table together with what an error message needs to point at it.

    Attributes
    ----------
    path
        The file; names of files in the table resolve beside it.
    name
        Of the table; "" for the top of the file.
    """

    path: Path
    name: str
    values: Mapping[str, Any]

    def refuse(self, key: str, what: str, fix: str) -> NoReturn:
        """Raise a StrategyError that names the file and the key."""
        place = f"[{self.name}] {key}" if self.name else key
        raise StrategyError(what, where=f"{self.path}, {place}", fix=fix)

    def only(self, allowed: tuple[str, ...]) -> None:
        """Refuse a key that is not in `allowed`, naming the nearest one that is."""
        for key in self.values:
            if key not in allowed:
                self.refuse(key, "No such key is known.", nearest(key, allowed, what="key"))

    def text(self, key: str) -> str:
        """Return a text, empty where the key is absent."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            self.refuse(key, f"It must be a text, not {value!r}.", "Put it in double quotes.")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty where the key is absent."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.refuse(key, f"It must be a list of texts, not {value!r}.", 'Write ["one", "two"].')
        return tuple(v.strip() for v in value)

    def file(self, key: str) -> Path | None:
        """Return the file that `key` names, which lies beside the strategy file unless absolute."""
        name = self.text(key)
        if not name:
            return None
        path = self.path.parent / name
        if not path.is_file():
            self._refuse_missing(key, path)
        return path

    def files(self, key: str) -> tuple[Path, ...]:
        """Return the files, or folders of files, that `key` lists, each of them once."""
        names = self.texts(key)
        paths = tuple(self.path.parent / name for name in names)
        for at, path in enumerate(paths):
            if not path.exists():
                self._refuse_missing(key, path)
            if path in paths[:at]:
                self.refuse(key, f"{names[at]} is named twice.", "Name each file once.")
        return paths

    def _refuse_missing(self, key: str, path: Path) -> NoReturn:
        fix = f"Put the file beside {self.path.name}, correct the name, or take the key out."
        self.refuse(key, f"There is no file {path}.", fix)

    def table(self, key: str, allowed: tuple[str, ...]) -> "Table":
        """Return an inner table whose keys are all in `allowed`, empty where it is absent."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, f"It must be a table, not {value!r}.", f"Write [{key}] on its own line.")
        inner = Table(self.path, key, value)
        inner.only(allowed)
        return inner


def nearest(word: str, allowed: tuple[str, ...], *, what: str) -> str:
    """Return advice that names the nearest allowed word, or all of them where none is near."""
    near = difflib.get_close_matches(word.lower(), allowed, n=1, cutoff=0.6)
    return f"Did you mean the {what} {near[0]!r}?" if near else f"Known: {', '.join(allowed)}."
