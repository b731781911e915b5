"""Figures of the trade: of demand, of making, of stock; and what is behind each of them."""

from datetime import date, datetime

from jvtrack.client.answers.record import Record
from shared.types import LotId, OrderId, PartId, SiteId


class FillRate(Record):
    """How many orders were filled on request, of those placed in the period."""

    asked: int
    """Orders placed."""
    filled: int
    """Issued in full, and never short of anything."""
    short: int
    """Short of something at some time."""
    pending: int
    """Neither yet."""
    withdrawn: int
    """Cancelled before either: they count for nothing."""
    rate: float | None = None
    """Fill rate = filled / (filled + short)."""


class Backorders(Record):
    """How long orders were short of something within the period."""

    orders: int
    """Orders that were short of something."""
    standing: int
    """Of these, still short at its end, or now."""
    days: float
    """Backorder-days."""


class OrderToReceipt(Record):
    """How long it took from order to receipt, for orders issued in full in the period."""

    orders: int
    """Orders issued in full."""
    days_median: int | None = None
    """Half took no longer."""
    days_p95: int | None = None
    """95 of 100 took no longer."""


class PromisesKept(Record):
    """How far first promises were kept, of orders once short and first promised for the period."""

    due: int
    """Orders whose day is over, or that had all before."""
    on_time: int
    """Had all that was wanted on their day or before."""
    late: int
    """Had not."""
    waiting: int
    """Late, and still wait."""
    rate: float | None = None
    """On-time delivery = on time / due."""
    slip_days_median: int | None = None
    """Days by which the late ones came later: half by no more."""
    slip_days_p95: int | None = None
    """95 of 100 by no more."""


class Group(Record):
    """What a row of figures is of; what figures are not shown by is not said."""

    month: str | None = None
    """The month, as 2026-11."""
    part: PartId | None = None
    """The part."""
    site: SiteId | None = None
    """The depot, or the factory."""
    platform: str | None = None
    """The platform."""
    priority: int | None = None
    """The priority designator."""


class DemandFigures(Group):
    """The figures of demand of one group."""

    fill: FillRate
    """How many orders were filled on request."""
    backorders: Backorders
    """How long orders were short."""
    receipt: OrderToReceipt
    """How long it took from order to receipt."""
    promises: PromisesKept
    """How far first promises were kept."""


class YieldFigures(Group):
    """The yield of one group of factories' lots."""

    lots: int
    """How many lots."""
    good: float
    """Finished and not scrapped since, in units of issue."""
    scrapped_in_process: float
    """Scrapped before it was reported as finished."""
    scrapped_finished: float
    """Scrapped after that."""
    rate: float | None = None
    """Yield = good / (good + scrapped)."""


class CoverFigures(Group):
    """How long the stock of one group lasts; stock is one part at one depot."""

    stocks: int
    """How many stocks something was issued of."""
    days_min: float | None = None
    """The lowest cover among them, in days."""
    days_median: float | None = None
    """Half of them have no more."""
    empty: int
    """How many of them have nothing left."""
    unused: int
    """Stocks with goods of which nothing was issued."""


class CountedOrder(Record):
    """An order behind a figure."""

    order_id: OrderId
    """The order."""
    ordered_by: SiteId
    """The depot that has placed it."""
    site: SiteId
    """The depot that fills it."""
    part: PartId
    """The part."""
    platform: str | None = None
    """The platform that waits."""
    priority: int
    """Its priority designator."""
    quantity: int
    """How much was ordered."""
    state: str
    """Where it stands."""
    placed_at: datetime
    """When it was placed."""
    answered_at: datetime | None = None
    """When inventory first answered."""
    met_at: datetime | None = None
    """Since when nothing of it is short."""
    received_at: datetime | None = None
    """When all of it that is wanted had been issued."""
    receipt_days: int | None = None
    """Days from order to receipt."""
    backorders: int
    """In how many stretches it was short of something, ever."""
    backorder_days: float
    """Its backorder-days within the period."""
    first_promised_for: date | None = None
    """The first day that was promised."""
    slip_days: int | None = None
    """Days by which it came after that day, or waits beyond it."""


class CountedLot(Record):
    """A lot behind a yield."""

    lot: LotId
    """The lot."""
    site: SiteId
    """Its factory."""
    part: PartId
    """Its part."""
    status: str
    """How far it has come."""
    begun_at: datetime
    """When it was first heard of."""
    good: float
    """Finished and not scrapped since, in units of issue."""
    scrapped_in_process: float
    """Scrapped before it was reported as finished."""
    scrapped_finished: float
    """Scrapped after that."""
    rate: float | None = None
    """Its yield."""


class StockCover(Record):
    """How long the stock of a part at a depot lasts."""

    site: SiteId
    """The depot."""
    part: PartId
    """The part."""
    stock: int
    """What may be issued."""
    expiring: int
    """How much of it expires before it would be issued."""
    issued: int
    """What was issued in the period."""
    days: int
    """The days over which that is taken."""
    cover_days: float | None = None
    """Days that the stock lasts."""
