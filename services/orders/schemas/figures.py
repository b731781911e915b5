"""Bodies of the doors that show the figures of demand, and the orders behind each of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from services.orders.domain.order import OrderState
from services.orders.schemas.figure_examples import FIGURES, LINE
from services.orders.schemas.reports import Month
from shared.http import groupings
from shared.http.forms import Answer, absent, example
from shared.http.periods import PeriodFilter
from shared.types import OrderId, PartId, Platform, Priority, Quantity, SiteId


class Grouping(StrEnum):
    """What figures can be shown apart by."""

    MONTH = "month"
    PART = "part"
    SITE = "site"
    PLATFORM = "platform"
    PRIORITY = "priority"


Groupings = Annotated[str, groupings.naming(Grouping)]
"""What figures are shown apart by, with commas between."""


class Counted(StrEnum):
    """The orders that a figure counts."""

    ASKED = "asked"
    FILLED = "filled"
    SHORT = "short"
    PENDING = "pending"
    WITHDRAWN = "withdrawn"
    BACKORDERED = "backordered"
    RECEIVED = "received"
    DUE = "due"
    ON_TIME = "on-time"
    LATE = "late"


class DemandFilter(PeriodFilter):
    """Which orders are looked at, over which days."""

    part: PartId | None = None
    """Only of this part."""
    site: SiteId | None = None
    """Only those that this depot fills."""
    platform: Platform | None = None
    """Only for this platform; where an order names none, of parts that fit it."""
    priority: Annotated[int | None, Field(ge=1, le=15)] = None
    """Only of this priority designator, as the orders now have it."""


class FiguresFilter(DemandFilter):
    """Which orders figures are counted from, and by what they are shown apart."""

    by: Groupings | None = None
    """By what they are shown apart: month, part, site, platform, priority, with commas between; else all together."""

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """Give each grouping once, always in the same order."""
        return groupings.named(Grouping, self.by)


class LinesFilter(DemandFilter):
    """The orders behind which figure are listed."""

    counted: Counted
    """The orders that this figure counts."""


class FillRead(Answer):
    """How many orders were filled on request, of those placed in the period."""

    asked: int
    """Orders placed."""
    filled: int
    """Of these, issued in full, and never short of anything."""
    short: int
    """Short of something at some time, whatever became of them since."""
    pending: int
    """Neither yet: not answered, or held in full and not yet issued in full."""
    withdrawn: int
    """Cancelled before anything of them was issued or short: they count for nothing."""
    rate: float | None
    """Fill rate = filled / (filled + short); none where there are neither."""


class BackordersRead(Answer):
    """How long orders were short of something, as far as that lies within the period."""

    orders: int
    """Orders that were short of something at some time of the period."""
    standing: int
    """Of these, short of something at its end, or now."""
    days: float
    """Backorder-days: the days of all of them added up, parts of days included."""


class ReceiptRead(Answer):
    """How long it took from order to receipt, for orders issued in full in the period."""

    orders: int
    """Orders issued in full."""
    days_median: int | None
    """Days from the day they were placed to the day they were issued in full: half took no longer."""
    days_p95: int | None
    """95 of 100 took no longer."""


class PromisesRead(Answer):
    """How far first promises were kept, of orders that were once short and first promised for the period."""

    due: int
    """Orders whose day is over, or that had all that was wanted before it was."""
    on_time: int
    """Of these, those that had all that was wanted on their day or before."""
    late: int
    """Those that had not."""
    waiting: int
    """Of the late ones, those that still wait."""
    rate: float | None
    """On-time delivery = on time / due; none where nothing was due."""
    slip_days_median: int | None
    """Days by which the late ones came after their day, or have waited beyond it so far: half by no more."""
    slip_days_p95: int | None
    """95 of 100 by no more."""


class DemandFiguresRow(Answer):
    """The figures of one group."""

    month: Month | None = absent()
    """The month, where figures are shown by it."""
    part: PartId | None = absent()
    """The part, where they are shown by it."""
    site: SiteId | None = absent()
    """The depot that fills the orders, where they are shown by it."""
    platform: str | None = absent()
    """The platform that the orders name, or `none`, where they are shown by it."""
    priority: Priority | None = absent()
    """The priority designator, where they are shown by it."""
    fill: FillRead
    """How many orders were filled on request."""
    backorders: BackordersRead
    """How long orders were short of something."""
    receipt: ReceiptRead
    """How long it took from order to receipt."""
    promises: PromisesRead
    """How far first promises were kept."""


class DemandFigures(Answer):
    """The figures of demand, each group's in a row."""

    model_config = example(FIGURES)

    as_of: datetime
    """The moment as of which it was counted."""
    first: date
    """The first day of the period, in UTC."""
    last: date
    """The last day of the period."""
    rows: list[DemandFiguresRow]
    """By month, part, depot, platform, priority, as far as they are shown by these."""


class DemandLine(Answer):
    """An order behind a figure."""

    model_config = example(LINE)

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that has placed it."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    platform: str | None
    """The platform that waits, if it names one."""
    priority: Priority
    """Its priority designator."""
    quantity: Quantity
    """How much was ordered."""
    state: OrderState
    """Where it stands."""
    placed_at: datetime
    """When it was placed."""
    answered_at: datetime | None
    """When inventory first answered."""
    met_at: datetime | None
    """Since when nothing of it is short; none while something is."""
    received_at: datetime | None
    """When all of it that is wanted had been issued."""
    receipt_days: int | None
    """Days from order to receipt."""
    backorders: int
    """In how many stretches it was short of something, ever."""
    backorder_days: float
    """Its backorder-days within the period."""
    first_promised_for: date | None
    """The first day that was promised."""
    slip_days: int | None
    """Days by which it came after that day (below zero: before it), or waits beyond it; none of one that was never
    short, or that still waits within it."""
