"""A crosswalk answers for one measure and one proposal as the rules rank its rows."""

from collections.abc import Mapping
from datetime import date

import pytest

from lnrs_geo.model import Intervention, Module
from lnrs_geo.multiplier.consistency import Answer, Crosswalk, Proposal

MEADOW, BROAD = "Grassland - Lowland meadows", "Grassland"
PROPOSAL = Proposal(Module.AREA, MEADOW, BROAD, Intervention.CREATE)
HEDGE = Proposal(Module.HEDGEROW, "Native hedgerow", "Hedgerow", Intervention.CREATE)
UNSIGNED = {"status": "confirmed", "reviewer_role": "", "reviewed_on": ""}
COMPLETE = {"habitat": "", "complete": "yes", "verdict": ""}

NOTHING = {"habitat": "", "module": "", "verdict": "", "intervention": "", "status": "proposed"}

Told = Mapping[str, str]


def book(*rows: Told, accept_proposed: bool = False) -> Crosswalk:
    """Make a crosswalk of measure M1; a row is a published yes to the meadow unless it says otherwise."""
    usual = {"measure_id": "M1", "module": "area", "habitat": MEADOW, "intervention": "either",
             "verdict": "yes", "status": "published", "source": "p. 3", "reviewer_role": "ecologist",
             "reviewed_on": "2026-01-01"}  # fmt: skip
    rows_given = [{**usual, **row} for row in rows]
    return Crosswalk.from_rows(rows_given, where="crosswalk.csv", accept_proposed=accept_proposed)


CASES: list[tuple[str, list[Told], Answer]] = [
    ("published yes", [{}], Answer.YES),
    ("confirmed yes", [{"status": "confirmed"}], Answer.YES),
    ("published no", [{"verdict": "no"}], Answer.NO),
    ("condition", [{"verdict": "conditional"}], Answer.OPEN),
    ("proposed yes", [{"status": "proposed"}], Answer.OPEN),
    ("proposed no", [{"status": "proposed", "verdict": "no"}], Answer.OPEN),
    ("no row", [{"habitat": "Grassland - Bracken"}], Answer.OPEN),
    ("no row of this measure", [{"measure_id": "M2"}], Answer.OPEN),
    # rank before specificity
    (
        "broad published no over exact proposed yes",
        [{"habitat": "Grassland - *", "verdict": "no"}, {"status": "proposed"}],
        Answer.NO,
    ),
    (
        "'*' confirmed yes over exact proposed no",
        [{"habitat": "*", "status": "confirmed"}, {"status": "proposed", "verdict": "no"}],
        Answer.YES,
    ),
    # specificity within a rank
    ("exact over broad", [{"habitat": "Grassland - *", "verdict": "no"}, {}], Answer.YES),
    (
        "broad over all",
        [{"habitat": "*"}, {"habitat": "Grassland - *", "verdict": "conditional"}],
        Answer.OPEN,
    ),
    (
        "exact confirmed over broad published",
        [{"habitat": "Grassland - *"}, {"status": "confirmed", "verdict": "no"}],
        Answer.NO,
    ),
    ("another broad type", [{"habitat": "Heathland and shrub - *"}], Answer.OPEN),
    # equal specificity
    ("contradiction", [{}, {"verdict": "no"}], Answer.OPEN),
    ("contradiction across ranks", [{}, {"status": "confirmed", "verdict": "no"}], Answer.OPEN),
    ("yes and condition contradict", [{}, {"verdict": "conditional"}], Answer.OPEN),
    ("same verdict twice", [{}, {"status": "confirmed"}], Answer.YES),
    (
        "contradiction below the decisive row",
        [{"habitat": "*"}, {"habitat": "*", "verdict": "conditional"}, {}],
        Answer.YES,
    ),
    # not eligible
    ("excluded by row", [{"habitat": "*", "verdict": "no"}, {}], Answer.NOT_ELIGIBLE),
    ("excluded for every module", [{"habitat": "*", "verdict": "no", "module": ""}, {}], Answer.NOT_ELIGIBLE),
    ("exclusion only proposed", [{"habitat": "*", "verdict": "no", "status": "proposed"}, {}], Answer.YES),
    ("exclusion of hedgerows", [{"habitat": "*", "verdict": "no", "module": "hedgerow"}, {}], Answer.YES),
    (
        "exclusion of enhancement",
        [{"habitat": "*", "verdict": "no", "intervention": "enhance"}, {}],
        Answer.YES,
    ),
    # complete lists
    ("complete without it", [COMPLETE], Answer.NOT_LISTED),
    ("complete with it", [COMPLETE, {}], Answer.YES),
    ("complete by confirmation", [{**COMPLETE, "status": "confirmed"}], Answer.NOT_LISTED),
    ("complete only proposed", [{**COMPLETE, "status": "proposed"}], Answer.OPEN),
    ("complete for hedgerows", [{**COMPLETE, "module": "hedgerow"}], Answer.OPEN),
    ("complete, with a proposed row for it", [COMPLETE, {"status": "proposed"}], Answer.OPEN),
    ("complete, other intervention only", [COMPLETE, {"intervention": "enhance"}], Answer.NOT_LISTED),
    ("a habitat's own row that repeats complete", [{"complete": "yes", "verdict": "no"}], Answer.NO),
    # intervention and module
    ("other intervention", [{"intervention": "enhance"}], Answer.OPEN),
    ("own intervention", [{"intervention": "create"}], Answer.YES),
    ("intervention left blank", [{"intervention": ""}], Answer.YES),
    (
        "own intervention over the other",
        [{"intervention": "enhance", "verdict": "no"}, {"intervention": "create"}],
        Answer.YES,
    ),
    ("a row for hedgerows", [{"habitat": "*", "module": "hedgerow"}], Answer.OPEN),
    # rows that nobody signed count as proposed
    ("published without a source", [{"source": ""}], Answer.YES),
    ("published no without a source", [{"source": "", "verdict": "no"}], Answer.NO),
    ("confirmed without a role", [{"status": "confirmed", "reviewer_role": ""}], Answer.OPEN),
    ("confirmed without a date", [{"status": "confirmed", "reviewed_on": ""}], Answer.OPEN),
    ("confirmed on no certain day", [{"status": "confirmed", "reviewed_on": "01/09/2026"}], Answer.OPEN),
    ("unsigned exact no under a broad yes", [{**UNSIGNED, "verdict": "no"}, {"habitat": "*"}], Answer.YES),
    ("unsigned exclusion", [{**UNSIGNED, "habitat": "*", "verdict": "no"}, {}], Answer.YES),
    ("unsigned complete list", [{**COMPLETE, **UNSIGNED}], Answer.OPEN),
    # what a draft leaves where it recognised nothing
    ("nothing recognised", [NOTHING], Answer.OPEN),
    ("nothing recognised, later confirmed", [NOTHING, {"status": "confirmed"}], Answer.YES),
    ("nothing recognised beside a complete list", [NOTHING, COMPLETE], Answer.NOT_LISTED),
]


@pytest.mark.parametrize(("rows", "answer"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_answer(rows: list[Told], answer: Answer) -> None:
    """The rows of a measure give the answer that the rules rank first, in whatever order they stand."""
    assert book(*rows).verdict("M1", PROPOSAL).answer is answer
    assert book(*rows[::-1]).verdict("M1", PROPOSAL).answer is answer


def test_layer_flag_beats_every_row() -> None:
    """A measure that the layer flags is not eligible; a flag of yes, or none, changes nothing."""
    verdict = book({}).verdict("M1", PROPOSAL, eligible="no")
    assert (verdict.answer, verdict.status) == (Answer.NOT_ELIGIBLE, "layer")
    for flag in ("yes", ""):
        assert book({}).verdict("M1", PROPOSAL, eligible=flag).answer is Answer.YES


def test_area_rows_do_not_serve_hedgerows() -> None:
    """A hedgerow needs a row of its own module, be the area's row ever so wide."""
    assert book({"habitat": "*"}).verdict("M1", HEDGE).answer is Answer.OPEN
    assert book({"habitat": "Hedgerow - *", "module": "hedgerow"}).verdict("M1", HEDGE).answer is Answer.YES


@pytest.mark.parametrize("status", ["published", "proposed"])
def test_contradiction_is_marked_and_named(status: str) -> None:
    """Rows that contradict each other are named by their lines, so that an issue can be raised."""
    verdict = book({"status": status}, {"status": status, "verdict": "no"}).verdict("M1", PROPOSAL)
    assert verdict.contradiction
    assert "lines 2, 3" in verdict.reason
    assert not book({}).verdict("M1", PROPOSAL).contradiction


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([{"verdict": "conditional", "condition_note": "on lime"}], "on lime"),
        ([{"verdict": "conditional"}], "not stated"),
        ([{"status": "proposed"}], "only proposed"),
        ([{"intervention": "enhance"}], "covers only 'enhance'"),
        ([], "no row"),
        (
            [UNSIGNED],
            "is confirmed, but it has no reviewer_role and no reviewed_on, so it counts as only proposed",
        ),
        ([NOTHING], "nothing in the words of this measure was recognised"),
        ([COMPLETE], "not among the habitats listed for this measure"),
    ],
)
def test_reason_says_what_is_missing(rows: list[Told], text: str) -> None:
    """Whoever must settle an answer reads what it lacks."""
    assert text in book(*rows).verdict("M1", PROPOSAL).reason


def test_source_names_role_and_date() -> None:
    """A verdict says on whose word it rests."""
    row = {
        "status": "confirmed",
        "reviewer_role": "county ecologist",
        "reviewed_on": "2026-10-01",
        "source": "p. 4",
    }
    verdict = book(row).verdict("M1", PROPOSAL)
    assert verdict.status == "confirmed"
    for text in ("confirmed", "county ecologist", "2026-10-01", "p. 4"):
        assert text in verdict.source


UNREADABLE = {"habitat": "Grassland - Flowery medow land"}


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([UNREADABLE, COMPLETE], Answer.OPEN),
        ([{**UNREADABLE, "module": "Area"}, COMPLETE], Answer.OPEN),
        ([UNREADABLE, {"habitat": "Grassland - *", "verdict": "no"}], Answer.OPEN),
        ([UNREADABLE, {"habitat": "*"}], Answer.OPEN),
        ([UNREADABLE, {}], Answer.YES),
        ([UNREADABLE, {"verdict": "no"}], Answer.NO),
        ([UNREADABLE, {"habitat": "*", "verdict": "no"}], Answer.NOT_ELIGIBLE),
        ([{**UNREADABLE, "measure_id": "M2"}, COMPLETE], Answer.NOT_LISTED),
        ([{**UNREADABLE, "module": "hedgerow"}, COMPLETE], Answer.NOT_LISTED),
        # what is only proposed, or signed by nobody, never decides over a wider row
        ([{**UNREADABLE, "status": "proposed"}, {"habitat": "Grassland - *"}], Answer.YES),
        ([{**UNREADABLE, **UNSIGNED}, {"habitat": "Grassland - *"}], Answer.YES),
        ([{**UNREADABLE, "status": "proposed"}, {"habitat": "*", "status": "confirmed"}], Answer.YES),
        # but a proposed row for the habitat holds a complete list open, so one that may be meant for it does
        ([{**UNREADABLE, "status": "proposed"}, COMPLETE], Answer.OPEN),
    ],
)
def test_unreadable_habitat_keeps_its_measure_open(rows: list[Told], answer: Answer) -> None:
    """A row nobody can read might decide, so only a row for the habitat itself, or an exclusion, stands."""
    assert book(*rows).verdict("M1", PROPOSAL).answer is answer


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([{}], Answer.YES),
        ([{"intervention": "create"}], Answer.OPEN),
        ([{"intervention": "create"}, {"intervention": "enhance"}], Answer.YES),
        ([{"intervention": "create"}, {"intervention": "enhance", "verdict": "no"}], Answer.OPEN),
        ([{"verdict": "no"}], Answer.NO),
        ([COMPLETE], Answer.NOT_LISTED),
    ],
)
def test_either_intervention(rows: list[Told], answer: Answer) -> None:
    """Both interventions tried: the same answer stands, different ones leave it open."""
    assert book(*rows).verdict("M1", Proposal(Module.AREA, MEADOW, BROAD, None)).answer is answer


@pytest.mark.parametrize(
    ("rows", "habitats"),
    [
        ([{}, {"habitat": "Grassland - *"}], [MEADOW, "Grassland - *"]),
        ([{}, {"habitat": "*", "verdict": "no"}], []),
        ([{}, {"verdict": "no"}], []),
        (
            [{"intervention": "create"}, {"habitat": "*", "verdict": "no", "intervention": "enhance"}],
            [MEADOW],
        ),
        ([{"status": "proposed"}, {"verdict": "conditional", "habitat": "Grassland - Bracken"}], []),
        ([{"module": "hedgerow", "habitat": "Native hedgerow"}], []),
        ([{**COMPLETE, "verdict": "yes"}], []),
    ],
)
def test_what_would_be_consistent(rows: list[Told], habitats: list[str]) -> None:
    """Only rows that really make something High are offered as what would be High."""
    crosswalk = book(*rows)
    for _ in range(2):
        assert [row.habitat for row in crosswalk.consistent_with("M1", Module.AREA)] == habitats


def test_what_would_be_consistent_names_its_exceptions() -> None:
    """A row for a whole broad type is told with the habitats that finer rows except from it."""
    rows = [
        {"measure_id": "M", "module": "area", "habitat": habitat, "intervention": "either", "verdict": verdict,
         "status": "confirmed", "reviewer_role": "ecologist", "reviewed_on": "2026-01-01"}
        for habitat, verdict in (
            ("Grassland - *", "yes"),
            ("Grassland - Modified grassland", "no"),
            ("Grassland - Bracken", "conditional"),
            ("Urban - Allotments", "no"),
        )
    ]  # fmt: skip
    book = Crosswalk.from_rows(rows, where="crosswalk.csv")
    assert book.consistent_words("M", Module.AREA) == (
        "Grassland - * (either) but not Grassland - Modified grassland, Grassland - Bracken",
    )


PROPOSED = {"status": "proposed", "source": "a draft", "reviewer_role": "", "reviewed_on": ""}
ACCEPTED: list[tuple[str, list[Told], Answer]] = [
    ("proposed yes", [PROPOSED], Answer.YES),
    ("proposed no", [{**PROPOSED, "verdict": "no"}], Answer.NO),
    ("proposed condition", [{**PROPOSED, "verdict": "conditional"}], Answer.OPEN),
    ("proposed exclusion", [{**PROPOSED, "habitat": "*", "verdict": "no"}, PROPOSED], Answer.NOT_ELIGIBLE),
    (
        "proposed exclusion of every module",
        [{**PROPOSED, "habitat": "*", "verdict": "no", "module": ""}],
        Answer.NOT_ELIGIBLE,
    ),
    ("exact over broad", [{**PROPOSED, "habitat": "Grassland - *", "verdict": "no"}, PROPOSED], Answer.YES),
    ("contradiction", [PROPOSED, {**PROPOSED, "verdict": "no"}], Answer.OPEN),
    (
        "confirmed broad no over proposed exact yes",
        [PROPOSED, {"habitat": "*", "verdict": "no"}],
        Answer.NOT_ELIGIBLE,
    ),
    (
        "published broad yes over proposed exact no",
        [{**PROPOSED, "verdict": "no"}, {"habitat": "*"}],
        Answer.YES,
    ),
    (
        "published condition over proposed yes",
        [PROPOSED, {"habitat": "*", "verdict": "conditional"}],
        Answer.OPEN,
    ),
    ("proposed yes beside a complete list", [PROPOSED, COMPLETE], Answer.YES),
    ("proposed complete list", [{**COMPLETE, "status": "proposed"}], Answer.OPEN),
    ("nothing recognised", [NOTHING], Answer.OPEN),
    ("unsigned yes", [UNSIGNED], Answer.YES),
    ("other intervention", [{**PROPOSED, "intervention": "enhance"}], Answer.OPEN),
    (
        "broad yes and a row that cannot be read",
        [{**PROPOSED, "habitat": "*"}, {**UNREADABLE, **PROPOSED}],
        Answer.OPEN,
    ),
]


@pytest.mark.parametrize(
    ("rows", "answer"), [case[1:] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED]
)
def test_accepted_proposals_decide_where_nobody_else_has(rows: list[Told], answer: Answer) -> None:
    """For a draft, proposed rows decide as confirmed ones would, but never against what a person said."""
    assert book(*rows, accept_proposed=True).verdict("M1", PROPOSAL).answer is answer
    assert book(*rows[::-1], accept_proposed=True).verdict("M1", PROPOSAL).answer is answer


def test_accepted_proposal_says_that_it_is_only_one() -> None:
    """Whoever reads the answer sees that nobody stands behind it."""
    verdict = book(PROPOSED, accept_proposed=True).verdict("M1", PROPOSAL)
    assert (verdict.answer, verdict.status) == (Answer.YES, "proposed")
    assert verdict.source == "only proposed, accepted for a draft (proposed: a draft)"
    firm = book(PROPOSED, {}, accept_proposed=True).verdict("M1", PROPOSAL)
    assert (firm.answer, firm.status, firm.source) == (
        Answer.YES,
        "published",
        "published by the ecologist on 2026-01-01: p. 3",
    )


def test_what_would_be_consistent_tells_accepted_proposals_apart() -> None:
    """A list for a draft names the proposals with what they are, and not those that a person overruled."""
    rows: list[Told] = [
        {"habitat": "Grassland - *"},
        {**PROPOSED, "habitat": "Urban - *"},
        {**PROPOSED, "habitat": "Urban - Allotments", "verdict": "no"},
        {"habitat": "Cropland - *", "verdict": "no"},
        {**PROPOSED, "habitat": "Cropland - *"},
        NOTHING | {"module": "area"},
    ]
    assert book(*rows, accept_proposed=True).consistent_words("M1", Module.AREA) == (
        "Grassland - * (either)",
        "Urban - * (either, only proposed) but not Urban - Allotments",
    )
    assert book(*rows).consistent_words("M1", Module.AREA) == ("Grassland - * (either)",)


def test_what_decides_nothing_is_no_exception() -> None:
    """A proposal excepts nothing from what a person said, and a complete list names no habitat."""
    rows: list[Told] = [
        {"habitat": "*"},
        COMPLETE,
        {**PROPOSED, "habitat": "Grassland - Bracken", "verdict": "no"},
    ]
    assert book(*rows).consistent_words("M1", Module.AREA) == ("* (either)",)


def test_a_day_after_the_assessment_signs_nothing() -> None:
    """On the assessment date nobody can have reviewed a row tomorrow."""
    row = {"measure_id": "M1", "module": "area", "habitat": MEADOW, "intervention": "either", "verdict": "yes",
           "status": "confirmed", "reviewer_role": "ecologist", "reviewed_on": "2026-06-02"}  # fmt: skip
    answers = [
        Crosswalk.from_rows([row], where="crosswalk.csv", as_at=date(2026, 6, day))
        .verdict("M1", PROPOSAL)
        .answer
        for day in (1, 2)
    ]
    assert answers == [Answer.OPEN, Answer.YES]
