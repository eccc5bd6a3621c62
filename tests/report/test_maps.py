"""Maps of parcels: what is on the picture, what is said of it, and that nothing breaks them."""

import io
import math
from dataclasses import replace
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from PIL import Image

from lnrs_geo.report.maps import Map, looks, overview_map, overview_maps, parcel_map, sites_map
from lnrs_geo.report.maps.drawing import seen_as
from lnrs_geo.report.maps.furniture import interval_m
from lnrs_geo.report.maps.paper import Paper
from lnrs_geo.report.maps.sheet import licences, window_of
from lnrs_geo.report.maps.window import window_on
from lnrs_geo.styles import Shape
from tests.report import map_world as world

E, N = 434_000.0, 359_000.0
BLUE = looks.look_of("high", Shape.AREA).fill
PALE = looks.look_of("low", Shape.AREA).fill


def pixels(drawn: Map) -> npt.NDArray[np.int_]:
    """Return the picture as an array of colours."""
    return np.asarray(Image.open(io.BytesIO(drawn.png)).convert("RGB")).astype(int)


def amount(drawn: Map, colour: str, *, within: int = 6) -> int:
    """Return how many pixels of the land have a colour; the legend to the right is left out."""
    land = pixels(drawn)[:, : int(drawn.width_px * 0.66)]
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int((np.abs(land - wanted).max(axis=2) <= within).sum())


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give every text that is written on paper."""
    texts: list[str] = []
    write = Paper.text

    def noting(self: Paper, at: tuple[float, float], words: str, **how: Any) -> None:
        texts.append(words)
        write(self, at, words, **how)

    monkeypatch.setattr(Paper, "text", noting)
    return texts


def split_parcel() -> tuple[Any, Any]:
    """Return a parcel that a measure covers in half, and its facts."""
    shapes = world.world(
        [
            world.high(shapely.box(E, N, E + 50, N + 100), part=1, size=0.5),
            world.part(shapely.box(E + 50, N, E + 100, N + 100), part=2, size=0.5),
        ],
        [world.measure(shapely.box(E - 50, N - 50, E + 50, N + 150), relied_on=True)],
        notice="The strategy is a made-up sample.",
    )
    return shapes, world.facts(shapes, matches=(world.match(share=0.5),))


def test_the_picture_shows_high_and_low_where_they_lie() -> None:
    """The western half is drawn in the colour of High, the eastern in that of Low, equally large."""
    drawn = parcel_map(*split_parcel())
    land = pixels(drawn)
    blue, pale = (
        np.argwhere(np.abs(land - [int(colour[at : at + 2], 16) for at in (1, 3, 5)]).max(axis=2) <= 6)
        for colour in (BLUE, PALE)
    )
    on_land = [one[one[:, 1] < drawn.width_px * 0.66] for one in (blue, pale)]
    assert on_land[0][:, 1].mean() < on_land[1][:, 1].mean()
    assert 0.7 < len(on_land[0]) / len(on_land[1]) < 1.1  # lines of the measure take some of the blue


def test_the_labels_and_the_legend_name_what_is_drawn(written: list[str]) -> None:
    """Every part is labelled with number and word; the legend holds what is there and nothing else."""
    parcel_map(*split_parcel())
    assert {"1 High", "2 Low", "W1"} <= set(written)
    told = " ".join(written)
    assert "High (1.15)" in told
    assert "Low (1.0)" in told
    assert "W1 (a High relies on it)" in told
    for absent in ("For review", "Medium", "Retained", "In error", "Other parcels", "only other", "Before"):
        assert absent not in told


def test_round_the_land_stand_notice_licence_scale_north_and_grid(written: list[str]) -> None:
    """A sheet that is torn from its report still says what it is and where."""
    parcel_map(*split_parcel())
    told = " ".join(written)
    assert "The strategy is a made-up sample." in told
    assert (
        "Mapped measures, according to the strategy file: "
        'Sample strategy, "Made up"; edition first; licence: OGL v3.'
    ) in told
    assert "grid north" in told
    assert "50 m" in told
    assert "Centre SK 34050 59050" in told
    assert {"SK 3400 E", "SK 5900 N"} <= set(written)


def test_the_alternative_carries_the_facts_of_the_map() -> None:
    """Who cannot see the picture learns parts with sizes, measures, neighbours, place, extent and north."""
    alt = parcel_map(*split_parcel()).alt
    assert "P1" in alt
    assert "Part 1, 0.5000 ha: High (1.15)." in alt
    assert "Part 2, 0.5000 ha: Low (1.0)." in alt
    assert "W1 (partly inside, 50.0% of the parcel, a High relies on it)" in alt
    assert "SK 34050 59050" in alt
    assert "grid north" in alt
    assert "133 m from west to east" in alt


def test_what_is_for_review_is_never_called_low_or_high_alone(written: list[str]) -> None:
    """Label, legend and alternative of a provisional part all say that a person must look."""
    shapes = world.world([world.review(world.square(E, N, 50))])
    drawn = parcel_map(shapes, world.facts(shapes))
    assert "1 for review" in written
    assert "for review (Low 1.0 until a person has looked; High possible)" in drawn.alt
    assert not {"1 Low", "1 High", "Low (1.0)", "High (1.15)"} & set(written)


def test_parts_with_other_figures_share_no_figure_in_the_legend(written: list[str]) -> None:
    """Where parts for review have different figures, the legend does not give one for both."""
    other = {"alt_sig": "Medium", "alt_mult": 1.1}
    shapes = world.world(
        [
            world.review(world.square(E, N, 50)),
            world.review(world.square(E + 50, N, 50), part=2, **other),
        ]
    )
    parcel_map(shapes, world.facts(shapes))
    assert "no figure is settled" in " ".join(written)


def test_a_retained_part_says_so(written: list[str]) -> None:
    """Retained is drawn in a look of its own, with the value that it takes."""
    shapes = world.world([world.part(world.square(E, N, 50), retention="Retained")])
    drawn = parcel_map(shapes, world.facts(shapes))
    assert "1 Retained, Low" in written
    assert "retained, Low (1.0)" in drawn.alt
    assert amount(drawn, PALE) == 0


def test_the_earlier_outline_shows_only_where_it_differs(written: list[str]) -> None:
    """A parcel that lies as it lay has no second outline; one that was redrawn has."""
    before = {"stage": "baseline", "retention": "Enhanced"}
    land = world.square(E, N, 90)
    same = world.world([world.part(land, **before), world.part(land)])
    other = world.world([world.part(land, **before), world.part(world.square(E + 20, N, 90))])
    assert "lay otherwise" not in parcel_map(same, world.facts(same)).alt
    assert "The parcel as it lay before" not in written
    assert "lay otherwise" in parcel_map(other, world.facts(other)).alt
    assert "The parcel as it lay before" in written


def test_a_parcel_that_only_was_is_drawn_as_it_was(written: list[str]) -> None:
    """What is lost has no part after the development; its baseline is drawn instead."""
    shapes = world.world([world.part(world.square(E, N, 50), stage="baseline", retention="Lost")])
    assert "before the development" in parcel_map(shapes, world.facts(shapes)).alt
    assert "1 before: Low" in written


def test_neighbours_are_named_and_the_others_of_the_land_before_are_not() -> None:
    """Parcels beside it after the development are context; what lay there before is none."""
    shapes = world.world(
        [
            world.part(world.square(E, N, 50)),
            world.part(world.square(E + 50, N, 50), src_fid="2", parcel_ref="P2"),
            world.part(world.square(E, N, 50), src_fid="3", parcel_ref="OLD", stage="baseline"),
        ]
    )
    alt = parcel_map(shapes, world.facts(shapes)).alt
    assert "Other parcels in outline: P2." in alt


@pytest.mark.parametrize(
    ("geometry", "module"),
    [
        (shapely.box(E, N, E + 1, N + 1), "area"),
        (shapely.box(E, N, E + 2000, N + 0.5), "area"),
        (shapely.MultiPoint([(E, N)]), "tree"),
        (shapely.LineString([(E, N), (E + 0.2, N)]), "hedgerow"),
        (shapely.LineString([(E, N), (E + 30_000, N + 200)]), "watercourse"),
        (shapely.box(-500_000, -800_000, -499_000, -799_000), "area"),
    ],
    ids=["1 m2", "sliver", "tree", "20 cm", "30 km", "outside the grid"],
)
def test_the_smallest_and_the_largest_can_be_seen(geometry: Any, module: str) -> None:
    """A square metre, a sliver, a tree and a river of 30 km all show in the colour of High."""
    shapes = world.world([world.high(geometry, module=module)])
    drawn = parcel_map(shapes, world.facts(shapes))
    kind = seen_as(window_of(geometry.bounds).on_paper(geometry))[0][0]
    assert amount(drawn, looks.look_of("high", kind).fill, within=40) > 60


def test_the_same_results_give_the_same_bytes_whatever_a_person_has_set() -> None:
    """The picture depends neither on the run nor on somebody's settings of matplotlib."""
    first = parcel_map(*split_parcel())
    with mpl.rc_context(
        {"font.size": 30, "lines.linewidth": 9, "path.sketch": (9, 9, 9), "text.color": "red"}
    ):
        assert parcel_map(*split_parcel()).png == first.png


def test_the_picture_is_small_and_as_wide_as_promised() -> None:
    """Fifty maps have to fit into one file: 1,500 pixels wide, with a palette."""
    drawn = parcel_map(*split_parcel())
    picture = Image.open(io.BytesIO(drawn.png))
    assert picture.mode == "P"
    assert picture.size == (drawn.width_px, drawn.height_px) == (1500, drawn.height_px)
    assert len(drawn.png) < 120_000


@pytest.mark.parametrize(
    "text", ["$x_1$ $\\frac{$", "a\n\u202eb\x00c", "日本 \U0001f438", "x" * 3000, "", " "]
)
def test_a_text_of_the_input_is_only_ever_read(text: str) -> None:
    """Formulas, control characters, unknown letters and endless names neither break nor change a map."""
    shapes = world.world(
        [world.high(world.square(E, N, 60), parcel_ref=text)],
        [world.measure(world.square(E - 20, N, 60), text, measure=text)],
        notice=text,
    )
    drawn = parcel_map(shapes, world.facts(shapes, matches=(world.match(text),)))
    assert drawn.width_px == 1500
    assert "\n" not in drawn.alt
    assert "\u202e" not in drawn.alt


def test_every_colour_stands_out_from_what_it_lies_on() -> None:
    """Hatches have a contrast of 3 to 1 on their fill, edges on white (WCAG 2.2, 1.4.11)."""
    for key in looks.ORDER:
        for shape in Shape:
            look = looks.look_of(key, shape)
            assert looks.contrast(look.edge, "#ffffff") >= 3, (key, shape)
            if look.hatch:
                assert looks.contrast(look.hatch, look.fill or "#ffffff") >= 3, (key, shape)


def test_kinds_differ_without_colour() -> None:
    """Two kinds of land never share both their grey and their pattern."""
    seen = set()
    for key in looks.ORDER:
        look = looks.look_of(key, Shape.AREA)
        grey = round(looks.contrast(look.fill or "#ffffff", "#000000") / 3)
        seen.add((grey, look.angles if look.hatch else (), bool(look.dash), look.width))
    assert len(seen) == len(looks.ORDER)


@pytest.mark.parametrize("metres", [1, 99, 130, 999, 2_500, 31_000, 400_000])
def test_ticks_are_round_and_neither_few_nor_many(metres: float) -> None:
    """Grid ticks stand at 1, 2 or 5 times a power of ten, 2 to 8 of them."""
    window = window_on((E, N, E + metres, N + metres / 3), (0, 0, 120, 112))
    step = interval_m(window)
    west, _, east, _ = window.bounds_m
    assert step / 10 ** math.floor(math.log10(step) + 1e-9) in (1, 2, 5)
    assert 2 <= (east - west) / step <= 8


def test_licences_of_all_strategies_whose_maps_were_opened() -> None:
    """With several strategies each has its line; one whose map was not opened has none."""
    run = {"strategy.name": "A"}
    for number, name in ((1, "A"), (2, "B"), (10, "C")):
        run |= {f"strategies.{number}.name": name, f"strategies.{number}.opened": str(name != "B").lower()}
        run |= {f"strategies.{number}.measures_source.licence": f"licence {name}"}
    told = "Mapped measures, according to the strategy file:"
    assert [one.split(";")[0] for one in licences(run)] == [f"{told} A", f"{told} C"]
    assert licences(run)[1].endswith("licence: licence C.")
    run |= {"inputs.1.role": "measures", "inputs.1.path": "a.gpkg"}
    assert licences(run)[0] == "Mapped measures read from a.gpkg."


def test_the_credit_names_the_file_that_was_read() -> None:
    """Licence and edition are the strategy file's words; the measures are those of the file that was given."""
    run = {
        "strategy.name": "Derbyshire", "measures_source.edition": "September 2025",
        "inputs.1.role": "parcels", "inputs.1.path": "parcels.gpkg",
        "inputs.2.role": "measures", "inputs.2.path": "some/where/other.gpkg", "inputs.2.layer": "pm",
    }  # fmt: skip
    assert licences(run) == [
        "Mapped measures read from other.gpkg (pm); according to the strategy file: Derbyshire; "
        "edition September 2025; licence: not stated."
    ]


def test_measures_of_other_parcels_are_told_apart(written: list[str]) -> None:
    """A measure that only a neighbour meets is drawn as such, and not named as one of the parcel's."""
    shapes = world.world(
        [world.part(world.square(E, N, 60))],
        [world.measure(world.square(E - 5, N, 40)), world.measure(world.square(E + 62, N, 40), "X9")],
    )
    alt = parcel_map(shapes, world.facts(shapes, matches=(world.match(),))).alt
    told = " ".join(written)
    assert "Measures that only other parcels meet" in told
    assert "X9" not in alt + told


def test_a_measure_that_is_only_touched_is_told_as_such(written: list[str]) -> None:
    """However long its text is, the legend says that the measure does not overlap the parcel."""
    shapes = world.world(
        [world.part(world.square(E, N, 60))],
        [world.measure(world.square(E + 60, N, 40), measure="text " * 60)],
    )
    parcel_map(shapes, world.facts(shapes, matches=(world.match(relation="touch", share=0.0),)))
    assert "W1 (touches only)" in " ".join(written)


def test_an_overview_tells_how_many_parts_have_which_answer(written: list[str]) -> None:
    """The overview counts parts by answer, and names parcels with a page."""
    parts = [
        world.high(world.square(E, N, 200)),
        world.part(world.square(E + 200, N, 200), src_fid="2", parcel_ref="P2"),
        world.review(shapely.MultiPoint([(E + 300, N + 300)]), src_fid="3", parcel_ref="T1", module="tree"),
    ]
    shapes = world.world(parts, [world.measure(world.square(E - 50, N - 50, 250), relied_on=True)])
    drawn = overview_map(shapes, world.report_of(shapes, pages=(world.facts(shapes, src_fid="3"),)))
    assert "Map of 3 parcels" in drawn.alt
    assert "Parts that are land: 1 High, 1 Low. Parts that are trees: 1 for review." in drawn.alt
    assert "Mapped measures: W1 (a High relies on it)." in drawn.alt
    assert {"P1", "P2", "T1"} <= set(written)


def test_groups_far_apart_get_a_map_each() -> None:
    """A site and its off-site land 20 km away are no two dots on one map: each is shown nearer."""
    near = [
        world.part(world.square(E + 100 * at, N, 90), src_fid=str(at), parcel_ref=f"N{at}") for at in range(3)
    ]
    far = [world.high(world.square(E + 20_000, N, 90), src_fid="9", parcel_ref="F9")]
    shapes = world.world(near + far)
    whole, west, east = overview_maps(shapes, world.report_of(shapes))
    assert "Group A: 3 parcels" in whole.alt
    assert "Group B: 1 parcel," in whole.alt
    assert "3 Low" in west.alt
    assert "1 High" in east.alt
    together = world.world(near)
    assert len(overview_maps(together, world.report_of(together))) == 1


def test_nothing_to_draw_is_said() -> None:
    """Without geometry there is no map, and the caller is told so."""
    shapes = world.world([])
    with pytest.raises(ValueError, match="no parcel"):
        overview_map(shapes, world.report_of(shapes))
    with pytest.raises(ValueError, match="no site"):
        sites_map([])


def test_sites_are_counted_by_outcome(written: list[str]) -> None:
    """The map of a register names few sites all, and counts each outcome in legend and alternative."""
    points = [("S1", E, N, "assessed"), ("S2", E + 5000, N, "failed"), ("S3", E, N + 900, "failed")]
    drawn = sites_map(points)
    assert "1 assessed, 2 failed" in drawn.alt
    assert {"S1", "S2", "S3", "Failed: no answer (2)"} <= set(written)
    assert "Screened" not in " ".join(written)


def test_a_line_before_the_development_hides_no_edge_of_a_measure() -> None:
    """A lost hedgerow that runs along a measure is a thin dashed line beneath, and the edge stays in sight."""
    line = shapely.LineString([(E, N), (E + 100, N)])
    lost = {"module": "hedgerow", "stage": "baseline", "retention": "Lost"}
    land = world.measure(shapely.box(E, N, E + 100, N + 60))
    own = world.world([world.part(line, **lost)], [land])
    drawn = parcel_map(own, world.facts(own, matches=(world.match(),)))
    edge = looks.measure_look(relied_on=False).edge
    rows = np.abs(pixels(drawn) - [int(edge[at : at + 2], 16) for at in (1, 3, 5)]).max(axis=2) <= 60
    lengths = rows[:, : int(drawn.width_px * 0.66)].sum(axis=1)
    assert (
        lengths > 0.4 * lengths.max()
    ).sum() >= 4  # its lower edge and its upper one, each some pixels high
    look = looks.look_of("baseline", Shape.LINE)
    assert look.width < 1 < look.dash[0]
    assert not look.fill
    kept = world.world([world.part(line, **lost)])
    before = parcel_map(kept, world.facts(kept))
    dark = (pixels(before)[:, : int(before.width_px * 0.66)].max(axis=2) < 60).sum(axis=1)
    assert dark.max() > 100


def test_a_reference_that_others_have_is_told_apart_on_the_map(written: list[str]) -> None:
    """Title, caption and alternative name the layer or module besides."""
    shapes = world.world([world.part(world.square(E, N, 50))])
    drawn = parcel_map(shapes, replace(world.facts(shapes), apart="Hedgerows"))
    assert "P1 (Hedgerows)" in drawn.alt
    assert drawn.caption.startswith("P1 (Hedgerows) with")
    assert any(one.startswith("P1 (Hedgerows), ") for one in written)
