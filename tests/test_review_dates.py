"""Faults that readers of the rules found in dates, documents and earlier files, each held by a test."""

import warnings
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import lnrs_geo
from lnrs_geo.errors import ApplicationsError, DocumentsError, OptionError
from lnrs_geo.result import Result

MEADOW = "Grassland - Lowland meadows"
BROADLEAVED = "Woodland and forest - Other woodland; broadleaved"
YES = {
    "measure_id": "M1", "module": "area", "habitat": "*", "intervention": "either", "verdict": "yes",
    "status": "published", "source": "a made-up table",
}  # fmt: skip
APPROVED = {"application_date": "2024-06-01", "granted": "2024-09-01", "gain_plan_submitted": "2024-12-01"}
JUDGED = {
    "parcel_ref": "P1",
    "significance": "High",
    "document": "Plan",
    "role": "ecologist",
    "date": "2024-05-01",
}


def box(west: float, east: float) -> shapely.Polygon:
    return shapely.box(430_000 + west, 360_000, 430_000 + east, 360_100)


def parcels(*rows: Mapping[str, Any], **columns: Any) -> gpd.GeoDataFrame:
    """Return created meadows side by side on the measure, with the columns given."""
    usual = {"retention": "Created", "proposed_habitat": MEADOW}
    told = [
        {"parcel_ref": f"P{n}", **usual, **columns, **row} for n, row in enumerate(rows or ({},), start=1)
    ]
    shapes = [box(100 * n, 100 * n + 50) for n in range(len(told))]
    return gpd.GeoDataFrame(told, geometry=shapes, crs=27700)


def check(given: Any, folder: Path, *, published: str = "2025-01-15", **options: Any) -> Result:
    """Check parcels over one measure that is consistent with everything."""
    status = "published" if published else "draft"
    lines = ['lnrs_id = "99"', 'name = "X"', 'authority = "X"', f'status = "{status}"']
    (folder / "strategy.toml").write_text("\n".join([*lines, f'published = "{published}"']), encoding="utf-8")
    measures = gpd.GeoDataFrame(
        {"measure_id": ["M1"], "measure": ["m"]}, geometry=[box(-500, 900)], crs=27700
    )
    return lnrs_geo.check(
        given,
        **{
            "measures": measures, "strategy": folder / "strategy.toml", "crosswalk": [YES],
            "as_at": date(2026, 11, 20), **options,
        },
    )  # fmt: skip


def told(result: Result, *, stage: str = "post") -> list[tuple[str, str, str]]:
    parts = result.parts[result.parts["stage"] == stage]
    return list(zip(parts["strat_sig"], parts["status"], parts["regime_rule"], strict=True))


def test_names_that_a_shapefile_cut_alike_are_not_guessed(tmp_path: Path) -> None:
    """Which of the gain plan's dates `gain_plan_` was cannot be told, so the part waits for a person."""
    given = parcels(**APPROVED, gain_plan_approved="")
    assert told(check(given, tmp_path)) == [("High", "decided", "P5")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are cut, which is the point
        given.rename(columns={"proposed_habitat": "proposed_h"}).to_file(tmp_path / "p.shp")
    result = check(tmp_path / "p.shp", tmp_path, field_map={"proposed_habitat": "proposed_h"})
    assert told(result)[0][1] == "provisional"
    assert {"application-column-cut", "application-unclear"} <= set(result.issues["code"])


def test_columns_of_each_file_are_its_own(tmp_path: Path) -> None:
    """Two files spell a date column differently, and neither loses it."""
    first = parcels(application_date="2024-06-01", baseline_habitat=MEADOW, baseline_ss="High")
    second = parcels(**{"Application Date": "2024-06-01"}, baseline_habitat=MEADOW, baseline_ss="High")
    result = check([first, second], tmp_path)
    assert told(result, stage="baseline") == [("High", "decided", "B3")] * 2


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"exempt": "yes"}, "P0"),
        ({"off_site": "yes", "agreement": "frozen"}, "P12"),
        ({"kind": "hedge"}, "P2"),
    ],
)
def test_words_of_an_application_count_without_a_date_beside_them(
    columns: dict[str, str], rule: str, tmp_path: Path
) -> None:
    """A column of parcels with the words of an application is one; `kind` of a hedge is not."""
    result = check(parcels(**columns), tmp_path)
    assert [one[2] for one in told(result)] == [rule]
    assert not set(result.issues["code"]) & {"application-unclear"}


@pytest.mark.parametrize(
    ("location", "rule", "unclear"),
    [
        ("Off-site", "P12", False), ("OFF SITE", "P12", False), ("On-site", "P2", False),
        ("Land off Mill Lane", "P12", True), ("Off-site (habitat bank)", "P12", False), ("", "P12", False),
    ],
)  # fmt: skip
def test_location_says_off_site_or_nothing(location: str, rule: str, unclear: bool, tmp_path: Path) -> None:
    """Land off a lane is not off-site by its name; what the application says of it counts then."""
    result = check(parcels(location=location, off_site="yes", agreement="frozen"), tmp_path)
    assert [one[2] for one in told(result)] == [rule]
    assert ("location-unclear" in set(result.issues["code"])) is unclear
    lane = check(parcels(location=location or "On-site", agreement="frozen"), tmp_path)
    rule = {"On-site": "P2", "": "P2", "Land off Mill Lane": "P2|P12"}.get(location, "P12")
    assert [one[2] for one in told(lane)] == [rule]
    assert told(lane)[0][1] == "provisional" or not unclear  # neither is known, and the two differ


def test_agreement_without_off_site_land_is_told(tmp_path: Path) -> None:
    """An agreement that no parcel asks for is named, not dropped."""
    dates = {"application_date": "2025-06-01", "agreement": "frozen", "secured_on": "2024-12-01"}
    assert "off-site-not-said" in set(check(parcels(), tmp_path, dates=dates).issues["code"])
    off_site = check(parcels(location="Off-site"), tmp_path, dates=dates)
    assert "off-site-not-said" not in set(off_site.issues["code"])


def test_table_of_applications_is_read_as_it_is_spelt(tmp_path: Path) -> None:
    """Columns in other spellings count, others are named, and references are tidied."""
    table = [{"Reference": "14.0", **APPROVED, "Gain plan approved": "2024-12-20", "Remark": "x"}]
    result = check(parcels(site_ref="14"), tmp_path, applications=table)
    assert told(result)[0][2] == "P6"
    assert result.issues.set_index("code")["value"].get("application-column-unused") is not None


def test_table_that_fits_no_parcel_is_refused(tmp_path: Path) -> None:
    """A table of other sites, or of sites that the parcels do not name, is no table of theirs."""
    table = [{"reference": "S1", **APPROVED}, {"reference": "S2", **APPROVED}]
    for site in ("", "S9"):
        with pytest.raises(ApplicationsError, match="site_ref"):
            check(parcels(site_ref=site), tmp_path, applications=table)


def test_contradiction_of_an_option_and_a_site_is_told(tmp_path: Path) -> None:
    """A grant before the application is a fault, wherever each of the two dates stands."""
    table = [{"reference": "S1", "granted": "2024-06-01"}]
    result = check(
        parcels(site_ref="S1"), tmp_path, applications=table, dates={"application_date": "2026-01-01"}
    )
    assert "application-unclear" in set(result.issues["code"])
    assert told(result)[0][1] == "provisional"


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        (BROADLEAVED, ("High", "decided")), (f"{MEADOW}; {BROADLEAVED}", ("High", "decided")),
        (MEADOW, ("Low", "decided")), ("Broad leaves", ("Low", "provisional")),
        (f"{MEADOW}, {BROADLEAVED}", ("Low", "provisional")), ("Other woodland; broadleaved", ("High", "decided")),
    ],
)  # fmt: skip
def test_document_names_habitats_as_people_do(cell: str, answer: tuple[str, str], tmp_path: Path) -> None:
    """A name that holds a semicolon is one name, and words that cannot be read leave the answer open."""
    layer = gpd.GeoDataFrame({"document": ["Plan"], "habitat": [cell]}, geometry=[box(-10, 60)], crs=27700)
    result = check(parcels(proposed_habitat=BROADLEAVED), tmp_path, published="", documents=layer)
    assert told(result)[0][:2] == answer


def test_document_never_lifts_a_habitat_that_scores_nothing(tmp_path: Path) -> None:
    """Sealed surface inside a document of everything stays Low (rules 2.11)."""
    layer = gpd.GeoDataFrame({"document": ["Plan"], "habitat": ["*"]}, geometry=[box(-10, 60)], crs=27700)
    sealed = parcels(proposed_habitat="Urban - Developed land; sealed surface")
    result = check(sealed, tmp_path, published="", documents=layer)
    assert result.parts["ss_reason"].tolist() == ["scores-zero"]


def test_document_of_an_unknown_authority_is_open(tmp_path: Path) -> None:
    """A document of an authority that nobody drew says nothing for certain, and is named."""
    authorities = gpd.GeoDataFrame({"authority": ["Ashby"]}, geometry=[box(-500, 500)], crs=27700)
    layer = gpd.GeoDataFrame(
        {"document": ["A", "B"], "habitat": ["*", "*"], "authority": ["Ashby City", "Ashby"]},
        geometry=[box(-10, 60), box(300, 360)], crs=27700,
    )  # fmt: skip
    result = check(parcels(), tmp_path, published="", documents=layer, authorities=authorities)
    assert told(result)[0][:2] == ("Low", "provisional")
    assert "document-authority-unknown" in set(result.issues["code"])


def test_judgement_of_another_authority_is_not_a_final_low(tmp_path: Path) -> None:
    """A judgement that rests on one authority's document holds land of another open."""
    authorities = gpd.GeoDataFrame({"authority": ["Ashby"]}, geometry=[box(-500, 500)], crs=27700)
    lines = [{"authority": "Ashby City", **JUDGED}, {"authority": "Ashby", "document": "Other plan"}]
    result = check(parcels(), tmp_path, published="", documents=lines, authorities=authorities)
    assert told(result)[0][:2] == ("Low", "provisional")


def test_judgements_that_serve_no_row_are_named(tmp_path: Path) -> None:
    """A misspelt reference does not make a Low in silence."""
    lines = [{"authority": "", **JUDGED, "parcel_ref": "P01"}]
    result = check(parcels(), tmp_path, published="", documents=lines)
    assert "document-unused" in set(result.issues["code"])


@pytest.mark.parametrize(
    ("second", "says"),
    [({}, "again"), ({"stage": "later"}, "stage"), ({"date": "2030-01-01", "parcel_ref": "P2"}, "after")],
)
def test_judgements_that_cannot_stand_are_refused(second: dict[str, str], says: str, tmp_path: Path) -> None:
    """Two judgements on one parcel, a stage that there is not, a day that has not come."""
    lines = [{"authority": "", **JUDGED}, {"authority": "", **JUDGED, **second}]
    with pytest.raises(DocumentsError, match=says):
        check(parcels(), tmp_path, published="", documents=lines)


def test_judgement_on_one_stage_goes_before_one_on_both(tmp_path: Path) -> None:
    """The line that says more is the one that counts, whichever stands first."""
    low = {"significance": "Low", "document": "", "stage": "post"}
    for lines in ([JUDGED, JUDGED | low], [JUDGED | low, JUDGED]):
        result = check(
            parcels(), tmp_path, published="", documents=[{"authority": "", **one} for one in lines]
        )
        assert told(result)[0][:2] == ("Low", "decided")


def test_list_with_an_empty_column_of_shapes_is_a_list(tmp_path: Path) -> None:
    """A spreadsheet may keep an empty column called geometry."""
    path = tmp_path / "documents.csv"
    path.write_text(
        "authority,document,parcel_ref,significance,role,date,geometry\n,Plan,P1,High,ecologist,2024-05-01,\n",
        encoding="utf-8",
    )
    assert told(check(parcels(), tmp_path, published="", documents=path))[0][:2] == ("High", "decided")


def test_one_unknown_word_does_not_drop_a_column(tmp_path: Path) -> None:
    """What can be read of a column counts, and what cannot makes its own row wait."""
    given = parcels({"exempt": "yes"}, {"exempt": "no"}, {"exempt": "not known"})
    assert [one[2] for one in told(check(given, tmp_path))][:2] == ["P0", "P2"]
    assert told(check(given, tmp_path))[2][1] == "provisional"
    sites = parcels({"off_site": "1"}, {"off_site": "N"}, agreement="frozen")
    assert [one[2] for one in told(check(sites, tmp_path))] == ["P12", "P2"]


def test_files_of_one_archive_are_not_one_file(tmp_path: Path) -> None:
    """Two sites in a zip are two sites, though they bear the archive's name; the archive twice is refused."""
    for name in ("one", "two"):
        parcels().to_file(tmp_path / f"{name}.gpkg", layer="p")
    with zipfile.ZipFile(tmp_path / "sites.zip", "w") as archive:
        for name in ("one", "two"):
            archive.write(tmp_path / f"{name}.gpkg", f"{name}.gpkg")
    assert len(check(tmp_path / "sites.zip", tmp_path).parts) == 2
    with pytest.raises(OptionError, match="twice"):
        check([tmp_path / "sites.zip", tmp_path / "sites.zip"], tmp_path)


def test_earlier_baseline_that_might_be_another_is_not_taken(tmp_path: Path) -> None:
    """One that is ambiguous, or would have to serve two sites, is compared with nothing."""
    dates = {"application_date": "2024-06-01"}
    before = [kept("High", site_ref="S1"), kept("Medium", site_ref="S1"), kept("Low", site_ref="S2")]
    result = check(kept("Low"), tmp_path, dates=dates, submitted=pd.concat(before))
    assert told(result, stage="baseline")[0][1] == "provisional"
    now = pd.concat([kept("High", site_ref="S1"), kept("Low", site_ref="S2")])
    result = check(now, tmp_path, dates=dates, submitted=kept("High"))
    assert [one[1] for one in told(result, stage="baseline")] == ["provisional"] * 2


def test_retained_habitat_has_the_value_of_its_own_table(tmp_path: Path) -> None:
    """In the newer template the baseline's own table says what it was, not the copy beside the retained row."""
    usual = {"Baseline Broad Habitat Type": "Grassland", "Baseline Habitat Type": "Lowland meadows"}
    for layer, cells in (
        ("Area Habitats Baseline", {"Habitat Ref": "AH-001", "Baseline Strategic Significance": "Low"}),
        ("Area Habitats Post-Intervention", {
            "Habitat Ref": "AH-001-1", "Retention Category": "Retained", "Baseline Strategic Significance": "High",
            "Proposed Broad Habitat Type": "Grassland", "Proposed Habitat Type": "Lowland meadows",
            "Proposed Strategic Significance": "High",
        }),
    ):  # fmt: skip
        frame = gpd.GeoDataFrame([{**usual, **cells}], geometry=[box(0, 50)], crs=27700)
        frame.to_file(tmp_path / "site.gpkg", layer=layer)
    result = check(tmp_path / "site.gpkg", tmp_path, dates={"application_date": "2024-06-01"})
    assert result.parts["strat_sig"].tolist() == ["Low", "Low"]
    assert "retained-baseline-differs" in set(result.issues["code"])


def test_judgement_of_low_stands_without_a_layer_of_authorities(tmp_path: Path) -> None:
    """A person who judged Low has judged, as one who judged High."""
    low = {"authority": "Ashby", **JUDGED, "significance": "Low", "document": ""}
    assert told(check(parcels(), tmp_path, published="", documents=[low]))[0][:2] == ("Low", "decided")


def test_spoiled_ids_of_a_crosswalk_are_named(tmp_path: Path) -> None:
    """A crosswalk that speaks of M 1 where the map has 001 decides nothing, and check says why."""
    measures = gpd.GeoDataFrame(
        {"measure_id": ["001"], "measure": ["m"]}, geometry=[box(-500, 900)], crs=27700
    )
    rows = [{**YES, "measure_id": "1"}]
    result = check(parcels(), tmp_path, measures=measures, crosswalk=rows)
    assert "crosswalk-id-changed" in set(result.issues["code"])


def test_units_are_shared_among_the_parts_of_a_split_row(tmp_path: Path) -> None:
    """The corrected copy's units sum to those of the row that was split."""
    parcels(proposed_ss="Low", units=3.0).to_file(tmp_path / "p.gpkg", layer="p")
    half = gpd.GeoDataFrame({"measure_id": ["M1"], "measure": ["m"]}, geometry=[box(-5, 10)], crs=27700)
    area = gpd.GeoDataFrame({"lnrs_id": ["99"]}, geometry=[box(-900, 900)], crs=27700)
    _, files = lnrs_geo.audit(check(tmp_path / "p.gpkg", tmp_path, measures=half, area=area)).write(
        tmp_path / "out"
    )
    copy = gpd.read_file(files[-1])
    assert sorted(copy["units"].round(6)) == [0.6, 2.4]


def kept(claim: str, **columns: Any) -> gpd.GeoDataFrame:
    return parcels(
        retention="Retained", proposed_habitat="", baseline_habitat=MEADOW, baseline_ss=claim, **columns
    )


def test_baselines_that_the_earlier_file_does_not_hold_are_for_review(tmp_path: Path) -> None:
    """A reference that is not there, or was made up from a row's number, is not compared."""
    dates = {"application_date": "2024-06-01"}
    for now, before in (("P1", "p1"), ("", "")):
        result = check(
            kept("High", parcel_ref=now), tmp_path, dates=dates, submitted=kept("Low", parcel_ref=before)
        )
        assert told(result, stage="baseline")[0][:2] == ("Low", "provisional")
        assert "submitted-missing" in set(result.issues["code"])


def test_earlier_file_without_dates_is_told_to_be_of_no_use(tmp_path: Path) -> None:
    """Where no baseline keeps its value nothing is compared, and that is said."""
    result = check(kept("High"), tmp_path, submitted=kept("Low"))
    assert "submitted-unused" in set(result.issues["code"])


def test_earlier_file_needs_no_column_that_is_not_compared(tmp_path: Path) -> None:
    """Units and layers named for the file that is checked are not asked of the earlier one."""
    given = kept("Medium", Un=1.0)
    result = check(
        given,
        tmp_path,
        dates={"application_date": "2024-06-01"},
        submitted=kept("Medium"),
        field_map={"units": "Un"},
    )
    assert told(result, stage="baseline") == [("Medium", "decided", "B3")]


def test_file_given_twice_is_refused(tmp_path: Path) -> None:
    """The same parcels would count twice, under whatever path they are named."""
    parcels().to_file(tmp_path / "p.gpkg", layer="p")
    with pytest.raises(OptionError, match="twice"):
        check([tmp_path / "p.gpkg", f"{tmp_path}/./p.gpkg"], tmp_path)


def test_accepted_proposals_say_draft_in_every_table(tmp_path: Path) -> None:
    """A High that rests on a proposal begins with DRAFT, is marked for review, and the run says so."""
    proposed = {**YES, "status": "proposed", "source": "a draft"}
    result = check(parcels(), tmp_path, crosswalk=[proposed], accept_proposed=True)
    part = result.parts.iloc[0]
    assert (part["strat_sig"], part["review"]) == ("High", True)
    assert part["reason"].startswith("DRAFT: ")
    assert result.run["notice"].startswith("DRAFT")
    assert result.parcels["notice"].str.contains("DRAFT").all()
    firm = check(parcels(), tmp_path, crosswalk=[proposed, YES], accept_proposed=True).parts.iloc[0]
    assert not firm["review"]
    assert not firm["reason"].startswith("DRAFT")
