"""The audit of a metric: every claim held against what was found, its worth, and the files put right.

    result of a check -> tables of verdicts and units -> what to write back -> files

An audit reads the frames of a result and decides nothing again. It writes back decided answers
only; whatever a person has to settle keeps the user's value and is listed (rules section 6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from lnrs_geo import atomic, frames, record, tabular
from lnrs_geo.auditing import tables
from lnrs_geo.auditing.copies import Copy, Plan
from lnrs_geo.auditing.tables import Row
from lnrs_geo.columns import ISSUES, Column
from lnrs_geo.corrected import Corrected, write_corrected
from lnrs_geo.errors import OutputError
from lnrs_geo.model import Issue
from lnrs_geo.result import Result
from lnrs_geo.write import FILES

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "lnrs-geo/audit-1"
PARTS_CSV, PARCELS_CSV, TOTALS_CSV = "audit.csv", "audit-parcels.csv", "audit-totals.csv"
LEFT_ALONE_CSV, CORRECTED = "left-alone.csv", "corrected-"
TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    PARTS_CSV: ("parts", tables.PARTS),
    PARCELS_CSV: ("parcels", tables.PARCELS),
    TOTALS_CSV: ("totals", tables.TOTALS),
    LEFT_ALONE_CSV: ("left_alone", tables.LEFT_ALONE),
}


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found, as frames with the columns of `lnrs_geo.auditing.tables`.

    Attributes
    ----------
    result
        The check that it rests on.
    parts, parcels
        Every verdict, with the units claimed and what they are worth.
    totals
        Verdicts counted and units added up by site and by file, kinds of units and stages apart.
    left_alone
        Claims that do not hold or are open, and stay as they are, with the reason.
    copies
        The input files to be written again, with what changes in each.
    """

    result: Result
    parts: pd.DataFrame
    parcels: pd.DataFrame
    totals: pd.DataFrame
    left_alone: pd.DataFrame
    copies: tuple[Copy, ...]

    def write(self, out: str | Path) -> tuple[Audit, list[Path]]:
        """Write the results, the tables of the audit and the corrected copies, all of them or none.

        Returns
        -------
        The audit as it was written (a row that a file cannot hold in parts is then left alone), and
        the files.

        Raises
        ------
        OutputError
            They cannot be written, or a corrected copy would replace its own source; the folder is
            then as it was.
        """
        folder = Path(out)
        for copy in self.copies:
            _refuse_sources(folder / copy_name(copy), [one.source for one in self.copies])
        names = (*FILES, *TABLES, *map(copy_name, self.copies))
        with atomic.replacing(folder, names) as staging:
            done = [
                write_corrected(
                    copy.source, staging / copy_name(copy), corrections=copy.corrections, splits=copy.splits
                )
                for copy in self.copies
            ]
            written = self._as_written(done)
            written.result.write(staging)
            for name, (attribute, columns) in TABLES.items():
                tabular.write_csv(getattr(written, attribute), columns, staging / name)
        return written, [folder / name for name in names]

    def _as_written(self, done: Sequence[Corrected]) -> Audit:
        """Return the audit with what the writing found: rows that had to stay whole, and issues."""
        corrected = self.parts["corrected"].tolist()
        copies = []
        left = {}
        issues: list[Issue] = []
        for copy, one in zip(self.copies, done, strict=True):
            issues += one.issues
            whole = {(child.layer, child.parent_fid) for child in one.children}
            refused = [key for split in copy.splits if (key := (split.layer, split.fid)) not in whole]
            copies.append(
                replace(
                    copy,
                    splits=[split for split in copy.splits if (split.layer, split.fid) in whole],
                    parts_of={key: ats for key, ats in copy.parts_of.items() if key in whole},
                )
            )
            said = [found.message for found in one.issues if found.code == "split-not-written"]
            for key, message in zip(refused, said, strict=True):
                for at in copy.parts_of[key]:
                    if corrected[at]:
                        corrected[at], left[at] = "", f"{message} Enter its parts by hand."
        if not issues:
            return self
        rows = tables.records(self.parts)
        more = frames.from_rows([{**rows[at], "why": why} for at, why in left.items()], tables.LEFT_ALONE)
        return replace(
            self,
            result=replace(self.result, issues=_with(self.result.issues, issues)),
            parts=frames.conform(self.parts.assign(corrected=corrected), tables.PARTS),
            left_alone=_joined(self.left_alone, more),
            copies=tuple(copies),
        )


def audit(result: Result) -> Audit:
    """Hold every claim of the input against what a check found.

    Parameters
    ----------
    result
        What `lnrs_geo.check` found, of files or frames; only GeoPackages given as files are copied.

    Returns
    -------
    Tables of verdicts with their worth in units, and what is written back where.

    Raises
    ------
    OptionError
        A GeoPackage was given twice.
    """
    parts, parcels = tables.rows_of(result)
    plan = Plan(result, parts)
    for at, part in enumerate(parts):
        part["corrected"] = plan.corrected.get(at, "")
    left: list[Row] = [{**parts[at], "why": plan.left[at]} for at in sorted(plan.left)]
    return Audit(
        result=replace(result, issues=_with(result.issues, plan.issues)) if plan.issues else result,
        parts=_frame(parts, tables.PARTS),
        parcels=_frame(parcels, tables.PARCELS),
        totals=_frame(tables.totals(parts, parcels), tables.TOTALS),
        left_alone=_frame(left, tables.LEFT_ALONE),
        copies=tuple(plan.copies),
    )


def copy_name(copy: Copy) -> str:
    """Return what the corrected copy of an input file is called."""
    return f"{CORRECTED}{copy.name}"


def write_document(found: Audit, file: TextIO) -> None:
    """Write an audit as one JSON document to an open text file, such as standard output."""
    run = frames.plain(found.result.run)
    file.write(f'{{\n"schema": {tabular.encoded(SCHEMA)},\n"program": {tabular.encoded(run["program"])},\n')
    file.write(f'"run": {tabular.encoded(run)}')
    for attribute, columns in TABLES.values():
        file.write(f',\n"{attribute}": ')
        tabular.write_json_rows(getattr(found, attribute), columns, file)
    file.write(',\n"issues": ')
    tabular.write_json_rows(frames.conform(found.result.issues, ISSUES), ISSUES, file)
    copies = [
        {
            "source": str(copy.source),
            "file": copy_name(copy),
            "cells": len(copy.corrections),
            "rows_split": len(copy.splits),
        }
        for copy in found.copies
    ]
    file.write(',\n"copies": ')
    tabular.write_json_list(copies, file)
    file.write("\n}\n")


def _frame(rows: Sequence[Row], columns: tuple[Column, ...]) -> pd.DataFrame:
    return frames.conform(frames.from_rows(rows, columns), columns)


def _joined(table: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    # text alone and whole numbers: rows may be put together as they are
    return frames.conform(pd.concat([table.astype(object), more]), tables.LEFT_ALONE)


def _with(issues: pd.DataFrame, more: Sequence[Issue]) -> pd.DataFrame:
    known = [Issue(**row) for row in tables.records(issues[[column.name for column in ISSUES]])]
    return record.issues_frame([*known, *more])


def _refuse_sources(target: Path, sources: Sequence[Path]) -> None:
    if target.exists() and any(target.samefile(source) for source in sources):
        raise OutputError(
            "A corrected copy would replace an input.",
            where=str(target),
            fix="Name another folder with --out, or audit the file from another folder.",
        )
