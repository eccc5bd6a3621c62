"""Tasks for the tests of the pool: small records, and functions that do as their record says."""

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from lnrs_geo.errors import SourceError


@dataclass(frozen=True)
class Chore:
    """A number to square in a folder that all processes see, and what shall happen on the way."""

    number: int
    folder: Path
    mishap: str = ""
    mishaps: int = 1_000


def chores(folder: Path, count: int, **mishaps: str) -> list[Chore]:
    """Chores 0, 1, ...; `at_3="kill"` lets that happen to chore 3 at every try, `"kill 1"` at the first."""
    made = []
    for number in range(count):
        mishap, _, times = mishaps.get(f"at_{number}", "").partition(" ")
        made.append(Chore(number, folder, mishap, int(times or 1_000)))
    return made


def do(chore: Chore) -> tuple[int, int]:
    """Square the number, unless a mishap comes between; the answer is independent of the try."""
    if begun(chore) <= chore.mishaps:
        meet(chore.mishap)
    (chore.folder / f"{chore.number}.done").write_text(str(chore.number**2), encoding="ascii")
    return chore.number, chore.number**2


def begun(chore: Chore) -> int:
    """Write down that a try begins, and by which process; the number of this try."""
    note = chore.folder / f"{chore.number}.tries"
    with note.open("a", encoding="ascii") as stream:
        stream.write(f"{os.getpid()}\n")
    return len(tries(chore.folder, chore.number))


def tries(folder: Path, number: int) -> list[int]:
    """The processes that have begun a chore, one for each try."""
    note = folder / f"{number}.tries"
    return [int(line) for line in note.read_text(encoding="ascii").split()] if note.exists() else []


def meet(mishap: str) -> None:
    if mishap == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif mishap == "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
    elif mishap == "bug":
        raise KeyError("column")
    elif mishap == "refusal":
        raise SourceError("It is empty.", where="site.gpkg", fix="Export it again.")
    elif mishap == "exit":
        sys.exit("enough")
    elif mishap == "sleep":
        time.sleep(60)
    elif mishap == "nap":
        time.sleep(0.5)


def who(chore: Chore) -> int:
    """The process that does the chore, which takes a moment so that others get their share."""
    time.sleep(0.05)
    return os.getpid()


def threads(chore: Chore) -> str | None:
    return os.environ.get("OMP_NUM_THREADS")


def stray(chore: Chore) -> object:
    """An outcome that cannot be pickled."""
    return lambda: chore


def end_at_once(*_: object) -> None:
    sys.exit(7)
