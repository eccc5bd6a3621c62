"""Decision cases as they stand in `cases/*.toml`, turned into frames for `lnrs_geo.check`.

Land is written in metres east and north of one corner: "0,0 100,60" is a rectangle, several are joined
with ";", and anything that begins with a letter is WKT in the same metres.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely import affinity

import lnrs_geo
from lnrs_geo.multiplier.crosswalk import COLUMNS
from lnrs_geo.multiplier.documents import COLUMNS as LIST_COLUMNS
from lnrs_geo.result import Result

Case = dict[str, Any]

FOLDER = Path(__file__).parent / "cases"
CORNER = (430_000.0, 360_000.0)
BNG = "EPSG:27700"
LNRS_ID = "99"
EVERYWHERE = "-2000,-2000 2000,2000"
FAR_AWAY = "1900,1900 1950,1950"
# the words of a case and the columns of a layer that they fill
PARCEL_WORDS = {
    "ref": "parcel_ref", "module": "module", "retention": "retention", "baseline": "baseline_habitat",
    "proposed": "proposed_habitat", "baseline_claim": "baseline_ss", "claim": "proposed_ss",
    "location": "location", "count": "count", "site": "site_ref",
}  # fmt: skip
MEASURE_WORDS = {
    "location": "location_id", "id": "measure_id", "text": "measure", "priority": "priority",
    "eligible": "eligible", "lnrs": "lnrs_id",
}  # fmt: skip
ROW_WORDS = {"measure": "measure_id", "lnrs": "lnrs_id", "role": "reviewer_role", "on": "reviewed_on"}
# who stands for a row: a published one has its source, a confirmed one a role and a date
ROW_SIGNED = {
    "module": "area", "status": "published", "source": "a made-up table", "role": "ecologist", "on": "2024-01-15",
}  # fmt: skip
ROW_DEFAULTS = {**ROW_SIGNED, "intervention": "either", "verdict": "yes"}
OVERRIDE_WORDS = {"parcel": "parcel_ref", "site": "site_ref", "why": "justification", "on": "date"}
OVERRIDE_DEFAULTS = {"role": "ecologist", "on": "2026-11-01", "why": "seen on site"}
APPLICATION_WORDS = {"site": "reference"}
LIST_WORDS = {"parcel": "parcel_ref", "site": "site_ref", "on": "date"}
# who judged a parcel under Table 8, and when, where a case does not say
JUDGED = {"role": "ecologist", "on": "2024-11-01"}


def load_cases() -> list[Case]:
    """Return every case of every file; what `[given]` of a file says holds for all its cases."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in content.get("case", []):
            found.append({**content.get("given", {}), **case, "file": path.stem})
    return found


def land(text: str) -> shapely.Geometry | None:
    """Read land; None where nothing is written.

    >>> land("0,0 100,60").area, land("POINT (5 6)").x
    (6000.0, 430005.0)
    """
    if not text:
        return None
    if text[0].isalpha():
        shape = shapely.from_wkt(text)
    else:
        boxes = [[[float(n) for n in corner.split(",")] for corner in one.split()] for one in text.split(";")]
        shape = shapely.union_all([shapely.box(*low, *high) for low, high in boxes])
    return affinity.translate(shape, *CORNER)


def frame(rows: Iterable[Mapping[str, Any]], words: Mapping[str, str]) -> gpd.GeoDataFrame:
    """Return tables of a case as a layer, its words turned into columns."""
    shapes, values = [], []
    for row in rows:
        shapes.append(land(row["land"]))
        values.append({words.get(word, word): value for word, value in row.items() if word != "land"})
    return gpd.GeoDataFrame(pd.DataFrame(values).fillna(""), geometry=gpd.GeoSeries(shapes, crs=BNG), crs=BNG)


def solve(case: Case, folder: Path) -> Result:
    """Give a case to the program as a user would, frames in the place of files."""
    strategy = {"status": "published", "published": "2025-01-15", **case.get("strategy", {})}
    options = dict(case.get("options", {}))
    options.setdefault("as_at", date(2026, 11, 20))
    named = [_with_files(one, folder / name) for name, one in _strategies(case).items()]
    areas = case.get("area", "not given" if named else [{"land": EVERYWHERE}])
    sites = {name: frame([{"land": case[name]}], {}) for name in ("apib", "acb") if name in case}
    given = case.get("parcels") or [case["parcel"]]
    return lnrs_geo.check(
        _parcels(given, case, folder / "parcels.gpkg"),
        measures=() if named else frame(_measures(case), MEASURE_WORDS),
        strategy=named or _strategy_file(strategy, folder),
        crosswalk=None if named else _crosswalk(case),
        overrides=[
            _renamed({**OVERRIDE_DEFAULTS, **row}, OVERRIDE_WORDS) for row in case.get("overrides", [])
        ],
        area=None
        if areas == "not given"
        else frame([{"lnrs": LNRS_ID, **one} for one in areas], {"lnrs": "lnrs_id"}),
        authorities=frame(case["authorities"], {"name": "authority"}) if "authorities" in case else None,
        documents=_documents(case),
        applications=_applications(case),
        submitted=_parcels(case["submitted"], case, folder / "submitted.gpkg")
        if "submitted" in case
        else None,
        dates=case.get("dates"),
        **sites,
        **options,
    )


def _parcels(given: list[dict[str, Any]], case: Case, path: Path) -> gpd.GeoDataFrame | Path:
    """Return parcels as a frame, or as a GeoPackage where the case names a template's layer."""
    if "layer" in case:
        frame(given, {}).to_file(path, layer=case["layer"], driver="GPKG")
        return path
    if case.get("bare"):
        return frame([{"land": one["land"]} for one in given], {})
    plain = {"retention": "Created", "proposed": ""}
    return frame(
        [{"ref": f"P{number}", **plain, **one} for number, one in enumerate(given, start=1)], PARCEL_WORDS
    )


def _documents(case: Case) -> gpd.GeoDataFrame | list[dict[str, Any]] | None:
    """Return what a case gives for Table 8: a layer of documents, a list of them, or nothing."""
    if case.get("documents"):
        return frame(case["documents"], {})
    if "documents_list" not in case:
        return None
    rows = [{**(JUDGED if "parcel" in row else {}), **row} for row in case["documents_list"]]
    words = case.get("list_columns", LIST_COLUMNS)
    return [{**dict.fromkeys(words, ""), **_renamed(row, LIST_WORDS)} for row in rows]


def _applications(case: Case) -> list[dict[str, Any]] | None:
    """Return the table of sites of a case; every row has every column that one of them names."""
    if "applications" not in case:
        return None
    rows = [_renamed(row, APPLICATION_WORDS) for row in case["applications"]]
    columns = {column: "" for row in rows for column in row}
    return [{**columns, **row} for row in rows]


def _measures(case: Case) -> list[dict[str, Any]]:
    given = case.get("measures") or [{"id": "FAR", "land": FAR_AWAY}]
    return [
        {"location": f"L{number}", "text": f"Measure {one['id']}", "priority": "1", "eligible": "", **one}
        for number, one in enumerate(given, start=1)
    ]


def _crosswalk(case: Case) -> list[dict[str, Any]]:
    blank = dict.fromkeys(COLUMNS, "")
    rows = []
    for row in case.get("crosswalk", []):
        told = row if row.get("complete") else {**ROW_DEFAULTS, **row}
        rows.append({**blank, **_renamed({**ROW_SIGNED, **told}, ROW_WORDS)})
    return rows


def _renamed(row: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    return {words.get(word, word): value for word, value in row.items()}


def _strategies(case: Case) -> dict[str, dict[str, Any]]:
    """Return the strategies of a case by name, those that it `load`s in that order, with its `change`s."""
    told, change = case.get("strategies", {}), case.get("change", {})
    return {name: {**told[name], **change.get(name, {})} for name in case.get("load", told)}


def _with_files(told: Mapping[str, Any], folder: Path) -> Path:
    """Write a strategy with the files that it names: measures, crosswalk and, where it has one, its area."""
    folder.mkdir()
    # a map holds a measure at least, be it far from everything
    measures = frame(_measures(dict(told)), MEASURE_WORDS)
    measures.to_file(folder / "measures.gpkg", layer="measures")
    pd.DataFrame(_crosswalk(dict(told)), columns=list(COLUMNS)).to_csv(folder / "crosswalk.csv", index=False)
    lines = [f'lnrs_id = "{told["lnrs"]}"', f'name = "{folder.name}"', 'authority = "Example Council"']
    lines += [f'status = "{told.get("status", "published")}"']
    lines += [f'published = "{told.get("published", "2025-01-15")}"']
    if told.get("area"):
        frame([{"land": told["area"]}], {}).to_file(folder / "area.gpkg", layer="area")
        lines.append('area = "area.gpkg"')
    lines += ["[measures]", 'files = ["measures.gpkg"]']
    lines += [f"layers = {told['layers']!r}"] if "layers" in told else []
    lines += ["[crosswalk]", 'file = "crosswalk.csv"']
    path = folder / "strategy.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _strategy_file(told: Mapping[str, Any], folder: Path) -> Path:
    """Write the strategy file of a case; `layers` names the layers that its map should have."""
    path = folder / "strategy.toml"
    lines = [f'lnrs_id = "{LNRS_ID}"', 'name = "Example"', 'authority = "Example Council"']
    lines += [f'{key} = "{told[key]}"' for key in ("status", "published") if told.get(key)]
    if "layers" in told:
        lines += ["[measures]", f"layers = {told['layers']!r}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
