"""What an answer hangs on where nobody gave the dates of an application, in the same words everywhere."""

from collections.abc import Mapping
from typing import Any

# Rules section 5: a baseline is Low for an application made after publication
UNLESS = "unless the relevant date was before publication of the LNRS"


def assumes_dates(run: Mapping[str, Any]) -> bool:
    """Tell from the record of a run whether dates were assumed for it, or for some of its parcels.

    Examples
    --------
    >>> assumes_dates({"assumption": "Dates were given for 1 of 2 parcels. For the others: No dates were given"})
    True
    """
    return "no dates were given" in str(run.get("assumption", "")).casefold()
