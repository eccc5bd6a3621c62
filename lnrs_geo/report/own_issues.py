"""Which issues are a parcel's own: they name it by its reference, which others may have as well."""

from collections.abc import Iterable, Mapping, Sequence

from lnrs_geo.columns import INPUT_PREFIX
from lnrs_geo.report.facts import Row

Key = tuple[str, str]  # source and src_fid

# These name a feature by its id, since its reference is what is wrong with it
BY_ID = frozenset({"duplicate-reference"})


def own_issues(
    issues: Iterable[Row], firsts: Iterable[Row], cells: Mapping[Key, Sequence[Row]]
) -> dict[Key, tuple[Row, ...]]:
    """Return the issues of each feature, in their order.

    Where several features have the reference that an issue names, it is the issue of those in whose cells
    the value stands that it quotes. Where that does not tell, each of them has it, and it says so.

    Parameters
    ----------
    issues
        Rows of `issues`.
    firsts
        A row of `parts` for each feature.
    cells
        The rows of `parcels` of each feature.
    """
    refs: dict[tuple[str, str, str], list[Key]] = {}
    ids: dict[tuple[str, str, str], list[Key]] = {}
    for one in firsts:
        dataset, _, layer = one["source"].rpartition("|")
        for at in dict.fromkeys(("", layer)):  # some issues name no layer
            refs.setdefault((dataset, at, one["parcel_ref"]), []).append((one["source"], one["src_fid"]))
            ids.setdefault((dataset, at, one["src_fid"]), []).append((one["source"], one["src_fid"]))
    found: dict[Key, list[Row]] = {}
    for issue in issues:
        if not issue["feature"]:
            continue
        place = (issue["dataset"], issue["layer"], issue["feature"])
        owners: Sequence[Key] = (ids if issue["code"] in BY_ID else refs).get(place, ())
        if len(owners) > 1:
            owners = [one for one in owners if _holds(cells.get(one, ()), issue["value"])] or owners
        said = issue
        if len(owners) > 1:
            said = {**issue, "message": f"One of the parcels called {issue['feature']}: {issue['message']}"}
        for owner in owners:
            found.setdefault(owner, []).append(said)
    return {owner: tuple(rows) for owner, rows in found.items()}


def _holds(rows: Iterable[Row], value: str) -> bool:
    """Tell whether a value stands in the input's own columns of a feature."""
    return bool(value) and any(
        name.startswith(INPUT_PREFIX) and str(cell) == value for row in rows for name, cell in row.items()
    )
