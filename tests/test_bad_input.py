"""Rows, shapes and side files that are wrong end in the issue or the message that their flaw names."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import lnrs_geo
from lnrs_geo.cli import main
from tests import flaws
from tests.flaws import RUN_FLAWS, RunFlaw, world


def _words(options: dict[str, Any]) -> list[str]:
    """Return options of `lnrs_geo.check` as the words of the command."""
    rest = [
        word for name, value in options.items() if name != "parcels" for word in (f"--{name}", str(value))
    ]
    return [str(options["parcels"]), *rest]


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    folder = tmp_path / "world"
    folder.mkdir()
    return world(folder)


def test_world_without_a_flaw_is_sound(options: dict[str, Any]) -> None:
    """The inputs that the flaws are made in raise no issue and give a decided High."""
    result = lnrs_geo.check(**options)
    assert list(result.issues["code"]) == []
    (part,) = result.parts[result.parts["stage"] == "post"].to_dict("records")
    assert (part["strat_sig"], part["status"], part["ss_reason"]) == ("High", "decided", "consistent")


@pytest.mark.parametrize("flaw", RUN_FLAWS, ids=lambda flaw: flaw.name)
def test_flaw_ends_as_it_should(flaw: RunFlaw, options: dict[str, Any], tmp_path: Path) -> None:
    """A flaw raises its error, and nothing is written; or its issue, and its parcel has the right status."""
    options |= flaw.change(tmp_path / "world")
    out = tmp_path / "out"
    if flaw.raises:
        with pytest.raises(flaw.raises) as caught:
            lnrs_geo.check(**options)
        assert type(caught.value) is flaw.raises
        assert flaw.says in str(caught.value)
        assert caught.value.where
        assert caught.value.fix
        done = CliRunner().invoke(main, ["check", *_words(options), "--out", str(out)])
        assert (done.exit_code, done.stdout) == (3, "")
        assert done.stderr == f"lnrs-geo: {caught.value}\n"
        assert not out.exists()
        return
    result = lnrs_geo.check(**options)
    found = result.issues[result.issues["code"] == flaw.issue]
    assert len(found), sorted(result.issues["code"])
    assert all(found["message"]) and all(found["fix"])
    first = result.parts[(result.parts["parcel_ref"] == result.parts["parcel_ref"].iloc[0])]
    post = first[first["stage"] == "post"]
    assert set(post["status"]) == ({flaw.status} if flaw.status else set())
    if flaw.reason:
        assert set(post["ss_reason"]) == {flaw.reason}
    if flaw.status == "error":
        assert set(post["strat_sig"]) == {""}


def test_names_of_flaws_differ() -> None:
    """Each flaw has a name of its own."""
    assert len({flaw.name for flaw in RUN_FLAWS}) == len(RUN_FLAWS) >= 60


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
    before: str, after: str, said_before: str, said_after: str, options: dict[str, Any], tmp_path: Path
) -> None:
    """A claim of Medium, a claim in other words, none, and one too low are each called what they are."""
    cells = {"Baseline Strategic Significance": before, "Proposed Strategic Significance": after}
    flaws.template(
        {"Red Line Boundary": flaws.red_line(flaws.SITE), "Habitats": flaws.habitats(flaws.SITE, **cells)}
    )(tmp_path / "world")
    parts = lnrs_geo.check(**options).parts.set_index("stage")
    assert parts["strat_sig"].to_dict() == {"baseline": "Low", "post": "High"}
    assert parts["check"].to_dict() == {"baseline": said_before, "post": said_after}
