"""Every number on the page is the result's: each one is looked up again, in the CSV and in `result.json`."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pandas as pd
import pytest

from lnrs_geo.report.page import MOST_OF_A_CODE
from tests.report.reading_pages import above, page_of, parents, text, tree

Row = Mapping[str, Any]
SUMMED = {"high": "High", "medium": "Medium", "low": "Low"}
KINDS = {"area": ("area", "tree"), "hedgerow": ("hedgerow",), "watercourse": ("watercourse",)}


@pytest.fixture(scope="module")
def document(sample_folder: Path) -> dict[str, Any]:
    """Return what `result.json` of the sample data holds, with units that some of the rows claim."""
    found = json.loads((sample_folder / "result.json").read_text(encoding="utf-8"))
    for number, row in enumerate(found["parcels"]):
        if number % 3 == 0:
            row |= {"units_claimed": 1.25 + number, "units_low": 1.125 + number, "units_high": 1.3 + number}
            if number % 15 == 0:
                row |= {"units_low": None, "units_high": None}
        else:
            row |= {"units_claimed": None, "units_low": None, "units_high": None}
    return found


class Golden:
    """Looks up what each number of a page must be, from the rows of the result alone."""

    def __init__(self, document: dict[str, Any], html: str) -> None:
        self.document = document
        self.root = tree(html)
        self.parents = parents(self.root)
        self.parts = pd.DataFrame(document["parts"])
        self.parcels = pd.DataFrame(document["parcels"])

    def expected(self, number: Element) -> float:
        """Return what a number must be, by where it stands and what it is called."""
        around = list(above(number, self.parents))
        column = str(number.get("data-column"))
        row: dict[str, str] = next((dict(one.attrib) for one in around if one.tag == "tr"), {})
        section = next((one.get("aria-labelledby") or "" for one in around if one.tag == "section"), "")
        table = next((str(one[0].get("id")) for one in around if one.tag == "table"), "")
        feature = next((dict(one.attrib) for one in around if one.get("data-fid")), None)
        if table.endswith("-measures"):
            return self.match(feature, row)[column]
        if table.endswith("-parts"):
            return self.part(feature, row["data-stage"], int(row["data-part"]))[column]
        if table == "parcel-table" and column in ("part size", "ss_mult", "alt_mult"):
            (line,) = [one for one in around if one.tag == "tr"]
            place = [one for one in line.iter("data") if one.get("data-column") == column].index(number)
            return self.proposed(feature, column)[place]
        if feature:
            stage = next((one.get("data-stage") for one in around if one.get("data-stage")), None)
            name = {"parcel size": "size"}.get(column, column)
            return self.stage(feature, stage)[name]
        if table:
            return {"totals": self.total, "units": self.units, "counts": self.count, "claims": self.claims,
                    "issue-table": self.issues, "inputs": self.inputs}[table](row, column)  # fmt: skip
        return self.elsewhere(section, column, around)

    def part(self, feature: Any, stage: str, part: int) -> Row:
        """Return a row of `parts`."""
        (found,) = [
            one
            for one in self.document["parts"]
            if (one["source"], one["src_fid"]) == (feature["data-source"], feature["data-fid"])
            and (one["stage"], one["part"]) == (stage, part)
        ]
        return found

    def proposed(self, feature: Any, column: str) -> list[float]:
        """Return a column of the parts after the development that have a value there, in their order."""
        own = [
            one
            for one in self.document["parts"]
            if (one["source"], one["src_fid"]) == (feature["data-source"], feature["data-fid"])
            and one["stage"] == "post"
        ]
        values = [one["size" if column == "part size" else column] for one in own]
        return [one for one in values if one is not None]

    def stage(self, feature: Any, stage: str | None) -> Row:
        """Return a row of `parcels`: of a stage, or the last one."""
        found = [
            one
            for one in self.document["parcels"]
            if (one["source"], one["src_fid"]) == (feature["data-source"], feature["data-fid"])
        ]
        by_stage = {one["stage"]: one for one in found}
        return by_stage[stage] if stage else by_stage.get("post", found[0])

    def match(self, feature: Any, row: Mapping[str, str]) -> Row:
        """Return a row of `matches`."""
        (found,) = [
            one
            for one in self.document["matches"]
            if (one["source"], one["src_fid"]) == (feature["data-source"], feature["data-fid"])
            and (one["measure_id"], one["lnrs_id"]) == (row["data-measure"], row["data-lnrs"])
        ]
        return found

    def changed(self) -> pd.DataFrame:
        """Return the parts that are created or enhanced, without those in error or not applicable."""
        parts = self.parts
        return parts[
            (parts["stage"] == "post")
            & (parts["retention"] != "Retained")
            & parts["status"].isin(["decided", "provisional"])
        ]

    def total(self, row: Mapping[str, str], column: str) -> float:
        """Return a sum of the table of totals."""
        own = self.changed()
        own = own[own["module"] == row["data-module"]]
        if column == "parts":
            return len(own)
        if column == "parcels":
            return len(own[["source", "src_fid"]].drop_duplicates())
        if column == "review":
            return float(own.loc[own["status"] == "provisional", "size"].sum())
        return float(
            own.loc[(own["status"] == "decided") & (own["strat_sig"] == SUMMED[column]), "size"].sum()
        )

    def units(self, row: Mapping[str, str], column: str) -> float:
        """Return a sum of the table of units."""
        own = self.parcels[
            self.parcels["module"].isin(KINDS[row["data-kind"]])
            & (self.parcels["stage"] == row["data-stage"])
            & ((self.parcels["retention"] == "Retained") == (row["data-retained"] == "yes"))
        ]
        if row["data-stage"] == "baseline":  # a parcel without units counts once, at its later stage
            own = self.parcels[
                self.parcels["module"].isin(KINDS[row["data-kind"]]) & (self.parcels["stage"] == "baseline")
            ]
            later = set(self.parcels.loc[self.parcels["stage"] == "post", "src_fid"] + self.parcels["source"])
            superseded = (own["src_fid"] + own["source"]).isin(later) & own["units_claimed"].isna()
            own = own[~superseded]
        if column == "without":
            return int(own["units_claimed"].isna().sum())
        own = own[own["units_claimed"].notna()]
        if column == "unassessed":
            return int(own["units_low"].isna().sum())
        own = own[own["units_low"].notna()]
        return len(own) if column == "parcels" else float(own[f"units_{column}"].sum())

    def count(self, _: Mapping[str, str], column: str) -> float:
        """Return a number of the table of what needs attention."""
        parts, parcels = self.parts, self.parcels
        if column == "borderline":
            return int(parts["borderline"].sum())
        post = set(map(tuple, parts.loc[parts["stage"] == "post", ["source", "src_fid"]].to_numpy()))
        rows = {
            "split": parcels[parcels["needs_split"]],
            "review": parts[parts["status"] == "provisional"],
            "error": parts[parts["status"] == "error"],
            "noted": parts[(parts["status"] == "decided") & parts["review"]],
            "retained": parts[(parts["stage"] == "post") & (parts["retention"] == "Retained")],
            "not_applicable": parts[(parts["stage"] == "post") & (parts["status"] == "not-applicable")],
            "baseline_only": parts[[tuple(one) not in post for one in parts[["source", "src_fid"]].to_numpy()]],
        }  # fmt: skip
        return len(rows[column][["source", "src_fid"]].drop_duplicates())

    def claims(self, row: Mapping[str, str], _: str) -> float:
        """Return how many rows bear a verdict."""
        own = self.parcels[self.parcels["check"] == row["data-check"]]
        if "data-split" not in row:
            return len(own)
        keys = ["source", "src_fid", "stage"]
        answers = self.parts.groupby(keys)[["strat_sig", "status", "alt_sig"]].nunique().max(axis=1)
        same = [bool(answers[tuple(one)] == 1) for one in own[keys].to_numpy()]
        return sum(one == (row["data-split"] == "alike") for one in same)

    def issues(self, row: Mapping[str, str], column: str) -> float:
        """Return how many issues there are of a code."""
        found = [
            one
            for one in self.document["issues"]
            if (one["code"], one["severity"]) == (row["data-code"], row["data-severity"])
        ]
        return len(found) - MOST_OF_A_CODE if column == "more issues" else len(found)

    def inputs(self, row: Mapping[str, str], column: str) -> float:
        """Return what the record says of an input."""
        one = self.document["run"]["inputs"][int(row["data-input"])]
        return one.get("features", one.get("rows")) if column == "rows" else one[column]

    def elsewhere(self, section: str, column: str, around: list[Element]) -> float:
        """Return a number that stands in a sentence."""
        run = self.document["run"]
        if section == "checked":
            item = next(one for one in around if one.tag == "li")
            own = [one for one in run["inputs"] if one["role"] == item.get("data-role")]
            items = [one for one in self.root.iter("li") if one.get("data-role") == item.get("data-role")]
            return own[items.index(item)]["features"]
        parts = self.parts
        changed = parts[(parts["stage"] == "post") & (parts["retention"] != "Retained")]
        return {
            "parcels": len(parts[["source", "src_fid"]].drop_duplicates()),
            "created_or_enhanced": len(changed[["source", "src_fid"]].drop_duplicates()),
            "unclear": len(
                changed[~changed["retention"].isin(["Created", "Enhanced"])][
                    ["source", "src_fid"]
                ].drop_duplicates()
            ),
            "parts": len(changed),
            "crosswalk_rows": run["crosswalk_rows"],
        }[column]


def test_every_number_is_the_results(document: dict[str, Any]) -> None:
    """Each number of the page equals the one in the result, or the sum of the rows it speaks of."""
    golden = Golden(document, page_of(document, most_pages=None))
    numbers = list(golden.root.iter("data"))
    assert len(numbers) > 1000
    for number in numbers:
        expected = golden.expected(number)
        assert float(number.get("value", "")) == pytest.approx(expected, rel=1e-12, abs=1e-9), (
            number.attrib,
            [one.attrib for one in above(number, golden.parents)][:6],
        )


def test_every_number_is_shown_as_it_is(document: dict[str, Any]) -> None:
    """What a reader sees is the value rounded, and a sliver is never shown as nothing."""
    for number in tree(page_of(document, most_pages=None)).iter("data"):
        value, said = float(number.get("value", "")), text(number)
        if said.startswith("less than"):
            assert 0 < value < float(said.split()[-1])
            continue
        percent = said.endswith("%")
        plain = said.rstrip("%\N{NO-BREAK SPACE} ").replace(",", "")
        decimals = len(plain.partition(".")[2])
        assert float(plain) == pytest.approx(value * (100 if percent else 1), abs=0.5000001 * 10**-decimals)
        assert value == 0 or percent or float(plain) != 0


def test_every_part_of_the_result_is_there(document: dict[str, Any]) -> None:
    """The page of a parcel shows all of its parts, measures and issues; every parcel that needs one has one."""
    root = tree(page_of(document, most_pages=None))
    sections = {
        (one.get("data-source"), one.get("data-fid")): one
        for one in root.iter("section")
        if one.get("class") == "parcel"
    }
    needing = {
        (one["source"], one["src_fid"])
        for one in document["parts"]
        if one["status"] in ("provisional", "error") or one["strat_sig"] == "High" or one["review"]
        or one["check"] not in ("", "ok", "blank", "review", "split-needed")
    } | {(one["source"], one["src_fid"]) for one in document["parcels"] if one["needs_split"]}  # fmt: skip
    assert set(sections) == needing
    for (source, fid), section in sections.items():
        parts = [one for one in document["parts"] if (one["source"], one["src_fid"]) == (source, fid)]
        rows = [
            (one.get("data-stage"), one.get("data-part"))
            for one in section.iter("tr")
            if one.get("data-part")
        ]
        assert sorted(rows) == sorted((one["stage"], str(one["part"])) for one in parts)
        measures = [one.get("data-measure") for one in section.iter("tr") if one.get("data-measure")]
        expected = [
            one["measure_id"]
            for one in document["matches"]
            if (one["source"], one["src_fid"]) == (source, fid)
        ]
        assert sorted(map(str, measures)) == sorted(expected)
        body = text(section)
        for part in parts:
            steps = document["traces"][part["trace"]]["steps"]
            for words in (part["reason"], part["rule_id"], *(one["question"] for one in steps),
                          *(one["evidence"] for one in steps)):  # fmt: skip
                assert " ".join(words.split()) in body


def test_the_table_lists_every_parcel_with_the_sizes_of_its_parts(document: dict[str, Any]) -> None:
    """Each parcel has one line, in the order of the result, with the sizes of its parts after the development."""
    root = tree(page_of(document, most_pages=0))
    (table,) = [one for one in root.iter("table") if one[0].get("id") == "parcel-table"]
    rows = [one for one in table.iter("tr") if one.get("data-fid")]
    keys = list(dict.fromkeys((one["source"], one["src_fid"]) for one in document["parts"]))
    assert [(one.get("data-source"), one.get("data-fid")) for one in rows] == keys
    for key, row in zip(keys, rows, strict=True):
        post = [
            one
            for one in document["parts"]
            if (one["source"], one["src_fid"]) == key and one["stage"] == "post"
        ]
        shown = [
            float(one.get("value", "")) for one in row.iter("data") if one.get("data-column") == "part size"
        ]
        assert shown == ([one["size"] for one in post] if len(post) > 1 else [])
        for part in post:
            assert (part["ss_mult"] is None) or re.search(rf"{part['strat_sig']}", text(row))


def test_units_are_a_range_only_where_something_is_open(document: dict[str, Any]) -> None:
    """Where both ends are the same one number is shown; without claimed units the page says that none are."""
    closed = copy.deepcopy(document)
    for row in closed["parcels"]:
        row["units_high"] = row["units_low"]
    (table,) = [
        one for one in tree(page_of(closed, most_pages=0)).iter("table") if one[0].get("id") == "units"
    ]
    assert " to " not in text(table)
    for row in closed["parcels"]:
        row |= {"units_claimed": None, "units_low": None, "units_high": None}
    assert "The input states no biodiversity units" in text(tree(page_of(closed, most_pages=0)))
