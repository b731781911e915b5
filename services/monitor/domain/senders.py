"""Who sends, how long each is used to be silent, and whose clock is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from shared.types import Nation, SiteId

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SenderHour:
    """What a site has sent in one hour, by our clock."""

    hour: datetime
    """When it began, UTC."""
    facts: int
    last_recorded_at: datetime
    delay_min_seconds: float
    """Shortest time from when something happened, by its clock, to when it was recorded, by ours."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A factory that sends, and its hours of late, oldest first."""

    site: SiteId
    nation: Nation | None
    """Where it is; none if the catalogue does not say."""
    hours: Sequence[SenderHour]

    @property
    def last_recorded_at(self) -> datetime:
        """Tell when it was heard of last."""
        return max(hour.last_recorded_at for hour in self.hours)

    def facts_since(self, moment: datetime) -> int:
        """Count what it has sent in the hours that began at a moment or later."""
        return sum(hour.facts for hour in self.hours if hour.hour >= moment)

    def ahead_seconds(self, now: datetime) -> float:
        """Tell how far its clock has been ahead of ours within the last hour; nought if it has not."""
        lately = [hour.delay_min_seconds for hour in self.hours if hour.hour > now - 2 * HOUR]
        return max(0.0, -min(lately, default=0.0))

    def habit_seconds(self, hours_min: int) -> float | None:
        """Tell how long it was silent at most between two hours in which it sent; none if too few are known."""
        if len(self.hours) < hours_min:
            return None
        gaps = [after.hour - before.last_recorded_at for before, after in pairwise(self.hours)]
        # Within an hour it is not known how its facts were spread: an hour is no silence.
        return max(*gaps, HOUR).total_seconds()

    def is_silent(self, now: datetime, *, hours_min: int, factor: float) -> bool:
        """Tell whether it has been silent for longer, by a factor, than it has ever been."""
        habit = self.habit_seconds(hours_min)
        return habit is not None and (now - self.last_recorded_at).total_seconds() > habit * factor
