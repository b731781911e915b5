"""Bodies of the doors that show yield, and the lots behind it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from services.production.domain.lot import LotStatus
from shared.http import groupings
from shared.http.forms import Answer, absent, example
from shared.http.periods import PeriodFilter
from shared.types import LotId, PartId, Platform, SiteId


class Grouping(StrEnum):
    """What yield can be shown apart by."""

    MONTH = "month"
    PART = "part"
    SITE = "site"
    PLATFORM = "platform"


class LotsFilter(PeriodFilter):
    """Which lots are looked at: those first heard of in the period, of factories."""

    part: PartId | None = None
    """Only of this part."""
    site: SiteId | None = None
    """Only of this factory."""
    platform: Platform | None = None
    """Only of parts that fit this platform."""


class YieldFilter(LotsFilter):
    """Which lots yield is counted from, and by what it is shown apart."""

    by: Annotated[str, groupings.naming(Grouping)] | None = None
    """By what it is shown apart: month, part, site, platform, with commas between; else all together."""

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """Give each grouping once, always in the same order."""
        return groupings.named(Grouping, self.by)


class YieldRow(Answer):
    """The yield of one group."""

    month: str | None = absent()
    """The month in which the lots were first heard of, as 2026-11, where it is shown by it."""
    part: PartId | None = absent()
    """The part, where it is shown by it."""
    site: SiteId | None = absent()
    """The factory, where it is shown by it."""
    platform: str | None = absent()
    """The platform, or `none`, where it is shown by it; a part that fits two counts for both."""
    lots: int
    """How many lots."""
    good: float
    """Finished and not scrapped since, in units of issue; kilograms and pieces of several parts are in one sum."""
    scrapped_in_process: float
    """Scrapped before it was reported as finished."""
    scrapped_finished: float
    """Scrapped after that."""
    rate: float | None
    """Yield = good / (good + scrapped); none where nothing was finished or scrapped."""


class YieldFigures(Answer):
    """The yield of factories, each group's in a row."""

    model_config = example(
        {
            "as_of": "2026-11-26T09:30:00Z",
            "first": "2026-10-01",
            "last": "2026-10-31",
            "rows": [
                {
                    "month": "2026-10",
                    "site": "F-01",
                    "lots": 6,
                    "good": 114,
                    "scrapped_in_process": 4,
                    "scrapped_finished": 2,
                    "rate": 0.95,
                }
            ],
        }
    )

    as_of: datetime
    """The moment as of which it was counted."""
    first: date
    """The first day of the period, in UTC."""
    last: date
    """The last day of the period."""
    rows: list[YieldRow]
    """By month, part, factory, platform, as far as it is shown by these."""


class LotYield(Answer):
    """A lot behind a yield."""

    model_config = example(
        {
            "lot": "F-01:L-2026-0042",
            "site": "F-01",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "status": "finished",
            "begun_at": "2026-10-05T06:10:00Z",
            "good": 19,
            "scrapped_in_process": 1,
            "scrapped_finished": 0,
            "rate": 0.95,
        }
    )

    lot: LotId
    """The lot."""
    site: SiteId
    """Its factory."""
    part: PartId
    """Its part."""
    status: LotStatus
    """How far it has come."""
    begun_at: datetime
    """When it was first heard of."""
    good: float
    """Finished and not scrapped since, in units of issue."""
    scrapped_in_process: float
    """Scrapped before it was reported as finished."""
    scrapped_finished: float
    """Scrapped after that."""
    rate: float | None
    """Its yield."""
