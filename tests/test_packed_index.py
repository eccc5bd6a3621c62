"""The spatial index of a layer, filled at once."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from lnrs_geo import packed_index


@pytest.mark.parametrize("n", [0, 1, 51, 52, 2_601, 2_602, 9_000])
def test_index_finds_what_a_search_of_all_boxes_finds(n: int) -> None:
    """SQLite finds nothing wrong with the index, and it misses no box, however many levels it has."""
    random = np.random.default_rng(n)
    low = random.uniform(0, 650_000, (n, 2))
    boxes = np.hstack([low, low + random.exponential(300, (n, 2))])
    ids = random.permutation(n).astype(np.int64) + 5
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE shapes USING rtree(id, minx, maxx, miny, maxy)")
        packed_index.fill(database, "shapes", ids, boxes)
        assert database.execute("SELECT rtreecheck('shapes')").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM shapes").fetchone() == (n,)
        for west, south, east, north in [(0, 0, 7e5, 7e5), (1e5, 2e5, 2e5, 2.5e5), (3e5, 3e5, 301_000, 4e5)]:
            asked = "SELECT id FROM shapes WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ?"
            found = {row[0] for row in database.execute(asked, (west, east, south, north))}
            meets = (
                (boxes[:, 2] >= west)
                & (boxes[:, 0] <= east)
                & (boxes[:, 3] >= south)
                & (boxes[:, 1] <= north)
            )
            assert found >= set(ids[meets].tolist())
            assert len(found) <= meets.sum() + 2


def test_boxes_of_the_index_hold_the_shapes() -> None:
    """Single precision rounds outward: a box is never smaller than its shape."""
    box = np.array([[400_000.123, 300_000.456, 400_000.124, 300_000.457]])
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE shapes USING rtree(id, minx, maxx, miny, maxy)")
        packed_index.fill(database, "shapes", np.array([1]), box)
        ((west, east, south, north),) = database.execute("SELECT minx, maxx, miny, maxy FROM shapes")
    assert west <= box[0, 0] and east >= box[0, 2] and south <= box[0, 1] and north >= box[0, 3]


def test_rows_can_be_added_and_removed_afterwards() -> None:
    """SQLite goes on with the index as with its own."""
    boxes = np.repeat(np.arange(3_000.0)[:, None], 4, axis=1)
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE shapes USING rtree(id, minx, maxx, miny, maxy)")
        packed_index.fill(database, "shapes", np.arange(3_000), boxes)
        database.executemany("DELETE FROM shapes WHERE id = ?", [(one,) for one in range(0, 3_000, 2)])
        database.executemany(
            "INSERT INTO shapes VALUES (?, 7, 7, 7, 7)", [(one,) for one in range(5_000, 6_000)]
        )
        assert database.execute("SELECT rtreecheck('shapes')").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM shapes").fetchone() == (2_500,)
