"""Audits of made-up files: every verdict told, worth its units, and only decided values written back."""

import csv
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

import lnrs_geo
from lnrs_geo import auditing
from lnrs_geo.auditing import Audit, audit, tables, words
from lnrs_geo.auditing.summary import lines
from lnrs_geo.cli import Commands
from lnrs_geo.cli.claimed import audit as command
from lnrs_geo.errors import OutputError
from lnrs_geo.multiplier import claims, units

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
FILES = ("parcels.gpkg", "parcels_service.gpkg")
MAP = ("--measures", SAMPLE / "measures.gpkg", "--strategy", SAMPLE / "strategy.toml")
HIGH = "Formally identified in local strategy"
MEDIUM = "Location ecologically desirable but not in local strategy"
LOW = "Area/compensation not in local strategy/ no local strategy"
TREE_HIGH = "Within area formally identified in local strategy"
WOOD, MEADOW = "Woodland and forest - Other woodland; broadleaved", "Grassland - Other neutral grassland"
# Kinds of units, as the totals keep them apart
KIND = {"area": "area", "tree": "area", "hedgerow": "hedgerow", "watercourse": "watercourse"}


def run(*words: object) -> Result:
    """Run the command in this process; an error that is not one of its own is raised."""
    outcome = CliRunner().invoke(Commands(commands=[command]), ["audit", *map(str, words)])
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    return outcome


def checked(*files: Path | gpd.GeoDataFrame, **options: Any) -> lnrs_geo.Result:
    """Check files against the sample's map."""
    given: dict[str, Any] = {"measures": SAMPLE / "measures.gpkg", "strategy": SAMPLE / "strategy.toml"}
    return lnrs_geo.check(list(files), **{**given, "as_at": date(2026, 7, 1), **options})


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows(path: Path, layer: str) -> list[dict[str, Any]]:
    """Return the rows of a layer without its shapes."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        return [
            {name: row[name] for name in row.keys() if name not in ("geom", "geometry")}  # noqa: SIM118
            for row in database.execute(f'select * from "{layer}" order by 1')
        ]


def in_wood() -> shapely.Polygon:
    """Return a square of 20 m where the sample maps measure SMP-W1 alone, which serves broadleaved wood."""
    found = gpd.read_file(SAMPLE / "measures.gpkg")
    found = found[found.pm_id == "SMP-W1"]
    return shapely.box(*found.geometry.iloc[0].representative_point().buffer(10).bounds)


def across() -> shapely.Polygon:
    """Return a strip of 20 m that begins outside every measure and ends in that wood."""
    west = gpd.read_file(SAMPLE / "measures.gpkg").query("pm_id == 'SMP-W1'").total_bounds[0]
    _, south, east, north = in_wood().bounds
    return shapely.box(west - 30, south, east, north)


def elsewhere(number: int) -> shapely.Polygon:
    """Return a square of 20 m in the sample's area where nothing is mapped."""
    return shapely.box(434_860 + 30 * number, 359_500, 434_880 + 30 * number, 359_520)


def plan(path: Path, *parcels: tuple[Any, ...], **columns: list[Any]) -> Path:
    """Write created parcels: reference, habitat, claim, shape."""
    refs, habitats, said, shapes = zip(*parcels, strict=True)
    frame = gpd.GeoDataFrame(
        {"parcel_ref": refs, "retention": "Created", "proposed_habitat": habitats, "proposed_ss": said,
         **columns},
        geometry=list(shapes), crs=27700,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_file(path, layer="plan")
    return path


@pytest.fixture(scope="module")
def sample() -> Audit:
    """Return the audit of both sample files with all that the README gives them."""
    options = {"authorities": SAMPLE / "authorities.gpkg", "apib": SAMPLE / "apib.gpkg",
               "overrides": SAMPLE / "overrides.csv"}  # fmt: skip
    return audit(checked(*(SAMPLE / name for name in FILES), **options))


@pytest.fixture(scope="module")
def written(sample: Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with everything that the audit of the sample writes."""
    out = tmp_path_factory.mktemp("audit") / "out"
    sample.write(out)
    return out


def with_units(found: lnrs_geo.Result, claimed: float = 1.0) -> lnrs_geo.Result:
    """Return a result whose every parcel and stage claims units."""
    return replace(found, parcels=found.parcels.assign(units_claimed=claimed))


# --- Tables ------------------------------------------------------------------------------------------


def test_everything_is_written_at_once(written: Path) -> None:
    """Results, tables and corrected copies stand in the folder, and nothing else."""
    assert {one.relative_to(written).as_posix() for one in written.rglob("*") if one.is_file()} == {
        "results.gpkg", "parcels.csv", "parts.csv", "result.json", "audit.csv", "audit-parcels.csv",
        "audit-totals.csv", "left-alone.csv", "corrected-parcels.gpkg", "corrected-parcels_service.gpkg",
    }  # fmt: skip


def test_verdicts_are_those_of_the_check(written: Path) -> None:
    """The audit says of each part what parts.csv says: it decides nothing again."""
    same = ("source", "src_fid", "parcel_ref", "part", "stage", "claimed", "strat_sig", "status", "check",
            "regime_rule", "reason")  # fmt: skip
    got = [[row[name] for name in same] for row in table(written / "audit.csv")]
    want = [[row[name] for name in same] for row in table(written / "parts.csv")]
    assert sorted(got) == sorted(want)
    assert len(got) > 200


def test_totals_count_every_verdict_of_a_file(written: Path) -> None:
    """The verdicts of a file, by stage, add up to those counted in parts.csv."""
    want = Counter(
        (row["source"].rpartition("|")[0], row["stage"], row["check"].replace("-", "_") or "no_verdict")
        for row in table(written / "parts.csv")
    )
    got: Counter[tuple[str, str, str]] = Counter()
    for row in table(written / "audit-totals.csv"):
        if row["scope"] == "file":
            for name in (*map(tables.column_of, tables.VERDICTS), "no_verdict"):
                got[row["name"], row["stage"], name] += int(row[name])
    assert +got == want
    assert len({name for _, _, name in want}) >= 9


def test_sites_have_totals_of_their_own(tmp_path: Path) -> None:
    """Parcels of two sites in one file are counted for each; those of no site in the file alone."""
    shapes = [elsewhere(number) for number in range(4)]
    path = plan(
        tmp_path / "plan.gpkg",
        *(("A", WOOD, "High", shapes[0]), ("B", WOOD, "Low", shapes[1])),
        *(("C", WOOD, "Low", shapes[2]), ("D", WOOD, "Low", shapes[3])),
        site_ref=["north", "north", "south", None],
    )
    totals = audit(checked(path)).totals
    named = {(row["scope"], row["name"]): row["parcels"] for row in totals.to_dict("records")}
    assert named == {("site", "north"): 2, ("site", "south"): 1, ("file", str(path)): 4}
    north = totals[totals["name"] == "north"].iloc[0]
    assert (north["wrong_high"], north["ok"]) == (1, 1)


def test_left_alone_is_what_neither_holds_nor_is_put_right(sample: Audit) -> None:
    """A part is left alone if and only if its claim is wrong or open and no text is set for it."""
    told = {(one["source"], one["src_fid"], one["stage"], one["part"]) for one in rows_of(sample.left_alone)}
    want = {
        (one["source"], one["src_fid"], one["stage"], one["part"])
        for one in rows_of(sample.parts)
        if not one["corrected"]
        and (one["status"] in ("provisional", "error") or one["check"] not in ("ok", ""))
    }
    assert told == want
    assert told
    assert all(one["why"].endswith(".") and one["to_do"].endswith(".") for one in rows_of(sample.left_alone))


def test_only_decided_wrong_claims_are_put_right(sample: Audit) -> None:
    """Each text that is set is the answer of a decided part whose claim does not hold."""
    for one in rows_of(sample.parts):
        if one["corrected"]:
            assert one["status"] == "decided"
            assert one["check"] in words.TO_CORRECT
            assert claims.read_label(one["corrected"]).significance == one["strat_sig"]
    assert (sample.parts["corrected"] != "").sum() > 25


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return tables.records(frame)


# --- Units -------------------------------------------------------------------------------------------


def test_parts_add_up_to_their_parcel(sample: Audit) -> None:
    """The units of the parts, claimed and assessed, sum to those of their parcel."""
    found = audit(with_units(sample.result, 3.7))
    keys = ["source", "src_fid", "stage"]
    names = list(tables.UNITS)
    by_part = found.parts.groupby(keys)[names].sum(min_count=1).sort_index()
    whole = found.parcels[found.parcels["units_note"] == ""].set_index(keys)[names].sort_index()
    assert len(whole) > 100
    assert np.allclose(by_part.loc[whole.index], whole, atol=1e-5)
    split = found.parts.groupby(keys)["part"].transform("size") > 1
    assert found.parts.loc[split, "units_claimed"].notna().any()


def test_worth_of_a_parcel_is_the_rules_formula(sample: Audit) -> None:
    """Units / claimed multiplier * assessed multiplier; open parts from all Low to all High."""
    found = audit(with_units(sample.result, 2.0))
    tried = Counter[str]()
    for one in rows_of(found.parcels):
        if one["n_parts"] != 1 or one["units_note"]:
            continue
        (part,) = found.parts.loc[
            (found.parts["source"] == one["source"]) & (found.parts["src_fid"] == one["src_fid"])
            & (found.parts["stage"] == one["stage"])
        ].to_dict("records")  # fmt: skip
        factor = {"High": 1.15, "Medium": 1.1, "Low": 1.0}
        claimed = factor[str(claims.read_label(one["claimed"]).significance)]
        answers = (1.0, 1.15) if part["status"] == "provisional" else (factor[part["strat_sig"]],) * 2
        assert [one["units_low"], one["units_high"]] == pytest.approx(
            [2.0 / claimed * answer for answer in answers], abs=1e-6
        )
        assert one["effect_low"] == pytest.approx(one["units_low"] - 2.0, abs=2e-6)
        assert one["effect_high"] == pytest.approx(one["units_high"] - 2.0, abs=2e-6)
        tried[part["check"]] += 1
    assert tried.keys() >= {"ok", "review", "wrong-high", "missed-high", "invalid-medium", "baseline-not-low"}


def test_kinds_of_units_are_never_added_up(sample: Audit) -> None:
    """Each total holds one kind of units at one stage; trees are with the areas, Retained apart."""
    found = audit(with_units(sample.result))
    want = Counter[tuple[Any, ...]]()
    for one in rows_of(found.parcels):
        if not one["units_note"]:
            kept = one["stage"] == "post" and one["retention"] == "Retained"
            want[one["source"].rpartition("|")[0], KIND[one["module"]], one["stage"], kept] += 1
    files = found.totals[found.totals["scope"] == "file"]
    got = {
        (one["name"], one["units_module"], one["stage"], one["retained"]): one["units_claimed"]
        for one in rows_of(files)
        if one["with_units"]
    }
    assert got == want  # each parcel claims 1
    assert {kind for _, kind, _, _ in got} == {"area", "hedgerow", "watercourse"}
    assert "tree" not in set(found.totals["units_module"])


def test_summary_tells_each_kind_of_units_by_itself(sample: Audit) -> None:
    """Every line of units in the summary is of one kind and one stage, with the figures of the totals."""
    found = audit(with_units(sample.result))
    told = [line.strip() for line in lines(found, []) if "; effect " in line]
    assert [line.partition(":")[0] for line in told] == [
        f"{kind}, {when} the development{kept}"
        for kind in ("Area units, trees among them", "Hedgerow units", "Watercourse units")
        for when, kept in (("before", ""), ("after", ""), ("after", ", Retained"))
    ]
    files = found.totals[(found.totals["scope"] == "file") & (found.totals["units_module"] == "hedgerow")]
    before = files[files["stage"] == "baseline"]
    hedges = next(line for line in told if line.startswith("Hedgerow units, before"))
    assert f"claimed {before['units_claimed'].sum():.4f}" in hedges
    assert f"({before['with_units'].sum()} rows)" in hedges


def test_no_effect_is_given_without_units_or_claim(sample: Audit) -> None:
    """Where units or claim are missing nothing is computed, and a sentence says why."""
    bare = audit(with_units(sample.result, float("nan")))
    assert bare.parts["effect_low"].isna().all()
    assert set(bare.parcels["units_note"]) == {"The input claims no units for it."}
    assert any("--map units=COLUMN" in line for line in lines(bare, []))
    found = audit(with_units(sample.result))
    blank = found.parcels[found.parcels["claimed"] == ""]
    assert len(blank)
    assert blank["effect_low"].isna().all()
    assert (blank["units_note"] != "").all()
    errors = found.parcels[found.parcels["status"] == "error"]
    assert errors["units_low"].isna().all()


def test_units_of_a_file_are_worth_what_the_results_say(tmp_path: Path) -> None:
    """Units that a file claims go through the command: claimed Low and High, found High and Low."""
    path = plan(
        tmp_path / "plan.gpkg",
        *(
            ("IN", WOOD, "Low", in_wood()),
            ("OUT", WOOD, HIGH, elsewhere(0)),
            ("BARE", WOOD, HIGH, elsewhere(1)),
        ),
        BU=[2.0, 2.3, None],
    )
    done = run(path, *MAP, "--map", "units=BU", "--out", tmp_path / "out")
    assert done.exit_code == 0
    found = {row["parcel_ref"]: row for row in table(tmp_path / "out" / "audit-parcels.csv")}
    assert [found["IN"][name] for name in tables.UNITS] == [
        "2.000000", "2.300000", "2.300000", "0.300000", "0.300000",
    ]  # fmt: skip
    assert [found["OUT"][name] for name in tables.UNITS] == [
        "2.300000", "2.000000", "2.000000", "-0.300000", "-0.300000",
    ]  # fmt: skip
    assert found["BARE"]["units_note"] == "The input claims no units for it."
    said = {row["parcel_ref"]: row for row in table(tmp_path / "out" / "parcels.csv")}
    for name in ("units_claimed", "units_low", "units_high"):
        assert {ref: row[name] for ref, row in said.items()} == {ref: row[name] for ref, row in found.items()}
    assert "claimed 4.3000, assessed 4.3000; effect +0.0000 (2 rows)" in done.stderr


def test_units_of_a_row_with_both_stages_are_counted_once(tmp_path: Path) -> None:
    """A row that holds the ground before and after claims its units for what comes after."""
    path = plan(
        tmp_path / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)),
        baseline_habitat=[MEADOW], baseline_ss=[HIGH], units=[1.15],
    )  # fmt: skip
    found = audit(checked(path)).parcels.set_index("stage")
    assert found.loc["post", "units_low"] == 1.0
    assert found.loc["baseline", "units_note"] == "The input claims no units for it."


# --- Corrected copies --------------------------------------------------------------------------------


def test_copies_hold_when_audited_again(sample: Audit, written: Path) -> None:
    """The corrected files hold no claim to put right, and leave the same number of parts alone."""
    options = {"authorities": SAMPLE / "authorities.gpkg", "apib": SAMPLE / "apib.gpkg",
               "overrides": SAMPLE / "overrides.csv"}  # fmt: skip
    again = audit(checked(*(written / f"corrected-{name}" for name in FILES), **options))
    assert [one["check"] for one in rows_of(again.parts) if one["status"] == "decided"].count("ok") == len(
        [one for one in rows_of(again.parts) if one["status"] == "decided"]
    )
    assert [copy for copy in again.copies if copy.corrections] == []
    assert Counter(again.left_alone["status"]) == Counter(sample.left_alone["status"])


def test_split_rows_keep_the_claim_of_their_open_part(tmp_path: Path) -> None:
    """A parcel across several answers becomes rows: decided ones put right, an open one with its claim."""
    found = audit(checked(plan(tmp_path / "plan.gpkg", ("A", WOOD, MEDIUM, across()))))
    assert found.parcels["check"].tolist() == ["split-needed"]
    want: Counter[str] = Counter()  # the layer holds single polygons, so each piece is a row
    for one, shape in zip(rows_of(found.parts), found.result.parts.geometry, strict=True):
        want[one["corrected"] or MEDIUM] += len(shapely.get_parts(shape))
    assert want.keys() == {HIGH, MEDIUM, LOW}
    done, files = found.write(tmp_path / "out")
    got = rows(files[-1], "plan")
    assert Counter(row["proposed_ss"] for row in got) == want
    assert {one["parcel_ref"] for one in got} == {f"A-{number + 1}" for number in range(len(got))}
    assert done.left_alone["status"].tolist() == ["provisional"]


def test_trees_of_several_answers_are_left_to_a_person(tmp_path: Path) -> None:
    """One feature of two trees, one of them in a measure, is not split: a person enters its parts."""
    trees = shapely.MultiPoint([in_wood().centroid, elsewhere(0).centroid])
    path = plan(tmp_path / "plan.gpkg", ("T", "Individual trees - Rural tree", MEDIUM, trees))
    found = audit(checked(path))
    assert found.parts["check"].tolist() == ["invalid-medium", "invalid-medium"]
    assert found.copies == ()
    assert found.left_alone["why"].tolist() == ["Points are not split; enter its parts by hand."] * 2


def test_value_without_a_column_is_left_to_a_person(tmp_path: Path) -> None:
    """A template layer that lacks the column of a value that is due cannot hold it."""
    names = {"Parcel Ref": "A", "Retention Category": "Created", "Baseline Habitat Type": "To be created",
             "Baseline Broad Habitat Type": None, "Proposed Habitat Type": WOOD.partition(" - ")[2],
             "Proposed Broad Habitat Type": WOOD.partition(" - ")[0]}  # fmt: skip
    path = tmp_path / "older.gpkg"
    frame = gpd.GeoDataFrame(
        {name: [cell] for name, cell in names.items()}, geometry=[elsewhere(0)], crs=27700
    )
    frame.to_file(path, layer="Habitats")
    found = audit(checked(path))
    assert found.copies == ()
    post = found.left_alone[found.left_alone["stage"] == "post"]
    assert post["check"].tolist() == ["blank"]
    assert post["why"].tolist() == ["The layer has no column for it."]


def test_one_cell_never_gets_one_of_two_answers(tmp_path: Path) -> None:
    """Where the baseline has other parts than what follows, and they differ, its cell stays."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, MEDIUM, across()), baseline_habitat=[MEADOW],
                baseline_ss=[HIGH])  # fmt: skip
    result = checked(path)
    (first,) = np.flatnonzero(result.parts["stage"] == "baseline")
    found = audit(result)
    (cell,) = [one for copy in found.copies for one in copy.corrections]
    assert (cell.column, cell.text) == ("baseline_ss", LOW)
    # no rule gives such baselines today, so the second part is made by hand
    own = result.parts.iloc[[first]]
    other = own.assign(part=2, strat_sig="Medium", check="wrong-high")
    both = pd.concat([result.parts.iloc[:first], own, other, result.parts.iloc[first + 1 :]])
    found = audit(replace(result, parts=gpd.GeoDataFrame(both.reset_index(drop=True), crs=27700)))
    assert [one for copy in found.copies for one in copy.corrections] == []
    told = found.left_alone[found.left_alone["stage"] == "baseline"]
    assert told["why"].tolist() == [
        "Its parts differ at this stage, and one cell cannot hold two answers; enter them by hand."
    ] * 2  # fmt: skip
    assert len(found.copies[0].splits) == 1


def test_ok_rows_stay_as_they_are_spelled(tmp_path: Path) -> None:
    """A claim that holds is not touched, in whatever words it stands."""
    odd = " area/compensation  NOT in local strategy / no local strategy"
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, odd, elsewhere(0)), ("B", WOOD, HIGH, elsewhere(1)))
    _, files = audit(checked(path)).write(tmp_path / "out")
    assert [row["proposed_ss"] for row in rows(files[-1], "plan")] == [odd, LOW]


def test_file_without_anything_to_put_right_is_not_copied(tmp_path: Path) -> None:
    """Where every claim holds, no folder of corrected files is made."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, LOW, elsewhere(0)))
    done = run(path, *MAP, "--out", tmp_path / "out")
    assert "Nothing is written back." in done.stderr
    assert not list((tmp_path / "out").glob("corrected-*"))


@pytest.mark.parametrize(
    ("answer", "claimed", "column", "template", "want"),
    [
        ("Low", HIGH, [HIGH], "older", LOW),
        ("Low", "High", ["High", HIGH, HIGH], "older", "Low"),  # the claim's own words first
        ("Low", "", ["High", "", "Low"], "older", "Low"),  # then those of the column
        ("Low", "???", [HIGH, "???"], "newer", LOW),
        ("Low", "", ["High", HIGH], "newer", "Low"),  # a column that is of two minds: the template's
        ("Low", "", ["High", HIGH], "older", LOW),
        ("High", "", [], "newer", "High"),
        ("High", "", [], "older", HIGH),
        ("High", "", [], "plain", HIGH),
        ("Medium", LOW, [LOW], "older", MEDIUM),
        ("High", LOW, [LOW, TREE_HIGH], "older", TREE_HIGH),
        ("High", LOW, [LOW, TREE_HIGH, HIGH], "older", HIGH),  # as many of both: the metric's own
        ("High", LOW, [LOW, TREE_HIGH.upper(), f" {TREE_HIGH}", HIGH], "older", TREE_HIGH),
        ("Low", TREE_HIGH, [TREE_HIGH], "older", LOW),
    ],
)
def test_answer_is_written_in_the_files_words(
    answer: str, claimed: str, column: list[str], template: str, want: str
) -> None:
    """The claim's own vocabulary decides, then its column's, then its template's."""
    assert words.in_file_words(answer, claimed=claimed, column=column, template=template) == want


def test_tree_layer_keeps_its_own_spelling_of_high(tmp_path: Path) -> None:
    """A column that spells High in the words of some tree layers gets High in those words."""
    path = plan(
        tmp_path / "plan.gpkg",
        *(("A", WOOD, LOW, in_wood()), ("B", WOOD, TREE_HIGH, elsewhere(0))),
    )
    _, files = audit(checked(path)).write(tmp_path / "out")
    assert [row["proposed_ss"] for row in rows(files[-1], "plan")] == [TREE_HIGH, LOW]


def test_other_formats_are_named_not_written(tmp_path: Path) -> None:
    """A GeoJSON file is audited; what would be put right is left alone and says why."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)))
    text = tmp_path / "plan.geojson"
    gpd.read_file(path).to_crs(4326).to_file(text)
    found = audit(checked(text))
    assert found.copies == ()
    assert found.left_alone["why"].tolist() == [
        "Only GeoPackages given as files are written back; enter the value by hand."
    ]
    assert found.parts["check"].tolist() == ["wrong-high"]
    framed = audit(checked(gpd.read_file(path)))
    assert framed.left_alone["why"].tolist() == found.left_alone["why"].tolist()


def test_files_of_one_name_get_copies_of_two(tmp_path: Path) -> None:
    """Two inputs of the same name in different folders are both written back."""
    first = plan(tmp_path / "one" / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)))
    second = plan(tmp_path / "two" / "plan.gpkg", ("B", WOOD, HIGH, elsewhere(1)))
    _, files = audit(checked(first, second)).write(tmp_path / "out")
    assert [one.name for one in files[-2:]] == ["corrected-plan.gpkg", "corrected-plan-2.gpkg"]
    assert [rows(one, "plan")[0]["parcel_ref"] for one in files[-2:]] == ["A", "B"]


def test_file_given_twice_is_refused(tmp_path: Path) -> None:
    """A file that is named twice ends with 2 and a clear message: its units would count twice."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)))
    done = run(path, path, *MAP, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "given twice" in done.stderr
    assert not (tmp_path / "out").exists()


def test_frames_are_kept_apart(tmp_path: Path) -> None:
    """Two frames, whose rows have the same ids, are two sets of parcels."""
    one = gpd.read_file(plan(tmp_path / "one.gpkg", ("A", WOOD, HIGH, elsewhere(0)), units=[1.15]))
    two = gpd.read_file(plan(tmp_path / "two.gpkg", ("B", WOOD, LOW, elsewhere(1)), units=[1.0]))
    found = audit(checked(one, two)).parcels
    assert found["check"].tolist() == ["wrong-high", "ok"]
    assert found["units_low"].tolist() == [1.0, 1.0]


def test_column_named_by_map_is_the_one_put_right(tmp_path: Path) -> None:
    """The column that --map names is corrected, under its own name."""
    path = tmp_path / "own.gpkg"
    frame = gpd.GeoDataFrame(
        {"ID": ["A"], "ACTION": ["Created"], "NEW": [WOOD], "SIG": ["High"]},
        geometry=[elsewhere(0)], crs=27700,
    )  # fmt: skip
    frame.to_file(path, layer="own")
    names = {"parcel_ref": "ID", "retention": "ACTION", "proposed_habitat": "NEW", "proposed_ss": "SIG"}
    _, files = audit(checked(path, field_map=names)).write(tmp_path / "out")
    assert rows(files[-1], "own")[0]["SIG"] == "Low"


def test_kept_baseline_is_never_rewritten() -> None:
    """A baseline that keeps its value stays as it is, whatever the verdict."""
    row = {"status": "decided", "check": "frozen-baseline-changed", "stage": "baseline", "strat_sig": "High",
           "alt_sig": "", "regime": "as-submitted", "ss_reason": "frozen"}  # fmt: skip
    for verdict in ("frozen-baseline-changed", "blank", "unrecognised", "wrong-high"):
        changed = {**row, "check": verdict}
        assert not words.corrects(changed)
        assert words.why_left(changed) == "The baseline keeps the value it had; it is never rewritten."
    assert words.why_left({**row, "check": "ok"}) == ""
    assert words.corrects({**row, "check": "baseline-not-low", "regime": "table-7"})


@pytest.mark.parametrize("status", ["provisional", "error"])
def test_open_rows_are_never_written(status: str) -> None:
    """Whatever its verdict, a row without a decided answer is left alone with a reason."""
    for verdict in ("", *tables.VERDICTS):
        row = {"status": status, "check": verdict, "stage": "post", "strat_sig": "Low", "alt_sig": "High",
               "regime": "both", "ss_reason": "open-verdict"}  # fmt: skip
        assert not words.corrects(row)
        assert words.why_left(row)


def test_later_submission_is_held_against_the_earlier_file(tmp_path: Path) -> None:
    """A baseline that was submitted before publication and differs from the earlier file is left alone."""
    dates = ("--application-date", "2024-09-21")
    early = plan(tmp_path / "early.gpkg", ("A", WOOD, LOW, elsewhere(0)), baseline_habitat=[MEADOW],
                 baseline_ss=[HIGH])  # fmt: skip
    late = plan(tmp_path / "late.gpkg", ("A", WOOD, LOW, elsewhere(0)), baseline_habitat=[MEADOW],
                baseline_ss=[LOW])  # fmt: skip
    done = run(late, *MAP, *dates, "--submitted", early, "--out", tmp_path / "out")
    assert done.exit_code == 0
    (left,) = table(tmp_path / "out" / "left-alone.csv")
    assert (left["check"], left["stage"]) == ("frozen-baseline-changed", "baseline")
    assert left["to_do"].startswith("Put back the significance of the earlier file")
    assert not list((tmp_path / "out").glob("corrected-*"))


@pytest.mark.parametrize("newer", [False, True], ids=["one row", "a layer for each stage"])
def test_retained_row_waits_for_its_changed_baseline(tmp_path: Path, newer: bool) -> None:
    """Retained habitat takes the value of its baseline, so while that one stands as changed, so does it."""
    early, late = (kept(tmp_path / name, said, newer) for name, said in (("early", "High"), ("late", "Low")))
    options = {"dates": {"application_date": "2024-09-21"}, "submitted": early}
    before = late.read_bytes()
    found, _ = audit(checked(late, **options)).write(tmp_path / "out")
    assert found.copies == ()
    assert late.read_bytes() == before
    told = {row["stage"]: row for row in rows_of(found.left_alone)}
    assert {stage: row["check"] for stage, row in told.items()} == {
        "baseline": "frozen-baseline-changed", "post": "missed-high",
    }  # fmt: skip
    assert told["post"]["strat_sig"] == "High"
    assert told["post"]["why"].startswith("It takes the value of its own baseline, which is left as it is")
    assert told["post"]["to_do"].startswith("Settle its baseline first")
    assert rows_of(found.parts)[-1]["to_do"] == told["post"]["to_do"]


@pytest.mark.parametrize("newer", [False, True], ids=["one row", "a layer for each stage"])
def test_retained_row_follows_a_baseline_that_holds(tmp_path: Path, newer: bool) -> None:
    """Where the baseline is as it was submitted, Retained habitat gets its value."""
    early, late = (kept(tmp_path / name, "High", newer) for name in ("early", "late"))
    options = {"dates": {"application_date": "2024-09-21"}, "submitted": early}
    found = audit(checked(late, **options))
    assert found.left_alone.empty
    assert {row["stage"]: row["corrected"] for row in rows_of(found.parts)} == {
        "baseline": "", "post": "High",
    }  # fmt: skip


def test_retained_row_goes_by_its_own_baseline(tmp_path: Path) -> None:
    """Where two rows bear one reference, each Retained row follows the baseline in its own row."""
    early = kept(tmp_path / "early", "High", newer=False)
    late = plan(
        tmp_path / "late.gpkg", ("A", MEADOW, "Low", elsewhere(0)), ("A", MEADOW, "Low", elsewhere(1)),
        retention=["Retained"] * 2, baseline_habitat=[MEADOW] * 2, baseline_ss=["High", "Low"],
    )  # fmt: skip
    found = audit(checked(late, dates={"application_date": "2024-09-21"}, submitted=early))
    post = [row for row in rows_of(found.parts) if row["stage"] == "post"]
    assert [row["corrected"] for row in post] == ["High", ""]


def kept(folder: Path, said: str, newer: bool) -> Path:
    """Write one Retained parcel, Low after the development, in the user's columns or the newer template."""
    folder.mkdir()
    path = folder / "plan.gpkg"
    if not newer:
        return plan(path, ("A", MEADOW, "Low", elsewhere(0)), retention=["Retained"],
                    baseline_habitat=[MEADOW], baseline_ss=[said])  # fmt: skip
    broad, _, habitat = MEADOW.partition(" - ")
    common = {"Habitat Ref": ["A"], "Baseline Broad Habitat Type": [broad], "Baseline Habitat Type": [habitat],
              "Baseline Strategic Significance": [said]}  # fmt: skip
    post = {"Parent Ref": ["A"], "Retention Category": ["Retained"], "Proposed Broad Habitat Type": [broad],
            "Proposed Habitat Type": [habitat], "Proposed Strategic Significance": ["Low"]}  # fmt: skip
    for layer, cells in (("Baseline", common), ("Post-Intervention", common | post)):
        frame = gpd.GeoDataFrame(cells, geometry=[elsewhere(0)], crs=27700)
        frame.to_file(path, layer=f"Area Habitats {layer}")
    return path


def test_retained_row_stays_where_its_baseline_finds_no_column(tmp_path: Path) -> None:
    """A baseline that is left for any reason keeps the Retained value that follows from it."""
    names = {"Parcel Ref": "A", "Retention Category": "Retained", "Proposed Strategic Significance": HIGH}
    for stage in ("Baseline", "Proposed"):
        names |= {f"{stage} Broad Habitat Type": "Grassland",
                  f"{stage} Habitat Type": MEADOW.partition(" - ")[2]}  # fmt: skip
    frame = gpd.GeoDataFrame(
        {name: [cell] for name, cell in names.items()}, geometry=[elsewhere(0)], crs=27700
    )
    frame.to_file(tmp_path / "older.gpkg", layer="Habitats")
    found = audit(checked(tmp_path / "older.gpkg"))
    assert found.copies == ()
    assert [(row["stage"], row["why"]) for row in rows_of(found.left_alone)] == [
        ("baseline", "The layer has no column for it."), ("post", words.BASELINE_LEFT),
    ]  # fmt: skip


def test_kept_baseline_that_the_earlier_file_lacks_says_so() -> None:
    """A baseline whose earlier value is not known is left alone, and told what to hold it against."""
    row = {"status": "provisional", "check": "review", "stage": "baseline", "strat_sig": "Low", "alt_sig": "",
           "claimed": "High"}  # fmt: skip
    for code, regime in (("frozen", "as-submitted"), ("as-secured", "as-secured")):
        part = {**row, "ss_reason": code, "regime": regime}
        assert words.why_left(part).endswith("does not show: compare it with what was submitted.")
        assert "no valid one is known" in words.why_left({**part, "claimed": "???"})
    assert words.why_left({**row, "ss_reason": "repaired-geometry", "regime": ""}) == (
        "It is provisional (repaired-geometry): a person must look."
    )


# --- Layers that cannot be edited --------------------------------------------------------------------


def with_view(path: Path) -> Path:
    """Register a view of the layer `plan` beside it, as GIS programs read them."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("create view seen as select fid as OGC_FID, * from plan")
        database.execute(
            "insert into gpkg_contents (table_name, data_type, identifier, srs_id)"
            " values ('seen', 'features', 'seen', 27700)"
        )
        database.execute(
            "insert into gpkg_geometry_columns select 'seen', column_name, geometry_type_name, srs_id, z, m"
            " from gpkg_geometry_columns where table_name = 'plan'"
        )
        database.commit()
    return path


def test_rows_of_a_view_are_left_alone_and_the_rest_is_put_right(tmp_path: Path) -> None:
    """A view beside the tables stops nothing: its rows are listed, an issue names it, tables are corrected."""
    path = with_view(plan(tmp_path / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0))))
    done, files = audit(checked(path)).write(tmp_path / "out")
    assert {row["source"].rpartition("|")[2]: row["corrected"] for row in rows_of(done.parts)} == {
        "plan": LOW, "seen": "",
    }  # fmt: skip
    (left,) = rows_of(done.left_alone)
    assert left["source"] == f"{path}|seen"
    assert left["why"].startswith("The layer is a view")
    (told,) = [row for row in rows_of(done.result.issues) if row["code"] == "layer-not-written"]
    assert (told["dataset"], told["layer"]) == (str(path), "seen")
    assert "layer-not-written" in (tmp_path / "out" / "result.json").read_text(encoding="utf-8")
    assert [row["proposed_ss"] for row in rows(files[-1], "plan")] == [LOW]
    assert [row["proposed_ss"] for row in rows(files[-1], "seen")] == [LOW]  # a view shows its table


def test_table_without_integer_key_is_left_alone(tmp_path: Path) -> None:
    """Rows that no id tells apart are listed; without another layer no copy is made."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)))
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            database.execute(f'drop trigger "{name}"')
        database.execute("create table other as select * from plan")
        database.execute("drop table plan")
        database.execute("alter table other rename to plan")
        database.commit()
    found = audit(checked(path))
    assert found.copies == ()
    assert [row["why"].partition(",")[0] for row in rows_of(found.left_alone)] == [
        "The layer is a table without an integer primary key"
    ]
    assert "layer-not-written" in set(found.result.issues["code"])


# --- Drafts ------------------------------------------------------------------------------------------


def drafted(result: lnrs_geo.Result) -> lnrs_geo.Result:
    """Return a result as `--accept-proposed` leaves it: said in the notice, and in each reason that rests on it."""
    options = {**result.run["options"], "accept_proposed": True}
    run_of = {**result.run, "options": options, "notice": "DRAFT: nothing here may be relied on."}
    rests = result.parts["ss_reason"].isin(["consistent", "inconsistent"])
    reasons = result.parts["reason"].mask(rests, "DRAFT: " + result.parts["reason"])
    return replace(result, run=run_of, parts=result.parts.assign(reason=reasons))


def test_nothing_of_a_draft_is_written_back(tmp_path: Path) -> None:
    """Answers by unconfirmed rows make no corrected copy: what would have been put right is listed."""
    path = plan(tmp_path / "plan.gpkg", ("IN", WOOD, LOW, in_wood()), ("OUT", WOOD, HIGH, elsewhere(0)),
                ("HELD", WOOD, HIGH, in_wood()))  # fmt: skip
    found, files = audit(drafted(checked(path))).write(tmp_path / "out")
    assert found.copies == ()
    assert not list((tmp_path / "out").glob("corrected-*"))
    left = {row["parcel_ref"]: row for row in rows_of(found.left_alone)}
    assert left.keys() == {"IN", "OUT"}
    assert all("draft (--accept-proposed)" in row["why"] for row in left.values())
    to_do = {row["parcel_ref"]: row["to_do"] for row in rows_of(found.parts)}
    assert to_do["IN"] == "Have a person confirm the crosswalk row first: it is only proposed."
    assert to_do["HELD"] == to_do["IN"]
    assert to_do["OUT"] == "Enter Low: the claim is too high."  # rests on no row
    said = list(lines(found, files))
    assert any(one.startswith("Nothing is written back: the answers are a draft") for one in said)
    text = tmp_path / "plan.geojson"
    gpd.read_file(path).to_crs(4326).to_file(text)
    listed = audit(drafted(checked(text))).left_alone
    assert {row["why"] for row in rows_of(listed)} == {row["why"] for row in left.values()}


def test_draft_by_the_command_writes_no_copy(tmp_path: Path) -> None:
    """--accept-proposed is all it takes."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)))
    done = run(path, *MAP, "--accept-proposed", "--out", tmp_path / "out")
    assert "Nothing is written back: the answers are a draft" in done.stderr
    assert not list((tmp_path / "out").glob("corrected-*"))
    (left,) = table(tmp_path / "out" / "left-alone.csv")
    assert left["why"] == "The answers are a draft (--accept-proposed), of which nothing is written back."


# --- What to do --------------------------------------------------------------------------------------


def test_advice_on_a_baseline_goes_by_its_own_dates(tmp_path: Path) -> None:
    """In one run a site with dates is told to enter Low, one without that an older date would keep it."""
    path = plan(
        tmp_path / "plan.gpkg", ("A", WOOD, LOW, elsewhere(0)), ("B", WOOD, LOW, elsewhere(1)),
        site_ref=["dated", "undated"], baseline_habitat=[MEADOW] * 2, baseline_ss=[HIGH] * 2,
    )  # fmt: skip
    sites = tmp_path / "applications.csv"
    sites.write_text("reference,application_date\ndated,2026-05-01\n", encoding="utf-8")
    found = audit(checked(path, applications=sites))
    said = {row["site_ref"]: row for row in rows_of(found.parts) if row["stage"] == "baseline"}
    assert {row["check"] for row in said.values()} == {"baseline-not-low"}
    assert said["dated"]["to_do"] == "Enter Low: a baseline is Low."
    assert said["undated"]["to_do"] == (
        "Enter Low: a baseline is Low, unless the relevant date was before publication of the LNRS."
    )


def test_summary_says_what_low_baselines_rest_on(tmp_path: Path) -> None:
    """Where baselines are set Low for want of dates, dates are asked for; with dates they are not."""
    said = "  Baselines were set to Low because an application after publication is assumed: give the dates first"
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, LOW, elsewhere(0)), baseline_habitat=[MEADOW],
                baseline_ss=[HIGH])  # fmt: skip
    undated, files = audit(checked(path)).write(tmp_path / "one")
    assert any(one.startswith(said) for one in lines(undated, files))
    right = plan(tmp_path / "right.gpkg", ("A", WOOD, HIGH, elsewhere(0)), baseline_habitat=[MEADOW],
                 baseline_ss=[LOW])  # fmt: skip
    held, files = audit(checked(right)).write(tmp_path / "three")
    assert held.copies
    assert not any("Baselines were set" in one for one in lines(held, files))
    dates = {"application_date": "2026-05-01"}
    dated, files = audit(checked(path, dates=dates)).write(tmp_path / "two")
    assert dated.parts["corrected"].tolist() == undated.parts["corrected"].tolist()
    assert not any("Baselines were set" in one for one in lines(dated, files))


def test_summary_counts_split_parcels_and_says_what_splitting_changed(tmp_path: Path) -> None:
    """A parcel split before and after is one parcel; references, sizes and open parts are spoken of."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, MEDIUM, across()))
    found, files = audit(checked(path)).write(tmp_path / "out")
    twice = pd.concat([found.parcels, found.parcels.assign(stage="baseline")])
    said = list(lines(replace(found, parcels=twice), files))
    assert "  To be entered as several rows: 1 parcel (A)." in said
    (changed,) = [one for one in said if "references and sizes of their own" in one]
    assert changed.endswith("provisional parts keep the claimed value.")
    whole = plan(tmp_path / "whole.gpkg", ("A", WOOD, MEDIUM, elsewhere(0)))
    assert not any("were split" in one or "rows split" in one for one in lines(audit(checked(whole)), []))


def test_every_verdict_says_what_to_do() -> None:
    """Each verdict has a sentence of its own; where no dates are given, a baseline's says so."""
    row = {"status": "decided", "strat_sig": "Low", "alt_sig": "", "stage": "baseline", "reason": "It is so."}
    said = {
        verdict: words.to_do({**row, "check": verdict})
        for verdict in ("", *tables.VERDICTS)
        if verdict != "review"
    }
    assert len(set(said.values())) == len(said)
    assert all(words.endswith(".") for words in said.values())
    assert set(words.MEANINGS) == {*tables.VERDICTS, "no_verdict"}
    assert "unless" not in said["baseline-not-low"]
    reason = "Low for an application made after publication, which is assumed here."
    undated = words.to_do({**row, "check": "baseline-not-low", "reason": reason})
    assert "unless the relevant date was before" in undated


def test_open_part_names_its_two_figures() -> None:
    """Where two figures stand, the person is told which; else what counts until then."""
    row = {"status": "provisional", "check": "review", "strat_sig": "Low", "alt_sig": "High", "reason": ""}
    assert "between Low and High" in words.to_do(row)
    assert "until then it counts as Low" in words.to_do({**row, "alt_sig": ""})


# --- The command -------------------------------------------------------------------------------------


def test_exit_codes_are_those_of_check(tmp_path: Path) -> None:
    """0 done, 1 with rows in error or, with --strict, for review; 2 wrong usage; 3 unusable input."""
    good = plan(tmp_path / "good.gpkg", ("A", WOOD, LOW, elsewhere(0)))
    open_row = plan(tmp_path / "open.gpkg", ("A", "no habitat at all", LOW, elsewhere(0)))
    error = plan(tmp_path / "error.gpkg", ("A", WOOD, LOW, None), ("B", WOOD, LOW, elsewhere(0)))
    out = ("--out", tmp_path / "out", "-q")
    assert run(good, *MAP, *out).exit_code == 0
    assert run(open_row, *MAP, *out).exit_code == 0
    assert run(open_row, *MAP, *out, "--strict").exit_code == 1
    assert run(error, *MAP, *out).exit_code == 1
    assert run(good, *MAP, *out, "--as-at", "2020-01-01").exit_code == 2
    assert run(tmp_path / "absent.gpkg", *MAP, *out).exit_code == 3


def test_files_go_to_a_folder_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --out the folder is lnrs-audit, as the help says, and not that of `check`."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)))
    monkeypatch.chdir(tmp_path)
    run(path, *MAP)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["lnrs-audit", "plan.gpkg"]
    assert "lnrs-audit by default" in " ".join(run("--help").output.split())


def test_json_goes_to_standard_output_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --json and no --out the document is printed, words go to standard error, nothing is written."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)))
    monkeypatch.chdir(tmp_path)
    done = run(path, *MAP, "--json")
    document = json.loads(done.stdout)
    assert document["schema"] == "lnrs-geo/audit-1"
    assert document["parts"][0]["check"] == "wrong-high"
    assert [one["file"] for one in document["copies"]] == ["corrected-plan.gpkg"]
    assert set(document) == {
        "schema", "program", "run", "parts", "parcels", "totals", "left_alone", "issues", "copies",
    }  # fmt: skip
    assert "Would be written back, with --out" in done.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["plan.gpkg"]


def test_summary_counts_what_the_tables_hold(sample: Audit) -> None:
    """Each verdict stands in the summary with its counts before and after."""
    table = [line for line in lines(sample, []) if line.startswith("  ")]
    told = {line.split()[0]: line.split()[1:3] for line in reversed(table)}
    for verdict in tables.VERDICTS:
        counts = [
            str(((sample.parts["check"] == verdict) & (sample.parts["stage"] == stage)).sum())
            for stage in ("baseline", "post")
        ]
        if counts != ["0", "0"]:
            assert told[verdict] == counts


def test_copy_never_replaces_its_own_source(tmp_path: Path) -> None:
    """An input that lies where its copy would go is refused, and stays; nothing else is written."""
    path = plan(tmp_path / "out" / "corrected-plan.gpkg", ("A", WOOD, HIGH, elsewhere(0)))
    other = plan(tmp_path / "plan.gpkg", ("B", WOOD, HIGH, elsewhere(1)))
    before = path.read_bytes()
    with pytest.raises(OutputError, match="would replace an input"):
        audit(checked(other, path)).write(tmp_path / "out")
    assert path.read_bytes() == before
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["corrected-plan.gpkg"]


def test_failure_while_writing_changes_nothing(
    sample: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the last table cannot be written, neither results nor copies are there."""

    def full(*_: object) -> None:
        raise OutputError("The disk is full.")

    monkeypatch.setattr(auditing.tabular, "write_csv", full)
    with pytest.raises(OutputError, match="full"):
        sample.write(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_row_that_cannot_be_split_is_left_alone(tmp_path: Path) -> None:
    """Where the layer cannot hold the parts, the row stays whole, is listed, and an issue says why."""
    path = plan(tmp_path / "plan.gpkg", ("A", WOOD, MEDIUM, shapely.force_3d(across(), 5)))
    found = audit(checked(path))
    assert (found.parts["corrected"] != "").any()
    done, files = found.write(tmp_path / "out")
    assert [row["proposed_ss"] for row in rows(files[-1], "plan")] == [MEDIUM]
    assert (done.parts["corrected"] == "").all()
    assert len(done.left_alone) == len(done.parts)
    assert [(copy.splits, copy.parts_of) for copy in done.copies] == [([], {})]
    assert "split-not-written" in set(done.result.issues["code"])
    assert "split-not-written" in (tmp_path / "out" / "result.json").read_text(encoding="utf-8")


def test_claimed_units_are_read_with_the_metrics_multipliers() -> None:
    """The three multipliers behind claimed units are those of the rules."""
    said = {text: units.claimed_multiplier(claims.read_label(text)) for text in (HIGH, MEDIUM, LOW)}
    assert [str(one) for one in said.values()] == ["1.15", "1.1", "1"]
