"""A retention category stands for the stages that the rules give it."""

import pytest

from lnrs_geo.issues import kinds
from lnrs_geo.model import Intervention, Retention, Stage
from lnrs_geo.multiplier.retention import RawRow, StageRow, read_category, stages

GRASS = "Grassland - Modified grassland"
NEUTRAL = "Grassland - Other neutral grassland"
SCRUB = "Heathland and shrub - Mixed scrub"
HEDGE = "Native hedgerow"
RICH = "Species-rich native hedgerow"
UNCLEAR = "unclear-retention"
MISSING = "no-proposed-habitat"


def short(rows: tuple[StageRow, ...]) -> list[str]:
    """Write stage rows as `stage retention intervention habitat problem issues`, one line each."""
    return [
        " | ".join(
            (
                row.stage,
                row.retention or "-",
                row.intervention or "-",
                row.habitat_text or "-",
                row.problem or "-",
                ",".join(remark.code for remark in row.issues) or "-",
            )
        )
        for row in rows
    ]


# module, retention, baseline, proposed -> stage | retention | intervention | habitat | problem | issues
OLDER = [
    # Lost: areas with a proposal are also a creation; nothing else is.
    (
        ("area", "Lost", GRASS, SCRUB),
        [
            f"baseline | Lost | - | {GRASS} | - | -",
            f"post | Created | create | {SCRUB} | - | lost-read-as-created",
        ],
    ),
    (("area", "Lost", GRASS, ""), [f"baseline | Lost | - | {GRASS} | - | lost-without-successor"]),
    (("area", "Lost", GRASS, "N/A"), [f"baseline | Lost | - | {GRASS} | - | lost-without-successor"]),
    (("hedgerow", "Lost", HEDGE, RICH), [f"baseline | Lost | - | {HEDGE} | - | -"]),
    (("hedgerow", "Lost", HEDGE, ""), [f"baseline | Lost | - | {HEDGE} | - | -"]),
    (("watercourse", "Lost", "Ditches", "Canals"), ["baseline | Lost | - | Ditches | - | -"]),
    (
        ("tree", "Lost", "Individual trees - Rural tree", "Individual trees - Rural tree"),
        ["baseline | Lost | - | Individual trees - Rural tree | - | -"],
    ),
    # Created: a baseline only where the baseline type is a habitat.
    (
        ("area", "Created", GRASS, SCRUB),
        [f"baseline | Created | - | {GRASS} | - | -", f"post | Created | create | {SCRUB} | - | -"],
    ),
    (("area", "Created", "", SCRUB), [f"post | Created | create | {SCRUB} | - | -"]),
    (("hedgerow", "Created", "To be created", HEDGE), [f"post | Created | create | {HEDGE} | - | -"]),
    (
        ("tree", "Created", "N/A", "Individual trees - Urban tree"),
        ["post | Created | create | Individual trees - Urban tree | - | -"],
    ),
    (
        ("area", "Created", GRASS, ""),
        [
            f"baseline | Created | - | {GRASS} | - | -",
            f"post | Created | create | - | {MISSING} | no-proposed-habitat",
        ],
    ),
    # Enhanced.
    (
        ("area", "Enhanced", GRASS, NEUTRAL),
        [f"baseline | Enhanced | - | {GRASS} | - | -", f"post | Enhanced | enhance | {NEUTRAL} | - | -"],
    ),
    (
        ("area", "Enhanced", GRASS, SCRUB),
        [
            f"baseline | Enhanced | - | {GRASS} | - | -",
            f"post | Enhanced | enhance | {SCRUB} | - | enhanced-broad-change",
        ],
    ),
    (
        ("area", "Enhanced", GRASS, "Null"),
        [
            f"baseline | Enhanced | - | {GRASS} | - | -",
            f"post | Enhanced | enhance | - | {MISSING} | no-proposed-habitat",
        ],
    ),
    (
        ("area", "Enhanced", "", NEUTRAL),
        ["baseline | Enhanced | - | - | - | -", f"post | Enhanced | enhance | {NEUTRAL} | - | -"],
    ),
    # Retained: the baseline's habitat, whatever is proposed.
    (
        ("area", "Retained", GRASS, GRASS.upper()),
        [f"baseline | Retained | - | {GRASS} | - | -", f"post | Retained | - | {GRASS} | - | -"],
    ),
    (
        ("area", "Retained", GRASS, ""),
        [f"baseline | Retained | - | {GRASS} | - | -", f"post | Retained | - | {GRASS} | - | -"],
    ),
    (
        ("area", "Retained", GRASS, SCRUB),
        [
            f"baseline | Retained | - | {GRASS} | - | -",
            f"post | Retained | - | {GRASS} | - | retained-changes-habitat",
        ],
    ),
    (
        ("area", "Retained", "Modified grassland", GRASS),
        [
            "baseline | Retained | - | Modified grassland | - | -",
            "post | Retained | - | Modified grassland | - | -",
        ],
    ),
    (
        ("area", "Retained", "Rough ground", "rough ground"),
        ["baseline | Retained | - | Rough ground | - | -", "post | Retained | - | Rough ground | - | -"],
    ),
    # No category, or none that is known.
    (("area", "", GRASS, ""), [f"baseline | - | - | {GRASS} | - | -"]),
    (("watercourse", "Null", "Ditches", "Null"), ["baseline | - | - | Ditches | - | -"]),
    (("area", "", "", ""), ["baseline | - | - | - | - | -"]),
    (("hedgerow", "", "To be created", ""), ["baseline | - | - | - | - | -"]),
    (
        ("area", "", GRASS, SCRUB),
        [f"baseline | - | - | {GRASS} | - | -", f"post | - | - | {SCRUB} | {UNCLEAR} | retention-missing"],
    ),
    (("area", "", "", SCRUB), [f"post | - | - | {SCRUB} | {UNCLEAR} | retention-missing"]),
    (
        ("area", "Relocated", GRASS, SCRUB),
        [f"baseline | - | - | {GRASS} | - | -", f"post | - | - | {SCRUB} | {UNCLEAR} | retention-unknown"],
    ),
    (("area", "Relocated", "", ""), [f"post | - | - | - | {UNCLEAR} | retention-unknown"]),
]


@pytest.mark.parametrize("template", ["older", "plain"])
@pytest.mark.parametrize(("texts", "expected"), OLDER)
def test_older_template_and_plain_files(
    template: str, texts: tuple[str, str, str, str], expected: list[str]
) -> None:
    """In the older template, and in plain files, one row tells of both stages."""
    module, retention, baseline, proposed = texts
    assert short(stages(RawRow(template, "", module, retention, baseline, proposed))) == expected


NEWER = [
    (("baseline", "", GRASS, ""), f"baseline | - | - | {GRASS} | - | -"),
    (("baseline", "Lost", GRASS, SCRUB), f"baseline | Lost | - | {GRASS} | - | -"),
    (("baseline", "", "", ""), "baseline | - | - | - | - | -"),
    (("post", "Retained", GRASS, ""), f"post | Retained | - | {GRASS} | - | -"),
    (("post", "Retained", GRASS, SCRUB), f"post | Retained | - | {GRASS} | - | retained-changes-habitat"),
    (("post", "Enhanced", GRASS, NEUTRAL), f"post | Enhanced | enhance | {NEUTRAL} | - | -"),
    (("post", "Created", "To be created", SCRUB), f"post | Created | create | {SCRUB} | - | -"),
    (("post", "Created", GRASS, ""), f"post | Created | create | - | {MISSING} | no-proposed-habitat"),
    (("post", "Lost", GRASS, SCRUB), f"post | Lost | - | {SCRUB} | {UNCLEAR} | lost-in-post-table"),
    (("post", "", GRASS, SCRUB), f"post | - | - | {SCRUB} | {UNCLEAR} | retention-missing"),
    (("post", "", "", ""), f"post | - | - | - | {UNCLEAR} | retention-missing"),
    (("post", "Moved", GRASS, SCRUB), f"post | - | - | {SCRUB} | {UNCLEAR} | retention-unknown"),
]


@pytest.mark.parametrize(("texts", "expected"), NEWER)
def test_newer_template(texts: tuple[str, str, str, str], expected: str) -> None:
    """In the newer template each table has its own stage, and a row tells of that one alone."""
    stage, retention, baseline, proposed = texts
    assert short(stages(RawRow("newer", stage, "area", retention, baseline, proposed))) == [expected]


@pytest.mark.parametrize(
    ("intervention", "baseline", "proposed", "expected"),
    [
        (Intervention.CREATE, "", SCRUB, [f"post | Created | create | {SCRUB} | - | -"]),
        (Intervention.ENHANCE, "", SCRUB, [f"post | Enhanced | enhance | {SCRUB} | - | -"]),
        (
            Intervention.ENHANCE,
            GRASS,
            NEUTRAL,
            [f"baseline | Enhanced | - | {GRASS} | - | -", f"post | Enhanced | enhance | {NEUTRAL} | - | -"],
        ),
        (Intervention.CREATE, "", "", [f"post | Created | create | - | {MISSING} | no-proposed-habitat"]),
        (Intervention.CREATE, GRASS, "", [f"baseline | - | - | {GRASS} | - | -"]),
    ],
)
def test_the_users_word_serves_plain_rows(
    intervention: Intervention, baseline: str, proposed: str, expected: list[str]
) -> None:
    """What the user says of the intervention stands for rows of plain files without a category."""
    row = RawRow("plain", "", "area", "", baseline, proposed)
    assert short(stages(row, default_intervention=intervention)) == expected


@pytest.mark.parametrize(
    "row",
    [
        RawRow("plain", "", "area", "Retained", GRASS, SCRUB),
        RawRow("plain", "", "area", "Relocated", "", SCRUB),
        RawRow("older", "", "area", "", "", SCRUB),
        RawRow("newer", "post", "area", "", "", SCRUB),
    ],
)
def test_the_users_word_never_overrules_a_file(row: RawRow) -> None:
    """A category in the file, known or not, and the templates themselves rank above the option."""
    assert stages(row, default_intervention=Intervention.CREATE) == stages(row)


@pytest.mark.parametrize(
    "text", ["Retained", " retained ", "RETAINED", "2. Retained", "2) retained", "1 - Retained"]
)
def test_categories_are_read_with_tolerance(text: str) -> None:
    """Case, blanks and leading numbers of a category do not matter."""
    assert read_category(text) is Retention.RETAINED


@pytest.mark.parametrize("text", ["", "Null", "Retained and enhanced", "2."])
def test_other_words_are_no_category(text: str) -> None:
    """A word that is not one of the four categories is none."""
    assert read_category(text) is None


@pytest.mark.parametrize("template", ["older", "newer", "plain"])
@pytest.mark.parametrize("retention", ["", "Lost", "Created", "Enhanced", "Retained", "Other"])
@pytest.mark.parametrize("baseline", ["", "To be created", GRASS, "unheard of"])
@pytest.mark.parametrize("proposed", ["", SCRUB, "unheard of"])
def test_every_feature_yields_rows_in_order(
    template: str, retention: str, baseline: str, proposed: str
) -> None:
    """Whatever a feature holds it yields one row or more, the baseline first, each stage once."""
    for stage in ("baseline", "post") if template == "newer" else ("",):
        rows = stages(RawRow(template, stage, "area", retention, baseline, proposed))
        assert [row.stage for row in rows] in ([Stage.BASELINE], [Stage.POST], [Stage.BASELINE, Stage.POST])
        for row in rows:
            assert {remark.code for remark in row.issues} <= kinds().keys()
            assert all(remark.message.endswith(".") for remark in row.issues)
            assert row.intervention is None or row.stage is Stage.POST
            settled = row.retention in (Retention.CREATED, Retention.ENHANCED) and row.stage is Stage.POST
            assert (row.intervention is not None) is settled


@pytest.mark.parametrize(
    ("word", "category"),
    [("create", Retention.CREATED), ("Enhancement", Retention.ENHANCED), ("3. Retain", Retention.RETAINED)],
)
def test_plain_words_for_a_category_are_understood(word: str, category: Retention) -> None:
    """What a crosswalk calls create and enhance is no unknown word in a file of parcels."""
    assert read_category(word) is category
