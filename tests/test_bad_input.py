"""Rows, shapes, dates, side files and commands that are wrong end in what their flaw names."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import lnrs_geo
from lnrs_geo.cli import main
from lnrs_geo.cli.date_options import option_name
from lnrs_geo.errors import LnrsGeoError, OptionError, RuleNotInForce
from tests.flaws import COMMAND_FLAWS, EVERY_FLAW, RUN_FLAWS
from tests.flaws_world import SITE, CommandFlaw, RunFlaw, habitats, put, red_line, template, world

LONGEST_MESSAGE = 600  # nobody reads a wall of text


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sound files, made once."""
    folder = tmp_path_factory.mktemp("sound")
    world(folder)
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the sound files, in which the commands run."""
    copy = tmp_path / "world"
    shutil.copytree(sound, copy)
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def options(folder: Path) -> dict[str, Any]:
    return {
        "parcels": str(folder / "parcels.gpkg"),
        "measures": str(folder / "measures.gpkg"),
        "strategy": str(folder / "strategy.toml"),
    }


def command(options: dict[str, Any]) -> list[str]:
    """Return options of `lnrs_geo.check` as the words of the command."""
    parcels = options["parcels"]
    words = ["check", *(parcels if isinstance(parcels, list) else [parcels])]
    for name, value in options.items():
        if name == "dates":
            words += [word for column, cell in value.items() for word in (option_name(column), cell)]
        elif name != "parcels":
            several = value if isinstance(value, tuple) else (value,)
            words += [word for one in several for word in (f"--{name.replace('_', '-')}", str(one))]
    return words


def run(*words: str) -> Result:
    """Run the program in this process; an error that is not one of its own is raised."""
    done = CliRunner().invoke(main, words)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, and every folder as an empty one."""
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in sorted(folder.rglob("*"))}


def pieces(flaw: RunFlaw | CommandFlaw) -> tuple[str, ...]:
    """Return what must be said of a flaw."""
    return (flaw.says,) if isinstance(flaw.says, str) else tuple(flaw.says)


def assert_clear(error: BaseException | None, flaw: RunFlaw | CommandFlaw) -> None:
    """An error is of the kind named, and says what is wrong, where, and how to put it right."""
    assert isinstance(error, LnrsGeoError), f"{error!r}"
    assert type(error) is flaw.raises, f"{type(error).__name__}: {error}"
    for piece in pieces(flaw):
        assert piece in str(error)
    assert error.where, f"where is that? {error}"
    assert error.fix, f"how is that put right? {error}"


def assert_refused(words: Sequence[str], flaw: RunFlaw | CommandFlaw, folder: Path) -> None:
    """A command ends with its exit code and one line on standard error, and writes nothing."""
    before = contents(folder)
    done = run(*words)
    # the program leaves with SystemExit while it handles the error, which Python keeps beside it
    error = done.exception.__context__ if done.exception else None
    assert_clear(error, flaw)
    code = 2 if isinstance(error, OptionError | RuleNotInForce) else 3
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr == f"lnrs-geo: {error}\n"
    (line,) = done.stderr.splitlines()
    assert len(line) <= LONGEST_MESSAGE
    assert contents(folder) == before


def test_world_without_a_flaw_is_sound(options: dict[str, Any]) -> None:
    """The inputs that the flaws are made in raise no issue and give a decided High."""
    result = lnrs_geo.check(**options)
    assert list(result.issues["code"]) == []
    (part,) = result.parts[result.parts["stage"] == "post"].to_dict("records")
    assert (part["strat_sig"], part["status"], part["ss_reason"]) == ("High", "decided", "consistent")


def _named(flaws: Sequence[Any], *, raising: bool) -> Any:
    own = [flaw for flaw in flaws if bool(flaw.raises) is raising]
    return pytest.mark.parametrize("flaw", own, ids=lambda flaw: flaw.name)


@_named(RUN_FLAWS, raising=True)
def test_flaw_ends_the_check(flaw: RunFlaw, options: dict[str, Any], folder: Path) -> None:
    """A flaw raises its error at the command line, where nothing is written, and in Python."""
    options |= flaw.change(folder)
    if not flaw.python_only:
        assert_refused([*command(options), "--out", str(folder / "out")], flaw, folder)
    # the command has looked at its dates itself; everything else it leaves to the function
    if flaw.python_only or "dates" in options:
        with pytest.raises(LnrsGeoError) as caught:
            lnrs_geo.check(**options)
        assert_clear(caught.value, flaw)


@_named(RUN_FLAWS, raising=False)
def test_flaw_is_told_of(flaw: RunFlaw, options: dict[str, Any], folder: Path) -> None:
    """A flaw raises its issue, what is no flaw none, and the parcel has the right status and reason."""
    options |= flaw.change(folder)
    result = lnrs_geo.check(**options)
    codes = sorted(result.issues["code"])
    if flaw.issue:
        found = result.issues[result.issues["code"] == flaw.issue]
        assert len(found), codes
        assert all(found["message"]) and all(found["fix"])
        for piece in pieces(flaw):
            assert found["message"].str.contains(piece, regex=False).any(), found["message"].tolist()
        if flaw.beside is not None:
            assert len(found) == 1, "one message for each flaw"
            assert set(codes) <= {flaw.issue, *flaw.beside}
    else:
        assert codes == []
    first = result.parts[result.parts["parcel_ref"] == result.parts["parcel_ref"].iloc[0]]
    parts = first[first["stage"] == flaw.stage]
    assert set(parts["status"]) == ({flaw.status} if flaw.status else set())
    for column, wanted in (("ss_reason", flaw.reason), ("regime_rule", flaw.rule)):
        assert not wanted or set(parts[column]) == {wanted}
    if flaw.status == "error":
        assert set(parts["strat_sig"]) == {""}


@_named(COMMAND_FLAWS, raising=True)
def test_flaw_ends_the_command(flaw: CommandFlaw, folder: Path) -> None:
    """A flaw ends a command in one clear message, and nothing is written."""
    put(folder, flaw.files)
    words = [str(word) for word in flaw.words]
    if not issubclass(flaw.raises or LnrsGeoError, click.UsageError):
        assert_refused(words, flaw, folder)
        return
    # what is no option's value at all is told as the command line's own library tells it
    before = contents(folder)
    done = run(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    *_, last = done.stderr.splitlines()
    assert last.startswith("Error: ")
    for piece in pieces(flaw):
        assert piece in last
    assert contents(folder) == before


@_named(COMMAND_FLAWS, raising=False)
def test_flaw_is_answered_by_the_command(flaw: CommandFlaw, folder: Path) -> None:
    """Where a command can go on it says on standard output what is wrong, and its exit code tells."""
    put(folder, flaw.files)
    done = run(*(str(word) for word in flaw.words))
    assert (done.exit_code, done.stderr) == (flaw.code, "")
    for piece in pieces(flaw):
        assert piece in done.stdout


def test_names_of_flaws_differ() -> None:
    """Each flaw has a name of its own."""
    assert len({flaw.name for flaw in EVERY_FLAW}) == len(EVERY_FLAW) >= 400


# claim before, claim after, and what is said of each (the parcel is enhanced and High)
CLAIMS = [
    ("Low", "High", "ok", "ok"),
    ("Low", "Location ecologically desirable but not in local strategy", "ok", "invalid-medium"),
    ("Medium", "Low", "baseline-not-low", "missed-high"),
    ("Formally identified in local strategy", "", "baseline-not-low", "blank"),
    ("", "Rather high", "blank", "unrecognised"),
]


@pytest.mark.parametrize(("before", "after", "said_before", "said_after"), CLAIMS)
def test_claims_are_judged(
    before: str, after: str, said_before: str, said_after: str, options: dict[str, Any], folder: Path
) -> None:
    """A claim of Medium, a claim in other words, none, and one too low are each called what they are."""
    cells = {"Baseline Strategic Significance": before, "Proposed Strategic Significance": after}
    template({"Red Line Boundary": red_line(SITE), "Habitats": habitats(SITE, **cells)})(folder)
    parts = lnrs_geo.check(**options).parts.set_index("stage")
    assert parts["strat_sig"].to_dict() == {"baseline": "Low", "post": "High"}
    assert parts["check"].to_dict() == {"baseline": said_before, "post": said_after}
