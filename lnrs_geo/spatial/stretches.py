"""Stretches of a line, one after another, each with the key of the land that has it."""

from collections.abc import Mapping
from dataclasses import dataclass

Key = tuple[int, int]  # (code, zone)

SHORTEST_PIECE_M = 0.1
SAME_LENGTH_M = 1e-3
# A stretch this short is the crossing of an edge as wide as `ON_EDGE_M`, at a slant.
CROSSING_M = 1e-3


@dataclass(slots=True)
class Stretch:
    """A stretch of a line, from `start` to `end` metres along it."""

    start: float
    end: float
    key: Key
    wanders: bool = False

    @property
    def length(self) -> float:
        """Its length in metres."""
        return self.end - self.start


def merged(stretches: list[Stretch]) -> list[Stretch]:
    """Join neighbours of one key."""
    joined: list[Stretch] = []
    for one in stretches:
        if joined and joined[-1].key == one.key:
            joined[-1] = Stretch(joined[-1].start, one.end, one.key, joined[-1].wanders or one.wanders)
        else:
            joined.append(one)
    return joined


def forget_crossings(stretches: list[Stretch]) -> None:
    """Give the moment in which a line crosses a widened edge to what came before (or comes after)."""
    while len(stretches) > 1:
        at = next((i for i, one in enumerate(stretches) if one.length < CROSSING_M), None)
        if at is None:
            return
        stretches[at].key = stretches[at - 1 if at else 1].key
        stretches[:] = merged(stretches)


def give_away_short(stretches: list[Stretch], *, gaps_alone: bool = False) -> list[float]:
    """Give each stretch under 0.1 m to its longer neighbour, the shortest first; or only those between two keys."""
    given_away = []
    while len(stretches) > 1:
        short = [
            at
            for at, one in enumerate(stretches)
            if one.length < SHORTEST_PIECE_M
            and not (gaps_alone and len({other.key for other in stretches[max(at - 1, 0) : at + 2]}) < 3)
        ]
        if not short:
            break
        at = min(short, key=lambda i: (round(stretches[i].length, 3), stretches[i].key))
        beside = [stretches[i] for i in (at - 1, at + 1) if 0 <= i < len(stretches)]
        stretches[at].key = longer({one.key: one.length for one in beside})
        given_away.append(stretches[at].length)
        stretches[:] = merged(stretches)
    return given_away


def longer(lengths: Mapping[Key, float]) -> Key:
    """Return the key of the greater length: of equal ones, to a millimetre, the weakest.

    The width of an edge is no reason to be longer, and is met earlier or later as the line was drawn.
    """
    most = max(lengths.values())
    return min((key for key, length in lengths.items() if most - length < SAME_LENGTH_M), key=weakest)


def weakest(key: Key) -> Key:
    """Sort keys for a tie: the higher code first, then the lower zone, whichever way the line was drawn."""
    return -key[0], key[1]
