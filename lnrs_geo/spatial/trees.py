"""Individual trees of the templates: which habitat a tree counts as, and how many it stands for.

The templates give a tree's size, its type and whether it is rural or urban, never the metric's
habitat name. A tree that is not there yet has N/A in its baseline columns.
"""

from collections.abc import Mapping, Sequence

from lnrs_geo.spatial.ledger import Ledger
from lnrs_geo.spatial.values import folded, is_due

URBAN, RURAL = "Individual trees - Urban tree", "Individual trees - Rural tree"
NO_TREE = "N/A"

_PLACES = {"urban": URBAN, "urbantree": URBAN, "rural": RURAL, "ruraltree": RURAL}


def tree_habitat(size: str, kind: str, place: str, *, expected: bool) -> tuple[str, bool]:
    """Return the metric's habitat of a tree at one stage, and whether its place was assumed.

    Parameters
    ----------
    size, kind, place
        The template's cells for that stage, cleaned: tree size, tree type, rural or urban.
    expected
        Whether a tree must stand there although all three cells are blank.

    Examples
    --------
    >>> tree_habitat("Medium", "Street tree", "Rural", expected=True)
    ('Individual trees - Rural tree', False)
    >>> tree_habitat("N/A", "N/A", "", expected=True)
    ('N/A', False)
    """
    said = next((cell for cell in (size, kind, place) if cell), None)
    if said is None and not expected:
        return "", False
    if said is not None and not is_due(said):
        return NO_TREE, False
    for cell in (place, kind):
        if folded(cell) in _PLACES:
            return _PLACES[folded(cell)], False
    return URBAN, True


def tree_habitats(
    cells: Mapping[str, Sequence[str]], *, features: Sequence[str], retention: Sequence[str], ledger: Ledger
) -> tuple[list[str], list[str]]:
    """Return the baseline and the proposed habitat of every tree of a template layer.

    Parameters
    ----------
    cells
        `baseline_tree_size`, `baseline_tree_type`, `baseline_tree_place` and the same proposed,
        each as long as the layer; "" where blank.
    features, retention
        Reference and retention category of each row.
    ledger
        Takes a `tree-type-assumed` for each stage of a row where urban had to be assumed.
    """
    result: dict[str, list[str]] = {"baseline": [], "proposed": []}
    for stage, habitats in result.items():
        columns = [cells[f"{stage}_tree_{what}"] for what in ("size", "type", "place")]
        assumed = []
        for row, (size, kind, place) in enumerate(zip(*columns, strict=True)):
            # A tree of an existing row stands there today; a proposal nobody wrote is none
            expected = stage == "baseline" and retention[row].casefold() != "created"
            habitat, was_assumed = tree_habitat(size, kind, place, expected=expected)
            habitats.append(habitat or (NO_TREE if stage == "baseline" else ""))
            if was_assumed:
                assumed.append(features[row])
        ledger.add_rows(
            "tree-type-assumed",
            f"The {stage} tree is said to be neither rural nor urban: Urban tree assumed",
            features=assumed,
            field=f"{stage}_habitat",
            at_once=len(assumed) > 1 and not any(columns[2]),
        )
    return result["baseline"], result["proposed"]


def tree_counts(counts: Sequence[float], *, features: Sequence[str], is_tree: Sequence[bool],
                ledger: Ledger, has_column: bool) -> list[float]:  # fmt: skip
    """Return how many trees each point stands for: 1, with an issue, where that is not said."""
    # NaN is not above zero either
    assumed = [row for row, count in enumerate(counts) if is_tree[row] and not count > 0]
    ledger.add_rows(
        "tree-count-assumed",
        "How many trees the point stands for is not said: 1 assumed",
        features=[features[row] for row in assumed],
        field="count",
        at_once=not has_column,
    )
    filled = list(counts)
    for row in assumed:
        filled[row] = 1.0
    return filled
