"""The records and vocabularies that the spatial layer and the multiplier share.

Nothing here knows geometry, files or policy: these are the words of the field, so that both
sides of the program mean the same by them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Module(StrEnum):
    """The four modules of the metric; each measures its parcels in its own unit."""

    AREA = "area"
    HEDGEROW = "hedgerow"
    WATERCOURSE = "watercourse"
    TREE = "tree"

    @property
    def size_unit(self) -> str:
        """Unit of `size`: ha, km or count."""
        return {"area": "ha", "tree": "count"}.get(self.value, "km")

    @property
    def plain_unit(self) -> str:
        """Unit of `size_m` and of overlaps: m2, m or count."""
        return {"area": "m2", "tree": "count"}.get(self.value, "m")


class Stage(StrEnum):
    """Before (baseline) or after (post) the development."""

    BASELINE = "baseline"
    POST = "post"


class Retention(StrEnum):
    """What happens to a habitat: the metric's retention categories."""

    RETAINED = "Retained"
    ENHANCED = "Enhanced"
    CREATED = "Created"
    LOST = "Lost"


class Intervention(StrEnum):
    """The two things one may do for a habitat; crosswalk rows name the one they cover."""

    CREATE = "create"
    ENHANCE = "enhance"


class Significance(StrEnum):
    """Category of strategic significance (UG, Tables 7 and 8)."""

    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"


class Status(StrEnum):
    """How firm the answer of a part is."""

    DECIDED = "decided"
    PROVISIONAL = "provisional"
    ERROR = "error"
    NOT_APPLICABLE = "not-applicable"


class Severity(StrEnum):
    """Weight of an issue; it never changes a status or the exit code."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Relation(StrEnum):
    """How a parcel lies to a mapped measure."""

    INSIDE = "inside"
    PARTIAL = "partial"
    TOUCH = "touch"


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault or remark about the data, with what to do about it.

    `dataset` is the file as the user named it, `feature` the feature's id or reference there,
    `field` the column concerned, `value` what was found; empty where there is none.
    """

    code: str
    severity: Severity
    dataset: str
    layer: str
    feature: str
    field: str
    value: str
    message: str
    fix: str
