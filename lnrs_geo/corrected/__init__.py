"""Write the user's GeoPackage again with the right significance in it, and nothing else changed.

Single cells are set in a copy of the file: layers, other columns, styles, ids and geometry stay byte
for byte. Where a parcel has to be split, its parts stand in its place: the first keeps the row and
its id, the others become rows that are copies of it but for geometry, reference and size. Defra's
service has to take the file, so no layer, table or column is added.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lnrs_geo import atomic
from lnrs_geo.corrected import editing
from lnrs_geo.corrected.copying import snapshot
from lnrs_geo.corrected.editing import Table
from lnrs_geo.corrected.layers import uneditable
from lnrs_geo.corrected.part_rows import SplitPart, SplitRow, portions, rows_of, shares, uuids
from lnrs_geo.errors import OutputError
from lnrs_geo.issues import issue
from lnrs_geo.model import Issue
from lnrs_geo.spatial.values import text

__all__ = ["Child", "Corrected", "Correction", "Split", "SplitPart", "uneditable", "write_corrected"]


@dataclass(frozen=True, slots=True)
class Correction:
    """One cell to set; `fid` is the feature's id in the file."""

    layer: str
    fid: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Split:
    """A row that its parts replace.

    `column` is the significance column, `ref_column` and `parent_ref_column` hold references ("" where
    the layer has none), `size_columns` sizes of the whole geometry; in which unit is told by comparing;
    `shared_columns` other numbers that belong to the whole, such as units, and are shared by size.
    Other cells of the row are set by corrections, which come first and so reach every part.
    """

    layer: str
    fid: int
    column: str
    ref_column: str
    parent_ref_column: str
    size_columns: Collection[str]
    parts: tuple[SplitPart, ...]
    shared_columns: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Child:
    """A row that stands for a part, or for a piece of one where the layer holds single shapes only."""

    layer: str
    parent_fid: int
    number: int
    fid: int
    reference: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """What was written where parcels were split, and what could not be."""

    children: tuple[Child, ...]
    issues: tuple[Issue, ...]


def write_corrected(
    source: Path, target: Path, *, corrections: Iterable[Correction], splits: Iterable[Split]
) -> Corrected:
    """Write a copy of a GeoPackage in which only the cells named differ and split parcels stand in parts.

    Parameters
    ----------
    source
        The user's GeoPackage; it is only read.
    target
        The file to make or replace; it appears whole or not at all.
    corrections
        Cells to set.
    splits
        Rows to replace by their parts, at most once each.

    Returns
    -------
    The rows that stand for parts, and issues: a row that had to stay whole (`split-not-written`), a
    reference or size that could not be given to the parts.

    Raises
    ------
    SourceError
        The source is no GeoPackage, damaged, or in use.
    OutputError
        The target cannot be written, is the source itself, or a layer, column or row is not there.
    ValueError
        A row is split twice, or into fewer than two parts (a fault of the program, not of the data).
    """
    if source.exists() and target.exists() and target.samefile(source):
        raise OutputError("It is the input itself.", where=str(target), fix="Name another file or folder.")
    corrections, splits = list(corrections), list(splits)
    if len({(split.layer, split.fid) for split in splits}) < len(splits):
        raise ValueError("A row is split twice.")
    if any(len(split.parts) < 2 for split in splits):
        raise ValueError("A row is split into fewer than two parts.")
    with atomic.replacing(target.parent, [target.name]) as staging:
        copy = staging / target.name
        snapshot(source, copy)
        try:
            with editing.opened(copy) as database:
                touched = {one.layer for one in corrections} | {split.layer for split in splits}
                with editing.triggers_asleep(database, touched):
                    tables = {layer: editing.table_of(database, layer) for layer in sorted(touched)}
                    for one in corrections:
                        _correct(database, tables[one.layer], one)
                    splitter = _Splitter(database, tables, str(source))
                    for split in splits:
                        splitter.split(split)
        except OutputError as error:
            raise OutputError(error.what, where=error.where or str(source), fix=error.fix) from error
        except sqlite3.Error as error:
            raise OutputError(
                f"The corrected copy of {source.name} cannot be written ({error}); nothing was changed.",
                where=str(target),
                fix="Free some space, or open the file in a GIS and export it again.",
            ) from error
    return Corrected(tuple(splitter.children), tuple(splitter.issues))


def _correct(database: sqlite3.Connection, table: Table, one: Correction) -> None:
    if editing.cell(database, table, fid=one.fid, column=one.column) != one.text:
        editing.set_cells(database, table, fid=one.fid, cells={one.column: one.text})


class _Splitter:
    """Replaces rows by their parts, one after the other, minding references given before."""

    def __init__(self, database: sqlite3.Connection, tables: Mapping[str, Table], label: str) -> None:
        self.database = database
        self.tables = tables
        self.label = label
        self.children: list[Child] = []
        self.issues: list[Issue] = []
        self._taken: dict[tuple[str, str], set[str]] = {}

    def split(self, split: Split) -> None:
        """Replace one row by its parts, or leave it whole and say why."""
        table, fid = self.tables[split.layer], split.fid
        wanted = (split.column, split.ref_column, split.parent_ref_column, *split.size_columns)
        names = (*table.columns, *filter(None, wanted))
        cells = {name: editing.cell(self.database, table, fid=fid, column=name) for name in names}
        name = text(cells.get(split.ref_column)) or f"row-{fid}"
        rows, why = rows_of(split.parts, table, cells.get(table.geometry))
        if why:
            self._note("split-not-written", f"The row stays whole: {why}.", split, name, split.column)
            return
        changes = self._changes(split, cells, rows, name)
        made = [
            editing.add_row(self.database, table, fid=fid, cells=change) for change in changes[1:]
        ]  # before the first part takes the row, which they copy
        editing.set_cells(self.database, table, fid=fid, cells=changes[0])
        editing.settle(self.database, table, fids=[fid, *made])
        for row, new, change in zip(rows, [fid, *made], changes, strict=True):
            reference = text(change.get(split.ref_column, cells.get(split.ref_column)))
            self.children.append(Child(split.layer, fid, row.number, new, reference))

    def _changes(
        self, split: Split, cells: Mapping[str, Any], rows: Sequence[SplitRow], name: str
    ) -> list[dict[str, object]]:
        """Return for each row the cells in which it differs from the parent."""
        table = self.tables[split.layer]
        changes: list[dict[str, object]] = [
            {table.geometry: editing.encoded(row.shape, like=cells[table.geometry])} for row in rows
        ]
        for row, change in zip(rows, changes, strict=True):
            if row.ss_text is not None:
                change[split.column] = row.ss_text
        for column, sizes in self._sizes(split, cells, rows, name).items():
            for change, size in zip(changes, sizes, strict=True):
                change[column] = size
        if isinstance(cells.get(split.ref_column), str) and text(cells[split.ref_column]):
            for change in changes:
                change[split.ref_column] = self._next_reference(split, name)
            # The parent is the feature before the work, so a parent that is named already stays
            if split.parent_ref_column and not text(cells[split.parent_ref_column]):
                for change in changes:
                    change[split.parent_ref_column] = name
        else:
            said = "No reference of its own could be given to each part: all have the row's, or none."
            self._note("split-reference-left", said, split, name, split.ref_column)
        for change, marks in zip(changes, uuids(cells, len(rows)), strict=True):
            change.update(marks)
        return changes

    def _next_reference(self, split: Split, parent: str) -> str:
        """Return the next child reference that no row of the layer has."""
        table, column = self.tables[split.layer], split.ref_column
        if (taken := self._taken.get((table.name, column))) is None:
            stored = editing.column_of(self.database, table, column)
            taken = self._taken[table.name, column] = {text(one).casefold() for one in stored}
        number = 1
        while f"{parent}-{number}".casefold() in taken:
            number += 1
        taken.add(f"{parent}-{number}".casefold())
        return f"{parent}-{number}"

    def _sizes(
        self, split: Split, cells: Mapping[str, Any], rows: Sequence[SplitRow], name: str
    ) -> dict[str, list[object]]:
        """Share the sizes given for the whole among the rows; note those that mean something else."""
        shared = {}
        for column in split.size_columns:
            if not text(cells[column]):
                continue
            sizes = shares(cells[column], [row.shape for row in rows])
            if sizes is None:
                said = (
                    f"{text(cells[column])} is no size that could be shared among the parts: each keeps it."
                )
                self._note("split-size-left", said, split, name, column)
            else:
                shared[column] = sizes
        for column in split.shared_columns:
            numbers = portions(cells[column], [row.shape for row in rows])
            if numbers is not None:
                shared[column] = numbers
        return shared

    def _note(self, code: str, message: str, split: Split, feature: str, field: str) -> None:
        self.issues.append(
            issue(code, message, dataset=self.label, layer=split.layer, feature=feature, field=field)
        )
