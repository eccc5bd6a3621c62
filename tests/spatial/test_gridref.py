"""Grid references agree with Ordnance Survey's lettering and lose nothing but metres cut off."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnrs_geo.errors import LnrsGeoError
from lnrs_geo.spatial.gridref import (
    GridReferenceError,
    GridSquare,
    grid_reference,
    grid_references,
    parse,
    square_letters,
)

# The 100 km squares with land as Ordnance Survey prints them, from the northernmost row southwards.
PRINTED = """
. . . . HP . .
. . . HT HU . .
. HW HX HY HZ . .
NA NB NC ND . . .
NF NG NH NJ NK . .
NL NM NN NO . . .
. NR NS NT NU . .
. NW NX NY NZ OV .
. . SC SD SE TA .
. . SH SJ SK TF TG
. SM SN SO SP TL TM
. SR SS ST SU TQ TR
SV SW SX SY SZ TV .
"""


def printed_squares():
    for down, line in enumerate(PRINTED.split("\n")[1:-1]):
        for column, name in enumerate(line.split()):
            if name != ".":
                yield name, column, 12 - down


@pytest.mark.parametrize(("letters", "column", "row"), list(printed_squares()))
def test_letters_of_every_square_with_land(letters, column, row):
    """Each 100 km square bears the letters that Ordnance Survey prints on it."""
    assert square_letters(column, row) == letters
    assert parse(f"{letters} 0 0") == GridSquare(column * 100_000, row * 100_000, 10_000)


@pytest.mark.parametrize(
    ("easting_m", "northing_m", "expected"),
    [
        (651409, 313177, "TG 51409 13177"),  # Caister water tower, Ordnance Survey's own example
        (651409.903, 313177.27, "TG 51409 13177"),
        (91492.146, 11318.804, "SV 91492 11318"),  # its test point on Scilly
        (457000.5, 1220999.999, "HP 57000 20999"),
        (0, 0, "SV 00000 00000"),
        (699_999.999, 1_299_999.999, "JM 99999 99999"),
    ],
)
def test_known_references(easting_m, northing_m, expected):
    """Known positions get their published references, cut off and not rounded."""
    assert grid_reference(easting_m, northing_m) == expected


@pytest.mark.parametrize(
    ("digits", "expected"),
    [(2, "TG 5 1"), (4, "TG 51 13"), (6, "TG 514 131"), (8, "TG 5140 1317"), (10, "TG 51409 13177")],
)
def test_fewer_figures(digits, expected):
    """Fewer figures name the larger square that holds the point."""
    assert grid_reference(651409, 313177, digits=digits) == expected


@pytest.mark.parametrize("digits", [0, 3, 12, -2])
def test_impossible_number_of_figures(digits):
    """A count of figures that no reference has is refused."""
    with pytest.raises(GridReferenceError):
        grid_reference(1, 1, digits=digits)


def test_outside_the_grid_has_no_reference():
    """Positions off the National Grid, and missing ones, get an empty text."""
    xy = [(-0.001, 5), (5, -1), (700_000, 5), (5, 1_300_000), (np.nan, 5), (np.inf, 5), (5, 5)]
    assert grid_references(xy) == [""] * 6 + ["SV 00005 00005"]
    assert grid_references(np.empty((0, 2))) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TG 51409 13177", (651409, 313177, 1)),
        ("  tg5140913177 ", (651409, 313177, 1)),
        ("t g 514\t131", (651400, 313100, 100)),
        ("SK43", (440000, 330000, 10_000)),
    ],
)
def test_tolerant_reading(text, expected):
    """Case and blanks do not matter; the answer is the south-west corner and the side."""
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SK",
        "SK 123",
        "SK 12 345",
        "SK 123456 123456",
        "AA 12 34",
        "SI 12 34",
        "12345 67890",
        "SK 1 2 3",
        "SK ²3",
    ],
)
def test_nonsense_is_refused(text):
    """A text that names no square of the National Grid is an error, of this package and of value."""
    with pytest.raises(GridReferenceError, match=r"grid reference|halves|National Grid") as caught:
        parse(text)
    assert isinstance(caught.value, LnrsGeoError)
    assert isinstance(caught.value, ValueError)


@given(
    st.floats(0, 700_000, exclude_max=True),
    st.floats(0, 1_300_000, exclude_max=True),
    st.sampled_from([2, 4, 6, 8, 10]),
)
def test_round_trip(easting_m, northing_m, digits):
    """A point lies in the square that its reference names, and the corner keeps its reference."""
    reference = grid_reference(easting_m, northing_m, digits=digits)
    corner = parse(reference)
    assert corner.size_m == 10 ** (5 - digits // 2)
    assert corner.easting_m <= easting_m < corner.easting_m + corner.size_m
    assert corner.northing_m <= northing_m < corner.northing_m + corner.size_m
    assert grid_reference(corner.easting_m, corner.northing_m, digits=digits) == reference


@given(st.sampled_from(["SK", "TV", "HP"]), st.integers(1, 5), st.data())
def test_middle_lies_in_the_square(letters, figures, data):
    """The middle of a square bears the reference of the square, and is as far from each of its sides."""
    half = st.text("0123456789", min_size=figures, max_size=figures)
    reference = f"{letters} {data.draw(half)} {data.draw(half)}"
    square = parse(reference)
    east, north = square.middle
    assert grid_reference(east, north, digits=2 * figures) == reference
    assert 2 * (east - square.easting_m) == 2 * (north - square.northing_m) == square.size_m
