"""The map of a register: every site as a mark by what came of it."""

from collections import Counter
from collections.abc import Mapping, Sequence

import shapely

from lnrs_geo.report.maps import furniture, sheet, told
from lnrs_geo.report.maps.drawing import draw, marker
from lnrs_geo.report.maps.labels import Label, Labels
from lnrs_geo.report.maps.legend import Entry
from lnrs_geo.report.maps.lettering import SMALL, clean, shortened
from lnrs_geo.report.maps.looks import INK, PAPER, look_of
from lnrs_geo.report.maps.paper import Paper
from lnrs_geo.styles import Look, Shape

Site = tuple[str, float, float, str]  # reference, easting, northing, outcome

_SIZE_MM = 2.6
_MOST_NAMES, _FEW = 60, 25
_HIGH, _REVIEW, _ERROR = (look_of(one, Shape.POINT) for one in ("high", "review", "error"))
# Outcomes from beneath to the top; each with its own mark
_LOOKS = {
    "screened": Look(fill=PAPER, marker="diamond", size=_SIZE_MM, width=0.3),
    "assessed": Look(fill=_HIGH.fill, size=_SIZE_MM, width=0.3),
    "review": Look(fill=_REVIEW.fill, marker="triangle", size=_SIZE_MM * 1.15, width=0.3),
    "failed": Look(fill=PAPER, edge=_ERROR.edge, marker="cross", size=_SIZE_MM, width=0.8),
}
_OTHER = Look(fill="#8a8a8a", marker="square", size=_SIZE_MM, width=0.3)
_LEGENDS = {
    "screened": "Screened: at its grid reference only",
    "assessed": "Assessed: nothing for review",
    "review": "Assessed, parts for review",
    "failed": "Failed: no answer",
}


def sites_map(points: Sequence[Site], *, run: Mapping[str, str] | None = None, title: str = "") -> sheet.Map:
    """Draw the sites of a register.

    Parameters
    ----------
    points
        For each site its reference, easting and northing (EPSG:27700) and its outcome.
    run
        Statements by dotted key (`notice`, `strategy.name`, `measures_source.licence`), for the lines
        round the map; without it there are none.
    title
        What stands above the map.

    Raises
    ------
    ValueError
        There is no site.
    """
    if not points:
        raise ValueError("There is no site to draw.")
    known = list(_LOOKS)
    ordered = sorted(points, key=lambda one: known.index(one[3]) if one[3] in known else -1)
    eastings, northings = [one[1] for one in points], [one[2] for one in points]
    window = sheet.window_of((min(eastings), min(northings), max(eastings), max(northings)))
    counts = Counter(one[3] for one in points)

    def land(paper: Paper) -> None:
        furniture.crosses(paper, window)
        marks = [(shapely.Point(window.x(one[1]), window.y(one[2])), one) for one in ordered]
        for shape, one in marks:
            draw(paper, shape, _LOOKS.get(one[3], _OTHER), kind=Shape.POINT)
        clear = shapely.union_all([marker("circle", shape.x, shape.y, _SIZE_MM) for shape, _ in marks])
        labels = Labels(paper, window.frame, avoid=clear, keep_clear=clear)
        # What a person must see is named first; few sites are named in any case.
        for shape, one in marks[::-1][:_MOST_NAMES]:
            must = len(marks) <= _FEW
            labels.put(Label(shortened(one[0], 18), shape, Shape.POINT, ink=INK, size_pt=SMALL, must=must))
        labels.write()

    entries = [Entry("Sites of the register")]
    for outcome in [*known[::-1], *sorted(set(counts) - set(known))]:
        if counts[outcome]:
            words = f"{_LEGENDS.get(outcome, outcome)} ({counts[outcome]})"
            entries.append(Entry(words, _LOOKS.get(outcome, _OTHER), Shape.POINT))
    heading = title or f"{len(points)} sites of the register"
    texts = sheet.texts_of(run, heading) if run else sheet.Texts(heading, "", ())
    png, width, height = sheet.made(window, texts, entries=entries, land=land)
    listed = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
    alt = f"Map of {len(points)} sites; {told.place(window)}. By outcome: {listed}."
    return sheet.Map(png, width, height, clean(alt), clean(f"{heading}; {told.place(window)}."))
