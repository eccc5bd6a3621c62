"""One application on exact days, as the conditions of the transition rules ask for it.

Whatever was not given or cannot be read is asked for in vain: `NotKnown` then stops the table, so
that nothing is decided on a date that nobody gave.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lnrs_geo.multiplier.applications import Application

NOT_YET = date.max  # a step that was not taken lies after every day there is


class NotKnown(Exception):
    """A condition asked for something that was not given or cannot be read."""

    def __init__(self, *columns: str) -> None:
        self.columns = columns
        super().__init__(*columns)


@dataclass(frozen=True, slots=True)
class Facts:
    """An application on exact days, as the conditions ask for it.

    Attributes
    ----------
    days
        The days given, by column, and `published` where that day is known.
    as_at
        A step dated later has not happened yet.
    in_force
        Whether the LNRS of the place is published; None where that is not known.
    """

    application: Application
    days: Mapping[str, date]
    as_at: date
    in_force: bool | None
    off_site: bool

    @property
    def published(self) -> bool:
        """Whether an LNRS is published at that place on the assessment date."""
        if self.in_force is None:
            raise NotKnown("published")
        return self.in_force and self.days["published"] <= self.as_at

    @property
    def pub(self) -> date:
        """The day of publication."""
        return self.days["published"]

    @property
    def app(self) -> date:
        """The date of application; the date of grant where permission needs no application."""
        column = "granted" if self._read("route") == "no-application" else "application_date"
        if column not in self.days:
            raise NotKnown(column)
        return self.days[column]

    @property
    def agreed(self) -> date:
        """The earlier date agreed in place of the application date."""
        self._read("agreed_date")
        return self.days.get("agreed_date", NOT_YET)

    @property
    def rel(self) -> date:
        """The relevant date (TCPA, Schedule 7A, paragraph 5)."""
        return self.app if self.agreed == NOT_YET else self.agreed

    @property
    def granted(self) -> date:
        """The day of the decision to grant."""
        return self._step("granted", later=("gain_plan_submitted", "gain_plan_approved"))

    @property
    def submitted(self) -> date:
        """The day on which the gain plan was submitted."""
        return self._step("gain_plan_submitted", later=("gain_plan_approved",))

    @property
    def approved(self) -> date:
        """The day on which the gain plan was approved."""
        return self._step("gain_plan_approved")

    @property
    def secured(self) -> date:
        """The day on which the off-site units were secured."""
        return self._step("secured_on")

    @property
    def exempt(self) -> bool:
        """Whether the development is exempt from biodiversity net gain."""
        return bool(self._read("exempt"))

    @property
    def ended(self) -> bool:
        """Whether the application was refused or withdrawn; a live appeal keeps it open."""
        if "kind" not in self.application.unreadable and self.application.kind == "appeal":
            return False
        if any(self._happened(column) for column in ("refused", "withdrawn")):
            return bool(self._read("kind") != "appeal")
        return self._step("refused") != NOT_YET or self._step("withdrawn") != NOT_YET

    @property
    def kind(self) -> str:
        """The kind of permission."""
        return str(self._read("kind"))

    @property
    def route(self) -> str:
        """How permission is given."""
        return str(self._read("route"))

    @property
    def agreement(self) -> str:
        """What the agreement's clause says of the values."""
        return str(self._read("agreement"))

    @property
    def under_agreement(self) -> bool:
        """Whether off-site units are under an agreement, by its clause or by its date."""
        return self.agreement != "" or self.secured != NOT_YET

    def _read(self, column: str) -> Any:
        if column in self.application.unreadable:
            raise NotKnown(column)
        return getattr(self.application, column)

    def _happened(self, column: str) -> bool:
        return column in self.days and self.days[column] <= self.as_at

    def _step(self, column: str, *, later: tuple[str, ...] = ()) -> date:
        """Return the day of a step; blank means not yet, unless a later step is dated."""
        self._read(column)
        if self._happened(column):
            return self.days[column]
        blurred = [step for step in later if step in self.application.unreadable]
        if column not in self.days and (blurred or any(self._happened(step) for step in later)):
            raise NotKnown(column, *blurred)
        return NOT_YET
