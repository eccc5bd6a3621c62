"""The measures of which a crosswalk speaks, each once: from the layers of a map, or from a table of texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pyogrio

from lnrs_geo import strategy as strategies
from lnrs_geo.errors import SchemaError, SourceError
from lnrs_geo.gather import Gatherer
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.roles import check_map
from lnrs_geo.settings import Settings, Sources
from lnrs_geo.spatial import schema
from lnrs_geo.spatial.csv_wkt import WKT_COLUMNS
from lnrs_geo.spatial.values import flag, identifier, text, texts
from lnrs_geo.tables import NUMBER, load_table, plain_number, read_text_table

DELIMITED = (".csv", ".tsv", ".txt")
SPREADSHEETS = (".xlsx", ".ods")
FIELDS = ("measure_id", "measure", "eligible")
# what Excel or LibreOffice makes a power of ten or a day of
_POWER_OR_DAY = re.compile(r"\d+[eE]\d+|\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?", re.ASCII)


class WordedMeasure(NamedTuple):
    """A measure as one row of a map words it; `eligible` is yes, no, unclear, or "" where it bears no flag."""

    measure_id: str
    text: str
    eligible: str = ""


def worded_measures(sources: Sources, settings: Settings) -> tuple[list[WordedMeasure], list[Issue]]:
    """Read the measures of a map as `check` reads them, or of tables without land.

    Parameters
    ----------
    sources
        `measures`, with the strategy, layers, fields and coordinate system that go with them.

    Returns
    -------
    Each wording of each measure once, and the issues met.

    Raises
    ------
    LnrsGeoError
        A file cannot be read, or no column tells the measures.
    """
    tables = [Path(one) for one in sources.measures if isinstance(one, str | Path) and is_table(one)]
    issues: list[Issue] = []
    rows = [row for path in tables for row in _table_rows(path, sources, issues)]
    if len(tables) == len(sources.measures):
        return list(dict.fromkeys(rows)), issues
    if tables:
        raise SourceError(
            "It is a table of texts beside layers of a map.",
            where=str(tables[0]),
            fix="Give either tables or layers, in two runs.",
        )
    # what others make of the map is not asked here: no crosswalk, no outlines
    inputs = Gatherer(_map_alone(sources), settings).land()
    frame = inputs.measures
    columns = (frame[name].tolist() for name in FIELDS)
    found = (WordedMeasure(*row) for row in zip(*columns, strict=True))
    return list(dict.fromkeys(found)), inputs.issues


def is_table(path: str | Path) -> bool:
    """Tell whether a file is a table of texts: a spreadsheet, or a delimited file without shapes."""
    suffix = Path(path).suffix.lower()
    if suffix not in DELIMITED or not Path(path).is_file():
        return suffix in SPREADSHEETS
    return not any(name.lower() in WKT_COLUMNS for name in load_table(path).columns)


def at_risk(ids: Iterable[str]) -> list[str]:
    """Return the ids that a spreadsheet program would change when it takes them for numbers or days.

    Examples
    --------
    >>> at_risk(["14", "007", "1.10", "1.1", "M1", "3E5", "1-2"])
    ['007', '1.10', '3E5', '1-2']
    """
    return [
        one
        for one in ids
        if _POWER_OR_DAY.fullmatch(one) or (NUMBER.fullmatch(one) and plain_number(one) != one)
    ]


def _map_alone(sources: Sources) -> Sources:
    return Sources(
        measures=sources.measures,
        strategy=sources.strategy,
        crosswalk=[],
        measures_layers=sources.measures_layers,
        field_map=sources.field_map,
        crs=sources.crs,
    )


def _table_rows(path: Path, sources: Sources, issues: list[Issue]) -> list[WordedMeasure]:
    """Read a table of texts; its columns are called as those of a layer may be."""
    rows = _spreadsheet(path) if path.suffix.lower() in SPREADSHEETS else read_text_table(path)
    check_map(sources.field_map)
    columns = list(rows[0]) if rows else list(load_table(path).columns)
    given = {name: column for name, column in sources.field_map.items() if name in FIELDS}
    schema.require_mapped(given, fields=FIELDS, found={str(path): columns})
    strategy = strategies.load(sources.strategy)
    aliases = strategy.fields
    usual = schema.known_names("measures")
    names = {
        name: [one[name] for one in (given, aliases) if name in one] + list(usual.get(name, ()))
        for name in FIELDS
    }
    fields = schema.find_fields(names, columns)
    if "measure" not in fields:
        raise SchemaError(
            f"No column holds the texts of measures (found: {', '.join(columns)}).",
            where=str(path),
            fix="Call the columns measure_id, measure and, where there is one, eligible; "
            "or name them with --map measure=COLUMN.",
        )
    if column := schema.find_fields({"lnrs_id": usual["lnrs_id"]}, columns).get("lnrs_id"):
        issues += _of_another((row[column] for row in rows), path, lnrs_id=strategy.lnrs_id)
    read = {name: texts(row[fields[name]] for row in rows) for name in fields}
    words = read["measure"]
    ids = read.get("measure_id", words)
    flags = [
        "unclear" if (said := flag(one)) is None else said for one in read.get("eligible", [""] * len(rows))
    ]
    found = [
        WordedMeasure(code or said, said, eligible)
        for code, said, eligible in zip(ids, words, flags, strict=True)
        if code or said
    ]
    if not found:
        raise SchemaError("It holds no measure.", where=str(path), fix="Give a row for each measure.")
    return found


def _of_another(cells: Iterable[str], path: Path, *, lnrs_id: str) -> list[Issue]:
    """Raise the issue of a layer of another LNRS for a table of texts."""
    others = [one for one in map(identifier, cells) if one and one != identifier(lnrs_id)]
    if not others:
        return []
    found = sorted(set(others))
    message = f"{len(others)} rows are of LNRS {', '.join(found)}, the strategy is {lnrs_id}."
    return [issue("lnrs-id-mismatch", message, dataset=str(path), field="lnrs_id", value=";".join(found))]


def _spreadsheet(path: Path) -> list[Mapping[str, str]]:
    """Read the first sheet of a spreadsheet, every cell as the text that it shows."""
    if not path.is_file():
        raise SourceError("There is no such file.", where=str(path), fix="Check the name.")
    try:
        frame = pyogrio.read_dataframe(
            path, layer=0, read_geometry=False, HEADERS="FORCE", FIELD_TYPES="STRING"
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise SourceError(
            "It cannot be read as a spreadsheet.",
            where=str(path),
            fix="Save its sheet of measures as CSV, and give that.",
        ) from error
    if frame.empty:
        raise SourceError(
            "Its first sheet holds no rows.", where=str(path), fix="Put the measures on the first sheet."
        )
    records = frame.to_dict("records")
    return [{str(name): text(cell) for name, cell in row.items()} for row in records]
