"""The sentence for a gain plan: what was applied to a part, what came out, and on whose word.

A sentence never says more than its row: what the rules wrote as the row's reason is in it, and a
published LNRS "has been applied" only to land whose answer rests on its map.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lnrs_geo.assumed import assumes_dates
from lnrs_geo.report.answers import multiplier, table_7_open
from lnrs_geo.report.facts import PartFacts, Row
from lnrs_geo.report.findings import Texts, found
from lnrs_geo.report.small_words import day

# Reasons that stand on what the Local Habitat Map shows, or does not show, at the place
MAP_ASKED = frozenset(
    {"consistent", "override", "inconsistent", "not-listed", "not-eligible", "unmapped", "in-apib-only"}
)
MADE_UP = "This is a made-up sample and says nothing about real land."
ONLY_DRAFT = "The LNRS at hand is a consultation draft, which decides nothing."
ACCEPTED = "DRAFT: crosswalk rows that nobody has confirmed were accepted, so this may not be relied on."
# How a reason begins that rests on such a row
DRAFT = "DRAFT:"
BORDERLINE = "It is borderline: a boundary moved by the positional tolerance could change it."
LOOK = "A person must look before this is relied on."
DONE = {"Created": "created as", "Enhanced": "enhanced to", "Retained": "retained as"}
AS_IT_STOOD = {"as-submitted": "submitted", "as-approved": "approved", "as-secured": "secured"}


def gain_plan(part: PartFacts, *, run: Mapping[str, Any], parts: int, texts: Texts) -> str:
    """Return the sentence for the gain plan; empty for baselines and where there is no answer.

    Parameters
    ----------
    part
        The part; what it has for a sentence itself is not looked at.
    run
        The record of the run.
    parts
        How many parts its parcel has at that stage.
    texts
        Texts of measures by LNRS and id.
    """
    row = part.row
    if row["stage"] != "post" or row["status"] not in ("decided", "provisional"):
        return ""
    told = (*_warnings(row, run), *_assumed(row, run), *_answer(part, about(row, parts), run, texts))
    return " ".join(told)


def _answer(part: PartFacts, named: str, run: Mapping[str, Any], texts: Texts) -> tuple[str, ...]:
    """Return the sentences that tell the answer."""
    row = part.row
    if row["status"] == "provisional":
        unsettled = f"The strategic significance of {named} cannot yet be stated."
        return unsettled, _full_stop(row["reason"]), _until_then(row)
    applied = _applied(row, run)
    said = (
        f"{applied}{found(part, named, texts)}"
        if applied
        else f"{named[:1].upper()}{named[1:]}: {_full_stop(row['reason'])}"
    )
    kept = AS_IT_STOOD.get(row["regime"], "")
    answer = f"{row['strat_sig']} ({multiplier(row['ss_mult'])})."
    return (
        said,
        f"Strategic significance{f', as {kept}' if kept else ''}: {answer}",
        *((BORDERLINE,) if row["borderline"] else ()),
        *((LOOK,) if row["review"] else ()),
    )


def _warnings(row: Row, run: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what must come before anything else."""
    status = {"sample": MADE_UP, "draft": ONLY_DRAFT}.get(row["strategy_status"], "")
    accepted = ACCEPTED if run.get("options", {}).get("accept_proposed") else ""
    return tuple(one for one in (status, accepted) if one)


def _assumed(row: Row, run: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what was assumed for want of dates: the sentence is pasted where nothing else says it."""
    if row["regime"] in AS_IT_STOOD or not assumes_dates(run):
        return ()
    when = "after publication of the LNRS" if row["regime"] == "table-7" else "on the assessment date"
    if "Dates were given for" in run["assumption"]:  # which parcels have them, the record does not say
        return (f"Where no dates were given for it, this is said assuming an application made {when}.",)
    return (f"No dates were given: this is said assuming an application made {when}.",)


def _applied(row: Row, run: Mapping[str, Any]) -> str:
    """Return how a sentence begins whose answer rests on the map of a strategy; else an empty text."""
    strategy = _strategy(row, run)
    rests_on_map = row["regime"] == "table-7" and row["ss_reason"] in MAP_ASKED
    if strategy is None or not rests_on_map or row["reason"].startswith(DRAFT):
        return ""
    name, title = strategy["name"], strategy["title"]
    if strategy["status"] == "sample":
        return f"By the map of the {name}, "
    told = (f"“{title}”" if title and title != name else "", day(strategy["published"]))
    aside = ", ".join(one for one in told if one)
    known = any(one in name.casefold() for one in ("lnrs", "nature recovery strategy"))
    whole = name if known else f"{name} Local Nature Recovery Strategy"
    return f"The published {whole}{f' ({aside})' if aside else ''} has been applied: "


def _strategy(row: Row, run: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the strategy whose map was asked there, published or made up; None where there is none."""
    loaded: Sequence[Mapping[str, Any]] = run.get("strategies") or [run["strategy"]]
    own = [one for one in loaded if one["lnrs_id"] == row["lnrs_id"]]
    if not row["lnrs_id"] and len(loaded) == 1 and not run.get("area_given", True):
        own = list(loaded)  # without an area, the one map that there is was asked everywhere
    return next((one for one in own if one["status"] in ("published", "sample")), None)


def about(row: Row, parts: int) -> str:
    """Name a parcel, or a part of it, with its size and what is proposed.

    Parameters
    ----------
    row
        A row of `parts`.
    parts
        How many parts its parcel has at that stage.
    """
    done = DONE.get(row["retention"], "proposed as")
    habitat = row["habitat"] or "a habitat that is not named"
    which = f"part {row['part']} of {parts} of parcel" if parts > 1 else "parcel"
    return f"{which} {row['parcel_ref']} ({size(row)}, {done} {habitat})"


def size(row: Row) -> str:
    """Return the size of a part in words; a sliver is told in m² or m, never as nothing.

    Examples
    --------
    >>> size({"size": 0.00003, "size_unit": "ha", "size_m": 0.3}), size({"size": 1.0, "size_unit": "count"})
    ('0.3 m²', '1 tree')
    """
    if row["size"] is None:
        return "size unknown"
    if row["size_unit"] == "count":
        return f"{row['size']:g} tree{'' if row['size'] == 1 else 's'}"
    decimals = 4 if row["size_unit"] == "ha" else 3
    if row["size"] and not round(row["size"], decimals) and row["size_m"] is not None:
        return f"{row['size_m']:g} {'m²' if row['size_unit'] == 'ha' else 'm'}"
    return f"{row['size']:,.{decimals}f} {row['size_unit']}"


def _until_then(row: Row) -> str:
    """Say at what a provisional part counts, and what else is possible."""
    now = f"{row['strat_sig']} ({multiplier(row['ss_mult'])})"
    open_too = table_7_open(row)
    if row["alt_sig"] and row["alt_sig"] == row["strat_sig"] and not open_too:
        return f"By both readings it would be {now}, but a person must look first."
    then = f"It counts as {now} only until a person has looked;"
    if row["alt_sig"] in ("", row["strat_sig"]):
        possible = f"{then} High is possible"
    else:
        possible = f"{then} {row['alt_sig']} ({multiplier(row['alt_mult'])}) is possible"
        if open_too and row["alt_sig"] != "High":
            possible += ", and High too"
    return f"{possible}{'; what Table 7 says is open as well' if open_too else ''}."


def _full_stop(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
