"""Which task is next, and for whom, so that a worker stays in one neighbourhood.

The tasks come in an order in which neighbours stand side by side (`walk` makes one). Each worker
has a lane: a run of that order. Whoever has finished takes over the further half of the longest
lane. What a worker has read for one task, a strategy or a square, serves it for the next.
"""

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from lnrs_geo.batch.attempt import Failure

_SIDE = 128  # 10 km squares: the National Grid has 70 by 130, of which 66 rows reach England's border
_SQUARE_M = 10_000


def walk(places: Sequence[tuple[str, float, float]]) -> list[int]:
    """Order places so that each lies near the one before: by LNRS, then along a winding line.

    Parameters
    ----------
    places
        The LNRS (any text that sorts), easting and northing in metres of each place.

    Returns
    -------
    list of int
        Positions in `places`. The line is Hilbert's curve through the squares of 10 km; within a
        square the given order is kept.

    Examples
    --------
    >>> walk([("b", 5_000, 5_000), ("a", 415_000, 375_000), ("a", 15_000, 5_000), ("a", 5_000, 5_000)])
    [3, 2, 1, 0]
    """
    return sorted(range(len(places)), key=lambda at: (places[at][0], _along_curve(*places[at][1:])))


def _along_curve(easting: float, northing: float) -> int:
    """How far along Hilbert's curve the 10 km square of a point lies (D. Hilbert, 1891)."""
    x, y = (min(max(int(metres // _SQUARE_M), 0), _SIDE - 1) for metres in (easting, northing))
    far, half = 0, _SIDE // 2
    while half:
        right, upper = int(x & half > 0), int(y & half > 0)
        far += half * half * ((3 * right) ^ upper)
        x, y = x & (half - 1), y & (half - 1)
        if not upper:  # the lower quarters are passed through turned
            if right:
                x, y = half - 1 - x, half - 1 - y
            x, y = y, x
        half //= 2
    return far


class Lanes:
    """The tasks that wait, one lane for each worker, and how often each was tried.

    Parameters
    ----------
    count
        Number of tasks; they are known by their position in the order.
    names
        The workers that there are. One that joins later takes over from the longest lane.
    retries
        How often a task that failed is tried again.
    """

    def __init__(self, count: int, names: Sequence[Hashable], retries: int) -> None:
        cuts = [count * at // len(names) for at in range(len(names) + 1)]
        self._lanes = {name: deque(range(*cuts[at : at + 2])) for at, name in enumerate(names)}
        self._again: deque[int] = deque()
        self._tries = [0] * count
        self._most = retries + 1

    def __bool__(self) -> bool:
        return bool(self._again) or any(self._lanes.values())

    def take(self, name: Hashable) -> int | None:
        """Give a worker its next task, or none where nothing waits.

        A task that failed comes after all others: what was in its way may have passed by then.
        """
        lane = self._lanes.setdefault(name, deque())
        if not lane:
            longest = max(self._lanes.values(), key=len)
            lane.extendleft(longest.pop() for _ in range((len(longest) + 1) // 2))
        if lane:
            return lane.popleft()
        return self._again.popleft() if self._again else None

    def put_back(self, name: Hashable, index: int) -> None:
        """Return a task that was not begun."""
        self._lanes[name].appendleft(index)

    def settled(self, index: int, answer: Any) -> bool:
        """Whether an answer stands; a failure that may pass goes back among the waiting.

        Parameters
        ----------
        index
            The task.
        answer
            Its outcome or `Failure`.
        """
        self._tries[index] += 1
        if not isinstance(answer, Failure) or answer.lasting or self._tries[index] >= self._most:
            return True
        self._again.append(index)
        return False

    def final(self, index: int, answer: Any) -> Any:
        """The answer as the caller gets it: a failure says how often the task was tried."""
        if isinstance(answer, Failure):
            return replace(answer, tries=max(answer.tries, self._tries[index]))
        return answer
