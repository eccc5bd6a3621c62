"""Run a check again from the record of its results, and say whether every decision comes out the same.

    result.json -> call, inputs as they were -> check -> rows held against the rows there

Nothing is taken from the results but the record of the run: what they say of a parcel is only compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lnrs_geo import chain
from lnrs_geo.commandline import SINGLE
from lnrs_geo.errors import LnrsGeoError, OutputError, SourceError
from lnrs_geo.packet import RUN_JSON
from lnrs_geo.rerun.comparing import Difference, differences
from lnrs_geo.rerun.inputs import State, changed_behind, looked_at, otherwise_read
from lnrs_geo.rerun.outlines import read_outlines
from lnrs_geo.rerun.reasons import PROGRAM, RULES, versions, why
from lnrs_geo.write import GEOPACKAGE, RESULT_JSON, read_results

if TYPE_CHECKING:
    from lnrs_geo.result import Result

MOST_LISTED = 20
SITES_CSV = "sites.csv"
# What a record must hold, and as what; an option that was not given is None
_HELD: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("parcels", "measures", "strategy", "layers", "measures_layers"), (list,)),
    **dict.fromkeys((*SINGLE, "crs"), (str, type(None))),
    **dict.fromkeys(("dates", "map"), (dict,)),
    **dict.fromkeys(("intervention", "as_at", "note"), (str,)),
    "tolerance_m": (int, float),
    "accept_proposed": (bool,),
}
_ANEW = "Make the results anew with lnrs-geo check."
_PUT_BACK = "Put the inputs back as they were, or make new results with lnrs-geo check."
_WHERE_FROM = (
    "Put them back. Paths are as they were given: run this in the folder where the check was run, or name "
    "that folder with --from."
)


@dataclass(frozen=True, slots=True)
class Again:
    """What came of running a check again.

    Attributes
    ----------
    result
        The new result.
    as_at
        The assessment date of both runs.
    changes
        What is not as it was: inputs, the program, the rules, each in a sentence.
    differences
        One for each parcel of which something is decided otherwise, in the order of the results.
    parcels, parts
        How many were compared.
    why
        What of the record may be the reason of a difference, in a sentence.
    outlines
        Whether the geometry of the parts was compared too.
    """

    result: Result
    as_at: str
    changes: tuple[str, ...]
    differences: tuple[Difference, ...]
    parcels: int
    parts: int
    why: str
    outlines: bool

    @property
    def same(self) -> bool:
        """Whether every part came out as it was."""
        return not self.differences

    def lines(self) -> Iterator[str]:
        """Tell it to a person at a terminal."""
        yield f"Run again as at {self.as_at}, with the call that the results record."
        yield from self.changes
        if self.same:
            yield (
                f"The same: {self.parts} part(s) of {self.parcels} parcel(s), every answer, every reason and "
                "all units."
            )
            yield from self._left_out()
            return
        outline = sum(one.outline for one in self.differences)
        wordy = sum(not one.answers and not one.outline for one in self.differences)
        yield (
            f"Not the same: {len(self.differences)} of {self.parcels} parcel(s) differ"
            f"{f', {wordy} of them in words alone' if wordy else ''}"
            f"{f', {outline} of them in geometry alone' if outline else ''}."
        )
        for one in self.differences[:MOST_LISTED]:
            yield f"  {one.parcel_ref} ({one.source})"
            yield from (f"    {line}" for line in one.lines)
        if len(self.differences) > MOST_LISTED:
            yield f"  and {len(self.differences) - MOST_LISTED} more parcel(s)."
        yield from self._left_out()
        yield self.why

    def _left_out(self) -> Iterator[str]:
        """Say what of the geometry was not compared, where that is so."""
        if not self.outlines:
            yield f"Geometry was compared by size and grid reference alone: there is no {GEOPACKAGE} to tell more."


def run_again(folder: Path, *, start: Path | None = None, progress: chain.Progress | None = None) -> Again:
    """Do the check again that made the results in a folder, and compare.

    Parameters
    ----------
    folder
        The results, as `check` writes them.
    start
        The folder in which the check was run, where paths are relative to it; the current one by default.
    progress
        As for `lnrs_geo.check`.

    Raises
    ------
    OutputError
        There are no results, or their record does not say all that a check was given.
    SourceError
        An input is gone, or can no longer be used.
    """
    _refuse_other_results(folder)
    document = read_results(folder)
    run = document["run"]
    call = _call_of(run, where=str(folder))
    with chdir(start or Path.cwd()):
        given = _as_given(call, run["inputs"])
        state = looked_at(given, run["inputs"])
        if state.gone:
            raise SourceError(
                " ".join(("These inputs are gone:", f"{', '.join(state.gone)}.", *state.changed)),
                where=str(folder),
                fix=_WHERE_FROM,
            )
        result = _checked(given, state, progress)
    outlines = read_outlines(folder)
    found = differences(document["parts"], result, document["parcels"], outlines)
    inputs = (
        *state.changed,
        *changed_behind(run["inputs"], result.run["inputs"], state.changed),
        *otherwise_read(run["inputs"], result.run["inputs"]),
    )
    return Again(
        result=result,
        as_at=call["as_at"],
        changes=(*inputs, *_versions(run, result.run)),
        differences=found,
        parcels=len({(one["source"], one["src_fid"]) for one in document["parts"]}),
        parts=len(document["parts"]),
        why=why(run, result.run, inputs),
        outlines=outlines is not None,
    )


def _refuse_other_results(folder: Path) -> None:
    """Say of a folder without `result.json` what is there instead, where that is known."""
    if (folder / RESULT_JSON).exists():
        return
    if (folder / SITES_CSV).exists():
        raise OutputError(
            "It holds the results of a batch.",
            where=str(folder),
            fix="Name the folder of a site that was assessed, as in sites/REFERENCE.",
        )
    if (folder / RUN_JSON).exists():
        raise OutputError(
            "It holds results as GeoParquet, which are not compared.",
            where=str(folder),
            fix="Their run.json says with which command they were made.",
        )


def _call_of(run: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """Return the call that a record holds, if a check can be run from it."""
    call = run.get("call")
    if call is None:
        raise OutputError(
            "They do not record what the check was given: an older version made them.",
            where=where,
            fix=_ANEW,
        )
    if not isinstance(call, dict) or not all(_is_held(call, name) for name in _HELD):
        raise OutputError("The record of what the check was given is damaged.", where=where, fix=_ANEW)
    if call["note"]:
        raise OutputError(
            f"The check cannot be run again from its record. {call['note']}",
            where=where,
            fix="Run lnrs-geo check, or batch, as it was run then.",
        )
    return call


def _is_held(call: Mapping[str, Any], name: str) -> bool:
    """Say whether a call holds an option as it must be; what was no file has left a gap, and a note."""
    value = call.get(name)
    kinds = (str, type(None)) if call.get("note") else str
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return name in call and isinstance(value, _HELD[name]) and all(isinstance(one, kinds) for one in inner)


def _as_given(call: Mapping[str, Any], recorded: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the call as the keywords of `check`.

    A table that was given as a complete `Path` goes by its name alone in messages, so it is one again.
    """
    named = {one["path"] for one in recorded}
    given = {name: call[name] for name in _HELD if name not in ("map", "as_at", "note")}
    for name in SINGLE:
        path = Path(call[name] or "")
        if path.is_absolute() and path.name in named and call[name] not in named:
            given[name] = path
    return {**given, "field_map": call["map"], "as_at": call["as_at"]}


def _checked(given: dict[str, Any], state: State, progress: chain.Progress | None) -> Result:
    """Run the check; what stops it now did not stop it then."""
    try:
        return chain.check(**{**given, "as_at": date.fromisoformat(given["as_at"])}, progress=progress)
    except (LnrsGeoError, ValueError) as error:
        what, where = (error.what, error.where) if isinstance(error, LnrsGeoError) else (str(error), "")
        raise SourceError(
            " ".join((f"The check cannot be run again as it was: {what}", *state.changed)),
            where=where,
            fix=_PUT_BACK,
        ) from error


def _versions(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Say which versions are not those of then."""
    others = []
    for name, was, is_now in versions(then, now):
        if name == PROGRAM:
            yield f"The program was {was}, and is {is_now}."
        elif name == RULES:
            yield f"The rules applied were {was}, and are {is_now}."
        else:
            others.append(f"{name} {was} then, {is_now} now")
    if others:
        yield f"Libraries are of other versions: {'; '.join(others)}."
