"""Make an issue from its code: severity and advice stand in `issues.toml`, once for all."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lnrs_geo.model import Issue, Severity


@dataclass(frozen=True, slots=True)
class IssueKind:
    """What `issues.toml` says of a code."""

    code: str
    severity: Severity
    fix_by: str
    fix: str


@cache
def kinds() -> dict[str, IssueKind]:
    """Return every known issue code with its severity, who mends it and how."""
    table = tomllib.loads(files("lnrs_geo").joinpath("issues.toml").read_text(encoding="utf-8"))
    return {
        code: IssueKind(code, Severity(row["severity"]), row["fix_by"], row["fix"])
        for code, row in table.items()
    }


def issue(
    code: str,
    message: str,
    *,
    dataset: str = "",
    layer: str = "",
    feature: str = "",
    field: str = "",
    value: str = "",
) -> Issue:
    """Return the issue `code` with `message` at the place given.

    Raises
    ------
    KeyError
        The code does not stand in `issues.toml`.
    """
    kind = kinds()[code]
    return Issue(code, kind.severity, dataset, layer, feature, field, value, message, kind.fix)
