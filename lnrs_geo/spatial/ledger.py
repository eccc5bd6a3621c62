"""Collect the issues of one layer, each at its place."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lnrs_geo.issues import issue
from lnrs_geo.model import Issue


@dataclass(frozen=True, slots=True)
class Ledger:
    """The issues found so far in one layer of one file."""

    dataset: str
    layer: str
    issues: list[Issue] = field(default_factory=list)

    def add(self, code: str, message: str, *, feature: str = "", field: str = "", value: str = "") -> None:
        """Note one issue."""
        self.issues.append(
            issue(code, message, dataset=self.dataset, layer=self.layer,
                  feature=feature, field=field, value=value)
        )  # fmt: skip

    def add_rows(
        self, code: str, message: str, *, features: Sequence[str], field: str = "", at_once: bool = False
    ) -> None:
        """Note an issue of several rows: one each, or `at_once` where the whole layer is at fault."""
        if at_once and features:
            which = f"all {len(features)} rows" if len(features) > 1 else "the only row"
            self.add(code, f"{message} ({which}).", field=field, value=str(len(features)))
            return
        for feature in features:
            self.add(code, f"{message}.", feature=feature, field=field)
