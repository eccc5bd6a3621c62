"""What the cutting tells of the measures over a part is what an overlay would find."""

from pathlib import Path
from typing import Any

import pytest
import shapely

from lnrs_geo.mapped_land import MappedLand
from tests.case_worlds import solve

MEADOW = {"land": "0,0 100,100", "proposed": "Grassland - Lowland meadows"}
SAYS = [
    {"measure": "GOOD", "habitat": "Grassland - *"},
    *({"measure": one, "habitat": "Grassland - *", "verdict": "no"} for one in ("OVER", "UNDER", "BESIDE")),
]
GOOD = {"id": "GOOD", "land": "0,-50 40,150"}


def also_in(measures: list[dict[str, str]], folder: Path) -> dict[str, str]:
    """Return by significance what else is mapped over a part of a meadow."""
    case: dict[str, Any] = {"name": "", "parcel": MEADOW, "measures": measures, "crosswalk": SAYS}
    parts = solve(case, folder).parts
    post = parts[parts["stage"] == "post"]
    return dict(zip(post["strat_sig"], post["also_in"], strict=True))


def test_what_else_is_mapped_is_said_of_the_part_where_it_is(tmp_path: Path) -> None:
    """OVER lies over both parts, UNDER only where the land is High, BESIDE only where it is Low."""
    measures = [
        GOOD,
        {"id": "OVER", "land": "20,20 70,70"},
        {"id": "UNDER", "land": "5,5 35,95"},
        {"id": "BESIDE", "land": "60,5 95,95"},
    ]
    assert also_in(measures, tmp_path) == {"High": "OVER;UNDER", "Low": "BESIDE;OVER"}


def test_a_sliver_that_changed_hands_is_still_mapped_land(tmp_path: Path) -> None:
    """The needle of GOOD in the Low part is Low with it, and GOOD is mapped there."""
    needle = {"id": "GOOD", "land": "80,10 80.005,90"}
    assert also_in([GOOD, needle], tmp_path) == {"High": "", "Low": "GOOD"}


def test_no_overlay_is_made_for_what_the_cutting_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GOOD made the cut, and BESIDE is larger than all that is High: only BESIDE in the High part is open."""
    asked: list[float] = []
    overlay = MappedLand._meets

    def noted(land: MappedLand, feature: int, part: shapely.Geometry, group: int) -> bool:
        asked.append(part.area)
        return overlay(land, feature, part, group)

    monkeypatch.setattr(MappedLand, "_meets", noted)
    beside = {"id": "BESIDE", "land": "40,-50 150,150"}
    assert also_in([GOOD, beside], tmp_path) == {"High": "", "Low": "BESIDE"}
    assert asked == [4000.0]
