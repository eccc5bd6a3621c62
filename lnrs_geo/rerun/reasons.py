"""Why a result may differ from the one before: inputs of other contents, or other versions of what did the work."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Record = Mapping[str, Any]

PROGRAM, RULES = "the program", "the rules"


def why(then: Mapping[str, Any], now: Mapping[str, Any], told: Sequence[str] = ()) -> str:
    """Say in a sentence what of the record is not as it was.

    Parameters
    ----------
    then, now
        The records of the two runs.
    told
        What is already said of inputs, in sentences: of some files it is known only that they changed.
    """
    inputs = list(_inputs(then["inputs"], now["inputs"]))
    others = [f"{name} ({was} then, {is_now} now)" for name, was, is_now in versions(then, now)]
    work = f"other versions did the work: {', '.join(others)}"
    if inputs or told:
        named = f"not as they were: {', '.join(inputs)}" if inputs else "the inputs named above have changed"
        return f"Why: {named}{f'; and {work}' if others else ''}."
    if others:
        return f"Why: no input has changed, but {work}."
    return "Why: nothing that is recorded has changed. Please report this."


def versions(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Give what is of another version, with both: the program, the rules, libraries."""
    if then["program"] != now["program"]:
        yield PROGRAM, then["program"], now["program"]
    if then["rules"] != now["rules"]:
        yield RULES, then["rules"]["edition"], now["rules"]["edition"]
    for name, version in now["libraries"].items():
        if then["libraries"].get(name) != version:
            yield name, then["libraries"].get(name) or "absent", version or "absent"


def _inputs(then: Sequence[Record], now: Sequence[Record]) -> Iterator[str]:
    """Give the inputs that do not hold, or are not read as, what they were, each once with its role."""
    before, after = (Counter(map(_read_as, records)) for records in (then, now))
    unlike = {(path, role) for role, path, *_ in (*(before - after), *(after - before))}
    known = ((one["path"], one["role"]) for one in (*then, *now))
    yield from (f"{path} ({role})" for path, role in dict.fromkeys(known) if (path, role) in unlike)


def _read_as(one: Record) -> tuple[Any, ...]:
    return tuple(one.get(name) for name in ("role", "path", "layer", "sha256", "transformation"))
