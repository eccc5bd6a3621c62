"""What is done of a batch, kept in its folder: so that a run that was killed goes on where it stopped.

    DIR/.lnrs-geo-batch/begun.json     what the batch was begun with, and how far it is
                        done/NAME.json what came of each task, written last of all that the task writes
                        packets/NAME/  results that no site has a folder of its own for; NAME.json, what
                                       came of the task
                        lock

A record is whole or not there. A task without one is done again, from the start; so is one whose results
are no longer as they were written.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lnrs_geo.batch import kept
from lnrs_geo.errors import OptionError, OutputError

FOLDER = ".lnrs-geo-batch"
SITES = "sites"
_BEGUN, _DONE, _PACKETS, _LOCK = "begun.json", "done", "packets", "lock"
_FORMAT = "lnrs-geo/batch-2"
RUNNING, FINISHED = "running", "finished"
_TOLD = 4


@dataclass(frozen=True, slots=True)
class Ledger:
    """The records of a batch in the folder `out`."""

    out: Path

    @property
    def folder(self) -> Path:
        """Where the records lie."""
        return self.out / FOLDER

    def packet(self, name: str) -> Path:
        """Return the folder for the results of a task whose sites have none of their own."""
        return self.folder / _PACKETS / name

    def site(self, name: str) -> Path:
        """Return the folder for the results of a site."""
        return self.out / SITES / name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep a second run out of the folder; the system lifts the lock when a program dies.

        Raises
        ------
        OutputError
            Another run is at work there, or the folder cannot be written.
        """
        with guarded(self.out):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT)
        try:
            if sys.platform != "win32":
                import fcntl

                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    raise OutputError(
                        "Another batch is at work there.",
                        where=str(self.out),
                        fix="Wait for it, or name another folder with --out.",
                    ) from None
                except OSError:
                    pass  # some network disks know no locks
            yield
        finally:
            os.close(handle)

    def read(self) -> dict[str, Any] | None:
        """Return what the batch in the folder was begun with; None where there is none."""
        try:
            begun = json.loads((self.folder / _BEGUN).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise OutputError(
                f"The records of the batch cannot be read ({error}).",
                where=str(self.folder),
                fix="Name another folder, or remove that one and begin again.",
            ) from error
        if not isinstance(begun, dict) or begun.get("format") != _FORMAT:
            raise OutputError(
                "Another version of the program began the batch.",
                where=str(self.folder),
                fix="Finish it with that version, or name another folder.",
            )
        return begun

    def begin(self, identity: Mapping[str, Any]) -> None:
        """Note with what a batch begins: what must be the same for a run that resumes it.

        Of one that was finished, and of which something is gone, what is left stays.
        """
        with guarded(self.out):
            for name in (_DONE, _PACKETS):
                (self.folder / name).mkdir(exist_ok=True)
            self._note(RUNNING, identity)

    def record(self, name: str, content: Mapping[str, Any]) -> None:
        """Note what came of a task."""
        with guarded(self.out):
            _put(self.folder / (_PACKETS if content["packets"] else _DONE) / f"{name}.json", content)

    def records(self) -> dict[str, dict[str, Any]]:
        """Return what came of every task that is done, by its name."""
        return {path.stem: one for path, one in self._recorded()}

    def drop_lost(self) -> int:
        """Forget every task whose results are gone or changed, and return the number of its sites."""
        lost: set[str] = set()
        with guarded(self.out):
            for path, one in self._recorded():
                if not kept.are_kept(one["files"], under=self.out):
                    path.unlink()
                    lost |= one["rows"].keys()
        return len(lost)

    def _recorded(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for name in (_DONE, _PACKETS):
            for path in sorted(self.folder.glob(f"{name}/*.json")):
                with suppress(ValueError):  # a disk that lost it at a power cut: it is done again
                    yield path, json.loads(path.read_text(encoding="utf-8"))

    def finish(self, identity: Mapping[str, Any], summary: Mapping[str, Any]) -> None:
        """Note that the batch is finished, and remove what was needed on the way."""
        with guarded(self.out):
            self._note(FINISHED, identity, summary)
        self.clear_packets()

    def clear_packets(self) -> None:
        """Remove packets, whose rows stand in the files of all sites together, and what is noted of them."""
        with guarded(self.out):
            shutil.rmtree(self.folder / _PACKETS, ignore_errors=True)
            (self.folder / _PACKETS).mkdir(exist_ok=True)

    def forget(self) -> None:
        """Remove all records of a batch of which nothing has come, and folders that are empty."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for path in (self.out / SITES, self.out):
            with suppress(OSError):
                path.rmdir()

    def _note(
        self, state: str, identity: Mapping[str, Any], summary: Mapping[str, Any] | None = None
    ) -> None:
        content = {"format": _FORMAT, "state": state, "identity": identity, "summary": summary or {}}
        _put(self.folder / _BEGUN, content)


def check_resumable(
    begun: Mapping[str, Any] | None, identity: Mapping[str, Any], *, out: Path, resume: bool
) -> None:
    """Refuse to go on with another batch than was begun, or to begin one on top of it.

    Raises
    ------
    OptionError
        There is nothing to resume, there is a batch and it is not to be resumed, or the register, the
        options or the inputs differ from those that it was begun with.
    """
    if not resume:
        if begun is None:
            return
        if begun["state"] == RUNNING:
            raise OptionError(
                "A batch was begun there and is not finished.",
                where=str(out),
                fix="Go on with it (--resume, once no run is at work there), or name another folder with --out.",
            )
        raise OptionError(
            "It holds the results of a batch, which are not replaced.",
            where=str(out),
            fix="Name another folder with --out, or remove that one first. With --resume they are looked "
            "through, and what is gone or changed is done again.",
        )
    if begun is None:
        raise OptionError(
            "There is no batch to resume.",
            where=str(out),
            fix="Leave --resume away, or name the folder it is in with --out.",
        )
    before = begun["identity"]
    found = list(differences(without_place(before), without_place(identity)))
    if before["files"].keys() != identity["files"].keys() and _found(before) == _found(identity):
        raise OptionError(
            "The batch was begun with the same files under other names, and results tell files by their names.",
            where="--resume",
            fix=f"Give the same command as then, in the folder {before['here']}.",
        )
    if found:
        more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
        raise OptionError(
            f"The batch was begun with something else: {'; '.join(found[:_TOLD])}{more}.",
            where="--resume",
            fix="Put that back as it was, or begin anew in another folder.",
        )


def without_place(identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return an identity without the folder from which files are named: only the names count."""
    return {name: one for name, one in identity.items() if name != "here"}


def _found(identity: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests of files by where they lie, whatever they are called."""
    return {os.path.realpath(Path(identity["here"], name)): one for name, one in identity["files"].items()}


def differences(before: Mapping[str, Any], now: Mapping[str, Any], *, of: str = "") -> Iterator[str]:
    """Say what differs between two identities, one phrase for each value.

    Examples
    --------
    >>> list(differences({"options": {"crs": ""}}, {"options": {"crs": "EPSG:27700"}}))
    ["options crs was '' and is 'EPSG:27700'"]
    """
    for name in dict.fromkeys([*before, *now]):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            yield from differences(old, new, of=f"{of}{name} ")
        elif of.startswith("files"):
            gone = {True: "is new", False: "has changed"}[old is None]
            yield f"{of}{name} {gone if new is not None else 'is gone'}"
        else:
            yield f"{of}{name} was {old!r} and is {new!r}"


def _put(path: Path, content: Mapping[str, Any]) -> None:
    """Write a record, whole or not at all, also at a power cut."""
    making = path.with_name(f".{path.name}.{os.getpid()}")
    with making.open("w", encoding="utf-8", newline="\n") as file:
        json.dump(content, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)


@contextmanager
def guarded(folder: Path) -> Iterator[None]:
    """Say in words of the field what the system refused."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"The folder cannot be written ({error.strerror or error}).",
            where=str(folder),
            fix="Free some space or see to the permissions, then go on with --resume.",
        ) from error
