"""Stretches of days, and what holds from one of them on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from shared.errors import Kind, Refusal

T = TypeVar("T")
YEAR_DAYS = 365


class PeriodBackwards(Refusal):
    """A period ends before it begins: give an `until` that is not before `since`."""

    kind = Kind.INVALID


class PeriodTooLong(Refusal):
    """The period is longer than may be looked at: ask for less of it at a time."""

    kind = Kind.INVALID


PERIOD_DAYS_MAX = 20 * YEAR_DAYS


@dataclass(frozen=True, slots=True)
class Period:
    """The days from one to another, both included."""

    since: date
    until: date

    @classmethod
    def of(cls, since: date | None, until: date | None, today: date) -> "Period":
        """Give what is asked for; the year up to the last day where no first one is named."""
        end = until or today
        begin = since or end - timedelta(days=YEAR_DAYS - 1)
        if end < begin:
            raise PeriodBackwards(since=begin, until=end)
        if (end - begin).days >= PERIOD_DAYS_MAX:
            raise PeriodTooLong(days_max=PERIOD_DAYS_MAX)
        return cls(begin, end)

    @property
    def before(self) -> "Period":
        """The period of the same length that ends the day before."""
        end = self.since - timedelta(days=1)
        return Period(end - (self.until - self.since), end)


def holding(stated: Iterable[tuple[date, T]], day: date) -> T | None:
    """Give what holds on a day, of what was stated from days on; none before the first of them."""
    begun = [(since, what) for since, what in stated if since <= day]
    return max(begun, key=lambda each: each[0])[1] if begun else None
