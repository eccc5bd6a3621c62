"""Join the rows of a metric to parcels by habitat reference, or say why a row was not joined.

A wrong join would give a row the answer of other land. So a reference has to be found on both sides, for
the same kind of units, the same stage and work, the same habitat and the same side of the boundary; where
it stands several times, it has to be plain which row is which.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lnrs_geo.auditing.tables import records, runs
from lnrs_geo.issues import issue
from lnrs_geo.location import is_off_site
from lnrs_geo.model import Issue, Module, Retention, Stage, Status
from lnrs_geo.multiplier.applications import Application
from lnrs_geo.multiplier.units import units_module
from lnrs_geo.result import Basis, Result
from lnrs_geo.spatial.values import text
from lnrs_geo.workbook.metric_rows import MetricRow

# Rows and parcels may differ by that much before it is told: hectares of areas, kilometres of lines
SIZE_DIFFERS = 0.01
_ROUNDING = 1e-9
NO_REFERENCE = "The row has no habitat reference."
NO_PARCELS = "No parcels were given."


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel at a stage, as a check found it, with its parts.

    `basis` is what it was judged by beside its place, None where that is not known.
    """

    record: Mapping[str, Any]
    parts: Sequence[Mapping[str, Any]]
    basis: Basis | None = None

    @property
    def key(self) -> str:
        """The reference as it compares."""
        return " ".join(text(self.record["parcel_ref"]).split()).casefold()

    @property
    def kind(self) -> str:
        """Kind of units, empty for a parcel whose module nobody knows."""
        module = self.record["module"]
        return units_module(Module(module)).value if module else ""

    @property
    def has_row_of_its_own(self) -> bool:
        """Whether a metric has a row for it: a baseline, or what is created or enhanced."""
        return not (self.record["stage"] == Stage.POST and self.record["retention"] == Retention.RETAINED)


@dataclass(slots=True)
class Joined:
    """Which rows were joined to which parcel, by row number in the list of rows.

    `part_of` names the one part that a row stands for, where the metric holds the parcel in parts already;
    `why_not` says why a row has no parcel; `unlisted` are the parcels that no row names.
    """

    parcel_of: dict[int, Parcel] = field(default_factory=dict)
    part_of: dict[int, int] = field(default_factory=dict)
    why_not: dict[int, str] = field(default_factory=dict)
    unlisted: list[tuple[Parcel, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def parcels_of(result: Result) -> list[Parcel]:
    """Return the parcels of a check, stage by stage, each with its parts."""
    parts, parcels = records(result.parts.drop(columns="geometry")), records(result.parcels)
    bases: Sequence[Basis | None] = result.bases or [None] * len(parcels)
    return [
        Parcel(record, [parts[at] for at in ats], basis)
        for record, ats, basis in zip(parcels, runs(parts), bases, strict=True)
    ]


def join(rows: Sequence[MetricRow], parcels: Sequence[Parcel], *, dataset: str) -> Joined:
    """Join rows to parcels; `dataset` names the metric in issues."""
    joined = Joined()
    by_reference: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        by_reference.setdefault(parcel.key, []).append(parcel)
    groups: dict[tuple[str, str, str, str], list[int]] = {}
    for at, row in enumerate(rows):
        if not row.key:
            joined.why_not[at] = NO_REFERENCE
            continue
        kind = (row.code.units_module.value, row.code.stage.value, row.code.retention or "")
        groups.setdefault((row.key, *kind), []).append(at)
    for (key, *_), ats in groups.items():
        _join_group([(at, rows[at]) for at in ats], by_reference.get(key, []), joined, dataset)
    _part_sides(rows, joined, dataset)
    taken = {id(parcel) for parcel in joined.parcel_of.values()}
    named = {row.key for row in rows} - {""}
    for parcel in parcels:
        if id(parcel) not in taken and parcel.has_row_of_its_own:
            why = (
                "The metric names it, but not in a row that fits." if parcel.key in named
                else "No row of the metric names it."
            )  # fmt: skip
            joined.unlisted.append((parcel, why))
    return joined


def _join_group(
    group: Sequence[tuple[int, MetricRow]], candidates: Sequence[Parcel], joined: Joined, dataset: str
) -> None:
    """Join the rows of one reference, kind and stage."""
    first = group[0][1]
    fitting = [one for one in candidates if one.kind == first.code.units_module and _same_work(one, first)]
    if not fitting:
        why = _why_none_fits(first, candidates)
        joined.why_not |= {at: why for at, _ in group}
        return
    # the same reference may stand on-site and off-site: each row is held against its own side
    for off_site in (False, True):
        side = [(at, row) for at, row in group if row.code.off_site is off_site]
        there = [one for one in fitting if _location(one) in (None, off_site)]
        if not side:
            continue
        place = {"dataset": dataset, **side[0][1].place}
        if not there:
            here, other = ("off-site", "On-site") if off_site else ("on-site", "Off-site")
            why = f"The row stands among the {here} ones, the parcel {first.habitat_reference!r} is {other}."
            joined.issues.append(issue("workbook-location-differs", why, value=other, **place))
            joined.why_not |= {at: why for at, _ in side}
        elif len(there) > 1:
            sources = ", ".join(dict.fromkeys(str(one.record["source"]) for one in there))
            why = f"{len(there)} parcels bear the reference {first.habitat_reference!r} ({sources})."
            joined.issues.append(issue("workbook-reference-repeated", why, **place))
            joined.why_not |= {at: why for at, _ in side}
        else:
            _join_rows(side, there[0], joined, dataset)


def _part_sides(rows: Sequence[MetricRow], joined: Joined, dataset: str) -> None:
    """Take rows of both sides from a parcel again: its land lies on one side, and it does not say on which."""
    by_land: dict[tuple[str, ...], list[int]] = {}
    for at, parcel in joined.parcel_of.items():
        # stages of one feature are parcels of their own, and of one land
        fid = parcel.record.get("src_fid")
        land = (str(id(parcel)),) if fid is None else (str(parcel.record["source"]), str(fid), parcel.key)
        if _location(parcel) is None:
            by_land.setdefault(land, []).append(at)
    for ats in by_land.values():
        if len({rows[at].code.off_site for at in ats}) == 1:
            continue
        first = rows[min(ats)]
        told = ", ".join(f"{rows[at].code} row {rows[at].number}" for at in sorted(ats))
        why = (
            f"Rows of both sides bear the reference {first.habitat_reference!r} ({told}), and the parcel does not "
            "say whether it is on-site or off-site."
        )
        places = [rows[at].place for at in ats]
        joined.issues = [
            one
            for one in joined.issues
            if one.code != "workbook-size-differs"
            or {"layer": one.layer, "feature": one.feature} not in places
        ]
        joined.issues.append(issue("workbook-reference-repeated", why, dataset=dataset, **first.place))
        for at in ats:
            joined.why_not[at] = why
            del joined.parcel_of[at]
            joined.part_of.pop(at, None)


def _join_rows(group: Sequence[tuple[int, MetricRow]], parcel: Parcel, joined: Joined, dataset: str) -> None:
    """Join the rows of a reference to its one parcel, each with the same habitat."""
    fits = []
    for at, row in group:
        said = str(parcel.record["habitat"])
        if said and said != row.habitat:
            told = f"says {row.habitat!r}" if row.habitat else "names no habitat"
            why = f"The row {told}, the parcel says {said!r}."
            joined.why_not[at] = why
            place = {"dataset": dataset, **row.place}
            joined.issues.append(
                issue("workbook-habitat-differs", why, field=row.cells["habitat"], value=row.habitat, **place)
            )
        else:
            fits.append((at, row))
    if len(fits) < len(group) and len(parcel.parts) > 1:
        # who knows which part of the parcel the rows that fit are
        joined.why_not |= {at: "Another row of its reference does not fit the parcel." for at, _ in fits}
        return
    if not fits:
        return
    if len(fits) == 1 or len(parcel.parts) == 1:
        joined.parcel_of |= {at: parcel for at, _ in fits}
        if len(parcel.parts) == 1:
            joined.part_of |= dict.fromkeys((at for at, _ in fits), 0)
        joined.issues += _sizes(fits, parcel, float(parcel.record["size"]), dataset)
        return
    matched = _all_alike(fits, parcel) or _by_size(fits, parcel)
    if matched:
        joined.parcel_of |= {at: parcel for at, _ in fits}
        joined.part_of |= matched
        joined.issues += _sizes(fits, parcel, float(parcel.record["size"]), dataset)
        return
    told = "; ".join(f"{one['size']:.6f} {one['size_unit']} {one['strat_sig']}" for one in parcel.parts)
    numbers = ", ".join(str(row.number) for _, row in fits)
    why = (
        f"Rows {numbers} bear one reference, and which of the parcel's parts each is cannot be told ({told})."
    )
    place = {"dataset": dataset, **fits[0][1].place}
    joined.issues.append(issue("workbook-reference-repeated", why, **place))
    joined.why_not |= {at: why for at, _ in fits}


def _same_work(parcel: Parcel, row: MetricRow) -> bool:
    """Tell whether parcel and row are of one stage, and of one kind of work after the development."""
    if parcel.record["stage"] != row.code.stage:
        return False
    done = parcel.record["retention"]
    return row.code.stage is Stage.BASELINE or not done or done == row.code.retention


def _why_none_fits(row: MetricRow, candidates: Sequence[Parcel]) -> str:
    if not candidates:
        return f"No parcel bears the reference {row.habitat_reference!r}."
    told = "; ".join(
        dict.fromkeys(
            " ".join(
                word for word in (str(one.record[name]) for name in ("module", "stage", "retention")) if word
            )
            for one in candidates
        )
    )
    wanted = f"{row.code.units_module} {row.code.stage} {row.code.retention or ''}".strip()
    return f"The parcel {row.habitat_reference!r} is there as {told}, the row is {wanted}."


def _location(parcel: Parcel) -> bool | None:
    """Return whether the parcel itself says that it is off-site; None where it does not say."""
    said = str(parcel.record["location"])
    return is_off_site(said, Application()) if said.strip() else None


def _all_alike(group: Sequence[tuple[int, MetricRow]], parcel: Parcel) -> dict[int, int]:
    """Return the first part for every row where all parts have one answer, so that it need not be told which."""
    answers = {
        tuple(str(part[name]) for name in ("status", "strat_sig", "regime", "regime_rule"))
        for part in parcel.parts
    }
    firm = all(part["status"] == Status.DECIDED for part in parcel.parts)
    enough = len(answers) == 1 and firm and len(group) >= len(parcel.parts)
    return dict.fromkeys((at for at, _ in group), 0) if enough else {}


def _by_size(group: Sequence[tuple[int, MetricRow]], parcel: Parcel) -> dict[int, int]:
    """Return which part each row is, where their sizes leave no doubt: the parcel is entered in parts already."""
    if parcel.record["module"] == Module.TREE or len(group) != len(parcel.parts):
        return {}
    found: dict[int, int] = {}
    for at, row in group:
        near = [
            number
            for number, part in enumerate(parcel.parts)
            if row.size is not None and abs(float(part["size"]) - row.size) <= SIZE_DIFFERS + _ROUNDING
        ]
        if len(near) != 1 or near[0] in found.values():
            return {}
        found[at] = near[0]
    return found


def _sizes(
    group: Sequence[tuple[int, MetricRow]], parcel: Parcel, size: float, dataset: str
) -> Iterator[Issue]:
    """Hold the size entered against that of the outline; trees are counted there and areas here."""
    if parcel.record["module"] == Module.TREE or any(row.size is None for _, row in group):
        return
    if any(part["status"] == Status.ERROR for part in parcel.parts):
        return
    entered = sum(row.size or 0.0 for _, row in group)
    if abs(entered - size) <= SIZE_DIFFERS + _ROUNDING:
        return
    row, unit = group[0][1], parcel.record["size_unit"]
    cells = ", ".join(one.cells["size"] for _, one in group)
    message = f"The metric says {entered:.4f} {unit} ({cells}), the outline of the parcel measures {size:.4f} {unit}."
    yield issue(
        "workbook-size-differs",
        message,
        dataset=dataset,
        field=row.cells["size"],
        value=f"{entered - size:+.4f} {unit}",
        **row.place,
    )
