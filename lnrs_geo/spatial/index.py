"""The one wrapper of the spatial index: boxes in, pairs of row numbers out.

rtree guesses the meaning of its arguments from their types; nothing else in the program talks to it.
"""

import numpy as np
import numpy.typing as npt
from rtree.index import Index

Rows = npt.NDArray[np.int64]
Boxes = npt.NDArray[np.float64]

# So few are compared at once, faster than an index is built.
FEW_PAIRS = 1000


def candidate_pairs(left_boxes: Boxes, right_boxes: Boxes, *, margin_m: float = 0.0) -> tuple[Rows, Rows]:
    """Find which boxes of one set meet which boxes of the other.

    Parameters
    ----------
    left_boxes, right_boxes
        Arrays of shape (n, 4) and (m, 4): xmin, ymin, xmax, ymax in metres. A row of NaN (an empty
        or absent geometry) meets nothing.
    margin_m
        Widens every left box on all sides before the test.

    Returns
    -------
    Two arrays of equal length: row numbers on the left and on the right, sorted by left, then right.

    Examples
    --------
    >>> a = np.array([[0.0, 0.0, 1.0, 1.0], [9.0, 9.0, 10.0, 10.0]])
    >>> b = np.array([[1.0, 1.0, 2.0, 2.0], [5.0, 5.0, 6.0, 6.0]])
    >>> [rows.tolist() for rows in candidate_pairs(a, b)]
    [[0], [0]]
    """
    empty = np.empty(0, dtype=np.int64)
    left_rows = np.flatnonzero(~np.isnan(left_boxes).any(axis=1))
    right_rows = np.flatnonzero(~np.isnan(right_boxes).any(axis=1))
    if not len(left_rows) or not len(right_rows):
        return empty, empty
    boxes, queries = right_boxes[right_rows], left_boxes[left_rows]
    if len(boxes) * len(queries) <= FEW_PAIRS:
        low, high = queries[:, None, :2] - margin_m, queries[:, None, 2:] + margin_m
        hit = ((boxes[None, :, :2] <= high) & (boxes[None, :, 2:] >= low)).all(axis=2)
        left, right = np.nonzero(hit)
        return left_rows[left], right_rows[right]
    # np.ascontiguousarray: the array interface of rtree reads the memory as it lies
    index = Index(
        (
            np.arange(len(boxes), dtype=np.int64),
            np.ascontiguousarray(boxes[:, :2]),
            np.ascontiguousarray(boxes[:, 2:]),
        )
    )
    hits, counts = index.intersection_v(  # type: ignore[no-untyped-call]
        np.ascontiguousarray(queries[:, :2] - margin_m), np.ascontiguousarray(queries[:, 2:] + margin_m)
    )
    left = np.repeat(left_rows, counts.astype(np.int64))
    right = right_rows[hits.astype(np.int64)]
    order = np.lexsort((right, left))
    return left[order], right[order]
