"""Bodies of the promises door."""

from datetime import date, datetime
from typing import Self

from pydantic import ConfigDict, computed_field

from shared.http.forms import Answer, Filter
from shared.types import Nation, PartId

NEVER = date.max
"""Where a promise without a day stands in a list by day."""


class PromiseRead(Answer):
    """What was promised, and when."""

    promised_for: date | None
    """The day; none means that nothing could be promised any more."""
    reason: str
    """Why that day."""
    recorded_at: datetime
    """When it was promised."""


class StandingPromise(Answer):
    """A day promised to one or more open orders of a part; it names no order and no quantity."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "part": "MI17-TAIL-ROTOR-BLADE",
                    "nation": "IND",
                    "promised_for": "2027-02-15",
                    "first_promised_for": "2026-12-14",
                    "slip_days": 63,
                }
            ]
        }
    )

    part: PartId
    """The part."""
    nation: Nation
    """The nation whose depots ordered."""
    promised_for: date | None
    """The day; none where nothing can be promised now."""
    first_promised_for: date | None
    """The day that was promised first; none where nothing ever was."""

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def slip_days(self) -> int | None:
        """Days by which the promise has moved since it was first made."""
        if self.promised_for is None or self.first_promised_for is None:
            return None
        return (self.promised_for - self.first_promised_for).days

    @classmethod
    def at(cls, part: PartId, nation: Nation, promised_for: date, first_promised_for: date) -> Self:
        """Read a place in the list."""
        days = {"promised_for": promised_for, "first_promised_for": first_promised_for}
        return cls(part=part, nation=nation, **{name: None if day == NEVER else day for name, day in days.items()})

    def place(self) -> tuple[str, str, str, str]:
        """Say where it stands in the list."""
        return self.part, self.nation, _day(self.promised_for), _day(self.first_promised_for)


class PromiseFilter(Filter):
    """Which promises are asked for."""

    part: PartId | None = None
    """Only of this part."""
    nation: Nation | None = None
    """Only to this nation's depots."""


def _day(day: date | None) -> str:
    return (day or NEVER).isoformat()
