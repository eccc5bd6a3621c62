"""Bring tables of many sites together: columns that differ, rows that stand in several of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# What a column of an input may hold; `nothing` is a column without any value.
TEXT, BOOL, INT, FLOAT, NOTHING = "text", "bool", "int", "float", "nothing"
_RELIED_ON, _GEOMETRY = "relied_on", "geometry"


def united(tables: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the columns of all tables with what each holds, in the order in which they are met.

    Names that differ by case alone are one column, as they are to SQLite. Whole numbers beside others
    are numbers; other kinds side by side are text.

    Parameters
    ----------
    tables
        Name of a column to what it holds, of each table.

    Examples
    --------
    >>> united([{"in_Ref": "int", "in_a": "nothing"}, {"in_ref": "float", "in_b": "bool"}])
    {'in_Ref': 'float', 'in_a': 'text', 'in_b': 'bool'}
    """
    names: dict[str, str] = {}
    kinds: dict[str, set[str]] = {}
    for table in tables:
        for name, kind in table.items():
            label = names.setdefault(name.casefold(), name)
            kinds.setdefault(label, set()).add(kind)
    return {name: _common(found - {NOTHING}) for name, found in kinds.items()}


def fitted(values: Sequence[Any], kind: str, *, wanted: str) -> Sequence[Any]:
    """Return the values of a column as the united column holds them; None stays None.

    Examples
    --------
    >>> fitted([1, None], "int", wanted="text"), fitted([1], "int", wanted="float")
    (['1', None], [1.0])
    """
    if kind in (wanted, NOTHING):
        return values
    turn = float if wanted == FLOAT else str
    return [None if value is None else turn(value) for value in values]


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the rows of Arrow tables one after another, their columns united."""
    import pyarrow as pa

    from lnrs_geo import geoparquet

    fixed = [one for one in tables[0].schema if not one.name.startswith("in_")]
    kinds = [own_kinds(table) for table in tables]
    wanted = united(kinds)
    made = []
    for table, own in zip(tables, kinds, strict=True):
        names = {name.casefold(): name for name in own}
        columns = {one.name: table[one.name] for one in fixed}
        for label, kind in wanted.items():
            name = names.get(label.casefold())
            if name is None:
                columns[label] = pa.nulls(len(table), type=geoparquet.arrow_type(kind))
            elif own[name] == kind:
                columns[label] = table[name]
            else:
                values = fitted(table[name].to_pylist(), own[name], wanted=kind)
                columns[label] = pa.array(values, type=geoparquet.arrow_type(kind))
        made.append(pa.table(columns))
    return pa.concat_tables(made)


def own_kinds(table: pa.Table) -> dict[str, str]:
    """Return the input's own columns of an Arrow table, and what each holds."""
    return {
        one.name: NOTHING if table[one.name].null_count == len(table) else kind_of(one.type)
        for one in table.schema
        if one.name.startswith("in_")
    }


def kind_of(kind: pa.DataType) -> str:
    """Return what a column of an Arrow type holds."""
    return {"string": TEXT, "bool": BOOL, "int64": INT, "double": FLOAT}[str(kind)]


def digest(values: Iterable[Any], wkb: bytes | None) -> bytes:
    """Return a mark by which a mapped polygon is known again."""
    return hashlib.blake2b(repr(tuple(values)).encode("utf-8") + (wkb or b""), digest_size=16).digest()


def distinct(table: pa.Table) -> pa.Table:
    """Return each mapped polygon once, in the order in which they are met, relied on where any is."""
    import pyarrow as pa

    names = [name for name in table.schema.names if name not in (_RELIED_ON, _GEOMETRY)]
    first: dict[bytes, int] = {}
    relied: set[bytes] = set()
    columns = [table[name].to_pylist() for name in (*names, _RELIED_ON, _GEOMETRY)]
    for at, (*values, relied_on, wkb) in enumerate(zip(*columns, strict=True)):
        mark = digest(values, wkb)
        first.setdefault(mark, at)
        if relied_on:
            relied.add(mark)
    kept = table.take(pa.array(list(first.values()), type=pa.int64()))
    flags = pa.array([mark in relied for mark in first], type=pa.bool_())
    return kept.set_column(kept.schema.get_field_index(_RELIED_ON), _RELIED_ON, flags)


def _common(kinds: set[str]) -> str:
    if len(kinds) == 1:
        return next(iter(kinds))
    return FLOAT if kinds == {INT, FLOAT} else TEXT
