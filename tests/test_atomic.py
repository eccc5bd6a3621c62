"""Files appear together or not at all."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lnrs_geo import atomic
from lnrs_geo.errors import OutputError

NAMES = ("results.gpkg", "parts.csv", "result.json")

# Runs in a process of its own: for every point at which the disk is touched, a child is killed
# there (before or after the call); the folder is looked at before and after it is recovered.
_KILLING = """
import json, os, shutil, signal, sys
from pathlib import Path
from lnrs_geo import atomic

NAMES = ("results.gpkg", "parts.csv", "result.json")
CALLS = ("mkdir", "rename", "replace", "fsync", "unlink", "rmdir")

TREE = sys.argv[3]

def write(folder, text):
    with atomic.replacing(folder, NAMES, tree=TREE) as staging:
        for name in NAMES:
            (staging / name).write_text(text)
        if TREE:
            fill(staging / TREE, text)

def fill(tree, text):
    for lnrs in ("lnrs_id=1", f"lnrs_id={text}"):
        (tree / lnrs).mkdir(parents=True)
        (tree / lnrs / "part-0.parquet").write_text(text)

def arm(moment, after):
    count = 0
    def wrap(call):
        def wrapped(*args, **kwargs):
            nonlocal count
            count += 1
            if count == moment and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = call(*args, **kwargs)
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            return result
        return wrapped
    for name in CALLS:
        setattr(os, name, wrap(getattr(os, name)))

def look(folder):
    names = (*NAMES, "results.gpkg-wal", "notes.txt")
    found = {name: (folder / name).read_text() for name in names if (folder / name).exists()}
    if TREE:
        found |= {str(one.relative_to(folder)): one.read_text() for one in (folder / TREE).rglob("*.parquet")}
    return found

root, fresh = Path(sys.argv[1]), sys.argv[2] == "fresh"
for after in (False, True):
    for moment in range(1, 1000):
        folder = root / f"{after}-{moment}"
        if not fresh:
            folder.mkdir()
            for name in (*NAMES, "results.gpkg-wal"):
                (folder / name).write_text("old")
            (folder / "notes.txt").write_text("mine")
            if TREE:
                fill(folder / TREE, "old")
        child = os.fork()
        if not child:
            arm(moment, after)
            write(folder, "new")
            os._exit(0)
        _, state = os.waitpid(child, 0)
        killed = look(folder)
        again = atomic.roll_forward(folder)
        print(json.dumps([killed, again, look(folder)]))
        write(folder, "newer")
        print(json.dumps([look(folder), sorted(os.listdir(folder))]))
        if os.WIFEXITED(state):
            break
"""


def fill(folder: Path, text: str) -> None:
    """Replace the three files by ones that hold `text`."""
    with atomic.replacing(folder, NAMES) as staging:
        for name in NAMES:
            (staging / name).write_text(text)


def fail(folder: Path, error: BaseException) -> None:
    """Begin to replace the files, then fail."""
    with atomic.replacing(folder, NAMES) as staging:
        (staging / "parts.csv").write_text("half")
        raise error


def content(folder: Path) -> dict[str, str]:
    """Return what every file of the folder, hidden ones too, holds."""
    return {path.name: path.read_text() for path in folder.iterdir()}


def of_tree(tree: str, text: str) -> dict[str, str]:
    """Return the files of a folder of Parquet files that hold `text`; none where there is no such folder."""
    return {f"{tree}/lnrs_id={lnrs}/part-0.parquet": text for lnrs in ("1", text) if tree}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
@pytest.mark.parametrize("start", ["fresh", "over older results"])
@pytest.mark.parametrize("tree", ["", "parts"])
def test_killed_at_any_moment(tmp_path: Path, start: str, tree: str) -> None:
    """Wherever the program is killed, the folder holds the old set or the new one, never both."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLING, str(tmp_path), start, tree],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) > 60
    foreign = {} if start == "fresh" else {"notes.txt": "mine"}
    old = {} if start == "fresh" else {**dict.fromkeys((*NAMES, "results.gpkg-wal"), "old"), **foreign}
    old |= {} if start == "fresh" else of_tree(tree, "old")
    new = dict.fromkeys(NAMES, "new") | of_tree(tree, "new") | foreign
    seen = set()
    for (killed, again, recovered), (rewritten, listing) in zip(lines[::2], lines[1::2], strict=True):
        assert len(set(killed.values()) - {"mine"}) <= 1, "old and new side by side"
        assert recovered in (old, new)
        assert again or killed == recovered, "nothing was left to do, so the set must be whole"
        assert rewritten == dict.fromkeys(NAMES, "newer") | of_tree(tree, "newer") | foreign
        assert listing == sorted({name.partition("/")[0] for name in rewritten}), "a hidden folder was left"
        seen.add((again, recovered == new))
    assert seen >= {(False, False), (True, True), (False, True)}


def test_replaces_only_its_own_names(tmp_path: Path) -> None:
    """Files of other names stay; journals of the old GeoPackage go with it."""
    fill(tmp_path, "old")
    (tmp_path / "results.gpkg-journal").write_text("old")
    (tmp_path / "parcels.qgz").write_text("mine")
    fill(tmp_path, "new")
    assert content(tmp_path) == dict.fromkeys(NAMES, "new") | {"parcels.qgz": "mine"}


def test_failure_leaves_no_trace(tmp_path: Path) -> None:
    """A run that fails removes the folders that it had made, and no others."""
    with pytest.raises(OutputError, match=r"No space left on device.*nothing was changed"):
        fail(tmp_path / "a" / "b", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert list(tmp_path.iterdir()) == []


def test_interruption_keeps_the_old_files(tmp_path: Path) -> None:
    """Ctrl-C while the files are made leaves the older results as they were."""
    fill(tmp_path, "old")
    with pytest.raises(KeyboardInterrupt):
        fail(tmp_path, KeyboardInterrupt())
    assert content(tmp_path) == dict.fromkeys(NAMES, "old")


@pytest.mark.parametrize("call", ["mkdir", "fsync", "rename"])
def test_failing_call_keeps_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """A disk that refuses before the new set is whole leaves the older results as they were."""
    fill(tmp_path, "old")

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, refuse)
        with pytest.raises(OutputError, match=r"Permission denied.*nothing was changed"):
            fill(tmp_path, "new")
    assert content(tmp_path) == dict.fromkeys(NAMES, "old")


def test_refused_after_the_commit_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the old files cannot be removed, the new ones wait and the next run places them."""
    fill(tmp_path, "old")

    def refuse(*_args: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        with pytest.raises(OutputError, match="complete but could not take their places"):
            fill(tmp_path, "new")
        with pytest.raises(OutputError, match="complete but could not take their places"):
            atomic.roll_forward(tmp_path)
    assert atomic.roll_forward(tmp_path)
    assert content(tmp_path) == dict.fromkeys(NAMES, "new")
    assert not atomic.roll_forward(tmp_path)


def test_incomplete_set_is_refused(tmp_path: Path) -> None:
    """A set with a file missing never replaces anything."""
    fill(tmp_path, "old")
    with pytest.raises(OutputError, match="incomplete"), atomic.replacing(tmp_path, NAMES) as staging:
        (staging / "parts.csv").write_text("new")
    assert content(tmp_path) == dict.fromkeys(NAMES, "old")


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_two_runs_at_once(tmp_path: Path) -> None:
    """A second run into the same folder is refused and does no harm to the first."""
    with atomic.replacing(tmp_path, NAMES) as staging:
        with pytest.raises(OutputError, match="Another run"):
            fill(tmp_path, "second")
        for name in NAMES:
            (staging / name).write_text("first")
    assert content(tmp_path) == dict.fromkeys(NAMES, "first")


def test_impossible_folders(tmp_path: Path) -> None:
    """A file in the place of the folder, of a parent or of a result gives one clear message."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="It is a file, not a folder"):
        fill(tmp_path / "file", "new")
    with pytest.raises(OutputError, match="Not a directory"):
        fill(tmp_path / "file" / "out", "new")
    (tmp_path / "out" / "parts.csv").mkdir(parents=True)
    with pytest.raises(OutputError, match="A folder bears the name"):
        fill(tmp_path / "out", "new")
    assert (tmp_path / "file").read_text() == "mine"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["parts.csv"]


def test_next_run_finishes_the_last_one_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New files that still wait take their places before the next run does anything else."""
    fill(tmp_path, "old")

    def refuse(*_args: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(OutputError, match="complete but"):
            fill(tmp_path, "new")
    with pytest.raises(KeyboardInterrupt):
        fail(tmp_path, KeyboardInterrupt())
    assert content(tmp_path) == dict.fromkeys(NAMES, "new")
    fill(tmp_path, "newer")
    assert content(tmp_path) == dict.fromkeys(NAMES, "newer")


@pytest.mark.parametrize(
    "foreign", ["notes.txt", "old/a.parquet", "lnrs_id=1/a/b.parquet", "lnrs_id=1/a.csv"]
)
def test_folder_with_other_files_is_refused(tmp_path: Path, foreign: str) -> None:
    """A folder that is replaced as a whole must hold nothing but what an earlier run put there."""
    path = tmp_path / "parts" / foreign
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with (
        pytest.raises(OutputError, match="no part of the results"),
        atomic.replacing(tmp_path, (), tree="parts"),
    ):
        pass
    assert path.read_text() == "mine"


def test_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A file that bears the name of the folder stays."""
    (tmp_path / "parts").write_text("mine")
    with (
        pytest.raises(OutputError, match="name of a result folder"),
        atomic.replacing(tmp_path, (), tree="parts"),
    ):
        pass
    assert content(tmp_path) == {"parts": "mine"}
