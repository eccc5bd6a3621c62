"""What holds for every test: nothing is looked up or kept in the cache of the person who runs them."""

import os
from collections.abc import Iterator

import hypothesis
import pytest

from lnrs_geo.cache import FOLDER_VARIABLE

# In the checks (`.ci/run`) property tests try the same examples each time; by hand they draw new ones.
hypothesis.settings.register_profile("checks", derandomize=True, deadline=None, print_blob=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("checks")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the tests a cache of their own, their subprocesses too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(tmp_path_factory.mktemp("cache")))
        yield
