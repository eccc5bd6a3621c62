"""One parcel's decisions in plain words, from the `result.json` of a run."""

from collections.abc import Iterator
from difflib import get_close_matches
from textwrap import fill
from typing import Any

from lnrs_geo.errors import OptionError

WIDTH = 96
OWN_READING = "a cautious reading of this program, where the guide is silent"
STATUS_WORDS = {
    "decided": "decided",
    "provisional": "provisional: a person must look",
    "error": "in error: no answer",
    "not-applicable": "not applicable",
}


def explain(document: dict[str, Any], ref: str, *, source: str = "") -> Iterator[str]:
    """Tell everything about a parcel: every stage and part, the rule, the measures, the trace.

    Parameters
    ----------
    document
        The content of `result.json`.
    ref
        The parcel's reference.
    source
        A part of the file or layer name, where several files use the same reference.

    Raises
    ------
    OptionError
        No parcel of that reference is in the results.
    """
    within = [one for one in document["parts"] if source in one["source"]]
    parts = [one for one in within if one["parcel_ref"] == ref]
    parts = parts or [one for one in within if one["parcel_ref"].casefold() == ref.casefold()]
    if not parts:
        known = sorted({one["parcel_ref"] for one in document["parts"] if source in one["source"]})
        nearest = get_close_matches(ref, known, n=6, cutoff=0.5) or known[:6]
        raise OptionError(
            f"No parcel {ref!r} is in these results{f' from {source!r}' if source else ''}.",
            where="explain",
            fix=f"There are {len(known)}, among them: {', '.join(nearest)}.",
        )
    run = document["run"]
    yield run["assumption"]
    if run["notice"]:
        yield f"NOTE: {run['notice']}"
    for key in dict.fromkeys((one["source"], one["src_fid"]) for one in parts):
        own = [one for one in parts if (one["source"], one["src_fid"]) == key]
        yield ""
        yield from _parcel(document, own)


def _parcel(document: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[str]:
    first = parts[0]
    place = f"{first['module']}, {first['source']}, feature {first['src_fid']}, {first['gridref']}"
    yield f"{first['parcel_ref']}  ({place})"
    for stage, title in (("baseline", "Before the development"), ("post", "After the development")):
        own = [one for one in parts if one["stage"] == stage]
        if not own:
            continue
        size = sum(one["size"] or 0 for one in own)
        yield ""
        yield f"{title}: {_what(own[0])}, {_size(size, own[0])}"
        if len(own) > 1:
            answers = {(one["strat_sig"], one["status"]) for one in own}
            why = (
                "its answer changes across it"
                if len(answers) > 1
                else "it crosses a boundary of areas or authorities"
            )
            yield f"  Must be entered as {len(own)} rows, because {why}:"
        for one in own:
            yield from _part(document, one, several=len(own) > 1)
    yield from _matches(document, parts)
    yield from _issues(document, parts)


def _part(document: dict[str, Any], part: dict[str, Any], *, several: bool) -> Iterator[str]:
    name = f"part {part['part']}, {_size(part['size'], part)}: " if several else ""
    multiplier = f" (x {part['ss_mult']:g})" if part["ss_mult"] is not None else ""
    answer = f"{part['strat_sig']}{multiplier}" if part["strat_sig"] else "no answer"
    other = f" or {part['alt_sig']} (x {part['alt_mult']:g})" if part["alt_sig"] else ""
    yield f"  {name}{answer}{other}, {STATUS_WORDS[part['status']]}  [{part['ss_reason']}]"
    yield _paragraph(part["reason"])
    if part["measure_id"]:
        yield _paragraph(f"Relies on: {_named(part['measure_id'], part['measure'])}.")
    if part["also_in"]:
        also = "Also mapped" if part["measure_id"] else "Mapped"
        yield _paragraph(f"{also} there: {part['also_in'].replace(';', ', ')}.")
    if part["would_be_high"]:
        yield _paragraph(f"Would be consistent there: {part['would_be_high']}.")
    where = " / ".join(text for text in (_lnrs(part), part["authority"]) if text)
    if where:
        yield _paragraph(f"Lies in: {where}.")
    if part["claimed"]:
        yield _paragraph(f"The input claims: {part['claimed']} -> {part['check'] or 'not judged'}.")
    if part["borderline"]:
        yield _paragraph(
            "Borderline: the answer would change if a boundary moved by the positional tolerance."
        )
    trace = document["traces"][part["trace"]]
    source = OWN_READING if trace["citation"] == "own" else trace["citation"]
    yield _paragraph(f"Rule {part['rule_id']}: {trace['statement']} ({source})")
    for step in trace["steps"]:
        evidence = f" ({step['evidence']})" if step["evidence"] else ""
        yield _paragraph(f"- {step['question']} {step['answer']}{evidence}", indent=6)


def _what(part: dict[str, Any]) -> str:
    """Say what stands there before, or what is done to which habitat after."""
    habitat = part["habitat"] or "no habitat named"
    if not part["retention"]:
        return habitat
    if part["stage"] == "baseline":
        return f"{habitat} (entered as {part['retention']})"
    return f"{part['retention']} {habitat}"


def _lnrs(part: dict[str, Any]) -> str:
    return f"LNRS {part['lnrs_id']}" if part["lnrs_id"] else ""


def _matches(document: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[str]:
    key = (parts[0]["source"], parts[0]["src_fid"])
    own = [one for one in document["matches"] if (one["source"], one["src_fid"]) == key]
    if not own:
        yield ""
        yield "Mapped measures: none meets the parcel."
        return
    yield ""
    yield "Mapped measures that meet the parcel:"
    several = len({one.get("lnrs_id") for one in own}) > 1  # older results do not say
    for one in own:
        overlap = (
            "touches, no overlap"
            if one["relation"] == "touch"
            else f"{one['relation']}, {_overlap(one)}, {one['share']:.1%} of the parcel"
        )
        whose = f"LNRS {one['lnrs_id']}: " if several else ""
        yield f"  {whose}{one['measure_id']}: {overlap}"
        if one["relation"] == "touch":
            continue
        yield _paragraph(one["measure"])
        if one["verdict"]:
            source = f"; source: {one['verdict_source']}" if one["verdict_source"] else ""
            yield _paragraph(
                f"To {one['intervention']} {one['habitat']}: {one['verdict']}, {one['verdict_reason']}{source}."
            )
        elif one["verdict_reason"]:
            yield _paragraph(f"{one['verdict_reason'][:1].upper()}{one['verdict_reason'][1:]}.")


def _issues(document: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[str]:
    dataset, _, layer = parts[0]["source"].rpartition("|")
    own = [
        one
        for one in document["issues"]
        if one["dataset"] == dataset and one["layer"] in ("", layer)
        # a repeated reference is told of by the feature's id
        if one["feature"] == parts[0]["src_fid" if one["code"] == "duplicate-reference" else "parcel_ref"]
    ]
    if own:
        yield ""
        yield "Issues of the data:"
    for one in own:
        yield f"  {one['severity']}: {one['code']}"
        yield _paragraph(f"{one['message']} {one['fix']}")


def _named(ids: str, texts: str) -> str:
    return "; ".join(f"{name} ({text})" for name, text in zip(ids.split(";"), texts.split(";"), strict=False))


def _size(size: float | None, part: dict[str, Any]) -> str:
    if size is None:
        return "size unknown"
    if part["size_unit"] == "count":
        return f"{size:g} tree{'' if size == 1 else 's'}"
    return f"{size:,.4f} {part['size_unit']}"


def _overlap(match: dict[str, Any]) -> str:
    if match["overlap_unit"] == "count":
        return _size(match["overlap"], {"size_unit": "count"})
    return f"{match['overlap']:,.2f} {match['overlap_unit']}"


def _paragraph(text: str, *, indent: int = 4) -> str:
    return fill(text, width=WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))
