"""Condition rules: with how much life left goods are qualified (B) or short-lived (C), as a nation states it.

The standard is that of the supply condition codes (DLM 4000.25 AP2.5): B from six to three months before the end, C
within the last three. It suits no item whose whole life is shorter than six months: such items age by what their
nation has stated for them, and otherwise only at the end.
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

SHORT_LIVED_MONTHS = 6
"""Items with a whole life under this have thresholds of their own."""
LEFT_PATTERN = r"^P[1-9][0-9]{0,2}[MD]$"
_LEFT = re.compile(LEFT_PATTERN)


class Left(NamedTuple):
    """An amount of life: whole months of the calendar, or days."""

    months: int = 0
    days: int = 0

    @classmethod
    def read(cls, text: str) -> "Left":
        """Read it as ISO 8601 writes it: `P6M`, `P45D`."""
        assert _LEFT.match(text), f"{text!r} is no amount of life"
        number = int(text[1:-1])
        return cls(months=number) if text.endswith("M") else cls(days=number)

    def after(self, day: date) -> date:
        """Name the day that lies so far after another; the last of its month where that is shorter."""
        later = _shifted(day, self.months)
        return later + timedelta(days=min(self.days, (date.max - later).days))

    def before(self, last: date) -> date:
        """Name the first day on which no more than this is left until the last one."""
        if last - date.min < timedelta(days=31 * (self.months + 1) + self.days):
            return date.min  # So early a day is a slip of the pen, and long past in any case.
        day = _shifted(last - timedelta(days=self.days), -self.months)
        while self.after(day) < last:
            day += timedelta(days=1)
        return day


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much life is left when goods become qualified, and when they become short-lived."""

    qualified: Left
    short: Left


STANDARD = Thresholds(qualified=Left(months=6), short=Left(months=3))


@dataclass(frozen=True, slots=True)
class Lifespan:
    """Thresholds of items whose whole life is at most so long; without a bound, of all longer-lived ones."""

    total_months_max: int | None
    thresholds: Thresholds


STATED_BY_NOBODY = (Lifespan(None, STANDARD),)


def thresholds_of(lifespans: Sequence[Lifespan], total_months: int | None) -> Thresholds | None:
    """Choose the thresholds of an item by its whole life; none where it ages only at the end."""
    for lifespan in sorted(lifespans, key=_bound):
        if lifespan.total_months_max is None:
            is_short_lived = total_months is not None and total_months < SHORT_LIVED_MONTHS
            return None if is_short_lived else lifespan.thresholds
        if total_months is not None and total_months <= lifespan.total_months_max:
            return lifespan.thresholds
    return None


def read_lifespans(record: Sequence[Mapping[str, str | int | None]]) -> tuple[Lifespan, ...]:
    """Read what a nation has stated, as it is kept."""
    return tuple(
        Lifespan(
            None if each["total_months_max"] is None else int(each["total_months_max"]),
            Thresholds(Left.read(str(each["qualified"])), Left.read(str(each["short"]))),
        )
        for each in record
    )


def _bound(lifespan: Lifespan) -> float:
    return float("inf") if lifespan.total_months_max is None else lifespan.total_months_max


def _shifted(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if years > date.max.year:
        return date.max
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
