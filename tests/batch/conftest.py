"""The world that registers of the tests stand in."""

from pathlib import Path
from typing import Any

import pytest

from tests.batch import worlds


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options of a check of a site; the register stands in the folder where commands run."""
    monkeypatch.chdir(tmp_path)
    return worlds.land(tmp_path)
