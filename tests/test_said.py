"""Features that say the same are read once, and of one kind; whatever differs keeps them apart."""

from types import SimpleNamespace

import pytest

from lnrs_geo.model import Module, Stage
from lnrs_geo.multiplier import claims, retention
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.said import Reader, Said

NO_FAULT = ("", "")
WORDS = {
    "template": "older",
    "table_stage": "",
    "retention": "Enhanced",
    "baseline_habitat": "Grassland - Modified grassland",
    "proposed_habitat": "Grassland - Other neutral grassland",
    "baseline_ss": "Low",
    "proposed_ss": "High",
    "location": "On-site",
    "vertical": False,
    "site_ref": "S1",
    "parcel_ref": "A",
}
NO_DATES = Application()


def read(reader: Reader, application: Application = NO_DATES, **other: object) -> list[Said]:
    feature = SimpleNamespace(**{**WORDS, **other})
    own = claims.read_label(feature.baseline_ss)
    return reader.read(feature, Module.AREA, application=application, fault=NO_FAULT, own=own)


def test_features_that_say_the_same_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their references differ, and nobody has said anything of a reference."""
    reader = Reader((), None, intervention="")
    first = read(reader)
    monkeypatch.setattr(retention, "stages", None)
    assert read(reader, parcel_ref="B", site_ref="S2") is first
    assert [one.row.stage for one in first] == [Stage.BASELINE, Stage.POST]
    assert first[0].kind != first[1].kind


@pytest.mark.parametrize(
    "other",
    [
        {"proposed_habitat": "Grassland - Lowland meadows"},
        {"retention": "Created", "baseline_habitat": ""},
        {"proposed_ss": "Low"},
        {"location": "Off-site"},
        {"application": Application(reference="another")},
    ],
)
def test_what_bears_on_the_answer_makes_another_kind(other: dict[str, object]) -> None:
    """Habitat, retention, the value held, on-site or off-site, dates."""
    reader = Reader((), None, intervention="")
    assert read(reader)[-1].kind != read(reader, **other)[-1].kind  # type: ignore[arg-type]


def test_a_word_that_does_not_bear_on_the_answer_makes_no_other_kind() -> None:
    """The drop-down's words for the same value: another claim, the same kind."""
    reader = Reader((), None, intervention="")
    one, other = read(reader)[1], read(reader, proposed_ss="Formally identified in local strategy")[1]
    assert (one.kind, one.claim.text) == (other.kind, "High")
    assert other.claim.text == "Formally identified in local strategy"


def test_an_earlier_file_speaks_of_references() -> None:
    """Two parcels alike in every word, one of which was High in the earlier file."""
    earlier = claims.Earlier({("S1", "A", "area"): claims.read_label("High")})
    reader = Reader((), earlier, intervention="")
    known, unknown = read(reader)[0], read(reader, parcel_ref="B")[0]
    assert known.earlier is not None
    assert unknown.earlier is None
    assert known.kind != unknown.kind
