"""What every page and map of a report must say besides what the run says of itself."""

from collections.abc import Iterable, Mapping
from typing import Any

OTHER_LNRS = "lnrs-id-mismatch"


def notices(said: str, issues: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the notices of a run: its own, and that the map may be of another LNRS.

    Parameters
    ----------
    said
        The notice of the run; may be empty.
    issues
        Rows of `issues`.

    Examples
    --------
    >>> notices("", [{"code": "lnrs-id-mismatch", "message": "3 rows are of LNRS 9, the strategy is 7."}])
    ('The map may be that of another LNRS: 3 rows are of LNRS 9, the strategy is 7.',)
    """
    doubts = (
        f"The map may be that of another LNRS: {one['message']}"
        for one in issues
        if one["code"] == OTHER_LNRS
    )
    return tuple(dict.fromkeys(one for one in (said, *doubts) if one))
