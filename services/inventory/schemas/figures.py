"""Bodies of the doors that show how long stock lasts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from shared.http import groupings
from shared.http.forms import Answer, absent, example
from shared.http.periods import PeriodFilter
from shared.types import PartId, Platform, SiteId, Total


class Grouping(StrEnum):
    """What cover can be shown apart by."""

    PART = "part"
    SITE = "site"
    PLATFORM = "platform"


class GoodsFilter(PeriodFilter):
    """Which stock is looked at, and over which days the pace of its issues is taken."""

    days_default: ClassVar[int] = 90

    part: PartId | None = None
    """Only of this part."""
    site: SiteId | None = None
    """Only at this depot."""
    platform: Platform | None = None
    """Only of parts that fit this platform."""


class CoverFilter(GoodsFilter):
    """Which stock is looked at, and by what cover is shown apart."""

    by: Annotated[str, groupings.naming(Grouping)] | None = None
    """By what it is shown apart: part, site, platform, with commas between; else all together."""

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """Give each grouping once, always in the same order."""
        return groupings.named(Grouping, self.by)


class CoverRow(Answer):
    """How long the stock of one group lasts; stock is one part at one depot."""

    part: PartId | None = absent()
    """The part, where it is shown by it."""
    site: SiteId | None = absent()
    """The depot, where it is shown by it."""
    platform: str | None = absent()
    """The platform, or `none`, where it is shown by it; a part that fits two counts for both."""
    stocks: int
    """How many stocks something was issued of in the period: each has a cover."""
    days_min: float | None
    """The lowest cover among them, in days."""
    days_median: float | None
    """Half of them have no more."""
    empty: int
    """How many of them have nothing left."""
    unused: int
    """Stocks with goods of which nothing was issued: they last for ever, and are not among those above."""


class CoverFigures(Answer):
    """How long stock lasts, each group's in a row."""

    model_config = example(
        {
            "as_of": "2026-11-26T09:30:00Z",
            "first": "2026-08-29",
            "last": "2026-11-26",
            "rows": [{"site": "D-01", "stocks": 11, "days_min": 4.5, "days_median": 61.2, "empty": 1, "unused": 7}],
        }
    )

    as_of: datetime
    """The moment as of which it was counted."""
    first: date
    """The first day over which the pace of issues is taken, in UTC."""
    last: date
    """The last of these days."""
    rows: list[CoverRow]
    """By part, depot, platform, as far as it is shown by these."""


class StockCover(Answer):
    """How long the stock of a part at a depot lasts."""

    model_config = example(
        {
            "site": "D-01",
            "part": "MI17-TAIL-ROTOR-BLADE",
            "stock": 40,
            "expiring": 12,
            "issued": 45,
            "days": 90,
            "cover_days": 56.0,
        }
    )

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    stock: Total
    """What may be issued: on hand or reserved, in a condition that orders usually accept, not expired or held back."""
    expiring: Total
    """How much of it expires before it would be issued at this pace, first expired first."""
    issued: Total
    """What was issued in the period; an issue that was undone does not count, a return changes nothing."""
    days: int
    """Days of the period since the first issue ever, which the pace is taken over."""
    cover_days: float | None
    """Days that the stock lasts = (stock - expiring) / (issued / days); none where nothing was issued."""
