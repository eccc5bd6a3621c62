"""What holds for every test: nothing is looked up or kept in the cache of the person who runs them."""

from collections.abc import Iterator

import pytest

from lnrs_geo.cache import FOLDER_VARIABLE


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the tests a cache of their own, their subprocesses too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(tmp_path_factory.mktemp("cache")))
        yield
