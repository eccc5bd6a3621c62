"""What a retention category means: the stages that one feature of a metric stands for.

One feature may describe the ground before the development (baseline), after it (post), or both,
and the two layouts of the template say so in different ways. `stages` reads the raw texts of a
feature and answers with one row per stage. It decides no significance.
"""

import re
from dataclasses import dataclass

from lnrs_geo.model import Intervention, Module, Retention, Stage
from lnrs_geo.multiplier import habitats

INTERVENTIONS = {Retention.CREATED: Intervention.CREATE, Retention.ENHANCED: Intervention.ENHANCE}
CATEGORIES = {
    Intervention.CREATE: Retention.CREATED,
    Intervention.ENHANCE: Retention.ENHANCED,
}

# What people write for a category where no drop-down holds them to it.
OTHER_WORDS: dict[Retention, tuple[str, ...]] = {
    Retention.RETAINED: ("retain", "retention"),
    Retention.ENHANCED: ("enhance", "enhancement"),
    Retention.CREATED: ("create", "creation"),
    Retention.LOST: (),
}

UNCLEAR_RETENTION = "unclear-retention"
NO_PROPOSED_HABITAT = "no-proposed-habitat"


@dataclass(frozen=True, slots=True)
class RawRow:
    """The texts of one feature, as its file holds them.

    `template` is older, newer or plain; `table_stage` (newer template only) baseline or post,
    for the table the feature stands in; `module` area, hedgerow, watercourse or tree.
    """

    template: str = "plain"
    table_stage: str = ""
    module: str = Module.AREA.value
    retention: str = ""
    baseline_habitat: str = ""
    proposed_habitat: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """An issue to raise about a feature: its code, the field and value concerned, and why."""

    code: str
    field: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """One stage of a feature. `problem` is empty where it can be assessed without a person.

    `habitat_text` is the file's own text for the habitat of that stage, empty where it names none.
    """

    stage: Stage
    retention: Retention | None
    intervention: Intervention | None
    habitat_text: str
    problem: str = ""
    issues: tuple[Remark, ...] = ()


def stages(row: RawRow, *, default_intervention: Intervention | None = None) -> tuple[StageRow, ...]:
    """Tell which stages a feature stands for: before the development, after it, or both.

    Parameters
    ----------
    row
        The raw texts of the feature. Numbered categories ("2. Retained"), case and blanks do not
        matter; N/A, Null and To be created name no habitat.
    default_intervention
        What the user says of plain features that carry no retention category.

    Examples
    --------
    >>> lost = RawRow("older", "", "area", "Lost", "Grassland - Bracken", "Lakes - Reservoirs")
    >>> [(s.stage.value, s.retention.value) for s in stages(lost)]
    [('baseline', 'Lost'), ('post', 'Created')]
    """
    category = read_category(row.retention)
    has_baseline = not habitats.is_blank(row.baseline_habitat)
    has_proposal = not habitats.is_blank(row.proposed_habitat)

    # Newer template: each table has its own stage and says it all.
    if row.table_stage == Stage.BASELINE:
        return (_baseline(row, category),)
    if row.table_stage == Stage.POST:
        return (_post(row, category),)

    # A plain file without categories: the user's own word, of rows that propose something (or
    # hold nothing but the shape). A row with a baseline alone stays a baseline.
    if row.template == "plain" and habitats.is_blank(row.retention) and default_intervention:
        given = CATEGORIES[default_intervention]
        if has_proposal or not has_baseline:
            return (*([_baseline(row, given)] if has_baseline else []), _post(row, given))

    match category:
        case Retention.LOST if row.module == Module.AREA:
            # Lost area with a proposal: a baseline feature and a Created one on the same ground.
            if has_proposal:
                return (_baseline(row, category), _successor(row))
            return (_baseline(row, category, _without_successor(row)),)
        case Retention.LOST:
            # A lost hedgerow, watercourse or tree is baseline only, whatever is proposed.
            return (_baseline(row, category),)
        case Retention.CREATED if not has_baseline:
            return (_post(row, category),)
        case Retention.RETAINED | Retention.ENHANCED | Retention.CREATED:
            return (_baseline(row, category), _post(row, category))

    # No category, or none that is known.
    if habitats.is_blank(row.retention) and not has_proposal:
        return (_baseline(row, None),)
    return (*([_baseline(row, None)] if has_baseline else []), _post(row, None))


def read_category(text: str) -> Retention | None:
    """Read a retention category; None where the text is none of the four.

    Examples
    --------
    >>> read_category("2. retained "), read_category("Relocated")
    (<Retention.RETAINED: 'Retained'>, None)
    """
    word = re.sub(r"^\s*\d+\s*[.):\-\u2013]*\s*", "", text).strip().casefold()
    return next((one for one in Retention if word in (one.value.casefold(), *OTHER_WORDS[one])), None)


def _baseline(row: RawRow, category: Retention | None, *remarks: Remark) -> StageRow:
    return StageRow(Stage.BASELINE, category, None, _habitat(row.baseline_habitat), issues=remarks)


def _post(row: RawRow, category: Retention | None) -> StageRow:
    """Return the post-development row of a feature that is retained, enhanced or created, or unclear."""
    proposed = _habitat(row.proposed_habitat)
    if category is Retention.RETAINED:
        # The habitat of a retained feature is its baseline's, whatever else is proposed.
        return StageRow(
            Stage.POST, category, None, _habitat(row.baseline_habitat), issues=_changed_though_retained(row)
        )
    if category is None or category is Retention.LOST:
        remark = _unclear(row, category)
        return StageRow(Stage.POST, category, None, proposed, UNCLEAR_RETENTION, (remark,))
    if not proposed:
        remark = Remark(
            "no-proposed-habitat",
            "proposed_habitat",
            row.proposed_habitat,
            f"The feature is {category.value} but no habitat is proposed.",
        )
        return StageRow(Stage.POST, category, INTERVENTIONS[category], "", NO_PROPOSED_HABITAT, (remark,))
    remarks = _broad_change(row) if category is Retention.ENHANCED else ()
    return StageRow(Stage.POST, category, INTERVENTIONS[category], proposed, issues=remarks)


def _successor(row: RawRow) -> StageRow:
    """Return what is created on the ground of a lost area habitat."""
    remark = Remark(
        "lost-read-as-created",
        "retention",
        row.retention,
        f"Lost with a proposed habitat: read as creation of {_habitat(row.proposed_habitat)!r} there.",
    )
    created = Retention.CREATED
    return StageRow(
        Stage.POST, created, INTERVENTIONS[created], _habitat(row.proposed_habitat), issues=(remark,)
    )


def _habitat(text: str) -> str:
    return "" if habitats.is_blank(text) else text.strip()


def _without_successor(row: RawRow) -> Remark:
    return Remark(
        "lost-without-successor",
        "proposed_habitat",
        row.proposed_habitat,
        "An area habitat is lost and nothing is proposed in its place.",
    )


def _unclear(row: RawRow, category: Retention | None) -> Remark:
    if category is Retention.LOST:
        message = "A post-intervention table holds a feature that is Lost."
        return Remark("lost-in-post-table", "retention", row.retention, message)
    if habitats.is_blank(row.retention):
        message = "The feature has a post-development stage but no retention category."
        return Remark("retention-missing", "retention", row.retention, message)
    message = f"{row.retention.strip()!r} is no retention category."
    return Remark("retention-unknown", "retention", row.retention, message)


def _changed_though_retained(row: RawRow) -> tuple[Remark, ...]:
    before, after = _habitat(row.baseline_habitat), _habitat(row.proposed_habitat)
    if not before or not after or _same(before, after):
        return ()
    message = f"Retained, yet another habitat is proposed: {before!r} becomes {after!r}."
    return (Remark("retained-changes-habitat", "proposed_habitat", row.proposed_habitat, message),)


def _broad_change(row: RawRow) -> tuple[Remark, ...]:
    before = habitats.find(row.baseline_habitat).habitat
    after = habitats.find(row.proposed_habitat).habitat
    if before is None or after is None or before.broad == after.broad:
        return ()
    message = f"Enhanced, yet the broad habitat changes from {before.broad} to {after.broad}."
    return (Remark("enhanced-broad-change", "proposed_habitat", row.proposed_habitat, message),)


def _same(before: str, after: str) -> bool:
    left, right = habitats.find(before).habitat, habitats.find(after).habitat
    if left is None or right is None:
        return before.casefold() == after.casefold()
    return left == right
