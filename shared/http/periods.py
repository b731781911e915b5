"""Periods that figures are counted over: whole days in UTC, and the calendar months that they lie in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from shared.errors import Kind, Refusal
from shared.http.forms import Filter
from shared.types import Day, error_at

DAYS_MAX = 3660
MONTH_DIGITS = "YYYY-MM"
"""How PostgreSQL writes a month."""
_DAY = timedelta(days=1)
_YEAR_MIN, _YEAR_MAX = 1950, 9998


@dataclass(frozen=True, slots=True)
class Period:
    """Days, the last one included."""

    first: date
    last: date

    @property
    def begin(self) -> datetime:
        """The moment at which it begins."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The moment at which it is over."""
        return datetime.combine(self.last + _DAY, time(), UTC)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Period":
        """The period of the same length that ends the day before."""
        last = self.first - _DAY
        return Period(last - (self.last - self.first), last)

    def months(self) -> Sequence["Period"]:
        """Cut it into its months; the first and the last may be cut short."""
        cut, first = list[Period](), self.first
        while first <= self.last:
            next_month = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
            cut.append(Period(first, min(self.last, next_month - _DAY)))
            first = next_month
        return cut


class PeriodTooLong(Refusal):
    """A period has more days than are counted at once: ask for a later first day, or an earlier last one."""

    kind = Kind.INVALID


def _in_reach(day: date) -> date:
    if not _YEAR_MIN <= day.year <= _YEAR_MAX:
        raise ValueError(f"a period lies in the years {_YEAR_MIN} to {_YEAR_MAX}")
    return day


_PeriodDay = Annotated[Day, AfterValidator(_in_reach)]


class PeriodFilter(Filter):
    """Which days are looked at, in UTC."""

    days_default: ClassVar[int] = 365

    begin: Annotated[_PeriodDay | None, Field(alias="from")] = None
    """The first day; a year before the last one if not given, for cover 90 days."""
    end: Annotated[_PeriodDay | None, Field(alias="to")] = None
    """The last day, itself included; today if not given."""

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if self.begin is not None and self.end is not None and self.begin > self.end:
            raise error_at("from", message="is no later than to")
        return self

    def period(self, today: date) -> Period:
        """Say which days are meant, counted back from today where that is not said; raises PeriodTooLong."""
        last = self.end or max(today, self.begin or today)
        period = Period(self.begin or last - timedelta(days=self.days_default - 1), last)
        if period.days > DAYS_MAX:
            raise PeriodTooLong(first=period.first, last=period.last, days=period.days, days_max=DAYS_MAX)
        return period
